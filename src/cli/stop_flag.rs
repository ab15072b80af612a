//! The stop flag: how a command that sends mail hears that it is to end, and ends in order.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::problem::Report;

/// Becomes true at the first SIGTERM or SIGINT; the second ends the process at once.
///
/// # Errors
/// A [`Report`] if the system lets no signals be received.
pub fn stop_flag() -> Result<Arc<AtomicBool>, Report> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| {
                Report::failed(format!("no orderly end is possible, for signals cannot be received: {error}"))
            })?;
    }
    Ok(stop)
}
