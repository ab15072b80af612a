//! How one mail leaves this machine: by SMTP, or as a file where no server is configured.
//!
//! A transport reports what happened and in which phase; it never decides what that means for the delivery
//! (`domain::reply::judge`), never retries a mail, and never touches the store.

use crate::domain::reply::{Phase, Reply, escape};
use crate::domain::say::saying;

pub mod files;
pub mod smtp;

/// Who sends and who receives, as the server is told; not what the headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where bounces go; empty is the null return path `<>`.
    pub return_path: String,
    /// The one recipient, with an ASCII domain.
    pub to: String,
    /// The mail needs SMTPUTF8 (RFC 6531): an address has letters outside ASCII before its `@`.
    pub smtputf8: bool,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// The server has taken the mail, with these words.
    Accepted(Reply),
    /// The server refused it in this phase, with a 4xx or 5xx reply.
    Refused {
        /// The command that was refused.
        phase: Phase,
        /// The server's words.
        reply: Reply,
    },
    /// The line broke, an answer was late or no SMTP, TLS failed, or the caller cancelled.
    ///
    /// At [`Phase::Body`] the server may have taken the mail all the same. Commands that left in one write
    /// (PIPELINING) break at the first reply that is missing, so [`Phase::MailFrom`] stands for what follows, too.
    Broken {
        /// The step that was under way.
        phase: Phase,
        /// What happened, for people; escaped, without secrets.
        words: String,
    },
    /// The mail cannot be sent as it is to this server; none of its content has left.
    Unsendable {
        /// What is wrong with it, for people; escaped.
        words: String,
    },
}

/// A way out for mail.
pub trait Transport: Send {
    /// Hands over one mail.
    ///
    /// `message` is a whole RFC 5322 message with CRLF line ends. `before_body` is called at most once, when the
    /// server has agreed to take the body and before any of it is written; if it returns false, nothing of the
    /// body is sent, the connection is dropped, and the result is `Broken` at [`Phase::Data`], "cancelled".
    fn submit(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        before_body: &mut dyn FnMut() -> bool,
    ) -> Submission;

    /// Says good-bye and gives the connection back; the next mail makes a new one.
    fn close(&mut self);
}

impl Envelope {
    /// What makes the envelope unfit for an SMTP command; addresses come validated, and are checked once more
    /// where a mistake would put words into the dialogue.
    pub fn fault(&self) -> Option<String> {
        if self.to.is_empty() {
            return Some(saying!("the mail has no recipient").to_string());
        }
        [&self.return_path, &self.to].into_iter().find_map(|address| self.address_fault(address))
    }

    fn address_fault(&self, address: &str) -> Option<String> {
        let shown = escape(address, 254);
        let breaks_out = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>');
        if address.contains(breaks_out) {
            return Some(
                saying!("the address '{shown}' holds a character that no address may have", shown = shown)
                    .to_string(),
            );
        }
        if !self.smtputf8 && !address.is_ascii() {
            return Some(saying!("the address '{shown}' needs SMTPUTF8", shown = shown).to_string());
        }
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        if !domain.is_ascii() {
            return Some(
                saying!("the domain of '{shown}' is not in its ASCII form", shown = shown).to_string(),
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(to: &str, smtputf8: bool) -> Envelope {
        Envelope { return_path: "bounces@example.com".to_owned(), to: to.to_owned(), smtputf8 }
    }

    #[test]
    fn an_address_that_could_break_out_of_its_command_is_refused() {
        for to in [
            "",
            "a@b.example\r\nDATA",
            "a@b.example\n",
            "a@b.example>",
            "<a@b.example",
            "a b@c.example",
            "a\u{a0}b@c.example",
            "a\0@b.example",
            "a\u{85}@b.example",
        ] {
            assert!(envelope(to, true).fault().is_some(), "{to:?}");
            let swapped = Envelope { return_path: to.to_owned(), ..envelope("a@b.example", true) };
            assert_eq!(swapped.fault().is_some(), !to.is_empty(), "{to:?}");
        }
    }

    #[test]
    fn letters_outside_ascii_need_smtputf8_and_never_stand_in_the_domain() {
        assert_eq!(envelope("a@b.example", false).fault(), None);
        assert!(envelope("用户@b.example", false).fault().is_some());
        assert_eq!(envelope("用户@b.example", true).fault(), None);
        assert!(envelope("a@例子.example", true).fault().is_some());
    }
}
