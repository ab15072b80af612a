//! The outbox as a list of entries: a notice with the totals of its deliveries, or a delivery that belongs to none, newest first.

use super::super::page::{At, Page};
use super::super::{Problem, Session};
use crate::domain::delivery::{Delivery, DeliveryId, NoticeId};
use crate::domain::notice::Notice;
use crate::domain::timestamp::Timestamp;
use crate::store::{Moment, Newest};

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxEntry {
    /// All deliveries of a notice together.
    Notice(Notice),
    /// A mail by itself: a code, a test, that an address was replaced.
    Delivery(Delivery),
}

/// Where an entry stands: by time, and at one moment notices before (newer than) deliveries, and higher ids before lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    pub created_at: Timestamp,
    pub id: EntryId,
}

/// Which entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryId {
    Delivery(DeliveryId),
    Notice(NoticeId),
}

/// Where a page of entries begins.
pub type EntriesAt = At<EntryKey>;

impl OutboxEntry {
    /// Where it stands in the list.
    #[must_use]
    pub fn key(&self) -> EntryKey {
        match self {
            Self::Notice(notice) => {
                EntryKey { created_at: notice.created_at, id: EntryId::Notice(notice.id) }
            }
            Self::Delivery(delivery) => {
                EntryKey { created_at: delivery.created_at, id: EntryId::Delivery(delivery.id) }
            }
        }
    }
}

/// A part of the outbox with each notice in one row. Costs what is read, however much lies in the outbox.
///
/// # Errors
/// [`Problem::Store`].
pub fn entries(session: &mut Session, at: EntriesAt, limit: usize) -> Result<Page<OutboxEntry>, Problem> {
    let (store, _) = session.desk();
    let (newest, start) = at.reading();
    let wanted = limit.saturating_add(1);
    let (notices, deliveries) = store.read(|reading| {
        let of_notices = start.map_or(Moment::edge(newest), |(key, inclusive)| notices_from(key, inclusive));
        let of_deliveries =
            start.map_or(Moment::edge(newest), |(key, inclusive)| deliveries_from(key, inclusive));
        Ok::<_, Problem>((
            reading.notices_from(newest, of_notices, wanted)?,
            reading.lone_deliveries_from(newest, of_deliveries, wanted)?,
        ))
    })?;
    let notices = notices.into_iter().map(OutboxEntry::Notice);
    let mut rows: Vec<OutboxEntry> =
        notices.chain(deliveries.into_iter().map(OutboxEntry::Delivery)).collect();
    match newest {
        Newest::First => rows.sort_by_key(|entry| std::cmp::Reverse(entry.key())),
        Newest::Last => rows.sort_by_key(OutboxEntry::key),
    }
    Ok(at.page(rows, limit))
}

/// Where the notices of a page begin that begins at `key`. At the moment of a delivery all notices stand before it.
fn notices_from(key: EntryKey, inclusive: bool) -> Moment {
    match key.id {
        EntryId::Notice(id) => Moment { at: key.created_at, id: id.0, inclusive },
        EntryId::Delivery(_) => Moment { at: key.created_at, id: i64::MIN, inclusive: false },
    }
}

/// Where the deliveries begin. At the moment of a notice all of them stand after it.
fn deliveries_from(key: EntryKey, inclusive: bool) -> Moment {
    match key.id {
        EntryId::Delivery(id) => Moment { at: key.created_at, id: id.0, inclusive },
        EntryId::Notice(_) => Moment { at: key.created_at, id: i64::MAX, inclusive: false },
    }
}
