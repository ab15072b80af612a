//! Pictures of the form for the mail server and of its doctor.

use std::path::Path;

use callsheet::config::{Flags, MailField, MailServer, Source, Unsaved};
use callsheet::domain::language::Language;
use callsheet::domain::reply::Phase;
use callsheet::mail::sender::{ProbeEvent, ProbeStep, Stage};
use callsheet::paths::Environment;
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

const PLAN: [Phase; 7] =
    [Phase::Connect, Phase::Greeting, Phase::Tls, Phase::Ehlo, Phase::Auth, Phase::MailFrom, Phase::RcptTo];

/// What the server says at each step that goes well.
const WORDS: [&str; 7] = [
    "connected to 192.0.2.7:587",
    "220 mail.example.com ESMTP",
    "TLS 1.3, certificate for mail.example.com, valid until 2027-01-31",
    "offers PIPELINING, 8BITMIME, SMTPUTF8, AUTH PLAIN LOGIN",
    "signed in with PLAIN",
    "250 2.1.0 Ok",
    "250 2.1.5 Ok",
];

/// The server is asked, and has answered so many steps.
pub fn ask(form: &mut MailFormDialog, answered: usize) {
    form.input(&Input::Action(Action::Examine));
    form.hear(ProbeEvent::Planned(PLAN.map(Stage::Dialogue).to_vec()));
    for (phase, words) in PLAN.into_iter().zip(WORDS).take(answered) {
        tell(form, phase, true, words);
    }
}

/// The server has answered one more.
pub fn tell(form: &mut MailFormDialog, phase: Phase, ok: bool, words: &str) {
    let stage = Stage::Dialogue(phase);
    form.hear(ProbeEvent::Ended(ProbeStep { stage, ok, words: words.into(), last_day: None }));
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
        wrong(MailField::Port, "is 'many\u{7}', which is no whole number"),
        wrong(MailField::ReturnPath, "is 'x', which is no address: an address has one @; this one has none"),
    ]));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}

#[test]
fn the_other_page_has_everything_else() {
    let mut form = filled();
    form.input(&Input::Action(Action::OtherPage));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
    let wrong = |field, words: &str| (field, words.into());
    form.refused(Unsaved::Invalid(vec![
        wrong(MailField::Host, "is missing"),
        wrong(
            MailField::DkimKeyFile,
            "names '/etc/k.pem', which others can read (mode 0644); 'chmod 600' closes it",
        ),
    ]));
    assert_snapshot!(dialog(USUAL, |area, buf, look| form.draw(area, buf, look)));
    form.input(&Input::Action(Action::OtherPage));
    for _ in 0..9 {
        form.input(&Input::Action(Action::Next));
    }
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}

#[test]
fn the_doctor_shows_each_step_in_the_servers_words() {
    let mut form = filled();
    form.input(&Input::Action(Action::Examine));
    assert_snapshot!(dialog(USUAL, |area, buf, look| form.draw(area, buf, look)));
    ask(&mut form, 4);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
    tell(&mut form, Phase::Auth, false, "535 5.7.8 authentication failed\u{1b}[2J");
    form.examined(Ok(()));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
    ask(&mut form, PLAN.len());
    form.examined(Ok(()));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}

#[test]
fn what_was_told_before_the_doctor_was_stopped_stays() {
    let mut form = filled();
    ask(&mut form, 3);
    form.input(&Input::Action(Action::Close));
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
