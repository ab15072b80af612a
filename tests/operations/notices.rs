//! Notices: who gets one, that it is queued once, and what became of it.

mod any_order;
mod end;
mod list;
mod mail;
mod once;
mod route;
mod wording;

use callsheet::domain::contact::ContactId;
use callsheet::domain::delivery::{DeliveryId, NoticeId};
use callsheet::domain::notice::{Notice, NoticeForm};
use callsheet::domain::routing::Exclusion;
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, Verify};
use callsheet::operations::notices::{self, Fallback, Notified, Person};
use callsheet::operations::{Problem, Session, outbox};
use callsheet::store::{Settlement, Store};

use crate::support::office::{Office, form};

/// A type of each kind of rank and lifetime.
const ALARM: &str = "security.account";
const OFFER: &str = "activity.launch";

pub fn announcement(message_type: &str) -> NoticeForm {
    NoticeForm {
        message_type: message_type.to_owned(),
        subject: "A login from a new country".to_owned(),
        body: "It was 14:03.\n".to_owned(),
        html: None,
    }
}

/// A verified contact with these subscriptions.
pub fn contact(office: &Office, session: &mut Session, name: &str, types: &[&str]) -> ContactId {
    let id = unverified(session, name, types);
    mark(office, id, "status = 'verified', verified_at = 1");
    id
}

pub fn unverified(session: &mut Session, name: &str, types: &[&str]) -> ContactId {
    let mut form = form(name, &format!("{}@example.org", name.to_lowercase()));
    form.types = types.iter().map(|id| (*id).to_owned()).collect();
    contacts::add(session, &form, Verify::Later).unwrap().contact.id
}

/// Brings a contact into a state that takes mails and days to come about.
pub fn mark(office: &Office, id: ContactId, change: &str) {
    let changed = raw(office).execute(&format!("UPDATE contact SET {change} WHERE id = ?1"), [id.0]);
    assert_eq!(changed, Ok(1));
}

pub fn raw(office: &Office) -> rusqlite::Connection {
    rusqlite::Connection::open(office.database()).unwrap()
}

pub fn set_security_email(session: &mut Session, email: &str) {
    let change = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some(email.to_owned()),
        ..AccountChange::default()
    };
    account::set(session, &change).unwrap();
}

/// What explaining tells, in its order.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub recipients: Vec<Person>,
    pub excluded: Vec<(Person, Exclusion)>,
    pub fallback: Option<Fallback>,
}

pub fn explain(session: &mut Session, message_type: &str) -> Result<Told, Problem> {
    let mut told = Told { recipients: Vec::new(), excluded: Vec::new(), fallback: None };
    told.fallback = notices::explain::<Problem>(session, message_type, |person, verdict| {
        match verdict {
            Ok(()) => {
                assert_eq!(told.excluded, [], "those who receive come first");
                told.recipients.push(person.clone());
            }
            Err(reason) => told.excluded.push((person.clone(), reason)),
        }
        Ok(())
    })?;
    Ok(told)
}

pub fn notify(session: &mut Session, message_type: &str) -> Notified {
    notices::notify(session, &announcement(message_type), None).unwrap()
}

/// A sender takes the delivery, and this becomes of it.
pub fn settle(office: &Office, id: DeliveryId, settlement: &Settlement) {
    let mut store = Store::open(&office.database()).unwrap();
    let now = callsheet::clock::Clock::now(&office.clock);
    let claimed = store.write(|writing| writing.claim_next(Some(&[id]), &mut 9, now, now)).unwrap();
    let claimed = claimed.unwrap_or_else(|| panic!("{id:?} is not due"));
    store.write(|writing| writing.settle(&claimed, settlement, now)).unwrap();
}

pub fn send(office: &Office, id: DeliveryId) {
    settle(office, id, &Settlement::Sent { words: "250 ok".to_owned() });
}

pub fn fail(office: &Office, id: DeliveryId) {
    let words = "550 5.7.1 no".to_owned();
    settle(office, id, &Settlement::Failed { words, phase: "rcpt", undeliverable: false });
}

/// Who has a mail of this notice, the fallback's reason, and how it stands: by delivery id.
pub fn mails(session: &mut Session, id: NoticeId) -> Vec<(String, Option<String>, &'static str)> {
    let of = |delivery: callsheet::domain::delivery::Delivery| {
        (delivery.to, delivery.fallback, delivery.state.id())
    };
    notices::deliveries(session, id).unwrap().into_iter().map(of).collect()
}

pub fn get(session: &mut Session, id: NoticeId) -> Notice {
    notices::get(session, id).unwrap()
}

pub fn cancel(session: &mut Session, id: DeliveryId) {
    outbox::cancel(session, &[id]).unwrap();
}
