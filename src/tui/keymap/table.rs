//! Reads tables of keys: one table a context, one line an action, a list of keys. An own table is laid over the built-in one:
//! an action that it names has the keys that it gives, all others keep theirs.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Binding;
use super::action::{Action, Context, Entry};
use crate::domain::columns::width;
use crate::domain::nearest::nearest;
use crate::domain::safe_text::{Safe, safe};

/// A mistake in a table of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysError {
    /// In the table that is read, from 1.
    pub line: usize,
    /// What is wrong, in words that are safe to show.
    pub words: String,
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.words)
    }
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
            let folded = match character.to_ascii_lowercase() {
                _ if modifiers.is_empty() => character,
                // Terminals send the same for these as for tab, enter and escape.
                'i' if modifiers == KeyModifiers::CONTROL => {
                    return Self { code: KeyCode::Tab, modifiers: KeyModifiers::NONE };
                }
                'm' if modifiers == KeyModifiers::CONTROL => {
                    return Self { code: KeyCode::Enter, modifiers: KeyModifiers::NONE };
                }
                '[' if modifiers == KeyModifiers::CONTROL => {
                    return Self { code: KeyCode::Esc, modifiers: KeyModifiers::NONE };
                }
                // One byte for all three, which is reported as the last.
                '_' | '/' | '7' if modifiers == KeyModifiers::CONTROL => '_',
                small => small,
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
            // The key is shown as it is written.
            if width(text) == 0 || safe(text) != text {
                return None;
            }
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

/// One key of a table.
struct Found {
    binding: Binding,
    place: Place,
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    BuiltIn,
    /// In the table that is read, from 1.
    Line(usize),
}

/// All bindings of a whole table, in its order.
///
/// # Errors
/// Every mistake.
pub(super) fn parse(text: &str) -> Result<Vec<Binding>, Vec<KeysError>> {
    lay_over(Vec::new(), text)
}

/// The bindings of `base` with those of an own table in the place of what it names.
///
/// # Errors
/// Every mistake in the own table.
pub(super) fn lay_over(base: Vec<Binding>, text: &str) -> Result<Vec<Binding>, Vec<KeysError>> {
    let mut reading = Reading { text, found: Vec::new(), named: Vec::new(), errors: Vec::new() };
    reading.read();
    let Reading { mut found, named, mut errors, .. } = reading;
    let kept = base
        .into_iter()
        .filter(|binding| !named.contains(&(binding.context, binding.action)))
        .map(|binding| Found { binding, place: Place::BuiltIn });
    found.splice(0..0, kept);
    found.sort_by_key(|found| found.place);
    // What was not understood may be what is missing or in the way.
    if errors.is_empty() {
        errors.extend(clashes(&found));
        errors.extend(unreachable(&found, text));
    }
    errors.sort_by_key(|error| error.line);
    if errors.is_empty() { Ok(found.into_iter().map(|found| found.binding).collect()) } else { Err(errors) }
}

/// A table while it is read.
struct Reading<'a> {
    text: &'a str,
    found: Vec<Found>,
    /// Actions that the table names.
    named: Vec<(Context, Action)>,
    errors: Vec<KeysError>,
}

impl Reading<'_> {
    fn read(&mut self) {
        let (document, faults) = DeTable::parse_recoverable(self.text);
        for fault in &faults {
            let start = fault.span().map_or(0, |span| span.start);
            self.refuse(start, format!("this is not TOML: {}", safe(fault.message())));
        }
        // What stands in a torn table is a guess.
        if !faults.is_empty() {
            return;
        }
        for (name, actions) in document.get_ref() {
            let start = name.span().start;
            let Some(context) =
                Context::ALL.into_iter().find(|context| context.id() == Some(name.get_ref().as_ref()))
            else {
                let known = Context::ALL.into_iter().filter_map(Context::id);
                let words = format!("there is no context '{}'", Safe(name.get_ref()));
                self.refuse(start, with_nearest(words, name.get_ref(), known));
                continue;
            };
            match actions.get_ref() {
                DeValue::Table(actions) => {
                    for (id, keys) in actions {
                        self.read_action(context, id, keys);
                    }
                }
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_) => {
                    self.refuse(start, format!("'{}' is a context and has actions", Safe(name.get_ref())))
                }
            }
        }
    }

    fn read_action(
        &mut self,
        context: Context,
        id: &Spanned<std::borrow::Cow<'_, str>>,
        keys: &Spanned<DeValue<'_>>,
    ) {
        let (name, start) = (id.get_ref().as_ref(), id.span().start);
        let Some(entry) = context.entries().iter().find(|entry| entry.id == name) else {
            let words =
                format!("there is no action '{}' in '{}'", Safe(name), context.id().unwrap_or_default());
            let known = context.entries().iter().map(|entry| entry.id);
            return self.refuse(start, with_nearest(words, name, known));
        };
        self.named.push((context, entry.action));
        let full = name_of(context, entry.action);
        let DeValue::Array(keys) = keys.get_ref() else {
            return self.refuse(start, format!("'{full}' is no list of keys"));
        };
        if keys.is_empty() {
            self.refuse(start, format!("'{full}' has no key"));
        }
        for key in keys {
            let start = key.span().start;
            let DeValue::String(text) = key.get_ref() else {
                self.refuse(start, format!("'{full}' has a key that is no text in quotes"));
                continue;
            };
            match Stroke::parse(text) {
                None => self.refuse(start, format!("'{}' is not a key", Safe(text))),
                Some(stroke) if context.is_for_typing() && stroke.printable().is_some() => {
                    self.refuse(start, format!("'{}' is text where '{full}' can be done", Safe(text)));
                }
                Some(stroke) => {
                    let text = text.to_string();
                    let binding = Binding { context, action: entry.action, stroke, text };
                    self.found.push(Found { binding, place: Place::Line(line_of(self.text, start)) });
                }
            }
        }
    }

    fn refuse(&mut self, start: usize, words: String) {
        self.errors.push(KeysError { line: line_of(self.text, start), words });
    }
}

/// A key may have one meaning among the contexts that are in force together; the same action twice is no clash. Both names and
/// lines are told.
fn clashes(found: &[Found]) -> Vec<KeysError> {
    let mut errors = Vec::new();
    for (index, second) in found.iter().enumerate() {
        let Place::Line(line) = second.place else { continue };
        let clash = found[..index].iter().find(|first| {
            let (one, other) = (&first.binding, &second.binding);
            let is_same = one.action == other.action && one.context != other.context;
            one.stroke == other.stroke && !is_same && in_force_together(one.context, other.context)
        });
        if let Some(first) = clash {
            let place = match first.place {
                Place::BuiltIn => "built in".to_owned(),
                Place::Line(line) => format!("line {line}"),
            };
            let key = &second.binding.text;
            let [one, other] =
                [first, second].map(|found| name_of(found.binding.context, found.binding.action));
            let words = format!("'{key}' cannot mean both '{one}' ({place}) and '{other}'");
            errors.push(KeysError { line, words });
        }
    }
    errors
}

/// Actions that no key reaches; only a table that is not laid over another can leave one out.
fn unreachable(found: &[Found], text: &str) -> Vec<KeysError> {
    let mut errors = Vec::new();
    for context in Context::ALL {
        for entry in context.entries() {
            let is_reached = found
                .iter()
                .any(|found| found.binding.context == context && found.binding.action == entry.action);
            if !is_reached {
                let words = format!("'{}' has no key", name_of(context, entry.action));
                errors.push(KeysError { line: line_of(text, text.len()), words });
            }
        }
    }
    errors
}

fn with_nearest<'a>(words: String, wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(wanted, known).first() {
        Some(near) => format!("{words}; did you mean '{near}'?"),
        None => words,
    }
}

fn in_force_together(one: Context, other: Context) -> bool {
    Context::ALL.into_iter().any(|front| front.stack().contains(&one) && front.stack().contains(&other))
}

fn name_of(context: Context, action: Action) -> String {
    let id = |entry: &Entry| (entry.action == action).then_some(entry.id);
    let id = context.entries().iter().find_map(id).unwrap_or_default();
    format!("{}.{id}", context.id().unwrap_or_default())
}

/// The line of a place in bytes, from 1.
fn line_of(text: &str, start: usize) -> usize {
    1 + text.as_bytes()[..start.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::super::BUILT_IN;
    use super::*;

    fn error(from: &str, to: &str) -> String {
        let changed = BUILT_IN.replacen(from, to, 1);
        assert_ne!(changed, BUILT_IN);
        parse(&changed).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn own(text: &str) -> Result<Vec<Binding>, Vec<String>> {
        let laid = lay_over(parse(BUILT_IN).unwrap(), text);
        laid.map_err(|errors| errors.iter().map(ToString::to_string).collect())
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
    fn what_terminals_report_as_the_same_key_is_the_same() {
        for name in ["ctrl-_", "ctrl-/", "ctrl-7"] {
            let stroke = Stroke::parse(name).unwrap();
            assert_eq!(stroke, Stroke::new(KeyCode::Char('7'), KeyModifiers::CONTROL), "{name}");
        }
        for (name, code) in [("ctrl-i", KeyCode::Tab), ("ctrl-M", KeyCode::Enter)] {
            assert_eq!(Stroke::parse(name).unwrap(), Stroke::new(code, KeyModifiers::NONE), "{name}");
        }
    }

    #[test]
    fn keys_of_contexts_that_never_meet_do_not_clash() {
        let message = BUILT_IN.replacen("test_mail = [\"t\"]", "test_mail = [\"a\"]", 1);
        assert!(parse(&message).is_ok());
    }

    #[test]
    fn what_does_not_exist_is_named_with_its_line() {
        assert!(error("add = [\"a\"]", "ad = [\"a\"]").contains("there is no action 'ad' in 'contacts'"));
        assert!(error("[outbox]", "[inbox]").contains("there is no context 'inbox'"));
        for bad in ["hyper-a", "a-b", "", "\\u202e", "\\u0301", "\\u0007"] {
            let message = error("add = [\"a\"]", &format!("add = [\"{bad}\"]"));
            assert!(message.ends_with("' is not a key"), "{message}");
        }
        assert!(error("add = [\"a\"]", "add = \"a\"").ends_with("'contacts.add' is no list of keys"));
        assert!(error("add = [\"a\"]", "add = [1]").ends_with("a key that is no text in quotes"));
        assert!(error("[contacts]", "[contacts").contains("this is not TOML"));
    }

    #[test]
    fn an_action_without_a_key_is_refused() {
        assert!(error("add = [\"a\"]", "add = []").ends_with("'contacts.add' has no key"));
        assert!(error("add = [\"a\"]", "").ends_with("'contacts.add' has no key"));
    }

    #[test]
    fn an_own_table_changes_what_it_names_and_nothing_else() {
        let bindings = own("[contacts]\nadd = [\"+\", \"insert\"]\n").unwrap();
        let keys = |action| {
            let of_it = bindings.iter().filter(|binding| binding.context == Context::Contacts);
            of_it.filter(|binding| binding.action == action).map(|b| b.text.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(keys(Action::Add), ["+", "insert"]);
        assert_eq!(keys(Action::Modify), ["enter", "e"]);
        assert_eq!(own("").unwrap(), parse(BUILT_IN).unwrap());
    }

    #[test]
    fn keys_can_change_places() {
        assert!(own("[contacts]\nadd = [\"d\"]\ndelete = [\"a\"]\n").is_ok());
    }

    #[test]
    fn all_mistakes_of_an_own_table_are_told_at_once() {
        let text = "[contacts]\nadd = [\"hyper-a\"]\ndelet = [\"d\"]\n[outbx]\n[field]\nleft = [\"h\"]\n";
        assert_eq!(
            own(text).unwrap_err(),
            [
                "line 2: 'hyper-a' is not a key",
                "line 3: there is no action 'delet' in 'contacts'; did you mean 'delete'?",
                "line 4: there is no context 'outbx'; did you mean 'outbox'?",
                "line 6: 'h' is text where 'field.left' can be done",
            ]
        );
        let text = "[contacts]\nadd = [\"j\"]\ndelete = [\"Q\"]\nmodify = [\"Q\"]\n";
        assert_eq!(
            own(text).unwrap_err(),
            [
                "line 2: 'j' cannot mean both 'lists.down' (built in) and 'contacts.add'",
                "line 4: 'Q' cannot mean both 'contacts.delete' (line 3) and 'contacts.modify'",
            ]
        );
    }
}
