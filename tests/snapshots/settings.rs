//! Pictures of the settings and of the form for the account.

use callsheet::domain::account::Account;
use callsheet::domain::contact::Status;
use callsheet::domain::delivery::{DeliveryId, State};
use callsheet::domain::email_address::EmailError;
use callsheet::domain::language::Language;
use callsheet::mail::sender::SenderEvent;
use callsheet::operations::Problem;
use callsheet::operations::account::{AccountField, AccountWrong};
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::screens::account_form::AccountFormDialog;
use callsheet::tui::screens::settings::{MailFacts, Settings, SettingsFacts};
use insta::assert_snapshot;

use crate::support::picture::{LARGE, SMALL, USUAL, body, dialog};

fn account() -> Account {
    Account {
        name: "示例有限公司".to_owned(),
        security_email: Some("security@example.com".to_owned()),
        security_email_status: Some(Status::Verified),
        language: Language::ZhCn,
        introduced: true,
    }
}

fn facts(mail: MailFacts) -> SettingsFacts {
    SettingsFacts {
        mail,
        database: "/var/lib/callsheet/callsheet.db".to_owned(),
        key: "/var/lib/callsheet/callsheet.db.key".to_owned(),
        configuration: Some("/etc/callsheet/config.toml".to_owned()),
        warnings: Vec::new(),
    }
}

fn server() -> MailFacts {
    MailFacts::Server {
        host: "mail.example.com".to_owned(),
        port: 587,
        security: "starttls".to_owned(),
        from: "Example Ltd <notices@example.com>".to_owned(),
    }
}

#[test]
fn a_set_account_with_a_server() {
    let settings = Settings::new(facts(server()));
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(body(size, |area, buf, look| settings.draw(Some(&account()), area, buf, look)));
    }
}

#[test]
fn nothing_is_set_and_mail_goes_to_files() {
    let warnings =
        vec!["The database lies on a network file system; it is used without shared memory.".into()];
    let files = MailFacts::Files { folder: "/var/lib/callsheet/mail".to_owned() };
    let settings = Settings::new(SettingsFacts { warnings, configuration: None, ..facts(files) });
    let empty = Account {
        name: String::new(),
        security_email: None,
        security_email_status: None,
        language: Language::En,
        introduced: false,
    };
    assert_snapshot!(body(USUAL, |area, buf, look| settings.draw(Some(&empty), area, buf, look)));
}

#[test]
fn a_test_mail_tells_what_became_of_it() {
    let mut settings = Settings::new(facts(server()));
    settings.act(&Input::Action(Action::TestMail));
    settings.test_queued(Ok(DeliveryId(5)));
    let words = Some("550 5.1.1 no such user\u{7}".to_owned());
    settings.hear(&SenderEvent::Settled {
        id: DeliveryId(5),
        to: "security@example.com".to_owned(),
        state: State::Failed,
        words,
    });
    assert_snapshot!(body(USUAL, |area, buf, look| settings.draw(Some(&account()), area, buf, look)));
}

#[test]
fn the_first_start_asks_two_questions() {
    let mut form = AccountFormDialog::introduction();
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
    form.refused(&Problem::InvalidAccount(vec![
        (AccountField::Name, AccountWrong::NoName),
        (AccountField::SecurityEmail, AccountWrong::SecurityEmail(EmailError::NoAt)),
    ]));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
    form.input(&Input::Paste("Example".to_owned()));
    form.input(&Input::Action(Action::Close));
    assert_snapshot!(dialog(USUAL, |area, buf, look| form.draw(area, buf, look)));
}

#[test]
fn the_account_is_edited() {
    let mut form = AccountFormDialog::edit(account(), AccountField::Language);
    form.input(&Input::Action(Action::Accept));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(size, |area, buf, look| form.draw(area, buf, look)));
    }
}
