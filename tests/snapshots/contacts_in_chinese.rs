//! Contacts, their forms, questions and verification as a reader of Chinese sees them.

use callsheet::domain::account::Account;
use callsheet::domain::contact::{AddressProof, Contact, Proofs, Status, Subject};
use callsheet::domain::delivery::{DeliveryId, Kind, State};
use callsheet::domain::email_address::EmailError;
use callsheet::domain::language::Language;
use callsheet::domain::position::Position;
use callsheet::domain::routing::FallbackReason;
use callsheet::domain::subscription::Subscriptions;
use callsheet::domain::timestamp::Timestamp;
use callsheet::domain::verification::{Limit, LimitKind, NotACode, VoidReason};
use callsheet::operations::Problem;
use callsheet::operations::account::{AccountField, AccountWrong};
use callsheet::operations::verification::Confirmed;
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Overlay};
use callsheet::tui::screens::account_form::AccountFormDialog;
use callsheet::tui::screens::confirm::Confirm;
use callsheet::tui::screens::contacts;
use callsheet::tui::screens::verification::VerificationDialog;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use super::contact_form::Typed;
use super::verification::{SUBJECT, after, proof};
use crate::support::picture::{LARGE, SMALL, USUAL, dialog_in_chinese, in_chinese};
use crate::support::stage::{self, Stage, cast, now};

const ALL: [Size; 3] = [SMALL, USUAL, LARGE];

fn stage(size: Size, contacts: Vec<Contact>) -> Stage {
    let fixed = Fixed { language: Language::ZhCn, ..stage::fixed(Theme::Traced, Marks::Unicode) };
    Stage::with(size.width, size.height, contacts, fixed)
}

/// The list, the pane beside it, and what stands in front.
#[track_caller]
fn shown(stage: &Stage) -> String {
    let model = &stage.model;
    let regions = model.regions();
    in_chinese(
        model.size,
        regions.front,
        "nobody bogus securty type status unverified expired verified undeliverable position selected",
        |front, buf, look| {
            let list = contacts::draw(&model.contacts, model.totals.as_ref(), regions.body, buf, &look);
            contacts::draw_detail(&model.contacts, regions.detail, buf, &look);
            match model.overlays.last() {
                Some(Overlay::ContactTypes(dialog)) => dialog.draw(front, buf, look),
                Some(Overlay::Choice(choice)) => choice.draw(front, buf, look),
                Some(_) | None => list,
            }
        },
    )
}

#[test]
fn the_list() {
    let mut pictures = Vec::new();
    for size in ALL {
        pictures.push(shown(&stage(size, cast())));
        pictures.push(shown(&stage(size, vec![])));
    }
    pictures.push(shown(&stage(Size::new(160, 24), changing())));
    let mut picked = stage(USUAL, cast());
    picked.types("<space> <space> s S");
    pictures.push(shown(&picked));
    assert_snapshot!("the_list", pictures.join("\n"));
}

/// A contact of which the pane beside the list has everything to say.
fn changing() -> Vec<Contact> {
    vec![Contact {
        position: Some(Position::Ceo),
        code_sent_at: Some(Timestamp::parse("2026-11-20T14:03:00Z").unwrap()),
        status: Status::CodeSent,
        pending_email: Some("grace@new.example.org".to_owned()),
        unsubscribed_at: Some(now()),
        subscriptions: Subscriptions::from_ids(["security".to_owned(), "product.release".to_owned()]),
        ..stage::contact(6, "Grace", "grace@example.org")
    }]
}

#[test]
fn what_a_filter_asks_for() {
    let mut pictures = Vec::new();
    for filter in [
        "nobody",
        "status:verfied",
        "status:",
        "type:",
        "type:securty",
        "type:bogus",
        "is:bogus",
        "position:cio",
    ] {
        let mut stage = stage(Size::new(80, 8), cast());
        stage.types(&format!("/ {filter}"));
        pictures.push(shown(&stage));
    }
    let mut stage = stage(SMALL, cast());
    stage.types("/ status:verfied");
    pictures.push(shown(&stage));
    assert_snapshot!("what_a_filter_asks_for", pictures.join("\n"));
}

#[test]
fn the_types_of_one_contact_and_copying_them() {
    let mut pictures = Vec::new();
    for size in ALL {
        let mut stage = stage(size, changing());
        stage.types("m");
        pictures.push(shown(&stage));
    }
    for size in ALL {
        let mut stage = stage(size, cast());
        stage.types("2 c");
        pictures.push(shown(&stage));
        stage.types("<enter>");
        pictures.push(shown(&stage));
        stage.contacts.clear();
        stage.types("zz");
        pictures.push(shown(&stage));
    }
    let unknown = Contact {
        subscriptions: Subscriptions::from_ids(["newer.kind".to_owned()]),
        ..stage::contact(1, "王小明", "xiaoming@example.cn")
    };
    let mut stage = stage(USUAL, vec![unknown]);
    stage.types("m G");
    pictures.push(shown(&stage));
    assert_snapshot!("the_types_of_one_contact_and_copying_them", pictures.join("\n"));
}

fn add() -> Typed {
    Typed::add_in(Language::ZhCn)
}

fn modify(contact: Contact) -> Typed {
    Typed::modify_in(contact, Language::ZhCn)
}

trait InChinese {
    fn in_chinese(&self, size: Size) -> String;
    fn pictures(&self) -> String;
}

impl InChinese for Typed {
    #[track_caller]
    fn in_chinese(&self, size: Size) -> String {
        dialog_in_chinese(size, "two words nobody AdaLovelac", |area, buf, look| self.0.draw(area, buf, look))
    }

    #[track_caller]
    fn pictures(&self) -> String {
        ALL.map(|size| self.in_chinese(size)).join("\n")
    }
}

fn ada() -> Contact {
    Contact {
        position: Some(Position::TechnicalDirector),
        subscriptions: Subscriptions::from_ids(["security".to_owned(), "product.release".to_owned()]),
        ..stage::contact(7, "AdaLovelace", "ada@example.org")
    }
}

#[test]
fn the_contact_form_and_every_field() {
    let mut form = add();
    let mut pictures = vec![form.pictures()];
    for _ in 0..11 {
        form = form.press(Action::Next);
        pictures.push(form.in_chinese(USUAL));
    }
    let mut open = add().press(Action::Next).press(Action::Next).press(Action::Accept);
    pictures.push(open.pictures());
    open = open.press(Action::Down).press(Action::Down).press(Action::Accept);
    pictures.push(open.pictures());
    let some = (0..5).fold(modify(ada()), |form, _| form.press(Action::Next));
    pictures.push(some.pictures());
    assert_snapshot!("the_contact_form_and_every_field", pictures.join("\n"));
}

#[test]
fn what_is_wrong_with_a_contact() {
    let wrong = add().text("two words").press(Action::Next).text("nobody").press(Action::Accept);
    let mut pictures = vec![wrong.pictures()];
    let mut hinted =
        add().text("王小明").press(Action::Next).text("xiaoming@gmial.com").press(Action::Accept);
    hinted.0.hinted(Some("xiaoming@gmail.com".to_owned()));
    pictures.push(hinted.pictures());
    pictures.push(add().text("王小明").press(Action::Close).pictures());
    let mut conflict = modify(ada()).press(Action::DeleteBefore).text("Ada").press(Action::Accept);
    let theirs = Contact {
        position: None,
        language: Language::ZhCn,
        subscriptions: Subscriptions::from_ids(["product".to_owned()]),
        version: 2,
        ..ada()
    };
    conflict.0.refused(&Problem::Conflict { theirs: Box::new(theirs.clone()) });
    pictures.push(conflict.pictures());
    pictures.push(conflict.press(Action::Previous).press(Action::Accept).in_chinese(USUAL));
    for problem in [
        Problem::NoSuchContact("7".to_owned()),
        Problem::NoSecurityEmail,
        Problem::Conflict {
            theirs: Box::new(Contact { name: "AdaLovelac".to_owned(), version: 2, ..ada() }),
        },
    ] {
        let mut form = modify(ada()).press(Action::DeleteBack).press(Action::Accept);
        form.0.refused(&problem);
        pictures.push(form.in_chinese(USUAL));
    }
    assert_snapshot!("what_is_wrong_with_a_contact", pictures.join("\n"));
}

#[test]
fn a_change_of_address_in_the_form() {
    let of = |status, code_sent_at| modify(Contact { status, code_sent_at, ..ada() }).press(Action::Next);
    let mut pictures: Vec<String> =
        Status::ALL.map(|status| of(status, None).in_chinese(Size::new(80, 12))).to_vec();
    pictures.push(of(Status::CodeSent, Some(now())).in_chinese(USUAL));
    pictures.push(of(Status::Verified, None).text(".cn").in_chinese(USUAL));
    pictures.push(of(Status::Undeliverable, None).text(".cn").in_chinese(USUAL));
    let pending = Contact { pending_email: Some("ada@new.example".to_owned()), ..ada() };
    pictures.push(modify(pending).press(Action::Next).pictures());
    assert_snapshot!("a_change_of_address_in_the_form", pictures.join("\n"));
}

fn delivery() -> callsheet::domain::delivery::Delivery {
    callsheet::domain::delivery::Delivery {
        id: DeliveryId(4),
        kind: Kind::Test,
        to: "ada@example.org".to_owned(),
        contact: None,
        name: "AdaLovelace".to_owned(),
        notice: None,
        message_type: None,
        subject: "服务中断".to_owned(),
        fallback: None,
        state: State::Queued,
        attempts: 0,
        created_at: now(),
        due_at: now(),
        expires_at: now(),
        ended_at: None,
        message_id: "<4@example.org>".to_owned(),
        server: None,
        maybe_sent: false,
    }
}

#[test]
fn every_question() {
    let audience = |recipients, fallback: Option<FallbackReason>| callsheet::operations::notices::Audience {
        message_type: "security.account".to_owned(),
        recipients,
        excluded: 0,
        people: Vec::new(),
        fallback: fallback.map(|reason| callsheet::operations::notices::Fallback {
            email: Some("security@example.com".to_owned()),
            reason,
        }),
    };
    let questions = [
        Confirm::delete(&ada()),
        Confirm::delete_many(1),
        Confirm::delete_many(1_234),
        Confirm::column("security", 12, true, true),
        Confirm::column("security", 12, false, false),
        Confirm::subscribe_again(&Contact {
            unsubscribed_at: Some(Timestamp::parse("2026-11-20T08:00:00Z").unwrap()),
            ..ada()
        }),
        Confirm::subscribe_again(&ada()),
        Confirm::cancel_delivery(&delivery()),
        Confirm::cancel_change("ada@new.example", "ada@example.org"),
        Confirm::leave(),
        Confirm::skip_introduction(),
        Confirm::leave_notice(),
        Confirm::send_notice("服务中断", &audience(1, None)),
        Confirm::send_notice("服务中断", &audience(1_200, None)),
    ];
    let mut pictures = Vec::new();
    for question in &questions {
        for size in [Size::new(80, 12), SMALL] {
            pictures.push(dialog_in_chinese(size, "", |area, buf, look| question.draw(area, buf, look)));
        }
    }
    assert_snapshot!("every_question", pictures.join("\n"));
}

#[test]
fn the_account() {
    let account = Account { language: Language::ZhCn, ..stage::account() };
    let mut welcome = AccountFormDialog::introduction();
    let draw = |form: &AccountFormDialog| {
        ALL.map(|size| dialog_in_chinese(size, "", |area, buf, look| form.draw(area, buf, look))).join("\n")
    };
    let mut pictures = vec![draw(&welcome)];
    welcome.refused(&Problem::InvalidAccount(vec![
        (AccountField::Name, AccountWrong::NoName),
        (AccountField::SecurityEmail, AccountWrong::SecurityEmail(EmailError::NoAt)),
    ]));
    pictures.push(draw(&welcome));
    welcome.input(&Input::Paste("示例公司".to_owned()));
    welcome.input(&Input::Action(Action::Close));
    pictures.push(draw(&welcome));
    let mut edit = AccountFormDialog::edit(account, AccountField::Language);
    pictures.push(draw(&edit));
    edit.refused(&Problem::NoSecurityEmail);
    edit.input(&Input::Action(Action::Accept));
    pictures.push(draw(&edit));
    assert_snapshot!("the_account", pictures.join("\n"));
}

const SERVER: &str = "550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table";

fn code_sent(email: &str, kind: LimitKind) -> AddressProof {
    AddressProof {
        queued_at: Some(now()),
        sent_at: Some(now()),
        expires_at: Some(after(72 * 3600 - 120)),
        tries_left: Some(5),
        limit: Some(Limit { kind, until: after(7_542) }),
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

#[track_caller]
fn drawn(dialog: &VerificationDialog, size: Size) -> String {
    dialog_in_chinese(size, SERVER, |area, buf, look| dialog.draw(area, buf, look))
}

#[test]
fn each_state_of_a_verification() {
    let email = "xiaoming@example.cn";
    let mut pictures =
        ALL.map(|size| drawn(&dialog(code_sent(email, LimitKind::CoolDown), None), size)).to_vec();
    let waits = AddressProof {
        queued_at: Some(now()),
        expires_at: Some(after(3_600)),
        tries_left: Some(1),
        ..proof(email, Status::Unverified)
    };
    let mut states = vec![
        proof(email, Status::Unverified),
        AddressProof { mail: Some(State::Written), ..waits.clone() },
        waits,
        code_sent(email, LimitKind::PerAddress),
        code_sent(email, LimitKind::PerDatabase),
        AddressProof { expires_at: Some(now()), ..code_sent(email, LimitKind::CoolDown) },
        AddressProof { verified_at: Some(now()), ..proof(email, Status::Verified) },
        AddressProof { server: Some(SERVER.to_owned()), ..proof(email, Status::Undeliverable) },
    ];
    states.extend(
        VoidReason::ALL.map(|reason| AddressProof { void: Some(reason), ..proof(email, Status::Expired) }),
    );
    pictures.extend(states.into_iter().map(|proof| drawn(&dialog(proof, None), Size::new(80, 12))));
    pictures.push(drawn(&VerificationDialog::new(SUBJECT), SMALL));
    let present = AddressProof { verified_at: Some(now()), ..proof("old@example.org", Status::Verified) };
    let pending = code_sent("new@example.org", LimitKind::CoolDown);
    pictures.extend([SMALL, USUAL].map(|size| drawn(&dialog(present.clone(), Some(pending.clone())), size)));
    let mut security = VerificationDialog::new(Subject::SecurityEmail);
    let present = code_sent("security@example.com", LimitKind::CoolDown);
    security.loaded(Proofs { subject: Subject::SecurityEmail, name: String::new(), present, pending: None });
    pictures.push(drawn(&security, USUAL));
    assert_snapshot!("each_state_of_a_verification", pictures.join("\n"));
}

#[test]
fn what_is_said_in_a_verification() {
    let small = Size::new(80, 14);
    let email = "xiaoming@example.cn";
    let sent = || dialog(code_sent(email, LimitKind::CoolDown), None);
    let mut pictures = Vec::new();
    let mut entry = sent();
    press(&mut entry, Action::EnterCode);
    pictures.extend(ALL.map(|size| drawn(&entry, size)));
    for problem in [
        Problem::WrongCode { tries_left: 4 },
        Problem::WrongCode { tries_left: 1 },
        Problem::NotACode(NotACode::Length(3)),
        Problem::NotACode(NotACode::Character('U')),
        Problem::WrongCode { tries_left: 0 },
        Problem::CodeVoid(VoidReason::TimeOver),
    ] {
        let mut entry = sent();
        press(&mut entry, Action::EnterCode);
        entry.input(&Input::Paste("abcd efgh".to_owned()), now());
        press(&mut entry, Action::Accept);
        pictures.push(dialog_in_chinese(small, "abcd efgh", |area, buf, look| entry.draw(area, buf, look)));
        entry.confirmed(Err(&problem));
        pictures.push(dialog_in_chinese(small, "abcd efgh", |area, buf, look| entry.draw(area, buf, look)));
    }
    for replaced in [None, Some("old@example.org".to_owned())] {
        let mut right = sent();
        right.confirmed(Ok(&Confirmed { email: email.to_owned(), replaced }));
        pictures.push(drawn(&right, small));
    }
    let mut again = sent();
    again.sent(Ok(false));
    pictures.push(drawn(&again, small));
    again.change_cancelled(Ok(()));
    pictures.push(drawn(&again, small));
    again.change_cancelled(Err(&Problem::NoPendingChange("王小明".to_owned())));
    pictures.push(drawn(&again, small));
    press(&mut again, Action::CancelChange);
    pictures.push(drawn(&again, small));
    for status in [Status::Verified, Status::Expired, Status::Undeliverable] {
        let mut refused = dialog(proof(email, status), None);
        press(&mut refused, Action::EnterCode);
        pictures.push(drawn(&refused, small));
    }
    let mut sending = dialog(proof(email, Status::Expired), None);
    press(&mut sending, Action::SendAgain);
    pictures.push(drawn(&sending, small));
    let pending = code_sent("new@example.org", LimitKind::CoolDown);
    let mut cancelling = dialog(proof(email, Status::Verified), Some(pending));
    press(&mut cancelling, Action::CancelChange);
    pictures.push(drawn(&cancelling, small));
    press(&mut cancelling, Action::Yes);
    pictures.push(drawn(&cancelling, small));
    assert_snapshot!("what_is_said_in_a_verification", pictures.join("\n"));
}
