//! backup, restore.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::program::{Program, assert_transcript};

#[test]
fn a_backup_brings_back_what_was_there() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    let copy = program.path("copy.db").display().to_string();
    program.must(&format!("backup {copy}"));
    program.must("delete ada --yes");
    program.must(&format!("restore {copy}"));
    assert_transcript!(program.run("list\nhistory verify\noutbox --json"), @r#"
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS      TYPES
        1   ada   ada@example.org  -         unverified  security
        [exit 0]
        $ callsheet history verify
        ! The history is whole: 2 entries.
        [exit 0]
        $ callsheet outbox --json
        [{"id":1,"kind":"verification","to":"ada@example.org","contact":1,"notice":null,"type":null,"subject":"Please confirm your address","fallback":null,"state":"queued","attempts":0,"created_at":"[time]","due_at":"[time]","ended_at":null,"message_id":"<[message-id]>","server":null,"maybe_sent":true}]
        [exit 0]
        "#);
    let kept = std::fs::read_dir(program.database().parent().unwrap()).unwrap();
    let kept = kept
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".before-restore-"));
    assert_eq!(kept.count(), 1);
}

#[test]
fn what_is_said_of_a_backup_and_a_restore() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    let copy = program.path("copy.db").display().to_string();
    let (made, restored) =
        (program.run(&format!("backup {copy}")), program.run(&format!("restore {copy} --json")));
    let restored = regex_free(&restored);
    assert_transcript!(format!("{made}{restored}"), @r#"
        $ callsheet backup [home]/copy.db
        ! '[home]/data/callsheet/callsheet.db' was copied to '[home]/copy.db'.
        ! Hint: the key '[home]/data/callsheet/callsheet.db.key' is not in it; keep a copy of it elsewhere, or codes and links under way are void after a restore
        [exit 0]
        $ callsheet restore [home]/copy.db --json
        {"kept":"[home]/data/callsheet/callsheet.db.before-restore-[time]","waiting":1}
        ! '[home]/copy.db' was restored.
        ! What was there before is kept as '[home]/data/callsheet/callsheet.db.before-restore-[time]'.
        ! Warning: 1 mail waits as it did when the backup was made, and may have been sent since; 'callsheet outbox' and 'callsheet cancel' help
        [exit 0]
        "#);
}

#[test]
fn a_backup_goes_to_standard_output_but_not_to_a_terminal() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --queue-only");
    let made = program.command("backup -").output().unwrap();
    assert!(made.status.success() && made.stdout.starts_with(b"SQLite format 3\0"));
    std::fs::write(program.path("copy.db"), &made.stdout).unwrap();
    program.must("delete ada --yes");
    program.must("restore copy.db");
    assert!(program.data("list").contains("ada@example.org"));
    let folder = std::fs::read_dir(program.database().parent().unwrap()).unwrap();
    let left =
        folder.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("unfinished"));
    assert_eq!((left.count(), program.path("-").exists()), (0, false));

    let (shown, code) = program.run_in_terminal("backup -", "");
    assert!(shown.contains("Error: a backup is not written to a terminal") && code == 2, "{code} {shown}");
}

/// Times in file names differ from run to run.
fn regex_free(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(index) = rest.find(".before-restore-") {
        let end = index + ".before-restore-".len();
        out.push_str(&rest[..end]);
        out.push_str("[time]");
        rest = &rest[end + "20261124T140300Z".len()..];
    }
    out + rest
}

#[test]
fn what_is_no_backup_is_refused_and_nothing_changes() {
    let program = Program::new();
    program.must("account --name Example");
    std::fs::write(program.path("notes"), "mine").unwrap();
    let (notes, database) =
        (program.path("notes").display().to_string(), program.database().display().to_string());
    assert_transcript!(program.run(&format!(
        "backup {notes}\nbackup {database}\nrestore {notes}\nrestore {database}\nrestore {database}.none\naccount"
    )), @r#"
        $ callsheet backup [home]/notes
        ! Error: '[home]/notes' is not a callsheet database: it is no SQLite database
        ! Hint: nothing was changed
        [exit 1]
        $ callsheet backup [home]/data/callsheet/callsheet.db
        ! Error: '[home]/data/callsheet/callsheet.db' could not be used: it is the database itself or belongs to it
        [exit 1]
        $ callsheet restore [home]/notes
        ! Error: '[home]/notes' is not a callsheet database: it is no SQLite database
        ! Hint: nothing was changed
        [exit 1]
        $ callsheet restore [home]/data/callsheet/callsheet.db
        ! Error: '[home]/data/callsheet/callsheet.db' could not be used: it is the database itself or belongs to it
        [exit 1]
        $ callsheet restore [home]/data/callsheet/callsheet.db.none
        ! Error: '[home]/data/callsheet/callsheet.db.none' cannot be opened: No such file or directory (os error 2)
        [exit 1]
        $ callsheet account
        name            Example
        security email  none
        language        en
        [exit 0]
        "#);
    assert_eq!(std::fs::read_to_string(program.path("notes")).unwrap(), "mine");
}

#[test]
fn a_restore_is_refused_while_another_process_uses_the_database() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --queue-only");
    program.must("backup copy.db");
    program.must("add --name bob --email bob@example.org --queue-only");
    let mut other = program.command("deliver --watch").stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(other.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("delivery 2 to b•••@example.org: written")));
    let refused = program.run("restore copy.db");
    kill_process(Pid::from_child(&other), Signal::TERM).unwrap();
    assert!(other.wait().unwrap().success());
    assert_transcript!(format!("{refused}{}", program.run("list")), @r#"
        $ callsheet restore copy.db
        ! Error: '[home]/data/callsheet/callsheet.db' is used by another program; end it first
        [exit 1]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS      TYPES
        1   ada   ada@example.org  -         unverified  -
        2   bob   bob@example.org  -         unverified  -
        [exit 0]
        "#);
    program.must("restore copy.db");
    assert_eq!(contacts(&program, ""), 1);
}

#[test]
fn a_backup_while_others_write_is_a_moment_of_theirs() {
    const MANY: usize = 3_000;
    let program = Program::new();
    program.must("account --name Example");
    let rows: String = (0..MANY).map(|row| format!("n{row},n{row}@example.org\n")).collect();
    program.write("many.csv", &format!("name,email\n{rows}"));
    let mut writing =
        program.command("import many.csv").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut made = 0;
    loop {
        let is_done = writing.try_wait().unwrap().is_some();
        // The same name each time: the one before is replaced at once.
        program.must("backup copy.db");
        assert_eq!(std::fs::metadata(program.path("copy.db")).unwrap().mode() & 0o777, 0o600);
        assert!(!program.path("copy.db-wal").exists());
        std::fs::copy(program.path("copy.db"), program.path("look.db")).unwrap();
        program.must("history verify --db look.db");
        let count = contacts(&program, "--db look.db");
        assert!(count == 0 || count == MANY, "{count} contacts");
        made += 1;
        if is_done {
            assert_eq!((count, made > 1), (MANY, true));
            break;
        }
    }
}

#[test]
fn a_backup_that_cannot_be_written_names_its_file() {
    let program = Program::new();
    program.must("account --name Example");
    assert_transcript!(program.run("backup nowhere/copy.db"), @r#"
        $ callsheet backup nowhere/copy.db
        ! Error: 'nowhere/copy.db' cannot be opened: No such file or directory (os error 2)
        [exit 1]
        "#);
}

fn contacts(program: &Program, options: &str) -> usize {
    let status: Value = serde_json::from_str(&program.data(&format!("status --json {options}"))).unwrap();
    usize::try_from(status["contacts"].as_u64().unwrap()).unwrap()
}
