//! Pages of the list, and how many contacts it has: by the session's text index if it has one, else by looking at each contact.

use std::ops::ControlFlow;

use super::index::Halt;
use super::{ListQuery, Order, PageAt, index, matches, places};
use crate::domain::contact::{Contact, SortColumn};
use crate::operations::page::Page;
use crate::operations::{Problem, Session};
use crate::store::{Direction, Start};

/// Is told now and then how many contacts were found so far, and says whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;

/// Contacts that are looked at between two looks whether to go on.
pub(super) const STEP: u32 = 256;

/// A part of the list.
///
/// # Errors
/// [`Problem::Store`].
pub fn page(
    session: &mut Session,
    query: &ListQuery,
    at: &PageAt,
    limit: usize,
) -> Result<Page<Contact>, Problem> {
    page_step_by_step(session, query, at, limit, &mut |_| ControlFlow::Continue(()))
}

/// The same; where `progress` ends it, the page is as long as it is by then, and the list goes on behind it.
///
/// # Errors
/// [`Problem::Store`].
pub fn page_step_by_step(
    session: &mut Session,
    query: &ListQuery,
    at: &PageAt,
    limit: usize,
    progress: Progress<'_>,
) -> Result<Page<Contact>, Problem> {
    match at {
        PageAt::Letters(letters) => {
            let from = PageAt::From(places::of_letters(query, letters));
            let page = part(session, query, &from, limit, progress)?;
            if page.rows.is_empty() && page.at_end {
                // The rows before it are asked for as they are anywhere else.
                return part(session, query, &PageAt::Last, 1, progress);
            }
            Ok(page)
        }
        PageAt::Percent(percent) => {
            let (store, desk, index) = session.desk_with_index();
            let place =
                store.read(|reading| places::of_share(index, reading, query, *percent, desk.now, progress));
            match place {
                Ok(place) => {
                    part(session, query, &place.map_or(PageAt::First, PageAt::From), limit, progress)
                }
                Err(Halt::Ended) => Ok(Page { rows: Vec::new(), at_start: false, at_end: false }),
                Err(Halt::Store(error)) => Err(error.into()),
            }
        }
        PageAt::First | PageAt::Last | PageAt::After(_) | PageAt::Before(_) | PageAt::From(_) => {
            part(session, query, at, limit, progress)
        }
    }
}

fn part(
    session: &mut Session,
    query: &ListQuery,
    at: &PageAt,
    limit: usize,
    progress: Progress<'_>,
) -> Result<Page<Contact>, Problem> {
    let (store, desk, index) = session.desk_with_index();
    let down = query.order == Order::Ascending;
    let (forward, backward) =
        if down { (Direction::Down, Direction::Up) } else { (Direction::Up, Direction::Down) };
    let start = |anchor: &super::Anchor, inclusive| Some((anchor.key.clone(), anchor.id, inclusive));
    let (direction, start) = match at {
        // What lies there has been looked up before.
        PageAt::First | PageAt::Letters(_) | PageAt::Percent(_) => (forward, None),
        PageAt::Last => (backward, None),
        PageAt::After(anchor) => (forward, start(anchor, false)),
        PageAt::Before(anchor) => (backward, start(anchor, false)),
        PageAt::From(anchor) => (forward, start(anchor, true)),
    };
    let wanted = limit.saturating_add(1);
    let mut rows = Vec::with_capacity(wanted.min(1024));
    let mut is_ended = false;
    let read = store.read(|reading| {
        let start = start.as_ref().map(|(key, id, inclusive)| Start { key, id: *id, inclusive: *inclusive });
        if !query.filter.is_empty()
            && let Some(found) = index::matching(index, reading, query, desk.now)?
            && let Some(index) = index
        {
            let list = (&found, query.sort);
            rows = index.rows(reading, list, (direction, start), wanted, desk.now, progress)?;
            return Ok(());
        }
        let mut looked_at = 0_u32;
        reading.list(query.sort, direction, start, desk.now, |contact| {
            if matches(query, &contact) {
                rows.push(contact);
            }
            looked_at = looked_at.wrapping_add(1);
            if looked_at.is_multiple_of(STEP) && rows.len() < wanted {
                is_ended = progress(rows.len() as u64).is_break();
            }
            rows.len() < wanted && !is_ended
        })?;
        Ok(())
    });
    match read {
        Ok(()) => {}
        Err(Halt::Ended) => is_ended = true,
        Err(Halt::Store(error)) => return Err(error.into()),
    }
    let more = rows.len() > limit || is_ended;
    rows.truncate(limit);
    if direction == backward {
        rows.reverse();
        return Ok(Page { rows, at_start: !more, at_end: *at == PageAt::Last });
    }
    Ok(Page { rows, at_start: *at == PageAt::First, at_end: !more })
}

/// How many contacts the query lists. Costs one pass over the contacts if there is a filter and no index, nothing otherwise.
///
/// # Errors
/// [`Problem::Store`].
pub fn count(session: &mut Session, query: &ListQuery) -> Result<u64, Problem> {
    Ok(count_step_by_step(session, query, &mut |_| ControlFlow::Continue(()))?.unwrap_or_default())
}

/// The same; None if `progress` ends it.
///
/// # Errors
/// [`Problem::Store`].
pub fn count_step_by_step(
    session: &mut Session,
    query: &ListQuery,
    progress: Progress<'_>,
) -> Result<Option<u64>, Problem> {
    let (store, desk, index) = session.desk_with_index();
    store.read(|reading| {
        if query.filter.is_empty() {
            return Ok(Some(reading.totals()?.contacts));
        }
        if let Some(found) = index::matching(index, reading, query, desk.now)? {
            return Ok(Some(found.count() as u64));
        }
        let mut count = 0;
        let mut looked_at = 0_u32;
        let mut is_ended = false;
        reading.list(SortColumn::Id, Direction::Down, None, desk.now, |contact| {
            count += u64::from(matches(query, &contact));
            looked_at = looked_at.wrapping_add(1);
            is_ended = looked_at.is_multiple_of(STEP) && progress(count).is_break();
            !is_ended
        })?;
        Ok((!is_ended).then_some(count))
    })
}
