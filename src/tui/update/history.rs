//! Inputs to the history, and what becomes of a check of the log.

use super::{answers, switch};
use crate::domain::contact::Contact;
use crate::domain::say::{Say, say};
use crate::operations::Problem;
use crate::operations::history::{Record, Verdict};
use crate::tui::effect::{Effect, Request};
use crate::tui::keymap::Input;
use crate::tui::model::{Model, Overlay, Screen, Tone};
use crate::tui::plan::Plan;
use crate::tui::screens::history::{HistoryOutcome, counted};
use crate::tui::screens::history_entry::HistoryEntryDialog;

/// Opens the screen; there, the history of everything.
pub(super) fn open(model: &mut Model, plan: &mut Plan) {
    if model.screen == Screen::History {
        model.history.close_contact(plan);
    }
    switch(model, Screen::History, plan);
}

/// Opens what was done to a contact.
pub(super) fn open_contact(model: &mut Model, contact: &Contact, plan: &mut Plan) {
    model.history.open_contact(contact.id, &contact.name, plan);
    switch(model, Screen::History, plan);
}

/// Hands an input to the screen.
pub(super) fn take_input(model: &mut Model, input: &Input, plan: &mut Plan) {
    let body = model.regions().body;
    match model.history.act(input, model.fixed.look(model.now), body, plan) {
        HistoryOutcome::Stay | HistoryOutcome::Unused => {}
        HistoryOutcome::Open(record, broken) => {
            let dialog = HistoryEntryDialog::new(record, broken);
            model.overlays.push(Overlay::HistoryEntry(Box::new(dialog)));
        }
        HistoryOutcome::Contacts => switch(model, Screen::Contacts, plan),
        HistoryOutcome::StopCheck(request) => plan.add(Effect::StopWork { request }),
        HistoryOutcome::Refused(words) => model.notify(Tone::Warning, words),
    }
}

/// Takes what a check of the log has found.
pub(super) fn take_verdict(
    model: &mut Model,
    request: Request,
    verdict: Result<Option<Verdict>, Problem>,
    plan: &mut Plan,
) {
    let (verdict, problem) = match verdict {
        Ok(verdict) => (verdict, None),
        Err(problem) => (None, Some(problem)),
    };
    if !model.history.take_verdict(request, verdict, model.now, plan) {
        return;
    }
    let language = model.fixed.language;
    match (verdict, problem) {
        (_, Some(problem)) => answers::tell(model, Some(problem)),
        // There it stands in the border.
        (None | Some(Verdict::Sound { .. }), None) if model.screen == Screen::History => {}
        (None, None) => model.notify(Tone::Done, say!(language, "The check of the history was stopped.")),
        (Some(Verdict::Sound { entries }), None) => {
            let entries = counted(language, entries);
            model.notify(Tone::Done, say!(language, "The history is whole: {entries}, unbroken.", entries));
        }
        (Some(Verdict::Broken(broken)), None) => {
            let found = broken.say(language);
            let words = say!(
                language,
                "The history was changed: {found}. A backup from before tells what it said.",
                found
            );
            model.notify(Tone::Failed, words);
        }
        (Some(Verdict::NotTheSame { anchor }), None) => {
            let words = say!(
                language,
                "The history was changed: entry {anchor} is gone or was written anew.",
                anchor
            );
            model.notify(Tone::Failed, words);
        }
    }
}

/// Takes the entry that the dialog shows, as it is now.
pub(super) fn take_entry(model: &mut Model, record: Option<Record>) {
    let Some(record) = record else { return };
    for overlay in &mut model.overlays {
        if let Overlay::HistoryEntry(dialog) = overlay
            && dialog.id() == record.id
        {
            return dialog.loaded(record);
        }
    }
}
