//! What a mail looks like when it arrives, and which mails never leave.

use super::*;

#[test]
fn a_mail_arrives_as_it_was_written() {
    let sink = Sink::accepting();
    let submission = submit_once(settings(&sink));
    let Submission::Accepted(reply) = submission else { panic!("{submission:?}") };
    assert_eq!(reply.to_string(), "250 2.0.0 taken");
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].from, format!("<bounces@example.com> SIZE={}", MESSAGE.len()));
    assert_eq!(mails[0].to, "<ada@example.org>");
    assert_eq!(mails[0].body, TEXT);
    assert_eq!(sink.finish()[0].commands.last().unwrap(), "QUIT");
}

#[test]
fn without_pipelining_each_command_waits_for_its_reply() {
    let sink = Sink::script().offering(&[]).start();
    assert_accepted(&submit_once(settings(&sink)));
    let mails = sink.mails();
    assert_eq!(mails[0].round_trips, 4);
    assert_eq!(mails[0].from, "<bounces@example.com>");
}

#[test]
fn the_caller_is_asked_after_consent_and_before_the_body() {
    let sink = Sink::accepting();
    let mut smtp = Smtp::new(settings(&sink));
    let mut seen = Vec::new();
    smtp.submit(&envelope(), MESSAGE, &mut || {
        seen = sink.seen()[0].commands.clone();
        assert_eq!(sink.mails(), []);
        true
    });
    assert_eq!(seen.last().unwrap(), "DATA");
}

#[test]
fn a_mail_or_envelope_that_could_smuggle_commands_never_connects() {
    let sink = Sink::accepting();
    let mut smtp = Smtp::new(settings(&sink));
    for message in [&b"a\n.\nb\r\n"[..], b"a\rb\r\n", b"a\0\r\n", &[b'x'; 999], b""] {
        let submission = smtp.submit(&envelope(), message, &mut || true);
        assert!(matches!(submission, Submission::Unsendable { .. }), "{submission:?}");
    }
    let hostile = Envelope { to: "ada@example.org>\r\nDATA".to_owned(), ..envelope() };
    let submission = smtp.submit(&hostile, MESSAGE, &mut || true);
    assert!(matches!(submission, Submission::Unsendable { .. }), "{submission:?}");
    assert_eq!(sink.seen(), []);
}

#[test]
fn extensions_are_used_where_needed_and_missed_where_not_offered() {
    let foreign = Envelope { to: "用户@example.org".to_owned(), smtputf8: true, ..envelope() };
    let message = "Subject: é\r\n\r\n张伟\r\n".as_bytes();
    let sink = Sink::accepting();
    let mut smtp = Smtp::new(settings(&sink));
    assert_accepted(&smtp.submit(&foreign, message, &mut || true));
    let mails = sink.mails();
    assert_eq!(mails[0].from, "<bounces@example.com> SIZE=23 BODY=8BITMIME SMTPUTF8");
    assert_eq!(mails[0].to, "<用户@example.org>");

    let old = Sink::script().offering(&["PIPELINING"]).start();
    let mut smtp = Smtp::new(settings(&old));
    for (envelope, message, missing) in
        [(foreign, MESSAGE, "does not offer SMTPUTF8"), (envelope(), message, "does not offer 8BITMIME")]
    {
        let submission = smtp.submit(&envelope, message, &mut || true);
        let Submission::Unsendable { words } = submission else { panic!("{submission:?}") };
        assert!(words.contains(missing), "{words}");
    }
    // The connection took no harm.
    assert_accepted(&submit(&mut smtp));
    assert_eq!(old.seen().len(), 1);
}

#[test]
fn a_host_with_several_addresses_is_tried_at_each() {
    // The sink listens on one of the addresses of this name.
    let sink = Sink::accepting();
    let settings = SmtpSettings { host: "localhost".to_owned(), ..settings(&sink) };
    assert_accepted(&submit_once(settings));
}
