//! CSV: tables as spreadsheets and scripts write them (RFC 4180, and what is commoner than it).
//!
//! The first row names the columns, in English or Chinese, in any order. Comma, semicolon and tab separate cells: the one is
//! taken that makes the most of the first row. Columns that are not known are left out, rows of empty cells too. A missing
//! cell at the end of a row says nothing; a cell too many refuses the row, for it is a separator that was not quoted.
//!
//! A cell that a spreadsheet could take for a formula is written with a `'` before it, which reading takes away again:
//! one, and only where it was put.

use std::borrow::Cow;
use std::io::{self, BufRead, Read, Write};
use std::ops::ControlFlow;

use super::source::{self, Allowance, Utf8};
use super::{Row, Told, Types, Unreadable};
use crate::domain::contact::Contact;
use crate::domain::fold::fold;
use crate::domain::position::Position;
use crate::domain::safe_text::{Safe, safe};
use crate::domain::say::{Said, saying};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Email,
    Position,
    Language,
    Subscriptions,
}

impl Column {
    /// In the order in which they are written.
    const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Position, Self::Language, Self::Subscriptions];

    /// The names of the column, folded; the first is written.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["name", "contact", "姓名", "名字", "名称", "联系人"],
            Self::Email => &[
                "email",
                "e-mail",
                "mail",
                "email address",
                "e-mail address",
                "邮箱",
                "电子邮箱",
                "邮箱地址",
                "邮件",
                "电子邮件",
                "邮件地址",
                "电子邮件地址",
            ],
            Self::Position => &["position", "title", "职位", "职务", "岗位"],
            Self::Language => &["language", "lang", "语言"],
            Self::Subscriptions => {
                &["subscriptions", "types", "message types", "categories", "订阅", "消息类型", "消息"]
            }
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let folded = fold(name.trim());
        let spelled = folded.replace('_', " ");
        Self::ALL.into_iter().find(|column| column.names().contains(&spelled.as_str()))
    }
}

/// The separators, the likeliest first.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads a table; see [`super::read`].
pub fn read<B>(
    source: &mut dyn Read,
    each: &mut dyn FnMut(Told) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Unreadable> {
    let (mut reader, allowance) = source::utf8(source)?;
    let Some(header) = Header::read(&mut reader)? else {
        let why = saying!("it is empty; its first row must name the columns");
        return Err(Unreadable::Content { line: None, why });
    };
    if !header.unknown.is_empty() {
        let names: Vec<String> = header.unknown.iter().map(|name| format!("'{}'", Safe(name))).collect();
        let remark = match names.as_slice() {
            [name] => saying!("the column {name} means nothing here and was left out", name = name.as_str()),
            _ => saying!("the columns {names} mean nothing here and were left out", names = names.join(", ")),
        };
        if let ControlFlow::Break(value) = each(Told::Remark(remark)) {
            return Ok(ControlFlow::Break(value));
        }
    }
    header.read_rows(reader, &allowance, each)
}

/// The first row.
struct Header {
    /// What each column holds; None where it is not known.
    columns: Vec<Option<Column>>,
    unknown: Vec<String>,
    separator: u8,
    /// The lines up to its end.
    lines: u64,
}

impl Header {
    /// Reads the first row that is not empty; None if there is none.
    fn read(reader: &mut Utf8<'_>) -> Result<Option<Self>, Unreadable> {
        let mut announced = None;
        let mut lines = 0;
        loop {
            let Some(bytes) = line(reader, lines + 1)? else { return Ok(None) };
            lines += 1;
            let text = std::str::from_utf8(&bytes).map_err(|_| source::not_utf8(lines))?;
            if text.contains('\0') {
                let why =
                    saying!("it holds NUL characters, perhaps UTF-16 without a mark; save the file as UTF-8");
                return Err(Unreadable::Content { line: Some(lines), why });
            }
            // `sep=;` in a line of its own, before the header, is for Excel.
            match text.trim_end().as_bytes() {
                [] => {}
                [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => announced = Some(*separator),
                _ => return Self::of(text, announced, lines).map(Some),
            }
        }
    }

    fn of(text: &str, announced: Option<u8>, lines: u64) -> Result<Self, Unreadable> {
        let known = |names: &[String]| names.iter().filter(|name| Column::parse(name).is_some()).count();
        let split = |separator: u8| (cells(text, separator), separator);
        let (names, separator) = match announced {
            Some(separator) => split(separator),
            // Of several that make as much of it, the last is taken, so the likeliest comes last.
            None => SEPARATORS
                .into_iter()
                .rev()
                .map(split)
                .max_by_key(|(names, _)| known(names))
                .unwrap_or_default(),
        };
        let refuse = |why: Said| Unreadable::Content { line: Some(lines), why };
        let mut columns: Vec<Option<Column>> = Vec::with_capacity(names.len());
        let mut unknown = Vec::new();
        for name in names {
            let column = Column::parse(&name);
            if column.is_some() && columns.contains(&column) {
                return Err(refuse(saying!(
                    "two columns mean the same; the second is '{name}'",
                    name = safe(name.trim()).into_owned()
                )));
            }
            if column.is_none() && !name.trim().is_empty() {
                unknown.push(name.trim().to_owned());
            }
            columns.push(column);
        }
        if !columns.contains(&Some(Column::Email)) {
            return Err(refuse(saying!(
                "the first row must name the columns, 'email' among them; the others are name, position, language and \
                 subscriptions (or 姓名, 邮箱, 职位, 语言, 订阅)"
            )));
        }
        Ok(Self { columns, unknown, separator, lines })
    }

    fn read_rows<B>(
        &self,
        reader: Utf8<'_>,
        allowance: &Allowance,
        each: &mut dyn FnMut(Told) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Unreadable> {
        let mut table = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .from_reader(ByLine { inner: reader, line: self.lines, is_open: false });
        let mut record = ::csv::ByteRecord::new();
        loop {
            allowance.refill();
            let before = table.get_ref().line + 1;
            match table.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(ControlFlow::Continue(())),
                Err(error) => return Err(source::unreadable(&of_csv(error), before)),
            }
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            let row = self.row(&record, table.get_ref().line)?;
            if let ControlFlow::Break(value) = each(Told::Row(row)) {
                return Ok(ControlFlow::Break(value));
            }
        }
    }

    /// The row that ends on the line `end`.
    fn row(&self, record: &::csv::ByteRecord, end: u64) -> Result<Row, Unreadable> {
        let breaks = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
        let line = end.saturating_sub(u64::try_from(breaks).unwrap_or(0));
        let mut row = Row { line, ..Row::default() };
        for (cell, column) in record.iter().zip(&self.columns) {
            let Some(column) = column else { continue };
            let text = std::str::from_utf8(cell).map_err(|_| source::not_utf8(line))?;
            let text = bared(text);
            match column {
                Column::Name => row.name = Some(text.to_owned()),
                Column::Email => row.email = Some(text.to_owned()),
                Column::Position => row.position = Some(text.to_owned()),
                Column::Language => row.language = Some(text.trim().to_owned()),
                Column::Subscriptions => row.types = Some(Types::Ids(split_types(text))),
            }
        }
        if record.iter().skip(self.columns.len()).any(|cell| !cell.trim_ascii().is_empty()) {
            let (found, wanted) = (record.len(), self.columns.len());
            row.faults.push(saying!(
                "it has {found} cells and the first row has {wanted}; a cell with a separator in it stands in quotation marks",
                found = found,
                wanted = wanted,
            ));
        }
        let texts = [&row.name, &row.email, &row.position, &row.language];
        if texts.into_iter().flatten().any(|text| text.contains('\n')) {
            row.faults
                .push(saying!("it reaches to line {end}; perhaps a quotation mark is not closed", end = end));
        }
        Ok(row)
    }
}

/// Hands on one line at a time: when a row has been read, its last line is the one that was handed on last. The reader of rows
/// counts otherwise where lines end with CR and LF.
struct ByLine<'a> {
    inner: Utf8<'a>,
    /// The line that was handed on last, from 1.
    line: u64,
    /// Its end has not been handed on.
    is_open: bool,
}

impl Read for ByLine<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.fill_buf()?;
        let bytes = &bytes[..bytes.len().min(buffer.len())];
        // Also at the end of the file: where a mark is open, what follows the last break is a line.
        self.line += u64::from(!self.is_open);
        self.is_open = true;
        if bytes.is_empty() {
            return Ok(0);
        }
        let end = memchr::memchr(b'\n', bytes);
        self.is_open = end.is_none();
        let count = end.map_or(bytes.len(), |end| end + 1);
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.inner.consume(count);
        Ok(count)
    }
}

/// The next line without its end, which is CR, LF or both; None after the last.
fn line(reader: &mut Utf8<'_>, number: u64) -> Result<Option<Vec<u8>>, Unreadable> {
    let failed = |error: io::Error| source::unreadable(&error, number);
    let mut line = Vec::new();
    let mut is_any = false;
    loop {
        let bytes = reader.fill_buf().map_err(failed)?;
        if bytes.is_empty() {
            return Ok(is_any.then_some(line));
        }
        is_any = true;
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let (taken, is_cr) = match end {
            Some(end) => (end + 1, bytes[end] == b'\r'),
            None => (bytes.len(), false),
        };
        line.extend_from_slice(&bytes[..end.unwrap_or(taken)]);
        reader.consume(taken);
        if is_cr && reader.fill_buf().map_err(failed)?.first() == Some(&b'\n') {
            reader.consume(1);
        }
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

/// The cells of one line.
fn cells(line: &str, separator: u8) -> Vec<String> {
    let mut table = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(line.as_bytes());
    let mut record = ::csv::StringRecord::new();
    match table.read_record(&mut record) {
        Ok(_) => record.iter().map(str::to_owned).collect(),
        // The line is UTF-8 in memory, and any number of cells is allowed.
        Err(_) => Vec::new(),
    }
}

/// Ids between blanks, commas, semicolons and their Chinese like.
fn split_types(cell: &str) -> Vec<String> {
    let ids = cell.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '，' | '；' | '、'));
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

/// What a spreadsheet could take for a formula, and the mark that keeps it from that.
fn is_hot(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\'', '\t', '\r'])
}

/// The cell with the mark that [`neutralised`] puts.
fn neutralised(cell: &str) -> Cow<'_, str> {
    if is_hot(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell without the mark, where it is one.
fn bared(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_hot(rest)).unwrap_or(cell)
}

/// Writes a table, UTF-8 and LF, with commas.
pub struct Writer<W: Write>(::csv::Writer<W>);

impl<W: Write> Writer<W> {
    pub fn begin(out: W) -> io::Result<Self> {
        let mut table = ::csv::WriterBuilder::new().buffer_capacity(64 * 1024).from_writer(out);
        table.write_record(Column::ALL.map(|column| column.names()[0])).map_err(of_csv)?;
        Ok(Self(table))
    }

    pub fn write(&mut self, contact: &Contact) -> io::Result<()> {
        let types = contact.subscriptions.ids().collect::<Vec<_>>().join(" ");
        let cells = [
            contact.name.as_str(),
            contact.email.as_str(),
            contact.position.map_or("", Position::id),
            contact.language.id(),
            types.as_str(),
        ];
        for cell in cells {
            self.0.write_field(neutralised(cell).as_bytes()).map_err(of_csv)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(of_csv)
    }

    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of the source or output itself: the crate's own conversion hides its kind.
fn of_csv(error: ::csv::Error) -> io::Error {
    let words = error.to_string();
    if let ::csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(words) }
}
