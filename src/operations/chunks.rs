//! Work on many contacts in chunks: one transaction and one entry of the audit log each, so that others can write in between. How
//! many contacts make a chunk follows from how long the last one has kept others from writing.

use std::ops::ControlFlow;
use std::time::Duration;

use super::Problem;
use crate::domain::contact::ContactId;
use crate::store::{Held, give_way};

/// How work in chunks ended. A chunk happens wholly or not at all.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Ended {
    #[default]
    Done,
    /// The caller stopped it; the chunks before are done.
    Stopped,
    /// A chunk failed; those before it are done.
    Failed(Problem),
}

/// Is told after each chunk how many contacts are done, and says whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(u64) -> ControlFlow<()>;

/// How long a chunk is to keep others from writing. Longer than 50 ms would be felt, and a disk may be slow once in a while.
const AIM: Duration = Duration::from_millis(10);

/// When a chunk ends early: those before may have been quick and tell nothing of what comes.
const LONGEST: Duration = Duration::from_millis(20);

/// The smallest chunk, the first and the largest: what the audit log tells of one has an end.
const FEWEST: usize = 20;
const FIRST: usize = 100;
const MOST: usize = 1000;

/// What was done of a chunk, from its beginning, and how long that kept others from writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worked {
    pub(super) contacts: usize,
    pub(super) held: Duration,
}

/// As much of a chunk as there is time for, at least one; the others come with the next chunk.
pub(super) fn in_time<T>(chunk: &[T], held: Held) -> impl Iterator<Item = &T> {
    let mut is_first = true;
    chunk.iter().take_while(move |_| std::mem::take(&mut is_first) || held.time() < LONGEST)
}

/// How many contacts make the next chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(usize);

impl Size {
    /// Learns from a chunk of so many contacts and how long it kept others from writing.
    fn learn(&mut self, contacts: usize, held: Duration) {
        let aimed = AIM.as_nanos().saturating_mul(contacts as u128) / held.as_nanos().max(1);
        let aimed = usize::try_from(aimed).unwrap_or(MOST);
        // One quick chunk proves little.
        self.0 = aimed.min(self.0 * 2).clamp(FEWEST, MOST);
    }
}

/// Does `work` on one chunk after the other. The error is that of the first chunk: nothing has happened then.
pub(super) fn in_chunks<T>(
    all: &[T],
    progress: Progress<'_>,
    mut work: impl FnMut(&[T]) -> Result<Worked, Problem>,
) -> Result<Ended, Problem> {
    let (mut done, mut size) = (0, Size(FIRST));
    while done < all.len() {
        let chunk = &all[done..(done + size.0).min(all.len())];
        match work(chunk) {
            Ok(Worked { contacts, held }) => {
                // One at least, so that it comes to an end.
                done += contacts.clamp(1, chunk.len());
                size.learn(contacts, held);
            }
            Err(problem) if done == 0 => return Err(problem),
            Err(problem) => return Ok(Ended::Failed(problem)),
        }
        let asked = progress(u64::try_from(done).unwrap_or(u64::MAX));
        if done < all.len() {
            if asked.is_break() {
                return Ok(Ended::Stopped);
            }
            give_way();
        }
    }
    Ok(Ended::Done)
}

/// Each id once, in order.
pub(super) fn in_order(ids: &[ContactId]) -> Vec<ContactId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(from: usize, contacts: usize, held: Duration) -> usize {
        let mut size = Size(from);
        size.learn(contacts, held);
        size.0
    }

    #[test]
    fn a_chunk_is_as_large_as_its_time_allows() {
        assert_eq!(learned(100, 100, AIM), 100);
        assert_eq!(learned(100, 100, AIM * 2), 50);
        assert_eq!(learned(100, 100, AIM / 100), 200, "it grows step by step");
        assert_eq!(learned(800, 800, Duration::ZERO), MOST);
        assert_eq!(learned(100, 100, Duration::from_secs(9)), FEWEST);
        // The last chunk of a list is small and tells the same.
        assert_eq!(learned(400, 100, AIM), 100);
    }

    #[test]
    fn all_are_worked_on_once_and_in_order() {
        let all: Vec<u32> = (0..1234).collect();
        let (mut seen, mut heard) = (Vec::new(), Vec::new());
        let mut progress = |done| {
            heard.push(done);
            ControlFlow::Continue(())
        };
        let ended = in_chunks(&all, &mut progress, |chunk| {
            seen.extend_from_slice(chunk);
            Ok(Worked { contacts: chunk.len(), held: Duration::from_millis(1) })
        });
        assert_eq!((ended, seen), (Ok(Ended::Done), all));
        assert_eq!(heard, [100, 300, 700, 1234]);
    }

    #[test]
    fn what_a_chunk_has_no_time_for_comes_with_the_next() {
        let all: Vec<u32> = (0..250).collect();
        let mut seen = Vec::new();
        let ended = in_chunks(&all, &mut |_| ControlFlow::Continue(()), |chunk| {
            let contacts = chunk.len().min(30);
            seen.extend_from_slice(&chunk[..contacts]);
            Ok(Worked { contacts, held: AIM * 2 })
        });
        assert_eq!((ended, seen), (Ok(Ended::Done), all));
    }

    #[test]
    fn a_chunk_ends_by_the_clock_but_does_something() {
        let chunk: Vec<u32> = (0..9).collect();
        assert_eq!(in_time(&chunk, Held::since(Duration::ZERO)).count(), 9);
        assert_eq!(in_time(&chunk, Held::since(LONGEST)).count(), 1);
    }

    #[test]
    fn it_ends_where_somebody_stops_it_or_a_chunk_fails() {
        let all = [0; 250];
        let whole = |chunk: &[i32]| Ok(Worked { contacts: chunk.len(), held: AIM });
        let stopped = in_chunks(&all, &mut |_| ControlFlow::Break(()), whole);
        assert_eq!(stopped, Ok(Ended::Stopped));
        let last = in_chunks(&all[..9], &mut |_| ControlFlow::Break(()), whole);
        assert_eq!(last, Ok(Ended::Done), "there is nothing left to stop");
        let go_on = &mut |_| ControlFlow::Continue(());
        assert_eq!(in_chunks(&all, go_on, |_| Err(Problem::NoSecurityEmail)), Err(Problem::NoSecurityEmail));
        let mut chunks = 0;
        let failed = in_chunks(&all, go_on, |chunk| {
            chunks += 1;
            if chunks < 2 { whole(chunk) } else { Err(Problem::NoSecurityEmail) }
        });
        assert_eq!(failed, Ok(Ended::Failed(Problem::NoSecurityEmail)));
    }
}
