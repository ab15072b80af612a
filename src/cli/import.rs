//! `import`: contacts out of a CSV, JSON or vCard file, all rows or none, or all good ones.

use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::format;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::progress::Progress;
use super::table::Table;
use crate::domain::say::Said;
use crate::operations::Session;
use crate::operations::contacts::Verify;
use crate::operations::import::{
    self, BadRows, Failure, Fate, Heard, Imported, Options, Run, Source, Summary, Unreadable,
};

/// Rows written at once.
const PAGE: usize = 500;
/// What the report may take in memory before it goes to a file.
const IN_MEMORY: usize = 1 << 20;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The file; '-' for standard input
    file: PathBuf,
    /// Only report what would happen
    #[arg(long)]
    dry_run: bool,
    /// Leave out rows that cannot be taken and import the others
    #[arg(long)]
    keep_going: bool,
    /// Send a code to each new contact, as far as the daily limits allow
    #[arg(long)]
    verify: bool,
    /// How the file is written; if omitted, its ending tells
    #[arg(long, value_name = "FORMAT", value_parser = ["csv", "json", "vcard"])]
    format: Option<String>,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Imports contacts and reports what became of each row.
///
/// # Errors
/// [`Stop`] with exit 2 if a row or the file as a whole cannot be taken; nothing is imported then.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Import) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let options = Options {
        format: format::of(&arguments.file, arguments.format.as_deref())?,
        bad_rows: if arguments.keep_going { BadRows::LeaveOut } else { BadRows::RefuseAll },
        verify: if arguments.verify { Verify::Send } else { Verify::Later },
        run: if arguments.dry_run { Run::Trial } else { Run::Real },
    };
    let (summary, rows) = import(context.session(output)?, output, &arguments.file, options)?;
    let is_refused = summary.refused > 0 && options.bad_rows == BadRows::RefuseAll;
    let wanted = |row: &RowJson| !is_refused || row.result == Fate::Refused.id();
    if wants_json {
        let mut array = output.array();
        rows.each(|row| if wanted(&row) { array.push(&row) } else { Ok(()) })?;
        array.end()?;
    } else {
        rows.print(output, wanted)?;
    }
    if is_refused {
        let all = summary.added + summary.changed + summary.unchanged + summary.refused;
        let error =
            format!("{} of {} cannot be taken, so nothing was imported", summary.refused, rows_of(all));
        return Err(Report::usage(error).hint("'--keep-going' imports the others").into());
    }
    say(output, &summary, options);
    if summary.is_applied {
        mailing::deliver(context, output, &summary.queued, &arguments.queue_only)?;
    }
    Ok(if summary.refused > 0 { Exit::Partly } else { Exit::Done })
}

fn import(
    session: &mut Session,
    output: &mut Output,
    file: &Path,
    options: Options,
) -> Result<(Summary, Rows), Report> {
    let refuse = |failure: Failure| refusal(file, failure);
    let mut stdin = io::stdin();
    let source = if format::is_stream(file) { Source::Stream(&mut stdin) } else { Source::File(file) };
    let opened = import::open(session, source).map_err(|unreadable| refuse(unreadable.into()))?;
    let mut rows = Rows::begin(session.folder());
    let mut progress = Progress::begin()?;
    let (mut count, mut lost, mut remarks) = (0_u64, None, Vec::new());
    let outcome = import::import(session, opened, options, &mut |heard| {
        match heard {
            Heard::Remark(remark) => remarks.push(remark),
            Heard::Row(row) => {
                count += 1;
                if let Err(error) = rows.push(row) {
                    lost = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        progress.tick(output, || format!("{count} rows"))
    });
    if let Some(error) = lost {
        return Err(Report::failed(format!("the report of '{}' cannot be kept: {error}", file.display()))
            .hint("nothing was changed; make room and try again"));
    }
    remarks.iter().for_each(|remark| output.warning(&remark.to_string()));
    outcome.map(|summary| (summary, rows)).map_err(refuse)
}

fn refusal(file: &Path, failure: Failure) -> Report {
    let file =
        if format::is_stream(file) { "standard input".to_owned() } else { format!("'{}'", file.display()) };
    let error = format!("{file} cannot be imported: {failure}");
    match failure {
        Failure::Unreadable(Unreadable::Content { .. }) => Report::usage(error),
        Failure::Unreadable(Unreadable::Source(_)) => Report::failed(error),
        Failure::Cancelled => Report::failed("the import was cancelled; nothing was changed"),
        Failure::Problem(problem) => problem.into(),
    }
}

/// Says what became of the file as a whole.
fn say(output: &mut Output, summary: &Summary, options: Options) {
    let Summary { added, changed, unchanged, refused, without_types, held, .. } = summary;
    let mut counts = format!("{added} added, {changed} changed, {unchanged} unchanged");
    if *refused > 0 {
        counts.push_str(&format!(", {refused} refused"));
    }
    if added + changed + unchanged + refused == 0 {
        output.note("There is no contact in it.");
    } else if options.run == Run::Trial {
        output.note(&format!("Nothing was written; without '--dry-run' it is {counts}."));
    } else {
        output.note(&format!("Imported: {counts}."));
    }
    if *without_types > 0 {
        output.warning(&format!(
            "{} no message type yet and will get no notice",
            new_contacts(*without_types, "has", "have")
        ));
    }
    if options.verify == Verify::Later {
        if *added > 0 && summary.is_applied {
            let waits = new_contacts(*added, "waits for its verification", "wait for their verification");
            output.hint(&format!("{waits}; 'callsheet resend --unverified' sends the codes"));
        }
    } else if let Some((count, _)) = held {
        output.warning(&format!("{} no code now", new_contacts(*count, "gets", "get")));
        output.hint("'callsheet resend --unverified' sends the codes when the limits allow it");
    }
}

/// "1 new contact waits", "2 new contacts wait".
fn new_contacts(count: u64, one: &str, several: &str) -> String {
    if count == 1 { format!("1 new contact {one}") } else { format!("{count} new contacts {several}") }
}

fn rows_of(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// What became of a row, as JSON: field names and their order are a promise to scripts.
#[derive(Debug, Serialize, Deserialize)]
struct RowJson {
    line: u64,
    result: String,
    email: String,
    contact: Option<i64>,
    reasons: Vec<String>,
    warnings: Vec<String>,
}

impl RowJson {
    fn of(row: Imported) -> Self {
        Self {
            line: row.line,
            result: row.fate.id().to_owned(),
            email: row.email,
            contact: row.contact.map(|contact| contact.0),
            reasons: row.reasons.iter().map(Said::to_string).collect(),
            warnings: row.warnings.iter().chain(&row.held).map(Said::to_string).collect(),
        }
    }
}

/// The report, kept until the import has ended: only then is it true. A long one lies in a file without a name.
struct Rows(BufWriter<tempfile::SpooledTempFile>);

impl Rows {
    fn begin(folder: &Path) -> Self {
        Self(BufWriter::new(tempfile::spooled_tempfile_in(IN_MEMORY, folder)))
    }

    fn push(&mut self, row: Imported) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, &RowJson::of(row))?;
        self.0.write_all(b"\n")
    }

    fn each(self, mut take: impl FnMut(RowJson) -> Result<(), Stop>) -> Result<(), Stop> {
        let lost = |error: io::Error| Report::failed(format!("the report cannot be read again: {error}"));
        let mut kept = self.0.into_inner().map_err(|error| lost(error.into_error()))?;
        kept.rewind().map_err(lost)?;
        for line in BufReader::new(kept).lines() {
            let row = line.and_then(|line| Ok(serde_json::from_str(&line)?)).map_err(lost)?;
            take(row)?;
        }
        Ok(())
    }

    fn print(self, output: &mut Output, wanted: impl Fn(&RowJson) -> bool) -> Result<(), Stop> {
        let mut table = Table::new(["LINE", "RESULT", "EMAIL", "CONTACT", "WHY"]);
        let mut page = Vec::with_capacity(PAGE);
        self.each(|row| {
            if wanted(&row) {
                page.push(cells(row));
            }
            if page.len() < PAGE { Ok(()) } else { table.rows(output, std::mem::take(&mut page)) }
        })?;
        table.rows(output, page)
    }
}

fn cells(row: RowJson) -> [String; 5] {
    [
        row.line.to_string(),
        row.result,
        row.email,
        row.contact.map(|contact| contact.to_string()).unwrap_or_default(),
        [row.reasons, row.warnings].concat().join("; "),
    ]
}
