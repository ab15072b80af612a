//! How the page begins and ends: what is in hand is finished, and the program says what it does.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use callsheet::web::Limits;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::office::add;
use crate::support::program::Program;
use crate::support::site::{Site, Visitor, office, path_in};

#[test]
fn requests_in_hand_are_finished_and_no_more_are_taken() {
    let office = office();
    add(&mut office.session(), "Ada", "ada@example.org");
    office.deliver_to_files();
    let path = path_in(&office.newest_mail(), 'v');
    let mut site = Site::of(&office);
    let mut idle = site.visitor();
    assert_eq!(idle.ask("GET", &path, "", "").status, 200);
    let mut silent = site.visitor();
    let mut in_hand = site.visitor();
    in_hand.send(format!("POST {path} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
    // The page asks for the body: the request is in its hands.
    assert_eq!(in_hand.answer("HEAD").status, 100);
    site.tell_to_end();
    idle.wait_for_end();
    silent.wait_for_end();
    in_hand.send("a=b");
    let answer = in_hand.answer("POST");
    assert_eq!(
        (answer.heading().as_str(), answer.header("connection")),
        ("Address confirmed", Some("close"))
    );
    in_hand.wait_for_end();
    assert_eq!(site.end().len(), 1);
}

#[test]
fn a_request_that_does_not_end_does_not_hold_the_page() {
    let office = office();
    add(&mut office.session(), "Ada", "ada@example.org");
    office.deliver_to_files();
    let path = path_in(&office.newest_mail(), 'v');
    let farewell = Duration::from_millis(100);
    let site = Site::limited(&office, Limits { farewell, ..Limits::default() });
    let mut in_hand = site.visitor();
    in_hand.send(format!("POST {path} HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
    assert_eq!(in_hand.answer("HEAD").status, 100);
    assert_eq!(site.end(), []);
    in_hand.wait_for_end();
}

/// The real program, serving.
struct Serving {
    child: Child,
    messages: Option<BufReader<ChildStderr>>,
}

impl Serving {
    /// Waits until it listens; what it says before that.
    fn start(program: &Program) -> (Self, String) {
        let child = program.command("serve").stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut serving = Self { child: child.unwrap(), messages: None };
        let mut messages = BufReader::new(serving.child.stderr.take().unwrap());
        let mut before = String::new();
        while !before.contains("Listening on ") {
            assert_ne!(messages.read_line(&mut before).unwrap(), 0, "it has ended: {before}");
        }
        serving.messages = Some(messages);
        (serving, before)
    }

    /// Sends it a signal; its last words, and its exit code.
    fn end(mut self, signal: Signal) -> (String, Option<i32>) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let mut words = String::new();
        self.messages.take().unwrap().read_to_string(&mut words).unwrap();
        (words, self.child.wait().unwrap().code())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A test that has failed leaves no program behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address on which nobody listens.
fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

fn configuration(address: SocketAddr, url: &str) -> String {
    format!("[verification]\npublic_url = \"{url}\"\n[serve]\nlisten = \"{address}\"\n")
}

#[test]
fn the_program_serves_until_a_signal_and_ends_in_order() {
    for signal in [Signal::TERM, Signal::INT] {
        let address = free_address();
        let program = Program::with_config(&configuration(address, "https://example.com/contacts"));
        program.must("add --name Ada --email ada@example.org");
        let mail = std::fs::read_to_string(program.database().with_file_name("mail").join("1.eml")).unwrap();
        let path = format!("/contacts{}", path_in(&mail, 'v'));
        let (serving, before) = Serving::start(&program);
        assert_eq!(before, format!("Listening on http://{address}\n"));
        let mut visitor = Visitor::at(address);
        assert_eq!(visitor.ask("GET", &path, "", "").status, 200);
        assert_eq!(visitor.ask("POST", &path, "", "").heading(), "Address confirmed");
        let (words, code) = serving.end(signal);
        visitor.wait_for_end();
        assert_eq!(code, Some(0), "{words}");
        let mut lines = words.lines();
        assert!(lines.next().unwrap().ends_with("Z confirmed by link: a•••@example.org"), "{words}");
        assert_eq!(lines.collect::<Vec<_>>(), ["The page has ended in order."]);
        let shown = program.data("list --json");
        assert!(shown.contains("\"status\":\"verified\""), "{shown}");
    }
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let program = Program::with_config(&configuration(address, "https://example.com"));
    let told = program.run("serve");
    assert_eq!(
        told,
        format!(
            "$ callsheet serve\n! Error: cannot listen on {address}: Address already in use (os error 98)\n\
             ! Hint: 'serve.listen' in the configuration names another address or port\n[exit 1]\n"
        )
    );
}

#[test]
fn what_makes_no_sense_or_is_not_private_is_said() {
    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, free_address().port()));
    let program = Program::with_config(&format!("[serve]\nlisten = \"{address}\"\n"));
    let (serving, before) = Serving::start(&program);
    let lines: Vec<&str> = before.lines().collect();
    assert_eq!(
        lines,
        [
            "Warning: 'verification.public_url' is not set: mails carry no link, so nobody will come to this page."
                .to_owned(),
            format!(
                "Warning: The page listens on {address} without encryption and can be reached from other machines; put a proxy \
                 with TLS before it and listen on 127.0.0.1."
            ),
            format!("Listening on http://{address}"),
        ]
    );
    assert_eq!(serving.end(Signal::TERM), ("The page has ended in order.\n".to_owned(), Some(0)));
}

#[test]
fn serving_has_no_json_and_needs_its_database() {
    let program = Program::new();
    assert_eq!(
        program.run("serve --json"),
        "$ callsheet serve --json\n! Error: 'serve' never ends by itself, so it has no JSON\n\
         ! Hint: 'GET /healthz' tells a monitor whether it works\n[exit 2]\n"
    );
    std::fs::write(program.path("other"), "x".repeat(5000)).unwrap();
    let told = program.run("serve --db other");
    assert!(
        told.contains("! Error: 'other' is not a callsheet database") && told.ends_with("[exit 1]\n"),
        "{told}"
    );
}
