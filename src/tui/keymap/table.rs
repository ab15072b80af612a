//! Reads a table of keys: one table a context, one line an action, a list of keys.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use thiserror::Error;
use toml::Spanned;

use super::Binding;
use super::action::{Action, Context, Entry};

/// Why a table of keys cannot be used. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeysError {
    #[error("{0}")]
    Syntax(String),
    #[error("line {line}: there is no context '{name}'")]
    UnknownContext { line: usize, name: String },
    #[error("line {line}: there is no action '{name}' in '{context}'")]
    UnknownAction { line: usize, context: &'static str, name: String },
    #[error("line {line}: '{name}' is not a key")]
    UnknownKey { line: usize, name: String },
    /// The names read `context.action`.
    #[error("line {line}: '{key}' cannot mean both '{first}' (line {first_line}) and '{second}'")]
    Clash { line: usize, key: String, first: String, first_line: usize, second: String },
    /// An action that no key reaches.
    #[error("'{0}' has no key")]
    Unreachable(String),
}

/// A key with its modifiers, in the one shape to which all that terminals report is brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stroke {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Stroke {
    /// From what the terminal reports.
    #[must_use]
    pub fn from_event(key: &KeyEvent) -> Self {
        Self::new(key.code, key.modifiers)
    }

    /// The character that the key types, if it types one.
    #[must_use]
    pub fn printable(self) -> Option<char> {
        let KeyCode::Char(character) = self.code else { return None };
        (self.modifiers.is_empty() && !character.is_control()).then_some(character)
    }

    /// Shift is part of a character already; only some terminals report it.
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        if let KeyCode::Char(character) = code {
            let modifiers = modifiers.difference(KeyModifiers::SHIFT);
            let folded = match character {
                _ if modifiers.is_empty() => character,
                // One byte for all three, which is reported as the last.
                '_' | '/' | '7' if modifiers == KeyModifiers::CONTROL => '_',
                _ => character.to_ascii_lowercase(),
            };
            return Self { code: KeyCode::Char(folded), modifiers };
        }
        if code == KeyCode::BackTab || (code == KeyCode::Tab && modifiers.contains(KeyModifiers::SHIFT)) {
            return Self { code: KeyCode::BackTab, modifiers: modifiers.difference(KeyModifiers::SHIFT) };
        }
        Self { code, modifiers }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut characters = text.chars();
        if let (Some(character), None) = (characters.next(), characters.next()) {
            return Some(Self::new(KeyCode::Char(character), KeyModifiers::NONE));
        }
        let long = text.replace("pgup", "pageup").replace("pgdn", "pagedown");
        let combination = crokey::parse(&long).ok()?;
        match combination.codes {
            crokey::OneToThree::One(code) => Some(Self::new(code, combination.modifiers)),
            crokey::OneToThree::Two(..) | crokey::OneToThree::Three(..) => None,
        }
    }
}

type Table = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Vec<Spanned<String>>>>;

/// One key as it stands in the text.
struct Found {
    binding: Binding,
    line: usize,
}

/// All bindings in the order of the actions and, for each, of its keys.
pub(super) fn parse(text: &str) -> Result<Vec<Binding>, KeysError> {
    let table: Table =
        toml::from_str(text).map_err(|error| KeysError::Syntax(error.to_string().trim_end().to_owned()))?;
    let mut found = Vec::new();
    for (name, actions) in &table {
        let line = line_of(text, name);
        let unknown = || KeysError::UnknownContext { line, name: name.get_ref().clone() };
        let context = Context::ALL
            .into_iter()
            .find(|context| context.id() == Some(name.get_ref()))
            .ok_or_else(unknown)?;
        for (id, keys) in actions {
            read_action(text, context, id, keys, &mut found)?;
        }
    }
    found.sort_by_key(|found| found.line);
    check_clashes(&found)?;
    check_reach(&found)?;
    Ok(found.into_iter().map(|found| found.binding).collect())
}

fn read_action(
    text: &str,
    context: Context,
    id: &Spanned<String>,
    keys: &[Spanned<String>],
    found: &mut Vec<Found>,
) -> Result<(), KeysError> {
    let unknown = || KeysError::UnknownAction {
        line: line_of(text, id),
        context: context.id().unwrap_or_default(),
        name: id.get_ref().clone(),
    };
    let entry = context.entries().iter().find(|entry| entry.id == id.get_ref()).ok_or_else(unknown)?;
    for key in keys {
        let line = line_of(text, key);
        let unknown = || KeysError::UnknownKey { line, name: key.get_ref().clone() };
        let stroke = Stroke::parse(key.get_ref()).ok_or_else(unknown)?;
        let binding = Binding { context, action: entry.action, stroke, text: key.get_ref().clone() };
        found.push(Found { binding, line });
    }
    Ok(())
}

/// A key may have one meaning among the contexts that are in force together; the same action twice is no clash.
fn check_clashes(found: &[Found]) -> Result<(), KeysError> {
    for (index, second) in found.iter().enumerate() {
        for first in &found[..index] {
            let (one, other) = (&first.binding, &second.binding);
            let same_meaning = one.action == other.action && one.context != other.context;
            if one.stroke == other.stroke && !same_meaning && in_force_together(one.context, other.context) {
                return Err(KeysError::Clash {
                    line: second.line,
                    key: other.text.clone(),
                    first: name_of(one.context, one.action),
                    first_line: first.line,
                    second: name_of(other.context, other.action),
                });
            }
        }
    }
    Ok(())
}

fn check_reach(found: &[Found]) -> Result<(), KeysError> {
    for context in Context::ALL {
        for entry in context.entries() {
            let is_reached = found
                .iter()
                .any(|found| found.binding.context == context && found.binding.action == entry.action);
            if !is_reached {
                return Err(KeysError::Unreachable(name_of(context, entry.action)));
            }
        }
    }
    Ok(())
}

fn in_force_together(one: Context, other: Context) -> bool {
    Context::ALL.into_iter().any(|front| front.stack().contains(&one) && front.stack().contains(&other))
}

fn name_of(context: Context, action: Action) -> String {
    let id = |entry: &Entry| (entry.action == action).then_some(entry.id);
    let id = context.entries().iter().find_map(id).unwrap_or_default();
    format!("{}.{id}", context.id().unwrap_or_default())
}

fn line_of<T>(text: &str, spanned: &Spanned<T>) -> usize {
    let start = spanned.span().start.min(text.len());
    1 + text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::super::BUILT_IN;
    use super::*;

    fn error(from: &str, to: &str) -> String {
        let changed = BUILT_IN.replacen(from, to, 1);
        assert_ne!(changed, BUILT_IN);
        parse(&changed).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_table_is_right() {
        assert!(parse(BUILT_IN).unwrap().len() > 60);
    }

    #[test]
    fn a_clash_names_both_actions_and_their_lines() {
        let message = error("add = [\"a\"]", "add = [\"j\"]");
        assert!(
            message.contains("'j' cannot mean both 'lists.down'") && message.contains("and 'contacts.add'"),
            "{message}"
        );
        let line = BUILT_IN.lines().position(|line| line == "add = [\"a\"]").unwrap() + 1;
        assert!(message.starts_with(&format!("line {line}: ")), "{message}");
    }

    #[test]
    fn a_key_is_not_written_twice_for_one_action() {
        assert!(error("add = [\"a\"]", "add = [\"a\", \"a\"]").contains("cannot mean both"));
    }

    #[test]
    fn what_terminals_report_as_control_7_is_control_underscore() {
        for name in ["ctrl-_", "ctrl-/", "ctrl-7"] {
            let stroke = Stroke::parse(name).unwrap();
            assert_eq!(stroke, Stroke::new(KeyCode::Char('7'), KeyModifiers::CONTROL), "{name}");
        }
    }

    #[test]
    fn keys_of_contexts_that_never_meet_do_not_clash() {
        let message = BUILT_IN.replacen("test_mail = [\"t\"]", "test_mail = [\"a\"]", 1);
        assert!(parse(&message).is_ok());
    }

    #[test]
    fn what_does_not_exist_is_named_with_its_line() {
        assert!(error("add = [\"a\"]", "ad = [\"a\"]").ends_with("there is no action 'ad' in 'contacts'"));
        assert!(error("[outbox]", "[inbox]").ends_with("there is no context 'inbox'"));
        assert!(error("add = [\"a\"]", "add = [\"hyper-a\"]").ends_with("'hyper-a' is not a key"));
        assert!(error("add = [\"a\"]", "add = [\"a-b\"]").ends_with("'a-b' is not a key"));
        assert!(error("add = [\"a\"]", "add = \"a\"").contains("invalid type"));
    }

    #[test]
    fn an_action_without_a_key_is_refused() {
        assert_eq!(error("add = [\"a\"]", "add = []"), "'contacts.add' has no key");
    }
}
