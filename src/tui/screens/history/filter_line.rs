//! How the history understands its filter: words that must occur in what was done, to whom, by whom or in what is told;
//! `contact:` with an id, or with words that must occur in name or address; `who:`, `via:screen`, and `since:` with a date or a
//! span such as `7d`.

use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::language::Language;
use crate::domain::moment;
use crate::domain::nearest::nearest;
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::operations::Via;
use crate::operations::history::{RecordQuery, way};
use crate::tui::look::Look;
use crate::tui::widgets::filter_line::Reading;

/// Reads what was typed.
pub(super) fn read(text: &str, look: Look<'_>) -> Reading<RecordQuery> {
    let mut read = Reading::<RecordQuery>::default();
    for word in text.split_whitespace() {
        // Keyboards for Chinese have a wide colon.
        match word.split_once([':', '：']) {
            // Half typed.
            Some(("contact" | "who" | "via" | "since", "")) => {}
            Some(("contact", contact)) => match contact.parse() {
                Ok(id) => read.question.contact = Some(ContactId(id)),
                Err(_) => read.question.whom.push(contact.to_owned()),
            },
            Some(("who", who)) => read.question.who.push(who.to_owned()),
            Some(("via", via)) => match way_called(via, look.language) {
                Some(via) => read.question.via = Some(via.to_owned()),
                None => read.problems.push(unknown_way(via, look.language)),
            },
            Some(("since", since)) => match moment::parse(since, look.now, look.offset) {
                Some(since) => read.question.since = Some(since),
                None => read.problems.push(say!(
                    look.language,
                    "'{text}' is no time, for example since:2026-11-24 or since:7d",
                    text = safe(since)
                )),
            },
            Some(_) | None => read.question.words.push(word.to_owned()),
        }
    }
    read
}

/// The way of this id, or the one that the list calls so.
fn way_called(wanted: &str, language: Language) -> Option<&'static str> {
    let folded = fold(wanted);
    Via::ALL.map(Via::id).into_iter().find(|id| *id == folded || way(id, language) == wanted)
}

fn unknown_way(via: &str, language: Language) -> String {
    let near = nearest(via, Via::ALL.map(Via::id));
    let via = safe(via);
    match near.first() {
        Some(near) => say!(language, "nothing is done via '{via}'; did you mean via:{near}?", via, near),
        None => say!(language, "nothing is done via '{via}'", via),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;
    use crate::tui::widgets::test_look;

    #[test]
    fn words_and_qualifiers_are_read() {
        let Reading { question, problems } = read(
            " modified 王 contact:12 contact:ada who:root via:Import since:2026-11-01 http://x ",
            test_look(),
        );
        assert_eq!(question.words, ["modified", "王", "http://x"]);
        assert_eq!((question.contact, question.whom), (Some(ContactId(12)), vec!["ada".to_owned()]));
        assert_eq!((question.who, question.via.as_deref()), (vec!["root".to_owned()], Some("import")));
        assert_eq!(question.since, Timestamp::parse("2026-11-01T00:00:00Z"));
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_way_is_called_as_the_list_calls_it() {
        let chinese = Look { language: Language::ZhCn, ..test_look() };
        for text in ["via:screen", "via:界面"] {
            assert_eq!(read(text, chinese).question.via.as_deref(), Some("screen"), "{text}");
        }
        assert_eq!(read("via：界面", chinese).question.via.as_deref(), Some("screen"));
        assert_eq!(read("via:界面", test_look()).question.via, None);
    }

    #[test]
    fn a_span_ends_now() {
        let since = read("since:2h", test_look()).question.since;
        assert_eq!(since, Timestamp::parse("2026-11-24T12:03:00Z"));
    }

    #[test]
    fn what_is_not_understood_says_why_and_filters_nothing() {
        let Reading { question, problems } = read("via:scren since:yesterday", test_look());
        assert_eq!(
            problems,
            [
                "nothing is done via 'scren'; did you mean via:screen?",
                "'yesterday' is no time, for example since:2026-11-24 or since:7d"
            ]
        );
        assert_eq!(question, RecordQuery::default());
    }

    #[test]
    fn half_a_word_is_no_problem() {
        assert_eq!(read("contact: who: via: since:", test_look()), Reading::default());
    }
}
