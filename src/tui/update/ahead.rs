//! Keys that are typed ahead: over a slow link somebody types on while a form is being saved. They wait until that has ended, and
//! mean then what they would have meant to somebody who had waited; where it ended otherwise than they were typed for, they go.

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
    /// How many dialogs stood on the screen when they began.
    depth: usize,
}

/// Keeps a key or a paste for later; gives it back if it has its meaning now.
pub(super) fn hold(model: &mut Model, typed: Msg) -> Option<Msg> {
    if !waits(model) || acts_at_once(model, &typed) {
        return Some(typed);
    }
    if model.typed_ahead.typed.is_empty() {
        model.typed_ahead.depth = model.overlays.len();
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
    let TypedAhead { mut typed, depth } = std::mem::take(&mut model.typed_ahead);
    if !has_gone_on(model, depth) {
        return;
    }
    while let Some(next) = typed.pop_front() {
        take_typed(model, next, plan);
        if waits(model) {
            model.typed_ahead = TypedAhead { typed, depth: model.overlays.len() };
            return;
        }
    }
}

/// Whether the dialog in front cannot say yet what the next key is for.
fn waits(model: &Model) -> bool {
    match model.overlays.last() {
        Some(Overlay::ContactForm(form)) => form.is_waiting(),
        Some(Overlay::AccountForm(form)) => form.is_waiting(),
        Some(Overlay::MailForm(form)) => form.is_waiting(),
        Some(Overlay::Verification(dialog)) => dialog.is_checking(),
        Some(Overlay::Compose(dialog)) => dialog.is_queueing(),
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

/// Whether the dialog did what the keys behind it were typed for.
fn has_gone_on(model: &Model, depth: usize) -> bool {
    match model.overlays.last() {
        Some(Overlay::Verification(dialog)) => dialog.context() != Context::Code,
        Some(_) | None => model.overlays.len() < depth,
    }
}
