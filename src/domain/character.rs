//! One character: which ones are never shown as they are, how many marks one letter carries, and how a message names one.
//!
//! The classes are those of the Unicode general category. It never decides what a field accepts: name, email address and
//! escaping each ask here and decide for themselves.

use std::fmt;

use unicode_general_category::{GeneralCategory, get_general_category};

use super::language::Language;
use super::say::{Say, say};

/// Why a character is never shown, stored or sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hidden {
    /// Cc: C0, DEL and C1.
    Control,
    /// Cf: joiners, direction overrides, tag characters, soft hyphen, byte order mark.
    Format,
    /// Zl, Zp: U+2028 and U+2029.
    LineSeparator,
    /// Co: means something to one font only.
    PrivateUse,
    /// Cn: no character, or one that is newer than the tables of this program. Cs, which a `char` cannot be, counts here.
    Unassigned,
    /// A letter or symbol by category that draws nothing: the Hangul fillers and the empty Braille pattern.
    Filler,
}

impl Hidden {
    /// The class of `character`; `None` if it may be shown.
    pub fn of(character: char) -> Option<Hidden> {
        if character.is_ascii() {
            return character.is_ascii_control().then_some(Hidden::Control);
        }
        match character {
            '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}' => {
                return Some(Hidden::Filler);
            }
            '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => return None,
            _ => {}
        }
        let category = get_general_category(character);
        if category == GeneralCategory::Control {
            Some(Hidden::Control)
        } else if category == GeneralCategory::Format {
            Some(Hidden::Format)
        } else if category == GeneralCategory::LineSeparator
            || category == GeneralCategory::ParagraphSeparator
        {
            Some(Hidden::LineSeparator)
        } else if category == GeneralCategory::PrivateUse {
            Some(Hidden::PrivateUse)
        } else if category == GeneralCategory::Unassigned || category == GeneralCategory::Surrogate {
            Some(Hidden::Unassigned)
        } else {
            None
        }
    }
}

impl Say for Hidden {
    fn say(&self, language: Language) -> String {
        match self {
            Hidden::Control => say!(language, "a control character"),
            Hidden::Format => say!(language, "an invisible format character"),
            Hidden::LineSeparator => say!(language, "a line separator"),
            Hidden::PrivateUse => say!(language, "a private-use character"),
            Hidden::Unassigned => say!(language, "an unassigned character"),
            Hidden::Filler => say!(language, "an invisible filler"),
        }
        .to_owned()
    }
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

/// The kinds of combining marks, told apart by whether they take a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Mn and Me: drawn onto the base; these are the ones that can be heaped up.
    Stacking,
    /// Mc: drawn beside the base, as the vowel signs of Devanagari are.
    Spacing,
}

impl Mark {
    /// The kind of `character`; `None` if it is no combining mark.
    pub fn of(character: char) -> Option<Mark> {
        // U+0300 is the first mark.
        if character < '\u{300}' || matches!(character, '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}') {
            return None;
        }
        let category = get_general_category(character);
        if category == GeneralCategory::NonspacingMark || category == GeneralCategory::EnclosingMark {
            Some(Mark::Stacking)
        } else if category == GeneralCategory::SpacingMark {
            Some(Mark::Spacing)
        } else {
            None
        }
    }
}

/// The most marks of each kind that one base may carry.
///
/// Stacking and spacing marks are counted apart: `ख़ाँ` (Khan) has two that stack and one beside them, and is a plain name.
pub const MARKS_PER_BASE: usize = 2;

/// How a character stands to the marks before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fit {
    /// A base, or a mark that its base can carry.
    Fits,
    /// A mark with no base before it: it would be drawn onto whatever stands before the text.
    NoBase,
    /// A mark beyond [`MARKS_PER_BASE`].
    TooMany,
}

/// Counts the marks of the present base while a text is read from its start.
#[derive(Debug, Clone, Copy, Default)]
pub struct MarkCount {
    has_base: bool,
    stacking: usize,
    spacing: usize,
}

impl MarkCount {
    /// Takes the next character of the text.
    pub fn push(&mut self, character: char) -> Fit {
        let count = match Mark::of(character) {
            None => {
                *self = MarkCount { has_base: true, stacking: 0, spacing: 0 };
                return Fit::Fits;
            }
            Some(_) if !self.has_base => return Fit::NoBase,
            Some(Mark::Stacking) => &mut self.stacking,
            Some(Mark::Spacing) => &mut self.spacing,
        };
        *count += 1;
        if *count > MARKS_PER_BASE { Fit::TooMany } else { Fit::Fits }
    }

    /// Forgets the base: the next mark has none.
    pub fn reset(&mut self) {
        *self = MarkCount::default();
    }
}

/// True for letters, marks and decimal digits, of any script.
pub fn is_letter_mark_or_digit(character: char) -> bool {
    use GeneralCategory as G;
    let category = get_general_category(character);
    [
        G::UppercaseLetter,
        G::LowercaseLetter,
        G::TitlecaseLetter,
        G::ModifierLetter,
        G::OtherLetter,
        G::NonspacingMark,
        G::SpacingMark,
        G::DecimalNumber,
    ]
    .contains(&category)
}

/// True for marks that draw nothing by themselves: variation selectors, the grapheme joiner, the inherent vowels of Khmer.
///
/// They are default-ignorable (UAX #44), so two texts that differ only in them look the same.
pub fn is_invisible_mark(character: char) -> bool {
    matches!(
        character,
        '\u{034F}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180D}'
            | '\u{180F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// A character as a message names it: `'!' (U+0021)`, or without the glyph where that is invisible: `U+0020 (blank)`.
///
/// The text is always safe to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Named(pub char);

impl Say for Named {
    fn say(&self, language: Language) -> String {
        let code = format!("U+{:04X}", u32::from(self.0));
        if let Some(name) = common_name(self.0, language) {
            say!(language, "{code} ({name})", code, name)
        } else if self.0.is_whitespace() || Mark::of(self.0).is_some() || Hidden::of(self.0).is_some() {
            code
        } else {
            say!(language, "'{character}' ({code})", character = self.0, code)
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

/// What people call the invisible characters that are most often pasted by accident.
fn common_name(character: char, language: Language) -> Option<&'static str> {
    Some(match character {
        '\u{0000}' => say!(language, "null"),
        '\u{0009}' => say!(language, "tab"),
        '\u{000A}' => say!(language, "line feed"),
        '\u{000D}' => say!(language, "carriage return"),
        '\u{001B}' => say!(language, "escape"),
        '\u{0020}' => say!(language, "blank"),
        '\u{007F}' => say!(language, "delete character"),
        '\u{00A0}' => say!(language, "no-break space"),
        '\u{00AD}' => say!(language, "soft hyphen"),
        '\u{200B}' => say!(language, "zero-width space"),
        '\u{200C}' => say!(language, "zero-width non-joiner"),
        '\u{200D}' => say!(language, "zero-width joiner"),
        '\u{200E}' => say!(language, "left-to-right mark"),
        '\u{200F}' => say!(language, "right-to-left mark"),
        '\u{2028}' => say!(language, "line separator"),
        '\u{2029}' => say!(language, "paragraph separator"),
        '\u{202A}' => say!(language, "left-to-right embedding"),
        '\u{202B}' => say!(language, "right-to-left embedding"),
        '\u{202C}' => say!(language, "end of embedding"),
        '\u{202D}' => say!(language, "left-to-right override"),
        '\u{202E}' => say!(language, "right-to-left override"),
        '\u{2060}' => say!(language, "word joiner"),
        '\u{3000}' => say!(language, "ideographic space"),
        '\u{3164}' => say!(language, "Hangul filler"),
        '\u{FEFF}' => say!(language, "byte order mark"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_that_is_never_shown_is_recognised() {
        for (character, class) in [
            ('\u{0}', Hidden::Control),
            ('\u{1B}', Hidden::Control),
            ('\u{7F}', Hidden::Control),
            ('\u{9B}', Hidden::Control),
            ('\u{AD}', Hidden::Format),
            ('\u{200D}', Hidden::Format),
            ('\u{202E}', Hidden::Format),
            ('\u{2066}', Hidden::Format),
            ('\u{FEFF}', Hidden::Format),
            ('\u{E0041}', Hidden::Format),
            ('\u{2028}', Hidden::LineSeparator),
            ('\u{2029}', Hidden::LineSeparator),
            ('\u{E000}', Hidden::PrivateUse),
            ('\u{10FFFD}', Hidden::PrivateUse),
            ('\u{378}', Hidden::Unassigned),
            ('\u{FFFE}', Hidden::Unassigned),
            ('\u{3164}', Hidden::Filler),
        ] {
            assert_eq!(Hidden::of(character), Some(class), "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn letters_symbols_blanks_and_marks_are_not_hidden() {
        for character in ['a', ' ', '~', 'é', '王', '한', '\u{301}', '☃', '👩', '\u{A0}', '\u{FFFD}'] {
            assert_eq!(Hidden::of(character), None, "U+{:04X}", u32::from(character));
        }
    }

    #[test]
    fn marks_are_counted_for_each_base() {
        let fits = |text: &str| {
            let mut count = MarkCount::default();
            text.chars().map(|c| count.push(c)).find(|fit| *fit != Fit::Fits)
        };
        assert_eq!(fits("e\u{301}\u{302}e\u{301}\u{302}"), None);
        assert_eq!(fits("e\u{301}\u{302}\u{303}"), Some(Fit::TooMany));
        assert_eq!(fits("e\u{20DD}\u{302}\u{303}"), Some(Fit::TooMany));
        assert_eq!(fits("\u{301}e"), Some(Fit::NoBase));
        assert_eq!(fits("ख़ाँ"), None);
        assert_eq!(fits("लक्ष्मी"), None);
    }

    #[test]
    fn a_message_names_a_character_without_showing_what_is_invisible() {
        assert_eq!(Named('!').to_string(), "'!' (U+0021)");
        assert_eq!(Named('王').to_string(), "'王' (U+738B)");
        assert_eq!(Named(' ').to_string(), "U+0020 (blank)");
        assert_eq!(Named('\u{202E}').to_string(), "U+202E (right-to-left override)");
        assert_eq!(Named('\u{301}').to_string(), "U+0301");
        assert_eq!(Named('\u{E0041}').to_string(), "U+E0041");
        assert_eq!(Named('\u{2003}').to_string(), "U+2003");
    }
}
