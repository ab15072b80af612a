//! A mail as it stands on the wire: checked, dot-stuffed, with its dot (RFC 5321 section 4.5.2).
//!
//! Never mends a mail: a bare CR or LF is how commands are smuggled past a server, and is refused.

use std::fmt;

use crate::domain::say::saying;

/// The longest line without its CRLF, in octets (RFC 5321 section 4.5.3.1.6).
const LONGEST_LINE: usize = 998;

/// A checked mail; the buffer is used again for the next one.
#[derive(Default)]
pub(super) struct Content {
    wire: Vec<u8>,
    size: usize,
    octets: Octets,
}

/// Whether all of a mail is seven-bit, or 8BITMIME is needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Octets {
    #[default]
    SevenBit,
    EightBit,
}

/// Why a mail is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Empty,
    BareCr(usize),
    BareLf(usize),
    Nul(usize),
    LongLine(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match *self {
            Self::Empty => saying!("the mail is empty"),
            Self::BareCr(line) => saying!("line {line} of the mail holds a CR without LF", line = line),
            Self::BareLf(line) => saying!("line {line} of the mail ends in an LF without CR", line = line),
            Self::Nul(line) => saying!("line {line} of the mail holds a NUL", line = line),
            Self::LongLine(line) => {
                saying!(
                    "line {line} of the mail is longer than {most} octets",
                    line = line,
                    most = LONGEST_LINE
                )
            }
        };
        said.fmt(f)
    }
}

impl Content {
    /// Checks a mail and puts it into its wire form. A last line without an end gets one.
    pub fn take(&mut self, message: &[u8]) -> Result<(), Fault> {
        self.wire.clear();
        self.size = 0;
        if message.is_empty() {
            return Err(Fault::Empty);
        }
        self.wire.reserve(message.len() + message.len() / 32 + 8);
        let mut eight_bit = false;
        let mut rest = message;
        let mut number = 0;
        while !rest.is_empty() {
            number += 1;
            let (line, after) = match rest.iter().position(|&byte| byte == b'\n') {
                Some(end) => match rest[..end].strip_suffix(b"\r") {
                    Some(line) => (line, &rest[end + 1..]),
                    None => return Err(Fault::BareLf(number)),
                },
                None => (rest, &rest[rest.len()..]),
            };
            if line.contains(&b'\r') {
                return Err(Fault::BareCr(number));
            }
            if line.contains(&b'\0') {
                return Err(Fault::Nul(number));
            }
            if line.len() > LONGEST_LINE {
                return Err(Fault::LongLine(number));
            }
            eight_bit |= !line.is_ascii();
            if line.first() == Some(&b'.') {
                self.wire.push(b'.');
            }
            self.wire.extend_from_slice(line);
            self.wire.extend_from_slice(b"\r\n");
            self.size += line.len() + 2;
            rest = after;
        }
        self.wire.extend_from_slice(b".\r\n");
        self.octets = if eight_bit { Octets::EightBit } else { Octets::SevenBit };
        Ok(())
    }

    /// Body and dot, for one write.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// The size in octets that SIZE announces: without stuffing and dot (RFC 1870 section 3).
    pub fn size(&self) -> usize {
        self.size
    }

    pub fn octets(&self) -> Octets {
        self.octets
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn wire(message: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut content = Content::default();
        content.take(message).map(|()| content.wire().to_vec())
    }

    #[test]
    fn dots_at_the_start_of_a_line_are_doubled() {
        assert_eq!(wire(b".a\r\n..\r\nb.c\r\n.\r\n\r\n").unwrap(), b"..a\r\n...\r\nb.c\r\n..\r\n\r\n.\r\n");
    }

    #[test]
    fn a_last_line_without_an_end_gets_one_and_the_size_counts_it() {
        let mut content = Content::default();
        content.take(b".x\r\ny").unwrap();
        assert_eq!(content.wire(), b"..x\r\ny\r\n.\r\n");
        assert_eq!(content.size(), 7);
    }

    #[test]
    fn what_could_smuggle_a_command_is_refused() {
        assert_eq!(wire(b""), Err(Fault::Empty));
        assert_eq!(wire(b"a\r\nb\nc\r\n"), Err(Fault::BareLf(2)));
        assert_eq!(wire(b"a\n.\nMAIL\r\n"), Err(Fault::BareLf(1)));
        assert_eq!(wire(b"a\r\nb\rc\r\n"), Err(Fault::BareCr(2)));
        assert_eq!(wire(b"a\r\r\n"), Err(Fault::BareCr(1)));
        assert_eq!(wire(b"a\r"), Err(Fault::BareCr(1)));
        assert_eq!(wire(b"\r\n\n"), Err(Fault::BareLf(2)));
        assert_eq!(wire(b"a\0b\r\n"), Err(Fault::Nul(1)));
    }

    #[test]
    fn a_line_has_at_most_998_octets() {
        let mut line = vec![b'.'; 998];
        line.extend(b"\r\n");
        assert!(wire(&line).is_ok());
        line.insert(0, b'x');
        assert_eq!(wire(&line), Err(Fault::LongLine(1)));
    }

    #[test]
    fn eight_bit_octets_are_noticed() {
        let mut content = Content::default();
        content.take("é\r\n".as_bytes()).unwrap();
        assert_eq!(content.octets(), Octets::EightBit);
        content.take(b"e\r\n").unwrap();
        assert_eq!(content.octets(), Octets::SevenBit);
    }

    proptest! {
        #[test]
        fn the_wire_form_ends_once_and_reads_back(lines in proptest::collection::vec("[.a-z]{0,5}", 1..20)) {
            let message = lines.join("\r\n") + "\r\n";
            let wire = String::from_utf8(wire(message.as_bytes()).unwrap()).unwrap();
            let body = wire.strip_suffix(".\r\n").unwrap();
            let framed = "\r\n".to_owned() + body;
            prop_assert!(!framed.contains("\r\n.\r\n"));
            let back: Vec<&str> = body.lines().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            prop_assert_eq!(back, lines);
        }
    }
}
