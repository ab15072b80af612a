//! The worker: threads with a session of their own that perform questions in order and, while idle, look whether another
//! connection has changed the database. They never touch the screen; if one falls over, that is a message, and it starts anew.
//!
//! ```text
//!  question ─┬─▶ front: what somebody waits for, and a look for changes by others
//!            └─▶ back:  what takes long; it tells how far it is and can be stopped
//! ```
//!
//! When a filter is used among many contacts, a third thread builds the text index for the front, which answers without it until it
//! is there. What then costs a look at every contact waits for the index.

mod builder;
#[cfg(test)]
pub(super) mod tests;

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvError, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use self::builder::{Builder, Built};
use super::effect::{Answer, Pace, Question, Request};
use super::msg::Msg;
use super::perform::perform_step_by_step;
use crate::operations::Session;
use crate::operations::contacts::index::{Index, Need, found, need};
use crate::operations::session::Opening;

/// How often an idle worker looks for changes by others.
const LOOK: Duration = Duration::from_millis(250);

/// How often an idle worker looks whether the index is built.
const LOOK_FOR_INDEX: Duration = Duration::from_millis(10);

/// How long no index is built after one could not be.
const REST: Duration = Duration::from_secs(30);

/// How long a filter looks at the contacts themselves while its index is built.
const PATIENCE: Duration = Duration::from_millis(80);

/// How often it is told how far something is.
const PROGRESS: Duration = Duration::from_millis(100);

/// Handle on the worker's threads. They end when the handle is dropped: the front after what was asked, the back after the
/// step that is under way.
pub struct Worker {
    front: Desk,
    /// Started when something takes long for the first time.
    back: Option<Desk>,
    opening: Opening,
    messages: Sender<Msg>,
}

impl Worker {
    /// Starts the thread for what somebody waits for; answers and changes go to `messages`.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(session: Session, opening: Opening, messages: Sender<Msg>) -> io::Result<Self> {
        Self::start_with(PATIENCE, session, opening, messages)
    }

    fn start_with(
        patience: Duration,
        session: Session,
        opening: Opening,
        messages: Sender<Msg>,
    ) -> io::Result<Self> {
        let bench = Bench {
            session: Some(session),
            opening: opening.clone(),
            messages: messages.clone(),
            place: Place::Front,
            patience,
        };
        Ok(Self { front: Desk::start("worker", bench)?, back: None, opening, messages })
    }

    /// Hands over a question; the answer comes as a message.
    pub fn ask(&mut self, request: Request, question: Box<Question>) {
        let is_long = question.takes_long();
        let mut asked = Asked { request, question, back: None };
        if is_long && self.back.is_none() {
            let (opening, messages) = (self.opening.clone(), self.messages.clone());
            let bench = Bench { session: None, opening, messages, place: Place::Back, patience: PATIENCE };
            // Without a second thread the first one does it.
            self.back = Desk::start("worker-back", bench).ok();
        }
        match &self.back {
            Some(back) if is_long && asked.question.sought().is_none() => back.send(Task::Do(asked)),
            Some(back) if is_long => {
                asked.back.clone_from(&back.tasks);
                self.front.send(Task::Do(asked));
            }
            Some(_) | None => self.front.send(Task::Do(asked)),
        }
    }

    /// Opens the database anew, with other rules; what was asked before is done by those before.
    pub fn reopen(&mut self, opening: Opening) {
        if let Some(back) = &self.back {
            back.send(Task::Reopen(Box::new(opening.clone())));
        }
        self.front.send(Task::Reopen(Box::new(opening.clone())));
        self.opening = opening;
    }

    /// Has the text index built if it is missing: a filter will be asked with soon.
    pub fn ready_filter(&self) {
        self.front.send(Task::ReadyFilter);
    }

    /// Ends a question before it is through, also one that has not begun.
    pub fn stop(&self, request: Request) {
        self.front.send(Task::Stop(request));
        if let Some(back) = &self.back {
            back.send(Task::Stop(request));
        }
    }
}

/// A thread and the way to it.
#[derive(Debug)]
struct Desk {
    tasks: Option<Sender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    fn start(name: &str, bench: Bench) -> io::Result<Self> {
        let (tasks, inbox) = channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || bench.work(inbox))?;
        Ok(Self { tasks: Some(tasks), thread: Some(thread) })
    }

    fn send(&self, task: Task) {
        if let Some(tasks) = &self.tasks {
            // The thread ends only after this handle, so somebody receives.
            let _received = tasks.send(task);
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

enum Task {
    Do(Asked),
    /// What is asked from now on is done by a session that is opened so.
    Reopen(Box<Opening>),
    /// The question ends after its present step.
    Stop(Request),
    /// The index will be wanted.
    ReadyFilter,
}

#[derive(Debug)]
struct Asked {
    request: Request,
    question: Box<Question>,
    /// It is done at the back, once the front has looked whom it means: the index is there.
    back: Option<Sender<Task>>,
}

/// What a thread is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It looks for changes by others.
    Front,
    /// It does not: those of the front would be among them.
    Back,
}

/// What a thread works with.
struct Bench {
    /// None at the back while nothing is asked, and after a fall from which it could not start anew yet.
    session: Option<Session>,
    opening: Opening,
    messages: Sender<Msg>,
    place: Place,
    /// How long a filter does without its index while that is built.
    patience: Duration,
}

/// What has been asked and is not answered yet.
struct Inbox {
    tasks: Receiver<Task>,
    queue: VecDeque<Asked>,
    /// What is being done.
    doing: Option<Request>,
    /// Of what is being done or waits: what is to end.
    stopped: Vec<Request>,
    /// How the session is to be opened anew.
    reopening: Option<Box<Opening>>,
    /// Builds the index.
    builder: Option<Builder>,
    /// The index that was built.
    index: Option<Box<Index>>,
    /// What is done when the index is there.
    later: Vec<Asked>,
    /// When no index could be built.
    given_up: Option<Instant>,
    /// The index will be wanted.
    is_filter_near: bool,
}

impl Bench {
    fn work(mut self, tasks: Receiver<Task>) {
        let mut inbox = Inbox::new(tasks);
        let mut looked = Instant::now();
        loop {
            let next = inbox.next(self.place);
            if let Some(opening) = inbox.reopening.take() {
                inbox.forget_index();
                self.reopen(*opening);
            }
            match next {
                Next::Do(asked) => {
                    let Some(asked) = self.refer(asked, &mut inbox) else { continue };
                    if self.place == Place::Front && asked.question.uses_filter() {
                        self.provide_index(&mut inbox);
                        if inbox.builder.is_some() && asked.question.counts() && !self.has_index() {
                            inbox.later.push(asked);
                            continue;
                        }
                    }
                    self.answer(asked, &mut inbox);
                    // What is asked without a pause, as a search is, must not hide what others do.
                    if self.place == Place::Front && looked.elapsed() >= LOOK {
                        self.look();
                        looked = Instant::now();
                    }
                    // What takes long is rare; its connection's memory is not kept for it.
                    if self.place == Place::Back && inbox.queue.is_empty() {
                        self.session = None;
                    }
                }
                Next::ReadyFilter => self.provide_index(&mut inbox),
                Next::Look => {
                    self.look();
                    looked = Instant::now();
                }
                Next::End => return,
            }
        }
    }

    /// Hands over what is done at the back; what the index answers by itself is told at once.
    fn refer(&mut self, mut asked: Asked, inbox: &mut Inbox) -> Option<Asked> {
        let Some(back) = asked.back.take() else { return Some(asked) };
        let request = asked.request;
        inbox.doing = Some(request);
        self.provide_index(inbox);
        let query = asked.question.sought().filter(|_| self.has_index());
        // What cannot be read now is told by the question itself.
        let found =
            query.zip(self.session.as_mut()).and_then(|(query, session)| found(session, &query).ok()?);
        match found.map(|ids| asked.question.about(ids)) {
            Some(Err(answer)) => {
                self.tell(Msg::Answer { request, answer });
                inbox.done();
                return None;
            }
            Some(Ok(question)) => *asked.question = question,
            None => {}
        }
        // The thread at the back ends after this one.
        let _received = back.send(Task::Do(asked));
        // That it is to end may have been said while nobody there knew of it.
        let _goes_on = inbox.listen();
        if inbox.stopped.contains(&request) {
            let _received = back.send(Task::Stop(request));
        }
        inbox.done();
        None
    }

    fn answer(&mut self, asked: Asked, inbox: &mut Inbox) {
        let Asked { request, question, back } = asked;
        inbox.doing = Some(request);
        let mut is_in_vain = false;
        let mut outcome = self.work_on(request, &question, inbox, &mut is_in_vain);
        if is_in_vain && inbox.builder.is_some() {
            // The index will be quicker, and others have waited.
            inbox.done();
            inbox.later.push(Asked { request, question, back });
            return;
        }
        if inbox.index.is_some() && question.uses_filter() && matches!(outcome, Ok(Ok(_))) {
            // It has come meanwhile, and what was found without it may not be all.
            self.provide_index(inbox);
            outcome = self.work_on(request, &question, inbox, &mut is_in_vain);
        }
        inbox.done();
        let message = match outcome {
            Ok(Ok(answer)) => Msg::Answer { request, answer: Box::new(answer) },
            Ok(Err(words)) => {
                tracing::error!(words, "the database cannot be used");
                Msg::WorkerPanicked(words)
            }
            Err(panic) => {
                self.session = None;
                Msg::WorkerPanicked(last_words(panic.as_ref()))
            }
        };
        self.tell(message);
    }

    /// Performs the question. `is_in_vain` becomes true if it was ended because it had found nothing for long while the index is
    /// built. Fails if there is no session, in words, or with a panic.
    fn work_on(
        &mut self,
        request: Request,
        question: &Question,
        inbox: &mut Inbox,
        is_in_vain: &mut bool,
    ) -> thread::Result<Result<Answer, String>> {
        let (messages, patience) = (self.messages.clone(), self.patience);
        let began = Instant::now();
        let mut told = began;
        let mut progress = |pace: Pace| {
            if question.uses_filter() {
                // A few rows at once are better than all of them later: the list asks for the rest.
                if inbox.builder.is_some() && began.elapsed() >= patience {
                    *is_in_vain = pace.done == 0;
                    return ControlFlow::Break(());
                }
            } else if told.elapsed() >= PROGRESS {
                told = Instant::now();
                // Nobody listens any more when the program ends.
                let _heard = messages.send(Msg::Progress { request, pace });
            }
            inbox.is_to_go_on(question)
        };
        catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            super::runtime::tests::fall(match self.place {
                Place::Front => "worker",
                Place::Back => "worker-back",
            });
            self.session().map(|session| perform_step_by_step(session, question, &mut progress))
        }))
    }

    /// Has the index built, or takes it if it is there.
    fn provide_index(&mut self, inbox: &mut Inbox) {
        inbox.hear_builder();
        let Some(session) = &mut self.session else { return };
        if let Some(index) = inbox.index.take() {
            session.take_index(index);
        }
        // What cannot be read now is told by the question itself.
        let is_resting = inbox.given_up.is_some_and(|at| at.elapsed() < REST);
        if need(session) == Ok(Need::Build) && inbox.builder.is_none() && !is_resting {
            inbox.builder = Builder::start(self.opening.clone()).ok();
            inbox.given_up = inbox.builder.is_none().then(Instant::now);
        }
    }

    fn has_index(&self) -> bool {
        self.session.as_ref().is_some_and(Session::has_index)
    }

    fn reopen(&mut self, opening: Opening) {
        self.opening = opening;
        if self.session.take().is_some() {
            // Why it cannot be opened is told by the next question.
            self.session = Session::open(&self.opening).ok();
        }
    }

    /// The session, opened anew after a fall.
    fn session(&mut self) -> Result<&mut Session, String> {
        if self.session.is_none() {
            self.session = Some(Session::open(&self.opening).map_err(|error| error.to_string())?);
        }
        self.session.as_mut().ok_or_else(|| "the database is not open".to_owned())
    }

    fn look(&mut self) {
        // What cannot be read now is told by the next question.
        if self.session.as_mut().is_some_and(|session| session.changed_elsewhere().unwrap_or(false)) {
            self.tell(Msg::StoreChanged);
        }
    }

    fn tell(&self, message: Msg) {
        // Nobody listens any more when the program ends.
        let _heard = self.messages.send(message);
    }
}

/// What a thread does next.
enum Next {
    Do(Asked),
    ReadyFilter,
    Look,
    End,
}

impl Inbox {
    fn new(tasks: Receiver<Task>) -> Self {
        Self {
            tasks,
            queue: VecDeque::new(),
            doing: None,
            stopped: Vec::new(),
            reopening: None,
            builder: None,
            index: None,
            later: Vec::new(),
            given_up: None,
            is_filter_near: false,
        }
    }

    /// Takes the index if it is built, and what was put off for it.
    fn hear_builder(&mut self) {
        match self.builder.as_mut().map(Builder::hear) {
            None | Some(Built::NotYet) => return,
            Some(Built::Index(index)) => self.index = Some(index),
            Some(Built::Nothing) => self.given_up = Some(Instant::now()),
        }
        self.builder = None;
        self.resume();
    }

    /// Lets go of the index, and of that none could be built.
    fn forget_index(&mut self) {
        self.builder = None;
        self.index = None;
        self.given_up = None;
        self.resume();
    }

    /// Does next what was put off for the index.
    fn resume(&mut self) {
        for asked in self.later.drain(..).rev() {
            self.queue.push_front(asked);
        }
    }

    /// Nothing is being done any more.
    fn done(&mut self) {
        self.stopped.retain(|request| Some(*request) != self.doing);
        self.doing = None;
    }

    /// The next question that no later one makes worthless; waits for it.
    fn next(&mut self, place: Place) -> Next {
        let began = Instant::now();
        loop {
            self.hear_builder();
            if self.queue.is_empty() && !self.is_filter_near {
                let task = match (place, &self.builder) {
                    (Place::Front, None) => self.tasks.recv_timeout(LOOK),
                    (Place::Front, Some(_)) => self.tasks.recv_timeout(LOOK_FOR_INDEX),
                    (Place::Back, _) => self.tasks.recv().map_err(|RecvError| RecvTimeoutError::Disconnected),
                };
                match task {
                    Ok(task) => self.put(task),
                    Err(RecvTimeoutError::Timeout) if began.elapsed() < LOOK => continue,
                    Err(RecvTimeoutError::Timeout) => return Next::Look,
                    Err(RecvTimeoutError::Disconnected) => return Next::End,
                }
            }
            while let Ok(task) = self.tasks.try_recv() {
                self.put(task);
            }
            if std::mem::take(&mut self.is_filter_near) {
                return Next::ReadyFilter;
            }
            let Some(asked) = self.queue.pop_front() else { continue };
            if !self.queue.iter().any(|later| asked.question.is_superseded_by(&later.question)) {
                return Next::Do(asked);
            }
        }
    }

    /// Whether nobody has said meanwhile that what is being done should end, and nothing was asked that makes it worthless.
    fn is_to_go_on(&mut self, under_way: &Question) -> ControlFlow<()> {
        if self.listen().is_break() {
            return ControlFlow::Break(());
        }
        self.hear_builder();
        let is_stopped = self.doing.is_some_and(|doing| self.stopped.contains(&doing));
        if self.index.is_some() && under_way.uses_filter() {
            return ControlFlow::Break(());
        }
        if is_stopped || self.queue.iter().any(|later| under_way.is_superseded_by(&later.question)) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Takes what was said meanwhile. Breaks if nobody is there any more.
    fn listen(&mut self) -> ControlFlow<()> {
        loop {
            match self.tasks.try_recv() {
                Ok(task) => self.put(task),
                Err(TryRecvError::Empty) => return ControlFlow::Continue(()),
                Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
            }
        }
    }

    /// Keeps what is to be done, and what of it is to end.
    fn put(&mut self, task: Task) {
        match task {
            Task::Do(asked) => self.queue.push_back(asked),
            Task::Stop(request) => {
                let waits = self.queue.iter().any(|asked| asked.request == request);
                // What is answered already, or asked elsewhere, is nothing to end.
                if waits || self.doing == Some(request) {
                    self.stopped.push(request);
                }
            }
            Task::Reopen(opening) => self.reopening = Some(opening),
            Task::ReadyFilter => self.is_filter_near = true,
        }
    }
}

/// What a panic has said.
#[must_use]
pub fn last_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no words".to_owned())
}
