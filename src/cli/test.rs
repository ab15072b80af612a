//! `test`: a marked test mail, to a contact or to the security email.

use clap::Args;

use super::context::Context;
use super::explain::one_type;
use super::json::DeliveryJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Stop};
use crate::domain::delivery::{Delivery, State};
use crate::operations::{contacts, outbox};

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct Test {
    /// An id, an email, or a name that is unique; the security email if omitted
    contact: Option<String>,
    /// As a notice of this type would be sent, and only if the contact would receive it
    #[arg(long = "type", value_name = "TYPE")]
    message_type: Option<String>,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Sends a test mail.
///
/// # Errors
/// [`Stop`] with exit 1 if the contact would not receive the type, is not verified, or there is no security email, and if the mail
/// failed for good.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Test) -> Result<Exit, Stop> {
    let session = context.session(output)?;
    if let Some(id) = &arguments.message_type {
        one_type(id, session.catalogue())?;
    }
    let contact = match &arguments.contact {
        Some(reference) => Some(contacts::find(session, reference)?.id),
        None => None,
    };
    let id = outbox::test(session, contact, arguments.message_type.as_deref())?;
    let deliveries = mailing::deliver(context, output, &[id], &arguments.queue_only)?;
    if context.wants_json() {
        deliveries.iter().try_for_each(|delivery| output.json(&DeliveryJson::of(delivery)))?;
    }
    Ok(if deliveries.iter().any(has_failed) { Exit::Failed } else { Exit::Done })
}

const fn has_failed(delivery: &Delivery) -> bool {
    match delivery.state {
        State::Failed | State::Expired | State::Cancelled => true,
        State::Queued | State::Sending | State::Retry | State::Sent | State::Written => false,
    }
}
