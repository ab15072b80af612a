//! The language of the screen: it is switched while the program runs, and everything on the screen with it, open dialogs included.

use crate::domain::language::Language;
use crate::domain::say::say;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Model, Overlay, Tone};
use crate::tui::plan::Plan;
use crate::tui::update::resize;

/// Switches to the next language, and says in it how one comes back.
pub(super) fn switch(model: &mut Model, plan: &mut Plan) {
    let before = model.fixed.language;
    let language = before.next();
    model.fixed.language = language;
    for at in 0..model.overlays.len() {
        say_anew(model, at);
    }
    // Lists leave room for what stands around them.
    resize(model, plan);
    let words = words(model, language, before);
    model.notify(Tone::Done, words);
}

/// Has what keeps words of its own, because it lets one of them be chosen, say them anew.
fn say_anew(model: &mut Model, at: usize) {
    let look = model.fixed.look(model.now);
    match &mut model.overlays[at] {
        Overlay::ContactForm(form) => form.say_anew(look.language),
        Overlay::Compose(dialog) => dialog.say_anew(look.catalogue, look.language),
        Overlay::MailForm(form) => form.say_anew(look.language),
        Overlay::Export(dialog) => dialog.speak(look.language),
        Overlay::Import(dialog) => dialog.speak(look.language),
        Overlay::Palette(palette) => palette.say_anew(model.mouse.mode, &model.themes, &look),
        Overlay::Confirm { .. }
        | Overlay::Verification(_)
        | Overlay::Delivery(_)
        | Overlay::HistoryEntry(_)
        | Overlay::ContactTypes(_)
        | Overlay::Choice(_)
        | Overlay::Audience(_)
        | Overlay::GoTo(_)
        | Overlay::AccountForm(_)
        | Overlay::DraftOffer(_)
        | Overlay::Help(_) => {}
    }
}

fn words(model: &Model, language: Language, before: Language) -> String {
    let key = model.fixed.keys.keys(Context::Everywhere, Action::Language).next().unwrap_or_default();
    say!(
        language,
        "Language: {name}; {key} switches to {other}. 'tui.language' in the configuration keeps it.",
        name = language.own_name(),
        key,
        other = before.own_name()
    )
}
