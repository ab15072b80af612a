//! The keeper: a thread that writes what is typed into a file while it is typed, at most once a second, so that it outlives the program
//! however that ends, and that finds at the start what others left behind. A disk that is slow or full holds up nobody.

mod folder;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Channel, channel};
use std::thread;
use std::time::{Duration, Instant};

use self::folder::{Claim, Folder};
use super::draft::{self, Draft, DraftId, DraftOrder, Offer, Owner};
use super::msg::Msg;
use crate::domain::say::Said;
use crate::domain::timestamp::Timestamp;
use crate::operations::Opening;

/// Two writings lie at least so far apart.
const PACE: Duration = Duration::from_secs(1);

/// How long the end of the program waits for the last writing.
const LAST_WRITING: Duration = Duration::from_millis(400);

/// The most drafts of an owner that are left at a start, beside those that programs have: the newest.
const MOST: usize = 20;

/// How long a draft is kept after its last change.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// So many ids are tried for a new draft: another program may clear away a lock that it finds before its draft is there.
const IDS: usize = 8;

/// Handle on the thread, for every thread that may end the program.
#[derive(Debug, Clone)]
pub struct Keeper {
    orders: Channel<Order>,
}

#[derive(Debug)]
enum Order {
    Draft(DraftOrder),
    /// Write what is not written yet, then answer.
    Flush(Channel<()>),
}

impl Keeper {
    /// Starts the thread, which first tells what it finds in `folder`. Without a folder nothing is kept, and it tells why.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        folder: Result<PathBuf, Said>,
        opening: &Opening,
        messages: Channel<Msg>,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = channel();
        let database = opening.database.clone();
        let actor = opening.actor.clone();
        let now = opening.clock.now();
        thread::Builder::new().name("keeper".to_owned()).spawn(move || {
            let folder = match folder {
                Ok(folder) => folder,
                Err(why) => {
                    let _heard = messages.send(Msg::DraftsUnkept(why));
                    return;
                }
            };
            let database = std::fs::canonicalize(&database).unwrap_or(database);
            let database = database.to_string_lossy().into_owned();
            let owner = Owner { database, user: actor.user, origin: actor.origin };
            let mut desk = Desk::new(Folder::new(folder), owner);
            let found = unharmed(|| desk.find(now)).unwrap_or_default();
            if !found.is_empty() {
                // Nobody listens any more when the program ends.
                let _heard = messages.send(Msg::DraftsFound(found));
            }
            desk.work(&inbox, &messages);
        })?;
        Ok(Self { orders })
    }

    /// Hands over an order. Never waits.
    pub fn order(&self, order: DraftOrder) {
        // Without a folder nobody receives.
        let _received = self.orders.send(Order::Draft(order));
    }

    /// Has written what is not written yet, within the little time that the end of the program has.
    pub fn flush(&self) {
        let (done, heard) = channel();
        if self.orders.send(Order::Flush(done)).is_ok() {
            let _in_time = heard.recv_timeout(LAST_WRITING);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.flush();
    }
}

/// What the thread works with.
#[derive(Debug)]
struct Desk {
    folder: Folder,
    owner: Owner,
    /// The right to the file of the form that is open, once there is one.
    own: Option<Claim>,
    /// The rights to what is offered.
    offered: Vec<Claim>,
    /// What is not written yet.
    waiting: Option<(Timestamp, Arc<Draft>)>,
    /// When something was written last.
    written: Option<Instant>,
    /// It has been told that nothing can be written.
    is_told: bool,
}

impl Desk {
    fn new(folder: Folder, owner: Owner) -> Self {
        let (own, offered, waiting, written) = (None, Vec::new(), None, None);
        Self { folder, owner, own, offered, waiting, written, is_told: false }
    }

    fn work(&mut self, inbox: &Receiver<Order>, messages: &Channel<Msg>) {
        let write = |desk: &mut Self| {
            let trouble = unharmed(|| desk.write(Instant::now())).flatten();
            if let Some(why) = trouble {
                let _heard = messages.send(Msg::DraftsUnkept(why));
            }
        };
        loop {
            let next = match self.wait(Instant::now()) {
                None => inbox.recv().map_err(RecvTimeoutError::from),
                Some(wait) => inbox.recv_timeout(wait),
            };
            match next {
                Ok(Order::Draft(order)) => {
                    unharmed(|| self.take(order));
                }
                Ok(Order::Flush(done)) => {
                    write(self);
                    let _heard = done.send(());
                }
                Err(RecvTimeoutError::Timeout) => write(self),
                Err(RecvTimeoutError::Disconnected) => {
                    write(self);
                    return;
                }
            }
        }
    }

    /// How long until something is to be written; none if nothing is.
    fn wait(&self, now: Instant) -> Option<Duration> {
        self.waiting.as_ref()?;
        let since = self.written.map(|written| now.saturating_duration_since(written));
        Some(since.map_or(Duration::ZERO, |since| PACE.saturating_sub(since)))
    }

    fn take(&mut self, order: DraftOrder) {
        match order {
            DraftOrder::Keep { at, draft } => self.waiting = Some((at, draft)),
            DraftOrder::Drop => {
                self.waiting = None;
                if let Some(claim) = self.own.take() {
                    self.remove(claim);
                }
            }
            DraftOrder::Open(id) => self.own = self.take_offered(id),
            DraftOrder::Throw(id) => {
                if let Some(claim) = self.take_offered(id) {
                    self.remove(claim);
                }
            }
            DraftOrder::Leave(id) => drop(self.take_offered(id)),
        }
    }

    fn take_offered(&mut self, id: DraftId) -> Option<Claim> {
        let at = self.offered.iter().position(|claim| claim.id == id)?;
        Some(self.offered.swap_remove(at))
    }

    /// Writes what is not written yet, at the moment `now`; what cannot be written, or falls over, waits on. The first time it says why.
    fn write(&mut self, now: Instant) -> Option<Said> {
        let (at, draft) = self.waiting.as_ref()?;
        self.written = Some(now);
        #[cfg(test)]
        super::runtime::tests::fall("keeper");
        let text = draft::written(draft, *at, &self.owner);
        let Err(error) = self.try_to_write(&text) else {
            self.waiting = None;
            return None;
        };
        if std::mem::replace(&mut self.is_told, true) {
            return None;
        }
        let folder = self.folder.path().display().to_string();
        let why = format!("'{folder}': {error}");
        tracing::warn!(folder, why = error.to_string(), "what is typed cannot be kept as a draft");
        Some(Said::foreign(why))
    }

    fn try_to_write(&mut self, text: &str) -> std::io::Result<()> {
        let claim = match self.own.take() {
            Some(claim) => claim,
            None => self.claim_new()?,
        };
        let written = self.folder.write(&claim, text);
        self.own = Some(claim);
        written
    }

    fn is_ours(&self, owner: &Owner) -> bool {
        (&owner.database, &owner.user) == (&self.owner.database, &self.owner.user)
    }

    fn purge(&self, claim: Claim, why: &str) {
        tracing::info!(draft = name(claim.id), why, "a draft is removed");
        self.remove(claim);
    }

    fn claim_new(&self) -> std::io::Result<Claim> {
        for _ in 0..IDS {
            if let Some(claim) = self.folder.claim_new(DraftId(random_number()?))? {
                return Ok(claim);
            }
        }
        Err(std::io::Error::other("other programs take each new lock away"))
    }

    fn remove(&self, claim: Claim) {
        let id = claim.id;
        if let Err(error) = self.folder.remove(claim) {
            tracing::warn!(draft = name(id), why = error.to_string(), "a draft cannot be removed");
        }
    }

    /// Claims the drafts of programs that have ended, the newest first, and removes what else they left behind: at the moment
    /// `now` also drafts that are old, or too many.
    fn find(&mut self, now: Timestamp) -> Vec<Offer> {
        let names = self.folder.names().unwrap_or_else(|error| {
            tracing::warn!(why = error.to_string(), "drafts cannot be read");
            Vec::new()
        });
        let mut offers = Vec::new();
        for name in names {
            match name {
                Ok(id) => offers.extend(self.look(id, now)),
                Err(name) => tracing::warn!(name, "what lies among the drafts is none"),
            }
        }
        offers.sort_by_key(|offer| (std::cmp::Reverse(offer.at), offer.id));
        for Offer { id, .. } in offers.drain(MOST.min(offers.len())..) {
            if let Some(claim) = self.take_offered(id) {
                self.purge(claim, "there are too many drafts");
            }
        }
        offers
    }

    /// The draft of this id if it is ours and no program has it; it is claimed then. An old one is removed, whoever's it is: that
    /// of a database that is gone finds nobody else.
    fn look(&mut self, id: DraftId, now: Timestamp) -> Option<Offer> {
        let text = match self.folder.read(id) {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(draft = name(id), why = error.to_string(), "a draft cannot be read");
                return None;
            }
        };
        if let Some(text) = &text {
            let Some((owner, offer)) = draft::read(text, id) else {
                tracing::warn!(draft = name(id), "a draft cannot be understood");
                return None;
            };
            if !self.is_ours(&owner) && now.since(offer.at) <= KEPT {
                return None;
            }
        }
        // Whoever had it may have changed or removed it until now.
        let claim = self.folder.claim(id).ok().flatten()?;
        match self.folder.read(id) {
            Ok(Some(text)) => {
                let (owner, offer) = draft::read(&text, id)?;
                if now.since(offer.at) > KEPT {
                    self.purge(claim, "nobody has opened it for 30 days");
                    return None;
                }
                let is_ours = self.is_ours(&owner);
                is_ours.then(|| {
                    self.offered.push(claim);
                    offer
                })
            }
            Ok(None) => {
                self.remove(claim);
                None
            }
            Err(_) => None,
        }
    }
}

/// A fall here costs a writing, not the thread, and what was to be written waits on; the panic hook has written it into the log.
fn unharmed<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn name(id: DraftId) -> String {
    format!("{:016x}", id.0)
}

/// A number that nobody can guess.
pub(super) fn random_number() -> std::io::Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(u64::from_le_bytes(bytes))
}
