//! The backend: turns the cells that have changed into bytes for the terminal, as few as are needed, in one write a frame.
//!
//! A frame is wrapped in synchronized update (DEC private mode 2026) so that terminals show it whole. Styles are written as
//! differences, moves within a line as relative ones, and a frame in which nothing has changed is no byte at all. It writes
//! what the theme says and never looks at `NO_COLOR`: the theme without colour keeps bold and reverse.

use std::collections::HashSet;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// A terminal behind `W`; its size comes from `size`.
#[derive(Debug)]
pub struct AnsiBackend<W: Write, S: Fn() -> io::Result<Size>> {
    out: W,
    size: S,
    /// The frame under way.
    frame: Vec<u8>,
    at: Place,
    cursor: Cursor,
    pen: Pen,
    /// Where the terminal shows the first half of a character of two columns.
    wide: HashSet<Position>,
}

/// Where the terminal's cursor is, as far as that is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Unknown,
    /// In this row: behind a character that terminals draw in different widths.
    Row(u16),
    At(Position),
}

/// Whether the terminal shows its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Unknown,
    Hidden,
    Shown,
}

/// How the terminal writes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// The parameters (SGR) that turn modifiers on.
const MODIFIERS: [(Modifier, &str); 7] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

impl<W: Write, S: Fn() -> io::Result<Size>> AnsiBackend<W, S> {
    /// A backend that writes frames to `out`.
    pub fn new(out: W, size: S) -> Self {
        Self {
            out,
            size,
            frame: Vec::new(),
            at: Place::Unknown,
            cursor: Cursor::Unknown,
            pen: PLAIN,
            wide: HashSet::new(),
        }
    }

    /// Forgets what the terminal shows: somebody else has written to it. The next frame must be drawn whole.
    pub const fn forget(&mut self) {
        self.at = Place::Unknown;
        self.cursor = Cursor::Unknown;
        self.pen = PLAIN;
    }

    /// The place to which frames are written.
    pub const fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Adds bytes to the frame under way that draw nothing and move nothing.
    pub fn add(&mut self, bytes: &[u8]) {
        self.frame.extend_from_slice(bytes);
    }

    fn say(&mut self, text: &str) {
        self.frame.extend_from_slice(text.as_bytes());
    }

    fn move_to(&mut self, to: Position) {
        match self.at {
            Place::At(at) if at == to => {}
            Place::At(at) if at.y == to.y && at.x < to.x => self.say(&format!("\x1b[{}C", to.x - at.x)),
            Place::At(Position { y, .. }) | Place::Row(y) if y == to.y => {
                self.say(&format!("\x1b[{}G", u32::from(to.x) + 1));
            }
            Place::At(_) | Place::Row(_) | Place::Unknown => {
                self.say(&format!("\x1b[{};{}H", u32::from(to.y) + 1, u32::from(to.x) + 1));
            }
        }
        self.at = Place::At(to);
    }

    /// The terminal has written `columns` columns at `from`.
    fn advance(&mut self, from: Position, columns: u16, is_sure: bool, size: Size) {
        let next = from.x.saturating_add(columns);
        self.at = if next >= size.width {
            // Behind the last column terminals differ in where the cursor is.
            Place::Unknown
        } else if is_sure {
            Place::At(Position { x: next, ..from })
        } else {
            Place::Row(from.y)
        };
    }

    fn take_pen(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        let mut parameters: Vec<String> = Vec::new();
        let mut from = self.pen;
        if !pen.modifier.contains(from.modifier) || (pen == PLAIN) {
            // There is no short way to end a single modifier that all terminals know.
            parameters.push(if pen == PLAIN { String::new() } else { "0".to_owned() });
            from = PLAIN;
        }
        let added = pen.modifier.difference(from.modifier);
        parameters.extend(
            MODIFIERS
                .iter()
                .filter(|(modifier, _)| added.contains(*modifier))
                .map(|(_, on)| (*on).to_owned()),
        );
        if pen.fg != from.fg {
            parameters.push(colour(pen.fg, Ground::Fore));
        }
        if pen.bg != from.bg {
            parameters.push(colour(pen.bg, Ground::Back));
        }
        self.say(&format!("\x1b[{}m", parameters.join(";")));
        self.pen = pen;
    }
}

impl<W: Write, S: Fn() -> io::Result<Size>> Backend for AnsiBackend<W, S> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let size = (self.size)()?;
        let mut content = content.peekable();
        while let Some((x, y, cell)) = content.next() {
            self.move_to(Position { x, y });
            self.take_pen(Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier });
            self.say(cell.symbol());
            let columns = u16::try_from(cell.symbol().width()).unwrap_or(u16::MAX).max(1);
            self.advance(Position { x, y }, columns, is_sure(cell.symbol()), size);
            let behind = Position { x: x.saturating_add(1), y };
            if columns > 1 {
                self.wide.insert(Position { x, y });
            } else if self.wide.remove(&Position { x, y })
                && behind.x < size.width
                && content.peek().is_none_or(|(x, y, _)| Position { x: *x, y: *y } != behind)
            {
                // The other half of a wide character that was written over: not every terminal clears it by itself.
                self.move_to(behind);
                self.take_pen(PLAIN);
                self.say(" ");
                self.advance(behind, 1, true, size);
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Cursor::Hidden {
            self.say("\x1b[?25l");
            self.cursor = Cursor::Hidden;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Cursor::Shown {
            self.say("\x1b[?25h");
            self.cursor = Cursor::Shown;
        }
        Ok(())
    }

    /// Where it was put last; a terminal is never asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        match self.at {
            Place::At(at) => Ok(at),
            Place::Row(y) => Ok(Position { x: 0, y }),
            Place::Unknown => Ok(Position::default()),
        }
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.move_to(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.take_pen(PLAIN);
        self.wide.clear();
        self.say(match clear_type {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: (self.size)()?, pixels: Size::default() })
    }

    /// Writes the frame at once, if there is anything in it.
    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut whole = Vec::with_capacity(self.frame.len() + BEGIN.len() + END.len());
        whole.extend_from_slice(BEGIN);
        whole.append(&mut self.frame);
        whole.extend_from_slice(END);
        self.out.write_all(&whole)?;
        self.out.flush()
    }
}

#[derive(Clone, Copy)]
enum Ground {
    Fore,
    Back,
}

/// Whether all terminals agree on the width of the symbol, so that the cursor's place behind it is sure.
fn is_sure(symbol: &str) -> bool {
    let is_wide_everywhere =
        |character| matches!(character, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let mut characters = symbol.chars();
    symbol.is_ascii() || (characters.next().is_some_and(is_wide_everywhere) && characters.next().is_none())
}

/// The parameter (SGR) of a colour: 30–37 and 90–97 for the palette, 40–47 and 100–107 behind.
fn colour(colour: Color, ground: Ground) -> String {
    let base = match ground {
        Ground::Fore => 30,
        Ground::Back => 40,
    };
    let index = match colour {
        Color::Reset => return (base + 9).to_string(),
        Color::Indexed(index) => return format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => return format!("{};2;{red};{green};{blue}", base + 8),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    (base + index).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::Terminal;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::tui::widgets::cover;

    const SIZE: Size = Size { width: 30, height: 5 };

    fn terminal() -> Terminal<AnsiBackend<Vec<u8>, impl Fn() -> io::Result<Size>>> {
        Terminal::new(AnsiBackend::new(Vec::new(), || Ok(SIZE))).unwrap()
    }

    fn frame<S: Fn() -> io::Result<Size>>(
        terminal: &mut Terminal<AnsiBackend<Vec<u8>, S>>,
        draw: impl FnOnce(&mut Buffer),
    ) -> String {
        terminal
            .draw(|frame| {
                draw(frame.buffer_mut());
                frame.set_cursor_position((0, 1));
            })
            .unwrap();
        String::from_utf8(std::mem::take(terminal.backend_mut().out())).unwrap()
    }

    #[test]
    fn a_frame_in_which_nothing_changed_is_no_byte() {
        let mut terminal = terminal();
        let draw = |buf: &mut Buffer| {
            buf.set_string(3, 2, "王小明 ok", Style::new().fg(Color::Green));
        };
        assert!(!frame(&mut terminal, draw).is_empty());
        assert_eq!(frame(&mut terminal, draw), "");
    }

    #[test]
    fn a_frame_is_synchronized_and_written_as_differences() {
        let mut terminal = terminal();
        frame(&mut terminal, |_| {});
        let drawn = frame(&mut terminal, |buf| {
            buf.set_string(0, 0, "ab", Style::new().fg(Color::Green));
            buf.set_string(5, 0, "c", Style::new());
            buf.set_string(7, 0, "d", Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD));
        });
        assert_eq!(
            drawn,
            "\x1b[?2026h\x1b[1;1H\x1b[32mab\x1b[3C\x1b[mc\x1b[1C\x1b[1;7md\x1b[2;1H\x1b[?2026l"
        );
    }

    #[test]
    fn what_draws_nothing_goes_out_with_the_next_frame() {
        let mut terminal = terminal();
        frame(&mut terminal, |_| {});
        terminal.backend_mut().add(b"\x1b]52;c;YQ==\x07");
        assert_eq!(frame(&mut terminal, |_| {}), "\x1b[?2026h\x1b]52;c;YQ==\x07\x1b[?2026l");
    }

    #[test]
    fn the_other_half_of_a_wide_character_is_written_over_too() {
        let mut terminal = terminal();
        frame(&mut terminal, |buf| {
            buf.set_string(3, 2, "王", Style::new());
        });
        let drawn = frame(&mut terminal, |buf| {
            buf.set_string(3, 2, "x", Style::new());
        });
        assert_eq!(drawn, "\x1b[?2026h\x1b[3;4Hx \x1b[2;1H\x1b[?2026l");
    }

    proptest! {
        /// What a terminal shows after any two frames is the second, if no frame leaves half a wide character: what is drawn
        /// over others (`widgets::cover`) leaves none.
        #[test]
        fn a_terminal_shows_what_was_drawn(texts in proptest::collection::vec(
            (0..30_u16, 0..5_u16, "[a-z 王é語─▸…]{0,12}", 0..4_u8), 0..12)) {
            let mut terminal = terminal();
            let mut parser = vt100::Parser::new(SIZE.height.try_into().unwrap(), SIZE.width.try_into().unwrap(), 0);
            let half = texts.len() / 2;
            for part in [&texts[..half], &texts[half..]] {
                let draw = |buf: &mut Buffer| {
                    for (x, y, text, style) in part {
                        let style = match style {
                            0 => Style::new(),
                            1 => Style::new().fg(Color::Red),
                            2 => Style::new().add_modifier(Modifier::REVERSED),
                            _ => Style::new().bg(Color::Blue).add_modifier(Modifier::BOLD),
                        };
                        if text.is_empty() {
                            continue;
                        }
                        cover(Rect::new(*x, *y, 1, 1), buf);
                        buf.set_string(*x, *y, text, style);
                    }
                };
                parser.process(frame(&mut terminal, draw).as_bytes());
                let mut expected = Buffer::empty(Rect::new(0, 0, SIZE.width, SIZE.height));
                draw(&mut expected);
                for position in expected.area.positions() {
                    let (cell, shown) = (&expected[position], parser.screen().cell(position.y, position.x).unwrap());
                    if shown.is_wide_continuation() {
                        continue;
                    }
                    let contents = if shown.has_contents() { shown.contents() } else { " " };
                    prop_assert_eq!(cell.symbol(), contents);
                    // Terminals differ in the style of the half of a wide character whose other half was written over.
                    if contents == " " {
                        continue;
                    }
                    prop_assert_eq!(cell.modifier.contains(Modifier::REVERSED), shown.inverse());
                    prop_assert_eq!(cell.modifier.contains(Modifier::BOLD), shown.bold());
                    prop_assert_eq!(cell.fg == Color::Red, shown.fgcolor() == vt100::Color::Idx(1));
                    prop_assert_eq!(cell.bg == Color::Blue, shown.bgcolor() == vt100::Color::Idx(4));
                }
                prop_assert_eq!(parser.screen().cursor_position(), (1, 0));
            }
        }
    }
}
