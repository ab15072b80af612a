//! `resend`: a new code to an address; the old one is void then.

use clap::Args;

use super::context::Context;
use super::json::DeliveryJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::reference::{self, Addressee};
use crate::domain::contact::{Status, Subject};
use crate::domain::delivery::DeliveryId;
use crate::operations::{Problem, Session, verification};

/// Arguments of `resend`.
#[derive(Debug, Args)]
pub struct Resend {
    /// Ids, emails, or names that are unique; the security email by its address
    #[arg(value_name = "CONTACT", required_unless_present = "unverified", conflicts_with = "unverified")]
    contacts: Vec<String>,
    /// To every contact that waits for its verification; those that a limit holds back are left out and named
    #[arg(long)]
    unverified: bool,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Sends codes.
///
/// # Errors
/// [`Stop`] with exit 1 if a limit holds a named contact back; nothing is sent to anybody then.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Resend) -> Result<Exit, Stop> {
    let session = context.session(output)?;
    let sent = if arguments.unverified {
        to_unverified(session)?
    } else {
        let addressees = reference::all_addressees(session, &arguments.contacts)?;
        to_named(session, &addressees)?
    };
    let exit = match (&sent.held, sent.queued.is_empty()) {
        (None, _) => Exit::Done,
        (Some(_), false) => Exit::Partly,
        (Some(_), true) => Exit::Failed,
    };
    if sent.queued.is_empty() && sent.held.is_none() {
        output.note("No contact waits for its verification.");
    }
    let deliveries = mailing::deliver(context, output, &sent.queued, &arguments.queue_only)?;
    if context.wants_json() {
        let mut array = output.array();
        deliveries.iter().try_for_each(|delivery| array.push(&DeliveryJson::of(delivery)))?;
        array.end()?;
    }
    match sent.held {
        Some(report) => Err(Stop::Failed(Report { exit, ..report })),
        None => Ok(exit),
    }
}

/// What was queued, and what is said about those that were held back.
struct Sent {
    queued: Vec<DeliveryId>,
    held: Option<Report>,
}

/// Sends to all or, if one of them may get no code now, to none; asks each first, so that the error can name it.
fn to_named(session: &mut Session, addressees: &[Addressee]) -> Result<Sent, Stop> {
    for Addressee { subject, name } in addressees {
        let proofs = verification::proofs(session, *subject)?;
        let open = proofs.open();
        if open.status == Status::Verified {
            return Err(Problem::AlreadyVerified { email: open.email.clone() }.into());
        }
        if let Some(limit) = open.limit {
            let report = Report::from(Problem::Limited { limit, now: session.now() });
            return Err(Report { error: format!("{name}: {}", report.error), ..report }.into());
        }
    }
    let subjects: Vec<Subject> = addressees.iter().map(|addressee| addressee.subject).collect();
    Ok(Sent { queued: verification::send_all(session, &subjects)?, held: None })
}

/// Sends to everyone who waits and may get a code now.
fn to_unverified(session: &mut Session) -> Result<Sent, Stop> {
    let verification::SentToAll { queued, held } = verification::send_to_unverified(session)?;
    let count = match held.len() {
        0 => return Ok(Sent { queued, held: None }),
        1 => "1 contact gets".to_owned(),
        many => format!("{many} contacts get"),
    };
    let details = held.iter().map(|(name, problem)| format!("'{name}': {problem}"));
    let report = details.fold(Report::failed(format!("{count} no code now")), Report::detail);
    Ok(Sent { queued, held: Some(report) })
}
