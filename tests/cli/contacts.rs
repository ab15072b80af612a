//! list, show, add, modify, delete.

use crate::support::program::{Program, assert_transcript};

const ADA: &str = "add --name AdaLovelace --email ada@example.org --queue-only";
const XIAOMING: &str = "add --name 王小明 --email xiaoming@example.cn --position finance_director --types recommended --queue-only";

fn with_two_contacts() -> Program {
    let program = Program::new();
    program.must(ADA);
    program.must(XIAOMING);
    program
}

#[test]
fn an_added_contact_is_listed_and_shown() {
    let program = Program::new();
    assert_transcript!(program.run(&format!("{ADA}\n{XIAOMING}\nlist\nshow 2\nlist --json\nshow xiaoming@example.cn --json")), @r#"
        $ callsheet add --name AdaLovelace --email ada@example.org --queue-only
        1
        ! Warning: 'AdaLovelace' has no message type yet and will get no notice
        ! The verification mail to 'ada@example.org' is queued (delivery 1).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        $ callsheet add --name 王小明 --email xiaoming@example.cn --position finance_director --types recommended --queue-only
        2
        ! The verification mail to 'xiaoming@example.cn' is queued (delivery 2).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        $ callsheet list
        ID  NAME         EMAIL                POSITION          STATUS      TYPES
        1   AdaLovelace  ada@example.org      -                 unverified  -
        2   王小明       xiaoming@example.cn  Finance Director  unverified  account,service
        [exit 0]
        $ callsheet show 2
        id          2
        name        王小明
        email       xiaoming@example.cn
        position    Finance Director
        language    en
        types       account,service
        version     1
        status      unverified
        code ends   [time]
        tries left  5
        [exit 0]
        $ callsheet list --json
        [{"id":1,"name":"AdaLovelace","email":"ada@example.org","position":null,"language":"en","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":[],"version":1},
        {"id":2,"name":"王小明","email":"xiaoming@example.cn","position":"finance_director","language":"en","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":["account","service"],"version":1}]
        [exit 0]
        $ callsheet show xiaoming@example.cn --json
        {"id":2,"name":"王小明","email":"xiaoming@example.cn","position":"finance_director","language":"en","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":["account","service"],"version":1}
        [exit 0]
        "#);
}

#[test]
fn adding_sends_the_code_and_says_where_the_mail_went() {
    assert_transcript!(Program::new().run("add --name ada --email ada@example.org --types security"), @r#"
        $ callsheet add --name ada --email ada@example.org --types security
        1
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'ada@example.org' was written to a file (delivery 1); it was not sent.
        [exit 0]
        "#);
}

#[test]
fn adding_prints_the_contact_as_json() {
    assert_transcript!(
        Program::new().run("add --name ada --email ada@example.org --types security,product.release --types account.funds --language zh-CN --json"),
        @r#"
        $ callsheet add --name ada --email ada@example.org --types security,product.release --types account.funds --language zh-CN --json
        {"id":1,"name":"ada","email":"ada@example.org","position":null,"language":"zh-CN","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":["account.funds","product.release","security"],"version":1}
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'ada@example.org' was written to a file (delivery 1); it was not sent.
        [exit 0]
        "#
    );
}

#[test]
fn a_contact_can_be_added_without_verifying_it() {
    assert_transcript!(Program::new().run("add --name ada --email ada@example.org --types= --no-verify\nlist"), @r#"
        $ callsheet add --name ada --email ada@example.org --types= --no-verify
        1
        ! Warning: 'ada' has no message type yet and will get no notice
        ! 'ada@example.org' waits for its verification; 'callsheet resend ada@example.org' sends the code.
        [exit 0]
        $ callsheet list
        ID  NAME  EMAIL            POSITION  STATUS      TYPES
        1   ada   ada@example.org  -         unverified  -
        [exit 0]
        "#);
}

#[test]
fn every_wrong_field_is_explained_at_once_and_nothing_is_saved() {
    assert_transcript!(
        Program::new().run("add --name 'two words' --email nobody --position finace --language tlh --types securty\nlist"),
        @r#"
        $ callsheet add --name 'two words' --email nobody --position finace --language tlh --types securty
        ! Error: the contact was not saved
        !   name: a name has no white space; character 4 of this one is U+0020 (blank)
        !   email: an address has one @; this one has none
        !   position: 'finace' is no position; positions are ceo, technical_director, maintenance_director, project_director, finance_director, other
        !   language: 'tlh' is no language; languages are en and zh-CN
        !   types: there is no message type 'securty'; the nearest are security
        [exit 2]
        $ callsheet list
        ! There is no contact yet.
        [exit 0]
        "#
    );
}

#[test]
fn an_address_is_taken_whatever_its_case() {
    let program = with_two_contacts();
    assert_transcript!(program.run("add --name other --email ADA@Example.org"), @r#"
        $ callsheet add --name other --email ADA@Example.org
        ! Error: the contact was not saved
        !   email: 'ADA@example.org' belongs to 'AdaLovelace' (contact 1) already
        [exit 2]
        "#);
}

#[test]
fn a_likely_typo_is_a_hint_and_no_error() {
    assert_transcript!(Program::new().run("add --name ada --email ada@gmial.com --types security --queue-only"), @r#"
        $ callsheet add --name ada --email ada@gmial.com --types security --queue-only
        1
        ! Hint: perhaps 'ada@gmail.com' is meant
        ! The verification mail to 'ada@gmial.com' is queued (delivery 1).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        "#);
}

#[test]
fn the_list_is_filtered_sorted_reversed_and_limited() {
    let program = with_two_contacts();
    assert_transcript!(
        program.run(
            "
            list --filter position:finance
            list --filter EXAMPLE.org
            list --sort id --reverse
            list --sort email --limit 1
            list --limit 0
            list --filter nobody
            list --filter nobody --json
            "
        ),
        @r#"
        $ callsheet list --filter position:finance
        ID  NAME    EMAIL                POSITION          STATUS      TYPES
        2   王小明  xiaoming@example.cn  Finance Director  unverified  account,service
        [exit 0]
        $ callsheet list --filter EXAMPLE.org
        ID  NAME         EMAIL            POSITION  STATUS      TYPES
        1   AdaLovelace  ada@example.org  -         unverified  -
        [exit 0]
        $ callsheet list --sort id --reverse
        ID  NAME         EMAIL                POSITION          STATUS      TYPES
        2   王小明       xiaoming@example.cn  Finance Director  unverified  account,service
        1   AdaLovelace  ada@example.org      -                 unverified  -
        [exit 0]
        $ callsheet list --sort email --limit 1
        ID  NAME         EMAIL            POSITION  STATUS      TYPES
        1   AdaLovelace  ada@example.org  -         unverified  -
        [exit 0]
        $ callsheet list --limit 0
        [exit 0]
        $ callsheet list --filter nobody
        ! No contact matches.
        [exit 0]
        $ callsheet list --filter nobody --json
        []
        [exit 0]
        "#
    );
}

#[test]
fn an_empty_list_says_so_and_prints_nothing() {
    assert_transcript!(Program::new().run("list\nlist --json"), @r#"
        $ callsheet list
        ! There is no contact yet.
        [exit 0]
        $ callsheet list --json
        []
        [exit 0]
        "#);
}

#[test]
fn a_filter_that_means_nothing_is_refused() {
    let program = Program::new();
    assert_transcript!(
        program.run("list --filter status:verifyed\nlist --filter type:securty\nlist --filter is:selected\nlist --sort emial"),
        @r#"
        $ callsheet list --filter status:verifyed
        ! Error: the filter 'status:verifyed' cannot be used
        !   'status:verifyed' is unknown; did you mean status:verified?
        [exit 2]
        $ callsheet list --filter type:securty
        ! Error: the filter 'type:securty' cannot be used
        !   there is no message type 'securty'; the nearest are security
        [exit 2]
        $ callsheet list --filter is:selected
        ! Error: the filter 'is:selected' cannot be used
        !   'is:selected' works on the screen only
        [exit 2]
        $ callsheet list --sort emial
        ! Error: invalid value 'emial' for '--sort <COLUMN>'
        !   [possible values: name, email, position, status, id]
        !
        ! Hint: a similar value exists: 'email'
        [exit 2]
        "#
    );
}

#[test]
fn a_contact_is_found_by_id_email_and_unique_name() {
    let program = with_two_contacts();
    program.must("add --name AdaLovelace --email ada2@example.org --queue-only");
    assert_transcript!(program.run("show 王小明\nshow AdaLovelace\nshow 99\nshow nobody"), @r#"
        $ callsheet show 王小明
        id          2
        name        王小明
        email       xiaoming@example.cn
        position    Finance Director
        language    en
        types       account,service
        version     1
        status      unverified
        code ends   [time]
        tries left  5
        [exit 0]
        $ callsheet show AdaLovelace
        ! Error: 2 contacts are called 'AdaLovelace': 1, 3
        ! Hint: name the contact by its id or its email
        [exit 2]
        $ callsheet show 99
        ! Error: there is no contact '99'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet show nobody
        ! Error: there is no contact 'nobody'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        "#);
}

#[test]
fn fields_are_changed_one_by_one() {
    let program = with_two_contacts();
    assert_transcript!(
        program.run(
            "
            modify 1 --name ada --position 'Technical Director'
            modify 1 --position none --language zh-CN --json
            modify 1 --email ada@example.net --queue-only
            modify 1
            modify 1 --position king --email nobody
            modify 9 --name ada
            "
        ),
        @r#"
        $ callsheet modify 1 --name ada --position 'Technical Director'
        ! 'ada' is saved.
        [exit 0]
        $ callsheet modify 1 --position none --language zh-CN --json
        {"id":1,"name":"ada","email":"ada@example.org","position":null,"language":"zh-CN","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":[],"version":3}
        [exit 0]
        $ callsheet modify 1 --email ada@example.net --queue-only
        ! 'ada' is saved.
        ! The verification mail to 'ada@example.net' is queued (delivery 3).
        ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
        [exit 0]
        $ callsheet modify 1
        ! Error: the following required arguments were not provided:
        !   <--name <NAME>|--email <EMAIL>|--position <POSITION>|--language <LANGUAGE>>
        !
        ! Usage: callsheet modify <--name <NAME>|--email <EMAIL>|--position <POSITION>|--language <LANGUAGE>> <CONTACT>
        [exit 2]
        $ callsheet modify 1 --position king --email nobody
        ! Error: the contact was not saved
        !   email: an address has one @; this one has none
        !   position: 'king' is no position; positions are ceo, technical_director, maintenance_director, project_director, finance_director, other
        [exit 2]
        $ callsheet modify 9 --name ada
        ! Error: there is no contact '9'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        "#
    );
}

#[test]
fn deleting_needs_yes_where_nobody_can_be_asked() {
    let program = with_two_contacts();
    assert_transcript!(program.run("delete 1\ndelete 1 xiaoming@example.cn\nlist --sort id"), @r#"
        $ callsheet delete 1
        ! Error: 'AdaLovelace' <ada@example.org> cannot be deleted: standard input is no terminal, so nobody can be asked
        ! Hint: add '--yes' to delete without a question
        [exit 2]
        $ callsheet delete 1 xiaoming@example.cn
        ! Error: 2 contacts cannot be deleted: standard input is no terminal, so nobody can be asked
        ! Hint: add '--yes' to delete without a question
        [exit 2]
        $ callsheet list --sort id
        ID  NAME         EMAIL                POSITION          STATUS      TYPES
        1   AdaLovelace  ada@example.org      -                 unverified  -
        2   王小明       xiaoming@example.cn  Finance Director  unverified  account,service
        [exit 0]
        "#);
}

#[test]
fn deleting_asks_once_on_a_terminal() {
    let program = with_two_contacts();
    let (shown, exit) = program.run_in_terminal("delete 1", "n\n");
    assert!(
        shown.contains("Delete 'AdaLovelace' <ada@example.org>? This cannot be undone. [y/N]"),
        "{shown}"
    );
    assert!(shown.contains("Error: nothing was deleted"), "{shown}");
    assert_eq!(exit, 1);
    let (shown, exit) = program.run_in_terminal("delete 1 2", "y\n");
    assert!(shown.contains("Delete 2 contacts? This cannot be undone. [y/N]"), "{shown}");
    assert_eq!(exit, 0);
    assert_eq!(program.data("list --json"), "[]\n");
}

#[test]
fn deleting_is_all_or_nothing_and_final() {
    let program = with_two_contacts();
    assert_transcript!(program.run("delete 1 99 --yes\nlist\ndelete 1 ada@example.org 2 --yes\nlist\ndelete 1 --yes"), @r#"
        $ callsheet delete 1 99 --yes
        ! Error: there is no contact '99'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet list
        ID  NAME         EMAIL                POSITION          STATUS      TYPES
        1   AdaLovelace  ada@example.org      -                 unverified  -
        2   王小明       xiaoming@example.cn  Finance Director  unverified  account,service
        [exit 0]
        $ callsheet delete 1 ada@example.org 2 --yes
        ! 2 contacts are deleted. 2 mails that waited are cancelled.
        [exit 0]
        $ callsheet list
        ! There is no contact yet.
        [exit 0]
        $ callsheet delete 1 --yes
        ! Error: there is no contact '1'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        "#);
}

#[test]
fn deleting_prints_what_was_deleted_as_json() {
    assert_transcript!(with_two_contacts().run("delete 1 --yes --json"), @r#"
        $ callsheet delete 1 --yes --json
        [{"id":1,"name":"AdaLovelace","email":"ada@example.org","position":null,"language":"en","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":[],"version":1}]
        ! 'AdaLovelace' is deleted. 1 mail that waited is cancelled.
        [exit 0]
        "#);
}

#[test]
fn subscriptions_are_changed_all_or_none() {
    assert_transcript!(
        with_two_contacts().run(
            "
            subscribe 1 security.cloud product
            subscribe 1 security.content security.account --json
            unsubscribe 1 security product.release
            unsubscribe 2 account service
            subscribe 1 account securty
            subscribe 9 account
            subscribe 1
            "
        ),
        @r#"
        $ callsheet subscribe 1 security.cloud product
        ! 'AdaLovelace' is subscribed to product,security.cloud.
        [exit 0]
        $ callsheet subscribe 1 security.content security.account --json
        {"id":1,"name":"AdaLovelace","email":"ada@example.org","position":null,"language":"en","status":"unverified","verified_at":null,"pending_email":null,"unsubscribed_at":null,"subscriptions":["product","security"],"version":3}
        ! 'AdaLovelace' is subscribed to product,security.
        [exit 0]
        $ callsheet unsubscribe 1 security product.release
        ! 'AdaLovelace' is subscribed to product.activation,product.change,product.education,product.expiration,product.feature,product.overdue.
        [exit 0]
        $ callsheet unsubscribe 2 account service
        ! Warning: '王小明' has no message type now and will get no notice
        [exit 0]
        $ callsheet subscribe 1 account securty
        ! Error: the subscriptions were not changed
        !   there is no message type 'securty'; the nearest are security
        ! Hint: 'callsheet types' shows all ids
        [exit 2]
        $ callsheet subscribe 9 account
        ! Error: there is no contact '9'
        ! Hint: 'callsheet list' shows all contacts
        [exit 4]
        $ callsheet subscribe 1
        ! Error: the following required arguments were not provided:
        !   <TYPE>...
        !
        ! Usage: callsheet subscribe <CONTACT> <TYPE>...
        [exit 2]
        "#
    );
}
