//! Pictures of the screen as text: every line of glyphs, and beside it the runs of roles or styles with which it was drawn.
//!
//! ```text
//! │▸ 王小明        xiaoming@example.cn │ 1 Title, 3-38 SelectedRow
//! cursor 1,4
//! ```
//!
//! Columns count from 0 and are cells of the terminal: a wide character takes two, of which the second is not printed.

use callsheet::domain::language::Language;
use callsheet::tui::layout::Regions;
use callsheet::tui::look::Look;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Model};
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
/// Here panes stand beside the lists.
pub const WIDE: Size = Size { width: 200, height: 60 };

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

/// What is drawn into `area` of a screen of this size for a reader of Chinese; no English must be in it but the words of `data`.
#[track_caller]
pub fn in_chinese(
    size: Size,
    area: Rect,
    data: &str,
    draw: impl FnOnce(Rect, &mut Buffer, Look<'_>) -> Option<Position>,
) -> String {
    let mut buffer = Buffer::empty(whole(size));
    let chinese = Fixed { language: Language::ZhCn, ..fixed(Theme::Traced, Marks::Unicode) };
    let cursor = draw(area, &mut buffer, chinese.look(now()));
    let picture = print(&buffer, cursor);
    assert_eq!(english_left_beside(&picture, data), Vec::<String>::new(), "in\n{picture}");
    picture
}

/// The same of a dialog.
#[track_caller]
pub fn dialog_in_chinese(
    size: Size,
    data: &str,
    draw: impl FnOnce(Rect, &mut Buffer, Look<'_>) -> Option<Position>,
) -> String {
    in_chinese(size, Regions::of(whole(size)).front, data, draw)
}

/// The whole of a screen.
pub fn whole(size: Size) -> Rect {
    Rect::new(0, 0, size.width, size.height)
}

pub fn print(buffer: &Buffer, cursor: Option<Position>) -> String {
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

/// What names, keys and formats are called in every language, and the people of the stage.
const OF_NO_LANGUAGE: &[&str] = &[
    "callsheet",
    "AdaLovelace",
    "Lovelace",
    "Grace",
    "Ltd",
    "Example",
    "person",
    "live",
    "English",
    "Enter",
    "Esc",
    "Tab",
    "Space",
    "Ctrl",
    "Alt",
    "Shift",
    "Home",
    "End",
    "PgUp",
    "PgDn",
    "Backspace",
    "Delete",
    "Insert",
    "SMTP",
    "STARTTLS",
    "DKIM",
    "HTTP",
    "HTTPS",
    "HTML",
    "JSON",
    "vCard",
    "UTF",
    "TLS",
    "DNS",
    "CEO",
    "SQLite",
    "Excel",
    "LibreOffice",
    "Unicode",
    "ASCII",
    "Hangul",
    "DDoS",
    "enter",
    "space",
];

/// The English words in a picture or text that should have none: two in succession, or one of four letters and more. Addresses,
/// ids, names of files and what else holds more than letters does not count.
pub fn english_left(text: &str) -> Vec<String> {
    english_left_beside(text, "")
}

/// The words of a text and all beginnings of them, for pictures that cut words off anywhere.
pub fn cut_anywhere(text: &str) -> String {
    let beginnings = |word: &str| {
        (1..=word.len()).filter_map(|end| word.get(..end).map(str::to_owned)).collect::<Vec<_>>()
    };
    text.split(|c: char| !c.is_ascii_alphabetic()).flat_map(beginnings).collect::<Vec<_>>().join(" ")
}

/// The same for a picture that shows the words of `data` too, such as what a server said.
pub fn english_left_beside(text: &str, data: &str) -> Vec<String> {
    let data: Vec<&str> =
        OF_NO_LANGUAGE.iter().copied().chain(data.split(|c: char| !c.is_ascii_alphabetic())).collect();
    text.lines()
        .filter(|line| !line.starts_with("cursor "))
        .flat_map(|line| english_in(line, &data))
        .collect()
}

fn english_in(line: &str, data: &[&str]) -> Vec<String> {
    // Behind the glyphs of a picture stand their roles.
    let begins_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let glyphs = match line.rsplit_once(" │ ") {
        Some((glyphs, roles)) if begins_with_digit(roles) => glyphs,
        Some(_) | None => line,
    };
    // Letters with what may stand inside of addresses, ids, names of files and numbers.
    let is_latin =
        |c: char| c.is_ascii_graphic() && !"()[]<>,;'\"|=".contains(c) || ('\u{c0}'..'\u{250}').contains(&c);
    let (mut found, mut before) = (Vec::new(), None::<&str>);
    for part in glyphs.split(' ') {
        for token in part.split_inclusive(|c: char| !is_latin(c)) {
            let cut = token.ends_with('…');
            let word =
                token.trim_end_matches(|c: char| !is_latin(c)).trim_matches(|c: char| ".:!?-+*/".contains(c));
            let is_known = || data.iter().any(|known| *known == word || cut && known.starts_with(word));
            let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic()) && !is_known();
            match before {
                Some(before) if is_word => found.push(format!("{before} {word}")),
                Some(_) | None if is_word && word.len() >= 4 => found.push(word.to_owned()),
                Some(_) | None => {}
            }
            before = Some(word).filter(|_| is_word && token.ends_with(is_latin));
        }
    }
    found
}

#[test]
fn english_is_found_between_other_words() {
    let found =
        english_left("┌ 删除 ─┐\n│ 删除 王小明 (ada@example.org)? │ 1 Title, 3-38 SelectedRow\ncursor 1,4");
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(english_left("已验证 verified，AdaLovel… 的 CSV"), ["verified"]);
    assert_eq!(english_left("at 3, to be 是 a，b status:verified"), ["to be"]);
    assert_eq!(english_left_beside("服务器：User unknown", "User unknown"), Vec::<String>::new());
}

/// The glyphs of a row, as wide as it is.
pub fn glyphs(buffer: &Buffer, row: u16) -> String {
    let mut line = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, row)].symbol();
        line.push_str(symbol);
        x += if symbol.len() == 1 { 1 } else { u16::try_from(symbol.width()).unwrap().max(1) };
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
