//! `receive`: takes a mail that came back, as a mail server hands it to a command: a bounce, or a mail that unsubscribes.
//!
//! It ends with 0 for every mail, also for one that means nothing: so the server never sends a bounce about a bounce. With any
//! other number nothing was changed; after 75 the server tries the same mail again.

use clap::Args;

use super::Common;
use super::context::Context;
use super::input::Source;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, MailExit, Report, Stop};
use crate::operations::returns::{self, Taken};
use crate::operations::{Actor, Opening, Problem, Session, StoreError, Via};

/// Arguments of `receive`.
#[derive(Debug, Args)]
pub struct Receive {
    /// The address that the mail was delivered to, if the server knows it; else it is looked for in the header
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Takes the mail on standard input.
///
/// # Errors
/// [`Stop`] with an exit code of `sysexits.h`.
pub fn run(common: &Common, output: &mut Output, arguments: &Receive) -> Result<Exit, Stop> {
    let mut context = Context::load(common, output).map_err(|stop| ending(stop, MailExit::Configuration))?;
    let mut session = open(&context)?;
    let message = message()?;
    let taken = returns::take(&mut session, &message, arguments.recipient.as_deref()).map_err(problem)?;
    let sentence = sentence(&taken);
    tracing::info!("{sentence}");
    output.note(&sentence);
    if let Taken::Failed { fallback, .. } = &taken
        && !fallback.is_empty()
        && let Err(Stop::Failed(report)) =
            mailing::deliver(&mut context, output, fallback, &arguments.queue_only)
    {
        // It is queued; the next one who delivers sends it.
        output.failure(&report);
    }
    Ok(Exit::Done)
}

/// A session in which nobody acts but the mail.
fn open(context: &Context) -> Result<Session, Stop> {
    if context.config.mail.return_path.is_none() {
        return Err(report(
            MailExit::Configuration,
            "'mail.return_path' is not set, so no mail that comes back is known",
        )
        .hint("set it to the address that these mails come to")
        .into());
    }
    let file = &*context.config.database;
    if !file.exists() {
        let error = format!("there is no database '{}'", file.display());
        let hint = "name it with '--db FILE'; a mail server may run this as another user";
        return Err(report(MailExit::Configuration, error).hint(hint).into());
    }
    let opening = Opening {
        via: Via::Mail,
        actor: Actor { user: "mail".to_owned(), origin: None },
        ..context.opening().clone()
    };
    Session::open(&opening).map_err(|error| problem(error.into()))
}

fn message() -> Result<Vec<u8>, Report> {
    Source::Standard.bytes("the mail", returns::LIMIT).map_err(|report| {
        let exit = if report.exit == Exit::Usage { MailExit::NoMail } else { MailExit::NoInput };
        Report { exit: Exit::Mail(exit), ..report }
    })
}

fn sentence(taken: &Taken) -> String {
    match taken {
        Taken::Failed { delivery, words, undeliverable, fallback: _ } => {
            let contact = if *undeliverable { "; its address takes no mail" } else { "" };
            format!("Delivery {} has failed{contact}: {words}", delivery.0)
        }
        Taken::Noted { delivery, words } => format!("Noted at delivery {}: {words}", delivery.0),
        Taken::Unsubscribed { masked, anew: true } => {
            format!("'{masked}' gets no activity messages any more.")
        }
        Taken::Unsubscribed { masked, anew: false } => {
            format!("'{masked}' had unsubscribed from activity messages before.")
        }
        Taken::Ignored(reason) => format!("The mail changes nothing: {}.", reason.words()),
    }
}

/// What cannot be done now may be done later: the mail server keeps the mail. A database that is none of ours is a mistake.
fn problem(problem: Problem) -> Stop {
    let exit = if problem == Problem::NoMessage {
        MailExit::NoMail
    } else if matches!(problem, Problem::Store(StoreError::Foreign { .. })) {
        MailExit::Configuration
    } else {
        MailExit::Later
    };
    ending(problem.into(), exit)
}

fn ending(stop: Stop, exit: MailExit) -> Stop {
    match stop {
        Stop::Failed(report) => Stop::Failed(Report { exit: Exit::Mail(exit), ..report }),
        Stop::ClosedPipe => Stop::ClosedPipe,
    }
}

fn report(exit: MailExit, error: impl Into<String>) -> Report {
    Report::new(Exit::Mail(exit), error)
}
