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

use super::effect::Request;
use super::keymap::Action;
use crate::domain::contact::{Contact, ContactId};
use crate::domain::delivery::{Delivery, DeliveryId};
use crate::operations::contacts::Page;

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
    pending: Option<(Request, Fill<R::Key>)>,
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
            pending: None,
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
        if self.rows.is_empty() {
            return;
        }
        self.line = None;
        let (from, last) = (signed(self.cursor), signed(self.rows.len() - 1));
        let wanted = from.saturating_add(steps);
        let reached = wanted.clamp(0, last);
        let more = if wanted < 0 { !self.at_start } else { !self.at_end };
        self.owed = if more { wanted - reached } else { 0 };
        self.cursor = reached.unsigned_abs();
        self.follow(height);
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

    /// Goes to the first row; false if it is not loaded.
    pub fn to_first(&mut self, height: usize) -> bool {
        self.owed = 0;
        if self.at_start {
            self.cursor = 0;
            self.top = 0;
            self.follow(height);
        }
        self.at_start
    }

    /// Goes to the last row; false if it is not loaded.
    pub fn to_last(&mut self, height: usize) -> bool {
        self.owed = 0;
        if self.at_end {
            self.cursor = self.rows.len().saturating_sub(1);
            self.top = self.rows.len();
            self.follow(height);
        }
        self.at_end
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
        self.pending = Some((request, fill));
    }

    /// Notes that no answer will come to what was asked.
    pub fn forget(&mut self) {
        self.pending = None;
        self.owed = 0;
    }

    /// Whether this is the request that is waited for.
    #[must_use]
    pub fn awaits(&self, request: Request) -> bool {
        self.pending.as_ref().is_some_and(|(pending, _)| *pending == request)
    }

    /// Takes the rows that came for `request`.
    pub fn accept(&mut self, request: Request, page: Page<R>, height: usize) -> Accepted<R::Key> {
        let Some((_, fill)) = self.pending.take_if(|(pending, _)| *pending == request) else {
            return Accepted::Stale;
        };
        match fill {
            Fill::Anew(land) => self.replace(page, land, height),
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
        let line = self.cursor_line();
        let last = page.rows.len().saturating_sub(1);
        let (cursor, accepted) = match land {
            Land::First => (0, Accepted::Taken),
            Land::Last => (last, Accepted::Taken),
            Land::On { key, index } => match page.rows.iter().position(|row| row.key() == key) {
                Some(cursor) => (cursor, Accepted::Taken),
                None => (index.min(last), Accepted::Lost(key)),
            },
        };
        self.loaded = true;
        self.rows = page.rows;
        self.at_start = page.at_start;
        self.at_end = page.at_end;
        self.cursor = cursor;
        self.top = cursor.saturating_sub(line);
        self.line = (self.top == 0 && !self.at_start).then_some(line);
        self.owed = 0;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A row that is its own key.
    #[derive(Debug, Clone, PartialEq)]
    struct Number(i64);

    impl Row for Number {
        type Key = i64;

        fn key(&self) -> i64 {
            self.0
        }
    }

    /// A list of the numbers below `length`, and a window on it that always gets what it wants.
    struct List {
        length: i64,
        window: Window<Number>,
        height: usize,
        requests: u64,
    }

    impl List {
        fn new(length: i64, height: usize) -> Self {
            let mut list = Self { length, window: Window::default(), height, requests: 0 };
            list.load(0..length, Fill::Anew(Land::First));
            list.feed();
            list
        }

        fn load(&mut self, range: std::ops::Range<i64>, fill: Fill<i64>) -> Accepted<i64> {
            let size = i64::try_from(Window::<Number>::page_size(self.height)).unwrap();
            let range = match fill {
                Fill::Before => range.start.max(range.end - size)..range.end,
                Fill::Anew(Land::Last) => range.start.max(range.end - size)..range.end,
                Fill::Anew(Land::First | Land::On { .. }) | Fill::After => {
                    range.start..range.end.min(range.start + size)
                }
            };
            let page = Page {
                at_start: range.start == 0,
                at_end: range.end == self.length,
                rows: range.map(Number).collect(),
            };
            self.requests += 1;
            self.window.expect(Request(self.requests), fill);
            self.window.accept(Request(self.requests), page, self.height)
        }

        fn feed(&mut self) {
            for _ in 0..10_000 {
                let Some(want) = self.window.wants(self.height) else { return };
                let rows = self.window.rows();
                let (first, last) = (rows[0].0, rows[rows.len() - 1].0);
                match want {
                    Want::After => self.load(last + 1..self.length, Fill::After),
                    Want::Before => self.load(0..first, Fill::Before),
                };
            }
            panic!("the window is never content");
        }

        fn at(&self) -> Option<i64> {
            self.window.current().map(Row::key)
        }

        fn check(&self) {
            let window = &self.window;
            assert!(window.cursor < window.rows.len().max(1));
            assert!(window.rows.is_empty() || window.cursor_line() < self.height.max(1));
            assert!(window.visible(self.height).len() <= self.height);
            assert!(window.rows.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0), "no gap");
            let full = self.height.min(usize::try_from(self.length).unwrap());
            assert_eq!(window.visible(self.height).len(), full, "no blank line that could be filled");
            assert!(window.rows.len() <= (SCREENS_KEPT + 4) * self.height.max(4), "{}", window.rows.len());
        }
    }

    #[test]
    fn the_cursor_goes_through_the_whole_list_and_back() {
        let mut list = List::new(1_000, 20);
        for expected in 1..1_000 {
            list.window.step(1, 20);
            list.feed();
            assert_eq!(list.at(), Some(expected));
            list.check();
        }
        for expected in (0..999).rev() {
            list.window.step(-1, 20);
            list.feed();
            assert_eq!(list.at(), Some(expected));
        }
        list.check();
    }

    #[test]
    fn most_steps_do_not_scroll() {
        let mut list = List::new(1_000, 20);
        let mut scrolled = 0;
        for _ in 0..300 {
            let top = list.window.visible(20)[0].0;
            list.window.step(1, 20);
            list.feed();
            scrolled += usize::from(list.window.visible(20)[0].0 != top);
        }
        assert!(scrolled < 50, "{scrolled}");
    }

    #[test]
    fn steps_that_were_too_fast_are_taken_when_the_rows_come() {
        let mut list = List::new(1_000, 10);
        list.window.page(200, 10);
        list.feed();
        assert_eq!(list.at(), Some(200));
        list.window.page(-150, 10);
        list.feed();
        assert_eq!(list.at(), Some(50));
    }

    #[test]
    fn loading_anew_keeps_row_and_line() {
        let mut list = List::new(100, 10);
        list.window.step(25, 10);
        list.feed();
        let line = list.window.cursor_line();
        let (first, land) = list.window.stay(10).unwrap();
        let first = first.0;
        assert_eq!(list.load(first..100, Fill::Anew(land)), Accepted::Taken);
        list.feed();
        assert_eq!((list.at(), list.window.cursor_line()), (Some(25), line));
    }

    #[test]
    fn a_row_that_is_gone_leaves_the_cursor_on_the_next() {
        let mut list = List::new(10, 10);
        list.window.step(4, 10);
        assert_eq!(list.window.neighbour(&[4, 5]), Some(6));
        let (_, land) = list.window.stay(10).unwrap();
        let rows = [0, 1, 2, 3, 6].map(Number).to_vec();
        list.window.expect(Request(90), Fill::Anew(land));
        let accepted = list.window.accept(Request(90), Page { rows, at_start: true, at_end: true }, 10);
        assert_eq!((accepted, list.at()), (Accepted::Lost(4), Some(6)));
    }

    #[test]
    fn a_row_far_away_is_shown_on_the_line_of_the_cursor() {
        let mut list = List::new(1_000, 10);
        list.window.step(5, 10);
        assert_eq!(list.load(700..1_000, Fill::Anew(Land::On { key: 700, index: 0 })), Accepted::Taken);
        list.feed();
        assert_eq!((list.at(), list.window.cursor_line()), (Some(700), 5));
        list.check();
    }

    #[test]
    fn a_stale_answer_changes_nothing() {
        let mut list = List::new(10, 10);
        list.window.expect(Request(90), Fill::Anew(Land::First));
        list.window.expect(Request(91), Fill::Anew(Land::First));
        let before = list.window.clone();
        let page = Page { rows: vec![], at_start: true, at_end: true };
        assert_eq!(list.window.accept(Request(90), page, 10), Accepted::Stale);
        assert_eq!(list.window, before);
    }

    proptest! {
        #[test]
        fn any_way_through_any_list_stays_in_it(
            length in 0..300_i64,
            height in 1..40_usize,
            steps in proptest::collection::vec((-60..60_isize, any::<bool>()), 0..60),
        ) {
            let mut list = List::new(length, height);
            let mut expected = 0;
            for (step, paged) in steps {
                if paged { list.window.page(step, height) } else { list.window.step(step, height) }
                list.feed();
                expected = (expected + i64::try_from(step).unwrap()).clamp(0, (length - 1).max(0));
                prop_assert_eq!(list.at(), (length > 0).then_some(expected));
                list.check();
            }
        }

        #[test]
        fn any_height_keeps_the_cursor_on_the_screen(height in 0..50_usize, step in 0..100_isize) {
            let mut list = List::new(100, 20);
            list.window.step(step, 20);
            list.feed();
            list.window.fit(height);
            prop_assert!(list.window.cursor_line() < height.max(1));
        }
    }
}
