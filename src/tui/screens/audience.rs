//! Who gets it: for a type, who would receive a notice now and why everybody else would not; for a category, how many would
//! receive each of its types, one of which can be opened. It never counts: it is told.
//!
//! ```text
//! ┌ Who gets it · Product Messages ──────────────────┐
//! │       3  Product education                       │
//! │       2  Product expiration                      │
//! │ 0 !→sec  Product release                         │
//! └──────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::domain::catalogue::{Catalogue, Category};
use crate::domain::columns::{clip, pad, width};
use crate::domain::say::say;
use crate::operations::notices::Audience;
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::screens::matrix::Board;
use crate::tui::theme::Role;
use crate::tui::widgets::audience;
use crate::tui::widgets::scroll_text::{self, Scroll, ScrollLine, Step};
use crate::tui::widgets::{dialog, row, write};

/// The widest that the dialog becomes, borders included.
const COLUMNS: u16 = 76;

/// Columns for a number.
const NUMBER: usize = 8;

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct AudienceDialog {
    /// The category from whose types one is chosen.
    category: Option<String>,
    /// Which of its types is under the cursor.
    cursor: usize,
    /// The type that is shown.
    kind: Option<Shown>,
}

/// A type that is shown.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    id: String,
    /// None until it is counted.
    audience: Option<Box<Audience>>,
    scroll: Scroll,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudienceOutcome {
    Stay,
    Close,
    /// Count for a type, then call [`AudienceDialog::loaded`].
    Count(String),
}

impl AudienceDialog {
    /// A dialog about a category, or about a type, for which it waits for [`AudienceDialog::loaded`].
    #[must_use]
    pub fn new(id: &str) -> Self {
        if id.contains('.') {
            Self { category: None, cursor: 0, kind: Some(Shown::new(id)) }
        } else {
            Self { category: Some(id.to_owned()), cursor: 0, kind: None }
        }
    }

    /// The type that is shown.
    #[must_use]
    pub fn message_type(&self) -> Option<&str> {
        self.kind.as_ref().map(|kind| kind.id.as_str())
    }

    /// Who would get the type that is shown, once it is counted.
    #[must_use]
    pub fn audience(&self) -> Option<&Audience> {
        self.kind.as_ref()?.audience.as_deref()
    }

    /// The title of the type under the cursor, or of the type that is shown.
    #[must_use]
    pub fn current(&self, look: &Look<'_>) -> Option<String> {
        let kind = match &self.kind {
            Some(kind) => look.catalogue.message_type(&kind.id).map(|(_, kind)| kind),
            None => self.shown_category(look.catalogue)?.types.get(self.cursor),
        };
        kind.map(|kind| kind.title.get(look.language).to_owned())
    }

    /// Takes who would get a type, now or again; where the reader was stays.
    pub fn loaded(&mut self, audience: Audience) {
        if let Some(kind) = self.kind.as_mut().filter(|kind| kind.id == audience.message_type) {
            kind.audience = Some(Box::new(audience));
        }
    }

    /// Whether an action does anything now.
    #[must_use]
    pub fn is_of_use(&self, action: Action) -> bool {
        action != Action::Open || self.kind.is_none()
    }

    /// One key. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, look: Look<'_>) -> AudienceOutcome {
        let Input::Action(action) = input else { return AudienceOutcome::Stay };
        match &self.kind {
            Some(_) => self.act_on_audience(*action, area, look),
            None => self.act_on_types(*action, look.catalogue),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the dialog has a use for few of all actions")]
    fn act_on_audience(&mut self, action: Action, area: Rect, look: Look<'_>) -> AudienceOutcome {
        let step = match action {
            Action::Close if self.category.is_none() => return AudienceOutcome::Close,
            Action::Close => {
                self.kind = None;
                return AudienceOutcome::Stay;
            }
            Action::Up => Step::LineUp,
            Action::Down => Step::LineDown,
            Action::PageUp => Step::PageUp,
            Action::PageDown => Step::PageDown,
            Action::First => Step::Start,
            Action::Last => Step::End,
            _ => return AudienceOutcome::Stay,
        };
        let (place, lines) = self.audience_place(area, look);
        if let Some(kind) = &mut self.kind {
            kind.scroll.step(step, lines.len(), place.height.saturating_sub(2).into());
        }
        AudienceOutcome::Stay
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the list has a use for few of all actions")]
    fn act_on_types(&mut self, action: Action, catalogue: &Catalogue) -> AudienceOutcome {
        let types = self.shown_category(catalogue).map_or(&[][..], |category| &category.types);
        let last = types.len().saturating_sub(1);
        match action {
            Action::Close => return AudienceOutcome::Close,
            Action::Open => {
                let Some(kind) = types.get(self.cursor) else { return AudienceOutcome::Stay };
                self.kind = Some(Shown::new(&kind.id));
                return AudienceOutcome::Count(kind.id.clone());
            }
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::First | Action::PageUp => self.cursor = 0,
            Action::Last | Action::PageDown => self.cursor = last,
            _ => {}
        }
        AudienceOutcome::Stay
    }

    /// Draws the dialog in the middle of `area`. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>, board: &Board<'_>) -> Option<Position> {
        let what = say!(look.language, "Who gets it");
        let title = format!("{what}{}{}", look.separator(), self.title(&look));
        match &self.kind {
            Some(kind) => {
                let (place, lines) = self.audience_place(area, look);
                let inner = dialog::open(place, buf, look, &title);
                scroll_text::draw(inner, buf, look, &lines, kind.scroll)
            }
            None => self.draw_types(&title, board, area, buf, look),
        }
    }

    fn draw_types(
        &self,
        title: &str,
        board: &Board<'_>,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        let types = self.shown_category(look.catalogue).map_or(&[][..], |category| &category.types);
        let rows = u16::try_from(types.len() + 2).unwrap_or(u16::MAX);
        let place = dialog::centred(look.marks, area, COLUMNS.min(area.width), rows);
        let inner = dialog::open(place, buf, look, title);
        let height = usize::from(inner.height);
        let top = (self.cursor + 1).saturating_sub(height);
        dialog::scroll_marks(place, buf, look, top, types.len());
        let mut cursor = None;
        for (index, kind) in types.iter().enumerate().skip(top).take(height) {
            let (number, role) = board.recipients(&kind.id, &look);
            let missing = NUMBER.saturating_sub(width(&number));
            let title = kind.title.get(look.language);
            let text = if look.marks.is_spoken() {
                format!("{}{number}", look.label(title, 0))
            } else {
                format!("{}{number}  {title}", " ".repeat(missing))
            };
            let is_current = index == self.cursor;
            let role = if is_current { Role::Choice } else { role };
            let at = row(inner, index - top);
            let text = pad(&text, at.width.into(), look.marks.ellipsis()).into_owned();
            write(at, buf, Span::styled(text, look.style(role)));
            if is_current && !at.is_empty() {
                cursor = Some(Position { x: at.x, y: at.y });
            }
        }
        cursor
    }

    fn audience_place(&self, area: Rect, look: Look<'_>) -> (Rect, Vec<ScrollLine>) {
        let columns = COLUMNS.min(area.width);
        let text = scroll_text::text_columns(dialog::inside(Rect { width: columns, ..area }));
        let known = self.kind.as_ref().and_then(|kind| kind.audience.as_ref());
        let lines = match known {
            Some(known) => audience::lines(known, &look, text),
            None => vec![ScrollLine::new(say!(look.language, "Going through the contacts."), Role::Dim)],
        };
        (
            dialog::centred(look.marks, area, columns, u16::try_from(lines.len() + 2).unwrap_or(u16::MAX)),
            lines,
        )
    }

    fn title(&self, look: &Look<'_>) -> String {
        let id = self.message_type().or(self.category.as_deref()).unwrap_or_default();
        let kind = look.catalogue.message_type(id).map(|(_, kind)| kind.title.get(look.language));
        let category = look.catalogue.category(id).map(|category| category.title.get(look.language));
        clip(kind.or(category).unwrap_or(id), COLUMNS.into(), look.marks.ellipsis()).into_owned()
    }

    fn shown_category<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Category> {
        catalogue.category(self.category.as_ref()?)
    }
}

impl Shown {
    fn new(id: &str) -> Self {
        Self { id: id.to_owned(), audience: None, scroll: Scroll::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::test_look;

    const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 21 };

    fn press(dialog: &mut AudienceDialog, action: Action) -> AudienceOutcome {
        dialog.input(&Input::Action(action), AREA, test_look())
    }

    #[test]
    fn a_type_of_a_category_is_opened_and_left_again() {
        let mut dialog = AudienceDialog::new("product");
        press(&mut dialog, Action::Down);
        let counted = AudienceOutcome::Count("product.activation".to_owned());
        assert_eq!(press(&mut dialog, Action::Open), counted);
        assert_eq!(dialog.message_type(), Some("product.activation"));
        assert_eq!(press(&mut dialog, Action::Close), AudienceOutcome::Stay);
        assert_eq!(dialog.message_type(), None);
        assert_eq!(press(&mut dialog, Action::Close), AudienceOutcome::Close);
    }

    #[test]
    fn an_audience_of_another_type_is_not_shown() {
        let mut dialog = AudienceDialog::new("product.release");
        let audience = |id: &str| Audience {
            message_type: id.to_owned(),
            recipients: 7,
            excluded: 0,
            people: Vec::new(),
            fallback: None,
        };
        dialog.loaded(audience("product.change"));
        assert!(dialog.audience_place(AREA, test_look()).1[0].text.contains("Going through"));
        dialog.loaded(audience("product.release"));
        assert!(dialog.audience_place(AREA, test_look()).1[0].text.contains("7 contacts"));
        assert_eq!(press(&mut dialog, Action::Close), AudienceOutcome::Close);
    }
}
