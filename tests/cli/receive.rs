//! `receive`: what a mail server sees of it: the exit codes of `sysexits.h`, and a sentence.

use std::fs;

use callsheet::domain::delivery::DeliveryId;
use callsheet::domain::email_address::{EmailAddress, Smtputf8};
use callsheet::domain::return_path::ReturnPath;
use callsheet::store::load_or_make_key;

use crate::support::program::{Program, assert_transcript};
use crate::support::sink::Sink;

const POSTFIX: &str = include_str!("../mail/bounces/postfix.eml");
const VACATION: &str = include_str!("../mail/bounces/vacation.eml");

fn configuration(port: u16) -> String {
    format!(
        "[mail]\nfrom = 'notices@example.com'\nhost = '127.0.0.1'\nport = {port}\nconnections = 1\n\
         return_path = 'bounces@example.com'\n"
    )
}

/// A program whose first delivery, the verification of Ada's address, was sent.
fn with_sent_mail() -> (Program, Sink) {
    let sink = Sink::accepting();
    let program = Program::with_config(&configuration(sink.port()));
    program.must("add --name Ada --email ada@example.org");
    (program, sink)
}

fn return_path(program: &Program) -> String {
    let base = EmailAddress::parse("bounces@example.com", Smtputf8::Refused).unwrap();
    ReturnPath::Tagged(base).of(DeliveryId(1), &load_or_make_key(&program.database()).unwrap())
}

fn came_back(program: &Program, sample: &str) -> String {
    sample.replace("{return_path}", &return_path(program)).replace("{recipient}", "ada@example.org")
}

#[test]
fn a_bounce_is_taken_and_shown() {
    let (program, sink) = with_sent_mail();
    assert!(
        sink.mails()[0].from.contains(&format!("<{}>", return_path(&program))),
        "{:?}",
        sink.mails()[0].from
    );
    let bounce = came_back(&program, POSTFIX);
    assert_transcript!(program.run_with_input("receive", &bounce) + &program.run_with_input("receive", &bounce), @r#"
    $ callsheet receive
    ! Delivery 1 has failed; its address takes no mail: came back: 550 5.1.1 <ada@example.org>: Recipient address rejected: no such user
    [exit 0]
    $ callsheet receive
    ! The mail changes nothing: what it tells of its delivery is nothing new.
    [exit 0]
    "#);
    assert_transcript!(program.run("list\n outbox"), @r#"
    $ callsheet list
    ID  NAME  EMAIL            POSITION  STATUS         TYPES
    1   Ada   ada@example.org  -         undeliverable  -
    [exit 0]
    $ callsheet outbox
    ID  STATE   KIND          TO               CREATED               TRIES  SUBJECT                      SERVER
    1   failed  verification  ada@example.org  [time]  1      Please confirm your address  came back: 550 5.1.1 <ada@example.org>: Recipient address rejected: no such user
    [exit 0]
    "#);
    let raw = rusqlite::Connection::open(program.database()).unwrap();
    let entry = raw.query_row(
        "SELECT actor, via, action, contact_id FROM audit ORDER BY id DESC LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    );
    let expected = ("mail".to_owned(), "mail".to_owned(), "delivery.returned".to_owned(), 1);
    assert_eq!(entry.unwrap(), expected);
}

#[test]
fn the_server_may_say_to_whom_a_mail_was_delivered() {
    let (program, _sink) = with_sent_mail();
    let to_list =
        POSTFIX.replace("{return_path}", "list@example.com").replace("{recipient}", "ada@example.org");
    let command = format!("receive --recipient {}", return_path(&program).to_uppercase());
    assert_transcript!(program.run_with_input("receive", &to_list), @r#"
    $ callsheet receive
    ! The mail changes nothing: it came to no address that was made for a delivery.
    [exit 0]
    "#);
    let taken = program.run_with_input(&command, &to_list);
    assert!(taken.contains("! Delivery 1 has failed") && taken.ends_with("[exit 0]\n"), "{taken}");
}

#[test]
fn what_means_nothing_is_taken_so_that_no_bounce_follows() {
    let (program, _sink) = with_sent_mail();
    assert_transcript!(program.run_with_input("receive", &came_back(&program, VACATION)), @r#"
    $ callsheet receive
    ! The mail changes nothing: it is no report about a delivery.
    [exit 0]
    "#);
    let wrong = format!("To: bounces@example.com\nSubject: unsubscribe 1.{}\n\n", "A".repeat(43));
    assert_transcript!(program.run_with_input("receive", &wrong), @r#"
    $ callsheet receive
    ! The mail changes nothing: its token does not count.
    [exit 0]
    "#);
}

#[test]
fn what_cannot_be_taken_says_why_in_the_codes_of_mail_servers() {
    let (program, _sink) = with_sent_mail();
    assert_transcript!(program.run("receive\n receive --wrong\n receive --db nowhere.db\n --config nowhere.toml receive"), @r#"
    $ callsheet receive
    ! Error: this is no mail: it has no header
    [exit 65]
    $ callsheet receive --wrong
    ! Error: unexpected argument '--wrong' found
    !
    ! Hint: a similar argument exists: '--config'
    !
    ! Usage: callsheet receive --config <FILE>
    [exit 64]
    $ callsheet receive --db nowhere.db
    ! Error: there is no database 'nowhere.db'
    ! Hint: name it with '--db FILE'; a mail server may run this as another user
    [exit 78]
    $ callsheet --config nowhere.toml receive
    ! Error: the configuration cannot be used
    !   --config: the configuration 'nowhere.toml' cannot be read: there is no such file
    ! Hint: 'callsheet config --default' prints a commented configuration
    [exit 78]
    "#);
    let large = came_back(&program, POSTFIX) + &"x\n".repeat(6 * 1024 * 1024);
    assert_transcript!(program.run_with_input("receive", &large), @r#"
    $ callsheet receive
    ! Error: the mail is larger than 10 MiB
    [exit 65]
    "#);
    fs::write(program.path("foreign.db"), vec![b'x'; 4096]).unwrap();
    assert_transcript!(program.run_with_input("receive --db foreign.db", "To: a@b.example\n\n"), @r#"
    $ callsheet receive --db foreign.db
    ! Error: 'foreign.db' is not a callsheet database: it is no SQLite database
    ! Hint: the file was left untouched; name another one with '--db FILE'
    [exit 78]
    "#);
    let under_way =
        "UPDATE delivery SET state = 'sending', ended_at = NULL, lease = zeroblob(16), lease_until = 0";
    rusqlite::Connection::open(program.database()).unwrap().execute(under_way, []).unwrap();
    assert_transcript!(program.run_with_input("receive", &came_back(&program, POSTFIX)), @r#"
    $ callsheet receive
    ! Error: delivery 1 is sending: it is on its way, so what comes back is not taken yet
    [exit 75]
    "#);
}

#[test]
fn without_a_return_path_it_says_what_is_missing() {
    let program = Program::new();
    program.must("account --name Example");
    assert_transcript!(program.run_with_input("receive", "To: a@b.example\n\n"), @r#"
    $ callsheet receive
    ! Error: 'mail.return_path' is not set, so no mail that comes back is known
    ! Hint: set it to the address that these mails come to
    [exit 78]
    "#);
}

#[test]
fn the_security_email_gets_at_once_what_came_back_from_everybody_else() {
    let (program, sink) = with_sent_mail();
    program.must("account --name Example --security-email sec@example.com");
    program.must("subscribe Ada security");
    let raw = rusqlite::Connection::open(program.database()).unwrap();
    raw.execute("UPDATE contact SET status = 'verified', verified_at = 1", []).unwrap();
    // The first delivery becomes one of a notice, as if it had been sent to Ada alone.
    raw.execute_batch(
        "INSERT INTO notice (type, title_en, title_zh_cn, subject, priority, lifetime, created_at)
         VALUES ('security.account', 'a', 'b', 'A login', 0, 86400000, 1);
         INSERT INTO notice_text (notice_id, body_text) VALUES (1, 'It was 14:03.');
         UPDATE notice SET sent = 1, ended_at = 1;
         UPDATE delivery SET notice_id = 1, kind = 'notice', verification_id = NULL, type = 'security.account' WHERE id = 1;",
    )
    .unwrap();
    let before = sink.mails().len();
    let taken = program.run_with_input("receive", &came_back(&program, POSTFIX));
    assert!(taken.ends_with("[exit 0]\n"), "{taken}");
    let mails = sink.mails();
    assert_eq!(mails.len(), before + 1, "{taken}");
    assert!(mails[before].to.contains("sec@example.com"));
}
