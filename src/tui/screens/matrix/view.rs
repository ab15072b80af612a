//! Draws the message types screen.
//!
//! ```text
//! ┌ Message types ──────────────────────────────────────── 12 · sorted by name ┐
//! │/ finance                                                                   │  while a filter is typed or in force
//! │  Name                Account   Product   Security   Exception  …           │  heads
//! │▸ 王小明           ✓    [x]       [ ]       [-]         [ ]                  │  list
//! │  AdaLovelace     …    [ ]       [-]       [x]         [x]                  │
//! │  would receive         1         1         1         0 !→sec               │  coverage
//! ├ Product Messages · 王小明 ─────────────────────────────────────────────────┤  where there is room
//! │ Before resources such as instances or certificates expire; …              │  detail, or beside it all in a pane
//! └────────────────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::columns::{Column, Grid, Place};
use super::{Matrix, detail, is_unsubscribed, narration, pane};
use crate::domain::columns::{clip, pad, width};
use crate::domain::contact::{Contact, Totals};
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::tui::coverage_counts::CoverageCounts;
use crate::tui::edits::Edits;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::Regions;
use crate::tui::look::Look;
use crate::tui::screens::contacts::{self, Contacts, status_role};
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::{beside, dialog, first_rows, row, skip_rows, write};

/// The columns of a cell's box with what may stand beside it.
const CELL: u16 = 5;

/// Everything that the screen shows.
#[derive(Debug, Clone, Copy)]
pub struct Board<'a> {
    pub matrix: &'a Matrix,
    pub contacts: &'a Contacts,
    pub edits: &'a Edits,
    pub coverage: &'a CoverageCounts,
    pub totals: Option<&'a Totals>,
    /// What a change of a whole column would meet is being counted.
    pub is_counting: bool,
    pub fallback: Fallback,
}

/// Who gets what reaches nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    SecurityEmail,
    Nobody,
}

/// Where the parts of the screen stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    filter: Rect,
    pub heads: Rect,
    pub list: Rect,
    pub coverage: Rect,
    /// The line between matrix and detail; empty without detail.
    rule: Rect,
    detail: Rect,
    /// The pane that says instead what the detail would.
    pane: Rect,
}

impl Parts {
    /// The parts in the regions of a screen. With `spare` lines for more of the row under the cursor the list takes those and the
    /// heads besides; it moves as without.
    pub(super) fn of(Regions { body, detail: pane, .. }: Regions, has_filter: bool, spare: u16) -> Self {
        let inner = Block::bordered().inner(Rect { height: body.height.saturating_sub(spare), ..body });
        let filter = first_rows(inner, usize::from(has_filter));
        let rest = skip_rows(inner, filter.height.into());
        let heads = first_rows(rest, 1);
        let rest = skip_rows(rest, 1);
        let detail_rows = match inner.height {
            _ if !pane.is_empty() => 0,
            0..=9 => 0,
            10..=14 => 2,
            15..=24 => 5,
            25.. => 8,
        };
        let below = if detail_rows > 0 { detail_rows + 2 } else { 1 };
        let list = first_rows(rest, usize::from(rest.height).saturating_sub(below));
        let rest = skip_rows(rest, list.height.into());
        let rest = Rect { y: rest.y + spare, ..rest };
        let coverage = first_rows(rest, 1);
        let rest = skip_rows(rest, 1);
        let rule = first_rows(Rect { x: body.x, width: body.width, ..rest }, usize::from(detail_rows > 0));
        Self { filter, heads, list, coverage, rule, detail: skip_rows(rest, rule.height.into()), pane }
    }
}

impl Board<'_> {
    /// Draws the screen into its regions. Returns the cursor's place: the caret in the filter, else the cell under the cursor.
    pub fn draw(&self, regions: Regions, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let area = regions.body.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let (left, right) = contacts::titles(
            say!(look.language, " Message types "),
            self.contacts,
            self.totals,
            area.width,
            look,
        );
        let block = Block::bordered()
            .border_set(look.marks.border())
            .border_style(look.style(Role::Border))
            .title(left)
            .title(right);
        block.render(area, buf);
        let filter = self.contacts.filter();
        let spare = if look.marks.is_spoken() { spoken::spare(area) } else { 0 };
        let parts = Parts::of(regions, filter.is_shown(), spare);
        let caret = if filter.is_shown() { filter.draw(parts.filter, buf, *look) } else { None };
        let column = self.matrix.column(look.catalogue);
        if look.marks.is_spoken() {
            let at_row = narration::draw(self, column, parts, buf, look);
            self.draw_below(column, parts, area, buf, look);
            return caret.or(at_row);
        }
        let grid = self.matrix.grid(area, look);
        self.draw_heads(&grid, parts.heads, buf, look);
        let cell = if self.contacts.window().rows().is_empty() {
            contacts::draw_nothing(self.contacts, self.totals, &nobody_words(look), parts.list, buf, look)
        } else {
            self.draw_rows(&grid, parts.list, buf, look)
        };
        self.draw_coverage(&grid, parts.coverage, buf, look);
        self.draw_below(column, parts, area, buf, look);
        caret.or(cell)
    }

    /// Draws what is below the list.
    fn draw_below(
        &self,
        column: Option<Column<'_>>,
        parts: Parts,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) {
        if let Some(column) = column {
            if !parts.pane.is_empty() {
                pane::draw(self, column, parts.pane, buf, look);
            } else if parts.rule.is_empty() {
                self.draw_foot(column, area, buf, look);
            } else {
                self.draw_detail(column, parts, buf, look);
            }
        }
        self.draw_way(area, buf, look);
    }

    fn draw_heads(&self, grid: &Grid<'_>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let mut name = format!("  {}", say!(look.language, "Name"));
        if let Some(hidden) = hidden(grid, look) {
            let room = (super::columns::MARGIN + grid.name).saturating_sub(width(&hidden));
            name = if room > width(&name) { pad(&name, room, "").into_owned() } else { " ".repeat(room) };
            name.push_str(&hidden);
        }
        write(area, buf, Span::styled(name, look.style(Role::Header)));
        for place in &grid.places {
            let is_current = place.index == self.matrix.cursor;
            let role = match (is_current, place.column.kind) {
                // It looks like a field with the focus: what is typed goes there.
                (true, _) => Role::FocusedField,
                (false, None) => Role::Header,
                (false, Some(_)) => Role::Label,
            };
            let x = place.x + (place.width - width(&place.head)) / 2;
            put(area, x, &place.head, role, buf, look);
        }
        draw_rules(grid, area, buf, look);
    }

    fn draw_rows(&self, grid: &Grid<'_>, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
        let mut cursor = None;
        for (index, contact) in self.contacts.window().visible(area.height.into()).iter().enumerate() {
            let line = row(area, index);
            let drawn = self.draw_row(grid, contact, line, buf, look);
            cursor = cursor.or(drawn);
        }
        for index in 0..usize::from(area.height) {
            draw_rules(grid, row(area, index), buf, look);
        }
        cursor
    }

    fn draw_row(
        &self,
        grid: &Grid<'_>,
        contact: &Contact,
        area: Rect,
        buf: &mut Buffer,
        look: &Look<'_>,
    ) -> Option<Position> {
        let is_current = self.contacts.current().is_some_and(|current| current.id == contact.id);
        let is_picked = self.contacts.picked().contains(&contact.id);
        let mark = |is_set: bool, mark: &'static str, role| {
            if is_set { Span::styled(mark, look.style(role)) } else { Span::raw(" ") }
        };
        let name = pad(&safe(&contact.name), grid.name, look.marks.ellipsis()).into_owned();
        let spans = vec![
            mark(is_current, look.marks.cursor(), Role::Title),
            mark(is_picked, look.marks.picked(), Role::Picked),
            Span::styled(name, look.style(if is_current { Role::Title } else { Role::Text })),
            Span::raw(" "),
            Span::styled(look.marks.status(contact.status), look.style(status_role(contact.status))),
        ];
        write(area, buf, Line::from(spans));
        let wanted = self.edits.shown(contact, look.catalogue);
        let mut cursor = None;
        for place in &grid.places {
            let is_under_cursor = is_current && place.index == self.matrix.cursor;
            let at = draw_cell(place, contact, &wanted, is_under_cursor, area, buf, look);
            if is_under_cursor {
                cursor = at;
            }
        }
        cursor
    }

    fn draw_coverage(&self, grid: &Grid<'_>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let labels = [say!(look.language, "would receive"), say!(look.language, "would get"), ""];
        let label = labels.into_iter().find(|label| width(label) <= grid.name).unwrap_or_default();
        put(area, super::columns::MARGIN, label, Role::Dim, buf, look);
        for place in &grid.places {
            let (text, role) = self.coverage_words(place.column, look);
            let x = place.x + place.width.saturating_sub(width(&text)) / 2;
            put(area, x, &text, role, buf, look);
        }
        draw_rules(grid, area, buf, look);
    }

    /// `12`; `12 !` if some types of the category reach nobody; `0 !→sec` if all do, and the security email gets them.
    fn coverage_words(&self, column: Column<'_>, look: &Look<'_>) -> (String, Role) {
        let is_silent_in_part =
            column.kind.is_none() && self.coverage.silent(column.category).next().is_some();
        match self.coverage.recipients(column.id()) {
            Some(some) if some > 0 && is_silent_in_part => (format!("{some} !"), Role::Warning),
            Some(_) | None => self.recipients(column.id(), look),
        }
    }

    /// How many would receive a category or type, in a narrow column: `12`, `0 !→sec` if the security email gets it, `0 !none` if
    /// nobody does.
    pub fn recipients(&self, id: &str, look: &Look<'_>) -> (String, Role) {
        match (self.coverage.recipients(id), self.fallback) {
            (None, _) => (look.marks.ellipsis().to_owned(), Role::Dim),
            (Some(0), Fallback::SecurityEmail) => (look.nobody_but_security(), Role::Warning),
            (Some(0), Fallback::Nobody) => (look.nobody_at_all().to_owned(), Role::Bad),
            (Some(some), _) => (some.to_string(), Role::Text),
        }
    }

    fn draw_detail(&self, column: Column<'_>, parts: Parts, buf: &mut Buffer, look: &Look<'_>) {
        let (left, right) = look.marks.tees();
        let line = look.marks.border().horizontal_top;
        let columns = usize::from(parts.rule.width);
        let rule = format!("{left}{}{right}", line.repeat(columns.saturating_sub(2)));
        write(parts.rule, buf, Span::styled(rule, look.style(Role::Border)));
        let title = title(column, self.contacts.current(), columns.saturating_sub(4), look);
        write(beside(parts.rule, 1), buf, Span::styled(format!(" {title} "), look.style(Role::Title)));
        let room = columns.saturating_sub(width(&title) + 8);
        let current = self.contacts.current();
        if let Some((words, role)) = current.and_then(|contact| detail::hindrance(contact, column.id(), look))
            && let Some(words) = words.iter().find(|words| width(words) <= room)
        {
            let words = format!(" {words} ");
            put(parts.rule, columns.saturating_sub(width(&words) + 1), &words, role, buf, look);
        }
        let place = beside(parts.detail, 1);
        let room = (usize::from(place.width).saturating_sub(1), usize::from(place.height));
        for (index, (text, role)) in detail::lines(self, column, room, look).into_iter().enumerate() {
            write(row(place, index), buf, Span::styled(text, look.style(role)));
        }
    }

    /// Where there is no room for detail, the lower border says what is under the cursor.
    fn draw_foot(&self, column: Column<'_>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        if area.height < 2 {
            return;
        }
        let bottom = row(area, usize::from(area.height) - 1);
        let title = clip(
            column.title(look.language),
            usize::from(area.width).saturating_sub(8),
            look.marks.ellipsis(),
        );
        put(bottom, 1, &format!(" {title} "), Role::Title, buf, look);
        let room = usize::from(area.width).saturating_sub(width(&title) + 8);
        let current = self.contacts.current();
        if let Some((words, role)) = current.and_then(|contact| detail::hindrance(contact, column.id(), look))
            && let Some(words) = words.iter().find(|words| width(words) <= room)
        {
            let words = format!(" {words} ");
            let x = usize::from(area.width).saturating_sub(width(&words) + 1);
            put(bottom, x, &words, role, buf, look);
        }
    }

    /// How far a change of many contacts is.
    fn draw_way(&self, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
        let Some(way) = self.edits.way() else {
            if self.is_counting {
                dialog::foot(area, buf, *look, say!(look.language, "counting the contacts"));
            }
            return;
        };
        let words = match way.all {
            Some(all) => {
                say!(look.language, "{done} of {all} contacts done, esc stops", done = way.done, all)
            }
            None => say!(look.language, "{done} contacts done, esc stops", done = way.done),
        };
        dialog::foot(area, buf, *look, &words);
    }
}

/// What a list without contacts says here.
pub(super) fn nobody_words(look: &Look<'_>) -> String {
    let key = |context, action| look.keys.keys(context, action).next().unwrap_or_default().to_owned();
    let (tab, add) = (key(Context::Screens, Action::Contacts), key(Context::Contacts, Action::Add));
    say!(look.language, "No contacts yet. Press {tab}, then {add} to add the first one.", tab, add)
}

/// What stands in the line above the detail.
fn title(column: Column<'_>, contact: Option<&Contact>, room: usize, look: &Look<'_>) -> String {
    let title = column.title(look.language);
    let text = match contact {
        Some(contact) => format!("{title}{}{}", look.separator(), safe(&contact.name)),
        None => title.to_owned(),
    };
    clip(&text, room, look.marks.ellipsis()).into_owned()
}

/// How many columns are out of sight: `←2 5→`.
fn hidden(grid: &Grid<'_>, look: &Look<'_>) -> Option<String> {
    let before = (grid.before > 0).then(|| format!("{}{}", look.marks.left(), grid.before));
    let after = (grid.after > 0).then(|| format!("{}{}", grid.after, look.marks.right()));
    let parts: Vec<String> = before.into_iter().chain(after).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Draws a box, and beside it that the recipient has unsubscribed. Returns the place of the tick.
fn draw_cell(
    place: &Place<'_>,
    contact: &Contact,
    wanted: &Subscriptions,
    is_under_cursor: bool,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> Option<Position> {
    let state = match place.column.kind {
        None => wanted.state(&place.column.category.id),
        Some(kind) if wanted.covers(&kind.id) => BoxState::All,
        Some(_) => BoxState::None,
    };
    // A blank that warns would be seen where a theme gives warnings a ground.
    let (beside_box, beside_role) = if is_unsubscribed(contact, place.column.id()) {
        (look.marks.unsubscribed(), Role::Warning)
    } else {
        (" ", Role::Text)
    };
    let role = match state {
        BoxState::All | BoxState::Some => Role::Text,
        BoxState::None => Role::Dim,
    };
    let x = place.x + place.width.saturating_sub(usize::from(CELL)) / 2;
    let cell = beside(area, u16::try_from(x).unwrap_or(u16::MAX));
    if is_under_cursor {
        let text = format!(" {}{beside_box}", state.mark());
        write(cell, buf, Span::styled(text, look.style(Role::SelectedRow)));
    } else {
        let spans = vec![
            Span::raw(" "),
            Span::styled(state.mark(), look.style(role)),
            Span::styled(beside_box, look.style(beside_role)),
        ];
        write(cell, buf, Line::from(spans));
    }
    let tick = beside(cell, 2);
    (!tick.is_empty()).then_some(Position { x: tick.x, y: tick.y })
}

fn draw_rules(grid: &Grid<'_>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let rules = grid.places.iter().filter_map(|place| place.rule).chain(grid.last_rule);
    for x in rules {
        put(area, x, look.marks.border().vertical_left, Role::Border, buf, look);
    }
}

fn put(area: Rect, x: usize, text: &str, role: Role, buf: &mut Buffer, look: &Look<'_>) {
    let x = u16::try_from(x).unwrap_or(u16::MAX);
    write(beside(area, x), buf, Span::styled(text, look.style(role)));
}
