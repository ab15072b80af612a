//! Pictures of what is offered after the program has died, and of the forms that are opened then.

use std::sync::Arc;

use callsheet::domain::contact::ContactId;
use callsheet::domain::language::Language;
use callsheet::tui::draft::{Draft, DraftId, DraftOrder, Form, Offer, Texts};
use callsheet::tui::effect::{Answer, Effect, MailTask, Request};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Fixed;
use callsheet::tui::msg::Msg;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use super::mail_form::server;
use crate::support::picture::{LARGE, SMALL, USUAL, english_left_beside, picture, text};
use crate::support::stage::{Stage, cast, fixed, now};

fn offer(form: Form, before: Texts, now_typed: Texts) -> Offer {
    let draft = Arc::new(Draft { form, before, now: now_typed });
    Offer { id: DraftId(1), at: now(), user: "ada".into(), origin: Some("192.0.2.1".into()), draft }
}

/// A form for a new contact with a wrong address.
pub(super) fn new_contact() -> Offer {
    let typed =
        Texts::of([("name", "王小明"), ("email", "xiaoming@"), ("language", "en"), ("types", "security")]);
    offer(Form::NewContact, Texts::of([("language", "en")]), typed)
}

/// Somebody wrote a whole letter and is called as terminals fear.
fn hostile() -> Offer {
    let typed = Texts::of([
        ("subject", "Unusual \u{202e}logon\u{1b}[2J"),
        ("body", &"阿里巴巴 and others. ".repeat(90)),
    ]);
    let user = "a-very-long-name-of-a-user-in-a-directory (sudo by \u{202e}eve)".into();
    Offer { user, ..offer(Form::Notice { key: "k".into(), number: 1 }, Texts::default(), typed) }
}

fn stage(size: Size, language: Language) -> Stage {
    let fixed = Fixed { language, ..fixed(Theme::Traced, Marks::Unicode) };
    Stage::with(size.width, size.height, cast(), fixed)
}

#[test]
fn what_was_left_unfinished_is_offered() {
    for size in [SMALL, USUAL, LARGE] {
        let mut stage = stage(size, Language::En);
        stage.happens(Msg::DraftsFound(vec![new_contact()]));
        assert_snapshot!(format!("offer_{}x{}", size.width, size.height), picture(&stage.model));
        let mut stage = self::stage(size, Language::ZhCn);
        stage.happens(Msg::DraftsFound(vec![new_contact()]));
        let picture = picture(&stage.model);
        let data = "callsheet Example Ltd AdaLovelace ada ops Grace ctrl esc enter tab shift space xiaoming k j live";
        assert_eq!(english_left_beside(&picture, data), Vec::<String>::new(), "{}", text(&stage.model));
        assert_snapshot!(format!("zh_offer_{}x{}", size.width, size.height), picture);
    }
}

#[test]
fn a_long_and_hostile_draft_leaves_room_for_the_buttons() {
    for size in [SMALL, USUAL] {
        let mut stage = stage(size, Language::En);
        stage.happens(Msg::DraftsFound(vec![hostile()]));
        assert_snapshot!(format!("offer_of_a_letter_{}x{}", size.width, size.height), picture(&stage.model));
    }
}

#[test]
fn a_change_that_others_have_overtaken_says_so() {
    let before = Texts::of([("name", "ops"), ("email", "ops@example.org"), ("language", "en")]);
    let typed = Texts::of([("name", "operations"), ("email", "ops@example.org"), ("language", "en")]);
    for (name, id) in [("changed", 3), ("deleted", 99)] {
        for language in Language::ALL {
            let mut stage = stage(USUAL, language);
            let form = Form::Contact { id: ContactId(id), version: 0 };
            stage
                .happens(Msg::DraftsFound(vec![offer(form, before.clone(), typed.clone())]))
                .types("<enter>");
            assert_snapshot!(format!("draft_{name}_{language}"), picture(&stage.model));
        }
    }
}

#[test]
fn a_mail_server_is_read_first_and_its_password_is_typed_again() {
    let typed =
        Texts::of([("mail.host", "mail.example.net"), ("mail.port", "465"), ("mail.allow_smtputf8", "yes")]);
    let mut stage = stage(USUAL, Language::En);
    stage.happens(Msg::DraftsFound(vec![offer(Form::MailServer, Texts::default(), typed)])).types("<enter>");
    let Some(Effect::Configure { request, task }) = stage.effects.pop() else {
        panic!("{:?}", stage.effects)
    };
    assert_eq!(*task, MailTask::Read);
    stage.happens(Msg::Answer { request, answer: Box::new(Answer::MailServer(Ok(Box::new(server())))) });
    let shown = text(&stage.model);
    assert!(
        shown.contains("mail.example.net") && shown.contains("465") && shown.contains("notices@example.com"),
        "{shown}"
    );
    stage.types("<tab> <tab> <tab> <tab> <tab> open-sesame");
    assert!(!format!("{:?}", stage.effects).contains("sesame"), "a password is no part of a draft");
    assert!(stage.effects.contains(&Effect::Draft(DraftOrder::Open(DraftId(1)))));
}

#[test]
fn what_needs_a_worker_that_falls_is_offered_again() {
    let form = Form::Contact { id: ContactId(3), version: 1 };
    let mut stage = stage(USUAL, Language::En);
    stage.happens(Msg::DraftsFound(vec![offer(form, Texts::default(), Texts::of([("name", "x")]))]));
    let dialog = |stage: &Stage| text(&stage.model).contains("Left unfinished");
    assert!(dialog(&stage));
    let opened =
        callsheet::tui::update::update(&mut stage.model, Msg::Key(crossterm::event::KeyCode::Enter.into()));
    assert!(!dialog(&stage), "{opened:?}");
    stage.happens(Msg::WorkerPanicked("out of luck".to_owned()));
    assert!(dialog(&stage));
    assert_eq!(stage.model.pending.draft, None::<Request>);
}
