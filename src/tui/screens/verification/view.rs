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

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{CodeEntry, Said, VerificationDialog, Waiting};
use crate::domain::contact::{AddressProof, Proofs, Status, Subject};
use crate::domain::delivery::State;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say as _, plain, retold, say};
use crate::domain::timestamp::spoken_in;
use crate::domain::verification::{Limit, LimitKind, PER_ADDRESS};
use crate::tui::keymap::{Action, Context};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog;
use crate::tui::widgets::text_field::Caret;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{row, write};

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
    /// The first line of what became of the last thing done, which is heard first.
    News {
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
        let place =
            dialog::centred(look.marks, area, columns, u16::try_from(rows.len() + 2).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, &self.title(look));
        if let Some(doing) = self.doing(look.language) {
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
                    let spans = vec![
                        Span::styled(look.label(label, LABELS.into()), look.style(Role::Label)),
                        Span::styled(text.as_str(), look.style(*role)),
                    ];
                    write(at, buf, Line::from(spans));
                }
                DialogRow::News { text, role } => {
                    write(at, buf, Span::styled(text.as_str(), look.style(*role)));
                    if look.marks.is_spoken() && !at.is_empty() {
                        cursor = Some(Position { x: at.x, y: at.y });
                    }
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
        let field = dialog::label(area, buf, look, say!(look.language, "Code"), LABELS);
        let field = Rect { width: field.width.min(CODE), ..field };
        entry.field.draw(field, buf, look.style(Role::FocusedField), Caret::Shown, look.marks.ellipsis())
    }

    fn title(&self, look: Look<'_>) -> String {
        let (separator, what) = (look.separator(), say!(look.language, "Verification"));
        match (&self.proofs, self.subject) {
            (_, Subject::SecurityEmail) => {
                format!("{what}{separator}{}", say!(look.language, "security email"))
            }
            (Some(proofs), Subject::Contact(_)) => format!("{what}{separator}{}", safe(&proofs.name)),
            (None, Subject::Contact(_)) => what.to_owned(),
        }
    }

    fn doing(&self, language: Language) -> Option<&'static str> {
        match self.waiting {
            Waiting::No => None,
            Waiting::Sending => Some(say!(language, "sending")),
            Waiting::Checking => Some(say!(language, "checking the code")),
            Waiting::Cancelling => Some(say!(language, "cancelling")),
        }
    }

    fn rows(&self, columns: usize, order: Order, look: Look<'_>) -> Vec<DialogRow> {
        let Some(proofs) = &self.proofs else {
            let mut rows =
                words(say!(look.language, "Reading the state of the address."), Role::Dim, columns);
            rows.extend(self.entry.iter().flat_map(|entry| entry_rows(entry, columns, look)));
            return rows;
        };
        let facts = facts(proofs, columns, look);
        let advice = match &self.entry {
            Some(entry) => entry_rows(entry, columns, look),
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
        if let Some((text, role)) = self.said.as_ref().and_then(|said| said_words(said, look)) {
            rows.extend(news(&text, role, columns));
        }
        rows.extend(words(&advice(proofs, look), Role::Text, columns));
        let proof = proofs.open();
        if let Some(limit) =
            proof.limit.filter(|limit| limit.until > look.now && proof.status != Status::Verified)
        {
            let is_news = matches!(self.said, Some(Said::NotYet));
            let made = if is_news { news } else { words };
            let mut text = limit_words(limit, look);
            if is_news && look.marks.is_spoken() {
                text = say!(look.language, "No code was sent. {text}", text);
            }
            rows.extend(made(&text, Role::Hint, columns));
        }
        rows
    }
}

fn entry_rows(entry: &CodeEntry, columns: usize, look: Look<'_>) -> Vec<DialogRow> {
    let language = look.language;
    let mut rows = vec![DialogRow::Code];
    let (text, role) = match &entry.problem {
        Some(problem) => (look.wrong(&problem.say(language)), Role::Problem),
        None => (
            say!(language, "eight letters and digits; case, blanks and the hyphen do not matter").to_owned(),
            Role::Hint,
        ),
    };
    rows.extend(fact("", &text, role, columns));
    rows
}

/// What became of the last thing done, and how that looks; safe to show. None if other words say it.
fn said_words(said: &Said, look: Look<'_>) -> Option<(String, Role)> {
    let language = look.language;
    Some(match said {
        Said::NewCode { to_file: true, .. } => (
            say!(
                language,
                "Without a mail server the new code goes to a file; the old one no longer counts."
            )
            .to_owned(),
            Role::Good,
        ),
        Said::NewCode { email, to_file: false } => (
            say!(
                language,
                "A new code is on its way to {email}; the old one no longer counts.",
                email = safe(email)
            ),
            Role::Good,
        ),
        Said::Confirmed(confirmed) => {
            let email = safe(&confirmed.email);
            let words = match &confirmed.replaced {
                Some(replaced) => say!(
                    language,
                    "The code is right: {email} is verified and replaces {replaced}.",
                    email,
                    replaced = safe(replaced)
                ),
                None => say!(language, "The code is right: {email} is verified.", email),
            };
            (words, Role::Good)
        }
        Said::ChangeCancelled => (say!(language, "The change is cancelled.").to_owned(), Role::Good),
        Said::NotNeeded => {
            (say!(language, "This address is verified; no code is needed.").to_owned(), Role::Hint)
        }
        Said::CodeVoid => {
            (say!(language, "The code no longer counts; send a new one.").to_owned(), Role::Warning)
        }
        Said::NothingArrived => (
            say!(language, "No code has arrived there; correct the address, or send another.").to_owned(),
            Role::Warning,
        ),
        Said::NoChange => (say!(language, "No change of address is under way.").to_owned(), Role::Hint),
        Said::NotYet => return None,
        Said::Problem(problem) => (look.wrong(&sentence(&problem.say(language), language)), Role::Problem),
    })
}

/// A problem as a sentence: its first letter is big, and it ends.
fn sentence(problem: &str, language: Language) -> String {
    let mut characters = problem.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    say!(language, "{problem}.", problem = format!("{first}{}", characters.as_str()))
}

/// What is known, line by line.
fn facts(proofs: &Proofs, columns: usize, look: Look<'_>) -> Vec<DialogRow> {
    let proof = proofs.open();
    let language = look.language;
    let mut rows = fact(say!(language, "Address"), &safe(&proof.email), Role::Text, columns);
    rows.extend(fact(
        say!(language, "Status"),
        &status_words(proof, look),
        status_role(proof.status),
        columns,
    ));
    if let Some(ends) = end_words(proof, look) {
        rows.extend(fact(say!(language, "Ends"), &ends, Role::Text, columns));
    }
    if let Some(server) = &proof.server {
        rows.extend(fact(say!(language, "Mail"), &safe(&retold(language, server)), Role::Dim, columns));
    }
    if proofs.pending.is_some() {
        let present = &proofs.present;
        let (email, status) = (safe(&present.email), status_words(present, look));
        let text = say!(language, "{email}, {status}", email, status);
        rows.extend(fact(say!(language, "In force"), &text, Role::Text, columns));
    }
    rows
}

fn status_words(proof: &AddressProof, look: Look<'_>) -> String {
    let mark = look.marks.status(proof.status);
    let language = look.language;
    let word = plain(language, proof.status.words());
    let status = look.marked(mark, word);
    match proof.status {
        Status::Unverified if proof.mail == Some(State::Written) => {
            say!(language, "{status}; the mail was written to a file, not sent", status)
        }
        Status::Unverified => match proof.queued_at {
            Some(queued) => {
                let since = look.short_time(queued);
                say!(language, "{status}; the code waits to be sent since {since}", status, since)
            }
            None => say!(language, "{status}; no code has been sent", status),
        },
        Status::CodeSent => match proof.sent_at {
            Some(sent) => format!("{status} {}", look.short_time(sent)),
            None => status,
        },
        Status::Expired => match proof.void {
            Some(void) => {
                say!(language, "{status}: {reason}", status, reason = plain(language, void.words()))
            }
            None => status,
        },
        Status::Verified => match proof.verified_at {
            Some(verified) => format!("{status} {}", look.full_time(verified)),
            None => status,
        },
        Status::Undeliverable => say!(language, "{status}: the server has refused this address", status),
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
    if look.marks.is_spoken() {
        let end = look.full_time(ends);
        return Some(match proof.tries_left {
            Some(1) => say!(look.language, "{end}, or with the next wrong code", end),
            Some(tries) => say!(look.language, "{end}; {tries} tries left", end, tries),
            None => end,
        });
    }
    let left = spoken_in(look.language, look.now.until(ends));
    Some(match proof.tries_left {
        Some(1) => say!(look.language, "in {left}, or with the next wrong code", left),
        Some(tries) => say!(look.language, "in {left}; {tries} tries left", left, tries),
        None => say!(look.language, "in {left}", left),
    })
}

/// What to do now, in a sentence.
fn advice(proofs: &Proofs, look: Look<'_>) -> String {
    let (proof, language) = (proofs.open(), look.language);
    let who = match proofs.subject {
        Subject::Contact(_) => safe(&proofs.name).into_owned(),
        Subject::SecurityEmail => say!(language, "whoever reads it").to_owned(),
    };
    let key = |action| look.keys.keys(Context::Verification, action).next().unwrap_or_default();
    let (enter, send) = (key(Action::EnterCode), key(Action::SendAgain));
    let is_over = proof.expires_at.is_some_and(|end| end <= look.now);
    match proof.status {
        Status::CodeSent if is_over => {
            say!(language, "The code's time is over; press {send} to send a new one.", send)
        }
        Status::CodeSent => {
            say!(language, "Ask {who} for the code in the mail, then press {enter}.", who, enter)
        }
        Status::Unverified if proof.queued_at.is_some() && proof.mail == Some(State::Written) => {
            say!(
                language,
                "No mail server is configured. The code is in the file; press {enter} to enter it.",
                enter
            )
        }
        Status::Unverified if proof.queued_at.is_some() => {
            say!(
                language,
                "The mail leaves by itself as soon as it can. Then ask {who} for the code and press {enter}.",
                who,
                enter
            )
        }
        Status::Unverified => say!(language, "Press {send} to send a code.", send),
        Status::Expired => say!(language, "Press {send} to send a new code.", send),
        Status::Verified => say!(language, "Nothing is to be done.").to_owned(),
        Status::Undeliverable => {
            say!(language, "Correct the address, or press {send} to try it again.", send)
        }
    }
}

/// Why no code can be sent now, and for how long.
fn limit_words(limit: Limit, look: Look<'_>) -> String {
    let language = look.language;
    if look.marks.is_spoken() {
        // A count-down would be heard again each second.
        let time = look.full_time(limit.until.plus(Duration::from_secs(59)));
        return match limit.kind {
            LimitKind::CoolDown => say!(language, "Another code can be sent from {time} on.", time),
            LimitKind::PerAddress => say!(
                language,
                "{count} codes were sent to this address in 24 hours; the next can be sent from {time} on.",
                count = PER_ADDRESS,
                time
            ),
            LimitKind::PerDatabase => say!(
                language,
                "The daily limit of verification mails is reached; the next can be sent from {time} on.",
                time
            ),
        };
    }
    let wait = spoken_in(language, look.now.until(limit.until).max(Duration::from_secs(1)));
    match limit.kind {
        LimitKind::CoolDown => say!(language, "Another code can be sent in {wait}.", wait),
        LimitKind::PerAddress => say!(
            language,
            "{count} codes were sent to this address in 24 hours; the next can be sent in {wait}.",
            count = PER_ADDRESS,
            wait
        ),
        LimitKind::PerDatabase => say!(
            language,
            "The daily limit of verification mails is reached; the next can be sent in {wait}.",
            wait
        ),
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

/// The same, and the first line is heard first.
fn news(text: &str, role: Role, columns: usize) -> Vec<DialogRow> {
    let mut rows = words(text, role, columns);
    if let Some(DialogRow::Words { text, role }) = rows.first_mut() {
        let (text, role) = (std::mem::take(text), *role);
        rows[0] = DialogRow::News { text, role };
    }
    rows
}
