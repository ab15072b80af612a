//! The frame of a dialog: centred, cleared, with a title, wrapped words and a row of buttons.
//!
//! It takes no more than the place it is given and leaves out what does not fit, the buttons last.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::wrapped_text::wrap;
use super::{beside, cover, row, skip_rows, write};
use crate::domain::columns::{clip, pad, width};
use crate::domain::say::say;
use crate::tui::keymap::Action;
use crate::tui::layout::Regions;
use crate::tui::look::Look;
use crate::tui::marks::Marks;
use crate::tui::theme::Role;

/// Columns between the border and the words.
const MARGIN: u16 = 2;
/// So few columns and rows beside a dialog are left empty.
const SLIVER: u16 = 4;

/// Buttons beside each other; one of them has the focus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buttons {
    labels: Vec<String>,
    focused: usize,
}

impl Buttons {
    /// Buttons of which the one at `focused` has the focus.
    #[must_use]
    pub fn new(labels: Vec<String>, focused: usize) -> Self {
        Self { labels, focused }
    }

    /// The index of the button with the focus.
    #[must_use]
    pub fn focused(&self) -> usize {
        self.focused
    }

    /// Moves the focus around; true if the action is one that moves it.
    pub fn step(&mut self, action: Action) -> bool {
        let count = self.labels.len().max(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "buttons have a use for few of all actions")]
        match action {
            Action::Next | Action::Right => self.focused = (self.focused + 1) % count,
            Action::Previous | Action::Left => self.focused = (self.focused + count - 1) % count,
            _ => return false,
        }
        true
    }

    /// The rows that [`Buttons::draw`] takes in `columns`: one, or one a button where they do not fit beside each other or are
    /// spoken.
    #[must_use]
    pub fn rows(&self, columns: usize, marks: Marks) -> usize {
        if marks.is_spoken() {
            return self.labels.len();
        }
        let beside: usize = self.labels.iter().map(|label| width(label) + 6).sum();
        if beside.saturating_sub(2) <= columns { 1 } else { self.labels.len() }
    }

    /// Draws the buttons. Returns the cursor's place on the one with the focus.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let stacked = self.rows(area.width.into(), look.marks) > 1;
        let (mut x, mut cursor) = (area.x, None);
        for (index, label) in self.labels.iter().enumerate() {
            let place = if stacked {
                row(area, index)
            } else {
                Rect { x, width: area.right().saturating_sub(x), ..row(area, 0) }
            };
            let drawn = draw_button(
                place,
                buf,
                look,
                label,
                if index == self.focused { Role::FocusedButton } else { Role::Button },
            );
            if index == self.focused {
                cursor = drawn;
            }
            x = x.saturating_add(u16::try_from(width(label) + 6).unwrap_or(u16::MAX));
        }
        cursor
    }
}

/// Draws one button, `[ OK ]`, or spoken `OK, button`, each in a line of its own. Returns the place of its first letter, if it is seen.
pub fn draw_button(
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
    label: &str,
    role: Role,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    if look.marks.is_spoken() {
        let text = if role == Role::FocusedButton {
            say!(look.language, "{label}, button, focused", label)
        } else {
            say!(look.language, "{label}, button", label)
        };
        write(area, buf, Span::styled(text, look.style(role)));
        return Some(Position { x: area.x, y: area.y });
    }
    let room = usize::from(area.width).saturating_sub(4);
    let text = format!("[ {} ]", clip(label, room, look.marks.ellipsis()));
    write(area, buf, Span::styled(text, look.style(role)));
    Some(Position { x: area.x.saturating_add(2).min(area.right() - 1), y: area.y })
}

/// What is left beside a button with this label, for the next one.
#[must_use]
pub fn beside_button(area: Rect, label: &str) -> Rect {
    beside(area, u16::try_from(width(label) + 6).unwrap_or(u16::MAX))
}

/// Draws a label into the first row of `area`. Returns the place of its value, behind its column of `columns`, or spoken right
/// behind the label.
pub fn label(area: Rect, buf: &mut Buffer, look: Look<'_>, label: &str, columns: u16) -> Rect {
    if !look.marks.is_spoken() {
        write(area, buf, Span::styled(label, look.style(Role::Label)));
        return beside(area, columns);
    }
    let text = look.label(label, 0);
    write(area, buf, Span::styled(text.as_str(), look.style(Role::Label)));
    beside(area, u16::try_from(width(&text)).unwrap_or(u16::MAX))
}

/// A name and what stands beside it, in as many lines of `columns` as that needs; `labels` are the columns of names. Spoken the
/// value follows its name at once.
#[must_use]
pub fn fact(name: &str, text: &str, labels: usize, columns: usize, look: &Look<'_>) -> Vec<String> {
    if look.marks.is_spoken() {
        return wrap(&format!("{}{}", look.label(name, 0), text.trim()), columns);
    }
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    let lines = names.zip(wrap(text, columns.saturating_sub(labels)));
    lines.map(|(name, text)| format!("{}{text}", pad(name, labels, look.marks.ellipsis()))).collect()
}

/// Draws what stands before a field in which something is searched: `/`, or spoken its name. Returns the place of the field.
pub fn search_label(area: Rect, buf: &mut Buffer, look: Look<'_>, name: &str) -> Rect {
    if look.marks.is_spoken() {
        return label(area, buf, look, name, 0);
    }
    write(area, buf, Span::styled("/", look.style(Role::Key)));
    beside(area, 2)
}

/// Words where a list would stand, what an empty one has to say. Returns the cursor's place.
pub fn tell(
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
    texts: impl Iterator<Item = String>,
) -> Option<Position> {
    let words = skip_rows(beside(area, 2), 1);
    let lines: Vec<String> =
        texts.flat_map(|text| wrap(&text, words.width.saturating_sub(2).into())).collect();
    draw_lines(words, buf, &lines, look.style(Role::Hint));
    let place = if look.marks.is_spoken() { words } else { area };
    let place = Position { x: place.x, y: place.y };
    area.intersection(buf.area).contains(place).then_some(place)
}

/// The place of a dialog of `columns` × `rows`, borders included, in the middle of `area`; smaller where it must be. Spoken it is
/// as wide as `area` and begins at its top.
#[must_use]
pub fn centred(marks: Marks, area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    if marks.is_spoken() {
        return Rect { height: rows, ..area };
    }
    Rect {
        x: area.x.saturating_add((area.width - columns) / 2),
        // A little above the middle looks like the middle.
        y: area.y.saturating_add((area.height - rows) / 3),
        width: columns,
        height: rows,
    }
}

/// Clears `area` and draws border and title. Returns the place for words: the borders and a margin left out. Spoken it clears all
/// that lies below too: of what is behind it nothing is heard.
pub fn open(area: Rect, buf: &mut Buffer, look: Look<'_>, title: &str) -> Rect {
    let area = area.intersection(buf.area);
    if look.marks.is_spoken() {
        cover(Rect { height: buf.area.bottom().saturating_sub(area.y), ..area }, buf);
    } else {
        cover(area, buf);
        alone(area, buf);
    }
    let room = usize::from(area.width).saturating_sub(4);
    let title =
        Span::styled(format!(" {} ", clip(title, room, look.marks.ellipsis())), look.style(Role::Title));
    let block = Block::bordered()
        .border_set(look.marks.border())
        .border_style(look.style(Role::DialogBorder))
        .title(Line::from(title));
    let inner = block.inner(area);
    block.render(area, buf);
    within(inner)
}

/// Clears what is left of the screen beside a dialog that nearly fills it: slivers of what is behind it tell nothing.
pub fn alone(area: Rect, buf: &mut Buffer) {
    let front = Regions::of(buf.area).front;
    let left = |whole: u16, taken: u16| whole.saturating_sub(taken);
    if left(front.width, area.width) <= SLIVER && left(front.height, area.height) <= SLIVER {
        cover(front, buf);
    }
}

/// The place for words that [`open`] will return.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    within(Block::bordered().inner(area))
}

/// A note in the lower border of a dialog, at its right.
pub fn foot(area: Rect, buf: &mut Buffer, look: Look<'_>, text: &str) {
    let area = area.intersection(buf.area);
    let room = usize::from(area.width).saturating_sub(6);
    if area.height < 2 || room == 0 {
        return;
    }
    let shown = format!(" {} ", clip(text, room, look.marks.ellipsis()));
    let columns = u16::try_from(width(&shown)).unwrap_or(area.width).min(area.width);
    let left = if look.marks.is_spoken() { 2 } else { area.width - columns - 2 };
    let place = Rect { x: area.x + left, y: area.bottom() - 1, width: columns, height: 1 };
    write(place, buf, Span::styled(shown, look.style(Role::Dim)));
}

/// Marks in the right border of a dialog that more of its `rows` lie above or below the part that begins at `top`.
pub fn scroll_marks(area: Rect, buf: &mut Buffer, look: Look<'_>, top: usize, rows: usize) {
    let area = area.intersection(buf.area);
    if area.height < 3 || area.width == 0 {
        return;
    }
    let seen = usize::from(area.height - 2);
    if look.marks.is_spoken() {
        return say_more(row(area, seen + 1), buf, look, top > 0, top + seen < rows);
    }
    let border = Rect { x: area.right() - 1, width: 1, ..skip_rows(area, 1) };
    if top > 0 {
        write(row(border, 0), buf, Span::styled(look.marks.above(), look.style(Role::DialogBorder)));
    }
    if top + seen < rows {
        write(row(border, seen - 1), buf, Span::styled(look.marks.below(), look.style(Role::DialogBorder)));
    }
}

/// Says at the right of a row whether there is more above and below.
pub fn say_more(area: Rect, buf: &mut Buffer, look: Look<'_>, is_above: bool, is_below: bool) {
    let words = match (is_above, is_below) {
        (true, true) => say!(look.language, "more above and below"),
        (true, false) => say!(look.language, "more above"),
        (false, true) => say!(look.language, "more below"),
        (false, false) => return,
    };
    let left = usize::from(area.width).saturating_sub(width(words) + 1);
    let place = beside(area, u16::try_from(left).unwrap_or(0));
    write(place, buf, Span::styled(words, look.style(Role::Dim)));
}

/// Draws lines one below the other; what does not fit is left out.
pub fn draw_lines(area: Rect, buf: &mut Buffer, lines: &[String], style: Style) {
    for (index, line) in lines.iter().take(area.height.into()).enumerate() {
        write(row(area, index), buf, Span::styled(line.as_str(), style));
    }
}

fn within(inner: Rect) -> Rect {
    let margin = MARGIN.min(inner.width / 12);
    Rect { x: inner.x + margin, width: inner.width - 2 * margin, ..inner }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;

    fn buttons() -> Buttons {
        Buttons::new(vec!["Delete".into(), "Keep".into()], 1)
    }

    #[test]
    fn the_focus_goes_around() {
        let mut buttons = buttons();
        assert!(buttons.step(Action::Next));
        assert_eq!(buttons.focused(), 0);
        assert!(buttons.step(Action::Left));
        assert_eq!(buttons.focused(), 1);
        assert!(!buttons.step(Action::Accept));
    }

    #[test]
    fn buttons_stand_below_each_other_where_they_do_not_fit_beside() {
        assert_eq!(buttons().rows(20, Marks::Unicode), 1);
        assert_eq!(buttons().rows(19, Marks::Unicode), 2);
    }

    #[test]
    fn a_dialog_is_never_larger_than_its_place() {
        assert_eq!(centred(Marks::Unicode, Rect::new(0, 0, 80, 24), 60, 10), Rect::new(10, 4, 60, 10));
        assert_eq!(centred(Marks::Unicode, Rect::new(0, 2, 40, 8), 60, 10), Rect::new(0, 2, 40, 8));
        assert_eq!(centred(Marks::Unicode, Rect::ZERO, 60, 10), Rect::ZERO);
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..50, height in 0u16..12) {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            let place = centred(Marks::Unicode, area, 40, 8);
            let inner = open(place, &mut buf, test_look(), "Delete 王小明?");
            prop_assert_eq!(inner.intersection(area), inner);
            foot(place, &mut buf, test_look(), "12 more");
            scroll_marks(place, &mut buf, test_look(), 1, 20);
            draw_lines(inner, &mut buf, &["It cannot be undone.".into()], Style::new());
            if let Some(cursor) = buttons().draw(inner, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
