//! The log: a file for each day in the state folder, or the journal.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use crate::support::program::{CLOSED_PORT, Program};

/// Everything that was logged.
fn log(program: &Program) -> String {
    let Ok(folder) = fs::read_dir(program.path("state/callsheet")) else { return String::new() };
    folder.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// Without time and process.
fn told(program: &Program) -> Vec<String> {
    log(program).lines().map(|line| line.split_once("] ").unwrap().1.to_owned()).collect()
}

#[test]
fn what_became_of_a_mail_is_logged_with_its_address_masked() {
    let program = Program::new();
    program.must("list");
    assert_eq!(log(&program), "", "what only looks leaves no file");
    program.must("add --name ada --email ada@example.org");
    let told = told(&program);
    assert!(told.iter().any(|line| line.starts_with("written delivery=1 to=a•••@example.org")), "{told:?}");
    assert!(!log(&program).contains("ada@example.org"));
    let code = program.code(1);
    assert!(!log(&program).contains(&code));
}

#[test]
fn no_address_of_a_whole_session_stands_unmasked_in_the_log() {
    let program = Program::new();
    program.write("text", "It burns.");
    program.write("more.csv", "name,email\neve,eve@example.org\nada,new@example.org\n");
    program.run(
        "account --name Example --security-email sec@example.org
         add --name ada --email ada@example.org --types security
         add --name bob --email bob@example.org --types security",
    );
    program.run(&format!("verify ada {}\nverify bob AAAA-AAAA", program.code(2)));
    program.run(
        "modify ada --email new@example.org
         resend bob
         notify security.account --subject bob@example.org --body-file text
         notify service.invoice --subject Invoices --body-file text --queue-only
         deliver
         test
         import more.csv --verify
         show nobody@example.org
         delete bob@example.org --yes
         check",
    );
    // A server that is not there says so with the address that it was given.
    program.configure_server(CLOSED_PORT);
    program.run("add --name fay --email fay@example.org\nretry 1 2 3\ndeliver\ntest");
    program.run_with_input("receive", "From: mallory@example.org\nTo: ada@example.org\n\nHello.\n");
    let log = log(&program);
    assert!(log.lines().count() >= 6, "{log}");
    for line in log.lines() {
        for (at, _) in line.match_indices('@') {
            assert!(line[..at].ends_with("•••"), "{line}");
        }
    }
}

#[test]
fn the_level_decides() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --log error");
    assert_eq!(log(&program), "");
    program.run("show nobody@example.org --log debug");
    let told = told(&program);
    assert!(told.last().unwrap().starts_with("the command has failed exit=4"), "{told:?}");
    program.must("add --name bob --email bob@example.org --log debug");
    assert!(log(&program).contains("to=bob@example.org"));
}

#[test]
fn a_state_that_cannot_be_written_stops_nothing_and_is_a_warning_of_check() {
    let program = Program::new();
    fs::write(program.path("state"), "a file where a folder should be").unwrap();
    program.must("add --name ada --email ada@example.org");
    let check = program.run("check");
    for (name, words) in
        [("log ", "no log can be written"), ("drafts ", "what is typed on the screen cannot be kept")]
    {
        let line = check.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line.contains("warning") && line.contains(words), "{line}");
    }
}

#[test]
fn a_service_logs_to_the_journal() {
    let program = Program::new();
    program.must("add --name ada --email ada@example.org --queue-only");
    let journal = program.path("journal");
    let file = File::create(&journal).unwrap();
    let stream = file.metadata().unwrap();
    let mut command = program.command("deliver");
    command.env("JOURNAL_STREAM", format!("{}:{}", stream.dev(), stream.ino()));
    assert!(command.stderr(Stdio::from(file)).status().unwrap().success());
    let journal = fs::read_to_string(journal).unwrap();
    assert!(journal.contains("<6>written delivery=1 to=a•••@example.org"), "{journal}");
    assert_eq!(journal.matches("a•••@example.org").count(), 1, "said once: {journal}");
    assert_eq!(log(&program), "");
}
