//! Deliveries that have waited for hours: each is noted once, and told of once.

use super::{BATCH, SenderEvent};
use crate::domain::delivery::DeliveryId;
use crate::domain::retry;
use crate::domain::timestamp::Timestamp;
use crate::store::{Delayed, Store, StoreError};

/// Notes at what is delayed at `now` that it is, some in each transaction. Returns what is new, by the one that has waited longest.
pub(super) fn note(store: &mut Store, now: Timestamp) -> Result<Option<SenderEvent>, StoreError> {
    let before = retry::delayed_before(now);
    let (mut count, mut oldest, mut last) = (0, None, DeliveryId(0));
    loop {
        let found = store.read(|reading| reading.delayed(before, last, BATCH))?;
        let Some(end) = found.last() else { break };
        last = end.id;
        let ids: Vec<DeliveryId> = found.iter().map(|delayed| delayed.id).collect();
        count += store.write(|writing| writing.note_delays(&ids, now))?;
        oldest = oldest.into_iter().chain(found).min_by_key(|delayed: &Delayed| delayed.since);
    }
    let event = oldest.and_then(|delayed| {
        let since = delayed.since?;
        Some(SenderEvent::Delayed { count, since, words: delayed.words })
    });
    Ok(event.filter(|_| count > 0))
}
