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

/// The server's health.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Pauses in succession.
    failures: u32,
    breaks: u32,
    quiet_until: Option<Timestamp>,
}

impl Health {
    /// Until when the server is left alone, if it is.
    pub(super) fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.quiet_until.filter(|until| now < *until)
    }

    /// Whether the last thing heard from the server was that it cannot be used: then one mail goes ahead of the others.
    pub(super) const fn is_doubtful(&self) -> bool {
        self.failures > 0
    }

    /// What a submission means for its delivery; the server's health follows.
    pub(super) fn weigh(&mut self, claimed: &Claimed, submission: Submission, now: Timestamp) -> Settlement {
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
        if self.quiet_until(now).is_none() {
            self.failures += 1;
            self.quiet_until = Some(now.plus(retry::back_off(self.failures)));
        }
    }

    fn recover(&mut self) {
        *self = Self::default();
    }
}

/// When a delivery is tried again, never after its end.
fn next_try(claimed: &Claimed, now: Timestamp) -> Timestamp {
    let wait = retry::wait(claimed.delivery.attempts + 1, jitter());
    now.plus(wait).min(claimed.delivery.expires_at)
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
        assert!(health.is_doubtful());
        health.back_off("no".to_owned(), later);
        assert_eq!(health.quiet_until(later), Some(later.plus(Duration::from_secs(60))));
        health.recover();
        assert!(!health.is_doubtful());
    }
}
