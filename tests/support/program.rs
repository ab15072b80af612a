//! The program under test, with a home of its own: what one command prints, on both streams, and how it ends.
//!
//! It never sees the environment of whoever runs the tests.

use std::fs;
use std::io::{BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use mail_parser::MessageParser;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

/// A port of this machine on which nobody listens: a privileged one, which no other test can be given.
pub const CLOSED_PORT: u16 = 1;

/// A home folder in which commands run, removed afterwards.
pub struct Program {
    home: TempDir,
}

impl Program {
    /// A new, empty home.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    /// A home with a configuration.
    pub fn with_config(text: &str) -> Self {
        let program = Self::new();
        program.configure(text);
        program
    }

    /// A home whose mail goes to a server on this machine.
    pub fn with_server(port: u16) -> Self {
        let program = Self::new();
        program.configure_server(port);
        program
    }

    /// Mail goes to a server on this machine from now on.
    pub fn configure_server(&self, port: u16) {
        self.configure(&format!(
            "[mail]\nfrom = 'notices@example.com'\nhost = '127.0.0.1'\nport = {port}\nconnections = 1\n"
        ));
    }

    /// Writes a file into the folder in which commands run.
    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.home.path().join(name), content).unwrap();
    }

    /// This is the configuration from now on.
    pub fn configure(&self, text: &str) {
        let folder = self.home.path().join("config/callsheet");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// Runs commands, one a line, and tells what each printed and how it ended. Words are separated by blanks; single quotes
    /// keep blanks.
    pub fn run(&self, commands: &str) -> String {
        commands
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|line| self.transcript(line, Vec::new()))
            .collect()
    }

    /// The same for one command with something on its standard input.
    pub fn run_with_input(&self, command: &str, input: &(impl AsRef<[u8]> + ?Sized)) -> String {
        self.transcript(command, input.as_ref().to_vec())
    }

    /// Runs one command in a terminal, types an answer, and tells what the terminal showed and the exit code.
    pub fn run_in_terminal(&self, line: &str, answer: &str) -> (String, u32) {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let command = self.command(line);
        let mut builder = CommandBuilder::new(command.get_program());
        builder.env_clear();
        builder.args(command.get_args());
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap_or_default());
        }
        let mut child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let mut shown = String::new();
        let mut terminal = BufReader::new(pair.master.try_clone_reader().unwrap());
        pair.master.take_writer().unwrap().write_all(answer.as_bytes()).unwrap();
        // A terminal whose last program has gone ends with an error on Linux.
        let _ = terminal.read_to_string(&mut shown);
        (shown, child.wait().unwrap().exit_code())
    }

    /// Runs one command that has to succeed, for what it does.
    pub fn must(&self, command: &str) {
        let transcript = self.run(command);
        assert!(transcript.contains("[exit 0]"), "{transcript}");
    }

    /// What a command writes to standard output, as it stands.
    pub fn data(&self, command: &str) -> String {
        String::from_utf8(self.command(command).output().unwrap().stdout).unwrap()
    }

    /// The command, ready to be started.
    pub fn command(&self, line: &str) -> Command {
        let home = self.home.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_callsheet"));
        command
            .env_clear()
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("LANG", "C.UTF-8")
            .current_dir(home)
            .args(words(line))
            .stdin(Stdio::null());
        command
    }

    /// Where the database is unless a command names another.
    pub fn database(&self) -> PathBuf {
        self.home.path().join("data/callsheet/callsheet.db")
    }

    /// A path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The code in the mail that a delivery has written.
    pub fn code(&self, delivery: i64) -> String {
        let file = self.database().with_file_name("mail").join(format!("{delivery}.eml"));
        let mail = fs::read(&file).unwrap();
        let text = MessageParser::default().parse(&mail).unwrap().body_text(0).unwrap().into_owned();
        text.split_whitespace().find(|word| is_code(word)).unwrap().to_owned()
    }

    /// Adds verified contacts, named and subscribed as given.
    pub fn with_verified(&self, contacts: &[(&str, &str)]) -> &Self {
        for (name, types) in contacts {
            let types = if types.is_empty() { String::new() } else { format!("--types {types}") };
            self.must(&format!("add --name {name} --email {name}@example.org {types} --no-verify"));
            self.mark(name, "status = 'verified', verified_at = 1");
        }
        self
    }

    /// Brings a contact into a state that takes mails and days to come about.
    pub fn mark(&self, name: &str, change: &str) -> &Self {
        let database = rusqlite::Connection::open(self.database()).unwrap();
        let changed = database.execute(&format!("UPDATE contact SET {change} WHERE name = ?1"), [name]);
        assert_eq!(changed, Ok(1), "{name}");
        self
    }

    fn transcript(&self, line: &str, input: Vec<u8>) -> String {
        let mut command = assert_cmd::Command::from_std(self.command(line));
        let output = command.write_stdin(input).output().unwrap();
        let line = self.filtered(line.as_bytes());
        let mut transcript = format!("$ callsheet {line}").trim_end().to_owned() + "\n";
        transcript.push_str(&self.filtered(&output.stdout));
        for message in self.filtered(&output.stderr).lines() {
            transcript.push_str(format!("! {message}").trim_end());
            transcript.push('\n');
        }
        match output.status.code() {
            Some(code) => transcript.push_str(&format!("[exit {code}]\n")),
            None => transcript.push_str(&format!("[{}]\n", output.status)),
        }
        transcript
    }

    /// The text with a name in place of the home, which differs from run to run.
    fn filtered(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace(self.home.path().to_str().unwrap(), "[home]")
    }
}

/// Times, waits and Message-IDs differ from run to run; each pattern with what stands for it.
pub const FILTERS: [(&str, &str); 4] = [
    (r#""actor":"[^"]+""#, r#""actor":"[who]""#),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[time]"),
    (r"in \d+ (s|min|h|d)\b( \d+ (min|h)\b)?", "in [wait]"),
    (r"<[^<>@\s]+@callsheet\.invalid>", "<[message-id]>"),
];

/// Compares a transcript with what is written down beside it.
macro_rules! assert_transcript {
    ($transcript:expr, @$expected:literal) => {
        insta::with_settings!({ filters => $crate::support::program::FILTERS }, {
            insta::assert_snapshot!($transcript, @$expected);
        })
    };
}
pub(crate) use assert_transcript;

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn is_code(word: &str) -> bool {
    let (first, last) = word.split_at_checked(4).unwrap_or_default();
    let all = |part: &str| {
        part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    all(first) && last.strip_prefix('-').is_some_and(all)
}
