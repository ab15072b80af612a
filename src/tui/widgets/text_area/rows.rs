//! How a text of several lines lies on the screen: its rows, and what stands at which column of them.
//!
//! ```text
//!  "Ask Ada for\nthe code"  in 8 columns:   Ask Ada_   a blank at the edge hangs over it
//!                                           for
//!                                           the code
//! ```
//!
//! Every byte but the line breaks lies in one row, so the caret can stand anywhere. Only the lines that are asked for are laid
//! out: a long text costs what is seen of it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::columns::width;
use crate::domain::safe_text::safe;
use crate::tui::widgets::wrapped_text::may_break;

/// A row: bytes of the text, the line break behind it left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextRow {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A text at a width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    text: &'a str,
    columns: usize,
}

impl<'a> Rows<'a> {
    /// The text in at least one column.
    pub(super) fn new(text: &'a str, columns: usize) -> Self {
        Self { text, columns: columns.max(1) }
    }

    /// The row in which the byte lies. Where a line was broken that is the row that begins there.
    pub(super) fn at(self, byte: usize) -> TextRow {
        let rows = self.of_line(line_at(self.text, byte));
        rows[index_of(&rows, byte)]
    }

    /// At most `count` rows from the one in which the byte lies.
    pub(super) fn down(self, byte: usize, count: usize) -> Vec<TextRow> {
        let mut line = line_at(self.text, byte);
        let mut rows = self.of_line(line.clone());
        rows.drain(..index_of(&rows, byte));
        while rows.len() < count && line.end < self.text.len() {
            line = line_at(self.text, line.end + 1);
            rows.extend(self.of_line(line.clone()));
        }
        rows.truncate(count);
        rows
    }

    /// The row `count` rows above the one in which the byte lies; the first of all if there are fewer.
    pub(super) fn up(self, byte: usize, mut count: usize) -> TextRow {
        let mut line = line_at(self.text, byte);
        let mut rows = self.of_line(line.clone());
        let mut index = index_of(&rows, byte);
        while count > index {
            if line.start == 0 {
                return rows[0];
            }
            count -= index + 1;
            line = line_at(self.text, line.start - 1);
            rows = self.of_line(line.clone());
            index = rows.len() - 1;
        }
        rows[index - count]
    }

    /// The column of a byte in its row; never beyond the edge, over which only blanks hang.
    pub(super) fn column(self, row: TextRow, byte: usize) -> usize {
        let before = &self.text[row.start..byte.clamp(row.start, row.end)];
        before.graphemes(true).map(columns_of).sum::<usize>().min(self.columns)
    }

    /// The byte at a column of a row, or the last place of the row before it.
    pub(super) fn byte(self, row: TextRow, column: usize) -> usize {
        let mut used = 0;
        let mut last = row.start;
        for (index, cluster) in self.text[row.start..row.end].grapheme_indices(true) {
            last = row.start + index;
            used += columns_of(cluster);
            if used > column {
                return last;
            }
        }
        // The end of a row that was broken belongs to the next.
        if line_at(self.text, row.start).end == row.end { row.end } else { last }
    }

    /// The rows of a line; at least one.
    fn of_line(self, line: Range<usize>) -> Vec<TextRow> {
        let mut rows = Vec::new();
        let (mut start, mut used, mut before) = (line.start, 0, "");
        // Where the row may end, and the columns up to there.
        let mut best = None;
        for (index, cluster) in self.text[line.clone()].grapheme_indices(true) {
            let at = line.start + index;
            if at > start && may_break(before, cluster) {
                best = Some((at, used));
            }
            let columns = columns_of(cluster);
            // A second time where what is kept together with the cluster is too wide by itself.
            while used + columns > self.columns && at > start && cluster != " " {
                let (cut, until_cut) = best.take().unwrap_or((at, used));
                rows.push(TextRow { start, end: cut });
                start = cut;
                used -= until_cut;
            }
            used += columns;
            before = cluster;
        }
        rows.push(TextRow { start, end: line.end });
        rows
    }
}

/// The columns of a cluster as it is shown.
fn columns_of(cluster: &str) -> usize {
    width(&safe(cluster))
}

/// The line in which the byte lies, its line break left out.
pub(super) fn line_at(text: &str, byte: usize) -> Range<usize> {
    let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
    let end = text[byte..].find('\n').map_or(text.len(), |at| byte + at);
    start..end
}

fn index_of(rows: &[TextRow], byte: usize) -> usize {
    rows.iter().rposition(|row| row.start <= byte).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, columns: usize) -> Vec<&str> {
        let rows = Rows::new(text, columns).down(0, 100);
        rows.into_iter().map(|row| &text[row.start..row.end]).collect()
    }

    #[test]
    fn lines_are_broken_between_words_and_blanks_hang() {
        assert_eq!(texts("Ask Ada for\nthe code", 8), ["Ask Ada ", "for", "the code"]);
        assert_eq!(texts("a  \n\n b\n", 4), ["a  ", "", " b", ""]);
        assert_eq!(texts("ada@example.org", 6), ["ada@ex", "ample.", "org"]);
        assert_eq!(texts("账号消息。产品", 8), ["账号消", "息。产品"]);
        assert_eq!(texts("", 8), [""]);
    }

    #[test]
    fn a_column_is_found_again_in_a_row_of_wide_characters() {
        let text = "王小明\nabcdef";
        let rows = Rows::new(text, 20);
        let (first, second) = (rows.at(0), rows.at(text.len()));
        assert_eq!(rows.column(first, 6), 4);
        assert_eq!(rows.byte(first, 4), 6);
        assert_eq!(rows.byte(first, 5), 6, "inside the third character is before it");
        assert_eq!(rows.byte(second, 40), text.len());
        assert_eq!(rows.up(text.len(), 1), first);
        assert_eq!(rows.up(text.len(), 9), first);
    }

    proptest! {
        #[test]
        fn every_byte_lies_in_one_row_and_no_row_is_too_wide(text in "[a-z é語王👩。\u{301}\n]{0,60}", columns in 2..20_usize) {
            let rows = Rows::new(&text, columns);
            let all = rows.down(0, 1_000);
            let mut expected = 0;
            for row in &all {
                prop_assert!(row.start == expected || text[expected..row.start] == *"\n");
                expected = row.end;
                let shown = text[row.start..row.end].trim_end_matches(' ');
                let is_one = shown.graphemes(true).count() == 1;
                prop_assert!(is_one || shown.graphemes(true).map(columns_of).sum::<usize>() <= columns, "{:?}", shown);
            }
            prop_assert_eq!(expected, text.len());
            for (index, row) in all.iter().enumerate() {
                prop_assert_eq!(rows.at(row.start), *row);
                prop_assert_eq!(rows.up(row.start, index), all[0]);
                prop_assert_eq!(rows.down(row.start, 2), all[index..all.len().min(index + 2)].to_vec());
                for column in 0..columns + 2 {
                    let byte = rows.byte(*row, column);
                    prop_assert_eq!(rows.at(byte), *row);
                    prop_assert!(rows.column(*row, byte) <= column);
                }
            }
        }
    }
}
