//! One entry of the history in lines: what was done, when, by whom, and every field with its old and its new value.

use super::words;
use crate::domain::columns::width;
use crate::domain::contact::Status;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::operations::Via;
use crate::operations::history::{self, Break, Record};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog;
use crate::tui::widgets::scroll_text::ScrollLine;
use crate::tui::widgets::wrapped_text::wrap;

/// The least and the most columns of names, the gap behind them included.
const LABELS: (usize, usize) = (8, 20);

/// The lines of an entry, none wider than `columns`. `broken` is what a check found wrong with it.
pub(in crate::tui::screens) fn lines(
    record: &Record,
    broken: Option<Break>,
    columns: usize,
    look: Look<'_>,
) -> Vec<ScrollLine> {
    let language = look.language;
    let fields = history::fields(record);
    let names = fields.iter().flatten().map(|field| width(&words::label(field, look)) + 2).max().unwrap_or(0);
    let labels = names.clamp(LABELS.0, LABELS.1).min(columns / 2);
    let headline = words::headline(record, look);
    let headline = if look.marks.is_spoken() {
        format!("{}{headline}", look.label(say!(language, "What"), 0))
    } else {
        headline
    };
    let mut lines = said(&headline, Role::Title, columns);
    if let Some(broken) = broken {
        let mark = look.marks.status(Status::Undeliverable);
        let found = broken.say(language);
        let words = say!(language, "{mark} The check found that {found}.", mark, found);
        lines.extend(said(words.trim_start(), Role::Bad, columns));
    }
    lines.push(ScrollLine::new("", Role::Text));
    let fact = |label: &str, text: &str, role| {
        let lines = dialog::fact(label, text, labels, columns, &look).into_iter();
        lines.map(|line| ScrollLine::new(line, role)).collect::<Vec<_>>()
    };
    lines.extend(fact(say!(language, "When"), &look.exact_time(record.at), Role::Text));
    lines.extend(fact(say!(language, "Who"), &words::actor(record, look), Role::Text));
    // Where the one sat who opened a link is not written down.
    let here = (record.via != Via::Page.id()).then(|| say!(language, "this machine"));
    if let Some(origin) = record.origin.as_deref().or(here) {
        lines.extend(fact(say!(language, "From "), &safe(origin), Role::Text));
    }
    lines.extend(fact(say!(language, "Via"), &way(&record.via, language), Role::Text));
    match fields {
        None => {
            lines.push(ScrollLine::new("", Role::Text));
            let words = say!(
                language,
                "What it told was erased when the contact was deleted. That it was done stays."
            );
            lines.extend(said(words, Role::Dim, columns));
        }
        Some(fields) if fields.is_empty() => {}
        Some(fields) => {
            lines.push(ScrollLine::new("", Role::Text));
            for field in &fields {
                let role = if field.old.is_some() { Role::Text } else { Role::Dim };
                lines.extend(fact(&words::label(field, look), &words::value(field, look), role));
            }
        }
    }
    lines
}

fn said(text: &str, role: Role, columns: usize) -> Vec<ScrollLine> {
    wrap(text, columns).into_iter().map(|line| ScrollLine::new(line, role)).collect()
}

/// By which way it was done.
fn way(via: &str, language: Language) -> String {
    let known = match Via::ALL.into_iter().find(|known| known.id() == via) {
        Some(Via::Screen) => say!(language, "the screen"),
        Some(Via::Command) => say!(language, "a command"),
        Some(Via::Import) => say!(language, "an import"),
        Some(Via::Page) => say!(language, "the page of a link in a mail"),
        Some(Via::Mail) => say!(language, "a mail that came back"),
        None => return safe(via).into_owned(),
    };
    known.to_owned()
}
