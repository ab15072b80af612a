//! The integration tests: one crate, so that they share their support and are linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, and says where")]
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes, the test has failed")]

mod cli;
mod domain;
mod hostile;
mod mail;
mod operations;
mod pictures;
mod readme;
mod sessions;
mod snapshots;
mod support;
mod terminal;
mod tidy;
mod web;
