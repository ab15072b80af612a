//! Routing: who gets a notice of a type, and why everybody else does not. [`verdict`] decides about each contact and
//! [`VerdictCount::fallback`] about all together, for sending, `explain`, dry runs, coverage and the screens; [`route`] is both over
//! contacts that are in memory.

use super::catalogue::{UNSUBSCRIBABLE, category_of};
use super::contact::{Contact, ContactId, Status};
use super::subscription::Subscriptions;

/// What routing needs to know of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub contact: ContactId,
    pub email: String,
    pub subscriptions: Subscriptions,
    /// The address in force is verified.
    pub verified: bool,
    /// The server refused the address in force for good.
    pub undeliverable: bool,
    /// The recipient ended category activity for this address.
    pub unsubscribed: bool,
}

impl Candidate {
    /// What routing needs of a contact as it is listed.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        Self {
            contact: contact.id,
            email: contact.email.clone(),
            subscriptions: contact.subscriptions.clone(),
            verified: contact.verified_at.is_some(),
            undeliverable: contact.status == Status::Undeliverable,
            unsubscribed: contact.unsubscribed_at.is_some(),
        }
    }
}

/// Why a contact does not receive; the first that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exclusion {
    NotSubscribed,
    Unsubscribed,
    Undeliverable,
    NotVerified,
}

impl Exclusion {
    pub const ALL: [Self; 4] =
        [Self::NotSubscribed, Self::Unsubscribed, Self::Undeliverable, Self::NotVerified];

    /// As in JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NotSubscribed => "not_subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::Undeliverable => "undeliverable",
            Self::NotVerified => "not_verified",
        }
    }
}

/// Why the security email gets a notice; the first that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FallbackReason {
    NoContacts,
    NobodySubscribed,
    NoneVerified,
    NoneReachable,
    AllFailed,
}

impl FallbackReason {
    pub const ALL: [Self; 5] =
        [Self::NoContacts, Self::NobodySubscribed, Self::NoneVerified, Self::NoneReachable, Self::AllFailed];

    /// As in JSON and in the outbox.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::NoContacts => "no_contacts",
            Self::NobodySubscribed => "nobody_subscribed",
            Self::NoneVerified => "none_verified",
            Self::NoneReachable => "none_reachable",
            Self::AllFailed => "all_failed",
        }
    }

    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.id() == id)
    }
}

/// How many contacts have which verdict: what is needed of a route where the contacts themselves are too many to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VerdictCount {
    pub recipients: u64,
    pub not_subscribed: u64,
    pub unsubscribed: u64,
    pub undeliverable: u64,
    pub not_verified: u64,
}

impl VerdictCount {
    /// Counts one verdict.
    pub const fn push(&mut self, verdict: Result<(), Exclusion>) {
        match verdict {
            Ok(()) => self.recipients += 1,
            Err(Exclusion::NotSubscribed) => self.not_subscribed += 1,
            Err(Exclusion::Unsubscribed) => self.unsubscribed += 1,
            Err(Exclusion::Undeliverable) => self.undeliverable += 1,
            Err(Exclusion::NotVerified) => self.not_verified += 1,
        }
    }

    /// How many do not receive.
    #[must_use]
    pub const fn excluded(&self) -> u64 {
        self.not_subscribed + self.unsubscribed + self.undeliverable + self.not_verified
    }

    /// Why the security email gets it; None if somebody receives.
    #[must_use]
    pub const fn fallback(&self) -> Option<FallbackReason> {
        if self.recipients > 0 {
            None
        } else if self.excluded() == 0 {
            Some(FallbackReason::NoContacts)
        } else if self.excluded() == self.not_subscribed {
            Some(FallbackReason::NobodySubscribed)
        } else if self.not_verified > 0 {
            Some(FallbackReason::NoneVerified)
        } else {
            Some(FallbackReason::NoneReachable)
        }
    }
}

/// Everyone's verdict for one type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    pub recipients: Vec<(ContactId, String)>,
    pub excluded: Vec<(ContactId, String, Exclusion)>,
    /// Set if no contact receives.
    pub fallback: Option<FallbackReason>,
}

/// Decides who gets a notice of `type_id`.
#[must_use]
pub fn route(type_id: &str, candidates: impl IntoIterator<Item = Candidate>) -> Route {
    let (mut route, mut count) = (Route::default(), VerdictCount::default());
    for candidate in candidates {
        let verdict = verdict(type_id, &candidate);
        count.push(verdict);
        match verdict {
            Ok(()) => route.recipients.push((candidate.contact, candidate.email)),
            Err(reason) => route.excluded.push((candidate.contact, candidate.email, reason)),
        }
    }
    route.fallback = count.fallback();
    route
}

/// Whether this contact receives a notice of `type_id`.
///
/// # Errors
/// The first reason why it does not.
pub fn verdict(type_id: &str, candidate: &Candidate) -> Result<(), Exclusion> {
    if !candidate.subscriptions.covers(type_id) {
        return Err(Exclusion::NotSubscribed);
    }
    if candidate.unsubscribed && category_of(type_id) == UNSUBSCRIBABLE {
        return Err(Exclusion::Unsubscribed);
    }
    if candidate.undeliverable {
        return Err(Exclusion::Undeliverable);
    }
    if candidate.verified { Ok(()) } else { Err(Exclusion::NotVerified) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(id: i64, types: &[&str]) -> Candidate {
        Candidate {
            contact: ContactId(id),
            email: format!("c{id}@example.org"),
            subscriptions: Subscriptions::from_ids(types.iter().map(|id| (*id).to_owned())),
            verified: true,
            undeliverable: false,
            unsubscribed: false,
        }
    }

    fn reason(candidates: Vec<Candidate>) -> Option<FallbackReason> {
        route("activity.launch", candidates).fallback
    }

    #[test]
    fn the_first_reason_that_applies_is_given() {
        let mut person = candidate(1, &["activity"]);
        assert_eq!(verdict("activity.launch", &person), Ok(()));
        person.verified = false;
        assert_eq!(verdict("activity.launch", &person), Err(Exclusion::NotVerified));
        person.undeliverable = true;
        assert_eq!(verdict("activity.launch", &person), Err(Exclusion::Undeliverable));
        person.unsubscribed = true;
        assert_eq!(verdict("activity.launch", &person), Err(Exclusion::Unsubscribed));
        assert_eq!(verdict("service.billing", &person), Err(Exclusion::NotSubscribed));
    }

    #[test]
    fn unsubscribing_ends_activity_and_nothing_else() {
        let mut person = candidate(1, &["activity", "security"]);
        person.unsubscribed = true;
        assert_eq!(verdict("security.cloud", &person), Ok(()));
    }

    #[test]
    fn each_case_of_the_fallback_has_its_reason() {
        let unverified = Candidate { verified: false, ..candidate(1, &["activity"]) };
        let gone = Candidate { undeliverable: true, ..candidate(2, &["activity"]) };
        assert_eq!(reason(vec![]), Some(FallbackReason::NoContacts));
        assert_eq!(reason(vec![candidate(3, &["security"])]), Some(FallbackReason::NobodySubscribed));
        assert_eq!(reason(vec![unverified.clone(), gone.clone()]), Some(FallbackReason::NoneVerified));
        assert_eq!(reason(vec![gone.clone(), candidate(3, &[])]), Some(FallbackReason::NoneReachable));
        assert_eq!(reason(vec![unverified, gone, candidate(4, &["activity"])]), None);
    }

    prop_compose! {
        fn any_candidate()(
            id in 1..500_i64,
            types in proptest::sample::subsequence(vec!["security", "activity", "activity.launch", "product.x"], 0..4),
            verified: bool, undeliverable: bool, unsubscribed: bool,
        ) -> Candidate {
            Candidate { verified, undeliverable, unsubscribed, ..candidate(id, &types) }
        }
    }

    proptest! {
        #[test]
        fn everybody_has_one_verdict_and_only_the_right_ones_receive(
            candidates in proptest::collection::vec(any_candidate(), 0..20),
            type_id in proptest::sample::select(vec!["security.account", "activity.launch", "product.x", "security.new"]),
        ) {
            let route = route(type_id, candidates.clone());
            prop_assert_eq!(route.recipients.len() + route.excluded.len(), candidates.len());
            prop_assert_eq!(route.fallback.is_some(), route.recipients.is_empty());
            let right = candidates.iter().filter(|candidate| {
                let mut ids = candidate.subscriptions.ids();
                ids.any(|id| type_id == id || type_id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')))
                    && candidate.verified
                    && !candidate.undeliverable
                    && !(candidate.unsubscribed && type_id.starts_with("activity."))
            });
            let right: Vec<_> = right.map(|candidate| (candidate.contact, candidate.email.clone())).collect();
            prop_assert_eq!(route.recipients, right);
        }
    }
}
