//! Mail over real connections on this machine.

mod sender;
mod signing;
mod smtp;
