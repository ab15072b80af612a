//! Unsubscribing: what a recipient does with the link or the address in a mail of category activity. It ends that category for
//! the address to which the mail went, and nothing else.

use serde_json::json;

use super::session::Desk;
use super::{Problem, Session};
use crate::domain::catalogue::UNSUBSCRIBABLE;
use crate::domain::contact::Subject;
use crate::domain::email_address::masked;
use crate::domain::language::Language;
use crate::domain::verification::VerificationId;
use crate::store::{ContactRow, Reading, VerificationState};

/// Who unsubscribed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribed {
    /// The address, masked.
    pub masked: String,
    pub language: Language,
    /// It had been unsubscribed before.
    pub already: bool,
}

/// Who acts, in the audit log: the token says no more.
const RECIPIENT: &str = "recipient";

/// Ends category activity for the address of a verification, if the token is right. None for every token that is not: unknown,
/// wrong, or of an address that is not in force any more. Activity mails that wait are cancelled.
///
/// # Errors
/// [`Problem::Store`].
pub fn unsubscribe(
    session: &mut Session,
    verification: VerificationId,
    token: &[u8],
) -> Result<Option<Unsubscribed>, Problem> {
    let (store, desk) = session.desk();
    // A wrong token must not take the database from those who write.
    if store.read(|reading| recipient(reading, &desk, verification, token))?.is_none() {
        return Ok(None);
    }
    store.write(|writing| {
        let Some(row) = recipient(&writing.reading(), &desk, verification, token)? else { return Ok(None) };
        let found = described(&row);
        if !found.already {
            let contact = row.contact.id;
            writing.set_unsubscribed(contact, Some(desk.now))?;
            writing.cancel_notices_of(contact, UNSUBSCRIBABLE, desk.now)?;
            let details = json!({ "unsubscribed": UNSUBSCRIBABLE, "email": row.contact.email });
            desk.log_by(RECIPIENT, writing, "contact.unsubscribe", Some(contact), details)?;
        }
        Ok(Some(found))
    })
}

/// Whether a token is right, for showing the page; changes nothing.
///
/// # Errors
/// [`Problem::Store`].
pub fn look(
    session: &mut Session,
    verification: VerificationId,
    token: &[u8],
) -> Result<Option<Unsubscribed>, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| Ok(recipient(reading, &desk, verification, token)?.as_ref().map(described)))
}

/// The contact whose address in force was confirmed by this verification, be it the newest or an earlier one.
fn recipient(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    verification: VerificationId,
    token: &[u8],
) -> Result<Option<ContactRow>, Problem> {
    let Some(known) = reading.verification(verification)? else { return Ok(None) };
    if !desk.key.is_unsubscribe_token(known.id, &known.nonce, token) {
        return Ok(None);
    }
    match (known.state, known.subject) {
        (VerificationState::Confirmed, Subject::Contact(id)) => {
            let row = reading.contact(id, desk.now)?;
            Ok(row.filter(|row| row.email_key == known.email_key))
        }
        (VerificationState::Confirmed, Subject::SecurityEmail)
        | (VerificationState::Open | VerificationState::Void(_), _) => Ok(None),
    }
}

fn described(row: &ContactRow) -> Unsubscribed {
    Unsubscribed {
        masked: masked(&row.contact.email),
        language: row.contact.language,
        already: row.contact.unsubscribed_at.is_some(),
    }
}
