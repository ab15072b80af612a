//! The contact table: one row a contact, the address in force and the pending one in it.

use rusqlite::{OptionalExtension, Row, params};

use super::subscriptions::AllWanted;
use super::{Reading, StoreError, Writing, rows};
use crate::domain::contact::{Contact, ContactId, Status, Totals};
use crate::domain::contact_form::ContactDraft;
use crate::domain::email_address::EmailAddress;
use crate::domain::routing::Candidate;
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;

/// What a new contact is made of.
pub type NewContact = ContactDraft;

/// What the operations need beyond what a contact shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    pub contact: Contact,
    pub email_key: String,
    pub pending_email_key: Option<String>,
    /// The server's words by which the address in force was found undeliverable.
    pub undeliverable_words: Option<String>,
    /// The server's words about the pending address.
    pub pending_words: Option<String>,
}

/// The columns that [`candidate`] reads, from a table `contact c`.
const CANDIDATE: &str =
    "c.id, c.email, c.verified_at IS NOT NULL, c.status = 'undeliverable', c.unsubscribed_at IS NOT NULL";

impl Reading<'_> {
    /// One contact, with its status as it is at `now`.
    pub fn contact(&self, id: ContactId, now: Timestamp) -> Result<Option<ContactRow>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT {}, c.email_key, c.pending_email_key, c.undeliverable_words, c.pending_words FROM {} WHERE c.id = ?2",
                rows::CONTACT,
                rows::CONTACT_SOURCE
            ))?;
            let read = query.query_row(params![now.millis(), id.0], |row| {
                Ok(ContactRow {
                    contact: rows::contact(row)?,
                    email_key: row.get(12)?,
                    pending_email_key: row.get(13)?,
                    undeliverable_words: row.get(14)?,
                    pending_words: row.get(15)?,
                })
            });
            read.optional()
        })
    }

    /// The contact to which an address belongs, in force or pending.
    pub fn contact_with_address(&self, email_key: &str) -> Result<Option<ContactId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT id FROM contact WHERE email_key = ?1 UNION ALL SELECT id FROM contact WHERE pending_email_key = ?1",
            )?;
            query.query_row([email_key], |row| row.get(0).map(ContactId)).optional()
        })
    }

    /// The id that the next new contact gets.
    pub fn next_contact(&self) -> Result<ContactId, StoreError> {
        self.sql(|sql| {
            let text = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'contact'";
            sql.query_row(text, [], |row| row.get(0).map(ContactId))
        })
    }

    /// The contacts with this name, whatever its case and width.
    pub fn contacts_named(&self, name_key: &str) -> Result<Vec<ContactId>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached("SELECT id FROM contact WHERE name_key = ?1 ORDER BY id")?;
            query.query_map([name_key], |row| row.get(0).map(ContactId))?.collect()
        })
    }

    /// The name of a contact, for a sentence about it.
    pub fn contact_name(&self, id: ContactId) -> Result<Option<String>, StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("SELECT name FROM contact WHERE id = ?1")?
                .query_row([id.0], |row| row.get(0))
                .optional()
        })
    }

    /// How many contacts have which status, from the counters.
    pub fn totals(&self) -> Result<Totals, StoreError> {
        let of = |status: Status| self.counter(&format!("contact.{}", status.id()));
        let mut totals = Totals {
            contacts: 0,
            unverified: of(Status::Unverified)?,
            code_sent: of(Status::CodeSent)?,
            expired: of(Status::Expired)?,
            verified: of(Status::Verified)?,
            undeliverable: of(Status::Undeliverable)?,
        };
        totals.contacts =
            totals.unverified + totals.code_sent + totals.expired + totals.verified + totals.undeliverable;
        Ok(totals)
    }

    /// The value of one counter.
    pub fn counter(&self, name: &str) -> Result<u64, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached("SELECT value FROM counter WHERE name = ?1")?;
            let value: i64 = query.query_row([name], |row| row.get(0))?;
            Ok(u64::try_from(value).unwrap_or(0))
        })
    }

    /// The domains of verified addresses, the most used first; at most `limit`, from a bounded number of rows.
    pub fn verified_domains(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT substr(email_key, instr(email_key, '@') + 1) AS domain FROM \
                 (SELECT email_key FROM contact WHERE status = 'verified' ORDER BY id LIMIT 2000) \
                 GROUP BY domain ORDER BY count(*) DESC, domain LIMIT ?1",
            )?;
            query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?.collect()
        })
    }

    /// Calls `each` with what routing needs of every contact and with its name, in order of id, until it returns false.
    pub fn each_candidate(&self, mut each: impl FnMut(&Candidate, &str) -> bool) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut query =
                sql.prepare(&format!("SELECT {CANDIDATE}, c.name FROM contact c ORDER BY c.id"))?;
            let mut wanted = sql.prepare(AllWanted::QUERY)?;
            let (mut found, mut wanted) = (query.query([])?, AllWanted::begin(wanted.query([])?)?);
            let mut types = Vec::new();
            while let Some(row) = found.next()? {
                wanted.of(row.get(0)?, |type_id| types.push(type_id.to_owned()))?;
                if !each(&candidate(row, types.drain(..))?, row.get_ref(5)?.as_str()?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// What routing needs of one contact, and the key of its address in force.
    pub fn candidate(&self, id: ContactId) -> Result<Option<(Candidate, String)>, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(&format!(
                "SELECT {CANDIDATE}, c.email_key, \
                 (SELECT group_concat(s.type, ' ') FROM subscription s WHERE s.contact_id = c.id) \
                 FROM contact c WHERE c.id = ?1"
            ))?;
            let read = query.query_row([id.0], |row| {
                let types = row.get_ref(6)?.as_str_or_null()?.unwrap_or_default();
                Ok((candidate(row, types.split_ascii_whitespace().map(str::to_owned))?, row.get(5)?))
            });
            read.optional()
        })
    }
}

impl Writing<'_> {
    /// Adds a contact with its subscriptions. The caller has made sure that the address is free.
    pub fn insert_contact(&self, new: &NewContact, now: Timestamp) -> Result<ContactId, StoreError> {
        let id = self.sql(|sql| {
            let mut insert = sql.prepare_cached(
                "INSERT INTO contact (name, name_key, email, email_key, position, language, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            insert.insert(params![
                new.name.as_str(),
                new.name.key(),
                new.email.as_str(),
                new.email.key(),
                new.position.map_or("", |position| position.id()),
                new.language.id(),
                now.millis(),
            ])
        })?;
        self.insert_subscriptions(ContactId(id), &new.subscriptions)?;
        Ok(ContactId(id))
    }

    /// Writes name, position and language, and counts the edit.
    pub fn update_contact(&self, id: ContactId, draft: &ContactDraft) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut update = sql.prepare_cached(
                "UPDATE contact SET name = ?2, name_key = ?3, position = ?4, language = ?5, version = version + 1 WHERE id = ?1",
            )?;
            let position = draft.position.map_or("", |position| position.id());
            update.execute(params![id.0, draft.name.as_str(), draft.name.key(), position, draft.language.id()]).map(drop)
        })
    }

    /// Counts an edit of something beside the row itself.
    pub fn count_edit(&self, id: ContactId) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("UPDATE contact SET version = version + 1 WHERE id = ?1")?
                .execute([id.0])
                .map(drop)
        })
    }

    /// The same address in other letters.
    pub fn respell_email(&self, id: ContactId, email: &EmailAddress) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut update = sql.prepare_cached("UPDATE contact SET email = ?2 WHERE id = ?1")?;
            update.execute(params![id.0, email.as_str()]).map(drop)
        })
    }

    /// Puts another address in force; nothing is known of it yet.
    pub fn replace_email(&self, id: ContactId, email: &EmailAddress) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut update = sql.prepare_cached(
                "UPDATE contact SET email = ?2, email_key = ?3, status = 'unverified', verified_at = NULL, \
                 unsubscribed_at = NULL, undeliverable_words = NULL WHERE id = ?1",
            )?;
            update.execute(params![id.0, email.as_str(), email.key()]).map(drop)
        })
    }

    /// Lets an address wait for its verification, or takes the waiting one away.
    pub fn set_pending_email(&self, id: ContactId, email: Option<&EmailAddress>) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut update = sql.prepare_cached(
                "UPDATE contact SET pending_email = ?2, pending_email_key = ?3, pending_words = NULL WHERE id = ?1",
            )?;
            update.execute(params![id.0, email.map(EmailAddress::as_str), email.map(EmailAddress::key)]).map(drop)
        })
    }

    /// The pending address was verified: it comes into force.
    pub fn promote_pending_email(&self, id: ContactId, now: Timestamp) -> Result<(), StoreError> {
        self.sql(|sql| {
            let find = "SELECT pending_email, pending_email_key FROM contact WHERE id = ?1";
            let (email, key): (String, String) = sql.query_row(find, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            // Two steps: an address is never in force and pending at once.
            sql.execute(
                "UPDATE contact SET pending_email = NULL, pending_email_key = NULL, pending_words = NULL WHERE id = ?1",
                [id.0],
            )?;
            sql.execute(
                "UPDATE contact SET email = ?2, email_key = ?3, status = 'verified', verified_at = ?4, \
                 unsubscribed_at = NULL, undeliverable_words = NULL WHERE id = ?1",
                params![id.0, email, key, now.millis()],
            )
            .map(drop)
        })
    }

    /// Sets the status of the address in force; `Verified` also sets when and ends `undeliverable`.
    pub fn set_status(&self, id: ContactId, status: Status, now: Timestamp) -> Result<(), StoreError> {
        self.sql(|sql| {
            let mut update = sql.prepare_cached(
                "UPDATE contact SET status = ?2, \
                 verified_at = CASE WHEN ?2 = 'verified' THEN ?3 ELSE verified_at END, \
                 undeliverable_words = CASE WHEN ?2 = 'verified' THEN NULL ELSE undeliverable_words END WHERE id = ?1",
            )?;
            update.execute(params![id.0, status.id(), now.millis()]).map(drop)
        })
    }

    /// Deletes a contact with its subscriptions and verifications. False if there is none.
    pub fn delete_contact(&self, id: ContactId) -> Result<bool, StoreError> {
        self.sql(|sql| Ok(sql.prepare_cached("DELETE FROM contact WHERE id = ?1")?.execute([id.0])? == 1))
    }
}

fn candidate(row: &Row<'_>, types: impl Iterator<Item = String>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        contact: ContactId(row.get(0)?),
        email: row.get(1)?,
        verified: row.get(2)?,
        undeliverable: row.get(3)?,
        unsubscribed: row.get(4)?,
        subscriptions: Subscriptions::from_ids(types),
    })
}
