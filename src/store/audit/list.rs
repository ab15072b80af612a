//! The audit log as a list, newest or oldest first, read by number: whole, or as far as a person reads it.

use rusqlite::{OptionalExtension, Row};

use crate::domain::brief::Brief;
use crate::domain::contact::ContactId;
use crate::domain::timestamp::Timestamp;
use crate::store::{Newest, Reading, StoreError};

/// One entry as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    /// Where the actor came from; None for this machine.
    pub origin: Option<String>,
    /// By which way, as [`Via::id`](super::Via::id); another word if a newer version wrote it.
    pub via: String,
    pub action: String,
    pub contact: Option<ContactId>,
    /// Field names with old and new values. None once they are erased.
    pub details: Option<serde_json::Value>,
    /// The hash of this entry, which covers the whole log up to it.
    pub hash: [u8; 32],
}

/// One entry as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditBrief {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    /// Where the actor came from; None for this machine.
    pub origin: Option<String>,
    /// By which way, as [`Via::id`](super::Via::id); another word if a newer version wrote it.
    pub via: String,
    pub action: String,
    pub contact: Option<ContactId>,
    /// What the contact is called now; None if it is gone.
    pub name: Option<String>,
    /// Its address now.
    pub email: Option<String>,
    /// Field names with old and new values. None once they are erased.
    pub details: Option<Brief>,
}

/// Which entries are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Its own, and those about many that name it.
    pub contact: Option<ContactId>,
    /// From the first on that is not older than this. Where a clock was set back, older ones are among them.
    pub since: Option<Timestamp>,
}

/// The columns behind the number, and where they are read from: entries whole, and as a person reads them.
pub(in crate::store) const WHOLE: (&str, &str) = (
    "a.at, a.actor, a.origin, a.via, a.action, a.contact_id, a.hash, d.details",
    "audit a LEFT JOIN audit_detail d ON d.audit_id = a.id",
);
pub(in crate::store) const BRIEF: (&str, &str) = (
    "a.at, a.actor, a.origin, a.via, a.action, a.contact_id, c.name, c.email, d.details",
    "audit a LEFT JOIN audit_detail d ON d.audit_id = a.id LEFT JOIN contact c ON c.id = a.contact_id",
);

/// The number of the first entry that is not older than `?1`.
pub(in crate::store) const SINCE: &str =
    "SELECT id FROM audit WHERE latest >= ?1 ORDER BY latest, id LIMIT 1";

impl Reading<'_> {
    /// Reads entries by number, upwards or downwards, from `start` on (true: itself included), until `take` has enough.
    pub fn audit(
        &self,
        query: AuditQuery,
        newest: Newest,
        start: Option<(i64, bool)>,
        take: impl FnMut(AuditRow) -> bool,
    ) -> Result<(), StoreError> {
        self.audit_rows(WHOLE, query, newest, start, audit_row, take)
    }

    /// The same as a person reads it.
    pub fn audit_in_brief(
        &self,
        query: AuditQuery,
        newest: Newest,
        start: Option<(i64, bool)>,
        take: impl FnMut(AuditBrief) -> bool,
    ) -> Result<(), StoreError> {
        self.audit_rows(BRIEF, query, newest, start, audit_brief, take)
    }

    fn audit_rows<T>(
        &self,
        from: (&str, &str),
        query: AuditQuery,
        newest: Newest,
        start: Option<(i64, bool)>,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
        mut take: impl FnMut(T) -> bool,
    ) -> Result<(), StoreError> {
        let text = statement(from, query.contact, newest);
        let first = match (newest, start) {
            (Newest::First, None) => i64::MAX,
            (Newest::Last, None) => i64::MIN,
            (_, Some((id, true))) => id,
            (Newest::First, Some((id, false))) => id.saturating_sub(1),
            (Newest::Last, Some((id, false))) => id.saturating_add(1),
        };
        self.sql(|sql| {
            let oldest = match query.since {
                Some(since) => {
                    sql.prepare_cached(SINCE)?.query_row([since.millis()], |row| row.get(0)).optional()?
                }
                None => Some(i64::MIN),
            };
            let Some(oldest) = oldest else { return Ok(()) };
            let mut statement = sql.prepare_cached(&text)?;
            let mut found = match query.contact {
                Some(contact) => statement.query([first, oldest, contact.0])?,
                None => statement.query([first, oldest])?,
            };
            while let Some(row) = found.next()? {
                if !take(read(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// What reads entries from the number `?1` on, none below `?2`. The two parts of a contact's history are each in order, so joining
/// them sorts nothing.
pub(in crate::store) fn statement(
    (columns, tables): (&str, &str),
    contact: Option<ContactId>,
    newest: Newest,
) -> String {
    let range = |id: &str| match newest {
        Newest::First => format!("{id} <= ?1 AND {id} >= ?2"),
        // One bound: of two, SQLite may begin at the one that is farther.
        Newest::Last => format!("{id} >= max(?1, ?2)"),
    };
    let order = match newest {
        Newest::First => "DESC",
        Newest::Last => "ASC",
    };
    let part = |id: &str, before: &str, condition: &str| {
        format!("SELECT {id}, {columns} FROM {before}{tables} WHERE {condition}{range}", range = range(id))
    };
    match contact {
        None => format!("{} ORDER BY 1 {order}", part("a.id", "", "")),
        Some(_) => format!(
            "{} UNION ALL {} ORDER BY 1 {order}",
            part("a.id", "", "a.contact_id = ?3 AND "),
            part("m.audit_id", "audit_contact m JOIN ", "a.id = m.audit_id AND m.contact_id = ?3 AND ")
        ),
    }
}

pub(super) fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let origin: String = row.get(3)?;
    let details: Option<String> = row.get(8)?;
    Ok(AuditRow {
        id: row.get(0)?,
        at: Timestamp::from_millis(row.get(1)?),
        actor: row.get(2)?,
        origin: Some(origin).filter(|origin| !origin.is_empty()),
        via: row.get(4)?,
        action: row.get(5)?,
        contact: row.get::<_, Option<i64>>(6)?.map(ContactId),
        hash: row.get(7)?,
        // What is no JSON was not written by callsheet; the text itself is shown, and the check finds it.
        details: details.map(|text| serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))),
    })
}

fn audit_brief(row: &Row<'_>) -> rusqlite::Result<AuditBrief> {
    let origin: String = row.get(3)?;
    Ok(AuditBrief {
        id: row.get(0)?,
        at: Timestamp::from_millis(row.get(1)?),
        actor: row.get(2)?,
        origin: Some(origin).filter(|origin| !origin.is_empty()),
        via: row.get(4)?,
        action: row.get(5)?,
        contact: row.get::<_, Option<i64>>(6)?.map(ContactId),
        name: row.get(7)?,
        email: row.get(8)?,
        details: row.get_ref(9)?.as_str_or_null()?.map(Brief::of_json),
    })
}
