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
use crate::domain::language::Language;
use crate::domain::say::{plain, say};
use crate::tui::effect::MouseMode;
use crate::tui::keymap::{Action, Context, Input};
use crate::tui::look::Look;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::picker::{Entry, Pick, Picker};
use crate::tui::widgets::{beside, write};

/// The least width of the list, borders included, where there is room.
const COLUMNS: u16 = 76;

/// The palette while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    /// Where it was called.
    context: Context,
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
fn title(action: Action, help: &'static str, mouse: MouseMode, language: Language) -> String {
    match (action, mouse) {
        (Action::Mouse, MouseMode::On) => say!(language, "switch the mouse off; it is on").to_owned(),
        (Action::Mouse, MouseMode::Off) => say!(language, "switch the mouse on; it is off").to_owned(),
        (Action::Language, _) => {
            say!(language, "switch the language to {name}", name = language.next().own_name())
        }
        (_, _) => plain(language, help).to_owned(),
    }
}

/// A text in every language: what is searched is found in each.
fn in_all(text: &'static str) -> String {
    Language::ALL.map(|language| plain(language, text)).join(" ")
}

impl Palette {
    /// What can be done while `context` is in force.
    #[must_use]
    pub fn new(context: Context, mouse: MouseMode, themes: &[Theme], look: &Look<'_>) -> Self {
        let (entries, orders) = commands(context, mouse, themes, look);
        let mut picker = Picker::new(entries);
        picker.open();
        Self { context, picker, orders }
    }

    /// Says everything anew; what is searched and where the bar is stays.
    pub fn say_anew(&mut self, mouse: MouseMode, themes: &[Theme], look: &Look<'_>) {
        let (entries, orders) = commands(self.context, mouse, themes, look);
        self.picker.say_anew(entries);
        self.orders = orders;
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
        let caret = self.picker.draw_list(field, Rect { x: field.x, width: columns, ..area }, buf, look)?;
        let border = Rect { y: area.y, height: 1, ..if look.marks.is_spoken() { area } else { field } };
        write(
            beside(border, 1),
            buf,
            Span::styled(format!(" {} ", say!(look.language, "Commands")), look.style(Role::Title)),
        );
        Some(caret)
    }
}

/// The entries and what each does.
fn commands(
    context: Context,
    mouse: MouseMode,
    themes: &[Theme],
    look: &Look<'_>,
) -> (Vec<Entry>, Vec<Order>) {
    let language = look.language;
    let (mut entries, mut orders) = (Vec::new(), Vec::new());
    for command in look.keys.commands(context.stack()) {
        if command.action == Action::Palette {
            continue;
        }
        entries.push(Entry {
            group: capitalised(plain(language, command.place)),
            title: title(command.action, command.help, mouse, language),
            note: command.keys,
            more: [command.id.replace('_', " "), in_all(command.place), in_all(command.help)].join(" "),
        });
        orders.push(Order::Act(command.action));
    }
    for theme in themes {
        let id = theme.id();
        let note = if *theme == look.theme { say!(language, "in force") } else { "" };
        entries.push(Entry {
            group: say!(language, "Themes").to_owned(),
            title: say!(language, "theme {name}", name = plain(language, id)),
            note: note.to_owned(),
            more: format!("colours look theme {}", in_all(id)),
        });
        orders.push(Order::Wear(*theme));
    }
    (entries, orders)
}
