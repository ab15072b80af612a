//! The server: listens, holds connections within their limits, and ends in order.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};

use super::clerk::Clerk;
use super::house::House;
use super::limits::Limits;
use super::routes::{Peer, router};
use super::{Event, request};
use crate::operations::{Opening, Session, StoreError};

/// What the page is served with.
#[derive(Clone)]
pub struct Settings {
    /// The database; whoever acts is the recipient. The path of the public URL is served beside the root.
    pub opening: Opening,
    pub listen: SocketAddr,
    pub limits: Limits,
}

/// Why the page cannot be served.
#[derive(Debug, Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address is in use, not of this machine, or not allowed.
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
    #[error("the system gives no threads or sockets: {0}")]
    System(#[from] io::Error),
}

/// A page that listens.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    house: Arc<House>,
    router: Router,
    events: mpsc::Receiver<Event>,
}

/// Events that may wait until they are heard.
const EVENTS: usize = 256;
/// After the system could give no socket, the next is asked for when one is free, or after this.
const PAUSE: Duration = Duration::from_secs(1);

impl Server {
    /// Opens the database and the port. From now on connections wait to be taken.
    ///
    /// # Errors
    /// [`enum@Error`].
    pub fn open(settings: Settings) -> Result<Self, Error> {
        let Settings { opening, listen, limits } = settings;
        let clerk = |name| -> Result<Clerk, Error> {
            let session = Session::open(&opening)?;
            Ok(Clerk::start(name, session, opening.clone(), limits.waiting)?)
        };
        let (reader, writer) = (clerk("reader")?, clerk("writer")?);
        let refused = |error| Error::Listen { address: listen, error };
        let listener = TcpListener::bind(listen).map_err(refused)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (teller, events) = mpsc::channel(EVENTS);
        let house = Arc::new(House::new(reader, writer, limits, teller));
        let router = router(&house, path_of(opening.rules.public_url.as_deref().unwrap_or_default()));
        Ok(Self { listener, address, house, router, events })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` can be read or has ended; then it takes no more requests, and ends those in hand within
    /// [`Limits::farewell`].
    ///
    /// # Errors
    /// [`Error::System`] if serving cannot begin.
    pub fn run(self, stop: UnixStream, ear: &mut dyn FnMut(Event)) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        stop.set_nonblocking(true)?;
        let ended = runtime.block_on(self.serve(stop, ear));
        // Whatever is not done after the farewell is given up.
        runtime.shutdown_background();
        ended
    }

    async fn serve(self, stop: UnixStream, ear: &mut dyn FnMut(Event)) -> Result<(), Error> {
        let Self { listener, house, router, mut events, .. } = self;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let stop = tokio::net::UnixStream::from_std(stop)?;
        let (farewell, told) = watch::channel(());
        let limits = house.limits().clone();
        let mut open = Connections::default();
        let mut paused: Option<Instant> = None;
        loop {
            let may_accept = paused.is_none() && open.tasks.len() < limits.connections;
            tokio::select! {
                () = until_told(&stop) => break,
                Some(event) = events.recv() => ear(event),
                Some(ended) = open.tasks.join_next_with_id() => {
                    open.forget(&ended.map_or_else(|error| error.id(), |(id, ())| id));
                    paused = None;
                }
                () = sleep_until(paused.unwrap_or_else(Instant::now)), if paused.is_some() => paused = None,
                accepted = listener.accept(), if may_accept => match accepted {
                    Ok((stream, peer)) => {
                        if open.has_room_for(peer.ip(), limits.connections_per_client) {
                            let (router, limits, told) = (router.clone(), limits.clone(), told.clone());
                            open.add(peer.ip(), attend(stream, peer, router, limits, told));
                        }
                    }
                    Err(error) if is_of_one_connection(&error) => {}
                    Err(_) => paused = Some(Instant::now() + PAUSE),
                },
            }
        }
        drop(listener);
        // Ends the wait of every connection for the farewell.
        drop(farewell);
        let last = async { while open.tasks.join_next().await.is_some() {} };
        let _ = timeout(limits.farewell, last).await;
        drop((open, router, house));
        while let Ok(event) = events.try_recv() {
            ear(event);
        }
        Ok(())
    }
}

/// Waits until something can be read, or nothing ever will.
async fn until_told(stop: &tokio::net::UnixStream) {
    while stop.readable().await.is_ok() {
        match stop.try_read(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// The path of a URL, empty or with a `/` at its beginning and none at its end.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| rest[at..].trim_end_matches('/'))
}

/// The connections that are open, each with its client.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    clients: HashMap<Id, IpAddr>,
}

impl Connections {
    /// A proxy on this machine holds connections for everybody.
    fn has_room_for(&self, peer: IpAddr, most: usize) -> bool {
        let peer = peer.to_canonical();
        let client = request::network(peer);
        peer.is_loopback() || self.clients.values().filter(|other| **other == client).count() < most
    }

    fn add(&mut self, peer: IpAddr, connection: impl Future<Output = ()> + Send + 'static) {
        let id = self.tasks.spawn(connection).id();
        self.clients.insert(id, request::network(peer.to_canonical()));
    }

    fn forget(&mut self, id: &Id) {
        self.clients.remove(id);
    }
}

/// What has befallen a connection before it was taken says nothing of the next (accept(2)).
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// One connection, from its first request to its last.
async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    mut told: watch::Receiver<()>,
) {
    // Answers are small and leave in one piece.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes.max(LEAST_BUFFER) * 2)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let lasts_long = tokio::time::sleep(limits.connection);
    tokio::select! {
        // Whatever breaks a connection is the client's: there is nobody to tell.
        _ = connection.as_mut() => return,
        _ = told.changed() => {}
        () = lasts_long => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits.farewell, connection).await;
}

/// What hyper needs to work at all.
const LEAST_BUFFER: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_has_so_many_connections_and_a_proxy_on_this_machine_any_number() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut open = Connections::default();
            let address = |text: &str| text.parse::<IpAddr>().unwrap();
            for peer in ["2001:db8::1", "2001:db8::2", "127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                assert!(open.has_room_for(address(peer), 2), "{peer}");
                open.add(address(peer), std::future::pending());
            }
            assert!(!open.has_room_for(address("2001:db8::3"), 2), "the same network");
            assert!(open.has_room_for(address("2001:db8:1::3"), 2));
            for proxy in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                assert!(open.has_room_for(address(proxy), 1), "{proxy}");
            }
            open.tasks.abort_all();
            while let Some(ended) = open.tasks.join_next_with_id().await {
                open.forget(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            assert!(open.clients.is_empty());
        });
    }

    #[test]
    fn the_path_of_a_public_url_is_served_too() {
        for (url, path) in [
            ("", ""),
            ("https://example.com", ""),
            ("https://example.com/", ""),
            ("https://example.com:8443/a/b", "/a/b"),
            ("http://[::1]:8025/contacts/", "/contacts"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
