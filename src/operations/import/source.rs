//! Where the rows of an import come from: a file, or a stream that is copied before anybody has to wait for it.

use std::cell::Cell;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::rc::Rc;

use super::Session;
use crate::domain::say::saying;
use crate::domain::system_words::system_words;
use crate::exchange::Unreadable;

/// What a stream may take in memory before it goes to a file.
const IN_MEMORY: usize = 1 << 20;

/// Where rows come from.
pub enum Source<'a> {
    File(&'a Path),
    /// A file, and nothing for which one might have to wait, such as a pipe.
    RegularFile(&'a Path),
    /// For example standard input. It is read to its end before the database is touched.
    Stream(&'a mut dyn Read),
}

/// A source that is ready to be read: nobody has to wait for it while others wait for the database.
pub struct Opened {
    bytes: Box<dyn Read>,
    gauge: Gauge,
    stamp: Option<Stamp>,
}

/// How much of a source is read, told while it is being read.
#[derive(Debug, Clone)]
pub struct Gauge {
    read: Rc<Cell<u64>>,
    /// In octets.
    length: u64,
}

/// By what a file is known again as the same with the same in it, as far as the system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

/// Opens a source. What is no regular file is copied first, to a file without a name beside the database.
///
/// # Errors
/// [`Unreadable::Source`] with the system's words.
pub fn open(session: &Session, source: Source<'_>) -> Result<Opened, Unreadable> {
    let failed = |error: io::Error| Unreadable::Source(system_words(&error));
    match source {
        Source::File(path) => {
            let mut file = File::open(not_a_folder(path)?).map_err(failed)?;
            let found = file.metadata().map_err(failed)?;
            if found.is_file() {
                Ok(Opened::of_file(file, &found))
            } else {
                copied(session, &mut file).map_err(failed)
            }
        }
        Source::RegularFile(path) => {
            // Looked at before it is opened: opening a pipe waits for its other end.
            if !fs::metadata(not_a_folder(path)?).map_err(failed)?.is_file() {
                return Err(Unreadable::Source(saying!("it is no regular file")));
            }
            let file = File::open(path).map_err(failed)?;
            let found = file.metadata().map_err(failed)?;
            Ok(Opened::of_file(file, &found))
        }
        Source::Stream(stream) => copied(session, stream).map_err(failed),
    }
}

fn not_a_folder(path: &Path) -> Result<&Path, Unreadable> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Unreadable::Source(saying!("it is a folder"))),
        Ok(_) => Ok(path),
        Err(error) => Err(Unreadable::Source(system_words(&error))),
    }
}

fn copied(session: &Session, stream: &mut dyn Read) -> io::Result<Opened> {
    let mut copy = tempfile::spooled_tempfile_in(IN_MEMORY, session.folder());
    let length = io::copy(stream, &mut copy)?;
    copy.rewind()?;
    Ok(Opened::new(Box::new(copy), length, None))
}

impl Opened {
    fn of_file(file: File, found: &Metadata) -> Self {
        Self::new(Box::new(file), found.len(), Some(Stamp::of(found)))
    }

    fn new(bytes: Box<dyn Read>, length: u64, stamp: Option<Stamp>) -> Self {
        Self { bytes, gauge: Gauge { read: Rc::default(), length }, stamp }
    }

    /// Tells how much is read while the source itself is given away.
    #[must_use]
    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    /// Of a file; None for anything else.
    #[must_use]
    pub const fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let read = &self.gauge.read;
        read.set(read.get().saturating_add(u64::try_from(count).unwrap_or(u64::MAX)));
        Ok(count)
    }
}

impl Gauge {
    /// How much is read, in thousandths of the whole.
    #[must_use]
    pub fn permille(&self) -> u16 {
        let read = self.read.get().min(self.length);
        let thousandths = read.saturating_mul(1000).checked_div(self.length).unwrap_or(1000);
        u16::try_from(thousandths).unwrap_or(1000)
    }
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            length: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
        }
    }
}
