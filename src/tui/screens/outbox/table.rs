//! The columns of the outbox: which are shown at a width, how wide each is, and what stands in them. Widths depend on the width
//! of the place only, so nothing shifts while scrolling.

use crate::domain::columns::pad;
use crate::domain::delivery::{Delivery, Kind, State};
use crate::domain::safe_text::safe;
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// Columns before the first: the mark of the cursor and a blank.
pub(super) const MARGIN: usize = 2;

/// The widest moment, `2025-11-23`.
const WHEN: usize = 10;
/// A mark and `cancelled`.
const STATE: usize = 11;
/// `product.expiration`.
const TYPE: usize = 19;
/// `3, next 14:10, maybe sent`.
const NOTE: usize = 24;
/// `3, next 14:10`.
const SHORT_NOTE: usize = 13;
/// Widths of the inside of the box from which on columns are added.
const WITH_STATE_WORDS: usize = 60;
const WITH_SHORT_NOTE: usize = 74;
const WITH_TYPE: usize = 100;
const WITH_NOTE: usize = 116;

/// The widths of the columns; 0 for one that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    when: usize,
    state: usize,
    to: usize,
    kind: usize,
    subject: usize,
    note: usize,
}

impl Columns {
    /// The columns for a box that is `width` wide inside.
    pub(super) fn of(width: usize) -> Self {
        let is_roomy = width >= WITH_STATE_WORDS;
        let when = if is_roomy { WHEN } else { 0 };
        let state = if is_roomy { STATE } else { 1 };
        let kind = if width >= WITH_TYPE { TYPE } else { 0 };
        let note = match width {
            ..WITH_SHORT_NOTE => 0,
            WITH_SHORT_NOTE..WITH_NOTE => SHORT_NOTE,
            WITH_NOTE.. => NOTE,
        };
        let shown = [when, state, kind, note].into_iter().filter(|column| *column > 0).count();
        let free = width.saturating_sub(MARGIN + when + state + kind + note + shown + 1);
        // Where room is scarce, whom it goes to says more than the beginning of a subject.
        let to = if width < WITH_TYPE { free * 3 / 5 } else { free * 2 / 5 }.min(34);
        Self { when, state, to, kind, subject: free - to, note }
    }

    /// The line of titles.
    pub(super) fn titles(self, look: Look<'_>) -> String {
        let state = if self.state == 1 { "" } else { "State" };
        let titles = ["When", state, "To", "Type", "Subject", "Tries"].map(str::to_owned);
        format!("{}{}", " ".repeat(MARGIN), self.line(&titles, look).concat())
    }

    /// The cells of a row behind the margin, gaps included, each with its look.
    pub(super) fn cells(self, delivery: &Delivery, look: Look<'_>) -> Vec<(String, Role)> {
        let texts = [
            look.short_time(delivery.created_at),
            format!("{} {}", look.marks.delivery(delivery.state), delivery.state.id()),
            recipient(delivery),
            kind_words(delivery),
            safe(&delivery.subject).into_owned(),
            note(delivery, look),
        ];
        let state = state_role(delivery.state);
        let roles = [Role::Dim, state, Role::Text, Role::Dim, Role::Text, Role::Dim];
        self.line(&texts, look).into_iter().zip(roles).filter(|(text, _)| !text.is_empty()).collect()
    }

    fn line(self, texts: &[String; 6], look: Look<'_>) -> [String; 6] {
        let widths = [self.when, self.state, self.to, self.kind, self.subject, self.note];
        let mut cells = std::array::from_fn(|_| String::new());
        for ((cell, text), width) in cells.iter_mut().zip(texts).zip(widths) {
            if width > 0 {
                // A state without its word keeps its mark.
                let cut = if width == 1 { "" } else { look.marks.ellipsis() };
                *cell = format!("{} ", pad(text, width, cut));
            }
        }
        cells
    }
}

/// How a state looks; what waits needs no colour of alarm.
#[must_use]
pub const fn state_role(state: State) -> Role {
    match state {
        State::Sent => Role::Good,
        State::Queued | State::Sending | State::Written => Role::Text,
        State::Retry | State::Expired => Role::Warning,
        State::Failed => Role::Bad,
        State::Cancelled => Role::Dim,
    }
}

/// A state with its mark, in words: what has become of the mail.
#[must_use]
pub fn state_words(delivery: &Delivery, look: Look<'_>) -> String {
    let mark = look.marks.delivery(delivery.state);
    let ended = delivery.ended_at.map(|ended| format!(" {}", look.full_time(ended))).unwrap_or_default();
    match delivery.state {
        State::Queued if delivery.due_at > look.now => {
            format!("{mark} queued until {}", look.full_time(delivery.due_at))
        }
        State::Queued => format!("{mark} queued"),
        State::Sending => format!("{mark} sending"),
        State::Retry => format!("{mark} retry; next try {}", look.full_time(delivery.due_at)),
        State::Sent => format!("{mark} sent{ended}"),
        State::Written => format!("{mark} written to a file{ended}; it has not left this machine"),
        State::Failed => format!("{mark} failed{ended}"),
        State::Expired => format!("{mark} expired{ended}: it was tried for too long"),
        State::Cancelled => format!("{mark} cancelled{ended}"),
    }
}

/// Name and address, as far as the contact is still there.
fn recipient(delivery: &Delivery) -> String {
    if delivery.name.is_empty() {
        return safe(&delivery.to).into_owned();
    }
    format!("{} <{}>", safe(&delivery.name), safe(&delivery.to))
}

/// The message type, or what the mail is for.
fn kind_words(delivery: &Delivery) -> String {
    match (delivery.kind, &delivery.message_type) {
        (Kind::Notice, Some(id)) => safe(id).into_owned(),
        (Kind::Notice | Kind::Verification | Kind::Change | Kind::Test, _) => delivery.kind.id().to_owned(),
    }
}

/// How often it was tried and when it is tried next.
fn note(delivery: &Delivery, look: Look<'_>) -> String {
    let doubt = if delivery.maybe_sent { ", maybe sent" } else { "" };
    match (delivery.state, delivery.attempts) {
        (State::Retry, attempts) => format!("{attempts}, next {}{doubt}", look.short_time(delivery.due_at)),
        (_, 0) => String::new(),
        (_, attempts) => format!("{attempts}{doubt}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::columns::width;
    use crate::domain::delivery::DeliveryId;
    use crate::tui::widgets::test_look;

    fn delivery(name: &str, subject: &str) -> Delivery {
        let now = test_look().now;
        Delivery {
            id: DeliveryId(1),
            kind: Kind::Notice,
            to: "ada@example.org".into(),
            contact: None,
            name: name.into(),
            notice: None,
            message_type: Some("security.account".into()),
            subject: subject.into(),
            fallback: None,
            state: State::Retry,
            attempts: 2,
            created_at: now,
            due_at: now,
            expires_at: now,
            ended_at: None,
            message_id: String::new(),
            server: None,
            maybe_sent: true,
        }
    }

    #[test]
    fn a_wide_row_tells_tries_and_doubts() {
        let cells = Columns::of(118).cells(&delivery("Ada", "Logon"), test_look());
        let texts: Vec<&str> = cells.iter().map(|(text, _)| text.trim_end()).collect();
        assert_eq!(texts[..2], ["14:03", "↻ retry"]);
        assert_eq!(texts[5], "2, next 14:03, maybe se…");
    }

    #[test]
    fn a_narrow_row_keeps_the_mark_of_the_state() {
        let cells = Columns::of(38).cells(&delivery("", "Logon"), test_look());
        assert_eq!(cells[0].0, "↻ ");
        assert!(cells[1].0.starts_with("ada@"));
    }

    proptest! {
        #[test]
        fn no_text_and_no_width_breaks_a_column(text in "[a-z王é語\u{202e}\u{301}👩]{0,30}", columns in 0..200_usize) {
            let line = |delivery: &Delivery| -> usize {
                Columns::of(columns).cells(delivery, test_look()).iter().map(|(text, _)| width(text)).sum()
            };
            prop_assert_eq!(line(&delivery(&text, &text)), line(&delivery("", "")));
        }
    }
}
