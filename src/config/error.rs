//! What is wrong with a configuration: every mistake at once, each with its place and the nearest known name.

use std::fmt;
use std::path::PathBuf;

use crate::domain::safe_text::Safe;

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
    pub message: String,
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
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin != Origin::Default {
            write!(f, "{}: ", self.origin)?;
        }
        if let Some(key) = &self.key {
            write!(f, "'{}' ", Safe(key))?;
        }
        f.write_str(&self.message)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean '{}'?", Safe(nearest)),
            None => Ok(()),
        }
    }
}

/// One mistake a line.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, error) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
impl std::error::Error for ConfigErrors {}
