//! Performs questions: the only place where they become calls of operations. The worker thread calls it; tests call it inline.

mod files;

use std::ops::ControlFlow;

use super::effect::{Answer, ColumnFacts, Pace, Question};
use crate::operations::contacts::Verify;
use crate::operations::subscriptions::Whom;
use crate::operations::{
    Problem, Session, account, contacts, coverage, deletion, history, notices, outbox, subscriptions,
    verification,
};

/// Hears how far something is that takes long, and says whether it goes on.
pub type Steps<'a> = &'a mut dyn FnMut(Pace) -> ControlFlow<()>;

/// Does what a question asks and tells what became of it.
#[must_use]
pub fn perform(session: &mut Session, question: &Question) -> Answer {
    perform_step_by_step(session, question, &mut |_| ControlFlow::Continue(()))
}

/// The same; what takes long tells `steps` how far it is, and ends where that says so.
#[must_use]
pub fn perform_step_by_step(session: &mut Session, question: &Question, steps: Steps<'_>) -> Answer {
    let progress = &mut |done| steps(Pace { done, permille: None });
    match question {
        Question::Page { query, at, limit } => {
            Answer::Page(contacts::page_step_by_step(session, query, at, *limit, progress))
        }
        Question::Count { query } => {
            // It is ended only where nobody waits for the number any more.
            let count = contacts::count_step_by_step(session, query, progress);
            Answer::Count(count.map(Option::unwrap_or_default))
        }
        Question::Matching { query } => {
            Answer::matching(subscriptions::meant(session, &Whom::Filtered(query.clone())))
        }
        Question::Totals => Answer::Totals(contacts::totals(session)),
        Question::QueueTotals => Answer::QueueTotals(outbox::totals(session)),
        Question::Contact { id } => Answer::Contact(contacts::get(session, *id)),
        Question::Coverage => Answer::Coverage(coverage::coverage(session)),
        Question::Audience { message_type, limit } => {
            Answer::Audience(notices::audience(session, message_type, *limit))
        }
        Question::Wishes { id } => Answer::Wishes(contacts::get(session, *id)),
        Question::Choices { query, at, limit } => {
            Answer::Choices(contacts::page_step_by_step(session, query, at, *limit, progress))
        }
        Question::Column { id, whom } => Answer::Column(column(session, id, whom)),
        Question::OutboxPage { query, at, limit } => {
            Answer::OutboxPage(outbox::page(session, query, *at, *limit))
        }
        Question::Delivery { id } => Answer::Delivery(outbox::show(session, *id)),
        Question::OutboxEntries { at, limit } => Answer::OutboxEntries(outbox::entries(session, *at, *limit)),
        Question::Notice { id } => Answer::Notice(notices::get(session, *id)),
        Question::HistoryPage { query, at, limit } => {
            Answer::HistoryPage(history::records(session, query, *at, *limit))
        }
        Question::HistoryHead => Answer::HistoryHead(history::head(session)),
        Question::HistoryEntry { id } => Answer::HistoryEntry(history::record(session, *id)),
        Question::CheckHistory => Answer::HistoryChecked(history::verify_step_by_step(session, progress)),
        Question::PreviewNotice { form, language } => {
            Answer::NoticePreviewed { language: *language, text: notices::preview(session, form, *language) }
        }
        Question::Proofs { subject } => Answer::Proofs(verification::proofs(session, *subject)),
        Question::Check { form, editing } => Answer::Check(contacts::check(session, form, *editing)),
        Question::TypoHint { email } => Answer::TypoHint(contacts::typo_hint(session, email)),
        Question::Add { form } => Answer::Added(contacts::add(session, form, Verify::Send)),
        Question::Modify { id, change, version } => {
            Answer::Modified(contacts::modify(session, *id, change, Some(*version)))
        }
        Question::Delete { ids } => Answer::Deleted(deletion::delete(session, ids, progress)),
        Question::Subscribe { id, subscriptions, again, version } => {
            Answer::Subscribed(contacts::subscribe(session, *id, subscriptions, *again, Some(*version)))
        }
        Question::SetColumn { id, whom, wanted } => {
            Answer::SubscriptionsChanged(subscriptions::set_column(session, id, whom, *wanted, progress))
        }
        Question::CopySubscriptions { from, to } => {
            Answer::SubscriptionsChanged(subscriptions::copy(session, *from, to, progress))
        }
        Question::TakeBack { changed } => {
            Answer::TakenBack(subscriptions::restore(session, changed, progress))
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
        Question::Notify { form, key } => Answer::Notified(notices::notify(session, form, Some(key))),
        Question::RetryNotice { id } => Answer::NoticeRetried(notices::retry_failed(session, *id)),
        Question::CancelNotice { id } => Answer::NoticeCancelled(notices::cancel(session, *id)),
        Question::Export { target, scope, format, existing } => {
            Answer::Exported(files::export(session, target, scope, *format, *existing, progress))
        }
        Question::Import { file, options, stamp } => {
            Answer::Imported(files::import(session, file, *options, *stamp, steps).map(Box::new))
        }
        Question::TestMail { contact } => Answer::TestQueued(outbox::test(session, *contact, None)),
    }
}

fn column(session: &mut Session, id: &str, whom: &Whom) -> Result<ColumnFacts, Problem> {
    let contacts = match whom {
        Whom::Filtered(query) => contacts::count(session, query)?,
        Whom::These(ids) => ids.len() as u64,
    };
    let is_full = subscriptions::is_column_full(session, id, whom)?;
    Ok(ColumnFacts { contacts, is_full })
}
