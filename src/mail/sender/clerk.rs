//! The clerk: claims what is due, gives it to the carriers, and records what they report. It alone touches the database.
//!
//! ```text
//!             ┌──────── job ───────▶ carrier 0 ──▶ server
//!  database ◀▶ clerk ◀── may the body leave? ──┤
//!             └◀─────── outcome ────┘ carrier 1 ──▶ server …
//! ```
//!
//! Whatever has been reported when the clerk is free goes into one transaction: results, notes that a body is about to leave,
//! and the next claims. So a commit costs the mails of all connections once, and nobody waits for it but a body whose note is in
//! it: if the process dies after that note, the mail may have been sent; before it, it was not.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::carrier::{Bag, Carrier, Exit, Job, Outcome};
use super::health::Health;
use super::{Delivering, SenderEvent, SenderSettings, Way, Word};
use crate::domain::delivery::{DeliveryId, NoticeId, State};
use crate::domain::reply::escape;
use crate::domain::timestamp::Timestamp;
use crate::mail::compose::Letterhead;
use crate::mail::transport::files::Files;
use crate::mail::transport::smtp::Smtp;
use crate::store::{Claimed, NoticeBody, Reading, Settlement, Store, StoreError, Writing, load_or_make_key};

/// How long a claim is good for; longer than the ten minutes that a server may take over the dot.
const LEASE: Duration = Duration::from_secs(15 * 60);

/// How many notices are kept in memory, of at most 2 MiB each.
const KNOWN_NOTICES: usize = 4;

/// Works through the outbox of one database.
pub(super) struct Clerk {
    pub(super) store: Store,
    settings: SenderSettings,
    exit: Exit,
    bag: Arc<Bag>,
    carriers: Vec<Carrier>,
    /// Claimed, in nobody's hands yet.
    ready: VecDeque<Job>,
    /// Reported, not recorded yet.
    results: Vec<(Arc<Claimed>, Settlement)>,
    /// The notices of the last claims, the last one used at the end.
    notices: Vec<Arc<NoticeBody>>,
    /// Carriers that ask whether their body may leave.
    asking: Vec<usize>,
    health: Health,
    /// Nothing was due at the last look.
    nothing_due: bool,
    /// How many of the asked for deliveries, from the first on, were claimed or not due when they were looked at.
    passed: usize,
    /// With a rate limit: when the next mail may begin.
    next_start: Timestamp,
}

/// What the clerk can do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Carriers are at work: there will be a report.
    Busy,
    /// A rate limit holds the next mail back until then.
    Paced(Timestamp),
    /// Nothing is due.
    Idle,
    /// The server is left alone until then.
    Quiet(Timestamp),
}

impl Clerk {
    /// Opens the database for sending.
    ///
    /// # Errors
    /// [`StoreError`]; inside, the reason why this process must not send for this database.
    pub(super) fn new(settings: &SenderSettings) -> Result<Result<Self, String>, StoreError> {
        let mut store = Store::open(&settings.database)?;
        let key = Arc::new(load_or_make_key(&settings.database)?);
        let exit = match &settings.way {
            Way::Server(server) => Exit::Server(Box::new(Smtp::new(server.clone()))),
            Way::Files(folder) => {
                if store.read(|reading| reading.has_sent_by_smtp())? {
                    let words = "mail of this database goes to a mail server, but none is configured here: it stays queued";
                    return Ok(Err(words.to_owned()));
                }
                Exit::Files(Files::new(folder))
            }
            Way::Closed { words } => return Ok(Err(words.clone())),
        };
        let bag = Arc::new(Bag {
            key,
            public_url: settings.public_url.clone(),
            return_path: settings.return_path.clone(),
            dkim: settings.dkim.clone(),
            catalogue: Arc::clone(&settings.catalogue),
        });
        Ok(Ok(Self {
            store,
            settings: settings.clone(),
            exit,
            bag,
            carriers: Vec::new(),
            ready: VecDeque::new(),
            results: Vec::new(),
            notices: Vec::new(),
            asking: Vec::new(),
            health: Health::default(),
            nothing_due: false,
            passed: 0,
            next_start: Timestamp::default(),
        }))
    }

    /// Takes back what a dead sender had in hand; called once, as the active sender.
    pub(super) fn recover(&mut self) -> Result<(), StoreError> {
        let now = self.now();
        self.store.write(|writing| writing.recover_claims(now)).map(drop)
    }

    /// Ends what is past its time.
    pub(super) fn tidy(&mut self) -> Result<(), StoreError> {
        let now = self.now();
        let (deliveries, verifications) = self.store.read(|reading| {
            Ok::<_, StoreError>((
                reading.has_overdue_deliveries(now)?,
                reading.has_overdue_verifications(now)?,
            ))
        })?;
        if deliveries || verifications {
            self.store.write(|writing| {
                writing.expire_deliveries(now)?;
                writing.expire_verifications(now)
            })?;
        }
        Ok(())
    }

    /// Erases one batch of ended deliveries that were kept long enough. True if there may be more.
    pub(super) fn purge(&mut self) -> Result<bool, StoreError> {
        let before = self.now().minus(self.settings.keep);
        let purged = self.store.write(|writing| writing.purge_ended(before, 500))?;
        Ok(purged == 500)
    }

    /// When the next delivery is due.
    pub(super) fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.store.read(|reading| reading.next_due())
    }

    /// Something may be due again.
    pub(super) const fn look_again(&mut self) {
        self.nothing_due = false;
    }

    pub(super) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// Notes what a carrier says; [`Clerk::turn`] acts on it.
    pub(super) fn hear(&mut self, word: Word, delivering: &mut Delivering<'_>) {
        match word {
            Word::Wake => self.look_again(),
            Word::Stop => delivering.stopped = true,
            Word::MayBodyLeave { carrier } => self.asking.push(carrier),
            Word::Carried { carrier, outcome } => {
                let Some(claimed) = self.carriers[carrier].in_hand.take() else { return };
                let settlement = self.weigh(&claimed, outcome);
                self.results.push((claimed, settlement));
                // The next mail is on its way while this result is recorded.
                self.hand_out(delivering);
            }
        }
    }

    /// Records what was reported, claims what is due, and gives it to the carriers.
    ///
    /// # Errors
    /// [`StoreError`] if nothing was reported and nothing could be claimed; a report is never given up.
    pub(super) fn turn(
        &mut self,
        only: Option<&[DeliveryId]>,
        delivering: &mut Delivering<'_>,
    ) -> Result<Standing, StoreError> {
        self.write_down(only, delivering)?;
        if delivering.is_stopped() || self.health.quiet_until(self.now()).is_some() {
            self.release(delivering);
        }
        self.hand_out(delivering);
        Ok(self.standing())
    }

    /// Whether any carrier has a mail in hand.
    pub(super) fn is_busy(&self) -> bool {
        self.carriers.iter().any(|carrier| carrier.in_hand.is_some())
    }

    /// Whether the body of any mail has left and the server has not answered yet.
    pub(super) fn is_body_under_way(&self) -> bool {
        self.carriers.iter().any(|carrier| carrier.in_hand.is_some() && carrier.body_may_leave)
    }

    /// Gives all connections back while nothing is to be done.
    pub(super) fn rest(&self) {
        self.carriers.iter().for_each(Carrier::rest);
    }

    /// Ends the carriers.
    pub(super) fn end(self) {
        self.carriers.into_iter().for_each(Carrier::end);
    }

    fn standing(&self) -> Standing {
        let now = self.now();
        match self.health.quiet_until(now) {
            _ if self.is_busy() => Standing::Busy,
            Some(until) => Standing::Quiet(until),
            None if now < self.next_start && !(self.nothing_due && self.ready.is_empty()) => {
                Standing::Paced(self.next_start)
            }
            None => Standing::Idle,
        }
    }

    /// How many mails may be in the carriers' hands at once.
    fn width(&self) -> usize {
        match self.exit {
            Exit::Files(_) => 1,
            // After a failure one mail goes ahead to see how the server is.
            Exit::Server(_) if self.health.is_doubtful() => 1,
            Exit::Server(_) => usize::from(self.settings.connections.max(1)),
        }
    }

    /// One transaction for everything that was reported and for the next claims. Reports are tried again until they are
    /// recorded, whatever it takes: they are in memory only until then.
    fn write_down(
        &mut self,
        only: Option<&[DeliveryId]>,
        delivering: &mut Delivering<'_>,
    ) -> Result<(), StoreError> {
        // The last delivery of a notice may leave one to the security email, due at once.
        let may_leave_another = |(claimed, settlement): &(Arc<Claimed>, Settlement)| {
            claimed.notice.is_some() && matches!(settlement, Settlement::Failed { .. })
        };
        if self.results.iter().any(may_leave_another) {
            self.look_again();
        }
        let wanted = self.claims_wanted(delivering);
        if self.results.is_empty() && self.asking.is_empty() && wanted == 0 {
            return Ok(());
        }
        let asked: Vec<(usize, Arc<Claimed>)> = std::mem::take(&mut self.asking)
            .into_iter()
            .filter_map(|carrier| Some((carrier, Arc::clone(self.carriers[carrier].in_hand.as_ref()?))))
            .collect();
        loop {
            let now = self.now();
            let (results, asked, notices) = (&self.results, &asked, &mut self.notices);
            let mut passed = self.passed;
            let written = self.store.write(|writing| {
                let mut states = Vec::with_capacity(results.len());
                for (claimed, settlement) in results {
                    states.push(unless_lost(writing.settle(claimed, settlement, now))?);
                }
                let mut noted = Vec::with_capacity(asked.len());
                for (_, claimed) in asked {
                    noted.push(unless_lost(writing.note_body(claimed))?.is_some());
                }
                let mut claims = Vec::new();
                while claims.len() < wanted
                    && let Some(mut claimed) = claim(writing, only, &mut passed, now)?
                {
                    if let Some(id) = claimed.delivery.notice {
                        claimed.notice = body_of(&writing.reading(), notices, id)?;
                    }
                    claims.push(claimed);
                }
                let account =
                    if claims.is_empty() { None } else { Some(writing.reading().account(now)?.name) };
                Ok::<_, StoreError>((states, noted, claims, account))
            });
            match written {
                Ok((states, noted, claims, account)) => {
                    for ((carrier, _), noted) in asked.iter().zip(noted) {
                        self.carriers[*carrier].acknowledge(noted);
                    }
                    self.nothing_due = claims.len() < wanted || (wanted == 0 && self.nothing_due);
                    self.passed = passed;
                    self.tell(&states, delivering);
                    let letterhead = Letterhead {
                        account: account.unwrap_or_default(),
                        ..self.settings.letterhead.clone()
                    };
                    let letterhead = Arc::new(letterhead);
                    for claimed in claims {
                        let letterhead = Arc::clone(&letterhead);
                        self.ready.push_back(Job { claimed: Arc::new(claimed), letterhead });
                    }
                    return Ok(());
                }
                // A body does not leave without its note; its carrier must not wait for long either.
                Err(error) if !asked.is_empty() => {
                    delivering.tell(SenderEvent::CannotRecord { words: error.to_string() });
                    asked.iter().for_each(|(carrier, _)| self.carriers[*carrier].acknowledge(false));
                    return Ok(());
                }
                Err(error) if !self.results.is_empty() => {
                    delivering.tell(SenderEvent::CannotRecord { words: error.to_string() });
                    delivering.pause_to_record();
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn claims_wanted(&self, delivering: &Delivering<'_>) -> usize {
        let now = self.now();
        if delivering.is_stopped()
            || self.nothing_due
            || now < self.next_start
            || self.health.quiet_until(now).is_some()
        {
            return 0;
        }
        // One waits for each that is under way, so that no connection waits for a commit.
        let wanted = if self.settings.rate_per_second > 0 { 1 } else { 2 * self.width() };
        let held =
            self.ready.len() + self.carriers.iter().filter(|carrier| carrier.in_hand.is_some()).count();
        wanted.saturating_sub(held)
    }

    /// Gives ready mails to carriers that have nothing in hand, the first ones first: few mails use few connections.
    fn hand_out(&mut self, delivering: &mut Delivering<'_>) {
        while !self.ready.is_empty()
            && self.health.quiet_until(self.now()).is_none()
            && !delivering.is_stopped()
        {
            let free = self.carriers.iter().position(|carrier| carrier.in_hand.is_none());
            let free = match free.filter(|number| *number < self.width()) {
                Some(number) => number,
                None if self.carriers.len() < self.width() => {
                    let number = self.carriers.len();
                    let started = Carrier::start(
                        number,
                        self.exit.sibling(),
                        Arc::clone(&self.bag),
                        delivering.words(),
                    );
                    match started {
                        Ok(carrier) => self.carriers.push(carrier),
                        // Without another thread the ones there are do the work.
                        Err(_) => return,
                    }
                    number
                }
                None => return,
            };
            let Some(job) = self.ready.pop_front() else { return };
            let delivery = &job.claimed.delivery;
            delivering.tell(SenderEvent::Sending { id: delivery.id, to: delivery.to.clone() });
            self.carriers[free].carry(job);
            if let Some(pause) = 1000_u64.checked_div(u64::from(self.settings.rate_per_second)) {
                self.next_start = self.now().plus(Duration::from_millis(pause));
            }
        }
    }

    /// Gives claimed mails back that nobody has in hand.
    pub(super) fn release(&mut self, delivering: &mut Delivering<'_>) {
        let words = "it waits for the mail server".to_owned();
        let back = self.ready.drain(..).map(|job| {
            let words = job.claimed.delivery.server.clone().unwrap_or_else(|| words.clone());
            (job.claimed, Settlement::NotTried { words })
        });
        self.results.extend(back);
        if !self.results.is_empty() {
            // Cannot fail: with results it goes on until they are recorded.
            let _ = self.write_down(None, delivering);
        }
    }

    fn weigh(&mut self, claimed: &Claimed, outcome: Outcome) -> Settlement {
        let now = self.now();
        match outcome {
            Outcome::Submitted(submission) => self.health.weigh(claimed, submission, now),
            Outcome::Unbuildable(words) => {
                Settlement::Failed { words, phase: "compose", undeliverable: false }
            }
            Outcome::Written(Ok(path)) => {
                Settlement::Written { path: escape(&path.display().to_string(), 500) }
            }
            Outcome::Written(Err(error)) => {
                self.health.back_off(format!("the mail cannot be written to a file: {error}"), now)
            }
            Outcome::NotNoted => {
                Settlement::NotTried { words: "the database could not be written".to_owned() }
            }
        }
    }

    /// Tells what was recorded.
    fn tell(&mut self, states: &[Option<State>], delivering: &mut Delivering<'_>) {
        let quiet_until = self.health.quiet_until(self.now());
        let mut backing_off = None;
        for ((claimed, settlement), state) in std::mem::take(&mut self.results).into_iter().zip(states) {
            let (id, to) = (claimed.delivery.id, claimed.delivery.to.clone());
            match (settlement, state) {
                (Settlement::NotTried { words }, _) => backing_off = backing_off.or(Some(words)),
                (_, None) => {}
                (settlement, Some(state)) => {
                    let words = Some(settlement.words().to_owned());
                    delivering.tell(SenderEvent::Settled { id, to, state: *state, words });
                }
            }
        }
        if let (Some(words), Some(until)) = (backing_off, quiet_until) {
            delivering.tell(SenderEvent::BackingOff { words, until });
        }
    }
}

/// The next delivery that is due; with `only`, the first of these behind those that were passed. At their end they are looked at
/// once more from the first on, so that many cost no more than two looks each.
fn claim(
    writing: &Writing<'_>,
    only: Option<&[DeliveryId]>,
    passed: &mut usize,
    now: Timestamp,
) -> Result<Option<Claimed>, StoreError> {
    let until = now.plus(LEASE);
    let Some(ids) = only else { return writing.claim_next(None, now, until) };
    loop {
        let rest = ids.get(*passed..).unwrap_or_default();
        if let Some(claimed) = writing.claim_next(Some(rest), now, until)? {
            let place = rest.iter().position(|id| *id == claimed.delivery.id);
            *passed += place.map_or(0, |place| place + 1);
            return Ok(Some(claimed));
        }
        if *passed == 0 {
            return Ok(None);
        }
        *passed = 0;
    }
}

/// What the mails of a notice say, from the database only if it is not among those read last.
fn body_of(
    reading: &Reading<'_>,
    known: &mut Vec<Arc<NoticeBody>>,
    id: NoticeId,
) -> Result<Option<Arc<NoticeBody>>, StoreError> {
    let body = match known.iter().position(|body| body.id == id) {
        Some(place) => known.remove(place),
        None => match reading.notice_body(id)? {
            Some(body) => Arc::new(body),
            None => return Ok(None),
        },
    };
    if known.len() == KNOWN_NOTICES {
        known.remove(0);
    }
    known.push(Arc::clone(&body));
    Ok(Some(body))
}

/// A delivery that another process has taken over is that one's business now.
fn unless_lost<T>(result: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::LeaseLost { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::delivery::Kind;
    use crate::domain::language::Language;
    use crate::domain::notice::{NoticeForm, check};
    use crate::store::{NewDelivery, NewNotice};

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn database() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.db")).unwrap();
        (folder, store)
    }

    fn queue(writing: &Writing<'_>, number: usize) -> DeliveryId {
        let address = format!("ada{number}@example.org");
        let new = NewDelivery {
            kind: Kind::Test,
            contact: None,
            notice: None,
            verification: None,
            address: &address,
            address_key: &address,
            name: "",
            language: Language::En,
            message_type: None,
            subject: "s",
            detail: None,
            fallback: None,
            priority: 1,
            now: NOW,
            expires_at: NOW.plus(LEASE),
            message_id: &format!("<{number}@example.org>"),
        };
        writing.insert_delivery(&new).unwrap()
    }

    #[test]
    fn a_notice_is_read_once_for_all_its_mails_and_few_are_kept() {
        let (_folder, mut store) = database();
        let catalogue = Catalogue::built_in();
        let form = NoticeForm {
            message_type: "security.account".to_owned(),
            subject: "s".to_owned(),
            body: "b".to_owned(),
            html: None,
        };
        let draft = check(&form, &catalogue).unwrap();
        let title = &catalogue.message_type("security.account").unwrap().1.title;
        let new = NewNotice {
            draft: &draft,
            title,
            key: None,
            fallback: None,
            priority: 0,
            now: NOW,
            expires_at: NOW.plus(LEASE),
        };
        let written =
            store.write(|writing| (0..6).map(|_| writing.insert_notice(&new)).collect::<Result<Vec<_>, _>>());
        let ids = written.unwrap();
        let mut known = Vec::new();
        store
            .read(|reading| {
                let mut read = |id| body_of(reading, &mut known, id).map(Option::unwrap);
                let first = read(ids[0])?;
                assert_eq!(
                    (first.id, first.text.as_str(), first.title(Language::ZhCn)),
                    (ids[0], "b", "账号安全告警")
                );
                for id in &ids[1..KNOWN_NOTICES] {
                    read(*id)?;
                }
                assert!(Arc::ptr_eq(&read(ids[0])?, &first));
                // The one that was not used for the longest time makes room.
                read(ids[4])?;
                assert!(Arc::ptr_eq(&read(ids[0])?, &first));
                for id in &ids[1..=KNOWN_NOTICES] {
                    read(*id)?;
                }
                assert!(!Arc::ptr_eq(&read(ids[0])?, &first));
                assert!(body_of(reading, &mut known, NoticeId(99))?.is_none());
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(known.len(), KNOWN_NOTICES);
    }

    #[test]
    fn asked_for_mails_are_claimed_in_order_without_looking_at_the_ended_ones_again() {
        let (_folder, mut store) = database();
        let ids = store
            .write(|writing| Ok::<_, StoreError>([1, 2, 3, 4].map(|number| queue(writing, number))))
            .unwrap();
        store.write(|writing| writing.cancel_delivery(ids[1], NOW)).unwrap();
        let mut passed = 0;
        let mut next =
            |passed: &mut usize| store.write(|writing| claim(writing, Some(&ids[..3]), passed, NOW)).unwrap();
        let first = next(&mut passed).unwrap();
        assert_eq!((first.delivery.id, passed), (ids[0], 1));
        let third = next(&mut passed).unwrap();
        assert_eq!((third.delivery.id, passed), (ids[2], 3));
        assert_eq!((next(&mut passed), passed), (None, 0));
        // What was given back is found again, behind all others.
        let words = "it waits".to_owned();
        store.write(|writing| writing.settle(&first, &Settlement::NotTried { words }, NOW)).unwrap();
        passed = 3;
        let again =
            store.write(|writing| claim(writing, Some(&ids[..3]), &mut passed, NOW)).unwrap().unwrap();
        assert_eq!((again.delivery.id, passed), (ids[0], 1));
    }
}
