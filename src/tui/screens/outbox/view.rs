//! Draws the outbox screen.
//!
//! ```text
//! ┌ Outbox ──────────────────────────────────────────────── newest first ┐
//! │/ state:failed                                                        │  while a filter is typed or in force
//! │  When   State                     To, or type         Subject        │
//! │▸ 14:03  ✓ 9 · … 1 · ✗ 2           security.account    Unusual logon  │
//! │  13:58  ↻ retry 14:10 (3 tries)   王小明 <xiaoming…    Invoice 11      │
//! └──────────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::table::{self, Columns};
use super::{Outbox, detail, header};
use crate::domain::say::say;
use crate::operations::outbox::OutboxEntry;
use crate::tui::keymap::{Action, Context, Typing};
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::scroll_text::{self, Scroll};
use crate::tui::widgets::{dialog, first_rows, pane, row, skip_rows, write};

impl Outbox {
    /// Rows of the list in a screen drawn into `body`.
    pub(super) fn list_rows(&self, body: Rect) -> usize {
        let lines = usize::from(body.height.saturating_sub(2));
        let lines = lines.saturating_sub(1 + usize::from(self.filter.is_shown()));
        lines - self.header_rows(lines)
    }

    /// Rows of what is said about the notice that is opened, where it and the list share `lines`.
    fn header_rows(&self, lines: usize) -> usize {
        self.opened.as_ref().map_or(0, |opened| header::rows(&opened.notice, lines))
    }

    /// Draws the screen into `area`. Returns the cursor's place: the caret in the filter, else the row under the cursor.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let right = Span::styled(say!(look.language, " newest first "), look.style(Role::Text));
        let block = Block::bordered()
            .border_set(look.marks.border())
            .border_style(look.style(Role::Border))
            .title(Line::from(Span::styled(self.title(look), look.style(Role::Title))))
            .title(Line::from(right).right_aligned());
        let mut inner = block.inner(area);
        block.render(area, buf);
        let mut caret = None;
        if let Some(opened) = &self.opened {
            let lines = usize::from(inner.height).saturating_sub(1 + usize::from(self.filter.is_shown()));
            let rows = self.header_rows(lines);
            header::draw(&opened.notice, first_rows(inner, rows), buf, look);
            inner = skip_rows(inner, rows);
        }
        if self.filter.is_shown() {
            caret = self.filter.draw(row(inner, 0), buf, look);
            inner = skip_rows(inner, 1);
        }
        let list = skip_rows(inner, 1);
        if self.window.rows().is_empty() {
            return caret.or(self.draw_nothing(list, buf, look));
        }
        if look.marks.is_spoken() {
            let rows = self.list_rows(spoken::listed(area));
            let texts: Vec<String> =
                self.window.visible(rows).iter().map(|entry| table::spoken(entry, look)).collect();
            let place = spoken::draw_rows(inner, buf, &look, &texts, self.window.cursor_line());
            return caret.or(place);
        }
        let columns = match &self.opened {
            Some(_) => Columns::of_notice(inner.width.into()),
            None => Columns::of(inner.width.into(), look.language),
        };
        write(row(inner, 0), buf, Span::styled(columns.titles(look), look.style(Role::Header)));
        for (index, entry) in self.window.visible(list.height.into()).iter().enumerate() {
            self.draw_row(entry, columns, row(list, index), buf, look);
        }
        let line = u16::try_from(self.window.cursor_line()).unwrap_or(u16::MAX);
        let at_row = Position { x: list.x, y: list.y.saturating_add(line) };
        caret.or_else(|| list.contains(at_row).then_some(at_row))
    }

    /// Draws the row under the cursor into the pane beside the list.
    pub fn draw_detail(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let title = match self.current() {
            None => String::new(),
            Some(OutboxEntry::Delivery(delivery)) => say!(look.language, "Delivery {id}", id = delivery.id.0),
            Some(OutboxEntry::Notice(notice)) => say!(look.language, "Notice {id}", id = notice.id.0),
        };
        let inner = pane(area, buf, look, &title);
        let Some(entry) = self.current() else { return };
        let lines = detail::lines(entry, scroll_text::text_columns(inner), look);
        scroll_text::draw(inner, buf, look, &lines, Scroll::default());
    }

    fn title(&self, look: Look<'_>) -> String {
        match &self.opened {
            Some(opened) => say!(
                look.language,
                " Outbox{inside}Notice {id} ",
                inside = look.inside(),
                id = opened.notice.id.0
            ),
            None => say!(look.language, " Outbox ").to_owned(),
        }
    }

    fn draw_row(&self, entry: &OutboxEntry, columns: Columns, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let is_current = self.current().is_some_and(|current| current.key() == entry.key());
        let mark = if is_current { look.marks.cursor() } else { " " };
        let mut spans = vec![Span::styled(format!("{mark} "), look.style(Role::Title))];
        for (text, role) in columns.cells(entry, look) {
            // One style for the whole selected row: it is told from others at a glance, and moving costs few bytes.
            let role = if is_current { Role::SelectedRow } else { role };
            spans.push(Span::styled(text, look.style(role)));
        }
        write(area, buf, Line::from(spans));
    }

    /// What an empty list says.
    fn draw_nothing(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let text = if !self.window.is_loaded() {
            say!(look.language, "Loading the outbox").to_owned()
        } else if self.opened.is_some() && self.filter.is_empty() {
            say!(look.language, "No mail of this notice is left.").to_owned()
        } else if self.filter.is_empty() {
            say!(
                look.language,
                "Nothing has been sent yet. Verifications, notices and test mails appear here."
            )
            .to_owned()
        } else {
            let (context, action) = match self.typing() {
                Typing::On => (Context::Filter, Action::Close),
                Typing::Off => (Context::Screens, Action::Back),
            };
            let key = look.keys.keys(context, action).next().unwrap_or_default();
            say!(look.language, "No delivery matches the filter. Press {key} to clear it.", key)
        };
        dialog::tell(area, buf, look, std::iter::once(text))
    }
}
