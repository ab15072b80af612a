//! A picture of the screen: the cells of a frame, with their styles and the real cursor, as an SVG file.
//!
//! ```text
//!  ╭ • • •            title            ╮   frame
//!  │ Name        Email                 │   every run of text stands at its column
//!  │ 王小明       xiaoming@example.cn   │   a wide character takes two columns in every viewer
//!  ╰───────────────────────────────────╯
//! ```
//!
//! Text stays text, so it can be searched and selected. Borders, lines and grounds are shapes: they meet whatever the viewer's
//! font is. Columns hold without a certain font, because each run has its place and `textLength` its width. There are no
//! scripts, no fonts and no links in the file, and nothing in it comes from anywhere but the frame.

mod palette;
mod strokes;

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

pub use palette::Ground;
use palette::Rgb;
use strokes::Strokes;

/// Width of a cell in units of the picture: 0.6 em, as in nearly every monospaced font.
const CELL: u32 = 12;
/// Height of a cell.
const LINE: u32 = 26;
/// The size of the font.
const FONT: u32 = 20;
/// From the top of a cell to the line on which letters stand.
const BASELINE: u32 = 19;
/// Around the cells.
const MARGIN: u32 = 16;
/// Height of the frame's bar.
const BAR: u32 = 44;
/// Radius of the frame's corners.
const ROUND: u32 = 10;
/// Pixels for a hundred units: a font of 15 pixels.
const SCALE: u32 = 75;

/// One frame, and what it is called.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    pub buffer: &'a Buffer,
    /// The real cursor, drawn as a bar at the left of its cell; None for a frame without one.
    pub cursor: Option<Position>,
    /// Stands in the frame and is what screen readers say.
    pub title: &'a str,
    /// One sentence for those who cannot see it.
    pub description: &'a str,
}

impl Picture<'_> {
    /// The file's text: UTF-8, one line for each row of cells that shows something. The same frame gives the same text.
    #[must_use]
    pub fn svg(&self, ground: Ground) -> String {
        let columns = u32::from(self.buffer.area.width) * CELL;
        let rows = u32::from(self.buffer.area.height) * LINE;
        let (width, height) = (columns + 2 * MARGIN, rows + BAR + MARGIN);
        let mut out = String::new();
        let size = |units: u32| units * SCALE / 100;
        line(
            &mut out,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
                 role=\"img\" aria-labelledby=\"title desc\">",
                size(width),
                size(height)
            ),
        );
        line(&mut out, format_args!("<title id=\"title\">{}</title>", escaped(self.title)));
        line(&mut out, format_args!("<desc id=\"desc\">{}</desc>", escaped(self.description)));
        line(&mut out, format_args!("{STYLE}"));
        self.frame(&mut out, ground, width, height);
        line(
            &mut out,
            format_args!("<g transform=\"translate({MARGIN} {BAR})\" fill=\"{}\">", ground.text()),
        );
        self.cells(&mut out, ground);
        out.push_str("</g>\n</svg>\n");
        out
    }

    fn frame(&self, out: &mut String, ground: Ground, width: u32, height: u32) {
        line(
            out,
            format_args!(
                "<rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"{ROUND}\" fill=\"{}\" stroke=\"{}\"/>",
                width - 1,
                height - 1,
                ground.ground(),
                ground.frame()
            ),
        );
        out.push_str(&format!("<g fill=\"{}\">", ground.frame()));
        for dot in 0..3 {
            out.push_str(&format!("<circle cx=\"{}\" cy=\"20\" r=\"5.5\"/>", 24 + dot * 20));
        }
        out.push_str("</g>");
        line(
            out,
            format_args!(
                "<text class=\"m\" x=\"{}\" y=\"27\" fill=\"{}\">{}</text>",
                width / 2,
                ground.quiet(),
                escaped(self.title)
            ),
        );
    }

    fn cells(&self, out: &mut String, ground: Ground) {
        let area = self.buffer.area;
        let mut strokes = Strokes::default();
        let mut texts = String::new();
        for y in 0..area.height {
            let row = Row::read(self.buffer, y, ground);
            row.grounds(out);
            row.strokes(&mut strokes);
            row.texts(&mut texts);
        }
        strokes.draw(out, ground.text());
        out.push_str(&texts);
        if let Some(cursor) = self.cursor
            && area.contains(cursor)
        {
            let (x, y) = (u32::from(cursor.x - area.x) * CELL, u32::from(cursor.y - area.y) * LINE);
            line(
                out,
                format_args!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"3\" height=\"{LINE}\" fill=\"{}\"/>",
                    ground.cursor()
                ),
            );
        }
    }
}

/// Fonts that are everywhere and as wide as [`CELL`]; marks and wide characters come from whatever font has them.
const STYLE: &str = "<style>text{font:20px ui-monospace,\"DejaVu Sans Mono\",\"Liberation Mono\",Menlo,Consolas,monospace;\
                     white-space:pre}.b{font-weight:700}.i{font-style:italic}.d{opacity:.7}.m{text-anchor:middle}\
                     .w{letter-spacing:4px}</style>";

/// How a cell's text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    /// None for the colour of ordinary text.
    colour: Option<Rgb>,
    modifier: Modifier,
}

/// A character and its place.
#[derive(Debug, Clone, Copy)]
struct Glyph<'a> {
    /// Columns from the left.
    x: u32,
    /// Columns that it takes: 1 or 2.
    width: u32,
    symbol: &'a str,
    pen: Pen,
    /// None for the ground of the picture.
    behind: Option<Rgb>,
}

/// What may stand together in one run of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    /// A box-drawing character: a shape, not text.
    Stroke,
    /// A letter, digit or sign that monospaced fonts have.
    Plain,
    /// A single character of two columns, one em wide in its fonts.
    Wide,
    /// Anything that may come from another font or be of another width: it stands alone, in the middle of its cell.
    Mark,
}

impl Glyph<'_> {
    fn kind(&self) -> Kind {
        let mut characters = self.symbol.chars();
        let (Some(first), rest) = (characters.next(), characters.next()) else { return Kind::Blank };
        if self.symbol.trim().is_empty() || self.pen.modifier.contains(Modifier::HIDDEN) {
            return Kind::Blank;
        }
        match (first, rest) {
            (first, None) if strokes::arms(first).is_some() => Kind::Stroke,
            ('!'..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{24f}', None) if self.width == 1 => Kind::Plain,
            ('\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}', None)
                if self.width == 2 =>
            {
                Kind::Wide
            }
            _ => Kind::Mark,
        }
    }
}

/// One row of cells, without the second halves of wide characters.
struct Row<'a> {
    y: u32,
    glyphs: Vec<Glyph<'a>>,
}

impl<'a> Row<'a> {
    fn read(buffer: &'a Buffer, y: u16, ground: Ground) -> Self {
        let area = buffer.area;
        let mut glyphs = Vec::with_capacity(area.width.into());
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(area.x + x, area.y + y)];
            let columns = u16::try_from(cell.symbol().width()).unwrap_or(1).clamp(1, 2);
            glyphs.push(glyph(cell, u32::from(x), u32::from(columns), ground));
            x += columns;
        }
        Self { y: u32::from(y), glyphs }
    }

    fn grounds(&self, out: &mut String) {
        let mut runs: Vec<(Rgb, u32, u32)> = Vec::new();
        for glyph in &self.glyphs {
            let Some(behind) = glyph.behind else { continue };
            match runs.last_mut() {
                Some((colour, _, end)) if *colour == behind && *end == glyph.x => *end += glyph.width,
                Some(_) | None => runs.push((behind, glyph.x, glyph.x + glyph.width)),
            }
        }
        for (colour, from, to) in runs {
            let (x, y, width) = (from * CELL, self.y * LINE, (to - from) * CELL);
            line(
                out,
                format_args!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{LINE}\" fill=\"{colour}\"/>"
                ),
            );
        }
    }

    fn strokes(&self, strokes: &mut Strokes) {
        for glyph in &self.glyphs {
            let colour = glyph.pen.colour;
            if let (Kind::Stroke, Some(character)) = (glyph.kind(), glyph.symbol.chars().next()) {
                strokes.border(colour, character, glyph.x, self.y);
            }
            if glyph.pen.modifier.contains(Modifier::UNDERLINED) {
                strokes.below(colour, glyph.x, glyph.width, self.y);
            }
            if glyph.pen.modifier.contains(Modifier::CROSSED_OUT) {
                strokes.through(colour, glyph.x, glyph.width, self.y);
            }
        }
    }

    fn texts(&self, out: &mut String) {
        let before = out.len();
        let mut run: Option<Run> = None;
        for glyph in &self.glyphs {
            let joined = run.as_mut().is_some_and(|run| run.takes(glyph));
            if !joined {
                if let Some(run) = run.take() {
                    run.draw(out, self.y);
                }
                run = Run::begin(glyph);
            }
        }
        if let Some(run) = run {
            run.draw(out, self.y);
        }
        if out.len() > before {
            out.push('\n');
        }
    }
}

fn glyph(cell: &Cell, x: u32, width: u32, ground: Ground) -> Glyph<'_> {
    let (mut colour, mut behind) = (ground.colour(cell.fg), ground.colour(cell.bg));
    if cell.modifier.contains(Modifier::REVERSED) {
        (colour, behind) = (Some(behind.unwrap_or(ground.ground())), Some(colour.unwrap_or(ground.text())));
    }
    Glyph { x, width, symbol: cell.symbol(), pen: Pen { colour, modifier: cell.modifier }, behind }
}

/// Characters that are drawn as one piece of text.
struct Run {
    kind: Kind,
    pen: Pen,
    /// Columns from the left, to the end of the last character that is no blank.
    from: u32,
    to: u32,
    text: String,
    /// Whether a blank waits for a character behind it.
    blank: bool,
}

impl Run {
    fn begin(glyph: &Glyph<'_>) -> Option<Self> {
        let kind = glyph.kind();
        match kind {
            Kind::Blank | Kind::Stroke => None,
            Kind::Plain | Kind::Wide | Kind::Mark => Some(Self {
                kind,
                pen: glyph.pen,
                from: glyph.x,
                to: glyph.x + glyph.width,
                text: escaped(glyph.symbol),
                blank: false,
            }),
        }
    }

    /// Takes the next character if it belongs to the run. Two blanks end a run: what follows has a column of its own.
    fn takes(&mut self, glyph: &Glyph<'_>) -> bool {
        match (self.kind, glyph.kind()) {
            (Kind::Plain, Kind::Blank) if !self.blank && !glyph.symbol.is_empty() => {
                self.blank = true;
                true
            }
            (Kind::Plain, Kind::Plain) | (Kind::Wide, Kind::Wide) if looks_alike(self.pen, glyph.pen) => {
                if std::mem::take(&mut self.blank) {
                    self.text.push(' ');
                }
                self.text.push_str(&escaped(glyph.symbol));
                self.to = glyph.x + glyph.width;
                true
            }
            _ => false,
        }
    }

    fn draw(&self, out: &mut String, row: u32) {
        let (x, y, width) = (self.from * CELL, row * LINE + BASELINE, (self.to - self.from) * CELL);
        let mut classes: Vec<&str> = [(Modifier::BOLD, "b"), (Modifier::ITALIC, "i"), (Modifier::DIM, "d")]
            .into_iter()
            .filter_map(|(modifier, class)| self.pen.modifier.contains(modifier).then_some(class))
            .collect();
        let (x, length) = match self.kind {
            Kind::Mark => {
                classes.push("m");
                (x + width / 2, String::new())
            }
            Kind::Wide => {
                classes.push("w");
                // One em in two columns: half of the rest stands on each side.
                (x + (2 * CELL - FONT) / 2, format!(" textLength=\"{width}\""))
            }
            Kind::Plain if self.to - self.from == 1 => (x, String::new()),
            Kind::Plain | Kind::Blank | Kind::Stroke => (x, format!(" textLength=\"{width}\"")),
        };
        let class =
            if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
        let fill = self.pen.colour.map(|colour| format!(" fill=\"{colour}\"")).unwrap_or_default();
        out.push_str(&format!("<text x=\"{x}\" y=\"{y}\"{class}{length}{fill}>{}</text>", self.text));
    }
}

/// Whether two pens draw the same letters; lines below and through them are drawn apart.
fn looks_alike(one: Pen, other: Pen) -> bool {
    let seen = Modifier::BOLD.union(Modifier::ITALIC).union(Modifier::DIM);
    one.colour == other.colour && one.modifier.intersection(seen) == other.modifier.intersection(seen)
}

/// Text as it may stand in XML; characters that XML 1.0 (section 2.2) does not have become U+FFFD.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text in memory does not fail.
    let _written = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};

    use super::*;

    fn frame(rows: &[&str]) -> Buffer {
        Buffer::with_lines(rows.iter().copied())
    }

    fn svg(buffer: &Buffer, cursor: Option<(u16, u16)>) -> String {
        let cursor = cursor.map(Position::from);
        Picture { buffer, cursor, title: "callsheet", description: "A list." }.svg(Ground::Dark)
    }

    /// What is drawn inside the frame.
    fn cells(buffer: &Buffer) -> String {
        let svg = svg(buffer, None);
        let (_, cells) = svg.split_once("translate(16 44)").unwrap();
        cells.split_once('\n').unwrap().1.trim_end_matches("</g>\n</svg>\n").to_owned()
    }

    #[test]
    fn words_apart_have_columns_of_their_own() {
        assert_eq!(
            cells(&frame(&[" Name     Ada Lovelace"])),
            "<text x=\"12\" y=\"19\" textLength=\"48\">Name</text>\
             <text x=\"120\" y=\"19\" textLength=\"144\">Ada Lovelace</text>\n"
        );
    }

    #[test]
    fn a_wide_character_takes_two_columns() {
        assert_eq!(
            cells(&frame(&["王小明 ok"])),
            "<text x=\"2\" y=\"19\" class=\"w\" textLength=\"72\">王小明</text>\
             <text x=\"84\" y=\"19\" textLength=\"24\">ok</text>\n"
        );
    }

    #[test]
    fn a_mark_stands_in_the_middle_of_its_cell_and_moves_nothing() {
        assert_eq!(
            cells(&frame(&["a ✓ b"])),
            "<text x=\"0\" y=\"19\">a</text><text x=\"30\" y=\"19\" class=\"m\">✓</text>\
             <text x=\"48\" y=\"19\">b</text>\n"
        );
        assert!(cells(&frame(&["👩‍🚀"])).contains("<text x=\"12\" y=\"19\" class=\"m\">👩‍🚀</text>"));
    }

    #[test]
    fn neighbours_that_look_alike_are_one_run() {
        let mut buffer = frame(&["ab cd"]);
        buffer.set_style(Rect::new(0, 0, 2, 1), Style::new().fg(Color::Red));
        buffer.set_style(Rect::new(2, 0, 3, 1), Style::new().bold());
        assert_eq!(
            cells(&buffer),
            "<text x=\"0\" y=\"19\" textLength=\"24\" fill=\"#f08080\">ab</text>\
             <text x=\"36\" y=\"19\" class=\"b\" textLength=\"24\">cd</text>\n"
        );
    }

    #[test]
    fn reversed_text_has_the_colour_of_the_ground() {
        let mut buffer = frame(&["ab"]);
        buffer.set_style(buffer.area, Style::new().reversed());
        assert_eq!(
            cells(&buffer),
            "<rect x=\"0\" y=\"0\" width=\"24\" height=\"26\" fill=\"#d8dce3\"/>\n\
             <text x=\"0\" y=\"19\" textLength=\"24\" fill=\"#16191e\">ab</text>\n"
        );
    }

    #[test]
    fn borders_and_lines_below_text_are_shapes() {
        let mut buffer = frame(&["│ x"]);
        buffer.set_style(Rect::new(1, 0, 2, 1), Style::new().underlined());
        let drawn = cells(&buffer);
        assert!(drawn.contains("d=\"M12 23H36M6 0V26\""), "{drawn}");
        assert!(!drawn.contains('│'));
    }

    #[test]
    fn hidden_text_is_not_in_the_file() {
        let mut buffer = frame(&["secret"]);
        buffer.set_style(buffer.area, Style::new().hidden());
        assert_eq!(cells(&buffer), "");
    }

    #[test]
    fn what_has_a_meaning_in_xml_is_escaped() {
        assert_eq!(escaped("<a href=\"x\"> & \u{1b}"), "&lt;a href=\"x\"&gt; &amp; \u{fffd}");
        assert!(cells(&frame(&["a<b&c"])).contains(">a&lt;b&amp;c</text>"));
    }

    #[test]
    fn the_cursor_is_a_bar_at_its_cell() {
        let bar = "<rect x=\"12\" y=\"26\" width=\"3\" height=\"26\" fill=\"#e07a2f\"/>";
        assert!(svg(&frame(&["ab", "cd"]), Some((1, 1))).contains(bar));
        assert!(!svg(&frame(&["ab", "cd"]), Some((2, 1))).contains("width=\"3\""), "outside the frame");
    }

    #[test]
    fn a_picture_says_what_it_is_and_holds_nothing_that_runs() {
        let svg = svg(&frame(&["x"]), None);
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"33\" height=\"64\""));
        assert!(svg.contains("<title id=\"title\">callsheet</title>\n<desc id=\"desc\">A list.</desc>"));
        for foreign in ["<script", "href", "url(", "@import", "@font-face"] {
            assert!(!svg.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn an_empty_frame_has_a_picture() {
        assert!(svg(&Buffer::empty(Rect::ZERO), None).ends_with("</g>\n</svg>\n"));
    }
}
