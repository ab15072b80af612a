//! The dialogue of `callsheet check`.

use callsheet::mail::transport::smtp::{ProbeStep, probe};

use super::*;

fn phases(steps: &[ProbeStep]) -> Vec<(Phase, bool)> {
    steps.iter().map(|step| (step.phase, step.ok)).collect()
}

#[test]
fn a_probe_goes_up_to_rcpt_and_sends_nothing() {
    let authority = Authority::new();
    let sink = Sink::script()
        .protected_by(Protection::StartTls(authority.server("127.0.0.1")))
        .login("PLAIN", "notices", "hush")
        .start();
    let settings = with_login(secured(&sink, Security::StartTls, &authority), "hush");
    let steps = probe(&settings, "bounces@example.com", Some("ada@example.org"));
    assert_eq!(
        phases(&steps),
        [
            (Phase::Connect, true),
            (Phase::Greeting, true),
            (Phase::Tls, true),
            (Phase::Ehlo, true),
            (Phase::Auth, true),
            (Phase::MailFrom, true),
            (Phase::RcptTo, true),
        ]
    );
    assert_eq!(steps[1].words, "220 sink.example ESMTP");
    assert_eq!(steps[2].words, "TLS 1.3, certificate for 127.0.0.1, valid until 2049-12-31");
    assert_eq!(steps[4].words, "signed in with PLAIN");
    let commands = sink.finish()[0].commands.clone();
    assert_eq!(commands[commands.len() - 2..], ["RSET", "QUIT"]);
    assert!(!commands.contains(&"DATA".to_owned()));
}

#[test]
fn a_probe_ends_at_the_first_step_that_fails() {
    let sink = Sink::script().at(Phase::MailFrom, Act::say("550 5.7.1 not you")).start();
    let steps = probe(&settings(&sink), "bounces@example.com", Some("ada@example.org"));
    let last = steps.last().unwrap();
    assert_eq!((last.phase, last.ok, last.words.as_str()), (Phase::MailFrom, false, "550 5.7.1 not you"));
    assert_eq!(sink.mails(), []);
    let settings = settings(&sink);
    drop(sink);
    let steps = probe(&settings, "bounces@example.com", None);
    assert_eq!(phases(&steps), [(Phase::Connect, false)]);
}
