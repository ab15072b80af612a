//! The command line: each command as what it prints on both streams and how it ends.

mod backup;
mod completions;
mod contacts;
mod contract;
mod dkim;
mod exchange;
mod explain;
mod history;
mod log;
mod notify;
mod outbox;
mod own_keys;
mod receive;
mod settings;
mod status;
mod streams;
mod subscriptions;
mod usage;
mod verification;
