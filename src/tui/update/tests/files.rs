//! Export and import, from a key to the questions and back.

use super::*;
use crate::operations::export::{Existing, Exported, Scope};
use crate::operations::import::{Format, Report, Run, Summary};
use crate::tui::effect::Refused;

fn report(summary: Summary) -> Answer {
    let mut report = Report::default();
    report.summary = summary;
    Answer::Imported(Ok(Box::new(report)))
}

fn import_request(effects: &[Effect]) -> Request {
    request_of(effects, |question| matches!(question, Question::Import { .. }))
}

fn paste(model: &mut Model, text: &str) {
    assert_eq!(questions(&update(model, Msg::Paste(text.to_owned()))), []);
}

#[test]
fn an_export_is_asked_for_cancelled_by_its_number_and_told() {
    let mut model = listed();
    assert_eq!(press(&mut model, "x"), []);
    let effects = press(&mut model, "\n");
    let asked = Question::Export {
        target: "contacts.csv".into(),
        scope: Scope::All,
        format: Format::Csv,
        existing: Existing::Keep,
    };
    assert_eq!(questions(&effects), [asked]);
    let request = request_of(&effects, |question| matches!(question, Question::Export { .. }));
    assert_eq!(update(&mut model, Msg::Progress { request, pace: Pace { done: 2, permille: None } }), []);
    assert_eq!(press(&mut model, "\u{1b}"), [Effect::StopWork { request }]);
    assert_eq!(answer(&mut model, request, Answer::Exported(Err(Refused::Cancelled))), []);
    let effects = press(&mut model, "\n");
    let request = request_of(&effects, |question| matches!(question, Question::Export { .. }));
    let exported = Exported { written: 3, of: 3, replaced: false };
    assert_eq!(answer(&mut model, request, Answer::Exported(Ok(exported))), []);
    press(&mut model, "\n");
    assert!(model.overlays.is_empty());
}

#[test]
fn an_import_changes_the_screen_only_when_it_is_applied() {
    let mut model = listed();
    press(&mut model, "i");
    paste(&mut model, "/srv/a.json");
    let request = import_request(&press(&mut model, "\n"));
    let summary = Summary { added: 2, codes: 2, ..Summary::default() };
    assert_eq!(answer(&mut model, request, report(summary.clone())), [], "a trial has changed nothing");
    press(&mut model, " \n");
    let effects = press(&mut model, "y");
    let [Question::Import { options, .. }] = &questions(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((options.run, options.verify), (Run::Real, crate::operations::contacts::Verify::Send));
    let applied = Summary { queued: vec![DeliveryId(1)], is_applied: true, ..summary };
    let effects = answer(&mut model, import_request(&effects), report(applied));
    assert!(effects.contains(&Effect::WakeSender));
    assert!(questions(&effects).iter().any(|question| matches!(question, Question::Page { .. })));
}

#[test]
fn a_worker_that_falls_over_leaves_the_report_and_says_so() {
    let mut model = listed();
    press(&mut model, "i");
    paste(&mut model, "/srv/a.json");
    let request = import_request(&press(&mut model, "\n"));
    answer(&mut model, request, report(Summary { changed: 1, ..Summary::default() }));
    press(&mut model, "\n");
    let request = import_request(&press(&mut model, "y"));
    let _asked = update(&mut model, Msg::WorkerPanicked("no rows".to_owned()));
    assert_eq!(
        answer(&mut model, request, Answer::Imported(Err(Refused::Cancelled))),
        [],
        "nobody waits for it"
    );
    assert_eq!(model.focus().0, Context::ImportReport);
}
