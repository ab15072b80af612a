//! What became of questions: into the model, into the dialog that asked, or into a notice.

use super::{ask_totals, refresh, resize};
use crate::domain::contact::Contact;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say as _, counted, say};
use crate::operations::contacts::{Mailing, Saved};
use crate::operations::notices::Audience;
use crate::operations::{Problem, StoreError};
use crate::tui::effect::{Answer, Effect, Request};
use crate::tui::model::{Model, Overlay, Tone};
use crate::tui::plan::Plan;
use crate::tui::screens::delivery_detail::Done;
use crate::tui::update::{deletion, dialogs, drafts, files, history, mail, matrix};

/// After a second fall within this time what was asked is not asked again: it may be the reason.
const FALLS_APART: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) fn take(model: &mut Model, request: Request, answer: Answer, plan: &mut Plan) {
    match answer {
        Answer::Page(page) => {
            let problem = model.contacts.take_page(request, page, plan);
            tell(model, problem);
            // Not before the first contacts are there: counting takes longer.
            if model.contacts.window().is_loaded() && !model.coverage.is_known_or_asked() {
                model.coverage.ask(plan);
            }
        }
        Answer::Count(count) => {
            model.contacts.take_count(request, count);
            files::counted(model);
        }
        Answer::Matching(ids) => {
            let problem = model.contacts.take_matching(request, ids);
            tell(model, problem);
        }
        Answer::Contact(contact) => model.contacts.take_contact(request, contact, plan),
        Answer::Coverage(coverage) => {
            if model.coverage.is_awaited(request) {
                keep(model, coverage, |model, coverage| model.coverage.take(coverage, model.now));
            }
        }
        Answer::Wishes(contact) => {
            if is_awaited(&mut model.pending.draft, request) {
                drafts::take_contact(model, contact, plan);
            } else if is_awaited(&mut model.pending.dialog_data, request) {
                matrix::take_contact(model, contact);
            } else {
                let outcome = model.edits.take_contact(request, contact, &model.fixed.catalogue, plan);
                matrix::follow(model, outcome, plan);
            }
        }
        Answer::Choices(page) => {
            let problem = dialogs::take_choices(model, request, page, plan);
            tell(model, problem);
        }
        Answer::Column(facts) => {
            if model.pending.column.take_if(|(pending, _)| *pending == request).is_some() {
                keep(model, facts, |model, facts| matrix::take_column(model, facts, plan));
            }
        }
        Answer::Subscribed(saved) => {
            let outcome = model.edits.take_saved(request, saved, model.now, &model.fixed.catalogue, plan);
            matrix::follow(model, outcome, plan);
        }
        Answer::SubscriptionsChanged(changed) => {
            let outcome = model.edits.take_changed(request, changed, &model.fixed.catalogue, plan);
            matrix::follow(model, outcome, plan);
        }
        Answer::TakenBack(restored) => {
            let outcome = model.edits.take_restored(request, restored, &model.fixed.catalogue, plan);
            matrix::follow(model, outcome, plan);
        }
        Answer::OutboxPage(page) => {
            let problem = model.outbox.take_page(request, page, plan);
            tell(model, problem);
        }
        Answer::OutboxEntries(page) => {
            let problem = model.outbox.take_entries(request, page, plan);
            tell(model, problem);
        }
        Answer::Notice(notice) => {
            let problem = model.outbox.take_notice(request, notice, plan);
            resize(model, plan);
            tell(model, problem);
        }
        Answer::HistoryPage(page) => {
            let problem = model.history.take_page(request, page, plan);
            tell(model, problem);
        }
        Answer::HistoryHead(head) => {
            let problem = model.history.take_head(request, head, plan);
            tell(model, problem);
        }
        Answer::HistoryChecked(verdict) => history::take_verdict(model, request, verdict, plan),
        Answer::HistoryEntry(record) => {
            if is_awaited(&mut model.pending.dialog_data, request) {
                keep(model, record, history::take_entry);
            }
        }
        Answer::Audience(audience) => {
            if is_awaited(&mut model.pending.audience, request) {
                take_audience(model, audience);
            }
        }
        Answer::Totals(totals) => {
            if is_awaited(&mut model.pending.totals, request) {
                keep(model, totals, |model, totals| model.totals = Some(totals));
            }
        }
        Answer::QueueTotals(totals) => {
            if is_awaited(&mut model.pending.queue, request) {
                keep(model, totals, |model, totals| model.queue = Some(totals));
            }
        }
        Answer::Account(account) => {
            if is_awaited(&mut model.pending.account, request) {
                keep(model, account, dialogs::take_account);
            }
        }
        Answer::Deleted(deleted) => deletion::take(model, request, deleted, plan),
        Answer::Retried { count, result } => {
            if is_awaited(&mut model.pending.deed, request) {
                plan.add(Effect::WakeSender);
                take_delivery_deed(model, result.map(|()| Done::Retried(count)), plan);
            }
        }
        Answer::Cancelled { count, result } => {
            if is_awaited(&mut model.pending.deed, request) {
                take_delivery_deed(model, result.map(|()| Done::Cancelled(count)), plan);
            }
        }
        Answer::NoticeRetried(result) => {
            if is_awaited(&mut model.pending.deed, request) {
                plan.add(Effect::WakeSender);
                let language = model.fixed.language;
                let nobody = say!(language, "Nothing is tried again: nobody of them would get it any more.");
                let words = |count: u64| {
                    counted!(
                        language,
                        count,
                        "{count} mail is tried again now.",
                        "{count} mails are tried again now.",
                        count
                    )
                };
                take_notice_deed(model, result, words, nobody, plan);
            }
        }
        Answer::NoticeCancelled(result) => {
            if is_awaited(&mut model.pending.deed, request) {
                let language = model.fixed.language;
                let nothing = say!(language, "Nothing was left to cancel.");
                let words = |count: u64| {
                    counted!(
                        language,
                        count,
                        "{count} mail is cancelled.",
                        "{count} mails are cancelled.",
                        count
                    )
                };
                take_notice_deed(model, result, words, nothing, plan);
            }
        }
        Answer::TestQueued(result) => {
            if is_awaited(&mut model.pending.deed, request) {
                plan.add(Effect::WakeSender);
                model.settings.test_queued(result);
                refresh(model, &[], plan);
            }
        }
        Answer::Delivery(detail) => {
            if is_awaited(&mut model.pending.dialog_data, request) {
                take_delivery(model, detail);
            }
        }
        Answer::Proofs(proofs) => {
            if is_awaited(&mut model.pending.dialog_data, request) {
                take_proofs(model, proofs);
            }
        }
        Answer::MailServer(server) => {
            let is_for_draft = drafts::awaits_mail_form(model);
            if is_awaited(&mut model.pending.mail_form, request) || is_for_draft {
                mail::take_server(model, server, plan);
            }
        }
        Answer::Examining(event) => {
            if model.pending.examination == Some(request) {
                mail::hear_examination(model, event);
            }
        }
        Answer::Examined(result) => {
            if is_awaited(&mut model.pending.examination, request) {
                mail::take_examined(model, result);
            }
        }
        Answer::MailSaved(result) => {
            // What is written is in force, whatever is in front of the screen meanwhile.
            let is_awaited = is_awaited(&mut model.pending.dialog, request);
            if is_awaited || result.is_ok() {
                mail::take_saved(model, result, plan);
            }
        }
        answer @ (Answer::Check(_)
        | Answer::TypoHint(_)
        | Answer::Added(_)
        | Answer::Modified(_)
        | Answer::CodeSent(_)
        | Answer::Confirmed(_)
        | Answer::ChangeCancelled(_)
        | Answer::AccountSet(_)
        | Answer::NoticePreviewed { .. }
        | Answer::Notified(_)
        | Answer::Exported(_)
        | Answer::Imported(_)
        | Answer::IntroductionSkipped(_)) => {
            let is_awaited = is_awaited(&mut model.pending.dialog, request);
            let changes = changes(&answer);
            let is_taken = is_awaited && take_for_dialog(model, answer, plan);
            if changes && !is_taken {
                // What was done stays done, though the dialog that asked for it is closed.
                plan.add(Effect::WakeSender);
                refresh(model, &[], plan);
            }
        }
    }
}

/// Whether the answer tells that the database was changed.
fn changes(answer: &Answer) -> bool {
    if let Answer::Imported(Ok(report)) = answer {
        return report.summary.is_applied;
    }
    matches!(
        answer,
        Answer::Added(Ok(_))
            | Answer::Modified(Ok(_))
            | Answer::CodeSent(Ok(_))
            | Answer::Confirmed(_)
            | Answer::ChangeCancelled(Ok(()))
            | Answer::AccountSet(Ok(_))
            | Answer::Notified(Ok(_))
            | Answer::IntroductionSkipped(Ok(()))
    )
}

/// The worker fell over: nothing that was asked will be answered.
pub(super) fn take_fall(model: &mut Model, words: &str, plan: &mut Plan) {
    let problem =
        Problem::Store(StoreError::Other { file: "the database".to_owned(), why: safe(words).into_owned() });
    let falls_often = model.fell_at.is_some_and(|fell| model.now.since(fell) < FALLS_APART);
    model.fell_at = Some(model.now);
    model.pending = crate::tui::model::Pending::default();
    model.contacts.forget();
    model.edits.forget();
    model.deletion = None;
    model.coverage.forget();
    model.outbox.forget();
    model.history.forget();
    dialogs::refuse(model, &problem);
    matrix::show_edits(model);
    model.settings.forget(&problem);
    drafts::forget(model);
    tell_fall(model, words);
    if !falls_often {
        refresh(model, &[], plan);
    }
}

/// Says that something fell over and goes on.
pub(super) fn tell_fall(model: &mut Model, words: &str) {
    let words = safe(words);
    let words =
        say!(model.fixed.language, "A part of callsheet fell over and was started anew: {words}", words);
    model.notify(Tone::Failed, words);
}

fn is_awaited(pending: &mut Option<Request>, request: Request) -> bool {
    pending.take_if(|pending| *pending == request).is_some()
}

/// Takes what was read, or says why it could not be read.
fn keep<T>(model: &mut Model, read: Result<T, Problem>, take: impl FnOnce(&mut Model, T)) {
    match read {
        Ok(value) => take(model, value),
        Err(problem) => tell(model, Some(problem)),
    }
}

pub(super) fn tell(model: &mut Model, problem: Option<Problem>) {
    if let Some(problem) = problem {
        let words = sentence(&problem, model.fixed.language);
        model.notify(Tone::Failed, words);
    }
}

/// A problem in words that are safe to show; they continue a sentence.
pub(super) fn in_words(problem: &Problem, language: Language) -> String {
    safe(&problem.say(language)).into_owned()
}

/// A problem as a sentence that is safe to show.
fn sentence(problem: &Problem, language: Language) -> String {
    let text = in_words(problem, language);
    let mut characters = text.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    say!(language, "{problem}.", problem = format!("{first}{}", characters.as_str()))
}

fn take_delivery_deed(model: &mut Model, result: Result<Done, Problem>, plan: &mut Plan) {
    let dialog = model.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Delivery(dialog) => Some(dialog),
        Overlay::ContactForm(_)
        | Overlay::Confirm { .. }
        | Overlay::Verification(_)
        | Overlay::HistoryEntry(_)
        | Overlay::ContactTypes(_)
        | Overlay::Choice(_)
        | Overlay::Audience(_)
        | Overlay::AccountForm(_)
        | Overlay::Export(_)
        | Overlay::Import(_)
        | Overlay::MailForm(_)
        | Overlay::Compose(_)
        | Overlay::DraftOffer(_)
        | Overlay::GoTo(_)
        | Overlay::Help(_)
        | Overlay::Palette(_) => None,
    });
    match (dialog, result) {
        (Some(dialog), result) => dialog.done(result.as_ref().copied()),
        (None, Ok(done)) => model.notify(Tone::Done, done.say(model.fixed.language)),
        (None, Err(problem)) => tell(model, Some(problem)),
    }
    refresh(model, &[], plan);
}

/// Says how many mails of a notice something was done to.
fn take_notice_deed(
    model: &mut Model,
    result: Result<u64, Problem>,
    words: impl FnOnce(u64) -> String,
    none: &str,
    plan: &mut Plan,
) {
    match result {
        Ok(0) => model.notify(Tone::Warning, none),
        Ok(count) => model.notify(Tone::Done, words(count)),
        Err(problem) => tell(model, Some(problem)),
    }
    refresh(model, &[], plan);
}

/// Takes who would get a type: for the notice that is written, or for the dialog that shows it.
fn take_audience(model: &mut Model, audience: Result<Audience, Problem>) {
    for overlay in &mut model.overlays {
        match overlay {
            Overlay::Compose(dialog) => return dialog.heard(audience),
            Overlay::Audience(_) => return matrix::take_audience(model, audience),
            Overlay::ContactForm(_)
            | Overlay::Confirm { .. }
            | Overlay::Verification(_)
            | Overlay::Delivery(_)
            | Overlay::HistoryEntry(_)
            | Overlay::ContactTypes(_)
            | Overlay::Choice(_)
            | Overlay::AccountForm(_)
            | Overlay::Export(_)
            | Overlay::Import(_)
            | Overlay::MailForm(_)
            | Overlay::DraftOffer(_)
            | Overlay::GoTo(_)
            | Overlay::Help(_)
            | Overlay::Palette(_) => {}
        }
    }
}

fn take_delivery(model: &mut Model, detail: Result<crate::operations::outbox::DeliveryDetail, Problem>) {
    let at = model.overlays.iter().rposition(|overlay| matches!(overlay, Overlay::Delivery(_)));
    let Some(at) = at else { return };
    match (detail, &mut model.overlays[at]) {
        (Ok(detail), Overlay::Delivery(dialog)) => dialog.loaded(detail),
        (Err(problem), _) => {
            model.overlays.truncate(at);
            tell(model, Some(problem));
        }
        (Ok(_), _) => {}
    }
}

fn take_proofs(model: &mut Model, proofs: Result<crate::domain::contact::Proofs, Problem>) {
    let at = model.overlays.iter().rposition(|overlay| matches!(overlay, Overlay::Verification(_)));
    let Some(at) = at else { return };
    match (proofs, &mut model.overlays[at]) {
        (Ok(proofs), Overlay::Verification(dialog)) => dialog.loaded(proofs),
        (Err(problem), _) => {
            model.overlays.truncate(at);
            tell(model, Some(problem));
        }
        (Ok(_), _) => {}
    }
}

/// Answers that the dialog behind all questions and help waits for. False if it is no longer there.
fn take_for_dialog(model: &mut Model, answer: Answer, plan: &mut Plan) -> bool {
    let at = model
        .overlays
        .iter()
        .rposition(|overlay| !matches!(overlay, Overlay::Help(_) | Overlay::Confirm { .. }));
    let Some(at) = at else { return false };
    let to_file = goes_to_file(model);
    match (&mut model.overlays[at], answer) {
        (Overlay::ContactForm(form), Answer::Check(Ok(problems))) => form.checked(problems),
        (Overlay::ContactForm(form), Answer::TypoHint(hint)) => {
            // Without a hint nothing is wrong with saving.
            let outcome = form.hinted(hint.unwrap_or_default());
            dialogs::follow_form(model, outcome, plan);
        }
        (Overlay::ContactForm(form), Answer::Added(Err(problem)) | Answer::Modified(Err(problem))) => {
            form.refused(&problem)
        }
        (Overlay::ContactForm(_), Answer::Added(Ok(saved)) | Answer::Modified(Ok(saved))) => {
            model.overlays.truncate(at);
            take_saved(model, &saved, plan);
        }
        (Overlay::Verification(dialog), Answer::CodeSent(result)) => {
            dialog.sent(result.as_ref().map(|_| to_file));
            plan.add(Effect::WakeSender);
            refresh(model, &[], plan);
        }
        (Overlay::Verification(dialog), Answer::Confirmed(result)) => {
            dialog.confirmed(result.as_ref());
            // The address that was replaced is told so by mail.
            plan.add(Effect::WakeSender);
            refresh(model, &[], plan);
        }
        (Overlay::Verification(dialog), Answer::ChangeCancelled(result)) => {
            dialog.change_cancelled(result.as_ref().copied());
            refresh(model, &[], plan);
        }
        (Overlay::Export(dialog), Answer::Exported(result)) => dialog.ended(result),
        (Overlay::Import(_), Answer::Imported(result)) => files::imported(model, at, result, plan),
        (Overlay::Compose(dialog), Answer::NoticePreviewed { language, text }) => {
            dialog.previewed(language, text);
        }
        (Overlay::Compose(dialog), Answer::Notified(Err(problem))) => dialog.refused(&problem),
        (Overlay::Compose(dialog), Answer::Notified(Ok(notified))) => {
            let (tone, words) = dialog.words_on(&notified, model.fixed.language);
            model.overlays.truncate(at);
            model.notify(tone, words);
            plan.add(Effect::WakeSender);
            refresh(model, &[], plan);
        }
        (
            Overlay::AccountForm(form),
            Answer::AccountSet(Err(problem)) | Answer::IntroductionSkipped(Err(problem)),
        ) => {
            form.refused(&problem);
        }
        (Overlay::AccountForm(_), Answer::AccountSet(Ok((_, mailing)))) => {
            model.overlays.truncate(at);
            take_account_saved(model, &mailing, plan);
        }
        (Overlay::AccountForm(_), Answer::IntroductionSkipped(Ok(()))) => {
            model.overlays.truncate(at);
            refresh(model, &[], plan);
        }
        (_, _) => return false,
    }
    true
}

fn take_saved(model: &mut Model, saved: &Saved, plan: &mut Plan) {
    let language = model.fixed.language;
    let contact = &saved.contact;
    let name = safe(&contact.name);
    let (mut tone, mut text) = match &saved.mailing {
        Mailing::NotNeeded | Mailing::Later => (Tone::Done, say!(language, "{name} is saved.", name)),
        Mailing::Queued(_) => {
            plan.add(Effect::WakeSender);
            let email = safe(open_email(contact));
            let words = if goes_to_file(model) {
                say!(language, "{name} is saved. Without a mail server the code goes to a file.", name)
            } else {
                say!(language, "{name} is saved. A code is on its way to {email}.", name, email)
            };
            (Tone::Done, words)
        }
        Mailing::Limited(limit) => {
            let why = limit.words_in(language, model.now);
            (Tone::Warning, say!(language, "{name} is saved. No code was sent yet: {why}.", name, why))
        }
    };
    if contact.subscriptions.is_empty() {
        tone = Tone::Warning;
        let nothing = say!(language, "It will get nothing, for no message type is ticked.");
        text = matrix::then(&text, nothing, language);
    }
    model.notify(tone, text);
    model.contacts.go_to(contact, plan);
    ask_totals(model, plan);
    model.coverage.ask(plan);
}

/// Whether a mail that is queued now goes to a file.
pub(super) const fn goes_to_file(model: &Model) -> bool {
    model.settings.writes_files() && !model.mail.is_stopped()
}

/// The address to which a code goes.
fn open_email(contact: &Contact) -> &str {
    contact.pending_email.as_deref().unwrap_or(&contact.email)
}

fn take_account_saved(model: &mut Model, mailing: &Mailing, plan: &mut Plan) {
    let language = model.fixed.language;
    match mailing {
        Mailing::NotNeeded | Mailing::Later => {
            model.notify(Tone::Done, say!(language, "The account is saved."));
        }
        Mailing::Queued(_) => {
            plan.add(Effect::WakeSender);
            let words = if goes_to_file(model) {
                say!(language, "The account is saved. Without a mail server the code goes to a file.")
            } else {
                say!(language, "The account is saved. A code is on its way to the security email.")
            };
            model.notify(Tone::Done, words);
        }
        Mailing::Limited(limit) => {
            let why = limit.words_in(language, model.now);
            let words = say!(language, "The account is saved. No code was sent yet: {why}.", why);
            model.notify(Tone::Warning, words);
        }
    }
    refresh(model, &[], plan);
}
