//! A list with groups from which one entry is picked: closed it is one line, open it is searched by typing.
//!
//! ```text
//!  Account security alerts          security.account  ▾
//! ┌────────────────────────────────────────────────────┐
//! │/ secur                                             │
//! │ Security Messages                                  │
//! │  Cloud security notifications      security.cloud  │
//! │▸ Account security alerts           security.account│
//! └────────────────────────────────────────────────────┘
//! ```
//!
//! Every word that is typed must occur in an entry; case and width do not matter. Nothing is picked before somebody says so.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::check_box::Focus;
use super::drop_down::spoken_place;
use super::text_field::{TextField, Typed};
use super::{beside, cover, dialog, row, skip_rows, write};
use crate::domain::columns::{pad, width};
use crate::domain::fold::fold;
use crate::domain::say::say;
use crate::tui::keymap::{Action, Input as Key};
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;

/// The longest search in characters.
const LIMIT: usize = 60;
/// Columns between an entry and its note.
const GAP: usize = 2;
/// The most columns of a list that has none to spare.
const NARROW: u16 = 40;
/// Rows by which a page moves.
const PAGE: usize = 8;

/// One entry; all text is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The heading under which it stands.
    pub group: String,
    pub title: String,
    /// What tells it from others, at the right.
    pub note: String,
    /// More words by which it is found.
    pub more: String,
}

/// What can be picked, what is picked, and the list while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Picker {
    entries: Vec<Entry>,
    picked: Option<usize>,
    list: Option<List>,
}

#[derive(Debug, Clone, PartialEq)]
struct List {
    search: TextField,
    /// Indices of the entries that match, in order.
    matching: Vec<usize>,
    /// Index into them.
    bar: usize,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The list was moved, searched or closed.
    Stay,
    /// The entry with this index was picked, be it the same as before; the list is closed.
    Picked(usize),
    /// The key is not the list's.
    Unused,
}

/// A line of the open list.
enum Shown<'a> {
    Group(&'a str),
    /// An entry, and its place among those that match.
    Entry(&'a Entry, usize),
}

impl Picker {
    /// A closed list of which nothing is picked.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries, picked: None, list: None }
    }

    /// Takes the same entries in other words. What is picked and searched stays, and so does the bar if its entry still matches.
    pub fn say_anew(&mut self, entries: Vec<Entry>) {
        self.entries = entries;
        if let Some(list) = &mut self.list {
            let at = list.matching.get(list.bar).copied();
            list.find(&self.entries);
            let again = at.and_then(|at| list.matching.iter().position(|index| *index == at));
            list.bar = again.unwrap_or(0);
        }
    }

    /// The index of what is picked.
    #[must_use]
    pub fn picked(&self) -> Option<usize> {
        self.picked
    }

    /// Picks without the list.
    pub fn pick(&mut self, index: usize) {
        self.picked = Some(index).filter(|index| *index < self.entries.len());
        self.list = None;
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.list.is_some()
    }

    /// Opens the list with the bar on what is picked.
    pub fn open(&mut self) {
        let matching: Vec<usize> = (0..self.entries.len()).collect();
        let bar = self.picked.unwrap_or(0);
        self.list = Some(List { search: TextField::new("", LIMIT), matching, bar });
    }

    /// One key while the list is open.
    pub fn key(&mut self, key: &Key) -> Pick {
        let Some(list) = &mut self.list else { return Pick::Unused };
        let last = list.matching.len().saturating_sub(1);
        #[expect(clippy::wildcard_enum_match_arm, reason = "what does not move the bar is for the search")]
        match key {
            Key::Action(Action::Accept) => {
                let Some(index) = list.matching.get(list.bar).copied() else { return Pick::Stay };
                self.pick(index);
                return Pick::Picked(index);
            }
            Key::Action(Action::Close) => self.list = None,
            Key::Action(Action::Up) => list.bar = list.bar.saturating_sub(1),
            Key::Action(Action::Down) => list.bar = (list.bar + 1).min(last),
            Key::Action(Action::PageUp) => list.bar = list.bar.saturating_sub(PAGE),
            Key::Action(Action::PageDown) => list.bar = (list.bar + PAGE).min(last),
            _ => match list.search.edit(key) {
                Typed::Changed => list.find(&self.entries),
                Typed::Same => {}
                Typed::Unused => return Pick::Unused,
            },
        }
        Pick::Stay
    }

    /// Draws what is picked into the first row of `area`, `hint` if nothing is. Returns the cursor's place with the focus.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
        focus: Focus,
        hint: &str,
    ) -> Option<Position> {
        let area = Rect { height: area.height.min(1), ..area }.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let role = match focus {
            Focus::Here => Role::FocusedField,
            Focus::Elsewhere => Role::Field,
        };
        let columns = usize::from(area.width).saturating_sub(2);
        let picked = self.picked.and_then(|index| self.entries.get(index));
        let text = picked.map_or_else(
            || pad(hint, columns, look.marks.ellipsis()).into_owned(),
            |entry| {
                let (title, note) = both(entry, columns, look);
                format!("{}{note}", pad(&title, columns.saturating_sub(width(note)), look.marks.ellipsis()))
            },
        );
        let shown = format!("{text} {}", look.marks.drop_down());
        write(area, buf, Span::styled(shown, look.style(role)));
        (focus == Focus::Here).then_some(Position { x: area.x, y: area.y })
    }

    /// Draws the open list over what lies below `field`, inside `bounds`; above it too where that is too little. Returns the
    /// caret's place in the search; None if the list is closed.
    pub fn draw_list(&self, field: Rect, bounds: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let list = self.list.as_ref()?;
        let bounds = bounds.intersection(buf.area);
        let place = spoken_place(self.list_area(field, bounds), bounds, look);
        if place.width < 6 || place.height < 4 {
            return None;
        }
        cover(place, buf);
        if !look.marks.is_spoken() {
            dialog::alone(place, buf);
        }
        let block =
            Block::bordered().border_set(look.marks.border()).border_style(look.style(Role::DialogBorder));
        let inner = block.inner(place);
        block.render(place, buf);
        // Where there is room nothing stands at the border.
        let margin = if place.width > NARROW && !look.marks.is_spoken() { 1 } else { 0 };
        let search = beside(row(inner, 0), margin);
        let search = Rect { width: search.width.saturating_sub(margin), ..search };
        let field = dialog::search_label(search, buf, look, say!(look.language, "Search"));
        let mut cursor = list.search.draw_in_form(field, buf, look, Focus::Here);
        let area = skip_rows(inner, 1);
        let lines = self.lines(list);
        let at = lines.iter().position(|line| matches!(line, Shown::Entry(_, index) if *index == list.bar));
        let rows = usize::from(area.height);
        let top = top(at.unwrap_or(0), lines.len(), rows);
        let lead = " ".repeat(margin.into());
        let columns = usize::from(area.width).saturating_sub(2 + 2 * lead.len());
        if look.marks.is_spoken() {
            let texts: Vec<String> =
                lines.iter().skip(top).take(rows).map(|line| spoken_line(line, look)).collect();
            // What would be chosen is what is heard while one types.
            let at = at.map_or(usize::MAX, |at| at - top);
            cursor = spoken::draw_choices(area, buf, &look, &texts, at).or(cursor);
        }
        let drawn = if look.marks.is_spoken() { 0 } else { rows };
        for (index, line) in lines.iter().skip(top).take(drawn).enumerate() {
            let (mark, (title, note), role) = match line {
                Shown::Group(title) => (String::new(), ((*title).to_owned(), ""), Role::Header),
                Shown::Entry(entry, bar) if *bar == list.bar => {
                    (format!("{} ", look.marks.cursor()), both(entry, columns, look), Role::Choice)
                }
                Shown::Entry(entry, _) => ("  ".to_owned(), both(entry, columns, look), Role::Text),
            };
            let at = row(area, index);
            let note_role = if role == Role::Text { Role::Dim } else { role };
            let room = usize::from(area.width).saturating_sub(width(note));
            let room = room.saturating_sub(lead.len());
            let title = pad(&format!("{lead}{mark}{title}"), room, look.marks.ellipsis()).into_owned();
            let spans = [(title, role), (note.to_owned(), note_role), (lead.clone(), role)];
            let spans = spans.map(|(text, role)| Span::styled(text, look.style(role)));
            write(at, buf, Line::from(spans.to_vec()));
        }
        if lines.is_empty() {
            write(
                area,
                buf,
                Span::styled(
                    format!("{lead}  {}", say!(look.language, "nothing matches")),
                    look.style(Role::Hint),
                ),
            );
        }
        dialog::scroll_marks(
            Rect { y: place.y + 1, height: place.height - 1, ..place },
            buf,
            look,
            top,
            lines.len(),
        );
        cursor
    }

    fn lines<'a>(&'a self, list: &List) -> Vec<Shown<'a>> {
        let mut lines = Vec::new();
        let mut group = None;
        for (place, index) in list.matching.iter().enumerate() {
            let entry = &self.entries[*index];
            if group.replace(&entry.group) != Some(&entry.group) {
                lines.push(Shown::Group(&entry.group));
            }
            lines.push(Shown::Entry(entry, place));
        }
        lines
    }

    /// As wide as its entries and as high as there is room below the field; all of `bounds` where that is little.
    fn list_area(&self, field: Rect, bounds: Rect) -> Rect {
        let of = |entry: &Entry| width(&entry.title) + GAP + width(&entry.note);
        let widest = self.entries.iter().map(of).max().unwrap_or_default();
        let columns = u16::try_from(widest + 8).unwrap_or(u16::MAX).max(field.width).min(bounds.width);
        let groups = self.entries.chunk_by(|one, other| one.group == other.group).count();
        let wanted = u16::try_from(self.entries.len() + groups + 3).unwrap_or(u16::MAX);
        let below = bounds.bottom().saturating_sub(field.y.saturating_add(1));
        let (y, height) = if below >= wanted.min(12) {
            (field.y.saturating_add(1), wanted.min(below))
        } else {
            (bounds.y, wanted.min(bounds.height))
        };
        let x = field.x.min(bounds.right().saturating_sub(columns));
        Rect { x, y, width: columns, height }.intersection(bounds)
    }
}

impl List {
    /// Keeps what matches the search; the bar stays on its entry, or goes to the first.
    fn find(&mut self, entries: &[Entry]) {
        let before = self.matching.get(self.bar).copied();
        let words: Vec<String> =
            self.search.text().split_whitespace().map(|word| fold(word).into_owned()).collect();
        let matches = |entry: &Entry| {
            let text = format!("{} {} {} {}", entry.group, entry.title, entry.note, entry.more);
            let text = fold(&text);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        self.matching = (0..entries.len()).filter(|index| matches(&entries[*index])).collect();
        let again = before.and_then(|before| self.matching.iter().position(|index| *index == before));
        self.bar = again.filter(|_| words.is_empty()).unwrap_or(0);
    }
}

/// A title, and what stands at the right of it: its note, if there is room for all of it. Spoken the note follows the title.
fn both<'a>(entry: &'a Entry, columns: usize, look: Look<'_>) -> (String, &'a str) {
    let Entry { title, note, .. } = entry;
    if look.marks.is_spoken() {
        let gap = if note.is_empty() { "" } else { look.separator() };
        return (format!("{title}{gap}{note}"), "");
    }
    let fits = width(title) + GAP + width(note) <= columns;
    (title.clone(), if fits { note } else { "" })
}

fn spoken_line(line: &Shown<'_>, look: Look<'_>) -> String {
    match line {
        Shown::Group(title) => (*title).to_owned(),
        Shown::Entry(Entry { title, note, .. }, _) if note.is_empty() => format!("  {title}"),
        Shown::Entry(Entry { title, note, .. }, _) => format!("  {title}{}{note}", look.separator()),
    }
}

/// The first line that is seen: the bar stays in the middle as far as that is possible.
fn top(bar: usize, lines: usize, rows: usize) -> usize {
    bar.saturating_sub(rows / 2).min(lines.saturating_sub(rows))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;

    fn entry(group: &str, title: &str, note: &str, more: &str) -> Entry {
        Entry { group: group.into(), title: title.into(), note: note.into(), more: more.into() }
    }

    fn picker() -> Picker {
        Picker::new(vec![
            entry("Security", "Cloud security", "security.cloud", "云安全通知"),
            entry("Security", "Account alerts", "security.account", "账号安全"),
            entry("Service", "Contracts", "service.contract", "合同"),
        ])
    }

    fn press(picker: &mut Picker, actions: &[Action]) -> Pick {
        actions.iter().map(|action| picker.key(&Key::Action(*action))).last().unwrap_or(Pick::Unused)
    }

    fn drawn(picker: &Picker, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, 40, height);
        let mut buf = Buffer::empty(area);
        picker.draw(area, &mut buf, test_look(), Focus::Here, "pick a type");
        picker.draw_list(Rect { height: 1, ..area }, area, &mut buf, test_look());
        let row = |y| (0..area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect()
    }

    #[test]
    fn nothing_is_picked_before_somebody_says_so() {
        let mut picker = picker();
        assert_eq!(press(&mut picker, &[Action::Down]), Pick::Unused, "the list is closed");
        picker.open();
        press(&mut picker, &[Action::Down, Action::Close]);
        assert_eq!((picker.picked(), picker.is_open()), (None, false));
        picker.open();
        assert_eq!(press(&mut picker, &[Action::PageDown, Action::Up, Action::Accept]), Pick::Picked(1));
        assert_eq!((picker.picked(), picker.is_open()), (Some(1), false));
        assert!(drawn(&picker, 1)[0].starts_with("Account alerts        security.account ▾"));
    }

    #[test]
    fn typing_finds_by_title_id_group_and_the_other_language() {
        for (typed, index) in [("合同", 2), ("SECUR acc", 1), ("service.", 2), ("cloud", 0)] {
            let mut picker = picker();
            picker.open();
            picker.key(&Key::Paste(typed.into()));
            assert_eq!(press(&mut picker, &[Action::Accept]), Pick::Picked(index), "{typed}");
        }
        let mut picker = picker();
        picker.open();
        picker.key(&Key::Text('x'));
        assert_eq!(press(&mut picker, &[Action::Accept]), Pick::Stay);
        assert!(drawn(&picker, 9).iter().any(|line| line.contains("nothing matches")));
        press(&mut picker, &[Action::DeleteBack]);
        assert_eq!(press(&mut picker, &[Action::Accept]), Pick::Picked(0));
    }

    #[test]
    fn groups_head_their_entries() {
        let mut picker = picker();
        picker.open();
        let lines = drawn(&picker, 10);
        assert_eq!(lines[3], "│Security                              │");
        assert_eq!(lines[4], "│▸ Cloud security        security.cloud│");
        assert_eq!(lines[6], "│Service                               │");
        assert_eq!(lines[7], "│  Contracts           service.contract│");
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(x in 0..30_u16, y in 0..12_u16, width in 0..50_u16, height in 0..14_u16, downs in 0..5_usize, typed in "[a-z ]{0,3}") {
            let mut picker = picker();
            picker.open();
            picker.key(&Key::Paste(typed));
            press(&mut picker, &vec![Action::Down; downs]);
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            picker.draw(Rect::new(x, y, 12, 1), &mut buf, test_look(), Focus::Here, "");
            if let Some(cursor) = picker.draw_list(Rect::new(x, y, 12, 1), area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
