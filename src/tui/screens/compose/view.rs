//! Draws the dialog of a new notice; where everything stands, `layout` knows.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::layout::{FormRow, GAP, LABELS, Layout};
use super::{ComposeDialog, Focus, Front, Waiting, Who};
use crate::domain::columns::width;
use crate::domain::language::Language;
use crate::domain::say::{Say, say};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::audience_summary;
use crate::tui::widgets::check_box::Focus as WidgetFocus;
use crate::tui::widgets::dialog::{self, draw_button};
use crate::tui::widgets::scroll_text::ScrollLine;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, row, write};

/// The buttons from left to right.
fn buttons(language: Language) -> [(&'static str, Focus); 3] {
    [
        (say!(language, "Send"), Focus::Send),
        (say!(language, "Preview"), Focus::Preview),
        (say!(language, "Cancel"), Focus::Cancel),
    ]
}

impl ComposeDialog {
    /// Draws the dialog over `area`, with everything in front of it. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let layout = self.layout(area, look);
        dialog::open(layout.place, buf, look, say!(look.language, "New notice"));
        match self.waiting {
            Waiting::Sent => dialog::foot(layout.place, buf, look, say!(look.language, "queueing")),
            Waiting::Audience => {
                dialog::foot(layout.place, buf, look, say!(look.language, "asking who gets it"))
            }
            Waiting::No => {}
        }
        let height = usize::from(layout.form.height);
        let (mut cursor, mut list_area) = (None, Rect::ZERO);
        for (index, form_row) in layout.rows.iter().skip(layout.top).take(height).enumerate() {
            let at = row(layout.form, index);
            if *form_row == FormRow::Type {
                list_area = beside(at, LABELS);
            }
            cursor = self.draw_row(form_row, at, buf, look).or(cursor);
        }
        cursor = self.draw_body(&layout, buf, look).or(cursor);
        dialog::scroll_marks(layout.place, buf, look, layout.top, layout.rows.len());
        if let Some(pane) = layout.pane {
            self.draw_who(pane, buf, look);
        }
        cursor = self.list.draw_list(list_area, area, buf, look).or(cursor);
        match &self.front {
            Some(Front::Leave(question) | Front::Send(question)) => question.draw(area, buf, look),
            Some(Front::Preview(preview)) => preview.draw(self.subject.text(), area, buf, look),
            None => cursor,
        }
    }

    fn draw_row(&self, form_row: &FormRow, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let field = beside(area, LABELS);
        match form_row {
            // The text is drawn as a whole.
            FormRow::Blank | FormRow::Body => None,
            FormRow::Type => {
                let field = dialog::label(area, buf, look, say!(look.language, "Type"), LABELS);
                self.list.draw(field, buf, look, self.widget_focus(Focus::Type), "")
            }
            FormRow::Subject => {
                let field = dialog::label(area, buf, look, say!(look.language, "Subject"), LABELS);
                self.subject.draw_in_form(field, buf, look, self.widget_focus(Focus::Subject))
            }
            FormRow::Note(text) => {
                write(field, buf, Span::styled(text.as_str(), look.style(Role::Problem)));
                None
            }
            FormRow::Line { text, role } => {
                write(area, buf, Span::styled(text.as_str(), look.style(*role)));
                None
            }
            FormRow::Buttons => self.draw_buttons(area, buf, look),
            FormRow::Button(focus) => {
                let named = buttons(look.language).into_iter().find(|(_, known)| known == focus);
                let role = if self.focus == *focus { Role::FocusedButton } else { Role::Button };
                let drawn = draw_button(area, buf, look, named?.0, role);
                drawn.filter(|_| self.focus == *focus)
            }
        }
    }

    fn draw_buttons(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let (mut place, mut cursor) = (area, None);
        for (label, focus) in buttons(look.language) {
            let role = if self.focus == focus { Role::FocusedButton } else { Role::Button };
            let drawn = draw_button(place, buf, look, label, role);
            cursor = drawn.filter(|_| self.focus == focus).or(cursor);
            place = beside(place, u16::try_from(width(label) + 6).unwrap_or(u16::MAX));
        }
        cursor
    }

    fn draw_body(&self, layout: &Layout, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let body = layout.body().intersection(buf.area);
        if body.is_empty() {
            return None;
        }
        let focus = self.widget_focus(Focus::Body);
        if layout.is_boxed {
            let role = if focus == WidgetFocus::Here { Role::DialogBorder } else { Role::Border };
            Block::bordered()
                .border_set(look.marks.border())
                .border_style(look.style(role))
                .title(Line::from(Span::styled(say!(look.language, " Text "), look.style(Role::Text))))
                .render(body, buf);
        } else {
            dialog::label(body, buf, look, say!(look.language, "Text"), LABELS);
        }
        // Heard, it would be what somebody has written.
        let hint = if look.marks.is_spoken() { "" } else { say!(look.language, "What people should know.") };
        self.body.draw(layout.body_text(), buf, look, focus, hint)
    }

    /// Draws who gets it beside the form.
    fn draw_who(&self, pane: Rect, buf: &mut Buffer, look: Look<'_>) {
        let pane = pane.intersection(buf.area);
        if pane.is_empty() {
            return;
        }
        let line = Rect { x: pane.x.saturating_sub(GAP - 1), width: 1, ..pane };
        for index in 0..usize::from(line.height) {
            write(
                row(line, index),
                buf,
                Span::styled(look.marks.border().vertical_left, look.style(Role::Border)),
            );
        }
        let (columns, rows) = (usize::from(pane.width), usize::from(pane.height));
        let words = |text: &str, role| {
            wrap(text, columns).into_iter().map(|line| ScrollLine::new(line, role)).collect::<Vec<_>>()
        };
        let lines = match &self.who {
            Who::Nobody => {
                words(say!(look.language, "Who gets it stands here when a type is chosen."), Role::Hint)
            }
            Who::Asked => words(say!(look.language, "Asking who gets it"), Role::Dim),
            Who::Known(audience) => audience_summary::lines(audience, columns, rows, look),
            Who::Unknown(why) => words(&why.say(look.language), Role::Problem),
        };
        for (index, line) in lines.iter().take(rows).enumerate() {
            write(row(pane, index), buf, Span::styled(line.text.as_str(), look.style(line.role)));
        }
    }

    fn widget_focus(&self, focus: Focus) -> WidgetFocus {
        if self.focus == focus { WidgetFocus::Here } else { WidgetFocus::Elsewhere }
    }
}
