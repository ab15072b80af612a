//! Deleting contacts: how far it is, how it is stopped, and what became of it.

use super::matrix::then;
use super::refresh;
use crate::domain::contact::ContactId;
use crate::domain::language::Language;
use crate::domain::say::{Say, counted, say};
use crate::operations::Problem;
use crate::operations::deletion::Deleted;
use crate::operations::subscriptions::Ended;
use crate::tui::effect::{Effect, Question, Request};
use crate::tui::keymap::{Action, Input, Typing};
use crate::tui::model::{Deletion, Model, Tone};
use crate::tui::plan::Plan;

/// Deletes contacts, after the question whether to.
pub(super) fn begin(model: &mut Model, ids: Vec<ContactId>, plan: &mut Plan) {
    let all = count(ids.len());
    let request = plan.ask(Question::Delete { ids });
    model.deletion = Some(Deletion { request, done: 0, all });
}

/// Says that one deletion is enough at a time.
pub(super) fn refuse(model: &mut Model) {
    let words = say!(model.fixed.language, "Contacts are being deleted; esc stops it.");
    model.notify(Tone::Warning, words);
}

/// Takes how far it is.
pub(super) fn progress(model: &mut Model, request: Request, done: u64) {
    if let Some(deletion) = model.deletion.as_mut().filter(|deletion| deletion.request == request) {
        deletion.done = done;
    }
}

/// Whether an input is to stop it.
pub(super) fn is_to_stop(model: &Model, input: &Input) -> bool {
    let is_typing = model.contacts.typing() == Typing::On;
    model.deletion.is_some() && !is_typing && *input == Input::Action(Action::Back)
}

/// Stops it; what is deleted stays deleted.
pub(super) fn stop(model: &Model, plan: &mut Plan) {
    if let Some(Deletion { request, .. }) = model.deletion {
        plan.add(Effect::StopWork { request });
    }
}

/// Takes what became of it.
pub(super) fn take(model: &mut Model, request: Request, deleted: Result<Deleted, Problem>, plan: &mut Plan) {
    let Some(Deletion { all, .. }) = model.deletion.take_if(|deletion| deletion.request == request) else {
        return;
    };
    let deleted = match deleted {
        Ok(deleted) => deleted,
        Err(problem) => {
            super::answers::tell(model, Some(problem));
            return refresh(model, &[], plan);
        }
    };
    let language = model.fixed.language;
    let (tone, mut words) = words(&deleted, all, language);
    if deleted.cancelled > 0 {
        words = then(&words, &cancelled_words(deleted.cancelled, language), language);
    }
    model.notify(tone, words);
    refresh(model, &deleted.contacts, plan);
}

/// Says that mails were cancelled by what was done.
pub(super) fn cancelled_words(count: usize, language: Language) -> String {
    counted!(
        language,
        count,
        "{count} mail that waited is cancelled.",
        "{count} mails that waited are cancelled.",
        count
    )
}

fn words(deleted: &Deleted, all: u64, language: Language) -> (Tone, String) {
    let done = count(deleted.contacts.len());
    match &deleted.ended {
        Ended::Done if all == 1 && done == 1 => {
            (Tone::Done, say!(language, "The contact is deleted.").to_owned())
        }
        Ended::Done if done == all => (
            Tone::Done,
            counted!(
                language,
                done,
                "{count} contact is deleted.",
                "{count} contacts are deleted.",
                count = done
            ),
        ),
        Ended::Done => (
            Tone::Done,
            counted!(
                language,
                done,
                "{count} contact is deleted; somebody else had deleted the others before.",
                "{count} contacts are deleted; somebody else had deleted the others before.",
                count = done
            ),
        ),
        Ended::Stopped => (
            Tone::Warning,
            counted!(
                language,
                done,
                "Stopped: {count} contact is deleted, of {all}. The others are still there.",
                "Stopped: {count} contacts are deleted, of {all}. The others are still there.",
                count = done,
                all
            ),
        ),
        Ended::Failed(problem) => (
            Tone::Failed,
            counted!(
                language,
                done,
                "Only {count} contact is deleted, of {all}: {why}.",
                "Only {count} contacts are deleted, of {all}: {why}.",
                count = done,
                all,
                why = problem.said().safe().say(language)
            ),
        ),
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_are_deleted_and_what_became_of_the_others() {
        let said = |done: i64, ended, all| {
            let contacts = (1..=done).map(ContactId).collect();
            words(&Deleted { contacts, ended, ..Deleted::default() }, all, Language::En).1
        };
        assert_eq!(said(1, Ended::Done, 1), "The contact is deleted.");
        assert_eq!(said(3, Ended::Done, 3), "3 contacts are deleted.");
        assert_eq!(
            said(1, Ended::Done, 3),
            "1 contact is deleted; somebody else had deleted the others before."
        );
        assert_eq!(
            said(2, Ended::Stopped, 3),
            "Stopped: 2 contacts are deleted, of 3. The others are still there."
        );
        let failed = Ended::Failed(Problem::NoSuchContact("3".to_owned()));
        assert!(said(2, failed, 3).starts_with("Only 2 contacts are deleted, of 3: "));
    }
}
