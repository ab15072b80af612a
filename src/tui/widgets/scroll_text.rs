//! A text that may be longer than its place: wrapped, scrolled by lines, with a mark where more lies above or below.
//!
//! Text from outside is escaped here, its lines kept. It never scrolls beyond the end.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::wrapped_text::wrap;
use super::{dialog, row, write};
use crate::domain::columns::clip;
use crate::domain::safe_text::safe_lines;
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// A line of a scrolled text and how it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrollLine {
    pub text: String,
    pub role: Role,
    /// The columns at the beginning that look otherwise.
    pub lead: Option<(usize, Role)>,
}

impl ScrollLine {
    /// A line that is safe to show.
    #[must_use]
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self { text: text.into(), role, lead: None }
    }

    /// It with its first `columns` in another look.
    #[must_use]
    pub fn led(self, columns: usize, role: Role) -> Self {
        Self { lead: Some((columns, role)), ..self }
    }

    /// It as it is drawn.
    fn spans(&self, look: Look<'_>) -> Line<'_> {
        let (columns, lead) = self.lead.unwrap_or((0, self.role));
        let (head, tail) = self.text.split_at(clip(&self.text, columns, "").len());
        Line::from(vec![Span::styled(head, look.style(lead)), Span::styled(tail, look.style(self.role))])
    }
}

/// How far a text is scrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll {
    top: usize,
}

/// A step through a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    LineUp,
    LineDown,
    PageUp,
    PageDown,
    Start,
    End,
}

impl Scroll {
    /// Moves by `step` in a text of `lines` lines of which `rows` are seen.
    pub fn step(&mut self, step: Step, lines: usize, rows: usize) {
        let last = lines.saturating_sub(rows);
        let page = rows.saturating_sub(1).max(1);
        let top = self.top.min(last);
        self.top = match step {
            Step::LineUp => top.saturating_sub(1),
            Step::LineDown => (top + 1).min(last),
            Step::PageUp => top.saturating_sub(page),
            Step::PageDown => (top + page).min(last),
            Step::Start => 0,
            Step::End => last,
        };
    }

    /// The first line that is seen, whatever the size has become since.
    #[must_use]
    pub fn top(self, lines: usize, rows: usize) -> usize {
        self.top.min(lines.saturating_sub(rows))
    }
}

/// `text` from outside as lines of at most `columns`, escaped.
#[must_use]
pub fn lines(text: &str, columns: usize, role: Role) -> Vec<ScrollLine> {
    wrap(&safe_lines(text), columns).into_iter().map(|text| ScrollLine::new(text, role)).collect()
}

/// Draws the lines that are seen. The last column is kept for the marks. Returns the place of the first line: there the cursor
/// belongs while one reads.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
    lines: &[ScrollLine],
    scroll: Scroll,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let rows = usize::from(area.height);
    let top = scroll.top(lines.len(), rows);
    let text_area = Rect { width: area.width.saturating_sub(2), ..area };
    for (index, line) in lines.iter().skip(top).take(rows).enumerate() {
        write(row(text_area, index), buf, line.spans(look));
    }
    let at = Some(Position { x: area.x, y: area.y });
    if look.marks.is_spoken() {
        // In words, in the row that every frame leaves free below it.
        let below = Rect { y: area.bottom(), height: 1, ..area };
        dialog::say_more(below, buf, look, top > 0, top + rows < lines.len());
        return at;
    }
    let mark_area = Rect { x: area.right() - 1, width: 1, ..area };
    if top > 0 {
        write(row(mark_area, 0), buf, Span::styled(look.marks.above(), look.style(Role::Dim)));
    }
    if top + rows < lines.len() {
        write(row(mark_area, rows - 1), buf, Span::styled(look.marks.below(), look.style(Role::Dim)));
    }
    at
}

/// The columns that [`draw`] leaves for text in an area of this width.
#[must_use]
pub fn text_columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;

    #[test]
    fn it_stops_at_both_ends() {
        let mut scroll = Scroll::default();
        scroll.step(Step::LineUp, 10, 4);
        assert_eq!(scroll.top(10, 4), 0);
        scroll.step(Step::PageDown, 10, 4);
        assert_eq!(scroll.top(10, 4), 3);
        scroll.step(Step::End, 10, 4);
        scroll.step(Step::LineDown, 10, 4);
        assert_eq!(scroll.top(10, 4), 6);
        assert_eq!(scroll.top(10, 8), 2, "a taller place shows more");
        scroll.step(Step::LineUp, 10, 8);
        assert_eq!(scroll.top(10, 8), 1);
        scroll.step(Step::Start, 10, 8);
        assert_eq!(scroll, Scroll::default());
    }

    #[test]
    fn marks_tell_that_there_is_more() {
        let lines = lines("a\nb\nc\nd", 3, Role::Text);
        let area = Rect::new(0, 0, 5, 2);
        let mut scroll = Scroll::default();
        scroll.step(Step::LineDown, lines.len(), 2);
        let mut buf = Buffer::empty(area);
        draw(area, &mut buf, test_look(), &lines, scroll);
        let text: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(text, "b   ↑c   ↓");
    }

    #[test]
    fn hostile_text_is_escaped_and_its_lines_are_kept() {
        let shown = lines("a\u{1b}[2J\r\nb", 20, Role::Text);
        assert_eq!(shown[0].text, "a\\u{001B}[2J");
        assert_eq!(shown[1].text, "b");
    }

    proptest! {
        #[test]
        fn any_text_is_drawn_at_any_size(text: String, width in 0u16..20, height in 0u16..6, steps in proptest::collection::vec(0..6usize, 0..5)) {
            let area = Rect::new(0, 0, width, height);
            let lines = lines(&text, text_columns(area), Role::Text);
            let mut scroll = Scroll::default();
            for step in steps {
                let all = [Step::LineUp, Step::LineDown, Step::PageUp, Step::PageDown, Step::Start, Step::End];
                scroll.step(all[step], lines.len(), height.into());
            }
            let mut buf = Buffer::empty(area);
            draw(area, &mut buf, test_look(), &lines, scroll);
        }
    }
}
