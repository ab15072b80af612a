//! vCard: address books of phones and mail programs. Versions 2.1, 3.0 and 4.0 are read (RFC 2426, RFC 6350), the latter two
//! written.
//!
//! FN is the name, or N where FN is missing; the preferred EMAIL, or the first, is the email; a TITLE, ROLE or ORG that is a
//! position is the position; LANG and CATEGORIES are language and subscriptions. A card of another program may have any word
//! as its title or category: those that mean nothing here are left out. A card that callsheet has written is taken at its
//! word, so that nothing is lost.

use std::fmt;
use std::io::{self, BufRead, Read, Write};
use std::ops::ControlFlow;

use calcard::vcard::{
    VCard, VCardEntry, VCardParameterName, VCardParameterValue, VCardProperty, VCardValue, VCardVersion,
};
use calcard::{Entry, Parser};

use super::source::{self, Utf8};
use super::{Row, Told, Types, Unreadable};
use crate::domain::contact::Contact;
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::safe_text::safe;
use crate::domain::say::saying;

/// The PRODID of our own cards.
const OURS: &str = "-//callsheet//EN";

/// Reads cards; see [`super::read`].
pub fn read<B>(
    source: &mut dyn Read,
    each: &mut dyn FnMut(Told) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Unreadable> {
    let (mut reader, allowance) = source::utf8(source)?;
    let mut cards = Cards::default();
    loop {
        if cards.text.is_none() {
            allowance.refill();
        }
        let is_end = !cards.read_line(&mut reader)?;
        if let Some(row) = cards.row.take()
            && let ControlFlow::Break(value) = each(Told::Row(row))
        {
            return Ok(ControlFlow::Break(value));
        }
        if is_end {
            return Ok(ControlFlow::Continue(()));
        }
    }
}

/// The file, cut into cards.
#[derive(Default)]
struct Cards {
    line: u64,
    /// The line on which the card begins.
    begin: u64,
    /// The card that is being read.
    text: Option<Vec<u8>>,
    /// The card that has just ended.
    row: Option<Row>,
}

impl Cards {
    /// Reads the next line; false at the end.
    fn read_line(&mut self, reader: &mut Utf8<'_>) -> Result<bool, Unreadable> {
        let mut own = Vec::new();
        let line = self.text.as_mut().unwrap_or(&mut own);
        let before = line.len();
        let begin = if before == 0 { self.line + 1 } else { self.begin };
        let count = reader.read_until(b'\n', line).map_err(|error| source::unreadable(&error, begin))?;
        if count == 0 {
            if self.text.take().is_some() {
                self.row = Some(self.incomplete());
            }
            return Ok(false);
        }
        self.line += 1;
        let trimmed = line[before..].trim_ascii();
        if trimmed.eq_ignore_ascii_case(b"BEGIN:VCARD") {
            let card = line.split_off(before);
            if self.text.replace(card).is_some() {
                self.row = Some(self.incomplete());
            }
            self.begin = self.line;
        } else if before == 0 {
            if !trimmed.is_empty() {
                let why = saying!("it stands outside of any card; a card begins with BEGIN:VCARD");
                return Err(Unreadable::Content { line: Some(self.line), why });
            }
        } else if trimmed.eq_ignore_ascii_case(b"END:VCARD")
            && let Some(text) = self.text.take()
        {
            let text = String::from_utf8(text).map_err(|_| source::not_utf8(self.begin))?;
            self.row = Some(row(self.begin, &text));
        }
        Ok(true)
    }

    /// The card that has begun and does not end.
    fn incomplete(&self) -> Row {
        let faults = vec![saying!("the card is not complete: END:VCARD is missing")];
        Row { line: self.begin, faults, ..Row::default() }
    }
}

fn row(line: u64, text: &str) -> Row {
    if let Entry::VCard(card) = Parser::new(text).entry() {
        return row_of(line, &card);
    }
    Row { line, faults: vec![saying!("the card cannot be read")], ..Row::default() }
}

fn row_of(line: u64, card: &VCard) -> Row {
    let is_ours = texts(card, &VCardProperty::Prodid).next() == Some(OURS);
    let mut row = Row { line, name: name(card), email: email(card), ..Row::default() };
    let languages = || texts(card, &VCardProperty::Lang);
    let categories = || texts(card, &VCardProperty::Categories).map(str::to_owned).collect();
    if is_ours {
        row.position = Some(texts(card, &VCardProperty::Title).next().unwrap_or_default().to_owned());
        row.language = languages().next().map(str::to_owned);
        row.types = Some(Types::Ids(categories()));
        return row;
    }
    let titles = [VCardProperty::Title, VCardProperty::Role, VCardProperty::Org];
    let position =
        titles.iter().flat_map(|title| texts(card, title)).find_map(|text| Position::parse(text).ok());
    row.position = position.map(|position| position.id().to_owned());
    if row.position.is_none()
        && let Some(title) = titles[..2].iter().find_map(|title| texts(card, title).next())
    {
        row.remarks.push(saying!(
            "the title '{title}' is no position and was left out",
            title = safe(title).into_owned()
        ));
    }
    row.language = languages()
        .find_map(|tag| Language::parse(tag).ok().or_else(|| Language::from_locale(tag)))
        .map(|language| language.id().to_owned());
    row.types = Some(Types::Tags(categories()));
    row
}

/// The texts of all properties of a name that are not empty.
fn texts<'a>(card: &'a VCard, property: &'a VCardProperty) -> impl Iterator<Item = &'a str> {
    let values = card.properties(property).flat_map(|entry| &entry.values);
    values.filter_map(VCardValue::as_text).map(str::trim).filter(|text| !text.is_empty())
}

/// FN as it stands, or what N makes: family and given name, joined where they are written so, else with a blank between.
fn name(card: &VCard) -> Option<String> {
    let full = card.properties(&VCardProperty::Fn).flat_map(|entry| &entry.values);
    if let Some(full) = full.filter_map(VCardValue::as_text).find(|text| !text.trim().is_empty()) {
        return Some(full.to_owned());
    }
    let parts = &card.property(&VCardProperty::N)?.values;
    let part = |index: usize| parts.get(index).and_then(VCardValue::as_text).unwrap_or_default().trim();
    let (family, given) = (part(0), part(1));
    let joined = format!("{family}{given}");
    if joined.is_empty() {
        return None;
    }
    let is_joined = family.is_empty() || given.is_empty() || joined.chars().all(is_east_asian);
    Some(if is_joined { joined } else { format!("{given} {family}") })
}

/// Han, Kana and Hangul: names in them have the family name first and nothing between.
fn is_east_asian(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The preferred address; the first of several that are equal.
fn email(card: &VCard) -> Option<String> {
    let entries = card.properties(&VCardProperty::Email);
    let found = entries.filter_map(|entry| {
        let text = entry.values.first()?.as_text()?.trim();
        Some((rank(entry), text.strip_prefix("mailto:").unwrap_or(text))).filter(|(_, text)| !text.is_empty())
    });
    found.min_by_key(|(rank, _)| *rank).map(|(_, text)| text.to_owned())
}

/// 1 to 100 as PREF says (RFC 6350 5.3), 1 for the older `TYPE=pref` and `;PREF`; behind them all others.
fn rank(entry: &VCardEntry) -> u32 {
    let ranks = entry.params.iter().filter_map(|parameter| match (&parameter.name, &parameter.value) {
        (VCardParameterName::Pref, VCardParameterValue::Integer(rank)) => Some(*rank),
        (VCardParameterName::Pref, VCardParameterValue::Null) => Some(1),
        (VCardParameterName::Type, VCardParameterValue::Text(text)) if text.eq_ignore_ascii_case("pref") => {
            Some(1)
        }
        _ => None,
    });
    ranks.min().unwrap_or(u32::MAX)
}

/// The version of the cards that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    Three,
    Four,
}

/// Writes cards.
pub struct Writer<W: Write> {
    out: io::BufWriter<W>,
    version: VCardVersion,
    card: String,
}

impl<W: Write> Writer<W> {
    pub fn begin(out: W, version: Version) -> Self {
        let version = match version {
            Version::Three => VCardVersion::V3_0,
            Version::Four => VCardVersion::V4_0,
        };
        Self { out: io::BufWriter::with_capacity(64 * 1024, out), version, card: String::new() }
    }

    pub fn write(&mut self, contact: &Contact) -> io::Result<()> {
        self.card.clear();
        card(contact).write_to(&mut self.card, self.version).map_err(|_: fmt::Error| unwritable())?;
        self.out.write_all(self.card.as_bytes())
    }

    pub fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn unwritable() -> io::Error {
    io::Error::other("a card cannot be written")
}

fn card(contact: &Contact) -> VCard {
    let text = |text: &str| VCardValue::Text(text.to_owned());
    let one = |name, value: &str| VCardEntry::new(name).with_value(text(value));
    // Required in version 3; who sorts by family name sorts by the whole.
    let parts = [contact.name.as_str(), "", "", "", ""].map(text).to_vec();
    let mut entries = vec![
        one(VCardProperty::Prodid, OURS),
        one(VCardProperty::Fn, &contact.name),
        VCardEntry::new(VCardProperty::N).with_values(parts),
        one(VCardProperty::Email, &contact.email),
    ];
    if let Some(position) = contact.position {
        entries.push(one(VCardProperty::Title, position.title(Language::En)));
    }
    entries.push(one(VCardProperty::Lang, contact.language.id()));
    let types: Vec<VCardValue> = contact.subscriptions.ids().map(text).collect();
    if !types.is_empty() {
        entries.push(VCardEntry::new(VCardProperty::Categories).with_values(types));
    }
    VCard { entries }
}
