//! What an import remembers of the rows before: the contacts they were about, and which domains look like slips.

use std::collections::HashMap;

use crate::domain::contact::ContactId;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_typo;
use crate::domain::say::{Said, saying};

/// Domains of which is remembered whether they look like a slip; a file with more gets no more hints.
const KNOWN_SLIPS: usize = 10_000;

/// The contacts that rows were about, with their lines. New ones have numbers that follow each other: eight octets each.
#[derive(Default)]
pub(super) struct Seen {
    first: i64,
    added: Vec<u64>,
    others: HashMap<i64, u64>,
}

impl Seen {
    pub(super) fn add_new(&mut self, id: ContactId, line: u64) {
        if self.added.is_empty() {
            self.first = id.0;
        }
        if self.place(id) == Some(self.added.len()) {
            self.added.push(line);
        } else {
            self.others.insert(id.0, line);
        }
    }

    pub(super) fn add_known(&mut self, id: ContactId, line: u64) {
        self.others.insert(id.0, line);
    }

    /// The line that was about the contact, and whether that made it.
    pub(super) fn line(&self, id: ContactId) -> Option<(u64, bool)> {
        let added = self.place(id).and_then(|place| self.added.get(place));
        let other = || self.others.get(&id.0).map(|line| (*line, false));
        added.map(|line| (*line, true)).or_else(other)
    }

    fn place(&self, id: ContactId) -> Option<usize> {
        usize::try_from(id.0.checked_sub(self.first)?).ok()
    }
}

/// What is known of the domains of new addresses.
pub(super) struct Slips {
    /// Domains that verified contacts use.
    known: Vec<String>,
    /// The domain that may be meant, by domain.
    of: HashMap<String, Option<String>>,
}

impl Slips {
    /// Nothing but domains that verified contacts use.
    pub(super) fn knowing(known: Vec<String>) -> Self {
        Self { known, of: HashMap::new() }
    }

    pub(super) fn warning(&mut self, email: &EmailAddress) -> Option<Said> {
        let meant = match self.of.get(email.domain()) {
            Some(meant) => meant.clone(),
            None if self.of.len() >= KNOWN_SLIPS => None,
            None => {
                let hint = email_typo::hint(email, &self.known);
                let meant = hint.and_then(|hint| Some(hint.rsplit_once('@')?.1.to_owned()));
                self.of.insert(email.domain().to_owned(), meant.clone());
                meant
            }
        };
        meant.map(|domain| {
            saying!("perhaps '{address}' is meant", address = format!("{}@{domain}", email.local()))
        })
    }
}
