//! Limits: how large, how slow, how many and how often. Whoever asks for more is refused before the database is asked.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::request::Link;

/// What the page takes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait in the system's queue.
    pub connections: usize,
    /// Connections at once from one client, a proxy on this machine left out; more are closed.
    pub connections_per_client: usize,
    /// Bytes of the request line with all headers.
    pub head_bytes: usize,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// From the first byte that could come to the last of the headers; an idle connection ends after it too.
    pub head: Duration,
    /// For a body, from the headers on.
    pub body: Duration,
    /// For an answer, body and a locked database included.
    pub answer: Duration,
    /// After this a connection takes no further request.
    pub connection: Duration,
    /// For what is in hand when the page ends.
    pub farewell: Duration,
    /// Questions to the database that may wait.
    pub waiting: usize,
    /// Requests in all.
    pub all: Rate,
    /// Requests of one client, where clients can be told apart.
    pub client: Rate,
    /// Pressing the button of one link.
    pub link: Rate,
}

/// How often something may happen: so many at once, and then one in every span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub at_once: u32,
    pub every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            connections_per_client: 16,
            head_bytes: 16 << 10,
            body_bytes: 8 << 10,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            // A locked database is given 10 s.
            answer: Duration::from_secs(15),
            connection: Duration::from_secs(60),
            farewell: Duration::from_secs(5),
            waiting: 64,
            all: Rate { at_once: 500, every: Duration::from_millis(10) },
            client: Rate { at_once: 120, every: Duration::from_millis(500) },
            link: Rate { at_once: 10, every: Duration::from_secs(6) },
        }
    }
}

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted {
    All,
    Client(IpAddr),
    /// A hash of the link: what is counted holds no token.
    Link(u64),
    /// Whoever comes while too many are counted already.
    Crowd,
}

/// Counts requests. For each counted thing it keeps one moment: when all that happened would have happened at the even rate
/// (the generic cell rate algorithm, ITU-T I.371).
#[derive(Debug, Default)]
pub struct Counter {
    even: HashMap<Counted, Instant>,
}

/// Things that are counted at once; what is at rest is forgotten first.
const MOST_COUNTED: usize = 8192;

impl Counter {
    /// Counts one more, if it may happen now.
    ///
    /// # Errors
    /// How long to wait; nothing is counted then.
    pub fn count(&mut self, counted: Counted, rate: Rate, now: Instant) -> Result<(), Duration> {
        let counted = self.place_for(counted, now);
        let even = self.even.get(&counted).copied().filter(|even| *even > now).unwrap_or(now) + rate.every;
        let earliest = rate.every * rate.at_once;
        match even.duration_since(now).checked_sub(earliest).filter(|wait| !wait.is_zero()) {
            Some(wait) => Err(wait),
            None => {
                self.even.insert(counted, even);
                Ok(())
            }
        }
    }

    fn place_for(&mut self, counted: Counted, now: Instant) -> Counted {
        if self.even.len() < MOST_COUNTED || self.even.contains_key(&counted) {
            return counted;
        }
        self.even.retain(|_, even| *even > now);
        if self.even.len() < MOST_COUNTED { counted } else { Counted::Crowd }
    }
}

impl Counted {
    /// A link, without its token.
    pub fn link(link: &Link, hasher: &impl std::hash::BuildHasher) -> Self {
        Self::Link(hasher.hash_one(link))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const RATE: Rate = Rate { at_once: 3, every: Duration::from_secs(10) };

    fn client(number: u32) -> Counted {
        Counted::Client(IpAddr::V4(Ipv4Addr::from_bits(number)))
    }

    #[test]
    fn so_many_at_once_and_then_one_in_every_span() {
        let (mut counter, start) = (Counter::default(), Instant::now());
        let mut at = |seconds| counter.count(Counted::All, RATE, start + Duration::from_secs(seconds));
        assert_eq!([at(0), at(0), at(0)], [Ok(()); 3]);
        assert_eq!(at(0), Err(Duration::from_secs(10)));
        assert_eq!(at(4), Err(Duration::from_secs(6)));
        assert_eq!(at(10), Ok(()));
        assert_eq!(at(10), Err(Duration::from_secs(10)));
        assert_eq!([at(100), at(100), at(100)], [Ok(()); 3]);
        assert!(at(100).is_err());
    }

    #[test]
    fn one_client_takes_nothing_from_another() {
        let (mut counter, now) = (Counter::default(), Instant::now());
        while counter.count(client(1), RATE, now).is_ok() {}
        assert_eq!(counter.count(client(2), RATE, now), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_those_at_rest_are_forgotten() {
        let (mut counter, now) = (Counter::default(), Instant::now());
        for number in 0..u32::try_from(MOST_COUNTED).unwrap() {
            assert_eq!(counter.count(client(number), RATE, now), Ok(()));
        }
        for number in 0..RATE.at_once {
            assert_eq!(counter.count(client(1_000_000 + number), RATE, now), Ok(()));
        }
        // Whoever is counted keeps its own place; all others share one.
        assert!(counter.count(client(2_000_000), RATE, now).is_err());
        assert_eq!(counter.count(client(0), RATE, now), Ok(()));
        assert!(counter.even.len() <= MOST_COUNTED + 1);
        assert_eq!(counter.count(client(2_000_000), RATE, now + Duration::from_secs(60)), Ok(()));
        assert_eq!(counter.even.len(), 1);
    }

    #[test]
    fn a_locked_database_is_waited_for_before_the_answer_is_given_up() {
        let limits = Limits::default();
        assert!(limits.answer > Duration::from_secs(10) && limits.farewell <= Duration::from_secs(5));
    }
}
