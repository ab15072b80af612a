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

/// Types in few words: a category whose types are all there is named in place of them.
#[must_use]
pub fn grouped(ids: &[String], catalogue: &Catalogue) -> String {
    let mut words: Vec<String> = Vec::new();
    for category in catalogue.categories() {
        let there: Vec<&str> = category
            .types
            .iter()
            .map(|known| known.id.as_str())
            .filter(|id| ids.iter().any(|one| one == id))
            .collect();
        if there.len() > 1 && there.len() == category.types.len() {
            words.push(format!("{} (all {})", category.id, there.len()));
        } else {
            words.extend(there.into_iter().map(str::to_owned));
        }
    }
    words.join(", ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_category_is_named_in_place_of_its_types() {
        let catalogue = Catalogue::built_in();
        let ids =
            ["service.invoice", "security.cloud", "security.content", "security.account", "account.funds"];
        let ids: Vec<String> = ids.map(str::to_owned).to_vec();
        assert_eq!(grouped(&ids, &catalogue), "account.funds, security (all 3), service.invoice");
        assert_eq!(grouped(&[], &catalogue), "");
    }
}
