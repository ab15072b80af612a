//! A window on a long list: the few screens of rows around the cursor. Rows come by key before or after those that are there, so
//! a list of a million rows costs as much as one of a hundred. It never loads; it says what it wants.
//!
//! ```text
//!            ┆ not loaded          ┆
//!   rows[0]  │                     │  ← fewer than a screen above the top: wants Before
//!   top ───▶ ├─────────────────────┤
//!   cursor ─▶│ what is on the screen │
//!            ├─────────────────────┤
//!            │                     │  ← fewer than a screen below: wants After
//!            ┆ not loaded          ┆
//! ```

#[cfg(test)]
mod tests;

use super::effect::Request;
use super::keymap::Action;
use crate::domain::contact::{Contact, ContactId};
use crate::domain::delivery::{Delivery, DeliveryId};
use crate::operations::page::Page;

/// A row that can be found again by its key.
pub trait Row {
    type Key: Copy + PartialEq + std::fmt::Debug;

    fn key(&self) -> Self::Key;
}

impl Row for Contact {
    type Key = ContactId;

    fn key(&self) -> ContactId {
        self.id
    }
}

impl Row for Delivery {
    type Key = DeliveryId;

    fn key(&self) -> DeliveryId {
        self.id
    }
}

/// The loaded part of a list, the cursor in it and the part that is on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Window<R: Row> {
    rows: Vec<R>,
    at_start: bool,
    at_end: bool,
    /// Index of the row under the cursor; 0 without rows.
    cursor: usize,
    /// Index of the first row on the screen.
    top: usize,
    /// The line on which the cursor should stand once rows above are there.
    line: Option<usize>,
    /// Steps that were asked for beyond what is loaded; taken when rows come.
    owed: isize,
    /// Steps that were taken since all rows were asked for anew; taken again when they come.
    since: isize,
    pending: Option<(Request, Fill<R::Key>)>,
    /// Rows that came before others with which they will replace all rows.
    gathered: Vec<R>,
    loaded: bool,
}

/// What the rows that are asked for will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill<K> {
    /// They replace all rows.
    Anew(Land<K>),
    Before,
    After,
}

/// Where the cursor stands after all rows were replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Land<K> {
    First,
    Last,
    /// On this row, on the same line of the screen; if it is not there, on the row with this index.
    On {
        key: K,
        index: usize,
    },
}

/// Rows that are missing near the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Those before the first row that is loaded.
    Before,
    /// Those after the last.
    After,
}

/// An end of the list that is not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Far {
    First,
    Last,
}

/// What became of rows that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted<K> {
    /// They are in the window.
    Taken,
    /// They are in the window, but this row, on which the cursor should stand, is not among them.
    Lost(K),
    /// Nobody waits for them.
    Stale,
}

/// Screens that are kept; more are dropped on the far side.
const SCREENS_KEPT: usize = 5;

impl<R: Row> Default for Window<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            at_start: false,
            at_end: false,
            cursor: 0,
            top: 0,
            line: None,
            owed: 0,
            since: 0,
            pending: None,
            gathered: Vec::new(),
            loaded: false,
        }
    }
}

impl<R: Row> Window<R> {
    /// How many rows to ask for at once for a screen of `height` rows.
    #[must_use]
    pub const fn page_size(height: usize) -> usize {
        let height = if height < 4 { 4 } else { height };
        height * 3
    }

    /// All rows that are loaded.
    #[must_use]
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The rows on a screen of `height` rows.
    #[must_use]
    pub fn visible(&self, height: usize) -> &[R] {
        let end = self.top.saturating_add(height).min(self.rows.len());
        self.rows.get(self.top..end).unwrap_or_default()
    }

    /// The line of the screen on which the cursor stands, from 0.
    #[must_use]
    pub const fn cursor_line(&self) -> usize {
        self.cursor.saturating_sub(self.top)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&R> {
        self.rows.get(self.cursor)
    }

    /// The row that will be under the cursor when `gone` are no longer there: the next that stays, else the one before.
    #[must_use]
    pub fn neighbour(&self, gone: &[R::Key]) -> Option<R::Key> {
        self.nearest().find(|key| !gone.contains(key))
    }

    /// Puts a row in the place of the one with the same key, if there is one.
    pub fn show_anew(&mut self, row: &R)
    where
        R: Clone,
    {
        if let Some(shown) = self.rows.iter_mut().find(|shown| shown.key() == row.key()) {
            *shown = row.clone();
        }
    }

    /// Whether rows have come since the window was made.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether the list has no rows at all, as far as is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.loaded && self.rows.is_empty()
    }

    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether the list goes on above and below the screen.
    #[must_use]
    pub fn continues(&self, height: usize) -> (bool, bool) {
        let above = self.top > 0 || (self.loaded && !self.at_start);
        let below = self.top.saturating_add(height) < self.rows.len() || (self.loaded && !self.at_end);
        (above, below)
    }

    /// Moves the cursor by `steps` rows; the screen follows in jumps of a third, so that most steps repaint two rows only.
    pub fn step(&mut self, steps: isize, height: usize) {
        let from = signed(self.cursor).saturating_add(self.owed);
        if !self.rows.is_empty() {
            self.line = None;
            (self.cursor, self.owed) = self.reach(from.saturating_add(steps));
            self.follow(height);
        }
        let taken = signed(self.cursor).saturating_add(self.owed).saturating_sub(from);
        self.since = match &self.pending {
            Some((_, Fill::Anew(Land::First))) => self.since.saturating_add(steps).max(0),
            Some((_, Fill::Anew(Land::Last))) => self.since.saturating_add(steps).min(0),
            Some((_, Fill::Anew(Land::On { .. }))) => self.since.saturating_add(taken),
            Some((_, Fill::Before | Fill::After)) | None => 0,
        };
    }

    /// The row nearest to an index among those that are loaded, and how many steps are owed from there.
    fn reach(&self, wanted: isize) -> (usize, isize) {
        let reached = wanted.clamp(0, signed(self.rows.len().saturating_sub(1)));
        let more = if wanted < 0 { !self.at_start } else { !self.at_end };
        (reached.unsigned_abs(), if more { wanted - reached } else { 0 })
    }

    /// Moves cursor and screen together by `steps` rows.
    pub fn page(&mut self, steps: isize, height: usize) {
        self.top = self.top.saturating_add_signed(steps);
        self.step(steps, height);
    }

    /// Moves the cursor as the action says, if it is one that moves it. Returns the end that must be read for it.
    pub fn travel(&mut self, action: Action, height: usize) -> Option<Far> {
        let page = isize::try_from(height.max(1)).unwrap_or(isize::MAX);
        let half = (page / 2).max(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "few of all actions move the cursor")]
        match action {
            Action::Up => self.step(-1, height),
            Action::Down => self.step(1, height),
            Action::PageUp => self.page(-page, height),
            Action::PageDown => self.page(page, height),
            Action::HalfUp => self.page(-half, height),
            Action::HalfDown => self.page(half, height),
            Action::First => return (!self.to_first(height)).then_some(Far::First),
            Action::Last => return (!self.to_last(height)).then_some(Far::Last),
            _ => {}
        }
        None
    }

    /// Goes to the first row; false if it is not loaded or all rows are about to be replaced.
    pub fn to_first(&mut self, height: usize) -> bool {
        self.owed = 0;
        if self.at_start {
            self.cursor = 0;
            self.top = 0;
            self.follow(height);
        }
        self.at_start && !self.is_waiting_for_all()
    }

    /// Goes to the last row; false if it is not loaded or all rows are about to be replaced.
    pub fn to_last(&mut self, height: usize) -> bool {
        self.owed = 0;
        if self.at_end {
            self.cursor = self.rows.len().saturating_sub(1);
            self.top = self.rows.len();
            self.follow(height);
        }
        self.at_end && !self.is_waiting_for_all()
    }

    const fn is_waiting_for_all(&self) -> bool {
        matches!(self.pending, Some((_, Fill::Anew(_))))
    }

    /// Keeps the cursor on the screen after the screen's height has changed.
    pub fn fit(&mut self, height: usize) {
        self.follow(height);
    }

    /// What is missing near the screen, unless rows are on their way already.
    #[must_use]
    pub fn wants(&self, height: usize) -> Option<Want> {
        if self.pending.is_some() || self.rows.is_empty() {
            return None;
        }
        let below = self.rows.len().saturating_sub(self.top.saturating_add(height));
        if !self.at_end && (below < height || self.owed > 0) {
            return Some(Want::After);
        }
        (!self.at_start && (self.top < height || self.owed < 0)).then_some(Want::Before)
    }

    /// The row from which on to load everything anew, and where the cursor should stand then; None without rows.
    #[must_use]
    pub fn stay(&self, height: usize) -> Option<(&R, Land<R::Key>)> {
        let first = self.top.saturating_sub(height);
        let land = Land::On { key: self.current()?.key(), index: self.cursor - first };
        self.rows.get(first).map(|row| (row, land))
    }

    /// Notes that rows were asked for; the answer to anything asked before is stale from now on.
    pub fn expect(&mut self, request: Request, fill: Fill<R::Key>) {
        self.gathered.clear();
        self.since = 0;
        self.pending = Some((request, fill));
    }

    /// Notes that no answer will come to what was asked.
    pub fn forget(&mut self) {
        self.pending = None;
        (self.owed, self.since) = (0, 0);
    }

    /// Whether this is the request that is waited for.
    #[must_use]
    pub fn awaits(&self, request: Request) -> bool {
        self.pending.as_ref().is_some_and(|(pending, _)| *pending == request)
    }

    /// Takes the rows that came for `request` so far. The others, which follow them in the direction that was asked for, come for
    /// `rest`. All rows are replaced at once only where the cursor is to stand on one of them.
    pub fn accept_part(&mut self, request: Request, page: Page<R>, rest: Request, height: usize) {
        let Some((_, fill)) = self.pending.take_if(|(pending, _)| *pending == request) else { return };
        let fill = match fill {
            Fill::Anew(Land::On { .. }) => {
                self.gathered.extend(page.rows);
                fill
            }
            Fill::Anew(land @ (Land::First | Land::Last)) => {
                self.replace(page, land, height);
                if land == Land::First { Fill::After } else { Fill::Before }
            }
            Fill::Before | Fill::After if page.rows.is_empty() => fill,
            Fill::Before | Fill::After => {
                self.pending = Some((request, fill));
                self.accept(request, page, height);
                fill
            }
        };
        self.pending = Some((rest, fill));
    }

    /// Takes the rows that came for `request`.
    pub fn accept(&mut self, request: Request, mut page: Page<R>, height: usize) -> Accepted<R::Key> {
        let Some((_, fill)) = self.pending.take_if(|(pending, _)| *pending == request) else {
            return Accepted::Stale;
        };
        match fill {
            Fill::Anew(land) => {
                let gathered = std::mem::take(&mut self.gathered);
                page.rows.splice(0..0, gathered);
                self.replace(page, land, height)
            }
            Fill::After => {
                self.at_end = page.at_end || page.rows.is_empty();
                self.rows.extend(page.rows);
                self.drop_above(height);
                self.pay(height);
                Accepted::Taken
            }
            Fill::Before => {
                self.at_start = page.at_start || page.rows.is_empty();
                let added = page.rows.len();
                self.rows.splice(0..0, page.rows);
                self.cursor += added;
                self.top = match self.line.take() {
                    Some(line) => self.cursor.saturating_sub(line),
                    None => self.top + added,
                };
                self.drop_below(height);
                self.pay(height);
                Accepted::Taken
            }
        }
    }

    fn replace(&mut self, page: Page<R>, land: Land<R::Key>, height: usize) -> Accepted<R::Key> {
        let (line, since) = (self.cursor_line(), std::mem::take(&mut self.since));
        let last = page.rows.len().saturating_sub(1);
        let (cursor, accepted) = match land {
            Land::First => (0, Accepted::Taken),
            Land::Last => (last, Accepted::Taken),
            Land::On { key, index } => match page.rows.iter().position(|row| row.key() == key) {
                Some(cursor) => (cursor, Accepted::Taken),
                // Who has moved on is not led back.
                None if since != 0 => (index.min(last), Accepted::Taken),
                None => (index.min(last), Accepted::Lost(key)),
            },
        };
        self.loaded = true;
        self.rows = page.rows;
        self.at_start = page.at_start;
        self.at_end = page.at_end;
        (self.cursor, self.owed) = self.reach(signed(cursor).saturating_add(since));
        self.top = self.cursor.saturating_sub(line);
        self.line = (self.top == 0 && !self.at_start).then_some(line);
        self.follow(height);
        accepted
    }

    /// Takes the steps that were asked for before the rows were there.
    fn pay(&mut self, height: usize) {
        let owed = std::mem::take(&mut self.owed);
        if owed == 0 {
            self.follow(height);
        } else {
            self.page(owed, height);
        }
    }

    /// Keys from the cursor on outwards: itself, those below, then those above.
    fn nearest(&self) -> impl Iterator<Item = R::Key> {
        let (above, below) = self.rows.split_at(self.cursor.min(self.rows.len()));
        below.iter().chain(above.iter().rev()).map(R::key)
    }

    /// Moves the screen so that the cursor is on it and no line is left blank that could be filled.
    fn follow(&mut self, height: usize) {
        let height = height.max(1);
        let jump = height / 3;
        if self.cursor < self.top {
            self.top = self.cursor.saturating_sub(jump);
        } else if self.cursor >= self.top + height {
            self.top = self.cursor + 1 + jump - height;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    fn drop_above(&mut self, height: usize) {
        let surplus = self.rows.len().saturating_sub(SCREENS_KEPT * height.max(4));
        let dropped = surplus.min(self.top.saturating_sub(height));
        if dropped > 0 {
            self.rows.drain(..dropped);
            self.cursor -= dropped;
            self.top -= dropped;
            self.at_start = false;
        }
    }

    fn drop_below(&mut self, height: usize) {
        let needed = self.top.saturating_add(2 * height.max(4)).max(self.cursor + 1);
        let kept = (SCREENS_KEPT * height.max(4)).max(needed);
        if kept < self.rows.len() {
            self.rows.truncate(kept);
            self.at_end = false;
        }
    }
}

fn signed(number: usize) -> isize {
    isize::try_from(number).unwrap_or(isize::MAX)
}
