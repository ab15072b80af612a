//! The settings screen: the account and the mail server, which are edited from here, and where everything lies, which is only
//! shown. It never reads a file and never saves.

mod view;

use crate::domain::account::Account;
use crate::domain::delivery::{DeliveryId, State};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, Say as _};
use crate::mail::sender::SenderEvent;
use crate::operations::Problem;
use crate::operations::account::AccountField;
use crate::tui::keymap::{Action, Input};

/// The state of the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    facts: SettingsFacts,
    /// The line under the cursor.
    cursor: usize,
    test: Test,
}

/// What configuration and machine decide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsFacts {
    pub mail: MailFacts,
    /// Where the database lies.
    pub database: String,
    /// Where its key lies.
    pub key: String,
    /// The configuration file in force; None if there is none.
    pub configuration: Option<String>,
    /// Sentences that an administrator should know.
    pub warnings: Vec<Said>,
}

/// How mail leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFacts {
    /// No server is configured: mail is written to files in this folder.
    Files {
        folder: String,
    },
    Server {
        host: String,
        port: u16,
        security: String,
        from: String,
    },
}

impl Default for MailFacts {
    fn default() -> Self {
        Self::Files { folder: String::new() }
    }
}

/// What a key wants that goes beyond the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsOutcome {
    Stay,
    /// The key has no meaning here.
    Unused,
    /// Edit the account, beginning with this field.
    Edit(AccountField),
    /// Edit the mail server.
    EditMail,
    /// Switch the language of the screen.
    SwitchLanguage,
    /// Show the verification of the security email.
    Verification,
    /// Send a test mail to the security email, then call [`Settings::test_queued`].
    TestMail,
}

/// What has become of the last test mail.
#[derive(Debug, Clone, PartialEq, Default)]
enum Test {
    #[default]
    None,
    Asked {
        /// What the sender has told meanwhile.
        heard: Vec<(DeliveryId, Ended)>,
    },
    UnderWay(DeliveryId),
    Ended(Ended),
    /// It could not be queued.
    Refused(Problem),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Ended {
    state: State,
    /// The server's words; safe to show.
    words: Option<String>,
}

/// Lines of the screen that the cursor can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Name,
    SecurityEmail,
    Language,
    Mail,
    From,
    Test,
    Database,
    Key,
    Configuration,
    ScreenLanguage,
    /// The index of a warning.
    Warning(usize),
}

impl Settings {
    /// The screen with what configuration and machine decide.
    #[must_use]
    pub fn new(facts: SettingsFacts) -> Self {
        Self { facts, ..Self::default() }
    }

    /// Takes what configuration and machine decide now. What became of a test mail before is about the server before.
    pub fn reconfigured(&mut self, facts: SettingsFacts) {
        *self = Self { facts, cursor: self.cursor, test: Test::None };
        self.cursor = self.cursor.min(self.items().len().saturating_sub(1));
    }

    /// Whether no mail server is configured, so that mail is written to files.
    #[must_use]
    pub const fn writes_files(&self) -> bool {
        matches!(self.facts.mail, MailFacts::Files { .. })
    }

    /// Does what a key means.
    pub fn act(&mut self, input: &Input) -> SettingsOutcome {
        let Input::Action(action) = input else { return SettingsOutcome::Unused };
        let last = self.items().len().saturating_sub(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the screen has a use for few of all actions")]
        match action {
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::Edit => return self.edit(),
            Action::Verification => return SettingsOutcome::Verification,
            Action::TestMail => return self.ask_for_test(),
            _ => return SettingsOutcome::Unused,
        }
        SettingsOutcome::Stay
    }

    /// What the line under the cursor says, to be copied; None for one that only does something.
    #[must_use]
    pub fn line_text(&self, account: Option<&Account>, language: Language) -> Option<String> {
        match self.items().get(self.cursor)? {
            Item::Name => account.map(|account| account.name.clone()),
            Item::SecurityEmail => account.and_then(|account| account.security_email.clone()),
            Item::Language => account.map(|account| account.language.id().to_owned()),
            Item::Mail => Some(match &self.facts.mail {
                MailFacts::Files { folder } => folder.clone(),
                MailFacts::Server { host, port, .. } => format!("{host}:{port}"),
            }),
            Item::From => match &self.facts.mail {
                MailFacts::Files { .. } => None,
                MailFacts::Server { from, .. } => Some(from.clone()),
            },
            Item::Test => None,
            Item::Database => Some(self.facts.database.clone()),
            Item::Key => Some(self.facts.key.clone()),
            Item::Configuration => self.facts.configuration.clone(),
            Item::ScreenLanguage => Some(language.id().to_owned()),
            Item::Warning(index) => Some(self.facts.warnings.get(*index)?.say(language)),
        }
    }

    /// Takes the answer to [`SettingsOutcome::TestMail`].
    pub fn test_queued(&mut self, result: Result<DeliveryId, Problem>) {
        self.test = match (result, std::mem::take(&mut self.test)) {
            (Ok(id), Test::Asked { heard }) => {
                match heard.into_iter().rev().find(|(settled, _)| *settled == id) {
                    Some((_, ended)) => Test::Ended(ended),
                    None => Test::UnderWay(id),
                }
            }
            (Ok(id), Test::None | Test::UnderWay(_) | Test::Ended(_) | Test::Refused(_)) => {
                Test::UnderWay(id)
            }
            (Err(problem), _) => Test::Refused(problem),
        };
    }

    /// Notes that no answer will come to what was asked.
    pub fn forget(&mut self, problem: &Problem) {
        if matches!(self.test, Test::Asked { .. }) {
            self.test = Test::Refused(problem.clone());
        }
    }

    /// Takes over what the sender tells of the test mail.
    pub fn hear(&mut self, event: &SenderEvent) {
        let SenderEvent::Settled { id, state, words, .. } = event else { return };
        let ended = Ended { state: *state, words: words.as_deref().map(|words| safe(words).into_owned()) };
        match &mut self.test {
            Test::Asked { heard } => heard.push((*id, ended)),
            Test::UnderWay(mine) if mine == id => {
                // One that is tried again later may still arrive.
                self.test = Test::Ended(ended);
            }
            Test::None | Test::UnderWay(_) | Test::Ended(_) | Test::Refused(_) => {}
        }
    }

    fn edit(&mut self) -> SettingsOutcome {
        match self.items().get(self.cursor) {
            Some(Item::Name) => SettingsOutcome::Edit(AccountField::Name),
            Some(Item::SecurityEmail) => SettingsOutcome::Edit(AccountField::SecurityEmail),
            Some(Item::Language) => SettingsOutcome::Edit(AccountField::Language),
            Some(Item::Test) => self.ask_for_test(),
            Some(Item::Mail | Item::From) => SettingsOutcome::EditMail,
            Some(Item::ScreenLanguage) => SettingsOutcome::SwitchLanguage,
            Some(Item::Database | Item::Key | Item::Configuration | Item::Warning(_)) | None => {
                SettingsOutcome::Stay
            }
        }
    }

    fn ask_for_test(&mut self) -> SettingsOutcome {
        if matches!(self.test, Test::Asked { .. }) {
            return SettingsOutcome::Stay;
        }
        self.test = Test::Asked { heard: Vec::new() };
        SettingsOutcome::TestMail
    }

    fn items(&self) -> Vec<Item> {
        let mut items = vec![Item::Name, Item::SecurityEmail, Item::Language, Item::Mail];
        items.extend(matches!(self.facts.mail, MailFacts::Server { .. }).then_some(Item::From));
        items.extend([Item::Test, Item::Database, Item::Key, Item::Configuration, Item::ScreenLanguage]);
        items.extend((0..self.facts.warnings.len()).map(Item::Warning));
        items
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::tui::widgets::test_look;

    fn settings() -> Settings {
        let mail = MailFacts::Server {
            host: "mail.example.com".into(),
            port: 587,
            security: "starttls".into(),
            from: "Example Ltd <notices@example.com>".into(),
        };
        Settings::new(SettingsFacts {
            mail,
            database: "/var/lib/callsheet/callsheet.db".into(),
            key: "/var/lib/callsheet/callsheet.db.key".into(),
            configuration: None,
            warnings: vec!["The database lies on a network file system.".into()],
        })
    }

    fn press(settings: &mut Settings, action: Action) -> SettingsOutcome {
        settings.act(&Input::Action(action))
    }

    fn settled(id: i64, state: State) -> SenderEvent {
        SenderEvent::Settled {
            id: DeliveryId(id),
            to: "sec@example.com".into(),
            state,
            words: Some("250 ok".into()),
        }
    }

    #[test]
    fn enter_edits_the_field_under_the_cursor() {
        let mut settings = settings();
        assert_eq!(press(&mut settings, Action::Edit), SettingsOutcome::Edit(AccountField::Name));
        press(&mut settings, Action::Down);
        assert_eq!(press(&mut settings, Action::Edit), SettingsOutcome::Edit(AccountField::SecurityEmail));
        press(&mut settings, Action::Down);
        press(&mut settings, Action::Down);
        assert_eq!(press(&mut settings, Action::Edit), SettingsOutcome::EditMail);
        for _ in 0..3 {
            press(&mut settings, Action::Down);
        }
        assert_eq!(
            press(&mut settings, Action::Edit),
            SettingsOutcome::Stay,
            "what is only shown is not edited"
        );
        for _ in 0..3 {
            press(&mut settings, Action::Down);
        }
        assert_eq!(press(&mut settings, Action::Edit), SettingsOutcome::SwitchLanguage);
    }

    #[test]
    fn a_test_mail_tells_what_became_of_it() {
        let mut settings = settings();
        assert_eq!(press(&mut settings, Action::TestMail), SettingsOutcome::TestMail);
        assert_eq!(press(&mut settings, Action::TestMail), SettingsOutcome::Stay, "one at a time");
        settings.test_queued(Ok(DeliveryId(5)));
        settings.hear(&settled(4, State::Failed));
        assert_eq!(settings.test, Test::UnderWay(DeliveryId(5)));
        settings.hear(&settled(5, State::Sent));
        assert_eq!(settings.test, Test::Ended(Ended { state: State::Sent, words: Some("250 ok".into()) }));
    }

    #[test]
    fn a_sender_that_is_faster_than_the_answer_is_heard() {
        let mut settings = settings();
        press(&mut settings, Action::TestMail);
        settings.hear(&settled(5, State::Sent));
        settings.test_queued(Ok(DeliveryId(5)));
        assert!(matches!(settings.test, Test::Ended(_)));
    }

    #[test]
    fn a_test_without_a_security_email_says_why() {
        let mut settings = settings();
        press(&mut settings, Action::TestMail);
        settings.test_queued(Err(Problem::NoSecurityEmail));
        assert_eq!(settings.test, Test::Refused(Problem::NoSecurityEmail));
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..130, height in 0u16..30, downs in 0..12usize) {
            let mut settings = settings();
            for _ in 0..downs {
                press(&mut settings, Action::Down);
            }
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = settings.draw(None, area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
