//! Draws the contact form.
//!
//! ```text
//! ┌ Add contact ────────────────────────────────────────────┐
//! │ Name      AdaLovelace                                   │
//! │                                                         │
//! │ Email     ada@gmial.com                                 │
//! │           did you mean ada@gmail.com? …                 │
//! │ Position  Finance Director    ▾                         │
//! │ Language  English             ▾                         │
//! │                                                         │
//! │ Types     [x] Account Messages  proposed for Finance …  │
//! │           [ ] Product Messages                          │
//! │                                                         │
//! │           [ OK ]  [ Cancel ]                            │
//! │                                                         │
//! │ Low account balance, insufficient credit limit, …       │
//! └─────────────────────────────────────────────────────────┘
//! ```
//!
//! Where that does not fit, blank rows and the words at the bottom go first; then the form scrolls to the focus.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::{ContactFormDialog, Focus, Front, Message, Purpose, Waiting};
use crate::domain::contact::{Contact, Status};
use crate::domain::contact_form::Field;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, plain, say};
use crate::domain::subscription::BoxState;
use crate::tui::keymap::{Action, Context};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::{self, Focus as WidgetFocus};
use crate::tui::widgets::dialog::{self, draw_button};
use crate::tui::widgets::drop_down::DropDown;
use crate::tui::widgets::text_field::TextField;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, row, write};

const COLUMNS: u16 = 76;
/// Columns before the fields.
const LABELS: u16 = 10;
/// Columns of a drop-down.
const LIST: u16 = 28;
/// Rows for the words about the focused field.
const HELP_ROWS: usize = 2;

/// One row of the form.
#[derive(Debug, Clone, PartialEq)]
enum FormRow {
    Blank,
    Name,
    Email,
    Hint,
    Position,
    Language,
    Category(usize),
    Buttons,
    /// A button in a line of its own, where the form is spoken.
    Button(Focus),
    /// Words below a field, and beside the label column.
    Note {
        text: String,
        role: Role,
    },
    /// Words over the whole width.
    Help(String),
}

/// What rows are spent on beside the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// Blanks, and words about the focused field.
    Ample,
    /// Blanks.
    Modest,
    Scarce,
}

impl ContactFormDialog {
    /// Draws the form over `area`, with everything in front of it. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let spaces = [Space::Ample, Space::Modest].into_iter();
        let fitting = spaces
            .map(|space| self.rows(words, space, look))
            .find(|rows| rows.len() + 2 <= area.height.into());
        let rows = fitting.unwrap_or_else(|| self.rows(words, Space::Scarce, look));
        let place =
            dialog::centred(look.marks, area, columns, u16::try_from(rows.len() + 2).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, &self.title(look.language));
        if self.waiting == Waiting::Saved {
            dialog::foot(place, buf, look, say!(look.language, "saving"));
        }
        let top = self.top(&rows, inner.height.into());
        let mut cursor = None;
        let mut open_list = None;
        for (index, form_row) in rows.iter().enumerate().skip(top).take(inner.height.into()) {
            let at = row(inner, index - top);
            cursor = self.draw_row(form_row, at, buf, look).or(cursor);
            if *form_row == FormRow::Position && self.fields.position.is_open() {
                open_list = Some((&self.fields.position, at));
            } else if *form_row == FormRow::Language && self.fields.language.is_open() {
                open_list = Some((&self.fields.language, at));
            }
        }
        dialog::scroll_marks(place, buf, look, top, rows.len());
        if let Some((list, at)) = open_list {
            cursor = list.draw_list(list_area(at), area, buf, look).or(cursor);
        }
        match &self.front {
            Some(Front::Leave(question)) => question.draw(area, buf, look),
            Some(Front::Conflict(conflict)) => conflict.draw(&self.entered(), area, buf, look),
            None => cursor,
        }
    }

    fn title(&self, language: Language) -> String {
        match &self.purpose {
            Purpose::Add => say!(language, "Add contact").to_owned(),
            Purpose::Modify(contact) => say!(language, "Modify {name}", name = safe(&contact.name)),
        }
    }

    fn rows(&self, columns: usize, space: Space, look: Look<'_>) -> Vec<FormRow> {
        let beside = columns.saturating_sub(LABELS.into());
        let blank = || (space != Space::Scarce).then_some(FormRow::Blank);
        let mut rows = vec![FormRow::Name];
        let language = look.language;
        let mut notes = self.problem_rows(Field::Name, beside, look);
        rows.extend(if notes.is_empty() {
            blank().into_iter().collect()
        } else {
            std::mem::take(&mut notes)
        });
        rows.push(FormRow::Email);
        notes = self.email_rows(beside, look);
        rows.extend(if notes.is_empty() { blank().into_iter().collect() } else { notes });
        rows.push(FormRow::Position);
        rows.extend(self.problem_rows(Field::Position, beside, look));
        rows.push(FormRow::Language);
        rows.extend(self.problem_rows(Field::Language, beside, look));
        rows.extend(blank());
        rows.extend((0..self.categories.len()).map(FormRow::Category));
        notes = self.types_rows(beside, look);
        rows.extend(if notes.is_empty() { blank().into_iter().collect() } else { notes });
        rows.extend(self.message.iter().flat_map(|message| {
            let words = message_words(message, language);
            notes_of(&words, Role::Warning, beside)
        }));
        rows.extend(blank());
        if look.marks.is_spoken() {
            rows.extend([Focus::Ok, Focus::Cancel].map(FormRow::Button));
        } else {
            rows.push(FormRow::Buttons);
        }
        if space == Space::Ample {
            rows.push(FormRow::Blank);
            let mut help = wrap(&self.help(look), columns);
            help.resize(HELP_ROWS.max(help.len()), String::new());
            rows.extend(help.into_iter().map(FormRow::Help));
        }
        rows
    }

    fn problem_rows(&self, field: Field, columns: usize, look: Look<'_>) -> Vec<FormRow> {
        let of_field = self.problems.iter().filter(|problem| problem.field == field);
        of_field
            .flat_map(|problem| {
                let words = look.wrong(&safe(&problem.message.say(look.language)));
                notes_of(&words, Role::Problem, columns)
            })
            .collect()
    }

    fn email_rows(&self, columns: usize, look: Look<'_>) -> Vec<FormRow> {
        let problems = self.problem_rows(Field::Email, columns, look);
        if !problems.is_empty() {
            return problems;
        }
        if let Some(hint) = &self.hint {
            let key = look.keys.keys(Context::Form, Action::Accept).next().unwrap_or_default();
            let meant = safe(&hint.meant);
            let words = say!(look.language, "did you mean {meant}? {key} again keeps yours", meant, key);
            let mut rows = notes_of(&words, Role::Warning, columns);
            rows.push(FormRow::Hint);
            return rows;
        }
        match &self.purpose {
            Purpose::Add => Vec::new(),
            Purpose::Modify(contact) => {
                let words = self.words_on_change(contact, look);
                words.map(|words| notes_of(&words, Role::Hint, columns)).unwrap_or_default()
            }
        }
    }

    /// What a change of the address means.
    fn words_on_change(&self, contact: &Contact, look: Look<'_>) -> Option<String> {
        let is_same = self.fields.email.text().trim() == contact.email;
        let (language, present) = (look.language, safe(&contact.email));
        if let (true, Some(pending)) = (is_same, &contact.pending_email) {
            return Some(say!(
                language,
                "a change to {pending} waits to be verified; {present} is in force until then",
                pending = safe(pending),
                present
            ));
        }
        if is_same {
            return match (contact.status, contact.code_sent_at) {
                (Status::CodeSent, Some(sent)) => {
                    Some(say!(language, "code sent {time}", time = look.short_time(sent)))
                }
                (Status::CodeSent | Status::Unverified | Status::Expired | Status::Undeliverable, _) => {
                    let status = plain(language, contact.status.words());
                    Some(say!(language, "state of the address: {status}", status))
                }
                (Status::Verified, _) => None,
            };
        }
        Some(match contact.status {
            Status::Verified => {
                say!(language, "{present} stays in force until the new address is verified", present)
            }
            Status::Unverified | Status::CodeSent | Status::Expired | Status::Undeliverable => {
                say!(language, "replaces {present} at once; a code is mailed to the new address", present)
            }
        })
    }

    fn types_rows(&self, columns: usize, look: Look<'_>) -> Vec<FormRow> {
        let problems = self.problem_rows(Field::Types, columns, look);
        if problems.is_empty() && self.fields.wanted.is_empty() {
            let words = say!(look.language, "nothing is ticked: this contact will get no notices");
            return notes_of(words, Role::Warning, columns);
        }
        problems
    }

    /// What the focused field is for.
    fn help(&self, look: Look<'_>) -> String {
        let language = look.language;
        match self.focus {
            Focus::Name => say!(language, "Chinese characters or English letters, at most 20, no blanks."),
            Focus::Email => say!(
                language,
                "A code is mailed to a new address; until somebody has read it out, nothing else is sent there."
            ),
            Focus::Hint => say!(language, "Takes over the address that you may have meant."),
            Focus::Position => {
                say!(language, "Optional. A position proposes message types; they can be changed here.")
            }
            Focus::Language => say!(language, "The language of the mails to this contact."),
            Focus::Category(index) => return self.help_on_category(index, look),
            Focus::Ok | Focus::Cancel => "",
        }
        .to_owned()
    }

    fn help_on_category(&self, index: usize, look: Look<'_>) -> String {
        let Some(category) = self.categories.get(index).and_then(|id| look.catalogue.category(id)) else {
            return String::new();
        };
        if self.fields.wanted.state(&category.id) != BoxState::Some {
            return safe(category.description.get(look.language)).into_owned();
        }
        let wanted = category.types.iter().filter(|known| self.fields.wanted.covers(&known.id));
        let titles = wanted.map(|known| safe(known.title.get(look.language)).into_owned());
        let titles = titles.reduce(|titles, next| say!(look.language, "{titles}, {next}", titles, next));
        let titles = titles.unwrap_or_default();
        say!(look.language, "Only {titles}. Ticking takes all types.", titles)
    }

    fn draw_row(&self, form_row: &FormRow, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let (fields, language) = (beside(area, LABELS), look.language);
        match form_row {
            FormRow::Blank => None,
            FormRow::Name => {
                let label = say!(language, "Name");
                self.draw_field(label, &self.fields.name, Focus::Name, area, buf, look)
            }
            FormRow::Email => {
                let label = say!(language, "Email");
                self.draw_field(label, &self.fields.email, Focus::Email, area, buf, look)
            }
            FormRow::Hint => {
                let meant = self.hint.as_ref().map_or("", |hint| hint.meant.as_str());
                let label = say!(language, "Use {address}", address = safe(meant));
                self.draw_button(&label, Focus::Hint, fields, buf, look)
            }
            FormRow::Position => {
                let label = say!(language, "Position");
                self.draw_list(label, &self.fields.position, Focus::Position, area, buf, look)
            }
            FormRow::Language => {
                let label = say!(language, "Language");
                self.draw_list(label, &self.fields.language, Focus::Language, area, buf, look)
            }
            FormRow::Category(index) => self.draw_category(*index, area, buf, look),
            FormRow::Buttons => {
                let label = say!(language, "OK");
                let ok = self.draw_button(label, Focus::Ok, fields, buf, look);
                let place = dialog::beside_button(fields, label);
                ok.or(self.draw_button(say!(language, "Cancel"), Focus::Cancel, place, buf, look))
            }
            FormRow::Button(focus) => {
                let label = if *focus == Focus::Ok { say!(language, "OK") } else { say!(language, "Cancel") };
                self.draw_button(label, *focus, area, buf, look)
            }
            FormRow::Note { text, role } => {
                write(fields, buf, Span::styled(text.as_str(), look.style(*role)));
                None
            }
            FormRow::Help(text) => {
                write(area, buf, Span::styled(text.as_str(), look.style(Role::Hint)));
                None
            }
        }
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

    fn draw_list(
        &self,
        label: &str,
        list: &DropDown,
        focus: Focus,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let place = dialog::label(area, buf, look, label, LABELS);
        list.draw(Rect { width: place.width.min(LIST), ..place }, buf, look, self.widget_focus(focus))
    }

    fn draw_category(&self, index: usize, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let id = self.categories.get(index)?;
        if index == 0 && !look.marks.is_spoken() {
            write(area, buf, Span::styled(say!(look.language, "Types"), look.style(Role::Label)));
        }
        let title =
            look.catalogue.category(id).map_or(id.as_str(), |category| category.title.get(look.language));
        let state = self.fields.wanted.state(id);
        let proposal = self.fields.proposal.as_ref().filter(|proposal| proposal.categories.contains(id));
        let note = match (proposal, state) {
            (Some(proposal), BoxState::All) => {
                let position = proposal.position.title(look.language);
                say!(look.language, "proposed for {position}", position)
            }
            (Some(_) | None, BoxState::All | BoxState::None) => String::new(),
            (Some(_) | None, BoxState::Some) => self.count_of(id, look),
        };
        let focus = self.widget_focus(Focus::Category(index));
        let place = if look.marks.is_spoken() { area } else { beside(area, LABELS) };
        check_box::draw(place, buf, look, state, &safe(title), &note, focus)
    }

    fn count_of(&self, id: &str, look: Look<'_>) -> String {
        let types = look.catalogue.category(id).map_or(&[][..], |category| &category.types);
        let wanted = types.iter().filter(|known| self.fields.wanted.covers(&known.id)).count();
        say!(look.language, "{wanted} of {all} types", wanted, all = types.len())
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
        draw_button(area, buf, look, label, role).filter(|_| self.focus == focus)
    }

    fn widget_focus(&self, focus: Focus) -> WidgetFocus {
        if self.focus == focus { WidgetFocus::Here } else { WidgetFocus::Elsewhere }
    }

    /// The first row that is seen: the focus and the words below it stay in sight.
    fn top(&self, rows: &[FormRow], height: usize) -> usize {
        if rows.len() <= height {
            return 0;
        }
        let is_focused = |form_row: &FormRow| match (form_row, self.focus) {
            (FormRow::Name, Focus::Name)
            | (FormRow::Email, Focus::Email)
            | (FormRow::Hint, Focus::Hint)
            | (FormRow::Position, Focus::Position)
            | (FormRow::Language, Focus::Language)
            | (FormRow::Buttons, Focus::Ok | Focus::Cancel) => true,
            (FormRow::Category(index), Focus::Category(focused)) => *index == focused,
            (FormRow::Button(button), focused) => *button == focused,
            (_, _) => false,
        };
        let at = rows.iter().position(is_focused).unwrap_or_default();
        let notes = rows[at + 1..]
            .iter()
            .take_while(|form_row| matches!(form_row, FormRow::Note { .. } | FormRow::Hint));
        let end = at + 1 + notes.count();
        // One row more shows that it goes on.
        (end + 1).min(rows.len()).saturating_sub(height).min(at)
    }
}

/// Safe to show.
fn message_words(message: &Message, language: Language) -> String {
    match message {
        Message::ContactDeleted => {
            say!(language, "somebody has deleted this contact meanwhile; what you entered is still here")
                .to_owned()
        }
        Message::DeletedMeanwhile => {
            say!(language, "somebody has deleted this contact meanwhile; OK adds it as a new one").to_owned()
        }
        Message::ChangedMeanwhile => {
            say!(language, "somebody else has saved this contact meanwhile; OK shows what differs").to_owned()
        }
        Message::SavedAlready => {
            say!(language, "somebody else has saved the same already; nothing is left to save").to_owned()
        }
        Message::TheirsTaken => say!(language, "this is what somebody else has saved").to_owned(),
        Message::NotSaved(problem) => {
            say!(language, "not saved: {problem}", problem = problem.say(language))
        }
    }
}

fn list_area(area: Rect) -> Rect {
    let fields = beside(area, LABELS);
    Rect { width: fields.width.min(LIST), ..fields }
}

fn notes_of(text: &str, role: Role, columns: usize) -> Vec<FormRow> {
    wrap(text, columns).into_iter().map(|text| FormRow::Note { text, role }).collect()
}
