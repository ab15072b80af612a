//! Pictures of the history, of one entry of it, and of what a check has found.

use std::time::Duration;

use callsheet::domain::brief::Brief;
use callsheet::domain::contact::ContactId;
use callsheet::domain::language::Language;
use callsheet::operations::history::{Anchor, Break, Found, HistoryAt, Record, Rest, Verdict};
use callsheet::operations::page::Page;
use callsheet::tui::effect::{Effect, Question, Request};
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::layout::Regions;
use callsheet::tui::look::Look;
use callsheet::tui::marks::Marks;
use callsheet::tui::plan::Plan;
use callsheet::tui::screens::history::History;
use callsheet::tui::screens::history_entry::HistoryEntryDialog;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use crate::support::picture::{self, LARGE, SMALL, USUAL};
use crate::support::stage::{fixed, now};

const WIDE: Size = Size { width: 160, height: 24 };

fn record(id: i64, action: &str, name: Option<&str>, details: Option<&str>) -> Record {
    Record {
        id,
        at: now(),
        actor: "ada".to_owned(),
        origin: None,
        via: "screen".to_owned(),
        action: action.to_owned(),
        contact: Some(ContactId(7)),
        name: name.map(str::to_owned),
        email: None,
        details: details.map(Brief::of_json),
    }
}

fn modified() -> Record {
    let details = r#"{"email":["xiaoming@example.cn","ming@example.cn"],"language":["en","zh-CN"],
        "position":[null,"finance_director"],"subscriptions":[[],["account","security.account"]]}"#;
    Record {
        actor: "root (sudo by bob)".to_owned(),
        origin: Some("203.0.113.9".to_owned()),
        ..record(12, "contact.modify", Some("王小明"), Some(details))
    }
}

fn erased() -> Record {
    record(9, "contact.modify", None, None)
}

/// One entry of each kind that looks different.
pub(super) fn records() -> Vec<Record> {
    let added = r#"{"name":"AdaLovelace","email":"ada@example.org","position":"ceo","language":"en","subscriptions":["security"]}"#;
    let by = |via: &str, record: Record| Record { via: via.to_owned(), ..record };
    let nobody = |record: Record| Record { contact: None, ..record };
    let hostile = r#"{"name":["\u001b[2J","\u202egnp"],"server":"550 5.1.1 諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮"}"#;
    let many = format!(r#"{{"type":"security","subscribed":true,"contacts":[{}7]}}"#, "7,".repeat(2_999));
    let notice = r#"{"notice":4,"type":"security.account","recipients":12,"excluded":3,"fallback":null}"#;
    let recipient = Record {
        actor: "recipient".to_owned(),
        at: now().minus(Duration::from_secs(3 * 86_400)),
        ..record(
            4,
            "contact.unsubscribe",
            Some("Grace"),
            Some(r#"{"unsubscribed":"activity","email":"grace@example.org"}"#),
        )
    };
    vec![
        modified(),
        record(11, "contact.delete", None, Some("{}")),
        by("command", record(10, "contact.add", Some("AdaLovelace"), Some(added))),
        erased(),
        nobody(record(8, "contacts.subscribe", None, Some(&many))),
        nobody(by("command", record(7, "notice.send", None, Some(notice)))),
        record(6, "contact.modify", Some("諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮諸葛"), Some(hostile)),
        by(
            "mail",
            record(
                5,
                "delivery.returned",
                Some("\u{202e}live"),
                Some(r#"{"delivery":3,"server":"came back: 550 5.1.1 User unknown","undeliverable":true}"#),
            ),
        ),
        by("page", recipient),
        nobody(by(
            "import",
            record(3, "contact.import", None, Some(r#"{"added":120,"changed":3,"refused":0,"unchanged":9}"#)),
        )),
        record(2, "contact.frobnicate", Some("Grace"), Some(r#""no fields""#)),
        Record {
            at: now().minus(Duration::from_secs(400 * 86_400)),
            ..nobody(record(1, "account.skip_introduction", None, Some("{}")))
        },
    ]
}

fn found(page: Page<Record>) -> Found {
    Found { page, rest: None }
}

fn history(rows: Vec<Record>, size: Size) -> History {
    let mut history = History::default();
    let mut plan = Plan::default();
    history.resize(Regions::of(picture::whole(size)).body, &mut plan);
    history.reload(&mut plan);
    let newest = rows.first().map_or(0, |row| row.id);
    let page = Page { rows, at_start: true, at_end: true };
    assert_eq!(history.take_head(Request(1), Ok(Anchor { id: newest, hash: [0; 32] }), &mut plan), None);
    assert_eq!(history.take_page(Request(2), Ok(found(page)), &mut plan), None);
    history
}

fn press(history: &mut History, input: &Input, size: Size) -> Vec<Request> {
    let fixed = fixed(Theme::Traced, Marks::Unicode);
    let mut plan = Plan::after(Request(9));
    history.act(input, fixed.look(now()), Regions::of(picture::whole(size)).body, &mut plan);
    let asked = |effect| match effect {
        Effect::Ask { request, .. } => Some(request),
        Effect::StopWork { .. }
        | Effect::Configure { .. }
        | Effect::StopExamining
        | Effect::Reconfigure
        | Effect::Copy(_)
        | Effect::Mouse(_)
        | Effect::Draft(_)
        | Effect::WakeSender
        | Effect::ReadyFilter
        | Effect::Suspend
        | Effect::Redraw
        | Effect::Quit => None,
    };
    plan.into_effects().into_iter().filter_map(asked).collect()
}

fn checked(verdict: Verdict, size: Size) -> History {
    let mut history = history(records(), size);
    let request = press(&mut history, &Input::Action(Action::Check), size)[0];
    let mut plan = Plan::after(Request(50));
    assert!(history.take_verdict(request, Some(verdict), now(), &mut plan));
    let is_page = |effect: &Effect| matches!(effect, Effect::Ask { question, .. } if matches!(**question, Question::HistoryPage { .. }));
    if plan.into_effects().iter().any(is_page) {
        let page = Page { rows: records().split_off(2), at_start: false, at_end: true };
        let mut plan = Plan::after(Request(60));
        assert_eq!(history.take_page(Request(51), Ok(found(page)), &mut plan), None);
        let page = Page { rows: records()[..2].to_vec(), at_start: true, at_end: false };
        assert_eq!(history.take_page(plan.last(), Ok(found(page)), &mut plan), None);
    }
    history
}

fn drawn(history: &History, size: Size) -> String {
    let regions = Regions::of(picture::whole(size));
    picture::part(size, regions.body, (Theme::Traced, Marks::Unicode), |area, buf, look| {
        history.draw_detail(regions.detail, buf, look);
        history.draw(area, buf, look)
    })
}

#[test]
fn every_kind_of_entry_is_told_in_words() {
    for size in [SMALL, USUAL, LARGE, WIDE] {
        assert_snapshot!(drawn(&history(records(), size), size));
    }
    let history = history(records(), USUAL);
    let area = Regions::of(picture::whole(USUAL)).body;
    let ascii = (Theme::Traced, Marks::Ascii);
    assert_snapshot!(picture::part(USUAL, area, ascii, |area, buf, look| history.draw(area, buf, look)));
}

#[test]
fn more_than_a_screen_is_scrolled() {
    let rows = (1..=60).rev().map(|id| record(id, "contact.add", Some("Grace"), Some("{}"))).collect();
    let mut history = history(rows, USUAL);
    press(&mut history, &Input::Action(Action::PageDown), USUAL);
    assert_snapshot!(drawn(&history, USUAL));
}

#[test]
fn an_empty_history_says_what_will_appear() {
    assert_snapshot!(drawn(&history(Vec::new(), USUAL), USUAL));
    assert_snapshot!(drawn(&History::default(), SMALL));
}

#[test]
fn a_filter_that_is_not_understood_says_why() {
    let mut history = history(records(), USUAL);
    press(&mut history, &Input::Action(Action::Filter), USUAL);
    press(&mut history, &Input::Paste("王 via:scren".to_owned()), USUAL);
    assert_snapshot!(drawn(&history, USUAL));
}

#[test]
fn a_search_says_how_far_it_is() {
    let mut history = history(records(), USUAL);
    press(&mut history, &Input::Action(Action::Filter), USUAL);
    let mut request = press(&mut history, &Input::Paste("王".to_owned()), USUAL)[0];
    for rows in [Vec::new(), vec![modified()]] {
        let rest = Rest { at: HistoryAt::After(3), read_to: now().minus(Duration::from_secs(86_400)) };
        let page = Page { rows, at_start: false, at_end: false };
        let mut plan = Plan::after(request);
        assert_eq!(history.take_page(request, Ok(Found { page, rest: Some(rest) }), &mut plan), None);
        request = plan.last();
        for size in [USUAL, SMALL] {
            assert_snapshot!(drawn(&history, size));
        }
    }
}

#[test]
fn the_history_of_one_contact() {
    for size in [SMALL, USUAL] {
        let mut history = history(Vec::new(), size);
        let mut plan = Plan::after(Request(50));
        history.open_contact(ContactId(7), "王小明", &mut plan);
        let page = Page { rows: vec![modified()], at_start: true, at_end: true };
        assert_eq!(history.take_page(Request(51), Ok(found(page)), &mut plan), None);
        assert_snapshot!(drawn(&history, size));
    }
}

#[test]
fn a_check_is_under_way() {
    for size in [SMALL, USUAL] {
        let mut history = history(records(), size);
        let request = press(&mut history, &Input::Action(Action::Check), size)[0];
        history.progress(request, 5);
        assert_snapshot!(drawn(&history, size));
    }
}

#[test]
fn a_check_finds_the_log_whole_or_broken() {
    for size in [SMALL, USUAL, WIDE] {
        assert_snapshot!(drawn(&checked(Verdict::Sound { entries: 12 }, size), size));
        assert_snapshot!(drawn(&checked(Verdict::Broken(Break::DetailsChanged { id: 10 }), size), size));
    }
}

fn dialog(record: Record, broken: Option<Break>, size: Size) -> String {
    let dialog = HistoryEntryDialog::new(Box::new(record), broken);
    picture::dialog(size, |area, buf, look| dialog.draw(area, buf, look))
}

#[test]
fn one_entry_with_every_field_old_and_new() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(dialog(modified(), None, size));
    }
}

#[test]
fn one_entry_that_is_hostile_erased_broken_or_of_many() {
    let mut records = records();
    assert_snapshot!(dialog(records.swap_remove(6), None, USUAL));
    assert_snapshot!(dialog(records.swap_remove(4), None, USUAL));
    for size in [SMALL, USUAL] {
        assert_snapshot!(dialog(erased(), Some(Break::Changed { id: 9 }), size));
    }
}

const DATA: &str = "root sudo bob ada xiaoming AdaLovelace Grace live gnp frobnicate no fields User unknown";

fn chinese(look: Look<'_>) -> Look<'_> {
    Look { language: Language::ZhCn, ..look }
}

#[test]
fn the_history_in_chinese() {
    for size in [SMALL, USUAL, LARGE, WIDE] {
        let area = Regions::of(picture::whole(size)).body;
        let history = history(records(), size);
        let drawn = picture::part(size, area, (Theme::Traced, Marks::Unicode), |area, buf, look| {
            history.draw(area, buf, chinese(look))
        });
        assert_eq!(picture::english_left_beside(&drawn, &picture::cut_anywhere(DATA)), [""; 0], "{drawn}");
        assert_snapshot!(drawn);
    }
    let history = history(Vec::new(), USUAL);
    let drawn = picture::body(USUAL, |area, buf, look| history.draw(area, buf, chinese(look)));
    assert_eq!(picture::english_left_beside(&drawn, &picture::cut_anywhere(DATA)), [""; 0], "{drawn}");
    assert_snapshot!(drawn);
}

#[test]
fn its_entries_in_chinese() {
    for record in records() {
        let broken = (record.id == 12).then_some(Break::Changed { id: 12 });
        let sizes: &[Size] = if record.id == 12 { &[SMALL, USUAL, LARGE] } else { &[USUAL] };
        let dialog = HistoryEntryDialog::new(Box::new(record), broken);
        for size in sizes {
            let drawn = picture::dialog(*size, |area, buf, look| dialog.draw(area, buf, chinese(look)));
            assert_eq!(
                picture::english_left_beside(&drawn, &picture::cut_anywhere(DATA)),
                [""; 0],
                "{drawn}"
            );
            assert_snapshot!(drawn);
        }
    }
}
