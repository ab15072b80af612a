//! Output: the one place that writes to standard output and standard error.
//!
//! Data goes to standard output, everything else to standard error. Whatever people, files or servers gave is escaped on
//! the way, so no caller can forget it. It never colours, and it never fails because of standard error.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

use super::problem::{Report, Stop};
use crate::domain::columns::width;
use crate::domain::safe_text::{safe, safe_json, safe_lines};

/// The two streams of a command.
pub struct Output {
    data: BufWriter<Box<dyn Write>>,
    messages: Box<dyn Write>,
    /// Standard error is a terminal.
    is_watched: bool,
    /// Columns of the line that shows the progress; 0 if there is none.
    progress: usize,
}

/// A JSON array that is written element by element, so that a list of any length needs no memory.
///
/// It is an array only after [`JsonArray::end`]; a command that fails on the way leaves it open, and says why.
pub struct JsonArray<'a> {
    output: &'a mut Output,
    before_next: &'static str,
}

/// A JSON object in one line whose lists are written element by element, so that lists of any length need no memory.
///
/// It is an object only after [`JsonObject::end`], as an array is one.
pub struct JsonObject<'a> {
    output: &'a mut Output,
    before_field: &'static str,
    before_element: &'static str,
    closing: &'static str,
}

impl Output {
    /// The streams of this process.
    #[must_use]
    pub fn standard() -> Self {
        let is_watched = io::stderr().is_terminal();
        Self { is_watched, ..Self::new(Box::new(io::stdout()), Box::new(io::stderr())) }
    }

    /// Any two streams: data, messages.
    #[must_use]
    pub fn new(data: Box<dyn Write>, messages: Box<dyn Write>) -> Self {
        let data = BufWriter::with_capacity(64 * 1024, data);
        Self { data, messages, is_watched: false, progress: 0 }
    }

    /// Writes one line of data, escaped.
    ///
    /// # Errors
    /// [`Stop::ClosedPipe`] if nobody reads any more, [`Stop::Failed`] if it cannot be written.
    pub fn line(&mut self, text: &str) -> Result<(), Stop> {
        self.write(&[&safe(text), "\n"])
    }

    /// Writes data of several lines, escaped; a missing line feed at the end is added.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn lines(&mut self, text: &str) -> Result<(), Stop> {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        self.write(&[&safe_lines(text), end])
    }

    /// Writes a value as one line of JSON.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        self.write(&[&json_text(value)?, "\n"])
    }

    /// Standard output for what is no text of ours: nothing is escaped.
    pub fn bytes(&mut self) -> &mut dyn Write {
        &mut self.data
    }

    /// Begins a JSON array; each element is a line.
    pub fn array(&mut self) -> JsonArray<'_> {
        JsonArray { output: self, before_next: "[" }
    }

    /// Begins a JSON object.
    pub fn object(&mut self) -> JsonObject<'_> {
        JsonObject { output: self, before_field: "{\"", before_element: "", closing: "{}\n" }
    }

    /// Says a sentence on standard error.
    pub fn note(&mut self, sentence: &str) {
        self.say(&safe(sentence));
    }

    /// Warns on standard error: the command goes on.
    pub fn warning(&mut self, text: &str) {
        self.say(&format!("Warning: {}", safe(text)));
    }

    /// Gives one hint on standard error.
    pub fn hint(&mut self, text: &str) {
        self.say(&format!("Hint: {}", safe(text)));
    }

    /// Says why a command failed: the error, its details in lines of their own, the hint.
    pub fn failure(&mut self, report: &Report) {
        self.say(&format!("Error: {}", safe(&report.error)));
        for detail in &report.details {
            self.say(&format!("  {}", safe(detail)));
        }
        if let Some(hint) = &report.hint {
            self.hint(hint);
        }
    }

    /// Says text of several lines on standard error as it stands, escaped.
    pub fn note_lines(&mut self, text: &str) {
        self.say(safe_lines(text).trim_end_matches('\n'));
    }

    /// Shows how far the command is, in place of what it showed before; the next message or data takes it away. Nothing is shown
    /// where standard error is no terminal.
    pub fn progress(&mut self, text: &str) {
        if !self.is_watched {
            return;
        }
        self.settle();
        let text = safe(text);
        let rest = self.progress.saturating_sub(width(&text));
        let _ = write!(self.messages, "\r{text}{:rest$}", "").and_then(|()| self.messages.flush());
        self.progress = width(&text);
    }

    /// Asks on standard error; the cursor stays behind the question.
    pub fn ask(&mut self, question: &str) {
        self.settle();
        self.wipe_progress();
        let _ = write!(self.messages, "{} ", safe(question)).and_then(|()| self.messages.flush());
    }

    /// Hands everything written so far to the system.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn flush(&mut self) -> Result<(), Stop> {
        self.data.flush().map_err(stop)
    }

    fn write(&mut self, parts: &[&str]) -> Result<(), Stop> {
        self.wipe_progress();
        parts.iter().try_for_each(|part| self.data.write_all(part.as_bytes())).map_err(stop)
    }

    /// Standard error may be closed or full; a message that nobody can read is no reason to fail.
    fn say(&mut self, line: &str) {
        self.settle();
        self.wipe_progress();
        let _ = writeln!(self.messages, "{line}");
    }

    fn wipe_progress(&mut self) {
        let columns = std::mem::take(&mut self.progress);
        if columns > 0 {
            let _ = write!(self.messages, "\r{:columns$}\r", "");
        }
    }

    /// Data said before a message stands before it on a terminal. What cannot be written stays in the buffer, and the last
    /// flush reports it.
    fn settle(&mut self) {
        let _ = self.data.flush();
    }
}

impl JsonArray<'_> {
    /// Writes the next element.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn push(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        self.output.write(&[self.before_next, &json_text(value)?])?;
        self.before_next = ",\n";
        Ok(())
    }

    /// Closes the array.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn end(self) -> Result<(), Stop> {
        let opening = if self.before_next == "[" { "[" } else { "" };
        self.output.write(&[opening, "]\n"])
    }
}

impl JsonObject<'_> {
    /// Writes the next field. Names are ours and need no escape.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn field(&mut self, name: &str, value: &impl Serialize) -> Result<(), Stop> {
        self.output.write(&[self.before_field, name, "\":", &json_text(value)?])?;
        (self.before_field, self.closing) = (",\"", "}\n");
        Ok(())
    }

    /// Begins the next field, a list; it ends where the next field begins.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn list(&mut self, name: &str) -> Result<(), Stop> {
        self.output.write(&[self.before_field, name, "\":["])?;
        (self.before_field, self.before_element, self.closing) = ("],\"", "", "]}\n");
        Ok(())
    }

    /// Writes the next element of the list.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn push(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        self.output.write(&[self.before_element, &json_text(value)?])?;
        self.before_element = ",";
        Ok(())
    }

    /// Closes the object.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn end(self) -> Result<(), Stop> {
        self.output.write(&[self.closing])
    }
}

/// What an error of standard output means for the command.
#[must_use]
pub fn stop(error: io::Error) -> Stop {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Stop::ClosedPipe;
    }
    Stop::Failed(Report::failed(format!("standard output cannot be written: {error}")))
}

/// The value as JSON in which nothing can act on a terminal.
fn json_text(value: &impl Serialize) -> Result<String, Stop> {
    let plain = serde_json::to_string(value).map_err(|error| {
        Stop::Failed(Report::failed(format!("the result cannot be written as JSON: {error}")))
    })?;
    Ok(match safe_json(&plain) {
        Cow::Borrowed(_) => plain,
        Cow::Owned(escaped) => escaped,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::cli::problem::Exit;

    #[derive(Clone, Default)]
    struct Sink(Rc<RefCell<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink {
        fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).unwrap()
        }
    }

    struct Refusing(io::ErrorKind);

    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    fn output() -> (Output, Sink, Sink) {
        let (data, messages) = (Sink::default(), Sink::default());
        (Output::new(Box::new(data.clone()), Box::new(messages.clone())), data, messages)
    }

    #[test]
    fn nothing_hostile_reaches_either_stream() {
        let (mut output, data, messages) = output();
        output.line("a\u{1b}[31m\nb").unwrap();
        output.lines("one\ntwo\u{9b}").unwrap();
        output.note("\u{202e}evil");
        output
            .failure(&Report::failed("\u{7}".to_owned()).detail("d\r".to_owned()).hint("h\u{8}".to_owned()));
        output.flush().unwrap();
        assert_eq!(data.text(), "a\\u{001B}[31m\\u{000A}b\none\ntwo\\u{009B}\n");
        assert_eq!(messages.text(), "\\u{202E}evil\nError: \\u{0007}\n  d\\u{000D}\nHint: h\\u{0008}\n");
    }

    #[test]
    fn json_keeps_the_value_and_escapes_what_acts_on_terminals() {
        let value = "王é\u{7f}\u{9b}\u{202e}\u{2028}\u{e0041}\n\"";
        let text = json_text(&value).unwrap();
        assert_eq!(text, r#""王é\u007f\u009b\u202e\u2028\udb40\udc41\n\"""#);
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
    }

    #[test]
    fn an_array_is_one_whatever_its_length() {
        for length in 0..3_u64 {
            let (mut output, data, _) = output();
            let mut array = output.array();
            for number in 0..length {
                array.push(&number).unwrap();
            }
            array.end().unwrap();
            output.flush().unwrap();
            let read: Vec<u64> = serde_json::from_str(&data.text()).unwrap();
            assert_eq!(read, (0..length).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_object_is_one_whatever_its_lists_hold() {
        let (mut output, data, _) = output();
        output.object().end().unwrap();
        let mut object = output.object();
        object.field("type", &"a\"b").unwrap();
        object.list("none").unwrap();
        object.list("two").unwrap();
        object.push(&1).unwrap();
        object.push(&"\u{9b}").unwrap();
        object.field("last", &None::<i64>).unwrap();
        object.end().unwrap();
        let mut object = output.object();
        object.list("one").unwrap();
        object.push(&1).unwrap();
        object.end().unwrap();
        output.flush().unwrap();
        let expected =
            "{}\n{\"type\":\"a\\\"b\",\"none\":[],\"two\":[1,\"\\u009b\"],\"last\":null}\n{\"one\":[1]}\n";
        assert_eq!(data.text(), expected);
    }

    #[test]
    fn a_closed_pipe_is_told_apart_from_a_full_disk() {
        let flushed = |kind| {
            let mut output = Output::new(Box::new(Refusing(kind)), Box::new(Sink::default()));
            output.line("x").and_then(|()| output.flush()).unwrap_err()
        };
        assert!(matches!(flushed(io::ErrorKind::BrokenPipe), Stop::ClosedPipe));
        assert!(
            matches!(flushed(io::ErrorKind::StorageFull), Stop::Failed(report) if report.exit == Exit::Failed)
        );
    }

    #[test]
    fn progress_is_for_terminals_and_leaves_nothing_behind() {
        let (mut output, _, messages) = output();
        output.progress("1 of 10");
        assert_eq!(messages.text(), "");
        output.is_watched = true;
        output.progress("10 of 10");
        output.progress("done");
        output.note("Sent.");
        output.note("Ended.");
        assert_eq!(messages.text(), "\r10 of 10\rdone    \r    \rSent.\nEnded.\n");
    }

    #[test]
    fn a_closed_standard_error_is_no_failure() {
        let data = Sink::default();
        let mut output = Output::new(Box::new(data.clone()), Box::new(Refusing(io::ErrorKind::BrokenPipe)));
        output.note("nobody hears this");
        output.line("1").unwrap();
        output.flush().unwrap();
        assert_eq!(data.text(), "1\n");
    }
}
