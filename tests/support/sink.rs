//! A mail server on 127.0.0.1 that does what a test tells it to, and remembers what it got.
//!
//! ```ignore
//! let sink = Sink::script().at(Phase::RcptTo, Act::say("550 5.1.1 no such user")).start();
//! // … a client talks to sink.port() …
//! assert_eq!(sink.mails(), []);
//! ```
//!
//! Every connection has its thread; dropping the sink ends and joins them all. It never waits for time to pass.

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use callsheet::domain::reply::Phase;
use rustls::ServerConfig;

mod dialogue;

/// What the sink does when a phase is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Agree, with the usual words.
    Accept,
    /// Say these lines (`\n` between them, the code in each) instead of the usual words. Code 421 also hangs up.
    Say(String),
    /// Say these lines and hang up.
    SayAndDrop(String),
    /// Hang up without a word.
    Drop,
    /// Take what comes and never answer.
    Silence,
}

/// How the sink protects its connections.
#[derive(Clone, Default)]
pub enum Protection {
    #[default]
    None,
    StartTls(Arc<ServerConfig>),
    Implicit(Arc<ServerConfig>),
}

/// What a sink will do; see [`Sink::script`].
#[derive(Clone)]
pub struct Script {
    always: HashMap<Phase, Act>,
    queued: HashMap<Phase, VecDeque<Act>>,
    offers: Vec<String>,
    protection: Protection,
    login: Option<(String, String)>,
    data_without_recipient: bool,
    injected: String,
    one_at_a_time: bool,
}

/// A mail as it was received, whether it was accepted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The argument of MAIL, with its parameters: `<a@b> SIZE=10`.
    pub from: String,
    /// The argument of RCPT.
    pub to: String,
    /// Without dot-stuffing and without the dot.
    pub body: String,
    /// Whether the reply to the dot was a 2xx.
    pub accepted: bool,
    /// Round trips from MAIL to the reply to the dot.
    pub round_trips: usize,
    /// Which connection carried it, counted from 0.
    pub connection: usize,
}

/// What one connection said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The command lines, as received; not the answers to AUTH challenges and not the mails.
    pub commands: Vec<String>,
    /// Whether the connection ended in TLS.
    pub tls: bool,
}

/// A running sink.
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    script: Script,
    queued: Mutex<HashMap<Phase, VecDeque<Act>>>,
    mails: Mutex<Vec<Mail>>,
    seen: Mutex<Vec<Seen>>,
    sockets: Mutex<Vec<TcpStream>>,
    stopping: AtomicBool,
}

impl Act {
    pub fn say(lines: &str) -> Self {
        Self::Say(lines.to_owned())
    }
}

impl Script {
    /// What to do each time a phase is reached.
    pub fn at(mut self, phase: Phase, act: Act) -> Self {
        self.always.insert(phase, act);
        self
    }

    /// What to do the next time a phase is reached, before `at` applies. Calls queue up, over all connections.
    pub fn once(mut self, phase: Phase, act: Act) -> Self {
        self.queued.entry(phase).or_default().push_back(act);
        self
    }

    /// Offers exactly these extensions, besides STARTTLS and AUTH.
    pub fn offering(mut self, offers: &[&str]) -> Self {
        self.offers = offers.iter().map(|&offer| offer.to_owned()).collect();
        self
    }

    pub fn protected_by(mut self, protection: Protection) -> Self {
        self.protection = protection;
        self
    }

    /// Offers AUTH with these mechanisms and accepts this name and password only.
    pub fn login(mut self, mechanisms: &str, username: &str, password: &str) -> Self {
        self.offers.push(format!("AUTH {mechanisms}"));
        self.login = Some((username.to_owned(), password.to_owned()));
        self
    }

    /// Accepts DATA even if no recipient was accepted, as some servers do.
    pub fn taking_data_without_recipient(mut self) -> Self {
        self.data_without_recipient = true;
        self
    }

    /// Sends these bytes in clear together with the consent to STARTTLS, as an attacker would.
    pub fn injecting_after_starttls(mut self, bytes: &str) -> Self {
        bytes.clone_into(&mut self.injected);
        self
    }

    /// Serves one connection after the other; those that wait hear nothing.
    pub fn serving_one_at_a_time(mut self) -> Self {
        self.one_at_a_time = true;
        self
    }

    pub fn start(self) -> Sink {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            queued: Mutex::new(self.queued.clone()),
            script: self,
            mails: Mutex::default(),
            seen: Mutex::default(),
            sockets: Mutex::default(),
            stopping: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        let listening = std::thread::spawn(move || listen(&listener, &theirs));
        Sink { address, shared, listening: Some(listening) }
    }
}

impl Sink {
    /// A script that accepts everything and offers what large servers offer.
    pub fn script() -> Script {
        Script {
            always: HashMap::new(),
            queued: HashMap::new(),
            offers: ["PIPELINING", "SIZE 10240000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
                .map(str::to_owned)
                .to_vec(),
            protection: Protection::None,
            login: None,
            data_without_recipient: false,
            injected: String::new(),
            one_at_a_time: false,
        }
    }

    /// A sink that accepts everything.
    pub fn accepting() -> Self {
        Self::script().start()
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The mails whose dot was received so far; a mail is in here before its reply leaves.
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.mails.lock().unwrap().clone()
    }

    /// What every connection said so far, in the order they were made. A command is in here before its reply leaves.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Ends all connections after reading what has arrived on them, and returns what each one said.
    pub fn finish(mut self) -> Vec<Seen> {
        self.stop();
        self.seen()
    }

    fn stop(&mut self) {
        let Some(listening) = self.listening.take() else {
            return;
        };
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes `accept`; if nobody listens any more there is nothing to wake.
        let _ = TcpStream::connect(self.address);
        for socket in self.shared.sockets.lock().unwrap().iter() {
            // What has arrived can still be read.
            let _ = socket.shutdown(Shutdown::Read);
        }
        let ended = listening.join();
        if !std::thread::panicking() {
            ended.expect("the sink itself failed");
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn act(&self, phase: Phase) -> Act {
        let queued = self.queued.lock().unwrap().get_mut(&phase).and_then(VecDeque::pop_front);
        queued.or_else(|| self.script.always.get(&phase).cloned()).unwrap_or(Act::Accept)
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut connections = Vec::new();
    for socket in listener.incoming() {
        let socket = socket.unwrap();
        socket.set_nodelay(true).unwrap();
        // Stopping is set before the sockets are shut down, so either it is seen here or the socket there.
        let mut sockets = shared.sockets.lock().unwrap();
        if shared.stopping.load(Ordering::SeqCst) {
            break;
        }
        sockets.push(socket.try_clone().unwrap());
        drop(sockets);
        let mut seen = shared.seen.lock().unwrap();
        let index = seen.len();
        seen.push(Seen::default());
        drop(seen);
        let shared = Arc::clone(shared);
        let one_at_a_time = shared.script.one_at_a_time;
        let connection = std::thread::spawn(move || dialogue::hold(socket, index, &shared));
        if one_at_a_time {
            connection.join().unwrap();
        } else {
            connections.push(connection);
        }
    }
    for connection in connections {
        connection.join().unwrap();
    }
}
