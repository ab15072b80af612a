//! verify, resend.

use crate::support::program::{Program, assert_transcript};

fn with_code_sent() -> Program {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --types security");
    program
}

#[test]
fn the_code_of_the_mail_verifies_the_contact() {
    let program = with_code_sent();
    let code = program.code(1).to_lowercase().replace('-', " ");
    let entered = program.run_with_input("verify ada -", &format!("{code}\r\n"));
    assert_transcript!(format!("{entered}{}", program.run("list\nshow 1\nverify ada ABCD-EFGH\nresend ada")), @r#"
        $ callsheet verify ada -
        ! The email of 'ada' 'ada@example.org' is verified.
        [exit 0]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS    TYPES
        1   ada   ada@example.org  -         verified  security
        [exit 0]
        $ callsheet show 1
        id        1
        name      ada
        email     ada@example.org
        position  none
        language  en
        types     security
        version   1
        status    verified
        verified  [time]
        server    [home]/data/callsheet/mail/1.eml
        [exit 0]
        $ callsheet verify ada ABCD-EFGH
        ! Error: 'ada@example.org' is verified already
        [exit 1]
        $ callsheet resend ada
        ! Error: 'ada@example.org' is verified already
        [exit 1]
        "#);
}

#[test]
fn a_code_on_the_command_line_verifies_too() {
    let program = with_code_sent();
    let transcript = program.run(&format!("verify 1 {} --json", program.code(1)));
    assert_transcript!(transcript.replace(&program.code(1), "[code]"), @r#"
        $ callsheet verify 1 [code] --json
        {"id":1,"name":"ada","email":"ada@example.org","position":null,"language":"en","status":"verified","verified_at":"[time]","pending_email":null,"unsubscribed_at":null,"subscriptions":["security"],"version":1}
        ! The email of 'ada' 'ada@example.org' is verified.
        [exit 0]
        "#);
}

#[test]
fn what_is_no_code_costs_no_try_and_a_wrong_one_does() {
    let program = with_code_sent();
    assert_transcript!(program.run("verify ada ABC\nverify ada ABCD-EFGU\nverify ada 0000-0000\nverify nobody 0000-0000"), @r#"
        $ callsheet verify ada ABC
        ! Error: a code has 8 letters and digits, like ABCD-EFGH; this has 3
        ! Hint: this cost no try
        [exit 2]
        $ callsheet verify ada ABCD-EFGU
        ! Error: a code has only letters (no U) and digits, not 'U'
        ! Hint: this cost no try
        [exit 2]
        $ callsheet verify ada 0000-0000
        ! Error: the code is wrong; 4 tries left
        [exit 1]
        $ callsheet verify nobody 0000-0000
        ! Error: there is no contact 'nobody'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        "#);
}

#[test]
fn five_wrong_codes_void_the_right_one() {
    let program = with_code_sent();
    let code = program.code(1);
    let wrong = "verify ada 0000-0000\n".repeat(5);
    let transcript = program.run(&format!("{wrong}verify ada {code}\nlist"));
    assert_transcript!(transcript.replace(&code, "[code]"), @r#"
        $ callsheet verify ada 0000-0000
        ! Error: the code is wrong; 4 tries left
        [exit 1]
        $ callsheet verify ada 0000-0000
        ! Error: the code is wrong; 3 tries left
        [exit 1]
        $ callsheet verify ada 0000-0000
        ! Error: the code is wrong; 2 tries left
        [exit 1]
        $ callsheet verify ada 0000-0000
        ! Error: the code is wrong; 1 try left
        [exit 1]
        $ callsheet verify ada 0000-0000
        ! Error: the code is wrong; that was the last try, so it is void now; send a new one
        ! Hint: 'callsheet resend CONTACT' sends a new code
        [exit 1]
        $ callsheet verify ada [code]
        ! Error: the code does not count any more: five wrong codes were entered
        ! Hint: 'callsheet resend CONTACT' sends a new code
        [exit 1]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS   TYPES
        1   ada   ada@example.org  -         expired  security
        [exit 0]
        "#);
}

#[test]
fn an_empty_standard_input_is_no_code() {
    assert_transcript!(with_code_sent().run_with_input("verify ada -", ""), @r#"
        $ callsheet verify ada -
        ! Error: a code has 8 letters and digits, like ABCD-EFGH; this has 0
        ! Hint: this cost no try
        [exit 2]
        "#);
}

#[test]
fn a_cool_down_holds_back_all_of_several() {
    let program = with_code_sent();
    program.must("add --name bob --email bob@example.org --types security --no-verify");
    assert_transcript!(program.run("resend ada\nresend bob ada\noutbox\nresend bob"), @r#"
        $ callsheet resend ada
        ! Error: email of 'ada': a code cannot be sent yet: a code was sent to this address just now; the next may be sent in [wait]
        [exit 1]
        $ callsheet resend bob ada
        ! Error: email of 'ada': a code cannot be sent yet: a code was sent to this address just now; the next may be sent in [wait]
        [exit 1]
        $ callsheet outbox
        ID  STATE    KIND          TO               CREATED               TRIES  SUBJECT                      SERVER
        1   written  verification  ada@example.org  [time]  1      Please confirm your address  [home]/data/callsheet/mail/1.eml
        [exit 0]
        $ callsheet resend bob
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'bob@example.org' was written to a file (delivery 2); it was not sent.
        [exit 0]
        "#);
}

#[test]
fn a_daily_limit_reached_on_the_way_sends_to_none_of_several() {
    let program = Program::with_config("[verification]\ndaily_limit = 2\n");
    for name in ["ada", "bob", "eve"] {
        program.must(&format!("add --name {name} --email {name}@example.org --types security --no-verify"));
    }
    assert_transcript!(program.run("resend ada bob eve\noutbox\nresend --unverified --queue-only"), @r#"
        $ callsheet resend ada bob eve
        ! Error: a code cannot be sent yet: the daily limit of verification mails is reached; the next may be sent in [wait]
        [exit 1]
        $ callsheet outbox
        ! The outbox is empty.
        [exit 0]
        $ callsheet resend --unverified --queue-only
        ! The verification mail to 'ada@example.org' is queued (delivery 1).
        ! The verification mail to 'bob@example.org' is queued (delivery 2).
        ! Hint: 2 mails wait in the outbox; 'callsheet deliver' sends what is due
        ! Error: 1 contact gets no code now
        !   'eve': a code cannot be sent yet: the daily limit of verification mails is reached; the next may be sent in [wait]
        [exit 3]
        "#);
}

#[test]
fn everyone_who_waits_gets_a_code_and_the_others_are_named() {
    let program = with_code_sent();
    program.must("add --name bob --email bob@example.org --types security --no-verify");
    assert_transcript!(program.run("resend --unverified --queue-only\nresend --unverified\nresend\nresend ada --unverified"), @r#"
        $ callsheet resend --unverified --queue-only
        ! The verification mail to 'bob@example.org' is queued (delivery 2).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        ! Error: 1 contact gets no code now
        !   'ada': a code cannot be sent yet: a code was sent to this address just now; the next may be sent in [wait]
        [exit 3]
        $ callsheet resend --unverified
        ! Error: 2 contacts get no code now
        !   'ada': a code cannot be sent yet: a code was sent to this address just now; the next may be sent in [wait]
        !   'bob': a code cannot be sent yet: a code was sent to this address just now; the next may be sent in [wait]
        [exit 1]
        $ callsheet resend
        ! Error: the following required arguments were not provided:
        !   <CONTACT>...
        !
        ! Usage: callsheet resend <CONTACT>...
        [exit 2]
        $ callsheet resend ada --unverified
        ! Error: the argument '[CONTACT]...' cannot be used with '--unverified'
        !
        ! Usage: callsheet resend <CONTACT>...
        [exit 2]
        "#);
}

#[test]
fn nobody_waits() {
    assert_transcript!(Program::new().run("resend --unverified\nresend --unverified --json"), @r#"
        $ callsheet resend --unverified
        ! No contact waits for its verification.
        [exit 0]
        $ callsheet resend --unverified --json
        []
        ! No contact waits for its verification.
        [exit 0]
        "#);
}

#[test]
fn a_new_email_of_a_verified_contact_waits_and_can_be_cancelled() {
    let program = with_code_sent();
    program.must(&format!("verify ada {}", program.code(1)));
    assert_transcript!(
        program.run("modify ada --email ada@example.net\nshow ada\nmodify ada --email ada@example.org\nshow ada --json"),
        @r#"
        $ callsheet modify ada --email ada@example.net
        ! 'ada' is reached at 'ada@example.org' until 'ada@example.net' is verified.
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'ada@example.net' was written to a file (delivery 2); it was not sent.
        [exit 0]
        $ callsheet show ada
        id             1
        name           ada
        email          ada@example.org
        pending email  ada@example.net
        position       none
        language       en
        types          security
        version        2
        status         verified
        verified       [time]
        code ends      [time]
        tries left     5
        server         [home]/data/callsheet/mail/2.eml
        [exit 0]
        $ callsheet modify ada --email ada@example.org
        ! The change of 'ada' to 'ada@example.net' is cancelled; 'ada@example.org' stays.
        [exit 0]
        $ callsheet show ada --json
        {"id":1,"name":"ada","email":"ada@example.org","position":null,"language":"en","status":"verified","verified_at":"[time]","pending_email":null,"unsubscribed_at":null,"subscriptions":["security"],"version":3}
        [exit 0]
        "#
    );
}

#[test]
fn a_verified_new_email_replaces_the_old_one_which_is_told() {
    let program = with_code_sent();
    program.must(&format!("verify ada {}", program.code(1)));
    program.must("modify ada --email ada@example.net");
    let code = program.code(2);
    let transcript = program.run(&format!("verify ada {code}\nlist\noutbox"));
    assert_transcript!(transcript.replace(&code, "[code]"), @r#"
        $ callsheet verify ada [code]
        ! The email of 'ada' 'ada@example.net' is verified and replaces 'ada@example.org'.
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The mail about the changed address to 'ada@example.org' was written to a file (delivery 3); it was not sent.
        [exit 0]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS    TYPES
        1   ada   ada@example.net  -         verified  security
        [exit 0]
        $ callsheet outbox
        ID  STATE    KIND          TO               CREATED               TRIES  SUBJECT                                 SERVER
        3   written  change        ada@example.org  [time]  1      Your address for messages was replaced  [home]/data/callsheet/mail/3.eml
        2   written  verification  ada@example.net  [time]  1      Please confirm your address             [home]/data/callsheet/mail/2.eml
        1   written  verification  ada@example.org  [time]  1      Please confirm your address             [home]/data/callsheet/mail/1.eml
        [exit 0]
        "#);
}

#[test]
fn the_security_email_is_verified_by_its_address() {
    let program = Program::new();
    program.must("account --security-email sec@example.org");
    let code = program.code(1);
    let transcript = program.run(&format!("verify sec@example.org {code}\naccount\nresend sec@example.org"));
    assert_transcript!(transcript.replace(&code, "[code]"), @r#"
        $ callsheet verify sec@example.org [code]
        ! The security email 'sec@example.org' is verified.
        [exit 0]
        $ callsheet account
        name            none
        security email  sec@example.org
        status          verified
        language        en
        [exit 0]
        $ callsheet resend sec@example.org
        ! Error: 'sec@example.org' is verified already
        [exit 1]
        "#);
}
