//! Subscriptions of one contact whose recipient stopped a category, and of many contacts at once.

use std::ops::ControlFlow;
use std::sync::Arc;

use callsheet::clock::Clock;
use callsheet::domain::contact::{Contact, ContactId};
use callsheet::domain::contact_form::ContactDraft;
use callsheet::domain::email_address::{EmailAddress, Smtputf8};
use callsheet::domain::filter::Filter;
use callsheet::domain::language::Language;
use callsheet::domain::name::Name;
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::contacts::{self, Again, ContactChange, ListQuery};
use callsheet::operations::subscriptions::{
    Changed, Ended, Restored, Whom, copy, is_column_full, restore, set_column,
};
use callsheet::operations::{Problem, Session};
use callsheet::store::{Store, StoreError};
use serde_json::{Value, json};

use crate::support::office::{Office, add_silently, refused};

fn wanting(ids: &[&str]) -> Subscriptions {
    Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()))
}

/// So many contacts that want `ids`, by id from 1.
fn staff(office: &Office, count: usize, ids: &[&str]) -> Vec<ContactId> {
    let mut store = Store::open(&office.database()).unwrap();
    let added = store.write(|writing| {
        (1..=count)
            .map(|number| {
                let email = format!("user{number}@example.org");
                let draft = ContactDraft {
                    name: Name::parse(&format!("user{number}")).unwrap(),
                    email: EmailAddress::parse(&email, Smtputf8::Refused).unwrap(),
                    position: None,
                    language: Language::En,
                    subscriptions: wanting(ids),
                };
                writing.insert_contact(&draft, office.clock.now())
            })
            .collect::<Result<_, StoreError>>()
    });
    added.unwrap()
}

/// The recipient ends category activity.
fn stops(office: &Office, id: ContactId) {
    let mut store = Store::open(&office.database()).unwrap();
    store.write(|writing| writing.set_unsubscribed(id, Some(office.clock.now()))).unwrap();
}

fn get(session: &mut Session, id: ContactId) -> Contact {
    contacts::get(session, id).unwrap()
}

fn wanted(session: &mut Session, id: ContactId) -> Vec<String> {
    get(session, id).subscriptions.ids().map(str::to_owned).collect()
}

fn filtered(filter: &str) -> Whom {
    Whom::Filtered(ListQuery { filter: Filter::parse(filter), ..ListQuery::default() })
}

fn everyone() -> Whom {
    filtered("")
}

fn set(session: &mut Session, id: &str, whom: &Whom, wanted: bool) -> Changed {
    set_column(session, id, whom, wanted, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn take_back(session: &mut Session, changed: &Changed) -> Restored {
    restore(session, changed, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn restored(restored: u64, left_alone: u64) -> Restored {
    Restored { restored, left_alone, ..Restored::default() }
}

/// The details in the audit log, with whom they belong to.
fn audit(office: &Office, action: &str) -> Vec<(Option<i64>, Value)> {
    let connection = rusqlite::Connection::open(office.database()).unwrap();
    let mut query = connection
        .prepare(
            "SELECT a.contact_id, d.details FROM audit a JOIN audit_detail d ON d.audit_id = a.id WHERE action = ?1",
        )
        .unwrap();
    let entries = query.query_map([action], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
    entries.map(Result::unwrap).map(|(id, text)| (id, serde_json::from_str(&text).unwrap())).collect()
}

#[test]
fn who_stopped_activity_is_subscribed_again_only_knowingly() {
    let office = Office::new();
    let mut session = office.session();
    let ada = add_silently(&mut session, "Ada", "ada@example.org");
    stops(&office, ada);
    let has_unsubscribed = Problem::HasUnsubscribed { name: "Ada".to_owned() };
    for ids in [&["activity"][..], &["security", "activity.launch"], &["activity.newer"]] {
        let problem = refused(contacts::subscribe(&mut session, ada, &wanting(ids), Again::No, None));
        assert_eq!(problem, has_unsubscribed);
    }
    let types = |again| ContactChange {
        name: Some("Countess".to_owned()),
        types: Some(vec!["activity".to_owned()]),
        again,
        ..ContactChange::default()
    };
    assert_eq!(refused(contacts::modify(&mut session, ada, &types(Again::No), None)), has_unsubscribed);
    let present = get(&mut session, ada);
    assert_eq!((present.name.as_str(), present.version), ("Ada", 1));
    assert!(audit(&office, "contact.subscribe").is_empty());

    let noted =
        contacts::subscribe(&mut session, ada, &wanting(&["activity"]), Again::Keep, Some(1)).unwrap();
    assert_eq!((noted.subscriptions.covers("activity.launch"), noted.version), (true, 2));
    assert_eq!(noted.unsubscribed_at, Some(office.clock.now()));
    let again = contacts::modify(&mut session, ada, &types(Again::Yes), Some(2)).unwrap().contact;
    assert_eq!((again.name.as_str(), again.unsubscribed_at, again.version), ("Countess", None, 3));
    assert_eq!(audit(&office, "contact.modify")[0].1["again"], true);
    assert_eq!(audit(&office, "contact.subscribe")[0].1.get("again"), None);
}

#[test]
fn being_subscribed_again_needs_no_other_change() {
    let office = Office::new();
    let mut session = office.session();
    let id = staff(&office, 1, &["activity"])[0];
    stops(&office, id);
    let same = wanting(&["activity"]);
    let untouched = contacts::subscribe(&mut session, id, &same, Again::No, None).unwrap();
    assert_eq!((untouched.unsubscribed_at.is_some(), untouched.version), (true, 1));
    let again = contacts::subscribe(&mut session, id, &same, Again::Yes, None).unwrap();
    assert_eq!((again.unsubscribed_at, again.version), (None, 2));
    let both = json!([["activity"], ["activity"]]);
    assert_eq!(
        audit(&office, "contact.subscribe"),
        [(Some(id.0), json!({ "subscriptions": both, "again": true }))]
    );
}

#[test]
fn other_categories_and_removing_never_ask() {
    let office = Office::new();
    let mut session = office.session();
    let id = staff(&office, 1, &["activity", "product"])[0];
    stops(&office, id);
    for (ids, again) in [
        (&["activity", "security"][..], Again::No),
        (&["activity.launch", "activity.promotion"], Again::No),
        (&["activity.launch", "account"], Again::No),
        (&["account", "service"], Again::Yes),
    ] {
        let saved = contacts::subscribe(&mut session, id, &wanting(ids), again, None).unwrap();
        assert_eq!((saved.subscriptions, saved.unsubscribed_at.is_some()), (wanting(ids), true));
    }
    // A change that says nothing of subscriptions ends nothing either.
    let name = ContactChange { name: Some("Bob".into()), again: Again::Yes, ..ContactChange::default() };
    assert!(contacts::modify(&mut session, id, &name, None).unwrap().contact.unsubscribed_at.is_some());
}

#[test]
fn modifying_keeps_what_the_catalogue_does_not_know() {
    let office = Office::new();
    let mut session = office.session();
    let id = staff(&office, 1, &["newer.type", "security"])[0];
    let name = ContactChange { name: Some("Bob".to_owned()), ..ContactChange::default() };
    let saved = contacts::modify(&mut session, id, &name, None).unwrap().contact;
    assert_eq!(saved.subscriptions, wanting(&["newer.type", "security"]));
    let types = |ids: &[&str]| ContactChange {
        types: Some(ids.iter().map(|id| (*id).to_owned()).collect()),
        ..ContactChange::default()
    };
    let saved = contacts::modify(&mut session, id, &types(&["newer.type", "account"]), None).unwrap().contact;
    assert_eq!(saved.subscriptions, wanting(&["account", "newer.type"]));
    let problem = refused(contacts::modify(&mut session, id, &types(&["newer.other"]), None));
    assert!(matches!(problem, Problem::Invalid(_)));
}

#[test]
fn a_column_is_set_in_chunks_of_one_audit_entry_each() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&office, 1003, &["account"]);
    let has = wanting(&["account", "security"]);
    contacts::subscribe(&mut session, ids[7], &has, Again::No, None).unwrap();
    let mut heard = Vec::new();
    let changed = set_column(&mut session, "security", &everyone(), true, &mut |done| {
        heard.push(done);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(heard.is_sorted() && heard.len() > 1, "{heard:?}");
    assert_eq!(heard.last(), Some(&1003));
    assert_eq!((changed.count(), changed.steps.len()), (1002, 1));
    assert_eq!((&changed.steps[0].before, &changed.steps[0].after), (&wanting(&["account"]), &has));
    assert!(!changed.steps[0].contacts.contains(&ids[7]));
    assert_eq!((get(&mut session, ids[0]).version, get(&mut session, ids[7]).version), (2, 2));
    let entries = audit(&office, "contacts.subscribe");
    let told: Vec<&Value> =
        entries.iter().flat_map(|(_, details)| details["contacts"].as_array().unwrap()).collect();
    let meant: Vec<Value> = ids.iter().filter(|id| **id != ids[7]).map(|id| json!(id.0)).collect();
    assert_eq!(told, meant.iter().collect::<Vec<_>>());
    assert_eq!(entries.len(), heard.len(), "one entry each chunk");
    assert_eq!((&entries[0].1["type"], &entries[0].1["subscribed"]), (&json!("security"), &json!(true)));
    // Once more there is nothing to do, and nothing to tell.
    assert_eq!(set(&mut session, "security", &everyone(), true).steps, []);
    assert_eq!(audit(&office, "contacts.subscribe").len(), entries.len());
}

#[test]
fn one_type_leaves_its_siblings_and_completes_its_category() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&office, 2, &["newer", "security"]);
    contacts::subscribe(&mut session, ids[1], &wanting(&["newer"]), Again::No, None).unwrap();
    set(&mut session, "security.cloud", &everyone(), false);
    assert_eq!(wanted(&mut session, ids[0]), ["newer", "security.account", "security.content"]);
    assert_eq!(get(&mut session, ids[1]).version, 2);
    set(&mut session, "security.cloud", &everyone(), true);
    assert_eq!(wanted(&mut session, ids[0]), ["newer", "security"]);
    assert_eq!(wanted(&mut session, ids[1]), ["newer", "security.cloud"]);
}

#[test]
fn only_those_meant_are_changed() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&office, 12, &["account"]);
    let subscribed = |session: &mut Session| -> Vec<i64> {
        let security = |id: &&ContactId| get(session, **id).subscriptions.covers("security");
        ids.iter().filter(security).map(|id| id.0).collect()
    };
    set(&mut session, "security", &filtered("user1"), true);
    assert_eq!(subscribed(&mut session), [1, 10, 11, 12]);
    // The filter asks for what is being taken away.
    assert_eq!(set(&mut session, "security", &filtered("type:security"), false).count(), 4);
    let selected = ListQuery {
        filter: Filter::parse("is:selected user1"),
        selected: Arc::new([ids[11], ids[2], ids[0], ContactId(99)].into()),
        ..ListQuery::default()
    };
    set(&mut session, "security", &Whom::Filtered(selected), true);
    assert_eq!(subscribed(&mut session), [1, 12]);
    set(&mut session, "security", &Whom::These(vec![ids[4], ContactId(99), ids[4]]), true);
    assert_eq!(subscribed(&mut session), [1, 5, 12]);
    let nobody = filtered("status:nonsense");
    assert_eq!(set(&mut session, "security", &nobody, true).steps, []);
    let unknown = set_column(&mut session, "securty", &everyone(), true, &mut |_| ControlFlow::Continue(()));
    assert!(refused(unknown).to_string().contains("'securty'"));
}

#[test]
fn a_column_is_full_if_everyone_meant_wants_it() {
    let office = Office::new();
    let mut session = office.session();
    let full = |id: &str, whom: &Whom| is_column_full(&mut office.session(), id, whom).unwrap();
    assert!(!full("security", &everyone()));
    let ids = staff(&office, 2, &["security"]);
    assert!(full("security", &everyone()) && full("security.cloud", &everyone()));
    contacts::subscribe(&mut session, ids[1], &wanting(&["security.cloud"]), Again::No, None).unwrap();
    assert!(!full("security", &everyone()) && full("security.cloud", &everyone()));
    assert!(full("security", &Whom::These(vec![ids[0], ContactId(99)])));
    assert!(full("security", &filtered("user1")) && !full("security", &filtered("user2")));
    assert!(!full("security", &Whom::These(vec![ContactId(99)])));
    assert!(!full("security", &filtered("nobody")));
    // Neither who is not meant nor who comes after the one that lacks it changes anything.
    contacts::subscribe(&mut session, ids[0], &wanting(&[]), Again::No, None).unwrap();
    contacts::subscribe(&mut session, ids[1], &wanting(&["security"]), Again::No, None).unwrap();
    assert!(full("security", &filtered("user2")) && full("security", &Whom::These(vec![ids[1]])));
    assert!(!full("security", &filtered("user")) && !full("security", &everyone()));
    assert!(!full("security.cloud", &Whom::These(ids)));
}

#[test]
fn who_stopped_activity_stays_unsubscribed_in_a_bulk_change() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&office, 3, &["account"]);
    stops(&office, ids[1]);
    assert_eq!(set(&mut session, "security", &everyone(), true).unsubscribed, []);
    let changed = set(&mut session, "activity", &everyone(), true);
    assert_eq!((changed.count(), changed.unsubscribed), (3, vec![ids[1]]));
    let noted = get(&mut session, ids[1]);
    assert!(noted.subscriptions.covers("activity") && noted.unsubscribed_at.is_some());
    assert_eq!(set(&mut session, "activity", &everyone(), false).unsubscribed, []);
}

#[test]
fn copying_gives_everything_that_the_other_wants() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&office, 3, &["account"]);
    let model = wanting(&["activity.launch", "newer", "security"]);
    contacts::subscribe(&mut session, ids[0], &model, Again::No, None).unwrap();
    stops(&office, ids[2]);
    let mut copied =
        |from, to: &[ContactId]| copy(&mut session, from, to, &mut |_| ControlFlow::Continue(()));
    assert_eq!(refused(copied(ContactId(99), &ids)), Problem::NoSuchContact("99".to_owned()));
    let changed = copied(ids[0], &[ids[2], ids[0], ids[1], ContactId(99)]).unwrap();
    assert_eq!((changed.count(), &changed.unsubscribed), (2, &vec![ids[2]]));
    assert_eq!(get(&mut session, ids[1]).subscriptions, model);
    assert!(get(&mut session, ids[2]).unsubscribed_at.is_some());
    let told = json!({ "copied_from": 1, "subscriptions": ["activity.launch", "newer", "security"], "contacts": [2, 3] });
    assert_eq!(audit(&office, "contacts.subscribe"), [(None, told)]);
    assert_eq!(take_back(&mut session, &changed), restored(2, 0));
    assert_eq!(wanted(&mut session, ids[2]), ["account"]);
}

#[test]
fn taking_back_leaves_newer_changes_of_others_alone() {
    let office = Office::new();
    let (mut session, mut other) = (office.session(), office.session());
    let ids = staff(&office, 5, &["account"]);
    contacts::subscribe(&mut session, ids[0], &wanting(&["newer", "security.cloud"]), Again::No, None)
        .unwrap();
    let changed = set(&mut session, "security", &everyone(), true);
    let newest = wanting(&["product"]);
    contacts::subscribe(&mut other, ids[1], &newest, Again::No, None).unwrap();
    contacts::subscribe(&mut other, ids[2], &wanting(&["account"]), Again::No, None).unwrap();
    contacts::delete(&mut other, &[ids[3]]).unwrap();
    // Another name is no newer wish.
    let name = ContactChange { name: Some("Bob".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut other, ids[4], &name, None).unwrap();

    assert_eq!(take_back(&mut session, &changed), restored(2, 1));
    assert_eq!(wanted(&mut session, ids[0]), ["newer", "security.cloud"]);
    assert_eq!(get(&mut session, ids[1]).subscriptions, newest);
    assert_eq!(
        (wanted(&mut session, ids[2]), wanted(&mut session, ids[4])),
        (vec!["account".into()], vec!["account".into()])
    );
    assert_eq!(get(&mut session, ids[0]).version, 4);
    let told = json!({
        "restored": [
            { "subscriptions": ["newer", "security.cloud"], "contacts": [1] },
            { "subscriptions": ["account"], "contacts": [5] },
        ],
        "contacts": [1, 5],
    });
    assert_eq!(audit(&office, "contacts.subscribe")[1], (None, told));
    assert_eq!(take_back(&mut session, &changed), restored(0, 1));
}

#[test]
fn taking_back_brings_an_unsubscription_back_for_the_same_address_only() {
    let office = Office::new();
    let mut session = office.session();
    for (email, is_back) in [(None, true), (Some("new@example.org".to_owned()), false)] {
        let id = add_silently(&mut session, "Ada", "ada@example.org");
        stops(&office, id);
        let before = get(&mut session, id);
        let after = contacts::subscribe(&mut session, id, &wanting(&["activity"]), Again::Yes, None).unwrap();
        let changed = Changed::of(&before, &after, office.clock.now());
        assert_eq!(changed.count(), 1);
        let change = ContactChange { email, ..ContactChange::default() };
        contacts::modify(&mut session, id, &change, None).unwrap();
        assert_eq!(take_back(&mut session, &changed), restored(1, 0));
        let present = get(&mut session, id);
        assert!(present.subscriptions.is_empty());
        assert_eq!(present.unsubscribed_at, before.unsubscribed_at.filter(|_| is_back));
        contacts::delete(&mut session, &[id]).unwrap();
    }
    let id = add_silently(&mut session, "Ada", "ada@example.org");
    let contact = get(&mut session, id);
    assert_eq!(Changed::of(&contact, &contact, office.clock.now()), Changed::default());
}

#[test]
fn a_stopped_change_tells_what_it_has_done() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&office, 1001, &[]);
    let mut done = 0;
    let changed = set_column(&mut session, "security", &everyone(), true, &mut |now| {
        done = now;
        if now > 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!((changed.count(), &changed.ended), (done, &Ended::Stopped));
    assert!(!get(&mut session, ids[1000]).subscriptions.covers("security"));
    let part = restore(&mut session, &changed, &mut |_| ControlFlow::Break(())).unwrap();
    assert_eq!(part, Restored { restored: 100, ended: Ended::Stopped, ..Restored::default() });
    // What is left of it is taken back by doing it once more.
    assert_eq!(take_back(&mut session, &changed), restored(done - 100, 0));
    // Stopping after the last chunk stops nothing.
    let all = set_column(&mut session, "security", &Whom::These(ids[..10].to_vec()), true, &mut |_| {
        ControlFlow::Break(())
    });
    assert_eq!(all.unwrap().ended, Ended::Done);
}

#[test]
fn others_work_between_the_chunks_and_a_failed_chunk_leaves_those_before_it() {
    let office = Office::new();
    let (mut session, mut other) = (office.session(), office.session());
    let ids = staff(&office, 1001, &["account"]);
    let mut last = 0;
    let changed = set_column(&mut session, "security", &everyone(), true, &mut |done| {
        last = done;
        if done == 100 {
            contacts::delete(&mut other, &[ids[100]]).unwrap();
        } else {
            let connection = rusqlite::Connection::open(office.database()).unwrap();
            let full =
                "CREATE TRIGGER full BEFORE INSERT ON subscription BEGIN SELECT RAISE(ABORT, 'full'); END";
            connection.execute_batch(full).unwrap();
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(changed.count(), last - 1);
    assert!(matches!(changed.ended, Ended::Failed(Problem::Store(_))), "{:?}", changed.ended);
    assert_eq!(wanted(&mut session, ids[1000]), ["account"]);
    assert_eq!(get(&mut session, ids[1000]).version, 1);
    // If the first chunk fails, nothing has happened.
    let failed = set_column(&mut session, "product", &everyone(), true, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(refused(failed), Problem::Store(_)));
}
