//! history.

use crate::support::program::{Program, assert_transcript};

#[test]
fn the_history_tells_who_did_what() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    program.must("modify ada --position ceo --queue-only");
    program.must("subscribe ada exception");
    assert_transcript!(program.run("history --json --limit 2\nhistory --contact ada --since 1h --json --limit 1"), @r#"
        $ callsheet history --json --limit 2
        [{"id":3,"at":"[time]","actor":"[who]","origin":null,"via":"command","action":"contact.subscribe","contact":1,"details":{"subscriptions":[["security"],["exception","security"]]}},
        {"id":2,"at":"[time]","actor":"[who]","origin":null,"via":"command","action":"contact.modify","contact":1,"details":{"position":[null,"ceo"]}}]
        [exit 0]
        $ callsheet history --contact ada --since 1h --json --limit 1
        [{"id":3,"at":"[time]","actor":"[who]","origin":null,"via":"command","action":"contact.subscribe","contact":1,"details":{"subscriptions":[["security"],["exception","security"]]}}]
        [exit 0]
        "#);
    let table = program.data("history");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "TIME", "WHO", "FROM", "BY", "ACTION", "CONTACT", "WHAT"]);
    assert_eq!(rows[2][3..], ["-", "command", "contact.modify", "1", "position:", "none", "→", "ceo"]);
    assert_eq!(rows.len(), 4);
}

#[test]
fn what_matches_nothing_says_so_and_what_is_wrong_is_refused() {
    let program = Program::new();
    assert_transcript!(program.run("history\nhistory --json\nhistory --since 2026-01-01\nhistory --since yesterday\nhistory --contact nobody\nhistory --contact 7\nhistory --limit 3 head\nhistory verify --anchor 3"), @r#"
        $ callsheet history
        ! Nothing has been done yet.
        [exit 0]
        $ callsheet history --json
        []
        [exit 0]
        $ callsheet history --since 2026-01-01
        ! No entry matches.
        [exit 0]
        $ callsheet history --since yesterday
        ! Error: 'yesterday' is no time
        ! Hint: a date such as 2026-11-24, a time such as [time], or 30min, 12h, 7d ago
        [exit 2]
        $ callsheet history --contact nobody
        ! Error: there is no contact 'nobody'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet history --contact 7
        ! Error: there is no contact '7'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet history --limit 3 head
        ! Error: the subcommand 'head' cannot be used with '--limit <N>'
        !
        ! Usage: callsheet history [OPTIONS]
        !        callsheet history <COMMAND>
        [exit 2]
        $ callsheet history verify --anchor 3
        ! Error: invalid value '3' for '--anchor <ANCHOR>': an anchor is a number, a colon and 64 hexadecimal digits, as 'callsheet history head' prints it
        [exit 2]
        "#);
}

#[test]
fn the_history_of_a_deleted_contact_is_found_by_its_id_and_its_words_are_erased() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    program.must("delete ada --yes");
    assert_transcript!(program.run("history --contact 1 --json\nhistory --contact ada\nhistory verify\nhistory verify --json"), @r#"
        $ callsheet history --contact 1 --json
        [{"id":2,"at":"[time]","actor":"[who]","origin":null,"via":"command","action":"contact.delete","contact":1,"details":{}},
        {"id":1,"at":"[time]","actor":"[who]","origin":null,"via":"command","action":"contact.add","contact":1,"details":null}]
        [exit 0]
        $ callsheet history --contact ada
        ! Error: there is no contact 'ada'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet history verify
        ! The history is whole: 2 entries.
        [exit 0]
        $ callsheet history verify --json
        {"entries":2,"sound":true}
        ! The history is whole: 2 entries.
        [exit 0]
        "#);
}

#[test]
fn an_anchor_noted_elsewhere_tells_a_history_that_was_written_anew() {
    let (program, other) = (Program::new(), Program::new());
    for home in [&program, &other] {
        home.must("account --name Example");
    }
    let anchor = program.data("history head");
    assert_eq!(anchor.trim().len(), "1:".len() + 64);
    program.must(&format!("history verify --anchor {}", anchor.trim()));
    let told = other.run(&format!("history verify --anchor {}", anchor.trim()));
    let end = told.split_once('\n').unwrap().1;
    assert_transcript!(end.to_owned(), @r#"
        ! Error: the history is not the one of the anchor: entry 1 is gone or was written anew
        ! Hint: a backup from before tells what it said
        [exit 1]
        "#);
}
