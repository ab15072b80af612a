//! The outbox: list, show, retry, cancel, test mail.

mod entries;

use serde_json::json;

use super::contacts::{self};
use super::notices::Said;
use super::page::{At, Page};
use super::session::Desk;
use super::{Problem, Session, verification};
use crate::domain::catalogue::category_of;
use crate::domain::contact::{Contact, ContactId, Status};
use crate::domain::delivery::{Delivery, DeliveryId, Kind, NoticeId, State};
use crate::domain::fold::fold;
use crate::domain::notice::check_type;
use crate::domain::retry as schedule;
use crate::domain::routing::FallbackReason;
use crate::domain::routing::{Candidate, verdict};
use crate::domain::say::saying;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::MASKED_CODE;
use crate::mail::compose::{self, Content, Letter, NoticeText};
use crate::store::{Material, NewDelivery, OutboxFilter, Reading, VerificationState, Writing};

pub use entries::{EntriesAt, EntryId, EntryKey, OutboxEntry, entries};

/// Which deliveries are listed, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxQuery {
    pub state: Option<State>,
    pub notice: Option<NoticeId>,
    /// The id of a category or type.
    pub message_type: Option<String>,
    pub contact: Option<ContactId>,
    /// Words that must occur in address, name or subject.
    pub words: Vec<String>,
    /// Words that must occur in address or name.
    pub recipient: Vec<String>,
}

/// Where a page of the outbox begins.
pub type OutboxAt = At<DeliveryId>;

pub use crate::store::AttemptRow as Attempt;

/// A delivery with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryDetail {
    pub delivery: Delivery,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
    /// The text part of the mail, with code and link masked.
    pub text: String,
}

/// How many deliveries wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueTotals {
    pub queued: u64,
    pub sending: u64,
    pub retry: u64,
    pub failed: u64,
    /// When the oldest that waits was queued.
    pub oldest: Option<Timestamp>,
    /// Notices that reached nobody, for there was no security email either.
    pub unreached: u64,
}

impl QueueTotals {
    /// How many wait.
    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.queued + self.sending + self.retry
    }

    /// Since when mail has waited, if that is too long.
    #[must_use]
    pub fn delayed_since(&self, now: Timestamp) -> Option<Timestamp> {
        schedule::delayed_since(self.oldest, now)
    }
}

/// A part of the outbox.
///
/// # Errors
/// [`Problem::Store`].
pub fn page(
    session: &mut Session,
    query: &OutboxQuery,
    at: OutboxAt,
    limit: usize,
) -> Result<Page<Delivery>, Problem> {
    let (store, _) = session.desk();
    let (newest, start) = at.reading();
    let [words, recipient] = [&query.words, &query.recipient]
        .map(|words| words.iter().map(|word| fold(word).into_owned()).collect::<Vec<String>>());
    let wanted = limit.saturating_add(1);
    let mut rows = Vec::new();
    store.read(|reading| {
        let filter = OutboxFilter {
            state: query.state,
            notice: query.notice,
            message_type: query.message_type.as_deref(),
            contact: query.contact,
        };
        reading.outbox(filter, newest, start, |delivery| {
            if recipient.iter().all(|word| occurs_in_recipient(word, &delivery))
                && words.iter().all(|word| occurs(word, &delivery))
            {
                rows.push(delivery);
            }
            rows.len() < wanted
        })
    })?;
    Ok(at.page(rows, limit))
}

/// How many wait and failed.
///
/// # Errors
/// [`Problem::Store`].
pub fn totals(session: &mut Session) -> Result<QueueTotals, Problem> {
    let (store, _) = session.desk();
    store.read(|reading| {
        let of = |state: State| reading.counter(&format!("delivery.{}", state.id()));
        Ok(QueueTotals {
            queued: of(State::Queued)?,
            sending: of(State::Sending)?,
            retry: of(State::Retry)?,
            failed: of(State::Failed)?,
            oldest: reading.oldest_waiting()?,
            unreached: reading.unreached_notices()?,
        })
    })
}

/// One delivery as the outbox lists it.
///
/// # Errors
/// [`Problem::NoSuchDelivery`].
pub fn get(session: &mut Session, id: DeliveryId) -> Result<Delivery, Problem> {
    let (store, _) = session.desk();
    store.read(|reading| delivery(reading, id))
}

/// One delivery with its tries and its text.
///
/// # Errors
/// [`Problem::NoSuchDelivery`].
pub fn show(session: &mut Session, id: DeliveryId) -> Result<DeliveryDetail, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| {
        let delivery = delivery(reading, id)?;
        let attempts = reading.attempts(id)?;
        let text = match reading.material(id)? {
            Some(material) => preview(reading, &desk, &delivery, &material)?,
            None => String::new(),
        };
        Ok(DeliveryDetail { delivery, attempts, text })
    })
}

/// Makes deliveries due now, all or none; a sender that leaves the server alone for a while tries it again at once. A notice that had ended is under way again, and if nobody gets it this time either, the
/// security email does, unless it was tried already.
///
/// # Errors
/// [`Problem::NoSuchDelivery`], [`Problem::WrongState`] (sent, cancelled, under way, a code that is void, or a notice that its
/// recipient would not get any more).
pub fn retry(session: &mut Session, ids: &[DeliveryId]) -> Result<(), Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        for id in ids {
            requeue(writing, &desk, *id)?;
        }
        writing.ask_to_retry()?;
        desk.log(writing, "outbox.retry", None, json!({ "deliveries": numbers(ids) }))
    })
}

/// Cancels deliveries that have not begun, all or none. A notice of which nothing waits any more after this was cancelled by the
/// administrator, so the security email does not get it; while others of its deliveries wait, it goes on without these.
///
/// # Errors
/// [`Problem::NoSuchDelivery`], [`Problem::WrongState`].
pub fn cancel(session: &mut Session, ids: &[DeliveryId]) -> Result<(), Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        for id in ids {
            let found = delivery(&writing.reading(), *id)?;
            if !writing.cancel_delivery(*id, desk.now)? {
                let why = match found.state {
                    State::Sending => saying!("it is on its way and cannot be called back"),
                    State::Queued
                    | State::Retry
                    | State::Sent
                    | State::Written
                    | State::Failed
                    | State::Expired
                    | State::Cancelled => saying!("it has ended"),
                };
                return Err(Problem::WrongState { id: id.0, state: found.state.id(), why });
            }
        }
        desk.log(writing, "outbox.cancel", None, json!({ "deliveries": numbers(ids) }))
    })
}

/// Queues a marked test mail to a verified contact, or to the security email. With a type it is sent as a notice of this type
/// would be, if the contact would receive that; the security email would receive every type as a fallback. It is no notice and
/// has no fallback.
///
/// # Errors
/// [`Problem::NoSecurityEmail`], [`Problem::NotVerified`], [`Problem::NoSuchContact`], [`Problem::WouldNotReceive`],
/// [`Problem::InvalidNotice`] if the type is unknown or a category.
pub fn test(
    session: &mut Session,
    contact: Option<ContactId>,
    message_type: Option<&str>,
) -> Result<DeliveryId, Problem> {
    let (store, desk) = session.desk();
    if let Some(id) = message_type {
        check_type(id, desk.catalogue).map_err(|problem| Problem::InvalidNotice(vec![problem]))?;
    }
    let known = message_type.and_then(|id| desk.catalogue.message_type(id));
    let category = known.map(|(category, _)| category.id.as_str());
    store.write(|writing| {
        let account = writing.reading().account(desk.now)?;
        let (address, name, language) = match contact {
            None => {
                (account.security_email.ok_or(Problem::NoSecurityEmail)?, String::new(), account.language)
            }
            Some(id) => {
                let contact = contacts::row(&writing.reading(), id, &desk)?.contact;
                may_be_tested(&contact, message_type)?;
                (contact.email, contact.name, contact.language)
            }
        };
        let title = known.map(|(_, known)| known.title.get(language));
        let content = Content::Test { message_type_title: title };
        let id = writing.insert_delivery(&NewDelivery {
            kind: Kind::Test,
            contact,
            notice: None,
            verification: None,
            address: &address,
            address_key: &verification::key_of(&address),
            name: &name,
            language,
            message_type,
            subject: &compose::subject(&content, language, &account.name),
            detail: title,
            fallback: None,
            priority: Kind::Test.priority(category),
            now: desk.now,
            expires_at: schedule::expiry(Kind::Test, category, desk.now),
            message_id: &desk.message_id(&account.name)?,
        })?;
        desk.log(writing, "outbox.test", contact, json!({ "delivery": id.0, "type": message_type }))?;
        Ok(id)
    })
}

fn may_be_tested(contact: &Contact, message_type: Option<&str>) -> Result<(), Problem> {
    let name = contact.name.clone();
    match message_type {
        None if contact.status == Status::Verified => Ok(()),
        None => Err(Problem::NotVerified { name }),
        Some(id) => verdict(id, &Candidate::of(contact)).map_err(|reason| Problem::WouldNotReceive {
            name,
            message_type: id.to_owned(),
            reason,
        }),
    }
}

fn delivery(reading: &Reading<'_>, id: DeliveryId) -> Result<Delivery, Problem> {
    reading.delivery(id)?.ok_or(Problem::NoSuchDelivery(id.0))
}

/// Makes one delivery due now.
pub(super) fn requeue(writing: &Writing<'_>, desk: &Desk<'_>, id: DeliveryId) -> Result<(), Problem> {
    let found = delivery(&writing.reading(), id)?;
    let refuse = |why| Err(Problem::WrongState { id: id.0, state: found.state.id(), why });
    if !found.state.may_retry() {
        return refuse(match found.state {
            State::Sending => saying!("it is on its way"),
            State::Sent => saying!("the server has taken it"),
            State::Queued
            | State::Retry
            | State::Written
            | State::Failed
            | State::Expired
            | State::Cancelled => saying!("it was cancelled; what it was for has changed"),
        });
    }
    if !writing.reading().is_wanted(id)? {
        return refuse(saying!("its recipient would not get it any more"));
    }
    let category = found.message_type.as_deref().map(category_of);
    let mut expires_at = schedule::expiry(found.kind, category, desk.now);
    if found.kind == Kind::Verification {
        let material = writing.reading().material(id)?;
        let proof = material.and_then(|material| material.verification);
        let proof = proof.map(|id| writing.reading().verification(id)).transpose()?.flatten();
        match proof.filter(|proof| proof.state == VerificationState::Open && desk.now < proof.expires_at) {
            Some(proof) => expires_at = proof.expires_at,
            None => return refuse(saying!("its code does not count any more; send a new one")),
        }
    }
    // A written mail has reached nobody: it gets a Message-ID under the domain that is configured now.
    let account = writing.reading().account(desk.now)?.name;
    let message_id = if found.state == State::Written { Some(desk.message_id(&account)?) } else { None };
    Ok(writing.requeue(id, expires_at, message_id.as_deref(), desk.now)?)
}

/// The text part as it is sent, with the code masked.
fn preview(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    delivery: &Delivery,
    material: &Material,
) -> Result<String, Problem> {
    let letterhead = desk.rules.letterhead(&reading.account(desk.now)?.name);
    let letter = |content| Letter {
        letterhead: &letterhead,
        to_name: Some(delivery.name.as_str()).filter(|name| !name.is_empty()),
        to_email: &delivery.to,
        language: material.language,
        message_id: &delivery.message_id,
        date: delivery.created_at,
        content,
    };
    let title = delivery.message_type.as_deref().and_then(|id| desk.catalogue.message_type(id));
    let content = match delivery.kind {
        Kind::Verification => Content::Verification {
            code: MASKED_CODE,
            link: None,
            expires_at: delivery.expires_at,
            for_security_email: delivery.contact.is_none() && delivery.name.is_empty(),
        },
        Kind::Change => {
            Content::Change { replaced_by_masked: material.detail.as_deref().unwrap_or_default() }
        }
        Kind::Test => {
            Content::Test { message_type_title: title.map(|(_, known)| known.title.get(material.language)) }
        }
        Kind::Notice => {
            let Some(notice) = delivery.notice.map(|id| reading.notice_body(id)).transpose()?.flatten()
            else {
                return Ok(String::new());
            };
            let said = Said {
                subject: &notice.subject,
                text: &NoticeText::new(&notice.text),
                message_type: &notice.message_type,
                type_title: notice.title(material.language),
                fallback: delivery.fallback.as_deref().and_then(FallbackReason::parse),
            };
            return Ok(compose::text(&letter(said.content(desk, material.language))));
        }
    };
    Ok(compose::text(&letter(content)))
}

fn occurs(word: &str, delivery: &Delivery) -> bool {
    occurs_in_recipient(word, delivery) || fold(&delivery.subject).contains(word)
}

fn occurs_in_recipient(word: &str, delivery: &Delivery) -> bool {
    [&delivery.to, &delivery.name].into_iter().any(|text| fold(text).contains(word))
}

fn numbers(ids: &[DeliveryId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}
