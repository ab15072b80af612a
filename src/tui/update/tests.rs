//! What messages do: the effects that they ask for, and nothing else.

mod ahead;
mod files;
mod system;

use std::sync::Arc;
use std::time::Duration;

use chrono::FixedOffset;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use super::*;
use crate::domain::account::Account;
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::{AddressProof, Contact, Proofs, Status, Subject, Totals};
use crate::domain::delivery::{DeliveryId, NoticeId};
use crate::domain::email_address::Smtputf8;
use crate::domain::language::Language;
use crate::domain::notice::{Notice, NoticeForm, NoticeTotals};
use crate::domain::subscription::Subscriptions;
use crate::domain::timestamp::Timestamp;
use crate::operations::contacts::{Again, ContactChange, ListQuery, Mailing, PageAt, Saved};
use crate::operations::history::Verdict;
use crate::operations::notices::{Audience, Notified};
use crate::operations::outbox::OutboxEntry;
use crate::operations::page::Page;
use crate::operations::subscriptions::{Changed, Ended, Whom};
use crate::operations::{Problem, Reach, StoreError};
use crate::tui::effect::{Answer, ColumnFacts, Pace, Request};
use crate::tui::keymap::Keymap;
use crate::tui::marks::Marks;
use crate::tui::model::Fixed;
use crate::tui::places::Places;
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
        reach: Reach::Everywhere,
        places: Places::default(),
        run: 7,
    };
    Model::new(fixed, SettingsFacts::default(), Size { width: 80, height: 24 }, now())
}

/// The questions among effects.
fn questions(effects: &[Effect]) -> Vec<Question> {
    let question = |effect: &Effect| match effect {
        Effect::Ask { question, .. } => Some((**question).clone()),
        Effect::Configure { .. }
        | Effect::StopExamining
        | Effect::Reconfigure
        | Effect::WakeSender
        | Effect::ReadyFilter
        | Effect::StopWork { .. }
        | Effect::Suspend
        | Effect::Redraw
        | Effect::Copy(_)
        | Effect::Mouse(_)
        | Effect::Draft(_)
        | Effect::Quit => None,
    };
    effects.iter().filter_map(question).collect()
}

fn request_of(effects: &[Effect], wanted: impl Fn(&Question) -> bool) -> Request {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Ask { request, question } if wanted(question) => Some(*request),
        Effect::Ask { .. }
        | Effect::Configure { .. }
        | Effect::StopExamining
        | Effect::Reconfigure
        | Effect::WakeSender
        | Effect::ReadyFilter
        | Effect::StopWork { .. }
        | Effect::Suspend
        | Effect::Redraw
        | Effect::Copy(_)
        | Effect::Mouse(_)
        | Effect::Draft(_)
        | Effect::Quit => None,
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
    let counting = answer(&mut model, request, Answer::Page(Ok(page)));
    assert_eq!(questions(&counting), [Question::Coverage], "not before the list is there");
    let counted = request_of(&counting, |question| *question == Question::Coverage);
    assert_eq!(answer(&mut model, counted, Answer::Coverage(Ok(Vec::new()))), []);
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
fn what_makes_a_filter_fast_is_made_ready_before_it_is_typed() {
    assert!(press(&mut listed(), "/").contains(&Effect::ReadyFilter));
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
    let later = update(&mut model, Msg::Time(now().plus(Duration::from_secs(60))));
    assert_eq!(
        questions(&later),
        [Question::Coverage],
        "somebody has changed something since it was counted"
    );
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
fn what_was_done_wakes_the_sender_though_its_dialog_is_closed() {
    let mut model = listed();
    let effects = press(&mut model, "v");
    let reading = request_of(&effects, |question| matches!(question, Question::Proofs { .. }));
    let proof = AddressProof {
        email: "c1@example.org".to_owned(),
        status: Status::CodeSent,
        void: None,
        verified_at: None,
        queued_at: None,
        sent_at: None,
        expires_at: None,
        tries_left: Some(5),
        mail: None,
        server: None,
        limit: None,
    };
    let subject = Subject::Contact(ContactId(1));
    let proofs = Proofs { subject, name: "c1".to_owned(), present: proof, pending: None };
    answer(&mut model, reading, Answer::Proofs(Ok(proofs)));
    let sending =
        request_of(&press(&mut model, "r"), |question| matches!(question, Question::SendCode { .. }));
    press(&mut model, "\u{1b}");
    assert!(model.overlays.is_empty());
    let effects = answer(&mut model, sending, Answer::CodeSent(Ok(DeliveryId(1))));
    assert!(effects.contains(&Effect::WakeSender), "{effects:?}");
    assert!(questions(&effects).iter().any(|question| matches!(question, Question::Page { .. })));
}

#[test]
fn the_help_is_not_opened_twice() {
    let mut model = listed();
    press(&mut model, "???");
    assert_eq!(model.overlays.len(), 1);
    press(&mut model, "\u{1b}\u{1b}");
    assert!(model.overlays.is_empty());
}

#[test]
fn other_tabs_load_what_they_show() {
    let mut model = listed();
    let asked = questions(&press(&mut model, "3"));
    assert!(asked.iter().any(|question| matches!(question, Question::OutboxEntries { .. })));
    assert_eq!(model.screen, Screen::Outbox);
    let asked = questions(&press(&mut model, "4"));
    assert!(asked.iter().any(|question| matches!(question, Question::HistoryPage { .. })));
    assert_eq!(model.screen, Screen::History);
    assert!(questions(&press(&mut model, "\t")).iter().all(Question::only_reads));
    assert_eq!(model.screen, Screen::Settings);
}

#[test]
fn what_a_check_found_is_told_on_every_tab() {
    let mut model = listed();
    let effects = press(&mut model, "4v");
    let request = request_of(&effects, |question| *question == Question::CheckHistory);
    press(&mut model, "1");
    let verdict = Answer::HistoryChecked(Ok(Some(Verdict::Sound { entries: 7 })));
    let _effects = answer(&mut model, request, verdict);
    assert_eq!(model.notice.unwrap().text, "The history is whole: 7 entries, unbroken.");
}

/// A model that shows the message types of three contacts.
fn in_matrix() -> Model {
    let mut model = listed();
    let asked = questions(&press(&mut model, "2"));
    assert!(matches!(&asked[0], Question::Page { .. }), "the rows are read anew: {asked:?}");
    model
}

fn subscribe(id: i64, ids: &[&str], again: Again) -> Question {
    let subscriptions = Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()));
    Question::Subscribe { id: ContactId(id), subscriptions, again, version: 3 }
}

#[test]
fn moving_between_cells_asks_for_nothing() {
    let mut model = in_matrix();
    assert_eq!(press(&mut model, "jllhk\n\nj"), []);
}

#[test]
fn a_tick_is_one_question_under_the_version_that_was_read() {
    let mut model = in_matrix();
    let asked = questions(&press(&mut model, "j "));
    assert_eq!(asked, [subscribe(2, &["account", "security"], Again::No)]);
    assert_eq!(press(&mut model, "l "), [], "the next one waits");
}

#[test]
fn a_tick_that_is_saved_is_counted() {
    let mut model = in_matrix();
    let effects = press(&mut model, " ");
    let request = request_of(&effects, |question| matches!(question, Question::Subscribe { .. }));
    let effects = answer(&mut model, request, Answer::Subscribed(Ok(Contact { version: 4, ..contact(1) })));
    assert_eq!(questions(&effects), [Question::Coverage]);
}

#[test]
fn somebody_elses_change_is_shown_and_not_overwritten() {
    let mut model = in_matrix();
    let effects = press(&mut model, " ");
    let request = request_of(&effects, |question| matches!(question, Question::Subscribe { .. }));
    let theirs = Contact { version: 5, subscriptions: Subscriptions::default(), ..contact(1) };
    let problem = Problem::Conflict { theirs: Box::new(theirs) };
    assert_eq!(answer(&mut model, request, Answer::Subscribed(Err(problem))), []);
    assert!(model.notice.as_ref().unwrap().text.contains("changed by somebody else"));
    assert_eq!(model.contacts.current().map(|contact| contact.version), Some(5));
}

#[test]
fn a_column_is_asked_about_and_any_key_calls_it_off() {
    let mut model = in_matrix();
    let facts = ColumnFacts { contacts: 3, is_full: false };
    let effects = press(&mut model, "A");
    let request = request_of(&effects, |question| matches!(question, Question::Column { .. }));
    assert_eq!(model.next_wake(), Some(Duration::from_millis(200)), "then it says that it is counting");
    press(&mut model, "l");
    assert_eq!(model.next_wake(), None);
    assert_eq!(answer(&mut model, request, Answer::Column(Ok(facts))), []);
    assert!(model.overlays.is_empty());
    let effects = press(&mut model, "A");
    let request = request_of(&effects, |question| matches!(question, Question::Column { .. }));
    assert_eq!(answer(&mut model, request, Answer::Column(Ok(facts))), []);
    assert!(matches!(&model.overlays[..], [Overlay::Confirm { .. }]));
    let asked = questions(&press(&mut model, "y"));
    let whom = Whom::Filtered(ListQuery::default());
    assert_eq!(asked, [Question::SetColumn { id: "product".to_owned(), whom, wanted: true }]);
}

#[test]
fn what_takes_long_is_told_and_stopped() {
    let mut model = in_matrix();
    let effects = press(&mut model, "A");
    let request = request_of(&effects, |question| matches!(question, Question::Column { .. }));
    answer(&mut model, request, Answer::Column(Ok(ColumnFacts { contacts: 1_000, is_full: false })));
    let effects = press(&mut model, "y");
    let request = request_of(&effects, |question| matches!(question, Question::SetColumn { .. }));
    assert_eq!(update(&mut model, Msg::Progress { request, pace: Pace { done: 500, permille: None } }), []);
    assert_eq!(press(&mut model, "\u{1b}"), [Effect::StopWork { request }]);
    let changed = Changed { ended: Ended::Stopped, ..Changed::default() };
    answer(&mut model, request, Answer::SubscriptionsChanged(Ok(changed)));
    assert!(model.notice.as_ref().unwrap().text.starts_with("Stopped: "));
    assert_ne!(press(&mut model, "\u{1b}"), [Effect::StopWork { request }]);
}

#[test]
fn who_has_unsubscribed_is_asked_about_before_a_tick() {
    let mut model = in_matrix();
    let request = request_of(&update(&mut model, Msg::StoreChanged), |question| {
        matches!(question, Question::Page { .. })
    });
    let rows = vec![Contact { unsubscribed_at: Some(now()), ..contact(1) }];
    answer(&mut model, request, Answer::Page(Ok(Page { rows, at_start: true, at_end: true })));
    assert_eq!(press(&mut model, "llll "), []);
    assert!(matches!(&model.overlays[..], [Overlay::Confirm { .. }]));
    let asked = questions(&press(&mut model, "y"));
    assert_eq!(asked, [subscribe(1, &["activity", "security"], Again::Yes)]);
}

#[test]
fn the_audience_is_asked_for_by_type() {
    let mut model = in_matrix();
    assert_eq!(press(&mut model, "w"), [], "of a category the counts are known");
    let audience = |id: &str| Question::Audience { message_type: id.to_owned(), limit: PEOPLE };
    assert_eq!(questions(&press(&mut model, "\n")), [audience("account.funds")]);
    press(&mut model, "\u{1b}\u{1b}\nl");
    assert_eq!(questions(&press(&mut model, "w")), [audience("account.funds")]);
    assert!(questions(&update(&mut model, Msg::StoreChanged)).contains(&audience("account.funds")));
}

/// A model in which a notice is written, its audience known; the focus is on Send.
fn composed() -> Model {
    let mut model = listed();
    press(&mut model, "n\nsecurity.acc");
    let effects = press(&mut model, "\n");
    assert_eq!(
        questions(&effects),
        [Question::Audience { message_type: "security.account".to_owned(), limit: PEOPLE }]
    );
    let request = request_of(&effects, |question| matches!(question, Question::Audience { .. }));
    assert_eq!(answer(&mut model, request, Answer::Audience(Ok(audience(2)))), []);
    press(&mut model, "Logon\ntext\t");
    model
}

fn audience(recipients: u64) -> Audience {
    Audience {
        message_type: "security.account".to_owned(),
        recipients,
        excluded: 0,
        people: Vec::new(),
        fallback: None,
    }
}

fn form() -> NoticeForm {
    NoticeForm {
        message_type: "security.account".to_owned(),
        subject: "Logon".to_owned(),
        body: "text".to_owned(),
        html: None,
    }
}

#[test]
fn a_notice_is_sent_after_a_question_and_wakes_the_sender() {
    let mut model = composed();
    let effects = press(&mut model, "\n");
    let request = request_of(&effects, |question| matches!(question, Question::Audience { .. }));
    answer(&mut model, request, Answer::Audience(Ok(audience(3))));
    let effects = press(&mut model, "y");
    let key = "screen-0000000000000007-5-1".to_owned();
    assert_eq!(questions(&effects), [Question::Notify { form: form(), key }]);
    let request = request_of(&effects, |_| true);
    let waiting = vec![DeliveryId(1), DeliveryId(2), DeliveryId(3)];
    let notified = Notified { notice: NoticeId(1), waiting, fallback: None, repeated: false };
    let effects = answer(&mut model, request, Answer::Notified(Ok(notified)));
    assert!(effects.contains(&Effect::WakeSender));
    assert!(model.overlays.is_empty());
    assert_eq!(model.notice.map(|notice| notice.text), Some("Queued for 3 people.".to_owned()));
}

#[test]
fn who_gets_it_is_asked_anew_when_others_change_something() {
    let mut model = composed();
    let effects = update(&mut model, Msg::StoreChanged);
    assert!(
        questions(&effects)
            .contains(&Question::Audience { message_type: "security.account".to_owned(), limit: PEOPLE })
    );
    // Only the last of two questions is listened to.
    let first = request_of(&effects, |question| matches!(question, Question::Audience { .. }));
    let effects = update(&mut model, Msg::StoreChanged);
    let second = request_of(&effects, |question| matches!(question, Question::Audience { .. }));
    answer(&mut model, first, Answer::Audience(Ok(audience(7))));
    assert_eq!(model.pending.audience, Some(second));
}

#[test]
fn a_notice_is_written_from_every_tab_and_hears_only_what_it_has_asked() {
    let mut model = in_matrix();
    press(&mut model, "\nl");
    let effects = press(&mut model, "w");
    let request = request_of(&effects, |question| matches!(question, Question::Audience { .. }));
    press(&mut model, "\u{1b}n");
    assert!(matches!(model.overlays[..], [Overlay::Compose(_)]));
    let before = model.overlays.clone();
    let problem = Problem::NoSecurityEmail;
    assert_eq!(answer(&mut model, request, Answer::Audience(Err(problem))), []);
    assert_eq!(model.overlays, before);
    press(&mut model, "\u{1b}");
    for tab in ["1", "3", "5"] {
        press(&mut model, tab);
        press(&mut model, "n");
        assert!(matches!(model.overlays[..], [Overlay::Compose(_)]), "{tab}");
        press(&mut model, "\u{1b}");
    }
}

#[test]
fn a_notice_that_could_not_be_queued_stays_and_wakes_nobody() {
    let mut model = composed();
    let effects = press(&mut model, "\n");
    let request = request_of(&effects, |_| true);
    answer(&mut model, request, Answer::Audience(Ok(audience(3))));
    let request = request_of(&press(&mut model, "y"), |_| true);
    assert_eq!(answer(&mut model, request, Answer::Notified(Err(Problem::NoSecurityEmail))), []);
    assert!(matches!(model.overlays.last(), Some(Overlay::Compose(dialog)) if dialog.written() == form()));
}

#[test]
fn a_worker_that_falls_leaves_the_notice_that_is_written() {
    let mut model = composed();
    press(&mut model, "\n");
    let effects = update(&mut model, Msg::WorkerPanicked("no rows".to_owned()));
    assert!(matches!(model.overlays.last(), Some(Overlay::Compose(dialog)) if dialog.written() == form()));
    assert!(questions(&effects).iter().any(|question| matches!(question, Question::Audience { .. })));
}

#[test]
fn mails_of_a_notice_are_tried_again_and_called_off_together() {
    let mut model = listed();
    let effects = press(&mut model, "3");
    let request = request_of(&effects, |question| matches!(question, Question::OutboxEntries { .. }));
    let totals = NoticeTotals { waiting: 2, failed: 3, ..NoticeTotals::default() };
    let notice = Notice {
        id: NoticeId(4),
        message_type: "security.account".to_owned(),
        subject: "Logon".to_owned(),
        created_at: now(),
        ended_at: None,
        cancelled: false,
        fallback: None,
        unreached: false,
        totals,
    };
    let page = Page { rows: vec![OutboxEntry::Notice(notice)], at_start: true, at_end: true };
    answer(&mut model, request, Answer::OutboxEntries(Ok(page)));
    let effects = press(&mut model, "r");
    assert_eq!(questions(&effects), [Question::RetryNotice { id: NoticeId(4) }]);
    let effects = answer(&mut model, request_of(&effects, |_| true), Answer::NoticeRetried(Ok(3)));
    assert!(effects.contains(&Effect::WakeSender));
    assert_eq!(
        model.notice.as_ref().map(|notice| notice.text.as_str()),
        Some("3 mails are tried again now.")
    );
    assert_eq!(press(&mut model, "x"), []);
    let effects = press(&mut model, "y");
    assert_eq!(questions(&effects), [Question::CancelNotice { id: NoticeId(4) }]);
    let effects = answer(&mut model, request_of(&effects, |_| true), Answer::NoticeCancelled(Ok(1)));
    assert!(!effects.contains(&Effect::WakeSender));
    assert_eq!(model.notice.as_ref().map(|notice| notice.text.as_str()), Some("1 mail is cancelled."));
}
