//! The backend: turns the cells that have changed into bytes for the terminal, as few as are needed, in one write a frame.
//!
//! A frame is wrapped in synchronized update (DEC private mode 2026) so that terminals show it whole, and one in which nothing
//! has changed is no byte at all. It knows what the terminal shows, and takes whichever is shortest: to move over what stands
//! there already, or to write it again; to write blanks, or to erase (ECH) and move. Behind a symbol that terminals draw in
//! different widths it puts the cursor where it must be and writes anew whatever the symbol may have covered. It writes what the
//! theme says and never looks at `NO_COLOR`: the theme without colour keeps bold and reverse.

#[cfg(test)]
mod emulated;
mod pen;
mod shown;
#[cfg(test)]
mod tests;
mod widths;

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use pen::{PLAIN, Pen};
use shown::{Grid, Shown};
use widths::{is_sure, most_columns};

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
    shown: Grid,
    /// The row under way as it is to be.
    wanted: Vec<Shown>,
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
            shown: Grid::default(),
            wanted: Vec::new(),
        }
    }

    /// Forgets what the terminal shows: somebody else has written to it. The next frame must be drawn whole.
    pub fn forget(&mut self) {
        self.at = Place::Unknown;
        self.cursor = Cursor::Unknown;
        self.pen = PLAIN;
        self.shown.forget();
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

    fn take_pen(&mut self, pen: Pen) {
        self.pen.write_change(pen, &mut self.frame);
        self.pen = pen;
    }

    /// Draws a row as `wanted` has it, from the first column that may differ to the one before `end`.
    fn draw_row(&mut self, y: u16, first: u16, mut end: u16, size: Size) {
        mend_halves(&mut self.wanted);
        // Behind this column erasing has not been weighed yet.
        let mut weighed = 0;
        // A wide character of which a part is written over begins before it.
        let before = self.shown.row(y).iter().take(first.into()).rposition(|shown| *shown != Shown::Rest);
        let mut x = before.and_then(|before| u16::try_from(before).ok()).unwrap_or(first);
        while x < end {
            let index = usize::from(x);
            let (Some(wanted), Some(shown)) = (self.wanted.get(index), self.shown.row(y).get(index)) else {
                return;
            };
            if wanted == shown || *wanted == Shown::Rest {
                x += 1;
                continue;
            }
            if *wanted == Shown::Blank && x >= weighed {
                let (columns, behind) = self.blanks_to_erase(y, x, end.saturating_sub(1));
                weighed = behind;
                if columns > 0 {
                    self.erase(Position { x, y }, columns);
                    continue;
                }
            }
            let behind = self.draw_cell(Position { x, y }, size);
            // What is drawn anew behind it is weighed anew.
            if behind > end {
                (end, weighed) = (behind.min(size.width), 0);
            }
            x += 1;
        }
    }

    /// Draws a cell; gives the column behind all that it may have changed.
    fn draw_cell(&mut self, at: Position, size: Size) -> u16 {
        let wanted = self.wanted[usize::from(at.x)].clone();
        let Some((symbol, pen, columns)) = wanted.text() else { return at.x };
        self.reach(at);
        if !self.pen.serves(pen, symbol == " ") {
            self.take_pen(pen);
        }
        let next = at.x.saturating_add(columns);
        let mut end = next;
        if is_sure(symbol) {
            self.say(symbol);
            self.at = Place::At(Position { x: next, ..at });
            self.shown.set(at, wanted);
        } else {
            end = end.max(at.x.saturating_add(self.say_doubtful(symbol, columns, at.x, size.width)));
            self.at = Place::Row(at.y);
            self.shown.set(at, wanted);
            for x in next..end {
                self.shown.set(Position { x, ..at }, Shown::Unknown);
            }
        }
        if end >= size.width {
            // Behind the last column terminals differ in where the cursor is.
            self.at = Place::Unknown;
        }
        end
    }

    /// Writes a symbol that terminals draw in different widths, for which the cells have `columns` from `x` on; gives the columns
    /// that it may have taken. What could go on in the next row is not written.
    fn say_doubtful(&mut self, symbol: &str, columns: u16, x: u16, width: u16) -> u16 {
        let room = width.saturating_sub(x);
        if columns > 1 {
            // A terminal that takes less would leave what is behind it.
            let blanks = usize::from(columns.min(room));
            self.say(&format!("{:blanks$}\x1b[{}G", "", u32::from(x) + 1));
        }
        let most = most_columns(symbol);
        if most <= room {
            self.say(symbol);
            return most;
        }
        // Its first character alone says most of it.
        let mut bytes = [0; 4];
        let first = symbol.chars().next().map_or("?", |first| first.encode_utf8(&mut bytes));
        self.say(if most_columns(first) <= room { first } else { "?" });
        room
    }

    /// How many columns from `x` on are worth erasing before the characters among them are written, 0 if none are, and the
    /// column up to which that holds. What stands there and stays is not erased.
    fn blanks_to_erase(&self, y: u16, x: u16, last: u16) -> (u16, u16) {
        let shown = self.shown.row(y);
        let step = |columns: u16| length_of_step(columns).min(columns.into());
        let (mut columns, mut written, mut skipped) = (0, 0, 0);
        let mut at = x;
        while at <= last {
            if self.wanted[usize::from(at)] != Shown::Blank {
                if self.wanted[usize::from(at)] == shown[usize::from(at)] {
                    break;
                }
                at += 1;
                continue;
            }
            // A run of blanks, some of which are there already.
            let (begin, mut there) = (at, 0);
            while at <= last && self.wanted[usize::from(at)] == Shown::Blank {
                if shown[usize::from(at)] == Shown::Blank {
                    there += 1;
                } else {
                    written += 1 + step(there);
                    (there, columns) = (0, at + 1 - x);
                }
                at += 1;
            }
            // Behind the last blank the next move is as long in any case.
            if at <= last {
                written += step(there);
                skipped += step(at - begin);
            }
        }
        let pen = if self.pen.erases_to_plain() { 0 } else { b"\x1b[m".len() };
        let erasing = length_of_step(columns) + pen + skipped;
        (if erasing < written { columns } else { 0 }, at)
    }

    fn erase(&mut self, from: Position, columns: u16) {
        self.reach(from);
        if !self.pen.erases_to_plain() {
            self.take_pen(PLAIN);
        }
        match columns {
            1 => self.say("\x1b[X"),
            more => self.say(&format!("\x1b[{more}X")),
        }
        for x in from.x..from.x + columns {
            self.shown.set(Position { x, ..from }, Shown::Blank);
        }
    }

    /// Brings the cursor to a place in the row under way, over what stands there already, or by writing it again.
    fn reach(&mut self, to: Position) {
        if let Place::At(at) = self.at
            && at.y == to.y
            && at.x < to.x
        {
            let most = length_of_step(to.x - at.x);
            let (mut bytes, mut end) = (self.frame.len(), at.x);
            let begin = bytes;
            for cell in &self.wanted[usize::from(at.x)..usize::from(to.x)] {
                let Some((symbol, pen, columns)) = cell.text() else { continue };
                bytes += symbol.len();
                if bytes - begin > most || !is_sure(symbol) || !self.pen.serves(pen, symbol == " ") {
                    break;
                }
                self.frame.extend_from_slice(symbol.as_bytes());
                end = end.saturating_add(columns);
            }
            if end == to.x {
                self.at = Place::At(to);
                return;
            }
            self.frame.truncate(begin);
        }
        self.move_to(to);
    }

    /// Moves the cursor by the shortest way.
    fn move_to(&mut self, to: Position) {
        let column = u32::from(to.x) + 1;
        let right = |columns: u16| match columns {
            0 => String::new(),
            1 => "\x1b[C".to_owned(),
            more => format!("\x1b[{more}C"),
        };
        let from_left = || {
            let absolute = format!("\x1b[{column}G");
            let relative = format!("\r{}", right(to.x));
            if relative.len() < absolute.len() { relative } else { absolute }
        };
        let anywhere = || match (to.y, to.x) {
            (0, 0) => "\x1b[H".to_owned(),
            (y, 0) => format!("\x1b[{}H", u32::from(y) + 1),
            (y, _) => format!("\x1b[{};{column}H", u32::from(y) + 1),
        };
        let way = match self.at {
            Place::At(at) if at == to => String::new(),
            Place::At(at) if at.y == to.y && at.x < to.x => right(to.x - at.x),
            Place::At(at) if at.y == to.y && at.x - to.x <= 3 => "\x08".repeat((at.x - to.x).into()),
            Place::At(Position { y, .. }) | Place::Row(y) if y == to.y => from_left(),
            // A line feed alone would do, but it is more in a terminal whose modes somebody has changed.
            Place::At(Position { y, .. }) | Place::Row(y) if y.checked_add(1) == Some(to.y) => {
                let (below, anywhere) = (format!("\r\n{}", right(to.x)), anywhere());
                if below.len() < anywhere.len() { below } else { anywhere }
            }
            Place::At(_) | Place::Row(_) | Place::Unknown => anywhere(),
        };
        self.say(&way);
        self.at = Place::At(to);
    }
}

impl<W: Write, S: Fn() -> io::Result<Size>> Backend for AnsiBackend<W, S> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let size = (self.size)()?;
        self.shown.fit(size);
        let mut content = content.peekable();
        while let Some((first, y, cell)) = content.next() {
            self.wanted.clear();
            self.wanted.extend_from_slice(self.shown.row(y));
            want(&mut self.wanted, first, cell);
            let mut last = first;
            while let Some((x, _, cell)) = content.next_if(|(_, row, _)| *row == y) {
                want(&mut self.wanted, x, cell);
                last = x;
            }
            // The rest of a wide character, old or new, is no change of its own.
            let behind = last.saturating_add(self.wanted.get(usize::from(last)).map_or(1, Shown::columns));
            let rest =
                self.shown.row(y).iter().skip(behind.into()).take_while(|shown| **shown == Shown::Rest);
            let end = usize::from(behind) + rest.count();
            self.draw_row(y, first, u16::try_from(end.min(size.width.into())).unwrap_or(size.width), size);
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
        // Another size comes before this, and terminals take the cursor along with their lines.
        self.at = Place::Unknown;
        self.say(match clear_type {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        match clear_type {
            ClearType::All => self.shown.clear((self.size)()?),
            ClearType::AfterCursor
            | ClearType::BeforeCursor
            | ClearType::CurrentLine
            | ClearType::UntilNewLine => self.shown.forget(),
        }
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

/// Puts a cell into the row that is wanted.
fn want(row: &mut [Shown], x: u16, cell: &Cell) {
    let (index, shown) = (usize::from(x), Shown::of(cell));
    // Behind some wide characters the buffer names the blanks under the rest of them.
    if cell.symbol() == " " && is_covered(row, index) {
        return;
    }
    let behind = (index + usize::from(shown.columns())).min(row.len());
    if let Some(place) = row.get_mut(index) {
        *place = shown;
    }
    if let Some(rest) = row.get_mut(index + 1..behind) {
        rest.fill(Shown::Rest);
    }
}

/// Whether a wide character before this place reaches over it.
fn is_covered(row: &[Shown], index: usize) -> bool {
    if row.get(index) != Some(&Shown::Rest) {
        return false;
    }
    let begin = row[..index].iter().rposition(|shown| *shown != Shown::Rest);
    begin.is_some_and(|begin| begin + usize::from(row[begin].columns()) > index)
}

/// Leaves no part of a wide character without the others: what is left of one that was written over is blank.
fn mend_halves(row: &mut [Shown]) {
    let mut index = 0;
    while index < row.len() {
        let columns = usize::from(row[index].columns());
        let rest =
            row[index + 1..].iter().take(columns - 1).take_while(|shown| **shown == Shown::Rest).count();
        if row[index] == Shown::Rest || rest + 1 < columns {
            row[index..=index + rest].fill(Shown::Blank);
        }
        index += 1 + rest;
    }
}

/// The bytes of a step to the right.
fn length_of_step(columns: u16) -> usize {
    b"\x1b[C".len() + if columns > 1 { digits(columns) } else { 0 }
}

fn digits(number: u16) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}
