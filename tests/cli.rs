//! The command line: each command as what it prints on both streams and how it ends.

mod backup;
mod completions;
mod contacts;
mod contract;
