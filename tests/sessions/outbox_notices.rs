//! The outbox with notices: one row each, opened and closed, tried again and called off.

use std::time::Duration;

use callsheet::domain::delivery::{NoticeId, State};
use callsheet::domain::notice::NoticeForm;
use callsheet::domain::reply::Phase;
use callsheet::mail::sender::Way;
use callsheet::mail::transport::smtp::{Security, SmtpSettings, Timeouts};
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::{notices, outbox};

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently, states};
use crate::support::sink::{Act, Sink};

/// Verified contacts who get everything about security, and nothing in the outbox but their codes.
fn office(names: &[&str]) -> Office {
    let office = Office::introduced();
    let mut session = office.session();
    for name in names {
        let contact = office.verified(&mut session, name, &format!("{name}@example.org"));
        let change = ContactChange { types: Some(vec!["security".to_owned()]), ..ContactChange::default() };
        contacts::modify(&mut session, contact.id, &change, None).unwrap();
    }
    // Half a minute from the turn of a minute: a mail is put off by a minute, give or take 6 s.
    office.clock.advance(Duration::from_secs(90));
    office
}

fn send(office: &Office, subject: &str) -> NoticeId {
    let form = NoticeForm {
        message_type: "security.account".to_owned(),
        subject: subject.to_owned(),
        body: "Was it you?\n".to_owned(),
        html: None,
    };
    notices::notify(&mut office.session(), &form, None).unwrap().notice
}

/// Delivers what is due to a server that says this to every recipient.
fn deliver_to_one_that_says(office: &Office, words: &str) {
    let sink = Sink::script().at(Phase::RcptTo, Act::say(words)).start();
    office.deliver(Way::Server(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.port(),
        security: Security::None,
        credentials: None,
        extra_ca: Vec::new(),
        hello_name: "callsheet.example".to_owned(),
        timeouts: Timeouts::default(),
    }));
}

const FULL: &str = "552 5.2.2 Mailbox full";
const DENIED: &str = "554 5.7.1 Relaying denied";

#[test]
fn a_notice_is_one_row_and_opens_to_its_mails() {
    let office = office(&["ada", "grace"]);
    send(&office, "Unusual logon");
    let mut desk = Desk::open(&office);
    desk.types("3").sees("… 2 waiting").sees("Please confirm").sees_no("ada@example.org>   Unusual");
    assert!(desk.line().contains("Unusual logon"), "{}", desk.line());
    desk.types("<enter> <wait:Notice 1> <wait:Security › Account security alerts · 2026-11-24 14:04>");
    desk.sees("ada <ada@example.org>").sees("grace <grace@example.org>").sees_no("Please confirm");
    desk.types("<enter> <wait:Delivery> <wait:Was it you?> <esc>");
    desk.types("<esc>").sees("Please confirm");
    assert!(desk.line().contains("Unusual logon"), "{}", desk.line());
}

#[test]
fn the_row_follows_its_mails() {
    let office = office(&["ada", "grace"]);
    send(&office, "Unusual logon");
    let mut desk = Desk::open(&office);
    desk.types("3").sees("… 2 waiting").mail_leaves().sees("≡ 2 written");
    desk.types("<enter>").sees("≡ 2 written").sees("≡ written");
}

#[test]
fn what_has_failed_is_tried_again_together() {
    let office = office(&["ada", "grace"]);
    send(&office, "Unusual logon");
    deliver_to_one_that_says(&office, DENIED);
    let mut desk = Desk::open(&office);
    desk.types("3").sees("! reached nobody").sees("✗ 2");
    desk.types("<enter> <wait:! It reached nobody, and there is no security email> <wait:554 5.7.1 Relaying denied> <esc>");
    let wakes = desk.wakes;
    desk.types("r <wait:2 mails are tried again now.> <wait:… 2 waiting>").sees_no("reached nobody");
    assert_eq!(desk.wakes, wakes + 1);
    desk.types("r <wait:No mail of this notice has failed>");
}

#[test]
fn what_waits_is_called_off_together_after_a_question_that_names_the_number() {
    let office = office(&["ada", "grace"]);
    send(&office, "Unusual logon");
    let mut desk = Desk::open(&office);
    desk.types("3 x <wait:Cancel the 2 mails of 'Unusual logon' that wait?> <enter> <wait:… 2 waiting>");
    desk.types("x y <wait:2 mails are cancelled.> <wait:- 2 cancelled>");
    desk.types("<enter> <wait:It was cancelled> <esc> x <wait:there is nothing to cancel>");
    assert_eq!(states(&mut office.session())[..2], [State::Cancelled, State::Cancelled]);
}

#[test]
fn single_mails_inside_a_notice_have_their_own_keys() {
    let office = office(&["ada", "grace"]);
    send(&office, "Unusual logon");
    let mut desk = Desk::open(&office);
    desk.types(
        "3<enter> x <wait:Cancel 'Unusual logon' to grace@example.org?> y <wait:The mail is cancelled.>",
    );
    desk.sees("… 1 waiting · - 1 cancelled");
    desk.types("<down> r <wait:The mail is tried again now.>");
}

#[test]
fn why_the_security_email_gets_it_is_said() {
    let office = office(&["ada"]);
    let change = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("sec@example.com".to_owned()),
        ..AccountChange::default()
    };
    account::set(&mut office.session(), &change).unwrap();
    office.deliver_to_files();
    office.clock.advance(Duration::from_secs(60));
    send(&office, "Unusual logon");
    deliver_to_one_that_says(&office, DENIED);
    let mut desk = Desk::open(&office);
    desk.types("3<enter> <wait:! It goes to the security email, for every other mail has failed.>");
    desk.sees("security email <sec@example.com>");
    desk.types("<enter> <wait:to the security email, for every other mail has failed>");
}

#[test]
fn a_filter_lists_single_mails_of_all_notices() {
    let office = office(&["ada", "grace"]);
    send(&office, "Unusual logon");
    send(&office, "Another one");
    let mut desk = Desk::open(&office);
    desk.types("3 / type:security <space> contact:ada<enter>");
    let count = |desk: &Desk<'_>| desk.screen().matches("ada@example.org").count();
    assert_eq!(count(&desk), 2, "{}", desk.screen());
    desk.sees_no("grace").sees_no("Please confirm");
    desk.types("<esc> / state:queued<enter>").sees("grace");
    assert_eq!(count(&desk), 2, "{}", desk.screen());
    desk.types("<esc>").sees("Please confirm").sees("… 2 waiting");
    let ada = contacts::find(&mut office.session(), "ada").unwrap().id.0;
    desk.types(&format!("/ contact:{ada}<enter>"));
    assert_eq!(count(&desk), 3, "two notices and her code: {}", desk.screen());
}

#[test]
fn a_notice_that_waits_for_another_try_says_when() {
    let office = office(&["ada"]);
    send(&office, "Unusual logon");
    deliver_to_one_that_says(&office, FULL);
    let mut desk = Desk::open(&office);
    desk.types("3").sees("… 1 waiting").types("<enter>").sees("↻ retry 14:05: 552 5.2.2 Mailbox full");
}

#[test]
fn the_whole_outbox_is_reached_whatever_kinds_it_holds() {
    let office = Office::introduced();
    let mut session = office.session();
    let ada = add_silently(&mut session, "ada", "ada@example.org");
    let change = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("sec@example.com".to_owned()),
        ..AccountChange::default()
    };
    account::set(&mut session, &change).unwrap();
    let mut expected = vec!["Confirm".to_owned()];
    for number in 0..90 {
        // Several at one moment, and both kinds in turn.
        if number % 3 == 0 {
            office.clock.advance(Duration::from_secs(61));
        }
        if number % 2 == 0 {
            send(&office, &format!("Notice{number:03}"));
            expected.push(format!("Notice{number:03}"));
        } else {
            outbox::test(&mut session, None, None).unwrap();
            expected.push("test".to_owned());
        }
    }
    contacts::delete(&mut session, &[ada]).unwrap();
    let mut desk = Desk::open(&office);
    desk.types("3");
    let mut seen = Vec::new();
    for _ in 0..expected.len() {
        let line = desk.line();
        seen.extend(line.split_whitespace().find(|word| word.starts_with("Notice")).map(str::to_owned));
        desk.types("j");
    }
    let notices: Vec<&String> = expected.iter().rev().filter(|word| word.starts_with("Notice")).collect();
    assert_eq!(seen.iter().collect::<Vec<_>>(), notices);
    assert!(desk.line().contains("Please confirm"), "{}", desk.line());
    desk.types("g");
    assert!(desk.line().contains("Notice088") || desk.line().contains("test"), "{}", desk.line());
}
