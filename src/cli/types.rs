//! `types`: the catalogue of categories and types, built in and own.

use super::context::Context;
use super::json::CategoryJson;
use super::output::Output;
use super::problem::{Exit, Stop};
use super::table::Table;
use crate::domain::catalogue::Catalogue;
use crate::domain::language::Language;

/// Lists categories, each before its types. It needs no database.
///
/// # Errors
/// [`Stop`] if it cannot be written.
pub fn run(context: &Context, output: &mut Output) -> Result<Exit, Stop> {
    let catalogue = &context.opening().catalogue;
    if context.wants_json() {
        let mut array = output.array();
        CategoryJson::all(catalogue).iter().try_for_each(|category| array.push(category))?;
        array.end()?;
    } else {
        Table::new(["ID", "TITLE", "RECOMMENDED FOR"]).rows(output, rows(catalogue))?;
    }
    Ok(Exit::Done)
}

fn rows(catalogue: &Catalogue) -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for category in catalogue.categories() {
        let positions: Vec<&str> = category.recommended.iter().map(|position| position.id()).collect();
        rows.push([category.id.clone(), category.title.get(Language::En).to_owned(), positions.join(",")]);
        rows.extend(
            category
                .types
                .iter()
                .map(|known| [known.id.clone(), known.title.get(Language::En).to_owned(), String::new()]),
        );
    }
    rows
}
