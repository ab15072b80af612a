//! Edits of subscriptions: what was ticked and is not saved yet, and what can be taken back.
//!
//! One edit is saved after the other, each made from what the one before has left, so that none is made from a state that was
//! never saved and nobody's newer change is overwritten. What is ticked is shown at once. It never draws and never asks anybody:
//! questions before an edit are for others.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::effect::{Question, Request};
use super::plan::Plan;
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::{Contact, ContactId};
use crate::domain::language::Language;
use crate::domain::say::{Say, counted};
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;
use crate::operations::Problem;
use crate::operations::contacts::Again;
use crate::operations::subscriptions::{Changed, Ended, Restored, Whom};

/// Edits on their way, and those that can be taken back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edits {
    /// What waits until the one under way is saved.
    queue: VecDeque<Edit>,
    under_way: Option<UnderWay>,
    /// What was done, the last at the end.
    done: Vec<Changed>,
}

/// Something to be changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    Tick(Tick),
    Column(ColumnEdit),
    Copy(CopyEdit),
    /// The last change that is not taken back yet.
    TakeBack,
}

/// What one contact is to want.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// As it was read last.
    pub contact: Box<Contact>,
    pub what: What,
    pub wanted: bool,
    pub again: Again,
}

/// What is ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A category or type, by id.
    One(String),
    Everything,
}

/// A category or type for several contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnEdit {
    pub id: String,
    pub whom: Whom,
    /// How many contacts are meant.
    pub count: u64,
    pub wanted: bool,
}

/// The subscriptions of one contact for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyEdit {
    pub from: ContactId,
    /// What it is called; safe to show.
    pub name: String,
    pub to: Targets,
}

/// The contacts for whom something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    pub ids: Vec<ContactId>,
    /// What the first of them is called; safe to show.
    pub name: String,
}

impl Say for Targets {
    fn say(&self, language: Language) -> String {
        match self.ids.len() {
            1 => self.name.clone(),
            several => {
                counted!(language, several, "{contacts} contact", "{contacts} contacts", contacts = several)
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct UnderWay {
    request: Request,
    edit: Edit,
    step: Step,
    /// Contacts that are done.
    done: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The contact is read anew, because the edit before may have changed it.
    Reading,
    Saving,
}

/// How an edit went.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nobody waits for it.
    Stale,
    /// The contact is read, and is being saved now.
    GoesOn,
    /// The contact as it is now.
    Ticked {
        contact: Box<Contact>,
        what: What,
        wanted: bool,
    },
    Changed(Box<Edit>, Changed),
    TakenBack(Restored),
    /// The recipient has unsubscribed meanwhile. `dropped` edits that waited are given up.
    HasUnsubscribed {
        tick: Box<Tick>,
        dropped: usize,
    },
    /// Nothing was changed. `dropped` edits that waited are given up: they were made believing that this one would be saved.
    Failed {
        problem: Problem,
        dropped: usize,
    },
}

/// How far something is that takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    pub done: u64,
    /// None if nobody knows.
    pub all: Option<u64>,
}

impl Tick {
    /// What the contact will want.
    #[must_use]
    pub fn applied(&self, wanted: &Subscriptions, catalogue: &Catalogue) -> Subscriptions {
        let mut after = wanted.clone();
        match &self.what {
            What::One(id) => after.set(id, self.wanted, catalogue),
            What::Everything => {
                for category in catalogue.categories() {
                    after.set(&category.id, self.wanted, catalogue);
                }
            }
        }
        after
    }
}

impl Edits {
    /// Does an edit, or lets it wait for those before.
    pub fn push(&mut self, edit: Edit, catalogue: &Catalogue, plan: &mut Plan) {
        self.queue.push_back(edit);
        self.go_on(catalogue, plan);
    }

    /// What a contact will want when everything that was ticked is saved.
    #[must_use]
    pub fn shown<'a>(&self, contact: &'a Contact, catalogue: &Catalogue) -> Cow<'a, Subscriptions> {
        let mut shown = Cow::Borrowed(&contact.subscriptions);
        let under_way = self.under_way.as_ref().map(|under_way| &under_way.edit);
        for edit in under_way.into_iter().chain(&self.queue) {
            if let Edit::Tick(tick) = edit
                && tick.contact.id == contact.id
            {
                shown = Cow::Owned(tick.applied(&shown, catalogue));
            }
        }
        shown
    }

    /// Whether there is something to take back, or will be.
    #[must_use]
    pub fn can_take_back(&self) -> bool {
        !self.done.is_empty() || self.under_way.is_some()
    }

    /// What is done stays done.
    pub fn seal(&mut self) {
        self.done.clear();
    }

    /// Whether several contacts are being changed.
    #[must_use]
    pub fn is_bulk(&self) -> bool {
        self.under_way.as_ref().is_some_and(|under_way| !matches!(under_way.edit, Edit::Tick(_)))
    }

    /// The question of the edit under way.
    #[must_use]
    pub fn request(&self) -> Option<Request> {
        self.under_way.as_ref().map(|under_way| under_way.request)
    }

    /// How far the edit under way is, if it is one for several contacts.
    #[must_use]
    pub fn way(&self) -> Option<Way> {
        let under_way = self.under_way.as_ref()?;
        let all = match &under_way.edit {
            Edit::Tick(_) => return None,
            Edit::Column(column) => Some(column.count),
            Edit::Copy(copy) => u64::try_from(copy.to.ids.len()).ok(),
            Edit::TakeBack => None,
        };
        (under_way.done > 0).then_some(Way { done: under_way.done, all })
    }

    /// Takes how far the edit under way is.
    pub fn progress(&mut self, request: Request, done: u64) {
        if let Some(under_way) = self.under_way.as_mut().filter(|under_way| under_way.request == request) {
            under_way.done = done;
        }
    }

    /// Takes the contact that was read before it is saved.
    pub fn take_contact(
        &mut self,
        request: Request,
        read: Result<Contact, Problem>,
        catalogue: &Catalogue,
        plan: &mut Plan,
    ) -> Outcome {
        match (self.take_under_way(request), read) {
            (Some(UnderWay { edit: Edit::Tick(tick), .. }), Ok(contact)) => {
                let tick = Tick { contact: Box::new(contact), ..tick };
                self.queue.push_front(Edit::Tick(tick));
                self.go_on(catalogue, plan);
                Outcome::GoesOn
            }
            (Some(_), Err(problem)) => self.failed(problem),
            (None, _) | (Some(_), Ok(_)) => Outcome::Stale,
        }
    }

    /// Takes what became of a tick, at `now`.
    pub fn take_saved(
        &mut self,
        request: Request,
        saved: Result<Contact, Problem>,
        now: Timestamp,
        catalogue: &Catalogue,
        plan: &mut Plan,
    ) -> Outcome {
        let Some(UnderWay { edit: Edit::Tick(tick), .. }) = self.take_under_way(request) else {
            return Outcome::Stale;
        };
        let contact = match saved {
            Ok(contact) => contact,
            Err(Problem::HasUnsubscribed { .. }) => {
                let dropped = self.drop_queue();
                return Outcome::HasUnsubscribed { tick: Box::new(tick), dropped };
            }
            Err(problem) => return self.failed(problem),
        };
        self.remember(Changed::of(&tick.contact, &contact, now));
        for edit in &mut self.queue {
            if let Edit::Tick(later) = edit
                && later.contact.id == contact.id
            {
                *later.contact = contact.clone();
            }
        }
        self.go_on(catalogue, plan);
        Outcome::Ticked { contact: Box::new(contact), what: tick.what, wanted: tick.wanted }
    }

    /// Takes what became of a change of several contacts.
    pub fn take_changed(
        &mut self,
        request: Request,
        changed: Result<Changed, Problem>,
        catalogue: &Catalogue,
        plan: &mut Plan,
    ) -> Outcome {
        let Some(under_way) = self.take_under_way(request) else { return Outcome::Stale };
        match changed {
            Ok(changed) => {
                self.remember(changed.clone());
                self.go_on_anew(catalogue, plan);
                Outcome::Changed(Box::new(under_way.edit), changed)
            }
            Err(problem) => self.failed(problem),
        }
    }

    /// Takes what became of taking something back.
    pub fn take_restored(
        &mut self,
        request: Request,
        restored: Result<Restored, Problem>,
        catalogue: &Catalogue,
        plan: &mut Plan,
    ) -> Outcome {
        if self.take_under_way(request).is_none() {
            return Outcome::Stale;
        }
        match restored {
            Ok(restored) => {
                // What was stopped half way is taken back further the next time.
                if restored.ended == Ended::Done {
                    self.done.pop();
                }
                self.go_on_anew(catalogue, plan);
                Outcome::TakenBack(restored)
            }
            Err(problem) => self.failed(problem),
        }
    }

    /// Notes that no answers will come to what was asked.
    pub fn forget(&mut self) {
        self.queue.clear();
        self.under_way = None;
    }

    fn take_under_way(&mut self, request: Request) -> Option<UnderWay> {
        self.under_way.take_if(|under_way| under_way.request == request)
    }

    fn remember(&mut self, changed: Changed) {
        if changed.count() > 0 {
            self.done.push(changed);
        }
    }

    fn failed(&mut self, problem: Problem) -> Outcome {
        let dropped = self.drop_queue();
        Outcome::Failed { problem, dropped }
    }

    /// Gives up what waits, and tells how many edits that were.
    fn drop_queue(&mut self) -> usize {
        std::mem::take(&mut self.queue).len()
    }

    /// Asks for the next edit that changes something.
    fn go_on(&mut self, catalogue: &Catalogue, plan: &mut Plan) {
        while self.under_way.is_none()
            && let Some(edit) = self.queue.pop_front()
        {
            if let Some(question) = self.question(&edit, catalogue) {
                self.start(edit, Step::Saving, question, plan);
            }
        }
    }

    /// The same after a change of several contacts: what is known of the next one may be old.
    fn go_on_anew(&mut self, catalogue: &Catalogue, plan: &mut Plan) {
        match self.queue.pop_front() {
            Some(Edit::Tick(tick)) => {
                let question = Question::Wishes { id: tick.contact.id };
                self.start(Edit::Tick(tick), Step::Reading, question, plan);
            }
            Some(edit) => {
                self.queue.push_front(edit);
                self.go_on(catalogue, plan);
            }
            None => {}
        }
    }

    fn start(&mut self, edit: Edit, step: Step, question: Question, plan: &mut Plan) {
        self.under_way = Some(UnderWay { request: plan.ask(question), edit, step, done: 0 });
    }

    fn question(&self, edit: &Edit, catalogue: &Catalogue) -> Option<Question> {
        match edit {
            Edit::Tick(tick) => {
                let contact = &tick.contact;
                let subscriptions = tick.applied(&contact.subscriptions, catalogue);
                let (id, version, again) = (contact.id, contact.version, tick.again);
                let changes = subscriptions != contact.subscriptions || again == Again::Yes;
                changes.then_some(Question::Subscribe { id, subscriptions, again, version })
            }
            Edit::Column(column) => Some(Question::SetColumn {
                id: column.id.clone(),
                whom: column.whom.clone(),
                wanted: column.wanted,
            }),
            Edit::Copy(copy) => {
                Some(Question::CopySubscriptions { from: copy.from, to: copy.to.ids.clone() })
            }
            Edit::TakeBack => self.done.last().cloned().map(|changed| Question::TakeBack { changed }),
        }
    }
}

#[cfg(test)]
mod tests;
