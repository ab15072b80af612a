//! The fields of the contact form: what stands in them, what a position proposes, and what a contact would be changed to.
//! It knows neither focus nor problems.

use std::collections::BTreeSet;

use crate::domain::catalogue::{Catalogue, category_of};
use crate::domain::contact::Contact;
use crate::domain::contact_form::ContactForm;
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::say::say;
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::operations::contacts::{Again, ContactChange};
use crate::tui::widgets::drop_down::DropDown;
use crate::tui::widgets::text_field::TextField;

/// The most characters a field takes: more than any right value has, so that a wrong one is explained and not cut.
const FIELD_LIMIT: usize = 400;

/// Everything that is entered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    pub name: TextField,
    pub email: TextField,
    pub position: DropDown,
    pub language: DropDown,
    pub wanted: Subscriptions,
    pub proposal: Option<Proposal>,
    /// Where no language is entered.
    account_language: Language,
}

/// What a position has proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposal {
    pub position: Position,
    /// Categories that it has ticked and nobody has touched since.
    pub categories: BTreeSet<String>,
}

impl Fields {
    /// Empty fields; `titles` is the language of titles in the lists.
    pub(super) fn new(account_language: Language, titles: Language) -> Self {
        let languages = Language::ALL.into_iter().map(|language| language.own_name().to_owned()).collect();
        Self {
            name: TextField::new("", FIELD_LIMIT),
            email: TextField::new("", FIELD_LIMIT),
            position: DropDown::new(positions(titles), 0),
            language: DropDown::new(languages, 0),
            wanted: Subscriptions::default(),
            proposal: None,
            account_language,
        }
    }

    /// Says in another language what the lists offer.
    pub(super) fn say_anew(&mut self, titles: Language) {
        self.position.say_anew(positions(titles));
    }

    /// Puts values into all fields.
    pub(super) fn fill(&mut self, entered: &ContactForm) {
        self.name.set(&entered.name);
        self.email.set(&entered.email);
        let position = Position::parse(&entered.position).ok();
        let index = position.and_then(|wanted| Position::ALL.into_iter().position(|known| known == wanted));
        self.position.choose(index.map_or(0, |index| index + 1));
        let language = Language::parse(&entered.language).unwrap_or(self.account_language);
        self.language
            .choose(Language::ALL.into_iter().position(|known| known == language).unwrap_or_default());
        self.wanted = Subscriptions::from_ids(entered.types.iter().cloned());
        self.proposal = None;
    }

    /// Everything as it stands.
    pub(super) fn entered(&self) -> ContactForm {
        ContactForm {
            name: self.name.text().to_owned(),
            email: self.email.text().to_owned(),
            position: self.chosen_position().map(|position| position.id().to_owned()).unwrap_or_default(),
            language: self.chosen_language().id().to_owned(),
            types: self.wanted.ids().map(str::to_owned).collect(),
        }
    }

    pub(super) fn chosen_position(&self) -> Option<Position> {
        self.position.chosen().checked_sub(1).and_then(|index| Position::ALL.get(index).copied())
    }

    /// Whether a list is open; it has all keys then.
    pub(super) fn has_open_list(&self) -> bool {
        self.position.is_open() || self.language.is_open()
    }

    /// Ticks what the chosen position is recommended, and takes back what another position has proposed before.
    pub(super) fn propose(&mut self, catalogue: &Catalogue) {
        if let Some(earlier) = self.proposal.take() {
            for category in &earlier.categories {
                self.wanted.remove(category, catalogue);
            }
        }
        let Some(position) = self.chosen_position() else { return };
        let mut categories = catalogue.recommended_for(position);
        // What somebody chose by hand stays as it is.
        categories.retain(|category| self.wanted.state(category) == BoxState::None);
        for category in &categories {
            self.wanted.add(category);
        }
        self.proposal = Some(Proposal { position, categories });
    }

    /// Ticks a category: all, none, and again its types among `opened_with`, if there are some.
    pub(super) fn tick(&mut self, category: &str, opened_with: &[String]) {
        let some = opened_with.iter().filter(|id| category_of(id) == category && *id != category);
        let some: Vec<&String> = some.collect();
        if self.wanted.state(category) == BoxState::None && !some.is_empty() {
            for id in some {
                self.wanted.add(id);
            }
        } else {
            self.wanted.toggle_category(category);
        }
        if let Some(proposal) = &mut self.proposal {
            proposal.categories.remove(category);
        }
    }

    /// What makes `contact` what is entered.
    pub(super) fn change_of(&self, contact: &Contact) -> ContactChange {
        let entered = self.entered();
        let differs = |shown: &str, is: &str| (shown != is).then(|| shown.to_owned());
        let position = contact.position.map(Position::id).unwrap_or_default();
        let no_position = |position: String| if position.is_empty() { "none".to_owned() } else { position };
        ContactChange {
            name: differs(&entered.name, &contact.name),
            email: differs(entered.email.trim(), &contact.email),
            position: differs(&entered.position, position).map(no_position),
            language: differs(&entered.language, contact.language.id()),
            types: (self.wanted != contact.subscriptions).then_some(entered.types),
            again: Again::default(),
        }
    }

    fn chosen_language(&self) -> Language {
        Language::ALL.get(self.language.chosen()).copied().unwrap_or(self.account_language)
    }
}

/// A contact as it would be entered.
pub(super) fn entered_of(contact: &Contact) -> ContactForm {
    ContactForm {
        name: contact.name.clone(),
        email: contact.email.clone(),
        position: contact.position.map(|position| position.id().to_owned()).unwrap_or_default(),
        language: contact.language.id().to_owned(),
        types: contact.subscriptions.ids().map(str::to_owned).collect(),
    }
}

/// A contact as it was when a form began with it.
pub(super) fn began(contact: Contact, version: i64, before: &ContactForm) -> Contact {
    Contact {
        name: before.name.clone(),
        email: before.email.clone(),
        position: Position::parse(&before.position).ok(),
        language: Language::parse(&before.language).unwrap_or(contact.language),
        subscriptions: Subscriptions::from_ids(before.types.iter().cloned()),
        version,
        ..contact
    }
}

/// What can be chosen as a position, in a language.
fn positions(titles: Language) -> Vec<String> {
    let positions = Position::ALL.into_iter().map(|position| position.title(titles).to_owned());
    std::iter::once(say!(titles, "none").to_owned()).chain(positions).collect()
}
