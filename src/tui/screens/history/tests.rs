//! What keys and answers make of the history.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::domain::brief::Brief;
use crate::operations::page::Page;
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
    assert_eq!(history.take_page(asked[1].0, Ok(found(all(rows))), &mut plan), None);
    assert_eq!(plan.into_effects(), []);
    history
}

fn end(id: i64) -> Anchor {
    Anchor { id, hash: [0; 32] }
}

fn found(page: Page<Record>) -> Found {
    Found { page, rest: None }
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
    assert_eq!(history.take_page(anew[0].0, Ok(found(page)), &mut plan), None);
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
    assert_eq!(history.take_page(search[0].0, Ok(found(all(Vec::new()))), &mut plan), None);
    assert!(matches!(&asked(plan)[0].1, Question::HistoryPage { query, .. } if query.words == ["ada"]));
}

/// What a look found that did not read all, down to an entry of this number.
fn found_down_to(id: i64, ids: &[i64]) -> Found {
    let rows = ids.iter().map(|id| record(*id, "contact.add", "{}")).collect();
    let rest = Rest { at: HistoryAt::After(id), read_to: test_look().now };
    Found { page: Page { rows, at_start: false, at_end: false }, rest: Some(rest) }
}

/// Takes what was found; what is asked next.
fn take(history: &mut History, request: Request, found: Found) -> Vec<(Request, Question)> {
    let mut plan = Plan::after(Request(request.0 + 100));
    assert_eq!(history.take_page(request, Ok(found), &mut plan), None);
    asked(plan)
}

fn shown(history: &History) -> Vec<i64> {
    history.window.rows().iter().map(|record| record.id).collect()
}

#[test]
fn a_search_shows_what_it_has_found_and_goes_on_where_it_has_read_to() {
    let mut history = history([9_000]);
    press(&mut history, Action::Filter);
    let (_, search) = act(&mut history, &Input::Paste("ada".into()));
    let Question::HistoryPage { limit: wanted, .. } = search[0].1 else { panic!("{search:?}") };
    let rest = take(&mut history, search[0].0, found_down_to(7_000, &[]));
    assert_eq!(shown(&history), [0; 0]);
    assert!(
        matches!(&rest[0].1, Question::HistoryPage { query, at: HistoryAt::After(7_000), limit } if query.words == ["ada"] && *limit == wanted)
    );
    let rest = take(&mut history, rest[0].0, found_down_to(5_000, &[6_500, 6_400]));
    assert_eq!(
        (shown(&history), history.current().map(|record| record.id)),
        (vec![6_500, 6_400], Some(6_500))
    );
    assert!(
        matches!(rest[0].1, Question::HistoryPage { at: HistoryAt::After(5_000), limit, .. } if limit == wanted - 2)
    );
    press(&mut history, Action::Down);
    assert_eq!(grows(&mut history, 9_001), [], "what is new waits until all is read");
    let end = Page { rows: vec![record(4_000, "contact.add", "{}")], at_start: false, at_end: true };
    let anew = take(&mut history, rest[0].0, found(end));
    assert_eq!(shown(&history), [6_500, 6_400, 4_000]);
    assert!(matches!(anew[0].1, Question::HistoryPage { at: HistoryAt::From(6_500), .. }), "{anew:?}");
    // The list stays as it is until the entry under the cursor is found again.
    let rest = take(&mut history, anew[0].0, found_down_to(6_450, &[6_500]));
    assert_eq!((shown(&history).len(), history.current().map(|record| record.id)), (3, Some(6_400)));
    let rows = [6_400, 4_000].map(|id| record(id, "contact.add", "{}")).to_vec();
    take(&mut history, rest[0].0, found(Page { rows, at_start: false, at_end: true }));
    assert_eq!((shown(&history).len(), history.current().map(|record| record.id)), (3, Some(6_400)));
}

#[test]
fn another_key_in_the_filter_ends_a_search_and_so_does_its_end() {
    let mut history = history([9_000]);
    press(&mut history, Action::Filter);
    let (_, search) = act(&mut history, &Input::Paste("ada".into()));
    let rest = take(&mut history, search[0].0, found_down_to(7_000, &[]));
    let (_, other) = act(&mut history, &Input::Paste("x".into()));
    assert!(matches!(&other[0].1, Question::HistoryPage { query, .. } if query.words == ["adax"]));
    assert_eq!(history.search, None);
    assert_eq!(take(&mut history, rest[0].0, found_down_to(5_000, &[6_000])), [], "nobody waits for it");
    take(&mut history, other[0].0, found_down_to(7_000, &[]));
    assert!(history.search.is_some());
    let (_, all) = act(&mut history, &Input::Action(Action::Close));
    assert!(matches!(&all[0].1, Question::HistoryPage { query, .. } if *query == RecordQuery::default()));
    assert_eq!(history.search, None);
}

#[test]
fn the_end_of_the_log_is_searched_upwards() {
    let mut history = history([3, 2, 1]);
    let mut plan = Plan::after(Request(500));
    history.load(HistoryAt::Oldest, Land::Last, &mut plan);
    let rest = Rest { at: HistoryAt::Before(2_000), read_to: test_look().now };
    let page = Page { rows: vec![record(7, "contact.add", "{}")], at_start: false, at_end: true };
    let rest = take(&mut history, asked(plan)[0].0, Found { page, rest: Some(rest) });
    assert!(matches!(rest[0].1, Question::HistoryPage { at: HistoryAt::Before(2_000), .. }));
    let page = Page { rows: vec![record(3_000, "contact.add", "{}")], at_start: true, at_end: false };
    assert_eq!(take(&mut history, rest[0].0, found(page)), []);
    assert_eq!((shown(&history), history.current().map(|record| record.id)), (vec![3_000, 7], Some(7)));
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
    assert_eq!(history.take_page(plan.last(), Ok(found(all(vec![account]))), &mut Plan::default()), None);
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
    assert_eq!(history.take_page(asked[0].0, Ok(found(page)), &mut Plan::default()), None);
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
