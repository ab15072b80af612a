//! The filter of the contact list: which contacts match what was typed.
//!
//! Words are told apart by white space. A free word must occur in name, email or position (id, English and Chinese title);
//! case and width do not matter. `status:`, `type:`, `position:` and `is:selected` ask for more. Every free word must be met,
//! and every kind of qualifier; several of one kind widen: `status:expired status:unverified` finds both. It never orders,
//! and never fails: a qualifier with an unknown value matches nothing, so that "select all that match" cannot reach further
//! than was meant, and [`Filter::problems`] says why.

mod occurrences;
pub mod text_index;

use std::fmt;

use super::email_address::unicode_form;
pub use super::fold::fold;
use super::language::Language;
use super::nearest::nearest;
use super::position::Position;
use super::safe_text::safe;
use super::say::{Say, listed, say};

/// A filter as it was typed; the empty one matches every contact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    words: Vec<String>,
    statuses: Option<Vec<&'static str>>,
    types: Option<Vec<String>>,
    positions: Option<Vec<Option<Position>>>,
    selected: Option<Selected>,
    problems: Vec<FilterProblem>,
}

/// A qualifier that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterProblem {
    /// `type:` without an id.
    NoType,
    /// A qualifier without a value; which there are.
    NoValue { qualifier: &'static str, known: Vec<&'static str> },
    /// A value that there is not, and the nearest or all that there are.
    Unknown {
        qualifier: &'static str,
        value: String,
        nearest: Option<&'static str>,
        known: Vec<&'static str>,
    },
}

impl Say for FilterProblem {
    fn say(&self, language: Language) -> String {
        match self {
            Self::NoType => {
                say!(language, "'type:' needs a category or type, such as type:security").to_owned()
            }
            Self::NoValue { qualifier, known } => {
                say!(
                    language,
                    "'{qualifier}:' needs a value: {known}",
                    qualifier,
                    known = listed(language, known)
                )
            }
            Self::Unknown { qualifier, value, nearest: Some(near), .. } => say!(
                language,
                "'{qualifier}:{value}' is unknown; did you mean {qualifier}:{near}?",
                qualifier,
                value = safe(value),
                near
            ),
            Self::Unknown { qualifier, value, nearest: None, known } => say!(
                language,
                "'{qualifier}:{value}' is unknown; values are {known}",
                qualifier,
                value = safe(value),
                known = listed(language, known)
            ),
        }
    }
}

impl fmt::Display for FilterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

/// What a filter looks at.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    pub name: &'a str,
    /// With the domain as A-label; the filter finds the U-label too.
    pub email: &'a str,
    pub position: Option<Position>,
    /// One of [`STATUSES`].
    pub status: &'a str,
    /// Answers whether one of the contact's subscriptions falls under a wanted id, as [`covers`] says. Asked only by `type:`.
    pub is_subscribed: &'a dyn Fn(&str) -> bool,
    /// Whether the contact is selected on the screen.
    pub is_selected: bool,
}

/// The values of `status:`.
pub const STATUSES: [&str; 5] = ["unverified", "code_sent", "expired", "verified", "undeliverable"];

/// The value of `position:` for contacts that have none.
pub const NO_POSITION: &str = "none";

/// True if a subscription to `subscription` answers `type:wanted`: the same id, a type of the wanted category, or the
/// category of the wanted type.
pub fn covers(wanted: &str, subscription: &str) -> bool {
    let is_within =
        |id: &str, category: &str| id.strip_prefix(category).is_some_and(|rest| rest.starts_with('.'));
    wanted == subscription || is_within(subscription, wanted) || is_within(wanted, subscription)
}

impl Filter {
    /// Reads what was typed. Every text is a filter.
    pub fn parse(text: &str) -> Filter {
        let mut filter = Filter::default();
        for word in fold(text).split_whitespace() {
            match word.split_once(':') {
                Some(("status", value)) => filter.add_status(value),
                Some(("type", value)) => filter.add_type(value),
                Some(("position", value)) => filter.add_position(value),
                Some(("is", value)) => filter.add_is(value),
                Some(_) | None => filter.words.push(word.to_owned()),
            }
        }
        filter
    }

    /// True if the candidate is wanted.
    pub fn matches(&self, candidate: &Candidate<'_>) -> bool {
        // From cheap to dear.
        self.selected.is_none_or(|selected| selected == Selected::Yes && candidate.is_selected)
            && self.statuses.as_ref().is_none_or(|statuses| statuses.contains(&candidate.status))
            && self.positions.as_ref().is_none_or(|positions| positions.contains(&candidate.position))
            && self.words.iter().all(|word| occurs(word, candidate))
            && self
                .types
                .as_ref()
                .is_none_or(|types| types.iter().any(|wanted| (candidate.is_subscribed)(wanted)))
    }

    /// The free words, folded as [`fold`] does. Each must occur.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The ids asked for by `type:`, in lower case. The catalogue knows which exist.
    pub fn types(&self) -> &[String] {
        self.types.as_deref().unwrap_or_default()
    }

    /// True if the filter asks for the status, which the clock changes too.
    pub fn asks_for_status(&self) -> bool {
        self.statuses.is_some()
    }

    /// True if the filter asks for the selection, which only a screen has.
    pub fn asks_for_selection(&self) -> bool {
        self.selected.is_some()
    }

    /// What was not understood.
    pub fn problems(&self) -> &[FilterProblem] {
        &self.problems
    }

    /// True if every contact matches because nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    fn add_status(&mut self, value: &str) {
        let wanted = value.replace('-', "_");
        let statuses = self.statuses.get_or_insert_default();
        match STATUSES.into_iter().find(|status| *status == wanted) {
            Some(status) => statuses.push(status),
            None => self.report("status", value, &STATUSES),
        }
    }

    fn add_type(&mut self, value: &str) {
        let types = self.types.get_or_insert_default();
        if value.is_empty() {
            self.problems.push(FilterProblem::NoType);
        } else {
            types.push(value.to_owned());
        }
    }

    fn add_position(&mut self, value: &str) {
        let wanted = value.replace('-', "_");
        let positions = self.positions.get_or_insert_default();
        if wanted == NO_POSITION {
            positions.push(None);
            return;
        }
        let before = positions.len();
        if !wanted.is_empty() {
            positions
                .extend(Position::ALL.into_iter().filter(|position| begins_in(&wanted, *position)).map(Some));
        }
        if positions.len() == before {
            let mut known = Position::ALL.map(Position::id).to_vec();
            known.push(NO_POSITION);
            self.report("position", value, &known);
        }
    }

    fn add_is(&mut self, value: &str) {
        let known = value == "selected";
        // An unknown value matches nothing by itself, and takes nothing away from a known one.
        if known {
            self.selected = Some(Selected::Yes);
        } else {
            self.selected.get_or_insert(Selected::Never);
            self.report("is", value, &["selected"]);
        }
    }

    fn report(&mut self, qualifier: &'static str, value: &str, known: &[&'static str]) {
        let all = known.to_vec();
        self.problems.push(if value.is_empty() {
            FilterProblem::NoValue { qualifier, known: all }
        } else {
            let nearest = nearest(value, known.iter().copied()).first().copied();
            FilterProblem::Unknown { qualifier, value: value.to_owned(), nearest, known: all }
        });
    }
}

/// What `is:` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    Yes,
    /// Only unknown values were given.
    Never,
}

/// True if id or a title of the position, or a word in them, begins with `wanted`, which is folded.
fn begins_in(wanted: &str, position: Position) -> bool {
    let begins =
        |text: &str| text.starts_with(wanted) || text.split(['_', ' ']).any(|word| word.starts_with(wanted));
    begins(position.id()) || Language::ALL.iter().any(|language| begins(&fold(position.title(*language))))
}

fn occurs(word: &str, candidate: &Candidate<'_>) -> bool {
    contains(candidate.name, word)
        || contains(candidate.email, word)
        || candidate.position.is_some_and(|position| position.haystack().contains(word))
        || unicode_form_contains(candidate.email, word)
}

/// Substring search in `text` as it would be folded; ASCII and folded text is searched where it lies.
fn contains(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        return contains_ascii(text.as_bytes(), word.as_bytes());
    }
    fold(text).contains(word)
}

/// Substring search that ignores the case of `text`. A word that is not ASCII, or not in lower case, does not occur.
fn contains_ascii(text: &[u8], word: &[u8]) -> bool {
    let Some((first, rest)) = word.split_first() else {
        return true;
    };
    let Some(last_start) = text.len().checked_sub(word.len()) else {
        return false;
    };
    (0..=last_start).any(|start| {
        text[start].to_ascii_lowercase() == *first
            && text[start + 1..].iter().zip(rest).all(|(byte, wanted)| byte.to_ascii_lowercase() == *wanted)
    })
}

/// Looks into the address as it is shown, where its domain is international. ASCII words may lie in such a domain too.
fn unicode_form_contains(email: &str, word: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(local, domain)| {
        unicode_form(domain).is_some_and(|shown| contains(&format!("{local}@{shown}"), word))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOTHING: &dyn Fn(&str) -> bool = &|_| false;

    fn ada() -> Candidate<'static> {
        Candidate {
            name: "AdaLovelace",
            email: "Ada@example.org",
            position: Some(Position::TechnicalDirector),
            status: "code_sent",
            is_subscribed: &|wanted| ["product.release", "security"].iter().any(|own| covers(wanted, own)),
            is_selected: true,
        }
    }

    fn xiaoming() -> Candidate<'static> {
        Candidate {
            name: "王小明",
            email: "xiaoming@xn--fsqu00a.xn--55qx5d",
            position: Some(Position::FinanceDirector),
            status: "verified",
            is_subscribed: NOTHING,
            is_selected: false,
        }
    }

    fn ops() -> Candidate<'static> {
        Candidate {
            name: "ops",
            email: "ops@example.org",
            position: None,
            status: "unverified",
            is_subscribed: NOTHING,
            is_selected: false,
        }
    }

    fn found(text: &str) -> [bool; 3] {
        let filter = Filter::parse(text);
        [ada(), xiaoming(), ops()].map(|candidate| filter.matches(&candidate))
    }

    #[test]
    fn the_empty_filter_matches_every_contact() {
        for text in ["", "  ", "\u{3000}\t"] {
            assert!(Filter::parse(text).is_empty());
            assert_eq!(found(text), [true, true, true]);
        }
        assert!(!Filter::parse("status:").is_empty());
        assert!(!Filter::parse("a").is_empty());
    }

    #[test]
    fn every_word_must_occur_in_name_email_or_position() {
        for (text, matches) in [
            ("ada", [true, false, false]),
            ("LOVE", [true, false, false]),
            ("ｅｘａｍｐｌｅ", [true, false, true]),
            ("example ada", [true, false, false]),
            ("ada ops", [false, false, false]),
            ("小明", [false, true, false]),
            ("王 xiaoming", [false, true, false]),
            ("例子", [false, true, false]),
            ("@例子.公", [false, true, false]),
            ("xn--fsq", [false, true, false]),
            ("finance", [false, true, false]),
            ("finance_dir", [false, true, false]),
            ("财务", [false, true, false]),
            ("technical director", [true, false, false]),
            ("技术负责人 ada", [true, false, false]),
            ("director", [true, true, false]),
            ("adaops", [false, false, false]),
            ("foo:bar", [false, false, false]),
        ] {
            assert_eq!(found(text), matches, "{text}");
        }
    }

    #[test]
    fn qualifiers_narrow_and_several_of_one_kind_widen() {
        for (text, matches) in [
            ("status:code_sent", [true, false, false]),
            ("Status:Code-Sent", [true, false, false]),
            ("ｓｔａｔｕｓ：verified", [false, true, false]),
            ("status:verified", [false, true, false]),
            ("status:verified status:unverified", [false, true, true]),
            ("status:verified ada", [false, false, false]),
            ("type:product", [true, false, false]),
            ("type:product.release", [true, false, false]),
            ("type:product.feature", [false, false, false]),
            ("type:security.cloud", [true, false, false]),
            ("type:secur", [false, false, false]),
            ("type:account type:SECURITY", [true, false, false]),
            ("position:finance", [false, true, false]),
            ("position:finance-director", [false, true, false]),
            ("position:director", [true, true, false]),
            ("position:技术", [true, false, false]),
            ("position:none", [false, false, true]),
            ("position:none position:technical", [true, false, true]),
            ("is:selected", [true, false, false]),
            ("is:selected status:verified", [false, false, false]),
        ] {
            assert_eq!(found(text), matches, "{text}");
            assert!(Filter::parse(text).problems().is_empty(), "{text}");
        }
        assert!(Filter::parse("is:selected").asks_for_selection());
        assert_eq!(Filter::parse("type:Product x").types(), ["product"]);
    }

    #[test]
    fn an_unknown_value_is_reported_and_matches_nothing() {
        for (text, problem) in [
            ("status:verifed", "'status:verifed' is unknown; did you mean status:verified?"),
            (
                "status:x",
                "'status:x' is unknown; values are unverified, code_sent, expired, verified, undeliverable",
            ),
            ("status:", "'status:' needs a value: unverified, code_sent, expired, verified, undeliverable"),
            ("status:verif", "'status:verif' is unknown; did you mean status:verified?"),
            ("type:", "'type:' needs a category or type, such as type:security"),
            (
                "position:",
                "'position:' needs a value: ceo, technical_director, maintenance_director, project_director, \
                 finance_director, other, none",
            ),
            ("position:cio", "'position:cio' is unknown; did you mean position:ceo?"),
            ("is:selectd", "'is:selectd' is unknown; did you mean is:selected?"),
            ("is:\u{1b}[2J", "'is:\\u{001B}[2j' is unknown; values are selected"),
        ] {
            let problems: Vec<String> =
                Filter::parse(text).problems().iter().map(ToString::to_string).collect();
            assert_eq!(problems, [problem], "{text}");
            assert_eq!(found(text), [false, false, false], "{text}");
        }
        assert_eq!(found("status:verified status:x"), [false, true, false]);
        assert_eq!(found("is:x is:selected"), [true, false, false]);
    }

    #[test]
    fn an_unknown_qualifier_is_a_plain_word() {
        let filter = Filter::parse("Foo:Bar https://x :y z:");
        assert_eq!(filter.words(), ["foo:bar", "https://x", ":y", "z:"]);
        assert!(filter.problems().is_empty());
    }

    fn is_found(name: &str, word: &str) -> bool {
        Filter::parse(word).matches(&Candidate { name, ..ops() })
    }

    proptest! {
        #[test]
        fn a_part_of_a_name_finds_it(name in "[A-Za-z王小明éß한Ａ]{1,12}", start in 0usize..12, length in 1usize..12) {
            let part: String = name.chars().skip(start).take(length).collect();
            prop_assert!(is_found(&name, &part));
            prop_assert!(is_found(&name, &part.to_uppercase()));
        }

        #[test]
        fn searching_ascii_in_place_agrees_with_folding(text in "[a-cA-C@.]{0,12}", word in "[a-c@.]{0,4}") {
            prop_assert_eq!(contains(&text, &word), text.to_lowercase().contains(&word));
        }

        #[test]
        fn any_text_is_a_filter(text in any::<String>()) {
            let filter = Filter::parse(&text);
            filter.matches(&ada());
            for problem in filter.problems() {
                let words = problem.to_string();
                prop_assert_eq!(crate::domain::safe_text::safe(&words), words.as_str());
            }
        }
    }
}
