//! The clerk: a thread at the database that does what it is asked, one thing after another. The page itself never waits for a
//! disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::{io, thread};

use tokio::sync::oneshot;

use crate::operations::{Opening, Problem, Session, StoreError};

/// A way to one clerk; the thread ends when every way to it is gone.
#[derive(Clone)]
pub struct Clerk {
    tasks: SyncSender<Task>,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Unanswered {
    /// Too many wait already.
    Full,
    Problem(Problem),
    /// The answer was not there in time.
    Late,
    /// A fault of ours: the clerk fell over the question.
    Fault,
}

/// What is to be done with the session, or with the reason why there is none.
type Task = Box<dyn FnOnce(Result<&mut Session, StoreError>) -> Afterwards + Send>;

/// What becomes of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    Keep,
    /// It can no longer be trusted.
    Close,
}

impl Clerk {
    /// Begins with a session of its own. At most `waiting` tasks wait.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(name: &str, session: Session, opening: Opening, waiting: usize) -> io::Result<Self> {
        let (tasks, inbox) = sync_channel(waiting);
        let desk = Desk { session: Some(session), opening };
        thread::Builder::new().name(name.to_owned()).spawn(move || desk.work(&inbox))?;
        Ok(Self { tasks })
    }

    /// Has something done at the database. What nobody waits for any more when its turn comes is left undone.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Unanswered> {
        let (answer, answered) = oneshot::channel();
        let task: Task = Box::new(move |session| {
            if answer.is_closed() {
                return Afterwards::Keep;
            }
            let result = session.map_err(Problem::Store).and_then(work);
            let afterwards = afterwards(&result);
            // Whoever asked may have gone meanwhile.
            let _ = answer.send(result);
            afterwards
        });
        match self.tasks.try_send(task) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(Unanswered::Full),
            Err(TrySendError::Disconnected(_)) => return Err(Unanswered::Fault),
        }
        match answered.await {
            Ok(result) => result.map_err(Unanswered::Problem),
            Err(_) => Err(Unanswered::Fault),
        }
    }
}

fn afterwards<T>(result: &Result<T, Problem>) -> Afterwards {
    match result {
        Err(Problem::Store(StoreError::Locked { .. })) | Ok(_) => Afterwards::Keep,
        Err(Problem::Store(_)) => Afterwards::Close,
        Err(_) => Afterwards::Keep,
    }
}

/// What the thread works with.
struct Desk {
    /// None after a failure, until it is needed.
    session: Option<Session>,
    opening: Opening,
}

impl Desk {
    fn work(mut self, inbox: &Receiver<Task>) {
        for task in inbox {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let session = self.session();
                task(session)
            }));
            match outcome {
                Ok(Afterwards::Keep) => {}
                Ok(Afterwards::Close) | Err(_) => self.session = None,
            }
        }
    }

    /// The session, opened anew after a failure and when another database or key was put in place.
    fn session(&mut self) -> Result<&mut Session, StoreError> {
        self.session = self.session.take().filter(|session| !session.was_replaced());
        let session = match self.session.take() {
            Some(session) => session,
            // A database that has gone is not made anew: its people would be gone with it.
            None if !self.opening.database.is_file() => {
                let file = self.opening.database.display().to_string();
                return Err(StoreError::Unopenable { file, why: "it is not there any more".to_owned() });
            }
            None => Session::open(&self.opening)?,
        };
        Ok(self.session.insert(session))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::clock;
    use crate::domain::catalogue::Catalogue;
    use crate::operations::{Actor, Reach, Rules, Via, account};

    fn opening(folder: &Path) -> Opening {
        Opening {
            database: folder.join("callsheet.db"),
            actor: Actor { user: "recipient".to_owned(), origin: None },
            via: Via::Page,
            rules: Rules::default(),
            catalogue: Arc::new(Catalogue::built_in()),
            clock: clock::system(),
            reach: Reach::Everywhere,
        }
    }

    fn clerk(folder: &Path, waiting: usize) -> Clerk {
        let opening = opening(folder);
        Clerk::start("clerk", Session::open(&opening).unwrap(), opening, waiting).unwrap()
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    fn name(session: &mut Session) -> Result<String, Problem> {
        account::get(session).map(|account| account.name)
    }

    fn call(folder: &Path, name: &str) {
        let change = account::AccountChange { name: Some(name.to_owned()), ..Default::default() };
        account::set(&mut Session::open(&opening(folder)).unwrap(), &change).unwrap();
    }

    #[test]
    fn a_question_is_answered_and_a_fall_harms_no_other() {
        let folder = tempfile::tempdir().unwrap();
        call(folder.path(), "Example");
        let clerk = clerk(folder.path(), 4);
        assert_eq!(run(clerk.ask(name)).as_deref(), Ok("Example"));
        let fall = |_: &mut Session| -> Result<(), Problem> { panic!("a fault that a test makes") };
        assert_eq!(run(clerk.ask(fall)), Err(Unanswered::Fault));
        assert_eq!(run(clerk.ask(name)).as_deref(), Ok("Example"));
    }

    #[test]
    fn what_does_not_fit_into_the_queue_is_refused_and_what_nobody_waits_for_is_left_undone() {
        let folder = tempfile::tempdir().unwrap();
        let clerk = clerk(folder.path(), 1);
        let (begun, has_begun) = channel();
        let (go_on, may_go_on) = channel::<()>();
        let (done, is_done) = channel();
        run(async {
            let busy = clerk.clone();
            let first = busy.ask(move |_| {
                begun.send(()).unwrap();
                let _ = may_go_on.recv();
                Ok(())
            });
            let mut first = Box::pin(first);
            assert!(is_pending(&mut first).await);
            has_begun.recv().unwrap();
            let mut second = Box::pin(clerk.ask(move |_| Ok(done.send(()).is_ok())));
            assert!(is_pending(&mut second).await);
            assert_eq!(clerk.ask(name).await, Err(Unanswered::Full));
            drop(second);
            drop(go_on);
            assert_eq!(first.await, Ok(()));
        });
        // The place in the queue is free once the thread has passed over what nobody waits for.
        let answer =
            std::iter::repeat_with(|| run(clerk.ask(name))).find(|answer| *answer != Err(Unanswered::Full));
        assert_eq!(answer.unwrap().as_deref(), Ok(""));
        assert!(is_done.try_recv().is_err());
    }

    /// Polls once: the task is in the queue then.
    async fn is_pending<T>(future: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> bool {
        std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending()))
            .await
    }

    #[test]
    fn a_database_put_in_place_of_the_old_one_is_read_and_one_that_has_gone_is_not_made() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        call(folder.path(), "Old");
        call(other.path(), "New");
        let clerk = clerk(folder.path(), 4);
        assert_eq!(run(clerk.ask(name)).as_deref(), Ok("Old"));
        let database = folder.path().join("callsheet.db");
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("callsheet.db{ending}")));
        }
        std::fs::rename(other.path().join("callsheet.db"), &database).unwrap();
        assert_eq!(run(clerk.ask(name)).as_deref(), Ok("New"));
        std::fs::remove_file(&database).unwrap();
        let refused = run(clerk.ask(name));
        assert!(
            matches!(refused, Err(Unanswered::Problem(Problem::Store(StoreError::Unopenable { .. })))),
            "{refused:?}"
        );
        assert!(!database.exists());
    }
}
