//! The command line: each command as what it prints on both streams and how it ends.

mod backup;
mod contacts;
mod history;
mod outbox;
mod settings;
mod streams;
mod usage;
mod verification;
