//! The schema and its history. `user_version` counts the migrations that a file has seen.
//!
//! Each migration is one `BEGIN IMMEDIATE` transaction that reads the version again inside, so that processes that start
//! together do not migrate twice; rusqlite_migration reads it outside and would.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, files};

/// One script for each version; appended to, never changed.
const SCRIPTS: [&str; 1] = [include_str!("schema/0001.sql")];

/// The version of the newest schema this program knows.
pub(super) const KNOWN: i64 = SCRIPTS.len() as i64;

/// The schema version of an open file.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings the file to [`KNOWN`]. A file that holds data is copied first, to `<file>.before-<version>`.
///
/// # Errors
/// [`StoreError`]; the file is as it was.
pub(super) fn migrate(connection: &mut Connection, file: &Path, mode: u32) -> Result<(), StoreError> {
    let of = |error: rusqlite::Error| StoreError::of(file, &error);
    let found = version(connection).map_err(of)?;
    if found > 0 && found < KNOWN {
        copy(connection, file, found, mode)?;
    }
    for (index, script) in SCRIPTS.iter().enumerate() {
        let target = i64::try_from(index + 1).unwrap_or(i64::MAX);
        if version(connection).map_err(of)? >= target {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(of)?;
        if version(&transaction).map_err(of)? < target {
            transaction.execute_batch(script).map_err(of)?;
            transaction.pragma_update(None, "user_version", target).map_err(of)?;
        }
        transaction.commit().map_err(of)?;
    }
    Ok(())
}

/// Copies the database by SQLite's backup, so that the copy is consistent while others work on the original.
fn copy(connection: &Connection, file: &Path, version: i64, mode: u32) -> Result<(), StoreError> {
    let target = copy_path(file, version);
    if target.exists() {
        return Ok(());
    }
    let unfinished = target.with_extension("unfinished");
    let refuse = |why: String| StoreError::Other {
        file: file.display().to_string(),
        why: format!("it could not be copied to '{}' before its schema is changed: {why}", target.display()),
    };
    files::make_private(&unfinished, mode).map_err(|error| refuse(error.to_string()))?;
    connection.backup("main", &unfinished, None).map_err(|error| refuse(error.to_string()))?;
    files::sync_and_rename(&unfinished, &target).map_err(|error| refuse(error.to_string()))
}

fn copy_path(file: &Path, version: i64) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".before-{version}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_gets_every_migration_and_no_copy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let mut connection = Connection::open(&file).unwrap();
        migrate(&mut connection, &file, 0o600).unwrap();
        assert_eq!(version(&connection).unwrap(), KNOWN);
        migrate(&mut connection, &file, 0o600).unwrap();
        assert!(!copy_path(&file, 0).exists());
    }

    #[test]
    fn a_file_with_data_is_copied_whole_before_it_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let connection = Connection::open(&file).unwrap();
        connection
            .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (7); PRAGMA user_version = 1")
            .unwrap();
        copy(&connection, &file, 1, 0o600).unwrap();
        let copied = Connection::open(copy_path(&file, 1)).unwrap();
        assert_eq!(copied.query_row("SELECT x FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
        assert!(!folder.path().join("a.db.unfinished").exists());
    }
}
