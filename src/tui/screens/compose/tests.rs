//! What keys and answers make of the dialog of a new notice.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::domain::contact::ContactId;
use crate::domain::delivery::{DeliveryId, NoticeId};
use crate::domain::notice::NoticeWrong;
use crate::domain::routing::{Exclusion, FallbackReason};
use crate::operations::StoreError;
use crate::operations::notices::{Fallback, Person};
use crate::tui::widgets::test_look;

const AREA: Rect = Rect { x: 0, y: 2, width: 80, height: 21 };

fn dialog() -> ComposeDialog {
    ComposeDialog::new(test_look().catalogue, Language::En, "screen-7-1".to_owned())
}

fn press(dialog: &mut ComposeDialog, action: Action) -> ComposeOutcome {
    dialog.input(&Input::Action(action), AREA, test_look())
}

fn paste(dialog: &mut ComposeDialog, text: &str) -> ComposeOutcome {
    dialog.input(&Input::Paste(text.to_owned()), AREA, test_look())
}

fn choose(dialog: &mut ComposeDialog, search: &str) -> ComposeOutcome {
    dialog.focus = Focus::Type;
    press(dialog, Action::Accept);
    paste(dialog, search);
    press(dialog, Action::Accept)
}

/// Everything is written, and the focus is on Send.
fn written() -> ComposeDialog {
    let mut dialog = dialog();
    choose(&mut dialog, "security.account");
    paste(&mut dialog, "Unusual logon");
    press(&mut dialog, Action::Accept);
    paste(&mut dialog, "Somebody has logged on.\n\nWas it you?");
    press(&mut dialog, Action::Next);
    dialog
}

fn audience(message_type: &str, recipients: u64) -> Audience {
    let person = |id: i64| Person {
        contact: ContactId(id),
        name: format!("p{id}"),
        email: format!("p{id}@example.org"),
    };
    Audience {
        message_type: message_type.to_owned(),
        recipients,
        excluded: 1,
        people: vec![(person(1), Ok(())), (person(2), Err(Exclusion::NotVerified))],
        fallback: None,
    }
}

fn nobody(email: Option<&str>) -> Audience {
    let fallback = Fallback { email: email.map(str::to_owned), reason: FallbackReason::NobodySubscribed };
    Audience { fallback: Some(fallback), ..audience("security.account", 0) }
}

/// Who gets it is known, and the question whether to send is open.
fn asked(audience: Audience) -> ComposeDialog {
    let mut dialog = written();
    let outcome = press(&mut dialog, Action::Accept);
    assert_eq!(outcome, ComposeOutcome::AskAudience { message_type: "security.account".to_owned() });
    dialog.heard(Ok(audience));
    dialog
}

fn sent(audience: Audience) -> ComposeDialog {
    let mut dialog = asked(audience);
    assert!(matches!(press(&mut dialog, Action::Yes), ComposeOutcome::Send { .. }));
    dialog
}

fn notified(count: i64, fallback: Option<FallbackReason>) -> Notified {
    let waiting = (0..count).map(DeliveryId).collect();
    Notified { notice: NoticeId(4), waiting, fallback, repeated: false }
}

fn shown(dialog: &ComposeDialog) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, 80, 24));
    dialog.draw(AREA, &mut buf, test_look());
    buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
}

#[test]
fn a_type_is_found_by_typing_and_asked_for_who_gets_it() {
    let mut dialog = dialog();
    let outcome = choose(&mut dialog, "账号安全");
    assert_eq!(outcome, ComposeOutcome::AskAudience { message_type: "security.account".to_owned() });
    assert_eq!((dialog.message_type(), dialog.focus), (Some("security.account"), Focus::Subject));
    assert_eq!(choose(&mut dialog, "security.account"), ComposeOutcome::Stay, "it is the same type");
}

#[test]
fn typing_on_the_closed_list_opens_and_searches_it() {
    let mut dialog = dialog();
    assert_eq!(dialog.typing(), Typing::On);
    for letter in "security.acc".chars() {
        dialog.input(&Input::Text(letter), AREA, test_look());
    }
    assert_eq!(
        press(&mut dialog, Action::Accept),
        ComposeOutcome::AskAudience { message_type: "security.account".to_owned() }
    );
}

#[test]
fn an_answer_for_another_type_is_stale() {
    let mut dialog = dialog();
    choose(&mut dialog, "security.account");
    choose(&mut dialog, "service.contract");
    dialog.heard(Ok(audience("security.account", 3)));
    assert_eq!(dialog.who, Who::Asked);
    dialog.heard(Ok(audience("service.contract", 5)));
    assert!(shown(&dialog).contains("5 people get it"));
}

#[test]
fn everything_wrong_is_told_at_once_and_nothing_is_lost() {
    let mut dialog = dialog();
    paste(&mut dialog, "lost");
    dialog.focus = Focus::Subject;
    paste(&mut dialog, "\u{202E}");
    dialog.focus = Focus::Send;
    assert_eq!(press(&mut dialog, Action::Accept), ComposeOutcome::Stay);
    let fields: Vec<NoticeField> = dialog.problems.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [NoticeField::MessageType, NoticeField::Subject, NoticeField::Body]);
    assert_eq!(dialog.focus, Focus::Type);
    let shown = shown(&dialog);
    for words in ["the notice needs a type", "U+202E", "the body is empty", "\\u{202E}"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    // What is put right is right at once.
    dialog.focus = Focus::Body;
    paste(&mut dialog, "text");
    assert_eq!(dialog.problems.len(), 2);
}

#[test]
fn enter_in_the_subject_goes_on_to_an_empty_text() {
    let mut dialog = dialog();
    dialog.focus = Focus::Subject;
    assert_eq!(press(&mut dialog, Action::Accept), ComposeOutcome::Stay);
    assert_eq!((dialog.focus, dialog.problems.len()), (Focus::Body, 0));
    press(&mut dialog, Action::NewLine);
    assert_eq!(dialog.written().body, "\n");
    press(&mut dialog, Action::Up);
    press(&mut dialog, Action::Up);
    assert_eq!(dialog.focus, Focus::Subject, "above the first row of the text");
}

#[test]
fn before_sending_a_question_names_the_number() {
    let mut dialog = asked(audience("security.account", 12));
    let words = shown(&dialog);
    for part in [
        "Send 'Unusual logon' (Security › Account security",
        "alerts) to 12 people?",
        "[ Send to 12 people ]",
    ] {
        assert!(words.contains(part), "{words}");
    }
    assert_eq!(press(&mut dialog, Action::Accept), ComposeOutcome::Stay, "the safe button has the focus");
    assert_eq!(dialog.front, None);
    let mut dialog = asked(audience("security.account", 12));
    let outcome = press(&mut dialog, Action::Yes);
    assert_eq!(outcome, ComposeOutcome::Send { form: dialog.written(), key: "screen-7-1-1".to_owned() });
    assert_eq!(press(&mut dialog, Action::Accept), ComposeOutcome::Stay, "it is being sent");
    assert_eq!(press(&mut dialog, Action::Close), ComposeOutcome::Stay);
}

#[test]
fn nobody_means_the_security_email_or_nothing() {
    let dialog = asked(nobody(Some("sec@example.com")));
    let words = shown(&dialog);
    for part in
        ["the security email only?", "Nobody is subscribed. The security email", "sec@example.com gets it."]
    {
        assert!(words.contains(part), "{words}");
    }
    let dialog = asked(nobody(None));
    assert_eq!(dialog.front, None);
    assert!(shown(&dialog).contains("there is no security email; set one in the"), "{}", shown(&dialog));
}

#[test]
fn while_it_is_asked_who_gets_it_no_key_means_the_dialog() {
    let mut dialog = written();
    press(&mut dialog, Action::Accept);
    assert!(dialog.is_waiting());
    let before = dialog.clone();
    assert_eq!(press(&mut dialog, Action::Next), ComposeOutcome::Stay);
    assert_eq!(press(&mut dialog, Action::Close), ComposeOutcome::Stay);
    assert_eq!(dialog, before);
    dialog.heard(Ok(audience("security.account", 12)));
    assert_eq!((dialog.context(), dialog.is_waiting()), (Context::Confirm, false));
}

#[test]
fn what_was_queued_is_told_truthfully() {
    let dialog = sent(audience("security.account", 12));
    let told = |notified: &Notified| dialog.words_on(notified, Language::En);
    assert_eq!(told(&notified(12, None)), (Tone::Done, "Queued for 12 people.".to_owned()));
    let fewer = "Queued for 1 person; when you confirmed, it was 12 people.";
    assert_eq!(told(&notified(1, None)), (Tone::Warning, fewer.to_owned()));
    let none =
        "Queued for the security email, for nobody is subscribed; when you confirmed, it was 12 people.";
    assert_eq!(told(&notified(1, Some(FallbackReason::NobodySubscribed))), (Tone::Warning, none.to_owned()));
    let again = Notified { repeated: true, ..notified(3, None) };
    let words = "It was queued before; nothing is sent twice. 3 of its mails still wait.";
    assert_eq!(told(&again), (Tone::Warning, words.to_owned()));
    let dialog = sent(nobody(Some("sec@example.com")));
    let words = "Queued for the security email: nobody is subscribed.";
    assert_eq!(
        dialog.words_on(&notified(1, Some(FallbackReason::NobodySubscribed)), Language::En),
        (Tone::Done, words.to_owned())
    );
    let words = "Queued for 2 people; when you confirmed, nobody would have got it.";
    assert_eq!(dialog.words_on(&notified(2, None), Language::En), (Tone::Warning, words.to_owned()));
}

#[test]
fn after_an_error_the_same_notice_has_the_same_key() {
    let mut dialog = sent(audience("security.account", 2));
    let why = StoreError::Other { file: "a.db".into(), why: "the disk is full".into() };
    dialog.refused(&Problem::Store(why));
    assert!(shown(&dialog).contains("nothing was queued"), "{}", shown(&dialog));
    assert_eq!(dialog.written().subject, "Unusual logon");
    press(&mut dialog, Action::Accept);
    dialog.heard(Ok(audience("security.account", 2)));
    assert!(
        matches!(press(&mut dialog, Action::Yes), ComposeOutcome::Send { key, .. } if key == "screen-7-1-1")
    );
    // It was queued all the same, and was changed since.
    dialog.refused(&Problem::KeyUsed { key: "screen-7-1-1".into(), notice: 4 });
    assert!(shown(&dialog).contains("notice 4 was queued before you changed it"), "{}", shown(&dialog));
    press(&mut dialog, Action::Accept);
    dialog.heard(Ok(audience("security.account", 2)));
    assert!(
        matches!(press(&mut dialog, Action::Yes), ComposeOutcome::Send { key, .. } if key == "screen-7-1-2")
    );
}

#[test]
fn leaving_with_text_asks() {
    let mut empty = dialog();
    choose(&mut empty, "security.account");
    assert_eq!(press(&mut empty, Action::Close), ComposeOutcome::Close, "a type alone is soon chosen again");
    let mut dialog = written();
    assert_eq!(press(&mut dialog, Action::Close), ComposeOutcome::Stay);
    assert_eq!(press(&mut dialog, Action::No), ComposeOutcome::Stay);
    assert_eq!(dialog.written().subject, "Unusual logon");
    press(&mut dialog, Action::Close);
    assert_eq!(press(&mut dialog, Action::Yes), ComposeOutcome::Close);
}

#[test]
fn the_preview_shows_one_language_after_the_other() {
    let mut dialog = written();
    let outcome = press(&mut dialog, Action::Preview);
    assert_eq!(outcome, ComposeOutcome::AskPreview { form: dialog.written(), language: Language::En });
    dialog.previewed(Language::En, Ok("Dear Ada".to_owned()));
    assert!(shown(&dialog).contains("Preview · English") && shown(&dialog).contains("Dear Ada"));
    let outcome = press(&mut dialog, Action::Next);
    assert_eq!(outcome, ComposeOutcome::AskPreview { form: dialog.written(), language: Language::ZhCn });
    dialog.previewed(Language::En, Ok("Dear Ada".to_owned()));
    assert!(!shown(&dialog).contains("Dear Ada"), "that is the other language");
    dialog.previewed(Language::ZhCn, Ok("您好".to_owned()));
    assert!(shown(&dialog).contains('您'));
    press(&mut dialog, Action::Close);
    assert_eq!(dialog.front, None);
}

#[test]
fn what_is_wrong_has_no_preview() {
    let mut dialog = dialog();
    assert_eq!(press(&mut dialog, Action::Preview), ComposeOutcome::Stay);
    assert_eq!((dialog.problems.len(), &dialog.front), (3, &None));
    let mut dialog = written();
    press(&mut dialog, Action::Preview);
    dialog.previewed(
        Language::En,
        Err(Problem::InvalidNotice(vec![NoticeProblem {
            field: NoticeField::Body,
            wrong: NoticeWrong::NoBody,
            hint: None,
        }])),
    );
    assert_eq!((&dialog.front, dialog.focus), (&None, Focus::Body));
}

#[test]
fn when_no_answer_will_come_nothing_waits() {
    let mut dialog = sent(audience("security.account", 2));
    dialog.lost(&Problem::NoSecurityEmail);
    assert_eq!((dialog.waiting, dialog.who == Who::Asked), (Waiting::No, false));
    let mut dialog = written();
    press(&mut dialog, Action::Preview);
    dialog.lost(&Problem::NoSecurityEmail);
    assert_eq!((&dialog.front, dialog.who), (&None, Who::Unknown(Unknown::Lost)));
}

#[test]
fn the_focus_is_seen_at_the_smallest_size_whatever_is_wrong() {
    let area = Rect::new(0, 1, 40, 8);
    let mut dialog = dialog();
    dialog.focus = Focus::Subject;
    paste(&mut dialog, &"王\u{202E}".repeat(30));
    press(&mut dialog, Action::Preview);
    assert_eq!(dialog.problems.len(), 3);
    for focus in ORDER {
        dialog.focus = focus;
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 10));
        let cursor = dialog.draw(area, &mut buf, test_look());
        assert!(cursor.is_some_and(|cursor| area.contains(cursor)), "{focus:?} {cursor:?}");
    }
}

proptest! {
    #[test]
    fn it_is_drawn_at_any_size(
        width in 0..140_u16, height in 0..45_u16, steps in 0..6_usize, wrong: bool, opens in 0..4_u8, rows in 0..40_usize,
    ) {
        let area = Rect::new(0, 0, width, height);
        let mut dialog = if wrong { dialog() } else { written() };
        dialog.focus = Focus::Body;
        dialog.input(&Input::Paste("登录 logon\n".repeat(rows)), area, test_look());
        dialog.focus = Focus::Send;
        match opens {
            0 => { dialog.input(&Input::Action(Action::Preview), area, test_look()); }
            1 => {
                dialog.input(&Input::Action(Action::Accept), area, test_look());
                dialog.heard(Ok(audience("security.account", 3)));
            }
            2 => {
                dialog.focus = Focus::Type;
                dialog.input(&Input::Action(Action::Accept), area, test_look());
            }
            _ => { dialog.message = Some(Hindrance::Nobody); }
        }
        for _ in 0..steps {
            dialog.input(&Input::Action(Action::Next), area, test_look());
        }
        let mut buf = Buffer::empty(area);
        if let Some(cursor) = dialog.draw(area, &mut buf, test_look()) {
            prop_assert!(area.contains(cursor), "{:?} in {:?}", cursor, area);
        }
    }
}
