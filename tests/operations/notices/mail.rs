//! What the sender is given for the mail of a notice.

use callsheet::domain::contact::Subject;
use callsheet::domain::language::Language;
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::contacts::{self, Again};
use callsheet::store::Store;

use super::{ALARM, OFFER, notify};
use crate::support::office::Office;

#[test]
fn an_offer_comes_with_the_proof_of_its_address_and_an_alarm_does_not() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let both = Subscriptions::from_ids(["activity", "security"].map(str::to_owned));
    contacts::subscribe(&mut session, ada.id, &both, Again::No, None).unwrap();
    let (offer, alarm) = (notify(&mut session, OFFER), notify(&mut session, ALARM));
    let mut store = Store::open(&office.database()).unwrap();
    let now = session.now();
    let mut claim =
        |id| store.write(|writing| writing.claim_next(Some(&[id]), &mut 9, now, now)).unwrap().unwrap();
    let claimed = claim(offer.waiting[0]);
    assert_eq!(claimed.delivery.notice, Some(offer.notice));
    let proof = claimed.unsubscribe.unwrap();
    assert_eq!(claim(alarm.waiting[0]).unsubscribe, None);
    let confirmed =
        store.read(|reading| reading.newest_verification(Subject::Contact(ada.id))).unwrap().unwrap();
    assert_eq!((proof.verification, proof.nonce), (confirmed.id, confirmed.nonce));
    let body = store.read(|reading| reading.notice_body(offer.notice)).unwrap().unwrap();
    assert_eq!((body.id, body.message_type.as_str()), (offer.notice, OFFER));
    assert_eq!(
        (body.subject.as_str(), body.text.as_str()),
        ("A login from a new country", "It was 14:03.\n")
    );
    assert_eq!((body.title(Language::En), body.html.as_deref()), ("New product launches", None));
}

#[test]
fn without_a_confirmed_verification_of_the_address_in_force_there_is_no_proof() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    super::mark(&office, ada.id, "email = 'b@example.org', email_key = 'b@example.org'");
    let mut store = Store::open(&office.database()).unwrap();
    assert_eq!(store.read(|reading| reading.unsubscribe_proof(ada.id)).unwrap(), None);
}
