//! Folding: the form in which two spellings of the same word are equal.
//!
//! [`fold`] is for finding and sorting: case, width and compatibility forms are gone, and so is what nobody sees.
//! [`fold_case`] is for identity: it makes only letters of different case equal. The folded form is never shown or sent.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::character::{Hidden, is_invisible_mark};

/// Folds case, width and compatibility forms: `Ｓtraße` and `STRASSE` give the same text.
///
/// NFKC, then full case folding, then NFKC; default-ignorable characters are dropped (Unicode 3.13, R5 `toNFKC_Casefold`).
/// Folded text is borrowed as it is; ASCII and Chinese without capitals never allocate.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_folded) {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.nfkc().filter(|c| !is_ignorable(*c)) {
        if character.is_ascii() {
            folded.push(character.to_ascii_lowercase());
        } else if character == DOTLESS_I {
            folded.push(character);
        } else {
            // Lower, upper, lower: so ẞ, ß and SS meet, and ς, σ and Σ do.
            folded.extend(character.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase));
        }
    }
    Cow::Owned(folded.nfkc().collect())
}

/// Folds the case of single letters and nothing else, in NFC: `É` is `é`, but `ß` is not `ss` and `Ａ` is not `a`.
pub fn fold_case(text: &str) -> String {
    text.nfc().map(simple_fold).nfc().collect()
}

/// Its capital is I, but it is another letter than i.
const DOTLESS_I: char = 'ı';

/// The mapping of one letter to one letter (status C and S of CaseFolding.txt).
fn simple_fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    if character == DOTLESS_I {
        return character;
    }
    let lower = single(character.to_lowercase()).unwrap_or(character);
    let upper = single(lower.to_uppercase()).unwrap_or(lower);
    single(upper.to_lowercase()).unwrap_or(upper)
}

/// The only character of a mapping; `None` if it maps to several.
fn single(mut mapping: impl Iterator<Item = char>) -> Option<char> {
    let first = mapping.next();
    if mapping.next().is_some() { None } else { first }
}

/// True for characters that folding leaves alone wherever they stand, by ranges that are cheap to test.
fn is_folded(character: char) -> bool {
    match character {
        '\0'..='\u{7F}' => !character.is_ascii_uppercase(),
        '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' => true,
        _ => false,
    }
}

fn is_ignorable(character: char) -> bool {
    is_invisible_mark(character)
        || match Hidden::of(character) {
            Some(Hidden::Format | Hidden::Filler) => true,
            Some(Hidden::Control | Hidden::LineSeparator | Hidden::PrivateUse | Hidden::Unassigned)
            | None => false,
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_width_and_compatibility_forms_fold_to_the_same_text() {
        for (one, other) in [
            ("ADA", "ada"),
            ("Ａｄａ", "ada"),
            ("ﾊﾝ", "ハン"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("e\u{301}", "É"),
            ("ﬁn", "FIN"),
            ("①", "1"),
            ("a\u{200D}da\u{FE0F}", "ADA"),
            ("\u{212A}", "k"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_letters_stay_different() {
        for (one, other) in [("é", "e"), ("ı", "i"), ("王", "汪"), ("а", "a")] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
            assert_ne!(fold_case(one), fold_case(other), "{one} and {other}");
        }
    }

    #[test]
    fn folded_text_is_borrowed() {
        for text in ["ada@example.org", "王小明", "ひらがな カタカナ", "홍길동", ""] {
            assert!(matches!(fold(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn identity_folds_case_alone() {
        assert_eq!(fold_case("JÖRG"), fold_case("jo\u{308}rg"));
        assert_eq!(fold_case("ΣΑΣ"), fold_case("σας"));
        assert_ne!(fold_case("straße"), fold_case("strasse"));
        assert_ne!(fold_case("Ａ"), fold_case("a"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_in_a_case_folded_text(text in ".{0,40}") {
            let once = fold_case(&text);
            prop_assert_eq!(fold_case(&once), once);
        }

        #[test]
        fn folding_ascii_is_lower_casing(text in "[ -~]{0,40}") {
            prop_assert_eq!(fold(&text).into_owned(), text.to_lowercase());
        }

        #[test]
        fn the_shortcut_for_cheap_ranges_agrees_with_the_long_way(text in "[a-z0-9 .ぁ-ゖァ-ヺ一-鿿가-힣]{0,20}") {
            prop_assert_eq!(fold(&text).into_owned(), text.nfkc().collect::<String>());
        }
    }
}
