//! A field for a password: it takes text and shows how much, never what. The caret stays behind the text.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::check_box::Focus;
use super::text_field::Typed;
use super::write;
use crate::domain::safe_text::one_line;
use crate::tui::keymap::{Action, Input as Key};
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// The most bytes it takes; so many are set aside at once, so that no copy is left behind while it grows.
const LIMIT: usize = 1024;

/// The field. Debug output never shows what is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordField {
    text: Zeroizing<String>,
}

impl fmt::Debug for PasswordField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordField(…)")
    }
}

impl Default for PasswordField {
    fn default() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(LIMIT)) }
    }
}

impl PasswordField {
    /// What is in it; None if nothing is.
    #[must_use]
    pub fn password(&self) -> Option<SecretString> {
        (!self.text.is_empty()).then(|| SecretString::from(self.text.as_str()))
    }

    /// Edits with a key or a pasted text. Line breaks and control characters of a paste are left out.
    pub fn edit(&mut self, key: &Key) -> Typed {
        let before = self.text.len();
        match key {
            Key::Text(character) => self.insert(&Zeroizing::new(character.to_string())),
            Key::Paste(text) => self.insert(text),
            Key::Action(Action::DeleteBack) => {
                self.text.pop();
            }
            Key::Action(Action::DeleteBefore | Action::DeleteWord) => self.text.clear(),
            Key::Action(_) => return Typed::Unused,
        }
        if self.text.len() == before { Typed::Same } else { Typed::Changed }
    }

    /// Draws the field into the first row of `area`: a mark for each character, the last where they do not all fit. Returns the
    /// caret's place if the field has the focus.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>, focus: Focus) -> Option<Position> {
        let area = Rect { height: area.height.min(1), ..area }.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let style = look.style(match focus {
            Focus::Here => Role::FocusedField,
            Focus::Elsewhere => Role::Field,
        });
        buf.set_style(area, style);
        let shown = self.text.chars().count().min(usize::from(area.width.saturating_sub(1)));
        write(area, buf, Span::styled(look.marks.hidden().repeat(shown), style));
        let x = area.x.saturating_add(u16::try_from(shown).unwrap_or(u16::MAX));
        (focus == Focus::Here).then_some(Position { x, y: area.y })
    }

    fn insert(&mut self, text: &str) {
        for character in Zeroizing::new(one_line(text)).chars() {
            if self.text.len() + character.len_utf8() <= LIMIT {
                self.text.push(character);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::super::test_look;
    use super::*;

    fn field(text: &str) -> PasswordField {
        let mut field = PasswordField::default();
        field.edit(&Key::Paste(text.into()));
        field
    }

    #[test]
    fn it_takes_text_and_gives_it_back() {
        let mut field = field("open\n ses");
        assert_eq!(field.edit(&Key::Text('ä')), Typed::Changed);
        assert_eq!(field.password().unwrap().expose_secret(), "open sesä");
        assert_eq!(field.edit(&Key::Action(Action::DeleteBack)), Typed::Changed);
        assert_eq!(field.password().unwrap().expose_secret(), "open ses");
        assert_eq!(field.edit(&Key::Action(Action::Left)), Typed::Unused);
        assert_eq!(field.edit(&Key::Action(Action::DeleteBefore)), Typed::Changed);
        assert!(field.password().is_none());
        assert_eq!(field.edit(&Key::Action(Action::DeleteBack)), Typed::Same);
    }

    #[test]
    fn what_is_beyond_the_limit_is_not_taken() {
        assert_eq!(field(&"语".repeat(LIMIT)).password().unwrap().expose_secret().len(), LIMIT / 3 * 3);
    }

    #[test]
    fn neither_picture_nor_debug_output_shows_it() {
        let field = field("hunter2");
        assert!(!format!("{field:?}").contains("hunter"));
        for columns in [0, 1, 5, 12] {
            let area = Rect::new(0, 0, columns, 1);
            let mut buf = Buffer::empty(area);
            let caret = field.draw(area, &mut buf, test_look(), Focus::Here);
            let shown: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
            assert_eq!(shown.trim_end(), "•".repeat(7.min(usize::from(columns.saturating_sub(1)))));
            assert_eq!(caret.is_some(), columns > 0);
        }
    }
}
