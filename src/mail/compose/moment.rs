//! Moments as a mail's reader reads them: date and time in UTC, in the letter's language. It knows no time zone.

use chrono::{Datelike as _, Weekday};

use crate::domain::language::Language;
use crate::domain::timestamp::Timestamp;

/// `Tuesday, 24 November 2026 at 14:03 UTC`, `2026年11月24日（星期二）14:03（UTC）`. Seconds are cut, so the moment that is told
/// is never after the true one.
pub fn written(moment: Timestamp, language: Language) -> String {
    let utc = moment.to_utc();
    match language {
        Language::En => utc.format("%A, %-d %B %Y at %H:%M UTC").to_string(),
        Language::ZhCn => {
            let weekday = weekday(utc.weekday());
            utc.format(&format!("%Y年%-m月%-d日（星期{weekday}）%H:%M（UTC）")).to_string()
        }
    }
}

const fn weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "一",
        Weekday::Tue => "二",
        Weekday::Wed => "三",
        Weekday::Thu => "四",
        Weekday::Fri => "五",
        Weekday::Sat => "六",
        Weekday::Sun => "日",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_each_language() {
        let moment = Timestamp::parse("2026-11-24T14:03:59Z").unwrap();
        assert_eq!(written(moment, Language::En), "Tuesday, 24 November 2026 at 14:03 UTC");
        assert_eq!(written(moment, Language::ZhCn), "2026年11月24日（星期二）14:03（UTC）");
        let sunday = Timestamp::parse("2027-01-03T00:00:00Z").unwrap();
        assert_eq!(written(sunday, Language::ZhCn), "2027年1月3日（星期日）00:00（UTC）");
    }
}
