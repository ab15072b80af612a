//! `serve`: the page on which recipients confirm an address or stop activity messages. The command line does not know the page; it
//! is given a door to it.

use std::net::SocketAddr;
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

use super::context::Context;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::stop_flag::stop_flag;
use crate::operations::{Actor, Opening, Session, StoreError, Via};

/// What the page is served with.
pub struct Service {
    pub opening: Opening,
    pub listen: SocketAddr,
    /// The page ends in order when this can be read.
    pub stop: UnixStream,
}

/// What happens while the page is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// From now on it answers.
    Listening { address: SocketAddr },
    /// An address, masked, was confirmed.
    Confirmed { masked: String },
    /// An address, masked, gets no more activity messages.
    Unsubscribed { masked: String },
    /// Requests cannot be answered, and why.
    Trouble { words: String },
    /// Requests are answered again.
    Recovered,
}

/// Why the page is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unserved {
    Store(StoreError),
    /// It cannot listen at that address, in words.
    Taken {
        words: String,
    },
    /// The system failed.
    Failed {
        words: String,
    },
}

/// Serves the page until it is told to end.
pub type Door = fn(Service, &mut dyn FnMut(Event)) -> Result<(), Unserved>;

/// Serves the page until SIGTERM or SIGINT; what is in hand then is ended within 5 s. A second signal ends it at once.
///
/// # Errors
/// [`Stop`] with exit 1 if the database cannot be used or the port cannot be had.
pub(super) fn run(context: &mut Context, output: &mut Output, door: Door) -> Result<Exit, Stop> {
    if context.wants_json() {
        return Err(Report::usage("'serve' never ends by itself, so it has no JSON")
            .hint("'GET /healthz' tells a monitor whether it works")
            .into());
    }
    // Before the first request: what an administrator should know of the database.
    Session::open(context.opening())?.warnings().iter().for_each(|warning| output.warning(warning));
    let config = &context.config;
    let listen = *config.listen;
    if config.verification.public_url.is_none() {
        output.warning(
            "'verification.public_url' is not set: mails carry no link, so nobody will come to this page.",
        );
    }
    if !listen.ip().to_canonical().is_loopback() {
        output.warning(&format!(
            "The page listens on {listen} without encryption and can be reached from other machines; put a proxy with TLS before \
             it and listen on 127.0.0.1."
        ));
    }
    // Whoever acts here is a recipient, known by a link and by nothing else.
    let actor = Actor { user: "recipient".to_owned(), origin: None };
    let opening = Opening { actor, via: Via::Page, ..context.opening().clone() };
    let clock = std::sync::Arc::clone(&opening.clock);
    let is_service = context.is_service();
    let service = Service { opening, listen, stop: stop_stream()? };
    door(service, &mut |event| match event {
        // The journal gets it from the log.
        _ if is_service => {}
        Event::Listening { address } => output.note(&format!("Listening on http://{address}")),
        Event::Confirmed { masked } => output.note(&format!("{} confirmed by link: {masked}", clock.now())),
        Event::Unsubscribed { masked } => {
            output.note(&format!("{} activity messages stopped: {masked}", clock.now()));
        }
        Event::Trouble { words } => output.warning(&format!("Requests cannot be answered: {words}.")),
        Event::Recovered => output.note("Requests are answered again."),
    })?;
    output.note("The page has ended in order.");
    Ok(Exit::Done)
}

/// Can be read from the first SIGTERM or SIGINT on; the second ends the process at once.
fn stop_stream() -> Result<UnixStream, Report> {
    // Registered first, so that the first signal only raises the flag.
    stop_flag()?;
    let told = || -> std::io::Result<UnixStream> {
        let (stop, signal) = UnixStream::pair()?;
        for number in [SIGTERM, SIGINT] {
            pipe::register(number, signal.try_clone()?)?;
        }
        Ok(stop)
    };
    told().map_err(|error| {
        Report::failed(format!("no orderly end is possible, for signals cannot be received: {error}"))
    })
}

impl From<Unserved> for Stop {
    fn from(unserved: Unserved) -> Self {
        match unserved {
            Unserved::Store(error) => error.into(),
            Unserved::Taken { words } => Report::failed(words)
                .hint("'serve.listen' in the configuration names another address or port")
                .into(),
            Unserved::Failed { words } => Report::failed(words).into(),
        }
    }
}
