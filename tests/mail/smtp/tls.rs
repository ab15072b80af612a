//! Certificates, STARTTLS and what somebody in between might try.

use super::*;

#[test]
fn a_big_mail_arrives_whole() {
    let message = "0123456789abcdef\r\n".repeat(200_000);
    for security in [Security::None, Security::Tls] {
        let authority = Authority::new();
        let script = Sink::script();
        let (sink, settings) = if security == Security::Tls {
            let protection = Protection::Implicit(authority.server("127.0.0.1"));
            let sink = script.protected_by(protection).start();
            let settings = secured(&sink, Security::Tls, &authority);
            (sink, settings)
        } else {
            let sink = script.start();
            let settings = settings(&sink);
            (sink, settings)
        };
        let submission = Smtp::new(settings).submit(&envelope(), message.as_bytes(), &mut || true);
        assert_accepted(&submission);
        assert_eq!(sink.mails()[0].body.len(), message.len());
    }
}

#[test]
fn mail_goes_through_starttls_and_implicit_tls() {
    let authority = Authority::new();
    let server = authority.server("127.0.0.1");
    for (security, protection) in [
        (Security::StartTls, Protection::StartTls(server.clone())),
        (Security::Tls, Protection::Implicit(server)),
    ] {
        let sink = Sink::script().protected_by(protection).start();
        let mut smtp = Smtp::new(secured(&sink, security, &authority));
        assert_accepted(&submit(&mut smtp));
        assert_accepted(&submit(&mut smtp));
        let mails = sink.mails();
        assert_eq!((mails[1].body.as_str(), mails[1].round_trips), (TEXT, 2));
        drop(smtp);
        let seen = sink.finish();
        assert!(seen[0].tls);
        assert_eq!(seen[0].commands.last().unwrap(), "QUIT");
        let greetings = seen[0].commands.iter().filter(|c| c.starts_with("EHLO")).count();
        assert_eq!(greetings, if security == Security::StartTls { 2 } else { 1 });
    }
}

#[test]
fn a_certificate_that_is_not_trusted_ends_the_dialogue_before_any_mail() {
    let ours = Authority::new();
    let theirs = Authority::named("theirs");
    let imitation = Authority::new();
    let expired = ours.server_with("127.0.0.1", |params| {
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    });
    let authority_itself = ours.server_with("127.0.0.1", |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    for (server, reason) in [
        (theirs.server("127.0.0.1"), "authority that this machine does not know"),
        (ours.server("other.example"), "it is for"),
        (expired, "it has expired, on 2001-01-01"),
        (imitation.server("127.0.0.1"), "not signed by the authority that it names"),
        (authority_itself, "an authority's own"),
    ] {
        for (security, protection) in [
            (Security::StartTls, Protection::StartTls(server.clone())),
            (Security::Tls, Protection::Implicit(server.clone())),
        ] {
            let sink = Sink::script().protected_by(protection).start();
            let submission = submit_once(secured(&sink, security, &ours));
            assert_broken(&submission, Phase::Tls, "certificate of 127.0.0.1 is not trusted: ");
            assert_broken(&submission, Phase::Tls, reason);
            assert_eq!(sink.mails(), []);
        }
    }
}

#[test]
fn starttls_is_required_never_optional() {
    let authority = Authority::new();
    let sink = Sink::accepting();
    let submission = submit_once(secured(&sink, Security::StartTls, &authority));
    assert_broken(&submission, Phase::Tls, "does not offer STARTTLS");
    let protection = Protection::StartTls(authority.server("127.0.0.1"));
    let sink = Sink::script().protected_by(protection).at(Phase::Tls, Act::say("454 4.7.0 not now")).start();
    let submission = submit_once(secured(&sink, Security::StartTls, &authority));
    assert_refused(&submission, Phase::Tls, "454 4.7.0 not now");
    assert_eq!(sink.mails(), []);
}

#[test]
fn tls_where_none_is_spoken_says_so() {
    let authority = Authority::new();
    let sink = Sink::accepting();
    let submission = submit_once(secured(&sink, Security::Tls, &authority));
    assert_broken(&submission, Phase::Tls, "does not speak TLS here");
}

#[test]
fn a_handshake_that_hangs_or_breaks_is_reported() {
    let authority = Authority::new();
    for (act, words) in [(Act::Drop, "closed the connection"), (Act::Silence, "did not answer within 300 ms")]
    {
        let sink = Sink::script()
            .protected_by(Protection::Implicit(authority.server("127.0.0.1")))
            .at(Phase::Tls, act)
            .start();
        let settings = impatient_at(Phase::Tls, secured(&sink, Security::Tls, &authority));
        assert_broken(&submit_once(settings), Phase::Tls, words);
    }
}

#[test]
fn what_was_injected_before_starttls_is_discarded() {
    let authority = Authority::new();
    let sink = Sink::script()
        .protected_by(Protection::StartTls(authority.server("127.0.0.1")))
        .login("PLAIN", "notices", "open sesame")
        .injecting_after_starttls("250-evil.example\r\n250 AUTH LOGIN\r\n235 come in\r\n")
        .start();
    let settings = secured(&sink, Security::StartTls, &authority);
    assert_accepted(&submit_once(with_login(settings, "open sesame")));
    let commands = &sink.seen()[0].commands;
    assert!(commands[3].starts_with("AUTH PLAIN "), "{commands:?}");
}

#[test]
fn a_sibling_has_its_own_connection() {
    let authority = Authority::new();
    let sink = Sink::script().protected_by(Protection::Implicit(authority.server("127.0.0.1"))).start();
    let mut first = Smtp::new(secured(&sink, Security::Tls, &authority));
    let mut second = first.sibling();
    assert_accepted(&submit(&mut first));
    assert_accepted(&submit(&mut second));
    assert_accepted(&submit(&mut first));
    let connections: Vec<usize> = sink.mails().iter().map(|mail| mail.connection).collect();
    assert_eq!(connections, [0, 1, 0]);
}
