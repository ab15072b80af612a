//! `man`: the manual, a page for callsheet and one for each command, made from the same definitions as the help.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::CommandLine;
use super::output::Output;
use super::problem::{Exit, Report, Stop};

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct Manual {
    /// The command whose page is printed; callsheet's own if omitted
    #[arg(conflicts_with = "folder")]
    command: Option<String>,
    /// Write all pages into this folder instead
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Prints a page in roff, or writes all of them.
///
/// # Errors
/// [`Stop`] with exit 2 for a command that does not exist, 1 if a page cannot be written.
pub fn run(output: &mut Output, arguments: &Manual) -> Result<Exit, Stop> {
    let pages = pages();
    if let Some(folder) = &arguments.folder {
        write_all(folder, &pages)?;
        output.note(&format!("{} pages were written to '{}'.", pages.len(), folder.display()));
        return Ok(Exit::Done);
    }
    let wanted = match &arguments.command {
        None => "callsheet".to_owned(),
        Some(command) => format!("callsheet-{}", command.trim_start_matches("callsheet-")),
    };
    let page = pages.iter().find(|(name, _)| *name == wanted).ok_or_else(|| {
        Report::usage(format!("there is no page '{wanted}'")).hint("'callsheet --help' shows all commands")
    })?;
    output.lines(&page.1)?;
    Ok(Exit::Done)
}

fn write_all(folder: &Path, pages: &[(String, String)]) -> Result<(), Report> {
    let refuse = |error: std::io::Error| {
        Report::failed(format!("the pages cannot be written to '{}': {error}", folder.display()))
    };
    fs::create_dir_all(folder).map_err(refuse)?;
    pages
        .iter()
        .try_for_each(|(name, text)| fs::write(folder.join(format!("{name}.1")), text))
        .map_err(refuse)
}

/// All pages: the name and the text in roff.
fn pages() -> Vec<(String, String)> {
    let mut root = CommandLine::command();
    root.build();
    let mut pages = vec![("callsheet".to_owned(), rendered(&root))];
    for command in
        root.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        let name = format!("callsheet-{}", command.get_name());
        pages.push((name, rendered(command)));
    }
    pages
}

fn rendered(command: &Command) -> String {
    let mut page = Vec::new();
    let manual = Man::new(command.clone())
        .manual("callsheet")
        .source(concat!("callsheet ", env!("CARGO_PKG_VERSION")));
    // Writing into memory does not fail.
    let _ = manual.render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_that_says_what_it_does() {
        let pages = pages();
        assert!(pages.len() > 20, "{}", pages.len());
        for (name, text) in &pages {
            assert!(text.contains(".TH ") && text.contains(".SH DESCRIPTION"), "{name}:\n{text}");
        }
        let (_, delete) = pages.iter().find(|(name, _)| name == "callsheet-delete").unwrap();
        assert!(delete.contains("Delete contacts for good"), "{delete}");
    }
}
