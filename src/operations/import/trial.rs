//! What a trial remembers instead of writing it.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::domain::contact::ContactId;
use crate::store::{Reading, StoreError};

/// The contacts that would be added.
pub(super) struct Trial {
    /// The id that the next one would get.
    next: ContactId,
    /// The lines by address. Of an address it keeps two hashes of 64 bits, each under a key of this run: with its place in the map
    /// some 50 octets for a contact, and that two addresses share both does not happen.
    lines: HashMap<[u64; 2], u64>,
    keys: [RandomState; 2],
}

impl Trial {
    /// Nothing is added yet.
    pub(super) fn begin(reading: &Reading<'_>) -> Result<Self, StoreError> {
        let keys = [RandomState::new(), RandomState::new()];
        Ok(Self { next: reading.next_contact()?, lines: HashMap::new(), keys })
    }

    /// Adds a contact with an address that nobody has.
    pub(super) fn add(&mut self, email_key: &str, line: u64) -> ContactId {
        self.lines.insert(self.hash(email_key), line);
        let id = self.next;
        self.next = ContactId(id.0 + 1);
        id
    }

    /// The line that would add the contact with this address.
    pub(super) fn line(&self, email_key: &str) -> Option<u64> {
        self.lines.get(&self.hash(email_key)).copied()
    }

    fn hash(&self, email_key: &str) -> [u64; 2] {
        self.keys.each_ref().map(|key| key.hash_one(email_key))
    }
}
