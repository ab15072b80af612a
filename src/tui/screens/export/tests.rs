//! The export as keys and answers drive it, without a store.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use std::sync::Arc;

use super::*;
use crate::tui::widgets::test_look;

fn places() -> Places {
    Places { home: Some("/home/ada".into()), working: "/srv/lists".into() }
}

fn listed() -> Listed {
    Listed {
        filter: Filter::parse("ada"),
        selected: Arc::new([ContactId(3), ContactId(5)].into()),
        all: Some(12),
        matching: None,
    }
}

fn press(dialog: &mut ExportDialog, action: Action) -> ExportOutcome {
    dialog.input(&Input::Action(action))
}

fn name(dialog: &mut ExportDialog, text: &str) {
    press(dialog, Action::DeleteBefore);
    dialog.input(&Input::Paste(text.to_owned()));
}

#[test]
fn a_name_in_the_working_folder_and_all_contacts_are_proposed() {
    let mut dialog = ExportDialog::new(places(), Listed { all: Some(12), ..Listed::default() }, Language::En);
    let wanted = ExportOutcome::Export {
        target: "/srv/lists/contacts.csv".into(),
        scope: Scope::All,
        format: Format::Csv,
        existing: Existing::Keep,
    };
    assert_eq!(press(&mut dialog, Action::Accept), wanted);
    dialog.ended(Ok(Exported { written: 12, of: 12, replaced: false }));
    assert_eq!(
        dialog.stage,
        Stage::Told([
            saying!("Exported: all {of} contacts.", of = 12_u64),
            saying!("'{file}' can be read by nobody else.", file = "/srv/lists/contacts.csv"),
        ])
    );
    assert_eq!(press(&mut dialog, Action::Close), ExportOutcome::Close);
}

#[test]
fn the_scope_names_its_number_and_what_is_selected_is_proposed() {
    let mut dialog = ExportDialog::new(places(), listed(), Language::En);
    let words = |dialog: &ExportDialog| {
        dialog.choices.iter().map(|choice| choice.words(Language::En)).collect::<Vec<_>>()
    };
    assert_eq!(words(&dialog), ["all (12)", "filtered", "selected (2)"]);
    dialog.counted(7);
    assert_eq!(words(&dialog), ["all (12)", "filtered (7)", "selected (2)"]);
    let ExportOutcome::Export { scope, .. } = press(&mut dialog, Action::Accept) else { panic!() };
    assert_eq!(scope, Scope::Selected(Arc::new([ContactId(3), ContactId(5)].into())));
    dialog.ended(Ok(Exported { written: 1, of: 12, replaced: true }));
    let Stage::Told([many, place]) = &dialog.stage else { panic!() };
    assert_eq!(many.to_string(), "Exported: 1 of 12 contacts, what was selected.");
    assert_eq!(place.to_string(), "'/srv/lists/contacts.csv' was replaced; nobody else may read it.");
}

#[test]
fn the_ending_tells_the_format_and_one_that_tells_none_is_refused() {
    let mut dialog = ExportDialog::new(places(), listed(), Language::En);
    for (typed, format) in [("~/a.vcf", Format::VCard), ("a.JSON", Format::Json), (" a.csv ", Format::Csv)] {
        name(&mut dialog, typed);
        let outcome = press(&mut dialog, Action::Accept);
        assert!(matches!(outcome, ExportOutcome::Export { format: told, .. } if told == format), "{typed}");
        dialog.ended(Err(Refused::Cancelled));
    }
    for typed in ["", "contacts", "contacts.xlsx", ".csv", "a.csv/"] {
        name(&mut dialog, typed);
        let outcome = press(&mut dialog, Action::Accept);
        assert_eq!(outcome == ExportOutcome::Stay, typed != "a.csv/", "{typed}");
        dialog.stage = Stage::Form;
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_after_a_question() {
    let mut dialog = ExportDialog::new(places(), listed(), Language::En);
    press(&mut dialog, Action::Accept);
    dialog.ended(Err(Refused::Exists));
    assert_eq!(dialog.context(), Context::Confirm);
    assert_eq!(press(&mut dialog, Action::Accept), ExportOutcome::Stay, "the safe button is the first");
    assert_eq!(dialog.context(), Context::FormField);
    press(&mut dialog, Action::Accept);
    dialog.ended(Err(Refused::Exists));
    let outcome = press(&mut dialog, Action::Yes);
    assert!(matches!(outcome, ExportOutcome::Export { existing: Existing::Replace, .. }));
}

#[test]
fn what_is_under_way_can_be_cancelled_and_a_refusal_leaves_what_was_typed() {
    let mut dialog = ExportDialog::new(places(), listed(), Language::En);
    name(&mut dialog, "/nowhere/a.csv");
    press(&mut dialog, Action::Accept);
    assert_eq!(dialog.context(), Context::Working);
    dialog.progress(Pace { done: 7, permille: None });
    assert_eq!(press(&mut dialog, Action::Close), ExportOutcome::Cancel);
    assert!(matches!(dialog.stage, Stage::Writing { is_ending: true, pace: Pace { done: 7, .. } }));
    dialog.ended(Err(Refused::Because(Said::foreign("No such file or directory\u{7}"))));
    let message = dialog.message.clone().unwrap();
    assert_eq!(message.to_string(), "Not written: No such file or directory\\u{0007}.");
    assert_eq!(dialog.file.text(), "/nowhere/a.csv");
}

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(
        width in 0u16..90,
        height in 0u16..30,
        typed in "[a-z/~王.\u{202e}]{0,90}",
        stage in 0..6,
        steps in 0..4usize,
    ) {
        let mut dialog = ExportDialog::new(places(), listed(), Language::En);
        name(&mut dialog, &typed);
        match stage {
            0 => {}
            1 => { press(&mut dialog, Action::Accept); }
            2 => dialog.ended(Err(Refused::Exists)),
            3 => dialog.ended(Err(Refused::Because(Said::foreign("x ".repeat(300))))),
            4 => dialog.ended(Ok(Exported { written: 1, of: 2, replaced: false })),
            _ => dialog.chosen.open(),
        }
        for _ in 0..steps {
            press(&mut dialog, Action::Next);
        }
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        if let Some(cursor) = dialog.draw(area, &mut buf, test_look()) {
            prop_assert!(area.contains(cursor));
        }
    }
}
