//! Confirming an address by its link: only the button does it, and what does not count looks the same.

use std::time::Duration;

use callsheet::domain::contact::{ContactId, Status, Subject};
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, ContactChange, Verify};
use callsheet::operations::{Session, verification};
use callsheet::web::Event;

use crate::support::office::{Office, add, add_silently, deliveries, form, wrong};
use crate::support::site::{Answer, Site, Visitor, office, path_in};

const HOUR: Duration = Duration::from_secs(3600);

/// A contact with a link.
fn ada(office: &Office, session: &mut Session) -> (ContactId, String) {
    let id = add(session, "Ada", "ada@example.org").contact.id;
    office.deliver_to_files();
    (id, path_in(&office.newest_mail(), 'v'))
}

fn status(session: &mut Session, id: ContactId) -> Status {
    contacts::get(session, id).unwrap().status
}

/// Another token for the same verification.
fn forged(path: &str) -> String {
    let (rest, last) = path.split_at(path.len() - 2);
    let other = if last.starts_with('A') { 'B' } else { 'A' };
    format!("{rest}{other}{}", &last[1..])
}

#[test]
fn opening_the_link_changes_nothing_however_often_it_is_opened() {
    let office = office();
    let mut session = office.session();
    let (id, path) = ada(&office, &mut session);
    let site = Site::of(&office);
    let before = contacts::get(&mut session, id).unwrap();
    session.changed_elsewhere().unwrap();
    for _ in 0..5 {
        let page = site.get(&path);
        assert_eq!((page.status, page.heading().as_str()), (200, "Confirm your address"));
        let html = page.text();
        assert!(html.contains("a•••@example.org") && !html.contains("ada@"), "{html}");
        assert!(html.contains("<form method=\"post\">\n<button type=\"submit\""), "{html}");
        let head = site.ask("HEAD", &path);
        assert_eq!((head.status, head.header("content-length")), (200, page.header("content-length")));
        assert!(head.body.is_empty());
    }
    // What scanners add, and other methods.
    assert_eq!(site.get(&format!("{path}?utm_source=mail")).status, 200);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "SEARCH"] {
        assert_eq!(site.ask(method, &path).status, 405, "{method}");
    }
    assert!(!session.changed_elsewhere().unwrap(), "nothing was written");
    assert_eq!(contacts::get(&mut session, id).unwrap(), before);
    assert_eq!(site.end(), []);
}

#[test]
fn the_button_confirms_once_and_the_link_says_so_again() {
    let office = office();
    let mut session = office.session();
    let (id, path) = ada(&office, &mut session);
    let site = Site::of(&office);
    let confirmed = site.post(&path);
    assert_eq!((confirmed.status, confirmed.heading().as_str()), (200, "Address confirmed"));
    assert!(confirmed.text().contains("a•••@example.org"));
    let contact = contacts::get(&mut session, id).unwrap();
    assert_eq!((contact.status, contact.verified_at), (Status::Verified, Some(session.now())));
    session.changed_elsewhere().unwrap();
    for again in [site.post(&path), site.get(&path), site.post(&path)] {
        assert_eq!(again.undated(), confirmed.clone().undated());
    }
    // Long after the link's time too: the address is in force.
    office.clock.advance(1000 * HOUR);
    assert_eq!(site.get(&path).heading(), "Address confirmed");
    assert!(!session.changed_elsewhere().unwrap(), "it was written once");
    assert_eq!(site.end(), [Event::Confirmed { masked: "a•••@example.org".to_owned() }]);
}

#[test]
fn the_audit_log_tells_that_the_recipient_has_confirmed_by_the_page() {
    let office = office();
    let mut session = office.session();
    let (_, path) = ada(&office, &mut session);
    assert_eq!(Site::of(&office).post(&path).status, 200);
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let entry: (String, String, String, String, String) = raw
        .query_row(
            "SELECT actor, origin, via, action, details FROM audit JOIN audit_detail ON audit_id = id \
             ORDER BY id DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
        )
        .unwrap();
    let [actor, origin, via, action] = ["recipient", "", "page", "verification.confirm"].map(str::to_owned);
    let details = r#"{"by":"link","verified":"ada@example.org"}"#.to_owned();
    assert_eq!(entry, (actor, origin, via, action, details));
    let token = path.rsplit('.').next().unwrap();
    let all: String =
        raw.query_row("SELECT group_concat(quote(details)) FROM audit_detail", [], |row| row.get(0)).unwrap();
    assert!(!all.contains(token));
}

#[test]
fn an_address_confirmed_by_its_code_is_confirmed_by_its_link() {
    let office = office();
    let mut session = office.session();
    let (id, path) = ada(&office, &mut session);
    verification::confirm(&mut session, Subject::Contact(id), &office.newest_code()).unwrap();
    let site = Site::of(&office);
    assert_eq!(site.get(&path).heading(), "Address confirmed");
    assert_eq!(site.post(&path).heading(), "Address confirmed");
    assert_eq!(site.end(), []);
}

#[test]
fn whatever_does_not_count_has_one_answer() {
    let office = office();
    let mut session = office.session();
    let (id, replaced) = ada(&office, &mut session);
    office.clock.advance(HOUR);
    verification::send(&mut session, Subject::Contact(id)).unwrap();
    office.deliver_to_files();
    let (voided, code) = (path_in(&office.newest_mail(), 'v'), office.newest_code());
    for _ in 0..5 {
        let _ = verification::confirm(&mut session, Subject::Contact(id), &wrong(&code));
    }
    let deleted = {
        let id = add(&mut session, "Bob", "bob@example.org").contact.id;
        office.deliver_to_files();
        contacts::delete(&mut session, &[id]).unwrap();
        path_in(&office.newest_mail(), 'v')
    };
    let late = {
        add(&mut session, "Carol", "carol@example.org");
        office.deliver_to_files();
        path_in(&office.newest_mail(), 'v')
    };
    office.clock.advance(72 * HOUR);
    let open = {
        add(&mut session, "Dan", "dan@example.org");
        office.deliver_to_files();
        path_in(&office.newest_mail(), 'v')
    };
    let token = open.rsplit('.').next().unwrap().to_owned();
    let unknown = format!("/v/999999.{token}");
    let of_another = format!("{}.{token}", late.split('.').next().unwrap());
    let malformed =
        ["/v/x", "/v/1", "/v/1.", "/v/.x", "/v/%00", "/v/%ff", "/v/1.%C0%AE", "/v/...."].map(str::to_owned);
    let site = Site::of(&office);
    let expected = site.get(&forged(&open)).undated();
    assert_eq!((expected.status, expected.heading().as_str()), (404, "This link does not count any more"));
    for path in [replaced, voided, deleted, late, unknown, of_another].into_iter().chain(malformed) {
        for method in ["GET", "POST"] {
            assert_eq!(site.ask(method, &path).undated(), expected, "{method} {path}");
        }
        let head = site.ask("HEAD", &path).undated();
        assert_eq!((head.status, head.headers), (404, expected.headers.clone()), "{path}");
    }
    assert_eq!(site.get(&open).status, 200, "the one that counts does");
    assert_eq!(site.end(), []);
}

#[test]
fn wrong_tokens_cost_no_tries() {
    let office = office();
    let mut session = office.session();
    let (id, path) = ada(&office, &mut session);
    let code = office.newest_code();
    let site = Site::of(&office);
    for _ in 0..7 {
        assert_eq!(site.post(&forged(&path)).status, 404);
    }
    let proof = verification::proofs(&mut session, Subject::Contact(id)).unwrap().present;
    assert_eq!(proof.tries_left, Some(5));
    verification::confirm(&mut session, Subject::Contact(id), &code).unwrap();
}

#[test]
fn a_link_leaves_the_wrong_codes_as_they_were_counted() {
    let office = office();
    let mut session = office.session();
    let (id, path) = ada(&office, &mut session);
    let code = office.newest_code();
    for _ in 0..4 {
        let _ = verification::confirm(&mut session, Subject::Contact(id), &wrong(&code));
    }
    assert_eq!(Site::of(&office).post(&path).status, 200);
    assert_eq!(status(&mut session, id), Status::Verified);
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    let wrong: i64 =
        raw.query_row("SELECT max(wrong_codes) FROM verification", [], |row| row.get(0)).unwrap();
    assert_eq!(wrong, 4);
}

#[test]
fn the_link_of_a_pending_address_brings_it_into_force_and_the_old_one_is_told() {
    let office = office();
    let mut session = office.session();
    let (id, first) = ada(&office, &mut session);
    let site = Site::of(&office);
    assert_eq!(site.post(&first).status, 200);
    office.clock.advance(HOUR);
    let change = ContactChange { email: Some("ada@example.net".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut session, id, &change, None).unwrap();
    office.deliver_to_files();
    let second = path_in(&office.newest_mail(), 'v');
    assert!(site.get(&second).text().contains("a•••@example.net"));
    assert_eq!(site.get(&first).heading(), "Address confirmed", "it is in force until then");
    assert_eq!(site.post(&second).heading(), "Address confirmed");
    let contact = contacts::get(&mut session, id).unwrap();
    assert_eq!((contact.email.as_str(), contact.pending_email), ("ada@example.net", None));
    let told = deliveries(&mut session).into_iter().find(|delivery| delivery.to == "ada@example.org");
    assert_eq!(told.map(|delivery| delivery.kind.id()), Some("change"));
    // The old address is nobody's now.
    assert_eq!(site.get(&first).status, 404);
    assert_eq!(site.post(&first).status, 404);
    // A change that was cancelled cannot be confirmed.
    let change = ContactChange { email: Some("ada@example.com".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut session, id, &change, None).unwrap();
    office.deliver_to_files();
    let third = path_in(&office.newest_mail(), 'v');
    verification::cancel_change(&mut session, id).unwrap();
    assert_eq!(site.post(&third).status, 404);
    assert_eq!(contacts::get(&mut session, id).unwrap().email, "ada@example.net");
}

#[test]
fn pages_speak_the_language_of_their_contact_and_others_that_of_the_browser() {
    let office = office();
    let mut session = office.session();
    let change = AccountChange {
        name: Some("Example <Ltd>".to_owned()),
        security_email: Some("security@example.com".to_owned()),
        language: Some("zh-CN".to_owned()),
    };
    account::set(&mut session, &change).unwrap();
    office.deliver_to_files();
    let security = path_in(&office.newest_mail(), 'v');
    let mut english = form("Ada", "ada@example.org");
    english.language = "en".to_owned();
    contacts::add(&mut session, &english, Verify::Send).unwrap();
    office.deliver_to_files();
    let ada = path_in(&office.newest_mail(), 'v');
    let site = Site::of(&office);
    let asked = |method: &str, path: &str, language: &str| {
        site.visitor().ask(method, path, &format!("Accept-Language: {language}\r\n"), "")
    };
    let page = asked("GET", &security, "en");
    assert_eq!((page.heading().as_str(), page.header("content-language")), ("验证您的邮箱", Some("zh-CN")));
    let html = page.text();
    assert!(
        html.contains("<html lang=\"zh-CN\">") && html.contains("“Example &lt;Ltd&gt;”的安全邮箱"),
        "{html}"
    );
    assert_eq!(asked("POST", &security, "en").heading(), "邮箱已通过验证");
    let page = asked("GET", &ada, "zh-CN,zh;q=0.9");
    assert_eq!(
        (page.heading().as_str(), page.header("content-language")),
        ("Confirm your address", Some("en"))
    );
    assert_eq!(asked("GET", "/v/1.x", "zh-CN,zh;q=0.9,en;q=0.8").heading(), "此链接已失效");
    assert_eq!(asked("GET", "/v/1.x", "de").heading(), "This link does not count any more");
    assert_eq!(asked("GET", "/elsewhere", "zh").heading(), "没有此页面");
    let account = account::get(&mut session).unwrap();
    assert_eq!(account.security_email_status, Some(Status::Verified));
}

#[test]
fn the_page_is_served_at_the_path_of_the_public_url_and_at_the_root() {
    let mut office = office();
    let mut session = office.session();
    let (id, path) = ada(&office, &mut session);
    for (url, prefix) in [
        ("https://example.com/contacts", "/contacts"),
        ("https://example.com/v", "/v"),
        ("https://example.com/a/v/b%20c", "/a/v/b%20c"),
        ("https://example.com/healthz", "/healthz"),
    ] {
        office.rules.public_url = Some(url.to_owned());
        let site = Site::of(&office);
        for below in ["", prefix] {
            assert_eq!(site.get(&format!("{below}{path}")).heading(), "Confirm your address", "{below}");
            assert_eq!(site.get(&format!("{below}/healthz")).status, 200, "{below}");
            assert_eq!(site.ask("PUT", &format!("{below}{path}")).status, 405, "{below}");
            assert_eq!(site.get(&format!("{below}/w/1")).status, 404, "{below}");
        }
        assert_eq!(site.get(&format!("/elsewhere{path}")).heading(), "There is no such page");
    }
    office.rules.public_url = Some("https://example.com/contacts".to_owned());
    let site = Site::of(&office);
    assert_eq!(site.post(&format!("/contacts{path}")).heading(), "Address confirmed");
    assert_eq!(status(&mut session, id), Status::Verified);
}

#[test]
fn fifty_recipients_at_once_are_all_confirmed_and_one_link_fifty_times_once() {
    let office = office();
    let mut session = office.session();
    let mut paths = Vec::new();
    for number in 0..25 {
        add(&mut session, &format!("P{}", char::from(b'a' + number)), &format!("p{number}@example.org"));
        office.deliver_to_files();
        paths.push(path_in(&office.newest_mail(), 'v'));
    }
    let site = Site::of(&office);
    let address = site.address;
    let ask = |path: &str| -> Vec<Answer> {
        let mut visitor = Visitor::at(address);
        ["HEAD", "GET", "POST", "GET"].map(|method| visitor.ask(method, path, "", "")).to_vec()
    };
    let answers: Vec<Vec<Answer>> = std::thread::scope(|scope| {
        let ask = &ask;
        let visits: Vec<_> = paths.iter().chain(&paths).map(|path| scope.spawn(move || ask(path))).collect();
        visits.into_iter().map(|visit| visit.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 50);
    for answers in answers {
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(answers[2].heading(), "Address confirmed");
        assert_eq!(answers[3].heading(), "Address confirmed");
    }
    let events = site.end();
    assert_eq!(events.len(), 25, "{events:?}");
    let silent = add_silently(&mut session, "Silent", "silent@example.org");
    assert_eq!(status(&mut session, silent), Status::Unverified);
}
