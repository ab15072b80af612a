//! The report of a trial: what would become of each row, and what can be done with it.

use ratatui::layout::Rect;

use super::view::Layout;
use crate::domain::say::Said;
use crate::operations::import::{BadRows, Report, ReportRow};
use crate::tui::keymap::Action;
use crate::tui::look::Look;

/// The report and where the reader is in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReportPane {
    report: Report,
    /// The rows that somebody should look at, as indices.
    problems: Vec<usize>,
    only_problems: bool,
    /// The row under the cursor and the first that is seen, as indices of what is listed.
    cursor: usize,
    top: usize,
    buttons: Vec<Button>,
    focused: usize,
    /// Whether the cursor of the terminal stands on the buttons.
    is_on_buttons: bool,
    /// Send verification mails at once.
    sends: bool,
    /// What went wrong; safe to show.
    message: Option<Said>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Button {
    /// All rows are taken, or none.
    All,
    /// Refused rows are left out.
    Good,
    Close,
}

/// What a key wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressed {
    Nothing,
    Import,
    Close,
}

impl ReportPane {
    pub(super) fn new(report: Report) -> Self {
        let summary = &report.summary;
        let buttons = match (summary.added + summary.changed, summary.refused) {
            (0, _) => vec![Button::Close],
            (_, 0) => vec![Button::All, Button::Close],
            (_, _) => vec![Button::Good, Button::Close],
        };
        let problems = report.rows.iter().enumerate().filter(|(_, row)| row.is_problem());
        let problems = problems.map(|(index, _)| index).collect();
        Self {
            problems,
            report,
            only_problems: false,
            cursor: 0,
            top: 0,
            buttons,
            focused: 0,
            is_on_buttons: false,
            sends: false,
            message: None,
        }
    }

    pub(super) const fn report(&self) -> &Report {
        &self.report
    }

    /// Whether verification mails are wanted at once.
    pub(super) const fn sends(&self) -> bool {
        self.sends
    }

    pub(super) const fn only_problems(&self) -> bool {
        self.only_problems
    }

    pub(super) const fn message(&self) -> Option<&Said> {
        self.message.as_ref()
    }

    pub(super) fn buttons(&self) -> &[Button] {
        &self.buttons
    }

    pub(super) const fn focused(&self) -> usize {
        self.focused
    }

    pub(super) const fn is_on_buttons(&self) -> bool {
        self.is_on_buttons
    }

    /// What is refused keeps the others out, or does not.
    pub(super) const fn bad_rows(&self) -> BadRows {
        if self.report.summary.refused > 0 { BadRows::LeaveOut } else { BadRows::RefuseAll }
    }

    /// Whether codes could be sent.
    pub(super) const fn has_new(&self) -> bool {
        self.report.summary.added > 0
    }

    /// How many rows are listed.
    pub(super) fn len(&self) -> usize {
        if self.only_problems { self.problems.len() } else { self.report.rows.len() }
    }

    /// The `index`-th row that is listed.
    pub(super) fn row(&self, index: usize) -> Option<&ReportRow> {
        let index = if self.only_problems { *self.problems.get(index)? } else { index };
        self.report.rows.get(index)
    }

    pub(super) const fn cursor(&self) -> usize {
        self.cursor
    }

    /// The first row that is seen of `rows`: the one under the cursor always is.
    pub(super) fn top(&self, rows: usize) -> usize {
        let lowest = (self.cursor + 1).saturating_sub(rows.max(1));
        self.top.min(self.len().saturating_sub(rows)).clamp(lowest, self.cursor)
    }

    /// Says what went wrong; `words` are safe to show.
    pub(super) fn say(&mut self, words: Said) {
        self.message = Some(words);
    }

    pub(super) fn forget_words(&mut self) {
        self.message = None;
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the report has a use for few of all actions")]
    pub(super) fn act(&mut self, action: Action, area: Rect, look: Look<'_>) -> Pressed {
        let rows = Layout::of(self, area, look).list;
        let last = self.len().saturating_sub(1);
        self.is_on_buttons = false;
        match action {
            Action::Close => return Pressed::Close,
            Action::Accept => {
                self.is_on_buttons = true;
                return match self.buttons.get(self.focused) {
                    Some(Button::All | Button::Good) => Pressed::Import,
                    Some(Button::Close) | None => Pressed::Close,
                };
            }
            Action::Next | Action::Previous => {
                let count = self.buttons.len();
                let steps = if action == Action::Next { 1 } else { count - 1 };
                self.focused = (self.focused + steps) % count;
                self.is_on_buttons = true;
            }
            Action::Tick => self.sends = !self.sends && self.has_new(),
            Action::Problems => self.toggle_problems(),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(rows.max(1)),
            Action::PageDown => self.cursor = (self.cursor + rows.max(1)).min(last),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = last,
            _ => {}
        }
        self.top = self.top(rows);
        Pressed::Nothing
    }

    /// Lists the problems alone, or all rows again; the cursor stays on its row, or goes to the next problem.
    fn toggle_problems(&mut self) {
        if self.only_problems {
            self.cursor = self.problems.get(self.cursor).copied().unwrap_or_default();
        } else {
            let next = self.problems.partition_point(|index| *index < self.cursor);
            self.cursor = next.min(self.problems.len().saturating_sub(1));
        }
        self.only_problems = !self.only_problems;
    }
}
