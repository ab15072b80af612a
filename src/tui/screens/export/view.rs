//! Draws the export.
//!
//! ```text
//! ┌ Export ──────────────────────────────────────────────────┐
//! │ File      contacts.csv                                    │
//! │           CSV, in /home/ada                               │
//! │ Contacts  all (12)          ▾                             │
//! │                                                           │
//! │           [ Export ]  [ Cancel ]                          │
//! └───────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::{ExportDialog, Focus, Stage, endings, format_name, format_of};
use crate::domain::columns::clip;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::Focus as WidgetFocus;
use crate::tui::widgets::dialog::Buttons;
use crate::tui::widgets::work::{self, Work};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, dialog, row, skip_rows, write};

/// The widest that the dialog becomes, borders included.
const COLUMNS: u16 = 76;
/// Columns before the fields.
const LABELS: u16 = 10;
/// Columns of the drop-down.
const LIST: u16 = 28;

impl ExportDialog {
    /// Draws the dialog in the middle of `area`, with the question in front of it. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        match &self.stage {
            Stage::Form => self.draw_form(area, buf, look),
            Stage::Writing { pace, is_ending } => {
                let all = self.choice().and_then(|choice| choice.count);
                let (file, done) = (safe(&self.shown_path()).into_owned(), pace.done);
                let words = match all {
                    Some(all) => {
                        say!(look.language, "Writing '{file}': {done} of {all} contacts", file, done, all)
                    }
                    None => say!(look.language, "Writing '{file}': {done} contacts", file, done),
                };
                let permille = all.filter(|all| *all > 0).map(|all| pace.done.saturating_mul(1000) / all);
                let permille = permille.map(|permille| u16::try_from(permille).unwrap_or(1000));
                let work = Work {
                    title: say!(look.language, "Export"),
                    words: &words,
                    permille,
                    is_ending: *is_ending,
                };
                work::draw_work(area, buf, look, work)
            }
            Stage::Told(told) => {
                let told = told.each_ref().map(|words| (words.say(look.language), Role::Text));
                work::draw_told(area, buf, look, say!(look.language, "Export"), &told)
            }
        }
    }

    fn draw_form(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6 + usize::from(LABELS));
        let message = self
            .message
            .as_ref()
            .map(|message| wrap(&look.wrong(&message.say(look.language)), words))
            .unwrap_or_default();
        let blank = usize::from(message.len() + 7 <= usize::from(area.height));
        let labels = vec![say!(look.language, "Export").to_owned(), say!(look.language, "Cancel").to_owned()];
        let focused = [Focus::Ok, Focus::Cancel].iter().position(|focus| *focus == self.focus);
        let buttons = Buttons::new(labels, focused.unwrap_or(usize::MAX));
        let button_rows = buttons.rows(words, look.marks);
        let rows = message.len() + blank + 3 + button_rows;
        let place = dialog::centred(look.marks, area, columns, u16::try_from(rows + 2).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, say!(look.language, "Export"));
        let fields = beside(inner, LABELS);
        let file = dialog::label(row(inner, 0), buf, look, say!(look.language, "File"), LABELS);
        let mut cursor = self.file.draw_in_form(file, buf, look, self.widget_focus(Focus::File));
        let note =
            clip(&self.file_note(look.language), fields.width.into(), look.marks.ellipsis()).into_owned();
        write(row(fields, 1), buf, Span::styled(note, look.style(Role::Hint)));
        let list = dialog::label(row(inner, 2), buf, look, say!(look.language, "Contacts"), LABELS);
        let list = Rect { width: LIST.min(list.width), ..list };
        cursor = self.chosen.draw(list, buf, look, self.widget_focus(Focus::Scope)).or(cursor);
        // Where there is little room, the buttons and the beginning of the message stay.
        let room = usize::from(inner.height).saturating_sub(3 + button_rows).min(message.len() + blank);
        dialog::draw_lines(
            Rect { height: u16::try_from(room).unwrap_or(0), ..skip_rows(fields, 3) },
            buf,
            &message,
            look.style(Role::Problem),
        );
        let drawn = buttons.draw(skip_rows(fields, 3 + room), buf, look);
        cursor = drawn.filter(|_| focused.is_some()).or(cursor);
        cursor = self.chosen.draw_list(list, area, buf, look).or(cursor);
        match &self.question {
            Some(question) => question.draw(area, buf, look),
            None => cursor,
        }
    }

    /// What the name means.
    fn file_note(&self, language: Language) -> String {
        let Some(format) = format_of(self.file.text()) else { return endings().say(language) };
        let path = self.path();
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        say!(language, "{format}, in {folder}", format = format_name(format), folder = safe(&folder))
    }

    fn widget_focus(&self, focus: Focus) -> WidgetFocus {
        if self.focus == focus { WidgetFocus::Here } else { WidgetFocus::Elsewhere }
    }
}
