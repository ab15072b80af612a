//! The contact form: what was entered, checked field by field, every problem at once.

use std::collections::BTreeSet;
use std::fmt;

use super::catalogue::{Catalogue, UnknownType};
use super::contact::ContactId;
use super::email_address::{EmailAddress, EmailError, Smtputf8};
use super::language::{Language, LanguageError};
use super::name::{Name, NameError};
use super::position::{Position, PositionError};
use super::safe_text::safe;
use super::say::{Say, clauses, listed, say};
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
    pub const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Position, Self::Language, Self::Types];

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
    pub message: Wrong,
}

/// Why a value of a field is not accepted; said as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    Name(NameError),
    Email(EmailError),
    /// Another contact has the address.
    Taken {
        email: EmailAddress,
        holder: ContactId,
        name: String,
    },
    Position(PositionError),
    Language(LanguageError),
    Types(Vec<UnknownType>),
}

impl Say for Wrong {
    fn say(&self, language: Language) -> String {
        match self {
            Self::Name(error) => error.say(language),
            Self::Email(error) => error.say(language),
            Self::Taken { email, holder, name } => say!(
                language,
                "'{email}' belongs to '{name}' (contact {id}) already",
                email,
                name = safe(name),
                id = holder.0
            ),
            Self::Position(error) => error.say(language),
            Self::Language(error) => error.say(language),
            Self::Types(unknown) => {
                clauses(language, unknown.iter().map(|unknown| with_nearest(unknown, language)))
            }
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

fn with_nearest(unknown: &UnknownType, language: Language) -> String {
    if unknown.nearest.is_empty() {
        return unknown.say(language);
    }
    let (id, nearest) = (safe(&unknown.id), listed(language, &unknown.nearest));
    say!(language, "there is no message type '{id}'; the nearest are {nearest}", id, nearest)
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
        let mut note = |field, message| problems.push(FieldProblem { field, message });
        let name = Name::parse(&self.name).map_err(|error| note(Field::Name, Wrong::Name(error))).ok();
        let email = EmailAddress::parse(&self.email, smtputf8)
            .map_err(|error| note(Field::Email, Wrong::Email(error)))
            .ok();
        let position = parse_position(&self.position)
            .map_err(|error| note(Field::Position, Wrong::Position(error)))
            .ok();
        let language = parse_language(&self.language, default_language)
            .map_err(|error| note(Field::Language, Wrong::Language(error)))
            .ok();
        let types = self
            .parse_types(catalogue, position.flatten())
            .map_err(|unknown| note(Field::Types, Wrong::Types(unknown)))
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
    ) -> Result<Subscriptions, Vec<UnknownType>> {
        let mut ids = BTreeSet::new();
        let mut unknown = Vec::new();
        for id in self.types.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
            if id == "recommended" {
                ids.extend(position.map(|position| catalogue.recommended_for(position)).unwrap_or_default());
            } else if let Err(error) = catalogue.require(id) {
                unknown.push(error);
            } else {
                ids.insert(id.to_owned());
            }
        }
        if unknown.is_empty() { Ok(Subscriptions::from_ids(ids)) } else { Err(unknown) }
    }
}

fn parse_position(text: &str) -> Result<Option<Position>, PositionError> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    Position::parse(text).map(Some)
}

fn parse_language(text: &str, default: Language) -> Result<Language, LanguageError> {
    if text.trim().is_empty() {
        return Ok(default);
    }
    Language::parse(text)
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
        assert!(checked.problems[4].message.to_string().contains("security"));
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
