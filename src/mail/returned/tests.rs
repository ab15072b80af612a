//! Reports as the common servers write them, and what must mean nothing.

use proptest::prelude::*;

use super::*;
use crate::domain::bounce::{Meaning, meaning};

const RETURN_PATH: &str = "bounces+12-gnsxxe49vrggwr7e@example.com";
const ADA: &str = "ada@example.org";

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/mail/bounces/", $name, ".eml"))
    };
}

fn filled(sample: &str) -> String {
    sample.replace("{return_path}", RETURN_PATH).replace("{recipient}", ADA)
}

/// The same whether lines end in LF or in CRLF.
fn read_sample(sample: &str) -> Returned {
    let text = filled(sample);
    let found = read(text.as_bytes()).unwrap();
    assert_eq!(read(text.replace('\n', "\r\n").as_bytes()), Some(found.clone()));
    found
}

fn meaning_of(sample: &str) -> Meaning {
    let returned = read_sample(sample);
    assert!(returned.addressed.iter().any(|address| address == RETURN_PATH), "{:?}", returned.addressed);
    let Content::Report(report) = returned.content else { panic!("{:?}", returned.content) };
    meaning(&report, ADA).unwrap()
}

#[test]
fn the_reports_of_common_servers_are_understood() {
    for (sample, words) in [
        (sample!("postfix"), "550 5.1.1 <ada@example.org>: Recipient address rejected: no such user"),
        (sample!("exim"), "550 no such mailbox here"),
        (
            sample!("exchange"),
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        (
            sample!("gmail"),
            "550 5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking \
             the recipient's email address for typos or 550 5.1.1 unnecessary spaces. x4-20020a05.1 - gsmtp",
        ),
        (sample!("ses"), "550 5.1.1 user unknown"),
        (sample!("opensmtpd"), "5.2.1"),
    ] {
        let words = format!("came back: {words}");
        assert_eq!(meaning_of(sample), Meaning::Failed { words, undeliverable: true });
    }
}

#[test]
fn a_refusal_of_what_the_mail_says_does_not_blame_the_address() {
    let words = "came back: 550 this looks like an advertisement".to_owned();
    assert_eq!(meaning_of(sample!("exim-spam")), Meaning::Failed { words, undeliverable: false });
}

#[test]
fn a_delay_is_only_noted() {
    let words = "delayed, the server goes on trying: 4.4.1 connect to mx.example.org[192.0.2.25]:25: Connection timed out";
    assert_eq!(meaning_of(sample!("postfix-delayed")), Meaning::Noted { words: words.to_owned() });
}

#[test]
fn a_failure_behind_a_forwarding_names_where_it_happened() {
    let words = "came back from 'ada@elsewhere.example': 550 5.1.1 no such user".to_owned();
    assert_eq!(meaning_of(sample!("forwarded")), Meaning::Failed { words, undeliverable: false });
}

#[test]
fn everything_else_is_ordinary_mail() {
    for sample in [
        sample!("exim-text"),
        sample!("qmail"),
        sample!("vacation"),
        sample!("challenge"),
        sample!("ordinary"),
        sample!("receipt"),
    ] {
        let found = read_sample(sample);
        assert_eq!(found.content, Content::Ordinary);
        assert!(found.addressed.iter().any(|address| address == RETURN_PATH));
    }
}

#[test]
fn addresses_are_found_where_deliverers_put_them_the_best_first() {
    let mail = "Envelope-To: d@example.com\r\nTo: \"C, D\" <c@example.com>,\r\n c2@example.com\r\n\
                x-original-to: b@example.com\r\nDelivered-To: a@example.com\r\nDelivered-To: a2@example.com\r\n\
                Cc: no@example.com\r\n\r\n\r\n";
    let expected = ["a", "a2", "b", "c", "c2", "d"].map(|name| format!("{name}@example.com"));
    assert_eq!(read(mail.as_bytes()).unwrap().addressed, expected);
}

#[test]
fn a_line_of_an_mbox_before_the_header_is_left_out() {
    let mail = format!("From MAILER-DAEMON Mon Nov 23 10:15:04 2026\n{}", filled(sample!("postfix")));
    assert_eq!(read(mail.as_bytes()), Some(read_sample(sample!("postfix"))));
    assert_eq!(read(b"From MAILER-DAEMON"), None);
}

#[test]
fn what_has_no_header_is_no_message() {
    for nothing in ["", "\r\n", "\n\nbody\n", "\0\0\0", "Dear all,\n\nhow are you?\n", "a b: c\n\n"] {
        assert_eq!(read(nothing.as_bytes()), None, "{nothing:?}");
    }
}

#[test]
fn a_report_without_a_recipient_or_with_a_broken_one_means_nothing() {
    for fields in
        ["Reporting-MTA: dns; a", "Reporting-MTA: dns; a\n\nAction: bounced\nStatus: 5.1.1", ":\n\n : \n\tx"]
    {
        let mail = format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
             Content-Type: message/delivery-status\n\n{fields}\n\n--b--\n"
        );
        let Content::Report(report) = read(mail.as_bytes()).unwrap().content else { panic!("{fields}") };
        assert_eq!(meaning(&report, ADA), None);
    }
}

#[test]
fn a_report_in_base64_with_odd_letters_is_read() {
    use base64::engine::general_purpose::STANDARD;
    let fields = "Reporting-MTA: dns; a\r\n\r\nFINAL-RECIPIENT : RFC822; <ADA@example.org>\r\nACTION: FAILED (for good)\r\n\
                  STATUS: 5.1.1 (bad address)\r\n";
    let mail = format!(
        "Content-Type: Multipart/Report; Report-Type=Delivery-Status; boundary=b\n\n--b\n\
         Content-Type: Message/Global-Delivery-Status\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
        STANDARD.encode(fields)
    );
    let Content::Report(report) = read(mail.as_bytes()).unwrap().content else { panic!() };
    let words = "came back: 5.1.1".to_owned();
    assert_eq!(meaning(&report, ADA), Some(Meaning::Failed { words, undeliverable: true }));
}

#[test]
fn a_mail_that_unsubscribes_is_known_by_its_subject() {
    let token = URL_SAFE_NO_PAD.encode([7_u8; 32]);
    let subject = |subject: &str| {
        read(format!("To: b@example.com\r\nSubject: {subject}\r\n\r\n").as_bytes()).unwrap().content
    };
    let expected = Content::Unsubscribe { verification: VerificationId(12), token: vec![7; 32] };
    assert_eq!(subject(&format!("unsubscribe 12.{token}")), expected);
    assert_eq!(subject(&format!("  Unsubscribe\r\n 12.{token}  ")), expected);
    // As programs write what they need not encode.
    assert_eq!(subject(&format!("=?utf-8?Q?unsubscribe_12=2E{token}?=")), expected);
    for other in [
        "unsubscribe".to_owned(),
        format!("Re: unsubscribe 12.{token}"),
        format!("unsubscribe 12.{token} please"),
        format!("unsubscribe 12.{}", &token[1..]),
        format!("unsubscribe +12.{token}"),
        format!("unsubscribe 99999999999999999999.{token}"),
        format!("unsubscribe .{token}"),
        format!("unsubscribe 12{token}"),
        "unsubscribe 12.!".to_owned(),
    ] {
        assert_eq!(subject(&other), Content::Ordinary, "{other}");
    }
}

#[test]
fn mails_inside_of_mails_cannot_exhaust_the_stack() {
    let head = "To: bounces@example.com\r\n";
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    let digest = "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n".repeat(20_000);
    for deep in [deep, digest] {
        let report = format!(
            "{head}Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\n\r\nwords\r\n--r\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\nAction: failed\r\n--r\r\n{deep}text\r\n--r--\r\n"
        );
        let read = |text: &str| super::read(text.as_bytes()).unwrap().content;
        assert_eq!(read(&format!("{head}{deep}text")), Content::Ordinary);
        assert!(matches!(read(&report), Content::Report(_)));
    }
}

#[test]
fn a_header_field_without_end_is_not_read() {
    let many: String = (0..2_000).map(|number| format!("b*{number}=x; ")).collect();
    let report = filled(sample!("postfix")).replace("report-type=", &format!("{many}report-type="));
    assert_eq!(read(report.as_bytes()).unwrap().content, Content::Ordinary);
}

#[test]
fn an_encoded_report_is_decoded() {
    let plain =
        "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; ada@example.org\nAction: failed\nStatus: 5.1.1\n";
    let encoded = base64::engine::general_purpose::STANDARD.encode(plain);
    let report = format!(
        "To: a@b.example\nContent-Type: multipart/report; boundary=r\n\n--r\nContent-Transfer-Encoding: quoted-printable\n\n\
         in reply to end of=20DATA command\n--r\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n\
         {encoded}\n--r--\n"
    );
    let Content::Report(report) = read(report.as_bytes()).unwrap().content else { panic!("no report") };
    assert_eq!(report.recipients[0].final_recipient.as_deref(), Some(ADA));
    assert_eq!(report.phase, Phase::Body);
}

proptest! {
    #[test]
    fn no_message_breaks_the_reader(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_damage_breaks_the_reader(at in 0..2_000_usize, byte: u8, cut in 0..2_500_usize) {
        let mut mail = filled(sample!("postfix")).into_bytes();
        if let Some(place) = mail.get_mut(at) {
            *place = byte;
        }
        mail.truncate(cut);
        let found = read(&mail);
        if let Some(Returned { content: Content::Report(report), .. }) = found {
            let _ = meaning(&report, ADA);
        }
    }
}
