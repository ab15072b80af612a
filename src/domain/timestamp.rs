//! A moment in UTC with millisecond resolution. It is given to the domain from outside and never read from a clock here.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

use super::language::Language;
use super::say::say;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch, as stored.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment `duration` later; saturates at the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(duration)))
    }

    /// The moment `duration` earlier; saturates at the beginning of time.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis_of(duration)))
    }

    /// How long ago `earlier` is; zero if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// How long until `later`; zero if it has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        later.since(self)
    }

    /// Reads RFC 3339, for example `2026-11-24T14:03:00Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|moment| Self(moment.timestamp_millis()))
    }

    /// The same moment as chrono sees it, for formatting; moments that chrono cannot hold become the epoch.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

/// RFC 3339 in UTC to the second: `2026-11-24T14:03:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

fn millis_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A duration in two units at most, for people: `59 s`, `12 min`, `3 h 5 min`, `2 d 4 h`.
#[must_use]
pub fn spoken(duration: Duration) -> String {
    spoken_in(Language::En, duration)
}

/// [`spoken`] in a language.
#[must_use]
pub fn spoken_in(language: Language, duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => say!(language, "{seconds} s", seconds),
        (0, 0, _) => say!(language, "{minutes} min", minutes),
        (0, _, _) if minutes % 60 == 0 => say!(language, "{hours} h", hours),
        (0, _, _) => say!(language, "{hours} h {minutes} min", hours, minutes = minutes % 60),
        (_, _, _) if hours % 24 == 0 => say!(language, "{days} d", days),
        (_, _, _) => say!(language, "{days} d {hours} h", days, hours = hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_is_read_and_written() {
        let moment = Timestamp::parse("2026-11-24T14:03:00+08:00").unwrap();
        assert_eq!(moment.to_string(), "2026-11-24T06:03:00Z");
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn distances_never_become_negative() {
        let earlier = Timestamp::from_millis(1_000);
        let later = earlier.plus(Duration::from_secs(5));
        assert_eq!(later.since(earlier), Duration::from_secs(5));
        assert_eq!(earlier.since(later), Duration::ZERO);
        assert_eq!(earlier.until(later), Duration::from_secs(5));
        assert_eq!(Timestamp::from_millis(i64::MAX).plus(Duration::MAX).millis(), i64::MAX);
    }

    #[test]
    fn durations_are_spoken_in_two_units() {
        let of = |seconds| spoken(Duration::from_secs(seconds));
        assert_eq!(of(0), "0 s");
        assert_eq!(of(59), "59 s");
        assert_eq!(of(720), "12 min");
        assert_eq!(of(3600), "1 h");
        assert_eq!(of(11_100), "3 h 5 min");
        assert_eq!(of(86_400 * 3), "3 d");
        assert_eq!(of(86_400 * 2 + 3600 * 4), "2 d 4 h");
    }
}
