//! Strokes: borders and lines of a picture, gathered cell by cell and drawn as few long lines.
//!
//! A border is made of arms, each from the middle of a cell to one of its sides:
//!
//! ```text
//!   ┌ ─ ┐      right+down, left+right, left+down
//!   │   │      up+down
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::palette::Rgb;
use super::{CELL, LINE, line};

/// From the top of a cell to the line below its text.
const BELOW: u32 = 23;
/// From the top of a cell to the line through its text.
const THROUGH: u32 = 14;

/// The arms of a border character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arms {
    up: bool,
    down: bool,
    left: bool,
    right: bool,
}

/// The arms of a single-line box-drawing character; None for everything else.
pub fn arms(character: char) -> Option<Arms> {
    let sides = match character {
        '─' => "lr",
        '│' => "ud",
        '┌' => "rd",
        '┐' => "ld",
        '└' => "ru",
        '┘' => "lu",
        '├' => "udr",
        '┤' => "udl",
        '┬' => "lrd",
        '┴' => "lru",
        '┼' => "lrud",
        _ => return None,
    };
    let has = |side: char| sides.contains(side);
    Some(Arms { up: has('u'), down: has('d'), left: has('l'), right: has('r') })
}

/// All strokes of a picture by colour; None is the colour of ordinary text.
#[derive(Debug, Default)]
pub struct Strokes(BTreeMap<Option<Rgb>, Lines>);

/// Half cells that are crossed.
#[derive(Debug, Default)]
struct Lines {
    /// Height in units, half columns from the left.
    across: BTreeSet<(u32, u32)>,
    /// Column in units, half rows from the top.
    down: BTreeSet<(u32, u32)>,
}

impl Strokes {
    /// Adds a border character in column `x` of row `y`.
    pub fn border(&mut self, colour: Option<Rgb>, character: char, x: u32, y: u32) {
        let Some(arms) = arms(character) else { return };
        let lines = self.0.entry(colour).or_default();
        let (middle_x, middle_y) = (x * CELL + CELL / 2, y * LINE + LINE / 2);
        lines.across.extend(arms.left.then_some((middle_y, 2 * x)));
        lines.across.extend(arms.right.then_some((middle_y, 2 * x + 1)));
        lines.down.extend(arms.up.then_some((middle_x, 2 * y)));
        lines.down.extend(arms.down.then_some((middle_x, 2 * y + 1)));
    }

    /// Adds a line below the text of `width` columns.
    pub fn below(&mut self, colour: Option<Rgb>, x: u32, width: u32, y: u32) {
        self.across(colour, x, width, y * LINE + BELOW);
    }

    /// Adds a line through the text of `width` columns.
    pub fn through(&mut self, colour: Option<Rgb>, x: u32, width: u32, y: u32) {
        self.across(colour, x, width, y * LINE + THROUGH);
    }

    /// Draws every colour as one path.
    pub fn draw(&self, out: &mut String, text: Rgb) {
        for (colour, lines) in &self.0 {
            let mut path = String::new();
            for (at, from, to) in joined(&lines.across) {
                path.push_str(&format!("M{} {at}H{}", from * CELL / 2, to * CELL / 2));
            }
            for (at, from, to) in joined(&lines.down) {
                path.push_str(&format!("M{at} {}V{}", from * LINE / 2, to * LINE / 2));
            }
            line(
                out,
                format_args!(
                    "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>",
                    colour.unwrap_or(text)
                ),
            );
        }
    }

    fn across(&mut self, colour: Option<Rgb>, x: u32, width: u32, at: u32) {
        let halves = (2 * x..2 * (x + width)).map(|half| (at, half));
        self.0.entry(colour).or_default().across.extend(halves);
    }
}

/// Neighbours made into lines: place, first half, end.
fn joined(halves: &BTreeSet<(u32, u32)>) -> Vec<(u32, u32, u32)> {
    let mut lines: Vec<(u32, u32, u32)> = Vec::new();
    for (at, half) in halves {
        match lines.last_mut() {
            Some((place, _, end)) if place == at && end == half => *end += 1,
            Some(_) | None => lines.push((*at, *half, half + 1)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&str]) -> String {
        let mut strokes = Strokes::default();
        for (y, row) in (0..).zip(rows) {
            for (x, character) in (0..).zip(row.chars()) {
                strokes.border(None, character, x, y);
            }
        }
        let mut out = String::new();
        strokes.draw(&mut out, Rgb(0));
        out
    }

    #[test]
    fn a_box_is_four_lines() {
        assert!(drawn(&["┌──┐", "│  │", "└──┘"]).contains("d=\"M6 13H42M6 65H42M6 13V65M42 13V65\""));
    }

    #[test]
    fn a_gap_ends_a_line() {
        assert!(drawn(&["── ──"]).contains("M0 13H24M36 13H60"));
    }

    #[test]
    fn lines_of_one_colour_below_neighbours_are_one() {
        let mut strokes = Strokes::default();
        strokes.below(Some(Rgb(1)), 2, 1, 0);
        strokes.below(Some(Rgb(1)), 3, 2, 0);
        strokes.below(Some(Rgb(2)), 5, 1, 0);
        let mut out = String::new();
        strokes.draw(&mut out, Rgb(0));
        assert!(out.contains("M24 23H60\"") && out.contains("M60 23H72\""), "{out}");
    }
}
