//! account, config, check, types.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use callsheet::domain::reply::Phase;
use chrono::Datelike;

use crate::support::authority::Authority;
use crate::support::program::{CLOSED_PORT, Program, assert_transcript};
use crate::support::sink::{Act, Protection, Sink};

#[test]
fn the_account_is_set_and_shown() {
    assert_transcript!(
        Program::new().run(
            "
            account
            account --json
            account --name 'Example Ltd' --language zh-CN
            account --security-email sec@example.org --json
            account
            account --security-email none
            account --json
            "
        ),
        @r#"
        $ callsheet account
        name            none
        security email  none
        language        en
        [exit 0]
        $ callsheet account --json
        {"name":"","security_email":null,"security_email_status":null,"language":"en"}
        [exit 0]
        $ callsheet account --name 'Example Ltd' --language zh-CN
        ! The account is saved.
        [exit 0]
        $ callsheet account --security-email sec@example.org --json
        {"name":"Example Ltd","security_email":"sec@example.org","security_email_status":"unverified","language":"zh-CN"}
        ! The account is saved.
        ! Warning: no mail server is configured: mail is written to '[home]/data/callsheet/mail' and does not leave this machine
        ! The verification mail to 'sec@example.org' was written to a file (delivery 1); it was not sent.
        [exit 0]
        $ callsheet account
        name            Example Ltd
        security email  sec@example.org
        status          unverified
        language        zh-CN
        [exit 0]
        $ callsheet account --security-email none
        ! The account is saved.
        [exit 0]
        $ callsheet account --json
        {"name":"Example Ltd","security_email":null,"security_email_status":null,"language":"zh-CN"}
        [exit 0]
        "#
    );
}

#[test]
fn every_wrong_field_of_the_account_is_explained() {
    assert_transcript!(Program::new().run("account --name '' --security-email nobody --language tlh"), @r#"
        $ callsheet account --name '' --security-email nobody --language tlh
        ! Error: the account was not saved
        !   name: the account needs a name
        !   security-email: an address has one @; this one has none
        !   language: 'tlh' is no language; languages are en and zh-CN
        [exit 2]
        "#);
}

#[test]
fn an_empty_argument_does_not_take_the_security_email_away() {
    let program = Program::new();
    program.must("account --security-email sec@example.org --queue-only");
    assert_transcript!(program.run("account --security-email ''"), @r#"
        $ callsheet account --security-email ''
        ! Error: the security email is empty
        ! Hint: 'none' takes it away
        [exit 2]
        "#);
    assert!(program.data("account").contains("sec@example.org"));
}

#[test]
fn the_catalogue_is_listed() {
    assert_transcript!(Program::new().run("types"), @r#"
        $ callsheet types
        ID                   TITLE                                          RECOMMENDED FOR
        account              Account Messages                               finance_director
        account.funds        Account funds                                  -
        product              Product Messages                               maintenance_director,project_director,ceo
        product.education    Product education                              -
        product.activation   Product creation or activation                 -
        product.expiration   Product expiration                             -
        product.overdue      Overdue payment, suspension, imminent release  -
        product.release      Product release                                -
        product.change       Upgrades, configuration and price changes      -
        product.feature      Function launch and removal                    -
        security             Security Messages                              technical_director
        security.cloud       Cloud security notifications                   -
        security.content     Illegal or prohibited content                  -
        security.account     Account security alerts                        -
        exception            Exception Messages                             maintenance_director,project_director,ceo
        exception.compute    Compute failures                               -
        exception.database   Database failures or maintenance               -
        exception.monitor    Proactive monitoring alerts                    -
        activity             Activity Messages                              maintenance_director,project_director,ceo
        activity.promotion   Promotions                                     -
        activity.launch      New product launches                           -
        activity.commercial  Commercialization announcements                -
        service              Service Messages                               finance_director,maintenance_director
        service.contract     Contracts                                      -
        service.billing      Billing                                        -
        service.invoice      Invoices                                       -
        [exit 0]
        "#);
}

#[test]
fn the_catalogue_is_an_array_in_json() {
    let categories: serde_json::Value = serde_json::from_str(&Program::new().data("types --json")).unwrap();
    let first = &categories[0];
    assert_eq!(categories.as_array().unwrap().len(), 6);
    assert_eq!(first["title"], "Account Messages");
    assert_eq!(first["recommended_for"][0], "finance_director");
    assert_eq!(first["types"][0]["id"], "account.funds");
}

#[test]
fn effective_values_tell_where_they_come_from() {
    let program = Program::with_config(
        "[mail]\nfrom = 'Example Ltd <notices@example.com>'\n\n[outbox]\nkeep = '30d'\n",
    );
    assert_transcript!(program.run("config --db own.db --log debug"), @r#"
        $ callsheet config --db own.db --log debug
        KEY                       VALUE                              FROM
        database                  own.db                             --db
        catalogue                 -                                  default
        mail.from                 Example Ltd <notices@example.com>  [home]/config/callsheet/config.toml:2
        mail.host                 -                                  default
        mail.port                 587                                default
        mail.security             starttls                           default
        mail.username             -                                  default
        mail.password_file        -                                  default
        mail.password_command     -                                  default
        mail.ca_file              -                                  default
        mail.connections          4                                  default
        mail.rate_per_second      0                                  default
        mail.return_path          -                                  default
        mail.message_id_domain    example.com                        default
        mail.allow_smtputf8       false                              default
        mail.dkim.domain          -                                  default
        mail.dkim.selector        -                                  default
        mail.dkim.key_file        -                                  default
        verification.lifetime     3d                                 default
        verification.daily_limit  100                                default
        verification.public_url   -                                  default
        serve.listen              127.0.0.1:8025                     default
        outbox.keep               30d                                [home]/config/callsheet/config.toml:5
        tui.theme                 dark                               default
        tui.language              en                                 default
        tui.mouse                 true                               default
        tui.marks                 unicode                            default
        log.level                 debug                              --log
        [exit 0]
        "#);
}

#[test]
fn the_default_configuration_is_a_configuration() {
    let program = Program::new();
    let text = program.data("config --default");
    std::fs::write(program.path("default.toml"), &text).unwrap();
    let transcript = program.run("types --config default.toml");
    assert!(transcript.ends_with("[exit 0]\n"), "{transcript}");
}

#[test]
fn every_mistake_in_a_configuration_is_told_at_once() {
    let program = Program::with_config("databse = 'x'\n[mail]\nport = 'smtp'\n");
    assert_transcript!(program.run("list\nconfig\ncheck"), @r#"
        $ callsheet list
        ! Error: the configuration cannot be used
        !   [home]/config/callsheet/config.toml:1: 'databse' is not a key; did you mean 'database'?
        !   [home]/config/callsheet/config.toml:3: 'mail.port' is a text; it must be a whole number
        ! Hint: 'callsheet config --default' prints a commented configuration
        [exit 2]
        $ callsheet config
        ! Error: the configuration cannot be used
        !   [home]/config/callsheet/config.toml:1: 'databse' is not a key; did you mean 'database'?
        !   [home]/config/callsheet/config.toml:3: 'mail.port' is a text; it must be a whole number
        ! Hint: 'callsheet config --default' prints a commented configuration
        [exit 2]
        $ callsheet check
        CHECK   RESULT  MESSAGE
        config  broken  [home]/config/callsheet/config.toml:1: 'databse' is not a key; did you mean 'database'?
        config  broken  [home]/config/callsheet/config.toml:3: 'mail.port' is a text; it must be a whole number
        [exit 1]
        "#);
}

#[test]
fn a_configuration_that_is_named_must_exist() {
    assert_transcript!(Program::new().run("list --config nowhere.toml\nlist --log loud"), @r#"
        $ callsheet list --config nowhere.toml
        ! Error: the configuration cannot be used
        !   --config: the configuration 'nowhere.toml' cannot be read: there is no such file
        ! Hint: 'callsheet config --default' prints a commented configuration
        [exit 2]
        $ callsheet list --log loud
        ! Error: the configuration cannot be used
        !   --log: is 'loud', which is not one of error, warn, info, debug, trace
        ! Hint: 'callsheet config --default' prints a commented configuration
        [exit 2]
        "#);
}

#[test]
fn checking_tells_where_links_lead() {
    let check = |url: &str| {
        let program = Program::with_config(&format!("[verification]\npublic_url = '{url}'\n"));
        let told = program.data("check");
        told.lines().find(|line| line.contains("public_url")).unwrap_or_default().to_owned()
    };
    assert_transcript!(check("https://example.com/contacts/"), @"public_url      ok       links in mails begin with 'https://example.com/contacts/'");
    assert_transcript!(check("http://localhost:8025"), @"public_url      warning  links in mails begin with 'http://localhost:8025/' and open on this machine only");
}

#[test]
fn checking_warns_of_what_is_missing() {
    assert_transcript!(Program::new().run("check\ncheck --json"), @r#"
        $ callsheet check
        CHECK           RESULT   MESSAGE
        config          ok       there is no file; all is default
        database        ok       [home]/data/callsheet/callsheet.db
        key_file        ok       [home]/data/callsheet/callsheet.db.key
        security_email  warning  there is none; what nobody else gets is not sent at all
        coverage        warning  20 types reach nobody at all, for there is no security email: account.funds, product (all 7), security (all 3), exception (all 3), activity (all 3), service (all 3)
        mail_server     warning  none is configured; mail is written to '[home]/data/callsheet/mail'
        [exit 3]
        $ callsheet check --json
        [{"check":"config","result":"ok","message":"there is no file; all is default"},
        {"check":"database","result":"ok","message":"[home]/data/callsheet/callsheet.db"},
        {"check":"key_file","result":"ok","message":"[home]/data/callsheet/callsheet.db.key"},
        {"check":"security_email","result":"warning","message":"there is none; what nobody else gets is not sent at all"},
        {"check":"coverage","result":"warning","message":"20 types reach nobody at all, for there is no security email: account.funds, product (all 7), security (all 3), exception (all 3), activity (all 3), service (all 3)"},
        {"check":"mail_server","result":"warning","message":"none is configured; mail is written to '[home]/data/callsheet/mail'"}]
        [exit 3]
        "#);
}

#[test]
fn checking_names_a_file_that_the_group_of_a_shared_folder_cannot_use() {
    let program = Program::new();
    let folder = program.path("shared");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, Permissions::from_mode(0o2770)).unwrap();
    let told = || {
        let told = program.data("check --db shared/a.db");
        told.lines().filter(|line| line.starts_with("sharing ")).collect::<Vec<_>>().join("\n")
    };
    let fine = told();
    assert!(fine.starts_with("sharing         ok       the group '"), "{fine}");
    assert!(fine.ends_with("' uses the database, and nobody else"), "{fine}");
    std::fs::set_permissions(program.path("shared/a.db.key"), Permissions::from_mode(0o600)).unwrap();
    let lapse = told();
    assert!(lapse.starts_with("sharing         warning  'shared/a.db.key' has mode 0600, "), "{lapse}");
    assert!(lapse.ends_with("cannot use it; 'chmod 660 FILE' opens it"), "{lapse}");
}

#[test]
fn checking_finds_a_server_that_is_not_there() {
    let transcript = Program::with_server(CLOSED_PORT).run("check");
    assert!(transcript.contains("mail_connect    broken   "), "{transcript}");
    assert!(
        transcript.contains("mail_server     broken   127.0.0.1:1 takes no mail: connecting failed"),
        "{transcript}"
    );
    assert!(transcript.ends_with("[exit 1]\n"), "{transcript}");
}

#[test]
fn checking_finds_nothing_wrong_where_nothing_is() {
    let sink = Sink::script().start();
    let program = Program::new();
    program.must("account --security-email sec@example.org");
    program.must(&format!("verify sec@example.org {}", program.code(1)));
    program.must(
        "add --name ada --email ada@example.org --types account,product,security,exception,activity,service",
    );
    program.must(&format!("verify ada {}", program.code(2)));
    let alone = program.run("check");
    assert!(alone.contains(
        "coverage        warning  20 types reach one contact only: account.funds, product (all 7)"
    ));
    program.with_verified(&[("bob", "account,product,security,exception,activity,service")]);
    program.configure_server(sink.port());
    let transcript = program.run("check").replace(&sink.port().to_string(), "[port]");
    assert_transcript!(transcript, @r#"
        $ callsheet check
        CHECK           RESULT  MESSAGE
        config          ok      [home]/config/callsheet/config.toml
        database        ok      [home]/data/callsheet/callsheet.db
        key_file        ok      [home]/data/callsheet/callsheet.db.key
        security_email  ok      'sec@example.org' is verified
        coverage        ok      every type reaches several contacts
        mail_connect    ok      connected to 127.0.0.1
        mail_greeting   ok      220 sink.example ESMTP
        mail_ehlo       ok      offers PIPELINING, SIZE, 8BITMIME, SMTPUTF8
        mail_from       ok      from 'notices@example.com': 250 2.1.0 ok
        mail_rcpt       ok      to 'sec@example.org': 250 2.1.5 ok
        mail_server     ok      127.0.0.1:[port] takes mail to 'sec@example.org'
        [exit 0]
        "#);
    assert!(sink.mails().is_empty());
}

/// A home whose mail goes to this sink with TLS and a login.
fn with_tls(sink: &Sink, authority: &Authority) -> Program {
    let program = Program::new();
    let (ca_file, password) = (program.path("ca.pem"), program.path("password"));
    fs::write(&ca_file, authority.pem()).unwrap();
    fs::write(&password, "hush\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    program.configure(&format!(
        "[mail]\nfrom = 'notices@example.com'\nhost = '127.0.0.1'\nport = {}\nsecurity = 'starttls'\nusername = 'notices'\n\
         password_file = '{}'\nca_file = '{}'\n",
        sink.port(),
        password.display(),
        ca_file.display()
    ));
    program.must("account --security-email sec@example.org --queue-only");
    program
}

/// The lines about the mail server.
fn dialogue(program: &Program, sink: &Sink) -> String {
    let checked = program.run("check").replace(&sink.port().to_string(), "[port]");
    let lines = checked.lines().filter(|line| line.starts_with("mail_") || line.starts_with("[exit"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn checking_tells_each_step_of_the_dialogue_in_the_servers_words() {
    let authority = Authority::new();
    let sink = Sink::script()
        .protected_by(Protection::StartTls(authority.server("127.0.0.1")))
        .login("PLAIN", "notices", "hush")
        .once(Phase::RcptTo, Act::say("550 5.7.1 not \u{1b}[31mhere"))
        .start();
    let program = with_tls(&sink, &authority);
    assert_transcript!(dialogue(&program, &sink), @r#"
        mail_connect    ok       connected to 127.0.0.1
        mail_greeting   ok       220 sink.example ESMTP
        mail_tls        ok       TLS 1.3, certificate for 127.0.0.1, valid until 2049-12-31
        mail_ehlo       ok       offers PIPELINING, SIZE, 8BITMIME, SMTPUTF8, AUTH PLAIN
        mail_auth       ok       signed in with PLAIN
        mail_from       ok       from 'notices@example.com': 250 2.1.0 ok
        mail_rcpt       broken   to 'sec@example.org': 550 5.7.1 not \u{1b}[31mhere
        mail_server     broken   127.0.0.1:[port] takes no mail: RCPT TO failed
        [exit 1]
        "#);
    assert_transcript!(dialogue(&program, &sink), @r#"
        mail_connect    ok       connected to 127.0.0.1
        mail_greeting   ok       220 sink.example ESMTP
        mail_tls        ok       TLS 1.3, certificate for 127.0.0.1, valid until 2049-12-31
        mail_ehlo       ok       offers PIPELINING, SIZE, 8BITMIME, SMTPUTF8, AUTH PLAIN
        mail_auth       ok       signed in with PLAIN
        mail_from       ok       from 'notices@example.com': 250 2.1.0 ok
        mail_rcpt       ok       to 'sec@example.org': 250 2.1.5 ok
        mail_server     ok       127.0.0.1:[port] takes mail to 'sec@example.org'
        [exit 3]
        "#);
    assert!(sink.mails().is_empty());
}

#[test]
fn checking_warns_of_a_certificate_that_ends_soon() {
    let authority = Authority::new();
    let end = callsheet::clock::system().now().plus(Duration::from_secs(10 * 86_400)).to_utc();
    let server = authority.server_with("127.0.0.1", |params| {
        let day = |number: u32| u8::try_from(number).unwrap();
        params.not_after = rcgen::date_time_ymd(end.year(), day(end.month()), day(end.day()));
    });
    let sink =
        Sink::script().protected_by(Protection::StartTls(server)).login("PLAIN", "notices", "hush").start();
    let told = dialogue(&with_tls(&sink, &authority), &sink);
    let until =
        format!("valid until {}: 9 days left; without a new one mail will stop", end.format("%Y-%m-%d"));
    let line =
        told.lines().find(|line| line.starts_with("mail_tls        warning  TLS 1.3")).unwrap_or(&told);
    assert!(line.ends_with(&until), "{told}");
    assert!(told.ends_with("[exit 3]\n"), "{told}");
}

#[test]
fn checking_a_foreign_file_is_broken_and_leaves_it_untouched() {
    let program = Program::new();
    std::fs::write(program.path("foreign.db"), "this is no database").unwrap();
    assert_transcript!(program.run("check --db foreign.db\nlist --db foreign.db"), @r#"
        $ callsheet check --db foreign.db
        CHECK        RESULT   MESSAGE
        config       ok       there is no file; all is default
        database     broken   'foreign.db' is not a callsheet database: it is no SQLite database
        mail_server  warning  none is configured; mail is written to 'mail'
        [exit 1]
        $ callsheet list --db foreign.db
        ! Error: 'foreign.db' is not a callsheet database: it is no SQLite database
        ! Hint: the file was left untouched; name another one with '--db FILE'
        [exit 1]
        "#);
    assert_eq!(std::fs::read_to_string(program.path("foreign.db")).unwrap(), "this is no database");
}
