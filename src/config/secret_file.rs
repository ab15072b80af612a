//! A file that holds a secret: it must be regular, ours, and closed to everybody else. No error holds any of it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::location::reason;
use crate::domain::safe_text::Safe;
use crate::domain::say::saying;

/// Why a file is not used for a secret; begins with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFileError {
    Unreadable(PathBuf, String),
    NotAFile(PathBuf),
    ForeignOwner(PathBuf),
    /// The hint is in [`SecretFileError::hint`].
    Exposed(PathBuf, u32),
}

impl fmt::Display for SecretFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Unreadable(path, why) => {
                saying!("'{path}' cannot be read: {why}", path = shown(path), why = why.as_str())
            }
            Self::NotAFile(path) => saying!("'{path}' is no file", path = shown(path)),
            Self::ForeignOwner(path) => saying!("'{path}' belongs to another user", path = shown(path)),
            Self::Exposed(path, mode) => saying!(
                "'{path}' can be read by others (mode {mode})",
                path = shown(path),
                mode = format!("{mode:04o}")
            ),
        };
        said.fmt(f)
    }
}

impl std::error::Error for SecretFileError {}

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
