//! The import as keys and answers drive it, without a store.

use std::time::Duration;

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::domain::delivery::DeliveryId;
use crate::domain::verification::{Limit, LimitKind};
use crate::operations::import::{Fate, Heard, Imported};
use crate::tui::widgets::test_look;

const AREA: Rect = Rect { x: 0, y: 2, width: 80, height: 21 };

fn dialog() -> ImportDialog {
    ImportDialog::new(Places { home: Some("/home/ada".into()), working: "/srv/lists".into() }, Language::En)
}

fn press(dialog: &mut ImportDialog, action: Action) -> ImportOutcome {
    dialog.input(&Input::Action(action), AREA, test_look())
}

fn paste(dialog: &mut ImportDialog, text: &str) {
    dialog.input(&Input::Paste(text.to_owned()), AREA, test_look());
}

fn ended(dialog: &mut ImportDialog, result: Result<Report, Refused>) {
    dialog.ended(result, false, test_look().now);
}

/// Rows of these fates; what is refused says why.
fn report(fates: &[Fate]) -> Report {
    let mut report = Report::default();
    for (line, fate) in (2..).zip(fates) {
        let summary = &mut report.summary;
        match fate {
            Fate::Added => summary.added += 1,
            Fate::Changed => summary.changed += 1,
            Fate::Unchanged => summary.unchanged += 1,
            Fate::Refused => summary.refused += 1,
        }
        let reasons =
            if *fate == Fate::Refused { vec![Said::foreign("name: a name is required")] } else { vec![] };
        let email = format!("p{line}@example.org");
        let row = Imported { line, fate: *fate, email, contact: None, reasons, warnings: vec![], held: None };
        report.hear(Heard::Row(row));
    }
    report.summary.codes = report.summary.added;
    report
}

/// A dialog that shows the report.
fn reported(report: Report) -> ImportDialog {
    let mut dialog = dialog();
    paste(&mut dialog, "staff.csv");
    press(&mut dialog, Action::Accept);
    ended(&mut dialog, Ok(report));
    dialog
}

fn pane(dialog: &ImportDialog) -> &ReportPane {
    let Stage::Report(pane) = &dialog.stage else { panic!("{:?}", dialog.stage) };
    pane
}

fn message(dialog: &ImportDialog) -> String {
    dialog.message.as_ref().map(Said::to_string).unwrap_or_default()
}

#[test]
fn a_file_is_read_in_trial_first() {
    let mut dialog = dialog();
    paste(&mut dialog, " ~/staff.CSV");
    let options =
        Options { format: Format::Csv, bad_rows: BadRows::LeaveOut, verify: Verify::Send, run: Run::Trial };
    let file = "/home/ada/staff.CSV".into();
    assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Import { file, options, stamp: None });
    assert_eq!(dialog.context(), Context::Working);
    assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Stay);
}

#[test]
fn a_format_that_the_ending_does_not_tell_can_be_chosen() {
    let mut dialog = dialog();
    assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Stay);
    assert_eq!(message(&dialog), "A file must be named.");
    paste(&mut dialog, "staff.txt");
    assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Stay);
    assert_eq!(message(&dialog), endings().to_string());
    for action in [Action::Next, Action::Accept, Action::Down, Action::Down, Action::Accept, Action::Next] {
        assert_eq!(press(&mut dialog, action), ImportOutcome::Stay);
    }
    let outcome = press(&mut dialog, Action::Accept);
    let ImportOutcome::Import { options, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(options.format, Format::Json);
}

#[test]
fn good_rows_are_imported_together_or_not_at_all() {
    let mut dialog = reported(report(&[Fate::Added, Fate::Changed, Fate::Unchanged]));
    assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Stay);
    assert_eq!(dialog.context(), Context::Confirm);
    assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Stay, "the safe button is the first");
    press(&mut dialog, Action::Accept);
    let outcome = press(&mut dialog, Action::Yes);
    let ImportOutcome::Import { options, .. } = outcome else { panic!("{outcome:?}") };
    let real =
        Options { format: Format::Csv, bad_rows: BadRows::RefuseAll, verify: Verify::Later, run: Run::Real };
    assert_eq!(options, real);
}

#[test]
fn with_refused_rows_only_the_good_ones_can_be_taken() {
    let mut dialog = reported(report(&[Fate::Added, Fate::Refused]));
    press(&mut dialog, Action::Accept);
    let question = dialog.question.clone().unwrap();
    let detail = "1 added, 0 changed. The refused row is left out. No verification mail goes yet.".to_owned();
    let wanted = "Import 1 contact from 'staff.csv'?".to_owned();
    assert_eq!(question, Confirm::new("Import", wanted, detail, "Import 1", "Not yet"));
    let outcome = press(&mut dialog, Action::Yes);
    let ImportOutcome::Import { options, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(options.bad_rows, BadRows::LeaveOut);
}

#[test]
fn where_nothing_would_change_there_is_nothing_to_import() {
    for fates in [&[Fate::Unchanged][..], &[Fate::Refused, Fate::Unchanged]] {
        let mut dialog = reported(report(fates));
        assert_eq!(press(&mut dialog, Action::Accept), ImportOutcome::Close);
    }
    let dialog = reported(report(&[]));
    assert_eq!(message(&dialog), "There is no contact in it.");
}

#[test]
fn codes_go_only_where_somebody_wants_them_and_the_question_says_how_many() {
    let mut dialog = reported(report(&[Fate::Added, Fate::Added]));
    press(&mut dialog, Action::Tick);
    press(&mut dialog, Action::Accept);
    let detail =
        "2 added, 0 changed. All of them or, should anything fail, none. 2 verification mails go at once.";
    let question = "Import 2 contacts from 'staff.csv'?".to_owned();
    let wanted = Confirm::new("Import", question, detail.to_owned(), "Import 2", "Not yet");
    assert_eq!(dialog.question, Some(wanted));
    let outcome = press(&mut dialog, Action::Yes);
    let ImportOutcome::Import { options, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(options.verify, Verify::Send);
    let mut dialog = reported(report(&[Fate::Changed]));
    press(&mut dialog, Action::Tick);
    assert!(!pane(&dialog).sends(), "there is nobody new");
}

#[test]
fn problems_are_listed_alone_and_the_cursor_stays_near() {
    let mut fates = vec![Fate::Added; 100];
    fates[40] = Fate::Refused;
    fates[60] = Fate::Refused;
    let mut dialog = reported(report(&fates));
    for _ in 0..50 {
        press(&mut dialog, Action::Down);
    }
    press(&mut dialog, Action::Problems);
    let line = |dialog: &ImportDialog| pane(dialog).row(pane(dialog).cursor()).unwrap().line;
    assert_eq!((pane(&dialog).len(), line(&dialog)), (2, 62));
    press(&mut dialog, Action::Up);
    assert_eq!(line(&dialog), 42);
    press(&mut dialog, Action::Problems);
    assert_eq!((pane(&dialog).len(), line(&dialog)), (100, 42));
    press(&mut dialog, Action::Last);
    assert_eq!(line(&dialog), 101);
    press(&mut dialog, Action::PageUp);
    press(&mut dialog, Action::PageDown);
    assert_eq!(line(&dialog), 101);
    press(&mut dialog, Action::First);
    assert_eq!(line(&dialog), 2);
}

#[test]
fn cancelling_leads_back_to_where_it_was_begun() {
    let mut dialog = dialog();
    paste(&mut dialog, "staff.csv");
    press(&mut dialog, Action::Accept);
    assert_eq!(press(&mut dialog, Action::Close), ImportOutcome::Cancel);
    ended(&mut dialog, Err(Refused::Cancelled));
    assert_eq!((message(&dialog).as_str(), dialog.file.text()), ("It was cancelled.", "staff.csv"));
    let mut dialog = reported(report(&[Fate::Added]));
    press(&mut dialog, Action::Accept);
    press(&mut dialog, Action::Yes);
    dialog.progress(Pace { done: 1, permille: Some(1000) });
    assert_eq!(press(&mut dialog, Action::Close), ImportOutcome::Cancel);
    ended(&mut dialog, Err(Refused::Cancelled));
    assert_eq!(pane(&dialog).message(), Some(&saying!("It was cancelled; nothing was imported.")));
}

#[test]
fn what_has_changed_meanwhile_is_told_and_looked_at_again() {
    let begun = || {
        let mut dialog = reported(report(&[Fate::Added]));
        press(&mut dialog, Action::Accept);
        press(&mut dialog, Action::Yes);
        dialog
    };
    let mut dialog = begun();
    ended(&mut dialog, Err(Refused::FileChanged));
    assert!(message(&dialog).starts_with("It has changed since it was checked"));
    assert_eq!(dialog.context(), Context::FormField);
    let mut dialog = begun();
    ended(&mut dialog, Ok(report(&[Fate::Refused])));
    assert_eq!(pane(&dialog).report().summary.refused, 1);
    assert!(pane(&dialog).message().unwrap().to_string().starts_with("Nothing was imported: "));
    let mut dialog = begun();
    dialog.lost(&Said::foreign("the database is locked"));
    assert_eq!(pane(&dialog).message().unwrap().to_string(), "Nothing was imported: the database is locked.");
}

#[test]
fn the_result_tells_everything_that_has_become_of_it() {
    let mut dialog = reported(report(&[Fate::Added, Fate::Added, Fate::Refused]));
    press(&mut dialog, Action::Tick);
    press(&mut dialog, Action::Accept);
    press(&mut dialog, Action::Yes);
    let mut applied = report(&[Fate::Added, Fate::Added, Fate::Refused]);
    let until = test_look().now.plus(Duration::from_secs(3600));
    applied.summary = Summary {
        queued: vec![DeliveryId(1)],
        held: Some((1, Limit { kind: LimitKind::PerDatabase, until })),
        without_types: 2,
        is_applied: true,
        ..applied.summary
    };
    ended(&mut dialog, Ok(applied));
    let Stage::Told(told) = &dialog.stage else { panic!("{:?}", dialog.stage) };
    let told: Vec<String> = told.iter().map(|(words, _)| words.to_string()).collect();
    assert_eq!(
        told,
        [
            "Imported: 2 added, 0 changed, 0 unchanged.",
            "1 refused row was left out.",
            "2 new contacts have no message type yet and will get no notice.",
            "1 verification mail is on its way.",
            "1 new contact gets no code now: the daily limit of verification mails is reached; the next may be sent in 1 h.",
        ]
    );
    assert_eq!(press(&mut dialog, Action::Close), ImportOutcome::Close);
}

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(
        width in 0u16..130,
        height in 0u16..45,
        fates in proptest::collection::vec(0..4_u8, 0..60),
        keys in proptest::collection::vec(0..8_usize, 0..30),
        stage in 0..3,
    ) {
        let fates: Vec<Fate> = fates
            .into_iter()
            .map(|fate| match fate {
                0 => Fate::Added,
                1 => Fate::Changed,
                2 => Fate::Unchanged,
                _ => Fate::Refused,
            })
            .collect();
        let area = Rect::new(0, 0, width, height);
        let mut dialog = reported(report(&fates));
        let actions = [
            Action::Down, Action::PageDown, Action::Problems, Action::Tick, Action::Next, Action::Last, Action::Up,
            Action::PageUp,
        ];
        for key in keys {
            dialog.input(&Input::Action(actions[key]), area, test_look());
        }
        if stage > 0 {
            dialog.input(&Input::Action(Action::Accept), area, test_look());
        }
        if stage > 1 {
            dialog.input(&Input::Action(Action::Yes), area, test_look());
        }
        let mut buf = Buffer::empty(area);
        if let Some(cursor) = dialog.draw(area, &mut buf, test_look()) {
            prop_assert!(area.contains(cursor));
        }
    }
}
