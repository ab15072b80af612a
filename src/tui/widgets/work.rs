//! Boxes about something long: one while it is under way, one that tells what became of it. They know nothing of what it is.
//!
//! ```text
//! ┌ Import ────────────────────────────────────┐
//! │ Reading 'staff.csv': 12000 rows            │
//! │ ██████████████░░░░░░░░░░░░░░░░  46 %       │
//! │                                            │
//! │ [ Cancel ]                                 │
//! └────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::wrapped_text::wrap;
use super::{dialog, progress_bar, row, skip_rows, write};
use crate::domain::say::say;
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// The widest that a box becomes, borders included.
const COLUMNS: u16 = 66;

/// Something long that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work<'a> {
    pub title: &'a str,
    /// What is being done and how far it is; safe to show.
    pub words: &'a str,
    /// None while nobody knows.
    pub permille: Option<u16>,
    /// Somebody has asked for its end.
    pub is_ending: bool,
}

/// Draws what is under way in the middle of `area`. Returns the cursor's place: the button.
pub fn draw_work(area: Rect, buf: &mut Buffer, look: Look<'_>, work: Work<'_>) -> Option<Position> {
    let columns = COLUMNS.min(area.width);
    let mut words = wrap(work.words, usize::from(columns).saturating_sub(6));
    words.truncate(3);
    let place =
        dialog::centred(look.marks, area, columns, u16::try_from(words.len() + 5).unwrap_or(u16::MAX));
    let inner = dialog::open(place, buf, look, work.title);
    dialog::draw_lines(inner, buf, &words, look.style(Role::Text));
    let below = skip_rows(inner, words.len());
    if let Some(permille) = work.permille {
        progress_bar::draw(row(below, 0), buf, look, permille);
    }
    let label =
        if work.is_ending { say!(look.language, "Cancelling") } else { say!(look.language, "Cancel") };
    dialog::draw_button(skip_rows(below, 2), buf, look, label, Role::FocusedButton)
}

/// Draws what became of something in the middle of `area`; the texts are safe to show. Returns the cursor's place: the button.
pub fn draw_told(
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
    title: &str,
    told: &[(String, Role)],
) -> Option<Position> {
    let columns = COLUMNS.min(area.width);
    let words = usize::from(columns).saturating_sub(6);
    let lines: Vec<(String, Role)> = told
        .iter()
        .flat_map(|(text, role)| wrap(text, words).into_iter().map(|line| (line, *role)))
        .collect();
    let blank = usize::from(lines.len() + 4 <= usize::from(area.height));
    let place = dialog::centred(
        look.marks,
        area,
        columns,
        u16::try_from(lines.len() + blank + 3).unwrap_or(u16::MAX),
    );
    let inner = dialog::open(place, buf, look, title);
    // Where there is little room, the button and the beginning stay.
    let room = usize::from(inner.height).saturating_sub(1);
    for (index, (text, role)) in lines.iter().enumerate().take(room) {
        write(row(inner, index), buf, Span::styled(text.as_str(), look.style(*role)));
    }
    dialog::draw_button(skip_rows(inner, room), buf, look, say!(look.language, "Close"), Role::FocusedButton)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;

    proptest! {
        #[test]
        fn boxes_are_drawn_at_any_size(width in 0u16..90, height in 0u16..30, permille: Option<u16>, is_ending: bool) {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            let words = "Reading '/srv/lists/示例.csv': 12000 rows";
            let work = Work { title: "Import", words, permille, is_ending };
            let told = [(words.to_owned(), Role::Text), (words.repeat(3), Role::Warning)];
            for cursor in [draw_work(area, &mut buf, test_look(), work), draw_told(area, &mut buf, test_look(), "Import", &told)] {
                prop_assert!(cursor.is_none_or(|cursor| area.contains(cursor)));
            }
        }
    }
}
