//! Coverage counts whom routing would choose.

use std::sync::Arc;

use callsheet::clock::Clock;
use callsheet::domain::catalogue::{Catalogue, category_of};
use callsheet::domain::contact::Status;
use callsheet::domain::contact_form::ContactDraft;
use callsheet::domain::email_address::{EmailAddress, Smtputf8};
use callsheet::domain::language::Language;
use callsheet::domain::name::Name;
use callsheet::domain::routing::{Candidate, verdict};
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::Session;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::coverage::{Coverage, Thin, coverage, thin};
use callsheet::store::{Store, StoreError};
use proptest::prelude::*;

use crate::support::office::{Office, add_silently};

/// What coverage depends on.
#[derive(Debug, Clone)]
struct Person {
    wants: Vec<String>,
    verified: bool,
    undeliverable: bool,
    unsubscribed: bool,
}

/// An office of these people and everyone in it as routing sees them.
fn office_of(people: &[Person]) -> (Office, Vec<Candidate>) {
    let office = Office::new();
    let mut store = Store::open(&office.database()).unwrap();
    let now = office.clock.now();
    let mut candidates = Vec::new();
    store
        .write(|writing| {
            for (number, person) in people.iter().enumerate() {
                let draft = ContactDraft {
                    name: Name::parse("Ada").unwrap(),
                    email: EmailAddress::parse(&format!("ada{number}@example.org"), Smtputf8::Refused)
                        .unwrap(),
                    position: None,
                    language: Language::En,
                    subscriptions: Subscriptions::from_ids(person.wants.iter().cloned()),
                };
                let id = writing.insert_contact(&draft, now)?;
                if person.verified {
                    writing.set_status(id, Status::Verified, now)?;
                }
                if person.undeliverable {
                    writing.set_status(id, Status::Undeliverable, now)?;
                }
                writing.set_unsubscribed(id, person.unsubscribed.then_some(now))?;
            }
            writing.reading().each_candidate(|candidate, _| {
                candidates.push(candidate.clone());
                true
            })
        })
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    (office, candidates)
}

/// The catalogue with a category of twenty types more.
fn large_catalogue() -> Catalogue {
    let types: String = (0..20)
        .map(|number| {
            format!("[[category.type]]\nid = \"own.t{number}\"\ntitle = {{ en = \"t\", zh-CN = \"t\" }}\n")
        })
        .collect();
    let category = "[[category]]\nid = \"own\"\ntitle = { en = \"o\", zh-CN = \"o\" }\ndescription = { en = \"o\", zh-CN = \"o\" }\n";
    Catalogue::built_in().extended(&format!("{category}{types}")).unwrap()
}

/// Coverage by asking routing about everyone and every type.
fn by_asking(catalogue: &Catalogue, candidates: &[Candidate]) -> Vec<Coverage> {
    let receives = |id: &str, candidate: &Candidate| verdict(id, candidate).is_ok();
    let types: Vec<&str> = catalogue.ids().filter(|id| id.contains('.')).collect();
    let rows = catalogue.ids().map(|id| {
        let is_category = !id.contains('.');
        let falls_under = |one: &&&str| **one == id || (is_category && category_of(one) == id);
        let below: Vec<&str> = types.iter().filter(falls_under).copied().collect();
        let recipients =
            candidates.iter().filter(|candidate| below.iter().any(|one| receives(one, candidate))).count();
        Coverage { id: id.to_owned(), is_category, recipients: recipients as u64 }
    });
    rows.collect()
}

fn session(office: &Office, catalogue: &Catalogue) -> Session {
    let opening =
        callsheet::operations::Opening { catalogue: Arc::new(catalogue.clone()), ..office.opening() };
    Session::open(&opening).unwrap()
}

#[test]
fn only_verified_subscribers_count_and_a_category_counts_each_once() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let types = |ids: &[&str]| ContactChange {
        types: Some(ids.iter().map(|id| (*id).to_owned()).collect()),
        ..ContactChange::default()
    };
    contacts::modify(&mut session, ada.id, &types(&["security", "product.release", "product.change"]), None)
        .unwrap();
    let bob = add_silently(&mut session, "Bob", "bob@example.org");
    contacts::modify(&mut session, bob, &types(&["security"]), None).unwrap();
    let found = coverage(&mut session).unwrap();
    let of = |id: &str| found.iter().find(|row| row.id == id).unwrap().recipients;
    assert_eq!((of("security"), of("security.account")), (1, 1));
    assert_eq!((of("product"), of("product.release"), of("product.feature")), (1, 1, 0));
    assert_eq!(of("account"), 0);
    assert_eq!(found.len(), 26);
}

#[test]
fn types_that_reach_nobody_or_one_person_are_named() {
    let person = |wants: &[&str], unsubscribed| Person {
        wants: wants.iter().map(|id| (*id).to_owned()).collect(),
        verified: true,
        undeliverable: false,
        unsubscribed,
    };
    let most = ["account", "product", "exception", "service", "security.account", "security.cloud"];
    let (office, _) =
        office_of(&[person(&most, false), person(&most, false), person(&["security", "activity"], true)]);
    let expected = Thin {
        nobody: ["activity.promotion", "activity.launch", "activity.commercial"].map(str::to_owned).to_vec(),
        one_person: vec!["security.content".to_owned()],
    };
    assert_eq!(thin(&mut office.session()).unwrap(), expected);
}

#[test]
fn more_kinds_of_contacts_than_are_remembered_at_once_are_counted() {
    let catalogue = large_catalogue();
    let types: Vec<&str> = catalogue.ids().filter(|id| id.contains('.')).collect();
    let people: Vec<Person> = (0..5000_usize)
        .map(|number| Person {
            wants: (0..13)
                .filter(|bit| number >> bit & 1 == 1)
                .map(|bit| types[bit * 3].to_owned())
                .collect(),
            verified: number % 7 != 0,
            undeliverable: number % 11 == 0,
            unsubscribed: number % 5 == 0,
        })
        .collect();
    let (office, candidates) = office_of(&people);
    assert_eq!(coverage(&mut session(&office, &catalogue)).unwrap(), by_asking(&catalogue, &candidates));
}

prop_compose! {
    fn any_person()(
        wants in proptest::collection::vec(
            proptest::sample::select(
                large_catalogue().ids().chain(["newer", "newer.type", "activity.newer", "own2"]).map(str::to_owned)
                    .collect::<Vec<_>>(),
            ),
            0..8,
        ),
        verified in proptest::bool::weighted(0.8), undeliverable in proptest::bool::weighted(0.2),
        unsubscribed in proptest::bool::weighted(0.3),
    ) -> Person {
        Person { wants, verified, undeliverable, unsubscribed }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn coverage_agrees_with_routing(people in proptest::collection::vec(any_person(), 0..50)) {
        let catalogue = large_catalogue();
        let (office, candidates) = office_of(&people);
        prop_assert_eq!(candidates.len(), people.len());
        prop_assert_eq!(coverage(&mut session(&office, &catalogue)).unwrap(), by_asking(&catalogue, &candidates));
    }
}
