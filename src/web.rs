//! The page: what a link in a mail opens. Recipients confirm an address there, or stop activity messages.
//!
//! ```text
//!  listener ─▶ connection ─▶ attend: who, how long ─▶ limit ─▶ route ─▶ clerk: an operation, on a thread with a session
//!                                     ▲                                         │
//!                  headers, page ◀────┴─────────────────────────────────────────┘
//! ```
//!
//! It never changes anything on GET or HEAD, never runs a script, sets no cookie, sends nobody elsewhere, reads nothing from
//! `Host`, and tells nobody a token: not in a page, not in an event. It sends no mail.

mod answer;
mod clerk;
mod house;
mod limits;
mod page;
mod request;
mod routes;
mod server;

pub use self::limits::{Limits, Rate};
pub use self::server::{Error, Server, Settings};

/// What happens while the page is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An address was confirmed by its link.
    Confirmed {
        /// The address, masked.
        masked: String,
    },
    /// An address gets no more activity messages.
    Unsubscribed {
        /// The address, masked.
        masked: String,
    },
    /// Requests cannot be answered, and why; told once for each reason.
    Trouble { words: String },
    /// Requests are answered again.
    Recovered,
}
