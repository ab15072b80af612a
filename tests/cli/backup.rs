//! backup, restore.

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
