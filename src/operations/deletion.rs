//! Deleting many contacts: in chunks, so that others can work in between.

use serde_json::json;

use super::chunks::{Ended, Progress, Worked, in_chunks, in_order, in_time};
use super::session::Desk;
use super::{Problem, Session, contacts};
use crate::domain::contact::ContactId;
use crate::store::{Held, Writing};

/// What was deleted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Deleted {
    /// In order of id; contacts that were gone already are not among them.
    pub contacts: Vec<ContactId>,
    /// Mails to them that waited and are cancelled.
    pub cancelled: usize,
    pub ended: Ended,
}

/// Deletes contacts for good, as [`contacts::delete`] does, but those that are gone are left out. Several go in chunks, each one
/// transaction with one entry in the audit log that tells their ids.
///
/// # Errors
/// [`Problem::NoSuchContact`] if it is a single one and gone, [`Problem::Store`] if nothing was deleted.
pub fn delete(session: &mut Session, ids: &[ContactId], progress: Progress<'_>) -> Result<Deleted, Problem> {
    if let [id] = ids {
        let cancelled = contacts::delete(session, ids)?;
        return Ok(Deleted { contacts: vec![*id], cancelled, ended: Ended::Done });
    }
    let (store, desk) = session.desk();
    let mut deleted = Deleted::default();
    let ended = in_chunks(&in_order(ids), progress, |chunk| {
        let (part, held) = store.write_and_time(|writing, held| delete_chunk(writing, &desk, chunk, held))?;
        deleted.contacts.extend(part.gone);
        deleted.cancelled += part.cancelled;
        Ok(Worked { contacts: part.contacts, held })
    })?;
    Ok(Deleted { ended, ..deleted })
}

/// What became of a chunk.
#[derive(Debug, Default)]
struct Part {
    /// How many there was time for.
    contacts: usize,
    /// Those that were there.
    gone: Vec<ContactId>,
    /// How many of their mails are cancelled.
    cancelled: usize,
}

/// Deletes some contacts in one transaction.
fn delete_chunk(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    ids: &[ContactId],
    held: Held,
) -> Result<Part, Problem> {
    let mut part = Part::default();
    for id in in_time(ids, held) {
        part.contacts += 1;
        if let Some(cancelled) = contacts::delete_one(writing, desk, *id)? {
            part.gone.push(*id);
            part.cancelled += cancelled;
        }
    }
    if !part.gone.is_empty() {
        let told: Vec<i64> = part.gone.iter().map(|id| id.0).collect();
        desk.log(writing, "contacts.delete", None, json!({ "contacts": told }))?;
    }
    Ok(part)
}
