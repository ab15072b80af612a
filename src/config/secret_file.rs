//! A file that holds a secret: it must be regular, ours, and closed to everybody else. No error holds any of it.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::location::reason;
use crate::domain::safe_text::Safe;

/// Why a file is not used for a secret; begins with its name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SecretFileError {
    #[error("'{}' cannot be read: {}", shown(.0), .1)]
    Unreadable(PathBuf, String),
    #[error("'{}' is no file", shown(.0))]
    NotAFile(PathBuf),
    #[error("'{}' belongs to another user", shown(.0))]
    ForeignOwner(PathBuf),
    /// The hint is in [`SecretFileError::hint`].
    #[error("'{}' can be read by others (mode {:04o})", shown(.0), .1)]
    Exposed(PathBuf, u32),
}

/// Who keeps others out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The file's own owner and mode.
    Mode,
    /// The folder it is in, which systemd makes for one service alone; owner and mode of the file are its own business.
    Folder,
}

impl SecretFileError {
    /// What helps, where something simple does.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exposed(path, _) => Some(format!("chmod 600 '{}'", shown(path))),
            Self::Unreadable(..) | Self::NotAFile(_) | Self::ForeignOwner(_) => None,
        }
    }
}

/// At most `limit` bytes of the file and one more, by which one sees that it is too long. Everything is asked of the file that is
/// open, so that it cannot be exchanged in between.
pub fn read(path: &Path, guard: Guard, limit: u64) -> Result<Vec<u8>, SecretFileError> {
    let unreadable = |error: &std::io::Error| SecretFileError::Unreadable(path.to_owned(), reason(error));
    let file = open(path).map_err(|error| unreadable(&error))?;
    let facts = file.metadata().map_err(|error| unreadable(&error))?;
    if !facts.is_file() {
        return Err(SecretFileError::NotAFile(path.to_owned()));
    }
    if guard == Guard::Mode && facts.uid() != uzers::get_effective_uid() {
        return Err(SecretFileError::ForeignOwner(path.to_owned()));
    }
    if guard == Guard::Mode && facts.mode() & 0o077 != 0 {
        return Err(SecretFileError::Exposed(path.to_owned(), facts.mode() & 0o7777));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

/// A pipe would keep us waiting for somebody who writes.
fn open(path: &Path) -> std::io::Result<File> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn shown(path: &Path) -> String {
    Safe(&path.to_string_lossy()).to_string()
}
