//! History: the audit log read back, and the proof that nobody has changed it.
//!
//! The log covers itself: each entry's hash covers the entry before. Whoever can write the database can still write it anew from
//! some entry on; an [`Anchor`] noted elsewhere tells that too.

mod records;
mod words;

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use serde_json::Value;

use super::page::{At, Page};
use super::subscriptions::Progress;
use super::{Problem, Session};
use crate::domain::language::Language;
use crate::domain::say::{Say, say};
use crate::store::{AuditBreak, AuditRow};

pub use records::{
    AT_ONCE, Field, Found, Record, RecordQuery, Rest, fields, is_in_headline, record, records,
};
pub use words::{FIELDS, WORDS, field_words, headline, way, word};

pub use crate::store::{AuditBreak as Break, AuditQuery as HistoryQuery, AuditRow as Event};

/// Where a page of the history begins.
pub type HistoryAt = At<i64>;

/// A place in the log to be noted elsewhere: number and hash of an entry, written `17:5f0c…`. Of an empty log it is entry 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    pub id: i64,
    pub hash: [u8; 32],
}

/// What a check of the log found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry is what was written, and how many there are.
    Sound {
        entries: i64,
    },
    Broken(Break),
    /// The chain is whole, but it is not the one of which the anchor was taken: entries were taken away or written anew.
    NotTheSame {
        anchor: i64,
    },
}

/// A part of the history, newest first.
///
/// # Errors
/// [`Problem::Store`].
pub fn page(
    session: &mut Session,
    query: HistoryQuery,
    at: HistoryAt,
    limit: usize,
) -> Result<Page<Event>, Problem> {
    let (store, _) = session.desk();
    let (newest, start) = at.reading();
    let wanted = limit.saturating_add(1);
    let mut rows: Vec<AuditRow> = Vec::new();
    store.read(|reading| {
        reading.audit(query, newest, start, |row| {
            if query.since.is_none_or(|since| since <= row.at) {
                rows.push(row);
            }
            rows.len() < wanted
        })
    })?;
    Ok(at.page(rows, limit))
}

/// The anchor of the log as it is now.
///
/// # Errors
/// [`Problem::Store`].
pub fn head(session: &mut Session) -> Result<Anchor, Problem> {
    let (store, _) = session.desk();
    let head = store.read(|reading| reading.audit_head())?;
    Ok(head.map_or(Anchor::START, |(id, hash)| Anchor { id, hash }))
}

/// Checks the whole log, and that it still holds the entry of an anchor that was noted earlier. Costs one pass over the log.
///
/// # Errors
/// [`Problem::Store`].
pub fn verify(session: &mut Session, anchor: Option<Anchor>) -> Result<Verdict, Problem> {
    Ok(check(session, anchor, &mut |_| ControlFlow::Continue(()))?.0)
}

/// The same step by step: `progress` hears how many entries are checked. None if it says to stop.
///
/// # Errors
/// [`Problem::Store`].
pub fn verify_step_by_step(
    session: &mut Session,
    progress: Progress<'_>,
) -> Result<Option<Verdict>, Problem> {
    let (verdict, end) = check(session, None, progress)?;
    Ok(end.is_continue().then_some(verdict))
}

/// After so many entries it is asked whether to go on.
const STEP: i64 = 500;

/// What was found up to where `progress` said to stop.
fn check(
    session: &mut Session,
    anchor: Option<Anchor>,
    progress: Progress<'_>,
) -> Result<(Verdict, ControlFlow<()>), Problem> {
    let (store, _) = session.desk();
    let (mut entries, mut met) = (0, anchor.is_none_or(|anchor| anchor == Anchor::START));
    let mut end = ControlFlow::Continue(());
    let broken: Option<AuditBreak> = store.read(|reading| {
        reading.check_audit(|id, hash| {
            entries = id;
            met = met || anchor == Some(Anchor { id, hash });
            if id % STEP == 0 {
                end = progress(id.unsigned_abs());
            }
            end
        })
    })?;
    let verdict = match (broken, anchor) {
        (Some(broken), _) => Verdict::Broken(broken),
        (None, Some(anchor)) if !met => Verdict::NotTheSame { anchor: anchor.id },
        (None, Some(_) | None) => Verdict::Sound { entries },
    };
    Ok((verdict, end))
}

/// What is wrong with the log: `entry 17 is gone`.
impl Say for Break {
    fn say(&self, language: Language) -> String {
        match self {
            Break::Missing { id } => say!(language, "entry {id} is gone", id),
            Break::Changed { id } => {
                say!(language, "entry {id} or the one before it is not what was written", id)
            }
            Break::DetailsChanged { id } => {
                say!(language, "what entry {id} tells is not what was written", id)
            }
            Break::DetailsMissing { id } => {
                say!(language, "what entry {id} tells is gone, and its contact was never deleted", id)
            }
        }
    }
}

/// Actions whose details are pairs of an old and a new value.
const CHANGES: &[&str] =
    &["contact.modify", "contact.subscribe", "contact.cancel_change", "account.set", "verification.confirm"];

/// What an entry tells, in one line: `email: ada@example.org → ada@example.com; position: none → ceo`. Not escaped.
#[must_use]
pub fn told(event: &Event) -> String {
    let fields = match &event.details {
        Some(Value::Object(fields)) => fields,
        Some(value) => return plain(value),
        None => return "(erased)".to_owned(),
    };
    let is_change = CHANGES.contains(&event.action.as_str());
    let told = fields.iter().map(|(name, value)| match value.as_array().map(Vec::as_slice) {
        Some([old, new]) if is_change => format!("{name}: {} → {}", plain(old), plain(new)),
        Some(_) | None => format!("{name}: {}", plain(value)),
    });
    told.collect::<Vec<_>>().join("; ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

impl Anchor {
    /// The anchor of an empty log.
    pub const START: Self = Self { id: 0, hash: [0; 32] };
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.id)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a text is no anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is a number, a colon and 64 hexadecimal digits, as 'callsheet history head' prints it")]
pub struct NotAnAnchor;

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (id, digits) = text.trim().split_once(':').ok_or(NotAnAnchor)?;
        let id = id.parse().ok().filter(|id| *id >= 0).ok_or(NotAnAnchor)?;
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotAnAnchor);
        }
        let mut hash = [0; 32];
        for (byte, index) in hash.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&digits[index..index + 2], 16).map_err(|_| NotAnAnchor)?;
        }
        Ok(Self { id, hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_back_as_it_was_printed() {
        let anchor = Anchor { id: 17, hash: std::array::from_fn(|index| u8::try_from(index * 7).unwrap()) };
        assert_eq!(anchor.to_string().parse(), Ok(anchor));
        assert_eq!(Anchor::START.to_string(), format!("0:{}", "0".repeat(64)));
    }

    #[test]
    fn what_is_no_anchor_is_refused() {
        let digits = "0".repeat(64);
        for text in [
            "",
            "17",
            "17:",
            "17:00",
            &format!("-1:{digits}"),
            &format!("x:{digits}"),
            &format!("1:é{}", &digits[2..]),
        ] {
            assert_eq!(text.parse::<Anchor>(), Err(NotAnAnchor), "{text}");
        }
    }
}
