//! The configuration: what the file, the environment and the flags say, checked as a whole before anything is done.
//!
//! Flag wins over environment, environment over file, file over default. A configuration with a mistake is not used at all, and
//! every mistake is told at once. It never holds a password; that is fetched when it is needed.

mod conversion;
mod error;
mod file;
mod key;
mod listing;
mod location;
mod mail_form;
mod named_files;
mod own_file;
mod password;
mod reader;
mod secret_file;
mod sections;
mod source;
mod value;
mod writing;

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::conversion::{DkimError, ServerError};
pub use self::error::{ConfigError, ConfigErrors, Origin};
pub use self::key::{KEYS, Key, default_file};
pub use self::listing::Listed;
pub use self::mail_form::{MailField, MailForm, TypedPassword};
pub use self::own_file::OwnFile;
pub use self::password::{PasswordCommand, PasswordError, PasswordSources};
use self::reader::Reader;
pub use self::secret_file::SecretFileError;
pub use self::source::{Basis, MailServer, Source, Unsaved};
pub use self::value::Mailbox;
use crate::domain::email_address::{EmailAddress, Smtputf8};
use crate::domain::language::Language;
use crate::domain::say::{Said, say};
use crate::paths::Environment;

/// Everything that can be set, each value with where it comes from.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read, if there is one.
    pub file: Option<PathBuf>,
    pub database: Setting<PathBuf>,
    /// Own categories and types.
    pub catalogue: Setting<Option<PathBuf>>,
    pub mail: MailConfig,
    pub verification: VerificationConfig,
    /// Where `serve` listens.
    pub listen: Setting<SocketAddr>,
    /// How long ended deliveries and notices are kept.
    pub keep: Setting<Duration>,
    pub tui: TuiConfig,
    pub log_level: Setting<LogLevel>,
    /// Own keys: a file that is there, whatever is in it.
    pub keys_file: Option<PathBuf>,
    /// Where the log is written unless it goes to the journal: `$XDG_STATE_HOME/callsheet`. `None` without a home folder.
    pub log_folder: Option<PathBuf>,
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub origin: Origin,
}

/// Section `mail`.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Always there with `host`.
    pub from: Setting<Option<Mailbox>>,
    /// The server, an A-label or an IP address; without it mail is written to files.
    pub host: Setting<Option<String>>,
    pub port: Setting<u16>,
    pub security: Setting<Security>,
    pub username: Setting<Option<String>>,
    pub password_file: Setting<Option<PathBuf>>,
    pub password_command: Setting<Option<PasswordCommand>>,
    pub ca_file: Setting<Option<PathBuf>>,
    /// 1 to 32.
    pub connections: Setting<u16>,
    /// 0 is no limit.
    pub rate_per_second: Setting<u32>,
    /// Without it bounces go to `from`.
    pub return_path: Setting<Option<EmailAddress>>,
    /// Without it the domain of `from`; see [`Config::message_id_domain`].
    pub message_id_domain: Setting<Option<String>>,
    pub allow_smtputf8: Setting<Smtputf8>,
    /// All three of the section or nothing.
    pub dkim: Option<DkimConfig>,
    /// Every place where a password may be.
    pub passwords: PasswordSources,
}

/// Section `mail.dkim`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimConfig {
    pub domain: Setting<String>,
    pub selector: Setting<String>,
    pub key_file: Setting<PathBuf>,
}

/// Section `verification`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationConfig {
    /// 10 minutes to 7 days.
    pub lifetime: Setting<Duration>,
    /// At least 1.
    pub daily_limit: Setting<u32>,
    /// Without a `/` at its end.
    pub public_url: Setting<Option<String>>,
}

/// Section `tui`, and what the environment says about the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TuiConfig {
    pub theme: Setting<Theme>,
    pub language: Setting<Language>,
    pub mouse: Setting<bool>,
    pub marks: Setting<Marks>,
    /// `--accessible` or `ACCESSIBLE`: no borders, no spinner, labels before values.
    pub accessible: Setting<bool>,
    /// False with `NO_COLOR`.
    pub color: Setting<bool>,
    /// What the program runs in, by `TMUX` and `STY`.
    pub multiplexer: Multiplexer,
    /// `TERM` is missing or `dumb`: no screen can be drawn.
    pub dumb_terminal: bool,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// Clear text.
    None,
}

/// A theme: one that is built in, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
    Mono,
    Contrast,
    File(PathBuf),
}

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    None,
    Tmux,
    /// GNU screen.
    Screen,
}

/// The set of marks and borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    Unicode,
    Ascii,
}

/// From which level on the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// What the command line says; nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flags {
    /// `--db`
    pub database: Option<PathBuf>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--lang`
    pub language: Option<String>,
    /// `--log`
    pub log_level: Option<String>,
    /// `--accessible`
    pub accessible: bool,
}

impl<T> Setting<T> {
    pub const fn by_default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), origin: self.origin }
    }
}

impl<T> Deref for Setting<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Security {
    const WORDS: [(&'static str, Self); 3] =
        [("tls", Self::Tls), ("starttls", Self::StartTls), ("none", Self::None)];

    /// All of them, the default for servers elsewhere first.
    pub const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    /// As in the file.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

impl Marks {
    const WORDS: [(&'static str, Self); 2] = [("unicode", Self::Unicode), ("ascii", Self::Ascii)];

    /// As in the file.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }
}

impl LogLevel {
    const WORDS: [(&'static str, Self); 5] = [
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("info", Self::Info),
        ("debug", Self::Debug),
        ("trace", Self::Trace),
    ];

    /// As in the file.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl Config {
    /// Reads the configuration: the file that `--config` or `CALLSHEET_CONFIG` names, which must be there, or else the first of
    /// [`config_files`](crate::paths::config_files) that is.
    ///
    /// # Errors
    /// Every mistake of file, environment and flags.
    pub fn load(flags: &Flags, environment: &Environment) -> Result<Self, ConfigErrors> {
        let found = location::find(flags, environment).map_err(|error| ConfigErrors(vec![error]))?;
        let (path, text) = found.map_or((None, String::new()), |(path, text)| (Some(path), text));
        Self::of_text(&text, path.as_deref(), flags, environment)
    }

    /// What a text says as the file at `path`; without one the text is empty.
    fn of_text(
        text: &str,
        path: Option<&Path>,
        flags: &Flags,
        environment: &Environment,
    ) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(text, path, environment);
        let config = sections::read(&mut reader, flags, environment, path);
        match reader.finish() {
            Some(errors) => Err(errors),
            None => Ok(config.expect("a value is missing only after its mistake was noted")),
        }
    }

    /// Sentences about what is allowed but should be known.
    #[must_use]
    pub fn warnings(&self) -> Vec<Said> {
        let mut warnings = Vec::new();
        if let Some(host) = &*self.mail.host
            && *self.mail.security == Security::None
            && !value::is_loopback(host)
        {
            warnings.push(Said::each(|language| {
                say!(
                    language,
                    "Mail goes to '{host}' without encryption, codes included. Set 'mail.security' to \"starttls\" or \"tls\".",
                    host
                )
            }));
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
