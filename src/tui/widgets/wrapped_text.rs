//! Wrapping: a text broken into lines that fit, by the columns it takes on the screen.
//!
//! A line is broken behind a blank, or beside a wide character (Chinese has no blanks), and inside a word only where the word
//! alone is too long. Line breaks of the text are kept. It never escapes: escape first, then wrap.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::columns::width;

/// Characters that do not begin a line.
const CLOSING: &str = "，。、；：？！）】》」』”’…,.;:?!)]}";

/// Characters that do not end a line.
const OPENING: &str = "（【《「『“‘([{";

/// The lines of `text`, each at most `columns` wide (one wide character in a single column excepted). Blanks at which a line
/// was broken and blanks at the end are left out. A text of nothing is one empty line. Without a column there are no lines.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    if columns == 0 {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut rest = line.trim_end_matches(' ');
        while let Some((head, tail)) = break_at(rest, columns) {
            lines.push(head.to_owned());
            rest = tail;
        }
        lines.push(rest.to_owned());
    }
    lines
}

/// What fits and what does not; None if all fits.
fn break_at(text: &str, columns: usize) -> Option<(&str, &str)> {
    let mut used = 0;
    let mut best = None;
    let mut before = "";
    for (index, cluster) in text.grapheme_indices(true) {
        if index > 0 && may_break(before, cluster) {
            best = Some(index);
        }
        used += width(cluster);
        // A blank at the edge takes no room: it is left out when the line is broken behind it.
        if used > columns && index > 0 && cluster != " " {
            let (head, tail) = text.split_at(best.unwrap_or(index));
            return Some((head.trim_end_matches(' '), tail.trim_start_matches(' ')));
        }
        before = cluster;
    }
    None
}

/// Whether a line may be broken between two grapheme clusters.
pub(super) fn may_break(before: &str, after: &str) -> bool {
    if after == " " || CLOSING.contains(after) || OPENING.contains(before) && !before.is_empty() {
        return false;
    }
    before == " " || width(before) > 1 || width(after) > 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("Ask Ada for the code", 8), ["Ask Ada", "for the", "code"]);
        assert_eq!(wrap("Ask Ada", 7), ["Ask Ada"]);
        assert_eq!(wrap("Ask Ada   ", 7), ["Ask Ada"]);
        assert_eq!(wrap("a\n\n  b", 7), ["a", "", "  b"]);
        assert_eq!(wrap("", 7), [""]);
    }

    #[test]
    fn a_word_that_is_too_long_is_broken_where_it_must() {
        assert_eq!(wrap("see ada@example.org", 6), ["see", "ada@ex", "ample.", "org"]);
    }

    #[test]
    fn chinese_is_broken_between_characters_but_not_before_a_full_stop_or_behind_a_bracket() {
        assert_eq!(wrap("账号消息。产品", 8), ["账号消", "息。产品"]);
        assert_eq!(wrap("请Ada输入", 6), ["请Ada", "输入"]);
        assert_eq!(wrap("删除Ada（a@b.cn）？", 10), ["删除Ada", "（a@b.cn）", "？"]);
    }

    #[test]
    fn without_room_there_is_nothing() {
        assert!(wrap("ada", 0).is_empty());
        assert_eq!(wrap("王小", 1), ["王", "小"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_but_blanks_is_lost(text in "[a-z é語王👩。 \n]{0,60}", columns in 2usize..20) {
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns, "{:?}", line);
            }
            let without_blanks = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
            prop_assert_eq!(without_blanks(&lines.concat()), without_blanks(&text));
        }

        #[test]
        fn any_text_is_wrapped(text: String, columns in 0usize..20) {
            let _ = wrap(&text, columns);
        }
    }
}
