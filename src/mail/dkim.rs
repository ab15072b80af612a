//! Signs mail with DKIM (RFC 6376): RSA with SHA-256, header and body in relaxed canonical form.
//!
//! It works on the finished bytes, so it signs what leaves. Each signature is checked with the public half before it is used; the
//! same mail at the same time always gets the same one. It never reads a file and never looks anything up.

mod canonical;
mod key;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{self, RsaKeyPair, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use self::key::KeyError;
use crate::domain::timestamp::Timestamp;

/// The header fields that are signed where a mail has them. RFC 8058 wants those that unsubscribe among them.
const SIGNED: [&str; 11] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
];

/// This one is named once more than the mail has it: a second one that somebody adds breaks the signature (RFC 6376 section 8.15).
const GUARDED: &str = "From";

const NAME: &str = "DKIM-Signature";

/// Signs for one domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: RsaKeyPair,
}

/// Why a mail could not be signed. It must not leave unsigned: receivers may be told to refuse such mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignError {
    #[error("the mail has no header that could be signed")]
    NoHeader,
    #[error("the key made no signature")]
    NoSignature,
    #[error("the signature that was made is not valid")]
    Invalid,
}

/// What receivers look up to check the signature: a TXT record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// `s1._domainkey.example.com`
    pub name: String,
    /// `v=DKIM1; k=rsa; p=…`
    pub text: String,
}

impl Signer {
    /// Reads a private RSA key (PEM, PKCS #8 or PKCS #1) of 2048 to 4096 bits and tries it.
    ///
    /// # Errors
    /// [`KeyError`]; it holds nothing of the key.
    pub fn new(domain: &str, selector: &str, pem: &[u8]) -> Result<Self, KeyError> {
        let key = key::read(pem)?;
        let signer = Self { domain: domain.to_owned(), selector: selector.to_owned(), key };
        // What a key is worth is known only when it has signed: its halves may not belong together.
        let trial = b"From: a@b.example\r\n\r\n";
        signer.sign(trial, Timestamp::from_millis(0)).map_err(|_| KeyError::Unusable)?;
        Ok(signer)
    }

    /// The domain that answers for the mail.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The message with the signature before it. `message` has CRLF line ends; `at` is when it was written, the same at every try.
    ///
    /// # Errors
    /// [`SignError`]; nothing may be sent then.
    pub fn sign(&self, message: &[u8], at: Timestamp) -> Result<Vec<u8>, SignError> {
        let (header, body) = canonical::split(message);
        let fields = canonical::fields(header);
        let names = signed_names(&fields);
        if !names.contains(&GUARDED) {
            return Err(SignError::NoHeader);
        }
        let digest = STANDARD.encode(Sha256::digest(canonical::body(body)));
        let unsigned = format!(
            "{NAME}: v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s={};\r\n\tt={}; h={};\r\n\tbh={digest};\r\n\tb=",
            self.domain,
            self.selector,
            at.millis().div_euclid(1000).max(0),
            listed(&names),
        );
        let text = canonical::signed_text(&fields, &names, unsigned.as_bytes());
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), &text, &mut signature)
            .map_err(|_| SignError::NoSignature)?;
        let mut signed = folded(unsigned, &STANDARD.encode(signature)).into_bytes();
        signed.extend_from_slice(b"\r\n");
        signed.extend_from_slice(message);
        if self.is_valid(&signed) { Ok(signed) } else { Err(SignError::Invalid) }
    }

    /// The record that must be published for the signatures to count.
    #[must_use]
    pub fn record(&self) -> DnsRecord {
        DnsRecord {
            name: format!("{}._domainkey.{}", self.selector, self.domain),
            text: format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(key::subject_public_key_info(&self.key))),
        }
    }

    /// Whether a message begins with a signature of this key that fits it: read anew from the bytes, as a receiver does.
    #[must_use]
    pub fn is_valid(&self, message: &[u8]) -> bool {
        self.check(message).is_some()
    }

    fn check(&self, message: &[u8]) -> Option<()> {
        let (header, body) = canonical::split(message);
        let fields = canonical::fields(header);
        let (own, others) = fields.split_first()?;
        let value = std::str::from_utf8(own.value).ok().filter(|_| own.name.eq_ignore_ascii_case(NAME))?;
        let tag = |wanted: &str| {
            let tags = value.split(';').filter_map(|tag| tag.split_once('='));
            let (_, found) = tags.into_iter().find(|(name, _)| name.trim() == wanted)?;
            Some(found.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>())
        };
        if tag("d")? != self.domain || tag("bh")? != STANDARD.encode(Sha256::digest(canonical::body(body))) {
            return None;
        }
        let signature = STANDARD.decode(tag("b")?).ok()?;
        let names = tag("h")?;
        let names: Vec<&str> = names.split(':').collect();
        let text = canonical::signed_text(others, &names, &canonical::without_signature(own.raw));
        let key = UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, self.key.public());
        key.verify(&text, &signature).ok()
    }
}

/// Tells for whom, never with what.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({}, {})", self.domain, self.selector)
    }
}

impl DnsRecord {
    /// The line of a zone file. A string in it has 255 bytes at most (RFC 1035 section 3.3), so a long text becomes several.
    #[must_use]
    pub fn zone_line(&self) -> String {
        let mut line = format!("{}. TXT", self.name);
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            let (string, left) = rest.split_at(rest.len().min(255));
            // Writing to a String does not fail; a record holds no quotes.
            let _ = write!(line, " \"{string}\"");
            rest = left;
        }
        line
    }
}

/// The names for `h=`: each as often as the mail has it, and the guarded one once more.
fn signed_names(fields: &[canonical::Field<'_>]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for name in SIGNED {
        let count = fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name)).count();
        let more = usize::from(name == GUARDED && count > 0);
        names.extend(std::iter::repeat_n(name, count + more));
    }
    names
}

/// The names with colons between them, in lines of at most 76 characters; the first goes on a line that has begun.
fn listed(names: &[&str]) -> String {
    const FIRST: usize = 50;
    const LINE: usize = 74;
    let mut text = String::new();
    let mut left = FIRST;
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            text.push(':');
            if name.len() + 1 > left {
                text.push_str("\r\n\t ");
                left = LINE;
            }
        }
        text.push_str(name);
        left = left.saturating_sub(name.len() + 1);
    }
    text
}

/// The signature at the end of its field, in lines of at most 76 characters.
fn folded(mut field: String, signature: &str) -> String {
    const LINE: usize = 72;
    let mut rest = signature;
    let mut is_first = true;
    while !rest.is_empty() {
        let (line, left) = rest.split_at(rest.len().min(LINE));
        if !is_first {
            field.push_str("\r\n\t ");
        }
        field.push_str(line);
        (rest, is_first) = (left, false);
    }
    field
}

#[cfg(test)]
mod tests;
