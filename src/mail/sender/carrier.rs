//! A carrier: a thread with one connection that composes and hands over one mail after the other. It never touches the
//! database: before a body leaves it asks the clerk, who notes that durably.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

use super::Word;
use super::letter::{Composer, poison};
use crate::domain::catalogue::Catalogue;
use crate::domain::reply::Phase;
use crate::domain::return_path::ReturnPath;
use crate::domain::say::saying;
use crate::domain::verification::SecretKey;
use crate::mail::compose::Letterhead;
use crate::mail::dkim::Signer;
use crate::mail::transport::files::Files;
use crate::mail::transport::smtp::Smtp;
use crate::mail::transport::{Envelope, Submission, Transport};
use crate::store::Claimed;

/// One mail to carry.
pub(super) struct Job {
    pub(super) claimed: Arc<Claimed>,
    letterhead: Arc<Letterhead>,
    /// Composed and signed by whoever has time first.
    letter: OnceLock<Result<Vec<u8>, String>>,
}

/// The mails that wait for a carrier. A carrier that waits itself composes one of them.
#[derive(Default)]
pub(super) struct Desk {
    jobs: Mutex<VecDeque<Arc<Job>>>,
}

impl Job {
    pub(super) fn new(claimed: Claimed, letterhead: Arc<Letterhead>) -> Self {
        Self { claimed: Arc::new(claimed), letterhead, letter: OnceLock::new() }
    }

    /// The mail with its signature, if mail is signed; composed now unless it is already.
    fn letter(&self, composer: &mut Composer, bag: &Bag) -> Result<&[u8], String> {
        let letter = self.letter.get_or_init(|| {
            let composed = composer.compose(&self.claimed, &self.letterhead, bag);
            composed.and_then(|message| sign(message, &self.claimed, bag))
        });
        letter.as_deref().map_err(Clone::clone)
    }
}

impl Desk {
    /// Puts a mail to the others.
    pub(super) fn put(&self, job: &Arc<Job>) {
        let mut jobs = self.jobs();
        jobs.retain(|job| job.letter.get().is_none());
        jobs.push_back(Arc::clone(job));
    }

    /// Composes the next mail. False if there is none.
    fn compose_one(&self, composer: &mut Composer, bag: &Bag) -> bool {
        let Some(job) = self.next() else { return false };
        // What cannot be composed is said by the carrier that gets it.
        let _ = job.letter(composer, bag);
        true
    }

    fn next(&self) -> Option<Arc<Job>> {
        let mut jobs = self.jobs();
        while let Some(job) = jobs.pop_front() {
            if job.letter.get().is_none() {
                return Some(job);
            }
        }
        None
    }

    /// Nothing that is done with the list can leave it half done.
    fn jobs(&self) -> MutexGuard<'_, VecDeque<Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a job.
pub(super) enum Outcome {
    /// The mail cannot be composed, or made the client panic before its body left; nothing of it was sent.
    Unbuildable(String),
    Written(Result<PathBuf, std::io::Error>),
    Submitted(Submission),
    /// The clerk could not note that the body would leave, so nothing was sent.
    NotNoted,
}

/// What every carrier of a sender needs.
pub(super) struct Bag {
    pub(super) key: Arc<SecretKey>,
    pub(super) public_url: Option<String>,
    pub(super) return_path: ReturnPath,
    pub(super) dkim: Option<Arc<Signer>>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) desk: Desk,
}

/// Where a carrier takes its mail.
pub(super) enum Exit {
    Server(Box<Smtp>),
    Files(Files),
}

impl Exit {
    /// The same way out over a connection of its own, for the carrier of this number. Only the first connection has all the
    /// time that a server may take to say its first word; the others are made while it works.
    pub(super) fn for_carrier(&self, number: usize) -> Self {
        match self {
            Self::Server(server) if number == 0 => Self::Server(Box::new(server.sibling())),
            Self::Server(server) => Self::Server(Box::new(server.further())),
            Self::Files(files) => Self::Files(files.clone()),
        }
    }
}

/// The clerk's end of a carrier.
pub(super) struct Carrier {
    jobs: Sender<Errand>,
    /// What it has in hand.
    pub(super) in_hand: Option<Arc<Claimed>>,
    /// The body of that may leave, or has left.
    pub(super) body_may_leave: bool,
    /// Closes when the thread has ended.
    thread: JoinHandle<()>,
    acknowledge: Sender<bool>,
}

enum Errand {
    Carry(Arc<Job>),
    /// Nothing is to be done for a while: give the connection back.
    Rest,
}

impl Carrier {
    /// Starts a carrier that reports under `number`.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(
        number: usize,
        exit: Exit,
        bag: Arc<Bag>,
        report: Sender<Word>,
    ) -> std::io::Result<Self> {
        let (jobs, errands) = channel();
        let (acknowledge, acknowledged) = channel();
        let run = move || carry_all(number, exit, &bag, &errands, &acknowledged, &report);
        let thread = std::thread::Builder::new().name(format!("carrier-{number}")).spawn(run)?;
        Ok(Self { jobs, in_hand: None, body_may_leave: false, thread, acknowledge })
    }

    /// Gives it a mail to carry.
    pub(super) fn carry(&mut self, job: Arc<Job>) {
        self.in_hand = Some(Arc::clone(&job.claimed));
        self.body_may_leave = false;
        let _ = self.jobs.send(Errand::Carry(job));
    }

    /// Answers whether the body may leave.
    pub(super) fn acknowledge(&mut self, noted: bool) {
        self.body_may_leave = noted;
        let _ = self.acknowledge.send(noted);
    }

    /// Whether it has a mail in hand whose body may not leave yet.
    pub(super) fn is_on_its_way(&self) -> bool {
        self.in_hand.is_some() && !self.body_may_leave
    }

    /// Takes from it what it has in hand, unless the body may have left. Without an answer, which must never come after this, the
    /// body does not leave.
    pub(super) fn call_off(&mut self) -> Option<Arc<Claimed>> {
        if self.body_may_leave { None } else { self.in_hand.take() }
    }

    /// Lets it close its connection.
    pub(super) fn rest(&self) {
        let _ = self.jobs.send(Errand::Rest);
    }

    /// Ends it; it has nothing in hand.
    pub(super) fn end(self) {
        drop((self.jobs, self.acknowledge));
        let _ = self.thread.join();
    }
}

fn carry_all(
    number: usize,
    mut exit: Exit,
    bag: &Bag,
    errands: &Receiver<Errand>,
    acknowledged: &Receiver<bool>,
    report: &Sender<Word>,
) {
    let mut composer = Composer::default();
    for errand in errands {
        match errand {
            Errand::Rest => {
                rest(&mut exit);
                composer = Composer::default();
            }
            Errand::Carry(job) => {
                let outcome = match job.letter(&mut composer, bag) {
                    Ok(message) => {
                        let mut may_leave = || {
                            let asked = report.send(Word::MayBodyLeave { carrier: number }).is_ok();
                            asked
                                && is_acknowledged(acknowledged, || bag.desk.compose_one(&mut composer, bag))
                        };
                        carry(&mut exit, bag, &job.claimed, message, &mut may_leave)
                    }
                    Err(words) => Outcome::Unbuildable(words),
                };
                if report.send(Word::Carried { carrier: number, outcome }).is_err() {
                    break;
                }
            }
        }
    }
    rest(&mut exit);
}

fn rest(exit: &mut Exit) {
    match exit {
        Exit::Server(server) => server.close(),
        Exit::Files(_) => {}
    }
}

/// Waits for the clerk's answer, and does other work until it comes as long as there is some.
fn is_acknowledged(acknowledged: &Receiver<bool>, mut work: impl FnMut() -> bool) -> bool {
    loop {
        match acknowledged.try_recv() {
            Ok(noted) => return noted,
            Err(TryRecvError::Disconnected) => return false,
            Err(TryRecvError::Empty) if work() => {}
            Err(TryRecvError::Empty) => return acknowledged.recv().unwrap_or(false),
        }
    }
}

fn carry(
    exit: &mut Exit,
    bag: &Bag,
    claimed: &Claimed,
    message: &[u8],
    may_leave: &mut dyn FnMut() -> bool,
) -> Outcome {
    let server = match exit {
        Exit::Files(files) => return Outcome::Written(files.write(claimed.delivery.id.0, message)),
        Exit::Server(server) => server,
    };
    let return_path = bag.return_path.of(claimed.delivery.id, &bag.key);
    let to = claimed.delivery.to.clone();
    let envelope = Envelope { smtputf8: !to.is_ascii() || !return_path.is_ascii(), return_path, to };
    let mut noted = None;
    let mut before_body = || *noted.insert(may_leave());
    // A mail that makes the client panic fails alone; the next one gets a new connection.
    let submit = AssertUnwindSafe(|| server.submit(&envelope, message, &mut before_body));
    match (catch_unwind(submit), noted) {
        (Ok(_), Some(false)) => Outcome::NotNoted,
        (Ok(submission), _) => Outcome::Submitted(submission),
        (Err(_), Some(true)) => {
            let words =
                saying!("the mail could not be handed over to its end (a fault in callsheet)").to_string();
            Outcome::Submitted(Submission::Broken { phase: Phase::Body, words })
        }
        (Err(_), _) => Outcome::Unbuildable(poison()),
    }
}

/// The mail with its signature, if mail is signed. When it was queued is when it was signed: so every try has the same bytes.
fn sign(message: Vec<u8>, claimed: &Claimed, bag: &Bag) -> Result<Vec<u8>, String> {
    match &bag.dkim {
        Some(signer) => signer.sign(&message, claimed.delivery.created_at).map_err(|error| {
            let error = error.to_string();
            saying!("the mail could not be signed: {error}; nothing of it was sent", error = error)
                .to_string()
        }),
        None => Ok(message),
    }
}
