//! `config`: the effective values and where each comes from, or the commented file.

use clap::Args;
use serde::Serialize;

use super::Common;
use super::context::config_of;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table::Table;
use crate::config::{self, Config, Listed};
use crate::paths::Environment;

/// Options of `config`.
#[derive(Debug, Args)]
pub struct Show {
    /// Print a commented file with every key in place of the effective values
    #[arg(long)]
    default: bool,
}

/// One effective value.
#[derive(Debug, Serialize)]
struct EntryJson {
    key: &'static str,
    /// None where nothing is set.
    value: Option<String>,
    from: String,
}

/// Shows the configuration. It opens no database.
///
/// # Errors
/// [`Stop`] with exit 2 and every mistake in the configuration.
pub fn run(common: &Common, output: &mut Output, arguments: &Show) -> Result<Exit, Stop> {
    if arguments.default {
        if common.json {
            return Err(Report::usage("'config --default' prints a file, which has no JSON").into());
        }
        output.lines(&config::default_file())?;
        return Ok(Exit::Done);
    }
    let config = config_of(common, &Environment::of_process()).map_err(Report::from)?;
    let entries = entries(&config);
    if common.json {
        let mut array = output.array();
        entries.iter().try_for_each(|entry| array.push(entry))?;
        array.end()?;
    } else {
        Table::new(["KEY", "VALUE", "FROM"]).rows(output, entries.into_iter().map(row).collect())?;
    }
    Ok(Exit::Done)
}

/// Every key, and the password as far as it may be told.
fn entries(config: &Config) -> Vec<EntryJson> {
    let listed = config.listing().into_iter().map(|Listed { key, value, origin }| EntryJson {
        key,
        value,
        from: origin.to_string(),
    });
    let mut entries: Vec<EntryJson> = listed.collect();
    if config.mail.passwords.is_named() {
        let behind_name =
            entries.iter().position(|entry| entry.key == "mail.username").map_or(0, |name| name + 1);
        let password = EntryJson {
            key: "password",
            value: Some("set".to_owned()),
            from: password_source(config).to_owned(),
        };
        entries.insert(behind_name, password);
    }
    entries
}

/// The place that gives the password, in the order in which places are asked.
fn password_source(config: &Config) -> &'static str {
    let places = &config.mail.passwords;
    let credential =
        places.credentials_directory.as_ref().is_some_and(|folder| folder.join("smtp-password").exists());
    if credential {
        "$CREDENTIALS_DIRECTORY/smtp-password"
    } else if places.file.is_some() {
        "mail.password_file"
    } else if places.command.is_some() {
        "mail.password_command"
    } else {
        "CALLSHEET_SMTP_PASSWORD"
    }
}

fn row(entry: EntryJson) -> [String; 3] {
    [entry.key.to_owned(), entry.value.unwrap_or_default(), entry.from]
}
