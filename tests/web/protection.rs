//! What protects recipients: headers, pages without anything to be fetched, answers that tell nothing, and requests that are
//! none.

use callsheet::web::Event;

use crate::support::office::{Office, add};
use crate::support::site::{Site, office, path_in};

/// A contact's link.
fn link(office: &Office) -> String {
    add(&mut office.session(), "Ada", "ada@example.org");
    office.deliver_to_files();
    path_in(&office.newest_mail(), 'v')
}

#[test]
fn every_answer_has_the_headers_that_protect_it() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    let large = format!("Content-Length: {}\r\n", 1 << 20);
    let mut visitor = site.visitor();
    visitor.send(format!("POST {path} HTTP/1.1\r\n{large}\r\n"));
    let answers = [
        (200, site.get(&path)),
        (200, site.ask("HEAD", &path)),
        (200, site.get("/healthz")),
        (404, site.get("/v/1.x")),
        (404, site.get("/")),
        (404, site.get("/favicon.ico")),
        (404, site.get("/robots.txt?x=%00")),
        (405, site.ask("DELETE", &path)),
        (413, visitor.answer("POST")),
        (200, site.post(&path)),
    ];
    for (status, answer) in answers {
        assert_eq!(answer.status, status);
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("x-robots-tag", "noindex, nofollow"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{status}: {name}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        let directives: Vec<&str> = policy.split("; ").collect();
        assert_eq!(directives[0], "default-src 'none'");
        assert!(directives[1].starts_with("style-src 'sha256-") && !directives[1].contains("unsafe"));
        assert_eq!(directives[2..], ["form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]);
        for never in ["set-cookie", "server", "x-powered-by", "location", "access-control-allow-origin"] {
            assert_eq!(answer.header(never), None, "{status}");
        }
        assert!(answer.header("content-type").unwrap().ends_with("charset=utf-8"));
    }
}

#[test]
fn what_may_be_done_is_said_where_something_else_was_tried() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    let refused = site.ask("DELETE", &path);
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET,HEAD,POST")));
    assert_eq!(refused.heading(), "This cannot be done here");
    let refused = site.post("/healthz");
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET,HEAD")));
}

#[test]
fn no_answer_depends_on_the_host_or_holds_the_link() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    let token = path.rsplit('.').next().unwrap();
    for method in ["GET", "POST", "PUT"] {
        let answer = site.visitor().ask(method, &path, "X-Forwarded-Host: evil.example\r\n", "");
        let headers = format!("{:?}", answer.headers);
        for never in ["evil", token, "/v/"] {
            assert!(!answer.text().contains(never) && !headers.contains(never), "{method}: {never}");
        }
    }
    // Without a host, from HTTP/1.0, and in absolute form it is the same page.
    let mut visitor = site.visitor();
    visitor.send(format!("GET {path} HTTP/1.0\r\n\r\n"));
    assert_eq!(visitor.answer("GET").status, 200);
    visitor.wait_for_end();
    assert_eq!(site.get(&format!("http://evil.example{path}")).status, 200);
}

#[test]
fn events_tell_no_token_and_no_whole_address() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    site.get(&path);
    site.post(&path);
    let events = site.end();
    assert_eq!(events, [Event::Confirmed { masked: "a•••@example.org".to_owned() }]);
}

#[test]
fn what_is_no_request_is_refused_and_harms_nobody() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    let long = "x".repeat(64 << 10);
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    for (bytes, statuses) in [
        ("\0\0\0\0\r\n\r\n".to_owned(), [400, 400]),
        ("GET\r\n\r\n".to_owned(), [400, 400]),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), [400, 400]),
        ("GET  /  HTTP/1.1\r\n\r\n".to_owned(), [400, 400]),
        (format!("GET {path} HTTP/1.1\r\nno colon\r\n\r\n"), [400, 400]),
        (format!("GET {path} HTTP/1.1\r\nX: a\0b\r\n\r\n"), [400, 400]),
        (format!("GET /{long} HTTP/1.1\r\n\r\n"), [414, 431]),
        (format!("GET {path} HTTP/1.1\r\nX: {long}\r\n\r\n"), [431, 431]),
        (format!("GET {path} HTTP/1.1\r\n{many}\r\n"), [431, 431]),
        (format!("POST {path} HTTP/1.1\r\nContent-Length: x\r\n\r\n"), [400, 400]),
        (format!("POST {path} HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), [400, 400]),
        (format!("POST {path} HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), [400, 400]),
        (format!("POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"), [400, 400]),
        // The greeting of HTTP/2, and of TLS.
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), [400, 400]),
        ("\x16\x03\x01\x02\r\n\r\n".to_owned(), [400, 400]),
    ] {
        let mut visitor = site.visitor();
        visitor.send(&bytes);
        let start: String = bytes.chars().take(60).collect();
        // A refusal may get lost when bytes come after it.
        if let Some(answer) = visitor.try_answer("GET") {
            assert!(statuses.contains(&answer.status), "{start:?}: {}", answer.status);
        }
        visitor.wait_for_end();
    }
    for half in ["", "GET", "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"] {
        site.visitor().send(half);
    }
    assert_eq!(site.get(&path).heading(), "Confirm your address");
    assert_eq!(site.end(), []);
}

#[test]
fn several_requests_on_one_connection_are_answered_in_order() {
    let office = office();
    let path = link(&office);
    let site = Site::of(&office);
    let mut visitor = site.visitor();
    visitor.send(format!(
        "GET {path} HTTP/1.1\r\n\r\nGET /nowhere HTTP/1.1\r\n\r\nHEAD {path} HTTP/1.1\r\n\r\n"
    ));
    assert_eq!(visitor.answer("GET").status, 200);
    assert_eq!(visitor.answer("GET").status, 404);
    assert_eq!(visitor.answer("HEAD").status, 200);
    // A body that is in pieces, and one in the way of the next request.
    visitor.send(format!("POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"));
    assert_eq!(visitor.answer("POST").heading(), "Address confirmed");
    assert_eq!(visitor.ask("POST", &path, "", "GET /evil HTTP/1.1\r\n\r\n").heading(), "Address confirmed");
    assert_eq!(visitor.ask("GET", "/nowhere", "Connection: close\r\n", "").status, 404);
    visitor.wait_for_end();
}
