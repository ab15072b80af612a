//! Printed text: what a program wrote for a terminal, as it can be read without one.
//!
//! Programs colour what they print, and a job that pipes it into a notice hands on the codes. Here they are left out, and every
//! other control character becomes something that can be read, so that an alert is never lost to them. NUL stays as it is: where
//! one stands, the text is no text. It decides nothing, and text without control characters is borrowed.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::character::Hidden;

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';
const BACKSPACE: char = '\u{8}';

/// The text as a terminal would show it, without colours. Line feeds, carriage returns, tabs and NUL stay; form feed, vertical
/// tab and next line become line feeds; a letter that is printed over itself or over `_` stands once. What is still a control
/// character then is written as `\u{XXXX}`.
pub fn readable(text: &str) -> Cow<'_, str> {
    let Some(clean) = text.find(is_unreadable) else { return Cow::Borrowed(text) };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..clean]);
    let mut rest = &text[clean..];
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        if let Some(behind) = after_code(first, after) {
            rest = behind;
            continue;
        }
        rest = after;
        match first {
            '\u{b}' | '\u{c}' | '\u{85}' => plain.push('\n'),
            BACKSPACE if is_printed_over(&plain, after) => {
                plain.pop();
            }
            _ if is_unreadable(first) => {
                write!(plain, "\\u{{{:04X}}}", u32::from(first)).expect("writing to a String does not fail");
            }
            _ => plain.push(first),
        }
    }
    Cow::Owned(plain)
}

fn is_unreadable(character: char) -> bool {
    !matches!(character, '\t' | '\n' | '\r' | '\0') && Hidden::of(character) == Some(Hidden::Control)
}

/// Whether what follows a backspace is the character before it, or stands over a line that underlines it.
fn is_printed_over(before: &str, after: &str) -> bool {
    match (before.chars().next_back(), after.chars().next()) {
        (Some('_'), Some(after)) => !after.is_control(),
        (Some(before), Some(after)) => before == after && !before.is_control(),
        (_, _) => false,
    }
}

/// What follows a code for terminals (ECMA-48, section 5) that begins with `first`; None if none does, or it is not whole.
fn after_code(first: char, after: &str) -> Option<&str> {
    match first {
        // Bell and the two that switch between sets of characters have no other part.
        BELL | '\u{e}' | '\u{f}' => Some(after),
        '\u{9b}' => after_sequence(after),
        '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => after_string(after),
        ESCAPE => {
            let second = after.chars().next()?;
            let behind = &after[second.len_utf8()..];
            match second {
                '[' => after_sequence(behind),
                'P' | 'X' | ']' | '^' | '_' => after_string(behind),
                ' '..='/' => after_final(behind.trim_start_matches(is_intermediate), '0'),
                '0'..='~' => Some(behind),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Parameters, intermediate characters, and the final one.
fn after_sequence(text: &str) -> Option<&str> {
    let parameters = |character: char| ('0'..='?').contains(&character);
    after_final(text.trim_start_matches(parameters).trim_start_matches(is_intermediate), '@')
}

fn is_intermediate(character: char) -> bool {
    (' '..='/').contains(&character)
}

fn after_final(text: &str, lowest: char) -> Option<&str> {
    text.strip_prefix(|last: char| (lowest..='~').contains(&last))
}

/// A title, an address of a link and the like, up to what ends it; it never goes beyond the line.
fn after_string(text: &str) -> Option<&str> {
    let end = text.find([BELL, ESCAPE, '\u{9c}', '\n', '\r'])?;
    let end = &text[end..];
    end.strip_prefix([BELL, '\u{9c}']).or_else(|| end.strip_prefix("\u{1b}\\"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_programs_print_is_read_without_a_terminal() {
        for (printed, read) in [
            ("\u{1b}[31;1mERROR\u{1b}[0m disk full\u{7}", "ERROR disk full"),
            ("\u{1b}[38:2::255:0:0mred\u{1b}[m", "red"),
            ("\u{1b}[?25l\u{1b}[2K100 %\u{1b}(B\u{1b}[m\u{f}\u{1b}7", "100 %"),
            ("\u{9b}1mbold", "bold"),
            ("\u{1b}]0;a title\u{7}a", "a"),
            ("see \u{1b}]8;;https://example.com\u{1b}\\the log\u{1b}]8;;\u{1b}\\.", "see the log."),
            ("N\u{8}NA\u{8}A _\u{8}m_\u{8}e", "NA me"),
            ("one\u{c}two\u{b}three\u{85}", "one\ntwo\nthree\n"),
        ] {
            assert_eq!(readable(printed), read, "{printed:?}");
        }
    }

    #[test]
    fn what_is_no_whole_code_can_still_be_read() {
        for (printed, read) in [
            ("\u{1b}", "\\u{001B}"),
            ("a\u{1b}[31", "a\\u{001B}[31"),
            ("\u{1b}[3\nERROR", "\\u{001B}[3\nERROR"),
            ("\u{1b}]0;no end\nERROR\u{7}", "\\u{001B}]0;no end\nERROR"),
            ("\u{1b}王", "\\u{001B}王"),
            ("a\u{8}b\u{8}", "a\\u{0008}b\\u{0008}"),
            ("\u{8}\u{7f}", "\\u{0008}\\u{007F}"),
        ] {
            assert_eq!(readable(printed), read, "{printed:?}");
        }
    }

    #[test]
    fn text_stays_as_it_is() {
        for text in ["", "a\r\nb\tc\0", "王 \u{202E} \\u{001B}"] {
            assert!(matches!(readable(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_control_character_is_left_and_no_line_is_lost(text in r"(?s)[\x00-\x1f\]\[0-9m_a\\王\u{7f}-\u{9f}]{0,30}") {
            let read = readable(&text);
            prop_assert!(!read.chars().any(is_unreadable));
            for end in ['\n', '\r'] {
                prop_assert!(read.matches(end).count() >= text.matches(end).count());
            }
            prop_assert_eq!(readable(&read), &*read);
        }
    }
}
