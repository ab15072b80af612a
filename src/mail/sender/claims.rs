//! What the clerk claims: the next delivery that is due, and what its notice says.

use std::sync::Arc;

use super::clerk::LEASE;
use crate::domain::delivery::{DeliveryId, NoticeId};
use crate::domain::timestamp::Timestamp;
use crate::store::{Claimed, NoticeBody, Reading, StoreError, Writing};

/// How many notices are kept in memory, of at most 2 MiB each.
const KNOWN_NOTICES: usize = 4;
/// How many of the asked for deliveries are looked at before it is noted that they were passed.
const AT_ONCE: usize = 500;

/// The next delivery that is due; with `only`, the first of these behind those that were passed. At their end they are looked at
/// once more from the first on, so that many cost no more than two looks each. None also once `room` is used up: see
/// [`Writing::claim_next`].
fn claim(
    writing: &Writing<'_>,
    only: Option<&[DeliveryId]>,
    passed: &mut usize,
    room: &mut usize,
    now: Timestamp,
) -> Result<Option<Claimed>, StoreError> {
    let until = now.plus(LEASE);
    let Some(ids) = only else { return writing.claim_next(None, room, now, until) };
    let mut is_last_look = *passed == 0;
    loop {
        let rest = ids.get(*passed..).unwrap_or_default();
        let some = &rest[..rest.len().min(AT_ONCE)];
        if let Some(claimed) = writing.claim_next(Some(some), room, now, until)? {
            let place = some.iter().position(|id| *id == claimed.delivery.id);
            *passed += place.map_or(0, |place| place + 1);
            return Ok(Some(claimed));
        }
        if *room == 0 {
            return Ok(None);
        }
        *passed += some.len();
        if *passed >= ids.len() {
            *passed = 0;
            if is_last_look {
                return Ok(None);
            }
            is_last_look = true;
        }
    }
}

/// So many of the next deliveries, or fewer if fewer are due or `room` is used up, with what their notices say.
pub(super) fn claim_some(
    writing: &Writing<'_>,
    only: Option<&[DeliveryId]>,
    wanted: usize,
    (passed, room, notices): (&mut usize, &mut usize, &mut Vec<Arc<NoticeBody>>),
    now: Timestamp,
) -> Result<Vec<Claimed>, StoreError> {
    let mut claims = Vec::with_capacity(wanted);
    while claims.len() < wanted
        && let Some(mut claimed) = claim(writing, only, passed, room, now)?
    {
        if let Some(id) = claimed.delivery.notice {
            claimed.notice = body_of(&writing.reading(), notices, id)?;
        }
        claims.push(claimed);
    }
    Ok(claims)
}

/// What the mails of a notice say, from the database only if it is not among those read last.
fn body_of(
    reading: &Reading<'_>,
    known: &mut Vec<Arc<NoticeBody>>,
    id: NoticeId,
) -> Result<Option<Arc<NoticeBody>>, StoreError> {
    let body = match known.iter().position(|body| body.id == id) {
        Some(place) => known.remove(place),
        None => match reading.notice_body(id)? {
            Some(body) => Arc::new(body),
            None => return Ok(None),
        },
    };
    if known.len() == KNOWN_NOTICES {
        known.remove(0);
    }
    known.push(Arc::clone(&body));
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::delivery::Kind;
    use crate::domain::language::Language;
    use crate::domain::notice::{NoticeForm, check};
    use crate::store::{NewDelivery, NewNotice, Settlement, Store};

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn database() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.db")).unwrap();
        (folder, store)
    }

    fn queue(writing: &Writing<'_>, number: usize) -> DeliveryId {
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
            now: NOW,
            expires_at: NOW.plus(LEASE),
            message_id: &format!("<{number}@example.org>"),
        };
        writing.insert_delivery(&new).unwrap()
    }

    #[test]
    fn a_notice_is_read_once_for_all_its_mails_and_few_are_kept() {
        let (_folder, mut store) = database();
        let catalogue = Catalogue::built_in();
        let form = NoticeForm {
            message_type: "security.account".to_owned(),
            subject: "s".to_owned(),
            body: "b".to_owned(),
            html: None,
        };
        let draft = check(&form, &catalogue).unwrap();
        let title = &catalogue.message_type("security.account").unwrap().1.title;
        let new = NewNotice {
            draft: &draft,
            title,
            key: None,
            fallback: None,
            priority: 0,
            now: NOW,
            expires_at: NOW.plus(LEASE),
        };
        let written =
            store.write(|writing| (0..6).map(|_| writing.insert_notice(&new)).collect::<Result<Vec<_>, _>>());
        let ids = written.unwrap();
        let mut known = Vec::new();
        store
            .read(|reading| {
                let mut read = |id| body_of(reading, &mut known, id).map(Option::unwrap);
                let first = read(ids[0])?;
                assert_eq!(
                    (first.id, first.text.as_str(), first.title(Language::ZhCn)),
                    (ids[0], "b", "账号安全告警")
                );
                for id in &ids[1..KNOWN_NOTICES] {
                    read(*id)?;
                }
                assert!(Arc::ptr_eq(&read(ids[0])?, &first));
                // The one that was not used for the longest time makes room.
                read(ids[4])?;
                assert!(Arc::ptr_eq(&read(ids[0])?, &first));
                for id in &ids[1..=KNOWN_NOTICES] {
                    read(*id)?;
                }
                assert!(!Arc::ptr_eq(&read(ids[0])?, &first));
                assert!(body_of(reading, &mut known, NoticeId(99))?.is_none());
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(known.len(), KNOWN_NOTICES);
    }

    #[test]
    fn a_sender_whose_lease_has_ended_changes_nothing_any_more() {
        let (_folder, mut store) = database();
        store.write(|writing| Ok::<_, StoreError>(queue(writing, 1))).unwrap();
        let next = |store: &mut Store, now| {
            store.write(|writing| claim(writing, None, &mut 0, &mut 500, now)).unwrap()
        };
        let first = next(&mut store, NOW).unwrap();
        let take_back = |store: &mut Store, ended_at: Timestamp| {
            let wait = |_| std::time::Duration::ZERO;
            store.write(|writing| writing.recover_claims(Some(ended_at), NOW, wait)).unwrap();
        };
        let end = NOW.plus(LEASE);
        let just_before = Timestamp::from_millis(end.millis() - 1);
        take_back(&mut store, just_before);
        assert!(!store.read(|reading| reading.has_ended_leases(just_before)).unwrap());
        assert_eq!(next(&mut store, NOW), None);
        assert!(store.read(|reading| reading.has_ended_leases(end)).unwrap());
        take_back(&mut store, end);
        let second = next(&mut store, NOW).unwrap();
        assert_eq!(second.delivery.id, first.delivery.id);
        let sent = || Settlement::Sent { words: "250 ok".to_owned() };
        for late in [
            store.write(|writing| writing.note_body(&first)),
            store.write(|writing| writing.settle(&first, &sent(), NOW).map(drop)),
        ] {
            assert!(matches!(late, Err(StoreError::LeaseLost { .. })), "{late:?}");
        }
        store.write(|writing| writing.settle(&second, &sent(), NOW)).unwrap();
    }

    #[test]
    fn asked_for_mails_are_claimed_in_order_without_looking_at_the_ended_ones_again() {
        let (_folder, mut store) = database();
        let ids = store
            .write(|writing| Ok::<_, StoreError>([1, 2, 3, 4].map(|number| queue(writing, number))))
            .unwrap();
        store.write(|writing| writing.cancel_delivery(ids[1], NOW)).unwrap();
        let mut passed = 0;
        let mut next = |passed: &mut usize| {
            store.write(|writing| claim(writing, Some(&ids[..3]), passed, &mut 9, NOW)).unwrap()
        };
        let first = next(&mut passed).unwrap();
        assert_eq!((first.delivery.id, passed), (ids[0], 1));
        let third = next(&mut passed).unwrap();
        assert_eq!((third.delivery.id, passed), (ids[2], 3));
        assert_eq!((next(&mut passed), passed), (None, 0));
        // What was given back is found again, behind all others.
        let words = "it waits".to_owned();
        store.write(|writing| writing.settle(&first, &Settlement::NotTried { words }, NOW)).unwrap();
        passed = 3;
        let again = store
            .write(|writing| claim(writing, Some(&ids[..3]), &mut passed, &mut 9, NOW))
            .unwrap()
            .unwrap();
        assert_eq!((again.delivery.id, passed), (ids[0], 1));
    }
}
