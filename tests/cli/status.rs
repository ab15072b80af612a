//! status: the numbers that monitors read.

use crate::support::program::{CLOSED_PORT, Program, assert_transcript};

#[test]
fn an_empty_database_has_a_status_too() {
    assert_transcript!(Program::new().run("status\nstatus --json"), @r#"
        $ callsheet status
        queue                    0
        oldest waiting           none
        failed                   0
        unverified               0
        undeliverable            0
        contacts                 0
        types without recipient  account.funds, product (all 7), security (all 3), exception (all 3), activity (all 3), service (all 3)
        unreached notices        0
        [exit 0]
        $ callsheet status --json
        {"queue":0,"oldest_waiting":null,"failed":0,"unverified":0,"undeliverable":0,"contacts":0,"types_without_recipient":["account.funds","product.education","product.activation","product.expiration","product.overdue","product.release","product.change","product.feature","security.cloud","security.content","security.account","exception.compute","exception.database","exception.monitor","activity.promotion","activity.launch","activity.commercial","service.contract","service.billing","service.invoice"],"unreached_notices":0}
        [exit 0]
        "#);
}

#[test]
fn what_waits_and_who_gets_nothing_is_counted() {
    let program = Program::with_server(CLOSED_PORT);
    program.with_verified(&[
        ("ada", "account,product,security,exception,activity"),
        ("bob", "service.contract,service.billing"),
        ("mel", "service"),
    ]);
    program.mark("mel", "status = 'undeliverable'");
    program.must("add --name eve --email eve@example.org --types service --queue-only");
    std::fs::write(program.path("text"), "Fire").unwrap();
    program.must("notify security.cloud --subject Alarm --body-file text --queue-only");
    assert_transcript!(program.run("status\nstatus --json"), @r#"
        $ callsheet status
        queue                    2
        oldest waiting           [time]
        failed                   0
        unverified               1
        undeliverable            1
        contacts                 4
        types without recipient  service.invoice
        unreached notices        0
        [exit 0]
        $ callsheet status --json
        {"queue":2,"oldest_waiting":"[time]","failed":0,"unverified":1,"undeliverable":1,"contacts":4,"types_without_recipient":["service.invoice"],"unreached_notices":0}
        [exit 0]
        "#);
}

#[test]
fn mail_that_waits_for_hours_is_delayed() {
    let program = Program::with_server(CLOSED_PORT);
    program.must("add --name eve --email eve@example.org --queue-only");
    let waited = |hours: i64| {
        let raw = rusqlite::Connection::open(program.database()).unwrap();
        let earlier = "UPDATE delivery SET created_at = created_at - ?1 * 3600000";
        raw.execute(earlier, [hours]).unwrap();
        program.data("status")
    };
    assert!(!waited(3).contains("delayed"));
    let told = waited(2);
    let line = told.lines().find(|line| line.starts_with("oldest waiting")).unwrap_or_default();
    assert!(line.ends_with("Z, delayed"), "{told}");
}

#[test]
fn a_database_that_cannot_be_read_has_no_status() {
    let program = Program::new();
    std::fs::write(program.path("foreign.db"), "this is no database").unwrap();
    assert_transcript!(program.run("status --json --db foreign.db"), @r#"
        $ callsheet status --json --db foreign.db
        ! Error: 'foreign.db' is not a callsheet database: it is no SQLite database
        ! Hint: the file was left untouched; name another one with '--db FILE'
        [exit 1]
        "#);
}
