//! The contact form: what was entered, checked field by field, every problem at once.

use std::collections::BTreeSet;

use super::catalogue::Catalogue;
use super::email_address::{EmailAddress, Smtputf8};
use super::language::Language;
use super::name::Name;
use super::position::Position;
use super::subscription::Subscriptions;

/// What a person or script entered, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactForm {
    pub name: String,
    pub email: String,
    /// An id or title; empty or `none` for no position.
    pub position: String,
    /// `en` or `zh-CN`; empty for the account's.
    pub language: String,
    /// Ids of categories and types; `recommended` stands for what the position proposes.
    pub types: Vec<String>,
}

/// A field of the form, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Name,
    Email,
    Position,
    Language,
    Types,
}

impl Field {
    /// The name by which errors call the field; on the command line it is the option.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Position => "position",
            Self::Language => "language",
            Self::Types => "types",
        }
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: Field,
    /// A sentence without a full stop.
    pub message: String,
}

/// A form without a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactDraft {
    pub name: Name,
    pub email: EmailAddress,
    pub position: Option<Position>,
    pub language: Language,
    pub subscriptions: Subscriptions,
}

/// The outcome of a check: the draft if every field is right, and what is right by itself, so that the store can add what only
/// it knows (that an address is taken) to the same list of problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub draft: Option<ContactDraft>,
    pub email: Option<EmailAddress>,
    /// In the order of the form.
    pub problems: Vec<FieldProblem>,
}

impl ContactForm {
    /// Checks every field.
    #[must_use]
    pub fn check(&self, catalogue: &Catalogue, smtputf8: Smtputf8, default_language: Language) -> Checked {
        let mut problems = Vec::new();
        let mut note = |field, message: String| problems.push(FieldProblem { field, message });
        let name = Name::parse(&self.name).map_err(|error| note(Field::Name, error.to_string())).ok();
        let email = EmailAddress::parse(&self.email, smtputf8)
            .map_err(|error| note(Field::Email, error.to_string()))
            .ok();
        let position = parse_position(&self.position).map_err(|message| note(Field::Position, message)).ok();
        let language = parse_language(&self.language, default_language)
            .map_err(|message| note(Field::Language, message))
            .ok();
        let types = self
            .parse_types(catalogue, position.flatten())
            .map_err(|message| note(Field::Types, message))
            .ok();
        let draft = match (name, email.clone(), position, language, types) {
            (Some(name), Some(email), Some(position), Some(language), Some(subscriptions)) => {
                Some(ContactDraft { name, email, position, language, subscriptions })
            }
            _ => None,
        };
        Checked { draft, email, problems }
    }

    fn parse_types(
        &self,
        catalogue: &Catalogue,
        position: Option<Position>,
    ) -> Result<Subscriptions, String> {
        let mut ids = BTreeSet::new();
        let mut unknown = Vec::new();
        for id in self.types.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
            if id == "recommended" {
                ids.extend(position.map(|position| catalogue.recommended_for(position)).unwrap_or_default());
            } else if let Err(error) = catalogue.require(id) {
                unknown.push(match error.nearest.first() {
                    Some(_) => format!("{error}; the nearest are {}", error.nearest.join(", ")),
                    None => error.to_string(),
                });
            } else {
                ids.insert(id.to_owned());
            }
        }
        if unknown.is_empty() { Ok(Subscriptions::from_ids(ids)) } else { Err(unknown.join("; ")) }
    }
}

fn parse_position(text: &str) -> Result<Option<Position>, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    Position::parse(text).map(Some).map_err(|error| error.to_string())
}

fn parse_language(text: &str, default: Language) -> Result<Language, String> {
    if text.trim().is_empty() {
        return Ok(default);
    }
    Language::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &ContactForm) -> Checked {
        form.check(&Catalogue::built_in(), Smtputf8::Refused, Language::ZhCn)
    }

    fn form(name: &str, email: &str) -> ContactForm {
        ContactForm { name: name.into(), email: email.into(), ..ContactForm::default() }
    }

    #[test]
    fn every_wrong_field_is_explained_at_once() {
        let wrong = ContactForm {
            name: "two words".into(),
            email: "nobody".into(),
            position: "king".into(),
            language: "tlh".into(),
            types: vec!["securty".into()],
        };
        let checked = check(&wrong);
        let fields: Vec<Field> = checked.problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, [Field::Name, Field::Email, Field::Position, Field::Language, Field::Types]);
        assert_eq!(checked.draft, None);
        assert!(checked.problems[4].message.contains("security"));
    }

    #[test]
    fn a_right_email_is_told_although_the_name_is_wrong() {
        let checked = check(&form("", "ada@example.org"));
        assert_eq!(checked.email.unwrap().to_string(), "ada@example.org");
        assert_eq!(checked.problems.len(), 1);
    }

    #[test]
    fn empty_optional_fields_have_their_defaults() {
        let draft = check(&form("王小明", "xiaoming@example.cn")).draft.unwrap();
        assert_eq!((draft.position, draft.language), (None, Language::ZhCn));
        assert!(draft.subscriptions.is_empty());
    }

    #[test]
    fn recommended_is_what_the_position_proposes() {
        let mut entered = form("ops", "ops@example.org");
        entered.position = "Finance Director".into();
        entered.types = vec!["recommended".into(), "security.cloud".into()];
        let draft = check(&entered).draft.unwrap();
        assert_eq!(draft.subscriptions.ids().collect::<Vec<_>>(), ["account", "security.cloud", "service"]);
    }
}
