//! Progress: how far long work is, on a terminal, and whether it is to be ended.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::output::Output;
use super::problem::Report;
use super::stop_flag::stop_flag;

/// How often the line is written anew.
const PACE: Duration = Duration::from_millis(200);

/// Long work under way. Ctrl-C asks it to end, a second one ends the program at once.
pub struct Progress {
    stop: Arc<AtomicBool>,
    shown: Instant,
}

impl Progress {
    /// Begins to listen for Ctrl-C.
    ///
    /// # Errors
    /// A [`Report`] if signals cannot be received.
    pub fn begin() -> Result<Self, Report> {
        Ok(Self { stop: stop_flag()?, shown: Instant::now() })
    }

    /// The same where nothing has to be put in order: the first Ctrl-C ends the program at once, whatever it waits for.
    #[must_use]
    pub fn without_end() -> Self {
        Self { stop: Arc::default(), shown: Instant::now() }
    }

    /// Shows from time to time what `words` makes; breaks once the work is to end.
    pub fn tick(&mut self, output: &mut Output, words: impl FnOnce() -> String) -> ControlFlow<()> {
        if self.stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if self.shown.elapsed() >= PACE {
            output.progress(&words());
            self.shown = Instant::now();
        }
        ControlFlow::Continue(())
    }
}

impl Drop for Progress {
    /// What comes after the work ends at the first Ctrl-C.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
