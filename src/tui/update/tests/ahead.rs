//! Keys that come while a form is being saved.

use super::*;

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
