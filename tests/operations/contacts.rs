//! Add, modify, delete, subscribe; two administrators at once.

use callsheet::domain::contact::{ContactId, Status, Subject};
use callsheet::domain::contact_form::Field;
use callsheet::domain::delivery::State;
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::contacts::{self, ContactChange, Mailing, Verify};
use callsheet::operations::{Problem, outbox, verification};

use crate::support::office::{Office, add, add_silently, deliveries, form, queued, refused, states};

fn email(text: &str) -> ContactChange {
    ContactChange { email: Some(text.to_owned()), ..ContactChange::default() }
}

fn name(text: &str) -> ContactChange {
    ContactChange { name: Some(text.to_owned()), ..ContactChange::default() }
}

#[test]
fn adding_queues_a_verification_in_the_contacts_language() {
    let office = Office::new();
    let mut session = office.session();
    let mut entered = form("王小明", "xiaoming@Example.CN");
    entered.position = "Finance Director".to_owned();
    entered.language = "zh-CN".to_owned();
    entered.types = vec!["recommended".to_owned()];
    let saved = contacts::add(&mut session, &entered, Verify::Send).unwrap();
    assert_eq!(saved.contact.email, "xiaoming@example.cn");
    assert_eq!(saved.contact.status, Status::Unverified);
    assert_eq!(saved.contact.subscriptions.ids().collect::<Vec<_>>(), ["account", "service"]);
    assert_eq!(saved.contact.version, 1);
    let mail = outbox::get(&mut session, queued(&saved.mailing)).unwrap();
    assert_eq!((mail.to.as_str(), mail.state), ("xiaoming@example.cn", State::Queued));
    assert!(mail.subject.contains("验证"), "{}", mail.subject);
    assert!(mail.message_id.ends_with("@example.com>"));
}

#[test]
fn an_address_is_unique_whatever_its_case_and_the_holder_is_named() {
    let office = Office::new();
    let mut session = office.session();
    add_silently(&mut session, "ops", "ops@example.org");
    let Problem::Invalid(problems) =
        refused(contacts::add(&mut session, &form("two words", "OPS@Example.org"), Verify::Send))
    else {
        panic!("not refused as invalid")
    };
    let fields: Vec<Field> = problems.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::Name, Field::Email]);
    let words = problems[1].message.to_string();
    assert!(words.contains("'ops' (contact 1)"), "{words}");
    assert!(deliveries(&mut session).is_empty());
}

#[test]
fn a_pending_address_is_taken_too() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    contacts::modify(&mut session, ada.id, &email("new@example.org"), None).unwrap();
    let problem = refused(contacts::add(&mut session, &form("Bob", "NEW@example.org"), Verify::Send));
    assert!(problem.to_string().contains("'Ada'"), "{problem}");
    let bob = add_silently(&mut session, "Bob", "bob@example.org");
    let problem = refused(contacts::modify(&mut session, bob, &email("new@example.org"), None));
    assert!(problem.to_string().contains("'Ada'"), "{problem}");
}

#[test]
fn saving_over_somebodys_newer_change_is_told_and_changes_nothing() {
    let office = Office::new();
    let (mut one, mut two) = (office.session(), office.session());
    let id = add_silently(&mut one, "Ada", "ada@example.org");
    contacts::modify(&mut two, id, &name("AdaLovelace"), Some(1)).unwrap();
    let Problem::Conflict { theirs } = refused(contacts::modify(&mut one, id, &name("Countess"), Some(1)))
    else {
        panic!("no conflict was told")
    };
    assert_eq!((theirs.name.as_str(), theirs.version), ("AdaLovelace", 2));
    assert_eq!(contacts::get(&mut one, id).unwrap().name, "AdaLovelace");
    let mine = contacts::modify(&mut one, id, &name("Countess"), Some(theirs.version)).unwrap();
    assert_eq!((mine.contact.name.as_str(), mine.contact.version), ("Countess", 3));
}

#[test]
fn a_save_that_changes_nothing_is_no_edit() {
    let office = Office::new();
    let mut session = office.session();
    let id = add_silently(&mut session, "Ada", "ada@example.org");
    let same = ContactChange { email: Some("ada@example.org".into()), ..name("Ada") };
    assert_eq!(contacts::modify(&mut session, id, &same, Some(1)).unwrap().contact.version, 1);
}

#[test]
fn an_unverified_address_is_replaced_at_once_and_its_mail_is_cancelled() {
    let office = Office::new();
    let mut session = office.session();
    let id = add(&mut session, "Ada", "ada@example.org").contact.id;
    let saved = contacts::modify(&mut session, id, &email("ada@example.com"), None).unwrap();
    assert_eq!((saved.contact.email.as_str(), saved.contact.pending_email), ("ada@example.com", None));
    assert!(matches!(saved.mailing, Mailing::Queued(_)));
    assert_eq!(states(&mut session), [State::Queued, State::Cancelled]);
}

#[test]
fn other_letters_of_the_same_address_change_the_spelling_only() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let saved = contacts::modify(&mut session, ada.id, &email("Ada@example.org"), None).unwrap();
    assert_eq!((saved.contact.email.as_str(), saved.contact.status), ("Ada@example.org", Status::Verified));
    assert_eq!(saved.mailing, Mailing::NotNeeded);
    assert_eq!(saved.contact.version, 2);
}

#[test]
fn nothing_but_the_email_touches_verification() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let change = ContactChange {
        position: Some("ceo".into()),
        language: Some("zh-CN".into()),
        types: Some(vec!["security".into()]),
        ..name("AdaLovelace")
    };
    let saved = contacts::modify(&mut session, ada.id, &change, None).unwrap().contact;
    assert_eq!((saved.status, saved.verified_at), (Status::Verified, ada.verified_at));
}

#[test]
fn deleting_is_final_cancels_what_waits_and_is_all_or_nothing() {
    let office = Office::new();
    let mut session = office.session();
    let id = add(&mut session, "Ada", "ada@example.org").contact.id;
    let problem = refused(contacts::delete(&mut session, &[id, ContactId(99)]));
    assert_eq!(problem, Problem::NoSuchContact("99".to_owned()));
    assert_eq!(states(&mut session), [State::Queued]);
    contacts::delete(&mut session, &[id]).unwrap();
    assert_eq!(contacts::totals(&mut session).unwrap().contacts, 0);
    assert_eq!(states(&mut session), [State::Cancelled]);
    assert_eq!(deliveries(&mut session)[0].contact, None);
    assert!(matches!(
        refused(verification::proofs(&mut session, Subject::Contact(id))),
        Problem::NoSuchContact(_)
    ));
    // A new contact never gets the number of an old one: the log would tell the one's story as the other's.
    assert_ne!(add_silently(&mut session, "Bob", "bob@example.org"), id);
}

#[test]
fn subscribing_is_an_edit() {
    let office = Office::new();
    let mut session = office.session();
    let id = add_silently(&mut session, "Ada", "ada@example.org");
    let wanted = Subscriptions::from_ids(["security".to_owned(), "unknown_to_us".to_owned()]);
    let contact = contacts::subscribe(&mut session, id, &wanted, contacts::Again::No, Some(1)).unwrap();
    assert_eq!((contact.version, &contact.subscriptions), (2, &wanted));
    assert!(matches!(
        refused(contacts::subscribe(&mut session, id, &wanted, contacts::Again::No, Some(1))),
        Problem::Conflict { .. }
    ));
}

#[test]
fn a_contact_is_found_by_id_by_either_address_and_by_a_unique_name() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "AdaLovelace", "ada@example.org");
    contacts::modify(&mut session, ada.id, &email("new@example.org"), None).unwrap();
    add_silently(&mut session, "ops", "ops1@example.org");
    add_silently(&mut session, "ops", "ops2@example.org");
    for reference in ["1", "ADA@example.org", "new@example.org", "adalovelace"] {
        assert_eq!(contacts::find(&mut session, reference).unwrap().id, ada.id, "{reference}");
    }
    let ambiguous = Problem::AmbiguousName { name: "ops".to_owned(), ids: vec![2, 3] };
    assert_eq!(refused(contacts::find(&mut session, "ops")), ambiguous);
    for reference in ["9", "nobody", "nobody@example.org", ""] {
        assert_eq!(
            refused(contacts::find(&mut session, reference)),
            Problem::NoSuchContact(reference.to_owned())
        );
    }
}

#[test]
fn a_typing_error_is_hinted_by_the_domains_that_verified_contacts_use() {
    let office = Office::new();
    let mut session = office.session();
    let hint = |session: &mut _, email| contacts::typo_hint(session, email).unwrap();
    assert_eq!(hint(&mut session, "bob@contoso-cloud.example"), None);
    office.verified(&mut session, "Ada", "ada@contoso-cloud.example");
    assert_eq!(hint(&mut session, "bob@contoso-clod.example").as_deref(), Some("bob@contoso-cloud.example"));
    assert_eq!(hint(&mut session, "bob@gmial.com").as_deref(), Some("bob@gmail.com"));
    assert_eq!(hint(&mut session, "not an address"), None);
}

#[test]
fn another_administrators_change_is_noticed() {
    let office = Office::new();
    let (mut one, mut two) = (office.session(), office.session());
    assert!(!one.changed_elsewhere().unwrap());
    add_silently(&mut two, "Ada", "ada@example.org");
    assert!(one.changed_elsewhere().unwrap());
    assert_eq!(contacts::totals(&mut one).unwrap().contacts, 1);
}
