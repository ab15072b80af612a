//! The source of a reader: bytes as they are stored, made UTF-8, a mark at their beginning taken away.
//!
//! UTF-8 passes as it is and is checked where its parts are used; UTF-16 is read where a mark announces it, as spreadsheets
//! write it ("Unicode text"). No other encoding is guessed. It bounds what one row can take.

use std::cell::Cell;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::rc::Rc;

use super::Unreadable;
use crate::domain::say::{Said, saying};
use crate::domain::system_words::system_words;

/// More than a contact with a picture in its card ever has.
pub const LONGEST_ROW: usize = 4 << 20;

/// Bytes in UTF-8, buffered.
pub type Utf8<'a> = BufReader<Bounded<Decoded<'a>>>;

/// The allowance of the row that is being read; refilled before each.
#[derive(Clone, Debug)]
pub struct Allowance(Rc<Cell<usize>>);

impl Allowance {
    pub fn refill(&self) {
        self.0.set(LONGEST_ROW);
    }
}

/// A source that ends with an error where one row takes more than its allowance.
pub struct Bounded<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

/// Prepares a source.
///
/// # Errors
/// [`Unreadable`] if its beginning tells that it is a spreadsheet's own file.
pub fn utf8(source: &mut dyn Read) -> Result<(Utf8<'_>, Allowance), Unreadable> {
    let mut first = [0; 4];
    let mut found = 0;
    while found < first.len() {
        match source.read(&mut first[found..]) {
            Ok(0) => break,
            Ok(count) => found += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Unreadable::Source(system_words(&error))),
        }
    }
    let decoded = match &first[..found] {
        // A zip archive (xlsx, ods) and the older compound file (xls).
        b"PK\x03\x04" | [0xD0, 0xCF, 0x11, 0xE0] => {
            let why = saying!("it is a spreadsheet; save it as 'CSV UTF-8' first");
            return Err(Unreadable::Content { line: None, why });
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => Decoded::Utf8(chained(rest, source)),
        [0xFF, 0xFE, rest @ ..] => Decoded::Utf16(Utf16::new(chained(rest, source), u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Decoded::Utf16(Utf16::new(chained(rest, source), u16::from_be_bytes)),
        all => Decoded::Utf8(chained(all, source)),
    };
    let left = Rc::new(Cell::new(LONGEST_ROW));
    let bounded = Bounded { inner: decoded, left: Rc::clone(&left) };
    Ok((BufReader::with_capacity(64 * 1024, bounded), Allowance(left)))
}

/// What an error of a source says about the row that begins on `line`.
pub fn unreadable(error: &io::Error, line: u64) -> Unreadable {
    let content = |why: Said| Unreadable::Content { line: Some(line), why };
    if error.kind() == io::ErrorKind::FileTooLarge {
        let most = LONGEST_ROW >> 20;
        content(saying!(
            "what begins here takes more than {most} MiB; perhaps a quotation mark is never closed",
            most = most
        ))
    } else if error.kind() == io::ErrorKind::InvalidData {
        content(Said::foreign(error.to_string()))
    } else {
        Unreadable::Source(system_words(error))
    }
}

/// What is said about a text that is not UTF-8.
pub fn not_utf8(line: u64) -> Unreadable {
    let why = saying!(
        "it is not UTF-8; save the file as UTF-8 (a spreadsheet calls it 'CSV UTF-8' or 'Unicode (UTF-8)')"
    );
    Unreadable::Content { line: Some(line), why }
}

type Bytes<'a> = Chain<Cursor<Vec<u8>>, &'a mut dyn Read>;

/// A source in UTF-8, whatever it is stored in.
pub enum Decoded<'a> {
    Utf8(Bytes<'a>),
    Utf16(Utf16<'a>),
}

/// UTF-16, read as UTF-8.
pub struct Utf16<'a> {
    inner: Bytes<'a>,
    unit: fn([u8; 2]) -> u16,
    /// Bytes that are no whole character yet; three at most.
    rest: Vec<u8>,
    text: Cursor<Vec<u8>>,
}

fn chained<'a>(first: &[u8], source: &'a mut dyn Read) -> Bytes<'a> {
    Cursor::new(first.to_vec()).chain(source)
}

impl<'a> Utf16<'a> {
    fn new(inner: Bytes<'a>, unit: fn([u8; 2]) -> u16) -> Self {
        Self { inner, unit, rest: Vec::new(), text: Cursor::new(Vec::new()) }
    }

    /// Decodes the next bytes into `text`; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let mut bytes = std::mem::take(&mut self.rest);
        let before = bytes.len();
        bytes.resize(before + 16 * 1024, 0);
        let count = self.inner.read(&mut bytes[before..])?;
        bytes.truncate(before + count);
        if count == 0 && bytes.is_empty() {
            return Ok(false);
        }
        let is_last = count == 0;
        let mut units: Vec<u16> = bytes.chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]])).collect();
        let mut used = units.len() * 2;
        if !is_last && units.last().is_some_and(|last| (0xD800..0xDC00).contains(last)) {
            units.pop();
            used -= 2;
        }
        self.rest = bytes.split_off(used);
        let broken = || io::Error::new(io::ErrorKind::InvalidData, "its UTF-16 is broken");
        if is_last && !self.rest.is_empty() {
            return Err(broken());
        }
        let text: String = char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| broken())?;
        self.text = Cursor::new(text.into_bytes());
        Ok(true)
    }
}

impl Read for Utf16<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.text.read(buffer)?;
            if count > 0 || buffer.is_empty() || !self.advance()? {
                return Ok(count);
            }
        }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Utf8(bytes) => bytes.read(buffer),
            Self::Utf16(decoded) => decoded.read(buffer),
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = buffer.len().min(left);
        let count = self.inner.read(&mut buffer[..most])?;
        self.left.set(left - count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives one byte at a time, as the slowest pipe does.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            let (first, rest) = self.0.split_at(count);
            buffer[..count].copy_from_slice(first);
            self.0 = rest;
            Ok(count)
        }
    }

    fn decoded(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut source = Drops(bytes);
        let (mut reader, _) = utf8(&mut source).unwrap();
        let mut all = Vec::new();
        reader.read_to_end(&mut all).map(|_| all)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn a_mark_is_taken_away_and_short_sources_are_whole() {
        for (bytes, text) in
            [(&b""[..], ""), (b"a", "a"), (b"\xEF\xBB\xBF", ""), (b"\xEF\xBB\xBFab", "ab"), (b"\xFF\xFE", "")]
        {
            assert_eq!(decoded(bytes).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn broken_utf16_is_told() {
        for bytes in
            [&b"\xFF\xFEa"[..], b"\xFF\xFE\x00\xD8", b"\xFF\xFE\x00\xDCa\0", b"\xFE\xFF\xD8\x00\x00a"]
        {
            assert_eq!(decoded(bytes).unwrap_err().kind(), io::ErrorKind::InvalidData, "{bytes:?}");
        }
    }

    #[test]
    fn spreadsheets_are_recognised() {
        for mut bytes in [&b"PK\x03\x04\x14\x00"[..], b"\xD0\xCF\x11\xE0\xA1\xB1"] {
            assert!(utf8(&mut bytes).is_err());
        }
    }

    #[test]
    fn a_row_without_end_is_no_reason_to_read_on() {
        let mut endless = io::repeat(b'x');
        let (mut reader, allowance) = utf8(&mut endless).unwrap();
        let mut row = vec![0; LONGEST_ROW];
        reader.read_exact(&mut row).unwrap();
        assert_eq!(reader.read(&mut row).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        allowance.refill();
        assert!(reader.read(&mut row).unwrap() > 0);
    }

    proptest! {
        #[test]
        fn utf16_of_either_order_gives_the_text(text in "(?s).{0,200}") {
            prop_assert_eq!(decoded(&utf16(&text, u16::to_le_bytes)).unwrap(), text.as_bytes());
            prop_assert_eq!(decoded(&utf16(&text, u16::to_be_bytes)).unwrap(), text.as_bytes());
        }
    }
}
