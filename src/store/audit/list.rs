//! The audit log as a list, newest or oldest first, read by number: whole, or as far as a person reads it.

use rusqlite::{Row, params};

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
    /// Its own, and those of a change of many that name its id.
    pub contact: Option<ContactId>,
    /// Not older than this.
    pub since: Option<Timestamp>,
}

pub(super) const COLUMNS: &str =
    "a.id, a.at, a.actor, a.origin, a.via, a.action, a.contact_id, a.hash, d.details";
pub(super) const TABLES: &str = "audit a LEFT JOIN audit_detail d ON d.audit_id = a.id";
const BRIEF_COLUMNS: &str =
    "a.id, a.at, a.actor, a.origin, a.via, a.action, a.contact_id, c.name, c.email, d.details";
const BRIEF_TABLES: &str = "audit a LEFT JOIN audit_detail d ON d.audit_id = a.id \
    LEFT JOIN contact c ON c.id = a.contact_id";
/// Whether a change of many contacts names this one.
const NAMES_CONTACT: &str = "CASE WHEN json_valid(d.details) THEN EXISTS (SELECT 1 FROM json_tree(d.details) t \
    WHERE t.type = 'integer' AND t.value = ?3 AND t.path LIKE '%.contacts') ELSE 0 END";

impl Reading<'_> {
    /// Reads entries by number, upwards or downwards, from `start` on (true: itself included), until `take` has enough.
    pub fn audit(
        &self,
        query: AuditQuery,
        newest: Newest,
        start: Option<(i64, bool)>,
        take: impl FnMut(AuditRow) -> bool,
    ) -> Result<(), StoreError> {
        self.audit_rows((COLUMNS, TABLES), query, newest, start, audit_row, take)
    }

    /// The same as a person reads it.
    pub fn audit_in_brief(
        &self,
        query: AuditQuery,
        newest: Newest,
        start: Option<(i64, bool)>,
        take: impl FnMut(AuditBrief) -> bool,
    ) -> Result<(), StoreError> {
        self.audit_rows((BRIEF_COLUMNS, BRIEF_TABLES), query, newest, start, audit_brief, take)
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
        let (since, contact) = (query.since.map(Timestamp::millis), query.contact.map(|contact| contact.0));
        let first = match (newest, start) {
            (Newest::First, None) => i64::MAX,
            (Newest::Last, None) => i64::MIN,
            (_, Some((id, true))) => id,
            (Newest::First, Some((id, false))) => id.saturating_sub(1),
            (Newest::Last, Some((id, false))) => id.saturating_add(1),
        };
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&text)?;
            let since = since.unwrap_or(i64::MIN);
            let mut found = match contact {
                Some(contact) => query.query(params![first, since, contact])?,
                None => query.query(params![first, since])?,
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

/// What reads entries from the number `?1` on that are not older than `?2`. The two parts of a contact's history are each in
/// order, so joining them sorts nothing.
pub(in crate::store) fn statement(
    (columns, tables): (&str, &str),
    contact: Option<ContactId>,
    newest: Newest,
) -> String {
    let (comparison, order) = match newest {
        Newest::First => ("<=", "DESC"),
        Newest::Last => (">=", "ASC"),
    };
    let part = |condition: &str| {
        format!("SELECT {columns} FROM {tables} WHERE {condition}a.id {comparison} ?1 AND a.at >= ?2")
    };
    match contact {
        None => format!("{} ORDER BY a.id {order}", part("")),
        Some(_) => format!(
            "{} UNION ALL {} AND {NAMES_CONTACT} ORDER BY 1 {order}",
            part("a.contact_id = ?3 AND "),
            part("a.action = 'contacts.subscribe' AND ")
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
