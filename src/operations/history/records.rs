//! The history as a person reads it: entries in words, and a filter that searches them.

use std::ops::ControlFlow;

use super::HistoryAt;
use super::words::{field_words, headline, way, word};
use crate::domain::brief::Brief;
use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::language::Language;
use crate::domain::timestamp::Timestamp;
use crate::operations::page::Page;
use crate::operations::subscriptions::Progress;
use crate::operations::{Problem, Session};
use crate::store::{AuditQuery, Newest};

pub use crate::store::AuditBrief as Record;

/// After so many entries it is asked whether to go on.
const STEP: u64 = 500;

/// Which entries are listed. Texts are folded before they are compared, and occur as a part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordQuery {
    /// What was done to this contact.
    pub contact: Option<ContactId>,
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// Each occurs in what was done in words of any language, in the contact's name or address now, in who did it, from where, by which way, or in what the
    /// entry tells.
    pub words: Vec<String>,
    /// Each occurs in the contact's name or address now.
    pub whom: Vec<String>,
    /// Each occurs in who did it or from where.
    pub who: Vec<String>,
    /// By this way.
    pub via: Option<String>,
}

/// A part of the history, newest first. `progress` hears how many entries were read; if it says to stop, there is no page.
///
/// # Errors
/// [`Problem::Store`].
pub fn records(
    session: &mut Session,
    query: &RecordQuery,
    at: HistoryAt,
    limit: usize,
    progress: Progress<'_>,
) -> Result<Option<Page<Record>>, Problem> {
    let (store, _) = session.desk();
    let (newest, start) = at.reading();
    let wanted = limit.saturating_add(1);
    let search = Search::of(query);
    let (mut rows, mut read, mut is_stopped) = (Vec::new(), 0_u64, false);
    store.read(|reading| {
        let query = AuditQuery { contact: query.contact, since: query.since };
        reading.audit_in_brief(query, newest, start, |record| {
            read += 1;
            if search.lets_through(&record) {
                rows.push(record);
            }
            is_stopped = read % STEP == 0 && progress(read) == ControlFlow::Break(());
            rows.len() < wanted && !is_stopped
        })
    })?;
    Ok((!is_stopped).then(|| at.page(rows, limit)))
}

/// One entry; None if there is none of this number.
///
/// # Errors
/// [`Problem::Store`].
pub fn record(session: &mut Session, id: i64) -> Result<Option<Record>, Problem> {
    let (store, _) = session.desk();
    let mut found = None;
    store.read(|reading| {
        reading.audit_in_brief(AuditQuery::default(), Newest::First, Some((id, true)), |record| {
            found = Some(record);
            false
        })
    })?;
    Ok(found.filter(|record| record.id == id))
}

/// Fields of which the headline says what they say.
#[must_use]
pub fn is_in_headline(record: &Record, field: &str) -> bool {
    match record.action.as_str() {
        "contact.add" => field == "name",
        "contacts.subscribe" | "contacts.delete" => field == "contacts",
        "notice.send" | "notice.retry" | "notice.cancel" => field == "notice",
        _ => false,
    }
}

/// A field that an entry tells. Not escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a str,
    /// What it was before, if it was changed.
    pub old: Option<&'a Brief>,
    pub new: &'a Brief,
}

/// What an entry tells; a field that stayed as it was is left out. None once it is erased.
#[must_use]
pub fn fields(record: &Record) -> Option<Vec<Field<'_>>> {
    let is_change = super::CHANGES.contains(&record.action.as_str());
    let fields = match record.details.as_ref()? {
        Brief::Fields(fields) => fields,
        other @ (Brief::Nothing | Brief::Word(_) | Brief::Truth(_) | Brief::List { .. }) => {
            return Some(vec![Field { name: "text", old: None, new: other }]);
        }
    };
    let told = fields.iter().filter_map(|(name, value)| match pair(value).filter(|_| is_change) {
        Some((old, new)) if old == new => None,
        Some((old, new)) => Some(Field { name, old: Some(old), new }),
        None => Some(Field { name, old: None, new: value }),
    });
    Some(told.collect())
}

/// The two members of a list of two.
fn pair(value: &Brief) -> Option<(&Brief, &Brief)> {
    match value {
        Brief::List { first, .. } => match first.as_slice() {
            [old, new] => Some((old, new)),
            _ => None,
        },
        Brief::Nothing | Brief::Word(_) | Brief::Truth(_) | Brief::Fields(_) => None,
    }
}

/// A query with its texts folded.
struct Search {
    words: Vec<String>,
    whom: Vec<String>,
    who: Vec<String>,
    via: Option<String>,
    /// Some of the words cannot occur in what is told in English.
    is_beyond_ascii: bool,
}

impl Search {
    fn of(query: &RecordQuery) -> Self {
        let folded =
            |words: &[String]| words.iter().map(|word| fold(word).into_owned()).collect::<Vec<String>>();
        Self {
            words: folded(&query.words),
            whom: folded(&query.whom),
            who: folded(&query.who),
            via: query.via.clone(),
            is_beyond_ascii: query.words.iter().any(|word| !word.is_ascii()),
        }
    }

    fn lets_through(&self, record: &Record) -> bool {
        let occur = |words: &[String], text: &dyn Fn() -> String| {
            if words.is_empty() {
                return true;
            }
            let text = text();
            let text = fold(&text);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let persons = || joined([record.name.as_deref(), record.email.as_deref()]);
        let actors = || joined([Some(record.actor.as_str()), record.origin.as_deref()]);
        let everything = || {
            let told = record.details.as_ref().map(ToString::to_string);
            let (headline, persons, actors) = (headline(record, Language::En), persons(), actors());
            let other = self.is_beyond_ascii.then(|| in_chinese(record));
            joined([
                Some(&headline),
                Some(&persons),
                Some(&actors),
                Some(&record.via),
                told.as_deref(),
                other.as_deref(),
            ])
        };
        self.via.as_ref().is_none_or(|via| *via == record.via)
            && occur(&self.who, &actors)
            && occur(&self.whom, &persons)
            && occur(&self.words, &everything)
    }
}

/// What the program's own words in an entry are in Chinese.
fn in_chinese(record: &Record) -> String {
    let language = Language::ZhCn;
    let fields = fields(record).unwrap_or_default();
    let mut texts = vec![headline(record, language)];
    texts.extend([word(&record.actor, language), way(&record.via, language)].map(str::to_owned));
    texts.extend(fields.iter().map(|field| field_words(field.name, language)));
    texts.join("\n")
}

/// Texts with a line feed between them: no word occurs in the end of one and the beginning of the next.
fn joined<const N: usize>(texts: [Option<&str>; N]) -> String {
    texts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
