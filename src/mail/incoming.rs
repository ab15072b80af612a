//! Reads a whole mail (RFC 5322, MIME) as somebody hands it in to be announced: its subject, its text and its HTML. It
//! decodes, takes the text out of HTML, and lets [`markup`] make HTML safe; it never decides whether the result may be announced,
//! and never takes attachments over.

mod page;

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};
use thiserror::Error;

use crate::domain::character::Hidden;
use crate::domain::notice::{BODY_LIMIT, subject_of_mail};
use crate::domain::printed_text::readable;
use crate::mail::markup::{self, TooLong};

/// The largest mail that is read, in bytes.
pub const LIMIT: usize = 10 * 1024 * 1024;

/// More parameters than a header field has by far. Reading them takes time by the square of their number.
const MOST_PARAMETERS: usize = 1000;

/// What can be announced of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// In one line: where it was folded, and where several blanks follow each other, there is one blank; invisible format
    /// characters are left out. It is one that a notice may have: see [`subject_of_mail`].
    pub subject: String,
    /// The text part, or what an HTML part says. Lines end in `\n`; there is no empty line at the beginning or the end.
    pub text: String,
    /// What the HTML parts say, in the simple form of [`markup::simple`]; None if there are none, or they say nothing.
    pub html: Option<String>,
    /// The names (or kinds, `image/png`) of the parts that are not taken over, in their order, as the mail gives them: escape
    /// them before they are shown. HTML that is too long is one of them.
    pub left_out: Vec<String>,
}

/// Why a mail cannot be announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoAnnouncement {
    #[error("the mail has more than {} MiB", LIMIT / 1024 / 1024)]
    TooLarge,
    #[error("this is no mail: it does not begin with headers")]
    NoMail,
    #[error("the mail has a header field with more than {MOST_PARAMETERS} parameters")]
    Overloaded,
    #[error("the mail has no subject")]
    NoSubject,
    #[error("the mail has no text")]
    NoText,
}

/// Reads a mail: the bytes from the first header on. A line `From …` before it, as in an mbox file, is skipped.
///
/// # Errors
/// Everything that is missing.
pub fn read(mail: &[u8]) -> Result<Incoming, Vec<NoAnnouncement>> {
    if mail.len() > LIMIT {
        return Err(vec![NoAnnouncement::TooLarge]);
    }
    if is_overloaded(mail) {
        return Err(vec![NoAnnouncement::Overloaded]);
    }
    let Some(message) = parser().parse(from_first_header(mail)) else {
        return Err(vec![NoAnnouncement::NoMail]);
    };
    let read = if is_mail(&message) { read_parts(&message) } else { Err(vec![NoAnnouncement::NoMail]) };
    take_apart(message);
    read
}

/// The Message-ID of a mail, with angle brackets; None if it has none.
#[must_use]
pub fn message_id(mail: &[u8]) -> Option<String> {
    let parser = MessageParser::new().header_id(HeaderName::MessageId).default_header_ignore();
    let message = parser.parse_headers(from_first_header(mail))?;
    message.message_id().map(|id| format!("<{id}>"))
}

/// Whether a machine answers another mail with this one: a report that a mail was not delivered or was read (RFC 6522), or the answer
/// of somebody who is absent (RFC 3834). Announcing an answer to an announcement would go round in circles.
#[must_use]
pub fn is_automatic_answer(mail: &[u8]) -> bool {
    const HEADER: &str = "Auto-Submitted";
    let parser = MessageParser::new().with_mime_headers().header_text(HEADER).default_header_ignore();
    let Some(message) = parser.parse_headers(from_first_header(mail)) else { return false };
    let says = message.header(HEADER).and_then(HeaderValue::as_text).unwrap_or_default();
    let word = says.split([';', '(', ' ', '\t']).find(|word| !word.is_empty());
    let kind = message.content_type();
    let is_report = kind.is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("report"));
    is_report || word.is_some_and(|word| word.eq_ignore_ascii_case("auto-replied"))
}

/// It finds the parts and leaves them encoded: decoding is for the few that are wanted. A mail inside of the mail that is encoded
/// (which RFC 2046 section 5.2.1 forbids) would be read by recursion, and what lies in it could be as deep as it likes.
fn parser() -> MessageParser {
    MessageParser::new()
        .with_mime_headers()
        .header_text(HeaderName::Subject)
        .ignore_header(HeaderName::ContentTransferEncoding)
        .default_header_ignore()
}

/// Whether a header field that has parameters, of the mail or of a part, has far too many of them.
pub(super) fn is_overloaded(mail: &[u8]) -> bool {
    const NAMES: [&[u8]; 2] = [b"content-type", b"content-disposition"];
    // None outside of such a field, else how many parameters it has so far.
    let mut parameters: Option<usize> = None;
    for line in mail.split(|byte| *byte == b'\n') {
        let is_folded = line.starts_with(b" ") || line.starts_with(b"\t");
        if !(is_folded && parameters.is_some()) {
            let start = line.trim_ascii_start();
            let has_parameters =
                |name: &&[u8]| start.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
            parameters = NAMES.iter().any(has_parameters).then_some(0);
        }
        if let Some(count) = &mut parameters {
            *count += line.iter().filter(|byte| **byte == b';').count();
            if *count > MOST_PARAMETERS {
                return true;
            }
        }
    }
    false
}

/// Frees a mail and the mails inside of it, one inside the other perhaps a hundred thousand times, without recursion.
pub(super) fn take_apart(message: Message<'_>) {
    let mut left = vec![message];
    while let Some(message) = left.pop() {
        left.extend(message.parts.into_iter().filter_map(|part| match part.body {
            PartType::Message(inner) => Some(inner),
            PartType::Text(_)
            | PartType::Html(_)
            | PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Multipart(_) => None,
        }));
    }
}

fn read_parts(message: &Message<'_>) -> Result<Incoming, Vec<NoAnnouncement>> {
    let subject = subject_of_mail(&one_line(&subject_of(message)));
    let text = text_of(message);
    let missing =
        [(subject.is_empty(), NoAnnouncement::NoSubject), (text.is_empty(), NoAnnouncement::NoText)];
    let missing: Vec<_> =
        missing.into_iter().filter_map(|(is_missing, what)| is_missing.then_some(what)).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut left_out = left_out(message, &text);
    let html = html_of(message).unwrap_or_else(|error| {
        left_out.push(format!("text/html ({error})"));
        None
    });
    Ok(Incoming { subject, text, html, left_out })
}

/// The mail without what programs put before its first header: a byte order mark, an mbox line.
fn from_first_header(mail: &[u8]) -> &[u8] {
    let mail = mail.strip_prefix("\u{feff}".as_bytes()).unwrap_or(mail);
    if mail.starts_with(b"From ") {
        let end = mail.iter().position(|byte| *byte == b'\n').map_or(mail.len(), |end| end + 1);
        return &mail[end..];
    }
    mail
}

/// Whether there is any header by which a mail is known; the first line of a text may look like some other one.
fn is_mail(message: &Message<'_>) -> bool {
    const KNOWN: [&str; 9] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Received",
        "Return-Path",
        "MIME-Version",
        "Content-Type",
    ];
    KNOWN.into_iter().any(|name| message.header(name).is_some())
}

/// The subject, decoded; one that stands in the mail as it is, in letters that are no UTF-8, as [`unnamed`].
fn subject_of<'a>(message: &'a Message<'_>) -> Cow<'a, str> {
    let header = message.headers().iter().rfind(|header| header.name == HeaderName::Subject);
    let raw = header.and_then(|header| slice(message, header.offset_start, header.offset_end));
    match raw {
        Some(raw) if str::from_utf8(raw).is_err() => {
            let text = unnamed(raw);
            let value = MessageStream::new(text.as_bytes()).parse_unstructured();
            Cow::Owned(value.as_text().unwrap_or_default().to_owned())
        }
        Some(_) | None => Cow::Borrowed(message.subject().unwrap_or_default()),
    }
}

/// Format characters are left out: nobody sees them, and no subject may hold them.
fn one_line(subject: &str) -> String {
    let is_blank = |character: char| {
        character == ' '
            || character.is_whitespace() && character.is_control()
            || matches!(character, '\u{2028}' | '\u{2029}')
    };
    let visible: String =
        subject.chars().filter(|character| Hidden::of(*character) != Some(Hidden::Format)).collect();
    let words: Vec<&str> = visible.split(is_blank).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The text parts one after the other, or if they say nothing the HTML parts, or if there are none those that do not end.
fn text_of(message: &Message<'_>) -> String {
    let joined = |ids: &[u32]| {
        let parts = ids.iter().filter_map(|id| message.parts.get(usize::try_from(*id).ok()?));
        let texts: Vec<String> =
            parts.filter_map(|part| said_by(message, part)).filter(|text| !text.is_empty()).collect();
        texts.join("\n\n")
    };
    let text = joined(&message.text_body);
    let text = if text.is_empty() { joined(&message.html_body) } else { text };
    if text.is_empty() { joined(&cut_off(message)) } else { text }
}

/// Text parts that do not end, because the mail was cut off or a script wrote it without the last boundary.
fn cut_off(message: &Message<'_>) -> Vec<u32> {
    let is_text = |id: &u32| {
        let part = usize::try_from(*id).ok().and_then(|id| message.parts.get(id));
        part.is_some_and(|part| {
            let is_named_text =
                part.content_type().is_none_or(|kind| kind.ctype().eq_ignore_ascii_case("text"));
            let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_)) && is_named_text;
            is_text && part.is_encoding_problem && part.attachment_name().is_none()
        })
    };
    message.attachments.iter().copied().filter(is_text).collect()
}

/// The HTML parts one after the other, and between them text that stands for itself.
fn html_of(message: &Message<'_>) -> Result<Option<String>, TooLong> {
    let (mut html, mut is_said) = (String::new(), false);
    for id in &message.html_body {
        let Some(part) = usize::try_from(*id).ok().and_then(|id| message.parts.get(id)) else { continue };
        let simple = match &part.body {
            PartType::Html(_) => markup::simple(&decoded(message, part))?,
            PartType::Text(_) => {
                let mut lines = String::new();
                markup::put_escaped(&mut lines, &said_by(message, part).unwrap_or_default());
                markup::simple(&lines.replace('\n', "<br>"))?
            }
            PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Message(_)
            | PartType::Multipart(_) => continue,
        };
        is_said |= matches!(part.body, PartType::Html(_)) && !simple.is_empty();
        html.push_str(&simple);
        if html.len() > BODY_LIMIT {
            return Err(TooLong);
        }
    }
    Ok(Some(html).filter(|_| is_said))
}

fn said_by(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Text(_) if part.is_content_type("text", "html") => {
            Some(page::text(&decoded(message, part)))
        }
        PartType::Text(_) => {
            let text = decoded(message, part);
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            if lines.trim().is_empty() { None } else { Some(lines.trim_matches('\n').to_owned()) }
        }
        PartType::Html(_) => Some(page::text(&decoded(message, part))),
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
            None
        }
    }
}

/// The text of a part, [`readable`]; one that is not encoded as it says is taken as it is.
pub(super) fn decoded(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let encoding = part.headers.iter().find(|header| header.name == HeaderName::ContentTransferEncoding);
    let encoding = encoding
        .and_then(|header| slice(message, header.offset_start, header.offset_end))
        .unwrap_or_default();
    let body = slice(message, part.offset_body, part.offset_end).unwrap_or_default();
    let mut stream = MessageStream::new(body);
    let (end, bytes) = match encoding.trim_ascii().to_ascii_lowercase().as_slice() {
        b"base64" => stream.decode_base64_mime(b""),
        b"quoted-printable" => stream.decode_quoted_printable_mime(b""),
        _ => (body.len(), Cow::Borrowed(body)),
    };
    let bytes = if end == usize::MAX { Cow::Borrowed(body) } else { bytes };
    // Many programs write UTF-8 and say nothing, or that it is ASCII.
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    let charset = charset.filter(|charset| !charset.eq_ignore_ascii_case("us-ascii"));
    let is_utf_8 = |charset: &str| ["utf-8", "utf8"].iter().any(|name| charset.eq_ignore_ascii_case(name));
    let text = match charset.and_then(|charset| charset_decoder(charset.as_bytes())) {
        Some(decode) => decode(&bytes),
        None if charset.is_some_and(is_utf_8) => String::from_utf8_lossy(&bytes).into_owned(),
        None => unnamed(&bytes).into_owned(),
    };
    readable(&text).into_owned()
}

/// Text that does not say how it is written: UTF-8; if more of what is beyond ASCII is broken than whole, Windows-1252, of which
/// Latin-1 is a part.
fn unnamed(bytes: &[u8]) -> Cow<'_, str> {
    let (mut whole, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    match charset_decoder(b"windows-1252").filter(|_| broken > whole) {
        Some(decode) => Cow::Owned(decode(bytes)),
        None => String::from_utf8_lossy(bytes),
    }
}

fn slice<'a>(message: &'a Message<'_>, start: u32, end: u32) -> Option<&'a [u8]> {
    message.raw_message.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

/// The parts of which neither the text nor the HTML is made.
fn left_out(message: &Message<'_>, text: &str) -> Vec<String> {
    let is_said =
        |part: &MessagePart<'_>| part.is_encoding_problem && said_by(message, part).as_deref() == Some(text);
    let is_body = |id: &u32| message.text_body.contains(id) || message.html_body.contains(id);
    let parts = message.attachments.iter().filter_map(|id| {
        let part = message.parts.get(usize::try_from(*id).ok()?)?;
        let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_));
        (!(is_text && (is_body(id) || is_said(part)))).then_some(part)
    });
    parts.map(name_of).collect()
}

fn name_of(part: &MessagePart<'_>) -> String {
    if let Some(name) = part.attachment_name() {
        return one_line(name);
    }
    let kind = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    kind.unwrap_or_else(|| "message/rfc822".to_owned())
}

#[cfg(test)]
mod tests;
