//! What is special in the mail of a notice: its text, made ready once for all recipients, and how one unsubscribes.
//!
//! The HTML part is made from the text, or from HTML that somebody gave by [`markup::simple`], whoever did that before: so nothing
//! in a notice can break out of the frame, load anything or look like a part of it.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use lettre::message::header::{HeaderName, HeaderValue};
use minijinja::Value;

use super::{ComposeError, Part, check_link, paragraphs};
use crate::domain::character::Hidden;
use crate::domain::email_address::{EmailAddress, Smtputf8};
use crate::mail::markup;

/// The text of a notice as mails carry it. It costs a pass over the text, so it is made once a notice, not once a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeText {
    /// Lines end in `\n`; none is empty at the beginning or the end.
    pub(super) text: Arc<str>,
    pub(super) html: Value,
    /// The first character that no mail may hold.
    refused: Option<char>,
}

impl NoticeText {
    /// Line ends (CRLF, CR, LF) become one kind, empty lines around the text are left out; everything else stays as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let lines = if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        };
        let text = lines.trim_matches('\n');
        let refused = text.chars().find(|character| is_refused_in_text(*character));
        let html = Value::from_safe_string(paragraphs::html(text));
        Self { text: Arc::from(text), html, refused }
    }

    /// The same with HTML that says it: its simple form stands in the HTML part. HTML that says nothing, or is too long, does not.
    #[must_use]
    pub fn with_html(mut self, html: &str) -> Self {
        if let Ok(simple) = markup::simple(html)
            && !simple.is_empty()
        {
            self.html = Value::from_safe_string(simple);
        }
        self
    }

    /// # Errors
    /// [`ComposeError::Control`] if it holds a control character other than tab and line end.
    pub(super) const fn check(&self) -> Result<(), ComposeError> {
        match self.refused {
            Some(character) => Err(ComposeError::Control { part: Part::Body, character }),
            None => Ok(()),
        }
    }
}

/// Control characters mean something to the programs on the way and to terminals. Joiners and marks of direction stay: emoji
/// and some scripts are written with them, and their effect ends with the line.
fn is_refused_in_text(character: char) -> bool {
    !matches!(character, '\n' | '\t') && Hidden::of(character) == Some(Hidden::Control)
}

/// The longest subject in code points: 200 characters as people count them are never more in any script.
pub(super) const SUBJECT_LIMIT: usize = 2000;

/// One line that is not too long. A subject is told as it was given, joiners included.
pub(super) fn check_subject(subject: &str) -> Result<(), ComposeError> {
    let is_refused =
        |character: &char| matches!(Hidden::of(*character), Some(Hidden::Control | Hidden::LineSeparator));
    if let Some(character) = subject.chars().find(is_refused) {
        return Err(ComposeError::Control { part: Part::Subject, character });
    }
    let length = subject.chars().count();
    if length > SUBJECT_LIMIT {
        return Err(ComposeError::TooLong { part: Part::Subject, length, limit: SUBJECT_LIMIT });
    }
    Ok(())
}

/// How the recipient ends category activity for the address. `Debug` never shows the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unsubscribe<'a> {
    /// `<verification id>.<token>`: letters, digits, `-`, `_` and `.`; in a preview [`MASKED_TOKEN`].
    pub token: &'a str,
    /// Where the page is, without a slash at its end; the link is `<public url>/u/<token>`.
    pub public_url: Option<&'a str>,
    /// Where a mail that unsubscribes goes; its subject is `unsubscribe <token>`.
    pub mail_to: &'a str,
}

/// What a preview shows in the place of a token.
pub const MASKED_TOKEN: &str = "••••";

impl Unsubscribe<'_> {
    /// The page that unsubscribes, if there is one.
    pub(super) fn link(&self) -> Option<String> {
        self.public_url.map(|url| format!("{url}/u/{}", self.token))
    }

    /// The subject of a mail that unsubscribes.
    pub(super) fn mail_subject(&self) -> String {
        format!("unsubscribe {}", self.token)
    }

    /// The same mail as a link (RFC 6068), in characters that mean nothing in HTML or in a header.
    pub(super) fn mail_link(&self) -> String {
        format!("mailto:{}?subject={}", percent_encoded(self.mail_to), percent_encoded(&self.mail_subject()))
    }

    pub(super) fn check(&self) -> Result<(), ComposeError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if self.token.is_empty() || !self.token.bytes().all(fits) {
            // It is a secret, so the error does not hold it.
            return Err(ComposeError::Hidden(Part::Token, "…".to_owned()));
        }
        let refused = |why: String| ComposeError::Address(Part::UnsubscribeTo, self.mail_to.to_owned(), why);
        EmailAddress::parse(self.mail_to, Smtputf8::Allowed).map_err(|error| refused(error.to_string()))?;
        self.link().map_or(Ok(()), |link| check_link(&link))
    }

    /// `List-Unsubscribe` (RFC 2369) with the page before the mail, and `List-Unsubscribe-Post` (RFC 8058) if the page is one
    /// that a recipient's provider may call: that needs HTTPS. A DKIM signature must cover both.
    pub(super) fn headers(&self) -> Vec<HeaderValue> {
        let link = self.link();
        let places: Vec<String> =
            link.iter().chain([&self.mail_link()]).map(|place| format!("<{place}>")).collect();
        let mut headers = vec![header("List-Unsubscribe", &places.join(", "), &places.join(",\r\n "))];
        if link.is_some_and(|link| link.starts_with("https://")) {
            let one_click = "List-Unsubscribe=One-Click";
            headers.push(header("List-Unsubscribe-Post", one_click, one_click));
        }
        headers
    }
}

/// A header whose line breaks are chosen here: inside of `<…>` there may be none.
fn header(name: &'static str, value: &str, folded: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), folded.to_owned())
}

/// Everything but letters, digits, `-._~` and `@` as `%XX` of its UTF-8.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a String does not fail");
        }
    }
    encoded
}

impl fmt::Debug for Unsubscribe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsubscribe")
            .field("token", &MASKED_TOKEN)
            .field("public_url", &self.public_url)
            .field("mail_to", &self.mail_to)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_one_kind_and_nothing_else_changes() {
        let body = NoticeText::new("\r\n\n  a \r\rb\t.\r\n.\n\n");
        assert_eq!(&*body.text, "  a \n\nb\t.\n.");
        assert_eq!(body.check(), Ok(()));
    }

    #[test]
    fn control_characters_are_refused_and_joiners_are_not() {
        for (text, refused) in [
            ("a\u{1b}[2J", Some('\u{1b}')),
            ("a\0", Some('\0')),
            ("\u{85}", Some('\u{85}')),
            ("👩\u{200d}🚀\u{2028}", None),
        ] {
            assert_eq!(NoticeText::new(text).refused, refused, "{text:?}");
        }
        assert!(check_subject("👩\u{200d}🚀 王").is_ok());
        for text in ["a\nb", "a\r", "\u{1b}", "a\u{2028}b", "a\tb"] {
            assert!(matches!(check_subject(text), Err(ComposeError::Control { .. })), "{text:?}");
        }
    }

    #[test]
    fn the_link_to_a_mail_holds_only_plain_characters() {
        let unsubscribe = Unsubscribe { token: "7.aB_-", public_url: None, mail_to: "o'b&x=1+y@example.com" };
        assert_eq!(
            unsubscribe.mail_link(),
            "mailto:o%27b%26x%3D1%2By@example.com?subject=unsubscribe%207.aB_-"
        );
        assert_eq!(unsubscribe.check(), Ok(()));
    }

    #[test]
    fn a_token_that_could_break_out_is_refused_and_not_shown() {
        let good = Unsubscribe {
            token: "7.aB",
            public_url: Some("https://callsheet.example.com"),
            mail_to: "bounces@example.com",
        };
        assert_eq!(good.check(), Ok(()));
        for token in ["", "a>b", "a\r\nBcc: x", "a b", "é"] {
            let error = Unsubscribe { token, ..good }.check().unwrap_err();
            assert!(token.is_empty() || !error.to_string().contains(token));
        }
        assert!(Unsubscribe { mail_to: "a@b\r\n", ..good }.check().is_err());
        assert!(Unsubscribe { public_url: Some("https://a\"b"), ..good }.check().is_err());
        assert!(!format!("{good:?}").contains("7.aB"));
    }
}
