//! A notice is written, looked at, sent, and what became of it.

use callsheet::domain::delivery::{Kind, NoticeId};
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::notices::{self, NoticesAt};
use callsheet::operations::outbox::{self, OutboxAt, OutboxQuery};
use callsheet::tui::model::Tone;

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};

/// Two people who get security messages, one who is not verified, one who wants nothing.
fn office() -> Office {
    let office = Office::new();
    let mut session = office.session();
    let change = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("security@example.com".to_owned()),
        ..AccountChange::default()
    };
    account::set(&mut session, &change).unwrap();
    office.deliver_to_files();
    for (name, email) in [("ada", "ada@example.org"), ("王小明", "xiaoming@example.cn")] {
        let contact = office.verified(&mut session, name, email);
        subscribe(&office, contact.id, &["security"]);
    }
    let bob = add_silently(&mut session, "bob", "bob@example.org");
    subscribe(&office, bob, &["security.account"]);
    add_silently(&mut session, "eve", "eve@example.org");
    office
}

fn subscribe(office: &Office, id: callsheet::domain::contact::ContactId, types: &[&str]) {
    let types = types.iter().map(|id| (*id).to_owned()).collect();
    let change = ContactChange { types: Some(types), ..ContactChange::default() };
    contacts::modify(&mut office.session(), id, &change, None).unwrap();
}

/// Everything but sending.
const WRITTEN: &str =
    "n<enter>security.acc<enter> Unusual <space> logon<enter> Was <space> it <space> you?<enter><enter>王";

#[test]
fn a_notice_is_sent_by_keys_alone() {
    let office = office();
    let mut desk = Desk::open(&office);
    let wakes = desk.wakes;
    desk.types(WRITTEN);
    desk.sees("2 people get it").sees("ada").sees("bob: not verified").sees("eve: not subscribed");
    desk.types("<tab><enter> <wait:Send 'Unusual logon' (Security › Account security> <wait:to 2 people?>");
    assert!(notices::page(&mut office.session(), NoticesAt::Newest, 9).unwrap().rows.is_empty());
    desk.types("y <wait:Queued for 2 people.>").sees_no("New notice");
    assert_eq!(desk.wakes, wakes + 1);
    let query = OutboxQuery { notice: Some(NoticeId(1)), ..OutboxQuery::default() };
    let queued = outbox::page(&mut office.session(), &query, OutboxAt::Oldest, 9).unwrap().rows;
    let to: Vec<&str> = queued.iter().map(|delivery| delivery.to.as_str()).collect();
    assert_eq!(to, ["xiaoming@example.cn", "ada@example.org"]);
    assert!(queued.iter().all(|delivery| {
        delivery.kind == Kind::Notice
            && delivery.subject == "Unusual logon"
            && delivery.message_type.as_deref() == Some("security.account")
    }));
    desk.types("3").sees("… 2 waiting").sees("security.account").sees("Unusual logon");
}

#[test]
fn the_footer_says_what_enter_does_at_the_focus() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types("n").sees("enter open").sees_no("enter OK");
    desk.types("<enter>").sees_no("enter open");
    desk.types("<esc><tab>").sees("enter to the text");
    desk.types("<enter>x<tab>").sees("enter send");
    desk.types("<tab>").sees("enter preview");
    desk.types("<tab>").sees("enter cancel");
    desk.types("<tab><tab>").sees("enter send").sees_no("enter open");
    desk.types("<esc>y");
    desk.types("a").sees("enter OK");
    desk.types("<tab><tab>").sees("enter open").sees_no("enter OK");
    desk.types("<enter>").sees("enter choose");
    desk.types("<esc><esc> 5 <enter>").sees("enter OK");
    desk.types("<tab><tab>").sees("enter open").sees_no("enter OK");
}

#[test]
fn what_is_written_twice_is_sent_once() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types(WRITTEN).types("<tab><enter> <wait:to 2 people?> y<enter><enter>y");
    assert_eq!(notices::page(&mut office.session(), NoticesAt::Newest, 9).unwrap().rows.len(), 1);
    // The same words once more, in a dialog of their own, are another notice.
    desk.types("<esc>").types(WRITTEN).types("<tab><enter>y <wait:Queued for 2 people.>");
    assert_eq!(notices::page(&mut office.session(), NoticesAt::Newest, 9).unwrap().rows.len(), 2);
}

#[test]
fn everything_wrong_is_told_and_nothing_is_queued() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types("n <tab> Logon <tab><tab><enter>");
    desk.sees("the notice needs a type").sees("the body is empty").sees("Logon");
    desk.types("<enter>account.funds<enter><tab><tab> text")
        .sees_no("the body is empty")
        .sees_no("needs a type");
    assert!(notices::page(&mut office.session(), NoticesAt::Newest, 9).unwrap().rows.is_empty());
}

#[test]
fn nobody_subscribed_means_the_security_email() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types("n<enter>service.contract<enter> Contract<enter> It <space> ends. <tab>");
    desk.sees("! Nobody is subscribed.").sees("security@example.com");
    desk.types("<enter> <wait:(Service › Contracts) to the security> y");
    desk.sees("Queued for the security email: nobody is subscribed.");
    let queued =
        outbox::page(&mut office.session(), &OutboxQuery::default(), OutboxAt::Newest, 1).unwrap().rows;
    assert_eq!(
        (queued[0].to.as_str(), queued[0].fallback.as_deref()),
        ("security@example.com", Some("nobody_subscribed"))
    );
}

#[test]
fn without_a_security_email_nothing_is_queued() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("n<enter>service.contract<enter> Contract<enter> It <space> ends. <tab><enter>");
    desk.sees("nothing was queued").sees("set one in the settings").sees("It ends.");
    assert!(notices::page(&mut office.session(), NoticesAt::Newest, 9).unwrap().rows.is_empty());
}

#[test]
fn who_gets_it_follows_what_others_change() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types(WRITTEN).sees("2 people get it");
    let mut session = office.session();
    let ada = contacts::find(&mut session, "ada").unwrap();
    contacts::delete(&mut session, &[ada.id]).unwrap();
    desk.looks().sees("1 person gets it").sees("Was it you?");
}

#[test]
fn what_was_queued_is_told_even_if_it_is_not_what_was_confirmed() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types(WRITTEN).types("<tab><enter> <wait:to 2 people?>");
    let mut session = office.session();
    let ada = contacts::find(&mut session, "ada").unwrap();
    contacts::delete(&mut session, &[ada.id]).unwrap();
    desk.types("y <wait:Queued for 1 person; when you confirmed, it was 2 people.>");
    assert_eq!(desk.model.notice.as_ref().map(|notice| notice.tone), Some(Tone::Warning));
}

#[test]
fn leaving_with_text_asks_and_keeps_it() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types(WRITTEN).types("<esc> <wait:Leave without sending?> <enter> <wait:Was it you?>");
    desk.types("<c-c> <wait:Leave without sending?> y").sees_no("New notice");
    desk.types("n <wait:New notice> <esc>").sees_no("New notice");
}

#[test]
fn a_paste_keeps_its_lines_and_can_be_taken_back() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types("n <tab> <paste:One\nline> <wait:Oneline> <enter> <paste:first\r\nsecond> <wait:first>");
    assert!(desk.line().contains("second"), "{}", desk.line());
    // As terminals report ctrl-_.
    desk.types("<c-7>").sees_no("first").types("<c-y> <wait:second> <a-u>").sees_no("second");
}

#[test]
fn the_mail_is_looked_at_in_each_language_and_leaves_as_it_was_shown() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types(WRITTEN).types("<c-o> <wait:Preview · English> <wait:Unusual logon> <wait:Was it you?>");
    desk.types("<tab> <wait:Preview · 简体中文> <wait:Was it you?> <esc>").sees_no("Preview ·");
    desk.types("<f4> <wait:Preview · English> <f4> <tab><enter>y <wait:Queued for 2 people.>");
    desk.mail_leaves();
    let mails = std::fs::read_dir(office.mail_folder()).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> = mails.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let of_notice: Vec<&String> =
        texts.iter().filter(|text| text.contains("Subject: Unusual logon")).collect();
    assert_eq!(of_notice.len(), 2);
    for to in ["ada@example.org", "xiaoming@example.cn"] {
        assert!(of_notice.iter().any(|text| text.contains(to)), "{to}: {of_notice:?}");
    }
    assert!(of_notice.iter().all(|text| text.contains("Was it you?")), "{of_notice:?}");
    desk.types("3").sees("≡ 2 written");
}

#[test]
fn n_is_a_key_of_every_screen_and_a_letter_in_every_field() {
    let office = office();
    let mut desk = Desk::open(&office);
    for screen in ["1", "3", "5"] {
        desk.types(screen)
            .types("n <wait:New notice> <tab> n")
            .sees("Subject  n")
            .types("<esc> y")
            .sees_no("New notice");
    }
    desk.types("1 / n").sees_no("New notice");
}

#[test]
fn the_previewed_mail_is_copied_whole() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types(WRITTEN).types("<f4> <wait:Preview · English> <wait:Was it you?> y");
    desk.sees("Sent to the terminal for its clipboard: subject and text of the mail.");
}
