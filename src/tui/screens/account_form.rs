//! The form for the account: at the first start two fields (the account's name, the security email), later the default language
//! too. It never saves by itself; it says what is to be saved and is told what became of it.

mod view;

use crate::domain::account::Account;
use crate::domain::language::Language;
use crate::operations::Problem;
use crate::operations::account::{AccountChange, AccountField, AccountWrong};
use crate::tui::draft::{Draft, Form, Texts};
use crate::tui::keymap::{Action, Context, Enter, Input, Typing};
use crate::tui::widgets::drop_down::DropDown;
use crate::tui::widgets::text_field::{TextField, Typed};

use super::confirm::{Answered, Confirm};

/// The most characters a field takes: more than any right value has, so that a wrong one is explained and not cut.
const FIELD_LIMIT: usize = 400;

/// The form and the question in front of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountFormDialog {
    purpose: Purpose,
    name: TextField,
    security_email: TextField,
    language: DropDown,
    focus: Focus,
    problems: Vec<(AccountField, AccountWrong)>,
    waiting: Waiting,
    /// Why it could not be saved, where no field is to blame.
    message: Option<Box<Problem>>,
    question: Option<Confirm>,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountFormOutcome {
    Stay,
    /// Save the change; call [`AccountFormDialog::refused`] if that fails.
    Save(AccountChange),
    /// The first start's questions are not to be asked again.
    Skip,
    Close,
}

#[derive(Debug, Clone, PartialEq)]
enum Purpose {
    Introduction,
    /// The account as it was read.
    Edit(Box<Account>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Name,
    SecurityEmail,
    Language,
    Ok,
    Cancel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    No,
    Saved,
}

impl AccountFormDialog {
    /// The questions of the first start.
    #[must_use]
    pub fn introduction() -> Self {
        Self::new(Purpose::Introduction, "", "", Language::En, Focus::Name)
    }

    /// The account as it is, with the focus on `field`.
    #[must_use]
    pub fn edit(account: Account, field: AccountField) -> Self {
        let focus = match field {
            AccountField::Name => Focus::Name,
            AccountField::SecurityEmail => Focus::SecurityEmail,
            AccountField::Language => Focus::Language,
        };
        let (name, email) = (account.name.clone(), account.security_email.clone().unwrap_or_default());
        let language = account.language;
        Self::new(Purpose::Edit(Box::new(account)), &name, &email, language, focus)
    }

    /// Puts back what a draft has changed; it counts as changed.
    pub fn restore(&mut self, draft: &Draft) {
        if let Some(name) = draft.changed("name") {
            self.name.set(name);
        }
        if let Some(email) = draft.changed("security_email") {
            self.security_email.set(email);
        }
        let language = draft.changed("language").and_then(|id| Language::parse(id).ok());
        if let Some(at) = language.and_then(|wanted| Language::ALL.iter().position(|known| *known == wanted))
        {
            self.language.choose(at);
        }
    }

    /// What is to be kept in case that the program ends.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        let language = Language::ALL.get(self.language.chosen()).copied().unwrap_or(Language::En);
        let texts = |name, security_email, language: Language| {
            Texts::of([("name", name), ("security_email", security_email), ("language", language.id())])
        };
        let (form, before) = match &self.purpose {
            Purpose::Introduction => (Form::Introduction, texts("", "", language)),
            Purpose::Edit(account) => {
                let email = account.security_email.as_deref().unwrap_or_default();
                (Form::Account, texts(&account.name, email, account.language))
            }
        };
        let now = texts(self.name.text(), self.security_email.text(), language);
        (before != now).then_some(Draft { form, before, now })
    }

    /// Whether these are the questions of the first start.
    #[must_use]
    pub fn is_introduction(&self) -> bool {
        self.purpose == Purpose::Introduction
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
            (None, _) if self.language.is_open() => Context::DropDown,
            (None, Focus::Name | Focus::SecurityEmail) => Context::FormField,
            (None, Focus::Language | Focus::Ok | Focus::Cancel) => Context::Form,
        }
    }

    /// What accepting does at the focus, if it is something else than OK.
    #[must_use]
    pub fn enter_does(&self) -> Option<Enter> {
        if self.question.is_some() || self.language.is_open() {
            return None;
        }
        match self.focus {
            Focus::Language => Some(Enter::Open),
            Focus::Cancel if self.is_introduction() => Some(Enter::Skip),
            Focus::Cancel => Some(Enter::Cancel),
            Focus::Name | Focus::SecurityEmail | Focus::Ok => None,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        if matches!(self.context(), Context::FormField | Context::DropDown) {
            Typing::On
        } else {
            Typing::Off
        }
    }

    /// Whether anything differs from what the form was opened with.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match &self.purpose {
            Purpose::Introduction => !self.name.is_empty() || !self.security_email.is_empty(),
            Purpose::Edit(_) => self.change() != AccountChange::default(),
        }
    }

    /// One key or paste.
    pub fn input(&mut self, input: &Input) -> AccountFormOutcome {
        if let Some(question) = &mut self.question {
            return match question.input(input) {
                Answered::NotYet => AccountFormOutcome::Stay,
                Answered::Yes => self.given_up(),
                Answered::No => {
                    self.question = None;
                    AccountFormOutcome::Stay
                }
            };
        }
        if self.waiting == Waiting::Saved {
            return AccountFormOutcome::Stay;
        }
        if self.language.is_open() {
            self.language.key(input);
            return AccountFormOutcome::Stay;
        }
        match input {
            Input::Action(Action::Close) => return self.close(),
            Input::Action(Action::Next) => self.move_focus(1),
            Input::Action(Action::Previous) => self.move_focus(self.order().len() - 1),
            Input::Action(Action::Accept | Action::Tick) => return self.accept(),
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => self.edit_field(input),
        }
        AccountFormOutcome::Stay
    }

    /// Takes the reason why it was not saved. The form stays open with everything in it.
    pub fn refused(&mut self, problem: &Problem) {
        self.waiting = Waiting::No;
        if let Problem::InvalidAccount(problems) = problem {
            self.problems.clone_from(problems);
            self.focus = match problems.first().map(|(field, _)| *field) {
                Some(AccountField::Name) => Focus::Name,
                Some(AccountField::SecurityEmail) => Focus::SecurityEmail,
                Some(AccountField::Language) if !self.is_introduction() => Focus::Language,
                Some(AccountField::Language) | None => self.focus,
            };
            return;
        }
        self.message = Some(Box::new(problem.clone()));
    }

    fn new(purpose: Purpose, name: &str, email: &str, language: Language, focus: Focus) -> Self {
        let languages = Language::ALL.map(|language| language.own_name().to_owned()).to_vec();
        let chosen = Language::ALL.into_iter().position(|known| known == language).unwrap_or_default();
        Self {
            purpose,
            name: TextField::new(name, FIELD_LIMIT),
            security_email: TextField::new(email, FIELD_LIMIT),
            language: DropDown::new(languages, chosen),
            focus,
            problems: Vec::new(),
            waiting: Waiting::No,
            message: None,
            question: None,
        }
    }

    fn order(&self) -> &'static [Focus] {
        match self.purpose {
            Purpose::Introduction => &[Focus::Name, Focus::SecurityEmail, Focus::Ok, Focus::Cancel],
            Purpose::Edit(_) => {
                &[Focus::Name, Focus::SecurityEmail, Focus::Language, Focus::Ok, Focus::Cancel]
            }
        }
    }

    fn move_focus(&mut self, steps: usize) {
        let order = self.order();
        let at = order.iter().position(|focus| *focus == self.focus).unwrap_or_default();
        self.focus = order[(at + steps) % order.len()];
    }

    fn edit_field(&mut self, input: &Input) {
        let (typed, field) = match self.focus {
            Focus::Name => (self.name.edit(input), AccountField::Name),
            Focus::SecurityEmail => (self.security_email.edit(input), AccountField::SecurityEmail),
            Focus::Language | Focus::Ok | Focus::Cancel => return,
        };
        if typed == Typed::Changed {
            self.message = None;
            self.problems.retain(|(wrong, _)| *wrong != field);
        }
    }

    fn accept(&mut self) -> AccountFormOutcome {
        match self.focus {
            Focus::Language => {
                self.language.open();
                AccountFormOutcome::Stay
            }
            Focus::Cancel => self.close(),
            Focus::Name | Focus::SecurityEmail | Focus::Ok => self.ok(),
        }
    }

    fn ok(&mut self) -> AccountFormOutcome {
        let change = self.change();
        if !self.is_introduction() && change == AccountChange::default() {
            return AccountFormOutcome::Close;
        }
        self.message = None;
        self.problems.clear();
        self.waiting = Waiting::Saved;
        AccountFormOutcome::Save(change)
    }

    fn change(&self) -> AccountChange {
        let (name, email) = (self.name.text(), self.security_email.text().trim());
        let language = Language::ALL.get(self.language.chosen()).copied().unwrap_or(Language::En);
        match &self.purpose {
            Purpose::Introduction => AccountChange {
                name: Some(name.to_owned()),
                security_email: (!email.is_empty()).then(|| email.to_owned()),
                language: None,
            },
            Purpose::Edit(account) => AccountChange {
                name: (name != account.name).then(|| name.to_owned()),
                security_email: (email != account.security_email.as_deref().unwrap_or_default())
                    .then(|| email.to_owned()),
                language: (language != account.language).then(|| language.id().to_owned()),
            },
        }
    }

    fn close(&mut self) -> AccountFormOutcome {
        if !self.is_changed() {
            return self.given_up();
        }
        self.question = Some(match self.purpose {
            Purpose::Introduction => Confirm::skip_introduction(),
            Purpose::Edit(_) => Confirm::leave(),
        });
        AccountFormOutcome::Stay
    }

    fn given_up(&self) -> AccountFormOutcome {
        match self.purpose {
            Purpose::Introduction => AccountFormOutcome::Skip,
            Purpose::Edit(_) => AccountFormOutcome::Close,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::domain::email_address::EmailError;
    use crate::tui::widgets::test_look;

    fn account() -> Account {
        Account {
            name: "Example Ltd".into(),
            security_email: Some("sec@example.com".into()),
            security_email_status: None,
            language: Language::En,
            introduced: true,
        }
    }

    fn press(form: &mut AccountFormDialog, action: Action) -> AccountFormOutcome {
        form.input(&Input::Action(action))
    }

    fn paste(form: &mut AccountFormDialog, text: &str) {
        form.input(&Input::Paste(text.into()));
    }

    #[test]
    fn two_fields_and_enter_answer_the_first_start() {
        let mut form = AccountFormDialog::introduction();
        paste(&mut form, "Example Ltd");
        press(&mut form, Action::Next);
        paste(&mut form, "sec@example.com");
        let change = AccountChange {
            name: Some("Example Ltd".into()),
            security_email: Some("sec@example.com".into()),
            language: None,
        };
        assert_eq!(press(&mut form, Action::Accept), AccountFormOutcome::Save(change));
    }

    #[test]
    fn esc_skips_the_first_start_and_asks_only_if_something_was_typed() {
        let mut form = AccountFormDialog::introduction();
        assert_eq!(press(&mut form, Action::Close), AccountFormOutcome::Skip);
        paste(&mut form, "Example");
        assert_eq!(press(&mut form, Action::Close), AccountFormOutcome::Stay);
        assert_eq!(form.context(), Context::Confirm);
        assert_eq!(press(&mut form, Action::No), AccountFormOutcome::Stay);
        assert_eq!(form.name.text(), "Example");
        press(&mut form, Action::Close);
        assert_eq!(press(&mut form, Action::Yes), AccountFormOutcome::Skip);
    }

    #[test]
    fn only_what_was_changed_is_saved() {
        let mut form = AccountFormDialog::edit(account(), AccountField::SecurityEmail);
        assert_eq!(press(&mut form, Action::Accept), AccountFormOutcome::Close);
        press(&mut form, Action::DeleteBefore);
        let change = AccountChange { security_email: Some(String::new()), ..AccountChange::default() };
        assert_eq!(
            press(&mut form, Action::Accept),
            AccountFormOutcome::Save(change),
            "an empty field removes it"
        );
    }

    #[test]
    fn enter_opens_the_languages_and_does_not_save() {
        let mut form = AccountFormDialog::edit(account(), AccountField::Language);
        assert_eq!(press(&mut form, Action::Accept), AccountFormOutcome::Stay);
        assert_eq!(form.context(), Context::DropDown);
        press(&mut form, Action::Down);
        assert_eq!(press(&mut form, Action::Accept), AccountFormOutcome::Stay);
        press(&mut form, Action::Next);
        let change = AccountChange { language: Some("zh-CN".into()), ..AccountChange::default() };
        assert_eq!(press(&mut form, Action::Accept), AccountFormOutcome::Save(change));
    }

    #[test]
    fn wrong_fields_are_explained_and_nothing_is_lost() {
        let mut form = AccountFormDialog::introduction();
        paste(&mut form, "Example Ltd");
        press(&mut form, Action::Accept);
        let problem = (AccountField::SecurityEmail, AccountWrong::SecurityEmail(EmailError::NoAt));
        form.refused(&Problem::InvalidAccount(vec![problem]));
        assert_eq!(form.focus, Focus::SecurityEmail);
        assert_eq!(form.name.text(), "Example Ltd");
        paste(&mut form, "x");
        assert!(form.problems.is_empty());
    }

    #[test]
    fn keys_wait_while_it_is_saved() {
        let mut form = AccountFormDialog::introduction();
        press(&mut form, Action::Accept);
        assert_eq!(press(&mut form, Action::Close), AccountFormOutcome::Stay);
        form.refused(&Problem::NoSecurityEmail);
        assert!(form.message.is_some());
        assert_eq!(press(&mut form, Action::Close), AccountFormOutcome::Skip);
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..90, height in 0u16..30, introduces: bool, opens: bool, steps in 0..6usize) {
            let mut form = if introduces {
                AccountFormDialog::introduction()
            } else {
                AccountFormDialog::edit(account(), AccountField::Language)
            };
            for _ in 0..steps {
                press(&mut form, Action::Next);
            }
            if opens {
                press(&mut form, Action::Tick);
            }
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = form.draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
