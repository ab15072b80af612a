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

mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::contact::Contact;
use crate::domain::delivery::Delivery;
use crate::domain::notice::Notice;
use crate::domain::timestamp::Timestamp;
use crate::operations::notices::{Audience, Fallback};
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog::{self, Buttons};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{first_rows, skip_rows};

/// A question with two answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    asked: Asked,
    /// The index of the button with the focus.
    focused: usize,
    /// The focus was moved.
    is_moved: bool,
}

/// What is asked. Words of people and files are as they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    /// Said by whoever asks.
    Own(Box<Words>),
    Delete {
        name: String,
        email: String,
    },
    DeleteMany {
        count: usize,
    },
    Column {
        id: String,
        count: u64,
        wanted: bool,
        is_filtered: bool,
    },
    SubscribeAgain {
        name: String,
        since: Option<Timestamp>,
    },
    CancelDelivery {
        subject: String,
        to: String,
    },
    CancelChange {
        pending: String,
        present: String,
    },
    Leave,
    SkipIntroduction,
    CancelNotice {
        subject: String,
        waiting: u64,
    },
    LeaveNotice,
    SendNotice {
        subject: String,
        message_type: String,
        recipients: u64,
        fallback: Option<Fallback>,
    },
}

/// A question in a language; safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Words {
    title: &'static str,
    question: String,
    detail: String,
    yes: String,
    no: String,
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

impl Confirm {
    /// A question in the words of whoever asks; `yes` and `no` are what the buttons say. All text must be safe to show.
    #[must_use]
    pub fn new(title: &'static str, question: String, detail: String, yes: &str, no: &str) -> Self {
        Self::of(Asked::Own(Box::new(Words {
            title,
            question,
            detail,
            yes: yes.to_owned(),
            no: no.to_owned(),
        })))
    }

    /// Deleting one contact.
    #[must_use]
    pub fn delete(contact: &Contact) -> Self {
        Self::of(Asked::Delete { name: contact.name.clone(), email: contact.email.clone() })
    }

    /// Deleting the contacts that were selected.
    #[must_use]
    pub fn delete_many(count: usize) -> Self {
        Self::of(Asked::DeleteMany { count })
    }

    /// Ticking or unticking the column of a category or type for several contacts.
    #[must_use]
    pub fn column(id: &str, count: u64, wanted: bool, is_filtered: bool) -> Self {
        Self::of(Asked::Column { id: id.to_owned(), count, wanted, is_filtered })
    }

    /// Subscribing somebody again who has ended activity messages.
    #[must_use]
    pub fn subscribe_again(contact: &Contact) -> Self {
        Self::of(Asked::SubscribeAgain { name: contact.name.clone(), since: contact.unsubscribed_at })
    }

    /// Cancelling a delivery that has not begun.
    #[must_use]
    pub fn cancel_delivery(delivery: &Delivery) -> Self {
        Self::of(Asked::CancelDelivery { subject: delivery.subject.clone(), to: delivery.to.clone() })
    }

    /// Giving up a change of address.
    #[must_use]
    pub fn cancel_change(pending: &str, present: &str) -> Self {
        Self::of(Asked::CancelChange { pending: pending.to_owned(), present: present.to_owned() })
    }

    /// Leaving a form in which something was changed.
    #[must_use]
    pub const fn leave() -> Self {
        Self::of(Asked::Leave)
    }

    /// Leaving the questions of the first start, in which something was entered.
    #[must_use]
    pub const fn skip_introduction() -> Self {
        Self::of(Asked::SkipIntroduction)
    }

    /// Cancelling everything that waits of a notice.
    #[must_use]
    pub fn cancel_notice(notice: &Notice) -> Self {
        Self::of(Asked::CancelNotice { subject: notice.subject.clone(), waiting: notice.totals.waiting })
    }

    /// Leaving a notice that is not sent.
    #[must_use]
    pub const fn leave_notice() -> Self {
        Self::of(Asked::LeaveNotice)
    }

    /// Sending a notice to those of its type.
    #[must_use]
    pub fn send_notice(subject: &str, audience: &Audience) -> Self {
        Self::of(Asked::SendNotice {
            subject: subject.to_owned(),
            message_type: audience.message_type.clone(),
            recipients: audience.recipients,
            fallback: audience.fallback.clone(),
        })
    }

    const fn of(asked: Asked) -> Self {
        Self { asked, focused: NO, is_moved: false }
    }

    /// What a key answers.
    pub fn input(&mut self, input: &Input) -> Answered {
        let Input::Action(action) = input else { return Answered::NotYet };
        #[expect(clippy::wildcard_enum_match_arm, reason = "a question has a use for few of all actions")]
        match action {
            Action::Yes => Answered::Yes,
            Action::No => Answered::No,
            Action::Accept if self.focused == YES => Answered::Yes,
            Action::Accept => Answered::No,
            _ => {
                let mut buttons = Buttons::new(vec![String::new(); 2], self.focused);
                self.is_moved |= buttons.step(*action);
                self.focused = buttons.focused();
                Answered::NotYet
            }
        }
    }

    /// Draws the question in the middle of `area`. Returns the cursor's place: the button with the focus.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let said = self.asked.words(look);
        let (question, detail) = (wrap(&said.question, words), wrap(&said.detail, words));
        let labelled = self.buttons(&said);
        let buttons = labelled.rows(words, look.marks);
        let rows = question.len() + detail.len() + buttons + 3;
        let place = dialog::centred(look.marks, area, columns, u16::try_from(rows).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, said.title);
        // Where there is little room, the buttons and the beginning of the question stay.
        let room = usize::from(inner.height).saturating_sub(buttons);
        dialog::draw_lines(first_rows(inner, room), buf, &question, look.style(Role::Text));
        let below = room.saturating_sub(question.len());
        let detail_area = first_rows(skip_rows(inner, question.len()), below);
        dialog::draw_lines(detail_area, buf, &detail, look.style(Role::Dim));
        let at_button = labelled.draw(skip_rows(inner, room), buf, look);
        // Spoken the question is heard first, and a button when one goes there.
        let at_question = (look.marks.is_spoken() && !self.is_moved && !inner.is_empty())
            .then_some(Position { x: inner.x, y: inner.y });
        at_question.or(at_button)
    }

    fn buttons(&self, words: &Words) -> Buttons {
        Buttons::new(vec![words.yes.clone(), words.no.clone()], self.focused)
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
        let words = question().asked.words(test_look());
        assert!(words.question.contains("3 contacts"));
        assert!(words.detail.starts_with("It cannot be undone"));
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
