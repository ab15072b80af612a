//! `completions`: the script that makes a shell complete callsheet, and what that script asks for: the words that fit.
//!
//! Contacts and message types are completed too. Nothing is offered that a shell could take for more than a word.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Args, Command, CommandFactory, ValueEnum};
use clap_complete::CompletionCandidate;
use clap_complete::engine::{self, ArgValueCompleter};

use super::context::{config_of, opening};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::{CommandLine, Common};
use crate::domain::contact::{ContactId, SortColumn};
use crate::domain::delivery::State;
use crate::domain::fold::{fold, fold_case};
use crate::operations::contacts::{self, Anchor, ListQuery, PageAt};
use crate::operations::outbox::{self, OutboxAt, OutboxQuery};
use crate::operations::{Opening, Session};
use crate::paths::Environment;

/// How many contacts or deliveries are offered.
const OFFERED: usize = 100;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
    /// The words typed so far, the last of which is completed
    #[arg(last = true, hide = true)]
    words: Vec<OsString>,
}

/// A shell that callsheet can be completed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Prints the script, or with words the candidates for the last of them: one a line, and for shells that show it, what it is in
/// the next.
///
/// # Errors
/// [`Stop`] if standard output cannot be written.
pub fn run(output: &mut Output, arguments: &Completions) -> Result<Exit, Stop> {
    if arguments.words.is_empty() {
        output.lines(match arguments.shell {
            Shell::Bash => include_str!("../../assets/completions/callsheet.bash"),
            Shell::Zsh => include_str!("../../assets/completions/callsheet.zsh"),
            Shell::Fish => include_str!("../../assets/completions/callsheet.fish"),
        })?;
        return Ok(Exit::Done);
    }
    let words = arguments.words.clone();
    let mut command = with_data(CommandLine::command(), opening_of(&words));
    let last = words.len() - 1;
    let found = engine::complete(&mut command, words, last, Some(".".as_ref()))
        .map_err(|error| Report::failed(format!("the words cannot be completed: {error}")))?;
    for candidate in found.iter().filter(|candidate| !candidate.is_hide_set()) {
        let Some(value) = candidate.get_value().to_str() else { continue };
        output.line(value)?;
        match arguments.shell {
            Shell::Bash => {}
            Shell::Zsh | Shell::Fish => {
                output.line(&candidate.get_help().map(ToString::to_string).unwrap_or_default())?;
            }
        }
    }
    Ok(Exit::Done)
}

/// What a session would be opened with for the words typed so far; None if the configuration cannot be used.
fn opening_of(words: &[OsString]) -> Option<Opening> {
    let value = |name: &str| {
        let long = format!("--{name}");
        let apart =
            words.iter().position(|word| *word == *long).and_then(|index| words.get(index + 1)).cloned();
        let joined = || {
            let start = format!("{long}=");
            words.iter().find_map(|word| word.to_str()?.strip_prefix(&start).map(OsString::from))
        };
        apart.or_else(joined).map(Into::into)
    };
    let common = Common {
        db: value("db"),
        config: value("config"),
        log: None,
        json: false,
        lang: None,
        accessible: false,
    };
    let environment = Environment::of_process();
    let config = config_of(&common, &environment).ok()?;
    opening(&config, &environment).ok()
}

/// The command line with what is in the database and the catalogue offered for its arguments.
fn with_data(command: Command, opening: Option<Opening>) -> Command {
    let Some(opening) = opening else { return command };
    let names: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |one| one.mut_args(|argument| offered(argument, &opening)))
    })
}

fn offered(argument: Arg, opening: &Opening) -> Arg {
    let opening = opening.clone();
    match argument.get_id().as_str() {
        "contact" | "contacts" => {
            argument.add(ArgValueCompleter::new(move |word: &OsStr| of_contacts(&opening, word)))
        }
        "message_type" | "types" => {
            argument.add(ArgValueCompleter::new(move |word: &OsStr| of_types(&opening, word)))
        }
        "ids" => argument.add(ArgValueCompleter::new(move |word: &OsStr| of_deliveries(&opening, word))),
        _ => argument,
    }
}

/// The database, if there is one; completing makes none.
fn session(opening: &Opening) -> Option<Session> {
    if opening.database.exists() { Session::open(opening).ok() } else { None }
}

/// Contacts whose name or email begins with the word.
fn of_contacts(opening: &Opening, word: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(mut session), Some(word)) = (session(opening), word.to_str()) else { return Vec::new() };
    let mut found = Vec::new();
    for (sort, key) in [(SortColumn::Name, fold(word).into_owned()), (SortColumn::Email, fold_case(word))] {
        let query = ListQuery { sort, ..ListQuery::default() };
        let at = PageAt::From(Anchor { key: key.clone(), id: ContactId(0) });
        let Ok(page) = contacts::page(&mut session, &query, &at, OFFERED) else { continue };
        for contact in page.rows.iter().take_while(|contact| Anchor::of(contact, sort).key.starts_with(&key))
        {
            let (value, help) = match sort {
                SortColumn::Email => (&contact.email, &contact.name),
                SortColumn::Name | SortColumn::Position | SortColumn::Status | SortColumn::Id => {
                    (&contact.name, &contact.email)
                }
            };
            if is_plain(value) {
                found.push(CompletionCandidate::new(value).help(Some(help.clone().into())));
            }
        }
    }
    found
}

/// Ids of categories and types; behind a comma the next of a list.
fn of_types(opening: &Opening, word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else { return Vec::new() };
    let (before, begun) = word.rsplit_once(',').map_or(("", word), |(before, begun)| (before, begun));
    let comma = if before.is_empty() { "" } else { "," };
    let mut found = Vec::new();
    let mut offer = |id: &str, title: &str| {
        if id.starts_with(begun) {
            let candidate = CompletionCandidate::new(format!("{before}{comma}{id}"));
            found.push(candidate.help(Some(title.to_owned().into())));
        }
    };
    for category in opening.catalogue.categories() {
        offer(&category.id, category.title.get(crate::domain::language::Language::En));
        for one in &category.types {
            offer(&one.id, one.title.get(crate::domain::language::Language::En));
        }
    }
    found
}

/// Ids of deliveries that an administrator may try again or cancel, newest first.
fn of_deliveries(opening: &Opening, word: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(mut session), Some(word)) = (session(opening), word.to_str()) else { return Vec::new() };
    let mut found = Vec::new();
    for state in [State::Queued, State::Retry, State::Failed, State::Expired, State::Written] {
        let query = OutboxQuery { state: Some(state), ..OutboxQuery::default() };
        let Ok(page) = outbox::page(&mut session, &query, OutboxAt::Newest, OFFERED) else { continue };
        for delivery in page.rows {
            let id = delivery.id.0.to_string();
            if id.starts_with(word) {
                let help = format!("{} to {}", state.id(), delivery.to);
                found.push(CompletionCandidate::new(id).help(Some(help.into())));
            }
        }
    }
    found
}

/// Whether every shell takes the text for one word as it stands.
fn is_plain(text: &str) -> bool {
    !text.starts_with('-')
        && text
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '.' | '_' | '-' | '+' | '@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_could_take_for_more_than_a_word_is_not_offered() {
        assert!(["ada", "王小明", "ada.b-c+d@example.org"].into_iter().all(is_plain));
        assert!(
            !["$(reboot)", "a;b", "a`b`", "a'b", "-rf", "a*", "~", "a\\b", "a b", "#a"]
                .into_iter()
                .any(is_plain)
        );
    }
}
