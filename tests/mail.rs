//! Mail over real connections on this machine.

mod sender;
mod smtp;
