//! Pictures of the contact form.

use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::contact::{Contact, Status};
use callsheet::domain::email_address::Smtputf8;
use callsheet::domain::language::Language;
use callsheet::domain::position::Position;
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::Problem;
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::screens::contact_form::{ContactFormDialog, FormSettings};
use insta::assert_snapshot;
use ratatui::layout::Size;

use super::confirm::contact as hostile;
use crate::support::picture::{LARGE, SMALL, USUAL, dialog};

/// A form and the keys pressed in it.
pub struct Typed(pub ContactFormDialog);

/// The settings of an account that writes in the language of the screen.
const fn settings(language: Language) -> FormSettings {
    FormSettings { account_language: language, language, smtputf8: Smtputf8::Refused }
}

impl Typed {
    fn add() -> Self {
        Self::add_in(Language::En)
    }

    fn modify(contact: Contact) -> Self {
        Self::modify_in(contact, Language::En)
    }

    pub fn add_in(language: Language) -> Self {
        Self(ContactFormDialog::add(&Catalogue::built_in(), settings(language)))
    }

    pub fn modify_in(contact: Contact, language: Language) -> Self {
        Self(ContactFormDialog::modify(contact, &Catalogue::built_in(), settings(language)))
    }

    pub fn text(mut self, text: &str) -> Self {
        self.0.input(&Input::Paste(text.to_owned()), &Catalogue::built_in());
        self
    }

    pub fn press(mut self, action: Action) -> Self {
        self.0.input(&Input::Action(action), &Catalogue::built_in());
        self
    }

    fn picture(&self, size: Size) -> String {
        dialog(size, |area, buf, look| self.0.draw(area, buf, look))
    }
}

fn ada() -> Contact {
    Contact {
        name: "AdaLovelace".to_owned(),
        email: "ada@example.org".to_owned(),
        position: Some(Position::TechnicalDirector),
        subscriptions: Subscriptions::from_ids(["security".to_owned(), "product.release".to_owned()]),
        ..hostile()
    }
}

#[test]
fn an_empty_form() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(Typed::add().picture(size));
    }
}

#[test]
fn every_wrong_field_is_explained() {
    let form = Typed::add().text("two words").press(Action::Next).text("nobody").press(Action::Accept);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(form.picture(size));
    }
}

#[test]
fn a_typing_error_is_asked_for() {
    let mut form =
        Typed::add().text("王小明").press(Action::Next).text("xiaoming@gmial.com").press(Action::Accept);
    form.0.hinted(Some("xiaoming@gmail.com".to_owned()));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(form.picture(size));
    }
}

#[test]
fn an_open_list_and_what_it_proposes() {
    let mut form = Typed::add();
    form = form.press(Action::Next).press(Action::Next).press(Action::Accept);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(form.picture(size));
    }
    form.0.input(&Input::Text('f'), &Catalogue::built_in());
    form = form.press(Action::Accept).press(Action::Next).press(Action::Next);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(form.picture(size));
    }
}

#[test]
fn a_contact_with_some_types_of_a_category() {
    let form = (0..5).fold(Typed::modify(ada()), |form, _| form.press(Action::Next));
    assert_snapshot!(form.picture(USUAL));
}

#[test]
fn a_new_address_of_a_verified_contact_waits() {
    assert_snapshot!(Typed::modify(ada()).press(Action::Next).text(".cn").picture(USUAL));
    let pending = Contact { pending_email: Some("ada@new.example".to_owned()), ..ada() };
    assert_snapshot!(Typed::modify(pending).picture(USUAL));
    let unverified = Contact { status: Status::Undeliverable, ..ada() };
    assert_snapshot!(Typed::modify(unverified).press(Action::Next).text(".cn").picture(USUAL));
}

#[test]
fn long_and_wide_values() {
    for size in [SMALL, USUAL] {
        assert_snapshot!(Typed::modify(hostile()).press(Action::Next).picture(size));
    }
}

#[test]
fn somebody_else_has_saved_the_contact() {
    let mut form = Typed::modify(ada()).press(Action::DeleteBefore).text("Ada").press(Action::Accept);
    let theirs = Contact {
        position: None,
        language: Language::ZhCn,
        subscriptions: Subscriptions::from_ids(["product".to_owned()]),
        version: 2,
        ..ada()
    };
    form.0.refused(&Problem::Conflict { theirs: Box::new(theirs) });
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(form.picture(size));
    }
}

#[test]
fn leaving_with_changes() {
    assert_snapshot!(Typed::add().text("王小明").press(Action::Close).picture(USUAL));
}

#[test]
fn the_contact_is_gone() {
    let mut form = Typed::modify(ada()).press(Action::DeleteBack).press(Action::Accept);
    form.0.refused(&Problem::NoSuchContact("7".to_owned()));
    assert_snapshot!(form.picture(USUAL));
}
