//! Deleting many contacts: in chunks, so that others can work in between.

use serde_json::json;

use super::chunks::{Ended, Progress, in_chunks, in_order};
use super::session::Desk;
use super::{Problem, Session, contacts};
use crate::domain::contact::ContactId;
use crate::store::Writing;

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
        let ((gone, cancelled), held) =
            store.write_and_time(|writing| delete_chunk(writing, &desk, chunk))?;
        deleted.contacts.extend(gone);
        deleted.cancelled += cancelled;
        Ok(held)
    })?;
    Ok(Deleted { ended, ..deleted })
}

/// Deletes some contacts in one transaction. Returns those that were there, and how many of their mails are cancelled.
fn delete_chunk(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    ids: &[ContactId],
) -> Result<(Vec<ContactId>, usize), Problem> {
    let (mut gone, mut all_cancelled) = (Vec::with_capacity(ids.len()), 0);
    for id in ids {
        if let Some(cancelled) = contacts::delete_one(writing, desk, *id)? {
            gone.push(*id);
            all_cancelled += cancelled;
        }
    }
    if !gone.is_empty() {
        let told: Vec<i64> = gone.iter().map(|id| id.0).collect();
        desk.log(writing, "contacts.delete", None, json!({ "contacts": told }))?;
    }
    Ok((gone, all_cancelled))
}
