//! A real terminal with the program in it: what is typed reaches it as bytes, what it writes is kept raw and as a screen.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::keys::{Step, steps};
use super::program::Program;

/// How long anything may take before the test has failed.
const DEADLINE: Duration = Duration::from_secs(20);

/// The terminal, 100×30.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything that the program has written.
    pub raw: Vec<u8>,
    pid: Pid,
    ended: Receiver<u32>,
}

impl Terminal {
    /// Starts the program without arguments in `program`'s home, with more environment.
    pub fn open(program: &Program, environment: &[(&str, &str)]) -> Self {
        Self::run(program, "", environment)
    }

    /// The same with a command.
    pub fn run(program: &Program, line: &str, environment: &[(&str, &str)]) -> Self {
        Self::start(program, &program.command(line), environment)
    }

    /// An interactive shell in `program`'s home. Its prompts are `ready 1>`, `ready 2>` and so on.
    pub fn shell(program: &Program) -> Self {
        let mut command = program.command("");
        let environment: Vec<_> = command
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.unwrap_or_default().to_owned()))
            .collect();
        command = Command::new("bash");
        command.args(["--norc", "--noprofile", "-i"]).envs(environment).env("PS1", "ready \\#> ");
        Self::start(program, &command, &[("PATH", "/usr/bin:/bin")])
    }

    fn start(program: &Program, command: &Command, environment: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.cwd(program.path(""));
        builder.env_clear();
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap_or_default());
        }
        builder.env("TERM", "xterm-256color");
        for (name, value) in environment {
            builder.env(name, value);
        }
        let mut child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
        Self {
            written: read(pair.master.try_clone_reader().unwrap()),
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            screen: vt100::Parser::new(30.try_into().unwrap(), 100.try_into().unwrap(), 0),
            raw: Vec::new(),
            pid,
            ended: wait(move || code(&mut *child)),
        }
    }

    /// Types a key script.
    pub fn types(&mut self, script: &str) -> &mut Self {
        for step in steps(script) {
            match step {
                Step::Key(key) => self.send(&bytes(&key)),
                Step::Paste(text) => self.send(format!("\u{1b}[200~{text}\u{1b}[201~").as_bytes()),
                Step::Wait(text) => {
                    self.waits_for(&text);
                }
                Step::Pause(_) => panic!("a real terminal waits for what it shows, never for time"),
            }
        }
        self
    }

    /// Sends bytes as they are.
    pub fn sends(&mut self, bytes: &[u8]) -> &mut Self {
        self.send(bytes);
        self
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub fn waits_for(&mut self, text: &str) -> &mut Self {
        let deadline = Instant::now() + DEADLINE;
        while !self.text().contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.written.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("'{text}' did not come on the screen:\n{}", self.text()),
            }
        }
        self
    }

    /// Waits until something holds outside of the terminal.
    #[track_caller]
    pub fn waits_until(&mut self, what: &str, holds: impl Fn() -> bool) -> &mut Self {
        let deadline = Instant::now() + DEADLINE;
        while !holds() {
            assert!(Instant::now() < deadline, "not so: {what}");
            thread::yield_now();
        }
        self
    }

    /// Sends a signal to the program.
    pub fn signal(&mut self, signal: Signal) -> &mut Self {
        kill_process(self.pid, signal).unwrap();
        self
    }

    /// Waits until the system says that the program is in this state, for example `T` for stopped.
    pub fn waits_for_state(&mut self, state: &str) -> &mut Self {
        let deadline = Instant::now() + DEADLINE;
        let file = format!("/proc/{}/stat", self.pid.as_raw_nonzero());
        loop {
            let text = std::fs::read_to_string(&file).unwrap();
            if text.rsplit_once(") ").unwrap().1.starts_with(state) {
                return self;
            }
            assert!(Instant::now() < deadline, "{text}");
            thread::yield_now();
        }
    }

    /// Waits for the end, which must come within a time. The exit code.
    #[track_caller]
    pub fn ends_within(&mut self, limit: Duration) -> u32 {
        let code = self.ended.recv_timeout(limit).expect("the program must have ended");
        while let Ok(bytes) = self.written.recv_timeout(DEADLINE) {
            self.take(&bytes);
        }
        code
    }

    /// The other end of the terminal goes away. The exit code, which must come within a time.
    #[track_caller]
    pub fn hangs_up(self, limit: Duration) -> u32 {
        let Self { master, mut keyboard, written, ended, .. } = self;
        // Whoever reads has a handle too; he lets it go with the next byte once nobody listens to him.
        drop(written);
        keyboard.write_all(&bytes(&KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL))).unwrap();
        drop(keyboard);
        drop(master);
        ended.recv_timeout(limit).expect("the program must have ended")
    }

    /// Makes the terminal another size.
    pub fn resizes(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.screen.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self
    }

    /// The glyphs on the screen.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// What the program has written, as text.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    fn send(&mut self, bytes: &[u8]) {
        self.keyboard.write_all(bytes).unwrap();
        self.keyboard.flush().unwrap();
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

/// A thread that reads until nobody listens or the terminal ends.
fn read(mut reader: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (send, written) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if send.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    written
}

fn wait(work: impl FnOnce() -> u32 + Send + 'static) -> Receiver<u32> {
    let (send, ended) = channel();
    thread::spawn(move || send.send(work()));
    ended
}

fn code(child: &mut dyn Child) -> u32 {
    child.wait().unwrap().exit_code()
}

/// As an xterm sends the key.
fn bytes(key: &KeyEvent) -> Vec<u8> {
    let text = match key.code {
        KeyCode::Char(letter) if key.modifiers.contains(KeyModifiers::CONTROL) => {
            return vec![u8::try_from(letter.to_ascii_uppercase()).unwrap() & 0x1f];
        }
        KeyCode::Char(letter) if key.modifiers.contains(KeyModifiers::ALT) => format!("\u{1b}{letter}"),
        KeyCode::Char(letter) => letter.to_string(),
        KeyCode::Enter => "\r".to_owned(),
        KeyCode::Esc => "\u{1b}".to_owned(),
        KeyCode::Tab => "\t".to_owned(),
        KeyCode::BackTab => "\u{1b}[Z".to_owned(),
        KeyCode::Backspace => "\u{7f}".to_owned(),
        KeyCode::Up => "\u{1b}[A".to_owned(),
        KeyCode::Down => "\u{1b}[B".to_owned(),
        KeyCode::Right => "\u{1b}[C".to_owned(),
        KeyCode::Left => "\u{1b}[D".to_owned(),
        KeyCode::Home => "\u{1b}[H".to_owned(),
        KeyCode::End => "\u{1b}[F".to_owned(),
        KeyCode::PageUp => "\u{1b}[5~".to_owned(),
        KeyCode::PageDown => "\u{1b}[6~".to_owned(),
        KeyCode::Delete => "\u{1b}[3~".to_owned(),
        KeyCode::F(2) => "\u{1b}OQ".to_owned(),
        other => panic!("{other:?} is not typed in tests"),
    };
    text.into_bytes()
}
