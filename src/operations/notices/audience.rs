//! Who would get a notice of a type now, and why everybody else would not: person by person, or as totals and the first persons.

use super::super::session::Desk;
use super::super::{Problem, Session};
use super::require_type;
use crate::domain::contact::ContactId;
use crate::domain::notice::{NoticeForm, check};
use crate::domain::routing::{Candidate, Exclusion, FallbackReason, VerdictCount, verdict};
use crate::store::{Reading, StoreError};

/// A contact in an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub contact: ContactId,
    pub name: String,
    pub email: String,
}

/// That the security email gets it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// None: there is no security email, so nobody would get it.
    pub email: Option<String>,
    pub reason: FallbackReason,
}

/// What a screen shows of an explanation: totals, and the first persons of each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    pub message_type: String,
    pub recipients: u64,
    pub excluded: u64,
    /// The first `limit` persons by contact id, recipients before excluded.
    pub people: Vec<(Person, Result<(), Exclusion>)>,
    pub fallback: Option<Fallback>,
}

/// Calls `each` with everybody's verdict for one type: first those who receive, by contact id, then all others, by contact id. Any
/// number of them needs the memory of one: they are read twice, in one view. Returns where it goes if no contact receives.
///
/// # Errors
/// [`Problem::InvalidNotice`] if the id is unknown or that of a category; what `each` returns, which ends it.
pub fn explain<E: From<Problem> + From<StoreError>>(
    session: &mut Session,
    message_type: &str,
    mut each: impl FnMut(&Person, Result<(), Exclusion>) -> Result<(), E>,
) -> Result<Option<Fallback>, E> {
    let (store, desk) = session.desk();
    require_type(message_type, &desk)?;
    store.read(|reading| {
        let mut count = VerdictCount::default();
        let mut pass = |receiving: bool, count: &mut VerdictCount| -> Result<(), E> {
            let mut told = Ok(());
            reading.each_candidate(|candidate, name| {
                let verdict = verdict(message_type, candidate);
                count.push(verdict);
                if verdict.is_ok() == receiving {
                    told = each(&Person::of(candidate, name), verdict);
                }
                told.is_ok()
            })?;
            told
        };
        pass(true, &mut count)?;
        if count.excluded() > 0 {
            pass(false, &mut VerdictCount::default())?;
        }
        Ok(fallback(reading, &desk, &count)?)
    })
}

/// The same as totals and the first `limit` persons; costs one pass over the contacts.
///
/// # Errors
/// [`Problem::InvalidNotice`] if the id is unknown or that of a category.
pub fn audience(session: &mut Session, message_type: &str, limit: usize) -> Result<Audience, Problem> {
    let (store, desk) = session.desk();
    require_type(message_type, &desk)?;
    store.read(|reading| {
        let mut count = VerdictCount::default();
        let (mut recipients, mut excluded) = (Vec::new(), Vec::new());
        reading.each_candidate(|candidate, name| {
            let verdict = verdict(message_type, candidate);
            count.push(verdict);
            let people = if verdict.is_ok() { &mut recipients } else { &mut excluded };
            if people.len() < limit {
                people.push((Person::of(candidate, name), verdict));
            }
            true
        })?;
        recipients.extend(excluded);
        recipients.truncate(limit);
        Ok(Audience {
            message_type: message_type.to_owned(),
            recipients: count.recipients,
            excluded: count.excluded(),
            people: recipients,
            fallback: fallback(reading, &desk, &count)?,
        })
    })
}

/// Checks a notice as [`super::notify`] would; nothing is queued.
///
/// # Errors
/// [`Problem::InvalidNotice`] with everything that is wrong.
pub fn require_valid(session: &Session, form: &NoticeForm) -> Result<(), Problem> {
    check(form, session.catalogue()).map(drop).map_err(Problem::InvalidNotice)
}

impl Person {
    fn of(candidate: &Candidate, name: &str) -> Self {
        Self { contact: candidate.contact, name: name.to_owned(), email: candidate.email.clone() }
    }
}

fn fallback(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    count: &VerdictCount,
) -> Result<Option<Fallback>, Problem> {
    let Some(reason) = count.fallback() else { return Ok(None) };
    Ok(Some(Fallback { email: reading.account(desk.now)?.security_email, reason }))
}
