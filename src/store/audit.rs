//! The audit log: who did what, when and from where. Append-only and hash-chained; a deleted contact's details are erased and
//! the chain stays verifiable, for it covers a salted digest of the details, not the details.

mod list;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

pub(super) use list::WHOLE;
use list::audit_row;
pub use list::{AuditBrief, AuditQuery, AuditRow};

#[cfg(test)]
pub(super) use list::{BRIEF, SINCE, statement};

use super::{Reading, StoreError, Writing};
use crate::domain::contact::ContactId;
use crate::domain::timestamp::Timestamp;

/// By which way somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Screen,
    Command,
    Import,
    /// The page that a link in a mail opens; a recipient acts there.
    Page,
    /// A mail that came back.
    Mail,
}

impl Via {
    /// All ways.
    pub const ALL: [Self; 5] = [Self::Screen, Self::Command, Self::Import, Self::Page, Self::Mail];

    /// As stored.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Command => "command",
            Self::Import => "import",
            Self::Page => "page",
            Self::Mail => "mail",
        }
    }
}

/// One entry to be appended.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    pub at: Timestamp,
    pub actor: &'a str,
    /// Where the actor came from; empty for this machine.
    pub origin: &'a str,
    pub via: Via,
    /// A stable word, for example `contact.add`.
    pub action: &'a str,
    pub contact: Option<ContactId>,
    /// Field names with old and new values; no secrets. Empty if there is nothing to tell.
    pub details: serde_json::Value,
}

/// The first entry that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditBreak {
    /// There is no entry of this number, but later ones.
    Missing { id: i64 },
    /// The entry, or the one before it, is not what was written.
    Changed { id: i64 },
    /// What the entry tells is not what was written.
    DetailsChanged { id: i64 },
    /// What the entry tells is gone, and its contact was never deleted.
    DetailsMissing { id: i64 },
}

impl Reading<'_> {
    /// Number and hash of the newest entry.
    pub fn audit_head(&self) -> Result<Option<(i64, [u8; 32])>, StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?
                .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
    }

    /// Follows the chain from the first entry, giving number and hash of each good one to `passes`, until it says that it is
    /// enough; the first break ends it. Costs one pass over the log.
    pub fn check_audit(
        &self,
        mut passes: impl FnMut(i64, [u8; 32]) -> ControlFlow<()>,
    ) -> Result<Option<AuditBreak>, StoreError> {
        let (columns, tables) = WHOLE;
        let text = format!(
            "SELECT a.id, {columns}, a.digest, d.salt, d.details, a.latest, \
             CASE WHEN d.audit_id IS NULL THEN {IS_DELETED} ELSE 0 END FROM {tables} ORDER BY a.id"
        );
        self.sql(|sql| {
            let mut query = sql.prepare(&text)?;
            let mut found = query.query([])?;
            let (mut last, mut named) = (Last::default(), 0);
            while let Some(row) = found.next()? {
                let entry = audit_row(row)?;
                if entry.id != last.id + 1 {
                    return Ok(Some(AuditBreak::Missing { id: last.id + 1 }));
                }
                let latest = last.latest.max(entry.at.millis());
                if let Some(found) = examine(row, &entry, &last.hash, latest)? {
                    return Ok(Some(found));
                }
                for contact in entry.details.as_ref().map(named_in).unwrap_or_default() {
                    if !is_listed(sql, contact, entry.id)? {
                        return Ok(Some(AuditBreak::Changed { id: entry.id }));
                    }
                    named += 1;
                }
                last = Last { id: entry.id, hash: entry.hash, latest };
                if passes(last.id, last.hash).is_break() {
                    return Ok(None);
                }
            }
            listed_beside(sql, named)
        })
    }
}

/// The entry before the one that is checked.
#[derive(Default)]
struct Last {
    id: i64,
    hash: [u8; 32],
    latest: i64,
}

/// Whether the contact of an entry was deleted, alone or with others.
const IS_DELETED: &str = "EXISTS (SELECT 1 FROM audit e WHERE e.contact_id = a.contact_id AND e.action = 'contact.delete') \
    OR EXISTS (SELECT 1 FROM audit_contact m JOIN audit e ON e.id = m.audit_id \
    WHERE m.contact_id = a.contact_id AND e.action = 'contacts.delete')";

/// Where the columns of [`Reading::check_audit`] begin behind those of [`WHOLE`].
const BEHIND: usize = 9;

fn examine(
    row: &Row<'_>,
    entry: &AuditRow,
    previous: &[u8],
    latest: i64,
) -> rusqlite::Result<Option<AuditBreak>> {
    let (id, digest) = (entry.id, row.get::<_, Vec<u8>>(BEHIND)?);
    let (salt, details): (Option<Vec<u8>>, Option<String>) = (row.get(BEHIND + 1)?, row.get(BEHIND + 2)?);
    let facts = Facts {
        at: entry.at,
        actor: &entry.actor,
        origin: entry.origin.as_deref().unwrap_or_default(),
        via: &entry.via,
        action: &entry.action,
        contact: entry.contact,
    };
    if link(previous, id, &facts, &digest) != entry.hash || row.get::<_, i64>(BEHIND + 3)? != latest {
        return Ok(Some(AuditBreak::Changed { id }));
    }
    Ok(match salt.zip(details) {
        Some((salt, details)) if digest_of(&salt, &details) != *digest => {
            Some(AuditBreak::DetailsChanged { id })
        }
        None if !row.get::<_, bool>(BEHIND + 4)? => Some(AuditBreak::DetailsMissing { id }),
        Some(_) | None => None,
    })
}

/// The contacts that the details of an entry about many name, each once.
fn named_in(details: &serde_json::Value) -> BTreeSet<i64> {
    let contacts = details.get("contacts").and_then(serde_json::Value::as_array);
    contacts.into_iter().flatten().filter_map(serde_json::Value::as_i64).collect()
}

/// Whether the entry is found in the history of a contact that it names.
fn is_listed(sql: &Connection, contact: i64, entry: i64) -> rusqlite::Result<bool> {
    sql.prepare_cached("SELECT 1 FROM audit_contact WHERE contact_id = ?1 AND audit_id = ?2")?
        .exists([contact, entry])
}

/// The first entry that is found in the history of a contact that it does not name; `named` are all that entries name.
fn listed_beside(sql: &Connection, named: i64) -> rusqlite::Result<Option<AuditBreak>> {
    let listed: i64 = sql.query_row("SELECT count(*) FROM audit_contact", [], |row| row.get(0))?;
    if listed == named {
        return Ok(None);
    }
    let text = "SELECT min(m.audit_id) FROM audit_contact m WHERE NOT EXISTS (SELECT 1 FROM audit_detail d \
                JOIN json_each(d.details, '$.contacts') j WHERE d.audit_id = m.audit_id AND j.value = m.contact_id)";
    let id: Option<i64> = sql.query_row(text, [], |row| row.get(0))?;
    Ok(id.map(|id| AuditBreak::Changed { id }))
}

impl Writing<'_> {
    /// Appends an entry to the log.
    pub fn append_audit(&self, entry: &Entry<'_>) -> Result<(), StoreError> {
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt).map_err(|error| StoreError::Other {
            file: self.file.display().to_string(),
            why: error.to_string(),
        })?;
        let details = entry.details.to_string();
        let digest = digest_of(&salt, &details);
        let facts = Facts {
            at: entry.at,
            actor: entry.actor,
            origin: entry.origin,
            via: entry.via.id(),
            action: entry.action,
            contact: entry.contact,
        };
        self.sql(|sql| {
            let last = sql
                .prepare_cached("SELECT id, hash, latest FROM audit ORDER BY id DESC LIMIT 1")?
                .query_row([], |row| Ok(Last { id: row.get(0)?, hash: row.get(1)?, latest: row.get(2)? }))
                .optional()?
                .unwrap_or_default();
            let id = last.id + 1;
            let at = entry.at.millis();
            let contact = entry.contact.map(|contact| contact.0);
            let hash = link(&last.hash, id, &facts, &digest);
            sql.prepare_cached(
                "INSERT INTO audit (id, at, latest, actor, origin, via, action, contact_id, digest, hash) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                id,
                at,
                at.max(last.latest),
                entry.actor,
                entry.origin,
                entry.via.id(),
                entry.action,
                contact,
                digest.as_slice(),
                hash.as_slice(),
            ])?;
            sql.prepare_cached(
                "INSERT INTO audit_detail (audit_id, contact_id, salt, details) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![id, contact, salt.as_slice(), details])?;
            let mut list =
                sql.prepare_cached("INSERT INTO audit_contact (contact_id, audit_id) VALUES (?1, ?2)")?;
            named_in(&entry.details).into_iter().try_for_each(|contact| list.execute([contact, id]).map(drop))
        })
    }

    /// Erases what the log tells about a person; that something was done, by whom and when, stays.
    pub fn erase_audit_details(&self, contact: ContactId) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("DELETE FROM audit_detail WHERE contact_id = ?1")?
                .execute([contact.0])
                .map(drop)
        })
    }
}

/// The fields of an entry that its hash covers beside the digest of its details.
struct Facts<'a> {
    at: Timestamp,
    actor: &'a str,
    origin: &'a str,
    via: &'a str,
    action: &'a str,
    contact: Option<ContactId>,
}

fn digest_of(salt: &[u8], details: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(details.as_bytes()).finalize().into()
}

/// The hash of an entry: SHA-256 over the hash before it and every field, each after its length.
fn link(previous: &[u8], id: i64, facts: &Facts<'_>, digest: &[u8]) -> [u8; 32] {
    let contact = facts.contact.map_or_else(String::new, |contact| contact.0.to_string());
    let (id, at) = (id.to_string(), facts.at.millis().to_string());
    let fields: [&[u8]; 9] = [
        previous,
        id.as_bytes(),
        at.as_bytes(),
        facts.actor.as_bytes(),
        facts.origin.as_bytes(),
        facts.via.as_bytes(),
        facts.action.as_bytes(),
        contact.as_bytes(),
        digest,
    ];
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}
