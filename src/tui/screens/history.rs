//! The history screen: who did what, newest first; the history of one contact; a filter; and a check that nobody has changed the
//! log, which runs beside it. It decides what to load and what the keys in the list mean; the dialog of one entry is for others.
//!
//! ```text
//!  all ──h on an entry──▶ what was done to its contact ◀──h in the contacts── contacts
//!   ▲                        │ esc                                               ▲
//!   └────────────────────────┴───────────────────────────────────────────────────┘
//! ```

pub(super) mod detail;
mod filter_line;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod view;
mod words;

use ratatui::layout::Rect;

use crate::domain::contact::ContactId;
use crate::domain::language::Language;
use crate::domain::say::{self, say};
use crate::domain::timestamp::Timestamp;
use crate::operations::Problem;
use crate::operations::history::{Anchor, Break, Found, HistoryAt, Record, RecordQuery, Rest, Verdict};
use crate::tui::effect::{Question, Request};
use crate::tui::keymap::{Action, Context, Input, Typing};
use crate::tui::look::Look;
use crate::tui::plan::Plan;
use crate::tui::widgets::filter_line::{Edit, FilterLine};
use crate::tui::window::{Accepted, Far, Fill, Land, Row, Want, Window};

/// The state of the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    window: Window<Record>,
    filter: FilterLine<RecordQuery>,
    /// The contact whose history is listed.
    opened: Option<Opened>,
    /// Height of the list in rows.
    height: usize,
    head: Head,
    search: Option<Search>,
    check: Check,
}

/// A contact whose history is listed.
#[derive(Debug, Clone, PartialEq)]
struct Opened {
    contact: ContactId,
    /// What it was called then, if it had a name.
    name: Option<String>,
    from: From,
    /// The list of everything and its filter.
    behind: (Window<Record>, FilterLine<RecordQuery>),
}

/// From where the history of a contact was opened, and where one comes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    List,
    Contacts,
}

/// The end of the log. The list is read anew only if it has moved: deliveries change the database many times a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Head {
    asked: Option<Request>,
    /// The number of the newest entry, which is how many there are.
    newest: Option<i64>,
    /// It has moved while the list was being read.
    has_moved: bool,
}

/// A search that has not read all that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Search {
    /// When what was read last was done.
    read_to: Timestamp,
    /// Entries that are wanted still.
    wanted: usize,
}

/// Whether somebody has changed the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Check {
    #[default]
    NotAsked,
    Running {
        request: Request,
        /// Entries checked so far.
        done: u64,
    },
    Ended {
        verdict: Verdict,
        at: Timestamp,
    },
}

/// What a key wants that goes beyond the list.
#[derive(Debug, Clone, PartialEq)]
pub enum HistoryOutcome {
    Stay,
    /// The key has no meaning in the list.
    Unused,
    /// Show the entry, and what a check found wrong with it.
    Open(Box<Record>, Option<Break>),
    /// Go back to the contacts.
    Contacts,
    /// The check that runs is to end.
    StopCheck(Request),
    /// What was wanted is not possible, in a sentence.
    Refused(&'static str),
}

impl Row for Record {
    type Key = i64;

    fn key(&self) -> i64 {
        self.id
    }
}

impl History {
    /// The context whose keys are in force.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.filter.typing() {
            Typing::On => Context::Filter,
            Typing::Off if self.opened.is_some() => Context::OpenedHistory,
            Typing::Off => Context::History,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub const fn typing(&self) -> Typing {
        self.filter.typing()
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.window.is_loaded() && self.window.rows().is_empty()
    }

    /// The entry under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Record> {
        self.window.current()
    }

    /// Follows the size of the place in which the list is drawn.
    pub fn resize(&mut self, body: Rect, plan: &mut Plan) {
        self.height = self.list_rows(body);
        self.window.fit(self.height);
        self.feed(plan);
    }

    /// Does what a key means. The place is the one in which the list is drawn.
    pub fn act(&mut self, input: &Input, look: Look<'_>, body: Rect, plan: &mut Plan) -> HistoryOutcome {
        let outcome = match (self.filter.typing(), input) {
            (Typing::On, input) => self.act_in_filter(input, look, plan),
            (Typing::Off, Input::Action(action)) => self.act_in_list(*action, look.language, plan),
            (Typing::Off, Input::Text(_) | Input::Paste(_)) => HistoryOutcome::Unused,
        };
        self.resize(body, plan);
        outcome
    }

    /// Lists what was done to a contact.
    pub fn open_contact(&mut self, contact: ContactId, name: &str, plan: &mut Plan) {
        self.show_all();
        self.narrow(contact, Some(name.to_owned()), From::Contacts, plan);
    }

    /// Lists everything again.
    pub fn close_contact(&mut self, plan: &mut Plan) {
        if self.opened.is_some() {
            self.show_all();
            self.load_anew(plan);
        }
    }

    /// Looks whether something was done since, and loads the list anew if so; cursor and filter stay.
    pub fn reload(&mut self, plan: &mut Plan) {
        self.head.asked = Some(plan.ask(Question::HistoryHead));
        if !self.window.is_loaded() && !self.window.is_waiting() {
            self.load(HistoryAt::Newest, Land::First, plan);
        }
    }

    /// Takes where the log ends now.
    pub fn take_head(
        &mut self,
        request: Request,
        head: Result<Anchor, Problem>,
        plan: &mut Plan,
    ) -> Option<Problem> {
        self.head.asked.take_if(|asked| *asked == request)?;
        match head {
            Ok(Anchor { id, .. }) => {
                let before = self.head.newest.replace(id);
                // What is searched beside may have been read before the first look at the end.
                let is_first = before.is_none() && self.opened.is_none();
                if before != Some(id) && !is_first {
                    self.load_anew(plan);
                }
                None
            }
            Err(problem) => Some(problem),
        }
    }

    /// Takes entries that came, and asks for what was not read yet. A store that cannot be read is handed back.
    pub fn take_page(
        &mut self,
        request: Request,
        found: Result<Found, Problem>,
        plan: &mut Plan,
    ) -> Option<Problem> {
        if !self.window.awaits(request) {
            return None;
        }
        let search = self.search.take();
        match found {
            Ok(Found { page, rest: Some(Rest { at, read_to }) }) => {
                let wanted = search.map_or_else(|| self.page_size(), |search| search.wanted);
                let wanted = wanted.saturating_sub(page.rows.len()).max(1);
                self.search = Some(Search { read_to, wanted });
                let rest = self.ask(at, wanted, plan);
                self.window.accept_part(request, page, rest, self.height);
                None
            }
            Ok(Found { page, rest: None }) => {
                // Entries are never taken away; one that no longer matches leaves the cursor on the one that follows.
                match self.window.accept(request, page, self.height) {
                    Accepted::Taken | Accepted::Lost(_) | Accepted::Stale => {}
                }
                if std::mem::take(&mut self.head.has_moved) {
                    self.load_anew(plan);
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

    /// Takes how far the check is.
    pub fn progress(&mut self, request: Request, so_far: u64) {
        if let Check::Running { request: running, done } = &mut self.check
            && *running == request
        {
            *done = so_far;
        }
    }

    /// Takes what the check has found; None if it was stopped. False if nobody waits for it. At a broken entry the cursor goes
    /// there, through any filter.
    pub fn take_verdict(
        &mut self,
        request: Request,
        verdict: Option<Verdict>,
        now: Timestamp,
        plan: &mut Plan,
    ) -> bool {
        let is_awaited = matches!(self.check, Check::Running { request: running, .. } if running == request);
        if !is_awaited {
            return false;
        }
        self.check = verdict.map_or(Check::NotAsked, |verdict| Check::Ended { verdict, at: now });
        if let Some(id) = self.broken().map(entry_of) {
            self.show_all();
            self.filter.clear();
            self.load(HistoryAt::From(id), Land::On { key: id, index: 0 }, plan);
        }
        true
    }

    /// Whether a check is under way.
    #[must_use]
    pub const fn is_checking(&self) -> bool {
        matches!(self.check, Check::Running { .. })
    }

    /// Notes that no answers will come to what was asked.
    pub fn forget(&mut self) {
        self.window.forget();
        self.search = None;
        self.head.asked = None;
        if self.is_checking() {
            self.check = Check::NotAsked;
        }
    }

    /// What the last check has found wrong.
    fn broken(&self) -> Option<Break> {
        match self.check {
            Check::Ended { verdict: Verdict::Broken(broken), .. } => Some(broken),
            Check::Ended { verdict: Verdict::Sound { .. } | Verdict::NotTheSame { .. }, .. }
            | Check::NotAsked
            | Check::Running { .. } => None,
        }
    }

    fn act_in_filter(&mut self, input: &Input, look: Look<'_>, plan: &mut Plan) -> HistoryOutcome {
        match self.filter.act(input, |text| filter_line::read(text, look)) {
            Edit::Changed => self.load(HistoryAt::Newest, Land::First, plan),
            Edit::Same => {}
            Edit::Move(action) => self.travel(action, plan),
            Edit::Unused => return HistoryOutcome::Unused,
        }
        HistoryOutcome::Stay
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the list has a use for few of all actions")]
    fn act_in_list(&mut self, action: Action, language: Language, plan: &mut Plan) -> HistoryOutcome {
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
            Action::Back => return self.back(plan),
            Action::Open => {
                let broken = self.broken();
                return self.current().map_or(HistoryOutcome::Stay, |record| {
                    let broken = broken.filter(|broken| entry_of(*broken) == record.id);
                    HistoryOutcome::Open(Box::new(record.clone()), broken)
                });
            }
            Action::ItsHistory => return self.open_current(language, plan),
            Action::Check if self.is_checking() => {}
            Action::Check => {
                self.check = Check::Running { request: plan.ask(Question::CheckHistory), done: 0 };
            }
            _ => return HistoryOutcome::Unused,
        }
        HistoryOutcome::Stay
    }

    /// Ends the check, else clears the filter, else goes back to where the history of a contact was opened.
    fn back(&mut self, plan: &mut Plan) -> HistoryOutcome {
        if let Check::Running { request, .. } = self.check {
            return HistoryOutcome::StopCheck(request);
        }
        if self.filter.is_shown() {
            if self.filter.clear() == Edit::Changed {
                self.load(HistoryAt::Newest, Land::First, plan);
            }
            return HistoryOutcome::Stay;
        }
        let from = self.opened.as_ref().map(|opened| opened.from);
        self.close_contact(plan);
        if from == Some(From::Contacts) { HistoryOutcome::Contacts } else { HistoryOutcome::Stay }
    }

    /// Lists what was done to the contact of the entry under the cursor.
    fn open_current(&mut self, language: Language, plan: &mut Plan) -> HistoryOutcome {
        let Some(record) = self.current() else { return HistoryOutcome::Stay };
        let Some(contact) = record.contact else {
            return HistoryOutcome::Refused(say!(language, "This entry is not about one contact."));
        };
        if self.opened.is_none() {
            let name = record.name.clone();
            self.narrow(contact, name, From::List, plan);
        }
        HistoryOutcome::Stay
    }

    fn narrow(&mut self, contact: ContactId, name: Option<String>, from: From, plan: &mut Plan) {
        let behind = (std::mem::take(&mut self.window), std::mem::take(&mut self.filter));
        self.opened = Some(Opened { contact, name, from, behind });
        self.load(HistoryAt::Newest, Land::First, plan);
    }

    /// Forgets the contact whose history is listed; what was listed before is there again.
    fn show_all(&mut self) {
        if let Some(opened) = self.opened.take() {
            (self.window, self.filter) = opened.behind;
            self.window.forget();
            self.search = None;
        }
    }

    fn travel(&mut self, action: Action, plan: &mut Plan) {
        match self.window.travel(action, self.height) {
            Some(Far::First) => self.load(HistoryAt::Newest, Land::First, plan),
            Some(Far::Last) => self.load(HistoryAt::Oldest, Land::Last, plan),
            None => {}
        }
    }

    /// Loads what is shown anew. On the newest entry the cursor stays on the newest.
    fn load_anew(&mut self, plan: &mut Plan) {
        if self.window.is_waiting() {
            // A search through a long log would never end if everything new began it anew.
            self.head.has_moved = true;
            return;
        }
        let is_on_newest = self.window.rows().first().map(Row::key) == self.window.current().map(Row::key);
        match self.window.stay(self.height).map(|(first, land)| (first.id, land)) {
            Some((first, land)) if !is_on_newest => self.load(HistoryAt::From(first), land, plan),
            Some(_) | None => self.load(HistoryAt::Newest, Land::First, plan),
        }
    }

    fn load(&mut self, at: HistoryAt, land: Land<i64>, plan: &mut Plan) {
        self.fill(at, Fill::Anew(land), plan);
    }

    /// Asks for the entries that are missing near the screen.
    fn feed(&mut self, plan: &mut Plan) {
        let rows = self.window.rows();
        let (first, last) = (rows.first().map(Row::key), rows.last().map(Row::key));
        match (self.window.wants(self.height), first, last) {
            (Some(Want::Before), Some(first), _) => self.fill(HistoryAt::Before(first), Fill::Before, plan),
            (Some(Want::After), _, Some(last)) => self.fill(HistoryAt::After(last), Fill::After, plan),
            (Some(Want::Before | Want::After) | None, _, _) => {}
        }
    }

    fn fill(&mut self, at: HistoryAt, fill: Fill<i64>, plan: &mut Plan) {
        let request = self.ask(at, self.page_size(), plan);
        self.search = None;
        self.head.has_moved = false;
        self.window.expect(request, fill);
    }

    fn page_size(&self) -> usize {
        Window::<Record>::page_size(self.height)
    }

    fn ask(&self, at: HistoryAt, limit: usize, plan: &mut Plan) -> Request {
        let mut query = self.filter.question().clone();
        if let Some(opened) = &self.opened {
            query.contact = Some(opened.contact);
        }
        plan.ask(Question::HistoryPage { query, at, limit })
    }
}

/// The number of the entry that is broken.
const fn entry_of(broken: Break) -> i64 {
    match broken {
        Break::Missing { id }
        | Break::Changed { id }
        | Break::DetailsChanged { id }
        | Break::DetailsMissing { id } => id,
    }
}

/// A number of entries in words.
#[must_use]
pub fn counted(language: Language, entries: i64) -> String {
    say::counted!(language, entries, "{count} entry", "{count} entries", count = entries)
}
