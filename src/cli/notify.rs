//! `notify`: a notice to everybody who must hear it, from a text or from a whole mail; it is sent before the command ends.
//!
//! Once it is queued nothing can lose it: what has not left when the command ends, is interrupted or killed stays in the outbox.

mod outcome;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;

use self::outcome::Outcome;
use super::context::Context;
use super::explain::{self, why_fallback};
use super::input::Source;
use super::json::DeliveryJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, MailExit, Report, Stop};
use super::stop_flag::stop_flag;
use super::table::Table;
use crate::domain::delivery::{DeliveryId, NoticeId};
use crate::domain::notice::{BODY_LIMIT, NoticeForm, check_type};
use crate::domain::routing::FallbackReason;
use crate::operations::notices::{self, Fallback};
use crate::operations::{Problem, Session, account};

/// The largest mail that is read, in bytes.
const MAIL_LIMIT: usize = 10 * 1024 * 1024;

/// Deliveries that are shown one by one; all of them are in the outbox.
const SHOWN: usize = 20;

// Lines to be copied are short enough for 80 columns; everything else is wrapped by clap.
const EXAMPLES: &str = "\
Examples:

  A text:
    callsheet notify product.release --subject 'Version 2' --body-file news.txt

  What a command prints, under a key so that it is sent once a day:
    make-backup 2>&1 | callsheet notify exception.monitor \\
        --subject Backup --key \"backup-$(date +%F)\"

  A line of a crontab:
    15 6 * * *  df -h | callsheet notify exception.monitor --subject Disks

  An entry of /etc/aliases: every mail to alerts@ becomes a notice:
    alerts: \"|/usr/bin/callsheet --db /var/lib/callsheet/callsheet.db
        notify security.account --from-mail --queue-only\"

The mail system runs such an entry as a user of its own, who must be allowed to write the database; 'callsheet deliver --watch' then \
sends what is queued.

Who gets a notice is what 'callsheet explain TYPE' tells. If no contact does, or if all deliveries fail, the security email does.

Colours and other codes for terminals are left out of a text; other control characters become \\u{XXXX}, and NUL is refused.

With a key that was used before, nothing is queued again, but what waits is delivered, and a notice that reached nobody goes to a \
security email that was set since. 'callsheet retry' tries what failed for good once more.

Exit codes: 0 everything was sent, or waits in the outbox (standard error says how much); 3 some deliveries failed for good; 1 all \
did, or there was nobody to send to; 2 the notice is not valid, and nothing was queued. With '--from-mail' it is 75 in place of 1 \
where nothing could be queued: the mail system keeps the mail and tries again.";

/// Arguments of `notify`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Notify {
    /// A type, as 'callsheet types' shows them; not a category
    #[arg(value_name = "TYPE")]
    message_type: String,
    /// One line, at most 200 characters
    #[arg(long, value_name = "TEXT", required_unless_present = "from_mail")]
    subject: Option<String>,
    /// The text, UTF-8 and at most 1 MiB; standard input if omitted or '-'
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// Take subject, text and HTML from a whole mail on standard input (RFC 5322, at most 10 MiB)
    #[arg(long, conflicts_with_all = ["subject", "body_file"])]
    from_mail: bool,
    /// A name of your own for this notice: with the same key nothing is queued twice, and what still waits is delivered
    #[arg(long)]
    key: Option<String>,
    /// Check everything and tell who would get it; nothing is queued
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Queues a notice and delivers it.
///
/// # Errors
/// [`Stop`] with exit 2 and everything that is wrong with the notice, 1 if there is nobody to send it to; nothing is queued then.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Notify) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let form = read(context, output, arguments).map_err(|stop| for_sender(stop, arguments))?;
    let session = context.session(output)?;
    if arguments.dry_run {
        if let Some(key) = &arguments.key
            && let Some(known) = notices::known_by_key(session, &form, key)?
        {
            output.note(&format!(
                "Notice {} is already queued under this key; it would not be queued again.",
                known.0
            ));
        }
        notices::require_valid(session, &form)?;
        return match explain::print(output, session, &form.message_type, wants_json)? {
            Some(Fallback { email: None, reason }) => Err(nobody(&form.message_type, reason).into()),
            Some(_) | None => Ok(Exit::Done),
        };
    }
    let notified = match notices::notify(session, &form, arguments.key.as_deref()) {
        Ok(notified) => notified,
        Err(Problem::NoSecurityEmail) => {
            return Err(for_sender(why_nobody(session, &form.message_type)?.into(), arguments));
        }
        Err(problem) => return Err(for_sender(problem.into(), arguments)),
    };
    let id = notified.notice;
    if notified.repeated {
        output.note(&format!("Notice {} is already queued under this key; it is not queued again.", id.0));
    }
    if !arguments.queue_only.is_set() {
        deliver(context, output, id, notified.waiting)?;
    }
    let session = context.session(output)?;
    let is_lost = notices::get(session, id)?.unreached && account::get(session)?.security_email.is_none();
    let mut outcome = Outcome::new(is_lost, SHOWN);
    let printed = if wants_json {
        print_json(output, session, id, &mut outcome)?
    } else {
        notices::each_delivery(session, id, |delivery| outcome.push(&delivery))?;
        Ok(())
    };
    tell(output, id, &outcome, arguments.queue_only.is_set());
    let printed = if wants_json || arguments.queue_only.is_set() {
        printed
    } else {
        Table::new(["DELIVERY", "TO", "STATE", "SERVER"]).rows(output, outcome.rows())
    };
    match printed {
        // The notice is on its way whoever reads about it.
        Ok(()) | Err(Stop::ClosedPipe) => Ok(outcome.exit()),
        Err(stop) => Err(stop),
    }
}

/// A failure as a mail server has to hear it that handed a mail in: nothing is queued, and it shall keep the mail and try again.
fn for_sender(stop: Stop, arguments: &Notify) -> Stop {
    match stop {
        Stop::Failed(report) if arguments.from_mail && report.exit == Exit::Failed => {
            Stop::Failed(Report { exit: Exit::Mail(MailExit::Later), ..report })
        }
        Stop::Failed(_) | Stop::ClosedPipe => stop,
    }
}

fn read(context: &mut Context, output: &mut Output, arguments: &Notify) -> Result<NoticeForm, Stop> {
    form(context.session(output)?, output, arguments)
}

/// Prints a notice with its deliveries and counts them; all are counted, printed or not.
fn print_json(
    output: &mut Output,
    session: &mut Session,
    notice: NoticeId,
    outcome: &mut Outcome,
) -> Result<Result<(), Stop>, Problem> {
    let mut object = output.object();
    let mut printed = object.field("notice", &notice.0).and_then(|()| object.list("deliveries"));
    notices::each_delivery(session, notice, |delivery| {
        outcome.push(&delivery);
        if printed.is_ok() {
            printed = object.push(&DeliveryJson::of(&delivery));
        }
    })?;
    Ok(printed.and_then(|()| object.end()))
}

/// What is to be announced. Somebody who types is told early what is wrong, and how a text ends.
fn form(session: &mut Session, output: &mut Output, arguments: &Notify) -> Result<NoticeForm, Stop> {
    let id = &arguments.message_type;
    if arguments.from_mail {
        let mail = Source::Standard.bytes("the mail", MAIL_LIMIT)?;
        let form = notices::read_mail(id, &mail).map_err(|problem| with_type(problem, id, session))?;
        if let Some(own) = notices::own_delivery(session, &mail)? {
            let words =
                format!("this is callsheet's own mail, delivery {}: it would go round in circles", own.0);
            return Err(Report::usage(words)
                .hint("no contact may have an address whose mail is announced; nothing was queued")
                .into());
        }
        if notices::is_automatic_answer(&mail) {
            return Err(Report::usage(
                "this is the answer of a machine to another mail: announcing it could go round in circles",
            )
            .hint("'callsheet receive' reads reports about deliveries; nothing was queued")
            .into());
        }
        let left_out = notices::left_out(&mail);
        if !left_out.is_empty() {
            output.warning(&format!("parts of the mail are left out: '{}'", left_out.join("', '")));
        }
        return Ok(form);
    }
    let subject = arguments.subject.clone().unwrap_or_default();
    let form = |body| NoticeForm { message_type: id.clone(), subject, body, html: None };
    let source = Source::named(arguments.body_file.as_deref());
    if source.is_typed() {
        // Any text will do for what is wrong with the rest.
        notices::require_valid(session, &form.clone()(".".to_owned()))?;
        output.note("Type the text of the notice; ctrl-d on a line of its own ends it.");
    }
    Ok(form(source.text("the text", BODY_LIMIT)?))
}

/// What is wrong with a mail, and with the type too.
fn with_type(problem: Problem, id: &str, session: &Session) -> Problem {
    match (problem, check_type(id, session.catalogue())) {
        (Problem::InvalidNotice(problems), Err(wrong)) => {
            Problem::InvalidNotice(std::iter::once(wrong).chain(problems).collect())
        }
        (problem, _) => problem,
    }
}

/// Delivers what waits of a notice, and then what became of that: if all others failed, the mail to the security email.
fn deliver(
    context: &mut Context,
    output: &mut Output,
    notice: NoticeId,
    waiting: Vec<DeliveryId>,
) -> Result<(), Stop> {
    let stop = stop_flag()?;
    let mut tried = BTreeSet::new();
    let mut next = waiting;
    while !next.is_empty() && !is_set(&stop) {
        mailing::send(context, output, &next, &stop);
        tried.extend(next);
        next = notices::waiting(context.session(output)?, notice)?;
        next.retain(|id| !tried.contains(id));
    }
    if is_set(&stop) {
        output.note("Interrupted: what has not left stays in the outbox.");
    }
    Ok(())
}

fn is_set(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}

/// Says what became of the notice, and what can be done about the rest.
fn tell(output: &mut Output, notice: NoticeId, outcome: &Outcome, queue_only: bool) {
    if let Some(sentence) = outcome.fallback_sentence() {
        output.note(sentence);
    }
    output.note(&format!("Notice {}: {}.", notice.0, outcome.summary()));
    if outcome.is_lost() {
        output.warning("all deliveries failed, and there is no security email that could get the notice");
        output.hint("'callsheet account --security-email EMAIL' sets one; 'callsheet retry ID' tries a delivery again");
    }
    let more = outcome.troubled().saturating_sub(SHOWN);
    if more > 0 && !queue_only {
        output.hint(&format!(
            "{more} more are not shown; 'callsheet outbox --notice {}' shows all deliveries",
            notice.0
        ));
    }
    if outcome.waits() {
        output
            .hint("'callsheet deliver' sends what is due, 'callsheet deliver --watch' whatever becomes due");
    }
}

/// Why a notice would reach nobody at all.
fn why_nobody(session: &mut Session, message_type: &str) -> Result<Report, Stop> {
    let fallback = notices::audience(session, message_type, 0)?.fallback;
    Ok(match fallback {
        Some(fallback) => nobody(message_type, fallback.reason),
        None => Problem::NoSecurityEmail.into(),
    })
}

fn nobody(message_type: &str, reason: FallbackReason) -> Report {
    let because = why_fallback(reason);
    Report::failed(format!(
        "nobody would get this notice of '{message_type}': {because}, and there is no security email"
    ))
    .hint("'callsheet account --security-email EMAIL' sets it; nothing was queued")
}
