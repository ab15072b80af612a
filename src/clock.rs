//! The time. Nothing else in the program asks the system what time it is.

use std::sync::Arc;

use crate::domain::timestamp::Timestamp;

/// Tells the time; tests give their own.
pub trait Clock: Send + Sync {
    /// The current moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
    }
}

/// The machine's clock, to be shared between threads.
#[must_use]
pub fn system() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The machine's offset from UTC at `moment`, for showing times to its users.
#[must_use]
pub fn offset_at(moment: Timestamp) -> chrono::FixedOffset {
    use chrono::{Offset, TimeZone};
    chrono::Local.offset_from_utc_datetime(&moment.to_utc().naive_utc()).fix()
}
