//! The message types screen: contacts against categories, each category opening into its types. Its rows are the list of contacts
//! with its filter, order and selection; here is only which column is under the cursor and which category is open. It never
//! saves: it says what is wanted.

mod columns;
mod detail;
mod narration;
mod pane;
mod view;

use ratatui::layout::Rect;

pub use view::{Board, Fallback};

use crate::domain::catalogue::UNSUBSCRIBABLE;
use crate::domain::catalogue::{Catalogue, category_of};
use crate::domain::contact::Contact;
use crate::tui::keymap::Action;
use crate::tui::layout::Regions;
use crate::tui::look::Look;
use columns::{Column, Grid, columns};

/// The state of the screen beside its rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matrix {
    /// The column under the cursor.
    cursor: usize,
    /// The category that is open.
    open: Option<usize>,
    /// The first column that is seen.
    first: usize,
}

/// What a key wants that goes beyond the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixOutcome {
    Stay,
    /// The key has no meaning for the columns.
    Unused,
    /// Tick the cell under the cursor.
    Tick,
    TickRow,
    TickColumn,
    CopyFrom,
    /// Show who would get what the column under the cursor is.
    Audience,
    TakeBack,
    /// The category cannot be opened.
    NoTypes,
}

impl Matrix {
    /// The category or type under the cursor.
    #[must_use]
    pub fn kind(&self, catalogue: &Catalogue) -> Option<String> {
        Some(self.column(catalogue)?.id().to_owned())
    }

    /// Whether the category under the cursor is open, so that opening closes it.
    #[must_use]
    pub fn would_fold(&self, catalogue: &Catalogue) -> bool {
        self.open.is_some() && self.category(catalogue) == self.open
    }

    /// Does what a key means for the columns. `body` is the place in which the screen is drawn.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the columns have a use for few of all actions")]
    pub fn act(&mut self, action: Action, body: Rect, look: &Look<'_>) -> MatrixOutcome {
        let count = columns(look.catalogue, self.open).len();
        match action {
            Action::Left => self.cursor = self.cursor.saturating_sub(1),
            Action::Right => self.cursor = (self.cursor + 1).min(count.saturating_sub(1)),
            Action::Open => return self.open_or_close(body, look),
            Action::Back if self.open.is_some() => self.close(),
            Action::Tick => return MatrixOutcome::Tick,
            Action::TickRow => return MatrixOutcome::TickRow,
            Action::TickColumn => return MatrixOutcome::TickColumn,
            Action::CopyFrom => return MatrixOutcome::CopyFrom,
            Action::Audience => return MatrixOutcome::Audience,
            Action::TakeBack => return MatrixOutcome::TakeBack,
            _ => return MatrixOutcome::Unused,
        }
        self.fit(body, look);
        MatrixOutcome::Stay
    }

    /// Keeps the column under the cursor in sight.
    pub fn fit(&mut self, body: Rect, look: &Look<'_>) {
        self.first = self.grid(body, look).first();
    }

    fn column<'a>(&self, catalogue: &'a Catalogue) -> Option<Column<'a>> {
        columns(catalogue, self.open).get(self.cursor).copied()
    }

    fn grid<'a>(&self, body: Rect, look: &Look<'a>) -> Grid<'a> {
        let columns = columns(look.catalogue, self.open);
        Grid::of(&columns, body.width.saturating_sub(2).into(), self.first, self.cursor, look)
    }

    fn open_or_close(&mut self, body: Rect, look: &Look<'_>) -> MatrixOutcome {
        let Some(column) = self.column(look.catalogue) else { return MatrixOutcome::Stay };
        let index = self.category(look.catalogue);
        if index == self.open {
            self.close();
        } else if column.category.types.is_empty() {
            return MatrixOutcome::NoTypes;
        } else {
            self.open = index;
            self.cursor = index.unwrap_or_default();
            self.show_types(column.category.types.len(), body, look);
        }
        self.fit(body, look);
        MatrixOutcome::Stay
    }

    /// The index of the category under the cursor.
    fn category(&self, catalogue: &Catalogue) -> Option<usize> {
        let wanted = self.column(catalogue)?.category;
        catalogue.categories().iter().position(|category| category.id == wanted.id)
    }

    /// Scrolls until the types of the category under the cursor are seen, or until it is the first column.
    fn show_types(&mut self, types: usize, body: Rect, look: &Look<'_>) {
        let last = self.cursor + types;
        self.first = self.first.min(self.cursor);
        while self.first < self.cursor {
            let grid = self.grid(body, look);
            if grid.before + grid.places.len() > last {
                return;
            }
            self.first += 1;
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.cursor = open;
        self.first = self.first.min(open);
    }
}

impl Matrix {
    /// All columns, from left to right.
    fn all_columns<'a>(&self, catalogue: &'a Catalogue) -> Vec<Column<'a>> {
        columns(catalogue, self.open)
    }
}

/// Whether the recipient has ended this category or type.
#[must_use]
pub fn is_unsubscribed(contact: &Contact, id: &str) -> bool {
    contact.unsubscribed_at.is_some() && category_of(id) == UNSUBSCRIBABLE
}

/// The rows that are left for contacts.
#[must_use]
pub fn list_rows(regions: Regions, has_filter: bool) -> usize {
    view::Parts::of(regions, has_filter, 0).list.height.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::test_look;

    const BODY: Rect = Rect { x: 0, y: 0, width: 80, height: 21 };

    fn press(matrix: &mut Matrix, actions: &[Action]) -> String {
        for action in actions {
            matrix.act(*action, BODY, &test_look());
        }
        matrix.kind(test_look().catalogue).unwrap()
    }

    #[test]
    fn the_cursor_stays_within_the_columns() {
        let mut matrix = Matrix::default();
        assert_eq!(press(&mut matrix, &[Action::Left]), "account");
        assert_eq!(press(&mut matrix, &[Action::Right; 9]), "service");
    }

    #[test]
    fn a_category_opens_into_its_types_and_closes_again() {
        let mut matrix = Matrix::default();
        press(&mut matrix, &[Action::Right, Action::Open]);
        assert_eq!(press(&mut matrix, &[Action::Right, Action::Right]), "product.activation");
        assert!(matrix.would_fold(test_look().catalogue));
        assert_eq!(press(&mut matrix, &[Action::Open]), "product");
        assert_eq!(press(&mut matrix, &[Action::Right]), "security");
        assert!(!matrix.would_fold(test_look().catalogue));
        press(&mut matrix, &[Action::Open, Action::Right]);
        assert_eq!(press(&mut matrix, &[Action::Back]), "security");
        assert_eq!(matrix.act(Action::Back, BODY, &test_look()), MatrixOutcome::Unused);
    }

    #[test]
    fn another_category_takes_the_place_of_the_one_that_is_open() {
        let mut matrix = Matrix::default();
        press(&mut matrix, &[Action::Right, Action::Open]);
        press(&mut matrix, &[Action::Right; 9]);
        assert_eq!(press(&mut matrix, &[]), "exception");
        assert_eq!(press(&mut matrix, &[Action::Open, Action::Right]), "exception.compute");
        assert_eq!(press(&mut matrix, &[Action::Left, Action::Left]), "security");
    }

    #[test]
    fn an_open_category_is_seen_with_all_its_types_where_they_fit() {
        let mut matrix = Matrix::default();
        press(&mut matrix, &[Action::Right; 5]);
        press(&mut matrix, &[Action::Open]);
        let grid = matrix.grid(BODY, &test_look());
        assert_eq!(grid.after, 0, "{grid:?}");
    }
}
