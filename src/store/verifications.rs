//! The verification table: one row for each mail with a code, and what the sending limits count.

use rusqlite::{OptionalExtension, Row, params};

use super::{Reading, StoreError, Writing, rows};
use crate::domain::contact::{ContactId, Status, Subject};
use crate::domain::delivery::State;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::{DAY, SendHistory, TRIES, VerificationId, VoidReason};

/// A verification as it lies in the table; its secrets are derived from id and nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    pub id: VerificationId,
    pub subject: Subject,
    pub email: String,
    pub email_key: String,
    pub nonce: Vec<u8>,
    pub key_id: String,
    pub queued_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    pub wrong_codes: u32,
    pub state: VerificationState,
}

/// Whether a verification still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerificationState {
    Open,
    Confirmed,
    Void(VoidReason),
}

const COLUMNS: &str = "id, contact_id, email, email_key, nonce, key_id, queued_at, sent_at, expires_at, wrong_codes, state, void_reason";

impl Reading<'_> {
    /// The newest verification of a contact or the security email, whatever its state.
    pub fn newest_verification(&self, subject: Subject) -> Result<Option<Verification>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM verification WHERE coalesce(contact_id, 0) = ?1 ORDER BY id DESC LIMIT 1"
            ))?;
            query.query_row([subject_id(subject)], read).optional()
        })
    }

    /// One verification.
    pub fn verification(&self, id: VerificationId) -> Result<Option<Verification>, StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {COLUMNS} FROM verification WHERE id = ?1"))?;
            query.query_row([id.0], read).optional()
        })
    }

    /// What the sending limits need to know.
    pub fn send_history(
        &self,
        address_hash: &[u8],
        daily_limit: usize,
        now: Timestamp,
    ) -> Result<SendHistory, StoreError> {
        let since = now.minus(DAY).millis();
        self.sql(|sql| {
            let mut to_address = sql.prepare_cached(
                "SELECT queued_at FROM verification_mail WHERE address_hash = ?1 AND queued_at > ?2 ORDER BY queued_at",
            )?;
            let to_address = to_address
                .query_map(params![address_hash, since], |row| row.get(0).map(Timestamp::from_millis))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            // All that are kept, less those that the next mail removes: the cost does not grow with the mails of the day.
            let count = "SELECT value - (SELECT count(*) FROM verification_mail WHERE queued_at <= ?1) \
                 FROM counter WHERE name = 'verification_mail'";
            let in_database: i64 = sql.prepare_cached(count)?.query_row([since], |row| row.get(0))?;
            // The mail that must grow older than a day before another may go: the daily_limit-th from the newest, which is
            // near the oldest.
            let over = in_database.saturating_sub(i64::try_from(daily_limit).unwrap_or(i64::MAX));
            let mut frees = sql.prepare_cached(
                "SELECT queued_at FROM verification_mail WHERE queued_at > ?1 AND ?2 >= 0 \
                 ORDER BY queued_at LIMIT 1 OFFSET max(?2, 0)",
            )?;
            let frees = frees.query_row([since, over], |row| row.get(0).map(Timestamp::from_millis)).optional()?;
            Ok(SendHistory {
                to_address,
                in_database: usize::try_from(in_database).unwrap_or(usize::MAX),
                database_frees_at: frees,
            })
        })
    }

    /// Contacts whose address in force waits for a verification, or that have a pending address.
    pub fn contacts_to_verify(&self) -> Result<Vec<ContactId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare(
                "SELECT id FROM contact WHERE status IN ('unverified', 'code_sent', 'expired') OR pending_email IS NOT NULL \
                 ORDER BY id",
            )?;
            query.query_map([], |row| row.get(0).map(ContactId))?.collect()
        })
    }

    /// Whether some open verification is past its time.
    pub fn has_overdue_verifications(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM verification WHERE state = 'open' AND expires_at <= ?1)",
            )?;
            query.query_row([now.millis()], |row| row.get(0))
        })
    }
}

impl Writing<'_> {
    /// Opens a verification of an address. The caller has voided the one before.
    pub fn insert_verification(
        &self,
        subject: Subject,
        email: (&str, &str),
        nonce: &[u8],
        key_id: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<VerificationId, StoreError> {
        self.sql(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT INTO verification (contact_id, email, email_key, nonce, key_id, queued_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            let contact = Some(subject_id(subject)).filter(|id| *id != 0);
            insert
                .insert(params![contact, email.0, email.1, nonce, key_id, now.millis(), expires_at.millis()])
                .map(VerificationId)
        })
    }

    /// Counts a verification mail to an address, and forgets what no limit needs any more.
    pub fn count_verification_mail(&self, address_hash: &[u8], now: Timestamp) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("DELETE FROM verification_mail WHERE queued_at <= ?1")?
                .execute([now.minus(DAY).millis()])?;
            sql.prepare_cached("INSERT INTO verification_mail (address_hash, queued_at) VALUES (?1, ?2)")?
                .execute(params![address_hash, now.millis()])
                .map(drop)
        })
    }

    /// Ends the open verification of a subject, if there is one, and cancels its mail if that has not begun.
    pub fn void_verification(
        &self,
        subject: Subject,
        reason: VoidReason,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut void = sql.prepare_cached(
                "UPDATE verification SET state = 'void', void_reason = ?2, ended_at = ?3 \
                 WHERE coalesce(contact_id, 0) = ?1 AND state = 'open' RETURNING id",
            )?;
            let ended: Vec<i64> = void
                .query_map(params![subject_id(subject), reason.id(), now.millis()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for id in ended {
                end_mail(sql, id, State::Cancelled, now)?;
            }
            Ok(())
        })
    }

    /// Counts a wrong code before it is known to be wrong. Returns how many tries are left, this one taken off.
    pub fn take_try(&self, id: VerificationId) -> Result<u32, StoreError> {
        self.sql(|sql| {
            let mut count = sql.prepare_cached(
                "UPDATE verification SET wrong_codes = wrong_codes + 1 WHERE id = ?1 RETURNING wrong_codes",
            )?;
            count.query_row([id.0], |row| row.get::<_, u32>(0)).map(|taken| TRIES.saturating_sub(taken))
        })
    }

    /// Gives the try back that a right code took.
    pub fn give_try_back(&self, id: VerificationId) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached(
                "UPDATE verification SET wrong_codes = wrong_codes - 1 WHERE id = ?1 AND wrong_codes > 0",
            )?
            .execute([id.0])
            .map(drop)
        })
    }

    /// Ends the verification as confirmed. False if it was not open any more.
    pub fn confirm_verification(&self, id: VerificationId, now: Timestamp) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let changed = sql.execute(
                "UPDATE verification SET state = 'confirmed', ended_at = ?2 WHERE id = ?1 AND state = 'open'",
                params![id.0, now.millis()],
            )?;
            if changed == 1 {
                end_mail(sql, id.0, State::Cancelled, now)?;
            }
            Ok(changed == 1)
        })
    }

    /// Ends every verification that is past its time and shows it at its contact. Returns how many.
    pub fn expire_verifications(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.void_where("expires_at <= ?1", &now.millis(), VoidReason::TimeOver, now)
    }

    /// Ends every open verification that was made with another key. Returns how many.
    pub fn expire_verifications_of_other_keys(
        &self,
        key_id: &str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.void_where("key_id <> ?1", &key_id, VoidReason::KeyChanged, now)
    }

    fn void_where(
        &self,
        condition: &str,
        value: &dyn rusqlite::ToSql,
        reason: VoidReason,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let ended: Vec<(i64, Option<i64>)> = self.sql(|sql| {
            let mut void = sql.prepare_cached(&format!(
                "UPDATE verification SET state = 'void', void_reason = ?2, ended_at = ?3 \
                 WHERE state = 'open' AND {condition} RETURNING id, contact_id"
            ))?;
            let rows = void
                .query_map(params![value, reason.id(), now.millis()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })?;
        let mail = if reason == VoidReason::TimeOver { State::Expired } else { State::Cancelled };
        for (id, contact) in &ended {
            self.sql(|sql| end_mail(sql, *id, mail, now))?;
            let subject = contact.map_or(Subject::SecurityEmail, |id| Subject::Contact(ContactId(id)));
            self.show_progress(subject, Status::Expired)?;
        }
        Ok(ended.len())
    }

    /// Shows how far a verification has come, at an address in force that is neither verified nor undeliverable.
    pub fn show_progress(&self, subject: Subject, status: Status) -> Result<(), StoreError> {
        let waits = "('unverified', 'code_sent', 'expired')";
        self.sql(|sql| match subject {
            Subject::Contact(id) => sql
                .prepare_cached(&format!(
                    "UPDATE contact SET status = ?2 WHERE id = ?1 AND status IN {waits}"
                ))?
                .execute(params![id.0, status.id()])
                .map(drop),
            Subject::SecurityEmail => sql
                .prepare_cached(&format!(
                    "UPDATE account SET security_status = ?1 WHERE security_status IN {waits}"
                ))?
                .execute([status.id()])
                .map(drop),
        })
    }
}

/// 0 stands for the security email.
fn subject_id(subject: Subject) -> i64 {
    match subject {
        Subject::Contact(id) => id.0,
        Subject::SecurityEmail => 0,
    }
}

/// Ends the mail of a verification that does not count any more, unless it has begun.
fn end_mail(
    sql: &rusqlite::Connection,
    verification: i64,
    state: State,
    now: Timestamp,
) -> rusqlite::Result<()> {
    sql.prepare_cached(
        "UPDATE delivery SET state = ?2, ended_at = ?3 WHERE verification_id = ?1 AND state IN ('queued', 'retry')",
    )?
    .execute(params![verification, state.id(), now.millis()])
    .map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Verification> {
    let state = match (row.get_ref(10)?.as_str()?, rows::void_reason(row, 11)?) {
        ("confirmed", _) => VerificationState::Confirmed,
        (_, Some(reason)) => VerificationState::Void(reason),
        (_, None) => VerificationState::Open,
    };
    let contact: Option<i64> = row.get(1)?;
    Ok(Verification {
        id: VerificationId(row.get(0)?),
        subject: contact.map_or(Subject::SecurityEmail, |id| Subject::Contact(ContactId(id))),
        email: row.get(2)?,
        email_key: row.get(3)?,
        nonce: row.get(4)?,
        key_id: row.get(5)?,
        queued_at: Timestamp::from_millis(row.get(6)?),
        sent_at: rows::moment(row, 7)?,
        expires_at: Timestamp::from_millis(row.get(8)?),
        wrong_codes: row.get(9)?,
        state,
    })
}
