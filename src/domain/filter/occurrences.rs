//! Where the words of a filter stand in a text as it is shown.

use std::ops::Range;

use super::{Filter, fold};

impl Filter {
    /// The parts of a shown text in which a free word occurs, as ranges of octets, in order and apart from each other. Letters that
    /// fold together with their neighbours only are left out.
    #[must_use]
    pub fn occurrences(&self, text: &str) -> Vec<Range<usize>> {
        if self.words.is_empty() {
            return Vec::new();
        }
        let mut folded = String::with_capacity(text.len());
        // For each octet of the folded text, the character that it comes from.
        let mut origins: Vec<Range<usize>> = Vec::with_capacity(text.len());
        for (start, character) in text.char_indices() {
            let end = start + character.len_utf8();
            folded.push_str(&fold(&text[start..end]));
            origins.resize(folded.len(), start..end);
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        for word in &self.words {
            for (at, word) in folded.match_indices(word.as_str()) {
                let parts = origins.get(at).zip(origins.get((at + word.len()).saturating_sub(1)));
                found.extend(parts.map(|(first, last)| first.start..last.end));
            }
        }
        found.sort_unstable_by_key(|range| range.start);
        found.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(filter: &str, text: &str) -> String {
        let mut shown = String::new();
        let mut from = 0;
        for range in Filter::parse(filter).occurrences(text) {
            shown.push_str(&text[from..range.start]);
            shown.push_str(&format!("[{}]", &text[range.clone()]));
            from = range.end;
        }
        shown + &text[from..]
    }

    #[test]
    fn words_are_marked_whatever_their_case_and_width() {
        for (filter, text, wanted) in [
            ("love", "AdaLovelace", "Ada[Love]lace"),
            ("a", "AdaLovelace", "[A]d[a]Lovel[a]ce"),
            ("小", "王小明", "王[小]明"),
            ("ada", "Ａｄａ", "[Ａｄａ]"),
            ("ss", "Straße", "Stra[ß]e"),
            ("ada dal", "AdaLovelace", "[AdaL]ovelace"),
            ("ada lov", "AdaLovelace", "[AdaLov]elace"),
            ("status:verified", "verified", "verified"),
            ("x", "", ""),
        ] {
            assert_eq!(marked(filter, text), wanted, "{filter} in {text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_cut_between_its_characters(filter in ".{0,6}", text in any::<String>()) {
            let shown = marked(&filter, &text);
            prop_assert!(shown.len() >= text.len());
        }
    }
}
