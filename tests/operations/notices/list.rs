//! Notices and their deliveries as lists, and test mails of a type.

use callsheet::domain::contact::ContactId;
use callsheet::domain::delivery::{Kind, NoticeId};
use callsheet::domain::notice::NoticeTotals;
use callsheet::domain::routing::Exclusion;
use callsheet::operations::notices::{self, NoticesAt};
use callsheet::operations::outbox::{self, OutboxAt, OutboxQuery};
use callsheet::operations::{Problem, Session};

use super::{ALARM, OFFER, contact, get, notify, raw, send, set_security_email, unverified};
use crate::support::office::{Office, refused};

#[test]
fn notices_are_read_by_pages_newest_first() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    for _ in 0..5 {
        notify(&mut session, ALARM);
    }
    let mut page = |at, limit| {
        let page = notices::page(&mut session, at, limit).unwrap();
        (page.rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), page.at_start, page.at_end)
    };
    assert_eq!(page(NoticesAt::Newest, 2), (vec![5, 4], true, false));
    assert_eq!(page(NoticesAt::After(NoticeId(4)), 3), (vec![3, 2, 1], false, true));
    assert_eq!(page(NoticesAt::Before(NoticeId(3)), 2), (vec![5, 4], true, false));
    assert_eq!(page(NoticesAt::Before(NoticeId(2)), 2), (vec![4, 3], false, false));
    assert_eq!(page(NoticesAt::From(NoticeId(3)), 2), (vec![3, 2], false, false));
    assert_eq!(page(NoticesAt::Oldest, 2), (vec![2, 1], false, true));
}

#[test]
fn a_notice_that_is_not_there_is_told() {
    let office = Office::new();
    let mut session = office.session();
    let (id, missing) = (NoticeId(7), Problem::NoSuchNotice(7));
    assert_eq!(refused(notices::get(&mut session, id)), missing);
    assert_eq!(refused(notices::deliveries(&mut session, id)), missing);
    assert_eq!(refused(notices::waiting(&mut session, id)), missing);
    assert_eq!(refused(notices::retry_failed(&mut session, id)), missing);
}

#[test]
fn totals_follow_every_change_of_a_delivery() {
    let office = Office::new();
    let mut session = office.session();
    for name in ["Ada", "Bob", "Cid", "Dan"] {
        contact(&office, &mut session, name, &["security"]);
    }
    let done = notify(&mut session, ALARM);
    let states = ["queued", "retry", "sent", "written", "failed", "expired", "cancelled"];
    let raw = raw(&office);
    // Every state after every other, at changing deliveries.
    for (step, pair) in states.iter().flat_map(|from| states.iter().map(move |to| [from, to])).enumerate() {
        let id = done.waiting[step % done.waiting.len()];
        for state in pair {
            let change = "UPDATE delivery SET state = ?2, maybe_sent = ?3, \
                          ended_at = CASE WHEN ?2 IN ('queued', 'retry') THEN NULL ELSE 5 END WHERE id = ?1";
            raw.execute(change, rusqlite::params![id.0, state, step % 2 == 1]).unwrap();
        }
        let count = |condition: &str| -> u64 {
            let text = format!("SELECT count(*) FROM delivery WHERE notice_id = ?1 AND {condition}");
            raw.query_row(&text, [done.notice.0], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
        };
        let found = get(&mut session, done.notice);
        let expected = NoticeTotals {
            waiting: count("ended_at IS NULL"),
            sent: count("state = 'sent'"),
            written: count("state = 'written'"),
            failed: count("state = 'failed'"),
            expired: count("state = 'expired'"),
            cancelled: count("state = 'cancelled'"),
        };
        assert_eq!(found.totals, expected, "{pair:?}");
        assert_eq!(found.ended_at.is_some(), expected.waiting == 0, "{pair:?}");
        let reached = count("state IN ('sent', 'written') OR notice_id = ?1 AND maybe_sent = 1") > 0;
        assert_eq!(found.unreached, expected.waiting == 0 && !reached, "{pair:?}");
    }
}

#[test]
fn the_outbox_is_read_by_type_category_contact_and_notice() {
    let office = Office::new();
    let mut session = office.session();
    let ada = contact(&office, &mut session, "Ada", &["security", "activity"]);
    let bob = contact(&office, &mut session, "Bob", &["security.cloud"]);
    notify(&mut session, ALARM);
    let cloud = notify(&mut session, "security.cloud").notice;
    notify(&mut session, OFFER);
    let mut ids = |query: OutboxQuery| {
        let page = outbox::page(&mut session, &query, OutboxAt::Newest, 9).unwrap();
        page.rows.iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    let of_type = |id: &str| OutboxQuery { message_type: Some(id.to_owned()), ..OutboxQuery::default() };
    assert_eq!(ids(OutboxQuery::default()), [4, 3, 2, 1]);
    assert_eq!(ids(of_type("security")), [3, 2, 1]);
    assert_eq!(ids(of_type("security.cloud")), [3, 2]);
    assert_eq!(ids(of_type("activity")), [4]);
    assert_eq!(ids(of_type("secur")), [0_i64; 0]);
    assert_eq!(ids(of_type("security.%")), [0_i64; 0]);
    assert_eq!(ids(OutboxQuery { contact: Some(ada), ..OutboxQuery::default() }), [4, 2, 1]);
    assert_eq!(ids(OutboxQuery { contact: Some(bob), ..of_type("security") }), [3]);
    assert_eq!(ids(OutboxQuery { notice: Some(cloud), ..OutboxQuery::default() }), [3, 2]);
    assert_eq!(ids(OutboxQuery { contact: Some(ContactId(9)), ..OutboxQuery::default() }), [0_i64; 0]);
}

#[test]
fn a_test_of_a_type_goes_only_to_who_would_receive_it() {
    let office = Office::new();
    let mut session = office.session();
    let ada = contact(&office, &mut session, "Ada", &["activity"]);
    let bob = unverified(&mut session, "Bob", &["activity"]);
    let refuse = |session: &mut Session, id, message_type| match refused(outbox::test(
        session,
        Some(id),
        Some(message_type),
    )) {
        Problem::WouldNotReceive { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refuse(&mut session, ada, ALARM), Exclusion::NotSubscribed);
    assert_eq!(refuse(&mut session, bob, OFFER), Exclusion::NotVerified);
    for wrong in ["activity", "activity.nothing"] {
        let told = refused(outbox::test(&mut session, Some(ada), Some(wrong)));
        assert!(matches!(told, Problem::InvalidNotice(_)), "{told:?}");
    }
    let id = outbox::test(&mut session, Some(ada), Some(OFFER)).unwrap();
    let mail = outbox::get(&mut session, id).unwrap();
    assert_eq!((mail.kind, mail.notice, mail.message_type.as_deref()), (Kind::Test, None, Some(OFFER)));
    assert!(mail.subject.contains("New product launches"), "{}", mail.subject);
    assert_eq!(session.now().until(mail.expires_at).as_secs(), 24 * 3600);
    let stored: (u8, String) = raw(&office)
        .query_row("SELECT priority, detail FROM delivery WHERE id = ?1", [id.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(stored, (2, "New product launches".to_owned()));
    assert!(outbox::show(&mut session, id).unwrap().text.contains("New product launches"));
    assert_eq!(notices::page(&mut session, NoticesAt::Newest, 9).unwrap().rows, []);
    send(&office, id);
    // The security email would get every type.
    set_security_email(&mut session, "sec@example.com");
    let id = outbox::test(&mut session, None, Some(ALARM)).unwrap();
    let mail = outbox::get(&mut session, id).unwrap();
    assert_eq!(
        (mail.to.as_str(), mail.message_type.as_deref(), mail.fallback),
        ("sec@example.com", Some(ALARM), None)
    );
}
