//! The parts from which screens and dialogs are built. A widget knows its own state and how to draw it, never what it is for.

pub mod audience;
pub mod audience_summary;
pub mod check_box;
pub mod dialog;
pub mod drop_down;
pub mod filter_line;
pub mod password_field;
pub mod picker;
pub mod progress_bar;
pub mod scroll_text;
pub mod text_area;
pub mod text_field;
pub mod work;
pub mod wrapped_text;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use super::look::Look;
use super::theme::Role;
use crate::domain::columns::{clip, width};

/// The `index`-th row of `area`; empty if there is none.
#[must_use]
pub fn row(area: Rect, index: usize) -> Rect {
    match u16::try_from(index) {
        Ok(offset) if offset < area.height => Rect { y: area.y.saturating_add(offset), height: 1, ..area },
        Ok(_) | Err(_) => Rect { height: 0, ..area },
    }
}

/// The first `rows` rows of `area`.
#[must_use]
pub fn first_rows(area: Rect, rows: usize) -> Rect {
    Rect { height: u16::try_from(rows).unwrap_or(u16::MAX).min(area.height), ..area }
}

/// `area` without its first `rows` rows.
#[must_use]
pub fn skip_rows(area: Rect, rows: usize) -> Rect {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    Rect { height: area.height - rows, y: area.y.saturating_add(rows), ..area }
}

/// What is left of `area` beside its first `columns`.
#[must_use]
pub fn beside(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x.saturating_add(columns), width: area.width - columns, ..area }
}

/// Draws the border of a pane beside a list, titled. Returns the place inside.
pub fn pane(area: Rect, buf: &mut Buffer, look: Look<'_>, title: &str) -> Rect {
    let block = Block::bordered().border_set(look.marks.border()).border_style(look.style(Role::Border));
    let inner = beside(block.inner(area), 1);
    block.render(area, buf);
    if !title.is_empty() {
        let room = usize::from(inner.width).saturating_sub(3);
        let title = format!(" {} ", clip(title, room, look.marks.ellipsis()));
        write(beside(area, 1), buf, Span::styled(title, look.style(Role::Title)));
    }
    inner
}

/// Writes `line` into the first row of `area`, as far as it fits.
///
/// The picture is ratatui's. Most text is ASCII, where a byte is a cell, and is written as that, beside Chinese names too: looking
/// for grapheme clusters in it would cost a quarter of a frame.
pub fn write<'a>(area: Rect, buf: &mut Buffer, line: impl Into<Line<'a>>) {
    let line = line.into();
    if line.alignment.is_some() || line.style != Style::new() {
        line.render(area, buf);
        return;
    }
    let mut rest = first_rows(area.intersection(buf.area), 1);
    for span in &line.spans {
        if rest.is_empty() {
            return;
        }
        let columns = if span.content.bytes().all(is_plain) {
            write_ascii(rest, buf, &span.content, span.style);
            span.content.len()
        } else {
            let columns = span.width();
            // ratatui leaves out spans without width: there is no cell of their own for them.
            if columns > 0 {
                write_mixed(rest, buf, &span.content, span.style);
            }
            columns
        };
        rest = beside(rest, u16::try_from(columns).unwrap_or(u16::MAX));
    }
}

/// ASCII without control characters.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Writes a text in which runs of ASCII stand between other characters. It is cut between two ASCII characters only, where no
/// grapheme cluster ever goes on.
fn write_mixed(mut area: Rect, buf: &mut Buffer, text: &str, style: Style) {
    let mut rest = text;
    while !rest.is_empty() && !area.is_empty() {
        let bytes = rest.as_bytes();
        let plain = bytes.iter().take_while(|byte| is_plain(**byte)).count();
        let head = if plain == bytes.len() { plain } else { plain.saturating_sub(1) };
        let (part, columns) = if head > 0 {
            write_ascii(area, buf, &rest[..head], style);
            (head, head)
        } else {
            let pair = bytes[plain..].windows(2).position(|pair| is_plain(pair[0]) && is_plain(pair[1]));
            let part = pair.map_or(bytes.len(), |at| plain + at + 1);
            Span::styled(&rest[..part], style).render(area, buf);
            (part, width(&rest[..part]))
        };
        area = beside(area, u16::try_from(columns).unwrap_or(u16::MAX));
        rest = &rest[part..];
    }
}

fn write_ascii(area: Rect, buf: &mut Buffer, text: &str, style: Style) {
    let start = buf.index_of(area.x, area.y);
    let cells = &mut buf.content[start..start + usize::from(area.width)];
    for (cell, index) in cells.iter_mut().zip(0..text.len()) {
        cell.set_symbol(&text[index..=index]).set_style(style);
    }
}

/// Clears `area` for what lies over the screen, and with it the halves that its left edge leaves of wide characters.
pub fn cover(area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    Clear.render(area, buf);
    if area.x == buf.area.x || area.width == 0 {
        return;
    }
    for y in area.rows().map(|row| row.y) {
        let beside = &mut buf[(area.x - 1, y)];
        if width(beside.symbol()) > 1 {
            beside.set_symbol(" ");
        }
    }
}

/// A look for tests: built-in keys and catalogue, 2026-11-24 14:03 in UTC.
#[cfg(test)]
pub(crate) fn test_look() -> crate::tui::look::Look<'static> {
    use std::sync::LazyLock;

    use crate::domain::catalogue::Catalogue;
    use crate::domain::language::Language;
    use crate::domain::timestamp::Timestamp;
    use crate::tui::keymap::Keymap;

    static KEYS: LazyLock<Keymap> = LazyLock::new(Keymap::built_in);
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::built_in);
    crate::tui::look::Look {
        theme: crate::tui::theme::Theme::default(),
        marks: crate::tui::marks::Marks::default(),
        keys: &KEYS,
        catalogue: &CATALOGUE,
        language: Language::En,
        now: Timestamp::parse("2026-11-24T14:03:00Z").expect("it is RFC 3339"),
        offset: chrono::FixedOffset::east_opt(0).expect("UTC is an offset"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Color;

    use super::*;

    proptest! {
        #[test]
        fn a_line_is_written_as_ratatui_draws_it(
            texts in proptest::collection::vec(("[a-z ~王é語…\u{301}\u{7}]{0,8}|[王\u{600}\u{301}🚀\u{200d}]{0,2}[a-z ]{0,5}[王\u{301}\u{200d}\r\n]{0,2}[a-z ]{0,3}", 0..8_u8), 0..6),
            place in (0..12_u16, 0..4_u16, 0..30_u16, 0..3_u16),
        ) {
            let (x, y, width, height) = place;
            let area = Rect { x, y, width, height };
            let spans = texts.iter().map(|(text, colour)| Span::styled(text.as_str(), Style::new().fg(Color::Indexed(*colour))));
            let line = Line::from(spans.collect::<Vec<_>>());
            let mut expected = Buffer::filled(Rect::new(0, 0, 20, 3), ratatui::buffer::Cell::new("#"));
            let mut written = expected.clone();
            (&line).render(area, &mut expected);
            write(area, &mut written, line);
            prop_assert_eq!(written, expected);
        }
    }
}
