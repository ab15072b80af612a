//! A screen: a stage before a terminal of 120×40 that keeps what is written, for what a key costs.

use std::io;

use callsheet::tui::backend::AnsiBackend;
use callsheet::tui::marks::Marks;
use callsheet::tui::theme::Theme;
use callsheet::tui::view;
use ratatui::Terminal;
use ratatui::layout::Size;

use super::stage::{Stage, contact, fixed};

const SIZE: Size = Size { width: 120, height: 40 };

/// The screen.
pub struct Screen {
    pub stage: Stage,
    terminal: Terminal<AnsiBackend<Writes, SizeOf>>,
}

type SizeOf = fn() -> io::Result<Size>;

/// What is written, write by write.
#[derive(Debug, Default)]
struct Writes(Vec<Vec<u8>>);

impl io::Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Screen {
    /// 1 000 contacts, every other with a Chinese name, and nothing drawn yet.
    pub fn new() -> Self {
        let name = |id: i64| if id % 2 == 0 { format!("张伟王小明{id}") } else { format!("person{id}") };
        let contacts =
            (1..=1_000).map(|id| contact(id, &name(id), &format!("person{id}@example.org"))).collect();
        let stage = Stage::with(SIZE.width, SIZE.height, contacts, fixed(Theme::Dark, Marks::Unicode));
        let backend = AnsiBackend::new(Writes::default(), (|| Ok(SIZE)) as SizeOf);
        Self { stage, terminal: Terminal::new(backend).unwrap() }
    }

    /// The same, drawn.
    pub fn drawn() -> Self {
        let mut screen = Self::new();
        screen.draw();
        screen
    }

    /// Draws a frame; how many bytes it takes.
    pub fn draw(&mut self) -> usize {
        self.frame().iter().map(Vec::len).sum()
    }

    /// Draws a frame; what it writes, write by write.
    pub fn frame(&mut self) -> Vec<Vec<u8>> {
        let model = &self.stage.model;
        self.terminal
            .draw(|frame| {
                let cursor = view::draw(model, frame.area(), frame.buffer_mut());
                frame.set_cursor_position(cursor);
            })
            .unwrap();
        std::mem::take(&mut self.terminal.backend_mut().out().0)
    }

    /// Types a key script and draws once.
    pub fn types(&mut self, script: &str) -> usize {
        self.stage.types(script);
        self.draw()
    }
}
