//! What keys and answers make of the history.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::domain::brief::Brief;
use crate::tui::effect::Effect;
use crate::tui::widgets::test_look;

const BODY: Rect = Rect { x: 0, y: 0, width: 80, height: 12 };

/// An entry about 王小明, contact 7, that tells this.
pub(in crate::tui::screens) fn record(id: i64, action: &str, details: &str) -> Record {
    Record {
        id,
        at: test_look().now,
        actor: "ada".to_owned(),
        origin: Some("203.0.113.9".to_owned()),
        via: "screen".to_owned(),
        action: action.to_owned(),
        contact: Some(ContactId(7)),
        name: Some("王小明".to_owned()),
        email: Some("xiaoming@example.cn".to_owned()),
        details: Some(Brief::of_json(details)),
    }
}

fn asked(plan: Plan) -> Vec<(Request, Question)> {
    let question = |effect| {
        let Effect::Ask { request, question } = effect else { return None };
        Some((request, *question))
    };
    plan.into_effects().into_iter().filter_map(question).collect()
}

/// The list with entries of these numbers.
fn history(ids: impl IntoIterator<Item = i64>) -> History {
    let mut history = History::default();
    let mut plan = Plan::default();
    history.resize(BODY, &mut plan);
    history.reload(&mut plan);
    let asked = asked(plan);
    let rows = ids.into_iter().map(|id| record(id, "contact.add", "{}")).collect::<Vec<_>>();
    let newest = rows.first().map_or(0, |row| row.id);
    assert!(matches!(asked[1].1, Question::HistoryPage { at: HistoryAt::Newest, .. }));
    let mut plan = Plan::after(Request(20));
    assert_eq!(history.take_head(asked[0].0, Ok(end(newest)), &mut plan), None);
    assert_eq!(history.take_page(asked[1].0, Ok(Some(all(rows))), &mut plan), None);
    assert_eq!(plan.into_effects(), []);
    history
}

fn end(id: i64) -> Anchor {
    Anchor { id, hash: [0; 32] }
}

fn all(rows: Vec<Record>) -> Page<Record> {
    Page { rows, at_start: true, at_end: true }
}

fn act(history: &mut History, input: &Input) -> (HistoryOutcome, Vec<(Request, Question)>) {
    let mut plan = Plan::after(Request(50));
    let outcome = history.act(input, test_look(), BODY, &mut plan);
    (outcome, asked(plan))
}

fn press(history: &mut History, action: Action) -> HistoryOutcome {
    act(history, &Input::Action(action)).0
}

/// The head is asked for, and something has been done since.
fn grows(history: &mut History, newest: i64) -> Vec<(Request, Question)> {
    let mut plan = Plan::after(Request(100));
    history.reload(&mut plan);
    let request = plan.last();
    assert_eq!(history.take_head(request, Ok(end(newest)), &mut plan), None);
    asked(plan).split_off(1)
}

#[test]
fn an_entry_is_opened() {
    let mut history = history([3, 2, 1]);
    press(&mut history, Action::Down);
    let opened = press(&mut history, Action::Open);
    assert_eq!(opened, HistoryOutcome::Open(Box::new(record(2, "contact.add", "{}")), None));
    assert_eq!(press(&mut history, Action::Add), HistoryOutcome::Unused);
}

#[test]
fn an_empty_list_has_nothing_to_act_on() {
    let mut history = history([]);
    for action in [Action::Open, Action::ItsHistory, Action::Down, Action::Last, Action::Back] {
        assert_eq!(press(&mut history, action), HistoryOutcome::Stay);
    }
}

#[test]
fn a_look_that_finds_nothing_new_reads_no_list() {
    let mut history = history([3, 2, 1]);
    assert_eq!(grows(&mut history, 3), []);
    let anew = grows(&mut history, 4);
    assert!(matches!(anew[0].1, Question::HistoryPage { at: HistoryAt::Newest, .. }), "{anew:?}");
}

#[test]
fn below_the_newest_the_cursor_keeps_its_entry() {
    let mut history = history([3, 2, 1]);
    press(&mut history, Action::Down);
    let anew = grows(&mut history, 4);
    assert!(matches!(anew[0].1, Question::HistoryPage { at: HistoryAt::From(3), .. }), "{anew:?}");
    let rows = [3, 2, 1].map(|id| record(id, "contact.add", "{}")).to_vec();
    let page = Page { rows, at_start: false, at_end: true };
    let mut plan = Plan::after(Request(200));
    assert_eq!(history.take_page(anew[0].0, Ok(Some(page)), &mut plan), None);
    assert_eq!(history.current().map(|record| record.id), Some(2));
    assert!(matches!(asked(plan)[0].1, Question::HistoryPage { at: HistoryAt::Before(3), .. }));
}

#[test]
fn what_is_new_does_not_begin_a_search_anew_until_it_has_ended() {
    let mut history = history([3, 2, 1]);
    press(&mut history, Action::Filter);
    let (_, search) = act(&mut history, &Input::Paste("ada".into()));
    assert!(matches!(&search[0].1, Question::HistoryPage { query, .. } if query.words == ["ada"]));
    assert_eq!(grows(&mut history, 4), []);
    let mut plan = Plan::after(Request(300));
    assert_eq!(history.take_page(search[0].0, Ok(Some(all(Vec::new()))), &mut plan), None);
    assert!(matches!(&asked(plan)[0].1, Question::HistoryPage { query, .. } if query.words == ["ada"]));
}

#[test]
fn a_search_that_was_stopped_is_made_again() {
    let mut history = history([3, 2, 1]);
    press(&mut history, Action::Filter);
    let (_, search) = act(&mut history, &Input::Paste("ada".into()));
    let mut plan = Plan::after(Request(300));
    assert_eq!(history.take_page(search[0].0, Ok(None), &mut plan), None);
    assert!(matches!(&asked(plan)[0].1, Question::HistoryPage { query, .. } if query.words == ["ada"]));
}

#[test]
fn the_history_of_a_contact_goes_back_to_where_it_was_opened() {
    let mut history = history([3, 2, 1]);
    press(&mut history, Action::Down);
    let (outcome, opened) = act(&mut history, &Input::Action(Action::ItsHistory));
    assert_eq!((outcome, history.context()), (HistoryOutcome::Stay, Context::OpenedHistory));
    let of_contact = |asked: &(Request, Question)| matches!(&asked.1, Question::HistoryPage { query, .. } if query.contact == Some(ContactId(7)));
    assert!(of_contact(&opened[0]));
    assert_eq!(history.current(), None, "what was listed before is not acted on");
    assert_eq!(press(&mut history, Action::Back), HistoryOutcome::Stay);
    assert_eq!(history.current().map(|record| record.id), Some(2));

    let mut plan = Plan::after(Request(400));
    history.open_contact(ContactId(7), "王小明", &mut plan);
    assert!(of_contact(&asked(plan)[0]));
    press(&mut history, Action::Filter);
    let (_, search) = act(&mut history, &Input::Paste("email".into()));
    assert!(of_contact(&search[0]), "a filter stays inside it");
    press(&mut history, Action::Accept);
    assert_eq!(press(&mut history, Action::Back), HistoryOutcome::Stay, "first the filter");
    assert_eq!(press(&mut history, Action::Back), HistoryOutcome::Contacts);
    assert_eq!(history.context(), Context::History);
}

#[test]
fn an_entry_about_nobody_has_no_contact_to_open() {
    let mut history = history([1]);
    let mut plan = Plan::after(Request(20));
    history.load(HistoryAt::Newest, Land::First, &mut plan);
    let account = Record { contact: None, name: None, ..record(1, "account.set", "{}") };
    assert_eq!(history.take_page(plan.last(), Ok(Some(all(vec![account]))), &mut Plan::default()), None);
    assert!(matches!(press(&mut history, Action::ItsHistory), HistoryOutcome::Refused(_)));
}

fn checking(history: &mut History) -> Request {
    let (_, asked) = act(history, &Input::Action(Action::Check));
    assert_eq!(asked[0].1, Question::CheckHistory);
    asked[0].0
}

#[test]
fn a_check_runs_once_and_is_stopped_by_the_key_back() {
    let mut history = history([3, 2, 1]);
    let request = checking(&mut history);
    assert_eq!(act(&mut history, &Input::Action(Action::Check)), (HistoryOutcome::Stay, Vec::new()));
    history.progress(request, 2);
    history.progress(Request(999), 7);
    assert_eq!(history.check, Check::Running { request, done: 2 });
    assert_eq!(press(&mut history, Action::Back), HistoryOutcome::StopCheck(request));
    let mut plan = Plan::default();
    assert!(!history.take_verdict(Request(999), None, test_look().now, &mut plan), "stale");
    assert!(history.take_verdict(request, None, test_look().now, &mut plan));
    assert!(!history.is_checking());
}

#[test]
fn a_broken_entry_is_gone_to_through_any_filter() {
    let mut history = history([3, 2, 1]);
    let request = checking(&mut history);
    press(&mut history, Action::Filter);
    act(&mut history, &Input::Paste("nobody".into()));
    let broken = Break::DetailsChanged { id: 2 };
    let mut plan = Plan::after(Request(500));
    assert!(history.take_verdict(request, Some(Verdict::Broken(broken)), test_look().now, &mut plan));
    let asked = asked(plan);
    assert!(
        matches!(&asked[0].1, Question::HistoryPage { query, at: HistoryAt::From(2), .. } if *query == RecordQuery::default())
    );
    let rows = [2, 1].map(|id| record(id, "contact.add", "{}")).to_vec();
    let page = Page { rows, at_start: false, at_end: true };
    assert_eq!(history.take_page(asked[0].0, Ok(Some(page)), &mut Plan::default()), None);
    assert!(
        matches!(press(&mut history, Action::Open), HistoryOutcome::Open(_, Some(found)) if found == broken)
    );
    press(&mut history, Action::Down);
    assert!(matches!(press(&mut history, Action::Open), HistoryOutcome::Open(_, None)));
}

#[test]
fn a_fall_of_the_worker_ends_what_is_waited_for() {
    let mut history = history([3, 2, 1]);
    checking(&mut history);
    history.forget();
    assert!(!history.is_checking());
    assert!(!history.window.is_waiting());
}

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(width in 0u16..170, height in 0u16..14, rows in 0..20_i64, filters: bool, opens: bool, state in 0..3) {
        let mut history = history((1..=rows).rev());
        let request = checking(&mut history);
        match state {
            0 => history.progress(request, 1),
            1 => {
                let verdict = Verdict::Broken(Break::Missing { id: 2 });
                history.take_verdict(request, Some(verdict), test_look().now, &mut Plan::default());
            }
            _ => {
                let verdict = Verdict::Sound { entries: rows };
                history.take_verdict(request, Some(verdict), test_look().now, &mut Plan::default());
            }
        }
        if opens {
            press(&mut history, Action::ItsHistory);
        }
        if filters {
            press(&mut history, Action::Filter);
        }
        let area = Rect::new(0, 0, width, height);
        history.resize(area, &mut Plan::default());
        let mut buf = Buffer::empty(area);
        history.draw_detail(area, &mut buf, test_look());
        if let Some(cursor) = history.draw(area, &mut buf, test_look()) {
            prop_assert!(area.contains(cursor));
        }
    }
}
