//! The scenes: a demo list on which something happens, and the pictures taken of it.
//!
//! Two things are not the program's: addresses and names are invented, and the Message-ID, which is random, is a fixed one.

use std::time::Duration;

use callsheet::domain::contact::{ContactId, Subject};
use callsheet::domain::contact_form::ContactForm;
use callsheet::domain::language::Language;
use callsheet::domain::notice::NoticeForm;
use callsheet::domain::reply::Phase;
use callsheet::mail::sender::{SenderEvent, Way};
use callsheet::mail::transport::smtp::{Security, SmtpSettings, Timeouts};
use callsheet::operations::account::AccountChange;
use callsheet::operations::contacts::{ContactChange, Verify};
use callsheet::operations::{Session, account, contacts, notices, outbox, verification};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Overlay};
use callsheet::tui::picture::{Ground, Picture};
use callsheet::tui::screens::settings::{MailFacts, SettingsFacts};
use callsheet::tui::theme::Theme;
use mail_parser::MessageParser;
use ratatui::layout::Size;

use crate::support::desk::Desk;
use crate::support::office::{Office, code_in};
use crate::support::sink::{Act, Sink};
use crate::support::{picture, stage};

/// All pictures: the file's name and its text.
pub fn all() -> Vec<(String, String)> {
    let mut album = Album::default();
    let office = demo();
    in_the_list(&office, &mut album);
    in_the_form(&office, &mut album);
    in_the_matrix(&office, &mut album);
    in_dialogs(&office, &mut album);
    in_a_new_notice(&office, &mut album);
    in_the_outbox(&office, &mut album);
    in_the_settings(&office, &mut album);
    in_the_history(&office, &mut album);
    in_chinese(&office, &mut album);
    at_the_first_start(&mut album);
    album.files
}

fn in_the_list(office: &Office, album: &mut Album) {
    let mut desk = open(office, 20);
    desk.types("<down><down><wait:12 contacts>");
    let words = "The list of contacts: twelve people and mailboxes with email, position, types and the status of their \
                 address, from verified to undeliverable.";
    album.take("contacts", Ground::Dark, &desk, words);
    album.take("contacts", Ground::Light, &desk, words);
    desk.types("<esc>/ status:verified <space> example.cn <wait:3 of 12>");
    album.take(
        "filter",
        Ground::Dark,
        &desk,
        "The filter: the list shows only verified contacts whose email contains example.cn.",
    );
}

fn in_the_form(office: &Office, album: &mut Album) {
    let mut desk = open(office, 26);
    desk.types("a <wait:Name> 李雷<tab> lei.li@example.cn <tab><enter><wait:Finance>");
    album.take(
        "position",
        Ground::Dark,
        &desk,
        "A new contact: the drop-down of positions is open over the form.",
    );
    desk.types("<down><down><down><enter><tab><tab>");
    let words = "A new contact: the position Maintenance Director has proposed categories of messages, which are ticked.";
    album.take("types", Ground::Dark, &desk, words);
    album.take("types", Ground::Light, &desk, words);
    let mut desk = open(office, 26);
    desk.types("a <wait:Name> Ada <space> Byron <tab> ada.lovelace@example..org <enter>");
    album.take(
        "errors",
        Ground::Dark,
        &desk,
        "The form was not accepted: beside each wrong field stands why, and what was typed is still there.",
    );
}

fn in_the_matrix(office: &Office, album: &mut Album) {
    let mut desk = open(office, 26);
    desk.types("2 <down><down><down> <right><right><right> <enter> <right><right> <wait:Database failures>");
    let words = "The message types: contacts against categories as boxes, one category opened into its types, and below how many \
                 contacts would receive each.";
    album.take("matrix", Ground::Dark, &desk, words);
    album.take("matrix", Ground::Light, &desk, words);
}

fn in_dialogs(office: &Office, album: &mut Album) {
    let mut desk = open(office, 20);
    desk.types("/张伟<enter><wait:张伟> v <wait:Verification> c 7K4F-");
    album.take(
        "verification",
        Ground::Dark,
        &desk,
        "The verification of 张伟: when the code was sent, how long it lasts, how many tries are left, and a field in which \
         the code is being entered.",
    );
    let mut desk = open(office, 20);
    desk.types("<down>d <wait:Delete billing>");
    album.take(
        "delete",
        Ground::Dark,
        &desk,
        "A question before a contact is deleted: it cannot be undone. The safe button has the focus.",
    );
}

fn in_a_new_notice(office: &Office, album: &mut Album) {
    let mut desk = open(office, 26);
    desk.types("n<enter>exception.data<enter><paste:The database of orders moves tonight><enter>");
    desk.types("<paste:Tonight from 22:00 to 22:15 UTC the database of orders moves to a new host.\n\n>");
    desk.types("<paste:Orders that are placed meanwhile are kept and written afterwards. 如有疑问，请联系值班工程师。>");
    let words = "A notice is being written: its type, its subject, its text, and beside them who gets it and who does not.";
    album.take("notice", Ground::Dark, &desk, words);
}

fn in_the_outbox(office: &Office, album: &mut Album) {
    office.clock.advance(Duration::from_secs(20));
    announce(office, "exception.database", "The database of orders moves tonight");
    let mut desk = open(office, 24);
    desk.types("3 <wait:Outbox>");
    album.take(
        "outbox",
        Ground::Dark,
        &desk,
        "The outbox: each notice with how many of its mails are sent, wait and have failed, and every other mail with its \
         recipient, its state and what the mail server said.",
    );
    let mut desk = open(office, 28);
    desk.types("3 /state:failed <space> contact:billing<enter><wait:failed> <enter><wait:Delivery>");
    fix_message_id(office, &mut desk);
    album.take(
        "delivery",
        Ground::Dark,
        &desk,
        "One delivery: its headers, its state, the mail server's refusal in its own words, and the mail with its code masked.",
    );
}

fn in_the_settings(office: &Office, album: &mut Album) {
    let mut desk = open(office, 24);
    desk.types("5 t");
    desk.hears(office.deliver(way(&server()))).hears(vec![SenderEvent::Idle]);
    desk.types("<wait:queued as>");
    album.take(
        "settings",
        Ground::Dark,
        &desk,
        "The settings: the account, the mail server with the test mail that it has just taken, and where the files lie.",
    );
}

/// The same places in Chinese.
fn in_chinese(office: &Office, album: &mut Album) {
    let mut desk = open_in(office, 20, Language::ZhCn);
    desk.types("<down><down>");
    let words = "联系人列表：十二位联系人的邮箱、职位、消息类型和验证状态。";
    album.take("contacts-zh", Ground::Dark, &desk, words);
    album.take("contacts-zh", Ground::Light, &desk, words);
    let mut desk = open_in(office, 26, Language::ZhCn);
    desk.types("a 李雷<tab> lei.li@example.cn <tab><enter><down><down><down><enter><tab><tab>");
    let words = "添加联系人：根据职位建议的消息类别已勾选。";
    album.take("types-zh", Ground::Dark, &desk, words);
    album.take("types-zh", Ground::Light, &desk, words);
    let mut desk = open_in(office, 26, Language::ZhCn);
    desk.types("2 <down><down><down> <right><right><right> <enter> <right><right>");
    let words = "消息类型：联系人与消息类别的矩阵，其中一个类别已展开；最下面是将收到每类消息的人数。";
    album.take("matrix-zh", Ground::Dark, &desk, words);
    album.take("matrix-zh", Ground::Light, &desk, words);
}

fn at_the_first_start(album: &mut Album) {
    let office = Office::new();
    let mut desk = open(&office, 20);
    desk.types("<wait:Welcome> Example <space> Ltd <tab> security@example.com");
    album.take(
        "welcome",
        Ground::Dark,
        &desk,
        "The first start: two fields ask for the account's name and its security email.",
    );
}

/// Pictures that have been taken.
#[derive(Default)]
struct Album {
    files: Vec<(String, String)>,
}

impl Album {
    fn take(&mut self, name: &str, ground: Ground, desk: &Desk<'_>, description: &str) {
        let (buffer, cursor) = picture::drawn(&desk.model);
        let picture = Picture { buffer: &buffer, cursor: Some(cursor), title: "callsheet", description };
        let ending = match ground {
            Ground::Dark => "dark",
            Ground::Light => "light",
        };
        self.files.push((format!("{name}-{ending}.svg"), picture.svg(ground)));
    }
}

/// The screen of 100 columns as it is shown on a terminal with colours.
fn open(office: &Office, height: u16) -> Desk<'_> {
    open_in(office, height, Language::En)
}

/// The same in a language.
fn open_in(office: &Office, height: u16, language: Language) -> Desk<'_> {
    let mail = MailFacts::Server {
        host: "mail.example.com".to_owned(),
        port: 587,
        security: "starttls".to_owned(),
        from: "notices@example.com".to_owned(),
    };
    let facts = SettingsFacts {
        mail,
        database: "/home/ada/.local/share/callsheet/callsheet.db".to_owned(),
        key: "/home/ada/.local/share/callsheet/callsheet.db.key".to_owned(),
        configuration: Some("/home/ada/.config/callsheet/config.toml".to_owned()),
        warnings: Vec::new(),
    };
    let fixed = Fixed { language, ..stage::fixed(Theme::Dark, Marks::Unicode) };
    let mut desk = Desk::with(office, fixed, facts, Size { width: 100, height });
    desk.hears(vec![SenderEvent::Idle]);
    desk
}

fn in_the_history(office: &Office, album: &mut Album) {
    let mut desk = open(office, 24);
    desk.types("4 v <wait:unbroken> <down>");
    album.take(
        "history",
        Ground::Dark,
        &desk,
        "The history: every change with when it was, who made it, by which way, and what it was; below, that a check found the \
         log whole.",
    );
}

/// Shows a fixed Message-ID in the delivery that is open.
fn fix_message_id(office: &Office, desk: &mut Desk<'_>) {
    for overlay in &mut desk.model.overlays {
        if let Overlay::Delivery(dialog) = overlay {
            let mut detail = outbox::show(&mut office.session(), dialog.id()).unwrap();
            detail.delivery.message_id = "<7c41f09be2d84a6f9d1e5b83c2a7f064@example.com>".to_owned();
            dialog.loaded(detail);
        }
    }
}

/// Who is on the demo list, and what becomes of the address.
const CAST: [(&str, &str, &str, &str, Fate); 12] = [
    ("AdaLovelace", "ada.lovelace@example.org", "technical_director", "security,exception", Fate::Verified),
    ("王小明", "xiaoming.wang@example.cn", "finance_director", "recommended", Fate::Verified),
    ("GraceHopper", "grace.hopper@example.org", "maintenance_director", "recommended", Fate::Verified),
    ("JonasWeber", "jonas.weber@example.de", "project_director", "activity", Fate::Expires),
    ("李娜", "na.li@example.cn", "project_director", "recommended", Fate::Verified),
    ("oncall", "oncall@example.org", "", "security,exception", Fate::Verified),
    (
        "陈静",
        "jing.chen@example.cn",
        "ceo",
        "account,product,security,exception,activity,service",
        Fate::Verified,
    ),
    ("billing", "billing@example.net", "other", "account,service", Fate::Refused),
    ("张伟", "wei.zhang@example.cn", "maintenance_director", "recommended", Fate::Sent),
    ("MariaSilva", "maria.silva@example.com", "technical_director", "security", Fate::Sent),
    ("NoraLindqvist", "nora.lindqvist@example.com", "", "", Fate::NotAsked),
    ("KwameMensah", "kwame.mensah@example.org", "finance_director", "service", Fate::PutOff),
];

/// What becomes of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The code is entered.
    Verified,
    /// The code is never entered and its time ends.
    Expires,
    /// The code is on its way.
    Sent,
    /// The server knows nobody of that name.
    Refused,
    /// The server cannot take it now.
    PutOff,
    /// No verification is asked for.
    NotAsked,
}

/// A database on which some days have passed.
fn demo() -> Office {
    let office = Office::new();
    let mut session = office.session();
    let account = AccountChange {
        name: Some("Example Ltd".to_owned()),
        security_email: Some("security@example.com".to_owned()),
        language: None,
    };
    account::set(&mut session, &account).unwrap();
    confirm(&office, &mut session, Subject::SecurityEmail);
    for person in CAST {
        if matches!(person.4, Fate::Verified | Fate::Expires) {
            add(&office, &mut session, person);
        }
    }
    // The codes that nobody has entered end.
    office.clock.advance(Duration::from_secs(3 * 86_400));
    let mut session = office.session();
    office.clock.advance(Duration::from_secs(19 * 60));
    let change =
        ContactChange { email: Some("jing.chen@example.com".to_owned()), ..ContactChange::default() };
    let moved = contacts::find(&mut session, "陈静").unwrap().id;
    contacts::modify(&mut session, moved, &change, None).unwrap();
    office.deliver(way(&server()));
    announce(&office, "activity.launch", "Reports by department are here");
    office.deliver(way(&server()));
    announce(&office, "security.account", "Unusual logon from a new network");
    // Whichever of the three it meets, one mail fails.
    let denied = Sink::script().once(Phase::RcptTo, Act::say("554 5.7.1 Relay access denied"));
    office.deliver(way(&denied.start()));
    // A delivery that is put off is due a minute later, give or take 6 s: half a minute keeps that away from the turn
    // of a minute, so that the picture shows the same minute in every run.
    office.clock.advance(Duration::from_secs(30));
    for person in CAST {
        if !matches!(person.4, Fate::Verified | Fate::Expires) {
            office.clock.advance(Duration::from_secs(7 * 60));
            add(&office, &mut session, person);
        }
    }
    office
}

/// Queues a notice.
fn announce(office: &Office, message_type: &str, subject: &str) {
    let form = NoticeForm {
        message_type: message_type.to_owned(),
        subject: subject.to_owned(),
        body: "More about it on the pages for customers.\n".to_owned(),
        html: None,
    };
    notices::notify(&mut office.session(), &form, None).unwrap();
}

fn add(
    office: &Office,
    session: &mut Session,
    (name, email, position, types, fate): (&str, &str, &str, &str, Fate),
) {
    let form = ContactForm {
        name: name.to_owned(),
        email: email.to_owned(),
        position: position.to_owned(),
        language: String::new(),
        types: types.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
    };
    let verify = if fate == Fate::NotAsked { Verify::Later } else { Verify::Send };
    let id: ContactId = contacts::add(session, &form, verify).unwrap().contact.id;
    match fate {
        Fate::Verified => confirm(office, session, Subject::Contact(id)),
        Fate::Expires | Fate::Sent => drop(office.deliver(way(&server()))),
        Fate::Refused => {
            refuse(office, "550 5.1.1 <billing@example.net>: Recipient address rejected: User unknown");
        }
        Fate::PutOff => refuse(office, "452 4.2.2 The recipient's mailbox is full"),
        Fate::NotAsked => {}
    }
}

/// The mail arrives, and the code in it is entered.
fn confirm(office: &Office, session: &mut Session, subject: Subject) {
    let server = server();
    office.deliver(way(&server));
    let mail = server.mails().pop().unwrap();
    let text =
        MessageParser::default().parse(mail.body.as_bytes()).unwrap().body_text(0).unwrap().into_owned();
    verification::confirm(session, subject, &code_in(&text)).unwrap();
}

/// A server that takes everything.
fn server() -> Sink {
    Sink::script().at(Phase::Body, Act::say("250 2.0.0 Ok: queued as 4dVq7t0Zc1z2")).start()
}

fn refuse(office: &Office, words: &str) {
    office.deliver(way(&Sink::script().at(Phase::RcptTo, Act::say(words)).start()));
}

fn way(server: &Sink) -> Way {
    Way::Server(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: server.port(),
        security: Security::None,
        credentials: None,
        extra_ca: Vec::new(),
        hello_name: "callsheet.example".to_owned(),
        timeouts: Timeouts::default(),
    })
}
