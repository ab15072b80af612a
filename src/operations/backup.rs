//! Backup and restore of the whole database.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::history::Anchor;
use super::{Opening, Problem, Session};
use crate::store;

/// What a restore has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the database that was replaced lies now; None if there was none.
    pub kept: Option<PathBuf>,
    /// Deliveries that waited when the backup was made. They may have left since; they are marked so and will be sent.
    pub waiting: u64,
}

/// Copies the database, without its key, to a file of mode 0600 while others work. An older backup there is replaced at once;
/// any other file is refused.
///
/// # Errors
/// [`Problem::Store`]; the file is as it was.
pub fn backup(session: &mut Session, target: &Path) -> Result<(), Problem> {
    let (store, _) = session.desk();
    Ok(store.backup(target)?)
}

/// The same to a file without a name, to be read from its beginning.
///
/// # Errors
/// [`Problem::Store`].
pub fn backup_without_name(session: &mut Session) -> Result<File, Problem> {
    let (store, _) = session.desk();
    Ok(store.backup_without_name()?)
}

/// Puts a backup in the place of the database and keeps what was there. The restored history tells it, with the anchor of the
/// one that was replaced.
///
/// # Errors
/// [`Problem::Store`]: others use the database, or the backup is not sound; the database is as it was.
pub fn restore(opening: &Opening, backup: &Path) -> Result<Restored, Problem> {
    let store::Restored { kept, waiting, replaced } =
        store::restore(&opening.database, backup, opening.clock.now())?;
    let replaced = replaced.map(|(id, hash)| Anchor { id, hash }.to_string());
    let mut session = Session::open(opening)?;
    let (store, desk) = session.desk();
    store.write(|writing| desk.log(writing, "database.restore", None, json!({ "replaced": replaced })))?;
    Ok(Restored { kept, waiting })
}
