//! Where the password for the mail server comes from. It is fetched when it is needed and never shown: no error holds any of
//! it, nor what the program that gives it says.

use std::fmt;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::location::reason;
use super::secret_file::{self, Guard, SecretFileError};
use crate::domain::safe_text::Safe;
use crate::domain::say::saying;

/// The places, in the order in which they are asked; the first that is there decides.
#[derive(Debug, Clone, Default)]
pub struct PasswordSources {
    /// `$CREDENTIALS_DIRECTORY`, in which systemd puts `smtp-password` for a service alone.
    pub credentials_directory: Option<PathBuf>,
    pub file: Option<PathBuf>,
    pub command: Option<PasswordCommand>,
    /// `CALLSHEET_SMTP_PASSWORD`.
    pub environment: Option<SecretString>,
}

/// A program and its arguments, started without a shell.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordCommand(pub Vec<String>);

/// Why there is no password though a place for it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordError {
    File(SecretFileError),
    NotStarted(String, String),
    Failed(String, String),
    TooSlow(String, u64),
    Unusable(String),
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::File(why) => saying!("the password file {why}", why = why.to_string()),
            Self::NotStarted(program, why) => saying!(
                "the password command '{program}' cannot be started: {why}",
                program = program.as_str(),
                why = why.as_str()
            ),
            Self::Failed(program, status) => saying!(
                "the password command '{program}' failed ({status})",
                program = program.as_str(),
                status = status.as_str()
            ),
            Self::TooSlow(program, seconds) => saying!(
                "the password command '{program}' gave no answer in {seconds} s",
                program = program.as_str(),
                seconds = *seconds
            ),
            Self::Unusable(place) => saying!(
                "{place} holds no password: it is empty, too long, not UTF-8, or has control characters",
                place = place.as_str()
            ),
        };
        said.fmt(f)
    }
}

impl std::error::Error for PasswordError {}

impl From<SecretFileError> for PasswordError {
    fn from(error: SecretFileError) -> Self {
        Self::File(error)
    }
}

/// More is no password.
const LIMIT: u64 = 4096;

/// The name of the password among systemd's credentials.
const CREDENTIAL: &str = "smtp-password";

/// How long the command may take; it may have to ask a person.
const PATIENCE: Duration = Duration::from_secs(60);

impl PasswordSources {
    /// Fetches the password; `None` if no place for one is named.
    ///
    /// # Errors
    /// [`PasswordError`] of the first place that is there. A later place is never tried instead: that would hide a mistake.
    pub fn fetch(&self) -> Result<Option<SecretString>, PasswordError> {
        if let Some(folder) = &self.credentials_directory {
            let path = folder.join(CREDENTIAL);
            if is_there(&path) {
                return from_file(&path, Guard::Folder).map(Some);
            }
        }
        if let Some(path) = &self.file {
            return from_file(path, Guard::Mode).map(Some);
        }
        if let Some(command) = &self.command {
            return command.run(PATIENCE).map(Some);
        }
        let given = self.environment.as_ref().map(|given| given.expose_secret().to_owned());
        given.map(|given| usable(given, "CALLSHEET_SMTP_PASSWORD")).transpose()
    }

    /// Whether a place for a password is named.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.has_credential() || self.file.is_some() || self.command.is_some() || self.environment.is_some()
    }
}

impl PasswordSources {
    /// Whether systemd gives the password, so that no other place is asked.
    #[must_use]
    pub fn has_credential(&self) -> bool {
        self.credentials_directory.as_ref().is_some_and(|folder| is_there(&folder.join(CREDENTIAL)))
    }
}

impl PasswordError {
    /// What helps, where something simple does.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::NotStarted(..) | Self::Failed(..) | Self::TooSlow(..) | Self::Unusable(_) => None,
        }
    }
}

impl PasswordCommand {
    /// The program alone; its arguments may be secret.
    #[must_use]
    pub fn program(&self) -> String {
        Safe(self.0.first().map_or("", String::as_str)).to_string()
    }

    fn run(&self, patience: Duration) -> Result<SecretString, PasswordError> {
        let (program, arguments) =
            self.0.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let failed = |why: String| PasswordError::Failed(self.program(), why);
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // What it complains about may hold the secret, and would be drawn over the screen.
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| PasswordError::NotStarted(self.program(), reason(&error)))?;
        let output = child.stdout.take();
        let (sender, receiver) = mpsc::channel();
        // Ends with the pipe. It outlives a command that is too slow only if that left the pipe to another program.
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let result = output.map_or(Ok(0), |output| output.take(LIMIT + 1).read_to_end(&mut bytes));
            // Nobody listens any more if the command was too slow.
            let _ = sender.send(result.map(|_| bytes));
        });
        let answer = receiver.recv_timeout(patience);
        if answer.is_err() {
            // It may have ended just now; then there is nothing to kill.
            let _ = child.kill();
        }
        let status = child.wait().map_err(|error| failed(reason(&error)))?;
        let bytes = match answer {
            Ok(read) => read.map_err(|error| failed(reason(&error)))?,
            Err(_) => return Err(PasswordError::TooSlow(self.program(), patience.as_secs())),
        };
        if !status.success() {
            return Err(failed(status.to_string()));
        }
        let source = format!("the first line of what '{}' prints", self.program());
        let first_line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
        usable(String::from_utf8(first_line).unwrap_or_default(), &source)
    }
}

/// Names the program and hides its arguments.
impl std::fmt::Debug for PasswordCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PasswordCommand({} …)", self.program())
    }
}

/// What cannot be looked at counts as there: it is told, not passed over.
fn is_there(path: &Path) -> bool {
    !path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

fn from_file(path: &Path, guard: Guard) -> Result<SecretString, PasswordError> {
    // What is no text is no password, and is not told.
    let mut text = String::from_utf8(secret_file::read(path, guard, LIMIT)?).unwrap_or_default();
    if text.ends_with('\n') {
        text.truncate(text.len() - 1);
        text.truncate(text.strip_suffix('\r').map_or(text.len(), str::len));
    }
    usable(text, &format!("'{}'", Safe(&path.to_string_lossy())))
}

fn usable(password: String, source: &str) -> Result<SecretString, PasswordError> {
    let password = SecretString::from(password);
    let text = password.expose_secret();
    let fits = !text.is_empty() && u64::try_from(text.len()).is_ok_and(|length| length <= LIMIT);
    // AUTH PLAIN separates with NUL (RFC 4616), and no password that a person set holds another control character.
    if fits && !text.contains(char::is_control) {
        Ok(password)
    } else {
        Err(PasswordError::Unusable(source.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(folder: &Path, name: &str, content: &[u8], mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    fn fetched(sources: &PasswordSources) -> String {
        sources.fetch().unwrap().unwrap().expose_secret().to_owned()
    }

    fn of_command(words: &[&str]) -> PasswordSources {
        let command = PasswordCommand(words.iter().map(|word| (*word).to_owned()).collect());
        PasswordSources { command: Some(command), ..PasswordSources::default() }
    }

    #[test]
    fn the_first_place_that_is_there_decides() {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = PasswordSources::default();
        assert!(sources.fetch().unwrap().is_none() && !sources.is_named());
        sources.environment = Some(SecretString::from("environment"));
        assert_eq!(fetched(&sources), "environment");
        sources.command = of_command(&["echo", "command"]).command;
        assert_eq!(fetched(&sources), "command");
        sources.file = Some(file(folder.path(), "password", b"file\n", 0o600));
        assert_eq!(fetched(&sources), "file");
        sources.credentials_directory = Some(folder.path().to_owned());
        assert_eq!(fetched(&sources), "file", "the folder has no smtp-password yet");
        file(folder.path(), "smtp-password", b"credential", 0o440);
        assert_eq!(fetched(&sources), "credential");
        assert!(sources.is_named());
    }

    #[test]
    fn a_place_that_fails_is_never_replaced_by_the_next() {
        let sources = PasswordSources {
            file: Some(PathBuf::from("/nonexistent/password")),
            environment: Some(SecretString::from("environment")),
            ..PasswordSources::default()
        };
        assert!(matches!(sources.fetch(), Err(PasswordError::File(SecretFileError::Unreadable(..)))));
    }

    #[test]
    fn a_credential_that_cannot_be_looked_at_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let no_folder = file(folder.path(), "no-folder", b"", 0o600);
        let dangling = folder.path().join("smtp-password");
        std::os::unix::fs::symlink("nowhere", dangling).unwrap();
        for credentials in [no_folder, folder.path().to_owned()] {
            let sources = PasswordSources {
                credentials_directory: Some(credentials),
                environment: Some(SecretString::from("environment")),
                ..PasswordSources::default()
            };
            assert!(sources.is_named());
            assert!(matches!(sources.fetch(), Err(PasswordError::File(SecretFileError::Unreadable(..)))));
        }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_command_that_helps() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o601] {
            let path = file(folder.path(), "password", b"hunter2", mode);
            let error = PasswordSources { file: Some(path.clone()), ..PasswordSources::default() }
                .fetch()
                .unwrap_err();
            assert_eq!(error, PasswordError::File(SecretFileError::Exposed(path.clone(), mode)));
            let shown =
                format!("the password file '{}' can be read by others (mode {mode:04o})", path.display());
            assert_eq!(error.to_string(), shown);
            assert_eq!(error.hint().unwrap(), format!("chmod 600 '{}'", path.display()));
        }
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        for path in [folder.path().to_owned(), pipe] {
            let sources = PasswordSources { file: Some(path.clone()), ..PasswordSources::default() };
            let refused = PasswordError::File(SecretFileError::NotAFile(path));
            assert_eq!(sources.fetch().unwrap_err(), refused);
        }
    }

    #[test]
    fn one_line_end_belongs_to_the_file_and_everything_else_to_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let of = |content: &[u8]| {
            let path = file(folder.path(), "password", content, 0o600);
            PasswordSources { file: Some(path), ..PasswordSources::default() }.fetch()
        };
        for (content, expected) in [("a b ", "a b "), ("a\n", "a"), ("a\r\n", "a"), ("密码\n", "密码")] {
            assert_eq!(of(content.as_bytes()).unwrap().unwrap().expose_secret(), expected);
        }
        let long = vec![b'a'; 5000];
        for content in [&b""[..], b"\n", b"hunter2\nhunter3\n", b"hunter2\0", b"\xff\xfe", &long] {
            let error = of(content).unwrap_err();
            assert!(matches!(error, PasswordError::Unusable(_)));
            assert!(!format!("{error} {error:?}").contains("hunter"));
        }
    }

    #[test]
    fn a_command_gives_its_first_line_and_no_shell_reads_it() {
        assert_eq!(fetched(&of_command(&["printf", "first\\nsecond\\n"])), "first");
        assert_eq!(fetched(&of_command(&["echo", "$HOME;`id`"])), "$HOME;`id`");
    }

    #[test]
    fn a_command_that_fails_tells_nothing_secret() {
        let failed = of_command(&["sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"]).fetch().unwrap_err();
        assert!(matches!(failed, PasswordError::Failed(..)));
        let missing = of_command(&["/nonexistent/program", "hunter2"]).fetch().unwrap_err();
        assert!(matches!(missing, PasswordError::NotStarted(..)));
        let silent = of_command(&["true", "hunter2"]).fetch().unwrap_err();
        assert!(matches!(silent, PasswordError::Unusable(_)));
        for error in [failed, missing, silent] {
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!(!format!("{:?}", of_command(&["echo", "hunter2"])).contains("hunter2"));
    }

    #[test]
    fn a_command_that_never_answers_is_ended() {
        let command = PasswordCommand(vec!["cat".to_owned(), "/dev/zero".to_owned()]);
        assert!(command.run(PATIENCE).is_err(), "it prints more than a password");
        let command = PasswordCommand(vec!["tail".to_owned(), "-f".to_owned(), "/dev/null".to_owned()]);
        let error = command.run(Duration::from_millis(50)).unwrap_err();
        assert_eq!(error, PasswordError::TooSlow("tail".to_owned(), 0));
    }
}
