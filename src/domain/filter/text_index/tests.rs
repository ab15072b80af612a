//! The index against the filter that looks at each contact, and the order of what it finds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::filter::{Candidate, covers};

/// A contact as a test knows it.
#[derive(Debug, Clone)]
struct Person {
    name: String,
    email: String,
    position: Option<Position>,
    status: &'static str,
    subscriptions: Vec<&'static str>,
}

impl Person {
    fn entry(&self, id: i64) -> Entry<'_> {
        let Person { name, email, position, status, .. } = self;
        Entry { id: ContactId(id), name, email, position: *position, status }
    }
}

fn person() -> impl Strategy<Value = Person> {
    let name = "[a-cA-CéＡß王小明한]{1,6}";
    let email = prop::sample::select(vec![
        "ada@example.org",
        "Ab.Ca@Example.com",
        "xiaoming@xn--fsqu00a.xn--55qx5d",
        "b@xn--strae-oqa.example",
        "用户@例子.example",
    ]);
    let position = prop::option::of(prop::sample::select(Position::ALL.to_vec()));
    let subscriptions =
        prop::collection::vec(prop::sample::select(vec!["security", "product.release", "product"]), 0..3);
    (name, email, position, prop::sample::select(STATUSES.to_vec()), subscriptions).prop_map(
        |(name, email, position, status, subscriptions)| Person {
            name,
            email: email.to_owned(),
            position,
            status,
            subscriptions,
        },
    )
}

/// What is done to the index: a contact is put, or removed if there is none.
fn changes() -> impl Strategy<Value = Vec<(i64, Option<Person>)>> {
    prop::collection::vec((1..30_i64, prop::option::weighted(0.8, person())), 0..40)
}

fn filter_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-cA-C王小明éß@.]{1,3}",
        prop::sample::select(
            vec![
                "director",
                "财务",
                "例子",
                "xn--",
                "status:expired",
                "status:verified",
                "status:x",
                "type:product",
                "type:security",
                "type:",
                "position:finance",
                "position:none",
                "is:selected",
                "is:x",
                "ada",
            ]
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
        ),
    ];
    prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn the_index_finds_what_the_filter_matches(
        first in prop::collection::vec(person(), 0..20),
        changed in changes(),
        texts in prop::collection::vec(filter_text(), 1..4),
        overdue in prop::collection::vec((1..30_i64).prop_map(ContactId), 0..6),
        selected in prop::collection::btree_set((1..30_i64).prop_map(ContactId), 0..6),
    ) {
        let mut people = BTreeMap::new();
        let mut index = TextIndex::with_capacity(first.len());
        for (id, person) in (1..).zip(first) {
            index.push(&person.entry(id)).unwrap();
            people.insert(id, person);
        }
        let mut by_name: Vec<i64> = people.keys().copied().collect();
        by_name.sort_by_key(|id| (fold(&people[id].name).into_owned(), *id));
        index.finish(by_name.into_iter().map(ContactId));
        for (id, person) in changed {
            match person {
                Some(person) => {
                    index.put(&person.entry(id)).unwrap();
                    people.insert(id, person);
                }
                None => {
                    index.remove(ContactId(id));
                    people.remove(&id);
                }
            }
        }
        let mut known: Option<(Vec<String>, Bits)> = None;
        for text in texts.iter().flat_map(|text| [text.clone(), format!("{text}a")]) {
            let filter = Filter::parse(&text);
            let wants = |person: &Person, wanted: &str| person.subscriptions.iter().any(|own| covers(wanted, own));
            let subscribers = index.slots_of(people.iter().filter_map(|(id, person)| {
                filter.types().iter().any(|wanted| wants(person, wanted)).then_some(ContactId(*id))
            }));
            let found = index.find(filter.words(), known.as_ref().map(|(words, bits)| (&words[..], bits)));
            let beside = Beside { overdue: &overdue, subscribers: Some(&subscribers), selected: Some(&selected) };
            let bits = index.qualify(&filter, &found, &beside);
            known = Some((filter.words().to_vec(), found));
            let mut ids: Vec<i64> = index.ids_in(&bits).map(|id| id.0).collect();
            ids.sort_unstable();
            let wanted: Vec<i64> = people.iter().filter(|(id, person)| {
                let waits = ["unverified", "code_sent"].contains(&person.status);
                let is_over = waits && overdue.contains(&ContactId(**id));
                filter.matches(&Candidate {
                    name: &person.name,
                    email: &person.email,
                    position: person.position,
                    status: if is_over { "expired" } else { person.status },
                    is_subscribed: &|wanted| wants(person, wanted),
                    is_selected: selected.contains(&ContactId(**id)),
                })
            }).map(|(id, _)| *id).collect();
            prop_assert_eq!(&ids, &wanted, "{}", text);
            prop_assert_eq!(bits.count(), ids.len());
            for (column, key) in [
                (SortColumn::Id, (|_| "") as fn(&Person) -> &str),
                (SortColumn::Status, |person| person.status),
                (SortColumn::Position, |person| person.position.map_or("", |position| position.id())),
            ] {
                let mut sorted = ids.clone();
                sorted.sort_by_key(|id| (key(&people[id]), *id));
                for (number, id) in sorted.iter().enumerate() {
                    let nth = |up, number| index.nth((&bits, column), &[], up, number);
                    prop_assert_eq!(nth(false, number), Some(ContactId(*id)));
                    prop_assert_eq!(nth(true, sorted.len() - 1 - number), Some(ContactId(*id)));
                }
                prop_assert_eq!(index.nth((&bits, column), &[], false, sorted.len()), None);
                for from in std::iter::once(None).chain(sorted.iter().copied().map(Some)) {
                    let place = from.and_then(|id| place(column, key(&people[&id]), ContactId(id)));
                    let down = index.first_by_place((&bits, column), place, false, 3);
                    let rest = sorted.iter().skip_while(|id| from.is_some_and(|from| **id != from)).take(3);
                    prop_assert_eq!(down, rest.copied().map(ContactId).collect::<Vec<_>>());
                    let up = index.first_by_place((&bits, column), place, true, 3);
                    let rest = sorted.iter().rev().skip_while(|id| from.is_some_and(|from| **id != from)).take(3);
                    prop_assert_eq!(up, rest.copied().map(ContactId).collect::<Vec<_>>());
                }
            }
        }
    }
}

fn of(names: &[&str]) -> TextIndex {
    let mut index = TextIndex::with_capacity(names.len());
    for (id, name) in (1..).zip(names) {
        let email = "ops@example.org";
        index.push(&Entry { id: ContactId(id), name, email, position: None, status: "verified" }).unwrap();
    }
    let mut by_name: Vec<(&str, i64)> = names.iter().copied().zip(1..).collect();
    by_name.sort_unstable();
    index.finish(by_name.into_iter().map(|(_, id)| ContactId(id)));
    index
}

#[test]
fn the_list_by_name_is_read_from_any_place_in_both_directions() {
    let names: Vec<String> = (0..900).map(|number| format!("c{:03}", number * 7 % 900)).collect();
    let index = of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let bits = index.find(&["c".to_owned()], None);
    let names_of = |ids: Vec<ContactId>| -> Vec<&str> {
        ids.iter().map(|id| names[usize::try_from(id.0 - 1).unwrap()].as_str()).collect()
    };
    assert_eq!(
        names_of(index.first_by_place((&bits, SortColumn::Name), None, false, 3)),
        ["c000", "c001", "c002"]
    );
    assert_eq!(names_of(index.first_by_place((&bits, SortColumn::Name), None, true, 2)), ["c899", "c898"]);
    let from = index.rank(SortColumn::Name, ContactId(11));
    assert_eq!(names_of(index.first_by_place((&bits, SortColumn::Name), from, false, 2)), ["c070", "c071"]);
    assert_eq!(names_of(index.first_by_place((&bits, SortColumn::Name), from, true, 2)), ["c070", "c069"]);
    assert!(index.first_by_place((&bits, SortColumn::Name), None, false, 0).is_empty());
}

#[test]
fn a_contact_with_another_text_is_found_by_that_and_has_no_place_by_name() {
    let mut index = of(&["ada", "bob"]);
    let entry =
        Entry { id: ContactId(1), name: "eve", email: "ops@example.org", position: None, status: "verified" };
    index.put(&entry).unwrap();
    assert!(index.find(&["ada".to_owned()], None).is_empty());
    let bits = index.find(&["eve".to_owned()], None);
    assert_eq!(index.added_in(&bits).collect::<Vec<_>>(), [ContactId(1)]);
    assert!(index.first_by_place((&bits, SortColumn::Name), None, false, 9).is_empty());
    assert_eq!(
        (index.rank(SortColumn::Name, ContactId(1)), index.rank(SortColumn::Name, ContactId(2))),
        (None, Some(1))
    );
    assert_eq!(index.added(), 1);
    // Another status is noted where the contact is.
    assert_eq!(index.put(&Entry { status: "expired", ..entry }), Ok(false));
    assert_eq!(index.put(&Entry { position: Some(Position::Ceo), ..entry }), Ok(true));
    assert_eq!(index.added(), 1);
}

#[test]
fn a_number_counts_those_that_were_added_between_the_others() {
    let mut index = of(&["ada", "bob", "cleo"]);
    for (id, name) in [(4, "abe"), (5, "abel"), (6, "dora")] {
        let email = "ops@example.org";
        index.put(&Entry { id: ContactId(id), name, email, position: None, status: "verified" }).unwrap();
    }
    let bits = index.find(&["ops".to_owned()], None);
    let added = [(0, ContactId(4)), (0, ContactId(5)), (u64::MAX, ContactId(6))];
    let ids = |up| -> Vec<i64> {
        (0..7)
            .filter_map(|number| index.nth((&bits, SortColumn::Name), &added, up, number))
            .map(|id| id.0)
            .collect()
    };
    assert_eq!(ids(false), [4, 5, 1, 2, 3, 6]);
    assert_eq!(ids(true), [6, 3, 2, 1, 5, 4]);
}

#[test]
fn the_list_by_email_is_known_once_it_was_learnt() {
    let mut index = of(&["ada", "bob"]);
    let bits = index.find(&[], None);
    assert!(index.knows_order(SortColumn::Name) && !index.knows_order(SortColumn::Email));
    index.learn_emails([ContactId(2), ContactId(1)]);
    assert!(index.knows_order(SortColumn::Email));
    let all = index.first_by_place((&bits, SortColumn::Email), None, false, 9);
    assert_eq!(all, [ContactId(2), ContactId(1)]);
}

#[test]
fn an_email_with_the_same_text_and_another_place_is_not_listed_where_it_was() {
    for (before, after) in [("straße@example.org", "strasse@example.org"), ("strasse@x", "straße@x")] {
        let entry =
            |email| Entry { id: ContactId(1), name: "ada", email, position: None, status: "verified" };
        let mut index = TextIndex::default();
        index.push(&entry(before)).unwrap();
        index.finish([ContactId(1)]);
        index.learn_emails([ContactId(1)]);
        assert_eq!(index.rank(SortColumn::Email, ContactId(1)), Some(0));
        index.put(&entry(after)).unwrap();
        assert_eq!(index.rank(SortColumn::Email, ContactId(1)), None, "{after}");
    }
}
