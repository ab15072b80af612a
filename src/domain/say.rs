//! Words for people, in their language.
//!
//! The English text stands where it is said and is the key of its translation, which stands in `assets/locales/`. `say!` takes a
//! text, and values for the names in its braces:
//!
//! ```ignore
//! say!(language, "Nothing matches.");                                    // &'static str
//! say!(language, "Ask {who} for the code.", who = safe(&name));          // String
//! say!(language, "{waiting} of {all} wait", waiting, all);               // String, of the variables of these names
//! counted!(language, count, "{count} contact", "{count} contacts", count);
//! ```
//!
//! What is found in one place and read in another is kept as a [`Said`], made by `saying!` in the same way, and said then. What was
//! kept in English, as in the database, is said again by [`retold()`].
//!
//! The compiler checks that text and values fit in English; tests check that every text has a translation with the same names,
//! and that no translation is left over. What has no translation is said in English. Values are put in as they are: what people,
//! files or servers gave is made safe before.

use std::collections::HashMap;
use std::fmt::{Display, Write as _};
use std::sync::LazyLock;

pub use self::retold::retold;
use super::language::Language;
use super::safe_text::safe;

mod retold;

/// What is kept in English by the sender and said again where it is shown.
const SENDING: &str = include_str!("../../assets/locales/zh-CN/sending.toml");
const STORE: &str = include_str!("../../assets/locales/zh-CN/store.toml");

/// The translations into Simplified Chinese, a file for each part of the program.
const ZH_CN: &[&str] = &[
    include_str!("../../assets/locales/zh-CN/config.toml"),
    include_str!("../../assets/locales/zh-CN/contacts.toml"),
    include_str!("../../assets/locales/zh-CN/domain.toml"),
    include_str!("../../assets/locales/zh-CN/files.toml"),
    include_str!("../../assets/locales/zh-CN/frame.toml"),
    include_str!("../../assets/locales/zh-CN/help.toml"),
    include_str!("../../assets/locales/zh-CN/history.toml"),
    include_str!("../../assets/locales/zh-CN/mail.toml"),
    include_str!("../../assets/locales/zh-CN/notices.toml"),
    include_str!("../../assets/locales/zh-CN/outbox.toml"),
    include_str!("../../assets/locales/zh-CN/problems.toml"),
    SENDING,
    include_str!("../../assets/locales/zh-CN/settings.toml"),
    include_str!("../../assets/locales/zh-CN/spoken.toml"),
    STORE,
    include_str!("../../assets/locales/zh-CN/types.toml"),
];

static CHINESE: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    // The files are compiled in and a test reads them all: a file that cannot be read never leaves the workshop.
    ZH_CN.iter().filter_map(|file| toml::from_str::<HashMap<String, String>>(file).ok()).flatten().collect()
});

/// Something that can be said in each language.
pub trait Say {
    /// It in words for people, safe to show.
    fn say(&self, language: Language) -> String;
}

/// A text without values in a language; in English if it has no translation. For texts that stand in a table; others use `say!`.
#[must_use]
pub fn plain(language: Language, text: &'static str) -> &'static str {
    match language {
        Language::En => text,
        Language::ZhCn => CHINESE.get(text).map_or(text, String::as_str),
    }
}

/// A text in a language, with values for the names in its braces.
#[must_use]
pub fn filled(language: Language, text: &'static str, values: &[(&str, &dyn Display)]) -> String {
    let mut said = String::with_capacity(text.len() + 16);
    let mut rest = plain(language, text);
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            let _written = write!(said, "{value}");
        }
        rest = behind;
    }
    said.push_str(rest);
    said
}

/// A text with its values, said later in the language of whoever reads it then; shown by `{}` in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    text: &'static str,
    values: Vec<(&'static str, Value)>,
}

/// What is put into a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The same in each language.
    Same(String),
    Said(Said),
    /// In each of [`Language::ALL`].
    Each([String; Language::ALL.len()]),
}

impl Said {
    /// A text and its values; `saying!` makes it.
    #[must_use]
    pub const fn new(text: &'static str, values: Vec<(&'static str, Value)>) -> Self {
        Self { text, values }
    }

    /// A text of somebody else, such as the system's words: the same in each language.
    #[must_use]
    pub fn foreign(words: impl Into<String>) -> Self {
        Self { text: "{words}", values: vec![("words", Value::Same(words.into()))] }
    }

    /// A text without values that stands in a table.
    #[must_use]
    pub const fn word(text: &'static str) -> Self {
        Self { text, values: Vec::new() }
    }

    /// What something else says in each language.
    #[must_use]
    pub fn each(say: impl Fn(Language) -> String) -> Self {
        Self { text: "{words}", values: vec![("words", Value::Each(Language::ALL.map(say)))] }
    }

    /// Its values escaped, so that it can be shown.
    #[must_use]
    pub fn safe(self) -> Self {
        self.with_values(&|value| safe(value).into_owned())
    }

    /// It with each of its values as `change` makes it.
    #[must_use]
    pub fn with_values(mut self, change: &dyn Fn(&str) -> String) -> Self {
        for (_, value) in &mut self.values {
            *value = match std::mem::replace(value, Value::Same(String::new())) {
                Value::Same(text) => Value::Same(change(&text)),
                Value::Said(said) => Value::Said(said.with_values(change)),
                Value::Each(texts) => Value::Each(texts.map(|text| change(&text))),
            };
        }
        self
    }
}

impl Say for Said {
    fn say(&self, language: Language) -> String {
        let values: Vec<(&str, String)> =
            self.values.iter().map(|(name, value)| (*name, value.say(language))).collect();
        let values: Vec<(&str, &dyn Display)> =
            values.iter().map(|(name, value)| (*name, value as &dyn Display)).collect();
        filled(language, self.text, &values)
    }
}

impl Say for Value {
    fn say(&self, language: Language) -> String {
        match self {
            Self::Same(text) => text.clone(),
            Self::Said(said) => said.say(language),
            Self::Each(texts) => {
                let found = Language::ALL.into_iter().zip(texts).find(|(known, _)| *known == language);
                found.map(|(_, text)| text.clone()).unwrap_or_default()
            }
        }
    }
}

impl Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

/// The same in each language, as [`Said::foreign`].
impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::foreign(text)
    }
}

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::foreign(text)
    }
}

impl From<Said> for Value {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Same(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Same(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Same(number.to_string())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Same(number.to_string())
    }
}

/// Makes a [`Said`] of a text and its values.
macro_rules! saying {
    ($text:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        if false {
            let _checked = format_args!($text $(, $name = stringify!($name))*);
        }
        $crate::domain::say::Said::new($text, vec![$((stringify!($name), $crate::domain::say::Value::from($value))),*])
    }};
}

/// Items as a list within a sentence, such as `a, b`.
#[must_use]
pub fn listed(language: Language, items: impl IntoIterator<Item = impl Display>) -> String {
    joined(
        items,
        match language {
            Language::En => ", ",
            Language::ZhCn => "、",
        },
    )
}

/// Clauses as one sentence, such as `it has no name; it has no address`.
#[must_use]
pub fn clauses(language: Language, clauses: impl IntoIterator<Item = impl Display>) -> String {
    joined(
        clauses,
        match language {
            Language::En => "; ",
            Language::ZhCn => "；",
        },
    )
}

fn joined(items: impl IntoIterator<Item = impl Display>, between: &str) -> String {
    let mut whole = String::new();
    for (item, number) in items.into_iter().zip(0_usize..) {
        let between = if number == 0 { "" } else { between };
        let _written = write!(whole, "{between}{item}");
    }
    whole
}

/// Says a text in a language: `&'static str` without values, a `String` with them.
macro_rules! say {
    ($language:expr, $text:literal $(,)?) => {
        $crate::domain::say::plain($language, $text)
    };
    ($language:expr, $text:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        $crate::domain::say::filled_as!($language, $text, $text; $($name $(= $value)?),+)
    };
}

/// Says one text for one, and another for any other number; the second is the key of the translation.
macro_rules! counted {
    ($language:expr, $count:expr, $one:literal, $several:literal, $($name:ident $(= $value:expr)?),+ $(,)?) => {
        match ($language, u64::try_from($count)) {
            ($crate::domain::language::Language::En, Ok(1)) => {
                $crate::domain::say::filled_as!($language, $one, $several; $($name $(= $value)?),+)
            }
            (language, _) => $crate::domain::say::filled_as!(language, $several, $several; $($name $(= $value)?),+),
        }
    };
}

/// Fills a text; every value must have its name in `$whole`.
macro_rules! filled_as {
    ($language:expr, $text:literal, $whole:literal; $($name:ident $(= $value:expr)?),+) => {
        match ($($crate::domain::say::value!($name $(= $value)?),)+) {
            ($($name,)+) => {
                // The compiler compares names and values, and leaves it out.
                if false {
                    let _checked = format_args!($whole, $($name = $name),+);
                }
                $crate::domain::say::filled(
                    $language,
                    $text,
                    &[$((stringify!($name), $name as &dyn std::fmt::Display)),+],
                )
            }
        }
    };
}

macro_rules! value {
    ($name:ident) => {
        &$name
    };
    ($name:ident = $value:expr) => {
        &$value
    };
}

pub(crate) use {counted, filled_as, say, saying, value};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const LANGUAGES: [Language; 2] = Language::ALL;

    #[test]
    fn english_says_what_stands_there() {
        assert_eq!(say!(Language::En, "Nothing matches."), "Nothing matches.");
        let (who, count) = ("Ada", 3);
        assert_eq!(
            say!(Language::En, "{who} has {count} of {all}.", who, count, all = 1 + 3),
            "Ada has 3 of 4."
        );
    }

    #[test]
    fn one_is_said_otherwise_than_several() {
        let said = [0u64, 1, 2]
            .map(|count| counted!(Language::En, count, "{count} contact", "{count} contacts", count));
        assert_eq!(said, ["0 contacts", "1 contact", "2 contacts"]);
    }

    #[test]
    fn a_list_has_its_commas_between_items() {
        assert_eq!(listed(Language::En, ["a", "b"]), "a, b");
        assert_eq!(listed(Language::ZhCn, [1, 2, 3]), "1、2、3");
        assert_eq!(listed(Language::En, [""; 0]), "");
        assert_eq!(LANGUAGES.map(|language| clauses(language, ["a", "b"])), ["a; b", "a；b"]);
    }

    #[test]
    fn what_is_said_later_is_said_in_the_language_of_then() {
        let said =
            Said::each(|language| say!(language, "{name} ({id})", name = language.own_name(), id = language));
        assert_eq!(said.to_string(), "English (en)");
        assert_eq!(said.say(Language::ZhCn), "简体中文 (zh-CN)");
        assert_eq!(Said::from("550 no").say(Language::ZhCn), "550 no");
    }

    #[test]
    fn values_are_not_read_as_texts() {
        let who = "{count}";
        assert_eq!(say!(Language::En, "{who} and {count}", who, count = 2), "{count} and 2");
    }

    #[test]
    fn what_has_no_translation_is_said_in_english() {
        for language in LANGUAGES {
            assert_eq!(plain(language, "of this there is no translation"), "of this there is no translation");
        }
    }

    #[test]
    fn what_is_said_later_may_hold_what_is_said_later() {
        let inner = saying!("the title '{title}' is no position and was left out", title = "{field}");
        let whole = saying!("{field}: {message}", field = "name", message = inner);
        assert_eq!(whole.to_string(), "name: the title '{field}' is no position and was left out");
        assert_eq!(Said::foreign("{x}").to_string(), "{x}");
        let each = Said::each(|language| language.id().to_owned()).with_values(&|text| format!("<{text}>"));
        assert_eq!(LANGUAGES.map(|language| each.say(language)), ["<en>", "<zh-CN>"]);
        assert_eq!(whole.say(Language::ZhCn), "name：头衔“{field}”不是可用的职位，已忽略");
    }

    #[test]
    fn every_file_of_translations_is_read_and_none_says_a_text_anew() {
        let mut texts = BTreeSet::new();
        for file in ZH_CN {
            let table: HashMap<String, String> = toml::from_str(file).expect("a table of texts");
            for text in table.into_keys() {
                assert!(texts.insert(text.clone()), "'{text}' stands in two files");
            }
        }
        assert_eq!(texts.len(), CHINESE.len());
    }
}
