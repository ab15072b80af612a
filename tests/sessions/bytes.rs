//! How many bytes a key costs. The bounds are those of the promises, from peers measured in the same place: over a slow line
//! they are what one waits for.

use crate::support::screen::Screen;

#[test]
fn moving_the_cursor_costs_no_more_than_an_old_address_book() {
    let mut screen = Screen::drawn();
    for _ in 0..20 {
        let bytes = screen.types("<down>");
        assert!(bytes <= 274, "{bytes}");
    }
}

#[test]
fn moving_between_cells_repaints_two_of_them() {
    let mut screen = Screen::drawn();
    screen.types("2");
    for _ in 0..10 {
        let bytes = screen.types("<down>");
        assert!(bytes <= 274, "{bytes}");
    }
    screen.types("<right> <enter>");
    // The first type is told about in another way than its category.
    screen.types("<right>");
    for key in ["<right>", "<right>", "<left>", "<down>", "<up>"] {
        let bytes = screen.types(key);
        assert!(bytes <= 274, "{key}: {bytes}");
    }
}

#[test]
fn scrolling_costs_no_more_on_average_than_a_finder_that_moves() {
    let mut screen = Screen::drawn();
    let bytes: usize = (0..300).map(|_| screen.types("<down>")).sum();
    assert!(bytes / 300 <= 1_356, "{}", bytes / 300);
}

#[test]
fn typing_in_a_field_costs_a_few_bytes() {
    let mut screen = Screen::drawn();
    screen.types("a");
    for letter in ["a", "d", "王", "x"] {
        let bytes = screen.types(letter);
        assert!(bytes <= 64, "{bytes}");
    }
}

#[test]
fn nothing_happening_costs_nothing() {
    let mut screen = Screen::drawn();
    assert_eq!(screen.draw(), 0);
    assert_eq!(screen.types("<pause:60000>"), 0);
}

#[test]
fn a_frame_is_one_write_and_one_synchronized_update() {
    let mut screen = Screen::new();
    let script = [
        "", "<down>", "<pgdn>", "2", "<right>", "a", "n", "<esc>", "3", "4", "5", "1", "a", "王", "x",
        "<tab>", "<esc>", "y", "?", "<esc>", ":", "<esc>", "<f3>",
    ];
    let mut frames = 0;
    for keys in script {
        screen.stage.types(keys);
        let writes = screen.frame();
        // Nothing has changed, and nothing is written.
        let Some(frame) = writes.first() else { continue };
        assert_eq!(writes.len(), 1, "{keys}");
        let text = String::from_utf8(frame.clone()).unwrap();
        assert!(text.starts_with("\u{1b}[?2026h") && text.ends_with("\u{1b}[?2026l"), "{keys}: {text:?}");
        assert_eq!((text.matches("[?2026h").count(), text.matches("[?2026l").count()), (1, 1), "{keys}");
        frames += 1;
    }
    assert!(frames > 15, "{frames}");
}
