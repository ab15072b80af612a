//! `outbox`: deliveries, newest first, page by page by key.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::context::Context;
use super::json::DeliveryJson;
use super::list::with_nearest;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table::Table;
use crate::domain::delivery::{Delivery, NoticeId, State};
use crate::domain::timestamp::Timestamp;
use crate::operations::Session;
use crate::operations::contacts::{self};
use crate::operations::notices;
use crate::operations::outbox::{self, OutboxAt, OutboxQuery};
use crate::operations::page::Page;

/// Deliveries read at once.
const PAGE: usize = 500;

/// Options of `outbox`.
#[derive(Debug, Args)]
pub struct Outbox {
    /// Only those in this state
    #[arg(long, value_parser = state())]
    state: Option<State>,
    /// Only those of this notice
    #[arg(long, value_name = "ID")]
    notice: Option<i64>,
    /// Only those of this type, or of this category
    #[arg(long = "type", value_name = "TYPE")]
    message_type: Option<String>,
    /// Only those to this contact: an id, an email, or a name that is unique
    #[arg(long)]
    contact: Option<String>,
    /// At most this many deliveries
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

/// Lists deliveries.
///
/// # Errors
/// [`Stop`] with exit 2 for an unknown type, 4 if there is no such contact or notice.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Outbox) -> Result<Exit, Stop> {
    let limit = arguments.limit.unwrap_or(usize::MAX);
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let now = session.now();
    let query = query(session, arguments)?;
    if wants_json {
        let mut array = output.array();
        each_page(session, &query, limit, |deliveries| {
            deliveries.iter().try_for_each(|delivery| array.push(&DeliveryJson::of(delivery)))
        })?;
        array.end()?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["ID", "STATE", "KIND", "TO", "CREATED", "TRIES", "SUBJECT", "SERVER"]);
    let mut count = 0;
    each_page(session, &query, limit, |deliveries| {
        count += deliveries.len();
        table.rows(output, deliveries.iter().map(|delivery| row(delivery, now)).collect())
    })?;
    if count == 0 && limit > 0 {
        output.note(if query == OutboxQuery::default() {
            "The outbox is empty."
        } else {
            "No delivery matches."
        });
    }
    Ok(Exit::Done)
}

fn query(session: &mut Session, arguments: &Outbox) -> Result<OutboxQuery, Stop> {
    if let Some(id) = &arguments.message_type {
        session.catalogue().require(id).map_err(|unknown| {
            Report::usage(with_nearest(&unknown)).hint("'callsheet types' shows all of them")
        })?;
    }
    let notice = match arguments.notice {
        Some(id) => Some(notices::get(session, NoticeId(id))?.id),
        None => None,
    };
    let contact = match &arguments.contact {
        Some(reference) => Some(contacts::find(session, reference)?.id),
        None => None,
    };
    Ok(OutboxQuery {
        state: arguments.state,
        notice,
        message_type: arguments.message_type.clone(),
        contact,
        ..OutboxQuery::default()
    })
}

fn each_page(
    session: &mut Session,
    query: &OutboxQuery,
    limit: usize,
    mut write: impl FnMut(&[Delivery]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut at = OutboxAt::Newest;
    let mut left = limit;
    while left > 0 {
        let Page { rows, at_end, .. } = outbox::page(session, query, at, left.min(PAGE))?;
        write(&rows)?;
        left -= rows.len();
        match rows.last() {
            Some(last) if !at_end => at = OutboxAt::After(last.id),
            Some(_) | None => break,
        }
    }
    Ok(())
}

fn row(delivery: &Delivery, now: Timestamp) -> [String; 8] {
    let late = if delivery.is_delayed(now) { " (delayed)" } else { "" };
    let maybe = if delivery.maybe_sent { " (maybe sent)" } else { "" };
    [
        delivery.id.0.to_string(),
        format!("{}{late}{maybe}", delivery.state.id()),
        delivery.kind.id().to_owned(),
        delivery.to.clone(),
        delivery.created_at.to_string(),
        delivery.attempts.to_string(),
        delivery.subject.clone(),
        delivery.server.clone().unwrap_or_default(),
    ]
}

fn state() -> impl TypedValueParser<Value = State> {
    PossibleValuesParser::new(State::ALL.map(State::id))
        .try_map(|id| State::parse(&id).ok_or("this is no state"))
}
