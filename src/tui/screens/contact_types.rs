//! What one contact wants: every category and type as a box. Each tick is saved by itself; what is ticked is shown at once. It
//! never saves: it says what is wanted and is told what became of it.
//!
//! ```text
//! ┌ Message types · AdaLovelace ─────────────────────┐
//! │ [x] Account Messages  recommended                │
//! │     [x] Account funds                            │
//! │ [-] Product Messages                             │
//! │     [ ] Product education                        ↓
//! └──────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::matrix::is_unsubscribed;
use crate::domain::catalogue::{Catalogue, Category, MessageType};
use crate::domain::contact::{Contact, ContactId};
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::tui::edits::What;
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::{self, Focus};
use crate::tui::widgets::{beside, dialog, row, write};

/// The widest that the dialog becomes, borders included.
const COLUMNS: u16 = 70;

/// Columns by which types stand further right than their category.
const INDENT: u16 = 4;

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactTypesDialog {
    contact: Box<Contact>,
    /// With what is ticked and not saved yet.
    shown: Subscriptions,
    cursor: usize,
    /// The first row that is seen.
    top: usize,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactTypesOutcome {
    Stay,
    Close,
    Tick { what: What, wanted: bool },
    TakeBack,
}

/// A row of the dialog.
enum DialogRow<'a> {
    Category(&'a Category),
    Type(&'a MessageType),
    /// An id that the catalogue does not have; it is kept and cannot be ticked.
    Unknown(&'a str),
}

impl ContactTypesDialog {
    /// A dialog about a contact as it was read.
    #[must_use]
    pub fn new(contact: Box<Contact>) -> Self {
        let shown = contact.subscriptions.clone();
        Self { contact, shown, cursor: 0, top: 0 }
    }

    /// Whom it is about.
    #[must_use]
    pub const fn id(&self) -> ContactId {
        self.contact.id
    }

    /// The contact as it was read last.
    #[must_use]
    pub const fn contact(&self) -> &Contact {
        &self.contact
    }

    /// Takes the contact as it is now.
    pub fn loaded(&mut self, contact: &Contact) {
        *self.contact = contact.clone();
    }

    /// Takes what the contact will want once everything is saved.
    pub fn show(&mut self, shown: Subscriptions) {
        self.shown = shown;
    }

    /// One key. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, look: &Look<'_>) -> ContactTypesOutcome {
        let Input::Action(action) = input else { return ContactTypesOutcome::Stay };
        let rows = known_rows(look.catalogue);
        let last = rows.saturating_sub(1);
        let page = self.height(area, look).max(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the dialog has a use for few of all actions")]
        match action {
            Action::Close => return ContactTypesOutcome::Close,
            Action::TakeBack => return ContactTypesOutcome::TakeBack,
            Action::Tick => return self.tick(look.catalogue),
            Action::TickRow => {
                let wanted = !self.shown.is_everything(look.catalogue);
                return ContactTypesOutcome::Tick { what: What::Everything, wanted };
            }
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Action::PageDown => self.cursor = (self.cursor + page).min(last),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            _ => {}
        }
        self.top = self.seen_from(self.height(area, look), look.catalogue);
        ContactTypesOutcome::Stay
    }

    /// Draws the dialog in the middle of `area`. Returns the cursor's place: the tick under it.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let place = self.place(area, &look);
        let what = say!(look.language, "Message types");
        let title = format!("{what}{}{}", look.separator(), safe(&self.contact.name));
        let inner = dialog::open(place, buf, look, &title);
        let rows = self.rows(look.catalogue);
        let top = self.seen_from(inner.height.into(), look.catalogue);
        dialog::scroll_marks(place, buf, look, top, rows.len());
        let mut cursor = None;
        for (index, shown) in rows.iter().enumerate().skip(top).take(inner.height.into()) {
            let focus = if index == self.cursor { Focus::Here } else { Focus::Elsewhere };
            let at = self.draw_row(shown, row(inner, index - top), focus, buf, look);
            cursor = cursor.or(at);
        }
        cursor
    }

    fn draw_row(
        &self,
        shown: &DialogRow<'_>,
        area: Rect,
        focus: Focus,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Position> {
        match shown {
            DialogRow::Category(category) => {
                let state = self.shown.state(&category.id);
                let title = category.title.get(look.language);
                check_box::draw(area, buf, look, state, title, &self.note(category, look), focus)
            }
            DialogRow::Type(kind) => {
                let state = if self.shown.covers(&kind.id) { BoxState::All } else { BoxState::None };
                let title = kind.title.get(look.language);
                check_box::draw(beside(area, INDENT), buf, look, state, title, "", focus)
            }
            DialogRow::Unknown(id) => {
                let text =
                    say!(look.language, "also '{id}', which this version does not know", id = safe(id));
                write(area, buf, Span::styled(text, look.style(Role::Dim)));
                None
            }
        }
    }

    /// What is said beside a category.
    fn note(&self, category: &Category, look: Look<'_>) -> String {
        let mut notes = Vec::new();
        if is_unsubscribed(&self.contact, &category.id) {
            let since = self.contact.unsubscribed_at.map(|at| look.short_time(at)).unwrap_or_default();
            let mark = look.marks.unsubscribed();
            let words = say!(look.language, "{mark} unsubscribed since {since}", mark, since);
            notes.push(words.trim_start().to_owned());
        }
        if self.contact.position.is_some_and(|position| category.recommended.contains(&position)) {
            notes.push(say!(look.language, "recommended").to_owned());
        }
        notes.join(look.separator())
    }

    fn tick(&self, catalogue: &Catalogue) -> ContactTypesOutcome {
        let rows = self.rows(catalogue);
        let (id, is_ticked) = match rows.get(self.cursor) {
            Some(DialogRow::Category(category)) => {
                (&category.id, self.shown.state(&category.id) == BoxState::All)
            }
            Some(DialogRow::Type(kind)) => (&kind.id, self.shown.covers(&kind.id)),
            Some(DialogRow::Unknown(_)) | None => return ContactTypesOutcome::Stay,
        };
        ContactTypesOutcome::Tick { what: What::One(id.clone()), wanted: !is_ticked }
    }

    fn rows<'a>(&'a self, catalogue: &'a Catalogue) -> Vec<DialogRow<'a>> {
        let mut rows = Vec::new();
        for category in catalogue.categories() {
            rows.push(DialogRow::Category(category));
            rows.extend(category.types.iter().map(DialogRow::Type));
        }
        rows.extend(self.shown.ids().filter(|id| !catalogue.contains(id)).map(DialogRow::Unknown));
        rows
    }

    fn place(&self, area: Rect, look: &Look<'_>) -> Rect {
        let rows = self.rows(look.catalogue).len() + 2;
        dialog::centred(look.marks, area, COLUMNS.min(area.width), u16::try_from(rows).unwrap_or(u16::MAX))
    }

    fn height(&self, area: Rect, look: &Look<'_>) -> usize {
        dialog::inside(self.place(area, look)).height.into()
    }

    /// The first row that is seen, so that the cursor is. Below the last box everything that follows is seen too.
    fn seen_from(&self, height: usize, catalogue: &Catalogue) -> usize {
        let all = self.rows(catalogue).len();
        let lowest = if self.cursor + 1 == known_rows(catalogue) { all } else { self.cursor + 1 };
        let top = self.top.max(lowest.saturating_sub(height)).min(self.cursor);
        top.min(all.saturating_sub(height))
    }
}

fn known_rows(catalogue: &Catalogue) -> usize {
    catalogue.ids().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::contact::Status;
    use crate::domain::language::Language;
    use crate::tui::widgets::test_look;

    const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 21 };

    fn dialog(ids: &[&str]) -> ContactTypesDialog {
        ContactTypesDialog::new(Box::new(Contact {
            id: ContactId(1),
            name: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
            position: None,
            language: Language::En,
            status: Status::Verified,
            verified_at: None,
            code_sent_at: None,
            pending_email: None,
            unsubscribed_at: None,
            subscriptions: Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned())),
            version: 1,
        }))
    }

    fn press(dialog: &mut ContactTypesDialog, actions: &[Action]) -> ContactTypesOutcome {
        let mut outcome = ContactTypesOutcome::Stay;
        for action in actions {
            outcome = dialog.input(&Input::Action(*action), AREA, &test_look());
        }
        outcome
    }

    fn tick(id: &str, wanted: bool) -> ContactTypesOutcome {
        ContactTypesOutcome::Tick { what: What::One(id.to_owned()), wanted }
    }

    #[test]
    fn space_ticks_what_is_under_the_cursor() {
        let mut dialog = dialog(&["account", "product.release"]);
        assert_eq!(press(&mut dialog, &[Action::Tick]), tick("account", false));
        assert_eq!(press(&mut dialog, &[Action::Down, Action::Tick]), tick("account.funds", false));
        assert_eq!(press(&mut dialog, &[Action::Down, Action::Tick]), tick("product", true));
        assert_eq!(press(&mut dialog, &[Action::Last, Action::Tick]), tick("service.invoice", true));
    }

    #[test]
    fn what_this_version_does_not_know_is_shown_and_cannot_be_ticked() {
        let mut dialog = dialog(&["newer", "newer2.kind"]);
        press(&mut dialog, &[Action::Last, Action::Down, Action::Down]);
        assert_eq!(press(&mut dialog, &[Action::Tick]), tick("service.invoice", true));
        let mut buf = Buffer::empty(AREA);
        dialog.draw(AREA, &mut buf, test_look());
        let text: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("also 'newer2.kind', which this version does not know"), "{text}");
    }

    proptest! {
        #[test]
        fn the_cursor_is_seen_at_any_size(width in 0..90_u16, height in 0..40_u16, keys in proptest::collection::vec(0..6_usize, 0..9)) {
            let actions = [Action::Up, Action::Down, Action::PageUp, Action::PageDown, Action::First, Action::Last];
            let mut dialog = dialog(&["newer"]);
            let area = Rect::new(0, 0, width, height);
            for key in keys {
                dialog.input(&Input::Action(actions[key]), area, &test_look());
            }
            let mut buf = Buffer::empty(area);
            let cursor = dialog.draw(area, &mut buf, test_look());
            prop_assert!(width < 8 || height < 3 || cursor.is_some_and(|cursor| area.contains(cursor)));
        }
    }
}
