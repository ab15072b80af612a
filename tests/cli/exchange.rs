//! import and export.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::program::{Program, assert_transcript};
use crate::support::terminal::Terminal;

const TABLE: &str = "name,email,position,language,subscriptions\n\
                     王小明,xiaoming@example.cn,Finance Director,zh-CN,recommended\n\
                     Ada,ada@example.org,,,security securty\n";

/// A home with files in it.
fn with_files(files: &[(&str, &[u8])]) -> Program {
    let program = Program::new();
    for (name, bytes) in files {
        fs::write(program.path(name), bytes).unwrap();
    }
    program
}

#[test]
fn a_table_is_imported_and_each_row_told() {
    let program = with_files(&[
        ("staff.csv", TABLE.as_bytes()),
        ("again.csv", b"Email;Name\nADA@example.org;Countess\n"),
    ]);
    assert_transcript!(program.run("import staff.csv\nlist\nimport again.csv\nimport again.csv --json\nhistory --json"), @r#"
        $ callsheet import staff.csv
        LINE  RESULT  EMAIL                CONTACT  WHY
        2     added   xiaoming@example.cn  1        -
        3     added   ada@example.org      2        there is no message type 'securty' here; it is kept; the nearest is security
        ! Imported: 2 added, 0 changed, 0 unchanged.
        ! Hint: 2 new contacts wait for their verification; 'callsheet resend --unverified' sends the codes
        [exit 0]
        $ callsheet list
        ID  NAME    EMAIL                POSITION          STATUS      TYPES
        2   Ada     ada@example.org      -                 unverified  security,securty
        1   王小明  xiaoming@example.cn  Finance Director  unverified  account,service
        [exit 0]
        $ callsheet import again.csv
        LINE  RESULT   EMAIL            CONTACT  WHY
        2     changed  ADA@example.org  2        -
        ! Imported: 0 added, 1 changed, 0 unchanged.
        [exit 0]
        $ callsheet import again.csv --json
        [{"line":2,"result":"unchanged","email":"ADA@example.org","contact":2,"reasons":[],"warnings":[]}]
        ! Imported: 0 added, 0 changed, 1 unchanged.
        [exit 0]
        $ callsheet history --json
        [{"id":5,"at":"[time]","actor":"[who]","origin":null,"via":"import","action":"contact.import","contact":null,"details":{"added":0,"changed":1,"refused":0,"unchanged":0}},
        {"id":4,"at":"[time]","actor":"[who]","origin":null,"via":"import","action":"contact.modify","contact":2,"details":{"email":["ada@example.org","ADA@example.org"],"name":["Ada","Countess"]}},
        {"id":3,"at":"[time]","actor":"[who]","origin":null,"via":"import","action":"contact.import","contact":null,"details":{"added":2,"changed":0,"refused":0,"unchanged":0}},
        {"id":2,"at":"[time]","actor":"[who]","origin":null,"via":"import","action":"contact.add","contact":2,"details":{"email":"ada@example.org","language":"en","name":"Ada","position":null,"subscriptions":["security","securty"]}},
        {"id":1,"at":"[time]","actor":"[who]","origin":null,"via":"import","action":"contact.add","contact":1,"details":{"email":"xiaoming@example.cn","language":"zh-CN","name":"王小明","position":"finance_director","subscriptions":["account","service"]}}]
        [exit 0]
        "#);
}

#[test]
fn one_bad_row_keeps_all_out_and_all_bad_rows_are_told() {
    let rows = "name,email,phone\nAda,ada@example.org,1\nBob Ross,bob@example,2\nEve,ADA@example.org,3\n";
    let program = with_files(&[("staff.csv", rows.as_bytes())]);
    assert_transcript!(program.run("import staff.csv\nimport staff.csv --json\nlist\nimport staff.csv --keep-going\nlist"), @r#"
        $ callsheet import staff.csv
        LINE  RESULT   EMAIL            CONTACT  WHY
        3     refused  bob@example      -        name: a name has no white space; character 4 of this one is U+0020 (blank); 'BobRoss' would be one; email: a domain has at least two parts, such as example.com; this one has one
        4     refused  ADA@example.org  -        email: line 2 is about the same contact
        ! Warning: the column 'phone' means nothing here and was left out
        ! Error: 2 of 3 rows cannot be taken, so nothing was imported
        ! Hint: '--keep-going' imports the others
        [exit 2]
        $ callsheet import staff.csv --json
        [{"line":3,"result":"refused","email":"bob@example","contact":null,"reasons":["name: a name has no white space; character 4 of this one is U+0020 (blank); 'BobRoss' would be one","email: a domain has at least two parts, such as example.com; this one has one"],"warnings":[]},
        {"line":4,"result":"refused","email":"ADA@example.org","contact":null,"reasons":["email: line 2 is about the same contact"],"warnings":[]}]
        ! Warning: the column 'phone' means nothing here and was left out
        ! Error: 2 of 3 rows cannot be taken, so nothing was imported
        ! Hint: '--keep-going' imports the others
        [exit 2]
        $ callsheet list
        ! There is no contact yet.
        [exit 0]
        $ callsheet import staff.csv --keep-going
        LINE  RESULT   EMAIL            CONTACT  WHY
        2     added    ada@example.org  1        -
        3     refused  bob@example      -        name: a name has no white space; character 4 of this one is U+0020 (blank); 'BobRoss' would be one; email: a domain has at least two parts, such as example.com; this one has one
        4     refused  ADA@example.org  -        email: line 2 is about the same contact
        ! Warning: the column 'phone' means nothing here and was left out
        ! Imported: 1 added, 0 changed, 0 unchanged, 2 refused.
        ! Warning: 1 new contact has no message type yet and will get no notice
        ! Hint: 1 new contact waits for its verification; 'callsheet resend --unverified' sends the codes
        [exit 3]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS      TYPES
        1   Ada   ada@example.org  -         unverified  -
        [exit 0]
        "#);
}

#[test]
fn a_trial_prints_what_the_import_prints() {
    let program = with_files(&[("staff.csv", TABLE.as_bytes())]);
    let trial = program.data("import staff.csv --dry-run");
    assert_transcript!(program.run("import staff.csv --dry-run --verify\nlist"), @r#"
        $ callsheet import staff.csv --dry-run --verify
        LINE  RESULT  EMAIL                CONTACT  WHY
        2     added   xiaoming@example.cn  1        -
        3     added   ada@example.org      2        there is no message type 'securty' here; it is kept; the nearest is security
        ! Nothing was written; without '--dry-run' it is 2 added, 0 changed, 0 unchanged.
        [exit 0]
        $ callsheet list
        ! There is no contact yet.
        [exit 0]
        "#);
    assert_eq!(program.data("import staff.csv"), trial);
}

#[test]
fn codes_are_sent_on_demand_and_within_the_limits() {
    let program = Program::with_config("[verification]\ndaily_limit = 1\n");
    fs::write(program.path("staff.csv"), TABLE).unwrap();
    assert_transcript!(program.run("import staff.csv --verify\noutbox"), @r#"
        $ callsheet import staff.csv --verify
        LINE  RESULT  EMAIL                CONTACT  WHY
        2     added   xiaoming@example.cn  1        -
        3     added   ada@example.org      2        there is no message type 'securty' here; it is kept; the nearest is security; it gets no code now: the daily limit of verification mails is reached; the next may be sent in [wait]
        ! Imported: 2 added, 0 changed, 0 unchanged.
        ! Warning: 1 new contact gets no code now
        ! Hint: 'callsheet resend --unverified' sends the codes when the limits allow it
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'xiaoming@example.cn' was written to a file (delivery 1); it was not sent.
        [exit 0]
        $ callsheet outbox
        ID  STATE    KIND          TO                   CREATED               TRIES  SUBJECT                 SERVER
        1   written  verification  xiaoming@example.cn  [time]  1      请验证您接收消息的邮箱  [home]/data/callsheet/mail/1.eml
        [exit 0]
        "#);
    let program = with_files(&[("staff.csv", TABLE.as_bytes())]);
    assert_transcript!(program.run("import staff.csv --verify --queue-only"), @r#"
        $ callsheet import staff.csv --verify --queue-only
        LINE  RESULT  EMAIL                CONTACT  WHY
        2     added   xiaoming@example.cn  1        -
        3     added   ada@example.org      2        there is no message type 'securty' here; it is kept; the nearest is security
        ! Imported: 2 added, 0 changed, 0 unchanged.
        ! The verification mail to 'xiaoming@example.cn' is queued (delivery 1).
        ! The verification mail to 'ada@example.org' is queued (delivery 2).
        ! Hint: 2 mails wait in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        "#);
}

#[test]
fn what_cannot_be_imported_says_why() {
    let program = with_files(&[
        ("gb.csv", b"name,email\r\n\xCD\xF5,wang@example.cn\r\n"),
        ("staff.xlsx", b"PK\x03\x04"),
        ("none.vcf", b""),
        ("empty.csv", b"email\n"),
    ]);
    assert_transcript!(
        program.run(
            "
            import gb.csv --keep-going
            import staff.xlsx
            import staff.xlsx --format csv
            import none.vcf
            import missing.json
            import empty.csv
            import -
            import
            import staff.csv --format xml
            "
        ),
        @r#"
        $ callsheet import gb.csv --keep-going
        ! Error: 'gb.csv' cannot be imported: line 2: it is not UTF-8; save the file as UTF-8 (a spreadsheet calls it 'CSV UTF-8' or 'Unicode (UTF-8)')
        [exit 2]
        $ callsheet import staff.xlsx
        ! Error: the ending of 'staff.xlsx' tells no format; endings are .csv, .json, .vcf and .vcard
        ! Hint: name it with '--format', for example '--format csv'
        [exit 2]
        $ callsheet import staff.xlsx --format csv
        ! Error: 'staff.xlsx' cannot be imported: it is a spreadsheet; save it as 'CSV UTF-8' first
        [exit 2]
        $ callsheet import none.vcf
        ! There is no contact in it.
        [exit 0]
        $ callsheet import missing.json
        ! Error: 'missing.json' cannot be imported: there is no such file or folder
        [exit 1]
        $ callsheet import empty.csv
        ! There is no contact in it.
        [exit 0]
        $ callsheet import -
        ! Error: a stream has no ending that could tell its format
        ! Hint: name it with '--format', for example '--format csv'
        [exit 2]
        $ callsheet import
        ! Error: the following required arguments were not provided:
        !   <FILE>
        !
        ! Usage: callsheet import <FILE>
        [exit 2]
        $ callsheet import staff.csv --format xml
        ! Error: invalid value 'xml' for '--format <FORMAT>'
        !   [possible values: csv, json, vcard]
        [exit 2]
        "#
    );
}

#[test]
fn standard_input_is_a_file_too() {
    let program = Program::new();
    let cards =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTITLE:Countess\r\nEMAIL:ada@example.org\r\nEND:VCARD\r\n";
    assert_transcript!(program.run_with_input("import - --format vcard", cards), @r#"
        $ callsheet import - --format vcard
        LINE  RESULT  EMAIL            CONTACT  WHY
        1     added   ada@example.org  1        the title 'Countess' is no position and was left out
        ! Imported: 1 added, 0 changed, 0 unchanged.
        ! Warning: 1 new contact has no message type yet and will get no notice
        ! Hint: 1 new contact waits for its verification; 'callsheet resend --unverified' sends the codes
        [exit 0]
        "#);
    assert_transcript!(program.run_with_input("import /dev/stdin --format json --json", r#"[{"email":"bob@example.org","name":"Bob"}]"#), @r#"
        $ callsheet import /dev/stdin --format json --json
        [{"line":1,"result":"added","email":"bob@example.org","contact":2,"reasons":[],"warnings":[]}]
        ! Imported: 1 added, 0 changed, 0 unchanged.
        ! Warning: 1 new contact has no message type yet and will get no notice
        ! Hint: 1 new contact waits for its verification; 'callsheet resend --unverified' sends the codes
        [exit 0]
        "#);
}

#[test]
fn what_is_longer_than_memory_allows_is_read_with_the_database_in_the_working_folder() {
    let program = Program::new();
    let blank = "\n".repeat(2 << 20);
    let told = program.run_with_input(
        "import - --format csv --db a.db",
        &format!("name,email\n{blank}Ada,ada@example.org\n"),
    );
    assert!(told.contains("2097154  added") && told.contains("[exit 0]"), "{told}");
    assert_eq!(
        fs::read_dir(program.path(""))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().path().is_file())
            .count(),
        2
    );
}

#[test]
fn what_a_file_says_reaches_no_terminal_unescaped() {
    let program = with_files(&[("a.csv", b"\x1b]0;x\x07,email,name\n,a\x1b[31m@example.org,\x9b\n")]);
    let shown = program.run("import a.csv");
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{9b}']) && shown.contains("[exit 2]"), "{shown:?}");
    let program = with_files(&[("a.csv", b"\x1b]0;x\x07,email,name\n,a\x1b[31m@example.org,x\n")]);
    let shown = program.run("import a.csv\nimport a.csv --json");
    assert!(!shown.contains(['\u{1b}', '\u{7}']) && shown.contains("u{001B}"), "{shown:?}");
}

#[test]
fn an_export_names_its_scope() {
    let program = with_files(&[("staff.csv", TABLE.as_bytes())]);
    assert_transcript!(program.run("export empty.json\nexport - --format csv"), @r#"
        $ callsheet export empty.json
        ! Exported to 'empty.json': no contact, for there is none.
        [exit 0]
        $ callsheet export - --format csv
        name,email,position,language,subscriptions
        ! Exported: no contact, for there is none.
        [exit 0]
        "#);
    program.must("import staff.csv");
    assert_transcript!(
        program.run(
            "
            export all.csv
            export all.csv --filter type:security
            export - --format csv --filter type:service
            export - --format json
            export - --format vcard3 --filter ada
            export all.vcf --json
            export all.csv --filter 'status:fine'
            export all.txt
            export no/folder.csv
            export data
            export data/callsheet/callsheet.db --format csv
            "
        ),
        @r#"
        $ callsheet export all.csv
        ! Exported to 'all.csv': all 2 contacts.
        [exit 0]
        $ callsheet export all.csv --filter type:security
        ! Exported to 'all.csv', which is replaced: 1 of 2 contacts (filter 'type:security').
        [exit 0]
        $ callsheet export - --format csv --filter type:service
        name,email,position,language,subscriptions
        王小明,xiaoming@example.cn,finance_director,zh-CN,account service
        ! Exported: 1 of 2 contacts (filter 'type:service').
        [exit 0]
        $ callsheet export - --format json
        [{"name":"Ada","email":"ada@example.org","position":null,"language":"en","subscriptions":["security","securty"]},
        {"name":"王小明","email":"xiaoming@example.cn","position":"finance_director","language":"zh-CN","subscriptions":["account","service"]}]
        ! Exported: all 2 contacts.
        [exit 0]
        $ callsheet export - --format vcard3 --filter ada
        BEGIN:VCARD
        VERSION:3.0
        PRODID:-//callsheet//EN
        FN:Ada
        N:Ada;;;;
        EMAIL:ada@example.org
        LANG:en
        CATEGORIES:security,securty
        END:VCARD
        ! Exported: 1 of 2 contacts (filter 'ada').
        [exit 0]
        $ callsheet export all.vcf --json
        {"of":2,"written":2}
        ! Exported to 'all.vcf': all 2 contacts.
        [exit 0]
        $ callsheet export all.csv --filter 'status:fine'
        ! Error: the filter 'status:fine' cannot be used
        !   'status:fine' is unknown; values are unverified, code_sent, expired, verified, undeliverable
        [exit 2]
        $ callsheet export all.txt
        ! Error: the ending of 'all.txt' tells no format; endings are .csv, .json, .vcf and .vcard
        ! Hint: name it with '--format', for example '--format csv'
        [exit 2]
        $ callsheet export no/folder.csv
        ! Error: 'no/folder.csv' cannot be written: there is no such file or folder
        [exit 1]
        $ callsheet export data
        ! Error: the ending of 'data' tells no format; endings are .csv, .json, .vcf and .vcard
        ! Hint: name it with '--format', for example '--format csv'
        [exit 2]
        $ callsheet export data/callsheet/callsheet.db --format csv
        ! Error: 'data/callsheet/callsheet.db' could not be used: it is the database itself or belongs to it
        [exit 1]
        "#
    );
    assert_eq!(fs::read_to_string(program.path("all.csv")).unwrap().lines().count(), 2);
}

#[test]
fn an_export_comes_back_as_the_same_bytes() {
    let program = with_files(&[("staff.csv", TABLE.as_bytes())]);
    program.must("import staff.csv");
    for file in ["a.csv", "a.json", "a.vcf"] {
        program.must(&format!("export {file}"));
        let other = Program::new();
        fs::copy(program.path(file), other.path(file)).unwrap();
        other.must(&format!("import {file}"));
        other.must(&format!("export b-{file}"));
        assert_eq!(
            fs::read(program.path(file)).unwrap(),
            fs::read(other.path(&format!("b-{file}"))).unwrap()
        );
        assert!(program.run(&format!("import {file}")).contains("0 added, 0 changed, 2 unchanged"));
    }
}

/// A table of so many rows.
fn long(rows: usize) -> Vec<u8> {
    let rows = (0..rows).map(|number| format!("c{number},c{number}@example.org\n"));
    std::iter::once("name,email\n".to_owned()).chain(rows).collect::<String>().into_bytes()
}

#[test]
fn a_report_and_an_export_of_many_pages_are_whole_and_end_quietly_when_nobody_reads() {
    // More than a pipe and every buffer on the way hold.
    let program = with_files(&[("long.csv", &long(6_000))]);
    let report: Vec<serde_json::Value> =
        serde_json::from_str(&program.data("import long.csv --json")).unwrap();
    let lines: Vec<u64> = report.iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, (2..6_002).collect::<Vec<_>>());
    assert_eq!(program.data("import long.csv").lines().count(), 6_001);
    assert_eq!(program.data("export - --format csv").lines().count(), 6_001);
    for command in ["export - --format csv", "import long.csv"] {
        let mut child =
            program.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let mut messages = String::new();
        child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
        assert_eq!((child.wait().unwrap().code(), messages.as_str()), (Some(0), ""), "{command}");
    }
}

#[test]
fn an_import_tells_how_far_it_is_and_ctrl_c_undoes_it() {
    let program = with_files(&[("long.csv", &long(300_000))]);
    let mut terminal = Terminal::run(&program, "import long.csv", &[]);
    terminal.waits_for(" rows").types("<c-c>").waits_for("the import was cancelled; nothing was changed");
    assert_eq!(terminal.ends_within(Duration::from_secs(20)), 1);
    assert_eq!(program.data("list --json"), "[]\n");
}

#[test]
fn the_screen_answers_while_a_long_file_is_checked_and_nothing_is_left_of_what_is_cancelled() {
    let program = with_files(&[("long.csv", &long(300_000))]);
    program.must("account --name Example");
    let file = program.path("long.csv").display().to_string();
    let mut terminal = Terminal::open(&program, &[]);
    terminal.types(&format!("<wait:No contacts yet> i <wait:Format> {file} <enter> <wait:Checking>"));
    // The footer is drawn last and tells what is in front: an escape at once behind another would be another key.
    terminal.types("? <wait:esc close> <wait:cancel it; nothing is changed> <esc> <wait:esc cancel>");
    terminal.types("<esc> <wait:It was cancelled.>");
    terminal.types("<esc> <wait:q quit> q");
    assert_eq!(terminal.ends_within(Duration::from_secs(20)), 0);
    assert_eq!(program.data("list --json"), "[]\n");
}

#[test]
fn an_import_that_is_killed_in_the_middle_leaves_nothing_and_the_next_one_works() {
    let program = with_files(&[("long.csv", &long(300_000)), ("short.csv", &long(2))]);
    let mut terminal = Terminal::run(&program, "import long.csv", &[]);
    terminal.waits_for(" rows").signal(Signal::KILL);
    terminal.ends_within(Duration::from_secs(20));
    assert_eq!(program.data("list --json"), "[]\n");
    assert!(program.run("import short.csv").contains("Imported: 2 added"));
    assert!(program.run("check").contains("database"));
}

#[test]
fn an_export_into_a_pipe_that_nobody_empties_ends_at_the_first_ctrl_c() {
    let program = with_files(&[("long.csv", &long(4_000))]);
    program.must("import long.csv");
    let pipe = program.path("pipe.csv");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let mut terminal = Terminal::run(&program, "export pipe.csv", &[]);
    let mut reader = fs::File::open(&pipe).unwrap();
    reader.read_exact(&mut [0]).unwrap();
    terminal.types("<c-c>");
    assert_ne!(terminal.ends_within(Duration::from_secs(20)), 0);
}
