//! `add`: a new contact, and the verification of its address.

use clap::Args;

use super::context::Context;
use super::json::ContactJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Stop};
use crate::domain::contact_form::ContactForm;
use crate::operations::contacts::{self, Verify};

/// Options of `add`.
#[derive(Debug, Args)]
pub struct Add {
    /// At most 20 characters, no white space
    #[arg(long)]
    name: String,
    /// It gets a code by mail and nothing else until that is confirmed
    #[arg(long)]
    email: String,
    /// An id or title, for example finance_director
    #[arg(long)]
    position: Option<String>,
    /// en or zh-CN; the account's if omitted
    #[arg(long)]
    language: Option<String>,
    /// Categories and types, repeated or separated by commas; 'recommended' for what the position proposes
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    types: Vec<String>,
    /// Send no verification mail now
    #[arg(long)]
    no_verify: bool,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Adds a contact and prints its id.
///
/// # Errors
/// [`Stop`] with exit 2 and every wrong field.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Add) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let verify = if arguments.no_verify { Verify::Later } else { Verify::Send };
    let session = context.session(output)?;
    let saved = contacts::add(session, &form(arguments), verify)?;
    let contact = saved.contact;
    let typo = contacts::typo_hint(session, &contact.email)?;
    // The id is out before the mail is under way, which may take its time; a reader that is gone does not stop the mail.
    let printed = if wants_json { Ok(()) } else { output.line(&contact.id.0.to_string()) };
    if contact.subscriptions.is_empty() {
        output.warning(&format!("'{}' has no message type yet and will get no notice", contact.name));
    }
    hint_at_typo(output, typo);
    mailing::after_save(context, output, &saved.mailing, &contact.email, &arguments.queue_only)?;
    if wants_json {
        let contact = contacts::get(context.session(output)?, contact.id)?;
        output.json(&ContactJson::of(&contact))?;
    }
    printed.map(|()| Exit::Done)
}

/// Says which address may be meant.
pub fn hint_at_typo(output: &mut Output, meant: Option<String>) {
    if let Some(meant) = meant {
        output.hint(&format!("perhaps '{meant}' is meant"));
    }
}

fn form(arguments: &Add) -> ContactForm {
    ContactForm {
        name: arguments.name.clone(),
        email: arguments.email.clone(),
        position: arguments.position.clone().unwrap_or_default(),
        language: arguments.language.clone().unwrap_or_default(),
        types: arguments.types.clone(),
    }
}
