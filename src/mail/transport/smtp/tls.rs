//! Whom a TLS connection trusts, and what is said when it cannot.
//!
//! Trust is the system's certificates and the administrator's own authorities. There is no way to skip
//! verification, and no provider is taken from process-wide state.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::domain::say::{Said, saying};
use crate::domain::timestamp::Timestamp;

/// Why a CA file is of no use; continues a sentence that names the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaError {
    /// There is no certificate in it.
    Empty,
    /// Something in it is no PEM section.
    Damaged,
    /// The certificate of this number, counted from 1, cannot be an authority.
    Unusable(usize),
}

impl fmt::Display for CaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Empty => saying!("it holds no certificate in PEM form"),
            Self::Damaged => saying!("its PEM text is damaged"),
            Self::Unusable(number) => {
                saying!("certificate {number} in it cannot be used as an authority", number = *number)
            }
        };
        said.fmt(f)
    }
}

/// Reads the certificates of a CA file in PEM form.
///
/// # Errors
/// If there is none, or one of them cannot be an authority.
pub fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CaError> {
    let mut certificates = Vec::new();
    let mut store = RootCertStore::empty();
    for section in CertificateDer::pem_slice_iter(pem) {
        let certificate = section.map_err(|_| CaError::Damaged)?;
        store.add(certificate.clone()).map_err(|_| CaError::Unusable(certificates.len() + 1))?;
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(CaError::Empty);
    }
    Ok(certificates)
}

/// Reads the system's certificates, which takes some milliseconds, and adds the extra ones.
pub(super) fn client_config(extra_ca: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, String> {
    let mut store = RootCertStore::empty();
    for certificate in extra_ca {
        store.add(certificate.clone()).map_err(|_| {
            saying!("a certificate of the CA file cannot be used as an authority").to_string()
        })?;
    }
    // Systems carry certificates that no strict reader takes; the others still count.
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        return Err(saying!("this machine has no trusted certificates, and no CA file is set").to_string());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| saying!("TLS cannot be set up: {error}", error = error.to_string()).to_string())?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Says for people what went wrong with a server's TLS.
pub(super) fn words(server: &str, host: &str, error: &rustls::Error) -> String {
    if let rustls::Error::InvalidCertificate(error) = error {
        return saying!(
            "certificate of {host} is not trusted: {reason}",
            host = host,
            reason = reason(error)
        )
        .to_string();
    }
    if matches!(error, rustls::Error::InvalidMessage(_)) {
        return saying!("{server} does not speak TLS here", server = server).to_string();
    }
    saying!("TLS with {server} failed: {error}", server = server, error = error.to_string()).to_string()
}

fn reason(error: &CertificateError) -> Said {
    use CertificateError as E;
    if matches!(error, E::UnknownIssuer) {
        saying!("it comes from an authority that this machine does not know")
    } else if let E::ExpiredContext { not_after, .. } = error {
        let seconds = i64::try_from(not_after.as_secs()).unwrap_or(i64::MAX / 1000);
        let day = Timestamp::from_millis(seconds.saturating_mul(1000)).to_string();
        saying!("it has expired, on {day}", day = day.get(..10).unwrap_or(&day))
    } else if matches!(error, E::Expired) {
        saying!("it has expired")
    } else if matches!(error, E::NotValidYet | E::NotValidYetContext { .. }) {
        saying!("it is not valid yet")
    } else if matches!(error, E::Revoked) {
        saying!("it was revoked")
    } else if matches!(error, E::BadSignature) {
        saying!("it is not signed by the authority that it names")
    } else if matches!(error, E::Other(other) if other.to_string() == "CaUsedAsEndEntity") {
        // What `openssl req -x509` makes when it is not told better.
        saying!("it is an authority's own certificate; a server needs one without CA:TRUE")
    } else if let E::NotValidForNameContext { presented, .. } = error {
        match presented.as_slice() {
            [] => saying!("it names no host"),
            names => {
                let names: Vec<&str> = names.iter().map(|name| bare(name)).collect();
                saying!("it is for {names}", names = names.join(", "))
            }
        }
    } else {
        Said::foreign(error.to_string())
    }
}

/// A name without what the TLS library writes around it: `DnsName("mail.example.com")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_told_bare() {
        assert_eq!(bare("DnsName(\"mail.example.com\")"), "mail.example.com");
        assert_eq!(bare("IpAddress(192.0.2.1)"), "192.0.2.1");
        assert_eq!(bare("mail.example.com"), "mail.example.com");
    }

    #[test]
    fn a_ca_file_holds_certificates_or_is_refused() {
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = rcgen::CertificateParams::default().self_signed(&key).unwrap().pem();
        assert_eq!(read_certificates(pem.as_bytes()).unwrap().len(), 1);
        let twice = format!("# ours\n{pem}{pem}");
        assert_eq!(read_certificates(twice.as_bytes()).unwrap().len(), 2);
        assert_eq!(read_certificates(b"hello"), Err(CaError::Empty));
        assert_eq!(read_certificates(key.serialize_pem().as_bytes()), Err(CaError::Empty));
        let garbage = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
        assert_eq!(read_certificates(format!("{pem}{garbage}").as_bytes()), Err(CaError::Unusable(2)));
        assert_eq!(read_certificates(&pem.as_bytes()[..pem.len() / 2]), Err(CaError::Damaged));
    }
}
