//! The outbox with each notice in one row: notices and single mails together, newest first, page by page.

use std::time::Duration;

use callsheet::domain::delivery::Kind;
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::outbox::{self, EntriesAt, EntryId, EntryKey, OutboxAt, OutboxEntry, OutboxQuery};
use callsheet::operations::{Session, contacts};
use proptest::prelude::*;

use super::notices::{announcement, contact, notify};
use crate::support::office::Office;

fn all(session: &mut Session) -> Vec<EntryKey> {
    outbox::entries(session, EntriesAt::Newest, 1_000).unwrap().rows.iter().map(OutboxEntry::key).collect()
}

/// An office with a security email whose own mail is the oldest entry.
fn office() -> Office {
    let office = Office::new();
    let change = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("sec@example.com".to_owned()),
        ..AccountChange::default()
    };
    account::set(&mut office.session(), &change).unwrap();
    office
}

/// Fills the outbox: true is a notice, false a test mail; time passes where the second says so.
fn fill(office: &Office, session: &mut Session, steps: &[(bool, bool)]) {
    for (is_notice, time_passes) in steps {
        if *time_passes {
            office.clock.advance(Duration::from_secs(1));
        }
        if *is_notice {
            notify(session, "security.account");
        } else {
            outbox::test(session, None, None).unwrap();
        }
    }
}

#[test]
fn a_notice_is_one_entry_with_its_totals_and_stands_by_its_time() {
    let office = office();
    let mut session = office.session();
    for name in ["Ada", "Bob"] {
        contact(&office, &mut session, name, &["security"]);
    }
    fill(&office, &mut session, &[(true, true), (false, true), (true, true)]);
    let rows = outbox::entries(&mut session, EntriesAt::Newest, 10).unwrap().rows;
    let told: Vec<(&str, u64)> = rows
        .iter()
        .map(|entry| match entry {
            OutboxEntry::Notice(notice) => (notice.subject.as_str(), notice.totals.waiting),
            OutboxEntry::Delivery(delivery) => (delivery.kind.id(), 1),
        })
        .collect();
    let subject = announcement("security.account").subject;
    assert_eq!(told, [(&*subject, 2), (Kind::Test.id(), 1), (&*subject, 2), (Kind::Verification.id(), 1)]);
}

#[test]
fn at_one_moment_notices_stand_before_single_mails() {
    let office = office();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    fill(&office, &mut session, &[(true, true), (false, false), (true, false), (false, false)]);
    let ids: Vec<i64> = all(&mut session)
        .into_iter()
        .map(|key| match key.id {
            EntryId::Notice(id) => id.0,
            EntryId::Delivery(id) => -id.0,
        })
        .collect();
    assert_eq!(ids, [2, 1, -5, -3, -1]);
}

#[test]
fn an_empty_outbox_has_one_empty_page() {
    let office = Office::new();
    for at in [EntriesAt::Newest, EntriesAt::Oldest] {
        let page = outbox::entries(&mut office.session(), at, 10).unwrap();
        assert_eq!((page.rows.len(), page.at_start || page.at_end), (0, true));
    }
}

#[test]
fn words_for_the_recipient_are_not_found_in_the_subject() {
    let office = office();
    let mut session = office.session();
    let ada = contact(&office, &mut session, "Ada", &["security"]);
    notify(&mut session, "security.account");
    let found = |session: &mut Session, query: &OutboxQuery| {
        outbox::page(session, query, OutboxAt::Newest, 10).unwrap().rows.len()
    };
    let recipient = |word: &str| OutboxQuery { recipient: vec![word.to_owned()], ..OutboxQuery::default() };
    assert_eq!(found(&mut session, &recipient("ADA")), 1);
    assert_eq!(found(&mut session, &recipient("@example.org")), 1);
    assert_eq!(found(&mut session, &recipient("login")), 0, "that is in the subject");
    contacts::delete(&mut session, &[ada]).unwrap();
    assert_eq!(found(&mut session, &recipient("ada@")), 1, "what was sent stays");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_page_is_a_part_of_the_whole(
        steps in proptest::collection::vec((any::<bool>(), proptest::bool::weighted(0.4)), 0..14),
        limit in 1..6_usize,
    ) {
        let office = office();
        let mut session = office.session();
        fill(&office, &mut session, &steps);
        let whole = all(&mut session);
        prop_assert_eq!(whole.len(), steps.len() + 1);
        let mut sorted = whole.clone();
        sorted.sort_by_key(|key| std::cmp::Reverse(*key));
        prop_assert_eq!(&sorted, &whole);
        let mut page = |at| {
            let page = outbox::entries(&mut session, at, limit).unwrap();
            (page.rows.iter().map(OutboxEntry::key).collect::<Vec<_>>(), page.at_start, page.at_end)
        };
        let end = whole.len();
        prop_assert_eq!(page(EntriesAt::Newest), (whole[..limit.min(end)].to_vec(), true, end <= limit));
        prop_assert_eq!(page(EntriesAt::Oldest), (whole[end.saturating_sub(limit)..].to_vec(), end <= limit, true));
        for (index, key) in whole.iter().enumerate() {
            let last = (index + limit).min(end);
            prop_assert_eq!(page(EntriesAt::From(*key)), (whole[index..last].to_vec(), false, last == end));
            let last = (index + 1 + limit).min(end);
            prop_assert_eq!(page(EntriesAt::After(*key)), (whole[index + 1..last].to_vec(), false, last == end));
            let first = index.saturating_sub(limit);
            prop_assert_eq!(page(EntriesAt::Before(*key)), (whole[first..index].to_vec(), first == 0, false));
        }
    }
}
