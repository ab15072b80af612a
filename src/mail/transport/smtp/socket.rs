//! A socket to the server: its name looked up and one of its addresses connected, within one time for all of it.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::line::broken;
use super::{Halt, Interrupt, Server};
use crate::domain::reply::Phase;
use crate::domain::say::saying;

/// Connects to the first address of the host that answers, IPv6 before IPv4. Each address has an equal share of the time that
/// is left when its turn comes, so that one which swallows everything does not keep the others from being tried.
pub(super) fn connect(server: &Server, patience: Duration) -> Result<(TcpStream, SocketAddr), Halt> {
    let settings = &server.settings;
    let end = Instant::now() + patience;
    let (host, port) = (settings.host.clone(), settings.port);
    let mut addresses = addresses(host, port, patience).map_err(|error| {
        let (host, error) = (settings.host.as_str(), error.to_string());
        let words = saying!("'{host}' could not be resolved: {error}", host = host, error = error);
        Halt::broken(Phase::Connect, words.to_string())
    })?;
    addresses.sort_by_key(SocketAddr::is_ipv4);
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for (tried, address) in addresses.iter().enumerate() {
        if server.interrupt.as_ref().is_some_and(Interrupt::is_stopped) {
            break;
        }
        let left = end.saturating_duration_since(Instant::now());
        match connect_one(server, *address, share(left, addresses.len() - tried)) {
            Ok(socket) => return Ok((socket, *address)),
            Err(error) => last = error,
        }
    }
    Err(broken(server, Phase::Connect, patience, &last))
}

fn connect_one(server: &Server, address: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    if patience.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let socket = TcpStream::connect_timeout(&address, patience)?;
    // Without it every small command waits for the acknowledgement of the one before.
    socket.set_nodelay(true)?;
    socket.set_write_timeout(Some(server.settings.timeouts.data))?;
    if let Some(interrupt) = &server.interrupt {
        interrupt.hold(&socket)?;
    }
    Ok(socket)
}

/// What one of so many addresses may use of the time.
fn share(left: Duration, addresses: usize) -> Duration {
    left / u32::try_from(addresses).unwrap_or(u32::MAX).max(1)
}

pub(super) fn addresses(host: String, port: u16, patience: Duration) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    in_time(patience, move || (host, port).to_socket_addrs().map(Iterator::collect))
}

/// Runs a look-up that has no time limit of its own. One that takes too long ends unheard on a thread of its own: the system's
/// resolver gives up after a while, and nobody waits for it, not even the end of the process.
fn in_time<T: Send + 'static>(
    patience: Duration,
    look_up: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (tell, told) = sync_channel(1);
    std::thread::Builder::new().name("resolver".to_owned()).spawn(move || {
        // Nobody listens any more if it took too long.
        let _ = tell.send(look_up());
    })?;
    match told.recv_timeout(patience) {
        Ok(found) => found,
        Err(RecvTimeoutError::Timeout) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            saying!(
                "the name servers did not answer within {seconds} s",
                seconds = patience.as_secs_f64().ceil().to_string()
            )
            .to_string(),
        )),
        Err(RecvTimeoutError::Disconnected) => {
            Err(io::Error::other(saying!("the resolver ended").to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_that_never_ends_is_given_up() {
        let (hold, held) = sync_channel::<()>(0);
        let never = move || held.recv().map_err(io::Error::other);
        let error = in_time(Duration::from_millis(20), never).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "the name servers did not answer within 1 s");
        drop(hold);
    }

    #[test]
    fn what_a_look_up_finds_or_says_is_passed_on() {
        let patience = Duration::from_secs(20);
        assert_eq!(in_time(patience, || Ok(7)).unwrap(), 7);
        let refused = in_time::<()>(patience, || Err(io::ErrorKind::NotFound.into()));
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn an_address_needs_no_look_up() {
        let none = Duration::ZERO;
        let found = |host: &str| addresses(host.to_owned(), 25, none).unwrap();
        assert_eq!(found("192.0.2.1"), ["192.0.2.1:25".parse().unwrap()]);
        assert_eq!(found("2001:db8::1"), ["[2001:db8::1]:25".parse().unwrap()]);
    }

    #[test]
    fn the_time_that_is_left_is_shared_by_the_addresses_that_are_left() {
        let seconds = Duration::from_secs;
        assert_eq!(share(seconds(30), 3), seconds(10));
        assert_eq!(share(seconds(30), 1), seconds(30));
        assert_eq!(share(Duration::ZERO, 2), Duration::ZERO);
    }
}
