//! Pictures of the outbox and of one delivery.

use std::time::Duration;

use callsheet::domain::delivery::{Delivery, DeliveryId, Kind, NoticeId, State};
use callsheet::domain::language::Language;
use callsheet::domain::notice::{Notice, NoticeTotals};
use callsheet::domain::routing::FallbackReason;
use callsheet::operations::outbox::{Attempt, DeliveryDetail, OutboxEntry};
use callsheet::operations::page::Page;
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::layout::Regions;
use callsheet::tui::look::Look;
use callsheet::tui::marks::Marks;
use callsheet::tui::plan::Plan;
use callsheet::tui::screens::delivery_detail::DeliveryDialog;
use callsheet::tui::screens::outbox::Outbox;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use crate::support::picture::{self, LARGE, SMALL, USUAL};
use crate::support::stage::{fixed, now};

pub(super) fn delivery(id: i64, state: State) -> Delivery {
    let is_ended = state.is_end();
    Delivery {
        id: DeliveryId(id),
        kind: Kind::Notice,
        to: "xiaoming@example.cn".to_owned(),
        contact: None,
        name: "王小明".to_owned(),
        notice: None,
        message_type: Some("product.expiration".to_owned()),
        subject: "Your certificate for www.example.cn expires in 7 days".to_owned(),
        fallback: None,
        state,
        attempts: 1,
        created_at: now(),
        due_at: now().plus(Duration::from_secs(420)),
        expires_at: now(),
        ended_at: is_ended.then(now),
        message_id: "<12.4f@example.com>".to_owned(),
        server: None,
        maybe_sent: false,
    }
}

fn outbox(rows: Vec<Delivery>, size: Size) -> Outbox {
    entries(rows.into_iter().map(OutboxEntry::Delivery).collect(), size)
}

fn entries(rows: Vec<OutboxEntry>, size: Size) -> Outbox {
    let mut outbox = Outbox::default();
    let mut plan = Plan::default();
    outbox.open(&mut plan);
    let page = Page { rows, at_start: true, at_end: true };
    assert_eq!(outbox.take_entries(plan.last(), Ok(page), &mut plan), None);
    outbox.resize(Regions::of(picture::whole(size)).whole(), &mut plan);
    outbox
}

fn notice(id: i64, subject: &str, totals: NoticeTotals) -> Notice {
    Notice {
        id: NoticeId(id),
        message_type: "security.account".to_owned(),
        subject: subject.to_owned(),
        created_at: now(),
        ended_at: None,
        cancelled: false,
        fallback: None,
        unreached: false,
        totals,
    }
}

/// A notice in each state, among single mails.
pub(super) fn notices() -> Vec<OutboxEntry> {
    let none = NoticeTotals::default();
    let unreached = Notice {
        unreached: true,
        ended_at: Some(now()),
        ..notice(5, "No power in hall 3", NoticeTotals { failed: 2, expired: 1, ..none })
    };
    let all_failed = Notice {
        fallback: Some(FallbackReason::AllFailed),
        message_type: "product.expiration".to_owned(),
        created_at: now().minus(Duration::from_secs(2 * 86_400)),
        ..notice(4, "Certificates end on Friday", NoticeTotals { sent: 1, failed: 3, ..none })
    };
    let cancelled = Notice {
        cancelled: true,
        ended_at: Some(now()),
        ..notice(2, "登录异常：账号在新的网络登录", NoticeTotals { sent: 4, cancelled: 8, ..none })
    };
    let mut code = delivery(99, State::Sent);
    (code.kind, code.message_type) = (Kind::Verification, None);
    code.subject = "Your code for Example Ltd".to_owned();
    vec![
        OutboxEntry::Notice(notice(
            7,
            "Unusual logon",
            NoticeTotals { sent: 9, waiting: 1, failed: 2, ..none },
        )),
        OutboxEntry::Delivery(code),
        OutboxEntry::Notice(notice(6, "Queued just now", NoticeTotals { waiting: 1_200_000, ..none })),
        OutboxEntry::Notice(unreached),
        OutboxEntry::Notice(all_failed),
        OutboxEntry::Notice(notice(3, "Written to files", NoticeTotals { written: 12, ..none })),
        OutboxEntry::Notice(cancelled),
        OutboxEntry::Notice(notice(1, "All is well again", NoticeTotals { sent: 12, ..none })),
    ]
}

/// Opens the notice in this row, whose deliveries have these states.
fn opened(row: usize, states: &[State], size: Size) -> Outbox {
    let mut outbox = entries(notices(), size);
    let area = Regions::of(picture::whole(size)).whole();
    let fixed = fixed(Theme::Traced, Marks::Unicode);
    let look = fixed.look(now());
    let mut plan = Plan::default();
    for _ in 0..row {
        outbox.act(&Input::Action(Action::Down), look, area, &mut plan);
    }
    outbox.act(&Input::Action(Action::Open), look, area, &mut plan);
    let names = ["王小明", "AdaLovelace", "oncall"].into_iter().cycle();
    let rows = states.iter().zip(names).zip(1..).map(|((state, name), id)| {
        let mut delivery = delivery(50 - id, *state);
        delivery.name = name.to_owned();
        delivery.attempts = 3;
        delivery.server =
            state.may_retry().then(|| "550 5.1.1 Recipient address rejected: User unknown".to_owned());
        delivery
    });
    let mut rows: Vec<Delivery> = rows.collect();
    if let Some(last) = rows.last_mut().filter(|_| row == 4) {
        last.name = String::new();
        last.to = "security@example.com".to_owned();
        last.fallback = Some("all_failed".to_owned());
    }
    let page = Page { rows, at_start: true, at_end: true };
    assert_eq!(outbox.take_page(plan.last(), Ok(page), &mut plan), None);
    outbox.resize(area, &mut plan);
    outbox
}

pub(super) fn rows() -> Vec<Delivery> {
    let mut rows: Vec<Delivery> =
        State::ALL.into_iter().zip(1..).map(|(state, id)| delivery(100 - id, state)).collect();
    rows[2].maybe_sent = true;
    rows[3].kind = Kind::Verification;
    rows[3].message_type = None;
    rows[4].name = String::new();
    rows[5].subject = "\u{202E}gnp.exe 登录异常".to_owned();
    rows[5].created_at = now().minus(Duration::from_secs(3 * 86_400));
    rows
}

fn drawn(outbox: &Outbox, size: Size) -> String {
    picture::body(size, |area, buf, look| outbox.draw(area, buf, look))
}

#[test]
fn every_state_has_a_mark_and_a_word() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(drawn(&outbox(rows(), size), size));
    }
}

#[test]
fn a_notice_stands_in_one_row() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(drawn(&entries(notices(), size), size));
    }
    let outbox = entries(notices(), USUAL);
    let area = Regions::of(picture::whole(USUAL)).whole();
    let ascii = (Theme::Traced, Marks::Ascii);
    assert_snapshot!(picture::part(USUAL, area, ascii, |area, buf, look| outbox.draw(area, buf, look)));
}

#[test]
fn a_notice_is_opened() {
    let states = [State::Sent, State::Retry, State::Failed, State::Queued, State::Expired];
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(drawn(&opened(0, &states, size), size));
    }
}

#[test]
fn what_must_be_known_of_a_notice_stands_above_its_mails() {
    for size in [SMALL, USUAL] {
        assert_snapshot!(drawn(&opened(3, &[State::Failed, State::Failed, State::Expired], size), size));
        assert_snapshot!(drawn(&opened(4, &[State::Failed, State::Failed, State::Sent], size), size));
    }
    assert_snapshot!(drawn(&opened(6, &[State::Sent, State::Cancelled], USUAL), USUAL));
}

#[test]
fn an_empty_outbox_says_what_will_appear() {
    assert_snapshot!(drawn(&outbox(Vec::new(), USUAL), USUAL));
    assert_snapshot!(drawn(&Outbox::default(), SMALL));
}

#[test]
fn a_filter_that_is_not_understood_says_why() {
    let area = picture::whole(USUAL);
    let mut outbox = outbox(rows(), USUAL);
    let fixed = fixed(Theme::Traced, Marks::Unicode);
    let look = fixed.look(now());
    outbox.act(&Input::Action(Action::Filter), look, area, &mut Plan::default());
    outbox.act(&Input::Paste("王 state:fialed".to_owned()), look, area, &mut Plan::default());
    assert_snapshot!(drawn(&outbox, USUAL));
}

fn dialog(delivery: Delivery, text: &str) -> DeliveryDialog {
    let tried = |words: Option<&str>| Attempt {
        started_at: now(),
        ended_at: words.map(|_| now()),
        phase: "rcpt_to".to_owned(),
        words: words.map(str::to_owned),
    };
    let words = "452 4.2.2 The email account that you tried to reach is over quota\u{1b}[2J";
    let mut dialog = DeliveryDialog::new(delivery.id);
    dialog.loaded(DeliveryDetail {
        delivery,
        attempts: vec![tried(Some(words)), tried(None)],
        text: text.to_owned(),
    });
    dialog
}

#[test]
fn one_delivery_with_the_words_of_the_server() {
    let text = "您好，王小明：\n\nyour code is ••••-••••.\n\nIt counts for 72 hours.\n";
    let mut doubtful = delivery(12, State::Retry);
    doubtful.maybe_sent = true;
    doubtful.fallback = Some("nobody_subscribed".to_owned());
    let dialog = dialog(doubtful, text);
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(picture::dialog(size, |area, buf, look| dialog.draw(area, buf, look)));
    }
}

#[test]
fn what_cannot_be_done_is_said_in_the_border() {
    let mut dialog = dialog(delivery(12, State::Sent), "Hello");
    let area = picture::whole(USUAL);
    let fixed = fixed(Theme::Traced, Marks::Unicode);
    dialog.input(&Input::Action(Action::Cancel), area, fixed.look(now()));
    assert_snapshot!(picture::dialog(USUAL, |area, buf, look| dialog.draw(area, buf, look)));
}

const DATA: &str = "Your certificate for www.example.cn expires in days code Example Ltd Unusual logon Queued just now \
                    No power in hall Certificates end on Friday Written to files All is well again Recipient address \
                    rejected User unknown The email account that you tried to reach is over quota Message-ID xiaoming AdaLovelace oncall security product retry";

fn in_chinese(outbox: &Outbox, size: Size) -> String {
    let drawn = picture::body(size, |area, buf, look| outbox.draw(area, buf, chinese(look)));
    assert_eq!(picture::english_left_beside(&drawn, &picture::cut_anywhere(DATA)), [""; 0], "{drawn}");
    drawn
}

#[test]
fn the_outbox_in_chinese() {
    let states = [State::Sent, State::Retry, State::Failed, State::Queued, State::Expired];
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(in_chinese(&outbox(rows(), size), size));
        assert_snapshot!(in_chinese(&entries(notices(), size), size));
        assert_snapshot!(in_chinese(&opened(0, &states, size), size));
    }
    assert_snapshot!(in_chinese(&opened(3, &[State::Failed, State::Expired], USUAL), USUAL));
    assert_snapshot!(in_chinese(&opened(4, &[State::Failed, State::Sent], USUAL), USUAL));
    assert_snapshot!(in_chinese(&opened(6, &[State::Sent, State::Cancelled], USUAL), USUAL));
    assert_snapshot!(in_chinese(&outbox(Vec::new(), USUAL), USUAL));
    assert_snapshot!(in_chinese(&Outbox::default(), SMALL));
}

fn chinese(look: Look<'_>) -> Look<'_> {
    Look { language: Language::ZhCn, ..look }
}

#[test]
fn one_delivery_in_chinese() {
    for state in State::ALL {
        let mut delivery = delivery(12, state);
        delivery.maybe_sent = state == State::Retry;
        delivery.fallback = delivery.maybe_sent.then(|| "nobody_subscribed".to_owned());
        let mut dialog = dialog(delivery, "••••-••••");
        let area = picture::whole(USUAL);
        let fixed = fixed(Theme::Traced, Marks::Unicode);
        dialog.input(&Input::Action(Action::Cancel), area, chinese(fixed.look(now())));
        let sizes: &[Size] = if state == State::Retry { &[SMALL, USUAL, LARGE] } else { &[USUAL] };
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
