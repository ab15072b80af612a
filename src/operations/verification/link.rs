//! Verification by link: what the page that a mail links to shows, and what its button does.
//!
//! Looking changes nothing. Whoever has the token acts for the recipient; a wrong one costs no try, and nothing tells whether
//! a link is unknown, void or past its time.

use super::{Proof, open_address, settle_confirmed};
use crate::domain::contact::Subject;
use crate::domain::email_address::masked;
use crate::domain::language::Language;
use crate::domain::verification::{TRIES, VerificationId};
use crate::operations::contacts;
use crate::operations::session::Desk;
use crate::operations::{Problem, Session};
use crate::store::{Reading, Verification, VerificationState};

/// Stands for the nonce of a verification that does not exist.
const NO_NONCE: &[u8] = &[0; 16];

/// The address that a link stands for, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAddress {
    pub masked: String,
    /// The account's name as mails give it.
    pub account: String,
    /// The contact's language; the account's for the security email.
    pub language: Language,
    pub for_security_email: bool,
    pub state: LinkState,
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// The button can be pressed.
    Waiting,
    /// The button was pressed just now.
    ConfirmedNow,
    /// The address was confirmed before, by this link or by its code, and is still in force.
    ConfirmedBefore,
}

/// What a link stands for; changes nothing. None for every link that does not count: unknown, wrong, void, past its time, or
/// of an address that is not in force any more.
///
/// # Errors
/// [`Problem::Store`].
pub fn look_at_link(
    session: &mut Session,
    verification: VerificationId,
    token: &[u8],
) -> Result<Option<LinkedAddress>, Problem> {
    let (store, desk) = session.desk();
    store.read(|reading| Ok(find(reading, &desk, verification, token)?.map(|(_, address)| address)))
}

/// Confirms the address of a link, as its code would: a pending address comes into force. None as for [`look_at_link`]; a
/// link that has confirmed says so again.
///
/// # Errors
/// [`Problem::Store`].
pub fn confirm_by_link(
    session: &mut Session,
    verification: VerificationId,
    token: &[u8],
) -> Result<Option<LinkedAddress>, Problem> {
    // Whoever has no right link gets no write lock either.
    let Some(seen) = look_at_link(session, verification, token)? else { return Ok(None) };
    match seen.state {
        LinkState::ConfirmedNow | LinkState::ConfirmedBefore => return Ok(Some(seen)),
        LinkState::Waiting => {}
    }
    let (store, desk) = session.desk();
    store.write(|writing| match find(&writing.reading(), &desk, verification, token)? {
        Some((found, address)) if address.state == LinkState::Waiting => {
            settle_confirmed(writing, &desk, &found, Proof::Link)?;
            Ok(Some(LinkedAddress { state: LinkState::ConfirmedNow, ..address }))
        }
        other => Ok(other.map(|(_, address)| address)),
    })
}

fn find(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    id: VerificationId,
    token: &[u8],
) -> Result<Option<(Verification, LinkedAddress)>, Problem> {
    let found = reading.verification(id)?;
    // A verification that does not exist is compared all the same, so that the time tells nothing of it.
    let nonce = found.as_ref().map_or(NO_NONCE, |found| &found.nonce);
    let is_right = desk.key.is_link_token(id, nonce, token);
    let Some(found) = found.filter(|found| is_right && found.key_id == desk.key.id()) else {
        return Ok(None);
    };
    let state = match found.state {
        VerificationState::Open if desk.now < found.expires_at && found.wrong_codes < TRIES => {
            LinkState::Waiting
        }
        VerificationState::Confirmed => LinkState::ConfirmedBefore,
        VerificationState::Open | VerificationState::Void(_) => return Ok(None),
    };
    let Some(language) = language_of(reading, desk, &found, state)? else { return Ok(None) };
    let account = reading.account(desk.now)?.name;
    let address = LinkedAddress {
        masked: masked(&found.email),
        account: desk.rules.letterhead(&account).writer().to_owned(),
        language,
        for_security_email: found.subject == Subject::SecurityEmail,
        state,
    };
    Ok(Some((found, address)))
}

/// The language of whom the address belongs to. None unless it is the address that waits for its proof, or, once confirmed,
/// the one in force.
fn language_of(
    reading: &Reading<'_>,
    desk: &Desk<'_>,
    found: &Verification,
    state: LinkState,
) -> Result<Option<Language>, Problem> {
    let (key, language) = match (state, found.subject) {
        (LinkState::ConfirmedNow | LinkState::ConfirmedBefore, Subject::Contact(id)) => {
            let row = contacts::row(reading, id, desk)?;
            (row.email_key, row.contact.language)
        }
        (LinkState::Waiting, Subject::Contact(_)) | (_, Subject::SecurityEmail) => {
            match open_address(reading, desk, found.subject) {
                Ok(open) => (open.email_key, open.language),
                Err(Problem::NoSecurityEmail) => return Ok(None),
                Err(problem) => return Err(problem),
            }
        }
    };
    Ok((key == found.email_key).then_some(language))
}
