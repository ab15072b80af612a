//! Pictures of questions.

use callsheet::domain::contact::{Contact, ContactId, Status};
use callsheet::domain::language::Language;
use callsheet::domain::subscription::Subscriptions;
use callsheet::tui::marks::Marks;
use callsheet::tui::screens::confirm::Confirm;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;

use crate::support::picture::{LARGE, SMALL, USUAL, dialog, part, whole};

/// A contact whose texts are wide, long and hostile.
pub fn contact() -> Contact {
    Contact {
        id: ContactId(7),
        name: "阿里巴巴集团控股有限公司网络与信息安全部".to_owned(),
        email: "a-very-long-local-part-of-an-address\u{202E}@example.org".to_owned(),
        position: None,
        language: Language::En,
        status: Status::Verified,
        verified_at: None,
        code_sent_at: None,
        pending_email: None,
        unsubscribed_at: None,
        subscriptions: Subscriptions::default(),
        version: 1,
    }
}

#[test]
fn deleting_names_the_contact() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| Confirm::delete(&contact()).draw(area, buf, look)));
    }
}

#[test]
fn deleting_many_names_the_number() {
    assert_snapshot!(dialog(USUAL, |area, buf, look| Confirm::delete_many(1_234).draw(area, buf, look)));
}

#[test]
fn a_question_in_ascii() {
    let ascii = (Theme::Mono, Marks::Ascii);
    assert_snapshot!(
        part(SMALL, whole(SMALL), ascii, |area, buf, look| Confirm::leave().draw(area, buf, look))
    );
}
