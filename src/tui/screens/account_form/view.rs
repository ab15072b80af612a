//! Draws the form for the account.
//!
//! ```text
//! ┌ Welcome to callsheet ────────────────────────────────────┐
//! │ callsheet keeps the list of people who must hear what     │
//! │ happens to an account. Whose list is this?                │
//! │                                                           │
//! │ Account's name  Example Ltd                               │
//! │                 the organisation, as mails name it        │
//! │ Security email  security@example.com                      │
//! │                 gets what nobody else would; a code …     │
//! │                                                           │
//! │                 [ OK ]  [ Skip ]                          │
//! └───────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::{AccountFormDialog, Focus, Purpose, Waiting};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::operations::account::AccountField;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::Focus as WidgetFocus;
use crate::tui::widgets::dialog;
use crate::tui::widgets::text_field::TextField;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, row, write};

const COLUMNS: u16 = 76;
/// Columns before the fields.
const LABELS: u16 = 16;
/// Columns of the drop-down.
const LIST: u16 = 20;

/// One row of the form.
enum FormRow {
    Blank,
    Words(String),
    Name,
    SecurityEmail,
    Language,
    Note {
        text: String,
        role: Role,
    },
    Buttons,
    /// A button in a line of its own, where the form is spoken.
    Button(Focus),
}

/// Whether rows are spent on words and blanks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Ample,
    Scarce,
}

impl AccountFormDialog {
    /// Draws the form in the middle of `area`, with the question in front of it. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let ample = self.rows(words, Space::Ample, look);
        let rows = if ample.len() + 2 <= usize::from(area.height) {
            ample
        } else {
            self.rows(words, Space::Scarce, look)
        };
        let place =
            dialog::centred(look.marks, area, columns, u16::try_from(rows.len() + 2).unwrap_or(u16::MAX));
        let title = match self.purpose {
            Purpose::Introduction => say!(look.language, "Welcome to callsheet"),
            Purpose::Edit(_) => say!(look.language, "Account"),
        };
        let inner = dialog::open(place, buf, look, title);
        if self.waiting == Waiting::Saved {
            dialog::foot(place, buf, look, say!(look.language, "saving"));
        }
        let top = self.top(&rows, inner.height.into());
        dialog::scroll_marks(place, buf, look, top, rows.len());
        let mut cursor = None;
        for (index, form_row) in rows.iter().enumerate().skip(top).take(inner.height.into()) {
            let at = row(inner, index - top);
            cursor = self.draw_row(form_row, at, buf, look).or(cursor);
        }
        if self.language.is_open()
            && let Some(index) = rows.iter().position(|form_row| matches!(form_row, FormRow::Language))
        {
            let at = list_area(row(inner, index.saturating_sub(top)));
            cursor = self.language.draw_list(at, area, buf, look).or(cursor);
        }
        match &self.question {
            Some(question) => question.draw(area, buf, look),
            None => cursor,
        }
    }

    fn rows(&self, columns: usize, space: Space, look: Look<'_>) -> Vec<FormRow> {
        let language = look.language;
        let beside = columns.saturating_sub(LABELS.into());
        let mut rows = Vec::new();
        if space == Space::Ample && self.is_introduction() {
            let words = say!(
                language,
                "callsheet keeps the list of people who must hear what happens to an account, \
                 and proof that their addresses work. Whose list is this?"
            );
            rows.extend(wrap(words, columns).into_iter().map(FormRow::Words));
            rows.push(FormRow::Blank);
        }
        rows.push(FormRow::Name);
        let notes = |field, purpose| self.notes(field, purpose, beside, space, look);
        rows.extend(notes(AccountField::Name, say!(language, "the organisation, as mails name it")));
        rows.push(FormRow::SecurityEmail);
        let purpose = say!(language, "gets what nobody else would; a code is mailed to it");
        rows.extend(notes(AccountField::SecurityEmail, purpose));
        if !self.is_introduction() {
            rows.push(FormRow::Language);
            rows.extend(notes(AccountField::Language, say!(language, "the language that new contacts get")));
        }
        rows.extend(self.message.iter().flat_map(|problem| {
            let words = say!(language, "not saved: {problem}", problem = problem.say(language));
            note(&safe(&words), Role::Warning, beside)
        }));
        if space == Space::Ample {
            rows.push(FormRow::Blank);
        }
        if look.marks.is_spoken() {
            rows.extend([Focus::Ok, Focus::Cancel].map(FormRow::Button));
        } else {
            rows.push(FormRow::Buttons);
        }
        rows
    }

    /// What is wrong with a field; where nothing is and there is room, what it is for.
    fn notes(
        &self,
        field: AccountField,
        purpose: &str,
        columns: usize,
        space: Space,
        look: Look<'_>,
    ) -> Vec<FormRow> {
        let problems: Vec<FormRow> = self
            .problems
            .iter()
            .filter(|(wrong, _)| *wrong == field)
            .flat_map(|(_, wrong)| {
                note(&look.wrong(&safe(&wrong.say(look.language))), Role::Problem, columns)
            })
            .collect();
        match (problems.is_empty(), space) {
            (true, Space::Ample) => note(purpose, Role::Hint, columns),
            (true, Space::Scarce) | (false, _) => problems,
        }
    }

    fn draw_row(&self, form_row: &FormRow, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let fields = beside(area, LABELS);
        match form_row {
            FormRow::Blank => None,
            FormRow::Words(text) => {
                write(area, buf, Span::styled(text.as_str(), look.style(Role::Text)));
                None
            }
            FormRow::Note { text, role } => {
                write(fields, buf, Span::styled(text.as_str(), look.style(*role)));
                None
            }
            FormRow::Name => {
                let label = say!(look.language, "Account's name");
                self.draw_field(label, &self.name, Focus::Name, area, buf, look)
            }
            FormRow::SecurityEmail => {
                let label = say!(look.language, "Security email");
                self.draw_field(label, &self.security_email, Focus::SecurityEmail, area, buf, look)
            }
            FormRow::Language => {
                let place = dialog::label(area, buf, look, say!(look.language, "Language"), LABELS);
                let place = Rect { width: place.width.min(LIST), ..place };
                self.language.draw(place, buf, look, self.widget_focus(Focus::Language))
            }
            FormRow::Buttons => {
                let (label, other) = (say!(look.language, "OK"), self.other(look.language));
                let ok = self.draw_button(label, Focus::Ok, fields, buf, look);
                let place = dialog::beside_button(fields, label);
                ok.or(self.draw_button(other, Focus::Cancel, place, buf, look))
            }
            FormRow::Button(Focus::Ok) => {
                self.draw_button(say!(look.language, "OK"), Focus::Ok, area, buf, look)
            }
            FormRow::Button(_) => self.draw_button(self.other(look.language), Focus::Cancel, area, buf, look),
        }
    }

    /// The button that saves nothing.
    fn other(&self, language: Language) -> &'static str {
        if self.is_introduction() { say!(language, "Skip") } else { say!(language, "Cancel") }
    }

    fn draw_field(
        &self,
        label: &str,
        field: &TextField,
        focus: Focus,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let place = dialog::label(area, buf, look, label, LABELS);
        field.draw_in_form(place, buf, look, self.widget_focus(focus))
    }

    fn draw_button(
        &self,
        label: &str,
        focus: Focus,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let role = if self.focus == focus { Role::FocusedButton } else { Role::Button };
        dialog::draw_button(area, buf, look, label, role).filter(|_| self.focus == focus)
    }

    fn widget_focus(&self, focus: Focus) -> WidgetFocus {
        if self.focus == focus { WidgetFocus::Here } else { WidgetFocus::Elsewhere }
    }

    /// The first row that is seen: the focus and the words below it stay in sight.
    fn top(&self, rows: &[FormRow], height: usize) -> usize {
        let is_focused = |form_row: &FormRow| match (form_row, self.focus) {
            (FormRow::Name, Focus::Name)
            | (FormRow::SecurityEmail, Focus::SecurityEmail)
            | (FormRow::Language, Focus::Language)
            | (FormRow::Buttons, Focus::Ok | Focus::Cancel) => true,
            (FormRow::Button(button), focused) => *button == focused,
            (_, _) => false,
        };
        let at = rows.iter().position(is_focused).unwrap_or_default();
        let notes =
            rows.iter().skip(at + 1).take_while(|form_row| matches!(form_row, FormRow::Note { .. })).count();
        (at + 1 + notes).saturating_sub(height).min(at)
    }
}

fn list_area(area: Rect) -> Rect {
    let fields = beside(area, LABELS);
    Rect { width: fields.width.min(LIST), ..fields }
}

fn note(text: &str, role: Role, columns: usize) -> Vec<FormRow> {
    wrap(text, columns).into_iter().map(|text| FormRow::Note { text, role }).collect()
}
