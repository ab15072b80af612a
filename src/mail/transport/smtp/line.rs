//! A connection to a server that says bytes and hears replies, in clear or in TLS.
//!
//! Every wait has an end. Reading has one deadline per reply, so that a server that drips bytes gets no more time
//! than a silent one; writing has a limit per step, so that a big mail on a slow line still leaves. It knows the
//! form of replies, not their meaning.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, ProtocolVersion, StreamOwned};
use rustls_pki_types::ServerName;

use super::reply_parser::ReplyParser;
use super::{Halt, Server, certificate, socket, tls};
use crate::domain::language::Language;
use crate::domain::reply::{Phase, Reply};
use crate::domain::say::{say, saying};
use crate::domain::timestamp::Timestamp;

/// How long a good-bye may hold up the caller.
const PARTING: Duration = Duration::from_secs(1);

/// An established connection.
pub(super) struct Line {
    stream: Stream,
    parser: ReplyParser,
    server: Arc<Server>,
    peer: SocketAddr,
}

/// Whether others can read along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    Clear,
    Tls,
}

impl Line {
    /// Connects to the first address of the host that answers in time.
    pub fn connect(server: &Arc<Server>, patience: Duration) -> Result<Self, Halt> {
        let (socket, peer) = socket::connect(server, patience)?;
        Ok(Self {
            stream: Stream::Clear(Wire { socket, deadline: Instant::now() }),
            parser: ReplyParser::new(),
            server: Arc::clone(server),
            peer,
        })
    }

    /// Does the TLS handshake; a line that is already in TLS stays as it is.
    ///
    /// What was received in clear and not yet read is discarded: it may come from somebody between us and the
    /// server (RFC 3207 section 6).
    pub fn secure(mut self, patience: Duration) -> Result<Self, Halt> {
        let wire = match self.stream {
            Stream::Clear(wire) => wire,
            Stream::Tls(_) => return Ok(self),
        };
        self.parser.discard();
        let host = &self.server.settings.host;
        let name = ServerName::try_from(host.clone()).map_err(|_| {
            let words = saying!("'{host}' is no name for a certificate", host = host.as_str()).to_string();
            Halt::broken(Phase::Tls, words)
        })?;
        let failed = |error: &io::Error| broken(&self.server, Phase::Tls, patience, error);
        let session = ClientConnection::new(self.server.tls()?, name)
            .map_err(|error| failed(&io::Error::other(error)))?;
        let mut stream = StreamOwned::new(session, wire);
        stream.sock.deadline = Instant::now() + patience;
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| failed(&error))?;
        }
        self.stream = Stream::Tls(Box::new(stream));
        Ok(self)
    }

    /// Writes everything at once.
    pub fn say(&mut self, phase: Phase, bytes: &[u8]) -> Result<(), Halt> {
        let written = match &mut self.stream {
            Stream::Clear(wire) => wire.write_all(bytes),
            Stream::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        };
        let patience = self.server.settings.timeouts.data;
        written.map_err(|error| broken(&self.server, phase, patience, &error))
    }

    /// Waits for one reply and returns its code; its words are in `text` and `reply` until the next.
    pub fn hear(&mut self, phase: Phase, patience: Duration) -> Result<u16, Halt> {
        self.parser.begin();
        self.wire().deadline = Instant::now() + patience;
        loop {
            match self.parser.advance() {
                Ok(Some(code)) => return Ok(code),
                Ok(None) => {}
                Err(violation) => return Err(Halt::broken(phase, violation.words(&self.server.name))),
            }
            let room = self.parser.room();
            let received = match &mut self.stream {
                Stream::Clear(wire) => wire.read(room),
                Stream::Tls(stream) => stream.read(room),
            };
            match received {
                Ok(0) => {
                    let closed = io::ErrorKind::UnexpectedEof.into();
                    return Err(broken(&self.server, phase, patience, &closed));
                }
                Ok(count) => self.parser.received(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(&self.server, phase, patience, &error)),
            }
        }
    }

    /// Waits for one reply, insists on its first digit `class`, and returns its code.
    pub fn require(&mut self, phase: Phase, patience: Duration, class: u16) -> Result<u16, Halt> {
        let code = self.hear(phase, patience)?;
        if code / 100 == class {
            return Ok(code);
        }
        Err(self.refused(phase, code))
    }

    /// A reply that was not the wanted one: a refusal, or no sense at all.
    pub fn refused(&self, phase: Phase, code: u16) -> Halt {
        let reply = self.reply(code);
        if matches!(code / 100, 4 | 5) {
            return Halt::Refused { phase, reply };
        }
        out_of_turn(&self.server.name, phase, &reply)
    }

    /// The words of the last reply, one line each, unescaped.
    pub fn text(&self) -> &str {
        self.parser.text()
    }

    /// The last reply, which had this code.
    pub fn reply(&self, code: u16) -> Reply {
        Reply::new(code, self.parser.text())
    }

    /// Whether the server said something that nobody asked for.
    pub fn has_leftover(&self) -> bool {
        self.parser.has_leftover()
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    pub fn peer(&self) -> IpAddr {
        self.peer.ip()
    }

    pub fn protection(&self) -> Protection {
        match self.stream {
            Stream::Clear(_) => Protection::Clear,
            Stream::Tls(_) => Protection::Tls,
        }
    }

    /// Protocol and certificate, for people.
    pub fn describe(&self, language: Language) -> String {
        let Stream::Tls(stream) = &self.stream else {
            return say!(language, "not encrypted").to_owned();
        };
        let protocol = match stream.conn.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
            Some(_) | None => "TLS",
        };
        match self.certificate().and_then(|certificate| certificate::describe(certificate, language)) {
            Some(certificate) => {
                say!(language, "{protocol}, certificate {certificate}", protocol, certificate)
            }
            None => protocol.to_owned(),
        }
    }

    /// When the last day begins on which the server's certificate is valid, if it has shown one that can be read.
    pub fn last_day(&self) -> Option<Timestamp> {
        self.certificate().and_then(certificate::last_day)
    }

    fn certificate(&self) -> Option<&[u8]> {
        let Stream::Tls(stream) = &self.stream else { return None };
        stream.conn.peer_certificates()?.first().map(|der| &**der)
    }

    /// Says last words without waiting for an answer, and closes.
    pub fn part(mut self, words: &[u8]) {
        // Nothing depends on whether they arrive.
        let _ = self.wire().socket.set_write_timeout(Some(PARTING));
        let _ = self.say(Phase::MailFrom, words);
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            let _ = stream.conn.write_tls(&mut stream.sock);
        }
    }

    fn wire(&mut self) -> &mut Wire {
        match &mut self.stream {
            Stream::Clear(wire) => wire,
            Stream::Tls(stream) => &mut stream.sock,
        }
    }
}

enum Stream {
    Clear(Wire),
    Tls(Box<StreamOwned<ClientConnection, Wire>>),
}

/// A socket whose reads end at the deadline.
struct Wire {
    socket: TcpStream,
    deadline: Instant,
}

impl Read for Wire {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.socket.set_read_timeout(Some(left))?;
        self.socket.read(room)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a line broke, in words that name the server.
pub(super) fn broken(server: &Server, phase: Phase, patience: Duration, error: &io::Error) -> Halt {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let name = &server.name;
    let kind = error.kind();
    let words = if let Some(error) = tls {
        tls::words(name, &server.settings.host, error)
    } else if matches!(kind, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) {
        // Linux reports a timeout of read and write as WouldBlock.
        saying!("{server} did not answer within {time}", server = name.as_str(), time = span(patience))
            .to_string()
    } else if kind == io::ErrorKind::ConnectionRefused {
        saying!("{server} refused the connection", server = name.as_str()).to_string()
    } else if matches!(
        kind,
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    ) {
        saying!("{server} closed the connection", server = name.as_str()).to_string()
    } else {
        saying!(
            "the connection to {server} failed: {error}",
            server = name.as_str(),
            error = error.to_string()
        )
        .to_string()
    };
    Halt::broken(phase, words)
}

/// A reply that makes no sense where it comes.
pub(super) fn out_of_turn(server: &str, phase: Phase, reply: &Reply) -> Halt {
    let reply = reply.to_string();
    let words = saying!("{server} gave an answer out of turn: '{reply}'", server = server, reply = reply);
    Halt::broken(phase, words.to_string())
}

fn span(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
