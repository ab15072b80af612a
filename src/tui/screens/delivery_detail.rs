//! The dialog of one delivery: its headers, its state, every try with the server's words, and the mail's text with code and link
//! masked. It never retries or cancels by itself.
//!
//! ```text
//! ┌ Delivery 12 ──────────────────────────────────────────────┐
//! │ To          王小明 <xiaoming@example.cn>                   │
//! │ Subject     Invoice 11                                    │
//! │ State       ↻ retry; next try 2026-11-24 14:10            │
//! │ Message-ID  <12.4f@example.com>                           │
//! │                                                           │
//! │ 2026-11-24 14:03  rcpt_to  452 4.2.2 mailbox full         │
//! │                                                           │
//! │ The text of the mail.                                     │
//! └───────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::outbox::{detail, not_cancelled, not_retried};
use crate::domain::delivery::{Delivery, DeliveryId, State};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, counted, plain, retold, say};
use crate::operations::Problem;
use crate::operations::outbox::{Attempt, DeliveryDetail};
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog;
use crate::tui::widgets::scroll_text::{self, Scroll, ScrollLine, Step};
use crate::tui::widgets::wrapped_text::wrap;

const COLUMNS: u16 = 96;

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryDialog {
    id: DeliveryId,
    /// None until it is read.
    detail: Option<Box<DeliveryDetail>>,
    scroll: Scroll,
    /// What became of the last thing done.
    said: Option<Told>,
}

/// What became of something done.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Done(Done),
    Refused(Box<Problem>),
    /// The state that it had forbids a retry.
    NotRetried(State),
    NotCancelled(State),
}

/// What was done to deliveries, and to how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Retried(usize),
    Cancelled(usize),
}

impl Say for Done {
    fn say(&self, language: Language) -> String {
        match *self {
            Self::Retried(count) => counted!(
                language,
                count,
                "The mail is tried again now.",
                "{count} mails: each is tried again now.",
                count
            ),
            Self::Cancelled(count) => {
                counted!(
                    language,
                    count,
                    "The mail is cancelled.",
                    "{count} mails: each is cancelled.",
                    count
                )
            }
        }
    }
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq)]
pub enum DeliveryOutcome {
    Stay,
    /// Make it due now; the state allows it.
    Retry(DeliveryId),
    /// Ask whether to cancel it; the state allows it.
    Cancel(Box<Delivery>),
    Close,
}

impl DeliveryDialog {
    /// A dialog that waits for [`DeliveryDialog::loaded`].
    #[must_use]
    pub fn new(id: DeliveryId) -> Self {
        Self { id, detail: None, scroll: Scroll::default(), said: None }
    }

    /// The delivery that is shown.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        self.id
    }

    /// The delivery as far as it is read.
    #[must_use]
    pub fn delivery(&self) -> Option<&Delivery> {
        self.detail.as_ref().map(|detail| &detail.delivery)
    }

    /// Takes what is known of the delivery, now or again; where the reader was stays.
    pub fn loaded(&mut self, detail: DeliveryDetail) {
        self.detail = Some(Box::new(detail));
    }

    /// Takes what became of a retry or a cancellation.
    pub fn done(&mut self, result: Result<Done, &Problem>) {
        self.said = Some(match result {
            Ok(done) => Told::Done(done),
            Err(problem) => Told::Refused(Box::new(problem.clone())),
        });
    }

    /// Whether an action does anything for the delivery as it is.
    #[must_use]
    pub fn is_of_use(&self, action: Action) -> bool {
        let state = self.delivery().map(|delivery| delivery.state);
        let is = |possible: fn(State) -> bool| state.is_none_or(possible);
        (action != Action::Retry || is(State::may_retry))
            && (action != Action::Cancel || is(State::may_cancel))
    }

    /// One key. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, look: Look<'_>) -> DeliveryOutcome {
        let Input::Action(action) = input else { return DeliveryOutcome::Stay };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the dialog has a use for few of all actions")]
        let step = match action {
            Action::Close => return DeliveryOutcome::Close,
            Action::Retry => return self.retry(),
            Action::Cancel => return self.cancel(),
            Action::Up => Step::LineUp,
            Action::Down => Step::LineDown,
            Action::PageUp => Step::PageUp,
            Action::PageDown => Step::PageDown,
            Action::First => Step::Start,
            Action::Last => Step::End,
            _ => return DeliveryOutcome::Stay,
        };
        let (place, lines) = self.place(area, look);
        self.scroll.step(step, lines.len(), place.height.saturating_sub(2).into());
        DeliveryOutcome::Stay
    }

    /// Draws the dialog in the middle of `area`. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let (place, lines) = self.place(area, look);
        let inner = dialog::open(place, buf, look, &say!(look.language, "Delivery {id}", id = self.id.0));
        if let Some(said) = &self.said {
            dialog::foot(place, buf, look, &said.words(look.language));
        }
        scroll_text::draw(inner, buf, look, &lines, self.scroll)
    }

    fn retry(&mut self) -> DeliveryOutcome {
        let Some(detail) = &self.detail else { return DeliveryOutcome::Stay };
        if detail.delivery.state.may_retry() {
            return DeliveryOutcome::Retry(self.id);
        }
        self.said = Some(Told::NotRetried(detail.delivery.state));
        DeliveryOutcome::Stay
    }

    fn cancel(&mut self) -> DeliveryOutcome {
        let Some(detail) = &self.detail else { return DeliveryOutcome::Stay };
        if detail.delivery.state.may_cancel() {
            return DeliveryOutcome::Cancel(Box::new(detail.delivery.clone()));
        }
        self.said = Some(Told::NotCancelled(detail.delivery.state));
        DeliveryOutcome::Stay
    }

    fn place(&self, area: Rect, look: Look<'_>) -> (Rect, Vec<ScrollLine>) {
        let columns = COLUMNS.min(area.width);
        // Borders and margins of the dialog, and what scrolled text keeps for its marks.
        let lines = self.lines(usize::from(columns).saturating_sub(8), look);
        let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        (dialog::centred(look.marks, area, columns, rows), lines)
    }

    fn lines(&self, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
        let Some(detail) = &self.detail else {
            return vec![ScrollLine::new(say!(look.language, "Reading the delivery."), Role::Dim)];
        };
        let mut lines = detail::headers(&detail.delivery, columns, look);
        lines.push(blank());
        if detail.attempts.is_empty() {
            let words = say!(look.language, "No server was asked to take it yet.");
            lines.push(ScrollLine::new(words, Role::Dim));
        }
        let mut tries = 0;
        for attempt in &detail.attempts {
            tries += usize::from(is_try(attempt));
            lines.extend(attempt_lines(attempt, tries, columns, look));
        }
        lines.push(blank());
        lines.extend(scroll_text::lines(detail.text.trim_end(), columns, Role::Text));
        lines
    }
}

impl Told {
    fn words(&self, language: Language) -> String {
        match self {
            Self::Done(done) => done.say(language),
            Self::Refused(problem) => safe(&problem.say(language)).into_owned(),
            Self::NotRetried(state) => not_retried(*state, language).to_owned(),
            Self::NotCancelled(state) => not_cancelled(*state, language).to_owned(),
        }
    }
}

/// What is noted of a try that got no further than this, or of what else happened to a delivery, and what it is called. What the
/// protocol calls a step is called so in every language.
pub const PHASES: [(&str, &str); 9] = [
    ("claimed", "claimed"),
    ("compose", "compose"),
    ("connect", "connect"),
    ("greeting", "greeting"),
    ("data", "data"),
    ("body", "content"),
    ("file", "written"),
    ("delay", "delay"),
    ("report", "report"),
];

/// What is noted is a try, not what else happened to the delivery.
fn is_try(attempt: &Attempt) -> bool {
    !matches!(attempt.phase.as_str(), "delay" | "report")
}

/// What is noted of an attempt; `number` counts the tries from 1 and is heard.
fn attempt_lines(attempt: &Attempt, number: usize, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
    let phase = PHASES.into_iter().find(|(id, _)| *id == attempt.phase);
    let words = match (&attempt.words, attempt.ended_at) {
        _ if attempt.phase == "delay" => {
            say!(look.language, "it waits for hours already and is still tried").to_owned()
        }
        (Some(words), _) => safe(&retold(look.language, words)).into_owned(),
        (None, Some(_)) => say!(look.language, "no words").to_owned(),
        (None, None) => say!(look.language, "under way").to_owned(),
    };
    let phase = phase.map_or_else(|| safe(&attempt.phase), |(_, words)| plain(look.language, words).into());
    let time = look.full_time(attempt.started_at);
    let text = if !look.marks.is_spoken() {
        format!("{time}  {phase}  {words}")
    } else if is_try(attempt) {
        let label = look.label(&say!(look.language, "Try {number}", number), 0);
        format!("{label}{}", [time.as_str(), &phase, &words].join(look.separator()))
    } else {
        format!("{}{time}{}{words}", look.label(&phase, 0), look.separator())
    };
    wrap(&text, columns).into_iter().map(|text| ScrollLine::new(text, Role::Text)).collect()
}

fn blank() -> ScrollLine {
    ScrollLine::new("", Role::Text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::delivery::Kind;
    use crate::tui::widgets::test_look;

    const SCREEN: Rect = Rect { x: 0, y: 0, width: 80, height: 12 };

    fn dialog(state: State) -> DeliveryDialog {
        let now = test_look().now;
        let delivery = Delivery {
            id: DeliveryId(12),
            kind: Kind::Verification,
            to: "xiaoming@example.cn".into(),
            contact: None,
            name: "王小明".into(),
            notice: None,
            message_type: None,
            subject: "Your code".into(),
            fallback: Some("nobody_subscribed".into()),
            state,
            attempts: 1,
            created_at: now,
            due_at: now,
            expires_at: now,
            ended_at: None,
            message_id: "<12@example.org>".into(),
            server: None,
            maybe_sent: true,
        };
        let attempt = Attempt {
            started_at: now,
            ended_at: Some(now),
            phase: "rcpt_to".into(),
            words: Some("452 4.2.2 mailbox full".into()),
        };
        let mut dialog = DeliveryDialog::new(DeliveryId(12));
        let text = "line\n".repeat(40);
        dialog.loaded(DeliveryDetail { delivery, attempts: vec![attempt], text });
        dialog
    }

    fn press(dialog: &mut DeliveryDialog, action: Action) -> DeliveryOutcome {
        dialog.input(&Input::Action(action), SCREEN, test_look())
    }

    fn drawn(dialog: &DeliveryDialog) -> String {
        let mut buf = Buffer::empty(SCREEN);
        dialog.draw(SCREEN, &mut buf, test_look());
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_text_is_scrolled_to_its_end_and_no_further() {
        let mut dialog = dialog(State::Retry);
        assert!(drawn(&dialog).contains("xiaoming@example.cn"));
        press(&mut dialog, Action::Last);
        let at_end = drawn(&dialog);
        press(&mut dialog, Action::Down);
        assert_eq!(drawn(&dialog), at_end);
        press(&mut dialog, Action::Up);
        assert_ne!(dialog.scroll, Scroll::default());
        press(&mut dialog, Action::First);
        assert!(drawn(&dialog).contains("xiaoming@example.cn"));
    }

    #[test]
    fn what_the_state_forbids_is_explained() {
        for state in State::ALL {
            let mut dialog = dialog(state);
            let retries = press(&mut dialog, Action::Retry) == DeliveryOutcome::Retry(DeliveryId(12));
            assert_eq!((retries, dialog.said.is_none()), (state.may_retry(), state.may_retry()), "{state:?}");
        }
        assert!(matches!(press(&mut dialog(State::Queued), Action::Cancel), DeliveryOutcome::Cancel(_)));
        assert_eq!(press(&mut dialog(State::Sent), Action::Cancel), DeliveryOutcome::Stay);
    }

    #[test]
    fn a_phase_and_our_own_words_are_said_in_the_language_of_the_screen() {
        let mut dialog = dialog(State::Retry);
        let mut detail = *dialog.detail.clone().unwrap();
        let now = test_look().now;
        let attempt = |phase: &str, words: &str| Attempt {
            started_at: now,
            ended_at: Some(now),
            phase: phase.into(),
            words: Some(words.into()),
        };
        detail.attempts = vec![
            attempt("connect", "mail.example.com:587 refused the connection"),
            attempt("rcpt_to", "550 5.1.1 User unknown"),
            attempt("file", "/var/mail/7.eml"),
        ];
        dialog.loaded(detail);
        let look = Look { language: Language::ZhCn, ..test_look() };
        let lines: Vec<String> = dialog.lines(120, look).into_iter().map(|line| line.text).collect();
        for wanted in [
            "连接  mail.example.com:587 拒绝连接",
            "rcpt_to  550 5.1.1 User unknown",
            "已写入文件  /var/mail/7.eml",
        ] {
            assert!(lines.iter().any(|line| line.ends_with(wanted)), "{wanted}: {lines:?}");
        }
    }

    #[test]
    fn every_key_is_harmless_before_it_is_read() {
        let mut dialog = DeliveryDialog::new(DeliveryId(1));
        for action in [Action::Retry, Action::Cancel, Action::Down, Action::Last] {
            assert_eq!(press(&mut dialog, action), DeliveryOutcome::Stay);
        }
        assert_eq!(press(&mut dialog, Action::Close), DeliveryOutcome::Close);
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..110, height in 0u16..30) {
            let mut dialog = dialog(State::Retry);
            let area = Rect::new(0, 0, width, height);
            dialog.input(&Input::Action(Action::PageDown), area, test_look());
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = dialog.draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
