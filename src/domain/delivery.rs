//! A delivery: one mail to one address, from the moment it is queued to the state in which it ends.

use super::contact::ContactId;
use super::retry::delayed_since;
use super::timestamp::Timestamp;

/// Names one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub i64);

/// Names one notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(pub i64);

/// One row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub kind: Kind,
    /// The address as it goes to RCPT.
    pub to: String,
    /// None for the security email, and after the contact was deleted.
    pub contact: Option<ContactId>,
    /// The contact's name, or "security email"; empty if the contact is gone.
    pub name: String,
    pub notice: Option<NoticeId>,
    /// The message type of a notice or a test.
    pub message_type: Option<String>,
    pub subject: String,
    /// Why the security email gets it.
    pub fallback: Option<String>,
    pub state: State,
    /// How often a server was asked to take it.
    pub attempts: u32,
    pub created_at: Timestamp,
    /// When it is tried next, or was due last.
    pub due_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// With angle brackets; the same over all retries.
    pub message_id: String,
    /// The mail server's last words, or what went wrong on the way to it; already escaped.
    pub server: Option<String>,
    /// Link or machine died between the body and the recorded reply of some attempt.
    pub maybe_sent: bool,
}

/// What a delivery is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Carries a code.
    Verification,
    /// Tells an old address that it was replaced.
    Change,
    Notice,
    Test,
}

impl Delivery {
    /// Whether it has waited for so long that somebody should know.
    #[must_use]
    pub fn is_delayed(&self, now: Timestamp) -> bool {
        !self.state.is_end() && delayed_since(Some(self.created_at), now).is_some()
    }
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Verification, Self::Change, Self::Notice, Self::Test];

    /// As stored and in JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::Change => "change",
            Self::Notice => "notice",
            Self::Test => "test",
        }
    }

    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The rank in the queue, lower first: verification, security and exception, then the rest, activity last.
    #[must_use]
    pub fn priority(self, category: Option<&str>) -> u8 {
        match (self, category) {
            (Self::Verification, _) | (Self::Notice | Self::Test, Some("security" | "exception")) => 0,
            (Self::Notice | Self::Test, Some("activity")) => 2,
            (Self::Change | Self::Notice | Self::Test, _) => 1,
        }
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Queued,
    Sending,
    Retry,
    Sent,
    /// In a file, because no server is configured.
    Written,
    Failed,
    Expired,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Retry,
        Self::Sent,
        Self::Written,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// As stored and in JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Retry => "retry",
            Self::Sent => "sent",
            Self::Written => "written",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }

    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_end(self) -> bool {
        match self {
            Self::Queued | Self::Sending | Self::Retry => false,
            Self::Sent | Self::Written | Self::Failed | Self::Expired | Self::Cancelled => true,
        }
    }

    /// Whether an administrator may ask for another try.
    #[must_use]
    pub const fn may_retry(self) -> bool {
        match self {
            Self::Queued | Self::Retry | Self::Written | Self::Failed | Self::Expired => true,
            Self::Sending | Self::Sent | Self::Cancelled => false,
        }
    }

    /// Whether an administrator may still cancel it.
    #[must_use]
    pub const fn may_cancel(self) -> bool {
        match self {
            Self::Queued | Self::Retry => true,
            Self::Sending | Self::Sent | Self::Written | Self::Failed | Self::Expired | Self::Cancelled => {
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::parse(kind.id()) == Some(kind)));
        assert!(State::ALL.into_iter().all(|state| State::parse(state.id()) == Some(state)));
        assert_eq!(State::parse("maybe"), None);
    }

    #[test]
    fn verification_and_alarms_go_first_and_activity_last() {
        assert_eq!(Kind::Verification.priority(None), 0);
        assert_eq!(Kind::Notice.priority(Some("security")), 0);
        assert_eq!(Kind::Notice.priority(Some("exception")), 0);
        assert_eq!(Kind::Notice.priority(Some("product")), 1);
        assert_eq!(Kind::Test.priority(None), 1);
        assert_eq!(Kind::Notice.priority(Some("activity")), 2);
    }
}
