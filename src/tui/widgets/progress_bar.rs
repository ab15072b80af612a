//! A bar that tells how far something is, with the same in figures beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::write;
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// The widest that the bar becomes.
const COLUMNS: usize = 40;
/// ` 100 %`
const FIGURES: usize = 6;

/// Draws the bar into the first row of `area`. Thousandths beyond the whole are the whole.
pub fn draw(area: Rect, buf: &mut Buffer, look: Look<'_>, permille: u16) {
    let permille = usize::from(permille.min(1000));
    let columns = usize::from(area.width).saturating_sub(FIGURES).min(COLUMNS);
    let done = columns * permille / 1000;
    let (full, empty) = look.marks.bar();
    let spans = [
        Span::styled(full.repeat(done), look.style(Role::Good)),
        Span::styled(empty.repeat(columns - done), look.style(Role::Dim)),
        Span::styled(format!(" {:>3} %", permille / 10), look.style(Role::Text)),
    ];
    write(area, buf, Line::from(spans.to_vec()));
}

#[cfg(test)]
mod tests {
    use super::super::test_look;
    use super::*;

    fn drawn(columns: u16, permille: u16) -> String {
        let area = Rect::new(0, 0, columns, 1);
        let mut buf = Buffer::empty(area);
        draw(area, &mut buf, test_look(), permille);
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_bar_grows_and_the_figures_stay_where_they_are() {
        assert_eq!(drawn(16, 0), "░░░░░░░░░░   0 %");
        assert_eq!(drawn(16, 349), "███░░░░░░░  34 %");
        assert_eq!(drawn(16, 2000), "██████████ 100 %");
        assert_eq!(drawn(3, 500), "  5");
        assert_eq!(drawn(0, 500), "");
    }
}
