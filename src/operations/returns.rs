//! Mail that comes back to a return path: reports about deliveries, and mails by which recipients unsubscribe.
//!
//! A report counts only if it came to the signed address of the delivery that it tells of. Everything else changes nothing.

use serde_json::json;

use super::{Problem, Session, unsubscribing};
use crate::domain::bounce::{self, Meaning, Report};
use crate::domain::delivery::{Delivery, DeliveryId, State};
use crate::domain::say::saying;
use crate::mail::returned::{self, Content};
use crate::store::{Reading, StoreError};

pub use crate::mail::returned::LIMIT;

/// What a message was, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A delivery has failed after all.
    Failed {
        delivery: DeliveryId,
        /// The server's words, escaped.
        words: String,
        /// Its contact gets nothing any more until the address is verified again.
        undeliverable: bool,
        /// Deliveries that were queued because of it, by id: nobody else has got the notice.
        fallback: Vec<DeliveryId>,
    },
    /// Words that are shown at a delivery.
    Noted { delivery: DeliveryId, words: String },
    /// An address gets no activity messages any more. False: it had none before either.
    Unsubscribed { masked: String, anew: bool },
    /// It means nothing here.
    Ignored(Reason),
}

/// Why a message means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Neither a report nor a mail that unsubscribes.
    Ordinary,
    /// A report that came to no signed address of this database.
    Unsigned,
    /// A report about nobody.
    Empty,
    /// Its delivery is erased already.
    Gone,
    /// Its delivery is not one that a report could change: it has not been sent, or has failed before.
    NothingNew,
    /// The token of a mail that unsubscribes is wrong, or the address has changed since.
    WrongToken,
}

impl Reason {
    /// As the end of a sentence about the message.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ordinary => "it is no report about a delivery",
            Self::Unsigned => "it came to no address that was made for a delivery",
            Self::Empty => "it tells of nobody",
            Self::Gone => "its delivery is no longer kept",
            Self::NothingNew => "what it tells of its delivery is nothing new",
            Self::WrongToken => "its token does not count",
        }
    }
}

/// Takes a whole message that came to a return path. `recipient` is the address that it was delivered to, if that is known
/// better than from its header.
///
/// # Errors
/// [`Problem::NoMessage`]; [`Problem::WrongState`] if the delivery is under way just now: take it again later;
/// [`Problem::Store`]. Nothing was changed then.
pub fn take(session: &mut Session, message: &[u8], recipient: Option<&str>) -> Result<Taken, Problem> {
    let returned = returned::read(message).ok_or(Problem::NoMessage)?;
    let report = match returned.content {
        Content::Report(report) => report,
        Content::Unsubscribe { verification, token } => {
            return Ok(match unsubscribing::unsubscribe(session, verification, &token)? {
                Some(done) => Taken::Unsubscribed { masked: done.masked, anew: !done.already },
                None => Taken::Ignored(Reason::WrongToken),
            });
        }
        Content::Ordinary => return Ok(Taken::Ignored(Reason::Ordinary)),
    };
    let (_, desk) = session.desk();
    let path = &desk.rules.return_path;
    let addressed = recipient.into_iter().chain(returned.addressed.iter().map(String::as_str));
    let signed = addressed.filter_map(|address| path.delivery_of(address, desk.key)).next();
    match signed {
        Some(id) => report_on(session, id, &report),
        None => Ok(Taken::Ignored(Reason::Unsigned)),
    }
}

/// What a report about this delivery changes.
fn report_on(session: &mut Session, id: DeliveryId, report: &Report) -> Result<Taken, Problem> {
    let (store, desk) = session.desk();
    store.write(|writing| {
        let Some(delivery) = writing.reading().delivery(id)? else {
            return Ok(Taken::Ignored(Reason::Gone));
        };
        let Some(meaning) = bounce::meaning(report, &delivery.to) else {
            return Ok(Taken::Ignored(Reason::Empty));
        };
        if !may_have_left(&delivery)? {
            return Ok(Taken::Ignored(Reason::NothingNew));
        }
        let (words, undeliverable) = match meaning {
            Meaning::Failed { words, undeliverable } => (words, undeliverable),
            Meaning::Noted { words } => {
                return Ok(match writing.note_report(id, &words, desk.now)? {
                    true => Taken::Noted { delivery: id, words },
                    false => Taken::Ignored(Reason::NothingNew),
                });
            }
        };
        // Only a notice of which nothing waits can get a fallback by this.
        let waits = waiting_of_notice(&writing.reading(), &delivery)?;
        let undeliverable = writing.fail_returned(id, &words, undeliverable, desk.now)?;
        writing.note_report(id, &words, desk.now)?;
        let details = json!({ "delivery": id.0, "server": words, "undeliverable": undeliverable });
        desk.log(writing, "delivery.returned", delivery.contact, details)?;
        let fallback =
            if waits.is_empty() { waiting_of_notice(&writing.reading(), &delivery)? } else { Vec::new() };
        Ok(Taken::Failed { delivery: id, words, undeliverable, fallback })
    })
}

/// The other deliveries of its notice that have not ended.
fn waiting_of_notice(reading: &Reading<'_>, delivery: &Delivery) -> Result<Vec<DeliveryId>, StoreError> {
    let Some(notice) = delivery.notice else { return Ok(Vec::new()) };
    Ok(reading.waiting_of(notice)?.into_iter().filter(|id| *id != delivery.id).collect())
}

/// Whether a server may have the mail. While it is under way nobody knows.
fn may_have_left(delivery: &Delivery) -> Result<bool, Problem> {
    match delivery.state {
        State::Sent => Ok(true),
        State::Queued | State::Retry => Ok(delivery.maybe_sent),
        State::Sending => Err(Problem::WrongState {
            id: delivery.id.0,
            state: delivery.state.id(),
            why: saying!("it is on its way, so what comes back is not taken yet"),
        }),
        State::Written | State::Failed | State::Expired | State::Cancelled => Ok(false),
    }
}
