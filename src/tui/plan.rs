//! The plan: what `update` wants done, collected while one message is handled. It numbers the questions.

use super::effect::{Effect, MailTask, Question, Request};

/// Effects in the order in which they are to be done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    last: Request,
    effects: Vec<Effect>,
}

impl Plan {
    /// An empty plan whose questions are numbered from after `last`.
    #[must_use]
    pub const fn after(last: Request) -> Self {
        Self { last, effects: Vec::new() }
    }

    /// Adds a question; its answer will carry the request that is returned.
    pub fn ask(&mut self, question: Question) -> Request {
        self.last = Request(self.last.0 + 1);
        self.effects.push(Effect::Ask { request: self.last, question: Box::new(question) });
        self.last
    }

    /// Adds a task about the mail server; its answer will carry the request that is returned.
    pub fn configure(&mut self, task: MailTask) -> Request {
        self.last = Request(self.last.0 + 1);
        self.effects.push(Effect::Configure { request: self.last, task: Box::new(task) });
        self.last
    }

    /// Adds an effect that has no answer.
    pub fn add(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The last number that was given.
    #[must_use]
    pub const fn last(&self) -> Request {
        self.last
    }

    #[must_use]
    pub fn into_effects(self) -> Vec<Effect> {
        self.effects
    }
}
