//! What the pane below the matrix says about the column and the contact under the cursor.

use crate::domain::contact::Contact;
use crate::domain::language::Language;
use crate::domain::routing::{Candidate, Exclusion, verdict};
use crate::domain::safe_text::safe;
use crate::domain::say::{listed, plain, say};
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::tui::look::Look;
use crate::tui::screens::contacts::status_role;
use crate::tui::theme::Role;
use crate::tui::widgets::audience::exclusion_words;
use crate::tui::widgets::wrapped_text::wrap;

use super::columns::{Column, type_heads};
use super::is_unsubscribed;
use super::view::{Board, Fallback};
use crate::domain::columns::{clip, width};

/// The lines of the pane, none wider than `columns`; more than `rows` are for nobody.
pub(super) fn lines(
    board: &Board<'_>,
    column: Column<'_>,
    (columns, rows): (usize, usize),
    look: &Look<'_>,
) -> Vec<(String, Role)> {
    let wrapped =
        |(text, role): (String, Role)| wrap(&text, columns).into_iter().map(move |line| (line, role));
    let verdict = column.kind.zip(board.contacts.current()).map(|(kind, contact)| {
        let wanted = board.edits.shown(contact, look.catalogue);
        verdict_words(look.language, contact, &wanted, &kind.id)
    });
    let silence = silence(board, column, look).map(|words| (words, Role::Warning));
    let state: Vec<(String, Role)> = silence.into_iter().chain(verdict).flat_map(wrapped).collect();
    // First what all types of a category have in common: it stays where it is while the cursor goes through them. How it stands
    // with this one is never cut off by that.
    let mut lines: Vec<(String, Role)> = wrapped((description(column, look), Role::Text)).collect();
    cut(&mut lines, rows.saturating_sub(state.len()).max(usize::from(rows > FEW)), columns, look);
    lines.extend(state);
    if let (None, Some(contact)) = (column.kind, board.contacts.current()) {
        let wanted = board.edits.shown(contact, look.catalogue);
        let left = rows.saturating_sub(lines.len());
        lines.extend(boxes(column, &wanted, (columns, left), look));
        lines.extend(unknown(&wanted, columns, look));
    }
    cut(&mut lines, rows, columns, look);
    lines
}

/// Keeps the first `rows` lines; the last of them says if there were more.
fn cut(lines: &mut Vec<(String, Role)>, rows: usize, columns: usize, look: &Look<'_>) {
    if lines.len() <= rows {
        return;
    }
    lines.truncate(rows);
    if let Some((last, _)) = lines.last_mut() {
        let mark = look.marks.ellipsis();
        let kept = wrap(last, columns.saturating_sub(width(mark) + 1)).into_iter().next().unwrap_or_default();
        *last = format!("{kept} {mark}");
    }
}

/// From so many silent types on their number says more than their names; in fewer rows than that the description gives way.
const FEW: usize = 3;

/// What keeps the contact under the cursor from what it wants, shortest last.
pub(super) fn hindrance(contact: &Contact, id: &str, look: &Look<'_>) -> Option<(Vec<String>, Role)> {
    let reason = hindering(contact, id)?;
    let (mark, word) = match reason {
        Exclusion::NotVerified => (look.marks.status(contact.status), contact.status.words()),
        Exclusion::NotSubscribed | Exclusion::Unsubscribed | Exclusion::Undeliverable => {
            (look.marks.exclusion(reason), exclusion_words(reason))
        }
    };
    let role = match reason {
        Exclusion::Unsubscribed | Exclusion::NotSubscribed => Role::Warning,
        Exclusion::Undeliverable | Exclusion::NotVerified => status_role(contact.status),
    };
    let (language, word) = (look.language, plain(look.language, word));
    let whole = match reason {
        Exclusion::Unsubscribed => {
            let since = contact.unsubscribed_at.map(|at| look.short_time(at)).unwrap_or_default();
            say!(language, "{mark} {word} since {since}: gets none of it", mark, word, since)
        }
        Exclusion::Undeliverable => say!(language, "{mark} {word}: gets nothing", mark, word),
        Exclusion::NotVerified | Exclusion::NotSubscribed => {
            say!(language, "{mark} {word}: gets nothing until verified", mark, word)
        }
    };
    let short = if mark.is_empty() { word } else { mark }.to_owned();
    Some((vec![whole.trim_start().to_owned(), look.marked(mark, word), short], role))
}

/// Why this contact would not receive the category or type even if it is ticked.
fn hindering(contact: &Contact, id: &str) -> Option<Exclusion> {
    if is_unsubscribed(contact, id) {
        return Some(Exclusion::Unsubscribed);
    }
    let everything = Subscriptions::from_ids([id.to_owned()]);
    verdict(id, &Candidate { subscriptions: everything, ..Candidate::of(contact) }).err()
}

/// Which types reach nobody, and who gets them instead.
pub(super) fn silence(board: &Board<'_>, column: Column<'_>, look: &Look<'_>) -> Option<String> {
    let language = look.language;
    if let Some(kind) = column.kind {
        let words = match board.fallback {
            Fallback::SecurityEmail => {
                say!(language, "Nobody would receive it: the security email gets it instead.")
            }
            Fallback::Nobody => say!(language, "Nobody would receive it, and there is no security email."),
        };
        return (board.coverage.recipients(&kind.id) == Some(0)).then(|| words.to_owned());
    }
    let silent: Vec<&str> = board.coverage.silent(column.category).collect();
    let all = column.category.types.len();
    match silent.len() {
        0 => None,
        some if some == all => {
            let words = match board.fallback {
                Fallback::SecurityEmail => {
                    say!(language, "Nobody would receive any of it: the security email gets it instead.")
                }
                Fallback::Nobody => {
                    say!(language, "Nobody would receive any of it, and there is no security email.")
                }
            };
            Some(words.to_owned())
        }
        some @ FEW.. => Some(say!(language, "{some} of {all} types reach nobody.", some, all)),
        _ => {
            let titles = column.category.types.iter().filter(|kind| silent.contains(&kind.id.as_str()));
            let titles = listed(language, titles.map(|kind| kind.title.get(language)));
            Some(say!(language, "Reaches nobody: {titles}.", titles))
        }
    }
}

pub(super) fn verdict_words(
    language: Language,
    contact: &Contact,
    wanted: &Subscriptions,
    id: &str,
) -> (String, Role) {
    let name = safe(&contact.name);
    match verdict(id, &Candidate { subscriptions: wanted.clone(), ..Candidate::of(contact) }) {
        Ok(()) => (say!(language, "{name} would receive it.", name), Role::Text),
        Err(reason) => {
            let why = plain(language, exclusion_words(reason));
            let role = if reason == Exclusion::NotSubscribed { Role::Text } else { Role::Warning };
            (say!(language, "{name} would not receive it: {why}.", name, why), role)
        }
    }
}

pub(super) fn description(column: Column<'_>, look: &Look<'_>) -> String {
    let category = column.category;
    let description = category.description.get(look.language);
    if category.recommended.is_empty() {
        return description.to_owned();
    }
    let titles = category.recommended.iter().map(|position| position.title(look.language));
    let positions = listed(look.language, titles);
    say!(look.language, "{description} Recommended: {positions}.", description, positions)
}

/// The types of a category as boxes, with whole titles if those fit into the rows that are left.
fn boxes(
    column: Column<'_>,
    wanted: &Subscriptions,
    (columns, rows): (usize, usize),
    look: &Look<'_>,
) -> Vec<(String, Role)> {
    let (gap, cut) = (" ".repeat(GAP), look.marks.ellipsis());
    let lines = |titles: &[String]| {
        let mut lines: Vec<Vec<String>> = Vec::new();
        for (kind, title) in column.category.types.iter().zip(titles) {
            let state = if wanted.covers(&kind.id) { BoxState::All } else { BoxState::None };
            let text = clip(&look.ticked(state, title), columns, cut).into_owned();
            match lines.last_mut() {
                Some(line)
                    if !look.marks.is_spoken() && width(&line.join(&gap)) + GAP + width(&text) <= columns =>
                {
                    line.push(text)
                }
                Some(_) | None => lines.push(vec![text]),
            }
        }
        lines
    };
    let titles: Vec<String> =
        column.category.types.iter().map(|kind| kind.title.get(look.language).to_owned()).collect();
    let long = lines(&titles);
    let mut chosen = if long.len() > rows { lines(&type_heads(column.category, look)) } else { long };
    if chosen.len() > rows {
        chosen.truncate(rows);
        if let Some(last) = chosen.last_mut() {
            while width(&last.join(&gap)) + GAP + width(cut) > columns {
                last.pop();
            }
            last.push(cut.to_owned());
        }
    }
    chosen.into_iter().map(|line| (line.join(&gap), Role::Text)).collect()
}

/// Columns between two boxes.
const GAP: usize = 3;

/// What the contact wants and this version does not know.
pub(super) fn unknown(wanted: &Subscriptions, columns: usize, look: &Look<'_>) -> Vec<(String, Role)> {
    let ids: Vec<&str> = wanted.ids().filter(|id| !look.catalogue.contains(id)).collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let ids = listed(look.language, ids.into_iter().map(safe));
    let text = say!(look.language, "Also subscribed to what this version does not know: {ids}", ids);
    wrap(&text, columns).into_iter().map(|line| (line, Role::Dim)).collect()
}
