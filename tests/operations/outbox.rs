//! The outbox: show, retry, cancel, test mail.

use callsheet::domain::delivery::{DeliveryId, Kind, State};
use callsheet::domain::verification::MASKED_CODE;
use callsheet::operations::Problem;
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::outbox::{self, OutboxAt, OutboxQuery};

use crate::support::office::{Office, add, add_silently, deliveries, queued, refused, states};

#[test]
fn a_preview_shows_the_mail_with_its_code_masked() {
    let office = Office::new();
    let mut session = office.session();
    let id = queued(&add(&mut session, "Ada", "ada@example.org").mailing);
    office.deliver_to_files();
    let detail = outbox::show(&mut session, id).unwrap();
    assert!(detail.text.contains(MASKED_CODE), "{}", detail.text);
    assert!(!detail.text.contains(&office.newest_code()));
    assert_eq!(detail.delivery.state, State::Written);
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!(detail.attempts[0].phase, "file");
}

#[test]
fn what_waits_can_be_cancelled_and_what_ended_cannot() {
    let office = Office::new();
    let mut session = office.session();
    let first = queued(&add(&mut session, "Ada", "ada@example.org").mailing);
    let second = queued(&add(&mut session, "Bob", "bob@example.org").mailing);
    outbox::cancel(&mut session, &[first]).unwrap();
    let told = refused(outbox::cancel(&mut session, &[second, first]));
    assert!(matches!(told, Problem::WrongState { state: "cancelled", .. }));
    assert_eq!(states(&mut session), [State::Queued, State::Cancelled]);
    assert_eq!(refused(outbox::cancel(&mut session, &[DeliveryId(9)])), Problem::NoSuchDelivery(9));
    assert!(matches!(refused(outbox::retry(&mut session, &[first])), Problem::WrongState { .. }));
}

#[test]
fn a_written_mail_can_be_retried_under_a_new_message_id() {
    let office = Office::new();
    let mut session = office.session();
    let id = queued(&add(&mut session, "Ada", "ada@example.org").mailing);
    office.deliver_to_files();
    let before = outbox::get(&mut session, id).unwrap();
    outbox::retry(&mut session, &[id]).unwrap();
    let after = outbox::get(&mut session, id).unwrap();
    assert_eq!((after.state, after.ended_at), (State::Retry, None));
    assert_ne!(after.message_id, before.message_id);
}

#[test]
fn a_mail_whose_code_is_void_is_not_retried() {
    let office = Office::new();
    let mut session = office.session();
    let saved = add(&mut session, "Ada", "ada@example.org");
    office.deliver_to_files();
    office.clock.advance(std::time::Duration::from_secs(72 * 3600));
    let told = refused(outbox::retry(&mut session, &[queued(&saved.mailing)]));
    assert!(told.to_string().contains("code"), "{told}");
}

#[test]
fn a_test_mail_goes_to_the_security_email_or_to_a_verified_contact() {
    let office = Office::new();
    let mut session = office.session();
    assert_eq!(refused(outbox::test(&mut session, None, None)), Problem::NoSecurityEmail);
    let bob = add_silently(&mut session, "Bob", "bob@example.org");
    assert!(matches!(refused(outbox::test(&mut session, Some(bob), None)), Problem::NotVerified { .. }));
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let id = outbox::test(&mut session, Some(ada.id), None).unwrap();
    let mail = outbox::get(&mut session, id).unwrap();
    assert_eq!((mail.kind, mail.to.as_str(), mail.name.as_str()), (Kind::Test, "ada@example.org", "Ada"));
    let change = AccountChange { security_email: Some("sec@example.com".into()), ..AccountChange::default() };
    account::set(&mut session, &AccountChange { name: Some("Example Ltd".into()), ..change }).unwrap();
    let id = outbox::test(&mut session, None, None).unwrap();
    assert_eq!(outbox::get(&mut session, id).unwrap().to, "sec@example.com");
}

#[test]
fn the_outbox_is_read_by_pages_newest_first() {
    let office = Office::new();
    let mut session = office.session();
    for index in 0..7 {
        add(&mut session, "Ada", &format!("ada{index}@example.org"));
    }
    let query = OutboxQuery::default();
    let first = outbox::page(&mut session, &query, OutboxAt::Newest, 3).unwrap();
    let ids = |page: &callsheet::operations::page::Page<callsheet::domain::delivery::Delivery>| {
        page.rows.iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    assert_eq!((ids(&first), first.at_start, first.at_end), (vec![7, 6, 5], true, false));
    let next = outbox::page(&mut session, &query, OutboxAt::After(DeliveryId(5)), 4).unwrap();
    assert_eq!((ids(&next), next.at_end), (vec![4, 3, 2, 1], true));
    let back = outbox::page(&mut session, &query, OutboxAt::Before(DeliveryId(5)), 3).unwrap();
    assert_eq!((ids(&back), back.at_start), (vec![7, 6], true));
    let last = outbox::page(&mut session, &query, OutboxAt::Oldest, 2).unwrap();
    assert_eq!((ids(&last), last.at_end), (vec![2, 1], true));
    let words = OutboxQuery { words: vec!["ADA3".into()], ..OutboxQuery::default() };
    assert_eq!(ids(&outbox::page(&mut session, &words, OutboxAt::Newest, 9).unwrap()), [4]);
    outbox::cancel(&mut session, &[DeliveryId(2)]).unwrap();
    let cancelled = OutboxQuery { state: Some(State::Cancelled), ..OutboxQuery::default() };
    assert_eq!(ids(&outbox::page(&mut session, &cancelled, OutboxAt::Newest, 9).unwrap()), [2]);
    let totals = outbox::totals(&mut session).unwrap();
    assert_eq!((totals.queued, totals.oldest), (6, Some(session.now())));
    assert_eq!(deliveries(&mut session).len(), 7);
}
