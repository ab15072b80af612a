//! Inputs to the message types, and what becomes of changes to subscriptions, wherever they were made.

use super::answers::in_words;
use super::deletion::cancelled_words;
use super::{ask_audience, ask_first, refresh};
use crate::domain::contact::{Contact, ContactId};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say as _, counted, say};
use crate::domain::subscription::BoxState;
use crate::operations::Problem;
use crate::operations::contacts::Again;
use crate::operations::notices::Audience;
use crate::operations::subscriptions::{Changed, Ended, Restored, Whom};
use crate::tui::edits::{ColumnEdit, CopyEdit, Edit, Outcome, Targets, Tick, What};
use crate::tui::effect::{ColumnFacts, Effect, Question};
use crate::tui::keymap::{Action, Input, Typing};
use crate::tui::look::Look;
use crate::tui::model::{Deed, Model, Overlay, Tone};
use crate::tui::plan::Plan;
use crate::tui::screens::audience::{AudienceDialog, AudienceOutcome};
use crate::tui::screens::confirm::Confirm;
use crate::tui::screens::contact_choice::ContactChoice;
use crate::tui::screens::contact_types::ContactTypesDialog;
use crate::tui::screens::matrix::{self, MatrixOutcome, is_unsubscribed};

/// Hands an input to the screen.
pub(super) fn take_input(model: &mut Model, input: &Input, plan: &mut Plan) {
    let body = model.regions().body;
    let look = model.fixed.look(model.now);
    let outcome = match (model.contacts.typing(), input) {
        (Typing::Off, Input::Action(Action::Back)) if model.edits.is_bulk() => {
            let request = model.edits.request();
            return request.map_or((), |request| plan.add(Effect::StopWork { request }));
        }
        (Typing::Off, Input::Action(action)) => model.matrix.act(*action, body, &look),
        (Typing::Off, Input::Text(_) | Input::Paste(_)) | (Typing::On, _) => MatrixOutcome::Unused,
    };
    match outcome {
        MatrixOutcome::Stay => {}
        MatrixOutcome::Unused => {
            let _unused = model.contacts.act_as_rows(input, &model.fixed.look(model.now), plan);
        }
        MatrixOutcome::Tick => tick(model, plan),
        MatrixOutcome::TickRow => tick_row(model, plan),
        MatrixOutcome::TickColumn => ask_about_column(model, plan),
        MatrixOutcome::CopyFrom => open_choice(model, plan),
        MatrixOutcome::Audience => open_audience(model, plan),
        MatrixOutcome::TakeBack => take_back(model, plan),
        MatrixOutcome::NoTypes => {
            model.notify(Tone::Warning, say!(look.language, "This category has no types."))
        }
    }
    fit(model, plan);
}

/// Follows the size of the place in which the screen is drawn.
pub(super) fn fit(model: &mut Model, plan: &mut Plan) {
    let regions = model.regions();
    let look = model.fixed.look(model.now);
    model.matrix.fit(regions.body, &look);
    let rows = matrix::list_rows(regions, model.contacts.filter().is_shown());
    model.contacts.set_rows(rows, plan);
}

/// Opens the types of one contact.
pub(super) fn open_contact_types(model: &mut Model, contact: Box<Contact>) {
    model.edits.seal();
    model.overlays.push(Overlay::ContactTypes(Box::new(ContactTypesDialog::new(contact))));
    show_edits(model);
}

/// Ticks for one contact; after a question, if the recipient has ended what is ticked.
pub(super) fn push_tick(model: &mut Model, tick: Tick, plan: &mut Plan) {
    let is_ended = match &tick.what {
        What::One(id) => tick.wanted && is_unsubscribed(&tick.contact, id),
        What::Everything => false,
    };
    if is_ended {
        ask_about_unsubscribed(model, tick);
    } else {
        push(model, Edit::Tick(tick), plan);
    }
}

/// Makes a change; what is ticked is shown at once.
pub(super) fn push(model: &mut Model, edit: Edit, plan: &mut Plan) {
    // What was done before it is not what was done last.
    model.notice = model.notice.take().filter(|notice| notice.tone != Tone::Done);
    model.edits.push(edit, &model.fixed.catalogue, plan);
    show_edits(model);
}

/// Takes the last change back.
pub(super) fn take_back(model: &mut Model, plan: &mut Plan) {
    if model.edits.can_take_back() {
        push(model, Edit::TakeBack, plan);
    } else {
        model.notify(Tone::Done, say!(model.fixed.language, "There is nothing to undo."));
    }
}

/// Does what the dialog about an audience wants.
pub(super) fn follow_audience(model: &mut Model, outcome: AudienceOutcome, plan: &mut Plan) {
    match outcome {
        AudienceOutcome::Stay => {}
        AudienceOutcome::Close => drop(model.overlays.pop()),
        AudienceOutcome::Count(id) => ask_audience(model, id, plan),
    }
}

/// Takes who would get a type.
pub(super) fn take_audience(model: &mut Model, audience: Result<Audience, Problem>) {
    let at = model.overlays.iter().rposition(|overlay| matches!(overlay, Overlay::Audience(_)));
    let Some(at) = at else { return };
    match (audience, &mut model.overlays[at]) {
        (Ok(audience), Overlay::Audience(dialog)) => dialog.loaded(audience),
        (Err(problem), _) => {
            model.overlays.truncate(at);
            super::answers::tell(model, Some(problem));
        }
        (Ok(_), _) => {}
    }
}

/// Takes the contact of the dialog as it is now. One that is gone closes it.
pub(super) fn take_contact(model: &mut Model, contact: Result<Contact, Problem>) {
    match contact {
        Ok(contact) => show_anew(model, &contact),
        Err(problem) => {
            let at = model.overlays.iter().rposition(|overlay| matches!(overlay, Overlay::ContactTypes(_)));
            if let Some(at) = at {
                model.overlays.truncate(at);
                super::answers::tell(model, Some(problem));
            }
        }
    }
}

/// Takes how many contacts a change of a column would touch, and asks if they are several.
pub(super) fn take_column(model: &mut Model, facts: ColumnFacts, plan: &mut Plan) {
    let Some(id) = kind(model) else { return };
    let query = model.contacts.query();
    let is_filtered = !query.filter.is_empty();
    let (count, wanted) = (facts.contacts, !facts.is_full);
    let whom = Whom::Filtered(query);
    let question = Confirm::column(&id, count, wanted, is_filtered);
    let edit = Edit::Column(ColumnEdit { id, whom, count, wanted });
    match count {
        0 => model.notify(Tone::Warning, say!(model.fixed.language, "There is no contact to tick it for.")),
        1 => push(model, edit, plan),
        _ => ask_first(model, question, Deed::Edit(Box::new(edit))),
    }
}

/// Shows and tells how an edit went.
pub(super) fn follow(model: &mut Model, outcome: Outcome, plan: &mut Plan) {
    let language = model.fixed.language;
    match outcome {
        Outcome::Stale | Outcome::GoesOn => {}
        Outcome::Ticked { contact, what, wanted } => {
            show_anew(model, &contact);
            if what == What::Everything && wanted && contact.unsubscribed_at.is_some() {
                let name = safe(&contact.name);
                let words = say!(
                    language,
                    "{name} has unsubscribed from activity messages and still gets none.",
                    name
                );
                model.notify(Tone::Warning, words);
            }
            model.coverage.ask(plan);
        }
        Outcome::Changed(edit, changed) => {
            let (tone, words) = changed_words(&edit, &changed, model.look());
            model.notify(tone, words);
            refresh(model, &[], plan);
        }
        Outcome::TakenBack(restored) => {
            let (tone, words) = restored_words(&restored, language);
            model.notify(tone, words);
            refresh(model, &[], plan);
        }
        Outcome::HasUnsubscribed { tick, dropped } => {
            ask_about_unsubscribed(model, *tick);
            if dropped > 0 {
                model.notify(Tone::Warning, say!(language, "What was ticked after it is not saved."));
            }
            refresh(model, &[], plan);
        }
        Outcome::Failed { problem, dropped } => {
            super::answers::tell(model, Some(problem.clone()));
            if let (Some(notice), 1..) = (&mut model.notice, dropped) {
                notice.text = then(
                    &notice.text,
                    say!(language, "What was ticked after it is not saved either."),
                    language,
                );
            }
            if let Problem::Conflict { theirs } = problem {
                show_anew(model, &theirs);
            } else {
                refresh(model, &[], plan);
            }
        }
    }
    show_edits(model);
}

/// The category or type under the cursor.
fn kind(model: &Model) -> Option<String> {
    model.matrix.kind(&model.fixed.catalogue)
}

fn tick(model: &mut Model, plan: &mut Plan) {
    let (Some(contact), Some(id)) = (model.contacts.current(), kind(model)) else { return };
    let shown = model.edits.shown(contact, &model.fixed.catalogue);
    let is_ticked = if id.contains('.') { shown.covers(&id) } else { shown.state(&id) == BoxState::All };
    let wanted = !is_ticked;
    let ids = targets(model, contact.id);
    if ids.len() > 1 {
        let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        push(model, Edit::Column(ColumnEdit { id, whom: Whom::These(ids), count, wanted }), plan);
    } else {
        let contact = Box::new(contact.clone());
        push_tick(model, Tick { contact, what: What::One(id), wanted, again: Again::No }, plan);
    }
}

fn tick_row(model: &mut Model, plan: &mut Plan) {
    let Some(contact) = model.contacts.current() else { return };
    let shown = model.edits.shown(contact, &model.fixed.catalogue);
    let wanted = !shown.is_everything(&model.fixed.catalogue);
    let contact = Box::new(contact.clone());
    // What the recipient has ended is never begun again by the way.
    push_tick(model, Tick { contact, what: What::Everything, wanted, again: Again::Keep }, plan);
}

fn ask_about_column(model: &mut Model, plan: &mut Plan) {
    if let Some(id) = kind(model) {
        let whom = Whom::Filtered(model.contacts.query());
        model.pending.column = Some((plan.ask(Question::Column { id, whom }), model.now));
    }
}

fn open_choice(model: &mut Model, plan: &mut Plan) {
    let Some(contact) = model.contacts.current() else { return };
    let to = targets(model, contact.id);
    let name = safe(&contact.name).into_owned();
    let choice = ContactChoice::new(Targets { ids: to, name }, model.regions().front, plan);
    model.overlays.push(Overlay::Choice(Box::new(choice)));
}

fn open_audience(model: &mut Model, plan: &mut Plan) {
    let Some(id) = kind(model) else { return };
    let dialog = AudienceDialog::new(&id);
    let message_type = dialog.message_type().map(str::to_owned);
    model.overlays.push(Overlay::Audience(Box::new(dialog)));
    if let Some(message_type) = message_type {
        ask_audience(model, message_type, plan);
    }
}

/// All that are selected, if the contact under the cursor is one of them; else that one.
fn targets(model: &Model, current: ContactId) -> Vec<ContactId> {
    let selected = model.contacts.picked();
    if selected.contains(&current) { selected.iter().copied().collect() } else { vec![current] }
}

fn ask_about_unsubscribed(model: &mut Model, tick: Tick) {
    let question = Confirm::subscribe_again(&tick.contact);
    let edit = Edit::Tick(Tick { again: Again::Yes, ..tick });
    ask_first(model, question, Deed::Edit(Box::new(edit)));
}

/// Shows a contact as it is now, wherever it is shown.
fn show_anew(model: &mut Model, contact: &Contact) {
    model.contacts.show_anew(contact);
    for overlay in &mut model.overlays {
        if let Overlay::ContactTypes(dialog) = overlay
            && dialog.id() == contact.id
        {
            dialog.loaded(contact);
        }
    }
    show_edits(model);
}

/// Tells the dialog about one contact what is ticked and not saved yet.
pub(super) fn show_edits(model: &mut Model) {
    for overlay in &mut model.overlays {
        if let Overlay::ContactTypes(dialog) = overlay {
            let shown = model.edits.shown(dialog.contact(), &model.fixed.catalogue).into_owned();
            dialog.show(shown);
        }
    }
}

/// Two sentences behind each other: in Chinese no blank stands between them.
pub(super) fn then(first: &str, second: &str, language: Language) -> String {
    let between = match language {
        Language::En => " ",
        Language::ZhCn => "",
    };
    format!("{first}{between}{second}")
}

fn changed_words(edit: &Edit, changed: &Changed, look: Look<'_>) -> (Tone, String) {
    let (count, language) = (changed.count(), look.language);
    let mut words = match edit {
        Edit::Column(ColumnEdit { id, wanted, .. }) => match (count, wanted) {
            (0, true) => say!(language, "{title} was on for all of them already.", title = look.title(id)),
            (0, false) => say!(language, "{title} was off for all of them already.", title = look.title(id)),
            (_, true) => {
                counted!(
                    language,
                    count,
                    "{title} for 1 contact: on.",
                    "{title} for {count} contacts: on.",
                    title = look.title(id),
                    count
                )
            }
            (_, false) => counted!(
                language,
                count,
                "{title} for 1 contact: off.",
                "{title} for {count} contacts: off.",
                title = look.title(id),
                count
            ),
        },
        Edit::Copy(CopyEdit { name, to, .. }) => {
            let to_name = to.say(language);
            if to.ids.len() == 1 {
                say!(language, "{to_name} wants now what {name} wants.", to_name, name)
            } else {
                say!(language, "{to_name} want now what {name} wants.", to_name, name)
            }
        }
        Edit::Tick(_) | Edit::TakeBack => String::new(),
    };
    let mut tone = Tone::Done;
    match &changed.ended {
        Ended::Done => {}
        Ended::Stopped => {
            tone = Tone::Warning;
            words = counted!(
                language,
                count,
                "Stopped: {count} contact was changed. u takes it back.",
                "Stopped: {count} contacts were changed. u takes it back.",
                count
            );
        }
        Ended::Failed(problem) => {
            tone = Tone::Failed;
            let why = in_words(problem, language);
            words = counted!(
                language,
                count,
                "Only {count} contact was changed: {why}.",
                "Only {count} contacts were changed: {why}.",
                count,
                why
            );
        }
    }
    let unsubscribed = changed.unsubscribed.len();
    if unsubscribed > 0 {
        tone = tone.or_warning();
        let more = counted!(
            language,
            unsubscribed,
            "One of them has unsubscribed from activity messages and still gets none.",
            "{count} of them have unsubscribed from activity messages and still get none.",
            count = unsubscribed
        );
        words = then(&words, &more, language);
    }
    (tone, words)
}

fn restored_words(restored: &Restored, language: Language) -> (Tone, String) {
    let mut words = match restored.restored {
        0 => say!(language, "Nothing was undone.").to_owned(),
        count => counted!(language, count, "Undone.", "Undone for {count} contacts.", count),
    };
    let mut tone = Tone::Done;
    let left = restored.left_alone;
    if left > 0 {
        tone = Tone::Warning;
        let more = counted!(
            language,
            left,
            "Somebody else has changed one contact since; it stays as it is.",
            "Somebody else has changed {count} contacts since; they stay as they are.",
            count = left
        );
        words = then(&words, &more, language);
    }
    if restored.lost > 0 {
        tone = Tone::Warning;
        let more = counted!(
            language,
            restored.lost,
            "{count} mail that waited was cancelled meanwhile and stays cancelled.",
            "{count} mails that waited were cancelled meanwhile and stay cancelled.",
            count = restored.lost
        );
        words = then(&words, &more, language);
    }
    if restored.cancelled > 0 {
        words = then(&words, &cancelled_words(restored.cancelled, language), language);
    }
    match &restored.ended {
        Ended::Done => {}
        Ended::Stopped => {
            tone = Tone::Warning;
            words = then(&words, say!(language, "Stopped before the end; u goes on."), language);
        }
        Ended::Failed(problem) => {
            tone = Tone::Failed;
            let why = in_words(problem, language);
            words = then(&words, &say!(language, "Then it failed: {why}.", why), language);
        }
    }
    (tone, words)
}
