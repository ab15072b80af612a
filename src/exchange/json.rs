//! JSON: an array of contacts as the command line prints them (design 11). Unknown fields are left out; ids, status and
//! whatever else callsheet itself decides are never taken from a file.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::rc::Rc;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::source::{self, Allowance, Utf8};
use super::{Row, Told, Types, Unreadable};
use crate::domain::contact::Contact;
use crate::domain::position::Position;
use crate::domain::safe_text::safe_json;
use crate::domain::say::saying;

/// Reads an array; see [`super::read`].
pub fn read<B>(
    source: &mut dyn Read,
    each: &mut dyn FnMut(Told) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Unreadable> {
    let (reader, allowance) = source::utf8(source)?;
    let lines = Lines(Rc::new(Cell::new(1)));
    let counted = Counted { inner: reader, lines: lines.clone() };
    let mut deserializer = serde_json::Deserializer::from_reader(counted);
    let mut ended = None;
    let array = Contacts { lines: lines.clone(), allowance, each, ended: &mut ended };
    let outcome = deserializer.deserialize_seq(array).and_then(|()| deserializer.end());
    if let Some(value) = ended {
        return Ok(ControlFlow::Break(value));
    }
    outcome.map(ControlFlow::Continue).map_err(|error| unreadable(&error, lines.now()))
}

fn unreadable(error: &serde_json::Error, line: u64) -> Unreadable {
    // The place stands at the end of serde's words; it is told apart.
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or_default();
    if let Some(kind) = error.io_error_kind() {
        return source::unreadable(&io::Error::new(kind, words), line);
    }
    let why = match error.classify() {
        Category::Eof => saying!("it ends in the middle of the array"),
        Category::Data | Category::Syntax | Category::Io => {
            saying!("it is no JSON array of contacts: {words}", words = words)
        }
    };
    let line = u64::try_from(error.line()).unwrap_or(0);
    Unreadable::Content { line: Some(line).filter(|line| *line > 0), why }
}

/// The line that is being read, from 1.
#[derive(Clone)]
struct Lines(Rc<Cell<u64>>);

impl Lines {
    fn now(&self) -> u64 {
        self.0.get()
    }
}

/// Counts lines as they are read. serde_json reads byte by byte, so the count is exact.
struct Counted<'a> {
    inner: Utf8<'a>,
    lines: Lines,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let breaks = buffer[..count].iter().filter(|byte| **byte == b'\n').count();
        self.lines.0.set(self.lines.now() + u64::try_from(breaks).unwrap_or(0));
        Ok(count)
    }
}

/// The array, given on element by element.
struct Contacts<'a, B> {
    lines: Lines,
    allowance: Allowance,
    each: &'a mut dyn FnMut(Told) -> ControlFlow<B>,
    ended: &'a mut Option<B>,
}

impl<'de, B> Visitor<'de> for Contacts<'_, B> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of contacts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        loop {
            self.allowance.refill();
            let Some((line, value)) = elements.next_element_seed(Element { lines: &self.lines })? else {
                return Ok(());
            };
            if let ControlFlow::Break(value) = (self.each)(Told::Row(row(line, value))) {
                *self.ended = Some(value);
                return Err(serde::de::Error::custom("it was ended"));
            }
        }
    }
}

/// One element, and the line on which it begins.
struct Element<'a> {
    lines: &'a Lines,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = (u64, Value);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(u64, Value), D::Error> {
        let line = self.lines.now();
        Value::deserialize(deserializer).map(|value| (line, value))
    }
}

fn row(line: u64, value: Value) -> Row {
    let mut row = Row { line, ..Row::default() };
    let Value::Object(mut fields) = value else {
        row.faults.push(saying!("it is no object"));
        return row;
    };
    let mut text = |name: &str, null: Option<&str>| match fields.remove(name) {
        None => None,
        Some(Value::String(text)) => Some(text),
        Some(Value::Null) => null.map(str::to_owned),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            row.faults.push(saying!("{field}: it is no text", field = name));
            None
        }
    };
    row.name = text("name", None);
    row.email = text("email", None);
    row.position = text("position", Some(""));
    row.language = text("language", None);
    row.types = match fields.remove("subscriptions") {
        None | Some(Value::Null) => None,
        Some(Value::Array(ids)) => types(ids).map(Types::Ids).or_else(|| {
            row.faults.push(saying!("subscriptions: one of them is no text"));
            None
        }),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            row.faults.push(saying!("subscriptions: it is no array"));
            None
        }
    };
    row
}

fn types(ids: Vec<Value>) -> Option<Vec<String>> {
    ids.into_iter()
        .map(|id| match id {
            Value::String(id) => Some(id),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        })
        .collect()
}

/// A contact as it is written.
#[derive(Serialize)]
struct Exported<'a> {
    name: &'a str,
    email: &'a str,
    position: Option<&'static str>,
    language: &'static str,
    subscriptions: Vec<&'a str>,
}

/// Writes an array, each contact on a line of its own.
pub struct Writer<W: Write> {
    out: io::BufWriter<W>,
    before_next: &'static str,
}

impl<W: Write> Writer<W> {
    pub fn begin(out: W) -> Self {
        Self { out: io::BufWriter::with_capacity(64 * 1024, out), before_next: "[" }
    }

    pub fn write(&mut self, contact: &Contact) -> io::Result<()> {
        let text = serde_json::to_string(&Exported {
            name: &contact.name,
            email: &contact.email,
            position: contact.position.map(Position::id),
            language: contact.language.id(),
            subscriptions: contact.subscriptions.ids().collect(),
        })?;
        self.out.write_all(std::mem::replace(&mut self.before_next, ",\n").as_bytes())?;
        self.out.write_all(safe_json(&text).as_bytes())
    }

    pub fn end(mut self) -> io::Result<()> {
        if self.before_next == "[" {
            self.out.write_all(b"[")?;
        }
        self.out.write_all(b"]\n")?;
        self.out.flush()
    }
}
