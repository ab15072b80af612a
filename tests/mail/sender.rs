//! The sender over the real store, against a real TCP sink.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::channel;
use std::time::Duration;

use callsheet::domain::contact::{ContactId, Status, Subject};
use callsheet::domain::delivery::{Delivery, State};
use callsheet::domain::reply::Phase;
use callsheet::mail::sender::{Sender, SenderEvent, SenderSettings, Way, deliver_due, deliver_these};
use callsheet::mail::transport::smtp::{Security, SmtpSettings, Timeouts};
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::{Session, outbox, verification};

use crate::support::office::{Office, add, code_in, deliveries, queued, states};
use crate::support::sink::{Act, Sink};

pub fn server(sink: &Sink) -> Way {
    Way::Server(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.port(),
        security: Security::None,
        credentials: None,
        extra_ca: Vec::new(),
        hello_name: "callsheet.example".to_owned(),
        timeouts: Timeouts::default(),
    })
}

fn deliver(office: &Office, sink: &Sink) -> Vec<SenderEvent> {
    let mut events = Vec::new();
    let never = AtomicBool::new(false);
    let settings = office.sender_settings(server(sink));
    deliver_due(&settings, Duration::ZERO, &never, &mut |event| events.push(event)).unwrap();
    events
}

/// An office with one mail in the queue.
fn with_mail() -> (Office, Session) {
    let office = Office::new();
    let mut session = office.session();
    add(&mut session, "Ada", "ada@example.org");
    (office, session)
}

fn newest(session: &mut Session) -> Delivery {
    deliveries(session).remove(0)
}

fn status(session: &mut Session) -> Status {
    contacts::get(session, ContactId(1)).unwrap().status
}

#[test]
fn a_mail_is_sent_with_its_headers_and_its_code_verifies() {
    let (office, mut session) = with_mail();
    let sink = Sink::accepting();
    deliver(&office, &sink);
    let mail = sink.mails().remove(0);
    assert!(mail.to.contains("<ada@example.org>") && mail.from.contains("<notices@example.com>"));
    let sent = newest(&mut session);
    assert_eq!((sent.state, sent.attempts, sent.maybe_sent), (State::Sent, 1, false));
    assert!(mail.body.contains(&format!("Message-ID: {}", sent.message_id)));
    assert_eq!(status(&mut session), Status::CodeSent);
    verification::confirm(&mut session, Subject::Contact(ContactId(1)), &code_in(&mail.body)).unwrap();
    assert_eq!(status(&mut session), Status::Verified);
}

#[test]
fn an_unknown_recipient_makes_the_contact_undeliverable_with_the_servers_words() {
    let (office, mut session) = with_mail();
    let sink = Sink::script().at(Phase::RcptTo, Act::say("550 5.1.1 no such user here")).start();
    deliver(&office, &sink);
    let failed = newest(&mut session);
    assert_eq!(failed.state, State::Failed);
    assert_eq!(failed.server.as_deref(), Some("550 5.1.1 no such user here"));
    assert_eq!(status(&mut session), Status::Undeliverable);
    let proof = verification::proofs(&mut session, Subject::Contact(ContactId(1))).unwrap().present;
    assert_eq!(proof.server.as_deref(), Some("550 5.1.1 no such user here"));
}

#[test]
fn a_new_verification_ends_undeliverable() {
    let (office, mut session) = with_mail();
    let sink = Sink::script().once(Phase::RcptTo, Act::say("550 5.1.1 no such user")).start();
    deliver(&office, &sink);
    office.clock.advance(Duration::from_secs(60));
    verification::send(&mut session, Subject::Contact(ContactId(1))).unwrap();
    deliver(&office, &sink);
    assert_eq!(status(&mut session), Status::Undeliverable);
    let code = code_in(&sink.mails().remove(0).body);
    verification::confirm(&mut session, Subject::Contact(ContactId(1)), &code).unwrap();
    assert_eq!(status(&mut session), Status::Verified);
}

#[test]
fn a_refusal_of_a_pending_address_leaves_the_one_in_force_alone() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let change = ContactChange { email: Some("ada@example.com".into()), ..ContactChange::default() };
    contacts::modify(&mut session, ada.id, &change, None).unwrap();
    let sink = Sink::script().at(Phase::RcptTo, Act::say("550 5.1.1 no such user")).start();
    deliver(&office, &sink);
    assert_eq!(status(&mut session), Status::Verified);
    let pending = verification::proofs(&mut session, Subject::Contact(ada.id)).unwrap().pending.unwrap();
    assert_eq!(pending.server.as_deref(), Some("550 5.1.1 no such user"));
}

#[test]
fn a_passing_refusal_is_tried_again_on_schedule_with_the_same_message_id() {
    let (office, mut session) = with_mail();
    let sink = Sink::script().once(Phase::Body, Act::say("451 4.3.0 try again later")).start();
    deliver(&office, &sink);
    let put_off = newest(&mut session);
    assert_eq!((put_off.state, put_off.attempts), (State::Retry, 1));
    let wait = session.now().until(put_off.due_at).as_secs();
    assert!((54..=66).contains(&wait), "{wait}");
    deliver(&office, &sink);
    assert_eq!(newest(&mut session).state, State::Retry);
    office.clock.advance(Duration::from_secs(66));
    deliver(&office, &sink);
    let sent = newest(&mut session);
    assert_eq!((sent.state, sent.attempts), (State::Sent, 2));
    assert_eq!(sent.message_id, put_off.message_id);
    let mails = sink.mails();
    assert_eq!(mails[0].body, mails[1].body);
}

#[test]
fn a_server_that_refuses_us_costs_no_mail_a_try() {
    let refusals = [
        (Phase::Greeting, "554 5.3.2 no service"),
        (Phase::Ehlo, "421 4.3.2 closing"),
        (Phase::MailFrom, "550 5.7.1 sender refused"),
        (Phase::MailFrom, "451 4.3.0 later"),
    ];
    for (phase, words) in refusals {
        let (office, mut session) = with_mail();
        let sink = Sink::script().at(phase, Act::say(words)).start();
        let events = deliver(&office, &sink);
        let waiting = newest(&mut session);
        assert_eq!((waiting.state, waiting.attempts), (State::Queued, 0), "{words}");
        assert_eq!(waiting.server.as_deref(), Some(words));
        let until = session.now().plus(Duration::from_secs(30));
        assert!(events.contains(&SenderEvent::BackingOff { words: words.to_owned(), until }), "{events:?}");
        assert_eq!(status(&mut session), Status::Unverified);
    }
}

#[test]
fn an_unknown_host_fails_no_contact() {
    let (office, mut session) = with_mail();
    let sink = Sink::accepting();
    let Way::Server(mut settings) = server(&sink) else { unreachable!() };
    drop(sink);
    settings.timeouts.connect = Duration::from_secs(5);
    let mut events = Vec::new();
    let never = AtomicBool::new(false);
    let settings = office.sender_settings(Way::Server(settings));
    deliver_due(&settings, Duration::ZERO, &never, &mut |event| events.push(event)).unwrap();
    assert_eq!(newest(&mut session).state, State::Queued);
    assert!(events.iter().any(|event| matches!(event, SenderEvent::BackingOff { .. })));
}

#[test]
fn a_line_that_breaks_after_the_body_is_marked_and_sent_again_under_the_same_id() {
    let (office, mut session) = with_mail();
    let sink = Sink::script().once(Phase::Body, Act::Drop).start();
    deliver(&office, &sink);
    let unknown = newest(&mut session);
    assert_eq!((unknown.state, unknown.maybe_sent, unknown.attempts), (State::Retry, true, 1));
    office.clock.advance(Duration::from_secs(66));
    deliver(&office, &sink);
    let sent = newest(&mut session);
    assert_eq!((sent.state, sent.maybe_sent), (State::Sent, true));
    assert!(sink.mails().iter().all(|mail| mail.body.contains(&sent.message_id)));
}

#[test]
fn lines_that_break_after_mail_are_charged_from_the_third_time_in_succession() {
    let (office, mut session) = with_mail();
    let sink = Sink::script().at(Phase::RcptTo, Act::Drop).start();
    for attempts in [0, 0, 1] {
        deliver(&office, &sink);
        let broken = newest(&mut session);
        assert_eq!((broken.state, broken.attempts, broken.maybe_sent), (State::Retry, attempts, false));
        office.clock.advance(Duration::from_secs(120));
    }
}

#[test]
fn one_bad_address_never_blocks_the_others() {
    let office = Office::new();
    let mut session = office.session();
    for index in 0..5 {
        add(&mut session, "Ada", &format!("ada{index}@example.org"));
    }
    let sink = Sink::script().once(Phase::RcptTo, Act::say("550 5.1.1 no such user")).start();
    deliver(&office, &sink);
    let rows = deliveries(&mut session);
    let count = |state: State| rows.iter().filter(|row| row.state == state).count();
    assert_eq!((count(State::Sent), count(State::Failed)), (4, 1));
    assert_eq!(sink.mails().len(), 4);
}

#[test]
fn many_mails_go_once_each_over_no_more_connections_than_allowed() {
    let mut office = Office::new();
    office.rules.daily_limit = 1000;
    let mut session = office.session();
    for index in 0..40 {
        add(&mut session, "Ada", &format!("ada{index}@example.org"));
    }
    let sink = Sink::accepting();
    deliver(&office, &sink);
    let (mails, rows) = (sink.mails(), deliveries(&mut session));
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((mails.len(), to.len()), (40, 40));
    assert!(mails.iter().all(|mail| mail.connection < 4));
    assert!(rows.iter().all(|row| row.state == State::Sent && row.attempts == 1));
}

/// An office with twelve mails in the queue.
fn with_twelve_mails() -> (Office, Session) {
    let office = Office::new();
    let mut session = office.session();
    for index in 0..12 {
        add(&mut session, "Ada", &format!("ada{index}@example.org"));
    }
    (office, session)
}

/// All twelve were sent at the first try, and nobody found fault with the server.
#[track_caller]
fn assert_all_sent_once(session: &mut Session, sink: &Sink, events: &[SenderEvent]) {
    let mails = sink.mails();
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((mails.len(), to.len()), (12, 12));
    assert!(deliveries(session).iter().all(|row| row.state == State::Sent && row.attempts == 1));
    assert!(!events.iter().any(|event| matches!(event, SenderEvent::BackingOff { .. })), "{events:?}");
}

#[test]
fn a_server_that_serves_one_connection_at_a_time_gets_all_mail_over_one() {
    let (office, mut session) = with_twelve_mails();
    let sink = Sink::script().serving_one_at_a_time().start();
    let Way::Server(mut settings) = server(&sink) else { unreachable!() };
    settings.timeouts.further = Duration::from_millis(100);
    let events = office.deliver(Way::Server(settings));
    assert_all_sent_once(&mut session, &sink, &events);
    assert!(sink.mails().iter().all(|mail| mail.connection == 0));
}

#[test]
fn a_server_that_refuses_further_connections_gets_all_mail_over_those_it_takes() {
    for refusal in [Act::say("421 4.7.0 too many connections"), Act::Drop] {
        let (office, mut session) = with_twelve_mails();
        let sink = Sink::script()
            .once(Phase::Greeting, Act::Accept)
            .once(Phase::Greeting, Act::Accept)
            .at(Phase::Greeting, refusal)
            .start();
        let events = deliver(&office, &sink);
        assert_all_sent_once(&mut session, &sink, &events);
    }
}

#[test]
fn told_to_stop_it_gives_back_what_nobody_has_in_hand() {
    let (office, mut session) = with_twelve_mails();
    let sink = Sink::accepting();
    let stop = AtomicBool::new(false);
    let settings = office.sender_settings(server(&sink));
    deliver_due(&settings, Duration::ZERO, &stop, &mut |_| stop.store(true, Relaxed)).unwrap();
    let rows = deliveries(&mut session);
    let sent = rows.iter().filter(|row| row.state == State::Sent).count();
    assert_eq!(sent, sink.mails().len());
    assert!(rows.iter().all(|row| matches!(row.state, State::Sent | State::Queued)), "{rows:?}");
    assert!(sent < 12);
}

#[test]
fn a_result_is_kept_until_it_can_be_recorded_and_the_trouble_is_told_once() {
    let (office, mut session) = with_mail();
    let sink = Sink::accepting();
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON delivery WHEN NEW.state = 'sent' \
                  BEGIN SELECT RAISE(ABORT, 'no room'); END";
    raw.execute_batch(refuse).unwrap();
    let mut events = Vec::new();
    let mut hear = |event: SenderEvent| {
        // It has waited once, and tries again.
        if matches!(event, SenderEvent::CannotRecord { .. }) {
            assert_eq!(sink.mails().len(), 1);
            raw.execute_batch("DROP TRIGGER refuse").unwrap();
        }
        events.push(event);
    };
    let settings = office.sender_settings(server(&sink));
    deliver_due(&settings, Duration::ZERO, &AtomicBool::new(false), &mut hear).unwrap();
    let told = events.iter().filter(|event| matches!(event, SenderEvent::CannotRecord { .. })).count();
    assert_eq!(told, 1);
    let sent = newest(&mut session);
    assert_eq!((sent.state, sent.attempts, sent.maybe_sent), (State::Sent, 1, false));
    assert_eq!(sink.mails().len(), 1);
}

#[test]
fn mail_that_waits_for_hours_is_told_and_noted_once() {
    let (office, mut session) = with_mail();
    let queued = session.now();
    let sink = Sink::script().at(Phase::MailFrom, Act::say("451 4.3.0 later")).start();
    let delays = |events: &[SenderEvent]| -> Vec<SenderEvent> {
        events.iter().filter(|event| matches!(event, SenderEvent::Delayed { .. })).cloned().collect()
    };
    assert_eq!(delays(&deliver(&office, &sink)), []);
    office.clock.advance(Duration::from_secs(4 * 3600));
    add(&mut session, "Bob", "bob@example.org");
    let told = SenderEvent::Delayed { count: 1, since: queued, words: Some("451 4.3.0 later".to_owned()) };
    assert_eq!(delays(&deliver(&office, &sink)), [told]);
    assert_eq!(delays(&deliver(&office, &sink)), []);
    let [bob, ada] = deliveries(&mut session).try_into().unwrap();
    assert!(ada.is_delayed(session.now()) && !bob.is_delayed(session.now()));
    assert_eq!(outbox::totals(&mut session).unwrap().delayed_since(session.now()), Some(queued));
    let noted = |session: &mut Session, id| outbox::show(session, id).unwrap().attempts;
    assert_eq!(
        (noted(&mut session, ada.id)[0].phase.as_str(), noted(&mut session, bob.id).len()),
        ("delay", 0)
    );
}

#[test]
fn a_single_mail_uses_a_single_connection() {
    let (office, _session) = with_mail();
    let sink = Sink::accepting();
    deliver(&office, &sink);
    assert_eq!(sink.finish().len(), 1);
}

#[test]
fn with_a_rate_limit_mails_begin_that_far_apart() {
    let (office, mut session) = with_mail();
    add(&mut session, "Bob", "bob@example.org");
    add(&mut session, "Eve", "eve@example.org");
    let sink = Sink::accepting();
    let second = Duration::from_secs(1);
    for (rate, apart) in [(1, second), (4, second / 4)] {
        let settings = SenderSettings { rate_per_second: rate, ..office.sender_settings(server(&sink)) };
        let mut began = Vec::new();
        // The clock moves when a mail has ended: whatever begins before that begins too early.
        let mut hear = |event: SenderEvent| {
            if matches!(event, SenderEvent::Sending { .. }) {
                began.push(settings.clock.now());
            } else if matches!(event, SenderEvent::Settled { .. }) {
                office.clock.advance(apart);
            }
        };
        deliver_due(&settings, Duration::ZERO, &AtomicBool::new(false), &mut hear).unwrap();
        let waits: Vec<Duration> = began.windows(2).map(|two| two[0].until(two[1])).collect();
        assert_eq!(waits, [apart; 2]);
        let ids: Vec<_> = deliveries(&mut session).iter().map(|delivery| delivery.id).collect();
        let raw = rusqlite::Connection::open(office.database()).unwrap();
        raw.execute("UPDATE delivery SET state = 'failed'", []).unwrap();
        outbox::retry(&mut session, &ids).unwrap();
    }
}

#[test]
fn what_a_dead_sender_had_in_hand_is_taken_back() {
    let (office, mut session) = with_mail();
    let sink = Sink::accepting();
    // A sender that died after it had begun to send the body.
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let died = "UPDATE delivery SET state = 'sending', lease = zeroblob(16), lease_until = 0, phase = 'body'";
    raw.execute(died, []).unwrap();
    let before = newest(&mut session);
    deliver(&office, &sink);
    let unknown = newest(&mut session);
    assert_eq!((unknown.state, unknown.maybe_sent, unknown.attempts), (State::Retry, true, 1));
    let wait = session.now().until(unknown.due_at).as_secs();
    assert!((54..=66).contains(&wait), "{wait}");
    office.clock.advance(Duration::from_secs(66));
    deliver(&office, &sink);
    let sent = newest(&mut session);
    assert_eq!((sent.state, sent.maybe_sent, sent.attempts), (State::Sent, true, 2));
    assert_eq!(sent.message_id, before.message_id);
    // And one that had only claimed it: nobody needs to know.
    add(&mut session, "Bob", "bob@example.org");
    let died = "UPDATE delivery SET state = 'sending', lease = zeroblob(16), lease_until = 0, phase = 'claimed' \
                WHERE state = 'queued'";
    raw.execute(died, []).unwrap();
    deliver(&office, &sink);
    let sent = newest(&mut session);
    assert_eq!((sent.state, sent.maybe_sent, sent.attempts), (State::Sent, false, 1));
}

#[test]
fn a_claim_whose_lease_has_ended_is_taken_back_while_the_sender_runs() {
    let (office, mut session) = with_mail();
    let sink = Sink::accepting();
    let settings = office.sender_settings(server(&sink));
    let (tell, told) = channel();
    let sender = Sender::start(settings, move |event| tell.send(event).unwrap_or(()), |_| {}).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(matches!(next(), SenderEvent::Sending { .. }));
    assert!(matches!(next(), SenderEvent::Settled { state: State::Sent, .. }));
    assert_eq!(next(), SenderEvent::Idle);
    // Somebody has claimed it and hangs; a claim that is good for longer is left alone.
    let claim = |until: i64| {
        let raw = rusqlite::Connection::open(office.database()).unwrap();
        raw.execute(
            "UPDATE delivery SET state = 'sending', ended_at = NULL, lease = zeroblob(16), lease_until = ?1, phase = 'claimed'",
            [until],
        )
        .unwrap();
    };
    claim(session.now().plus(Duration::from_secs(1)).millis());
    assert_eq!(newest(&mut session).state, State::Sending);
    claim(session.now().millis());
    sender.wake();
    assert!(matches!(next(), SenderEvent::Sending { .. }));
    assert!(matches!(next(), SenderEvent::Settled { state: State::Sent, .. }));
    assert!(sender.stop(Duration::from_secs(20)));
    assert_eq!(sink.mails().len(), 2);
}

#[test]
fn an_administrator_who_asks_for_a_try_ends_the_wait_for_a_server() {
    let (office, mut session) = with_mail();
    let sink = Sink::script().once(Phase::MailFrom, Act::say("550 5.7.1 not from there")).start();
    let settings = office.sender_settings(server(&sink));
    let (tell, told) = channel();
    let sender = Sender::start(settings, move |event| tell.send(event).unwrap_or(()), |_| {}).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(matches!(next(), SenderEvent::Sending { .. }));
    assert!(matches!(next(), SenderEvent::BackingOff { .. }));
    // The clock stands still: the wait does not end by itself.
    let id = newest(&mut session).id;
    outbox::retry(&mut session, &[id]).unwrap();
    assert!(matches!(next(), SenderEvent::Sending { .. }));
    assert!(matches!(next(), SenderEvent::Settled { state: State::Sent, .. }));
    assert!(sender.stop(Duration::from_secs(20)));
    assert_eq!(newest(&mut session).attempts, 1);
}

#[test]
fn a_database_that_has_sent_by_smtp_never_falls_back_to_files() {
    let (office, mut session) = with_mail();
    deliver(&office, &Sink::accepting());
    add(&mut session, "Bob", "bob@example.org");
    let events = office.deliver_to_files();
    assert!(matches!(events.as_slice(), [SenderEvent::Stopped { .. }]), "{events:?}");
    assert_eq!(newest(&mut session).state, State::Queued);
    assert!(!office.mail_folder().exists());
}

#[test]
fn a_closed_way_says_why_and_keeps_the_mail() {
    let (office, mut session) = with_mail();
    let settings = office.sender_settings(Way::Closed { words: "the password cannot be read".to_owned() });
    let mut events = Vec::new();
    deliver_due(&settings, Duration::ZERO, &AtomicBool::new(false), &mut |event| events.push(event)).unwrap();
    assert_eq!(events, [SenderEvent::Stopped { words: "the password cannot be read".to_owned() }]);
    assert_eq!(newest(&mut session).state, State::Queued);
}

#[test]
fn only_the_asked_for_mail_is_delivered_by_a_command() {
    let office = Office::new();
    let mut session = office.session();
    add(&mut session, "Ada", "ada@example.org");
    let bob = queued(&add(&mut session, "Bob", "bob@example.org").mailing);
    let sink = Sink::accepting();
    let settings = office.sender_settings(server(&sink));
    deliver_these(&settings, &[bob], Duration::ZERO, &AtomicBool::new(false), &mut |_| {}).unwrap();
    assert_eq!(sink.mails().len(), 1);
    assert_eq!(outbox::get(&mut session, bob).unwrap().state, State::Sent);
}

#[test]
fn the_mails_asked_for_leave_in_the_order_given() {
    let office = Office::new();
    let mut session = office.session();
    let mut mail = |name: &str| queued(&add(&mut session, name, &format!("{name}@example.org")).mailing);
    let (ada, bob, eve) = (mail("ada"), mail("bob"), mail("eve"));
    let sink = Sink::accepting();
    let settings = SenderSettings { connections: 1, ..office.sender_settings(server(&sink)) };
    deliver_these(&settings, &[eve, ada, bob], Duration::ZERO, &AtomicBool::new(false), &mut |_| {}).unwrap();
    let to: Vec<String> = sink.mails().into_iter().map(|mail| mail.to).collect();
    let names = ["<eve@example.org>", "<ada@example.org>", "<bob@example.org>"];
    assert!(to.iter().zip(names).all(|(to, name)| to.contains(name)) && to.len() == 3, "{to:?}");
}

#[test]
fn a_command_that_is_told_to_end_gives_back_what_it_has_not_begun() {
    let office = Office::new();
    let mut session = office.session();
    let names = ["ada", "bob", "eve", "gus", "ivy", "joe"];
    let ids = names.map(|name| queued(&add(&mut session, name, &format!("{name}@example.org")).mailing));
    let sink = Sink::accepting();
    let settings = SenderSettings { connections: 1, ..office.sender_settings(server(&sink)) };
    let stop = AtomicBool::new(false);
    deliver_these(&settings, &ids, Duration::ZERO, &stop, &mut |event| {
        stop.store(matches!(event, SenderEvent::Settled { .. }) || stop.load(Relaxed), Relaxed);
    })
    .unwrap();
    let states = states(&mut session);
    let sent = states.iter().filter(|state| **state == State::Sent).count();
    let queued = states.iter().filter(|state| **state == State::Queued).count();
    assert!(sent > 0 && queued > 0 && sent + queued == ids.len(), "{states:?}");
    assert_eq!(sink.mails().len(), sent);
}

#[test]
fn a_command_waits_no_longer_for_a_server_that_says_nothing_and_the_mail_is_sent_once() {
    let (office, mut session) = with_mail();
    let silent = Sink::script().at(Phase::RcptTo, Act::Silence).start();
    let id = newest(&mut session).id;
    let clock = office.clock.clone();
    let settings = office.sender_settings(server(&silent));
    deliver_these(&settings, &[id], Duration::ZERO, &AtomicBool::new(false), &mut |event| {
        if let SenderEvent::Sending { .. } = event {
            clock.advance(Duration::from_secs(30));
        }
    })
    .unwrap();
    assert!(!newest(&mut session).state.is_end());
    assert_eq!(silent.mails(), []);
    drop(silent);
    let sink = Sink::accepting();
    deliver(&office, &sink);
    let delivery = newest(&mut session);
    assert_eq!((delivery.state, delivery.maybe_sent, sink.mails().len()), (State::Sent, false, 1));
}

#[test]
fn the_thread_notices_what_another_process_queues_and_ends_when_told() {
    let office = Office::new();
    let mut session = office.session();
    let sink = Sink::accepting();
    let (tell, told) = channel();
    let settings = office.sender_settings(server(&sink));
    let sender = Sender::start(settings, move |event| tell.send(event).unwrap_or(()), |_| {}).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(next(), SenderEvent::Idle);
    add(&mut session, "Ada", "ada@example.org");
    sender.wake();
    assert!(matches!(next(), SenderEvent::Sending { .. }));
    assert!(matches!(next(), SenderEvent::Settled { state: State::Sent, .. }));
    assert_eq!(next(), SenderEvent::Idle);
    add(&mut session, "Bob", "bob@example.org");
    assert!(matches!(next(), SenderEvent::Sending { .. }));
    assert!(matches!(next(), SenderEvent::Settled { state: State::Sent, .. }));
    assert!(sender.stop(Duration::from_secs(20)));
}

#[test]
fn a_second_sender_stands_by_and_takes_over() {
    let office = Office::new();
    let mut session = office.session();
    let sink = Sink::accepting();
    let settings = office.sender_settings(server(&sink));
    let start = |settings: &callsheet::mail::sender::SenderSettings| {
        let (tell, told) = channel();
        (Sender::start(settings.clone(), move |event| tell.send(event).unwrap_or(()), |_| {}).unwrap(), told)
    };
    let patience = Duration::from_secs(20);
    let (first, told_first) = start(&settings);
    assert_eq!(told_first.recv_timeout(patience).unwrap(), SenderEvent::Idle);
    let (second, told_second) = start(&settings);
    assert_eq!(told_second.recv_timeout(patience).unwrap(), SenderEvent::StandingBy);
    assert!(first.stop(patience));
    assert_eq!(told_second.recv_timeout(patience).unwrap(), SenderEvent::Idle);
    add(&mut session, "Ada", "ada@example.org");
    second.wake();
    assert!(matches!(told_second.recv_timeout(patience).unwrap(), SenderEvent::Sending { .. }));
    assert!(second.stop(patience));
}
