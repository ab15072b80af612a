//! The bytes as they travel: line ends, the boundary between the parts, and the last look at a finished message.
//!
//! A server takes a line that holds one dot as the end of the mail, and some take a bare LF as the end of a line
//! (RUSTSEC-2026-0561): so every line ends in CRLF, and a message in which one does not is refused.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The longest line, without its CRLF (RFC 5322 section 2.1.1).
pub const LINE_LIMIT: usize = 998;

/// Which octets a message may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Octets {
    SevenBit,
    /// UTF-8 in headers (RFC 6532), for addresses that need SMTPUTF8.
    Utf8,
}

/// The text with every line end, CRLF, LF or CR, as CRLF.
pub fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

/// The boundary of a message: the same for the same Message-ID, and never a line of a part, since neither
/// quoted-printable nor base64 can hold `=_`.
pub fn boundary(message_id: &str) -> String {
    let mut boundary = "=_".to_owned();
    for byte in &Sha256::digest(message_id.as_bytes())[..16] {
        write!(boundary, "{byte:02x}").expect("writing to a String does not fail");
    }
    boundary
}

/// The text of a header as encoded words (RFC 2047) if it must not stand as it is: it would be read as encoded words already,
/// or blanks of it would be lost where the line is folded. None if whoever writes the header may decide.
pub fn encoded_words(text: &str) -> Option<String> {
    let is_plain =
        !text.contains("=?") && !text.contains("  ") && !text.starts_with(' ') && !text.ends_with(' ');
    if is_plain && !text.is_empty() {
        return None;
    }
    // 45 octets are 60 characters of base64; with what is around them a word has 72, and may have 75.
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(45);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        words.push(format!("=?utf-8?b?{}?=", STANDARD.encode(&rest[..end])));
        rest = &rest[end..];
    }
    Some(words.join("\r\n "))
}

/// Looks at a finished message.
///
/// # Errors
/// The rule that is broken.
pub fn check(message: &[u8], octets: Octets) -> Result<(), &'static str> {
    if !message.ends_with(b"\r\n") {
        return Err("it does not end with a line end");
    }
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\r\n") else { return Err("a line ends in LF alone") };
        if line.contains(&b'\r') {
            return Err("a line holds a CR");
        }
        if line.contains(&0) {
            return Err("a line holds a NUL");
        }
        if octets == Octets::SevenBit && !line.is_ascii() {
            return Err("a line is not 7-bit");
        }
        if line.len() > LINE_LIMIT {
            return Err("a line is longer than 998 octets");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(crlf("a\nb\rc\r\nd\n\re"), "a\r\nb\r\nc\r\nd\r\n\r\ne");
        assert_eq!(crlf(&crlf("a\n.\n")), "a\r\n.\r\n");
    }

    #[test]
    fn a_message_that_breaks_a_rule_is_refused() {
        let refused = |message: &[u8]| check(message, Octets::SevenBit).is_err();
        assert!(!refused(b"a: b\r\n\r\nc\r\n"));
        for message in [&b"a\nb\r\n"[..], b"a\rb\r\n", b"a\0\r\n", b"a", b"a\r\n\n", "é\r\n".as_bytes()] {
            assert!(refused(message), "{message:?}");
        }
        let longest = [&[b'a'; LINE_LIMIT][..], b"\r\n"].concat();
        assert!(!refused(&longest));
        assert!(refused(&[b"a", &longest[..]].concat()));
        assert_eq!(check("é\r\n".as_bytes(), Octets::Utf8), Ok(()));
    }

    #[test]
    fn a_header_is_encoded_where_it_would_be_misread() {
        for text in ["王小明", "two words", "=", "?="] {
            assert_eq!(encoded_words(text), None, "{text:?}");
        }
        assert_eq!(encoded_words("=?utf-8?q?x?=").unwrap(), "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?=");
        let words = encoded_words(&format!(" {}", "王".repeat(40))).unwrap();
        assert_eq!(words.split("\r\n ").count(), 3);
        assert!(words.split("\r\n").all(|line| line.len() <= 76));
    }

    #[test]
    fn a_boundary_follows_from_the_message_id() {
        assert_eq!(boundary("<a@b.example>"), boundary("<a@b.example>"));
        assert_ne!(boundary("<a@b.example>"), boundary("<c@b.example>"));
        assert!(boundary("<a@b.example>").len() <= 70, "RFC 2046 section 5.1.1");
    }
}
