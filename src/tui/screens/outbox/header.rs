//! What stands above the deliveries of one notice: its subject, its type and when it was sent, how it stands, and what an
//! administrator must know of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::totals;
use crate::domain::columns::clip;
use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, say};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::audience::past_fallback_words;
use crate::tui::widgets::{row, write};

/// Lines that say only what the list says as well.
const ORDINARY: usize = 3;

/// From this many rows on there is a blank one below it.
const AMPLE: usize = 12;

/// The rows of the header where the list and it share `rows`.
pub(super) fn rows(notice: &Notice, rows: usize) -> usize {
    // In every language there are as many.
    let warnings = warnings(notice, Language::default());
    (ORDINARY + warnings.len() + usize::from(rows >= AMPLE)).min(rows / 2)
}

/// Draws as many lines as there is room for; warnings and totals stay longest.
pub(super) fn draw(notice: &Notice, area: Rect, buf: &mut Buffer, look: Look<'_>) {
    let columns = usize::from(area.width).saturating_sub(2);
    let fitting = |text: &str, role| vec![(clip(text, columns, look.marks.ellipsis()).into_owned(), role)];
    let separator = look.separator();
    let about =
        format!("{}{separator}{}", look.type_path(&notice.message_type), look.full_time(notice.created_at));
    let mut lines = vec![
        fitting(&safe(&notice.subject), Role::Title),
        fitting(&about, Role::Dim),
        // That it reached nobody is said below.
        totals::words(&Notice { unreached: false, ..notice.clone() }, columns, look),
    ];
    let mut warnings = warnings(notice, look.language);
    if look.marks.is_spoken() {
        for (text, _) in &mut warnings {
            *text = text.trim_start_matches(['!', '-', ' ']).to_owned();
        }
    }
    lines.extend(warnings.iter().map(|(text, role)| fitting(text, *role)));
    let rows = usize::from(area.height);
    // What the box and the list say too goes first: when it was, then what it is called.
    for index in [1, 0, 0] {
        if lines.len() > rows && lines.len() > warnings.len() {
            lines.remove(index);
        }
    }
    for (index, spans) in lines.into_iter().take(rows).enumerate() {
        let spans = spans.into_iter().map(|(text, role)| Span::styled(text, look.style(role)));
        let line: Vec<Span<'_>> = std::iter::once(Span::raw("  ")).chain(spans).collect();
        write(row(area, index), buf, Line::from(line));
    }
}

/// What must be known of a notice, the most important first.
pub(super) fn warnings(notice: &Notice, language: Language) -> Vec<(String, Role)> {
    let mut warnings = Vec::new();
    if notice.unreached {
        let words = say!(language, "! It reached nobody, and there is no security email that could get it.");
        warnings.push((words.to_owned(), Role::Bad));
    }
    if let Some(reason) = notice.fallback {
        let why = plain(language, past_fallback_words(reason));
        let words = say!(language, "! It goes to the security email, for {why}.", why);
        warnings.push((words, Role::Warning));
    }
    if notice.cancelled {
        let words = say!(language, "- It was cancelled; what had not left does not leave.");
        warnings.push((words.to_owned(), Role::Text));
    }
    warnings
}
