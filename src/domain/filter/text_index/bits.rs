//! A set of slots, one bit each.

/// Some of a number of slots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// None of `len` slots.
    #[must_use]
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// The slots for which the iterator says true.
    pub(super) fn of(all: impl ExactSizeIterator<Item = bool>) -> Self {
        let mut bits = Self::none(all.len());
        for (slot, is_set) in all.enumerate() {
            bits.words[slot / 64] |= u64::from(is_set) << (slot % 64);
        }
        bits
    }

    /// The number of slots, be they in the set or not.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no slot is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The number of slots in the set.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    #[must_use]
    pub fn has(&self, slot: usize) -> bool {
        self.words.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Puts a slot into the set or takes it out. One that there is not is left alone.
    pub fn set(&mut self, slot: usize, is_in: bool) {
        if let Some(word) = self.words.get_mut(slot / 64).filter(|_| slot < self.len) {
            let bit = 1 << (slot % 64);
            *word = if is_in { *word | bit } else { *word & !bit };
        }
    }

    /// The slots that are in both sets.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
        self
    }

    /// The slots in the set from this one on, in order.
    pub fn iter_from(&self, first: usize) -> impl Iterator<Item = usize> + '_ {
        let start = first / 64;
        let words = self.words.get(start..).unwrap_or_default();
        words.iter().enumerate().flat_map(move |(index, word)| {
            let base = (start + index) * 64;
            let mut left = if index == 0 { *word & u64::MAX << (first % 64) } else { *word };
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2().map(|_| left.trailing_zeros())?;
                left &= left - 1;
                Some(base + bit as usize)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_told_in_order_from_any_on() {
        let mut bits = Bits::none(200);
        for slot in [0, 63, 64, 130, 199] {
            bits.set(slot, true);
        }
        bits.set(200, true);
        bits.set(130, false);
        assert_eq!(bits.iter_from(0).collect::<Vec<_>>(), [0, 63, 64, 199]);
        assert_eq!(bits.iter_from(63).collect::<Vec<_>>(), [63, 64, 199]);
        assert_eq!(bits.iter_from(65).collect::<Vec<_>>(), [199]);
        assert_eq!(bits.iter_from(999).count(), 0);
        assert_eq!((bits.count(), bits.has(64), bits.has(65), bits.has(200)), (4, true, false, false));
        assert_eq!(Bits::of([true, false, true].into_iter()).iter_from(0).collect::<Vec<_>>(), [0, 2]);
        assert!(Bits::none(3).is_empty() && !bits.is_empty());
    }
}
