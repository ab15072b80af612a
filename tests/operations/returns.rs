//! Mail that comes back: what a bounce changes, and everything that must change nothing.

use std::time::Duration;

use callsheet::domain::contact::{ContactId, Status, Subject};
use callsheet::domain::delivery::{Delivery, DeliveryId, State};
use callsheet::domain::email_address::{EmailAddress, Smtputf8};
use callsheet::domain::return_path::ReturnPath;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::returns::{self, Reason, Taken};
use callsheet::operations::{Problem, Session, account, notices, outbox, verification};
use callsheet::store::{Settlement, load_or_make_key};

use super::notices::{contact, notify, raw, send, set_security_email, settle};
use crate::support::office::{Office, add, code_in, deliveries, queued, refused};

const POSTFIX: &str = include_str!("../mail/bounces/postfix.eml");
const DELAYED: &str = include_str!("../mail/bounces/postfix-delayed.eml");
const SPAM: &str = include_str!("../mail/bounces/exim-spam.eml");
const FORWARDED: &str = include_str!("../mail/bounces/forwarded.eml");
const VACATION: &str = include_str!("../mail/bounces/vacation.eml");
const NO_SUCH_USER: &str = "came back: 550 5.1.1 <ada@example.org>: Recipient address rejected: no such user";
const ADA: &str = "ada@example.org";
const ALARM: &str = "security.account";

fn office() -> Office {
    let mut office = Office::new();
    let base = EmailAddress::parse("bounces@example.com", Smtputf8::Refused).unwrap();
    office.rules.return_path = ReturnPath::Tagged(base);
    office
}

/// A verified contact and a notice to her that was sent.
fn with_sent_notice() -> (Office, Session, DeliveryId) {
    let office = office();
    let mut session = office.session();
    set_security_email(&mut session, "sec@example.com");
    contact(&office, &mut session, "Ada", &["security"]);
    let id = notify(&mut session, ALARM).waiting[0];
    send(&office, id);
    (office, session, id)
}

/// The mail as it comes back to the address that was made for this delivery.
fn came_back(office: &Office, id: DeliveryId, sample: &str, recipient: &str) -> Vec<u8> {
    let key = load_or_make_key(&office.database()).unwrap();
    let path = office.rules.return_path.of(id, &key);
    sample.replace("{return_path}", &path).replace("{recipient}", recipient).into_bytes()
}

fn take(office: &Office, session: &mut Session, id: DeliveryId, sample: &str) -> Taken {
    returns::take(session, &came_back(office, id, sample, ADA), None).unwrap()
}

fn get(session: &mut Session, id: DeliveryId) -> Delivery {
    outbox::get(session, id).unwrap()
}

fn status(session: &mut Session) -> Status {
    contacts::get(session, ContactId(1)).unwrap().status
}

fn actions(office: &Office) -> Vec<(String, String, String)> {
    let raw = raw(office);
    let mut query = raw.prepare("SELECT actor, via, action FROM audit ORDER BY id").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_bounce_fails_the_delivery_and_makes_the_contact_undeliverable_with_the_servers_words() {
    let (office, mut session, id) = with_sent_notice();
    let taken = take(&office, &mut session, id, POSTFIX);
    let Taken::Failed { delivery, words, undeliverable, fallback } = taken else { panic!("{taken:?}") };
    assert_eq!((delivery, words.as_str(), undeliverable), (id, NO_SUCH_USER, true));
    let failed = get(&mut session, id);
    assert_eq!((failed.state, failed.server.as_deref()), (State::Failed, Some(NO_SUCH_USER)));
    assert_eq!(status(&mut session), Status::Undeliverable);
    let proof = verification::proofs(&mut session, Subject::Contact(ContactId(1))).unwrap().present;
    assert_eq!(proof.server.as_deref(), Some(NO_SUCH_USER));
    let tries = outbox::show(&mut session, id).unwrap().attempts;
    assert_eq!((tries.last().unwrap().phase.as_str(), tries.len()), ("report", 2));
    // Nobody else got the notice, so the security email does.
    let instead = get(&mut session, fallback[0]);
    assert_eq!((fallback.len(), instead.to.as_str(), instead.state), (1, "sec@example.com", State::Queued));
    assert_eq!(instead.fallback.as_deref(), Some("all_failed"));
    let last = actions(&office).pop().unwrap();
    assert_eq!(last, ("ada".to_owned(), "command".to_owned(), "delivery.returned".to_owned()));
}

#[test]
fn a_bounce_that_comes_twice_changes_nothing_more() {
    let (office, mut session, id) = with_sent_notice();
    take(&office, &mut session, id, POSTFIX);
    let before = (actions(&office), deliveries(&mut session), outbox::show(&mut session, id).unwrap());
    assert_eq!(take(&office, &mut session, id, POSTFIX), Taken::Ignored(Reason::NothingNew));
    assert_eq!((actions(&office), deliveries(&mut session), outbox::show(&mut session, id).unwrap()), before);
}

#[test]
fn a_bounce_of_another_addressee_of_the_same_notice_leaves_it_as_it_is() {
    let (office, mut session, id) = with_sent_notice();
    contact(&office, &mut session, "Bob", &["security"]);
    let done = notify(&mut session, ALARM);
    done.waiting.iter().for_each(|id| send(&office, *id));
    let taken = take(&office, &mut session, done.waiting[0], POSTFIX);
    assert!(matches!(&taken, Taken::Failed { fallback, .. } if fallback.is_empty()), "{taken:?}");
    let totals = notices::get(&mut session, done.notice).unwrap().totals;
    assert_eq!((totals.sent, totals.failed, totals.waiting), (1, 1, 0));
    assert_eq!(get(&mut session, id).state, State::Sent);
}

#[test]
fn a_bounce_of_the_fallback_leaves_a_notice_that_reached_nobody() {
    let (office, mut session, id) = with_sent_notice();
    let taken = take(&office, &mut session, id, POSTFIX);
    let Taken::Failed { fallback, .. } = taken else { panic!("{taken:?}") };
    send(&office, fallback[0]);
    let message = came_back(&office, fallback[0], POSTFIX, "sec@example.com");
    let taken = returns::take(&mut session, &message, None).unwrap();
    assert!(matches!(&taken, Taken::Failed { undeliverable: true, fallback, .. } if fallback.is_empty()));
    assert_eq!(account::get(&mut session).unwrap().security_email_status, Some(Status::Undeliverable));
    assert_eq!(notices::unreached_count(&mut session), Ok(1));
}

#[test]
fn a_refusal_of_the_mail_fails_the_delivery_and_leaves_the_contact_alone() {
    for sample in [SPAM, FORWARDED] {
        let (office, mut session, id) = with_sent_notice();
        let taken = take(&office, &mut session, id, sample);
        assert!(matches!(taken, Taken::Failed { undeliverable: false, .. }), "{taken:?}");
        assert_eq!((get(&mut session, id).state, status(&mut session)), (State::Failed, Status::Verified));
    }
}

#[test]
fn a_delay_is_shown_once_and_decides_nothing() {
    let (office, mut session, id) = with_sent_notice();
    let before = actions(&office);
    let taken = take(&office, &mut session, id, DELAYED);
    assert!(matches!(taken, Taken::Noted { delivery, .. } if delivery == id));
    let delayed = get(&mut session, id);
    assert_eq!(delayed.state, State::Sent);
    assert!(delayed.server.unwrap().starts_with("delayed, the server goes on trying: 4.4.1 "));
    assert_eq!(take(&office, &mut session, id, DELAYED), Taken::Ignored(Reason::NothingNew));
    assert_eq!((status(&mut session), actions(&office)), (Status::Verified, before));
    // However many come.
    for number in 0..50 {
        take(&office, &mut session, id, &DELAYED.replace("timed out", &format!("timed out {number}")));
    }
    assert_eq!(outbox::show(&mut session, id).unwrap().attempts.len(), 21);
    assert!(matches!(take(&office, &mut session, id, POSTFIX), Taken::Failed { .. }));
    assert_eq!(get(&mut session, id).server.as_deref(), Some(NO_SUCH_USER));
}

#[test]
fn what_is_not_signed_or_no_report_changes_nothing() {
    let (office, mut session, id) = with_sent_notice();
    let before = (actions(&office), deliveries(&mut session));
    let plain = |path: &str| POSTFIX.replace("{return_path}", path).replace("{recipient}", ADA).into_bytes();
    let key = load_or_make_key(&office.database()).unwrap();
    let right = office.rules.return_path.of(id, &key);
    let forged = right.replace(&format!("+{}-", id.0), "+9-");
    for (message, reason) in [
        (plain("bounces@example.com"), Reason::Unsigned),
        (plain(&forged), Reason::Unsigned),
        (plain("bounces+2-0000000000000000@example.com"), Reason::Unsigned),
        (plain(&office.rules.return_path.of(DeliveryId(99), &key)), Reason::Gone),
        (came_back(&office, id, VACATION, ADA), Reason::Ordinary),
        (came_back(&office, id, &POSTFIX.replace("Action: failed", "Action: bounced"), ADA), Reason::Empty),
    ] {
        assert_eq!(returns::take(&mut session, &message, None), Ok(Taken::Ignored(reason)));
    }
    assert_eq!(refused(returns::take(&mut session, b"", None)), Problem::NoMessage);
    assert_eq!((actions(&office), deliveries(&mut session)), before);
    // Whoever delivers may know the address better than the header; a wrong one does no harm.
    let to_list = plain("list@example.com");
    assert!(matches!(returns::take(&mut session, &to_list, Some(&right)), Ok(Taken::Failed { .. })));
}

#[test]
fn without_a_return_path_nothing_is_recognised() {
    let (mut office, session, id) = with_sent_notice();
    let message = came_back(&office, id, POSTFIX, ADA);
    drop(session);
    office.rules.return_path = ReturnPath::Plain("notices@example.com".to_owned());
    let mut session = office.session();
    assert_eq!(returns::take(&mut session, &message, None), Ok(Taken::Ignored(Reason::Unsigned)));
}

#[test]
fn only_what_may_have_left_can_come_back() {
    let office = office();
    let mut session = office.session();
    let id = queued(&add(&mut session, "Ada", ADA).mailing);
    assert_eq!(take(&office, &mut session, id, POSTFIX), Taken::Ignored(Reason::NothingNew));
    // Under way nobody knows yet: the reply may come later than the bounce.
    let taken = "UPDATE delivery SET state = 'sending', lease = zeroblob(16), lease_until = 0";
    raw(&office).execute(taken, []).unwrap();
    let told = refused(returns::take(&mut session, &came_back(&office, id, POSTFIX, ADA), None));
    assert!(matches!(told, Problem::WrongState { state: "sending", .. }), "{told:?}");
    let back = "UPDATE delivery SET state = 'queued', lease = NULL, lease_until = NULL";
    raw(&office).execute(back, []).unwrap();
    let due_at = session.now();
    let words = "the line broke".to_owned();
    settle(
        &office,
        id,
        &Settlement::Broken { due_at, words, phase: "body", charged: true, maybe_sent: true },
    );
    assert!(matches!(take(&office, &mut session, id, POSTFIX), Taken::Failed { undeliverable: true, .. }));
    let failed = get(&mut session, id);
    assert_eq!((failed.state, failed.maybe_sent), (State::Failed, false));
    assert_eq!(status(&mut session), Status::Undeliverable);
}

#[test]
fn a_verification_that_came_back_is_shown_and_a_new_one_ends_it() {
    let office = office();
    let mut session = office.session();
    let id = queued(&add(&mut session, "Ada", ADA).mailing);
    send(&office, id);
    assert_eq!(status(&mut session), Status::CodeSent);
    take(&office, &mut session, id, SPAM);
    assert_eq!(status(&mut session), Status::Unverified);
    office.clock.advance(Duration::from_secs(60));
    let again = verification::send(&mut session, Subject::Contact(ContactId(1))).unwrap();
    // The code is read from a file, which is written only where nothing was sent.
    raw(&office).execute("UPDATE account SET sent_by_smtp = 0", []).unwrap();
    office.deliver_to_files();
    verification::confirm(&mut session, Subject::Contact(ContactId(1)), &code_in(&office.newest_mail()))
        .unwrap();
    assert_eq!((status(&mut session), get(&mut session, again).state), (Status::Verified, State::Written));
}

#[test]
fn a_late_bounce_does_not_undo_a_newer_proof() {
    let (office, mut session, id) = with_sent_notice();
    office.clock.advance(Duration::from_secs(60));
    let now = session.now().millis();
    raw(&office).execute("UPDATE contact SET verified_at = ?1", [now]).unwrap();
    let taken = take(&office, &mut session, id, POSTFIX);
    assert!(matches!(taken, Taken::Failed { undeliverable: false, .. }), "{taken:?}");
    assert_eq!((get(&mut session, id).state, status(&mut session)), (State::Failed, Status::Verified));
}

#[test]
fn a_bounce_of_a_pending_address_is_shown_at_the_change_and_one_of_a_replaced_address_nowhere() {
    let (office, mut session, id) = with_sent_notice();
    let change = ContactChange { email: Some("ada@new.example.org".into()), ..ContactChange::default() };
    let saved = contacts::modify(&mut session, ContactId(1), &change, None).unwrap();
    let to_new = queued(&saved.mailing);
    send(&office, to_new);
    let message = came_back(&office, to_new, POSTFIX, "ada@new.example.org");
    let taken = returns::take(&mut session, &message, None).unwrap();
    assert!(matches!(taken, Taken::Failed { undeliverable: false, .. }), "{taken:?}");
    let proofs = verification::proofs(&mut session, Subject::Contact(ContactId(1))).unwrap();
    assert!(proofs.pending.unwrap().server.unwrap().contains("no such user"));
    assert_eq!(status(&mut session), Status::Verified);
    let replaced = "UPDATE contact SET email = 'a@b.example', email_key = 'a@b.example', pending_email = NULL, \
                    pending_email_key = NULL, pending_words = NULL";
    raw(&office).execute(replaced, []).unwrap();
    let taken = take(&office, &mut session, id, POSTFIX);
    assert!(matches!(taken, Taken::Failed { undeliverable: false, .. }), "{taken:?}");
    assert_eq!(status(&mut session), Status::Verified);
}

#[test]
fn a_bounce_after_the_contact_was_deleted_fails_the_delivery_alone() {
    let (office, mut session, id) = with_sent_notice();
    contacts::delete(&mut session, &[ContactId(1)]).unwrap();
    let taken = take(&office, &mut session, id, POSTFIX);
    assert!(matches!(taken, Taken::Failed { undeliverable: false, .. }), "{taken:?}");
    let security = account::get(&mut session).unwrap().security_email_status;
    assert_ne!(security, Some(Status::Undeliverable));
}
