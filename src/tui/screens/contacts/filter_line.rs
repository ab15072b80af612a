//! The line in which the filter is typed. It reads the filter at every key; it never searches.

use crate::domain::catalogue::Catalogue;
use crate::domain::filter::Filter;
use crate::tui::keymap::{Action, Input, Typing};
use crate::tui::widgets::text_field::{TextField, Typed};

/// The longest filter in characters.
const LIMIT: usize = 200;

/// What is typed and the filter that is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterLine {
    field: TextField,
    applied: Filter,
    problems: Vec<String>,
    typing: Typing,
}

/// What an input was to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// Another filter is in force.
    Changed,
    Same,
    /// The input moves the cursor in the list.
    Move(Action),
    Unused,
}

impl Default for FilterLine {
    fn default() -> Self {
        Self {
            field: TextField::new("", LIMIT),
            applied: Filter::default(),
            problems: Vec::new(),
            typing: Typing::Off,
        }
    }
}

impl FilterLine {
    /// Whether the line has the focus.
    #[must_use]
    pub const fn typing(&self) -> Typing {
        self.typing
    }

    /// The filter in force.
    #[must_use]
    pub const fn applied(&self) -> &Filter {
        &self.applied
    }

    #[must_use]
    pub const fn field(&self) -> &TextField {
        &self.field
    }

    /// What was not understood, in sentences.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.applied.is_empty()
    }

    /// Whether the line is on the screen.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.typing == Typing::On || !self.field.is_empty()
    }

    pub(super) const fn open(&mut self) {
        self.typing = Typing::On;
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the line has a use for few of all actions")]
    pub(super) fn act(&mut self, input: &Input, catalogue: &Catalogue) -> Edit {
        match input {
            Input::Action(Action::Accept) => {
                self.typing = Typing::Off;
                Edit::Same
            }
            Input::Action(Action::Close) => {
                let was_empty = self.is_empty();
                self.clear();
                if was_empty { Edit::Same } else { Edit::Changed }
            }
            Input::Action(action @ (Action::Up | Action::Down | Action::PageUp | Action::PageDown)) => {
                Edit::Move(*action)
            }
            _ => match self.field.edit(input) {
                Typed::Changed => self.read(catalogue),
                Typed::Same => Edit::Same,
                Typed::Unused => Edit::Unused,
            },
        }
    }

    fn read(&mut self, catalogue: &Catalogue) -> Edit {
        let filter = Filter::parse(self.field.text());
        self.problems = filter.problems().to_vec();
        let unknown = filter.types().iter().filter_map(|id| catalogue.require(id).err());
        self.problems.extend(unknown.map(|unknown| match unknown.nearest.first() {
            Some(near) => format!("{unknown}; did you mean type:{near}?"),
            None => unknown.to_string(),
        }));
        if filter == self.applied {
            return Edit::Same;
        }
        self.applied = filter;
        Edit::Changed
    }
}
