//! A text of several lines: what is typed and pasted, the caret, and the rows that are seen. Long lines are wrapped, line breaks
//! of a paste are kept, and every change can be taken back.
//!
//! The caret always stands between grapheme clusters, and columns are counted as the screen lays them out. What is shown is
//! escaped cluster by cluster, so that a direction override in a pasted text is seen and not obeyed. It never judges the text:
//! what it has no use for is handed back.

mod history;
mod rows;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::check_box::Focus;
use super::text_field::Typed;
use super::{row, write};
use crate::domain::character::Hidden;
use crate::domain::printed_text::readable;
use crate::domain::safe_text::safe_lines;
use crate::tui::keymap::{Action, Input as Key};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use history::{Change, History, Manner};
use rows::{Rows, TextRow, line_at};

/// What a tab of a paste becomes.
const TAB: &str = "    ";

/// A text and the caret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextArea {
    text: String,
    /// The caret stands before this byte.
    caret: usize,
    /// The column to which the caret returns when it moves up and down.
    goal: Option<usize>,
    /// A byte of the first row that is seen.
    top: usize,
    history: History,
    /// The most bytes it takes; what is beyond is not typed.
    limit: usize,
}

impl TextArea {
    /// An area with `text` in it and the caret behind it. `limit` counts bytes.
    #[must_use]
    pub fn new(text: &str, limit: usize) -> Self {
        let text = with_line_feeds(text);
        Self { caret: text.len(), text, goal: None, top: 0, history: History::default(), limit }
    }

    /// The text; its lines end with a line feed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Edits with a key or a pasted text; `area` is the place in which it is drawn. Moving up from the first row and down from
    /// the last is not its business.
    pub fn edit(&mut self, key: &Key, area: Rect) -> Typed {
        let columns = text_columns(area);
        let goal = self.goal.take();
        let typed = match key {
            Key::Text(character) => self.insert(character.encode_utf8(&mut [0; 4]), Manner::Typed),
            Key::Paste(text) => {
                self.history.pause();
                self.insert(&with_line_feeds(text), Manner::Whole)
            }
            Key::Action(action) => self.act(*action, goal, columns, area.height.into()),
        };
        self.top = self.visible_top(columns, area.height.into());
        typed
    }

    /// Draws the rows that are seen into `area`, `hint` if nothing was typed. The last column is kept for marks that there is
    /// more. Returns the caret's place if the area has the focus.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
        focus: Focus,
        hint: &str,
    ) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let (columns, height) = (text_columns(area), usize::from(area.height));
        let place = Rect { width: area.width - 1, ..area };
        if self.text.is_empty() {
            write(place, buf, Span::styled(hint, look.style(Role::Hint)));
        }
        let rows = Rows::new(&self.text, columns);
        let top = self.visible_top(columns, height);
        let seen = rows.down(top, height);
        for (index, text_row) in seen.iter().enumerate() {
            let shown = safe_lines(&self.text[text_row.start..text_row.end]);
            write(row(place, index), buf, Span::styled(shown.as_ref(), look.style(Role::Text)));
        }
        let mark_area = Rect { x: area.right() - 1, width: 1, ..area };
        if top > 0 {
            write(mark_area, buf, Span::styled(look.marks.above(), look.style(Role::Dim)));
        }
        if seen.last().is_some_and(|last| last.end < self.text.len()) {
            write(row(mark_area, height - 1), buf, Span::styled(look.marks.below(), look.style(Role::Dim)));
        }
        let caret = rows.at(self.caret);
        let line = seen.iter().position(|text_row| *text_row == caret).filter(|_| focus == Focus::Here)?;
        let column = rows.column(caret, self.caret);
        let place = |start: u16, steps: usize| start.saturating_add(u16::try_from(steps).unwrap_or(u16::MAX));
        Some(Position { x: place(area.x, column).min(area.right() - 1), y: place(area.y, line) })
    }

    /// Puts the caret where somebody points; `area` is the place in which it is drawn. Behind the text it is the end.
    pub fn point(&mut self, at: Position, area: Rect) {
        let (columns, height) = (text_columns(area), area.height.into());
        let rows = Rows::new(&self.text, columns);
        let seen = rows.down(self.visible_top(columns, height), height);
        let caret = match seen.get(usize::from(at.y.saturating_sub(area.y))) {
            Some(text_row) => rows.byte(*text_row, at.x.saturating_sub(area.x).into()),
            None => self.text.len(),
        };
        // What is seen stays where it is.
        self.top = self.visible_top(columns, height);
        self.goal = None;
        self.go(caret);
    }

    fn act(&mut self, action: Action, goal: Option<usize>, columns: usize, height: usize) -> Typed {
        let line = line_at(&self.text, self.caret);
        let page = height.saturating_sub(1).max(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "a text has a use for few of all actions")]
        match action {
            Action::NewLine => {
                self.history.pause();
                self.insert("\n", Manner::Whole)
            }
            Action::DeleteBack => self.delete(self.before(self.caret)..self.caret, Manner::Back),
            Action::DeleteForward => self.delete(self.caret..self.behind(self.caret), Manner::Whole),
            Action::DeleteWord => self.delete(self.word_before()..self.caret, Manner::Whole),
            Action::DeleteBefore => {
                self.delete(line.start.min(self.before(self.caret))..self.caret, Manner::Whole)
            }
            Action::DeleteAfter => {
                self.delete(self.caret..line.end.max(self.behind(self.caret)), Manner::Whole)
            }
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::Left => self.go(self.before(self.caret)),
            Action::Right => self.go(self.behind(self.caret)),
            Action::WordLeft => self.go(self.word_before()),
            Action::WordRight => self.go(self.word_behind()),
            Action::LineStart => self.go(line.start),
            Action::LineEnd => self.go(line.end),
            Action::First => self.go(0),
            Action::Last => self.go(self.text.len()),
            Action::Up => self.go_up(1, goal, columns),
            Action::Down => self.go_down(1, goal, columns),
            Action::PageUp => self.go_up(page, goal, columns).or_go(self, 0),
            Action::PageDown => self.go_down(page, goal, columns).or_go(self, usize::MAX),
            _ => Typed::Unused,
        }
    }

    fn insert(&mut self, text: &str, manner: Manner) -> Typed {
        let room = self.limit.saturating_sub(self.text.len());
        let text = &text[..text.floor_char_boundary(room)];
        if text.is_empty() {
            return Typed::Same;
        }
        self.replace(self.caret..self.caret, text, manner);
        Typed::Changed
    }

    fn delete(&mut self, range: Range<usize>, manner: Manner) -> Typed {
        if range.is_empty() {
            return Typed::Same;
        }
        self.replace(range, "", manner);
        Typed::Changed
    }

    fn replace(&mut self, range: Range<usize>, with: &str, manner: Manner) {
        let removed = self.text[range.clone()].to_owned();
        let change = Change { at: range.start, removed, inserted: with.to_owned(), caret: self.caret };
        self.text.replace_range(range.clone(), with);
        self.history.note(change, manner);
        self.caret = self.out_of_cluster(range.start + with.len());
    }

    fn undo(&mut self) -> Typed {
        let Some(change) = self.history.undo() else { return Typed::Same };
        self.text.replace_range(change.at..change.at + change.inserted.len(), &change.removed);
        self.caret = change.caret;
        Typed::Changed
    }

    fn redo(&mut self) -> Typed {
        let Some(change) = self.history.redo() else { return Typed::Same };
        let end = change.at + change.inserted.len();
        self.text.replace_range(change.at..change.at + change.removed.len(), &change.inserted);
        self.caret = self.out_of_cluster(end);
        Typed::Changed
    }

    fn go(&mut self, caret: usize) -> Typed {
        self.history.pause();
        self.caret = caret;
        Typed::Same
    }

    fn go_up(&mut self, steps: usize, goal: Option<usize>, columns: usize) -> Typed {
        let rows = Rows::new(&self.text, columns);
        let (from, to) = (rows.at(self.caret), rows.up(self.caret, steps));
        self.go_to_row(from, to, goal, columns)
    }

    fn go_down(&mut self, steps: usize, goal: Option<usize>, columns: usize) -> Typed {
        let rows = Rows::new(&self.text, columns);
        let from = rows.at(self.caret);
        let to = rows.down(self.caret, steps.saturating_add(1)).pop().unwrap_or(from);
        self.go_to_row(from, to, goal, columns)
    }

    fn go_to_row(&mut self, from: TextRow, to: TextRow, goal: Option<usize>, columns: usize) -> Typed {
        if from == to {
            return Typed::Unused;
        }
        let rows = Rows::new(&self.text, columns);
        let goal = goal.unwrap_or_else(|| rows.column(from, self.caret));
        let caret = rows.byte(to, goal);
        self.goal = Some(goal);
        self.go(caret)
    }

    /// The first byte of the first row that is seen, so that the caret is seen and no row is left blank that could be filled.
    fn visible_top(&self, columns: usize, height: usize) -> usize {
        let rows = Rows::new(&self.text, columns);
        let top = rows.at(self.text.floor_char_boundary(self.top)).start;
        let caret = rows.at(self.caret);
        if caret.start <= top {
            return caret.start;
        }
        let seen = rows.down(top, height);
        let last = seen.last().map_or(top, |last| last.start);
        if !seen.contains(&caret) {
            return rows.up(self.caret, height.saturating_sub(1)).start;
        }
        if seen.len() < height { rows.up(last, height.saturating_sub(1)).start } else { top }
    }

    /// The place before the cluster that ends at `byte`.
    fn before(&self, byte: usize) -> usize {
        GraphemeCursor::new(byte, self.text.len(), true)
            .prev_boundary(&self.text, 0)
            .ok()
            .flatten()
            .unwrap_or(0)
    }

    /// The place behind the cluster that begins at `byte`.
    fn behind(&self, byte: usize) -> usize {
        GraphemeCursor::new(byte, self.text.len(), true)
            .next_boundary(&self.text, 0)
            .ok()
            .flatten()
            .unwrap_or(self.text.len())
    }

    /// `byte`, or the end of the cluster in which it lies: an edit can join what stands on both sides of it.
    fn out_of_cluster(&self, byte: usize) -> usize {
        let is_between = GraphemeCursor::new(byte, self.text.len(), true).is_boundary(&self.text, 0);
        if is_between.unwrap_or(true) { byte } else { self.behind(byte) }
    }

    /// The beginning of the word before the caret, in its line; from the beginning of a line the end of the line before.
    fn word_before(&self) -> usize {
        let line = line_at(&self.text, self.caret);
        let before = &self.text[line.start..self.caret];
        let word = before.split_word_bound_indices().rfind(|(_, part)| !part.trim().is_empty());
        match word {
            Some((at, _)) => {
                // A word may begin inside a character that people see as one, such as an emoji of several code points.
                let starts = self.text[line.start..line.end].grapheme_indices(true).map(|(start, _)| start);
                line.start + starts.take_while(|start| *start <= at).last().unwrap_or(0)
            }
            None if self.caret > line.start => line.start,
            None => self.before(self.caret),
        }
    }

    /// The end of the word behind the caret, in its line; from the end of a line the beginning of the next.
    fn word_behind(&self) -> usize {
        let line = line_at(&self.text, self.caret);
        let behind = &self.text[self.caret..line.end];
        let word = behind.split_word_bound_indices().find(|(_, part)| !part.trim().is_empty());
        match word {
            Some((at, part)) => {
                let end = at + part.len();
                let mut ends =
                    behind.grapheme_indices(true).map(|(start, character)| start + character.len());
                self.caret + ends.find(|found| *found >= end).unwrap_or(end)
            }
            None if self.caret < line.end => line.end,
            None => self.behind(self.caret),
        }
    }
}

impl Typed {
    /// Goes to `caret` (as far as there is text) where a page ended at the edge of the text.
    fn or_go(self, area: &mut TextArea, caret: usize) -> Self {
        match self {
            Self::Unused => area.go(caret.min(area.text.len())),
            Self::Changed | Self::Same => self,
        }
    }
}

/// The columns for text in an area: the last is kept for the caret behind a full row and for marks.
fn text_columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(1))
}

/// A pasted text with line feeds at its line breaks, blanks for tabs and without other control characters: codes for terminals
/// are left out whole, as where a text is piped in.
fn with_line_feeds(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let text = readable(text);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                clean.push('\n');
            }
            '\n' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push_str(TAB),
            _ if Hidden::of(character) == Some(Hidden::Control) => {}
            _ => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests;
