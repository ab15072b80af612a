//! The mouse: what a click, a second click and the wheel do, and that nothing happens while it is off.

use callsheet::tui::effect::{Effect, MouseMode};
use callsheet::tui::keymap::Context;
use callsheet::tui::model::Screen;
use callsheet::tui::msg::Msg;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::support::picture::{drawn, text};
use crate::support::stage::{Stage, cast, contact};

fn stage() -> Stage {
    let mut stage = Stage::new(80, 24, cast());
    stage.model.mouse.mode = MouseMode::On;
    stage
}

fn happens(stage: &mut Stage, kind: MouseEventKind, column: u16, row: u16) {
    stage.happens(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click(stage: &mut Stage, column: u16, row: u16) {
    happens(stage, MouseEventKind::Down(MouseButton::Left), column, row);
    happens(stage, MouseEventKind::Up(MouseButton::Left), column, row);
}

/// Clicks on the first place of a text.
fn click_on(stage: &mut Stage, wanted: &str) {
    let shown = text(&stage.model);
    let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(wanted)).unwrap();
    let column = callsheet::domain::columns::width(&line[..line.find(wanted).unwrap()]);
    click(stage, u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
}

fn cursor_line(stage: &Stage) -> String {
    let (_, cursor) = drawn(&stage.model);
    text(&stage.model).lines().nth(cursor.y.into()).unwrap().to_owned()
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    let mut stage = stage();
    click_on(&mut stage, "ada@example.org");
    assert!(cursor_line(&stage).contains("ada@example.org"), "{}", cursor_line(&stage));
    assert!(stage.model.overlays.is_empty());
    click_on(&mut stage, "ada@example.org");
    assert!(text(&stage.model).contains("Modify"), "{}", text(&stage.model));
}

#[test]
fn two_slow_clicks_are_no_double_click() {
    let mut stage = stage();
    click_on(&mut stage, "ada@example.org");
    stage.types("<pause:501>");
    click_on(&mut stage, "ada@example.org");
    assert!(stage.model.overlays.is_empty());
}

#[test]
fn a_click_on_nothing_does_nothing() {
    let mut stage = stage();
    let before = text(&stage.model);
    for (column, row) in [(0, 0), (40, 20), (79, 22), (200, 200), (5, 2)] {
        click(&mut stage, column, row);
        click(&mut stage, column, row);
    }
    assert_eq!(text(&stage.model), before);
}

#[test]
fn a_click_on_a_tab_goes_there() {
    let mut stage = stage();
    click_on(&mut stage, "Outbox");
    assert_eq!(stage.model.screen, Screen::Outbox);
    click_on(&mut stage, "1 Contacts");
    assert_eq!(stage.model.screen, Screen::Contacts);
}

#[test]
fn the_wheel_moves_the_bar() {
    let contacts = (1..=50).map(|id| contact(id, &format!("p{id:02}"), &format!("p{id}@example.org")));
    let mut stage = Stage::new(80, 24, contacts.collect());
    stage.model.mouse.mode = MouseMode::On;
    happens(&mut stage, MouseEventKind::ScrollDown, 10, 10);
    happens(&mut stage, MouseEventKind::ScrollDown, 10, 10);
    happens(&mut stage, MouseEventKind::ScrollUp, 10, 10);
    assert!(cursor_line(&stage).contains("p04"), "{}", cursor_line(&stage));
    stage.types("?");
    let before = text(&stage.model);
    happens(&mut stage, MouseEventKind::ScrollDown, 10, 10);
    assert_ne!(text(&stage.model), before, "the help scrolls");
}

#[test]
fn in_the_matrix_a_click_selects_a_cell() {
    let mut stage = stage();
    stage.types("2");
    let shown = text(&stage.model);
    let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains("AdaL")).unwrap();
    let boxes: Vec<usize> = line.match_indices('[').map(|(at, _)| at).collect();
    let column = u16::try_from(callsheet::domain::columns::width(&line[..boxes[3]])).unwrap();
    click(&mut stage, column + 1, u16::try_from(row).unwrap());
    let (_, cursor) = drawn(&stage.model);
    assert_eq!(
        (usize::from(cursor.y), cursor.x.abs_diff(column + 1) <= 1),
        (row, true),
        "{cursor:?} {column}"
    );
}

#[test]
fn in_a_form_a_click_gives_the_focus_and_a_second_one_ticks_but_never_saves() {
    let mut stage = stage();
    stage.types("a ada");
    click_on(&mut stage, "[ ] Account");
    assert_eq!(stage.model.focus().0, Context::Form);
    click_on(&mut stage, "[ ] Account");
    assert!(text(&stage.model).contains("[x] Account"), "{}", text(&stage.model));
    click_on(&mut stage, "Email");
    click_on(&mut stage, "Email");
    assert_eq!(stage.model.focus().0, Context::FormField);
    assert_eq!(stage.model.overlays.len(), 1, "the form is still open");
    assert!(text(&stage.model).contains("ada"), "what was typed is still there");
}

#[test]
fn a_click_chooses_in_an_open_list_and_in_the_palette() {
    let mut stage = stage();
    stage.types("a <tab> <tab> <enter>");
    for _ in 0..2 {
        click_on(&mut stage, "Finance Director");
    }
    assert_eq!(stage.model.focus().0, Context::Form, "the list is closed");
    assert!(text(&stage.model).contains("Finance Director"));
    stage.types("<esc> y : add");
    for _ in 0..2 {
        click_on(&mut stage, "add a contact");
    }
    assert!(text(&stage.model).contains("Add"), "{}", text(&stage.model));
}

#[test]
fn a_question_is_answered_by_the_second_click_on_a_button() {
    let mut stage = stage();
    let contacts = stage.contacts.len();
    stage.types("d");
    click_on(&mut stage, "[ Delete");
    assert_eq!(stage.contacts.len(), contacts);
    click_on(&mut stage, "[ Delete");
    assert_eq!(stage.contacts.len(), contacts - 1);
}

#[test]
fn it_is_switched_and_while_it_is_off_nothing_happens() {
    let mut stage = stage();
    stage.types("<f2>");
    assert_eq!(stage.effects, [Effect::Mouse(MouseMode::Off)]);
    assert!(text(&stage.model).contains("The mouse is off"));
    let before = cursor_line(&stage);
    click_on(&mut stage, "ada@example.org");
    assert_eq!(cursor_line(&stage), before);
    stage.types("<f2>");
    assert_eq!(stage.effects.last(), Some(&Effect::Mouse(MouseMode::On)));
    stage.types(": mouse");
    assert!(text(&stage.model).contains("switch the mouse off; it is on"), "{}", text(&stage.model));
}

#[test]
fn wherever_one_clicks_nothing_is_lost_and_nothing_is_done_that_was_not_asked() {
    for script in
        ["", "2", "2 <enter>", "3", "5", "a ada", "a <tab> <tab> <enter>", "d", "m", "v", "n", "?", ":", "/a"]
    {
        let mut stage = stage();
        stage.types(script);
        let contacts = stage.contacts.len();
        for row in (0..26).step_by(4) {
            for column in (0..90).step_by(13) {
                click(&mut stage, column, row);
                happens(&mut stage, MouseEventKind::Down(MouseButton::Right), column, row);
                happens(&mut stage, MouseEventKind::Drag(MouseButton::Left), column, row);
            }
        }
        assert_eq!(stage.contacts.len(), contacts, "{script}");
        assert!(!stage.effects.contains(&Effect::Quit), "{script}");
    }
}

#[test]
fn a_click_in_the_text_of_a_notice_puts_the_caret_there() {
    let mut stage = stage();
    stage.types("n <tab><tab>");
    stage.happens(Msg::Paste("one two\n王小明 three\nfour".to_owned()));
    click_on(&mut stage, "three");
    stage.types("X");
    assert!(text(&stage.model).contains("Xthree"), "{}", text(&stage.model));
    // From the buttons too, and behind a line to its end.
    stage.types("<tab>");
    let shown = text(&stage.model);
    let row = shown.lines().position(|line| line.contains("one two")).unwrap();
    click(&mut stage, 40, u16::try_from(row).unwrap());
    stage.types("Y");
    assert!(text(&stage.model).contains("one twoY"), "{}", text(&stage.model));
}
