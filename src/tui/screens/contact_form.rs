//! The form in which a contact is added or modified: what is entered, where the focus is, what is wrong with it, and what a key
//! makes of it.
//!
//! Every wrong field is explained at once, and nothing that was typed is lost: not by an error, not by somebody else's change,
//! not by a question. It never saves by itself; it says what is to be saved and is told what became of it.

mod conflict;
mod draft;
mod fields;
#[cfg(test)]
mod tests;
mod view;

use crate::domain::catalogue::Catalogue;
use crate::domain::contact::{Contact, ContactId};
use crate::domain::contact_form::{ContactForm, Field, FieldProblem};
use crate::domain::email_address::Smtputf8;
use crate::domain::language::Language;
use crate::operations::Problem;
use crate::operations::contacts::ContactChange;
use crate::tui::keymap::{Action, Context, Enter, Input, Typing};
use crate::tui::widgets::drop_down::Picked;
use crate::tui::widgets::text_field::Typed;

use super::confirm::{Answered, Confirm};
use conflict::{Conflict, Resolved};
use fields::{Fields, entered_of};

/// The form and everything in front of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactFormDialog {
    purpose: Purpose,
    settings: FormSettings,
    fields: Fields,
    /// Ids of the catalogue's categories, one box each.
    categories: Vec<String>,
    focus: Focus,
    /// What the form was opened with.
    original: ContactForm,
    problems: Vec<FieldProblem>,
    /// OK was refused once, so every change is checked.
    is_live: bool,
    hint: Option<TypoHint>,
    /// The address that was kept although it looks like a typing error, or that has no hint.
    kept_email: Option<String>,
    waiting: Waiting,
    message: Option<Message>,
    front: Option<Front>,
}

/// What the form needs to know of the account and the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormSettings {
    /// The language that a new contact gets.
    pub account_language: Language,
    /// The language of titles on the screen.
    pub language: Language,
    pub smtputf8: Smtputf8,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq)]
pub enum FormOutcome {
    Stay,
    /// Ask what is wrong with the form, then call [`ContactFormDialog::checked`].
    Check {
        form: ContactForm,
        editing: Option<ContactId>,
    },
    /// Ask for a typing error in the address, then call [`ContactFormDialog::hinted`].
    AskTypo {
        email: String,
    },
    /// Add the contact; call [`ContactFormDialog::refused`] if that fails.
    Add(ContactForm),
    /// Modify the contact if it still has this version; call [`ContactFormDialog::refused`] if that fails.
    Modify {
        id: ContactId,
        change: ContactChange,
        version: i64,
    },
    /// The form is done with; nothing is to be saved.
    Close,
}

#[derive(Debug, Clone, PartialEq)]
enum Purpose {
    Add,
    /// The contact as it was read.
    Modify(Box<Contact>),
}

/// An address that looks like a typing error, and what may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TypoHint {
    meant: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Name,
    Email,
    /// The button that takes over what may be meant.
    Hint,
    Position,
    Language,
    /// The index of a category.
    Category(usize),
    Ok,
    Cancel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    No,
    /// For the hint, to save then.
    Hint,
    Saved,
}

/// Why it could not be saved, where no field is to blame; or what was taken over.
#[derive(Debug, Clone, PartialEq)]
enum Message {
    ContactDeleted,
    /// Since the draft was written that was opened.
    DeletedMeanwhile,
    ChangedMeanwhile,
    SavedAlready,
    TheirsTaken,
    NotSaved(Box<Problem>),
}

/// What stands in front of the form.
#[derive(Debug, Clone, PartialEq)]
enum Front {
    Leave(Confirm),
    Conflict(Conflict),
}

impl ContactFormDialog {
    /// An empty form.
    #[must_use]
    pub fn add(catalogue: &Catalogue, settings: FormSettings) -> Self {
        let entered =
            ContactForm { language: settings.account_language.id().to_owned(), ..ContactForm::default() };
        Self::new(Purpose::Add, entered, catalogue, settings)
    }

    /// A form with what `contact` is now.
    #[must_use]
    pub fn modify(contact: Contact, catalogue: &Catalogue, settings: FormSettings) -> Self {
        let entered = entered_of(&contact);
        Self::new(Purpose::Modify(Box::new(contact)), entered, catalogue, settings)
    }

    /// Says in another language what its lists offer.
    pub fn say_anew(&mut self, language: Language) {
        self.settings.language = language;
        self.fields.say_anew(language);
    }

    /// The contact that is modified; None while one is added.
    #[must_use]
    pub fn editing(&self) -> Option<ContactId> {
        match &self.purpose {
            Purpose::Add => None,
            Purpose::Modify(contact) => Some(contact.id),
        }
    }

    /// Everything that is entered, as it stands.
    #[must_use]
    pub fn entered(&self) -> ContactForm {
        self.fields.entered()
    }

    /// Whether anything differs from what the form was opened with.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.entered() != self.original
    }

    /// Whether it is asked for a hint or being saved: keys must wait for what comes of it.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.front.is_none() && self.waiting != Waiting::No
    }

    /// Where the keys have their meaning now.
    #[must_use]
    pub fn context(&self) -> Context {
        match (&self.front, self.focus) {
            (Some(Front::Leave(_)), _) => Context::Confirm,
            (Some(Front::Conflict(_)), _) => Context::Form,
            (None, _) if self.fields.has_open_list() => Context::DropDown,
            (None, Focus::Name | Focus::Email) => Context::FormField,
            (
                None,
                Focus::Hint
                | Focus::Position
                | Focus::Language
                | Focus::Category(_)
                | Focus::Ok
                | Focus::Cancel,
            ) => Context::Form,
        }
    }

    /// What accepting does at the focus, if it is something else than OK.
    #[must_use]
    pub fn enter_does(&self) -> Option<Enter> {
        if self.is_in_conflict() {
            return Some(Enter::Press);
        }
        if self.front.is_some() || self.fields.has_open_list() {
            return None;
        }
        match self.focus {
            Focus::Position | Focus::Language => Some(Enter::Open),
            Focus::Hint => Some(Enter::TakeOver),
            Focus::Cancel => Some(Enter::Cancel),
            Focus::Name | Focus::Email | Focus::Category(_) | Focus::Ok => None,
        }
    }

    /// Whether it asks whose change counts; what was typed stays whatever the answer is.
    #[must_use]
    pub const fn is_in_conflict(&self) -> bool {
        matches!(self.front, Some(Front::Conflict(_)))
    }

    /// Whether printable keys are text: in fields, and in an open list, where they search.
    #[must_use]
    pub fn typing(&self) -> Typing {
        if matches!(self.context(), Context::FormField | Context::DropDown) {
            Typing::On
        } else {
            Typing::Off
        }
    }

    /// One key or paste.
    pub fn input(&mut self, input: &Input, catalogue: &Catalogue) -> FormOutcome {
        if let Some(front) = &mut self.front {
            return match front {
                Front::Leave(question) => {
                    let answered = question.input(input);
                    self.left(answered)
                }
                Front::Conflict(conflict) => {
                    let resolved = conflict.input(input);
                    self.resolved(resolved)
                }
            };
        }
        if self.waiting == Waiting::Saved {
            return FormOutcome::Stay;
        }
        self.waiting = Waiting::No;
        if self.fields.has_open_list() {
            return self.input_to_list(input, catalogue);
        }
        match input {
            Input::Action(Action::Close) => self.close(),
            Input::Action(Action::Next) => self.move_focus(Direction::Onwards),
            Input::Action(Action::Previous) => self.move_focus(Direction::Back),
            Input::Action(Action::Accept) => self.accept(catalogue),
            Input::Action(Action::Tick) => self.tick(catalogue),
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => self.edit(input, catalogue),
        }
    }

    /// Takes the answer to [`FormOutcome::Check`].
    pub fn checked(&mut self, problems: Vec<FieldProblem>) {
        if self.is_live {
            self.problems = self.concerned(problems);
        }
    }

    /// Takes the answer to [`FormOutcome::AskTypo`]; without a hint the form is saved.
    pub fn hinted(&mut self, meant: Option<String>) -> FormOutcome {
        if self.waiting != Waiting::Hint {
            return FormOutcome::Stay;
        }
        self.waiting = Waiting::No;
        self.kept_email = Some(self.fields.email.text().to_owned());
        match meant {
            None => self.save(),
            Some(meant) => {
                self.hint = Some(TypoHint { meant });
                self.focus = Focus::Email;
                FormOutcome::Stay
            }
        }
    }

    /// Takes the reason why the form was not saved. The form stays open with everything in it.
    pub fn refused(&mut self, problem: &Problem) {
        self.waiting = Waiting::No;
        if let Problem::Invalid(problems) = problem {
            self.is_live = true;
            self.problems.clone_from(problems);
            self.focus_first_problem();
        } else if let Problem::Conflict { theirs } = problem {
            self.meet(theirs);
        } else if let Problem::NoSuchContact(_) = problem {
            self.message = Some(Message::ContactDeleted);
        } else {
            self.message = Some(Message::NotSaved(Box::new(problem.clone())));
        }
    }

    fn new(purpose: Purpose, entered: ContactForm, catalogue: &Catalogue, settings: FormSettings) -> Self {
        let mut form = Self {
            purpose,
            settings,
            fields: Fields::new(settings.account_language, settings.language),
            categories: catalogue.categories().iter().map(|category| category.id.clone()).collect(),
            focus: Focus::Name,
            original: ContactForm::default(),
            problems: Vec::new(),
            is_live: false,
            hint: None,
            kept_email: None,
            waiting: Waiting::No,
            message: None,
            front: None,
        };
        form.fields.fill(&entered);
        form.original = form.entered();
        form
    }

    fn input_to_list(&mut self, input: &Input, catalogue: &Catalogue) -> FormOutcome {
        if self.fields.language.is_open() {
            self.fields.language.key(input);
            return FormOutcome::Stay;
        }
        let before = self.fields.chosen_position();
        if let Picked::Chosen(_) = self.fields.position.key(input)
            && self.fields.chosen_position() != before
        {
            self.fields.propose(catalogue);
        }
        FormOutcome::Stay
    }

    fn order(&self) -> Vec<Focus> {
        let mut order = vec![Focus::Name, Focus::Email];
        order.extend(self.hint.as_ref().map(|_| Focus::Hint));
        order.extend([Focus::Position, Focus::Language]);
        order.extend((0..self.categories.len()).map(Focus::Category));
        order.extend([Focus::Ok, Focus::Cancel]);
        order
    }

    fn move_focus(&mut self, direction: Direction) -> FormOutcome {
        let order = self.order();
        let at = order.iter().position(|focus| *focus == self.focus).unwrap_or_default();
        let next = match direction {
            Direction::Onwards => (at + 1) % order.len(),
            Direction::Back => (at + order.len() - 1) % order.len(),
        };
        self.focus = order[next];
        FormOutcome::Stay
    }

    fn tick(&mut self, catalogue: &Catalogue) -> FormOutcome {
        match self.focus {
            Focus::Category(index) => {
                if let Some(category) = self.categories.get(index).cloned() {
                    self.fields.tick(&category, &self.original.types);
                }
                self.changed(catalogue)
            }
            Focus::Hint | Focus::Position | Focus::Language | Focus::Ok | Focus::Cancel => {
                self.accept(catalogue)
            }
            Focus::Name | Focus::Email => FormOutcome::Stay,
        }
    }

    fn edit(&mut self, input: &Input, catalogue: &Catalogue) -> FormOutcome {
        let typed = match self.focus {
            Focus::Name => self.fields.name.edit(input),
            Focus::Email => self.fields.email.edit(input),
            Focus::Hint
            | Focus::Position
            | Focus::Language
            | Focus::Category(_)
            | Focus::Ok
            | Focus::Cancel => Typed::Unused,
        };
        match typed {
            Typed::Changed => self.changed(catalogue),
            Typed::Same | Typed::Unused => FormOutcome::Stay,
        }
    }

    fn changed(&mut self, catalogue: &Catalogue) -> FormOutcome {
        self.message = None;
        if self.kept_email.as_deref() != Some(self.fields.email.text()) {
            self.hint = None;
        }
        if !self.is_live {
            return FormOutcome::Stay;
        }
        self.problems = self.local_problems(catalogue);
        FormOutcome::Check { form: self.entered(), editing: self.editing() }
    }

    fn accept(&mut self, catalogue: &Catalogue) -> FormOutcome {
        match self.focus {
            Focus::Position => self.fields.position.open(),
            Focus::Language => self.fields.language.open(),
            Focus::Cancel => return self.close(),
            Focus::Hint => {
                if let Some(hint) = self.hint.take() {
                    self.fields.email.set(&hint.meant);
                    self.kept_email = Some(hint.meant);
                    self.focus = Focus::Email;
                    return self.changed(catalogue);
                }
            }
            Focus::Name | Focus::Email | Focus::Category(_) | Focus::Ok => return self.ok(catalogue),
        }
        FormOutcome::Stay
    }

    fn ok(&mut self, catalogue: &Catalogue) -> FormOutcome {
        self.message = None;
        self.problems = self.local_problems(catalogue);
        if !self.problems.is_empty() {
            self.is_live = true;
            self.focus_first_problem();
            return FormOutcome::Stay;
        }
        let email = self.fields.email.text();
        let is_judged = self.kept_email.as_deref() == Some(email) || email == self.original.email;
        if !is_judged {
            self.waiting = Waiting::Hint;
            return FormOutcome::AskTypo { email: email.to_owned() };
        }
        self.save()
    }

    fn save(&mut self) -> FormOutcome {
        let outcome = match &self.purpose {
            Purpose::Add => FormOutcome::Add(self.entered()),
            Purpose::Modify(contact) => {
                let change = self.fields.change_of(contact);
                if change == ContactChange::default() {
                    return FormOutcome::Close;
                }
                FormOutcome::Modify { id: contact.id, change, version: contact.version }
            }
        };
        self.hint = None;
        self.waiting = Waiting::Saved;
        outcome
    }

    fn close(&mut self) -> FormOutcome {
        if !self.is_changed() {
            return FormOutcome::Close;
        }
        self.front = Some(Front::Leave(Confirm::leave()));
        FormOutcome::Stay
    }

    fn left(&mut self, answered: Answered) -> FormOutcome {
        match answered {
            Answered::NotYet => FormOutcome::Stay,
            Answered::Yes => FormOutcome::Close,
            Answered::No => {
                self.front = None;
                FormOutcome::Stay
            }
        }
    }

    /// Somebody else has saved the contact since it was read.
    fn meet(&mut self, theirs: &Contact) {
        if self.fields.change_of(theirs) == ContactChange::default() {
            self.take(theirs);
            self.message = Some(Message::SavedAlready);
            return;
        }
        self.front = Some(Front::Conflict(Conflict::new(theirs.clone())));
    }

    fn resolved(&mut self, resolved: Resolved) -> FormOutcome {
        let Some(Front::Conflict(conflict)) = &self.front else { return FormOutcome::Stay };
        let theirs = conflict.theirs().clone();
        match resolved {
            Resolved::NotYet => return FormOutcome::Stay,
            Resolved::Back => self.front = None,
            Resolved::TakeTheirs => {
                self.front = None;
                self.take(&theirs);
                self.message = Some(Message::TheirsTaken);
            }
            Resolved::KeepMine => {
                self.front = None;
                self.purpose = Purpose::Modify(Box::new(theirs));
                return self.save();
            }
        }
        FormOutcome::Stay
    }

    fn take(&mut self, theirs: &Contact) {
        self.fields.fill(&entered_of(theirs));
        self.original = self.entered();
        self.purpose = Purpose::Modify(Box::new(theirs.clone()));
        self.problems.clear();
        self.hint = None;
        self.is_live = false;
    }

    /// What is wrong by itself; that an address is taken only the store knows.
    fn local_problems(&self, catalogue: &Catalogue) -> Vec<FieldProblem> {
        let mut form = self.entered();
        // Ids of a newer version cannot be entered here; they are kept as they are.
        form.types.retain(|id| catalogue.contains(id));
        self.concerned(form.check(catalogue, self.settings.smtputf8, self.settings.account_language).problems)
    }

    /// Without the problems of fields that are as they were: what an older version has accepted may stay.
    fn concerned(&self, mut problems: Vec<FieldProblem>) -> Vec<FieldProblem> {
        if let Purpose::Modify(contact) = &self.purpose {
            let change = self.fields.change_of(contact);
            problems.retain(|problem| match problem.field {
                Field::Name => change.name.is_some(),
                Field::Email => change.email.is_some(),
                Field::Position => change.position.is_some(),
                Field::Language => change.language.is_some(),
                Field::Types => change.types.is_some(),
            });
        }
        problems
    }

    fn focus_first_problem(&mut self) {
        self.focus = match self.problems.first().map(|problem| problem.field) {
            Some(Field::Name) => Focus::Name,
            Some(Field::Email) => Focus::Email,
            Some(Field::Position) => Focus::Position,
            Some(Field::Language) => Focus::Language,
            Some(Field::Types) if !self.categories.is_empty() => Focus::Category(0),
            Some(Field::Types) | None => self.focus,
        };
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Onwards,
    Back,
}
