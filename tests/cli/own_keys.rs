//! Own keys: every mistake is told before the screen is opened.

use std::fs;

use crate::support::program::Program;

const WRONG: &str = "[contacts]\nadd = ['hyper-a']\ndelet = ['d']\n[outbx]\nopen = ['o']\n";

fn program(keys: &str) -> Program {
    let program = Program::with_config("");
    fs::write(program.path("config/callsheet/keys.toml"), keys).unwrap();
    program
}

#[test]
fn mistakes_are_told_at_once_with_file_and_line() {
    let transcript = program(WRONG).run_with_input("", "").replace('\\', "/");
    for part in [
        "! Error: the own keys or the own theme cannot be used",
        "keys.toml:2: 'hyper-a' is not a key",
        "keys.toml:3: there is no action 'delet' in 'contacts'; did you mean 'delete'?",
        "keys.toml:4: there is no context 'outbx'; did you mean 'outbox'?",
        "[exit 2]",
    ] {
        assert!(transcript.contains(part), "{part}: {transcript}");
    }
}

#[test]
fn a_clash_names_both_actions() {
    let transcript = program("[contacts]\nadd = ['j']\n").run_with_input("", "");
    let words = "keys.toml:2: 'j' cannot mean both 'lists.down' (built in) and 'contacts.add'";
    assert!(transcript.contains(words) && transcript.contains("[exit 2]"), "{transcript}");
}

#[test]
fn check_says_it_too_and_other_commands_go_on() {
    let wrong = program(WRONG);
    let checked = wrong.run("check");
    assert!(checked.contains("screen") && checked.contains("keys.toml:3: there is no action"), "{checked}");
    assert!(checked.contains("[exit 1]"), "{checked}");
    wrong.must("list");
    let right = program("[contacts]\nadd = ['+']\n").run("check");
    assert!(right.contains("keys.toml") && !right.contains("broken"), "{right}");
}

#[test]
fn mistakes_in_an_own_theme_are_told_with_those_of_the_keys() {
    let program = Program::with_config("[tui]\ntheme = 'sea'\n");
    fs::write(program.path("config/callsheet/keys.toml"), "[contacts]\nadd = ['j']\n").unwrap();
    fs::create_dir(program.path("config/callsheet/themes")).unwrap();
    fs::write(program.path("config/callsheet/themes/sea.toml"), "keey = 'red'\nkey = 'redd'\n").unwrap();
    let transcript = program.run_with_input("", "");
    for part in [
        "keys.toml:2: 'j' cannot mean both",
        "sea.toml:1: there is no role 'keey'; did you mean 'key'?",
        "sea.toml:2: 'redd' is no colour; did you mean 'red'?",
        "[exit 2]",
    ] {
        assert!(transcript.contains(part), "{part}: {transcript}");
    }
    assert!(program.run("check").contains("sea.toml:1: there is no role"));
}
