//! The filter by the text index finds what it finds without, whatever this and another connection do.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use callsheet::domain::contact::{Contact, ContactId, SortColumn};
use callsheet::domain::filter::Filter;
use callsheet::operations::Session;
use callsheet::operations::contacts::index::{Limits, Need, build, need};
use callsheet::operations::contacts::{self, Anchor, ContactChange, ListQuery, Order, PageAt, Verify};
use callsheet::operations::export::{self, Format, Scope};
use callsheet::operations::subscriptions::{Whom, is_column_full, meant};
use callsheet::operations::verification;
use proptest::prelude::*;

use crate::support::office::{Office, form};

/// What somebody does to one of the contacts; the number chooses which.
#[derive(Debug, Clone)]
enum Deed {
    Add(&'static str, Verify),
    Rename(usize, &'static str),
    Move(usize, &'static str),
    Address(usize),
    Subscribe(usize, &'static str),
    Send(usize),
    /// The sender delivers all codes.
    Deliver,
    /// A new contact enters its code.
    Verify(&'static str),
    Delete(usize),
    /// Nothing, but much time passes: codes expire.
    Wait,
}

const NAMES: [&str; 8] = ["ops", "Ada", "王小明", "王芳", "Émile", "ｚｏｅ", "Straße", "li"];
const TEXTS: [&str; 22] = [
    "a",
    "ad",
    "ada",
    "王",
    "王小",
    "e",
    "ss",
    "example",
    "例子",
    "director",
    "finance",
    "c1",
    "@",
    "status:expired",
    "status:code_sent status:unverified",
    "type:security",
    "type:product",
    "position:none e",
    "position:finance",
    "is:selected",
    "a status:unverified",
    "nobody",
];

fn deed() -> impl Strategy<Value = Deed> {
    let name = prop::sample::select(NAMES.to_vec());
    let position = prop::sample::select(vec!["", "ceo", "finance_director", "other"]);
    let wanted = prop::sample::select(vec!["security", "product.release", "product"]);
    prop_oneof![
        3 => (name.clone(), any::<bool>())
            .prop_map(|(name, sends)| Deed::Add(name, if sends { Verify::Send } else { Verify::Later })),
        2 => (0..20_usize, name).prop_map(|(whom, name)| Deed::Rename(whom, name)),
        2 => (0..20_usize, position).prop_map(|(whom, position)| Deed::Move(whom, position)),
        1 => (0..20_usize).prop_map(Deed::Address),
        1 => (0..20_usize, wanted).prop_map(|(whom, wanted)| Deed::Subscribe(whom, wanted)),
        1 => (0..20_usize).prop_map(Deed::Send),
        1 => Just(Deed::Deliver),
        1 => prop::sample::select(NAMES.to_vec()).prop_map(Deed::Verify),
        1 => (0..20_usize).prop_map(Deed::Delete),
        1 => Just(Deed::Wait),
    ]
}

/// Does it, if it can be done.
fn act(office: &Office, session: &mut Session, deed: &Deed, number: usize) {
    let ids: Vec<ContactId> = whole(session, &ListQuery::default()).iter().map(|row| row.id).collect();
    let whom = |index: &usize| ids.get(index % ids.len().max(1)).copied();
    let mut modify = |id: Option<ContactId>, change: ContactChange| {
        if let Some(id) = id {
            contacts::modify(session, id, &change, None).unwrap();
        }
    };
    match deed {
        Deed::Add(name, verify) => {
            let domain = if number.is_multiple_of(2) { "example.org" } else { "例子.example" };
            contacts::add(session, &form(name, &format!("C{number}@{domain}")), *verify).unwrap();
        }
        Deed::Rename(index, name) => {
            modify(whom(index), ContactChange { name: Some((*name).to_owned()), ..Default::default() });
        }
        Deed::Move(index, position) => {
            modify(
                whom(index),
                ContactChange { position: Some((*position).to_owned()), ..Default::default() },
            );
        }
        Deed::Address(index) => {
            let email = format!("new{number}@example.net");
            modify(whom(index), ContactChange { email: Some(email), ..Default::default() });
        }
        Deed::Subscribe(index, wanted) => {
            let types = Some(vec![(*wanted).to_owned()]);
            modify(whom(index), ContactChange { types, ..Default::default() });
        }
        Deed::Send(index) => {
            if let Some(id) = whom(index) {
                // A limit may hold it back.
                let _sent = verification::send(session, callsheet::domain::contact::Subject::Contact(id));
            }
        }
        Deed::Deliver => drop(office.deliver_to_files()),
        Deed::Verify(name) => drop(office.verified(session, name, &format!("v{number}@example.com"))),
        Deed::Delete(index) => {
            if let Some(id) = whom(index) {
                contacts::delete(session, &[id]).unwrap();
            }
        }
        Deed::Wait => office.clock.advance(Duration::from_secs(80 * 3600)),
    }
}

fn whole(session: &mut Session, query: &ListQuery) -> Vec<Contact> {
    contacts::page(session, query, &PageAt::First, 1000).unwrap().rows
}

/// What is done to all that a query lists, at once: whom a change means, whether they want it already, and what a file would hold.
fn together(session: &mut Session, query: &ListQuery) -> (Vec<ContactId>, Vec<bool>, String) {
    let whom = Whom::Filtered(query.clone());
    let full = ["security", "product.release"].map(|id| is_column_full(session, id, &whom).unwrap()).to_vec();
    let selected = Arc::clone(&query.selected);
    let scope = Scope::Matching { filter: query.filter.clone(), selected };
    let mut file = Vec::new();
    export::export(session, &scope, Format::Csv, &mut file, &mut |_| ControlFlow::Continue(())).unwrap();
    (meant(session, &whom).unwrap(), full, String::from_utf8(file).unwrap())
}

fn give_index(session: &mut Session, builder: &mut Session, limits: Limits) {
    let index = build(builder, &mut || ControlFlow::Continue(())).unwrap().unwrap();
    session.take_index(Box::new(index.within(limits)));
}

/// As if there were so few contacts that so little is much.
fn limits() -> impl Strategy<Value = Limits> {
    let little = (0..4_usize, 0..4_usize, 0..4_usize, 1..4_usize)
        .prop_map(|(changes, added, counted, step)| Limits { changes, added, counted, step });
    prop_oneof![1 => Just(Limits::default()), 3 => little]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_index_answers_as_the_contacts_themselves(
        before in prop::collection::vec(deed(), 4..16),
        after in prop::collection::vec((deed(), any::<bool>(), prop::sample::select(TEXTS.to_vec())), 1..12),
        (sort, down, limits) in (prop::sample::select(SortColumn::ALL.to_vec()), any::<bool>(), limits()),
    ) {
        let office = Office::new();
        let (mut session, mut other) = (office.session(), office.session());
        for (number, deed) in before.iter().enumerate() {
            act(&office, &mut other, deed, number);
        }
        give_index(&mut session, &mut other, limits);
        for (number, (deed, is_own, text)) in (100..).zip(&after) {
            act(&office, if *is_own { &mut session } else { &mut other }, deed, number);
            if need(&mut session) == Ok(Need::Build) || !session.has_index() {
                prop_assert_ne!(limits, Limits::default());
                // What asks while an index is built anew is answered as well.
                if number.is_multiple_of(2) {
                    give_index(&mut session, &mut other, limits);
                }
            }
            let order = if down { Order::Ascending } else { Order::Descending };
            let selected = Arc::new((1..9).step_by(2).map(ContactId).collect());
            let query = ListQuery { filter: Filter::parse(text), sort, order, selected };
            let rows = whole(&mut other, &query);
            prop_assert_eq!(&whole(&mut session, &query), &rows, "{} after {:?}", text, deed);
            prop_assert_eq!(together(&mut session, &query), together(&mut other, &query), "{}", text);
            prop_assert_eq!(contacts::count(&mut session, &query).unwrap(), rows.len() as u64);
            let anchors = whole(&mut other, &ListQuery { filter: Filter::default(), ..query.clone() });
            let anchors = anchors.iter().map(|contact| Anchor::of(contact, sort));
            let places = anchors.flat_map(|anchor| {
                [PageAt::After(anchor.clone()), PageAt::Before(anchor.clone()), PageAt::From(anchor)]
            });
            for at in places.chain([
                PageAt::First,
                PageAt::Last,
                PageAt::Letters("a".to_owned()),
                PageAt::Letters("王".to_owned()),
                PageAt::Letters("un".to_owned()),
                PageAt::Letters("c1".to_owned()),
                PageAt::Percent(50),
                PageAt::Percent(100),
            ]) {
                let page = contacts::page(&mut session, &query, &at, 2).unwrap();
                prop_assert_eq!(page, contacts::page(&mut other, &query, &at, 2).unwrap(), "{} {:?}", text, at);
            }
        }
    }
}

#[test]
fn few_contacts_need_no_index() {
    let office = Office::new();
    assert_eq!(need(&mut office.session()), Ok(Need::Nothing));
}

#[test]
fn a_walk_through_all_contacts_ends_when_nobody_wants_it_and_is_begun_again() {
    let office = Office::new();
    let (mut session, mut other) = (office.session(), office.session());
    for number in 0..9 {
        act(&office, &mut other, &Deed::Add("ops", Verify::Later), number);
    }
    let limits = Limits { added: 0, counted: 0, step: 4, ..Limits::default() };
    give_index(&mut session, &mut other, limits);
    let filter = Filter::parse("ops");
    let query = ListQuery { filter, sort: SortColumn::Email, ..ListQuery::default() };
    let mut page = |at: &PageAt, flow: ControlFlow<()>| {
        contacts::page_step_by_step(&mut session, &query, at, 5, &mut |_| flow).unwrap()
    };
    for at in [PageAt::First, PageAt::Percent(50)] {
        let ended = page(&at, ControlFlow::Break(()));
        assert!(ended.rows.is_empty() && !ended.at_end, "{at:?}");
    }
    for at in [PageAt::First, PageAt::Percent(50)] {
        let whole = page(&at, ControlFlow::Continue(()));
        assert_eq!(whole, contacts::page(&mut other, &query, &at, 5).unwrap());
        // What was learnt once is known.
        assert_eq!(page(&at, ControlFlow::Break(())), whole);
    }
    // Contacts that were added since are counted by a walk.
    act(&office, &mut other, &Deed::Add("ops", Verify::Later), 10);
    let mut page = |flow: ControlFlow<()>| {
        contacts::page_step_by_step(&mut session, &query, &PageAt::Percent(50), 5, &mut |_| flow).unwrap()
    };
    assert!(page(ControlFlow::Break(())).rows.is_empty());
    let whole = contacts::page(&mut other, &query, &PageAt::Percent(50), 5).unwrap();
    assert_eq!(page(ControlFlow::Continue(())), whole);
}
