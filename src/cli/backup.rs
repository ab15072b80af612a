//! `backup` and `restore`: the whole database in one file.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::format;
use super::mailing::waits;
use super::output::{Output, stop};
use super::problem::{Exit, Report, Stop};
use crate::operations::{Problem, StoreError, backup};

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The backup; '-' for standard output
    file: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
}

/// Makes a backup.
///
/// # Errors
/// [`Stop`] with exit 1 if the database cannot be read or the file cannot be written, 2 if it would go to a terminal.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Backup) -> Result<Exit, Stop> {
    let is_stream = format::is_stream(&arguments.file);
    if is_stream && io::stdout().is_terminal() {
        let hint = "name a file, or send it on, for example 'callsheet backup - | gzip > callsheet.db.gz'";
        return Err(Report::usage("a backup is not written to a terminal").hint(hint).into());
    }
    let session = context.session(output)?;
    let database = session.database().display().to_string();
    let target = if is_stream {
        let mut copy = backup::backup_without_name(session)?;
        io::copy(&mut copy, output.bytes()).map_err(stop)?;
        output.flush()?;
        "standard output".to_owned()
    } else {
        backup::backup(session, &arguments.file).map_err(|problem| about(problem, &arguments.file))?;
        format!("'{}'", arguments.file.display())
    };
    output.note(&format!("'{database}' was copied to {target}."));
    output.hint(&format!(
        "the key '{database}.key' is not in it; keep a copy of it elsewhere, or codes and links under way are void after a restore"
    ));
    Ok(Exit::Done)
}

/// Restores a backup.
///
/// # Errors
/// [`Stop`] with exit 1 if others use the database or the backup is not sound; the database is as it was.
pub fn restore(context: &mut Context, output: &mut Output, arguments: &Restore) -> Result<Exit, Stop> {
    let restored = backup::restore(context.opening(), &arguments.file)
        .map_err(|problem| about(problem, &arguments.file))?;
    let kept = restored.kept.map(|kept| kept.display().to_string());
    output.note(&format!("'{}' was restored.", arguments.file.display()));
    if let Some(kept) = &kept {
        output.note(&format!("What was there before is kept as '{kept}'."));
    }
    if restored.waiting > 0 {
        let waits = waits(usize::try_from(restored.waiting).unwrap_or(usize::MAX));
        output.warning(&format!(
            "{waits} as it did when the backup was made, and may have been sent since; 'callsheet outbox' and 'callsheet cancel' help"
        ));
    }
    if context.wants_json() {
        output.json(&json!({ "kept": kept, "waiting": restored.waiting }))?;
    }
    Ok(Exit::Done)
}

/// What is wrong with the backup file is said without the advice that is for the database.
fn about(problem: Problem, backup: &Path) -> Report {
    let backup = backup.display().to_string();
    if let Problem::Store(
        error @ (StoreError::Foreign { file, .. }
        | StoreError::Newer { file, .. }
        | StoreError::Damaged { file, .. }),
    ) = &problem
        && *file == backup
    {
        return Report::failed(error.to_string()).hint("nothing was changed");
    }
    problem.into()
}
