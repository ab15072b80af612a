//! Own themes: a file with a line for each role that is to look different from a built-in theme.
//!
//! ```toml
//! base = "light"
//! selected_row = "black on yellow bold"
//! key = "#005f87 bold"
//! ```

use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

use super::{Role, Theme};
use crate::domain::nearest::nearest;
use crate::domain::safe_text::{Safe, safe};

/// A style for every role, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnTheme {
    styles: [Style; Role::ALL.len()],
}

/// A mistake in the file of a theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeError {
    /// From 1.
    pub line: usize,
    /// What is wrong, in words that are safe to show.
    pub words: String,
}

/// Pairs that must not look the same: else nobody sees where the focus is, or what is wrong.
const APART: [(Role, Role); 6] = [
    (Role::SelectedRow, Role::Text),
    (Role::Choice, Role::Text),
    (Role::ActiveTab, Role::Tab),
    (Role::FocusedField, Role::Field),
    (Role::FocusedButton, Role::Button),
    (Role::Problem, Role::Text),
];

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The palette of the terminal, and `default` for what it draws without a colour.
const COLOURS: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark_gray", Color::DarkGray),
    ("light_red", Color::LightRed),
    ("light_green", Color::LightGreen),
    ("light_yellow", Color::LightYellow),
    ("light_blue", Color::LightBlue),
    ("light_magenta", Color::LightMagenta),
    ("light_cyan", Color::LightCyan),
    ("white", Color::White),
];

impl OwnTheme {
    /// How `role` looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let at = Role::ALL.into_iter().position(|known| known == role);
        at.map(|at| self.styles[at]).unwrap_or_default()
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Every mistake with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<ThemeError>> {
        let (document, faults) = DeTable::parse_recoverable(text);
        let line = |start: usize| {
            1 + text.as_bytes()[..start.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
        };
        let mut errors: Vec<ThemeError> = faults
            .iter()
            .map(|fault| ThemeError {
                line: line(fault.span().map_or(0, |span| span.start)),
                words: format!("this is not TOML: {}", safe(fault.message())),
            })
            .collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let table = document.get_ref();
        let mut base = Theme::Dark;
        let mut changes = Vec::new();
        for (name, value) in table {
            let (id, start) = (name.get_ref().as_ref(), name.span().start);
            let read = match value.get_ref() {
                DeValue::String(words) if id == "base" => built_in(words).map(|theme| base = theme),
                DeValue::String(words) => role(id).and_then(|role| {
                    let style = style(words)?;
                    changes.push((role, style, line(start)));
                    Ok(())
                }),
                DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_)
                | DeValue::Table(_) => {
                    role(id).and_then(|_| Err(format!("'{}' is no text in quotes", Safe(id))))
                }
            };
            if let Err(words) = read {
                errors.push(ThemeError { line: line(start), words });
            }
        }
        let mut theme = Self { styles: Role::ALL.map(|role| base.style(role)) };
        for (role, style, _) in &changes {
            if let Some(at) = Role::ALL.into_iter().position(|known| known == *role) {
                theme.styles[at] = *style;
            }
        }
        if errors.is_empty() {
            errors.extend(theme.confusions(&changes));
        }
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() { Ok(theme) } else { Err(errors) }
    }

    fn confusions(&self, changes: &[(Role, Style, usize)]) -> Vec<ThemeError> {
        let same = APART.into_iter().filter(|(one, other)| self.style(*one) == self.style(*other));
        let error = |(one, other): (Role, Role)| {
            let of_them = changes.iter().filter(|(role, ..)| *role == one || *role == other);
            let at = of_them.map(|(.., line)| *line).max();
            let words = format!("'{}' looks like '{}'", one.id(), other.id());
            ThemeError { line: at.unwrap_or(1), words }
        };
        same.map(error).collect()
    }
}

fn built_in(name: &str) -> Result<Theme, String> {
    let known = Theme::BUILT_IN.into_iter().find(|theme| theme.id() == name);
    known.ok_or_else(|| {
        let names = Theme::BUILT_IN.map(Theme::id).join(", ");
        format!("'base' is '{}', which is not one of {names}", Safe(name))
    })
}

fn role(id: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.id() == id).ok_or_else(|| {
        let words = format!("there is no role '{}'", Safe(id));
        match nearest(id, Role::ALL.iter().map(|role| role.id())).first() {
            Some(near) => format!("{words}; did you mean '{near}'?"),
            None => words,
        }
    })
}

/// Colours and modifiers by their names: `red`, `black on yellow bold`, `on 236`, `#005f87`.
fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        if word == "on" {
            let ground = words.next().ok_or("a colour is missing behind 'on'")?;
            style = style.bg(colour(ground)?);
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else {
            style = style.fg(colour(word)?);
        }
    }
    Ok(style)
}

fn colour(word: &str) -> Result<Color, String> {
    if let Some((_, colour)) = COLOURS.iter().find(|(name, _)| *name == word) {
        return Ok(*colour);
    }
    if let Ok(index) = word.parse() {
        return Ok(Color::Indexed(index));
    }
    let hexadecimal = word.strip_prefix('#').filter(|digits| digits.len() == 6);
    if let Some(number) = hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        let [_, red, green, blue] = number.to_be_bytes();
        return Ok(Color::Rgb(red, green, blue));
    }
    let known = COLOURS.iter().map(|(name, _)| *name).chain(MODIFIERS.iter().map(|(name, _)| *name));
    let words = format!("'{}' is no colour", Safe(word));
    Err(match nearest(word, known).first() {
        Some(near) => format!("{words}; did you mean '{near}'?"),
        None => format!("{words}; colours are names such as 'red', 0 to 255, and '#rrggbb'"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        let errors = OwnTheme::parse(text).unwrap_err();
        errors.into_iter().map(|error| format!("{}: {}", error.line, error.words)).collect()
    }

    #[test]
    fn it_differs_from_its_base_in_what_it_names() {
        let own = OwnTheme::parse("base = 'light'\nkey = '#005f87 bold on 236'\ngood = 'default'\n").unwrap();
        let key = Style::new().fg(Color::Rgb(0, 0x5f, 0x87)).bg(Color::Indexed(236));
        assert_eq!(own.style(Role::Key), key.add_modifier(Modifier::BOLD));
        assert_eq!(own.style(Role::Good), Style::new().fg(Color::Reset));
        assert_eq!(own.style(Role::Bad), Theme::Light.style(Role::Bad));
        let empty = OwnTheme::parse("").unwrap();
        assert!(Role::ALL.into_iter().all(|role| empty.style(role) == Theme::Dark.style(role)));
    }

    #[test]
    fn all_mistakes_are_told_with_their_lines() {
        assert_eq!(
            mistakes(
                "base = 'drak'\nkeey = 'red'\ngood = 'gren'\nbad = 'red on'\ntitle = 1\ntab = '#12345'\n"
            ),
            [
                "1: 'base' is 'drak', which is not one of dark, light, mono, contrast",
                "2: there is no role 'keey'; did you mean 'key'?",
                "3: 'gren' is no colour; did you mean 'green'?",
                "4: a colour is missing behind 'on'",
                "5: 'title' is no text in quotes",
                "6: '#12345' is no colour; colours are names such as 'red', 0 to 255, and '#rrggbb'",
            ]
        );
        assert!(mistakes("key = [")[0].starts_with("1: this is not TOML"));
    }

    #[test]
    fn what_must_be_told_apart_may_not_look_the_same() {
        assert_eq!(
            mistakes("text = 'blue'\nselected_row = 'blue'\n"),
            ["2: 'selected_row' looks like 'text'"]
        );
    }
}
