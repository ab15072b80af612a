//! outbox, retry, cancel, deliver, test.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use callsheet::domain::reply::Phase;

use crate::support::program::{CLOSED_PORT, Program, assert_transcript};
use crate::support::sink::{Act, Sink};

fn with_queued_mail() -> Program {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    program
}

#[test]
fn queued_mail_is_listed() {
    assert_transcript!(with_queued_mail().run("outbox\noutbox --json\noutbox --state sent\noutbox --limit 0"), @r#"
        $ callsheet outbox
        ID  STATE   KIND          TO               CREATED               TRIES  SUBJECT                      SERVER
        1   queued  verification  ada@example.org  [time]  0      Please confirm your address  -
        [exit 0]
        $ callsheet outbox --json
        [{"id":1,"kind":"verification","to":"ada@example.org","contact":1,"notice":null,"type":null,"subject":"Please confirm your address","fallback":null,"state":"queued","attempts":0,"created_at":"[time]","due_at":"[time]","ended_at":null,"message_id":"<[message-id]>","server":null,"maybe_sent":false}]
        [exit 0]
        $ callsheet outbox --state sent
        ! No delivery matches.
        [exit 0]
        $ callsheet outbox --limit 0
        [exit 0]
        "#);
}

#[test]
fn an_empty_outbox_says_so() {
    assert_transcript!(Program::new().run("outbox\noutbox --json\noutbox --state snet\noutbox --notice x"), @r#"
        $ callsheet outbox
        ! The outbox is empty.
        [exit 0]
        $ callsheet outbox --json
        []
        [exit 0]
        $ callsheet outbox --state snet
        ! Error: invalid value 'snet' for '--state <STATE>'
        !   [possible values: queued, sending, retry, sent, written, failed, expired, cancelled]
        !
        ! Hint: a similar value exists: 'sent'
        [exit 2]
        $ callsheet outbox --notice x
        ! Error: invalid value 'x' for '--notice <ID>': invalid digit found in string
        [exit 2]
        "#);
}

#[test]
fn a_notice_that_is_not_there_is_told_from_one_without_such_deliveries() {
    let program = Program::new();
    program.must("account --security-email sec@example.org --queue-only");
    program.run_with_input("notify security.account --subject Alarm --queue-only", "Text.");
    assert_transcript!(program.run("outbox --notice 9999\noutbox --notice 9999 --json\noutbox --notice 1 --state sent\noutbox --notice 1 --state sent --json"), @r#"
        $ callsheet outbox --notice 9999
        ! Error: there is no notice 9999
        ! Hint: 'callsheet outbox' shows all deliveries
        [exit 4]
        $ callsheet outbox --notice 9999 --json
        ! Error: there is no notice 9999
        ! Hint: 'callsheet outbox' shows all deliveries
        [exit 4]
        $ callsheet outbox --notice 1 --state sent
        ! No delivery matches.
        [exit 0]
        $ callsheet outbox --notice 1 --state sent --json
        []
        [exit 0]
        "#);
}

#[test]
fn what_is_due_is_delivered_once() {
    assert_transcript!(with_queued_mail().run("deliver\ndeliver\noutbox"), @r#"
        $ callsheet deliver
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! [time] delivery 1 to a•••@example.org: written: [home]/data/callsheet/mail/1.eml
        ! Delivery ended: 1 written to files.
        [exit 0]
        $ callsheet deliver
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Delivery ended: nothing was due.
        [exit 0]
        $ callsheet outbox
        ID  STATE    KIND          TO               CREATED               TRIES  SUBJECT                      SERVER
        1   written  verification  ada@example.org  [time]  1      Please confirm your address  [home]/data/callsheet/mail/1.eml
        [exit 0]
        "#);
}

#[test]
fn what_was_delivered_is_printed_as_json() {
    assert_transcript!(with_queued_mail().run("deliver --json\ndeliver --json"), @r#"
        $ callsheet deliver --json
        [{"id":1,"kind":"verification","to":"ada@example.org","contact":1,"notice":null,"type":null,"subject":"Please confirm your address","fallback":null,"state":"written","attempts":1,"created_at":"[time]","due_at":"[time]","ended_at":"[time]","message_id":"<[message-id]>","server":"[home]/data/callsheet/mail/1.eml","maybe_sent":false}]
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! [time] delivery 1 to a•••@example.org: written: [home]/data/callsheet/mail/1.eml
        ! Delivery ended: 1 written to files.
        [exit 0]
        $ callsheet deliver --json
        []
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Delivery ended: nothing was due.
        [exit 0]
        "#);
}

#[test]
fn a_cancelled_delivery_never_leaves() {
    assert_transcript!(with_queued_mail().run("cancel 1 7\ncancel 1\ndeliver\ncancel 1\nretry 1\noutbox"), @r#"
        $ callsheet cancel 1 7
        ! Error: there is no delivery 7
        ! Hint: 'callsheet outbox' shows all deliveries
        [exit 4]
        $ callsheet cancel 1
        ! Delivery 1 is cancelled.
        [exit 0]
        $ callsheet deliver
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Delivery ended: nothing was due.
        [exit 0]
        $ callsheet cancel 1
        ! Error: delivery 1 is cancelled: it has ended
        [exit 1]
        $ callsheet retry 1
        ! Error: delivery 1 is cancelled: it was cancelled; what it was for has changed
        [exit 1]
        $ callsheet outbox
        ID  STATE      KIND          TO               CREATED               TRIES  SUBJECT                      SERVER
        1   cancelled  verification  ada@example.org  [time]  0      Please confirm your address  -
        [exit 0]
        "#);
}

#[test]
fn retrying_sends_what_was_only_written() {
    let program = with_queued_mail();
    assert_transcript!(program.run("retry 1\nretry 1 9\nretry one\nretry"), @r#"
        $ callsheet retry 1
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'ada@example.org' was written to a file (delivery 1); it was not sent.
        [exit 0]
        $ callsheet retry 1 9
        ! Error: there is no delivery 9
        ! Hint: 'callsheet outbox' shows all deliveries
        [exit 4]
        $ callsheet retry one
        ! Error: invalid value 'one' for '<ID>...': invalid digit found in string
        [exit 2]
        $ callsheet retry
        ! Error: the following required arguments were not provided:
        !   <ID>...
        !
        ! Usage: callsheet retry <ID>...
        [exit 2]
        "#);
}

#[test]
fn a_test_mail_goes_to_the_security_email() {
    let program = Program::new();
    assert_transcript!(program.run("test\naccount --security-email sec@example.org --queue-only\ntest\ntest --type security.cloud --json"), @r#"
        $ callsheet test
        ! Error: there is no security email; set one first
        ! Hint: 'callsheet account --security-email EMAIL' sets it
        [exit 1]
        $ callsheet account --security-email sec@example.org --queue-only
        ! The account is saved.
        ! The verification mail to 'sec@example.org' is queued (delivery 1).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        $ callsheet test
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The test mail to 'sec@example.org' was written to a file (delivery 2); it was not sent.
        [exit 0]
        $ callsheet test --type security.cloud --json
        {"id":3,"kind":"test","to":"sec@example.org","contact":null,"notice":null,"type":"security.cloud","subject":"Test message: Cloud security notifications","fallback":null,"state":"written","attempts":1,"created_at":"[time]","due_at":"[time]","ended_at":"[time]","message_id":"<[message-id]>","server":"[home]/data/callsheet/mail/3.eml","maybe_sent":false}
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The test mail to 'sec@example.org' was written to a file (delivery 3); it was not sent.
        [exit 0]
        "#);
}

#[test]
fn a_test_mail_goes_only_to_a_verified_contact_who_would_receive_the_type() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security");
    let before = program.run("test ada\ntest nobody");
    program.must(&format!("verify ada {}", program.code(1)));
    let after = program.run(
        "
        test ada
        test ada --type security.cloud
        test ada --type product.release
        test ada --type security
        test ada --type securty.cloud
        test --type security.cloud
        ",
    );
    assert_transcript!(format!("{before}{after}"), @r#"
        $ callsheet test ada
        ! Error: 'ada' is not verified, so no test can be sent to it
        ! Hint: 'callsheet verify CONTACT CODE' enters the code that was sent
        [exit 1]
        $ callsheet test nobody
        ! Error: there is no contact 'nobody'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet test ada
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The test mail to 'ada@example.org' was written to a file (delivery 2); it was not sent.
        [exit 0]
        $ callsheet test ada --type security.cloud
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The test mail to 'ada@example.org' was written to a file (delivery 3); it was not sent.
        [exit 0]
        $ callsheet test ada --type product.release
        ! Error: 'ada' would not receive 'product.release': the contact is not subscribed to it
        ! Hint: 'callsheet explain product.release' tells who would
        [exit 1]
        $ callsheet test ada --type security
        ! Error: 'security' is a category
        ! Hint: name one of its types: security.cloud, security.content, security.account
        [exit 2]
        $ callsheet test ada --type securty.cloud
        ! Error: there is no message type 'securty.cloud'; the nearest are security.cloud, security.account
        ! Hint: 'callsheet types' shows all of them
        [exit 2]
        $ callsheet test --type security.cloud
        ! Error: there is no security email; set one first
        ! Hint: 'callsheet account --security-email EMAIL' sets it
        [exit 1]
        "#);
}

#[test]
fn a_server_that_is_not_there_leaves_mail_queued_and_fails_nothing() {
    let program = Program::with_server(CLOSED_PORT);
    let transcript =
        program.run("add --name ada --email ada@example.org --types security\noutbox --state queued --json");
    assert!(transcript.contains("[exit 0]\n$ callsheet outbox"), "{transcript}");
    assert!(transcript.contains("Warning: the mail server cannot be used now"), "{transcript}");
    assert!(transcript.contains("Hint: 1 mail waits"), "{transcript}");
    assert!(transcript.contains("\"state\":\"queued\""), "{transcript}");
}

#[test]
fn a_server_takes_the_mail_before_the_command_ends() {
    let sink = Sink::script().start();
    let program = Program::with_server(sink.port());
    assert_transcript!(program.run("add --name ada --email ada@example.org --types security\nlist\ndeliver"), @r#"
        $ callsheet add --name ada --email ada@example.org --types security
        1
        ! The verification mail to 'ada@example.org' was sent.
        [exit 0]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS     TYPES
        1   ada   ada@example.org  -         code sent  security
        [exit 0]
        $ callsheet deliver
        ! Delivery ended: nothing was due.
        [exit 0]
        "#);
    assert_eq!(sink.mails().len(), 1);
}

#[test]
fn a_refused_address_fails_no_add_but_a_test() {
    let sink = Sink::script().at(Phase::RcptTo, Act::say("550 5.1.1 no such user")).start();
    let program = Program::with_server(sink.port());
    assert_transcript!(
        program.run(
            "
            add --name ada --email ada@example.org --types security
            list
            account --security-email sec@example.org
            test
            "
        ),
        @r#"
        $ callsheet add --name ada --email ada@example.org --types security
        1
        ! The verification mail to 'ada@example.org' failed (delivery 1): 550 5.1.1 no such user.
        [exit 0]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS         TYPES
        1   ada   ada@example.org  -         undeliverable  security
        [exit 0]
        $ callsheet account --security-email sec@example.org
        ! The account is saved.
        ! The verification mail to 'sec@example.org' failed (delivery 2): 550 5.1.1 no such user.
        [exit 0]
        $ callsheet test
        ! The test mail to 'sec@example.org' failed (delivery 3): 550 5.1.1 no such user.
        [exit 1]
        "#
    );
}

#[test]
fn delivering_ends_with_3_if_some_failed_and_1_if_all_did() {
    let refusal = Act::say("550 5.1.1 no such user");
    let sink = Sink::script().once(Phase::RcptTo, refusal.clone()).once(Phase::RcptTo, refusal).start();
    let program = Program::with_server(sink.port());
    program.must("add --name ada --email ada@example.org --types security --queue-only");
    assert_transcript!(program.run("deliver"), @r#"
        $ callsheet deliver
        ! [time] delivery 1 to a•••@example.org: failed: 550 5.1.1 no such user
        ! Delivery ended: 1 failed.
        [exit 1]
        "#);
    program.must("add --name bob --email bob@example.org --types security --queue-only");
    program.must("add --name eve --email eve@example.org --types security --queue-only");
    assert_transcript!(program.run("deliver"), @r#"
        $ callsheet deliver
        ! [time] delivery 2 to b•••@example.org: failed: 550 5.1.1 no such user
        ! [time] delivery 3 to e•••@example.org: sent: 250 2.0.0 taken
        ! Delivery ended: 1 sent, 1 failed.
        [exit 3]
        "#);
}

#[test]
fn a_password_that_cannot_be_read_sends_nothing_and_is_said() {
    let program = Program::with_config(
        "[mail]\nfrom = 'n@example.com'\nhost = '127.0.0.1'\nusername = 'n'\npassword_file = 'nowhere'\n",
    );
    assert_transcript!(
        program.run("add --name ada --email ada@example.org --types security\ndeliver\ndeliver --watch\ncheck --db own.db"),
        @r#"
        $ callsheet add --name ada --email ada@example.org --types security
        1
        ! Warning: mail cannot leave from here: the password file '[home]/config/callsheet/nowhere' cannot be read: there is no such file
        ! The verification mail to 'ada@example.org' is queued (delivery 1).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        $ callsheet deliver
        ! Error: mail cannot leave from here: the password file '[home]/config/callsheet/nowhere' cannot be read: there is no such file
        [exit 1]
        $ callsheet deliver --watch
        ! Error: mail cannot leave from here: the password file '[home]/config/callsheet/nowhere' cannot be read: there is no such file
        [exit 1]
        $ callsheet check --db own.db
        CHECK           RESULT   MESSAGE
        config          ok       [home]/config/callsheet/config.toml
        database        ok       own.db
        key_file        ok       own.db.key
        security_email  warning  there is none; what nobody else gets is not sent at all
        coverage        warning  20 types reach nobody at all, for there is no security email: account.funds, product (all 7), security (all 3), exception (all 3), activity (all 3), service (all 3)
        mail_server     broken   the password file '[home]/config/callsheet/nowhere' cannot be read: there is no such file
        [exit 1]
        "#
    );
}

#[test]
fn watching_delivers_what_is_queued_and_ends_in_order_when_told_to() {
    let program = with_queued_mail();
    let mut child = program.command("deliver --watch").stderr(Stdio::piped()).spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(messages.any(|line| line.contains("delivery 1 to a•••@example.org: written")));
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert_eq!(messages.last().as_deref(), Some("The sender has ended in order."));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn watching_has_no_json() {
    assert_transcript!(Program::new().run("deliver --watch --json"), @r#"
        $ callsheet deliver --watch --json
        ! Error: 'deliver --watch' never ends by itself, so it has no JSON
        ! Hint: 'callsheet outbox --json' tells what became of each mail
        [exit 2]
        "#);
}
