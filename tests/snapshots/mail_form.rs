//! Pictures of the form for the mail server and of its doctor.

use std::path::Path;

use callsheet::config::{Flags, MailField, MailServer, Source, Unsaved};
use callsheet::domain::language::Language;
use callsheet::paths::Environment;
use callsheet::tui::effect::Examined;
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::screens::mail_form::MailFormDialog;
use insta::assert_snapshot;

use crate::support::picture::{LARGE, SMALL, USUAL, dialog};

/// Where there is no configuration yet.
pub fn server() -> MailServer {
    let environment =
        Environment::of([("HOME", "/nonexistent")]).with_system_folder(Path::new("/nonexistent"));
    Source::new(Flags::default(), environment).mail_server().unwrap()
}

/// A form in which everything is typed, the focus on the password.
fn filled() -> MailFormDialog {
    let mut form = MailFormDialog::new(server(), Language::En);
    let typed =
        ["示例有限公司 <notices@example.com>", "mail.example.com", "587", "", "notices", "open sesame"];
    for (index, text) in typed.into_iter().enumerate() {
        if index > 0 {
            form.input(&Input::Action(Action::Next));
        }
        form.input(&Input::Paste(text.to_owned()));
    }
    form
}

fn examined(last: &str, ok: bool) -> Vec<Examined> {
    let step = |stage, ok, words: &str| Examined { stage, ok, words: words.into() };
    vec![
        step("connect", true, "connected to 192.0.2.7:587"),
        step("greeting", true, "220 mail.example.com ESMTP"),
        step("TLS", true, "TLS 1.3, certificate for mail.example.com, valid until 2027-01-31"),
        step("EHLO", true, "PIPELINING, 8BITMIME, SMTPUTF8, AUTH PLAIN LOGIN"),
        step("sign in", ok, last),
    ]
}

#[test]
fn an_empty_form() {
    let form = MailFormDialog::new(server(), Language::En);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}

#[test]
fn everything_wrong_stands_below_its_field() {
    let mut form = filled();
    let wrong = |field, words: &str| (field, words.into());
    form.refused(Unsaved::Invalid(vec![
        wrong(MailField::Host, "is 'a b', which is no host name and no IP address"),
        wrong(MailField::Port, "is 'many\u{7}'; a port is 1 to 65535"),
        wrong(MailField::ReturnPath, "is 'x', which is no address: an address has one @; this one has none"),
    ]));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}

#[test]
fn the_doctor_shows_each_step_in_the_servers_words() {
    let mut form = filled();
    form.input(&Input::Action(Action::Examine));
    assert_snapshot!(dialog(USUAL, |area, buf, look| form.draw(area, buf, look)));
    form.examined(Ok(examined("535 5.7.8 authentication failed\u{1b}[2J", false)));
    for size in [USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
    form.input(&Input::Action(Action::Examine));
    form.examined(Ok(examined("signed in with PLAIN", true)));
    for _ in 0..4 {
        form.input(&Input::Action(Action::Next));
    }
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}

#[test]
fn somebody_else_has_changed_the_file() {
    let mut form = filled();
    form.input(&Input::Action(Action::Accept));
    form.refused(Unsaved::Changed(server().basis));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}
