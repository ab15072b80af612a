//! References: what a command line calls a contact, made into the contact or the address that is meant.
//!
//! Several references are resolved before anything is done, so that a wrong one changes nothing.

use super::problem::{Report, Stop};
use crate::domain::contact::{Contact, ContactId, Status, Subject};
use crate::operations::{Problem, Session, account, contacts};

/// An address with a verification: a contact's, or the security email's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    pub subject: Subject,
    /// As sentences call the address: "security email" or "email of 'ada'".
    pub name: String,
}

/// The contacts that are meant, in the order given, each once.
///
/// # Errors
/// As [`contacts::find`], for the first reference that means no contact.
pub fn all_contacts(session: &mut Session, references: &[String]) -> Result<Vec<Contact>, Stop> {
    let mut found: Vec<Contact> = Vec::new();
    for reference in references {
        let contact = contacts::find(session, reference)?;
        if !found.iter().any(|known| known.id == contact.id) {
            found.push(contact);
        }
    }
    Ok(found)
}

/// The addressee that is meant. The security email is named by its address; a contact that has the same address comes first,
/// unless it is verified and the security email is not.
///
/// # Errors
/// As [`contacts::find`].
pub fn addressee(session: &mut Session, reference: &str) -> Result<Addressee, Stop> {
    let account = account::get(session)?;
    let is_security_email =
        account.security_email.is_some_and(|email| email.eq_ignore_ascii_case(reference.trim()));
    let security_email = || Addressee { subject: Subject::SecurityEmail, name: "security email".to_owned() };
    match contacts::find(session, reference) {
        Ok(contact) => {
            let is_settled = contact.status == Status::Verified && contact.pending_email.is_none();
            if is_security_email && is_settled && account.security_email_status != Some(Status::Verified) {
                return Ok(security_email());
            }
            Ok(Addressee {
                subject: Subject::Contact(contact.id),
                name: format!("email of '{}'", contact.name),
            })
        }
        Err(Problem::NoSuchContact(_)) if is_security_email => Ok(security_email()),
        Err(problem) => Err(Stop::from(Report::from(problem))),
    }
}

/// The addressees that are meant, in the order given, each once.
///
/// # Errors
/// As [`addressee`], for the first that means nobody.
pub fn all_addressees(session: &mut Session, references: &[String]) -> Result<Vec<Addressee>, Stop> {
    let mut found: Vec<Addressee> = Vec::new();
    for reference in references {
        let one = addressee(session, reference)?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    Ok(found)
}

/// The ids of contacts.
#[must_use]
pub fn ids(contacts: &[Contact]) -> Vec<ContactId> {
    contacts.iter().map(|contact| contact.id).collect()
}
