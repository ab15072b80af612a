//! What the sender tells, as lines of the log. Addresses are masked from the level info on.

use tracing::{debug, error, info, warn};

use super::SenderEvent;
use crate::domain::delivery::State;
use crate::domain::email_address::masked;

/// Logs what is told.
pub fn log(event: &SenderEvent) {
    match event {
        SenderEvent::Idle => {}
        SenderEvent::Sending { id, to } => debug!(delivery = id.0, %to, "sending"),
        SenderEvent::Settled { id, to, state, words } => {
            let (delivery, to, words) = (id.0, masked(to), words.as_deref().unwrap_or_default());
            match state {
                State::Failed | State::Expired => warn!(delivery, %to, words, "{}", state.id()),
                State::Queued
                | State::Sending
                | State::Retry
                | State::Sent
                | State::Written
                | State::Cancelled => info!(delivery, %to, words, "{}", state.id()),
            }
        }
        SenderEvent::BackingOff { words, until } => warn!(%until, words, "the mail server cannot be used"),
        SenderEvent::StandingBy => info!("another process sends"),
        SenderEvent::WritingFiles { folder } => info!(folder, "mail is written to files"),
        SenderEvent::CannotRecord { words } => error!(words, "the database cannot be written"),
        SenderEvent::Delayed { count, since, words } => {
            warn!(count, %since, words = words.as_deref().unwrap_or_default(), "mails are delayed");
        }
        SenderEvent::Stopped { words } => warn!(words, "this process does not send"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex, PoisonError};

    use tracing::Level;

    use super::*;
    use crate::domain::delivery::DeliveryId;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(line)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: Level, events: &[SenderEvent]) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let lines = tracing_subscriber::fmt()
            .with_max_level(level)
            .without_time()
            .with_target(false)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(lines, || events.iter().for_each(log));
        let bytes = paper.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn settled(state: State, words: &str) -> SenderEvent {
        let words = Some(words.to_owned());
        SenderEvent::Settled { id: DeliveryId(5), to: "ada@example.org".to_owned(), state, words }
    }

    #[test]
    fn addresses_are_masked_but_for_debug() {
        let sending = SenderEvent::Sending { id: DeliveryId(5), to: "ada@example.org".to_owned() };
        let events = [sending, settled(State::Sent, "250 Ok"), SenderEvent::Idle];
        assert_eq!(
            logged(Level::INFO, &events).trim(),
            r#"INFO sent delivery=5 to=a•••@example.org words="250 Ok""#
        );
        let debug = logged(Level::DEBUG, &events);
        assert!(debug.contains("DEBUG sending delivery=5 to=ada@example.org"), "{debug}");
    }

    #[test]
    fn what_fails_is_a_warning() {
        let events = [settled(State::Failed, "550 no"), settled(State::Retry, "450 later")];
        let warnings = logged(Level::WARN, &events);
        assert_eq!(warnings.trim(), r#"WARN failed delivery=5 to=a•••@example.org words="550 no""#);
    }
}
