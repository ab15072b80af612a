//! The contacts screen.

use std::time::Duration;

use callsheet::domain::timestamp::Timestamp;
use callsheet::mail::sender::SenderEvent;
use callsheet::operations::outbox::QueueTotals;
use callsheet::tui::marks::Marks;
use callsheet::tui::msg::Msg;
use callsheet::tui::theme::Theme;

use crate::support::picture::picture;
use crate::support::stage::{Stage, cast, contact, crowd, fixed};

#[test]
fn nobody_yet() {
    for (columns, rows) in [(40, 10), (80, 24)] {
        let stage = Stage::new(columns, rows, vec![]);
        insta::assert_snapshot!(format!("empty_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn one_contact() {
    let stage = Stage::new(80, 24, vec![contact(1, "ada", "ada@example.org")]);
    insta::assert_snapshot!("one_80x24", picture(&stage.model));
}

#[test]
fn every_state_and_names_that_break_columns() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        let stage = Stage::new(columns, rows, cast());
        insta::assert_snapshot!(format!("cast_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn the_same_in_ascii_and_without_colour() {
    let stage = Stage::with(98, 14, cast(), fixed(Theme::Mono, Marks::Ascii));
    insta::assert_snapshot!("cast_ascii_mono", picture(&stage.model));
}

#[test]
fn the_same_in_the_default_theme() {
    let stage = Stage::with(98, 14, cast(), fixed(Theme::Dark, Marks::Unicode));
    insta::assert_snapshot!("cast_dark", picture(&stage.model));
}

#[test]
fn in_the_middle_of_many_with_some_picked() {
    let mut stage = Stage::new(80, 24, crowd(500));
    stage.types("<pgdn> <pgdn> <pgdn> <space> <space> <down>");
    insta::assert_snapshot!("many_80x24", picture(&stage.model));
}

#[test]
fn the_line_that_asks_where_to_go() {
    for (columns, rows) in [(40, 10), (80, 24)] {
        let mut stage = Stage::new(columns, rows, crowd(500));
        stage.types("' wan");
        insta::assert_snapshot!(format!("go_to_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn a_filter_that_nothing_matches_and_one_that_is_wrong() {
    let mut stage = Stage::new(80, 24, cast());
    stage.types("/ nobody");
    insta::assert_snapshot!("filter_nothing", picture(&stage.model));
    stage.types("<c-u> status:verfied");
    insta::assert_snapshot!("filter_wrong", picture(&stage.model));
}

#[test]
fn the_detail_pane_stands_beside_the_list_from_160_columns() {
    let stage = Stage::new(160, 24, cast());
    insta::assert_snapshot!("detail_160x24", picture(&stage.model));
}

#[test]
fn the_status_line_says_what_the_mail_does() {
    let mut stage = Stage::new(100, 10, cast());
    let events = [
        SenderEvent::Sending {
            id: callsheet::domain::delivery::DeliveryId(1),
            to: "ada@example.org".to_owned(),
        },
        SenderEvent::StandingBy,
        SenderEvent::BackingOff {
            words: "451 4.7.1 come back \u{1b}[31mlater".to_owned(),
            until: Timestamp::parse("2026-11-24T14:08:00Z").unwrap(),
        },
        SenderEvent::Stopped {
            words: "the password file '/etc/callsheet/password' cannot be read".to_owned(),
        },
        SenderEvent::Idle,
        SenderEvent::WritingFiles { folder: "/var/lib/callsheet/mail".to_owned() },
        SenderEvent::Idle,
    ];
    let mut lines = String::new();
    for event in events {
        stage.happens(Msg::Sender(event));
        for columns in [100, 80, 40] {
            stage.happens(Msg::Resize { columns, rows: 10 });
            let shown = picture(&stage.model);
            lines.push_str(shown.lines().next().unwrap());
            lines.push('\n');
        }
    }
    insta::assert_snapshot!("status_lines", lines);
}

#[test]
fn the_status_line_says_since_when_mail_is_delayed() {
    let mut stage = Stage::new(100, 10, cast());
    let now = stage.model.now;
    stage.model.queue = Some(QueueTotals {
        retry: 2,
        oldest: Some(now.minus(Duration::from_secs(4 * 3600))),
        ..QueueTotals::default()
    });
    let mut lines = String::new();
    for columns in [100, 80, 40] {
        stage.happens(Msg::Resize { columns, rows: 10 });
        lines.push_str(picture(&stage.model).lines().next().unwrap());
        lines.push('\n');
    }
    insta::assert_snapshot!("status_lines_delayed", lines);
}

#[test]
fn the_status_line_warns_first_where_room_is_scarce() {
    let mut stage = Stage::new(100, 10, cast());
    stage.model.queue = Some(QueueTotals { unreached: 1, ..QueueTotals::default() });
    let mut lines = String::new();
    for columns in [160, 120, 100, 80, 60, 40] {
        stage.happens(Msg::Resize { columns, rows: 10 });
        lines.push_str(picture(&stage.model).lines().next().unwrap());
        lines.push('\n');
    }
    insta::assert_snapshot!("status_lines_warning", lines);
}

#[test]
fn too_small_says_which_size_is_needed() {
    let stage = Stage::new(39, 9, cast());
    insta::assert_snapshot!("too_small", picture(&stage.model));
}

#[test]
fn a_notice_lies_over_the_last_line() {
    let mut stage = Stage::new(80, 12, cast());
    stage.types("d y");
    insta::assert_snapshot!("notice_80x12", picture(&stage.model));
}
