//! The SMTP client against a scripted server, over real sockets.

use std::time::Duration;

use callsheet::domain::reply::Phase;
use callsheet::mail::transport::smtp::{Credentials, Security, Smtp, SmtpSettings, Timeouts};
use callsheet::mail::transport::{Envelope, Submission, Transport};
use secrecy::SecretString;

use crate::support::authority::Authority;
use crate::support::sink::{Act, Protection, Sink};

mod auth;
mod failures;
mod mails;
mod probe;
mod reuse;
mod tls;

const MESSAGE: &[u8] = b"Subject: hello\r\n\r\n.leading dot\r\n..\r\nbye\r\n";
const TEXT: &str = "Subject: hello\r\n\r\n.leading dot\r\n..\r\nbye\r\n";
/// The phases of a server that uses neither TLS nor AUTH.
const PLAIN_PHASES: [Phase; 6] =
    [Phase::Greeting, Phase::Ehlo, Phase::MailFrom, Phase::RcptTo, Phase::Data, Phase::Body];
const WITHOUT_PIPELINING: &[&str] = &["SIZE", "8BITMIME"];
const WITH_PIPELINING: &[&str] = &["PIPELINING", "SIZE", "8BITMIME"];

fn settings(sink: &Sink) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.port(),
        security: Security::None,
        credentials: None,
        extra_ca: Vec::new(),
        hello_name: "callsheet.example".to_owned(),
        timeouts: Timeouts::default(),
    }
}

/// Settings whose patience ends soon in one phase and late in all others, so that a slow machine changes nothing.
fn impatient_at(phase: Phase, settings: SmtpSettings) -> SmtpSettings {
    let mut settings = settings;
    let timeouts = &mut settings.timeouts;
    let patience = match phase {
        Phase::Connect => &mut timeouts.connect,
        Phase::Tls | Phase::Greeting | Phase::Ehlo | Phase::Auth => &mut timeouts.command,
        Phase::MailFrom | Phase::RcptTo => &mut timeouts.command,
        Phase::Data => &mut timeouts.data,
        Phase::Body => &mut timeouts.end_of_data,
    };
    *patience = Duration::from_millis(300);
    settings
}

fn secured(sink: &Sink, security: Security, authority: &Authority) -> SmtpSettings {
    SmtpSettings { security, extra_ca: vec![authority.certificate()], ..settings(sink) }
}

fn with_login(settings: SmtpSettings, password: &str) -> SmtpSettings {
    SmtpSettings {
        credentials: Some(Credentials {
            username: "notices".to_owned(),
            password: SecretString::from(password),
        }),
        ..settings
    }
}

fn envelope() -> Envelope {
    Envelope {
        return_path: "bounces@example.com".to_owned(),
        to: "ada@example.org".to_owned(),
        smtputf8: false,
    }
}

fn submit(smtp: &mut Smtp) -> Submission {
    smtp.submit(&envelope(), MESSAGE, &mut || true)
}

fn submit_once(settings: SmtpSettings) -> Submission {
    submit(&mut Smtp::new(settings))
}

/// Phase and words of a refusal or a broken line.
#[track_caller]
fn failure(submission: Submission) -> (Phase, String) {
    match submission {
        Submission::Refused { phase, reply } => (phase, reply.to_string()),
        Submission::Broken { phase, words } => (phase, words),
        Submission::Accepted(_) | Submission::Unsendable { .. } => panic!("{submission:?}"),
    }
}

#[track_caller]
fn assert_accepted(submission: &Submission) {
    assert!(matches!(submission, Submission::Accepted(_)), "{submission:?}");
}

#[track_caller]
fn assert_refused(submission: &Submission, expected: Phase, words: &str) {
    match submission {
        Submission::Refused { phase, reply } => {
            assert_eq!((*phase, reply.to_string().as_str()), (expected, words));
        }
        Submission::Accepted(_) | Submission::Broken { .. } | Submission::Unsendable { .. } => {
            panic!("{submission:?}")
        }
    }
}

#[track_caller]
fn assert_broken(submission: &Submission, expected: Phase, words: &str) {
    match submission {
        Submission::Broken { phase, words: said } => {
            assert_eq!(*phase, expected, "{said}");
            assert!(said.contains(words), "{said}");
        }
        Submission::Accepted(_) | Submission::Refused { .. } | Submission::Unsendable { .. } => {
            panic!("{submission:?}")
        }
    }
}
