//! Why an operation could not be done; one variant for everything a caller treats differently.

use std::fmt;

use crate::domain::contact::Contact;
use crate::domain::contact_form::FieldProblem;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, Say, saying};
use crate::domain::verification::{Limit, NotACode, VoidReason};
use crate::store::StoreError;

/// Why an operation could not be done. Nothing was changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// Every wrong field, in the order of the form.
    Invalid(Vec<FieldProblem>),
    /// Every wrong field of the account.
    InvalidAccount(Vec<(super::account::AccountField, super::account::AccountWrong)>),
    /// Somebody saved the contact since it was read.
    Conflict {
        theirs: Box<Contact>,
    },
    /// What a command line called the contact, or its id.
    NoSuchContact(String),
    AmbiguousName {
        name: String,
        ids: Vec<i64>,
    },
    /// Every part of a notice that is wrong, in the order of the form.
    InvalidNotice(Vec<crate::domain::notice::NoticeProblem>),
    /// What is wrong with the key of a notice.
    InvalidKey(String),
    /// The key was used for a notice of another type, subject or body.
    KeyUsed {
        key: String,
        notice: i64,
    },
    NoSuchNotice(i64),
    /// The contact would not receive the type that a test stands for.
    WouldNotReceive {
        name: String,
        message_type: String,
        reason: crate::domain::routing::Exclusion,
    },
    /// Who stopped activity messages is subscribed to them again only knowingly.
    HasUnsubscribed {
        name: String,
    },
    NoSuchDelivery(i64),
    /// A delivery in a state in which this cannot be done to it, by its id, and why.
    WrongState {
        id: i64,
        state: &'static str,
        why: Said,
    },
    NoSecurityEmail,
    /// Costs no try.
    NotACode(NotACode),
    WrongCode {
        tries_left: u32,
    },
    CodeVoid(VoidReason),
    /// No code is under way for this address.
    NoCode {
        email: String,
    },
    AlreadyVerified {
        email: String,
    },
    NoPendingChange(String),
    Limited {
        limit: Limit,
        now: crate::domain::timestamp::Timestamp,
    },
    NotVerified {
        name: String,
    },
    /// What came back is no message: it has no header.
    NoMessage,
    NoRandomness(String),
    Store(StoreError),
}

impl Problem {
    /// It in words, a sentence without a full stop. What people gave is in it as they gave it, if it is not escaped already.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Invalid(problems) => all(problems.iter().map(|problem| {
                let message = Said::each(|language| problem.message.say(language));
                saying!("{field}: {message}", field = Said::word(problem.field.id()), message = message)
            })),
            Self::InvalidAccount(problems) => {
                all(problems.iter().map(|(_, wrong)| Said::each(|language| wrong.say(language))))
            }
            Self::Conflict { theirs } => {
                saying!("'{name}' was changed by somebody else meanwhile", name = theirs.name.as_str())
            }
            Self::NoSuchContact(wanted) => saying!("there is no contact '{name}'", name = wanted.as_str()),
            Self::AmbiguousName { name, ids } => {
                let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
                saying!(
                    "{count} contacts are called '{name}': {ids}",
                    count = ids.len(),
                    name = name.as_str(),
                    ids = list
                )
            }
            Self::InvalidNotice(problems) => {
                all(problems.iter().map(|problem| Said::each(|language| problem.wrong.say(language))))
            }
            Self::InvalidKey(why) => Said::foreign(why.clone()),
            Self::KeyUsed { key, notice } => saying!(
                "the key '{key}' was used for notice {notice} already, which says something else",
                key = safe(key).into_owned(),
                notice = notice.to_string()
            ),
            Self::NoSuchNotice(id) => saying!("there is no notice {id}", id = id.to_string()),
            Self::WouldNotReceive { name, message_type, reason: _ } => saying!(
                "'{name}' would not receive '{kind}'",
                name = name.as_str(),
                kind = message_type.as_str()
            ),
            Self::HasUnsubscribed { name } => {
                saying!("'{name}' has unsubscribed from activity messages", name = name.as_str())
            }
            Self::NoSuchDelivery(id) => saying!("there is no delivery {id}", id = id.to_string()),
            Self::WrongState { id, state, why } => {
                let state = Said::word(state);
                saying!(
                    "delivery {id} is {state}: {why}",
                    id = id.to_string(),
                    state = state,
                    why = why.clone()
                )
            }
            Self::NoSecurityEmail => saying!("there is no security email; set one first"),
            Self::NotACode(why) => Said::each(|language| why.say(language)),
            Self::WrongCode { tries_left } => match tries_left {
                0 => {
                    saying!("the code is wrong; that was the last try, so it is void now; send a new one")
                }
                1 => saying!("the code is wrong; 1 try left"),
                left => saying!("the code is wrong; {left} tries left", left = u64::from(*left)),
            },
            Self::CodeVoid(reason) => {
                saying!("the code does not count any more: {why}", why = Said::word(reason.words()))
            }
            Self::NoCode { email } => {
                saying!("no code is under way for '{email}'; send one first", email = email.as_str())
            }
            Self::AlreadyVerified { email } => {
                saying!("'{email}' is verified already", email = email.as_str())
            }
            Self::NoPendingChange(name) => saying!("'{name}' has no change under way", name = name.as_str()),
            Self::Limited { limit, now } => {
                let why = Said::each(|language| limit.words_in(language, *now));
                saying!("a code cannot be sent yet: {why}", why = why)
            }
            Self::NotVerified { name } => {
                saying!("'{name}' is not verified, so no test can be sent to it", name = name.as_str())
            }
            Self::NoMessage => saying!("this is no mail: it has no header"),
            Self::NoRandomness(why) => {
                saying!("the system gives no random numbers: {why}", why = why.as_str())
            }
            Self::Store(error) => error.said(),
        }
    }
}

/// All of them as one text.
fn all(texts: impl Iterator<Item = Said>) -> Said {
    let joined = texts.reduce(|first, second| saying!("{first}; {second}", first = first, second = second));
    joined.unwrap_or_else(|| Said::foreign(""))
}

impl Say for Problem {
    fn say(&self, language: Language) -> String {
        self.said().say(language)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for Problem {}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
