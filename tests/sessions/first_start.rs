//! The first start.

use callsheet::operations::account;

use crate::support::desk::Desk;
use crate::support::office::Office;

#[test]
fn the_first_start_asks_for_name_and_security_email() {
    let office = Office::new();
    let mut desk = Desk::open(&office);
    desk.types("Example <space> Ltd <tab> security@example.com <enter> <wait:The account is saved.>");
    desk.sees("callsheet · Example Ltd").mail_leaves();
    let mut desk = Desk::open(&office);
    desk.sees("No contacts yet.").sees("callsheet · Example Ltd");
}

#[test]
fn esc_skips_for_good() {
    let office = Office::new();
    Desk::open(&office).types("<esc>").sees("No contacts yet.");
    Desk::open(&office).sees("No contacts yet. Press a").types("a <wait:Name>");
    assert!(account::get(&mut office.session()).unwrap().introduced);
}

#[test]
fn a_wrong_security_email_is_explained_and_nothing_is_lost() {
    let office = Office::new();
    let mut desk = Desk::open(&office);
    desk.types("Example <tab> nobody <enter>").sees("nobody").sees("Example").sees_no("is saved");
}
