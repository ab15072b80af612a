//! Pictures of the dialog in which a notice is written.

use callsheet::domain::contact::ContactId;
use callsheet::domain::language::Language;
use callsheet::domain::routing::{Exclusion, FallbackReason};
use callsheet::operations::Problem;
use callsheet::operations::notices::{Audience, Fallback, Person};
use callsheet::tui::keymap::{Action, Input};
use callsheet::tui::layout::Regions;
use callsheet::tui::look::Look;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Fixed;
use callsheet::tui::screens::compose::ComposeDialog;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::{Rect, Size};

use crate::support::picture::{self, LARGE, SMALL, USUAL};
use crate::support::stage::{fixed, now};

/// Somebody who writes a notice in a screen of a size.
struct Writer {
    dialog: ComposeDialog,
    fixed: Fixed,
    size: Size,
}

impl Writer {
    fn new(size: Size) -> Self {
        Self::with(size, Marks::Unicode)
    }

    fn with(size: Size, marks: Marks) -> Self {
        let fixed = fixed(Theme::Traced, marks);
        let dialog = ComposeDialog::new(&fixed.catalogue, Language::En, "screen".to_owned());
        Self { dialog, fixed, size }
    }

    fn in_chinese(size: Size) -> Self {
        let fixed = Fixed { language: Language::ZhCn, ..fixed(Theme::Traced, Marks::Unicode) };
        let dialog = ComposeDialog::new(&fixed.catalogue, Language::ZhCn, "screen".to_owned());
        Self { dialog, fixed, size }
    }

    fn look(&self) -> Look<'_> {
        self.fixed.look(now())
    }

    fn place(&self) -> Rect {
        Regions::of(picture::whole(self.size)).front
    }

    fn press(mut self, actions: &[Action]) -> Self {
        let (place, look) = (self.place(), self.fixed.look(now()));
        for action in actions {
            self.dialog.input(&Input::Action(*action), place, look);
        }
        self
    }

    fn paste(mut self, text: &str) -> Self {
        let (place, look) = (self.place(), self.fixed.look(now()));
        self.dialog.input(&Input::Paste(text.to_owned()), place, look);
        self
    }

    fn hears(mut self, audience: Audience) -> Self {
        self.dialog.heard(Ok(audience));
        self
    }

    /// Chooses a type; the focus is in the subject then.
    fn chooses(self, id: &str, audience: Audience) -> Self {
        self.press(&[Action::Accept]).paste(id).press(&[Action::Accept]).hears(audience)
    }

    /// Writes subject and text; the focus is in the text then.
    fn writes(self, subject: &str, text: &str) -> Self {
        self.paste(subject).press(&[Action::Next]).paste(text)
    }

    fn draws(&self) -> String {
        let marks = self.look().marks;
        let place = self.place();
        picture::part(self.size, place, (Theme::Traced, marks), |area, buf, look| {
            self.dialog.draw(area, buf, Look { language: self.fixed.language, ..look })
        })
    }
}

const ALERT: &str = "security.account";
const TEXT: &str = "Somebody has logged on to the account from a network that was not used before.\n\nIf it was not you, \
                    change the password now and call +1 555 0100.\n";

fn person(id: i64, name: &str) -> Person {
    Person { contact: ContactId(id), name: name.to_owned(), email: format!("p{id}@example.org") }
}

/// Twelve people, and three who do not get it.
fn audience() -> Audience {
    let names = ["AdaLovelace", "王小明", "GraceHopper", "李娜", "oncall", "陈静", "KwameMensah"];
    let got = names.into_iter().zip(1..).map(|(name, id)| (person(id, name), Ok(())));
    let not = [
        ("NoraLindqvist", Exclusion::NotSubscribed),
        ("billing", Exclusion::Undeliverable),
        ("张伟", Exclusion::NotVerified),
    ];
    let not = not.into_iter().map(|(name, exclusion)| (person(20, name), Err(exclusion)));
    Audience {
        message_type: ALERT.to_owned(),
        recipients: 12,
        excluded: 3,
        people: got.chain(not).collect(),
        fallback: None,
    }
}

fn nobody(email: Option<&str>) -> Audience {
    let fallback = Fallback { email: email.map(str::to_owned), reason: FallbackReason::NobodySubscribed };
    let people = vec![(person(1, "AdaLovelace"), Err(Exclusion::NotSubscribed))];
    Audience { recipients: 0, excluded: 1, people, fallback: Some(fallback), ..audience() }
}

fn written(size: Size) -> Writer {
    Writer::new(size).chooses(ALERT, audience()).writes("Unusual logon from a new network", TEXT)
}

#[test]
fn an_empty_dialog() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(Writer::new(size).draws());
    }
}

#[test]
fn the_list_of_types_is_searched_by_typing() {
    for size in [SMALL, USUAL] {
        assert_snapshot!(Writer::new(size).press(&[Action::Accept, Action::Down]).draws());
    }
    assert_snapshot!(Writer::new(USUAL).press(&[Action::Accept]).paste("secur 账号").draws());
    assert_snapshot!(Writer::new(USUAL).press(&[Action::Accept]).paste("weather").draws());
}

#[test]
fn a_notice_is_written() {
    for size in [SMALL, USUAL, LARGE] {
        assert_snapshot!(written(size).draws());
    }
    let ascii = Writer::with(USUAL, Marks::Ascii).chooses(ALERT, audience()).writes("Unusual logon", TEXT);
    assert_snapshot!(ascii.draws());
}

#[test]
fn everything_wrong_stands_beside_its_field() {
    for size in [SMALL, USUAL, LARGE] {
        let writer =
            Writer::new(size).press(&[Action::Next]).paste("Log\u{202E}on").press(&[Action::Preview]);
        assert_snapshot!(writer.draws());
    }
}

#[test]
fn wide_characters_and_hostile_ones() {
    let text = "账号在新的网络登录。如果不是您本人操作，请立即修改密码，并致电客服。👩‍🚀\n\u{202E}gnp.exe";
    for size in [SMALL, USUAL] {
        let writer = Writer::new(size).chooses(ALERT, audience());
        assert_snapshot!(
            writer.writes("登录异常：账号在新的网络登录，请立即核实是否为您本人的操作", text).draws()
        );
    }
}

#[test]
fn a_long_text_is_scrolled() {
    let text: String =
        (1..=60).map(|number| format!("{number}. Paragraph {number} of the notice.\n")).collect();
    for size in [SMALL, USUAL] {
        let writer = Writer::new(size).chooses(ALERT, audience()).writes("Minutes", &text);
        assert_snapshot!(writer.press(&[Action::PageUp, Action::Up]).draws());
    }
}

#[test]
fn nobody_but_the_security_email() {
    for size in [SMALL, USUAL] {
        let writer = Writer::new(size).chooses(ALERT, nobody(Some("security@example.com")));
        assert_snapshot!(writer.writes("Unusual logon", TEXT).draws());
    }
}

#[test]
fn without_a_security_email_nothing_is_queued() {
    for size in [SMALL, USUAL] {
        let writer = Writer::new(size).chooses(ALERT, nobody(None)).writes("Unusual logon", TEXT);
        let writer = writer.press(&[Action::Next, Action::Accept]).hears(nobody(None));
        assert_snapshot!(writer.draws());
    }
}

#[test]
fn the_question_before_sending_names_the_number() {
    for size in [SMALL, USUAL] {
        let writer = written(size).press(&[Action::Next, Action::Accept]).hears(audience());
        assert_snapshot!(writer.draws());
    }
    let nobody = || nobody(Some("security@example.com"));
    let writer = Writer::new(USUAL).chooses(ALERT, nobody()).writes("Unusual logon", TEXT);
    assert_snapshot!(writer.press(&[Action::Next, Action::Accept]).hears(nobody()).draws());
}

#[test]
fn a_preview_in_each_language() {
    for size in [SMALL, USUAL, LARGE] {
        let mut writer = written(size).press(&[Action::Preview]);
        let text = format!("Hello AdaLovelace,\n\n{TEXT}\nExample Ltd\n\nYou get this because …");
        writer.dialog.previewed(Language::En, Ok(text));
        assert_snapshot!(writer.draws());
    }
    let mut writer = written(USUAL).press(&[Action::Preview, Action::Next]);
    assert_snapshot!(writer.draws());
    writer.dialog.previewed(Language::ZhCn, Ok("您好，王小明：\n\n账号在新的网络登录。\n".to_owned()));
    assert_snapshot!(writer.draws());
}

#[test]
fn what_could_not_be_queued_stays() {
    let mut writer = written(USUAL).press(&[Action::Next]);
    writer.dialog.refused(&Problem::KeyUsed { key: "screen-1".to_owned(), notice: 41 });
    assert_snapshot!(writer.draws());
}

#[test]
fn leaving_asks() {
    assert_snapshot!(written(USUAL).press(&[Action::Close]).draws());
}

#[test]
fn in_chinese() {
    let told = |writer: Writer| {
        let drawn = writer.draws();
        let data = format!(
            "{TEXT} Unusual logon from a new network oncall billing KwameMensah NoraLindqvist GraceHopper AdaLovelace security vist"
        );
        assert_eq!(picture::english_left_beside(&drawn, &picture::cut_anywhere(&data)), [""; 0], "{drawn}");
        assert_snapshot!(drawn);
    };
    let security = || nobody(Some("security@example.com"));
    for size in [SMALL, USUAL, LARGE] {
        let written =
            |audience| Writer::in_chinese(size).chooses(ALERT, audience).writes("Unusual logon", TEXT);
        told(Writer::in_chinese(size));
        told(written(audience()));
        told(written(security()));
        told(written(audience()).press(&[Action::Next, Action::Accept]).hears(audience()));
        told(written(nobody(None)).press(&[Action::Next, Action::Accept]).hears(nobody(None)));
        told(Writer::in_chinese(size).press(&[Action::Next]).paste("登\u{202E}录").press(&[Action::Preview]));
        told(written(audience()).press(&[Action::Preview]));
        told(written(audience()).press(&[Action::Close]));
    }
    let mut writer = Writer::in_chinese(USUAL).chooses(ALERT, audience()).writes("Unusual logon", TEXT);
    writer.dialog.refused(&Problem::KeyUsed { key: "screen-1".to_owned(), notice: 41 });
    told(writer.press(&[Action::Next]));
}
