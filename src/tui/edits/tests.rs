//! Changes that wait for one another.

use super::*;
use crate::domain::contact::Status;
use crate::domain::language::Language;
use crate::operations::StoreError;
use crate::tui::effect::Effect;

const NOW: Timestamp = Timestamp::from_millis(7);

fn contact(id: i64, ids: &[&str], version: i64) -> Contact {
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
        subscriptions: wanting(ids),
        version,
    }
}

fn wanting(ids: &[&str]) -> Subscriptions {
    Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()))
}

fn tick(contact: &Contact, id: &str) -> Edit {
    let (contact, what) = (Box::new(contact.clone()), What::One(id.to_owned()));
    Edit::Tick(Tick { contact, what, wanted: true, again: Again::No })
}

fn saves(id: i64, ids: &[&str], version: i64) -> Question {
    Question::Subscribe { id: ContactId(id), subscriptions: wanting(ids), again: Again::No, version }
}

fn column() -> Edit {
    let whom = Whom::These(vec![ContactId(1), ContactId(2)]);
    Edit::Column(ColumnEdit { id: "product".into(), whom, count: 2, wanted: true })
}

/// Edits, and the questions they ask one after the other.
#[derive(Default)]
struct Desk {
    edits: Edits,
    last: Request,
}

impl Desk {
    fn does(
        &mut self,
        work: impl FnOnce(&mut Edits, &Catalogue, &mut Plan) -> Outcome,
    ) -> (Outcome, Vec<Question>) {
        let mut plan = Plan::after(self.last);
        let outcome = work(&mut self.edits, &Catalogue::built_in(), &mut plan);
        self.last = plan.last();
        let question = |effect| match effect {
            Effect::Ask { question, .. } => Some(*question),
            Effect::Configure { .. }
            | Effect::StopExamining
            | Effect::Reconfigure
            | Effect::StopWork { .. }
            | Effect::WakeSender
            | Effect::ReadyFilter
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Draft(_)
            | Effect::Quit => None,
        };
        (outcome, plan.into_effects().into_iter().filter_map(question).collect())
    }

    fn push(&mut self, edit: Edit) -> Vec<Question> {
        self.does(|edits, catalogue, plan| {
            edits.push(edit, catalogue, plan);
            Outcome::GoesOn
        })
        .1
    }

    fn saved(&mut self, saved: Result<Contact, Problem>) -> (Outcome, Vec<Question>) {
        let request = self.last;
        self.does(|edits, catalogue, plan| edits.take_saved(request, saved, NOW, catalogue, plan))
    }

    fn shown(&self, contact: &Contact) -> Subscriptions {
        self.edits.shown(contact, &Catalogue::built_in()).into_owned()
    }
}

#[test]
fn one_edit_is_saved_after_the_other_and_all_are_shown_at_once() {
    let (mut desk, ada) = (Desk::default(), contact(1, &[], 7));
    assert_eq!(desk.push(tick(&ada, "security")), [saves(1, &["security"], 7)]);
    assert_eq!(desk.push(tick(&ada, "account")), []);
    assert_eq!(desk.shown(&ada), wanting(&["account", "security"]));
    assert_eq!(desk.shown(&contact(2, &[], 1)), wanting(&[]));
    // Somebody else has changed the contact in between: what is saved next stands on that.
    let (outcome, asked) = desk.saved(Ok(contact(1, &["security", "service"], 9)));
    assert!(matches!(outcome, Outcome::Ticked { contact, .. } if contact.version == 9));
    assert_eq!(asked, [saves(1, &["account", "security", "service"], 9)]);
}

#[test]
fn what_changes_nothing_is_not_asked() {
    let mut desk = Desk::default();
    assert_eq!(desk.push(tick(&contact(1, &["security"], 7), "security")), []);
    assert!(!desk.edits.can_take_back());
    assert_eq!(desk.push(Edit::TakeBack), []);
}

#[test]
fn what_fails_gives_up_what_was_ticked_after_it() {
    let (mut desk, ada) = (Desk::default(), contact(1, &[], 7));
    desk.push(tick(&ada, "security"));
    desk.push(tick(&ada, "account"));
    desk.push(Edit::TakeBack);
    let problem = Problem::Store(StoreError::Locked { file: "callsheet.db".into() });
    let (outcome, asked) = desk.saved(Err(problem.clone()));
    assert_eq!((outcome, asked), (Outcome::Failed { problem, dropped: 2 }, vec![]));
    assert_eq!(desk.shown(&ada), wanting(&[]));
    assert!(!desk.edits.can_take_back());
}

#[test]
fn who_has_unsubscribed_meanwhile_gives_up_what_was_ticked_after_it() {
    let (mut desk, ada) = (Desk::default(), contact(1, &[], 7));
    desk.push(tick(&ada, "activity"));
    desk.push(tick(&ada, "account"));
    let (outcome, asked) = desk.saved(Err(Problem::HasUnsubscribed { name: "ada".to_owned() }));
    assert!(matches!(outcome, Outcome::HasUnsubscribed { dropped: 1, .. }), "{outcome:?}");
    assert_eq!((asked, desk.shown(&ada)), (vec![], wanting(&[])));
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let (mut desk, ada) = (Desk::default(), contact(1, &[], 7));
    desk.push(tick(&ada, "security"));
    let (outcome, _) = desk.does(|edits, catalogue, plan| {
        edits.take_saved(Request(99), Ok(contact(1, &[], 8)), NOW, catalogue, plan)
    });
    assert_eq!(outcome, Outcome::Stale);
    assert_eq!(desk.shown(&ada), wanting(&["security"]));
}

#[test]
fn the_last_change_is_taken_back_first() {
    let mut desk = Desk::default();
    desk.push(tick(&contact(1, &[], 7), "security"));
    desk.saved(Ok(contact(1, &["security"], 8)));
    desk.push(tick(&contact(2, &[], 1), "account"));
    desk.saved(Ok(contact(2, &["account"], 2)));
    for id in [2, 1] {
        let asked = desk.push(Edit::TakeBack);
        let [Question::TakeBack { changed }] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!(changed.steps[0].contacts, [ContactId(id)]);
        let request = desk.last;
        let restored = Restored { restored: 1, ..Restored::default() };
        desk.does(|edits, catalogue, plan| edits.take_restored(request, Ok(restored), catalogue, plan));
    }
    assert!(!desk.edits.can_take_back());
}

#[test]
fn what_was_stopped_half_way_can_be_taken_back_further() {
    let mut desk = Desk::default();
    desk.push(tick(&contact(1, &[], 7), "security"));
    desk.saved(Ok(contact(1, &["security"], 8)));
    desk.push(Edit::TakeBack);
    let request = desk.last;
    let restored = Restored { ended: Ended::Stopped, ..Restored::default() };
    desk.does(|edits, catalogue, plan| edits.take_restored(request, Ok(restored), catalogue, plan));
    assert!(desk.edits.can_take_back());
    desk.edits.seal();
    assert!(!desk.edits.can_take_back());
}

#[test]
fn a_tick_behind_a_change_of_many_is_made_from_what_that_has_left() {
    let (mut desk, ada) = (Desk::default(), contact(1, &[], 7));
    desk.push(column());
    assert_eq!(desk.push(tick(&ada, "security")), []);
    assert!(desk.edits.is_bulk());
    let request = desk.last;
    let (outcome, asked) = desk
        .does(|edits, catalogue, plan| edits.take_changed(request, Ok(Changed::default()), catalogue, plan));
    assert!(matches!(outcome, Outcome::Changed(edit, _) if matches!(*edit, Edit::Column(_))));
    assert_eq!(asked, [Question::Wishes { id: ContactId(1) }]);
    let request = desk.last;
    let now = contact(1, &["product"], 8);
    let (_, asked) =
        desk.does(|edits, catalogue, plan| edits.take_contact(request, Ok(now), catalogue, plan));
    assert_eq!(asked, [saves(1, &["product", "security"], 8)]);
}

#[test]
fn how_far_a_change_of_many_is_is_known() {
    let mut desk = Desk::default();
    desk.push(column());
    assert_eq!(desk.edits.way(), None);
    desk.edits.progress(Request(99), 1);
    desk.edits.progress(desk.last, 1);
    assert_eq!(desk.edits.way(), Some(Way { done: 1, all: Some(2) }));
    desk.edits.forget();
    assert_eq!(desk.edits.way(), None);
}
