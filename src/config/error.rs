//! What is wrong with a configuration: every mistake at once, each with its place and the nearest known name.

use std::fmt;
use std::path::PathBuf;

use crate::domain::language::Language;
use crate::domain::safe_text::Safe;
use crate::domain::say::{Said, Say, say};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// An option of the command line, with its hyphens.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// A line of the configuration file, from 1.
    File {
        path: PathBuf,
        line: usize,
    },
    Default,
}

/// One mistake. It never holds a secret: a value is repeated only where it cannot be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub origin: Origin,
    /// The key with its sections, as in `mail.port`; none if the mistake is not about one.
    pub key: Option<String>,
    /// What is wrong with it: continues a sentence that begins with the key.
    pub message: Said,
    /// The nearest key or value that is known.
    pub nearest: Option<String>,
}

/// All mistakes, in the order of the file. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Environment(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", Safe(&path.to_string_lossy())),
            Self::Default => f.write_str("default"),
        }
    }
}

/// `/etc/callsheet/config.toml:12: 'mail.prot' is not a key; did you mean 'mail.port'?`
impl Say for ConfigError {
    fn say(&self, language: Language) -> String {
        let origin = match self.origin {
            Origin::Default => String::new(),
            Origin::Flag(_) | Origin::Environment(_) | Origin::File { .. } => format!("{}: ", self.origin),
        };
        let key = self.key.as_ref().map(|key| format!("'{}' ", Safe(key))).unwrap_or_default();
        format!("{origin}{key}{}", self.fault(language))
    }
}

impl ConfigError {
    /// What is wrong, and what is nearest to what was meant.
    pub(super) fn fault(&self, language: Language) -> String {
        let message = self.message.say(language);
        match &self.nearest {
            Some(nearest) => {
                say!(language, "{message}; did you mean '{nearest}'?", message, nearest = Safe(nearest))
            }
            None => message.to_owned(),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

/// One mistake a line.
impl Say for ConfigErrors {
    fn say(&self, language: Language) -> String {
        self.0.iter().map(|error| error.say(language)).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for ConfigError {}
impl std::error::Error for ConfigErrors {}
