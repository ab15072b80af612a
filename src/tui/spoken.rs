//! The screen in words, for those who hear it or read it with their fingers: labels before values, states in words, one thing in a
//! line, and the row under the cursor said whole.
//!
//! ```text
//!  Name: 王小明. Email: xiaoming@example.cn. Status: verified. Types: all.
//!  Name: AdaLovelace. Email: ada@example.org. Position: Technical Director. Status:     the row under the cursor
//!  code sent 14:03. Types: 2 of 6: Account, Security.
//!  Name: ops. Email: ops@example.org. Status: undeliverable. Types: 1 of 6: Secu...
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::look::Look;
use super::theme::Role;
use super::widgets::wrapped_text::wrap;
use super::widgets::{row, write};
use crate::domain::columns::{clip, width};
use crate::domain::language::Language;
use crate::domain::say::say;
use crate::domain::subscription::BoxState;

/// Between a label and its value.
pub(super) const fn colon(language: Language) -> &'static str {
    match language {
        Language::En => ": ",
        Language::ZhCn => "：",
    }
}

/// How a box stands.
#[must_use]
pub fn state(state: BoxState, language: Language) -> &'static str {
    match state {
        BoxState::All => say!(language, "checked"),
        BoxState::Some => say!(language, "some"),
        BoxState::None => say!(language, "not checked"),
    }
}

/// Labels with their values in one line, `Name: ada. Status: verified.`; what has no value is left out. The values are safe to show.
#[must_use]
pub fn line<'a>(language: Language, facts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let (end, gap) = match language {
        Language::En => (".", " "),
        Language::ZhCn => ("。", ""),
    };
    let mut line = String::new();
    for (label, value) in facts {
        // Where a mark would stand there may be blanks.
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = value.trim_end_matches(['.', '。']);
        if value.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push_str(gap);
        }
        line.push_str(label);
        line.push_str(colon(language));
        line.push_str(value);
        line.push_str(end);
    }
    line
}

/// The height from which on a list has more rows than it needs; the smallest screen has one line above it.
const LEAST: u16 = 6;

/// The lines that are kept free in the body of a screen, so that the row under the cursor can be said whole. There is always room
/// for rows beside them.
#[must_use]
pub fn spare(body: Rect) -> u16 {
    let wanted = match body.width {
        0..60 => 3,
        60..110 => 2,
        110.. => 1,
    };
    wanted.min(body.height.saturating_sub(LEAST))
}

/// The part of the body of a screen by which its list moves: without the lines that are kept free.
#[must_use]
pub fn listed(body: Rect) -> Rect {
    Rect { height: body.height - spare(body), ..body }
}

/// Rows of a list: each in a line, cut where it must be, and the one under the cursor in as many lines as it needs and there are.
/// Returns the place where that begins.
pub fn draw_rows(
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
    rows: &[String],
    cursor: usize,
) -> Option<Position> {
    let columns = usize::from(area.width);
    let others = rows.len().saturating_sub(1);
    let room = usize::from(area.height).saturating_sub(others).max(1);
    let mut at = 0;
    let mut place = None;
    for (index, text) in rows.iter().enumerate() {
        if index != cursor {
            write(row(area, at), buf, clip(text, columns, look.marks.ellipsis()).as_ref());
            at += 1;
            continue;
        }
        let first = row(area, at);
        place = (!first.is_empty()).then_some(Position { x: first.x, y: first.y });
        for line in fitting(text, columns, room, look) {
            write(row(area, at), buf, Span::styled(line, look.style(Role::SelectedRow)));
            at += 1;
        }
    }
    place
}

/// The same where the rows fill the area: as many stay as leave room for the one under the cursor.
pub fn draw_choices(
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
    rows: &[String],
    cursor: usize,
) -> Option<Position> {
    let (columns, height) = (usize::from(area.width), usize::from(area.height));
    let needed = rows.get(cursor).map_or(0, |text| wrap(text, columns).len()).min(height);
    let others = height - needed;
    let skipped = cursor.saturating_sub(others).min(rows.len());
    let seen = &rows[skipped..];
    let seen = &seen[..seen.len().min(others + usize::from(needed > 0))];
    draw_rows(area, buf, look, seen, cursor.wrapping_sub(skipped))
}

/// The text in at most `rows` lines of `columns`; the last says if there were more.
fn fitting(text: &str, columns: usize, rows: usize, look: &Look<'_>) -> Vec<String> {
    let mut lines = wrap(text, columns);
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            let mark = look.marks.ellipsis();
            let kept = clip(last, columns.saturating_sub(width(mark)), "").into_owned();
            *last = format!("{kept}{mark}");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::marks::Marks;
    use super::super::widgets::test_look;
    use super::*;

    #[test]
    fn labels_stand_before_values_and_what_is_empty_is_not_said() {
        let facts =
            || [("Name", "ada".to_owned()), ("Position", String::new()), ("Status", "  ok. ".to_owned())];
        assert_eq!(line(Language::En, facts()), "Name: ada. Status: ok.");
        assert_eq!(line(Language::ZhCn, facts()), "Name：ada。Status：ok。");
    }

    #[test]
    fn lines_are_kept_free_only_where_rows_have_room_beside_them() {
        let rows = |columns, lines| listed(Rect::new(0, 2, columns, lines)).height;
        assert_eq!([rows(40, 7), rows(40, 27), rows(80, 21), rows(120, 37)], [6, 24, 19, 36]);
        assert_eq!([rows(40, 6), rows(40, 0)], [6, 0]);
    }

    #[test]
    fn the_row_under_the_cursor_is_said_whole_and_the_others_in_a_line_each() {
        let look = Look { marks: Marks::Spoken, ..test_look() };
        let rows = ["Name: ada. Status: verified.", "Name: ops. Status: undeliverable.", "Name: 王."]
            .map(str::to_owned);
        let area = Rect::new(0, 0, 18, 5);
        let mut buf = Buffer::empty(area);
        assert_eq!(draw_rows(area, &mut buf, &look, &rows, 1), Some(Position::new(0, 1)));
        let text: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        let lines: Vec<&str> =
            text.as_bytes().chunks(18).take(4).map(|line| std::str::from_utf8(line).unwrap()).collect();
        assert_eq!(
            lines,
            ["Name: ada. Stat...", "Name: ops. Status:", "undeliverable.    ", "Name: 王 .       "]
        );
    }
}
