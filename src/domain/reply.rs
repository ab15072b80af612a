//! What a mail server answered, and what that means for a delivery.
//!
//! Nothing here talks to a server, and no word of a server comes out of here unescaped.

use std::fmt;

use super::character::Hidden;

mod verdict;

pub use self::verdict::{Phase, Verdict, judge};

/// The longest text of a reply that is kept, in characters.
pub const LONGEST_TEXT: usize = 500;

/// A server's reply (RFC 5321 section 4.2): the code, the enhanced code and the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, 200 to 599.
    pub code: u16,
    /// Present only when the server gave one whose class equals the first digit of `code` (RFC 2034 section 4).
    pub enhanced: Option<EnhancedCode>,
    /// All lines joined with a space, without the enhanced code; safe to show; at most [`LONGEST_TEXT`] characters.
    pub text: String,
}

/// An enhanced status code `class.subject.detail` (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedCode(pub u8, pub u16, pub u16);

/// Escapes what a terminal, a log or a file must not receive, and cuts at `limit` characters.
///
/// Control, format, private-use, unassigned and line-separating characters become `\u{…}`. Cut text ends in `…`,
/// never inside an escape.
pub fn escape(text: &str, limit: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(limit * 4));
    let mut count = 0;
    // Where to cut so that the ellipsis still fits.
    let mut cut = 0;
    for character in text.chars() {
        let start = shown.len();
        if Hidden::of(character).is_some() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
        count += shown[start..].chars().count();
        if count > limit {
            shown.truncate(cut);
            shown.push('…');
            return shown;
        }
        if count < limit {
            cut = shown.len();
        }
    }
    shown
}

impl Reply {
    /// Reads the words of a reply, its lines separated by `\n`, without code and separator.
    ///
    /// ```
    /// use callsheet::domain::reply::{EnhancedCode, Reply};
    /// let reply = Reply::new(550, "5.1.1 no such user\n5.1.1 here");
    /// assert_eq!(reply.enhanced, Some(EnhancedCode(5, 1, 1)));
    /// assert_eq!(reply.to_string(), "550 5.1.1 no such user here");
    /// ```
    pub fn new(code: u16, lines: &str) -> Self {
        let mut enhanced = None;
        let mut words = String::with_capacity(lines.len());
        for line in lines.lines() {
            let line = line.trim();
            let (found, rest) = match EnhancedCode::at_start_of(line) {
                Some((found, rest)) if u16::from(found.0) == code / 100 => (Some(found), rest),
                Some(_) | None => (None, line),
            };
            let rest = if found.is_none() || enhanced.is_none() || enhanced == found {
                enhanced = enhanced.or(found);
                rest
            } else {
                // A second, different code is a word like any other.
                line
            };
            if !words.is_empty() && !rest.is_empty() {
                words.push(' ');
            }
            words.push_str(rest);
        }
        Self { code, enhanced, text: escape(&words, LONGEST_TEXT) }
    }

    fn has(&self, class: u8, subject: u16, detail: u16) -> bool {
        self.enhanced == Some(EnhancedCode(class, subject, detail))
    }

    fn is_class(&self, class: u16) -> bool {
        self.code / 100 == class
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        if !self.text.is_empty() {
            write!(f, " {}", self.text)?;
        }
        Ok(())
    }
}

impl EnhancedCode {
    /// Reads a code that stands at the start of a text, alone or before a blank.
    pub fn parse(text: &str) -> Option<Self> {
        Self::at_start_of(text.trim_start()).map(|(code, _)| code)
    }

    /// Reads a code at the start of a line; returns it and what follows the blank after it.
    fn at_start_of(line: &str) -> Option<(Self, &str)> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut parts = word.split('.');
        let class = number(parts.next()?)?;
        let subject = number(parts.next()?)?;
        let detail = number(parts.next()?)?;
        if parts.next().is_some() || !matches!(class, 2 | 4 | 5) {
            return None;
        }
        let class = u8::try_from(class).ok()?;
        Some((Self(class, subject, detail), rest.trim_start()))
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// One to three digits, as RFC 3463 section 2 has them.
fn number(digits: &str) -> Option<u16> {
    let plausible = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_counts_only_in_the_class_of_its_reply() {
        assert_eq!(Reply::new(550, "5.7.1 no").enhanced, Some(EnhancedCode(5, 7, 1)));
        for words in [
            "4.7.1 no",
            "5.7 no",
            "5.7.1.2 no",
            "5.7.1000 no",
            "5.7.x no",
            "5.7.1, no",
            "3.1.1 no",
            "x5.7.1 no",
            "+5.7.1 no",
            "",
        ] {
            let reply = Reply::new(550, words);
            assert_eq!(reply.enhanced, None, "{words}");
            assert_eq!(reply.text, words);
        }
    }

    #[test]
    fn lines_are_joined_and_a_repeated_enhanced_code_is_said_once() {
        let reply = Reply::new(550, "5.1.1 The account\n5.1.1  does not exist\n\n5.7.1 odd\nend ");
        assert_eq!(reply.to_string(), "550 5.1.1 The account does not exist 5.7.1 odd end");
        assert_eq!(Reply::new(250, "").to_string(), "250");
        assert_eq!(Reply::new(250, "2.0.0").to_string(), "250 2.0.0");
    }

    #[test]
    fn hostile_words_are_escaped() {
        let reply = Reply::new(550, "a\u{1b}]0;x\u{7}\u{9b}\u{202e}\u{2028}\u{e041}\u{e0041}b é 张");
        assert_eq!(reply.text, "a\\u{1b}]0;x\\u{7}\\u{9b}\\u{202e}\\u{2028}\\u{e041}\\u{e0041}b é 张");
    }

    #[test]
    fn long_words_are_cut_outside_of_an_escape() {
        let exact = "x".repeat(LONGEST_TEXT);
        assert_eq!(Reply::new(550, &exact).text, exact);
        let long = Reply::new(550, &format!("{exact}y")).text;
        assert_eq!(long.chars().count(), LONGEST_TEXT);
        assert!(long.ends_with("x…"));
        for padding in 480..LONGEST_TEXT {
            let text = Reply::new(550, &format!("{}\u{1b}{exact}", "x".repeat(padding))).text;
            assert!(text.chars().count() <= LONGEST_TEXT);
            let tail = text.trim_start_matches('x').trim_end_matches('…').trim_end_matches('x');
            assert!(tail.is_empty() || tail == "\\u{1b}", "{tail}");
        }
    }
}
