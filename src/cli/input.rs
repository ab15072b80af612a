//! Input: what a command reads from standard input: a code, or the answer to a question.

use std::io::{self, BufRead, IsTerminal, Read};

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
