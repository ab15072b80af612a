//! How many bytes a key costs. The bounds are those of the promises, from peers measured in the same place: over a slow line
//! they are what one waits for.

use std::io;

use callsheet::tui::backend::AnsiBackend;
use callsheet::tui::marks::Marks;
use callsheet::tui::theme::Theme;
use callsheet::tui::view;
use ratatui::Terminal;
use ratatui::layout::Size;

use crate::support::stage::{Stage, contact, fixed};

const SIZE: Size = Size { width: 120, height: 40 };

/// A stage before a terminal that counts.
struct Counter {
    stage: Stage,
    terminal: Terminal<AnsiBackend<Vec<u8>, SizeOf>>,
}

type SizeOf = fn() -> io::Result<Size>;

impl Counter {
    /// 1 000 contacts, every other with a Chinese name.
    fn new() -> Self {
        let name = |id: i64| if id % 2 == 0 { format!("张伟王小明{id}") } else { format!("person{id}") };
        let contacts =
            (1..=1_000).map(|id| contact(id, &name(id), &format!("person{id}@example.org"))).collect();
        let stage = Stage::with(SIZE.width, SIZE.height, contacts, fixed(Theme::Dark, Marks::Unicode));
        let backend = AnsiBackend::new(Vec::new(), (|| Ok(SIZE)) as SizeOf);
        let mut counter = Self { stage, terminal: Terminal::new(backend).unwrap() };
        counter.draw();
        counter
    }

    fn draw(&mut self) -> usize {
        let model = &self.stage.model;
        self.terminal
            .draw(|frame| {
                let cursor = view::draw(model, frame.area(), frame.buffer_mut());
                frame.set_cursor_position(cursor);
            })
            .unwrap();
        std::mem::take(self.terminal.backend_mut().out()).len()
    }

    fn types(&mut self, script: &str) -> usize {
        self.stage.types(script);
        self.draw()
    }
}

#[test]
fn moving_the_cursor_costs_no_more_than_an_old_address_book() {
    let mut counter = Counter::new();
    for _ in 0..20 {
        let bytes = counter.types("<down>");
        assert!(bytes <= 274, "{bytes}");
    }
}

#[test]
fn moving_between_cells_repaints_two_of_them() {
    let mut counter = Counter::new();
    counter.types("2");
    for _ in 0..10 {
        let bytes = counter.types("<down>");
        assert!(bytes <= 274, "{bytes}");
    }
    counter.types("<right> <enter>");
    // The first type is told about in another way than its category.
    counter.types("<right>");
    for key in ["<right>", "<right>", "<left>", "<down>", "<up>"] {
        let bytes = counter.types(key);
        assert!(bytes <= 274, "{key}: {bytes}");
    }
}

#[test]
fn scrolling_costs_no_more_on_average_than_a_finder_that_moves() {
    let mut counter = Counter::new();
    let bytes: usize = (0..300).map(|_| counter.types("<down>")).sum();
    assert!(bytes / 300 <= 1_356, "{}", bytes / 300);
}

#[test]
fn typing_in_a_field_costs_a_few_bytes() {
    let mut counter = Counter::new();
    counter.types("a");
    for letter in ["a", "d", "王", "x"] {
        let bytes = counter.types(letter);
        assert!(bytes <= 64, "{bytes}");
    }
}

#[test]
fn nothing_happening_costs_nothing() {
    let mut counter = Counter::new();
    assert_eq!(counter.draw(), 0);
    assert_eq!(counter.types("<pause:60000>"), 0);
}
