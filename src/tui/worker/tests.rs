//! What the threads of the worker do with questions, and what they tell.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::*;
use crate::clock::{self, Clock};
use crate::domain::catalogue::Catalogue;
use crate::domain::contact_form::ContactForm;
use crate::domain::filter::Filter;
use crate::domain::timestamp::Timestamp;
use crate::operations::contacts::index::{Limits, build};
use crate::operations::contacts::{ListQuery, PageAt, Verify};
use crate::operations::export::{self, Existing, Scope};
use crate::operations::import::{BadRows, Format, Options, Run};
use crate::operations::subscriptions::Whom;
use crate::operations::{Actor, Reach, Rules, Via};
use crate::tui::effect::{Answer, Refused};
use crate::tui::perform::perform;

/// How long an answer may take before the test has failed.
const DEADLINE: Duration = Duration::from_secs(20);

pub(in crate::tui) fn opening(folder: &Path) -> Opening {
    Opening {
        database: folder.join("callsheet.db"),
        actor: Actor { user: "ada".to_owned(), origin: None },
        via: Via::Screen,
        rules: Rules::default(),
        catalogue: Arc::new(Catalogue::built_in()),
        clock: clock::system(),
        reach: Reach::Everywhere,
    }
}

/// A session in which there are c0 to c5999: so many that a filter has an index built.
pub(in crate::tui) fn many(folder: &Path) -> Session {
    let file = folder.join("many.csv");
    let rows = (0..6_000).map(|number| format!("c{number},c{number}@example.org\n"));
    std::fs::write(&file, std::iter::once("name,email\n".to_owned()).chain(rows).collect::<String>())
        .unwrap();
    let mut session = Session::open(&opening(folder)).unwrap();
    let (bad_rows, verify, run) = (BadRows::RefuseAll, Verify::Later, Run::Real);
    let options = Options { format: Format::Csv, bad_rows, verify, run };
    let import = Question::Import { file, options, stamp: None };
    assert!(matches!(perform(&mut session, &import), Answer::Imported(Ok(_))));
    session
}

fn add(name: &str) -> Question {
    let email = format!("{name}@example.org");
    Question::Add { form: ContactForm { name: name.to_owned(), email, ..ContactForm::default() } }
}

/// Works through what is asked at once.
fn answers(folder: &Path, questions: Vec<Question>) -> Vec<Msg> {
    let (messages, heard) = channel();
    let session = Session::open(&opening(folder)).unwrap();
    let bench = Bench {
        session: Some(session),
        opening: opening(folder),
        messages,
        place: Place::Front,
        patience: PATIENCE,
    };
    let (tasks, inbox) = channel();
    for (number, question) in (1..).zip(questions) {
        tasks.send(Task::Do(asked(number, question))).unwrap();
    }
    drop(tasks);
    bench.work(inbox);
    heard.iter().collect()
}

fn asked(number: u64, question: Question) -> Asked {
    Asked { request: Request(number), question: Box::new(question), back: None }
}

fn empty() -> Inbox {
    Inbox::new(channel().1)
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
    let opening = opening(folder.path());
    let mut bench = Bench { session: None, opening, messages, place: Place::Back, patience: PATIENCE };
    bench.answer(asked(1, Question::Totals), &mut empty());
    assert_eq!(request_of(&heard.recv().unwrap()), 1);
    bench.session = None;
    bench.opening.database = folder.path().to_owned();
    bench.answer(asked(2, Question::Totals), &mut empty());
    assert!(matches!(heard.recv().unwrap(), Msg::WorkerPanicked(_)));
}

#[test]
fn what_takes_long_is_done_beside_and_its_changes_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (messages, heard) = channel();
    let opening = opening(folder.path());
    let mut worker = Worker::start(Session::open(&opening).unwrap(), opening.clone(), messages).unwrap();
    worker.ask(Request(1), Box::new(add("ada")));
    assert_eq!(request_of(&heard.recv_timeout(DEADLINE).unwrap()), 1);
    let whom = Whom::Filtered(ListQuery::default());
    let change = Question::SetColumn { id: "security".to_owned(), whom, wanted: true };
    worker.ask(Request(2), Box::new(change));
    let answers = [heard.recv_timeout(DEADLINE).unwrap(), heard.recv_timeout(DEADLINE).unwrap()];
    assert!(answers.contains(&Msg::StoreChanged), "{answers:?}");
    assert!(answers.iter().any(|message| matches!(message, Msg::Answer { request: Request(2), .. })));
}

#[test]
fn other_rules_are_in_force_for_what_is_asked_afterwards() {
    use crate::domain::email_address::Smtputf8;
    let folder = tempfile::tempdir().unwrap();
    let (messages, heard) = channel();
    let opening = opening(folder.path());
    let mut worker = Worker::start(Session::open(&opening).unwrap(), opening.clone(), messages).unwrap();
    let email = "用户@example.org".to_owned();
    let form = ContactForm { name: "ada".to_owned(), email, ..ContactForm::default() };
    let is_added = |worker: &mut Worker, number| {
        worker.ask(Request(number), Box::new(Question::Add { form: form.clone() }));
        let message = heard.recv_timeout(DEADLINE).unwrap();
        matches!(message, Msg::Answer { answer, .. } if matches!(*answer, Answer::Added(Ok(_))))
    };
    assert!(!is_added(&mut worker, 1));
    let rules = Rules { smtputf8: Smtputf8::Allowed, ..Rules::default() };
    worker.reopen(Opening { rules, ..opening });
    assert!(is_added(&mut worker, 2));
}

#[test]
fn what_is_being_done_ends_when_somebody_says_so_and_what_was_asked_stays() {
    let (tasks, inbox) = channel();
    let mut inbox = Inbox::new(inbox);
    inbox.doing = Some(Request(1));
    let under_way = Question::CheckHistory;
    assert!(inbox.is_to_go_on(&under_way).is_continue());
    tasks.send(Task::Do(asked(2, Question::Coverage))).unwrap();
    tasks.send(Task::Stop(Request(7))).unwrap();
    assert!(inbox.is_to_go_on(&under_way).is_continue(), "nobody knows that one");
    tasks.send(Task::Stop(Request(1))).unwrap();
    assert!(inbox.is_to_go_on(&under_way).is_break());
    inbox.done();
    drop(tasks);
    assert!(matches!(inbox.next(Place::Back), Next::Do(asked) if asked.request == Request(2)));
    inbox.doing = Some(Request(2));
    assert!(inbox.is_to_go_on(&Question::Coverage).is_break(), "nobody is there any more");
    assert!(matches!(inbox.next(Place::Back), Next::End));
}

#[test]
fn a_search_ends_when_another_is_asked_for() {
    let search = |word: &str| {
        let filter = Filter::parse(word);
        Question::Page { query: ListQuery { filter, ..ListQuery::default() }, at: PageAt::First, limit: 9 }
    };
    let (tasks, inbox) = channel();
    let mut inbox = Inbox::new(inbox);
    tasks.send(Task::Do(asked(1, Question::CheckHistory))).unwrap();
    assert!(inbox.is_to_go_on(&search("a")).is_continue());
    tasks.send(Task::Do(asked(2, search("ab")))).unwrap();
    assert!(inbox.is_to_go_on(&search("a")).is_break());
}

#[test]
fn what_waits_and_is_to_end_ends_at_its_first_step() {
    let (tasks, inbox) = channel();
    let mut inbox = Inbox::new(inbox);
    tasks.send(Task::Do(asked(1, Question::Coverage))).unwrap();
    tasks.send(Task::Do(asked(2, Question::Totals))).unwrap();
    tasks.send(Task::Stop(Request(2))).unwrap();
    for (request, goes_on) in [(1, true), (2, false)] {
        assert!(matches!(inbox.next(Place::Back), Next::Do(asked) if asked.request == Request(request)));
        inbox.doing = Some(Request(request));
        assert_eq!(inbox.is_to_go_on(&Question::Coverage).is_continue(), goes_on, "{request}");
        inbox.done();
    }
    assert!(inbox.stopped.is_empty());
}

#[test]
fn while_a_long_file_is_imported_questions_are_answered_and_it_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.csv");
    let rows = (0..100_000).map(|number| format!("c{number},c{number}@example.org\n"));
    std::fs::write(&file, std::iter::once("name,email\n".to_owned()).chain(rows).collect::<String>())
        .unwrap();
    let (messages, heard) = channel();
    let opening = opening(folder.path());
    let mut worker = Worker::start(Session::open(&opening).unwrap(), opening, messages).unwrap();
    let (bad_rows, verify, run) = (BadRows::RefuseAll, Verify::Later, Run::Real);
    let options = Options { format: Format::Csv, bad_rows, verify, run };
    worker.ask(Request(1), Box::new(Question::Import { file, options, stamp: None }));
    let told = heard.recv_timeout(DEADLINE).unwrap();
    let Msg::Progress { request: Request(1), pace } = told else { panic!("{told:?}") };
    assert!(pace.done > 0 && pace.permille.is_some_and(|permille| permille < 1000), "{pace:?}");
    worker.ask(Request(2), Box::new(Question::Totals));
    let is_answer = |message: &Msg| matches!(message, Msg::Answer { .. });
    let next = || std::iter::from_fn(|| heard.recv_timeout(DEADLINE).ok()).find(is_answer).unwrap();
    let totals = next();
    assert_eq!(request_of(&totals), 2, "it does not wait for the import");
    worker.stop(Request(1));
    let Msg::Answer { request: Request(1), answer } = next() else { panic!() };
    assert_eq!(*answer, Answer::Imported(Err(Refused::Cancelled)));
    worker.ask(Request(3), Box::new(Question::Totals));
    let Msg::Answer { answer, .. } = next() else { panic!() };
    assert!(matches!(*answer, Answer::Totals(Ok(totals)) if totals.contacts == 0), "{answer:?}");
}

#[test]
fn the_last_words_of_a_panic_are_kept() {
    let words = |panic: Box<dyn Any + Send>| last_words(panic.as_ref());
    assert_eq!(words(Box::new("no rows")), "no rows");
    assert_eq!(words(Box::new("no rows".to_owned())), "no rows");
    assert_eq!(words(Box::new(7)), "no words");
}

#[test]
fn a_restricted_screen_uses_files_of_its_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    std::fs::create_dir(&exports).unwrap();
    let reach = Reach::Below(exports.clone());
    let mut session = Session::open(&Opening { reach, ..opening(folder.path()) }).unwrap();
    let (inside, outside) = (exports.join("staff.csv"), folder.path().join("staff.csv"));
    let export = |target: &Path| Question::Export {
        target: target.to_owned(),
        scope: Scope::All,
        format: export::Format::Csv,
        existing: Existing::Replace,
    };
    assert!(matches!(perform(&mut session, &export(&outside)), Answer::Exported(Err(Refused::Because(_)))));
    assert!(!outside.exists());
    assert!(matches!(perform(&mut session, &export(&inside)), Answer::Exported(Ok(_))));
    std::fs::copy(&inside, &outside).unwrap();
    let options =
        Options { format: Format::Csv, bad_rows: BadRows::RefuseAll, verify: Verify::Later, run: Run::Trial };
    let import = |file: &Path| Question::Import { file: file.to_owned(), options, stamp: None };
    assert!(matches!(perform(&mut session, &import(&outside)), Answer::Imported(Err(Refused::Because(_)))));
    assert!(matches!(perform(&mut session, &import(&inside)), Answer::Imported(Ok(_))));
}

/// A clock that does not tell the thread that builds the index anything until nobody holds it.
struct Held(Mutex<Receiver<()>>);

impl Clock for Held {
    fn now(&self) -> Timestamp {
        if thread::current().name() == Some("worker-index") {
            let _is_let_go = self.0.lock().unwrap().recv();
        }
        clock::system().now()
    }
}

#[test]
fn an_index_that_was_given_up_or_could_not_be_built_is_built_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let (messages, _heard) = channel();
    let opening = opening(folder.path());
    let mut session = many(folder.path());
    let index = build(&mut session, &mut || ControlFlow::Continue(())).unwrap().unwrap();
    session.take_index(Box::new(index.within(Limits { changes: 0, ..Limits::default() })));
    let mut other = Session::open(&opening).unwrap();
    let mut bench =
        Bench { session: Some(session), opening, messages, place: Place::Front, patience: PATIENCE };
    let mut inbox = empty();
    bench.provide_index(&mut inbox);
    assert!(bench.has_index() && inbox.builder.is_none());
    assert!(matches!(perform(&mut other, &add("ada")), Answer::Added(Ok(_))));
    // That it is given up is known before the question looks at every contact.
    bench.provide_index(&mut inbox);
    assert!(!bench.has_index() && inbox.builder.is_some());
    inbox.builder = None;
    for (given_up, is_begun) in [(Some(Instant::now()), false), (Instant::now().checked_sub(REST), true)] {
        inbox.given_up = given_up;
        bench.provide_index(&mut inbox);
        assert_eq!(inbox.builder.is_some(), is_begun);
    }
    inbox.put(Task::ReadyFilter);
    assert!(matches!(inbox.next(Place::Front), Next::ReadyFilter));
    inbox.given_up = Some(Instant::now());
    inbox.later.push(asked(1, Question::Totals));
    inbox.forget_index();
    assert!(inbox.given_up.is_none() && inbox.queue.len() == 1, "what waited for it is done without");
}

#[test]
fn a_filter_that_finds_nothing_for_long_waits_for_the_index_and_others_do_not() {
    use crate::domain::filter::Filter;
    use crate::operations::contacts::PageAt;
    let folder = tempfile::tempdir().unwrap();
    let (messages, heard) = channel();
    let (hold, held) = channel();
    let opening = Opening { clock: Arc::new(Held(Mutex::new(held))), ..opening(folder.path()) };
    let mut worker = Worker::start_with(Duration::ZERO, many(folder.path()), opening, messages).unwrap();
    let query = ListQuery { filter: Filter::parse("c599"), ..ListQuery::default() };
    worker.ask(Request(1), Box::new(Question::Page { query, at: PageAt::First, limit: 5 }));
    worker.ask(Request(2), Box::new(Question::Totals));
    let mut answers = std::iter::from_fn(|| heard.recv_timeout(DEADLINE).ok()).filter_map(|message| {
        let Msg::Answer { request, answer } = message else { return None };
        Some((request.0, *answer))
    });
    assert!(matches!(answers.next(), Some((2, Answer::Totals(Ok(_))))));
    drop(hold);
    let Some((1, Answer::Page(Ok(page)))) = answers.next() else { panic!() };
    assert_eq!(page.rows[0].name, "c599");
}

#[test]
fn a_filter_among_many_contacts_is_answered_before_and_after_its_index_is_built() {
    use crate::domain::filter::Filter;
    use crate::operations::contacts::PageAt;
    let folder = tempfile::tempdir().unwrap();
    let (messages, heard) = channel();
    let (hold, held) = channel();
    let opening = Opening { clock: Arc::new(Held(Mutex::new(held))), ..opening(folder.path()) };
    let session = many(folder.path());
    let mut worker = Worker::start_with(DEADLINE, session, opening, messages).unwrap();
    let mut hold = Some(hold);
    let query = ListQuery { filter: Filter::parse("c599"), ..ListQuery::default() };
    for first in [1, 3] {
        worker.ask(
            Request(first),
            Box::new(Question::Page { query: query.clone(), at: PageAt::First, limit: 5 }),
        );
        worker.ask(Request(first + 1), Box::new(Question::Count { query: query.clone() }));
        let answer = || {
            let mut messages = std::iter::from_fn(|| heard.recv_timeout(DEADLINE).ok());
            messages.find_map(|message| {
                let Msg::Answer { request, answer } = message else { return None };
                Some((request.0, *answer))
            })
        };
        let (request, page) = answer().unwrap();
        let Answer::Page(Ok(page)) = page else { panic!("{page:?}") };
        assert_eq!((request, page.rows[0].name.as_str()), (first, "c599"));
        // The first page does not wait for the index.
        drop(hold.take());
        let (request, count) = answer().unwrap();
        assert_eq!(request, first + 1);
        assert_eq!(count, Answer::Count(Ok(11)));
    }
    // What is done to all of them at once is done beside, to those that the index has found.
    let whom = Whom::Filtered(query.clone());
    let target = folder.path().join("found.csv");
    let scope = Scope::Matching { filter: query.filter.clone(), selected: Default::default() };
    let (format, existing) = (export::Format::Csv, Existing::Keep);
    let mut answers = Vec::new();
    for (number, question) in (5..).zip([
        Question::Matching { query },
        Question::Column { id: "security".to_owned(), whom: whom.clone() },
        Question::SetColumn { id: "security".to_owned(), whom, wanted: true },
        Question::Export { target: target.clone(), scope, format, existing },
    ]) {
        worker.ask(Request(number), Box::new(question));
        let mut messages = std::iter::from_fn(|| heard.recv_timeout(DEADLINE).ok());
        let answer = messages.find_map(|message| {
            let Msg::Answer { request, answer } = message else { return None };
            (request == Request(number)).then_some(*answer)
        });
        answers.extend(answer);
    }
    let [
        Answer::Matching(Ok(ids)),
        Answer::Column(Ok(facts)),
        Answer::SubscriptionsChanged(Ok(changed)),
        Answer::Exported(Ok(exported)),
    ] = &answers[..]
    else {
        panic!("{answers:?}")
    };
    assert_eq!((ids.len(), facts.contacts, facts.is_full, changed.count()), (11, 11, false, 11));
    assert_eq!((exported.written, exported.of), (11, 6_000));
    assert_eq!(std::fs::read_to_string(&target).unwrap().lines().count(), 12);
}
