//! What the tests share.

// No single test uses all of it.
#![allow(dead_code)]

pub mod authority;
pub mod clock;
pub mod office;
pub mod sink;
