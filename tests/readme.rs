//! What README and manual show is what happens: their commands are run in order in a home of their own, and the configuration is
//! read.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use callsheet::domain::timestamp::Timestamp;
use callsheet::tui::keymap::{Action, Context, Keymap};

use crate::support::program::Program;

#[path = "../examples/commands/reference.rs"]
mod reference;

/// The manuals in docs/ that show commands: in blocks of `console` with what they print, in blocks of `sh` without.
const MANUALS: [&str; 6] = ["backup.md", "cron.md", "exchange.md", "json.md", "monitoring.md", "tutorial.md"];

const README: &str = include_str!("../README.md");

/// Where the README's administrator has her data.
const DATA: &str = "/home/ada/.local/share";

#[test]
fn commands_print_what_the_readme_shows() {
    let program = Program::new();
    for step in steps(README) {
        let line = with_real_codes(&program, &step.line);
        let printed = printed(&program, &line).replace(program.path("data").to_str().unwrap(), DATA);
        let Some(shown) = step.shown else { continue };
        assert_eq!(without_times(&printed), without_times(&shown), "$ callsheet {}", step.line);
    }
}

#[test]
fn commands_print_what_the_manuals_show() {
    for manual in MANUALS {
        let text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(manual)).unwrap();
        let program = Program::new();
        for (name, text) in files(&text) {
            fs::write(program.path(&name), text).unwrap();
        }
        for step in steps(&text) {
            let line = with_real_codes(&program, &step.line);
            let Some(shown) = step.shown else {
                let transcript = program.run_with_input(&line, "What a program says.");
                // 3 is what a check says of a new database.
                let ends_well = ["[exit 0]\n", "[exit 3]\n"].iter().any(|end| transcript.ends_with(end));
                assert!(ends_well, "{manual}: {transcript}");
                continue;
            };
            // Cards have CRLF, as the standard asks for.
            let printed = printed(&program, &line).replace('\r', "");
            let printed = printed.replace(program.path("data").to_str().unwrap(), DATA);
            assert_eq!(printed, shown, "{manual}: $ callsheet {}", step.line);
        }
    }
}

#[test]
fn the_reference_is_what_help_says() {
    let program = Program::new();
    let said = reference::reference(|arguments| program.data(&arguments.join(" ")));
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md"))
        .unwrap_or_default();
    let command = "run 'cargo build && cargo run --example commands'";
    assert!(said == kept, "docs/commands.md is not what --help says; {command}");
}

#[test]
fn every_manual_is_tried_or_has_no_command() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap();
        if file.extension().is_some_and(|ending| ending == "md") && !MANUALS.contains(&name) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("```console") && !text.contains("```sh"), "{name} is not tried");
        }
    }
}

/// Crontabs, aliases, transports, and what stands in the middle of a sentence: none of it is run, for it needs other programs, but the
/// command line takes each. `--help` behind it ends before anything is done.
#[test]
fn every_command_line_of_readme_and_manuals_is_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Program::new();
    let mut texts = vec![root.join("README.md")];
    texts.extend(fs::read_dir(root.join("docs")).unwrap().map(|file| file.unwrap().path()));
    let mut checked = Vec::new();
    // The reference is what the program itself says.
    texts.retain(|file| {
        file.extension().is_some_and(|ending| ending == "md") && !file.ends_with("commands.md")
    });
    for file in &texts {
        for line in command_lines(&fs::read_to_string(file).unwrap()) {
            let output = program.command("").args(&line).arg("--help").output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let place = file.file_name().unwrap().display();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{place}: callsheet {line:?}\n{errors}");
            let command = line.first().filter(|word| !word.starts_with('-'));
            let usage = format!("Usage: callsheet {}", command.map_or("", String::as_str));
            assert!(said.contains(&usage), "{place}: callsheet {line:?}\n{said}");
            checked.push(line.join(" "));
        }
    }
    for known in [
        "notify exception.monitor --from-mail",
        "receive --recipient",
        "--restricted",
        "retry 1",
        "--lang zh-CN",
    ] {
        assert!(checked.iter().any(|line| line.contains(known)), "'{known}' is not among {checked:#?}");
    }
}

/// That each of these command lines is one, the test above finds out.
#[test]
fn every_action_has_a_command() {
    let manual = include_str!("../docs/accessible.md");
    let rows: Vec<(&str, &str)> = manual
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| where "))
        .map(|row| row.trim_end_matches(" |").rsplit_once(" | ").unwrap())
        .collect();
    let keymap = Keymap::built_in();
    let mut expected = Vec::new();
    for context in Context::ALL {
        for entry in context.entries().iter().filter(|entry| changes_or_shows(context, entry.action)) {
            let keys: Vec<String> =
                keymap.keys(context, entry.action).map(|key| format!("`{key}`")).collect();
            expected.push(format!("| {} | {} | {}", context.title(), keys.join(", "), entry.help));
        }
    }
    let actions: Vec<&str> = rows.iter().map(|(action, _)| *action).collect();
    assert_eq!(actions, expected, "docs/accessible.md has a row for each action that changes or shows data");
    for (action, command) in rows {
        assert!(!command_lines(command).is_empty(), "{action} has no command: {command}");
    }
}

/// Whether an action changes or shows data. The others move about, select, fill in, or are about the screen alone.
fn changes_or_shows(context: Context, action: Action) -> bool {
    match action {
        Action::Contacts
        | Action::MessageTypes
        | Action::Outbox
        | Action::History
        | Action::Settings
        | Action::NewNotice
        | Action::Filter
        | Action::Add
        | Action::Modify
        | Action::Delete
        | Action::Verification
        | Action::ItsTypes
        | Action::ItsHistory
        | Action::Check
        | Action::Sort
        | Action::Reverse
        | Action::Export
        | Action::Import
        | Action::Problems
        | Action::Open
        | Action::Retry
        | Action::Cancel
        | Action::Edit
        | Action::TestMail
        | Action::Examine
        | Action::Preview
        | Action::EnterCode
        | Action::SendAgain
        | Action::CancelChange
        | Action::TickColumn
        | Action::TickRow
        | Action::CopyFrom
        | Action::Audience
        | Action::TakeBack => true,
        // In a form or a list to choose from they are a part of what it was opened for.
        Action::Accept => [Context::Code, Context::ImportReport].contains(&context),
        Action::Tick => [Context::Matrix, Context::ContactTypes, Context::ImportReport].contains(&context),
        Action::Help
        | Action::Palette
        | Action::Mouse
        | Action::Language
        | Action::Suspend
        | Action::Redraw
        | Action::SelectAll
        | Action::Pick
        | Action::Copy
        | Action::CopyMore
        | Action::NextTab
        | Action::PreviousTab
        | Action::Back
        | Action::Quit
        | Action::Up
        | Action::Down
        | Action::PageUp
        | Action::PageDown
        | Action::HalfUp
        | Action::HalfDown
        | Action::First
        | Action::Last
        | Action::GoTo
        | Action::GoToShare
        | Action::Left
        | Action::Right
        | Action::WordLeft
        | Action::WordRight
        | Action::LineStart
        | Action::LineEnd
        | Action::DeleteBack
        | Action::DeleteForward
        | Action::DeleteWord
        | Action::DeleteBefore
        | Action::DeleteAfter
        | Action::NewLine
        | Action::Undo
        | Action::Redo
        | Action::Next
        | Action::Previous
        | Action::Close
        | Action::Yes
        | Action::No
        | Action::OtherPage => false,
    }
}

#[test]
fn what_is_no_command_line_is_noticed() {
    let words = |text| command_lines(text);
    assert_eq!(words("Try `callsheet list --sort name` now."), [["list", "--sort", "name"]]);
    assert_eq!(
        words("    a: \"|/usr/bin/callsheet notify x --subject 'a b'\"\n"),
        [["notify", "x", "--subject", "a b"]]
    );
    assert!(
        words("    useradd --groups callsheet ada\n    install callsheet /usr/local/bin/callsheet\n")
            .is_empty()
    );
    let program = Program::new();
    for wrong in ["notify x --form-mail", "lst", "outbox --limit many"] {
        assert!(!program.command(wrong).arg("--help").status().unwrap().success(), "{wrong}");
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

/// A command and what is shown below it, if anything is.
struct Step {
    line: String,
    shown: Option<String>,
}

/// The commands in the order of the text. Of a pipe in a block of `sh`, callsheet's part; what comes before it is left out.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in text.split("\n```").collect::<Vec<_>>().chunks(2).filter_map(|pair| pair.get(1)) {
        let (language, inside) = block.split_once('\n').unwrap_or((block, ""));
        for line in inside.lines() {
            let shell = line.split(" | ").find_map(|part| part.strip_prefix("callsheet "));
            match (language, line.strip_prefix("$ callsheet "), shell, steps.last_mut()) {
                ("console", Some(command), _, _) => {
                    steps.push(Step { line: command.to_owned(), shown: Some(String::new()) });
                }
                ("console", None, _, Some(Step { shown: Some(shown), .. })) => shown.extend([line, "\n"]),
                ("console", None, _, _) => panic!("'{line}' is shown before any command"),
                ("sh", _, Some(command), _) => {
                    let command = command.split(" >").next().unwrap();
                    steps.push(Step { line: command.to_owned(), shown: None });
                }
                _ => {}
            }
        }
    }
    assert!(!steps.is_empty(), "no command is shown");
    steps
}

/// The words behind `callsheet` wherever a text shows it as a command: in blocks, whatever their language, and in sentences.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let mut is_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_block = !is_block;
        } else if is_block || line.starts_with("    ") {
            lines.extend(in_shell(line));
        } else {
            lines.extend(line.split('`').skip(1).step_by(2).filter_map(in_shell));
        }
    }
    // Words in capitals stand for something; these two for what is not just any word.
    let real = |word: String| match word.as_str() {
        "ID" => "1".to_owned(),
        "COMMAND" => "list".to_owned(),
        _ => word,
    };
    lines.into_iter().map(|line| shell_words(line).into_iter().map(real).collect()).collect()
}

/// What stands behind the `callsheet` that a line runs, up to what belongs to the shell; None if it runs none.
fn in_shell(line: &str) -> Option<&str> {
    let starts = ["$ ", "| ", "|", "bin/", "-t example.com ", "* * ", "* * 1  ", "* * *  "];
    let found = line.match_indices("callsheet ").find(|(at, _)| {
        let before = &line[..*at];
        before.trim().is_empty() || starts.iter().any(|start| before.ends_with(start))
    });
    let rest = &line[found?.0 + "callsheet ".len()..];
    // A service of Postfix has the same name.
    if rest.starts_with("unix ") {
        return None;
    }
    // The whole command may be quoted, as in an alias.
    let is_quoted = line[..line.len() - rest.len()].matches('"').count() % 2 == 1;
    let rest = if is_quoted { rest.split('"').next()? } else { rest };
    let end = [" | ", " || ", " >"].iter().filter_map(|end| rest.find(end)).min();
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// The words as a shell takes them, without putting in what variables and programs say.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut word: Option<String> = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
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
