//! Drafts: what stands in a form that nobody has saved, as plain data and as the text of a file.
//!
//! A draft has texts by the names of fields, those that the form began with beside those that stand in it. Passwords and codes have
//! no name here: a form leaves them out.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::domain::contact::ContactId;
use crate::domain::contact_form::ContactForm;
use crate::domain::timestamp::Timestamp;

/// The version of the text of a file.
const VERSION: u64 = 1;

/// What stands in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub form: Form,
    /// What the form began with.
    pub before: Texts,
    /// What stands in it.
    pub now: Texts,
}

/// Which form it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    NewContact,
    /// The version of the contact that the form began with.
    Contact {
        id: ContactId,
        version: i64,
    },
    /// The questions of the first start.
    Introduction,
    Account,
    MailServer,
    /// The key under which the notice is queued once, however often that is tried.
    Notice {
        key: String,
        number: u32,
    },
    Import,
    Export,
}

/// Texts by the names of their fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts(BTreeMap<String, String>);

/// A draft that a program which has ended left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: DraftId,
    /// When it was changed last.
    pub at: Timestamp,
    /// Who has typed it, and from where if over SSH; as they were written, not safe to show.
    pub user: String,
    pub origin: Option<String>,
    pub draft: Arc<Draft>,
}

/// Tells drafts apart; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DraftId(pub u64);

/// What is to be done with drafts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftOrder {
    /// Keep this for the form that is open, in the place of what was kept for it.
    Keep { at: Timestamp, draft: Arc<Draft> },
    /// The form is saved or given up.
    Drop,
    /// A draft that was offered is in the form that is open now.
    Open(DraftId),
    /// Nobody wants it any more.
    Throw(DraftId),
    /// Offer it at the next start again.
    Leave(DraftId),
}

/// What the screen knows of drafts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drafts {
    /// What is kept of the form that is open.
    pub kept: Option<Arc<Draft>>,
    /// What is still to be offered.
    pub offers: VecDeque<Offer>,
    /// What is to be opened once what it needs is read.
    pub opening: Option<Offer>,
}

/// Whose drafts they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The path of the database without links.
    pub database: String,
    pub user: String,
    pub origin: Option<String>,
}

impl Draft {
    /// What stands in a field; nothing if it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.now.text(name)
    }

    /// What stands in a field if it is not what the form began with.
    #[must_use]
    pub fn changed(&self, name: &str) -> Option<&str> {
        let now = self.now.text(name);
        (now != self.before.text(name)).then_some(now)
    }
}

impl Texts {
    /// These texts, those that are empty left out.
    #[must_use]
    pub fn of<const N: usize>(texts: [(&str, &str); N]) -> Self {
        let filled = texts.into_iter().filter(|(_, text)| !text.is_empty());
        Self(filled.map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }

    /// Of a form for a contact.
    #[must_use]
    pub fn of_contact(form: &ContactForm) -> Self {
        Self::of([
            ("name", &form.name),
            ("email", &form.email),
            ("position", &form.position),
            ("language", &form.language),
            ("types", &form.types.join("\n")),
        ])
    }

    /// As a form for a contact.
    #[must_use]
    pub fn contact(&self) -> ContactForm {
        let text = |name| self.text(name).to_owned();
        ContactForm {
            name: text("name"),
            email: text("email"),
            position: text("position"),
            language: text("language"),
            types: self.text("types").lines().map(str::to_owned).collect(),
        }
    }

    /// The text of a field; nothing if it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn json(&self) -> Value {
        Value::Object(self.0.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect())
    }

    fn read(value: Option<&Value>) -> Option<Self> {
        let texts = value?.as_object()?.iter();
        texts
            .map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
            .collect::<Option<_>>()
            .map(Self)
    }
}

impl Form {
    const fn id(&self) -> &'static str {
        match self {
            Self::NewContact => "new_contact",
            Self::Contact { .. } => "contact",
            Self::Introduction => "introduction",
            Self::Account => "account",
            Self::MailServer => "mail_server",
            Self::Notice { .. } => "notice",
            Self::Import => "import",
            Self::Export => "export",
        }
    }

    fn read(object: &Map<String, Value>) -> Option<Self> {
        Some(match object.get("form")?.as_str()? {
            "new_contact" => Self::NewContact,
            "contact" => Self::Contact {
                id: ContactId(object.get("contact")?.as_i64()?),
                version: object.get("contact_version")?.as_i64()?,
            },
            "introduction" => Self::Introduction,
            "account" => Self::Account,
            "mail_server" => Self::MailServer,
            "notice" => Self::Notice {
                key: object.get("key")?.as_str()?.to_owned(),
                number: u32::try_from(object.get("key_number")?.as_u64()?).ok()?,
            },
            "import" => Self::Import,
            "export" => Self::Export,
            _ => return None,
        })
    }
}

/// The text of a file.
#[must_use]
pub fn written(draft: &Draft, at: Timestamp, owner: &Owner) -> String {
    let mut file = json!({
        "version": VERSION,
        "database": owner.database,
        "user": owner.user,
        "origin": owner.origin,
        "at": at.millis(),
        "form": draft.form.id(),
        "before": draft.before.json(),
        "now": draft.now.json(),
    });
    match &draft.form {
        Form::Contact { id, version } => {
            file["contact"] = id.0.into();
            file["contact_version"] = (*version).into();
        }
        Form::Notice { key, number } => {
            file["key"] = key.as_str().into();
            file["key_number"] = (*number).into();
        }
        Form::NewContact
        | Form::Introduction
        | Form::Account
        | Form::MailServer
        | Form::Import
        | Form::Export => {}
    }
    file.to_string()
}

/// Reads the text of a file; none if it is no draft that this version knows.
#[must_use]
pub fn read(text: &[u8], id: DraftId) -> Option<(Owner, Offer)> {
    let file: Value = serde_json::from_slice(text).ok()?;
    let file = file.as_object()?;
    if file.get("version")?.as_u64()? != VERSION {
        return None;
    }
    let text = |name: &str| Some(file.get(name)?.as_str()?.to_owned());
    let (user, origin) = (text("user")?, text("origin"));
    let owner = Owner { database: text("database")?, user: user.clone(), origin: origin.clone() };
    let draft = Draft {
        form: Form::read(file)?,
        before: Texts::read(file.get("before"))?,
        now: Texts::read(file.get("now"))?,
    };
    let at = Timestamp::from_millis(file.get("at")?.as_i64()?);
    Some((owner, Offer { id, at, user, origin, draft: Arc::new(draft) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner { database: "/srv/a.db".into(), user: "ada".into(), origin: Some("192.0.2.1".into()) }
    }

    #[test]
    fn what_is_written_is_read() {
        let forms = [
            Form::NewContact,
            Form::Contact { id: ContactId(7), version: 3 },
            Form::Introduction,
            Form::Account,
            Form::MailServer,
            Form::Notice { key: "screen-1-2".into(), number: 2 },
            Form::Import,
            Form::Export,
        ];
        for form in forms {
            let now = Texts::of([("name", "王小明\u{1b}\n\"x\\"), ("email", "")]);
            let draft = Draft { form, before: Texts::of([("name", "")]), now };
            let text = written(&draft, Timestamp::from_millis(5), &owner());
            let (owner_read, offer) = read(text.as_bytes(), DraftId(9)).unwrap();
            assert_eq!((owner_read, offer.at), (owner(), Timestamp::from_millis(5)));
            assert_eq!((offer.id, &*offer.draft), (DraftId(9), &draft));
        }
    }

    #[test]
    fn what_is_no_draft_of_this_version_is_none() {
        let draft =
            Draft { form: Form::Import, before: Texts::default(), now: Texts::of([("file", "a.csv")]) };
        let text = written(&draft, Timestamp::default(), &owner());
        for (from, to) in [
            ("\"version\":1", "\"version\":2"),
            ("\"import\"", "\"other\""),
            ("\"a.csv\"", "7"),
            ("\"user\"", "\"who\""),
            ("{", "["),
        ] {
            assert_eq!(read(text.replace(from, to).as_bytes(), DraftId(1)), None, "{from}");
        }
        assert_eq!(read(b"\xff", DraftId(1)), None);
        assert!(read(text.as_bytes(), DraftId(1)).is_some());
    }

    #[test]
    fn a_field_is_changed_if_it_is_not_as_the_form_began() {
        let draft = Draft {
            form: Form::Account,
            before: Texts::of([("name", "a"), ("email", "b")]),
            now: Texts::of([("name", "a"), ("email", "")]),
        };
        assert_eq!((draft.changed("name"), draft.changed("email")), (None, Some("")));
    }
}
