//! Pictures of the screen as text: every line of glyphs, and beside it the runs of roles or styles with which it was drawn.
//!
//! ```text
//! │▸ 王小明        xiaoming@example.cn │ 1 Title, 3-38 SelectedRow
//! cursor 1,4
//! ```
//!
//! Columns count from 0 and are cells of the terminal: a wide character takes two, of which the second is not printed.

use callsheet::tui::layout::Regions;
use callsheet::tui::look::Look;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Model;
use callsheet::tui::theme::Theme;
use callsheet::tui::view;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthStr;

use super::stage::{fixed, now};

/// What the model looks like at its size, with roles if its theme is [`Theme::Traced`], else with styles.
pub fn picture(model: &Model) -> String {
    let (buffer, cursor) = drawn(model);
    print(&buffer, Some(cursor))
}

/// The sizes of screens in which every dialog is shown.
pub const SMALL: Size = Size { width: 40, height: 10 };
pub const USUAL: Size = Size { width: 80, height: 24 };
pub const LARGE: Size = Size { width: 120, height: 40 };

/// What a dialog looks like by itself in a screen of this size, by roles.
pub fn dialog(size: Size, draw: impl FnOnce(Rect, &mut Buffer, Look<'_>) -> Option<Position>) -> String {
    part(size, Regions::of(whole(size)).front, (Theme::Traced, Marks::Unicode), draw)
}

/// What the body of the screen looks like by itself in a screen of this size, by roles.
pub fn body(size: Size, draw: impl FnOnce(Rect, &mut Buffer, Look<'_>) -> Option<Position>) -> String {
    part(size, Regions::of(whole(size)).whole(), (Theme::Traced, Marks::Unicode), draw)
}

/// What is drawn into `area` of a screen of this size, with the built-in keys and catalogue at [`now`].
pub fn part(
    size: Size,
    area: Rect,
    (theme, marks): (Theme, Marks),
    draw: impl FnOnce(Rect, &mut Buffer, Look<'_>) -> Option<Position>,
) -> String {
    let mut buffer = Buffer::empty(whole(size));
    let cursor = draw(area, &mut buffer, fixed(theme, marks).look(now()));
    print(&buffer, cursor)
}

/// The whole of a screen.
pub fn whole(size: Size) -> Rect {
    Rect::new(0, 0, size.width, size.height)
}

fn print(buffer: &Buffer, cursor: Option<Position>) -> String {
    let mut text = String::new();
    for row in 0..buffer.area.height {
        let runs = runs(buffer, row);
        let line = glyphs(buffer, row);
        text.push_str(&line);
        if !runs.is_empty() {
            text.push_str(&format!(" │ {}", runs.join(", ")));
        }
        text.push('\n');
    }
    if let Some(cursor) = cursor {
        text.push_str(&format!("cursor {},{}\n", cursor.x, cursor.y));
    }
    text
}

/// The glyphs alone, without blanks at the ends of lines.
pub fn text(model: &Model) -> String {
    let (buffer, _) = drawn(model);
    let lines: Vec<String> =
        (0..buffer.area.height).map(|row| glyphs(&buffer, row).trim_end().to_owned()).collect();
    lines.join("\n")
}

/// The cells and the cursor's place.
pub fn drawn(model: &Model) -> (Buffer, Position) {
    let area = Rect::new(0, 0, model.size.width, model.size.height);
    let mut buffer = Buffer::empty(area);
    let cursor = view::draw(model, area, &mut buffer);
    (buffer, cursor)
}

fn glyphs(buffer: &Buffer, row: u16) -> String {
    let mut line = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, row)].symbol();
        line.push_str(symbol);
        x += u16::try_from(symbol.width()).unwrap().max(1);
    }
    line
}

fn runs(buffer: &Buffer, row: u16) -> Vec<String> {
    let mut runs: Vec<(u16, u16, String)> = Vec::new();
    let mut wide_until = 0;
    for x in 0..buffer.area.width {
        let cell = &buffer[(x, row)];
        // The second cell of a wide character looks like the first.
        let words = if x < wide_until {
            runs.last().map_or_else(String::new, |run| run.2.clone())
        } else {
            words(cell.style())
        };
        if x >= wide_until {
            wide_until = x + u16::try_from(cell.symbol().width()).unwrap();
        }
        match runs.last_mut() {
            Some((_, end, last)) if *last == words => *end = x,
            Some(_) | None => runs.push((x, x, words)),
        }
    }
    let named = runs.into_iter().filter(|(_, _, words)| !words.is_empty());
    named
        .map(
            |(from, to, words)| {
                if from == to { format!("{from} {words}") } else { format!("{from}-{to} {words}") }
            },
        )
        .collect()
}

/// The roles of a cell, or how it looks; nothing for plain text.
fn words(style: Style) -> String {
    let roles: Vec<String> = Theme::roles(style).iter().map(|role| format!("{role:?}")).collect();
    if !roles.is_empty() {
        return roles.iter().filter(|role| *role != "Text").cloned().collect::<Vec<_>>().join("/");
    }
    let mut words = Vec::new();
    words.extend(style.fg.filter(|colour| *colour != Color::Reset).map(|colour| format!("{colour:?}")));
    words.extend(style.bg.filter(|colour| *colour != Color::Reset).map(|colour| format!("on {colour:?}")));
    if !style.add_modifier.is_empty() {
        words.push(format!("{:?}", style.add_modifier));
    }
    words.join(" ")
}
