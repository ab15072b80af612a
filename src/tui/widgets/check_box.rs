//! A check box with three states: `[x]` all, `[-]` some, `[ ]` none; spoken `checked`, `some`, `not checked`.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::write;
use crate::domain::columns::{clip, width};
use crate::domain::subscription::BoxState;
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// Whether the keys go to a widget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Here,
    Elsewhere,
}

/// Draws a box and its label into the first row of `area`, and `note` behind them in dim if all of it fits. Returns the place of the tick, where
/// the cursor belongs while the box has the focus.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
    state: BoxState,
    label: &str,
    note: &str,
    focus: Focus,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let style = match focus {
        Focus::Here => look.style(Role::Choice),
        Focus::Elsewhere => look.style(Role::Text),
    };
    let ticked = clip(&look.ticked(state, label), area.width.into(), look.marks.ellipsis()).into_owned();
    let room = usize::from(area.width).saturating_sub(width(&ticked));
    let (gap, cursor) = if look.marks.is_spoken() { (look.separator(), 0) } else { ("  ", 1) };
    let note = if note.is_empty() { String::new() } else { format!("{gap}{}", note.trim()) };
    let mut spans = vec![Span::styled(ticked, style)];
    if !note.is_empty() && width(&note) <= room {
        spans.push(Span::styled(note, look.style(Role::Dim)));
    }
    write(area, buf, Line::from(spans));
    (focus == Focus::Here)
        .then(|| Position { x: area.x.saturating_add(cursor).min(area.right().saturating_sub(1)), y: area.y })
}

#[cfg(test)]
mod tests {
    use super::super::test_look;
    use super::*;

    fn drawn(columns: u16, state: BoxState, focus: Focus) -> (String, Option<Position>) {
        let area = Rect::new(0, 0, columns, 1);
        let mut buf = Buffer::empty(area);
        let position = draw(area, &mut buf, test_look(), state, "安全 Security", "", focus);
        (buf.content.iter().map(ratatui::buffer::Cell::symbol).collect(), position)
    }

    #[test]
    fn the_three_states_are_told_by_shape() {
        assert!(drawn(20, BoxState::All, Focus::Elsewhere).0.starts_with("[x] 安"));
        assert!(drawn(20, BoxState::Some, Focus::Elsewhere).0.starts_with("[-] 安"));
        assert!(drawn(20, BoxState::None, Focus::Elsewhere).0.starts_with("[ ] 安"));
    }

    #[test]
    fn the_cursor_stands_on_the_tick_of_the_focused_box() {
        assert_eq!(drawn(20, BoxState::All, Focus::Here).1, Some(Position::new(1, 0)));
        assert_eq!(drawn(20, BoxState::All, Focus::Elsewhere).1, None);
        assert_eq!(drawn(1, BoxState::All, Focus::Here).1, Some(Position::new(0, 0)));
        assert_eq!(drawn(0, BoxState::All, Focus::Here).1, None);
    }
}
