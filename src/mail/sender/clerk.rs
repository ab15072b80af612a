//! The clerk: claims what is due, gives it to the carriers, and records what they report. It alone touches the database.
//!
//! ```text
//!             ┌──────── job ───────▶ carrier 0 ──▶ server
//!  database ◀▶ clerk ◀── may the body leave? ──┤
//!             └◀─────── outcome ────┘ carrier 1 ──▶ server …
//! ```
//!
//! Whatever has been reported when the clerk is free, or until the transaction ends, goes into one: results, notes that a body is
//! about to leave, and the next claims. So a commit costs the mails of all connections once, and nobody waits for it but a body
//! whose note is in it: if the process dies after that note, the mail may have been sent; before it, it was not. A result, for
//! which nobody waits, goes with the next note if one comes within two milliseconds.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::carrier::{Bag, Carrier, Desk, Exit, Job, Outcome};
use super::claims::claim_some;
use super::delays;
use super::health::{self, Health};
use super::{BATCH, Delivering, HOUSEKEEPING, LOOK, RECORD_AGAIN, SenderEvent, SenderSettings, Way, Word};
use crate::domain::delivery::{DeliveryId, State};
use crate::domain::reply::escape;
use crate::domain::retry;
use crate::domain::say::saying;
use crate::domain::timestamp::Timestamp;
use crate::mail::compose::Letterhead;
use crate::mail::transport::files::Files;
use crate::mail::transport::smtp::Smtp;
use crate::store::{Claimed, NoticeBody, Settlement, Store, StoreError, load_or_make_key};

/// How long a claim is good for; longer than the ten minutes that a server may take over the dot.
pub(super) const LEASE: Duration = Duration::from_secs(15 * 60);
/// How many mails that have become pointless are cancelled in one transaction: it holds up other writers for some 50 ms at most.
const CANCELLED_AT_ONCE: usize = 500;

/// How long a result may wait for the note of another mail.
const SHARING: Duration = Duration::from_millis(2);

/// Works through the outbox of one database.
pub(super) struct Clerk {
    pub(super) store: Store,
    settings: SenderSettings,
    exit: Exit,
    bag: Arc<Bag>,
    carriers: Vec<Carrier>,
    /// Claimed, in nobody's hands yet.
    ready: VecDeque<Arc<Job>>,
    /// Reported, not recorded yet.
    results: Vec<(Arc<Claimed>, Settlement)>,
    /// When the first of the results was reported.
    results_since: Option<Instant>,
    /// The notices of the last claims, the last one used at the end.
    notices: Vec<Arc<NoticeBody>>,
    /// Carriers that ask whether their body may leave.
    asking: Vec<usize>,
    health: Health,
    /// How often an administrator had asked for a try now when the last mail was claimed.
    retries_asked: i64,
    /// The end of the pause that was told last: each is told once.
    told_pause: Option<Timestamp>,
    /// Nothing was due at the last look.
    nothing_due: bool,
    /// The last look ended before its end, because so much of what was due had become pointless.
    is_cut_short: bool,
    /// How many of the asked for deliveries, from the first on, were claimed or not due when they were looked at.
    passed: usize,
    /// With a rate limit: when the next mail may begin.
    next_start: Timestamp,
    /// When it was looked for what is past its time.
    tidied: Option<Timestamp>,
    /// When a carrier, or whoever has us send, said something last.
    pub(super) heard: Timestamp,
}

/// What the clerk can do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Carriers are at work: there will be a report.
    Busy,
    /// There is more to look at than fits into one transaction.
    Unfinished,
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
                    let words = saying!(
                        "mail of this database goes to a mail server, but none is configured here: it stays queued"
                    );
                    return Ok(Err(words.to_string()));
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
            desk: Desk::default(),
        });
        Ok(Ok(Self {
            store,
            settings: settings.clone(),
            exit,
            bag,
            carriers: Vec::new(),
            ready: VecDeque::new(),
            results: Vec::new(),
            results_since: None,
            notices: Vec::new(),
            asking: Vec::new(),
            health: Health::default(),
            retries_asked: 0,
            told_pause: None,
            nothing_due: false,
            is_cut_short: false,
            passed: 0,
            next_start: Timestamp::default(),
            tidied: None,
            heard: settings.clock.now(),
        }))
    }

    /// Takes back what a dead sender had in hand, without waiting for its leases to end; called once, as the active sender.
    pub(super) fn recover(&mut self) -> Result<(), StoreError> {
        let now = self.now();
        self.store.write(|writing| writing.recover_claims(None, now, health::wait))
    }

    /// Takes back claims whose lease has ended, ends what is past its time, and tells of what has waited for too long.
    pub(super) fn tidy(&mut self, delivering: &mut Delivering<'_>) -> Result<(), StoreError> {
        let now = self.now();
        self.tidied = Some(now);
        let (overdue, oldest, abandoned) = self.store.read(|reading| {
            let overdue = reading.has_overdue_deliveries(now)? || reading.has_overdue_verifications(now)?;
            Ok::<_, StoreError>((overdue, reading.oldest_waiting()?, reading.has_ended_leases(now)?))
        })?;
        if abandoned {
            self.store.write(|writing| writing.recover_claims(Some(now), now, health::wait))?;
            self.look_again();
        }
        if overdue {
            while self.store.write(|writing| writing.expire_deliveries(now, BATCH))? == BATCH as usize {}
            self.store.write(|writing| writing.expire_verifications(now))?;
            // The last delivery of a notice may have left one to the security email.
            self.look_again();
        }
        if retry::delayed_since(oldest, now).is_some()
            && let Some(event) = delays::note(&mut self.store, now)?
        {
            delivering.tell(event);
        }
        Ok(())
    }

    /// As [`Clerk::tidy`], if that was long ago.
    pub(super) fn tidy_at_times(&mut self, delivering: &mut Delivering<'_>) -> Result<(), StoreError> {
        if self.tidied.is_none_or(|last| self.now().since(last) >= HOUSEKEEPING) {
            self.tidy(delivering)?;
        }
        Ok(())
    }

    /// Erases one batch of ended deliveries that were kept long enough. True if there may be more.
    pub(super) fn purge(&mut self) -> Result<bool, StoreError> {
        let before = self.now().minus(self.settings.keep);
        let purged = self.store.write(|writing| writing.purge_ended(before, BATCH))?;
        Ok(purged == BATCH as usize)
    }

    /// When the next delivery is due.
    pub(super) fn next_due(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.store.read(|reading| reading.next_due())
    }

    /// Whether an administrator asks for a try now although the server is left alone; then it is not any more.
    pub(super) fn is_asked_to_retry(&mut self) -> Result<bool, StoreError> {
        let asked = self.store.read(|reading| reading.retries_asked())?;
        let is_new = asked != self.retries_asked;
        if is_new {
            self.retries_asked = asked;
            self.health.forgive();
            self.look_again();
        }
        Ok(is_new)
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
        self.heard = self.now();
        match word {
            Word::Wake => self.look_again(),
            Word::Stop => delivering.stopped = true,
            Word::MayBodyLeave { carrier } => {
                self.health.agreed(self.now());
                self.asking.push(carrier);
            }
            Word::Carried { carrier, outcome } => {
                self.take_back(carrier, outcome);
                // The next mail is on its way while this result is recorded.
                self.hand_out(delivering);
            }
        }
    }

    /// Takes the result of a carrier, to be recorded.
    fn take_back(&mut self, carrier: usize, outcome: Outcome) {
        let Some(claimed) = self.carriers[carrier].in_hand.take() else { return };
        let settlement = self.weigh(&claimed, carrier, outcome);
        self.results.push((claimed, settlement));
        self.results_since.get_or_insert_with(Instant::now);
    }

    /// How long the results may wait for a note with which they share a commit: not at all unless a mail is on its way to ask for
    /// one. Nobody waits for a result.
    fn leisure(&self) -> Duration {
        let is_note_to_come = match self.exit {
            Exit::Server(_) => self.asking.is_empty() && self.carriers.iter().any(Carrier::is_on_its_way),
            Exit::Files(_) => false,
        };
        let in_hand = self.carriers.iter().filter(|carrier| carrier.in_hand.is_some()).count();
        let waits_for_claims = self.ready.is_empty() && in_hand < self.width();
        match self.results_since {
            Some(since) if is_note_to_come && !waits_for_claims => SHARING.saturating_sub(since.elapsed()),
            Some(_) | None => Duration::ZERO,
        }
    }

    /// How long there is nothing to do but to listen, at most.
    pub(super) fn patience(&self) -> Duration {
        if self.results.is_empty() { LOOK } else { self.leisure() }
    }

    /// Records what was reported, claims what is due, and gives it to the carriers.
    ///
    /// # Errors
    /// [`StoreError`] if nothing was sent or refused and nothing could be claimed; what was is never given up.
    pub(super) fn turn(
        &mut self,
        only: Option<&[DeliveryId]>,
        delivering: &mut Delivering<'_>,
    ) -> Result<Standing, StoreError> {
        self.is_cut_short = false;
        self.write_down(only, delivering)?;
        if delivering.is_stopped() || self.health.quiet_until(self.now()).is_some() {
            self.release(delivering);
        }
        self.hand_out(delivering);
        Ok(self.standing())
    }

    /// Whether any carrier has a mail in hand, or what became of one is not recorded yet.
    pub(super) fn is_busy(&self) -> bool {
        self.carriers.iter().any(|carrier| carrier.in_hand.is_some())
            || self.results.iter().any(|(_, settlement)| is_news(settlement))
    }

    /// Whether anything is left to be recorded.
    pub(super) fn has_results(&self) -> bool {
        !self.results.is_empty()
    }

    /// Whether the body of any mail has left and the server has not answered yet.
    pub(super) fn is_body_under_way(&self) -> bool {
        self.carriers.iter().any(|carrier| carrier.in_hand.is_some() && carrier.body_may_leave)
    }

    /// Gives back the mails in hand of which no body may leave any more: this clerk hears and answers nobody after this.
    pub(super) fn call_off(&mut self, delivering: &mut Delivering<'_>) {
        let called_off = self.carriers.iter_mut().filter_map(Carrier::call_off);
        let words = saying!("the sender ended before the mail server took it").to_string();
        self.results
            .extend(called_off.map(|claimed| (claimed, Settlement::NotTried { words: words.clone() })));
        self.release(delivering);
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
            _ if self.is_cut_short => Standing::Unfinished,
            _ if self.is_busy() || self.has_results() => Standing::Busy,
            Some(until) => Standing::Quiet(until),
            None if now < self.next_start && !(self.nothing_due && self.ready.is_empty()) => {
                Standing::Paced(self.next_start)
            }
            // The next mail's time has come since it was looked at what may be claimed.
            None if self.settings.rate_per_second > 0 && self.ready.is_empty() && !self.nothing_due => {
                Standing::Paced(now)
            }
            None => Standing::Idle,
        }
    }

    /// How many mails may be in the carriers' hands at once.
    fn width(&self) -> usize {
        match self.exit {
            Exit::Files(_) => 1,
            Exit::Server(_) => self.health.width(usize::from(self.settings.connections.max(1)), self.now()),
        }
    }

    /// One transaction for everything that was reported and for the next claims. What became of a mail is tried again until it
    /// is recorded, whatever it takes: it is in memory only until then.
    fn write_down(
        &mut self,
        only: Option<&[DeliveryId]>,
        delivering: &mut Delivering<'_>,
    ) -> Result<(), StoreError> {
        // What is given back is due again, and the last delivery of a notice may leave one to the security email.
        let leaves_work = |(claimed, settlement): &(Arc<Claimed>, Settlement)| match settlement {
            Settlement::NotTried { .. } => true,
            Settlement::Failed { .. } => claimed.notice.is_some(),
            Settlement::Sent { .. }
            | Settlement::Written { .. }
            | Settlement::Retry { .. }
            | Settlement::Broken { .. } => false,
        };
        if self.results.iter().any(leaves_work) {
            self.look_again();
        }
        let wanted = self.claims_wanted(delivering);
        if self.results.is_empty() && self.asking.is_empty() && wanted == 0 {
            return Ok(());
        }
        if !self.leisure().is_zero() {
            return Ok(());
        }
        // What is said while the transaction is open, but for questions, which it answers.
        let mut late = Vec::new();
        let outcome = loop {
            let now = self.now();
            let mut passed = self.passed;
            let (results, carriers, notices) = (&self.results, &self.carriers, &mut self.notices);
            let asking = &mut self.asking;
            let written = self.store.write(|writing| {
                let mut states = Vec::with_capacity(results.len());
                for (claimed, settlement) in results {
                    states.push(unless_lost(writing.settle(claimed, settlement, now))?);
                }
                let mut room = CANCELLED_AT_ONCE;
                let claims = claim_some(writing, only, wanted, (&mut passed, &mut room, notices), now)?;
                let shared = if claims.is_empty() {
                    None
                } else {
                    let reading = writing.reading();
                    Some((reading.account(now)?.name, reading.retries_asked()?))
                };
                // Notes come last, so that whoever has asked by now need not wait for another commit.
                let mut noted = Vec::new();
                loop {
                    while let Some(word) = delivering.overhear() {
                        match word {
                            Word::MayBodyLeave { carrier } => asking.push(carrier),
                            Word::Carried { .. } | Word::Wake | Word::Stop => late.push(word),
                        }
                    }
                    let Some(carrier) = asking.get(noted.len()) else { break };
                    let in_hand = carriers[*carrier].in_hand.as_ref();
                    let note = in_hand.map(|claimed| unless_lost(writing.note_body(claimed))).transpose()?;
                    noted.push(note.flatten().is_some());
                }
                Ok::<_, StoreError>((states, noted, claims, room == 0, shared))
            });
            match written {
                Ok((states, noted, claims, is_cut_short, shared)) => {
                    let account = shared.map(|(account, retries_asked)| {
                        self.retries_asked = retries_asked;
                        account
                    });
                    for (carrier, noted) in std::mem::take(&mut self.asking).into_iter().zip(noted) {
                        self.health.agreed(now);
                        self.carriers[carrier].acknowledge(noted);
                    }
                    self.is_cut_short = is_cut_short && claims.len() < wanted;
                    self.nothing_due =
                        !self.is_cut_short && (claims.len() < wanted || (wanted == 0 && self.nothing_due));
                    self.passed = passed;
                    self.results_since = None;
                    self.tell(&states, delivering);
                    self.make_ready(claims, account.unwrap_or_default());
                    break Ok(());
                }
                // A body does not leave without its note; its carrier must not wait for long either.
                Err(error) if !self.asking.is_empty() => {
                    delivering.tell_trouble(&error);
                    for carrier in std::mem::take(&mut self.asking) {
                        self.carriers[carrier].acknowledge(false);
                    }
                    break Ok(());
                }
                Err(error) if self.results.iter().any(|(_, settlement)| is_news(settlement)) => {
                    delivering.tell_trouble(&error);
                    self.wait_to_record(delivering);
                }
                Err(error) => break Err(error),
            }
        };
        for word in late {
            self.hear(word, delivering);
        }
        outcome
    }

    /// Gives the clerk and the carriers mails to work on.
    fn make_ready(&mut self, claims: Vec<Claimed>, account: String) {
        if claims.is_empty() {
            return;
        }
        let letterhead = Arc::new(Letterhead { account, ..self.settings.letterhead.clone() });
        for claimed in claims {
            let job = Arc::new(Job::new(claimed, Arc::clone(&letterhead)));
            if let Exit::Server(_) = self.exit {
                self.bag.desk.put(&job);
            }
            self.ready.push_back(job);
        }
    }

    /// Waits a moment before a result is recorded again: not even the order to stop ends that, for the result would be lost.
    /// Meanwhile no body may leave, and no further mail begins.
    fn wait_to_record(&mut self, delivering: &mut Delivering<'_>) {
        match delivering.listen(RECORD_AGAIN) {
            None => {}
            Some(Word::MayBodyLeave { carrier }) => self.carriers[carrier].acknowledge(false),
            Some(Word::Carried { carrier, outcome }) => self.take_back(carrier, outcome),
            Some(Word::Wake) => self.look_again(),
            Some(Word::Stop) => delivering.stopped = true,
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
                        self.exit.for_carrier(number),
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
    fn release(&mut self, delivering: &mut Delivering<'_>) {
        let words = saying!("it waits for the mail server").to_string();
        let back = self.ready.drain(..).map(|job| {
            let words = job.claimed.delivery.server.clone().unwrap_or_else(|| words.clone());
            (Arc::clone(&job.claimed), Settlement::NotTried { words })
        });
        self.results.extend(back);
        // Claims that cannot be given back now stay with the results; if this process ends before, the next sender takes them.
        while self.has_results() && self.write_down(None, delivering).is_ok() {}
    }

    fn weigh(&mut self, claimed: &Claimed, carrier: usize, outcome: Outcome) -> Settlement {
        let now = self.now();
        match outcome {
            Outcome::Submitted(submission) => {
                let others = self.carriers.iter().filter(|carrier| carrier.in_hand.is_some()).count();
                self.health.weigh(claimed, (carrier, others), submission, now)
            }
            Outcome::Unbuildable(words) => {
                Settlement::Failed { words, phase: "compose", undeliverable: false }
            }
            Outcome::Written(Ok(path)) => {
                Settlement::Written { path: escape(&path.display().to_string(), 500) }
            }
            Outcome::Written(Err(error)) => {
                let error = error.to_string();
                let words = saying!("the mail cannot be written to a file: {error}", error = error);
                self.health.back_off(words.to_string(), now)
            }
            Outcome::NotNoted => {
                Settlement::NotTried { words: saying!("the database could not be written").to_string() }
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
        if let (Some(words), Some(until)) = (backing_off, quiet_until)
            && self.told_pause.replace(until) != Some(until)
        {
            delivering.tell(SenderEvent::BackingOff { words, until });
        }
    }
}

/// Whether a settlement tells what became of a mail. A claim that is given back does not: if that is never recorded, the next
/// sender finds the claim as it is.
fn is_news(settlement: &Settlement) -> bool {
    !matches!(settlement, Settlement::NotTried { .. })
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
mod tests;
