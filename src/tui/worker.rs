//! The worker: a thread with a session of its own that performs questions in order and, while idle, looks whether another
//! connection has changed the database. It never touches the screen; if it falls over, that is a message, and it starts anew.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::effect::{Question, Request};
use super::msg::Msg;
use super::perform::perform;
use crate::operations::Session;
use crate::operations::session::Opening;

/// How often an idle worker looks for changes by others.
const LOOK: Duration = Duration::from_millis(250);

/// Handle on the worker's thread. It ends when the handle is dropped, after what was asked.
#[derive(Debug)]
pub struct Worker {
    tasks: Option<Sender<Task>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Task {
    request: Request,
    question: Box<Question>,
}

impl Worker {
    /// Starts the thread; answers and changes go to `messages`.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(session: Session, opening: Opening, messages: Sender<Msg>) -> io::Result<Self> {
        let (tasks, inbox) = channel();
        let bench = Bench { session: Some(session), opening, messages };
        let thread = thread::Builder::new().name("worker".to_owned()).spawn(move || bench.work(&inbox))?;
        Ok(Self { tasks: Some(tasks), thread: Some(thread) })
    }

    /// Hands over a question; the answer comes as a message.
    pub fn ask(&self, request: Request, question: Box<Question>) {
        if let Some(tasks) = &self.tasks {
            // The thread ends only after this handle, so somebody receives.
            let _received = tasks.send(Task { request, question });
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// What the thread works with.
struct Bench {
    /// None after a fall from which it could not start anew yet.
    session: Option<Session>,
    opening: Opening,
    messages: Sender<Msg>,
}

impl Bench {
    fn work(mut self, inbox: &Receiver<Task>) {
        let mut queue: VecDeque<Task> = VecDeque::new();
        loop {
            if queue.is_empty() {
                match inbox.recv_timeout(LOOK) {
                    Ok(task) => queue.push_back(task),
                    Err(RecvTimeoutError::Timeout) => {
                        self.look();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
            queue.extend(inbox.try_iter());
            let Some(task) = queue.pop_front() else { continue };
            if queue.iter().any(|later| task.question.is_superseded_by(&later.question)) {
                continue;
            }
            self.answer(task);
        }
    }

    fn answer(&mut self, task: Task) {
        let Task { request, question } = task;
        let outcome =
            catch_unwind(AssertUnwindSafe(|| self.session().map(|session| perform(session, &question))));
        let message = match outcome {
            Ok(Ok(answer)) => Msg::Answer { request, answer: Box::new(answer) },
            Ok(Err(words)) => Msg::WorkerPanicked(words),
            Err(panic) => {
                self.session = None;
                Msg::WorkerPanicked(last_words(panic.as_ref()))
            }
        };
        self.tell(message);
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

/// What a panic has said.
fn last_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no words".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::clock;
    use crate::domain::catalogue::Catalogue;
    use crate::domain::contact_form::ContactForm;
    use crate::operations::{Actor, Rules, Via};
    use crate::tui::effect::Answer;

    /// How long an answer may take before the test has failed.
    const DEADLINE: Duration = Duration::from_secs(20);

    fn opening(folder: &Path) -> Opening {
        Opening {
            database: folder.join("callsheet.db"),
            actor: Actor { user: "ada".to_owned(), origin: None },
            via: Via::Screen,
            rules: Rules::default(),
            catalogue: Arc::new(Catalogue::built_in()),
            clock: clock::system(),
        }
    }

    fn add(name: &str) -> Question {
        let email = format!("{name}@example.org");
        Question::Add { form: ContactForm { name: name.to_owned(), email, ..ContactForm::default() } }
    }

    /// Works through what is asked at once.
    fn answers(folder: &Path, questions: Vec<Question>) -> Vec<Msg> {
        let (messages, heard) = channel();
        let session = Session::open(&opening(folder)).unwrap();
        let bench = Bench { session: Some(session), opening: opening(folder), messages };
        let (tasks, inbox) = channel();
        for (number, question) in (1..).zip(questions) {
            tasks.send(Task { request: Request(number), question: Box::new(question) }).unwrap();
        }
        drop(tasks);
        bench.work(&inbox);
        heard.iter().collect()
    }

    fn request_of(message: &Msg) -> u64 {
        let Msg::Answer { request, .. } = message else { panic!("{message:?}") };
        request.0
    }

    #[test]
    fn questions_are_answered_in_order_and_superseded_readings_are_not_asked() {
        let folder = tempfile::tempdir().unwrap();
        let asked = vec![Question::Totals, add("ada"), add("grace"), Question::Account, Question::Totals];
        let heard = answers(folder.path(), asked);
        assert_eq!(heard.iter().map(request_of).collect::<Vec<_>>(), [2, 3, 4, 5]);
        let Msg::Answer { answer, .. } = &heard[3] else { panic!() };
        let Answer::Totals(Ok(totals)) = **answer else { panic!() };
        assert_eq!(totals.contacts, 2);
    }

    #[test]
    fn changes_of_others_are_told_while_nothing_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (messages, heard) = channel();
        let opening = opening(folder.path());
        let worker = Worker::start(Session::open(&opening).unwrap(), opening.clone(), messages).unwrap();
        let mut other = Session::open(&opening).unwrap();
        assert!(matches!(perform(&mut other, &add("ada")), Answer::Added(Ok(_))));
        assert_eq!(heard.recv_timeout(DEADLINE), Ok(Msg::StoreChanged));
        drop(worker);
        assert!(heard.recv_timeout(DEADLINE).is_err(), "the thread has ended");
    }

    #[test]
    fn a_worker_without_a_session_opens_one_or_says_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let (messages, heard) = channel();
        let mut bench = Bench { session: None, opening: opening(folder.path()), messages };
        bench.answer(Task { request: Request(1), question: Box::new(Question::Totals) });
        assert_eq!(request_of(&heard.recv().unwrap()), 1);
        bench.session = None;
        bench.opening.database = folder.path().to_owned();
        bench.answer(Task { request: Request(2), question: Box::new(Question::Totals) });
        assert!(matches!(heard.recv().unwrap(), Msg::WorkerPanicked(_)));
    }

    #[test]
    fn the_last_words_of_a_panic_are_kept() {
        let words = |panic: Box<dyn Any + Send>| last_words(panic.as_ref());
        assert_eq!(words(Box::new("no rows")), "no rows");
        assert_eq!(words(Box::new("no rows".to_owned())), "no rows");
        assert_eq!(words(Box::new(7)), "no words");
    }
}
