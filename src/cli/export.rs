//! `export`: contacts as CSV, JSON or vCard, sorted by email.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::output::{Output, stop};
use super::problem::{Exit, Report, Stop};
use super::progress::Progress;
use super::{format, list};
use crate::operations::export::{self, Existing, Exported, Failure, Scope};

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The file, readable by nobody else; what is there is replaced at once when the export is whole. '-' for standard output
    file: PathBuf,
    /// Only these; as the filter of 'callsheet list'
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// How the file is written; if omitted, its ending tells
    #[arg(long, value_name = "FORMAT", value_parser = ["csv", "json", "vcard", "vcard3"])]
    format: Option<String>,
}

/// Exports contacts and says how many of how many.
///
/// # Errors
/// [`Stop`] with exit 2 for a filter that means nothing, 1 if the file cannot be written; what was there is as it was.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Export) -> Result<Exit, Stop> {
    let Export { file, filter: words, format } = arguments;
    let format = format::of(file, format.as_deref())?;
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let scope = Scope::matching(list::filter(words.as_deref().unwrap_or_default(), session.catalogue())?);
    if format::is_stream(file) {
        let exported =
            export::export(session, &scope, format, output.bytes(), &mut |_| ControlFlow::Continue(()));
        let exported = exported.map_err(|failure| match failure {
            Failure::Output(error) => stop(error),
            failure @ (Failure::Exists | Failure::Cancelled | Failure::Problem(_)) => {
                refusal(file, failure).into()
            }
        })?;
        output.note(&format!("Exported: {}.", words_on(&exported, words.as_deref())));
        return Ok(Exit::Done);
    }
    let mut progress =
        if export::is_pipe_or_device(file) { Progress::without_end() } else { Progress::begin()? };
    let exported = export::export_to_file(session, &scope, format, file, Existing::Replace, &mut |written| {
        progress.tick(output, || format!("{written} contacts"))
    });
    let exported = exported.map_err(|failure| refusal(file, failure))?;
    let replaced = if exported.replaced { ", which is replaced" } else { "" };
    let told = words_on(&exported, words.as_deref());
    output.note(&format!("Exported to '{}'{replaced}: {told}.", file.display()));
    if wants_json {
        output.json(&json!({ "written": exported.written, "of": exported.of }))?;
    }
    Ok(Exit::Done)
}

fn refusal(file: &Path, failure: Failure) -> Report {
    match failure {
        failure @ (Failure::Output(_) | Failure::Exists) => {
            Report::failed(format!("'{}' cannot be written: {failure}", file.display()))
        }
        Failure::Cancelled => {
            Report::failed(format!("the export was cancelled; '{}' is as it was", file.display()))
        }
        Failure::Problem(problem) => problem.into(),
    }
}

/// How much of the list was exported: an export that a filter has narrowed does not pass for the whole.
fn words_on(exported: &Exported, filter: Option<&str>) -> String {
    let Exported { written, of, .. } = exported;
    match (filter, of) {
        (_, 0) => "no contact, for there is none".to_owned(),
        (None, 1) => "the only contact".to_owned(),
        (None, _) => format!("all {of} contacts"),
        (Some(filter), _) => format!("{written} of {of} contacts (filter '{filter}')"),
    }
}
