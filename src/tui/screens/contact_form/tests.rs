//! What keys make of the contact form.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::domain::contact::Status;
use crate::domain::contact_form::Wrong;
use crate::domain::email_address::EmailAddress;
use crate::domain::position::Position;
use crate::domain::subscription::Subscriptions;
use crate::tui::widgets::test_look;

fn catalogue() -> Catalogue {
    Catalogue::built_in()
}

fn settings() -> FormSettings {
    FormSettings { account_language: Language::ZhCn, language: Language::En, smtputf8: Smtputf8::Refused }
}

fn contact() -> Contact {
    Contact {
        id: ContactId(7),
        name: "AdaLovelace".into(),
        email: "ada@example.org".into(),
        position: None,
        language: Language::En,
        status: Status::Verified,
        verified_at: None,
        code_sent_at: None,
        pending_email: None,
        unsubscribed_at: None,
        subscriptions: Subscriptions::from_ids(["product.release".to_owned(), "newer.type".to_owned()]),
        version: 3,
    }
}

fn add() -> ContactFormDialog {
    ContactFormDialog::add(&catalogue(), settings())
}

fn modify() -> ContactFormDialog {
    ContactFormDialog::modify(contact(), &catalogue(), settings())
}

fn press(form: &mut ContactFormDialog, action: Action) -> FormOutcome {
    form.input(&Input::Action(action), &catalogue())
}

fn paste(form: &mut ContactFormDialog, text: &str) -> FormOutcome {
    form.input(&Input::Paste(text.into()), &catalogue())
}

fn go_to(form: &mut ContactFormDialog, focus: Focus) {
    while form.focus != focus {
        press(form, Action::Next);
    }
}

fn filled() -> ContactFormDialog {
    let mut form = add();
    paste(&mut form, "ops");
    press(&mut form, Action::Next);
    paste(&mut form, "ops@gmial.com");
    form
}

fn choose_position(form: &mut ContactFormDialog, letter: char) {
    go_to(form, Focus::Position);
    press(form, Action::Accept);
    form.input(&Input::Text(letter), &catalogue());
    press(form, Action::Accept);
}

#[test]
fn the_focus_goes_through_all_fields_and_around() {
    let mut form = add();
    for _ in 0..12 {
        press(&mut form, Action::Next);
    }
    assert_eq!(form.focus, Focus::Name);
    press(&mut form, Action::Previous);
    assert_eq!(form.focus, Focus::Cancel);
}

#[test]
fn a_wrong_form_explains_every_field_and_keeps_what_was_typed() {
    let mut form = add();
    paste(&mut form, "two words");
    press(&mut form, Action::Next);
    paste(&mut form, "nobody");
    assert!(form.problems.is_empty(), "nobody is told off while typing for the first time");
    assert_eq!(press(&mut form, Action::Accept), FormOutcome::Stay);
    let fields: Vec<Field> = form.problems.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::Name, Field::Email]);
    assert_eq!((form.focus, form.entered().name.as_str()), (Focus::Name, "two words"));
}

#[test]
fn after_the_first_ok_every_change_is_checked() {
    let mut form = add();
    paste(&mut form, "two words");
    press(&mut form, Action::Accept);
    let outcome = press(&mut form, Action::DeleteWord);
    assert!(matches!(outcome, FormOutcome::Check { editing: None, .. }), "{outcome:?}");
    assert!(
        form.problems.iter().any(|problem| problem.field == Field::Name),
        "'two ' still ends with a blank"
    );
    press(&mut form, Action::DeleteBack);
    assert!(form.problems.iter().all(|problem| problem.field != Field::Name));
}

#[test]
fn a_likely_typing_error_is_asked_for_once_and_a_second_enter_keeps_it() {
    let mut form = filled();
    assert_eq!(press(&mut form, Action::Accept), FormOutcome::AskTypo { email: "ops@gmial.com".into() });
    assert_eq!(form.hinted(Some("ops@gmail.com".into())), FormOutcome::Stay);
    assert_eq!(form.focus, Focus::Email);
    assert_eq!(press(&mut form, Action::Accept), FormOutcome::Add(form.entered()));
    assert_eq!(form.entered().email, "ops@gmial.com");
}

#[test]
fn what_was_meant_is_taken_over_with_a_button() {
    let mut form = filled();
    press(&mut form, Action::Accept);
    form.hinted(Some("ops@gmail.com".into()));
    press(&mut form, Action::Next);
    assert_eq!(form.focus, Focus::Hint);
    press(&mut form, Action::Accept);
    assert_eq!((form.entered().email.as_str(), form.focus), ("ops@gmail.com", Focus::Email));
    assert!(matches!(press(&mut form, Action::Accept), FormOutcome::Add(_)), "it is not asked for again");
}

#[test]
fn without_a_hint_the_form_is_saved_at_once() {
    let mut form = filled();
    press(&mut form, Action::Accept);
    assert_eq!(form.hinted(None), FormOutcome::Add(form.entered()));
    assert_eq!(press(&mut form, Action::Close), FormOutcome::Stay, "keys wait while it is saved");
}

#[test]
fn a_key_takes_back_the_wish_to_save() {
    let mut form = filled();
    press(&mut form, Action::Accept);
    press(&mut form, Action::Next);
    assert_eq!(form.hinted(None), FormOutcome::Stay);
}

#[test]
fn enter_opens_a_list_and_does_not_save() {
    let mut form = filled();
    go_to(&mut form, Focus::Language);
    assert_eq!(press(&mut form, Action::Accept), FormOutcome::Stay);
    assert_eq!((form.context(), form.typing()), (Context::DropDown, Typing::On));
    press(&mut form, Action::Close);
    assert_eq!(form.context(), Context::Form);
    assert!(!form.fields.language.is_open());
}

#[test]
fn a_position_proposes_and_another_takes_its_proposals_back() {
    let mut form = add();
    choose_position(&mut form, 'f');
    assert_eq!(form.entered().types, ["account", "service"]);
    go_to(&mut form, Focus::Category(5));
    press(&mut form, Action::Tick);
    press(&mut form, Action::Tick);
    choose_position(&mut form, 't');
    assert_eq!(form.entered().types, ["security", "service"], "what was ticked by hand stays");
    choose_position(&mut form, 'n');
    assert_eq!(form.entered().types, ["service"]);
}

#[test]
fn a_partial_category_keeps_its_types_until_it_is_ticked_and_has_them_again() {
    let mut form = modify();
    go_to(&mut form, Focus::Category(1));
    let state = |form: &ContactFormDialog| form.fields.wanted.state("product").mark();
    assert_eq!(state(&form), "[-]");
    let mut states = Vec::new();
    for _ in 0..3 {
        press(&mut form, Action::Tick);
        states.push(state(&form));
    }
    assert_eq!(states, ["[x]", "[ ]", "[-]"]);
    assert!(!form.is_changed());
}

#[test]
fn nothing_changed_is_nothing_saved_and_nothing_asked() {
    assert_eq!(press(&mut modify(), Action::Accept), FormOutcome::Close);
    assert_eq!(press(&mut modify(), Action::Close), FormOutcome::Close);
}

#[test]
fn only_what_was_changed_is_saved_with_the_version_that_was_read() {
    let mut form = modify();
    choose_position(&mut form, 'o');
    go_to(&mut form, Focus::Ok);
    let change = ContactChange { position: Some("other".into()), ..ContactChange::default() };
    assert_eq!(
        press(&mut form, Action::Accept),
        FormOutcome::Modify { id: ContactId(7), change, version: 3 }
    );
}

#[test]
fn types_of_a_newer_version_are_kept_and_no_problem() {
    let mut form = modify();
    go_to(&mut form, Focus::Category(2));
    press(&mut form, Action::Tick);
    let FormOutcome::Modify { change, .. } = press(&mut form, Action::Accept) else { panic!("it is saved") };
    assert_eq!(change.types.unwrap(), ["newer.type", "product.release", "security"]);
}

#[test]
fn leaving_asks_only_if_something_was_changed() {
    let mut form = filled();
    assert_eq!(press(&mut form, Action::Close), FormOutcome::Stay);
    assert_eq!((form.context(), form.typing()), (Context::Confirm, Typing::Off));
    press(&mut form, Action::No);
    assert_eq!(form.entered().name, "ops");
    press(&mut form, Action::Close);
    assert_eq!(press(&mut form, Action::Yes), FormOutcome::Close);
}

fn in_conflict() -> ContactFormDialog {
    let mut form = modify();
    press(&mut form, Action::DeleteBefore);
    paste(&mut form, "Ada");
    press(&mut form, Action::Accept);
    let theirs = Contact { position: Some(Position::Ceo), version: 4, ..contact() };
    form.refused(&Problem::Conflict { theirs: Box::new(theirs) });
    form
}

#[test]
fn a_conflict_goes_back_to_the_form_unless_something_else_is_chosen() {
    let mut form = in_conflict();
    assert_eq!(press(&mut form, Action::Accept), FormOutcome::Stay);
    assert_eq!((form.entered().name.as_str(), form.context()), ("Ada", Context::FormField));
    let FormOutcome::Modify { version, .. } = press(&mut form, Action::Accept) else { panic!("it is saved") };
    assert_eq!(version, 3, "saving again meets the conflict again");
}

#[test]
fn mine_is_saved_over_theirs_knowingly() {
    let mut form = in_conflict();
    press(&mut form, Action::Next);
    let outcome = press(&mut form, Action::Accept);
    let change =
        ContactChange { name: Some("Ada".into()), position: Some("none".into()), ..ContactChange::default() };
    assert_eq!(outcome, FormOutcome::Modify { id: ContactId(7), change, version: 4 });
}

#[test]
fn theirs_is_taken_over_into_the_form() {
    let mut form = in_conflict();
    press(&mut form, Action::Previous);
    assert_eq!(press(&mut form, Action::Accept), FormOutcome::Stay);
    assert_eq!(
        (form.entered().name.as_str(), form.fields.chosen_position()),
        ("AdaLovelace", Some(Position::Ceo))
    );
    assert!(!form.is_changed());
}

#[test]
fn a_name_that_an_older_version_accepted_may_stay() {
    let old = Contact { name: "two words".into(), ..contact() };
    let mut form = ContactFormDialog::modify(old, &catalogue(), settings());
    choose_position(&mut form, 'o');
    go_to(&mut form, Focus::Ok);
    assert!(matches!(press(&mut form, Action::Accept), FormOutcome::Modify { .. }));
}

#[test]
fn what_the_store_refuses_stands_beside_its_field() {
    let mut form = filled();
    press(&mut form, Action::Accept);
    form.hinted(None);
    let email = EmailAddress::parse("ops@example.org", Smtputf8::Refused).unwrap();
    let wrong = Wrong::Taken { email, holder: ContactId(1), name: "ops".into() };
    let taken = FieldProblem { field: Field::Email, message: wrong };
    form.refused(&Problem::Invalid(vec![taken.clone()]));
    assert_eq!((form.focus, &form.problems), (Focus::Email, &vec![taken]));
    paste(&mut form, "x");
    assert!(form.problems.is_empty(), "the next answer will tell");
}

#[test]
fn a_draft_is_put_back_and_counts_as_changed() {
    let form = filled();
    let draft = form.draft().unwrap();
    let again = ContactFormDialog::add_again(&draft, &catalogue(), settings());
    assert_eq!(again.entered(), form.entered());
    assert!(again.is_changed());
    assert_eq!(add().draft(), None);
}

fn inputs() -> impl Strategy<Value = Input> {
    let actions = vec![
        Action::Next,
        Action::Previous,
        Action::Accept,
        Action::Tick,
        Action::Close,
        Action::Down,
        Action::Yes,
        Action::No,
        Action::DeleteBack,
    ];
    prop_oneof![
        3 => proptest::sample::select(actions).prop_map(Input::Action),
        1 => proptest::sample::select(vec!['a', '王', '@', ' ', 'f']).prop_map(Input::Text),
        1 => "[a-z@.é語\u{202e}\n]{0,30}".prop_map(Input::Paste),
    ]
}

proptest! {
    #[test]
    fn any_keys_leave_a_form_that_can_be_drawn(
        inputs in proptest::collection::vec(inputs(), 0..40),
        width in 0u16..90,
        height in 0u16..30,
        modifies: bool,
    ) {
        let mut form = if modifies { modify() } else { add() };
        for input in inputs {
            match form.input(&input, &catalogue()) {
                FormOutcome::AskTypo { .. } => {
                    form.hinted(Some("ada@example.org".into()));
                }
                FormOutcome::Modify { .. } => {
                    form.refused(&Problem::Conflict { theirs: Box::new(Contact { version: 4, ..contact() }) });
                }
                FormOutcome::Add(_) => form.refused(&Problem::NoSuchContact("7".into())),
                FormOutcome::Stay | FormOutcome::Check { .. } | FormOutcome::Close => {}
            }
        }
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        if let Some(cursor) = form.draw(area, &mut buf, test_look()) {
            prop_assert!(area.contains(cursor));
        }
    }
}
