//! `modify`: change fields of a contact; a new email is verified before it replaces a verified one.

use clap::{ArgGroup, Args};

use super::add::hint_at_typo;
use super::context::Context;
use super::json::ContactJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Stop};
use crate::domain::contact::Contact;
use crate::operations::contacts::{self, Again, ContactChange};

/// Arguments of `modify`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").args(["name", "email", "position", "language"]).required(true).multiple(true))]
pub struct Modify {
    /// An id, an email, or a name that is unique
    contact: String,
    /// At most 20 characters, no white space
    #[arg(long)]
    name: Option<String>,
    /// The email in force cancels a change of email that is under way
    #[arg(long)]
    email: Option<String>,
    /// An id or title, or 'none'
    #[arg(long)]
    position: Option<String>,
    /// en or zh-CN
    #[arg(long)]
    language: Option<String>,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Changes a contact.
///
/// # Errors
/// [`Stop`] with exit 2 and every wrong field, 4 if there is no such contact.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Modify) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let change = ContactChange {
        name: arguments.name.clone(),
        email: arguments.email.clone(),
        position: arguments.position.clone(),
        language: arguments.language.clone(),
        types: None,
        again: Again::default(),
    };
    let session = context.session(output)?;
    let before = contacts::find(session, &arguments.contact)?;
    let saved = contacts::modify(session, before.id, &change, Some(before.version))?;
    let after = saved.contact;
    let open_email = after.pending_email.as_deref().unwrap_or(&after.email).to_owned();
    let typo = match arguments.email {
        Some(_) => contacts::typo_hint(session, &open_email)?,
        None => None,
    };
    if !wants_json {
        output.note(&sentence(&before, &after));
    }
    hint_at_typo(output, typo);
    mailing::after_save(context, output, &saved.mailing, &open_email, &arguments.queue_only)?;
    if wants_json {
        let contact = contacts::get(context.session(output)?, after.id)?;
        output.json(&ContactJson::of(&contact))?;
    }
    Ok(Exit::Done)
}

fn sentence(before: &Contact, after: &Contact) -> String {
    let name = &after.name;
    match (&before.pending_email, &after.pending_email) {
        (_, Some(pending)) if before.pending_email.as_ref() != Some(pending) => {
            format!("'{name}' is reached at '{}' until '{pending}' is verified.", after.email)
        }
        (Some(pending), None) if before.email == after.email => {
            format!("The change of '{name}' to '{pending}' is cancelled; '{}' stays.", after.email)
        }
        (_, _) => format!("'{name}' is saved."),
    }
}
