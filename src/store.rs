//! Remembers: the SQLite database and the key file beside it. All SQL of the program is in this room, and nothing outside it
//! knows which database it is.
//!
//! Reading happens through [`Reading`], writing through [`Writing`], which exists only inside `BEGIN IMMEDIATE` … `COMMIT`.
//! No transaction is ever open while the network is used: a transaction ends with the closure that was given to
//! [`Store::write`].

mod account;
mod audit;
mod backup;
mod busy;
mod contacts;
mod entries;
mod error;
mod files;
mod finding;
mod key_file;
mod list;
mod migrations;
mod notices;
mod opening;
mod outbox;
#[cfg(test)]
mod plans;
mod queue;
mod returns;
mod rows;
mod sharing;
mod subscriptions;
mod verifications;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use audit::{AuditBreak, AuditBrief, AuditQuery, AuditRow, Entry, Via};
pub use backup::{Restored, restore};
pub use busy::give_way;
pub use contacts::{ContactRow, NewContact};
pub use entries::Moment;
pub use error::StoreError;
pub use files::Identity;
pub use finding::{Changes, Known, Stamp};
pub use key_file::load_or_make as load_or_make_key;
pub use list::{Direction, Start};
pub use notices::{NewNotice, NoticeBody, UnsubscribeProof};
pub use outbox::{AttemptRow, Material, NewDelivery, Newest, OutboxFilter};
pub use queue::{Claimed, Delays, Settlement};
pub use sharing::{Fault, Lapse, Sharing, sharing};
pub use subscriptions::Wishes;
pub use verifications::{Verification, VerificationState};

/// The database below us: "SQLite 3.50.4", and the newest schema that this program knows.
#[must_use]
pub fn engine() -> (String, i64) {
    (format!("SQLite {}", rusqlite::version()), migrations::KNOWN)
}

/// What a connection may keep of the database in memory, in KiB: usually, and for [`Store::write_much`].
const USUAL_MEMORY: i64 = 2000;
const MUCH_MEMORY: i64 = 65536;

/// An open database connection. Each thread has its own.
pub struct Store {
    connection: Connection,
    file: PathBuf,
    data_version: i64,
    warnings: Vec<String>,
}

/// A view of the database.
pub struct Reading<'a> {
    connection: &'a Connection,
    file: &'a Path,
}

/// A write transaction; dropped without [`Store::write`] returning `Ok`, nothing has happened.
pub struct Writing<'a> {
    transaction: Transaction<'a>,
    file: &'a Path,
}

/// Since when the write lock is held.
#[derive(Debug, Clone, Copy)]
pub struct Held(Instant);

impl Held {
    /// Held for this long already.
    #[cfg(test)]
    #[must_use]
    pub fn since(time: Duration) -> Self {
        Self(Instant::now().checked_sub(time).expect("the machine has run for longer"))
    }

    /// How long others could not write until now.
    #[must_use]
    pub fn time(self) -> Duration {
        self.0.elapsed()
    }
}

impl Store {
    /// Opens the database file, makes it (and its folder) if missing, and brings its schema up to date after copying it.
    ///
    /// # Errors
    /// [`StoreError`]; a file of another program or of a newer version is left untouched.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        opening::open(file)
    }

    /// The database file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Sentences an administrator should know about how the database is stored.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Reads in one consistent view.
    ///
    /// # Errors
    /// What `work` returns, or [`StoreError`] if the view cannot be taken.
    pub fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Reading<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let file = &self.file;
        let view = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(|error| StoreError::of(file, &error))?;
        work(&Reading { connection: &view, file })
    }

    /// Writes in one transaction, which is durable when this returns `Ok` and undone on any `Err`. Waits up to 10 s for other
    /// writers.
    ///
    /// # Errors
    /// What `work` returns, or [`StoreError`] if the transaction cannot begin or commit.
    pub fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let file = &self.file;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| StoreError::of(file, &error))?;
        let writing = Writing { transaction, file };
        let value = work(&writing)?;
        writing.transaction.commit().map_err(|error| StoreError::of(file, &error))?;
        Ok(value)
    }

    /// As [`Store::write`]; tells the work, and beside what it returns, how long others are kept from writing.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_and_time<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Writing<'_>, Held) -> Result<T, E>,
    ) -> Result<(T, Duration), E> {
        let (value, held) = self.write(|writing| {
            let held = Held(Instant::now());
            work(writing, held).map(|value| (value, held))
        })?;
        Ok((value, held.time()))
    }

    /// As [`Store::write`], for work that touches much of the database: it gets more memory for pages, so that what it writes
    /// goes to the disk once.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_much<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // A connection that cannot be given more memory works with what it has.
        let _ = self.connection.pragma_update(None, "cache_size", -MUCH_MEMORY);
        let outcome = self.write(work);
        let _ = self.connection.pragma_update(None, "cache_size", -USUAL_MEMORY);
        outcome
    }

    /// Whether another connection has committed since the last call; about 3 µs.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be read.
    pub fn changed_elsewhere(&mut self) -> Result<bool, StoreError> {
        let version =
            opening::data_version(&self.connection).map_err(|error| StoreError::of(&self.file, &error))?;
        Ok(std::mem::replace(&mut self.data_version, version) != version)
    }

    /// SQLite's own check of the file's structure; costs one pass over it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the first thing that is wrong.
    pub fn quick_check(&mut self) -> Result<(), StoreError> {
        let check = |connection: &Connection| -> rusqlite::Result<String> {
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        };
        match check(&self.connection).map_err(|error| StoreError::of(&self.file, &error))?.as_str() {
            "ok" => Ok(()),
            wrong => {
                Err(StoreError::Damaged { file: self.file.display().to_string(), why: wrong.to_owned() })
            }
        }
    }
}

impl Reading<'_> {
    /// Runs one piece of SQL, naming the file in its error.
    fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(self.connection).map_err(|error| StoreError::of(self.file, &error))
    }
}

impl<'a> Writing<'a> {
    /// The same transaction, for reading what it has written.
    #[must_use]
    pub fn reading(&'a self) -> Reading<'a> {
        Reading { connection: &self.transaction, file: self.file }
    }

    fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.transaction).map_err(|error| StoreError::of(self.file, &error))
    }
}
