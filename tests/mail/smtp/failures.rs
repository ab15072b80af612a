//! Refusals, broken lines and silence, phase by phase.

use super::*;

#[test]
fn a_refusal_is_reported_with_its_phase_and_words() {
    for offers in [WITH_PIPELINING, WITHOUT_PIPELINING] {
        for phase in PLAIN_PHASES {
            for words in ["451 4.7.1 later", "550 5.7.1 never", "421 4.3.2 closing"] {
                let sink = Sink::script().offering(offers).at(phase, Act::say(words)).start();
                let submission = submit_once(settings(&sink));
                if phase == Phase::Ehlo && words.starts_with("550") {
                    // HELO was accepted instead.
                    assert_accepted(&submission);
                } else {
                    assert_refused(&submission, phase, words);
                }
            }
        }
    }
}

#[test]
fn a_line_that_breaks_is_reported_with_its_phase() {
    for offers in [WITH_PIPELINING, WITHOUT_PIPELINING] {
        for phase in PLAIN_PHASES {
            let sink = Sink::script().offering(offers).at(phase, Act::Drop).start();
            let words = format!("127.0.0.1:{} closed the connection", sink.port());
            let (at, said) = failure(submit_once(settings(&sink)));
            assert_eq!(said, words);
            // What was pipelined in one write is lost with the first reply that is missing.
            let pipelined = matches!(phase, Phase::RcptTo | Phase::Data) && offers == WITH_PIPELINING;
            let first_lost = if pipelined { Phase::MailFrom } else { phase };
            assert_eq!(at, first_lost);
        }
    }
}

#[test]
fn a_server_that_hangs_up_before_its_greeting_breaks_the_greeting() {
    let sink = Sink::script().at(Phase::Connect, Act::Drop).start();
    assert_broken(&submit_once(settings(&sink)), Phase::Greeting, "closed the connection");
}

#[test]
fn silence_ends_with_the_time_that_the_phase_has() {
    std::thread::scope(|scope| {
        for phase in PLAIN_PHASES {
            scope.spawn(move || {
                let sink = Sink::script().at(phase, Act::Silence).start();
                let words = format!("127.0.0.1:{} did not answer within 300 ms", sink.port());
                let submission = submit_once(impatient_at(phase, settings(&sink)));
                assert_broken(&submission, phase, &words);
            });
        }
    });
}

#[test]
fn nobody_listening_is_a_refused_connection() {
    let sink = Sink::accepting();
    let settings = settings(&sink);
    drop(sink);
    assert_broken(&submit_once(settings), Phase::Connect, "refused the connection");
}

#[test]
fn an_answer_that_is_no_smtp_breaks_the_line() {
    for (phase, words) in [
        (Phase::Greeting, "HTTP/1.1 400 Bad Request"),
        (Phase::RcptTo, "2xx ok"),
        (Phase::Data, "250 no body wanted"),
        (Phase::MailFrom, "354 go on"),
        (Phase::Body, "354 go on"),
        (Phase::Body, "250-ok\n550 no"),
    ] {
        let sink = Sink::script().at(phase, Act::say(words)).start();
        let (at, said) = failure(submit_once(settings(&sink)));
        assert_eq!(at, phase, "{words}");
        assert!(said.contains("gave an answer out of turn") || said.contains("not SMTP"), "{said}");
    }
}

#[test]
fn where_ehlo_is_refused_helo_is_said() {
    let sink = Sink::script().at(Phase::Ehlo, Act::say("502 5.5.1 what")).start();
    assert_accepted(&submit_once(settings(&sink)));
    let commands = &sink.seen()[0].commands;
    assert_eq!(commands[..2], ["EHLO callsheet.example", "HELO callsheet.example"]);
    assert_eq!(sink.mails()[0].round_trips, 4);
}

#[test]
fn where_ehlo_is_refused_and_the_server_hangs_up_its_words_are_kept() {
    let sink = Sink::script().at(Phase::Ehlo, Act::SayAndDrop("554 5.7.1 go away".to_owned())).start();
    assert_refused(&submit_once(settings(&sink)), Phase::Ehlo, "554 5.7.1 go away");
}

#[test]
fn a_refused_recipient_with_accepted_data_gets_a_lone_dot_and_no_body() {
    let sink = Sink::script()
        .once(Phase::RcptTo, Act::say("550 5.1.1 no such user"))
        .taking_data_without_recipient()
        .start();
    let mut smtp = Smtp::new(settings(&sink));
    let mut asked = false;
    let submission = smtp.submit(&envelope(), MESSAGE, &mut || {
        asked = true;
        true
    });
    assert_refused(&submission, Phase::RcptTo, "550 5.1.1 no such user");
    assert!(!asked);
    assert_eq!(sink.mails()[0].body, "");
    // The connection is still good, and the next mail starts from nothing.
    assert_accepted(&submit(&mut smtp));
    let mails = sink.mails();
    assert_eq!((mails[1].body.as_str(), mails[1].connection), (TEXT, 0));
}

#[test]
fn a_refused_sender_with_accepted_data_gets_no_dot_at_all() {
    let sink = Sink::script()
        .once(Phase::MailFrom, Act::say("550 5.7.1 not you"))
        .taking_data_without_recipient()
        .start();
    let mut smtp = Smtp::new(settings(&sink));
    assert_refused(&submit(&mut smtp), Phase::MailFrom, "550 5.7.1 not you");
    assert_eq!(sink.mails(), []);
    assert_accepted(&submit(&mut smtp));
    assert_eq!(sink.mails()[0].connection, 1);
}

#[test]
fn cancelling_before_the_body_sends_nothing_of_it() {
    let sink = Sink::accepting();
    let mut smtp = Smtp::new(settings(&sink));
    let submission = smtp.submit(&envelope(), MESSAGE, &mut || false);
    assert_broken(&submission, Phase::Data, "cancelled");
    assert_accepted(&submit(&mut smtp));
    let mails = sink.mails();
    assert_eq!((mails.len(), mails[0].connection), (1, 1));
}

#[test]
fn a_server_that_has_read_enough_of_a_body_is_heard_before_the_line_breaks() {
    let message = "0123456789abcdef\r\n".repeat(500_000);
    let last_words = "354 go ahead\n552 5.3.4 too big";
    let sink = Sink::script().at(Phase::Data, Act::SayAndDrop(last_words.to_owned())).start();
    let mut smtp = Smtp::new(settings(&sink));
    let submission = smtp.submit(&envelope(), message.as_bytes(), &mut || true);
    assert_refused(&submission, Phase::Body, "552 5.3.4 too big");
}
