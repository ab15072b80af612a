//! How wide terminals draw what a cell holds.
//!
//! Of most characters all terminals think alike, and as the cells do. Of emoji and of what is put together of several characters
//! (flags, keycaps, families, marks on letters) each has its own opinion: the width of the whole, or of every part.

/// The columns that a terminal may take for a symbol at most: all its parts side by side.
pub(super) fn most_columns(symbol: &str) -> u16 {
    symbol.chars().map(most_columns_alone).fold(0, u16::saturating_add)
}

/// The columns that any terminal takes for a character by itself. Borders and arrows count as one, as the cells have them: for
/// terminals that draw them wide there is the ASCII set of marks.
const fn most_columns_alone(character: char) -> u16 {
    match character {
        // Letters, and marks on them, which a terminal that knows none gives a column of their own.
        ..'\u{1100}' | '▸' | '▾' | '✓' | '✗' | '…' | '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{257f}' => {
            1
        }
        _ => 2,
    }
}

/// Whether all terminals agree on the width of the symbol, so that the cursor's place behind it is sure. The single marks are
/// narrow by Unicode (UAX #11, neutral) and no emoji.
pub(super) fn is_sure(symbol: &str) -> bool {
    let mut characters = symbol.chars();
    symbol.is_ascii() || (characters.next().is_some_and(is_sure_alone) && characters.next().is_none())
}

const fn is_sure_alone(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{309b}'..='\u{30ff}')
        || matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
        || matches!(character, '\u{ff01}'..='\u{ff5e}' | '▸' | '✓' | '✗')
}
