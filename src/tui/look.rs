//! What every view is given beside the state it draws: theme, marks, keys, catalogue, language and the time. Views read it and
//! nothing else, so the same model always gives the same picture.

use chrono::FixedOffset;
use ratatui::style::Style;

use super::keymap::Keymap;
use super::marks::Marks;
use super::spoken;
use super::theme::{Role, Theme};
use crate::domain::catalogue::{Catalogue, Category};
use crate::domain::columns::pad;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::domain::subscription::BoxState;
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

    /// Between parts of a line, with its blanks.
    #[must_use]
    pub const fn separator(&self) -> &'static str {
        match (self.marks, self.language) {
            (Marks::Spoken, Language::ZhCn) => "，",
            (Marks::Spoken, Language::En) | (Marks::Unicode | Marks::Ascii, _) => self.marks.separator(),
        }
    }

    /// From a whole to a part of it, with its blanks.
    #[must_use]
    pub const fn inside(&self) -> &'static str {
        match (self.marks, self.language) {
            (Marks::Spoken, Language::ZhCn) => "，",
            (Marks::Spoken, Language::En) | (Marks::Unicode | Marks::Ascii, _) => self.marks.inside(),
        }
    }

    /// From an old value to a new one, with its blanks.
    #[must_use]
    pub const fn becomes(&self) -> &'static str {
        match (self.marks, self.language) {
            (Marks::Spoken, Language::ZhCn) => "改为",
            (Marks::Spoken, Language::En) | (Marks::Unicode | Marks::Ascii, _) => self.marks.becomes(),
        }
    }

    /// A name before its value: in a column of `columns`, or spoken with a colon and right before the value. Below a name there
    /// is none.
    #[must_use]
    pub fn label(&self, name: &str, columns: usize) -> String {
        if self.marks.is_spoken() && !name.trim().is_empty() {
            return format!("{}{}", name.trim(), spoken::colon(self.language));
        }
        pad(name, columns, self.marks.ellipsis()).into_owned()
    }

    /// A mark and what it stands for in words; the words alone where there are no marks.
    #[must_use]
    pub fn marked(&self, mark: &str, words: &str) -> String {
        if mark.is_empty() { words.to_owned() } else { format!("{mark} {words}") }
    }

    /// A box with its title: `[x] Security Messages`, or spoken `Security Messages: checked`.
    #[must_use]
    pub fn ticked(&self, state: BoxState, title: &str) -> String {
        if self.marks.is_spoken() {
            format!("{title}{}{}", spoken::colon(self.language), spoken::state(state, self.language))
        } else {
            format!("{} {title}", state.mark())
        }
    }

    /// What is wrong with what was typed: heard it says that it is an error.
    #[must_use]
    pub fn wrong(&self, words: &str) -> String {
        if self.marks.is_spoken() { say!(self.language, "Error: {words}", words) } else { words.to_owned() }
    }

    /// That a type reaches nobody, and so the security email gets it, in a column: `0 !→sec`.
    #[must_use]
    pub fn nobody_but_security(&self) -> String {
        if self.marks.is_spoken() {
            return say!(self.language, "0, the security email gets it").to_owned();
        }
        say!(self.language, "0 !{to}sec", to = self.marks.to())
    }

    /// That a type reaches nobody and there is no security email, in a column: `0 !none`.
    #[must_use]
    pub fn nobody_at_all(&self) -> &'static str {
        match self.marks {
            Marks::Spoken => say!(self.language, "0, nobody gets it"),
            Marks::Unicode | Marks::Ascii => say!(self.language, "0 !none"),
        }
    }

    /// A type with its category, as `Security › Account security alerts`; an id that the catalogue does not have as it is.
    #[must_use]
    pub fn type_path(&self, id: &str) -> String {
        let Some((category, known)) = self.catalogue.message_type(id) else { return safe(id).into_owned() };
        format!("{}{}{}", self.short_title(category), self.inside(), safe(known.title.get(self.language)))
    }

    /// What a list calls a type or category: its id, which says enough in English; its title where people read Chinese.
    #[must_use]
    pub fn type_name<'a>(&'a self, id: &'a str) -> String {
        let title = match self.language {
            Language::En => None,
            Language::ZhCn => {
                let known = self.catalogue.message_type(id).map(|(_, known)| &known.title);
                known.or_else(|| self.catalogue.category(id).map(|category| &category.title))
            }
        };
        safe(title.map_or(id, |title| title.get(self.language))).into_owned()
    }

    /// The whole title of a category or type; its id where the catalogue does not know it.
    #[must_use]
    pub fn title(&self, id: &str) -> String {
        let known = self.catalogue.message_type(id).map(|(_, known)| &known.title);
        let title = known.or_else(|| self.catalogue.category(id).map(|category| &category.title));
        safe(title.map_or(id, |title| title.get(self.language))).into_owned()
    }

    /// A category's title without what all of them have in common: they are kinds of messages.
    #[must_use]
    pub fn short_title(&self, category: &Category) -> String {
        let title = category.title.get(self.language);
        let short = title.strip_suffix(" Messages").or_else(|| title.strip_suffix("消息"));
        safe(short.filter(|short| !short.is_empty()).unwrap_or(title)).into_owned()
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
