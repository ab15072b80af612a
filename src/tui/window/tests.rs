//! What a window on a long list keeps, whatever is done to it.

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
    (0..30).for_each(|_| list.window.page(10, 10));
    list.window.step(-3, 10);
    list.feed();
    assert_eq!(list.at(), Some(347));
}

#[test]
fn steps_while_all_rows_are_asked_for_anew_are_not_lost() {
    let mut list = List::new(1_000, 10);
    list.window.step(25, 10);
    list.feed();
    let (first, land) = list.window.stay(10).unwrap();
    let rows = |range: std::ops::Range<i64>| range.map(Number).collect();
    let first = first.0;
    let answer = |window: &mut Window<Number>, rows: Vec<Number>, at_start| {
        let page = Page { rows, at_start, at_end: false };
        window.accept(Request(90), page, 10)
    };
    list.window.expect(Request(90), Fill::Anew(land));
    list.window.step(1, 10);
    list.window.step(1, 10);
    // The row under the cursor has gone meanwhile: nobody is led back to where it is now.
    let without = (first..60).filter(|number| *number != 25).map(Number).collect();
    let mut other = list.window.clone();
    assert_eq!(answer(&mut other, without, false), Accepted::Taken);
    assert_eq!(answer(&mut list.window, rows(first..60), false), Accepted::Taken);
    assert_eq!((list.at(), other.current().map(Row::key)), (Some(27), Some(28)));
    for (land, steps, at) in
        [(Land::First, 3, 3), (Land::First, -1, 0), (Land::Last, -2, 27), (Land::Last, 1, 29)]
    {
        list.window.expect(Request(90), Fill::Anew(land));
        list.window.step(steps, 10);
        answer(&mut list.window, rows(0..30), true);
        assert_eq!(list.at(), Some(at), "{land:?} {steps}");
    }
    let (_, land) = list.window.stay(10).unwrap();
    list.window.expect(Request(90), Fill::Anew(land));
    assert!(
        !list.window.to_first(10),
        "the first row is asked for, or the rows that come would lead away from it"
    );
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
