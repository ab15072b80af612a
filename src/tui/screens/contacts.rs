//! The contacts screen: the list, its filter, its order and what is picked in it. It decides what to load and what the keys in
//! the list mean; dialogs and saving are for others.

mod detail;
mod filter_line;
mod table;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::layout::Rect;

pub use table::{status_role, types_words};
pub use view::{draw, draw_detail, spoken};
pub(super) use view::{draw_nothing, titles};

use crate::domain::contact::{Contact, ContactId, SortColumn, Status};
use crate::domain::filter::Filter;
use crate::domain::fold::fold;
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::say::plain;
use crate::operations::Problem;
use crate::operations::contacts::{Anchor, ListQuery, Order, PageAt};
use crate::operations::page::Page;
use crate::tui::effect::{Effect, Question, Request};
use crate::tui::keymap::{Action, Context, Input, Typing};
use crate::tui::look::Look;
use crate::tui::plan::Plan;
use crate::tui::screens::go_to::Goal;
use crate::tui::widgets::filter_line::{Edit, FilterLine};
use crate::tui::window::{Accepted, Far, Fill, Land, Row, Want, Window};

/// The state of the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contacts {
    window: Window<Contact>,
    filter: FilterLine<Filter>,
    sort: SortColumn,
    order: Order,
    /// Shared with the questions that are about it.
    picked: Arc<BTreeSet<ContactId>>,
    /// All that match are asked for, to be picked.
    picking: Option<Request>,
    count: Count,
    /// Height of the list in rows.
    height: usize,
    chase: Chase,
}

/// How many contacts the filter lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Count {
    /// The totals tell it.
    #[default]
    Unfiltered,
    Asked(Request),
    Known(u64),
}

/// Where the row under the cursor has gone that is no longer where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Chase {
    #[default]
    Idle,
    Asked(Request),
    /// Its new place is being loaded; if it is not there either, the filter hides it.
    Followed,
}

/// What a key wants that goes beyond the list.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing.
    Stay,
    /// The key has no meaning in the list.
    Unused,
    Add,
    Modify(Box<Contact>),
    /// All that are picked, or the one under the cursor.
    Delete(Doomed),
    Verification(ContactId),
    /// Show and change what the contact wants.
    Types(Box<Contact>),
    /// Show what was done to the contact.
    History(Box<Contact>),
    Export,
    Import,
}

/// Contacts that are to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    pub ids: Vec<ContactId>,
    /// The contact, if it is a single one and loaded.
    pub contact: Option<Box<Contact>>,
}

impl Contacts {
    /// Loads the list for the first time.
    pub fn open(&mut self, plan: &mut Plan) {
        self.load(PageAt::First, Land::First, plan);
    }

    /// The context whose keys are in force.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self.filter.typing() {
            Typing::On => Context::Filter,
            Typing::Off => Context::Contacts,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub const fn typing(&self) -> Typing {
        self.filter.typing()
    }

    /// Whether nothing is listed, and nothing selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.window.is_loaded() && self.window.rows().is_empty() && self.picked.is_empty()
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Contact> {
        self.window.current()
    }

    /// What is picked for a common action.
    #[must_use]
    pub const fn picked(&self) -> &Arc<BTreeSet<ContactId>> {
        &self.picked
    }

    #[must_use]
    pub const fn window(&self) -> &Window<Contact> {
        &self.window
    }

    /// The line in which the filter is typed.
    #[must_use]
    pub const fn filter(&self) -> &FilterLine<Filter> {
        &self.filter
    }

    /// What is listed and in which order.
    #[must_use]
    pub fn query(&self) -> ListQuery {
        let filter = self.filter.question().clone();
        let selected = if filter.asks_for_selection() { Arc::clone(&self.picked) } else { Arc::default() };
        ListQuery { filter, sort: self.sort, order: self.order, selected }
    }

    /// Follows the size of the place in which the screen is drawn.
    pub fn resize(&mut self, body: Rect, plan: &mut Plan) {
        self.set_rows(view::list_rows(body, &self.filter), plan);
    }

    /// Follows the number of rows for contacts on another screen.
    pub fn set_rows(&mut self, rows: usize, plan: &mut Plan) {
        self.height = rows;
        self.window.fit(self.height);
        self.feed(plan);
    }

    /// Does what a key means. The place is the one in which the screen is drawn.
    pub fn act(&mut self, input: &Input, look: &Look<'_>, body: Rect, plan: &mut Plan) -> Outcome {
        let outcome = self.act_as_rows(input, look, plan);
        self.resize(body, plan);
        outcome
    }

    /// The same on another screen, which says with [`Contacts::set_rows`] afterwards how many rows it has.
    pub fn act_as_rows(&mut self, input: &Input, look: &Look<'_>, plan: &mut Plan) -> Outcome {
        match (self.filter.typing(), input) {
            (Typing::On, input) => self.act_in_filter(input, look, plan),
            (Typing::Off, Input::Action(action)) => self.act_in_list(*action, plan),
            (Typing::Off, Input::Text(_) | Input::Paste(_)) => Outcome::Unused,
        }
    }

    /// Shows a contact as it is now, if it is listed.
    pub fn show_anew(&mut self, contact: &Contact) {
        self.window.show_anew(contact);
    }

    /// Loads what is shown anew; cursor, filter and order stay. `gone` will not come back.
    pub fn reload(&mut self, gone: &[ContactId], plan: &mut Plan) {
        if gone.iter().any(|id| self.picked.contains(id)) {
            let picked = Arc::make_mut(&mut self.picked);
            for id in gone {
                picked.remove(id);
            }
        }
        match self.window.stay(self.height) {
            None => self.load(PageAt::First, Land::First, plan),
            Some((first, land)) => {
                let at = PageAt::From(Anchor::of(first, self.sort));
                let neighbour = self.window.neighbour(&self.listed_of(gone));
                self.load(at, on(neighbour, land), plan);
            }
        }
        self.recount(plan);
    }

    /// Those that are loaded: a comparison with each that is gone would take long if many are.
    fn listed_of(&self, gone: &[ContactId]) -> Vec<ContactId> {
        let gone: BTreeSet<ContactId> = gone.iter().copied().collect();
        self.window.rows().iter().map(Row::key).filter(|id| gone.contains(id)).collect()
    }

    /// Goes to a contact that was saved, wherever it stands now.
    pub fn go_to(&mut self, contact: &Contact, plan: &mut Plan) {
        let at = PageAt::From(Anchor::of(contact, self.sort));
        self.load(at, Land::On { key: contact.id, index: 0 }, plan);
        self.recount(plan);
    }

    /// Goes to where rows begin with letters, or to a share of the list.
    pub fn jump(&mut self, goal: Goal, language: Language, plan: &mut Plan) {
        let at = match goal {
            Goal::Letters(letters) => PageAt::Letters(self.value(letters, language)),
            Goal::Percent(percent) => PageAt::Percent(percent),
        };
        self.load(at, Land::First, plan);
    }

    /// What letters mean in the order of the list: of a position or status, which is shown in words, the value with such words.
    fn value(&self, letters: String, language: Language) -> String {
        let begins = |words: &str| fold(words).starts_with(&*fold(&letters));
        let value = match self.sort {
            SortColumn::Position => {
                Position::ALL.iter().find(|position| begins(position.title(language))).map(|found| found.id())
            }
            SortColumn::Status => Status::ALL
                .iter()
                .find(|status| begins(plain(language, status.words())))
                .map(|found| found.id()),
            SortColumn::Name | SortColumn::Email | SortColumn::Id => None,
        };
        value.map_or(letters, str::to_owned)
    }

    /// Takes rows that came. A store that cannot be read is handed back.
    pub fn take_page(
        &mut self,
        request: Request,
        page: Result<Page<Contact>, Problem>,
        plan: &mut Plan,
    ) -> Option<Problem> {
        if !self.window.awaits(request) {
            return None;
        }
        match page {
            Ok(page) => {
                if let Accepted::Lost(id) = self.window.accept(request, page, self.height) {
                    self.chase = match self.chase {
                        Chase::Followed => Chase::Idle,
                        Chase::Idle | Chase::Asked(_) => Chase::Asked(plan.ask(Question::Contact { id })),
                    };
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

    /// Takes the contact that was under the cursor and stands elsewhere now; one that is gone is let go.
    pub fn take_contact(&mut self, request: Request, contact: Result<Contact, Problem>, plan: &mut Plan) {
        if self.chase != Chase::Asked(request) {
            return;
        }
        self.chase = Chase::Idle;
        if let Ok(contact) = contact {
            let at = PageAt::From(Anchor::of(&contact, self.sort));
            self.load(at, Land::On { key: contact.id, index: 0 }, plan);
            self.chase = Chase::Followed;
        }
    }

    /// How many contacts the filter lets through; None while nobody knows, and without a filter.
    #[must_use]
    pub const fn matching(&self) -> Option<u64> {
        match self.count {
            Count::Known(count) => Some(count),
            Count::Unfiltered | Count::Asked(_) => None,
        }
    }

    /// Takes the number of contacts that the filter lets through.
    pub fn take_count(&mut self, request: Request, count: Result<u64, Problem>) {
        if self.count == Count::Asked(request) {
            self.count = count.map_or(Count::Unfiltered, Count::Known);
        }
    }

    /// Picks all contacts that match, if the filter is still the one for which they were asked. A store that cannot be read is
    /// handed back.
    pub fn take_matching(
        &mut self,
        request: Request,
        ids: Result<Arc<BTreeSet<ContactId>>, Problem>,
    ) -> Option<Problem> {
        self.picking.take_if(|asked| *asked == request)?;
        match ids {
            Ok(ids) => {
                // The few are added to the many: all contacts may be meant, and usually nobody was picked before.
                let (few, mut many) = if self.picked.len() < ids.len() {
                    (std::mem::take(&mut self.picked), ids)
                } else {
                    (ids, std::mem::take(&mut self.picked))
                };
                if !few.is_subset(&many) {
                    Arc::make_mut(&mut many).extend(few.iter());
                }
                self.picked = many;
                None
            }
            Err(problem) => Some(problem),
        }
    }

    /// Notes that no answers will come to what was asked.
    pub fn forget(&mut self) {
        self.window.forget();
        self.chase = Chase::Idle;
        self.count = Count::Unfiltered;
        self.picking = None;
    }

    fn act_in_filter(&mut self, input: &Input, look: &Look<'_>, plan: &mut Plan) -> Outcome {
        match self.filter.act(input, |text| filter_line::read(text, look)) {
            Edit::Changed => self.refilter(plan),
            Edit::Same => {}
            Edit::Move(action) => self.travel(action, plan),
            Edit::Unused => return Outcome::Unused,
        }
        Outcome::Stay
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the list has a use for few of all actions")]
    fn act_in_list(&mut self, action: Action, plan: &mut Plan) -> Outcome {
        match action {
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::HalfUp
            | Action::HalfDown
            | Action::First
            | Action::Last => self.travel(action, plan),
            Action::Pick => self.pick(plan),
            Action::SelectAll => {
                self.picking = Some(plan.ask(Question::Matching { query: self.query() }));
            }
            Action::Filter => {
                self.filter.open();
                plan.add(Effect::ReadyFilter);
            }
            Action::Back => self.back(plan),
            Action::Sort => self.sort_by(self.sort.next(), Order::Ascending, plan),
            Action::Reverse => self.sort_by(self.sort, reversed(self.order), plan),
            Action::Add => return Outcome::Add,
            Action::Export => return Outcome::Export,
            Action::Import => return Outcome::Import,
            Action::Modify => return self.with_current(|contact| Outcome::Modify(Box::new(contact.clone()))),
            Action::Verification => return self.with_current(|contact| Outcome::Verification(contact.id)),
            Action::Delete => return self.doom(),
            Action::ItsTypes => {
                return self.with_current(|contact| Outcome::Types(Box::new(contact.clone())));
            }
            Action::ItsHistory => {
                return self.with_current(|contact| Outcome::History(Box::new(contact.clone())));
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn with_current(&self, outcome: impl FnOnce(&Contact) -> Outcome) -> Outcome {
        self.current().map_or(Outcome::Stay, outcome)
    }

    fn doom(&self) -> Outcome {
        let picked: Vec<ContactId> = self.picked.iter().copied().collect();
        let contact = match (picked.as_slice(), self.current()) {
            ([], None) => return Outcome::Stay,
            ([], Some(contact)) => Some(contact),
            ([id], _) => self.window.rows().iter().find(|contact| contact.id == *id),
            (_, _) => None,
        };
        let contact = contact.cloned().map(Box::new);
        let ids = if picked.is_empty() { contact.iter().map(|contact| contact.id).collect() } else { picked };
        Outcome::Delete(Doomed { ids, contact })
    }

    fn pick(&mut self, plan: &mut Plan) {
        let Some(id) = self.current().map(Row::key) else { return };
        let picked = Arc::make_mut(&mut self.picked);
        if !picked.remove(&id) {
            picked.insert(id);
        }
        self.window.step(1, self.height);
        if self.filter.question().asks_for_selection() {
            self.reload(&[], plan);
        }
    }

    /// Clears the filter, then what is picked.
    fn back(&mut self, plan: &mut Plan) {
        if self.filter.clear() == Edit::Changed {
            self.refilter(plan);
        } else if !self.picked.is_empty() {
            self.picked = Arc::default();
        }
    }

    fn sort_by(&mut self, sort: SortColumn, order: Order, plan: &mut Plan) {
        self.sort = sort;
        self.order = order;
        match self.current().cloned() {
            Some(contact) => self.go_to(&contact, plan),
            None => self.load(PageAt::First, Land::First, plan),
        }
    }

    fn refilter(&mut self, plan: &mut Plan) {
        self.picking = None;
        self.load(PageAt::First, Land::First, plan);
        self.recount(plan);
    }

    fn recount(&mut self, plan: &mut Plan) {
        self.count = if self.filter.is_empty() {
            Count::Unfiltered
        } else {
            Count::Asked(plan.ask(Question::Count { query: self.query() }))
        };
    }

    fn travel(&mut self, action: Action, plan: &mut Plan) {
        match self.window.travel(action, self.height) {
            Some(Far::First) => self.load(PageAt::First, Land::First, plan),
            Some(Far::Last) => self.load(PageAt::Last, Land::Last, plan),
            None => {}
        }
    }

    fn load(&mut self, at: PageAt, land: Land<ContactId>, plan: &mut Plan) {
        self.chase = Chase::Idle;
        let limit = Window::<Contact>::page_size(self.height);
        let request = plan.ask(Question::Page { query: self.query(), at, limit });
        self.window.expect(request, Fill::Anew(land));
    }

    /// Asks for the rows that are missing near the screen.
    fn feed(&mut self, plan: &mut Plan) {
        let Some(want) = self.window.wants(self.height) else { return };
        let rows = self.window.rows();
        let (row, fill) = match want {
            Want::Before => (rows.first(), Fill::Before),
            Want::After => (rows.last(), Fill::After),
        };
        let Some(anchor) = row.map(|contact| Anchor::of(contact, self.sort)) else { return };
        let at = match want {
            Want::Before => PageAt::Before(anchor),
            Want::After => PageAt::After(anchor),
        };
        let limit = Window::<Contact>::page_size(self.height);
        let request = plan.ask(Question::Page { query: self.query(), at, limit });
        self.window.expect(request, fill);
    }
}

/// The landing with another row, if there is one.
fn on(neighbour: Option<ContactId>, land: Land<ContactId>) -> Land<ContactId> {
    match (neighbour, land) {
        (Some(key), Land::On { index, .. }) => Land::On { key, index },
        (Some(_), land @ (Land::First | Land::Last)) | (None, land) => land,
    }
}

const fn reversed(order: Order) -> Order {
    match order {
        Order::Ascending => Order::Descending,
        Order::Descending => Order::Ascending,
    }
}
