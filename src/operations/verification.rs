//! Verification: its state, send a code again, enter a code or follow a link, cancel a change of address.

mod link;

use serde_json::json;

pub use self::link::{LinkState, LinkedAddress, confirm_by_link, look_at_link};

use super::contacts::{self, Mailing};
use super::session::{Desk, random};
use super::{Problem, Session};
use crate::domain::contact::{AddressProof, ContactId, Proofs, Status, Subject};
use crate::domain::delivery::{DeliveryId, Kind};
use crate::domain::email_address::masked;
use crate::domain::fold::fold_case;
use crate::domain::language::Language;
use crate::domain::retry;
use crate::domain::verification::{Code, Limit, MASKED_CODE, TRIES, VoidReason, may_send};
use crate::mail::compose::{self, Content};
use crate::store::{NewDelivery, Reading, Verification, VerificationState, Writing};

/// How somebody proved that they read an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Code,
    Link,
}

/// What a right code has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The address that is verified now.
    pub email: String,
    /// The address that it replaced; it is told so by mail.
    pub replaced: Option<String>,
}

/// Everything the verification dialog shows.
///
/// # Errors
/// [`Problem::NoSuchContact`], [`Problem::NoSecurityEmail`].
pub fn proofs(session: &mut Session, subject: Subject) -> Result<Proofs, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| read_proofs(reading, &desk, subject))
}

/// Sends a new code to the open address (the pending one while there is one); the old code is void.
///
/// # Errors
/// [`Problem::Limited`], [`Problem::AlreadyVerified`], [`Problem::NoSuchContact`], [`Problem::NoSecurityEmail`].
pub fn send(session: &mut Session, subject: Subject) -> Result<DeliveryId, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| send_one(writing, &desk, subject))
}

/// Sends a new code to each of several, all or none.
///
/// # Errors
/// As [`send`], for the first that can get none now.
pub fn send_all(session: &mut Session, subjects: &[Subject]) -> Result<Vec<DeliveryId>, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| subjects.iter().map(|subject| send_one(writing, &desk, *subject)).collect())
}

/// Checks a code that somebody read out. A wrong one costs a try, counted before it is compared.
///
/// # Errors
/// [`Problem::NotACode`], [`Problem::WrongCode`], [`Problem::CodeVoid`], [`Problem::NoCode`], [`Problem::AlreadyVerified`].
pub fn confirm(session: &mut Session, subject: Subject, code: &str) -> Result<Confirmed, Problem> {
    let entered = Code::parse(code).map_err(Problem::NotACode)?;
    let (store, desk) = session.desk();
    // The try is durable before the code is compared: dying in between, or two at once, gains nobody a free guess.
    let taken = store.write(|writing| take_try(writing, &desk, subject))?;
    let (verification, tries_left) = taken?;
    let right = desk.key.code(verification.id, &verification.nonce);
    store.write(|writing| {
        if !right.equals(&entered) {
            if tries_left == 0 {
                void(writing, &desk, subject, VoidReason::TooManyTries)?;
            }
            desk.log(
                writing,
                "verification.wrong_code",
                contact_of(subject),
                json!({ "tries_left": tries_left }),
            )?;
            return Ok(Err(Problem::WrongCode { tries_left }));
        }
        writing.give_try_back(verification.id)?;
        settle_confirmed(writing, &desk, &verification, Proof::Code).map(Ok)
    })?
}

/// Cancels a change of address: the one in force stays.
///
/// # Errors
/// [`Problem::NoPendingChange`], [`Problem::NoSuchContact`].
pub fn cancel_change(session: &mut Session, id: ContactId) -> Result<(), Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let row = contacts::row(&writing.reading(), id, &desk)?;
        let Some(pending) = row.contact.pending_email else {
            return Err(Problem::NoPendingChange(row.contact.name));
        };
        writing.void_verification(Subject::Contact(id), VoidReason::AddressChanged, desk.now)?;
        writing.set_pending_email(id, None)?;
        writing.count_edit(id)?;
        desk.log(writing, "contact.cancel_change", Some(id), json!({ "pending_email": [pending, null] }))
    })
}

/// What became of a code for everyone who waits for one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SentToAll {
    pub queued: Vec<DeliveryId>,
    /// Names of contacts that get none now, and the [`Problem::Limited`] that says why.
    pub held: Vec<(String, Problem)>,
}

/// Contacts that get their codes in one transaction.
const CHUNK: usize = 200;

/// Sends a new code to every contact whose address (or pending address) waits for a verification, in chunks of one transaction
/// each. Those that a limit holds back are left out and named.
///
/// # Errors
/// [`Problem::Store`]; codes queued before it stay queued.
pub fn send_to_unverified(session: &mut Session) -> Result<SentToAll, Problem> {
    let (store, desk) = session.desk();
    let waiting = store.read(|reading| reading.contacts_to_verify())?;
    let mut sent = SentToAll::default();
    for chunk in waiting.chunks(CHUNK) {
        let of_chunk = store.write(|writing| {
            let mut sent = SentToAll::default();
            for id in chunk {
                match send_one(writing, &desk, Subject::Contact(*id)) {
                    Ok(delivery) => sent.queued.push(delivery),
                    Err(problem @ Problem::Limited { .. }) => {
                        let name = writing.reading().contact_name(*id)?.unwrap_or_default();
                        sent.held.push((name, problem));
                    }
                    // Verified or deleted by somebody else since the list was read.
                    Err(Problem::AlreadyVerified { .. } | Problem::NoSuchContact(_)) => {}
                    Err(problem) => return Err(problem),
                }
            }
            Ok(sent)
        })?;
        sent.queued.extend(of_chunk.queued);
        sent.held.extend(of_chunk.held);
    }
    Ok(sent)
}

/// Queues the verification mail of the subject's open address if the limits allow it, and voids the code before it.
pub(super) fn queue(writing: &Writing<'_>, desk: &Desk<'_>, subject: Subject) -> Result<Mailing, Problem> {
    let open = open_address(&writing.reading(), desk, subject)?;
    if open.is_verified {
        return Ok(Mailing::NotNeeded);
    }
    let hash = desk.key.address_hash(&open.email_key);
    if let Err(limit) = limit_of(&writing.reading(), desk, &hash)? {
        return Ok(Mailing::Limited(limit));
    }
    writing.void_verification(subject, VoidReason::Replaced, desk.now)?;
    writing.show_progress(subject, Status::Unverified)?;
    let expires_at = desk.now.plus(desk.rules.lifetime);
    let (nonce, key_id) = (random::<16>()?, desk.key.id());
    let email = (open.email.as_str(), open.email_key.as_str());
    let verification = writing.insert_verification(subject, email, &nonce, &key_id, desk.now, expires_at)?;
    writing.count_verification_mail(&hash, desk.now)?;
    let account = writing.reading().account(desk.now)?.name;
    let content = Content::Verification {
        code: MASKED_CODE,
        link: None,
        expires_at,
        for_security_email: subject == Subject::SecurityEmail,
    };
    let id = writing.insert_delivery(&NewDelivery {
        kind: Kind::Verification,
        contact: contact_of(subject),
        notice: None,
        verification: Some(verification),
        address: &open.email,
        address_key: &open.email_key,
        name: &open.name,
        language: open.language,
        message_type: None,
        subject: &compose::subject(&content, open.language, &account),
        detail: None,
        fallback: None,
        priority: Kind::Verification.priority(None),
        now: desk.now,
        expires_at,
        message_id: &desk.message_id(&account)?,
    })?;
    Ok(Mailing::Queued(id))
}

/// The contact behind a subject.
pub(super) fn contact_of(subject: Subject) -> Option<ContactId> {
    match subject {
        Subject::Contact(id) => Some(id),
        Subject::SecurityEmail => None,
    }
}

/// The address that a code would go to now.
struct OpenAddress {
    email: String,
    email_key: String,
    /// Empty for the security email.
    name: String,
    language: Language,
    is_verified: bool,
}

fn send_one(writing: &Writing<'_>, desk: &Desk<'_>, subject: Subject) -> Result<DeliveryId, Problem> {
    let open = open_address(&writing.reading(), desk, subject)?;
    if open.is_verified {
        return Err(Problem::AlreadyVerified { email: open.email });
    }
    match queue(writing, desk, subject)? {
        Mailing::Queued(id) => {
            desk.log(writing, "verification.send", contact_of(subject), json!({ "email": open.email }))?;
            Ok(id)
        }
        Mailing::Limited(limit) => Err(Problem::Limited { limit, now: desk.now }),
        Mailing::NotNeeded | Mailing::Later => Err(Problem::AlreadyVerified { email: open.email }),
    }
}

fn open_address(reading: &Reading<'_>, desk: &Desk<'_>, subject: Subject) -> Result<OpenAddress, Problem> {
    match subject {
        Subject::Contact(id) => {
            let row = contacts::row(reading, id, desk)?;
            let contact = row.contact;
            let is_verified = contact.pending_email.is_none() && contact.status == Status::Verified;
            Ok(OpenAddress {
                email: contact.pending_email.unwrap_or(contact.email),
                email_key: row.pending_email_key.unwrap_or(row.email_key),
                name: contact.name,
                language: contact.language,
                is_verified,
            })
        }
        Subject::SecurityEmail => {
            let account = reading.account(desk.now)?;
            let email = account.security_email.ok_or(Problem::NoSecurityEmail)?;
            Ok(OpenAddress {
                email_key: key_of(&email),
                email,
                name: String::new(),
                language: account.language,
                is_verified: account.security_email_status == Some(Status::Verified),
            })
        }
    }
}

/// What would hold back a code to a new address, were so many others queued now.
pub(super) fn limit_after(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    email_key: &str,
    queued: u64,
) -> Result<Option<Limit>, Problem> {
    let left = desk.rules.daily_limit.saturating_sub(usize::try_from(queued).unwrap_or(usize::MAX));
    let history = reading.send_history(&desk.key.address_hash(email_key), left, desk.now)?;
    Ok(may_send(&history, desk.now, left).err())
}

fn limit_of(reading: &Reading<'_>, desk: &Desk<'_>, hash: &[u8]) -> Result<Result<(), Limit>, Problem> {
    let history = reading.send_history(hash, desk.rules.daily_limit, desk.now)?;
    Ok(may_send(&history, desk.now, desk.rules.daily_limit))
}

/// Takes a try off the open verification. The inner result is the caller's; the outer one undoes the transaction.
fn take_try(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    subject: Subject,
) -> Result<Result<(Verification, u32), Problem>, Problem> {
    let open = open_address(&writing.reading(), desk, subject)?;
    let newest =
        writing.reading().newest_verification(subject)?.filter(|found| found.email_key == open.email_key);
    let Some(verification) = newest else {
        let email = open.email;
        return Ok(Err(if open.is_verified {
            Problem::AlreadyVerified { email }
        } else {
            Problem::NoCode { email }
        }));
    };
    match verification.state {
        VerificationState::Confirmed => Ok(Err(Problem::AlreadyVerified { email: open.email })),
        VerificationState::Void(reason) => Ok(Err(Problem::CodeVoid(reason))),
        VerificationState::Open if verification.expires_at <= desk.now => {
            void(writing, desk, subject, VoidReason::TimeOver)?;
            Ok(Err(Problem::CodeVoid(VoidReason::TimeOver)))
        }
        VerificationState::Open if verification.wrong_codes >= TRIES => {
            void(writing, desk, subject, VoidReason::TooManyTries)?;
            Ok(Err(Problem::CodeVoid(VoidReason::TooManyTries)))
        }
        VerificationState::Open => {
            let left = writing.take_try(verification.id)?;
            Ok(Ok((verification, left)))
        }
    }
}

fn void(writing: &Writing<'_>, desk: &Desk<'_>, subject: Subject, reason: VoidReason) -> Result<(), Problem> {
    writing.void_verification(subject, reason, desk.now)?;
    Ok(writing.show_progress(subject, Status::Expired)?)
}

/// The address is proved: it is verified, and a pending one comes into force.
fn settle_confirmed(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    verification: &Verification,
    proof: Proof,
) -> Result<Confirmed, Problem> {
    if !writing.confirm_verification(verification.id, desk.now)? {
        return Err(Problem::CodeVoid(VoidReason::Replaced));
    }
    let confirmed = match verification.subject {
        Subject::SecurityEmail => {
            writing.set_security_status(Status::Verified, desk.now)?;
            Confirmed { email: verification.email.clone(), replaced: None }
        }
        Subject::Contact(id) => {
            let row = contacts::row(&writing.reading(), id, desk)?;
            if row.pending_email_key.as_deref() == Some(verification.email_key.as_str()) {
                writing.cancel_deliveries_of(id, Some(&row.email_key), desk.now)?;
                writing.promote_pending_email(id, desk.now)?;
                tell_replaced(writing, desk, id, &row.contact, &row.email_key)?;
                let email = row.contact.pending_email.unwrap_or_else(|| verification.email.clone());
                Confirmed { email, replaced: Some(row.contact.email) }
            } else {
                writing.set_status(id, Status::Verified, desk.now)?;
                Confirmed { email: row.contact.email, replaced: None }
            }
        }
    };
    let by = match proof {
        Proof::Code => "code",
        Proof::Link => "link",
    };
    let details = match &confirmed.replaced {
        Some(old) => json!({ "email": [old, confirmed.email], "by": by }),
        None => json!({ "verified": confirmed.email, "by": by }),
    };
    desk.log(writing, "verification.confirm", contact_of(verification.subject), details)?;
    Ok(confirmed)
}

/// Tells an address that another has replaced it.
fn tell_replaced(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    id: ContactId,
    before: &crate::domain::contact::Contact,
    old_key: &str,
) -> Result<(), Problem> {
    let account = writing.reading().account(desk.now)?.name;
    let new = before.pending_email.as_deref().unwrap_or_default();
    let masked = masked(new);
    let content = Content::Change { replaced_by_masked: &masked };
    writing.insert_delivery(&NewDelivery {
        kind: Kind::Change,
        contact: Some(id),
        notice: None,
        verification: None,
        address: &before.email,
        address_key: old_key,
        name: &before.name,
        language: before.language,
        message_type: None,
        subject: &compose::subject(&content, before.language, &account),
        detail: Some(&masked),
        fallback: None,
        priority: Kind::Change.priority(None),
        now: desk.now,
        expires_at: retry::expiry(Kind::Change, None, desk.now),
        message_id: &desk.message_id(&account)?,
    })?;
    Ok(())
}

fn read_proofs(reading: &Reading<'_>, desk: &Desk<'_>, subject: Subject) -> Result<Proofs, Problem> {
    match subject {
        Subject::Contact(id) => {
            let row = contacts::row(reading, id, desk)?;
            let contact = row.contact;
            let present = Known {
                email: contact.email,
                key: row.email_key,
                status: contact.status,
                verified_at: contact.verified_at,
                words: row.undeliverable_words,
            };
            let pending = contact.pending_email.zip(row.pending_email_key).map(|(email, key)| Known {
                email,
                key,
                status: Status::Unverified,
                verified_at: None,
                words: row.pending_words,
            });
            let pending =
                pending.map(|known| proof(reading, desk, subject, known)).transpose()?.map(with_progress);
            Ok(Proofs {
                subject,
                name: contact.name,
                present: proof(reading, desk, subject, present)?,
                pending,
            })
        }
        Subject::SecurityEmail => {
            let account = reading.account(desk.now)?;
            let email = account.security_email.ok_or(Problem::NoSecurityEmail)?;
            let (verified_at, words) = reading.security_email_facts()?;
            let status = account.security_email_status.unwrap_or(Status::Unverified);
            let known = Known { key: key_of(&email), email, status, verified_at, words };
            Ok(Proofs {
                subject,
                name: String::new(),
                present: proof(reading, desk, subject, known)?,
                pending: None,
            })
        }
    }
}

/// What is known of an address without its verification.
struct Known {
    email: String,
    key: String,
    status: Status,
    verified_at: Option<crate::domain::timestamp::Timestamp>,
    words: Option<String>,
}

fn proof(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    subject: Subject,
    known: Known,
) -> Result<AddressProof, Problem> {
    let newest = reading.newest_verification(subject)?.filter(|found| found.email_key == known.key);
    let open =
        newest.as_ref().filter(|found| found.state == VerificationState::Open && desk.now < found.expires_at);
    let void = newest.as_ref().and_then(|found| match found.state {
        VerificationState::Void(reason) => Some(reason),
        VerificationState::Open if found.expires_at <= desk.now => Some(VoidReason::TimeOver),
        VerificationState::Open | VerificationState::Confirmed => None,
    });
    let mail = newest.as_ref().map(|found| reading.mail_of(found.id)).transpose()?.flatten();
    let (mail, words) = mail.map_or((None, None), |(state, words)| (Some(state), words));
    let limit = limit_of(reading, desk, &desk.key.address_hash(&known.key))?.err();
    Ok(AddressProof {
        email: known.email,
        status: known.status,
        void,
        verified_at: known.verified_at,
        queued_at: open.map(|found| found.queued_at),
        sent_at: open.and_then(|found| found.sent_at),
        expires_at: open.map(|found| found.expires_at),
        tries_left: open.map(|found| TRIES.saturating_sub(found.wrong_codes)),
        mail,
        server: known.words.or(words),
        limit,
    })
}

/// The status of a pending address, which no row holds: it follows from its verification.
fn with_progress(mut proof: AddressProof) -> AddressProof {
    proof.status = match (proof.void, proof.sent_at) {
        (Some(_), _) => Status::Expired,
        (None, Some(_)) => Status::CodeSent,
        (None, None) => Status::Unverified,
    };
    proof
}

/// The key of an address that is stored already.
pub(super) fn key_of(email: &str) -> String {
    fold_case(email)
}
