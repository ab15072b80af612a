//! Who is slow, large, many or often is refused, and others do not notice.

use std::time::Duration;

use callsheet::domain::contact::Status;
use callsheet::operations::contacts;
use callsheet::web::{Event, Limits, Rate};

use crate::support::office::{Office, add};
use crate::support::site::{Site, office, path_in};

const SOON: Duration = Duration::from_millis(100);
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// A contact's link.
fn link(office: &Office) -> String {
    add(&mut office.session(), "Ada", "ada@example.org");
    office.deliver_to_files();
    path_in(&office.newest_mail(), 'v')
}

#[test]
fn whoever_sends_a_request_too_slowly_is_hung_up_on() {
    let office = office();
    let path = link(&office);
    let site = Site::limited(&office, Limits { head: SOON, ..Limits::default() });
    let mut silent = site.visitor();
    let mut slow = site.visitor();
    slow.send(format!("GET {path} HTTP/1.1\r\nX-Slow: "));
    let mut idle = site.visitor();
    assert_eq!(idle.ask("GET", &path, "", "").status, 200);
    for visitor in [&mut silent, &mut slow, &mut idle] {
        visitor.wait_for_end();
    }
    assert_eq!(site.get(&path).status, 200);
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let office = office();
    let path = link(&office);
    let site = Site::limited(&office, Limits { body: SOON, ..Limits::default() });
    let mut visitor = site.visitor();
    visitor.send(format!("POST {path} HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"));
    let refused = visitor.answer("POST");
    assert_eq!((refused.status, refused.heading().as_str()), (408, "The request came too slowly"));
    assert_eq!(site.get(&path).heading(), "Confirm your address", "nothing was done");
}

#[test]
fn a_body_that_is_too_large_is_refused_said_or_unsaid() {
    let office = office();
    let path = link(&office);
    let site = Site::limited(&office, Limits { body_bytes: 10, ..Limits::default() });
    assert_eq!(site.visitor().ask("POST", &path, "", "0123456789X").status, 413);
    let mut visitor = site.visitor();
    visitor.send(format!("POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789X\r\n"));
    let refused = visitor.answer("POST");
    assert_eq!((refused.status, refused.heading().as_str()), (413, "The request is too large"));
    assert_eq!(site.get(&path).heading(), "Confirm your address", "nothing was done");
    assert_eq!(site.visitor().ask("POST", &path, "", "0123456789").status, 200);
}

#[test]
fn a_connection_lasts_so_long_and_no_longer() {
    let office = office();
    let path = link(&office);
    let site = Site::limited(&office, Limits { connection: SOON, ..Limits::default() });
    let mut visitor = site.visitor();
    while visitor.try_answer_to(&path) {}
    assert_eq!(site.get(&path).status, 200);
}

#[test]
fn a_connection_too_many_waits_until_another_ends() {
    let office = office();
    let path = link(&office);
    let site = Site::limited(&office, Limits { connections: 1, ..Limits::default() });
    let (mut first, mut second) = (site.visitor(), site.visitor());
    second.send(format!("GET {path} HTTP/1.1\r\n\r\n"));
    for _ in 0..20 {
        assert_eq!(first.ask("GET", &path, "", "").status, 200);
        assert!(second.has_heard_nothing());
    }
    drop(first);
    assert_eq!(second.answer("GET").status, 200);
}

#[test]
fn too_many_requests_are_told_when_to_come_back() {
    let office = office();
    let path = link(&office);
    let all = Rate { at_once: 3, every: Duration::from_secs(90) };
    let site = Site::limited(&office, Limits { all, ..Limits::default() });
    for _ in 0..3 {
        assert_eq!(site.get(&path).status, 200);
    }
    for method in ["GET", "POST"] {
        let refused = site.ask(method, &path);
        assert_eq!((refused.status, refused.heading().as_str()), (429, "Too many requests"));
        let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=90).contains(&seconds));
        assert!(refused.text().contains(&format!("wait {seconds} s")));
    }
    assert_eq!(site.get("/nowhere").status, 429);
    assert_eq!(site.get("/healthz").status, 200, "a monitor is not told to wait");
    let contact = contacts::find(&mut office.session(), "Ada").unwrap();
    assert_eq!(contact.status, Status::Unverified);
}

#[test]
fn one_client_behind_the_proxy_takes_nothing_from_another() {
    let office = office();
    let path = link(&office);
    let client = Rate { at_once: 2, every: NEVER };
    let site = Site::limited(&office, Limits { client, ..Limits::default() });
    let from = |forwarded: &str| {
        site.visitor().ask("GET", &path, &format!("X-Forwarded-For: {forwarded}\r\n"), "").status
    };
    assert_eq!([from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.1")], [200, 200, 429]);
    assert_eq!(from("192.0.2.2"), 200);
    // What the client itself has written stands before what the proxy adds.
    assert_eq!(from("192.0.2.77, 192.0.2.1"), 429);
    // Nobody on this machine is counted as one client.
    assert_eq!([200; 4].map(|_| site.get(&path).status), [200; 4]);
}

#[test]
fn one_link_is_not_pressed_without_end_and_only_by_who_has_it() {
    let office = office();
    let path = link(&office);
    let link = Rate { at_once: 2, every: NEVER };
    let site = Site::limited(&office, Limits { link, ..Limits::default() });
    let id = path.split('.').next().unwrap();
    for number in 0..5 {
        let other = format!("{id}.{}", "A".repeat(42) + ["A", "E", "I", "M", "Q"][number]);
        assert_eq!(site.post(&other).status, 404, "{other}");
    }
    assert_eq!([0; 3].map(|_| site.post(&path).status), [200, 200, 429]);
    assert_eq!(site.get(&path).status, 200);
}

#[test]
fn a_locked_database_is_waited_for_and_then_the_visitor_may_try_again() {
    let office = office();
    let path = link(&office);
    let site = Site::limited(&office, Limits { answer: SOON, ..Limits::default() });
    let raw = rusqlite::Connection::open(office.database()).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = site.post(&path);
    assert_eq!((busy.status, busy.heading().as_str()), (503, "Please try again in a moment"));
    assert_eq!(busy.header("retry-after"), Some("30"));
    assert!(busy.text().contains("<form method=\"post\">"));
    assert!(matches!(site.next_event(), Event::Trouble { .. }));
    assert_eq!(site.get(&path).heading(), "Confirm your address", "looking needs no lock");
    assert_eq!(site.get("/healthz").text(), "ok");
    assert_eq!(site.next_event(), Event::Recovered);
    raw.execute_batch("ROLLBACK").unwrap();
    let again = (0..100).map(|_| site.post(&path)).find(|answer| answer.status == 200);
    assert_eq!(again.map(|page| page.heading()).as_deref(), Some("Address confirmed"));
}

#[test]
fn a_database_that_has_gone_is_told_and_found_again() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    assert_eq!(site.get("/healthz").text(), "ok");
    let away = office.folder.path().join("away.db");
    std::fs::rename(office.database(), &away).unwrap();
    let sick = site.get("/healthz");
    assert_eq!((sick.status, sick.text().as_str()), (503, "the database cannot be read"));
    assert_eq!(site.ask("HEAD", "/healthz").status, 503);
    let busy = site.get(&path);
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("30")));
    assert!(busy.text().contains("<form method=\"get\">") && !busy.text().contains("callsheet.db"));
    assert_eq!(site.post(&path).status, 503);
    assert!(!office.database().exists(), "no empty one takes its place");
    std::fs::rename(&away, office.database()).unwrap();
    assert_eq!(site.get("/healthz").text(), "ok");
    assert_eq!(site.post(&path).heading(), "Address confirmed");
    let events = site.end();
    assert!(
        matches!(&events[0], Event::Trouble { words } if words.contains("not there any more")),
        "{events:?}"
    );
    assert_eq!(events[1], Event::Recovered);
    assert_eq!(events.len(), 3, "it is told once: {events:?}");
}
