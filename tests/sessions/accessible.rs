//! The screen as somebody hears it: from the first contact to its proof, line by line, without places and colours.

use callsheet::domain::language::Language;
use callsheet::operations::account;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Fixed;
use callsheet::tui::screens::settings::SettingsFacts;
use callsheet::tui::theme::Theme;
use ratatui::layout::Size;

use crate::support::desk::Desk;
use crate::support::office::{Office, add, wrong};
use crate::support::stage;

const SIZES: [Size; 3] =
    [Size { width: 40, height: 10 }, Size { width: 80, height: 24 }, Size { width: 120, height: 40 }];

fn desk(office: &Office, language: Language, size: Size) -> Desk<'_> {
    let fixed = Fixed { language, ..stage::fixed(Theme::Mono, Marks::Spoken) };
    Desk::with(office, fixed, SettingsFacts::default(), size)
}

/// What is heard of a screen: its lines that say something, one blank between words.
fn lines(desk: &Desk<'_>) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    desk.screen().lines().map(words).filter(|line| !line.is_empty()).collect()
}

/// Confirms that the line under the cursor begins so.
#[track_caller]
fn is_at(desk: &Desk<'_>, start: &str) {
    let line = desk.line();
    assert!(
        line.trim().starts_with(start),
        "the cursor is at '{line}', not at '{start}':\n{}",
        desk.screen()
    );
}

#[test]
fn every_list_has_rows_on_the_smallest_screen() {
    let office = Office::introduced();
    let mut session = office.session();
    for (name, email) in
        [("ada", "ada@example.org"), ("grace", "grace@example.org"), ("王小明", "wang@example.cn")]
    {
        add(&mut session, name, email);
    }
    let mut desk = desk(&office, Language::En, SIZES[0]);
    desk.types("<down>");
    is_at(&desk, "Name: grace. Email: grace@example.org.");
    desk.sees("Name: ada.").sees("Name: 王小明.").types("2");
    is_at(&desk, "Name: grace. Account Messages: not");
    desk.sees("Name: ada.").types("<down>");
    is_at(&desk, "Name: 王小明. Account Messages: not");
    desk.types("/ grace <enter>").sees("Name: grace. Account").types("3 <down>");
    is_at(&desk, "To: grace <grace@example.org>.");
    desk.sees("To: ada").types("4 <down>");
    is_at(&desk, "What: added grace");
}

#[test]
fn who_gets_it_tells_whether_there_is_a_security_email() {
    let office = Office::introduced();
    let mut session = office.session();
    add(&mut session, "ada", "ada@example.org");
    let mut desk = desk(&office, Language::En, SIZES[1]);
    desk.types("2 w").sees("Account funds: 0, nobody gets it").types("<esc>");
    let security = account::AccountChange {
        security_email: Some("security@example.com".to_owned()),
        ..account::AccountChange::default()
    };
    account::set(&mut session, &security).unwrap();
    desk.looks().types("w").sees("Account funds: 0, the security email gets it");
}

#[test]
fn from_adding_to_verified_in_english() {
    for size in SIZES {
        let office = Office::introduced();
        let mut desk = desk(&office, Language::En, size);
        is_at(&desk, "No contacts yet.");
        desk.types("a");
        is_at(&desk, "Name:");
        desk.types("ada");
        is_at(&desk, "Name: ada");
        desk.types("<tab> ada@example.org");
        is_at(&desk, "Email: ada@example.org");
        desk.types("<tab>");
        is_at(&desk, "Position: none");
        desk.types("<tab> <tab>");
        is_at(&desk, "Account Messages: not checked");
        desk.types("<space>");
        is_at(&desk, "Account Messages: checked");
        desk.types("<enter>");
        is_at(&desk, "ada is saved");
        desk.mail_leaves();
        desk.types("<down>");
        is_at(&desk, "Name: ada. Email: ada@example.org.");
        let code = office.newest_code();
        desk.types("v c");
        is_at(&desk, "Code:");
        desk.types(&wrong(&code)).types("<enter>");
        let said = lines(&desk).join(" ");
        assert!(said.contains("the code is wrong; 4 tries left"), "{said}");
        desk.types("<c-u>").types(&code).types("<enter>");
        let said = lines(&desk).join(" ");
        assert!(said.contains("The code is right: ada@example.org is verified."), "{said}");
        desk.types("<esc>");
        let said = lines(&desk).join(" ");
        assert!(said.contains("Status: verified. Types: 1 of 6: Account."), "{said}");
    }
}

#[test]
fn from_adding_to_verified_in_chinese() {
    for size in SIZES {
        let office = Office::introduced();
        let mut desk = desk(&office, Language::ZhCn, size);
        is_at(&desk, "还没有联系人");
        desk.types("a 王小明");
        is_at(&desk, "姓名：王小明");
        desk.types("<tab> xiaoming@example.cn");
        is_at(&desk, "邮箱：xiaoming@example.cn");
        desk.types("<tab> <tab> <tab> <space>");
        is_at(&desk, "账号消息：已勾选");
        desk.types("<enter>").mail_leaves();
        let code = office.newest_code();
        desk.types("<down>");
        is_at(&desk, "姓名：王小明。邮箱：");
        desk.types("v c");
        is_at(&desk, "验证码：");
        desk.types(&code).types("<enter> <esc>");
        let said = desk.screen().split_whitespace().collect::<String>();
        assert!(said.contains("状态：已验证。"), "{said}");
    }
}
