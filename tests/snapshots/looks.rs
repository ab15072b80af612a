//! Every screen and dialog at every size, in each language, theme and set of marks: what must hold for each of these pictures.
//!
//! Other files of this folder keep pictures by roles, and how each role looks in a theme; that a theme changes nothing but the
//! looks of roles is shown here, so those pictures are the ones of all themes.

use std::collections::BTreeSet;

use callsheet::domain::delivery::{Delivery, DeliveryId, State};
use callsheet::domain::language::Language;
use callsheet::operations::outbox::{Attempt, DeliveryDetail, OutboxEntry};
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Model, Overlay};
use callsheet::tui::msg::Msg;
use callsheet::tui::theme::{Role, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthStr;

use super::drafts::new_contact;
use super::history::records;
use super::matrix::members;
use super::outbox::{delivery, notices, rows};
use crate::support::picture::{
    LARGE, SMALL, USUAL, WIDE, cut_anywhere, drawn, english_left_beside, glyphs, picture, print, text,
};
use crate::support::stage::{Stage, fixed, now};

/// What stands there before any key, if a program has died.
const OFFER: &str = "draft that is offered";

/// Every screen and dialog, and the keys that lead there from the contacts.
const PLACES: [(&str, &str); 39] = [
    (OFFER, ""),
    ("contacts", "<down> <space>"),
    ("contacts filtered", "/ ada"),
    ("form to add", "a"),
    ("form with something wrong", "a <tab> nobody <enter>"),
    ("form with positions", "a <tab> <tab> <enter>"),
    ("form to modify", "<enter>"),
    ("question before deleting", "d"),
    ("verification", "<down> v"),
    ("types of one contact", "m <down>"),
    ("line to go to", "'"),
    ("export", "x"),
    ("import", "i"),
    ("message types", "2 <right>"),
    ("category opened", "2 <right> <enter> <right><right> <down><down>"),
    ("unsubscribed", "2 G k <right><right><right><right>"),
    ("audience of a category", "2 <right> w"),
    ("audience of a type", "2 <right> w <down> <enter>"),
    ("contact to copy from", "2 c"),
    ("question before a column", "2 <right> A"),
    ("outbox", "3"),
    ("outbox, a mail", "3 <down>"),
    ("outbox filtered", "3 / grace"),
    ("notice opened", "3 <enter> <down>"),
    ("delivery", "3 <down> <enter>"),
    ("question before cancelling", "3 x"),
    (
        "delivery that failed",
        "3 <down><down><down><down><down><down><down><down><down><down><down><down><down>",
    ),
    ("history", "4"),
    ("history of one", "h <down>"),
    ("history filtered", "4 / ada"),
    ("entry of the history", "4 <enter>"),
    ("settings", "5"),
    ("form for the account", "5 <enter>"),
    ("notice to write", "n"),
    ("notice to write, types", "n <enter>"),
    ("help", "?"),
    ("help searched", "? sort"),
    ("palette", ":"),
    ("palette searched", ": theme"),
];

/// Words of the data, which are the same in each language.
const DATA: &str = "callsheet Example Ltd English Grace Ada AdaLovelace Nora oncall ops live Your certificate for www.example.cn expires \
                    in days code Unusual logon Queued just now No power in hall Certificates end on Friday Written to files \
                    All is well again Recipient address rejected User unknown The email account that you tried to reach is over \
                    quota Message-ID Message ID xiaoming security product ctrl esc enter tab shift space pgup pgdn home end \
                    delete left right down up backspace alt k j grace ada sort theme sudo by bob root newer fg tmux \
                    srv lists home dark light mono contrast nobody contact frobnicate no fields csv json icate";

fn stage(size: Size, language: Language) -> Stage {
    let fixed = Fixed { language, ..fixed(Theme::Traced, Marks::Unicode) };
    let mut stage = Stage::with(size.width, size.height, members(), fixed);
    stage.outbox = notices();
    let rows = rows().into_iter().zip(50..).map(|(row, id)| Delivery { id: DeliveryId(id), ..row });
    let rows = rows.map(|row| match row.state {
        State::Failed => Delivery {
            attempts: 3,
            fallback: Some("all_failed".to_owned()),
            server: Some("550 5.1.1 Recipient address rejected: User unknown".to_owned()),
            ..row
        },
        State::Queued
        | State::Sending
        | State::Sent
        | State::Written
        | State::Retry
        | State::Expired
        | State::Cancelled => row,
    });
    stage.outbox.extend(rows.map(OutboxEntry::Delivery));
    stage.history = records();
    stage.delivery = Some(DeliveryDetail {
        delivery: delivery(12, State::Retry),
        attempts: vec![Attempt {
            started_at: now(),
            ended_at: Some(now()),
            phase: "rcpt_to".to_owned(),
            words: Some("452 4.2.2 User unknown".to_owned()),
        }],
        text: "您好，王小明。".to_owned(),
    });
    stage
}

/// The number of a kind of dialog.
fn kind(overlay: &Overlay) -> u8 {
    match overlay {
        Overlay::ContactForm(_) => 0,
        Overlay::Confirm { .. } => 1,
        Overlay::Verification(_) => 2,
        Overlay::Delivery(_) => 3,
        Overlay::HistoryEntry(_) => 4,
        Overlay::ContactTypes(_) => 5,
        Overlay::Choice(_) => 6,
        Overlay::Audience(_) => 7,
        Overlay::AccountForm(_) => 8,
        Overlay::MailForm(_) => 9,
        Overlay::Compose(_) => 10,
        Overlay::Export(_) => 11,
        Overlay::Import(_) => 12,
        Overlay::GoTo(_) => 13,
        Overlay::Help(_) => 14,
        Overlay::Palette(_) => 15,
        Overlay::DraftOffer(_) => 16,
    }
}

#[test]
fn every_picture_holds_at_40x10() {
    every_picture_holds(SMALL);
}

#[test]
fn every_picture_holds_at_80x24() {
    every_picture_holds(USUAL);
}

#[test]
fn every_picture_holds_at_120x40() {
    every_picture_holds(LARGE);
}

#[test]
fn every_picture_holds_at_200x60() {
    every_picture_holds(WIDE);
}

fn every_picture_holds(size: Size) {
    let mut kinds = BTreeSet::new();
    let data = cut_anywhere(DATA);
    let mut wrong = Vec::new();
    for language in Language::ALL {
        for (name, script) in PLACES {
            let mut stage = stage(size, language);
            if name == OFFER {
                stage.happens(Msg::DraftsFound(vec![new_contact()]));
            }
            stage.types(script);
            kinds.extend(stage.model.overlays.iter().map(kind));
            for marks in [Marks::Unicode, Marks::Ascii] {
                stage.model.fixed.marks = marks;
                let place = format!("{name}, {}, {marks:?}", language.id());
                wrong.extend(holds(&mut stage.model, &data).err().map(|why| format!("{place}: {why}")));
            }
        }
    }
    let heads: Vec<&str> = wrong.iter().filter_map(|wrong| wrong.lines().next()).collect();
    assert!(wrong.is_empty(), "{}\n{}", heads.join("\n"), wrong.iter().take(3).cloned().collect::<String>());
    // The form for the mail server needs a configuration, and has pictures of its own.
    assert_eq!(kinds, (0..17).filter(|kind| *kind != 9).collect());
}

#[test]
fn no_text_of_ours_is_cut_off() {
    let translations = crate::tidy::words::translations();
    // What stands there before the first value.
    let fixed = |text: &str| text.split('{').next().unwrap_or_default().to_owned();
    let texts: Vec<String> =
        translations.iter().flat_map(|(english, chinese)| [fixed(english), fixed(chinese)]).collect();
    let mut cut = Vec::new();
    // A line of the history sums an entry up as far as there is room; the entry tells all of it.
    let places = PLACES.into_iter().filter(|(name, _)| !name.contains("history"));
    for size in [USUAL, LARGE] {
        for language in Language::ALL {
            for (name, script) in places.clone() {
                let mut stage = stage(size, language);
                if name == OFFER {
                    stage.happens(Msg::DraftsFound(vec![new_contact()]));
                }
                stage.types(script);
                let shown = text(&stage.model);
                let ends = shown.lines().flat_map(|line| ends(line).map(move |end| (line, end)));
                for (line, end) in ends.filter(|(_, end)| texts.iter().any(|text| is_cut(text, end))) {
                    cut.push(format!("{name}, {}, {}: '{end}…' in {line}", size.width, language.id()));
                }
            }
        }
    }
    assert!(cut.is_empty(), "{}", cut.join("\n"));
}

/// What stands before each mark of something cut off, back to a border or two blanks.
fn ends(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices('…').map(|(at, _)| {
        let before = &line[..at];
        let begin =
            before.rmatch_indices(['│', '┌', '├', '─', '·']).next().map(|(at, border)| at + border.len());
        let begin = begin.max(before.rfind("  ").map(|at| at + 2)).unwrap_or_default();
        before[begin..].trim()
    })
}

fn is_cut(text: &str, end: &str) -> bool {
    end.chars().count() > 1 && text.len() > end.len() && text.starts_with(end)
}

#[test]
fn a_cut_text_is_found() {
    let found: Vec<&str> = ends("│▸ Ada     … code s…  王小明  未验…│").collect();
    assert_eq!(found, ["", "… code s", "未验"]);
    assert!(is_cut("未验证", "未验") && !is_cut("未验证", "未验证") && !is_cut("未验证", ""));
}

/// What holds by roles, and then in each theme.
fn holds(model: &mut Model, data: &str) -> Result<(), String> {
    model.fixed.theme = Theme::Traced;
    let (traced, cursor) = drawn(model);
    let fails = |what: &str| Err(format!("{what}:\n{}", print(&traced, Some(cursor))));
    if cursor == (Position { x: 0, y: 0 }) {
        return fails("the cursor is nowhere");
    }
    for row in 0..traced.area.height {
        let line = glyphs(&traced, row);
        if line.width() != usize::from(traced.area.width) {
            return fails(&format!("row {row} is not as wide as the screen"));
        }
        if model.fixed.marks == Marks::Ascii
            && let Some(mark) = line.chars().find(|c| is_mark(*c))
        {
            return fails(&format!("'{mark}' is not ASCII"));
        }
    }
    let focus = [Role::SelectedRow, Role::FocusedField, Role::FocusedButton, Role::Choice];
    let is_focus = |cell: &Cell| {
        cell.style() != Style::reset() && Theme::roles(cell.style()).iter().any(|role| focus.contains(role))
    };
    // What is only read has its cursor on the first line.
    let is_read = matches!(
        model.overlays.last(),
        Some(
            Overlay::Delivery(_)
                | Overlay::HistoryEntry(_)
                | Overlay::Help(_)
                | Overlay::Verification(_)
                | Overlay::Audience(_)
        )
    );
    if !is_read && !traced.content.iter().any(is_focus) {
        return fails("nothing has the focus");
    }
    if model.fixed.language == Language::ZhCn && model.fixed.marks == Marks::Unicode {
        let left = english_left_beside(&print(&traced, None), data);
        if !left.is_empty() {
            return fails(&format!("{left:?} is English"));
        }
    }
    for theme in Theme::BUILT_IN {
        model.fixed.theme = theme;
        let (buffer, at) = drawn(model);
        if at != cursor {
            return fails(&format!("the cursor stands elsewhere in {}", theme.id()));
        }
        for row in 0..traced.area.height {
            let Some(x) = differs(&traced, &buffer, row, theme) else { continue };
            // A row that names the theme is another text.
            let text = glyphs(&buffer, row);
            if text == glyphs(&traced, row) || !text.contains(theme.id()) {
                let shown = print(&buffer, Some(at));
                return fails(&format!(
                    "the cell {x},{row} is not what its role is in {}:\n{shown}",
                    theme.id()
                ));
            }
        }
    }
    Ok(())
}

/// Shapes that are told from ASCII; letters, also those of names, are not.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2bff}' | '…' | '·' | '›' | '—' | '•')
}

/// The first cell of a row that this theme shows otherwise than by the roles that it has.
fn differs(traced: &Buffer, themed: &Buffer, row: u16, theme: Theme) -> Option<u16> {
    let (mut second, mut last) = (0, None);
    for x in 0..traced.area.width {
        let (cell, shown) = (&traced[(x, row)], &themed[(x, row)]);
        if cell.symbol() != shown.symbol() {
            return Some(x);
        }
        // The second cell of a wide character is never drawn.
        if x < second {
            continue;
        }
        let columns = if cell.symbol().len() == 1 { 1 } else { cell.symbol().width() };
        second = x + u16::try_from(columns).unwrap();
        let is_blank = cell.symbol() == " ";
        let styles = (cell.style(), shown.style(), is_blank);
        if last == Some(styles) {
            continue;
        }
        last = Some(styles);
        let roles = Theme::roles(cell.style());
        let style = roles.iter().rev().fold(Style::new(), |style, role| style.patch(theme.style(*role)));
        let colour = |wanted: Option<Color>| wanted.unwrap_or(Color::Reset);
        let is_right = (is_blank || colour(style.fg) == shown.fg)
            && colour(style.bg) == shown.bg
            && shown.modifier.contains(style.add_modifier | cell.modifier);
        let is_coloured = (shown.fg, shown.bg) != (Color::Reset, Color::Reset);
        if !is_right || theme == Theme::Mono && is_coloured {
            return Some(x);
        }
    }
    None
}

#[test]
fn the_tabs_in_a_wide_window() {
    for (name, script) in [
        ("contacts", "<down> <space>"),
        ("message_types", "2 <right>"),
        ("category_opened", "2 <right> <enter> <right><right> <down><down>"),
        ("outbox", "3"),
        ("outbox_mail", "3 <down><down><down><down><down><down><down><down><down><down><down><down><down>"),
        ("notice_opened", "3 <enter> <down>"),
        ("history", "4"),
        ("settings", "5"),
    ] {
        for language in Language::ALL {
            let mut stage = stage(WIDE, language);
            stage.types(script);
            insta::assert_snapshot!(format!("{name}_{}_200x60", language.id()), picture(&stage.model));
        }
    }
}

#[test]
fn the_narrowest_window_with_a_pane() {
    for (name, script) in [("message_types", "2 <right>"), ("outbox", "3"), ("notice_opened", "3 <enter>")] {
        let mut stage = stage(Size { width: 160, height: 24 }, Language::En);
        stage.types(script);
        insta::assert_snapshot!(format!("{name}_160x24"), picture(&stage.model));
    }
}
