//! The texts on the screen: what the program draws of them, read by an emulator.

use std::io;

use callsheet::domain::contact::ContactId;
use callsheet::domain::notice::NoticeForm;
use callsheet::operations::contacts::{self, ContactChange};
use callsheet::operations::notices;
use callsheet::tui::backend::AnsiBackend;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::Model;
use callsheet::tui::screens::settings::SettingsFacts;
use callsheet::tui::theme::Theme;
use callsheet::tui::view;
use ratatui::Terminal;
use ratatui::layout::Size;
use unicode_width::UnicodeWidthStr;

use super::{spoil, strings};
use crate::support::desk::Desk;
use crate::support::office::{Office, add, add_silently};
use crate::support::stage::fixed;

const SIZE: Size = Size { width: 80, height: 24 };

/// How a terminal is set up before the first frame.
const BEGIN: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[?1006h";

/// What a terminal was asked to do beside showing cells.
#[derive(Default)]
struct Asked(Vec<String>);

impl Asked {
    fn note(&mut self, what: &str) {
        self.0.push(what.to_owned());
    }
}

impl vt100::Callbacks for Asked {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.note("bell");
    }
    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.note("visual bell");
    }
    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.note("resize");
    }
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.note("icon");
    }
    fn set_window_title(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.note("title");
    }
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], _: &[u8]) {
        self.note("clipboard");
    }
    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.note("paste");
    }
    fn unhandled_char(&mut self, _: &mut vt100::Screen, character: char) {
        self.note(&format!("character {character:?}"));
    }
    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.note(&format!("control {byte}"));
    }
    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, byte: u8) {
        self.note(&format!("escape {byte}"));
    }
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        self.note(&format!("OSC {params:?}"));
    }
}

type SizeOf = fn() -> io::Result<Size>;

/// A desk before two emulators: one shows the screen as most people see it, the other as it is heard.
struct Watched<'a> {
    desk: Desk<'a>,
    seen: Emulated,
    heard: Emulated,
}

impl<'a> Watched<'a> {
    fn open(office: &'a Office) -> Self {
        let desk = Desk::with(office, fixed(Theme::Dark, Marks::Unicode), SettingsFacts::default(), SIZE);
        Self { desk, seen: Emulated::new(), heard: Emulated::new() }
    }

    /// Pastes a text and looks at what the emulators show then.
    fn pastes(&mut self, text: &str) {
        self.desk.pastes(text);
        self.types("", text);
    }

    /// Types a script and looks at what the emulators show then.
    fn types(&mut self, script: &str, text: &str) {
        self.desk.types(script);
        let told = format!("after '{script}' with {text:?}");
        self.seen.shows(&self.desk.model, &told);
        self.desk.model.fixed.marks = Marks::Spoken;
        self.heard.shows(&self.desk.model, &told);
        self.desk.model.fixed.marks = Marks::Unicode;
    }
}

/// An emulator and what is drawn for it.
struct Emulated {
    terminal: Terminal<AnsiBackend<Vec<u8>, SizeOf>>,
    emulator: vt100::Parser<Asked>,
    modes: String,
}

impl Emulated {
    fn new() -> Self {
        let backend = AnsiBackend::new(Vec::new(), (|| Ok(SIZE)) as SizeOf);
        let (rows, columns) = (SIZE.height.try_into().unwrap(), SIZE.width.try_into().unwrap());
        let mut emulator = vt100::Parser::new_with_callbacks(rows, columns, 0, Asked::default());
        emulator.process(BEGIN);
        let modes = emulator.screen().input_mode_formatted();
        Self { terminal: Terminal::new(backend).unwrap(), emulator, modes }
    }

    /// Draws the model and confirms that the emulator shows it and does nothing else.
    fn shows(&mut self, model: &Model, told: &str) {
        let mut cursor = None;
        let drawn = self.terminal.draw(|frame| {
            let place = view::draw(model, frame.area(), frame.buffer_mut());
            frame.set_cursor_position(place);
            cursor = Some(place);
        });
        let buffer = drawn.unwrap().buffer.clone();
        let bytes = std::mem::take(self.terminal.backend_mut().out());
        let frame = String::from_utf8(bytes).unwrap();
        self.emulator.process(frame.as_bytes());
        assert_eq!(self.emulator.callbacks().0, Vec::<String>::new(), "{told}");
        let screen = self.emulator.screen();
        assert_eq!(screen.input_mode_formatted(), self.modes, "{told}");
        assert!(screen.alternate_screen(), "{told}");
        let place = cursor.unwrap();
        assert_eq!(screen.cursor_position(), (place.y, place.x), "{told}");
        // How emulators divide emoji, and letters of scripts that join, is their own affair: of such a symbol only the cells behind
        // it are looked at.
        let is_alike =
            |c: char| c < '\u{370}' || matches!(c, '\u{2000}'..='\u{27bf}' | '\u{3000}'..='\u{9fff}');
        let mut own_affair = 0;
        for at in buffer.area.positions() {
            let symbol = buffer[at].symbol();
            let shown = screen.cell(at.y, at.x).unwrap();
            if at.x == 0 {
                own_affair = 0;
            }
            if symbol.chars().count() > 1 || !symbol.chars().all(is_alike) {
                own_affair = own_affair.max(usize::from(at.x) + symbol.width());
            }
            if usize::from(at.x) < own_affair || shown.is_wide_continuation() {
                continue;
            }
            // Emulators differ in how many marks a cell holds: the character itself counts.
            let first = |text: &str| text.chars().next().unwrap_or(' ');
            let (wanted, found) = (first(buffer[at].symbol()), first(shown.contents()));
            assert_eq!(wanted, found, "at {at:?} {told}\n{}", screen.contents());
        }
    }
}

/// An office in which there is something on every screen.
fn busy() -> Office {
    let office = Office::new();
    let mut session = office.session();
    let account = callsheet::operations::account::AccountChange {
        name: Some("Example".to_owned()),
        security_email: Some("security@example.com".to_owned()),
        ..Default::default()
    };
    callsheet::operations::account::set(&mut session, &account).unwrap();
    office.verified(&mut session, "ada", "ada@example.org");
    add(&mut session, "grace", "grace@example.org");
    add_silently(&mut session, "ops", "ops@example.org");
    let form = NoticeForm {
        message_type: "security.account".to_owned(),
        subject: "Logon from elsewhere".to_owned(),
        body: "Somebody logged on.".to_owned(),
        html: None,
    };
    let ada = ContactChange { types: Some(vec!["security".to_owned()]), ..ContactChange::default() };
    contacts::modify(&mut session, ContactId(1), &ada, None).unwrap();
    notices::notify(&mut session, &form, None).unwrap();
    office.deliver_to_files();
    notices::notify(&mut session, &form, None).unwrap();
    drop(session);
    office
}

/// What somebody looks at, screen by screen and dialog by dialog.
const TOUR: [&str; 27] = [
    "<down>",
    "<enter>",
    "<tab> <tab>",
    "<esc>",
    "v",
    "<esc>",
    "m",
    "<esc>",
    "d",
    "<esc>",
    "h",
    "<enter>",
    "<esc>",
    "4",
    "<enter>",
    "<esc>",
    "2",
    "<right>",
    "w",
    "<esc>",
    "c",
    "<esc>",
    "3",
    "<enter>",
    "<esc>",
    "<down> <enter>",
    "<esc>",
];

/// Where a text can be typed: what leads there, and what follows.
const FIELDS: [(&str, &[&str]); 9] = [
    ("1 /", &["<enter>", "<esc>"]),
    ("a", &["<tab>", "<enter>", "<esc>", "y"]),
    ("a <tab>", &["<enter>", "<esc>", "y"]),
    ("1 x <c-u>", &["<enter>", "<esc>"]),
    ("1 i", &["<enter>", "<esc>"]),
    (":", &["<esc>"]),
    ("?", &["<esc>"]),
    ("n", &["<tab>", "<esc>", "y"]),
    ("3 /", &["<enter>", "<esc>"]),
];

fn through_every_screen(part: usize) {
    let office = busy();
    for text in strings().iter().skip(part * 32).take(32) {
        spoil(&office.database(), std::slice::from_ref(text));
        let mut watched = Watched::open(&office);
        watched.types("", text);
        // A list that cannot be read would show nothing of it.
        watched.desk.sees("▸").sees_no("could not be used");
        for script in TOUR {
            watched.types(script, text);
        }
        watched.types("5", text);
        watched.types("1", text);
        for (before, after) in FIELDS {
            watched.types(before, text);
            watched.pastes(text);
            for script in after {
                watched.types(script, text);
            }
        }
    }
}

#[test]
fn nothing_is_obeyed_on_any_screen_1_of_8() {
    through_every_screen(0);
}

#[test]
fn nothing_is_obeyed_on_any_screen_2_of_8() {
    through_every_screen(1);
}

#[test]
fn nothing_is_obeyed_on_any_screen_3_of_8() {
    through_every_screen(2);
}

#[test]
fn nothing_is_obeyed_on_any_screen_4_of_8() {
    through_every_screen(3);
}

#[test]
fn nothing_is_obeyed_on_any_screen_5_of_8() {
    through_every_screen(4);
}

#[test]
fn nothing_is_obeyed_on_any_screen_6_of_8() {
    through_every_screen(5);
}

#[test]
fn nothing_is_obeyed_on_any_screen_7_of_8() {
    through_every_screen(6);
}

#[test]
fn nothing_is_obeyed_on_any_screen_8_of_8() {
    through_every_screen(7);
}
