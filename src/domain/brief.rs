//! A JSON value as far as a person reads it: of a long list its beginning and its length, of a long text its beginning. It is read
//! from the text piece by piece, so a list of a million numbers takes no more memory than one of a hundred.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::language::Language;
use super::say::{clauses, listed, say};

/// How many members of a list are kept.
pub const KEPT: usize = 50;

/// How many characters of a text are kept.
const LONGEST: usize = 2_000;

/// A value, shortened. Nothing in it is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brief {
    /// Null, or a text without a character.
    Nothing,
    /// A text or a number.
    Word(String),
    Truth(bool),
    List {
        /// The first [`KEPT`] members.
        first: Vec<Brief>,
        /// Of all members.
        count: u64,
    },
    /// Names and values in order; the first [`KEPT`].
    Fields(Vec<(String, Brief)>),
}

impl Brief {
    /// Reads JSON. What is none is a word.
    #[must_use]
    pub fn of_json(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| word(text))
    }

    /// The value of a field; None if this has no such field.
    #[must_use]
    pub fn field(&self, wanted: &str) -> Option<&Self> {
        match self {
            Self::Fields(fields) => fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value),
            Self::Nothing | Self::Word(_) | Self::Truth(_) | Self::List { .. } => None,
        }
    }

    /// In one line: `none`, `ceo`, `1, 2, 3 and 97 more`, `(subscriptions security; contacts 1, 2)`. Not escaped.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Nothing | Self::List { count: 0, .. } => say!(language, "none").to_owned(),
            Self::Word(text) => text.clone(),
            Self::Truth(true) => say!(language, "yes").to_owned(),
            Self::Truth(false) => say!(language, "no").to_owned(),
            Self::List { first, count } => {
                let members: Vec<String> = first.iter().map(|member| member.words(language)).collect();
                let members = listed(language, members);
                let shown = u64::try_from(first.len()).unwrap_or(u64::MAX);
                match count.saturating_sub(shown) {
                    0 => members,
                    more => say!(language, "{members} and {more} more", members, more),
                }
            }
            Self::Fields(fields) => {
                let told = fields.iter().map(|(name, value)| format!("{name} {}", value.words(language)));
                say!(language, "({fields})", fields = clauses(language, told))
            }
        }
    }
}

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::En))
    }
}

impl<'de> Deserialize<'de> for Brief {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Shortening)
    }
}

struct Shortening;

impl<'de> Visitor<'de> for Shortening {
    type Value = Brief;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Brief, E> {
        Ok(Brief::Nothing)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Brief, E> {
        Ok(Brief::Truth(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Brief, E> {
        Ok(Brief::Word(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Brief, E> {
        Ok(Brief::Word(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Brief, E> {
        Ok(Brief::Word(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Brief, E> {
        Ok(word(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Brief, A::Error> {
        let mut first = Vec::new();
        while first.len() < KEPT {
            match members.next_element()? {
                Some(member) => first.push(member),
                None => break,
            }
        }
        let mut count = u64::try_from(first.len()).unwrap_or(u64::MAX);
        while members.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Brief::List { first, count })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Brief, A::Error> {
        let mut fields = Vec::new();
        while fields.len() < KEPT {
            match entries.next_entry()? {
                Some(field) => fields.push(field),
                None => break,
            }
        }
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Brief::Fields(fields))
    }
}

fn word(text: &str) -> Brief {
    if text.is_empty() {
        return Brief::Nothing;
    }
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(end, _)| end);
    Brief::Word(text[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_read_as_a_person_says_them() {
        for (json, said) in [
            ("null", "none"),
            ("\"\"", "none"),
            ("[]", "none"),
            ("\"王小明\"", "王小明"),
            ("true", "yes"),
            ("-3", "-3"),
            ("[1, \"a\", null]", "1, a, none"),
            ("{\"a\": [1], \"b\": 2}", "(a 1; b 2)"),
            ("no JSON", "no JSON"),
        ] {
            assert_eq!(Brief::of_json(json).to_string(), said, "{json}");
        }
    }

    #[test]
    fn a_long_list_keeps_its_beginning_and_its_length() {
        let json = format!("{{\"contacts\": [{}1]}}", "7, ".repeat(99_999));
        let brief = Brief::of_json(&json);
        let Some(Brief::List { first, count }) = brief.field("contacts") else { panic!("{brief:?}") };
        assert_eq!((first.len(), *count), (KEPT, 100_000));
        assert!(brief.to_string().ends_with("7, 7 and 99950 more)"));
    }

    #[test]
    fn a_long_text_keeps_its_beginning() {
        let brief = Brief::of_json(&"王".repeat(LONGEST + 1));
        assert_eq!(brief, Brief::Word("王".repeat(LONGEST)));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            let _said = Brief::of_json(&text).to_string();
        }
    }
}
