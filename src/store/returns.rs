//! What servers tell later about mails that they had taken.

use rusqlite::params;

use super::{StoreError, Writing, rows};
use crate::domain::contact::{ContactId, Subject};
use crate::domain::delivery::{DeliveryId, Kind};
use crate::domain::timestamp::Timestamp;

/// The phase under which a report stands among the tries of a delivery.
const PHASE: &str = "report";

/// Reports of one delivery that are kept: whoever has one of its mails can write more.
const MOST_REPORTS: i64 = 20;

impl Writing<'_> {
    /// Ends a delivery that was sent, or may have been, as failed. Its contact is shown as undeliverable if `undeliverable`, the
    /// address is still the same, and nobody has proved since that it works. Whether it is.
    pub fn fail_returned(
        &self,
        id: DeliveryId,
        words: &str,
        undeliverable: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (kind, address_key, sent_at, subject) = self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT d.kind, d.address_key, coalesce(d.ended_at, d.created_at), coalesce(v.contact_id, d.contact_id) \
                 FROM delivery d LEFT JOIN verification v ON v.id = d.verification_id WHERE d.id = ?1",
            )?;
            query.query_row([id.0], |row| {
                let contact = row.get::<_, Option<i64>>(3)?.map(ContactId);
                Ok((
                    rows::word(row, 0, Kind::parse)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, i64>(2)?,
                    contact.map_or(Subject::SecurityEmail, Subject::Contact),
                ))
            })
        })?;
        let is_in_force = self.is_in_force(subject, &address_key)?;
        let blamed = undeliverable && !(is_in_force && self.is_verified_since(subject, sent_at)?);
        self.sql(|sql| {
            sql.prepare_cached(
                "UPDATE delivery SET state = 'failed', ended_at = ?2, server = ?3, maybe_sent = 0 WHERE id = ?1",
            )?
            .execute(params![id.0, now.millis(), words])
            .map(drop)
        })?;
        self.show_failure(subject, kind, &address_key, words, blamed)?;
        Ok(blamed && is_in_force)
    }

    /// Shows at a delivery what a server told later, and notes it among the tries. False if it was noted before, or too much
    /// was; then nothing is changed.
    pub fn note_report(&self, id: DeliveryId, words: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT count(*), coalesce(max(words = ?3), 0) FROM attempt WHERE delivery_id = ?1 AND phase = ?2",
            )?;
            let (count, is_known): (i64, bool) =
                query.query_row(params![id.0, PHASE, words], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if is_known || count >= MOST_REPORTS {
                return Ok(false);
            }
            sql.prepare_cached(
                "INSERT INTO attempt (delivery_id, started_at, ended_at, phase, words) VALUES (?1, ?2, ?2, ?3, ?4)",
            )?
            .execute(params![id.0, now.millis(), PHASE, words])?;
            sql.prepare_cached("UPDATE delivery SET server = ?2 WHERE id = ?1")?.execute(params![id.0, words])?;
            Ok(true)
        })
    }

    /// Whether the address in force was verified after this moment.
    fn is_verified_since(&self, subject: Subject, moment: i64) -> Result<bool, StoreError> {
        self.sql(|sql| match subject {
            Subject::Contact(id) => sql
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM contact WHERE id = ?1 AND verified_at > ?2)")?
                .query_row([id.0, moment], |row| row.get(0)),
            Subject::SecurityEmail => sql
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE security_verified_at > ?1)")?
                .query_row([moment], |row| row.get(0)),
        })
    }
}
