//! Keys that are typed ahead: over a slow link somebody types on while a form is being saved, or before it is there. They wait until
//! that has ended, and mean then what they would have meant to somebody who had waited; where it ended otherwise than they were typed for, they go.

use std::collections::VecDeque;

use super::take_typed;
use crate::tui::keymap::{Action, Context, Input};
use crate::tui::model::{Model, Overlay};
use crate::tui::msg::Msg;
use crate::tui::plan::Plan;

/// More than anybody types within the ten seconds that a save may take; what comes after it is lost.
const MOST: usize = 4096;

/// What was typed ahead.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypedAhead {
    /// Keys and pastes, in their order.
    typed: VecDeque<Msg>,
    wait: Wait,
}

/// What they wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Wait {
    /// A form that is to open when what it needs is read.
    #[default]
    Opening,
    /// What comes of the dialog in front.
    Outcome {
        /// How many dialogs stand on the screen.
        depth: usize,
    },
}

/// Keeps a key or a paste for later; gives it back if it has its meaning now.
pub(super) fn hold(model: &mut Model, typed: Msg) -> Option<Msg> {
    let Some(wait) = wait(model) else { return Some(typed) };
    if acts_at_once(model, &typed) {
        return Some(typed);
    }
    if model.typed_ahead.typed.is_empty() {
        model.typed_ahead.wait = wait;
    }
    if model.typed_ahead.typed.len() < MOST {
        model.typed_ahead.typed.push_back(typed);
    }
    None
}

/// Takes what was typed ahead, as far as it has a meaning now.
pub(super) fn take(model: &mut Model, plan: &mut Plan) {
    if model.typed_ahead.typed.is_empty() || waits(model) {
        return;
    }
    let TypedAhead { mut typed, wait: before } = std::mem::take(&mut model.typed_ahead);
    if !has_gone_on(model, before) {
        return;
    }
    while let Some(next) = typed.pop_front() {
        take_typed(model, next, plan);
        if let Some(wait) = wait(model) {
            model.typed_ahead = TypedAhead { typed, wait };
            return;
        }
    }
}

/// Whether it cannot be said yet what the next key is for.
pub(super) fn waits(model: &Model) -> bool {
    wait(model).is_some()
}

fn wait(model: &Model) -> Option<Wait> {
    if is_opening(model) {
        return Some(Wait::Opening);
    }
    is_dialog_waiting(model).then_some(Wait::Outcome { depth: model.overlays.len() })
}

/// Whether something is being read with which a form then opens.
fn is_opening(model: &Model) -> bool {
    model.pending.mail_form.is_some() || model.drafts.opening.is_some()
}

fn is_dialog_waiting(model: &Model) -> bool {
    match model.overlays.last() {
        Some(Overlay::ContactForm(form)) => form.is_waiting(),
        Some(Overlay::AccountForm(form)) => form.is_waiting(),
        Some(Overlay::MailForm(form)) => form.is_waiting(),
        Some(Overlay::Verification(dialog)) => dialog.is_checking(),
        Some(Overlay::Compose(dialog)) => dialog.is_waiting(),
        Some(
            Overlay::Confirm { .. }
            | Overlay::Delivery(_)
            | Overlay::HistoryEntry(_)
            | Overlay::ContactTypes(_)
            | Overlay::Choice(_)
            | Overlay::Audience(_)
            | Overlay::Export(_)
            | Overlay::Import(_)
            | Overlay::GoTo(_)
            | Overlay::Help(_)
            | Overlay::Palette(_)
            | Overlay::DraftOffer(_),
        )
        | None => false,
    }
}

/// What does not mean the form: it may be about a form that waits too long.
fn acts_at_once(model: &Model, typed: &Msg) -> bool {
    let Msg::Key(key) = typed else { return false };
    let (context, typing) = model.focus();
    matches!(
        model.fixed.keys.resolve(context.stack(), typing, key),
        Some(Input::Action(Action::Suspend | Action::Redraw))
    )
}

/// Whether what the keys were typed for has come.
fn has_gone_on(model: &Model, before: Wait) -> bool {
    match (before, model.overlays.last()) {
        (Wait::Opening, front) => matches!(front, Some(Overlay::ContactForm(_) | Overlay::MailForm(_))),
        (Wait::Outcome { .. }, Some(Overlay::Verification(dialog))) => dialog.context() != Context::Code,
        // The question whether to send it.
        (Wait::Outcome { .. }, Some(Overlay::Compose(dialog))) => dialog.context() == Context::Confirm,
        (Wait::Outcome { depth }, Some(_) | None) => model.overlays.len() < depth,
    }
}
