//! What became of a notice, as far as its deliveries tell: the exit code, the sentences and the rows of the table.

use crate::cli::explain::why_fallback;
use crate::cli::mailing::waits;
use crate::cli::problem::Exit;
use crate::domain::delivery::{Delivery, State};
use crate::domain::routing::FallbackReason;

/// The deliveries of a notice, counted one after the other. It holds few of them, however many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// It reached nobody, and there is no security email that could get it.
    is_lost: bool,
    sent: usize,
    written: usize,
    failed: usize,
    cancelled: usize,
    waiting: usize,
    troubled: usize,
    /// The most rows.
    most: usize,
    /// The first that ended and did not arrive.
    ended: Vec<[String; 4]>,
    /// The first that were tried in vain and wait.
    tried: Vec<[String; 4]>,
    fallback: Option<String>,
}

impl Outcome {
    /// Without a delivery. `is_lost`: the notice reached nobody, and there is no security email that could get it. `most`: how many
    /// rows there are at most.
    #[must_use]
    pub const fn new(is_lost: bool, most: usize) -> Self {
        Self {
            is_lost,
            sent: 0,
            written: 0,
            failed: 0,
            cancelled: 0,
            waiting: 0,
            troubled: 0,
            most,
            ended: Vec::new(),
            tried: Vec::new(),
            fallback: None,
        }
    }

    /// Counts the next delivery.
    pub fn push(&mut self, delivery: &Delivery) {
        *match delivery.state {
            State::Sent => &mut self.sent,
            State::Written => &mut self.written,
            State::Failed | State::Expired => &mut self.failed,
            State::Cancelled => &mut self.cancelled,
            State::Queued | State::Sending | State::Retry => &mut self.waiting,
        } += 1;
        if let Some(trouble) = trouble(delivery) {
            self.troubled += 1;
            let rows = match trouble {
                Trouble::Ended => &mut self.ended,
                Trouble::Waits => &mut self.tried,
            };
            if rows.len() < self.most {
                rows.push(row(delivery));
            }
        }
        if self.fallback.is_none() {
            self.fallback = fallback_sentence(delivery);
        }
    }

    /// Failed for good: some is 3, all is 1. What still waits may yet arrive; what was cancelled is no failure, unless there is
    /// nothing else.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        if self.is_lost {
            return Exit::Partly;
        }
        match (self.failed, self.sent + self.written + self.waiting) {
            (_, 0) => Exit::Failed,
            (0, _) => Exit::Done,
            (_, _) => Exit::Partly,
        }
    }

    /// Whether something waits.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.waiting > 0
    }

    /// Whether it reached nobody and nobody is left to send it to.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// What happened and what waits, in one line without a full stop.
    #[must_use]
    pub fn summary(&self) -> String {
        let counts = [
            (self.sent, "sent"),
            (self.written, "written to files"),
            (self.failed, "failed"),
            (self.cancelled, "cancelled"),
        ];
        let counted = counts.into_iter().filter(|(count, _)| *count > 0);
        let mut parts: Vec<String> = counted.map(|(count, what)| format!("{count} {what}")).collect();
        if self.waiting > 0 || parts.is_empty() {
            parts.push(waits(self.waiting));
        }
        parts.join(", ")
    }

    /// That the security email gets it, and why, if it does.
    #[must_use]
    pub fn fallback_sentence(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    /// How many did not arrive as they should, with a row or without.
    #[must_use]
    pub const fn troubled(&self) -> usize {
        self.troubled
    }

    /// The first deliveries that failed, and then of those that were tried in vain and wait: id, address, state, and the server's
    /// words. Those that were not tried have the same story, which was told.
    #[must_use]
    pub fn rows(&self) -> Vec<[String; 4]> {
        self.ended.iter().chain(&self.tried).take(self.most).cloned().collect()
    }
}

fn fallback_sentence(delivery: &Delivery) -> Option<String> {
    let reason = FallbackReason::parse(delivery.fallback.as_deref()?);
    let because = reason.map(|reason| format!(", because {}", why_fallback(reason))).unwrap_or_default();
    let to = &delivery.to;
    Some(match delivery.state {
        State::Failed | State::Expired | State::Cancelled => {
            format!("The security email '{to}' was to get it{because}; that failed too.")
        }
        State::Queued | State::Sending | State::Retry | State::Sent | State::Written => {
            format!("The security email '{to}' gets it{because}.")
        }
    })
}

/// Why a delivery has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It ended and did not arrive.
    Ended,
    /// It was tried in vain.
    Waits,
}

const fn trouble(delivery: &Delivery) -> Option<Trouble> {
    match delivery.state {
        State::Failed | State::Expired | State::Cancelled => Some(Trouble::Ended),
        State::Retry | State::Sending => Some(Trouble::Waits),
        State::Queued if delivery.attempts > 0 => Some(Trouble::Waits),
        State::Queued | State::Sent | State::Written => None,
    }
}

fn row(delivery: &Delivery) -> [String; 4] {
    let state = match delivery.state {
        State::Retry => format!("waits until {}", delivery.due_at),
        State::Sending => "under way".to_owned(),
        State::Queued | State::Sent | State::Written | State::Failed | State::Expired | State::Cancelled => {
            delivery.state.id().to_owned()
        }
    };
    let maybe = if delivery.maybe_sent { " (maybe sent)" } else { "" };
    [
        delivery.id.0.to_string(),
        delivery.to.clone(),
        format!("{state}{maybe}"),
        delivery.server.clone().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::{DeliveryId, Kind, NoticeId};
    use crate::domain::timestamp::Timestamp;

    fn delivery(id: i64, state: State) -> Delivery {
        let zero = Timestamp::from_millis(0);
        Delivery {
            id: DeliveryId(id),
            kind: Kind::Notice,
            to: format!("c{id}@example.org"),
            contact: None,
            name: String::new(),
            notice: Some(NoticeId(1)),
            message_type: Some("security.cloud".to_owned()),
            subject: "Hello".to_owned(),
            fallback: None,
            state,
            attempts: 1,
            created_at: zero,
            due_at: zero,
            expires_at: zero,
            ended_at: None,
            message_id: format!("<{id}@example.org>"),
            server: Some("550 5.1.1 no".to_owned()),
            maybe_sent: false,
        }
    }

    fn deliveries(states: &[State]) -> Vec<Delivery> {
        (1..).zip(states).map(|(id, state)| delivery(id, *state)).collect()
    }

    fn outcome(is_lost: bool, deliveries: &[Delivery]) -> Outcome {
        let mut outcome = Outcome::new(is_lost, 2);
        deliveries.iter().for_each(|delivery| outcome.push(delivery));
        outcome
    }

    #[test]
    fn the_exit_code_tells_what_failed_for_good() {
        let exit = |states: &[State]| outcome(false, &deliveries(states)).exit();
        assert_eq!(exit(&[State::Sent, State::Written, State::Retry]), Exit::Done);
        assert_eq!(exit(&[State::Queued]), Exit::Done);
        assert_eq!(exit(&[State::Sent, State::Cancelled]), Exit::Done);
        assert_eq!(exit(&[State::Sent, State::Failed]), Exit::Partly);
        assert_eq!(exit(&[State::Retry, State::Expired]), Exit::Partly);
        assert_eq!(exit(&[State::Failed, State::Expired]), Exit::Failed);
        assert_eq!(exit(&[State::Cancelled]), Exit::Failed);
        assert_eq!(outcome(true, &deliveries(&[State::Failed])).exit(), Exit::Partly);
    }

    #[test]
    fn the_summary_counts_what_happened_and_what_waits() {
        let summary = |states: &[State]| outcome(false, &deliveries(states)).summary();
        assert_eq!(summary(&[State::Sent, State::Failed, State::Retry]), "1 sent, 1 failed, 1 mail waits");
        assert_eq!(summary(&[State::Written, State::Cancelled]), "1 written to files, 1 cancelled");
        assert_eq!(summary(&[State::Queued, State::Queued]), "2 mails wait");
    }

    #[test]
    fn what_ended_without_arriving_is_shown_before_what_waits_and_what_arrived_is_not() {
        let mut all = deliveries(&[State::Retry, State::Sent, State::Failed, State::Queued, State::Retry]);
        all[3].attempts = 0;
        let outcome = outcome(false, &all);
        let rows = outcome.rows();
        assert_eq!(outcome.troubled(), 3);
        assert_eq!(rows[0], ["3", "c3@example.org", "failed", "550 5.1.1 no"]);
        assert_eq!((rows[1][0].as_str(), rows[1][2].as_str()), ("1", "waits until 1970-01-01T00:00:00Z"));
        assert_eq!(rows.len(), 2, "no more than are to be shown");
    }

    #[test]
    fn the_fallback_is_said_with_its_reason() {
        let mut all = deliveries(&[State::Sent]);
        assert_eq!(outcome(false, &all).fallback_sentence(), None);
        all[0].fallback = Some("all_failed".to_owned());
        assert_eq!(
            outcome(false, &all).fallback_sentence(),
            Some("The security email 'c1@example.org' gets it, because all other deliveries failed.")
        );
        all[0].fallback = Some("a_newer_reason".to_owned());
        all[0].state = State::Failed;
        assert_eq!(
            outcome(false, &all).fallback_sentence(),
            Some("The security email 'c1@example.org' was to get it; that failed too.")
        );
    }
}
