//! What was changed in a text, for taking it back and doing it again. What is typed or deleted in one go is one step.

/// The most steps that are kept, and the most bytes in them; the oldest go first.
const STEPS: usize = 1_000;
const BYTES: usize = 16 * 1024 * 1024;

/// One change: what stood at a place, and what stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) at: usize,
    pub(super) removed: String,
    pub(super) inserted: String,
    /// Where the caret was before.
    pub(super) caret: usize,
}

/// Whether a change may join the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A character was typed.
    Typed,
    /// The character before the caret was deleted.
    Back,
    /// Anything else.
    Whole,
}

/// The changes that were made, and those that were taken back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct History {
    done: Vec<Change>,
    undone: Vec<Change>,
    /// How the last change was made, while nothing else has happened since.
    last: Option<Manner>,
}

impl History {
    /// Notes a change that was made.
    pub(super) fn note(&mut self, change: Change, manner: Manner) {
        self.undone.clear();
        let joins = self.last.replace(manner) == Some(manner);
        match self.done.last_mut().filter(|_| joins) {
            Some(last) if manner == Manner::Typed && continues(last, &change) => {
                last.inserted.push_str(&change.inserted);
            }
            Some(last) if manner == Manner::Back && change.at + change.removed.len() == last.at => {
                last.removed.insert_str(0, &change.removed);
                last.at = change.at;
            }
            Some(_) | None => self.done.push(change),
        }
        self.forget_the_oldest();
    }

    /// Ends the step: what follows is another one.
    pub(super) fn pause(&mut self) {
        self.last = None;
    }

    /// The change to take back, if there is one.
    pub(super) fn undo(&mut self) -> Option<&Change> {
        self.last = None;
        self.undone.push(self.done.pop()?);
        self.undone.last()
    }

    /// The change to make again, if there is one.
    pub(super) fn redo(&mut self) -> Option<&Change> {
        self.last = None;
        self.done.push(self.undone.pop()?);
        self.done.last()
    }

    fn forget_the_oldest(&mut self) {
        let bytes = |change: &Change| change.removed.len() + change.inserted.len();
        let mut total: usize = self.done.iter().map(bytes).sum();
        let mut surplus = self.done.len().saturating_sub(STEPS);
        total -= self.done[..surplus].iter().map(bytes).sum::<usize>();
        while total > BYTES && surplus + 1 < self.done.len() {
            total -= bytes(&self.done[surplus]);
            surplus += 1;
        }
        self.done.drain(..surplus);
    }
}

/// Whether what is typed goes on behind what was typed before, inside the same word or the blanks behind it.
fn continues(last: &Change, change: &Change) -> bool {
    let ends_word = last.inserted.ends_with(char::is_whitespace);
    let begins_word = !change.inserted.starts_with(char::is_whitespace);
    last.at + last.inserted.len() == change.at && change.removed.is_empty() && !(ends_word && begins_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(at: usize, text: &str) -> Change {
        Change { at, removed: String::new(), inserted: text.to_owned(), caret: at }
    }

    #[test]
    fn a_word_is_one_step_and_a_pause_ends_it() {
        let mut history = History::default();
        for (at, letter) in ["a", "b", " ", "c"].into_iter().enumerate() {
            history.note(typed(at, letter), Manner::Typed);
        }
        history.pause();
        history.note(typed(4, "d"), Manner::Typed);
        let steps: Vec<String> =
            std::iter::from_fn(|| history.undo().map(|change| change.inserted.clone())).collect();
        assert_eq!(steps, ["d", "c", "ab "]);
        assert_eq!(history.redo().map(|change| change.at), Some(0));
    }

    #[test]
    fn what_is_deleted_backwards_comes_back_at_once() {
        let mut history = History::default();
        for (at, letter) in [(2, "c"), (1, "b"), (0, "a")] {
            let change = Change { at, removed: letter.to_owned(), inserted: String::new(), caret: at + 1 };
            history.note(change, Manner::Back);
        }
        let change = history.undo().unwrap();
        assert_eq!((change.at, change.removed.as_str(), change.caret), (0, "abc", 3));
        assert_eq!(history.undo(), None);
    }

    #[test]
    fn a_new_change_forgets_what_was_taken_back() {
        let mut history = History::default();
        history.note(typed(0, "a"), Manner::Whole);
        history.undo();
        history.note(typed(0, "b"), Manner::Whole);
        assert_eq!(history.redo(), None);
    }

    #[test]
    fn memory_has_an_end() {
        let mut history = History::default();
        for _ in 0..STEPS + 10 {
            history.note(typed(0, "a"), Manner::Whole);
        }
        assert_eq!(history.done.len(), STEPS);
        for _ in 0..3 {
            history.note(typed(0, &"a".repeat(BYTES / 2)), Manner::Whole);
        }
        assert_eq!(history.done.len(), 2);
        history.note(typed(0, &"a".repeat(BYTES * 2)), Manner::Whole);
        assert_eq!(history.done.len(), 1, "the last step can always be taken back");
    }
}
