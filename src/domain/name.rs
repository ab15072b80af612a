//! The name of a contact.
//!
//! Required; no white space of any kind, not even around; at most 20 grapheme clusters after NFC, each base with at most two
//! combining marks; no control, format, private-use or unassigned characters. It never trims or repairs: what is wrong is
//! said, and the person who typed it decides.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

use super::character::{Fit, Hidden, MARKS_PER_BASE, MarkCount, Named};
use super::fold::fold;
use super::language::Language;
use super::say::{Say, say};

/// The name of a contact, in NFC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

/// Why a text is no name. Positions count characters (code points) of the text in NFC from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameError {
    Missing,
    WhiteSpaceBefore { character: char },
    WhiteSpaceAfter { character: char },
    WhiteSpace { character: char, position: usize },
    Hidden { character: char, class: Hidden, position: usize },
    MarkWithoutBase { character: char },
    TooManyMarks { character: char, position: usize },
    LetterTooLong { found: usize },
    TooLong { found: usize },
}

impl Say for NameError {
    fn say(&self, language: Language) -> String {
        let named = |character| Named(character).say(language);
        match *self {
            Self::Missing => say!(language, "a name is required").to_owned(),
            Self::WhiteSpaceBefore { character } => say!(
                language,
                "a name has no white space, not even before it; this one begins with {character}",
                character = named(character)
            ),
            Self::WhiteSpaceAfter { character } => say!(
                language,
                "a name has no white space, not even after it; this one ends with {character}",
                character = named(character)
            ),
            Self::WhiteSpace { character, position } => say!(
                language,
                "a name has no white space; character {position} of this one is {character}",
                position,
                character = named(character)
            ),
            Self::Hidden { character, class, position } => say!(
                language,
                "a name has only characters that can be seen; character {position} of this one is {character}, {class}",
                position,
                character = named(character),
                class = class.say(language)
            ),
            Self::MarkWithoutBase { character } => say!(
                language,
                "a name does not begin with a combining mark; this one begins with {character}",
                character = named(character)
            ),
            Self::TooManyMarks { character, position } => say!(
                language,
                "a letter of a name has at most {most} combining marks; character {position} of this one, {character}, is one more",
                most = MARKS_PER_BASE,
                position,
                character = named(character)
            ),
            Self::LetterTooLong { found } => say!(
                language,
                "one letter of a name is built from at most {most} characters; this one has a letter of {found}",
                most = MAX_BUILT_FROM,
                found
            ),
            Self::TooLong { found } => say!(
                language,
                "a name has at most {most} characters; this one has {found}",
                most = Name::MAX_CHARACTERS,
                found
            ),
        }
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for NameError {}

impl Name {
    /// The most characters of a name, counted as people do: in grapheme clusters (UAX #29).
    pub const MAX_CHARACTERS: usize = 20;

    /// Reads a name.
    ///
    /// # Errors
    /// The first rule that is broken, from the start of the text; the number of characters comes last.
    pub fn parse(text: &str) -> Result<Name, NameError> {
        if text.is_empty() {
            return Err(NameError::Missing);
        }
        let name: String = if is_nfc(text) { text.to_owned() } else { text.nfc().collect() };
        check_characters(&name)?;
        let mut found = 0;
        for cluster in name.graphemes(true) {
            found += 1;
            let built_from = cluster.chars().count();
            if built_from > MAX_BUILT_FROM {
                return Err(NameError::LetterTooLong { found: built_from });
            }
        }
        if found > Name::MAX_CHARACTERS {
            return Err(NameError::TooLong { found });
        }
        Ok(Name(name))
    }

    /// The name as it is shown, stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for sorting and matching: case, width and compatibility forms are alike. Never shown.
    pub fn key(&self) -> String {
        fold(&self.0).into_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

/// Bounds what one cluster can hold, since old Hangul and Indic conjuncts can grow without any mark. The longest real
/// conjuncts have four consonants, three viramas and two vowel signs.
const MAX_BUILT_FROM: usize = 12;

fn check_characters(name: &str) -> Result<(), NameError> {
    let mut marks = MarkCount::default();
    let mut characters = name.chars().zip(1..).peekable();
    while let Some((character, position)) = characters.next() {
        if character.is_whitespace() {
            return Err(if position == 1 {
                NameError::WhiteSpaceBefore { character }
            } else if characters.peek().is_none() {
                NameError::WhiteSpaceAfter { character }
            } else {
                NameError::WhiteSpace { character, position }
            });
        }
        if let Some(class) = Hidden::of(character) {
            return Err(NameError::Hidden { character, class, position });
        }
        match marks.push(character) {
            Fit::Fits => {}
            Fit::NoBase => return Err(NameError::MarkWithoutBase { character }),
            Fit::TooMany => {
                return Err(NameError::TooManyMarks { character, position });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(text: &str) -> NameError {
        Name::parse(text).expect_err("it is no name")
    }

    #[test]
    fn names_of_many_scripts_are_accepted() {
        for text in [
            "王小明",
            "AdaLovelace",
            "ops",
            "é",
            "O'Brien-Smith.Jr",
            "Jürgen",
            "Nguyễn",
            "Οδυσσέας",
            "Владимир",
            "محمد",
            "שָׁלוֹם",
            "ख़ाँ",
            "लक्ष्मी",
            "ก้อง",
            "홍길동",
            "さくら",
            "阿里巴巴集团控股有限公司网络与信息安全部",
            "12345678901234567890",
            "e\u{302}\u{323}x",
            "❤\u{FE0F}",
            "👩",
            "\u{20BB7}",
        ] {
            assert!(Name::parse(text).is_ok(), "{text}: {:?}", Name::parse(text));
        }
    }

    #[test]
    fn a_name_is_kept_in_nfc() {
        let composed = Name::parse("e\u{301}").expect("it is a name");
        assert_eq!(composed.as_str(), "é");
        assert_eq!(composed, Name::parse("é").expect("it is a name"));
    }

    #[test]
    fn white_space_of_any_kind_is_refused_and_never_trimmed() {
        assert_eq!(refusal(" Ada"), NameError::WhiteSpaceBefore { character: ' ' });
        assert_eq!(refusal("Ada\n"), NameError::WhiteSpaceAfter { character: '\n' });
        assert_eq!(refusal("   "), NameError::WhiteSpaceBefore { character: ' ' });
        for character in [
            ' ', '\t', '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{a0}', '\u{1680}', '\u{2000}', '\u{200a}',
            '\u{2028}', '\u{2029}', '\u{202f}', '\u{205f}', '\u{3000}',
        ] {
            // NFC makes U+2000 the equivalent U+2002.
            let nfc = character.to_string().nfc().next().expect("one character stays one");
            let expected = NameError::WhiteSpace { character: nfc, position: 4 };
            assert_eq!(refusal(&format!("Ada{character}L")), expected);
        }
    }

    #[test]
    fn characters_that_cannot_be_seen_are_refused() {
        for (character, class) in [
            ('\u{0}', Hidden::Control),
            ('\u{1b}', Hidden::Control),
            ('\u{9b}', Hidden::Control),
            ('\u{200b}', Hidden::Format),
            ('\u{200d}', Hidden::Format),
            ('\u{202e}', Hidden::Format),
            ('\u{ad}', Hidden::Format),
            ('\u{feff}', Hidden::Format),
            ('\u{e0041}', Hidden::Format),
            ('\u{e000}', Hidden::PrivateUse),
            ('\u{378}', Hidden::Unassigned),
            ('\u{ffff}', Hidden::Unassigned),
            ('\u{3164}', Hidden::Filler),
            ('\u{2800}', Hidden::Filler),
        ] {
            assert_eq!(
                refusal(&format!("A{character}da")),
                NameError::Hidden { character, class, position: 2 }
            );
        }
        assert_eq!(
            refusal("👩\u{200D}🚀"),
            NameError::Hidden { character: '\u{200d}', class: Hidden::Format, position: 2 }
        );
    }

    #[test]
    fn twenty_characters_are_a_name_and_twenty_one_are_not() {
        for letter in ["a", "王", "e\u{301}", "x\u{302}\u{323}", "क्ष"] {
            assert!(Name::parse(&letter.repeat(20)).is_ok(), "{letter}");
            assert_eq!(refusal(&letter.repeat(21)), NameError::TooLong { found: 21 }, "{letter}");
        }
    }

    #[test]
    fn a_third_mark_on_one_base_is_refused() {
        assert!(Name::parse("x\u{300}\u{301}").is_ok());
        assert_eq!(
            refusal("x\u{300}\u{301}\u{302}"),
            NameError::TooManyMarks { character: '\u{302}', position: 4 }
        );
        // The mark that NFC composes into its base does not count.
        assert!(Name::parse("e\u{301}\u{300}\u{301}").is_ok());
        assert_eq!(refusal("\u{301}Ada"), NameError::MarkWithoutBase { character: '\u{301}' });
    }

    #[test]
    fn one_letter_cannot_grow_without_end() {
        assert_eq!(refusal(&"\u{1100}".repeat(500)), NameError::LetterTooLong { found: 500 });
    }

    #[test]
    fn each_refusal_says_the_limit_and_what_was_found() {
        for (text, words) in [
            ("", "a name is required"),
            (" Ada", "a name has no white space, not even before it; this one begins with U+0020 (blank)"),
            ("Ada\t", "a name has no white space, not even after it; this one ends with U+0009 (tab)"),
            ("Ada Lovelace", "a name has no white space; character 4 of this one is U+0020 (blank)"),
            (
                "Ada\u{202e}",
                "a name has only characters that can be seen; character 4 of this one is U+202E (right-to-left override), \
                 an invisible format character",
            ),
            ("\u{301}", "a name does not begin with a combining mark; this one begins with U+0301"),
            (
                "x\u{300}\u{301}\u{302}",
                "a letter of a name has at most 2 combining marks; character 4 of this one, U+0302, is one more",
            ),
            ("abcdefghijklmnopqrstuvw", "a name has at most 20 characters; this one has 23"),
        ] {
            assert_eq!(refusal(text).to_string(), words);
        }
    }

    #[test]
    fn the_key_ignores_case_and_width() {
        let key = |text: &str| Name::parse(text).expect("it is a name").key();
        assert_eq!(key("ADA"), key("ａｄａ"));
        assert_eq!(key("❤\u{FE0F}"), key("❤"));
        assert_ne!(key("Ada"), key("Adä"));
    }

    proptest! {
        #[test]
        fn an_accepted_name_keeps_every_rule(text in prop_oneof![any::<String>(), "[a-zé語\u{301}\u{302}\u{1100}\u{200d} ]{0,24}"]) {
            if let Ok(name) = Name::parse(&text) {
                let shown = name.as_str();
                prop_assert!(!shown.is_empty());
                prop_assert!(is_nfc(shown));
                prop_assert!(shown.graphemes(true).count() <= 20);
                prop_assert!(shown.chars().all(|c| !c.is_whitespace() && Hidden::of(c).is_none()));
                prop_assert_eq!(crate::domain::safe_text::safe(shown), shown);
                prop_assert_eq!(Name::parse(shown), Ok(name.clone()));
            }
        }

        #[test]
        fn plain_names_are_accepted(text in "[A-Za-z王小明é.'-]{1,20}") {
            prop_assert_eq!(Name::parse(&text).map(String::from), Ok(text));
        }

        #[test]
        fn a_refusal_is_safe_to_show(text in any::<String>()) {
            if let Err(refused) = Name::parse(&text) {
                let words = refused.to_string();
                prop_assert_eq!(crate::domain::safe_text::safe(&words), words.as_str());
            }
        }
    }
}
