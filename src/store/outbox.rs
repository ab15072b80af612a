//! The outbox as an administrator works with it: queue, list, show, retry, cancel. What the sender does is in `queue`.

use rusqlite::{OptionalExtension, ToSql, params};

use super::{Reading, StoreError, Writing, rows};
use crate::domain::contact::ContactId;
use crate::domain::delivery::{Delivery, DeliveryId, Kind, NoticeId, State};
use crate::domain::language::Language;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::VerificationId;

/// A mail to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery<'a> {
    pub kind: Kind,
    pub contact: Option<ContactId>,
    pub notice: Option<NoticeId>,
    pub verification: Option<VerificationId>,
    pub address: &'a str,
    pub address_key: &'a str,
    /// The recipient's name; empty for the security email.
    pub name: &'a str,
    pub language: Language,
    pub message_type: Option<&'a str>,
    pub subject: &'a str,
    /// What the text needs beside the row, for example the masked address that replaced this one.
    pub detail: Option<&'a str>,
    pub fallback: Option<&'a str>,
    pub priority: u8,
    pub now: Timestamp,
    pub expires_at: Timestamp,
    /// With angle brackets.
    pub message_id: &'a str,
}

/// What a mail's text is made of, for a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    pub verification: Option<VerificationId>,
    pub language: Language,
    pub detail: Option<String>,
}

/// One try of a delivery as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub phase: String,
    pub words: Option<String>,
}

/// Which deliveries are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxFilter<'a> {
    pub state: Option<State>,
    pub notice: Option<NoticeId>,
    /// The id of a type, or of a category for all its types.
    pub message_type: Option<&'a str>,
    pub contact: Option<ContactId>,
}

/// Whether a `delivery d` is of the type, or of a type in the category, whose id is this parameter.
fn of_type(parameter: usize) -> String {
    format!("(d.type = ?{parameter} OR substr(d.type, 1, length(?{parameter}) + 1) = ?{parameter} || '.')")
}

pub(super) const DELIVERY_WITH_MESSAGE_ID: &str = "SELECT id FROM delivery WHERE message_id = ?1";

impl Reading<'_> {
    /// One delivery.
    pub fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {} FROM delivery d WHERE d.id = ?1", rows::DELIVERY))?;
            query.query_row([id.0], rows::delivery).optional()
        })
    }

    /// The delivery that a mail with this Message-ID belongs to.
    pub fn delivery_with_message_id(&self, message_id: &str) -> Result<Option<DeliveryId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(DELIVERY_WITH_MESSAGE_ID)?;
            query.query_row([message_id], |row| row.get(0).map(DeliveryId)).optional()
        })
    }

    /// What the text of a delivery is made of.
    pub fn material(&self, id: DeliveryId) -> Result<Option<Material>, StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare_cached("SELECT verification_id, language, detail FROM delivery WHERE id = ?1")?;
            let read = query.query_row([id.0], |row| {
                Ok(Material {
                    verification: row.get::<_, Option<i64>>(0)?.map(VerificationId),
                    language: rows::word(row, 1, rows::language)?,
                    detail: row.get(2)?,
                })
            });
            read.optional()
        })
    }

    /// The tries of a delivery, oldest first.
    pub fn attempts(&self, id: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT started_at, ended_at, phase, words FROM attempt WHERE delivery_id = ?1 ORDER BY id",
            )?;
            let found = query.query_map([id.0], |row| {
                Ok(AttemptRow {
                    started_at: Timestamp::from_millis(row.get(0)?),
                    ended_at: rows::moment(row, 1)?,
                    phase: row.get(2)?,
                    words: row.get(3)?,
                })
            })?;
            found.collect()
        })
    }

    /// Reads deliveries by id, upwards (older to newer) or downwards, from `start` on, until `take` has enough.
    pub fn outbox(
        &self,
        filter: OutboxFilter<'_>,
        newest_first: Newest,
        start: Option<(DeliveryId, bool)>,
        mut take: impl FnMut(Delivery) -> bool,
    ) -> Result<(), StoreError> {
        let (comparison, order) = match newest_first {
            Newest::First => ("<", "DESC"),
            Newest::Last => (">", "ASC"),
        };
        let state = filter.state.map(State::id);
        let notice = filter.notice.map(|notice| notice.0);
        let contact = filter.contact.map(|contact| contact.0);
        let mut conditions = Vec::new();
        let mut parameters: Vec<&dyn ToSql> = Vec::new();
        if let Some(state) = &state {
            parameters.push(state);
            conditions.push(format!("d.state = ?{}", parameters.len()));
        }
        if let Some(notice) = &notice {
            parameters.push(notice);
            conditions.push(format!("d.notice_id = ?{}", parameters.len()));
        }
        if let Some(contact) = &contact {
            parameters.push(contact);
            conditions.push(format!("d.contact_id = ?{}", parameters.len()));
        }
        if let Some(id) = &filter.message_type {
            parameters.push(id);
            conditions.push(of_type(parameters.len()));
        }
        if let Some((id, inclusive)) = &start {
            parameters.push(&id.0);
            let equal = if *inclusive { "=" } else { "" };
            conditions.push(format!("d.id {comparison}{equal} ?{}", parameters.len()));
        }
        let condition =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let text = format!("SELECT {} FROM delivery d {condition} ORDER BY d.id {order}", rows::DELIVERY);
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&text)?;
            let mut found = query.query(&*parameters)?;
            while let Some(row) = found.next()? {
                if !take(rows::delivery(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// When the oldest delivery that has not ended was queued. Ids grow with time, so one look into the index for each state is
    /// enough, however many wait.
    pub fn oldest_waiting(&self) -> Result<Option<Timestamp>, StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare_cached("SELECT created_at FROM delivery WHERE state = ?1 ORDER BY id LIMIT 1")?;
            let mut oldest: Option<Timestamp> = None;
            for state in [State::Queued, State::Sending, State::Retry] {
                let first = query.query_row([state.id()], |row| row.get(0)).optional()?;
                oldest = [oldest, first.map(Timestamp::from_millis)].into_iter().flatten().min();
            }
            Ok(oldest)
        })
    }

    /// The server's last words about the mails of one verification, and the state of the newest.
    pub fn mail_of(
        &self,
        verification: VerificationId,
    ) -> Result<Option<(State, Option<String>)>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT state, server FROM delivery WHERE verification_id = ?1 ORDER BY id DESC LIMIT 1",
            )?;
            query
                .query_row([verification.0], |row| Ok((rows::word(row, 0, State::parse)?, row.get(1)?)))
                .optional()
        })
    }
}

/// In which order the outbox is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    First,
    Last,
}

impl Writing<'_> {
    /// Queues a mail.
    pub fn insert_delivery(&self, new: &NewDelivery<'_>) -> Result<DeliveryId, StoreError> {
        self.sql(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT INTO delivery (kind, contact_id, notice_id, verification_id, address, address_key, name, language, \
                 type, subject, detail, fallback, priority, created_at, due_at, expires_at, message_id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14, ?15, ?16)",
            )?;
            insert
                .insert(params![
                    new.kind.id(),
                    new.contact.map(|id| id.0),
                    new.notice.map(|id| id.0),
                    new.verification.map(|id| id.0),
                    new.address,
                    new.address_key,
                    new.name,
                    new.language.id(),
                    new.message_type,
                    new.subject,
                    new.detail,
                    new.fallback,
                    new.priority,
                    new.now.millis(),
                    new.expires_at.millis(),
                    new.message_id,
                ])
                .map(DeliveryId)
        })
    }

    /// Makes a delivery due now, as an administrator asks for. A written one gets a new Message-ID, for nobody has seen the old
    /// one. Its notice does not count as cancelled any more.
    pub fn requeue(
        &self,
        id: DeliveryId,
        expires_at: Timestamp,
        message_id: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached(
                "UPDATE notice SET is_cancelled = 0 \
                 WHERE id = (SELECT notice_id FROM delivery WHERE id = ?1) AND is_cancelled = 1",
            )?
            .execute([id.0])?;
            sql.prepare_cached(
                "UPDATE delivery SET state = CASE WHEN attempts = 0 THEN 'queued' ELSE 'retry' END, due_at = ?2, \
                 expires_at = max(expires_at, ?3), ended_at = NULL, breaks = 0, message_id = coalesce(?4, message_id) \
                 WHERE id = ?1",
            )?
            .execute(params![id.0, now.millis(), expires_at.millis(), message_id])
            .map(drop)
        })
    }

    /// Ends a delivery that has not begun, as an administrator asks for. False if it has begun or ended.
    ///
    /// A notice counts as cancelled if nothing of it waits any more after this: then the administrator has ended it. While
    /// others of its deliveries wait, only this one is called off, and if those fail the security email gets the notice.
    pub fn cancel_delivery(&self, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        self.sql(|sql| {
            sql.prepare_cached(
                "UPDATE notice SET is_cancelled = 1 WHERE waiting = 1 \
                 AND id = (SELECT notice_id FROM delivery WHERE id = ?1 AND state IN ('queued', 'retry'))",
            )?
            .execute([id.0])?;
            let mut cancel = sql.prepare_cached(
                "UPDATE delivery SET state = 'cancelled', ended_at = ?2 WHERE id = ?1 AND state IN ('queued', 'retry')",
            )?;
            Ok(cancel.execute(params![id.0, now.millis()])? == 1)
        })
    }

    /// Ends every delivery to a contact that has not begun, or those to one of its addresses. Returns how many.
    pub fn cancel_deliveries_of(
        &self,
        id: ContactId,
        address_key: Option<&str>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.sql(|sql| {
            let mut cancel = sql.prepare_cached(
                "UPDATE delivery SET state = 'cancelled', ended_at = ?2 \
                 WHERE contact_id = ?1 AND (?3 IS NULL OR address_key = ?3) AND state IN ('queued', 'retry')",
            )?;
            cancel.execute(params![id.0, now.millis(), address_key])
        })
    }
}
