//! `subscribe` and `unsubscribe`: which categories and types a contact wants.

use clap::Args;

use super::context::Context;
use super::json::ContactJson;
use super::list::{types_cell, with_nearest};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use crate::domain::catalogue::{Catalogue, UNSUBSCRIBABLE, category_of};
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::operations::Problem;
use crate::operations::contacts::{self, Again};

/// Arguments of `subscribe`.
#[derive(Debug, Args)]
pub struct Subscribe {
    #[command(flatten)]
    wanted: Wanted,
    /// Also where the recipient has unsubscribed from activity messages: who asked for them again counts as subscribed again
    #[arg(long)]
    again: bool,
}

/// Arguments of `unsubscribe`.
#[derive(Debug, Args)]
pub struct Unsubscribe {
    #[command(flatten)]
    wanted: Wanted,
}

/// A contact, and categories and types.
#[derive(Debug, Args)]
pub struct Wanted {
    /// An id, an email, or a name that is unique
    contact: String,
    /// Categories and types
    #[arg(required = true, value_name = "TYPE")]
    types: Vec<String>,
}

/// What becomes of the subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Subscribe,
    Unsubscribe,
}

/// Subscribes a contact, to all or none. A recipient's own unsubscribing is overridden with `--again` only.
///
/// # Errors
/// [`Stop`] with exit 2 for an id that is not in the catalogue, 4 if there is no such contact, 1 if it has unsubscribed.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Subscribe) -> Result<Exit, Stop> {
    let again = if arguments.again { Again::Yes } else { Again::No };
    apply(context, output, &arguments.wanted, Change::Subscribe, again)
}

/// Ends subscriptions of a contact, all or none.
///
/// # Errors
/// [`Stop`] with exit 2 for an id that is not in the catalogue, 4 if there is no such contact.
pub fn end(context: &mut Context, output: &mut Output, arguments: &Unsubscribe) -> Result<Exit, Stop> {
    apply(context, output, &arguments.wanted, Change::Unsubscribe, Again::No)
}

fn apply(
    context: &mut Context,
    output: &mut Output,
    arguments: &Wanted,
    change: Change,
    again: Again,
) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    known(&arguments.types, session.catalogue())?;
    let before = contacts::find(session, &arguments.contact)?;
    let concerns_unsubscribing = arguments.types.iter().any(|id| category_of(id) == UNSUBSCRIBABLE);
    // Naming other types says nothing about what the recipient stopped.
    let again = if concerns_unsubscribing { again } else { Again::No };
    let is_refused = change == Change::Subscribe && concerns_unsubscribing && again == Again::No;
    if is_refused && before.unsubscribed_at.is_some() {
        return Err(Problem::HasUnsubscribed { name: before.name }.into());
    }
    let wanted = changed(&before.subscriptions, &arguments.types, change, session.catalogue());
    let after = contacts::subscribe(session, before.id, &wanted, again, Some(before.version))?;
    let cell = types_cell(&after.subscriptions, session.catalogue());
    if after.subscriptions.is_empty() {
        output.warning(&format!("'{}' has no message type now and will get no notice", after.name));
    } else {
        output.note(&format!("'{}' is subscribed to {cell}.", after.name));
    }
    if after.unsubscribed_at.is_some() && after.subscriptions.state(UNSUBSCRIBABLE) != BoxState::None {
        output.warning(&format!("'{}' has unsubscribed from activity messages and gets none", after.name));
    }
    if wants_json {
        output.json(&ContactJson::of(&after))?;
    }
    Ok(Exit::Done)
}

fn known(ids: &[String], catalogue: &Catalogue) -> Result<(), Report> {
    let unknown: Vec<String> = ids
        .iter()
        .filter_map(|id| catalogue.require(id).err())
        .map(|unknown| with_nearest(&unknown))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let report = Report::usage("the subscriptions were not changed").hint("'callsheet types' shows all ids");
    Err(unknown.into_iter().fold(report, Report::detail))
}

fn changed(before: &Subscriptions, ids: &[String], change: Change, catalogue: &Catalogue) -> Subscriptions {
    let mut wanted = before.clone();
    for id in ids {
        match change {
            Change::Unsubscribe => wanted.remove(id, catalogue),
            // Ticking completes a category; what is ticked already must stay so.
            Change::Subscribe if !wanted.covers(id) && catalogue.message_type(id).is_some() => {
                wanted.toggle_type(id, catalogue);
            }
            Change::Subscribe => wanted.add(id),
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(before: &[&str], ids: &[&str], change: Change) -> Vec<String> {
        let before = Subscriptions::from_ids(before.iter().map(|id| (*id).to_owned()));
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        changed(&before, &ids, change, &Catalogue::built_in()).ids().map(str::to_owned).collect()
    }

    #[test]
    fn subscribing_adds_and_the_last_type_completes_its_category() {
        let two = ["security.account", "security.cloud"];
        assert_eq!(
            after(&[], &["product.release", "account"], Change::Subscribe),
            ["account", "product.release"]
        );
        assert_eq!(after(&two, &["security.content"], Change::Subscribe), ["security"]);
        assert_eq!(after(&["security"], &["security.cloud"], Change::Subscribe), ["security"]);
    }

    #[test]
    fn unsubscribing_from_a_type_leaves_the_rest_of_its_category() {
        assert_eq!(
            after(&["security"], &["security.cloud"], Change::Unsubscribe),
            ["security.account", "security.content"]
        );
        assert_eq!(
            after(&["security", "account.funds"], &["security"], Change::Unsubscribe),
            ["account.funds"]
        );
    }
}
