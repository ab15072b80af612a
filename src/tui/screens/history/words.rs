//! What an entry of the history says, in words that are safe to show.

use crate::domain::brief::Brief;
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::routing::FallbackReason;
use crate::domain::safe_text::safe;
use crate::domain::say::{clauses, listed, plain, retold, say};
use crate::operations::history::{self, Field, Record};
use crate::tui::look::Look;
use crate::tui::widgets::audience::past_fallback_words;

/// What was done: `modified 王小明`.
pub(super) fn headline(record: &Record, look: Look<'_>) -> String {
    safe(&history::headline(record, look.language)).into_owned()
}

/// What else the entry tells, in one line: `email a → b · position none → CEO`. Empty if the headline says it all.
pub(super) fn tail(record: &Record, look: Look<'_>) -> String {
    let Some(fields) = history::fields(record) else { return say!(look.language, "erased").to_owned() };
    let told = fields.iter().filter(|field| !history::is_in_headline(record, field.name));
    let told = told.filter(|field| field.old.is_some() || !is_nothing(field.new));
    let told: Vec<String> =
        told.map(|field| format!("{} {}", label(field, look), value(field, look))).collect();
    told.join(look.separator())
}

/// What a field is called.
pub(super) fn label(field: &Field<'_>, look: Look<'_>) -> String {
    safe(&history::field_words(field.name, look.language)).into_owned()
}

/// What a field says: its old value and its new one, if it was changed.
pub(super) fn value(field: &Field<'_>, look: Look<'_>) -> String {
    let new = shown(field.name, field.new, look);
    match field.old {
        Some(old) => format!("{}{}{new}", shown(field.name, old, look), look.becomes()),
        None => new,
    }
}

/// Who did it, as short as it can be told: `ada`, `ada as root`.
pub(super) fn who(record: &Record, look: Look<'_>) -> String {
    match behind_sudo(record) {
        Some((user, person)) => {
            say!(look.language, "{person} as {user}", person = safe(person), user = safe(user))
        }
        None => safe(history::word(&record.actor, look.language)).into_owned(),
    }
}

/// Who did it, as it is stored: `root (sudo by ada)`.
pub(super) fn actor(record: &Record, look: Look<'_>) -> String {
    match behind_sudo(record) {
        Some((user, person)) => {
            say!(look.language, "{user} (sudo by {person})", user = safe(user), person = safe(person))
        }
        None => safe(history::word(&record.actor, look.language)).into_owned(),
    }
}

/// The user as whom it was done, and the person who did it.
fn behind_sudo(record: &Record) -> Option<(&str, &str)> {
    record.actor.strip_suffix(')')?.split_once(" (sudo by ")
}

/// Who did it and from where.
pub(super) fn who_from_where(record: &Record, look: Look<'_>) -> String {
    let who = who(record, look);
    match &record.origin {
        Some(origin) => say!(look.language, "{who} from {origin}", who, origin = safe(origin)),
        None => who,
    }
}

fn is_nothing(value: &Brief) -> bool {
    matches!(value, Brief::Nothing | Brief::List { count: 0, .. })
}

fn shown(field: &str, value: &Brief, look: Look<'_>) -> String {
    let language = look.language;
    match value {
        Brief::Word(text) => word(field, text, look),
        Brief::Nothing | Brief::Truth(_) | Brief::List { count: 0, .. } => value.words(language),
        Brief::List { first, count } => {
            let members = listed(language, first.iter().map(|member| shown(field, member, look)));
            match count.saturating_sub(u64::try_from(first.len()).unwrap_or(u64::MAX)) {
                0 => members,
                more => say!(language, "{members} and {more} more", members, more),
            }
        }
        Brief::Fields(fields) => {
            let told = fields.iter().map(|(name, value)| {
                format!("{} {}", safe(&history::field_words(name, language)), shown(name, value, look))
            });
            say!(language, "({fields})", fields = clauses(language, told))
        }
    }
}

/// A value that the program knows, as people call it; another as it is.
fn word(field: &str, text: &str, look: Look<'_>) -> String {
    let language = look.language;
    let known = match (field, language) {
        ("server", _) => return safe(&retold(language, text)).into_owned(),
        ("position", _) => Position::parse(text).ok().map(|position| position.title(language)),
        ("language", _) => Language::parse(text).ok().map(Language::own_name),
        ("by", _) => Some(history::word(text, language)),
        ("fallback", _) => {
            FallbackReason::parse(text).map(|reason| plain(language, past_fallback_words(reason)))
        }
        ("type" | "subscriptions" | "subscribed" | "unsubscribed", _) => return look.type_name(text),
        _ => None,
    };
    safe(known.unwrap_or(text)).into_owned()
}
