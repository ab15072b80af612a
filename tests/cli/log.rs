//! The log: a file for each day in the state folder, or the journal.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::process::Stdio;

use crate::support::program::Program;

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
fn a_log_that_cannot_be_written_stops_nothing_and_is_a_warning_of_check() {
    let program = Program::new();
    fs::write(program.path("state"), "a file where a folder should be").unwrap();
    program.must("add --name ada --email ada@example.org");
    let check = program.run("check");
    let line = check.lines().find(|line| line.starts_with("log ")).unwrap();
    assert!(line.contains("warning"), "{line}");
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
