//! The verification dialog: how far the proof of an address has come, and what can be done about it: enter the code, send
//! another, cancel a change of address.
//!
//! It serves contacts and the security email alike. It never sends or checks by itself; it says what is wanted and is told what
//! became of it. A typed code is never told by debug output.

mod view;

use std::fmt;
use std::time::Duration;

use crate::domain::contact::{ContactId, Proofs, Status, Subject};
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::Limit;
use crate::operations::Problem;
use crate::operations::verification::Confirmed;
use crate::tui::effect::TypedCode;
use crate::tui::keymap::{Action, Context, Input, Typing};
use crate::tui::widgets::text_field::{TextField, Typed};

use super::confirm::{Answered, Confirm};

/// The most characters the field takes; a code has eight, but a whole pasted line is explained better than cut.
const FIELD_LIMIT: usize = 60;

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct VerificationDialog {
    subject: Subject,
    /// None until they are read.
    proofs: Option<Proofs>,
    entry: Option<CodeEntry>,
    question: Option<Confirm>,
    waiting: Waiting,
    said: Option<Said>,
    /// Lines scrolled where the dialog does not fit.
    scrolled: usize,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq)]
pub enum VerificationOutcome {
    Stay,
    /// Send a new code, then call [`VerificationDialog::sent`].
    Send(Subject),
    /// Check a code, then call [`VerificationDialog::confirmed`].
    Confirm {
        subject: Subject,
        code: TypedCode,
    },
    /// Cancel the change of address, then call [`VerificationDialog::change_cancelled`].
    CancelChange(ContactId),
    Close,
}

/// The field for the code.
#[derive(Clone, PartialEq)]
struct CodeEntry {
    field: TextField,
    /// Why the last one was not right.
    problem: Option<Box<Problem>>,
}

impl fmt::Debug for CodeEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeEntry").field("problem", &self.problem).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    No,
    Sending,
    Checking,
    Cancelling,
}

/// What became of the last thing done.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    NewCode {
        email: String,
        to_file: bool,
    },
    Confirmed(Confirmed),
    ChangeCancelled,
    /// The address is verified already.
    NotNeeded,
    CodeVoid,
    NothingArrived,
    NoChange,
    /// No other code can be sent yet; when it can, the screen says anyway.
    NotYet,
    Problem(Box<Problem>),
}

impl VerificationDialog {
    /// A dialog that waits for [`VerificationDialog::loaded`].
    #[must_use]
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            proofs: None,
            entry: None,
            question: None,
            waiting: Waiting::No,
            said: None,
            scrolled: 0,
        }
    }

    /// Whose address it is about.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Whether a code is being looked at: keys must wait for what comes of it.
    #[must_use]
    pub fn is_checking(&self) -> bool {
        self.entry.is_some() && self.waiting == Waiting::Checking
    }

    /// Where the keys have their meaning now.
    #[must_use]
    pub fn context(&self) -> Context {
        match (&self.question, &self.entry) {
            (Some(_), _) => Context::Confirm,
            (None, Some(_)) => Context::Code,
            (None, None) => Context::Verification,
        }
    }

    /// Whether printable keys are text.
    #[must_use]
    pub fn typing(&self) -> Typing {
        if self.context() == Context::Code { Typing::On } else { Typing::Off }
    }

    /// What is known of the address so far.
    #[must_use]
    pub const fn proofs(&self) -> Option<&Proofs> {
        self.proofs.as_ref()
    }

    /// Takes what is known of the address, now or again. A field that was opened before anything was known closes if no code
    /// can be entered, and says why.
    pub fn loaded(&mut self, proofs: Proofs) {
        let is_first = self.proofs.replace(proofs).is_none();
        if !is_first || self.waiting != Waiting::No {
            return;
        }
        if let Some(typed) = self.entry.take() {
            self.open_entry();
            self.entry = self.entry.take().map(|_| typed);
        }
    }

    /// How long the picture stays the same by itself; None while nothing counts down.
    #[must_use]
    pub fn next_wake(&self, now: Timestamp) -> Option<Duration> {
        let proof = self.proofs.as_ref()?.open();
        let is_under_way = matches!(proof.status, Status::CodeSent | Status::Unverified);
        let ends = [proof.limit.map(|limit| limit.until), proof.expires_at.filter(|_| is_under_way)];
        ends.into_iter().flatten().filter(|end| *end > now).map(|end| next_step(now.until(end))).min()
    }

    /// One key or paste.
    pub fn input(&mut self, input: &Input, now: Timestamp) -> VerificationOutcome {
        if let Some(question) = &mut self.question {
            let answered = question.input(input);
            return self.answered(answered);
        }
        if self.entry.is_some() {
            return self.input_to_entry(input);
        }
        let Input::Action(action) = input else { return VerificationOutcome::Stay };
        #[expect(clippy::wildcard_enum_match_arm, reason = "the dialog has a use for few of all actions")]
        match action {
            Action::Close => return VerificationOutcome::Close,
            Action::EnterCode => self.open_entry(),
            Action::SendAgain => return self.send(now),
            Action::CancelChange => self.ask_to_cancel(),
            Action::Up => self.scrolled = self.scrolled.saturating_sub(1),
            Action::Down => self.scrolled = self.scrolled.saturating_add(1).min(view::MOST_ROWS),
            _ => {}
        }
        VerificationOutcome::Stay
    }

    /// Takes the answer to [`VerificationOutcome::Send`]: whether the mail goes to a file, for want of a server.
    pub fn sent(&mut self, result: Result<bool, &Problem>) {
        self.waiting = Waiting::No;
        match result {
            Ok(to_file) => {
                let email = self.open_email();
                self.said = Some(Said::NewCode { email, to_file });
            }
            Err(Problem::Limited { limit, .. }) => self.take_limit(*limit),
            Err(problem) => self.said = Some(Said::Problem(Box::new(problem.clone()))),
        }
    }

    /// Takes the answer to [`VerificationOutcome::Confirm`].
    pub fn confirmed(&mut self, result: Result<&Confirmed, &Problem>) {
        self.waiting = Waiting::No;
        match result {
            Ok(confirmed) => {
                self.entry = None;
                self.said = Some(Said::Confirmed(confirmed.clone()));
            }
            Err(problem @ (Problem::NotACode(_) | Problem::WrongCode { tries_left: 1.. })) => {
                if let Some(entry) = &mut self.entry {
                    entry.problem = Some(Box::new(problem.clone()));
                }
            }
            Err(problem) => {
                self.entry = None;
                self.said = Some(Said::Problem(Box::new(problem.clone())));
            }
        }
    }

    /// Takes the answer to [`VerificationOutcome::CancelChange`].
    pub fn change_cancelled(&mut self, result: Result<(), &Problem>) {
        self.waiting = Waiting::No;
        self.said = Some(match result {
            Ok(()) => Said::ChangeCancelled,
            Err(problem) => Said::Problem(Box::new(problem.clone())),
        });
    }

    fn input_to_entry(&mut self, input: &Input) -> VerificationOutcome {
        let Some(entry) = &mut self.entry else { return VerificationOutcome::Stay };
        if self.waiting == Waiting::Checking {
            return VerificationOutcome::Stay;
        }
        match input {
            Input::Action(Action::Close) => self.entry = None,
            Input::Action(Action::Accept) if !entry.field.text().trim().is_empty() => {
                entry.problem = None;
                self.waiting = Waiting::Checking;
                let code = TypedCode(entry.field.text().to_owned());
                return VerificationOutcome::Confirm { subject: self.subject, code };
            }
            Input::Action(_) | Input::Text(_) | Input::Paste(_) => {
                if entry.field.edit(input) == Typed::Changed {
                    entry.problem = None;
                }
            }
        }
        VerificationOutcome::Stay
    }

    /// Opens the field for the code; what is typed before the address has been read goes into it.
    fn open_entry(&mut self) {
        match self.proofs.as_ref().map(|proofs| proofs.open().status) {
            None | Some(Status::CodeSent | Status::Unverified) => {
                self.said = None;
                self.scrolled = 0;
                self.entry = Some(CodeEntry { field: TextField::new("", FIELD_LIMIT), problem: None });
            }
            Some(Status::Verified) => self.said = Some(Said::NotNeeded),
            Some(Status::Expired) => self.said = Some(Said::CodeVoid),
            Some(Status::Undeliverable) => self.said = Some(Said::NothingArrived),
        }
    }

    /// Whether an action does anything for the address as it is.
    #[must_use]
    pub fn is_of_use(&self, action: Action) -> bool {
        let Some(proofs) = &self.proofs else { return true };
        let status = proofs.open().status;
        let of_use = [
            (Action::EnterCode, matches!(status, Status::CodeSent | Status::Unverified)),
            (Action::SendAgain, status != Status::Verified),
            (Action::CancelChange, proofs.pending.is_some()),
        ];
        of_use.into_iter().all(|(known, is_of_use)| known != action || is_of_use)
    }

    fn send(&mut self, now: Timestamp) -> VerificationOutcome {
        let Some(proofs) = &self.proofs else { return VerificationOutcome::Stay };
        let proof = proofs.open();
        if self.waiting != Waiting::No {
            return VerificationOutcome::Stay;
        }
        if proof.status == Status::Verified {
            self.said = Some(Said::NotNeeded);
            return VerificationOutcome::Stay;
        }
        if proof.limit.is_some_and(|limit| limit.until > now) {
            // The count-down is on the screen already; saying it once more would outlive it.
            self.said = Some(Said::NotYet);
            return VerificationOutcome::Stay;
        }
        self.said = None;
        self.waiting = Waiting::Sending;
        VerificationOutcome::Send(self.subject)
    }

    fn ask_to_cancel(&mut self) {
        let Some(proofs) = &self.proofs else { return };
        match &proofs.pending {
            Some(pending) => {
                self.question = Some(Confirm::cancel_change(&pending.email, &proofs.present.email))
            }
            None => self.said = Some(Said::NoChange),
        }
    }

    fn answered(&mut self, answered: Answered) -> VerificationOutcome {
        match (answered, self.subject) {
            (Answered::NotYet, _) => return VerificationOutcome::Stay,
            (Answered::No, _) | (Answered::Yes, Subject::SecurityEmail) => {}
            (Answered::Yes, Subject::Contact(id)) => {
                self.question = None;
                self.waiting = Waiting::Cancelling;
                return VerificationOutcome::CancelChange(id);
            }
        }
        self.question = None;
        VerificationOutcome::Stay
    }

    fn take_limit(&mut self, limit: Limit) {
        let Some(proofs) = &mut self.proofs else { return };
        match &mut proofs.pending {
            Some(pending) => pending.limit = Some(limit),
            None => proofs.present.limit = Some(limit),
        }
    }

    fn open_email(&self) -> String {
        self.proofs.as_ref().map(|proofs| proofs.open().email.clone()).unwrap_or_default()
    }
}

/// When the words for a time that is `left` change next: every second in the last minute, every minute before.
fn next_step(left: Duration) -> Duration {
    let unit = if left <= Duration::from_secs(60) { 1_000 } else { 60_000 };
    let rest = u64::try_from(left.as_millis()).unwrap_or(u64::MAX) % unit;
    // One more: at the border itself the words are still the old ones.
    Duration::from_millis(rest + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::domain::contact::AddressProof;
    use crate::domain::verification::{LimitKind, NotACode, VoidReason};
    use crate::tui::look::Look;
    use crate::tui::marks::Marks;
    use crate::tui::widgets::test_look;

    fn now() -> Timestamp {
        test_look().now
    }

    fn proof(email: &str, status: Status) -> AddressProof {
        AddressProof {
            email: email.into(),
            status,
            void: None,
            verified_at: None,
            queued_at: None,
            sent_at: None,
            expires_at: Some(now().plus(Duration::from_secs(3_030))),
            tries_left: Some(5),
            mail: None,
            server: None,
            limit: None,
        }
    }

    fn dialog(status: Status) -> VerificationDialog {
        let subject = Subject::Contact(ContactId(7));
        let mut dialog = VerificationDialog::new(subject);
        dialog.loaded(Proofs {
            subject,
            name: "Ada".into(),
            present: proof("ada@example.org", status),
            pending: None,
        });
        dialog
    }

    fn press(dialog: &mut VerificationDialog, action: Action) -> VerificationOutcome {
        dialog.input(&Input::Action(action), now())
    }

    fn type_code(dialog: &mut VerificationDialog, code: &str) -> VerificationOutcome {
        press(dialog, Action::EnterCode);
        dialog.input(&Input::Paste(code.into()), now());
        press(dialog, Action::Accept)
    }

    #[test]
    fn a_code_is_handed_on_as_it_was_typed_and_never_told_by_debug() {
        let mut dialog = dialog(Status::CodeSent);
        let outcome = type_code(&mut dialog, "abcd efgh");
        let code = TypedCode("abcd efgh".into());
        assert_eq!(outcome, VerificationOutcome::Confirm { subject: Subject::Contact(ContactId(7)), code });
        assert!(!format!("{dialog:?} {outcome:?}").contains("abcd"));
    }

    #[test]
    fn a_code_typed_before_the_address_is_read_goes_into_the_field() {
        let subject = Subject::Contact(ContactId(7));
        let known = |status| Proofs {
            subject,
            name: "Ada".into(),
            present: proof("ada@example.org", status),
            pending: None,
        };
        let mut dialog = VerificationDialog::new(subject);
        press(&mut dialog, Action::EnterCode);
        assert_eq!(dialog.typing(), Typing::On);
        dialog.input(&Input::Paste("ABCD".into()), now());
        dialog.loaded(known(Status::CodeSent));
        dialog.input(&Input::Paste("EFGH".into()), now());
        let code = TypedCode("ABCDEFGH".into());
        assert_eq!(press(&mut dialog, Action::Accept), VerificationOutcome::Confirm { subject, code });
        let mut dialog = VerificationDialog::new(subject);
        press(&mut dialog, Action::EnterCode);
        dialog.loaded(known(Status::Verified));
        assert_eq!(dialog.typing(), Typing::Off, "no code is needed, and that is said");
    }

    #[test]
    fn a_wrong_code_keeps_the_field_open_and_tells_the_tries() {
        let mut dialog = dialog(Status::CodeSent);
        type_code(&mut dialog, "ABCD-EFGH");
        dialog.confirmed(Err(&Problem::WrongCode { tries_left: 4 }));
        assert_eq!(dialog.context(), Context::Code);
        let entry = dialog.entry.clone().unwrap();
        assert_eq!(*entry.problem.unwrap(), Problem::WrongCode { tries_left: 4 });
        assert_eq!(entry.field.text(), "ABCD-EFGH", "nothing typed is lost");
    }

    #[test]
    fn what_is_no_code_says_why() {
        let mut dialog = dialog(Status::CodeSent);
        type_code(&mut dialog, "ABC");
        dialog.confirmed(Err(&Problem::NotACode(NotACode::Length(3))));
        assert_eq!(*dialog.entry.unwrap().problem.unwrap(), Problem::NotACode(NotACode::Length(3)));
    }

    #[test]
    fn the_last_wrong_code_closes_the_field() {
        let mut dialog = dialog(Status::CodeSent);
        type_code(&mut dialog, "ABCD-EFGH");
        dialog.confirmed(Err(&Problem::WrongCode { tries_left: 0 }));
        assert_eq!(dialog.context(), Context::Verification);
        assert_eq!(dialog.said, Some(Said::Problem(Box::new(Problem::WrongCode { tries_left: 0 }))));
    }

    #[test]
    fn a_right_code_says_what_is_verified_now() {
        let mut dialog = dialog(Status::CodeSent);
        type_code(&mut dialog, "ABCD-EFGH");
        let confirmed = Confirmed { email: "ada@example.org".into(), replaced: None };
        dialog.confirmed(Ok(&confirmed));
        assert_eq!(dialog.context(), Context::Verification);
        assert_eq!(dialog.said, Some(Said::Confirmed(confirmed)));
    }

    #[test]
    fn keys_wait_while_a_code_is_checked() {
        let mut dialog = dialog(Status::CodeSent);
        type_code(&mut dialog, "ABCD-EFGH");
        assert_eq!(press(&mut dialog, Action::Accept), VerificationOutcome::Stay);
        assert_eq!(press(&mut dialog, Action::Close), VerificationOutcome::Stay);
        assert_eq!(dialog.context(), Context::Code);
    }

    #[test]
    fn nothing_is_sent_while_a_limit_holds() {
        let mut dialog = dialog(Status::CodeSent);
        let limit = Limit { kind: LimitKind::CoolDown, until: now().plus(Duration::from_secs(42)) };
        dialog.take_limit(limit);
        assert_eq!(press(&mut dialog, Action::SendAgain), VerificationOutcome::Stay);
        let later = limit.until;
        let outcome = dialog.input(&Input::Action(Action::SendAgain), later);
        assert_eq!(outcome, VerificationOutcome::Send(Subject::Contact(ContactId(7))));
    }

    #[test]
    fn asking_too_early_is_heard_where_the_cursor_goes() {
        let mut dialog = dialog(Status::CodeSent);
        dialog.take_limit(Limit { kind: LimitKind::CoolDown, until: now().plus(Duration::from_secs(42)) });
        let area = Rect::new(0, 0, 80, 24);
        let look = Look { marks: Marks::Spoken, now: now(), ..test_look() };
        let heard = |dialog: &VerificationDialog| {
            let mut buf = Buffer::empty(area);
            let cursor = dialog.draw(area, &mut buf, look).unwrap();
            (cursor.x..area.width).map(|x| buf[(x, cursor.y)].symbol()).collect::<String>()
        };
        assert!(!heard(&dialog).contains("can be sent"));
        dialog.send(now());
        assert!(heard(&dialog).starts_with("No code was sent. Another code can be sent from"));
    }

    #[test]
    fn a_limit_that_the_operation_found_is_counted_down() {
        let mut dialog = dialog(Status::CodeSent);
        let limit = Limit { kind: LimitKind::CoolDown, until: now().plus(Duration::from_millis(41_500)) };
        dialog.sent(Err(&Problem::Limited { limit, now: now() }));
        assert_eq!(dialog.next_wake(now()), Some(Duration::from_millis(501)));
        assert_eq!(
            dialog.next_wake(limit.until),
            Some(Duration::from_millis(48_501)),
            "the code itself ends too"
        );
    }

    #[test]
    fn a_verified_address_counts_nothing_down_and_takes_no_code() {
        let mut dialog = dialog(Status::Verified);
        assert_eq!(dialog.next_wake(now()), None);
        press(&mut dialog, Action::EnterCode);
        assert_eq!(dialog.context(), Context::Verification);
        assert_eq!(press(&mut dialog, Action::SendAgain), VerificationOutcome::Stay);
    }

    #[test]
    fn a_change_is_cancelled_after_a_question() {
        let mut dialog = dialog(Status::Verified);
        press(&mut dialog, Action::CancelChange);
        assert_eq!(dialog.context(), Context::Verification, "there is none");
        let mut proofs = dialog.proofs.clone().unwrap();
        proofs.pending = Some(proof("new@example.org", Status::CodeSent));
        dialog.loaded(proofs);
        press(&mut dialog, Action::CancelChange);
        assert_eq!(dialog.context(), Context::Confirm);
        assert_eq!(press(&mut dialog, Action::No), VerificationOutcome::Stay);
        press(&mut dialog, Action::CancelChange);
        assert_eq!(press(&mut dialog, Action::Yes), VerificationOutcome::CancelChange(ContactId(7)));
    }

    #[test]
    fn esc_leaves_the_field_and_then_the_dialog() {
        let mut dialog = dialog(Status::CodeSent);
        press(&mut dialog, Action::EnterCode);
        assert_eq!(press(&mut dialog, Action::Close), VerificationOutcome::Stay);
        assert_eq!(press(&mut dialog, Action::Close), VerificationOutcome::Close);
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..90, height in 0u16..30, state in 0..5usize, enters: bool, pending: bool) {
            let mut dialog = dialog(Status::ALL[state]);
            let mut proofs = dialog.proofs.clone().unwrap();
            proofs.present.void = Some(VoidReason::TimeOver);
            proofs.pending = pending.then(|| proof("新@example.org", Status::CodeSent));
            dialog.loaded(proofs);
            if enters {
                press(&mut dialog, Action::EnterCode);
            }
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = dialog.draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
