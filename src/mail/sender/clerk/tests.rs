//! The clerk beside carriers whose words the test says, never those of a server: what is said while it writes.

#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::sync::mpsc::channel;

use super::*;
use crate::clock::SystemClock;
use crate::domain::catalogue::Catalogue;
use crate::domain::delivery::Kind;
use crate::domain::language::Language;
use crate::domain::reply::Reply;
use crate::domain::return_path::ReturnPath;
use crate::mail::transport::Submission;
use crate::mail::transport::smtp::{Security, SmtpSettings, Timeouts};
use crate::store::NewDelivery;

/// A clerk with so many mails to send, to a server that never says a word: what carriers say comes from the test alone.
struct Desk {
    _folder: tempfile::TempDir,
    _server: TcpListener,
    clerk: Clerk,
}

impl Desk {
    fn with_mails(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let smtp = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: server.local_addr().unwrap().port(),
            security: Security::None,
            credentials: None,
            extra_ca: Vec::new(),
            hello_name: "callsheet.example".to_owned(),
            timeouts: Timeouts::default(),
        };
        let settings = SenderSettings {
            database: folder.path().join("a.db"),
            way: Way::Server(smtp),
            letterhead: Letterhead {
                from_name: None,
                from_email: "notices@example.com".to_owned(),
                account: String::new(),
                message_id_domain: "example.com".to_owned(),
            },
            return_path: ReturnPath::Plain("notices@example.com".to_owned()),
            dkim: None,
            public_url: None,
            catalogue: Arc::new(Catalogue::built_in()),
            connections: 4,
            rate_per_second: 0,
            keep: Duration::from_secs(86_400),
            clock: Arc::new(SystemClock),
        };
        let mut clerk = Clerk::new(&settings).unwrap().unwrap();
        let now = clerk.now();
        for number in 0..count {
            let address = format!("ada{number}@example.org");
            let new = NewDelivery {
                kind: Kind::Test,
                contact: None,
                notice: None,
                verification: None,
                address: &address,
                address_key: &address,
                name: "",
                language: Language::En,
                message_type: None,
                subject: "s",
                detail: None,
                fallback: None,
                priority: 1,
                now,
                expires_at: now.plus(LEASE),
                message_id: &format!("<{number}@example.org>"),
            };
            clerk.store.write(|writing| writing.insert_delivery(&new)).unwrap();
        }
        Self { _folder: folder, _server: server, clerk }
    }

    fn state(&mut self, id: i64) -> State {
        self.clerk.store.read(|reading| reading.delivery(DeliveryId(id))).unwrap().unwrap().state
    }
}

fn accepted() -> Word {
    let outcome = Outcome::Submitted(Submission::Accepted(Reply::new(250, "2.0.0 Ok")));
    Word::Carried { carrier: 0, outcome }
}

#[test]
fn what_is_reported_while_a_transaction_is_open_is_recorded_before_the_clerk_is_idle() {
    let mut desk = Desk::with_mails(1);
    let inbox = channel();
    let words = inbox.0.clone();
    let mut on = |_| {};
    let mut delivering = Delivering::new(inbox, None, &mut on);
    assert_eq!(desk.clerk.turn(None, &mut delivering).unwrap(), Standing::Busy);
    // A question opens a transaction, and then the last mail is reported.
    desk.clerk.hear(Word::MayBodyLeave { carrier: 0 }, &mut delivering);
    words.send(accepted()).unwrap();
    assert_eq!(desk.clerk.turn(None, &mut delivering).unwrap(), Standing::Busy);
    assert_eq!((desk.state(1), desk.clerk.patience()), (State::Sending, Duration::ZERO));
    assert_eq!(desk.clerk.turn(None, &mut delivering).unwrap(), Standing::Idle);
    assert_eq!(desk.state(1), State::Sent);
}

#[test]
fn a_question_that_comes_while_a_transaction_is_open_is_answered_by_it() {
    let mut desk = Desk::with_mails(3);
    let inbox = channel();
    let words = inbox.0.clone();
    let mut on = |_| {};
    let mut delivering = Delivering::new(inbox, None, &mut on);
    desk.clerk.turn(None, &mut delivering).unwrap();
    desk.clerk.hear(Word::MayBodyLeave { carrier: 0 }, &mut delivering);
    desk.clerk.turn(None, &mut delivering).unwrap();
    // The server is known to work, so the second mail is in hand as well.
    desk.clerk.hear(Word::MayBodyLeave { carrier: 1 }, &mut delivering);
    words.send(accepted()).unwrap();
    words.send(Word::MayBodyLeave { carrier: 2 }).unwrap();
    desk.clerk.turn(None, &mut delivering).unwrap();
    let may_leave = |desk: &Desk, carrier: usize| desk.clerk.carriers[carrier].body_may_leave;
    assert!([0, 1, 2].into_iter().all(|carrier| may_leave(&desk, carrier)));
    assert_eq!(desk.state(1), State::Sending);
    desk.clerk.turn(None, &mut delivering).unwrap();
    assert_eq!(desk.state(1), State::Sent);
}

#[test]
fn a_result_waits_a_moment_for_a_note_but_only_if_one_may_come() {
    let mut desk = Desk::with_mails(8);
    let inbox = channel();
    let mut on = |_| {};
    let mut delivering = Delivering::new(inbox, None, &mut on);
    desk.clerk.turn(None, &mut delivering).unwrap();
    desk.clerk.hear(Word::MayBodyLeave { carrier: 0 }, &mut delivering);
    desk.clerk.turn(None, &mut delivering).unwrap();
    // The other carriers are on their way, and mails are ready for them.
    desk.clerk.hear(accepted(), &mut delivering);
    assert!(desk.clerk.patience() <= SHARING);
    desk.clerk.results_since = Instant::now().checked_add(SHARING);
    assert_eq!((desk.clerk.leisure(), desk.clerk.patience()), (SHARING, SHARING));
    desk.clerk.turn(None, &mut delivering).unwrap();
    assert_eq!(desk.state(1), State::Sending);
    desk.clerk.results_since = Instant::now().checked_sub(SHARING);
    desk.clerk.turn(None, &mut delivering).unwrap();
    assert_eq!(desk.state(1), State::Sent);
    // A question is answered at once, and all that is known goes with it.
    desk.clerk.hear(Word::MayBodyLeave { carrier: 1 }, &mut delivering);
    assert_eq!(desk.clerk.leisure(), Duration::ZERO);
}
