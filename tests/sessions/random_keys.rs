//! What must hold whatever is typed, at any size.

use callsheet::tui::keymap::Context;
use callsheet::tui::msg::Msg;
use callsheet::tui::plan::Plan;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use unicode_width::UnicodeWidthStr;

use crate::support::keys::steps;
use crate::support::picture::drawn;
use crate::support::stage::{Stage, cast, crowd};

/// Keys that do something somewhere, text, pastes and time.
const SCRIPTS: &[&str] = &[
    "<up>",
    "<down>",
    "<pgup>",
    "<pgdn>",
    "<home>",
    "<end>",
    "<left>",
    "<right>",
    "<enter>",
    "<esc>",
    "<tab>",
    "<s-tab>",
    "<space>",
    "<del>",
    "<bs>",
    "<c-u>",
    "<c-d>",
    "<c-w>",
    "<c-k>",
    "<c-a>",
    "<c-e>",
    "<c-c>",
    "<c-z>",
    "<c-l>",
    "<f1>",
    "<f3>",
    "<f4>",
    "<c-o>",
    "<c-y>",
    "<c-7>",
    "<a-u>",
    "<a-b>",
    "<a-f>",
    "i",
    "p",
    "x<enter>y",
    "i<paste:a.csv><enter>",
    "n<enter><enter>",
    "n<enter>secur<enter>",
    "a",
    "b",
    "c",
    "d",
    "e",
    "g",
    "G",
    "j",
    "k",
    "h",
    "l",
    "m",
    "n",
    "q",
    "r",
    "s",
    "S",
    "A",
    "R",
    "t",
    "u",
    "v",
    "w",
    "x",
    "y",
    "1",
    "3",
    "5",
    "2",
    "?",
    "'",
    "'a<enter>",
    "%",
    "%50<enter>",
    "/",
    "王",
    "é",
    "@",
    "<paste:a\tb\nc>",
    "<pause:5000>",
    "<a-x>",
];

/// A size that is rarely right.
fn size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![Just((0, 0)), Just((1, 1)), Just((40, 10)), Just((80, 24)), (0..250_u16, 0..70_u16)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_the_screen_holds_together(
        many in any::<bool>(),
        first in size(),
        typed in proptest::collection::vec((0..SCRIPTS.len(), proptest::option::weighted(0.1, size())), 0..60),
    ) {
        let contacts = if many { crowd(400) } else { cast() };
        let mut stage = Stage::new(first.0, first.1, contacts);
        for (index, resized) in typed {
            if let Some((columns, rows)) = resized {
                stage.happens(Msg::Resize { columns, rows });
            }
            stage.types(SCRIPTS[index]);
            let (buffer, cursor) = drawn(&stage.model);
            prop_assert!(buffer.area.is_empty() || buffer.area.contains(cursor), "{:?} outside {:?}", cursor, buffer.area);
            prop_assert_eq!(half_characters(&buffer), Vec::<Position>::new());
            let window = stage.model.contacts.window();
            prop_assert!(window.rows().is_empty() || window.current().is_some());
            prop_assert!(stage.model.overlays.len() <= 6, "{:?}", stage.model.overlays);
        }
        // Nothing that was opened cannot be closed again.
        for _ in 0..20 {
            stage.types("<esc>");
            if stage.model.focus().0 == Context::Confirm {
                stage.types("y");
            }
        }
        prop_assert!(stage.model.overlays.is_empty(), "{:?}", stage.model.overlays);
    }
}

/// Where something stands in the second column of a wide character: a terminal would show one of the two, by chance.
fn half_characters(buffer: &Buffer) -> Vec<Position> {
    let is_half = |at: &Position| {
        let Some(before) = at.x.checked_sub(1).filter(|x| *x >= buffer.area.x) else { return false };
        buffer[(before, at.y)].symbol().width() > 1 && buffer[*at].symbol() != " "
    };
    buffer.area.positions().filter(is_half).collect()
}

#[test]
fn numbers_of_questions_never_repeat() {
    let mut stage = Stage::new(80, 24, crowd(100));
    let before = stage.model.last_request;
    stage.types("<end> <home> / x <esc> s S");
    assert!(stage.model.last_request > before);
    assert_eq!(Plan::after(stage.model.last_request).last(), stage.model.last_request);
}

#[test]
fn the_cursor_of_the_terminal_is_on_the_selected_row_and_in_the_field() {
    let mut stage = Stage::new(80, 24, cast());
    assert_eq!(drawn(&stage.model).1, Position { x: 1, y: 4 });
    stage.types("<down>");
    assert_eq!(drawn(&stage.model).1, Position { x: 1, y: 5 });
    stage.types("/ ab");
    assert_eq!(drawn(&stage.model).1, Position { x: 5, y: 3 });
    assert_eq!(steps("ab").len(), 2);
}
