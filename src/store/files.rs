//! The files of a database: their modes, their folder and the file system they lie on.
//!
//! The database file itself is never opened here once a connection may exist: closing any descriptor of it would drop the locks
//! that SQLite holds in this process (sqlite.org, "How To Corrupt", 2.2).

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Free space under which SQLite's shared memory may fail in ways that end the program.
const TOO_LITTLE: u64 = 1 << 20;
/// Free space under which an administrator should know.
const LITTLE: u64 = 16 << 20;

/// `<database><suffix>`, for example `callsheet.db.key`.
#[must_use]
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Which files a database and its key are, whatever they are called. Both are looked at, never opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Device and inode; None if there is no such file.
    database: Option<(u64, u64)>,
    /// Device, inode, and when it was changed: a key may be written over.
    key: Option<(u64, u64, i64, i64)>,
}

impl Identity {
    /// The files that lie under these names now.
    #[must_use]
    pub fn of(database: &Path) -> Self {
        let key = fs::metadata(beside(database, ".key")).ok();
        Self {
            database: fs::metadata(database).ok().map(|found| (found.dev(), found.ino())),
            key: key.map(|found| (found.dev(), found.ino(), found.ctime(), found.ctime_nsec())),
        }
    }
}

/// The folder of a file; `.` for a bare name.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder, private, if it is missing.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The mode of every file of a database in this folder: 0600, or 0660 where an administrator shares the folder with a group
/// (setgid and writable by the group).
pub(super) fn mode_in(folder: &Path) -> u32 {
    let shared = fs::metadata(folder).is_ok_and(|found| found.mode() & 0o2070 == 0o2070);
    if shared { 0o660 } else { 0o600 }
}

/// Makes an empty file with exactly this mode, whatever the umask; does nothing if it exists.
pub(super) fn make_private(file: &Path, mode: u32) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(mode).open(file) {
        Ok(made) => made.set_permissions(Permissions::from_mode(mode)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts a finished file in its place so that a crash leaves either the old or the new one.
pub(super) fn sync_and_rename(finished: &Path, target: &Path) -> io::Result<()> {
    File::open(finished)?.sync_all()?;
    fs::rename(finished, target)?;
    File::open(folder_of(target))?.sync_all()
}

/// Writes a new file durably. The first of several processes wins; the others get `AlreadyExists`.
pub(super) fn write_once(file: &Path, mode: u32, content: &[u8]) -> io::Result<()> {
    let unfinished = beside(file, &format!(".{}", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    let mut made = OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished)?;
    made.set_permissions(Permissions::from_mode(mode))?;
    made.write_all(content)?;
    made.sync_all()?;
    // A link never replaces; a rename would.
    let linked = fs::hard_link(&unfinished, file);
    fs::remove_file(&unfinished)?;
    linked?;
    File::open(folder_of(file))?.sync_all()
}

/// Room on the disk, as far as the database cares.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Room {
    Enough,
    Little,
    TooLittle,
}

/// How much room the file system of `folder` has for an ordinary user.
pub(super) fn room_in(folder: &Path) -> Room {
    let Ok(found) = rustix::fs::statvfs(folder) else { return Room::Enough };
    match found.f_bavail.saturating_mul(found.f_frsize) {
        free if free < TOO_LITTLE => Room::TooLittle,
        free if free < LITTLE => Room::Little,
        _ => Room::Enough,
    }
}

/// The name of the network or FUSE file system that `folder` lies on, where SQLite's shared memory cannot be trusted.
pub(super) fn remote_file_system(folder: &Path) -> Option<&'static str> {
    let found = rustix::fs::statfs(folder).ok()?;
    // Magic numbers of Linux' statfs(2), as 32 bits.
    match u32::try_from(found.f_type & 0xFFFF_FFFF).ok()? {
        0x6969 => Some("NFS"),
        0x517B | 0xFF53_4D42 | 0xFE53_4D42 => Some("SMB"),
        0x6573_5546 => Some("FUSE"),
        0x0102_1997 => Some("9P"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().mode() & 0o7777
    }

    #[test]
    fn files_are_private_unless_the_folder_is_shared_with_a_group() {
        let folder = tempfile::tempdir().unwrap();
        let private = folder.path().join("private");
        make_folder(&private).unwrap();
        assert_eq!(mode(&private), 0o700);
        assert_eq!(mode_in(&private), 0o600);
        fs::set_permissions(&private, Permissions::from_mode(0o2770)).unwrap();
        assert_eq!(mode_in(&private), 0o660);
        make_private(&private.join("x"), 0o660).unwrap();
        assert_eq!(mode(&private.join("x")), 0o660);
    }

    #[test]
    fn the_first_to_write_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        write_once(&file, 0o600, b"first").unwrap();
        assert_eq!(write_once(&file, 0o600, b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&file).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_bare_file_name_lies_in_the_current_folder() {
        assert_eq!(folder_of(Path::new("a.db")), Path::new("."));
        assert_eq!(beside(Path::new("/x/a.db"), ".key"), Path::new("/x/a.db.key"));
    }
}
