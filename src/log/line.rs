//! An event as one line: time, level, process, words, fields. What acts on terminals is escaped.

use std::fmt;
use std::sync::Arc;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::Clock;
use crate::domain::safe_text::safe;

/// How events are written.
pub struct Line {
    /// The journal notes time and process by itself, and takes the level as a number in front (`sd-daemon(3)`).
    is_journal: bool,
    clock: Arc<dyn Clock>,
}

impl Line {
    pub fn new(is_journal: bool, clock: Arc<dyn Clock>) -> Self {
        Self { is_journal, clock }
    }
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        if self.is_journal {
            write!(line, "<{}>", priority(level))?;
        } else {
            write!(line, "{} {level:<5} [{}] ", self.clock.now(), std::process::id())?;
        }
        let mut words = String::new();
        context.format_fields(Writer::new(&mut words), event)?;
        writeln!(line, "{}", safe(&words))
    }
}

/// As syslog numbers them.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::domain::timestamp::Timestamp;

    struct Midnight;

    impl Clock for Midnight {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(0)
        }
    }

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(line)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(is_journal: bool, say: impl FnOnce()) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        let layer = tracing_subscriber::fmt::layer()
            .event_format(Line::new(is_journal, Arc::new(Midnight)))
            .with_ansi(false)
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), say);
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_has_time_level_process_words_and_fields() {
        let line = written(false, || tracing::info!(id = 5, to = "a•••@example.org", "sent"));
        let process = std::process::id();
        assert_eq!(
            line,
            format!("1970-01-01T00:00:00Z INFO  [{process}] sent id=5 to=\"a•••@example.org\"\n")
        );
    }

    #[test]
    fn the_journal_gets_a_number_in_front() {
        let line = written(true, || {
            tracing::error!("a");
            tracing::warn!("b");
            tracing::info!("c");
            tracing::debug!("d");
        });
        assert_eq!(line, "<3>a\n<4>b\n<6>c\n<7>d\n");
    }

    #[test]
    fn what_a_server_says_stays_on_its_line_and_does_nothing() {
        let words = "550 no\r\n<3>forged\x1b]0;title\x07\u{202e}\u{9b}2J";
        let line = written(true, || tracing::info!(words = %words, "failed"));
        assert_eq!(line.matches('\n').count(), 1, "{line:?}");
        assert!(!line.trim_end().chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
        assert!(line.contains("forged"), "{line:?}");
    }
}
