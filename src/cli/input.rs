//! Input: what a command reads from standard input or from a file that it is given: a code, the answer to a question, a text, a
//! mail.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};

use super::output::Output;
use super::problem::Report;

/// More than a code or an answer ever has; the rest of an endless stream is not read.
const LONGEST: u64 = 4096;

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// Nobody sits at standard input.
    NotAsked,
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Standard,
    File(PathBuf),
}

impl Source {
    /// The file that an option names; standard input if it names none, or `-`.
    #[must_use]
    pub fn named(file: Option<&Path>) -> Self {
        match file {
            Some(file) if file != Path::new("-") => Self::File(file.to_owned()),
            Some(_) | None => Self::Standard,
        }
    }

    /// Whether somebody types the text.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::Standard) && io::stdin().is_terminal()
    }

    /// Reads all of it, never more than one byte beyond `limit`. `what` names it in errors, for example "the text".
    ///
    /// # Errors
    /// A [`Report`] with exit 2 if it is larger than `limit` bytes or the file cannot be read, 1 if standard input cannot.
    pub fn bytes(&self, what: &str, limit: usize) -> Result<Vec<u8>, Report> {
        let read = match self {
            Self::Standard => read(io::stdin().lock(), limit).map_err(|error| {
                Report::failed(format!("{what} cannot be read from standard input: {error}"))
            }),
            Self::File(file) => File::open(file).and_then(|file| read(file, limit)).map_err(|error| {
                let is_missing = error.kind() == io::ErrorKind::NotFound;
                let why =
                    if is_missing { "there is no such file".to_owned() } else { error.kind().to_string() };
                Report::usage(format!("{what} cannot be read from '{}': {why}", file.display()))
            }),
        }?;
        if read.len() > limit {
            return Err(Report::usage(format!("{what} is larger than {}", size(limit))));
        }
        Ok(read)
    }

    /// The same as text, without the mark that some programs put before it.
    ///
    /// # Errors
    /// As [`Source::bytes`], and a [`Report`] with exit 2 if it is not UTF-8.
    pub fn text(&self, what: &str, limit: usize) -> Result<String, Report> {
        text(self.bytes(what, limit)?, what)
    }
}

fn read(from: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text(bytes: Vec<u8>, what: &str) -> Result<String, Report> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
            Err(Report::usage(format!("{what} is not UTF-8: at byte offset {offset} stands 0x{byte:02X}"))
                .hint("'iconv -f ISO-8859-1 -t UTF-8' converts a text of another encoding"))
        }
    }
}

fn size(limit: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if limit.is_multiple_of(MIB) { format!("{} MiB", limit / MIB) } else { format!("{limit} bytes") }
}

/// Asks a question that only `y` or `yes` answers with yes; everything else, end of input included, is no.
pub fn ask(output: &mut Output, question: &str) -> Answer {
    if !io::stdin().is_terminal() {
        return Answer::NotAsked;
    }
    output.ask(&format!("{question} [y/N]"));
    match first_line() {
        Ok(line) if matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes") => Answer::Yes,
        Ok(_) | Err(_) => Answer::No,
    }
}

/// The first line of standard input, without its end.
///
/// # Errors
/// A [`Report`] if it cannot be read or is no text.
pub fn code() -> Result<String, Report> {
    first_line()
        .map_err(|error| Report::failed(format!("the code cannot be read from standard input: {error}")))
}

fn first_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().lock().take(LONGEST).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_one_byte_beyond_the_limit_is_read() {
        assert_eq!(read(io::repeat(b'a'), 10).unwrap().len(), 11);
        assert_eq!(read(&b"abc"[..], 10).unwrap(), b"abc");
    }

    #[test]
    fn a_dash_or_nothing_is_standard_input() {
        assert_eq!(Source::named(None), Source::Standard);
        assert_eq!(Source::named(Some(Path::new("-"))), Source::Standard);
        assert_eq!(Source::named(Some(Path::new("a"))), Source::File("a".into()));
    }

    #[test]
    fn what_is_not_utf_8_is_refused_with_its_place() {
        assert_eq!(text(b"\xEF\xBB\xBFhallo".to_vec(), "the text").unwrap(), "hallo");
        let refused = |bytes: &[u8]| text(bytes.to_vec(), "the text").unwrap_err().error;
        assert_eq!(refused(b"caf\xE9!"), "the text is not UTF-8: at byte offset 3 stands 0xE9");
        assert_eq!(refused(b"\xE7\x8E"), "the text is not UTF-8: at byte offset 0 stands 0xE7");
    }

    #[test]
    fn sizes_are_told_in_the_largest_unit() {
        assert_eq!(size(10 * 1024 * 1024), "10 MiB");
        assert_eq!(size(1000), "1000 bytes");
    }
}
