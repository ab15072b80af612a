//! The house: what all requests share. Two clerks, so that looking never waits behind writing, the counts of requests, and the
//! way to whoever runs the page.

use std::collections::hash_map::RandomState;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::body::Body;
use axum::http::Response;
use tokio::sync::mpsc;

use super::Event;
use super::answer;
use super::clerk::{Clerk, Unanswered};
use super::limits::{Counted, Counter, Limits};
use super::page::{Problem, Retry};
use super::request::Link;
use crate::domain::language::Language;
use crate::operations;

/// What all requests share.
pub struct House {
    /// Looks only.
    pub reader: Clerk,
    /// Confirms and unsubscribes.
    pub writer: Clerk,
    limits: Limits,
    counter: Mutex<Counter>,
    hasher: RandomState,
    events: mpsc::Sender<Event>,
    /// Why the database could not be used when it was needed last.
    trouble: Mutex<Option<String>>,
}

/// Who asks, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// None if several may stand behind one address.
    pub client: Option<IpAddr>,
    /// For pages that belong to no contact.
    pub language: Language,
    /// The method is POST.
    pub presses: bool,
}

impl House {
    pub fn new(reader: Clerk, writer: Clerk, limits: Limits, events: mpsc::Sender<Event>) -> Self {
        Self {
            reader,
            writer,
            limits,
            counter: Mutex::default(),
            hasher: RandomState::new(),
            events,
            trouble: Mutex::default(),
        }
    }

    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`Problem::Many`].
    pub fn admit(&self, visitor: Visitor) -> Result<(), Problem> {
        if let Some(client) = visitor.client {
            self.count(Counted::Client(client), |limits| limits.client)?;
        }
        self.count(Counted::All, |limits| limits.all)
    }

    /// Counts the press of a link's button. Only who has the link can use it up.
    ///
    /// # Errors
    /// [`Problem::Many`].
    pub fn admit_press(&self, link: &Link) -> Result<(), Problem> {
        self.count(Counted::link(link, &self.hasher), |limits| limits.link)
    }

    fn count(&self, counted: Counted, rate: impl Fn(&Limits) -> super::limits::Rate) -> Result<(), Problem> {
        let mut counter = self.counter.lock().unwrap_or_else(PoisonError::into_inner);
        counter
            .count(counted, rate(&self.limits), Instant::now())
            .map_err(|wait| Problem::Many { seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) })
    }

    /// The page for a question that has no answer.
    pub fn sorry(&self, unanswered: &Unanswered, visitor: Visitor) -> Response<Body> {
        self.note(unanswered);
        let retry = if visitor.presses { Retry::Post } else { Retry::Get };
        let problem = match unanswered {
            Unanswered::Full | Unanswered::Late | Unanswered::Problem(operations::Problem::Store(_)) => {
                Problem::Busy { retry }
            }
            Unanswered::Problem(_) | Unanswered::Fault => Problem::Fault,
        };
        answer::problem(problem, visitor.language)
    }

    /// Tells whoever runs the page why a question has no answer, once for each reason.
    pub fn note(&self, unanswered: &Unanswered) {
        let words = match unanswered {
            Unanswered::Full => "too many requests wait for the database".to_owned(),
            Unanswered::Late => "the database has not answered in time".to_owned(),
            Unanswered::Problem(problem) => problem.to_string(),
            Unanswered::Fault => "a request failed by a fault in callsheet".to_owned(),
        };
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.as_ref() != Some(&words) {
            *trouble = Some(words.clone());
            self.tell(Event::Trouble { words });
        }
    }

    /// A question was answered.
    pub fn is_well(&self) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.take().is_some() {
            self.tell(Event::Recovered);
        }
    }

    /// Tells whoever runs the page, unless more is told than is heard.
    pub fn tell(&self, event: Event) {
        let _ = self.events.try_send(event);
    }
}
