//! `retry`: deliveries are due now, and tried before the command ends.

use clap::Args;

use super::context::Context;
use super::json::DeliveryJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Stop};
use crate::domain::delivery::DeliveryId;
use crate::operations::outbox;

/// Arguments of `retry`.
#[derive(Debug, Args)]
pub struct Retry {
    #[command(flatten)]
    deliveries: Deliveries,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Deliveries by their ids.
#[derive(Debug, Args)]
pub struct Deliveries {
    /// Ids of deliveries, as 'callsheet outbox' shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<i64>,
}

impl Deliveries {
    /// The ids in the order given, each once.
    #[must_use]
    pub fn once(&self) -> Vec<DeliveryId> {
        let mut once: Vec<DeliveryId> = Vec::new();
        for id in self.ids.iter().copied().map(DeliveryId) {
            if !once.contains(&id) {
                once.push(id);
            }
        }
        once
    }
}

/// Tries deliveries again.
///
/// # Errors
/// [`Stop`] with exit 4 if one does not exist, 1 if one is in a state in which it cannot be tried; none is tried then.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Retry) -> Result<Exit, Stop> {
    let ids = arguments.deliveries.once();
    outbox::retry(context.session(output)?, &ids)?;
    let deliveries = mailing::deliver(context, output, &ids, &arguments.queue_only)?;
    if context.wants_json() {
        let mut array = output.array();
        deliveries.iter().try_for_each(|delivery| array.push(&DeliveryJson::of(delivery)))?;
        array.end()?;
    }
    Ok(Exit::Done)
}
