//! The program dies while a form is open: what was typed is there at the next start.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rustix::process::Signal;

use super::{GIVEN_BACK, SOON, home};
use crate::support::program::Program;
use crate::support::terminal::Terminal;

/// The drafts that lie there.
fn drafts(program: &Program) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(program.path("state/callsheet/drafts")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect()
}

/// Opens the form with what is offered, saves it, and nothing is offered again.
fn is_there(program: &Program) {
    let mut terminal = Terminal::open(program, &[]);
    terminal.types("<wait:Left unfinished> <wait:New contact: 王小明 · xiaoming@> <enter> <wait:Add contact> <wait:xiaoming@>");
    terminal.types("<tab> example.cn <enter> <wait:is saved> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    assert!(program.data("list").contains("xiaoming@example.cn"));
    assert!(drafts(program).is_empty());
    let mut terminal = Terminal::open(program, &[]);
    terminal.types("<wait:ada@example.org> 5 <wait:Database> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    assert!(!terminal.written().contains("unfinished"));
}

#[test]
fn signals_keep_what_is_typed() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let program = home();
        let mut terminal = Terminal::open(&program, &[]);
        terminal.types("<wait:ada@example.org> a 王小明 <tab> xiaoming@ <wait:xiaoming@>").signal(signal);
        assert_eq!(terminal.ends_within(SOON), code);
        assert!(terminal.written().ends_with(GIVEN_BACK), "{}", terminal.written());
        let [draft] = &drafts(&program)[..] else { panic!("{:?}", drafts(&program)) };
        assert_eq!(std::fs::metadata(draft).unwrap().permissions().mode() & 0o777, 0o600);
        is_there(&program);
    }
}

#[test]
fn a_terminal_that_goes_away_keeps_what_is_typed() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> a 王小明 <tab> xiaoming@ <wait:xiaoming@>");
    assert_eq!(terminal.hangs_up(SOON), 129);
    is_there(&program);
}

#[test]
fn a_program_that_is_killed_has_kept_what_was_typed() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> a 王小明 <tab> xiaoming@ <wait:xiaoming@>");
    terminal.waits_until("the draft is written", || {
        drafts(&program)
            .iter()
            .any(|draft| std::fs::read_to_string(draft).is_ok_and(|text| text.contains("xiaoming@")))
    });
    terminal.signal(Signal::KILL);
    terminal.ends_within(SOON);
    is_there(&program);
}

#[test]
fn two_programs_that_start_at_once_do_not_open_the_same_draft() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> a 王小明 <tab> xiaoming@ <wait:xiaoming@>").signal(Signal::TERM);
    terminal.ends_within(SOON);
    let mut first = Terminal::open(&program, &[]);
    first.types("<wait:Left unfinished>");
    let mut second = Terminal::open(&program, &[]);
    second.types("<wait:ada@example.org> 5 <wait:Database> q");
    assert_eq!(second.ends_within(SOON), 0);
    assert!(!second.written().contains("unfinished"));
    first.types("<tab> <tab> <enter> q");
    assert_eq!(first.ends_within(SOON), 0);
    is_there(&program);
}

#[test]
fn a_restricted_screen_keeps_what_is_typed_too() {
    let program = home();
    let database = program.path("data/callsheet/callsheet.db");
    std::fs::write(program.path("own.toml"), format!("database = '{}'\n", database.display())).unwrap();
    let run = || {
        Terminal::run(
            &program,
            "--restricted --config own.toml",
            &[("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")],
        )
    };
    let mut terminal = run();
    terminal
        .types("<wait:ada@example.org> n <tab> Unfinished-by-chance-7f3a <wait:7f3a> <c-a>")
        .signal(Signal::TERM);
    terminal.ends_within(SOON);
    let mut terminal = run();
    terminal.types("<wait:from 192.0.2.1> <wait:New notice: Unfinished-by-chance-7f3a> <tab> <enter>");
    terminal.types("<wait:ada@example.org> q");
    assert_eq!(terminal.ends_within(SOON), 0);
}

#[test]
fn a_password_is_in_no_file() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal
        .types("<wait:ada@example.org> 5 <wait:not leaving> <down> <down> <down> <enter> <wait:Mail doctor>");
    terminal.types("notices@example.com <tab> mail.example.com <tab> <tab> <tab> notices <tab> open-sesame <wait:•••••••••••>");
    terminal.signal(Signal::TERM);
    terminal.ends_within(SOON);
    let [draft] = &drafts(&program)[..] else { panic!("{:?}", drafts(&program)) };
    let text = std::fs::read_to_string(draft).unwrap();
    assert!(text.contains("mail.example.com") && !text.contains("sesame"), "{text}");
}
