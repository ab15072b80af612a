//! Draws the settings screen.
//!
//! ```text
//! ┌ Settings ────────────────────────────────────────────────┐
//! │  Account                                                 │
//! │▸ Name             Example Ltd                            │
//! │  Security email   security@example.com  ✓ verified       │
//! │  Language         English                                │
//! │                                                          │
//! │  Mail                                                    │
//! │  Server           mail.example.com, port 587, starttls   │
//! │  From             Example Ltd <notices@example.com>      │
//! │  Test             ✓ sent: 250 2.0.0 Ok                   │
//! │                                                          │
//! │  Places                                                  │
//! │  Database         /var/lib/callsheet/callsheet.db        │
//! └──────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::{Item, MailFacts, Settings, Test};
use crate::domain::account::Account;
use crate::domain::contact::Status;
use crate::domain::delivery::State;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say as _, plain, retold, say};
use crate::tui::keymap::{Action, Context};
use crate::tui::look::Look;
use crate::tui::screens::outbox::state_role;
use crate::tui::theme::Role;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{row, write};

/// Columns of the names.
const LABELS: usize = 15;
/// Columns before the names: the mark of the cursor and a blank.
const MARGIN: usize = 2;

/// One row of the screen.
struct SettingsRow {
    /// The item it belongs to; None for heads and blanks.
    item: Option<Item>,
    label: &'static str,
    text: String,
    role: Role,
}

impl Settings {
    /// Draws the screen into `area`. Returns the cursor's place: the line under the cursor.
    pub fn draw(
        &self,
        account: Option<&Account>,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let block = Block::bordered()
            .border_set(look.marks.border())
            .border_style(look.style(Role::Border))
            .title(Line::from(Span::styled(
                format!(" {} ", say!(look.language, "Settings")),
                look.style(Role::Title),
            )));
        let inner = block.inner(area);
        block.render(area, buf);
        let rows = self.rows(account, usize::from(inner.width).saturating_sub(MARGIN + LABELS + 1), look);
        let current = self.items().get(self.cursor).copied();
        let is_current = |one: &SettingsRow| one.item.is_some() && one.item == current;
        let first = rows.iter().position(is_current).unwrap_or_default();
        let last = rows.iter().rposition(is_current).unwrap_or_default();
        let height = usize::from(inner.height);
        // The head above the first line of a group is seen with it where there is room.
        let top = if first == 1 && last < height { 0 } else { (last + 1).saturating_sub(height).min(first) };
        for (index, settings_row) in rows.iter().enumerate().skip(top).take(height) {
            let mark = if index == first { look.marks.cursor() } else { " " };
            let line = settings_row.line(mark, is_current(settings_row), look);
            write(row(inner, index - top), buf, line);
        }
        let place = Position {
            x: inner.x,
            y: inner.y.saturating_add(u16::try_from(first - top.min(first)).unwrap_or(u16::MAX)),
        };
        inner.contains(place).then_some(place)
    }

    fn rows(&self, account: Option<&Account>, columns: usize, look: Look<'_>) -> Vec<SettingsRow> {
        let mut rows = Vec::new();
        for item in self.items() {
            match item {
                Item::Name => rows.push(head(say!(look.language, "Account"))),
                Item::Mail => rows.extend([blank(), head(say!(look.language, "Mail"))]),
                Item::Database => rows.extend([blank(), head(say!(look.language, "Places"))]),
                Item::ScreenLanguage => rows.extend([blank(), head(say!(look.language, "Screen"))]),
                Item::Warning(0) => rows.push(blank()),
                Item::SecurityEmail
                | Item::Language
                | Item::From
                | Item::Test
                | Item::Key
                | Item::Configuration
                | Item::Warning(_) => {}
            }
            let (label, text, role) = self.words(item, account, look);
            let labels = std::iter::once(label).chain(std::iter::repeat(""));
            let lines = wrap(&text, columns.max(1));
            rows.extend(labels.zip(lines).map(|(label, text)| SettingsRow {
                item: Some(item),
                label,
                text,
                role,
            }));
        }
        rows
    }

    fn words(&self, item: Item, account: Option<&Account>, look: Look<'_>) -> (&'static str, String, Role) {
        let language = look.language;
        match item {
            Item::Name => {
                let (text, role) = match account {
                    None => (String::new(), Role::Dim),
                    Some(account) if account.name.is_empty() => {
                        (say!(language, "not set").to_owned(), Role::Warning)
                    }
                    Some(account) => (safe(&account.name).into_owned(), Role::Text),
                };
                // In Chinese what a person is called is another word.
                let label = match language {
                    Language::En => "Name",
                    Language::ZhCn => say!(language, "Account's name"),
                };
                (label, text, role)
            }
            Item::SecurityEmail => {
                let (text, role) = security_email(account, look);
                (say!(language, "Security email"), text, role)
            }
            Item::Language => {
                let text = account.map(|account| account.language.own_name().to_owned()).unwrap_or_default();
                (say!(language, "Language"), text, Role::Text)
            }
            Item::Mail => match &self.facts.mail {
                MailFacts::Files { folder } => {
                    let text =
                        say!(language, "{folder}; it does not leave this machine", folder = safe(folder));
                    (say!(language, "Written to"), text, Role::Warning)
                }
                MailFacts::Server { host, port, security, .. } => {
                    let (host, security) = (safe(host), safe(security));
                    let text = say!(language, "{host}, port {port}, {security}", host, port, security);
                    (say!(language, "Server"), text, Role::Text)
                }
            },
            Item::From => match &self.facts.mail {
                MailFacts::Server { from, .. } => {
                    (say!(language, "From"), safe(from).into_owned(), Role::Text)
                }
                MailFacts::Files { .. } => (say!(language, "From"), String::new(), Role::Text),
            },
            Item::Test => {
                let (text, role) = self.test_words(look);
                (say!(language, "Test"), text, role)
            }
            Item::Database => {
                (say!(language, "Database"), safe(&self.facts.database).into_owned(), Role::Text)
            }
            Item::Key => (say!(language, "Key"), safe(&self.facts.key).into_owned(), Role::Text),
            Item::Configuration => {
                let text = match &self.facts.configuration {
                    Some(file) => safe(file).into_owned(),
                    None => say!(language, "none; the defaults are in force").to_owned(),
                };
                (say!(language, "Configuration"), text, Role::Text)
            }
            Item::ScreenLanguage => {
                let key = look.keys.keys(Context::Settings, Action::Edit).next().unwrap_or_default();
                let (name, other) = (language.own_name(), language.next().own_name());
                let text = say!(language, "{name}; {key} switches to {other}", name, key, other);
                (say!(language, "Language"), text, Role::Text)
            }
            Item::Warning(index) => {
                let warning = self.facts.warnings.get(index);
                let text = warning.map(|warning| safe(&warning.say(language)).into_owned());
                (say!(language, "Warning"), text.unwrap_or_default(), Role::Warning)
            }
        }
    }

    fn test_words(&self, look: Look<'_>) -> (String, Role) {
        let language = look.language;
        match &self.test {
            Test::None => {
                let key = look.keys.keys(Context::Settings, Action::TestMail).next().unwrap_or_default();
                (say!(language, "press {key} to send a test mail to the security email", key), Role::Hint)
            }
            Test::Asked { .. } => (say!(language, "asking for a test mail").to_owned(), Role::Dim),
            Test::UnderWay(id) => (say!(language, "delivery {id} is on its way", id = id.0), Role::Text),
            Test::Refused(problem) => (safe(&problem.say(language)).into_owned(), Role::Problem),
            Test::Ended(ended) => {
                let what = match ended.state {
                    State::Written => say!(language, "written to a file"),
                    State::Retry => say!(language, "put off, tried again later"),
                    State::Queued
                    | State::Sending
                    | State::Sent
                    | State::Failed
                    | State::Expired
                    | State::Cancelled => plain(language, ended.state.id()),
                };
                let mark = look.marks.delivery(ended.state);
                let text = match &ended.words {
                    Some(words) => {
                        let words = retold(language, words);
                        say!(language, "{mark} {what}: {words}", mark, what, words).trim_start().to_owned()
                    }
                    None => look.marked(mark, what),
                };
                (text, state_role(ended.state))
            }
        }
    }
}

impl SettingsRow {
    fn line<'a>(&'a self, mark: &'static str, is_current: bool, look: Look<'_>) -> Line<'a> {
        let Some(_) = self.item else {
            return Line::from(Span::styled(format!("  {}", self.label), look.style(Role::Header)));
        };
        let label = look.label(self.label, LABELS);
        let gap = if look.marks.is_spoken() { "" } else { " " };
        let (label_role, role) =
            if is_current { (Role::SelectedRow, Role::SelectedRow) } else { (Role::Label, self.role) };
        Line::from(vec![
            Span::styled(format!("{mark} "), look.style(Role::Title)),
            Span::styled(format!("{label}{gap}"), look.style(label_role)),
            Span::styled(self.text.as_str(), look.style(role)),
        ])
    }
}

fn security_email(account: Option<&Account>, look: Look<'_>) -> (String, Role) {
    let Some(account) = account else { return (String::new(), Role::Dim) };
    let Some(email) = &account.security_email else {
        let words = say!(look.language, "not set; what nobody receives is sent to nobody");
        return (words.to_owned(), Role::Warning);
    };
    let email = safe(email);
    match account.security_email_status {
        None => (email.into_owned(), Role::Text),
        Some(status) => {
            let role = match status {
                Status::Verified => Role::Good,
                Status::CodeSent => Role::Text,
                Status::Unverified | Status::Expired => Role::Warning,
                Status::Undeliverable => Role::Bad,
            };
            let words = look.marked(look.marks.status(status), plain(look.language, status.words()));
            let gap = if look.marks.is_spoken() { look.separator() } else { "  " };
            (format!("{email}{gap}{words}"), role)
        }
    }
}

fn head(label: &'static str) -> SettingsRow {
    SettingsRow { item: None, label, text: String::new(), role: Role::Header }
}

fn blank() -> SettingsRow {
    head("")
}
