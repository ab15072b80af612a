//! `test`: a marked test mail, to a contact or to the security email.

use clap::Args;

use super::context::Context;
use super::json::DeliveryJson;
use super::list::with_nearest;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::Contact;
use crate::domain::delivery::{Delivery, State};
use crate::domain::routing::{self, Candidate, Exclusion};
use crate::operations::{contacts, outbox};

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct Test {
    /// An id, an email, or a name that is unique; the security email if omitted
    contact: Option<String>,
    /// Only if the contact would receive this type
    #[arg(long = "type", value_name = "TYPE", requires = "contact")]
    message_type: Option<String>,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Sends a test mail.
///
/// # Errors
/// [`Stop`] with exit 1 if the contact would not receive the type, is not verified, or there is no security email.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Test) -> Result<Exit, Stop> {
    let session = context.session(output)?;
    if let Some(id) = &arguments.message_type {
        one_type(id, session.catalogue())?;
    }
    let contact = match &arguments.contact {
        Some(reference) => Some(contacts::find(session, reference)?),
        None => None,
    };
    if let (Some(contact), Some(id)) = (&contact, &arguments.message_type) {
        would_receive(contact, id)?;
    }
    let id = outbox::test(session, contact.map(|contact| contact.id))?;
    let deliveries = mailing::deliver(context, output, &[id], &arguments.queue_only)?;
    if context.wants_json() {
        deliveries.iter().try_for_each(|delivery| output.json(&DeliveryJson::of(delivery)))?;
    }
    Ok(if deliveries.iter().any(has_failed) { Exit::Failed } else { Exit::Done })
}

/// Confirms that the id is that of one type.
fn one_type(id: &str, catalogue: &Catalogue) -> Result<(), Report> {
    if let Some(category) = catalogue.category(id) {
        let types = category.types.iter().map(|known| known.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(
            Report::usage(format!("'{id}' is a category")).hint(format!("name one of its types: {types}"))
        );
    }
    catalogue
        .require(id)
        .map_err(|unknown| Report::usage(with_nearest(&unknown)).hint("'callsheet types' shows all of them"))
}

fn would_receive(contact: &Contact, id: &str) -> Result<(), Report> {
    routing::verdict(id, &Candidate::of(contact)).map_err(|exclusion| {
        let why = match exclusion {
            Exclusion::NotSubscribed => "the contact is not subscribed to it",
            Exclusion::Unsubscribed => "the recipient has unsubscribed",
            Exclusion::Undeliverable => "the mail server refuses the address for good",
            Exclusion::NotVerified => "the address is not verified",
        };
        Report::failed(format!("'{}' would not receive '{id}': {why}", contact.name))
    })
}

const fn has_failed(delivery: &Delivery) -> bool {
    match delivery.state {
        State::Failed | State::Expired | State::Cancelled => true,
        State::Queued | State::Sending | State::Retry | State::Sent | State::Written => false,
    }
}
