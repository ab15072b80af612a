//! The dialog of one entry of the history: what was done, when, by whom, from where, and every field with its old and its new
//! value; what was erased is said to be.
//!
//! ```text
//! ┌ Entry 17 ─────────────────────────────────────────────────┐
//! │ modified 王小明                                            │
//! │                                                           │
//! │ When    2026-11-24 14:03:12 +08:00                        │
//! │ Who     root (sudo by ada)                                │
//! │ From    203.0.113.9                                       │
//! │ Via     the screen                                        │
//! │                                                           │
//! │ email   ada@example.org → ada@example.com                 │
//! └───────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::history::detail;
use crate::domain::say::say;
use crate::operations::history::{Break, Record};
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::widgets::dialog;
use crate::tui::widgets::scroll_text::{self, Scroll, ScrollLine, Step};

const COLUMNS: u16 = 96;

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntryDialog {
    record: Box<Record>,
    /// What a check found wrong with it.
    broken: Option<Break>,
    scroll: Scroll,
}

/// What is to be done after a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryEntryOutcome {
    Stay,
    Close,
}

impl HistoryEntryDialog {
    /// A dialog on an entry that was read.
    #[must_use]
    pub fn new(record: Box<Record>, broken: Option<Break>) -> Self {
        Self { record, broken, scroll: Scroll::default() }
    }

    /// The number of the entry that is shown.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.record.id
    }

    /// Takes the entry as it is now: what it tells may have been erased.
    pub fn loaded(&mut self, record: Record) {
        *self.record = record;
    }

    /// Whether all of it is seen in a dialog over `area`, so that there is nothing to scroll.
    #[must_use]
    pub fn is_whole(&self, area: Rect, look: Look<'_>) -> bool {
        let (place, lines) = self.place(area, look);
        lines.len() <= place.height.saturating_sub(2).into()
    }

    /// One key. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, look: Look<'_>) -> HistoryEntryOutcome {
        let Input::Action(action) = input else { return HistoryEntryOutcome::Stay };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the dialog has a use for few of all actions")]
        let step = match action {
            Action::Close => return HistoryEntryOutcome::Close,
            Action::Up => Step::LineUp,
            Action::Down => Step::LineDown,
            Action::PageUp => Step::PageUp,
            Action::PageDown => Step::PageDown,
            Action::First => Step::Start,
            Action::Last => Step::End,
            _ => return HistoryEntryOutcome::Stay,
        };
        let (place, lines) = self.place(area, look);
        self.scroll.step(step, lines.len(), place.height.saturating_sub(2).into());
        HistoryEntryOutcome::Stay
    }

    /// Draws the dialog in the middle of `area`. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let (place, lines) = self.place(area, look);
        let inner = dialog::open(place, buf, look, &say!(look.language, "Entry {id}", id = self.record.id));
        scroll_text::draw(inner, buf, look, &lines, self.scroll)
    }

    fn place(&self, area: Rect, look: Look<'_>) -> (Rect, Vec<ScrollLine>) {
        let columns = COLUMNS.min(area.width);
        // Borders and margins of the dialog, and what scrolled text keeps for its marks.
        let room = usize::from(columns).saturating_sub(8);
        let lines = detail::lines(&self.record, self.broken, room, look);
        let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        (dialog::centred(look.marks, area, columns, rows), lines)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::history::tests::record;
    use super::*;
    use crate::tui::widgets::test_look;

    const SCREEN: Rect = Rect { x: 0, y: 0, width: 80, height: 9 };

    fn press(dialog: &mut HistoryEntryDialog, action: Action) -> HistoryEntryOutcome {
        dialog.input(&Input::Action(action), SCREEN, test_look())
    }

    fn drawn(dialog: &HistoryEntryDialog) -> String {
        let mut buf = Buffer::empty(SCREEN);
        dialog.draw(SCREEN, &mut buf, test_look());
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    fn dialog() -> HistoryEntryDialog {
        let details =
            r#"{"name":["王","王小明"],"email":["a@example.org","b@example.org"],"position":[null,"ceo"]}"#;
        HistoryEntryDialog::new(Box::new(record(17, "contact.modify", details)), None)
    }

    #[test]
    fn it_is_scrolled_to_its_end_and_closed() {
        let mut dialog = dialog();
        assert!(drawn(&dialog).contains("2026-11-24 14:03:00 +00:00"));
        assert!(!drawn(&dialog).contains("CEO"));
        press(&mut dialog, Action::Last);
        assert!(drawn(&dialog).contains("none → CEO"));
        press(&mut dialog, Action::First);
        assert_eq!(dialog.scroll, Scroll::default());
        assert_eq!(press(&mut dialog, Action::Add), HistoryEntryOutcome::Stay);
        assert_eq!(press(&mut dialog, Action::Close), HistoryEntryOutcome::Close);
    }

    #[test]
    fn what_is_erased_meanwhile_is_no_longer_shown() {
        let mut dialog = dialog();
        dialog.loaded(Record { details: None, name: None, ..record(17, "contact.modify", "{}") });
        press(&mut dialog, Action::Last);
        assert!(drawn(&dialog).contains("erased when the contact was deleted"));
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..110, height in 0u16..30, text: String) {
            let details = serde_json::json!({ "name": [text, text], "server": text, &text: [1, 2] }).to_string();
            let record = record(17, "contact.modify", &details);
            let mut dialog = HistoryEntryDialog::new(Box::new(record), Some(Break::Changed { id: 17 }));
            let area = Rect::new(0, 0, width, height);
            dialog.input(&Input::Action(Action::PageDown), area, test_look());
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = dialog.draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
