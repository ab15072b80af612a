//! A real dialogue with the server that sends no mail, for `callsheet check`.

use std::sync::Arc;

use super::connection::{Connection, Patience};
use super::{Halt, Server, SmtpSettings};
use crate::domain::reply::Phase;
use crate::mail::transport::Envelope;

/// One step of the dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeStep {
    /// Which step.
    pub phase: Phase,
    /// Whether it succeeded; after one that did not, no more follow.
    pub ok: bool,
    /// The server's words or ours, for people; escaped, without secrets.
    pub words: String,
}

/// Connects, signs in, offers a mail from `from` (a bare address) to `rcpt`, and takes it back before DATA.
///
/// Steps that the settings do not ask for (TLS, signing in) are absent.
pub fn probe(settings: &SmtpSettings, from: &str, rcpt: Option<&str>) -> Vec<ProbeStep> {
    let mut steps = Vec::new();
    if let Err(halt) = talk(settings, from, rcpt, &mut |phase, words| {
        steps.push(ProbeStep::done(phase, &words));
    }) {
        steps.push(ProbeStep::failed(halt));
    }
    steps
}

fn talk(
    settings: &SmtpSettings,
    from: &str,
    rcpt: Option<&str>,
    observe: &mut dyn FnMut(Phase, String),
) -> Result<(), Halt> {
    let envelope = Envelope {
        return_path: from.to_owned(),
        to: rcpt.unwrap_or(from).to_owned(),
        smtputf8: !from.is_ascii() || !rcpt.unwrap_or_default().is_ascii(),
    };
    if let Some(words) = envelope.fault() {
        return Err(Halt::broken(Phase::MailFrom, words));
    }
    let patience = Patience::first(&settings.timeouts);
    let mut connection = Connection::open(&Arc::new(Server::new(settings.clone())), patience, observe)?;
    let outcome = offer(&mut connection, &envelope, rcpt, observe);
    if connection.is_open() {
        // What is said to RSET changes no finding.
        let _ = connection.ask(Phase::MailFrom, "RSET");
    }
    connection.quit();
    outcome
}

fn offer(
    connection: &mut Connection,
    envelope: &Envelope,
    rcpt: Option<&str>,
    observe: &mut dyn FnMut(Phase, String),
) -> Result<(), Halt> {
    let parameter = if envelope.smtputf8 { " SMTPUTF8" } else { "" };
    let mail = format!("MAIL FROM:<{}>{parameter}", envelope.return_path);
    let reply = connection.ask(Phase::MailFrom, &mail)?;
    observe(Phase::MailFrom, reply.to_string());
    if let Some(rcpt) = rcpt {
        let reply = connection.ask(Phase::RcptTo, &format!("RCPT TO:<{rcpt}>"))?;
        observe(Phase::RcptTo, reply.to_string());
    }
    Ok(())
}

impl ProbeStep {
    fn done(phase: Phase, words: &str) -> Self {
        Self { phase, ok: true, words: crate::domain::reply::escape(words, super::LONGEST_WORDS) }
    }

    fn failed(halt: Halt) -> Self {
        let (phase, words) = match halt {
            Halt::Refused { phase, reply } => (phase, reply.to_string()),
            Halt::Broken { phase, words } => (phase, words),
            Halt::Unsendable { words } => (Phase::MailFrom, words),
        };
        Self { phase, ok: false, words }
    }
}
