//! Wrong usage: exit 2, the nearest word, nothing on standard output.

use crate::support::program::{Program, assert_transcript};

#[test]
fn an_unknown_command_or_option_names_the_nearest() {
    assert_transcript!(Program::new().run("lst\nlist --sortt name\nadd --name ada\ndelete\nverify ada"), @r#"
        $ callsheet lst
        ! Error: unrecognized subcommand 'lst'
        !
        ! Hint: some similar subcommands exist: 'test', 'list'
        !
        ! Usage: callsheet [OPTIONS] [COMMAND]
        [exit 2]
        $ callsheet list --sortt name
        ! Error: unexpected argument '--sortt' found
        !
        ! Hint: a similar argument exists: '--sort'
        !
        ! Usage: callsheet list --sort <COLUMN>
        [exit 2]
        $ callsheet add --name ada
        ! Error: the following required arguments were not provided:
        !   --email <EMAIL>
        !
        ! Usage: callsheet add --name <NAME> --email <EMAIL>
        [exit 2]
        $ callsheet delete
        ! Error: the following required arguments were not provided:
        !   <CONTACT>...
        !
        ! Usage: callsheet delete <CONTACT>...
        [exit 2]
        $ callsheet verify ada
        ! Error: the following required arguments were not provided:
        !   <CODE>
        !
        ! Usage: callsheet verify <CONTACT> <CODE>
        [exit 2]
        "#);
}

#[test]
fn a_restricted_screen_takes_no_command() {
    assert_transcript!(Program::new().run("--restricted list\nlist --restricted\n--restricted --json"), @r#"
        $ callsheet --restricted list
        ! Error: with '--restricted' there are no commands
        ! Hint: 'callsheet --restricted' opens the screen; leave one of both out
        [exit 2]
        $ callsheet list --restricted
        ! Error: unexpected argument '--restricted' found
        !
        ! Usage: callsheet list [OPTIONS]
        [exit 2]
        $ callsheet --restricted --json
        ! Error: the screen has no JSON
        ! Hint: 'callsheet list --json' prints the contacts
        [exit 2]
        "#);
}

#[test]
fn commands_that_do_not_exist_are_wrong_usage() {
    let transcript = Program::new().run("import -");
    assert!(transcript.ends_with("[exit 2]\n"), "{transcript}");
}

#[test]
fn help_and_version_are_data() {
    let program = Program::new();
    let help = program.data("--help").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("never serve to sign in or to identify anyone"));
    let short = format!("callsheet {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(program.data("-V"), short);
    let facts = program.data("--version");
    let lines: Vec<&str> = facts.lines().collect();
    assert!(facts.starts_with(&short), "{facts}");
    assert!(lines[1].ends_with(&format!(" build for linux on {}", std::env::consts::ARCH)), "{facts}");
    assert!(lines[2].starts_with("SQLite 3.") && lines[2].ends_with(", database schema 1"), "{facts}");
}

#[test]
fn every_command_has_a_help_text() {
    let program = Program::new();
    for command in [
        "list",
        "show",
        "add",
        "modify",
        "delete",
        "verify",
        "resend",
        "outbox",
        "retry",
        "cancel",
        "deliver",
        "test",
        "account",
        "config",
        "check",
        "types",
        "explain",
        "notify",
        "status",
        "subscribe",
        "unsubscribe",
        "serve",
        "history",
        "backup",
        "restore",
        "completions",
        "man",
    ] {
        let help = program.data(&format!("{command} --help"));
        assert!(help.contains("Usage: callsheet"), "{command}: {help}");
    }
}

#[test]
fn the_screen_needs_a_terminal() {
    assert_transcript!(Program::new().run_with_input("", ""), @r#"
        $ callsheet
        ! Error: the screen needs a terminal, but standard input is none
        ! Hint: 'callsheet list' shows the contacts, 'callsheet --help' names all commands
        [exit 2]
        "#);
}

#[test]
fn the_language_of_the_screen_is_chosen_by_a_flag() {
    let transcript = Program::new().run("--lang zh-CN config");
    assert!(transcript.contains("zh-CN") && transcript.contains("--lang"), "{transcript}");
    let transcript = Program::new().run("--lang tlh");
    assert!(transcript.contains("--lang: is 'tlh', which is not one of en, zh-CN"), "{transcript}");
    assert!(transcript.ends_with("[exit 2]\n"), "{transcript}");
}
