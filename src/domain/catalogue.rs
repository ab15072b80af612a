//! The catalogue: every category and type of message, as data. It is read from TOML and never changes while the program runs.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use thiserror::Error;

use super::language::Language;
use super::nearest::nearest;
use super::position::Position;
use super::safe_text::safe;
use super::say::{Say, say};

/// The built-in entries, `assets/message-types.toml`.
const BUILT_IN: &str = include_str!("../../assets/message-types.toml");

/// The category that a recipient may stop; all others must be heard.
pub const UNSUBSCRIBABLE: &str = "activity";

/// All categories in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    categories: Vec<Category>,
}

/// One of the top-level kinds of message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Stable id, `[a-z0-9_]+`, for example `security`.
    pub id: String,
    pub title: Localized,
    pub description: Localized,
    /// Positions to which this category is proposed.
    pub recommended: Vec<Position>,
    pub types: Vec<MessageType>,
}

/// A type inside a category; a notice has exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageType {
    /// Stable id `category.type`, for example `security.account`.
    pub id: String,
    pub title: Localized,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    en: String,
    #[serde(rename = "zh-CN")]
    zh_cn: String,
}

impl Localized {
    /// The text in `language`.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::ZhCn => &self.zh_cn,
        }
    }
}

/// Why a catalogue file cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CatalogueError {
    #[error("{0}")]
    Syntax(String),
    #[error(
        "'{0}' is not an id: small letters, digits and underscores, for example 'security' or 'security.account'"
    )]
    BadId(String),
    #[error("type '{id}' does not belong to category '{category}': its id must begin with '{category}.'")]
    ForeignType { id: String, category: String },
    #[error("the id '{0}' occurs twice")]
    Duplicate(String),
    #[error("category '{category}' recommends '{position}', which is not a position")]
    UnknownPosition { category: String, position: String },
    #[error("category '{0}' has no title and description")]
    Untitled(String),
}

/// An id on a command line that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownType {
    pub id: String,
    /// The nearest ids, best first; at most three.
    pub nearest: Vec<String>,
}

impl Say for UnknownType {
    fn say(&self, language: Language) -> String {
        say!(language, "there is no message type '{id}'", id = safe(&self.id))
    }
}

impl fmt::Display for UnknownType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for UnknownType {}

impl Catalogue {
    /// The catalogue that is compiled in.
    ///
    /// # Panics
    /// Never in a build that passed its tests: one of them reads the built-in file.
    #[must_use]
    pub fn built_in() -> Self {
        let empty = Self { categories: Vec::new() };
        empty.extended(BUILT_IN).expect("the built-in catalogue is read by a test")
    }

    /// This catalogue with the categories and types of a file of the same form added. A category that exists already may be
    /// named by its id alone to add types to it; nothing that exists is changed or removed.
    ///
    /// # Errors
    /// [`CatalogueError`] names the first entry that cannot be used.
    pub fn extended(&self, toml_text: &str) -> Result<Self, CatalogueError> {
        let file: File =
            toml::from_str(toml_text).map_err(|error| CatalogueError::Syntax(error.to_string()))?;
        let mut categories = self.categories.clone();
        for entry in file.category {
            let index = match categories.iter().position(|category| category.id == entry.id) {
                Some(index) => index,
                None => {
                    categories.push(new_category(&entry)?);
                    categories.len() - 1
                }
            };
            for added in entry.types {
                check_type_id(&added.id, &entry.id)?;
                if categories.iter().flat_map(|category| &category.types).any(|known| known.id == added.id) {
                    return Err(CatalogueError::Duplicate(added.id));
                }
                categories[index].types.push(MessageType { id: added.id, title: added.title });
            }
        }
        Ok(Self { categories })
    }

    /// All categories in order.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The category with this id.
    #[must_use]
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The type with this id, and its category.
    #[must_use]
    pub fn message_type(&self, id: &str) -> Option<(&Category, &MessageType)> {
        let category = self.category(category_of(id))?;
        category.types.iter().find(|known| known.id == id).map(|known| (category, known))
    }

    /// Whether `id` is a category or a type.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.category(id).is_some() || self.message_type(id).is_some()
    }

    /// Confirms that `id` is a category or a type.
    ///
    /// # Errors
    /// [`UnknownType`] with the nearest ids.
    pub fn require(&self, id: &str) -> Result<(), UnknownType> {
        if self.contains(id) {
            return Ok(());
        }
        let near = nearest(id, self.ids()).into_iter().map(str::to_owned).collect();
        Err(UnknownType { id: id.to_owned(), nearest: near })
    }

    /// All ids, each category before its types.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.categories.iter().flat_map(|category| {
            std::iter::once(category.id.as_str()).chain(category.types.iter().map(|known| known.id.as_str()))
        })
    }

    /// The categories that are proposed to `position`.
    #[must_use]
    pub fn recommended_for(&self, position: Position) -> BTreeSet<String> {
        let proposed = self.categories.iter().filter(|category| category.recommended.contains(&position));
        proposed.map(|category| category.id.clone()).collect()
    }
}

/// The category part of an id: `security` of `security.account` and of `security`.
#[must_use]
pub fn category_of(id: &str) -> &str {
    id.split_once('.').map_or(id, |(category, _)| category)
}

/// Whether a text has the form of an id, be it in a catalogue or not.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.split_once('.')
        .map_or_else(|| is_id_part(text), |(category, name)| is_id_part(category) && is_id_part(name))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    category: Vec<CategoryEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    id: String,
    title: Option<Localized>,
    description: Option<Localized>,
    #[serde(default)]
    recommended: Vec<String>,
    #[serde(default, rename = "type")]
    types: Vec<TypeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeEntry {
    id: String,
    title: Localized,
}

fn new_category(entry: &CategoryEntry) -> Result<Category, CatalogueError> {
    if !is_id_part(&entry.id) {
        return Err(CatalogueError::BadId(entry.id.clone()));
    }
    let (Some(title), Some(description)) = (entry.title.clone(), entry.description.clone()) else {
        return Err(CatalogueError::Untitled(entry.id.clone()));
    };
    let mut recommended = Vec::new();
    for position in &entry.recommended {
        recommended.push(Position::parse(position).map_err(|_| CatalogueError::UnknownPosition {
            category: entry.id.clone(),
            position: position.clone(),
        })?);
    }
    Ok(Category { id: entry.id.clone(), title, description, recommended, types: Vec::new() })
}

fn check_type_id(id: &str, category: &str) -> Result<(), CatalogueError> {
    match id.split_once('.') {
        Some((prefix, _)) if prefix != category => {
            Err(CatalogueError::ForeignType { id: id.to_owned(), category: category.to_owned() })
        }
        Some((_, name)) if is_id_part(name) => Ok(()),
        Some(_) | None => Err(CatalogueError::BadId(id.to_owned())),
    }
}

fn is_id_part(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.len() <= 40 && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_has_six_categories_and_twenty_types() {
        let catalogue = Catalogue::built_in();
        let ids: Vec<_> = catalogue.categories().iter().map(|category| category.id.as_str()).collect();
        assert_eq!(ids, ["account", "product", "security", "exception", "activity", "service"]);
        let types: usize = catalogue.categories().iter().map(|category| category.types.len()).sum();
        assert_eq!(types, 20);
        assert_eq!(catalogue.category("security").unwrap().title.get(Language::ZhCn), "安全消息");
    }

    #[test]
    fn a_position_is_proposed_its_categories() {
        let catalogue = Catalogue::built_in();
        let of = |position| catalogue.recommended_for(position).into_iter().collect::<Vec<_>>();
        assert_eq!(of(Position::FinanceDirector), ["account", "service"]);
        assert_eq!(of(Position::TechnicalDirector), ["security"]);
        assert_eq!(of(Position::Other), Vec::<String>::new());
    }

    #[test]
    fn an_own_file_adds_types_and_categories() {
        let own = r#"
            [[category]]
            id = "security"
            [[category.type]]
            id = "security.badge"
            title = { en = "Lost badges", zh-CN = "工牌遗失" }
            [[category]]
            id = "office"
            title = { en = "Office", zh-CN = "办公" }
            description = { en = "The building.", zh-CN = "办公楼。" }
        "#;
        let catalogue = Catalogue::built_in().extended(own).unwrap();
        assert_eq!(catalogue.categories().len(), 7);
        assert_eq!(catalogue.message_type("security.badge").unwrap().0.id, "security");
    }

    #[test]
    fn an_own_file_never_replaces_or_misplaces_a_type() {
        let error = |text: &str| Catalogue::built_in().extended(text).unwrap_err();
        let entry = |category: &str, id: &str| {
            format!(
                "[[category]]\nid = '{category}'\n[[category.type]]\nid = '{id}'\ntitle = {{ en = 'a', zh-CN = 'b' }}"
            )
        };
        assert_eq!(
            error(&entry("security", "security.cloud")),
            CatalogueError::Duplicate("security.cloud".into())
        );
        assert!(matches!(error(&entry("security", "product.x")), CatalogueError::ForeignType { .. }));
        assert_eq!(
            error(&entry("security", "security.Not an id")),
            CatalogueError::BadId("security.Not an id".into())
        );
        assert_eq!(error(&entry("office", "office.key")), CatalogueError::Untitled("office".into()));
        assert!(matches!(error("[[category]]\nid = 1"), CatalogueError::Syntax(_)));
    }

    #[test]
    fn an_unknown_id_names_the_nearest() {
        let unknown = Catalogue::built_in().require("securty.account").unwrap_err();
        assert_eq!(unknown.nearest[0], "security.account");
        assert!(Catalogue::built_in().require("security").is_ok());
    }
}
