//! The two streams: a closed pipe, a full disk, hostile text, long lists.

use std::io::Read;
use std::process::Stdio;
use std::sync::Arc;

use callsheet::clock;
use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::contact_form::ContactForm;
use callsheet::operations::contacts::{self, Verify};
use callsheet::operations::{Actor, Opening, Reach, Rules, Session, Via};

use crate::support::program::Program;

/// More than a pipe and every buffer on the way hold.
const MANY: usize = 1_200;

fn with_many_contacts() -> Program {
    let program = Program::new();
    let opening = Opening {
        database: program.database(),
        actor: Actor { user: "tester".to_owned(), origin: None },
        via: Via::Command,
        rules: Rules::default(),
        catalogue: Arc::new(Catalogue::built_in()),
        clock: clock::system(),
        reach: Reach::Everywhere,
    };
    let mut session = Session::open(&opening).unwrap();
    for number in 0..MANY {
        let form = ContactForm {
            name: format!("c{number}"),
            email: format!("c{number}@example.org"),
            ..ContactForm::default()
        };
        contacts::add(&mut session, &form, Verify::Later).unwrap();
    }
    program
}

#[test]
fn a_list_of_several_pages_is_whole_in_order_and_ends_quietly_when_nobody_reads() {
    let program = with_many_contacts();
    let ids: Vec<i64> =
        serde_json::from_str::<Vec<serde_json::Value>>(&program.data("list --sort id --json"))
            .unwrap()
            .iter()
            .map(|contact| contact["id"].as_i64().unwrap())
            .collect();
    assert_eq!(ids, (1..=i64::try_from(MANY).unwrap()).collect::<Vec<_>>());

    let explained: serde_json::Value =
        serde_json::from_str(&program.data("explain security.cloud --json")).unwrap();
    assert_eq!(explained["excluded"].as_array().map(Vec::len), Some(MANY));

    for (command, beginning) in [
        ("list --json", "[{\"id\":"),
        ("explain security.cloud --json", "{\"type\":"),
        ("explain security.cloud", "ID "),
    ] {
        let mut child =
            program.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 3];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let mut messages = String::new();
        child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
        assert!(beginning.as_bytes().starts_with(&first), "{command}");
        assert_eq!((child.wait().unwrap().code(), messages.as_str()), (Some(0), ""), "{command}");
    }
}

#[test]
fn data_that_cannot_be_written_is_a_failure() {
    let program = Program::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = program.command("types").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr).unwrap().starts_with("Error: standard output cannot be written")
    );
}

#[test]
fn what_a_person_typed_reaches_no_terminal_unescaped() {
    let program = Program::new();
    for command in ["show '\u{1b}[31mred'", "'\u{1b}]0;title\u{7}'", "list --filter 'status:\u{9b}31m'"] {
        let transcript = program.run(command);
        let shown = transcript.split_once('\n').unwrap().1;
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{shown:?}");
    }
}
