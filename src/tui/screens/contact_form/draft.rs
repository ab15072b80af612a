//! The form and drafts: what is kept of it while it is open, and how it is opened with that again.

use super::fields::began;
use super::{ContactFormDialog, FormSettings, Message, Purpose};
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::Contact;
use crate::tui::draft::{Draft, Form, Texts};

impl ContactFormDialog {
    /// A form with what a draft of a new contact has.
    #[must_use]
    pub fn add_again(draft: &Draft, catalogue: &Catalogue, settings: FormSettings) -> Self {
        let mut form = Self::add(catalogue, settings);
        form.fields.fill(&draft.now.contact());
        form
    }

    /// A form with what a draft of a change has that began with `version`; `contact` is what is now, none if it is deleted. What others
    /// have changed meanwhile is not saved over without a question.
    #[must_use]
    pub fn modify_again(
        draft: &Draft,
        version: i64,
        contact: Option<Contact>,
        catalogue: &Catalogue,
        settings: FormSettings,
    ) -> Self {
        let Some(contact) = contact else {
            let mut form = Self::add_again(draft, catalogue, settings);
            form.message = Some(Message::DeletedMeanwhile);
            return form;
        };
        if contact.version == version {
            let mut form = Self::modify(contact, catalogue, settings);
            let mut now = form.entered();
            for (name, field) in [
                ("name", &mut now.name),
                ("email", &mut now.email),
                ("position", &mut now.position),
                ("language", &mut now.language),
            ] {
                if let Some(text) = draft.changed(name) {
                    text.clone_into(field);
                }
            }
            if draft.changed("types").is_some() {
                now.types = draft.now.contact().types;
            }
            form.fields.fill(&now);
            return form;
        }
        let mut form = Self::modify(began(contact, version, &draft.before.contact()), catalogue, settings);
        form.fields.fill(&draft.now.contact());
        form.message = Some(Message::ChangedMeanwhile);
        form
    }

    /// What is to be kept in case that the program ends.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        let form = match &self.purpose {
            Purpose::Add => Form::NewContact,
            Purpose::Modify(contact) => Form::Contact { id: contact.id, version: contact.version },
        };
        let (before, now) = (Texts::of_contact(&self.original), Texts::of_contact(&self.entered()));
        (before != now).then_some(Draft { form, before, now })
    }
}
