//! Coverage as the screen knows it: how many contacts would receive each category and type, and when to count again.
//!
//! Counting costs a pass over the contacts. After an own change it is asked for at once; changes by others, which come in
//! swarms while mail is sent, are counted every few seconds at most. It never counts by itself.

use std::collections::HashMap;
use std::time::Duration;

use super::effect::{Question, Request};
use super::plan::Plan;
use crate::domain::catalogue::{Catalogue, Category};
use crate::domain::timestamp::Timestamp;
use crate::operations::coverage::Coverage;

/// How long after a count changes by others wait for the next.
const REST: Duration = Duration::from_secs(2);

/// The newest counts and the question about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoverageCounts {
    /// Recipients by id; None until they are counted for the first time.
    counts: Option<HashMap<String, u64>>,
    pending: Option<Request>,
    counted_at: Option<Timestamp>,
    /// Somebody has changed something since.
    is_old: bool,
}

impl CoverageCounts {
    /// Asks for new counts now.
    pub fn ask(&mut self, plan: &mut Plan) {
        self.is_old = false;
        self.pending = Some(plan.ask(Question::Coverage));
    }

    /// Asks for new counts now if some time has passed since the last, else notes that they are wanted.
    pub fn ask_after_a_rest(&mut self, now: Timestamp, plan: &mut Plan) {
        let is_rested = self.counted_at.is_none_or(|counted| now.since(counted) >= REST);
        if is_rested && self.pending.is_none() {
            self.ask(plan);
        } else {
            self.is_old = true;
        }
    }

    /// Asks for new counts that were put off, if it is time.
    pub fn wake(&mut self, now: Timestamp, plan: &mut Plan) {
        if self.is_old && self.pending.is_none() {
            self.ask_after_a_rest(now, plan);
        }
    }

    /// How long from now until [`CoverageCounts::wake`] has something to do.
    #[must_use]
    pub fn next_wake(&self, now: Timestamp) -> Option<Duration> {
        let counted = self.counted_at.filter(|_| self.is_old && self.pending.is_none())?;
        Some(now.until(counted.plus(REST)))
    }

    /// Whether this is the request that is waited for; from now on it is not.
    pub fn is_awaited(&mut self, request: Request) -> bool {
        self.pending.take_if(|pending| *pending == request).is_some()
    }

    /// Takes new counts.
    pub fn take(&mut self, coverage: Vec<Coverage>, now: Timestamp) {
        self.counts = Some(coverage.into_iter().map(|covered| (covered.id, covered.recipients)).collect());
        self.counted_at = Some(now);
    }

    /// Notes that no answer will come.
    pub fn forget(&mut self) {
        self.pending = None;
    }

    /// Whether anything was counted or is being counted.
    #[must_use]
    pub const fn is_known_or_asked(&self) -> bool {
        self.counts.is_some() || self.pending.is_some()
    }

    /// How many contacts would receive a category or type.
    #[must_use]
    pub fn recipients(&self, id: &str) -> Option<u64> {
        self.counts.as_ref()?.get(id).copied()
    }

    /// The ids of a category's types that reach nobody.
    pub fn silent<'a>(&'a self, category: &'a Category) -> impl Iterator<Item = &'a str> {
        let ids = category.types.iter().map(|known| known.id.as_str());
        ids.filter(|id| self.recipients(id) == Some(0))
    }

    /// How many types reach nobody; None until they are counted.
    #[must_use]
    pub fn silent_count(&self, catalogue: &Catalogue) -> Option<usize> {
        self.counts.as_ref()?;
        Some(catalogue.categories().iter().map(|category| self.silent(category).count()).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Timestamp {
        Timestamp::parse("2026-11-24T14:03:00Z").unwrap().plus(Duration::from_secs(second))
    }

    fn counted() -> CoverageCounts {
        let mut counts = CoverageCounts::default();
        let mut plan = Plan::default();
        counts.ask(&mut plan);
        assert!(counts.is_awaited(plan.last()));
        counts.take(vec![], at(0));
        counts
    }

    #[test]
    fn changes_by_others_are_counted_after_a_rest() {
        let (mut counts, mut plan) = (counted(), Plan::default());
        assert_eq!(counts.next_wake(at(0)), None, "nothing is to be done while nothing changes");
        counts.ask_after_a_rest(at(1), &mut plan);
        counts.ask_after_a_rest(at(1), &mut plan);
        assert_eq!(counts.next_wake(at(1)), Some(Duration::from_secs(1)));
        counts.wake(at(1), &mut plan);
        assert_eq!(plan, Plan::default());
        counts.wake(at(2), &mut plan);
        assert_eq!(plan.last(), Request(1));
        assert_eq!(counts.next_wake(at(2)), None);
    }

    #[test]
    fn own_changes_are_counted_at_once_and_make_older_counts_stale() {
        let (mut counts, mut plan) = (counted(), Plan::default());
        counts.ask(&mut plan);
        counts.ask(&mut plan);
        assert!(!counts.is_awaited(Request(1)));
        assert!(counts.is_awaited(Request(2)));
    }

    #[test]
    fn what_changes_during_a_count_is_counted_afterwards() {
        let (mut counts, mut plan) = (counted(), Plan::default());
        counts.ask(&mut plan);
        counts.ask_after_a_rest(at(9), &mut plan);
        assert_eq!(plan.last(), Request(1), "one count at a time");
        assert!(counts.is_awaited(Request(1)));
        counts.take(vec![], at(10));
        assert_eq!(counts.next_wake(at(10)), Some(REST));
    }

    #[test]
    fn types_that_reach_nobody_are_named() {
        let catalogue = Catalogue::built_in();
        let mut counts = CoverageCounts::default();
        assert_eq!(counts.silent_count(&catalogue), None);
        let covered = |id: &str| Coverage {
            id: id.to_owned(),
            is_category: !id.contains('.'),
            recipients: u64::from(id != "security.cloud"),
        };
        counts.take(catalogue.ids().map(covered).collect(), at(0));
        assert_eq!(counts.silent_count(&catalogue), Some(1));
        let security = catalogue.category("security").unwrap();
        assert_eq!(counts.silent(security).collect::<Vec<_>>(), ["security.cloud"]);
    }
}
