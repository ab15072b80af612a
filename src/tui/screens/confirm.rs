//! A question before something that cannot be undone, as data: what is asked, what follows, and two buttons.
//!
//! ```text
//! ┌ Delete ────────────────────────────────────┐
//! │ Delete 王小明 (xiaoming@example.cn)?        │
//! │ It cannot be undone: …                     │
//! │                                            │
//! │ [ Delete ]  [ Keep ]                       │
//! └────────────────────────────────────────────┘
//! ```
//!
//! The safe button has the focus first. It knows nothing of what happens on yes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::columns::clip;
use crate::domain::contact::Contact;
use crate::domain::language::Language;
use crate::domain::delivery::Delivery;
use crate::domain::notice::Notice;
use crate::domain::safe_text::safe;
use crate::operations::notices::Audience;
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::audience_summary::{fallback_sentence, people};
use crate::tui::widgets::dialog::{self, Buttons};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{first_rows, skip_rows};

/// A question with two answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    title: &'static str,
    /// Safe to show.
    question: String,
    detail: String,
    buttons: Buttons,
}

/// What a key was to the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    NotYet,
    Yes,
    No,
}

const YES: usize = 0;
const NO: usize = 1;
/// The widest that a question becomes, borders included.
const COLUMNS: u16 = 60;
/// The columns of a subject in a question, so that what follows it is seen.
const SUBJECT: usize = 40;

impl Confirm {
    /// A question; `yes` and `no` are what the buttons say. All text must be safe to show.
    #[must_use]
    pub fn new(title: &'static str, question: String, detail: String, yes: &str, no: &str) -> Self {
        Self { title, question, detail, buttons: Buttons::new(vec![yes.to_owned(), no.to_owned()], NO) }
    }

    /// Deleting one contact.
    #[must_use]
    pub fn delete(contact: &Contact) -> Self {
        let question = format!("Delete {} ({})?", safe(&contact.name), safe(&contact.email));
        let detail =
            "It cannot be undone: the contact, its message types and its proof of address are gone for good.";
        Self::new("Delete", question, detail.to_owned(), "Delete", "Keep")
    }

    /// Deleting the contacts that were selected.
    #[must_use]
    pub fn delete_many(count: usize) -> Self {
        let detail = "It cannot be undone: the contacts, their message types and their proofs of address are gone for good.";
        Self::new(
            "Delete",
            if count == 1 {
                "Delete the selected contact?".to_owned()
            } else {
                format!("Delete {count} contacts?")
            },
            detail.to_owned(),
            &format!("Delete {count}"),
            "Keep",
        )
    }

    /// Ticking or unticking a column for several contacts.
    #[must_use]
    pub fn column(title: &str, count: u64, wanted: bool, is_filtered: bool) -> Self {
        let (question, yes) = if wanted {
            (format!("Subscribe {count} contacts to '{title}'?"), format!("Subscribe {count}"))
        } else {
            (format!("End '{title}' for {count} contacts?"), format!("End it for {count}"))
        };
        let whom = if is_filtered {
            "These are all contacts that match the filter."
        } else {
            "These are all contacts."
        };
        let detail = format!("{whom} It can be undone until the screen is left.");
        Self::new("Whole column", question, detail, &yes, "Leave it")
    }

    /// Subscribing somebody again who has ended activity messages.
    #[must_use]
    pub fn subscribe_again(contact: &Contact, since: Option<&str>) -> Self {
        let since = since.map_or(String::new(), |since| format!(" ({since})"));
        let question = format!("Subscribe {} to activity messages again?", safe(&contact.name));
        let detail =
            format!("The recipient has unsubscribed{since}. Do so only if somebody there has asked for it.");
        Self::new("Unsubscribed", question, detail, "Subscribe again", "Leave it")
    }

    /// Cancelling a delivery that has not begun.
    #[must_use]
    pub fn cancel_delivery(delivery: &Delivery) -> Self {
        let question = format!("Cancel '{}' to {}?", safe(&delivery.subject), safe(&delivery.to));
        Self::new(
            "Cancel delivery",
            question,
            "It cannot be undone: the mail is not sent any more.".to_owned(),
            "Cancel it",
            "Let it go",
        )
    }

    /// Giving up a change of address.
    #[must_use]
    pub fn cancel_change(pending: &str, present: &str) -> Self {
        let question = format!("Cancel the change to {}?", safe(pending));
        let detail = format!("Its code no longer counts; {} stays the address in force.", safe(present));
        Self::new("Cancel change", question, detail, "Cancel it", "Go on waiting")
    }

    /// Leaving a form in which something was changed.
    #[must_use]
    pub fn leave() -> Self {
        let detail = "What you entered is not saved yet.".to_owned();
        Self::new("Leave", "Leave without saving?".to_owned(), detail, "Leave", "Stay")
    }

    /// Cancelling everything that waits of a notice.
    #[must_use]
    pub fn cancel_notice(notice: &Notice) -> Self {
        let subject = safe(&notice.subject);
        let shown = clip(&subject, SUBJECT, "...");
        let (whom, yes) = match notice.totals.waiting {
            1 => ("the mail of".to_owned(), "Cancel it".to_owned()),
            waiting => (format!("the {waiting} mails of"), format!("Cancel {waiting}")),
        };
        let verb = if notice.totals.waiting == 1 { "waits" } else { "wait" };
        let detail =
            "It cannot be undone. What is on its way just now may still arrive, and nothing is tried again.";
        let question = format!("Cancel {whom} '{shown}' that {verb}?");
        Self::new("Cancel notice", question, detail.to_owned(), &yes, "Let it go")
    }

    /// Leaving a notice that is not sent.
    #[must_use]
    pub fn leave_notice() -> Self {
        let detail = "What you have written is lost then.".to_owned();
        Self::new("Leave", "Leave without sending?".to_owned(), detail, "Leave", "Stay")
    }

    /// Sending a notice of the type that `path` names.
    #[must_use]
    pub fn send_notice(subject: &str, path: &str, audience: &Audience) -> Self {
        let subject = safe(subject);
        let shown = clip(&subject, SUBJECT, "...");
        let whom = people(Language::En, audience.recipients);
        let (to, detail, yes) = match &audience.fallback {
            None => (whom.clone(), "It cannot be called back.".to_owned(), format!("Send to {whom}")),
            Some(fallback) => (
                "the security email only".to_owned(),
                fallback_sentence(Language::En, fallback),
                "Send it there".to_owned(),
            ),
        };
        Self::new("Send", format!("Send '{shown}' ({path}) to {to}?"), detail, &yes, "Do not send")
    }

    /// What a key answers.
    pub fn input(&mut self, input: &Input) -> Answered {
        let Input::Action(action) = input else { return Answered::NotYet };
        #[expect(clippy::wildcard_enum_match_arm, reason = "a question has a use for few of all actions")]
        match action {
            Action::Yes => Answered::Yes,
            Action::No => Answered::No,
            Action::Accept if self.buttons.focused() == YES => Answered::Yes,
            Action::Accept => Answered::No,
            _ => {
                self.buttons.step(*action);
                Answered::NotYet
            }
        }
    }

    /// Draws the question in the middle of `area`. Returns the cursor's place: the button with the focus.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let (question, detail) = (wrap(&self.question, words), wrap(&self.detail, words));
        let buttons = self.buttons.rows(words);
        let rows = question.len() + detail.len() + buttons + 3;
        let place = dialog::centred(area, columns, u16::try_from(rows).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, self.title);
        // Where there is little room, the buttons and the beginning of the question stay.
        let room = usize::from(inner.height).saturating_sub(buttons);
        dialog::draw_lines(first_rows(inner, room), buf, &question, look.style(Role::Text));
        let below = room.saturating_sub(question.len());
        let detail_area = first_rows(skip_rows(inner, question.len()), below);
        dialog::draw_lines(detail_area, buf, &detail, look.style(Role::Dim));
        self.buttons.draw(skip_rows(inner, room), buf, look)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::widgets::test_look;

    fn question() -> Confirm {
        Confirm::delete_many(3)
    }

    fn press(confirm: &mut Confirm, actions: &[Action]) -> Answered {
        let mut answered = Answered::NotYet;
        for action in actions {
            answered = confirm.input(&Input::Action(*action));
        }
        answered
    }

    #[test]
    fn enter_alone_is_safe() {
        assert_eq!(press(&mut question(), &[Action::Accept]), Answered::No);
    }

    #[test]
    fn letters_answer_at_once() {
        assert_eq!(press(&mut question(), &[Action::Yes]), Answered::Yes);
        assert_eq!(press(&mut question(), &[Action::No]), Answered::No);
    }

    #[test]
    fn the_focus_is_moved_before_enter() {
        assert_eq!(press(&mut question(), &[Action::Next, Action::Accept]), Answered::Yes);
        assert_eq!(press(&mut question(), &[Action::Left, Action::Accept]), Answered::Yes);
        assert_eq!(press(&mut question(), &[Action::Next, Action::Next, Action::Accept]), Answered::No);
    }

    #[test]
    fn a_paste_answers_nothing() {
        assert_eq!(question().input(&Input::Paste("y".into())), Answered::NotYet);
        assert_eq!(question().input(&Input::Text('y')), Answered::NotYet);
    }

    #[test]
    fn a_bulk_question_names_the_number() {
        assert!(question().question.contains("3 contacts"));
        assert!(question().detail.starts_with("It cannot be undone"));
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..90, height in 0u16..30) {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = question().draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
