//! The form for the mail server, and beside it the mail doctor, who asks the server with what is typed, saved or not. It neither
//! saves nor asks by itself; it says what is to be done and is told what became of it.

mod doctor;
mod view;

use self::doctor::{Doctor, Lost};
use super::confirm::{Answered, Confirm};
use crate::config::{MailField, MailForm, MailServer, Security, TypedPassword, Unsaved};
use crate::domain::language::Language;
use crate::domain::say::{Said, Say as _, say};
use crate::mail::sender::ProbeEvent;
use crate::operations::Problem;
use crate::tui::draft::{Draft, Form, Texts};
use crate::tui::keymap::{Action, Context, Enter, Input, Typing};
use crate::tui::widgets::drop_down::DropDown;
use crate::tui::widgets::password_field::PasswordField;
use crate::tui::widgets::text_field::{TextField, Typed};

/// The most characters a field takes: more than any right value has, so that a wrong one is explained and not cut.
const FIELD_LIMIT: usize = 400;

/// The form, the doctor's findings and the question in front of them.
#[derive(Debug, Clone, PartialEq)]
pub struct MailFormDialog {
    /// As it was read.
    server: MailServer,
    page: Page,
    /// The fields into which text is typed.
    texts: Vec<(MailField, TextField)>,
    security: DropDown,
    password: PasswordField,
    smtputf8: bool,
    focus: Focus,
    problems: Vec<(MailField, Said)>,
    waiting: Waiting,
    /// Why it could not be saved, where no field is to blame.
    message: Option<Message>,
    doctor: Doctor,
    /// Whether a small screen shows what the doctor says and not the field with the focus: from the question to the next key.
    follows_doctor: bool,
    question: Option<Confirm>,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFormOutcome {
    Stay,
    /// Save it, then close the form or call [`MailFormDialog::refused`].
    Save {
        server: MailServer,
        form: MailForm,
    },
    /// Ask the server; call [`MailFormDialog::hear`] meanwhile, then [`MailFormDialog::examined`].
    Examine {
        server: MailServer,
        form: MailForm,
    },
    /// What the server says is no longer wanted.
    StopExamining,
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Field(MailField),
    Ok,
    Examine,
    /// The button that leads to the other page.
    Turn,
    Cancel,
}

/// What is seen of the form at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// Where mail goes, and who sends it.
    Server,
    /// Everything else.
    More,
}

impl Page {
    const fn of(field: MailField) -> Self {
        match field {
            MailField::From
            | MailField::Host
            | MailField::Port
            | MailField::Security
            | MailField::Username
            | MailField::Password => Self::Server,
            MailField::CaFile
            | MailField::Connections
            | MailField::RatePerSecond
            | MailField::ReturnPath
            | MailField::MessageIdDomain
            | MailField::Smtputf8
            | MailField::DkimDomain
            | MailField::DkimSelector
            | MailField::DkimKeyFile => Self::More,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Server => Self::More,
            Self::More => Self::Server,
        }
    }

    fn fields(self) -> impl Iterator<Item = MailField> {
        MailField::ALL.into_iter().filter(move |field| Self::of(*field) == self)
    }

    const fn first(self) -> MailField {
        match self {
            Self::Server => MailField::From,
            Self::More => MailField::CaFile,
        }
    }
}

/// Why it was not saved.
#[derive(Debug, Clone, PartialEq)]
enum Message {
    /// Somebody else has changed the file meanwhile.
    Changed,
    Failed(Said),
    /// Nobody knows whether it is saved.
    Lost(Problem),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    No,
    Saved,
}

impl MailFormDialog {
    /// The mail server as it was read, in the language of the screen.
    #[must_use]
    pub fn new(server: MailServer, language: Language) -> Self {
        let form = &server.form;
        let field = |field| Some((field, TextField::new(form.text(field)?, FIELD_LIMIT)));
        let chosen = Security::ALL.into_iter().position(|known| Some(known) == form.security);
        Self {
            page: Page::Server,
            texts: MailField::ALL.into_iter().filter_map(field).collect(),
            security: DropDown::new(securities(language), chosen.map_or(0, |at| at + 1)),
            password: PasswordField::default(),
            smtputf8: form.smtputf8,
            focus: Focus::Field(MailField::From),
            problems: Vec::new(),
            waiting: Waiting::No,
            message: None,
            doctor: Doctor::default(),
            follows_doctor: false,
            question: None,
            server,
        }
    }

    /// Puts back what a draft has changed; it counts as changed.
    pub fn restore(&mut self, draft: &Draft) {
        for (field, typed) in &mut self.texts {
            if let Some(text) = draft.changed(field.key()) {
                typed.set(text);
            }
        }
        if let Some(id) = draft.changed(MailField::Security.key()) {
            let chosen = Security::ALL.iter().position(|known| known.id() == id);
            self.security.choose(chosen.map_or(0, |at| at + 1));
        }
        if let Some(smtputf8) = draft.changed(MailField::Smtputf8.key()) {
            self.smtputf8 = smtputf8 == YES;
        }
    }

    /// What is to be kept in case that the program ends; never the password.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        let (before, now) = (texts(&self.server.form), texts(&self.form()));
        (before != now).then_some(Draft { form: Form::MailServer, before, now })
    }

    /// Says in another language what it keeps in words.
    pub fn say_anew(&mut self, language: Language) {
        self.security.say_anew(securities(language));
    }

    /// Whether it is being saved: keys must wait for what comes of it.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waiting == Waiting::Saved
    }

    /// Where the keys have their meaning now.
    #[must_use]
    pub fn context(&self) -> Context {
        match (&self.question, self.focus) {
            (Some(_), _) => Context::Confirm,
            (None, _) if self.security.is_open() => Context::DropDown,
            (None, Focus::Field(MailField::Security | MailField::Smtputf8)) => Context::MailForm,
            (None, Focus::Field(_)) => Context::MailField,
            (None, Focus::Ok | Focus::Examine | Focus::Turn | Focus::Cancel) => Context::MailForm,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        if matches!(self.context(), Context::MailField | Context::DropDown) {
            Typing::On
        } else {
            Typing::Off
        }
    }

    /// One key or paste.
    pub fn input(&mut self, input: &Input) -> MailFormOutcome {
        if let Some(question) = &mut self.question {
            return match question.input(input) {
                Answered::NotYet => MailFormOutcome::Stay,
                Answered::Yes => MailFormOutcome::Close,
                Answered::No => {
                    self.question = None;
                    MailFormOutcome::Stay
                }
            };
        }
        if self.waiting == Waiting::Saved {
            return MailFormOutcome::Stay;
        }
        if self.security.is_open() {
            let before = self.security.chosen();
            self.security.key(input);
            return if self.security.chosen() == before {
                MailFormOutcome::Stay
            } else {
                self.changed(MailField::Security)
            };
        }
        self.follows_doctor &=
            matches!(input, Input::Action(Action::PageUp | Action::PageDown | Action::Close));
        match input {
            Input::Action(Action::Close) => return self.close(),
            Input::Action(Action::Next) => self.move_focus(1),
            Input::Action(Action::Previous) => self.move_focus(self.order().len() - 1),
            Input::Action(Action::Examine) => return self.examine(),
            Input::Action(Action::OtherPage) => self.turn(),
            Input::Action(Action::PageUp) => self.doctor.scroll_up(),
            Input::Action(Action::PageDown) => self.doctor.scroll_down(),
            Input::Action(Action::Tick) if self.focus == Focus::Field(MailField::Smtputf8) => {
                self.smtputf8 = !self.smtputf8;
                return self.changed(MailField::Smtputf8);
            }
            Input::Action(Action::Accept | Action::Tick) => return self.accept(),
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => return self.edit(input),
        }
        MailFormOutcome::Stay
    }

    /// What accepting does at the focus, if it is something else than OK.
    #[must_use]
    pub fn enter_does(&self) -> Option<Enter> {
        if self.context() != Context::MailForm {
            return None;
        }
        match self.focus {
            Focus::Field(MailField::Security) => Some(Enter::Open),
            Focus::Examine => Some(Enter::Check),
            Focus::Turn => Some(Enter::Turn),
            Focus::Cancel => Some(Enter::Cancel),
            Focus::Field(_) | Focus::Ok => None,
        }
    }

    /// Takes the reason why it was not saved. The form stays open with everything in it.
    pub fn refused(&mut self, reason: Unsaved) {
        self.waiting = Waiting::No;
        match reason {
            Unsaved::Invalid(problems) => self.take_problems(problems),
            Unsaved::Changed(basis) => {
                self.focus = Focus::Ok;
                self.server.basis = basis;
                self.message = Some(Message::Changed);
            }
            Unsaved::Failed(words) => {
                self.focus = Focus::Ok;
                self.message = Some(Message::Failed(words));
            }
        }
    }

    /// Notes that what was asked will not be answered.
    pub fn lost(&mut self, problem: &Problem) {
        if self.waiting == Waiting::Saved {
            self.waiting = Waiting::No;
            self.message = Some(Message::Lost(problem.clone()));
        }
        self.doctor.lost(Lost::Problem(problem.clone()));
    }

    /// Takes what happens while the server is asked.
    pub fn hear(&mut self, event: ProbeEvent) {
        self.doctor.hear(event);
    }

    /// Notes that the server was asked, or why not.
    pub fn examined(&mut self, result: Result<(), Unsaved>) {
        match result {
            Ok(()) => self.doctor.ended(),
            Err(Unsaved::Invalid(problems)) => {
                self.doctor.lost(Lost::WrongFields);
                self.take_problems(problems);
            }
            Err(Unsaved::Failed(words)) => self.doctor.lost(Lost::Said(words)),
            Err(Unsaved::Changed(_)) => self.doctor.lost(Lost::Changed),
        }
    }

    fn take_problems(&mut self, problems: Vec<(MailField, Said)>) {
        if let Some((field, _)) = problems.first() {
            self.page = Page::of(*field);
            self.focus = Focus::Field(*field);
        }
        self.problems = problems;
    }

    fn form(&self) -> MailForm {
        let mut form = MailForm {
            security: self.security.chosen().checked_sub(1).and_then(|at| Security::ALL.get(at).copied()),
            password: self.password.password().map(TypedPassword),
            smtputf8: self.smtputf8,
            ..MailForm::default()
        };
        for (field, typed) in &self.texts {
            if let Some(text) = form.text_mut(*field) {
                typed.text().clone_into(text);
            }
        }
        form
    }

    fn text(&self, field: MailField) -> Option<&TextField> {
        self.texts.iter().find(|(known, _)| *known == field).map(|(_, text)| text)
    }

    /// Goes to the other page.
    fn turn(&mut self) {
        self.page = self.page.other();
        self.focus = Focus::Field(self.page.first());
    }

    /// Where the focus goes on this page, in its order.
    fn order(&self) -> Vec<Focus> {
        let buttons = [Focus::Ok, Focus::Examine, Focus::Turn, Focus::Cancel];
        self.page.fields().map(Focus::Field).chain(buttons).collect()
    }

    fn is_changed(&self) -> bool {
        self.form() != self.server.form
    }

    fn move_focus(&mut self, steps: usize) {
        let order = self.order();
        let at = order.iter().position(|focus| *focus == self.focus).unwrap_or_default();
        self.focus = order[(at + steps) % order.len()];
    }

    fn edit(&mut self, input: &Input) -> MailFormOutcome {
        let Focus::Field(field) = self.focus else { return MailFormOutcome::Stay };
        let text = self.texts.iter_mut().find(|(known, _)| *known == field);
        let typed = match (text, field) {
            (Some((_, text)), _) => text.edit(input),
            (None, MailField::Password) => self.password.edit(input),
            (None, _) => Typed::Unused,
        };
        if typed == Typed::Changed { self.changed(field) } else { MailFormOutcome::Stay }
    }

    /// What was said of a field no longer holds, and what the server says is about another one.
    fn changed(&mut self, field: MailField) -> MailFormOutcome {
        self.message = None;
        self.problems.retain(|(wrong, _)| *wrong != field);
        self.stop_examining()
    }

    fn stop_examining(&mut self) -> MailFormOutcome {
        if !self.doctor.is_asking() {
            return MailFormOutcome::Stay;
        }
        self.doctor.stop();
        MailFormOutcome::StopExamining
    }

    fn accept(&mut self) -> MailFormOutcome {
        match self.focus {
            Focus::Field(MailField::Security) => {
                self.security.open();
                MailFormOutcome::Stay
            }
            Focus::Examine => self.examine(),
            Focus::Turn => {
                self.turn();
                MailFormOutcome::Stay
            }
            Focus::Cancel => self.close(),
            Focus::Field(_) | Focus::Ok => self.ok(),
        }
    }

    fn ok(&mut self) -> MailFormOutcome {
        if !self.is_changed() {
            return MailFormOutcome::Close;
        }
        self.message = None;
        self.problems.clear();
        self.waiting = Waiting::Saved;
        MailFormOutcome::Save { server: self.server.clone(), form: self.form() }
    }

    fn examine(&mut self) -> MailFormOutcome {
        if self.doctor.is_asking() {
            return MailFormOutcome::Stay;
        }
        self.problems.clear();
        self.doctor = Doctor::asking();
        self.follows_doctor = true;
        MailFormOutcome::Examine { server: self.server.clone(), form: self.form() }
    }

    fn close(&mut self) -> MailFormOutcome {
        if self.doctor.is_asking() {
            return self.stop_examining();
        }
        if !self.is_changed() {
            return MailFormOutcome::Close;
        }
        self.question = Some(Confirm::leave());
        MailFormOutcome::Stay
    }
}

impl Message {
    fn text(&self, language: Language) -> String {
        match self {
            Self::Changed => say!(
                language,
                "Somebody else has changed the file meanwhile, and nothing is written. OK again writes what you changed into the \
                 file as it is now, and keeps what they changed."
            )
            .to_owned(),
            Self::Failed(why) => say!(language, "Nothing is saved: {why}.", why = why.say(language)),
            Self::Lost(problem) => say!(language, "It may not be saved: {problem}.", problem = problem.say(language)),
        }
    }
}

/// How a draft says that a box is ticked.
const YES: &str = "yes";

/// Everything but the password.
fn texts(form: &MailForm) -> Texts {
    Texts::of(MailField::ALL.map(|field| {
        let text = match form.text(field) {
            Some(text) => text.as_str(),
            None if field == MailField::Security => form.security.map(Security::id).unwrap_or_default(),
            None if field == MailField::Smtputf8 && form.smtputf8 => YES,
            None => "",
        };
        (field.key(), text)
    }))
}

/// What can be chosen: the default, and each by its name in the configuration.
fn securities(language: Language) -> Vec<String> {
    let names = Security::ALL.map(Security::id);
    std::iter::once(say!(language, "default")).chain(names).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
