//! The account's single row.

use rusqlite::params;

use super::{Reading, StoreError, Writing, rows};
use crate::domain::account::Account;
use crate::domain::contact::Status;
use crate::domain::language::Language;
use crate::domain::timestamp::Timestamp;

impl Reading<'_> {
    /// The account, with the status of its security email as it is at `now`.
    pub fn account(&self, now: Timestamp) -> Result<Account, StoreError> {
        self.sql(|sql| {
            let mut query = sql.prepare_cached(
                "SELECT a.name, a.security_email, \
                 CASE WHEN a.security_status IN ('unverified', 'code_sent') AND v.expires_at <= ?1 THEN 'expired' \
                 ELSE a.security_status END, a.language, a.introduced \
                 FROM account a LEFT JOIN verification v ON coalesce(v.contact_id, 0) = 0 AND v.state = 'open'",
            )?;
            query.query_row([now.millis()], |row| {
                let security_email: Option<String> = row.get(1)?;
                let status = rows::word(row, 2, Status::parse)?;
                Ok(Account {
                    name: row.get(0)?,
                    security_email_status: security_email.is_some().then_some(status),
                    security_email,
                    language: rows::word(row, 3, rows::language)?,
                    introduced: row.get(4)?,
                })
            })
        })
    }

    /// When the security email was verified, and the server's last words about it.
    pub fn security_email_facts(&self) -> Result<(Option<Timestamp>, Option<String>), StoreError> {
        self.sql(|sql| {
            sql.query_row("SELECT security_verified_at, security_words FROM account", [], |row| {
                Ok((rows::moment(row, 0)?, row.get(1)?))
            })
        })
    }

    /// The id of the key that this database was last used with.
    pub fn key_id(&self) -> Result<Option<String>, StoreError> {
        self.sql(|sql| sql.query_row("SELECT key_id FROM account", [], |row| row.get(0)))
    }

    /// Whether a mail of this database has ever been handed to a server.
    pub fn has_sent_by_smtp(&self) -> Result<bool, StoreError> {
        self.sql(|sql| sql.query_row("SELECT sent_by_smtp FROM account", [], |row| row.get(0)))
    }

    /// How often an administrator asked that mail be tried now.
    pub fn retries_asked(&self) -> Result<i64, StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("SELECT retries_asked FROM account")?.query_row([], |row| row.get(0))
        })
    }
}

impl Writing<'_> {
    /// Sets name and language, and that the first start's questions were answered.
    pub fn set_account(&self, name: &str, language: Language) -> Result<(), StoreError> {
        self.sql(|sql| {
            let change = "UPDATE account SET name = ?1, language = ?2, introduced = 1";
            sql.execute(change, params![name, language.id()]).map(drop)
        })
    }

    /// The first start's questions are not asked again.
    pub fn set_introduced(&self) -> Result<(), StoreError> {
        self.sql(|sql| sql.execute("UPDATE account SET introduced = 1", []).map(drop))
    }

    /// Sets or removes the security email; a new address is unverified.
    pub fn set_security_email(&self, email: Option<(&str, &str)>) -> Result<(), StoreError> {
        self.sql(|sql| {
            let change = "UPDATE account SET security_email = ?1, security_email_key = ?2, \
                          security_status = 'unverified', security_verified_at = NULL, security_words = NULL";
            sql.execute(change, params![email.map(|(email, _)| email), email.map(|(_, key)| key)]).map(drop)
        })
    }

    /// The same security email in other letters.
    pub fn respell_security_email(&self, email: &str) -> Result<(), StoreError> {
        self.sql(|sql| sql.execute("UPDATE account SET security_email = ?1", [email]).map(drop))
    }

    /// Sets the security email's status, and with `Verified` when.
    pub fn set_security_status(&self, status: Status, now: Timestamp) -> Result<(), StoreError> {
        self.sql(|sql| {
            let change = "UPDATE account SET security_status = ?1, \
                          security_verified_at = CASE WHEN ?1 = 'verified' THEN ?2 ELSE security_verified_at END";
            sql.execute(change, params![status.id(), now.millis()]).map(drop)
        })
    }

    /// An administrator asks that mail be tried now.
    pub fn ask_to_retry(&self) -> Result<(), StoreError> {
        self.sql(|sql| sql.execute("UPDATE account SET retries_asked = retries_asked + 1", []).map(drop))
    }

    /// Records the key that this database is used with.
    pub fn set_key_id(&self, key_id: &str) -> Result<(), StoreError> {
        self.sql(|sql| sql.execute("UPDATE account SET key_id = ?1", [key_id]).map(drop))
    }
}
