//! The log: what happened, for whoever looks for the cause of trouble. Administrators' changes are in the history, mails in the outbox;
//! the log tells of the program.
//!
//! Rooms say what happens by `tracing`; only the process that calls [`begin`] writes it, tests write nothing. Each line is one write:
//! several processes share a file.
//!
//! | level | what |
//! |---|---|
//! | error | the program or the database fails |
//! | warn | mail cannot leave, a delivery has failed |
//! | info | what became of each delivery, who sends, what recipients did; addresses are masked |
//! | debug | why commands have failed, to whom mail goes; addresses stand in full |
//! | trace | nothing more yet |
//!
//! Codes, links and passwords are in none of them.

mod file;
mod line;

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{Access, access, fstat};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use self::file::DailyFile;
use self::line::Line;
use crate::clock::Clock;
use crate::config::LogLevel;

pub use self::file::{KEPT, name_of};

/// Where the log is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The journal of systemd, which reads standard error of a service.
    Journal,
    /// A file for each day in this folder.
    Folder(PathBuf),
    /// Nobody has a home folder here.
    Nowhere,
}

impl Place {
    /// The journal if it is what standard error of this process leads to, which `JOURNAL_STREAM` tells (`device:inode`), else the folder.
    #[must_use]
    pub fn of(journal_stream: Option<&str>, folder: Option<PathBuf>) -> Self {
        if is_stream(journal_stream, io::stderr()) {
            return Self::Journal;
        }
        folder.map_or(Self::Nowhere, Self::Folder)
    }
}

/// Why no log can be written in this folder, which need not be there yet; none if it can.
#[must_use]
pub fn trouble(folder: &Path) -> Option<String> {
    let nearest = folder.ancestors().find(|folder| folder.exists())?;
    if !nearest.is_dir() {
        return Some(format!("'{}' is no folder", nearest.display()));
    }
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    access(nearest, wanted).err().map(|error| format!("'{}': {error}", nearest.display()))
}

/// systemd sets the variable for the service's first process; a child whose standard error was led elsewhere inherits it, too.
fn is_stream(told: Option<&str>, stream: impl AsFd) -> bool {
    let Some((device, inode)) = told.and_then(|told| told.split_once(':')) else { return false };
    let Ok(stat) = fstat(stream) else { return false };
    device.parse() == Ok(stat.st_dev) && inode.parse() == Ok(stat.st_ino)
}

/// Writes what this process says from `level` on, until it ends; panics are errors. The first call wins. A log that cannot be written
/// stops nothing: the lines are lost.
pub fn begin(level: LogLevel, place: Place, clock: Arc<dyn Clock>) {
    let writer = match place {
        Place::Journal => Writer::Journal,
        Place::Folder(folder) => Writer::File(Mutex::new(DailyFile::new(folder, Arc::clone(&clock)))),
        Place::Nowhere => return,
    };
    let is_journal = matches!(writer, Writer::Journal);
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line::new(is_journal, clock))
        .with_ansi(false)
        .with_writer(writer)
        .with_filter(Targets::new().with_target(env!("CARGO_CRATE_NAME"), filter(level)));
    if tracing::subscriber::set_global_default(Registry::default().with(lines)).is_ok() {
        log_panics();
    }
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// What a panic says may hold anything; where it was is enough to look for the cause.
fn log_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(at = %place_of(panic), "panic");
        report(panic);
    }));
}

fn place_of(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string)
}

enum Writer {
    Journal,
    File(Mutex<DailyFile>),
}

/// One event on its way into the log.
enum Entry<'a> {
    Journal(io::Stderr),
    File(&'a Mutex<DailyFile>),
}

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Entry<'a>;

    fn make_writer(&'a self) -> Entry<'a> {
        match self {
            Self::Journal => Entry::Journal(io::stderr()),
            Self::File(file) => Entry::File(file),
        }
    }
}

impl Write for Entry<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self {
            Self::Journal(stderr) => stderr.write(line),
            // A writer that panicked has left nothing half done: each line is one write.
            Self::File(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn the_journal_is_known_by_the_stream_it_gave() {
        let (file, other) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let told = |file: &File| {
            let stat = fstat(file).unwrap();
            format!("{}:{}", stat.st_dev, stat.st_ino)
        };
        assert!(is_stream(Some(&told(&file)), &file));
        assert!(!is_stream(Some(&told(&file)), &other), "standard error was led elsewhere");
        for told in [None, Some(""), Some("8"), Some("a:b"), Some("8:1:2")] {
            assert!(!is_stream(told, &file), "{told:?}");
        }
    }

    #[test]
    fn trouble_with_the_folder_is_told_before_there_is_one() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(trouble(&home.path().join("state/callsheet")), None);
        std::fs::write(home.path().join("state"), "").unwrap();
        let words = trouble(&home.path().join("state/callsheet")).unwrap();
        assert!(words.ends_with("/state' is no folder"), "{words}");
    }

    #[test]
    fn without_a_journal_or_a_folder_it_is_written_nowhere() {
        assert_eq!(Place::of(None, None), Place::Nowhere);
        let folder = PathBuf::from("/s");
        assert_eq!(Place::of(Some("0:0"), Some(folder.clone())), Place::Folder(folder));
    }
}
