//! What an administrator can do, over the real store.

mod account;
mod contacts;
mod coverage;
mod deletion;
mod exchange;
mod files;
mod filter_index;
mod foreign_files;
mod history;
mod list;
mod notices;
mod outbox;
mod outbox_entries;
mod returns;
mod round_trip;
mod subscriptions;
mod unsubscribing;
mod verification;
