//! Who gets which types: ticking, undoing, whole columns and rows, copying, and others who do the same.

use callsheet::clock::Clock;
use callsheet::domain::contact::ContactId;
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, Again};
use callsheet::operations::{Session, subscriptions};
use callsheet::store::Store;
use callsheet::tui::model::Screen;

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};

/// An office with a security email and unverified contacts of these names.
fn office(names: &[&str]) -> Office {
    let office = Office::new();
    let mut session = office.session();
    let change = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("security@example.com".to_owned()),
        language: None,
    };
    account::set(&mut session, &change).unwrap();
    for name in names {
        add_silently(&mut session, name, &format!("{name}@example.org"));
    }
    office
}

fn wanted(office: &Office, name: &str) -> Vec<String> {
    let contact = contacts::find(&mut office.session(), name).unwrap();
    contact.subscriptions.ids().map(str::to_owned).collect()
}

/// Somebody else decides what a contact wants.
fn subscribe(session: &mut Session, name: &str, ids: &[&str]) {
    let contact = contacts::find(session, name).unwrap();
    let wanted = Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()));
    contacts::subscribe(session, contact.id, &wanted, Again::Keep, None).unwrap();
}

fn unsubscribe(office: &Office, name: &str) -> ContactId {
    let id = contacts::find(&mut office.session(), name).unwrap().id;
    let mut store = Store::open(&office.database()).unwrap();
    store.write(|writing| writing.set_unsubscribed(id, Some(office.clock.now()))).unwrap();
    id
}

#[test]
fn a_tick_is_saved_and_undone() {
    let office = office(&["ada", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("2 <down> <right><right> <space>");
    assert_eq!(wanted(&office, "grace"), ["security"]);
    assert!(desk.line().contains("[x]"), "{}", desk.line());
    desk.types("h <space> <space> u");
    assert_eq!(wanted(&office, "grace"), ["product", "security"]);
    desk.types("u u");
    assert_eq!(wanted(&office, "grace"), Vec::<String>::new());
    desk.types("u <wait:There is nothing to undo.>");
    assert!(wanted(&office, "ada").is_empty());
    // What was said about the last change is not said about the next.
    desk.types("<space>").sees_no("There is nothing to undo.");
}

#[test]
fn types_are_ticked_one_by_one_and_make_a_category() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("2 <right><right><right><right><right> <enter> <wait:Contracts> <right> <space> <wait:[-]>");
    assert_eq!(wanted(&office, "ada"), ["service.contract"]);
    desk.types("l <space> l <space>");
    assert_eq!(wanted(&office, "ada"), ["service"]);
    desk.types("<space>");
    assert_eq!(wanted(&office, "ada"), ["service.billing", "service.contract"]);
    desk.types("<esc>").sees_no("Contracts   Billing");
}

#[test]
fn leaving_the_screen_seals_what_was_done() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("2 <space> 1 2 u <wait:There is nothing to undo.>");
    assert_eq!(wanted(&office, "ada"), ["account"]);
}

#[test]
fn all_that_are_selected_are_ticked_together() {
    let office = office(&["ada", "bob", "grace", "zoe"]);
    let mut desk = Desk::open(&office);
    desk.types("<space> <space> <space> 2 <wait:3 selected> <space>");
    assert_eq!(wanted(&office, "zoe"), ["account"], "the contact under the cursor is not selected");
    desk.types("g <right> <space> <wait:Product Messages for 3 contacts: on.>");
    for name in ["ada", "bob", "grace"] {
        assert_eq!(wanted(&office, name), ["product"], "{name}");
    }
    desk.types("u <wait:Undone for 3 contacts.>");
    assert!(wanted(&office, "bob").is_empty());
}

#[test]
fn after_a_column_those_that_were_changed_are_counted() {
    let office = office(&["ada", "adam", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("2 <space> <wait:[x]> A <wait:Subscribe 3 contacts to 'Account Messages'?> y");
    desk.types("<wait:Account Messages for 2 contacts: on.> u <wait:Undone for 2 contacts.>");
    assert_eq!((wanted(&office, "ada"), wanted(&office, "adam")), (vec!["account".to_owned()], vec![]));
}

#[test]
fn a_whole_column_asks_first_and_keeps_to_the_filter() {
    let office = office(&["ada", "adam", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types(
        "2 / ada <enter> A <wait:Subscribe 2 contacts to 'Account Messages'?> <wait:match the filter>",
    );
    desk.types("<enter>").sees_no("Subscribe 2");
    assert!(wanted(&office, "ada").is_empty());
    desk.types("A y <wait:Account Messages for 2 contacts: on.>");
    assert_eq!((wanted(&office, "adam"), wanted(&office, "grace")), (vec!["account".to_owned()], vec![]));
    desk.types(
        "A <wait:End 'Account Messages' for 2 contacts?> y <wait:Account Messages for 2 contacts: off.> u",
    );
    assert_eq!(wanted(&office, "adam"), ["account"]);
    desk.types("<esc> / grace <enter> A <wait:Account Messages for 1 contact: on.>");
    assert_eq!(wanted(&office, "grace"), ["account"]);
}

#[test]
fn a_long_column_shows_how_far_it_is_and_esc_keeps_what_is_done_and_counts_it() {
    let names: Vec<String> = (0..250).map(|number| format!("c{number:03}")).collect();
    let office = office(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut desk = Desk::open(&office);
    desk.types("2 A <wait:Subscribe 250 contacts to 'Account Messages'?>");
    desk.types_meanwhile("y", 100, "<wait:100 of 250 contacts done, esc stops> <down> <esc>");
    desk.sees("Stopped: 100 contacts were changed. u takes it back.").sees_no("esc stops");
    assert_eq!((wanted(&office, "c099"), wanted(&office, "c100")), (vec!["account".to_owned()], vec![]));
    desk.types("u <wait:Undone for 100 contacts.>");
    assert!(wanted(&office, "c099").is_empty());
}

#[test]
fn a_row_is_ticked_wholly_and_then_emptied() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("2 R");
    assert_eq!(wanted(&office, "ada").len(), 6);
    desk.types("R");
    assert!(wanted(&office, "ada").is_empty());
    desk.types("u");
    assert_eq!(wanted(&office, "ada").len(), 6);
}

#[test]
fn what_another_contact_wants_is_copied() {
    let office = office(&["ada", "bob", "grace", "zoe"]);
    subscribe(&mut office.session(), "grace", &["security", "product.release"]);
    let mut desk = Desk::open(&office);
    desk.types("2 c <wait:Copy from> ada <enter> <wait:that is the same contact>");
    desk.types("<c-u> grac <enter> <wait:ada wants now what grace wants.>");
    assert_eq!(wanted(&office, "ada"), ["product.release", "security"]);
    desk.types("1 <down> <space> <down> <space> 2 c <wait:2 contacts> <esc>").sees_no("Copy from");
    desk.types("c gra <enter> <wait:2 contacts want now what grace wants.>");
    assert_eq!(wanted(&office, "zoe"), ["product.release", "security"]);
    desk.types("u");
    assert!(wanted(&office, "bob").is_empty());
}

#[test]
fn a_tick_never_overwrites_what_somebody_else_has_changed() {
    let office = office(&["ada", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("2");
    subscribe(&mut office.session(), "ada", &["security"]);
    desk.types("<space> <wait:'ada' was changed by somebody else meanwhile.>");
    assert_eq!(wanted(&office, "ada"), ["security"]);
    assert!(desk.line().contains("[x]"), "the row shows what is so now: {}", desk.line());
    desk.types("<space>");
    assert_eq!(wanted(&office, "ada"), ["account", "security"]);
}

#[test]
fn undoing_leaves_alone_what_somebody_else_has_changed_since() {
    let office = office(&["ada", "bob"]);
    let mut desk = Desk::open(&office);
    desk.types("2 A y <wait:Account Messages for 2 contacts: on.>");
    subscribe(&mut office.session(), "ada", &["security"]);
    desk.types("u <wait:Undone. Somebody else has changed one contact since>");
    assert_eq!((wanted(&office, "ada"), wanted(&office, "bob")), (vec!["security".to_owned()], vec![]));
}

#[test]
fn changes_by_others_appear_and_the_cursor_stays() {
    let office = office(&["ada", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("2 <down> <right>");
    let mut other = office.session();
    add_silently(&mut other, "bob", "bob@example.org");
    subscribe(&mut other, "grace", &["product"]);
    desk.looks().sees("bob");
    assert!(desk.line().contains("▸ grace") && desk.line().contains("[x]"), "{}", desk.line());
    desk.sees("Product Messages · grace");
}

#[test]
fn a_contact_that_is_gone_is_said_to_be_gone() {
    let office = office(&["ada", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("2");
    let mut other = office.session();
    let ada = contacts::find(&mut other, "ada").unwrap();
    contacts::delete(&mut other, &[ada.id]).unwrap();
    desk.types("<space> <wait:There is no contact>").sees_no("▸ ada").sees("▸ grace");
}

#[test]
fn coverage_follows_every_change() {
    let office = office(&[]);
    let mut session = office.session();
    office.verified(&mut session, "ada", "ada@example.org");
    let mut desk = Desk::open(&office);
    desk.sees("20 types reach nobody");
    desk.types("2 R").sees_no("reach nobody").sees_no("0 !→sec");
    desk.types("<right> <enter> <right> <space> <wait:1 type reaches nobody> <wait:0 !→sec>");
    desk.sees("Nobody would receive it: the security email gets it instead.").sees("1 !");
    subscribe(&mut session, "ada", &["product.education"]);
    desk.looks().sees("1 type reaches nobody").types("<pause:2000>").sees("19 types reach nobody");
}

#[test]
fn who_has_unsubscribed_is_subscribed_again_knowingly() {
    let office = office(&["ada"]);
    subscribe(&mut office.session(), "ada", &["activity"]);
    let ada = unsubscribe(&office, "ada");
    let again =
        |office: &Office| contacts::get(&mut office.session(), ada).unwrap().unsubscribed_at.is_none();
    let mut desk = Desk::open(&office);
    desk.types("2 <right><right><right><right> <wait:[x]⊘> <wait:unsubscribed since>");
    desk.types("<space> <wait:[ ]⊘> <space> <wait:Subscribe ada to activity messages again?> <enter>");
    assert!(wanted(&office, "ada").is_empty() && !again(&office));
    desk.types("R <wait:ada has unsubscribed from activity messages and still gets none.>");
    assert!(!again(&office));
    desk.types("R <space> y").sees_no("⊘");
    assert!(wanted(&office, "ada") == ["activity"] && again(&office));
    desk.types("u").sees("[ ]⊘");
    assert!(!again(&office), "undoing brings back that the recipient has unsubscribed");
}

#[test]
fn who_unsubscribes_meanwhile_is_asked_about_too() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("2 <right><right><right><right>");
    unsubscribe(&office, "ada");
    desk.types("<space> <wait:Subscribe ada to activity messages again?> n");
    assert!(wanted(&office, "ada").is_empty());
    desk.sees("[ ]⊘");
}

#[test]
fn the_types_of_one_contact_are_the_same_truth() {
    let office = office(&["ada", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("<down> m <wait:Message types · grace> <space> <down><down><down> <space>");
    assert_eq!(wanted(&office, "grace"), ["account", "product.education"]);
    subscribe(&mut office.session(), "grace", &["account", "product.education", "service"]);
    desk.looks().sees("[x] Account Messages").types("u u");
    assert_eq!(wanted(&office, "grace"), ["account", "product.education", "service"], "it was changed since");
    desk.types("R R").sees("[ ] Account Messages");
    assert!(wanted(&office, "grace").is_empty());
    desk.types("<esc>").sees("○ none").sees_no("Account Messages");
    desk.types("m <space> u <wait:Undone.> <esc> 2");
    assert_eq!(desk.model.screen, Screen::Types);
    assert!(desk.line().contains("▸ grace"), "{}", desk.line());
}

#[test]
fn the_dialog_about_a_contact_closes_when_it_is_gone() {
    let office = office(&["ada", "grace"]);
    let mut desk = Desk::open(&office);
    desk.types("m <wait:Message types · ada>");
    let mut other = office.session();
    let ada = contacts::find(&mut other, "ada").unwrap();
    contacts::delete(&mut other, &[ada.id]).unwrap();
    desk.looks().sees("There is no contact").sees_no("Message types · ada");
}

#[test]
fn a_thousand_contacts_are_reached_and_changed() {
    let office = office(&[]);
    let mut session = office.session();
    for number in 0..1_200 {
        add_silently(&mut session, &format!("p{number:04}"), &format!("p{number}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types("2 G <right>");
    assert!(desk.line().contains("p1199"), "{}", desk.line());
    desk.types("A <wait:Subscribe 1200 contacts> y <wait:Product Messages for 1200 contacts: on.>");
    assert_eq!(wanted(&office, "p0000"), ["product"]);
    assert!(desk.line().contains("p1199") && desk.line().contains("[x]"), "{}", desk.line());
    desk.types("u <wait:Undone for 1200 contacts.>");
    let whom = subscriptions::Whom::Filtered(contacts::ListQuery::default());
    assert!(!subscriptions::is_column_full(&mut session, "product", &whom).unwrap());
    assert!(wanted(&office, "p0600").is_empty());
}
