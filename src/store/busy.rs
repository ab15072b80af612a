//! The busy handler: waits for other writers in short random steps, so that none starves and none gives up early.
//!
//! SQLite's own handler sleeps longer and longer, and the process that waits longest loses against one that does not wait.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// How long a writer waits for others.
const PATIENCE: Duration = Duration::from_secs(10);

thread_local! {
    static WAITING_SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Makes this connection wait fairly.
pub(super) fn wait_fairly(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(wait))
}

/// How long somebody gives way who writes again and again: longer than those who wait ever sleep.
const WAY: Duration = Duration::from_millis(3);

/// Lets those write who wait for it, between two transactions of a long work.
#[expect(clippy::disallowed_methods, reason = "nobody tells that somebody waits for the write lock")]
pub fn give_way() {
    std::thread::sleep(WAY);
}

/// Sleeps 0.5 to 2 ms; false when patience is over. `count` is 0 at the first call for one lock.
#[expect(
    clippy::disallowed_methods,
    reason = "SQLite asks the handler itself to wait; there is no state to wait for"
)]
fn wait(count: i32) -> bool {
    let now = Instant::now();
    let since = WAITING_SINCE.with(|since| {
        let started = if count == 0 { now } else { since.get().unwrap_or(now) };
        since.set(Some(started));
        started
    });
    if now.duration_since(since) >= PATIENCE {
        return false;
    }
    let mut random = [0; 2];
    let random = getrandom::fill(&mut random).map_or(750, |()| u64::from(u16::from_le_bytes(random)) % 1500);
    std::thread::sleep(Duration::from_micros(500 + random));
    true
}
