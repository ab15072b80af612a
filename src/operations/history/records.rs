//! The history as a person reads it: entries in words, and a filter that searches them.

use super::HistoryAt;
use super::words::{field_words, headline, place, way, word};
use crate::domain::brief::Brief;
use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::language::Language;
use crate::domain::timestamp::Timestamp;
use crate::operations::page::Page;
use crate::operations::{Problem, Session};
use crate::store::{AuditQuery, Newest};

pub use crate::store::AuditBrief as Record;

/// So many entries are read at once, whether they match or not: a few hundredths of a second at most.
pub const AT_ONCE: usize = 2_000;

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

/// What a look into the history has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub page: Page<Record>,
    /// Where to look on: few or none of what was read matches, and there is more to be read. None for a page that is full, and at the
    /// end of the history.
    pub rest: Option<Rest>,
}

/// What a look has not read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    pub at: HistoryAt,
    /// When what was read last was done.
    pub read_to: Timestamp,
}

/// A part of the history, newest first: at most `limit` entries, out of [`AT_ONCE`] that are read. What contact and time say is
/// found by index; words are looked for in each entry.
///
/// # Errors
/// [`Problem::Store`].
pub fn records(
    session: &mut Session,
    query: &RecordQuery,
    at: HistoryAt,
    limit: usize,
) -> Result<Found, Problem> {
    let (store, _) = session.desk();
    let (newest, start) = at.reading();
    let search = Search::of(query);
    let (mut rows, mut read, mut rest) = (Vec::new(), 0, None);
    let mut is_all = true;
    store.read(|reading| {
        let query = AuditQuery { contact: query.contact, since: query.since };
        reading.audit_in_brief(query, newest, start, |record| {
            read += 1;
            let (id, read_to) = (record.id, record.at);
            if search.lets_through(&record) {
                rows.push(record);
            }
            let is_full = rows.len() >= limit;
            is_all = !is_full && read < AT_ONCE;
            rest = (!is_full && !is_all).then(|| Rest { at: at.beyond(id), read_to });
            is_all
        })
    })?;
    Ok(Found { page: at.page_of(rows, is_all), rest })
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

/// What an entry tells, what matters most first; a field that stayed as it was is left out. None once it is erased.
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
        Some((old, new)) => Some(Field { name: called(record, name), old: Some(old), new }),
        None => Some(Field { name: called(record, name), old: None, new: value }),
    });
    let mut told: Vec<Field<'_>> = told.collect();
    told.sort_by_key(|field| place(field.name));
    Some(told)
}

/// What a field is called: the name of an account is another word than that of a person.
fn called<'a>(record: &Record, field: &'a str) -> &'a str {
    if record.action == "account.set" && field == "name" { "account name" } else { field }
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
    since: Option<Timestamp>,
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
            since: query.since,
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
        let in_list = |actor| word(actor, Language::ZhCn);
        let actors = || {
            let listed = (!self.who.iter().all(|word| word.is_ascii())).then(|| in_list(&record.actor));
            joined([Some(record.actor.as_str()), record.origin.as_deref(), listed])
        };
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
        self.since.is_none_or(|since| since <= record.at)
            && self.via.as_ref().is_none_or(|via| *via == record.via)
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
