//! Reads mail that comes back: reports about deliveries (RFC 3464) and mails by which a recipient unsubscribes.
//!
//! It only reads: who may say such a thing is decided by whoever has the key. Everything else that comes to a return path (ordinary
//! mail, answers of absent people, bounces as free text) is told apart and means nothing. What is in a mail is hostile: nothing
//! that comes out of here is escaped.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail_parser::{HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _};

use crate::domain::bounce::{Action, RecipientReport, Report};
use crate::domain::reply::{EnhancedCode, Phase};
use crate::domain::verification::VerificationId;
use crate::mail::incoming::{decoded, is_overloaded, take_apart};

/// The largest message that is read, in bytes.
pub const LIMIT: usize = 10 * 1024 * 1024;

/// The word before the token in the subject of a mail that unsubscribes.
const UNSUBSCRIBE: &str = "unsubscribe";

/// Where the address stands to which a message was delivered, the best first. Programs that deliver add the first two.
const ADDRESSED: [&str; 4] = ["Delivered-To", "X-Original-To", "To", "Envelope-To"];

/// More recipients than one mail can have by far.
const MOST_RECIPIENTS: usize = 100;

/// As far as a text for people is read.
const LONGEST_EXPLANATION: usize = 64 * 1024;

/// A message as far as it concerns us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// To whom it may have been delivered, the best guess first.
    pub addressed: Vec<String>,
    pub content: Content,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Report(Report),
    /// Somebody does not want activity messages any more, and shows the token of the mail that offered it.
    Unsubscribe {
        verification: VerificationId,
        token: Vec<u8>,
    },
    /// Anything else.
    Ordinary,
}

/// Reads a message. None if it is none: it has no header.
#[must_use]
pub fn read(message: &[u8]) -> Option<Returned> {
    // An mbox line is what some programs put before a message.
    let message = match message.strip_prefix(b"From ") {
        Some(_) => message
            .split_inclusive(|byte| *byte == b'\n')
            .next()
            .and_then(|line| message.get(line.len()..))?,
        None => message,
    };
    if is_overloaded(message) {
        return Some(Returned { addressed: Vec::new(), content: Content::Ordinary });
    }
    let parsed = parser().parse(message)?;
    let returned = has_header(&parsed).then(|| read_parts(&parsed));
    take_apart(parsed);
    returned
}

/// It finds the parts and leaves them encoded: a message inside of the message that is encoded would be read by recursion, and its
/// header fields with all that they have.
fn parser() -> MessageParser {
    MessageParser::new()
        .with_mime_headers()
        .header_text(HeaderName::Subject)
        .ignore_header(HeaderName::ContentTransferEncoding)
        .default_header_raw()
}

fn read_parts(parsed: &Message<'_>) -> Returned {
    let content = match (report(parsed), unsubscribing(parsed)) {
        (Some(report), _) => Content::Report(report),
        (None, Some((verification, token))) => Content::Unsubscribe { verification, token },
        (None, None) => Content::Ordinary,
    };
    Returned { addressed: addressed(parsed), content }
}

/// Whether the first line is a header field: the parser takes anything for one.
fn has_header(message: &Message<'_>) -> bool {
    let first = message.headers().iter().map(|header| header.offset_field()..header.offset_start()).next();
    let name = first.and_then(|name| message.raw_message.get(name.start as usize..name.end as usize));
    name.and_then(|name| name.strip_suffix(b":"))
        .is_some_and(|name| !name.is_empty() && name.trim_ascii_end().iter().all(u8::is_ascii_graphic))
}

/// Every address in the headers that may name the recipient.
fn addressed(message: &Message<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for wanted in ADDRESSED {
        let headers = message.headers().iter().filter(|header| header.name().eq_ignore_ascii_case(wanted));
        for header in headers {
            let range = header.offset_start() as usize..header.offset_end() as usize;
            let value =
                String::from_utf8_lossy(message.raw_message.get(range).unwrap_or_default()).into_owned();
            let words = value.split(|c: char| c.is_whitespace() || "<>,;\"()".contains(c));
            found.extend(words.filter(|word| word.contains('@')).take(MOST_RECIPIENTS).map(str::to_owned));
        }
    }
    found
}

/// The report, if the whole message is one. A report that lies inside another message is not ours.
fn report(message: &Message<'_>) -> Option<Report> {
    let root = message.root_part();
    let is_report = root.content_type().is_some_and(|kind| {
        kind.ctype() == "multipart"
            && kind.subtype() == Some("report")
            && kind.attribute("report-type").is_none_or(|kind| kind.eq_ignore_ascii_case("delivery-status"))
    });
    let parts: Vec<&MessagePart<'_>> =
        root.sub_parts().filter(|_| is_report)?.iter().filter_map(|number| message.part(*number)).collect();
    let status = parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype() == "message"
                && matches!(kind.subtype(), Some("delivery-status" | "global-delivery-status"))
        })
    })?;
    let recipients = groups(&decoded(message, status))
        .iter()
        .filter_map(|group| recipient(group))
        .take(MOST_RECIPIENTS)
        .collect();
    let explanation = parts.iter().find(|part| part.is_text()).map(|part| decoded(message, part));
    Some(Report { recipients, phase: phase(&explanation.unwrap_or_default()) })
}

/// A field of a report: its name and its value on one line.
type Field = (String, String);

/// The groups of fields between empty lines; the first tells of the message, each other of one recipient.
fn groups(text: &str) -> Vec<Vec<Field>> {
    let mut groups = vec![Vec::<Field>::new()];
    for line in text.lines() {
        let last = groups.last_mut().expect("there is one from the start");
        if line.trim().is_empty() {
            if !last.is_empty() {
                groups.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = last.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            last.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

/// What a group tells of a recipient; none if it does not say what was done (RFC 3464 section 2.3.3).
fn recipient(group: &[Field]) -> Option<RecipientReport> {
    let field = |wanted: &str| group.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let action = Action::parse(field("action")?.split_whitespace().next()?)?;
    Some(RecipientReport {
        final_recipient: field("final-recipient").and_then(bare),
        original_recipient: field("original-recipient").and_then(bare),
        action,
        status: field("status").and_then(EnhancedCode::parse),
        diagnostic: field("diagnostic-code").map(untyped).filter(|text| !text.is_empty()).map(str::to_owned),
    })
}

/// `rfc822; <ada@example.org>` without its type and brackets.
fn bare(value: &str) -> Option<String> {
    let word = untyped(value).split_whitespace().next()?;
    let address = word.trim_matches(['<', '>']);
    address.contains('@').then(|| address.to_owned())
}

/// A value without the type before it, `smtp;` or `rfc822;`. A type is one word.
fn untyped(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if !kind.trim().contains(char::is_whitespace) => rest.trim(),
        Some(_) | None => value,
    }
}

/// The step at which the server refused, by the words of Postfix and Exim; before the body if they say nothing.
fn phase(explanation: &str) -> Phase {
    let text = &explanation[..explanation.floor_char_boundary(LONGEST_EXPLANATION)];
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    let body = ["end of data", "to data command", "after data", "after pipelined data"];
    if body.iter().any(|said| words.contains(said)) { Phase::Body } else { Phase::RcptTo }
}

/// `unsubscribe 12.TOKEN` in the subject.
fn unsubscribing(message: &Message<'_>) -> Option<(VerificationId, Vec<u8>)> {
    let mut words = message.subject()?.split_whitespace();
    let is_ours = words.next()?.eq_ignore_ascii_case(UNSUBSCRIBE);
    let (id, token) = words.next().filter(|_| is_ours)?.split_once('.')?;
    let id = id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse().ok()).flatten()?;
    let token = URL_SAFE_NO_PAD.decode(token).ok().filter(|token| token.len() == 32)?;
    words.next().is_none().then_some((VerificationId(id), token))
}

#[cfg(test)]
mod tests;
