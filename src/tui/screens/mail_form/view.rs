//! Draws the form for the mail server. Where the screen is wide the doctor stands beside the form, else below it.
//!
//! ```text
//! ┌ Mail server ─────────────────────────────────────────────────────────────┐
//! │ From         Example Ltd <notices@example.com>                           │
//! │ Server       mail.example.com                                            │
//! │ Port         587                                                         │
//! │ Security     starttls             ▾                                      │
//! │ User name    notices                                                     │
//! │ Password     ••••••••                                                    │
//! │ Bounces to                                                               │
//! │ SMTPUTF8     [ ] addresses with letters outside ASCII                    │
//! │              kept in a file of its own that only you can read            │
//! │              [ OK ]  [ Check ]  [ More ]  [ Cancel ]                     │
//! │ Mail doctor ──────────────────────────────────────────────────────────── │
//! │ ✓ connect    connected to 192.0.2.7:587                                  │
//! │ ✗ sign in    535 5.7.8 authentication failed                             │
//! └──────────────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::doctor::Told;
use super::{Focus, MailFormDialog, Page, Waiting};
use crate::config::MailField;
use crate::domain::columns::width;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say as _, say};
use crate::domain::subscription::BoxState;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::{self, Focus as WidgetFocus};
use crate::tui::widgets::scroll_text::ScrollLine;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, dialog, first_rows, row, skip_rows, write};

/// Columns of the dialog where the doctor stands below the form.
const NARROW: u16 = 78;
/// Columns of the form where the doctor stands beside it.
const FORM: u16 = 62;
/// From this width on the doctor stands beside the form.
const WIDE: u16 = 112;
/// The widest that the dialog becomes.
const WIDEST: u16 = 130;
/// Columns before the fields.
const LABELS: u16 = 12;
/// Columns of the drop-down.
const LIST: u16 = 14;
/// Rows for what the doctor says, so that the dialog keeps its size while the usual number of lines comes.
const DOCTOR: usize = 9;
/// Columns of a field for a number.
const NUMBER: u16 = 8;

/// One row of the form.
enum FormRow {
    Blank,
    Field(MailField),
    Note {
        text: String,
        role: Role,
    },
    Buttons,
    /// A button in a line of its own, where the form is spoken.
    Button(Focus),
    /// The head above what the doctor says.
    DoctorHead,
    /// The line of that number.
    Doctor(usize),
}

impl MailFormDialog {
    /// Draws the form in the middle of `area`, with the question in front of it. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let is_wide = area.width >= WIDE && !look.marks.is_spoken();
        let columns = if is_wide { WIDEST.min(area.width.saturating_sub(4)) } else { NARROW.min(area.width) };
        let words = if is_wide { FORM } else { columns.saturating_sub(6) };
        let mut rows = self.rows(usize::from(words), is_wide, look);
        let form_rows = rows.len();
        let doctor = if is_wide { columns.saturating_sub(FORM + 11) } else { words };
        let doctor = self.doctor.lines(usize::from(doctor), look);
        let wanted = if is_wide {
            rows.len().max(doctor.lines.len().max(DOCTOR) + 1)
        } else {
            rows.push(FormRow::DoctorHead);
            rows.extend((0..doctor.lines.len()).map(FormRow::Doctor));
            rows.len().max(form_rows + DOCTOR)
        };
        let place = dialog::centred(look.marks, area, columns, u16::try_from(wanted + 2).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, say!(look.language, "Mail server"));
        if self.waiting == Waiting::Saved {
            dialog::foot(place, buf, look, say!(look.language, "saving"));
        }
        let left = if is_wide { Rect { width: FORM.min(inner.width), ..inner } } else { inner };
        let height = usize::from(left.height);
        let top = self.top(&rows, &doctor, height);
        dialog::scroll_marks(place, buf, look, top, rows.len());
        let mut cursor = None;
        for (index, form_row) in rows.iter().enumerate().skip(top).take(height) {
            cursor = self.draw_row(form_row, &doctor, row(left, index - top), buf, look).or(cursor);
        }
        // The field may be out of sight: then the cursor stands where the doctor is read.
        let cursor_row = rows
            .iter()
            .skip(top)
            .take(height)
            .position(|form_row| matches!(form_row, FormRow::DoctorHead | FormRow::Doctor(_)));
        let mut cursor = cursor
            .or_else(|| cursor_row.filter(|_| !left.is_empty()).map(|index| row(left, index).as_position()));
        if is_wide {
            let top = self.doctor.top(&doctor, height.saturating_sub(1));
            draw_doctor(&doctor.lines, top, beside(inner, FORM), buf, look);
        }
        let is_security = |form_row: &FormRow| matches!(form_row, FormRow::Field(MailField::Security));
        if self.security.is_open()
            && let Some(index) = rows.iter().position(is_security)
        {
            let at = list_area(row(left, index.saturating_sub(top)));
            cursor = self.security.draw_list(at, area, buf, look).or(cursor);
        }
        match &self.question {
            Some(question) => question.draw(area, buf, look),
            None => cursor,
        }
    }

    fn rows(&self, columns: usize, is_wide: bool, look: Look<'_>) -> Vec<FormRow> {
        let language = look.language;
        let beside = columns.saturating_sub(LABELS.into());
        let mut rows = Vec::new();
        for field in self.page.fields() {
            rows.push(FormRow::Field(field));
            for (_, problem) in self.problems.iter().filter(|(wrong, _)| *wrong == field) {
                let problem = problem.say(language);
                let words = say!(language, "it {problem}", problem = safe(&problem));
                rows.extend(note(&look.wrong(&words), Role::Problem, beside));
            }
        }
        if is_wide {
            rows.push(FormRow::Blank);
        }
        rows.extend(note(&safe(&self.hint(language)), Role::Hint, beside));
        if is_wide {
            rows.push(FormRow::Blank);
        }
        if self.problems.iter().any(|(field, _)| Page::of(*field) != self.page) {
            let words = say!(language, "something on the other page is wrong, too");
            rows.extend(note(&look.wrong(words), Role::Problem, beside));
        }
        if look.marks.is_spoken() {
            rows.extend(self.buttons(language).map(|(_, focus)| FormRow::Button(focus)));
        } else {
            rows.push(FormRow::Buttons);
        }
        let message = self.message.as_ref().map(|message| message.text(language));
        rows.extend(message.iter().flat_map(|message| note(&safe(message), Role::Warning, beside)));
        rows
    }

    /// What the focus is for.
    fn hint(&self, language: Language) -> String {
        let words = match self.focus {
            Focus::Field(MailField::From) => {
                say!(language, "the sender of all mail: Example Ltd <notices@example.com>")
            }
            Focus::Field(MailField::Host) => {
                say!(language, "takes all mail; without one mail is written to files")
            }
            Focus::Field(MailField::Port) => {
                say!(language, "empty: 587, 465 with tls, 25 without encryption")
            }
            Focus::Field(MailField::Security) => {
                say!(language, "default: starttls; tls on port 465; none to this machine")
            }
            Focus::Field(MailField::Username) => say!(language, "who signs in; empty: nobody does"),
            Focus::Field(MailField::Password) => match &self.server.password {
                Some(place) => {
                    return say!(language, "{place}; empty keeps it", place = place.say(language));
                }
                None => say!(language, "kept in a file of its own that only you can read"),
            },
            Focus::Field(MailField::ReturnPath) => {
                say!(language, "for each mail an address made from this one; empty: to the sender")
            }
            Focus::Field(MailField::Smtputf8) => say!(language, "the server must know SMTPUTF8"),
            Focus::Field(MailField::CaFile) => {
                say!(language, "certificates in PEM that are trusted besides those of the system")
            }
            Focus::Field(MailField::Connections) => {
                say!(language, "how many are open at once, 1 to 32; empty: 4")
            }
            Focus::Field(MailField::RatePerSecond) => {
                say!(language, "mails a second at most; empty or 0: no limit")
            }
            Focus::Field(MailField::MessageIdDomain) => {
                say!(language, "the right side of each Message-ID; empty: the sender's domain")
            }
            Focus::Field(MailField::DkimDomain) => {
                say!(language, "DKIM: the domain that signs; empty in all three: nothing is signed")
            }
            Focus::Field(MailField::DkimSelector) => {
                say!(language, "DKIM: the name under which the key is published")
            }
            Focus::Field(MailField::DkimKeyFile) => {
                say!(language, "DKIM: the private RSA key in PEM, readable by you alone")
            }
            Focus::Ok => {
                let file = self.server.basis.file.display();
                return say!(language, "writes {file}; mail leaves so at once", file);
            }
            Focus::Examine => say!(language, "asks the server; nothing is sent and nothing saved"),
            Focus::Turn => match self.page {
                Page::Server => say!(language, "limits, bounces and signatures"),
                Page::More => say!(language, "back to server and sender"),
            },
            Focus::Cancel => say!(language, "leaves everything as it was"),
        };
        words.to_owned()
    }

    fn draw_row(
        &self,
        form_row: &FormRow,
        doctor: &Told,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let fields = beside(area, LABELS);
        match form_row {
            FormRow::Blank => None,
            FormRow::Field(field) => self.draw_field(*field, area, buf, look),
            FormRow::Note { text, role } => {
                write(fields, buf, Span::styled(text.as_str(), look.style(*role)));
                None
            }
            FormRow::Buttons => {
                let buttons = self.buttons(look.language);
                let columns = |label| width(label) + 4;
                let all: usize = buttons.iter().map(|(label, _)| columns(label)).sum();
                let fits = |area: Rect| all + 2 * (buttons.len() - 1) <= usize::from(area.width);
                // On a small screen they begin at the edge, and stand as far apart as there is room.
                let mut place = if fits(fields) { fields } else { area };
                let gap = (usize::from(place.width).saturating_sub(all) / (buttons.len() - 1)).min(2);
                let mut cursor = None;
                for (label, focus) in buttons {
                    cursor = self.draw_button(label, focus, place, buf, look).or(cursor);
                    place = beside(place, u16::try_from(columns(label) + gap).unwrap_or(u16::MAX));
                }
                cursor
            }
            FormRow::Button(focus) => {
                let named = self.buttons(look.language).into_iter().find(|(_, known)| known == focus);
                let (label, focus) = named?;
                self.draw_button(label, focus, area, buf, look)
            }
            FormRow::DoctorHead => {
                draw_head(area, buf, look);
                None
            }
            FormRow::Doctor(number) => {
                let line = doctor.lines.get(*number)?;
                write(area, buf, Span::styled(line.text.as_str(), look.style(line.role)));
                None
            }
        }
    }

    fn draw_field(&self, field: MailField, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let label = match field {
            MailField::From => say!(look.language, "From"),
            MailField::Host => say!(look.language, "Server"),
            MailField::Port => say!(look.language, "Port"),
            MailField::Security => say!(look.language, "Security"),
            MailField::Username => say!(look.language, "User name"),
            MailField::Password => say!(look.language, "Password"),
            MailField::CaFile => say!(look.language, "CA file"),
            MailField::Connections => say!(look.language, "Connections"),
            MailField::RatePerSecond => say!(look.language, "Per second"),
            MailField::ReturnPath => say!(look.language, "Bounces to"),
            MailField::MessageIdDomain => "Message-ID",
            MailField::Smtputf8 => "SMTPUTF8",
            MailField::DkimDomain => say!(look.language, "Signed by"),
            MailField::DkimSelector => say!(look.language, "Selector"),
            MailField::DkimKeyFile => say!(look.language, "Key file"),
        };
        let place = dialog::label(area, buf, look, label, LABELS);
        let focus = self.widget_focus(field);
        match (field, self.text(field)) {
            (_, Some(text)) => {
                let columns = if field.is_number() { place.width.min(NUMBER) } else { place.width };
                text.draw_in_form(Rect { width: columns, ..place }, buf, look, focus)
            }
            (MailField::Security, None) => {
                self.security.draw(Rect { width: place.width.min(LIST), ..place }, buf, look, focus)
            }
            (MailField::Password, None) => self.password.draw(place, buf, look, focus),
            (_, None) => {
                let state = if self.smtputf8 { BoxState::All } else { BoxState::None };
                check_box::draw(
                    place,
                    buf,
                    look,
                    state,
                    say!(look.language, "addresses with letters outside ASCII"),
                    "",
                    focus,
                )
            }
        }
    }

    /// All buttons, by what they say.
    fn buttons(&self, language: Language) -> [(&'static str, Focus); 4] {
        let turn = match self.page {
            Page::Server => say!(language, "More"),
            Page::More => say!(language, "Back"),
        };
        [
            (say!(language, "OK"), Focus::Ok),
            (say!(language, "Check"), Focus::Examine),
            (turn, Focus::Turn),
            (say!(language, "Cancel"), Focus::Cancel),
        ]
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

    fn widget_focus(&self, field: MailField) -> WidgetFocus {
        if self.focus == Focus::Field(field) { WidgetFocus::Here } else { WidgetFocus::Elsewhere }
    }

    /// The first row that is seen: the focus and the words below it stay in sight, and from the buttons on what the doctor says,
    /// from where it is scrolled to.
    fn top(&self, rows: &[FormRow], doctor: &Told, height: usize) -> usize {
        let is_focused = |form_row: &FormRow| match (form_row, self.focus) {
            (FormRow::Field(field), Focus::Field(focus)) => *field == focus,
            (FormRow::Buttons, Focus::Ok | Focus::Examine | Focus::Turn | Focus::Cancel) => true,
            (FormRow::Button(button), focus) => *button == focus,
            (_, _) => false,
        };
        let at = rows.iter().position(is_focused).unwrap_or_default();
        let after = |skip: usize| {
            let notes = rows.iter().skip(skip);
            notes.take_while(|form_row| matches!(form_row, FormRow::Note { .. })).count()
        };
        let told = rows.iter().filter(|form_row| matches!(form_row, FormRow::Doctor(_))).count();
        let is_button = matches!(self.focus, Focus::Ok | Focus::Examine | Focus::Turn | Focus::Cancel);
        if told > 0 && (is_button || self.follows_doctor) {
            let is_button = |form_row: &FormRow| matches!(form_row, FormRow::Buttons | FormRow::Button(_));
            let at = if self.follows_doctor { rows.iter().position(is_button).unwrap_or(at) } else { at };
            let first = rows.len().saturating_sub(height).min(at);
            let hidden = rows.len().saturating_sub(first + height);
            return first + self.doctor.top(doctor, told.saturating_sub(hidden));
        }
        let last = at + after(at + 1);
        (last + 1).saturating_sub(height).min(at)
    }
}

fn draw_doctor(lines: &[ScrollLine], top: usize, area: Rect, buf: &mut Buffer, look: Look<'_>) {
    let (border, words) = (first_rows(beside(area, 2), area.height.into()), beside(area, 4));
    for index in 0..usize::from(area.height) {
        let bar = Span::styled(look.marks.border().vertical_left, look.style(Role::Border));
        write(Rect { width: border.width.min(1), ..row(border, index) }, buf, bar);
    }
    write(words, buf, Span::styled(say!(look.language, "Mail doctor"), look.style(Role::Header)));
    let below = skip_rows(words, 1);
    for (index, line) in lines.iter().skip(top).take(below.height.into()).enumerate() {
        write(row(below, index), buf, Span::styled(line.text.as_str(), look.style(line.role)));
    }
}

fn draw_head(area: Rect, buf: &mut Buffer, look: Look<'_>) {
    let title = format!("{} ", say!(look.language, "Mail doctor"));
    let rest = usize::from(area.width).saturating_sub(width(&title));
    let line = look.marks.border().horizontal_top.repeat(rest);
    write(
        area,
        buf,
        Line::from(vec![
            Span::styled(title, look.style(Role::Header)),
            Span::styled(line, look.style(Role::Border)),
        ]),
    );
}

fn list_area(area: Rect) -> Rect {
    let fields = beside(area, LABELS);
    Rect { width: fields.width.min(LIST), ..fields }
}

fn note(text: &str, role: Role, columns: usize) -> Vec<FormRow> {
    wrap(text, columns).into_iter().map(|text| FormRow::Note { text, role }).collect()
}
