//! Plain tables: columns aligned by display width, two blanks between them, no borders, nothing cut.
//!
//! A table is written page by page: the widths are those of the first page, and a later page with wider cells widens them
//! from there on. So a list of any length needs the memory of one page.

use super::output::Output;
use super::problem::Stop;
use crate::domain::columns::width;
use crate::domain::safe_text::safe;

/// A table under way. The header is written with the first rows, so that an empty list prints nothing.
pub struct Table<const N: usize> {
    header: Option<[&'static str; N]>,
    widths: [usize; N],
}

impl<const N: usize> Table<N> {
    #[must_use]
    pub fn new(header: [&'static str; N]) -> Self {
        Self { header: Some(header), widths: [0; N] }
    }

    /// Writes the next rows. An empty cell is written as `-`, so that every row has the same number of words.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn rows(&mut self, output: &mut Output, rows: Vec<[String; N]>) -> Result<(), Stop> {
        if rows.is_empty() {
            return Ok(());
        }
        let header = self.header.take().map(|titles| titles.map(str::to_owned));
        let rows: Vec<[String; N]> = header.into_iter().chain(rows).map(|row| row.map(cell)).collect();
        for row in &rows {
            for (widest, cell) in self.widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        rows.iter().try_for_each(|row| output.line(&aligned(row, &self.widths)))
    }
}

/// Writes labels and values in two columns; a pair without a value is left out.
///
/// # Errors
/// As [`Output::line`].
pub fn pairs(output: &mut Output, pairs: &[(&str, Option<String>)]) -> Result<(), Stop> {
    let present: Vec<(&str, &str)> =
        pairs.iter().filter_map(|(label, value)| Some((*label, value.as_deref()?))).collect();
    let widest = present.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    present.iter().try_for_each(|(label, value)| output.line(&aligned(&[*label, *value], &[widest, 0])))
}

/// Escaped before it is measured: an escape is wider than what it stands for.
fn cell(text: String) -> String {
    if text.is_empty() { "-".to_owned() } else { safe(&text).into_owned() }
}

fn aligned(cells: &[impl AsRef<str>], widths: &[usize]) -> String {
    let mut line = String::new();
    for (index, (cell, widest)) in cells.iter().zip(widths).enumerate() {
        let cell = cell.as_ref();
        line.push_str(cell);
        if index + 1 < cells.len() {
            line.extend(std::iter::repeat_n(' ', widest.saturating_sub(width(cell)) + 2));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_by_display_width() {
        let widths = [6, 3, 0];
        assert_eq!(aligned(&["王小明", "a", "x"], &widths), "王小明  a    x");
        assert_eq!(aligned(&["ada", "abc", "y"], &widths), "ada     abc  y");
    }

    #[test]
    fn an_empty_cell_is_a_word_and_a_hostile_one_is_escaped() {
        assert_eq!(cell(String::new()), "-");
        assert_eq!(cell("a\nb".to_owned()), "a\\u{000A}b");
    }
}
