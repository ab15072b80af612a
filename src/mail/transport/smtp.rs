//! Our own blocking SMTP client (RFC 5321): one connection, one mail at a time, at most two round trips each.
//!
//! ```text
//!  probe ─┐                        ┌─ tls          trust and its words
//!  Smtp ──┴─ connection ── line ───┼─ socket       name, addresses, connecting, interrupt
//!              │   │               └─ reply_parser  bytes to replies
//!              │   └─ hello, auth   what opens a session
//!              └─ content          a mail as it stands on the wire
//! ```
//!
//! It never signs in without TLS except to this machine, never skips verification of a certificate, never falls
//! back from STARTTLS to clear text, and never puts a secret into an error.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::ClientConfig;
use rustls_pki_types::CertificateDer;
use secrecy::SecretString;

use self::connection::{Connection, Patience};
use self::content::Content;
use super::{Envelope, Submission, Transport};
use crate::domain::reply::{Phase, Reply, escape};

mod auth;
mod certificate;
mod connection;
mod content;
mod hello;
mod interrupt;
mod line;
mod probe;
mod reply_parser;
mod socket;
mod tls;

pub use self::interrupt::Interrupt;
pub use self::probe::{ProbeEvent, ProbeStep, Stage, examine, probe};
pub use self::tls::{CaError, read_certificates};

/// The certificate of an authority, in DER.
pub type Certificate = CertificateDer<'static>;

/// The longest words of a failure, in characters.
const LONGEST_WORDS: usize = 700;

/// Where the server is and how to talk to it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// A DNS name in its ASCII form, or an IP address; the certificate must be for it.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Who signs in; `None` does not.
    pub credentials: Option<Credentials>,
    /// Authorities to trust besides those of the system; see [`read_certificates`].
    pub extra_ca: Vec<Certificate>,
    /// What this machine calls itself in EHLO: a domain name or an address literal, printable ASCII.
    pub hello_name: String,
    /// How long to wait for what.
    pub timeouts: Timeouts,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
    /// Required STARTTLS (RFC 3207): a server that does not offer it gets no mail.
    StartTls,
    /// Clear text.
    None,
}

/// Name and password for AUTH.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The name to sign in with.
    pub username: String,
    /// Never shown: its `Debug` is redacted and no error holds it.
    pub password: SecretString,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the look-up of the name and a connection to one of its addresses, together.
    pub connect: Duration,
    /// For the TLS handshake and the replies to greeting, EHLO, AUTH, MAIL, RCPT and RSET, each.
    pub command: Duration,
    /// For the reply to DATA, and for each step of writing.
    pub data: Duration,
    /// For the reply to the dot (RFC 5321 section 4.5.3.2.6): a shorter wait makes duplicates.
    pub end_of_data: Duration,
    /// For the first word on one more connection than those that work already: a server that serves a few at a time lets the
    /// others wait.
    pub further: Duration,
    /// How long an unused connection is taken to be good.
    pub idle: Duration,
}

/// An SMTP server as a way out: connects when a mail comes, and keeps the connection for the next.
pub struct Smtp {
    server: Arc<Server>,
    patience: Patience,
    connection: Option<Connection>,
    content: Content,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(60),
            data: Duration::from_secs(120),
            end_of_data: Duration::from_secs(600),
            further: Duration::from_secs(10),
            idle: Duration::from_secs(60),
        }
    }
}

impl Smtp {
    /// Takes the settings; nothing is connected or read yet.
    pub fn new(settings: SmtpSettings) -> Self {
        let patience = Patience::first(&settings.timeouts);
        Self::to(Arc::new(Server::new(settings)), patience)
    }

    /// Another connection to the same server, for another thread; trusted certificates are read once for both.
    pub fn sibling(&self) -> Self {
        Self::to(Arc::clone(&self.server), self.patience)
    }

    /// One more connection besides those that work, which waits no longer than `timeouts.further` for the server's first word.
    pub fn further(&self) -> Self {
        Self::to(Arc::clone(&self.server), Patience::further(&self.server.settings.timeouts))
    }

    fn to(server: Arc<Server>, patience: Patience) -> Self {
        Self { server, patience, connection: None, content: Content::default() }
    }

    fn deliver(&mut self, envelope: &Envelope, before_body: &mut dyn FnMut() -> bool) -> Result<Reply, Halt> {
        if let Some(mut connection) = self.connection.take() {
            if connection.is_reusable() {
                let outcome = connection.deliver(envelope, &self.content, before_body);
                if !connection.was_dead() {
                    self.keep(connection);
                    return outcome;
                }
            } else {
                connection.quit();
            }
        }
        let mut connection = Connection::open(&self.server, self.patience, &mut |_| {})?;
        let outcome = connection.deliver(envelope, &self.content, before_body);
        self.keep(connection);
        outcome
    }

    fn keep(&mut self, connection: Connection) {
        if connection.is_open() {
            self.connection = Some(connection);
        }
    }
}

impl Transport for Smtp {
    fn submit(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        before_body: &mut dyn FnMut() -> bool,
    ) -> Submission {
        if let Some(words) = envelope.fault() {
            return Submission::Unsendable { words };
        }
        if let Err(fault) = self.content.take(message) {
            let words = fault.to_string();
            return Submission::Unsendable { words };
        }
        match self.deliver(envelope, before_body) {
            Ok(reply) => Submission::Accepted(reply),
            Err(Halt::Refused { phase, reply }) => Submission::Refused { phase, reply },
            Err(Halt::Broken { phase, words }) => Submission::Broken { phase, words },
            Err(Halt::Unsendable { words }) => Submission::Unsendable { words },
        }
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.quit();
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.close();
    }
}

/// What all connections to one server share.
struct Server {
    settings: SmtpSettings,
    /// `host:port`, as errors name it.
    name: String,
    tls: OnceLock<Arc<ClientConfig>>,
    /// What may end a dialogue with it, if something may.
    interrupt: Option<Interrupt>,
}

impl Server {
    fn new(settings: SmtpSettings) -> Self {
        let host = escape(&settings.host, 253);
        let name = if host.contains(':') {
            format!("[{host}]:{}", settings.port)
        } else {
            format!("{host}:{}", settings.port)
        };
        Self { settings, name, tls: OnceLock::new(), interrupt: None }
    }

    /// What to trust, read at the first need; a failure is not remembered.
    fn tls(&self) -> Result<Arc<ClientConfig>, Halt> {
        if let Some(config) = self.tls.get() {
            return Ok(Arc::clone(config));
        }
        let config =
            tls::client_config(&self.settings.extra_ca).map_err(|words| Halt::broken(Phase::Tls, words))?;
        Ok(Arc::clone(self.tls.get_or_init(|| config)))
    }
}

/// Why a dialogue did not reach its end.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Halt {
    Refused { phase: Phase, reply: Reply },
    Broken { phase: Phase, words: String },
    Unsendable { words: String },
}

impl Halt {
    fn broken(phase: Phase, words: impl AsRef<str>) -> Self {
        Self::Broken { phase, words: escape(words.as_ref(), LONGEST_WORDS) }
    }

    /// Whether the connection is of no more use. A 421 announces that the server closes (RFC 5321 section 3.8).
    fn ends_the_line(&self) -> bool {
        match self {
            Self::Refused { reply, .. } => reply.code == 421,
            Self::Broken { .. } => true,
            Self::Unsendable { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_settings_nor_credentials_show_the_password() {
        let settings = SmtpSettings {
            host: "mail.example.com".to_owned(),
            port: 587,
            security: Security::StartTls,
            credentials: Some(Credentials {
                username: "notices".to_owned(),
                password: SecretString::from("open sesame"),
            }),
            extra_ca: Vec::new(),
            hello_name: "callsheet.example.com".to_owned(),
            timeouts: Timeouts::default(),
        };
        assert!(!format!("{settings:?}").contains("sesame"));
    }

    #[test]
    fn an_address_of_six_words_is_named_in_brackets() {
        let settings = SmtpSettings {
            host: "::1".to_owned(),
            port: 25,
            security: Security::None,
            credentials: None,
            extra_ca: Vec::new(),
            hello_name: "localhost".to_owned(),
            timeouts: Timeouts::default(),
        };
        assert_eq!(Server::new(settings).name, "[::1]:25");
    }
}
