//! The keymap: which key does what where. One closed set of actions, one table of keys (`assets/keys.toml`); footer, help and
//! the README's table are made from both.
//!
//! A key resolves to an [`Action`] by the contexts that are in force together, the innermost first. A table in which a key would
//! mean two things at once, or that names what does not exist, is refused with the line. The keymap never executes anything.

mod action;
mod entries;
mod guide;
mod table;

pub use action::{Action, Context, Entry, Footer};
pub use guide::{Command, Enter, FooterKey, HelpLine, Meaning, Section};
pub use table::{KeysError, Stroke};

use crossterm::event::{KeyEvent, KeyEventKind};

/// The built-in table.
const BUILT_IN: &str = include_str!("../../assets/keys.toml");

/// All keys of all contexts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// One key of one action in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binding {
    context: Context,
    action: Action,
    stroke: Stroke,
    /// As written in the table.
    text: String,
}

/// What a key is to the screen in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Action(Action),
    /// A printable character for the field that has the focus.
    Text(char),
    /// A pasted text; it never counts as keys.
    Paste(String),
}

/// Whether a text field has the focus, so that printable keys are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    On,
    Off,
}

impl Keymap {
    /// The keys that are compiled in.
    ///
    /// # Panics
    /// Never in a build that passed its tests: one of them reads the built-in table.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the built-in keys are read by a test")
    }

    /// Reads a whole table of keys.
    ///
    /// # Errors
    /// Every mistake with its line.
    pub fn parse(toml_text: &str) -> Result<Self, Vec<KeysError>> {
        table::parse(toml_text).map(|bindings| Self { bindings })
    }

    /// The same keys, but those that an own table gives to the actions that it names.
    ///
    /// # Errors
    /// Every mistake of the own table with its line: what does not exist, and keys that would mean two things at once.
    pub fn with(self, toml_text: &str) -> Result<Self, Vec<KeysError>> {
        table::lay_over(self.bindings, toml_text).map(|bindings| Self { bindings })
    }

    /// What a key means while `contexts` are in force, innermost first. None for a key without a meaning here.
    #[must_use]
    pub fn resolve(&self, contexts: &[Context], typing: Typing, key: &KeyEvent) -> Option<Input> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let stroke = Stroke::from_event(key);
        match (typing, stroke.printable()) {
            (Typing::On, Some(character)) => Some(Input::Text(character)),
            (Typing::On | Typing::Off, _) => self.action(contexts, stroke).map(Input::Action),
        }
    }

    /// The keys of an action in a context, as written in the table.
    pub fn keys(&self, context: Context, action: Action) -> impl Iterator<Item = &str> {
        let of_it = move |binding: &&Binding| binding.context == context && binding.action == action;
        self.bindings.iter().filter(of_it).map(|binding| binding.text.as_str())
    }

    fn action(&self, contexts: &[Context], stroke: Stroke) -> Option<Action> {
        contexts.iter().find_map(|context| {
            let found =
                self.bindings.iter().find(|binding| binding.context == *context && binding.stroke == stroke);
            found.map(|binding| binding.action)
        })
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn resolve(stack: &[Context], typing: Typing, code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
        Keymap::built_in().resolve(stack, typing, &KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_key_means_what_the_innermost_context_says() {
        let enter = |stack| resolve(stack, Typing::Off, KeyCode::Enter, KeyModifiers::NONE);
        assert_eq!(enter(Context::Contacts.stack()), Some(Input::Action(Action::Modify)));
        assert_eq!(enter(Context::Outbox.stack()), Some(Input::Action(Action::Open)));
        assert_eq!(enter(Context::Form.stack()), Some(Input::Action(Action::Accept)));
    }

    #[test]
    fn capital_letters_are_other_keys_however_the_terminal_reports_them() {
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
            let resolved = resolve(Context::Contacts.stack(), Typing::Off, KeyCode::Char('S'), modifiers);
            assert_eq!(resolved, Some(Input::Action(Action::Reverse)));
        }
        let small = resolve(Context::Contacts.stack(), Typing::Off, KeyCode::Char('s'), KeyModifiers::NONE);
        assert_eq!(small, Some(Input::Action(Action::Sort)));
    }

    #[test]
    fn shift_tab_has_two_shapes() {
        for (code, modifiers) in
            [(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::Tab, KeyModifiers::SHIFT)]
        {
            let resolved = resolve(Context::Contacts.stack(), Typing::Off, code, modifiers);
            assert_eq!(resolved, Some(Input::Action(Action::PreviousTab)));
        }
    }

    #[test]
    fn while_typing_printable_keys_are_text() {
        let stack = Context::FormField.stack();
        for character in ['q', '?', ' ', '王'] {
            let resolved = resolve(stack, Typing::On, KeyCode::Char(character), KeyModifiers::NONE);
            assert_eq!(resolved, Some(Input::Text(character)));
        }
        let line_start = resolve(stack, Typing::On, KeyCode::Char('a'), KeyModifiers::CONTROL);
        assert_eq!(line_start, Some(Input::Action(Action::LineStart)));
    }

    #[test]
    fn letting_a_key_go_means_nothing() {
        let mut key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert_eq!(Keymap::built_in().resolve(Context::Contacts.stack(), Typing::Off, &key), None);
    }
}
