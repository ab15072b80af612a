//! The notice tables: what is announced, and what became of it. The counters of a notice, its end and its fallback to the security
//! email are kept by triggers, so that no way of ending a delivery can forget them.

use rusqlite::{OptionalExtension, params};

use super::{Newest, Reading, StoreError, Writing, rows};
use crate::domain::catalogue::Localized;
use crate::domain::contact::ContactId;
use crate::domain::delivery::{DeliveryId, NoticeId};
use crate::domain::language::Language;
use crate::domain::notice::{Notice, NoticeDraft};
use crate::domain::routing::{Exclusion, FallbackReason, verdict};
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::VerificationId;

/// A notice to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice<'a> {
    pub draft: &'a NoticeDraft,
    /// The title of its type.
    pub title: &'a Localized,
    pub key: Option<&'a str>,
    /// Set if the security email gets it at once.
    pub fallback: Option<FallbackReason>,
    pub priority: u8,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

/// What the mails of a notice say, the same for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeBody {
    pub id: NoticeId,
    pub message_type: String,
    /// The titles of the type when the notice was queued: whoever sends it may have another catalogue.
    title_en: String,
    title_zh_cn: String,
    pub subject: String,
    /// Lines end in `\n`.
    pub text: String,
    pub html: Option<String>,
}

/// The verification by which an address is in force: what its unsubscribe token is derived from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsubscribeProof {
    pub verification: VerificationId,
    pub nonce: Vec<u8>,
}

impl NoticeBody {
    /// The title of the type in a language.
    #[must_use]
    pub fn title(&self, language: Language) -> &str {
        match language {
            Language::En => &self.title_en,
            Language::ZhCn => &self.title_zh_cn,
        }
    }
}

impl Reading<'_> {
    /// What the mails of a notice say.
    pub fn notice_body(&self, id: NoticeId) -> Result<Option<NoticeBody>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT n.type, n.title_en, n.title_zh_cn, n.subject, t.body_text, t.body_html \
                 FROM notice n JOIN notice_text t ON t.notice_id = n.id WHERE n.id = ?1",
            )?;
            let read = query.query_row([id.0], |row| {
                Ok(NoticeBody {
                    id,
                    message_type: row.get(0)?,
                    title_en: row.get(1)?,
                    title_zh_cn: row.get(2)?,
                    subject: row.get(3)?,
                    text: row.get(4)?,
                    html: row.get(5)?,
                })
            });
            read.optional()
        })
    }

    /// The newest confirmed verification of a contact's address in force.
    pub fn unsubscribe_proof(&self, id: ContactId) -> Result<Option<UnsubscribeProof>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT v.id, v.nonce FROM contact c JOIN verification v ON coalesce(v.contact_id, 0) = +c.id \
                 WHERE c.id = ?1 AND v.state = 'confirmed' AND v.email_key = c.email_key ORDER BY v.id DESC LIMIT 1",
            )?;
            let read = query.query_row(params![id.0], |row| {
                Ok(UnsubscribeProof { verification: VerificationId(row.get(0)?), nonce: row.get(1)? })
            });
            read.optional()
        })
    }

    /// One notice with its totals.
    pub fn notice(&self, id: NoticeId) -> Result<Option<Notice>, StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare_cached(&format!("SELECT {} FROM notice n WHERE n.id = ?1", rows::NOTICE))?;
            query.query_row([id.0], rows::notice).optional()
        })
    }

    /// The notice that was sent under a key.
    pub fn notice_with_key(&self, key: &str) -> Result<Option<NoticeId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached("SELECT id FROM notice WHERE idempotency_key = ?1")?;
            query.query_row([key], |row| row.get(0).map(NoticeId)).optional()
        })
    }

    /// Reads at most `limit` notices by id from `start` on.
    pub fn notices(
        &self,
        newest: Newest,
        start: Option<(NoticeId, bool)>,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        let (comparison, order, end) = match newest {
            Newest::First => ("<", "DESC", i64::MAX),
            Newest::Last => (">", "ASC", 0),
        };
        let (id, equal) = match start {
            Some((NoticeId(id), true)) => (id, "="),
            Some((NoticeId(id), false)) => (id, ""),
            None => (end, "="),
        };
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT {} FROM notice n WHERE n.id {comparison}{equal} ?1 ORDER BY n.id {order} LIMIT ?2",
                rows::NOTICE
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            query.query_map([id, limit], rows::notice)?.collect()
        })
    }

    /// The deliveries of a notice that have not ended, by id.
    pub fn waiting_of(&self, id: NoticeId) -> Result<Vec<DeliveryId>, StoreError> {
        self.deliveries_in(id, "('queued', 'sending', 'retry')")
    }

    /// The deliveries of a notice that have failed or expired, by id.
    pub fn failed_of(&self, id: NoticeId) -> Result<Vec<DeliveryId>, StoreError> {
        self.deliveries_in(id, "('failed', 'expired')")
    }

    fn deliveries_in(&self, id: NoticeId, states: &str) -> Result<Vec<DeliveryId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT id FROM delivery WHERE notice_id = ?1 AND +state IN {states} ORDER BY id"
            ))?;
            query.query_map([id.0], |row| row.get(0).map(DeliveryId))?.collect()
        })
    }

    /// How many notices reached nobody and could not go to the security email.
    pub fn unreached_notices(&self) -> Result<u64, StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("SELECT count(*) FROM notice WHERE is_unreached = 1")?
                .query_row([], |row| rows::count(row, 0))
        })
    }

    /// The types of notices to a contact that were cancelled since, while their notices were not.
    pub fn types_cancelled_since(
        &self,
        contact: ContactId,
        since: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT d.type FROM delivery d JOIN notice n ON n.id = d.notice_id \
                 WHERE d.contact_id = ?1 AND d.state = 'cancelled' AND d.ended_at >= ?2 AND n.is_cancelled = 0",
            )?;
            query.query_map([contact.0, since.millis()], |row| row.get(0))?.collect()
        })
    }

    /// Whether a delivery still has to go to where it goes. One of a notice has not if its contact is gone, has another address,
    /// or would not get a notice of this type any more; or if the security email is another. An address that was found
    /// undeliverable may be tried again.
    pub fn is_wanted(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let found = self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT contact_id, address_key, type, fallback IS NOT NULL, \
                 address_key IS (SELECT security_email_key FROM account) FROM delivery WHERE id = ?1 AND kind = 'notice'",
            )?;
            let read = query.query_row([id.0], |row| {
                let contact: Option<i64> = row.get(0)?;
                let (key, type_id): (String, String) = (row.get(1)?, row.get(2)?);
                let goes_to_security_email = row.get::<_, bool>(3)? && row.get::<_, bool>(4)?;
                Ok((contact, key, type_id, goes_to_security_email))
            });
            read.optional()
        })?;
        let Some((contact, address_key, type_id, goes_to_security_email)) = found else { return Ok(true) };
        let Some(contact) = contact else { return Ok(goes_to_security_email) };
        let Some((candidate, present_key)) = self.candidate(ContactId(contact))? else { return Ok(false) };
        Ok(present_key == address_key
            && match verdict(&type_id, &candidate) {
                Ok(()) | Err(Exclusion::Undeliverable) => true,
                Err(Exclusion::NotSubscribed | Exclusion::Unsubscribed | Exclusion::NotVerified) => false,
            })
    }
}

impl Writing<'_> {
    /// Writes a notice without deliveries.
    pub fn insert_notice(&self, new: &NewNotice<'_>) -> Result<NoticeId, StoreError> {
        self.sql(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT INTO notice (type, title_en, title_zh_cn, subject, idempotency_key, priority, lifetime, created_at, \
                 fallback) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            let id = insert.insert(params![
                new.draft.message_type,
                new.title.get(Language::En),
                new.title.get(Language::ZhCn),
                new.draft.subject,
                new.key,
                new.priority,
                new.expires_at.millis() - new.now.millis(),
                new.now.millis(),
                new.fallback.map(FallbackReason::id),
            ])?;
            sql.prepare_cached("INSERT INTO notice_text (notice_id, body_text, body_html) VALUES (?1, ?2, ?3)")?
                .execute(params![id, new.draft.body, new.draft.html])?;
            Ok(NoticeId(id))
        })
    }

    /// Queues the mail of a notice to a contact.
    pub fn insert_notice_delivery(
        &self,
        (id, new): (NoticeId, &NewNotice<'_>),
        contact: ContactId,
        message_id: &str,
    ) -> Result<DeliveryId, StoreError> {
        self.sql(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT INTO delivery (kind, contact_id, notice_id, address, address_key, name, language, type, subject, \
                 priority, created_at, due_at, expires_at, message_id) \
                 SELECT 'notice', id, ?2, email, email_key, name, language, ?3, ?4, ?5, ?6, ?6, ?7, ?8 FROM contact WHERE id = ?1",
            )?;
            insert
                .insert(params![
                    contact.0,
                    id.0,
                    new.draft.message_type,
                    new.draft.subject,
                    new.priority,
                    new.now.millis(),
                    new.expires_at.millis(),
                    message_id,
                ])
                .map(DeliveryId)
        })
    }

    /// Cancels all deliveries of a notice that have not begun, as an administrator asks for; those under way are not tried
    /// again. Returns how many.
    pub fn cancel_notice(&self, id: NoticeId, now: Timestamp) -> Result<usize, StoreError> {
        self.sql(|sql| {
            sql.execute("UPDATE notice SET is_cancelled = 1 WHERE id = ?1 AND waiting > 0", [id.0])?;
            sql.execute(
                "UPDATE delivery SET state = 'cancelled', ended_at = ?2 WHERE notice_id = ?1 AND +state IN ('queued', 'retry')",
                params![id.0, now.millis()],
            )
        })
    }

    /// Lets a notice that reached nobody end once more: the security email gets it, if there is one that was not tried yet.
    pub fn end_notice_again(&self, id: NoticeId, now: Timestamp) -> Result<(), StoreError> {
        self.sql(|sql| {
            let end = "UPDATE notice SET ended_at = ?2, is_cancelled = 0, is_unreached = 0 WHERE id = ?1 AND waiting = 0";
            sql.execute(end, params![id.0, now.millis()]).map(drop)
        })
    }

    /// Cancels the notices of a category (or type) to a contact that have not begun, because the recipient stopped it. Returns how
    /// many.
    pub fn cancel_notices_of(
        &self,
        contact: ContactId,
        category: &str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.sql(|sql| {
            let mut cancel = sql.prepare_cached(
                "UPDATE delivery SET state = 'cancelled', ended_at = ?3 WHERE contact_id = ?1 AND kind = 'notice' \
                 AND (type = ?2 OR substr(type, 1, length(?2) + 1) = ?2 || '.') AND +state IN ('queued', 'retry')",
            )?;
            cancel.execute(params![contact.0, category, now.millis()])
        })
    }

    /// Cancels fallbacks that have not begun and go to an address that is not the security email any more. What has reached
    /// nobody else goes to the present one.
    pub fn cancel_fallbacks_elsewhere(&self, now: Timestamp) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.execute(
                "UPDATE delivery SET state = 'cancelled', ended_at = ?1 WHERE state IN ('queued', 'retry') \
                 AND fallback IS NOT NULL AND address_key IS NOT (SELECT security_email_key FROM account)",
                [now.millis()],
            )
            .map(drop)
        })
    }

    /// Cancels a waiting delivery that has become pointless: nobody wants it any more, or its notice was cancelled. True if it
    /// was.
    pub(super) fn cancel_if_pointless(&self, id: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        let of_cancelled_notice = self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT n.is_cancelled FROM delivery d JOIN notice n ON n.id = d.notice_id WHERE d.id = ?1",
            )?;
            query.query_row([id.0], |row| row.get::<_, bool>(0)).optional()
        })?;
        let is_pointless = match of_cancelled_notice {
            None => false,
            Some(true) => true,
            Some(false) => !self.reading().is_wanted(id)?,
        };
        if !is_pointless {
            return Ok(false);
        }
        self.sql(|sql| {
            let mut cancel = sql.prepare_cached(
                "UPDATE delivery SET state = 'cancelled', ended_at = ?2 WHERE id = ?1 AND state IN ('queued', 'retry')",
            )?;
            Ok(cancel.execute(params![id.0, now.millis()])? == 1)
        })
    }
}
