//! Deleting many contacts at once: in chunks, with others at work between them.

use std::ops::ControlFlow;

use callsheet::domain::contact::ContactId;
use callsheet::domain::delivery::State;
use callsheet::operations::deletion::{Deleted, delete};
use callsheet::operations::history::{self, Event, HistoryAt, HistoryQuery, Verdict};
use callsheet::operations::subscriptions::Ended;
use callsheet::operations::{Problem, Session, contacts};

use crate::support::office::{Office, add, add_silently, refused, states};

fn staff(session: &mut Session, count: usize) -> Vec<ContactId> {
    (0..count).map(|number| add_silently(session, "Ada", &format!("p{number}@example.org"))).collect()
}

fn events(session: &mut Session) -> Vec<Event> {
    let query = HistoryQuery::default();
    history::page(session, query, HistoryAt::Newest, 10_000).unwrap().rows
}

fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn each_chunk_is_one_transaction_with_one_entry_that_tells_the_ids() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&mut session, 350);
    let before = events(&mut session).len();
    let mut heard = Vec::new();
    let deleted = delete(&mut session, &ids[..345], &mut |done| {
        // What is told as done is there for everybody.
        assert_eq!(contacts::totals(&mut office.session()).unwrap().contacts, 350 - done);
        heard.push(done);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(deleted, Deleted { contacts: ids[..345].to_vec(), ..Deleted::default() });
    assert_eq!((heard.first(), heard.last()), (Some(&100), Some(&345)));
    let mut told = Vec::new();
    let events = events(&mut session);
    for event in events.iter().take(events.len() - before).rev() {
        assert_eq!((event.action.as_str(), event.contact), ("contacts.delete", None));
        let named = event.details.as_ref().unwrap()["contacts"].as_array().unwrap();
        told.extend(named.iter().map(|id| ContactId(id.as_i64().unwrap())));
    }
    assert_eq!((told, events.len() - before), (ids[..345].to_vec(), heard.len()));
}

#[test]
fn what_is_told_of_the_persons_is_erased_and_the_log_stays_sound() {
    let office = Office::new();
    let mut session = office.session();
    let ids = staff(&mut session, 3);
    delete(&mut session, &ids[..2], &mut go_on).unwrap();
    assert_eq!(history::verify(&mut session, None), Ok(Verdict::Sound { entries: 4 }));
    let erased: Vec<bool> = events(&mut session).iter().map(|event| event.details.is_none()).collect();
    assert_eq!(erased, [false, false, true, true]);
    // Nobody else's may be gone.
    let connection = rusqlite::Connection::open(office.database()).unwrap();
    connection.execute_batch("DELETE FROM audit_detail WHERE audit_id = 3").unwrap();
    let found = history::verify(&mut session, None);
    assert_eq!(found, Ok(Verdict::Broken(history::Break::DetailsMissing { id: 3 })));
}

#[test]
fn mails_that_wait_are_cancelled_and_those_who_are_gone_are_left_out() {
    let office = Office::new();
    let mut session = office.session();
    let ada = add(&mut session, "Ada", "ada@example.org").contact.id;
    let bob = add_silently(&mut session, "Bob", "bob@example.org");
    let deleted = delete(&mut session, &[bob, ContactId(99), ada, ada], &mut go_on).unwrap();
    assert_eq!(deleted.contacts, [ada, bob]);
    assert_eq!(states(&mut session), [State::Cancelled]);
    let gone = refused(delete(&mut session, &[ada], &mut go_on));
    assert_eq!(gone, Problem::NoSuchContact("1".to_owned()));
}

#[test]
fn it_is_stopped_between_chunks_and_keeps_what_is_done() {
    let office = Office::new();
    let (mut session, mut other) = (office.session(), office.session());
    let ids = staff(&mut session, 130);
    let deleted = delete(&mut session, &ids, &mut |_| {
        // Others write between the chunks.
        contacts::delete(&mut other, &ids[129..]).unwrap();
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(
        deleted,
        Deleted { contacts: ids[..100].to_vec(), ended: Ended::Stopped, ..Deleted::default() }
    );
    assert_eq!(contacts::totals(&mut session).unwrap().contacts, 29);
}
