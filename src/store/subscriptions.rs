//! The subscription table.

use rusqlite::params;

use super::{StoreError, Writing};
use crate::domain::contact::ContactId;
use crate::domain::subscription::Subscriptions;

impl Writing<'_> {
    /// Makes these the contact's subscriptions.
    pub fn set_subscriptions(&self, id: ContactId, subscriptions: &Subscriptions) -> Result<(), StoreError> {
        self.sql(|sql| {
            sql.prepare_cached("DELETE FROM subscription WHERE contact_id = ?1")?.execute([id.0])?;
            let mut insert =
                sql.prepare_cached("INSERT INTO subscription (contact_id, type) VALUES (?1, ?2)")?;
            for type_id in subscriptions.ids() {
                insert.execute(params![id.0, type_id])?;
            }
            Ok(())
        })
    }
}
