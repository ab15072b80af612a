//! Composes mail: from a letter, which is plain data, to the bytes of a whole RFC 5322 message.
//!
//! The same letter always gives the same bytes, so a retried mail is the mail that was tried first. Every text is checked
//! again here, whoever checked it before, and the finished message is checked line by line: no bare CR or LF can leave. It
//! never sends, never reads a clock or a file, and never derives a code; it is given all of them.

mod moment;
mod notice;
mod paragraphs;
mod template;
mod wire;

use std::borrow::Cow;
use std::fmt;

use lettre::address::Envelope;
use lettre::message::header::{
    ContentTransferEncoding, ContentType, Date, Header as _, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use thiserror::Error;

use crate::domain::character::Named;
use crate::domain::delivery::Kind;
use crate::domain::email_address::{EmailAddress, Smtputf8};
use crate::domain::language::Language;
use crate::domain::routing::FallbackReason;
use crate::domain::safe_text::{Safe, safe, safe_lines};
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::MASKED_CODE;

pub use notice::{MASKED_TOKEN, NoticeText, Unsubscribe};

/// One mail to one address, before it is composed.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    pub letterhead: &'a Letterhead,
    /// The recipient's name, if there is one to greet.
    pub to_name: Option<&'a str>,
    /// The recipient's address as it is stored: the domain as A-label. A local part outside ASCII makes a message that needs
    /// SMTPUTF8 (RFC 6531); every other message is 7-bit.
    pub to_email: &'a str,
    pub language: Language,
    /// The Message-ID with its angle brackets, the same at every try; see [`Letterhead::message_id`].
    pub message_id: &'a str,
    /// When the mail was queued, the same at every try. A year from 1970 to 9999.
    pub date: Timestamp,
    pub content: Content<'a>,
}

/// What all mails of one account have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The display name of From; without one it is the account's name.
    pub from_name: Option<String>,
    /// The address of From.
    pub from_email: String,
    /// The account's name; empty until it is set.
    pub account: String,
    /// The right side of every Message-ID.
    pub message_id_domain: String,
}

/// What a letter says. `Debug` never shows a code or a link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Asks for the proof that somebody reads the address.
    Verification {
        /// `ABCD-EFGH`, or [`MASKED_CODE`] in a preview.
        code: &'a str,
        /// The page that confirms, if there is one; a whole URL.
        link: Option<&'a str>,
        expires_at: Timestamp,
        for_security_email: bool,
    },
    /// Tells an old address that it was replaced.
    Change {
        /// The new address, masked.
        replaced_by_masked: &'a str,
    },
    /// Shows that mail arrives.
    Test {
        /// The title, in the letter's language, of the type that the test stands for.
        message_type_title: Option<&'a str>,
    },
    /// Announces something.
    Notice {
        subject: &'a str,
        body: &'a NoticeText,
        /// The titles of its type and of the category, in the letter's language.
        type_title: &'a str,
        category_title: &'a str,
        /// Why it goes to the security email; None if it goes to a contact that is subscribed.
        fallback: Option<FallbackReason>,
        /// For category activity.
        unsubscribe: Option<Unsubscribe<'a>>,
    },
}

/// Why a letter cannot be composed. It will not get better by another try.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComposeError {
    /// A control, format, private-use or unassigned character, or a line break, where none may stand.
    #[error("{0} '{text}' holds a character that no mail may hold there", text = Safe(.1))]
    Hidden(Part, String),
    #[error("{part} holds {}, which no mail may hold there", Named(*.character))]
    Control { part: Part, character: char },
    #[error("{part} has {length} characters; {limit} are allowed")]
    TooLong { part: Part, length: usize, limit: usize },
    #[error("{0} '{text}' is not an address: {2}", text = Safe(.1))]
    Address(Part, String, String),
    #[error("'{}' is not a Message-ID", Safe(.0))]
    MessageId(String),
    #[error("the date {0} cannot stand in a mail")]
    Date(Timestamp),
    #[error("the mail cannot be built: {0}")]
    Build(String),
    /// The finished message breaks a rule of RFC 5322; it must not leave.
    #[error("the mail would be malformed: {0}")]
    Malformed(&'static str),
}

/// The part of a letter that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    FromName,
    FromEmail,
    Account,
    ToName,
    ToEmail,
    Code,
    Link,
    ReplacedBy,
    TypeTitle,
    CategoryTitle,
    Subject,
    Body,
    /// By which a recipient unsubscribes.
    Token,
    UnsubscribeTo,
}

/// The longest name or title in a letter, in code points: the longest account name (60 characters as people count them) built
/// from several code points each still fits. What is longer is no name.
pub const NAME_LIMIT: usize = 300;

/// The longest link, in bytes.
pub const LINK_LIMIT: usize = 600;

impl Letterhead {
    /// The Message-ID `<unique@domain>` of a delivery. `unique` is letters, digits, `.` and `-`.
    #[must_use]
    pub fn message_id(&self, unique: &str) -> String {
        format!("<{unique}@{}>", self.message_id_domain)
    }

    /// Who writes, in the text: the account, or before it has a name what stands in From.
    #[must_use]
    pub fn writer(&self) -> &str {
        let names = [Some(self.account.as_str()), self.from_name.as_deref()];
        names.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or(&self.from_email)
    }

    fn display_name(&self) -> Option<&str> {
        [self.from_name.as_deref(), Some(self.account.as_str())]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
    }
}

impl Content<'_> {
    /// The kind of delivery that carries this.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Verification { .. } => Kind::Verification,
            Self::Change { .. } => Kind::Change,
            Self::Test { .. } => Kind::Test,
            Self::Notice { .. } => Kind::Notice,
        }
    }
}

/// The whole message: headers, then the text and the same as HTML (`multipart/alternative`, RFC 2046 section 5.1.4). Lines end
/// in CRLF and have 998 octets at most (RFC 5322 section 2.1.1). The caller guards against panics of the builder.
///
/// # Errors
/// [`ComposeError`] if a part is not what it must be. Nothing is repaired silently.
pub fn compose(letter: &Letter<'_>) -> Result<Vec<u8>, ComposeError> {
    check(letter)?;
    let head = letter.letterhead;
    let subject = match letter.content {
        Content::Notice { subject, .. } => subject.to_owned(),
        content @ (Content::Verification { .. } | Content::Change { .. } | Content::Test { .. }) => {
            subject(&content, letter.language, &head.account)
        }
    };
    let text = template::text(letter).map_err(build_error)?;
    let html = template::html(letter, &subject).map_err(build_error)?;
    let from = mailbox(head.display_name(), Part::FromEmail, &head.from_email)?;
    let to = mailbox(letter.to_name, Part::ToEmail, letter.to_email)?;
    // Nobody reads this envelope, but without it the builder would read the headers back for it.
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()]).map_err(build_error)?;
    let mut builder = Message::builder().envelope(envelope).from(from).to(to);
    builder = match wire::encoded_words(&subject) {
        Some(encoded) => builder.raw_header(HeaderValue::dangerous_new_pre_encoded(
            HeaderName::new_from_ascii_str("Subject"),
            subject,
            encoded,
        )),
        None => builder.subject(subject),
    };
    let mut builder = builder
        .header(date(letter.date)?)
        .message_id(Some(letter.message_id.to_owned()))
        // RFC 3834 section 5: no machine answers this.
        .raw_header(fixed("Auto-Submitted", "auto-generated"))
        // The same for Exchange (MS-OXCMAIL section 2.2.3.2.14).
        .raw_header(fixed("X-Auto-Response-Suppress", "All"));
    if let Content::Notice { unsubscribe: Some(unsubscribe), .. } = &letter.content {
        builder = unsubscribe.headers().into_iter().fold(builder, MessageBuilder::raw_header);
    }
    let message = builder
        .multipart(
            MultiPart::alternative()
                .boundary(wire::boundary(letter.message_id))
                .singlepart(part(ContentType::TEXT_PLAIN, &text))
                .singlepart(part(ContentType::TEXT_HTML, &html)),
        )
        .map_err(build_error)?;
    let bytes = message.formatted();
    let is_ascii = letter.to_email.is_ascii() && head.from_email.is_ascii();
    let octets = if is_ascii { wire::Octets::SevenBit } else { wire::Octets::Utf8 };
    wire::check(&bytes, octets).map_err(ComposeError::Malformed)?;
    Ok(bytes)
}

/// The subject, also shown in the outbox. Harmful characters come out escaped; [`compose`] refuses them, except that the
/// subject of a notice may hold joiners.
#[must_use]
pub fn subject(content: &Content<'_>, language: Language, account: &str) -> String {
    if let Content::Notice { subject, .. } = content {
        return safe(subject).into_owned();
    }
    let (before, after, unnamed) = subject_words(content, language);
    let mut subject = match account {
        "" => unnamed.to_owned(),
        account => format!("{before}{}{after}", Safe(account)),
    };
    if let Content::Test { message_type_title: Some(title) } = content {
        subject.push_str(match language {
            Language::En => ": ",
            Language::ZhCn => "：",
        });
        subject.push_str(&safe(title));
    }
    subject
}

/// The text part alone, for previews: the caller puts the mask in the place of code and link. Lines end in `\n`; harmful
/// characters come out escaped.
///
/// # Panics
/// Never in a build that passed its tests: one of them renders every template with and without everything optional.
#[must_use]
pub fn text(letter: &Letter<'_>) -> String {
    let text = template::text(letter);
    let text = text.expect("every template is rendered by a test, and the content cannot make it fail");
    safe_lines(&text).into_owned()
}

/// What stands before and after the account's name, and the whole subject of an account without a name.
const fn subject_words<'a>(content: &Content<'a>, language: Language) -> (&'a str, &'a str, &'a str) {
    match (content, language) {
        (Content::Verification { for_security_email: false, .. }, Language::En) => {
            ("Please confirm your address for messages from ", "", "Please confirm your address")
        }
        (Content::Verification { for_security_email: false, .. }, Language::ZhCn) => {
            ("请验证您接收“", "”消息的邮箱", "请验证您接收消息的邮箱")
        }
        (Content::Verification { for_security_email: true, .. }, Language::En) => {
            ("Please confirm the security email of ", "", "Please confirm the security email")
        }
        (Content::Verification { for_security_email: true, .. }, Language::ZhCn) => {
            ("请验证“", "”的安全邮箱", "请验证安全邮箱")
        }
        (Content::Change { .. }, Language::En) => {
            ("Your address for messages from ", " was replaced", "Your address for messages was replaced")
        }
        (Content::Change { .. }, Language::ZhCn) => {
            ("您接收“", "”消息的邮箱已更换", "您接收消息的邮箱已更换")
        }
        (Content::Test { .. }, Language::En) => ("Test message from ", "", "Test message"),
        (Content::Test { .. }, Language::ZhCn) => ("“", "”的测试消息", "测试消息"),
        // It has a subject of its own.
        (Content::Notice { subject, .. }, _) => ("", "", subject),
    }
}

fn check(letter: &Letter<'_>) -> Result<(), ComposeError> {
    let head = letter.letterhead;
    check_plain(Part::Account, &head.account)?;
    check_plain(Part::FromName, head.from_name.as_deref().unwrap_or_default())?;
    check_plain(Part::ToName, letter.to_name.unwrap_or_default())?;
    check_message_id(letter.message_id)?;
    match letter.content {
        Content::Verification { code, link, expires_at: _, for_security_email: _ } => {
            check_plain(Part::Code, code).map_err(|_| ComposeError::Hidden(Part::Code, "…".to_owned()))?;
            link.map_or(Ok(()), check_link)
        }
        Content::Change { replaced_by_masked } => check_plain(Part::ReplacedBy, replaced_by_masked),
        Content::Test { message_type_title } => {
            check_plain(Part::TypeTitle, message_type_title.unwrap_or_default())
        }
        Content::Notice { subject, body, type_title, category_title, fallback: _, unsubscribe } => {
            notice::check_subject(subject)?;
            body.check()?;
            check_plain(Part::TypeTitle, type_title)?;
            check_plain(Part::CategoryTitle, category_title)?;
            unsubscribe.map_or(Ok(()), |unsubscribe| unsubscribe.check())
        }
    }
}

/// One line, nothing hidden, of a length that a name may have.
fn check_plain(part: Part, text: &str) -> Result<(), ComposeError> {
    if let Cow::Owned(_) = safe(text) {
        return Err(ComposeError::Hidden(part, text.to_owned()));
    }
    let length = text.chars().count();
    if length > NAME_LIMIT {
        return Err(ComposeError::TooLong { part, length, limit: NAME_LIMIT });
    }
    Ok(())
}

/// A web address of characters that mean nothing in HTML, so that it stands in both parts as it is.
fn check_link(link: &str) -> Result<(), ComposeError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@%=+".contains(&byte);
    if link.len() > LINK_LIMIT {
        return Err(ComposeError::TooLong { part: Part::Link, length: link.len(), limit: LINK_LIMIT });
    }
    let is_web = link.starts_with("https://") || link.starts_with("http://");
    // The link is a secret, so the error does not hold it.
    if is_web && link.bytes().all(fits) {
        Ok(())
    } else {
        Err(ComposeError::Hidden(Part::Link, "…".to_owned()))
    }
}

/// RFC 5322 section 3.6.4, in the form that [`Letterhead::message_id`] makes.
fn check_message_id(message_id: &str) -> Result<(), ComposeError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    let inside = message_id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let sides = inside.filter(|inside| inside.len() <= 250).and_then(|inside| inside.split_once('@'));
    match sides {
        Some((left, right))
            if [left, right].iter().all(|side| !side.is_empty() && side.bytes().all(fits)) =>
        {
            Ok(())
        }
        Some(_) | None => Err(ComposeError::MessageId(message_id.to_owned())),
    }
}

/// The address must be in the form in which it is stored: parsing it changes nothing.
fn mailbox(name: Option<&str>, part: Part, email: &str) -> Result<Mailbox, ComposeError> {
    let refused = |why: String| ComposeError::Address(part, email.to_owned(), why);
    let parsed = EmailAddress::parse(email, Smtputf8::Allowed).map_err(|error| refused(error.to_string()))?;
    if parsed.as_str() != email {
        return Err(refused(format!("it is stored as '{parsed}'")));
    }
    let address =
        Address::new(parsed.local(), parsed.domain()).map_err(|error| refused(error.to_string()))?;
    Ok(Mailbox::new(name.filter(|name| !name.is_empty()).map(str::to_owned), address))
}

fn date(moment: Timestamp) -> Result<Date, ComposeError> {
    let date = moment.to_utc().format("%a, %d %b %Y %H:%M:%S +0000").to_string();
    Date::parse(&date).map_err(|_| ComposeError::Date(moment))
}

/// In quoted-printable or base64, whichever is shorter, so that lines are short and blanks at their ends are safe.
fn part(kind: ContentType, text: &str) -> SinglePart {
    let text = wire::crlf(text);
    let body = Body::new(text.clone());
    let encoded = match body.encoding() {
        ContentTransferEncoding::SevenBit
        | ContentTransferEncoding::EightBit
        | ContentTransferEncoding::Binary => {
            Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable).unwrap_or(body)
        }
        ContentTransferEncoding::QuotedPrintable | ContentTransferEncoding::Base64 => body,
    };
    SinglePart::builder().header(kind).body(encoded)
}

fn fixed(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn build_error(error: impl fmt::Display) -> ComposeError {
    ComposeError::Build(error.to_string())
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verification { code: _, link, expires_at, for_security_email } => f
                .debug_struct("Verification")
                .field("code", &MASKED_CODE)
                .field("link", &link.map(|_| MASKED_CODE))
                .field("expires_at", expires_at)
                .field("for_security_email", for_security_email)
                .finish(),
            Self::Change { replaced_by_masked } => {
                f.debug_struct("Change").field("replaced_by_masked", replaced_by_masked).finish()
            }
            Self::Test { message_type_title } => {
                f.debug_struct("Test").field("message_type_title", message_type_title).finish()
            }
            Self::Notice { subject, body: _, type_title, category_title, fallback, unsubscribe } => f
                .debug_struct("Notice")
                .field("subject", subject)
                .field("type_title", type_title)
                .field("category_title", category_title)
                .field("fallback", fallback)
                .field("unsubscribe", unsubscribe)
                .finish_non_exhaustive(),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FromName => "the sender's name",
            Self::FromEmail => "the sender's address",
            Self::Account => "the account's name",
            Self::ToName => "the recipient's name",
            Self::ToEmail => "the recipient's address",
            Self::Code => "the code",
            Self::Link => "the link",
            Self::ReplacedBy => "the new address",
            Self::TypeTitle => "the title of the type",
            Self::CategoryTitle => "the title of the category",
            Self::Subject => "the subject",
            Self::Body => "the text",
            Self::Token => "the token for unsubscribing",
            Self::UnsubscribeTo => "the address for unsubscribing",
        })
    }
}

#[cfg(test)]
mod tests;
