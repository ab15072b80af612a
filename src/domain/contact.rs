//! A contact as the list, the dialogs and the command line see it, with the state of its verification.

use super::delivery::State;
use super::language::Language;
use super::position::Position;
use super::subscription::Subscriptions;
use super::timestamp::Timestamp;
use super::verification::{Limit, VoidReason};

/// Names one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactId(pub i64);

/// A person or mailbox that gets notices; never a way to sign in.
///
/// Name and email are what the store holds: they were valid when they were written, perhaps by the rules of another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    /// The address in force.
    pub email: String,
    pub position: Option<Position>,
    pub language: Language,
    pub status: Status,
    /// When the address in force was verified.
    pub verified_at: Option<Timestamp>,
    /// When the code that is under way left, for [`Status::CodeSent`].
    pub code_sent_at: Option<Timestamp>,
    /// The address that will replace the one in force once it is verified.
    pub pending_email: Option<String>,
    /// When the recipient ended category activity for this address.
    pub unsubscribed_at: Option<Timestamp>,
    pub subscriptions: Subscriptions,
    /// Counts administrators' edits, subscriptions included; never verification or bounces.
    pub version: i64,
}

/// How far the proof that somebody reads the address has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Nothing has left yet, or sending failed.
    Unverified,
    CodeSent,
    /// The code's time or tries are over, or its key is gone.
    Expired,
    Verified,
    /// The server refused the address for good.
    Undeliverable,
}

impl Status {
    pub const ALL: [Self; 5] =
        [Self::Unverified, Self::CodeSent, Self::Expired, Self::Verified, Self::Undeliverable];

    /// As stored and in JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::CodeSent => "code_sent",
            Self::Expired => "expired",
            Self::Verified => "verified",
            Self::Undeliverable => "undeliverable",
        }
    }

    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.id() == id)
    }

    /// As a word on the screen.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::CodeSent => "code sent",
            Self::Expired => "expired",
            Self::Verified => "verified",
            Self::Undeliverable => "undeliverable",
        }
    }
}

/// Whose address a verification proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    Contact(ContactId),
    SecurityEmail,
}

/// Everything the verification dialog shows about one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressProof {
    pub email: String,
    pub status: Status,
    /// Why the last verification does not count, for [`Status::Expired`].
    pub void: Option<VoidReason>,
    pub verified_at: Option<Timestamp>,
    /// When the mail under way was queued and when it left.
    pub queued_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    /// When the code ends.
    pub expires_at: Option<Timestamp>,
    /// Wrong codes that may still be entered, while a code is under way.
    pub tries_left: Option<u32>,
    /// What became of the newest verification mail, if there was one.
    pub mail: Option<State>,
    /// The server's last words about this address, or the file the mail lies in; already escaped.
    pub server: Option<String>,
    /// What keeps the next mail back now, and until when.
    pub limit: Option<Limit>,
}

/// What the verification dialog shows: the address in force and the one that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proofs {
    pub subject: Subject,
    pub name: String,
    pub present: AddressProof,
    pub pending: Option<AddressProof>,
}

impl Proofs {
    /// The address a code would be sent to and entered for: the pending one while there is one.
    #[must_use]
    pub fn open(&self) -> &AddressProof {
        self.pending.as_ref().unwrap_or(&self.present)
    }
}

/// By what the list of contacts is sorted; ties by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortColumn {
    #[default]
    Name,
    Email,
    Position,
    Status,
    Id,
}

impl SortColumn {
    pub const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Position, Self::Status, Self::Id];

    /// As on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Position => "position",
            Self::Status => "status",
            Self::Id => "id",
        }
    }

    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.id() == id)
    }

    /// The next one when the list is sorted anew.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Name => Self::Email,
            Self::Email => Self::Position,
            Self::Position => Self::Status,
            Self::Status => Self::Id,
            Self::Id => Self::Name,
        }
    }
}

/// Totals over all contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub contacts: u64,
    pub unverified: u64,
    pub code_sent: u64,
    pub expired: u64,
    pub verified: u64,
    pub undeliverable: u64,
}
