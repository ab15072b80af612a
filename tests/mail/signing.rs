//! What makes a mail ours on the wire: a DKIM signature, and a return path of its own.

use std::sync::Arc;
use std::time::Duration;

use callsheet::domain::email_address::{EmailAddress, Smtputf8};
use callsheet::domain::reply::Phase;
use callsheet::domain::return_path::ReturnPath;
use callsheet::mail::dkim::Signer;
use callsheet::mail::sender::{SenderSettings, Way, deliver_due};
use callsheet::store::load_or_make_key;

use super::sender::server;
use crate::support::office::{Office, add, deliveries, queued};
use crate::support::sink::{Act, Sink};

const KEY: &[u8] = include_bytes!("keys/rsa.pem");

fn signer() -> Signer {
    Signer::new("example.com", "s1", KEY).unwrap()
}

/// An office that signs what it sends.
fn signing(office: &Office, way: Way) -> SenderSettings {
    SenderSettings { dkim: Some(Arc::new(signer())), ..office.sender_settings(way) }
}

fn deliver(settings: &SenderSettings) {
    let never = std::sync::atomic::AtomicBool::new(false);
    deliver_due(settings, Duration::ZERO, &never, &mut |_| {}).unwrap();
}

#[test]
fn a_mail_leaves_with_a_signature_that_is_valid_and_the_same_at_every_try() {
    let office = Office::new();
    let mut session = office.session();
    add(&mut session, "Ada", "ada@example.org");
    let sink = Sink::script().once(Phase::Body, Act::say("451 4.3.0 try again later")).start();
    let settings = signing(&office, server(&sink));
    deliver(&settings);
    office.clock.advance(Duration::from_secs(66));
    deliver(&settings);
    let mails = sink.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].body, mails[1].body);
    assert!(mails[0].body.starts_with("DKIM-Signature: v=1; "), "{}", mails[0].body);
    assert!(signer().is_valid(mails[0].body.as_bytes()));
}

#[test]
fn a_mail_in_a_file_is_signed_like_any_other() {
    let office = Office::new();
    let mut session = office.session();
    add(&mut session, "王小明", "xiaoming@example.cn");
    deliver(&signing(&office, Way::Files(office.mail_folder())));
    assert!(signer().is_valid(office.newest_mail().as_bytes()));
}

#[test]
fn each_mail_has_a_return_path_that_names_its_delivery() {
    let mut office = Office::new();
    let base = EmailAddress::parse("bounces@example.com", Smtputf8::Refused).unwrap();
    office.rules.return_path = ReturnPath::Tagged(base);
    let mut session = office.session();
    let ids = ["ada@example.org", "bob@example.org"].map(|to| queued(&add(&mut session, "Ada", to).mailing));
    let sink = Sink::accepting();
    deliver(&office.sender_settings(server(&sink)));
    let key = load_or_make_key(&office.database()).unwrap();
    let mails = sink.mails();
    for (id, delivery) in ids.into_iter().rev().zip(deliveries(&mut session)) {
        let mail = mails.iter().find(|mail| mail.to.contains(&delivery.to)).unwrap();
        let from = mail.from.split(['<', '>']).nth(1).unwrap();
        assert_eq!(office.rules.return_path.delivery_of(from, &key), Some(id));
        assert!(!mail.body.contains(from), "only the envelope tells it");
    }
}
