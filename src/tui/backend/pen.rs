//! The pen: how the terminal writes, and the bytes (SGR) that change it.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// How the terminal writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

pub(super) const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// What is seen where nothing is written.
const SEEN_ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK);

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

impl Pen {
    /// The pen of a cell. A blank has the simplest with which it looks the same.
    pub(super) fn of(cell: &Cell) -> Self {
        let pen = Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        if cell.symbol() == " " && !pen.is_seen_on_blanks() { Self { bg: pen.bg, ..PLAIN } } else { pen }
    }

    const fn is_seen_on_blanks(self) -> bool {
        self.modifier.intersects(SEEN_ON_BLANKS)
    }

    /// Whether what this pen writes looks as if `wanted` had written it; that is easier for a blank.
    pub(super) fn serves(self, wanted: Self, is_blank: bool) -> bool {
        self == wanted
            || (is_blank && self.bg == wanted.bg && !self.is_seen_on_blanks() && !wanted.is_seen_on_blanks())
    }

    /// Whether cells that are erased with this pen are plain: terminals give them the colour behind, and some more.
    pub(super) fn erases_to_plain(self) -> bool {
        self.bg == Color::Reset && self.modifier.is_empty()
    }

    /// Writes what makes `self` the pen `wanted`, the shortest way; nothing if it is.
    pub(super) fn write_change(self, wanted: Self, out: &mut Vec<u8>) {
        if self == wanted {
            return;
        }
        let begin = out.len();
        write_parameters(None, wanted, out);
        // No modifier can be ended alone by what all terminals know.
        if wanted.modifier.contains(self.modifier) {
            let middle = out.len();
            write_parameters(Some(self), wanted, out);
            if out.len() - middle < middle - begin {
                out.drain(begin..middle);
            } else {
                out.truncate(middle);
            }
        }
    }
}

/// Writes what adds to `from` what `wanted` has; without `from` everything is ended first, by a parameter that is left out.
fn write_parameters(from: Option<Pen>, wanted: Pen, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[");
    let begin = out.len();
    let separate = |out: &mut Vec<u8>| {
        if from.is_none() || out.len() > begin {
            out.push(b';');
        }
    };
    let from = from.unwrap_or(PLAIN);
    let added = wanted.modifier.difference(from.modifier);
    for (_, on) in MODIFIERS.iter().filter(|(modifier, _)| added.contains(*modifier)) {
        separate(out);
        out.extend_from_slice(on.as_bytes());
    }
    if wanted.fg != from.fg {
        separate(out);
        write_colour(wanted.fg, Ground::Fore, out);
    }
    if wanted.bg != from.bg {
        separate(out);
        write_colour(wanted.bg, Ground::Back, out);
    }
    out.push(b'm');
}

#[derive(Clone, Copy)]
enum Ground {
    Fore,
    Back,
}

/// The parameter (SGR) of a colour: 30–37 and 90–97 for the palette, 40–47 and 100–107 behind.
fn write_colour(colour: Color, ground: Ground, out: &mut Vec<u8>) {
    let base = match ground {
        Ground::Fore => 30,
        Ground::Back => 40,
    };
    let index = match colour {
        Color::Reset => 9,
        Color::Indexed(index) => return out.extend_from_slice(format!("{};5;{index}", base + 8).as_bytes()),
        Color::Rgb(red, green, blue) => {
            return out.extend_from_slice(format!("{};2;{red};{green};{blue}", base + 8).as_bytes());
        }
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
    out.extend_from_slice((base + index).to_string().as_bytes());
}
