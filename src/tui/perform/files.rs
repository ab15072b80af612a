//! Files that contacts are written to and read from.

use std::ops::ControlFlow;
use std::path::Path;

use super::Steps;
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
        failure @ (export::Failure::Output(_) | export::Failure::Problem(_)) => {
            Refused::Because(failure.to_string())
        }
    })
}

/// A restricted screen reaches into one folder only.
fn refuse_outside(session: &Session, file: &Path) -> Result<(), Refused> {
    if session.allows(file) {
        return Ok(());
    }
    let folder = paths::export_folder(session.database());
    let words = format!(
        "this screen is restricted: only files below '{}' can be used, and that folder must be there",
        folder.display()
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
    let opened = opened.map_err(|unreadable| Refused::Because(unreadable.to_string()))?;
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
        Err(failure @ (import::Failure::Unreadable(_) | import::Failure::Problem(_))) => {
            Err(Refused::Because(failure.to_string()))
        }
    }
}
