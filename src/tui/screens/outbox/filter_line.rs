//! The line in which the outbox's filter is typed: words that must occur in address, name or subject, and `state:failed`.
//! It reads the filter at every key; it never searches.

use crate::domain::delivery::State;
use crate::domain::nearest::nearest;
use crate::domain::safe_text::safe;
use crate::operations::outbox::OutboxQuery;
use crate::tui::keymap::{Action, Input, Typing};
use crate::tui::widgets::text_field::{TextField, Typed};

/// The longest filter in characters.
const LIMIT: usize = 200;

/// What is typed and the filter that is in force.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilterLine {
    field: TextField,
    query: OutboxQuery,
    problem: Option<String>,
    typing: Typing,
}

/// What an input did.
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
            query: OutboxQuery::default(),
            problem: None,
            typing: Typing::Off,
        }
    }
}

impl FilterLine {
    pub(super) fn typing(&self) -> Typing {
        self.typing
    }

    /// What is asked for.
    pub(super) fn query(&self) -> &OutboxQuery {
        &self.query
    }

    pub(super) fn field(&self) -> &TextField {
        &self.field
    }

    /// What was not understood; safe to show.
    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether everything is let through.
    pub(super) fn is_empty(&self) -> bool {
        self.query == OutboxQuery::default()
    }

    /// Whether the line is on the screen.
    pub(super) fn is_shown(&self) -> bool {
        self.typing == Typing::On || !self.field.is_empty()
    }

    pub(super) fn open(&mut self) {
        self.typing = Typing::On;
    }

    pub(super) fn clear(&mut self) -> Edit {
        let was_empty = self.is_empty();
        *self = Self::default();
        if was_empty { Edit::Same } else { Edit::Changed }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the line has a use for few of all actions")]
    pub(super) fn act(&mut self, input: &Input) -> Edit {
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
                Typed::Changed => self.read(),
                Typed::Same => Edit::Same,
                Typed::Unused => Edit::Unused,
            },
        }
    }

    fn read(&mut self) -> Edit {
        let mut query = OutboxQuery::default();
        self.problem = None;
        for word in self.field.text().split_whitespace() {
            match word.strip_prefix("state:") {
                None => query.words.push(word.to_owned()),
                // Half typed.
                Some("") => {}
                Some(state) => match State::parse(state) {
                    Some(state) => query.state = Some(state),
                    None => self.problem = Some(unknown(state)),
                },
            }
        }
        if query == self.query {
            return Edit::Same;
        }
        self.query = query;
        Edit::Changed
    }
}

fn unknown(state: &str) -> String {
    let near = nearest(state, State::ALL.map(State::id));
    match near.first() {
        Some(near) => format!("there is no state '{}'; did you mean state:{near}?", safe(state)),
        None => format!("there is no state '{}'", safe(state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> FilterLine {
        let mut line = FilterLine::default();
        line.act(&Input::Paste(text.into()));
        line
    }

    #[test]
    fn words_and_a_state_are_read() {
        let line = typed("  ada 登录 state:retry ");
        assert_eq!(line.query.words, ["ada", "登录"]);
        assert_eq!(line.query.state, Some(State::Retry));
        assert_eq!(line.problem(), None);
    }

    #[test]
    fn an_unknown_state_names_the_nearest_and_filters_nothing() {
        let line = typed("state:fialed");
        assert_eq!(line.problem(), Some("there is no state 'fialed'; did you mean state:failed?"));
        assert!(line.is_empty());
    }

    #[test]
    fn a_half_typed_state_is_no_problem() {
        assert_eq!(typed("state:").problem(), None);
    }

    #[test]
    fn esc_lets_everything_through_again() {
        let mut line = typed("ada");
        assert_eq!(line.act(&Input::Action(Action::Close)), Edit::Changed);
        assert!(line.is_empty() && !line.is_shown());
        assert_eq!(line.act(&Input::Action(Action::Close)), Edit::Same);
    }
}
