//! Everything about mail: composing it (pure), reading what somebody hands in (pure), handing it to a server or a file, and the
//! sender that works through the outbox.

pub mod compose;
pub mod incoming;
pub mod sender;
pub mod transport;
