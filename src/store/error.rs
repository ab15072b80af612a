//! Why the store could not do what was asked.

use std::path::Path;

use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the store could not do what was asked; the texts are sentences without a full stop and name the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The file is a database of another program or no database at all; untouched.
    #[error("'{file}' is not a callsheet database: {why}")]
    Foreign { file: String, why: String },
    /// Written by a newer version; untouched.
    #[error("'{file}' was written by a newer callsheet (its schema is {found}, this one knows {known})")]
    Newer { file: String, found: i64, known: i64 },
    #[error("'{file}' is damaged: {why}")]
    Damaged { file: String, why: String },
    /// Another process held the write lock for 10 s.
    #[error("'{file}' is locked by another program")]
    Locked { file: String },
    /// What is asked for needs the database for itself.
    #[error("'{file}' is used by another program; end it first")]
    InUse { file: String },
    #[error("'{file}' cannot be written: {why}")]
    ReadOnly { file: String, why: String },
    #[error("there is no room left on the disk of '{file}'")]
    DiskFull { file: String },
    #[error("'{file}' cannot be opened: {why}")]
    Unopenable { file: String, why: String },
    /// The key file exists but cannot be read or is no key.
    #[error("the key file '{file}' cannot be used: {why}")]
    Key { file: String, why: String },
    /// A claim on a delivery that this process has lost to another.
    #[error("delivery {id} was taken over by another process")]
    LeaseLost { id: i64 },
    /// Anything else that SQLite refuses.
    #[error("'{file}' could not be used: {why}")]
    Other { file: String, why: String },
}

impl StoreError {
    /// What an SQLite error means to somebody who has to act on it.
    pub(super) fn of(file: &Path, error: &rusqlite::Error) -> Self {
        let file = file.display().to_string();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { file },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { file, why },
            Some(ErrorCode::DiskFull) => Self::DiskFull { file },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { file, why },
            Some(ErrorCode::NotADatabase) => {
                Self::Foreign { file, why: "it is no SQLite database".to_owned() }
            }
            Some(ErrorCode::CannotOpen) => Self::Unopenable { file, why },
            _ => Self::Other { file, why },
        }
    }

    /// Whether trying again later may help, because another program or a full disk is in the way.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Locked { .. } | Self::DiskFull { .. } | Self::Other { .. } => true,
            Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::Damaged { .. }
            | Self::InUse { .. }
            | Self::ReadOnly { .. }
            | Self::Unopenable { .. }
            | Self::Key { .. }
            | Self::LeaseLost { .. } => false,
        }
    }
}
