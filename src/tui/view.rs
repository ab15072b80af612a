//! The view: draws any model at any size and changes nothing.
//!
//! ```text
//!  callsheet · Example Ltd       12 contacts · 9 verified · 1 type reaches nobody    mail: idle
//!  1 Contacts   2 Message types   3 Outbox   4 History   5 Settings
//! ┌ Contacts ──────────────────────────────────────────────────────── 12 · sorted by name ┐
//! │                                    the screen, dialogs in front of it                 │
//! └───────────────────────────────────────────────────────────────────────────────────────┘
//!  a add  enter modify  d delete  v verify  / filter  s sort  ? help  q quit
//! ```

mod status_line;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::layout::{Regions, SMALLEST};
use super::look::Look;
use super::model::{Deletion, Model, Notice, Overlay, Screen, Tone};
use super::screens::contacts;
use super::theme::Role;
use super::widgets::wrapped_text::wrap;
use super::widgets::{cover, dialog, row, write};
use crate::domain::columns::{clip, width};
use crate::domain::say::{plain, say};

/// The most lines that a notice takes.
const NOTICE_LINES: usize = 3;

/// Draws the model into `area`. Returns the place of the real cursor: input methods, screen readers and braille displays follow
/// it, so every picture has one.
pub fn draw(model: &Model, area: Rect, buf: &mut Buffer) -> Position {
    let area = area.intersection(buf.area);
    let corner = Position { x: area.x, y: area.y };
    if area.is_empty() {
        return corner;
    }
    let look = model.look();
    if area.width < SMALLEST.width || area.height < SMALLEST.height {
        let (columns, rows) = (SMALLEST.width, SMALLEST.height);
        let needed = say!(look.language, "callsheet needs {columns}x{rows} characters", columns, rows);
        for (index, line) in wrap(&needed, area.width.into()).iter().enumerate() {
            write(row(area, index), buf, line.as_str());
        }
        return corner;
    }
    let regions = if look.marks.is_spoken() { Regions::of(area).spoken() } else { Regions::of(area) };
    status_line::draw(model, regions.status, buf, &look);
    draw_tabs(model.screen, regions.tabs, buf, &look);
    let mut cursor = draw_screen(model, regions, buf, &look);
    draw_deletion(model, regions, buf, look);
    for overlay in &model.overlays {
        cursor = draw_overlay(model, overlay, regions.front, buf, look);
    }
    draw_footer(model, regions.footer, buf, &look);
    if let Some(notice) = &model.notice {
        let at_notice = draw_notice(notice, regions, buf, &look);
        // What has changed is heard first; a key brings the cursor back.
        cursor = at_notice.filter(|_| look.marks.is_spoken()).or(cursor);
    }
    cursor.filter(|cursor| area.contains(*cursor)).unwrap_or(corner)
}

fn draw_screen(model: &Model, regions: Regions, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    match model.screen {
        Screen::Contacts => {
            contacts::draw_detail(&model.contacts, regions.detail, buf, look);
            contacts::draw(&model.contacts, model.totals.as_ref(), regions.body, buf, look)
        }
        Screen::Types => model.board().draw(regions, buf, look),
        Screen::Outbox => {
            model.outbox.draw_detail(regions.detail, buf, *look);
            model.outbox.draw(regions.body, buf, *look)
        }
        Screen::History => {
            model.history.draw_detail(regions.detail, buf, *look);
            model.history.draw(regions.body, buf, *look)
        }
        Screen::Settings => model.settings.draw(model.account.as_ref(), regions.whole(), buf, *look),
    }
}

/// How far deleting is, at the foot of the contacts.
fn draw_deletion(model: &Model, regions: Regions, buf: &mut Buffer, look: Look<'_>) {
    let foot = match model.screen {
        Screen::Contacts | Screen::Types => regions.body,
        Screen::Outbox | Screen::History | Screen::Settings => return,
    };
    if let Some(Deletion { done: done @ 1.., all, .. }) = model.deletion {
        dialog::foot(
            foot,
            buf,
            look,
            &say!(look.language, "{done} of {all} contacts deleted, esc stops", done, all),
        );
    }
}

fn draw_overlay(
    model: &Model,
    overlay: &Overlay,
    area: Rect,
    buf: &mut Buffer,
    look: Look<'_>,
) -> Option<Position> {
    match overlay {
        Overlay::ContactForm(form) => form.draw(area, buf, look),
        Overlay::Confirm { question, .. } => question.draw(area, buf, look),
        Overlay::Verification(dialog) => dialog.draw(area, buf, look),
        Overlay::Delivery(dialog) => dialog.draw(area, buf, look),
        Overlay::HistoryEntry(dialog) => dialog.draw(area, buf, look),
        Overlay::ContactTypes(dialog) => dialog.draw(area, buf, look),
        Overlay::Choice(choice) => choice.draw(area, buf, look),
        Overlay::Audience(dialog) => dialog.draw(area, buf, look, &model.board()),
        Overlay::AccountForm(form) => form.draw(area, buf, look),
        Overlay::MailForm(form) => form.draw(area, buf, look),
        Overlay::Compose(dialog) => dialog.draw(area, buf, look),
        Overlay::Export(dialog) => dialog.draw(area, buf, look),
        Overlay::Import(dialog) => dialog.draw(area, buf, look),
        Overlay::DraftOffer(dialog) => dialog.draw(area, buf, look),
        Overlay::GoTo(line) => line.draw(area, buf, look),
        Overlay::Help(help) => help.draw(area, buf, look),
        Overlay::Palette(palette) => palette.draw(area, buf, look),
    }
}

/// The tab at a place, if nothing stands in front of it.
pub(super) fn tab_at(model: &Model, at: Position) -> Option<Screen> {
    let area = model.regions().tabs;
    if !model.overlays.is_empty() || !area.contains(at) {
        return None;
    }
    let mut right = usize::from(area.x) + 1;
    tab_texts(model.screen, area, &model.look()).into_iter().find_map(|(screen, text)| {
        let left = right;
        right = left + width(&text) + 1;
        (left..right - 1).contains(&at.x.into()).then_some(screen)
    })
}

/// The tabs from left to right; a blank stands before each.
fn tab_texts(front: Screen, area: Rect, look: &Look<'_>) -> Vec<(Screen, String)> {
    let title = |screen: Screen| {
        let title = plain(look.language, screen.title());
        if look.marks.is_spoken() && screen == front {
            let number = screen.number();
            return format!(" {} ", say!(look.language, "{number} {title}, shown", number, title));
        }
        format!(" {} {title} ", screen.number())
    };
    let all: usize = Screen::ALL.into_iter().map(|screen| width(&title(screen)) + 1).sum();
    // Where there is little room the number stands for the tab.
    let is_named = |screen| screen == front || all < area.width.into();
    let text = |screen: Screen| {
        if is_named(screen) { title(screen) } else { format!(" {} ", screen.number()) }
    };
    Screen::ALL.into_iter().map(|screen| (screen, text(screen))).collect()
}

fn draw_tabs(front: Screen, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let mut spans = vec![Span::raw(" ")];
    for (screen, text) in tab_texts(front, area, look) {
        let role = if screen == front { Role::ActiveTab } else { Role::Tab };
        spans.push(Span::styled(text, look.style(role)));
        spans.push(Span::raw(" "));
    }
    write(area, buf, Line::from(spans));
}

fn draw_footer(model: &Model, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let (context, typing) = model.focus();
    let columns = usize::from(area.width).saturating_sub(2);
    // Spoken there is a comma between two keys; it takes no more room than the blanks.
    let gap = look.separator();
    let gap = if look.marks.is_spoken() { gap } else { "  " };
    let keys =
        look.keys.footer(context.stack(), typing, |action| model.means(action), look.language, columns);
    let mut spans = vec![Span::raw(" ")];
    for (index, key) in keys.into_iter().enumerate() {
        if index > 0 {
            spans.push(Span::raw(gap));
        }
        spans.push(Span::styled(key.key, look.style(Role::Key)));
        spans.push(Span::styled(format!(" {}", key.word), look.style(Role::KeyText)));
    }
    write(area, buf, Line::from(spans));
}

/// Draws a notice over the lowest lines of the body. Returns the place where it begins.
fn draw_notice(notice: &Notice, regions: Regions, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let body = regions.whole();
    let columns = usize::from(body.width).saturating_sub(6);
    let text = if look.marks.is_spoken() && notice.tone != Tone::Done {
        say!(look.language, "Warning: {text}", text = notice.text)
    } else {
        notice.text.clone()
    };
    let mut lines = wrap(&text, columns);
    let most = if look.marks.is_spoken() { 2 * NOTICE_LINES } else { NOTICE_LINES };
    let most = most.min(body.height.into());
    let is_cut = lines.len() > most;
    lines.truncate(most);
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        let ellipsis = look.marks.ellipsis();
        *last = format!("{}{ellipsis}", clip(last, columns.saturating_sub(width(ellipsis)), ""));
    }
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let (mark, role) = match notice.tone {
        Tone::Done => ("", Role::Notice),
        Tone::Warning | Tone::Failed if look.marks.is_spoken() => ("", Role::Notice),
        Tone::Warning => ("! ", Role::Notice),
        Tone::Failed => ("! ", Role::Alarm),
    };
    let rows = u16::try_from(lines.len()).unwrap_or(0);
    let place = Rect {
        x: body.x + 1,
        y: body.bottom() - rows,
        width: u16::try_from(widest + width(mark) + 2)
            .unwrap_or(body.width)
            .min(body.width.saturating_sub(2)),
        height: rows,
    };
    let behind = if look.marks.is_spoken() { Rect { x: body.x, width: body.width, ..place } } else { place };
    cover(behind, buf);
    for (index, line) in lines.iter().enumerate() {
        let mark = if index == 0 { mark } else { &"  "[..mark.len()] };
        let place = row(place, index);
        buf.set_style(place, look.style(role));
        write(place, buf, Span::styled(format!(" {mark}{line} "), look.style(role)));
    }
    (!place.is_empty()).then_some(Position { x: place.x + 1, y: place.y })
}
