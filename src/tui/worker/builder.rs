//! Builds the text index on a thread of its own, with a session of its own, while the front goes on answering.

use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};

use super::last_words;
use crate::operations::Session;
use crate::operations::contacts::index::{Index, build};
use crate::operations::session::Opening;

/// Handle on the thread. It ends soon after the handle is dropped.
pub(super) struct Builder {
    told: Option<Receiver<Told>>,
    thread: Option<JoinHandle<()>>,
}

/// How far it is.
pub(super) enum Built {
    NotYet,
    Index(Box<Index>),
    /// There will be none.
    Nothing,
}

/// What the thread says.
enum Told {
    /// Nothing; that nobody hears it ends the thread.
    Going,
    Done(Box<Index>),
}

impl Builder {
    /// Begins to build.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(opening: Opening) -> io::Result<Self> {
        let (ear, told) = channel();
        let thread = thread::Builder::new().name("worker-index".to_owned()).spawn(move || {
            let words = match catch_unwind(AssertUnwindSafe(|| work(&opening, &ear))) {
                Ok(Ok(())) => return,
                Ok(Err(words)) => words,
                Err(panic) => last_words(panic.as_ref()),
            };
            tracing::error!(words, "the text index cannot be built: filters look at every contact");
        })?;
        Ok(Self { told: Some(told), thread: Some(thread) })
    }

    /// Takes the index, if it is built.
    pub(super) fn hear(&mut self) -> Built {
        let Some(told) = &self.told else { return Built::Nothing };
        loop {
            match told.try_recv() {
                Ok(Told::Going) => {}
                Ok(Told::Done(index)) => return Built::Index(index),
                Err(TryRecvError::Empty) => return Built::NotYet,
                Err(TryRecvError::Disconnected) => return Built::Nothing,
            }
        }
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.told = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn work(opening: &Opening, ear: &Sender<Told>) -> Result<(), String> {
    #[cfg(test)]
    crate::tui::runtime::tests::fall("worker-index");
    let mut session = Session::open_to_read(opening).map_err(|error| error.to_string())?;
    let mut proceed = || match ear.send(Told::Going) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    if let Some(index) = build(&mut session, &mut proceed).map_err(|problem| problem.to_string())? {
        // Nobody listens any more when the program ends.
        let _heard = ear.send(Told::Done(Box::new(index)));
    }
    Ok(())
}
