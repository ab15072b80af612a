//! The message types screen, its dialogs, and the types of one contact.

use std::sync::Arc;

use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::contact::{Contact, Status};
use callsheet::domain::language::Language;
use callsheet::domain::subscription::Subscriptions;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Fixed;
use callsheet::tui::msg::Msg;
use callsheet::tui::theme::Theme;

use crate::support::picture::{cut_anywhere, english_left_beside, picture};
use crate::support::stage::{Stage, cast, contact, crowd, fixed, now};

/// The screen of message types before the cast of the contacts' pictures.
fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::new(columns, rows, members());
    stage.types("2");
    stage
}

/// The cast, one of whom has unsubscribed, and one who wants more than this version knows.
pub(super) fn members() -> Vec<Contact> {
    let mut members = cast();
    let subscribed = |ids: &[&str]| Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()));
    members.push(Contact {
        unsubscribed_at: Some(now()),
        subscriptions: subscribed(&["activity", "product.release", "product.newer", "newer"]),
        ..contact(8, "Nora", "nora@example.org")
    });
    members.push(Contact {
        subscriptions: subscribed(&["exception"]),
        ..contact(9, "oncall", "oncall@example.org")
    });
    members
}

/// A catalogue with twenty types of its own.
fn own_catalogue(fixed: Fixed) -> Fixed {
    let mut own = String::new();
    for category in ["office", "security"] {
        own.push_str(&format!("[[category]]\nid = \"{category}\"\n"));
        if category == "office" {
            own.push_str("title = { en = \"Facilities and buildings\", zh-CN = \"办公设施消息\" }\n");
            own.push_str(
                "description = { en = \"Doors, lifts, heating.\", zh-CN = \"门禁、电梯、暖气。\" }\n",
            );
        }
        for number in 1..=10 {
            own.push_str(&format!(
                "[[category.type]]\nid = \"{category}.a_long_own_type_{number}\"\n\
                 title = {{ en = \"A long title of an own type, number {number}\", zh-CN = \"自定义的消息类型{number}\" }}\n"
            ));
        }
    }
    Fixed { catalogue: Arc::new(Catalogue::built_in().extended(&own).unwrap()), ..fixed }
}

#[test]
fn nobody_yet_says_what_to_do() {
    for (columns, rows) in [(40, 10), (80, 24)] {
        let mut stage = Stage::new(columns, rows, vec![]);
        stage.types("2");
        insta::assert_snapshot!(format!("empty_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn one_contact() {
    let mut stage = Stage::new(80, 24, vec![contact(1, "ada", "ada@example.org")]);
    stage.types("2 <right><right>");
    insta::assert_snapshot!("one_80x24", picture(&stage.model));
}

#[test]
fn every_state_and_names_that_break_columns() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        insta::assert_snapshot!(format!("cast_{columns}x{rows}"), picture(&stage(columns, rows).model));
    }
}

#[test]
fn an_open_category() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        let mut stage = stage(columns, rows);
        stage.types("<right> <enter> <right><right><right><right><right> <down><down>");
        insta::assert_snapshot!(format!("open_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn a_contact_who_has_unsubscribed() {
    for (columns, rows) in [(40, 10), (80, 24)] {
        let mut stage = stage(columns, rows);
        stage.types("G k <right><right><right><right>");
        insta::assert_snapshot!(format!("unsubscribed_{columns}x{rows}"), picture(&stage.model));
        stage.types("<space> <space>");
        insta::assert_snapshot!(format!("again_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn in_the_middle_of_many_with_some_selected() {
    let mut stage = Stage::new(80, 24, crowd(500));
    stage.types("<pgdn> <pgdn> <space> <space> <space> <up> 2 <right> <space>");
    insta::assert_snapshot!("many_80x24", picture(&stage.model));
    stage.types("A");
    insta::assert_snapshot!("column_80x24", picture(&stage.model));
}

#[test]
fn a_catalogue_with_twenty_types_more() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        let fixed = own_catalogue(fixed(Theme::Traced, Marks::Unicode));
        let mut stage = Stage::with(columns, rows, members(), fixed);
        stage.types("2 <right><right> <enter> <right><right><right><right><right><right><right>");
        insta::assert_snapshot!(format!("own_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn in_chinese_where_nobody_would_get_anything() {
    let fixed = Fixed { language: Language::ZhCn, ..fixed(Theme::Traced, Marks::Unicode) };
    let unverified = |contact: Contact| Contact { status: Status::Unverified, verified_at: None, ..contact };
    let mut stage = Stage::with(80, 24, members().into_iter().map(unverified).collect(), fixed);
    stage.account.security_email = None;
    stage.happens(Msg::StoreChanged);
    stage.types("2 <right> <enter> <right><right>");
    insta::assert_snapshot!("chinese_80x24", picture(&stage.model));
}

#[test]
fn the_same_in_ascii_and_without_colour() {
    let mut stage = Stage::with(98, 18, members(), fixed(Theme::Mono, Marks::Ascii));
    stage.types("2 <right> <enter> <right> G k");
    insta::assert_snapshot!("ascii_mono", picture(&stage.model));
}

/// The theme for dark and for light terminals: it uses their own sixteen colours.
#[test]
fn the_same_in_the_colours_of_the_terminal() {
    let mut stage = Stage::with(80, 24, members(), fixed(Theme::Dark, Marks::Unicode));
    stage.types("2 <right> <enter> <right> G k");
    insta::assert_snapshot!("colours_80x24", picture(&stage.model));
}

#[test]
fn who_gets_it() {
    for (columns, rows) in [(40, 10), (80, 24)] {
        let mut stage = stage(columns, rows);
        stage.types("<right> w");
        insta::assert_snapshot!(format!("audience_category_{columns}x{rows}"), picture(&stage.model));
        stage.types("<down><down><down><down> <enter>");
        insta::assert_snapshot!(format!("audience_type_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn copying_from_another_contact() {
    for (columns, rows) in [(40, 10), (80, 24)] {
        let mut stage = stage(columns, rows);
        stage.types("c a <down>");
        insta::assert_snapshot!(format!("copy_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn the_types_of_one_contact() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        let mut stage = Stage::new(columns, rows, members());
        stage.types("G k m <down> <down> <down> <space>");
        insta::assert_snapshot!(format!("contact_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn every_state_in_chinese() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        for (name, keys) in [
            ("cast", "2"),
            ("open", "2 <right> <enter> <right><right> <down><down>"),
            ("unsubscribed", "2 G k <right><right><right><right>"),
            ("audience_category", "2 <right> w"),
            ("audience_type", "2 <right> w <down><down><down><down> <enter>"),
            ("column", "2 <right> A"),
        ] {
            let fixed = Fixed { language: Language::ZhCn, ..fixed(Theme::Traced, Marks::Unicode) };
            let mut stage = Stage::with(columns, rows, members(), fixed);
            let drawn = picture(&stage.types(keys).model);
            assert_eq!(
                english_left_beside(
                    &drawn,
                    &cut_anywhere("Nora oncall newer ops space enter AdaLovelace Grace")
                ),
                [""; 0],
                "{drawn}"
            );
            insta::assert_snapshot!(format!("chinese_{name}_{columns}x{rows}"), drawn);
        }
    }
}
