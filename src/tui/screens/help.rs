//! The help: all keys that are in force where it was called, then those of everywhere. It is made from the keymap and the
//! words below; it changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::columns::pad;
use crate::domain::contact::Status;
use crate::tui::keymap::{Action, Context, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::scroll_text::{self, Scroll, ScrollLine, Step};
use crate::tui::widgets::{dialog, wrapped_text::wrap};

/// The widest that the help becomes, borders included.
const COLUMNS: u16 = 76;
/// Columns for the keys.
const KEYS: usize = 22;

/// What is said beside the keys.
const WORDS: &str = "Contacts are for notifications only: they never serve to sign in or to identify anyone. A contact gets \
                     nothing until somebody has shown, with the code that was sent there, that the address is read.";

/// The help while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// Where it was called.
    context: Context,
    scroll: Scroll,
}

/// What an input was to the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpOutcome {
    Stay,
    Close,
}

impl Help {
    /// The help for what is in force in `context`.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context, scroll: Scroll::default() }
    }

    /// One key; `screen` is the place in which the help is drawn.
    pub fn input(&mut self, input: &Input, screen: Rect, look: &Look<'_>) -> HelpOutcome {
        let Input::Action(action) = input else { return HelpOutcome::Stay };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the help has a use for few of all actions")]
        let step = match action {
            Action::Close => return HelpOutcome::Close,
            Action::Up => Step::LineUp,
            Action::Down => Step::LineDown,
            Action::PageUp => Step::PageUp,
            Action::PageDown => Step::PageDown,
            Action::First => Step::Start,
            Action::Last => Step::End,
            _ => return HelpOutcome::Stay,
        };
        let text = dialog::inside(self.place(screen, look));
        let lines = self.lines(scroll_text::text_columns(text), look);
        self.scroll.step(step, lines.len(), text.height.into());
        HelpOutcome::Stay
    }

    /// Draws the help in the middle of `area`. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let inner = dialog::open(self.place(area, &look), buf, look, "Help");
        let lines = self.lines(scroll_text::text_columns(inner), &look);
        scroll_text::draw(inner, buf, look, &lines, self.scroll)
    }

    fn place(&self, area: Rect, look: &Look<'_>) -> Rect {
        let columns = COLUMNS.min(area.width);
        let text = dialog::inside(Rect { width: columns, ..area });
        let rows = self.lines(scroll_text::text_columns(text), look).len() + 2;
        dialog::centred(area, columns, u16::try_from(rows).unwrap_or(u16::MAX))
    }

    fn lines(&self, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
        let mut lines = Vec::new();
        for section in look.keys.sections(self.context.stack()) {
            lines.push(ScrollLine::new(capitalised(section.title), Role::Title));
            for line in section.lines {
                lines.extend(described(&line.keys, line.help, columns, look));
            }
            lines.push(ScrollLine::new("", Role::Text));
        }
        lines.push(ScrollLine::new("Marks", Role::Title));
        lines.extend(
            Status::ALL
                .iter()
                .flat_map(|status| described(look.marks.status(*status), status.words(), columns, look)),
        );
        let nobody = format!("0 !{}sec", look.marks.to());
        for (mark, words) in [
            ("[x] [-] [ ]", "all, some or none of a category's types"),
            (look.marks.unsubscribed(), "the recipient has unsubscribed"),
            (&nobody, "nobody would receive it; the security email does"),
            ("3 !", "some of the category's types reach nobody"),
        ] {
            lines.extend(described(mark, words, columns, look));
        }
        lines.push(ScrollLine::new("", Role::Text));
        lines.extend(wrap(WORDS, columns).into_iter().map(|line| ScrollLine::new(line, Role::Hint)));
        lines
    }
}

/// Keys at the left, what they do at the right, in as many lines as that needs.
fn described(keys: &str, help: &str, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
    let keys_columns = KEYS.min(columns / 3);
    let words = wrap(help, columns.saturating_sub(keys_columns + 1));
    let line = |(index, words): (usize, &String)| {
        let keys = pad(if index == 0 { keys } else { "" }, keys_columns, look.marks.ellipsis());
        ScrollLine::new(format!("{keys} {words}"), Role::Text)
    };
    words.iter().enumerate().map(line).collect()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
