//! The account.

use callsheet::domain::contact::Status;
use callsheet::domain::language::Language;
use callsheet::operations::account::{self, AccountChange, AccountField};
use callsheet::operations::contacts::{self, Mailing, Verify};
use callsheet::operations::history::{self, HistoryAt, HistoryQuery};
use callsheet::operations::{Problem, outbox, verification};

use crate::support::office::{Office, form, refused};

fn change(name: &str, email: &str, language: &str) -> AccountChange {
    AccountChange {
        name: Some(name.to_owned()),
        security_email: Some(email.to_owned()),
        language: Some(language.to_owned()),
    }
}

#[test]
fn a_new_database_asks_once_and_setting_or_skipping_answers() {
    let office = Office::new();
    let mut session = office.session();
    let before = account::get(&mut session).unwrap();
    assert_eq!((before.name.as_str(), before.security_email, before.introduced), ("", None, false));
    account::skip_introduction(&mut session).unwrap();
    assert!(account::get(&mut session).unwrap().introduced);
}

#[test]
fn every_wrong_field_is_told_at_once_and_nothing_is_changed() {
    let office = Office::new();
    let mut session = office.session();
    let long = "x".repeat(61);
    for (name, fields) in [("", 3), (long.as_str(), 3), ("a\u{202e}b", 3), ("Example Ltd", 2)] {
        let Problem::InvalidAccount(problems) =
            refused(account::set(&mut session, &change(name, "nobody", "tlh")))
        else {
            panic!("not refused")
        };
        assert_eq!(problems.len(), fields, "{name}");
        assert_eq!(problems.last().unwrap().0, AccountField::Language);
    }
    assert!(!account::get(&mut session).unwrap().introduced);
}

#[test]
fn a_new_security_email_is_unverified_and_gets_a_code() {
    let office = Office::new();
    let mut session = office.session();
    let (after, mailing) =
        account::set(&mut session, &change("Example Ltd", "Security@example.com", "zh-CN")).unwrap();
    assert_eq!(after.security_email.as_deref(), Some("Security@example.com"));
    assert_eq!(after.security_email_status, Some(Status::Unverified));
    let Mailing::Queued(id) = mailing else { panic!("nothing was queued") };
    assert!(outbox::get(&mut session, id).unwrap().subject.contains("Example Ltd"));
    // The same in other letters keeps it; another voids it; none removes it.
    let (_, same) = account::set(&mut session, &change("Example Ltd", "security@EXAMPLE.com", "en")).unwrap();
    assert_eq!(same, Mailing::NotNeeded);
    let (_, other) = account::set(&mut session, &change("Example Ltd", "other@example.com", "en")).unwrap();
    assert!(matches!(other, Mailing::Queued(_)));
    let (removed, _) = account::set(&mut session, &change("Example Ltd", "none", "en")).unwrap();
    assert_eq!((removed.security_email, removed.security_email_status), (None, None));
    let gone = verification::proofs(&mut session, callsheet::domain::contact::Subject::SecurityEmail);
    assert_eq!(refused(gone), Problem::NoSecurityEmail);
}

#[test]
fn new_contacts_get_the_accounts_language() {
    let office = Office::new();
    let mut session = office.session();
    account::set(&mut session, &change("例子公司", "", "zh-CN")).unwrap();
    let saved = contacts::add(&mut session, &form("王小明", "w@example.cn"), Verify::Later).unwrap();
    assert_eq!(saved.contact.language, Language::ZhCn);
}

#[test]
fn only_what_is_another_one_now_is_in_the_history() {
    let office = Office::new();
    let mut session = office.session();
    let mut told = |change: &AccountChange| {
        account::set(&mut session, change).unwrap();
        let entries =
            history::page(&mut session, HistoryQuery::default(), HistoryAt::Newest, 100).unwrap().rows;
        (entries.len(), entries[0].details.clone())
    };
    let first = told(&change("Example Ltd", "sec@example.org", "en"));
    assert_eq!(told(&change("Example Ltd", "sec@example.org", "en")), first, "no entry for no change");
    let (count, details) = told(&change("Example Inc", "sec@example.org", "en"));
    assert_eq!(count, first.0 + 1);
    assert_eq!(details.unwrap(), serde_json::json!({ "name": ["Example Ltd", "Example Inc"] }));
}
