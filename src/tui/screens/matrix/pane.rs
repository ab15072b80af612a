//! The pane beside the matrix: the category under the cursor with all its types, what the contact under the cursor wants of them,
//! and how many would receive each.
//!
//! ```text
//! ┌ Product Messages ──────────────────────────┐
//! │ Before resources such as instances expire; │
//! │ …                                          │
//! │                                            │
//! │ 王小明                           would get │
//! │ [x] Overdue payment, suspension, 12        │
//! │     and deletion                           │
//! │ [ ] Product release              0 !→sec   │
//! └────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::columns::Column;
use super::detail;
use super::view::Board;
use crate::domain::columns::{pad, width};
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::domain::subscription::BoxState;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{pane, row, write};

/// Columns between the types and their numbers.
const GAP: usize = 2;

/// The widest number, `0 !→sec`.
const NUMBER: usize = 7;

/// Columns of a box and the blank behind it.
const BOX: usize = 4;

/// Draws the pane.
pub(super) fn draw(board: &Board<'_>, column: Column<'_>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let area = area.intersection(buf.area);
    let inner = pane(area, buf, *look, column.title(look.language));
    let columns = usize::from(inner.width).saturating_sub(1);
    let mut lines = about(board, column, columns, look);
    lines.push(Line::default());
    lines.extend(types(board, column, columns, look));
    let rows = usize::from(inner.height);
    if lines.len() > rows && rows > 0 {
        lines.truncate(rows - 1);
        lines.push(Line::from(Span::styled(look.marks.ellipsis(), look.style(Role::Dim))));
    }
    for (index, line) in lines.into_iter().enumerate() {
        write(row(inner, index), buf, line);
    }
}

/// What the category or type is, and how it stands with it and with the contact under the cursor.
fn about<'a>(board: &Board<'_>, column: Column<'_>, columns: usize, look: &Look<'_>) -> Vec<Line<'a>> {
    let mut texts = vec![(detail::description(column, look), Role::Text)];
    texts.extend(detail::silence(board, column, look).map(|words| (words, Role::Warning)));
    if let Some(contact) = board.contacts.current() {
        let hindrance = detail::hindrance(contact, column.id(), look)
            .and_then(|(words, role)| words.into_iter().next().map(|words| (words, role)));
        let verdict = column.kind.map(|kind| {
            let wanted = board.edits.shown(contact, look.catalogue);
            detail::verdict_words(look.language, contact, &wanted, &kind.id)
        });
        texts.extend(hindrance.or(verdict));
    }
    let paragraph = |(text, role): (String, Role)| {
        let lines = wrap(&text, columns).into_iter();
        lines.map(move |line| Line::from(Span::styled(line, look.style(role)))).collect::<Vec<_>>()
    };
    let paragraphs: Vec<Vec<Line<'a>>> = texts.into_iter().map(paragraph).collect();
    paragraphs.join(&Line::default())
}

/// The types of the category with their whole titles, the one under the cursor told from the others.
fn types<'a>(board: &Board<'_>, column: Column<'_>, columns: usize, look: &Look<'_>) -> Vec<Line<'a>> {
    if column.category.types.is_empty() {
        return Vec::new();
    }
    let contact = board.contacts.current();
    let wanted = contact.map(|contact| board.edits.shown(contact, look.catalogue));
    let receive = say!(look.language, "would get");
    let widest = columns.saturating_sub(GAP + width(receive).max(NUMBER));
    let line = |text: &str, role: Role, (count, of_count): (String, Role)| {
        Line::from(vec![
            Span::styled(pad(text, widest + GAP, look.marks.ellipsis()).into_owned(), look.style(role)),
            Span::styled(count, look.style(of_count)),
        ])
    };
    let name = contact.map_or_else(String::new, |contact| safe(&contact.name).into_owned());
    let mut lines = vec![line(&name, Role::Label, (receive.to_owned(), Role::Dim))];
    for kind in &column.category.types {
        let state = match &wanted {
            Some(wanted) if wanted.covers(&kind.id) => BoxState::All,
            Some(_) | None => BoxState::None,
        };
        let is_current = column.kind.is_some_and(|current| current.id == kind.id);
        let role = match (is_current, state) {
            (true, _) => Role::Title,
            (false, BoxState::All | BoxState::Some) => Role::Text,
            (false, BoxState::None) => Role::Dim,
        };
        let mut count = board.recipients(&kind.id, look);
        let mut mark = if wanted.is_some() { state.mark() } else { "" };
        let margin = if wanted.is_some() { BOX } else { 0 };
        for text in wrap(kind.title.get(look.language), widest.saturating_sub(margin)) {
            lines.push(line(
                &format!("{}{text}", pad(mark, margin, "")),
                role,
                (std::mem::take(&mut count.0), count.1),
            ));
            mark = "";
        }
    }
    if let Some(wanted) = wanted {
        let unknown = detail::unknown(&wanted, columns, look).into_iter();
        lines.extend(unknown.map(|(text, role)| Line::from(Span::styled(text, look.style(role)))));
    }
    lines
}
