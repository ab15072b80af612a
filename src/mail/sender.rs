//! The sender: works through the outbox of one database. It runs as a thread beside the screen, or inside a command.
//!
//! One process at a time is the active sender; the others stand by and take over at once when it ends. What it tells is plain
//! data; it never touches the screen, and it keeps no transaction open while it talks to a server.

mod carrier;
mod claims;
mod clerk;
mod delays;
mod health;
mod letter;
mod lock;
mod told;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Channel, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::catalogue::Catalogue;
use crate::domain::delivery::{DeliveryId, State};
use crate::domain::return_path::ReturnPath;
use crate::domain::timestamp::Timestamp;
use crate::mail::compose::Letterhead;
use crate::mail::dkim::Signer;
use crate::mail::transport::smtp::SmtpSettings;
use crate::store::{Store, StoreError};
// `check` and the mail doctor talk to the server as the sender would.
pub use crate::mail::transport::smtp::{Interrupt, ProbeEvent, ProbeStep, Stage, examine, probe};
use carrier::Outcome;
use clerk::{Clerk, Standing};
use lock::ActiveSender;

/// How often the sender looks whether another process has queued something or has stopped being the active sender.
const LOOK: Duration = Duration::from_millis(250);
/// How long mails in hand may take to end when the sender is told to stop.
const LAST_MAIL: Duration = Duration::from_secs(5);
/// How long a command waits for a server that says nothing. While a body is under way it waits on, as long as the transport
/// does: who gives up then may send the mail twice.
const SILENCE: Duration = Duration::from_secs(30);
/// Between two transactions of one look the database is left to others, longer than they wait before they try again.
const BREATH: Duration = Duration::from_millis(3);
/// The wait between two tries to record a result.
const RECORD_AGAIN: Duration = Duration::from_millis(200);
/// The longest sleep of an idle sender: codes and deliveries end by time too.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// How many deliveries housekeeping changes in one transaction: others can write in between.
const BATCH: u32 = 500;
/// How often kept deliveries are looked through.
const PURGE_EVERY: Duration = Duration::from_secs(3600);

/// What the sender needs to know.
#[derive(Clone)]
pub struct SenderSettings {
    pub database: PathBuf,
    pub way: Way,
    /// From, and the domain of Message-IDs; the account's name is read from the database.
    pub letterhead: Letterhead,
    /// Where bounces go, and mails that unsubscribe.
    pub return_path: ReturnPath,
    /// Who signs every mail, if somebody does.
    pub dkim: Option<Arc<Signer>>,
    /// The page that confirms and unsubscribes; without it mails carry the code only. No slash at the end.
    pub public_url: Option<String>,
    /// The titles of categories.
    pub catalogue: Arc<Catalogue>,
    /// Connections to the server at once, at least 1.
    pub connections: u16,
    /// Mails per second; 0 is no limit.
    pub rate_per_second: u32,
    /// How long ended deliveries are kept.
    pub keep: Duration,
    pub clock: Arc<dyn Clock>,
}

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum Way {
    Server(SmtpSettings),
    /// No server is configured: one file a mail, in this folder.
    Files(PathBuf),
    /// A server is configured but cannot be used from here, for example because its password cannot be read.
    Closed {
        words: String,
    },
}

/// What the sender tells the screen or the command; plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SenderEvent {
    /// Nothing is due.
    Idle,
    Sending {
        id: DeliveryId,
        to: String,
    },
    /// A delivery has changed its state; the outbox and contacts may show something new.
    Settled {
        id: DeliveryId,
        to: String,
        state: State,
        words: Option<String>,
    },
    /// The server cannot be used now, in its own words; tried again at `until`.
    BackingOff {
        words: String,
        until: Timestamp,
    },
    /// Another process is the active sender.
    StandingBy,
    /// No server is configured: mail is written to files in this folder.
    WritingFiles {
        folder: String,
    },
    /// The database cannot be written (disk full, locked by others); what became of a mail is kept in memory and tried again.
    CannotRecord {
        words: String,
    },
    /// So many more deliveries have waited for hours, the first since then; what was said about that one last.
    Delayed {
        count: u64,
        since: Timestamp,
        words: Option<String>,
    },
    /// This process does not send, in words; mail stays queued.
    Stopped {
        words: String,
    },
}

/// A running sender thread.
pub struct Sender {
    words: Channel<Word>,
    thread: JoinHandle<()>,
    ended: Receiver<()>,
}

/// What is said to the clerk.
enum Word {
    /// Something was queued.
    Wake,
    Stop,
    /// The server has agreed to take the body.
    MayBodyLeave {
        carrier: usize,
    },
    Carried {
        carrier: usize,
        outcome: Outcome,
    },
}

impl Sender {
    /// Starts the thread. `on` is called from it, and `fell` with its panic if it falls over: the sending ends then, not the
    /// program, and nothing is lost, for claims are taken back at the next start.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        settings: SenderSettings,
        on: impl Fn(SenderEvent) + Send + 'static,
        fell: impl FnOnce(Box<dyn Any + Send>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let inbox = channel();
        let words = inbox.0.clone();
        let (ending, ended) = sync_channel(1);
        let thread = std::thread::Builder::new().name("sender".to_owned()).spawn(move || {
            let mut tell = |event| on(event);
            let mut delivering = Delivering::new(inbox, None, &mut tell);
            let work = AssertUnwindSafe(|| run(&settings, &Until::Stopped, &mut delivering));
            match catch_unwind(work) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => on(SenderEvent::Stopped { words: error.to_string() }),
                Err(panic) => fell(panic),
            }
            let _ = ending.send(());
        })?;
        Ok(Self { words, thread, ended })
    }

    /// Tells the thread that something was queued. Never waits.
    pub fn wake(&self) {
        let _ = self.words.send(Word::Wake);
    }

    /// Lets the mails in hand end, `limit` at most, and ends the thread. False if it did not end in time.
    pub fn stop(self, limit: Duration) -> bool {
        let _ = self.words.send(Word::Stop);
        let in_time = match self.ended.recv_timeout(limit) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
            Err(RecvTimeoutError::Timeout) => false,
        };
        if in_time {
            let _ = self.thread.join();
        }
        in_time
    }
}

/// Delivers these mails now, or waits, `limit` at most, for the active sender to do it. Returns when each has ended or waits for
/// a later try, when the server cannot be used or says nothing for 30 s, when the limit has passed, or when `stop` is set.
///
/// # Errors
/// [`StoreError`] if the database cannot be used.
pub fn deliver_these(
    settings: &SenderSettings,
    ids: &[DeliveryId],
    limit: Duration,
    stop: &AtomicBool,
    on: &mut dyn FnMut(SenderEvent),
) -> Result<(), StoreError> {
    let until = Until::These { ids, limit };
    run(settings, &until, &mut Delivering::new(channel(), Some(stop), on))
}

/// Delivers everything that is due, or waits, `limit` at most, for the active sender to do it. A server that says nothing for
/// 30 s is waited for no longer.
///
/// # Errors
/// [`StoreError`] if the database cannot be used.
pub fn deliver_due(
    settings: &SenderSettings,
    limit: Duration,
    stop: &AtomicBool,
    on: &mut dyn FnMut(SenderEvent),
) -> Result<(), StoreError> {
    run(settings, &Until::NothingDue { limit }, &mut Delivering::new(channel(), Some(stop), on))
}

/// Delivers until `stop` is set; stands by while another process is the active sender.
///
/// # Errors
/// [`StoreError`] if the database cannot be used.
pub fn watch(
    settings: &SenderSettings,
    stop: &AtomicBool,
    on: &mut dyn FnMut(SenderEvent),
) -> Result<(), StoreError> {
    run(settings, &Until::Stopped, &mut Delivering::new(channel(), Some(stop), on))
}

/// How long a run goes on.
enum Until<'a> {
    Stopped,
    NothingDue { limit: Duration },
    These { ids: &'a [DeliveryId], limit: Duration },
}

impl Until<'_> {
    /// Whether the run goes on when nothing is left to do.
    const fn stays(&self) -> bool {
        match self {
            Self::Stopped => true,
            Self::NothingDue { .. } | Self::These { .. } => false,
        }
    }

    /// The only deliveries that are to be sent, if not all are.
    const fn only(&self) -> Option<&[DeliveryId]> {
        match self {
            Self::These { ids, .. } => Some(ids),
            Self::Stopped | Self::NothingDue { .. } => None,
        }
    }
}

/// What a run listens to and whom it tells.
struct Delivering<'a> {
    words: Channel<Word>,
    inbox: Receiver<Word>,
    stop: Option<&'a AtomicBool>,
    stopped: bool,
    on: &'a mut dyn FnMut(SenderEvent),
    /// The trouble with the database that was told last and is not over.
    trouble: Option<String>,
    /// Nobody ever says a word here: a place to wait where no word may be lost.
    silence: (SyncSender<()>, Receiver<()>),
}

impl<'a> Delivering<'a> {
    fn new(
        (words, inbox): (Channel<Word>, Receiver<Word>),
        stop: Option<&'a AtomicBool>,
        on: &'a mut dyn FnMut(SenderEvent),
    ) -> Self {
        Self { words, inbox, stop, stopped: false, on, trouble: None, silence: sync_channel(0) }
    }

    fn tell(&mut self, event: SenderEvent) {
        told::log(&event);
        match event {
            SenderEvent::Delayed { .. } => {}
            SenderEvent::Idle
            | SenderEvent::Sending { .. }
            | SenderEvent::Settled { .. }
            | SenderEvent::BackingOff { .. }
            | SenderEvent::StandingBy
            | SenderEvent::WritingFiles { .. }
            | SenderEvent::CannotRecord { .. }
            | SenderEvent::Stopped { .. } => self.trouble = None,
        }
        (self.on)(event);
    }

    /// Tells that the database cannot be written, once for each trouble.
    fn tell_trouble(&mut self, error: &StoreError) {
        let words = error.to_string();
        if self.trouble.as_ref() != Some(&words) {
            self.tell(SenderEvent::CannotRecord { words: words.clone() });
            self.trouble = Some(words);
        }
    }

    /// Where carriers report.
    fn words(&self) -> Channel<Word> {
        self.words.clone()
    }

    /// The next word, if one comes in time.
    fn listen(&self, patience: Duration) -> Option<Word> {
        self.inbox.recv_timeout(patience).ok()
    }

    /// A word that is there already.
    fn overhear(&self) -> Option<Word> {
        self.inbox.try_recv().ok()
    }

    /// Waits a moment before the database is used again. Words wait, too.
    fn pause(&self) {
        let _ = self.silence.1.recv_timeout(RECORD_AGAIN);
    }

    /// Waits while there is no clerk: all that counts is the order to stop.
    fn stand_by(&mut self, patience: Duration) {
        match self.listen(patience) {
            Some(Word::Stop) => self.stopped = true,
            Some(Word::Wake | Word::MayBodyLeave { .. } | Word::Carried { .. }) | None => {}
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped || self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// Runs to the end. One that is to stay outlasts a database that is locked or has no room at the moment.
fn run(
    settings: &SenderSettings,
    until: &Until<'_>,
    delivering: &mut Delivering<'_>,
) -> Result<(), StoreError> {
    loop {
        match run_once(settings, until, delivering) {
            Err(error @ (StoreError::Locked { .. } | StoreError::DiskFull { .. }))
                if until.stays() && !delivering.is_stopped() =>
            {
                delivering.tell_trouble(&error);
                delivering.stand_by(LOOK);
            }
            ended => return ended,
        }
    }
}

fn run_once(
    settings: &SenderSettings,
    until: &Until<'_>,
    delivering: &mut Delivering<'_>,
) -> Result<(), StoreError> {
    let mut clerk = match Clerk::new(settings)? {
        Ok(clerk) => clerk,
        Err(words) => {
            delivering.tell(SenderEvent::Stopped { words });
            return Ok(());
        }
    };
    let Some(_active) = become_active(settings, until, delivering)? else { return Ok(()) };
    if let Way::Files(folder) = &settings.way {
        delivering.tell(SenderEvent::WritingFiles { folder: folder.display().to_string() });
    }
    clerk.recover()?;
    // What is past its end may leave something that is due now.
    clerk.tidy(delivering)?;
    let worked = work(&mut clerk, until, delivering);
    // Carriers that a silent server holds end with the process. What may have left is taken back by the next sender.
    if clerk.is_busy() {
        clerk.call_off(delivering);
    } else {
        clerk.end();
    }
    worked
}

fn work(clerk: &mut Clerk, until: &Until<'_>, delivering: &mut Delivering<'_>) -> Result<(), StoreError> {
    let mut shift = Shift { until, last_purge: None, told_idle: false, stopping_since: None };
    clerk.heard = clerk.now();
    loop {
        while let Some(word) = delivering.overhear() {
            clerk.hear(word, delivering);
        }
        let turned = clerk.turn(until.only(), delivering);
        if shift.is_over(clerk, delivering) {
            return Ok(());
        }
        match turned.and_then(|standing| shift.go_on(clerk, standing, delivering)) {
            Ok(Going::On) => {}
            Ok(Going::Done) => return clerk.tidy(delivering),
            // What is under way comes to its end and is recorded, whatever else cannot be done.
            Err(error) if clerk.is_busy() || (until.stays() && error.is_passing()) => {
                shift.told_idle = false;
                delivering.tell_trouble(&error);
                delivering.pause();
            }
            Err(error) => return Err(error),
        }
    }
}

/// The time for which one clerk works.
struct Shift<'a> {
    until: &'a Until<'a>,
    last_purge: Option<Timestamp>,
    told_idle: bool,
    stopping_since: Option<Timestamp>,
}

enum Going {
    On,
    /// Nothing more can be done now, and nobody wants us to stay.
    Done,
}

impl Shift<'_> {
    /// Whether the clerk was told to stop and the mails in hand have ended or had their time.
    fn is_over(&mut self, clerk: &Clerk, delivering: &Delivering<'_>) -> bool {
        if !delivering.is_stopped() {
            return false;
        }
        let since = *self.stopping_since.get_or_insert(clerk.now());
        !(clerk.is_busy() || clerk.has_results()) || clerk.now().since(since) >= LAST_MAIL
    }

    fn go_on(
        &mut self,
        clerk: &mut Clerk,
        standing: Standing,
        delivering: &mut Delivering<'_>,
    ) -> Result<Going, StoreError> {
        match standing {
            Standing::Unfinished => {
                if let Some(word) = delivering.listen(BREATH) {
                    clerk.hear(word, delivering);
                }
                clerk.heard = clerk.now();
            }
            Standing::Busy => {
                self.told_idle = false;
                if let Some(word) = delivering.listen(clerk.patience()) {
                    clerk.hear(word, delivering);
                } else if !self.until.stays()
                    && !clerk.has_results()
                    && clerk.now().since(clerk.heard) >= SILENCE
                    && !clerk.is_body_under_way()
                {
                    return Ok(Going::Done);
                }
            }
            Standing::Paced(start) => {
                if let Some(word) = delivering.listen(clerk.now().until(start)) {
                    clerk.hear(word, delivering);
                }
                clerk.heard = clerk.now();
            }
            Standing::Idle | Standing::Quiet(_) if !self.until.stays() => return Ok(Going::Done),
            Standing::Quiet(end) => {
                self.told_idle = false;
                clerk.tidy_at_times(delivering)?;
                wait_for_work(clerk, Some(end), delivering)?;
            }
            Standing::Idle => {
                clerk.tidy(delivering)?;
                if !self.told_idle {
                    delivering.tell(SenderEvent::Idle);
                    self.told_idle = true;
                    clerk.rest();
                }
                if self.last_purge.is_none_or(|last| clerk.now().since(last) >= PURGE_EVERY) {
                    self.last_purge = Some(clerk.now());
                    while clerk.purge()? && !delivering.is_stopped() {}
                }
                wait_for_work(clerk, None, delivering)?;
                clerk.look_again();
            }
        }
        Ok(Going::On)
    }
}

/// Waits until something may be due: a time has come, another process has changed the database, or somebody wakes us.
fn wait_for_work(
    clerk: &mut Clerk,
    quiet_until: Option<Timestamp>,
    delivering: &mut Delivering<'_>,
) -> Result<(), StoreError> {
    clerk.store.changed_elsewhere()?;
    if quiet_until.is_some() && clerk.is_asked_to_retry()? {
        return Ok(());
    }
    let due = match quiet_until {
        Some(until) => Some(until),
        None => clerk.next_due()?,
    };
    let housekeeping = clerk.now().plus(HOUSEKEEPING);
    let end = due.unwrap_or(housekeeping).min(housekeeping);
    loop {
        let left = clerk.now().until(end);
        if left.is_zero() || delivering.is_stopped() {
            return Ok(());
        }
        if let Some(word) = delivering.listen(left.min(LOOK)) {
            clerk.hear(word, delivering);
            if quiet_until.is_none() {
                return Ok(());
            }
        }
        // While the server is left alone nothing can be done about new mail; but an administrator may ask for a try.
        if clerk.store.changed_elsewhere()? && (quiet_until.is_none() || clerk.is_asked_to_retry()?) {
            return Ok(());
        }
    }
}

/// Becomes the active sender. None if it ended before that, or if the active sender did what was to be done.
fn become_active(
    settings: &SenderSettings,
    until: &Until<'_>,
    delivering: &mut Delivering<'_>,
) -> Result<Option<ActiveSender>, StoreError> {
    let started = settings.clock.now();
    let mut watched: Option<Store> = None;
    loop {
        let taken = ActiveSender::try_become(&settings.database).map_err(|error| StoreError::Unopenable {
            file: format!("{}.sender", settings.database.display()),
            why: error.to_string(),
        })?;
        if let Some(active) = taken {
            return Ok(Some(active));
        }
        if watched.is_none() {
            delivering.tell(SenderEvent::StandingBy);
        }
        let store = match &mut watched {
            Some(store) => store,
            none => none.insert(Store::open(&settings.database)?),
        };
        let now = settings.clock.now();
        let is_done = match until {
            Until::Stopped => false,
            Until::NothingDue { limit } => {
                now.since(started) >= *limit
                    || store.read(|reading| reading.next_due())?.is_none_or(|due| due > now)
            }
            Until::These { ids, limit } => {
                now.since(started) >= *limit || store.read(|reading| reading.are_settled(ids))?
            }
        };
        if is_done || delivering.is_stopped() {
            return Ok(None);
        }
        delivering.stand_by(LOOK);
    }
}
