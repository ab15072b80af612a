//! The status line: whose list it is, how it stands, and what the mail does. Where there is little room the counts go first, the
//! least important before, then words become shorter; what the mail does is always said.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::columns::{clip, width};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{counted, say};
use crate::tui::look::Look;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::{beside, write};

/// Columns between the parts.
const GAP: usize = 2;

/// A part of the middle, the most important first.
type Part = (String, Role);

pub(super) fn draw(model: &Model, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let columns = usize::from(area.width).saturating_sub(2);
    let line = beside(Rect { width: area.width.saturating_sub(1), ..area }, 1);
    let parts = middle(model, look.language);
    let (mail, mail_role) = mail(model, &parts, columns, look);
    let mail_width = width(&mail);
    let room = columns.saturating_sub(mail_width + GAP);
    let name = name(model, room, look);
    let name_width = width(&name);
    put(line, 0, &name, Role::Title, buf, look);
    put(line, columns.saturating_sub(mail_width), &mail, mail_role, buf, look);
    let room = room.saturating_sub(name_width + GAP);
    let parts = fitting(parts, room, look);
    let taken = parts_width(&parts, look);
    // In the middle of the line if that is free, else right behind the name.
    let centre = (columns.saturating_sub(taken)) / 2;
    let mut at =
        centre.clamp(name_width + GAP, (name_width + GAP + room).saturating_sub(taken).max(name_width + GAP));
    for (index, (text, role)) in parts.iter().enumerate() {
        if index > 0 {
            put(line, at, look.separator(), Role::Dim, buf, look);
            at += width(look.separator());
        }
        put(line, at, text, *role, buf, look);
        at += width(text);
    }
}

fn put(line: Rect, at: usize, text: &str, role: Role, buf: &mut Buffer, look: &Look<'_>) {
    let at = u16::try_from(at).unwrap_or(u16::MAX);
    write(beside(line, at), buf, Span::styled(text, look.style(role)));
}

/// The longest words about the mail that take two fifths of the line at most, and of these, but for the shortest, the longest that
/// leave room for the first of the counts. The shortest may take half of the line.
fn mail(model: &Model, parts: &[Part], columns: usize, look: &Look<'_>) -> (String, Role) {
    let waiting = model.queue.map_or(0, |queue| queue.queued + queue.retry);
    let delayed = model.queue.and_then(|queue| queue.delayed_since(model.now));
    let (words, role) = model.mail.words(waiting, delayed, look);
    let is_short = |words: &&String| width(words) <= columns * 2 / 5;
    let leaves_room = |words: &&String| {
        let room = columns.saturating_sub(width(words) + GAP);
        let room = room.saturating_sub(width(&name(model, room, look)) + GAP);
        fitting(parts.to_vec(), room, look).len() >= parts.len().min(2)
    };
    let longer = &words[..words.len().saturating_sub(1)];
    let kind = longer.iter().filter(is_short).find(leaves_room);
    let fitting = kind.or_else(|| words.iter().find(is_short));
    let shortest = words.last().map_or("", String::as_str);
    (
        fitting.map_or_else(|| clip(shortest, columns / 2, look.marks.ellipsis()).into_owned(), Clone::clone),
        role,
    )
}

fn name(model: &Model, room: usize, look: &Look<'_>) -> String {
    let account = model.account.as_ref().map_or("", |account| account.name.as_str());
    let whole = if account.is_empty() {
        "callsheet".to_owned()
    } else {
        format!("callsheet{}{}", look.separator(), safe(account))
    };
    // The account's name gives way to the first of the counts, and is left out where little of it could be read.
    let program = "callsheet";
    let limit = if room < 40 { room.saturating_sub(14) } else { room / 2 };
    let whole = if width(&whole) > limit && limit < width(program) + 8 { program.to_owned() } else { whole };
    clip(&whole, limit.max(width(program)).min(room), look.marks.ellipsis()).into_owned()
}

fn middle(model: &Model, language: Language) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(totals) = &model.totals {
        let contacts = totals.contacts;
        parts.push((
            counted!(language, contacts, "{contacts} contact", "{contacts} contacts", contacts),
            Role::Text,
        ));
        parts.push((say!(language, "{count} verified", count = totals.verified), Role::Text));
        let unreached = model.queue.map_or(0, |queue| queue.unreached);
        if unreached > 0 {
            let one_or_several = counted!(
                language,
                unreached,
                "{count} notice reached nobody",
                "{count} notices reached nobody",
                count = unreached
            );
            parts.push((one_or_several, Role::Bad));
        }
        if model
            .account
            .as_ref()
            .is_some_and(|account| account.introduced && account.security_email.is_none())
        {
            parts.push((say!(language, "no security email").to_owned(), Role::Warning));
        }
        // An empty list says by itself that nobody is reached.
        let silent =
            model.coverage.silent_count(&model.fixed.catalogue).filter(|_| contacts > 0).unwrap_or(0);
        if silent > 0 {
            let one_or_several = counted!(
                language,
                silent,
                "{count} type reaches nobody",
                "{count} types reach nobody",
                count = silent
            );
            parts.push((one_or_several, Role::Warning));
        }
        if totals.undeliverable > 0 {
            parts.push((say!(language, "{count} undeliverable", count = totals.undeliverable), Role::Bad));
        }
    }
    parts
}

/// As many parts as fit. The worst of what needs attention stays longest, then how many contacts there are.
fn fitting(parts: Vec<Part>, room: usize, look: &Look<'_>) -> Vec<Part> {
    let needs_attention = |part: &&Part| part.1 != Role::Text;
    let plain: Vec<Part> = parts.iter().filter(|part| !needs_attention(part)).cloned().collect();
    let worst = parts.iter().find(needs_attention);
    let shorter = |parts: &[Part], least: usize| -> Vec<Vec<Part>> {
        (least..=parts.len()).rev().map(|count| parts[..count].to_vec()).collect()
    };
    let mut choices = shorter(&parts, plain.len() + 1);
    choices.extend(worst.map(|worst| plain.iter().take(1).chain([worst]).cloned().collect()));
    choices.extend(worst.map(|worst| vec![worst.clone()]));
    choices.extend(shorter(&plain, 0));
    choices.into_iter().find(|choice| parts_width(choice, look) <= room).unwrap_or_default()
}

fn parts_width(parts: &[Part], look: &Look<'_>) -> usize {
    let texts: usize = parts.iter().map(|(text, _)| width(text)).sum();
    texts + width(look.separator()) * parts.len().saturating_sub(1)
}
