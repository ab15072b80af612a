//! `delete`: contacts for good, all or none, after one question.

use clap::Args;

use super::context::Context;
use super::input::{Answer, ask};
use super::json::ContactJson;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::reference;
use crate::domain::contact::Contact;
use crate::operations::contacts;

/// Arguments of `delete`.
#[derive(Debug, Args)]
pub struct Delete {
    /// Ids, emails, or names that are unique
    #[arg(required = true, value_name = "CONTACT")]
    contacts: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Deletes contacts; with `--json` prints what they were.
///
/// # Errors
/// [`Stop`] with exit 4 if one does not exist, 2 if nobody can be asked, 1 if the answer is no; nothing is deleted then.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Delete) -> Result<Exit, Stop> {
    let doomed = reference::all_contacts(context.session(output)?, &arguments.contacts)?;
    if !arguments.yes {
        confirm(output, &doomed)?;
    }
    let cancelled = contacts::delete(context.session(output)?, &reference::ids(&doomed))?;
    let deleted = match doomed.as_slice() {
        [one] => format!("'{}' is deleted.", one.name),
        several => format!("{} contacts are deleted.", several.len()),
    };
    output.note(&match cancelled {
        0 => deleted,
        1 => format!("{deleted} 1 mail that waited is cancelled."),
        mails => format!("{deleted} {mails} mails that waited are cancelled."),
    });
    if context.wants_json() {
        let mut array = output.array();
        doomed.iter().try_for_each(|contact| array.push(&ContactJson::of(contact)))?;
        array.end()?;
    }
    Ok(Exit::Done)
}

fn confirm(output: &mut Output, doomed: &[Contact]) -> Result<(), Report> {
    let what = match doomed {
        [one] => format!("'{}' <{}>", one.name, one.email),
        several => format!("{} contacts", several.len()),
    };
    match ask(output, &format!("Delete {what}? This cannot be undone.")) {
        Answer::Yes => Ok(()),
        Answer::No => Err(Report::failed("nothing was deleted")),
        Answer::NotAsked => Err(Report::usage(format!(
            "{what} cannot be deleted: standard input is no terminal, so nobody can be asked"
        ))
        .hint("add '--yes' to delete without a question")),
    }
}
