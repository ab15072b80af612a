//! The two facts of a certificate that people ask for: whose it is, and until which day it is valid.
//!
//! Reads just enough DER (X.690) of an X.509 certificate (RFC 5280 section 4.1). It only describes: what is
//! trusted is decided by the TLS library alone.

use crate::domain::language::Language;
use crate::domain::say::say;
use crate::domain::timestamp::Timestamp;

const INTEGER: u8 = 0x02;
const OBJECT_ID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// id-at-commonName, 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// "for mail.example.com, valid until 2027-01-31"; the subject is left out where it has no common name.
///
/// `None` if the certificate cannot be read. The name is unescaped.
pub(super) fn describe(der: &[u8], language: Language) -> Option<String> {
    let (subject, until) = read(der)?;
    Some(match subject {
        Some(subject) => say!(language, "for {subject}, valid until {until}", subject, until),
        None => say!(language, "valid until {until}", until),
    })
}

/// When the last day begins on which the certificate is valid.
///
/// `None` if the certificate cannot be read.
pub(super) fn last_day(der: &[u8]) -> Option<Timestamp> {
    let (_, until) = read(der)?;
    Timestamp::parse(&format!("{until}T00:00:00Z"))
}

fn read(der: &[u8]) -> Option<(Option<String>, String)> {
    let mut certificate = Der(Der(der).take(SEQUENCE)?);
    let mut fields = Der(certificate.take(SEQUENCE)?);
    if fields.0.first() == Some(&VERSION) {
        fields.take(VERSION)?;
    }
    fields.take(INTEGER)?;
    // Algorithm of the signature, and issuer.
    fields.take(SEQUENCE)?;
    fields.take(SEQUENCE)?;
    let mut validity = Der(fields.take(SEQUENCE)?);
    validity.next()?;
    let (tag, not_after) = validity.next()?;
    let until = date(tag, not_after)?;
    let subject = common_name(fields.take(SEQUENCE)?);
    Some((subject, until))
}

fn common_name(subject: &[u8]) -> Option<String> {
    let mut names = Der(subject);
    while let Some(set) = names.take(SET) {
        let mut pair = Der(Der(set).take(SEQUENCE)?);
        if pair.take(OBJECT_ID)? == COMMON_NAME {
            let (_, value) = pair.next()?;
            return Some(String::from_utf8_lossy(value).into_owned());
        }
    }
    None
}

/// `YYMMDD…` or `YYYYMMDD…` as `YYYY-MM-DD` (RFC 5280 section 4.1.2.5).
fn date(tag: u8, value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let (century, rest) = match tag {
        UTC_TIME if text.get(..2)? < "50" => ("20", text),
        UTC_TIME => ("19", text),
        GENERALIZED_TIME => text.split_at_checked(2)?,
        _ => return None,
    };
    let digits = rest.get(..6)?;
    if !digits.bytes().chain(century.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(format!("{century}{}-{}-{}", &digits[..2], &digits[2..4], &digits[4..]))
}

/// What is left of a run of DER values.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, which must have this tag; otherwise nothing is taken.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() != Some(&tag) {
            return None;
        }
        self.next().map(|(_, value)| value)
    }

    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes.iter().fold(0_usize, |length, &byte| (length << 8) | usize::from(byte));
                (length, rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(name: Option<&str>, year: i32) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Example Ltd");
        if let Some(name) = name {
            params.distinguished_name.push(DnType::CommonName, name);
        }
        params.not_after = date_time_ymd(year, 1, 31);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn subject_and_end_are_found() {
        assert_eq!(
            describe(&certificate(Some("mail.example.com"), 2037), Language::En).unwrap(),
            "for mail.example.com, valid until 2037-01-31"
        );
        // From 2050 on the time has another form.
        assert_eq!(describe(&certificate(None, 2061), Language::En).unwrap(), "valid until 2061-01-31");
        assert_eq!(last_day(&certificate(None, 2061)), Timestamp::parse("2061-01-31T00:00:00Z"));
    }

    #[test]
    fn a_certificate_cut_anywhere_is_no_certificate() {
        let whole = certificate(Some("mail.example.com"), 2037);
        for length in 0..whole.len() {
            assert_eq!((describe(&whole[..length], Language::En), last_day(&whole[..length])), (None, None));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_upset_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = describe(&bytes, Language::En);
        }
    }
}
