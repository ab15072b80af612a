//! A drop-down: one line that shows what is chosen, and a list that opens over what lies below.
//!
//! ```text
//!  Finance Director      ▾
//! ┌───────────────────────┐
//! │ Project Director      │
//! │▸Finance Director      │
//! └───────────────────────┘
//! ```
//!
//! It never wraps around and never changes what is chosen before somebody says so.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::check_box::Focus;
use super::{cover, row, write};
use crate::domain::columns::{pad, width};
use crate::tui::keymap::{Action, Input as Key};
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// What can be chosen, what is chosen, and the list while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropDown {
    options: Vec<String>,
    chosen: usize,
    /// The option under the bar while the list is open.
    bar: Option<usize>,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// The list was opened, moved or closed.
    Stay,
    /// The option with this index was chosen, be it the same as before; the list is closed.
    Chosen(usize),
    /// The key is not the drop-down's.
    Unused,
}

impl DropDown {
    /// A closed drop-down. `options` are safe to show; `chosen` is an index into them.
    #[must_use]
    pub fn new(options: Vec<String>, chosen: usize) -> Self {
        let chosen = chosen.min(options.len().saturating_sub(1));
        Self { options, chosen, bar: None }
    }

    /// Takes the same options in other words; the list stays open or closed.
    pub fn say_anew(&mut self, options: Vec<String>) {
        self.options = options;
    }

    /// The index of what is chosen.
    #[must_use]
    pub fn chosen(&self) -> usize {
        self.chosen
    }

    /// Chooses without the list, for example when a form is filled again.
    pub fn choose(&mut self, index: usize) {
        self.chosen = index.min(self.options.len().saturating_sub(1));
        self.bar = None;
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.bar.is_some()
    }

    /// Opens the list with the bar on what is chosen.
    pub fn open(&mut self) {
        if !self.options.is_empty() {
            self.bar = Some(self.chosen);
        }
    }

    /// Closes the list; what was chosen stays.
    pub fn close(&mut self) {
        self.bar = None;
    }

    /// One key while the list is open. Letters go to the next option that begins so; where none does, `j k g G` move.
    pub fn key(&mut self, key: &Key) -> Picked {
        let Some(bar) = self.bar else { return Picked::Unused };
        let last = self.options.len().saturating_sub(1);
        match key {
            Key::Action(Action::Accept | Action::Tick) | Key::Text(' ') => {
                self.choose(bar);
                return Picked::Chosen(bar);
            }
            Key::Action(Action::Close) => self.close(),
            Key::Action(Action::Up) => self.bar = Some(bar.saturating_sub(1)),
            Key::Action(Action::Down) => self.bar = Some((bar + 1).min(last)),
            Key::Action(Action::First) => self.bar = Some(0),
            Key::Action(Action::Last) => self.bar = Some(last),
            Key::Text(letter) => self.bar = Some(self.by_letter(*letter, bar)),
            Key::Paste(_) => {}
            Key::Action(_) => return Picked::Unused,
        }
        Picked::Stay
    }

    /// Draws the chosen option into the first row of `area`. Returns the cursor's place if the drop-down has the focus.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>, focus: Focus) -> Option<Position> {
        let area = Rect { height: area.height.min(1), ..area }.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let style = match focus {
            Focus::Here => look.style(Role::FocusedField),
            Focus::Elsewhere => look.style(Role::Field),
        };
        let text = self.options.get(self.chosen).map_or("", String::as_str);
        let columns = usize::from(area.width).saturating_sub(2);
        let shown = format!("{} {}", pad(text, columns, look.marks.ellipsis()), look.marks.drop_down());
        write(area, buf, Span::styled(shown, style));
        (focus == Focus::Here).then_some(Position { x: area.x, y: area.y })
    }

    /// Draws the open list over what lies below `field` (above it, where there is more room), inside `bounds`. Returns the
    /// cursor's place on the bar; None if the list is closed.
    pub fn draw_list(&self, field: Rect, bounds: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let bar = self.bar?;
        let bounds = bounds.intersection(buf.area);
        let place = spoken_place(self.list_area(field, bounds), bounds, look);
        if place.width < 3 || place.height < 3 {
            return None;
        }
        cover(place, buf);
        let block =
            Block::bordered().border_set(look.marks.border()).border_style(look.style(Role::DialogBorder));
        let inner = block.inner(place);
        block.render(place, buf);
        let rows = usize::from(inner.height);
        let first = (bar + 1).saturating_sub(rows);
        for (index, option) in self.options.iter().enumerate().skip(first).take(rows) {
            let (mark, role) =
                if index == bar { (look.marks.cursor(), Role::Choice) } else { (" ", Role::Text) };
            let columns = usize::from(inner.width).saturating_sub(1);
            let line = Line::styled(
                format!("{mark}{}", pad(option, columns, look.marks.ellipsis())),
                look.style(role),
            );
            write(row(inner, index - first), buf, line);
        }
        let offset = u16::try_from(bar - first).unwrap_or_default();
        Some(Position { x: inner.x, y: inner.y + offset })
    }

    fn list_area(&self, field: Rect, bounds: Rect) -> Rect {
        let wanted = u16::try_from(self.options.len()).unwrap_or(u16::MAX).saturating_add(2);
        let widest = self.options.iter().map(|option| width(option)).max().unwrap_or_default();
        let columns = u16::try_from(widest + 4).unwrap_or(u16::MAX).max(field.width).min(bounds.width);
        let below = bounds.bottom().saturating_sub(field.y.saturating_add(1));
        let above = field.y.saturating_sub(bounds.y);
        let (height, y) = if below >= wanted || below >= above {
            (wanted.min(below), field.y.saturating_add(1))
        } else {
            let height = wanted.min(above);
            (height, field.y - height)
        };
        let x = field.x.min(bounds.right().saturating_sub(columns));
        Rect { x, y, width: columns, height }.intersection(bounds)
    }

    /// The next option behind the bar, around the end, that begins with `letter`.
    fn by_letter(&self, letter: char, bar: usize) -> usize {
        let begins = |index: &usize| {
            let first = self.options[*index].chars().next();
            first.is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
        };
        let (count, last) = (self.options.len(), self.options.len().saturating_sub(1));
        let found = (1..=count).map(|step| (bar + step) % count).find(begins);
        found.unwrap_or(match letter {
            'j' => (bar + 1).min(last),
            'k' => bar.saturating_sub(1),
            'g' => 0,
            'G' => last,
            _ => bar,
        })
    }
}

/// Spoken a list is as wide as there is room: nothing is heard of what is behind it.
pub(super) fn spoken_place(place: Rect, bounds: Rect, look: Look<'_>) -> Rect {
    if look.marks.is_spoken() && !place.is_empty() {
        Rect { x: bounds.x, width: bounds.width, ..place }
    } else {
        place
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;

    fn positions() -> DropDown {
        DropDown::new(
            ["none", "CEO", "Technical Director", "Finance Director", "Other"].map(str::to_owned).to_vec(),
            1,
        )
    }

    fn act(action: Action) -> Key {
        Key::Action(action)
    }

    #[test]
    fn nothing_is_chosen_before_somebody_says_so() {
        let mut positions = positions();
        assert_eq!(positions.key(&act(Action::Down)), Picked::Unused, "the list is closed");
        positions.open();
        assert_eq!(positions.key(&act(Action::Down)), Picked::Stay);
        assert_eq!(positions.chosen(), 1);
        assert_eq!(positions.key(&act(Action::Close)), Picked::Stay);
        assert_eq!((positions.chosen(), positions.is_open()), (1, false));
        positions.open();
        positions.key(&act(Action::Last));
        positions.key(&act(Action::Down));
        assert_eq!(positions.key(&act(Action::Accept)), Picked::Chosen(4));
        assert_eq!((positions.chosen(), positions.is_open()), (4, false));
    }

    #[test]
    fn letters_go_to_what_begins_so() {
        let mut positions = positions();
        positions.open();
        positions.key(&Key::Text('f'));
        assert_eq!(positions.key(&Key::Text(' ')), Picked::Chosen(3));
        positions.open();
        positions.key(&Key::Text('k'));
        assert_eq!(positions.key(&act(Action::Accept)), Picked::Chosen(2));
        positions.open();
        positions.key(&Key::Text('语'));
        positions.key(&Key::Paste("other".into()));
        assert_eq!(positions.key(&act(Action::Accept)), Picked::Chosen(2));
    }

    #[test]
    fn the_list_opens_where_there_is_room() {
        let mut positions = positions();
        positions.open();
        let bounds = Rect::new(0, 0, 40, 12);
        assert_eq!(positions.list_area(Rect::new(4, 1, 20, 1), bounds), Rect::new(4, 2, 22, 7));
        assert_eq!(positions.list_area(Rect::new(4, 10, 20, 1), bounds), Rect::new(4, 3, 22, 7));
        assert_eq!(positions.list_area(Rect::new(30, 1, 9, 1), bounds).x, 18);
    }

    #[test]
    fn without_options_there_is_nothing_to_open() {
        let mut none = DropDown::new(Vec::new(), 3);
        none.open();
        assert!(!none.is_open());
        assert_eq!(none.chosen(), 0);
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(x in 0u16..30, y in 0u16..12, width in 0u16..30, height in 0u16..12, downs in 0usize..5) {
            let mut positions = positions();
            positions.open();
            for _ in 0..downs {
                positions.key(&act(Action::Down));
            }
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            positions.draw(Rect::new(x, y, 12, 1), &mut buf, test_look(), Focus::Here);
            if let Some(cursor) = positions.draw_list(Rect::new(x, y, 12, 1), area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
