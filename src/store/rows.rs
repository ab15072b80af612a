//! Rows to values and back. A stored word that this version does not know is an error that names it, never a guess.

use rusqlite::Row;
use rusqlite::types::Type;

use crate::domain::contact::{Contact, ContactId, Status};
use crate::domain::delivery::{Delivery, DeliveryId, Kind, NoticeId, State};
use crate::domain::language::Language;
use crate::domain::notice::{Notice, NoticeTotals};
use crate::domain::position::Position;
use crate::domain::routing::FallbackReason;
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::VoidReason;

/// The columns of a contact, in the order that [`contact`] reads. `?1` is the current time in milliseconds.
pub(super) const CONTACT: &str = "c.id, c.name, c.email, c.position, c.language, \
     CASE WHEN c.status IN ('unverified', 'code_sent') AND v.expires_at <= ?1 THEN 'expired' ELSE c.status END, \
     c.verified_at, v.sent_at, c.pending_email, c.unsubscribed_at, c.version, \
     (SELECT group_concat(s.type, ' ') FROM subscription s WHERE s.contact_id = c.id)";

/// Where [`CONTACT`] is read from. The plus takes the id's affinity away: an index on an expression has none and serves only
/// comparisons without any; with the plain id SQLite would index all open verifications anew for every page.
pub(super) const CONTACT_SOURCE: &str =
    "contact c LEFT JOIN verification v ON coalesce(v.contact_id, 0) = +c.id AND v.state = 'open'";

/// Reads the columns of [`CONTACT`].
pub(super) fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let subscriptions: Option<String> = row.get(11)?;
    let status = word(row, 5, Status::parse)?;
    Ok(Contact {
        id: ContactId(row.get(0)?),
        name: row.get(1)?,
        email: row.get(2)?,
        position: position(row, 3)?,
        language: word(row, 4, language)?,
        status,
        verified_at: moment(row, 6)?,
        code_sent_at: moment(row, 7)?.filter(|_| status == Status::CodeSent),
        pending_email: row.get(8)?,
        unsubscribed_at: moment(row, 9)?,
        version: row.get(10)?,
        subscriptions: Subscriptions::from_ids(
            subscriptions.unwrap_or_default().split_ascii_whitespace().map(str::to_owned),
        ),
    })
}

/// The columns of a delivery, in the order that [`delivery`] reads, from a table `delivery d`.
pub(super) const DELIVERY: &str = "d.id, d.kind, d.address, d.contact_id, d.name, d.notice_id, d.type, d.subject, d.fallback, \
     d.state, d.attempts, d.created_at, d.due_at, d.expires_at, d.ended_at, d.message_id, d.server, d.maybe_sent";

/// Reads the columns of [`DELIVERY`].
pub(super) fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId(row.get(0)?),
        kind: word(row, 1, Kind::parse)?,
        to: row.get(2)?,
        contact: row.get::<_, Option<i64>>(3)?.map(ContactId),
        name: row.get(4)?,
        notice: row.get::<_, Option<i64>>(5)?.map(NoticeId),
        message_type: row.get(6)?,
        subject: row.get(7)?,
        fallback: row.get(8)?,
        state: word(row, 9, State::parse)?,
        attempts: row.get(10)?,
        created_at: Timestamp::from_millis(row.get(11)?),
        due_at: Timestamp::from_millis(row.get(12)?),
        expires_at: Timestamp::from_millis(row.get(13)?),
        ended_at: moment(row, 14)?,
        message_id: row.get(15)?,
        server: row.get(16)?,
        maybe_sent: row.get(17)?,
    })
}

/// The columns of a notice, in the order that [`notice`] reads, from a table `notice n`.
pub(super) const NOTICE: &str = "n.id, n.type, n.subject, n.created_at, n.ended_at, n.is_cancelled, n.fallback, n.is_unreached, \
     n.waiting, n.sent, n.written, n.failed, n.expired, n.cancelled";

/// Reads the columns of [`NOTICE`].
pub(super) fn notice(row: &Row<'_>) -> rusqlite::Result<Notice> {
    let fallback = match row.get_ref(6)?.as_str_or_null()? {
        None => None,
        Some(_) => Some(word(row, 6, FallbackReason::parse)?),
    };
    Ok(Notice {
        id: NoticeId(row.get(0)?),
        message_type: row.get(1)?,
        subject: row.get(2)?,
        created_at: Timestamp::from_millis(row.get(3)?),
        ended_at: moment(row, 4)?,
        cancelled: row.get(5)?,
        fallback,
        unreached: row.get(7)?,
        totals: NoticeTotals {
            waiting: count(row, 8)?,
            sent: count(row, 9)?,
            written: count(row, 10)?,
            failed: count(row, 11)?,
            expired: count(row, 12)?,
            cancelled: count(row, 13)?,
        },
    })
}

/// A number of rows, never below zero.
pub(super) fn count(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(index)?).unwrap_or(0))
}

/// A time that may be missing.
pub(super) fn moment(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp::from_millis))
}

/// A position; empty for none.
pub(super) fn position(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Position>> {
    if row.get_ref(index)?.as_str()?.is_empty() {
        return Ok(None);
    }
    // What is stored is an id: no other spelling is looked at.
    word(row, index, |id| Position::ALL.into_iter().find(|position| position.id() == id)).map(Some)
}

/// A language by its id.
pub(super) fn language(id: &str) -> Option<Language> {
    Language::parse(id).ok()
}

/// Why a verification is void, if it is.
pub(super) fn void_reason(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<VoidReason>> {
    match row.get::<_, Option<String>>(index)? {
        None => Ok(None),
        Some(_) => word(row, index, VoidReason::parse).map(Some),
    }
}

/// A word out of a closed list.
pub(super) fn word<T>(row: &Row<'_>, index: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text = row.get_ref(index)?.as_str()?;
    parse(text).ok_or_else(|| {
        let unknown = format!("'{text}' is not known to this version");
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, unknown.into())
    })
}
