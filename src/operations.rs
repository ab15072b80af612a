//! What an administrator can do, one function each. Every function that changes something is one transaction that validates,
//! writes, queues mail and writes the audit entry; it either happens wholly or not at all. What changes many contacts on the screen
//! goes in chunks, each of which is such a transaction: [`subscriptions`], [`deletion`].
//!
//! Nothing here touches the network, the terminal or standard streams.

pub mod account;
pub mod backup;
mod chunks;
pub mod contacts;
pub mod coverage;
pub mod deletion;
pub mod export;
pub mod history;
pub mod import;
pub mod notices;
pub mod outbox;
pub mod page;
pub mod problem;
pub mod reach;
pub mod returns;
pub mod session;
pub mod subscriptions;
pub mod unsubscribing;
pub mod verification;

pub use problem::Problem;
pub use reach::Reach;
pub use session::{Actor, Opening, Rules, Session};

// The other rooms reach the store through operations only; these words of it are part of what operations say.
pub use crate::store::{Fault, Lapse, Sharing, StoreError, Via, engine, sharing};
