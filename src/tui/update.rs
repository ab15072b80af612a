//! The update: the only place that writes the model. A message comes in, plain effects go out; nothing else happens.

pub mod ahead;
mod answers;
mod copying;
mod deletion;
mod dialogs;
mod drafts;
mod files;
mod history;
mod language;
mod mail;
mod matrix;
mod mouse;
#[cfg(test)]
mod tests;

use self::copying::Much;
use super::effect::{Effect, Question};
use super::keymap::{Action, Context, Input, Typing};
use super::model::{Deed, Fixed, Model, NOTICE, Notice, Overlay, Screen, Tone};
use super::msg::Msg;
use super::plan::Plan;
use super::screens::compose::ComposeDialog;
use super::screens::confirm::Confirm;
use super::screens::contact_form::ContactFormDialog;
use super::screens::contacts::{self, Doomed};
use super::screens::delivery_detail::DeliveryDialog;
use super::screens::go_to::{GoTo, Goal};
use super::screens::help::Help;
use super::screens::outbox::OutboxOutcome;
use super::screens::palette::{Order, Palette, PaletteOutcome};
use super::screens::verification::VerificationDialog;
use super::widgets::audience::PEOPLE;
use crate::domain::contact::{ContactId, Subject};
use crate::domain::delivery::DeliveryId;
use crate::domain::say::say;

/// What a new model wants to be loaded.
#[must_use]
pub fn start(model: &mut Model) -> Vec<Effect> {
    let mut plan = model.plan();
    resize(model, &mut plan);
    // The list last: when it is there, the first frame has everything else too.
    ask_account(model, &mut plan);
    ask_totals(model, &mut plan);
    model.contacts.open(&mut plan);
    done(model, plan)
}

/// Handles one message.
#[must_use]
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut plan = model.plan();
    let may_type = !matches!(msg, Msg::Time(_) | Msg::Progress { .. } | Msg::Sender(_) | Msg::Resize { .. });
    match msg {
        typed @ (Msg::Key(_) | Msg::Paste(_)) => {
            if let Some(typed) = ahead::hold(model, typed) {
                take_typed(model, typed, &mut plan);
            }
        }
        Msg::Mouse(event) => mouse::take(model, event, &mut plan),
        Msg::Resize { columns, rows } => {
            model.size.width = columns;
            model.size.height = rows;
            resize(model, &mut plan);
        }
        Msg::Time(now) => {
            model.now = now;
            let is_over = |notice: &Notice| model.fades(notice) && now.since(notice.since) >= NOTICE;
            if model.notice.as_ref().is_some_and(is_over) {
                model.notice = None;
            }
            model.coverage.wake(now, &mut plan);
        }
        Msg::Progress { request, pace } => {
            model.edits.progress(request, pace.done);
            deletion::progress(model, request, pace.done);
            model.history.progress(request, pace.done);
            files::progress(model, request, pace);
        }
        Msg::Answer { request, answer } => answers::take(model, request, *answer, &mut plan),
        // What the sender has changed in the store is noticed like every other change: at most four times a second.
        Msg::Sender(event) => {
            model.mail.hear(&event);
            model.settings.hear(&event);
        }
        Msg::DraftsFound(offers) => drafts::found(model, offers),
        Msg::DraftsUnkept(why) => drafts::warn(model, &why),
        Msg::StoreChanged => {
            read_anew(model, &[], &mut plan);
            model.coverage.ask_after_a_rest(model.now, &mut plan);
        }
        Msg::WorkerPanicked(words) => answers::take_fall(model, &words, &mut plan),
        Msg::SenderFell(words) => answers::tell_fall(model, &words),
        Msg::Resumed => plan.add(Effect::Redraw),
        Msg::SuspendAsked => suspend(model, &mut plan),
        // The runtime ends by itself: nothing can be shown to anybody any more.
        Msg::InputLost(_) | Msg::Fell(_) => {}
    }
    ahead::take(model, &mut plan);
    if may_type {
        drafts::follow(model, &mut plan);
    }
    done(model, plan)
}

/// A key or a paste, for what is in front now.
fn take_typed(model: &mut Model, typed: Msg, plan: &mut Plan) {
    let (context, typing) = model.focus();
    let input = match typed {
        Msg::Key(key) => model.fixed.keys.resolve(context.stack(), typing, &key),
        // A paste is text for a field, never keys.
        Msg::Paste(text) => (typing == Typing::On).then_some(Input::Paste(text)),
        Msg::Mouse(_)
        | Msg::Resize { .. }
        | Msg::Time(_)
        | Msg::Progress { .. }
        | Msg::Answer { .. }
        | Msg::Sender(_)
        | Msg::StoreChanged
        | Msg::WorkerPanicked(_)
        | Msg::SenderFell(_)
        | Msg::Resumed
        | Msg::SuspendAsked
        | Msg::InputLost(_)
        | Msg::Fell(_)
        | Msg::DraftsFound(_)
        | Msg::DraftsUnkept(_) => None,
    };
    if let Some(input) = input {
        forget_alarm(model);
        take_input(model, &input, plan);
    }
}

fn done(model: &mut Model, plan: Plan) -> Vec<Effect> {
    model.last_request = plan.last();
    plan.into_effects()
}

/// What must be read stays until somebody presses a key.
fn forget_alarm(model: &mut Model) {
    if model.notice.as_ref().is_some_and(|notice| !model.fades(notice)) {
        model.notice = None;
    }
}

fn take_input(model: &mut Model, input: &Input, plan: &mut Plan) {
    model.pending.column = None;
    #[expect(clippy::wildcard_enum_match_arm, reason = "few of all actions mean the same everywhere")]
    match input {
        Input::Action(Action::Suspend) => suspend(model, plan),
        Input::Action(Action::Redraw) => plan.add(Effect::Redraw),
        Input::Action(Action::Help) => open_help(model),
        Input::Action(Action::Palette) => open_palette(model),
        Input::Action(Action::Mouse) => mouse::switch_mode(model, plan),
        Input::Action(Action::Language) => language::switch(model, plan),
        Input::Action(Action::Copy) => copying::copy(model, Much::Little, plan),
        Input::Action(Action::CopyMore) => copying::copy(model, Much::More, plan),
        _ if !model.overlays.is_empty() => dialogs::take_input(model, input, plan),
        Input::Action(Action::GoTo) => model.overlays.push(Overlay::GoTo(GoTo::new())),
        Input::Action(Action::GoToShare) => model.overlays.push(Overlay::GoTo(GoTo::percentage())),
        Input::Action(Action::Quit) => plan.add(Effect::Quit),
        Input::Action(Action::Contacts) => switch(model, Screen::Contacts, plan),
        Input::Action(Action::MessageTypes) => switch(model, Screen::Types, plan),
        Input::Action(Action::Outbox) => switch(model, Screen::Outbox, plan),
        Input::Action(Action::History) => history::open(model, plan),
        Input::Action(Action::Settings) => switch(model, Screen::Settings, plan),
        Input::Action(Action::NewNotice) => open_compose(model, plan),
        Input::Action(Action::NextTab) => switch(model, model.screen.next(), plan),
        Input::Action(Action::PreviousTab) => switch(model, model.screen.previous(), plan),
        _ => take_screen_input(model, input, plan),
    }
}

/// A restricted screen has no shell behind it that could bring it back.
fn suspend(model: &mut Model, plan: &mut Plan) {
    if model.fixed.reach.is_restricted() {
        let words = say!(model.fixed.language, "This screen cannot be suspended: it is restricted.");
        model.notify(Tone::Warning, words);
    } else {
        plan.add(Effect::Suspend);
    }
}

fn open_help(model: &mut Model) {
    let (context, _) = model.focus();
    if context != Context::Help {
        model.overlays.push(Overlay::Help(Help::new(context)));
    }
}

/// Opens the palette for what is in front; called again it closes it.
fn open_palette(model: &mut Model) {
    let (context, _) = model.focus();
    if context == Context::Palette {
        model.overlays.pop();
    } else {
        let palette = Palette::new(context, model.mouse.mode, &model.themes, &model.look());
        model.overlays.push(Overlay::Palette(Box::new(palette)));
    }
}

/// Does what was chosen in the palette, where the palette was called.
fn follow_palette(model: &mut Model, outcome: PaletteOutcome, plan: &mut Plan) {
    match outcome {
        PaletteOutcome::Stay => {}
        PaletteOutcome::Close => {
            model.overlays.pop();
        }
        PaletteOutcome::Do(Order::Act(action)) => {
            model.overlays.pop();
            take_input(model, &Input::Action(action), plan);
        }
        PaletteOutcome::Do(Order::Wear(theme)) => {
            model.overlays.pop();
            model.fixed.theme = theme;
            let words = say!(
                model.fixed.language,
                "This theme stays until callsheet ends; 'tui.theme' in the configuration keeps it."
            );
            model.notify(Tone::Done, words);
        }
    }
}

/// Goes to a place in the list that is on the screen.
fn go_to(model: &mut Model, goal: Goal, plan: &mut Plan) {
    let language = model.fixed.language;
    match model.screen {
        Screen::Contacts | Screen::Types => model.contacts.jump(goal, language, plan),
        Screen::Outbox | Screen::History | Screen::Settings => {}
    }
}

fn switch(model: &mut Model, screen: Screen, plan: &mut Plan) {
    if screen != model.screen {
        model.screen = screen;
        model.edits.seal();
        resize(model, plan);
        read_anew(model, &[], plan);
    }
}

fn take_screen_input(model: &mut Model, input: &Input, plan: &mut Plan) {
    let regions = model.regions();
    match model.screen {
        Screen::Contacts | Screen::Types if deletion::is_to_stop(model, input) => deletion::stop(model, plan),
        Screen::Contacts => {
            let outcome = model.contacts.act(input, &model.fixed.look(model.now), regions.body, plan);
            follow_contacts(model, outcome, plan);
        }
        Screen::Types => matrix::take_input(model, input, plan),
        Screen::Outbox => match model.outbox.act(input, model.fixed.look(model.now), regions.body, plan) {
            OutboxOutcome::Stay | OutboxOutcome::Unused => {}
            OutboxOutcome::Open(id) => open_delivery(model, id, plan),
            OutboxOutcome::Retry(id) => retry(model, id, plan),
            OutboxOutcome::Cancel(delivery) => {
                ask_first(model, Confirm::cancel_delivery(&delivery), Deed::CancelDelivery(delivery.id))
            }
            OutboxOutcome::RetryNotice(id) => {
                model.pending.deed = Some(plan.ask(Question::RetryNotice { id }));
            }
            OutboxOutcome::CancelNotice(notice) => {
                ask_first(model, Confirm::cancel_notice(&notice), Deed::CancelNotice(notice.id));
            }
            OutboxOutcome::Refused(words) => model.notify(Tone::Warning, words),
        },
        Screen::History => history::take_input(model, input, plan),
        Screen::Settings => dialogs::take_settings_input(model, input, plan),
    }
}

fn follow_contacts(model: &mut Model, outcome: contacts::Outcome, plan: &mut Plan) {
    let settings = model.form_settings();
    match outcome {
        contacts::Outcome::Stay | contacts::Outcome::Unused => {}
        contacts::Outcome::Add => {
            let form = ContactFormDialog::add(&model.fixed.catalogue, settings);
            model.overlays.push(Overlay::ContactForm(Box::new(form)));
        }
        contacts::Outcome::Modify(contact) => {
            let form = ContactFormDialog::modify(*contact, &model.fixed.catalogue, settings);
            model.overlays.push(Overlay::ContactForm(Box::new(form)));
        }
        contacts::Outcome::Delete(Doomed { ids, contact }) => {
            let question = match contact {
                Some(contact) => Confirm::delete(&contact),
                None => Confirm::delete_many(ids.len()),
            };
            if model.deletion.is_some() {
                return deletion::refuse(model);
            }
            ask_first(model, question, Deed::DeleteContacts(ids));
        }
        contacts::Outcome::Types(contact) => matrix::open_contact_types(model, contact),
        contacts::Outcome::History(contact) => history::open_contact(model, &contact, plan),
        contacts::Outcome::Verification(id) => open_verification(model, Subject::Contact(id), plan),
        contacts::Outcome::Export => files::open_export(model),
        contacts::Outcome::Import => files::open_import(model),
    }
}

fn ask_first(model: &mut Model, question: Confirm, then: Deed) {
    model.overlays.push(Overlay::Confirm { question, then });
}

/// Opens the dialog in which a notice is written.
fn open_compose(model: &mut Model, plan: &Plan) {
    let Fixed { catalogue, language, run, .. } = &model.fixed;
    // Numbers of questions never repeat in a run, and each notice that is sent has taken some.
    let key = format!("screen-{run:016x}-{}", plan.last().0);
    // What another dialog asked for is not for this one.
    model.pending.audience = None;
    model.overlays.push(Overlay::Compose(Box::new(ComposeDialog::new(catalogue, *language, key))));
}

fn open_verification(model: &mut Model, subject: Subject, plan: &mut Plan) {
    model.overlays.push(Overlay::Verification(Box::new(VerificationDialog::new(subject))));
    model.pending.dialog_data = Some(plan.ask(Question::Proofs { subject }));
}

fn open_delivery(model: &mut Model, id: DeliveryId, plan: &mut Plan) {
    model.overlays.push(Overlay::Delivery(Box::new(DeliveryDialog::new(id))));
    model.pending.dialog_data = Some(plan.ask(Question::Delivery { id }));
}

fn retry(model: &mut Model, id: DeliveryId, plan: &mut Plan) {
    model.pending.deed = Some(plan.ask(Question::Retry { ids: vec![id] }));
}

fn resize(model: &mut Model, plan: &mut Plan) {
    let regions = model.regions();
    match model.screen {
        Screen::Types => matrix::fit(model, plan),
        Screen::Contacts | Screen::Outbox | Screen::History | Screen::Settings => {
            model.contacts.resize(regions.body, plan)
        }
    }
    model.outbox.resize(regions.body, plan);
    model.history.resize(regions.body, plan);
}

/// Loads anew what is on the screen after an own change; `gone` are contacts that will not come back.
fn refresh(model: &mut Model, gone: &[ContactId], plan: &mut Plan) {
    read_anew(model, gone, plan);
    model.coverage.ask(plan);
}

/// Loads anew what is on the screen and costs little.
fn read_anew(model: &mut Model, gone: &[ContactId], plan: &mut Plan) {
    match model.screen {
        Screen::Contacts | Screen::Types => model.contacts.reload(gone, plan),
        Screen::Outbox => model.outbox.reload(plan),
        Screen::History => model.history.reload(plan),
        Screen::Settings => {}
    }
    ask_account(model, plan);
    ask_totals(model, plan);
    refresh_dialog(model, plan);
}

/// Loads anew what the dialog shows, if it shows something that others change.
fn refresh_dialog(model: &mut Model, plan: &mut Plan) {
    let chosen = model.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Compose(dialog) => dialog.message_type().map(str::to_owned),
        Overlay::Audience(dialog) => dialog.message_type().map(str::to_owned),
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
        | Overlay::Palette(_) => None,
    });
    if let Some(message_type) = chosen {
        ask_audience(model, message_type, plan);
    }
    let question = model.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Verification(dialog) => Some(Question::Proofs { subject: dialog.subject() }),
        Overlay::Delivery(dialog) => Some(Question::Delivery { id: dialog.id() }),
        Overlay::HistoryEntry(dialog) => Some(Question::HistoryEntry { id: dialog.id() }),
        Overlay::ContactTypes(dialog) => Some(Question::Wishes { id: dialog.id() }),
        Overlay::ContactForm(_)
        | Overlay::Confirm { .. }
        | Overlay::Choice(_)
        | Overlay::Audience(_)
        | Overlay::AccountForm(_)
        | Overlay::MailForm(_)
        | Overlay::Compose(_)
        | Overlay::Export(_)
        | Overlay::Import(_)
        | Overlay::DraftOffer(_)
        | Overlay::GoTo(_)
        | Overlay::Help(_)
        | Overlay::Palette(_) => None,
    });
    if let Some(question) = question {
        model.pending.dialog_data = Some(plan.ask(question));
    }
}

/// Asks who would get a type now.
fn ask_audience(model: &mut Model, message_type: String, plan: &mut Plan) {
    model.pending.audience = Some(plan.ask(Question::Audience { message_type, limit: PEOPLE }));
}

fn ask_account(model: &mut Model, plan: &mut Plan) {
    model.pending.account = Some(plan.ask(Question::Account));
}

fn ask_totals(model: &mut Model, plan: &mut Plan) {
    model.pending.totals = Some(plan.ask(Question::Totals));
    model.pending.queue = Some(plan.ask(Question::QueueTotals));
}
