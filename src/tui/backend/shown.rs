//! What the terminal shows, cell by cell, so that what stands there already need not be written again.

use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::pen::{PLAIN, Pen};
use crate::domain::columns::width;

/// A cell of the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Shown {
    /// Somebody else may have written here.
    Unknown,
    /// Nothing, in the terminal's own colours.
    #[default]
    Blank,
    /// Covered by a character of several columns that begins before it.
    Rest,
    Glyph(Glyph),
}

/// A character and how it is written, or a blank that is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glyph {
    symbol: Symbol,
    pub(super) pen: Pen,
    /// At least 1.
    pub(super) columns: u16,
}

/// A text of a cell: nearly always a single character.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Symbol {
    Short([u8; SHORT], u8),
    Long(Box<str>),
}

const SHORT: usize = 14;

impl Shown {
    /// What a cell of a frame looks like.
    pub(super) fn of(cell: &Cell) -> Self {
        let (pen, symbol) = (Pen::of(cell), cell.symbol());
        if pen == PLAIN && symbol == " " {
            return Self::Blank;
        }
        let columns =
            if symbol.len() == 1 { 1 } else { u16::try_from(width(symbol)).map_or(1, |width| width.max(1)) };
        Self::Glyph(Glyph { symbol: Symbol::of(symbol), pen, columns })
    }

    /// The columns that it takes from its own on; 1 for whatever is no character.
    pub(super) const fn columns(&self) -> u16 {
        match self {
            Self::Glyph(glyph) => glyph.columns,
            Self::Unknown | Self::Blank | Self::Rest => 1,
        }
    }

    /// The text, the pen and the columns with which it is written; none for what is not.
    pub(super) fn text(&self) -> Option<(&str, Pen, u16)> {
        match self {
            Self::Blank => Some((" ", PLAIN, 1)),
            Self::Glyph(glyph) => Some((glyph.symbol.text(), glyph.pen, glyph.columns)),
            Self::Unknown | Self::Rest => None,
        }
    }
}

impl Symbol {
    fn of(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short(bytes, length)
            }
            (None, _) | (_, Err(_)) => Self::Long(text.into()),
        }
    }

    fn text(&self) -> &str {
        match self {
            // It was cut from a text, so it is one.
            Self::Short(bytes, length) => std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or(" "),
            Self::Long(text) => text,
        }
    }
}

/// All cells.
#[derive(Debug, Default)]
pub(super) struct Grid {
    size: Size,
    cells: Vec<Shown>,
}

impl Grid {
    /// A terminal of this size shows nothing.
    pub(super) fn clear(&mut self, size: Size) {
        self.fill(size, &Shown::Blank);
    }

    /// Nobody knows what the terminal shows.
    pub(super) fn forget(&mut self) {
        self.cells.fill(Shown::Unknown);
    }

    /// Makes sure of the size. The first one is that of an empty screen; at another the terminal arranges its lines anew.
    pub(super) fn fit(&mut self, size: Size) {
        if self.cells.is_empty() {
            self.clear(size);
        } else if self.size != size {
            self.fill(size, &Shown::Unknown);
        }
    }

    fn fill(&mut self, size: Size, with: &Shown) {
        self.size = size;
        self.cells.clear();
        self.cells.resize(usize::from(size.width) * usize::from(size.height), with.clone());
    }

    /// The cells of a row; none below the last.
    pub(super) fn row(&self, y: u16) -> &[Shown] {
        let columns = usize::from(self.size.width);
        self.cells.chunks_exact(columns.max(1)).nth(y.into()).unwrap_or_default()
    }

    /// The terminal shows this here now.
    pub(super) fn set(&mut self, at: Position, shown: Shown) {
        let columns = usize::from(self.size.width);
        if at.x >= self.size.width {
            return;
        }
        let begin = usize::from(at.y) * columns;
        let Some(row) = self.cells.get_mut(begin..begin + columns) else { return };
        let first = usize::from(at.x);
        let behind = (first + usize::from(shown.columns())).min(columns);
        // Terminals differ in what is left of a wide character when a part of it is written over.
        for index in first..behind {
            let end = (index + usize::from(row[index].columns())).min(columns);
            row[index + 1..end].fill(Shown::Unknown);
        }
        row[first + 1..behind].fill(Shown::Rest);
        row[first] = shown;
    }
}
