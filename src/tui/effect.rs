//! Effects: what `update` wants done outside, as plain data, and the answers. They carry no callbacks and no handles.

use std::fmt;

use crate::domain::account::Account;
use crate::domain::contact::{Contact, ContactId, Proofs, Subject, Totals};
use crate::domain::contact_form::{ContactForm, FieldProblem};
use crate::domain::delivery::{Delivery, DeliveryId};
use crate::operations::Problem;
use crate::operations::account::AccountChange;
use crate::operations::contacts::{ContactChange, ListQuery, Mailing, Page, PageAt, Saved};
use crate::operations::outbox::{DeliveryDetail, OutboxAt, OutboxQuery, QueueTotals};
use crate::operations::verification::Confirmed;

/// Something to be done outside the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An operation on the worker's session; its [`Answer`] carries the same request.
    Ask {
        request: Request,
        question: Box<Question>,
    },
    /// Tells the sender that something was queued.
    WakeSender,
    /// Gives the terminal back, stops the process and comes back.
    Suspend,
    /// Draws every cell anew.
    Redraw,
    Quit,
}

/// Joins a question with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Request(pub u64);

/// An operation that the worker performs.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    Page {
        query: ListQuery,
        at: PageAt,
        limit: usize,
    },
    /// How many contacts the query lists.
    Count {
        query: ListQuery,
    },
    Totals,
    QueueTotals,
    Contact {
        id: ContactId,
    },
    OutboxPage {
        query: OutboxQuery,
        at: OutboxAt,
        limit: usize,
    },
    Delivery {
        id: DeliveryId,
    },
    Proofs {
        subject: Subject,
    },
    /// What is wrong with a form that is not saved yet.
    Check {
        form: ContactForm,
        editing: Option<ContactId>,
    },
    TypoHint {
        email: String,
    },
    Add {
        form: ContactForm,
    },
    /// Saved only if the contact still has this version.
    Modify {
        id: ContactId,
        change: ContactChange,
        version: i64,
    },
    Delete {
        ids: Vec<ContactId>,
    },
    SendCode {
        subject: Subject,
    },
    Confirm {
        subject: Subject,
        code: TypedCode,
    },
    CancelChange {
        id: ContactId,
    },
    Retry {
        ids: Vec<DeliveryId>,
    },
    Cancel {
        ids: Vec<DeliveryId>,
    },
    Account,
    SetAccount {
        change: AccountChange,
    },
    SkipIntroduction,
    TestMail {
        contact: Option<ContactId>,
    },
}

/// What became of a question, variant by variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Page(Result<Page<Contact>, Problem>),
    Count(Result<u64, Problem>),
    Totals(Result<Totals, Problem>),
    QueueTotals(Result<QueueTotals, Problem>),
    Contact(Result<Contact, Problem>),
    OutboxPage(Result<Page<Delivery>, Problem>),
    Delivery(Result<DeliveryDetail, Problem>),
    Proofs(Result<Proofs, Problem>),
    Check(Result<Vec<FieldProblem>, Problem>),
    TypoHint(Result<Option<String>, Problem>),
    Added(Result<Saved, Problem>),
    Modified(Result<Saved, Problem>),
    Deleted { ids: Vec<ContactId>, result: Result<(), Problem> },
    CodeSent(Result<DeliveryId, Problem>),
    Confirmed(Result<Confirmed, Problem>),
    ChangeCancelled(Result<(), Problem>),
    Retried { count: usize, result: Result<(), Problem> },
    Cancelled { count: usize, result: Result<(), Problem> },
    Account(Result<Account, Problem>),
    AccountSet(Result<(Account, Mailing), Problem>),
    IntroductionSkipped(Result<(), Problem>),
    TestQueued(Result<DeliveryId, Problem>),
}

/// A code as somebody typed it. Debug output never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedCode(pub String);

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(••••-••••)")
    }
}

impl Question {
    /// Whether a later question of the same kind makes the answer to this one worthless, so that it need not be asked.
    #[must_use]
    pub fn is_superseded_by(&self, later: &Self) -> bool {
        self.only_reads() && std::mem::discriminant(self) == std::mem::discriminant(later)
    }

    /// Whether the question changes nothing.
    #[must_use]
    pub const fn only_reads(&self) -> bool {
        match self {
            Self::Page { .. }
            | Self::Count { .. }
            | Self::Totals
            | Self::QueueTotals
            | Self::Contact { .. }
            | Self::OutboxPage { .. }
            | Self::Delivery { .. }
            | Self::Proofs { .. }
            | Self::Check { .. }
            | Self::TypoHint { .. }
            | Self::Account => true,
            Self::Add { .. }
            | Self::Modify { .. }
            | Self::Delete { .. }
            | Self::SendCode { .. }
            | Self::Confirm { .. }
            | Self::CancelChange { .. }
            | Self::Retry { .. }
            | Self::Cancel { .. }
            | Self::SetAccount { .. }
            | Self::SkipIntroduction
            | Self::TestMail { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_is_not_told_by_debug() {
        let question =
            Question::Confirm { subject: Subject::SecurityEmail, code: TypedCode("ABCD-EFGH".into()) };
        let effect = Effect::Ask { request: Request(1), question: Box::new(question) };
        assert!(!format!("{effect:?}").contains("ABCD"));
    }

    #[test]
    fn only_reading_is_superseded() {
        let hint = |email: &str| Question::TypoHint { email: email.into() };
        assert!(hint("a@example.org").is_superseded_by(&hint("ab@example.org")));
        assert!(!hint("a@example.org").is_superseded_by(&Question::Totals));
        assert!(!Question::SkipIntroduction.is_superseded_by(&Question::SkipIntroduction));
    }
}
