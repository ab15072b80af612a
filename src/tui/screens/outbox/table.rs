//! The columns of the outbox: which are shown at a width, how wide each is, and what stands in them. Widths depend on the width
//! of the place only, so nothing shifts while scrolling.

use super::totals;
use crate::domain::columns::{pad, width};
use crate::domain::delivery::{Delivery, Kind, State};
use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::domain::safe_text::safe;
use crate::domain::say::{counted, plain, retold, say};
use crate::operations::outbox::OutboxEntry;
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;

/// Columns before the first: the mark of the cursor and a blank.
pub(super) const MARGIN: usize = 2;

/// The widest moment, `2025-11-23`.
const WHEN: usize = 10;
/// A mark and `cancelled`; in Chinese a mark and `已写入文件`.
const STATE: usize = 11;
const STATE_IN_CHINESE: usize = 12;
/// `↻ retry Nov 25 (3 tries)`.
const STATE_AND_TRIES: usize = 24;
/// `✓ 9 sent · … 1 waiting · ✗ 2 failed`.
const STATE_AND_WORDS: usize = 36;
/// `product.expiration`.
const TYPE: usize = 18;
/// The most that a recipient needs.
const TO: usize = 36;
/// Widths of the inside of the box from which on there are more columns.
const ROOMY: usize = 60;
const USUAL: usize = 78;
const WIDE: usize = 116;

/// The widths of the columns; 0 for one that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    when: usize,
    state: usize,
    kind: usize,
    to: usize,
    subject: usize,
}

impl Columns {
    /// The columns of the whole outbox in a box that is `width` wide inside.
    pub(super) fn of(width: usize, language: Language) -> Self {
        let least_state = match language {
            Language::En => STATE,
            Language::ZhCn => STATE_IN_CHINESE,
        };
        let (when, state, kind) = match width {
            ..ROOMY => (0, least_state, 0),
            ROOMY..WIDE => (WHEN, STATE_AND_TRIES + width.saturating_sub(USUAL) / 4, 0),
            WIDE.. => (WHEN, STATE_AND_WORDS, TYPE),
        };
        let to_is_shown = width >= ROOMY;
        let gaps = [when, state, kind].into_iter().filter(|column| *column > 0).count();
        let gaps = gaps + usize::from(to_is_shown) + 1;
        let free = width.saturating_sub(MARGIN + when + state + kind + gaps);
        let to = if to_is_shown { (free / 2).min(TO) } else { 0 };
        Self { when, state, kind, to, subject: free - to }
    }

    /// The columns of the deliveries of one notice, whose type and subject stand above them.
    pub(super) fn of_notice(width: usize) -> Self {
        let free = width.saturating_sub(MARGIN + 2);
        let to = (free / 2).min(TO);
        Self { when: 0, state: free - to, kind: 0, to, subject: 0 }
    }

    /// The line of titles.
    pub(super) fn titles(self, look: Look<'_>) -> String {
        // Where there is no room for both, one column says whom it goes to or what it is about.
        let language = look.language;
        let subject = if self.to == 0 { say!(language, "To, or subject") } else { say!(language, "Subject") };
        let with_types = self.kind == 0 && self.subject > 0;
        let to = if with_types { say!(language, "To, or type") } else { say!(language, "To") };
        let cells = [
            (self.when, say!(language, "When")),
            (self.state, say!(language, "State")),
            (self.kind, say!(language, "Type")),
            (self.to, to),
            (self.subject, subject),
        ];
        let line: String = cells.into_iter().map(|(width, text)| cell(text, width, look)).collect();
        format!("{}{line}", " ".repeat(MARGIN))
    }

    /// The cells of a row behind the margin, gaps included, each with its look.
    pub(super) fn cells(self, entry: &OutboxEntry, look: Look<'_>) -> Vec<(String, Role)> {
        match entry {
            OutboxEntry::Notice(notice) => self.cells_of_notice(notice, look),
            OutboxEntry::Delivery(delivery) => self.cells_of_delivery(delivery, look),
        }
    }

    fn cells_of_notice(self, notice: &Notice, look: Look<'_>) -> Vec<(String, Role)> {
        let (kind, count) = (look.type_name(&notice.message_type), totals::mails(notice));
        let to = if self.kind == 0 {
            kind.clone()
        } else {
            counted!(look.language, count, "{count} mail", "{count} mails", count)
        };
        let mut cells = vec![(cell(&look.short_time(notice.created_at), self.when, look), Role::Dim)];
        let state = totals::words(notice, self.state, look);
        let missing = (self.state + usize::from(self.state > 0)).saturating_sub(totals::spans_width(&state));
        cells.extend(state);
        cells.push((" ".repeat(missing), Role::Text));
        cells.push((cell(&kind, self.kind, look), Role::Dim));
        cells.push((cell(&to, self.to, look), Role::Dim));
        cells.push((cell(&safe(&notice.subject), self.subject, look), Role::Text));
        cells.retain(|(text, _)| !text.is_empty());
        cells
    }

    fn cells_of_delivery(self, delivery: &Delivery, look: Look<'_>) -> Vec<(String, Role)> {
        let to = recipient(delivery, look.language);
        let subject = if self.to == 0 { to.as_str() } else { &safe(&delivery.subject) };
        let mut cells = vec![
            (cell(&look.short_time(delivery.created_at), self.when, look), Role::Dim),
            (cell(&state_cell(delivery, self.state, look), self.state, look), state_role(delivery.state)),
            (cell(&kind_words(delivery, look), self.kind, look), Role::Dim),
            (cell(&to, self.to, look), Role::Text),
            (cell(subject, self.subject, look), Role::Text),
        ];
        cells.retain(|(text, _)| !text.is_empty());
        cells
    }
}

/// A notice or a delivery in one line, labels before values.
pub(super) fn spoken(entry: &OutboxEntry, look: Look<'_>) -> String {
    let language = look.language;
    let type_of = |id: &Option<String>| id.as_deref().map(|id| look.type_path(id)).unwrap_or_default();
    let facts = match entry {
        OutboxEntry::Notice(notice) => [
            (say!(language, "Subject"), safe(&notice.subject).into_owned()),
            (say!(language, "State"), totals::spoken(notice, look)),
            (say!(language, "When"), look.short_time(notice.created_at)),
            (say!(language, "Type"), look.type_path(&notice.message_type)),
        ],
        OutboxEntry::Delivery(delivery) => {
            let kind = match delivery.kind {
                Kind::Notice => type_of(&delivery.message_type),
                Kind::Verification | Kind::Change | Kind::Test => kind_words(delivery, look),
            };
            let state = state_cell(delivery, usize::MAX, look);
            let about = if delivery.subject.is_empty() { kind } else { safe(&delivery.subject).into_owned() };
            [
                (say!(language, "To"), recipient(delivery, language)),
                (say!(language, "State"), state),
                (say!(language, "When"), look.short_time(delivery.created_at)),
                (say!(language, "Subject"), about),
            ]
        }
    };
    spoken::line(language, facts)
}

/// A text in a column with the gap behind it; nothing for a column that is not shown.
fn cell(text: &str, width: usize, look: Look<'_>) -> String {
    if width == 0 { String::new() } else { format!("{} ", pad(text, width, look.marks.ellipsis())) }
}

/// The state with as much of its tries and of the server's words as there is room for.
fn state_cell(delivery: &Delivery, columns: usize, look: Look<'_>) -> String {
    let language = look.language;
    let mark = look.marks.delivery(delivery.state);
    let mut start = look.marked(mark, plain(language, delivery.state.id()));
    let has_failed = matches!(delivery.state, State::Failed | State::Expired);
    if delivery.state == State::Retry {
        start = say!(language, "{mark} retry {time}", mark, time = look.short_time(delivery.due_at))
            .trim_start()
            .to_owned();
    }
    if delivery.is_delayed(look.now) {
        start = say!(language, "{state}, delayed", state = start);
    }
    if delivery.maybe_sent {
        start = say!(language, "{state}, maybe sent", state = start);
    }
    if delivery.attempts > 1 && !has_failed {
        start = say!(language, "{state} ({count} tries)", state = start, count = delivery.attempts);
    }
    let why = has_failed || delivery.state == State::Retry;
    match delivery.server.as_deref().filter(|words| why && !words.is_empty()) {
        // Fewer than that say nothing.
        Some(words) if width(&start) + 8 <= columns => {
            say!(language, "{state}: {words}", state = start, words = safe(&retold(language, words)))
        }
        Some(_) | None => start,
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
    let language = look.language;
    let mark = look.marks.delivery(delivery.state);
    let due = look.full_time(delivery.due_at);
    let ended = delivery.ended_at.map(|ended| format!(" {}", look.full_time(ended))).unwrap_or_default();
    let words = match delivery.state {
        State::Queued if delivery.due_at > look.now => say!(language, "{mark} queued until {due}", mark, due),
        State::Retry => say!(language, "{mark} retry; next try {due}", mark, due),
        State::Written => {
            say!(language, "{mark} written to a file{ended}; it has not left this machine", mark, ended)
        }
        State::Expired => say!(language, "{mark} expired{ended}: it was tried for too long", mark, ended),
        State::Queued | State::Sending => look.marked(mark, plain(language, delivery.state.id())),
        State::Sent | State::Failed | State::Cancelled => {
            look.marked(mark, &format!("{}{ended}", plain(language, delivery.state.id())))
        }
    };
    let words = words.trim_start().to_owned();
    if matches!(delivery.state, State::Queued | State::Retry) && delivery.is_delayed(look.now) {
        return say!(language, "{state}; delayed", state = words);
    }
    words
}

/// Name and address, as far as the contact is still there.
fn recipient(delivery: &Delivery, language: Language) -> String {
    let name = match &delivery.fallback {
        Some(_) if delivery.name.is_empty() => say!(language, "security email"),
        Some(_) | None => delivery.name.as_str(),
    };
    if name.is_empty() {
        return safe(&delivery.to).into_owned();
    }
    format!("{} <{}>", safe(name), safe(&delivery.to))
}

/// The message type, or what the mail is for.
fn kind_words(delivery: &Delivery, look: Look<'_>) -> String {
    match (delivery.kind, &delivery.message_type) {
        (Kind::Notice, Some(id)) => look.type_name(id),
        (Kind::Notice | Kind::Verification | Kind::Change | Kind::Test, _) => {
            plain(look.language, delivery.kind.id()).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::delivery::{DeliveryId, NoticeId};
    use crate::domain::notice::NoticeTotals;
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

    fn notice(subject: &str, sent: u64) -> OutboxEntry {
        OutboxEntry::Notice(Notice {
            id: NoticeId(1),
            message_type: "security.account".into(),
            subject: subject.into(),
            created_at: test_look().now,
            ended_at: None,
            cancelled: false,
            fallback: None,
            unreached: false,
            totals: NoticeTotals { sent, failed: 2, ..NoticeTotals::default() },
        })
    }

    fn texts(columns: Columns, entry: &OutboxEntry) -> Vec<String> {
        let cells = columns.cells(entry, test_look());
        cells.into_iter().map(|(text, _)| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn what_waits_for_hours_is_called_delayed_until_it_ends() {
        let look = test_look();
        let mut late = Delivery { maybe_sent: false, ..delivery("Ada", "Logon") };
        late.created_at = look.now.minus(std::time::Duration::from_secs(4 * 3600));
        assert_eq!(state_cell(&late, 40, look), "↻ retry 14:03, delayed (2 tries)");
        assert_eq!(state_words(&late, look), "↻ retry; next try 2026-11-24 14:03; delayed");
        (late.state, late.attempts) = (State::Queued, 0);
        assert_eq!(state_cell(&late, 40, look), "… queued, delayed");
        (late.state, late.ended_at) = (State::Expired, Some(look.now));
        assert!(!state_words(&late, look).contains("delayed"));
    }

    #[test]
    fn a_wide_row_tells_tries_and_doubts() {
        let row = OutboxEntry::Delivery(delivery("Ada", "Logon"));
        let texts = texts(Columns::of(118, Language::En), &row);
        assert_eq!(texts[..3], ["14:03", "↻ retry 14:03, maybe sent (2 tries)", "security.account"]);
    }

    #[test]
    fn a_failed_row_says_why_as_far_as_there_is_room() {
        let mut failed = delivery("Ada", "Logon");
        failed.state = State::Failed;
        failed.maybe_sent = false;
        failed.server = Some("550 5.1.1 User unknown\u{1b}".into());
        let row = OutboxEntry::Delivery(failed);
        assert_eq!(texts(Columns::of(118, Language::En), &row)[1], "✗ failed: 550 5.1.1 User unknown\\u{…");
        assert_eq!(texts(Columns::of(78, Language::En), &row)[1], "✗ failed: 550 5.1.1 Use…");
        assert_eq!(texts(Columns::of(38, Language::En), &row)[..2], ["✗ failed", "Ada <ada@example.org>"]);
        assert_eq!(texts(Columns::of_notice(78), &row)[0], "✗ failed: 550 5.1.1 User unknown\\u{00…");
    }

    #[test]
    fn a_notice_stands_in_one_row_with_its_totals() {
        let row = notice("Logon", 9);
        assert_eq!(
            texts(Columns::of(118, Language::En), &row),
            ["14:03", "✓ 9 sent", "·", "✗ 2 failed", "security.account", "11 mails", "Logon"]
        );
        assert_eq!(
            texts(Columns::of(78, Language::En), &row),
            ["14:03", "✓ 9 sent", "·", "✗ 2 failed", "security.account", "Logon"]
        );
        assert_eq!(texts(Columns::of(38, Language::En), &row), ["✓ 9", "·", "✗ 2", "Logon"]);
    }

    proptest! {
        #[test]
        fn no_text_and_no_width_breaks_a_column(
            text in "[a-z王é語\u{202e}\u{301}👩]{0,30}", sent: u32, columns in 0..200_usize, of_notice: bool,
        ) {
            let columns = if of_notice { Columns::of_notice(columns) } else { Columns::of(columns, Language::En) };
            let line = |entry: &OutboxEntry| -> usize {
                columns.cells(entry, test_look()).iter().map(|(text, _)| width(text)).sum()
            };
            let plain = line(&OutboxEntry::Delivery(delivery("", "")));
            prop_assert_eq!(line(&OutboxEntry::Delivery(delivery(&text, &text))), plain);
            prop_assert_eq!(line(&notice(&text, sent.into())), plain);
            prop_assert_eq!(width(&columns.titles(test_look())), plain + MARGIN);
        }
    }
}
