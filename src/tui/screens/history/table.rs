//! The columns of the history: which are shown at a width, how wide each is, and what stands in them. Widths depend on the width
//! of the place only, so nothing shifts while scrolling.

use super::words;
use crate::domain::columns::{clip, pad, width};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::operations::history::{self, Record};
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// Columns before the first: the mark of the cursor and that of a broken entry.
pub(super) const MARGIN: usize = 2;

/// The widest short moment, `2025-11-23`.
const WHEN: usize = 10;
/// `2026-11-24 14:03`.
const FULL_WHEN: usize = 16;
/// `ada as root`, or the longest usual names.
const WHO: usize = 12;
/// `bob as root from 203.0.113.9`, or an address of the newer kind in part.
const WHO_FROM: usize = 28;
/// Blanks behind a column; one behind the last.
const GAP: usize = 2;
/// `command`.
const VIA: usize = 7;
/// `: erased`; fewer columns say nothing.
const LEAST_TAIL: usize = 8;
/// Widths of the inside of the box from which on there are more columns.
const ROOMY: usize = 60;
const WIDE: usize = 100;

/// The widths of the columns; 0 for one that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    when: usize,
    who: usize,
    via: usize,
    what: usize,
}

impl Columns {
    /// The columns in a box that is `width` wide inside.
    pub(super) fn of(width: usize) -> Self {
        let (when, who, via) = match width {
            ..ROOMY => (WHEN, 0, 0),
            ROOMY..WIDE => (WHEN, WHO, VIA),
            WIDE.. => (FULL_WHEN, WHO_FROM, VIA),
        };
        let gaps = GAP * [when, who, via].into_iter().filter(|column| *column > 0).count() + 1;
        Self { when, who, via, what: width.saturating_sub(MARGIN + when + who + via + gaps) }
    }

    /// The line of titles.
    pub(super) fn titles(self, look: Look<'_>) -> String {
        let cells = [
            (self.when, say!(look.language, "When")),
            (self.who, say!(look.language, "Who")),
            (self.via, say!(look.language, "Via")),
        ];
        let line: String = cells.into_iter().map(|(width, text)| cell(text, width, look)).collect();
        format!("{}{line}{}", " ".repeat(MARGIN), last_cell(say!(look.language, "What"), self.what, look))
    }

    /// The cells of a row behind the margin, gaps included, each with its look.
    pub(super) fn cells(self, record: &Record, look: Look<'_>) -> Vec<(String, Role)> {
        let when = if self.when < FULL_WHEN { look.short_time(record.at) } else { look.full_time(record.at) };
        let who =
            if self.who < WHO_FROM { words::who(record, look) } else { words::who_from_where(record, look) };
        let mut cells = vec![
            (cell(&when, self.when, look), Role::Dim),
            (cell(&who, self.who, look), Role::Text),
            (cell(&safe(history::way(&record.via, look.language)), self.via, look), Role::Dim),
        ];
        cells.extend(self.what(record, look));
        cells.retain(|(text, _)| !text.is_empty());
        cells
    }

    /// What was done, and behind it as much of what else is told as there is room for.
    fn what(self, record: &Record, look: Look<'_>) -> Vec<(String, Role)> {
        if self.what == 0 {
            return Vec::new();
        }
        let (mut headline, mut tail) = (words::headline(record, look), words::tail(record, look));
        if !tail.is_empty() && width(&headline) + LEAST_TAIL <= self.what {
            // The colon belongs to what was done, the blank behind it to what is told.
            (headline, tail) = match look.language {
                Language::En => (format!("{headline}:"), format!(" {tail}")),
                Language::ZhCn => (format!("{headline}："), tail),
            };
        } else {
            tail.clear();
        }
        let headline = clip(&headline, self.what, look.marks.ellipsis()).into_owned();
        let left = self.what - width(&headline);
        vec![(headline, Role::Text), (format!("{} ", pad(&tail, left, look.marks.ellipsis())), Role::Dim)]
    }
}

/// A text in a column with the gap behind it; nothing for a column that is not shown.
fn cell(text: &str, width: usize, look: Look<'_>) -> String {
    if width == 0 {
        return String::new();
    }
    format!("{}{}", pad(text, width, look.marks.ellipsis()), " ".repeat(GAP))
}

/// The same in the last column.
fn last_cell(text: &str, width: usize, look: Look<'_>) -> String {
    if width == 0 { String::new() } else { format!("{} ", pad(text, width, look.marks.ellipsis())) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::record;
    use super::*;
    use crate::tui::widgets::test_look;

    fn texts(columns: Columns, record: &Record) -> Vec<String> {
        let cells = columns.cells(record, test_look());
        cells.into_iter().map(|(text, _)| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn a_row_says_when_who_by_which_way_and_what() {
        let record = record(7, "contact.modify", r#"{"email":["a@example.org","b@example.org"]}"#);
        let told = ["modified 王小明:", "email a@example.org → b@example.org"];
        assert_eq!(
            texts(Columns::of(118), &record),
            ["2026-11-24 14:03", "ada from 203.0.113.9", "screen", told[0], told[1]]
        );
        assert_eq!(
            texts(Columns::of(78), &record),
            ["14:03", "ada", "screen", told[0], "email a@example.org → …"]
        );
        assert_eq!(texts(Columns::of(38), &record), ["14:03", told[0], "email…"]);
    }

    #[test]
    fn who_is_behind_sudo_is_told_first() {
        let mut record = record(7, "contact.delete", "{}");
        record.actor = "root (sudo by bob)".to_owned();
        assert_eq!(texts(Columns::of(78), &record)[1..], ["bob as root", "screen", "deleted 王小明"][..]);
    }

    proptest! {
        #[test]
        fn no_text_and_no_width_breaks_a_column(
            text in "[a-z王é語\u{202e}\u{301}👩\"]{0,30}", erased: bool, columns in 0..200_usize,
        ) {
            let columns = Columns::of(columns);
            let mut record = record(7, "contact.modify", &serde_json::json!({ "name": [text, "b"] }).to_string());
            record.name = Some(text.clone());
            record.actor = text.clone();
            record.via = text.clone();
            if erased {
                record.details = None;
            }
            let line: usize = columns.cells(&record, test_look()).iter().map(|(text, _)| width(text)).sum();
            prop_assert_eq!(width(&columns.titles(test_look())), line + MARGIN);
        }
    }
}
