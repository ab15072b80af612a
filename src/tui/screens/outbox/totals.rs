//! How many deliveries of a notice stand where, in words, and in less room in marks: `✓ 9 sent · … 1 waiting · ✗ 2 failed`.

use crate::domain::columns::{clip, width};
use crate::domain::delivery::State;
use crate::domain::notice::Notice;
use crate::domain::say::say;
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// A number with its mark, its words and its look.
struct Part {
    mark: &'static str,
    count: Option<u64>,
    word: &'static str,
    /// The word where there is less room; empty if the mark says enough.
    short: &'static str,
    role: Role,
}

/// The totals of a notice in at most `columns`: the longest way that fits, else the shortest, cut.
pub(super) fn words(notice: &Notice, columns: usize, look: Look<'_>) -> Vec<(String, Role)> {
    if look.marks.is_spoken() {
        return vec![(clip(&spoken(notice, look), columns, look.marks.ellipsis()).into_owned(), Role::Text)];
    }
    let parts = parts(notice, look);
    let separator = look.separator();
    let full = |part: &Part| full(part, look);
    let marks = |part: &Part| match part.count {
        Some(count) => format!("{} {count}", part.mark),
        None => full(part),
    };
    let dense = |part: &Part| match part.count {
        Some(count) => format!("{}{count}", part.mark),
        None => format!("{} {}", part.mark, part.short),
    };
    let way = |text: &dyn Fn(&Part) -> String, separator: &'static str| {
        let mut spans = Vec::new();
        for part in &parts {
            if !spans.is_empty() {
                spans.push((separator.to_owned(), Role::Dim));
            }
            spans.push((text(part), part.role));
        }
        spans
    };
    // Words only for what needs somebody.
    let needs_somebody = |part: &Part| matches!(part.role, Role::Bad | Role::Warning);
    let alarms = |part: &Part| if needs_somebody(part) { full(part) } else { marks(part) };
    let ways = [way(&full, separator), way(&alarms, separator), way(&marks, separator)];
    let fitting = ways.into_iter().find(|spans| spans_width(spans) <= columns);
    fitting.unwrap_or_else(|| cut(way(&dense, " "), columns, look))
}

/// The totals of a notice, each in a line of its own.
pub(super) fn lines(notice: &Notice, look: Look<'_>) -> Vec<(String, Role)> {
    // That it reached nobody is a warning beside them.
    let counts = parts(notice, look).into_iter().filter(|part| part.count.is_some());
    counts.map(|part| (full(&part, look), part.role)).collect()
}

fn full(part: &Part, look: Look<'_>) -> String {
    match part.count {
        Some(count) => {
            say!(look.language, "{mark} {count} {word}", mark = part.mark, count, word = part.word)
        }
        None => format!("{} {}", part.mark, part.word),
    }
}

/// The same in one text of words, `9 sent, 1 waiting, 2 failed`.
pub(super) fn spoken(notice: &Notice, look: Look<'_>) -> String {
    let words = |part: &Part| match part.count {
        Some(count) => {
            say!(look.language, "{mark} {count} {word}", mark = "", count, word = part.word).trim().to_owned()
        }
        None => part.word.to_owned(),
    };
    parts(notice, look).iter().map(words).collect::<Vec<_>>().join(look.separator())
}

/// The columns that they take.
pub(super) fn spans_width(spans: &[(String, Role)]) -> usize {
    spans.iter().map(|(text, _)| width(text)).sum()
}

/// How many mails there are.
pub(super) fn mails(notice: &Notice) -> u64 {
    let totals = &notice.totals;
    totals.waiting + totals.sent + totals.written + totals.failed + totals.expired + totals.cancelled
}

fn parts(notice: &Notice, look: Look<'_>) -> Vec<Part> {
    let (totals, language) = (&notice.totals, look.language);
    let counted = |state: State, count: u64, word: &'static str, role: Role| Part {
        mark: look.marks.delivery(state),
        count: Some(count),
        word,
        short: "",
        role,
    };
    let counts = [
        counted(State::Sent, totals.sent, say!(language, "sent"), Role::Good),
        counted(State::Written, totals.written, say!(language, "written"), Role::Text),
        counted(State::Queued, totals.waiting, say!(language, "waiting"), Role::Text),
        counted(State::Failed, totals.failed, say!(language, "failed"), Role::Bad),
        counted(State::Expired, totals.expired, say!(language, "expired"), Role::Warning),
        counted(State::Cancelled, totals.cancelled, say!(language, "cancelled"), Role::Dim),
    ];
    let unreached = notice.unreached.then_some(Part {
        mark: "!",
        count: None,
        word: say!(language, "reached nobody"),
        short: say!(language, "nobody"),
        role: Role::Bad,
    });
    unreached.into_iter().chain(counts.into_iter().filter(|part| part.count > Some(0))).collect()
}

/// As many of them as fit whole; where some are left out, it ends with the mark of a cut.
fn cut(mut spans: Vec<(String, Role)>, columns: usize, look: Look<'_>) -> Vec<(String, Role)> {
    if spans_width(&spans) <= columns {
        return spans;
    }
    let mark = look.marks.ellipsis();
    while spans_width(&spans) + width(mark) > columns && spans.pop().is_some() {}
    if width(mark) <= columns {
        spans.push((mark.to_owned(), Role::Dim));
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::delivery::NoticeId;
    use crate::domain::notice::NoticeTotals;
    use crate::tui::widgets::test_look;

    fn notice(totals: NoticeTotals) -> Notice {
        Notice {
            id: NoticeId(1),
            message_type: "security.account".into(),
            subject: "Logon".into(),
            created_at: test_look().now,
            ended_at: None,
            cancelled: false,
            fallback: None,
            unreached: false,
            totals,
        }
    }

    fn text(notice: &Notice, columns: usize) -> String {
        words(notice, columns, test_look()).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn words_become_marks_where_room_is_scarce() {
        let notice = notice(NoticeTotals { sent: 9, waiting: 1, failed: 2, ..NoticeTotals::default() });
        assert_eq!(text(&notice, 36), "✓ 9 sent · … 1 waiting · ✗ 2 failed");
        assert_eq!(text(&notice, 24), "✓ 9 · … 1 · ✗ 2 failed");
        assert_eq!(text(&notice, 20), "✓ 9 · … 1 · ✗ 2");
        assert_eq!(text(&notice, 11), "✓9 …1 ✗2");
        assert_eq!(text(&notice, 7), "✓9 …1 …");
        assert_eq!(text(&notice, 1), "…");
        assert_eq!(text(&notice, 0), "");
        assert_eq!(mails(&notice), 12);
    }

    #[test]
    fn that_nobody_was_reached_is_said_first() {
        let mut notice = notice(NoticeTotals { failed: 2, ..NoticeTotals::default() });
        notice.unreached = true;
        assert_eq!(text(&notice, 36), "! reached nobody · ✗ 2 failed");
        assert_eq!(text(&notice, 24), "! reached nobody · ✗ 2");
        assert_eq!(text(&notice, 20), "! nobody ✗2");
        assert_eq!(text(&notice, 10), "! nobody …");
    }

    proptest! {
        #[test]
        fn it_always_fits(sent: u32, waiting in 0..3_u64, failed in 0..3_u64, unreached: bool, columns in 0..60_usize) {
            let mut notice = notice(NoticeTotals { sent: sent.into(), waiting, failed, cancelled: 7, ..NoticeTotals::default() });
            notice.unreached = unreached;
            prop_assert!(spans_width(&words(&notice, columns, test_look())) <= columns);
        }
    }
}
