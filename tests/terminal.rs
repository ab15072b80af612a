//! The program in a real terminal: that it takes and gives back, and that it ends when it should.

mod drafts;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::program::Program;
use crate::support::sink::Sink;
use crate::support::terminal::Terminal;

/// Everything undone: attributes, synchronized update, bracketed paste, hidden cursor, alternate screen.
const GIVEN_BACK: &str = "\u{1b}[m\u{1b}[?2026l\u{1b}[?2004l\u{1b}[?25h\u{1b}[?1049l";

const SOON: Duration = Duration::from_secs(10);

/// How long the end may take when a signal or the terminal asks for it.
const PROMISED: Duration = Duration::from_secs(1);

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
fn from_no_configuration_to_a_test_mail_by_keys_alone() {
    let sink = Sink::script().login("PLAIN", "notices", "open-sesame").start();
    let program = Program::new();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:Welcome> Example <tab> security@example.com <enter> <wait:The account is saved.>");
    terminal.types("5 <wait:not leaving this machine> <down> <down> <down> <enter> <wait:Mail doctor>");
    let port = sink.port();
    terminal
        .types(&format!("notices@example.com <tab> 127.0.0.1 <tab> {port} <tab> <tab> notices <tab> wrong"));
    terminal.types("<c-t> <wait:Mail does not get through: sign in.> <c-u> open-sesame");
    terminal.types("<c-t> <wait:The server takes mail.> <enter> <wait:Mail leaves through 127.0.0.1>");
    terminal.types("t <wait:sent: 250>");
    assert!(!terminal.written().contains("sesame"));
    let mails = sink.mails();
    assert!(mails.iter().any(|mail| mail.accepted && mail.to.contains("security@example.com")), "{mails:?}");
    terminal.types("q");
    assert_eq!(terminal.ends_within(SOON), 0);
    for (name, expected) in
        [("config.toml", "password_file = \"smtp-password\""), ("smtp-password", "open-sesame")]
    {
        let file = program.path("config/callsheet").join(name);
        assert!(std::fs::read_to_string(&file).unwrap().contains(expected));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
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
        assert_eq!(terminal.ends_within(PROMISED), code);
        assert!(terminal.written().ends_with(GIVEN_BACK), "{}", terminal.written());
    }
}

#[test]
fn when_the_terminal_goes_away_the_program_does_too() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org>");
    assert_eq!(terminal.hangs_up(PROMISED), 129);
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
fn suspending_stops_all_of_the_job_so_that_the_shell_comes_back() {
    let program = home();
    let mut terminal = Terminal::shell(&program);
    let line = format!("sh -c '{}; true'\r", env!("CARGO_BIN_EXE_callsheet"));
    terminal
        .waits_for("ready 1>")
        .sends(line.as_bytes())
        .types("<wait:ada@example.org> <c-z> <wait:Stopped>");
    terminal.sends(b"fg\r").types("<wait:ada@example.org> q").waits_for("ready 3>").sends(b"exit\r");
    assert_eq!(terminal.ends_within(SOON), 0);
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
fn without_borders_only_where_it_is_asked_for() {
    let program = home();
    let cases = [("--accessible", "0", false), ("", "1", false), ("", "0", true), ("", "", true)];
    for (line, variable, is_drawn) in cases {
        let mut terminal = Terminal::run(&program, line, &[("ACCESSIBLE", variable)]);
        let status = if is_drawn {
            "ada@example.org"
        } else {
            "Name: ada. Email: ada@example.org. Status: unverified."
        };
        terminal.waits_for(status).types("d <wait:Delete ada> n q");
        assert_eq!(terminal.ends_within(SOON), 0);
        let written = terminal.written();
        let is_shape = |c: char| ('\u{2500}'..='\u{259f}').contains(&c);
        assert_eq!(written.contains(is_shape), is_drawn, "{line} ACCESSIBLE='{variable}': {written}");
    }
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

#[test]
fn a_pipe_is_told_that_the_screen_needs_a_terminal() {
    let program = home();
    let mut terminal = Terminal::shell(&program);
    let line = format!("{} | cat; echo exit ${{PIPESTATUS[0]}}\r", env!("CARGO_BIN_EXE_callsheet"));
    terminal.waits_for("ready 1>").sends(line.as_bytes()).waits_for("exit 2").waits_for("callsheet list");
    let text = terminal.text();
    assert!(text.contains("the screen needs a terminal, but standard output is none"), "{text}");
    terminal.waits_for("ready 2>").sends(b"exit\r");
    assert_eq!(terminal.ends_within(SOON), 0);
    assert!(!terminal.written().contains("\u{1b}[?1049h"));
}

const MOUSE_ON: &str = "\u{1b}[?1000h\u{1b}[?1006h";
const MOUSE_OFF: &str = "\u{1b}[?1006l\u{1b}[?1000l";

#[test]
fn the_mouse_is_let_go_at_the_end_at_a_signal_and_while_suspended() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> <c-z>").waits_for_state("T");
    terminal.signal(Signal::CONT).types("? <wait:Lists> <esc> <wait:ada@example.org>").signal(Signal::TERM);
    assert_eq!(terminal.ends_within(SOON), 143);
    let written = terminal.written();
    // Taken at the start and after the stop, there perhaps twice.
    assert!(written.matches(MOUSE_ON).count() >= 2, "{written}");
    assert_eq!(written.matches(&format!("{MOUSE_OFF}{GIVEN_BACK}")).count(), 2, "{written}");
}

#[test]
fn the_mouse_is_switched_at_run_time() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> <f2> <wait:The mouse is off> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    let written = terminal.written();
    assert_eq!((written.matches(MOUSE_ON).count(), written.matches(MOUSE_OFF).count()), (1, 1), "{written}");
}

#[test]
fn a_mouse_that_is_off_costs_no_byte() {
    let program = home();
    program.configure("[tui]\nmouse = false\n");
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    let written = terminal.written();
    assert!(!written.contains("[?1000") && !written.contains("[?1006"), "{written}");
}

#[test]
fn a_click_is_heard() {
    let program = home();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org>").sends(b"\x1b[<0;20;2M\x1b[<0;20;2m");
    terminal.waits_for("would receive").types("q");
    assert_eq!(terminal.ends_within(SOON), 0);
}

#[test]
fn copying_is_one_sequence_inside_a_frame() {
    for (environment, sequence) in [
        (None, "\u{1b}]52;c;YWRhQGV4YW1wbGUub3Jn\u{7}"),
        (Some(("TMUX", "/tmp/x,1,0")), "\u{1b}]52;c;YWRhQGV4YW1wbGUub3Jn\u{7}"),
        (Some(("STY", "1.x")), "\u{1b}P\u{1b}]52;c;YWRhQGV4YW1wbGUub3Jn\u{7}\u{1b}\\"),
    ] {
        let program = home();
        let mut terminal = Terminal::open(&program, environment.as_slice());
        terminal.types("<wait:ada@example.org> y <wait:was sent to the terminal> q");
        assert_eq!(terminal.ends_within(SOON), 0);
        let written = terminal.written();
        assert_eq!(written.matches(sequence).count(), 1, "{written}");
        let before = written.split(sequence).next().unwrap();
        let is_open = before.rfind("\u{1b}[?2026h") > before.rfind("\u{1b}[?2026l");
        assert!(is_open, "{before}");
    }
}

#[test]
fn without_colour_no_theme_brings_any() {
    for theme in ["dark", "light", "contrast", "sea"] {
        let program = home();
        program.configure(&format!("[tui]\ntheme = '{theme}'\n"));
        let themes = program.path("config/callsheet/themes");
        std::fs::create_dir_all(&themes).unwrap();
        std::fs::write(themes.join("sea.toml"), "text = '#ff0000'\n").unwrap();
        let mut terminal = Terminal::open(&program, &[("NO_COLOR", "1")]);
        terminal.types("<wait:ada@example.org> : theme <wait:nothing matches> <c-c> q");
        assert_eq!(terminal.ends_within(SOON), 0);
        let written = terminal.written();
        for colour in
            ["3", "4", "9", "10"].iter().flat_map(|tens| (0..9).map(move |ones| format!("{tens}{ones}")))
        {
            let has = |part: &str| {
                part.split_once('m').is_some_and(|(codes, _)| {
                    codes.bytes().all(|b| b.is_ascii_digit() || b == b';')
                        && codes.split(';').any(|c| c == colour)
                })
            };
            assert!(!written.split("\u{1b}[").any(has), "{theme} {colour}");
        }
    }
}

#[test]
fn an_own_theme_is_worn() {
    let program = home();
    program.configure("[tui]\ntheme = 'sea'\n");
    let themes = program.path("config/callsheet/themes");
    std::fs::create_dir_all(&themes).unwrap();
    std::fs::write(themes.join("sea.toml"), "selected_row = '#010203 on 200'\n").unwrap();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types("<wait:ada@example.org> q");
    assert_eq!(terminal.ends_within(SOON), 0);
    assert!(terminal.written().contains("38;2;1;2;3;48;5;200m"), "{}", terminal.written());
}
