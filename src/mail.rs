//! Everything about mail: composing it (pure), reading what somebody hands in (pure), making HTML safe (pure), handing it to a server or a file, and the
//! sender that works through the outbox.

pub mod compose;
pub mod dkim;
pub mod incoming;
pub mod markup;
pub mod returned;
pub mod sender;
pub mod transport;
