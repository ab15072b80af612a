//! What an entry of the history says, in words that are safe to show.

use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::safe_text::safe;
use crate::operations::history::{self, Field, Record};
use crate::tui::look::Look;

/// What was done: `modified 王小明`.
pub(super) fn headline(record: &Record) -> String {
    safe(&history::headline(record)).into_owned()
}

/// What else the entry tells, in one line: `email a → b · position none → CEO`. Empty if the headline says it all.
pub(super) fn tail(record: &Record, look: Look<'_>) -> String {
    let Some(fields) = history::fields(record) else { return "erased".to_owned() };
    let told = fields.iter().filter(|field| !history::is_in_headline(record, &field.name));
    let told = told.filter(|field| field.old.is_some() || field.new != "none");
    let told: Vec<String> = told.map(|field| format!("{} {}", label(field), value(field, look))).collect();
    told.join(look.marks.separator())
}

/// What a field is called.
pub(super) fn label(field: &Field) -> String {
    safe(&field.name.replace('_', " ")).into_owned()
}

/// What a field says: its old value and its new one, if it was changed.
pub(super) fn value(field: &Field, look: Look<'_>) -> String {
    let new = shown(&field.name, &field.new, look);
    match &field.old {
        Some(old) => format!("{}{}{new}", shown(&field.name, old, look), look.marks.becomes()),
        None => new,
    }
}

/// Who did it, as short as it can be told: `ada`, `ada as root`.
pub(super) fn who(record: &Record) -> String {
    let sudo = record.actor.strip_suffix(')').and_then(|actor| actor.split_once(" (sudo by "));
    match sudo {
        Some((user, person)) => format!("{} as {}", safe(person), safe(user)),
        None => safe(&record.actor).into_owned(),
    }
}

/// Who did it and from where.
pub(super) fn who_from_where(record: &Record) -> String {
    match &record.origin {
        Some(origin) => format!("{} from {}", who(record), safe(origin)),
        None => who(record),
    }
}

fn shown(field: &str, value: &str, look: Look<'_>) -> String {
    let known = match field {
        "position" => Position::parse(value).ok().map(|position| position.title(look.language)),
        "language" => Language::parse(value).ok().map(Language::own_name),
        _ => None,
    };
    known.map_or_else(|| safe(value).into_owned(), str::to_owned)
}
