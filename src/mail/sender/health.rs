//! How the server is, as far as the last mails tell: what a submission means for its delivery, and how long the server is left
//! alone. Pure but for the jitter of retries.

use std::time::Duration;

use crate::domain::reply::{Phase, Verdict, judge};
use crate::domain::retry;
use crate::domain::timestamp::Timestamp;
use crate::mail::transport::Submission;
use crate::store::{Claimed, Settlement};

/// How far a delivery is put back after its line broke.
const AFTER_A_BREAK: Duration = Duration::from_secs(60);
/// Breaks in succession from which on each costs the delivery a try.
const FREE_BREAKS: u32 = 2;
/// Broken lines in succession, of whatever deliveries, after which the server is left alone for a while.
const BREAKS_BEFORE_PAUSE: u32 = 3;
/// How long fewer connections are used after the server did not want one more.
const NARROW_FOR: Duration = Duration::from_secs(10 * 60);

/// The server's health.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Pauses in succession.
    failures: u32,
    breaks: u32,
    quiet_until: Option<Timestamp>,
    /// The first connection works: since the last pause the server has agreed to take a mail.
    is_proven: bool,
    /// It did not want more connections than these while they worked.
    narrow: Option<Narrow>,
}

#[derive(Debug, Clone, Copy)]
struct Narrow {
    connections: usize,
    until: Timestamp,
}

impl Health {
    /// Until when the server is left alone, if it is.
    pub(super) fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.quiet_until.filter(|until| now < *until)
    }

    /// How many connections are used, `most` at most. One mail goes ahead of all others to see how the server is.
    pub(super) fn width(&self, most: usize, now: Timestamp) -> usize {
        match self.narrow.filter(|narrow| now < narrow.until) {
            _ if !self.is_proven => most.min(1),
            Some(narrow) => most.min(narrow.connections),
            None => most,
        }
    }

    /// The server has agreed to take the body of a mail.
    pub(super) fn agreed(&mut self, now: Timestamp) {
        self.is_proven |= self.quiet_until(now).is_none();
    }

    /// What a submission means for its delivery; the server's health follows. It went over the connection of this number,
    /// counted from 0, while so many others were in use.
    pub(super) fn weigh(
        &mut self,
        claimed: &Claimed,
        (connection, others): (usize, usize),
        submission: Submission,
        now: Timestamp,
    ) -> Settlement {
        if self.is_proven
            && (connection > 0 || others > 0)
            && let Some(words) = early_failure(&submission)
        {
            // A server that serves fewer connections than we would like is no broken one: the others go on.
            if connection > 0 {
                self.narrow_to(connection, now);
            } else {
                self.is_proven = false;
            }
            return Settlement::NotTried { words };
        }
        match submission {
            Submission::Accepted(reply) => {
                self.recover();
                Settlement::Sent { words: reply.to_string() }
            }
            Submission::Refused { phase, reply } => {
                let words = reply.to_string();
                let verdict = judge(phase, &reply);
                if verdict == Verdict::BackOff {
                    return self.back_off(words, now);
                }
                self.recover();
                let phase = phase.id();
                match verdict {
                    Verdict::Sent => Settlement::Sent { words },
                    Verdict::Failed => Settlement::Failed { words, phase, undeliverable: false },
                    Verdict::Undeliverable => Settlement::Failed { words, phase, undeliverable: true },
                    Verdict::Retry | Verdict::BackOff => {
                        Settlement::Retry { due_at: next_try(claimed, now), words, phase }
                    }
                }
            }
            Submission::Unsendable { words } => {
                Settlement::Failed { words, phase: Phase::MailFrom.id(), undeliverable: false }
            }
            Submission::Broken { phase, words } if phase < Phase::MailFrom => self.back_off(words, now),
            Submission::Broken { phase, words } => {
                self.breaks += 1;
                if self.breaks >= BREAKS_BEFORE_PAUSE {
                    self.pause(now);
                }
                let charged = claimed.breaks >= FREE_BREAKS;
                let maybe_sent = phase == Phase::Body;
                let due_at =
                    if charged || maybe_sent { next_try(claimed, now) } else { now.plus(AFTER_A_BREAK) };
                Settlement::Broken { due_at, words, phase: phase.id(), charged, maybe_sent }
            }
        }
    }

    /// The server cannot be used now: nothing is charged, and it is left alone for a while.
    pub(super) fn back_off(&mut self, words: String, now: Timestamp) -> Settlement {
        self.pause(now);
        Settlement::NotTried { words }
    }

    /// Several connections that fail together are one failure.
    fn pause(&mut self, now: Timestamp) {
        self.is_proven = false;
        if self.quiet_until(now).is_none() {
            self.failures += 1;
            self.quiet_until = Some(now.plus(retry::back_off(self.failures)));
        }
    }

    fn narrow_to(&mut self, connections: usize, now: Timestamp) {
        // Several that were opened together fail together.
        let before = self.narrow.filter(|narrow| now < narrow.until).map(|narrow| narrow.connections);
        let connections = before.map_or(connections, |before| before.min(connections));
        self.narrow = Some(Narrow { connections, until: now.plus(NARROW_FOR) });
    }

    /// An administrator asks for a try now: what was found before counts no more.
    pub(super) fn forgive(&mut self) {
        self.failures = 0;
        self.breaks = 0;
        self.quiet_until = None;
    }

    fn recover(&mut self) {
        *self = Self { is_proven: true, narrow: self.narrow, ..Self::default() };
    }
}

/// What went wrong before anything was asked about the mail.
fn early_failure(submission: &Submission) -> Option<String> {
    match submission {
        Submission::Refused { phase, reply } if *phase < Phase::MailFrom => Some(reply.to_string()),
        Submission::Broken { phase, words } if *phase < Phase::MailFrom => Some(words.clone()),
        Submission::Refused { .. }
        | Submission::Broken { .. }
        | Submission::Accepted(_)
        | Submission::Unsendable { .. } => None,
    }
}

/// When a delivery is tried again, never after its end.
fn next_try(claimed: &Claimed, now: Timestamp) -> Timestamp {
    now.plus(wait(claimed.delivery.attempts + 1)).min(claimed.delivery.expires_at)
}

/// The wait after the `attempts`-th try.
pub(super) fn wait(attempts: u32) -> Duration {
    retry::wait(attempts, jitter())
}

/// From -1.0 to 1.0.
fn jitter() -> f64 {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).map_or(0.0, |()| f64::from(u16::from_le_bytes(bytes)) / 32_767.5 - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_that_fail_together_are_one_failure() {
        let (mut health, now) = (Health::default(), Timestamp::from_millis(0));
        for _ in 0..4 {
            health.back_off("no".to_owned(), now);
        }
        assert_eq!(health.quiet_until(now), Some(now.plus(Duration::from_secs(30))));
        let later = now.plus(Duration::from_secs(30));
        assert_eq!(health.quiet_until(later), None);
        health.back_off("no".to_owned(), later);
        assert_eq!(health.quiet_until(later), Some(later.plus(Duration::from_secs(60))));
        health.forgive();
        assert_eq!((health.quiet_until(later), health.width(4, later)), (None, 1));
        health.back_off("no".to_owned(), later);
        assert_eq!(health.quiet_until(later), Some(later.plus(Duration::from_secs(30))));
        health.recover();
        assert_eq!(health.quiet_until(later), None);
    }

    #[test]
    fn one_mail_goes_ahead_until_the_server_agrees_and_after_each_failure() {
        let (mut health, now) = (Health::default(), Timestamp::from_millis(0));
        assert_eq!(health.width(4, now), 1);
        health.agreed(now);
        assert_eq!(health.width(4, now), 4);
        health.back_off("no".to_owned(), now);
        // What was under way on other connections tells nothing about the pause.
        health.agreed(now);
        assert_eq!(health.width(4, now.plus(Duration::from_secs(30))), 1);
    }

    #[test]
    fn a_connection_that_is_not_wanted_beside_those_that_work_is_no_failure() {
        let (mut health, now) = (Health::default(), Timestamp::from_millis(0));
        health.agreed(now);
        for connections in [3, 1, 2] {
            health.narrow_to(connections, now);
        }
        assert_eq!((health.width(4, now), health.quiet_until(now)), (1, None));
        health.recover();
        assert_eq!(health.width(4, now), 1);
        let later = now.plus(NARROW_FOR);
        assert_eq!(health.width(4, later), 4);
        health.narrow_to(2, later);
        assert_eq!(health.width(4, later), 2);
    }
}
