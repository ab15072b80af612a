//! How the themes look: the styles of the main screens in each, and the palette.

use std::fmt::Write as _;

use callsheet::tui::marks::Marks;
use callsheet::tui::model::Model;
use callsheet::tui::theme::Theme;
use ratatui::style::Style;

use crate::support::picture::{drawn, picture};
use crate::support::stage::{Stage, cast, fixed};

/// Every stretch of a row that is not plain, with its style.
fn styles(model: &Model) -> String {
    let (buf, _) = drawn(model);
    let mut shown = String::new();
    for y in buf.area.rows().map(|row| row.y) {
        let mut stretches: Vec<(u16, u16, Style, String)> = Vec::new();
        for x in 0..buf.area.width {
            let cell = &buf[(x, y)];
            match stretches.last_mut() {
                Some((_, to, style, text)) if *style == cell.style() => {
                    *to = x;
                    text.push_str(cell.symbol());
                }
                _ => stretches.push((x, x, cell.style(), cell.symbol().to_owned())),
            }
        }
        for (from, to, style, text) in stretches {
            let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
            let look = format!("{fg}/{bg} {:?}", style.add_modifier);
            if look != "Reset/Reset NONE" {
                writeln!(shown, "{y:2} {from:2}-{to:2} {look:44} {}", text.trim_end()).unwrap();
            }
        }
    }
    shown
}

#[test]
fn the_main_screens_in_each_theme() {
    for theme in Theme::BUILT_IN {
        let mut all = String::new();
        for (name, script) in [
            ("contacts", "<down> <space>"),
            ("message types", "2 <right>"),
            ("settings", "5"),
            ("a form with something wrong", "a <tab> nobody <enter>"),
            ("a question", "d"),
            ("the help, searched", "? sort"),
        ] {
            let mut stage = Stage::with(80, 24, cast(), fixed(theme, Marks::Unicode));
            stage.types(script);
            writeln!(all, "== {name}\n{}", styles(&stage.model)).unwrap();
        }
        insta::assert_snapshot!(format!("theme_{}", theme.id()), all);
    }
}

#[test]
fn the_palette_at_each_size() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        let mut stage = Stage::new(columns, rows, cast());
        stage.types(":");
        insta::assert_snapshot!(format!("palette_{columns}x{rows}"), picture(&stage.model));
    }
}
