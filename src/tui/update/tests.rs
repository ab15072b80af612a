//! What messages do: the effects that they ask for, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use chrono::FixedOffset;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use super::*;
use crate::domain::account::Account;
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::{Contact, Status, Totals};
use crate::domain::delivery::DeliveryId;
use crate::domain::email_address::Smtputf8;
use crate::domain::language::Language;
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;
use crate::operations::contacts::{ContactChange, ListQuery, Mailing, Page, PageAt, Saved};
use crate::operations::{Problem, StoreError};
use crate::tui::effect::{Answer, Request};
use crate::tui::keymap::Keymap;
use crate::tui::marks::Marks;
use crate::tui::model::Fixed;
use crate::tui::screens::settings::SettingsFacts;
use crate::tui::theme::Theme;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T14:03:00Z").unwrap()
}

fn contact(id: i64) -> Contact {
    Contact {
        id: ContactId(id),
        name: format!("p{id}"),
        email: format!("p{id}@example.org"),
        position: None,
        language: Language::En,
        status: Status::Unverified,
        verified_at: None,
        code_sent_at: None,
        pending_email: None,
        unsubscribed_at: None,
        subscriptions: Subscriptions::from_ids(["security".to_owned()]),
        version: 3,
    }
}

fn fresh() -> Model {
    let fixed = Fixed {
        theme: Theme::Dark,
        marks: Marks::Unicode,
        keys: Keymap::built_in(),
        catalogue: Arc::new(Catalogue::built_in()),
        language: Language::En,
        smtputf8: Smtputf8::Refused,
        offset: FixedOffset::east_opt(0).unwrap(),
    };
    Model::new(fixed, SettingsFacts::default(), Size { width: 80, height: 24 }, now())
}

/// The questions among effects.
fn questions(effects: &[Effect]) -> Vec<Question> {
    let question = |effect: &Effect| match effect {
        Effect::Ask { question, .. } => Some((**question).clone()),
        Effect::WakeSender | Effect::Suspend | Effect::Redraw | Effect::Quit => None,
    };
    effects.iter().filter_map(question).collect()
}

fn request_of(effects: &[Effect], wanted: impl Fn(&Question) -> bool) -> Request {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Ask { request, question } if wanted(question) => Some(*request),
        Effect::Ask { .. } | Effect::WakeSender | Effect::Suspend | Effect::Redraw | Effect::Quit => None,
    });
    found.unwrap()
}

fn answer(model: &mut Model, request: Request, answer: Answer) -> Vec<Effect> {
    update(model, Msg::Answer { request, answer: Box::new(answer) })
}

/// A model in which three contacts are listed.
fn listed() -> Model {
    let mut model = fresh();
    let effects = start(&mut model);
    let page = Page { rows: vec![contact(1), contact(2), contact(3)], at_start: true, at_end: true };
    let request = request_of(&effects, |question| matches!(question, Question::Page { .. }));
    assert_eq!(answer(&mut model, request, Answer::Page(Ok(page))), []);
    let request = request_of(&effects, |question| *question == Question::Account);
    let account = Account {
        name: "Example Ltd".to_owned(),
        security_email: None,
        security_email_status: None,
        language: Language::ZhCn,
        introduced: true,
    };
    assert_eq!(answer(&mut model, request, Answer::Account(Ok(account))), []);
    model
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for character in keys.chars() {
        let code = match character {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\u{1b}' => KeyCode::Esc,
            other => KeyCode::Char(other),
        };
        effects = update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    effects
}

#[test]
fn the_start_asks_for_the_first_page_the_account_and_the_totals() {
    let asked = questions(&start(&mut fresh()));
    assert_eq!(
        asked,
        [
            Question::Account,
            Question::Totals,
            Question::QueueTotals,
            Question::Page { query: ListQuery::default(), at: PageAt::First, limit: 54 },
        ]
    );
}

#[test]
fn moving_in_what_is_loaded_asks_for_nothing() {
    let mut model = listed();
    assert_eq!(press(&mut model, "j"), []);
    assert_eq!(model.contacts.current().map(|contact| contact.id), Some(ContactId(2)));
}

#[test]
fn quit_suspend_and_redraw_are_effects() {
    let mut model = listed();
    assert_eq!(press(&mut model, "q"), [Effect::Quit]);
    let control = |model: &mut Model, letter| {
        update(model, Msg::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
    };
    assert_eq!(control(&mut model, 'c'), [Effect::Quit]);
    assert_eq!(control(&mut model, 'z'), [Effect::Suspend]);
    assert_eq!(control(&mut model, 'l'), [Effect::Redraw]);
    assert_eq!(update(&mut model, Msg::SuspendAsked), [Effect::Suspend]);
    assert_eq!(update(&mut model, Msg::Resumed), [Effect::Redraw]);
}

#[test]
fn deleting_asks_first_and_names_what_it_deletes() {
    let mut model = listed();
    assert_eq!(press(&mut model, "jd"), []);
    assert_eq!(press(&mut model, "\n"), [], "the safe button has the focus");
    press(&mut model, "d");
    let asked = questions(&press(&mut model, "y"));
    assert_eq!(asked, [Question::Delete { ids: vec![ContactId(2)] }]);
    assert!(model.overlays.is_empty());
}

#[test]
fn a_contact_is_modified_under_the_version_that_was_read() {
    let mut model = listed();
    press(&mut model, "\n");
    let asked = questions(&press(&mut model, "x\n"));
    let change = ContactChange { name: Some("p1x".to_owned()), ..ContactChange::default() };
    assert_eq!(asked, [Question::Modify { id: ContactId(1), change, version: 3 }]);
}

#[test]
fn a_saved_contact_wakes_the_sender_and_closes_the_form() {
    let mut model = listed();
    press(&mut model, "\n");
    let effects = press(&mut model, "x\n");
    let request = request_of(&effects, |question| matches!(question, Question::Modify { .. }));
    let saved = Saved { contact: contact(1), mailing: Mailing::Queued(DeliveryId(9)) };
    let effects = answer(&mut model, request, Answer::Modified(Ok(saved)));
    assert!(effects.contains(&Effect::WakeSender));
    assert!(questions(&effects).contains(&Question::Totals));
    assert!(model.overlays.is_empty());
    assert_eq!(model.next_wake(), Some(NOTICE));
}

#[test]
fn a_refused_form_stays_open() {
    let mut model = listed();
    press(&mut model, "\n");
    let effects = press(&mut model, "x\n");
    let request = request_of(&effects, |question| matches!(question, Question::Modify { .. }));
    let problem = Problem::Store(StoreError::Locked { file: "callsheet.db".to_owned() });
    assert_eq!(answer(&mut model, request, Answer::Modified(Err(problem))), []);
    assert_eq!(model.overlays.len(), 1);
}

#[test]
fn a_stale_answer_is_dropped() {
    let mut model = listed();
    let old = request_of(&update(&mut model, Msg::StoreChanged), |question| *question == Question::Totals);
    let new = request_of(&update(&mut model, Msg::StoreChanged), |question| *question == Question::Totals);
    let totals = |contacts| Totals { contacts, ..Totals::default() };
    answer(&mut model, new, Answer::Totals(Ok(totals(7))));
    answer(&mut model, old, Answer::Totals(Ok(totals(6))));
    assert_eq!(model.totals, Some(totals(7)));
}

#[test]
fn a_change_by_others_loads_the_list_anew_from_the_same_place() {
    let mut model = listed();
    let asked = questions(&update(&mut model, Msg::StoreChanged));
    assert!(
        matches!(&asked[0], Question::Page { at: PageAt::From(anchor), .. } if anchor.id == ContactId(1))
    );
    assert!(!asked.iter().any(|question| matches!(question, Question::Count { .. })), "nothing is filtered");
}

#[test]
fn a_failure_is_told_until_a_key_and_success_fades() {
    let mut model = listed();
    let request =
        request_of(&update(&mut model, Msg::StoreChanged), |question| *question == Question::Totals);
    let problem = Problem::Store(StoreError::Locked { file: "callsheet.db".to_owned() });
    answer(&mut model, request, Answer::Totals(Err(problem)));
    assert_eq!(model.notice.as_ref().unwrap().text, "'callsheet.db' is locked by another program.");
    assert_eq!(update(&mut model, Msg::Time(now().plus(Duration::from_secs(60)))), []);
    assert!(model.notice.is_some());
    press(&mut model, "j");
    assert!(model.notice.is_none());
}

#[test]
fn after_a_fall_everything_is_asked_again_once() {
    let mut model = fresh();
    assert_eq!(start(&mut model).len(), 4);
    let again = update(&mut model, Msg::WorkerPanicked("no rows".to_owned()));
    assert!(questions(&again).iter().any(|question| matches!(question, Question::Page { .. })));
    assert_eq!(update(&mut model, Msg::WorkerPanicked("no rows".to_owned())), []);
    assert!(model.notice.unwrap().text.contains("no rows"));
}

#[test]
fn a_fall_while_saving_keeps_the_form_and_lets_it_be_saved_again() {
    let mut model = listed();
    press(&mut model, "\n");
    press(&mut model, "x\n");
    assert!(!update(&mut model, Msg::WorkerPanicked("no rows".to_owned())).is_empty());
    assert!(matches!(questions(&press(&mut model, "\n"))[..], [Question::Modify { .. }]));
}

#[test]
fn the_help_is_not_opened_twice() {
    let mut model = listed();
    press(&mut model, "???");
    assert_eq!(model.overlays.len(), 1);
    press(&mut model, "\u{1b}");
    assert!(model.overlays.is_empty());
}

#[test]
fn other_tabs_load_what_they_show() {
    let mut model = listed();
    let asked = questions(&press(&mut model, "3"));
    assert!(asked.iter().any(|question| matches!(question, Question::OutboxPage { .. })));
    assert_eq!(model.screen, Screen::Outbox);
    assert!(questions(&press(&mut model, "\t")).iter().all(Question::only_reads));
    assert_eq!(model.screen, Screen::Settings);
}
