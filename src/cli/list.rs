//! `list`: contacts, page by page by key, so that a list of any length needs the memory of one page.

use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::context::Context;
use super::json::ContactJson;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table::Table;
use crate::domain::catalogue::{Catalogue, UnknownType};
use crate::domain::contact::{Contact, SortColumn};
use crate::domain::filter::Filter;
use crate::domain::language::Language;
use crate::domain::subscription::Subscriptions;
use crate::operations::Session;
use crate::operations::contacts::{self, Anchor, ListQuery, Order, PageAt};
use crate::operations::page::Page;

/// Contacts read at once.
const PAGE: usize = 500;

/// Options of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Words that must all occur in name, email or position; also status:, type: and position:
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// What the list is sorted by
    #[arg(long, value_name = "COLUMN", value_parser = column(), default_value = SortColumn::Name.id())]
    sort: SortColumn,
    /// Last first
    #[arg(long)]
    reverse: bool,
    /// At most this many contacts
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// Lists contacts.
///
/// # Errors
/// [`Stop`] with exit 2 for a filter that means nothing.
pub fn run(context: &mut Context, output: &mut Output, arguments: &List) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let query = ListQuery {
        filter: filter(arguments.filter.as_deref().unwrap_or_default(), session.catalogue())?,
        sort: arguments.sort,
        order: if arguments.reverse { Order::Descending } else { Order::Ascending },
        selected: Arc::default(),
    };
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let mut count = 0;
    if wants_json {
        let mut array = output.array();
        each_page(session, &query, limit, |_, contacts| {
            contacts.iter().try_for_each(|contact| array.push(&ContactJson::of(contact)))
        })?;
        array.end()?;
    } else {
        let mut table = Table::new(["ID", "NAME", "EMAIL", "POSITION", "STATUS", "TYPES"]);
        each_page(session, &query, limit, |catalogue, contacts| {
            count += contacts.len();
            table.rows(output, contacts.iter().map(|contact| row(contact, catalogue)).collect())
        })?;
        if count == 0 && limit > 0 {
            output.note(if arguments.filter.is_some() {
                "No contact matches."
            } else {
                "There is no contact yet."
            });
        }
    }
    Ok(Exit::Done)
}

/// What a contact wants, in one word where it is everything.
#[must_use]
pub fn types_cell(subscriptions: &Subscriptions, catalogue: &Catalogue) -> String {
    if subscriptions.is_everything(catalogue) {
        return "all".to_owned();
    }
    subscriptions.ids().collect::<Vec<_>>().join(",")
}

/// The filter, if all of it means something.
///
/// # Errors
/// A [`Report`] with exit 2 and every part that means nothing.
pub fn filter(text: &str, catalogue: &Catalogue) -> Result<Filter, Report> {
    let filter = Filter::parse(text);
    let mut problems: Vec<String> = filter.problems().iter().map(ToString::to_string).collect();
    for id in filter.types() {
        if let Err(unknown) = catalogue.require(id) {
            problems.push(with_nearest(&unknown));
        }
    }
    if filter.asks_for_selection() && problems.is_empty() {
        problems.push("'is:selected' works on the screen only".to_owned());
    }
    if problems.is_empty() {
        return Ok(filter);
    }
    Err(problems
        .into_iter()
        .fold(Report::usage(format!("the filter '{text}' cannot be used")), Report::detail))
}

/// The error with the ids that may be meant.
#[must_use]
pub fn with_nearest(unknown: &UnknownType) -> String {
    if unknown.nearest.is_empty() {
        return unknown.to_string();
    }
    format!("{unknown}; the nearest are {}", unknown.nearest.join(", "))
}

fn each_page(
    session: &mut Session,
    query: &ListQuery,
    limit: usize,
    mut write: impl FnMut(&Catalogue, &[Contact]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut at = PageAt::First;
    let mut left = limit;
    while left > 0 {
        let Page { rows, at_end, .. } = contacts::page(session, query, &at, left.min(PAGE))?;
        write(session.catalogue(), &rows)?;
        left -= rows.len();
        match rows.last() {
            Some(last) if !at_end => at = PageAt::After(Anchor::of(last, query.sort)),
            Some(_) | None => break,
        }
    }
    Ok(())
}

fn row(contact: &Contact, catalogue: &Catalogue) -> [String; 6] {
    [
        contact.id.0.to_string(),
        contact.name.clone(),
        contact.email.clone(),
        contact.position.map(|position| position.title(Language::En).to_owned()).unwrap_or_default(),
        contact.status.words().to_owned(),
        types_cell(&contact.subscriptions, catalogue),
    ]
}

fn column() -> impl TypedValueParser<Value = SortColumn> {
    PossibleValuesParser::new(SortColumn::ALL.map(SortColumn::id))
        .try_map(|id| SortColumn::parse(&id).ok_or("this is no column"))
}
