//! Mails as people and machines write them, and some that nobody should.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

fn mail(text: &str) -> Incoming {
    read(text.replace('\n', "\r\n").as_bytes()).unwrap()
}

fn refused(text: &str) -> Vec<NoAnnouncement> {
    read(text.as_bytes()).unwrap_err()
}

#[test]
fn a_message_id_is_found_wherever_it_stands() {
    let id = |mail: &str| message_id(mail.as_bytes());
    assert_eq!(
        id("From a Tue\nmessage-id:\r\n <1.x@example.com>\r\n\r\nText").as_deref(),
        Some("<1.x@example.com>")
    );
    assert_eq!(id("Subject: Hello\r\n\r\nMessage-ID: <1.x@example.com>\r\n"), None);
    assert_eq!(id(""), None);
}

#[test]
fn the_answer_of_a_machine_is_told_from_what_a_machine_says_by_itself() {
    for (headers, is_answer) in [
        ("Auto-Submitted: auto-replied", true),
        ("From a Tue\nauto-submitted:\r\n  Auto-Replied; owner=\"a@example.com\"", true),
        ("Auto-Submitted: auto-replied(vacation)", true),
        ("Content-Type: Multipart/Report; report-type=delivery-status; boundary=b", true),
        ("Auto-Submitted: auto-generated", false),
        ("Auto-Submitted: no", false),
        ("Content-Type: multipart/mixed; boundary=b", false),
        ("Subject: Auto-Submitted: auto-replied", false),
        ("Subject: a\n\nAuto-Submitted: auto-replied", false),
    ] {
        assert_eq!(is_automatic_answer(format!("{headers}\n\nText").as_bytes()), is_answer, "{headers}");
    }
    assert!(!is_automatic_answer(b""));
}

const ALTERNATIVE: &str = "From: Monitor <monitor@example.com>
To: callsheet@example.com
Subject: db1 is down
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

db1 is down since 14:03 =E2=80=93 see

    https://status.example.com/
--inner
Content-Type: text/html; charset=utf-8

<p>db1 is <b>down</b></p>
--inner--
--outer
Content-Type: image/png; name=\"=?utf-8?b?5Zu+LnBuZw==?=\"
Content-Disposition: attachment
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename=\"report.pdf\"
Content-Transfer-Encoding: base64

JVBERi0=
--outer
Content-Type: message/rfc822

From: a@example.com
Subject: inside

inside
--outer--
";

#[test]
fn the_text_of_a_mail_is_taken_and_attachments_are_named() {
    let read = mail(ALTERNATIVE);
    assert_eq!(read.subject, "db1 is down");
    assert_eq!(read.text, "db1 is down since 14:03 – see\n\n    https://status.example.com/");
    assert_eq!(read.left_out, ["图.png", "report.pdf", "message/rfc822"]);
}

#[test]
fn a_subject_is_unfolded_and_decoded() {
    for (header, subject) in [
        ("Subject: one\r\n two\r\n\t three  four ", "one two three four"),
        ("Subject: =?utf-8?B?5a2Y5YKo?=\r\n =?utf-8?Q?=E7=A9=BA=E9=97=B4?= full", "存储空间 full"),
        ("Subject: =?gb18030?B?suLK1A==?=", "测试"),
        ("Subject: =?GBK?Q?=B2=E2=CA=D4?=", "测试"),
        ("Subject: =?iso-8859-1?Q?caf=E9?=", "café"),
        ("Subject: 测试", "测试"),
        ("subject: =?utf-8?q?a=0D=0ABcc:_b=0Ac?=", "a Bcc: b c"),
        ("Subject: =?utf-8?q?a=1B[2J=EF=81=8A?=", "a\\u{F04A}"),
        ("Subject: a\u{3000}b", "a\u{3000}b"),
        ("Subject: \u{feff}soft\u{ad}hyphen \u{202e}x", "softhyphen x"),
    ] {
        let read = read(format!("From: a@example.com\r\n{header}\r\n\r\ntext\r\n").as_bytes()).unwrap();
        assert_eq!(read.subject, subject, "{header}");
    }
}

#[test]
fn a_mail_that_was_cut_off_says_what_is_there() {
    let head = "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    for (part, text) in [
        ("Content-Type: text/plain\r\n\r\ndb1 is down\r\n", "db1 is down"),
        ("\r\ndb1 is\r\ndown", "db1 is\ndown"),
        ("Content-Type: text/html\r\n\r\n<p>db1 is <b>down</b>", "db1 is down"),
        (
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nZGIxIGlzIGRvd24=",
            "db1 is down",
        ),
    ] {
        let read = read(format!("{head}{part}").as_bytes()).unwrap();
        assert_eq!((read.text.as_str(), read.left_out.len()), (text, 0), "{part}");
    }
    let attached = format!("{head}Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF");
    assert_eq!(read(attached.as_bytes()), Err(vec![NoAnnouncement::NoText]));
}

#[test]
fn texts_are_decoded_by_their_charset() {
    for (charset, bytes) in [
        ("gb18030", &b"\xb2\xe2\xca\xd4"[..]),
        ("gbk", b"\xb2\xe2\xca\xd4"),
        ("GB2312", b"\xb2\xe2\xca\xd4"),
        ("big5", b"\xb4\xfa\xb8\xd5"),
        ("utf-8", "测试".as_bytes()),
        ("us-ascii", "测试".as_bytes()),
        ("no-such-charset", "测试".as_bytes()),
    ] {
        let head = format!("Subject: s\r\nContent-Type: text/plain; charset=\"{charset}\"\r\n\r\n");
        let read = read(&[head.as_bytes(), bytes].concat()).unwrap();
        assert_eq!(read.text, if charset == "big5" { "測試" } else { "测试" }, "{charset}");
    }
    let latin = b"Subject: s\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf\xe9\r\n";
    assert_eq!(read(latin).unwrap().text, "café");
    let unnamed = "Subject: s\r\n\r\ncafé\r\n";
    assert_eq!(read(unnamed.as_bytes()).unwrap().text, "café");
}

#[test]
fn text_that_names_no_charset_and_is_no_utf_8_is_windows_1252() {
    for (headers, bytes, text) in [
        ("", &b"caf\xe9 \x96 5 \x80"[..], "café – 5 €"),
        ("Content-Type: text/plain\r\n", b"M\xfcller", "Müller"),
        ("Content-Type: text/plain; charset=us-ascii\r\n", b"M\xfcller", "Müller"),
        ("Content-Type: text/plain; charset=unknown-8bit\r\n", b"M\xfcller", "Müller"),
        ("Content-Transfer-Encoding: quoted-printable\r\n", b"M=FCller", "Müller"),
        ("Content-Type: text/html\r\n", b"<p>M\xfcller</p>", "Müller"),
        // A few broken bytes do not make UTF-8 something else.
        ("", b"\xe6\xb5\x8b\xe8\xaf\x95 \xff", "测试 \u{fffd}"),
        ("", b"\xe6\xb5\x8b\xe8\xaf", "测\u{fffd}"),
        ("Content-Type: text/plain; charset=utf-8\r\n", b"caf\xe9", "caf\u{fffd}"),
    ] {
        let mail = [b"Subject: s\r\n", headers.as_bytes(), b"\r\n", bytes, b"\r\n"].concat();
        assert_eq!(read(&mail).unwrap().text, text, "{headers}{bytes:?}");
    }
    let read = read(b"Subject: M\xfcller =?utf-8?q?=E2=80=93?= caf\xe9,\r\n \x80\r\n\r\ntext").unwrap();
    assert_eq!(read.subject, "Müller – café, €");
}

#[test]
fn a_mail_in_html_alone_is_read_as_text() {
    let read = mail(
        "Subject: s\nContent-Type: text/html; charset=utf-8\n\n<html><head><title>x</title></head><body><p>Hello &amp;\nwelcome</p>\
         <p>See <a href=\"https://example.com/a\">this</a></p></body></html>\n",
    );
    assert_eq!(read.text, "Hello & welcome\n\nSee this (https://example.com/a)");
    assert_eq!(read.left_out, Vec::<String>::new());
}

#[test]
fn html_is_taken_over_in_its_simple_form() {
    let html = |text: &str| mail(text).html;
    assert_eq!(html(ALTERNATIVE).as_deref(), Some("<p>db1 is <b>down</b></p>\n"));
    let alone = "Subject: s\nContent-Type: text/html; charset=gb18030\nContent-Transfer-Encoding: base64\n\n";
    let encoded = STANDARD.encode(b"<title>x</title><p style=x>\xb2\xe2\xca\xd4<script>x</script>");
    let read = mail(&format!("{alone}{encoded}"));
    assert_eq!((read.text.as_str(), read.html.as_deref()), ("测试", Some("<p>测试</p>\n")));
    assert_eq!(html("Subject: s\n\ntext <b>without</b> HTML\n"), None);
    assert_eq!(
        html(
            "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\ntext\n--b\n\
             Content-Type: text/html\n\n<img src=x><p>&nbsp\n--b--\n"
        )
        .as_deref(),
        Some("<p>&amp;nbsp</p>\n")
    );
    assert_eq!(
        html(
            "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\ntext\n--b\n\
             Content-Type: text/html\n\n<img src=x>\n--b--\n"
        ),
        None
    );
}

#[test]
fn text_between_html_is_taken_over_as_text() {
    let read = mail(
        "Subject: s\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\ntext\n--b\nContent-Type: text/html\n\n<b>text</b>\n--b--\n\
         --a\nContent-Type: text/plain\n\n-- \nThe <list>\n--a--\n",
    );
    assert_eq!(read.text, "text\n\n-- \nThe <list>");
    assert_eq!(read.html.as_deref(), Some("<p><b>text</b></p>\n<p>--<br>The &lt;list&gt;</p>\n"));
    assert_eq!(read.left_out, Vec::<String>::new());
}

#[test]
fn html_that_is_too_long_is_left_out() {
    let alternative = |html: &str| {
        mail(&format!(
            "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\ntext\n--b\n\
             Content-Type: text/html\n\n{html}\n--b--\n"
        ))
    };
    let read = alternative(&"x".repeat(BODY_LIMIT));
    assert_eq!((read.text.as_str(), read.html), ("text", None));
    assert_eq!(read.left_out, ["text/html (it has more than 1 MiB)"]);
    // What is not taken over does not count.
    let styled = alternative(&format!("<style>{}</style>x", "x".repeat(BODY_LIMIT)));
    assert_eq!((styled.html.as_deref(), styled.left_out), (Some("<p>x</p>\n"), Vec::new()));
}

#[test]
fn html_speaks_where_the_text_part_is_empty() {
    let read = mail(
        "Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n\n--b\nContent-Type: text/html\n\n\
         <p>only here</p>\n--b--\n",
    );
    assert_eq!(read.text, "only here");
}

#[test]
fn a_text_in_several_parts_is_read_whole() {
    let read = mail(
        "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\none\n--b\nContent-Type: text/plain\n\n\
         two\n--b\nContent-Type: text/plain; name=notes.txt\nContent-Disposition: attachment; filename=notes.txt\n\nthree\n--b--\n",
    );
    assert_eq!((read.text.as_str(), read.left_out), ("one\n\ntwo", vec!["notes.txt".to_owned()]));
}

#[test]
fn the_text_stays_as_it_is() {
    let read = mail("Subject: s\n\n\n  a \n\n\n.\n..\n-- \nb\n\n");
    assert_eq!(read.text, "  a \n\n\n.\n..\n-- \nb");
}

#[test]
fn an_mbox_line_and_a_byte_order_mark_are_skipped() {
    let text = "Subject: s\n\nt\n";
    for before in ["From ada@example.com Tue Nov 24 14:03:00 2026\n", "\u{feff}"] {
        assert_eq!(read(format!("{before}{text}").as_bytes()).unwrap().subject, "s");
    }
}

#[test]
fn everything_that_is_missing_is_told() {
    use NoAnnouncement as N;
    for (text, missing) in [
        ("", vec![N::NoMail]),
        ("just a text\n", vec![N::NoMail]),
        ("Hello: all\n\ntext\n", vec![N::NoMail]),
        ("\nSubject: s\n\ntext\n", vec![N::NoMail]),
        ("\0\u{1}\u{2}", vec![N::NoMail]),
        ("From: a@example.com\n\ntext\n", vec![N::NoSubject]),
        ("Subject: \n\ntext\n", vec![N::NoSubject]),
        ("Subject: s\n", vec![N::NoText]),
        ("Subject: s\n\n \n\t\n", vec![N::NoText]),
        ("Subject: s\nContent-Type: text/html\n\n<p>&nbsp;</p>", vec![N::NoText]),
        (
            "Subject: s\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0=",
            vec![N::NoText],
        ),
        ("From: a@example.com\n\n", vec![N::NoSubject, N::NoText]),
    ] {
        assert_eq!(refused(text), missing, "{text:?}");
    }
}

#[test]
fn a_mail_that_is_too_large_is_refused() {
    let mut large = b"Subject: s\r\n\r\n".to_vec();
    large.resize(LIMIT, b'a');
    assert_eq!(read(&large).unwrap().subject, "s");
    large.push(b'a');
    assert_eq!(read(&large), Err(vec![NoAnnouncement::TooLarge]));
}

#[test]
fn mails_inside_of_mails_cannot_exhaust_the_stack() {
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    assert_eq!(refused(&format!("Subject: s\r\n{deep}text")), [NoAnnouncement::NoText]);
    let digest = "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n".repeat(20_000);
    assert_eq!(refused(&format!("Subject: s\r\n{digest}text")), [NoAnnouncement::NoText]);
    for (encoding, encoded) in [("base64", STANDARD.encode(&deep)), ("quoted-printable", deep)] {
        let text = format!(
            "Subject: s\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\r\ntext\r\n--outer\r\n\
             Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{encoded}\r\n--outer--\r\n"
        );
        let read = read(text.as_bytes()).unwrap();
        assert_eq!((read.text.as_str(), read.left_out), ("text", vec!["message/rfc822".to_owned()]));
    }
}

#[test]
fn a_header_field_without_end_is_not_read() {
    let many = |count: usize| (0..count).map(|number| format!("b*{number}=x;\r\n ")).collect::<String>();
    let mail = |field: &str, count: usize| {
        format!(
            "Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{field}: text/plain; {}a=b\r\n\r\ntext",
            many(count)
        )
    };
    for field in ["Content-Type", "CONTENT-disposition", " Content-Type"] {
        assert_eq!(refused(&mail(field, 1000)), [NoAnnouncement::Overloaded], "{field}");
    }
    assert!(!is_overloaded(mail("Content-Type", 900).as_bytes()));
    // What stands in a text is no field.
    let text = format!("Subject: s\r\n\r\n{}", "x;".repeat(5000));
    assert!(read(text.as_bytes()).is_ok());
}

#[test]
fn what_is_badly_encoded_is_read_as_far_as_it_goes() {
    for (encoding, body, text) in [
        ("base64", "aGVs\r\nbG8=\r\n", "hello"),
        ("Base64 ", "aGVsbG8", "hel"),
        ("base64", "**not base64**", "**not base64**"),
        ("quoted-printable", "a=20=\r\nb=3D=\r\n\r\n=E7=8E=8B \r\n", "a b=\n王"),
        ("quoted-printable", "100 =ZZ =", "100 =ZZ "),
        ("8bit", "王", "王"),
        ("x-unknown", "as it is", "as it is"),
    ] {
        let head = format!(
            "Subject: s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        );
        assert_eq!(read(format!("{head}{body}").as_bytes()).unwrap().text, text, "{body}");
    }
}

#[test]
fn a_part_whose_multipart_is_gone_breaks_nothing() {
    let mail = "Content-Type: multipart/digest; boundary=\"b\"\r\n=?utf-8?b?Subject: s\r\n\r\n--b\r\n\r\n\
                Content-Type: message/rfc822\r\n\r\n\r\n--b--\r\n";
    let _ = read(mail.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_broken_mail_is_read_or_refused(at in 0..ALTERNATIVE.len(), length in 0..40_usize, with: Vec<u8>) {
        let mail = ALTERNATIVE.replace('\n', "\r\n").into_bytes();
        let end = (at + length).min(mail.len());
        let broken = [&mail[..at], &with, &mail[end..]].concat();
        if let Ok(read) = read(&broken) {
            prop_assert!(!read.subject.is_empty() && !read.text.is_empty());
            prop_assert!(!read.subject.contains(['\r', '\n', '\t']) && !read.text.contains('\r'));
        }
    }

    #[test]
    fn pieces_of_mails_in_any_order_are_read_or_refused(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("Subject: s\r\n"), Just("\r\n"), Just("Content-Type: multipart/mixed; boundary=b\r\n"), Just("--b\r\n"),
                Just("--b--\r\n"), Just("Content-Type: message/rfc822\r\n"), Just("Content-Transfer-Encoding: base64\r\n"),
                Just("Content-Type: text/html; charset=gb18030\r\n"), Just("=?utf-8?b?"), Just("?="), Just("text"), Just("<p>"),
                Just("Content-Type: multipart/digest; boundary=\"b\"\r\n"), Just(" "), Just("\0"), Just("=\r\n"),
            ],
            0..40,
        ),
    ) {
        let _ = read(pieces.concat().as_bytes());
    }
}
