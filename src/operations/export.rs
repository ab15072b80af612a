//! Export: contacts into a file or stream, in one consistent view, sorted by email. Any number of them needs the memory of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Problem, Session, contacts};
use crate::domain::contact::SortColumn;
use crate::domain::filter::Filter;
use crate::exchange::Writer;
use crate::store::{Direction, StoreError};

pub use crate::exchange::Format;

/// How much was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    pub written: u64,
    /// All contacts there were.
    pub of: u64,
    /// A file that was there is replaced.
    pub replaced: bool,
}

/// Why an export was not made.
#[derive(Debug, Error)]
pub enum Failure {
    #[error("{0}")]
    Output(io::Error),
    #[error("it was cancelled")]
    Cancelled,
    #[error(transparent)]
    Problem(#[from] Problem),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

/// Writes the contacts that match to `out`. `proceed` is asked after each, with how many are written.
///
/// # Errors
/// [`Failure`]; what was written so far is no whole export.
pub fn export(
    session: &mut Session,
    filter: &Filter,
    format: Format,
    out: &mut dyn Write,
    proceed: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Exported, Failure> {
    let (store, desk) = session.desk();
    store.read(|reading| {
        let mut writer = Writer::begin(format, out).map_err(Failure::Output)?;
        let mut written = 0;
        let mut stopped = None;
        reading.list(SortColumn::Email, Direction::Down, None, desk.now, |contact| {
            if !filter.is_empty() && !contacts::is_wanted(filter, &contact, false) {
                return true;
            }
            if let Err(error) = writer.write(&contact) {
                stopped = Some(Failure::Output(error));
                return false;
            }
            written += 1;
            if proceed(written).is_break() {
                stopped = Some(Failure::Cancelled);
            }
            stopped.is_none()
        })?;
        if let Some(failure) = stopped {
            return Err(failure);
        }
        writer.end().map_err(Failure::Output)?;
        Ok(Exported { written, of: reading.totals()?.contacts, replaced: false })
    })
}

/// As [`export`], into a file of mode 0600 that gets its name when it is whole; a file that has the name is replaced. A pipe or
/// device is written to.
///
/// # Errors
/// [`Failure`]; a file that was there is as it was. The database and what belongs to it are refused.
pub fn export_to_file(
    session: &mut Session,
    filter: &Filter,
    format: Format,
    target: &Path,
    proceed: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Exported, Failure> {
    session.desk().0.refuse_own(target)?;
    let place = Place::of(target).map_err(Failure::Output)?;
    let (place, replaced) = match place {
        Place::New(place) => (place, false),
        Place::File(place) => (place, true),
        Place::Device => {
            let mut out = OpenOptions::new().write(true).open(target).map_err(Failure::Output)?;
            return export(session, filter, format, &mut out, proceed);
        }
    };
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // It is private from the beginning, and removed if it never gets its name.
    let unfinished = tempfile::Builder::new().prefix(".callsheet-export-").tempfile_in(folder);
    // Without the name of a file that nobody has asked for.
    let mut unfinished = unfinished.map_err(|error| Failure::Output(error.kind().into()))?;
    let exported = export(session, filter, format, unfinished.as_file_mut(), proceed)?;
    let named = unfinished
        .as_file()
        .sync_all()
        .and_then(|()| unfinished.persist(&place).map_err(|error| error.error))
        .and_then(|_| File::open(folder)?.sync_all());
    named.map(|()| Exported { replaced, ..exported }).map_err(Failure::Output)
}

/// Where a file is written.
enum Place {
    New(PathBuf),
    /// A file is there. It is named without links, so that a link to it stays one.
    File(PathBuf),
    Device,
}

impl Place {
    fn of(target: &Path) -> io::Result<Self> {
        match fs::metadata(target) {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(found) if found.is_file() => fs::canonicalize(target).map(Self::File),
            Ok(_) => Ok(Self::Device),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::New(target.to_owned())),
            Err(error) => Err(error),
        }
    }
}
