//! Performs questions: the only place where they become calls of operations. The worker thread calls it; tests call it inline.

use super::effect::{Answer, Question};
use crate::operations::contacts::Verify;
use crate::operations::{Session, account, contacts, outbox, verification};

/// Does what a question asks and tells what became of it.
#[must_use]
pub fn perform(session: &mut Session, question: &Question) -> Answer {
    match question {
        Question::Page { query, at, limit } => Answer::Page(contacts::page(session, query, at, *limit)),
        Question::Count { query } => Answer::Count(contacts::count(session, query)),
        Question::Totals => Answer::Totals(contacts::totals(session)),
        Question::QueueTotals => Answer::QueueTotals(outbox::totals(session)),
        Question::Contact { id } => Answer::Contact(contacts::get(session, *id)),
        Question::OutboxPage { query, at, limit } => {
            Answer::OutboxPage(outbox::page(session, query, *at, *limit))
        }
        Question::Delivery { id } => Answer::Delivery(outbox::show(session, *id)),
        Question::Proofs { subject } => Answer::Proofs(verification::proofs(session, *subject)),
        Question::Check { form, editing } => Answer::Check(contacts::check(session, form, *editing)),
        Question::TypoHint { email } => Answer::TypoHint(contacts::typo_hint(session, email)),
        Question::Add { form } => Answer::Added(contacts::add(session, form, Verify::Send)),
        Question::Modify { id, change, version } => {
            Answer::Modified(contacts::modify(session, *id, change, Some(*version)))
        }
        Question::Delete { ids } => {
            Answer::Deleted { ids: ids.clone(), result: contacts::delete(session, ids) }
        }
        Question::SendCode { subject } => Answer::CodeSent(verification::send(session, *subject)),
        Question::Confirm { subject, code } => {
            Answer::Confirmed(verification::confirm(session, *subject, &code.0))
        }
        Question::CancelChange { id } => Answer::ChangeCancelled(verification::cancel_change(session, *id)),
        Question::Retry { ids } => Answer::Retried { count: ids.len(), result: outbox::retry(session, ids) },
        Question::Cancel { ids } => {
            Answer::Cancelled { count: ids.len(), result: outbox::cancel(session, ids) }
        }
        Question::Account => Answer::Account(account::get(session)),
        Question::SetAccount { change } => Answer::AccountSet(account::set(session, change)),
        Question::SkipIntroduction => Answer::IntroductionSkipped(account::skip_introduction(session)),
        Question::TestMail { contact } => Answer::TestQueued(outbox::test(session, *contact, None)),
    }
}
