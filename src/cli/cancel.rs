//! `cancel`: deliveries that have not begun never will.

use super::context::Context;
use super::json::DeliveryJson;
use super::output::Output;
use super::problem::{Exit, Stop};
use super::retry::Deliveries;
use crate::operations::outbox;

/// Cancels deliveries.
///
/// # Errors
/// [`Stop`] with exit 4 if one does not exist, 1 if one has begun or ended; none is cancelled then.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Deliveries) -> Result<Exit, Stop> {
    let ids = arguments.once();
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    outbox::cancel(session, &ids)?;
    output.note(&match ids.as_slice() {
        [one] => format!("Delivery {} is cancelled.", one.0),
        several => format!("{} deliveries are cancelled.", several.len()),
    });
    if wants_json {
        let mut array = output.array();
        for id in ids {
            array.push(&DeliveryJson::of(&outbox::get(session, id)?))?;
        }
        array.end()?;
    }
    Ok(Exit::Done)
}
