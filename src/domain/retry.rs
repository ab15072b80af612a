//! The retry schedule: when a delivery that was put off is tried again, and how long the sender backs off from a server.

use std::time::Duration;

use super::delivery::Kind;
use super::timestamp::Timestamp;

/// Waits before the second, third, … try.
const FIRST_WAITS: [u64; 5] = [60, 5 * 60, 15 * 60, 30 * 60, 60 * 60];
/// The wait from then on, Postfix's `maximal_backoff_time`.
const LATER_WAIT: u64 = 4000;
/// How long a delivery is tried, Postfix's `maximal_queue_lifetime`.
const LIFETIME: Duration = Duration::from_secs(5 * 24 * 3600);
/// How long a mail of category activity is worth sending.
const ACTIVITY_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// The sender's first pause when a server refuses to talk.
const FIRST_BACK_OFF: Duration = Duration::from_secs(30);
/// Its longest.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(3600);
/// How long a mail may wait until somebody should know that it is late.
const DELAY: Duration = Duration::from_secs(4 * 3600);

/// When a delivery of this kind and category, queued at `queued`, is given up. A verification lives as long as its code and
/// has its own end.
#[must_use]
pub fn expiry(kind: Kind, category: Option<&str>, queued: Timestamp) -> Timestamp {
    match (kind, category) {
        (Kind::Notice | Kind::Test, Some("activity")) => queued.plus(ACTIVITY_LIFETIME),
        (Kind::Verification | Kind::Change | Kind::Notice | Kind::Test, _) => queued.plus(LIFETIME),
    }
}

/// The wait after the `attempts`-th try (1 is the first) has been put off, with `jitter` from -1.0 to 1.0 spread over ±10 %.
#[must_use]
pub fn wait(attempts: u32, jitter: f64) -> Duration {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = FIRST_WAITS.get(index).copied().unwrap_or(LATER_WAIT);
    Duration::from_secs(seconds).mul_f64(1.0 + 0.1 * jitter.clamp(-1.0, 1.0))
}

/// The pause after a server has failed `failures` times in succession (1 is the first): 30 s, doubling to 1 h.
#[must_use]
pub fn back_off(failures: u32) -> Duration {
    let doubled = FIRST_BACK_OFF
        .saturating_mul(1_u32.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(u32::MAX));
    doubled.min(LONGEST_BACK_OFF)
}

/// Mail that was queued then or earlier and still waits is delayed.
#[must_use]
pub fn delayed_before(now: Timestamp) -> Timestamp {
    now.minus(DELAY)
}

/// Since when mail has waited for too long, if `oldest` is when the oldest that waits was queued.
#[must_use]
pub fn delayed_since(oldest: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    oldest.filter(|oldest| *oldest <= delayed_before(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_schedule_is_1_5_15_30_60_minutes_and_then_4000_seconds() {
        let seconds: Vec<u64> = (1..=8).map(|attempt| wait(attempt, 0.0).as_secs()).collect();
        assert_eq!(seconds, [60, 300, 900, 1800, 3600, 4000, 4000, 4000]);
    }

    #[test]
    fn a_server_is_left_alone_for_30_seconds_doubling_to_an_hour() {
        let seconds: Vec<u64> = (1..=9).map(|failures| back_off(failures).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(back_off(u32::MAX), LONGEST_BACK_OFF);
    }

    #[test]
    fn activity_is_given_up_after_a_day_and_the_rest_after_five() {
        let now = Timestamp::from_millis(0);
        assert_eq!(expiry(Kind::Notice, Some("activity"), now), now.plus(Duration::from_secs(86_400)));
        assert_eq!(expiry(Kind::Notice, Some("security"), now), now.plus(Duration::from_secs(5 * 86_400)));
    }

    #[test]
    fn mail_is_delayed_after_four_hours() {
        let queued = Timestamp::from_millis(0);
        let hours = |hours: u64| queued.plus(Duration::from_secs(hours * 3600));
        assert_eq!(delayed_since(None, hours(9)), None);
        assert_eq!(delayed_since(Some(queued), hours(3)), None);
        assert_eq!(delayed_since(Some(queued), hours(4)), Some(queued));
    }

    proptest! {
        #[test]
        fn jitter_stays_within_ten_percent(attempts: u32, jitter: f64) {
            let plain = wait(attempts, 0.0).as_secs_f64();
            let jittered = wait(attempts, if jitter.is_nan() { 0.0 } else { jitter }).as_secs_f64();
            prop_assert!((jittered - plain).abs() <= plain * 0.1 + 1e-6);
        }
    }
}
