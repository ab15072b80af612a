//! Every screen and dialog in words, as they are heard, in both languages; that no shape is left in them, and that the cursor stands
//! where something is said.

use callsheet::domain::contact::Contact;
use callsheet::domain::language::Language;
use callsheet::domain::reply::Phase;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Model, Overlay};
use callsheet::tui::msg::Msg;
use callsheet::tui::screens::mail_form::MailFormDialog;
use callsheet::tui::screens::settings::SettingsFacts;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use super::drafts::new_contact;
use super::mail_form::{ask, server, tell};
use crate::support::desk::Desk;
use crate::support::office::{Office, add, add_silently};
use crate::support::picture::{LARGE, SMALL, USUAL, drawn, text};
use crate::support::stage::{Stage, cast, fixed};

/// What a screen that is heard never shows: lines, blocks and marks.
const SHAPES: &str = "✓✗◐●○…→←↑↓▸▾⊘↻≡·›│─";
const BOXES: [&str; 3] = ["[x]", "[-]", "[ ]"];

fn spoken(language: Language) -> Fixed {
    Fixed { language, ..fixed(Theme::Mono, Marks::Spoken) }
}

/// The lines, and where the cursor is; checked.
#[track_caller]
fn heard(name: &str, model: &Model) -> String {
    let shown = text(model);
    let is_shape = |c: char| SHAPES.contains(c) || ('\u{2500}'..='\u{259f}').contains(&c);
    let shapes: String = shown.chars().filter(|c| is_shape(*c)).collect();
    assert_eq!(shapes, "", "{name}:\n{shown}");
    for mark in BOXES {
        assert!(!shown.contains(mark), "{name} shows {mark}:\n{shown}");
    }
    let (_, cursor) = drawn(model);
    let line = shown.lines().nth(cursor.y.into()).unwrap_or_default();
    assert!(!line.trim().is_empty(), "{name}: the cursor {cursor} stands on nothing:\n{shown}");
    format!("== {name}, cursor {},{}\n{}\n", cursor.x, cursor.y, without_chance(&shown))
}

/// The text without what is another each time: the folder of the database, and the ids of mails.
fn without_chance(shown: &str) -> String {
    let mut text = String::new();
    let mut rest = shown;
    while let Some(at) = rest.find("/.tmp") {
        text.push_str(&rest[..at]);
        text.push_str("/.office");
        rest = rest[at + "/.tmp".len()..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    }
    text.push_str(rest);
    let is_id = |word: &str| word.len() >= 32 && word.chars().all(|c| c.is_ascii_hexdigit());
    let ids: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_id(word)).collect();
    ids.iter().fold(text.clone(), |text, id| text.replace(id, "ID"))
}

fn office() -> Office {
    let office = Office::introduced();
    let mut session = office.session();
    office.verified(&mut session, "王小明", "xiaoming@example.cn");
    add(&mut session, "AdaLovelace", "ada@example.org");
    office.deliver_to_files();
    add_silently(&mut session, "ops", "ops@example.org");
    office
}

fn desk(office: &Office, language: Language, size: Size) -> Desk<'_> {
    Desk::with(office, spoken(language), SettingsFacts::default(), size)
}

/// Every place with a database behind it.
fn at_the_desk(language: Language, size: Size, all: &mut String) {
    for (name, script) in [
        ("contacts", "<down>"),
        ("contacts, some selected", "<space> <space>"),
        ("a filter", "/ ada"),
        ("a filter that finds nobody", "/ nobody <enter>"),
        ("contact form, new", "a"),
        ("contact form, errors", "a <tab> nobody <enter>"),
        ("contact form, drop-down", "a <tab> <tab> <enter> <down>"),
        ("contact form, modify", "<enter>"),
        ("contact form, left with changes", "<enter> x <esc>"),
        ("delete question", "d"),
        ("delete question, moved", "d <tab>"),
        ("verification", "v"),
        ("verification, code", "v c"),
        ("message types of one", "m <down>"),
        ("matrix", "2 <right>"),
        ("matrix, open category", "2 <right> <enter> <right> <space>"),
        ("audience of a category", "2 <right> w"),
        ("audience of a type", "2 <right> <enter> <right> w"),
        ("copy from", "2 c"),
        ("outbox", "3"),
        ("delivery", "3 <enter>"),
        ("history", "4"),
        ("history entry", "4 <enter>"),
        ("settings", "5 <down>"),
        ("account form", "5 <enter>"),
        ("compose", "n"),
        ("compose, list of types", "n <enter> secur"),
        ("compose, filled", "n <enter> security.account <enter> Logon <tab> Look"),
        ("preview", "n <enter> security.account <enter> Logon <tab> Look <tab> <tab> <enter>"),
        ("the line that goes to a row", "' op"),
        ("the line that goes to a row, nobody", "' nobody"),
        ("the line that goes to a percentage", "% 5"),
        ("palette", ": sort"),
        ("help", "?"),
        ("help, searched", "? sort"),
    ] {
        let office = office();
        let mut desk = desk(&office, language, size);
        desk.types(script);
        all.push_str(&heard(name, &desk.model));
    }
    let first = Office::new();
    all.push_str(&heard("first start", &desk(&first, language, size).model));
    all.push_str(&heard("conflict", &conflict(&office(), language, size)));
}

/// Two administrators have changed the same contact.
fn conflict(office: &Office, language: Language, size: Size) -> Model {
    let mut desk = desk(office, language, size);
    desk.types("/ ops <enter> <enter> <end> 2");
    let mut other = office.session();
    let ops: Contact = contacts::get(&mut other, desk.model.contacts.current().unwrap().id).unwrap();
    let change = ContactChange { name: Some("oper".to_owned()), ..ContactChange::default() };
    contacts::modify(&mut other, ops.id, &change, None).unwrap();
    desk.types("<enter>");
    desk.model.clone()
}

/// Every place before a list in memory.
fn on_the_stage(language: Language, size: Size, all: &mut String) {
    for (name, script) in [
        ("export", "x"),
        ("export, over a file", "x <enter>"),
        ("import", "i"),
        ("import report", "i staff.csv <enter>"),
        ("import report, buttons", "i staff.csv <enter> <tab> <tab>"),
    ] {
        let mut stage = Stage::with(size.width, size.height, cast(), spoken(language));
        stage.types(script);
        all.push_str(&heard(name, &stage.model));
    }
    let mut stage = Stage::with(size.width, size.height, cast(), spoken(language));
    stage.happens(Msg::DraftsFound(vec![new_contact()]));
    all.push_str(&heard("draft offer", &stage.model));
    stage.types("<tab>");
    all.push_str(&heard("draft offer, moved", &stage.model));
    for (name, form) in [("mail form", mail_form(language)), ("mail form, doctor", examined(language))] {
        let mut stage = Stage::with(size.width, size.height, cast(), spoken(language));
        stage.types("5");
        stage.model.overlays.push(Overlay::MailForm(Box::new(form)));
        all.push_str(&heard(name, &stage.model));
    }
}

fn mail_form(language: Language) -> MailFormDialog {
    MailFormDialog::new(server(), language)
}

fn examined(language: Language) -> MailFormDialog {
    let mut form = mail_form(language);
    ask(&mut form, 4);
    tell(&mut form, Phase::Auth, false, "535 5.7.8 authentication failed");
    form.examined(Ok(()));
    form
}

#[test]
fn every_screen_and_dialog_is_told_in_words() {
    for language in Language::ALL {
        for size in [SMALL, USUAL, LARGE] {
            let mut all = String::new();
            at_the_desk(language, size, &mut all);
            on_the_stage(language, size, &mut all);
            if size == USUAL {
                assert_snapshot!(format!("accessible_{}", language.id()), all);
            }
        }
    }
}
