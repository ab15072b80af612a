//! The texts on the command line: what commands print of them, and of what is given to them.

use super::{spoil, strings};
use crate::support::program::Program;

/// What prints what is stored.
const READING: [&str; 22] = [
    "list",
    "list --json",
    "show 3",
    "show 3 --json",
    "explain security.account",
    "explain security.account --json",
    "notify security.account --subject S --body-file body --dry-run",
    "outbox",
    "outbox --json",
    "history",
    "history --json",
    "history --contact 2",
    "history verify",
    "account",
    "account --json",
    "check",
    "check --json",
    "status",
    "status --json",
    "types",
    "export - --format json",
    "delete 1",
];

/// Whether a terminal might obey it, or show something else than what is there. By its own list, not by that of the program.
fn is_obeyed(character: char) -> bool {
    match character {
        '\n' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{feff}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_control(),
    }
}

#[track_caller]
fn obeys_nothing(printed: &str, told: &str) {
    let found = printed.chars().find(|character| is_obeyed(*character));
    assert_eq!(found, None, "after {told}:\n{printed:?}");
}

fn printed(program: &Program, line: &str, more: &[&str]) -> String {
    let output = program.command(line).args(more).output().unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
}

fn stored(part: usize) {
    let program = Program::new();
    program.write("body", "Somebody logged on.");
    program.must("account --name Example --security-email security@example.com --queue-only");
    let mut rows = String::from("name,email,position,language,subscriptions\n");
    for number in 0..32 {
        rows.push_str(&format!("c{number},c{number}@example.org,,en,security\n"));
    }
    program.write("staff.csv", &rows);
    program.must("import staff.csv");
    for number in [2, 3] {
        program.must(&format!("resend c{number} --queue-only"));
    }
    program.must("notify security.account --subject S --body-file body --queue-only");
    let texts: Vec<String> = strings().into_iter().skip(part * 32).take(32).collect();
    spoil(&program.database(), &texts);
    for command in READING {
        let shown = printed(&program, command, &[]);
        assert!(!shown.is_empty(), "{command}");
        obeys_nothing(&shown, command);
    }
}

#[test]
fn nothing_that_is_stored_is_obeyed() {
    for part in 0..8 {
        stored(part);
    }
}

/// What takes a text; the text stands behind it.
const TAKING: [(&str, &[&str]); 9] = [
    ("show", &[]),
    ("list --filter", &[]),
    ("add --email a@example.org --queue-only --name", &[]),
    ("add --name a --queue-only --email", &[]),
    ("subscribe 1", &[]),
    ("verify 1", &[]),
    ("notify", &["--subject", "S", "--dry-run"]),
    ("import", &[]),
    ("", &[]),
];

fn given(part: usize) {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --queue-only");
    for text in strings().iter().skip(part * 64).take(64) {
        for (command, more) in TAKING {
            let mut arguments = vec![text.as_str()];
            arguments.extend(more);
            obeys_nothing(&printed(&program, command, &arguments), &format!("{command} {text:?}"));
        }
        program.write("hostile.csv", &format!("name,email,{text}\n\"{text}\",\"{text}@example.org\",x\n"));
        obeys_nothing(
            &printed(&program, "import hostile.csv --dry-run", &[]),
            &format!("import of {text:?}"),
        );
    }
}

#[test]
fn nothing_that_is_given_is_obeyed_1_of_4() {
    given(0);
}

#[test]
fn nothing_that_is_given_is_obeyed_2_of_4() {
    given(1);
}

#[test]
fn nothing_that_is_given_is_obeyed_3_of_4() {
    given(2);
}

#[test]
fn nothing_that_is_given_is_obeyed_4_of_4() {
    given(3);
}

#[test]
fn what_is_obeyed_is_found() {
    for text in ["\u{1b}", "\u{9b}", "\r", "\u{7}", "\u{202e}", "\u{2028}", "\u{e0041}", "\t"] {
        assert!(text.chars().any(is_obeyed), "{text:?}");
    }
    assert!(!"王é한 \n".chars().any(is_obeyed));
}
