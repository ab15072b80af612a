//! Whatever happens to the mails of notices and in whichever order: every mail is accounted for, no address has two, and a notice
//! that reached nobody is with the security email or is said to have reached nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use callsheet::domain::contact::ContactId;
use callsheet::domain::delivery::{DeliveryId, NoticeId};
use callsheet::domain::subscription::Subscriptions;
use callsheet::operations::account::{self, AccountChange};
use callsheet::operations::contacts::{self, Again};
use callsheet::operations::{Problem, Session, notices, outbox};
use callsheet::store::{Claimed, Settlement, Store, StoreError};
use proptest::prelude::*;
use rusqlite::Connection;

use super::{ALARM, OFFER, announcement, contact, raw};
use crate::support::office::Office;

/// The contacts at the beginning; the address of the first may be the security email too.
const PEOPLE: [&str; 3] = ["ada", "bob", "eve"];
const SECURITY_EMAILS: [&str; 4] = ["sec@example.com", "other@example.com", "ada@example.org", "none"];

#[derive(Debug, Clone)]
enum Event {
    Notify(&'static str),
    /// The sender takes a mail that is due.
    Claim(usize),
    /// This becomes of a mail that the sender has.
    Settle(usize, Fate),
    Bounce(usize),
    CancelDelivery(usize),
    CancelNotice(usize),
    Retry(usize),
    RetryFailed(usize),
    Delete(usize),
    WantsNothing(usize),
    Unsubscribe(usize),
    MovesTo(usize, &'static str),
    SecurityEmail(&'static str),
    DaysPass,
    Purge,
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Sent,
    Written,
    Failed,
    Undeliverable,
    Later,
    MaybeSent,
    NotTried,
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{Failed, Later, MaybeSent, NotTried, Sent, Undeliverable, Written};
    proptest::sample::select(vec![
        Failed,
        Failed,
        Failed,
        Undeliverable,
        Undeliverable,
        Sent,
        Written,
        Later,
        MaybeSent,
        NotTried,
    ])
}

fn event() -> impl Strategy<Value = Event> {
    let which = 0..8_usize;
    prop_oneof![
        1 => proptest::sample::select(vec![ALARM, OFFER]).prop_map(Event::Notify),
        5 => which.clone().prop_map(Event::Claim),
        5 => (which.clone(), fate()).prop_map(|(which, fate)| Event::Settle(which, fate)),
        3 => which.clone().prop_map(Event::Bounce),
        1 => which.clone().prop_map(Event::CancelDelivery),
        1 => which.clone().prop_map(Event::CancelNotice),
        1 => which.clone().prop_map(Event::Retry),
        1 => which.clone().prop_map(Event::RetryFailed),
        1 => which.clone().prop_map(Event::Delete),
        1 => which.clone().prop_map(Event::WantsNothing),
        1 => which.clone().prop_map(Event::Unsubscribe),
        1 => (which, proptest::sample::select(vec!["ada@example.org", "sec@example.com", "new@example.org"]))
            .prop_map(|(which, to)| Event::MovesTo(which, to)),
        2 => proptest::sample::select(SECURITY_EMAILS.to_vec()).prop_map(Event::SecurityEmail),
        1 => Just(Event::DaysPass),
        1 => Just(Event::Purge),
    ]
}

/// Where it all happens.
struct Scene {
    office: Office,
    session: Session,
    store: Store,
    connection: Connection,
    /// What the sender has in hand.
    claimed: Vec<Claimed>,
}

impl Scene {
    fn new() -> Self {
        let office = Office::new();
        let mut session = office.session();
        for name in PEOPLE {
            contact(&office, &mut session, name, &["security", "activity"]);
        }
        let (store, connection) = (Store::open(&office.database()).unwrap(), raw(&office));
        Self { office, session, store, connection, claimed: Vec::new() }
    }

    /// The id at this place among those that a query finds, if it finds any.
    fn pick(&self, query: &str, which: usize) -> Option<i64> {
        let found = self.ids(query);
        found.get(which % found.len().max(1)).copied()
    }

    fn ids(&self, query: &str) -> Vec<i64> {
        let mut query = self.connection.prepare(query).unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn happens(&mut self, event: &Event) {
        const WAITING: &str = "SELECT id FROM delivery WHERE state IN ('queued', 'retry') ORDER BY id";
        const NOTICES: &str = "SELECT id FROM notice ORDER BY id";
        const CONTACTS: &str = "SELECT id FROM contact ORDER BY id";
        self.office.clock.advance(Duration::from_secs(1));
        let now = self.session.now();
        match event {
            Event::Notify(message_type) => {
                fine(notices::notify(&mut self.session, &announcement(message_type), None));
            }
            Event::Claim(which) => {
                let Some(id) = self.pick(WAITING, *which) else { return };
                let claimed = self
                    .store
                    .write(|writing| writing.claim_next(Some(&[DeliveryId(id)]), &mut 9, now, now))
                    .unwrap();
                self.claimed.extend(claimed);
            }
            Event::Settle(which, fate) => {
                if self.claimed.is_empty() {
                    return;
                }
                let claimed = self.claimed.remove(which % self.claimed.len());
                let settlement = settlement(*fate, now);
                self.store.write(|writing| writing.settle(&claimed, &settlement, now)).unwrap();
            }
            Event::Bounce(which) => {
                let sent = "SELECT id FROM delivery WHERE state = 'sent' ORDER BY id";
                let Some(id) = self.pick(sent, *which) else { return };
                self.execute("UPDATE delivery SET state = 'failed' WHERE id = ?1", id);
            }
            Event::CancelDelivery(which) => {
                let Some(id) = self.pick(WAITING, *which) else { return };
                fine(outbox::cancel(&mut self.session, &[DeliveryId(id)]));
            }
            Event::CancelNotice(which) => {
                let Some(id) = self.pick(NOTICES, *which) else { return };
                fine(notices::cancel(&mut self.session, NoticeId(id)));
            }
            Event::Retry(which) => {
                let ended = "SELECT id FROM delivery WHERE ended_at IS NOT NULL ORDER BY id";
                let Some(id) = self.pick(ended, *which) else { return };
                fine(outbox::retry(&mut self.session, &[DeliveryId(id)]));
            }
            Event::RetryFailed(which) => {
                let Some(id) = self.pick(NOTICES, *which) else { return };
                fine(notices::retry_failed(&mut self.session, NoticeId(id)));
            }
            Event::Delete(which) => {
                let Some(id) = self.pick(CONTACTS, *which) else { return };
                fine(contacts::delete(&mut self.session, &[ContactId(id)]));
            }
            Event::WantsNothing(which) => {
                let Some(id) = self.pick(CONTACTS, *which) else { return };
                let nothing = Subscriptions::default();
                fine(contacts::subscribe(&mut self.session, ContactId(id), &nothing, Again::No, None));
            }
            Event::Unsubscribe(which) => {
                let Some(id) = self.pick(CONTACTS, *which) else { return };
                self.execute("UPDATE contact SET unsubscribed_at = 1 WHERE id = ?1", id);
                let cancel =
                    self.store.write(|writing| writing.cancel_notices_of(ContactId(id), "activity", now));
                cancel.unwrap();
            }
            Event::MovesTo(which, email) => self.moves(*which, email),
            Event::SecurityEmail(email) => {
                let security_email = Some((*email).to_owned());
                let change = AccountChange { security_email, ..AccountChange::default() };
                fine(account::set(&mut self.session, &change));
            }
            Event::DaysPass => {
                self.office.clock.advance(Duration::from_secs(6 * 86_400));
                let now = self.session.now();
                self.store.write(|writing| writing.expire_deliveries(now, 500)).unwrap();
            }
            Event::Purge => {
                self.store.write(|writing| writing.purge_ended(now, 500)).unwrap();
            }
        }
    }

    /// A contact's new address is confirmed.
    fn moves(&mut self, which: usize, email: &str) {
        let Some(id) = self.pick("SELECT id FROM contact ORDER BY id", which) else { return };
        let taken = "SELECT count(*) FROM contact WHERE email_key = ?1";
        if self.connection.query_row(taken, [email], |row| row.get::<_, i64>(0)).unwrap() > 0 {
            return;
        }
        let now = self.session.now();
        self.connection
            .execute(
                "UPDATE contact SET email = ?1, email_key = ?1 WHERE id = ?2",
                rusqlite::params![email, id],
            )
            .unwrap();
        let cancel = |writing: &callsheet::store::Writing<'_>| {
            writing.cancel_deliveries_of(ContactId(id), None, now)?;
            Ok::<_, StoreError>(())
        };
        self.store.write(cancel).unwrap();
    }

    fn execute(&self, statement: &str, id: i64) {
        assert_eq!(self.connection.execute(statement, [id]), Ok(1));
    }

    fn unreached(&self) -> BTreeSet<i64> {
        self.ids("SELECT id FROM notice WHERE is_unreached = 1").into_iter().collect()
    }

    /// Notices of which the counters, the end or the flag are not what their deliveries tell.
    fn miscounted(&self) -> Vec<i64> {
        let count = |condition: &str| {
            format!("(SELECT count(*) FROM delivery d WHERE d.notice_id = n.id AND {condition})")
        };
        let mut wrong: Vec<String> = ["sent", "written", "failed", "expired", "cancelled"]
            .iter()
            .map(|state| format!("n.{state} <> {}", count(&format!("d.state = '{state}'"))))
            .collect();
        wrong.push(format!("n.waiting <> {}", count("d.ended_at IS NULL")));
        let doubtful = count("d.maybe_sent = 1 AND d.state NOT IN ('sent', 'written')");
        wrong.push(format!("n.doubtful <> {doubtful}"));
        wrong.push("(n.ended_at IS NULL) <> (n.waiting > 0)".to_owned());
        wrong.push(
            "n.is_unreached <> (n.waiting = 0 AND n.sent + n.written + n.doubtful = 0 AND n.is_cancelled = 0)"
                .to_owned(),
        );
        self.ids(&format!("SELECT n.id FROM notice n WHERE {}", wrong.join(" OR ")))
    }

    /// Notices in which an address has two mails.
    fn doubled(&self) -> Vec<i64> {
        self.ids(
            "SELECT notice_id FROM delivery WHERE notice_id IS NOT NULL AND state <> 'cancelled' \
             GROUP BY notice_id, address_key HAVING count(*) > 1",
        )
    }

    /// States of which the total is not the number of deliveries.
    fn mistotalled(&self) -> Vec<i64> {
        self.ids(
            "SELECT value FROM counter WHERE name LIKE 'delivery.%' \
             AND value <> (SELECT count(*) FROM delivery d WHERE 'delivery.' || d.state = counter.name)",
        )
    }

    /// Notices that reached nobody although the security email has not been tried.
    fn forgotten(&self) -> BTreeSet<i64> {
        let found = self.ids(
            "SELECT n.id FROM notice n, account a WHERE n.is_unreached = 1 AND a.security_email IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.notice_id = n.id \
                             AND d.address_key = a.security_email_key AND d.state <> 'cancelled')",
        );
        found.into_iter().collect()
    }
}

fn settlement(fate: Fate, now: callsheet::domain::timestamp::Timestamp) -> Settlement {
    let words = "the server's words".to_owned();
    match fate {
        Fate::Sent => Settlement::Sent { words },
        Fate::Written => Settlement::Written { path: words },
        Fate::Failed => Settlement::Failed { words, phase: "rcpt", undeliverable: false },
        Fate::Undeliverable => Settlement::Failed { words, phase: "rcpt", undeliverable: true },
        Fate::Later => Settlement::Retry { due_at: now, words, phase: "rcpt" },
        Fate::MaybeSent => {
            Settlement::Broken { due_at: now, words, phase: "body", charged: true, maybe_sent: true }
        }
        Fate::NotTried => Settlement::NotTried { words },
    }
}

/// Done or refused, but the store has not failed.
#[track_caller]
fn fine<T>(result: Result<T, Problem>) {
    if let Err(problem @ Problem::Store(_)) = result {
        panic!("{problem:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_mail_is_accounted_for_and_nobody_is_never_the_end(events in proptest::collection::vec(event(), 1..40)) {
        let mut scene = Scene::new();
        scene.happens(&Event::SecurityEmail(SECURITY_EMAILS[0]));
        scene.happens(&Event::Notify(ALARM));
        for event in events {
            let before = scene.unreached();
            scene.happens(&event);
            prop_assert_eq!(scene.miscounted(), [0_i64; 0], "after {:?}", event);
            prop_assert_eq!(scene.mistotalled(), [0_i64; 0], "after {:?}", event);
            prop_assert_eq!(scene.doubled(), [0_i64; 0], "after {:?}", event);
            // One that was set since is asked by whoever looks at the notice and retries.
            let new: Vec<i64> = scene.forgotten().difference(&before).copied().collect();
            prop_assert_eq!(new, [0_i64; 0], "after {:?}", event);
        }
    }
}
