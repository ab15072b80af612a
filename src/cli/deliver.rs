//! `deliver`: send what is due, once or until told to end.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;

use super::context::Context;
use super::json::DeliveryJson;
use super::mailing::{LIMIT, say, waits};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::stop_flag::stop_flag;
use crate::clock::Clock;
use crate::domain::delivery::{DeliveryId, State};
use crate::domain::email_address::masked;
use crate::domain::timestamp::Timestamp;
use crate::mail::sender::{self, SenderEvent};
use crate::operations::outbox;

/// Options of `deliver`.
#[derive(Debug, Args)]
pub struct Deliver {
    /// Stay, and send whatever becomes due, until SIGTERM or SIGINT
    #[arg(long)]
    watch: bool,
}

/// Delivers what is due. Without `--watch`, `--json` prints the deliveries that were tried.
///
/// # Errors
/// [`Stop`] with exit 1 if this process cannot be the sender.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Deliver) -> Result<Exit, Stop> {
    if arguments.watch { watch(context, output) } else { once(context, output) }
}

fn once(context: &mut Context, output: &mut Output) -> Result<Exit, Stop> {
    let settings = context.sender_settings();
    let stop = stop_flag()?;
    let mut log = Log::new(context, output);
    sender::deliver_due(&settings, LIMIT, &stop, &mut |event| log.hear(event))?;
    let settled = log.end()?;
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let totals = outbox::totals(session)?;
    let tally = Tally {
        delayed_since: totals.delayed_since(session.now()),
        ..Tally::of(settled.values().copied(), totals.waiting())
    };
    output.note(&tally.sentence());
    if wants_json {
        let mut array = output.array();
        for id in settled.keys() {
            array.push(&DeliveryJson::of(&outbox::get(session, *id)?))?;
        }
        array.end()?;
    }
    Ok(tally.exit())
}

fn watch(context: &mut Context, output: &mut Output) -> Result<Exit, Stop> {
    if context.wants_json() {
        return Err(Report::usage("'deliver --watch' never ends by itself, so it has no JSON")
            .hint("'callsheet outbox --json' tells what became of each mail")
            .into());
    }
    let settings = context.sender_settings();
    let stop = stop_flag()?;
    let mut log = Log::forgetful(context, output);
    sender::watch(&settings, &stop, &mut |event| log.hear(event))?;
    log.end()?;
    output.note("The sender has ended in order.");
    Ok(Exit::Done)
}

/// What the sender tells, as it comes: one line for each delivery, without its address.
struct Log<'a> {
    output: &'a mut Output,
    clock: Arc<dyn Clock>,
    /// How each delivery stood when it was told last; none where the run has no end.
    settled: Option<BTreeMap<DeliveryId, State>>,
    /// The journal gets the same from the log.
    is_service: bool,
    /// Why this process does not send.
    closed: Option<String>,
}

impl<'a> Log<'a> {
    fn new(context: &Context, output: &'a mut Output) -> Self {
        Self { settled: Some(BTreeMap::new()), ..Self::forgetful(context, output) }
    }

    fn forgetful(context: &Context, output: &'a mut Output) -> Self {
        Self {
            output,
            clock: Arc::clone(&context.opening().clock),
            settled: None,
            is_service: context.is_service(),
            closed: None,
        }
    }

    fn hear(&mut self, event: SenderEvent) {
        match event {
            SenderEvent::Settled { id, to, state, words } => {
                let words = words.map(|words| format!(": {words}")).unwrap_or_default();
                let (now, to) = (self.clock.now(), masked(&to));
                if !self.is_service {
                    self.output.note(&format!("{now} delivery {} to {to}: {}{words}", id.0, state.id()));
                }
                if let Some(settled) = &mut self.settled {
                    settled.insert(id, state);
                }
            }
            SenderEvent::Stopped { words } => self.closed = Some(words),
            other @ (SenderEvent::Idle
            | SenderEvent::Sending { .. }
            | SenderEvent::BackingOff { .. }
            | SenderEvent::StandingBy
            | SenderEvent::WritingFiles { .. }
            | SenderEvent::Delayed { .. }
            | SenderEvent::CannotRecord { .. }) => {
                if !self.is_service {
                    say(self.output, &other);
                }
            }
        }
    }

    /// What became of the deliveries.
    ///
    /// # Errors
    /// A [`Report`] if this process could not send at all.
    fn end(self) -> Result<BTreeMap<DeliveryId, State>, Report> {
        match self.closed {
            Some(words) => Err(Report::failed(format!("mail cannot leave from here: {words}"))),
            None => Ok(self.settled.unwrap_or_default()),
        }
    }
}

/// How the deliveries of one run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tally {
    sent: usize,
    written: usize,
    failed: usize,
    /// In the whole outbox.
    waiting: u64,
    /// Since when the oldest of them has waited, if that is too long.
    delayed_since: Option<Timestamp>,
}

impl Tally {
    fn of(states: impl Iterator<Item = State>, waiting: u64) -> Self {
        let mut tally = Self { sent: 0, written: 0, failed: 0, waiting, delayed_since: None };
        for state in states {
            match state {
                State::Sent => tally.sent += 1,
                State::Written => tally.written += 1,
                State::Failed | State::Expired => tally.failed += 1,
                State::Queued | State::Sending | State::Retry | State::Cancelled => {}
            }
        }
        tally
    }

    /// Failed for good: some is 3, all is 1; what still waits may yet arrive.
    const fn exit(self) -> Exit {
        match (self.failed, self.sent + self.written) {
            (0, _) => Exit::Done,
            (_, 0) if self.waiting == 0 => Exit::Failed,
            (_, _) => Exit::Partly,
        }
    }

    fn sentence(self) -> String {
        let counts = [(self.sent, "sent"), (self.written, "written to files"), (self.failed, "failed")];
        let mut parts: Vec<String> = Vec::new();
        for (count, what) in counts {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        if parts.is_empty() {
            parts.push("nothing was due".to_owned());
        }
        let waiting = usize::try_from(self.waiting).unwrap_or(usize::MAX);
        if waiting > 0 {
            parts.push(waits(waiting));
        }
        if let Some(since) = self.delayed_since {
            parts.push(format!("delayed since {since}"));
        }
        format!("Delivery ended: {}.", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(states: &[State], waiting: u64) -> Tally {
        Tally::of(states.iter().copied(), waiting)
    }

    #[test]
    fn some_failed_is_3_and_all_failed_is_1() {
        assert_eq!(tally(&[], 0).exit(), Exit::Done);
        assert_eq!(tally(&[State::Sent, State::Written, State::Retry], 1).exit(), Exit::Done);
        assert_eq!(tally(&[State::Sent, State::Failed], 0).exit(), Exit::Partly);
        assert_eq!(tally(&[State::Retry, State::Expired], 1).exit(), Exit::Partly);
        assert_eq!(tally(&[State::Failed, State::Expired], 0).exit(), Exit::Failed);
    }

    #[test]
    fn the_sentence_counts_what_happened_and_what_waits() {
        assert_eq!(tally(&[], 0).sentence(), "Delivery ended: nothing was due.");
        assert_eq!(
            tally(&[State::Sent, State::Sent, State::Failed], 1).sentence(),
            "Delivery ended: 2 sent, 1 failed, 1 mail waits."
        );
        let late = Tally { delayed_since: Some(Timestamp::from_millis(0)), ..tally(&[], 2) };
        assert_eq!(
            late.sentence(),
            "Delivery ended: nothing was due, 2 mails wait, delayed since 1970-01-01T00:00:00Z."
        );
    }
}
