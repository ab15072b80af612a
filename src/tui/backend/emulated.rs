//! Terminals that think differently of widths: whatever they take for an emoji, nothing of it stays behind.
//!
//! A model of each kind reads what the backend writes. After every frame each row must be as it was drawn; only the cells of a
//! symbol of which terminals think differently may show that symbol, a part of it, or nothing.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::widths::{is_sure, most_columns};
use super::*;
use crate::tui::widgets::cover;

const SIZE: Size = Size { width: 24, height: 3 };

/// How a terminal divides what it is given into cells, and what it takes for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Every character has its own width; marks belong to what is before them.
    Characters,
    /// As the Linux console: every character takes a column at least, marks and joiners too.
    Console,
    /// What is put together is two columns wide, whatever it is.
    PairsAreTwo,
    /// What is put together is as wide as its first character.
    FirstCounts,
    /// As the cells have it.
    Unicode,
    /// As an East Asian terminal: whatever may be wide is.
    Wide,
}

const KINDS: [Kind; 6] =
    [Kind::Characters, Kind::Console, Kind::PairsAreTwo, Kind::FirstCounts, Kind::Unicode, Kind::Wide];

impl Kind {
    /// The parts of a text and their columns.
    fn parts(self, text: &str) -> Vec<(String, usize)> {
        let one = |c: char| c.width().unwrap_or(0);
        let whole = |columns: fn(&str) -> usize| {
            text.graphemes(true).map(|cluster| (cluster.to_owned(), columns(cluster))).collect()
        };
        match self {
            Self::Characters => text.chars().map(|c| (c.to_string(), one(c))).collect(),
            Self::Console => text.chars().map(|c| (c.to_string(), one(c).max(1))).collect(),
            Self::Wide => text
                .chars()
                .map(|c| {
                    // Letters are taken as narrow, and before such a terminal people choose the ASCII marks.
                    let is_narrow = most_columns(&c.to_string()) == 1;
                    (c.to_string(), if is_narrow { one(c) } else { c.width_cjk().unwrap_or(0) })
                })
                .collect(),
            Self::PairsAreTwo => {
                whole(|cluster| if cluster.chars().count() > 1 { 2 } else { cluster.width() })
            }
            Self::FirstCounts => whole(|cluster| cluster.chars().next().and_then(char::width).unwrap_or(1)),
            Self::Unicode => whole(UnicodeWidthStr::width),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Square {
    Text(String, bool),
    /// Belongs to the symbol before it.
    Tail,
}

/// A terminal that knows what the backend writes, and nothing else.
struct Model {
    kind: Kind,
    rows: Vec<Vec<Square>>,
    x: usize,
    y: usize,
    /// The last column is written: the next character begins a row.
    is_full: bool,
    is_reversed: bool,
}

impl Model {
    fn new(kind: Kind) -> Self {
        let row = vec![Square::Text(" ".to_owned(), false); SIZE.width.into()];
        Self { kind, rows: vec![row; SIZE.height.into()], x: 0, y: 0, is_full: false, is_reversed: false }
    }

    fn reads(&mut self, mut bytes: &str) {
        while let Some(first) = bytes.chars().next() {
            if let Some(sequence) = bytes.strip_prefix("\x1b[") {
                let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                self.obeys(&sequence[..end], &sequence[end..=end]);
                bytes = &sequence[end + 1..];
                continue;
            }
            if first.is_control() {
                match first {
                    '\r' => self.x = 0,
                    '\n' => self.y = (self.y + 1).min(self.rows.len() - 1),
                    '\x08' => self.x = self.x.saturating_sub(1),
                    other => panic!("{other:?}"),
                }
                self.is_full = false;
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.find(|c: char| c.is_control()).unwrap_or(bytes.len());
            for (part, columns) in self.kind.parts(&bytes[..end]) {
                self.shows(&part, columns);
            }
            bytes = &bytes[end..];
        }
    }

    fn obeys(&mut self, parameters: &str, what: &str) {
        let number = |text: &str| text.parse::<usize>().unwrap_or(1);
        let (first, second) = parameters.split_once(';').unwrap_or((parameters, ""));
        match what {
            "H" => (self.y, self.x) = (number(first) - 1, number(second) - 1),
            "G" => self.x = number(first) - 1,
            "C" => self.x = (self.x + number(first)).min(usize::from(SIZE.width) - 1),
            "X" => {
                for x in self.x..(self.x + number(first)).min(SIZE.width.into()) {
                    self.put(x, Square::Text(" ".to_owned(), false));
                }
            }
            "m" => self.is_reversed = parameters.contains('7'),
            "J" => *self = Self::new(self.kind),
            "h" | "l" => {}
            other => panic!("{other}"),
        }
        self.is_full = self.is_full && matches!(what, "X" | "m" | "h" | "l");
    }

    fn shows(&mut self, part: &str, columns: usize) {
        let width = usize::from(SIZE.width);
        if columns == 0 {
            // A mark goes to what is before it, wherever that is.
            let mut x = if self.is_full { self.x } else { self.x.saturating_sub(1) };
            while x > 0 && self.rows[self.y][x] == Square::Tail {
                x -= 1;
            }
            if let Square::Text(text, _) = &mut self.rows[self.y][x] {
                text.push_str(part);
            }
            return;
        }
        if self.is_full || self.x + columns > width {
            (self.x, self.is_full) = (0, false);
            if self.y + 1 == self.rows.len() {
                self.rows.remove(0);
                self.rows.push(vec![Square::Text(" ".to_owned(), false); width]);
            } else {
                self.y += 1;
            }
        }
        for x in self.x..self.x + columns {
            self.put(x, Square::Text(" ".to_owned(), false));
        }
        self.rows[self.y][self.x] = Square::Text(part.to_owned(), self.is_reversed);
        for x in self.x + 1..self.x + columns {
            self.rows[self.y][x] = Square::Tail;
        }
        self.x += columns;
        if self.x >= width {
            (self.x, self.is_full) = (width - 1, true);
        }
    }

    /// Puts one square; what loses a part is gone.
    fn put(&mut self, x: usize, square: Square) {
        let row = &mut self.rows[self.y];
        let mut begin = x;
        while begin > 0 && row[begin] == Square::Tail {
            begin -= 1;
        }
        let mut end = x + 1;
        while row.get(end) == Some(&Square::Tail) {
            end += 1;
        }
        for place in &mut row[begin..end] {
            *place = Square::Text(" ".to_owned(), false);
        }
        row[x] = square;
    }

    /// What is wrong with what it shows, if anything is.
    fn fault(&self, wanted: &Buffer) -> Option<String> {
        for y in 0..SIZE.height {
            let mut x = 0;
            while x < SIZE.width {
                let cell = &wanted[(x, y)];
                let columns = u16::try_from(cell.symbol().width().max(1)).unwrap();
                let row = &self.rows[usize::from(y)];
                let wrong = if is_sure(cell.symbol()) || most_columns(cell.symbol()) == columns {
                    let is_reversed = cell.modifier.contains(Modifier::REVERSED);
                    row[usize::from(x)] != Square::Text(cell.symbol().to_owned(), is_reversed)
                } else {
                    // A part of the symbol, or nothing.
                    (x..x + columns).any(|x| match &row[usize::from(x)] {
                        Square::Text(text, _) => {
                            text != " " && text != "?" && !cell.symbol().contains(text.as_str())
                        }
                        Square::Tail => false,
                    })
                };
                if wrong {
                    return Some(format!(
                        "{:?} at {x},{y}: {:?} instead of {:?}\n{row:?}",
                        self.kind,
                        row[usize::from(x)],
                        cell.symbol()
                    ));
                }
                x += columns;
            }
        }
        None
    }
}

/// Draws the frames one after the other; gives what a terminal of this kind shows wrongly.
fn fault_after(kind: Kind, frames: &[Vec<(u16, u16, String, bool)>]) -> Option<String> {
    let mut terminal = Terminal::new(AnsiBackend::new(Vec::new(), || Ok(SIZE))).unwrap();
    let mut model = Model::new(kind);
    for parts in frames {
        let mut wanted = Buffer::empty(Rect::new(0, 0, SIZE.width, SIZE.height));
        for (x, y, text, is_reversed) in parts {
            let modifier = if *is_reversed { Modifier::REVERSED } else { Modifier::empty() };
            // Only what fits is drawn, as everywhere.
            let room = usize::from(SIZE.width - x);
            cover(Rect::new(*x, *y, text.width().min(room).try_into().unwrap(), 1), &mut wanted);
            wanted.set_stringn(*x, *y, text, room, Style::new().add_modifier(modifier));
        }
        terminal
            .draw(|frame| {
                *frame.buffer_mut() = wanted.clone();
                frame.set_cursor_position((0, 1));
            })
            .unwrap();
        let bytes = String::from_utf8(std::mem::take(terminal.backend_mut().out())).unwrap();
        model.reads(&bytes);
        if let Some(fault) = model.fault(&wanted) {
            return Some(format!("{fault}\nafter {parts:?}: {bytes:?}"));
        }
        if (model.x, model.y) != (0, 1) {
            return Some(format!("{kind:?}: the cursor is at {},{}", model.x, model.y));
        }
    }
    None
}

/// What terminals divide in their own ways, with ordinary text around it.
const CLUSTERS: [&str; 12] = [
    "👩\u{200d}👩\u{200d}👧\u{200d}👦",
    "👍🏽",
    "🇨🇳",
    "🇨🇳🇨",
    "☺\u{fe0e}",
    "☺\u{fe0f}",
    "1\u{fe0f}\u{20e3}",
    "🏴\u{e0067}\u{e0062}\u{e007f}",
    "e\u{301}",
    "“",
    "👩",
    "क्षि",
];

#[test]
fn nothing_of_an_emoji_stays_behind_when_it_goes_away() {
    for kind in KINDS {
        for cluster in CLUSTERS {
            let name = format!("a {cluster} b王c");
            let row = |text: &str, is_reversed| {
                vec![(0, 0, text.to_owned(), is_reversed), (18, 0, "│ok".to_owned(), false)]
            };
            let edge = format!("{}{cluster}", ".".repeat(usize::from(SIZE.width) - cluster.width()));
            let frames = [
                row(&name, false),
                row(&name, true),
                row(&name.replace('b', "x"), true),
                row("grace", true),
                row(&format!("{cluster}{cluster}x{cluster}"), false),
                row("", false),
                row(&name, false),
                row("a 王小明王小明", false),
                vec![(0, 2, edge.clone(), false), (0, 0, edge, true)],
                row("", false),
            ];
            assert_eq!(fault_after(kind, &frames), None, "{cluster:?}");
        }
    }
}

#[test]
fn ordinary_text_costs_nothing_more() {
    let mut terminal = Terminal::new(AnsiBackend::new(Vec::new(), || Ok(SIZE))).unwrap();
    terminal
        .draw(|frame| {
            frame.buffer_mut().set_string(0, 0, "王小明，ops（北京）한국", Style::new());
            frame.set_cursor_position((0, 0));
        })
        .unwrap();
    let bytes = String::from_utf8(std::mem::take(terminal.backend_mut().out())).unwrap();
    assert_eq!(bytes, "\x1b[?2026h\x1b[H王小明，ops（北京）한국\x1b[?25h\r\x1b[?2026l");
}

proptest! {
    #[test]
    fn every_kind_of_terminal_shows_what_was_drawn(
        parts in proptest::collection::vec(
            (0..24_u16, 0..3_u16, proptest::collection::vec(
                prop_oneof![
                    Just("a".to_owned()), Just("王".to_owned()), Just(" ".to_owned()), Just("─".to_owned()),
                    proptest::sample::select(&CLUSTERS[..]).prop_map(str::to_owned),
                ], 1..10), any::<bool>()),
            1..24)
    ) {
        let frames: Vec<Vec<_>> = parts
            .chunks(parts.len().div_ceil(6))
            .map(|parts| parts.iter().map(|(x, y, text, is_reversed)| (*x, *y, text.concat(), *is_reversed)).collect())
            .collect();
        for kind in KINDS {
            prop_assert_eq!(fault_after(kind, &frames), None);
        }
    }
}
