//! One connection for many mails, and when it is replaced.

use super::*;

#[test]
fn a_mail_on_an_open_connection_takes_two_round_trips() {
    let sink = Sink::accepting();
    let mut smtp = Smtp::new(settings(&sink));
    for _ in 0..3 {
        assert_accepted(&submit(&mut smtp));
    }
    let mails = sink.mails();
    assert_eq!(mails.iter().map(|mail| mail.round_trips).collect::<Vec<_>>(), [2, 2, 2]);
    assert!(mails.iter().all(|mail| mail.connection == 0));
    drop(smtp);
    let commands = &sink.finish()[0].commands;
    assert!(!commands.iter().any(|command| command == "RSET"), "{commands:?}");
}

#[test]
fn after_a_refusal_the_connection_is_reset_within_the_next_round_trip() {
    for (offers, round_trips) in [(WITH_PIPELINING, 2), (WITHOUT_PIPELINING, 4)] {
        let sink =
            Sink::script().offering(offers).once(Phase::RcptTo, Act::say("450 4.7.1 greylisted")).start();
        let mut smtp = Smtp::new(settings(&sink));
        assert_refused(&submit(&mut smtp), Phase::RcptTo, "450 4.7.1 greylisted");
        assert_accepted(&submit(&mut smtp));
        let mails = sink.mails();
        assert_eq!((mails[0].connection, mails[0].round_trips), (0, round_trips));
        assert!(sink.seen()[0].commands.contains(&"RSET".to_owned()));
    }
}

#[test]
fn a_connection_that_died_while_idle_is_replaced_without_a_word() {
    for last in ["250 2.0.0 taken", "250 2.0.0 taken\n421 4.4.2 idle for too long"] {
        let sink = Sink::script().once(Phase::Body, Act::SayAndDrop(last.to_owned())).start();
        let mut smtp = Smtp::new(settings(&sink));
        let mut asked = 0;
        for _ in 0..2 {
            let submission = smtp.submit(&envelope(), MESSAGE, &mut || {
                asked += 1;
                true
            });
            assert_accepted(&submission);
        }
        let connections: Vec<usize> = sink.mails().iter().map(|mail| mail.connection).collect();
        assert_eq!((connections, asked), (vec![0, 1], 2));
    }
}

#[test]
fn a_used_connection_that_says_421_is_replaced_but_a_new_one_is_believed() {
    let busy = Act::say("421 4.3.2 too many");
    let sink = Sink::script()
        .once(Phase::MailFrom, Act::Accept)
        .once(Phase::MailFrom, busy.clone())
        .once(Phase::MailFrom, busy)
        .start();
    let mut smtp = Smtp::new(settings(&sink));
    assert_accepted(&submit(&mut smtp));
    assert_refused(&submit(&mut smtp), Phase::MailFrom, "421 4.3.2 too many");
    assert_eq!(sink.seen().len(), 2);
}

#[test]
fn a_connection_that_breaks_after_mail_was_accepted_is_reported() {
    let sink = Sink::script()
        .offering(WITHOUT_PIPELINING)
        .once(Phase::RcptTo, Act::Accept)
        .once(Phase::RcptTo, Act::Drop)
        .start();
    let mut smtp = Smtp::new(settings(&sink));
    assert_accepted(&submit(&mut smtp));
    assert_broken(&submit(&mut smtp), Phase::RcptTo, "closed the connection");
    assert_eq!(sink.seen().len(), 1);
}

#[test]
fn a_connection_carries_a_hundred_mails() {
    let sink = Sink::accepting();
    let mut smtp = Smtp::new(settings(&sink));
    for _ in 0..101 {
        assert_accepted(&submit(&mut smtp));
    }
    let mails = sink.mails();
    assert_eq!((mails[99].connection, mails[100].connection), (0, 1));
}

#[test]
fn an_idle_connection_is_left_politely_and_replaced() {
    let sink = Sink::accepting();
    let mut settings = settings(&sink);
    settings.timeouts.idle = Duration::ZERO;
    let mut smtp = Smtp::new(settings);
    assert_accepted(&submit(&mut smtp));
    assert_accepted(&submit(&mut smtp));
    smtp.close();
    let seen = sink.finish();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.commands.last().unwrap() == "QUIT"));
}
