//! Files that contacts are written to and read from.

use std::ops::ControlFlow;
use std::path::Path;

use super::Steps;
use crate::domain::say::saying;
use crate::domain::system_words::system_words;
use crate::operations::Session;
use crate::operations::export::{self, Existing, Exported, Format, Scope};
use crate::operations::import::{self, Heard, Options, Report, Source, Stamp};
use crate::paths;
use crate::tui::effect::{Pace, Refused};

pub(super) fn export(
    session: &mut Session,
    target: &Path,
    scope: &Scope,
    format: Format,
    existing: Existing,
    proceed: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Exported, Refused> {
    refuse_outside(session, target)?;
    export::export_to_file(session, scope, format, target, existing, proceed).map_err(|failure| match failure
    {
        export::Failure::Exists => Refused::Exists,
        export::Failure::Cancelled => Refused::Cancelled,
        export::Failure::Output(error) => Refused::Because(system_words(&error)),
        export::Failure::Problem(problem) => Refused::Because(problem.said()),
    })
}

/// A restricted screen reaches into one folder only.
fn refuse_outside(session: &Session, file: &Path) -> Result<(), Refused> {
    if session.allows(file) {
        return Ok(());
    }
    let folder = paths::export_folder(session.database());
    let words = saying!(
        "this screen is restricted: only files below '{folder}' can be used, and that folder must be there",
        folder = folder.display().to_string()
    );
    Err(Refused::Because(words))
}

pub(super) fn import(
    session: &mut Session,
    file: &Path,
    options: Options,
    wanted: Option<Stamp>,
    steps: Steps<'_>,
) -> Result<Report, Refused> {
    refuse_outside(session, file)?;
    let opened = import::open(session, Source::RegularFile(file));
    let opened = opened.map_err(|unreadable| Refused::Because(unreadable.said()))?;
    let stamp = opened.stamp();
    if wanted.is_some() && wanted != stamp {
        return Err(Refused::FileChanged);
    }
    let gauge = opened.gauge();
    let mut report = Report::of(stamp);
    let mut done = 0;
    let outcome = import::import(session, opened, options, &mut |heard| {
        done += u64::from(matches!(heard, Heard::Row(_)));
        report.hear(heard);
        steps(Pace { done, permille: Some(gauge.permille()) })
    });
    match outcome {
        Ok(summary) => {
            report.summary = summary;
            Ok(report)
        }
        Err(import::Failure::Cancelled) => Err(Refused::Cancelled),
        Err(import::Failure::Unreadable(unreadable)) => Err(Refused::Because(unreadable.said())),
        Err(import::Failure::Problem(problem)) => Err(Refused::Because(problem.said())),
    }
}
