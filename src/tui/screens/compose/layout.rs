//! Where everything stands in the dialog of a new notice. Keys and picture both ask here, so the text moves by the rows that are
//! seen.
//!
//! ```text
//! ┌ New notice ─────────────────────────────────────────────────────┐
//! │ Type     Account security alerts   security.account ▾ │ 12 people get it
//! │                                                       │ AdaLovelace
//! │ Subject  Unusual logon                                │ 王小明
//! │                                                       │ and 10 more
//! │ ┌ Text ─────────────────────────────────────────────┐ │
//! │ │ Somebody has logged on from a new place.          │ │
//! │ └───────────────────────────────────────────────────┘ │
//! │ [ Send ]  [ Preview ]  [ Cancel ]                     │
//! └─────────────────────────────────────────────────────────────────┘
//! ```
//!
//! Where columns are few, who gets it is a line above the buttons; where rows are few, blanks and the box go, then that line, and
//! then the form scrolls to the focus.

use ratatui::layout::Rect;
use ratatui::widgets::Block;

use super::{ComposeDialog, Focus, Who};
use crate::domain::notice::NoticeField;
use crate::domain::say::{Say, say};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::audience_summary;
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, dialog, first_rows, skip_rows};

/// The most that the dialog takes, borders included.
const COLUMNS: u16 = 124;
const ROWS: u16 = 40;
/// Columns before the fields.
pub(super) const LABELS: u16 = 9;
/// From this width of the inside on, who gets it stands beside the form.
const WITH_PANE: u16 = 68;
/// Columns between form and pane: a line with a blank on either side.
pub(super) const GAP: u16 = 3;
/// From this height of the inside on there are blanks, and a box around the text.
const AMPLE: u16 = 12;

/// One row of the form.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FormRow {
    Blank,
    Type,
    Subject,
    /// A row of the text or of its box.
    Body,
    /// What is wrong with the field above, beside the label column.
    Note(String),
    /// Words over the whole width.
    Line {
        text: String,
        role: Role,
    },
    Buttons,
    /// A button in a line of its own, where the form is spoken.
    Button(Focus),
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// The dialog, borders included.
    pub(super) place: Rect,
    pub(super) form: Rect,
    /// Who gets it, where it has a place of its own.
    pub(super) pane: Option<Rect>,
    pub(super) rows: Vec<FormRow>,
    /// The first row that is seen.
    pub(super) top: usize,
    /// The text has a box around it.
    pub(super) is_boxed: bool,
}

impl Layout {
    /// The rows of the text that are seen, its box or label included.
    pub(super) fn body(&self) -> Rect {
        let is_body = |form_row: &&FormRow| **form_row == FormRow::Body;
        let seen = self.rows.iter().skip(self.top).take(self.form.height.into());
        let before = seen.clone().take_while(|form_row| !is_body(form_row)).count();
        first_rows(skip_rows(self.form, before), seen.filter(is_body).count())
    }

    /// The text itself.
    pub(super) fn body_text(&self) -> Rect {
        let body = self.body();
        if !self.is_boxed {
            return beside(body, LABELS);
        }
        let inside = Block::bordered().inner(body);
        // A blank at the left; at the right the text keeps a column by itself.
        beside(inside, 1)
    }
}

/// What rows are spent on beside the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// Blanks, and a box around the text.
    Ample,
    Modest,
    /// Not even who gets it.
    Scarce,
}

impl ComposeDialog {
    /// Where everything stands over `area`.
    pub(super) fn layout(&self, area: Rect, look: Look<'_>) -> Layout {
        let place = dialog::centred(look.marks, area, COLUMNS.min(area.width), ROWS.min(area.height));
        let inner = dialog::inside(place);
        let beside = if inner.width >= WITH_PANE && !look.marks.is_spoken() {
            (inner.width / 3).clamp(24, 36)
        } else {
            0
        };
        let pane = (beside > 0).then(|| Rect { x: inner.right() - beside, width: beside, ..inner });
        let form = Rect { width: inner.width - pane.map_or(0, |pane| pane.width + GAP), ..inner };
        let height = usize::from(form.height);
        let who = if pane.is_some() { None } else { self.who_line(form.width.into(), look) };
        let least = |space| self.rows(form.width, space, who.as_ref(), 0, look).len() + least_body(space);
        let space = match [Space::Ample, Space::Modest].into_iter().find(|space| least(*space) <= height) {
            Some(Space::Ample) if form.height < AMPLE || look.marks.is_spoken() => Space::Modest,
            Some(space) => space,
            None => Space::Scarce,
        };
        let body = (height + least_body(space)).saturating_sub(least(space)).max(least_body(space));
        let rows = self.rows(form.width, space, who.as_ref(), body, look);
        let top = self.top(&rows, height);
        Layout { place, form, pane, rows, top, is_boxed: space == Space::Ample }
    }

    fn rows(
        &self,
        columns: u16,
        space: Space,
        who: Option<&FormRow>,
        body: usize,
        look: Look<'_>,
    ) -> Vec<FormRow> {
        let columns = usize::from(columns);
        let notes_or_blank = |field| {
            let notes = self.notes(field, columns, look);
            if notes.is_empty() && space == Space::Ample { vec![FormRow::Blank] } else { notes }
        };
        let mut rows = vec![FormRow::Type];
        rows.extend(notes_or_blank(NoticeField::MessageType));
        rows.push(FormRow::Subject);
        rows.extend(notes_or_blank(NoticeField::Subject));
        rows.extend(std::iter::repeat_n(FormRow::Body, body));
        rows.extend(self.notes(NoticeField::Body, columns, look));
        rows.extend(who.filter(|_| space != Space::Scarce).cloned());
        let message =
            self.message.iter().flat_map(|message| wrap(&look.wrong(&message.say(look.language)), columns));
        rows.extend(message.map(|text| FormRow::Line { text, role: Role::Problem }));
        if look.marks.is_spoken() {
            rows.extend([Focus::Send, Focus::Preview, Focus::Cancel].map(FormRow::Button));
        } else {
            rows.push(FormRow::Buttons);
        }
        rows
    }

    fn notes(&self, field: NoticeField, columns: usize, look: Look<'_>) -> Vec<FormRow> {
        let of_field = self.problems.iter().filter(|problem| problem.field == field);
        let beside = columns.saturating_sub(LABELS.into());
        of_field
            .flat_map(|problem| wrap(&look.wrong(&problem.wrong.say(look.language)), beside))
            .map(FormRow::Note)
            .collect()
    }

    /// Who gets it, where that has no place of its own.
    fn who_line(&self, columns: usize, look: Look<'_>) -> Option<FormRow> {
        let (text, role) = match &self.who {
            Who::Nobody => return None,
            Who::Asked => (say!(look.language, "asking who gets it").to_owned(), Role::Dim),
            Who::Known(audience) => audience_summary::summary(audience, columns, look),
            Who::Unknown(why) => (why.say(look.language), Role::Problem),
        };
        Some(FormRow::Line { text, role })
    }

    /// The first row that is seen: the focus and the words below it stay in sight.
    fn top(&self, rows: &[FormRow], height: usize) -> usize {
        let is_focused = |form_row: &FormRow| match (form_row, self.focus) {
            (FormRow::Type, Focus::Type)
            | (FormRow::Subject, Focus::Subject)
            | (FormRow::Body, Focus::Body)
            | (FormRow::Buttons, Focus::Send | Focus::Preview | Focus::Cancel) => true,
            (FormRow::Button(button), focused) => *button == focused,
            (_, _) => false,
        };
        let at = rows.iter().position(is_focused).unwrap_or_default();
        let below =
            rows[at + 1..].iter().take_while(|form_row| matches!(form_row, FormRow::Body | FormRow::Note(_)));
        let end = at + 1 + below.count();
        end.saturating_sub(height).min(at)
    }
}

/// The fewest rows of a text, its box included.
const fn least_body(space: Space) -> usize {
    match space {
        Space::Ample => 5,
        Space::Modest => 2,
        Space::Scarce => 1,
    }
}
