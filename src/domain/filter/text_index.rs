//! The text of all contacts in memory, in which a filter finds its words in one pass however many contacts there are.
//!
//! ```text
//! text   adalovelace␊ada@example.org␊王小明␊xiaoming@xn--fsqu00a.xn--55qx5d␊xiaoming@例子.公司␊…
//!        └ slot 0 ──────────────────┘└ slot 1 ───────────────────────────────────────────────┘
//! marks  position and status of each slot, one octet
//! ```
//!
//! A word holds no white space, so it is never found across two texts. A contact whose text changes gets a new slot at the end
//! and leaves the old one blank. What is no text and is not in here, such as subscriptions, comes beside the filter.

mod bits;

use std::collections::{BTreeMap, BTreeSet};

use memchr::{memchr, memmem};

pub use bits::Bits;

use super::{Filter, STATUSES, Selected, fold, unicode_form};
use crate::domain::contact::{ContactId, SortColumn};
use crate::domain::fold::fold_case;
use crate::domain::position::Position;

/// What the index keeps of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub id: ContactId,
    pub name: &'a str,
    /// With the domain as A-label; the index holds the U-label too.
    pub email: &'a str,
    pub position: Option<Position>,
    /// As stored, one of [`STATUSES`].
    pub status: &'a str,
}

/// What the qualifiers of a filter need that the index does not hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Contacts whose open verification is over by the clock. Looked at by `status:` only.
    pub overdue: &'a [ContactId],
    /// Contacts with a subscription that one of the wanted types covers. Looked at by `type:` only.
    pub subscribers: Option<&'a Bits>,
    /// Looked at by `is:selected` only.
    pub selected: Option<&'a BTreeSet<ContactId>>,
}

/// The text of all contacts.
#[derive(Debug, Clone, Default)]
pub struct TextIndex {
    text: Vec<u8>,
    /// Where the text of each slot ends.
    ends: Vec<u32>,
    ids: Vec<ContactId>,
    marks: Vec<u8>,
    /// The place of each slot in the list by name, for the first slots. The others have been added since.
    by_name: Vec<u32>,
    /// The same in the list by email; empty until somebody lists so.
    by_email: Vec<u32>,
    /// Contacts whose email has another place in the list than its text here tells, as `straße` has beside `strasse`.
    odd: BTreeSet<ContactId>,
    /// The slots behind the first [`TextIndex::sorted`], which lie in order of id.
    moved: BTreeMap<ContactId, u32>,
    sorted: usize,
}

/// There is more text than the index can hold, 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// The mark of a slot whose contact is gone or has moved.
const BLANK: u8 = u8::MAX;
const END: u8 = b'\n';
/// With fewer candidates than one in so many, each is looked at by itself.
const SPARSE: usize = 12;

impl TextIndex {
    /// An index without contacts, with room for so many.
    #[must_use]
    pub fn with_capacity(contacts: usize) -> Self {
        Self {
            text: Vec::with_capacity(contacts.saturating_mul(36)),
            ends: Vec::with_capacity(contacts),
            ids: Vec::with_capacity(contacts),
            marks: Vec::with_capacity(contacts),
            ..Self::default()
        }
    }

    /// The number of slots, blank ones included.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.marks.len()
    }

    /// Slots that were added since the index was made: contacts that are new or have another text.
    #[must_use]
    pub fn added(&self) -> usize {
        self.slots() - self.sorted
    }

    /// Adds a contact whose id is higher than all before, while the index is made.
    ///
    /// # Errors
    /// [`Full`].
    pub fn push(&mut self, entry: &Entry<'_>) -> Result<(), Full> {
        self.append(entry)?;
        self.sorted = self.slots();
        Ok(())
    }

    /// Ends the making: `by_name` are the ids in the order of names. Those that it does not have are found, but without an order.
    pub fn finish(&mut self, by_name: impl IntoIterator<Item = ContactId>) {
        self.by_name = self.ranked(by_name);
        self.text.shrink_to_fit();
    }

    /// Notes the order of emails: the ids of all contacts in that order as they are now. Costs four octets a contact.
    pub fn learn_emails(&mut self, by_email: impl IntoIterator<Item = ContactId>) {
        self.by_email = self.ranked(by_email);
    }

    /// Whether the order of a column is known for all slots that were not added since the index was made.
    #[must_use]
    pub fn knows_order(&self, column: SortColumn) -> bool {
        self.ranks(column).is_none_or(|ranks| ranks.len() == self.sorted)
    }

    /// Notes how a contact is now, be it new. True if words may find others than before.
    ///
    /// # Errors
    /// [`Full`].
    pub fn put(&mut self, entry: &Entry<'_>) -> Result<bool, Full> {
        if let Some(slot) = self.slot(entry.id) {
            // The same text may stand elsewhere in the list by email.
            let is_odd = self.odd.remove(&entry.id) || is_odd(entry);
            if !is_odd && self.slot_text(slot) == text_of(entry) {
                let mark = std::mem::replace(&mut self.marks[slot], mark_of(entry));
                return Ok(position_in(mark) != entry.position);
            }
            self.blank(slot);
        }
        let slot = u32::try_from(self.slots()).map_err(|_| Full)?;
        self.append(entry)?;
        self.moved.insert(entry.id, slot);
        Ok(true)
    }

    /// Forgets a contact, if it is there.
    pub fn remove(&mut self, id: ContactId) {
        if let Some(slot) = self.slot(id) {
            self.blank(slot);
            self.moved.remove(&id);
            self.odd.remove(&id);
        }
    }

    /// The slots of the contacts in which every word occurs. `known` are words with what was found for them: where the new ones
    /// only narrow them, nothing else is looked at.
    #[must_use]
    pub fn find(&self, words: &[String], known: Option<(&[String], &Bits)>) -> Bits {
        let narrowed = known.filter(|(known_words, bits)| {
            bits.len() == self.slots()
                && known_words.iter().all(|known| words.iter().any(|word| word.contains(known.as_str())))
        });
        let (known_words, mut found) = match narrowed {
            Some((known_words, bits)) => (known_words, Some(bits.clone())),
            None => (&[][..], None),
        };
        let mut wanted: Vec<&String> = words.iter().filter(|word| !known_words.contains(word)).collect();
        // The longest is the rarest.
        wanted.sort_by_key(|word| std::cmp::Reverse(word.len()));
        wanted.dedup();
        for word in wanted {
            let sought = Sought::new(word);
            found = Some(match found {
                None => self.scan(&sought),
                Some(bits) if bits.count() > self.slots() / SPARSE => bits.and(&self.scan(&sought)),
                Some(bits) => self.sift(&sought, &bits),
            });
        }
        found.unwrap_or_else(|| self.with_mark(|mark| mark != BLANK))
    }

    /// Those of `found`, the slots with the filter's words, that its qualifiers let through.
    #[must_use]
    pub fn qualify(&self, filter: &Filter, found: &Bits, beside: &Beside<'_>) -> Bits {
        let mut bits = found.clone();
        if let Some(statuses) = &filter.statuses {
            let wanted = |status: &str| statuses.contains(&status);
            let mut shown = self.with_mark(|mark| STATUSES.get(status_in(mark)).is_some_and(|id| wanted(id)));
            for slot in beside.overdue.iter().filter_map(|id| self.slot(*id)) {
                let status = STATUSES.get(status_in(self.marks[slot])).copied().unwrap_or_default();
                if ["unverified", "code_sent"].contains(&status) {
                    shown.set(slot, wanted("expired"));
                }
            }
            bits = bits.and(&shown);
        }
        if let Some(positions) = &filter.positions {
            bits = bits.and(&self.with_mark(|mark| mark != BLANK && positions.contains(&position_in(mark))));
        }
        if filter.types.is_some() {
            bits = beside.subscribers.map_or_else(|| Bits::none(self.slots()), |wanted| bits.and(wanted));
        }
        match filter.selected {
            None => bits,
            Some(Selected::Yes) => bits.and(&self.slots_of(beside.selected.into_iter().flatten().copied())),
            Some(Selected::Never) => Bits::none(self.slots()),
        }
    }

    /// The ids of those slots that were added since the index was made; the list by name is not known for them.
    pub fn added_in<'a>(&'a self, bits: &'a Bits) -> impl Iterator<Item = ContactId> + 'a {
        bits.iter_from(self.sorted).map(|slot| self.ids[slot])
    }

    /// The ids of the slots, in no order that says anything.
    pub fn ids_in<'a>(&'a self, bits: &'a Bits) -> impl Iterator<Item = ContactId> + 'a {
        bits.iter_from(0).map(|slot| self.ids[slot])
    }

    /// The slots of contacts; those that are not there are left out.
    #[must_use]
    pub fn slots_of(&self, ids: impl IntoIterator<Item = ContactId>) -> Bits {
        let mut bits = Bits::none(self.slots());
        ids.into_iter().for_each(|id| self.add_slot_of(id, &mut bits));
        bits
    }

    /// Puts the slot of a contact into the set, if it is there.
    pub fn add_slot_of(&self, id: ContactId, bits: &mut Bits) {
        if let Some(slot) = self.slot(id) {
            bits.set(slot, true);
        }
    }

    /// Whether the contact is among the slots.
    #[must_use]
    pub fn holds(&self, bits: &Bits, id: ContactId) -> bool {
        self.slot(id).is_some_and(|slot| bits.has(slot))
    }

    /// Where a contact stands in the list by name or email, in the numbers of [`TextIndex::first_by_place`]; None for those that
    /// were added since the index was made, and in other columns.
    #[must_use]
    pub fn rank(&self, column: SortColumn, id: ContactId) -> Option<u64> {
        let rank = *self.ranks(column)?.get(self.slot(id)?)?;
        (rank != u32::MAX).then_some(rank.into())
    }

    /// The first `wanted` of the slots in the order of a column, at or after a place, in order. A place is what [`place`] says; by
    /// name and email, whose order must be known, it is a [`TextIndex::rank`], and those that were added since are left out.
    #[must_use]
    pub fn first_by_place(
        &self,
        (bits, column): (&Bits, SortColumn),
        from: Option<u64>,
        up: bool,
        wanted: usize,
    ) -> Vec<ContactId> {
        self.first(self.placed(bits, column), from, up, wanted)
    }

    /// The contact with this number, from 0, among the slots in the order of a column. `added` are those of them that were added
    /// since, in order, each with the place before which it stands: by name and email nobody else knows them.
    #[must_use]
    pub fn nth(
        &self,
        (bits, column): (&Bits, SortColumn),
        added: &[(u64, ContactId)],
        up: bool,
        number: usize,
    ) -> Option<ContactId> {
        let between = (0_u32..).zip(added).filter_map(|(order, (place, id))| {
            let slot = u32::try_from(self.slot(*id)?).ok()?;
            Some((*place, order, slot))
        });
        let placed = self
            .placed(bits, column)
            .filter_map(|(place, slot)| Some((place, u32::MAX, u32::try_from(slot).ok()?)));
        let mut all: Vec<(u64, u32, u32)> = between.chain(placed).collect();
        let last = all.len().checked_sub(1)?;
        let number = if up { last.checked_sub(number)? } else { number };
        if number > last {
            return None;
        }
        let (_, (_, _, slot), _) = all.select_nth_unstable(number);
        self.ids.get(*slot as usize).copied()
    }

    /// The slots with their places in the order of a column.
    fn placed<'a>(
        &'a self,
        bits: &'a Bits,
        column: SortColumn,
    ) -> impl Iterator<Item = (u64, usize)> + use<'a> {
        let ranks = self.ranks(column);
        // What stands in an octet is few values: each is looked up once.
        let places: Vec<u64> = (0..=BLANK)
            .map(|mark| match column {
                SortColumn::Status => {
                    place_of_key(column, STATUSES.get(status_in(mark)).copied().unwrap_or_default())
                }
                SortColumn::Position => {
                    place_of_key(column, position_in(mark).map_or("", |position| position.id()))
                }
                SortColumn::Name | SortColumn::Email | SortColumn::Id => 0,
            })
            .collect();
        bits.iter_from(0).filter_map(move |slot| {
            let place = match ranks {
                Some(ranks) => u64::from(*ranks.get(slot)?),
                None => places[usize::from(self.marks[slot])] | id_bits(self.ids[slot]),
            };
            Some((place, slot))
        })
    }

    /// The places of the first slots in the list by name or email; None if a place is known without.
    fn ranks(&self, column: SortColumn) -> Option<&[u32]> {
        match column {
            SortColumn::Name => Some(&self.by_name),
            SortColumn::Email => Some(&self.by_email),
            SortColumn::Position | SortColumn::Status | SortColumn::Id => None,
        }
    }

    fn ranked(&self, in_order: impl IntoIterator<Item = ContactId>) -> Vec<u32> {
        let mut ranks = vec![u32::MAX; self.sorted];
        for (rank, id) in (0..).zip(in_order) {
            if let Some(place) = self.slot(id).and_then(|slot| ranks.get_mut(slot)) {
                *place = rank;
            }
        }
        ranks
    }

    fn first(
        &self,
        placed: impl Iterator<Item = (u64, usize)>,
        from: Option<u64>,
        up: bool,
        wanted: usize,
    ) -> Vec<ContactId> {
        if wanted == 0 {
            return Vec::new();
        }
        // Upwards is downwards with the places turned round.
        let turned = |place: u64| if up { u64::MAX - place } else { place };
        let from = from.map_or(0, turned);
        let mut best: Vec<(u64, usize)> = Vec::new();
        let mut limit = u64::MAX;
        for (place, slot) in placed {
            let place = turned(place);
            if place < from || place > limit {
                continue;
            }
            best.push((place, slot));
            if best.len() >= wanted.saturating_mul(4).max(256) {
                best.select_nth_unstable(wanted - 1);
                best.truncate(wanted);
                limit = best[wanted - 1].0;
            }
        }
        best.sort_unstable();
        best.truncate(wanted);
        best.into_iter().map(|(_, slot)| self.ids[slot]).collect()
    }

    fn append(&mut self, entry: &Entry<'_>) -> Result<(), Full> {
        let start = self.text.len();
        add_text(&mut self.text, entry);
        let Ok(end) = u32::try_from(self.text.len()) else {
            self.text.truncate(start);
            return Err(Full);
        };
        self.ends.push(end);
        self.ids.push(entry.id);
        self.marks.push(mark_of(entry));
        if is_odd(entry) {
            self.odd.insert(entry.id);
        }
        Ok(())
    }

    fn blank(&mut self, slot: usize) {
        let (start, end) = self.range(slot);
        self.text[start..end].fill(END);
        self.marks[slot] = BLANK;
    }

    /// The slot of a contact that is there.
    fn slot(&self, id: ContactId) -> Option<usize> {
        if let Some(slot) = self.moved.get(&id) {
            return usize::try_from(*slot).ok();
        }
        let slot = self.ids[..self.sorted].binary_search(&id).ok()?;
        (self.marks[slot] != BLANK).then_some(slot)
    }

    fn range(&self, slot: usize) -> (usize, usize) {
        let at = |slot: usize| self.ends.get(slot).map_or(0, |end| *end as usize);
        (slot.checked_sub(1).map_or(0, at), at(slot))
    }

    fn slot_text(&self, slot: usize) -> &[u8] {
        let (start, end) = self.range(slot);
        &self.text[start..end]
    }

    /// Looks through all text.
    fn scan(&self, sought: &Sought<'_>) -> Bits {
        let mut bits = match sought.positions {
            0 => Bits::none(self.slots()),
            _ => self.with_mark(|mark| sought.has_position(mark)),
        };
        let (mut from, mut slot) = (0, 0);
        while let Some(at) = sought.find(&self.text[from..]) {
            slot = self.slot_at(from + at, slot);
            bits.set(slot, true);
            from = self.range(slot).1;
        }
        bits
    }

    /// Looks through the text of these slots.
    fn sift(&self, sought: &Sought<'_>, among: &Bits) -> Bits {
        let mut bits = Bits::none(self.slots());
        for slot in among.iter_from(0) {
            if sought.has_position(self.marks[slot]) || sought.find(self.slot_text(slot)).is_some() {
                bits.set(slot, true);
            }
        }
        bits
    }

    /// The slot in which this octet of the text lies, not before `from`: in steps that double, for the next hit is often near.
    fn slot_at(&self, offset: usize, from: usize) -> usize {
        let is_before = |slot: usize| self.ends.get(slot).is_some_and(|end| *end as usize <= offset);
        let (mut low, mut step) = (from, 1);
        while is_before(low + step - 1) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.ends.len());
        low + self.ends[low..high].partition_point(|end| *end as usize <= offset)
    }

    fn with_mark(&self, is_wanted: impl Fn(u8) -> bool) -> Bits {
        let wanted: Vec<bool> = (0..=u8::MAX).map(is_wanted).collect();
        Bits::of(self.marks.iter().map(|mark| wanted[usize::from(*mark)]))
    }
}

/// A word, ready to be looked for.
struct Sought<'a> {
    word: &'a [u8],
    finder: memmem::Finder<'a>,
    /// The positions in which it occurs, a bit each.
    positions: u32,
}

impl<'a> Sought<'a> {
    fn new(word: &'a str) -> Self {
        let mut positions = 0;
        for (bit, position) in (1..).zip(Position::ALL) {
            positions |= u32::from(position.haystack().contains(word)) << bit;
        }
        Self { word: word.as_bytes(), finder: memmem::Finder::new(word), positions }
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        match self.word {
            [octet] => memchr(*octet, text),
            _ => self.finder.find(text),
        }
    }

    const fn has_position(&self, mark: u8) -> bool {
        mark != BLANK && self.positions >> (mark >> 3) & 1 == 1
    }
}

/// Where a contact stands in the order of a column, by its value there and its id; None for columns whose order is not known here.
#[must_use]
pub fn place(column: SortColumn, key: &str, id: ContactId) -> Option<u64> {
    match column {
        SortColumn::Position
            if key.is_empty() || Position::ALL.iter().any(|position| position.id() == key) =>
        {
            Some(place_of_key(column, key) | id_bits(id))
        }
        SortColumn::Status if STATUSES.contains(&key) => Some(place_of_key(column, key) | id_bits(id)),
        // Between two values.
        SortColumn::Position | SortColumn::Status => Some(place_of_key(column, key)),
        SortColumn::Id => Some(id_bits(id)),
        SortColumn::Name | SortColumn::Email => None,
    }
}

/// The values of a column before this one, above the bits of the id.
fn place_of_key(column: SortColumn, key: &str) -> u64 {
    let before = match column {
        SortColumn::Status => STATUSES.iter().filter(|id| **id < key).count(),
        // No position is the empty text, before all others.
        SortColumn::Position => {
            Position::ALL.iter().filter(|position| position.id() < key).count() + usize::from(!key.is_empty())
        }
        SortColumn::Name | SortColumn::Email | SortColumn::Id => 0,
    };
    u64::try_from(before).unwrap_or(0) << 56
}

fn id_bits(id: ContactId) -> u64 {
    u64::try_from(id.0).unwrap_or(0) & ((1 << 56) - 1)
}

fn text_of(entry: &Entry<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    add_text(&mut text, entry);
    text
}

/// Folded name, email and, if it is another, the email as it is shown; one a line.
fn add_text(text: &mut Vec<u8>, entry: &Entry<'_>) {
    let mut line = |of: &str| {
        if of.is_ascii() {
            text.extend(of.bytes().map(|octet| octet.to_ascii_lowercase()));
        } else {
            text.extend_from_slice(fold(of).as_bytes());
        }
        text.push(END);
    };
    line(entry.name);
    line(entry.email);
    if let Some((local, domain)) = entry.email.rsplit_once('@')
        && let Some(shown) = unicode_form(domain)
    {
        line(&format!("{local}@{shown}"));
    }
}

/// Whether the list by email is sorted by another text than the folded one.
fn is_odd(entry: &Entry<'_>) -> bool {
    !entry.email.is_ascii() && fold(entry.email) != fold_case(entry.email)
}

fn mark_of(entry: &Entry<'_>) -> u8 {
    let status = STATUSES.iter().position(|status| *status == entry.status).unwrap_or(STATUSES.len());
    let position = entry
        .position
        .and_then(|wanted| Position::ALL.iter().position(|position| *position == wanted))
        .map_or(0, |index| index + 1);
    u8::try_from(position << 3 | status).unwrap_or(BLANK)
}

/// The status as an index into [`STATUSES`]; beyond them for a blank slot.
const fn status_in(mark: u8) -> usize {
    (mark & 7) as usize
}

fn position_in(mark: u8) -> Option<Position> {
    usize::from(mark >> 3).checked_sub(1).and_then(|index| Position::ALL.get(index).copied())
}

#[cfg(test)]
mod tests;
