//! The environment variables that callsheet knows, read once. No other variable has any effect.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use secrecy::SecretString;

/// The variables that may be asked for. An empty variable counts as one that is not set.
pub const NAMES: [&str; 19] = [
    "CALLSHEET_DB",
    "CALLSHEET_CONFIG",
    "CALLSHEET_LANG",
    "ACCESSIBLE",
    "NO_COLOR",
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "CREDENTIALS_DIRECTORY",
    "JOURNAL_STREAM",
    "SUDO_USER",
    "SSH_CONNECTION",
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
    "TERM",
    "TMUX",
    "STY",
];

/// What a restricted screen keeps of its environment: how the terminal writes, in which language, and where the session comes
/// from, which the SSH server itself sets.
const KEPT: [&str; 8] =
    ["TERM", "NO_COLOR", "ACCESSIBLE", "CALLSHEET_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "SSH_CONNECTION"];

/// Where a restricted screen, and the command that prints its password, find programs.
const PROGRAMS: &str = "/usr/local/bin:/usr/bin:/bin";

/// Kept apart, since it is a secret.
const PASSWORD: &str = "CALLSHEET_SMTP_PASSWORD";

/// The environment as callsheet sees it; in tests whatever they say.
#[derive(Debug, Clone)]
pub struct Environment {
    variables: BTreeMap<&'static str, OsString>,
    smtp_password: Option<SecretString>,
    system_folder: PathBuf,
    has_user_files: bool,
}

impl Environment {
    /// Of this process. Without `HOME` the home folder is the one in the user database.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn of_process() -> Self {
        let read = |name: &'static str| std::env::var_os(name).map(|value| (name, value));
        let mut environment = Self::of(NAMES.into_iter().filter_map(read));
        environment.smtp_password = std::env::var_os(PASSWORD).and_then(secret);
        if let (None, Ok(home)) = (environment.get("HOME"), etcetera::home_dir()) {
            environment.variables.insert("HOME", home.into_os_string());
        }
        environment
    }

    /// Of these variables alone.
    #[must_use]
    pub fn of<Value: Into<OsString>>(variables: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let mut known = BTreeMap::new();
        let mut smtp_password = None;
        for (name, value) in variables {
            let value = value.into();
            if name == PASSWORD {
                smtp_password = secret(value);
            } else if NAMES.contains(&name) && !value.is_empty() {
                known.insert(name, value);
            }
        }
        Self { variables: known, smtp_password, system_folder: PathBuf::from("/etc"), has_user_files: true }
    }

    /// The same with another folder in the place of `/etc`.
    #[must_use]
    pub fn with_system_folder(self, folder: &Path) -> Self {
        Self { system_folder: folder.to_owned(), ..self }
    }

    /// The same for one who has no configuration of their own: only the system's counts.
    #[must_use]
    pub fn without_user_files(self) -> Self {
        Self { has_user_files: false, ..self }
    }

    /// Whether a configuration in the user's own folder counts.
    #[must_use]
    pub const fn has_user_files(&self) -> bool {
        self.has_user_files
    }

    /// The variable, if it is one of [`NAMES`] and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(name).map(OsString::as_os_str)
    }

    /// The variable as text; one that is not UTF-8 counts as not set.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(OsStr::to_str)
    }

    /// The variable as an absolute path; a relative one is ignored, as the XDG base directory specification demands.
    #[must_use]
    pub fn folder(&self, name: &str) -> Option<&Path> {
        self.get(name).map(Path::new).filter(|path| path.is_absolute())
    }

    /// `CALLSHEET_SMTP_PASSWORD`.
    #[must_use]
    pub fn smtp_password(&self) -> Option<&SecretString> {
        self.smtp_password.as_ref()
    }

    /// `/etc`.
    #[must_use]
    pub fn system_folder(&self) -> &Path {
        &self.system_folder
    }
}

/// Sheds every variable of this process that could lead it, its libraries or its children astray, by starting the program again
/// in its own place; returns once there is none. `home` is the user's folder as the user database has it.
///
/// # Errors
/// Why the program cannot be started.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn shed_environment(home: Option<&Path>) -> io::Result<()> {
    let found: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let kept = kept(&found, home);
    if found == kept {
        return Ok(());
    }
    let arguments = std::env::args_os().skip(1);
    Err(Command::new(std::env::current_exe()?).args(arguments).env_clear().envs(kept).exec())
}

fn kept(found: &BTreeMap<OsString, OsString>, home: Option<&Path>) -> BTreeMap<OsString, OsString> {
    let known = found.iter().filter(|(name, _)| KEPT.iter().any(|kept| *name == kept));
    let own = [("PATH", Some(OsStr::new(PROGRAMS))), ("HOME", home.map(Path::as_os_str))];
    let own = own.into_iter().filter_map(|(name, value)| Some((OsString::from(name), value?.to_owned())));
    known.map(|(name, value)| (name.clone(), value.clone())).chain(own).collect()
}

/// What is no text is no password, which is said where one is needed; it does not count as one that is not set.
fn secret(value: OsString) -> Option<SecretString> {
    let text = value.into_string().unwrap_or_else(|_| "\0".to_owned());
    Some(text).filter(|text| !text.is_empty()).map(SecretString::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_variables_with_a_value_count() {
        let environment = Environment::of([("CALLSHEET_DB", "/a.db"), ("NO_COLOR", ""), ("EDITOR", "vi")]);
        assert_eq!(environment.text("CALLSHEET_DB"), Some("/a.db"));
        assert_eq!(environment.get("NO_COLOR"), None);
        assert_eq!(environment.get("EDITOR"), None);
    }

    #[test]
    fn relative_folders_are_ignored() {
        let environment = Environment::of([("XDG_DATA_HOME", "data"), ("HOME", "/home/ada")]);
        assert_eq!(environment.folder("XDG_DATA_HOME"), None);
        assert_eq!(environment.folder("HOME"), Some(Path::new("/home/ada")));
    }

    #[test]
    fn a_restricted_screen_keeps_language_terminal_and_origin_alone() {
        let given = [
            ("CALLSHEET_DB", "/tmp/x.db"),
            ("CALLSHEET_CONFIG", "/tmp/x.toml"),
            ("CALLSHEET_SMTP_PASSWORD", "hunter2"),
            ("CREDENTIALS_DIRECTORY", "/tmp"),
            ("HOME", "/tmp"),
            ("JOURNAL_STREAM", "1:2"),
            ("LANG", "zh_CN.UTF-8"),
            ("LD_PRELOAD", "/tmp/x.so"),
            ("PATH", "/tmp"),
            ("SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22"),
            ("SSH_ORIGINAL_COMMAND", "sh"),
            ("SSL_CERT_FILE", "/tmp/ca.pem"),
            ("SUDO_USER", "grace"),
            ("TERM", "xterm"),
            ("TZ", ":/tmp/zone"),
            ("XDG_CONFIG_HOME", "/tmp"),
            ("XDG_DATA_HOME", "/tmp"),
            ("XDG_STATE_HOME", "/tmp"),
        ];
        let given = given.map(|(name, value)| (OsString::from(name), OsString::from(value))).into();
        let found = kept(&given, Some(Path::new("/home/ada")));
        let wanted = [
            ("HOME", "/home/ada"),
            ("LANG", "zh_CN.UTF-8"),
            ("PATH", PROGRAMS),
            ("SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22"),
            ("TERM", "xterm"),
        ];
        assert_eq!(found, wanted.map(|(name, value)| (OsString::from(name), OsString::from(value))).into());
        assert_eq!(kept(&found, Some(Path::new("/home/ada"))), found, "once is enough");
        assert!(!kept(&given, None).contains_key(OsStr::new("HOME")));
    }

    #[test]
    fn the_password_is_never_shown() {
        let environment = Environment::of([("CALLSHEET_SMTP_PASSWORD", "hunter2")]);
        assert!(environment.smtp_password().is_some());
        assert!(!format!("{environment:?}").contains("hunter2"));
    }
}
