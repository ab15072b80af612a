//! The account: read and set it, and the first start's questions.

use std::fmt;

use serde_json::{Map, Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::contacts::Mailing;
use super::{Problem, Session, verification};
use crate::domain::account::{Account, NAME_LIMIT};
use crate::domain::contact::Subject;
use crate::domain::email_address::{EmailAddress, EmailError};
use crate::domain::language::{Language, LanguageError};
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::domain::verification::VoidReason;

/// What is changed; None leaves it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountChange {
    pub name: Option<String>,
    /// Empty or `none` removes it.
    pub security_email: Option<String>,
    pub language: Option<String>,
}

/// A field of the account that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountField {
    Name,
    SecurityEmail,
    Language,
}

/// Why a value of a field is not accepted; said as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountWrong {
    NoName,
    NameTooLong {
        found: usize,
    },
    /// The name as it was given.
    NameHides(String),
    SecurityEmail(EmailError),
    Language(LanguageError),
}

impl Say for AccountWrong {
    fn say(&self, language: Language) -> String {
        match self {
            Self::NoName => say!(language, "the account needs a name").to_owned(),
            Self::NameTooLong { found } => say!(
                language,
                "an account's name has at most {most} characters; this one has {found}",
                most = NAME_LIMIT,
                found
            ),
            Self::NameHides(name) => {
                say!(language, "the name holds a character that nobody can see: {name}", name = safe(name))
            }
            Self::SecurityEmail(error) => error.say(language),
            Self::Language(error) => error.say(language),
        }
    }
}

impl fmt::Display for AccountWrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

/// The account; before it is set, with an empty name.
///
/// # Errors
/// [`Problem::Store`].
pub fn get(session: &mut Session) -> Result<Account, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| Ok(reading.account(desk.now)?))
}

/// Who writes to recipients: the account's name, or before it has one what stands in From.
///
/// # Errors
/// [`Problem::Store`].
pub fn writer(session: &mut Session) -> Result<String, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| {
        let account = reading.account(desk.now)?.name;
        Ok(desk.rules.letterhead(&account).writer().to_owned())
    })
}

/// Changes the account and, for a new security email, queues its verification. Fallbacks that wait go to the new one. Counts as
/// the answer to the first start's questions. Notices that reached nobody before are not sent by this: `retry_failed` does that.
///
/// # Errors
/// [`Problem::InvalidAccount`] with every wrong field.
pub fn set(session: &mut Session, change: &AccountChange) -> Result<(Account, Mailing), Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let before = writing.reading().account(desk.now)?;
        let mut problems = Vec::new();
        let mut note = |field, wrong| problems.push((field, wrong));
        let name = change.name.as_deref().map_or(Ok(before.name.clone()), check_name);
        let name = name.map_err(|wrong| note(AccountField::Name, wrong)).ok();
        let email = match change.security_email.as_deref().map(str::trim) {
            None => Ok(None),
            Some("" | "none") => Ok(Some(None)),
            Some(text) => EmailAddress::parse(text, desk.rules.smtputf8).map(|email| Some(Some(email))),
        };
        let email =
            email.map_err(|error| note(AccountField::SecurityEmail, AccountWrong::SecurityEmail(error))).ok();
        let language = change.language.as_deref().map_or(Ok(before.language), Language::parse);
        let language =
            language.map_err(|error| note(AccountField::Language, AccountWrong::Language(error))).ok();
        let (Some(name), Some(email), Some(language)) = (name, email, language) else {
            return Err(Problem::InvalidAccount(problems));
        };
        writing.set_account(&name, language)?;
        let mailing = match &email {
            None => Mailing::NotNeeded,
            Some(email) => {
                set_security_email(writing, &desk, before.security_email.as_deref(), email.as_ref())?
            }
        };
        let after = writing.reading().account(desk.now)?;
        let changes = changes(&before, &after);
        if !changes.is_empty() {
            desk.log(writing, "account.set", None, Value::Object(changes))?;
        }
        Ok((after, mailing))
    })
}

/// Old and new of each field that is another one now.
fn changes(before: &Account, after: &Account) -> Map<String, Value> {
    let mut changes = Map::new();
    let mut note = |field: &str, old: Value, new: Value| {
        if old != new {
            changes.insert(field.to_owned(), json!([old, new]));
        }
    };
    note("name", json!(before.name), json!(after.name));
    note("security_email", json!(before.security_email), json!(after.security_email));
    note("language", json!(before.language.id()), json!(after.language.id()));
    changes
}

/// The first start's questions were skipped; they are not asked again.
///
/// # Errors
/// [`Problem::Store`].
pub fn skip_introduction(session: &mut Session) -> Result<(), Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        writing.set_introduced()?;
        desk.log(writing, "account.skip_introduction", None, json!({}))
    })
}

fn set_security_email(
    writing: &crate::store::Writing<'_>,
    desk: &super::session::Desk<'_>,
    before: Option<&str>,
    email: Option<&EmailAddress>,
) -> Result<Mailing, Problem> {
    let same =
        |email: &EmailAddress| before.is_some_and(|before| verification::key_of(before) == email.key());
    match email {
        None => {
            writing.void_verification(Subject::SecurityEmail, VoidReason::AddressChanged, desk.now)?;
            writing.set_security_email(None)?;
            writing.cancel_fallbacks_elsewhere(desk.now)?;
            Ok(Mailing::NotNeeded)
        }
        Some(email) if same(email) => {
            writing.respell_security_email(email.as_str())?;
            Ok(Mailing::NotNeeded)
        }
        Some(email) => {
            writing.void_verification(Subject::SecurityEmail, VoidReason::AddressChanged, desk.now)?;
            writing.set_security_email(Some((email.as_str(), &email.key())))?;
            writing.cancel_fallbacks_elsewhere(desk.now)?;
            verification::queue(writing, desk, Subject::SecurityEmail)
        }
    }
}

/// An account's name is one line of visible text.
fn check_name(text: &str) -> Result<String, AccountWrong> {
    let name = text.trim();
    let length = name.graphemes(true).count();
    if name.is_empty() {
        return Err(AccountWrong::NoName);
    }
    if length > NAME_LIMIT {
        return Err(AccountWrong::NameTooLong { found: length });
    }
    if safe(name) != name {
        return Err(AccountWrong::NameHides(name.to_owned()));
    }
    Ok(name.to_owned())
}
