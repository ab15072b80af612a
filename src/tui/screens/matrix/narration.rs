//! The matrix in words: a contact in a line, first with what the column under the cursor is for it, and below the list how many would
//! receive that.
//!
//! ```text
//!  Name: 王小明. Product Messages: some. Status: verified. Account Messages: checked. …
//!  Name: AdaLovelace. Product Messages: not checked. Status: code sent. Account Messages: …
//!  Would receive Product Messages: 1
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::columns::Column;
use super::is_unsubscribed;
use super::view::{Board, Fallback, Parts, nobody_words};
use crate::domain::contact::Contact;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, say};
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::tui::look::Look;
use crate::tui::screens::contacts;
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::write;

/// Draws the list and what is counted below it. Returns the place of the row under the cursor.
pub(super) fn draw(
    board: &Board<'_>,
    column: Option<Column<'_>>,
    parts: Parts,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> Option<Position> {
    let list = Rect { height: parts.coverage.y.saturating_sub(parts.heads.y), ..parts.heads };
    let place = if board.contacts.window().rows().is_empty() {
        contacts::draw_nothing(board.contacts, board.totals, &nobody_words(look), list, buf, look)
    } else {
        let seen = board.contacts.window().visible(parts.list.height.into());
        let rows: Vec<String> = seen.iter().map(|contact| row(board, contact, column, look)).collect();
        spoken::draw_rows(list, buf, look, &rows, board.contacts.window().cursor_line())
    };
    if let Some(column) = column {
        let (title, count) = (safe(column.title(look.language)), recipients(board, column, look));
        let words = say!(look.language, "Would receive {title}: {count}", title, count);
        write(parts.coverage, buf, Span::styled(words, look.style(Role::Dim)));
    }
    place
}

/// A contact: its name, the column under the cursor, what its address is, then all other columns.
fn row(board: &Board<'_>, contact: &Contact, column: Option<Column<'_>>, look: &Look<'_>) -> String {
    let language = look.language;
    let wanted = board.edits.shown(contact, look.catalogue);
    let name = safe(&contact.name);
    let name = if board.contacts.picked().contains(&contact.id) {
        say!(language, "{name}, selected", name)
    } else {
        name.into_owned()
    };
    let mut facts = vec![(say!(language, "Name"), name)];
    facts.extend(column.map(|column| cell(contact, &wanted, column, look)));
    facts.push((say!(language, "Status"), plain(language, contact.status.words()).to_owned()));
    let others = board.matrix.all_columns(look.catalogue).into_iter();
    let others = others.filter(|other| Some(other.id()) != column.map(Column::id));
    facts.extend(others.map(|other| cell(contact, &wanted, other, look)));
    spoken::line(language, facts)
}

fn cell<'a>(
    contact: &Contact,
    wanted: &Subscriptions,
    column: Column<'a>,
    look: &Look<'_>,
) -> (&'a str, String) {
    let state = match column.kind {
        None => wanted.state(&column.category.id),
        Some(kind) if wanted.covers(&kind.id) => BoxState::All,
        Some(_) => BoxState::None,
    };
    let state = spoken::state(state, look.language);
    let value = if is_unsubscribed(contact, column.id()) {
        let why = say!(look.language, "unsubscribed");
        format!("{state}{}{why}", look.separator())
    } else {
        state.to_owned()
    };
    (column.title(look.language), value)
}

/// How many would receive it, and what becomes of it if nobody does.
fn recipients(board: &Board<'_>, column: Column<'_>, look: &Look<'_>) -> String {
    let is_silent_in_part = column.kind.is_none() && board.coverage.silent(column.category).next().is_some();
    match (board.coverage.recipients(column.id()), board.fallback) {
        (None, _) => say!(look.language, "counting").to_owned(),
        (Some(0), Fallback::SecurityEmail) => look.nobody_but_security(),
        (Some(0), Fallback::Nobody) => look.nobody_at_all().to_owned(),
        (Some(some), _) if is_silent_in_part => {
            say!(look.language, "{some}, but some of its types reach nobody", some)
        }
        (Some(some), _) => some.to_string(),
    }
}
