//! What README and manual show is what happens: their commands are run in order in a home of their own, and the configuration is
//! read.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use callsheet::domain::timestamp::Timestamp;

use crate::support::program::Program;

const README: &str = include_str!("../README.md");
const MONITORING: &str = include_str!("../docs/monitoring.md");
const JSON: &str = include_str!("../docs/json.md");
const EXCHANGE: &str = include_str!("../docs/exchange.md");

/// Where the README's administrator has her data.
const DATA: &str = "/home/ada/.local/share";

#[test]
fn commands_print_what_the_readme_shows() {
    let program = Program::new();
    for step in steps(README) {
        let line = with_real_codes(&program, &step.line);
        let printed = printed(&program, &line).replace(program.path("data").to_str().unwrap(), DATA);
        assert_eq!(without_times(&printed), without_times(&step.shown), "$ callsheet {}", step.line);
    }
}

#[test]
fn commands_print_what_the_manual_of_import_and_export_shows() {
    let program = Program::new();
    for (name, text) in files(EXCHANGE) {
        fs::write(program.path(&name), text).unwrap();
    }
    for step in steps(EXCHANGE) {
        // Cards have CRLF, as the standard asks for.
        let printed = printed(&program, &step.line).replace('\r', "");
        assert_eq!(printed, step.shown, "$ callsheet {}", step.line);
    }
}

#[test]
fn commands_print_what_the_manual_of_monitoring_shows() {
    let program = Program::new();
    for step in steps(MONITORING) {
        assert_eq!(printed(&program, &step.line), step.shown, "$ callsheet {}", step.line);
    }
}

#[test]
fn commands_of_the_manual_of_json_are_there() {
    let program = Program::new();
    for line in blocks(JSON, "sh").iter().flat_map(|block| block.lines()) {
        let Some(command) = line.strip_prefix("callsheet ") else { continue };
        program.must(command.split(" | ").next().unwrap());
    }
}

#[test]
fn the_configuration_of_the_readme_is_one() {
    let configurations: Vec<String> = blocks(README, "toml");
    assert_eq!(configurations.len(), 1);
    let transcript = Program::with_config(&configurations[0]).run("config");
    assert!(transcript.contains("notices@example.com") && transcript.ends_with("[exit 0]\n"), "{transcript}");
}

#[test]
fn links_of_the_readme_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets = README
        .split("](")
        .skip(1)
        .chain(README.split("src=\"").skip(1))
        .chain(README.split("srcset=\"").skip(1));
    for target in targets {
        let target = target.split([')', '"']).next().unwrap();
        assert!(target.starts_with("https://") || root.join(target).exists(), "'{target}' is not there");
    }
}

/// A command of the README and what is shown below it.
struct Step {
    line: String,
    shown: String,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in blocks(text, "console").iter().flat_map(|block| block.lines()) {
        match (line.strip_prefix("$ callsheet "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { line: command.to_owned(), shown: String::new() }),
            (None, Some(step)) => step.shown.extend([line, "\n"]),
            (None, None) => panic!("'{line}' is shown before any command"),
        }
    }
    assert!(!steps.is_empty(), "no command is shown");
    steps
}

/// The insides of the fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The fenced blocks that are files: after the language stands the file's name.
fn files(text: &str) -> Vec<(String, String)> {
    let fences = text.split("\n```").filter_map(|block| block.split_once('\n'));
    fences
        .filter_map(|(opening, inside)| Some((opening.split_once(' ')?.1.to_owned(), format!("{inside}\n"))))
        .collect()
}

/// The command with the code of the newest mail in place of the README's.
fn with_real_codes(program: &Program, line: &str) -> String {
    let is_code = |word: &&str| word.len() == 9 && word.as_bytes()[4] == b'-' && !word.starts_with('-');
    match line.split(' ').skip(1).find(is_code) {
        Some(code) => line.replace(code, &program.code(newest_mail(program))),
        None => line.to_owned(),
    }
}

fn newest_mail(program: &Program) -> i64 {
    let mails = fs::read_dir(program.database().with_file_name("mail")).unwrap();
    mails
        .map(|mail| mail.unwrap().path().file_stem().unwrap().to_str().unwrap().parse().unwrap())
        .max()
        .unwrap()
}

/// Both streams of a command, as a terminal would show them.
fn printed(program: &Program, line: &str) -> String {
    let place = program.path("printed");
    let file = File::create(&place).unwrap();
    let data = Stdio::from(file.try_clone().unwrap());
    program.command(line).stdout(data).stderr(Stdio::from(file)).status().unwrap();
    fs::read_to_string(place).unwrap()
}

/// Times, which differ from run to run, stand in JSON only.
fn without_times(text: &str) -> String {
    let words = text.split('"').map(|word| if Timestamp::parse(word).is_some() { "[time]" } else { word });
    words.collect::<Vec<_>>().join("\"")
}
