//! The mail doctor: what the server said at each step, as far as it was asked.

use crate::domain::columns::pad;
use crate::domain::contact::Status;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, Say as _, say};
use crate::operations::Problem;
use crate::tui::effect::Examined;
use crate::tui::keymap::{Action, Context};
use crate::tui::look::Look;
use crate::tui::setup::stage_in;
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
    /// The first line that is seen; drawing holds it within the text.
    top: usize,
}

#[derive(Debug, Clone, PartialEq, Default)]
enum State {
    #[default]
    Idle,
    Asking,
    Told(Vec<Examined>),
    /// Why nobody was asked.
    Lost(Lost),
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
        Self { state: State::Asking, top: 0 }
    }

    pub(super) fn is_asking(&self) -> bool {
        self.state == State::Asking
    }

    pub(super) fn told(&mut self, steps: Vec<Examined>) {
        *self = Self { state: State::Told(steps), top: 0 };
    }

    /// Notes that the server was not asked, if it was to be.
    pub(super) fn lost(&mut self, why: Lost) {
        if self.is_asking() {
            *self = Self { state: State::Lost(why), top: 0 };
        }
    }

    pub(super) fn scroll_up(&mut self) {
        self.top = self.top.saturating_sub(1);
    }

    pub(super) fn scroll_down(&mut self) {
        self.top = (self.top + 1).min(self.most());
    }

    /// The first line that is seen of `lines` in `rows`.
    pub(super) fn top(&self, lines: usize, rows: usize) -> usize {
        self.top.min(lines.saturating_sub(rows))
    }

    /// No text has more lines than that in a screen that is drawn.
    fn most(&self) -> usize {
        match &self.state {
            State::Told(steps) => {
                steps.iter().map(|step| step.words.say(Language::En).chars().count() / 8 + 2).sum()
            }
            State::Idle | State::Asking | State::Lost(_) => 8,
        }
    }

    /// What is to be read, in `columns`.
    pub(super) fn lines(&self, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
        let said = |text: &str, role: Role| {
            wrap(text, columns).into_iter().map(|text| ScrollLine { text, role }).collect::<Vec<_>>()
        };
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
            State::Asking => said(say!(language, "Asking the server. esc stops."), Role::Text),
            State::Lost(why) => {
                let mark = look.marks.status(Status::Undeliverable);
                let words = say!(language, "Not asked: {why}.", why = why.words(language));
                said(&look.marked(mark, &words), Role::Bad)
            }
            State::Told(steps) => {
                let mut lines: Vec<ScrollLine> =
                    steps.iter().flat_map(|step| step_lines(step, columns, look)).collect();
                let (mark, words, role) = match steps.iter().find(|step| !step.ok) {
                    Some(step) => {
                        let step = stage_in(language, step.stage);
                        let words = say!(language, "Mail does not get through: {step}.", step);
                        (Status::Undeliverable, words, Role::Bad)
                    }
                    None => {
                        (Status::Verified, say!(language, "The server takes mail.").to_owned(), Role::Good)
                    }
                };
                lines.extend(said(&look.marked(look.marks.status(mark), &words), role));
                lines
            }
        }
    }
}

fn step_lines(step: &Examined, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
    let (mark, role) = if step.ok {
        (look.marks.status(Status::Verified), Role::Text)
    } else {
        (look.marks.status(Status::Undeliverable), Role::Bad)
    };
    if look.marks.is_spoken() {
        let state = if step.ok { say!(look.language, "done") } else { say!(look.language, "failed") };
        let words = format!("{state}{}{}", look.separator(), safe(&step.words.say(look.language)));
        let lines = dialog::fact(stage_in(look.language, step.stage), &words, 0, columns, &look).into_iter();
        return lines.map(|text| ScrollLine { text, role }).collect();
    }
    let words = wrap(&safe(&step.words.say(look.language)), columns.saturating_sub(NAMES + 3).max(8));
    let first = format!("{mark} {} ", pad(stage_in(look.language, step.stage), NAMES, look.marks.ellipsis()));
    let heads = std::iter::once(first).chain(std::iter::repeat(" ".repeat(NAMES + 3)));
    heads.zip(words).map(|(head, words)| ScrollLine { text: format!("{head}{words}"), role }).collect()
}
