//! The palette of pictures: which colour each of the 16 ANSI colours is on a dark and on a light ground, calm and readable on
//! both. The other 240 indexed colours are those of xterm.

use std::fmt;

use ratatui::style::Color;

/// On what a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Dark,
    Light,
}

/// A colour, shown as `#rrggbb`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rgb(pub u32);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

impl fmt::Debug for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Black, red, green, yellow, blue, magenta, cyan, white; then the same, bright.
type Sixteen = [u32; 16];

const ON_DARK: Sixteen = [
    0x4b535f, 0xf08080, 0x84ca88, 0xe2c074, 0x80aef5, 0xd096e2, 0x66c8d4, 0xc5cad3, //
    0x87919f, 0xffa0a0, 0xa6e0a9, 0xf2d898, 0xa8c7fa, 0xe2b8ee, 0x98e0e8, 0xffffff,
];

const ON_LIGHT: Sixteen = [
    0x24292f, 0xb3261e, 0x1a6b2b, 0x7a5600, 0x0a56b5, 0x7e4aa4, 0x0b6374, 0x5c6570, //
    0x67707a, 0xbe2f27, 0x26763a, 0x845e00, 0x1864c4, 0x9148b4, 0x0e7082, 0x3c434b,
];

impl Ground {
    /// Behind everything.
    pub(super) const fn ground(self) -> Rgb {
        match self {
            Self::Dark => Rgb(0x16_191e),
            Self::Light => Rgb(0xfc_fcfa),
        }
    }

    /// Ordinary text.
    pub(super) const fn text(self) -> Rgb {
        match self {
            Self::Dark => Rgb(0xd8_dce3),
            Self::Light => Rgb(0x24_292f),
        }
    }

    /// The window's frame.
    pub(super) const fn frame(self) -> Rgb {
        match self {
            Self::Dark => Rgb(0x3a_414c),
            Self::Light => Rgb(0xd0_d4da),
        }
    }

    /// The window's title.
    pub(super) const fn quiet(self) -> Rgb {
        match self {
            Self::Dark => Rgb(0x8f_98a5),
            Self::Light => Rgb(0x5f_6771),
        }
    }

    /// The real cursor: seen on the ground and on a reversed row.
    pub(super) const fn cursor(self) -> Rgb {
        match self {
            Self::Dark => Rgb(0xe0_7a2f),
            Self::Light => Rgb(0xe0_7a2f),
        }
    }

    /// A colour of a cell; None for the terminal's own.
    pub(super) fn colour(self, colour: Color) -> Option<Rgb> {
        let sixteen = match self {
            Self::Dark => &ON_DARK,
            Self::Light => &ON_LIGHT,
        };
        let index = match colour {
            Color::Reset => return None,
            Color::Rgb(red, green, blue) => return Some(rgb(red, green, blue)),
            Color::Indexed(index) => index,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        Some(sixteen.get(usize::from(index)).map_or_else(|| of_xterm(index), |rgb| Rgb(*rgb)))
    }
}

/// The cube of 6×6×6 colours from 16 on, and the greys from 232 on.
fn of_xterm(index: u8) -> Rgb {
    if index >= 232 {
        let level = 8 + 10 * (index - 232);
        return rgb(level, level, level);
    }
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let place = index - 16;
    rgb(level(place / 36), level(place / 6 % 6), level(place % 6))
}

fn rgb(red: u8, green: u8, blue: u8) -> Rgb {
    Rgb(u32::from_be_bytes([0, red, green, blue]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: Rgb) -> f64 {
        let [_, red, green, blue] = colour.0.to_be_bytes();
        let linear = |level: u8| {
            let level = f64::from(level) / 255.0;
            if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_colour_of_text_is_readable_on_its_ground() {
        for ground in [Ground::Dark, Ground::Light] {
            let coloured = (1..16).filter_map(|index| ground.colour(Color::Indexed(index)));
            for colour in coloured.chain([ground.text(), ground.quiet()]) {
                let contrast = contrast(colour, ground.ground());
                assert!(contrast >= 4.5, "{colour} on {ground:?}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn the_cursor_is_seen_on_the_ground_and_on_a_reversed_row() {
        for ground in [Ground::Dark, Ground::Light] {
            for behind in [ground.ground(), ground.text()] {
                let contrast = contrast(ground.cursor(), behind);
                assert!(contrast >= 2.0, "on {behind}: {contrast:.2}");
            }
        }
    }

    #[test]
    fn names_and_numbers_of_colours_mean_the_same() {
        let dark = Ground::Dark;
        assert_eq!(dark.colour(Color::DarkGray), dark.colour(Color::Indexed(8)));
        assert_eq!(dark.colour(Color::White), dark.colour(Color::Indexed(15)));
        assert_eq!(dark.colour(Color::Indexed(16)), Some(Rgb(0)));
        assert_eq!(dark.colour(Color::Indexed(231)), Some(Rgb(0xff_ffff)));
        assert_eq!(dark.colour(Color::Indexed(208)), Some(Rgb(0xff_8700)));
        assert_eq!(dark.colour(Color::Indexed(255)), Some(Rgb(0xee_eeee)));
        assert_eq!(dark.colour(Color::Rgb(1, 2, 3)), Some(Rgb(0x01_0203)));
        assert_eq!(dark.colour(Color::Reset), None);
    }
}
