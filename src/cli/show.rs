//! `show`: one contact with the state of its verification.

use clap::Args;

use super::context::Context;
use super::json::ContactJson;
use super::list::types_cell;
use super::output::Output;
use super::problem::{Exit, Stop};
use super::table;
use crate::domain::contact::{AddressProof, Contact, Subject};
use crate::domain::email_address::{EmailAddress, Smtputf8};
use crate::domain::language::Language;
use crate::operations::{contacts, verification};

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// An id, an email, or a name that is unique
    contact: String,
}

/// Shows a contact.
///
/// # Errors
/// [`Stop`] with exit 4 if there is none, 2 if several are called so.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Show) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    let contact = contacts::find(session, &arguments.contact)?;
    if wants_json {
        output.json(&ContactJson::of(&contact))?;
        return Ok(Exit::Done);
    }
    let proofs = verification::proofs(session, Subject::Contact(contact.id))?;
    let types = types_cell(&contact.subscriptions, session.catalogue());
    let mut rows = description(&contact, types);
    rows.extend(proof_rows(proofs.open()));
    table::pairs(output, &rows)?;
    Ok(Exit::Done)
}

fn description(contact: &Contact, types: String) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("id", Some(contact.id.0.to_string())),
        ("name", Some(contact.name.clone())),
        ("email", Some(in_both_forms(&contact.email))),
        ("pending email", contact.pending_email.as_deref().map(in_both_forms)),
        (
            "position",
            Some(contact.position.map_or("none", |position| position.title(Language::En)).to_owned()),
        ),
        ("language", Some(contact.language.id().to_owned())),
        ("types", Some(if types.is_empty() { "none".to_owned() } else { types })),
        ("version", Some(contact.version.to_string())),
        ("status", Some(contact.status.words().to_owned())),
        ("verified", contact.verified_at.map(|moment| moment.to_string())),
        ("unsubscribed", contact.unsubscribed_at.map(|moment| moment.to_string())),
    ]
}

/// The address as it is sent, and its domain as people read it where that differs.
fn in_both_forms(email: &str) -> String {
    let address = EmailAddress::parse(email, Smtputf8::Allowed).ok();
    match address.and_then(|address| address.domain_unicode()) {
        Some(domain) => format!("{email} ({domain})"),
        None => email.to_owned(),
    }
}

/// How far the proof of the address has come that a code would be entered for.
fn proof_rows(proof: &AddressProof) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("code sent", proof.sent_at.map(|moment| moment.to_string())),
        ("code ends", proof.expires_at.map(|moment| moment.to_string())),
        ("tries left", proof.tries_left.map(|tries| tries.to_string())),
        ("code void", proof.void.map(|reason| reason.words().to_owned())),
        ("server", proof.server.clone()),
    ]
}
