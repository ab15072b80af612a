//! The clipboard of whoever looks at the terminal, by the escape sequence OSC 52. What becomes of it nobody tells: terminals may
//! ignore it, and so does a multiplexer that was not told to pass it on. So it is said to be sent, never to be copied.
//!
//! The text travels in base64: nothing in it can act on the terminal.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::language::Language;
use crate::domain::say::say;

/// The longest text in base64, in bytes: the most that widespread terminals take.
const LIMIT: usize = 74_994;

/// GNU screen passes strings on up to 256 bytes.
const PIECE: usize = 240;

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// Nothing that is known.
    #[default]
    Direct,
    /// tmux understands the sequence itself, if it may.
    Tmux,
    /// GNU screen hands it through in pieces.
    Screen,
}

impl Clipboard {
    /// The bytes that ask the terminal to take `text`; None if it is too long.
    #[must_use]
    pub fn sequence(self, text: &str) -> Option<Vec<u8>> {
        let encoded = STANDARD.encode(text);
        if encoded.len() > LIMIT {
            return None;
        }
        let plain = format!("\x1b]52;c;{encoded}\x07");
        Some(match self {
            Self::Direct | Self::Tmux => plain.into_bytes(),
            Self::Screen => plain
                .as_bytes()
                .chunks(PIECE)
                .flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat())
                .collect(),
        })
    }

    /// What is said when something was sent that is too long to be shown; `what` names it.
    #[must_use]
    pub fn words_for(self, what: &str, language: Language) -> String {
        match self {
            Self::Direct | Self::Screen => {
                say!(language, "Sent to the terminal for its clipboard: {what}.", what)
            }
            Self::Tmux => say!(
                language,
                "Sent to the terminal for its clipboard: {what}; tmux takes it with 'set-clipboard on' only.",
                what
            ),
        }
    }

    /// What is said when `what`, which is safe to show, was sent.
    #[must_use]
    pub fn words(self, what: &str, language: Language) -> String {
        match self {
            Self::Direct | Self::Screen => {
                say!(language, "'{what}' was sent to the terminal for its clipboard.", what)
            }
            Self::Tmux => say!(
                language,
                "'{what}' was sent to the terminal for its clipboard; tmux takes it with 'set-clipboard on' only.",
                what
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_base64_whatever_it_is() {
        let bytes = Clipboard::Direct.sequence("a\u{1b}]0;x\u{7}王").unwrap();
        assert_eq!(bytes, b"\x1b]52;c;YRtdMDt4B+eOiw==\x07");
        assert_eq!(Clipboard::Tmux.sequence("a"), Clipboard::Direct.sequence("a"));
    }

    #[test]
    fn screen_hands_it_through_in_pieces() {
        assert_eq!(Clipboard::Screen.sequence("a").unwrap(), b"\x1bP\x1b]52;c;YQ==\x07\x1b\\");
        let long = Clipboard::Screen.sequence(&"x".repeat(600)).unwrap();
        let text = String::from_utf8(long).unwrap();
        assert!(text.split("\u{1b}P").all(|piece| piece.len() <= PIECE + 2));
        let joined = text.replace("\u{1b}P", "").replace("\u{1b}\\", "");
        assert_eq!(joined.into_bytes(), Clipboard::Direct.sequence(&"x".repeat(600)).unwrap());
    }

    #[test]
    fn what_is_too_long_is_not_sent() {
        assert!(Clipboard::Direct.sequence(&"x".repeat(56_244)).is_some());
        assert!(Clipboard::Direct.sequence(&"x".repeat(56_248)).is_none());
    }
}
