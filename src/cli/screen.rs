//! The screen: what `callsheet` without a command opens, where there is a terminal for it. The command line does not know the
//! screen; it is given a door to it.

use std::path::PathBuf;

use super::Common;
use super::context::{Context, flags_of, sender_settings};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use crate::config::{Config, ConfigErrors, Source};
use crate::domain::safe_text::safe;
use crate::mail::sender::SenderSettings;
use crate::operations::{Opening, Reach, StoreError, Via};
use crate::paths::{self, Environment};

/// What the screen is opened with.
pub struct Visit {
    pub config: Config,
    pub opening: Opening,
    pub sender: SenderSettings,
    /// Where the configuration comes from, and how one sends mail: it can be changed on the screen.
    pub source: Source,
    pub sender_of: fn(&Config, &Opening) -> SenderSettings,
}

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Deliveries that wait.
    pub waiting: u64,
}

/// Why the screen cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// There is no terminal that it could be drawn on, in words.
    Unfit {
        words: String,
    },
    /// Own keys or an own theme cannot be used.
    Mistaken(ConfigErrors),
    Store(StoreError),
    /// The terminal failed.
    Failed {
        words: String,
    },
    /// The screen fell over; the log, if there is one, says where.
    Fell {
        words: String,
        log: Option<PathBuf>,
    },
}

/// Shows the screen until it is left.
pub type Door = fn(Visit) -> Result<Left, Closed>;

/// Opens the screen, and when it is left says what still waits.
///
/// # Errors
/// [`Stop`] with exit 2 where there is no terminal that can show it; the hint names the commands that work there.
pub(super) fn run(
    common: &Common,
    is_restricted: bool,
    output: &mut Output,
    door: Door,
) -> Result<Exit, Stop> {
    if common.json {
        return Err(Report::usage("the screen has no JSON")
            .hint("'callsheet list --json' prints the contacts")
            .into());
    }
    let context = match is_restricted {
        true => Context::load_restricted(common, output)?,
        false => Context::load(common, output)?,
    };
    let reach = match is_restricted {
        true => Reach::Below(paths::export_folder(&context.opening().database)),
        false => Reach::Everywhere,
    };
    let opening = Opening { via: Via::Screen, reach, ..context.opening().clone() };
    let sender = context.sender_settings();
    let environment = match is_restricted {
        true => Environment::of_process().without_user_files(),
        false => Environment::of_process(),
    };
    let source = Source::new(flags_of(common), environment);
    let left = door(Visit { config: context.config, opening, sender, source, sender_of: sender_settings })?;
    match left.waiting {
        0 => {}
        1 => output.note("1 mail waits in the outbox; 'callsheet deliver --watch' sends without the screen."),
        more => output.note(&format!(
            "{more} mails wait in the outbox; 'callsheet deliver --watch' sends without the screen."
        )),
    }
    Ok(Exit::Done)
}

impl From<Closed> for Stop {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Unfit { words } => Report::usage(words)
                .hint("'callsheet list' shows the contacts, 'callsheet --help' names all commands")
                .into(),
            Closed::Mistaken(errors) => {
                let report = Report::usage("the own keys or the own theme cannot be used")
                    .hint("where the file is not, the built-in ones are used");
                errors.0.iter().fold(report, |report, error| report.detail(error.to_string())).into()
            }
            Closed::Store(error) => error.into(),
            Closed::Failed { words } => Report::failed(words).into(),
            Closed::Fell { words, log } => {
                let report = Report::failed(format!("callsheet fell over: {}", safe(&words)))
                    .detail("what was saved stays, and the next start offers what was typed");
                match log {
                    Some(log) => report.hint(format!("the log in '{}' says where", log.display())).into(),
                    None => report.into(),
                }
            }
        }
    }
}
