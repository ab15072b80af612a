//! A real dialogue with the server that sends no mail, for `callsheet check` and the mail doctor of the screen.

use std::net::IpAddr;
use std::sync::Arc;

use super::connection::{Connection, Patience, Seen};
use super::{Halt, Interrupt, Security, Server, SmtpSettings, socket};
use crate::domain::reply::{Phase, escape};
use crate::domain::say::{Said, Say as _, retold, say};
use crate::domain::timestamp::Timestamp;
use crate::mail::transport::Envelope;

/// What is told of the dialogue while it is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeEvent {
    /// The steps in their order, told first. The first of them without an end is under way.
    Planned(Vec<Stage>),
    Ended(ProbeStep),
}

/// One step of the dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeStep {
    /// Which step.
    pub stage: Stage,
    /// Whether it succeeded; after one that did not, no more follow.
    pub ok: bool,
    /// The server's words or ours, for people; escaped, without secrets.
    pub words: Said,
    /// With TLS: when the last day begins on which the server's certificate is valid.
    pub last_day: Option<Timestamp>,
}

/// The steps of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The host's name is looked up; absent where the host is an address.
    Name,
    /// What the sender does, too.
    Dialogue(Phase),
}

/// All steps of a dialogue; see [`examine`].
pub fn probe(settings: &SmtpSettings, from: &str, rcpt: Option<&str>) -> Vec<ProbeStep> {
    let mut steps = Vec::new();
    examine(settings, from, rcpt, &Interrupt::default(), &mut |event| match event {
        ProbeEvent::Planned(_) => {}
        ProbeEvent::Ended(step) => steps.push(step),
    });
    steps
}

/// Looks the host up, connects, signs in, offers a mail from `from` (a bare address) to `rcpt`, and takes it back before DATA.
///
/// Steps that the settings do not ask for (TLS, signing in) are absent. After [`Interrupt::stop`] nothing more is told.
pub fn examine(
    settings: &SmtpSettings,
    from: &str,
    rcpt: Option<&str>,
    interrupt: &Interrupt,
    tell: &mut dyn FnMut(ProbeEvent),
) {
    let mut tell = |event| {
        if !interrupt.is_stopped() {
            tell(event);
        }
    };
    let plan = plan(settings, rcpt);
    let by_name = plan.first() == Some(&Stage::Name);
    tell(ProbeEvent::Planned(plan));
    if by_name {
        let step = look_up(settings);
        let is_found = step.ok;
        tell(ProbeEvent::Ended(step));
        if !is_found || interrupt.is_stopped() {
            return;
        }
    }
    let mut observe = |seen: Seen<'_>| tell(ProbeEvent::Ended(ProbeStep::done(&seen)));
    let outcome = talk(settings, from, rcpt, interrupt, &mut observe);
    interrupt.let_go();
    if let Err(halt) = outcome {
        tell(ProbeEvent::Ended(ProbeStep::failed(halt)));
    }
}

/// The steps that these settings ask for, in the order in which they end.
fn plan(settings: &SmtpSettings, rcpt: Option<&str>) -> Vec<Stage> {
    let by_name = settings.host.parse::<IpAddr>().is_err();
    let phases = [
        (true, Phase::Connect),
        (settings.security == Security::Tls, Phase::Tls),
        (true, Phase::Greeting),
        (settings.security == Security::StartTls, Phase::Tls),
        (true, Phase::Ehlo),
        (settings.credentials.is_some(), Phase::Auth),
        (true, Phase::MailFrom),
        (rcpt.is_some(), Phase::RcptTo),
    ];
    let phases = phases.into_iter().filter(|(is_asked, _)| *is_asked);
    by_name
        .then_some(Stage::Name)
        .into_iter()
        .chain(phases.map(|(_, phase)| Stage::Dialogue(phase)))
        .collect()
}

fn look_up(settings: &SmtpSettings) -> ProbeStep {
    let host = escape(&settings.host, 253);
    let (ok, words) = match socket::addresses(settings.host.clone(), settings.port, settings.timeouts.connect)
    {
        Ok(found) if !found.is_empty() => {
            let mut addresses: Vec<String> = found.iter().map(|one| one.ip().to_string()).collect();
            addresses.dedup();
            let addresses = addresses.join(", ");
            (true, Said::each(|language| say!(language, "'{host}' is {addresses}", host, addresses)))
        }
        Ok(_) => (
            false,
            Said::each(|language| say!(language, "'{host}' could not be resolved: it has no address", host)),
        ),
        Err(error) => (
            false,
            Said::each(|language| say!(language, "'{host}' could not be resolved: {error}", host, error)),
        ),
    };
    let words = Said::each(|language| escape(&words.say(language), super::LONGEST_WORDS));
    ProbeStep { stage: Stage::Name, ok, words, last_day: None }
}

fn talk(
    settings: &SmtpSettings,
    from: &str,
    rcpt: Option<&str>,
    interrupt: &Interrupt,
    observe: &mut dyn FnMut(Seen<'_>),
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
    let server = Server { interrupt: Some(interrupt.clone()), ..Server::new(settings.clone()) };
    let mut connection = Connection::open(&Arc::new(server), patience, observe)?;
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
    observe: &mut dyn FnMut(Seen<'_>),
) -> Result<(), Halt> {
    let parameter = if envelope.smtputf8 { " SMTPUTF8" } else { "" };
    let mail = format!("MAIL FROM:<{}>{parameter}", envelope.return_path);
    let reply = connection.ask(Phase::MailFrom, &mail)?;
    observe(Seen::new(Phase::MailFrom, &|_| reply.to_string()));
    if let Some(rcpt) = rcpt {
        let reply = connection.ask(Phase::RcptTo, &format!("RCPT TO:<{rcpt}>"))?;
        observe(Seen::new(Phase::RcptTo, &|_| reply.to_string()));
    }
    Ok(())
}

impl ProbeStep {
    fn done(seen: &Seen<'_>) -> Self {
        let words = Said::each(|language| escape(&(seen.words)(language), super::LONGEST_WORDS));
        Self { stage: Stage::Dialogue(seen.phase), ok: true, words, last_day: seen.last_day }
    }

    fn failed(halt: Halt) -> Self {
        let (phase, words) = match halt {
            Halt::Refused { phase, reply } => (phase, reply.to_string()),
            Halt::Broken { phase, words } => (phase, words),
            Halt::Unsendable { words } => (Phase::MailFrom, words),
        };
        Self {
            stage: Stage::Dialogue(phase),
            ok: false,
            words: Said::each(|language| retold(language, &words).into_owned()),
            last_day: None,
        }
    }
}
