//! The command line: what can be typed, and which command answers.
//!
//! Data goes to standard output, everything else to standard error; see `output`. A command either does all it was asked
//! or says why not; see `problem`. Nothing here decides, remembers or sends: operations and the sender do.

mod account;
mod add;
mod backup;
mod cancel;
mod check;
mod completions;
mod config;
mod context;
mod delete;
mod deliver;
mod explain;
mod export;
mod format;
mod history;
mod import;
mod input;
mod json;
mod list;
mod mailing;
mod man;
mod modify;
mod notify;
mod outbox;
mod output;
mod problem;
mod progress;
mod receive;
mod reference;
mod resend;
mod retry;
pub mod screen;
pub mod serve;
mod show;
mod status;
mod stop_flag;
mod subscribe;
mod table;
mod test;
mod types;
mod verify;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::styling::Styles;
use clap::{Args, ColorChoice, CommandFactory, Parser, Subcommand};

use self::context::Context;
use self::output::Output;
use self::problem::{Exit, MailExit, Report, Stop};
use crate::{operations, paths};

/// Who must hear about this, and did it reach them?
///
/// callsheet keeps the contacts of an account: who they are, which kinds of message each one gets, and proof that their
/// address works. Contacts are for notifications only: they never serve to sign in or to identify anyone.
///
/// Without a command it opens the screen.
#[derive(Debug, Parser)]
#[command(name = "callsheet", version, long_version = FACTS.as_str(), color = ColorChoice::Never, styles = Styles::plain(), after_help = EXIT_CODES)]
struct CommandLine {
    #[command(flatten)]
    common: Common,
    /// Open the screen for somebody who gets no shell: it ignores the environment and their own configuration, reads and writes
    /// files in 'exports' beside the database only, and does not suspend
    #[arg(long)]
    restricted: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
struct Common {
    /// The database; made if it does not exist
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
    /// The configuration
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How much is logged: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
    /// Print data as JSON; lists are arrays
    #[arg(long, global = true)]
    json: bool,
    /// The language of the screen: en or zh-CN; else CALLSHEET_LANG tells, then the configuration, then the locale
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<String>,
    /// Open the screen for a screen reader or a braille display: no borders, labels before values, states in words, and the cursor
    /// on what has changed; ACCESSIBLE=1 does the same
    #[arg(long)]
    accessible: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List contacts
    List(list::List),
    /// Show one contact
    Show(show::Show),
    /// Add a contact and send the verification of its address
    Add(add::Add),
    /// Change a contact
    Modify(modify::Modify),
    /// Delete contacts for good
    Delete(delete::Delete),
    /// Enter the code that a recipient has read out
    Verify(verify::Verify),
    /// Send a new code; the old one is void then
    Resend(resend::Resend),
    /// List categories and types of messages
    Types,
    /// Subscribe a contact to categories and types
    Subscribe(subscribe::Subscribe),
    /// End subscriptions of a contact
    Unsubscribe(subscribe::Unsubscribe),
    /// Tell who would get a notice of a type, and why others would not
    Explain(explain::Explain),
    /// Announce something to everybody who must hear it
    Notify(notify::Notify),
    /// Send a test mail
    Test(test::Test),
    /// List deliveries, newest first
    Outbox(outbox::Outbox),
    /// Try deliveries again now
    Retry(retry::Retry),
    /// Cancel deliveries that have not begun
    Cancel(retry::Deliveries),
    /// Send what is due
    Deliver(deliver::Deliver),
    /// Import contacts from a CSV, JSON or vCard file
    Import(import::Import),
    /// Export contacts as CSV, JSON or vCard
    Export(export::Export),
    /// Serve the page on which recipients confirm an address or stop activity messages
    Serve,
    /// Show the account or set it
    Account(account::AccountArguments),
    /// Show the effective configuration
    Config(config::Show),
    /// Show who did what, when and from where, newest first
    History(history::History),
    /// Copy the database while others work on it; the key file is not copied
    Backup(backup::Backup),
    /// Put a backup in the place of the database; what was there is kept
    Restore(backup::Restore),
    /// Print the script by which a shell completes callsheet
    Completions(completions::Completions),
    /// Print the manual
    Man(man::Manual),
    /// Check configuration, database, mail server, security email and coverage
    Check,
    /// Take a mail that came back, from standard input: a bounce, or one that unsubscribes
    Receive(receive::Receive),
    /// Tell the state in numbers, for monitors
    Status(status::Status),
}

/// How the program was built. `CALLSHEET_COMMIT` names the commit where whoever builds it says so.
static FACTS: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("CALLSHEET_COMMIT").map(|commit| format!("commit {commit}, "));
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    let (engine, schema) = operations::engine();
    format!(
        "{}\n{}{profile} build for {}\n{engine}, database schema {schema}",
        env!("CARGO_PKG_VERSION"),
        commit.unwrap_or_default(),
        paths::platform(),
    )
});

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong usage or invalid value (nothing was changed), 3 done in part, \
4 no such contact or delivery. 'receive' uses those of sysexits.h.";

/// What lies behind the command line without its knowing: each is shown by the one who puts the rooms together.
#[derive(Clone, Copy)]
pub struct Doors {
    pub screen: screen::Door,
    pub page: serve::Door,
    /// What is wrong with own keys and themes.
    pub screen_files: check::Door,
}

/// Runs the command that the arguments of this process name, and returns the exit code.
#[must_use]
pub fn run(doors: Doors) -> u8 {
    run_line(CommandLine::try_parse(), doors)
}

/// Opens the screen, whatever the arguments of this process are.
#[cfg(test)]
pub(crate) fn open_screen(doors: Doors) -> u8 {
    run_line(CommandLine::try_parse_from(["callsheet"]), doors)
}

fn run_line(line: Result<CommandLine, clap::Error>, doors: Doors) -> u8 {
    let mut output = Output::standard();
    let outcome = match line {
        Ok(line) => answer(&line, doors, &mut output),
        Err(error) => refuse(&error, &mut output),
    };
    exit(outcome, &mut output).code()
}

fn answer(line: &CommandLine, doors: Doors, output: &mut Output) -> Result<Exit, Stop> {
    let Some(command) = &line.command else {
        return screen::run(&line.common, line.restricted, output, doors.screen);
    };
    if line.restricted {
        let hint = "'callsheet --restricted' opens the screen; leave one of both out";
        return Err(Report::usage("with '--restricted' there are no commands").hint(hint).into());
    }
    let context = &mut |output: &mut Output| Context::load(&line.common, output);
    match command {
        Command::List(arguments) => list::run(&mut context(output)?, output, arguments),
        Command::Show(arguments) => show::run(&mut context(output)?, output, arguments),
        Command::Add(arguments) => add::run(&mut context(output)?, output, arguments),
        Command::Modify(arguments) => modify::run(&mut context(output)?, output, arguments),
        Command::Delete(arguments) => delete::run(&mut context(output)?, output, arguments),
        Command::Verify(arguments) => verify::run(&mut context(output)?, output, arguments),
        Command::Resend(arguments) => resend::run(&mut context(output)?, output, arguments),
        Command::Types => types::run(&context(output)?, output),
        Command::Subscribe(arguments) => subscribe::run(&mut context(output)?, output, arguments),
        Command::Unsubscribe(arguments) => subscribe::end(&mut context(output)?, output, arguments),
        Command::Explain(arguments) => explain::run(&mut context(output)?, output, arguments),
        Command::Notify(arguments) => notify::run(&mut context(output)?, output, arguments),
        Command::Test(arguments) => test::run(&mut context(output)?, output, arguments),
        Command::Outbox(arguments) => outbox::run(&mut context(output)?, output, arguments),
        Command::Retry(arguments) => retry::run(&mut context(output)?, output, arguments),
        Command::Cancel(arguments) => cancel::run(&mut context(output)?, output, arguments),
        Command::Deliver(arguments) => deliver::run(&mut context(output)?, output, arguments),
        Command::Import(arguments) => import::run(&mut context(output)?, output, arguments),
        Command::Export(arguments) => export::run(&mut context(output)?, output, arguments),
        Command::Serve => serve::run(&mut context(output)?, output, doors.page),
        Command::Account(arguments) => account::run(&mut context(output)?, output, arguments),
        Command::Config(arguments) => config::run(&line.common, output, arguments),
        Command::History(arguments) => history::run(&mut context(output)?, output, arguments),
        Command::Backup(arguments) => backup::run(&mut context(output)?, output, arguments),
        Command::Restore(arguments) => backup::restore(&mut context(output)?, output, arguments),
        Command::Completions(arguments) => completions::run(output, arguments),
        Command::Man(arguments) => man::run(output, arguments),
        Command::Check => check::run(&line.common, output, doors.screen_files),
        Command::Receive(arguments) => receive::run(&line.common, output, arguments),
        Command::Status(arguments) => status::run(&mut context(output)?, output, arguments),
    }
}

/// What clap says, in our words: help and version are data, a mistake is an error with exit 2.
fn refuse(error: &clap::Error, output: &mut Output) -> Result<Exit, Stop> {
    let text = error.render().to_string();
    if error.use_stderr() {
        output.note_lines(&in_our_words(&text));
        return Ok(if takes_mail() { Exit::Mail(MailExit::Usage) } else { Exit::Usage });
    }
    output.lines(&text)?;
    Ok(Exit::Done)
}

/// Whether the arguments of this process, wrong as they are, name the command that a mail server runs.
fn takes_mail() -> bool {
    let matches = CommandLine::command().ignore_errors(true).try_get_matches();
    matches.is_ok_and(|matches| matches.subcommand_name() == Some("receive"))
}

/// An error and its tips in the words of every other error; runs of empty lines become one.
fn in_our_words(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("error: ") {
            lines.push(format!("Error: {rest}"));
        } else if let Some(rest) = line.strip_prefix("  tip: ") {
            lines.push(format!("Hint: {rest}"));
        } else if line.starts_with("For more information") {
            break;
        } else if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// Ends a command: nothing is done unless its data has been written. A reader that is gone changes no exit code.
fn exit(outcome: Result<Exit, Stop>, output: &mut Output) -> Exit {
    let ended = outcome.and_then(|exit| match output.flush() {
        Ok(()) | Err(Stop::ClosedPipe) => Ok(exit),
        Err(stop) => Err(stop),
    });
    match ended {
        Ok(exit) => exit,
        Err(Stop::ClosedPipe) => Exit::Done,
        Err(Stop::Failed(report)) => {
            tracing::debug!(exit = report.exit.code(), error = %report.error, "the command has failed");
            output.failure(&report);
            report.exit
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_of_the_command_line_fit_together() {
        CommandLine::command().debug_assert();
    }
}
