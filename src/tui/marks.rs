//! Marks and borders: the shapes that tell a state beside its colour.
//!
//! The ASCII set replaces everything that East Asian terminals may draw two columns wide. Every mark is one column wide; the
//! marks of one kind differ in both sets. The spoken set has no shapes at all: states are told in words alone, and borders are
//! blank. What is put together of words and marks, [`Look`] says.
//!
//! [`Look`]: super::look::Look

use ratatui::symbols::border;

use crate::domain::columns;
use crate::domain::contact::Status;
use crate::domain::delivery::State;
use crate::domain::routing::Exclusion;
use crate::domain::subscription::BoxState;

/// Which characters may be used for marks and borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marks {
    #[default]
    Unicode,
    Ascii,
    /// None, for those who hear the screen or read it with their fingers.
    Spoken,
}

const SPOKEN_BORDER: border::Set<'static> = border::Set {
    top_left: " ",
    top_right: " ",
    bottom_left: " ",
    bottom_right: " ",
    vertical_left: " ",
    vertical_right: " ",
    horizontal_top: " ",
    horizontal_bottom: " ",
};

const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Marks {
    /// The row under the cursor.
    #[must_use]
    pub const fn cursor(self) -> &'static str {
        self.pick("▸", ">", " ")
    }

    /// A row that was picked for a common action.
    #[must_use]
    pub const fn picked(self) -> &'static str {
        self.pick("*", "*", " ")
    }

    /// A closed drop-down.
    #[must_use]
    pub const fn drop_down(self) -> &'static str {
        self.pick("▾", "v", " ")
    }

    /// A character that is not shown.
    #[must_use]
    pub const fn hidden(self) -> &'static str {
        self.pick("•", "*", "*")
    }

    /// Between parts of a line, with its blanks.
    #[must_use]
    pub const fn separator(self) -> &'static str {
        self.pick(" · ", " - ", ", ")
    }

    /// The end of a text that was cut.
    #[must_use]
    pub const fn ellipsis(self) -> &'static str {
        self.pick(columns::ELLIPSIS, columns::ASCII_ELLIPSIS, "...")
    }

    /// There is more at the left.
    #[must_use]
    pub const fn left(self) -> &'static str {
        self.pick("←", "<", " ")
    }

    /// There is more at the right.
    #[must_use]
    pub const fn right(self) -> &'static str {
        self.pick("→", ">", " ")
    }

    /// Goes to somebody else.
    #[must_use]
    pub const fn to(self) -> &'static str {
        self.right()
    }

    /// There is more above.
    #[must_use]
    pub const fn above(self) -> &'static str {
        self.pick("↑", "^", " ")
    }

    /// There is more below.
    #[must_use]
    pub const fn below(self) -> &'static str {
        self.pick("↓", "v", " ")
    }

    /// From an old value to a new one, with its blanks.
    #[must_use]
    pub const fn becomes(self) -> &'static str {
        self.pick(" → ", " -> ", " becomes ")
    }

    /// From a whole to a part of it, with its blanks.
    #[must_use]
    pub const fn inside(self) -> &'static str {
        self.pick(" › ", " > ", ", ")
    }

    /// What is done in a bar, and what is left.
    #[must_use]
    pub const fn bar(self) -> (&'static str, &'static str) {
        match self {
            Self::Unicode => ("█", "░"),
            Self::Ascii => ("#", "-"),
            Self::Spoken => ("", ""),
        }
    }

    /// The state of a verification.
    #[must_use]
    pub const fn status(self, status: Status) -> &'static str {
        match status {
            Status::Unverified => self.pick("?", "?", ""),
            Status::CodeSent => self.pick("…", ".", ""),
            Status::Expired => self.pick("!", "!", ""),
            Status::Verified => self.pick("✓", "+", ""),
            Status::Undeliverable => self.pick("✗", "x", ""),
        }
    }

    /// The state of a delivery.
    #[must_use]
    pub const fn delivery(self, state: State) -> &'static str {
        match state {
            State::Queued => self.pick("…", ".", ""),
            State::Sending => self.pick("→", ">", ""),
            State::Retry => self.pick("↻", "r", ""),
            State::Sent => self.pick("✓", "+", ""),
            State::Written => self.pick("≡", "=", ""),
            State::Failed => self.pick("✗", "x", ""),
            State::Expired => self.pick("!", "!", ""),
            State::Cancelled => self.pick("-", "-", ""),
        }
    }

    /// How many types a contact wants.
    #[must_use]
    pub const fn types(self, wanted: BoxState) -> &'static str {
        match wanted {
            BoxState::All => self.pick("●", "*", ""),
            BoxState::Some => self.pick("◐", "o", ""),
            BoxState::None => self.pick("○", "-", ""),
        }
    }

    /// The recipient has ended it.
    #[must_use]
    pub const fn unsubscribed(self) -> &'static str {
        self.exclusion(Exclusion::Unsubscribed)
    }

    /// The ends of a line between two parts of a box.
    #[must_use]
    pub const fn tees(self) -> (&'static str, &'static str) {
        match self {
            Self::Unicode => ("├", "┤"),
            Self::Ascii => ("+", "+"),
            Self::Spoken => (" ", " "),
        }
    }

    /// Why a contact does not get what it wants.
    #[must_use]
    pub const fn exclusion(self, reason: Exclusion) -> &'static str {
        match reason {
            Exclusion::NotSubscribed => self.pick("-", "-", ""),
            Exclusion::Unsubscribed => self.pick("⊘", "/", ""),
            Exclusion::Undeliverable => self.status(Status::Undeliverable),
            Exclusion::NotVerified => self.status(Status::Unverified),
        }
    }

    /// The lines around boxes.
    #[must_use]
    pub const fn border(self) -> border::Set<'static> {
        match self {
            Self::Unicode => border::PLAIN,
            Self::Ascii => ASCII_BORDER,
            Self::Spoken => SPOKEN_BORDER,
        }
    }

    /// Whether the screen is told in words: labels before values, one thing in a line.
    #[must_use]
    pub const fn is_spoken(self) -> bool {
        matches!(self, Self::Spoken)
    }

    const fn pick(self, unicode: &'static str, ascii: &'static str, spoken: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
            Self::Spoken => spoken,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const EXCLUSIONS: [Exclusion; 4] =
        [Exclusion::NotSubscribed, Exclusion::Unsubscribed, Exclusion::Undeliverable, Exclusion::NotVerified];

    fn kinds(marks: Marks) -> [Vec<&'static str>; 4] {
        [
            EXCLUSIONS.map(|reason| marks.exclusion(reason)).to_vec(),
            Status::ALL.map(|status| marks.status(status)).to_vec(),
            State::ALL.map(|state| marks.delivery(state)).to_vec(),
            [BoxState::All, BoxState::Some, BoxState::None].map(|state| marks.types(state)).to_vec(),
        ]
    }

    #[test]
    fn marks_of_one_kind_differ_and_are_one_column_wide() {
        for marks in [Marks::Unicode, Marks::Ascii] {
            for kind in kinds(marks) {
                assert_eq!(kind.iter().collect::<BTreeSet<_>>().len(), kind.len(), "{kind:?}");
                assert!(kind.iter().all(|mark| columns::width(mark) == 1), "{kind:?}");
            }
            for mark in [
                marks.cursor(),
                marks.picked(),
                marks.drop_down(),
                marks.ellipsis(),
                marks.above(),
                marks.below(),
                marks.left(),
                marks.right(),
                marks.tees().0,
                marks.tees().1,
            ] {
                assert_eq!(columns::width(mark), 1, "{mark}");
            }
        }
    }

    #[test]
    fn the_ascii_set_is_ascii() {
        let marks = Marks::Ascii;
        let single = [
            marks.cursor(),
            marks.drop_down(),
            marks.separator(),
            marks.ellipsis(),
            marks.above(),
            marks.left(),
            marks.right(),
            marks.tees().0,
            marks.becomes(),
            marks.inside(),
        ];
        assert!(kinds(marks).iter().flatten().chain(&single).all(|mark| mark.is_ascii()));
        assert!(marks.border().top_left.is_ascii() && marks.border().horizontal_bottom.is_ascii());
    }
}
