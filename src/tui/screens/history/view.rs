//! Draws the history screen.
//!
//! ```text
//! ┌ History › 王小明 ────────────────────────────────────── newest first ┐
//! │/ email                                                              │  while a filter is typed or in force
//! │  When   Who   Via     What                                          │
//! │▸ 14:03  ada   screen  modified 王小明: email a → b                    │
//! │ ✗13:58  bob   import  added 王小明: email a · position CEO            │  broken, as a check has found
//! └ ✓ 12 entries, unbroken, checked 14:03 ──────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::table::Columns;
use super::{Check, History, detail, entry_of, words};
use crate::domain::columns::{clip, width};
use crate::domain::contact::Status;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::operations::history::{self, Record, Verdict};
use crate::tui::keymap::{Action, Context, Typing};
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::scroll_text::{self, Scroll};
use crate::tui::widgets::{dialog, pane, row, skip_rows, write};

impl History {
    /// Rows of the list in a screen drawn into `body`.
    pub(super) fn list_rows(&self, body: Rect) -> usize {
        let lines = usize::from(body.height.saturating_sub(2));
        lines.saturating_sub(1 + usize::from(self.filter.is_shown()))
    }

    /// Draws the list into `area`. Returns the cursor's place: the caret in the filter, else the row under the cursor.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let columns = usize::from(area.width).saturating_sub(4);
        let title = self.title(look);
        let room = columns.saturating_sub(width(&title));
        let order = self.order(look).into_iter().find(|order| width(order) <= room).unwrap_or_default();
        let mut block = Block::bordered()
            .border_set(look.marks.border())
            .border_style(look.style(Role::Border))
            .title(Line::from(Span::styled(title, look.style(Role::Title))))
            .title(Line::from(Span::styled(order, look.style(Role::Dim))).right_aligned());
        if let Some((words, role)) = self.state(look) {
            let room = columns.saturating_sub(2);
            let fitting = words.iter().find(|words| width(words) <= room).or(words.last());
            let text = fitting.map_or("", String::as_str);
            let text = format!(" {} ", clip(text, room, look.marks.ellipsis()));
            block = block.title_bottom(Line::from(Span::styled(text, look.style(role))));
        }
        let mut inner = block.inner(area);
        block.render(area, buf);
        let mut caret = None;
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
                self.window.visible(rows).iter().map(|record| self.spoken(record, look)).collect();
            let place = spoken::draw_rows(inner, buf, &look, &texts, self.window.cursor_line());
            return caret.or(place);
        }
        let columns = Columns::of(inner.width.into());
        write(row(inner, 0), buf, Span::styled(columns.titles(look), look.style(Role::Header)));
        for (index, record) in self.window.visible(list.height.into()).iter().enumerate() {
            self.draw_row(record, columns, row(list, index), buf, look);
        }
        let line = u16::try_from(self.window.cursor_line()).unwrap_or(u16::MAX);
        let at_row = Position { x: list.x, y: list.y.saturating_add(line) };
        caret.or_else(|| list.contains(at_row).then_some(at_row))
    }

    /// Draws the entry under the cursor into the pane beside the list.
    pub fn draw_detail(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let current = self.current();
        let title =
            current.map_or_else(String::new, |record| say!(look.language, "Entry {id}", id = record.id));
        let inner = pane(area, buf, look, &title);
        let Some(record) = current else { return };
        let broken = self.broken().filter(|broken| entry_of(*broken) == record.id);
        let lines = detail::lines(record, broken, scroll_text::text_columns(inner), look);
        scroll_text::draw(inner, buf, look, &lines, Scroll::default());
    }

    fn title(&self, look: Look<'_>) -> String {
        match &self.opened {
            Some(opened) => {
                let id = opened.contact.0;
                let name = match &opened.name {
                    Some(name) => safe(name).into_owned(),
                    None => say!(look.language, "contact {id}", id),
                };
                say!(look.language, " History{inside}{name} ", inside = look.inside(), name)
            }
            None => say!(look.language, " History ").to_owned(),
        }
    }

    /// What stands in the upper border at the right, the longest first.
    fn order(&self, look: Look<'_>) -> Vec<String> {
        let order = say!(look.language, " newest first ").to_owned();
        let is_whole = self.opened.is_none() && self.filter.is_empty();
        match self.head.newest.filter(|newest| is_whole && *newest > 0) {
            Some(newest) => {
                let separator = look.separator();
                vec![say!(look.language, " {newest}{separator}newest first ", newest, separator), order]
            }
            None => vec![order],
        }
    }

    /// What is under way, or what the last check has found; the longest words first.
    fn state(&self, look: Look<'_>) -> Option<(Vec<String>, Role)> {
        let language = look.language;
        let (good, bad) = (look.marks.status(Status::Verified), look.marks.status(Status::Undeliverable));
        match self.check {
            Check::Running { done, .. } => {
                let all = self.head.newest.map(i64::unsigned_abs).filter(|all| *all >= done && done > 0);
                let key = look.keys.keys(Context::Screens, Action::Back).next().unwrap_or_default();
                let words = match all {
                    Some(all) => vec![
                        say!(language, "checking, {done} of {all}; {key} stops", done, all, key),
                        say!(language, "checking, {done} of {all}", done, all),
                    ],
                    None => vec![
                        say!(language, "checking; {key} stops", key),
                        say!(language, "checking").to_owned(),
                    ],
                };
                Some((words, Role::Text))
            }
            Check::NotAsked | Check::Ended { .. } if let Some(search) = self.search => {
                let time = look.full_time(search.read_to);
                Some((
                    vec![say!(language, "Searching{dots} up to {time}", dots = look.marks.ellipsis(), time)],
                    Role::Text,
                ))
            }
            Check::NotAsked => None,
            Check::Ended { verdict, at } => Some(match verdict {
                Verdict::Sound { entries } => {
                    let entries = super::counted(language, entries);
                    let short = say!(language, "{mark} {entries}, unbroken", mark = good, entries);
                    let short = short.trim_start().to_owned();
                    let time = look.short_time(at);
                    (vec![say!(language, "{state}, checked {time}", state = short, time), short], Role::Good)
                }
                Verdict::Broken(broken) => {
                    let id = entry_of(broken);
                    let short = say!(language, "{mark} broken at entry {id}", mark = bad, id);
                    let short = short.trim_start().to_owned();
                    (vec![look.marked(bad, &broken.say(language)), short], Role::Bad)
                }
                Verdict::NotTheSame { anchor } => {
                    let words = say!(
                        language,
                        "{mark} entry {anchor} is gone or was written anew",
                        mark = bad,
                        anchor
                    );
                    (vec![words.trim_start().to_owned()], Role::Bad)
                }
            }),
        }
    }

    /// An entry in one line, labels before values.
    fn spoken(&self, record: &Record, look: Look<'_>) -> String {
        let language = look.language;
        let is_broken = self.broken().is_some_and(|broken| entry_of(broken) == record.id);
        let (headline, tail) = (words::headline(record, look), words::tail(record, look));
        let what =
            if tail.is_empty() { headline } else { format!("{headline}{}{tail}", spoken::colon(language)) };
        let state = if is_broken { say!(language, "broken") } else { "" };
        spoken::line(
            language,
            [
                (say!(language, "State"), state.to_owned()),
                (say!(language, "What"), what),
                (say!(language, "When"), look.short_time(record.at)),
                (say!(language, "Who"), words::who_from_where(record, look)),
                (say!(language, "Via"), safe(history::way(&record.via, language)).into_owned()),
            ],
        )
    }

    fn draw_row(&self, record: &Record, columns: Columns, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let is_current = self.current().is_some_and(|current| current.id == record.id);
        let is_broken = self.broken().is_some_and(|broken| entry_of(broken) == record.id);
        let cursor = if is_current { look.marks.cursor() } else { " " };
        let broken = if is_broken { look.marks.status(Status::Undeliverable) } else { " " };
        let mut spans =
            vec![Span::styled(cursor, look.style(Role::Title)), Span::styled(broken, look.style(Role::Bad))];
        for (text, role) in columns.cells(record, look) {
            // One style for the whole selected row: it is told from others at a glance, and moving costs few bytes.
            let role = if is_current { Role::SelectedRow } else { role };
            spans.push(Span::styled(text, look.style(role)));
        }
        write(area, buf, Line::from(spans));
    }

    /// What an empty list says.
    fn draw_nothing(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let text = if !self.window.is_loaded() {
            say!(look.language, "Loading the history").to_owned()
        } else if !self.filter.is_empty() {
            let (context, action) = match self.typing() {
                Typing::On => (Context::Filter, Action::Close),
                Typing::Off => (Context::Screens, Action::Back),
            };
            let key = look.keys.keys(context, action).next().unwrap_or_default();
            match self.search {
                Some(_) => say!(
                    look.language,
                    "Nothing found so far; the search goes on. Press {key} to end it.",
                    key
                ),
                None => say!(look.language, "No entry matches the filter. Press {key} to clear it.", key),
            }
        } else {
            say!(
                look.language,
                "Nothing has been done yet. Every change appears here: who made it, when, and what it was."
            )
            .to_owned()
        };
        let sentence = |problem: &String| say!(look.language, "{problem}.", problem);
        let texts = self.filter.problems().iter().map(sentence).chain([text]);
        dialog::tell(area, buf, look, texts)
    }
}
