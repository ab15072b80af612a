//! Draws the contacts screen.
//!
//! ```text
//! ┌ Contacts ─────────────────────────────────── 12 · sorted by name ┐
//! │/ finance                                  what was not understood│  while a filter is typed or in force
//! │  Name           Email                  Position   Status   Types │
//! │▸ 王小明          xiaoming@example.cn    …                         │
//! └──────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::table::{self, Columns};
use super::{Contacts, Count, detail};
use crate::domain::columns::width;
use crate::domain::contact::{Contact, Totals};
use crate::domain::filter::Filter;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, say};
use crate::operations::contacts::Order;
use crate::tui::keymap::{Action, Context, Typing};
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::filter_line::FilterLine;
use crate::tui::widgets::{beside, dialog, row, skip_rows, write};

/// What the filter has found looks as it did, and is underlined and bold besides: that is seen in every theme, without colours too.
const FOUND: Style = Style::new().add_modifier(Modifier::UNDERLINED).add_modifier(Modifier::BOLD);

/// The rows that are left for contacts.
pub(super) fn list_rows(body: Rect, filter: &FilterLine<Filter>) -> usize {
    let lines = usize::from(body.height.saturating_sub(2));
    lines.saturating_sub(1 + usize::from(filter.is_shown()))
}

/// Draws the screen into `area`. Returns the cursor's place: the caret in the filter, else the row under the cursor.
pub fn draw(
    contacts: &Contacts,
    totals: Option<&Totals>,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return None;
    }
    let (left, right) = titles(say!(look.language, " Contacts "), contacts, totals, area.width, look);
    let block = Block::bordered()
        .border_set(look.marks.border())
        .border_style(look.style(Role::Border))
        .title(left)
        .title(right);
    let mut inner = block.inner(area);
    block.render(area, buf);
    let mut caret = None;
    if contacts.filter.is_shown() {
        caret = contacts.filter.draw(row(inner, 0), buf, *look);
        inner = skip_rows(inner, 1);
    }
    if look.marks.is_spoken() && !contacts.window.rows().is_empty() {
        let rows = list_rows(spoken::listed(area), &contacts.filter);
        let texts: Vec<String> =
            contacts.window.visible(rows).iter().map(|contact| spoken_row(contacts, contact, look)).collect();
        let place = spoken::draw_rows(inner, buf, look, &texts, contacts.window.cursor_line());
        return caret.or(place);
    }
    let columns = Columns::of(inner.width.into(), look.language);
    if !look.marks.is_spoken() {
        write(row(inner, 0), buf, Span::styled(columns.titles(look), look.style(Role::Header)));
    }
    let list = skip_rows(inner, 1);
    if contacts.window.rows().is_empty() {
        let key = key((Context::Contacts, Action::Add), look);
        let nobody = say!(look.language, "No contacts yet. Press {key} to add the first one.", key);
        let place = draw_nothing(contacts, totals, &nobody, list, buf, look);
        return caret.or(place);
    }
    for (index, contact) in contacts.window.visible(list.height.into()).iter().enumerate() {
        draw_row(contacts, contact, columns, row(list, index), buf, look);
    }
    let line = u16::try_from(contacts.window.cursor_line()).unwrap_or(u16::MAX);
    let at_row = Position { x: list.x, y: list.y.saturating_add(line) };
    caret.or_else(|| list.contains(at_row).then_some(at_row))
}

/// Draws the contact under the cursor into the pane beside the list.
pub fn draw_detail(contacts: &Contacts, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    let block = Block::bordered().border_set(look.marks.border()).border_style(look.style(Role::Border));
    let inner = block.inner(area);
    block.render(area, buf);
    let Some(contact) = contacts.current() else { return };
    let mut lines = detail::lines(contact, inner.width.saturating_sub(2).into(), look);
    let rows = usize::from(inner.height);
    if lines.len() > rows && rows > 0 {
        lines.truncate(rows - 1);
        lines.push((look.marks.ellipsis().to_owned(), Role::Dim));
    }
    for (index, (text, role)) in lines.iter().enumerate() {
        write(beside(row(inner, index), 1), buf, Span::styled(text.as_str(), look.style(*role)));
    }
}

/// A contact in one line, labels before values.
#[must_use]
pub fn spoken(contact: &Contact, look: &Look<'_>) -> String {
    spoken::line(look.language, facts(contact, safe(&contact.name).into_owned(), look))
}

fn spoken_row(contacts: &Contacts, contact: &Contact, look: &Look<'_>) -> String {
    let name = safe(&contact.name);
    let name = if contacts.picked.contains(&contact.id) {
        say!(look.language, "{name}, selected", name)
    } else {
        name.into_owned()
    };
    spoken::line(look.language, facts(contact, name, look))
}

fn facts(contact: &Contact, name: String, look: &Look<'_>) -> [(&'static str, String); 5] {
    let language = look.language;
    let position = contact.position.map_or("", |position| position.title(language));
    [
        (say!(language, "Name"), name),
        (say!(language, "Email"), table::email(contact, look)),
        (say!(language, "Position"), position.to_owned()),
        (say!(language, "Status"), table::spoken_status(contact, look)),
        (say!(language, "Types"), table::spoken_types(contact, look)),
    ]
}

fn draw_row(
    contacts: &Contacts,
    contact: &Contact,
    columns: Columns,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) {
    let is_current = contacts.current().is_some_and(|current| current.id == contact.id);
    let is_picked = contacts.picked.contains(&contact.id);
    let mark = |is_set: bool, mark: &'static str, role| {
        if is_set { Span::styled(mark, look.style(role)) } else { Span::raw(" ") }
    };
    let mut spans = vec![
        mark(is_current, look.marks.cursor(), Role::Title),
        mark(is_picked, look.marks.picked(), Role::Picked),
    ];
    for piece in columns.cells(contact, contacts.filter.question(), look) {
        // One style for the whole selected row: it is told from others at a glance, and moving costs few bytes.
        let role = if is_current { Role::SelectedRow } else { piece.role };
        let style = look.style(role);
        spans.push(Span::styled(piece.text, if piece.is_found { style.patch(FOUND) } else { style }));
    }
    write(area, buf, Line::from(spans));
}

/// What an empty list says; `nobody` if there are no contacts at all.
pub(in crate::tui::screens) fn draw_nothing(
    contacts: &Contacts,
    totals: Option<&Totals>,
    nobody: &str,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> Option<Position> {
    let text = if !contacts.window.is_loaded() {
        say!(look.language, "Loading the contacts").to_owned()
    } else if !contacts.filter.is_empty() {
        let place = if contacts.typing() == Typing::On {
            (Context::Filter, Action::Close)
        } else {
            (Context::Screens, Action::Back)
        };
        let (language, key) = (look.language, key(place, look));
        match totals.map(|totals| totals.contacts) {
            Some(all) => say!(
                language,
                "No contact matches the filter. Press {key} to clear it and see all {all}.",
                key,
                all
            ),
            None => {
                say!(language, "No contact matches the filter. Press {key} to clear it and see all.", key)
            }
        }
    } else {
        nobody.to_owned()
    };
    // What was not understood may have had no room beside the filter.
    let sentence = |problem: &String| say!(look.language, "{problem}.", problem);
    let texts = contacts.filter.problems().iter().map(sentence).chain([text]);
    dialog::tell(area, buf, *look, texts)
}

fn key((context, action): (Context, Action), look: &Look<'_>) -> String {
    look.keys.keys(context, action).next().unwrap_or_default().to_owned()
}

/// The titles in the upper border: what it is at the left, how much and in which order at the right.
pub(in crate::tui::screens) fn titles<'a>(
    left: &'static str,
    contacts: &Contacts,
    totals: Option<&Totals>,
    columns: u16,
    look: &Look<'_>,
) -> (Line<'a>, Line<'a>) {
    let separator = look.separator();
    let mut right = Vec::new();
    if !contacts.picked.is_empty() {
        right.push(say!(look.language, "{count} selected", count = contacts.picked.len()));
    }
    right.extend(count_words(contacts.count, totals, look));
    let column = plain(look.language, contacts.sort.id());
    right.push(match contacts.order {
        Order::Ascending => say!(look.language, "sorted by {column}", column),
        Order::Descending => say!(look.language, "sorted by {column}, reversed", column),
    });
    let mut room = usize::from(columns).saturating_sub(4 + width(left));
    let mut kept = Vec::new();
    for part in right {
        let needed = width(&part) + width(separator);
        if needed > room {
            break;
        }
        room -= needed;
        kept.push(part);
    }
    let right = if kept.is_empty() { String::new() } else { format!(" {} ", kept.join(separator)) };
    (
        Line::from(Span::styled(left, look.style(Role::Title))),
        Line::from(Span::styled(right, look.style(Role::Dim))).right_aligned(),
    )
}

fn count_words(count: Count, totals: Option<&Totals>, look: &Look<'_>) -> Option<String> {
    let (language, all) = (look.language, totals.map(|totals| totals.contacts));
    match (count, all) {
        (Count::Known(some), Some(all)) if look.marks.is_spoken() => {
            Some(say!(language, "{some} of {all} contacts", some, all))
        }
        (Count::Unfiltered, all) => all.map(|all| all.to_string()),
        (Count::Asked(_), all) => all.map(|all| say!(language, "? of {all}", all)),
        (Count::Known(some), Some(all)) => Some(say!(language, "{some} of {all}", some, all)),
        (Count::Known(some), None) => Some(some.to_string()),
    }
}
