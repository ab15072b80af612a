//! The program in a real terminal: that it takes and gives back, and that it ends when it should.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::program::Program;
use crate::support::terminal::Terminal;

/// Everything undone: attributes, synchronized update, bracketed paste, hidden cursor, alternate screen.
const GIVEN_BACK: &str = "\u{1b}[m\u{1b}[?2026l\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1049l";

const SOON: Duration = Duration::from_secs(10);

/// A home whose first questions are answered and in which one contact is listed.
fn home() -> Program {
    let program = Program::new();
    program.must("account --name 'Example Ltd' --security-email security@example.com --queue-only");
    program.must("add --name ada --email ada@example.org --no-verify");
    program
}

#[test]
fn a_contact_is_added_by_hand_and_the_terminal_is_given_back() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> a 王小明 <tab> xiaoming@example.cn <enter> <wait:is saved>");
    terminal.waits_for("unverified").types("q");
    assert_eq!(terminal.ends_within(SOON), 0);
    assert!(terminal.written().contains(GIVEN_BACK), "{}", terminal.written());
    assert!(program.data("list").contains("xiaoming@example.cn"));
}

#[test]
fn a_frame_is_one_synchronized_piece() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> q");
    terminal.ends_within(SOON);
    let written = terminal.written();
    assert_eq!(written.matches("\u{1b}[?2026h").count() + 1, written.matches("\u{1b}[?2026l").count());
}

#[test]
fn signals_give_the_terminal_back_and_tell_themselves_in_the_exit_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let program = home();
        let mut terminal = Terminal::open(&program, &[]);
        terminal.types("<wait:ada@example.org>").signal(signal);
        assert_eq!(terminal.ends_within(SOON), code);
        assert!(terminal.written().ends_with(GIVEN_BACK), "{}", terminal.written());
    }
}

#[test]
fn when_the_terminal_goes_away_the_program_does_too() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org>");
    // One second is promised; a busy machine gets more before this fails.
    assert_eq!(terminal.hangs_up(SOON), 129);
}

#[test]
fn suspending_gives_the_terminal_back_and_coming_back_draws_everything() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> <c-z>").waits_for_state("T");
    terminal.signal(Signal::CONT).types("? <wait:Lists> <esc> <wait:ada@example.org> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    let written = terminal.written();
    assert!(written.matches("\u{1b}[?1049h").count() >= 2, "{written}");
    assert!(written.contains(GIVEN_BACK));
}

#[test]
fn a_restricted_screen_goes_by_its_command_line_alone_and_does_not_suspend() {
    let program = home();
    let database = program.path("data/callsheet/callsheet.db");
    std::fs::write(program.path("own.toml"), format!("database = '{}'\n", database.display())).unwrap();
    let astray = [
        ("CALLSHEET_DB", "/nonexistent/a.db"),
        ("CALLSHEET_CONFIG", "/nonexistent/a.toml"),
        ("XDG_DATA_HOME", "/nonexistent"),
        ("HOME", "/nonexistent"),
        ("PATH", "/nonexistent"),
        ("SSH_ORIGINAL_COMMAND", "callsheet --db /nonexistent/a.db"),
        ("SSH_CONNECTION", "203.0.113.9 50022 192.0.2.1 22"),
        ("SUDO_USER", "grace"),
    ];
    let mut terminal = Terminal::run(&program, "--restricted --config own.toml", &astray);
    terminal.types("<wait:ada@example.org> <c-z> <wait:cannot be suspended> a grace <tab> grace@example.org <enter> <wait:is saved> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    let history = program.data("history --limit 1 --json");
    assert!(history.contains(r#""origin":"203.0.113.9""#), "{history}");
    assert!(!history.contains("sudo"), "{history}");
}

#[test]
fn without_colour_the_selection_is_still_seen() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[("NO_COLOR", "1")]);
    terminal.types("<wait:ada@example.org> q");
    terminal.ends_within(SOON);
    let written = terminal.written();
    let styles: Vec<&str> =
        written.split("\u{1b}[").filter_map(|part| part.split_once('m')).map(|part| part.0).collect();
    let codes: Vec<&str> = styles
        .iter()
        .filter(|style| style.bytes().all(|b| b.is_ascii_digit() || b == b';'))
        .flat_map(|style| style.split(';'))
        .collect();
    assert!(codes.contains(&"7") && codes.contains(&"1"), "{codes:?}");
    assert!(codes.iter().all(|code| matches!(*code, "" | "0" | "1" | "2" | "3" | "4" | "7")), "{codes:?}");
}

#[test]
fn another_size_is_drawn_at_once() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org>").resizes(30, 8).waits_for("callsheet needs 40x10");
    terminal.resizes(60, 20).waits_for("ada@example.org").types("q");
    assert_eq!(terminal.ends_within(SOON), 0);
}

#[test]
fn a_dumb_terminal_is_told_what_to_use_instead() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[("TERM", "dumb")]);
    terminal.waits_for("callsheet list");
    assert_eq!(terminal.ends_within(SOON), 2);
    assert!(!terminal.written().contains("\u{1b}[?1049h"));
}
