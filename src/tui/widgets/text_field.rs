//! A text field of one line: what is typed and pasted, the caret, and the part of the text that is seen.
//!
//! The caret always stands between grapheme clusters, and columns are counted as the screen lays them out. What is shown is
//! escaped cluster by cluster, so that a direction override in a pasted name is seen and not obeyed. It never judges the text
//! and never triggers anything: what it has no use for is handed back.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use tui_input::{Input, InputRequest};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::check_box::Focus;
use crate::domain::columns::{clip, width};
use crate::domain::safe_text::{one_line, safe};
use crate::tui::keymap::{Action, Input as Key};
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// A field and what stands in it.
#[derive(Debug, Clone)]
pub struct TextField {
    input: Input,
    /// The most characters (code points) it takes; what is beyond is not typed.
    limit: usize,
}

/// Two fields are equal if nobody can see a difference; what was cut before does not count.
impl PartialEq for TextField {
    fn eq(&self, other: &Self) -> bool {
        self.input.value() == other.input.value()
            && self.input.cursor() == other.input.cursor()
            && self.limit == other.limit
    }
}

/// What a key was to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text is another one.
    Changed,
    /// The key was the field's, the text is the same.
    Same,
    /// The key is not the field's.
    Unused,
}

impl TextField {
    /// A field with `text` in it and the caret behind it. `limit` counts code points.
    #[must_use]
    pub fn new(text: &str, limit: usize) -> Self {
        Self { input: Input::new(text.to_owned()), limit }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Puts another text into the field, the caret behind it.
    pub fn set(&mut self, text: &str) {
        self.input = std::mem::take(&mut self.input).with_value(text.to_owned());
    }

    /// Edits with a key or a pasted text. Line breaks and control characters of a paste are left out.
    pub fn edit(&mut self, key: &Key) -> Typed {
        match key {
            Key::Text(character) => self.insert(character.to_string().as_str()),
            Key::Paste(text) => self.insert(text),
            Key::Action(action) => match request(*action) {
                Some(request) => self.handle(request),
                None => Typed::Unused,
            },
        }
    }

    /// Draws the field as one of a form: told apart, and with its caret, while it has the focus.
    pub fn draw_in_form(
        &self,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
        focus: Focus,
    ) -> Option<Position> {
        let (role, caret) = match focus {
            Focus::Here => (Role::FocusedField, Caret::Shown),
            Focus::Elsewhere => (Role::Field, Caret::Hidden),
        };
        self.draw(area, buf, look.style(role), caret, look.marks.ellipsis())
    }

    /// Draws the field into the first row of `area`; `style` covers the whole row. With [`Caret::Shown`] the part around the
    /// caret is seen and its place is returned; else the beginning, ended with `cut` if it does not fit.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        style: Style,
        caret: Caret,
        cut: &str,
    ) -> Option<Position> {
        let area = Rect { height: area.height.min(1), ..area }.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        buf.set_style(area, style);
        match caret {
            Caret::Hidden => {
                let shown = safe(self.text());
                buf.set_stringn(
                    area.x,
                    area.y,
                    clip(&shown, area.width.into(), cut),
                    area.width.into(),
                    style,
                );
                None
            }
            Caret::Shown => Some(self.draw_around_the_caret(area, buf, style)),
        }
    }

    fn draw_around_the_caret(&self, area: Rect, buf: &mut Buffer, style: Style) -> Position {
        let columns = usize::from(area.width);
        let before: usize = self.before_caret().graphemes(true).map(|cluster| width(&safe(cluster))).sum();
        let offset = first_column(before, columns);
        let mut at: usize = 0;
        for cluster in self.text().graphemes(true) {
            let shown = safe(cluster);
            let cells = width(&shown);
            // A wide character that is half out of sight is left out.
            if let Some(x) = at.checked_sub(offset) {
                if x + cells > columns {
                    break;
                }
                buf.set_stringn(right_of(area, x), area.y, &shown, columns - x, style);
            }
            at += cells;
        }
        Position { x: right_of(area, before - offset), y: area.y }
    }

    fn insert(&mut self, text: &str) -> Typed {
        let room = self.limit.saturating_sub(self.text().chars().count());
        let mut typed = Typed::Same;
        for character in one_line(text).chars().take(room) {
            self.input.handle(InputRequest::InsertChar(character));
            typed = Typed::Changed;
        }
        self.leave_the_cluster();
        typed
    }

    fn handle(&mut self, request: InputRequest) -> Typed {
        let changed = self.input.handle(request).is_some_and(|changed| changed.value);
        self.leave_the_cluster();
        if changed { Typed::Changed } else { Typed::Same }
    }

    fn before_caret(&self) -> &str {
        let text = self.text();
        let end = text.char_indices().nth(self.input.cursor()).map_or(text.len(), |(index, _)| index);
        &text[..end]
    }

    /// An edit can join what stands on both sides of the caret into one cluster; the caret then goes behind it.
    fn leave_the_cluster(&mut self) {
        let byte = self.before_caret().len();
        let text = self.text();
        let mut cursor = GraphemeCursor::new(byte, text.len(), true);
        if cursor.is_boundary(text, 0).unwrap_or(true) {
            return;
        }
        let end = cursor.next_boundary(text, 0).ok().flatten().unwrap_or(text.len());
        let characters = text[..end].chars().count();
        self.input.handle(InputRequest::SetCursor(characters));
    }
}

/// Whether a field has the caret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caret {
    Shown,
    Hidden,
}

/// The column of the screen that is `columns` right of the area's left side.
fn right_of(area: Rect, columns: usize) -> u16 {
    area.x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX))
}

/// The first column that is seen, never beyond the caret's. It moves by half a field at a time: what follows the caret stays in sight, and most keys
/// repaint one cell.
fn first_column(caret: usize, columns: usize) -> usize {
    if caret < columns {
        return 0;
    }
    let step = (columns / 2).max(1);
    (caret - columns).div_euclid(step).saturating_add(1) * step
}

fn request(action: Action) -> Option<InputRequest> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a field has a use for few of all actions")]
    match action {
        Action::Left => Some(InputRequest::GoToPrevChar),
        Action::Right => Some(InputRequest::GoToNextChar),
        Action::WordLeft => Some(InputRequest::GoToPrevWord),
        Action::WordRight => Some(InputRequest::GoToNextWord),
        Action::LineStart => Some(InputRequest::GoToStart),
        Action::LineEnd => Some(InputRequest::GoToEnd),
        Action::DeleteBack => Some(InputRequest::DeletePrevChar),
        Action::DeleteForward => Some(InputRequest::DeleteNextChar),
        Action::DeleteWord => Some(InputRequest::DeletePrevWord),
        Action::DeleteBefore => Some(InputRequest::DeleteFromStart),
        Action::DeleteAfter => Some(InputRequest::DeleteTillEnd),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn act(action: Action) -> Key {
        Key::Action(action)
    }

    fn field(text: &str) -> TextField {
        TextField::new(text, 100)
    }

    fn row(buf: &Buffer) -> String {
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    fn drawn(field: &TextField, columns: u16, caret: Caret) -> (String, Option<Position>) {
        let area = Rect::new(0, 0, columns, 1);
        let mut buf = Buffer::empty(area);
        let position = field.draw(area, &mut buf, Style::new(), caret, "…");
        (row(&buf), position)
    }

    #[test]
    fn the_line_is_edited_with_the_keys_of_a_shell() {
        let mut field = field("ada lovelace");
        assert_eq!(field.edit(&act(Action::DeleteWord)), Typed::Changed);
        assert_eq!(field.text(), "ada ");
        assert_eq!(field.edit(&act(Action::LineStart)), Typed::Same);
        assert_eq!(field.edit(&Key::Text('x')), Typed::Changed);
        assert_eq!(field.text(), "xada ");
        field.edit(&act(Action::DeleteAfter));
        assert_eq!(field.text(), "x");
        field.edit(&act(Action::DeleteBefore));
        assert_eq!(field.text(), "");
        assert_eq!(field.edit(&act(Action::Left)), Typed::Same);
        assert_eq!(field.edit(&act(Action::Up)), Typed::Unused);
        assert_eq!(field.edit(&act(Action::Accept)), Typed::Unused);
    }

    #[test]
    fn a_paste_of_several_lines_stays_in_one_line() {
        let mut field = field("");
        assert_eq!(field.edit(&Key::Paste("ada\r\n@exam\u{1b}[2Jple.org\n".into())), Typed::Changed);
        assert_eq!(field.text(), "ada@exam[2Jple.org");
        assert_eq!(field.edit(&Key::Paste("\n".into())), Typed::Same);
    }

    #[test]
    fn what_is_beyond_the_limit_is_not_taken() {
        let mut field = TextField::new("abc", 5);
        field.edit(&Key::Paste("defgh".into()));
        assert_eq!(field.text(), "abcde");
        assert_eq!(field.edit(&Key::Text('f')), Typed::Same);
        assert_eq!(field.text(), "abcde");
    }

    #[test]
    fn one_key_takes_a_whole_character_back() {
        let mut field = field("語👩\u{200D}🚀");
        field.edit(&act(Action::DeleteBack));
        assert_eq!(field.text(), "語");
        field.edit(&act(Action::DeleteBack));
        assert_eq!(field.text(), "");
    }

    #[test]
    fn hostile_characters_are_shown_and_not_obeyed() {
        assert_eq!(drawn(&field("a\u{202E}b"), 12, Caret::Shown).0, "a\\u{202E}b  ");
        assert_eq!(drawn(&field("a\u{202E}b"), 12, Caret::Hidden).0, "a\\u{202E}b  ");
    }

    #[test]
    fn a_text_that_is_too_long_shows_its_beginning_or_the_caret() {
        let mut field = field("abcdefghijkl");
        assert_eq!(drawn(&field, 6, Caret::Hidden), ("abcde…".into(), None));
        assert_eq!(drawn(&field, 6, Caret::Shown), ("jkl   ".into(), Some(Position::new(3, 0))));
        field.edit(&act(Action::LineStart));
        assert_eq!(drawn(&field, 6, Caret::Shown), ("abcdef".into(), Some(Position::new(0, 0))));
    }

    #[test]
    fn without_room_nothing_is_drawn() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 1));
        assert_eq!(field("ada").draw(Rect::new(5, 5, 9, 9), &mut buf, Style::new(), Caret::Shown, "…"), None);
        assert_eq!(field("ada").draw(Rect::ZERO, &mut buf, Style::new(), Caret::Shown, "…"), None);
    }

    fn keys() -> impl Strategy<Value = Key> {
        let characters = vec![
            'a',
            'é',
            '\u{301}',
            '語',
            '👩',
            '\u{200D}',
            '🚀',
            '\u{1F1E8}',
            '\u{1F1F3}',
            ' ',
            'ｶ',
            '\u{FF9E}',
            '\u{202E}',
        ];
        let actions = vec![
            Action::Left,
            Action::Right,
            Action::WordLeft,
            Action::WordRight,
            Action::LineStart,
            Action::LineEnd,
            Action::DeleteBack,
            Action::DeleteForward,
            Action::DeleteWord,
            Action::DeleteBefore,
            Action::DeleteAfter,
        ];
        prop_oneof![
            3 => proptest::sample::select(characters).prop_map(Key::Text),
            2 => proptest::sample::select(actions).prop_map(Key::Action),
        ]
    }

    proptest! {
        #[test]
        fn the_caret_stands_where_the_next_character_will_appear(keys in proptest::collection::vec(keys(), 0..40), columns in 1u16..30) {
            let mut field = field("");
            for key in keys {
                field.edit(&key);
                let byte = field.before_caret().len();
                prop_assert!(GraphemeCursor::new(byte, field.text().len(), true).is_boundary(field.text(), 0).unwrap());
                let (_, position) = drawn(&field, columns, Caret::Shown);
                let caret = position.unwrap();
                prop_assert!(caret.x < columns);
                // In a field that holds everything, the caret's column is the width of what stands before it.
                let (_, wide) = drawn(&field, 1000, Caret::Shown);
                let before: usize = field.before_caret().graphemes(true).map(|cluster| width(&safe(cluster))).sum();
                prop_assert_eq!(usize::from(wide.unwrap().x), before);
            }
        }

        #[test]
        fn any_text_is_drawn_at_any_size(text: String, columns in 0u16..20, x in 0u16..25) {
            let mut buf = Buffer::empty(Rect::new(0, 0, 20, 2));
            for caret in [Caret::Shown, Caret::Hidden] {
                let _ = field(&text).draw(Rect::new(x, 1, columns, 1), &mut buf, Style::new(), caret, "…");
            }
        }
    }
}
