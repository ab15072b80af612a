//! The folder of drafts: one file for each, private, written whole or not at all, and beside it a lock.
//!
//! ```text
//!  <id>.json   the draft
//!  <id>.lock   locked by the program that has the draft; the kernel unlocks it when that ends, however it ends
//!  <id>.tmp    a draft that is being written
//! ```
//!
//! Whoever holds the lock may read, write and remove the others; ids are drawn by chance and never used twice.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::tui::draft::DraftId;

/// The most octets of a file that are read: more than the longest notice takes, each of its characters escaped.
const MOST: u64 = 16 * 1024 * 1024;
/// The most names that are looked at; more are not ours.
const NAMES: usize = 2_000;

/// The folder; it is made when something is written.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

/// The right to a draft, until it is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    pub id: DraftId,
    _locked: File,
}

impl Folder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// All that lies there, in no order; `Err` names what is no draft.
    pub(super) fn names(&self) -> io::Result<Vec<Result<DraftId, String>>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries.take(NAMES) {
            let name = entry?.file_name();
            names.push(
                id_in(name.to_str().unwrap_or_default()).ok_or_else(|| name.to_string_lossy().into_owned()),
            );
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Makes a claim that nobody has had before; none if somebody has taken its lock before it was held.
    pub(super) fn claim_new(&self, id: DraftId) -> io::Result<Option<Claim>> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        if fs::metadata(&self.0)?.mode() & 0o077 != 0 {
            fs::set_permissions(&self.0, Permissions::from_mode(0o700))?;
        }
        self.lock(id, OpenOptions::new().create_new(true))
    }

    /// Claims a draft; none if somebody has it.
    pub(super) fn claim(&self, id: DraftId) -> io::Result<Option<Claim>> {
        self.lock(id, OpenOptions::new().create(true).truncate(false))
    }

    /// The text of a draft; none if there is none. Links, and what is no file of this user, are refused.
    pub(super) fn read(&self, id: DraftId) -> io::Result<Option<Vec<u8>>> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(self.file(id, "json"));
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let found = file.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("it belongs to somebody else"));
        }
        if found.len() > MOST {
            return Err(io::Error::other("it is too long"));
        }
        let mut text = Vec::new();
        file.take(MOST).read_to_end(&mut text)?;
        Ok(Some(text))
    }

    /// Writes a draft, in one step.
    pub(super) fn write(&self, claim: &Claim, text: &str) -> io::Result<()> {
        let draft = self.file(claim.id, "tmp");
        match fs::remove_file(&draft) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, self.file(claim.id, "json"))?;
        File::open(&self.0)?.sync_all()
    }

    /// Removes a draft and all that belongs to it.
    pub(super) fn remove(&self, claim: Claim) -> io::Result<()> {
        // The lock last: who gets it then finds nothing more.
        for ending in ["json", "tmp", "lock"] {
            match fs::remove_file(self.file(claim.id, ending)) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        drop(claim);
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    fn lock(&self, id: DraftId, how: &mut OpenOptions) -> io::Result<Option<Claim>> {
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let file = how.read(true).write(true).mode(0o600).custom_flags(flags).open(self.file(id, "lock"))?;
        self.hold(id, file)
    }

    /// Locks an opened lock. Whoever had it may have unlinked it since it was opened: then it locks nothing.
    fn hold(&self, id: DraftId, file: File) -> io::Result<Option<Claim>> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let held = file.metadata()?;
        let is_held = match fs::symlink_metadata(self.file(id, "lock")) {
            Ok(there) => (there.dev(), there.ino()) == (held.dev(), held.ino()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        Ok(is_held.then_some(Claim { id, _locked: file }))
    }

    fn file(&self, id: DraftId, ending: &str) -> PathBuf {
        self.0.join(format!("{:016x}.{ending}", id.0))
    }
}

fn id_in(name: &str) -> Option<DraftId> {
    let (id, ending) = name.split_once('.')?;
    let is_id = id.len() == 16 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_id || !["json", "lock", "tmp"].contains(&ending) {
        return None;
    }
    u64::from_str_radix(id, 16).ok().map(DraftId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_taken_away_before_it_was_held_locks_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path().to_owned());
        let lock = folder.file(DraftId(1), "lock");
        let opened = || OpenOptions::new().create(true).truncate(false).write(true).open(&lock).unwrap();
        let fresh = opened();
        let other = folder.claim(DraftId(1)).unwrap().unwrap();
        folder.remove(other).unwrap();
        assert!(folder.hold(DraftId(1), fresh).unwrap().is_none(), "it is gone");
        let fresh = opened();
        fs::remove_file(&lock).unwrap();
        let theirs = folder.claim(DraftId(1)).unwrap().unwrap();
        assert!(folder.hold(DraftId(1), fresh).unwrap().is_none(), "it is the lock of somebody else");
        drop(theirs);
        assert!(folder.hold(DraftId(1), opened()).unwrap().is_some());
    }
}
