//! Opening a database: recognise the file without touching it, prepare the connection, bring the schema up to date.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::files::{self, Room};
use super::{Store, StoreError, busy, migrations};

/// `call`, in the header of every callsheet database.
const APPLICATION_ID: i64 = 0x6361_6C6C;
/// The longest text or blob that is ever stored: a notice's body is at most 1 MiB.
const LONGEST_VALUE: i32 = 4 << 20;
/// The octets that a write-ahead log keeps once its content is in the database.
const LARGEST_LOG: i64 = 16 << 20;

pub(super) fn open(file: &Path) -> Result<Store, StoreError> {
    let folder = files::folder_of(file);
    let unopenable = |why: String| StoreError::Unopenable { file: file.display().to_string(), why };
    files::make_folder(folder).map_err(|error| unopenable(format!("its folder cannot be made: {error}")))?;
    let mut warnings = Vec::new();
    match files::room_in(folder) {
        Room::Enough => {}
        Room::Little => warnings.push(format!("the disk of '{}' is almost full", file.display())),
        Room::TooLittle => return Err(StoreError::DiskFull { file: file.display().to_string() }),
    }
    recognise(file)?;
    let mode = files::mode_in(folder);
    files::make_private(file, mode).map_err(|error| unopenable(error.to_string()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(file, flags).map_err(|error| StoreError::of(file, &error))?;
    let of = |error: rusqlite::Error| StoreError::of(file, &error);
    busy::wait_fairly(&connection).map_err(of)?;
    refuse_newer(&connection, file)?;
    claim_file(&connection, file)?;
    prepare(&connection).map_err(of)?;
    set_journal(&connection, file, &mut warnings)?;
    migrations::migrate(&mut connection, file, mode)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(of)?;
    let data_version = data_version(&connection).map_err(of)?;
    Ok(Store { connection, file: file.to_owned(), data_version, warnings })
}

/// Changes whenever another connection commits.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

/// Refuses a file that is not ours, looking at its first page only: neither locks nor side files are made.
pub(super) fn recognise(file: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(file) {
        Ok(found) if !found.is_file() => {
            return Err(StoreError::Foreign {
                file: file.display().to_string(),
                why: "it is no file".to_owned(),
            });
        }
        Ok(found) if found.len() > 0 => {}
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(StoreError::Unopenable { file: file.display().to_string(), why: error.to_string() });
        }
    }
    let of = |error: rusqlite::Error| StoreError::of(file, &error);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(immutable_uri(file), flags).map_err(of)?;
    let id: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(of)?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(of)?;
    if id == 0 && objects == 0 {
        return Ok(());
    }
    Err(StoreError::Foreign {
        file: file.display().to_string(),
        why: "it belongs to another program".to_owned(),
    })
}

/// A URI by which SQLite reads the file as it lies there, without locks and side files.
fn immutable_uri(file: &Path) -> String {
    let mut uri = "file:".to_owned();
    if file.is_relative() {
        uri.push_str("./");
    }
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

pub(super) fn refuse_newer(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let found = migrations::version(connection).map_err(|error| StoreError::of(file, &error))?;
    if found <= migrations::KNOWN {
        return Ok(());
    }
    // Closing would move the log into the file; a newer file is left as it is.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    Err(StoreError::Newer { file: file.display().to_string(), found, known: migrations::KNOWN })
}

/// Marks a new file as ours before it gets a write-ahead log: the mark then stands in the file itself whatever happens next.
fn claim_file(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let of = |error: rusqlite::Error| StoreError::of(file, &error);
    let id: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0)).map_err(of)?;
    if id == APPLICATION_ID {
        Ok(())
    } else {
        connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(of)
    }
}

/// Settings of every connection (sqlite.org, "Defense Against The Dark Arts").
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What one large transaction needed does not stay on the disk.
    connection.pragma_update(None, "journal_size_limit", LARGEST_LOG)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// A write-ahead log where shared memory works; elsewhere the slower rollback journal, and a warning.
fn set_journal(connection: &Connection, file: &Path, warnings: &mut Vec<String>) -> Result<(), StoreError> {
    let set = |mode: &str| -> rusqlite::Result<String> {
        connection.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| row.get(0))
    };
    let remote = files::remote_file_system(files::folder_of(file));
    if remote.is_none() && set("WAL").is_ok_and(|found| found == "wal") {
        return Ok(());
    }
    set("DELETE").map_err(|error| StoreError::of(file, &error))?;
    let place = remote.unwrap_or("a file system without shared memory");
    warnings.push(format!(
        "'{}' lies on {place}: use it from one machine only; it is slower there",
        file.display()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_new_database_and_all_its_side_files_are_private() {
        let folder = folder();
        let file = folder.path().join("new/callsheet.db");
        let _store = Store::open(&file).unwrap();
        for name in ["callsheet.db", "callsheet.db-wal", "callsheet.db-shm"] {
            let mode = fs::metadata(file.with_file_name(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn files_of_others_are_refused_and_left_as_they_are() {
        let folder = folder();
        let text = folder.path().join("notes.txt");
        fs::write(&text, "x".repeat(5000)).unwrap();
        assert!(matches!(open(&text), Err(StoreError::Foreign { .. })));
        assert_eq!(fs::read_to_string(&text).unwrap(), "x".repeat(5000));
        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
        let before = fs::read(&other).unwrap();
        assert!(matches!(open(&other), Err(StoreError::Foreign { .. })));
        assert_eq!(fs::read(&other).unwrap(), before);
        assert!(matches!(open(folder.path()), Err(StoreError::Foreign { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_newer_database_is_refused_and_left_as_it_is() {
        let folder = folder();
        let file = folder.path().join("a.db");
        let store = Store::open(&file).unwrap();
        store.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
        store.connection.pragma_update(None, "user_version", 99).unwrap();
        drop(store);
        let before = fs::read(&file).unwrap();
        let Err(error) = open(&file) else { panic!("a newer file was opened") };
        assert!(matches!(error, StoreError::Newer { found: 99, .. }));
        assert_eq!(fs::read(&file).unwrap(), before);
    }

    #[test]
    fn a_damaged_database_is_told() {
        let folder = folder();
        let file = folder.path().join("a.db");
        drop(Store::open(&file).unwrap());
        let mut bytes = fs::read(&file).unwrap();
        bytes[4096..].fill(0x55);
        fs::write(&file, bytes).unwrap();
        let told = match Store::open(&file) {
            Err(error) => error,
            Ok(mut store) => store.quick_check().unwrap_err(),
        };
        assert!(matches!(told, StoreError::Damaged { .. }), "{told}");
    }

    #[test]
    fn a_database_killed_before_its_first_checkpoint_is_still_ours() {
        let folder = folder();
        let file = folder.path().join("a.db");
        let store = Store::open(&file).unwrap();
        let copy = folder.path().join("copy.db");
        fs::copy(&file, &copy).unwrap();
        fs::copy(folder.path().join("a.db-wal"), folder.path().join("copy.db-wal")).unwrap();
        drop(store);
        assert!(Store::open(&copy).is_ok());
    }

    #[test]
    fn a_strange_path_is_opened_as_it_is() {
        let folder = folder();
        let file = folder.path().join("a ?#%41 王.db");
        drop(Store::open(&file).unwrap());
        drop(Store::open(&file).unwrap());
        assert!(file.exists());
    }

    #[test]
    fn another_connections_commit_is_noticed_and_ones_own_is_not() {
        let folder = folder();
        let file = folder.path().join("a.db");
        let (mut one, mut two) = (Store::open(&file).unwrap(), Store::open(&file).unwrap());
        assert!(!one.changed_elsewhere().unwrap());
        let touch = |store: &mut Store| {
            let change = "UPDATE account SET introduced = 1 - introduced";
            store.write(|writing| writing.sql(|sql| sql.execute(change, []))).unwrap();
        };
        touch(&mut one);
        assert!(!one.changed_elsewhere().unwrap());
        touch(&mut two);
        assert!(one.changed_elsewhere().unwrap());
        assert!(!one.changed_elsewhere().unwrap());
    }
}
