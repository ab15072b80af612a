//! The outbox screen: every delivery, newest first, and a filter. It decides what to load and what the keys in the list mean;
//! retrying, cancelling and the dialog of one delivery are for others.

mod filter_line;
mod table;
mod view;

use ratatui::layout::Rect;

pub use table::{state_role, state_words};

use crate::domain::delivery::{Delivery, DeliveryId};
use crate::operations::Problem;
use crate::operations::contacts::Page;
use crate::operations::outbox::{OutboxAt, OutboxQuery};
use crate::tui::effect::{Question, Request};
use crate::tui::keymap::{Action, Context, Input, Typing};
use crate::tui::plan::Plan;
use crate::tui::widgets::filter_line::{Edit, FilterLine};
use crate::tui::window::{Accepted, Far, Fill, Land, Row, Want, Window};

/// The state of the screen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outbox {
    window: Window<Delivery>,
    filter: FilterLine<OutboxQuery>,
    /// Height of the list in rows.
    height: usize,
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
    /// What was wanted is not possible, in a sentence.
    Refused(&'static str),
}

impl Outbox {
    /// Loads the list for the first time.
    pub fn open(&mut self, plan: &mut Plan) {
        self.load(OutboxAt::Newest, Land::First, plan);
    }

    /// The context whose keys are in force.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.filter.typing() {
            Typing::On => Context::Filter,
            Typing::Off => Context::Outbox,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        self.filter.typing()
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Delivery> {
        self.window.current()
    }

    /// Follows the size of the place in which the screen is drawn.
    pub fn resize(&mut self, body: Rect, plan: &mut Plan) {
        self.height = view::list_rows(body, &self.filter);
        self.window.fit(self.height);
        self.feed(plan);
    }

    /// Does what a key means. The place is the one in which the screen is drawn.
    pub fn act(&mut self, input: &Input, body: Rect, plan: &mut Plan) -> OutboxOutcome {
        let outcome = match (self.filter.typing(), input) {
            (Typing::On, input) => self.act_in_filter(input, plan),
            (Typing::Off, Input::Action(action)) => self.act_in_list(*action, plan),
            (Typing::Off, Input::Text(_) | Input::Paste(_)) => OutboxOutcome::Unused,
        };
        self.resize(body, plan);
        outcome
    }

    /// Loads what is shown anew; cursor and filter stay. On the newest row the cursor stays on the newest.
    pub fn reload(&mut self, plan: &mut Plan) {
        let newest = self.window.rows().first().map(Row::key);
        if self.window.current().map(Row::key) == newest {
            self.load(OutboxAt::Newest, Land::First, plan);
            return;
        }
        match self.window.stay(self.height).map(|(first, land)| (first.key(), land)) {
            None => self.load(OutboxAt::Newest, Land::First, plan),
            Some((first, land)) => self.load(OutboxAt::From(first), land, plan),
        }
    }

    /// Takes rows that came. A store that cannot be read is handed back.
    pub fn take_page(
        &mut self,
        request: Request,
        page: Result<Page<Delivery>, Problem>,
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

    /// Notes that no answers will come to what was asked.
    pub fn forget(&mut self) {
        self.window.forget();
    }

    fn act_in_filter(&mut self, input: &Input, plan: &mut Plan) -> OutboxOutcome {
        match self.filter.act(input, filter_line::read) {
            Edit::Changed => self.load(OutboxAt::Newest, Land::First, plan),
            Edit::Same => {}
            Edit::Move(action) => self.travel(action, plan),
            Edit::Unused => return OutboxOutcome::Unused,
        }
        OutboxOutcome::Stay
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the list has a use for few of all actions")]
    fn act_in_list(&mut self, action: Action, plan: &mut Plan) -> OutboxOutcome {
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
            Action::Back => {
                if self.filter.clear() == Edit::Changed {
                    self.load(OutboxAt::Newest, Land::First, plan);
                }
            }
            Action::Open => return self.with_current(|delivery| OutboxOutcome::Open(delivery.id)),
            Action::Retry => return self.with_current(retry),
            Action::Cancel => return self.with_current(cancel),
            _ => return OutboxOutcome::Unused,
        }
        OutboxOutcome::Stay
    }

    fn with_current(&self, outcome: impl FnOnce(&Delivery) -> OutboxOutcome) -> OutboxOutcome {
        self.current().map_or(OutboxOutcome::Stay, outcome)
    }

    fn travel(&mut self, action: Action, plan: &mut Plan) {
        match self.window.travel(action, self.height) {
            Some(Far::First) => self.load(OutboxAt::Newest, Land::First, plan),
            Some(Far::Last) => self.load(OutboxAt::Oldest, Land::Last, plan),
            None => {}
        }
    }

    fn query(&self) -> OutboxQuery {
        self.filter.question().clone()
    }

    fn load(&mut self, at: OutboxAt, land: Land<DeliveryId>, plan: &mut Plan) {
        self.ask(at, Fill::Anew(land), plan);
    }

    /// Asks for the rows that are missing near the screen.
    fn feed(&mut self, plan: &mut Plan) {
        let rows = self.window.rows();
        let (first, last) = (rows.first().map(Row::key), rows.last().map(Row::key));
        match (self.window.wants(self.height), first, last) {
            (Some(Want::Before), Some(first), _) => self.ask(OutboxAt::Before(first), Fill::Before, plan),
            (Some(Want::After), _, Some(last)) => self.ask(OutboxAt::After(last), Fill::After, plan),
            (Some(Want::Before | Want::After) | None, _, _) => {}
        }
    }

    fn ask(&mut self, at: OutboxAt, fill: Fill<DeliveryId>, plan: &mut Plan) {
        let limit = Window::<Delivery>::page_size(self.height);
        let request = plan.ask(Question::OutboxPage { query: self.query(), at, limit });
        self.window.expect(request, fill);
    }
}

fn retry(delivery: &Delivery) -> OutboxOutcome {
    if delivery.state.may_retry() {
        OutboxOutcome::Retry(delivery.id)
    } else {
        OutboxOutcome::Refused(not_retried(delivery))
    }
}

fn cancel(delivery: &Delivery) -> OutboxOutcome {
    if delivery.state.may_cancel() {
        OutboxOutcome::Cancel(Box::new(delivery.clone()))
    } else {
        OutboxOutcome::Refused(not_cancelled(delivery))
    }
}

/// Why a delivery cannot be retried.
pub(super) fn not_retried(delivery: &Delivery) -> &'static str {
    use crate::domain::delivery::State;
    match delivery.state {
        State::Sending => "This mail is on its way just now.",
        State::Sent => "This mail was sent; it is not sent twice.",
        State::Cancelled => "This mail was cancelled; it is not sent any more.",
        State::Queued | State::Retry | State::Written | State::Failed | State::Expired => "",
    }
}

/// Why a delivery cannot be cancelled.
pub(super) fn not_cancelled(delivery: &Delivery) -> &'static str {
    use crate::domain::delivery::State;
    match delivery.state {
        State::Sending => "This mail is on its way just now; it cannot be called back.",
        State::Sent | State::Written | State::Failed | State::Expired | State::Cancelled => {
            "This delivery has ended; there is nothing to cancel."
        }
        State::Queued | State::Retry => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::domain::delivery::{Kind, State};
    use crate::tui::effect::Effect;
    use crate::tui::widgets::test_look;

    const BODY: Rect = Rect { x: 0, y: 0, width: 80, height: 12 };

    fn delivery(id: i64, state: State) -> Delivery {
        let now = test_look().now;
        Delivery {
            id: DeliveryId(id),
            kind: Kind::Notice,
            to: "ada@example.org".into(),
            contact: None,
            name: "Ada".into(),
            notice: None,
            message_type: Some("security.account".into()),
            subject: "登录异常 – unusual logon".into(),
            fallback: None,
            state,
            attempts: 1,
            created_at: now,
            due_at: now,
            expires_at: now,
            ended_at: None,
            message_id: "<1@example.org>".into(),
            server: None,
            maybe_sent: false,
        }
    }

    fn asked(plan: Plan) -> Vec<(Request, OutboxQuery, OutboxAt)> {
        let page = |effect| {
            let Effect::Ask { request, question } = effect else { return None };
            let Question::OutboxPage { query, at, .. } = *question else { return None };
            Some((request, query, at))
        };
        plan.into_effects().into_iter().filter_map(page).collect()
    }

    fn outbox(states: &[State]) -> Outbox {
        let mut outbox = Outbox::default();
        let mut plan = Plan::default();
        outbox.open(&mut plan);
        let request = plan.last();
        let rows = states.iter().zip(1..).map(|(state, id)| delivery(100 - id, *state)).collect();
        let page = Page { rows, at_start: true, at_end: true };
        assert_eq!(outbox.take_page(request, Ok(page), &mut plan), None);
        outbox.resize(BODY, &mut plan);
        outbox
    }

    fn press(outbox: &mut Outbox, action: Action) -> OutboxOutcome {
        outbox.act(&Input::Action(action), BODY, &mut Plan::default())
    }

    #[test]
    fn keys_act_on_the_row_under_the_cursor() {
        let mut outbox = outbox(&[State::Queued, State::Sent]);
        assert_eq!(press(&mut outbox, Action::Open), OutboxOutcome::Open(DeliveryId(99)));
        assert_eq!(press(&mut outbox, Action::Retry), OutboxOutcome::Retry(DeliveryId(99)));
        assert!(
            matches!(press(&mut outbox, Action::Cancel), OutboxOutcome::Cancel(delivery) if delivery.id.0 == 99)
        );
        press(&mut outbox, Action::Down);
        assert_eq!(press(&mut outbox, Action::Open), OutboxOutcome::Open(DeliveryId(98)));
    }

    #[test]
    fn what_the_state_forbids_is_explained() {
        for state in State::ALL {
            let mut outbox = outbox(&[state]);
            let retried = press(&mut outbox, Action::Retry);
            assert_eq!(matches!(retried, OutboxOutcome::Retry(_)), state.may_retry(), "{state:?}");
            assert!(retried != OutboxOutcome::Refused(""), "{state:?}");
            let cancelled = press(&mut outbox, Action::Cancel);
            assert_eq!(matches!(cancelled, OutboxOutcome::Cancel(_)), state.may_cancel(), "{state:?}");
            assert!(cancelled != OutboxOutcome::Refused(""), "{state:?}");
        }
    }

    #[test]
    fn an_empty_list_has_nothing_to_act_on() {
        let mut outbox = outbox(&[]);
        for action in [Action::Open, Action::Retry, Action::Cancel, Action::Down, Action::Last] {
            assert_eq!(press(&mut outbox, action), OutboxOutcome::Stay);
        }
        assert_eq!(press(&mut outbox, Action::Add), OutboxOutcome::Unused);
    }

    #[test]
    fn a_filter_asks_for_words_and_a_state() {
        let mut outbox = outbox(&[State::Queued]);
        press(&mut outbox, Action::Filter);
        assert_eq!((outbox.context(), outbox.typing()), (Context::Filter, Typing::On));
        let mut plan = Plan::default();
        outbox.act(&Input::Paste("ada state:failed".into()), BODY, &mut plan);
        let asked = asked(plan);
        assert_eq!(
            asked[0].1,
            OutboxQuery { state: Some(State::Failed), words: vec!["ada".into()], ..OutboxQuery::default() }
        );
        assert_eq!(asked[0].2, OutboxAt::Newest);
    }

    #[test]
    fn the_cursor_on_the_newest_row_stays_on_the_newest() {
        let mut first = outbox(&[State::Queued, State::Sent, State::Sent]);
        let mut plan = Plan::default();
        first.reload(&mut plan);
        assert_eq!(asked(plan)[0].2, OutboxAt::Newest);
        press(&mut first, Action::Down);
        let mut plan = Plan::default();
        first.reload(&mut plan);
        assert_eq!(asked(plan)[0].2, OutboxAt::From(DeliveryId(99)));
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..170, height in 0u16..14, rows in 0..20usize, filters: bool) {
            let states: Vec<State> = State::ALL.into_iter().cycle().take(rows).collect();
            let mut outbox = outbox(&states);
            if filters {
                press(&mut outbox, Action::Filter);
            }
            let area = Rect::new(0, 0, width, height);
            outbox.resize(area, &mut Plan::default());
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = outbox.draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
