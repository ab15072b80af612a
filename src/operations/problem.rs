//! Why an operation could not be done; one variant for everything a caller treats differently.

use thiserror::Error;

use crate::domain::contact::Contact;
use crate::domain::contact_form::FieldProblem;
use crate::domain::safe_text::Safe;
use crate::domain::verification::{Limit, NotACode, VoidReason};
use crate::store::StoreError;

/// Why an operation could not be done. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Problem {
    /// Every wrong field, in the order of the form.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldProblem>),
    /// Every wrong field of the account.
    #[error("{}", .0.iter().map(|(_, wrong)| wrong.to_string()).collect::<Vec<_>>().join("; "))]
    InvalidAccount(Vec<(super::account::AccountField, super::account::AccountWrong)>),
    /// Somebody saved the contact since it was read.
    #[error("'{}' was changed by somebody else meanwhile", .theirs.name)]
    Conflict { theirs: Box<Contact> },
    /// What a command line called the contact, or its id.
    #[error("there is no contact '{0}'")]
    NoSuchContact(String),
    #[error("{} contacts are called '{name}': {}", .ids.len(), list(.ids))]
    AmbiguousName { name: String, ids: Vec<i64> },
    /// Every part of a notice that is wrong, in the order of the form.
    #[error("{}", .0.iter().map(|problem| problem.wrong.to_string()).collect::<Vec<_>>().join("; "))]
    InvalidNotice(Vec<crate::domain::notice::NoticeProblem>),
    /// What is wrong with the key of a notice.
    #[error("{0}")]
    InvalidKey(String),
    /// The key was used for a notice of another type, subject or body.
    #[error("the key '{}' was used for notice {notice} already, which says something else", Safe(.key))]
    KeyUsed { key: String, notice: i64 },
    #[error("there is no notice {0}")]
    NoSuchNotice(i64),
    /// The contact would not receive the type that a test stands for.
    #[error("'{name}' would not receive '{message_type}'")]
    WouldNotReceive { name: String, message_type: String, reason: crate::domain::routing::Exclusion },
    /// Who stopped activity messages is subscribed to them again only knowingly.
    #[error("'{name}' has unsubscribed from activity messages")]
    HasUnsubscribed { name: String },
    #[error("there is no delivery {0}")]
    NoSuchDelivery(i64),
    /// A delivery in a state in which this cannot be done to it, in words.
    #[error("delivery {id} is {state}: {why}")]
    WrongState { id: i64, state: &'static str, why: &'static str },
    #[error("there is no security email; set one first")]
    NoSecurityEmail,
    /// Costs no try.
    #[error("{0}")]
    NotACode(NotACode),
    #[error("the code is wrong; {}", tries(*.tries_left))]
    WrongCode { tries_left: u32 },
    #[error("the code does not count any more: {}", .0.words())]
    CodeVoid(VoidReason),
    /// No code is under way for this address.
    #[error("no code is under way for '{email}'; send one first")]
    NoCode { email: String },
    #[error("'{email}' is verified already")]
    AlreadyVerified { email: String },
    #[error("'{0}' has no change under way")]
    NoPendingChange(String),
    #[error("a code cannot be sent yet: {}", .limit.words(*.now))]
    Limited { limit: Limit, now: crate::domain::timestamp::Timestamp },
    #[error("'{name}' is not verified, so no test can be sent to it")]
    NotVerified { name: String },
    /// What came back is no message: it has no header.
    #[error("this is no mail: it has no header")]
    NoMessage,
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn join(problems: &[FieldProblem]) -> String {
    problems
        .iter()
        .map(|problem| format!("{}: {}", problem.field.id(), problem.message))
        .collect::<Vec<_>>()
        .join("; ")
}

fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn tries(left: u32) -> String {
    match left {
        0 => "that was the last try, so it is void now; send a new one".to_owned(),
        1 => "1 try left".to_owned(),
        left => format!("{left} tries left"),
    }
}
