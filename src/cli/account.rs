//! `account`: show the account or set it; a new security email is sent a code.

use clap::Args;

use super::add::hint_at_typo;
use super::context::Context;
use super::json::AccountJson;
use super::mailing::{self, QueueOnly};
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table;
use crate::domain::account::Account;
use crate::operations::account::{self, AccountChange};
use crate::operations::contacts;

/// Options of `account`; without any it shows the account.
#[derive(Debug, Args)]
pub struct AccountArguments {
    /// The organisation's name
    #[arg(long)]
    name: Option<String>,
    /// The default recipient, or 'none'
    #[arg(long, value_name = "EMAIL")]
    security_email: Option<String>,
    /// The language new contacts get: en or zh-CN
    #[arg(long)]
    language: Option<String>,
    #[command(flatten)]
    queue_only: QueueOnly,
}

/// Shows or sets the account.
///
/// # Errors
/// [`Stop`] with exit 2 and every wrong field.
pub fn run(context: &mut Context, output: &mut Output, arguments: &AccountArguments) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let change = AccountChange {
        name: arguments.name.clone(),
        security_email: arguments.security_email.clone(),
        language: arguments.language.clone(),
    };
    let is_change = change != AccountChange::default();
    if arguments.security_email.as_deref().is_some_and(|email| email.trim().is_empty()) {
        // A variable that is not set must not take it away.
        return Err(Report::usage("the security email is empty").hint("'none' takes it away").into());
    }
    if is_change {
        let session = context.session(output)?;
        let (account, mailing) = account::set(session, &change)?;
        let email = account.security_email.unwrap_or_default();
        if arguments.security_email.is_some() && !email.is_empty() {
            hint_at_typo(output, contacts::typo_hint(session, &email)?);
        }
        output.note("The account is saved.");
        mailing::after_save(context, output, &mailing, &email, &arguments.queue_only)?;
    }
    let account = account::get(context.session(output)?)?;
    if wants_json {
        output.json(&AccountJson::of(&account))?;
    } else if !is_change {
        table::pairs(output, &description(&account))?;
    }
    Ok(Exit::Done)
}

fn description(account: &Account) -> [(&'static str, Option<String>); 4] {
    let or_none = |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
    [
        ("name", Some(or_none(&account.name))),
        ("security email", Some(or_none(account.security_email.as_deref().unwrap_or_default()))),
        ("status", account.security_email_status.map(|status| status.words().to_owned())),
        ("language", Some(account.language.id().to_owned())),
    ]
}
