//! The key: reads the private half, and writes the public half as it is published.

use std::fmt;

use ring::signature::{KeyPair as _, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::{self, PemObject as _};

use crate::domain::say::saying;

/// Why a key cannot be used; continues a sentence that names the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    NoKey,
    Encrypted,
    NotRsa,
    TooShort,
    TooLong,
    /// Parts of it contradict each other.
    Unusable,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::NoKey => saying!("it holds no private key in PEM"),
            Self::Encrypted => {
                saying!("the key is encrypted with a passphrase, and nobody is there to type it")
            }
            Self::NotRsa => {
                saying!("the key is not an RSA key, which is the only kind that all receivers know")
            }
            Self::TooShort => saying!("the key is too short: 2048 bits are needed"),
            Self::TooLong => saying!("the key is too long: 4096 bits are allowed, 2048 are enough"),
            Self::Unusable => saying!("the key is damaged"),
        };
        said.fmt(f)
    }
}

impl std::error::Error for KeyError {}

impl KeyError {
    /// What helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Encrypted => "'openssl rsa -in FILE -out NEW' takes the passphrase away",
            Self::NoKey | Self::NotRsa | Self::TooShort | Self::TooLong | Self::Unusable => {
                "'openssl genrsa -out FILE 2048' makes one"
            }
        }
    }
}

/// Reads the first private key of a PEM file.
pub fn read(pem: &[u8]) -> Result<RsaKeyPair, KeyError> {
    let is_there = |mark: &str| pem.windows(mark.len()).any(|found| found == mark.as_bytes());
    if is_there("-----BEGIN ENCRYPTED PRIVATE KEY-----") || is_there("Proc-Type: 4,ENCRYPTED") {
        return Err(KeyError::Encrypted);
    }
    let der = match PrivateKeyDer::from_pem_slice(pem) {
        Ok(der) => der,
        Err(pem::Error::NoItemsFound) => return Err(KeyError::NoKey),
        Err(_) => return Err(KeyError::Unusable),
    };
    let key = match &der {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Sec1(_) | _ => return Err(KeyError::NotRsa),
    };
    key.map_err(|rejected| match rejected.to_string().as_str() {
        "TooSmall" => KeyError::TooShort,
        "TooLarge" => KeyError::TooLong,
        "WrongAlgorithm" => KeyError::NotRsa,
        _ => KeyError::Unusable,
    })
}

/// The public half as a record holds it: a SubjectPublicKeyInfo (RFC 5280 section 4.1) around the RSAPublicKey, in DER.
pub fn subject_public_key_info(key: &RsaKeyPair) -> Vec<u8> {
    /// SEQUENCE of the object identifier rsaEncryption and NULL (RFC 3279 section 2.3.1).
    const RSA_ENCRYPTION: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;
    // No bit of the last byte is unused.
    let bits = [&[0][..], key.public_key().as_ref()].concat();
    der(SEQUENCE, &[&RSA_ENCRYPTION[..], &der(BIT_STRING, &bits)].concat())
}

/// A tag, a length and a content of less than 64 KiB.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    let head = match length {
        [0, short @ 0..=0x7f] => vec![tag, short],
        [0, middle] => vec![tag, 0x81, middle],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}
