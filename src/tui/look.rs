//! What every view is given beside the state it draws: theme, marks, keys, catalogue, language and the time. Views read it and
//! nothing else, so the same model always gives the same picture.

use chrono::FixedOffset;
use ratatui::style::Style;

use super::keymap::Keymap;
use super::marks::Marks;
use super::theme::{Role, Theme};
use crate::domain::catalogue::Catalogue;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::timestamp::Timestamp;

/// How and with what the screen is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub theme: Theme,
    pub marks: Marks,
    pub keys: &'a Keymap,
    pub catalogue: &'a Catalogue,
    pub language: Language,
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub offset: FixedOffset,
}

impl Look<'_> {
    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A type with its category, as `Security › Account security alerts`; an id that the catalogue does not have as it is.
    #[must_use]
    pub fn type_path(&self, id: &str) -> String {
        let Some((category, known)) = self.catalogue.message_type(id) else { return safe(id).into_owned() };
        let [title, category] = [&known.title, &category.title].map(|title| title.get(self.language));
        // All built-in categories are kinds of messages; here that says nothing.
        let short = category.strip_suffix(" Messages").or_else(|| category.strip_suffix("消息"));
        let category = short.filter(|short| !short.is_empty()).unwrap_or(category);
        format!("{}{}{}", safe(category), self.marks.inside(), safe(title))
    }

    /// A moment for a narrow column: `14:03` today, `Nov 23` (in Chinese `11-23`) this year, `2025-11-23` otherwise.
    #[must_use]
    pub fn short_time(&self, moment: Timestamp) -> String {
        use chrono::Datelike;
        let (then, now) =
            (moment.to_utc().with_timezone(&self.offset), self.now.to_utc().with_timezone(&self.offset));
        let format = if then.date_naive() == now.date_naive() {
            "%H:%M"
        } else if then.year() == now.year() {
            match self.language {
                Language::En => "%b %d",
                Language::ZhCn => "%m-%d",
            }
        } else {
            "%Y-%m-%d"
        };
        then.format(format).to_string()
    }

    /// A moment to the second with its zone: `2026-11-24 14:03:12 +01:00`.
    #[must_use]
    pub fn exact_time(&self, moment: Timestamp) -> String {
        moment.to_utc().with_timezone(&self.offset).format("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// A moment to the minute: `2026-11-24 14:03`.
    #[must_use]
    pub fn full_time(&self, moment: Timestamp) -> String {
        moment.to_utc().with_timezone(&self.offset).format("%Y-%m-%d %H:%M").to_string()
    }
}
