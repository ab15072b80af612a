//! The subscription table.

use std::cmp::Ordering;
use std::collections::HashMap;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Rows, params};

use super::{Reading, StoreError, Writing, rows};
use crate::domain::catalogue::category_of;
use crate::domain::contact::ContactId;
use crate::domain::routing::Candidate;
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;

/// What a contact wants, and what a bulk change must know beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    pub subscriptions: Subscriptions,
    /// When the recipient ended category activity for the address in force.
    pub unsubscribed_at: Option<Timestamp>,
    /// The key of the address in force.
    pub email_key: String,
}

/// Whether there are contacts and all of them want the category `?1` or the type `?2`. It ends at the first who does not.
pub(super) const WANTED_BY_ALL: &str = "SELECT EXISTS (SELECT 1 FROM contact) AND NOT EXISTS (SELECT 1 FROM contact c \
     WHERE NOT EXISTS (SELECT 1 FROM subscription s WHERE s.contact_id = c.id AND s.type IN (?1, ?2)))";

/// How many kinds of contacts are remembered at once, about.
const KINDS: usize = 4096;

impl Reading<'_> {
    /// What a contact wants; None if there is none.
    pub fn wishes(&self, id: ContactId) -> Result<Option<Wishes>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT c.unsubscribed_at, c.email_key, s.type FROM contact c \
                 LEFT JOIN subscription s ON s.contact_id = c.id WHERE c.id = ?1",
            )?;
            let mut found = query.query([id.0])?;
            let mut contact = None;
            let mut types = Vec::new();
            while let Some(row) = found.next()? {
                if contact.is_none() {
                    contact = Some((rows::moment(row, 0)?, row.get(1)?));
                }
                types.extend(row.get::<_, Option<String>>(2)?);
            }
            Ok(contact.map(|(unsubscribed_at, email_key)| Wishes {
                subscriptions: Subscriptions::from_ids(types),
                unsubscribed_at,
                email_key,
            }))
        })
    }

    /// Whether all contacts, and there are some, want a category (wholly) or type.
    pub fn is_wanted_by_all(&self, id: &str) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(WANTED_BY_ALL)?;
            query.query_row([category_of(id), id], |row| row.get(0))
        })
    }

    /// The ids of all contacts, in order.
    pub fn contact_ids(&self) -> Result<Vec<ContactId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached("SELECT id FROM contact ORDER BY id")?;
            query.query_map([], |row| row.get(0).map(ContactId))?.collect()
        })
    }

    /// Calls `each` with every kind of contact that routing can tell apart inside one category, and with how many contacts are
    /// of this kind. The candidate wants what such a contact wants in that category; id and email say nothing. A kind may come
    /// several times. Many contacts are of few kinds, so this costs little more than reading both tables side by side.
    pub fn each_kind(&self, mut each: impl FnMut(&str, &Candidate, u64)) -> Result<(), StoreError> {
        let mut tell = |kinds: &mut HashMap<String, u64>| {
            for (kind, count) in kinds.drain() {
                each(category_in(&kind).unwrap_or_default(), &of_kind(&kind), count);
            }
        };
        self.sql(|sql| {
            let mut contacts = sql.prepare_cached(
                "SELECT id, (verified_at IS NOT NULL) + 2 * (status = 'undeliverable') + 4 * (unsubscribed_at IS NOT NULL) \
                 FROM contact ORDER BY id",
            )?;
            let mut wanted = sql.prepare_cached(AllWanted::QUERY)?;
            let (mut contacts, mut wanted) = (contacts.query([])?, AllWanted::begin(wanted.query([])?)?);
            let mut kinds = HashMap::new();
            let mut kind = String::new();
            while let Some(contact) = contacts.next()? {
                let (id, flags): (i64, u8) = (contact.get(0)?, contact.get(1)?);
                kind.clear();
                wanted.of(id, |type_id| {
                    if category_in(&kind) == Some(category_of(type_id)) {
                        kind.push(' ');
                    } else {
                        count(&mut kinds, &kind);
                        kind.clear();
                        kind.push(char::from(flags));
                    }
                    kind.push_str(type_id);
                })?;
                count(&mut kinds, &kind);
                if kinds.len() >= KINDS {
                    tell(&mut kinds);
                }
            }
            tell(&mut kinds);
            Ok(())
        })
    }
}

impl Writing<'_> {
    /// Makes these the contact's subscriptions.
    pub fn set_subscriptions(&self, id: ContactId, subscriptions: &Subscriptions) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("DELETE FROM subscription WHERE contact_id = ?1")?.execute([id.0]).map(drop)
        })?;
        self.insert_subscriptions(id, subscriptions)
    }

    /// Gives a contact that has none its subscriptions.
    pub(super) fn insert_subscriptions(
        &self,
        id: ContactId,
        subscriptions: &Subscriptions,
    ) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut insert =
                sql.prepare_cached("INSERT INTO subscription (contact_id, type) VALUES (?1, ?2)")?;
            for type_id in subscriptions.ids() {
                insert.execute(params![id.0, type_id])?;
            }
            Ok(())
        })
    }

    /// Notes when the recipient ended category activity, or that it counts as subscribed again.
    pub fn set_unsubscribed(&self, id: ContactId, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut update = sql.prepare_cached("UPDATE contact SET unsubscribed_at = ?2 WHERE id = ?1")?;
            update.execute(params![id.0, at.map(Timestamp::millis)]).map(drop)
        })
    }
}

/// What all contacts want, read beside the contacts in order of id.
pub(super) struct AllWanted<'a>(Rows<'a>);

impl<'a> AllWanted<'a> {
    /// Binary order: a category stands directly before its types.
    pub(super) const QUERY: &'static str =
        "SELECT contact_id, type FROM subscription ORDER BY contact_id, type";

    /// Of the rows of [`AllWanted::QUERY`].
    pub(super) fn begin(mut rows: Rows<'a>) -> rusqlite::Result<Self> {
        rows.advance()?;
        Ok(Self(rows))
    }

    /// Calls `each` with what a contact wants. The contacts come in order of id.
    pub(super) fn of(&mut self, contact: i64, mut each: impl FnMut(&str)) -> rusqlite::Result<()> {
        while let Some(row) = self.0.get() {
            match row.get::<_, i64>(0)?.cmp(&contact) {
                Ordering::Less => {}
                Ordering::Equal => each(row.get_ref(1)?.as_str()?),
                Ordering::Greater => break,
            }
            self.0.advance()?;
        }
        Ok(())
    }
}

/// Counts a contact of this kind; nothing for the empty one.
fn count(kinds: &mut HashMap<String, u64>, kind: &str) {
    if let Some(count) = kinds.get_mut(kind) {
        *count += 1;
    } else if !kind.is_empty() {
        kinds.insert(kind.to_owned(), 1);
    }
}

/// The category of a kind; none for the empty one.
fn category_in(kind: &str) -> Option<&str> {
    kind.get(1..).and_then(|types| types.split(' ').next()).map(category_of)
}

/// A candidate of the kind that [`Reading::each_kind`] wrote down: a character of flags, then the types wanted.
fn of_kind(kind: &str) -> Candidate {
    let (flags, types) = kind.split_at(kind.len().min(1));
    let is_set = |flag: u8| flags.bytes().any(|flags| flags & flag != 0);
    Candidate {
        contact: ContactId(0),
        email: String::new(),
        subscriptions: Subscriptions::from_ids(types.split_ascii_whitespace().map(str::to_owned)),
        verified: is_set(1),
        undeliverable: is_set(2),
        unsubscribed: is_set(4),
    }
}
