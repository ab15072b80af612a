//! What people are told about the keys: the footer, the help and the README's table, all made from the one table.

use super::action::{Action, Context, Entry, Footer};
use super::{Keymap, Typing};
use crate::domain::columns::width;
use crate::domain::language::Language;
use crate::domain::say::plain;

/// A key in the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterKey {
    pub key: String,
    pub word: &'static str,
}

/// The keys of one context, for the help. Title and lines are in English; whoever shows them says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    pub lines: Vec<HelpLine>,
}

/// An action in the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    /// All keys with blanks between them.
    pub keys: String,
    pub help: &'static str,
}

/// An action that can be done somewhere, for the command palette; in English as in the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub action: Action,
    /// The name in the table of keys.
    pub id: &'static str,
    /// The title of the context that it belongs to.
    pub place: &'static str,
    /// All keys with blanks between them.
    pub keys: String,
    pub help: &'static str,
}

/// What an action of the footer means at the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What the context says.
    Usual,
    Other(Enter),
    /// It does nothing there, and is not shown.
    Nothing,
}

/// What accepting or opening does where it is something else than in the rest of the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enter {
    /// Open a closed list.
    Open,
    /// Close what is open.
    Fold,
    /// What the escape key does.
    Cancel,
    Skip,
    Send,
    Preview,
    Check,
    /// Turn to the other page.
    Turn,
    Export,
    /// Take over what may be meant.
    TakeOver,
    /// Go on with the text.
    ToTheText,
    /// What the button with the focus says.
    Press,
    /// Ask again another time.
    Later,
    /// To what lies behind, which stays as it is.
    Back,
}

impl Enter {
    pub const ALL: [Self; 14] = [
        Self::Open,
        Self::Fold,
        Self::Cancel,
        Self::Skip,
        Self::Send,
        Self::Preview,
        Self::Check,
        Self::Turn,
        Self::Export,
        Self::TakeOver,
        Self::ToTheText,
        Self::Press,
        Self::Later,
        Self::Back,
    ];

    /// The word in the footer, in English.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fold => "fold",
            Self::Cancel => "cancel",
            Self::Skip => "skip",
            Self::Send => "send",
            Self::Preview => "preview",
            Self::Check => "check",
            Self::Turn => "turn",
            Self::Export => "export",
            Self::TakeOver => "take over",
            Self::ToTheText => "to the text",
            Self::Press => "press",
            Self::Later => "later",
            Self::Back => "back",
        }
    }
}

/// Columns between two keys of the footer.
const GAP: usize = 2;

impl Keymap {
    /// The footer in `language` while `contexts` are in force: as much as fits into `columns`, the most important kept, by their places
    /// and then in the order of the contexts. A key that an inner context or a text field has taken is not shown. `means`
    /// tells what an action means at the focus.
    #[must_use]
    pub fn footer(
        &self,
        contexts: &[Context],
        typing: Typing,
        means: impl Fn(Action) -> Meaning,
        language: Language,
        columns: usize,
    ) -> Vec<FooterKey> {
        let mut keys = self.footer_candidates(contexts, typing);
        keys.retain_mut(|(_, action, key)| {
            let word = match means(*action) {
                Meaning::Usual => key.word,
                Meaning::Other(enter) => enter.word(),
                Meaning::Nothing => return false,
            };
            key.word = plain(language, word);
            true
        });
        let mut keys: Vec<(u8, FooterKey)> = keys.into_iter().map(|(rank, _, key)| (rank, key)).collect();
        while line_width(&keys) > columns {
            let Some(last) = keys.iter().map(|(rank, _)| *rank).max() else { break };
            let Some(index) = keys.iter().rposition(|(rank, _)| *rank == last) else { break };
            keys.remove(index);
        }
        keys.into_iter().map(|(_, key)| key).collect()
    }

    /// The help for what is in force, innermost first.
    #[must_use]
    pub fn sections(&self, contexts: &[Context]) -> Vec<Section> {
        let of = |context: &Context| {
            let lines =
                context.entries().iter().map(|entry| self.help_line(*context, entry)).collect::<Vec<_>>();
            (!lines.is_empty()).then_some(Section { title: context.title(), lines })
        };
        contexts.iter().filter_map(of).collect()
    }

    /// The help for everywhere else, in the order of the contexts.
    #[must_use]
    pub fn sections_elsewhere(&self, contexts: &[Context]) -> Vec<Section> {
        let others: Vec<Context> =
            Context::ALL.into_iter().filter(|context| !contexts.contains(context)).collect();
        self.sections(&others)
    }

    /// What can be done while `contexts` are in force, innermost first; an action is named by the innermost that has it.
    #[must_use]
    pub fn commands(&self, contexts: &[Context]) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        for context in contexts {
            for entry in context.entries() {
                if commands.iter().all(|command| command.action != entry.action) {
                    let HelpLine { keys, help } = self.help_line(*context, entry);
                    let (action, id, place) = (entry.action, entry.id, context.title());
                    commands.push(Command { action, id, place, keys, help });
                }
            }
        }
        commands
    }

    /// The README's table: one row a context.
    #[must_use]
    pub fn markdown_table(&self) -> String {
        let mut table = String::from("| where | keys |\n|---|---|\n");
        for context in Context::ALL {
            let lines: Vec<String> =
                context.entries().iter().map(|entry| self.markdown_entry(context, entry)).collect();
            if !lines.is_empty() {
                table.push_str(&format!("| {} | {} |\n", context.title(), lines.join(" · ")));
            }
        }
        table
    }

    fn footer_candidates(&self, contexts: &[Context], typing: Typing) -> Vec<(u8, Action, FooterKey)> {
        let mut keys = Vec::new();
        for context in contexts {
            for entry in context.entries() {
                let Footer::Shown { word, rank, place } = entry.footer else { continue };
                let first = self.bindings.iter().find(|binding| {
                    binding.context == *context
                        && binding.action == entry.action
                        && (typing == Typing::Off || binding.stroke.printable().is_none())
                        && self.action(contexts, binding.stroke) == Some(entry.action)
                });
                if let Some(binding) = first {
                    let key = FooterKey { key: binding.text.clone(), word };
                    keys.push((place, rank, entry.action, key));
                }
            }
        }
        keys.sort_by_key(|(place, ..)| *place);
        keys.into_iter().map(|(_, rank, action, key)| (rank, action, key)).collect()
    }

    fn help_line(&self, context: Context, entry: &Entry) -> HelpLine {
        let keys: Vec<&str> = self.keys(context, entry.action).collect();
        HelpLine { keys: keys.join(" "), help: entry.help }
    }

    fn markdown_entry(&self, context: Context, entry: &Entry) -> String {
        let keys: Vec<String> = self.keys(context, entry.action).map(|key| format!("`{key}`")).collect();
        format!("{} {}", keys.join(", "), entry.help)
    }
}

fn line_width(keys: &[(u8, FooterKey)]) -> usize {
    let texts: usize = keys.iter().map(|(_, key)| width(&key.key) + 1 + width(key.word)).sum();
    texts + GAP * keys.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footer(context: Context, typing: Typing, columns: usize) -> String {
        let usual = |_| Meaning::Usual;
        let keys = Keymap::built_in().footer(context.stack(), typing, usual, Language::En, columns);
        keys.iter().map(|key| format!("{} {}", key.key, key.word)).collect::<Vec<_>>().join("  ")
    }

    #[test]
    fn the_footer_keeps_what_matters_most() {
        assert_eq!(
            footer(Context::Contacts, Typing::Off, 120),
            "a add  enter modify  d delete  v verify  m types  h history  / filter  s sort  n new notice  ? help  q quit"
        );
        assert_eq!(
            footer(Context::Contacts, Typing::Off, 78),
            "a add  enter modify  d delete  v verify  m types  / filter  ? help  q quit"
        );
        assert_eq!(
            footer(Context::Matrix, Typing::Off, 78),
            "space tick  enter open  A column  R row  c copy  w who gets it  ? help  q quit"
        );
        assert_eq!(footer(Context::Contacts, Typing::Off, 38), "a add  enter modify  ? help  q quit");
        assert_eq!(footer(Context::Contacts, Typing::Off, 0), "");
    }

    #[test]
    fn while_typing_only_keys_that_are_no_text_are_shown() {
        assert_eq!(footer(Context::FormField, Typing::On, 80), "enter OK  tab next  esc cancel");
        assert_eq!(
            footer(Context::Form, Typing::Off, 80),
            "enter OK  tab next  space tick  esc cancel  ? help"
        );
    }

    #[test]
    fn what_accepting_does_at_the_focus_is_named() {
        let footer = |accept, columns| {
            let means = |action| if action == Action::Accept { accept } else { Meaning::Usual };
            let keys =
                Keymap::built_in().footer(Context::Form.stack(), Typing::Off, means, Language::En, columns);
            keys.iter().map(|key| format!("{} {}", key.key, key.word)).collect::<Vec<_>>().join("  ")
        };
        assert_eq!(
            footer(Meaning::Other(Enter::Open), 80),
            "enter open  tab next  space tick  esc cancel  ? help"
        );
        assert_eq!(footer(Meaning::Other(Enter::Open), 30), "enter open  esc cancel  ? help");
        assert_eq!(footer(Meaning::Other(Enter::Open), 29), "enter open  esc cancel");
        assert_eq!(footer(Meaning::Nothing, 80), "tab next  space tick  esc cancel  ? help");
    }

    #[test]
    fn the_table_for_the_readme_names_every_key() {
        let table = Keymap::built_in().markdown_table();
        assert!(
            table.contains("| contacts | `a` add a contact · `enter`, `e` modify the contact ·"),
            "{table}"
        );
        assert!(table.lines().all(|line| line.starts_with('|') && line.ends_with('|')));
    }

    #[test]
    fn an_action_is_one_command_named_by_the_innermost_context() {
        let commands = Keymap::built_in().commands(Context::OpenedNotice.stack());
        let back: Vec<_> = commands.iter().filter(|command| command.action == Action::Back).collect();
        assert_eq!(back.len(), 1);
        assert_eq!((back[0].place, back[0].keys.as_str()), ("opened notice", "esc"));
        assert!(commands.iter().any(|command| command.action == Action::Quit && command.keys == "q ctrl-c"));
    }

    #[test]
    fn help_here_and_elsewhere_is_all_of_it() {
        let keys = Keymap::built_in();
        let here = keys.sections(Context::Contacts.stack()).len();
        let elsewhere = keys.sections_elsewhere(Context::Contacts.stack()).len();
        let all = Context::ALL.iter().filter(|context| context.id().is_some()).count();
        assert_eq!(here + elsewhere, all);
    }

    #[test]
    fn the_help_begins_with_the_innermost_context() {
        let titles: Vec<_> = Keymap::built_in()
            .sections(Context::FormField.stack())
            .iter()
            .map(|section| section.title)
            .collect();
        assert_eq!(titles, ["forms", "text fields", "everywhere"]);
    }
}
