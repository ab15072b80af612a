//! Drafts: what stands in the form in front is kept, and what others left behind is offered while nothing else is open.

use std::sync::Arc;

use super::{ask_audience, dialogs, mail};
use crate::domain::account::Account;
use crate::domain::contact::Contact;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, Say as _, say};
use crate::operations::Problem;
use crate::tui::draft::{Draft, DraftOrder, Form, Offer};
use crate::tui::effect::{Effect, Question};
use crate::tui::model::{Model, Overlay, Tone};
use crate::tui::plan::Plan;
use crate::tui::screens::account_form::AccountFormDialog;
use crate::tui::screens::compose::ComposeDialog;
use crate::tui::screens::contact_form::ContactFormDialog;
use crate::tui::screens::draft_offer::{DraftOfferDialog, DraftOfferOutcome};
use crate::tui::screens::mail_form::MailFormDialog;
use crate::tui::update::files;

/// Takes what the keeper has found.
pub(super) fn found(model: &mut Model, offers: Vec<Offer>) {
    model.drafts.offers.extend(offers);
}

/// Says that nothing typed is kept.
pub(super) fn warn(model: &mut Model, why: &Said) {
    let language = model.fixed.language;
    let why = safe(&why.say(language)).into_owned();
    model.notify(Tone::Warning, say!(language, "What is typed cannot be kept as a draft: {why}.", why));
}

/// After everything that may have changed a form: has what stands in it kept, or no longer, and offers what is left.
pub(super) fn follow(model: &mut Model, plan: &mut Plan) {
    offer(model);
    if model.overlays.is_empty() && model.drafts.kept.is_none() {
        return;
    }
    let typed = model.overlays.iter().rev().find_map(Overlay::draft);
    if model.drafts.kept.as_deref() == typed.as_ref() {
        return;
    }
    model.drafts.kept = typed.map(Arc::new);
    plan.add(Effect::Draft(match &model.drafts.kept {
        Some(draft) => DraftOrder::Keep { at: model.now, draft: Arc::clone(draft) },
        None => DraftOrder::Drop,
    }));
}

/// Does what was chosen about an offer.
pub(super) fn follow_offer(model: &mut Model, outcome: DraftOfferOutcome, plan: &mut Plan) {
    let order = match outcome {
        DraftOfferOutcome::Stay => return,
        DraftOfferOutcome::Throw(offer) => DraftOrder::Throw(offer.id),
        DraftOfferOutcome::Later(offer) => DraftOrder::Leave(offer.id),
        DraftOfferOutcome::Open(offer) => {
            dialogs::close(model);
            return open(model, offer, plan);
        }
    };
    dialogs::close(model);
    plan.add(Effect::Draft(order));
}

/// Takes the contact to which a draft belongs.
pub(super) fn take_contact(model: &mut Model, contact: Result<Contact, Problem>, plan: &mut Plan) {
    let Some(offer) = model.drafts.opening.take() else { return };
    let Form::Contact { version, .. } = offer.draft.form else { return };
    let contact = match contact {
        Ok(contact) => Some(contact),
        Err(Problem::NoSuchContact(_)) => None,
        Err(problem) => {
            plan.add(Effect::Draft(DraftOrder::Leave(offer.id)));
            return super::answers::tell(model, Some(problem));
        }
    };
    let settings = model.form_settings();
    let catalogue = &model.fixed.catalogue;
    let form = ContactFormDialog::modify_again(&offer.draft, version, contact, catalogue, settings);
    show(model, offer, Overlay::ContactForm(Box::new(form)), plan);
}

/// Takes the form for the mail server if a draft of one is to be opened; hands it back if not.
pub(super) fn take_mail_form(
    model: &mut Model,
    mut form: MailFormDialog,
    plan: &mut Plan,
) -> Option<MailFormDialog> {
    let Some(offer) = model.drafts.opening.take_if(|offer| offer.draft.form == Form::MailServer) else {
        return Some(form);
    };
    form.restore(&offer.draft);
    show(model, offer, Overlay::MailForm(Box::new(form)), plan);
    None
}

/// Whether a draft of a form for the mail server is to be opened.
pub(super) fn awaits_mail_form(model: &Model) -> bool {
    model.drafts.opening.as_ref().is_some_and(|offer| offer.draft.form == Form::MailServer)
}

/// What a draft needs will not come: it is offered again.
pub(super) fn forget(model: &mut Model) {
    if let Some(offer) = model.drafts.opening.take() {
        model.drafts.offers.push_front(offer);
    }
}

fn offer(model: &mut Model) {
    // The account tells whether the first start's questions come; they may stand behind.
    let is_free = match &model.overlays[..] {
        [] => true,
        [Overlay::AccountForm(form)] => form.is_introduction() && !form.is_changed(),
        [_, ..] => false,
    };
    if is_free
        && model.account.is_some()
        && model.drafts.opening.is_none()
        && model.pending.mail_form.is_none()
        && let Some(offer) = model.drafts.offers.pop_front()
    {
        model.overlays.push(Overlay::DraftOffer(Box::new(DraftOfferDialog::new(offer))));
    }
}

fn open(model: &mut Model, offer: Offer, plan: &mut Plan) {
    let draft = Arc::clone(&offer.draft);
    let (catalogue, language) = (Arc::clone(&model.fixed.catalogue), model.fixed.language);
    let overlay = match &draft.form {
        Form::Contact { id, .. } => {
            model.drafts.opening = Some(offer);
            model.pending.draft = Some(plan.ask(Question::Wishes { id: *id }));
            return;
        }
        Form::MailServer => {
            model.drafts.opening = Some(offer);
            return mail::open(model, plan);
        }
        Form::NewContact => {
            let form = ContactFormDialog::add_again(&draft, &catalogue, model.form_settings());
            Overlay::ContactForm(Box::new(form))
        }
        Form::Introduction | Form::Account => {
            let Some(form) = account_form(model, &draft) else { return };
            Overlay::AccountForm(Box::new(form))
        }
        Form::Notice { key, number } => {
            let dialog = ComposeDialog::again(&draft, key.clone(), *number, &catalogue, language);
            if let Some(message_type) = dialog.message_type().map(str::to_owned) {
                ask_audience(model, message_type, plan);
            }
            Overlay::Compose(Box::new(dialog))
        }
        Form::Import => files::import_again(model, &draft),
        Form::Export => files::export_again(model, &draft),
    };
    show(model, offer, overlay, plan);
}

fn account_form(model: &mut Model, draft: &Draft) -> Option<AccountFormDialog> {
    let account: &Account = model.account.as_ref()?;
    let mut form = if account.introduced {
        AccountFormDialog::edit(account.clone(), crate::operations::account::AccountField::Name)
    } else {
        // It is opened in the place of the one that stands there.
        model.overlays.retain(|overlay| !matches!(overlay, Overlay::AccountForm(_)));
        AccountFormDialog::introduction()
    };
    form.restore(draft);
    Some(form)
}

/// Opens the form with what a draft has, which is its own from now on.
fn show(model: &mut Model, offer: Offer, overlay: Overlay, plan: &mut Plan) {
    let is_free = |overlay: &Overlay| matches!(overlay, Overlay::AccountForm(_)) && overlay.draft().is_none();
    if !model.overlays.iter().all(is_free) {
        // Something else was opened meanwhile, or is being written.
        return model.drafts.offers.push_front(offer);
    }
    plan.add(Effect::Draft(DraftOrder::Open(offer.id)));
    model.drafts.kept = Some(offer.draft);
    model.overlays.push(overlay);
}
