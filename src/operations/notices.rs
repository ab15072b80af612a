//! Notices: who would get one, announcing it, and what became of it.

mod audience;

use serde_json::json;

pub use self::audience::{Audience, Fallback, Person, audience, explain, require_valid};

use super::page::{At, Page};
use super::session::{Desk, unique};
use super::{Problem, Session, outbox, verification};
use crate::domain::catalogue::{UNSUBSCRIBABLE, category_of};
use crate::domain::contact::ContactId;
use crate::domain::delivery::{Delivery, DeliveryId, Kind, NoticeId};
use crate::domain::language::Language;
use crate::domain::notice::{
    Notice, NoticeDraft, NoticeField, NoticeForm, NoticeProblem, NoticeWrong, check, check_key, check_type,
};
use crate::domain::retry as schedule;
use crate::domain::routing::{FallbackReason, VerdictCount, verdict};
use crate::mail::compose::{self, Content, Letter, MASKED_TOKEN, NoticeText, Unsubscribe};
use crate::mail::incoming::{self, NoAnnouncement};
use crate::store::{NewDelivery, NewNotice, Newest, OutboxFilter, Reading, Writing};

/// A notice that was queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notified {
    pub notice: NoticeId,
    /// Its deliveries that have not ended, by id.
    pub waiting: Vec<DeliveryId>,
    /// Set if the security email gets it.
    pub fallback: Option<FallbackReason>,
    /// The key was used before for the same notice; nothing new was queued.
    pub repeated: bool,
}

/// Where a page of notices begins.
pub type NoticesAt = At<NoticeId>;

/// The notice that [`notify`] would find under a key, and queue nothing new.
///
/// # Errors
/// As [`notify`], but for [`Problem::NoSecurityEmail`].
pub fn known_by_key(
    session: &mut Session,
    form: &NoticeForm,
    key: &str,
) -> Result<Option<NoticeId>, Problem> {
    let (store, desk) = session.desk();
    let draft = check(form, desk.catalogue).map_err(Problem::InvalidNotice)?;
    check_key(key).map_err(Problem::InvalidKey)?;
    store.read(|reading| {
        let known = reading.notice_with_key(key)?;
        known.map(|id| require_same(reading, id, key, &draft).map(|()| id)).transpose()
    })
}

/// Queues a notice to everybody who must hear it, in one transaction. With a `key` that was used for the same notice before, the
/// notice and its recipients stay as they are; only one that reached nobody while there was no security email goes to the one that
/// is set now. A key is free again when its notice is erased.
///
/// # Errors
/// [`Problem::InvalidNotice`]; [`Problem::InvalidKey`]; [`Problem::KeyUsed`] if the key belongs to another notice; [`Problem::NoSecurityEmail`] if nobody
/// would get it. Nothing is queued then.
pub fn notify(session: &mut Session, form: &NoticeForm, key: Option<&str>) -> Result<Notified, Problem> {
    let (store, desk) = session.desk();
    let draft = check(form, desk.catalogue).map_err(Problem::InvalidNotice)?;
    key.map_or(Ok(()), check_key).map_err(Problem::InvalidKey)?;
    store.write(|writing| {
        if let Some(key) = key
            && let Some(id) = writing.reading().notice_with_key(key)?
        {
            return repeated(writing, &desk, id, key, &draft);
        }
        queue(writing, &desk, &draft, key)
    })
}

/// The text of the mail as a contact of this language would get it, for a preview: without a name in the greeting, and with the
/// token for unsubscribing masked.
///
/// # Errors
/// [`Problem::InvalidNotice`].
pub fn preview(session: &mut Session, form: &NoticeForm, language: Language) -> Result<String, Problem> {
    let (store, desk) = session.desk();
    let draft = check(form, desk.catalogue).map_err(Problem::InvalidNotice)?;
    let known = desk.catalogue.message_type(&draft.message_type);
    let account = store.read(|reading| reading.account(desk.now))?.name;
    let said = Said {
        subject: &draft.subject,
        text: &NoticeText::new(&draft.body),
        message_type: &draft.message_type,
        type_title: known.map_or(&draft.message_type, |(_, known)| known.title.get(language)),
        fallback: None,
    };
    Ok(compose::text(&Letter {
        letterhead: &desk.rules.letterhead(&account),
        to_name: None,
        to_email: &desk.rules.from_email,
        language,
        message_id: "",
        date: desk.now,
        content: said.content(&desk, language),
    }))
}

/// A part of the list of notices, newest first.
///
/// # Errors
/// [`Problem::Store`].
pub fn page(session: &mut Session, at: NoticesAt, limit: usize) -> Result<Page<Notice>, Problem> {
    let (store, _) = session.desk();
    let (newest, start) = at.reading();
    let rows = store.read(|reading| reading.notices(newest, start, limit.saturating_add(1)))?;
    Ok(at.page(rows, limit))
}

/// One notice with its totals.
///
/// # Errors
/// [`Problem::NoSuchNotice`].
pub fn get(session: &mut Session, id: NoticeId) -> Result<Notice, Problem> {
    let (store, _) = session.desk();
    store.read(|reading| notice(reading, id))
}

/// All deliveries of a notice, by id.
///
/// # Errors
/// [`Problem::NoSuchNotice`].
pub fn deliveries(session: &mut Session, id: NoticeId) -> Result<Vec<Delivery>, Problem> {
    let mut found = Vec::new();
    each_delivery(session, id, |delivery| found.push(delivery))?;
    Ok(found)
}

/// The same one after the other: a notice may have more than there is memory for.
///
/// # Errors
/// [`Problem::NoSuchNotice`].
pub fn each_delivery(
    session: &mut Session,
    id: NoticeId,
    mut each: impl FnMut(Delivery),
) -> Result<(), Problem> {
    let (store, _) = session.desk();
    store.read(|reading| {
        notice(reading, id)?;
        let filter = OutboxFilter { notice: Some(id), ..OutboxFilter::default() };
        reading.outbox(filter, Newest::Last, None, |delivery| {
            each(delivery);
            true
        })?;
        Ok(())
    })
}

/// The deliveries of a notice that have not ended, by id: after all others failed, also the one to the security email.
///
/// # Errors
/// [`Problem::NoSuchNotice`].
pub fn waiting(session: &mut Session, id: NoticeId) -> Result<Vec<DeliveryId>, Problem> {
    let (store, _) = session.desk();
    store.read(|reading| {
        notice(reading, id)?;
        Ok(reading.waiting_of(id)?)
    })
}

/// Cancels all deliveries of a notice that have not begun, and returns how many. Those under way are not tried again, and the
/// security email does not get it. A notice that has ended stays as it is.
///
/// # Errors
/// [`Problem::NoSuchNotice`].
pub fn cancel(session: &mut Session, id: NoticeId) -> Result<u64, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        notice(&writing.reading(), id)?;
        let cancelled = count(writing.cancel_notice(id, desk.now)?);
        desk.log(writing, "notice.cancel", None, json!({ "notice": id.0, "cancelled": cancelled }))?;
        Ok(cancelled)
    })
}

/// Makes all failed and expired deliveries of a notice due now that somebody still wants, and returns how many; a sender that
/// leaves the server alone for a while tries it again at once. A notice that
/// reached nobody while there was no security email goes to the one that is set now as well, and counts. Setting one does
/// not do this by itself: what was announced long ago is sent only by somebody who has looked at it.
///
/// # Errors
/// [`Problem::NoSuchNotice`].
pub fn retry_failed(session: &mut Session, id: NoticeId) -> Result<u64, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let before = notice(&writing.reading(), id)?;
        let failed = writing.reading().failed_of(id)?;
        if before.unreached {
            writing.end_notice_again(id, desk.now)?;
        }
        let mut retried = notice(&writing.reading(), id)?.totals.waiting - before.totals.waiting;
        for delivery in failed {
            if writing.reading().is_wanted(delivery)? {
                outbox::requeue(writing, &desk, delivery)?;
                retried += 1;
            }
        }
        writing.ask_to_retry()?;
        desk.log(writing, "notice.retry", None, json!({ "notice": id.0, "retried": retried }))?;
        Ok(retried)
    })
}

/// How many notices reached nobody because there was no security email when the last delivery failed.
///
/// # Errors
/// [`Problem::Store`].
pub fn unreached_count(session: &mut Session) -> Result<u64, Problem> {
    let (store, _) = session.desk();
    Ok(store.read(|reading| reading.unreached_notices())?)
}

/// A notice from a whole RFC 5322 message: its subject, its text, or what its HTML says if it has no text, and its HTML in a safe,
/// simple form. What else is in the mail is left out; [`left_out`] names it.
///
/// # Errors
/// [`Problem::InvalidNotice`] if it is no message, too large, or without subject or text.
pub fn read_mail(message_type: &str, message: &[u8]) -> Result<NoticeForm, Problem> {
    let read = incoming::read(message).map_err(|missing| {
        let problem = |what: NoAnnouncement| NoticeProblem {
            field: match what {
                NoAnnouncement::NoSubject => NoticeField::Subject,
                NoAnnouncement::TooLarge
                | NoAnnouncement::NoMail
                | NoAnnouncement::Overloaded
                | NoAnnouncement::NoText => NoticeField::Body,
            },
            wrong: NoticeWrong::Unreadable(what.to_string()),
            hint: None,
        };
        Problem::InvalidNotice(missing.into_iter().map(problem).collect())
    })?;
    Ok(NoticeForm {
        message_type: message_type.to_owned(),
        subject: read.subject,
        body: read.text,
        html: read.html,
    })
}

/// The delivery that a mail belongs to, if it is one of our own that has come back: announcing that would go round in circles.
///
/// # Errors
/// [`Problem::Store`].
pub fn own_delivery(session: &mut Session, message: &[u8]) -> Result<Option<DeliveryId>, Problem> {
    let Some(message_id) = incoming::message_id(message) else { return Ok(None) };
    let (store, _) = session.desk();
    Ok(store.read(|reading| reading.delivery_with_message_id(&message_id))?)
}

/// Whether a mail is the answer of a machine to another mail, perhaps to a notice: announcing that would go round in circles too.
#[must_use]
pub fn is_automatic_answer(message: &[u8]) -> bool {
    incoming::is_automatic_answer(message)
}

/// The names of the parts of a mail that [`read_mail`] does not take over, attachments above all, as the mail gives them: escape
/// them before they are shown. Nothing for what is no mail.
#[must_use]
pub fn left_out(message: &[u8]) -> Vec<String> {
    incoming::read(message).map(|read| read.left_out).unwrap_or_default()
}

/// What a mail of a notice says.
pub(super) struct Said<'a> {
    pub(super) subject: &'a str,
    pub(super) text: &'a NoticeText,
    pub(super) message_type: &'a str,
    pub(super) type_title: &'a str,
    pub(super) fallback: Option<FallbackReason>,
}

impl<'a> Said<'a> {
    /// The same for a preview: the token for unsubscribing is masked.
    pub(super) fn content(&self, desk: &Desk<'a>, language: Language) -> Content<'a> {
        let category = category_of(self.message_type);
        let may_unsubscribe = category == UNSUBSCRIBABLE && self.fallback.is_none();
        Content::Notice {
            subject: self.subject,
            body: self.text,
            type_title: self.type_title,
            category_title: desk
                .catalogue
                .category(category)
                .map_or(category, |known| known.title.get(language)),
            fallback: self.fallback,
            unsubscribe: may_unsubscribe.then(|| Unsubscribe {
                token: MASKED_TOKEN,
                public_url: desk.rules.public_url.as_deref(),
                mail_to: desk.rules.return_path.base(),
            }),
        }
    }
}

fn require_type(id: &str, desk: &Desk<'_>) -> Result<(), Problem> {
    check_type(id, desk.catalogue).map_err(|problem| Problem::InvalidNotice(vec![problem]))
}

fn notice(reading: &Reading<'_>, id: NoticeId) -> Result<Notice, Problem> {
    reading.notice(id)?.ok_or(Problem::NoSuchNotice(id.0))
}

/// The notice that was sent under this key before, if it says the same.
fn repeated(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    id: NoticeId,
    key: &str,
    draft: &NoticeDraft,
) -> Result<Notified, Problem> {
    let reading = writing.reading();
    require_same(&reading, id, key, draft)?;
    if notice(&reading, id)?.unreached && reading.account(desk.now)?.security_email.is_some() {
        writing.end_notice_again(id, desk.now)?;
        let retried = notice(&reading, id)?.totals.waiting;
        desk.log(writing, "notice.retry", None, json!({ "notice": id.0, "retried": retried }))?;
    }
    let fallback = notice(&reading, id)?.fallback;
    Ok(Notified { notice: id, waiting: reading.waiting_of(id)?, fallback, repeated: true })
}

/// A key belongs to what was said under it first.
fn require_same(reading: &Reading<'_>, id: NoticeId, key: &str, draft: &NoticeDraft) -> Result<(), Problem> {
    let says_the_same = reading.notice_body(id)?.is_some_and(|known| {
        known.message_type == draft.message_type
            && known.subject == draft.subject
            && known.text == draft.body
            && known.html == draft.html
    });
    if says_the_same { Ok(()) } else { Err(Problem::KeyUsed { key: key.to_owned(), notice: id.0 }) }
}

fn queue(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    draft: &NoticeDraft,
    key: Option<&str>,
) -> Result<Notified, Problem> {
    let (category, known) = desk
        .catalogue
        .message_type(&draft.message_type)
        .expect("the check of the draft has found its type in this catalogue");
    let mut count = VerdictCount::default();
    let mut recipients = Vec::new();
    writing.reading().each_candidate(|candidate, _| {
        let verdict = verdict(&draft.message_type, candidate);
        count.push(verdict);
        if verdict.is_ok() {
            recipients.push(candidate.contact);
        }
        true
    })?;
    let fallback = count.fallback();
    let new = NewNotice {
        draft,
        title: &known.title,
        key,
        fallback,
        priority: Kind::Notice.priority(Some(&category.id)),
        now: desk.now,
        expires_at: schedule::expiry(Kind::Notice, Some(&category.id), desk.now),
    };
    let id = writing.insert_notice(&new)?;
    let waiting = match fallback {
        Some(reason) => vec![queue_fallback(writing, desk, (id, &new), reason)?],
        None => queue_to(writing, desk, (id, &new), &recipients)?,
    };
    let details = json!({
        "notice": id.0,
        "type": draft.message_type,
        "recipients": count.recipients,
        "excluded": count.excluded(),
        "fallback": fallback.map(FallbackReason::id),
    });
    desk.log(writing, "notice.send", None, details)?;
    Ok(Notified { notice: id, waiting, fallback, repeated: false })
}

/// One mail to each contact. Their Message-IDs share a word that no other notice has and are numbered.
fn queue_to(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    notice: (NoticeId, &NewNotice<'_>),
    recipients: &[ContactId],
) -> Result<Vec<DeliveryId>, Problem> {
    let (unique, head) = (unique()?, desk.rules.letterhead(""));
    let mut queued = Vec::with_capacity(recipients.len());
    for (contact, number) in recipients.iter().zip(1..) {
        let message_id = head.message_id(&format!("{unique}.{number}"));
        queued.push(writing.insert_notice_delivery(notice, *contact, &message_id)?);
    }
    Ok(queued)
}

fn queue_fallback(
    writing: &Writing<'_>,
    desk: &Desk<'_>,
    (id, new): (NoticeId, &NewNotice<'_>),
    reason: FallbackReason,
) -> Result<DeliveryId, Problem> {
    let account = writing.reading().account(desk.now)?;
    let address = account.security_email.ok_or(Problem::NoSecurityEmail)?;
    Ok(writing.insert_delivery(&NewDelivery {
        kind: Kind::Notice,
        contact: None,
        notice: Some(id),
        verification: None,
        address: &address,
        address_key: &verification::key_of(&address),
        name: "",
        language: account.language,
        message_type: Some(&new.draft.message_type),
        subject: &new.draft.subject,
        detail: None,
        fallback: Some(reason.id()),
        priority: new.priority,
        now: new.now,
        expires_at: new.expires_at,
        message_id: &desk.message_id(&account.name)?,
    })?)
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
