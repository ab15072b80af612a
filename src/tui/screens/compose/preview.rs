//! The preview: a notice as its recipients will read it, in one language after the other.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::tui::keymap::{Action, Context, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog;
use crate::tui::widgets::scroll_text::{self, Scroll, ScrollLine, Step};
use crate::tui::widgets::wrapped_text::wrap;

/// The widest that it becomes, borders included: a mail has about 78 columns.
const COLUMNS: u16 = 84;

/// The preview and how far it is scrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Preview {
    language: Language,
    /// None until it is composed.
    text: Option<String>,
    scroll: Scroll,
}

/// What is to be done after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PreviewOutcome {
    Stay,
    /// Compose it in this language, then call [`Preview::loaded`].
    Ask(Language),
    Close,
}

impl Preview {
    /// A preview that waits for its text in this language.
    pub(super) fn new(language: Language) -> Self {
        Self { language, text: None, scroll: Scroll::default() }
    }

    /// Takes the text; one in a language that is no longer wanted is stale.
    pub(super) fn loaded(&mut self, language: Language, text: String) {
        if language == self.language {
            self.text = Some(text);
        }
    }

    /// The text, as far as it is composed.
    pub(super) fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// One key. `area` is the place over which it is drawn.
    pub(super) fn input(
        &mut self,
        input: &Input,
        subject: &str,
        area: Rect,
        look: Look<'_>,
    ) -> PreviewOutcome {
        let Input::Action(action) = input else { return PreviewOutcome::Stay };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the preview has a use for few of all actions")]
        let step = match action {
            Action::Close => return PreviewOutcome::Close,
            Action::Next => {
                *self = Self::new(self.language.next());
                return PreviewOutcome::Ask(self.language);
            }
            Action::Up => Step::LineUp,
            Action::Down => Step::LineDown,
            Action::PageUp => Step::PageUp,
            Action::PageDown => Step::PageDown,
            Action::First => Step::Start,
            Action::Last => Step::End,
            _ => return PreviewOutcome::Stay,
        };
        let (place, lines) = self.place(subject, area, look);
        self.scroll.step(step, lines.len(), place.height.saturating_sub(2).into());
        PreviewOutcome::Stay
    }

    /// Draws it in the middle of `area`. Returns the cursor's place.
    pub(super) fn draw(
        &self,
        subject: &str,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let (place, lines) = self.place(subject, area, look);
        let what = say!(look.language, "Preview");
        let title = format!("{what}{}{}", look.separator(), self.language.own_name());
        let inner = dialog::open(place, buf, look, &title);
        let key = look.keys.keys(Context::Preview, Action::Next).next().unwrap_or_default();
        let next = self.language.next().own_name();
        dialog::foot(place, buf, look, &say!(look.language, "{key}: {next}", key, next));
        scroll_text::draw(inner, buf, look, &lines, self.scroll)
    }

    fn place(&self, subject: &str, area: Rect, look: Look<'_>) -> (Rect, Vec<ScrollLine>) {
        let columns = COLUMNS.min(area.width);
        let widest = dialog::centred(look.marks, area, columns, area.height);
        let words = scroll_text::text_columns(dialog::inside(widest));
        let mut lines: Vec<ScrollLine> = wrap(&safe(subject.trim()), words)
            .into_iter()
            .map(|line| ScrollLine::new(line, Role::Title))
            .collect();
        lines.push(ScrollLine::new("", Role::Text));
        match &self.text {
            Some(text) => lines.extend(scroll_text::lines(text.trim_end(), words, Role::Text)),
            None => {
                let words = say!(look.language, "Composing the mail{mark}", mark = look.marks.ellipsis());
                lines.push(ScrollLine::new(words, Role::Dim));
            }
        }
        let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        (dialog::centred(look.marks, area, columns, rows), lines)
    }
}
