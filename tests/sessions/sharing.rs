//! Two administrators at one database.

use callsheet::operations::contacts::{self, ContactChange};

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};

fn office(names: &[&str]) -> Office {
    let office = Office::introduced();
    let mut session = office.session();
    for name in names {
        add_silently(&mut session, name, &format!("{name}@example.org"));
    }
    office
}

#[test]
fn changes_by_others_appear_and_cursor_filter_and_typing_stay() {
    let office = office(&["ada", "grace", "zoe"]);
    let mut desk = Desk::open(&office);
    desk.types("<down> / e");
    let mut other = office.session();
    add_silently(&mut other, "eve", "eve@example.org");
    desk.looks().sees("eve").sees("/ e");
    assert!(desk.model.contacts.current().is_some());
    desk.types("<enter> <esc>");
    desk.types("a bob <tab> bob@ex");
    let ada = contacts::find(&mut other, "ada").unwrap();
    contacts::delete(&mut other, &[ada.id]).unwrap();
    desk.looks().sees("bob@ex");
    desk.types("ample.org <enter> <wait:bob is saved>");
}

#[test]
fn the_cursor_follows_a_contact_that_somebody_renames() {
    let office = office(&["ada", "grace", "zoe"]);
    let mut desk = Desk::open(&office);
    desk.types("<down>");
    let mut other = office.session();
    let grace = contacts::find(&mut other, "grace").unwrap();
    let change = ContactChange { name: Some("zz".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut other, grace.id, &change, None).unwrap();
    desk.looks();
    assert!(desk.line().contains("▸ zz"), "{}", desk.line());
}

#[test]
fn a_contact_that_somebody_deletes_leaves_the_cursor_on_the_next() {
    let office = office(&["ada", "grace", "zoe"]);
    let mut desk = Desk::open(&office);
    desk.types("<down>");
    let mut other = office.session();
    let grace = contacts::find(&mut other, "grace").unwrap();
    contacts::delete(&mut other, &[grace.id]).unwrap();
    desk.looks();
    assert!(desk.line().contains("▸ zoe"), "{}", desk.line());
}

#[test]
fn saving_over_a_newer_change_shows_both() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("<enter> <c-u> adele");
    let mut other = office.session();
    let ada = contacts::find(&mut other, "ada").unwrap();
    let change = ContactChange { name: Some("adrian".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut other, ada.id, &change, None).unwrap();
    desk.looks().types("<enter>").sees("adele").sees("adrian");
    assert_eq!(contacts::get(&mut other, ada.id).unwrap().name, "adrian");
}
