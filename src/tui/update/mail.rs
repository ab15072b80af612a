//! The form for the mail server: opening it, what it wants, and what became of that.

use super::{dialogs, drafts, refresh};
use crate::config::{MailServer, Unsaved};
use crate::domain::safe_text::safe_lines;
use crate::domain::say::{Said, Say as _, say};
use crate::mail::sender::ProbeEvent;
use crate::tui::draft::DraftOrder;
use crate::tui::effect::{Effect, MailSaved, MailTask};
use crate::tui::mail_line::MailLine;
use crate::tui::model::{Model, Overlay, Tone};
use crate::tui::plan::Plan;
use crate::tui::screens::mail_form::{MailFormDialog, MailFormOutcome};
use crate::tui::screens::settings::MailFacts;

/// Asks for the mail server; the form opens when it is read.
pub(super) fn open(model: &mut Model, plan: &mut Plan) {
    model.pending.mail_form = Some(plan.configure(MailTask::Read));
}

/// Opens the form, unless something else was opened meanwhile.
pub(super) fn take_server(model: &mut Model, server: Result<Box<MailServer>, Said>, plan: &mut Plan) {
    match server {
        Ok(server) => {
            let form = MailFormDialog::new(*server, model.fixed.language);
            let Some(form) = drafts::take_mail_form(model, form, plan) else { return };
            if model.overlays.is_empty() {
                model.overlays.push(Overlay::MailForm(Box::new(form)));
            }
        }
        Err(words) => {
            if let Some(offer) = model.drafts.opening.take() {
                plan.add(Effect::Draft(DraftOrder::Leave(offer.id)));
            }
            let language = model.fixed.language;
            let words = safe_lines(&words.say(language)).into_owned();
            let words = say!(language, "The configuration cannot be used as it is now: {words}", words);
            model.notify(Tone::Failed, words);
        }
    }
}

/// Does what the form wants.
pub(super) fn follow(model: &mut Model, outcome: MailFormOutcome, plan: &mut Plan) {
    match outcome {
        MailFormOutcome::Stay => {}
        MailFormOutcome::Close => {
            stop_examining(model, plan);
            dialogs::close(model);
        }
        MailFormOutcome::StopExamining => stop_examining(model, plan),
        MailFormOutcome::Examine { server, form } => {
            let to = model.account.as_ref().and_then(|account| account.security_email.clone());
            model.pending.examination = Some(plan.configure(MailTask::Examine { server, form, to }));
        }
        MailFormOutcome::Save { server, form } => {
            model.pending.dialog = Some(plan.configure(MailTask::Save { server, form }));
        }
    }
}

/// Nobody waits for the server any longer.
fn stop_examining(model: &mut Model, plan: &mut Plan) {
    if model.pending.examination.take().is_some() {
        plan.add(Effect::StopExamining);
    }
}

/// Shows the doctor's progress.
pub(super) fn hear_examination(model: &mut Model, event: ProbeEvent) {
    if let Some(form) = form(model) {
        form.hear(event);
    }
}

/// Takes the end of an examination, or why there was none.
pub(super) fn take_examined(model: &mut Model, result: Result<(), Unsaved>) {
    if let Some(form) = form(model) {
        form.examined(result);
    }
}

/// Takes what became of saving. What is written is in force at once.
pub(super) fn take_saved(model: &mut Model, result: Result<Box<MailSaved>, Unsaved>, plan: &mut Plan) {
    let saved = match result {
        Ok(saved) => saved,
        Err(reason) => {
            if let Some(form) = form(model) {
                form.refused(reason);
            }
            return;
        }
    };
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::MailForm(_)));
    stop_examining(model, plan);
    let language = model.fixed.language;
    let words = match &saved.facts.mail {
        MailFacts::Server { host, port, .. } => {
            say!(language, "Saved. Mail leaves through {host}, port {port}, from now on.", host, port)
        }
        MailFacts::Files { .. } => say!(language, "Saved. Mail is written to files from now on.").to_owned(),
    };
    model.fixed.smtputf8 = saved.smtputf8;
    model.settings.reconfigured(saved.facts);
    // What the sender before has said is about the server before.
    model.mail = MailLine::default();
    model.notify(Tone::Done, words);
    plan.add(Effect::Reconfigure);
    refresh(model, &[], plan);
}

fn form(model: &mut Model) -> Option<&mut MailFormDialog> {
    model.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::MailForm(form) => Some(form.as_mut()),
        Overlay::ContactForm(_)
        | Overlay::Confirm { .. }
        | Overlay::Verification(_)
        | Overlay::Delivery(_)
        | Overlay::ContactTypes(_)
        | Overlay::Choice(_)
        | Overlay::Audience(_)
        | Overlay::AccountForm(_)
        | Overlay::HistoryEntry(_)
        | Overlay::Export(_)
        | Overlay::Import(_)
        | Overlay::Compose(_)
        | Overlay::DraftOffer(_)
        | Overlay::GoTo(_)
        | Overlay::Help(_)
        | Overlay::Palette(_) => None,
    })
}
