//! What an administrator does at the screen, as key scripts over the real update, view, perform and SQL.

mod bytes;
mod contacts;
mod first_start;
mod matrix;
mod random_keys;
mod sharing;
mod verification;
