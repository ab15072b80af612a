//! Everything about mail: composing it (pure), handing it to a server or a file, and the sender that works through the outbox.

pub mod compose;
pub mod sender;
pub mod transport;
