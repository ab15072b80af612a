//! Safe text: what a person, a file or a server gave, made harmless for terminals, logs, headers and cells.
//!
//! Escaped as `\u{XXXX}` (upper-case hexadecimal, at least four digits): control, format (joiners, direction overrides, tag
//! characters), line and paragraph separators, private-use and unassigned characters, fillers, marks without a base and marks
//! beyond two on a base. Everything else stays, so safe text is borrowed. It never refuses and never loses anything: refusing
//! is for the parsers, and what is escaped can still be read. It does not quote, and does not guard CSV cells against formulas.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::character::{Fit, Hidden, MarkCount};

/// Shows a text of one line with everything harmful escaped, line breaks included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Safe<'a>(pub &'a str);

impl fmt::Display for Safe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Through `pad`, so that `{:>10}` and `{:.3}` work as on any string.
        f.pad(&safe(self.0))
    }
}

/// The text in one line, everything harmful escaped; borrowed if nothing is.
pub fn safe(text: &str) -> Cow<'_, str> {
    escape(text, LineFeeds::Escape)
}

/// The text with its lines kept, everything else harmful escaped; borrowed if nothing is.
///
/// `\n` stays, `\r\n` becomes `\n`, a lone `\r` is escaped.
pub fn safe_lines(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return Cow::Owned(escape(&text.replace("\r\n", "\n"), LineFeeds::Keep).into_owned());
    }
    escape(text, LineFeeds::Keep)
}

/// The text for a field of one line: line breaks and all other control characters are left out, the rest is kept.
///
/// For what is pasted. It is not safe to show; a field that must not hold what remains says so when it is read.
pub fn one_line(text: &str) -> String {
    text.chars()
        .filter(|character| match Hidden::of(*character) {
            Some(Hidden::Control | Hidden::LineSeparator) => false,
            Some(Hidden::Format | Hidden::PrivateUse | Hidden::Unassigned | Hidden::Filler) | None => true,
        })
        .collect()
}

/// JSON in which every character that could act on a terminal is escaped as `\u`; borrowed if none is.
///
/// Such characters stand in strings only, where `\u` means the same; so the text can be escaped after it is made.
pub fn safe_json(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.chars().all(|c| Hidden::of(c).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        // DEL, C1, direction overrides and other invisible characters.
        if Hidden::of(character).is_some() {
            let mut units = [0; 2];
            escaped.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineFeeds {
    Keep,
    Escape,
}

fn escape(text: &str, line_feeds: LineFeeds) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut marks = MarkCount::default();
    let mut is_kept = |character: char| {
        if character == '\n' && line_feeds == LineFeeds::Keep {
            marks.reset();
            return true;
        }
        if Hidden::of(character).is_some() {
            marks.reset();
            return false;
        }
        marks.push(character) == Fit::Fits
    };
    let Some((clean, _)) = text.char_indices().find(|(_, character)| !is_kept(*character)) else {
        return Cow::Borrowed(text);
    };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(&text[..clean]);
    // The first unsafe character has been judged; judging a hidden one or a surplus mark again gives the same.
    for character in text[clean..].chars() {
        if is_kept(character) {
            escaped.push(character);
        } else {
            write!(escaped, "\\u{{{:04X}}}", u32::from(character))
                .expect("writing to a String does not fail");
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn harmful_characters_are_escaped() {
        for (text, shown) in [
            ("\u{1b}[2Jx", "\\u{001B}[2Jx"),
            ("a\nb\r\n", "a\\u{000A}b\\u{000D}\\u{000A}"),
            ("\u{7f}\u{9b}31m", "\\u{007F}\\u{009B}31m"),
            ("\u{202e}txt.exe", "\\u{202E}txt.exe"),
            ("a\u{200b}b\u{ad}c\u{feff}", "a\\u{200B}b\\u{00AD}c\\u{FEFF}"),
            ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
            ("x\u{e0041}\u{e007f}", "x\\u{E0041}\\u{E007F}"),
            ("\u{e000}\u{f0000}\u{10fffd}", "\\u{E000}\\u{F0000}\\u{10FFFD}"),
            ("\u{378}\u{ffff}", "\\u{0378}\\u{FFFF}"),
            ("\u{3164}", "\\u{3164}"),
            ("a\tb", "a\\u{0009}b"),
            ("\u{301}a", "\\u{0301}a"),
            ("a\u{1}\u{301}", "a\\u{0001}\\u{0301}"),
        ] {
            assert_eq!(safe(text), shown, "{text:?}");
        }
    }

    #[test]
    fn a_heap_of_marks_is_cut_after_the_second() {
        assert_eq!(
            safe("z\u{300}\u{301}\u{302}\u{303}a\u{304}"),
            "z\u{300}\u{301}\\u{0302}\\u{0303}a\u{304}"
        );
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in [
            "",
            "ada@example.org",
            "王小明",
            "é e\u{301} 한국 ख़ाँ",
            "☃ … ❤\u{fe0f}",
            "\u{a0}\u{3000}",
            "\\ \" ' = -",
        ] {
            assert!(matches!(safe(text), Cow::Borrowed(kept) if kept == text), "{text}");
        }
        assert!(matches!(safe_lines("one\ntwo\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_are_kept_where_they_are_wanted() {
        assert_eq!(safe_lines("250-one\r\n250 two\r\n"), "250-one\n250 two\n");
        assert_eq!(safe_lines("a\rb\n\u{301}\u{1b}"), "a\\u{000D}b\n\\u{0301}\\u{001B}");
    }

    #[test]
    fn a_safe_text_takes_width_and_precision() {
        assert_eq!(format!("[{:>5}]", Safe("ab")), "[   ab]");
        assert_eq!(Safe("a\u{7}").to_string(), "a\\u{0007}");
    }

    #[test]
    fn a_pasted_text_becomes_one_line() {
        assert_eq!(one_line("Ada\r\nLove\tlace\u{1b}\u{85}\u{2028}"), "AdaLovelace");
        assert_eq!(one_line("王 小\u{200d}明"), "王 小\u{200d}明");
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a\n\r\t\u{1b}\u{9b}\u{301}\u{302}\u{202e}\u{2028}\u{e0041}語\u{903}]{0,24}"
        ]
    }

    proptest! {
        #[test]
        fn nothing_hidden_and_no_heap_of_marks_survives(text in texts()) {
            for shown in [safe(&text).into_owned(), safe_lines(&text).replace('\n', "")] {
                prop_assert!(shown.chars().all(|c| Hidden::of(c).is_none()));
                let mut marks = MarkCount::default();
                prop_assert!(shown.chars().all(|c| marks.push(c) == Fit::Fits));
            }
        }

        #[test]
        fn safe_text_stays_as_it_is(text in texts()) {
            let once = safe(&text).into_owned();
            prop_assert!(matches!(safe(&once), Cow::Borrowed(_)));
        }

        #[test]
        fn no_line_break_survives_in_one_line(text in texts()) {
            let breaks = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
            prop_assert!(!one_line(&text).contains(breaks));
        }
    }
}
