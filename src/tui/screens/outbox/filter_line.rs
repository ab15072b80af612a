//! How the outbox understands its filter: words that must occur in address, name or subject, `state:failed`, `type:security`, and
//! `contact:` with an id, or with words that must occur in address or name.

use crate::domain::contact::ContactId;
use crate::domain::delivery::State;
use crate::domain::fold::fold;
use crate::domain::language::Language;
use crate::domain::nearest::nearest;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, say};
use crate::operations::outbox::OutboxQuery;
use crate::tui::look::Look;
use crate::tui::widgets::filter_line::Reading;

/// Reads what was typed.
pub(super) fn read(text: &str, look: Look<'_>) -> Reading<OutboxQuery> {
    let mut read = Reading::<OutboxQuery>::default();
    for word in text.split_whitespace() {
        // Keyboards for Chinese have a wide colon.
        match word.split_once([':', '：']) {
            // Half typed.
            Some(("state" | "type" | "contact", "")) => {}
            Some(("state", state)) => match state_called(state, look.language) {
                Some(state) => read.question.state = Some(state),
                None => read.problems.push(unknown_state(state, look.language)),
            },
            Some(("type", id)) => {
                let id = fold(id).into_owned();
                if let Err(unknown) = look.catalogue.require(&id) {
                    let id = safe(&unknown.id);
                    read.problems.push(match unknown.nearest.first() {
                        Some(near) => say!(
                            look.language,
                            "there is no message type '{id}'; did you mean type:{near}?",
                            id,
                            near
                        ),
                        None => say!(look.language, "there is no message type '{id}'", id),
                    });
                }
                // A newer version may have written types that this one does not know.
                read.question.message_type = Some(id);
            }
            Some(("contact", contact)) => match contact.parse() {
                Ok(id) => read.question.contact = Some(ContactId(id)),
                Err(_) => read.question.recipient.push(contact.to_owned()),
            },
            Some(_) | None => read.question.words.push(word.to_owned()),
        }
    }
    read
}

/// The state of this id, or the one that the list calls so.
fn state_called(wanted: &str, language: Language) -> Option<State> {
    let called = |state: &State| plain(language, state.id()) == wanted;
    State::parse(&fold(wanted)).or_else(|| State::ALL.into_iter().find(called))
}

fn unknown_state(state: &str, language: Language) -> String {
    let near = nearest(state, State::ALL.map(State::id));
    let state = safe(state);
    match near.first() {
        Some(near) => {
            say!(language, "there is no state '{state}'; did you mean state:{near}?", state, near)
        }
        None => say!(language, "there is no state '{state}'", state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keymap::{Action, Input};
    use crate::tui::widgets::filter_line::{Edit, FilterLine};
    use crate::tui::widgets::test_look;

    fn typed(text: &str) -> FilterLine<OutboxQuery> {
        typed_in(Language::En, text)
    }

    fn typed_in(language: Language, text: &str) -> FilterLine<OutboxQuery> {
        let mut line = FilterLine::default();
        line.act(&Input::Paste(text.into()), |text| read(text, Look { language, ..test_look() }));
        line
    }

    #[test]
    fn a_state_is_called_as_the_list_calls_it() {
        for (language, text) in
            [(Language::En, "state:FAILED"), (Language::ZhCn, "state:failed"), (Language::ZhCn, "state:失败")]
        {
            let line = typed_in(language, text);
            assert_eq!((line.question().state, line.problems().len()), (Some(State::Failed), 0), "{text}");
        }
        assert_eq!(typed("state:失败").question().state, None);
    }

    #[test]
    fn words_and_a_state_are_read() {
        let line = typed("  ada 登录 state:Retry http://x ");
        assert_eq!(line.question().words, ["ada", "登录", "http://x"]);
        assert_eq!(line.question().state, Some(State::Retry));
        assert_eq!(line.problems(), [""; 0]);
    }

    #[test]
    fn a_type_and_a_contact_are_read() {
        let line = typed("type:security contact:12");
        assert_eq!(line.question().message_type.as_deref(), Some("security"));
        assert_eq!(line.question().contact, Some(ContactId(12)));
        let line = typed("type:Security.account contact:ada contact:@example.org");
        assert_eq!(line.question().message_type.as_deref(), Some("security.account"));
        assert_eq!(line.question().recipient, ["ada", "@example.org"]);
        assert_eq!(line.problems(), [""; 0]);
    }

    #[test]
    fn what_does_not_exist_names_the_nearest() {
        let line = typed("state:fialed");
        assert_eq!(line.problems(), ["there is no state 'fialed'; did you mean state:failed?"]);
        assert!(line.is_empty(), "an unknown state filters nothing");
        let line = typed("type:securty");
        assert_eq!(line.problems(), ["there is no message type 'securty'; did you mean type:security?"]);
        assert!(!line.is_empty(), "an unknown type may be one of a newer version");
    }

    #[test]
    fn half_a_word_is_no_problem() {
        let line = typed("state: type: contact:");
        assert!(line.is_empty() && line.problems().is_empty());
    }

    #[test]
    fn esc_lets_everything_through_again() {
        let mut line = typed("ada");
        let read = |text: &str| read(text, test_look());
        assert_eq!(line.act(&Input::Action(Action::Close), read), Edit::Changed);
        assert!(line.is_empty() && !line.is_shown());
        assert_eq!(line.act(&Input::Action(Action::Close), read), Edit::Same);
    }
}
