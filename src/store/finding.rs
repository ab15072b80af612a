//! What a text index in memory is made of and kept current by: the text of all contacts, and what has changed since.

use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::{Direction, Reading, Start, StoreError, list, opening, rows};
use crate::domain::contact::{ContactId, SortColumn};
use crate::domain::filter::text_index::Entry;
use crate::domain::timestamp::Timestamp;

/// A state of the database as one connection sees it; it is another after every commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    by_others: i64,
    by_this: i64,
}

/// How far the changes of contacts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// The number of the newest change.
    change: i64,
    /// The newest contact: no later one has a lower id.
    newest: i64,
}

/// What has changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// These contacts are new, have changed, or are gone.
    Of(Vec<ContactId>),
    /// So much has changed that reading everything anew costs less, or nobody knows what.
    Much,
}

/// The columns of [`entry`], from a table `contact`.
const ENTRY: &str = "id, name, email, position, status";

impl Reading<'_> {
    /// The state that this view shows.
    pub fn stamp(&self) -> Result<Stamp, StoreError> {
        self.sql(|sql| {
            let by_this = sql.prepare_cached("SELECT total_changes()")?.query_row([], |row| row.get(0))?;
            Ok(Stamp { by_others: opening::data_version(sql)?, by_this })
        })
    }

    /// Up to which change this view goes.
    pub fn known_changes(&self) -> Result<Known, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT coalesce((SELECT max(number) FROM contact_change), 0), coalesce((SELECT max(id) FROM contact), 0)",
            )?;
            query.query_row([], |row| Ok(Known { change: row.get(0)?, newest: row.get(1)? }))
        })
    }

    /// What has changed since `known`; more than `limit` is much.
    pub fn changes_since(&self, known: &Known, limit: usize) -> Result<Changes, StoreError> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        self.sql(|sql| {
            let oldest: Option<i64> = sql
                .prepare_cached("SELECT min(number) FROM contact_change")?
                .query_row([], |row| row.get(0))?;
            if oldest.map_or(known.change > 0, |oldest| oldest > known.change.saturating_add(1)) {
                return Ok(Changes::Much);
            }
            let mut query = sql.prepare_cached(
                "SELECT contact_id FROM (SELECT contact_id FROM contact_change WHERE number > ?1 LIMIT ?3) \
                 UNION SELECT id FROM (SELECT id FROM contact WHERE id > ?2 ORDER BY id LIMIT ?3)",
            )?;
            let found = query
                .query_map(params![known.change, known.newest, most], |row| row.get(0).map(ContactId))?;
            let ids: Vec<ContactId> = found.collect::<rusqlite::Result<_>>()?;
            Ok(if ids.len() > limit { Changes::Much } else { Changes::Of(ids) })
        })
    }

    /// Calls `each` with what the index keeps of every contact, in order of id, until that breaks off.
    pub fn each_entry(&self, mut each: impl FnMut(&Entry<'_>) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!("SELECT {ENTRY} FROM contact ORDER BY id"))?;
            let mut found = query.query([])?;
            while let Some(row) = found.next()? {
                if each(&entry(row)?).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// What the index keeps of one contact; None if there is none.
    pub fn with_entry<T>(
        &self,
        id: ContactId,
        take: impl FnOnce(&Entry<'_>) -> T,
    ) -> Result<Option<T>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!("SELECT {ENTRY} FROM contact WHERE id = ?1"))?;
            query.query_row([id.0], |row| Ok(take(&entry(row)?))).optional()
        })
    }

    /// Reads ids in order of `column` as [`Reading::list`] reads contacts, from an index alone.
    pub fn ids_in_order(
        &self,
        column: SortColumn,
        direction: Direction,
        start: Option<Start<'_>>,
        mut take: impl FnMut(ContactId) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let text = list::ids_query(column, direction, start);
        self.sql(|sql| {
            let mut parameters: Vec<&dyn ToSql> = Vec::new();
            if let Some(start) = &start {
                if list::has_key(column) {
                    parameters.push(&start.key);
                }
                parameters.push(&start.id.0);
            }
            let mut query = sql.prepare_cached(&text)?;
            let mut found = query.query(&*parameters)?;
            while let Some(row) = found.next()? {
                if take(ContactId(row.get(0)?)).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The value by which a contact is sorted; None if it is gone.
    pub fn sort_key(&self, column: SortColumn, id: ContactId) -> Result<Option<String>, StoreError> {
        self.sql(|sql| {
            sql.prepare_cached(&list::sort_key_query(column))?.query_row([id.0], |row| row.get(0)).optional()
        })
    }

    /// The value and the id of the row with this number, from 0, in order of `column`: a walk through an index alone.
    pub fn place_of_number(
        &self,
        column: SortColumn,
        direction: Direction,
        number: u64,
    ) -> Result<Option<(String, ContactId)>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&list::place_query(column, direction))?;
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            query.query_row([number], |row| Ok((row.get(0)?, row.get(1).map(ContactId)?))).optional()
        })
    }

    /// Contacts whose open verification is over at `now` and not swept up yet.
    pub fn overdue(&self, now: Timestamp) -> Result<Vec<ContactId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(OVERDUE)?;
            query.query_map([now.millis()], |row| row.get(0).map(ContactId))?.collect()
        })
    }

    /// Calls `each` with every contact whose subscriptions answer `type:wanted`, some more than once.
    pub fn each_subscriber(&self, wanted: &str, mut each: impl FnMut(ContactId)) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut add = |text: &str, bounds: &[&dyn ToSql]| -> rusqlite::Result<()> {
                let mut query = sql.prepare_cached(text)?;
                let mut found = query.query(bounds)?;
                while let Some(row) = found.next()? {
                    each(ContactId(row.get(0)?));
                }
                Ok(())
            };
            // Itself and the categories around it, then what lies within: behind the full stop comes the stroke.
            for around in wanted.match_indices('.').map(|(end, _)| &wanted[..end]).chain([wanted]) {
                add(SUBSCRIBERS, &[&around])?;
            }
            add(SUBSCRIBERS_WITHIN, &[&format!("{wanted}."), &format!("{wanted}/")])
        })
    }
}

pub(super) const OVERDUE: &str = "SELECT contact_id FROM verification \
     WHERE state = 'open' AND expires_at <= ?1 AND contact_id IS NOT NULL";
pub(super) const SUBSCRIBERS: &str = "SELECT contact_id FROM subscription WHERE type = ?1";
pub(super) const SUBSCRIBERS_WITHIN: &str =
    "SELECT contact_id FROM subscription WHERE type >= ?1 AND type < ?2";

fn entry<'a>(row: &'a Row<'_>) -> rusqlite::Result<Entry<'a>> {
    Ok(Entry {
        id: ContactId(row.get(0)?),
        name: row.get_ref(1)?.as_str()?,
        email: row.get_ref(2)?.as_str()?,
        position: rows::position(row, 3)?,
        status: row.get_ref(4)?.as_str()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn change(store: &mut Store, statements: &str) {
        store.write(|writing| writing.sql(|sql| sql.execute_batch(statements))).unwrap();
    }

    fn add(number: i64) -> String {
        format!(
            "INSERT INTO contact (name, name_key, email, email_key, language, created_at) \
             VALUES ('c', 'c', 'c{number}@example.org', 'c{number}@example.org', 'en', 0);"
        )
    }

    fn since(store: &mut Store, known: &Known, limit: usize) -> Changes {
        store.read(|reading| reading.changes_since(known, limit)).unwrap()
    }

    #[test]
    fn changes_of_contacts_are_known_by_number_until_there_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("a.db")).unwrap();
        change(&mut store, &(1..=3).map(add).collect::<String>());
        let known = store.read(|reading| reading.known_changes()).unwrap();
        assert_eq!(since(&mut store, &known, 9), Changes::Of(Vec::new()));
        change(&mut store, "UPDATE contact SET status = 'expired' WHERE id = 1");
        change(&mut store, "UPDATE contact SET version = 2, name = 'c' WHERE id = 2");
        change(&mut store, "DELETE FROM contact WHERE id = 3");
        change(&mut store, &add(4));
        let ids = [1, 3, 4].map(ContactId);
        assert_eq!(since(&mut store, &known, 3), Changes::Of(ids.to_vec()));
        assert_eq!(since(&mut store, &known, 2), Changes::Much);
        let known = store.read(|reading| reading.known_changes()).unwrap();
        assert_eq!(since(&mut store, &known, 9), Changes::Of(Vec::new()));
        // What is so old is not kept.
        let flip = "UPDATE contact SET name = 'd'; UPDATE contact SET name = 'c';";
        change(&mut store, &flip.repeat(1_700));
        assert_eq!(since(&mut store, &known, 99_999), Changes::Much);
        let kept: i64 = store
            .read(|reading| {
                reading.sql(|sql| sql.query_row("SELECT count(*) FROM contact_change", [], |row| row.get(0)))
            })
            .unwrap();
        assert_eq!(kept, 10_000);
    }
}
