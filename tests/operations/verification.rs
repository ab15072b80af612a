//! Verification as design 5 has it: codes, tries, limits, pending changes, keys.

use std::time::Duration;

use callsheet::domain::contact::{Status, Subject};
use callsheet::domain::delivery::{Kind, State};
use callsheet::domain::verification::{LimitKind, NotACode, VoidReason};
use callsheet::operations::contacts::{self, ContactChange, Mailing};
use callsheet::operations::{Problem, Session, account, verification};

use crate::support::office::{
    Office, add, add_silently, code_in, deliveries, queued, refused, states, wrong,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn email(text: &str) -> ContactChange {
    ContactChange { email: Some(text.to_owned()), ..ContactChange::default() }
}

/// A contact to whom a code was sent.
fn with_code(office: &Office, session: &mut Session) -> (Subject, String) {
    let id = add(session, "Ada", "ada@example.org").contact.id;
    office.deliver_to_files();
    (Subject::Contact(id), office.newest_code())
}

#[test]
fn the_code_from_the_mail_verifies_once() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, code) = with_code(&office, &mut session);
    let proof = verification::proofs(&mut session, ada).unwrap().present;
    assert_eq!(
        (proof.status, proof.mail, proof.tries_left),
        (Status::Unverified, Some(State::Written), Some(5))
    );
    assert_eq!(proof.expires_at, Some(session.now().plus(72 * HOUR)));
    let typed = code.to_lowercase().replace('-', " ");
    let confirmed = verification::confirm(&mut session, ada, &typed).unwrap();
    assert_eq!((confirmed.email.as_str(), confirmed.replaced), ("ada@example.org", None));
    let proof = verification::proofs(&mut session, ada).unwrap().present;
    assert_eq!((proof.status, proof.verified_at), (Status::Verified, Some(session.now())));
    assert!(matches!(
        refused(verification::confirm(&mut session, ada, &code)),
        Problem::AlreadyVerified { .. }
    ));
    assert!(matches!(refused(verification::send(&mut session, ada)), Problem::AlreadyVerified { .. }));
}

#[test]
fn five_wrong_codes_void_it_and_then_the_right_one_is_refused() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, code) = with_code(&office, &mut session);
    for left in (0..5).rev() {
        let told = refused(verification::confirm(&mut session, ada, &wrong(&code)));
        assert_eq!(told, Problem::WrongCode { tries_left: left });
    }
    let void = Problem::CodeVoid(VoidReason::TooManyTries);
    assert_eq!(refused(verification::confirm(&mut session, ada, &code)), void);
    let proof = verification::proofs(&mut session, ada).unwrap().present;
    assert_eq!((proof.status, proof.void), (Status::Expired, Some(VoidReason::TooManyTries)));
}

#[test]
fn what_is_no_code_costs_no_try() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, code) = with_code(&office, &mut session);
    for _ in 0..9 {
        assert_eq!(
            refused(verification::confirm(&mut session, ada, "ABC")),
            Problem::NotACode(NotACode::Length(3))
        );
    }
    assert!(verification::confirm(&mut session, ada, &code).is_ok());
}

#[test]
fn tries_are_counted_over_all_sessions() {
    let office = Office::new();
    let (mut one, mut two) = (office.session(), office.session());
    let (ada, code) = with_code(&office, &mut one);
    verification::confirm(&mut one, ada, &wrong(&code)).unwrap_err();
    let told = refused(verification::confirm(&mut two, ada, &wrong(&code)));
    assert_eq!(told, Problem::WrongCode { tries_left: 3 });
}

#[test]
fn a_code_lives_72_hours_from_queueing() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, code) = with_code(&office, &mut session);
    office.clock.advance(72 * HOUR);
    let status = contacts::get(&mut session, contact(ada)).unwrap().status;
    assert_eq!(status, Status::Expired);
    let void = Problem::CodeVoid(VoidReason::TimeOver);
    assert_eq!(refused(verification::confirm(&mut session, ada, &code)), void);
    assert_eq!(verification::proofs(&mut session, ada).unwrap().present.void, Some(VoidReason::TimeOver));
}

#[test]
fn a_mail_that_waits_ends_with_its_code() {
    let office = Office::new();
    let mut session = office.session();
    add(&mut session, "Ada", "ada@example.org");
    office.clock.advance(72 * HOUR);
    office.deliver_to_files();
    assert_eq!(contacts::totals(&mut session).unwrap().expired, 1);
    assert_eq!(states(&mut session), [State::Expired]);
}

#[test]
fn sending_again_makes_a_new_code_and_voids_the_old_one() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, old) = with_code(&office, &mut session);
    office.clock.advance(MINUTE);
    verification::send(&mut session, ada).unwrap();
    office.deliver_to_files();
    let new = office.newest_code();
    assert_ne!(old, new);
    assert!(matches!(
        refused(verification::confirm(&mut session, ada, &old)),
        Problem::WrongCode { tries_left: 4 }
    ));
    assert!(verification::confirm(&mut session, ada, &new).is_ok());
}

#[test]
fn the_cool_down_and_the_limits_are_kept_and_named() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, _) = with_code(&office, &mut session);
    office.clock.advance(Duration::from_secs(59));
    let Problem::Limited { limit, .. } = refused(verification::send(&mut session, ada)) else {
        panic!("sent")
    };
    assert_eq!((limit.kind, session.now().until(limit.until)), (LimitKind::CoolDown, Duration::from_secs(1)));
    for _ in 0..4 {
        office.clock.advance(MINUTE);
        verification::send(&mut session, ada).unwrap();
    }
    office.clock.advance(MINUTE);
    let Problem::Limited { limit, .. } = refused(verification::send(&mut session, ada)) else {
        panic!("sent")
    };
    assert_eq!(limit.kind, LimitKind::PerAddress);
    assert_eq!(verification::proofs(&mut session, ada).unwrap().present.limit, Some(limit));
    office.clock.advance(session.now().until(limit.until));
    assert!(verification::send(&mut session, ada).is_ok());
}

#[test]
fn deleting_and_adding_again_resets_no_limit_and_refuses_no_save() {
    let office = Office::new();
    let mut session = office.session();
    let id = add(&mut session, "Ada", "ada@example.org").contact.id;
    contacts::delete(&mut session, &[id]).unwrap();
    let saved = add(&mut session, "Ada", "ADA@example.org");
    let Mailing::Limited(limit) = saved.mailing else { panic!("a second mail was queued") };
    assert_eq!(limit.kind, LimitKind::CoolDown);
    assert_eq!(saved.contact.status, Status::Unverified);
}

#[test]
fn the_daily_limit_is_counted_over_the_whole_database() {
    let mut office = Office::new();
    office.rules.daily_limit = 3;
    let mut session = office.session();
    for index in 0..3 {
        queued(&add(&mut session, "Ada", &format!("ada{index}@example.org")).mailing);
        office.clock.advance(HOUR);
    }
    let Mailing::Limited(limit) = add(&mut office.session(), "Bob", "bob@example.org").mailing else {
        panic!("a fourth mail was queued")
    };
    assert_eq!((limit.kind, session.now().until(limit.until)), (LimitKind::PerDatabase, 21 * HOUR));
    // With a smaller limit, more of them must grow old first.
    office.rules.daily_limit = 2;
    let Mailing::Limited(limit) = add(&mut office.session(), "Eve", "eve@example.org").mailing else {
        panic!("a fourth mail was queued")
    };
    assert_eq!(session.now().until(limit.until), 22 * HOUR);
    // Each that is a day old makes room for one.
    office.clock.advance(21 * HOUR);
    let sent = verification::send_to_unverified(&mut session).unwrap();
    assert_eq!((sent.queued.len(), sent.held.len()), (1, 4));
    let Problem::Limited { limit, .. } = sent.held[0].1.clone() else { panic!("held for another reason") };
    assert_eq!((limit.kind, session.now().until(limit.until)), (LimitKind::PerDatabase, HOUR));
}

#[test]
fn everyone_who_waits_gets_a_code_and_who_is_held_back_is_named() {
    let office = Office::new();
    let mut session = office.session();
    office.verified(&mut session, "Grace", "grace@example.org");
    add(&mut session, "Ada", "ada@example.org");
    add_silently(&mut session, "Bob", "bob@example.org");
    let sent = verification::send_to_unverified(&mut session).unwrap();
    assert_eq!(sent.queued.len(), 1);
    let held: Vec<&str> = sent.held.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(held, ["Ada"]);
    office.clock.advance(MINUTE);
    assert_eq!(verification::send_to_unverified(&mut session).unwrap().queued.len(), 2);
}

#[test]
fn a_verified_address_stays_in_force_until_the_new_one_is_verified_and_is_then_told() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let subject = Subject::Contact(ada.id);
    let saved = contacts::modify(&mut session, ada.id, &email("ada@example.com"), None).unwrap();
    queued(&saved.mailing);
    assert_eq!((saved.contact.email.as_str(), saved.contact.status), ("ada@example.org", Status::Verified));
    assert_eq!(saved.contact.pending_email.as_deref(), Some("ada@example.com"));
    office.deliver_to_files();
    let proofs = verification::proofs(&mut session, subject).unwrap();
    assert_eq!(proofs.pending.unwrap().mail, Some(State::Written));
    let confirmed = verification::confirm(&mut session, subject, &office.newest_code()).unwrap();
    assert_eq!(confirmed.replaced.as_deref(), Some("ada@example.org"));
    let contact = contacts::get(&mut session, ada.id).unwrap();
    assert_eq!((contact.email.as_str(), contact.pending_email), ("ada@example.com", None));
    assert_eq!((contact.status, contact.version), (Status::Verified, 2));
    let told = deliveries(&mut session).remove(0);
    assert_eq!((told.kind, told.to.as_str()), (Kind::Change, "ada@example.org"));
    office.deliver_to_files();
    assert!(!office.newest_mail().contains("ada@example.com"));
}

#[test]
fn the_address_in_force_or_a_cancel_ends_a_pending_change() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let subject = Subject::Contact(ada.id);
    contacts::modify(&mut session, ada.id, &email("ada@example.com"), None).unwrap();
    office.deliver_to_files();
    let code = office.newest_code();
    let saved = contacts::modify(&mut session, ada.id, &email("ada@example.org"), None).unwrap();
    assert_eq!((saved.contact.pending_email, saved.contact.status), (None, Status::Verified));
    assert!(matches!(
        refused(verification::confirm(&mut session, subject, &code)),
        Problem::AlreadyVerified { .. }
    ));
    contacts::modify(&mut session, ada.id, &email("ada@example.net"), None).unwrap();
    verification::cancel_change(&mut session, ada.id).unwrap();
    assert_eq!(states(&mut session)[0], State::Cancelled);
    assert!(matches!(
        refused(verification::cancel_change(&mut session, ada.id)),
        Problem::NoPendingChange(_)
    ));
    // The address is free again.
    add_silently(&mut session, "Bob", "ada@example.net");
}

#[test]
fn the_code_of_an_old_address_never_verifies_a_new_one() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, old) = with_code(&office, &mut session);
    contacts::modify(&mut session, contact(ada), &email("ada@example.com"), None).unwrap();
    assert!(matches!(refused(verification::confirm(&mut session, ada, &old)), Problem::WrongCode { .. }));
    office.deliver_to_files();
    assert!(verification::confirm(&mut session, ada, &office.newest_code()).is_ok());
}

#[test]
fn without_its_key_the_database_verifies_nobody() {
    let office = Office::new();
    let mut session = office.session();
    let (ada, code) = with_code(&office, &mut session);
    std::fs::remove_file(office.folder.path().join("callsheet.db.key")).unwrap();
    let mut later = office.session();
    let void = Problem::CodeVoid(VoidReason::KeyChanged);
    assert_eq!(refused(verification::confirm(&mut later, ada, &code)), void);
    assert_eq!(contacts::get(&mut later, contact(ada)).unwrap().status, Status::Expired);
}

#[test]
fn neither_code_nor_address_hash_nor_key_lies_in_the_database() {
    let office = Office::new();
    let mut session = office.session();
    let (_, code) = with_code(&office, &mut session);
    drop(session);
    let key = std::fs::read_to_string(office.folder.path().join("callsheet.db.key")).unwrap();
    let raw: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap()).collect();
    let database = std::fs::read(office.database()).unwrap();
    let holds = |wanted: &[u8]| database.windows(wanted.len()).any(|window| window == wanted);
    assert!(holds(b"ada@example.org"));
    for secret in [code.as_bytes(), code.replace('-', "").as_bytes(), key.trim().as_bytes(), &raw] {
        assert!(!holds(secret));
    }
}

#[test]
fn the_security_email_is_verified_like_any_other() {
    let office = Office::new();
    let mut session = office.session();
    let change = account::AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("security@example.com".to_owned()),
        language: None,
    };
    account::set(&mut session, &change).unwrap();
    office.deliver_to_files();
    let code = code_in(&office.newest_mail());
    verification::confirm(&mut session, Subject::SecurityEmail, &code).unwrap();
    assert_eq!(account::get(&mut session).unwrap().security_email_status, Some(Status::Verified));
}

fn contact(subject: Subject) -> callsheet::domain::contact::ContactId {
    match subject {
        Subject::Contact(id) => id,
        Subject::SecurityEmail => panic!("not a contact"),
    }
}
