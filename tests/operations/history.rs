//! The history: what it tells, and that a change of it is found.

use std::ops::ControlFlow;

use callsheet::domain::brief::Brief;
use callsheet::domain::contact::ContactId;
use callsheet::domain::language::Language;
use callsheet::domain::timestamp::Timestamp;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::history::{
    self, Anchor, Break, Event, HistoryAt, HistoryQuery, Record, RecordQuery, Verdict,
};
use callsheet::operations::subscriptions::{self, Whom};
use callsheet::operations::{Session, account, deletion};

use crate::support::office::{Office, add, add_silently};

fn all(session: &mut Session, query: HistoryQuery) -> Vec<Event> {
    history::page(session, query, HistoryAt::Newest, 1000).unwrap().rows
}

fn records(session: &mut Session, query: &RecordQuery) -> Vec<Record> {
    history::records(session, query, HistoryAt::Newest, 1000).unwrap().page.rows
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
                  DROP TRIGGER audit_detail_is_never_changed; \
                  DROP TRIGGER audit_contact_is_append_only_update; DROP TRIGGER audit_contact_is_append_only_delete;";
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
        ("UPDATE audit SET at = at - 1 WHERE id = 1", Break::Changed { id: 1 }),
        ("UPDATE audit SET contact_id = NULL WHERE id = 2", Break::Changed { id: 2 }),
        ("UPDATE audit SET action = 'contact.modify' WHERE id = 1", Break::Changed { id: 1 }),
        (
            "DELETE FROM audit_detail WHERE audit_id = 2; DELETE FROM audit WHERE id = 2",
            Break::Missing { id: 2 },
        ),
        ("UPDATE audit_detail SET details = '{}' WHERE audit_id = 3", Break::DetailsChanged { id: 3 }),
        ("UPDATE audit_detail SET details = 'no JSON' WHERE audit_id = 3", Break::DetailsChanged { id: 3 }),
        ("DELETE FROM audit_detail WHERE audit_id = 3", Break::DetailsMissing { id: 3 }),
        ("UPDATE audit SET latest = latest + 1 WHERE id = 2", Break::Changed { id: 2 }),
        ("DELETE FROM audit_contact WHERE contact_id = 1", Break::Changed { id: 4 }),
        ("INSERT INTO audit_contact VALUES (2, 4)", Break::Changed { id: 4 }),
        ("INSERT INTO audit_contact VALUES (1, 2)", Break::Changed { id: 2 }),
    ];
    for (sql, found) in cases {
        let (office, ada) = busy_office();
        let whom = Whom::These(vec![ada]);
        let mut goes_on = |_| ControlFlow::Continue(());
        subscriptions::set_column(&mut office.session(), "security", &whom, true, &mut goes_on).unwrap();
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
        let page = history::records(&mut session, &query, at, 70).unwrap().page;
        joined.extend(page.rows.iter().map(|record| record.id));
        at = HistoryAt::After(*joined.last().unwrap());
        if page.at_end {
            break;
        }
    }
    assert_eq!(joined.len(), all);
    assert!(joined.is_sorted_by(|newer, older| newer > older));
    let before = history::records(&mut session, &query, HistoryAt::Before(joined[50]), 9).unwrap();
    let ids: Vec<i64> = before.page.rows.iter().map(|record| record.id).collect();
    assert_eq!(ids, joined[41..50]);
}

/// Entries of a log that nobody has written: `count` of them, a minute apart, every tenth about contact 3.
fn filled_log(count: usize) -> Office {
    let office = Office::new();
    add_silently(&mut office.session(), "Ada", "ada@example.org");
    let entries = format!(
        "WITH RECURSIVE n (id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM n WHERE id < {count}) \
         INSERT INTO audit (id, at, latest, actor, origin, via, action, contact_id, digest, hash) \
         SELECT id, 60000 * id, 60000 * id, CASE WHEN id % 1700 THEN 'ada' ELSE 'eve' END, '', 'command', 'contact.modify', \
         CASE WHEN id % 10 THEN 1 ELSE 3 END, zeroblob(32), zeroblob(32) FROM n;"
    );
    let first = "UPDATE audit SET at = 60000, latest = 60000;";
    tamper(&office, &format!("{first} {entries}"));
    office
}

/// All that a query finds, look by look, and how many looks it takes.
fn searched(session: &mut Session, query: &RecordQuery, limit: usize, from: HistoryAt) -> (Vec<i64>, usize) {
    let (mut ids, mut looks, mut at) = (Vec::new(), 0, from);
    loop {
        let found = history::records(session, query, at, limit).unwrap();
        looks += 1;
        assert!(found.page.rows.len() <= limit);
        let is_upward = matches!(at, HistoryAt::Oldest | HistoryAt::Before(_));
        let mut rows: Vec<i64> = found.page.rows.iter().map(|record| record.id).collect();
        if is_upward {
            rows.reverse();
        }
        ids.extend(rows);
        let ended = if is_upward { found.page.at_start } else { found.page.at_end };
        assert!(!(ended && found.rest.is_some()));
        at = match (found.rest, ids.last(), is_upward) {
            _ if ended => return (ids, looks),
            (Some(rest), _, _) => rest.at,
            (None, Some(last), true) => HistoryAt::Before(*last),
            (None, Some(last), false) => HistoryAt::After(*last),
            (None, None, _) => panic!("a page that is full has rows"),
        };
    }
}

#[test]
fn a_search_reads_a_long_log_in_short_looks_and_misses_nothing() {
    let count = 3 * history::AT_ONCE + 500;
    let office = filled_log(count);
    let mut session = office.session();
    let who = |who: &str| RecordQuery { who: vec![who.to_owned()], ..RecordQuery::default() };
    let eves = [5100, 3400, 1700];
    let mut backwards = eves;
    backwards.reverse();
    for limit in [1, 2, 3, 9] {
        let (found, looks) = searched(&mut session, &who("eve"), limit, HistoryAt::Newest);
        assert_eq!(found, eves);
        assert!((4..=7).contains(&looks), "{looks}");
        assert_eq!(searched(&mut session, &who("eve"), limit, HistoryAt::Oldest).0, backwards);
    }
    let (nothing, looks) = searched(&mut session, &who("bob"), 9, HistoryAt::Newest);
    assert_eq!((nothing, looks), (Vec::new(), 4));
}

#[test]
fn what_an_index_finds_takes_one_look_however_long_the_log_is() {
    let count = 3 * history::AT_ONCE;
    let office = filled_log(count);
    let mut session = office.session();
    let since = |minute: i64| RecordQuery {
        since: Some(Timestamp::from_millis(60_000 * minute)),
        ..RecordQuery::default()
    };
    let newest = i64::try_from(count).unwrap();
    for at in [HistoryAt::Newest, HistoryAt::Oldest] {
        assert_eq!(searched(&mut session, &since(newest - 4), 9, at), {
            let mut ids: Vec<i64> = (newest - 4..=newest).collect();
            if at == HistoryAt::Newest {
                ids.reverse();
            }
            (ids, 1)
        });
    }
    assert_eq!(searched(&mut session, &since(newest + 1), 9, HistoryAt::Newest), (Vec::new(), 1));
    let of_nobody = RecordQuery { contact: Some(ContactId(9)), ..RecordQuery::default() };
    assert_eq!(searched(&mut session, &of_nobody, 9, HistoryAt::Newest), (Vec::new(), 1));
    let recent = RecordQuery { contact: Some(ContactId(3)), ..since(newest - 25) };
    let tens: Vec<i64> = (newest - 25..=newest).rev().filter(|id| id % 10 == 0).collect();
    assert_eq!(searched(&mut session, &recent, 9, HistoryAt::Newest), (tens, 1));
}

#[test]
fn a_clock_that_was_set_back_hides_nothing() {
    let office = Office::new();
    let mut session = office.session();
    let (now, hour) = (session.now(), 3_600_000);
    let hours = |hours: u64| std::time::Duration::from_secs(hours * 3_600);
    office.clock.advance(hours(1));
    add_silently(&mut session, "Early", "early@example.org");
    office.clock.advance(hours(1));
    add_silently(&mut session, "Late", "late@example.org");
    office.clock.set_back(hours(2));
    add_silently(&mut session, "Back", "back@example.org");
    office.clock.advance(hours(3));
    add_silently(&mut session, "Last", "last@example.org");
    let database = rusqlite::Connection::open(office.database()).unwrap();
    let times = "SELECT (at - ?1) / ?2, (latest - ?1) / ?2 FROM audit ORDER BY id";
    let mut query = database.prepare(times).unwrap();
    let rows = query.query_map([now.millis(), hour], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let times: Vec<(i64, i64)> = rows.map(Result::unwrap).collect();
    assert_eq!(times, [(1, 1), (2, 2), (0, 2), (3, 3)]);
    let since = |hours: i64| Some(Timestamp::from_millis(now.millis() + hours * hour));
    for (hours, ids) in
        [(0, vec![4, 3, 2, 1]), (1, vec![4, 2, 1]), (2, vec![4, 2]), (3, vec![4]), (4, vec![])]
    {
        let query = HistoryQuery { contact: None, since: since(hours) };
        let events = all(&mut session, query);
        assert_eq!(events.iter().map(|event| event.id).collect::<Vec<_>>(), ids, "{hours}");
        let query = RecordQuery { since: since(hours), ..RecordQuery::default() };
        let records = records(&mut session, &query);
        assert_eq!(records.iter().map(|record| record.id).collect::<Vec<_>>(), ids, "{hours}");
    }
    assert_eq!(history::verify(&mut session, None), Ok(Verdict::Sound { entries: 4 }));
}

#[test]
fn a_contact_deleted_with_others_keeps_its_history_without_what_it_told() {
    let (office, ada) = busy_office();
    let mut session = office.session();
    let eve = add_silently(&mut session, "Eve", "eve@example.org");
    let mut goes_on = |_| ControlFlow::Continue(());
    subscriptions::set_column(&mut session, "security", &Whom::These(vec![ada, eve]), true, &mut goes_on)
        .unwrap();
    deletion::delete(&mut session, &[ada, eve], &mut goes_on).unwrap();
    let of_ada = all(&mut session, HistoryQuery { contact: Some(ada), since: None });
    let told: Vec<(&str, bool)> =
        of_ada.iter().map(|event| (event.action.as_str(), event.details.is_some())).collect();
    assert_eq!(
        told,
        [
            ("contacts.delete", true),
            ("contacts.subscribe", true),
            ("contact.modify", false),
            ("contact.add", false)
        ]
    );
    assert_eq!(history::verify(&mut session, None), Ok(Verdict::Sound { entries: 6 }));
}

#[test]
fn a_check_tells_how_far_it_is_and_ends_when_it_is_told_to() {
    let (office, all) = long_log();
    let mut session = office.session();
    let mut heard = Vec::new();
    let mut stops = |done| {
        heard.push(done);
        ControlFlow::Break(())
    };
    assert_eq!(history::verify_step_by_step(&mut session, &mut stops), Ok(None));
    assert_eq!(heard, [500]);
    let entries = i64::try_from(all).unwrap();
    let mut goes_on = |_| ControlFlow::Continue(());
    assert_eq!(
        history::verify_step_by_step(&mut session, &mut goes_on),
        Ok(Some(Verdict::Sound { entries }))
    );
}
