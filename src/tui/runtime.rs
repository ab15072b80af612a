//! The runtime: joins keys, worker, sender and screen. All messages that wait are handled before the screen is drawn once;
//! nothing happens without a message, except when something on the screen counts down.

#[cfg(test)]
pub(super) mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Channel, channel};
use std::time::{Duration, Instant};

use chrono::FixedOffset;
use crossterm::event::Event;

use super::clipboard::Clipboard;
use super::effect::{Answer, Effect, MouseMode, Question, Request};
use super::keeper::{Keeper, random_number};
use super::keymap::Keymap;
use super::marks::Marks;
use super::model::{Fixed, Model};

use super::msg::Msg;
use super::places::Places;
use super::post::Post;
use super::screens::settings::SettingsFacts;
use super::setup::{Office, Setup};
use super::terminal::{self, Ability, Hold, Screen, Unfit};
use super::theme::Theme;
use super::update;
use super::worker::Worker;
use crate::clock::Clock;
use crate::domain::language::Language;
use crate::domain::say::Said;
use crate::mail::sender::SenderSettings;
use crate::operations::{Session, StoreError};

/// How long the first frame waits for the first contacts, so that nobody sees an empty list flash.
const FIRST_FRAME: Duration = Duration::from_millis(60);

/// How long a mail in hand may take to end when the program ends.
const MAIL_IN_HAND: Duration = Duration::from_secs(5);

/// How long the last question may take.
const LAST_QUESTION: Duration = Duration::from_secs(2);

/// What the screen is started with.
pub struct Options {
    /// How the worker opens the database, and where the configuration comes from.
    pub setup: Setup,
    pub theme: Theme,
    /// Those to which one can change.
    pub themes: Vec<Theme>,
    pub keys: Keymap,
    pub mouse: MouseMode,
    pub clipboard: Clipboard,
    pub marks: Marks,
    /// The language of titles.
    pub language: Language,
    /// The zone in which times are shown.
    pub offset: FixedOffset,
    pub ability: Ability,
    pub places: Places,
    /// What the settings screen shows beside the account.
    pub facts: SettingsFacts,
    pub sender: SenderSettings,
    /// Where drafts are kept, or why nowhere.
    pub drafts: Result<PathBuf, Said>,
}

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Farewell {
    /// Deliveries that wait; `deliver --watch` sends them.
    pub waiting: u64,
}

/// Why there is no screen, or no longer one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is another way: `callsheet list`.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the screen cannot be shown: {0}")]
    System(#[from] std::io::Error),
    #[error("no more keys can be read: {0}")]
    InputLost(String),
    /// A panic of the drawing thread, or of another without which the screen cannot go on, in its words.
    #[error("callsheet fell over: {0}")]
    Fell(String),
}

impl Error {
    /// What may be done instead.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unfit(_) => Some("use 'callsheet list', or another command; 'callsheet --help' names them"),
            Self::Store(_) | Self::System(_) | Self::InputLost(_) | Self::Fell(_) => None,
        }
    }
}

/// Shows the screen until it is quit. The calling thread draws.
///
/// # Errors
/// [`Error::Unfit`] without a terminal, [`Error::Store`] if the database cannot be opened: nothing was shown then.
pub fn run(options: Options) -> Result<Farewell, Error> {
    terminal::check(options.ability)?;
    let Setup { opening, .. } = &options.setup;
    let session = Session::open(opening)?;
    let clock = Arc::clone(&opening.clock);
    let fixed = Fixed {
        theme: options.theme,
        marks: options.marks,
        keys: options.keys,
        catalogue: Arc::clone(&opening.catalogue),
        language: options.language,
        smtputf8: opening.rules.smtputf8,
        offset: options.offset,
        reach: opening.reach.clone(),
        places: options.places,
        run: random_number()?,
    };
    let (messages, inbox) = channel();
    let worker = Worker::start(session, opening.clone(), messages.clone())?;
    let keeper = Keeper::start(options.drafts, opening, messages.clone())?;
    let post = Post::start(options.sender, messages.clone(), MAIL_IN_HAND)?;
    let office = Office::new(options.setup, messages.clone());
    let hold = Hold::default();
    terminal::guard_against_panics(&hold);
    // From here on a change of size becomes a message, so the size read next cannot grow old unnoticed.
    terminal::watch(&messages, &hold, &keeper)?;
    let mut model = Model::new(fixed, options.facts, terminal::size()?, clock.now());
    model.mouse.mode = options.mouse;
    model.themes = options.themes;
    model.clipboard = options.clipboard;
    let screen = Screen::take(hold)?;
    screen.set_mouse(options.mouse)?;
    read_input(messages)?;
    let mut runtime = Runtime { keeper, model, screen, worker, post, office, inbox, clock, end: None };
    let shown = runtime.show();
    let farewell = runtime.leave();
    shown.map(|()| farewell)
}

struct Runtime {
    /// The first to be dropped, and asked before anything else ends: what is typed is written then.
    keeper: Keeper,
    model: Model,
    screen: Screen,
    worker: Worker,
    post: Post,
    office: Office,
    inbox: Receiver<Msg>,
    clock: Arc<dyn Clock>,
    end: Option<Result<(), Error>>,
}

impl Runtime {
    fn show(&mut self) -> Result<(), Error> {
        let effects = update::start(&mut self.model);
        self.perform(effects)?;
        self.await_first_contacts()?;
        loop {
            if let Some(end) = self.end.take() {
                return end;
            }
            #[cfg(test)]
            tests::fall("draw");
            self.screen.draw(&self.model)?;
            let first = match self.model.next_wake() {
                None => self.inbox.recv().ok(),
                Some(wait) => self.inbox.recv_timeout(wait.max(Duration::from_millis(1))).ok(),
            };
            self.take(Msg::Time(self.clock.now()))?;
            // What has come meanwhile is handled too before anything is drawn.
            let waiting: Vec<Msg> = first.into_iter().chain(self.inbox.try_iter()).collect();
            for message in waiting {
                self.take(message)?;
            }
        }
    }

    fn await_first_contacts(&mut self) -> Result<(), Error> {
        let deadline = Instant::now() + FIRST_FRAME;
        while !self.model.contacts.window().is_loaded() {
            match self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(message) => self.take(message)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
        Ok(())
    }

    fn take(&mut self, message: Msg) -> Result<(), Error> {
        let end = match &message {
            Msg::InputLost(words) => Some(Error::InputLost(words.clone())),
            Msg::Fell(words) => Some(Error::Fell(words.clone())),
            Msg::Key(_)
            | Msg::Mouse(_)
            | Msg::Paste(_)
            | Msg::Resize { .. }
            | Msg::Time(_)
            | Msg::Answer { .. }
            | Msg::Progress { .. }
            | Msg::Sender(_)
            | Msg::StoreChanged
            | Msg::DraftsFound(_)
            | Msg::DraftsUnkept(_)
            | Msg::WorkerPanicked(_)
            | Msg::SenderFell(_)
            | Msg::Resumed
            | Msg::SuspendAsked => None,
        };
        if let Some(end) = end {
            self.end.get_or_insert(Err(end));
        }
        let effects = update::update(&mut self.model, message);
        self.perform(effects)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Result<(), Error> {
        for effect in effects {
            match effect {
                Effect::Ask { request, question } => self.worker.ask(request, question),
                Effect::StopWork { request } => self.worker.stop(request),
                Effect::ReadyFilter => self.worker.ready_filter(),
                Effect::WakeSender => self.post.wake(),
                Effect::Configure { request, task } => self.office.begin(request, task),
                Effect::StopExamining => self.office.stop_examining(),
                Effect::Reconfigure => {
                    if let Some(prepared) = self.office.take_prepared() {
                        self.worker.reopen(prepared.opening);
                        self.post.exchange(prepared.sender);
                    }
                }
                Effect::Suspend => self.screen.suspend()?,
                Effect::Redraw => self.screen.redraw()?,
                Effect::Copy(text) => {
                    if let Some(bytes) = self.model.clipboard.sequence(&text) {
                        self.screen.add(&bytes);
                    }
                }
                Effect::Mouse(mode) => self.screen.set_mouse(mode)?,
                Effect::Draft(order) => self.keeper.order(order),
                Effect::Quit => {
                    self.end.get_or_insert(Ok(()));
                }
            }
        }
        Ok(())
    }

    /// Lets a mail in hand end, and counts what waits.
    fn leave(mut self) -> Farewell {
        // Whoever waits for a mail in hand may be cut off before it ends.
        self.keeper.flush();
        if self.model.mail.is_sending() {
            self.model.say_that_mail_is_finished();
            // The terminal may be the reason why the program ends.
            let _drawn = self.screen.draw(&self.model);
        }
        self.post.stop(MAIL_IN_HAND);
        let last = Request(self.model.last_request.0 + 1);
        self.worker.ask(last, Box::new(Question::QueueTotals));
        let deadline = Instant::now() + LAST_QUESTION;
        while let Ok(message) = self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if let Msg::Answer { request, answer } = message
                && request == last
                && let Answer::QueueTotals(Ok(totals)) = *answer
            {
                return Farewell { waiting: totals.queued + totals.sending + totals.retry };
            }
        }
        Farewell { waiting: 0 }
    }
}

/// Starts the thread that turns what the terminal sends into messages. crossterm reads by its source `use-dev-tty`: with the other
/// one a key that comes together with a change of size is heard with the next key only.
fn read_input(messages: Channel<Msg>) -> std::io::Result<()> {
    terminal::start_vital("input", messages, |messages| {
        if let Err(error) = read_until_lost(messages) {
            let _heard = messages.send(Msg::InputLost(error.to_string()));
        }
    })
}

fn read_until_lost(messages: &Channel<Msg>) -> std::io::Result<()> {
    loop {
        let event = crossterm::event::read()?;
        #[cfg(test)]
        tests::fall("input");
        let message = match event {
            Event::Key(key) => Msg::Key(key),
            Event::Mouse(event) => Msg::Mouse(event),
            Event::Paste(text) => Msg::Paste(text),
            // The thread that hears signals tells the size: it listens before the first frame, this reader later.
            Event::Resize(..) | Event::FocusGained | Event::FocusLost => continue,
        };
        if messages.send(message).is_err() {
            return Ok(());
        }
    }
}
