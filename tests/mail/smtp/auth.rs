//! Signing in, and never showing with what.

use super::*;

#[test]
fn signing_in_uses_what_is_offered() {
    // Long enough that the answer does not fit into the command.
    let long = "0123456789".repeat(50);
    for password in ["open sesame", "pässword", &long] {
        for mechanisms in ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"] {
            let sink = Sink::script().login(mechanisms, "notices", password).start();
            assert_accepted(&submit_once(with_login(settings(&sink), password)));
            let wanted = if mechanisms == "LOGIN" { "AUTH LOGIN" } else { "AUTH PLAIN" };
            assert!(sink.seen()[0].commands[1].starts_with(wanted));
        }
    }
}

#[test]
fn a_wrong_password_is_the_servers_word_and_never_shown() {
    for mechanism in ["PLAIN", "LOGIN"] {
        let sink = Sink::script().login(mechanism, "notices", "right").start();
        let submission = submit_once(with_login(settings(&sink), "guess"));
        assert_refused(&submission, Phase::Auth, "535 5.7.8 wrong name or password");
    }
    let sink = Sink::script()
        .login("PLAIN", "notices", "right")
        .at(Phase::Auth, Act::say("535 5.7.8 not hush but AG5vdGljZXMAaHVzaA== was sent"))
        .start();
    let submission = submit_once(with_login(settings(&sink), "hush"));
    assert_refused(&submission, Phase::Auth, "535 5.7.8 not •••• but •••• was sent");
}

#[test]
fn signing_in_breaks_where_it_is_not_possible() {
    let sink = Sink::accepting();
    let submission = submit_once(with_login(settings(&sink), "hush"));
    assert_broken(&submission, Phase::Auth, "offers neither AUTH PLAIN nor AUTH LOGIN");
    for act in [Act::Drop, Act::say("334 "), Act::say("250 hm")] {
        let sink = Sink::script().login("PLAIN", "notices", "hush").at(Phase::Auth, act).start();
        let (phase, words) = failure(submit_once(with_login(settings(&sink), "hush")));
        assert_eq!(phase, Phase::Auth);
        assert!(!words.contains("hush"), "{words}");
    }
}
