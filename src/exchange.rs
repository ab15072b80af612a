//! Exchange: contacts as CSV, JSON and vCard, to and from plain records.
//!
//! A reader tells row by row what a file says, as text; whether that is right is for the contact form to decide. A writer
//! writes name, email, position, language and subscriptions, so that what it wrote and what is written after reading it are
//! the same bytes. Files of any length need the memory of one row. It never opens a file and never decides what is stored.

mod csv;
mod json;
mod source;
mod vcard;

use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use crate::domain::contact::Contact;
use crate::domain::say::{Said, saying};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
    /// Written as vCard 4.0 (RFC 6350); every version is read.
    VCard,
    /// Written as vCard 3.0 (RFC 2426); read like [`Format::VCard`].
    VCard3,
}

impl Format {
    pub const ALL: [Self; 4] = [Self::Csv, Self::Json, Self::VCard, Self::VCard3];

    /// As it is named on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::VCard => "vcard",
            Self::VCard3 => "vcard3",
        }
    }

    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id() == id)
    }

    /// The format that the ending of a file's name stands for, whatever its case: `csv`, `json`, `vcf`, `vcard`.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "vcf" | "vcard" => Some(Self::VCard),
            _ => None,
        }
    }
}

/// What a file says about one contact. None is what it does not say: that stays as it is, or gets its default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    pub name: Option<String>,
    pub email: Option<String>,
    /// An id or title; empty for none.
    pub position: Option<String>,
    /// An id; empty for the default.
    pub language: Option<String>,
    pub types: Option<Types>,
    /// Why this is no row that could be taken, beside what the form finds; sentences without a full stop.
    pub faults: Vec<Said>,
    /// What was left out of it; sentences without a full stop.
    pub remarks: Vec<Said>,
}

/// What a row says about subscriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Types {
    /// Ids of categories and types, or `recommended`.
    Ids(Vec<String>),
    /// Words of another program, of which those count that happen to be ids.
    Tags(Vec<String>),
}

/// What a reader tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Something about the file as a whole, a sentence without a full stop.
    Remark(Said),
    Row(Row),
}

/// Why a file cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Often the system's words.
    Source(Said),
    /// What it holds is not what its format asks for.
    Content { line: Option<u64>, why: Said },
}

impl Unreadable {
    /// It in words, as it is shown in English by `{}`.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Source(why) | Self::Content { line: None, why } => why.clone(),
            Self::Content { line: Some(line), why } => {
                saying!("line {line}: {why}", line = *line, why = why.clone())
            }
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.said().fmt(f)
    }
}

impl std::error::Error for Unreadable {}

/// Reads a file and gives each row to `each`, which may end the reading with a value.
///
/// # Errors
/// [`Unreadable`]; the rows before it have been given.
pub fn read<B>(
    format: Format,
    source: &mut dyn Read,
    each: &mut dyn FnMut(Told) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Unreadable> {
    match format {
        Format::Csv => csv::read(source, each),
        Format::Json => json::read(source, each),
        Format::VCard | Format::VCard3 => vcard::read(source, each),
    }
}

/// Writes contacts one after the other.
pub struct Writer<W: Write>(Form<W>);

enum Form<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json(json::Writer<W>),
    VCard(vcard::Writer<W>),
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// What `out` returns, here and below.
    pub fn begin(format: Format, out: W) -> io::Result<Self> {
        Ok(Self(match format {
            Format::Csv => Form::Csv(Box::new(csv::Writer::begin(out)?)),
            Format::Json => Form::Json(json::Writer::begin(out)),
            Format::VCard => Form::VCard(vcard::Writer::begin(out, vcard::Version::Four)),
            Format::VCard3 => Form::VCard(vcard::Writer::begin(out, vcard::Version::Three)),
        }))
    }

    /// Writes one contact: the address in force, never the pending one, and nothing of its verification.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    pub fn write(&mut self, contact: &Contact) -> io::Result<()> {
        match &mut self.0 {
            Form::Csv(writer) => writer.write(contact),
            Form::Json(writer) => writer.write(contact),
            Form::VCard(writer) => writer.write(contact),
        }
    }

    /// Ends the file and hands everything to `out`, which is flushed.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    pub fn end(self) -> io::Result<()> {
        match self.0 {
            Form::Csv(writer) => writer.end(),
            Form::Json(writer) => writer.end(),
            Form::VCard(writer) => writer.end(),
        }
    }
}

#[cfg(test)]
mod tests;
