//! The text index of a session: made in the background by a session of its own, brought up to date whenever it is asked, and
//! given up when too much has changed. Nothing depends on its being there: without it the contacts themselves are looked through.

use std::ops::ControlFlow;

use super::{ListQuery, Progress};
use crate::domain::contact::{Contact, ContactId, SortColumn};
use crate::domain::filter::text_index::{self, Beside, Bits, TextIndex};
use crate::domain::timestamp::Timestamp;
use crate::operations::{Problem, Session};
use crate::store::{Changes, Direction, Known, Reading, Stamp, Start, StoreError};

/// So few contacts are looked through as fast as an index would be.
const FEW: u64 = 5_000;
/// Contacts that are done between two looks whether to go on.
const STEP: usize = 4096;

/// How much is done while somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Changes that are read; with more the index is given up.
    pub changes: usize,
    /// Contacts without a place in the list by name or email that are put into a page one by one; with more the index is built anew.
    pub added: usize,
    /// Such contacts that are counted into the list one by one.
    pub counted: usize,
    /// Contacts that are passed between two looks whether to go on.
    pub step: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { changes: 10_000, added: 2_000, counted: 32, step: STEP }
    }
}

/// Why something was not found out.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nobody wants to know any more.
    Ended,
    Store(StoreError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The text of all contacts, as of one state of the database, with what was found last.
pub struct Index {
    text: TextIndex,
    known: Known,
    limits: Limits,
    stamp: Option<Stamp>,
    /// The words that were looked for last, and where they occur.
    found: Option<(Vec<String>, Bits)>,
    /// The types that were asked for last, and who wants them.
    subscribers: Option<(Vec<String>, Bits)>,
}

/// What there is of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// An index would help, and there is none, or it has become slow.
    Build,
    /// There is one, or so few contacts that none is needed.
    Nothing,
}

/// Makes the index of all contacts as they are now. `proceed` is asked now and then. None if it says no, or if there is more text
/// than an index can hold.
///
/// # Errors
/// [`Problem::Store`].
pub fn build(
    session: &mut Session,
    proceed: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<Index>, Problem> {
    let (store, _) = session.desk();
    store.read(|reading| {
        let contacts = usize::try_from(reading.totals()?.contacts).unwrap_or(usize::MAX);
        let mut text = TextIndex::with_capacity(contacts);
        let mut is_whole = true;
        let mut is_to_go_on = |done: usize| !done.is_multiple_of(STEP) || proceed().is_continue();
        reading.each_entry(|entry| {
            is_whole = text.push(entry).is_ok() && is_to_go_on(text.slots());
            flow(is_whole)
        })?;
        let mut by_name = Vec::with_capacity(if is_whole { text.slots() } else { 0 });
        if is_whole {
            reading.ids_in_order(SortColumn::Name, Direction::Down, None, |id| {
                by_name.push(id);
                is_whole = is_to_go_on(by_name.len());
                flow(is_whole)
            })?;
        }
        if !is_whole {
            return Ok(None);
        }
        text.finish(by_name);
        let (known, limits) = (reading.known_changes()?, Limits::default());
        Ok(Some(Index { text, known, limits, stamp: None, found: None, subscribers: None }))
    })
}

/// Whether an index should be built for the session, whose own is brought up to date before, or given up. It is worth its while
/// once a filter is used.
///
/// # Errors
/// [`Problem::Store`].
pub fn need(session: &mut Session) -> Result<Need, Problem> {
    let (store, _, index) = session.desk_with_index();
    store.read(|reading| {
        let is_wanted = match up_to_date(index, reading)? {
            Some(index) => index.text.added() > index.limits.added,
            None => reading.totals()?.contacts > FEW,
        };
        Ok(if is_wanted { Need::Build } else { Need::Nothing })
    })
}

/// The contacts that a query lists, in order of id, if the session's index tells it.
///
/// # Errors
/// [`Problem::Store`].
pub fn found(session: &mut Session, query: &ListQuery) -> Result<Option<Vec<ContactId>>, Problem> {
    let (store, desk, index) = session.desk_with_index();
    store.read(|reading| Ok(found_in(index, reading, query, desk.now)?))
}

/// The same in a view.
pub(in crate::operations) fn found_in(
    index: &mut Option<Box<Index>>,
    reading: &Reading<'_>,
    query: &ListQuery,
    now: Timestamp,
) -> Result<Option<Vec<ContactId>>, StoreError> {
    let Some(found) = matching(index, reading, query, now)? else { return Ok(None) };
    let mut ids: Vec<ContactId> = index.iter().flat_map(|index| index.text.ids_in(&found)).collect();
    ids.sort_unstable();
    Ok(Some(ids))
}

/// What a query finds, by the index of a session as it is in this view; None if there is no index, also if it was just given up.
pub(super) fn matching(
    index: &mut Option<Box<Index>>,
    reading: &Reading<'_>,
    query: &ListQuery,
    now: Timestamp,
) -> Result<Option<Bits>, StoreError> {
    let Some(index) = up_to_date(index, reading)? else { return Ok(None) };
    index.matching(reading, query, now).map(Some)
}

/// The index as it is in this view, if it need not be given up.
fn up_to_date<'a>(
    index: &'a mut Option<Box<Index>>,
    reading: &Reading<'_>,
) -> Result<Option<&'a mut Index>, StoreError> {
    let is_kept = index.as_mut().map_or(Ok(true), |index| index.catch_up(reading))?;
    if !is_kept {
        *index = None;
    }
    Ok(index.as_deref_mut())
}

impl Index {
    /// The same with other limits.
    #[must_use]
    pub const fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Brings the index to the state of this view. False if too much has changed.
    fn catch_up(&mut self, reading: &Reading<'_>) -> Result<bool, StoreError> {
        let stamp = reading.stamp()?;
        if self.stamp == Some(stamp) {
            return Ok(true);
        }
        let Changes::Of(changed) = reading.changes_since(&self.known, self.limits.changes)? else {
            return Ok(false);
        };
        for id in changed {
            let finds_others = match reading.with_entry(id, |entry| self.text.put(entry))? {
                Some(Ok(finds_others)) => finds_others,
                Some(Err(text_index::Full)) => return Ok(false),
                None => {
                    self.text.remove(id);
                    true
                }
            };
            if finds_others {
                self.found = None;
            }
        }
        self.subscribers = None;
        self.known = reading.known_changes()?;
        self.stamp = Some(stamp);
        Ok(true)
    }

    fn matching(
        &mut self,
        reading: &Reading<'_>,
        query: &ListQuery,
        now: Timestamp,
    ) -> Result<Bits, StoreError> {
        let filter = &query.filter;
        let words = filter.words();
        if self.found.as_ref().is_none_or(|(known, _)| known != words) {
            let known = self.found.as_ref().map(|(known, bits)| (known.as_slice(), bits));
            let bits = self.text.find(words, known);
            self.found = Some((words.to_vec(), bits));
        }
        let types = filter.types();
        if !types.is_empty() && self.subscribers.as_ref().is_none_or(|(known, _)| known != types) {
            let mut wanting = Bits::none(self.text.slots());
            for wanted in types {
                reading.each_subscriber(wanted, |id| self.text.add_slot_of(id, &mut wanting))?;
            }
            self.subscribers = Some((types.to_vec(), wanting));
        }
        let overdue = if filter.asks_for_status() { reading.overdue(now)? } else { Vec::new() };
        let subscribers = self.subscribers.as_ref().filter(|_| !types.is_empty()).map(|(_, bits)| bits);
        let beside = Beside { overdue: &overdue, subscribers, selected: Some(&query.selected) };
        let Some((_, found)) = &self.found else { return Ok(Bits::default()) };
        Ok(self.text.qualify(filter, found, &beside))
    }

    /// The first `wanted` contacts of those found, from `start` on in the order of the list.
    pub(super) fn rows(
        &mut self,
        reading: &Reading<'_>,
        (found, column): (&Bits, SortColumn),
        (direction, start): (Direction, Option<Start<'_>>),
        wanted: usize,
        now: Timestamp,
        progress: Progress<'_>,
    ) -> Result<Vec<Contact>, Halt> {
        let up = direction == Direction::Up;
        let ids = match column {
            SortColumn::Position | SortColumn::Status | SortColumn::Id => {
                let from = match start {
                    None => Some(None),
                    Some(start) => self.place(reading, column, start, up)?.map(Some),
                };
                from.map_or_else(Vec::new, |from| self.text.first_by_place((found, column), from, up, wanted))
            }
            SortColumn::Email if found.count() <= self.limits.added && !self.text.knows_order(column) => {
                self.sorted(reading, self.text.ids_in(found), column, (direction, start), wanted)?
            }
            SortColumn::Name | SortColumn::Email => {
                self.learn(reading, column, progress)?;
                self.by_rank(reading, (found, column), (direction, start), wanted)?
            }
        };
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(reading.contact(id, now)?.map(|row| row.contact));
        }
        Ok(rows)
    }

    /// The contact with this number, from 0, among those found in the order of the list.
    pub(super) fn nth(
        &mut self,
        reading: &Reading<'_>,
        found: &Bits,
        (column, direction): (SortColumn, Direction),
        number: usize,
        progress: Progress<'_>,
    ) -> Result<Option<ContactId>, Halt> {
        let up = direction == Direction::Up;
        let added: Vec<ContactId> = match column {
            SortColumn::Name | SortColumn::Email => {
                self.text.added_in(found).take(self.limits.counted + 1).collect()
            }
            SortColumn::Position | SortColumn::Status | SortColumn::Id => Vec::new(),
        };
        if added.len() <= self.limits.counted {
            self.learn(reading, column, progress)?;
            let added = self.between(reading, column, &added)?;
            return Ok(self.text.nth((found, column), &added, up, number));
        }
        let (mut left, mut nth) = (number, None);
        self.walk(reading, (column, direction), progress, |id| {
            if self.text.holds(found, id) {
                nth = (left == 0).then_some(id);
                left = left.saturating_sub(1);
            }
            flow(nth.is_none())
        })?;
        Ok(nth)
    }

    /// Goes through the whole list in the store, which takes as long as there are contacts.
    fn walk(
        &self,
        reading: &Reading<'_>,
        (column, direction): (SortColumn, Direction),
        progress: Progress<'_>,
        mut take: impl FnMut(ContactId) -> ControlFlow<()>,
    ) -> Result<(), Halt> {
        let (mut passed, mut is_ended) = (0_usize, false);
        reading.ids_in_order(column, direction, None, |id| {
            passed += 1;
            is_ended = passed.is_multiple_of(self.limits.step) && progress(0).is_break();
            if is_ended { flow(false) } else { take(id) }
        })?;
        if is_ended { Err(Halt::Ended) } else { Ok(()) }
    }

    /// Has the order of a column in the index: a walk through the store's, once. One that was ended is begun again.
    fn learn(
        &mut self,
        reading: &Reading<'_>,
        column: SortColumn,
        progress: Progress<'_>,
    ) -> Result<(), Halt> {
        if column != SortColumn::Email || self.text.knows_order(column) {
            return Ok(());
        }
        let mut by_email = Vec::with_capacity(self.text.slots());
        self.walk(reading, (column, Direction::Down), progress, |id| {
            by_email.push(id);
            flow(true)
        })?;
        self.text.learn_emails(by_email);
        Ok(())
    }

    /// These contacts in the order of a column, each with the place of the next contact that has one.
    fn between(
        &self,
        reading: &Reading<'_>,
        column: SortColumn,
        added: &[ContactId],
    ) -> Result<Vec<(u64, ContactId)>, StoreError> {
        let mut placed = Vec::with_capacity(added.len());
        for id in self.sorted(reading, added.iter().copied(), column, (Direction::Down, None), added.len())? {
            let key = reading.sort_key(column, id)?.unwrap_or_default();
            let start = Start { key: &key, id, inclusive: false };
            let next = self.next_rank(reading, column, (Direction::Down, start))?;
            placed.push((next.unwrap_or(u64::MAX), id));
        }
        Ok(placed)
    }

    /// The place of the first contact from `start` on that has one.
    fn next_rank(
        &self,
        reading: &Reading<'_>,
        column: SortColumn,
        (direction, start): (Direction, Start<'_>),
    ) -> Result<Option<u64>, StoreError> {
        let mut next = None;
        reading.ids_in_order(column, direction, Some(start), |id| {
            next = self.text.rank(column, id);
            flow(next.is_none())
        })?;
        Ok(next)
    }

    /// Where a page begins; None if nothing can lie there.
    fn place(
        &self,
        reading: &Reading<'_>,
        column: SortColumn,
        start: Start<'_>,
        up: bool,
    ) -> Result<Option<u64>, StoreError> {
        let key = resolved(reading, column, start)?;
        let place = text_index::place(column, &key, start.id);
        Ok(place.and_then(|place| match (start.inclusive, up) {
            (true, _) => Some(place),
            (false, false) => place.checked_add(1),
            (false, true) => place.checked_sub(1),
        }))
    }

    /// A part of the list by name or email: those whose place is known, and among them those that were added since.
    fn by_rank(
        &self,
        reading: &Reading<'_>,
        (found, column): (&Bits, SortColumn),
        (direction, start): (Direction, Option<Start<'_>>),
        wanted: usize,
    ) -> Result<Vec<ContactId>, StoreError> {
        let from = match start {
            None => Some(None),
            Some(start) => self.next_rank(reading, column, (direction, start))?.map(Some),
        };
        let up = direction == Direction::Up;
        let placed =
            from.map_or_else(Vec::new, |from| self.text.first_by_place((found, column), from, up, wanted));
        let mut added = self.text.added_in(found).peekable();
        if added.peek().is_none() {
            return Ok(placed);
        }
        let all = added.chain(placed.iter().copied());
        self.sorted(reading, all, column, (direction, start), wanted)
    }

    /// The first `wanted` of these contacts from `start` on, in the order of the list.
    fn sorted(
        &self,
        reading: &Reading<'_>,
        ids: impl Iterator<Item = ContactId>,
        column: SortColumn,
        (direction, start): (Direction, Option<Start<'_>>),
        wanted: usize,
    ) -> Result<Vec<ContactId>, StoreError> {
        let mut keyed = Vec::new();
        for id in ids {
            let Some(key) = reading.sort_key(column, id)? else { continue };
            let is_there = start.is_none_or(|start| {
                let place = (key.as_str(), id).cmp(&(start.key, start.id));
                let is_behind = if direction == Direction::Up { place.is_lt() } else { place.is_gt() };
                is_behind || start.inclusive && place.is_eq()
            });
            if is_there {
                keyed.push((key, id));
            }
        }
        keyed.sort_unstable();
        if direction == Direction::Up {
            keyed.reverse();
        }
        Ok(keyed.into_iter().take(wanted).map(|(_, id)| id).collect())
    }
}

/// The value from which on a list is read. A status is shown as `expired` by the clock before it is stored so.
fn resolved(reading: &Reading<'_>, column: SortColumn, start: Start<'_>) -> Result<String, StoreError> {
    let stored = match column {
        SortColumn::Status if start.key == "expired" => reading.sort_key(column, start.id)?,
        SortColumn::Status | SortColumn::Name | SortColumn::Email | SortColumn::Position | SortColumn::Id => {
            None
        }
    };
    Ok(stored.unwrap_or_else(|| start.key.to_owned()))
}

const fn flow(goes_on: bool) -> ControlFlow<()> {
    if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}
