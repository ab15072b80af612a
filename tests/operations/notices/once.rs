//! A key: the same notice is queued once, whoever asks for it again and when.

use std::sync::{Arc, Barrier};

use callsheet::domain::notice::NoticeForm;
use callsheet::operations::contacts;
use callsheet::operations::notices::{self, NoticesAt};
use callsheet::operations::{Problem, Session};

use super::{ALARM, announcement, contact, get, mails, send};
use crate::support::office::{Office, refused};

fn notify(session: &mut Session, form: &NoticeForm) -> Result<notices::Notified, Problem> {
    notices::notify(session, form, Some("deploy 7"))
}

#[test]
fn the_same_key_and_notice_is_the_same_again_even_for_new_contacts() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    let first = notify(&mut session, &announcement(ALARM)).unwrap();
    contact(&office, &mut session, "Bob", &["security"]);
    // The same text with other line ends and blanks around the subject is the same text.
    let same = NoticeForm {
        subject: " A login from a new country ".into(),
        body: "It was 14:03.\r\n".into(),
        ..announcement(ALARM)
    };
    let again = notify(&mut session, &same).unwrap();
    assert!(again.repeated && !first.repeated);
    assert_eq!((again.notice, &again.waiting, again.fallback), (first.notice, &first.waiting, None));
    assert_eq!(mails(&mut session, first.notice).len(), 1);
    let log: i64 = super::raw(&office)
        .query_row("SELECT count(*) FROM audit WHERE action = 'notice.send'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(log, 1);
    // Without the key it is another notice.
    assert_ne!(super::notify(&mut session, ALARM).notice, first.notice);
}

#[test]
fn a_key_that_says_something_else_is_refused() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    let first = notify(&mut session, &announcement(ALARM)).unwrap();
    let form = announcement(ALARM);
    for other in [
        NoticeForm { message_type: "security.cloud".into(), ..form.clone() },
        NoticeForm { subject: "Another".into(), ..form.clone() },
        NoticeForm { body: "It was 14:04.\n".into(), ..form.clone() },
        NoticeForm { html: Some("<p>It was 14:03.</p>".into()), ..form.clone() },
    ] {
        let told = refused(notify(&mut session, &other));
        assert_eq!(told, Problem::KeyUsed { key: "deploy 7".into(), notice: first.notice.0 });
    }
    assert_eq!(notices::page(&mut session, NoticesAt::Newest, 9).unwrap().rows.len(), 1);
}

#[test]
fn a_key_has_a_form() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    for key in ["", "a\nb", &"k".repeat(201)] {
        let told = refused(notices::notify(&mut session, &announcement(ALARM), Some(key)));
        assert!(matches!(told, Problem::InvalidKey(_)), "{told:?}");
    }
    assert!(notices::notify(&mut session, &announcement(ALARM), Some(&"王".repeat(200))).is_ok());
}

#[test]
fn what_was_interrupted_between_two_recipients_is_completed_under_the_same_key() {
    let office = Office::new();
    let mut session = office.session();
    for name in ["Ada", "Bob", "Cid"] {
        contact(&office, &mut session, name, &["security"]);
    }
    let first = notify(&mut session, &announcement(ALARM)).unwrap();
    send(&office, first.waiting[0]);
    drop(session);
    let mut session = office.session();
    let again = notify(&mut session, &announcement(ALARM)).unwrap();
    assert_eq!(again.waiting, first.waiting[1..]);
    for id in &again.waiting {
        send(&office, *id);
    }
    let states: Vec<_> =
        mails(&mut session, first.notice).into_iter().map(|(to, _, state)| (to, state)).collect();
    let expected =
        ["ada@example.org", "bob@example.org", "cid@example.org"].map(|to| (to.to_owned(), "sent"));
    assert_eq!(states, expected);
    let last = notify(&mut session, &announcement(ALARM)).unwrap();
    assert!(last.repeated && last.waiting.is_empty());
    assert_eq!(get(&mut session, first.notice).ended_at, Some(session.now()));
}

#[test]
fn two_at_the_same_time_under_one_key_make_one_notice() {
    let office = Office::new();
    let mut session = office.session();
    for name in ["Ada", "Bob"] {
        contact(&office, &mut session, name, &["security"]);
    }
    for round in 0..5 {
        let key = format!("round {round}");
        let start = Arc::new(Barrier::new(2));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (opening, start, key) = (office.opening(), Arc::clone(&start), key.clone());
                std::thread::spawn(move || {
                    let mut session = Session::open(&opening).unwrap();
                    start.wait();
                    notices::notify(&mut session, &announcement(ALARM), Some(&key)).unwrap()
                })
            })
            .collect();
        let done: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(done[0].notice, done[1].notice);
        assert_eq!(done[0].waiting, done[1].waiting);
        assert_ne!(done[0].repeated, done[1].repeated);
        assert_eq!(mails(&mut session, done[0].notice).len(), 2);
    }
    assert_eq!(notices::page(&mut session, NoticesAt::Newest, 9).unwrap().rows.len(), 5);
    assert_eq!(contacts::totals(&mut session).unwrap().contacts, 2);
}
