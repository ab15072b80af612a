//! Stopping activity messages by the link in one of them: by the button, and by the mail program for its user.

use callsheet::domain::contact::ContactId;
use callsheet::domain::notice::NoticeForm;
use callsheet::operations::contacts::{self, Verify};
use callsheet::operations::{Session, notices};
use callsheet::web::Event;

use crate::support::office::{Office, form};
use crate::support::site::{Site, office, path_in};

const STOPPED: &str = "a•••@example.org";

/// A contact who gets everything, a page, and the link in an activity message.
fn ada(office: &Office, session: &mut Session, language: &str) -> (ContactId, Site, String) {
    let mut form = form("Ada", "ada@example.org");
    form.language = language.to_owned();
    form.types = vec!["activity".to_owned(), "security".to_owned()];
    let id = contacts::add(session, &form, Verify::Send).unwrap().contact.id;
    office.deliver_to_files();
    let site = Site::of(office);
    assert_eq!(site.post(&path_in(&office.newest_mail(), 'v')).status, 200);
    assert!(matches!(site.next_event(), Event::Confirmed { .. }));
    assert_eq!(notify(session, "activity.launch"), 1);
    office.deliver_to_files();
    let mail = office.newest_mail();
    let path = path_in(&mail, 'u');
    let unfolded = mail.replace("\r\n ", " ");
    assert!(unfolded.contains(&format!("<https://example.com{path}>")), "{mail}");
    assert!(unfolded.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    (id, site, path)
}

/// How many contacts get a notice of this type.
fn notify(session: &mut Session, message_type: &str) -> usize {
    let form = NoticeForm {
        message_type: message_type.to_owned(),
        subject: "News".to_owned(),
        body: "Something new.\n".to_owned(),
        html: None,
    };
    notices::notify(session, &form, None).unwrap().waiting.len()
}

fn has_stopped(session: &mut Session, id: ContactId) -> bool {
    contacts::get(session, id).unwrap().unsubscribed_at.is_some()
}

#[test]
fn opening_the_link_changes_nothing_and_the_button_stops_activity_messages_only() {
    let office = office();
    let mut session = office.session();
    let (id, site, path) = ada(&office, &mut session, "en");
    session.changed_elsewhere().unwrap();
    for _ in 0..3 {
        let page = site.get(&path);
        assert_eq!((page.status, page.heading().as_str()), (200, "Stop activity messages?"));
        assert!(page.text().contains(STOPPED) && !page.text().contains("ada@"));
        assert_eq!(site.ask("HEAD", &path).status, 200);
    }
    assert!(!session.changed_elsewhere().unwrap() && !has_stopped(&mut session, id));
    assert_eq!(site.post(&path).heading(), "Activity messages stopped");
    assert!(has_stopped(&mut session, id));
    for again in [site.get(&path), site.post(&path)] {
        assert_eq!((again.status, again.heading().as_str()), (200, "Activity messages stopped"));
    }
    assert_eq!(notify(&mut session, "security.account"), 1, "everything else still comes");
    assert_eq!(site.end(), [Event::Unsubscribed { masked: STOPPED.to_owned() }]);
}

#[test]
fn a_mail_program_unsubscribes_with_one_click_and_gets_a_word() {
    let bodies = [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
        ),
    ];
    for (kind, body) in bodies {
        let office = office();
        let mut session = office.session();
        let (id, site, path) = ada(&office, &mut session, "en");
        for _ in 0..2 {
            let headers = format!("Content-Type: {kind}\r\nOrigin: https://mail.example.net\r\n");
            let answer = site.visitor().ask("POST", &path, &headers, body);
            assert_eq!((answer.status, answer.text().as_str()), (200, "unsubscribed"), "{kind}");
            assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
            assert_eq!((answer.header("location"), answer.header("set-cookie")), (None, None));
        }
        assert!(has_stopped(&mut session, id), "{kind}");
        assert_eq!(site.end(), [Event::Unsubscribed { masked: STOPPED.to_owned() }]);
    }
}

#[test]
fn the_page_is_in_the_language_of_the_contact() {
    let office = office();
    let mut session = office.session();
    let (_, site, path) = ada(&office, &mut session, "zh-CN");
    assert_eq!(site.get(&path).heading(), "退订活动消息？");
    assert_eq!(site.post(&path).heading(), "活动消息已退订");
}

#[test]
fn a_link_that_does_not_count_stops_nothing_and_looks_like_every_other() {
    let office = office();
    let mut session = office.session();
    let (id, site, path) = ada(&office, &mut session, "en");
    let (name, token) = path.split_once('.').unwrap();
    let unknown = site.get("/u/999999.x").undated();
    assert_eq!((unknown.status, unknown.heading().as_str()), (404, "This link does not count any more"));
    let turned: String = token.chars().rev().collect();
    let as_verification = path.replacen("/u/", "/v/", 1);
    for wrong in [format!("{name}.{turned}"), format!("/u/99.{token}"), name.to_owned(), as_verification] {
        for method in ["GET", "POST"] {
            assert_eq!(site.ask(method, &wrong).undated(), unknown, "{method} {wrong}");
        }
        let one_click = site.visitor().ask("POST", &wrong, "", "List-Unsubscribe=One-Click");
        assert_eq!(one_click.undated(), unknown, "{wrong}");
    }
    assert!(!has_stopped(&mut session, id));
    contacts::delete(&mut session, &[id]).unwrap();
    assert_eq!(site.get(&path).undated(), unknown);
    assert_eq!(site.end(), []);
}
