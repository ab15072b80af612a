//! The configuration file: from TOML to a value and a line for every known key, and a mistake for everything else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Origin};
use super::key::{self, KEYS};
use crate::domain::nearest::nearest;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, saying};

/// A value as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    Text(String),
    Integer(i64),
    Boolean(bool),
    /// A list of texts.
    List(Vec<String>),
    /// Something that no key takes, by its name in TOML.
    Other(&'static str),
}

/// What a file holds, by the names of the keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entries {
    pub values: BTreeMap<&'static str, (Raw, usize)>,
    pub errors: Vec<ConfigError>,
}

impl Raw {
    /// What it is, for a message that must not repeat it.
    #[must_use]
    pub fn kind(&self) -> Said {
        match self {
            Self::Text(_) => saying!("a text"),
            Self::Integer(_) => saying!("a number"),
            Self::Boolean(_) => saying!("true or false"),
            Self::List(_) => saying!("a list"),
            Self::Other(kind) => Said::foreign(*kind),
        }
    }
}

/// Reads the text of a file. `path` is only for messages.
#[must_use]
pub fn read(text: &str, path: &Path) -> Entries {
    let (document, faults) = DeTable::parse_recoverable(text);
    let mut walk = Walk { text, path, entries: Entries::default() };
    for fault in &faults {
        // What TOML itself refuses can hold anything, so only the parser's own words are repeated.
        let line = fault.span().map_or(1, |span| walk.line(span.start));
        let message = saying!("this is not TOML: {why}", why = safe(fault.message()).into_owned());
        walk.entries.errors.push(ConfigError {
            origin: walk.origin(line),
            key: None,
            message,
            nearest: None,
        });
    }
    // Keys of a file that is no TOML may be torn; what would be said about them is a guess.
    if faults.is_empty() {
        walk.table("", document.get_ref());
    }
    walk.entries
}

struct Walk<'a> {
    text: &'a str,
    path: &'a Path,
    entries: Entries,
}

impl Walk<'_> {
    fn table(&mut self, section: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let line = self.line(name.span().start);
            let full = if section.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{section}.{}", name.get_ref())
            };
            match (key::find(&full), value.get_ref()) {
                (Some(key), value) => {
                    self.entries.values.insert(key.name, (raw(value), line));
                }
                (None, DeValue::Table(inner)) if key::is_section(&full) => self.table(&full, inner),
                (None, _) if key::is_section(&full) => {
                    self.refuse(line, full, saying!("is a section, not a key"), None);
                }
                (None, value) => {
                    let near = nearest_name(&full, value.is_table());
                    let message = match value.is_table() {
                        true => saying!("is not a section"),
                        false => saying!("is not a key"),
                    };
                    self.refuse(line, full, message, near);
                }
            }
        }
    }

    fn refuse(&mut self, line: usize, key: String, message: Said, nearest: Option<String>) {
        let origin = self.origin(line);
        self.entries.errors.push(ConfigError { origin, key: Some(key), message, nearest });
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::File { path: PathBuf::from(self.path), line }
    }

    /// The line of a byte, from 1.
    fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

/// A section is most likely a section; a key may also have lost its section.
fn nearest_name(wanted: &str, is_section: bool) -> Option<String> {
    let sections = KEYS.iter().filter_map(|key| Some(key.name.rsplit_once('.')?.0));
    let keys = KEYS.iter().map(|key| key.name);
    let found = if is_section { nearest(wanted, sections) } else { nearest(wanted, keys) };
    found.first().map(|name| (*name).to_owned())
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str();
            i64::from_str_radix(digits, number.radix())
                .map_or(Raw::Other("a number out of range"), Raw::Integer)
        }
        DeValue::Boolean(is_true) => Raw::Boolean(*is_true),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
            texts.map_or(Raw::Other("a list of other things than texts"), Raw::List)
        }
        DeValue::Float(_) => Raw::Other("a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date"),
        DeValue::Table(_) => Raw::Other("a table"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let entries = read(text, Path::new("c.toml"));
        entries.errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_unknown_name_is_found_with_its_line_and_the_nearest() {
        let text = "databse = 'a'\nport = 1\n[mail]\nhsot = 'a'\n\n[mail.dkmi]\nx = 1\n[verificaton]\nlifetime = '1h'\n[xyzzy]\n";
        let mut found = shown(text);
        found.sort();
        assert_eq!(
            found,
            [
                "c.toml:10: 'xyzzy' is not a section",
                "c.toml:1: 'databse' is not a key; did you mean 'database'?",
                "c.toml:2: 'port' is not a key; did you mean 'mail.port'?",
                "c.toml:4: 'mail.hsot' is not a key; did you mean 'mail.host'?",
                "c.toml:6: 'mail.dkmi' is not a section; did you mean 'mail.dkim'?",
                "c.toml:8: 'verificaton' is not a section; did you mean 'verification'?",
            ]
        );
    }

    #[test]
    fn sections_dotted_keys_and_inline_tables_are_alike() {
        let expected = read("[mail]\nport = 25", Path::new("c.toml")).values["mail.port"].0.clone();
        for text in ["mail.port = 25", "mail = { port = 25 }", "[mail]\n\"port\" = 0x19"] {
            assert_eq!(read(text, Path::new("c.toml")).values["mail.port"].0, expected, "{text}");
        }
    }

    #[test]
    fn a_section_is_no_value() {
        assert_eq!(shown("mail = 'a'"), ["c.toml:1: 'mail' is a section, not a key"]);
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line_and_nothing_else() {
        let found = shown("[mail]\npassword = hunter2\nhost = 'a\nxyzzy = 1\n");
        assert!(found[0].starts_with("c.toml:2: this is not TOML: "), "{found:?}");
        assert!(found.iter().all(|line| !line.contains("hunter2") && !line.contains("xyzzy")), "{found:?}");
    }

    #[test]
    fn a_password_in_the_file_is_refused_and_not_shown() {
        assert_eq!(
            shown("[mail]\npassword = 'hunter2'"),
            ["c.toml:2: 'mail.password' is not a key; did you mean 'mail.password_file'?"]
        );
    }
}
