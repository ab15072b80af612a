//! `status`: the state in numbers, for monitors: what waits, who gets nothing, what reaches nobody.

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::output::Output;
use super::problem::{Exit, Stop};
use super::table;
use super::types::grouped;
use crate::domain::contact::Totals;
use crate::operations::outbox::QueueTotals;
use crate::operations::{contacts, coverage, outbox};

/// Options of `status`.
#[derive(Debug, Args)]
#[command(after_help = "\
It ends with 0 whenever the state can be read, whatever the state is; 'callsheet check' judges it.

The fields of '--json':
  queue                    mails that wait in the outbox
  oldest_waiting           when the oldest of them was queued (RFC 3339), or null
  failed                   deliveries in the outbox that failed for good
  unverified               contacts whose address is not verified yet; they get nothing
  undeliverable            contacts whose address the mail server refuses for good
  contacts                 all contacts
  types_without_recipient  ids of the types that no contact would receive
  unreached_notices        notices of which nobody got a mail, not even the security email")]
pub struct Status {}

/// Field names and their order are a promise to monitors and never change.
#[derive(Debug, Serialize)]
struct StatusJson {
    queue: u64,
    oldest_waiting: Option<String>,
    failed: u64,
    unverified: u64,
    undeliverable: u64,
    contacts: u64,
    types_without_recipient: Vec<String>,
    unreached_notices: u64,
}

impl StatusJson {
    fn of(queue: QueueTotals, contacts: Totals, nobody: Vec<String>) -> Self {
        Self {
            queue: queue.queued + queue.sending + queue.retry,
            oldest_waiting: queue.oldest.map(|moment| moment.to_string()),
            failed: queue.failed,
            unverified: contacts.unverified + contacts.code_sent + contacts.expired,
            undeliverable: contacts.undeliverable,
            contacts: contacts.contacts,
            types_without_recipient: nobody,
            unreached_notices: queue.unreached,
        }
    }
}

/// Tells the state.
///
/// # Errors
/// [`Stop`] if the database cannot be read.
pub fn run(context: &mut Context, output: &mut Output, _: &Status) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let now = session.now();
    let queue = outbox::totals(session)?;
    let is_delayed = queue.delayed_since(now).is_some();
    let status = StatusJson::of(queue, contacts::totals(session)?, coverage::thin(session)?.nobody);
    if wants_json {
        output.json(&status)?;
        return Ok(Exit::Done);
    }
    let nobody = match status.types_without_recipient.as_slice() {
        [] => "none".to_owned(),
        some => grouped(some, session.catalogue()),
    };
    let oldest = match status.oldest_waiting {
        Some(since) if is_delayed => format!("{since}, delayed"),
        Some(since) => since,
        None => "none".to_owned(),
    };
    let pairs = [
        ("queue", Some(status.queue.to_string())),
        ("oldest waiting", Some(oldest)),
        ("failed", Some(status.failed.to_string())),
        ("unverified", Some(status.unverified.to_string())),
        ("undeliverable", Some(status.undeliverable.to_string())),
        ("contacts", Some(status.contacts.to_string())),
        ("types without recipient", Some(nobody)),
        ("unreached notices", Some(status.unreached_notices.to_string())),
    ];
    table::pairs(output, &pairs)?;
    Ok(Exit::Done)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn a_status_has_the_promised_fields_in_order() {
        let queue = QueueTotals {
            queued: 1,
            sending: 2,
            retry: 4,
            failed: 3,
            oldest: Some(Timestamp::from_millis(0)),
            unreached: 5,
        };
        let contacts =
            Totals { contacts: 31, unverified: 1, code_sent: 2, expired: 4, verified: 8, undeliverable: 16 };
        let status = StatusJson::of(queue, contacts, vec!["security.cloud".to_owned()]);
        assert_eq!(
            serde_json::to_string(&status).unwrap(),
            r#"{"queue":7,"oldest_waiting":"1970-01-01T00:00:00Z","failed":3,"unverified":7,"undeliverable":16,"contacts":31,"types_without_recipient":["security.cloud"],"unreached_notices":5}"#
        );
    }
}
