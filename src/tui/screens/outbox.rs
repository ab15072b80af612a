//! The outbox screen: newest first, every notice with the totals of its deliveries in one row and every other mail in a row of its
//! own; one notice opened, with its deliveries; and a filter, which lists single deliveries. It decides what to load and what the
//! keys in the list mean; retrying, cancelling and the dialog of one delivery are for others.
//!
//! ```text
//!  all ──enter on a notice──▶ its deliveries ──enter──▶ the dialog of one
//!   │                            │ esc
//!   └──/ and words──▶ deliveries that match
//! ```

pub(super) mod detail;
mod filter_line;
mod header;
mod table;
#[cfg(test)]
mod tests;
mod totals;
mod view;

use ratatui::layout::Rect;

pub use table::{state_role, state_words};

use crate::domain::delivery::{Delivery, DeliveryId, NoticeId, State};
use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::domain::say::say;
use crate::operations::Problem;
use crate::operations::outbox::{EntriesAt, EntryId, EntryKey, OutboxAt, OutboxEntry, OutboxQuery};
use crate::operations::page::Page;
use crate::tui::effect::{Question, Request};
use crate::tui::keymap::{Action, Context, Input, Typing};
use crate::tui::look::Look;
use crate::tui::plan::Plan;
use crate::tui::widgets::filter_line::{Edit, FilterLine};
use crate::tui::window::{Accepted, Far, Fill, Land, Row, Want, Window};

/// The state of the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbox {
    window: Window<OutboxEntry>,
    filter: FilterLine<OutboxQuery>,
    /// The notice whose deliveries are listed.
    opened: Option<Opened>,
    /// Height of the list in rows.
    height: usize,
}

/// A notice that was opened.
#[derive(Debug, Clone, PartialEq)]
struct Opened {
    notice: Notice,
    /// The list from which it was opened.
    behind: Window<OutboxEntry>,
    /// The question how it stands now.
    asked: Option<Request>,
}

/// What a key wants that goes beyond the list.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxOutcome {
    Stay,
    /// The key has no meaning in the list.
    Unused,
    Open(DeliveryId),
    /// Make it due now; the state allows it.
    Retry(DeliveryId),
    /// Ask whether to cancel it; the state allows it.
    Cancel(Box<Delivery>),
    /// Make all due now that have failed; there are some.
    RetryNotice(NoticeId),
    /// Ask whether to cancel all that wait; there are some.
    CancelNotice(Box<Notice>),
    /// What was wanted is not possible, in a sentence.
    Refused(&'static str),
}

impl Row for OutboxEntry {
    type Key = EntryKey;

    fn key(&self) -> EntryKey {
        Self::key(self)
    }
}

impl Outbox {
    /// Loads the list for the first time.
    pub fn open(&mut self, plan: &mut Plan) {
        self.load(EntriesAt::Newest, Land::First, plan);
    }

    /// The context whose keys are in force.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.filter.typing() {
            Typing::On => Context::Filter,
            Typing::Off if self.opened.is_some() => Context::OpenedNotice,
            Typing::Off => Context::Outbox,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        self.filter.typing()
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.window.is_loaded() && self.window.rows().is_empty()
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&OutboxEntry> {
        self.window.current()
    }

    /// Follows the size of the place in which the screen is drawn.
    pub fn resize(&mut self, body: Rect, plan: &mut Plan) {
        self.height = self.list_rows(body);
        self.window.fit(self.height);
        self.feed(plan);
    }

    /// Does what a key means. The place is the one in which the screen is drawn.
    pub fn act(&mut self, input: &Input, look: Look<'_>, body: Rect, plan: &mut Plan) -> OutboxOutcome {
        let outcome = match (self.filter.typing(), input) {
            (Typing::On, input) => self.act_in_filter(input, look, plan),
            (Typing::Off, Input::Action(action)) => self.act_in_list(*action, look.language, plan),
            (Typing::Off, Input::Text(_) | Input::Paste(_)) => OutboxOutcome::Unused,
        };
        self.resize(body, plan);
        outcome
    }

    /// Loads what is shown anew; cursor and filter stay. On the newest row the cursor stays on the newest.
    pub fn reload(&mut self, plan: &mut Plan) {
        if let Some(opened) = &mut self.opened {
            opened.asked = Some(plan.ask(Question::Notice { id: opened.notice.id }));
        }
        let newest = self.window.rows().first().map(Row::key);
        if self.window.current().map(Row::key) == newest {
            self.load(EntriesAt::Newest, Land::First, plan);
            return;
        }
        match self.window.stay(self.height).map(|(first, land)| (Row::key(first), land)) {
            None => self.load(EntriesAt::Newest, Land::First, plan),
            Some((first, land)) => self.load(EntriesAt::From(first), land, plan),
        }
    }

    /// Takes rows that came. A store that cannot be read is handed back.
    pub fn take_entries(
        &mut self,
        request: Request,
        page: Result<Page<OutboxEntry>, Problem>,
        plan: &mut Plan,
    ) -> Option<Problem> {
        if !self.window.awaits(request) {
            return None;
        }
        match page {
            Ok(page) => {
                // A row that is gone was purged, or no longer matches; the cursor stands on the one that follows.
                match self.window.accept(request, page, self.height) {
                    Accepted::Taken | Accepted::Lost(_) | Accepted::Stale => {}
                }
                self.feed(plan);
                None
            }
            Err(problem) => {
                self.window.forget();
                Some(problem)
            }
        }
    }

    /// Takes single deliveries that came, as [`Outbox::take_entries`] does.
    pub fn take_page(
        &mut self,
        request: Request,
        page: Result<Page<Delivery>, Problem>,
        plan: &mut Plan,
    ) -> Option<Problem> {
        let entries = page.map(|Page { rows, at_start, at_end }| Page {
            rows: rows.into_iter().map(OutboxEntry::Delivery).collect(),
            at_start,
            at_end,
        });
        self.take_entries(request, entries, plan)
    }

    /// Takes how the notice that is opened stands now. One that is gone is closed, and why is handed back.
    pub fn take_notice(
        &mut self,
        request: Request,
        notice: Result<Notice, Problem>,
        plan: &mut Plan,
    ) -> Option<Problem> {
        let opened = self.opened.as_mut().filter(|opened| opened.asked == Some(request))?;
        opened.asked = None;
        match notice {
            Ok(notice) => {
                opened.notice = notice;
                None
            }
            Err(problem) => {
                if matches!(problem, Problem::NoSuchNotice(_)) {
                    self.filter.clear();
                    self.close(plan);
                }
                Some(problem)
            }
        }
    }

    /// Notes that no answers will come to what was asked.
    pub fn forget(&mut self) {
        self.window.forget();
        if let Some(opened) = &mut self.opened {
            opened.asked = None;
        }
    }

    fn act_in_filter(&mut self, input: &Input, look: Look<'_>, plan: &mut Plan) -> OutboxOutcome {
        match self.filter.act(input, |text| filter_line::read(text, look)) {
            Edit::Changed => self.load(EntriesAt::Newest, Land::First, plan),
            Edit::Same => {}
            Edit::Move(action) => self.travel(action, plan),
            Edit::Unused => return OutboxOutcome::Unused,
        }
        OutboxOutcome::Stay
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the list has a use for few of all actions")]
    fn act_in_list(&mut self, action: Action, language: Language, plan: &mut Plan) -> OutboxOutcome {
        match action {
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::HalfUp
            | Action::HalfDown
            | Action::First
            | Action::Last => self.travel(action, plan),
            Action::Filter => self.filter.open(),
            Action::Back if self.filter.is_shown() => {
                if self.filter.clear() == Edit::Changed {
                    self.load(EntriesAt::Newest, Land::First, plan);
                }
            }
            Action::Back => self.close(plan),
            Action::Open => match self.current() {
                Some(OutboxEntry::Delivery(delivery)) => return OutboxOutcome::Open(delivery.id),
                Some(OutboxEntry::Notice(notice)) => {
                    let notice = notice.clone();
                    self.open_notice(notice, plan);
                }
                None => {}
            },
            Action::Retry => {
                return self.current().map_or(OutboxOutcome::Stay, |entry| retry(entry, language));
            }
            Action::Cancel => {
                return self.current().map_or(OutboxOutcome::Stay, |entry| cancel(entry, language));
            }
            _ => return OutboxOutcome::Unused,
        }
        OutboxOutcome::Stay
    }

    /// Lists the deliveries of a notice.
    fn open_notice(&mut self, notice: Notice, plan: &mut Plan) {
        self.opened = Some(Opened { notice, behind: std::mem::take(&mut self.window), asked: None });
        self.load(EntriesAt::Newest, Land::First, plan);
    }

    /// Goes back to the list from which a notice was opened.
    fn close(&mut self, plan: &mut Plan) {
        if let Some(opened) = self.opened.take() {
            self.window = opened.behind;
            self.reload(plan);
        }
    }

    fn travel(&mut self, action: Action, plan: &mut Plan) {
        match self.window.travel(action, self.height) {
            Some(Far::First) => self.load(EntriesAt::Newest, Land::First, plan),
            Some(Far::Last) => self.load(EntriesAt::Oldest, Land::Last, plan),
            None => {}
        }
    }

    fn load(&mut self, at: EntriesAt, land: Land<EntryKey>, plan: &mut Plan) {
        self.ask(at, Fill::Anew(land), plan);
    }

    /// Asks for the rows that are missing near the screen.
    fn feed(&mut self, plan: &mut Plan) {
        let rows = self.window.rows();
        let (first, last) = (rows.first().map(Row::key), rows.last().map(Row::key));
        match (self.window.wants(self.height), first, last) {
            (Some(Want::Before), Some(first), _) => self.ask(EntriesAt::Before(first), Fill::Before, plan),
            (Some(Want::After), _, Some(last)) => self.ask(EntriesAt::After(last), Fill::After, plan),
            (Some(Want::Before | Want::After) | None, _, _) => {}
        }
    }

    fn ask(&mut self, at: EntriesAt, fill: Fill<EntryKey>, plan: &mut Plan) {
        let limit = Window::<OutboxEntry>::page_size(self.height);
        let notice = self.opened.as_ref().map(|opened| opened.notice.id);
        let question = if notice.is_none() && self.filter.is_empty() {
            Question::OutboxEntries { at, limit }
        } else {
            let query = OutboxQuery { notice, ..self.filter.question().clone() };
            Question::OutboxPage { query, at: among_deliveries(at), limit }
        };
        let request = plan.ask(question);
        self.window.expect(request, fill);
    }
}

/// The same place in a list of deliveries only.
fn among_deliveries(at: EntriesAt) -> OutboxAt {
    let place = |key: EntryKey, at: fn(DeliveryId) -> OutboxAt| match key.id {
        EntryId::Delivery(id) => at(id),
        // A list of deliveries has no notice.
        EntryId::Notice(_) => OutboxAt::Newest,
    };
    match at {
        EntriesAt::Newest => OutboxAt::Newest,
        EntriesAt::Oldest => OutboxAt::Oldest,
        EntriesAt::After(key) => place(key, OutboxAt::After),
        EntriesAt::Before(key) => place(key, OutboxAt::Before),
        EntriesAt::From(key) => place(key, OutboxAt::From),
    }
}

fn retry(entry: &OutboxEntry, language: Language) -> OutboxOutcome {
    match entry {
        OutboxEntry::Delivery(delivery) if delivery.state.may_retry() => OutboxOutcome::Retry(delivery.id),
        OutboxEntry::Delivery(delivery) => OutboxOutcome::Refused(not_retried(delivery.state, language)),
        OutboxEntry::Notice(notice)
            if notice.totals.failed + notice.totals.expired > 0 || notice.unreached =>
        {
            OutboxOutcome::RetryNotice(notice.id)
        }
        OutboxEntry::Notice(_) => OutboxOutcome::Refused(say!(
            language,
            "No mail of this notice has failed; open it to try others again."
        )),
    }
}

fn cancel(entry: &OutboxEntry, language: Language) -> OutboxOutcome {
    match entry {
        OutboxEntry::Delivery(delivery) if delivery.state.may_cancel() => {
            OutboxOutcome::Cancel(Box::new(delivery.clone()))
        }
        OutboxEntry::Delivery(delivery) => OutboxOutcome::Refused(not_cancelled(delivery.state, language)),
        OutboxEntry::Notice(notice) if notice.totals.waiting > 0 => {
            OutboxOutcome::CancelNotice(Box::new(notice.clone()))
        }
        OutboxEntry::Notice(_) => OutboxOutcome::Refused(say!(
            language,
            "No mail of this notice waits; there is nothing to cancel."
        )),
    }
}

/// Why a delivery cannot be retried.
pub(super) fn not_retried(state: State, language: Language) -> &'static str {
    match state {
        State::Sending => say!(language, "This mail is on its way just now."),
        State::Sent => say!(language, "This mail was sent; it is not sent twice."),
        State::Cancelled => say!(language, "This mail was cancelled; it is not sent any more."),
        State::Queued | State::Retry | State::Written | State::Failed | State::Expired => "",
    }
}

/// Why a delivery cannot be cancelled.
pub(super) fn not_cancelled(state: State, language: Language) -> &'static str {
    match state {
        State::Sending => say!(language, "This mail is on its way just now; it cannot be called back."),
        State::Sent | State::Written | State::Failed | State::Expired | State::Cancelled => {
            say!(language, "This delivery has ended; there is nothing to cancel.")
        }
        State::Queued | State::Retry => "",
    }
}
