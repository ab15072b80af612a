//! explain: verdicts, the fallback, and what is no type.

use crate::support::program::{Program, assert_transcript};

/// One contact for each verdict about activity messages.
fn with_everybody() -> Program {
    let program = Program::new();
    program.with_verified(&[
        ("ada", "activity,security"),
        ("bob", "activity.launch"),
        ("eve", "security"),
        ("mel", "activity"),
        ("una", "activity"),
    ]);
    program.mark("bob", "status = 'unverified', verified_at = NULL");
    program.mark("mel", "status = 'undeliverable'").mark("una", "unsubscribed_at = 1");
    program
}

#[test]
fn everybody_has_a_verdict_and_those_who_receive_come_first() {
    assert_transcript!(
        with_everybody().run("explain activity.launch\nexplain activity.launch --json\nexplain security.cloud"),
        @r#"
        $ callsheet explain activity.launch
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  receives  -
        2   bob   bob@example.org  does not  the address is not verified
        3   eve   eve@example.org  does not  the contact is not subscribed to it
        4   mel   mel@example.org  does not  the mail server refuses the address for good
        5   una   una@example.org  does not  the recipient has unsubscribed
        [exit 0]
        $ callsheet explain activity.launch --json
        {"type":"activity.launch","recipients":[{"contact":1,"email":"ada@example.org"}],"excluded":[{"contact":2,"email":"bob@example.org","reason":"not_verified"},{"contact":3,"email":"eve@example.org","reason":"not_subscribed"},{"contact":4,"email":"mel@example.org","reason":"undeliverable"},{"contact":5,"email":"una@example.org","reason":"unsubscribed"}],"fallback":null}
        [exit 0]
        $ callsheet explain security.cloud
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  receives  -
        3   eve   eve@example.org  receives  -
        2   bob   bob@example.org  does not  the contact is not subscribed to it
        4   mel   mel@example.org  does not  the contact is not subscribed to it
        5   una   una@example.org  does not  the contact is not subscribed to it
        [exit 0]
        "#
    );
}

#[test]
fn the_fallback_and_its_reason_are_said() {
    let program = Program::new();
    let nobody = program.run("explain security.cloud\nexplain security.cloud --json");
    program.must("account --security-email sec@example.org --queue-only");
    let none = program.run("explain security.cloud\nexplain security.cloud --json");
    program.with_verified(&[("ada", "activity")]);
    let unwanted = program.run("explain security.cloud");
    program.with_verified(&[("mel", "security")]).mark("mel", "status = 'undeliverable'");
    let unreachable = program.run("explain security.cloud");
    program.with_verified(&[("bob", "security")]).mark("bob", "status = 'code_sent', verified_at = NULL");
    let unverified = program.run("explain security.cloud\nexplain security.cloud --json");
    assert_transcript!(format!("{nobody}{none}{unwanted}{unreachable}{unverified}"), @r#"
        $ callsheet explain security.cloud
        It reaches nobody, because there is no contact and there is no security email.
        [exit 0]
        $ callsheet explain security.cloud --json
        {"type":"security.cloud","recipients":[],"excluded":[],"fallback":null}
        [exit 0]
        $ callsheet explain security.cloud
        It goes to the security email 'sec@example.org', because there is no contact.
        [exit 0]
        $ callsheet explain security.cloud --json
        {"type":"security.cloud","recipients":[],"excluded":[],"fallback":{"email":"sec@example.org","reason":"no_contacts"}}
        [exit 0]
        $ callsheet explain security.cloud
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  does not  the contact is not subscribed to it
        It goes to the security email 'sec@example.org', because no contact is subscribed to it.
        [exit 0]
        $ callsheet explain security.cloud
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  does not  the contact is not subscribed to it
        2   mel   mel@example.org  does not  the mail server refuses the address for good
        It goes to the security email 'sec@example.org', because nobody who is subscribed to it can be reached.
        [exit 0]
        $ callsheet explain security.cloud
        ID  NAME  EMAIL            VERDICT   REASON
        1   ada   ada@example.org  does not  the contact is not subscribed to it
        2   mel   mel@example.org  does not  the mail server refuses the address for good
        3   bob   bob@example.org  does not  the address is not verified
        It goes to the security email 'sec@example.org', because nobody who is subscribed to it is verified.
        [exit 0]
        $ callsheet explain security.cloud --json
        {"type":"security.cloud","recipients":[],"excluded":[{"contact":1,"email":"ada@example.org","reason":"not_subscribed"},{"contact":2,"email":"mel@example.org","reason":"undeliverable"},{"contact":3,"email":"bob@example.org","reason":"not_verified"}],"fallback":{"email":"sec@example.org","reason":"none_verified"}}
        [exit 0]
        "#);
}

#[test]
fn a_category_and_an_unknown_id_are_no_types() {
    assert_transcript!(
        Program::new().run("explain security\nexplain securty.cloud\nexplain\nexplain security.cloud --jsn"),
        @r#"
        $ callsheet explain security
        ! Error: 'security' is a category
        ! Hint: name one of its types: security.cloud, security.content, security.account
        [exit 2]
        $ callsheet explain securty.cloud
        ! Error: there is no message type 'securty.cloud'; the nearest are security.cloud, security.account
        ! Hint: 'callsheet types' shows all of them
        [exit 2]
        $ callsheet explain
        ! Error: the following required arguments were not provided:
        !   <TYPE>
        !
        ! Usage: callsheet explain <TYPE>
        [exit 2]
        $ callsheet explain security.cloud --jsn
        ! Error: unexpected argument '--jsn' found
        !
        ! Hint: a similar argument exists: '--json'
        !
        ! Usage: callsheet explain --json <TYPE>
        [exit 2]
        "#
    );
}
