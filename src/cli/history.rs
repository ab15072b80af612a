//! `history`: the audit log, newest first; its first broken entry; its anchor.

use chrono::{Offset, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, json};

use super::context::Context;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table::Table;
use crate::domain::contact::ContactId;
use crate::domain::language::Language;
use crate::domain::moment;
use crate::domain::say::Say as _;
use crate::domain::timestamp::Timestamp;
use crate::operations::history::{self, Anchor, Break, Event, HistoryAt, HistoryQuery, Verdict};
use crate::operations::{Problem, Session, contacts};

/// Entries read at once.
const PAGE: usize = 500;

/// Options of `history`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct History {
    #[command(subcommand)]
    part: Option<Part>,
    /// Only what was done to this contact: an id (also of a deleted one), an email, or a name that is unique
    #[arg(long)]
    contact: Option<String>,
    /// Only what was done since then: a date, a time in RFC 3339, or how long ago, for example 7d or 12h
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// At most this many entries
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Check that nobody has changed the log
    Verify {
        /// Also that it still holds this anchor, noted earlier with 'callsheet history head'
        #[arg(long)]
        anchor: Option<Anchor>,
    },
    /// Print the anchor of the log as it is now, to be noted elsewhere
    Head,
}

/// Shows the history, checks it, or prints its anchor.
///
/// # Errors
/// [`Stop`] with exit 4 for an unknown contact, 2 for a time that is none, 1 if the log was changed.
pub fn run(context: &mut Context, output: &mut Output, arguments: &History) -> Result<Exit, Stop> {
    match &arguments.part {
        None => list(context, output, arguments),
        Some(Part::Verify { anchor }) => verify(context, output, *anchor),
        Some(Part::Head) => head(context, output),
    }
}

fn list(context: &mut Context, output: &mut Output, arguments: &History) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let since = match &arguments.since {
        Some(text) => Some(moment::parse(text, session.now(), Utc.fix()).ok_or_else(|| {
            Report::usage(format!("'{text}' is no time"))
                .hint("a date such as 2026-11-24, a time such as 2026-11-24T14:03:00Z, or 30min, 12h, 7d ago")
        })?),
        None => None,
    };
    let contact = arguments.contact.as_deref().map(|reference| meant(session, reference)).transpose()?;
    let (query, limit) = (HistoryQuery { contact, since }, arguments.limit.unwrap_or(usize::MAX));
    if wants_json {
        let mut array = output.array();
        each_page(session, query, limit, |events| {
            events.iter().try_for_each(|event| array.push(&EventJson::of(event)))
        })?;
        array.end()?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["ID", "TIME", "WHO", "FROM", "BY", "ACTION", "CONTACT", "WHAT"]);
    let mut count = 0;
    each_page(session, query, limit, |events| {
        count += events.len();
        table.rows(output, events.iter().map(row).collect())
    })?;
    if count == 0 && limit > 0 {
        output.note(if query == HistoryQuery::default() {
            "Nothing has been done yet."
        } else {
            "No entry matches."
        });
    }
    Ok(Exit::Done)
}

/// The contact that is meant; an id may be that of a deleted one.
fn meant(session: &mut Session, reference: &str) -> Result<ContactId, Stop> {
    match contacts::find(session, reference) {
        Ok(contact) => Ok(contact.id),
        Err(problem @ Problem::NoSuchContact(_)) => match reference.parse().map(ContactId) {
            Ok(id) => {
                let query = HistoryQuery { contact: Some(id), since: None };
                let known = !history::page(session, query, HistoryAt::Newest, 1)?.rows.is_empty();
                if known { Ok(id) } else { Err(problem.into()) }
            }
            Err(_) => Err(problem.into()),
        },
        Err(problem) => Err(problem.into()),
    }
}

fn verify(context: &mut Context, output: &mut Output, anchor: Option<Anchor>) -> Result<Exit, Stop> {
    let verdict = history::verify(context.session(output)?, anchor)?;
    if context.wants_json() {
        output.json(&verdict_json(verdict))?;
    }
    match verdict {
        Verdict::Sound { entries } => {
            output.note(&format!("The history is whole: {entries} entries."));
            Ok(Exit::Done)
        }
        Verdict::Broken(broken) => {
            Err(Report::failed(format!("the history was changed: {}", broken.say(Language::En)))
                .hint("a backup from before tells what it said")
                .into())
        }
        Verdict::NotTheSame { anchor } => Err(Report::failed(format!(
            "the history is not the one of the anchor: entry {anchor} is gone or was written anew"
        ))
        .hint("a backup from before tells what it said")
        .into()),
    }
}

fn head(context: &mut Context, output: &mut Output) -> Result<Exit, Stop> {
    let anchor = history::head(context.session(output)?)?;
    if context.wants_json() {
        output.json(&json!({ "id": anchor.id, "anchor": anchor.to_string() }))?;
    } else {
        output.line(&anchor.to_string())?;
    }
    Ok(Exit::Done)
}

fn verdict_json(verdict: Verdict) -> Value {
    let broken = |entry: i64, what: &str| json!({ "sound": false, "entry": entry, "what": what });
    match verdict {
        Verdict::Sound { entries } => json!({ "sound": true, "entries": entries }),
        Verdict::Broken(Break::Missing { id }) => broken(id, "missing"),
        Verdict::Broken(Break::Changed { id }) => broken(id, "changed"),
        Verdict::Broken(Break::DetailsChanged { id }) => broken(id, "details_changed"),
        Verdict::Broken(Break::DetailsMissing { id }) => broken(id, "details_missing"),
        Verdict::NotTheSame { anchor } => broken(anchor, "not_the_same"),
    }
}

fn each_page(
    session: &mut Session,
    query: HistoryQuery,
    limit: usize,
    mut write: impl FnMut(&[Event]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut at = HistoryAt::Newest;
    let mut left = limit;
    while left > 0 {
        let page = history::page(session, query, at, left.min(PAGE))?;
        write(&page.rows)?;
        left -= page.rows.len();
        match page.rows.last() {
            Some(last) if !page.at_end => at = HistoryAt::After(last.id),
            Some(_) | None => break,
        }
    }
    Ok(())
}

fn row(event: &Event) -> [String; 8] {
    [
        event.id.to_string(),
        event.at.to_string(),
        event.actor.clone(),
        event.origin.clone().unwrap_or_default(),
        event.via.clone(),
        event.action.clone(),
        event.contact.map(|contact| contact.0.to_string()).unwrap_or_default(),
        history::told(event),
    ]
}

/// An entry of the history.
#[derive(Debug, Serialize)]
struct EventJson<'a> {
    id: i64,
    at: String,
    actor: &'a str,
    origin: Option<&'a str>,
    via: &'a str,
    action: &'a str,
    contact: Option<i64>,
    details: Option<&'a Value>,
}

impl<'a> EventJson<'a> {
    fn of(event: &'a Event) -> Self {
        let at: Timestamp = event.at;
        Self {
            id: event.id,
            at: at.to_string(),
            actor: &event.actor,
            origin: event.origin.as_deref(),
            via: &event.via,
            action: &event.action,
            contact: event.contact.map(|contact| contact.0),
            details: event.details.as_ref(),
        }
    }
}
