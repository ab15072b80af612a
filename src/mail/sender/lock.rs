//! `<database>.sender`: whoever holds its lock is the one active sender of a database. The kernel drops the lock when the
//! process ends, however it ends, so another takes over at once.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Held while this process is the active sender.
#[derive(Debug)]
pub(super) struct ActiveSender {
    _locked: File,
}

impl ActiveSender {
    /// Becomes the active sender unless another process is.
    ///
    /// # Errors
    /// If the lock file cannot be made or locked at all.
    pub(super) fn try_become(database: &Path) -> io::Result<Option<Self>> {
        let mut name = database.as_os_str().to_owned();
        name.push(".sender");
        // The lock is as private, or as shared with a group, as the database.
        let mode = std::fs::metadata(database).map_or(0o600, |found| found.mode() & 0o660);
        let existed = Path::new(&name).exists();
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(mode).open(&name)?;
        if !existed {
            file.set_permissions(Permissions::from_mode(mode))?;
        }
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _locked: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_active_and_the_next_takes_over_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        std::fs::write(&database, "").unwrap();
        let first = ActiveSender::try_become(&database).unwrap();
        assert!(first.is_some());
        assert!(ActiveSender::try_become(&database).unwrap().is_none());
        drop(first);
        assert!(ActiveSender::try_become(&database).unwrap().is_some());
    }
}
