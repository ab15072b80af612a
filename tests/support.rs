//! What the tests share.

// No single test uses all of it.
#![allow(dead_code)]

pub mod authority;
pub mod clock;
pub mod desk;
pub mod keys;
pub mod office;
pub mod picture;
pub mod program;
pub mod screen;
pub mod sink;
pub mod site;
pub mod stage;
pub mod terminal;
