//! Columns: how wide a text is in a terminal, and how it is made to fit.
//!
//! A column is one terminal cell. The width of a text is the sum of the widths of its grapheme clusters by `unicode-width`
//! without the East Asian context; a cluster with a control character counts nothing, since the screen drops it, and each halfwidth
//! sound mark of katakana counts one more, since the screen leaves room for it. The caret of a field is placed by the same
//! numbers. It never escapes: escape first, then measure.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The mark of a cut where every character may be used.
pub const ELLIPSIS: &str = "…";

/// The mark of a cut in the ASCII set: `…` is two columns wide on East Asian terminals.
pub const ASCII_ELLIPSIS: &str = "~";

/// The columns that `text` takes.
pub fn width(text: &str) -> usize {
    if is_plain_ascii(text) {
        return text.len();
    }
    text.graphemes(true).map(cluster_width).sum()
}

/// Cuts `text` to at most `columns`, on a border between grapheme clusters, and ends a cut text with `mark`.
///
/// A text that fits is borrowed as it is. Where not even the mark fits, nothing is left. A wide character that would be
/// halved is left out, so the result can be one column narrower than asked.
pub fn clip<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    if text.len() <= columns && is_plain_ascii(text) {
        return Cow::Borrowed(text);
    }
    let mark_width = width(mark);
    let mut used = 0;
    // Where the text ends if it has to be cut: behind the last cluster that leaves room for the mark.
    let mut cut = 0;
    for (start, cluster) in text.grapheme_indices(true) {
        used += cluster_width(cluster);
        if used > columns {
            if mark_width > columns {
                return Cow::Borrowed("");
            }
            let mut clipped = String::with_capacity(cut + mark.len());
            clipped.push_str(&text[..cut]);
            clipped.push_str(mark);
            return Cow::Owned(clipped);
        }
        if used + mark_width <= columns {
            cut = start + cluster.len();
        }
    }
    Cow::Borrowed(text)
}

/// Clips `text` as [`clip`] does and fills it with blanks to exactly `columns`.
pub fn pad<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    let clipped = clip(text, columns, mark);
    let missing = columns.saturating_sub(width(&clipped));
    if missing == 0 {
        return clipped;
    }
    let mut padded = clipped.into_owned();
    padded.extend(std::iter::repeat_n(' ', missing));
    Cow::Owned(padded)
}

/// True if every byte is one column: ASCII without control characters.
fn is_plain_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn cluster_width(cluster: &str) -> usize {
    if cluster.contains(char::is_control) {
        return 0;
    }
    cluster.width() + cluster.chars().filter(|character| matches!(character, '\u{ff9e}' | '\u{ff9f}')).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths_are_columns_and_not_bytes_or_characters() {
        for (text, columns) in [
            ("", 0),
            ("ada", 3),
            ("é", 1),
            ("e\u{301}", 1),
            ("語", 2),
            ("王小明", 6),
            ("👩\u{200D}🚀", 2),
            ("ｶ\u{FF9E}", 3),
            ("한", 2),
            ("\u{1112}\u{1161}\u{11AB}", 2),
            ("a\r\nb\t", 2),
        ] {
            assert_eq!(width(text), columns, "{text:?}");
        }
    }

    #[test]
    fn a_text_that_fits_is_borrowed() {
        for text in ["ada", "王小明", "👩\u{200D}🚀"] {
            assert!(matches!(clip(text, width(text), ELLIPSIS), Cow::Borrowed(kept) if kept == text));
        }
    }

    #[test]
    fn a_cut_keeps_whole_characters_and_ends_with_the_mark() {
        for (text, columns, cut) in [
            ("AdaLovelace", 6, "AdaLo…"),
            ("王小明", 5, "王小…"),
            ("王小明", 4, "王…"),
            ("王小明", 1, "…"),
            ("王小明", 0, ""),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("👩\u{200D}🚀👩\u{200D}🚀", 3, "👩\u{200D}🚀…"),
            ("👩\u{200D}🚀👩\u{200D}🚀", 2, "…"),
        ] {
            assert_eq!(clip(text, columns, ELLIPSIS), cut, "{text} in {columns}");
        }
        assert_eq!(clip("AdaLovelace", 6, ASCII_ELLIPSIS), "AdaLo~");
        assert_eq!(clip("AdaLovelace", 6, ""), "AdaLov");
        assert_eq!(clip("AdaLovelace", 2, "..."), "");
    }

    #[test]
    fn padding_fills_what_a_wide_character_leaves() {
        assert_eq!(pad("王小明", 4, ELLIPSIS), "王… ");
        assert_eq!(pad("ada", 5, ELLIPSIS), "ada  ");
        assert_eq!(pad("", 2, ELLIPSIS), "  ");
        assert_eq!(pad("ada", 0, ELLIPSIS), "");
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-zé語王\u{301}👩\u{200D}🚀\u{FE0F}ｶ\u{FF9E}\u{600}\u{1112}\u{1161} ]{0,24}",
        ]
    }

    proptest! {
        #[test]
        fn a_cut_never_exceeds_its_columns(text in texts(), columns in 0usize..30) {
            for mark in [ELLIPSIS, ASCII_ELLIPSIS, ""] {
                let clipped = clip(&text, columns, mark);
                prop_assert!(width(&clipped) <= columns, "{:?} is {}", clipped, width(&clipped));
            }
        }

        #[test]
        fn a_padded_text_is_exact(text in texts(), columns in 0usize..30) {
            prop_assert_eq!(width(&pad(&text, columns, ELLIPSIS)), columns);
        }

        #[test]
        fn a_cut_text_is_the_beginning_of_the_text(text in texts(), columns in 0usize..30) {
            let clipped = clip(&text, columns, ELLIPSIS);
            prop_assert!(text.starts_with(clipped.strip_suffix(ELLIPSIS).unwrap_or(&clipped)));
        }
    }
}
