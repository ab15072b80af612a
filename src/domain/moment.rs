//! Moments as they are given on the command line and in filters.

use std::time::Duration;

use chrono::{FixedOffset, NaiveDate};

use super::timestamp::Timestamp;

/// Reads a date (its beginning in the zone `offset`), a time in RFC 3339, or how long before `now` it is: a whole number of `min`,
/// `h` or `d`.
#[must_use]
pub fn parse(text: &str, now: Timestamp, offset: FixedOffset) -> Option<Timestamp> {
    if let Some(moment) = Timestamp::parse(text) {
        return Some(moment);
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        let beginning = date.and_hms_opt(0, 0, 0)?.and_local_timezone(offset).single()?;
        return Some(Timestamp::from_millis(beginning.timestamp_millis()));
    }
    let unit = text.find(|character: char| !character.is_ascii_digit())?;
    let (count, unit) = text.split_at(unit);
    let seconds = match unit {
        "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = count.parse::<u64>().ok()?.checked_mul(seconds)?;
    Some(now.minus(Duration::from_secs(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc() -> FixedOffset {
        FixedOffset::east_opt(0).unwrap()
    }

    #[test]
    fn dates_times_and_distances_are_read() {
        let now = Timestamp::parse("2026-11-24T14:03:00Z").unwrap();
        let in_china = FixedOffset::east_opt(8 * 3600).unwrap();
        let begun = parse("2026-11-01", now, in_china).map(|moment| moment.to_string());
        assert_eq!(begun.as_deref(), Some("2026-10-31T16:00:00Z"));
        let read = |text| parse(text, now, utc()).map(|moment| moment.to_string());
        assert_eq!(read("2026-11-01").as_deref(), Some("2026-11-01T00:00:00Z"));
        assert_eq!(read("2026-11-01T10:00:00+08:00").as_deref(), Some("2026-11-01T02:00:00Z"));
        assert_eq!(read("30min").as_deref(), Some("2026-11-24T13:33:00Z"));
        assert_eq!(read("12h").as_deref(), Some("2026-11-24T02:03:00Z"));
        assert_eq!(read("7d").as_deref(), Some("2026-11-17T14:03:00Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let now = Timestamp::default();
        for text in [
            "",
            "7",
            "d",
            "7 d",
            "-7d",
            "yesterday",
            "2026-13-01",
            "2026-11-24 14:03",
            "99999999999999999999d",
            "9999999999999999999d",
        ] {
            assert_eq!(parse(text, now, utc()), None, "{text}");
        }
    }
}
