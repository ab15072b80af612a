//! Mailing: what a command does with the mail that it queued: it is sent before the command ends, and what became of it is
//! said on standard error.
//!
//! Mail that could not leave stays queued; that is no failure of the command that queued it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::output::Output;
use super::problem::Stop;
use crate::clock::Clock;
use crate::domain::delivery::{Delivery, DeliveryId, Kind, State};
use crate::domain::timestamp::Timestamp;
use crate::mail::sender::{self, SenderEvent};
use crate::operations::contacts::Mailing;
use crate::operations::outbox;

/// How long a command waits for the process that is the active sender. Where the command is the sender itself it works until
/// all is done, as long as the server says something.
pub const LIMIT: Duration = Duration::from_secs(30);
/// From how many mails on the progress is shown, and how often.
const MANY: usize = 20;
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// Whether the command also sends what it queues.
#[derive(Debug, Clone, Args)]
pub struct QueueOnly {
    /// Leave the mail in the outbox; 'callsheet deliver' sends it
    #[arg(long)]
    queue_only: bool,
}

impl QueueOnly {
    /// Whether the mail is to stay in the outbox.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        self.queue_only
    }
}

/// Sends the mail that a save has queued, or says why there is none. `email` is the address to be verified.
///
/// # Errors
/// [`Stop`] if the outbox cannot be read.
pub fn after_save(
    context: &mut Context,
    output: &mut Output,
    mailing: &Mailing,
    email: &str,
    queue_only: &QueueOnly,
) -> Result<(), Stop> {
    match mailing {
        Mailing::NotNeeded => {}
        Mailing::Queued(id) => {
            deliver(context, output, &[*id], queue_only)?;
        }
        Mailing::Limited(limit) => {
            let words = limit.words(context.session(output)?.now());
            output.warning(&format!("no code was sent to '{email}': {words}"));
        }
        Mailing::Later => {
            output.note(&format!(
                "'{email}' waits for its verification; 'callsheet resend {email}' sends the code."
            ));
        }
    }
    Ok(())
}

/// Sends these deliveries unless they are only to be queued, says what became of each, and returns them as they are then.
///
/// # Errors
/// [`Stop`] if the outbox cannot be read; a mail that cannot leave is none.
pub fn deliver(
    context: &mut Context,
    output: &mut Output,
    ids: &[DeliveryId],
    queue_only: &QueueOnly,
) -> Result<Vec<Delivery>, Stop> {
    if !queue_only.is_set() && !ids.is_empty() {
        send(context, output, ids, &AtomicBool::new(false));
    }
    let mut deliveries = Vec::with_capacity(ids.len());
    for id in ids {
        let delivery = outbox::get(context.session(output)?, *id)?;
        output.note(&fate(&delivery));
        deliveries.push(delivery);
    }
    let waiting = deliveries.iter().filter(|delivery| !delivery.state.is_end()).count();
    if waiting > 0 {
        output.hint(&format!("{} in the outbox; 'callsheet deliver' sends what is due", waits(waiting)));
    }
    Ok(deliveries)
}

/// Sends these deliveries as far as they are due, until `stop` is set, and shows the progress of many. A mail that cannot leave
/// is said and is no failure.
pub fn send(context: &Context, output: &mut Output, ids: &[DeliveryId], stop: &AtomicBool) {
    let mut progress = Progress::new(ids.len(), Arc::clone(&context.opening().clock));
    let settings = context.sender_settings();
    let outcome = sender::deliver_these(&settings, ids, LIMIT, stop, &mut |event| {
        if let SenderEvent::Settled { .. } = event {
            if let Some(words) = progress.step() {
                output.progress(&words);
            }
        } else {
            say(output, &event);
        }
    });
    if let Err(error) = outcome {
        output.warning(&format!("mail cannot leave now: {error}"));
    }
}

/// How many of the mails of a command have been tried.
struct Progress {
    tried: usize,
    all: usize,
    clock: Arc<dyn Clock>,
    shown_at: Option<Timestamp>,
}

impl Progress {
    const fn new(all: usize, clock: Arc<dyn Clock>) -> Self {
        Self { tried: 0, all, clock, shown_at: None }
    }

    /// One more; what is to be shown, where there are many and the last words are old enough.
    fn step(&mut self) -> Option<String> {
        self.tried += 1;
        let now = self.clock.now();
        let is_due = self.shown_at.is_none_or(|shown| now.since(shown) >= SHOW_EVERY);
        if self.all < MANY || !is_due {
            return None;
        }
        self.shown_at = Some(now);
        Some(format!("{} of {}", self.tried, self.all))
    }
}

/// Says what concerns the sender as a whole. What becomes of a single delivery is read from the outbox in the end.
pub fn say(output: &mut Output, event: &SenderEvent) {
    match event {
        SenderEvent::BackingOff { words, until } => {
            output
                .warning(&format!("the mail server cannot be used now: {words}; the next try is at {until}"));
        }
        SenderEvent::StandingBy => output.note("Another process is the active sender; it sends this mail."),
        SenderEvent::WritingFiles { folder } => output.warning(&format!(
            "no mail server is configured: mail is written to '{folder}' and does not leave this machine"
        )),
        SenderEvent::CannotRecord { words } => {
            output.warning(&format!(
                "the database cannot be written now: {words}; what became of a mail is kept until it can"
            ));
        }
        SenderEvent::Delayed { count, since, words } => {
            let words = words.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            output.warning(&format!("{} for hours, delayed since {since}{words}", waits(count)));
        }
        SenderEvent::Stopped { words } => output.warning(&format!("mail cannot leave from here: {words}")),
        SenderEvent::Idle | SenderEvent::Sending { .. } | SenderEvent::Settled { .. } => {}
    }
}

/// One sentence about a delivery.
#[must_use]
pub fn fate(delivery: &Delivery) -> String {
    let Delivery { to, id, .. } = delivery;
    let mail = noun(delivery.kind);
    let because = delivery.server.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
    match delivery.state {
        State::Sent => format!("The {mail} to '{to}' was sent."),
        State::Written => {
            format!("The {mail} to '{to}' was written to a file (delivery {}); it was not sent.", id.0)
        }
        State::Queued => format!("The {mail} to '{to}' is queued (delivery {}){because}.", id.0),
        State::Sending => format!("The {mail} to '{to}' is under way (delivery {}).", id.0),
        State::Retry => {
            format!("The {mail} to '{to}' waits until {} (delivery {}){because}.", delivery.due_at, id.0)
        }
        State::Failed => format!("The {mail} to '{to}' failed (delivery {}){because}.", id.0),
        State::Expired => {
            format!("The {mail} to '{to}' came too late and was given up (delivery {}){because}.", id.0)
        }
        State::Cancelled => format!("The {mail} to '{to}' was cancelled (delivery {}).", id.0),
    }
}

/// "1 mail waits", "2 mails wait".
#[must_use]
pub fn waits(count: usize) -> String {
    if count == 1 { "1 mail waits".to_owned() } else { format!("{count} mails wait") }
}

const fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Verification => "verification mail",
        Kind::Change => "mail about the changed address",
        Kind::Notice => "notice",
        Kind::Test => "test mail",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn one_mail_waits_and_two_wait() {
        assert_eq!(waits(1), "1 mail waits");
        assert_eq!(waits(2), "2 mails wait");
    }

    /// Goes on by 60 ms at each look.
    #[derive(Debug, Default)]
    struct Ticking(AtomicI64);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.fetch_add(60, Ordering::Relaxed))
        }
    }

    #[test]
    fn the_progress_of_many_is_shown_now_and_then() {
        let shown = |all: usize| {
            let mut progress = Progress::new(all, Arc::new(Ticking::default()));
            (0..4).filter_map(|_| progress.step()).collect::<Vec<_>>()
        };
        assert_eq!(shown(1200), ["1 of 1200", "3 of 1200"]);
        assert!(shown(19).is_empty());
    }
}
