//! Pictures of import and export.

use std::time::Duration;

use callsheet::domain::delivery::DeliveryId;
use callsheet::domain::filter::Filter;
use callsheet::domain::language::Language;
use callsheet::domain::say::Said;
use callsheet::operations::export::Exported;
use callsheet::operations::import::{Report, Summary};
use callsheet::tui::effect::{Pace, Refused};
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::look::Look;
use callsheet::tui::marks::Marks;
use callsheet::tui::places::Places;
use callsheet::tui::screens::export::{ExportDialog, Listed};
use callsheet::tui::screens::import::ImportDialog;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::support::picture::{LARGE, SMALL, USUAL, dialog, part, whole};
use crate::support::stage::{fixed, now, report};

fn places() -> Places {
    Places { home: Some("/home/ada".into()), working: "/srv/lists".into() }
}

fn export() -> ExportDialog {
    let selected = std::sync::Arc::new([callsheet::domain::contact::ContactId(1)].into());
    ExportDialog::new(
        places(),
        Listed { filter: Filter::parse("小明"), selected, all: Some(1_234), matching: Some(12) },
        Language::En,
    )
}

fn press(dialog: &mut ImportDialog, actions: &[Action]) {
    for action in actions {
        dialog.input(&Input::Action(*action), whole(USUAL), fixed(Theme::Traced, Marks::Unicode).look(now()));
    }
}

/// A dialog in which the file is named.
fn import() -> ImportDialog {
    let mut dialog = ImportDialog::new(places(), Language::En);
    let fixed = fixed(Theme::Traced, Marks::Unicode);
    dialog.input(&Input::Paste("~/名单/staff.csv".to_owned()), whole(USUAL), fixed.look(now()));
    dialog
}

/// A dialog that shows a report.
fn reported(report: Report) -> ImportDialog {
    let mut dialog = import();
    press(&mut dialog, &[Action::Accept]);
    dialog.ended(Ok(report), false, now());
    dialog
}

#[test]
fn an_export_names_file_format_and_number() {
    let mut asked = export();
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| asked.draw(area, buf, look)));
    }
    for action in [Action::Next, Action::Accept] {
        asked.input(&Input::Action(action));
    }
    assert_snapshot!(dialog(USUAL, |area, buf, look| asked.draw(area, buf, look)));
}

#[test]
fn an_export_asks_goes_on_and_ends() {
    let mut under_way = export();
    under_way.input(&Input::Action(Action::Accept));
    under_way.ended(Err(Refused::Exists));
    assert_snapshot!(dialog(USUAL, |area, buf, look| under_way.draw(area, buf, look)));
    under_way.input(&Input::Action(Action::Yes));
    under_way.progress(Pace { done: 1, permille: None });
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| under_way.draw(area, buf, look)));
    }
    let mut refused = under_way.clone();
    refused.ended(Err(Refused::Because(Said::foreign("Permission denied (os error 13)"))));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| refused.draw(area, buf, look)));
    }
    under_way.ended(Ok(Exported { written: 1, of: 1_234, replaced: true }));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| under_way.draw(area, buf, look)));
    }
}

#[test]
fn an_import_begins_with_a_file() {
    let empty = ImportDialog::new(places(), Language::En);
    let named = import();
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| empty.draw(area, buf, look)));
    }
    assert_snapshot!(dialog(USUAL, |area, buf, look| named.draw(area, buf, look)));
    let mut checking = import();
    press(&mut checking, &[Action::Accept]);
    checking.progress(Pace { done: 46_000, permille: Some(460) });
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| checking.draw(area, buf, look)));
    }
    let ascii =
        |area: Rect, buf: &mut Buffer, look: Look<'_>| -> Option<Position> { checking.draw(area, buf, look) };
    assert_snapshot!(part(SMALL, whole(SMALL), (Theme::Mono, Marks::Ascii), ascii));
}

#[test]
fn a_report_tells_row_by_row_what_would_happen() {
    let short = reported(report(2));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| short.draw(area, buf, look)));
    }
    let mut long = reported(report(400));
    press(&mut long, &[Action::Last, Action::Tick, Action::Next]);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| long.draw(area, buf, look)));
    }
    press(&mut long, &[Action::Problems]);
    assert_snapshot!(dialog(USUAL, |area, buf, look| long.draw(area, buf, look)));
    press(&mut long, &[Action::Next, Action::Accept]);
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| long.draw(area, buf, look)));
    }
}

#[test]
fn a_report_in_chinese() {
    let short = reported(report(2));
    let in_chinese = |size| {
        dialog(size, |area, buf, look| short.draw(area, buf, Look { language: Language::ZhCn, ..look }))
    };
    for size in [SMALL, USUAL] {
        assert_snapshot!(in_chinese(size));
    }
}

#[test]
fn the_result_of_an_import() {
    let mut done = reported(report(2));
    press(&mut done, &[Action::Tick, Action::Accept, Action::Yes]);
    let mut applied = report(2);
    let queued = vec![DeliveryId(1)];
    applied.summary = Summary { queued, without_types: 2, is_applied: true, ..applied.summary };
    done.ended(Ok(applied), true, now().plus(Duration::from_secs(1)));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| done.draw(area, buf, look)));
    }
}
