//! Pictures of the verification dialog.

use std::time::Duration;

use callsheet::domain::contact::{AddressProof, ContactId, Proofs, Status, Subject};
use callsheet::domain::verification::{Limit, LimitKind, VoidReason};
use callsheet::operations::Problem;
use callsheet::operations::verification::Confirmed;
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::screens::verification::VerificationDialog;
use insta::assert_snapshot;
use ratatui::layout::Size;

use crate::support::picture::{self, LARGE, SMALL, USUAL};
use crate::support::stage::now;

pub const SUBJECT: Subject = Subject::Contact(ContactId(7));

pub fn after(seconds: u64) -> callsheet::domain::timestamp::Timestamp {
    now().plus(Duration::from_secs(seconds))
}

/// An address of which no more than its state is known.
pub fn proof(email: &str, status: Status) -> AddressProof {
    AddressProof {
        email: email.to_owned(),
        status,
        void: None,
        verified_at: None,
        queued_at: None,
        sent_at: None,
        expires_at: None,
        tries_left: None,
        mail: None,
        server: None,
        limit: None,
    }
}

fn code_sent(email: &str) -> AddressProof {
    AddressProof {
        queued_at: Some(now()),
        sent_at: Some(now()),
        expires_at: Some(after(72 * 3600 - 120)),
        tries_left: Some(5),
        server: Some("250 2.0.0 Ok: queued as 4BXk1z".to_owned()),
        limit: Some(Limit { kind: LimitKind::CoolDown, until: after(42) }),
        ..proof(email, Status::CodeSent)
    }
}

fn dialog(present: AddressProof, pending: Option<AddressProof>) -> VerificationDialog {
    let mut dialog = VerificationDialog::new(SUBJECT);
    dialog.loaded(Proofs { subject: SUBJECT, name: "王小明".to_owned(), present, pending });
    dialog
}

fn press(dialog: &mut VerificationDialog, action: Action) {
    dialog.input(&Input::Action(action), now());
}

fn drawn(dialog: &VerificationDialog, size: Size) -> String {
    picture::dialog(size, |area, buf, look| dialog.draw(area, buf, look))
}

#[test]
fn before_it_is_read() {
    assert_snapshot!(drawn(&VerificationDialog::new(SUBJECT), USUAL));
}

#[test]
fn a_code_is_under_way() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(drawn(&dialog(code_sent("xiaoming@example.cn"), None), size));
    }
}

#[test]
fn each_status_says_what_to_do() {
    let queued = AddressProof {
        queued_at: Some(now()),
        expires_at: Some(after(3600)),
        tries_left: Some(5),
        ..proof("a@b.example", Status::Unverified)
    };
    let expired =
        AddressProof { void: Some(VoidReason::KeyChanged), ..proof("a@b.example", Status::Expired) };
    let verified = AddressProof { verified_at: Some(now()), ..proof("a@b.example", Status::Verified) };
    let server = "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table";
    let refused =
        AddressProof { server: Some(server.to_owned()), ..proof("a@b.example", Status::Undeliverable) };
    let usual = [proof("a@b.example", Status::Unverified), queued, expired, verified, refused];
    let pictures: Vec<String> =
        usual.into_iter().map(|proof| drawn(&dialog(proof, None), Size::new(80, 12))).collect();
    assert_snapshot!(pictures.join("\n\n"));
}

#[test]
fn a_change_of_address_shows_both() {
    let present = AddressProof { verified_at: Some(now()), ..proof("old@example.org", Status::Verified) };
    for size in [SMALL, USUAL] {
        assert_snapshot!(drawn(&dialog(present.clone(), Some(code_sent("new@example.org"))), size));
    }
    let mut dialog = dialog(present, Some(code_sent("new@example.org")));
    press(&mut dialog, Action::CancelChange);
    assert_snapshot!(drawn(&dialog, USUAL));
}

#[test]
fn a_wrong_code_and_a_right_one() {
    let mut dialog = dialog(code_sent("xiaoming@example.cn"), None);
    press(&mut dialog, Action::EnterCode);
    for size in [SMALL, USUAL] {
        assert_snapshot!(drawn(&dialog, size));
    }
    dialog.input(&Input::Paste("abcd efgh".to_owned()), now());
    press(&mut dialog, Action::Accept);
    dialog.confirmed(Err(&Problem::WrongCode { tries_left: 4 }));
    assert_snapshot!(drawn(&dialog, USUAL));
    dialog.confirmed(Ok(&Confirmed { email: "xiaoming@example.cn".to_owned(), replaced: None }));
    let proofs = Proofs {
        subject: SUBJECT,
        name: "王小明".to_owned(),
        present: AddressProof { verified_at: Some(now()), ..proof("xiaoming@example.cn", Status::Verified) },
        pending: None,
    };
    dialog.loaded(proofs);
    assert_snapshot!(drawn(&dialog, USUAL));
}

#[test]
fn a_daily_limit_says_when_the_next_code_can_be_sent() {
    let limit = Some(Limit { kind: LimitKind::PerAddress, until: after(7_500) });
    let expired =
        AddressProof { void: Some(VoidReason::TooManyTries), limit, ..proof("a@b.example", Status::Expired) };
    assert_snapshot!(drawn(&dialog(expired, None), USUAL));
}

#[test]
fn the_security_email_is_verified_alike() {
    let mut dialog = VerificationDialog::new(Subject::SecurityEmail);
    let present = code_sent("security@example.com");
    dialog.loaded(Proofs { subject: Subject::SecurityEmail, name: String::new(), present, pending: None });
    assert_snapshot!(drawn(&dialog, USUAL));
}
