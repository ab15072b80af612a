//! Help, palette, settings, the form for the mail server and the notes in Chinese: nothing is left in English or cut off, and the
//! language is switched while anything is open.

use callsheet::config::{MailField, Unsaved};
use callsheet::domain::language::Language;
use callsheet::domain::reply::Phase;
use callsheet::domain::say::Said;
use callsheet::mail::sender::SenderEvent;
use callsheet::tui::keymap::{Action, Context, Input};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Overlay};
use callsheet::tui::screens::mail_form::MailFormDialog;
use callsheet::tui::screens::settings::{MailFacts, Settings, SettingsFacts};
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use super::mail_form::{ask, server, tell};
use crate::support::picture::{LARGE, SMALL, USUAL, english_left_beside, picture, text};
use crate::support::stage::{Stage, cast, fixed};

/// What is the same in each language: names, addresses, ids, keys, and what servers say.
const DATA: &str = "callsheet Example Ltd English Grace Ada AdaLovelace ops live ctrl esc enter tab shift space pgup pgdn home end delete \
                    left right down backspace alt SMTPUTF8 SMTP ASCII EHLO MAIL FROM RCPT TO TLS DATA starttls tls config Message ID fg \
                    systemd default PIPELINING AUTH PLAIN LOGIN for mail example com port none authentication failed ESMTP tmux up \
                    k j SCII connected certificate valid until offers BITMIME";

fn stage(size: Size) -> Stage {
    let fixed = Fixed { language: Language::ZhCn, ..fixed(Theme::Traced, Marks::Unicode) };
    let mut stage = Stage::with(size.width, size.height, cast(), fixed);
    let mail = MailFacts::Server {
        host: "mail.example.com".to_owned(),
        port: 587,
        security: "starttls".to_owned(),
        from: "notices@example.com".to_owned(),
    };
    stage.model.settings = Settings::new(SettingsFacts {
        mail,
        database: "/var/lib/callsheet/callsheet.db".to_owned(),
        key: "/var/lib/callsheet/callsheet.db.key".to_owned(),
        configuration: None,
        warnings: Vec::new(),
    });
    stage
}

/// The picture; no English is in it.
fn chinese(stage: &Stage) -> String {
    let picture = picture(&stage.model);
    assert_eq!(english_left_beside(&picture, DATA), Vec::<String>::new(), "{}", text(&stage.model));
    picture
}

#[test]
fn screens_of_the_frame() {
    for (name, keys) in [("help", "?"), ("help_end", "? <c-end>"), ("palette", ":"), ("settings", "5")] {
        for size in [SMALL, USUAL, LARGE] {
            let mut stage = stage(size);
            stage.types(keys);
            assert_snapshot!(format!("zh_{name}_{}x{}", size.width, size.height), chinese(&stage));
        }
    }
}

#[test]
fn the_help_of_every_place_is_chinese() {
    for context in Context::ALL {
        let mut stage = stage(LARGE);
        stage.model.overlays.push(Overlay::Help(callsheet::tui::screens::help::Help::new(context)));
        let _chinese = chinese(&stage);
    }
}

#[test]
fn a_search_finds_both_languages() {
    for (keys, found) in [
        ("? 反转", "反转顺序"),
        ("? reverse <space> order", "反转顺序"),
        (": 排序", "按下一列排序"),
        (": sort", "按下一列排序"),
    ] {
        let mut stage = stage(USUAL);
        stage.types(keys);
        assert!(text(&stage.model).contains(found), "{keys}: {}", text(&stage.model));
        let mut english = Stage::new(80, 24, cast());
        english.types(keys);
        let shown = text(&english.model);
        assert!(shown.contains("reverse the order") || shown.contains("sort by the next column"), "{shown}");
    }
}

/// The form with everything typed.
fn mail_form() -> MailFormDialog {
    let mut form = MailFormDialog::new(server(), Language::ZhCn);
    for (index, typed) in ["示例 <notices@example.com>", "mail.example.com", "587"].into_iter().enumerate()
    {
        if index > 0 {
            form.input(&Input::Action(Action::Next));
        }
        form.input(&Input::Paste(typed.to_owned()));
    }
    form
}

fn shown(size: Size, form: MailFormDialog) -> String {
    let mut stage = stage(size);
    stage.types("5");
    stage.model.overlays.push(Overlay::MailForm(Box::new(form)));
    chinese(&stage)
}

#[test]
fn the_mail_server_and_its_doctor() {
    let mut wrong = mail_form();
    let port = Said::each(say_port);
    wrong.refused(Unsaved::Invalid(vec![(MailField::Port, port)]));
    let mut told = mail_form();
    ask(&mut told, 4);
    let asking = told.clone();
    tell(&mut told, Phase::Auth, false, "535 5.7.8 authentication failed");
    told.examined(Ok(()));
    let mut more = mail_form();
    more.input(&Input::Action(Action::OtherPage));
    let mut changed = mail_form();
    changed.input(&Input::Action(Action::Accept));
    changed.refused(Unsaved::Changed(server().basis));
    let mut open = mail_form();
    open.input(&Input::Action(Action::Next));
    open.input(&Input::Action(Action::Accept));
    for (name, form) in [
        ("form", mail_form()),
        ("wrong", wrong),
        ("asking", asking),
        ("more", more),
        ("told", told),
        ("changed", changed),
        ("open", open),
    ] {
        assert_snapshot!(format!("zh_mail_{name}"), shown(USUAL, form.clone()));
        assert_snapshot!(format!("zh_mail_{name}_small"), shown(SMALL, form.clone()));
        assert_snapshot!(format!("zh_mail_{name}_large"), shown(LARGE, form));
    }
}

fn say_port(language: Language) -> String {
    match language {
        Language::En => "is 'x', which is no whole number".to_owned(),
        Language::ZhCn => callsheet::domain::say::filled(
            language,
            "is '{text}', which is no whole number",
            &[("text", &"x")],
        ),
    }
}

#[test]
fn what_the_mail_does_is_said_in_chinese() {
    for event in [
        SenderEvent::Idle,
        SenderEvent::StandingBy,
        SenderEvent::WritingFiles { folder: "/var/mail".into() },
        SenderEvent::CannotRecord { words: "5".into() },
    ] {
        let mut stage = stage(LARGE);
        stage.model.mail.hear(&event);
        let _chinese = chinese(&stage);
    }
}

#[test]
fn the_language_is_switched_while_anything_is_open() {
    for keys in [
        "",
        "2",
        "3",
        "4",
        "5",
        "?",
        ":",
        "a",
        "a <tab> <tab> <enter>",
        "d",
        "m",
        "v",
        "n",
        "x",
        "i",
        "5 <enter>",
        "2 <right> A",
        "<space> <down> <space> 2 c",
        "n <enter> activity.pro <enter> Down <enter> Soon <tab> <enter>",
    ] {
        let mut switched = Stage::new(80, 24, cast());
        switched.types(keys).types("<f3>");
        let shown = text(&switched.model);
        assert!(shown.contains("界面语言：简体中文；f3 切换为 English。"), "{keys}: {shown}");
        switched.model.notice = None;
        let mut begun = Stage::with(
            80,
            24,
            cast(),
            Fixed { language: Language::ZhCn, ..fixed(Theme::Traced, Marks::Unicode) },
        );
        begun.types(keys);
        assert_eq!(text(&switched.model), text(&begun.model), "{keys}");
        switched.types("<f3>");
        assert!(text(&switched.model).contains("Language: English; f3 switches to 简体中文."), "{keys}");
    }
}

#[test]
fn the_language_is_switched_by_palette_and_settings_too() {
    for keys in [": 简体中文 <enter>", "5 <down><down><down><down><down><down><down><down> <enter>"] {
        let mut stage = Stage::new(80, 24, cast());
        stage.types(keys);
        assert_eq!(stage.model.fixed.language, Language::ZhCn, "{keys}: {}", text(&stage.model));
    }
}
