//! The command palette: everything that can be done where it was called, with its keys, found by typing. It is made from the
//! keymap and does nothing itself.
//!
//! ```text
//! ┌ Commands ──────────────────────────────────────┐
//! │/ veri                                          │
//! │Contacts                                        │
//! │▸ verification of the contact's address        v│
//! └────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::help::capitalised;
use crate::tui::effect::MouseMode;
use crate::tui::keymap::{Action, Context, Input};
use crate::tui::look::Look;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::picker::{Entry, Pick, Picker};
use crate::tui::widgets::{beside, write};

/// The least width of the list, borders included, where there is room.
const COLUMNS: u16 = 78;

/// The palette while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    picker: Picker,
    /// What each entry does, in the order of the entries.
    orders: Vec<Order>,
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Act(Action),
    /// Look like this from now on.
    Wear(Theme),
}

/// What an input was to the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaletteOutcome {
    Stay,
    Close,
    /// Close, then do it.
    Do(Order),
}

/// What the action does now.
fn title(action: Action, help: &'static str, mouse: MouseMode) -> &'static str {
    match (action == Action::Mouse, mouse) {
        (true, MouseMode::On) => "switch the mouse off; it is on",
        (true, MouseMode::Off) => "switch the mouse on; it is off",
        (false, _) => help,
    }
}

impl Palette {
    /// What can be done while `context` is in force.
    #[must_use]
    pub fn new(context: Context, mouse: MouseMode, themes: &[Theme], look: &Look<'_>) -> Self {
        let (mut entries, mut orders) = (Vec::new(), Vec::new());
        for command in look.keys.commands(context.stack()) {
            if command.action == Action::Palette {
                continue;
            }
            entries.push(Entry {
                group: capitalised(command.place),
                title: title(command.action, command.help, mouse).to_owned(),
                note: command.keys,
                more: command.id.replace('_', " "),
            });
            orders.push(Order::Act(command.action));
        }
        for theme in themes {
            let id = theme.id();
            let note = if *theme == look.theme { "in force" } else { "" };
            entries.push(Entry {
                group: "Themes".to_owned(),
                title: format!("theme {id}"),
                note: note.to_owned(),
                more: "colours look".to_owned(),
            });
            orders.push(Order::Wear(*theme));
        }
        let mut picker = Picker::new(entries);
        picker.open();
        Self { picker, orders }
    }

    /// One key.
    pub fn input(&mut self, input: &Input) -> PaletteOutcome {
        match self.picker.key(input) {
            Pick::Picked(index) => {
                self.orders.get(index).map_or(PaletteOutcome::Close, |order| PaletteOutcome::Do(*order))
            }
            Pick::Stay | Pick::Unused if self.picker.is_open() => PaletteOutcome::Stay,
            Pick::Stay | Pick::Unused => PaletteOutcome::Close,
        }
    }

    /// Draws the palette at the top of `area`. Returns the caret's place in the search.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        // The list stands below a field; this one has none.
        let field = Rect {
            x: area.x + (area.width - columns) / 2,
            y: area.y.saturating_sub(1),
            width: columns,
            height: 1,
        };
        let caret = self.picker.draw_list(field, area, buf, look)?;
        let border = Rect { y: caret.y.saturating_sub(1), height: 1, ..field };
        write(beside(border, 2), buf, Span::styled(" Commands ", look.style(Role::Title)));
        Some(caret)
    }
}
