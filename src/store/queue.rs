//! The outbox as the sender works with it: claim what is due, note how far it came, settle what became of it.
//!
//! ```text
//! queued ──claim──▶ sending ──settle──▶ sent · written · failed
//!    ▲                 │  └────────────▶ retry ──claim──▶ sending …
//!    └── not charged ──┘                   └──time over──▶ expired
//! ```
//!
//! A claim carries a lease: until when it is good for, and a random token that every later write must show (fencing). The active
//! sender takes back a claim whose lease has ended; a sender that has lost its lease to another can no longer change the row.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{NoticeBody, Reading, StoreError, UnsubscribeProof, Verification, Writing, rows};
use crate::domain::catalogue::{UNSUBSCRIBABLE, category_of};
use crate::domain::contact::{ContactId, Status, Subject};
use crate::domain::delivery::{Delivery, DeliveryId, Kind, State};
use crate::domain::language::Language;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::VerificationId;

/// A delivery in the hands of one sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub delivery: Delivery,
    pub address_key: String,
    pub language: Language,
    pub detail: Option<String>,
    pub verification: Option<Verification>,
    /// What a notice says; [`Reading::notice_body`] reads it, once for all its mails.
    pub notice: Option<Arc<NoticeBody>>,
    /// For a mail of category activity to a contact: what its unsubscribe token is derived from.
    pub unsubscribe: Option<UnsubscribeProof>,
    /// Lines that broke in succession before this try.
    pub breaks: u32,
    pub claimed_at: Timestamp,
    lease: [u8; 16],
}

/// A delivery that has waited for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delayed {
    pub id: DeliveryId,
    /// When it was queued.
    pub since: Option<Timestamp>,
    /// What the server said about it last.
    pub words: Option<String>,
}

/// What waits and is not noted as delayed.
const UNTOLD: &str = "state IN ('queued', 'retry') \
     AND NOT EXISTS (SELECT 1 FROM attempt WHERE delivery_id = d.id AND phase = 'delay')";

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The server took it, with these words.
    Sent { words: String },
    /// It lies in this file.
    Written { path: String },
    /// It is tried again at `due_at`, and this try counts.
    Retry { due_at: Timestamp, words: String, phase: &'static str },
    /// The line broke; it is tried again at `due_at`. `maybe_sent`: after the body had begun to leave.
    Broken { due_at: Timestamp, words: String, phase: &'static str, charged: bool, maybe_sent: bool },
    /// Refused for good; `undeliverable`: because of the address itself.
    Failed { words: String, phase: &'static str, undeliverable: bool },
    /// Nothing was asked about this mail: it waits as before and the try does not count.
    NotTried { words: String },
}

impl Claimed {
    /// Whose address it goes to.
    fn subject(&self) -> Subject {
        match (&self.verification, self.delivery.contact) {
            (Some(verification), _) => verification.subject,
            (None, Some(contact)) => Subject::Contact(contact),
            (None, None) => Subject::SecurityEmail,
        }
    }
}

impl Settlement {
    /// The server's words, the file, or what went wrong.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Sent { words }
            | Self::Retry { words, .. }
            | Self::Broken { words, .. }
            | Self::Failed { words, .. }
            | Self::NotTried { words } => words,
            Self::Written { path } => path,
        }
    }
}

/// Waiting deliveries past their end at `?1`. The ranks are named so that the index of what is due serves it: what is due later
/// is not looked at.
pub(super) const OVERDUE: &str =
    "state IN ('queued', 'retry') AND priority IN (0, 1, 2) AND due_at <= ?1 AND expires_at <= ?1";

impl Reading<'_> {
    /// When the next delivery is due, if any waits.
    pub fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT min(due_at) FROM delivery WHERE state IN ('queued', 'retry') AND priority = ?1",
            )?;
            let mut next: Option<Timestamp> = None;
            for priority in 0..=2 {
                let due = query.query_row([priority], |row| rows::moment(row, 0))?;
                next = [next, due].into_iter().flatten().min();
            }
            Ok(next)
        })
    }

    /// Whether each of these deliveries has ended or been put off after a try.
    pub fn are_settled(&self, ids: &[DeliveryId]) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM delivery WHERE id = ?1 AND (state IN ('queued', 'sending')))",
            )?;
            for id in ids {
                if query.query_row([id.0], |row| row.get(0))? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Whether there are claims whose lease has ended: whoever made them has ended or hangs.
    pub fn has_ended_leases(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'sending' AND lease_until <= ?1)",
            )?;
            query.query_row([now.millis()], |row| row.get(0))
        })
    }

    /// The deliveries behind `after` that were queued before `before` and still wait, and at which that is not noted yet; at most
    /// `limit`, by id. Beside each when it was queued, and what the server said last.
    pub fn delayed(
        &self,
        before: Timestamp,
        after: DeliveryId,
        limit: u32,
    ) -> Result<Vec<Delayed>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT id, created_at, server FROM delivery d WHERE id > ?2 AND created_at <= ?1 AND {UNTOLD} \
                 ORDER BY id LIMIT ?3"
            ))?;
            let found = query.query_map(params![before.millis(), after.0, limit], |row| {
                Ok(Delayed { id: DeliveryId(row.get(0)?), since: rows::moment(row, 1)?, words: row.get(2)? })
            })?;
            found.collect()
        })
    }

    /// Whether the sender has housekeeping to do: deliveries past their end.
    pub fn has_overdue_deliveries(&self, now: Timestamp) -> Result<bool, StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM delivery WHERE {OVERDUE})"))?;
            query.query_row([now.millis()], |row| row.get(0))
        })
    }
}

impl Writing<'_> {
    /// Takes the next delivery that is due, by rank and then by due time; with `only`, the first due one of these. What has
    /// become pointless since it was queued is cancelled instead, at most `room` of them, which is lowered: once it is 0, others may
    /// be due, and the transaction has held other writers up for long enough.
    pub fn claim_next(
        &self,
        only: Option<&[DeliveryId]>,
        room: &mut usize,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<Claimed>, StoreError> {
        let mut rest = only;
        let id = loop {
            if *room == 0 {
                return Ok(None);
            }
            let found = match &mut rest {
                None => self.sql(|sql| find_due(sql, now))?,
                Some(ids) => self.sql(|sql| find_due_of(sql, ids, now))?,
            };
            let Some(id) = found else { return Ok(None) };
            if !self.cancel_if_pointless(DeliveryId(id), now)? {
                break id;
            }
            *room -= 1;
        };
        let mut lease = [0_u8; 16];
        getrandom::fill(&mut lease).map_err(|error| StoreError::Other {
            file: self.file.display().to_string(),
            why: error.to_string(),
        })?;
        let (mut claimed, verification) = self.sql(|sql| {
            sql.prepare_cached(
                "UPDATE delivery SET state = 'sending', lease = ?2, lease_until = ?3, phase = 'claimed' WHERE id = ?1",
            )?
            .execute(params![id, lease.as_slice(), lease_until.millis()])?;
            let mut read = sql.prepare_cached(&format!(
                "SELECT {}, d.address_key, d.language, d.detail, d.breaks, d.verification_id FROM delivery d WHERE d.id = ?1",
                rows::DELIVERY
            ))?;
            read.query_row([id], |row| read_claimed(row, lease, now))
        })?;
        if let Some(id) = verification {
            claimed.verification = self.reading().verification(id)?;
        }
        if let (Some(contact), Some(type_id)) = (claimed.delivery.contact, &claimed.delivery.message_type)
            && category_of(type_id) == UNSUBSCRIBABLE
        {
            claimed.unsubscribe = self.reading().unsubscribe_proof(contact)?;
        }
        Ok(Some(claimed))
    }

    /// Notes, durably, that the body is about to leave: if nothing more is ever recorded, the mail may have been sent.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process has taken the delivery over.
    pub fn note_body(&self, claimed: &Claimed) -> Result<(), StoreError> {
        let changed = self.sql(|sql| {
            let mut note =
                sql.prepare_cached("UPDATE delivery SET phase = 'body' WHERE id = ?1 AND lease = ?2")?;
            note.execute(params![claimed.delivery.id.0, claimed.lease.as_slice()])
        })?;
        self.fence(claimed, changed)
    }

    /// Records what became of a try, at the delivery and at the contact.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] if another process has taken the delivery over.
    pub fn settle(
        &self,
        claimed: &Claimed,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<State, StoreError> {
        let delivery = &claimed.delivery;
        let waiting =
            if delivery.attempts == 0 && !delivery.maybe_sent { State::Queued } else { State::Retry };
        let row = match settlement {
            Settlement::Sent { words } => Outcome::end(State::Sent, words, "body"),
            Settlement::Written { path } => Outcome::end(State::Written, path, "file"),
            Settlement::Failed { words, phase, .. } => Outcome::end(State::Failed, words, phase),
            Settlement::Retry { due_at, words, phase } => {
                Outcome::again(State::Retry, *due_at, words, Some(phase))
            }
            Settlement::Broken { due_at, words, phase, charged, maybe_sent } => Outcome {
                charged: *charged || *maybe_sent,
                breaks: claimed.breaks + 1,
                maybe_sent: *maybe_sent,
                ..Outcome::again(State::Retry, *due_at, words, Some(phase))
            },
            Settlement::NotTried { words } => Outcome {
                charged: false,
                breaks: claimed.breaks,
                ..Outcome::again(waiting, delivery.due_at, words, None)
            },
        };
        self.write_outcome(claimed, &row, now)?;
        match settlement {
            Settlement::Sent { .. } => {
                self.sql(|sql| {
                    sql.prepare_cached("UPDATE account SET sent_by_smtp = 1 WHERE sent_by_smtp = 0")?
                        .execute([])
                        .map(drop)
                })?;
                self.show_code_sent(claimed, now)?;
            }
            Settlement::Failed { words, undeliverable, .. } => {
                self.show_failure(
                    claimed.subject(),
                    delivery.kind,
                    &claimed.address_key,
                    words,
                    *undeliverable,
                )?;
            }
            // A file is no mail: nothing has left yet.
            Settlement::Written { .. }
            | Settlement::Retry { .. }
            | Settlement::Broken { .. }
            | Settlement::NotTried { .. } => {}
        }
        if !row.state.is_end() && self.cancel_if_pointless(delivery.id, now)? {
            return Ok(State::Cancelled);
        }
        Ok(row.state)
    }

    /// Takes back what other senders had in hand: all of it when a sender becomes active, for then the others are dead; after
    /// that, claims whose lease had ended at `ended_at`. What may have been sent waits as after any other try that failed, `wait`
    /// from now for the number of tries: a sender that dies again and again over a mail does not flood its recipient.
    pub fn recover_claims(
        &self,
        ended_at: Option<Timestamp>,
        now: Timestamp,
        wait: impl Fn(u32) -> Duration,
    ) -> Result<(), StoreError> {
        const WORDS: &str = "the sender ended before the reply was recorded";
        let ended_at = ended_at.map_or(i64::MAX, Timestamp::millis);
        self.sql(|sql| {
            let doubtful = sql
                .prepare_cached(
                    "SELECT id, attempts, expires_at FROM delivery \
                     WHERE state = 'sending' AND phase = 'body' AND lease_until <= ?1",
                )?
                .query_map([ended_at], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?, rows::moment(row, 2)?))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            for (id, attempts, expires_at) in doubtful {
                let due_at = now.plus(wait(attempts + 1));
                let due_at = expires_at.map_or(due_at, |end| due_at.min(end));
                sql.prepare_cached(
                    "INSERT INTO attempt (delivery_id, started_at, ended_at, phase, words) \
                     SELECT id, due_at, ?2, phase, ?3 FROM delivery WHERE id = ?1",
                )?
                .execute(params![id, now.millis(), WORDS])?;
                sql.prepare_cached(
                    "UPDATE delivery SET state = 'retry', maybe_sent = 1, attempts = attempts + 1, due_at = ?2, server = ?3, \
                     lease = NULL, lease_until = NULL, phase = NULL WHERE id = ?1",
                )?
                .execute(params![id, due_at.millis(), WORDS])?;
            }
            sql.execute(
                "UPDATE delivery SET state = CASE WHEN attempts > 0 OR maybe_sent = 1 THEN 'retry' ELSE 'queued' END, \
                 lease = NULL, lease_until = NULL, phase = NULL WHERE state = 'sending' AND lease_until <= ?1",
                [ended_at],
            )
            .map(drop)
        })
    }

    /// Notes at those of these deliveries that still wait that they are delayed, once. Returns at how many that is new.
    pub fn note_delays(&self, ids: &[DeliveryId], now: Timestamp) -> Result<u64, StoreError> {
        const WORDS: &str = "it waits for hours already and is still tried";
        self.sql(|sql| {
            let mut note = sql.prepare_cached(&format!(
                "INSERT INTO attempt (delivery_id, started_at, ended_at, phase, words) \
                 SELECT id, ?2, ?2, 'delay', ?3 FROM delivery d WHERE id = ?1 AND {UNTOLD}"
            ))?;
            let mut noted = 0;
            for id in ids {
                noted += note.execute(params![id.0, now.millis(), WORDS])?;
            }
            Ok(u64::try_from(noted).unwrap_or(u64::MAX))
        })
    }

    /// Ends deliveries whose time is over, at most `limit` at a time. Returns how many.
    pub fn expire_deliveries(&self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.sql(|sql| {
            let mut expire = sql.prepare_cached(&format!(
                "UPDATE delivery SET state = 'expired', ended_at = ?1 \
                 WHERE id IN (SELECT id FROM delivery WHERE {OVERDUE} LIMIT ?2)"
            ))?;
            expire.execute(params![now.millis(), limit])
        })
    }

    /// Erases deliveries that ended before `before`, at most `limit` at a time, and notices with their text. A notice is kept
    /// whole until its last delivery has ended that long ago; its key is free then. Returns how many deliveries.
    pub fn purge_ended(&self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.sql(|sql| {
            let (before, limit) = (before.millis(), i64::from(limit));
            let singles = sql.execute(
                "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery \
                 WHERE ended_at IS NOT NULL AND notice_id IS NULL AND ended_at < ?1 LIMIT ?2)",
                [before, limit],
            )?;
            let left = limit - i64::try_from(singles).unwrap_or(limit);
            let of_notices = sql.execute(
                "DELETE FROM delivery WHERE id IN (SELECT d.id FROM notice n JOIN delivery d ON d.notice_id = n.id \
                 WHERE n.ended_at IS NOT NULL AND n.ended_at < ?1 LIMIT ?2)",
                [before, left],
            )?;
            sql.execute(
                "DELETE FROM notice WHERE ended_at IS NOT NULL AND ended_at < ?1 \
                 AND NOT EXISTS (SELECT 1 FROM delivery WHERE notice_id = notice.id)",
                [before],
            )?;
            Ok(singles + of_notices)
        })
    }

    fn fence(&self, claimed: &Claimed, changed: usize) -> Result<(), StoreError> {
        if changed == 1 { Ok(()) } else { Err(StoreError::LeaseLost { id: claimed.delivery.id.0 }) }
    }

    fn write_outcome(&self, claimed: &Claimed, row: &Outcome<'_>, now: Timestamp) -> Result<(), StoreError> {
        let id = claimed.delivery.id.0;
        let changed = self.sql(|sql| {
            let mut update = sql.prepare_cached(
                "UPDATE delivery SET state = ?3, due_at = coalesce(?4, due_at), ended_at = ?5, attempts = attempts + ?6, \
                 breaks = ?7, server = ?8, maybe_sent = max(maybe_sent, ?9), lease = NULL, lease_until = NULL, phase = NULL \
                 WHERE id = ?1 AND lease = ?2",
            )?;
            update.execute(params![
                id,
                claimed.lease.as_slice(),
                row.state.id(),
                row.due_at.map(Timestamp::millis),
                row.state.is_end().then_some(now.millis()),
                row.charged,
                row.breaks,
                row.words,
                row.maybe_sent,
            ])
        })?;
        self.fence(claimed, changed)?;
        let Some(phase) = row.phase else { return Ok(()) };
        self.sql(|sql| {
            sql.prepare_cached(
                "INSERT INTO attempt (delivery_id, started_at, ended_at, phase, words) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![id, claimed.claimed_at.millis(), now.millis(), phase, row.words])
            .map(drop)
        })
    }

    /// A verification's mail has left.
    fn show_code_sent(&self, claimed: &Claimed, now: Timestamp) -> Result<(), StoreError> {
        let Some(verification) = &claimed.verification else { return Ok(()) };
        self.sql(|sql| {
            sql.prepare_cached("UPDATE verification SET sent_at = ?2 WHERE id = ?1 AND state = 'open'")?
                .execute(params![verification.id.0, now.millis()])
                .map(drop)
        })?;
        if self.is_in_force(verification.subject, &claimed.address_key)? {
            self.show_progress(verification.subject, Status::CodeSent)?;
        }
        Ok(())
    }

    /// A mail was refused for good: what that tells about the address in force or the pending one.
    pub(super) fn show_failure(
        &self,
        subject: Subject,
        kind: Kind,
        address_key: &str,
        words: &str,
        undeliverable: bool,
    ) -> Result<(), StoreError> {
        let in_force = self.is_in_force(subject, address_key)?;
        match subject {
            Subject::Contact(ContactId(id)) if in_force && undeliverable => self.sql(|sql| {
                sql.prepare_cached(
                    "UPDATE contact SET status = 'undeliverable', undeliverable_words = ?2 WHERE id = ?1",
                )?
                .execute(params![id, words])
                .map(drop)
            }),
            Subject::Contact(ContactId(id)) if !in_force => self.sql(|sql| {
                sql.prepare_cached(
                    "UPDATE contact SET pending_words = ?2 WHERE id = ?1 AND pending_email_key = ?3",
                )?
                .execute(params![id, words, address_key])
                .map(drop)
            }),
            Subject::SecurityEmail if in_force && undeliverable => self.sql(|sql| {
                sql.prepare_cached(
                    "UPDATE account SET security_status = 'undeliverable', security_words = ?1",
                )?
                .execute([words])
                .map(drop)
            }),
            Subject::Contact(_) | Subject::SecurityEmail if kind == Kind::Verification => {
                self.show_progress(subject, Status::Unverified)
            }
            Subject::Contact(_) | Subject::SecurityEmail => Ok(()),
        }
    }

    pub(super) fn is_in_force(&self, subject: Subject, address_key: &str) -> Result<bool, StoreError> {
        self.sql(|sql| match subject {
            Subject::Contact(id) => sql
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM contact WHERE id = ?1 AND email_key = ?2)")?
                .query_row(params![id.0, address_key], |row| row.get(0)),
            Subject::SecurityEmail => sql
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE security_email_key = ?1)")?
                .query_row([address_key], |row| row.get(0)),
        })
    }
}

/// What is written into the delivery's row.
struct Outcome<'a> {
    state: State,
    due_at: Option<Timestamp>,
    words: &'a str,
    /// None: no try is noted.
    phase: Option<&'a str>,
    charged: bool,
    breaks: u32,
    maybe_sent: bool,
}

impl<'a> Outcome<'a> {
    fn end(state: State, words: &'a str, phase: &'a str) -> Self {
        Self { state, due_at: None, words, phase: Some(phase), charged: true, breaks: 0, maybe_sent: false }
    }

    fn again(state: State, due_at: Timestamp, words: &'a str, phase: Option<&'a str>) -> Self {
        Self { state, due_at: Some(due_at), words, phase, charged: true, breaks: 0, maybe_sent: false }
    }
}

/// One look into the index for each rank.
fn find_due(sql: &Connection, now: Timestamp) -> rusqlite::Result<Option<i64>> {
    let mut find = sql.prepare_cached(
        "SELECT id FROM delivery WHERE state IN ('queued', 'retry') AND priority = ?1 AND due_at <= ?2 AND expires_at > ?2 \
         ORDER BY due_at, id LIMIT 1",
    )?;
    for priority in 0..=2 {
        let found = find.query_row(params![priority, now.millis()], |row| row.get(0)).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Leaves in `ids` those behind the one that is found.
fn find_due_of(sql: &Connection, ids: &mut &[DeliveryId], now: Timestamp) -> rusqlite::Result<Option<i64>> {
    let mut find = sql.prepare_cached(
        "SELECT id FROM delivery WHERE id = ?1 AND state IN ('queued', 'retry') AND due_at <= ?2 AND expires_at > ?2",
    )?;
    while let Some((id, behind)) = ids.split_first() {
        *ids = behind;
        let found = find.query_row(params![id.0, now.millis()], |row| row.get(0)).optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn read_claimed(
    row: &Row<'_>,
    lease: [u8; 16],
    now: Timestamp,
) -> rusqlite::Result<(Claimed, Option<VerificationId>)> {
    let claimed = Claimed {
        delivery: rows::delivery(row)?,
        address_key: row.get(18)?,
        language: rows::word(row, 19, rows::language)?,
        detail: row.get(20)?,
        verification: None,
        notice: None,
        unsubscribe: None,
        breaks: row.get(21)?,
        claimed_at: now,
        lease,
    };
    Ok((claimed, row.get::<_, Option<i64>>(22)?.map(VerificationId)))
}
