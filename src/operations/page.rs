//! Pages of lists. Lists are read by key, so a page costs the same anywhere in a long list.

use crate::store::Newest;

/// A part of a list, in the list's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Nothing lies before the first row.
    pub at_start: bool,
    /// Nothing lies after the last row.
    pub at_end: bool,
}

/// Where a page begins in a list that shows the newest first. `K` names a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum At<K> {
    #[default]
    Newest,
    Oldest,
    /// The rows after (older than) this one.
    After(K),
    /// The rows before (newer than) this one.
    Before(K),
    /// A page from this one on.
    From(K),
}

impl<K: Copy> At<K> {
    /// How the store reads the page: in which direction, and from which row on (true: itself included).
    pub(super) fn reading(self) -> (Newest, Option<(K, bool)>) {
        match self {
            Self::Newest => (Newest::First, None),
            Self::Oldest => (Newest::Last, None),
            Self::After(key) => (Newest::First, Some((key, false))),
            Self::Before(key) => (Newest::Last, Some((key, false))),
            Self::From(key) => (Newest::First, Some((key, true))),
        }
    }

    /// The page of at most `limit` rows out of what was read, which is one row more if there is one.
    pub(super) fn page<T>(self, mut rows: Vec<T>, limit: usize) -> Page<T> {
        let is_all = rows.len() <= limit;
        rows.truncate(limit);
        self.page_of(rows, is_all)
    }

    /// The page of the rows that were read; `is_all` says that there are no others in this direction.
    pub(super) fn page_of<T>(self, mut rows: Vec<T>, is_all: bool) -> Page<T> {
        match self {
            Self::Oldest | Self::Before(_) => {
                rows.reverse();
                Page { rows, at_start: is_all, at_end: matches!(self, Self::Oldest) }
            }
            Self::Newest | Self::After(_) | Self::From(_) => {
                Page { rows, at_start: matches!(self, Self::Newest), at_end: is_all }
            }
        }
    }

    /// Where the rows begin that follow one, in the direction in which the page is read.
    pub(super) fn beyond(self, key: K) -> Self {
        match self {
            Self::Oldest | Self::Before(_) => Self::Before(key),
            Self::Newest | Self::After(_) | Self::From(_) => Self::After(key),
        }
    }
}
