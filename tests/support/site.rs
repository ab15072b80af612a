//! The page, served in this process, and a visitor who speaks HTTP/1.1 to it by hand.
//!
//! Every wait is for bytes or for the end of a connection, within a deadline.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use callsheet::operations::{Actor, Opening, Via};
use callsheet::web::{Event, Limits, Server, Settings};
use mail_parser::MessageParser;

use super::office::Office;

/// What has not come by then does not come.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A page that is served until it is dropped.
pub struct Site {
    pub address: SocketAddr,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
    events: Receiver<Event>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in small letters, in the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A connection.
pub struct Visitor {
    stream: TcpStream,
    /// What came after the last answer.
    left: Vec<u8>,
}

impl Site {
    pub fn of(office: &Office) -> Self {
        Self::limited(office, Limits::default())
    }

    pub fn limited(office: &Office, limits: Limits) -> Self {
        let actor = Actor { user: "recipient".to_owned(), origin: None };
        let server = Server::open(Settings {
            opening: Opening { actor, via: Via::Page, ..office.opening() },
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            limits,
        })
        .unwrap();
        let address = server.address();
        let (stop, told) = UnixStream::pair().unwrap();
        let (teller, events) = channel();
        let thread = std::thread::spawn(move || {
            server.run(told, &mut |event| drop(teller.send(event))).unwrap();
        });
        Self { address, stop: Some(stop), thread: Some(thread), events }
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::at(self.address)
    }

    /// One request on a connection of its own.
    pub fn ask(&self, method: &str, path: &str) -> Answer {
        self.visitor().ask(method, path, "", "")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path)
    }

    pub fn post(&self, path: &str) -> Answer {
        self.ask("POST", path)
    }

    /// Tells it to end, and does not wait.
    pub fn tell_to_end(&mut self) {
        self.stop = None;
    }

    /// Ends it; what happened since it began, in order.
    pub fn end(mut self) -> Vec<Event> {
        self.join();
        self.events.try_iter().collect()
    }

    /// The next thing that happens.
    pub fn next_event(&self) -> Event {
        self.events.recv_timeout(DEADLINE).unwrap()
    }

    fn join(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the page fell");
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.join();
    }
}

impl Visitor {
    pub fn at(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, left: Vec::new() }
    }

    /// Sends a request, with further headers (each ending in CRLF) and a body, and reads the answer.
    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = if body.is_empty() && method != "POST" {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: evil.example\r\n{headers}{length}\r\n{body}"));
        self.answer(method)
    }

    /// Sends bytes as they are; a page that hangs up meanwhile is no fault here.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref());
    }

    /// Reads one answer to a request of this method.
    pub fn answer(&mut self, method: &str) -> Answer {
        self.try_answer(method).expect("the page hung up without an answer")
    }

    /// Reads one answer, unless the page hangs up instead.
    pub fn try_answer(&mut self, method: &str) -> Option<Answer> {
        let head_end = loop {
            if let Some(at) = self.left.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if !self.read_more() {
                return None;
            }
        };
        let head = String::from_utf8(self.left.drain(..head_end + 4).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        if method != "HEAD" {
            let length: usize = answer.header("content-length").unwrap_or("0").parse().unwrap();
            while self.left.len() < length {
                assert!(self.read_more(), "the page hung up within a body");
            }
            answer.body = self.left.drain(..length).collect();
        }
        Some(answer)
    }

    /// Asks for a page on this connection; false if the page has hung up.
    pub fn try_answer_to(&mut self, path: &str) -> bool {
        self.send(format!("GET {path} HTTP/1.1\r\n\r\n"));
        self.try_answer("GET").is_some()
    }

    /// Whether nothing has come.
    pub fn has_heard_nothing(&mut self) -> bool {
        self.stream.set_nonblocking(true).unwrap();
        let found = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false).unwrap();
        self.left.is_empty() && found.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// Waits until the page hangs up.
    pub fn wait_for_end(&mut self) {
        while self.read_more() {}
    }

    /// False at the end of the connection.
    fn read_more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) => false,
            Ok(count) => {
                self.left.extend_from_slice(&bytes[..count]);
                true
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("nothing came: {error}"),
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The heading of the page.
    pub fn heading(&self) -> String {
        let html = self.text();
        let (_, rest) = html.split_once("<h1>").unwrap_or_else(|| panic!("no heading in {html}"));
        rest.split_once("</h1>").unwrap().0.to_owned()
    }

    /// The same without its date.
    pub fn undated(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "date");
        self
    }
}

/// An office whose mails carry links.
pub fn office() -> Office {
    let mut office = Office::new();
    office.rules.public_url = Some("https://example.com".to_owned());
    office
}

/// The path of the link that begins with `/<kind>/` in a mail.
pub fn path_in(mail: &str, kind: char) -> String {
    let parsed = MessageParser::default().parse(mail.as_bytes()).unwrap();
    let text = parsed.body_text(0).unwrap().into_owned();
    let wanted = format!("/{kind}/");
    let link = text.split_whitespace().find(|word| word.starts_with("http") && word.contains(&wanted));
    let link = link.unwrap_or_else(|| panic!("no link in:\n{text}"));
    link[link.find(&wanted).unwrap()..].to_owned()
}
