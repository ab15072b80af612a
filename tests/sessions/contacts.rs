//! Adding, finding, changing and deleting contacts.

use callsheet::domain::language::Language;
use callsheet::domain::position::Position;
use callsheet::mail::sender::SenderEvent;
use callsheet::operations::contacts;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Fixed;
use callsheet::tui::screens::settings::{MailFacts, SettingsFacts};
use callsheet::tui::theme::Theme;
use ratatui::layout::Size;

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently};
use crate::support::stage::fixed;

/// An office whose first questions are answered.
#[test]
fn a_contact_is_added_and_its_code_lies_in_a_file() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.sees("No contacts yet. Press a to add the first one.");
    desk.types("a 王小明 <tab> xiaoming@example.cn <enter> <wait:is saved> <wait:Without a mail server the code goes to a file>");
    desk.sees("? unverified").sees("1 contact");
    assert_eq!(desk.wakes, 1);
    desk.mail_leaves().sees("? unverified").sees("not leaving this machine");
    desk.types("v <wait:written to a file, not sent>");
}

#[test]
fn where_a_code_goes_is_said_in_each_language() {
    let server = MailFacts::Server {
        host: "mail.example.com".to_owned(),
        port: 587,
        security: "starttls".to_owned(),
        from: "notices@example.com".to_owned(),
    };
    let stopped = SenderEvent::Stopped { words: "mail left by a server before".to_owned() };
    for (language, to_file, on_its_way) in [
        (
            Language::En,
            "Without a mail server the code goes to a file.",
            "A code is on its way to ada@example.org.",
        ),
        (Language::ZhCn, "未设置邮件服务器，验证码写入文件。", "验证码正在发往 ada@example.org。"),
    ] {
        let (files, facts) =
            (SettingsFacts::default, |mail| SettingsFacts { mail, ..SettingsFacts::default() });
        let ways = [
            (files(), None, to_file),
            // What the sender says counts more than the configuration.
            (files(), Some(stopped.clone()), on_its_way),
            (facts(server.clone()), None, on_its_way),
        ];
        for (facts, event, said) in ways {
            let office = Office::introduced();
            let fixed = Fixed { language, ..fixed(Theme::Traced, Marks::Unicode) };
            let mut desk = Desk::with(&office, fixed, facts, Size { width: 100, height: 30 });
            desk.hears(event.into_iter().collect()).types("a ada <tab> ada@example.org <enter>").sees(said);
        }
    }
}

#[test]
fn a_wrong_form_stays_open_with_everything_that_was_typed() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("a two <space> words <tab> nobody <enter>");
    desk.sees("two words").sees("nobody").sees("Add");
    assert_eq!(contacts::totals(&mut office.session()).unwrap().contacts, 0);
}

#[test]
fn a_position_proposes_its_categories() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("a ops <tab> ops@example.org <tab> <enter> <down> <down> <enter> <tab> <tab> <enter>");
    let contact = contacts::find(&mut office.session(), "ops").unwrap();
    assert_eq!(contact.position, Some(Position::TechnicalDirector));
    assert_eq!(contact.subscriptions.ids().collect::<Vec<_>>(), ["security"]);
    desk.sees("ops");
}

#[test]
fn one_goes_to_letters_and_to_a_share_of_the_list() {
    let office = Office::introduced();
    let mut session = office.session();
    for number in 0..300 {
        add_silently(&mut session, &format!("p{number:03}"), &format!("q{:03}@example.org", 999 - number));
    }
    for (number, name) in ["王小明", "Zoe", "王建国", "ada"].into_iter().enumerate() {
        add_silently(&mut session, name, &format!("n{number}@example.org"));
    }
    let mut desk = Desk::open(&office);
    for (keys, name) in [
        ("' P25 <enter>", "p250"),
        ("' p2500 <enter>", "p251"),
        ("' z <enter>", "Zoe"),
        ("' 王 <enter>", "王小明"),
        ("' 王建 <enter>", "王建国"),
        ("' 龥 <enter>", "王建国"),
        ("% 50 <enter>", "p151"),
        ("' 0% <enter>", "ada"),
        ("% 100 <enter>", "王建国"),
        ("' a <esc>", "王建国"),
        // The other way round: the first that begins so comes from above.
        ("S ' p1 <enter>", "p199"),
        ("' 0 <enter>", "ada"),
        ("% 0 <enter>", "王建国"),
        ("S / p1 <enter> ' p15 <enter>", "p150"),
        ("% 50 <enter>", "p150"),
        ("2 ' p17 <enter>", "p170"),
        ("1 <esc> s ' q8 <enter>", "p199"),
    ] {
        desk.types(keys);
        let cursor = desk.model.contacts.current().map(|contact| contact.name.clone());
        assert_eq!(cursor.as_deref(), Some(name), "{keys}");
        assert!(desk.line().contains(name), "{keys}: {}", desk.line());
    }
}

#[test]
fn modifying_keeps_the_cursor_on_the_contact_wherever_it_goes() {
    let office = Office::introduced();
    let mut session = office.session();
    for number in 0..200 {
        add_silently(&mut session, &format!("p{number:03}"), &format!("p{number}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types("<down> <enter> <c-u> zoe <enter> <wait:zoe is saved>");
    assert!(desk.line().contains("▸ zoe"), "{}", desk.line());
    desk.types("<esc> g");
    assert!(desk.line().contains("p000"), "{}", desk.line());
}

#[test]
fn the_whole_list_is_reached_and_nothing_is_loaded_twice() {
    let office = Office::introduced();
    let mut session = office.session();
    for number in 0..300 {
        add_silently(&mut session, &format!("p{number:03}"), &format!("p{number}@example.org"));
    }
    let mut desk = Desk::open(&office);
    for number in 0..300 {
        assert!(desk.line().contains(&format!("p{number:03}")), "{number}: {}", desk.line());
        desk.types("j");
    }
    desk.types("<pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup> <pgup>");
    assert!(desk.line().contains("p000"), "{}", desk.line());
    desk.types("G");
    assert!(desk.line().contains("p299"), "{}", desk.line());
    desk.types("<c-u> <c-u> g");
    assert!(desk.line().contains("p000"), "{}", desk.line());
}

#[test]
fn the_filter_finds_while_it_is_typed_and_esc_shows_all_again() {
    let office = Office::introduced();
    let mut session = office.session();
    for (name, email) in
        [("ada", "ada@example.org"), ("王小明", "x@example.cn"), ("grace", "grace@example.org")]
    {
        add_silently(&mut session, name, email);
    }
    let mut desk = Desk::open(&office);
    desk.types("/ 小明 <wait:1 of 3>").sees("王小明").sees_no("grace");
    desk.types("<enter> <esc>").sees("grace").sees("3 · sorted by name");
    desk.types("/ example.org <down> <enter>");
    assert!(desk.line().contains("grace"), "{}", desk.line());
    desk.types("/ <space> status:unverfied <wait:did you mean status:unverified?> <wait:0 of 3>");
    desk.sees("No contact matches the filter");
}

#[test]
fn selected_contacts_are_deleted_together_after_a_question_that_names_their_number() {
    let office = Office::introduced();
    let mut session = office.session();
    for name in ["ada", "grace", "ops", "zoe"] {
        add_silently(&mut session, name, &format!("{name}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types(
        "<space> <down> <space> <wait:2 selected> d <wait:Delete 2 contacts?> <enter> <wait:4 contacts>",
    );
    desk.types("d y <wait:2 contacts are deleted.> <wait:2 contacts>").sees_no("selected");
    assert!(desk.line().contains("zoe"), "{}", desk.line());
    assert_eq!(contacts::totals(&mut session).unwrap().contacts, 2);
}

#[test]
fn deleting_many_shows_how_far_it_is_and_esc_keeps_what_is_done_and_counts_it() {
    let office = Office::introduced();
    let mut session = office.session();
    for number in 0..450 {
        add_silently(&mut session, &format!("c{number}"), &format!("c{number}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types("<c-a> d <wait:Delete 450 contacts?>");
    desk.types_meanwhile("y", 100, "<wait:100 of 450 contacts deleted, esc stops> <down> <esc>");
    desk.sees("Stopped: 100 contacts are deleted, of 450. The others are still there.");
    desk.sees("350 contacts").sees_no("esc stops");
    assert_eq!(contacts::totals(&mut session).unwrap().contacts, 350);
    desk.types("a ada <tab> ada@example.org <enter> <wait:ada is saved>");
}

#[test]
fn the_last_row_is_deleted_and_the_one_before_takes_its_place() {
    let office = Office::introduced();
    let mut session = office.session();
    for name in ["ada", "grace"] {
        add_silently(&mut session, name, &format!("{name}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types("G d <wait:Delete grace (grace@example.org)?> y <wait:The contact is deleted.>");
    assert!(desk.line().contains("ada"), "{}", desk.line());
}

#[test]
fn sorting_keeps_the_contact_under_the_cursor() {
    let office = Office::introduced();
    let mut session = office.session();
    for (name, email) in [("ada", "z@example.org"), ("grace", "m@example.org"), ("zoe", "a@example.org")] {
        add_silently(&mut session, name, email);
    }
    let mut desk = Desk::open(&office);
    desk.types("s <wait:sorted by email>");
    assert!(desk.line().contains("ada"), "{}", desk.line());
    desk.types("S <wait:sorted by email, reversed> g");
    assert!(desk.line().contains("ada"), "{}", desk.line());
}

#[test]
fn a_paste_triggers_no_key_and_fills_a_field_in_one_line() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("<paste:aq>").sees("No contacts yet.");
    assert!(!desk.is_left);
    desk.types("a <paste:ad\na> <tab> ada@example.org <enter> <wait:ada is saved>");
    desk.types("q");
    assert!(desk.is_left);
}

#[test]
fn a_notice_fades_and_the_screen_says_when() {
    let office = Office::introduced();
    let mut desk = Desk::open(&office);
    desk.types("a ada <tab> ada@example.org <tab> <tab> <tab> <space> <enter> <wait:ada is saved>");
    assert_eq!(desk.model.next_wake(), Some(callsheet::tui::model::NOTICE));
    desk.types("<pause:5000>").sees_no("is saved");
    assert_eq!(desk.model.next_wake(), None);
}

#[test]
fn a_list_of_what_is_picked_follows_when_one_is_let_go() {
    let office = Office::introduced();
    let mut session = office.session();
    for name in ["ada", "bob", "cleo"] {
        add_silently(&mut session, name, &format!("{name}@example.org"));
    }
    let mut desk = Desk::open(&office);
    desk.types("<space> <space> <wait:2 selected> / is:selected <enter> <wait:2 of 3>");
    desk.sees("ada@").sees("bob@").sees_no("cleo@");
    desk.types("<home> <space> <wait:1 of 3>").sees("bob@").sees_no("ada@");
}
