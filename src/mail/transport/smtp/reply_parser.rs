//! Bytes from a server, read as replies (RFC 5321 section 4.2.1).
//!
//! Takes lines that end in a bare LF, too. Never holds more than a bounded amount, whatever the server sends, and
//! never guesses: what is not a reply ends the dialogue.

use crate::domain::reply::escape;
use crate::domain::say::saying;

/// The longest line, in octets with its end; RFC 5321 section 4.5.3.1.5 asks for 512.
const LONGEST_LINE: usize = 4096;
/// The most lines in one reply.
const MOST_LINES: usize = 128;

/// A buffer of received bytes and the reply under way.
pub(super) struct ReplyParser {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    code: Option<u16>,
    lines: usize,
    text: String,
}

/// How a server left the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Violation {
    LineTooLong,
    TooManyLines,
    /// Holds the line, escaped.
    NotAReply(String),
}

impl Violation {
    /// The server of this name did it.
    pub fn words(&self, server: &str) -> String {
        let said = match self {
            Self::LineTooLong => saying!(
                "{server} answered with a line of more than {most} octets",
                server = server,
                most = LONGEST_LINE
            ),
            Self::TooManyLines => {
                saying!("{server} answered with more than {most} lines", server = server, most = MOST_LINES)
            }
            Self::NotAReply(line) => saying!(
                "{server} answered in something that is not SMTP: '{line}'",
                server = server,
                line = line.as_str()
            ),
        };
        said.to_string()
    }
}

impl ReplyParser {
    pub fn new() -> Self {
        Self {
            buffer: vec![0; 2 * LONGEST_LINE].into_boxed_slice(),
            start: 0,
            end: 0,
            code: None,
            lines: 0,
            text: String::new(),
        }
    }

    /// Starts a new reply; the words of the last one are gone.
    pub fn begin(&mut self) {
        self.code = None;
        self.lines = 0;
        self.text.clear();
    }

    /// The code, once the last line of the reply is there; `None` asks for more bytes.
    pub fn advance(&mut self) -> Result<Option<u16>, Violation> {
        loop {
            let received = &self.buffer[self.start..self.end];
            let Some(length) = received.iter().position(|&byte| byte == b'\n') else {
                return if received.len() >= LONGEST_LINE { Err(Violation::LineTooLong) } else { Ok(None) };
            };
            if length >= LONGEST_LINE {
                return Err(Violation::LineTooLong);
            }
            let line = &received[..length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Some((code, last, words)) = split(line, self.code) else {
                return Err(Violation::NotAReply(escape(&String::from_utf8_lossy(line), 100)));
            };
            if self.lines > 0 {
                self.text.push('\n');
            }
            self.text.push_str(&String::from_utf8_lossy(words));
            self.start += length + 1;
            self.code = Some(code);
            self.lines += 1;
            match last {
                Last::Yes => return Ok(Some(code)),
                Last::No if self.lines == MOST_LINES => return Err(Violation::TooManyLines),
                Last::No => {}
            }
        }
    }

    /// Room for bytes to come; never empty after `advance` asked for more.
    pub fn room(&mut self) -> &mut [u8] {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.buffer[self.end..]
    }

    /// So many bytes were put into the room.
    pub fn received(&mut self, count: usize) {
        self.end = (self.end + count).min(self.buffer.len());
    }

    /// The words of the reply, one line each, without code and separator; unescaped.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether bytes are there that no command has asked for.
    pub fn has_leftover(&self) -> bool {
        self.start < self.end
    }

    /// Forgets what was received and not yet read.
    pub fn discard(&mut self) {
        self.start = 0;
        self.end = 0;
    }
}

#[derive(Clone, Copy)]
enum Last {
    Yes,
    No,
}

/// Takes a line apart; all lines of a reply carry the same code.
fn split(line: &[u8], expected: Option<u16>) -> Option<(u16, Last, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..600).contains(&code) || expected.is_some_and(|expected| expected != code) {
        return None;
    }
    match rest.split_first() {
        None => Some((code, Last::Yes, b"")),
        Some((b' ', words)) => Some((code, Last::Yes, words)),
        Some((b'-', words)) => Some((code, Last::No, words)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn parse(bytes: &[u8], step: usize) -> Result<Vec<(u16, String)>, Violation> {
        let mut parser = ReplyParser::new();
        let mut replies = Vec::new();
        let mut pieces = bytes.chunks(step);
        parser.begin();
        loop {
            if let Some(code) = parser.advance()? {
                replies.push((code, parser.text().to_owned()));
                parser.begin();
                continue;
            }
            let Some(piece) = pieces.next() else {
                return Ok(replies);
            };
            let mut piece = piece;
            while !piece.is_empty() {
                let room = parser.room();
                assert!(!room.is_empty());
                let count = room.len().min(piece.len());
                room[..count].copy_from_slice(&piece[..count]);
                parser.received(count);
                piece = &piece[count..];
                if !piece.is_empty() && parser.advance()?.is_some() {
                    panic!("a piece holds more than the buffer");
                }
            }
        }
    }

    #[test]
    fn replies_are_read_however_they_arrive() {
        let bytes = b"250-mail.example.com\r\n250-\r\n250 SIZE 10\n220 \n354\r\n";
        let expected =
            [(250, "mail.example.com\n\nSIZE 10".to_owned()), (220, String::new()), (354, String::new())];
        for step in 1..=bytes.len() {
            assert_eq!(parse(bytes, step).unwrap(), expected, "{step} at a time");
        }
    }

    #[test]
    fn what_is_not_a_reply_is_a_violation() {
        for line in [
            "",
            "25",
            "25x ok",
            "250_ok",
            "199 hm",
            "600 hm",
            "-50 x",
            "HTTP/1.1 400 Bad Request",
            "+OK ready",
            "2500 ok",
            "\u{16}\u{3}\u{1}",
        ] {
            let bytes = format!("{line}\r\n");
            assert!(matches!(parse(bytes.as_bytes(), 64), Err(Violation::NotAReply(_))), "{line:?}");
        }
        assert!(parse(b"250-a\r\n550 b\r\n", 64).is_err());
    }

    #[test]
    fn a_violation_shows_the_line_escaped() {
        let violation = parse(b"\x1b]0;owned\x07\xff\r\n", 64).unwrap_err();
        assert_eq!(
            violation.words("mail.example.com:25"),
            "mail.example.com:25 answered in something that is not SMTP: '\\u{1b}]0;owned\\u{7}\u{fffd}'"
        );
    }

    #[test]
    fn a_line_may_be_long_but_not_endless() {
        let longest = format!("250 {}\n", "x".repeat(LONGEST_LINE - 5));
        assert_eq!(longest.len(), LONGEST_LINE);
        assert!(parse(longest.as_bytes(), 1000).is_ok());
        let longer = format!("250 {}\n", "x".repeat(LONGEST_LINE - 4));
        assert_eq!(parse(longer.as_bytes(), 1000), Err(Violation::LineTooLong));
        let endless = vec![b'2'; LONGEST_LINE];
        assert_eq!(parse(&endless, 1000), Err(Violation::LineTooLong));
    }

    #[test]
    fn a_reply_may_have_many_lines_but_not_endless() {
        let most = format!("{}250 end\r\n", "250-x\r\n".repeat(MOST_LINES - 1));
        assert_eq!(parse(most.as_bytes(), 1000).unwrap().len(), 1);
        let more = "250-x\r\n".repeat(MOST_LINES);
        assert_eq!(parse(more.as_bytes(), 1000), Err(Violation::TooManyLines));
    }

    #[test]
    fn discarded_bytes_are_never_read() {
        let mut parser = ReplyParser::new();
        let bytes = b"220 go\r\n250 injected\r\n";
        parser.room()[..bytes.len()].copy_from_slice(bytes);
        parser.received(bytes.len());
        parser.begin();
        assert_eq!(parser.advance(), Ok(Some(220)));
        assert!(parser.has_leftover());
        parser.discard();
        parser.begin();
        assert_eq!(parser.advance(), Ok(None));
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..2000), step in 1usize..64) {
            let _ = parse(&bytes, step);
        }
    }
}
