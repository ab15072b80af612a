//! A session with a server: opened once, then mail after mail.
//!
//! ```text
//!  open:     greeting · EHLO · [STARTTLS · EHLO] · [AUTH]
//!  deliver:  [RSET] MAIL RCPT DATA  ──►  replies      first round trip
//!            body and dot           ──►  reply        second round trip
//! ```
//!
//! Without PIPELINING each command waits for its reply. Nothing of a body leaves unless sender and recipient were
//! accepted and the caller agreed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::content::{Content, Octets};
use super::hello::{Offers, hello};
use super::line::Line;
use super::{Halt, Security, Server, Timeouts, auth};
use crate::domain::language::Language;
use crate::domain::reply::{Phase, Reply};
use crate::domain::say::{Say as _, say, saying};
use crate::domain::timestamp::Timestamp;
use crate::mail::transport::Envelope;

/// How many mails one connection carries.
const MOST_MAILS: u32 = 100;
/// How long to look for a server's last words after it stopped reading; they are there already or never come.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long a server may take until it says its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// For the look-up of its name and the connection.
    pub connect: Duration,
    /// For TLS from the first byte, and for the greeting, each.
    pub greeting: Duration,
}

impl Patience {
    /// For a connection on which everything depends.
    pub const fn first(timeouts: &Timeouts) -> Self {
        Self { connect: timeouts.connect, greeting: timeouts.command }
    }

    /// For one more than those that work.
    pub fn further(timeouts: &Timeouts) -> Self {
        let first = Self::first(timeouts);
        Self { connect: first.connect.min(timeouts.further), greeting: first.greeting.min(timeouts.further) }
    }
}

/// A step of the dialogue that succeeded.
pub(super) struct Seen<'a> {
    pub phase: Phase,
    /// The server's words, or ours in a language.
    pub words: &'a dyn Fn(Language) -> String,
    /// With TLS: when the last day begins on which the certificate is valid.
    pub last_day: Option<Timestamp>,
}

impl<'a> Seen<'a> {
    pub fn new(phase: Phase, words: &'a dyn Fn(Language) -> String) -> Self {
        Self { phase, words, last_day: None }
    }
}

fn tell_of_tls(line: &Line, observe: &mut dyn FnMut(Seen<'_>)) {
    observe(Seen { last_day: line.last_day(), ..Seen::new(Phase::Tls, &|language| line.describe(language)) });
}

/// An open session.
pub(super) struct Connection {
    line: Line,
    offers: Offers,
    /// The commands under way; kept for its memory.
    commands: Vec<u8>,
    mails: u32,
    used: Instant,
    /// A transaction was begun and did not end with an accepted mail.
    unfinished: bool,
    /// The server has reacted to the last mail other than by closing.
    answered: bool,
    open: bool,
}

impl Connection {
    /// Connects and signs in, and tells `observe` in words of each step that succeeded.
    pub fn open(
        server: &Arc<Server>,
        patience: Patience,
        observe: &mut dyn FnMut(Seen<'_>),
    ) -> Result<Self, Halt> {
        let mut line = Line::connect(server, patience.connect)?;
        let peer = line.peer();
        observe(Seen::new(Phase::Connect, &|language| say!(language, "connected to {peer}", peer)));
        if server.settings.security == Security::Tls {
            line = line.secure(patience.greeting)?;
            tell_of_tls(&line, observe);
        }
        let greeting = line.require(Phase::Greeting, patience.greeting, 2)?;
        let greeting = line.reply(greeting);
        observe(Seen::new(Phase::Greeting, &|_| greeting.to_string()));
        let mut offers = hello(&mut line)?;
        if server.settings.security == Security::StartTls {
            line = start_tls(line, offers)?;
            tell_of_tls(&line, observe);
            // What was offered in clear counts for nothing.
            offers = hello(&mut line)?;
        }
        observe(Seen::new(Phase::Ehlo, &|language| offers.say(language)));
        if let Some(credentials) = &server.settings.credentials {
            let mechanism = auth::sign_in(&mut line, offers, credentials)?;
            observe(Seen::new(Phase::Auth, &|language| {
                say!(language, "signed in with {mechanism}", mechanism)
            }));
        }
        Ok(Self {
            line,
            offers,
            commands: Vec::new(),
            mails: 0,
            used: Instant::now(),
            unfinished: false,
            answered: false,
            open: true,
        })
    }

    /// Delivers one mail and returns the reply to the dot.
    pub fn deliver(
        &mut self,
        envelope: &Envelope,
        content: &Content,
        before_body: &mut dyn FnMut() -> bool,
    ) -> Result<Reply, Halt> {
        self.answered = false;
        self.mails += 1;
        let outcome = self.offer(envelope, content).and_then(|()| self.send(content, before_body));
        self.used = Instant::now();
        outcome
    }

    /// Says one command without its line end and returns the reply that accepts it.
    pub fn ask(&mut self, phase: Phase, command: &str) -> Result<Reply, Halt> {
        self.commands.clear();
        self.commands.extend_from_slice(command.as_bytes());
        self.commands.extend_from_slice(b"\r\n");
        let patience = self.line.server().settings.timeouts.command;
        let outcome =
            self.line.say(phase, &self.commands).and_then(|()| self.line.require(phase, patience, 2));
        let code = self.note(outcome)?;
        Ok(self.line.reply(code))
    }

    /// Whether another mail can go this way.
    pub fn is_reusable(&self) -> bool {
        // Words that nobody asked for are a 421 before closing, or a server out of step.
        self.open
            && self.mails < MOST_MAILS
            && self.used.elapsed() < self.line.server().settings.timeouts.idle
            && !self.line.has_leftover()
    }

    /// Whether the last mail met a connection that had died before; nothing of it was accepted.
    pub fn was_dead(&self) -> bool {
        !self.open && !self.answered
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Says good-bye if there is somebody to hear it; does not wait for an answer.
    pub fn quit(self) {
        if self.open {
            self.line.part(b"QUIT\r\n");
        }
    }

    /// MAIL, RCPT and DATA, up to the server's consent to take the body.
    fn offer(&mut self, envelope: &Envelope, content: &Content) -> Result<(), Halt> {
        if let Some(words) = self.lacks(envelope, content) {
            return Err(Halt::Unsendable { words });
        }
        let ends = self.write_commands(envelope, content);
        let must_reset = std::mem::replace(&mut self.unfinished, true);
        if self.offers.pipelining {
            let first = if must_reset { 0 } else { ends[0] };
            let said = self.line.say(Phase::MailFrom, &self.commands[first..]);
            self.note(said)?;
            if must_reset {
                self.reset_reply()?;
            }
            return self.replies_at_once();
        }
        if must_reset {
            self.say(Phase::MailFrom, 0, ends[0])?;
            self.reset_reply()?;
        }
        self.say(Phase::MailFrom, ends[0], ends[1])?;
        self.reply_to(Phase::MailFrom)?;
        self.say(Phase::RcptTo, ends[1], ends[2])?;
        self.reply_to(Phase::RcptTo)?;
        self.say(Phase::Data, ends[2], self.commands.len())?;
        self.reply_to(Phase::Data)
    }

    /// Reads what a pipelining server says to MAIL, RCPT and DATA; the first refusal is the one that counts.
    fn replies_at_once(&mut self) -> Result<(), Halt> {
        let mail = self.reply_to(Phase::MailFrom);
        if !self.open {
            return mail;
        }
        let rcpt = self.reply_to(Phase::RcptTo);
        if !self.open {
            return mail.and(rcpt);
        }
        match (mail, rcpt, self.reply_to(Phase::Data)) {
            (Ok(()), Ok(()), data) => data,
            (Ok(()), Err(refusal), Ok(())) => {
                // The server waits for a body that has no recipient: an empty one (RFC 2920 section 3.1).
                self.lone_dot();
                Err(refusal)
            }
            (Err(refusal), _, Ok(())) => {
                // Without a sender nobody can say what a dot would do; hanging up does nothing.
                self.open = false;
                Err(refusal)
            }
            (mail, rcpt, Err(_)) => mail.and(rcpt),
        }
    }

    fn lone_dot(&mut self) {
        let patience = self.line.server().settings.timeouts.data;
        let heard = self.line.say(Phase::Data, b".\r\n").and_then(|()| self.line.hear(Phase::Data, patience));
        if !matches!(heard, Ok(code) if code != 421) {
            self.open = false;
        }
    }

    /// The body and its dot, in one write, and the reply to them.
    fn send(&mut self, content: &Content, before_body: &mut dyn FnMut() -> bool) -> Result<Reply, Halt> {
        if !before_body() {
            self.open = false;
            return Err(Halt::broken(Phase::Data, "cancelled"));
        }
        if let Err(broken) = self.line.say(Phase::Body, content.wire()) {
            self.open = false;
            // A server that has read enough says so before it hangs up.
            return match self.line.require(Phase::Body, LAST_WORDS, 2) {
                Err(refused @ Halt::Refused { .. }) => Err(refused),
                Ok(_) | Err(Halt::Broken { .. } | Halt::Unsendable { .. }) => Err(broken),
            };
        }
        let patience = self.line.server().settings.timeouts.end_of_data;
        let heard = self.line.require(Phase::Body, patience, 2);
        let code = self.note(heard)?;
        self.unfinished = false;
        Ok(self.line.reply(code))
    }

    /// What the mail needs and the server does not offer.
    fn lacks(&self, envelope: &Envelope, content: &Content) -> Option<String> {
        let server = &self.line.server().name;
        if envelope.smtputf8 && !self.offers.smtputf8 {
            return Some(
                saying!(
                    "{server} does not offer SMTPUTF8, which the address needs",
                    server = server.as_str()
                )
                .to_string(),
            );
        }
        if content.octets() == Octets::EightBit && !self.offers.eight_bit {
            return Some(
                saying!("{server} does not offer 8BITMIME, which the mail needs", server = server.as_str())
                    .to_string(),
            );
        }
        None
    }

    /// Puts RSET, MAIL, RCPT and DATA into `commands`; returns where the first three end.
    fn write_commands(&mut self, envelope: &Envelope, content: &Content) -> [usize; 3] {
        let commands = &mut self.commands;
        commands.clear();
        commands.extend_from_slice(b"RSET\r\n");
        let reset = commands.len();
        commands.extend_from_slice(b"MAIL FROM:<");
        commands.extend_from_slice(envelope.return_path.as_bytes());
        commands.push(b'>');
        if self.offers.size {
            commands.extend_from_slice(b" SIZE=");
            commands.extend_from_slice(content.size().to_string().as_bytes());
        }
        if content.octets() == Octets::EightBit {
            commands.extend_from_slice(b" BODY=8BITMIME");
        }
        if envelope.smtputf8 {
            commands.extend_from_slice(b" SMTPUTF8");
        }
        commands.extend_from_slice(b"\r\n");
        let mail = commands.len();
        commands.extend_from_slice(b"RCPT TO:<");
        commands.extend_from_slice(envelope.to.as_bytes());
        commands.extend_from_slice(b">\r\n");
        let rcpt = commands.len();
        commands.extend_from_slice(b"DATA\r\n");
        [reset, mail, rcpt]
    }

    fn say(&mut self, phase: Phase, from: usize, to: usize) -> Result<(), Halt> {
        let said = self.line.say(phase, &self.commands[from..to]);
        self.note(said)
    }

    fn reply_to(&mut self, phase: Phase) -> Result<(), Halt> {
        let timeouts = self.line.server().settings.timeouts;
        let heard = if phase == Phase::Data {
            self.line.require(phase, timeouts.data, 3)
        } else {
            self.line.require(phase, timeouts.command, 2)
        };
        let outcome = self.note(heard);
        // A 421 to the first command is how a server ends a connection that was idle for too long.
        self.answered |= self.open;
        outcome.map(|_| ())
    }

    /// A server that does not forget the last mail is left; the mail under way has not been offered yet.
    fn reset_reply(&mut self) -> Result<(), Halt> {
        let patience = self.line.server().settings.timeouts.command;
        let heard = self.line.require(Phase::MailFrom, patience, 2);
        self.open &= heard.is_ok();
        heard.map(|_| ())
    }

    fn note<T>(&mut self, outcome: Result<T, Halt>) -> Result<T, Halt> {
        if outcome.as_ref().is_err_and(Halt::ends_the_line) {
            self.open = false;
        }
        outcome
    }
}

fn start_tls(mut line: Line, offers: Offers) -> Result<Line, Halt> {
    if !offers.starttls {
        let server = line.server().name.as_str();
        let words = saying!("{server} does not offer STARTTLS", server = server).to_string();
        return Err(Halt::broken(Phase::Tls, words));
    }
    let patience = line.server().settings.timeouts.command;
    line.say(Phase::Tls, b"STARTTLS\r\n")?;
    line.require(Phase::Tls, patience, 2)?;
    line.secure(patience)
}
