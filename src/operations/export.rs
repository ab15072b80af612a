//! Export: contacts into a file or stream, in one consistent view, sorted by email. Any number of them needs the memory of one.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::contacts::ListQuery;
use super::contacts::index::{Index, found_in};
use super::{Problem, Session, contacts};
use crate::domain::contact::{Contact, ContactId, SortColumn};
use crate::domain::filter::Filter;
use crate::domain::system_words::system_words;
use crate::domain::timestamp::Timestamp;
use crate::exchange::Writer;
use crate::store::{Direction, Reading, StoreError};

pub use crate::exchange::Format;

/// One contact in so many is read by itself; more are found by reading all.
const FEW: u64 = 8;

/// Which contacts are exported.
#[derive(Debug, Clone, PartialEq)]
pub enum Scope {
    All,
    /// Those that match the filter, in which `is:selected` means `selected`.
    Matching {
        filter: Filter,
        selected: Arc<BTreeSet<ContactId>>,
    },
    Selected(Arc<BTreeSet<ContactId>>),
}

/// What becomes of a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays as it is, and nothing is exported. What is no regular file is not written to either.
    Keep,
    /// It is replaced at once when the export is whole. A pipe or device is written to.
    Replace,
}

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
    #[error("{}", system_words(.0))]
    Output(io::Error),
    #[error("it is there already")]
    Exists,
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

impl Scope {
    /// Those that match the filter.
    #[must_use]
    pub fn matching(filter: Filter) -> Self {
        if filter.is_empty() { Self::All } else { Self::Matching { filter, selected: Arc::default() } }
    }

    fn holds(&self, contact: &Contact) -> bool {
        match self {
            Self::All => true,
            Self::Matching { filter, selected } => {
                contacts::is_wanted(filter, contact, selected.contains(&contact.id))
            }
            Self::Selected(selected) => selected.contains(&contact.id),
        }
    }
}

/// Writes the contacts of the scope to `out`. `proceed` is asked after each, with how many are written.
///
/// # Errors
/// [`Failure`]; what was written so far is no whole export.
pub fn export(
    session: &mut Session,
    scope: &Scope,
    format: Format,
    out: &mut dyn Write,
    proceed: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Exported, Failure> {
    let (store, desk, index) = session.desk_with_index();
    store.read(|reading| {
        let few = few(index, reading, scope, desk.now)?;
        let mut writer = Writer::begin(format, out).map_err(Failure::Output)?;
        let mut written = 0;
        let mut stopped = None;
        let mut write = |contact: Contact| {
            if let Err(error) = writer.write(&contact) {
                stopped = Some(Failure::Output(error));
                return false;
            }
            written += 1;
            if proceed(written).is_break() {
                stopped = Some(Failure::Cancelled);
            }
            stopped.is_none()
        };
        match few {
            Some(ids) => {
                for id in ids {
                    if let Some(found) = reading.contact(id, desk.now)?
                        && !write(found.contact)
                    {
                        break;
                    }
                }
            }
            None => reading.list(SortColumn::Email, Direction::Down, None, desk.now, |contact| {
                !scope.holds(&contact) || write(contact)
            })?,
        }
        if let Some(failure) = stopped {
            return Err(failure);
        }
        writer.end().map_err(Failure::Output)?;
        Ok(Exported { written, of: reading.totals()?.contacts, replaced: false })
    })
}

/// Those of the scope by email, if they are known and so few that reading each by itself costs less than reading all.
fn few(
    index: &mut Option<Box<Index>>,
    reading: &Reading<'_>,
    scope: &Scope,
    now: Timestamp,
) -> Result<Option<Vec<ContactId>>, Failure> {
    let ids: Vec<ContactId> = match scope {
        Scope::All => return Ok(None),
        Scope::Selected(selected) => selected.iter().copied().collect(),
        Scope::Matching { filter, selected } => {
            let (filter, selected) = (filter.clone(), Arc::clone(selected));
            let query = ListQuery { filter, selected, ..ListQuery::default() };
            match found_in(index, reading, &query, now)? {
                Some(ids) => ids,
                None => return Ok(None),
            }
        }
    };
    if ids.len() as u64 > reading.totals()?.contacts / FEW {
        return Ok(None);
    }
    let mut keyed = Vec::with_capacity(ids.len());
    for id in ids {
        keyed.extend(reading.sort_key(SortColumn::Email, id)?.map(|key| (key, id)));
    }
    keyed.sort_unstable();
    Ok(Some(keyed.into_iter().map(|(_, id)| id).collect()))
}

/// As [`export`], into a file of mode 0600 that gets its name when it is whole.
///
/// # Errors
/// [`Failure`], [`Failure::Exists`] as `existing` says; a file that was there is as it was. The database and what belongs to it are refused.
pub fn export_to_file(
    session: &mut Session,
    scope: &Scope,
    format: Format,
    target: &Path,
    existing: Existing,
    proceed: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Exported, Failure> {
    session.desk().0.refuse_own(target)?;
    let place = Place::of(target).map_err(Failure::Output)?;
    let (place, replaced) = match place {
        Place::New(place) => (place, false),
        Place::File(_) if existing == Existing::Keep => return Err(Failure::Exists),
        Place::File(place) => (place, true),
        Place::Device if existing == Existing::Keep => {
            return Err(Failure::Output(io::Error::other("it is no regular file")));
        }
        Place::Device => {
            let mut out = OpenOptions::new().write(true).open(target).map_err(Failure::Output)?;
            return export(session, scope, format, &mut out, proceed);
        }
    };
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::metadata(folder).map_err(Failure::Output)?;
    // It is private from the beginning, and removed if it never gets its name.
    let unfinished = tempfile::Builder::new().prefix(".callsheet-export-").tempfile_in(folder);
    // Without the name of a file that nobody has asked for.
    let mut unfinished = unfinished.map_err(|error| Failure::Output(error.kind().into()))?;
    let exported = export(session, scope, format, unfinished.as_file_mut(), proceed)?;
    unfinished.as_file().sync_all().map_err(Failure::Output)?;
    let named = match existing {
        Existing::Replace => unfinished.persist(&place),
        // Somebody may have taken the name meanwhile.
        Existing::Keep => unfinished.persist_noclobber(&place),
    };
    let named = named.map_err(|error| error.error).and_then(|_| File::open(folder)?.sync_all());
    match named {
        Ok(()) => Ok(Exported { replaced, ..exported }),
        Err(error) if existing == Existing::Keep && error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Failure::Exists)
        }
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Whether a target is a pipe or a device, which is written to as it is: it may keep its writer waiting for as long as it likes.
#[must_use]
pub fn is_pipe_or_device(target: &Path) -> bool {
    matches!(Place::of(target), Ok(Place::Device))
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
