//! One email address that callsheet can write to.
//!
//! Stricter than RFC 5321 on purpose: what a mailbox of a person or a team looks like, and nothing that a mail server, a shell
//! or a header could read as something else. The domain is kept as its lower-case A-label (UTS #46), so it needs no SMTPUTF8;
//! the local part is kept as typed, in NFC. It never looks anything up, never drops dots or plus tags, never corrects.

mod error;

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use super::character::{Fit, Hidden, MarkCount, is_invisible_mark, is_letter_mark_or_digit};
use super::fold::fold_case;

pub use error::{EmailError, Part};

/// An address as it is stored and sent: local part, `@`, A-label.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    /// The whole address, so that it can be lent.
    text: String,
    /// The octets before the `@`.
    local_length: usize,
}

/// Whether a local part outside ASCII is accepted (RFC 6531; the setting `allow_smtputf8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Smtputf8 {
    Allowed,
    Refused,
}

impl EmailAddress {
    /// The most octets of a whole address: a path has 256 with its angle brackets (RFC 5321 4.5.3.1.3, RFC 3696 erratum 1690).
    pub const MAX_TOTAL: usize = 254;
    /// The most octets of a local part, in UTF-8 (RFC 5321 4.5.3.1.1).
    pub const MAX_LOCAL: usize = 64;
    /// The most octets of a label, as A-label (RFC 1035 2.3.4).
    pub const MAX_LABEL: usize = 63;

    /// Reads an address. White space around it is trimmed.
    ///
    /// What is already stored is read with [`Smtputf8::Allowed`], so that the setting decides only about new addresses.
    ///
    /// # Errors
    /// The first rule that is broken: characters, then shape, local part, domain, total length.
    pub fn parse(text: &str, smtputf8: Smtputf8) -> Result<EmailAddress, EmailError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailError::Missing);
        }
        check_visible(text)?;
        let at = find_at(text)?;
        let (local, domain) = (&text[..at], &text[at + 1..]);
        let domain_position = text[..=at].chars().count() + 1;
        if local.is_empty() {
            return Err(EmailError::LocalMissing);
        }
        if domain.is_empty() {
            return Err(EmailError::DomainMissing);
        }
        let local = parse_local(local, smtputf8)?;
        let domain = parse_domain(domain, domain_position, local.len())?;
        let found = local.len() + 1 + domain.len();
        if found > EmailAddress::MAX_TOTAL {
            return Err(EmailError::TooLong { found });
        }
        Ok(EmailAddress { local_length: local.len(), text: format!("{local}@{domain}") })
    }

    /// The address as it is stored and sent, with the domain as A-label.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the `@`, as typed, in NFC.
    pub fn local(&self) -> &str {
        &self.text[..self.local_length]
    }

    /// The part after the `@`: a lower-case A-label.
    pub fn domain(&self) -> &str {
        &self.text[self.local_length + 1..]
    }

    /// The domain as U-label, where that differs from the A-label: shown beside it, never sent.
    pub fn domain_unicode(&self) -> Option<String> {
        unicode_form(self.domain())
    }

    /// The form that is unique in an account: the address whatever its case (letters by simple case folding). Never sent.
    pub fn key(&self) -> String {
        format!("{}@{}", fold_case(self.local()), self.domain())
    }

    /// False if sending to the address needs SMTPUTF8. The domain never does.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// The address for logs and the audit log: `j•••@example.com`, and `•••@example.com` where the local part is one letter.
    pub fn masked(&self) -> String {
        let mut letters = self.local().chars();
        let first = letters.next().filter(|_| letters.next().is_some());
        first.into_iter().chain("•••@".chars()).chain(self.domain().chars()).collect()
    }
}

/// An address that is stored already, as [`EmailAddress::masked`]; of what is no address nothing is told.
#[must_use]
pub fn masked(address: &str) -> String {
    EmailAddress::parse(address, Smtputf8::Allowed)
        .map_or_else(|_| "•••".to_owned(), |address| address.masked())
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl AsRef<str> for EmailAddress {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.text
    }
}

/// The U-label form of an A-label domain, where it differs and is valid.
pub(super) fn unicode_form(domain: &str) -> Option<String> {
    if !domain.contains("xn--") {
        return None;
    }
    let (unicode, validity) = Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    validity.ok()?;
    (unicode != domain).then(|| unicode.into_owned())
}

/// A domain of more octets is not given to the IDNA tables: mapping shortens four octets to one at best.
const MAX_RAW_DOMAIN: usize = 4 * EmailAddress::MAX_TOTAL;

fn check_visible(text: &str) -> Result<(), EmailError> {
    for (character, position) in text.chars().zip(1..) {
        // A line break or a tab is white space, which is judged by where it stands.
        if character.is_whitespace() {
            continue;
        }
        if let Some(class) = Hidden::of(character) {
            return Err(EmailError::Hidden { character, class, position });
        }
        if is_invisible_mark(character) {
            return Err(EmailError::InvisibleMark { character, position });
        }
    }
    Ok(())
}

/// The byte at which the only `@` stands, after the shapes of RFC 5322 that are more than an address have been refused.
fn find_at(text: &str) -> Result<usize, EmailError> {
    let unbracketed = text.strip_prefix('<').unwrap_or(text);
    if unbracketed.starts_with('@') && unbracketed.contains(':') {
        return Err(EmailError::SourceRoute);
    }
    let domain = text.rsplit('@').next().unwrap_or_default();
    if text.ends_with('>') || (text.contains(['<', '>']) && !text.contains('"')) {
        return Err(EmailError::DisplayName);
    }
    if text.contains('"') {
        return Err(EmailError::QuotedLocal);
    }
    if text.contains(['(', ')']) {
        return Err(EmailError::Comment);
    }
    if text.contains('@') && domain.contains(['[', ']']) {
        return Err(EmailError::AddressLiteral);
    }
    let mut ats = text.match_indices('@').map(|(at, _)| at);
    match (ats.next(), ats.count()) {
        (Some(at), 0) => Ok(at),
        (Some(_), more) => Err(EmailError::SeveralAts { found: more + 1 }),
        (None, _) if text.contains('＠') => Err(EmailError::FullWidthAt),
        (None, _) => Err(EmailError::NoAt),
    }
}

/// Checks the local part and gives it in NFC.
fn parse_local(local: &str, smtputf8: Smtputf8) -> Result<String, EmailError> {
    check_blanks(local, Part::Local, 1)?;
    if local.starts_with('-') {
        // `sendmail -oQ…@example.com` would be an option (CVE-2020-28247).
        return Err(EmailError::LocalBeginsWithHyphen);
    }
    check_dots(local, Part::Local, |character| character == '.')?;
    let local: String = local.nfc().collect();
    let mut marks = MarkCount::default();
    for (character, position) in local.chars().zip(1..) {
        if is_atext(character) || character == '.' {
            marks.push(character);
        } else if character.is_ascii() || !is_letter_mark_or_digit(character) {
            return Err(EmailError::LocalCharacter { character, position });
        } else if smtputf8 == Smtputf8::Refused {
            return Err(EmailError::LocalNotAscii { character, position });
        } else if marks.push(character) != Fit::Fits {
            return Err(EmailError::LocalCharacter { character, position });
        }
    }
    if local.len() > EmailAddress::MAX_LOCAL {
        return Err(EmailError::LocalTooLong { found: local.len() });
    }
    Ok(local)
}

/// RFC 5322 3.2.3.
fn is_atext(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character)
}

/// Checks the domain, whose first character is at `position`, and gives its lower-case A-label.
fn parse_domain(domain: &str, position: usize, local_length: usize) -> Result<String, EmailError> {
    check_blanks(domain, Part::Domain, position)?;
    check_dots(domain, Part::Domain, is_dot)?;
    for (character, position) in domain.chars().zip(position..) {
        if matches!(character, '_' | '＿') {
            return Err(EmailError::DomainUnderscore);
        }
        if character.is_ascii() && !character.is_ascii_alphanumeric() && !matches!(character, '-' | '.') {
            return Err(EmailError::DomainCharacter { character, position });
        }
    }
    check_labels(domain.split(is_dot))?;
    if domain.len() > MAX_RAW_DOMAIN {
        return Err(EmailError::TooLong { found: local_length + 1 + domain.len() });
    }
    let uts46 = Uts46::new();
    // Lengths are checked below, where the refusal can say which; `verify_dns_length` has the last word.
    let ascii = uts46
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Ignore)
        .map_err(|_| EmailError::DomainNotValid)?;
    check_labels(ascii.split('.'))?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(EmailError::NumericTopLevel);
    }
    let total = local_length + 1 + ascii.len();
    if total > EmailAddress::MAX_TOTAL {
        return Err(EmailError::TooLong { found: total });
    }
    let (unicode, validity) = uts46.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    let again = uts46.to_ascii(unicode.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify);
    // An A-label may hide what is refused when it is typed: a joiner, an unassigned character.
    let is_visible = check_visible(&unicode).is_ok();
    if validity.is_err() || !is_visible || again.ok().as_deref() != Some(&*ascii) {
        return Err(EmailError::DomainNotValid);
    }
    Ok(ascii.into_owned())
}

/// Checks what holds for labels as typed and as A-labels alike.
fn check_labels<'a>(labels: impl Iterator<Item = &'a str> + Clone) -> Result<(), EmailError> {
    for label in labels.clone() {
        if label.starts_with('-') || label.ends_with('-') {
            return Err(EmailError::LabelHyphenAtEdge);
        }
        let is_coded = label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"));
        if label.chars().skip(2).take(2).eq("--".chars()) && !is_coded {
            return Err(EmailError::LabelHyphenThirdAndFourth);
        }
        // The octets of a label outside ASCII are counted when it is an A-label.
        if label.is_ascii() && label.len() > EmailAddress::MAX_LABEL {
            return Err(EmailError::LabelTooLong { found: label.len() });
        }
    }
    if labels.count() < 2 { Err(EmailError::SingleLabel) } else { Ok(()) }
}

fn check_blanks(part_text: &str, part: Part, first_position: usize) -> Result<(), EmailError> {
    match part_text.chars().zip(first_position..).find(|(character, _)| character.is_whitespace()) {
        Some((character, position)) => Err(EmailError::WhiteSpace { part, character, position }),
        None => Ok(()),
    }
}

fn check_dots(part_text: &str, part: Part, is_dot: fn(char) -> bool) -> Result<(), EmailError> {
    if part_text.starts_with(is_dot) {
        return Err(EmailError::LeadingDot { part });
    }
    if part_text.ends_with(is_dot) {
        return Err(EmailError::TrailingDot { part });
    }
    if part_text.split(is_dot).any(str::is_empty) {
        return Err(EmailError::DoubleDot { part });
    }
    Ok(())
}

/// The four characters that UTS #46 takes as the dot between labels.
fn is_dot(character: char) -> bool {
    matches!(character, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::safe_text::safe;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text, Smtputf8::Allowed).expect("it is an address")
    }

    #[test]
    fn the_parts_of_an_address_are_lent() {
        let ada = address(" Ada.Lovelace+x@EXAMPLE.org ");
        assert_eq!(ada.as_str(), "Ada.Lovelace+x@example.org");
        assert_eq!((ada.local(), ada.domain()), ("Ada.Lovelace+x", "example.org"));
        assert_eq!(ada.to_string(), ada.as_str());
        assert_eq!(ada.domain_unicode(), None);
        assert!(ada.is_ascii());
    }

    #[test]
    fn an_international_domain_is_sent_as_its_a_label_and_shown_in_both_forms() {
        for (typed, sent, shown) in [
            ("a@例子.公司", "a@xn--fsqu00a.xn--55qx5d", "例子.公司"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example", "bücher.example"),
            ("a@faß.de", "a@xn--fa-hia.de", "faß.de"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example", "bücher.example"),
            ("a@\u{430}pple.com", "a@xn--pple-43d.com", "\u{430}pple.com"),
        ] {
            let parsed = address(typed);
            assert_eq!(parsed.as_str(), sent);
            assert_eq!(parsed.domain_unicode().as_deref(), Some(shown));
            assert!(parsed.is_ascii());
        }
    }

    #[test]
    fn the_key_ignores_case_and_nothing_else() {
        assert_eq!(address("Ada@Example.ORG").key(), address("ada@example.org").key());
        assert_eq!(address("JÖRG@例子.公司").key(), address("jo\u{308}rg@xn--fsqu00a.xn--55qx5d").key());
        assert_ne!(address("ada+x@example.org").key(), address("ada@example.org").key());
        assert_ne!(address("a.da@example.org").key(), address("ada@example.org").key());
        assert_ne!(address("straße@example.org").key(), address("strasse@example.org").key());
    }

    #[test]
    fn a_masked_address_shows_one_letter_at_most() {
        assert_eq!(address("jane@example.com").masked(), "j•••@example.com");
        assert_eq!(address("王小明@example.com").masked(), "王•••@example.com");
        assert_eq!(address("j@example.com").masked(), "•••@example.com");
        assert_eq!(masked("jane@example.com"), "j•••@example.com");
        assert_eq!(masked("no address"), "•••");
    }

    #[test]
    fn the_local_part_is_kept_in_nfc() {
        assert_eq!(address("jo\u{308}rg@example.com").as_str(), "jörg@example.com");
        // The Kelvin sign is K in NFC, which needs no SMTPUTF8.
        let kelvin =
            EmailAddress::parse("\u{212A}@example.com", Smtputf8::Refused).expect("it is an address");
        assert_eq!(kelvin.as_str(), "K@example.com");
    }

    #[test]
    fn a_very_long_text_is_refused_at_once() {
        let long = format!("a@{}.com", "例".repeat(1_000_000));
        assert!(matches!(
            EmailAddress::parse(&long, Smtputf8::Allowed),
            Err(EmailError::TooLong { found: 3_000_006 })
        ));
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-zA-Z0-9.+é語\u{301} -]{0,12}@[a-zA-Z0-9.é例ßא。\u{301}_-]{0,16}",
            "[a-z]{1,8}@(xn--)?[a-z0-9-]{1,12}\\.(xn--)?[a-z0-9]{1,6}",
            "[ -~]{0,20}@[ -~]{0,20}",
        ]
    }

    proptest! {
        #[test]
        fn an_accepted_address_keeps_every_rule(text in texts()) {
            for smtputf8 in [Smtputf8::Allowed, Smtputf8::Refused] {
                let Ok(parsed) = EmailAddress::parse(&text, smtputf8) else { continue };
                let sent = parsed.as_str();
                prop_assert!(!sent.contains(|c: char| c.is_control() || c.is_whitespace()));
                prop_assert!(sent.len() <= 254 && parsed.local().len() <= 64);
                prop_assert_eq!(sent.matches('@').count(), 1);
                prop_assert!(parsed.domain().is_ascii() && parsed.domain() == parsed.domain().to_ascii_lowercase());
                prop_assert!(parsed.domain().split('.').all(|label| (1..=63).contains(&label.len())));
                prop_assert!(smtputf8 == Smtputf8::Allowed || parsed.is_ascii());
                prop_assert_eq!(safe(sent), sent);
                prop_assert_eq!(EmailAddress::parse(sent, smtputf8), Ok(parsed.clone()));
            }
        }

        #[test]
        fn the_shown_domain_reads_as_the_same_address(text in texts()) {
            if let Ok(parsed) = EmailAddress::parse(&text, Smtputf8::Allowed)
                && let Some(shown) = parsed.domain_unicode()
            {
                let typed = format!("{}@{shown}", parsed.local());
                prop_assert_eq!(EmailAddress::parse(&typed, Smtputf8::Allowed), Ok(parsed.clone()));
            }
        }

        #[test]
        fn the_key_is_stable(text in texts()) {
            if let Ok(parsed) = EmailAddress::parse(&text, Smtputf8::Allowed) {
                let key = parsed.key();
                prop_assert_eq!(fold_case(&key), key);
            }
        }

        #[test]
        fn a_refusal_is_safe_to_show(text in texts()) {
            if let Err(refused) = EmailAddress::parse(&text, Smtputf8::Refused) {
                let words = refused.to_string();
                prop_assert_eq!(safe(&words), words.as_str());
            }
        }
    }
}
