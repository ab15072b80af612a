//! Places in the list that are asked for from afar: where rows begin with letters, and a share of the list.

use super::index::Halt;
use super::{Anchor, ListQuery, Order, Progress, index, list, matches};
use crate::domain::contact::{ContactId, SortColumn};
use crate::domain::fold::{fold, fold_case};
use crate::domain::timestamp::Timestamp;
use crate::store::{Direction, Reading, StoreError};

/// The place before all rows whose value begins with these letters, in the direction of the list.
pub(super) fn of_letters(query: &ListQuery, letters: &str) -> Anchor {
    let folded = match query.sort {
        SortColumn::Email => fold_case(letters),
        SortColumn::Name | SortColumn::Position | SortColumn::Status => fold(letters).into_owned(),
        SortColumn::Id => {
            let number = letters.trim().trim_start_matches('#').parse().unwrap_or(0);
            return Anchor { key: String::new(), id: ContactId(number) };
        }
    };
    match query.order {
        Order::Ascending => Anchor { key: folded, id: ContactId(i64::MIN) },
        // Behind everything that begins so: no text has a higher character.
        Order::Descending => Anchor { key: format!("{folded}{}", char::MAX), id: ContactId(i64::MAX) },
    }
}

/// The row at so many hundredths of the list; None if the list is empty. Costs a walk through an index, or what the filter costs.
pub(super) fn of_share(
    index: &mut Option<Box<index::Index>>,
    reading: &Reading<'_>,
    query: &ListQuery,
    percent: u8,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<Option<Anchor>, Halt> {
    let forward = match query.order {
        Order::Ascending => Direction::Down,
        Order::Descending => Direction::Up,
    };
    if query.filter.is_empty() {
        return Ok(place(reading, query.sort, forward, Share { of: reading.totals()?.contacts, percent })?);
    }
    if let Some(found) = index::matching(index, reading, query, now)?
        && let Some(index) = index
    {
        let number = Share { of: found.count() as u64, percent }.number();
        let Some(number) = number.and_then(|number| usize::try_from(number).ok()) else { return Ok(None) };
        let id = index.nth(reading, &found, (query.sort, forward), number, progress)?;
        return Ok(id.map_or(Ok(None), |id| anchor(reading, query.sort, id))?);
    }
    let (mut ids, mut looked_at, mut is_ended) = (Vec::new(), 0_u32, false);
    reading.list(query.sort, forward, None, now, |contact| {
        ids.extend(matches(query, &contact).then_some(contact.id));
        looked_at = looked_at.wrapping_add(1);
        is_ended = looked_at.is_multiple_of(list::STEP) && progress(0).is_break();
        !is_ended
    })?;
    if is_ended {
        return Err(Halt::Ended);
    }
    let number = Share { of: ids.len() as u64, percent }.number();
    let id = number.and_then(|number| ids.get(usize::try_from(number).ok()?));
    Ok(id.map_or(Ok(None), |id| anchor(reading, query.sort, *id))?)
}

/// A part of so many rows.
#[derive(Debug, Clone, Copy)]
struct Share {
    of: u64,
    percent: u8,
}

impl Share {
    /// The number of its row, from 0; None if there is none.
    fn number(self) -> Option<u64> {
        let last = self.of.checked_sub(1)?;
        Some((self.of.saturating_mul(self.percent.into()) / 100).min(last))
    }
}

/// The place of a row by its number: from the nearer end.
fn place(
    reading: &Reading<'_>,
    column: SortColumn,
    forward: Direction,
    share: Share,
) -> Result<Option<Anchor>, StoreError> {
    let Some(number) = share.number() else { return Ok(None) };
    let from_end = share.of - 1 - number;
    let backward = match forward {
        Direction::Down => Direction::Up,
        Direction::Up => Direction::Down,
    };
    let (direction, steps) = if from_end < number { (backward, from_end) } else { (forward, number) };
    let place = reading.place_of_number(column, direction, steps)?;
    Ok(place.map(|(key, id)| Anchor { key, id }))
}

fn anchor(reading: &Reading<'_>, column: SortColumn, id: ContactId) -> Result<Option<Anchor>, StoreError> {
    Ok(reading.sort_key(column, id)?.map(|key| Anchor { key, id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_row_of_the_list() {
        let number = |of, percent| Share { of, percent }.number();
        assert_eq!([0, 1, 50, 99, 100].map(|percent| number(200, percent)), [0, 2, 100, 198, 199].map(Some));
        assert_eq!([0, 34, 100].map(|percent| number(3, percent)), [0, 1, 2].map(Some));
        assert_eq!((number(1, 100), number(0, 0)), (Some(0), None));
    }
}
