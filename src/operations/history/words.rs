//! What an entry of the history says, in words. Nothing here is escaped.

use super::records::Record;
use crate::domain::brief::Brief;
use crate::domain::language::Language;
use crate::domain::say::{counted, plain, say};
use crate::store::Via;

/// What the fields of an entry are called, in the order in which they are told.
pub const FIELDS: [&str; 34] = [
    "notice",
    "type",
    "recipients",
    "excluded",
    "fallback",
    "account name",
    "name",
    "email",
    "pending email",
    "verified",
    "security email",
    "position",
    "language",
    "subscriptions",
    "subscribed",
    "unsubscribed",
    "again",
    "copied from",
    "contacts",
    "by",
    "tries left",
    "delivery",
    "deliveries",
    "server",
    "undeliverable",
    "cancelled",
    "retried",
    "restored",
    "added",
    "changed",
    "unchanged",
    "refused",
    "replaced",
    "text",
];

/// Words of this program that entries tell as who did it, or as how an address was verified.
pub const WORDS: [&str; 3] = ["code", "link", "recipient"];

/// What was done: `modified 王小明`.
#[must_use]
pub fn headline(record: &Record, language: Language) -> String {
    let told = |field: &str| record.details.as_ref().and_then(|details| details.field(field));
    let count = |field: &str| match told(field) {
        Some(Brief::List { count, .. }) => Some(*count),
        Some(_) | None => None,
    };
    let whom = || whom(record, language);
    let is_about_contact = record.contact.is_some();
    match record.action.as_str() {
        "contact.add" => say!(language, "added {whom}", whom = whom()),
        "contact.modify" => say!(language, "modified {whom}", whom = whom()),
        "contact.delete" => say!(language, "deleted {whom}", whom = whom()),
        "contact.subscribe" => say!(language, "changed subscriptions of {whom}", whom = whom()),
        "contact.unsubscribe" => say!(language, "unsubscribed {whom}", whom = whom()),
        "contact.cancel_change" => {
            say!(language, "cancelled the change of address of {whom}", whom = whom())
        }
        "contact.import" => say!(language, "imported contacts").to_owned(),
        "contacts.delete" => match count("contacts") {
            Some(count) => {
                counted!(language, count, "deleted {count} contact", "deleted {count} contacts", count)
            }
            None => say!(language, "deleted contacts").to_owned(),
        },
        "contacts.subscribe" => match count("contacts") {
            Some(count) => counted!(
                language,
                count,
                "changed subscriptions of {count} contact",
                "changed subscriptions of {count} contacts",
                count
            ),
            None => say!(language, "changed subscriptions of contacts").to_owned(),
        },
        "verification.send" => say!(language, "sent a code to {whom}", whom = whom()),
        "verification.confirm" => say!(language, "verified {whom}", whom = whom()),
        "verification.wrong_code" => say!(language, "entered a wrong code for {whom}", whom = whom()),
        "account.set" => say!(language, "set the account").to_owned(),
        "account.skip_introduction" => say!(language, "skipped the first questions").to_owned(),
        "notice.send" => match told("notice") {
            Some(number) => say!(language, "sent notice {number}", number),
            None => say!(language, "sent a notice").to_owned(),
        },
        "notice.retry" => match told("notice") {
            Some(number) => say!(language, "retried notice {number}", number),
            None => say!(language, "retried a notice").to_owned(),
        },
        "notice.cancel" => match told("notice") {
            Some(number) => say!(language, "cancelled notice {number}", number),
            None => say!(language, "cancelled a notice").to_owned(),
        },
        "outbox.retry" => match count("deliveries") {
            Some(count) => {
                counted!(language, count, "retried {count} delivery", "retried {count} deliveries", count)
            }
            None => say!(language, "retried deliveries").to_owned(),
        },
        "outbox.cancel" => match count("deliveries") {
            Some(count) => {
                counted!(language, count, "cancelled {count} delivery", "cancelled {count} deliveries", count)
            }
            None => say!(language, "cancelled deliveries").to_owned(),
        },
        "outbox.test" if is_about_contact => say!(language, "sent a test mail to {whom}", whom = whom()),
        "outbox.test" => say!(language, "sent a test mail").to_owned(),
        "delivery.returned" if is_about_contact => {
            say!(language, "got a mail to {whom} back", whom = whom())
        }
        "delivery.returned" => say!(language, "got a mail back").to_owned(),
        "database.restore" => say!(language, "restored a backup").to_owned(),
        // A newer version may do what this one does not know.
        other if is_about_contact => format!("{other} {}", whom()),
        other => other.to_owned(),
    }
}

/// Whom an entry is about: a contact by its name now, or the security email.
fn whom(record: &Record, language: Language) -> String {
    match (&record.name, record.contact) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => say!(language, "contact {id}", id = id.0),
        (None, None) => say!(language, "the security email").to_owned(),
    }
}

/// The place of a field among those that are told: what is known in the order of [`FIELDS`], and then what a newer version tells.
pub(super) fn place(name: &str) -> usize {
    let is_it = |known: &&str| known.len() == name.len() && known.replace(' ', "_") == name.replace(' ', "_");
    FIELDS.iter().position(is_it).unwrap_or(FIELDS.len())
}

/// What a field is called; one of a newer version as it is stored, without underscores.
#[must_use]
pub fn field_words(name: &str, language: Language) -> String {
    let name = name.replace('_', " ");
    match FIELDS.into_iter().find(|known| *known == name) {
        Some(known) => plain(language, known).to_owned(),
        None => name,
    }
}

/// A word of this program as people call it; another as it is.
#[must_use]
pub fn word(told: &str, language: Language) -> &str {
    WORDS.into_iter().find(|known| *known == told).map_or(told, |known| plain(language, known))
}

/// By which way something was done, in a word; one of a newer version as it is stored.
#[must_use]
pub fn way(via: &str, language: Language) -> &str {
    let ids = Via::ALL.map(Via::id);
    ids.into_iter().find(|known| *known == via).map_or(via, |known| plain(language, known))
}
