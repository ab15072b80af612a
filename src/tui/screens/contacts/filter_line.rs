//! How the list of contacts understands its filter: [`Filter`]'s own words, and types that the catalogue has.

use crate::domain::catalogue::Catalogue;
use crate::domain::filter::Filter;
use crate::tui::widgets::filter_line::Reading;

/// Reads what was typed.
pub(super) fn read(text: &str, catalogue: &Catalogue) -> Reading<Filter> {
    let question = Filter::parse(text);
    let mut problems = question.problems().to_vec();
    let unknown = question.types().iter().filter_map(|id| catalogue.require(id).err());
    problems.extend(unknown.map(|unknown| match unknown.nearest.first() {
        Some(near) => format!("{unknown}; did you mean type:{near}?"),
        None => unknown.to_string(),
    }));
    Reading { question, problems }
}
