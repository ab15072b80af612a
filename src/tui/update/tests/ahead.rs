//! Keys that come while a form is being saved, or before it is there.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::config::{Flags, Source};
use crate::domain::say::Said;
use crate::paths::Environment;
use crate::tui::draft::{Draft, DraftId, DraftOrder, Form, Offer, Texts};
use crate::tui::effect::MouseMode;
use crate::tui::screens::account_form::AccountFormDialog;

fn is_hint(question: &Question) -> bool {
    matches!(question, Question::TypoHint { .. })
}

fn saved() -> Answer {
    Answer::Added(Ok(Saved { contact: contact(4), mailing: Mailing::Queued(DeliveryId(9)) }))
}

/// What is in the name's field of the form in front.
fn name(model: &Model) -> String {
    let Some(Overlay::ContactForm(form)) = model.overlays.last() else { panic!("no form is open") };
    form.entered().name
}

#[test]
fn two_contacts_that_are_typed_at_one_go_are_both_saved() {
    let mut model = listed();
    press(&mut model, "a");
    let first = press(&mut model, "ada\tada@example.org\n");
    let hint = request_of(&first, is_hint);
    assert_eq!(press(&mut model, "agrace\tgrace@example.org\n"), [], "they wait");
    assert_eq!(name(&model), "ada");
    let adding = answer(&mut model, hint, Answer::TypoHint(Ok(None)));
    let adding = request_of(&adding, |question| matches!(question, Question::Add { .. }));
    let second = answer(&mut model, adding, saved());
    assert_eq!(name(&model), "grace");
    let hint = request_of(&second, is_hint);
    let adding = answer(&mut model, hint, Answer::TypoHint(Ok(None)));
    assert!(questions(&adding).iter().any(|question| matches!(question, Question::Add { .. })));
}

#[test]
fn where_the_form_stays_open_what_was_typed_behind_it_goes_nowhere() {
    let mut model = listed();
    press(&mut model, "a");
    let hint = request_of(&press(&mut model, "ada\tada@gmial.com\n"), is_hint);
    press(&mut model, "agrace\tgrace@example.org\n");
    answer(&mut model, hint, Answer::TypoHint(Ok(Some("ada@gmail.com".to_owned()))));
    let Some(Overlay::ContactForm(form)) = model.overlays.last() else { panic!("it is open") };
    assert_eq!(form.entered().email, "ada@gmial.com");
    press(&mut model, "x");
    let Some(Overlay::ContactForm(form)) = model.overlays.last() else { panic!("it is open") };
    assert_eq!(form.entered().email, "ada@gmial.comx", "and keys mean the form again");
}

#[test]
fn what_waits_too_long_can_be_suspended() {
    let mut model = listed();
    press(&mut model, "a");
    press(&mut model, "ada\tada@example.org\n");
    let suspend = Msg::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL));
    assert_eq!(update(&mut model, suspend), [Effect::Suspend]);
}

/// How many people get the type that a notice has.
fn audience(recipients: u64) -> Answer {
    let message_type = "security.account".to_owned();
    Answer::Audience(Ok(Audience {
        message_type,
        recipients,
        excluded: 0,
        people: Vec::new(),
        fallback: None,
    }))
}

fn is_audience(question: &Question) -> bool {
    matches!(question, Question::Audience { .. })
}

/// A notice with everything but its subject, in which the focus is.
fn unfinished_notice() -> Model {
    let mut model = listed();
    press(&mut model, "n ");
    let _effects = update(&mut model, Msg::Paste("security.account".to_owned()));
    press(&mut model, "\n\tSomebody has logged on");
    let _effects = update(&mut model, Msg::Key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::NONE)));
    press(&mut model, "Logon");
    model
}

fn notice(model: &Model) -> &ComposeDialog {
    let Some(Overlay::Compose(dialog)) = model.overlays.last() else { panic!("no notice is written") };
    dialog
}

#[test]
fn a_yes_that_is_typed_before_the_question_answers_it() {
    let mut model = unfinished_notice();
    let asked = request_of(&press(&mut model, "\n"), is_audience);
    assert_eq!(press(&mut model, "yn"), [], "they wait");
    assert_eq!(notice(&model).written().subject, "Logon");
    let sending = answer(&mut model, asked, audience(2));
    let queueing = request_of(&sending, |question| matches!(question, Question::Notify { .. }));
    let notified = Notified {
        notice: NoticeId(1),
        repeated: false,
        waiting: vec![DeliveryId(1), DeliveryId(2)],
        fallback: None,
    };
    answer(&mut model, queueing, Answer::Notified(Ok(notified)));
    let next = notice(&model).written();
    assert_eq!(
        (next.subject.as_str(), next.body.as_str()),
        ("", ""),
        "what came after it opens the next notice"
    );
}

#[test]
fn where_it_cannot_be_said_who_gets_it_what_was_typed_goes_nowhere() {
    let mut model = unfinished_notice();
    let asked = request_of(&press(&mut model, "\n"), is_audience);
    press(&mut model, "y");
    let locked = Problem::Store(StoreError::Locked { file: "callsheet.db".to_owned() });
    assert_eq!(answer(&mut model, asked, Answer::Audience(Err(locked))), []);
    press(&mut model, "s");
    assert_eq!(notice(&model).written().subject, "Logons", "and keys mean the notice again");
}

/// The number of the task that the configuration's thread gets.
fn task_of(effects: &[Effect]) -> Request {
    let task = effects.iter().find_map(|effect| {
        if let Effect::Configure { request, .. } = effect { Some(*request) } else { None }
    });
    task.unwrap()
}

/// The mail server of an empty configuration.
fn server() -> Answer {
    let home = tempfile::tempdir().unwrap();
    let environment = Environment::of([("HOME", home.path())]).with_system_folder(home.path());
    Answer::MailServer(Source::new(Flags::default(), environment).mail_server().map(Box::new))
}

#[test]
fn what_is_typed_before_the_form_for_the_mail_server_is_there_goes_into_it() {
    let mut model = listed();
    let reading = task_of(&press(&mut model, "5jjj\n"));
    assert_eq!(press(&mut model, "team@example.org"), [], "no test mail, and no notice");
    assert!(model.overlays.is_empty());
    answer(&mut model, reading, server());
    let Some(Overlay::MailForm(form)) = model.overlays.last() else { panic!("no form is open") };
    assert_eq!(form.draft().unwrap().text("mail.from"), "team@example.org");
}

#[test]
fn where_the_configuration_cannot_be_read_what_was_typed_goes_nowhere() {
    let mut model = listed();
    let reading = task_of(&press(&mut model, "5jjj\n"));
    press(&mut model, "tn");
    answer(&mut model, reading, Answer::MailServer(Err(Said::foreign("it is no file"))));
    assert!(model.overlays.is_empty());
    assert!(model.notice.as_ref().unwrap().text.contains("it is no file"));
    press(&mut model, "n");
    assert!(matches!(model.overlays[..], [Overlay::Compose(_)]), "and keys mean the screen again");
}

/// A draft that was left behind is offered.
fn offered(form: Form) -> Model {
    let mut model = listed();
    let draft =
        Draft { form, before: Texts::default(), now: Texts::of([("name", "ada"), ("mail.from", "mx")]) };
    let offer =
        Offer { id: DraftId(1), at: now(), user: "ada".to_owned(), origin: None, draft: Arc::new(draft) };
    let _effects = update(&mut model, Msg::DraftsFound(vec![offer]));
    assert!(matches!(model.overlays[..], [Overlay::DraftOffer(_)]));
    model
}

#[test]
fn what_is_typed_before_the_draft_of_a_contact_is_open_goes_into_it() {
    let mut model = offered(Form::Contact { id: ContactId(1), version: 3 });
    let reading =
        request_of(&press(&mut model, "\n"), |question| matches!(question, Question::Wishes { .. }));
    assert_eq!(press(&mut model, "n5"), []);
    assert_eq!((model.overlays.len(), model.screen), (0, Screen::Contacts));
    answer(&mut model, reading, Answer::Wishes(Ok(contact(1))));
    assert_eq!(name(&model), "adan5");
}

#[test]
fn what_is_typed_before_the_draft_of_a_mail_server_is_open_goes_into_it() {
    let mut model = offered(Form::MailServer);
    let reading = task_of(&press(&mut model, "\n"));
    press(&mut model, "1");
    answer(&mut model, reading, server());
    let Some(Overlay::MailForm(form)) = model.overlays.last() else { panic!("no form is open") };
    assert_eq!(form.draft().unwrap().text("mail.from"), "mx1");
}

#[test]
fn nothing_is_offered_while_the_form_for_the_mail_server_is_on_its_way() {
    let mut model = listed();
    let reading = task_of(&press(&mut model, "5jjj\n"));
    let draft = Draft { form: Form::NewContact, before: Texts::default(), now: Texts::of([("name", "ada")]) };
    let offer =
        Offer { id: DraftId(1), at: now(), user: "ada".to_owned(), origin: None, draft: Arc::new(draft) };
    let _effects = update(&mut model, Msg::DraftsFound(vec![offer]));
    answer(&mut model, reading, server());
    assert!(matches!(model.overlays[..], [Overlay::MailForm(_)]));
    press(&mut model, "\u{1b}");
    assert!(matches!(model.overlays[..], [Overlay::DraftOffer(_)]));
}

#[test]
fn the_mouse_does_nothing_while_keys_wait() {
    let mut model = unfinished_notice();
    model.mouse.mode = MouseMode::On;
    press(&mut model, "\n");
    let before = model.overlays.clone();
    let click = |row| MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: 20,
        row,
        modifiers: KeyModifiers::NONE,
    };
    for row in 0..24 {
        assert_eq!(update(&mut model, Msg::Mouse(click(row))), [], "row {row}");
        assert_eq!((model.overlays == before, model.screen), (true, Screen::Contacts), "row {row}");
    }
}

#[test]
fn a_draft_is_not_opened_over_what_is_written() {
    let mut model = offered(Form::Contact { id: ContactId(1), version: 3 });
    let reading =
        request_of(&press(&mut model, "\n"), |question| matches!(question, Question::Wishes { .. }));
    let mut form = AccountFormDialog::introduction();
    form.input(&Input::Text('x'));
    model.overlays.push(Overlay::AccountForm(Box::new(form)));
    let effects = answer(&mut model, reading, Answer::Wishes(Ok(contact(1))));
    assert!(!effects.contains(&Effect::Draft(DraftOrder::Open(DraftId(1)))), "{effects:?}");
    assert!(matches!(model.overlays[..], [Overlay::AccountForm(_)]));
    assert_eq!(model.drafts.offers.len(), 1, "it is offered again");
}
