//! The history as a person reads it: entries in words, and a filter that searches them.

use std::ops::ControlFlow;

use super::HistoryAt;
use crate::domain::brief::Brief;
use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
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
    /// Each occurs in what was done, in the contact's name or address now, in who did it, from where, by which way, or in what the
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

/// What was done, in words: `modified 王小明`. Not escaped.
#[must_use]
pub fn headline(record: &Record) -> String {
    let whom = whom(record);
    let told = |field: &str| record.details.as_ref().and_then(|details| details.field(field));
    let numbered = |noun: &str, field: &str| match told(field) {
        Some(number) => format!("{noun} {number}"),
        None => format!("a {noun}"),
    };
    let counted = |one: &str, many: &str, field: &str| match told(field) {
        Some(Brief::List { count: 1, .. }) => format!("1 {one}"),
        Some(Brief::List { count, .. }) => format!("{count} {many}"),
        Some(_) | None => many.to_owned(),
    };
    match record.action.as_str() {
        "contact.add" => format!("added {whom}"),
        "contact.modify" => format!("modified {whom}"),
        "contact.delete" => format!("deleted {whom}"),
        "contact.subscribe" => format!("changed subscriptions of {whom}"),
        "contact.unsubscribe" => format!("unsubscribed {whom}"),
        "contact.cancel_change" => format!("cancelled the change of address of {whom}"),
        "contact.import" => "imported contacts".to_owned(),
        "contacts.subscribe" => {
            format!("changed subscriptions of {}", counted("contact", "contacts", "contacts"))
        }
        "contacts.delete" => format!("deleted {}", counted("contact", "contacts", "contacts")),
        "verification.send" => format!("sent a code to {whom}"),
        "verification.confirm" => format!("verified {whom}"),
        "verification.wrong_code" => format!("entered a wrong code for {whom}"),
        "account.set" => "set the account".to_owned(),
        "account.skip_introduction" => "skipped the first questions".to_owned(),
        "notice.send" => format!("sent {}", numbered("notice", "notice")),
        "notice.retry" => format!("retried {}", numbered("notice", "notice")),
        "notice.cancel" => format!("cancelled {}", numbered("notice", "notice")),
        "outbox.retry" => format!("retried {}", counted("delivery", "deliveries", "deliveries")),
        "outbox.cancel" => format!("cancelled {}", counted("delivery", "deliveries", "deliveries")),
        "outbox.test" if record.contact.is_some() => format!("sent a test mail to {whom}"),
        "outbox.test" => "sent a test mail".to_owned(),
        "delivery.returned" if record.contact.is_some() => format!("got a mail to {whom} back"),
        "delivery.returned" => "got a mail back".to_owned(),
        "database.restore" => "restored a backup".to_owned(),
        // A newer version may do what this one does not know.
        other if record.contact.is_some() => format!("{other} {whom}"),
        other => other.to_owned(),
    }
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// What it was before, if it was changed.
    pub old: Option<String>,
    pub new: String,
}

/// What an entry tells; a field that stayed as it was is left out. None once it is erased.
#[must_use]
pub fn fields(record: &Record) -> Option<Vec<Field>> {
    let is_change = super::CHANGES.contains(&record.action.as_str());
    let fields = match record.details.as_ref()? {
        Brief::Fields(fields) => fields,
        other @ (Brief::Nothing | Brief::Word(_) | Brief::List { .. }) => {
            return Some(vec![Field { name: "text".to_owned(), old: None, new: other.to_string() }]);
        }
    };
    let told = fields.iter().filter_map(|(name, value)| {
        let name = name.clone();
        match pair(value).filter(|_| is_change) {
            Some((old, new)) if old == new => None,
            Some((old, new)) => Some(Field { name, old: Some(old.to_string()), new: new.to_string() }),
            None => Some(Field { name, old: None, new: value.to_string() }),
        }
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
        Brief::Nothing | Brief::Word(_) | Brief::Fields(_) => None,
    }
}

/// Whom an entry is about: a contact by its name now, or the security email.
fn whom(record: &Record) -> String {
    match (&record.name, record.contact) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => format!("contact {}", id.0),
        (None, None) => "the security email".to_owned(),
    }
}

/// A query with its texts folded.
struct Search {
    words: Vec<String>,
    whom: Vec<String>,
    who: Vec<String>,
    via: Option<String>,
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
            let (headline, persons, actors) = (headline(record), persons(), actors());
            joined([Some(&headline), Some(&persons), Some(&actors), Some(&record.via), told.as_deref()])
        };
        self.via.as_ref().is_none_or(|via| *via == record.via)
            && occur(&self.who, &actors)
            && occur(&self.whom, &persons)
            && occur(&self.words, &everything)
    }
}

/// Texts with a line feed between them: no word occurs in the end of one and the beginning of the next.
fn joined<const N: usize>(texts: [Option<&str>; N]) -> String {
    texts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
