//! The theme: how each meaning looks. Widgets name a [`Role`], never a colour.
//!
//! The built-in themes use the 16 ANSI colours only, so they follow the palette of the terminal. None tells a state by colour
//! alone: whoever draws a state also writes its word or its mark.

mod own;

pub use own::{OwnTheme, ThemeError};
use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text that matters less.
    Dim,
    /// The name of the program or of a box.
    Title,
    Tab,
    ActiveTab,
    /// The border of a list or pane.
    Border,
    /// The border of the dialog in front.
    DialogBorder,
    /// The heads of columns.
    Header,
    /// The row under the cursor.
    SelectedRow,
    /// The mark of rows that were picked for a common action.
    Picked,
    /// It works, nothing to do.
    Good,
    /// Needs attention.
    Warning,
    /// Has failed.
    Bad,
    /// The label before a field.
    Label,
    Field,
    FocusedField,
    /// The choice under the cursor in an open drop-down.
    Choice,
    Button,
    FocusedButton,
    /// Why a field is wrong.
    Problem,
    /// What may help, below a field or in an empty list.
    Hint,
    /// A key in footer and help.
    Key,
    /// What the key does.
    KeyText,
    /// A message that something was done.
    Notice,
    /// A message that something was not done.
    Alarm,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 25] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Tab,
        Self::ActiveTab,
        Self::Border,
        Self::DialogBorder,
        Self::Header,
        Self::SelectedRow,
        Self::Picked,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Label,
        Self::Field,
        Self::FocusedField,
        Self::Choice,
        Self::Button,
        Self::FocusedButton,
        Self::Problem,
        Self::Hint,
        Self::Key,
        Self::KeyText,
        Self::Notice,
        Self::Alarm,
    ];

    /// The name in the file of an own theme.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Title => "title",
            Self::Tab => "tab",
            Self::ActiveTab => "active_tab",
            Self::Border => "border",
            Self::DialogBorder => "dialog_border",
            Self::Header => "header",
            Self::SelectedRow => "selected_row",
            Self::Picked => "picked",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Label => "label",
            Self::Field => "field",
            Self::FocusedField => "focused_field",
            Self::Choice => "choice",
            Self::Button => "button",
            Self::FocusedButton => "focused_button",
            Self::Problem => "problem",
            Self::Hint => "hint",
            Self::Key => "key",
            Self::KeyText => "key_text",
            Self::Notice => "notice",
            Self::Alarm => "alarm",
        }
    }

    /// Whether the role colours the ground behind text of other roles, such as a row or a field.
    #[must_use]
    pub const fn is_ground(self) -> bool {
        match self {
            Self::ActiveTab
            | Self::SelectedRow
            | Self::Field
            | Self::FocusedField
            | Self::Choice
            | Self::Button
            | Self::FocusedButton
            | Self::Notice
            | Self::Alarm => true,
            Self::Text
            | Self::Dim
            | Self::Title
            | Self::Tab
            | Self::Border
            | Self::DialogBorder
            | Self::Header
            | Self::Picked
            | Self::Good
            | Self::Warning
            | Self::Bad
            | Self::Label
            | Self::Problem
            | Self::Hint
            | Self::Key
            | Self::KeyText => false,
        }
    }
}

/// A style for every role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// The 16 ANSI colours on the terminal's own ground.
    #[default]
    Dark,
    /// The same for light grounds: no colour that is pale on white.
    Light,
    /// Nothing dim or pale; what has the focus, needs attention or has failed stands on a ground of its own.
    Contrast,
    /// As a file has it; read once, for as long as the program runs.
    Own(&'static OwnTheme),
    /// Bold, underline, dim and reverse only; for `NO_COLOR`.
    Mono,
    /// Every role has an indexed colour of its own, by which [`Theme::roles`] finds it again. For pictures of the screen that
    /// name roles.
    Traced,
}

impl Theme {
    /// Those that have a name.
    pub const BUILT_IN: [Self; 4] = [Self::Dark, Self::Light, Self::Mono, Self::Contrast];

    /// The name in the configuration.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
            Self::Contrast => "contrast",
            Self::Own(_) => "own",
            Self::Traced => "traced",
        }
    }

    /// How `role` looks.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        match self {
            Self::Dark => dark(role),
            Self::Light => light(role),
            Self::Contrast => contrast(role),
            Self::Own(own) => own.style(role),
            Self::Mono => mono(role),
            Self::Traced => traced(role),
        }
    }

    /// The roles with which a cell of this style was drawn by [`Theme::Traced`]: the text's, then the ground's.
    #[must_use]
    pub fn roles(style: Style) -> Vec<Role> {
        [style.fg, style.bg].into_iter().flatten().filter_map(role_of).collect()
    }
}

fn dark(role: Role) -> Style {
    let plain = Style::new();
    match role {
        // The terminal's own colour, named because words also stand in borders, whose colour lies behind them.
        Role::Text => plain.fg(Color::Reset),
        Role::Tab | Role::Button | Role::KeyText | Role::Label => plain,
        // Not a grey of the palette: some palettes have the ground's colour there.
        Role::Dim | Role::Hint => plain.fg(Color::Reset).add_modifier(Modifier::DIM),
        Role::Border => plain.fg(Color::DarkGray),
        Role::Title | Role::Header => plain.fg(Color::Reset).add_modifier(Modifier::BOLD),
        Role::ActiveTab | Role::SelectedRow | Role::Choice | Role::FocusedButton => {
            plain.add_modifier(Modifier::REVERSED)
        }
        Role::DialogBorder | Role::Picked => plain.fg(Color::Cyan),
        Role::Good => plain.fg(Color::Green),
        Role::Warning => plain.fg(Color::Yellow),
        Role::Bad | Role::Problem => plain.fg(Color::Red),
        Role::Field => plain.add_modifier(Modifier::UNDERLINED),
        Role::FocusedField => plain.fg(Color::Cyan).add_modifier(Modifier::UNDERLINED.union(Modifier::BOLD)),
        Role::Key => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Notice => plain.fg(Color::Green).add_modifier(Modifier::REVERSED),
        Role::Alarm => plain.fg(Color::Red).add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
    }
}

fn light(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::DialogBorder | Role::Picked => plain.fg(Color::Blue),
        // Yellow, cyan and light green are pale on white.
        Role::Warning => plain.fg(Color::Magenta),
        Role::FocusedField => plain.fg(Color::Blue).add_modifier(Modifier::UNDERLINED.union(Modifier::BOLD)),
        Role::Key => plain.fg(Color::Blue).add_modifier(Modifier::BOLD),
        Role::Text
        | Role::Dim
        | Role::Title
        | Role::Tab
        | Role::ActiveTab
        | Role::Border
        | Role::Header
        | Role::SelectedRow
        | Role::Good
        | Role::Bad
        | Role::Label
        | Role::Field
        | Role::Choice
        | Role::Button
        | Role::FocusedButton
        | Role::Problem
        | Role::Hint
        | Role::KeyText
        | Role::Notice
        | Role::Alarm => dark(role),
    }
}

fn contrast(role: Role) -> Style {
    let plain = Style::new();
    let on = |ground| plain.fg(Color::Black).bg(ground).add_modifier(Modifier::BOLD);
    match role {
        Role::Text | Role::Border | Role::Dim | Role::Hint => plain.fg(Color::Reset),
        Role::Tab | Role::Button | Role::KeyText | Role::Label => plain,
        Role::Title | Role::Header | Role::DialogBorder => {
            plain.fg(Color::Reset).add_modifier(Modifier::BOLD)
        }
        Role::Good | Role::Picked | Role::Key => plain.add_modifier(Modifier::BOLD),
        Role::Field => plain.add_modifier(Modifier::UNDERLINED),
        Role::ActiveTab | Role::SelectedRow | Role::Choice | Role::FocusedButton => {
            plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD))
        }
        Role::FocusedField => on(Color::Cyan),
        Role::Warning => on(Color::Yellow),
        Role::Notice => on(Color::Green),
        Role::Bad | Role::Problem | Role::Alarm => {
            plain.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD)
        }
    }
}

fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Tab | Role::Button | Role::KeyText | Role::Label | Role::Border | Role::Good => {
            plain
        }
        Role::Dim | Role::Hint => plain.add_modifier(Modifier::DIM),
        Role::Title | Role::Header | Role::DialogBorder | Role::Picked | Role::Key | Role::Warning => {
            plain.add_modifier(Modifier::BOLD)
        }
        Role::ActiveTab | Role::SelectedRow | Role::Choice | Role::FocusedButton | Role::Notice => {
            plain.add_modifier(Modifier::REVERSED)
        }
        Role::Bad | Role::Problem => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Field => plain.add_modifier(Modifier::UNDERLINED),
        Role::FocusedField => plain.add_modifier(Modifier::UNDERLINED.union(Modifier::BOLD)),
        Role::Alarm => plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
    }
}

/// The first indexed colour that stands for a role; those below are the terminal's palette.
const TRACE_BASE: u8 = 100;

fn traced(role: Role) -> Style {
    let index = Role::ALL.into_iter().position(|known| known == role).unwrap_or_default();
    let colour = Color::Indexed(TRACE_BASE + u8::try_from(index).unwrap_or_default());
    if role.is_ground() { Style::new().bg(colour) } else { Style::new().fg(colour) }
}

fn role_of(colour: Color) -> Option<Role> {
    let Color::Indexed(index) = colour else { return None };
    Role::ALL.get(usize::from(index.checked_sub(TRACE_BASE)?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traced_cell_names_its_roles() {
        let style = Theme::Traced.style(Role::SelectedRow).patch(Theme::Traced.style(Role::Good));
        assert_eq!(Theme::roles(style), [Role::Good, Role::SelectedRow]);
        for role in Role::ALL {
            assert_eq!(Theme::roles(Theme::Traced.style(role)), [role]);
        }
    }

    #[test]
    fn mono_has_no_colour() {
        for role in Role::ALL {
            let style = Theme::Mono.style(role);
            assert_eq!((style.fg, style.bg, style.underline_color), (None, None, None), "{role:?}");
        }
    }

    #[test]
    fn dark_and_light_leave_the_ground_to_the_terminal() {
        for role in Role::ALL {
            assert_eq!(Theme::Dark.style(role).bg, None, "{role:?}");
            assert_eq!(Theme::Light.style(role).bg, None, "{role:?}");
        }
    }

    #[test]
    fn contrast_has_nothing_dim_and_no_colour_without_its_ground() {
        for role in Role::ALL {
            let style = Theme::Contrast.style(role);
            assert!(!style.add_modifier.contains(Modifier::DIM), "{role:?}");
            let is_coloured = style.fg.is_some_and(|colour| colour != Color::Reset);
            assert_eq!(is_coloured, style.bg.is_some(), "{role:?}");
        }
    }

    #[test]
    fn focus_is_seen_in_every_theme() {
        for theme in [Theme::Dark, Theme::Light, Theme::Mono, Theme::Contrast, Theme::Traced] {
            for (focused, other) in [
                (Role::FocusedField, Role::Field),
                (Role::FocusedButton, Role::Button),
                (Role::SelectedRow, Role::Text),
                (Role::ActiveTab, Role::Tab),
                (Role::Choice, Role::Text),
                (Role::Problem, Role::Text),
                (Role::Alarm, Role::Notice),
            ] {
                assert_ne!(theme.style(focused), theme.style(other), "{theme:?} {focused:?}");
            }
        }
    }
}
