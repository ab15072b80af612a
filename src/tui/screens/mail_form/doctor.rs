//! The mail doctor: what the server said at each step, as far as it was asked.

use crate::domain::columns::pad;
use crate::domain::contact::Status;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, Say as _, say};
use crate::mail::sender::{ProbeEvent, ProbeStep, Stage};
use crate::operations::Problem;
use crate::tui::keymap::{Action, Context};
use crate::tui::look::Look;
use crate::tui::setup::{advice, stage_in};
use crate::tui::theme::Role;
use crate::tui::widgets::dialog;
use crate::tui::widgets::scroll_text::ScrollLine;
use crate::tui::widgets::wrapped_text::wrap;

/// Columns of the names of the steps.
const NAMES: usize = 10;

/// What the doctor knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Doctor {
    state: State,
    /// The first line that is seen; drawing holds it within the text. None follows the step that counts.
    top: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Default)]
enum State {
    #[default]
    Idle,
    Asked(Dialogue),
    /// Why nobody was asked.
    Lost(Lost),
}

/// A dialogue, as far as it has come.
#[derive(Debug, Clone, PartialEq, Default)]
struct Dialogue {
    /// Its steps in their order.
    plan: Vec<Stage>,
    /// Those that have ended.
    told: Vec<ProbeStep>,
    course: Course,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Course {
    #[default]
    UnderWay,
    Ended,
    /// Nobody waited for the end.
    Stopped,
}

/// Why nobody was asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lost {
    WrongFields,
    /// Somebody else has changed the configuration.
    Changed,
    Said(Said),
    Problem(Problem),
}

impl Lost {
    fn words(&self, language: Language) -> String {
        match self {
            Self::WrongFields => say!(language, "the fields must be right first").to_owned(),
            Self::Changed => say!(language, "somebody else has changed the configuration").to_owned(),
            Self::Said(words) => safe(&words.say(language)).into_owned(),
            Self::Problem(problem) => safe(&problem.say(language)).into_owned(),
        }
    }
}

impl Doctor {
    pub(super) fn asking() -> Self {
        Self { state: State::Asked(Dialogue::default()), top: None }
    }

    pub(super) fn is_asking(&self) -> bool {
        matches!(&self.state, State::Asked(dialogue) if dialogue.course == Course::UnderWay)
    }

    pub(super) fn hear(&mut self, event: ProbeEvent) {
        let State::Asked(dialogue) = &mut self.state else { return };
        match event {
            ProbeEvent::Planned(plan) => dialogue.plan = plan,
            ProbeEvent::Ended(step) => dialogue.told.push(step),
        }
    }

    pub(super) fn ended(&mut self) {
        self.end(Course::Ended);
    }

    /// Nobody waits any longer. What was told stays.
    pub(super) fn stop(&mut self) {
        self.end(Course::Stopped);
    }

    fn end(&mut self, course: Course) {
        if let State::Asked(dialogue) = &mut self.state
            && dialogue.course == Course::UnderWay
        {
            dialogue.course = course;
        }
    }

    /// Notes that the server was not asked, if it was to be.
    pub(super) fn lost(&mut self, why: Lost) {
        if self.is_asking() {
            *self = Self { state: State::Lost(why), top: None };
        }
    }

    pub(super) fn scroll_up(&mut self) {
        self.top = Some(self.top.unwrap_or_default().saturating_sub(1));
    }

    pub(super) fn scroll_down(&mut self) {
        self.top = Some((self.top.unwrap_or_default() + 1).min(self.most()));
    }

    /// The first line that is seen of `told` in `rows`.
    pub(super) fn top(&self, told: &Told, rows: usize) -> usize {
        let followed = || (told.counts + 1).saturating_sub(rows);
        self.top.unwrap_or_else(followed).min(told.lines.len().saturating_sub(rows))
    }

    /// No text has more lines than that in a screen that is drawn.
    fn most(&self) -> usize {
        match &self.state {
            State::Asked(dialogue) => {
                let words = |step: &ProbeStep| step.words.say(Language::En).chars().count() / 8 + 12;
                dialogue.plan.len() + dialogue.told.iter().map(words).sum::<usize>()
            }
            State::Idle | State::Lost(_) => 8,
        }
    }

    /// What is to be read, in `columns`.
    pub(super) fn lines(&self, columns: usize, look: Look<'_>) -> Told {
        let said = |text: &str, role: Role| Told { lines: wrapped(text, role, columns), counts: 0 };
        let language = look.language;
        match &self.state {
            State::Idle => {
                let key = look.keys.keys(Context::MailForm, Action::Examine).next().unwrap_or_default();
                let words = say!(
                    language,
                    "{key} asks the server with what is typed, saved or not, step by step; nothing is sent.",
                    key
                );
                said(&words, Role::Hint)
            }
            State::Lost(why) => {
                let mark = look.marks.status(Status::Undeliverable);
                let words = say!(language, "Not asked: {why}.", why = why.words(language));
                said(&look.marked(mark, &words), Role::Bad)
            }
            State::Asked(dialogue) => dialogue.lines(columns, look),
        }
    }
}

/// What is read of the doctor.
pub(super) struct Told {
    pub lines: Vec<ScrollLine>,
    /// The last line of the step that is under way or has failed.
    counts: usize,
}

impl Dialogue {
    fn lines(&self, columns: usize, look: Look<'_>) -> Told {
        let (words, role) = self.outcome(look);
        let mut lines = wrapped(&words, role, columns);
        let (mut counts, mut is_next) = (0, true);
        for stage in &self.plan {
            match self.told.iter().find(|step| step.stage == *stage) {
                Some(step) => {
                    let (mark, role) = if step.ok {
                        (look.marks.status(Status::Verified), Role::Text)
                    } else {
                        (look.marks.status(Status::Undeliverable), Role::Bad)
                    };
                    let words = safe(&step.words.say(look.language)).into_owned();
                    let words = if look.marks.is_spoken() {
                        let done = say!(look.language, "done");
                        let state = if step.ok { done } else { say!(look.language, "failed") };
                        format!("{state}{}{words}", look.separator())
                    } else {
                        words
                    };
                    lines.extend(step_lines(mark, *stage, &words, role, columns, look));
                    if !step.ok {
                        let indent = " ".repeat(NAMES + 3);
                        let advice = wrap(advice(look.language, *stage), words_beside(columns));
                        lines.extend(
                            advice
                                .into_iter()
                                .map(|text| ScrollLine::new(format!("{indent}{text}"), Role::Hint)),
                        );
                        counts = lines.len() - 1;
                    }
                }
                None => {
                    let (mark, words, role) = match self.course {
                        Course::UnderWay if is_next => {
                            counts = lines.len();
                            (
                                look.marks.status(Status::CodeSent),
                                say!(look.language, "under way"),
                                Role::Text,
                            )
                        }
                        Course::UnderWay => (" ", "", Role::Hint),
                        Course::Stopped if is_next => {
                            counts = lines.len();
                            ("-", say!(look.language, "stopped"), Role::Warning)
                        }
                        Course::Ended | Course::Stopped => {
                            ("-", say!(look.language, "not tried"), Role::Hint)
                        }
                    };
                    lines.extend(step_lines(mark, *stage, words, role, columns, look));
                    is_next = false;
                }
            }
        }
        Told { lines, counts }
    }

    /// What it has come to.
    fn outcome(&self, look: Look<'_>) -> (String, Role) {
        let language = look.language;
        let marked = |status: Status, words: &str| look.marked(look.marks.status(status), words);
        match (self.told.iter().find(|step| !step.ok), self.course) {
            (Some(step), _) => {
                let step = stage_in(language, step.stage);
                let words = say!(language, "Mail does not get through: {step}.", step);
                (marked(Status::Undeliverable, &words), Role::Bad)
            }
            (None, Course::UnderWay) => {
                (say!(language, "Asking the server. esc stops.").to_owned(), Role::Text)
            }
            (None, Course::Ended) => {
                (marked(Status::Verified, say!(language, "The server takes mail.")), Role::Good)
            }
            (None, Course::Stopped) => {
                (say!(language, "Stopped before the server had said everything.").to_owned(), Role::Warning)
            }
        }
    }
}

fn step_lines(
    mark: &str,
    stage: Stage,
    words: &str,
    role: Role,
    columns: usize,
    look: Look<'_>,
) -> Vec<ScrollLine> {
    if look.marks.is_spoken() {
        let lines = dialog::fact(stage_in(look.language, stage), words, 0, columns, &look).into_iter();
        return lines.map(|text| ScrollLine::new(text, role)).collect();
    }
    let first = format!("{mark} {} ", pad(stage_in(look.language, stage), NAMES, look.marks.ellipsis()));
    let heads = std::iter::once(first).chain(std::iter::repeat(" ".repeat(NAMES + 3)));
    let words = wrap(words, words_beside(columns));
    let words = if words.is_empty() { vec![String::new()] } else { words };
    heads.zip(words).map(|(head, words)| ScrollLine::new(format!("{head}{words}"), role)).collect()
}

/// Columns beside the names of the steps.
fn words_beside(columns: usize) -> usize {
    columns.saturating_sub(NAMES + 3).max(8)
}

fn wrapped(text: &str, role: Role, columns: usize) -> Vec<ScrollLine> {
    wrap(text, columns).into_iter().map(|text| ScrollLine::new(text, role)).collect()
}
