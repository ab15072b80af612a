//! The whole program in a terminal of its own, in which a thread falls over: the terminal is given back, and nothing typed is lost.
//!
//! A test starts itself anew in a folder where it finds what to do: it is the program then. A thread falls where a file in `falls`
//! bears its name; only a program that is built for tests looks for one.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::cli::{self, Doors};
use crate::doors;
use crate::tui::worker::tests::many;

/// Everything undone: mouse, attributes, synchronized update, bracketed paste, hidden cursor, alternate screen.
const GIVEN_BACK: &str =
    "\u{1b}[?1006l\u{1b}[?1000l\u{1b}[m\u{1b}[?2026l\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1049l";

const DEADLINE: Duration = Duration::from_secs(30);

/// Falls over once if a test asks for it.
pub(in crate::tui) fn fall(place: &str) {
    if std::fs::remove_file(Path::new("falls").join(place)).is_ok() {
        panic!("asked to fall over: {place}");
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a program that was started by a test ends as the real one does"
)]
fn the_program() {
    if Path::new("falls").is_dir() {
        let doors = Doors { screen: doors::screen, page: doors::page, screen_files: doors::screen_files };
        std::process::exit(cli::open_screen(doors).into());
    }
}

/// The program in a terminal of 100×30 cells.
struct Terminal {
    home: tempfile::TempDir,
    keyboard: Box<dyn std::io::Write + Send>,
    written: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    screen: vt100::Parser,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    /// The account is saved, and the contacts are on the screen.
    fn open() -> Self {
        let mut terminal = Self::start(tempfile::tempdir().unwrap(), None);
        terminal.sees("Welcome").types("Example\r").sees("The account is saved");
        terminal
    }

    /// Starts the program. A thread may fall over at once.
    fn start(home: tempfile::TempDir, falls: Option<&str>) -> Self {
        std::fs::create_dir(home.path().join("falls")).unwrap();
        if let Some(place) = falls {
            std::fs::write(home.path().join("falls").join(place), "").unwrap();
        }
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut program = CommandBuilder::new(std::env::current_exe().unwrap());
        program.args(["tui::runtime::tests::the_program", "--exact", "--nocapture", "--quiet"]);
        program.env_clear();
        program.cwd(home.path());
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("RUST_BACKTRACE", "0")] {
            program.env(name, value);
        }
        for name in ["HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
            program.env(name, home.path());
        }
        let child = pair.slave.spawn_command(program).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, written) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(30.try_into().unwrap(), 100.try_into().unwrap(), 0);
        Self { home, keyboard, written, raw: Vec::new(), screen, child, _master: pair.master }
    }

    fn types(&mut self, keys: &str) -> &mut Self {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self
    }

    #[track_caller]
    fn sees(&mut self, text: &str) -> &mut Self {
        let deadline = Instant::now() + DEADLINE;
        while !self.screen.screen().contents().contains(text) {
            match self.written.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("no '{text}':\n{}", self.screen.screen().contents()),
            }
        }
        self
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    /// This thread falls over next.
    fn lets_fall(&mut self, place: &str) -> &mut Self {
        std::fs::write(self.home.path().join("falls").join(place), "").unwrap();
        self
    }

    fn has_fallen(&mut self, place: &str) -> &mut Self {
        let deadline = Instant::now() + DEADLINE;
        while self.home.path().join("falls").join(place).exists() {
            assert!(Instant::now() < deadline, "{place} goes on");
            std::thread::yield_now();
        }
        self
    }

    /// A mail has left into a file.
    fn has_written_a_mail(&mut self) -> &mut Self {
        let deadline = Instant::now() + DEADLINE;
        let folder = self.home.path().join("callsheet/mail");
        let is_mail =
            |entry: std::fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "eml");
        while !std::fs::read_dir(&folder).is_ok_and(|entries| entries.flatten().any(is_mail)) {
            assert!(Instant::now() < deadline, "no mail is written");
            std::thread::yield_now();
        }
        self
    }

    fn is_told_to_end(&mut self) -> &mut Self {
        self.gets(Signal::TERM)
    }

    fn gets(&mut self, signal: Signal) -> &mut Self {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        self
    }

    /// The terminal is given back, the words are said once, and the log is named.
    #[track_caller]
    fn ends_by_the_fall(&mut self, place: &str) {
        let (code, told) = self.ends();
        assert_eq!(code, 1, "{told}");
        assert_eq!(told.matches("asked to fall over").count(), 1, "{told}");
        assert!(told.contains(&format!("Error: callsheet fell over: asked to fall over: {place}")), "{told}");
        assert!(told.contains("what was saved stays, and the next start offers what was typed"), "{told}");
        assert!(told.contains("Hint: the log in '") && told.contains("/callsheet' says where"), "{told}");
        let state = std::fs::read_dir(self.home.path().join("callsheet")).unwrap();
        let logs: Vec<_> = state
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "log"))
            .collect();
        let log = std::fs::read_to_string(&logs[0]).unwrap();
        assert!(log.contains("panic") && log.contains("src/tui/runtime/tests.rs:"), "{log}");
    }

    /// The exit code, and what was written to the terminal after it was given back, which must have been once.
    #[track_caller]
    fn ends(&mut self) -> (u32, String) {
        let deadline = Instant::now() + DEADLINE;
        while let Ok(bytes) = self.written.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.take(&bytes);
        }
        let written = String::from_utf8_lossy(&self.raw).into_owned();
        let parts: Vec<&str> = written.split(GIVEN_BACK).collect();
        assert_eq!(parts.len(), 2, "given back once: {written:?}");
        (self.child.wait().unwrap().exit_code(), parts[1].to_owned())
    }

    /// What is kept of the form that was open.
    fn draft(&self) -> String {
        let drafts = std::fs::read_dir(self.home.path().join("callsheet/drafts")).unwrap();
        let mut drafts = drafts.map(|entry| entry.unwrap().path());
        let draft = drafts.find(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap();
        std::fs::read_to_string(draft).unwrap()
    }
}

#[test]
fn the_drawing_thread_falls() {
    let mut terminal = Terminal::open();
    terminal.types("a王小").sees("王小").lets_fall("draw").types("明");
    terminal.ends_by_the_fall("draw");
    // Another frame may have been drawn, and fallen, before the last key came.
    assert!(terminal.draft().contains("王小"), "{}", terminal.draft());
}

#[test]
fn the_thread_that_reads_keys_falls() {
    let mut terminal = Terminal::open();
    terminal.types("a王小").sees("王小").lets_fall("input").types("明").ends_by_the_fall("input");
    assert!(terminal.draft().contains("王小"), "{}", terminal.draft());
}

#[test]
fn the_thread_that_hears_signals_falls() {
    let mut terminal = Terminal::open();
    terminal.types("aada").sees("ada").lets_fall("signals").gets(Signal::WINCH).ends_by_the_fall("signals");
    assert!(terminal.draft().contains("ada"));
}

#[test]
fn the_thread_that_sees_the_hang_up_falls() {
    Terminal::start(tempfile::tempdir().unwrap(), Some("hang-up")).ends_by_the_fall("hang-up");
}

#[test]
fn the_thread_for_the_mail_server_falls_and_the_next_one_opens_the_form() {
    let mut terminal = Terminal::open();
    terminal.lets_fall("setup").types("5jjj\r").sees("fell over and was started anew").has_fallen("setup");
    terminal.types("\r").sees("Mail doctor").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
}

#[test]
fn the_worker_falls_and_starts_anew() {
    let mut terminal = Terminal::open();
    terminal.types("aada\tada@example.org").sees("ada@example.org").lets_fall("worker").types("\r");
    terminal.sees("fell over").has_fallen("worker").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
    assert!(terminal.draft().contains("ada@example.org"));
}

#[test]
fn the_second_worker_falls_and_starts_anew() {
    let mut terminal = Terminal::open();
    terminal.types("ilist.csv").sees("list.csv").lets_fall("worker-back").types("\r");
    terminal.has_fallen("worker-back").sees("fell over").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
    assert!(terminal.draft().contains("list.csv"));
}

#[test]
fn the_thread_that_builds_the_index_falls_and_filters_do_without() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("callsheet")).unwrap();
    drop(many(&home.path().join("callsheet")));
    let mut terminal = Terminal::start(home, Some("worker-index"));
    terminal.sees("Welcome").types("Example\r").sees("The account is saved").types("/c599");
    terminal.has_fallen("worker-index").sees("11 of 6").sees("c5999@example.org").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
}

#[test]
fn the_sender_falls() {
    let mut terminal = Terminal::open();
    terminal.lets_fall("sender").types("aada\tada@example.org\r").sees("fell over and was started anew");
    terminal.has_written_a_mail().types("agrace").sees("grace").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
    assert!(terminal.draft().contains("grace"));
}

#[test]
fn a_sender_that_falls_again_stays_down_and_the_mail_waits() {
    let mut terminal = Terminal::open();
    terminal.lets_fall("sender").types("aada\tada@example.org\r").sees("fell over and was started anew");
    terminal.has_written_a_mail().lets_fall("sender").types("agrace\tgrace@example.org\r");
    terminal.sees("grace is saved").has_fallen("sender");
    terminal.types("3").sees("mail: not sent from here").sees("grace@example.org").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
}

#[test]
fn the_thread_that_looks_after_the_sender_falls_and_goes_on() {
    let mut terminal = Terminal::open();
    terminal.lets_fall("post").types("aada\tada@example.org\r").sees("fell over and was started anew");
    terminal.has_fallen("post").has_written_a_mail().is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
}

#[test]
fn the_keeper_falls_and_keeps_what_is_typed_next() {
    let mut terminal = Terminal::open();
    terminal.lets_fall("keeper").types("aad").has_fallen("keeper").types("a").sees("ada").is_told_to_end();
    assert_eq!(terminal.ends(), (143, String::new()));
    assert!(terminal.draft().contains("ada"));
}
