//! The audit log: who did what, when and from where. Append-only and hash-chained; a deleted contact's details are erased and
//! the chain stays verifiable, for it covers a salted digest of the details, not the details.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::{StoreError, Writing};
use crate::domain::contact::ContactId;
use crate::domain::timestamp::Timestamp;

/// By which way somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Screen,
    Command,
}

impl Via {
    /// As stored.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Command => "command",
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

impl Writing<'_> {
    /// Appends an entry to the log.
    pub fn append_audit(&self, entry: &Entry<'_>) -> Result<(), StoreError> {
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt).map_err(|error| StoreError::Other {
            file: self.file.display().to_string(),
            why: error.to_string(),
        })?;
        let details = entry.details.to_string();
        let digest = Sha256::new().chain_update(salt).chain_update(details.as_bytes()).finalize();
        self.sql(|sql| {
            let (last, previous) = sql
                .prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?
                .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
                .optional()?
                .unwrap_or((0, vec![0; 32]));
            let id = last + 1;
            let contact = entry.contact.map(|contact| contact.0);
            let hash = link(&previous, id, entry, &digest);
            sql.prepare_cached(
                "INSERT INTO audit (id, at, actor, origin, via, action, contact_id, digest, hash) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                id,
                entry.at.millis(),
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
            .execute(params![id, contact, salt.as_slice(), details])
            .map(drop)
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

/// The hash of an entry: SHA-256 over the hash before it and every field, each after its length.
fn link(previous: &[u8], id: i64, entry: &Entry<'_>, digest: &[u8]) -> [u8; 32] {
    let contact = entry.contact.map_or_else(String::new, |contact| contact.0.to_string());
    let (id, at) = (id.to_string(), entry.at.millis().to_string());
    let fields: [&[u8]; 9] = [
        previous,
        id.as_bytes(),
        at.as_bytes(),
        entry.actor.as_bytes(),
        entry.origin.as_bytes(),
        entry.via.id().as_bytes(),
        entry.action.as_bytes(),
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
