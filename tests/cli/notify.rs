//! notify: to files and to a server, under a key, with bad input and with trouble on the way.

use std::io::Write;
use std::process::Stdio;

use callsheet::domain::reply::Phase;

use crate::support::program::{CLOSED_PORT, Program, assert_transcript};
use crate::support::sink::{Act, Sink};

const NOTICE: &str = "notify security.cloud --subject 'A new login'";

/// Refuses an address for good.
fn refusal() -> Act {
    Act::say("550 5.1.1 no such user")
}

fn with_two(program: Program) -> Program {
    program.with_verified(&[("ada", "security"), ("bob", "security.cloud"), ("eve", "service")]);
    program
}

fn with_security_email(program: Program) -> Program {
    program.must("account --security-email sec@example.org --queue-only");
    program
}

#[test]
fn a_notice_goes_to_everybody_who_must_hear_it() {
    let program = with_two(Program::new());
    let notice = program.run_with_input(NOTICE, "It was in Rome.\n");
    let listed = program.run(
        "
        outbox --type security
        outbox --type security.account
        outbox --contact ada --json
        outbox --contact eve
        outbox --contact nobody
        outbox --type securty
        ",
    );
    assert_transcript!(format!("{notice}{listed}"), @r#"
        $ callsheet notify security.cloud --subject 'A new login'
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Notice 1: 2 written to files.
        [exit 0]
        $ callsheet outbox --type security
        ID  STATE    KIND    TO               CREATED               TRIES  SUBJECT      SERVER
        2   written  notice  bob@example.org  [time]  1      A new login  [home]/data/callsheet/mail/2.eml
        1   written  notice  ada@example.org  [time]  1      A new login  [home]/data/callsheet/mail/1.eml
        [exit 0]
        $ callsheet outbox --type security.account
        ! No delivery matches.
        [exit 0]
        $ callsheet outbox --contact ada --json
        [{"id":1,"kind":"notice","to":"ada@example.org","contact":1,"notice":1,"type":"security.cloud","subject":"A new login","fallback":null,"state":"written","attempts":1,"created_at":"[time]","due_at":"[time]","ended_at":"[time]","message_id":"<[message-id]>","server":"[home]/data/callsheet/mail/1.eml","maybe_sent":false}]
        [exit 0]
        $ callsheet outbox --contact eve
        ! No delivery matches.
        [exit 0]
        $ callsheet outbox --contact nobody
        ! Error: there is no contact 'nobody'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet outbox --type securty
        ! Error: there is no message type 'securty'; the nearest are security
        ! Hint: 'callsheet types' shows all of them
        [exit 2]
        "#);
    let mail = std::fs::read_to_string(program.database().with_file_name("mail").join("1.eml")).unwrap();
    assert!(mail.contains("A new login") && mail.contains("It was in Rome."), "{mail}");
}

#[test]
fn what_became_of_it_is_printed_as_json() {
    let program = with_two(Program::new());
    assert_transcript!(program.run_with_input(&format!("{NOTICE} --json"), "Rome"), @r#"
        $ callsheet notify security.cloud --subject 'A new login' --json
        {"notice":1,"deliveries":[{"id":1,"kind":"notice","to":"ada@example.org","contact":1,"notice":1,"type":"security.cloud","subject":"A new login","fallback":null,"state":"written","attempts":1,"created_at":"[time]","due_at":"[time]","ended_at":"[time]","message_id":"<[message-id]>","server":"[home]/data/callsheet/mail/1.eml","maybe_sent":false},{"id":2,"kind":"notice","to":"bob@example.org","contact":2,"notice":1,"type":"security.cloud","subject":"A new login","fallback":null,"state":"written","attempts":1,"created_at":"[time]","due_at":"[time]","ended_at":"[time]","message_id":"<[message-id]>","server":"[home]/data/callsheet/mail/2.eml","maybe_sent":false}]}
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Notice 1: 2 written to files.
        [exit 0]
        "#);
}

#[test]
fn a_rehearsal_says_what_explain_says_and_queues_nothing() {
    let program = with_two(Program::new());
    let rehearsed = program.run_with_input(&format!("{NOTICE} --dry-run"), "Rome");
    let json = program.run_with_input(&format!("{NOTICE} --dry-run --json"), "Rome");
    let wrong = program.run_with_input("notify security.cloud --subject '' --dry-run", "")
        + &program.run_with_input(&format!("{NOTICE} --dry-run --key ''"), "Rome");
    let nobody = program.run_with_input("notify product.release --subject 'Version 2' --dry-run", "Out");
    let outbox = program.run("explain security.cloud\noutbox");
    assert_transcript!(format!("{rehearsed}{json}{wrong}{nobody}{outbox}"), @r#"
        $ callsheet notify security.cloud --subject 'A new login' --dry-run
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  receives  -
        2   bob   bob@example.org  receives  -
        3   eve   eve@example.org  does not  the contact is not subscribed to it
        [exit 0]
        $ callsheet notify security.cloud --subject 'A new login' --dry-run --json
        {"type":"security.cloud","recipients":[{"contact":1,"email":"ada@example.org"},{"contact":2,"email":"bob@example.org"}],"excluded":[{"contact":3,"email":"eve@example.org","reason":"not_subscribed"}],"fallback":null}
        [exit 0]
        $ callsheet notify security.cloud --subject '' --dry-run
        ! Error: the notice was not queued
        !   the subject is empty
        !   the body is empty
        [exit 2]
        $ callsheet notify security.cloud --subject 'A new login' --dry-run --key ''
        ! Error: the key is empty
        [exit 2]
        $ callsheet notify product.release --subject 'Version 2' --dry-run
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  does not  the contact is not subscribed to it
        2   bob   bob@example.org  does not  the contact is not subscribed to it
        3   eve   eve@example.org  does not  the contact is not subscribed to it
        It reaches nobody, because no contact is subscribed to it and there is no security email.
        ! Error: nobody would get this notice of 'product.release': no contact is subscribed to it, and there is no security email
        ! Hint: 'callsheet account --security-email EMAIL' sets it; nothing was queued
        [exit 1]
        $ callsheet explain security.cloud
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  receives  -
        2   bob   bob@example.org  receives  -
        3   eve   eve@example.org  does not  the contact is not subscribed to it
        [exit 0]
        $ callsheet outbox
        ! The outbox is empty.
        [exit 0]
        "#);
}

#[test]
fn a_notice_that_is_only_queued_is_sent_by_deliver() {
    let program = with_two(Program::new());
    let queued = program.run_with_input(&format!("{NOTICE} --queue-only"), "Rome");
    assert_transcript!(format!("{queued}{}", program.run("deliver")), @r#"
        $ callsheet notify security.cloud --subject 'A new login' --queue-only
        ! Notice 1: 2 mails wait.
        ! Hint: 'callsheet deliver' sends what is due, 'callsheet deliver --watch' whatever becomes due
        [exit 0]
        $ callsheet deliver
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! [time] delivery 1 to a•••@example.org: written: [home]/data/callsheet/mail/1.eml
        ! [time] delivery 2 to b•••@example.org: written: [home]/data/callsheet/mail/2.eml
        ! Delivery ended: 2 written to files.
        [exit 0]
        "#);
}

#[test]
fn the_same_key_queues_nothing_twice_and_delivers_what_waits() {
    let program = with_two(Program::new());
    let keyed = format!("{NOTICE} --key login-1");
    let queued = program.run_with_input(&format!("{keyed} --queue-only"), "Rome");
    program.with_verified(&[("gus", "security")]);
    let again = program.run_with_input(&keyed, "Rome");
    let ended = program.run_with_input(&keyed, "Rome");
    let other = program.run_with_input(&keyed, "Paris");
    let wrong = program.run_with_input(&format!("{NOTICE} --key ''"), "Rome");
    assert_transcript!(format!("{queued}{again}{ended}{other}{wrong}"), @r#"
        $ callsheet notify security.cloud --subject 'A new login' --key login-1 --queue-only
        ! Notice 1: 2 mails wait.
        ! Hint: 'callsheet deliver' sends what is due, 'callsheet deliver --watch' whatever becomes due
        [exit 0]
        $ callsheet notify security.cloud --subject 'A new login' --key login-1
        ! Notice 1 is already queued under this key; it is not queued again.
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Notice 1: 2 written to files.
        [exit 0]
        $ callsheet notify security.cloud --subject 'A new login' --key login-1
        ! Notice 1 is already queued under this key; it is not queued again.
        ! Notice 1: 2 written to files.
        [exit 0]
        $ callsheet notify security.cloud --subject 'A new login' --key login-1
        ! Error: the key 'login-1' was used for notice 1 already, which says something else
        ! Hint: use another key, or the same type, subject and body
        [exit 2]
        $ callsheet notify security.cloud --subject 'A new login' --key ''
        ! Error: the key is empty
        [exit 2]
        "#);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_queued() {
    let program = with_security_email(Program::new());
    let injected = program.run_with_input("notify security.cloud --subject 'a\rBcc: x@example.org'", "Rome");
    assert!(injected.contains("character 2 is U+000D (carriage return)\n[exit 2]"), "{injected}");
    let mut transcript = String::new();
    for command in
        ["notify securty.cloud --subject ' ' --body-file -", "notify security --subject 'two\nlines'"]
    {
        transcript += &program.run_with_input(command, "");
    }
    transcript += &program.run_with_input(NOTICE, "one\ntwo\0");
    transcript += &program.run_with_input(NOTICE, b"caf\xE9 au lait");
    transcript += &program.run_with_input(NOTICE, &"x".repeat(1024 * 1024 + 1));
    transcript += &program.run(
        "
        notify security.cloud --subject S --body-file nowhere.txt
        notify security.cloud --subject S --body-file /
        notify security.cloud --subject S --body-file /dev/zero
        notify security.cloud
        notify security.cloud --from-mail --subject S
        notify security.cloud --from-mail --body-file b
        outbox --type security
        ",
    );
    assert_transcript!(transcript, @r#"
        $ callsheet notify securty.cloud --subject ' ' --body-file -
        ! Error: the notice was not queued
        !   there is no message type 'securty.cloud'
        !   the subject is empty
        !   the body is empty
        ! Hint: did you mean 'security.cloud' or 'security.account'?
        [exit 2]
        $ callsheet notify security --subject 'two
        lines'
        ! Error: the notice was not queued
        !   'security' is a category; a notice has one of its types
        !   the subject is one line; character 4 is U+000A (line feed)
        !   the body is empty
        ! Hint: its types are security.cloud, security.content, security.account
        [exit 2]
        $ callsheet notify security.cloud --subject 'A new login'
        ! Error: the notice was not queued
        !   line 2 of the body holds U+0000 (null), a control character
        ! Hint: a body is text; what holds such characters is something else
        [exit 2]
        $ callsheet notify security.cloud --subject 'A new login'
        ! Error: the text is not UTF-8: at byte offset 3 stands 0xE9
        ! Hint: 'iconv -f ISO-8859-1 -t UTF-8' converts a text of another encoding
        [exit 2]
        $ callsheet notify security.cloud --subject 'A new login'
        ! Error: the text is larger than 1 MiB
        [exit 2]
        $ callsheet notify security.cloud --subject S --body-file nowhere.txt
        ! Error: the text cannot be read from 'nowhere.txt': there is no such file
        [exit 2]
        $ callsheet notify security.cloud --subject S --body-file /
        ! Error: the text cannot be read from '/': is a directory
        [exit 2]
        $ callsheet notify security.cloud --subject S --body-file /dev/zero
        ! Error: the text is larger than 1 MiB
        [exit 2]
        $ callsheet notify security.cloud
        ! Error: the following required arguments were not provided:
        !   --subject <TEXT>
        !
        ! Usage: callsheet notify --subject <TEXT> <TYPE>
        [exit 2]
        $ callsheet notify security.cloud --from-mail --subject S
        ! Error: the argument '--from-mail' cannot be used with '--subject <TEXT>'
        !
        ! Usage: callsheet notify --from-mail <TYPE>
        [exit 2]
        $ callsheet notify security.cloud --from-mail --body-file b
        ! Error: the argument '--from-mail' cannot be used with '--body-file <FILE>'
        !
        ! Usage: callsheet notify --from-mail <TYPE>
        [exit 2]
        $ callsheet outbox --type security
        ! No delivery matches.
        [exit 0]
        "#);
}

#[test]
fn a_text_at_the_limit_with_long_lines_dots_and_bare_returns_arrives_whole() {
    let sink = Sink::accepting();
    let program = with_two(Program::with_server(sink.port()));
    let odd = format!(".\r\n..\n.\rend {}\n", "x".repeat(5_000));
    let full = odd.clone() + &"y".repeat(1024 * 1024 - odd.len());
    for text in [odd.as_str(), full.as_str()] {
        let transcript = program.run_with_input(NOTICE, text);
        assert!(transcript.contains("2 sent.\n[exit 0]"), "{transcript}");
    }
    let mails = sink.mails();
    assert_eq!(mails.len(), 4);
    for mail in mails {
        assert!(mail.body.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
        let parsed = mail_parser::MessageParser::default().parse(mail.body.as_bytes()).unwrap();
        let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
        assert!(text.contains(&format!(".\n..\n.\nend {}\n", "x".repeat(5_000))));
    }
}

#[test]
fn an_alert_in_colour_is_sent_without_it() {
    let program = with_two(Program::new());
    let printed = "\x1b[31;1mERROR\x1b[0m disk\x07 full\x08\n";
    let mail = format!("From: root@host.example\nSubject: =?utf-8?q?=1B[31mCron=1B[0m?=\n\n{printed}");
    program.run_with_input("notify security.cloud --subject Disks", printed);
    program.run_with_input("notify security.cloud --from-mail", &mail);
    for id in [1, 3] {
        let file = program.database().with_file_name("mail").join(format!("{id}.eml"));
        let sent = std::fs::read(file).unwrap();
        let parsed = mail_parser::MessageParser::new().parse(&sent).unwrap();
        for text in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
            assert!(text.contains("ERROR disk full\\u{0008}"), "{text}");
        }
    }
    assert!(program.data("outbox --json").contains("\"subject\":\"Cron\""));
}

#[test]
fn a_rehearsal_under_a_used_key_says_so() {
    let program = with_two(Program::new());
    let command = format!("{NOTICE} --key k --dry-run");
    program.run_with_input(&format!("{NOTICE} --key k"), "Rome");
    let same = program.run_with_input(&command, "Rome");
    let other = program.run_with_input(&command, "Paris");
    assert_transcript!(format!("{same}{other}"), @r#"
        $ callsheet notify security.cloud --subject 'A new login' --key k --dry-run
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  receives  -
        2   bob   bob@example.org  receives  -
        3   eve   eve@example.org  does not  the contact is not subscribed to it
        ! Notice 1 is already queued under this key; it would not be queued again.
        [exit 0]
        $ callsheet notify security.cloud --subject 'A new login' --key k --dry-run
        ! Error: the key 'k' was used for notice 1 already, which says something else
        ! Hint: use another key, or the same type, subject and body
        [exit 2]
        "#);
}

#[test]
fn a_whole_mail_becomes_a_notice() {
    let program = with_two(Program::new());
    let mail = "From: root@host.example\r\nSubject: =?utf-8?q?Anmeldung_von_M=C3=BCller?=\r\n\
        Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        M=FCller war da.\r\n";
    let command = "notify security.cloud --from-mail";
    let notice = program.run_with_input(command, mail);
    let parts = "Subject: Report\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nIt is attached.\r\n--b\r\n\
        Content-Type: application/pdf; name=\"a\x1b[31m.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n--b--\r\n";
    let attached = program.run_with_input(command, parts);
    let long = format!("Subject: Long\r\nContent-Type: text/html\r\n\r\n{}", "<p><b>x".repeat(20_000));
    let long = program.run_with_input(command, &long);
    let empty = program.run_with_input("notify securty.cloud --from-mail", "");
    let large = program.run_with_input(command, &vec![b'x'; 10 * 1024 * 1024 + 1]);
    assert_transcript!(format!("{notice}{attached}{long}{empty}{large}"), @r#"
        $ callsheet notify security.cloud --from-mail
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Notice 1: 2 written to files.
        [exit 0]
        $ callsheet notify security.cloud --from-mail
        ! Warning: parts of the mail are left out: 'a\u{001B}[31m.pdf'
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Notice 2: 2 written to files.
        [exit 0]
        $ callsheet notify security.cloud --from-mail
        ! Warning: parts of the mail are left out: 'text/html (it has more than 1 MiB)'
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! Notice 3: 2 written to files.
        [exit 0]
        $ callsheet notify securty.cloud --from-mail
        ! Error: the notice was not queued
        !   there is no message type 'securty.cloud'
        !   this is no mail: it does not begin with headers
        ! Hint: did you mean 'security.cloud' or 'security.account'?
        [exit 2]
        $ callsheet notify security.cloud --from-mail
        ! Error: the mail is larger than 10 MiB
        [exit 2]
        "#);
    assert!(program.data("outbox --json").contains("Anmeldung von Müller"));
}

#[test]
fn a_mail_that_nobody_would_get_is_kept_by_the_mail_server() {
    let program = Program::new();
    let mail = "Subject: Alarm\r\n\r\nIt burns.\r\n";
    let kept = program.run_with_input("notify security.cloud --from-mail --queue-only", mail);
    let refused = program.run_with_input("notify security.cloud --from-mail --queue-only", "");
    program.must("account --security-email sec@example.org");
    let taken = program.run_with_input("notify security.cloud --from-mail --queue-only", mail);
    assert_transcript!(format!("{kept}{refused}{taken}"), @r#"
        $ callsheet notify security.cloud --from-mail --queue-only
        ! Error: nobody would get this notice of 'security.cloud': there is no contact, and there is no security email
        ! Hint: 'callsheet account --security-email EMAIL' sets it; nothing was queued
        [exit 75]
        $ callsheet notify security.cloud --from-mail --queue-only
        ! Error: the notice was not queued
        !   this is no mail: it does not begin with headers
        [exit 2]
        $ callsheet notify security.cloud --from-mail --queue-only
        ! The security email 'sec@example.org' gets it, because there is no contact.
        ! Notice 1: 1 mail waits.
        ! Hint: 'callsheet deliver' sends what is due, 'callsheet deliver --watch' whatever becomes due
        [exit 0]
        "#);
}

#[test]
fn a_mail_of_its_own_that_comes_back_is_not_announced_again() {
    let program = with_two(Program::new());
    program.run_with_input(NOTICE, "Rome");
    let own = std::fs::read(program.database().with_file_name("mail").join("2.eml")).unwrap();
    assert_transcript!(program.run_with_input("notify security.cloud --from-mail", &own), @r#"
        $ callsheet notify security.cloud --from-mail
        ! Error: this is callsheet's own mail, delivery 2: it would go round in circles
        ! Hint: no contact may have an address whose mail is announced; nothing was queued
        [exit 2]
        "#);
}

#[test]
fn the_answer_of_a_machine_is_not_announced() {
    let program = with_two(Program::new());
    let absent = "Auto-Submitted: auto-replied (vacation)\nSubject: Away\n\nUntil Monday.\n";
    assert_transcript!(program.run_with_input("notify security.cloud --from-mail", absent), @r#"
        $ callsheet notify security.cloud --from-mail
        ! Error: this is the answer of a machine to another mail: announcing it could go round in circles
        ! Hint: 'callsheet receive' reads reports about deliveries; nothing was queued
        [exit 2]
        "#);
    let bounce = "Subject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
                  --b\n\nIt could not be delivered.\n--b\nContent-Type: message/delivery-status\n\n\
                  Reporting-MTA: dns; mail.example\n\nFinal-Recipient: rfc822; a@example.org\nAction: failed\n--b--\n";
    assert_transcript!(program.run_with_input("notify security.cloud --from-mail", bounce), @r#"
        $ callsheet notify security.cloud --from-mail
        ! Error: this is the answer of a machine to another mail: announcing it could go round in circles
        ! Hint: 'callsheet receive' reads reports about deliveries; nothing was queued
        [exit 2]
        "#);
    assert_eq!(program.data("outbox --type security --json"), "[]\n");
    // What cron sends is generated, and answers nothing.
    let cron = "Auto-Submitted: auto-generated\nSubject: Cron\n\nThe disk is full.\n";
    assert!(
        program
            .run_with_input("notify security.cloud --from-mail --queue-only", cron)
            .contains("2 mails wait")
    );
}

#[test]
fn a_refused_address_keeps_it_from_nobody_else() {
    let sink = Sink::script().once(Phase::RcptTo, refusal()).start();
    let program = with_two(Program::with_server(sink.port()));
    assert_transcript!(program.run_with_input(NOTICE, "Rome"), @r#"
        $ callsheet notify security.cloud --subject 'A new login'
        DELIVERY  TO               STATE   SERVER
        1         ada@example.org  failed  550 5.1.1 no such user
        ! Notice 1: 1 sent, 1 failed.
        [exit 3]
        "#);
    assert_eq!(sink.mails().len(), 1);
}

#[test]
fn what_a_server_puts_off_waits_and_is_no_failure() {
    let sink = Sink::script().once(Phase::RcptTo, Act::say("451 4.7.1 come back later")).start();
    let program = with_two(Program::with_server(sink.port()));
    assert_transcript!(program.run_with_input(NOTICE, "Rome"), @r#"
        $ callsheet notify security.cloud --subject 'A new login'
        DELIVERY  TO               STATE                             SERVER
        1         ada@example.org  waits until [time]  451 4.7.1 come back later
        ! Notice 1: 1 sent, 1 mail waits.
        ! Hint: 'callsheet deliver' sends what is due, 'callsheet deliver --watch' whatever becomes due
        [exit 0]
        "#);
}

#[test]
fn only_the_first_of_many_failures_are_shown() {
    let sink = Sink::script().at(Phase::RcptTo, refusal()).start();
    let program = with_security_email(Program::with_server(sink.port()));
    let names: Vec<String> = (1..=25).map(|number| format!("c{number}")).collect();
    let contacts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "security")).collect();
    program.with_verified(&contacts);
    let transcript = program.run_with_input(NOTICE, "Rome");
    assert_eq!(transcript.lines().filter(|line| line.contains("  failed  550 5.1.1")).count(), 20);
    assert!(
        transcript
            .contains("! Hint: 6 more are not shown; 'callsheet outbox --notice 1' shows all deliveries")
    );
    assert!(
        transcript.contains("! Notice 1: 26 failed.") && transcript.ends_with("[exit 1]\n"),
        "{transcript}"
    );
}

#[test]
fn where_nobody_would_get_it_the_security_email_does() {
    let program = with_two(Program::new());
    let nobody = program.run_with_input("notify product.release --subject 'Version 2'", "Out");
    let program = with_security_email(program);
    let fallback = program.run_with_input("notify product.release --subject 'Version 2'", "Out");
    assert_transcript!(format!("{nobody}{fallback}"), @r#"
        $ callsheet notify product.release --subject 'Version 2'
        ! Error: nobody would get this notice of 'product.release': no contact is subscribed to it, and there is no security email
        ! Hint: 'callsheet account --security-email EMAIL' sets it; nothing was queued
        [exit 1]
        $ callsheet notify product.release --subject 'Version 2'
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The security email 'sec@example.org' gets it, because no contact is subscribed to it.
        ! Notice 1: 1 written to files.
        [exit 0]
        "#);
}

#[test]
fn where_all_fail_the_security_email_gets_it_in_the_same_run() {
    let sink = Sink::script().once(Phase::RcptTo, refusal()).once(Phase::RcptTo, refusal()).start();
    let program = with_security_email(with_two(Program::with_server(sink.port())));
    assert_transcript!(program.run_with_input(NOTICE, "Rome"), @r#"
        $ callsheet notify security.cloud --subject 'A new login'
        DELIVERY  TO               STATE   SERVER
        2         ada@example.org  failed  550 5.1.1 no such user
        3         bob@example.org  failed  550 5.1.1 no such user
        ! The security email 'sec@example.org' gets it, because all other deliveries failed.
        ! Notice 1: 1 sent, 2 failed.
        [exit 3]
        "#);
    assert_eq!(sink.mails().len(), 1);
}

#[test]
fn where_all_fail_and_there_is_no_security_email_it_is_said_everywhere() {
    let sink = Sink::script().once(Phase::RcptTo, refusal()).once(Phase::RcptTo, refusal()).start();
    let program = with_two(Program::with_server(sink.port()));
    let notice = program.run_with_input(NOTICE, "Rome");
    let checked = program.run("check").replace(&sink.port().to_string(), "[port]");
    assert_transcript!(format!("{notice}{checked}"), @r#"
        $ callsheet notify security.cloud --subject 'A new login'
        DELIVERY  TO               STATE   SERVER
        1         ada@example.org  failed  550 5.1.1 no such user
        2         bob@example.org  failed  550 5.1.1 no such user
        ! Notice 1: 2 failed.
        ! Warning: all deliveries failed, and there is no security email that could get the notice
        ! Hint: 'callsheet account --security-email EMAIL' sets one; 'callsheet retry ID' tries a delivery again
        [exit 3]
        $ callsheet check
        CHECK           RESULT   MESSAGE
        config          ok       [home]/config/callsheet/config.toml
        database        ok       [home]/data/callsheet/callsheet.db
        key_file        ok       [home]/data/callsheet/callsheet.db.key
        security_email  warning  there is none; what nobody else gets is not sent at all
        coverage        warning  17 types reach nobody at all, for there is no security email: account.funds, product (all 7), security (all 3), exception (all 3), activity (all 3)
        coverage        warning  3 types reach one contact only: service (all 3)
        notices         warning  1 notice reached nobody: all deliveries failed, and no security email got it
        mail_connect    ok       connected to 127.0.0.1
        mail_greeting   ok       220 sink.example ESMTP
        mail_ehlo       ok       offers PIPELINING, SIZE, 8BITMIME, SMTPUTF8
        mail_from       ok       from 'notices@example.com': 250 2.1.0 ok
        mail_server     ok       127.0.0.1:[port] takes mail; there is no security email to try
        [exit 3]
        "#);
}

#[test]
fn where_the_fallback_fails_too_all_have_failed() {
    let sink = Sink::script().at(Phase::RcptTo, refusal()).start();
    let program = with_security_email(with_two(Program::with_server(sink.port())));
    assert_transcript!(program.run_with_input(NOTICE, "Rome"), @r#"
        $ callsheet notify security.cloud --subject 'A new login'
        DELIVERY  TO               STATE   SERVER
        2         ada@example.org  failed  550 5.1.1 no such user
        3         bob@example.org  failed  550 5.1.1 no such user
        4         sec@example.org  failed  550 5.1.1 no such user
        ! The security email 'sec@example.org' was to get it, because all other deliveries failed; that failed too.
        ! Notice 1: 3 failed.
        [exit 1]
        "#);
}

#[test]
fn a_server_that_is_not_there_leaves_the_notice_queued() {
    let program = with_two(Program::with_server(CLOSED_PORT));
    let transcript = program.run_with_input(NOTICE, "Rome");
    assert_eq!(transcript.matches("! Warning:").count(), 1, "{transcript}");
    assert!(transcript.contains("! Warning: the mail server cannot be used now"), "{transcript}");
    assert!(transcript.contains("! Notice 1: 2 mails wait.\n"), "{transcript}");
    assert!(transcript.ends_with("[exit 0]\n"), "{transcript}");
    let sink = Sink::accepting();
    program.configure_server(sink.port());
    program.must("deliver");
    assert_eq!(sink.mails().len(), 2);
}

#[test]
fn a_reader_that_is_gone_stops_no_notice_and_changes_no_exit_code() {
    let sink = Sink::script().once(Phase::RcptTo, refusal()).start();
    let program = with_two(Program::with_server(sink.port()));
    let mut command = program.command(&format!("{NOTICE} --json"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"Rome").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(sink.mails().len(), 1);
}

#[test]
fn somebody_who_types_is_told_how_a_text_ends_and_early_what_is_wrong() {
    let program = with_two(Program::new());
    let (shown, code) = program.run_in_terminal(NOTICE, "It was in Rome.\n\u{4}");
    assert!(shown.contains("Type the text of the notice; ctrl-d on a line of its own ends it."), "{shown}");
    assert!(shown.contains("Notice 1: 2 written to files.") && code == 0, "{shown}");
    let (shown, code) = program.run_in_terminal("notify securty.cloud --subject S", "");
    assert!(shown.contains("there is no message type 'securty.cloud'") && code == 2, "{shown}");
    assert!(!shown.contains("ctrl-d"), "{shown}");
}

#[test]
fn the_progress_of_many_is_shown_on_a_terminal() {
    let program = Program::new();
    let names: Vec<String> = (1..=20).map(|number| format!("c{number}")).collect();
    let contacts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "security")).collect();
    program.with_verified(&contacts);
    std::fs::write(program.path("text"), "Rome").unwrap();
    let (shown, code) = program.run_in_terminal(&format!("{NOTICE} --body-file text"), "");
    assert!(shown.contains("\r1 of 20") && shown.contains("Notice 1: 20 written to files."), "{shown:?}");
    assert_eq!(code, 0);
}

#[test]
fn the_help_shows_a_job_of_cron_and_an_alias() {
    let help = Program::new().data("notify --help");
    for part in
        ["callsheet notify exception.monitor", "/etc/aliases", "--from-mail --queue-only", "Exit codes"]
    {
        assert!(help.contains(part), "{help}");
    }
}
