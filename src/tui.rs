//! The terminal interface: what happens is a [`msg::Msg`]; `update` alone changes the model and answers with plain
//! [`effect::Effect`]s; `view` draws any model at any size and changes nothing.
//!
//! ```text
//!  input thread ──▶ Msg ──▶ keymap (Action) ──▶ update(&mut Model) ──▶ Effect ──▶ worker thread: perform(Session)
//!  sender events ─▶  │                              ▲                                       │
//!  store changed ─▶  │                              └────────────── Msg::Answer ◀───────────┘
//!                    └─ until no message is left ──▶ view(&Model) once
//! ```
//!
//! Nothing on the drawing thread touches disk or network.

pub mod backend;
pub mod clipboard;
pub mod coverage_counts;
pub mod draft;
pub mod edits;
pub mod effect;
pub mod keymap;
pub mod layout;
pub mod look;
pub mod mail_line;
pub mod marks;
pub mod model;
pub mod msg;
pub mod perform;
pub mod picture;
pub mod places;
pub mod plan;
pub mod screens;
pub mod spoken;
pub mod theme;
pub mod update;
pub mod view;
pub mod widgets;
pub mod window;

pub mod setup;

mod keeper;
mod post;
mod runtime;
mod terminal;
mod worker;

pub use runtime::{Error, Farewell, Options, run};
pub use terminal::{Ability, Unfit};
pub use worker::last_words;
