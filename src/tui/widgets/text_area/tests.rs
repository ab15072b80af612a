//! What keys and pastes make of a text of several lines.

use proptest::prelude::*;

use super::super::test_look;
use super::*;

const AREA: Rect = Rect { x: 0, y: 0, width: 9, height: 3 };

fn typed(text: &str) -> TextArea {
    TextArea::new(text, 10_000)
}

fn act(area: &mut TextArea, actions: &[Action]) -> Typed {
    let mut last = Typed::Unused;
    for action in actions {
        last = area.edit(&Key::Action(*action), AREA);
    }
    last
}

fn drawn(area: &TextArea, place: Rect) -> (Vec<String>, Option<Position>) {
    let mut buf = Buffer::empty(Rect::new(0, 0, place.right(), place.bottom()));
    let cursor = area.draw(place, &mut buf, test_look(), Focus::Here, "write");
    let rows = (0..buf.area.height).map(|y| {
        let line = (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        line.trim_end().to_owned()
    });
    (rows.collect(), cursor)
}

fn caret(area: &TextArea) -> (&str, &str) {
    area.text.split_at(area.caret)
}

#[test]
fn a_long_line_is_wrapped_and_the_caret_stands_behind_it() {
    let mut area = typed("");
    assert_eq!(
        drawn(&area, AREA),
        (vec!["write".into(), String::new(), String::new()], Some(Position::new(0, 0)))
    );
    for character in "Ask Ada for 王".chars() {
        assert_eq!(area.edit(&Key::Text(character), AREA), Typed::Changed);
    }
    let (rows, cursor) = drawn(&area, AREA);
    assert_eq!(rows, ["Ask Ada", "for 王", ""]);
    assert_eq!(cursor, Some(Position::new(6, 1)));
}

#[test]
fn a_blank_at_the_edge_leaves_the_caret_at_the_edge() {
    let area = typed("12345678 ");
    let (rows, cursor) = drawn(&area, AREA);
    assert_eq!((rows[0].as_str(), cursor), ("12345678", Some(Position::new(8, 0))));
}

#[test]
fn a_paste_keeps_its_lines_and_nothing_else_that_controls() {
    let mut area = typed("");
    area.edit(&Key::Paste("a\r\nb\rc\td\u{1b}[2J\u{2028}\u{202E}e\u{7}".into()), AREA);
    assert_eq!(area.text(), "a\nb\nc    d\n\u{202E}e");
    assert!(drawn(&area, Rect::new(0, 0, 20, 5)).0[3].starts_with("\\u{202E}e"));
}

#[test]
fn up_and_down_go_through_rows_and_keep_the_column() {
    let mut area = typed("abcdef\nx\n王小明明");
    assert_eq!(caret(&area).1, "");
    act(&mut area, &[Action::Up]);
    assert_eq!(caret(&area), ("abcdef\nx", "\n王小明明"));
    act(&mut area, &[Action::Up]);
    assert_eq!(caret(&area), ("abcdef", "\nx\n王小明明"));
    assert_eq!(act(&mut area, &[Action::Up]), Typed::Unused, "above the first row is not its business");
    act(&mut area, &[Action::Left, Action::Down, Action::Down]);
    assert_eq!(caret(&area), ("abcdef\nx\n王小", "明明"));
    assert_eq!(act(&mut area, &[Action::Down]), Typed::Unused);
}

#[test]
fn lines_words_and_the_whole_text_have_their_ends() {
    let mut area = typed("two words\nmore text  ");
    act(&mut area, &[Action::WordLeft]);
    assert_eq!(caret(&area).1, "text  ");
    act(&mut area, &[Action::WordLeft, Action::WordLeft]);
    assert_eq!(caret(&area).0, "two words");
    act(&mut area, &[Action::LineStart, Action::WordRight]);
    assert_eq!(caret(&area).0, "two");
    act(&mut area, &[Action::WordRight, Action::WordRight, Action::WordRight]);
    assert_eq!(caret(&area).1, " text  ");
    act(&mut area, &[Action::First]);
    assert_eq!(caret(&area).0, "");
    act(&mut area, &[Action::LineEnd]);
    assert_eq!(caret(&area).0, "two words");
    act(&mut area, &[Action::Last]);
    assert_eq!(caret(&area).1, "");
    act(&mut area, &[Action::PageUp, Action::PageUp, Action::PageUp]);
    assert_eq!(caret(&area).0, "");
    act(&mut area, &[Action::PageDown, Action::PageDown, Action::PageDown]);
    assert_eq!(caret(&area).1, "");
}

#[test]
fn everything_that_deletes_deletes_as_in_a_shell() {
    let mut area = typed("two words\nmore text");
    act(&mut area, &[Action::DeleteWord]);
    assert_eq!(area.text(), "two words\nmore ");
    act(&mut area, &[Action::DeleteBefore]);
    assert_eq!(area.text(), "two words\n");
    act(&mut area, &[Action::DeleteBefore]);
    assert_eq!(area.text(), "two words", "at the beginning of a line its break goes");
    act(&mut area, &[Action::First, Action::WordRight, Action::DeleteAfter]);
    assert_eq!(area.text(), "two");
    assert_eq!(act(&mut area, &[Action::DeleteAfter]), Typed::Same);
    assert_eq!(act(&mut area, &[Action::DeleteForward]), Typed::Same);
    act(&mut area, &[Action::First, Action::DeleteForward]);
    assert_eq!(area.text(), "wo");
    assert_eq!(act(&mut area, &[Action::DeleteBack]), Typed::Same);
}

#[test]
fn every_change_can_be_taken_back_and_done_again() {
    let mut area = typed("");
    for character in "ab cd".chars() {
        area.edit(&Key::Text(character), AREA);
    }
    act(&mut area, &[Action::NewLine]);
    area.edit(&Key::Paste("x\ny".into()), AREA);
    let texts = ["ab cd\n", "ab cd", "ab ", ""];
    for text in texts {
        assert_eq!(act(&mut area, &[Action::Undo]), Typed::Changed);
        assert_eq!(area.text(), text);
    }
    assert_eq!(act(&mut area, &[Action::Undo]), Typed::Same);
    act(&mut area, &[Action::Redo; 4]);
    assert_eq!((area.text(), caret(&area).1), ("ab cd\nx\ny", ""));
    assert_eq!(act(&mut area, &[Action::Redo]), Typed::Same);
}

#[test]
fn marks_tell_that_there_is_more() {
    let mut area = typed("a\nb\nc\nd\ne");
    act(&mut area, &[Action::Up, Action::Up, Action::Up]);
    let (rows, cursor) = drawn(&area, AREA);
    assert_eq!(rows, ["b       ↑", "c", "d       ↓"]);
    assert_eq!(cursor, Some(Position::new(1, 0)));
}

#[test]
fn what_is_beyond_the_limit_is_not_taken() {
    let mut area = TextArea::new("", 5);
    area.edit(&Key::Paste("abc王王".into()), AREA);
    assert_eq!(area.text(), "abc");
    area.edit(&Key::Paste("de".into()), AREA);
    assert_eq!(area.edit(&Key::Text('f'), AREA), Typed::Same);
    assert_eq!(area.text(), "abcde");
}

#[test]
fn a_long_text_is_edited_at_its_end_without_laying_it_out() {
    let text = "a line of a text that is long enough to be one\n".repeat(20_000);
    let mut area = TextArea::new(&text, 10_000_000);
    for _ in 0..200 {
        area.edit(&Key::Text('x'), AREA);
        act(&mut area, &[Action::Up, Action::Down]);
        assert!(drawn(&area, AREA).1.is_some());
    }
    act(&mut area, &[Action::First]);
    assert_eq!(drawn(&area, AREA).1, Some(Position::new(0, 0)));
}

fn keys() -> impl Strategy<Value = Key> {
    let characters = vec![
        'a',
        'b',
        ' ',
        'é',
        '\u{301}',
        '語',
        '👩',
        '\u{200D}',
        '🚀',
        '\u{1F1E8}',
        '\u{1F1F3}',
        'ｶ',
        '\u{FF9E}',
        '\u{202E}',
    ];
    let actions = vec![
        Action::NewLine,
        Action::DeleteBack,
        Action::DeleteForward,
        Action::DeleteWord,
        Action::DeleteBefore,
        Action::DeleteAfter,
        Action::Undo,
        Action::Redo,
        Action::Left,
        Action::Right,
        Action::WordLeft,
        Action::WordRight,
        Action::LineStart,
        Action::LineEnd,
        Action::First,
        Action::Last,
        Action::Up,
        Action::Down,
        Action::PageUp,
        Action::PageDown,
    ];
    prop_oneof![
        4 => proptest::sample::select(characters).prop_map(Key::Text),
        3 => proptest::sample::select(actions).prop_map(Key::Action),
        1 => "[a\n 王]{0,12}".prop_map(Key::Paste),
    ]
}

#[test]
fn a_word_that_begins_inside_a_character_begins_with_it() {
    let mut area = typed("\u{1f1e8}\u{200d}\u{1f1e8}\u{1f1e8}");
    act(&mut area, &[Action::WordLeft]);
    let is_boundary = |at| GraphemeCursor::new(at, area.text.len(), true).is_boundary(&area.text, 0).unwrap();
    assert!(area.caret < area.text.len() && is_boundary(area.caret), "{}", area.caret);
}

proptest! {
    #[test]
    fn the_caret_is_always_seen_and_never_inside_a_character(
        keys in proptest::collection::vec(keys(), 0..60), width in 1..14_u16, height in 1..5_u16, x in 0..3_u16,
    ) {
        let place = Rect { x, y: 1, width, height };
        let mut area = typed("");
        let mut undone = vec![area.text.clone()];
        for key in keys {
            area.edit(&key, place);
            undone.push(area.text.clone());
            prop_assert!(GraphemeCursor::new(area.caret, area.text.len(), true).is_boundary(&area.text, 0).unwrap());
            let (_, cursor) = drawn(&area, place);
            prop_assert!(cursor.is_some_and(|cursor| place.contains(cursor)), "{:?} in {:?}", cursor, place);
        }
        // Everything can be taken back.
        while area.edit(&Key::Action(Action::Undo), place) == Typed::Changed {
            prop_assert!(undone.contains(&area.text) || area.text.len() < 1_000);
        }
        prop_assert_eq!(area.text(), "");
    }

    #[test]
    fn any_text_is_drawn_at_any_size(text: String, width in 0..20_u16, height in 0..6_u16) {
        let mut area = typed(&text);
        let mut buf = Buffer::empty(Rect::new(0, 0, 18, 5));
        let place = Rect { x: 2, y: 1, width, height };
        area.edit(&Key::Action(Action::Up), place);
        let cursor = area.draw(place, &mut buf, test_look(), Focus::Here, "");
        prop_assert!(cursor.is_none_or(|cursor| buf.area.contains(cursor)));
    }
}

#[test]
fn pointing_puts_the_caret_between_characters_and_moves_nothing() {
    let mut area = typed("one\n王小明 ab\nthree\nfour\nfive");
    let before = drawn(&area, AREA).0;
    assert_eq!(before, ["three   ↑", "four", "five"]);
    let points = [((2, 0), "th"), ((8, 1), "four"), ((0, 2), "")];
    for ((x, y), line) in points {
        area.point(Position { x, y }, AREA);
        let (left, _) = caret(&area);
        assert_eq!(left.rsplit('\n').next(), Some(line));
        assert_eq!(drawn(&area, AREA).1.map(|cursor| cursor.y), Some(y));
    }
    act(&mut area, &[Action::First]);
    area.point(Position { x: 3, y: 1 }, AREA);
    assert_eq!(caret(&area).0, "one\n王");
    let mut short = typed("ab");
    short.point(Position { x: 5, y: 2 }, AREA);
    assert_eq!(caret(&short), ("ab", ""));
}
