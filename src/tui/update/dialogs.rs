//! Inputs to what stands in front of the screen, and what follows from them.

use super::{ask_audience, deletion, drafts, files, language, mail, matrix, open_verification, retry};
use crate::domain::account::Account;
use crate::domain::contact::{Contact, Subject};
use crate::operations::Problem;
use crate::operations::contacts::Again;
use crate::operations::page::Page;
use crate::tui::edits::{Edit, Tick, What};
use crate::tui::effect::{Question, Request};
use crate::tui::keymap::Input;
use crate::tui::model::{Deed, Model, Overlay};
use crate::tui::plan::Plan;
use crate::tui::screens::account_form::{AccountFormDialog, AccountFormOutcome};
use crate::tui::screens::compose::ComposeOutcome;
use crate::tui::screens::confirm::{Answered, Confirm};
use crate::tui::screens::contact_choice::ChoiceOutcome;
use crate::tui::screens::contact_form::FormOutcome;
use crate::tui::screens::contact_types::ContactTypesOutcome;
use crate::tui::screens::delivery_detail::DeliveryOutcome;
use crate::tui::screens::go_to::GoToOutcome;
use crate::tui::screens::help::HelpOutcome;
use crate::tui::screens::history_entry::HistoryEntryOutcome;
use crate::tui::screens::settings::SettingsOutcome;
use crate::tui::screens::verification::VerificationOutcome;

/// Hands an input to the dialog in front.
pub(super) fn take_input(model: &mut Model, input: &Input, plan: &mut Plan) {
    let front = model.regions().front;
    let look = model.fixed.look(model.now);
    let Some(overlay) = model.overlays.last_mut() else { return };
    match overlay {
        Overlay::ContactForm(form) => {
            let outcome = form.input(input, look.catalogue);
            follow_form(model, outcome, plan);
        }
        Overlay::Confirm { question, then } => match question.input(input) {
            Answered::NotYet => {}
            Answered::No => close(model),
            Answered::Yes => {
                let then = then.clone();
                close(model);
                follow_yes(model, then, plan);
            }
        },
        Overlay::Verification(dialog) => {
            let outcome = dialog.input(input, look.now);
            follow_verification(model, outcome, plan);
        }
        Overlay::Delivery(dialog) => match dialog.input(input, front, look) {
            DeliveryOutcome::Stay => {}
            DeliveryOutcome::Close => close(model),
            DeliveryOutcome::Retry(id) => retry(model, id, plan),
            DeliveryOutcome::Cancel(delivery) => {
                super::ask_first(
                    model,
                    Confirm::cancel_delivery(&delivery),
                    Deed::CancelDelivery(delivery.id),
                );
            }
        },
        Overlay::HistoryEntry(dialog) => match dialog.input(input, front, look) {
            HistoryEntryOutcome::Stay => {}
            HistoryEntryOutcome::Close => close(model),
        },
        Overlay::ContactTypes(dialog) => match dialog.input(input, front, &look) {
            ContactTypesOutcome::Stay => {}
            ContactTypesOutcome::Close => {
                model.edits.seal();
                close(model);
            }
            ContactTypesOutcome::Tick { what, wanted } => {
                let contact = Box::new(dialog.contact().clone());
                let again = match what {
                    What::One(_) => Again::No,
                    What::Everything => Again::Keep,
                };
                matrix::push_tick(model, Tick { contact, what, wanted, again }, plan);
            }
            ContactTypesOutcome::TakeBack => matrix::take_back(model, plan),
        },
        Overlay::Choice(choice) => match choice.input(input, front, plan) {
            ChoiceOutcome::Stay => {}
            ChoiceOutcome::Close => close(model),
            ChoiceOutcome::Chosen(copy) => {
                close(model);
                matrix::push(model, Edit::Copy(copy), plan);
            }
        },
        Overlay::Audience(dialog) => {
            let outcome = dialog.input(input, front, look);
            matrix::follow_audience(model, outcome, plan);
        }
        Overlay::AccountForm(form) => {
            let outcome = form.input(input);
            follow_account(model, outcome, plan);
        }
        Overlay::MailForm(form) => {
            let outcome = form.input(input);
            mail::follow(model, outcome, plan);
        }
        Overlay::Compose(dialog) => {
            let outcome = dialog.input(input, front, look);
            follow_compose(model, outcome, plan);
        }
        Overlay::Export(dialog) => {
            let outcome = dialog.input(input);
            files::follow_export(model, outcome, plan);
        }
        Overlay::Import(dialog) => {
            let outcome = dialog.input(input, front, look);
            files::follow_import(model, outcome, plan);
        }
        Overlay::DraftOffer(dialog) => {
            let outcome = dialog.input(input);
            drafts::follow_offer(model, outcome, plan);
        }
        Overlay::GoTo(line) => match line.input(input) {
            GoToOutcome::Stay => {}
            GoToOutcome::Close => close(model),
            GoToOutcome::Go(goal) => {
                close(model);
                super::go_to(model, goal, plan);
            }
        },
        Overlay::Help(help) => match help.input(input, front, &look) {
            HelpOutcome::Stay => {}
            HelpOutcome::Close => close(model),
        },
        Overlay::Palette(palette) => {
            let outcome = palette.input(input);
            super::follow_palette(model, outcome, plan);
        }
    }
}

/// Does what the form for a contact wants.
pub(super) fn follow_form(model: &mut Model, outcome: FormOutcome, plan: &mut Plan) {
    let question = match outcome {
        FormOutcome::Stay => return,
        FormOutcome::Close => return close(model),
        FormOutcome::Check { form, editing } => Question::Check { form, editing },
        FormOutcome::AskTypo { email } => Question::TypoHint { email },
        FormOutcome::Add(form) => Question::Add { form },
        FormOutcome::Modify { id, change, version } => Question::Modify { id, change, version },
    };
    model.pending.dialog = Some(plan.ask(question));
}

/// Does what the dialog of a new notice wants.
pub(super) fn follow_compose(model: &mut Model, outcome: ComposeOutcome, plan: &mut Plan) {
    let question = match outcome {
        ComposeOutcome::Stay => return,
        ComposeOutcome::Close => return close(model),
        ComposeOutcome::AskAudience { message_type } => return ask_audience(model, message_type, plan),
        ComposeOutcome::AskPreview { form, language } => Question::PreviewNotice { form, language },
        ComposeOutcome::Send { form, key } => Question::Notify { form, key },
    };
    model.pending.dialog = Some(plan.ask(question));
}

/// Hands an input to the settings screen.
pub(super) fn take_settings_input(model: &mut Model, input: &Input, plan: &mut Plan) {
    match model.settings.act(input) {
        SettingsOutcome::Stay | SettingsOutcome::Unused => {}
        SettingsOutcome::Edit(field) => {
            if let Some(account) = model.account.clone() {
                model.overlays.push(Overlay::AccountForm(Box::new(AccountFormDialog::edit(account, field))));
            }
        }
        SettingsOutcome::EditMail => mail::open(model, plan),
        SettingsOutcome::SwitchLanguage => language::switch(model, plan),
        SettingsOutcome::Verification => open_verification(model, Subject::SecurityEmail, plan),
        SettingsOutcome::TestMail => {
            model.pending.deed = Some(plan.ask(Question::TestMail { contact: None }));
        }
    }
}

/// Takes the account that was read. The first start asks for it.
pub(super) fn take_account(model: &mut Model, account: Account) {
    let is_first_start = !account.introduced && model.account.is_none();
    if is_first_start {
        model.overlays.insert(0, Overlay::AccountForm(Box::new(AccountFormDialog::introduction())));
    }
    model.account = Some(account);
}

/// Takes contacts of which one is chosen. A store that cannot be read is handed back.
pub(super) fn take_choices(
    model: &mut Model,
    request: Request,
    page: Result<Page<Contact>, Problem>,
    plan: &mut Plan,
) -> Option<Problem> {
    let front = model.regions().front;
    let choice = model
        .overlays
        .iter_mut()
        .rev()
        .find_map(|overlay| if let Overlay::Choice(choice) = overlay { Some(choice) } else { None });
    choice?.take_page(request, page, front, plan)
}

/// Tells the dialog in front that what it waits for will not come.
pub(super) fn refuse(model: &mut Model, problem: &Problem) {
    for overlay in &mut model.overlays {
        match overlay {
            Overlay::ContactForm(form) => form.refused(problem),
            Overlay::Verification(dialog) => dialog.sent(Err(problem)),
            Overlay::Delivery(dialog) => dialog.done(Err(problem)),
            Overlay::AccountForm(form) => form.refused(problem),
            Overlay::MailForm(form) => form.lost(problem),
            Overlay::Choice(choice) => choice.forget(),
            Overlay::Compose(dialog) => dialog.lost(problem),
            Overlay::Export(dialog) => dialog.lost(&problem.said()),
            Overlay::Import(dialog) => dialog.lost(&problem.said()),
            Overlay::Confirm { .. }
            | Overlay::HistoryEntry(_)
            | Overlay::ContactTypes(_)
            | Overlay::Audience(_)
            | Overlay::DraftOffer(_)
            | Overlay::GoTo(_)
            | Overlay::Help(_)
            | Overlay::Palette(_) => {}
        }
    }
}

pub(super) fn close(model: &mut Model) {
    model.overlays.pop();
}

fn follow_yes(model: &mut Model, then: Deed, plan: &mut Plan) {
    let question = match then {
        Deed::DeleteContacts(ids) => return deletion::begin(model, ids, plan),
        Deed::Edit(edit) => return matrix::push(model, *edit, plan),
        Deed::CancelDelivery(id) => Question::Cancel { ids: vec![id] },
        Deed::CancelNotice(id) => Question::CancelNotice { id },
    };
    model.pending.deed = Some(plan.ask(question));
}

fn follow_verification(model: &mut Model, outcome: VerificationOutcome, plan: &mut Plan) {
    let question = match outcome {
        VerificationOutcome::Stay => return,
        VerificationOutcome::Close => return close(model),
        VerificationOutcome::Send(subject) => Question::SendCode { subject },
        VerificationOutcome::Confirm { subject, code } => Question::Confirm { subject, code },
        VerificationOutcome::CancelChange(id) => Question::CancelChange { id },
    };
    model.pending.dialog = Some(plan.ask(question));
}

fn follow_account(model: &mut Model, outcome: AccountFormOutcome, plan: &mut Plan) {
    let question = match outcome {
        AccountFormOutcome::Stay => return,
        AccountFormOutcome::Close => return close(model),
        AccountFormOutcome::Save(change) => Question::SetAccount { change },
        AccountFormOutcome::Skip => Question::SkipIntroduction,
    };
    model.pending.dialog = Some(plan.ask(question));
}
