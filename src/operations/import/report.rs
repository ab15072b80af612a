//! The report of an import for somebody who reads it on a screen: counts of everything, and as many rows as are worth reading.
//!
//! Rows are listed in the order of the file: of those that are refused, of those with a warning and of all others the first
//! 5 000 each, each text cut. So a report of any file takes a few megabytes; what is not listed is counted.

use super::{Fate, Heard, Imported, Stamp, Summary};
use crate::domain::safe_text::safe;
use crate::domain::say::Said;

/// The rows of one kind that are listed.
const LISTED: usize = 5_000;
/// Remarks about the file as a whole that are kept.
const REMARKS: usize = 10;
/// The characters of an address, and of what is said about a row or the file.
const ADDRESS: usize = 254;
const WORDS: usize = 600;

/// What became of a file, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    pub summary: Summary,
    /// About the file as a whole. Safe to show.
    pub remarks: Vec<Said>,
    pub rows: Vec<ReportRow>,
    /// Rows that were taken and should be looked at all the same.
    pub warned: u64,
    /// Rows that are counted only.
    pub unlisted: u64,
    /// The file that was read.
    pub stamp: Option<Stamp>,
    listed: [usize; 3],
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    pub fate: Fate,
    /// Safe to show.
    pub email: String,
    /// Why it is refused, or what should be looked at. Safe to show; empty if there is nothing to say.
    pub why: Vec<Said>,
}

impl Report {
    /// A report about a file of which nothing is read yet.
    #[must_use]
    pub fn of(stamp: Option<Stamp>) -> Self {
        Self { stamp, ..Self::default() }
    }

    /// Takes what an import tells.
    pub fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Remark(remark) if self.remarks.len() < REMARKS => self.remarks.push(bounded(remark)),
            Heard::Remark(_) => {}
            Heard::Row(row) => self.push(row),
        }
    }

    /// All rows of the file.
    #[must_use]
    pub const fn all(&self) -> u64 {
        let Summary { added, changed, unchanged, refused, .. } = self.summary;
        added + changed + unchanged + refused
    }

    fn push(&mut self, row: Imported) {
        let kind = match row.fate {
            Fate::Refused => 0,
            Fate::Added | Fate::Changed | Fate::Unchanged if row.warnings.is_empty() => 2,
            Fate::Added | Fate::Changed | Fate::Unchanged => 1,
        };
        self.warned += u64::from(kind == 1);
        if self.listed[kind] >= LISTED {
            self.unlisted += 1;
            return;
        }
        self.listed[kind] += 1;
        self.rows.push(ReportRow {
            line: row.line,
            fate: row.fate,
            email: cut(&row.email, ADDRESS),
            why: row.reasons.into_iter().chain(row.warnings).map(bounded).collect(),
        });
    }
}

impl ReportRow {
    /// Whether somebody should look at it.
    #[must_use]
    pub fn is_problem(&self) -> bool {
        self.fate == Fate::Refused || !self.why.is_empty()
    }
}

/// What is said, safe to show and not longer than [`WORDS`] allows.
fn bounded(said: Said) -> Said {
    said.with_values(&|value| cut(value, WORDS))
}

/// The first `most` characters, escaped.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => safe(text).into_owned(),
        Some((end, _)) => format!("{}...", safe(&text[..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;
    use crate::domain::say::clauses;

    fn row(line: u64, fate: Fate, email: &str, why: &[&str]) -> Heard {
        let words: Vec<Said> = why.iter().map(|why| Said::foreign(*why)).collect();
        let (reasons, warnings) = if fate == Fate::Refused { (words, vec![]) } else { (vec![], words) };
        let email = email.to_owned();
        Heard::Row(Imported { line, fate, email, contact: None, reasons, warnings, held: None })
    }

    #[test]
    fn refused_rows_are_listed_however_many_good_ones_stand_before_them() {
        let mut report = Report::default();
        for line in 0..20_000 {
            report.hear(row(line, Fate::Added, "a@example.org", &[]));
        }
        report.hear(row(20_000, Fate::Refused, "nobody", &["email: it has no @", "name: it is missing"]));
        report.hear(row(20_001, Fate::Changed, "b@gmial.com", &["perhaps another is meant"]));
        assert_eq!((report.rows.len(), report.unlisted, report.warned), (LISTED + 2, 15_000, 1));
        let problems: Vec<&ReportRow> = report.rows.iter().filter(|row| row.is_problem()).collect();
        assert_eq!(problems.iter().map(|row| row.line).collect::<Vec<_>>(), [20_000, 20_001]);
        assert_eq!(clauses(Language::En, &problems[0].why), "email: it has no @; name: it is missing");
    }

    #[test]
    fn what_a_file_says_is_escaped_and_takes_little_room() {
        let mut report = Report::default();
        report.hear(row(1, Fate::Refused, &"\u{1b}[2J王".repeat(100_000), &[&"x".repeat(1 << 20)]));
        for _ in 0..100 {
            report.hear(Heard::Remark(Said::foreign("\u{7}".repeat(1 << 20))));
        }
        let told = &report.rows[0];
        assert!(told.email.starts_with("\\u{001B}[2J王") && told.email.len() < 4_000, "{}", told.email);
        let why = clauses(Language::En, &told.why);
        assert!(why.ends_with("x...") && why.len() < 1_000);
        let remarks = clauses(Language::En, &report.remarks);
        assert!(report.remarks.len() == REMARKS && remarks.len() < 100_000);
    }
}
