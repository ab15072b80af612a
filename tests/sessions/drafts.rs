//! A form is open when the program dies; the next one offers what was typed.

use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::notices::{self, NoticesAt};
use callsheet::tui::draft::{DraftId, DraftOrder, Offer};

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

/// What is left after these keys by a program that dies.
fn left(office: &Office, keys: &str) -> Offer {
    Desk::open(office).types(keys).left(1).expect("something is kept")
}

#[test]
fn a_new_contact_is_opened_with_all_fields_as_they_were_and_saved_by_nobody() {
    let office = office(&["ada"]);
    let offer = left(
        &office,
        "a two <space> words <tab> 王@ <tab> <enter> t <enter> <tab> <tab> <space> <tab> <space>",
    );
    let mut desk = Desk::open(&office);
    desk.finds([offer]).sees("A form was left unfinished").sees("(by ada").sees("from 192.0.2.1).");
    desk.sees("New contact: two words · 王@");
    desk.types("<enter> <wait:Add contact>").sees("two words").sees("王@").sees("Technical Director");
    let form = Desk::open(&office)
        .types("a two <space> words <tab> 王@ <tab> <enter> t <enter> <tab> <tab> <space> <tab> <space>")
        .screen();
    // What a position has proposed counts as chosen.
    let fields = |screen: &str| {
        let lines = screen.lines().filter(|line| line.contains('['));
        lines
            .map(|line| line.split("  proposed").next().unwrap().trim_end_matches([' ', '│']).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(fields(&desk.screen()), fields(&form), "the boxes of the subscriptions too");
    assert_eq!(desk.orders, [DraftOrder::Open(DraftId(1))]);
    assert!(desk.kept.is_none(), "what was opened is kept where it was");
    assert_eq!(contacts::totals(&mut office.session()).unwrap().contacts, 1);
    desk.types("<enter> <wait:blank>");
    desk.types("<c-u> ops <tab> <c-u> ops@example.org <enter> <wait:ops is saved>");
    assert!(desk.kept.is_none());
}

#[test]
fn giving_a_form_up_drops_what_was_kept() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("a x");
    assert!(desk.kept.is_some());
    desk.types("<bs>");
    assert!(desk.kept.is_none(), "nothing stands in it");
    desk.types("y <esc>");
    assert!(desk.kept.is_some(), "the question is not answered yet");
    desk.types("y");
    assert!(desk.kept.is_none());
}

#[test]
fn a_change_goes_on_where_it_was() {
    let office = office(&["ada"]);
    let offer = left(&office, "e x");
    let mut desk = Desk::open(&office);
    desk.finds([offer]).sees("Changes to a contact: adax · ada@example.org");
    desk.types("<enter> <wait:Modify ada> <enter> <wait:adax is saved>");
    assert_eq!(contacts::find(&mut office.session(), "adax").unwrap().email, "ada@example.org");
}

#[test]
fn a_contact_that_others_have_changed_meanwhile_is_not_saved_over() {
    let office = office(&["ada"]);
    let offer = left(&office, "e x");
    let mut other = office.session();
    let ada = contacts::find(&mut other, "ada").unwrap();
    let change = ContactChange { position: Some("ceo".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut other, ada.id, &change, None).unwrap();
    let mut desk = Desk::open(&office);
    desk.finds([offer]).types("<enter> <wait:somebody else has saved this contact meanwhile>");
    desk.types("<enter> <wait:Changed meanwhile>").sees("CEO");
    desk.types("<tab> <enter> <wait:adax is saved>");
}

#[test]
fn a_contact_that_others_have_deleted_meanwhile_is_added_if_one_wants() {
    let office = office(&["ada", "grace"]);
    let offer = left(&office, "e x <tab> x");
    let mut other = office.session();
    let ada = contacts::find(&mut other, "ada").unwrap();
    contacts::delete(&mut other, &[ada.id]).unwrap();
    let mut desk = Desk::open(&office);
    desk.finds([offer])
        .types("<enter> <wait:somebody has deleted this contact meanwhile> <wait:Add contact>");
    desk.sees("adax").sees("ada@example.orgx");
    desk.types("<esc> y").sees_no("adax");
    assert!(desk.kept.is_none());
}

#[test]
fn each_of_several_is_offered_and_may_wait_or_be_thrown_away() {
    let office = office(&["ada"]);
    let mut offers = Vec::new();
    for (id, keys) in [(1, "a first"), (2, "a second"), (3, "n <tab> third")] {
        offers.push(Desk::open(&office).types(keys).left(id).unwrap());
    }
    let mut desk = Desk::open(&office);
    desk.finds(offers).sees("first").types("<esc>").sees("second").types("<tab> <enter>");
    desk.sees("New notice: third").types("<enter> <wait:New notice>").sees("third");
    let (later, thrown, opened) =
        (DraftOrder::Leave(DraftId(1)), DraftOrder::Throw(DraftId(2)), DraftOrder::Open(DraftId(3)));
    assert_eq!(desk.orders, [later, thrown, opened]);
}

#[test]
fn nothing_is_offered_over_what_is_open() {
    let office = office(&["ada"]);
    let offer = left(&office, "a first");
    let mut desk = Desk::open(&office);
    desk.types("a second").finds([offer]).sees_no("unfinished");
    desk.types("<esc> y").sees("unfinished").sees("first");
}

#[test]
fn a_notice_is_not_sent_twice_if_the_program_died_while_it_was_sent() {
    let office = office(&[]);
    let mut session = office.session();
    let change = AccountChange { security_email: Some("sec@example.com".into()), ..AccountChange::default() };
    account::set(&mut session, &change).unwrap();
    let written = "n<enter>security.acc<enter> Logon<enter> Was <space> it <space> you?<enter> <space>";
    let mut dying = Desk::open(&office);
    dying.types(written);
    let offer = dying.left(1).unwrap();
    dying.types("<tab><enter> y <wait:Queued>");
    let mut desk = Desk::open(&office);
    desk.finds([offer]).sees("New notice: Logon · Was it you?").types("<enter>").sees("Was it you?");
    desk.sees("Account security")
        .types("<tab> <tab> <tab> <enter> <wait:Send> y <wait:nothing is sent twice>");
    assert_eq!(notices::page(&mut office.session(), NoticesAt::Newest, 9).unwrap().rows.len(), 1);
    assert!(desk.kept.is_none());
}

#[test]
fn the_first_questions_are_kept_too() {
    let office = Office::new();
    let offer = left(&office, "Example <space> Ltd <tab> sec@");
    let mut desk = Desk::open(&office);
    desk.sees("Welcome").finds([offer]).sees("Account: Example Ltd · sec@");
    desk.types("<enter> <wait:Welcome> <wait:sec@>")
        .types("<tab> example.com <enter> <wait:The account is saved.>");
    assert_eq!(account::get(&mut office.session()).unwrap().name, "Example Ltd");
}

#[test]
fn what_others_have_set_in_the_account_meanwhile_stays() {
    let office = office(&[]);
    let offer = left(&office, "5 <enter> New <space> name");
    let change = AccountChange { security_email: Some("sec@example.com".into()), ..AccountChange::default() };
    account::set(&mut office.session(), &change).unwrap();
    let mut desk = Desk::open(&office);
    desk.finds([offer]).types("<enter> <wait:New name>").sees("sec@example.com");
    desk.types("<enter> <wait:The account is saved.>");
    assert_eq!(
        account::get(&mut office.session()).unwrap().security_email.as_deref(),
        Some("sec@example.com")
    );
}

#[test]
fn names_of_files_are_kept() {
    let office = office(&["ada"]);
    for (keys, form) in
        [("i lists/new.vcf", "Import: lists/new.vcf"), ("x <c-u> out.json", "Export: out.json")]
    {
        let offer = left(&office, keys);
        let mut desk = Desk::open(&office);
        desk.finds([offer]).sees(form).types("<enter>").sees(form.split_once(' ').unwrap().1);
    }
}

#[test]
fn a_code_is_never_kept() {
    let office = office(&["ada"]);
    let mut desk = Desk::open(&office);
    desk.types("v r <esc>").mail_leaves().types("v c ABCD <wait:ABCD>");
    assert!(desk.kept.is_none());
}
