//! Setting up the mail server: what is typed, asked and saved, with a real server and real files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use callsheet::config::{Flags, Source};
use callsheet::domain::language::Language;
use callsheet::domain::reply::Phase;
use callsheet::mail::sender::{SenderSettings, Way};
use callsheet::operations::Via;
use callsheet::paths::Environment;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Fixed;
use callsheet::tui::screens::settings::SettingsFacts;
use callsheet::tui::setup::Setup;
use callsheet::tui::theme::Theme;
use insta::assert_snapshot;
use ratatui::layout::Size;

use crate::support::desk::Desk;
use crate::support::office::Office;
use crate::support::picture::{LARGE, SMALL, USUAL};
use crate::support::sink::{Act, Sink};
use crate::support::stage;

/// A desk whose configuration is in the office's folder.
fn desk(office: &Office, size: Size, language: Language) -> Desk<'_> {
    let fixed = Fixed { language, ..stage::fixed(Theme::Traced, Marks::Unicode) };
    let home = office.folder.path();
    let environment = Environment::of([("HOME", home)]).with_system_folder(home);
    let setup = Setup {
        source: Source::new(Flags::default(), environment),
        opening: callsheet::operations::Opening { via: Via::Screen, ..office.opening() },
        sender_of: |config, opening| SenderSettings {
            database: opening.database.clone(),
            way: Way::Closed { words: String::new() },
            letterhead: opening.rules.letterhead(""),
            return_path: opening.rules.return_path.clone(),
            dkim: None,
            public_url: None,
            catalogue: Arc::clone(&opening.catalogue),
            connections: 1,
            rate_per_second: 0,
            keep: *config.keep,
            clock: Arc::clone(&opening.clock),
        },
    };
    Desk::with(office, fixed, SettingsFacts::default(), size).configured(setup)
}

fn file(office: &Office) -> PathBuf {
    office.folder.path().join(".config/callsheet/config.toml")
}

/// The head of the form.
const FORM: &str = "┌ Mail server";

/// Opens the form from the list of contacts.
fn open_form(desk: &mut Desk<'_>) {
    desk.types("<esc> 5 j j j");
    open_form_again(desk);
}

fn open_form_again(desk: &mut Desk<'_>) {
    let head = match desk.model.fixed.language {
        Language::En => FORM,
        Language::ZhCn => "┌ 邮件服务器",
    };
    desk.types("<enter>").awaits(head);
}

/// Types a server of this machine, from the first field on.
fn type_server(desk: &mut Desk<'_>, sink: &Sink) {
    desk.types("notices@example.com <tab> 127.0.0.1 <tab>").pastes(&sink.port().to_string());
}

#[test]
fn what_the_server_says_is_seen_while_it_is_asked_and_esc_ends_that() {
    let office = Office::new();
    let silent = Sink::script().at(Phase::MailFrom, Act::Silence).start();
    let mut desk = desk(&office, LARGE, Language::En);
    open_form(&mut desk);
    type_server(&mut desk, &silent);
    desk.types("<c-t>").awaits("offers PIPELINING");
    desk.sees("… MAIL FROM  under way").sees("220 sink.example ESMTP").sees("Asking the server");
    desk.types("<esc>").sees("- MAIL FROM  stopped").sees("220 sink.example ESMTP").sees(FORM);
    // The first server would hold its tongue for longer than any test may take: nobody waits for it.
    let friendly = Sink::accepting();
    desk.types("<c-u>");
    desk.pastes(&friendly.port().to_string()).types("<c-t>").awaits("The server takes mail.");
    assert_eq!(friendly.mails(), []);
    desk.types("<esc> y").sees_no(FORM);
    assert!(!file(&office).exists(), "nothing was saved");
}

#[test]
fn a_change_ends_an_examination_and_so_does_leaving_the_form() {
    let office = Office::new();
    let silent = Sink::script().at(Phase::Ehlo, Act::Silence).start();
    let mut desk = desk(&office, LARGE, Language::En);
    open_form(&mut desk);
    type_server(&mut desk, &silent);
    desk.types("<c-t>").awaits("220 sink.example ESMTP").sees("… EHLO       under way");
    desk.types("1").sees("- EHLO       stopped");
    desk.types("<bs> <c-t>").awaits("220 sink.example ESMTP").types("<esc> <esc> y").sees_no(FORM);
    // What it may still have told is not for the form that is opened now.
    open_form_again(&mut desk);
    desk.sees_no("220 sink.example ESMTP");
}

#[test]
fn what_is_under_way_is_told_on_small_screens_and_in_chinese() {
    let office = Office::new();
    let silent = Sink::script().at(Phase::MailFrom, Act::Silence).start();
    for (language, name) in [(Language::En, "en"), (Language::ZhCn, "zh")] {
        for (size, width) in [(SMALL, 40), (USUAL, 80)] {
            let mut desk = desk(&office, size, language);
            open_form(&mut desk);
            type_server(&mut desk, &silent);
            desk.types("<c-t>").awaits("PIPELINING");
            let port = silent.port().to_string();
            let screen = desk.screen().replace(&port, &"9".repeat(port.len()));
            assert_snapshot!(format!("mail_doctor_under_way_{name}_{width}"), screen);
        }
    }
}

#[test]
fn the_other_page_is_checked_and_saved_with_the_first() {
    let office = Office::new();
    let own = office.folder.path().join(".config/callsheet");
    fs::create_dir_all(&own).unwrap();
    fs::write(file(&office), "# Ours.\n[mail]\nfrom = 'a@example.com' # we\n\n[log]\nlevel = 'warn'\n")
        .unwrap();
    let key = own.join("dkim.pem");
    fs::write(&key, "no key").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let mut desk = desk(&office, LARGE, Language::En);
    open_form(&mut desk);
    desk.types("<c-n> missing.pem <tab> many <tab> <tab> bounces@example.com <tab> <tab> <space> <tab>");
    desk.types("example.com <tab> s1 <tab> dkim.pem <enter>");
    desk.awaits("it is 'many', which is no whole number").sees("which cannot be read: there is no such file");
    desk.sees("which others can read (mode 0644)").sees("bounces@example.com");
    desk.types("<f3>").sees("不是整数").sees("无法读取").types("<f3>");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    desk.types("<c-u> <tab> <c-u> 8 <enter>").awaits("whose key cannot be used: it holds no private key");
    desk.types("<c-u> <s-tab> <c-u> <s-tab> <c-u> <enter>").awaits("Saved.").sees_no(FORM);
    assert_eq!(
        fs::read_to_string(file(&office)).unwrap(),
        "# Ours.\n[mail]\nfrom = 'a@example.com' # we\nconnections = 8\nreturn_path = \"bounces@example.com\"\n\
         allow_smtputf8 = true\n\n[log]\nlevel = 'warn'\n"
    );
    assert_eq!(fs::metadata(file(&office)).unwrap().permissions().mode() & 0o777, 0o600);
}
