//! How a notice ends, and what follows if nobody got it.

use std::time::Duration;

use callsheet::domain::contact::ContactId;
use callsheet::domain::delivery::{DeliveryId, NoticeId, State};
use callsheet::domain::notice::NoticeTotals;
use callsheet::domain::reply::Phase;
use callsheet::domain::routing::FallbackReason;
use callsheet::domain::subscription::Subscriptions;
use callsheet::mail::sender::Way;
use callsheet::mail::transport::smtp::{Security, SmtpSettings, Timeouts};
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, Again};
use callsheet::operations::{Problem, Session, notices, outbox};
use callsheet::store::{Settlement, Store};

use super::{
    ALARM, OFFER, announcement, cancel, contact, fail, get, mails, mark, notify, raw, send,
    set_security_email, settle,
};
use crate::support::office::{Office, refused};
use crate::support::sink::{Act, Sink};

const SECURITY: &str = "sec@example.com";

fn all_failed(state: &'static str) -> (String, Option<String>, &'static str) {
    (SECURITY.to_owned(), Some("all_failed".to_owned()), state)
}

/// A notice to Ada and Bob, and a security email.
fn to_two() -> (Office, Session, NoticeId, [DeliveryId; 2]) {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, SECURITY);
    contact(&office, &mut session, "Ada", &["security"]);
    contact(&office, &mut session, "Bob", &["security"]);
    let done = notify(&mut session, ALARM);
    let ids = [done.waiting[0], done.waiting[1]];
    (office, session, done.notice, ids)
}

/// A notice to Ada alone; without a security email.
fn to_one() -> (Office, Session, NoticeId, DeliveryId) {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    let done = notify(&mut session, ALARM);
    (office, session, done.notice, done.waiting[0])
}

fn break_after_the_body(office: &Office, id: DeliveryId) {
    let due_at = callsheet::clock::Clock::now(&office.clock);
    let words = "the line broke".to_owned();
    let broken = Settlement::Broken { due_at, words, phase: "body", charged: true, maybe_sent: true };
    settle(office, id, &broken);
}

#[test]
fn when_all_have_failed_the_security_email_gets_it() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    fail(&office, ada);
    let under_way = get(&mut session, notice);
    assert_eq!((under_way.ended_at, under_way.fallback, under_way.totals.failed), (None, None, 1));
    fail(&office, bob);
    let found = get(&mut session, notice);
    assert_eq!(
        (found.ended_at, found.fallback, found.unreached),
        (None, Some(FallbackReason::AllFailed), false)
    );
    assert_eq!(found.totals, NoticeTotals { waiting: 1, failed: 2, ..NoticeTotals::default() });
    assert_eq!(mails(&mut session, notice)[2], all_failed("queued"));
    let waiting = notices::waiting(&mut session, notice).unwrap();
    let last = outbox::get(&mut session, waiting[0]).unwrap();
    assert_eq!((last.contact, last.name.as_str(), last.message_type.as_deref()), (None, "", Some(ALARM)));
    assert_eq!((last.subject.as_str(), last.due_at), ("A login from a new country", session.now()));
    assert_eq!(session.now().until(last.expires_at), Duration::from_secs(5 * 86_400));
    assert!(last.message_id.len() > 40 && last.message_id.ends_with("@example.com>"), "{}", last.message_id);
    let priority: u8 = raw(&office)
        .query_row("SELECT priority FROM delivery WHERE id = ?1", [last.id.0], |row| row.get(0))
        .unwrap();
    assert_eq!(priority, 0);
    send(&office, last.id);
    let ended = get(&mut session, notice);
    assert_eq!((ended.ended_at, ended.totals.sent, ended.unreached), (Some(session.now()), 1, false));
    assert_eq!(mails(&mut session, notice).len(), 3);
}

#[test]
fn one_refused_recipient_changes_nothing_for_the_others() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    fail(&office, ada);
    send(&office, bob);
    let ended = get(&mut session, notice);
    assert_eq!((ended.ended_at, ended.fallback), (Some(session.now()), None));
    assert_eq!(ended.totals, NoticeTotals { sent: 1, failed: 1, ..NoticeTotals::default() });
}

#[test]
fn what_was_written_or_may_have_been_sent_counts_as_reached() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    fail(&office, ada);
    break_after_the_body(&office, bob);
    fail(&office, bob);
    let ended = get(&mut session, notice);
    assert_eq!((ended.ended_at.is_some(), ended.fallback, ended.unreached), (true, None, false));
    let (office, mut session, notice, [ada, bob]) = to_two();
    settle(&office, ada, &Settlement::Written { path: "mail/1.eml".to_owned() });
    fail(&office, bob);
    assert_eq!(get(&mut session, notice).fallback, None);
    assert_eq!(mails(&mut session, notice).len(), 2);
}

#[test]
fn what_has_expired_falls_back_too() {
    let (office, mut session, notice, [ada, _]) = to_two();
    fail(&office, ada);
    office.clock.advance(Duration::from_secs(5 * 86_400));
    let now = session.now();
    let mut store = Store::open(&office.database()).unwrap();
    // Some at a time: what is left comes with the next transaction.
    assert_eq!(store.write(|writing| writing.expire_deliveries(now, 0)).unwrap(), 0);
    while store.write(|writing| writing.expire_deliveries(now, 1)).unwrap() == 1 {}
    assert_eq!(mails(&mut session, notice)[2], all_failed("queued"));
    assert_eq!(get(&mut session, notice).totals.expired, 1);
}

#[test]
fn deleting_the_last_recipients_falls_back_in_the_same_transaction() {
    let (_office, mut session, notice, _) = to_two();
    let both = contacts::totals(&mut session).unwrap().contacts;
    assert_eq!(both, 2);
    contacts::delete(&mut session, &[ContactId(1), ContactId(2)]).unwrap();
    let found = mails(&mut session, notice);
    assert_eq!(found.iter().map(|mail| mail.2).collect::<Vec<_>>(), ["cancelled", "cancelled", "queued"]);
    assert_eq!(found[2], all_failed("queued"));
    assert!(!get(&mut session, notice).cancelled);
}

#[test]
fn an_address_of_which_the_mail_was_cancelled_can_still_get_the_fallback() {
    let office = Office::new();
    let mut session = office.session();
    let ada = contact(&office, &mut session, "Ada", &["security"]);
    set_security_email(&mut session, "Ada@example.org");
    let notice = notify(&mut session, ALARM).notice;
    contacts::delete(&mut session, &[ada]).unwrap();
    let states: Vec<_> = mails(&mut session, notice).into_iter().map(|mail| (mail.0, mail.2)).collect();
    let expected = [("ada@example.org", "cancelled"), ("Ada@example.org", "queued")];
    assert_eq!(states, expected.map(|(to, state)| (to.to_owned(), state)));
}

#[test]
fn an_address_that_failed_gets_no_second_mail_and_the_notice_is_unreached() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    set_security_email(&mut session, "ADA@example.org");
    let done = notify(&mut session, ALARM);
    fail(&office, done.waiting[0]);
    let found = get(&mut session, done.notice);
    assert_eq!((found.unreached, found.fallback, found.ended_at), (true, None, Some(session.now())));
    assert_eq!(mails(&mut session, done.notice).len(), 1);
    assert_eq!(notices::unreached_count(&mut session).unwrap(), 1);
}

#[test]
fn without_a_security_email_it_is_unreached_until_somebody_retries() {
    let (office, mut session, notice, ada) = to_one();
    fail(&office, ada);
    assert!(get(&mut session, notice).unreached);
    assert_eq!(notices::unreached_count(&mut session).unwrap(), 1);
    // Setting one sends nothing by itself.
    set_security_email(&mut session, SECURITY);
    assert_eq!((mails(&mut session, notice).len(), notices::unreached_count(&mut session).unwrap()), (1, 1));
    office.clock.advance(Duration::from_secs(60));
    assert_eq!(notices::retry_failed(&mut session, notice), Ok(2));
    let found = get(&mut session, notice);
    assert_eq!((found.unreached, found.ended_at, found.totals.waiting), (false, None, 2));
    assert_eq!(mails(&mut session, notice)[1], all_failed("queued"));
    let last = notices::waiting(&mut session, notice).unwrap()[1];
    assert_eq!(outbox::get(&mut session, last).unwrap().created_at, session.now());
    assert_eq!(notices::unreached_count(&mut session).unwrap(), 0);
    fail(&office, ada);
    fail(&office, last);
    assert!(get(&mut session, notice).unreached);
    assert_eq!(mails(&mut session, notice).len(), 2);
}

#[test]
fn what_reached_nobody_goes_to_a_security_email_set_since_under_the_same_key() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    let mut again = || notices::notify(&mut session, &announcement(ALARM), Some("alarm 1")).unwrap();
    let first = again();
    fail(&office, first.waiting[0]);
    // There is still nobody.
    assert_eq!((again().waiting, again().fallback), (vec![], None));
    set_security_email(&mut session, SECURITY);
    let mut again = || notices::notify(&mut session, &announcement(ALARM), Some("alarm 1")).unwrap();
    let second = again();
    assert_eq!((second.notice, second.waiting.len()), (first.notice, 1));
    assert_eq!((second.repeated, second.fallback), (true, Some(FallbackReason::AllFailed)));
    assert_eq!(again().waiting, second.waiting);
    send(&office, second.waiting[0]);
    assert_eq!(again().waiting, vec![]);
    assert_eq!(mails(&mut session, first.notice).len(), 2);
    assert!(!get(&mut session, first.notice).unreached);
}

#[test]
fn an_unreached_notice_whose_contact_is_gone_goes_to_the_security_email_alone() {
    let (_office, mut session, notice, _) = to_one();
    contacts::delete(&mut session, &[ContactId(1)]).unwrap();
    assert!(get(&mut session, notice).unreached);
    assert_eq!(notices::retry_failed(&mut session, notice), Ok(0));
    assert!(get(&mut session, notice).unreached);
    set_security_email(&mut session, SECURITY);
    assert_eq!(notices::retry_failed(&mut session, notice), Ok(1));
    assert_eq!(mails(&mut session, notice)[1], all_failed("queued"));
}

#[test]
fn a_fallback_that_fails_leaves_the_notice_unreached_and_is_not_repeated() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, SECURITY);
    let done = notify(&mut session, ALARM);
    fail(&office, done.waiting[0]);
    let found = get(&mut session, done.notice);
    assert_eq!((found.unreached, found.fallback), (true, Some(FallbackReason::NoContacts)));
    assert_eq!(mails(&mut session, done.notice).len(), 1);
    outbox::retry(&mut session, &done.waiting).unwrap();
    assert!(!get(&mut session, done.notice).unreached);
    send(&office, done.waiting[0]);
    assert_eq!(get(&mut session, done.notice).totals.sent, 1);
}

#[test]
fn a_retry_opens_the_notice_again_and_makes_no_second_fallback() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    fail(&office, ada);
    fail(&office, bob);
    let fallback = notices::waiting(&mut session, notice).unwrap()[0];
    send(&office, fallback);
    assert!(get(&mut session, notice).ended_at.is_some());
    outbox::retry(&mut session, &[ada]).unwrap();
    let found = get(&mut session, notice);
    assert_eq!((found.ended_at, found.totals.waiting, found.totals.failed), (None, 1, 1));
    office.clock.advance(Duration::from_secs(60));
    fail(&office, ada);
    assert_eq!(get(&mut session, notice).ended_at, Some(session.now()));
    assert_eq!(mails(&mut session, notice).len(), 3);
    assert_eq!(notices::retry_failed(&mut session, notice), Ok(2));
    send(&office, ada);
    send(&office, bob);
    assert_eq!(get(&mut session, notice).totals, NoticeTotals { sent: 3, ..NoticeTotals::default() });
}

#[test]
fn an_administrator_who_cancels_a_notice_ends_it_without_a_fallback() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    fail(&office, ada);
    assert_eq!(notices::cancel(&mut session, notice), Ok(1));
    let found = get(&mut session, notice);
    assert_eq!((found.cancelled, found.fallback, found.unreached), (true, None, false));
    assert_eq!(found.ended_at, Some(session.now()));
    assert_eq!(mails(&mut session, notice).len(), 2);
    // There is nothing more to cancel.
    assert_eq!(notices::cancel(&mut session, notice), Ok(0));
    // Whoever retries takes the cancelling back.
    outbox::retry(&mut session, &[ada]).unwrap();
    assert!(!get(&mut session, notice).cancelled);
    fail(&office, ada);
    assert_eq!(mails(&mut session, notice)[2], all_failed("queued"));
    let told = refused(outbox::retry(&mut session, &[bob]));
    assert!(matches!(told, Problem::WrongState { state: "cancelled", .. }));
}

#[test]
fn a_notice_that_was_sent_cannot_be_cancelled_any_more() {
    let (office, mut session, notice, ada) = to_one();
    send(&office, ada);
    assert_eq!(notices::cancel(&mut session, notice), Ok(0));
    assert!(!get(&mut session, notice).cancelled);
    assert_eq!(refused(notices::cancel(&mut session, NoticeId(9))), Problem::NoSuchNotice(9));
}

#[test]
fn cancelling_the_last_delivery_cancels_the_notice_and_cancelling_another_does_not() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    cancel(&mut session, ada);
    assert!(!get(&mut session, notice).cancelled);
    fail(&office, bob);
    assert_eq!(mails(&mut session, notice)[2], all_failed("queued"));
    let fallback = notices::waiting(&mut session, notice).unwrap()[0];
    cancel(&mut session, fallback);
    let found = get(&mut session, notice);
    assert_eq!((found.cancelled, found.unreached, found.ended_at.is_some()), (true, false, true));
    let (_office, mut session, notice, both) = to_two();
    outbox::cancel(&mut session, &both).unwrap();
    let found = get(&mut session, notice);
    assert_eq!((found.cancelled, found.totals.cancelled), (true, 2));
    assert_eq!(mails(&mut session, notice).len(), 2);
}

#[test]
fn what_is_under_way_when_it_is_cancelled_is_not_tried_again() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    let mut store = Store::open(&office.database()).unwrap();
    let now = session.now();
    let claimed = store.write(|writing| writing.claim_next(Some(&[ada]), &mut 9, now, now)).unwrap().unwrap();
    assert_eq!(notices::cancel(&mut session, notice), Ok(1));
    assert_eq!(get(&mut session, notice).ended_at, None);
    let later = Settlement::Retry { due_at: now, words: "451 later".to_owned(), phase: "rcpt" };
    assert_eq!(store.write(|writing| writing.settle(&claimed, &later, now)).unwrap(), State::Cancelled);
    let found = get(&mut session, notice);
    assert_eq!((found.totals.cancelled, found.unreached, found.fallback), (2, false, None));
    let _ = bob;
}

#[test]
fn what_is_under_way_to_a_contact_that_is_deleted_is_not_tried_again() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, SECURITY);
    let ada = contact(&office, &mut session, "Ada", &["security"]);
    let done = notify(&mut session, ALARM);
    let mut store = Store::open(&office.database()).unwrap();
    let now = session.now();
    let claimed =
        store.write(|writing| writing.claim_next(Some(&done.waiting), &mut 9, now, now)).unwrap().unwrap();
    contacts::delete(&mut session, &[ada]).unwrap();
    let back = Settlement::NotTried { words: "421 closing".to_owned() };
    assert_eq!(store.write(|writing| writing.settle(&claimed, &back, now)).unwrap(), State::Cancelled);
    assert_eq!(mails(&mut session, done.notice)[1], all_failed("queued"));
}

#[test]
fn who_does_not_want_it_any_more_when_it_would_be_sent_does_not_get_it() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    let id = ContactId(1);
    contacts::subscribe(&mut session, id, &Subscriptions::default(), Again::No, None).unwrap();
    let mut store = Store::open(&office.database()).unwrap();
    let now = session.now();
    let both = [ada, bob];
    let mut claim = || store.write(|writing| writing.claim_next(Some(&both), &mut 9, now, now)).unwrap();
    assert_eq!(claim().unwrap().delivery.id, bob);
    assert_eq!(claim(), None);
    assert_eq!(mails(&mut session, notice)[0].2, "cancelled");
    let told = refused(outbox::retry(&mut session, &[ada]));
    assert!(matches!(told, Problem::WrongState { state: "cancelled", .. }));
}

#[test]
fn what_has_become_pointless_is_cancelled_so_many_at_a_time() {
    let office = Office::new();
    let mut session = office.session();
    for name in ["Ada", "Bob", "Eve"] {
        contact(&office, &mut session, name, &["activity"]);
    }
    let offer = notify(&mut session, OFFER);
    raw(&office).execute("UPDATE contact SET unsubscribed_at = 1", []).unwrap();
    let mut store = Store::open(&office.database()).unwrap();
    let now = session.now();
    let mut claim = |only: Option<&[DeliveryId]>, room: &mut usize| {
        store.write(|writing| writing.claim_next(only, room, now, now)).unwrap()
    };
    let mut room = 1;
    assert_eq!((claim(Some(&offer.waiting), &mut room), room), (None, 0));
    let states: Vec<_> = mails(&mut session, offer.notice).into_iter().map(|mail| mail.2).collect();
    assert_eq!(states, ["cancelled", "queued", "queued"]);
    room = 2;
    assert_eq!((claim(None, &mut room), room), (None, 0));
    room = 1;
    assert_eq!((claim(None, &mut room), room), (None, 1));
}

#[test]
fn the_sender_goes_on_after_many_that_have_become_pointless() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, SECURITY);
    let many = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1200) \
                INSERT INTO contact (name, name_key, email, email_key, language, status, verified_at, created_at) \
                SELECT 'p' || n, 'p' || n, n || '@example.org', n || '@example.org', 'en', 'verified', 1, 1 FROM number";
    raw(&office).execute(many, []).unwrap();
    raw(&office)
        .execute("INSERT INTO subscription (contact_id, type) SELECT id, 'activity' FROM contact", [])
        .unwrap();
    let offer = notify(&mut session, OFFER);
    raw(&office).execute("UPDATE contact SET unsubscribed_at = 1", []).unwrap();
    office.deliver_to_files();
    let mails = mails(&mut session, offer.notice);
    assert_eq!(mails.iter().filter(|mail| mail.2 == "cancelled").count(), 1200);
    assert_eq!(mails[1200], all_failed("written"));
}

#[test]
fn a_recipient_who_unsubscribes_gets_nothing_more_of_that_category() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, SECURITY);
    let ada = contact(&office, &mut session, "Ada", &["activity", "security"]);
    let (offer, alarm) = (notify(&mut session, OFFER), notify(&mut session, ALARM));
    mark(&office, ada, "unsubscribed_at = 1");
    let mut store = Store::open(&office.database()).unwrap();
    let now = session.now();
    store.write(|writing| writing.cancel_notices_of(ada, "activity", now)).unwrap();
    assert_eq!(mails(&mut session, offer.notice)[0].2, "cancelled");
    assert_eq!(mails(&mut session, offer.notice)[1], all_failed("queued"));
    assert_eq!(mails(&mut session, alarm.notice)[0].2, "queued");
}

#[test]
fn a_failed_mail_is_not_retried_to_an_address_that_is_not_in_force() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    fail(&office, ada);
    send(&office, bob);
    mark(&office, ContactId(1), "email = 'new@example.org', email_key = 'new@example.org'");
    let told = refused(outbox::retry(&mut session, &[ada]));
    assert!(matches!(told, Problem::WrongState { state: "failed", .. }), "{told:?}");
    assert_eq!(notices::retry_failed(&mut session, notice), Ok(0));
    // An address that was found undeliverable may be tried again.
    mark(
        &office,
        ContactId(1),
        "email = 'ada@example.org', email_key = 'ada@example.org', status = 'undeliverable'",
    );
    assert_eq!(notices::retry_failed(&mut session, notice), Ok(1));
    send(&office, ada);
}

#[test]
fn a_fallback_that_waits_goes_to_the_new_security_email() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, "old@example.com");
    let done = notify(&mut session, ALARM);
    set_security_email(&mut session, SECURITY);
    let reason = Some("no_contacts".to_owned());
    let expected = [("old@example.com", "cancelled"), (SECURITY, "queued")];
    assert_eq!(
        mails(&mut session, done.notice),
        expected.map(|(to, state)| (to.to_owned(), reason.clone(), state))
    );
    let change = AccountChange { security_email: Some("none".to_owned()), ..AccountChange::default() };
    account::set(&mut session, &change).unwrap();
    let found = get(&mut session, done.notice);
    assert_eq!((found.unreached, found.totals.cancelled), (true, 2));
    let _ = office;
}

#[test]
fn a_bounce_of_what_seemed_sent_falls_back() {
    let (office, mut session, notice, ada) = to_one();
    set_security_email(&mut session, SECURITY);
    send(&office, ada);
    let bounced = "UPDATE delivery SET state = 'failed' WHERE id = ?1";
    raw(&office).execute(bounced, [ada.0]).unwrap();
    assert_eq!(mails(&mut session, notice)[1], all_failed("queued"));
    assert_eq!(get(&mut session, notice).ended_at, None);
}

#[test]
fn the_sender_tries_the_fallback_in_the_same_run() {
    let (office, mut session, notice, _) = to_two();
    let sink = Sink::script().at(Phase::RcptTo, Act::say("550 5.1.1 no such user")).start();
    office.deliver(Way::Server(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.port(),
        security: Security::None,
        credentials: None,
        extra_ca: Vec::new(),
        hello_name: "callsheet.example".to_owned(),
        timeouts: Timeouts::default(),
    }));
    let states: Vec<_> = mails(&mut session, notice).into_iter().map(|mail| (mail.0, mail.2)).collect();
    let expected = ["ada@example.org", "bob@example.org", SECURITY].map(|to| (to.to_owned(), "failed"));
    assert_eq!(states, expected);
    assert!(get(&mut session, notice).unreached);
}

#[test]
fn a_notice_is_kept_whole_as_long_as_its_last_delivery_and_then_erased_with_its_key() {
    let (office, mut session, notice, [ada, bob]) = to_two();
    let day = Duration::from_secs(86_400);
    send(&office, ada);
    office.clock.advance(day);
    send(&office, bob);
    let waits = notify(&mut session, ALARM).notice;
    let mut store = Store::open(&office.database()).unwrap();
    let mut purge = |before, limit| store.write(|writing| writing.purge_ended(before, limit)).unwrap();
    let end = session.now();
    assert_eq!(purge(end, 500), 0);
    assert_eq!(get(&mut session, notice).totals.sent, 2);
    // In batches: the head goes with the last one.
    assert_eq!(purge(end.plus(day), 1), 1);
    assert!(notices::get(&mut session, notice).is_ok());
    assert_eq!(purge(end.plus(day), 1), 1);
    assert_eq!(refused(notices::get(&mut session, notice)), Problem::NoSuchNotice(notice.0));
    let texts: i64 =
        raw(&office).query_row("SELECT count(*) FROM notice_text", [], |row| row.get(0)).unwrap();
    assert_eq!(texts, 1);
    assert_eq!(get(&mut session, waits).totals.waiting, 2);
}
