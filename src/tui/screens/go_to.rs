//! The line that asks where to go in a long list: letters with which a row begins, or a percentage. It never goes: it says where.
//!
//! ```text
//!  Go to: wan_                                            letters, or a percentage such as 50%
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::domain::columns::width;
use crate::domain::say::say;
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::Focus;
use crate::tui::widgets::text_field::TextField;
use crate::tui::widgets::{beside, cover, skip_rows, write};

/// The longest text in characters.
const LIMIT: usize = 200;

/// The fewest columns of the field; the words beside it go first.
const FIELD: usize = 8;

/// The line.
#[derive(Debug, Clone, PartialEq)]
pub struct GoTo {
    field: TextField,
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// Where rows begin with this, as it was typed.
    Letters(String),
    /// In hundredths of the list, at most 100.
    Percent(u8),
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoToOutcome {
    Stay,
    Close,
    Go(Goal),
}

impl GoTo {
    /// The line without a text.
    #[must_use]
    pub fn new() -> Self {
        Self { field: TextField::new("", LIMIT) }
    }

    /// The line with the sign of a percentage, the caret before it.
    #[must_use]
    pub fn percentage() -> Self {
        let mut field = TextField::new("%", LIMIT);
        field.edit(&Input::Action(Action::LineStart));
        Self { field }
    }

    /// One key or paste.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the line has a use for few of all actions")]
    pub fn input(&mut self, input: &Input) -> GoToOutcome {
        match input {
            Input::Action(Action::Close) => GoToOutcome::Close,
            Input::Action(Action::Accept) => {
                goal(self.field.text()).map_or(GoToOutcome::Close, GoToOutcome::Go)
            }
            _ => {
                self.field.edit(input);
                GoToOutcome::Stay
            }
        }
    }

    /// Draws the line over the last row of `area`. Returns the caret's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let line = skip_rows(area, usize::from(area.height.saturating_sub(1)));
        cover(line, buf);
        let label = format!(" {} ", say!(look.language, "Go to:"));
        let hint = say!(look.language, "letters, or a percentage such as 50%");
        write(line, buf, Span::styled(label.as_str(), look.style(Role::Label)));
        let mut field = beside(line, columns(&label));
        let room = usize::from(field.width).saturating_sub(1);
        // Heard, the hint would be a part of what is typed.
        if width(hint) + 1 + FIELD <= room && !look.marks.is_spoken() {
            let hint_at = field.width - columns(hint) - 1;
            write(beside(field, hint_at), buf, Span::styled(hint, look.style(Role::Hint)));
            field.width = hint_at - 1;
        } else {
            field.width = field.width.saturating_sub(1);
        }
        self.field.draw_in_form(field, buf, look, Focus::Here)
    }
}

impl Default for GoTo {
    fn default() -> Self {
        Self::new()
    }
}

/// What a text means; None if it says nothing.
fn goal(text: &str) -> Option<Goal> {
    let text = text.trim();
    let Some(number) = text.strip_suffix(['%', '％', '﹪']) else {
        return (!text.is_empty()).then(|| Goal::Letters(text.to_owned()));
    };
    let digits: Option<Vec<u32>> = number.trim().chars().map(digit).collect();
    match digits {
        Some(digits) if digits.is_empty() => None,
        Some(digits) => {
            let percent =
                digits.iter().fold(0_u32, |sum, digit| sum.saturating_mul(10).saturating_add(*digit));
            Some(Goal::Percent(u8::try_from(percent.min(100)).unwrap_or(100)))
        }
        None => Some(Goal::Letters(text.to_owned())),
    }
}

/// Input methods for Chinese write digits of full width.
fn digit(character: char) -> Option<u32> {
    let wide = u32::from(character).checked_sub(u32::from('０')).filter(|value| *value < 10);
    character.to_digit(10).or(wide)
}

fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_letters_or_a_percentage() {
        let letters = |text: &str| Some(Goal::Letters(text.to_owned()));
        for (text, expected) in [
            ("", None),
            ("  ", None),
            ("%", None),
            (" m ", letters("m")),
            ("王", letters("王")),
            ("50", letters("50")),
            ("a%", letters("a%")),
            ("50%", Some(Goal::Percent(50))),
            ("0 %", Some(Goal::Percent(0))),
            ("５０％", Some(Goal::Percent(50))),
            ("99999999999%", Some(Goal::Percent(100))),
        ] {
            assert_eq!(goal(text), expected, "{text}");
        }
    }

    #[test]
    fn the_sign_of_a_percentage_stands_behind_what_is_typed() {
        let mut line = GoTo::percentage();
        for digit in "33".chars() {
            assert_eq!(line.input(&Input::Text(digit)), GoToOutcome::Stay);
        }
        assert_eq!(line.input(&Input::Action(Action::Accept)), GoToOutcome::Go(Goal::Percent(33)));
    }
}
