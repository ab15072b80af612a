//! From the first code to a proof, and a change of address.

use std::time::Duration;

use callsheet::domain::contact::Status;
use callsheet::operations::contacts;

use crate::support::desk::Desk;
use crate::support::office::{Office, wrong};

#[test]
fn a_code_that_somebody_reads_out_verifies() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("a ada <tab> ada@example.org <enter> <wait:is saved>").mail_leaves();
    let code = office.newest_code();
    desk.types("v c").types(&wrong(&code)).types("<enter> <wait:4 tries left>");
    desk.types("<c-u>").types(&code.to_lowercase()).types("<enter> <wait:is verified>");
    desk.types("<esc>").sees("✓ verified").sees("1 verified");
    assert!(!format!("{:?}", desk.model).contains(&code));
}

#[test]
fn a_new_code_waits_for_its_cool_down() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("a ada <tab> ada@example.org <enter>").mail_leaves();
    let first = office.newest_code();
    desk.types("v r");
    assert!(desk.model.next_wake().is_some(), "the cool-down is counted down");
    office.clock.advance(Duration::from_secs(61));
    desk.looks().types("r <wait:Without a mail server the new code goes to a file>").mail_leaves();
    assert_ne!(office.newest_code(), first);
    desk.types("c").types(&office.newest_code()).types("<enter> <wait:is verified>");
}

#[test]
fn the_old_address_stays_until_the_new_one_is_verified_and_a_change_can_be_cancelled() {
    let office = Office::introduced();
    let mut session = office.session();
    let ada = office.verified(&mut session, "ada", "ada@example.org");
    let mut desk = Desk::open(&office);
    desk.types("<enter> <tab> <c-u> ada@new.example.org <enter> <wait:is saved>");
    desk.sees("ada@example.org → ada@n");
    desk.types(
        "v x <wait:Cancel the change to ada@new.example.org?> y <wait:The change is cancelled.> <esc>",
    );
    desk.sees_no("→");
    let after = contacts::get(&mut session, ada.id).unwrap();
    assert_eq!((after.email.as_str(), after.status), ("ada@example.org", Status::Verified));
}
