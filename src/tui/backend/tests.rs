//! What is written, and that a terminal shows what was drawn.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

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

/// Counts how often it is written to; takes everything at once, as a terminal does.
#[derive(Default)]
struct Counting(usize);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_frame_is_one_write_however_large() {
    let large = Size { width: 200, height: 60 };
    let mut terminal = Terminal::new(AnsiBackend::new(Counting::default(), || Ok(large))).unwrap();
    let mut writes = |first: usize, selected: u16| {
        terminal
            .draw(|frame| {
                let style = |y| if y == selected { Style::new().reversed() } else { Style::new() };
                for y in 0..large.height {
                    let row = format!("{:>4} 王小明 ", first + usize::from(y)).repeat(16);
                    frame.buffer_mut().set_string(0, y, row, style(y));
                }
                frame.set_cursor_position((0, selected));
            })
            .unwrap();
        std::mem::take(&mut terminal.backend_mut().out().0)
    };
    assert_eq!(writes(0, 3), 1, "the first frame");
    assert_eq!(writes(0, 4), 1, "a cursor key");
    assert_eq!(writes(5000, 4), 1, "all rows are others");
    assert_eq!(writes(5000, 4), 0, "nothing has changed");
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
    assert_eq!(drawn, "\x1b[?2026h\x1b[H\x1b[32mab   \x1b[mc \x1b[1;7md\r\n\x1b[?2026l");
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
    assert_eq!(drawn, "\x1b[?2026h\x1b[3;4Hx \x1b[2H\x1b[?2026l");
}

#[test]
fn a_row_that_is_left_is_erased_where_it_is_blank() {
    let mut terminal = terminal();
    let row = |style| {
        move |buf: &mut Buffer| {
            buf.set_string(1, 1, "ada          ada@example    ", style);
        }
    };
    frame(&mut terminal, row(Style::new().add_modifier(Modifier::REVERSED)));
    assert_eq!(
        frame(&mut terminal, row(Style::new())),
        "\x1b[?2026h\x1b[C\x1b[mada\x1b[25X\x1b[10Cada@example\r\x1b[?2026l"
    );
    // Erased cells have the colour of the ground, but never its reverse.
    assert_eq!(
        frame(&mut terminal, row(Style::new().add_modifier(Modifier::REVERSED))),
        "\x1b[?2026h \x1b[7mada          ada@example    \r\x1b[?2026l"
    );
}

#[test]
fn a_pen_is_changed_the_shortest_way() {
    let change = |from: Style, to: Style| {
        let [from, to] = [from, to].map(|style| {
            let mut cell = Cell::new("x");
            cell.set_style(style);
            Pen::of(&cell)
        });
        let mut out = Vec::new();
        from.write_change(to, &mut out);
        String::from_utf8(out).unwrap()
    };
    let (plain, bold, reversed) = (Style::new(), Style::new().bold(), Style::new().reversed());
    assert_eq!(change(plain, plain), "");
    assert_eq!(change(plain, bold.red().on_blue()), "\x1b[1;31;44m");
    assert_eq!(change(plain.red(), plain), "\x1b[m");
    assert_eq!(change(plain.red().on_blue(), plain.red()), "\x1b[49m");
    assert_eq!(change(bold, bold.reversed()), "\x1b[7m");
    assert_eq!(change(bold, reversed), "\x1b[;7m");
    assert_eq!(change(bold.fg(Color::Indexed(200)), plain.fg(Color::Rgb(1, 2, 3))), "\x1b[;38;2;1;2;3m");
}

proptest! {
    /// What a terminal shows after any frames is the last, if no frame leaves half a wide character: what is drawn over others
    /// (`widgets::cover`) leaves none.
    #[test]
    fn a_terminal_shows_what_was_drawn(texts in proptest::collection::vec(
        (0..30_u16, 0..5_u16, "[a-z 王é語─▸✓…]{0,12}|[a-z] {4,20}[a-z王]? {0,9}", 0..6_u8), 0..24)) {
        let mut terminal = terminal();
        let mut parser = vt100::Parser::new(SIZE.height.try_into().unwrap(), SIZE.width.try_into().unwrap(), 0);
        for part in texts.chunks(texts.len().div_ceil(4).max(1)) {
            let draw = |buf: &mut Buffer| {
                for (x, y, text, style) in part {
                    let style = match style {
                        0 => Style::new(),
                        1 => Style::new().fg(Color::Red),
                        2 => Style::new().add_modifier(Modifier::REVERSED),
                        3 => Style::new().add_modifier(Modifier::UNDERLINED | Modifier::ITALIC),
                        4 => Style::new().bg(Color::Blue),
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
                prop_assert_eq!(cell.modifier.contains(Modifier::REVERSED), shown.inverse());
                prop_assert_eq!(cell.modifier.contains(Modifier::UNDERLINED), shown.underline());
                prop_assert_eq!(cell.bg == Color::Blue, shown.bgcolor() == vt100::Color::Idx(4));
                // On a blank these are not seen.
                if contents == " " {
                    continue;
                }
                prop_assert_eq!(cell.modifier.contains(Modifier::BOLD), shown.bold());
                prop_assert_eq!(cell.modifier.contains(Modifier::ITALIC), shown.italic());
                prop_assert_eq!(cell.fg == Color::Red, shown.fgcolor() == vt100::Color::Idx(1));
            }
            prop_assert_eq!(parser.screen().cursor_position(), (1, 0));
        }
    }
}
