//! Pages of the list of contacts, read by key: a page costs the same at the beginning and at the end of a long list.

use rusqlite::ToSql;

use super::{Reading, StoreError, rows};
use crate::domain::contact::{Contact, ContactId, SortColumn};
use crate::domain::timestamp::Timestamp;

/// In which direction rows are read from a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// A place to read from; None is the end of the list that lies behind the direction.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    pub key: &'a str,
    pub id: ContactId,
    pub inclusive: bool,
}

impl Reading<'_> {
    /// Reads contacts in order of `column` (ties by id) from `start` in `direction` until `take` says it has enough.
    pub fn list(
        &self,
        column: SortColumn,
        direction: Direction,
        start: Option<Start<'_>>,
        now: Timestamp,
        mut take: impl FnMut(Contact) -> bool,
    ) -> Result<(), StoreError> {
        let text = query(column, direction, start);
        let now = now.millis();
        let mut parameters: Vec<&dyn ToSql> = vec![&now];
        if let Some(start) = &start {
            if key_of(column).is_some() {
                parameters.push(&start.key);
            }
            parameters.push(&start.id.0);
        }
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&text)?;
            let mut found = query.query(&*parameters)?;
            while let Some(row) = found.next()? {
                if !take(rows::contact(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// What a list sorted by `column` reads, as SQL; `?1` is the time, `?2` and `?3` the place to start from.
pub(super) fn query(column: SortColumn, direction: Direction, start: Option<Start<'_>>) -> String {
    let rest = condition_and_order(column, direction, start, ("?2", "?3"));
    format!("SELECT {} FROM {} {rest}", rows::CONTACT, rows::CONTACT_SOURCE)
}

/// The ids of the same list; `?1` and `?2` are the place to start from.
pub(super) fn ids_query(column: SortColumn, direction: Direction, start: Option<Start<'_>>) -> String {
    format!("SELECT c.id FROM contact c {}", condition_and_order(column, direction, start, ("?1", "?2")))
}

/// Value and id of the row with the number `?1`, from 0. What is skipped is counted by SQLite itself, in an index that holds both.
pub(super) fn place_query(column: SortColumn, direction: Direction) -> String {
    let rest = condition_and_order(column, direction, None, ("", ""));
    format!("SELECT {}, c.id FROM contact c {rest} LIMIT 1 OFFSET ?1", key_of(column).unwrap_or("''"))
}

/// The value by which the contact `?1` is sorted; empty in a list by id.
pub(super) fn sort_key_query(column: SortColumn) -> String {
    format!("SELECT {} FROM contact c WHERE c.id = ?1", key_of(column).unwrap_or("''"))
}

/// Whether the list is sorted by a value before the id.
pub(super) const fn has_key(column: SortColumn) -> bool {
    key_of(column).is_some()
}

/// `first` and `second` are the parameters of the place to start from; a list by id has only the first.
fn condition_and_order(
    column: SortColumn,
    direction: Direction,
    start: Option<Start<'_>>,
    (first, second): (&str, &str),
) -> String {
    let key = key_of(column);
    let (comparison, order) = match direction {
        Direction::Down => (">", "ASC"),
        Direction::Up => ("<", "DESC"),
    };
    let equal = if start.is_some_and(|start| start.inclusive) { "=" } else { "" };
    let condition = match (key, start) {
        (_, None) => String::new(),
        (Some(key), Some(_)) => {
            format!(
                "WHERE ({key}, c.id) {comparison}{equal} ({}, {second})",
                start_key(column, first, second)
            )
        }
        (None, Some(_)) => format!("WHERE c.id {comparison}{equal} {first}"),
    };
    let ordering = key.map_or_else(String::new, |key| format!("{key} {order}, "));
    format!("{condition} ORDER BY {ordering}c.id {order}")
}

/// The value to start from. A status is shown as `expired` by the clock, but the list is sorted by what is stored until the next
/// sweep: there the place of a contact that is shown so is where it is stored.
fn start_key(column: SortColumn, key: &str, id: &str) -> String {
    match column {
        SortColumn::Status => format!(
            "CASE {key} WHEN 'expired' THEN coalesce((SELECT status FROM contact WHERE id = {id}), {key}) ELSE {key} END"
        ),
        SortColumn::Name | SortColumn::Email | SortColumn::Position | SortColumn::Id => key.to_owned(),
    }
}

/// The column of SQL by which is sorted before the id.
const fn key_of(column: SortColumn) -> Option<&'static str> {
    match column {
        SortColumn::Name => Some("c.name_key"),
        SortColumn::Email => Some("c.email_key"),
        SortColumn::Position => Some("c.position"),
        SortColumn::Status => Some("c.status"),
        SortColumn::Id => None,
    }
}
