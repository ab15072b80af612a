//! What the mail of a notice says: previews, what is delivered, and a notice out of a mail.

use callsheet::domain::language::Language;
use callsheet::domain::notice::{NoticeField, NoticeForm};
use callsheet::mail::compose::MASKED_TOKEN;
use callsheet::operations::contacts::{self, Again, ContactChange};
use callsheet::operations::{Problem, Session, notices, outbox};
use mail_parser::MessageParser;

use super::{ALARM, OFFER, announcement, contact, notify, set_security_email};
use crate::support::office::{Office, refused};

/// Text, HTML and the names of the headers of the newest mail.
fn newest(office: &Office) -> (String, String, Vec<String>) {
    let mail = office.newest_mail();
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    let headers = message.headers().iter().map(|header| header.name().to_owned()).collect();
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    (text, message.body_html(0).unwrap().into_owned(), headers)
}

fn is_about_unsubscribing(headers: &[String]) -> bool {
    headers.iter().any(|name| name.starts_with("List-Unsubscribe"))
}

fn preview(session: &mut Session, message_type: &str, language: Language) -> String {
    notices::preview(session, &announcement(message_type), language).unwrap()
}

#[test]
fn a_contact_gets_a_notice_in_its_language_and_learns_why() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, "sec@example.com");
    let ada = contact(&office, &mut session, "Ada", &["security"]);
    let chinese = ContactChange { language: Some("zh-CN".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut session, ada, &chinese, None).unwrap();
    let notified = notify(&mut session, ALARM);
    office.deliver_to_files();
    let (text, html, headers) = newest(&office);
    assert!(text.starts_with("Ada，您好：\n\nIt was 14:03.\n\n-- \n"), "{text}");
    assert!(
        text.contains("您订阅了“Example Ltd”的以下类型的消息：\n\n    账号安全告警（安全消息）\n"),
        "{text}"
    );
    assert!(html.contains("<p>It was 14:03.</p>"), "{html}");
    assert!(!is_about_unsubscribing(&headers));
    let shown = outbox::show(&mut session, notified.waiting[0]).unwrap().text;
    assert_eq!(shown.trim_end(), text.trim_end());
}

#[test]
fn the_security_email_learns_why_a_notice_comes_to_it() {
    let office = Office::new();
    let mut session = office.session();
    set_security_email(&mut session, "sec@example.com");
    let notified = notify(&mut session, OFFER);
    office.deliver_to_files();
    let (text, _, headers) = newest(&office);
    assert!(text.contains("there are no contacts who could get it."), "{text}");
    assert!(
        !is_about_unsubscribing(&headers),
        "there is nothing that the security email could unsubscribe from"
    );
    let shown = outbox::show(&mut session, notified.waiting[0]).unwrap().text;
    assert_eq!(shown.trim_end(), text.trim_end());
}

#[test]
fn an_offer_shows_how_to_unsubscribe_and_previews_mask_it() {
    let mut office = Office::new();
    for public_url in [None, Some("https://callsheet.example.com".to_owned())] {
        office.rules.public_url = public_url.clone();
        let mut session = office.session();
        let ada = match contacts::find(&mut session, "Ada") {
            Ok(ada) => ada,
            Err(_) => office.verified(&mut session, "Ada", "ada@example.org"),
        };
        let offers = callsheet::domain::subscription::Subscriptions::from_ids(["activity".to_owned()]);
        contacts::subscribe(&mut session, ada.id, &offers, Again::No, None).unwrap();
        let notified = notify(&mut session, OFFER);
        office.deliver_to_files();
        let (text, _, headers) = newest(&office);
        assert!(is_about_unsubscribing(&headers));
        let shown = outbox::show(&mut session, notified.waiting[0]).unwrap().text;
        let previewed = preview(&mut session, OFFER, Language::En);
        let before = match public_url {
            Some(_) => "https://callsheet.example.com/u/",
            None => "    notices@example.com\n\nwith the subject:\n\n    unsubscribe ",
        };
        for text in [&shown, &previewed] {
            assert!(text.contains(&format!("{before}{MASKED_TOKEN}\n")), "{text}");
        }
        let token = text.split_once(before).unwrap().1.lines().next().unwrap();
        assert!(token.len() > 40 && !shown.contains(token));
        assert_eq!(shown.replace(MASKED_TOKEN, token).trim_end(), text.trim_end());
        assert_eq!(previewed.replace("Hello,", "Hello Ada,"), shown);
    }
}

#[test]
fn a_preview_is_safe_to_show_and_refuses_what_notify_refuses() {
    let office = Office::new();
    let mut session = office.session();
    let form = NoticeForm { body: "a\u{202e}b\u{200d}c".to_owned(), ..announcement(ALARM) };
    let text = notices::preview(&mut session, &form, Language::En).unwrap();
    assert!(text.contains("a\\u{202E}b\\u{200D}c"), "{text}");
    let form = NoticeForm { body: String::new(), ..announcement("nonsense") };
    let told = refused(notices::preview(&mut session, &form, Language::En));
    assert!(matches!(told, Problem::InvalidNotice(problems) if problems.len() == 2));
}

#[test]
fn a_mail_becomes_a_notice_without_its_attachments() {
    let mail = "From: monitor@example.com\r\nSubject: =?utf-8?q?db1_is?=\r\n =?utf-8?q?_down?=\r\n\
                Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p class=x>See <b>&lt;db1&gt;</b></p>\r\n\
                --b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=graph.png\r\n\r\nx\r\n--b--\r\n";
    let form = notices::read_mail(ALARM, mail.as_bytes()).unwrap();
    assert_eq!((form.message_type.as_str(), form.subject.as_str()), (ALARM, "db1 is down"));
    assert_eq!(
        (form.body.as_str(), form.html.as_deref()),
        ("See <db1>", Some("<p>See <b>&lt;db1&gt;</b></p>\n"))
    );
    assert_eq!(notices::left_out(mail.as_bytes()), ["graph.png"]);

    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    notices::notify(&mut session, &form, None).unwrap();
    office.deliver_to_files();
    let (text, html, _) = newest(&office);
    assert!(text.contains("\n\nSee <db1>\n\n") && html.contains("<p>See <b>&lt;db1&gt;</b></p>"));
}

#[test]
fn html_in_the_database_is_not_trusted() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    notify(&mut session, ALARM);
    let hostile = "</div></main><script>x</script><p onclick=x>Look <i>here";
    super::raw(&office).execute("UPDATE notice_text SET body_html = ?1", [hostile]).unwrap();
    office.deliver_to_files();
    let (text, html, _) = newest(&office);
    assert!(text.contains("It was 14:03."), "{text}");
    assert!(html.contains("<p>Look <i>here</i></p>") && !html.contains("script"), "{html}");
    assert_eq!(html.matches("</main>").count(), 1);
}

#[test]
fn what_is_no_mail_or_lacks_something_is_refused_with_everything_that_is_missing() {
    for (mail, fields) in [
        ("just a text", vec![NoticeField::Body]),
        ("From: a@example.com\r\n\r\n", vec![NoticeField::Subject, NoticeField::Body]),
        ("Subject: s\r\n\r\n", vec![NoticeField::Body]),
        ("From: a@example.com\r\n\r\ntext", vec![NoticeField::Subject]),
    ] {
        let told = notices::read_mail(ALARM, mail.as_bytes()).unwrap_err();
        let Problem::InvalidNotice(problems) = told else { panic!("{told:?}") };
        assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), fields, "{mail:?}");
        assert_eq!(notices::left_out(mail.as_bytes()), Vec::<String>::new());
    }
}
