//! How the list of contacts understands its filter: [`Filter`]'s own words, and types that the catalogue has.

use crate::domain::filter::Filter;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::tui::look::Look;
use crate::tui::widgets::filter_line::Reading;

/// Reads what was typed.
pub(super) fn read(text: &str, look: &Look<'_>) -> Reading<Filter> {
    let question = Filter::parse(text);
    let mut problems: Vec<String> =
        question.problems().iter().map(|problem| problem.say(look.language)).collect();
    let unknown = question.types().iter().filter_map(|id| look.catalogue.require(id).err());
    problems.extend(unknown.map(|unknown| match unknown.nearest.first() {
        Some(near) => say!(
            look.language,
            "there is no message type '{id}'; did you mean type:{near}?",
            id = safe(&unknown.id),
            near
        ),
        None => unknown.say(look.language),
    }));
    Reading { question, problems }
}
