//! The outbox by time, with each notice in one row: notices, and the deliveries that belong to none. Each is read by its own index
//! from a key on; joining them is for others.

use rusqlite::params;

use super::{Newest, Reading, StoreError, rows};
use crate::domain::delivery::Delivery;
use crate::domain::notice::Notice;
use crate::domain::timestamp::Timestamp;

/// A place in the order of time, and of ids at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub id: i64,
    /// Whether the row that stands there is read too.
    pub inclusive: bool,
}

impl Moment {
    /// The place from which everything is read in an order.
    #[must_use]
    pub const fn edge(newest: Newest) -> Self {
        let end = match newest {
            Newest::First => i64::MAX,
            Newest::Last => i64::MIN,
        };
        Self { at: Timestamp::from_millis(end), id: end, inclusive: true }
    }
}

impl Reading<'_> {
    /// At most `limit` notices from a moment on.
    pub fn notices_from(
        &self,
        newest: Newest,
        start: Moment,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&notices(newest, start.inclusive))?;
            query.query_map(params![start.at.millis(), start.id, count(limit)], rows::notice)?.collect()
        })
    }

    /// At most `limit` deliveries that belong to no notice from a moment on.
    pub fn lone_deliveries_from(
        &self,
        newest: Newest,
        start: Moment,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&lone_deliveries(newest, start.inclusive))?;
            query.query_map(params![start.at.millis(), start.id, count(limit)], rows::delivery)?.collect()
        })
    }
}

pub(super) fn notices(newest: Newest, inclusive: bool) -> String {
    let (condition, order) = condition_and_order("n", newest, inclusive);
    format!("SELECT {} FROM notice n WHERE {condition} ORDER BY {order} LIMIT ?3", rows::NOTICE)
}

pub(super) fn lone_deliveries(newest: Newest, inclusive: bool) -> String {
    let (condition, order) = condition_and_order("d", newest, inclusive);
    format!(
        "SELECT {} FROM delivery d WHERE d.notice_id IS NULL AND {condition} ORDER BY {order} LIMIT ?3",
        rows::DELIVERY
    )
}

fn condition_and_order(table: &str, newest: Newest, inclusive: bool) -> (String, String) {
    let (comparison, order) = match newest {
        Newest::First => ("<", "DESC"),
        Newest::Last => (">", "ASC"),
    };
    let equal = if inclusive { "=" } else { "" };
    (
        format!("({table}.created_at, {table}.id) {comparison}{equal} (?1, ?2)"),
        format!("{table}.created_at {order}, {table}.id {order}"),
    )
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
