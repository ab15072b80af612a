//! The history on the screen: listed, opened, searched, of one contact, and checked.

use callsheet::domain::contact::ContactId;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::{Actor, Opening, Session, Via};

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};

/// Two contacts, one of whom was changed, by two administrators.
fn office() -> (Office, ContactId) {
    let office = Office::introduced();
    let mut session = office.session();
    let wang = add_silently(&mut session, "王小明", "xiaoming@example.cn");
    add_silently(&mut session, "Grace", "grace@example.org");
    let actor = Actor { user: "root (sudo by bob)".to_owned(), origin: Some("203.0.113.9".to_owned()) };
    let mut remote = Session::open(&Opening { actor, via: Via::Import, ..office.opening() }).unwrap();
    let change = ContactChange {
        email: Some("ming@example.cn".to_owned()),
        position: Some("ceo".to_owned()),
        ..ContactChange::default()
    };
    contacts::modify(&mut remote, wang, &change, None).unwrap();
    (office, wang)
}

#[test]
fn an_entry_is_listed_and_opened() {
    let (office, _) = office();
    let mut desk = Desk::open(&office);
    desk.types("4").sees("4 · newest first").sees("added Grace").sees("skipped the first questions");
    let line = desk.line();
    assert!(
        line.contains("bob as root   import   modified 王小明: email xiaoming@example.cn → ming@"),
        "{line}"
    );
    desk.types("<enter> <wait:Entry 4> <wait:root (sudo by bob)> <wait:203.0.113.9> <wait:an import>");
    desk.sees("xiaoming@example.cn → ming@example.cn").sees("none → CEO");
    desk.types("<esc>").sees_no("Entry 4");
    desk.types("G");
    assert!(desk.line().contains("skipped the first questions"), "{}", desk.line());
}

#[test]
fn the_history_of_a_contact_is_opened_from_the_contacts_and_from_an_entry() {
    let (office, _) = office();
    let mut desk = Desk::open(&office);
    desk.types("G h <wait:History › 王小明> <wait:modified 王小明> <wait:added 王小明>").sees_no("Grace");
    desk.types("<esc> <wait:sorted by name>");
    assert!(desk.line().contains("王小明"), "{}", desk.line());
    desk.types("h 4 <wait:added Grace>").sees_no("History ›");
    desk.types("j h <wait:History › Grace>").sees_no("王小明");
    desk.types("<esc>").sees("modified 王小明");
    assert!(desk.line().contains("added Grace"), "{}", desk.line());
    desk.types("G h <wait:This entry is not about one contact.>");
}

#[test]
fn a_filter_searches_and_names_what_it_does_not_understand() {
    let (office, _) = office();
    let mut desk = Desk::open(&office);
    desk.types("4 / modified").sees("modified 王小明").sees_no("added");
    desk.types("<c-u> contact:grace").sees("added Grace").sees_no("王小明");
    desk.types("<c-u> who:bob").sees("modified").sees_no("added");
    desk.types("<c-u> via:comand").sees("did you mean via:command?");
    desk.types("<c-u> nobody").sees("No entry matches the filter. Press esc to clear it.");
    desk.types("<esc>").sees("added Grace");
}

#[test]
fn what_others_do_appears_and_cursor_and_filter_stay() {
    let (office, wang) = office();
    let mut desk = Desk::open(&office);
    desk.types("4 j");
    let mut other = office.session();
    add_silently(&mut other, "Zoe", "zoe@example.org");
    desk.looks().sees("added Zoe");
    assert!(desk.line().contains("added Grace"), "{}", desk.line());
    desk.types("/ added<enter> G");
    assert!(desk.line().contains("added 王小明"), "{}", desk.line());
    add_silently(&mut other, "Eve", "eve@example.org");
    desk.looks().sees("added Eve").sees("/ added").sees_no("modified");
    assert!(desk.line().contains("added 王小明"), "{}", desk.line());
    desk.types("<enter> <wait:xiaoming@example.cn>");
    contacts::delete(&mut other, &[wang]).unwrap();
    desk.looks().sees("erased when the contact was deleted").sees_no("xiaoming");
    desk.types("<esc>").sees("added contact 1: erased").sees_no("王小明");
}

#[test]
fn a_check_says_that_the_log_is_whole_or_goes_to_what_was_changed() {
    let (office, _) = office();
    let mut desk = Desk::open(&office);
    desk.types("4 v").sees("✓ 4 entries, unbroken, checked 14:03");
    let database = rusqlite::Connection::open(office.database()).unwrap();
    let change = "DROP TRIGGER audit_is_append_only_update; UPDATE audit SET actor = 'eve' WHERE id = 2";
    database.execute_batch(change).unwrap();
    desk.looks()
        .types("v <wait:! The history was changed: entry 2 or the one before it is not what was written.>");
    desk.types("j k").sees("✗ entry 2 or the one before it is not what was written");
    assert!(desk.line().contains("▸✗14:03"), "{}", desk.line());
    desk.types("<enter> <wait:The check found that entry 2 or the one before it>");
}

#[test]
fn an_empty_history_says_what_will_appear() {
    let office = Office::new();
    let mut desk = Desk::open(&office);
    desk.types("<esc> 4").sees("skipped the first questions");
}

#[test]
fn every_entry_of_a_long_history_is_reached() {
    let (office, wang) = office();
    let mut session = office.session();
    for number in 0..150 {
        let change = ContactChange { name: Some(format!("Wang{number:03}")), ..ContactChange::default() };
        contacts::modify(&mut session, wang, &change, None).unwrap();
    }
    let mut desk = Desk::open(&office);
    desk.types("4").sees("154 · newest first");
    let mut seen = 0;
    for number in (1..150).rev() {
        let (old, new) = (number - 1, number);
        seen += usize::from(desk.line().contains(&format!("name Wang{old:03} → Wang{new:03}")));
        desk.types("j");
    }
    assert_eq!(seen, 149);
    desk.types("G <pgup> <pgup>").sees("Wang0").types("g").sees("Wang149");
}
