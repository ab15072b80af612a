//! The dialogue of `callsheet check`.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use callsheet::domain::timestamp::Timestamp;
use callsheet::mail::transport::smtp::{Interrupt, ProbeEvent, ProbeStep, Stage, examine, probe};

use super::*;

const SENDER: &str = "bounces@example.com";

fn stages(steps: &[ProbeStep]) -> Vec<(Stage, bool)> {
    steps.iter().map(|step| (step.stage, step.ok)).collect()
}

/// The steps up to the last one, and whether that succeeded.
fn steps(phases: &[Phase], ok: bool) -> Vec<(Stage, bool)> {
    let last = phases.len() - 1;
    phases.iter().enumerate().map(|(at, phase)| (Stage::Dialogue(*phase), at < last || ok)).collect()
}

#[test]
fn a_probe_goes_up_to_rcpt_and_sends_nothing() {
    let authority = Authority::new();
    let sink = Sink::script()
        .protected_by(Protection::StartTls(authority.server("127.0.0.1")))
        .login("PLAIN", "notices", "hush")
        .start();
    let settings = with_login(secured(&sink, Security::StartTls, &authority), "hush");
    let found = probe(&settings, SENDER, Some("ada@example.org"));
    let all = [
        Phase::Connect,
        Phase::Greeting,
        Phase::Tls,
        Phase::Ehlo,
        Phase::Auth,
        Phase::MailFrom,
        Phase::RcptTo,
    ];
    assert_eq!(stages(&found), steps(&all, true));
    assert_eq!(found[1].words.to_string(), "220 sink.example ESMTP");
    assert_eq!(found[2].words.to_string(), "TLS 1.3, certificate for 127.0.0.1, valid until 2049-12-31");
    assert_eq!(found[2].last_day, Timestamp::parse("2049-12-31T00:00:00Z"));
    assert_eq!(found[4].words.to_string(), "signed in with PLAIN");
    let commands = sink.finish()[0].commands.clone();
    assert_eq!(commands[commands.len() - 2..], ["RSET", "QUIT"]);
    assert!(!commands.contains(&"DATA".to_owned()));
}

#[test]
fn a_name_is_looked_up_first() {
    let sink = Sink::accepting();
    let found = probe(&SmtpSettings { host: "localhost".to_owned(), ..settings(&sink) }, SENDER, None);
    assert_eq!((found[0].stage, found[0].ok), (Stage::Name, true));
    assert!(
        found[0].words.to_string().contains("'localhost' is ")
            && found[0].words.to_string().contains("127.0.0.1"),
        "{found:?}"
    );
    assert!(found.iter().all(|step| step.ok));
    // A name that no resolver takes to the network.
    let found = probe(&SmtpSettings { host: "a..b".to_owned(), ..settings(&sink) }, SENDER, None);
    assert_eq!(stages(&found), [(Stage::Name, false)]);
    assert!(found[0].words.to_string().starts_with("'a..b' could not be resolved: "), "{found:?}");
}

#[test]
fn a_probe_ends_at_the_first_step_that_fails_with_the_servers_words() {
    let up_to = |phase: Phase| {
        let all = [Phase::Connect, Phase::Greeting, Phase::Ehlo, Phase::Auth, Phase::MailFrom, Phase::RcptTo];
        let end = all.iter().position(|one| *one == phase).unwrap();
        steps(&all[..=end], false)
    };
    for (phase, words) in [
        (Phase::Greeting, "554 5.3.2 closed today"),
        // Where EHLO alone is refused, HELO is said.
        (Phase::Ehlo, "550 5.7.1 no such names here"),
        (Phase::Auth, "535 5.7.8 not you"),
        (Phase::MailFrom, "550 5.7.1 not from there"),
        (Phase::RcptTo, "550 5.1.1 no such user"),
    ] {
        let act = if phase == Phase::Ehlo { Act::SayAndDrop(words.to_owned()) } else { Act::say(words) };
        let sink = Sink::script().login("PLAIN", "notices", "hush").at(phase, act).start();
        let found = probe(&with_login(settings(&sink), "hush"), SENDER, Some("ada@example.org"));
        assert_eq!(stages(&found), up_to(phase));
        assert_eq!(found.last().unwrap().words.to_string(), words);
        assert_eq!(sink.mails(), []);
    }
    let sink = Sink::accepting();
    let settings = settings(&sink);
    drop(sink);
    assert_eq!(stages(&probe(&settings, SENDER, None)), steps(&[Phase::Connect], false));
}

#[test]
fn a_certificate_that_is_none_to_trust_ends_a_probe() {
    let (ours, theirs) = (Authority::new(), Authority::named("theirs"));
    let expired = ours.server_with("127.0.0.1", |params| {
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    });
    for (server, words) in [
        (expired, "it has expired, on 2001-01-01"),
        (theirs.server("127.0.0.1"), "it comes from an authority that this machine does not know"),
        (ours.server("mail.example.com"), "it is for mail.example.com"),
    ] {
        let sink = Sink::script().protected_by(Protection::StartTls(server)).start();
        let found = probe(&secured(&sink, Security::StartTls, &ours), SENDER, None);
        assert_eq!(stages(&found), steps(&[Phase::Connect, Phase::Greeting, Phase::Tls], false));
        let told = found[2].words.to_string();
        assert!(told.starts_with("certificate of 127.0.0.1 is not trusted: "), "{told}");
        assert!(told.contains(words), "{told}");
    }
    let sink = Sink::accepting();
    let found = probe(&secured(&sink, Security::StartTls, &ours), SENDER, None);
    assert!(found[2].words.to_string().ends_with("does not offer STARTTLS"), "{found:?}");
}

#[test]
fn every_step_is_told_as_soon_as_it_ends() {
    let sink = Sink::script().at(Phase::MailFrom, Act::Silence).start();
    let (tell, told) = channel();
    let (interrupt, settings) = (Interrupt::default(), settings(&sink));
    let theirs = interrupt.clone();
    let examining = std::thread::spawn(move || {
        let mut tell = |event| tell.send(event).unwrap();
        examine(&settings, SENDER, Some("ada@example.org"), &theirs, &mut tell);
    });
    let deadline = Duration::from_secs(20);
    let all = [Phase::Connect, Phase::Greeting, Phase::Ehlo, Phase::MailFrom, Phase::RcptTo];
    let planned = ProbeEvent::Planned(all.map(Stage::Dialogue).to_vec());
    assert_eq!(told.recv_timeout(deadline).unwrap(), planned);
    for phase in [Phase::Connect, Phase::Greeting, Phase::Ehlo] {
        let event = told.recv_timeout(deadline).unwrap();
        let ProbeEvent::Ended(step) = event else { panic!("{event:?}") };
        assert_eq!((step.stage, step.ok), (Stage::Dialogue(phase), true));
    }
    // The server says nothing for as long as the client has patience, which is longer than the deadline.
    interrupt.stop();
    assert_eq!(told.recv_timeout(deadline), Err(RecvTimeoutError::Disconnected), "nothing more is told");
    examining.join().unwrap();
    let commands = sink.finish()[0].commands.clone();
    assert!(!commands.iter().any(|command| command.starts_with("RCPT")), "{commands:?}");
}

#[test]
fn what_is_interrupted_before_it_begins_says_nothing_to_the_server() {
    let sink = Sink::accepting();
    let interrupt = Interrupt::default();
    interrupt.stop();
    examine(&settings(&sink), SENDER, None, &interrupt, &mut |event| panic!("{event:?}"));
    assert!(sink.finish().iter().all(|seen| seen.commands.is_empty()));
}

#[test]
fn the_plan_has_the_steps_that_follow() {
    let authority = Authority::new();
    for (security, protection) in [
        (Security::Tls, Protection::Implicit(authority.server("localhost"))),
        (Security::StartTls, Protection::StartTls(authority.server("localhost"))),
        (Security::None, Protection::None),
    ] {
        let sink = Sink::script().protected_by(protection).login("PLAIN", "notices", "hush").start();
        let settings = with_login(secured(&sink, security, &authority), "hush");
        let settings = SmtpSettings { host: "localhost".to_owned(), ..settings };
        let (mut planned, mut ended) = (Vec::new(), Vec::new());
        examine(
            &settings,
            SENDER,
            Some("ada@example.org"),
            &Interrupt::default(),
            &mut |event| match event {
                ProbeEvent::Planned(plan) => planned = plan,
                ProbeEvent::Ended(step) => ended.push(step.stage),
            },
        );
        assert_eq!(planned, ended, "{security:?}");
    }
}
