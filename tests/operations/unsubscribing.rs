//! Unsubscribing: the token in a mail ends category activity for the address it went to, and nothing else.

use std::ops::ControlFlow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callsheet::domain::contact::{Contact, ContactId, Subject};
use callsheet::domain::delivery::State;
use callsheet::domain::language::Language;
use callsheet::domain::notice::NoticeForm;
use callsheet::domain::routing::Exclusion;
use callsheet::domain::verification::VerificationId;
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, Again, ContactChange};
use callsheet::operations::notices::{self, Notified};
use callsheet::operations::subscriptions::{self, Changed, Restored, Whom};
use callsheet::operations::unsubscribing::{look, unsubscribe};
use callsheet::operations::{Session, outbox, verification};
use mail_parser::MessageParser;

use crate::support::office::{Office, form, states};

/// An office with a public page and one verified contact who wants everything.
fn office() -> (Office, Session, Contact) {
    let mut office = Office::new();
    office.rules.public_url = Some("https://callsheet.example.com".to_owned());
    let mut session = office.session();
    let mut form = form("Ada", "ada@example.org");
    form.types = ["activity", "security"].map(str::to_owned).to_vec();
    let id = contacts::add(&mut session, &form, contacts::Verify::Send).unwrap().contact.id;
    office.deliver_to_files();
    verification::confirm(&mut session, Subject::Contact(id), &office.newest_code()).unwrap();
    let contact = contacts::get(&mut session, id).unwrap();
    (office, session, contact)
}

fn notify(session: &mut Session, message_type: &str) -> Notified {
    let form = NoticeForm {
        message_type: message_type.to_owned(),
        subject: "News".to_owned(),
        body: "There is something new.".to_owned(),
        html: None,
    };
    notices::notify(session, &form, None).unwrap()
}

/// Sends an offer, and takes the token out of the header of its mail as a recipient's provider would.
fn token(office: &Office, session: &mut Session) -> (VerificationId, Vec<u8>) {
    notify(session, "activity.launch");
    office.deliver_to_files();
    let mail = office.newest_mail();
    let message = MessageParser::default().parse(mail.as_bytes()).unwrap();
    let header = message.header_raw("List-Unsubscribe").expect("an offer says how to unsubscribe").to_owned();
    let link = header.split_once("<https://callsheet.example.com/u/").unwrap().1.split_once('>').unwrap().0;
    assert!(
        header.contains(&format!("<mailto:notices@example.com?subject=unsubscribe%20{link}>")),
        "{header}"
    );
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    assert!(message.body_text(0).unwrap().contains(&format!("https://callsheet.example.com/u/{link}")));
    let (id, token) = link.split_once('.').unwrap();
    (VerificationId(id.parse().unwrap()), URL_SAFE_NO_PAD.decode(token).unwrap())
}

fn contact(session: &mut Session, id: ContactId) -> Contact {
    contacts::get(session, id).unwrap()
}

#[test]
fn the_token_of_an_offer_ends_activity_and_cancels_what_waits() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    let (offer, alarm) =
        (notify(&mut session, "activity.promotion"), notify(&mut session, "security.account"));
    let shown = look(&mut session, id, &token).unwrap().unwrap();
    assert_eq!(
        (shown.masked.as_str(), shown.language, shown.already),
        ("a•••@example.org", Language::En, false)
    );
    assert_eq!(contact(&mut session, ada.id), ada, "looking changes nothing");

    let done = unsubscribe(&mut session, id, &token).unwrap().unwrap();
    assert_eq!(done, shown);
    let after = contact(&mut session, ada.id);
    assert_eq!(after.unsubscribed_at, Some(session.now()));
    assert_eq!((after.version, after.subscriptions), (ada.version, ada.subscriptions));
    assert_eq!(outbox::get(&mut session, offer.waiting[0]).unwrap().state, State::Cancelled);
    assert_eq!(outbox::get(&mut session, alarm.waiting[0]).unwrap().state, State::Queued);
    let explained = notices::audience(&mut session, "activity.launch", 1).unwrap();
    assert_eq!((explained.recipients, explained.people[0].1), (0, Err(Exclusion::Unsubscribed)));
    assert_eq!(notices::audience(&mut session, "security.account", 1).unwrap().recipients, 1);
}

#[test]
fn the_log_names_the_recipient_once() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    unsubscribe(&mut session, id, &token).unwrap();
    office.clock.advance(std::time::Duration::from_secs(60));
    let again = unsubscribe(&mut session, id, &token).unwrap().unwrap();
    assert!(again.already);
    assert_ne!(contact(&mut session, ada.id).unsubscribed_at, Some(session.now()));
    let database = rusqlite::Connection::open(office.database()).unwrap();
    let logged: Vec<(String, i64, String)> = database
        .prepare(
            "SELECT actor, audit.contact_id, details FROM audit JOIN audit_detail ON audit_id = id \
             WHERE action = 'contact.unsubscribe'",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let details = r#"{"email":"ada@example.org","unsubscribed":"activity"}"#;
    assert_eq!(logged, [("recipient".to_owned(), ada.id.0, details.to_owned())]);
}

#[test]
fn every_token_that_is_not_right_is_answered_alike() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    let mut wrong = token.clone();
    wrong[0] ^= 1;
    contacts::add(&mut session, &form("Bob", "bob@example.org"), contacts::Verify::Send).unwrap();
    let open = VerificationId(id.0 + 1);
    let secret = |name: &str| callsheet::store::load_or_make_key(&office.folder.path().join(name)).unwrap();
    let key = secret("callsheet.db");
    let mut store = callsheet::store::Store::open(&office.database()).unwrap();
    let nonce = store.read(|reading| reading.verification(open)).unwrap().unwrap().nonce;
    let link = store.read(|reading| reading.verification(id)).unwrap().unwrap().nonce;
    for (id, token) in [
        (id, wrong),
        (id, Vec::new()),
        (id, token[..31].to_vec()),
        (VerificationId(99), token.clone()),
        (VerificationId(-1), token.clone()),
        (open, token.clone()),
        // The code was never confirmed.
        (open, key.unsubscribe_token(open, &nonce).to_vec()),
        // Of another kind, or of another key.
        (id, key.link_token(id, &link).to_vec()),
        (id, secret("other.db").unsubscribe_token(id, &link).to_vec()),
    ] {
        assert_eq!(look(&mut session, id, &token).unwrap(), None);
        assert_eq!(unsubscribe(&mut session, id, &token).unwrap(), None);
    }
    assert_eq!(contact(&mut session, ada.id).unsubscribed_at, None);
}

#[test]
fn a_deleted_contact_has_no_token_any_more() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    contacts::delete(&mut session, &[ada.id]).unwrap();
    assert_eq!(unsubscribe(&mut session, id, &token).unwrap(), None);
}

#[test]
fn unsubscribing_belongs_to_the_address() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    unsubscribe(&mut session, id, &token).unwrap();
    let change = |email: &str| ContactChange { email: Some(email.to_owned()), ..ContactChange::default() };

    // Other letters, and a change that is not confirmed yet, keep it.
    contacts::modify(&mut session, ada.id, &change("ADA@example.org"), None).unwrap();
    assert!(look(&mut session, id, &token).unwrap().unwrap().already);
    contacts::modify(&mut session, ada.id, &change("new@example.org"), None).unwrap();
    assert!(contact(&mut session, ada.id).unsubscribed_at.is_some());

    // The new address has not unsubscribed, and the old one's token says nothing about it.
    office.deliver_to_files();
    verification::confirm(&mut session, Subject::Contact(ada.id), &office.newest_code()).unwrap();
    assert_eq!(contact(&mut session, ada.id).email, "new@example.org");
    assert_eq!(contact(&mut session, ada.id).unsubscribed_at, None);
    assert_eq!(unsubscribe(&mut session, id, &token).unwrap(), None);

    let (newer, token) = self::token(&office, &mut session);
    assert!(!unsubscribe(&mut session, newer, &token).unwrap().unwrap().already);
}

#[test]
fn an_address_that_is_replaced_at_once_takes_its_unsubscribing_with_it() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    unsubscribe(&mut session, id, &token).unwrap();
    let database = rusqlite::Connection::open(office.database()).unwrap();
    database.execute("UPDATE contact SET status = 'undeliverable' WHERE id = ?1", [ada.id.0]).unwrap();
    let change = ContactChange { email: Some("new@example.org".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut session, ada.id, &change, None).unwrap();
    let after = contact(&mut session, ada.id);
    assert_eq!((after.email.as_str(), after.unsubscribed_at), ("new@example.org", None));
    assert_eq!(unsubscribe(&mut session, id, &token).unwrap(), None);
}

#[test]
fn the_token_of_an_earlier_verification_of_the_same_address_counts() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    let database = rusqlite::Connection::open(office.database()).unwrap();
    database.execute("UPDATE contact SET status = 'undeliverable' WHERE id = ?1", [ada.id.0]).unwrap();
    office.clock.advance(std::time::Duration::from_secs(3600));
    verification::send(&mut session, Subject::Contact(ada.id)).unwrap();
    office.deliver_to_files();
    verification::confirm(&mut session, Subject::Contact(ada.id), &office.newest_code()).unwrap();
    let (newer, _) = self::token(&office, &mut session);
    assert_ne!(newer, id);
    assert!(unsubscribe(&mut session, id, &token).unwrap().is_some());
}

#[test]
fn the_last_recipient_who_unsubscribes_leaves_the_notice_to_the_security_email() {
    let (office, mut session, _) = office();
    let change =
        AccountChange { security_email: Some("sec@example.com".to_owned()), ..AccountChange::default() };
    account::set(&mut session, &change).unwrap();
    let (id, token) = token(&office, &mut session);
    let offer = notify(&mut session, "activity.promotion");
    unsubscribe(&mut session, id, &token).unwrap();
    let waiting = notices::waiting(&mut session, offer.notice).unwrap();
    let fallback = outbox::get(&mut session, waiting[0]).unwrap();
    assert_eq!((fallback.to.as_str(), fallback.fallback.as_deref()), ("sec@example.com", Some("all_failed")));
}

fn stays_off(session: &mut Session, contact: &Contact) -> Changed {
    let whom = Whom::These(vec![contact.id]);
    subscriptions::set_column(session, "security", &whom, false, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn take_back(session: &mut Session, changed: &Changed) -> Restored {
    subscriptions::restore(session, changed, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn undoing_tells_which_mail_stays_cancelled() {
    let (office, mut session, ada) = office();
    notify(&mut session, "security.account");
    let changed = stays_off(&mut session, &ada);
    assert_eq!(take_back(&mut session, &changed), Restored { restored: 1, ..Restored::default() });
    let changed = stays_off(&mut session, &ada);
    office.deliver_to_files();
    assert_eq!(states(&mut session)[0], State::Cancelled);
    assert_eq!(take_back(&mut session, &changed), Restored { restored: 1, lost: 1, ..Restored::default() });
    // What was cancelled before is no matter of this change.
    office.clock.advance(Duration::from_secs(1));
    let changed = stays_off(&mut session, &ada);
    assert_eq!(take_back(&mut session, &changed), Restored { restored: 1, ..Restored::default() });
}

#[test]
fn undoing_that_brings_an_unsubscription_back_cancels_what_waits() {
    let (office, mut session, ada) = office();
    let (id, token) = token(&office, &mut session);
    unsubscribe(&mut session, id, &token).unwrap().unwrap();
    let before = contacts::get(&mut session, ada.id).unwrap();
    let again = contacts::subscribe(&mut session, ada.id, &before.subscriptions, Again::Yes, None).unwrap();
    notify(&mut session, "activity.launch");
    notify(&mut session, "security.account");
    let changed = Changed::of(&before, &again, session.now());
    let restored = take_back(&mut session, &changed);
    assert_eq!(restored, Restored { restored: 1, cancelled: 1, ..Restored::default() });
    assert_eq!(states(&mut session)[..2], [State::Queued, State::Cancelled]);
}

#[test]
fn deleting_tells_how_much_mail_it_cancels() {
    let (_office, mut session, ada) = office();
    notify(&mut session, "security.account");
    notify(&mut session, "activity.launch");
    assert_eq!(contacts::delete(&mut session, &[ada.id]), Ok(2));
}
