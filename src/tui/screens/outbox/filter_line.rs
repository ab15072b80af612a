//! How the outbox understands its filter: words that must occur in address, name or subject, and `state:failed`.

use crate::domain::delivery::State;
use crate::domain::nearest::nearest;
use crate::domain::safe_text::safe;
use crate::operations::outbox::OutboxQuery;
use crate::tui::widgets::filter_line::Reading;

/// Reads what was typed.
pub(super) fn read(text: &str) -> Reading<OutboxQuery> {
    let mut read = Reading::<OutboxQuery>::default();
    for word in text.split_whitespace() {
        match word.strip_prefix("state:") {
            None => read.question.words.push(word.to_owned()),
            // Half typed.
            Some("") => {}
            Some(state) => match State::parse(state) {
                Some(state) => read.question.state = Some(state),
                None => read.problems = vec![unknown(state)],
            },
        }
    }
    read
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
    use crate::tui::keymap::{Action, Input};
    use crate::tui::widgets::filter_line::{Edit, FilterLine};

    fn typed(text: &str) -> FilterLine<OutboxQuery> {
        let mut line = FilterLine::default();
        line.act(&Input::Paste(text.into()), read);
        line
    }

    #[test]
    fn words_and_a_state_are_read() {
        let line = typed("  ada 登录 state:retry ");
        assert_eq!(line.question().words, ["ada", "登录"]);
        assert_eq!(line.question().state, Some(State::Retry));
        assert_eq!(line.problems(), [""; 0]);
    }

    #[test]
    fn an_unknown_state_names_the_nearest_and_filters_nothing() {
        let line = typed("state:fialed");
        assert_eq!(line.problems(), ["there is no state 'fialed'; did you mean state:failed?"]);
        assert!(line.is_empty());
    }

    #[test]
    fn a_half_typed_state_is_no_problem() {
        assert_eq!(typed("state:").problems(), [""; 0]);
    }

    #[test]
    fn esc_lets_everything_through_again() {
        let mut line = typed("ada");
        assert_eq!(line.act(&Input::Action(Action::Close), read), Edit::Changed);
        assert!(line.is_empty() && !line.is_shown());
        assert_eq!(line.act(&Input::Action(Action::Close), read), Edit::Same);
    }
}
