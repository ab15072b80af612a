//! The position of a contact: what the person is responsible for.
//!
//! It never decides what a position receives; the catalogue recommends that.

use std::fmt;

use super::fold::fold;
use super::language::Language;
use super::nearest::nearest;
use super::safe_text::safe;
use super::say::{Say, listed, say};

/// A position. A contact has one or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Position {
    Ceo,
    TechnicalDirector,
    MaintenanceDirector,
    ProjectDirector,
    FinanceDirector,
    Other,
}

/// A value that is neither id nor title of a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionError {
    /// The value as it was given.
    pub wanted: String,
    /// The nearest ids, best first.
    pub nearest: Vec<&'static str>,
}

impl Position {
    /// All positions, in the order of the drop-down.
    pub const ALL: [Position; 6] = [
        Position::Ceo,
        Position::TechnicalDirector,
        Position::MaintenanceDirector,
        Position::ProjectDirector,
        Position::FinanceDirector,
        Position::Other,
    ];

    /// The id in commands, JSON and the database.
    pub const fn id(self) -> &'static str {
        match self {
            Position::Ceo => "ceo",
            Position::TechnicalDirector => "technical_director",
            Position::MaintenanceDirector => "maintenance_director",
            Position::ProjectDirector => "project_director",
            Position::FinanceDirector => "finance_director",
            Position::Other => "other",
        }
    }

    /// The title as it is shown.
    pub const fn title(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::En, Position::Ceo) => "CEO",
            (Language::En, Position::TechnicalDirector) => "Technical Director",
            (Language::En, Position::MaintenanceDirector) => "Maintenance Director",
            (Language::En, Position::ProjectDirector) => "Project Director",
            (Language::En, Position::FinanceDirector) => "Finance Director",
            (Language::En, Position::Other) => "Other",
            (Language::ZhCn, Position::Ceo) => "首席执行官",
            (Language::ZhCn, Position::TechnicalDirector) => "技术负责人",
            (Language::ZhCn, Position::MaintenanceDirector) => "运维负责人",
            (Language::ZhCn, Position::ProjectDirector) => "项目负责人",
            (Language::ZhCn, Position::FinanceDirector) => "财务负责人",
            (Language::ZhCn, Position::Other) => "其他",
        }
    }

    /// Reads an id or a title in any language; case, width, and blank, underscore and hyphen are alike.
    ///
    /// # Errors
    /// Any other value, with the nearest ids. No position is the caller's to read.
    pub fn parse(text: &str) -> Result<Position, PositionError> {
        let wanted = alike(text);
        Position::ALL
            .into_iter()
            .find(|position| position.spellings().any(|spelling| alike(spelling) == wanted))
            .ok_or_else(|| PositionError { wanted: text.to_owned(), nearest: Position::near(text) })
    }

    /// Id and titles, folded, one a line: the text in which the filter finds a position.
    pub(super) const fn haystack(self) -> &'static str {
        match self {
            Position::Ceo => "ceo\n首席执行官",
            Position::TechnicalDirector => "technical_director\ntechnical director\n技术负责人",
            Position::MaintenanceDirector => "maintenance_director\nmaintenance director\n运维负责人",
            Position::ProjectDirector => "project_director\nproject director\n项目负责人",
            Position::FinanceDirector => "finance_director\nfinance director\n财务负责人",
            Position::Other => "other\n其他",
        }
    }

    fn spellings(self) -> impl Iterator<Item = &'static str> {
        [self.id()].into_iter().chain(Language::ALL.map(|language| self.title(language)))
    }

    fn near(text: &str) -> Vec<&'static str> {
        let words = Position::ALL.iter().flat_map(|position| position.spellings());
        let mut ids: Vec<&'static str> = Vec::new();
        for spelling in nearest(text, words) {
            let owner =
                Position::ALL.into_iter().find(|position| position.spellings().any(|own| own == spelling));
            let id = owner.map_or(spelling, Position::id);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Say for PositionError {
    fn say(&self, language: Language) -> String {
        let (wanted, all) = (safe(&self.wanted), listed(language, Position::ALL.map(Position::id)));
        match self.nearest.first() {
            Some(nearest) => say!(
                language,
                "'{wanted}' is no position; the nearest is {nearest}; positions are {all}",
                wanted,
                nearest,
                all
            ),
            None => say!(language, "'{wanted}' is no position; positions are {all}", wanted, all),
        }
    }
}

impl fmt::Display for PositionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for PositionError {}

fn alike(text: &str) -> String {
    fold(text.trim()).split([' ', '_', '-']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_titles_are_read_in_any_spelling() {
        for position in Position::ALL {
            for spelling in position.spellings() {
                assert_eq!(Position::parse(spelling), Ok(position), "{spelling}");
                assert_eq!(Position::parse(&spelling.to_uppercase()), Ok(position), "{spelling}");
            }
        }
        for text in [
            "finance-director",
            "Finance  Director",
            " FINANCE_director ",
            "Ｆｉｎａｎｃｅ　Ｄｉｒｅｃｔｏｒ",
            "财务负责人",
        ] {
            assert_eq!(Position::parse(text), Ok(Position::FinanceDirector), "{text}");
        }
    }

    #[test]
    fn another_value_is_refused_with_the_nearest_and_all_values() {
        for text in ["", "director", "none", "cto", "financedirector\u{0}"] {
            assert!(Position::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Position::parse("finance direktor").expect_err("it is no position").to_string(),
            "'finance direktor' is no position; the nearest is finance_director; positions are ceo, technical_director, \
             maintenance_director, project_director, finance_director, other"
        );
        assert_eq!(
            Position::parse("\u{1b}").expect_err("it is no position").to_string(),
            "'\\u{001B}' is no position; positions are ceo, technical_director, maintenance_director, project_director, \
             finance_director, other"
        );
        assert_eq!(Position::parse("cio").expect_err("it is no position").nearest, ["ceo"]);
    }

    #[test]
    fn the_filter_finds_each_spelling_folded() {
        for position in Position::ALL {
            for spelling in position.spellings() {
                assert!(position.haystack().split('\n').any(|line| line == fold(spelling)), "{spelling}");
            }
        }
    }
}
