//! Signing as the command line tells of it: what must be published, and that no mail leaves without its key.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::support::program::{Program, assert_transcript};
use crate::support::sink::Sink;

const KEY: &[u8] = include_bytes!("../mail/keys/rsa.pem");
const SHORT: &[u8] = include_bytes!("../mail/keys/short.pem");

/// A program that signs for a domain with the key in `dkim.pem`.
fn signing(port: u16, domain: &str) -> Program {
    let program = Program::new();
    let key = program.path("dkim.pem");
    program.configure(&format!(
        "[mail]\nfrom = 'notices@example.com'\nhost = '127.0.0.1'\nport = {port}\nconnections = 1\n\
         [mail.dkim]\ndomain = '{domain}'\nselector = 's1'\nkey_file = '{}'\n",
        key.display()
    ));
    program
}

fn write_key(program: &Program, pem: &[u8], mode: u32) {
    fs::write(program.path("dkim.pem"), pem).unwrap();
    fs::set_permissions(program.path("dkim.pem"), Permissions::from_mode(mode)).unwrap();
}

/// What `check` says about signing.
fn finding(program: &Program) -> String {
    let checked = program.run("check");
    checked.lines().filter(|line| line.starts_with("dkim")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn checking_shows_what_must_be_published() {
    let sink = Sink::accepting();
    let program = signing(sink.port(), "example.com");
    write_key(&program, KEY, 0o600);
    assert_transcript!(finding(&program), @r#"
    dkim            ok       mail is signed; its DNS must hold: s1._domainkey.example.com. TXT "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtxXLkPsH6aDl4BM5YmEz0a+wPBbpXWp85PAjN2Fn/yvVJyFqG/S24EglvcW3OumBYPvaZv61wrol8y/9Ysf+xeX6VGIVGyG+Bf9JYt2mapG2vqzZQQeR2nJ6t4GJMOk/uZ54gsg0Na95yHrxPz2ye1+eZWKL64rj4MlstB7YWc9i+ol22ZqWcEHcyYSuAuGWY" "2AI1klbSZlFCseczg+D8fLDefm9tZ6Jf0RLFtJf4Ui11knfPnYjXUcOeYY0NWnEQhmLsRrWLrHcP/bdV8yof/mRTFNJVPnVmDbU64Mu7O6IDdJmU29v6EqMZkGJArEItnL4d2ZfHeyqr5o3m/76LQIDAQAB"
    "#);
    program.must("add --name Ada --email ada@example.org");
    assert!(
        sink.mails()[0]
            .body
            .starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;")
    );
}

#[test]
fn a_signature_for_another_organisation_is_warned_of() {
    let sink = Sink::accepting();
    let program = signing(sink.port(), "mail.example.org");
    write_key(&program, KEY, 0o400);
    assert_transcript!(finding(&program).lines().last().unwrap_or_default(), @r#"
    dkim            warning  mail is signed for 'mail.example.org', but 'mail.from' is at 'example.com': to receivers (DMARC) such a signature is none
    "#);
}

#[test]
fn without_its_key_no_mail_leaves_and_everything_says_why() {
    let sink = Sink::accepting();
    let program = signing(sink.port(), "example.com");
    assert_transcript!(program.run("add --name Ada --email ada@example.org\noutbox"), @r#"
    $ callsheet add --name Ada --email ada@example.org
    1
    ! Warning: 'Ada' has no message type yet and will get no notice
    ! Warning: mail cannot leave from here: the DKIM key '[home]/dkim.pem' cannot be read: there is no such file
    ! The verification mail to 'ada@example.org' is queued (delivery 1).
    ! Hint: 1 mail waits in the outbox; 'callsheet deliver' sends what is due
    [exit 0]
    $ callsheet outbox
    ID  STATE   KIND          TO               CREATED               TRIES  SUBJECT                      SERVER
    1   queued  verification  ada@example.org  [time]  0      Please confirm your address  -
    [exit 0]
    "#);
    assert_transcript!(finding(&program), @r#"
    dkim            broken   the DKIM key '[home]/dkim.pem' cannot be read: there is no such file
    "#);
    write_key(&program, KEY, 0o640);
    assert_transcript!(finding(&program), @r#"
    dkim            broken   the DKIM key '[home]/dkim.pem' can be read by others (mode 0640); chmod 600 '[home]/dkim.pem'
    "#);
    write_key(&program, SHORT, 0o600);
    assert_transcript!(finding(&program), @r#"
    dkim            broken   the DKIM key '[home]/dkim.pem' cannot be used: the key is too short: 2048 bits are needed; 'openssl genrsa -out FILE 2048' makes one
    "#);
    write_key(&program, b"no key", 0o600);
    assert_transcript!(program.run("deliver"), @r#"
    $ callsheet deliver
    ! Error: mail cannot leave from here: the DKIM key '[home]/dkim.pem' cannot be used: it holds no private key in PEM
    [exit 1]
    "#);
    assert!(sink.mails().is_empty());
    write_key(&program, KEY, 0o600);
    program.must("deliver");
    assert!(sink.mails()[0].body.starts_with("DKIM-Signature: "));
}
