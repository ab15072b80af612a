//! What keys do to the form for the mail server.

use std::path::Path;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use secrecy::ExposeSecret as _;

use super::*;
use crate::config::{Flags, Source};
use crate::domain::language::Language;
use crate::domain::reply::Phase;
use crate::mail::sender::{ProbeStep, Stage};
use crate::paths::Environment;
use crate::tui::widgets::test_look;

fn dialog() -> MailFormDialog {
    let environment =
        Environment::of([("HOME", "/nonexistent")]).with_system_folder(Path::new("/nonexistent"));
    MailFormDialog::new(Source::new(Flags::default(), environment).mail_server().unwrap(), Language::En)
}

fn press(form: &mut MailFormDialog, action: Action) -> MailFormOutcome {
    form.input(&Input::Action(action))
}

fn paste(form: &mut MailFormDialog, text: &str) {
    form.input(&Input::Paste(text.into()));
}

fn text(form: &MailFormDialog, field: MailField) -> &str {
    form.text(field).unwrap().text()
}

fn go_to(form: &mut MailFormDialog, field: MailField) {
    if Page::of(field) != form.page {
        press(form, Action::OtherPage);
    }
    while form.focus != Focus::Field(field) {
        press(form, Action::Next);
    }
}

#[test]
fn what_is_typed_is_saved_and_the_password_shown_to_nobody() {
    let mut form = dialog();
    paste(&mut form, "a@example.com");
    go_to(&mut form, MailField::Security);
    press(&mut form, Action::Accept);
    assert_eq!(form.context(), Context::DropDown);
    press(&mut form, Action::Down);
    press(&mut form, Action::Accept);
    go_to(&mut form, MailField::Password);
    paste(&mut form, "hunter2");
    go_to(&mut form, MailField::Smtputf8);
    press(&mut form, Action::Tick);
    assert!(!format!("{form:?}").contains("hunter"));
    let outcome = press(&mut form, Action::Accept);
    assert!(!format!("{outcome:?}").contains("hunter"));
    let MailFormOutcome::Save { form: typed, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((typed.from.as_str(), typed.security), ("a@example.com", Some(Security::StartTls)));
    assert!(typed.smtputf8);
    assert_eq!(typed.password.unwrap().0.expose_secret(), "hunter2");
    assert_eq!(press(&mut form, Action::Close), MailFormOutcome::Stay, "keys wait while it is saved");
}

#[test]
fn what_is_typed_on_one_page_stays_while_the_other_is_seen() {
    let mut form = dialog();
    paste(&mut form, "a@example.com");
    go_to(&mut form, MailField::DkimKeyFile);
    paste(&mut form, "dkim.pem");
    for _ in 0..3 {
        press(&mut form, Action::Next);
    }
    assert_eq!(form.focus, Focus::Turn);
    press(&mut form, Action::Tick);
    assert_eq!((form.page, form.focus), (Page::Server, Focus::Field(MailField::From)));
    let outcome = press(&mut form, Action::Accept);
    let MailFormOutcome::Save { form: typed, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((typed.from.as_str(), typed.dkim_key_file.as_str()), ("a@example.com", "dkim.pem"));
    form.refused(Unsaved::Invalid(vec![(MailField::DkimDomain, "is missing".into())]));
    assert_eq!((form.page, form.focus), (Page::More, Focus::Field(MailField::DkimDomain)));
    assert_eq!(text(&form, MailField::DkimKeyFile), "dkim.pem");
}

#[test]
fn esc_asks_only_if_something_was_changed() {
    let mut form = dialog();
    assert_eq!(press(&mut form, Action::Close), MailFormOutcome::Close);
    assert_eq!(press(&mut form, Action::Accept), MailFormOutcome::Close, "nothing is to be saved");
    paste(&mut form, "x");
    assert_eq!(press(&mut form, Action::Close), MailFormOutcome::Stay);
    assert_eq!(form.context(), Context::Confirm);
    press(&mut form, Action::No);
    assert_eq!(text(&form, MailField::From), "x");
    press(&mut form, Action::Close);
    assert_eq!(press(&mut form, Action::Yes), MailFormOutcome::Close);
}

#[test]
fn what_is_refused_stays_and_is_explained() {
    let mut form = dialog();
    paste(&mut form, "x");
    press(&mut form, Action::Accept);
    form.refused(Unsaved::Invalid(vec![(MailField::Host, "is missing".into())]));
    assert_eq!((form.focus, text(&form, MailField::From)), (Focus::Field(MailField::Host), "x"));
    paste(&mut form, "localhost");
    assert!(form.problems.is_empty());
    press(&mut form, Action::Accept);
    form.refused(Unsaved::Failed("the disk is full".into()));
    assert!(form.message.as_ref().unwrap().text(Language::En).contains("the disk is full"));
    assert!(matches!(press(&mut form, Action::Accept), MailFormOutcome::Save { .. }), "once more");
    form.lost(&Problem::NoSecurityEmail);
    assert!(matches!(press(&mut form, Action::Accept), MailFormOutcome::Save { .. }));
}

#[test]
fn esc_stops_the_doctor_first() {
    let mut form = dialog();
    paste(&mut form, "a");
    assert!(matches!(press(&mut form, Action::Examine), MailFormOutcome::Examine { .. }));
    assert_eq!(press(&mut form, Action::Examine), MailFormOutcome::Stay, "one at a time");
    assert_eq!(press(&mut form, Action::Next), MailFormOutcome::Stay);
    assert_eq!(press(&mut form, Action::Close), MailFormOutcome::StopExamining);
    assert!(!form.doctor.is_asking());
    assert_eq!(press(&mut form, Action::Close), MailFormOutcome::Stay, "then it asks");
    press(&mut form, Action::No);
    assert!(matches!(press(&mut form, Action::Examine), MailFormOutcome::Examine { .. }));
    form.examined(Err(Unsaved::Invalid(vec![(MailField::Port, "is 'x'".into())])));
    assert!(!form.doctor.is_asking() && form.problems.len() == 1);
}

#[test]
fn what_is_changed_ends_an_examination_of_what_was_typed_before() {
    let mut form = dialog();
    let examine = |form: &mut MailFormDialog| {
        assert!(matches!(press(form, Action::Examine), MailFormOutcome::Examine { .. }));
        form.hear(ProbeEvent::Planned(vec![CONNECT]));
    };
    examine(&mut form);
    go_to(&mut form, MailField::Host);
    assert!(form.doctor.is_asking(), "moving changes nothing");
    assert_eq!(form.input(&Input::Paste("a".into())), MailFormOutcome::StopExamining);
    assert_eq!(form.input(&Input::Paste("b".into())), MailFormOutcome::Stay);
    examine(&mut form);
    go_to(&mut form, MailField::Security);
    press(&mut form, Action::Accept);
    assert_eq!(press(&mut form, Action::Close), MailFormOutcome::Stay, "nothing was chosen");
    press(&mut form, Action::Accept);
    press(&mut form, Action::Down);
    assert_eq!(press(&mut form, Action::Accept), MailFormOutcome::StopExamining);
    examine(&mut form);
    go_to(&mut form, MailField::Smtputf8);
    assert_eq!(press(&mut form, Action::Tick), MailFormOutcome::StopExamining);
}

const CONNECT: Stage = Stage::Dialogue(Phase::Connect);

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(width in 0u16..140, height in 0u16..45, steps in 0..14usize, turned: bool, told: bool, scrolls in 0..30usize) {
        let mut form = dialog();
        if told {
            press(&mut form, Action::Examine);
            let stages = [Phase::Connect, Phase::Greeting, Phase::Ehlo].map(Stage::Dialogue);
            form.hear(ProbeEvent::Planned(stages.to_vec()));
            for (stage, ok) in stages.into_iter().zip([true, true, false]) {
                let words = "220 语 and \u{7} more ".repeat(9).into();
                form.hear(ProbeEvent::Ended(ProbeStep { stage, ok, words, last_day: None }));
            }
            form.examined(Ok(()));
        }
        if turned {
            press(&mut form, Action::OtherPage);
        }
        for _ in 0..steps {
            press(&mut form, Action::Next);
        }
        for _ in 0..scrolls {
            press(&mut form, Action::PageDown);
        }
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        if let Some(cursor) = form.draw(area, &mut buf, test_look()) {
            prop_assert!(area.contains(cursor));
        }
    }
}
