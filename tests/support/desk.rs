//! A desk: an administrator before the real screen, without a terminal: real keys, update, view, perform and SQL, one after the
//! other, on a clock that stands still.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use callsheet::clock::Clock;
use callsheet::mail::sender::SenderEvent;
use callsheet::operations::{Session, Via};
use callsheet::tui::draft::{self, Draft, DraftId, DraftOrder, Offer, Owner};
use callsheet::tui::effect::{Answer, Effect, Question, Request};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Model};
use callsheet::tui::msg::Msg;
use callsheet::tui::perform::perform_step_by_step;
use callsheet::tui::screens::settings::SettingsFacts;
use callsheet::tui::setup::{self, Setup};
use callsheet::tui::theme::Theme;
use callsheet::tui::update;
use ratatui::layout::Size;

use super::keys::{Step, steps};
use super::office::Office;
use super::{picture, stage};

/// How long an answer about the mail server may take before the test has failed.
const DEADLINE: Duration = Duration::from_secs(20);

/// The administrator's place.
pub struct Desk<'a> {
    office: &'a Office,
    session: Session,
    pub model: Model,
    /// Whether the screen was quit.
    pub is_left: bool,
    /// How often the sender was woken.
    pub wakes: usize,
    /// What is typed while something that takes long is under way, as soon as so many contacts are done.
    meanwhile: Option<(u64, Vec<Step>)>,
    /// Where the mail server is read, tried and saved, and what it tells, if the desk has a configuration.
    setup: Option<(setup::Office, Receiver<Msg>)>,
    /// What is kept of the form that is open.
    pub kept: Option<Arc<Draft>>,
    /// What became of drafts that were offered.
    pub orders: Vec<DraftOrder>,
}

impl<'a> Desk<'a> {
    /// Opens the screen of 100×30 cells.
    pub fn open(office: &'a Office) -> Self {
        let fixed = stage::fixed(Theme::Traced, Marks::Unicode);
        Self::with(office, fixed, SettingsFacts::default(), Size { width: 100, height: 30 })
    }

    /// Opens the screen in another look, with what configuration and machine decide, at another size.
    pub fn with(office: &'a Office, fixed: Fixed, facts: SettingsFacts, size: Size) -> Self {
        let opening = callsheet::operations::Opening { via: Via::Screen, ..office.opening() };
        let model = Model::new(fixed, facts, size, office.clock.now());
        let session = Session::open(&opening).unwrap();
        let mut desk = Self {
            office,
            session,
            model,
            is_left: false,
            wakes: 0,
            setup: None,
            meanwhile: None,
            kept: None,
            orders: Vec::new(),
        };
        let effects = update::start(&mut desk.model);
        desk.settle(effects);
        desk
    }

    /// Gives the desk a configuration.
    pub fn configured(mut self, setup: Setup) -> Self {
        let (messages, heard) = channel();
        self.setup = Some((setup::Office::new(setup, messages), heard));
        self
    }

    /// Takes what is told about the mail server, up to what brings a text to the screen.
    #[track_caller]
    pub fn awaits(&mut self, text: &str) -> &mut Self {
        while !self.screen().contains(text) {
            let (_, heard) = self.setup.as_ref().expect("there is a configuration at this desk");
            let Ok(msg) = heard.recv_timeout(DEADLINE) else {
                panic!("'{text}' does not come to the screen:\n{}", self.screen());
            };
            self.happens(msg);
        }
        self
    }

    /// Types a key script.
    pub fn types(&mut self, script: &str) -> &mut Self {
        for step in steps(script) {
            match step {
                Step::Key(key) => {
                    self.happens(Msg::Key(key));
                }
                Step::Paste(text) => {
                    self.happens(Msg::Paste(text));
                }
                Step::Wait(text) => {
                    self.sees(&text);
                }
                Step::Pause(span) => {
                    self.office.clock.advance(span);
                    self.looks();
                }
            }
        }
        self
    }

    /// Types a key script, and another in the middle of what it begins, as soon as so many contacts are done.
    pub fn types_meanwhile(&mut self, script: &str, done: u64, meanwhile: &str) -> &mut Self {
        self.meanwhile = Some((done, steps(meanwhile)));
        self.types(script);
        assert_eq!(self.meanwhile, None, "nothing went on so long");
        self
    }

    /// Pastes a text as it stands.
    pub fn pastes(&mut self, text: &str) -> &mut Self {
        self.happens(Msg::Paste(text.to_owned()))
    }

    /// Mail that is due leaves into files, and the screen hears of it.
    pub fn mail_leaves(&mut self) -> &mut Self {
        self.hears(self.office.deliver_to_files())
    }

    /// The sender has done something, and the screen hears of it.
    pub fn hears(&mut self, events: Vec<SenderEvent>) -> &mut Self {
        for event in events {
            self.happens(Msg::Sender(event));
        }
        self.looks()
    }

    /// Time and changes by others are noticed.
    pub fn looks(&mut self) -> &mut Self {
        if self.session.changed_elsewhere().unwrap() {
            self.happens(Msg::StoreChanged);
        }
        self.happens(Msg::Time(self.office.clock.now()))
    }

    /// What a program that dies now leaves behind, as the next one reads it.
    pub fn left(&self, id: u64) -> Option<Offer> {
        let owner =
            Owner { database: "/srv/a.db".into(), user: "ada".into(), origin: Some("192.0.2.1".into()) };
        let text = draft::written(self.kept.as_deref()?, self.office.clock.now(), &owner);
        draft::read(text.as_bytes(), DraftId(id)).map(|(_, offer)| offer)
    }

    /// The screen hears what was left behind.
    pub fn finds(&mut self, offers: impl IntoIterator<Item = Offer>) -> &mut Self {
        self.happens(Msg::DraftsFound(offers.into_iter().collect()))
    }

    /// Confirms that a text is on the screen.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let shown = self.screen();
        assert!(shown.contains(text), "'{text}' is not on the screen:\n{shown}");
        self
    }

    /// Confirms that a text is not on the screen.
    #[track_caller]
    pub fn sees_no(&mut self, text: &str) -> &mut Self {
        let shown = self.screen();
        assert!(!shown.contains(text), "'{text}' is on the screen:\n{shown}");
        self
    }

    /// The glyphs of the screen.
    pub fn screen(&self) -> String {
        picture::text(&self.model)
    }

    /// The line under the cursor.
    pub fn line(&self) -> String {
        let (_, cursor) = picture::drawn(&self.model);
        self.screen().lines().nth(cursor.y.into()).unwrap_or_default().to_owned()
    }

    fn happens(&mut self, msg: Msg) -> &mut Self {
        let time = update::update(&mut self.model, Msg::Time(self.office.clock.now()));
        self.settle(time);
        let effects = update::update(&mut self.model, msg);
        self.settle(effects);
        self
    }

    fn settle(&mut self, effects: Vec<Effect>) {
        let mut waiting = effects;
        while !waiting.is_empty() {
            for effect in std::mem::take(&mut waiting) {
                match effect {
                    Effect::Ask { request, question } => {
                        let (answer, effects) = self.perform(request, &question);
                        waiting.extend(effects);
                        let answer = Box::new(answer);
                        waiting.extend(update::update(&mut self.model, Msg::Answer { request, answer }));
                    }
                    Effect::WakeSender => self.wakes += 1,
                    Effect::ReadyFilter => {}
                    Effect::Quit => self.is_left = true,
                    Effect::Configure { request, task } => {
                        let (setup, _) = self.setup.as_mut().expect("there is a configuration at this desk");
                        setup.begin(request, task);
                    }
                    Effect::StopExamining => {
                        let (setup, _) = self.setup.as_ref().expect("there is a configuration at this desk");
                        setup.stop_examining();
                    }
                    Effect::Reconfigure
                    | Effect::StopWork { .. }
                    | Effect::Suspend
                    | Effect::Redraw
                    | Effect::Copy(_)
                    | Effect::Mouse(_) => {}
                    Effect::Draft(DraftOrder::Keep { draft, .. }) => self.kept = Some(draft),
                    Effect::Draft(DraftOrder::Drop) => self.kept = None,
                    Effect::Draft(order) => self.orders.push(order),
                }
            }
        }
    }

    /// Performs a question, and what is typed meanwhile; also the effects of that.
    fn perform(&mut self, request: Request, question: &Question) -> (Answer, Vec<Effect>) {
        let Self { session, model, meanwhile, .. } = self;
        let mut effects = Vec::new();
        let answer = perform_step_by_step(session, question, &mut |pace| {
            let is_time = meanwhile.as_ref().is_some_and(|(done, _)| pace.done >= *done);
            let Some((_, script)) = meanwhile.take_if(|_| is_time) else { return ControlFlow::Continue(()) };
            effects.extend(update::update(model, Msg::Progress { request, pace }));
            for step in script {
                match step {
                    Step::Key(key) => effects.extend(update::update(model, Msg::Key(key))),
                    Step::Wait(text) => {
                        let shown = picture::text(model);
                        assert!(shown.contains(&text), "'{text}' is not on the screen:\n{shown}");
                    }
                    Step::Paste(_) | Step::Pause(_) => panic!("keys only"),
                }
            }
            let is_stopped = effects.contains(&Effect::StopWork { request });
            if is_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        (answer, effects)
    }
}
