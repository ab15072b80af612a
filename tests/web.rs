//! The page, over real connections on this machine.

mod confirming;
mod ending;
mod limits;
mod protection;
mod unsubscribing;
