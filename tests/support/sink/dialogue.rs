//! One connection of the sink, from the greeting to the end.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use callsheet::domain::reply::Phase;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Act, Mail, Protection, Shared};

/// Talks until the client leaves or the script hangs up.
pub(super) fn hold(socket: TcpStream, index: usize, shared: &Arc<Shared>) {
    let closer = socket.try_clone().unwrap();
    let mut dialogue = Dialogue {
        channel: Some(Channel::Clear(socket)),
        shared,
        index,
        received: Vec::new(),
        replies: Vec::new(),
        turns: 0,
        sender: None,
        recipient: None,
    };
    // Both ends mean that this connection is over; the test looks at what was recorded.
    let _: Result<(), End> = dialogue.run();
    let _ = dialogue.flush();
    // The listener keeps a clone of the socket, so dropping ours would not hang up.
    let _ = closer.shutdown(Shutdown::Both);
}

/// The connection is over: the client left, or the script said so.
struct End;

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self
    }
}

enum Channel {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

struct Dialogue<'a> {
    channel: Option<Channel>,
    shared: &'a Shared,
    index: usize,
    received: Vec<u8>,
    replies: Vec<u8>,
    turns: usize,
    /// The argument of MAIL, and the turns before it.
    sender: Option<(String, usize)>,
    recipient: Option<String>,
}

impl Dialogue<'_> {
    fn run(&mut self) -> Result<(), End> {
        self.perform(Phase::Connect, "")?;
        if let Protection::Implicit(config) = self.shared.script.protection.clone() {
            self.perform(Phase::Tls, "")?;
            self.handshake(config)?;
        }
        self.perform(Phase::Greeting, "220 sink.example ESMTP")?;
        loop {
            let line = self.line()?;
            self.shared.seen.lock().unwrap()[self.index].commands.push(line.clone());
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            self.command(&verb.to_ascii_uppercase(), argument)?;
        }
    }

    fn command(&mut self, verb: &str, argument: &str) -> Result<(), End> {
        match verb {
            "EHLO" => {
                let offers = self.offers();
                self.perform(Phase::Ehlo, &offers).map(drop)
            }
            "HELO" => self.say("250 sink.example"),
            "STARTTLS" => self.start_tls(),
            "AUTH" => self.auth(argument),
            "MAIL" => {
                let turns = self.turns;
                if self.perform(Phase::MailFrom, "250 2.1.0 ok")? {
                    self.sender = Some((argument["FROM:".len()..].to_owned(), turns));
                    self.recipient = None;
                }
                Ok(())
            }
            "RCPT" if self.sender.is_none() => self.say("503 5.5.1 MAIL first"),
            "RCPT" => {
                if self.perform(Phase::RcptTo, "250 2.1.5 ok")? {
                    self.recipient = Some(argument["TO:".len()..].to_owned());
                }
                Ok(())
            }
            "DATA" if self.recipient.is_none() && !self.shared.script.data_without_recipient => {
                self.say("554 5.5.1 no valid recipients")
            }
            "DATA" => {
                if self.perform(Phase::Data, "354 go ahead")? {
                    self.body()?;
                }
                Ok(())
            }
            "RSET" => {
                self.sender = None;
                self.recipient = None;
                self.say("250 2.0.0 ok")
            }
            "QUIT" => {
                self.say("221 2.0.0 bye")?;
                Err(End)
            }
            _ => self.say("500 5.5.2 what"),
        }
    }

    fn offers(&self) -> String {
        let script = &self.shared.script;
        let mut offers = script.offers.clone();
        if matches!(script.protection, Protection::StartTls(_)) && !self.is_tls() {
            offers.push("STARTTLS".to_owned());
        }
        let Some(last) = offers.pop() else {
            return "250 sink.example".to_owned();
        };
        let mut lines = "250-sink.example\n".to_owned();
        for offer in offers {
            lines.push_str(&format!("250-{offer}\n"));
        }
        lines + "250 " + &last
    }

    fn start_tls(&mut self) -> Result<(), End> {
        let Protection::StartTls(config) = self.shared.script.protection.clone() else {
            return self.say("502 5.5.1 not here");
        };
        if self.perform(Phase::Tls, "220 2.0.0 go ahead")? {
            self.replies.extend_from_slice(self.shared.script.injected.as_bytes());
            self.flush()?;
            self.received.clear();
            self.handshake(config)?;
        }
        Ok(())
    }

    fn auth(&mut self, argument: &str) -> Result<(), End> {
        let act = self.shared.act(Phase::Auth);
        if act != Act::Accept {
            return self.follow(act).map(drop);
        }
        let Some((username, password)) = self.shared.script.login.clone() else {
            return self.say("503 5.5.1 no AUTH here");
        };
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let right = if mechanism == "PLAIN" {
            let answer = if initial.is_empty() { self.challenge("334 ")? } else { initial.to_owned() };
            decoded(&answer) == format!("\0{username}\0{password}")
        } else {
            let name = self.challenge("334 VXNlcm5hbWU6")?;
            let word = self.challenge("334 UGFzc3dvcmQ6")?;
            decoded(&name) == username && decoded(&word) == password
        };
        self.say(if right { "235 2.7.0 welcome" } else { "535 5.7.8 wrong name or password" })
    }

    fn challenge(&mut self, words: &str) -> Result<String, End> {
        self.say(words)?;
        self.line()
    }

    fn body(&mut self) -> Result<(), End> {
        let mut body = String::new();
        loop {
            let line = self.line()?;
            if line == "." {
                break;
            }
            body.push_str(line.strip_prefix('.').unwrap_or(&line));
            body.push_str("\r\n");
        }
        let act = self.shared.act(Phase::Body);
        let accepted = match &act {
            Act::Accept => true,
            Act::Say(words) | Act::SayAndDrop(words) => words.starts_with('2'),
            Act::Drop | Act::Silence => false,
        };
        let (from, turns) = self.sender.take().unwrap_or_default();
        let mail = Mail {
            from,
            to: self.recipient.take().unwrap_or_default(),
            body,
            accepted,
            round_trips: self.turns - turns + 1,
            connection: self.index,
        };
        self.shared.mails.lock().unwrap().push(mail);
        if act == Act::Accept {
            return self.say("250 2.0.0 taken");
        }
        self.follow(act).map(drop)
    }

    /// Does what the script has for a phase; true if the client was told yes.
    fn perform(&mut self, phase: Phase, usual: &str) -> Result<bool, End> {
        let act = self.shared.act(phase);
        if act == Act::Accept && !usual.is_empty() {
            self.say(usual)?;
        }
        self.follow(act)
    }

    fn follow(&mut self, act: Act) -> Result<bool, End> {
        match act {
            Act::Accept => Ok(true),
            Act::Say(lines) => {
                self.say(&lines)?;
                if lines.starts_with("421") {
                    return Err(End);
                }
                Ok(lines.starts_with(['2', '3']))
            }
            Act::SayAndDrop(lines) => {
                self.say(&lines)?;
                Err(End)
            }
            Act::Drop => {
                self.replies.clear();
                Err(End)
            }
            Act::Silence => {
                self.flush()?;
                loop {
                    self.receive()?;
                }
            }
        }
    }

    fn say(&mut self, lines: &str) -> Result<(), End> {
        for line in lines.split('\n') {
            self.replies.extend_from_slice(line.as_bytes());
            self.replies.extend_from_slice(b"\r\n");
        }
        Ok(())
    }

    /// The next line without its end. Replies leave when there is nothing left to answer, as in real servers.
    fn line(&mut self) -> Result<String, End> {
        loop {
            if let Some(end) = self.received.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&self.received[..end]).into_owned();
                self.received.drain(..end + 2);
                return Ok(line);
            }
            self.flush()?;
            self.receive()?;
        }
    }

    fn receive(&mut self) -> Result<(), End> {
        let mut room = [0; 65536];
        let count = match self.channel.as_mut().ok_or(End)? {
            Channel::Clear(socket) => socket.read(&mut room)?,
            Channel::Tls(stream) => stream.read(&mut room)?,
        };
        if count == 0 {
            return Err(End);
        }
        self.received.extend_from_slice(&room[..count]);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), End> {
        if self.replies.is_empty() {
            return Ok(());
        }
        self.turns += 1;
        match self.channel.as_mut().ok_or(End)? {
            Channel::Clear(socket) => socket.write_all(&self.replies)?,
            Channel::Tls(stream) => {
                stream.write_all(&self.replies)?;
                stream.flush()?;
            }
        }
        self.replies.clear();
        Ok(())
    }

    fn handshake(&mut self, config: Arc<ServerConfig>) -> Result<(), End> {
        let Some(Channel::Clear(socket)) = self.channel.take() else {
            return Err(End);
        };
        let session = ServerConnection::new(config).map_err(|_| End)?;
        let mut stream = StreamOwned::new(session, socket);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        self.channel = Some(Channel::Tls(Box::new(stream)));
        self.shared.seen.lock().unwrap()[self.index].tls = true;
        Ok(())
    }

    fn is_tls(&self) -> bool {
        matches!(self.channel, Some(Channel::Tls(_)))
    }
}

fn decoded(answer: &str) -> String {
    STANDARD.decode(answer).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
