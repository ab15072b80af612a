//! The list of contacts: pages by key, in every order, with and without a filter.

use std::sync::Arc;

use callsheet::domain::contact::{Contact, ContactId, SortColumn};
use callsheet::domain::filter::Filter;
use callsheet::operations::contacts::{self, Anchor, ListQuery, Order, PageAt, Verify};
use callsheet::operations::{Session, contacts::ContactChange};
use proptest::prelude::*;

use crate::support::office::{Office, add, add_silently, form};

const NAMES: [&str; 12] =
    ["ops", "Ada", "ada", "王小明", "Émile", "zoe", "OPS", "b", "张伟", "李", "x1", "X2"];

fn office_with(count: usize) -> (Office, Session) {
    let office = Office::new();
    let mut session = office.session();
    for index in 0..count {
        let id = add_silently(
            &mut session,
            NAMES[index % NAMES.len()],
            &format!("c{}@example.org", index * 7 % 97),
        );
        let position = ["", "ceo", "other", "", "ceo"][index % 5];
        let change = ContactChange { position: Some(position.to_owned()), ..ContactChange::default() };
        contacts::modify(&mut session, id, &change, None).unwrap();
    }
    (office, session)
}

fn whole(session: &mut Session, query: &ListQuery) -> Vec<Contact> {
    let page = contacts::page(session, query, &PageAt::First, 1000).unwrap();
    assert!(page.at_start && page.at_end);
    page.rows
}

#[test]
fn every_order_is_total_and_its_reverse_is_the_reverse() {
    let (_office, mut session) = office_with(25);
    for sort in SortColumn::ALL {
        let up = ListQuery { sort, ..ListQuery::default() };
        let down = ListQuery { order: Order::Descending, ..up.clone() };
        let mut rows = whole(&mut session, &up);
        assert_eq!(rows.len(), 25);
        let keys: Vec<_> = rows.iter().map(|row| (Anchor::of(row, sort).key, row.id)).collect();
        assert!(keys.is_sorted(), "{sort:?}");
        rows.reverse();
        assert_eq!(whole(&mut session, &down), rows, "{sort:?}");
    }
}

#[test]
fn names_are_sorted_whatever_their_case() {
    let (_office, mut session) = office_with(12);
    let names: Vec<_> = whole(&mut session, &ListQuery::default()).into_iter().map(|row| row.name).collect();
    assert_eq!(&names[..3], ["Ada", "ada", "b"]);
    assert_eq!(&names[3..5], ["ops", "OPS"]);
}

#[test]
fn a_filter_keeps_the_order_and_counts_what_it_finds() {
    let (_office, mut session) = office_with(24);
    let query = ListQuery { filter: Filter::parse("OPS position:ceo"), ..ListQuery::default() };
    let rows = whole(&mut session, &query);
    assert!(rows.iter().all(|row| row.name.to_lowercase() == "ops"));
    assert_eq!(contacts::count(&mut session, &query).unwrap(), rows.len() as u64);
    assert!(!rows.is_empty() && rows.len() < 24);
    assert_eq!(contacts::count(&mut session, &ListQuery::default()).unwrap(), 24);
}

#[test]
fn a_type_filter_looks_at_subscriptions() {
    let office = Office::new();
    let mut session = office.session();
    let mut entered = form("Ada", "ada@example.org");
    entered.types = vec!["product.release".to_owned()];
    contacts::add(&mut session, &entered, Verify::Later).unwrap();
    add_silently(&mut session, "Bob", "bob@example.org");
    let query = |text: &str| ListQuery { filter: Filter::parse(text), ..ListQuery::default() };
    assert_eq!(whole(&mut session, &query("type:product"))[0].name, "Ada");
    assert_eq!(whole(&mut session, &query("type:security")), []);
    let selected = ListQuery { selected: Arc::new([ContactId(2)].into()), ..query("is:selected") };
    assert_eq!(whole(&mut session, &selected)[0].name, "Bob");
}

#[test]
fn pages_sorted_by_status_leave_nobody_out_while_codes_end() {
    let office = Office::new();
    let mut session = office.session();
    for index in 0..6 {
        add(&mut session, "Ada", &format!("a{index}@example.org"));
        add_silently(&mut session, "Bob", &format!("b{index}@example.org"));
    }
    // The codes have ended, and nothing has swept them up yet: the list shows them as expired among the unverified.
    office.clock.advance(std::time::Duration::from_secs(73 * 3600));
    let query = ListQuery { sort: SortColumn::Status, ..ListQuery::default() };
    let all = whole(&mut session, &query);
    let mut joined: Vec<Contact> = Vec::new();
    while joined.len() < all.len() {
        let at = joined.last().map_or(PageAt::First, |last| PageAt::After(Anchor::of(last, query.sort)));
        let page = contacts::page(&mut session, &query, &at, 1).unwrap();
        assert!(!page.rows.is_empty(), "the list ends after {} of {}", joined.len(), all.len());
        joined.extend(page.rows);
    }
    assert_eq!(joined, all);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn pages_joined_are_the_whole_list(
        count in 0..40_usize, limit in 1..9_usize, sort in proptest::sample::select(SortColumn::ALL.to_vec()),
        descending: bool, filtered: bool,
    ) {
        let (_office, mut session) = office_with(count);
        let order = if descending { Order::Descending } else { Order::Ascending };
        let filter = Filter::parse(if filtered { "c1" } else { "" });
        let query = ListQuery { sort, order, filter, ..ListQuery::default() };
        let all = whole(&mut session, &query);

        let mut down = contacts::page(&mut session, &query, &PageAt::First, limit).unwrap();
        let mut joined = down.rows.clone();
        while !down.at_end {
            let last = Anchor::of(joined.last().unwrap(), sort);
            down = contacts::page(&mut session, &query, &PageAt::After(last), limit).unwrap();
            joined.extend(down.rows.clone());
        }
        prop_assert_eq!(&joined, &all);

        let mut up = contacts::page(&mut session, &query, &PageAt::Last, limit).unwrap();
        let mut joined = up.rows.clone();
        while !up.at_start {
            let first = Anchor::of(&joined[0], sort);
            up = contacts::page(&mut session, &query, &PageAt::Before(first), limit).unwrap();
            joined.splice(0..0, up.rows.clone());
        }
        prop_assert_eq!(&joined, &all);

        let down = !descending;
        for letters in ["", "A", "op", "z", "王", "李", "é", "x2", "c1", "c9@", "ceo", "ver", "7", "~"] {
            let page = contacts::page(&mut session, &query, &PageAt::Letters(letters.to_owned()), limit).unwrap();
            let sought = match sort {
                SortColumn::Id => letters.parse().unwrap_or(0).to_string(),
                _ => letters.to_lowercase(),
            };
            let number = |id: i64| format!("{id:09}");
            let is_there = |row: &&Contact| {
                let (key, sought) = match sort {
                    SortColumn::Id => (number(row.id.0), number(sought.parse().unwrap())),
                    _ => (Anchor::of(row, sort).key, sought.clone()),
                };
                if down { key >= sought } else { key <= sought || key.starts_with(&sought) }
            };
            prop_assert_eq!(page.rows.first(), all.iter().find(is_there).or(all.last()), "{}", letters);
        }
        for percent in [0, 1, 33, 50, 99, 100] {
            let page = contacts::page(&mut session, &query, &PageAt::Percent(percent), limit).unwrap();
            let number = (all.len() * usize::from(percent) / 100).min(all.len().saturating_sub(1));
            prop_assert_eq!(page.rows.first(), all.get(number), "{}", percent);
        }

        if let Some(middle) = all.get(all.len() / 2) {
            let from = PageAt::From(Anchor::of(middle, sort));
            let page = contacts::page(&mut session, &query, &from, limit).unwrap();
            prop_assert_eq!(&page.rows[0], middle);
        }
    }
}
