//! callsheet: who must hear about this, and did it reach them?

pub mod clock;
pub mod config;
pub mod domain;
pub mod mail;
pub mod operations;
pub mod paths;
pub mod store;
pub mod tui;
