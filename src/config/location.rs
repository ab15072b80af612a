//! Where the configuration file lies, and its text.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{ConfigError, Flags, Origin};
use crate::domain::language::Language;
use crate::domain::safe_text::Safe;
use crate::domain::say::{Said, retold, say, saying};
use crate::paths::{self, Environment};

/// More is no file that a person writes.
const FILE_LIMIT: u64 = 1024 * 1024;

/// The file and its text.
pub fn find(flags: &Flags, environment: &Environment) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let by_flag = flags.config.as_ref().map(|path| (path.clone(), Origin::Flag("--config")));
    let in_environment = || {
        let path = PathBuf::from(environment.get("CALLSHEET_CONFIG")?);
        Some((path, Origin::Environment("CALLSHEET_CONFIG")))
    };
    if let Some((path, origin)) = by_flag.or_else(in_environment) {
        let text = text(&path).map_err(|why| no_file(origin, &path, &why))?;
        return Ok(Some((path, text)));
    }
    // What is there but cannot be read is not passed over: it says something that would be missed.
    let found = paths::config_files(environment).into_iter().find(|path| path.symlink_metadata().is_ok());
    let Some(path) = found else { return Ok(None) };
    let text = text(&path).map_err(|why| no_file(Origin::Default, &path, &why))?;
    Ok(Some((path, text)))
}

fn no_file(origin: Origin, path: &Path, why: &str) -> ConfigError {
    let file = Safe(&path.to_string_lossy()).to_string();
    let message = saying!(
        "the configuration '{file}' cannot be read: {why}",
        file = file,
        why = Said::each(|language| retold(language, why).into_owned())
    );
    ConfigError { origin, key: None, message, nearest: None }
}

/// The text of a file that an administrator writes; why it cannot be had, in words.
pub fn text(path: &Path) -> Result<String, String> {
    let facts = fs::metadata(path).map_err(|error| reason(&error))?;
    if !facts.is_file() {
        return Err(saying!("it is no file").to_string());
    }
    if facts.len() > FILE_LIMIT {
        return Err(saying!("it is larger than 1 MiB").to_string());
    }
    let bytes = fs::read(path).map_err(|error| reason(&error))?;
    String::from_utf8(bytes).map_err(|_| saying!("it is not UTF-8").to_string())
}

const NO_SUCH_FILE: &str = "there is no such file";

/// What the system says, in words that name the thing.
pub fn reason(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return NO_SUCH_FILE.to_owned();
    }
    error.kind().to_string()
}

/// A [`reason`] in a language; one that is seldom seen stays English.
pub fn reason_in(language: Language, reason: &str) -> String {
    if reason == NO_SUCH_FILE {
        return say!(language, "there is no such file").to_owned();
    }
    if reason == io::ErrorKind::PermissionDenied.to_string() {
        return say!(language, "permission denied").to_owned();
    }
    reason.to_owned()
}
