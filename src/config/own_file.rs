//! Files beside the configuration that belong to the screen: own keys and themes. They are read when the screen is opened or
//! everything is checked; what stands in them is the screen's to judge.

use std::path::{Path, PathBuf};

use super::location::text;
use super::{Config, ConfigError, Origin, Theme};
use crate::domain::safe_text::{Safe, safe};

/// A file and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFile {
    pub path: PathBuf,
    pub text: String,
}

impl OwnFile {
    /// A mistake in the file. `line` counts from 1, `words` are safe to show.
    #[must_use]
    pub fn mistake(&self, line: usize, words: String) -> ConfigError {
        let origin = Origin::File { path: self.path.clone(), line };
        ConfigError { origin, key: None, message: words.into(), nearest: None }
    }

    fn read(path: &Path, what: &str) -> Result<Self, ConfigError> {
        match text(path) {
            Ok(text) => Ok(Self { path: path.to_owned(), text }),
            Err(why) => {
                let file = path.to_string_lossy();
                let message = format!("the {what} '{}' cannot be read: {}", Safe(&file), safe(&why));
                Err(ConfigError {
                    origin: Origin::Default,
                    key: None,
                    message: message.into(),
                    nearest: None,
                })
            }
        }
    }
}

impl Config {
    /// Own keys, if there are any.
    ///
    /// # Errors
    /// Why the file cannot be read.
    pub fn own_keys(&self) -> Result<Option<OwnFile>, ConfigError> {
        self.keys_file.as_deref().map(|path| OwnFile::read(path, "table of keys")).transpose()
    }

    /// The own theme, if one is set.
    ///
    /// # Errors
    /// Why the file cannot be read.
    pub fn own_theme(&self) -> Result<Option<OwnFile>, ConfigError> {
        match &*self.tui.theme {
            Theme::File(path) => OwnFile::read(path, "theme").map(Some),
            Theme::Dark | Theme::Light | Theme::Mono | Theme::Contrast => Ok(None),
        }
    }
}
