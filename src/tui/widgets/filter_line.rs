//! The line in which a list's filter is typed. It has its words read anew at every key; it never searches.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::check_box::Focus;
use super::text_field::{TextField, Typed};
use super::{beside, dialog, write};
use crate::domain::columns::{clip, width};
use crate::domain::say::{clauses, say};
use crate::tui::keymap::{Action, Input, Typing};
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// The longest filter in characters.
const LIMIT: usize = 200;

/// What is typed, and the question of kind `Q` that it asks.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterLine<Q> {
    field: TextField,
    read: Reading<Q>,
    typing: Typing,
}

/// How a list understands what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading<Q> {
    /// The question in force; its default lets everything through.
    pub question: Q,
    /// What was not understood, in sentences that are safe to show.
    pub problems: Vec<String>,
}

/// What an input was to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Another filter is in force.
    Changed,
    Same,
    /// The input moves the cursor in the list.
    Move(Action),
    Unused,
}

impl<Q: Default> Default for FilterLine<Q> {
    fn default() -> Self {
        let read = Reading { question: Q::default(), problems: Vec::new() };
        Self { field: TextField::new("", LIMIT), read, typing: Typing::Off }
    }
}

impl<Q: Default + PartialEq> FilterLine<Q> {
    /// Whether the line has the focus.
    #[must_use]
    pub const fn typing(&self) -> Typing {
        self.typing
    }

    /// What is asked for.
    #[must_use]
    pub const fn question(&self) -> &Q {
        &self.read.question
    }

    /// What was not understood, in sentences.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.read.problems
    }

    /// Whether everything is let through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.read.question == Q::default()
    }

    /// Whether the line is on the screen.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.typing == Typing::On || !self.field.is_empty()
    }

    /// Gives the line the focus.
    pub const fn open(&mut self) {
        self.typing = Typing::On;
    }

    /// Lets everything through and leaves the line.
    pub fn clear(&mut self) -> Edit {
        let was_empty = self.is_empty();
        *self = Self::default();
        if was_empty { Edit::Same } else { Edit::Changed }
    }

    /// Takes an input; `read` understands the text.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the line has a use for few of all actions")]
    pub fn act(&mut self, input: &Input, read: impl FnOnce(&str) -> Reading<Q>) -> Edit {
        match input {
            Input::Action(Action::Accept) => {
                self.typing = Typing::Off;
                Edit::Same
            }
            Input::Action(Action::Close) => self.clear(),
            Input::Action(action @ (Action::Up | Action::Down | Action::PageUp | Action::PageDown)) => {
                Edit::Move(*action)
            }
            _ => match self.field.edit(input) {
                Typed::Changed => {
                    let before = std::mem::replace(&mut self.read, read(self.field.text()));
                    if before.question == self.read.question { Edit::Same } else { Edit::Changed }
                }
                Typed::Same => Edit::Same,
                Typed::Unused => Edit::Unused,
            },
        }
    }

    /// Draws the line into `area`. Returns the caret's place while it is typed in.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let field = dialog::search_label(area, buf, look, say!(look.language, "Filter"));
        let mut problem = clauses(look.language, &self.read.problems);
        if !problem.is_empty() {
            problem = look.wrong(&problem);
        }
        // The problem stands beside the text and leaves it a third of the line at least.
        let shown = clip(&problem, usize::from(field.width) * 2 / 3, look.marks.ellipsis());
        let columns = u16::try_from(width(&shown)).unwrap_or(0);
        if columns > 0 {
            let place = beside(field, field.width - columns);
            write(place, buf, Span::styled(shown.as_ref(), look.style(Role::Problem)));
        }
        let focus = match self.typing {
            Typing::On => Focus::Here,
            Typing::Off => Focus::Elsewhere,
        };
        let taken = if columns > 0 { columns + 2 } else { 0 };
        let field = Rect { width: field.width.saturating_sub(taken), ..field };
        self.field.draw_in_form(field, buf, look, focus)
    }
}
