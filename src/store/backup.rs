//! Backup and restore by SQLite's own copying, so that a copy is consistent while others work on the original.
//!
//! A copy holds no write-ahead log and nothing of what was deleted; it is checked and synced before it gets its name. The key
//! file is never copied: a backup alone verifies nobody.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{Store, StoreError, files, opening};
use crate::domain::timestamp::Timestamp;

/// How long a restore waits for others to leave the database.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a restore has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the database that was replaced lies now; None if there was none.
    pub kept: Option<PathBuf>,
    /// Deliveries that waited when the backup was made. They may have left since; they are marked so and will be sent.
    pub waiting: u64,
    /// Number and hash of the newest entry of the audit log that was replaced.
    pub replaced: Option<(i64, [u8; 32])>,
}

impl Store {
    /// Copies the database to `target`, mode 0600. An older backup there is replaced at once; any other file is refused.
    ///
    /// # Errors
    /// [`StoreError`]; `target` is as it was.
    pub fn backup(&mut self, target: &Path) -> Result<(), StoreError> {
        refuse_own(&self.file, target)?;
        opening::recognise(target)?;
        let unfinished = files::beside(target, &format!(".{}.unfinished", std::process::id()));
        let _ = fs::remove_file(&unfinished);
        let finished = copy(&self.connection, &unfinished).and_then(|()| {
            files::sync_and_rename(&unfinished, target).map_err(|error| unopenable(target, &error))
        });
        if finished.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        // The name of the unfinished copy means nothing to whoever asked for one.
        finished.map_err(|error| {
            if let StoreError::Unopenable { file: _, why } = error {
                StoreError::Unopenable { file: target.display().to_string(), why }
            } else {
                error
            }
        })
    }

    /// Copies the database to a file without a name, which lies beside it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn backup_without_name(&mut self) -> Result<File, StoreError> {
        let unfinished = files::beside(&self.file, &format!(".{}.unfinished", std::process::id()));
        let _ = fs::remove_file(&unfinished);
        let finished = copy(&self.connection, &unfinished)
            .and_then(|()| File::open(&unfinished).map_err(|error| unopenable(&unfinished, &error)));
        let _ = fs::remove_file(&unfinished);
        finished
    }

    /// Refuses the database itself and the files that belong to it as a place for anything else.
    ///
    /// # Errors
    /// [`StoreError::Other`].
    pub fn refuse_own(&self, other: &Path) -> Result<(), StoreError> {
        refuse_own(&self.file, other)
    }
}

/// Puts a backup in the place of the database. What was there is kept beside it, as `<database>.before-restore-<time>`.
///
/// # Errors
/// [`StoreError::InUse`] while others have the database open; [`StoreError`] if the backup is not sound, foreign or newer. The
/// database is as it was.
pub fn restore(database: &Path, backup: &Path, now: Timestamp) -> Result<Restored, StoreError> {
    refuse_own(database, backup)?;
    let source = sound(backup)?;
    let place =
        files::beside(database, &format!(".before-restore-{}", now.to_utc().format("%Y%m%dT%H%M%SZ")));
    let existed = database.exists();
    match Store::open(database) {
        Ok(store) => drop(store),
        // Nobody can work with it: it is moved away as it lies there.
        Err(StoreError::Damaged { .. }) => move_away(database, &place)?,
        Err(error) => return Err(error),
    }
    if !database.exists() {
        drop(Store::open(database)?);
    }
    let of = |error: rusqlite::Error| StoreError::of(database, &error);
    let mut live = alone(database)?;
    let newest = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";
    let replaced = live.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(of)?;
    if existed && !place.exists() {
        copy(&live, &place)?;
    }
    transfer(&source, &mut live).map_err(of)?;
    let waiting = live
        .execute("UPDATE delivery SET maybe_sent = 1 WHERE state IN ('queued', 'sending', 'retry')", [])
        .map_err(of)?;
    Ok(Restored {
        kept: existed.then_some(place),
        waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
        replaced,
    })
}

/// A database that is opened by nobody else, and stays so.
fn alone(database: &Path) -> Result<Connection, StoreError> {
    let of = |error: rusqlite::Error| {
        let told = StoreError::of(database, &error);
        if let StoreError::Locked { file } = told { StoreError::InUse { file } } else { told }
    };
    let live = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(of)?;
    live.busy_timeout(PATIENCE).map_err(of)?;
    live.pragma_update(None, "synchronous", "FULL").map_err(of)?;
    live.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(of)?;
    // A write-ahead log can only be left by the last one who has it open.
    let mode: String = live.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).map_err(of)?;
    if mode != "delete" {
        return Err(StoreError::InUse { file: database.display().to_string() });
    }
    live.execute_batch("BEGIN EXCLUSIVE; COMMIT").map_err(of)?;
    Ok(live)
}

/// Opens a backup for reading after checking all of it.
fn sound(backup: &Path) -> Result<Connection, StoreError> {
    let of = |error: rusqlite::Error| StoreError::of(backup, &error);
    let found = fs::metadata(backup).map_err(|error| unopenable(backup, &error))?;
    if found.is_file() && found.len() == 0 {
        return Err(StoreError::Foreign {
            file: backup.display().to_string(),
            why: "it is empty".to_owned(),
        });
    }
    opening::recognise(backup)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(backup, flags).map_err(of)?;
    opening::refuse_newer(&source, backup)?;
    check(&source, backup)?;
    Ok(source)
}

fn check(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let of = |error: rusqlite::Error| StoreError::of(file, &error);
    let found: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(of)?;
    if found == "ok" {
        return Ok(());
    }
    Err(StoreError::Damaged { file: file.display().to_string(), why: found })
}

/// Copies a database into a new private file, without what was deleted, and checks it.
fn copy(from: &Connection, target: &Path) -> Result<(), StoreError> {
    let of = |error: rusqlite::Error| StoreError::of(target, &error);
    files::make_private(target, 0o600).map_err(|error| unopenable(target, &error))?;
    let mut made = Connection::open(target).map_err(of)?;
    transfer(from, &mut made).map_err(of)?;
    made.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0)).map_err(of)?;
    made.execute_batch("VACUUM").map_err(of)?;
    check(&made, target)
}

/// All pages in one step: a view that nobody's writing disturbs.
fn transfer(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    let backup = Backup::new(from, to)?;
    if backup.step(-1)? == StepResult::Done {
        return Ok(());
    }
    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    Err(rusqlite::Error::SqliteFailure(busy, Some("the database is locked".to_owned())))
}

fn move_away(database: &Path, place: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let file = files::beside(database, suffix);
        if file.exists() {
            fs::rename(&file, files::beside(place, suffix)).map_err(|error| unopenable(&file, &error))?;
        }
    }
    Ok(())
}

/// Refuses the database itself and the files beside it, by whatever path they are named.
fn refuse_own(database: &Path, other: &Path) -> Result<(), StoreError> {
    let same = |file: &Path| match (fs::canonicalize(file), fs::canonicalize(other)) {
        (Ok(one), Ok(two)) => one == two,
        _ => file == other,
    };
    let own = ["", "-wal", "-shm", "-journal", ".key", ".sender"];
    if !own.iter().any(|suffix| same(&files::beside(database, suffix))) {
        return Ok(());
    }
    Err(StoreError::Other {
        file: other.display().to_string(),
        why: "it is the database itself or belongs to it".to_owned(),
    })
}

fn unopenable(file: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unopenable { file: file.display().to_string(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let (database, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
        (folder, database, copy)
    }

    fn set_name(store: &mut Store, name: &str) {
        store.write(|writing| writing.set_account(name, crate::domain::language::Language::En)).unwrap();
    }

    fn name(database: &Path) -> String {
        let mut store = Store::open(database).unwrap();
        store.read(|reading| reading.account(Timestamp::default())).unwrap().name
    }

    #[test]
    fn a_backup_is_private_whole_and_without_side_files() {
        let (folder, database, copy) = folder();
        let mut store = Store::open(&database).unwrap();
        set_name(&mut store, "Example");
        store.backup(&copy).unwrap();
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let of_copy = names.iter().filter(|name| name.to_string_lossy().starts_with("copy")).count();
        assert_eq!(of_copy, 1, "{names:?}");
        assert_eq!(name(&copy), "Example");
    }

    #[test]
    fn an_older_backup_is_replaced_and_other_files_are_not() {
        let (folder, database, copy) = folder();
        let mut store = Store::open(&database).unwrap();
        store.backup(&copy).unwrap();
        set_name(&mut store, "Later");
        store.backup(&copy).unwrap();
        assert_eq!(name(&copy), "Later");
        let text = folder.path().join("notes");
        fs::write(&text, "mine").unwrap();
        assert!(matches!(store.backup(&text), Err(StoreError::Foreign { .. })));
        assert_eq!(fs::read_to_string(&text).unwrap(), "mine");
        assert!(matches!(store.backup(&database), Err(StoreError::Other { .. })));
        assert!(matches!(
            store.backup(&folder.path().join("no/copy.db")),
            Err(StoreError::Unopenable { .. })
        ));
    }

    #[test]
    fn a_restore_brings_everything_back_and_keeps_what_was_there() {
        let (_folder, database, copy) = folder();
        let mut store = Store::open(&database).unwrap();
        set_name(&mut store, "Before");
        store.backup(&copy).unwrap();
        set_name(&mut store, "After");
        drop(store);
        let restored = restore(&database, &copy, Timestamp::from_millis(0)).unwrap();
        assert_eq!(name(&database), "Before");
        let kept = restored.kept.unwrap();
        assert!(kept.to_string_lossy().ends_with("a.db.before-restore-19700101T000000Z"));
        assert_eq!(name(&kept), "After");
        assert_eq!(name(&copy), "Before");
    }

    #[test]
    fn a_restore_waits_for_nobody_who_still_works() {
        let (_folder, database, copy) = folder();
        let mut store = Store::open(&database).unwrap();
        store.backup(&copy).unwrap();
        set_name(&mut store, "Working");
        let refused = restore(&database, &copy, Timestamp::default());
        assert!(matches!(refused, Err(StoreError::InUse { .. })), "{refused:?}");
        set_name(&mut store, "Still working");
        drop(store);
        assert_eq!(name(&database), "Still working");
    }

    #[test]
    fn a_damaged_database_is_moved_away_and_a_missing_one_is_made() {
        let (_folder, database, copy) = folder();
        let mut store = Store::open(&database).unwrap();
        set_name(&mut store, "Before");
        store.backup(&copy).unwrap();
        drop(store);
        let mut bytes = fs::read(&database).unwrap();
        bytes[100..].fill(0x55);
        fs::write(&database, &bytes).unwrap();
        let kept = restore(&database, &copy, Timestamp::default()).unwrap().kept.unwrap();
        assert_eq!(fs::read(kept).unwrap(), bytes);
        assert_eq!(name(&database), "Before");
        let fresh = database.with_file_name("fresh.db");
        assert_eq!(
            restore(&fresh, &copy, Timestamp::default()),
            Ok(Restored { kept: None, waiting: 0, replaced: None })
        );
        assert_eq!(name(&fresh), "Before");
    }

    #[test]
    fn what_is_no_sound_backup_changes_nothing() {
        let (folder, database, copy) = folder();
        let mut store = Store::open(&database).unwrap();
        set_name(&mut store, "Example");
        store.backup(&copy).unwrap();
        drop(store);
        let before = name(&database);
        let cut = folder.path().join("cut.db");
        let bytes = fs::read(&copy).unwrap();
        fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
        let empty = folder.path().join("empty.db");
        fs::write(&empty, "").unwrap();
        for bad in [&cut, &empty, &folder.path().join("none.db"), &database] {
            let told = restore(&database, bad, Timestamp::default());
            assert!(told.is_err(), "{bad:?}");
            assert_eq!(name(&database), before);
        }
    }
}
