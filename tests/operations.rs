//! What an administrator can do, over the real store.

mod account;
mod contacts;
mod coverage;
mod history;
mod list;
mod outbox;
mod verification;
