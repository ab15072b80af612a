//! The manual's table of what a reply means is the one by which replies are judged.

use callsheet::domain::reply::{Phase, Reply, Verdict, judge};

const MANUAL: &str = include_str!("../../docs/mail.md");

/// At which step, and with which words.
type Refused = (Phase, &'static str);

/// Each row of the table as it is printed, with replies that fall under it and under no row before.
const ROWS: &[(&str, Verdict, &[Refused])] = &[
    (
        "| MAIL FROM | 552, or 5.3.4: too large | failed | – |",
        Verdict::Failed,
        &[(Phase::MailFrom, "552 large"), (Phase::MailFrom, "554 5.3.4 large")],
    ),
    (
        "| connect, TLS, greeting, EHLO, AUTH, MAIL FROM | any other | waits, not charged | – |",
        Verdict::BackOff,
        &[
            (Phase::Connect, "421 no"),
            (Phase::Tls, "454 no"),
            (Phase::Greeting, "554 no"),
            (Phase::Ehlo, "500 no"),
            (Phase::Auth, "535 5.7.8 no"),
            (Phase::MailFrom, "550 5.1.1 no"),
            (Phase::MailFrom, "451 4.3.0 no"),
        ],
    ),
    (
        "| RCPT | 5.1.7, 5.1.8: our own address | retry | – |",
        Verdict::Retry,
        &[(Phase::RcptTo, "550 5.1.7 no"), (Phase::RcptTo, "550 5.1.8 no")],
    ),
    (
        "| RCPT | 5.1.x, 5.2.1, or 550, 551, 553 without enhanced code | failed | undeliverable |",
        Verdict::Undeliverable,
        &[
            (Phase::RcptTo, "554 5.1.0 no"),
            (Phase::RcptTo, "550 5.1.1 no"),
            (Phase::RcptTo, "550 5.1.10 no"),
            (Phase::RcptTo, "554 5.2.1 no"),
            (Phase::RcptTo, "550 no"),
            (Phase::RcptTo, "551 no"),
            (Phase::RcptTo, "553 no"),
        ],
    ),
    (
        "| RCPT | 552, or 5.2.2: the mailbox is full | retry | – |",
        Verdict::Retry,
        &[(Phase::RcptTo, "552 full"), (Phase::RcptTo, "550 5.2.2 full")],
    ),
    (
        "| RCPT, DATA, dot | any other 5xx | failed | – |",
        Verdict::Failed,
        &[
            (Phase::RcptTo, "550 5.7.1 no"),
            (Phase::RcptTo, "554 no"),
            (Phase::Data, "550 5.1.1 no"),
            (Phase::Body, "552 no"),
        ],
    ),
    (
        "| RCPT, DATA, dot | 4xx | retry | – |",
        Verdict::Retry,
        &[(Phase::RcptTo, "450 later"), (Phase::Data, "421 later"), (Phase::Body, "452 4.3.1 later")],
    ),
];

/// What the last two columns say of a verdict.
fn columns(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Failed => "| failed | – |",
        Verdict::Undeliverable => "| failed | undeliverable |",
        Verdict::Retry => "| retry | – |",
        Verdict::BackOff => "| waits, not charged | – |",
        Verdict::Sent => "| sent | – |",
    }
}

#[test]
fn the_manual_says_of_each_reply_what_is_done() {
    let (_, rest) = MANUAL.split_once("<!-- replies:begin -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- replies:end -->").unwrap();
    let printed: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(printed, ROWS.iter().map(|(row, ..)| *row).collect::<Vec<_>>());
    for (row, verdict, replies) in ROWS {
        assert!(row.ends_with(columns(*verdict)), "{row}");
        for (phase, reply) in *replies {
            let (code, words) = reply.split_once(' ').unwrap();
            assert_eq!(
                judge(*phase, &Reply::new(code.parse().unwrap(), words)),
                *verdict,
                "{phase}: {reply}"
            );
        }
    }
}
