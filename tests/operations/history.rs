//! The history: what it tells, and that a change of it is found.

use std::ops::ControlFlow;

use callsheet::domain::brief::Brief;
use callsheet::domain::contact::ContactId;
use callsheet::domain::language::Language;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::history::{
    self, Anchor, Break, Event, HistoryAt, HistoryQuery, Record, RecordQuery, Verdict,
};
use callsheet::operations::subscriptions::{self, Whom};
use callsheet::operations::{Session, account};

use crate::support::office::{Office, add, add_silently};

fn all(session: &mut Session, query: HistoryQuery) -> Vec<Event> {
    history::page(session, query, HistoryAt::Newest, 1000).unwrap().rows
}

fn records(session: &mut Session, query: &RecordQuery) -> Vec<Record> {
    let mut goes_on = |_| ControlFlow::Continue(());
    history::records(session, query, HistoryAt::Newest, 1000, &mut goes_on).unwrap().unwrap().rows
}

fn busy_office() -> (Office, ContactId) {
    let office = Office::new();
    let mut session = office.session();
    let ada = add(&mut session, "Ada", "ada@example.org").contact.id;
    let change = ContactChange { position: Some("ceo".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut session, ada, &change, None).unwrap();
    add(&mut session, "Bob", "bob@example.org");
    (office, ada)
}

/// Changes the database behind the program's back, as somebody with the file could.
fn tamper(office: &Office, sql: &str) {
    let database = rusqlite::Connection::open(office.database()).unwrap();
    let lifted = "DROP TRIGGER audit_is_append_only_update; DROP TRIGGER audit_is_append_only_delete; \
                  DROP TRIGGER audit_detail_is_never_changed;";
    database.execute_batch(&format!("PRAGMA foreign_keys = OFF; {lifted} {sql}")).unwrap();
}

#[test]
fn entries_tell_who_did_what_newest_first() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    let events = all(&mut session, HistoryQuery::default());
    let actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["contact.add", "contact.modify", "contact.add"]);
    assert!(
        events.iter().all(|event| event.actor == "ada" && event.via == "command" && event.origin.is_none())
    );
    let modified = &events[1];
    assert_eq!(modified.contact, Some(ada));
    assert_eq!(history::told(modified), "position: none → ceo");
}

#[test]
fn pages_joined_are_the_whole_history() {
    let (office, _) = busy_office();
    let mut session = office.session();
    let whole = all(&mut session, HistoryQuery::default());
    let mut joined = Vec::new();
    let mut at = HistoryAt::Newest;
    loop {
        let page = history::page(&mut session, HistoryQuery::default(), at, 2).unwrap();
        assert_eq!(page.at_start, joined.is_empty());
        joined.extend(page.rows);
        at = HistoryAt::After(joined.last().unwrap().id);
        if page.at_end {
            break;
        }
    }
    assert_eq!(joined, whole);
    let before = history::page(&mut session, HistoryQuery::default(), HistoryAt::Before(1), 2).unwrap();
    assert_eq!(before.rows, whole[..2]);
    let oldest = history::page(&mut session, HistoryQuery::default(), HistoryAt::Oldest, 2).unwrap();
    assert_eq!(oldest.rows, whole[1..]);
    assert!(oldest.at_end && !oldest.at_start);
}

#[test]
fn one_contact_and_a_time_narrow_it() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    let of_ada = all(&mut session, HistoryQuery { contact: Some(ada), since: None });
    assert_eq!(of_ada.len(), 2);
    office.clock.advance(std::time::Duration::from_secs(60));
    let mut session = office.session();
    let since = Some(session.now());
    account::skip_introduction(&mut session).unwrap();
    let recent = all(&mut session, HistoryQuery { contact: None, since });
    assert_eq!(recent.len(), 1);
    assert_eq!(recent[0].action, "account.skip_introduction");
}

#[test]
fn a_change_of_many_belongs_to_the_history_of_each() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    let eve = add(&mut session, "Eve", "eve@example.org").contact.id;
    let whom = Whom::These(vec![ada]);
    subscriptions::set_column(&mut session, "security", &whom, true, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    let of = |session: &mut Session, contact| {
        let events = all(session, HistoryQuery { contact: Some(contact), since: None });
        events.into_iter().map(|event| event.action).collect::<Vec<_>>()
    };
    assert_eq!(of(&mut session, ada), ["contacts.subscribe", "contact.modify", "contact.add"]);
    assert_eq!(of(&mut session, eve), ["contact.add"]);
}

#[test]
fn deleting_a_contact_erases_what_is_told_and_the_chain_stays_whole() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    contacts::delete(&mut session, &[ada]).unwrap();
    let of_ada = all(&mut session, HistoryQuery { contact: Some(ada), since: None });
    let told: Vec<String> = of_ada.iter().map(history::told).collect();
    assert_eq!(told, ["", "(erased)", "(erased)"]);
    assert_eq!(history::verify(&mut session, None), Ok(Verdict::Sound { entries: 4 }));
}

#[test]
fn every_change_of_the_log_is_found() {
    let cases = [
        ("UPDATE audit SET actor = 'eve' WHERE id = 3", Break::Changed { id: 3 }),
        ("UPDATE audit SET at = at + 1 WHERE id = 1", Break::Changed { id: 1 }),
        ("UPDATE audit SET contact_id = NULL WHERE id = 2", Break::Changed { id: 2 }),
        ("UPDATE audit SET action = 'contact.modify' WHERE id = 1", Break::Changed { id: 1 }),
        (
            "DELETE FROM audit_detail WHERE audit_id = 2; DELETE FROM audit WHERE id = 2",
            Break::Missing { id: 2 },
        ),
        ("UPDATE audit_detail SET details = '{}' WHERE audit_id = 3", Break::DetailsChanged { id: 3 }),
        ("UPDATE audit_detail SET details = 'no JSON' WHERE audit_id = 3", Break::DetailsChanged { id: 3 }),
        ("DELETE FROM audit_detail WHERE audit_id = 3", Break::DetailsMissing { id: 3 }),
    ];
    for (sql, found) in cases {
        let (office, _) = busy_office();
        tamper(&office, sql);
        assert_eq!(history::verify(&mut office.session(), None), Ok(Verdict::Broken(found)), "{sql}");
    }
}

#[test]
fn a_log_cut_short_is_found_by_an_anchor_only() {
    let (office, _) = busy_office();
    let anchor = history::head(&mut office.session()).unwrap();
    assert_eq!(anchor.id, 3);
    let verified = |anchor| history::verify(&mut office.session(), Some(anchor)).unwrap();
    assert_eq!(verified(anchor), Verdict::Sound { entries: 3 });
    assert_eq!(verified(Anchor::START), Verdict::Sound { entries: 3 });
    assert_eq!(verified(Anchor { id: 2, ..anchor }), Verdict::NotTheSame { anchor: 2 });
    tamper(&office, "DELETE FROM audit_detail WHERE audit_id = 3; DELETE FROM audit WHERE id = 3");
    assert_eq!(history::verify(&mut office.session(), None).unwrap(), Verdict::Sound { entries: 2 });
    assert_eq!(verified(anchor), Verdict::NotTheSame { anchor: 3 });
}

#[test]
fn the_anchor_of_an_empty_log_is_its_start() {
    let office = Office::new();
    let mut session = office.session();
    assert_eq!(history::head(&mut session), Ok(Anchor::START));
    assert_eq!(history::verify(&mut session, None), Ok(Verdict::Sound { entries: 0 }));
}

#[test]
fn a_person_reads_words() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    let whom = Whom::These(vec![ada]);
    subscriptions::set_column(&mut session, "security", &whom, true, &mut |_| ControlFlow::Continue(()))
        .unwrap();
    let records = records(&mut session, &RecordQuery::default());
    let headlines: Vec<String> =
        records.iter().map(|record| history::headline(record, Language::En)).collect();
    assert_eq!(headlines, ["changed subscriptions of 1 contact", "added Bob", "modified Ada", "added Ada"]);
    let fields = history::fields(&records[2]).unwrap();
    assert_eq!((fields[0].name, fields[0].old), ("position", Some(&Brief::Nothing)));
    assert_eq!(*fields[0].new, Brief::Word("ceo".to_owned()));
    assert_eq!(history::record(&mut session, records[2].id).unwrap().as_ref(), Some(&records[2]));
    assert_eq!(history::record(&mut session, 99).unwrap(), None);
}

#[test]
fn what_was_erased_is_known_to_be() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    contacts::delete(&mut session, &[ada]).unwrap();
    let query = RecordQuery { contact: Some(ada), ..RecordQuery::default() };
    let records = records(&mut session, &query);
    let headlines: Vec<String> =
        records.iter().map(|record| history::headline(record, Language::En)).collect();
    assert_eq!(headlines, ["deleted contact 1", "modified contact 1", "added contact 1"]);
    let told: Vec<bool> = records.iter().map(|record| history::fields(record).is_some()).collect();
    assert_eq!(told, [true, false, false]);
}

#[test]
fn a_filter_searches_what_was_done_to_whom_by_whom_and_what_is_told() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    let found = |session: &mut Session, query: RecordQuery| {
        records(session, &query)
            .iter()
            .map(|record| history::headline(record, Language::En))
            .collect::<Vec<_>>()
    };
    let words = |words: &[&str]| RecordQuery {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..RecordQuery::default()
    };
    assert_eq!(found(&mut session, words(&["MODIFIED"])), ["modified Ada"]);
    assert_eq!(found(&mut session, words(&["ceo"])), ["modified Ada"]);
    assert_eq!(found(&mut session, words(&["bob@", "added"])), ["added Bob"]);
    assert_eq!(found(&mut session, words(&["bob", "modified"])), [""; 0]);
    // Who did it is called ada too.
    assert_eq!(found(&mut session, words(&["ada"])).len(), 3);
    let whom = RecordQuery { whom: vec!["ada".to_owned()], ..RecordQuery::default() };
    assert_eq!(found(&mut session, whom), ["modified Ada", "added Ada"]);
    let who = |who: &str| RecordQuery { who: vec![who.to_owned()], ..RecordQuery::default() };
    assert_eq!(found(&mut session, who("ada")).len(), 3);
    assert_eq!(found(&mut session, who("bob")), [""; 0]);
    let via = |via: &str| RecordQuery { via: Some(via.to_owned()), ..RecordQuery::default() };
    assert_eq!(found(&mut session, via("command")).len(), 3);
    assert_eq!(found(&mut session, via("screen")), [""; 0]);
    let contact = RecordQuery { contact: Some(ada), ..words(&["added"]) };
    assert_eq!(found(&mut session, contact), ["added Ada"]);
}

/// A log of many entries about many things.
fn long_log() -> (Office, usize) {
    let office = Office::new();
    let mut session = office.session();
    let ada = add_silently(&mut session, "Ada", "ada@example.org");
    let mut goes_on = |_| ControlFlow::Continue(());
    for number in 0..300 {
        let whom = Whom::These(vec![ada]);
        subscriptions::set_column(&mut session, "security", &whom, number % 2 == 0, &mut goes_on).unwrap();
        let change = ContactChange { name: Some(format!("Ada{number}")), ..ContactChange::default() };
        contacts::modify(&mut session, ada, &change, None).unwrap();
    }
    (office, 601)
}

#[test]
fn pages_of_a_contacts_history_joined_are_all_of_it() {
    let (office, all) = long_log();
    let mut session = office.session();
    let query = RecordQuery { contact: Some(ContactId(1)), ..RecordQuery::default() };
    let (mut joined, mut at) = (Vec::new(), HistoryAt::Newest);
    loop {
        let mut goes_on = |_| ControlFlow::Continue(());
        let page = history::records(&mut session, &query, at, 70, &mut goes_on).unwrap().unwrap();
        joined.extend(page.rows.iter().map(|record| record.id));
        at = HistoryAt::After(*joined.last().unwrap());
        if page.at_end {
            break;
        }
    }
    assert_eq!(joined.len(), all);
    assert!(joined.is_sorted_by(|newer, older| newer > older));
    let mut goes_on = |_| ControlFlow::Continue(());
    let before = history::records(&mut session, &query, HistoryAt::Before(joined[50]), 9, &mut goes_on)
        .unwrap()
        .unwrap();
    let ids: Vec<i64> = before.rows.iter().map(|record| record.id).collect();
    assert_eq!(ids, joined[41..50]);
}

#[test]
fn what_takes_long_tells_how_far_it_is_and_ends_when_it_is_told_to() {
    let (office, all) = long_log();
    let mut session = office.session();
    let query = RecordQuery { words: vec!["nothing at all".to_owned()], ..RecordQuery::default() };
    let mut heard = Vec::new();
    let mut stops = |done| {
        heard.push(done);
        ControlFlow::Break(())
    };
    assert_eq!(history::records(&mut session, &query, HistoryAt::Newest, 9, &mut stops), Ok(None));
    assert_eq!(history::verify_step_by_step(&mut session, &mut stops), Ok(None));
    assert_eq!(heard, [500, 500]);
    let entries = i64::try_from(all).unwrap();
    let mut goes_on = |_| ControlFlow::Continue(());
    assert_eq!(
        history::verify_step_by_step(&mut session, &mut goes_on),
        Ok(Some(Verdict::Sound { entries }))
    );
}
