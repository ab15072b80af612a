//! Draws the verification dialog.
//!
//! ```text
//! ┌ Verification · AdaLovelace ──────────────────────────────┐
//! │ Address   ada@new.example                                │
//! │ Status    … code sent 14:03                              │
//! │ Ends      in 71 h 58 min, after 5 wrong codes at most    │
//! │ Mail      250 2.0.0 Ok: queued as 4BXk                   │
//! │ In force  ada@old.example, ✓ verified                    │
//! │                                                          │
//! │ Ask AdaLovelace for the code in the mail, then press c.  │
//! │ Another code can be sent in 42 s.                        │
//! └──────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{CodeEntry, VerificationDialog, Waiting};
use crate::domain::columns::pad;
use crate::domain::contact::{AddressProof, Proofs, Status, Subject};
use crate::domain::delivery::State;
use crate::domain::safe_text::safe;
use crate::domain::timestamp::spoken;
use crate::domain::verification::{Limit, LimitKind, PER_ADDRESS};
use crate::tui::keymap::{Action, Context};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog;
use crate::tui::widgets::text_field::Caret;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, row, write};

const COLUMNS: u16 = 70;
/// Columns of the names of lines.
const LABELS: u16 = 10;
/// Columns of the field for the code.
const CODE: u16 = 24;
/// No dialog is longer than this; scrolling further makes no sense.
pub(super) const MOST_ROWS: usize = 60;

/// What is seen without scrolling where not everything fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    FactsFirst,
    /// What to do, and the field for the code.
    AdviceFirst,
}

/// One row of the dialog.
enum DialogRow {
    Blank,
    /// A name and what stands beside it; the name is empty on further lines.
    Fact {
        label: &'static str,
        text: String,
        role: Role,
    },
    Words {
        text: String,
        role: Role,
    },
    Code,
}

impl VerificationDialog {
    /// Draws the dialog in the middle of `area`. Returns the cursor's place.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let mut rows = self.rows(words, Order::FactsFirst, look);
        if rows.len() + 2 > area.height.into() {
            rows = self.rows(words, Order::AdviceFirst, look);
        }
        let place = dialog::centred(area, columns, u16::try_from(rows.len() + 2).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, &self.title(look));
        if let Some(doing) = self.doing() {
            dialog::foot(place, buf, look, doing);
        }
        let height = usize::from(inner.height);
        let most = rows.len().saturating_sub(height);
        let top = if self.entry.is_some() { 0 } else { self.scrolled.min(most) };
        dialog::scroll_marks(place, buf, look, top, rows.len());
        let mut cursor = Some(Position { x: inner.x, y: inner.y }).filter(|_| !inner.is_empty());
        for (index, dialog_row) in rows.iter().enumerate().skip(top).take(height) {
            let at = row(inner, index - top);
            match dialog_row {
                DialogRow::Blank => {}
                DialogRow::Words { text, role } => {
                    write(at, buf, Span::styled(text.as_str(), look.style(*role)))
                }
                DialogRow::Fact { label, text, role } => {
                    let label = pad(label, LABELS.into(), look.marks.ellipsis());
                    let spans = vec![
                        Span::styled(label.into_owned(), look.style(Role::Label)),
                        Span::styled(text.as_str(), look.style(*role)),
                    ];
                    write(at, buf, Line::from(spans));
                }
                DialogRow::Code => cursor = self.draw_entry(at, buf, look).or(cursor),
            }
        }
        match &self.question {
            Some(question) => question.draw(area, buf, look),
            None => cursor,
        }
    }

    fn draw_entry(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let entry = self.entry.as_ref()?;
        write(area, buf, Span::styled("Code", look.style(Role::Label)));
        let field = beside(area, LABELS);
        let field = Rect { width: field.width.min(CODE), ..field };
        entry.field.draw(field, buf, look.style(Role::FocusedField), Caret::Shown, look.marks.ellipsis())
    }

    fn title(&self, look: Look<'_>) -> String {
        let separator = look.marks.separator();
        match (&self.proofs, self.subject) {
            (_, Subject::SecurityEmail) => format!("Verification{separator}security email"),
            (Some(proofs), Subject::Contact(_)) => format!("Verification{separator}{}", safe(&proofs.name)),
            (None, Subject::Contact(_)) => "Verification".to_owned(),
        }
    }

    fn doing(&self) -> Option<&'static str> {
        match self.waiting {
            Waiting::No => None,
            Waiting::Sending => Some("sending"),
            Waiting::Checking => Some("checking"),
            Waiting::Cancelling => Some("cancelling"),
        }
    }

    fn rows(&self, columns: usize, order: Order, look: Look<'_>) -> Vec<DialogRow> {
        let Some(proofs) = &self.proofs else {
            let mut rows = words("Reading the state of the address.", Role::Dim, columns);
            rows.extend(self.entry.iter().flat_map(|entry| entry_rows(entry, columns)));
            return rows;
        };
        let facts = facts(proofs, columns, look);
        let advice = match &self.entry {
            Some(entry) => entry_rows(entry, columns),
            None => self.advice_rows(proofs, columns, look),
        };
        let (first, second) = match order {
            Order::FactsFirst => (facts, advice),
            Order::AdviceFirst => (advice, facts),
        };
        first.into_iter().chain([DialogRow::Blank]).chain(second).collect()
    }

    fn advice_rows(&self, proofs: &Proofs, columns: usize, look: Look<'_>) -> Vec<DialogRow> {
        let mut rows = Vec::new();
        if let Some(said) = &self.said {
            rows.extend(words(&said.text, said.role, columns));
        }
        rows.extend(words(&advice(proofs, look), Role::Text, columns));
        let proof = proofs.open();
        if let Some(limit) =
            proof.limit.filter(|limit| limit.until > look.now && proof.status != Status::Verified)
        {
            rows.extend(words(&limit_words(limit, look), Role::Hint, columns));
        }
        rows
    }
}

fn entry_rows(entry: &CodeEntry, columns: usize) -> Vec<DialogRow> {
    let mut rows = vec![DialogRow::Code];
    let (text, role) = match &entry.problem {
        Some(problem) => (problem.as_str(), Role::Problem),
        None => ("eight letters and digits; case, blanks and the hyphen do not matter", Role::Hint),
    };
    rows.extend(fact("", text, role, columns));
    rows
}

/// What is known, line by line.
fn facts(proofs: &Proofs, columns: usize, look: Look<'_>) -> Vec<DialogRow> {
    let proof = proofs.open();
    let mut rows = fact("Address", &safe(&proof.email), Role::Text, columns);
    rows.extend(fact("Status", &status_words(proof, look), status_role(proof.status), columns));
    if let Some(ends) = end_words(proof, look) {
        rows.extend(fact("Ends", &ends, Role::Text, columns));
    }
    if let Some(server) = &proof.server {
        rows.extend(fact("Mail", &safe(server), Role::Dim, columns));
    }
    if proofs.pending.is_some() {
        let present = &proofs.present;
        let text = format!("{}, {}", safe(&present.email), status_words(present, look));
        rows.extend(fact("In force", &text, Role::Text, columns));
    }
    rows
}

fn status_words(proof: &AddressProof, look: Look<'_>) -> String {
    let mark = look.marks.status(proof.status);
    let word = proof.status.words();
    match proof.status {
        Status::Unverified if proof.mail == Some(State::Written) => {
            format!("{mark} {word}; the mail was written to a file, not sent")
        }
        Status::Unverified => match proof.queued_at {
            Some(queued) => {
                format!("{mark} {word}; the code waits to be sent since {}", look.short_time(queued))
            }
            None => format!("{mark} {word}; no code has been sent"),
        },
        Status::CodeSent => match proof.sent_at {
            Some(sent) => format!("{mark} {word} {}", look.short_time(sent)),
            None => format!("{mark} {word}"),
        },
        Status::Expired => match proof.void {
            Some(void) => format!("{mark} {word}: {}", void.words()),
            None => format!("{mark} {word}"),
        },
        Status::Verified => match proof.verified_at {
            Some(verified) => format!("{mark} {word} {}", look.full_time(verified)),
            None => format!("{mark} {word}"),
        },
        Status::Undeliverable => format!("{mark} {word}: the server has refused this address"),
    }
}

const fn status_role(status: Status) -> Role {
    match status {
        Status::Verified => Role::Good,
        Status::CodeSent => Role::Text,
        Status::Unverified | Status::Expired => Role::Warning,
        Status::Undeliverable => Role::Bad,
    }
}

/// How long the code lives and how many wrong ones it survives.
fn end_words(proof: &AddressProof, look: Look<'_>) -> Option<String> {
    if !matches!(proof.status, Status::CodeSent | Status::Unverified) {
        return None;
    }
    let ends = proof.expires_at.filter(|end| *end > look.now)?;
    let left = spoken(look.now.until(ends));
    Some(match proof.tries_left {
        Some(1) => format!("in {left}, or with the next wrong code"),
        Some(tries) => format!("in {left}; {tries} tries left"),
        None => format!("in {left}"),
    })
}

/// What to do now, in a sentence.
fn advice(proofs: &Proofs, look: Look<'_>) -> String {
    let proof = proofs.open();
    let who = match proofs.subject {
        Subject::Contact(_) => safe(&proofs.name).into_owned(),
        Subject::SecurityEmail => "whoever reads it".to_owned(),
    };
    let key = |action| look.keys.keys(Context::Verification, action).next().unwrap_or_default();
    let (enter, send) = (key(Action::EnterCode), key(Action::SendAgain));
    let is_over = proof.expires_at.is_some_and(|end| end <= look.now);
    match proof.status {
        Status::CodeSent if is_over => format!("The code's time is over; press {send} to send a new one."),
        Status::CodeSent => format!("Ask {who} for the code in the mail, then press {enter}."),
        Status::Unverified if proof.queued_at.is_some() && proof.mail == Some(State::Written) => {
            format!("No mail server is configured. The code is in the file; press {enter} to enter it.")
        }
        Status::Unverified if proof.queued_at.is_some() => {
            format!(
                "The mail leaves by itself as soon as it can. Then ask {who} for the code and press {enter}."
            )
        }
        Status::Unverified => format!("Press {send} to send a code."),
        Status::Expired => format!("Press {send} to send a new code."),
        Status::Verified => "Nothing is to be done.".to_owned(),
        Status::Undeliverable => format!("Correct the address, or press {send} to try it again."),
    }
}

/// Why no code can be sent now, and for how long.
fn limit_words(limit: Limit, look: Look<'_>) -> String {
    let wait = spoken(look.now.until(limit.until).max(std::time::Duration::from_secs(1)));
    match limit.kind {
        LimitKind::CoolDown => format!("Another code can be sent in {wait}."),
        LimitKind::PerAddress => {
            format!(
                "{PER_ADDRESS} codes were sent to this address in 24 hours; the next can be sent in {wait}."
            )
        }
        LimitKind::PerDatabase => {
            format!("The daily limit of verification mails is reached; the next can be sent in {wait}.")
        }
    }
}

fn fact(label: &'static str, text: &str, role: Role, columns: usize) -> Vec<DialogRow> {
    let lines = wrap(text, columns.saturating_sub(LABELS.into()));
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    labels.zip(lines).map(|(label, text)| DialogRow::Fact { label, text, role }).collect()
}

fn words(text: &str, role: Role, columns: usize) -> Vec<DialogRow> {
    wrap(text, columns).into_iter().map(|text| DialogRow::Words { text, role }).collect()
}
