//! Who gets a notice: each case of the design, and that queueing and explaining cannot disagree.

use std::collections::BTreeSet;
use std::sync::Arc;

use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::delivery::{Kind, State};
use callsheet::domain::notice::NoticeField;
use callsheet::domain::routing::{Exclusion, FallbackReason};
use callsheet::operations::notices::{self, Fallback};
use callsheet::operations::outbox::{self, OutboxAt, OutboxQuery};
use callsheet::operations::{Problem, Session};
use proptest::prelude::*;

use super::{
    ALARM, OFFER, announcement, contact, explain, mark, notify, raw, set_security_email, unverified,
};
use crate::support::office::{Office, refused};

const SECURITY: &str = "sec@example.com";

#[test]
fn everybody_who_must_hear_it_gets_one_mail_and_the_log_tells_how_many() {
    let office = Office::new();
    let mut session = office.session();
    let ada = contact(&office, &mut session, "Ada", &["security"]);
    let bob = contact(&office, &mut session, "Bob", &["security.account", "activity"]);
    let eve = contact(&office, &mut session, "Eve", &["security.cloud"]);
    let done = notify(&mut session, ALARM);
    assert_eq!((done.fallback, done.repeated), (None, false));
    let mails = notices::deliveries(&mut session, done.notice).unwrap();
    assert_eq!(mails.iter().map(|mail| mail.contact).collect::<Vec<_>>(), [Some(ada), Some(bob)]);
    assert_eq!(mails.iter().map(|mail| mail.id).collect::<Vec<_>>(), done.waiting);
    let first = &mails[0];
    assert_eq!((first.kind, first.state, first.name.as_str()), (Kind::Notice, State::Queued, "Ada"));
    assert_eq!(
        (first.message_type.as_deref(), first.subject.as_str()),
        (Some(ALARM), "A login from a new country")
    );
    assert_eq!((first.created_at, first.due_at), (session.now(), session.now()));
    assert_eq!(session.now().until(first.expires_at).as_secs(), 5 * 86_400);
    assert!(first.message_id.starts_with('<') && first.message_id.ends_with("@example.com>"));
    assert_ne!(first.message_id, mails[1].message_id);
    let (action, details): (String, String) = raw(&office)
        .query_row(
            "SELECT action, details FROM audit JOIN audit_detail ON audit_id = id ORDER BY id DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(action, "notice.send");
    let details: serde_json::Value = serde_json::from_str(&details).unwrap();
    let expected = serde_json::json!(
        { "notice": 1, "type": ALARM, "recipients": 2, "excluded": 1, "fallback": null });
    assert_eq!(details, expected);
    let _ = eve;
}

#[test]
fn an_alarm_goes_before_an_offer_and_an_offer_is_soon_given_up() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security", "activity", "product"]);
    for (message_type, priority, hours) in [(OFFER, 2, 24), ("product.release", 1, 120), (ALARM, 0, 120)] {
        let id = notify(&mut session, message_type).waiting[0];
        let expires_at = outbox::get(&mut session, id).unwrap().expires_at;
        assert_eq!(session.now().until(expires_at).as_secs(), hours * 3600, "{message_type}");
        let stored: u8 = raw(&office)
            .query_row("SELECT priority FROM delivery WHERE id = ?1", [id.0], |row| row.get(0))
            .unwrap();
        assert_eq!(stored, priority, "{message_type}");
    }
}

#[test]
fn explaining_gives_everybody_the_first_reason() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["activity"]);
    contact(&office, &mut session, "Bob", &["security"]);
    unverified(&mut session, "Cid", &["activity.launch"]);
    let dan = contact(&office, &mut session, "Dan", &["activity"]);
    mark(&office, dan, "unsubscribed_at = 1, status = 'undeliverable'");
    let eve = contact(&office, &mut session, "Eve", &["activity"]);
    mark(&office, eve, "status = 'undeliverable'");
    let told = explain(&mut session, OFFER).unwrap();
    assert_eq!(told.recipients.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Ada"]);
    assert_eq!(told.recipients[0].email, "ada@example.org");
    let excluded: Vec<_> =
        told.excluded.iter().map(|(person, reason)| (person.name.as_str(), *reason)).collect();
    assert_eq!(
        excluded,
        [
            ("Bob", Exclusion::NotSubscribed),
            ("Cid", Exclusion::NotVerified),
            ("Dan", Exclusion::Unsubscribed),
            ("Eve", Exclusion::Undeliverable)
        ]
    );
    assert_eq!(told.fallback, None);
    let mut heard = 0;
    let ended = notices::explain(&mut session, OFFER, |_, _| {
        heard += 1;
        if heard < 3 { Ok(()) } else { Err(Problem::NoSecurityEmail) }
    });
    assert_eq!((ended, heard), (Err(Problem::NoSecurityEmail), 3), "whoever has heard enough ends it");
    let shown = notices::audience(&mut session, OFFER, 3).unwrap();
    assert_eq!((shown.recipients, shown.excluded, shown.fallback), (1, 4, None));
    let names: Vec<_> =
        shown.people.iter().map(|(person, verdict)| (person.name.as_str(), verdict.is_ok())).collect();
    assert_eq!(names, [("Ada", true), ("Bob", false), ("Cid", false)]);
}

#[test]
fn each_case_of_the_fallback_goes_to_the_security_email_with_its_reason() {
    type Scene = fn(&Office, &mut Session);
    let scenes: [(FallbackReason, Scene); 4] = [
        (FallbackReason::NoContacts, |_, _| {}),
        (FallbackReason::NobodySubscribed, |office, session| {
            contact(office, session, "Ada", &["security"]);
        }),
        (FallbackReason::NoneVerified, |office, session| {
            unverified(session, "Ada", &["activity"]);
            let bob = contact(office, session, "Bob", &["activity"]);
            mark(office, bob, "status = 'undeliverable'");
        }),
        (FallbackReason::NoneReachable, |office, session| {
            contact(office, session, "Ada", &[]);
            let bob = contact(office, session, "Bob", &["activity.launch"]);
            mark(office, bob, "unsubscribed_at = 1");
        }),
    ];
    for (reason, scene) in scenes {
        let office = Office::new();
        let mut session = office.session();
        scene(&office, &mut session);
        let nobody = explain(&mut session, OFFER).unwrap();
        assert_eq!(nobody.fallback, Some(Fallback { email: None, reason }));
        set_security_email(&mut session, SECURITY);
        let expected = Some(Fallback { email: Some(SECURITY.to_owned()), reason });
        assert_eq!(explain(&mut session, OFFER).unwrap().fallback, expected);
        assert_eq!(notices::audience(&mut session, OFFER, 9).unwrap().fallback, expected);
        let done = notify(&mut session, OFFER);
        assert_eq!(done.fallback, Some(reason));
        let mail = outbox::get(&mut session, done.waiting[0]).unwrap();
        assert_eq!((mail.to.as_str(), mail.name.as_str(), mail.contact), (SECURITY, "", None));
        assert_eq!(mail.fallback.as_deref(), Some(reason.id()));
        let stored = notices::get(&mut session, done.notice).unwrap();
        assert_eq!((stored.fallback, stored.totals.waiting), (Some(reason), 1));
    }
}

#[test]
fn without_a_security_email_nothing_is_queued_and_the_key_stays_free() {
    let office = Office::new();
    let mut session = office.session();
    unverified(&mut session, "Ada", &["security"]);
    let form = announcement(ALARM);
    assert_eq!(refused(notices::notify(&mut session, &form, Some("k"))), Problem::NoSecurityEmail);
    assert_eq!(notices::page(&mut session, notices::NoticesAt::Newest, 9).unwrap().rows, []);
    let outbox = outbox::page(&mut session, &OutboxQuery::default(), OutboxAt::Newest, 9).unwrap();
    assert_eq!(outbox.rows, []);
    set_security_email(&mut session, SECURITY);
    let other = callsheet::domain::notice::NoticeForm { subject: "Other".to_owned(), ..form };
    assert!(!notices::notify(&mut session, &other, Some("k")).unwrap().repeated);
}

#[test]
fn a_subscription_to_a_category_covers_types_that_are_added_later() {
    let office = Office::new();
    let mut session = office.session();
    contact(&office, &mut session, "Ada", &["security"]);
    let own = "[[category]]\nid = 'security'\n[[category.type]]\nid = 'security.badge'\n\
               title = { en = 'Lost badges', zh-CN = '工牌遗失' }";
    let mut opening = office.opening();
    opening.catalogue = Arc::new(Catalogue::built_in().extended(own).unwrap());
    let mut later = Session::open(&opening).unwrap();
    assert_eq!(notify(&mut later, "security.badge").waiting.len(), 1);
    // The old catalogue does not know it.
    let told = refused(notices::notify(&mut session, &announcement("security.badge"), None));
    assert!(matches!(told, Problem::InvalidNotice(_)), "{told:?}");
}

#[test]
fn everything_that_is_wrong_is_told_before_anything_is_done() {
    let office = Office::new();
    let mut session = office.session();
    let mut wrong = announcement("security");
    (wrong.subject, wrong.body) = ("a\nb".to_owned(), "\0".to_owned());
    let all = [NoticeField::MessageType, NoticeField::Subject, NoticeField::Body];
    let fields = |problem: Problem| match problem {
        Problem::InvalidNotice(problems) => problems.iter().map(|problem| problem.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(fields(refused(notices::notify(&mut session, &wrong, Some("")))), all);
    assert_eq!(fields(refused(notices::require_valid(&session, &wrong))), all);
    assert_eq!(fields(refused(explain(&mut session, "security"))), all[..1]);
    assert_eq!(fields(refused(notices::audience(&mut session, "nothing.such", 9))), all[..1]);
}

/// A contact of the property below: its subscriptions and its state.
#[derive(Debug, Clone)]
struct Somebody {
    types: Vec<&'static str>,
    change: &'static str,
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let ids = vec!["security", "security.account", "activity", "activity.launch", "product.release"];
    let changes = vec![
        "status = 'unverified'",
        "status = 'expired'",
        "status = 'verified', verified_at = 1",
        "status = 'verified', verified_at = 1",
        "status = 'verified', verified_at = 1, unsubscribed_at = 1",
        "status = 'undeliverable', verified_at = 1",
        "status = 'undeliverable'",
    ];
    let types = proptest::sample::subsequence(ids, 0..3);
    (types, proptest::sample::select(changes)).prop_map(|(types, change)| Somebody { types, change })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_queued_is_what_is_explained_and_never_nobody(
        people in proptest::collection::vec(somebody(), 0..7),
        message_type in proptest::sample::select(vec![ALARM, OFFER, "product.release"]),
        has_security_email: bool,
    ) {
        let office = Office::new();
        let mut session = office.session();
        if has_security_email {
            set_security_email(&mut session, SECURITY);
        }
        for (index, person) in people.iter().enumerate() {
            let id = unverified(&mut session, &format!("p{index}"), &person.types);
            mark(&office, id, person.change);
        }
        let told = explain(&mut session, message_type).unwrap();
        prop_assert_eq!(told.recipients.len() + told.excluded.len(), people.len());
        for person in &told.recipients {
            let source = &people[usize::try_from(person.contact.0 - 1).unwrap()];
            prop_assert!(source.change.starts_with("status = 'verified'"));
            prop_assert!(!(message_type == OFFER && source.change.contains("unsubscribed")));
        }
        let queued = notices::notify(&mut session, &announcement(message_type), None);
        if told.recipients.is_empty() && !has_security_email {
            prop_assert_eq!(queued, Err(Problem::NoSecurityEmail));
            return Ok(());
        }
        let queued = queued.unwrap();
        let mails = notices::deliveries(&mut session, queued.notice).unwrap();
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        prop_assert!(!to.is_empty());
        prop_assert_eq!(to.iter().collect::<BTreeSet<_>>().len(), to.len());
        let expected: Vec<&str> = match &told.fallback {
            Some(fallback) => vec![fallback.email.as_deref().unwrap()],
            None => told.recipients.iter().map(|person| person.email.as_str()).collect(),
        };
        prop_assert_eq!(to, expected);
        prop_assert_eq!(queued.fallback, told.fallback.map(|fallback| fallback.reason));
    }
}
