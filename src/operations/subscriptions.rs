//! Subscriptions of several contacts at once: what the matrix does.
//!
//! A bulk change goes in chunks, each one transaction with one audit entry, so that others can work in between. It never ends
//! what a recipient decided: who stopped category activity stays unsubscribed, whatever is noted here.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::chunks::{Worked, in_chunks, in_order, in_time};
use super::contacts::index::{Index, found_in};
use super::contacts::{self, ListQuery};
use super::session::Desk;
use super::verification::key_of;
use super::{Problem, Session};
use crate::domain::catalogue::UNSUBSCRIBABLE;
use crate::domain::catalogue::UnknownType;
use crate::domain::contact::{Contact, ContactId, SortColumn};
use crate::domain::contact_form::{Field, FieldProblem, Wrong};
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;
use crate::store::{Direction, Held, Reading, Store, Wishes, Writing};

pub use super::chunks::{Ended, Progress};

/// Which contacts a change of a column touches.
#[derive(Debug, Clone, PartialEq)]
pub enum Whom {
    /// Those that the query lists, all if its filter is empty. Its order does not matter.
    Filtered(ListQuery),
    /// These.
    These(Vec<ContactId>),
}

/// What a bulk change has done; [`restore`] takes it back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changed {
    /// The contacts whose subscriptions changed, those with the same change together.
    pub steps: Vec<Step>,
    /// Something of category activity was added for them, which they stopped themselves: it is noted and they stay unsubscribed.
    pub unsubscribed: Vec<ContactId>,
    /// When it began, or for one contact when it was known to be done.
    pub at: Timestamp,
    pub ended: Ended,
}

/// One change that several contacts have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub before: Subscriptions,
    pub after: Subscriptions,
    pub contacts: Vec<ContactId>,
    /// The recipient had unsubscribed, and the change ended that.
    stopped: Option<Stopped>,
}

/// When a recipient ended category activity, and for which address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stopped {
    at: Timestamp,
    email_key: String,
}

/// What has been taken back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Restored {
    /// Contacts that want again what they wanted before.
    pub restored: u64,
    /// Contacts whose subscriptions somebody else has changed since; they are left as they are.
    pub left_alone: u64,
    /// Mails to them that waited and were cancelled because of the change: they stay cancelled.
    pub lost: usize,
    /// Mails to them that waited and are cancelled by this: their recipients are unsubscribed again.
    pub cancelled: usize,
    pub ended: Ended,
}

impl Changed {
    /// The change that saving one contact made, for taking it back. `at` is when that was known.
    #[must_use]
    pub fn of(before: &Contact, after: &Contact, at: Timestamp) -> Self {
        let stopped = before.unsubscribed_at.filter(|_| after.unsubscribed_at.is_none());
        if before.subscriptions == after.subscriptions && stopped.is_none() {
            return Self::default();
        }
        let step = Step {
            before: before.subscriptions.clone(),
            after: after.subscriptions.clone(),
            contacts: vec![after.id],
            stopped: stopped.map(|at| Stopped { at, email_key: key_of(&before.email) }),
        };
        Self { steps: vec![step], at, ..Self::default() }
    }

    /// How many contacts were changed.
    #[must_use]
    pub fn count(&self) -> u64 {
        let contacts: usize = self.steps.iter().map(|step| step.contacts.len()).sum();
        u64::try_from(contacts).unwrap_or(u64::MAX)
    }
}

/// Subscribes `whom` to a category or type, or ends that. Contacts that are gone are left out.
///
/// # Errors
/// [`Problem::Invalid`] for a subscription that the catalogue does not know, [`Problem::Store`] if nothing was changed.
pub fn set_column(
    session: &mut Session,
    id: &str,
    whom: &Whom,
    wanted: bool,
    progress: Progress<'_>,
) -> Result<Changed, Problem> {
    let (store, desk, index) = session.desk_with_index();
    if wanted && let Err(unknown) = desk.catalogue.require(id) {
        // Whoever asks for an id by itself is told what may be meant elsewhere.
        let message = Wrong::Types(vec![UnknownType { nearest: Vec::new(), ..unknown }]);
        return Err(Problem::Invalid(vec![FieldProblem { field: Field::Types, message }]));
    }
    let ids = store.read(|reading| contacts_of(index, reading, whom, &desk))?;
    let cause = json!({ "type": id, "subscribed": wanted });
    change(store, &desk, &ids, &cause, progress, |before| {
        let mut after = before.clone();
        after.set(id, wanted, desk.catalogue);
        after
    })
}

/// Whether all of `whom` are subscribed to a category (wholly) or type; what ticking the column then does is the opposite.
/// False if there is nobody.
///
/// # Errors
/// [`Problem::Store`].
pub fn is_column_full(session: &mut Session, id: &str, whom: &Whom) -> Result<bool, Problem> {
    let (store, desk, index) = session.desk_with_index();
    let mut is_full = false;
    store.read(|reading| {
        match whom {
            Whom::Filtered(query) if query.filter.is_empty() => is_full = reading.is_wanted_by_all(id)?,
            Whom::Filtered(query) if !query.filter.asks_for_selection() && index.is_none() => {
                reading.list(SortColumn::Id, Direction::Down, None, desk.now, |contact| {
                    let is_meant = contacts::is_wanted(&query.filter, &contact, false);
                    is_full = if is_meant { contact.subscriptions.covers(id) } else { is_full };
                    is_full || !is_meant
                })?;
            }
            Whom::Filtered(_) | Whom::These(_) => {
                for contact in contacts_of(index, reading, whom, &desk)? {
                    let Some(wishes) = reading.wishes(contact)? else { continue };
                    is_full = wishes.subscriptions.covers(id);
                    if !is_full {
                        break;
                    }
                }
            }
        }
        Ok(is_full)
    })
}

/// Gives these contacts the subscriptions of another, ids that the catalogue does not know included. Contacts that are gone are
/// left out.
///
/// # Errors
/// [`Problem::NoSuchContact`] if `from` is gone, [`Problem::Store`] if nothing was changed.
pub fn copy(
    session: &mut Session,
    from: ContactId,
    to: &[ContactId],
    progress: Progress<'_>,
) -> Result<Changed, Problem> {
    let (store, desk) = session.desk();
    let source =
        store.read(|reading| Ok::<_, Problem>(contacts::row(reading, from, &desk)?.contact.subscriptions))?;
    let cause = json!({ "copied_from": from.0, "subscriptions": listed(&source) });
    change(store, &desk, &in_order(to), &cause, progress, |_| source.clone())
}

/// Takes a change back: whoever still wants what the change made them want wants again what they wanted before. A contact whose
/// subscriptions were changed since is left alone, one that is gone is left out.
///
/// # Errors
/// [`Problem::Store`] if nothing was changed.
pub fn restore(
    session: &mut Session,
    changed: &Changed,
    progress: Progress<'_>,
) -> Result<Restored, Problem> {
    let (store, desk) = session.desk();
    let mut all: Vec<(&Step, ContactId)> =
        changed.steps.iter().flat_map(|step| step.contacts.iter().map(move |id| (step, *id))).collect();
    // Contacts that lie together are changed together.
    all.sort_unstable_by_key(|(_, id)| *id);
    let mut restored = Restored::default();
    let ended = in_chunks(&all, progress, |chunk| {
        let ((contacts, done), held) =
            store.write_and_time(|writing, held| restore_chunk(writing, &desk, changed.at, chunk, held))?;
        restored.restored += done.restored;
        restored.left_alone += done.left_alone;
        restored.lost += done.lost;
        restored.cancelled += done.cancelled;
        Ok(Worked { contacts, held })
    })?;
    Ok(Restored { ended, ..restored })
}

/// Gives each of these contacts what `wanted` makes of what it wants now.
fn change(
    store: &mut Store,
    desk: &Desk<'_>,
    ids: &[ContactId],
    cause: &Value,
    progress: Progress<'_>,
    wanted: impl Fn(&Subscriptions) -> Subscriptions,
) -> Result<Changed, Problem> {
    let mut changed = Changed { at: desk.now, ..Changed::default() };
    let mut place: HashMap<(Subscriptions, Subscriptions), usize> = HashMap::new();
    changed.ended = in_chunks(ids, progress, |chunk| {
        let ((contacts, done), held) =
            store.write_and_time(|writing, held| change_chunk(writing, desk, chunk, cause, held, &wanted))?;
        for (id, wishes, after) in done {
            if wishes.unsubscribed_at.is_some() && after.adds_to(UNSUBSCRIBABLE, &wishes.subscriptions) {
                changed.unsubscribed.push(id);
            }
            let index = *place.entry((wishes.subscriptions, after)).or_insert_with_key(|(before, after)| {
                let (before, after) = (before.clone(), after.clone());
                changed.steps.push(Step { before, after, contacts: Vec::new(), stopped: None });
                changed.steps.len() - 1
            });
            changed.steps[index].contacts.push(id);
        }
        Ok(Worked { contacts, held })
    })?;
    Ok(changed)
}

/// A contact that changed: what it wanted before, and wants now.
type Change = (ContactId, Wishes, Subscriptions);

/// Changes some contacts in one transaction. Returns how many there was time for, and those that changed.
fn change_chunk(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    ids: &[ContactId],
    cause: &Value,
    held: Held,
    wanted: impl Fn(&Subscriptions) -> Subscriptions,
) -> Result<(usize, Vec<Change>), Problem> {
    let (mut contacts, mut changed) = (0, Vec::new());
    for id in in_time(ids, held) {
        contacts += 1;
        let Some(wishes) = writing.reading().wishes(*id)? else { continue };
        let after = wanted(&wishes.subscriptions);
        if after != wishes.subscriptions {
            writing.set_subscriptions(*id, &after)?;
            writing.count_edit(*id)?;
            changed.push((*id, wishes, after));
        }
    }
    log(writing, desk, cause.clone(), changed.iter().map(|(id, ..)| *id))?;
    Ok((contacts, changed))
}

/// Takes some contacts' changes, made at `at`, back in one transaction. Returns beside it how many there was time for.
fn restore_chunk(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    at: Timestamp,
    chunk: &[(&Step, ContactId)],
    held: Held,
) -> Result<(usize, Restored), Problem> {
    let (mut contacts, mut restored, mut done) = (0, Vec::new(), Restored::default());
    let mut groups: Vec<(&Subscriptions, Vec<i64>)> = Vec::new();
    let mut place: HashMap<&Subscriptions, usize> = HashMap::new();
    for (step, id) in in_time(chunk, held) {
        contacts += 1;
        let Some(wishes) = writing.reading().wishes(*id)? else { continue };
        if wishes.subscriptions != step.after {
            done.left_alone += u64::from(wishes.subscriptions != step.before);
            continue;
        }
        writing.set_subscriptions(*id, &step.before)?;
        if let Some(stopped) = &step.stopped
            && wishes.unsubscribed_at.is_none()
            && wishes.email_key == stopped.email_key
        {
            writing.set_unsubscribed(*id, Some(stopped.at))?;
            done.cancelled += writing.cancel_notices_of(*id, UNSUBSCRIBABLE, desk.now)?;
        }
        writing.count_edit(*id)?;
        restored.push(*id);
        let cancelled = writing.reading().types_cancelled_since(*id, at)?;
        let is_lost = |id: &String| step.before.covers(id) && !step.after.covers(id);
        done.lost += cancelled.iter().filter(|id| is_lost(id)).count();
        let index = *place.entry(&step.before).or_insert(groups.len());
        if index == groups.len() {
            groups.push((&step.before, Vec::new()));
        }
        groups[index].1.push(id.0);
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(wanted, ids)| json!({ "subscriptions": listed(wanted), "contacts": ids }))
        .collect();
    done.restored = u64::try_from(restored.len()).unwrap_or(u64::MAX);
    log(writing, desk, json!({ "restored": groups }), restored.into_iter())?;
    Ok((contacts, done))
}

/// Writes what was done to some contacts into the audit log. It belongs to none of them alone, so it tells ids only: what is
/// erased with a contact is not in it.
fn log(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    mut details: Value,
    contacts: impl Iterator<Item = ContactId>,
) -> Result<(), Problem> {
    let contacts: Vec<i64> = contacts.map(|id| id.0).collect();
    if contacts.is_empty() {
        return Ok(());
    }
    details["contacts"] = json!(contacts);
    desk.log(writing, "contacts.subscribe", None, details)
}

/// The contacts that are meant, in order of id. A filter costs one pass over all contacts, but with an index.
///
/// # Errors
/// [`Problem::Store`].
pub fn meant(session: &mut Session, whom: &Whom) -> Result<Vec<ContactId>, Problem> {
    let (store, desk, index) = session.desk_with_index();
    store.read(|reading| contacts_of(index, reading, whom, &desk))
}

/// The contacts that are meant, in order of id. They are read before anything is changed: what changes then cannot make the
/// filter find others.
fn contacts_of(
    index: &mut Option<Box<Index>>,
    reading: &Reading<'_>,
    whom: &Whom,
    desk: &Desk<'_>,
) -> Result<Vec<ContactId>, Problem> {
    let query = match whom {
        Whom::These(ids) => return Ok(in_order(ids)),
        Whom::Filtered(query) if query.filter.is_empty() => return Ok(reading.contact_ids()?),
        Whom::Filtered(query) => query,
    };
    if let Some(found) = found_in(index, reading, query, desk.now)? {
        return Ok(found);
    }
    let mut found = Vec::new();
    if query.filter.asks_for_selection() {
        for id in query.selected.iter().copied() {
            let row = reading.contact(id, desk.now)?;
            found
                .extend(row.filter(|row| contacts::is_wanted(&query.filter, &row.contact, true)).map(|_| id));
        }
        return Ok(found);
    }
    reading.list(SortColumn::Id, Direction::Down, None, desk.now, |contact| {
        found.extend(contacts::is_wanted(&query.filter, &contact, false).then_some(contact.id));
        true
    })?;
    Ok(found)
}

fn listed(subscriptions: &Subscriptions) -> Vec<&str> {
    subscriptions.ids().collect()
}
