//! What keys and answers make of the outbox.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::domain::delivery::{Kind, State};
use crate::domain::notice::NoticeTotals;
use crate::domain::routing::FallbackReason;
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

fn notice(id: i64, waiting: u64, failed: u64) -> Notice {
    Notice {
        id: NoticeId(id),
        message_type: "security.account".into(),
        subject: "登录异常".into(),
        created_at: test_look().now,
        ended_at: None,
        cancelled: false,
        fallback: Some(FallbackReason::AllFailed),
        unreached: false,
        totals: NoticeTotals { waiting, failed, sent: 9, ..NoticeTotals::default() },
    }
}

fn asked(plan: Plan) -> Vec<(Request, Question)> {
    let question = |effect| {
        let Effect::Ask { request, question } = effect else { return None };
        Some((request, *question))
    };
    plan.into_effects().into_iter().filter_map(question).collect()
}

fn all(rows: Vec<OutboxEntry>) -> Page<OutboxEntry> {
    Page { rows, at_start: true, at_end: true }
}

fn with(rows: Vec<OutboxEntry>) -> Outbox {
    let mut outbox = Outbox::default();
    let mut plan = Plan::default();
    outbox.open(&mut plan);
    let request = plan.last();
    assert_eq!(outbox.take_entries(request, Ok(all(rows)), &mut plan), None);
    outbox.resize(BODY, &mut plan);
    outbox
}

fn outbox(states: &[State]) -> Outbox {
    let rows = states.iter().zip(1..).map(|(state, id)| OutboxEntry::Delivery(delivery(100 - id, *state)));
    with(rows.collect())
}

fn act(outbox: &mut Outbox, input: &Input) -> (OutboxOutcome, Vec<(Request, Question)>) {
    let mut plan = Plan::after(Request(50));
    let outcome = outbox.act(input, test_look(), BODY, &mut plan);
    (outcome, asked(plan))
}

fn press(outbox: &mut Outbox, action: Action) -> OutboxOutcome {
    act(outbox, &Input::Action(action)).0
}

/// Opens the notice under the cursor, and its deliveries come.
fn opened(notice: Notice, states: &[State]) -> Outbox {
    let mut outbox =
        with(vec![OutboxEntry::Delivery(delivery(100, State::Sent)), OutboxEntry::Notice(notice)]);
    press(&mut outbox, Action::Down);
    let (_, asked) = act(&mut outbox, &Input::Action(Action::Open));
    let rows = states.iter().zip(1..).map(|(state, id)| delivery(50 - id, *state)).collect();
    let page = Page { rows, at_start: true, at_end: true };
    assert_eq!(outbox.take_page(asked[0].0, Ok(page), &mut Plan::default()), None);
    outbox
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
fn on_a_notice_keys_act_on_all_its_mails() {
    let mut both = with(vec![OutboxEntry::Notice(notice(7, 2, 3))]);
    assert_eq!(press(&mut both, Action::Retry), OutboxOutcome::RetryNotice(NoticeId(7)));
    assert_eq!(press(&mut both, Action::Cancel), OutboxOutcome::CancelNotice(Box::new(notice(7, 2, 3))));
    let mut ended = with(vec![OutboxEntry::Notice(notice(7, 0, 0))]);
    assert!(matches!(press(&mut ended, Action::Retry), OutboxOutcome::Refused(_)));
    assert!(matches!(press(&mut ended, Action::Cancel), OutboxOutcome::Refused(_)));
    // Its mails were cancelled, and nobody else was there: a security email that was set since can get it.
    let unreached = Notice { unreached: true, ..notice(7, 0, 0) };
    let mut unreached = with(vec![OutboxEntry::Notice(unreached)]);
    assert_eq!(press(&mut unreached, Action::Retry), OutboxOutcome::RetryNotice(NoticeId(7)));
}

#[test]
fn a_notice_is_opened_and_closed_where_it_was() {
    let mut outbox =
        with(vec![OutboxEntry::Delivery(delivery(100, State::Sent)), OutboxEntry::Notice(notice(7, 1, 0))]);
    press(&mut outbox, Action::Down);
    let (outcome, asked) = act(&mut outbox, &Input::Action(Action::Open));
    let query = OutboxQuery { notice: Some(NoticeId(7)), ..OutboxQuery::default() };
    assert_eq!(outcome, OutboxOutcome::Stay);
    assert!(
        matches!(&asked[0].1, Question::OutboxPage { query: found, at: OutboxAt::Newest, .. } if *found == query)
    );
    assert_eq!(outbox.current(), None, "what was listed before is not acted on");
    let (_, asked) = act(&mut outbox, &Input::Action(Action::Back));
    assert_eq!(outbox.current(), Some(&OutboxEntry::Notice(notice(7, 1, 0))));
    assert!(matches!(asked[0].1, Question::OutboxEntries { at: EntriesAt::From(_), .. }));
    assert_eq!(press(&mut outbox, Action::Back), OutboxOutcome::Stay);
}

#[test]
fn a_notice_that_is_opened_is_kept_up_to_date() {
    let mut outbox = opened(notice(7, 1, 0), &[State::Queued]);
    let mut plan = Plan::default();
    outbox.reload(&mut plan);
    let asked = asked(plan);
    assert_eq!(asked[0].1, Question::Notice { id: NoticeId(7) });
    let now = notice(7, 0, 1);
    assert_eq!(outbox.take_notice(Request(900), Ok(notice(8, 0, 0)), &mut Plan::default()), None, "stale");
    assert_eq!(outbox.take_notice(asked[0].0, Ok(now.clone()), &mut Plan::default()), None);
    assert_eq!(outbox.opened.as_ref().map(|opened| &opened.notice), Some(&now));
}

#[test]
fn a_notice_that_was_purged_is_closed() {
    let mut outbox = opened(notice(7, 1, 0), &[State::Queued]);
    let mut plan = Plan::default();
    outbox.reload(&mut plan);
    let gone = Problem::NoSuchNotice(7);
    let request = asked(plan)[0].0;
    assert_eq!(outbox.take_notice(request, Err(gone.clone()), &mut Plan::default()), Some(gone));
    assert_eq!(outbox.opened, None);
}

#[test]
fn a_filter_inside_a_notice_stays_inside_it() {
    let mut outbox = opened(notice(7, 1, 2), &[State::Failed, State::Sent]);
    press(&mut outbox, Action::Filter);
    let (_, asked) = act(&mut outbox, &Input::Paste("ada".into()));
    assert!(
        matches!(&asked[0].1, Question::OutboxPage { query, .. } if query.notice == Some(NoticeId(7)) && query.words == ["ada"])
    );
    press(&mut outbox, Action::Accept);
    press(&mut outbox, Action::Back);
    assert!(outbox.opened.is_some(), "the first step back clears the filter");
    press(&mut outbox, Action::Back);
    assert!(outbox.opened.is_none());
}

#[test]
fn an_empty_list_has_nothing_to_act_on() {
    let mut outbox = outbox(&[]);
    for action in [Action::Open, Action::Retry, Action::Cancel, Action::Down, Action::Last, Action::Back] {
        assert_eq!(press(&mut outbox, action), OutboxOutcome::Stay);
    }
    assert_eq!(press(&mut outbox, Action::Add), OutboxOutcome::Unused);
}

#[test]
fn a_filter_lists_single_deliveries() {
    let mut outbox = outbox(&[State::Queued]);
    press(&mut outbox, Action::Filter);
    assert_eq!((outbox.context(), outbox.typing()), (Context::Filter, Typing::On));
    let (_, asked) = act(&mut outbox, &Input::Paste("ada state:failed".into()));
    let query =
        OutboxQuery { state: Some(State::Failed), words: vec!["ada".into()], ..OutboxQuery::default() };
    assert!(
        matches!(&asked[0].1, Question::OutboxPage { query: found, at: OutboxAt::Newest, .. } if *found == query)
    );
    let (_, asked) = act(&mut outbox, &Input::Action(Action::Close));
    assert!(matches!(asked[0].1, Question::OutboxEntries { at: EntriesAt::Newest, .. }));
}

#[test]
fn the_cursor_on_the_newest_row_stays_on_the_newest() {
    let mut outbox = outbox(&[State::Queued, State::Sent, State::Sent]);
    let mut plan = Plan::default();
    outbox.reload(&mut plan);
    assert!(matches!(asked(plan)[0].1, Question::OutboxEntries { at: EntriesAt::Newest, .. }));
    press(&mut outbox, Action::Down);
    let mut plan = Plan::default();
    outbox.reload(&mut plan);
    let first = EntryKey { created_at: test_look().now, id: EntryId::Delivery(DeliveryId(99)) };
    assert!(
        matches!(asked(plan)[0].1, Question::OutboxEntries { at: EntriesAt::From(key), .. } if key == first)
    );
}

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(width in 0u16..170, height in 0u16..14, rows in 0..20usize, filters: bool, opens: bool, unreached: bool) {
        let states: Vec<State> = State::ALL.into_iter().cycle().take(rows).collect();
        let mut outbox = match opens {
            true => opened(Notice { unreached, cancelled: true, ..notice(7, 1, 1) }, &states),
            false => outbox(&states),
        };
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
