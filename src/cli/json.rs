//! The JSON that commands print: field names and their order are a promise to scripts and never change.
//!
//! Titles are English. It never writes anything; output does.

use serde::Serialize;

use crate::domain::account::Account;
use crate::domain::catalogue::{Catalogue, Category};
use crate::domain::contact::{Contact, Status};
use crate::domain::delivery::Delivery;
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::routing::Exclusion;
use crate::domain::timestamp::Timestamp;
use crate::operations::notices::{Fallback, Person};

/// A contact.
#[derive(Debug, Serialize)]
pub struct ContactJson<'a> {
    id: i64,
    name: &'a str,
    email: &'a str,
    position: Option<&'static str>,
    language: &'static str,
    status: &'static str,
    verified_at: Option<String>,
    pending_email: Option<&'a str>,
    unsubscribed_at: Option<String>,
    subscriptions: Vec<&'a str>,
    version: i64,
}

/// A delivery.
#[derive(Debug, Serialize)]
pub struct DeliveryJson<'a> {
    id: i64,
    kind: &'static str,
    to: &'a str,
    contact: Option<i64>,
    notice: Option<i64>,
    #[serde(rename = "type")]
    message_type: Option<&'a str>,
    subject: &'a str,
    fallback: Option<&'a str>,
    state: &'static str,
    attempts: u32,
    created_at: String,
    due_at: String,
    ended_at: Option<String>,
    message_id: &'a str,
    server: Option<&'a str>,
    maybe_sent: bool,
}

/// A category of the catalogue with its types.
#[derive(Debug, Serialize)]
pub struct CategoryJson<'a> {
    id: &'a str,
    title: &'a str,
    description: &'a str,
    recommended_for: Vec<&'static str>,
    types: Vec<TypeJson<'a>>,
}

/// A type of the catalogue.
#[derive(Debug, Serialize)]
pub struct TypeJson<'a> {
    id: &'a str,
    title: &'a str,
}

/// The account.
#[derive(Debug, Serialize)]
pub struct AccountJson<'a> {
    name: &'a str,
    security_email: Option<&'a str>,
    security_email_status: Option<&'static str>,
    language: &'static str,
}

/// A contact that would get it.
#[derive(Debug, Serialize)]
pub struct RecipientJson<'a> {
    contact: i64,
    email: &'a str,
}

/// A contact that would not.
#[derive(Debug, Serialize)]
pub struct ExcludedJson<'a> {
    contact: i64,
    email: &'a str,
    reason: &'static str,
}

/// That the security email would.
#[derive(Debug, Serialize)]
pub struct FallbackJson<'a> {
    email: &'a str,
    reason: &'static str,
}

impl<'a> ContactJson<'a> {
    #[must_use]
    pub fn of(contact: &'a Contact) -> Self {
        Self {
            id: contact.id.0,
            name: &contact.name,
            email: &contact.email,
            position: contact.position.map(Position::id),
            language: contact.language.id(),
            status: contact.status.id(),
            verified_at: time(contact.verified_at),
            pending_email: contact.pending_email.as_deref(),
            unsubscribed_at: time(contact.unsubscribed_at),
            subscriptions: contact.subscriptions.ids().collect(),
            version: contact.version,
        }
    }
}

impl<'a> DeliveryJson<'a> {
    #[must_use]
    pub fn of(delivery: &'a Delivery) -> Self {
        Self {
            id: delivery.id.0,
            kind: delivery.kind.id(),
            to: &delivery.to,
            contact: delivery.contact.map(|contact| contact.0),
            notice: delivery.notice.map(|notice| notice.0),
            message_type: delivery.message_type.as_deref(),
            subject: &delivery.subject,
            fallback: delivery.fallback.as_deref(),
            state: delivery.state.id(),
            attempts: delivery.attempts,
            created_at: delivery.created_at.to_string(),
            due_at: delivery.due_at.to_string(),
            ended_at: time(delivery.ended_at),
            message_id: &delivery.message_id,
            server: delivery.server.as_deref(),
            maybe_sent: delivery.maybe_sent,
        }
    }
}

impl<'a> CategoryJson<'a> {
    /// All categories in the order of the catalogue.
    #[must_use]
    pub fn all(catalogue: &'a Catalogue) -> Vec<Self> {
        catalogue.categories().iter().map(Self::of).collect()
    }

    fn of(category: &'a Category) -> Self {
        let types = category.types.iter();
        Self {
            id: &category.id,
            title: category.title.get(Language::En),
            description: category.description.get(Language::En),
            recommended_for: category.recommended.iter().map(|position| position.id()).collect(),
            types: types
                .map(|known| TypeJson { id: &known.id, title: known.title.get(Language::En) })
                .collect(),
        }
    }
}

impl<'a> AccountJson<'a> {
    #[must_use]
    pub fn of(account: &'a Account) -> Self {
        Self {
            name: &account.name,
            security_email: account.security_email.as_deref(),
            security_email_status: account.security_email_status.map(Status::id),
            language: account.language.id(),
        }
    }
}

impl<'a> RecipientJson<'a> {
    #[must_use]
    pub fn of(person: &'a Person) -> Self {
        Self { contact: person.contact.0, email: &person.email }
    }
}

impl<'a> ExcludedJson<'a> {
    #[must_use]
    pub fn of(person: &'a Person, exclusion: Exclusion) -> Self {
        Self { contact: person.contact.0, email: &person.email, reason: exclusion.id() }
    }
}

impl<'a> FallbackJson<'a> {
    /// None also where there is no security email.
    #[must_use]
    pub fn of(fallback: &'a Fallback) -> Option<Self> {
        Some(Self { email: fallback.email.as_deref()?, reason: fallback.reason.id() })
    }
}

fn time(moment: Option<Timestamp>) -> Option<String> {
    moment.map(|moment| moment.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::contact::ContactId;
    use crate::domain::delivery::{DeliveryId, Kind, State};
    use crate::domain::subscription::Subscriptions;

    #[test]
    fn a_contact_has_the_promised_fields_in_order() {
        let contact = Contact {
            id: ContactId(1),
            name: "王小明".into(),
            email: "xiaoming@example.cn".into(),
            position: Some(Position::FinanceDirector),
            language: Language::ZhCn,
            status: Status::Verified,
            verified_at: Some(Timestamp::from_millis(0)),
            code_sent_at: None,
            pending_email: None,
            unsubscribed_at: None,
            subscriptions: Subscriptions::from_ids(["product.expiration".to_owned(), "account".to_owned()]),
            version: 3,
        };
        assert_eq!(
            serde_json::to_string(&ContactJson::of(&contact)).unwrap(),
            r#"{"id":1,"name":"王小明","email":"xiaoming@example.cn","position":"finance_director","language":"zh-CN","status":"verified","verified_at":"1970-01-01T00:00:00Z","pending_email":null,"unsubscribed_at":null,"subscriptions":["account","product.expiration"],"version":3}"#
        );
    }

    #[test]
    fn a_delivery_has_the_promised_fields_in_order() {
        let zero = Timestamp::from_millis(0);
        let delivery = Delivery {
            id: DeliveryId(1),
            kind: Kind::Verification,
            to: "ada@example.org".into(),
            contact: Some(ContactId(1)),
            name: "ada".into(),
            notice: None,
            message_type: None,
            subject: "Confirm".into(),
            fallback: None,
            state: State::Queued,
            attempts: 0,
            created_at: zero,
            due_at: zero,
            expires_at: zero,
            ended_at: None,
            message_id: "<1@example.org>".into(),
            server: None,
            maybe_sent: false,
        };
        assert_eq!(
            serde_json::to_string(&DeliveryJson::of(&delivery)).unwrap(),
            r#"{"id":1,"kind":"verification","to":"ada@example.org","contact":1,"notice":null,"type":null,"subject":"Confirm","fallback":null,"state":"queued","attempts":0,"created_at":"1970-01-01T00:00:00Z","due_at":"1970-01-01T00:00:00Z","ended_at":null,"message_id":"<1@example.org>","server":null,"maybe_sent":false}"#
        );
    }

    #[test]
    fn a_category_and_the_account_have_the_promised_fields_in_order() {
        let catalogue = Catalogue::built_in();
        let text = serde_json::to_string(&CategoryJson::all(&catalogue)[0]).unwrap();
        assert!(text.starts_with(r#"{"id":"account","title":"Account Messages","description":""#), "{text}");
        assert!(
            text.ends_with(
                r#","recommended_for":["finance_director"],"types":[{"id":"account.funds","title":"Account funds"}]}"#
            ),
            "{text}"
        );
        let account = Account {
            name: "Example Ltd".into(),
            security_email: Some("sec@example.org".into()),
            security_email_status: Some(Status::CodeSent),
            language: Language::En,
            introduced: true,
        };
        assert_eq!(
            serde_json::to_string(&AccountJson::of(&account)).unwrap(),
            r#"{"name":"Example Ltd","security_email":"sec@example.org","security_email_status":"code_sent","language":"en"}"#
        );
    }
}
