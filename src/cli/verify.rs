//! `verify`: enter the code that a recipient has read out.

use clap::Args;

use super::context::Context;
use super::input;
use super::json::{AccountJson, ContactJson};
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Stop};
use super::reference::{self, Addressee};
use crate::domain::contact::Subject;
use crate::domain::delivery::{DeliveryId, Kind};
use crate::operations::outbox::{OutboxAt, OutboxQuery};
use crate::operations::{Session, account, contacts, outbox, verification};

/// Deliveries among which the mail to a replaced address is looked for; it is the newest or nearly so.
const NEWEST: usize = 50;

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// An id, an email, or a name that is unique; the security email by its address
    contact: String,
    /// As in the mail, ABCD-EFGH; '-' reads it from standard input
    code: String,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Checks a code.
///
/// # Errors
/// [`Stop`] with exit 2 for what is no code, 1 for a wrong, expired or void one.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Verify) -> Result<Exit, Stop> {
    let session = context.session(output)?;
    let Addressee { subject, name } = reference::addressee(session, &arguments.contact)?;
    let code = if arguments.code == "-" { input::code()? } else { arguments.code.clone() };
    let confirmed = verification::confirm(session, subject, &code)?;
    let replaces =
        confirmed.replaced.as_ref().map(|old| format!(" and replaces '{old}'")).unwrap_or_default();
    output.note(&format!("The {name} '{}' is verified{replaces}.", confirmed.email));
    if let Some(old) = &confirmed.replaced {
        let told = mail_about_change(context.session(output)?, old)?;
        mailing::deliver(context, output, &told, &arguments.queue_only)?;
    }
    if context.wants_json() {
        let session = context.session(output)?;
        match subject {
            Subject::Contact(id) => output.json(&ContactJson::of(&contacts::get(session, id)?))?,
            Subject::SecurityEmail => output.json(&AccountJson::of(&account::get(session)?))?,
        }
    }
    Ok(Exit::Done)
}

/// The mail by which a replaced address is told so, while it waits.
fn mail_about_change(session: &mut Session, replaced: &str) -> Result<Vec<DeliveryId>, Stop> {
    let query = OutboxQuery { words: vec![replaced.to_owned()], ..OutboxQuery::default() };
    let newest = outbox::page(session, &query, OutboxAt::Newest, NEWEST)?.rows;
    let told = newest
        .into_iter()
        .find(|mail| mail.kind == Kind::Change && mail.to == replaced && !mail.state.is_end());
    Ok(told.map(|mail| mail.id).into_iter().collect())
}
