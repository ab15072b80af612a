//! Contacts: list, find, add, modify, delete, subscribe.

pub mod index;
mod list;
mod places;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use list::{Progress, count, count_step_by_step, page, page_step_by_step};
use serde_json::{Value, json};

use super::session::Desk;
use super::{Problem, Session, verification};
use crate::domain::catalogue::UNSUBSCRIBABLE;
use crate::domain::contact::{Contact, ContactId, SortColumn, Subject, Totals};
use crate::domain::contact_form::{Checked, ContactDraft, ContactForm, Field, FieldProblem, Wrong};
use crate::domain::delivery::DeliveryId;
use crate::domain::email_address::EmailAddress;
use crate::domain::email_typo;
use crate::domain::filter::{self, Filter};
use crate::domain::fold::{fold, fold_case};
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::domain::verification::{Limit, VoidReason};
use crate::store::{ContactRow, Reading, Store, Writing};

/// Which contacts are listed and in which order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListQuery {
    pub filter: Filter,
    pub sort: SortColumn,
    pub order: Order,
    /// With the filter's `is:selected`: only these.
    pub selected: Arc<BTreeSet<ContactId>>,
}

/// The direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    Ascending,
    Descending,
}

/// Where a page begins. Lists are read by key, so a page costs the same anywhere in a long list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PageAt {
    #[default]
    First,
    Last,
    /// The rows after this place.
    After(Anchor),
    /// The rows before this place.
    Before(Anchor),
    /// The rows from this place on, itself included if it is a row.
    From(Anchor),
    /// The rows from the first on whose value begins with these letters, or comes after them in the direction of the list; the last
    /// row if there is none.
    Letters(String),
    /// The rows from the one on that stands at so many hundredths of the list; at 100 the last.
    Percent(u8),
}

/// A place in a sorted list: that of a contact, which need not be there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The value by which the list is sorted, folded.
    pub key: String,
    pub id: ContactId,
}

impl Anchor {
    /// The place of a contact in a list sorted by `column`.
    #[must_use]
    pub fn of(contact: &Contact, column: SortColumn) -> Self {
        let key = match column {
            SortColumn::Name => fold(&contact.name).into_owned(),
            SortColumn::Email => fold_case(&contact.email),
            SortColumn::Position => {
                contact.position.map(|position| position.id().to_owned()).unwrap_or_default()
            }
            SortColumn::Status => contact.status.id().to_owned(),
            SortColumn::Id => String::new(),
        };
        Self { key, id: contact.id }
    }
}

/// What is changed; None leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactChange {
    pub name: Option<String>,
    /// An address not in force begins a change; the address in force cancels one that is under way.
    pub email: Option<String>,
    /// Empty or `none` for no position.
    pub position: Option<String>,
    pub language: Option<String>,
    pub types: Option<Vec<String>>,
    /// For a recipient who stopped category activity.
    pub again: Again,
}

/// Whether a subscription to category activity overrides that the recipient stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// [`Problem::HasUnsubscribed`] if the change adds a subscription inside category activity.
    #[default]
    No,
    /// The administrator does so knowingly: if anything of category activity is wanted afterwards, the recipient counts as
    /// subscribed again, even if the subscriptions stay as they were.
    Yes,
    /// The subscription is noted and the recipient stays unsubscribed, for changes to several contacts.
    Keep,
}

/// Whether saving a new address also sends its verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    Send,
    Later,
}

/// What became of the verification mail of a saved contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailing {
    /// The address needs none.
    NotNeeded,
    Queued(DeliveryId),
    /// A limit holds it back; the contact is saved all the same.
    Limited(Limit),
    /// [`Verify::Later`] was asked for.
    Later,
}

/// A contact as it is after saving.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    pub contact: Contact,
    pub mailing: Mailing,
}

/// How many domains of verified contacts are known to the hint about typing errors.
pub(super) const KNOWN_DOMAINS: usize = 50;

/// Totals over all contacts, from counters.
///
/// # Errors
/// [`Problem::Store`].
pub fn totals(session: &mut Session) -> Result<Totals, Problem> {
    let (store, _) = session.desk();
    store.read(|reading| Ok(reading.totals()?))
}

/// The contact with this id.
///
/// # Errors
/// [`Problem::NoSuchContact`].
pub fn get(session: &mut Session, id: ContactId) -> Result<Contact, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| Ok(row(reading, id, &desk)?.contact))
}

/// The contact that a command line means: an id, an email (in force or pending), or a name that is unique.
///
/// # Errors
/// [`Problem::NoSuchContact`], [`Problem::AmbiguousName`].
pub fn find(session: &mut Session, reference: &str) -> Result<Contact, Problem> {
    let (store, desk) = session.desk();
    let missing = || Problem::NoSuchContact(reference.to_owned());
    store.read(|reading| {
        if let Some(id) = reference.parse().ok().map(ContactId)
            && let Some(found) = reading.contact(id, desk.now)?
        {
            return Ok(found.contact);
        }
        if let Ok(email) = EmailAddress::parse(reference, crate::domain::email_address::Smtputf8::Allowed)
            && let Some(id) = reading.contact_with_address(&email.key())?
        {
            return Ok(row(reading, id, &desk)?.contact);
        }
        match reading.contacts_named(&fold(reference))?.as_slice() {
            [] => Err(missing()),
            [id] => Ok(row(reading, *id, &desk)?.contact),
            several => Err(Problem::AmbiguousName {
                name: reference.to_owned(),
                ids: several.iter().map(|id| id.0).collect(),
            }),
        }
    })
}

/// Adds a contact and queues the verification of its address.
///
/// # Errors
/// [`Problem::Invalid`] with every wrong field.
pub fn add(session: &mut Session, form: &ContactForm, verify: Verify) -> Result<Saved, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let draft = checked(&writing.reading(), form, None, &desk)?;
        let id = writing.insert_contact(&draft, desk.now)?;
        desk.log(writing, "contact.add", Some(id), described(&draft))?;
        let mailing = match verify {
            Verify::Later => Mailing::Later,
            Verify::Send => verification::queue(writing, &desk, Subject::Contact(id))?,
        };
        Ok(Saved { contact: row(&writing.reading(), id, &desk)?.contact, mailing })
    })
}

/// What is wrong with a form, without saving it: for the screen, while a person types. `editing` is the contact whose own
/// address is not "taken".
///
/// # Errors
/// [`Problem::Store`].
pub fn check(
    session: &mut Session,
    form: &ContactForm,
    editing: Option<ContactId>,
) -> Result<Vec<FieldProblem>, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| Ok(check_all(reading, form, editing, &desk)?.problems))
}

/// A likely typing error in an address: the address that may be meant. Knows the domains that verified contacts use.
///
/// # Errors
/// [`Problem::Store`].
pub fn typo_hint(session: &mut Session, email: &str) -> Result<Option<String>, Problem> {
    let (store, desk) = session.desk();
    let Ok(email) = EmailAddress::parse(email, desk.rules.smtputf8) else { return Ok(None) };
    let known = store.read(|reading| reading.verified_domains(KNOWN_DOMAINS))?;
    Ok(email_typo::hint(&email, &known))
}

/// Changes a contact. With `expected_version`, only if nobody has changed it since.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Conflict`], [`Problem::NoSuchContact`], [`Problem::HasUnsubscribed`].
pub fn modify(
    session: &mut Session,
    id: ContactId,
    change: &ContactChange,
    expected_version: Option<i64>,
) -> Result<Saved, Problem> {
    let (store, desk) = session.desk();
    modify_in(store, &desk, id, change, expected_version)
}

fn modify_in(
    store: &mut Store,
    desk: &Desk<'_>,
    id: ContactId,
    change: &ContactChange,
    expected_version: Option<i64>,
) -> Result<Saved, Problem> {
    store.write(|writing| {
        let before = row(&writing.reading(), id, desk)?;
        expect_version(&before.contact, expected_version)?;
        let form = change.applied_to(&before.contact);
        let draft = checked(&writing.reading(), &form, Some(id), desk)?;
        let mut differences = differences(&before, &draft, change);
        if change.types.is_some() && is_again(&before.contact, &draft.subscriptions, change.again)? {
            writing.set_unsubscribed(id, None)?;
            differences.insert("again".to_owned(), Value::Bool(true));
        }
        if differences.is_empty() {
            return Ok(Saved { contact: before.contact, mailing: Mailing::NotNeeded });
        }
        writing.update_contact(id, &draft)?;
        writing.set_subscriptions(id, &draft.subscriptions)?;
        let mailing = match &change.email {
            Some(_) => change_email(writing, desk, &before, &draft.email)?,
            None => Mailing::NotNeeded,
        };
        desk.log(writing, "contact.modify", Some(id), Value::Object(differences))?;
        Ok(Saved { contact: row(&writing.reading(), id, desk)?.contact, mailing })
    })
}

/// Deletes contacts for good, all or none, and cancels their deliveries that have not begun. What the audit log tells about the
/// persons is erased with them. Returns how many deliveries are cancelled.
///
/// # Errors
/// [`Problem::NoSuchContact`] for the first that does not exist.
pub fn delete(session: &mut Session, ids: &[ContactId]) -> Result<usize, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let mut cancelled = 0;
        for id in ids {
            let gone = delete_one(writing, &desk, *id)?;
            cancelled += gone.ok_or_else(|| Problem::NoSuchContact(id.0.to_string()))?;
            desk.log(writing, "contact.delete", Some(*id), json!({}))?;
        }
        Ok(cancelled)
    })
}

/// Deletes a contact with what the audit log tells about the person, and cancels its deliveries that have not begun. Returns how
/// many; None if there is no such contact.
pub(super) fn delete_one(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    id: ContactId,
) -> Result<Option<usize>, Problem> {
    let cancelled = writing.cancel_deliveries_of(id, None, desk.now)?;
    let is_deleted = writing.delete_contact(id)?;
    writing.erase_audit_details(id)?;
    Ok(is_deleted.then_some(cancelled))
}

/// Sets what a contact wants. With `expected_version`, only if nobody has changed it since.
///
/// # Errors
/// [`Problem::Conflict`], [`Problem::NoSuchContact`], [`Problem::HasUnsubscribed`].
pub fn subscribe(
    session: &mut Session,
    id: ContactId,
    subscriptions: &Subscriptions,
    again: Again,
    expected_version: Option<i64>,
) -> Result<Contact, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let before = row(&writing.reading(), id, &desk)?.contact;
        expect_version(&before, expected_version)?;
        let again = is_again(&before, subscriptions, again)?;
        if before.subscriptions == *subscriptions && !again {
            return Ok(before);
        }
        writing.set_subscriptions(id, subscriptions)?;
        writing.count_edit(id)?;
        let mut change = json!({ "subscriptions": pair(ids(&before.subscriptions), ids(subscriptions)) });
        if again {
            writing.set_unsubscribed(id, None)?;
            change["again"] = Value::Bool(true);
        }
        desk.log(writing, "contact.subscribe", Some(id), change)?;
        Ok(row(&writing.reading(), id, &desk)?.contact)
    })
}

impl ContactChange {
    /// The contact's form with this change made in it.
    fn applied_to(&self, contact: &Contact) -> ContactForm {
        let position = contact.position.map_or("", |position| position.id());
        ContactForm {
            name: self.name.clone().unwrap_or_else(|| contact.name.clone()),
            email: self.email.clone().unwrap_or_else(|| contact.email.clone()),
            position: self.position.clone().unwrap_or_else(|| position.to_owned()),
            language: self.language.clone().unwrap_or_else(|| contact.language.id().to_owned()),
            types: self
                .types
                .clone()
                .unwrap_or_else(|| contact.subscriptions.ids().map(str::to_owned).collect()),
        }
    }
}

/// The contact with this id, with what the operations need beyond what is shown.
pub(super) fn row(reading: &Reading<'_>, id: ContactId, desk: &Desk<'_>) -> Result<ContactRow, Problem> {
    reading.contact(id, desk.now)?.ok_or_else(|| Problem::NoSuchContact(id.0.to_string()))
}

/// The five ways in which an address may be changed (design 5).
fn change_email(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    before: &ContactRow,
    email: &EmailAddress,
) -> Result<Mailing, Problem> {
    let (id, subject) = (before.contact.id, Subject::Contact(before.contact.id));
    let drop_pending = |writing: &Writing<'_>| -> Result<(), Problem> {
        if before.pending_email_key.is_some() {
            writing.void_verification(subject, VoidReason::AddressChanged, desk.now)?;
            writing.set_pending_email(id, None)?;
        }
        Ok(())
    };
    if email.key() == before.email_key {
        writing.respell_email(id, email)?;
        drop_pending(writing)?;
        return Ok(Mailing::NotNeeded);
    }
    if before.pending_email_key.as_deref() == Some(&email.key()) {
        // The same change again, perhaps in other letters: the code under way stays good.
        writing.set_pending_email(id, Some(email))?;
        return Ok(Mailing::NotNeeded);
    }
    drop_pending(writing)?;
    if before.contact.status == crate::domain::contact::Status::Verified {
        writing.set_pending_email(id, Some(email))?;
    } else {
        writing.void_verification(subject, VoidReason::AddressChanged, desk.now)?;
        writing.cancel_deliveries_of(id, Some(&before.email_key), desk.now)?;
        writing.replace_email(id, email)?;
    }
    verification::queue(writing, desk, subject)
}

/// Whether a recipient who stopped category activity is subscribed to it again by wanting `wanted`.
fn is_again(before: &Contact, wanted: &Subscriptions, again: Again) -> Result<bool, Problem> {
    if before.unsubscribed_at.is_none() {
        return Ok(false);
    }
    match again {
        Again::No if wanted.adds_to(UNSUBSCRIBABLE, &before.subscriptions) => {
            Err(Problem::HasUnsubscribed { name: before.name.clone() })
        }
        Again::No | Again::Keep => Ok(false),
        Again::Yes => Ok(wanted.state(UNSUBSCRIBABLE) != BoxState::None),
    }
}

fn matches(query: &ListQuery, contact: &Contact) -> bool {
    query.filter.is_empty() || {
        let is_selected = query.filter.asks_for_selection() && query.selected.contains(&contact.id);
        is_wanted(&query.filter, contact, is_selected)
    }
}

/// Whether the filter wants the contact.
pub(super) fn is_wanted(filter: &Filter, contact: &Contact, is_selected: bool) -> bool {
    filter.matches(&filter::Candidate {
        name: &contact.name,
        email: &contact.email,
        position: contact.position,
        status: contact.status.id(),
        is_subscribed: &|wanted| contact.subscriptions.ids().any(|id| filter::covers(wanted, id)),
        is_selected,
    })
}

fn checked(
    reading: &Reading<'_>,
    form: &ContactForm,
    editing: Option<ContactId>,
    desk: &Desk<'_>,
) -> Result<ContactDraft, Problem> {
    let checked = check_all(reading, form, editing, desk)?;
    match checked.draft {
        Some(draft) if checked.problems.is_empty() => Ok(draft),
        Some(_) | None => Err(Problem::Invalid(checked.problems)),
    }
}

/// The form's own rules, and that the address is free. What the contact wants already is right even if the catalogue does not
/// know it.
fn check_all(
    reading: &Reading<'_>,
    form: &ContactForm,
    editing: Option<ContactId>,
    desk: &Desk<'_>,
) -> Result<Checked, Problem> {
    let language = reading.account(desk.now)?.language;
    let present = editing.map(|id| reading.wishes(id)).transpose()?.flatten();
    let (known, kept): (Vec<String>, Vec<String>) = form.types.iter().cloned().partition(|id| {
        desk.catalogue.contains(id)
            || !present.as_ref().is_some_and(|wishes| wishes.subscriptions.ids().any(|wanted| wanted == id))
    });
    let form = ContactForm { types: known, ..form.clone() };
    let mut checked = form.check(desk.catalogue, desk.rules.smtputf8, language);
    if let Some(draft) = &mut checked.draft {
        kept.iter().for_each(|id| draft.subscriptions.add(id));
    }
    let Some(email) = &checked.email else { return Ok(checked) };
    if let Some(holder) = reading.contact_with_address(&email.key())?
        && Some(holder) != editing
    {
        let name = reading.contact_name(holder)?.unwrap_or_default();
        let message = Wrong::Taken { email: email.clone(), holder, name };
        checked.problems.push(FieldProblem { field: Field::Email, message });
        checked.problems.sort_by_key(|problem| problem.field);
    }
    Ok(checked)
}

fn expect_version(contact: &Contact, expected: Option<i64>) -> Result<(), Problem> {
    if expected.is_none_or(|expected| expected == contact.version) {
        return Ok(());
    }
    Err(Problem::Conflict { theirs: Box::new(contact.clone()) })
}

/// A new contact, for the audit log.
pub(super) fn described(draft: &ContactDraft) -> Value {
    json!({
        "name": draft.name.as_str(),
        "email": draft.email.as_str(),
        "position": draft.position.map(|position| position.id()),
        "language": draft.language.id(),
        "subscriptions": ids(&draft.subscriptions),
    })
}

/// What a change changes, by field: `[old, new]`.
fn differences(
    before: &ContactRow,
    draft: &ContactDraft,
    change: &ContactChange,
) -> serde_json::Map<String, Value> {
    let contact = &before.contact;
    let new = described(draft);
    let old = json!({
        "name": contact.name,
        "email": contact.email,
        "position": contact.position.map(|position| position.id()),
        "language": contact.language.id(),
        "subscriptions": ids(&contact.subscriptions),
    });
    let mut found = serde_json::Map::new();
    for field in ["name", "position", "language", "subscriptions"] {
        if old[field] != new[field] {
            found.insert(field.to_owned(), pair(old[field].clone(), new[field].clone()));
        }
    }
    if change.email.is_some() {
        // With a change under way, the address in force is a change too: it cancels.
        let present = contact.pending_email.as_ref().map_or(&old["email"], |_| &Value::Null);
        if *present != new["email"] {
            found.insert("email".to_owned(), pair(old["email"].clone(), new["email"].clone()));
        }
    }
    found
}

/// The ids as they stand in the audit log.
pub(super) fn ids(subscriptions: &Subscriptions) -> Value {
    subscriptions.ids().collect::<Vec<_>>().into()
}

fn pair(old: Value, new: Value) -> Value {
    Value::Array(vec![old, new])
}
