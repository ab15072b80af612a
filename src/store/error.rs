//! Why the store could not do what was asked.

use std::fmt;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::domain::language::Language;
use crate::domain::say::{Said, Say, saying};

/// Why the store could not do what was asked; the texts are sentences without a full stop and name the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The file is a database of another program or no database at all; untouched.
    Foreign {
        file: String,
        why: String,
    },
    /// Written by a newer version; untouched.
    Newer {
        file: String,
        found: i64,
        known: i64,
    },
    Damaged {
        file: String,
        why: String,
    },
    /// Another process held the write lock for 10 s.
    Locked {
        file: String,
    },
    /// What is asked for needs the database for itself.
    InUse {
        file: String,
    },
    ReadOnly {
        file: String,
        why: String,
    },
    DiskFull {
        file: String,
    },
    Unopenable {
        file: String,
        why: String,
    },
    /// The key file exists but cannot be read or is no key.
    Key {
        file: String,
        why: String,
    },
    /// A claim on a delivery that this process has lost to another.
    LeaseLost {
        id: i64,
    },
    /// Anything else that SQLite refuses.
    Other {
        file: String,
        why: String,
    },
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

    /// It in words, as it is shown in English by `{}`.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Foreign { file, why } => saying!(
                "'{file}' is not a callsheet database: {why}",
                file = file.as_str(),
                why = why.as_str()
            ),
            Self::Newer { file, found, known } => saying!(
                "'{file}' was written by a newer callsheet (its schema is {found}, this one knows {known})",
                file = file.as_str(),
                found = found.to_string(),
                known = known.to_string()
            ),
            Self::Damaged { file, why } => {
                saying!("'{file}' is damaged: {why}", file = file.as_str(), why = why.as_str())
            }
            Self::Locked { file } => saying!("'{file}' is locked by another program", file = file.as_str()),
            Self::InUse { file } => {
                saying!("'{file}' is used by another program; end it first", file = file.as_str())
            }
            Self::ReadOnly { file, why } => {
                saying!("'{file}' cannot be written: {why}", file = file.as_str(), why = why.as_str())
            }
            Self::DiskFull { file } => {
                saying!("there is no room left on the disk of '{file}'", file = file.as_str())
            }
            Self::Unopenable { file, why } => {
                saying!("'{file}' cannot be opened: {why}", file = file.as_str(), why = why.as_str())
            }
            Self::Key { file, why } => {
                saying!(
                    "the key file '{file}' cannot be used: {why}",
                    file = file.as_str(),
                    why = why.as_str()
                )
            }
            Self::LeaseLost { id } => {
                saying!("delivery {id} was taken over by another process", id = id.to_string())
            }
            Self::Other { file, why } => {
                saying!("'{file}' could not be used: {why}", file = file.as_str(), why = why.as_str())
            }
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

impl Say for StoreError {
    fn say(&self, language: Language) -> String {
        self.said().say(language)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for StoreError {}
