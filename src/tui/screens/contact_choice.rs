//! Choosing a contact whose subscriptions are copied: a field in which name or email are typed, and the list that matches. It never
//! copies: it says who was chosen.
//!
//! ```text
//! ┌ Copy from ───────────────────────────────────────┐
//! │ To    AdaLovelace                                │
//! │ From  grace_                                     │
//! │                                                  │
//! │ ▸ GraceHopper     grace@example.org     ◐ 2 of 6 │
//! └──────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::contacts::types_words;
use crate::domain::columns::{clip, pad, width};
use crate::domain::contact::{Contact, ContactId, SortColumn};
use crate::domain::filter::Filter;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say as _, say};
use crate::operations::Problem;
use crate::operations::contacts::{Anchor, ListQuery, PageAt};
use crate::operations::page::Page;
use crate::tui::edits::{CopyEdit, Targets};
use crate::tui::effect::{Question, Request};
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::marks::Marks;
use crate::tui::plan::Plan;
use crate::tui::spoken;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::Focus;
use crate::tui::widgets::text_field::{TextField, Typed};
use crate::tui::widgets::{dialog, row, skip_rows, write};
use crate::tui::window::{Far, Fill, Land, Want, Window};

/// The size of the dialog, borders included, where there is room.
const COLUMNS: u16 = 70;
const ROWS: u16 = 16;

/// Lines above the list: to whom, from whom, and a blank.
const HEAD: usize = 3;

/// Columns of the words before fields.
const LABELS: u16 = 6;

/// The longest text in characters.
const LIMIT: usize = 200;

/// The columns of `◐ 2 of 6`.
const TYPES: usize = 8;

/// From this width on the email has room.
const ROOMY: usize = 44;

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactChoice {
    to: Targets,
    field: TextField,
    window: Window<Contact>,
    /// The contact itself was chosen last.
    is_itself: bool,
}

/// What is to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceOutcome {
    Stay,
    Close,
    Chosen(CopyEdit),
}

impl ContactChoice {
    /// A dialog that loads its list.
    #[must_use]
    pub fn new(to: Targets, area: Rect, plan: &mut Plan) -> Self {
        let field = TextField::new("", LIMIT);
        let mut choice = Self { to, field, window: Window::default(), is_itself: false };
        choice.load(PageAt::First, Land::First, area, plan);
        choice
    }

    /// One key or paste. `area` is the place over which the dialog is drawn.
    pub fn input(&mut self, input: &Input, area: Rect, plan: &mut Plan) -> ChoiceOutcome {
        self.is_itself = false;
        let height = list_height(area);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the dialog has a use for few of all actions")]
        match input {
            Input::Action(Action::Close) => return ChoiceOutcome::Close,
            Input::Action(Action::Accept) => return self.choose(),
            Input::Action(action @ (Action::Up | Action::Down | Action::PageUp | Action::PageDown)) => {
                match self.window.travel(*action, height) {
                    Some(Far::First) => self.load(PageAt::First, Land::First, area, plan),
                    Some(Far::Last) => self.load(PageAt::Last, Land::Last, area, plan),
                    None => {}
                }
            }
            _ => {
                if self.field.edit(input) == Typed::Changed {
                    self.load(PageAt::First, Land::First, area, plan);
                }
            }
        }
        self.feed(area, plan);
        ChoiceOutcome::Stay
    }

    /// Takes rows that came. A store that cannot be read is handed back.
    pub fn take_page(
        &mut self,
        request: Request,
        page: Result<Page<Contact>, Problem>,
        area: Rect,
        plan: &mut Plan,
    ) -> Option<Problem> {
        if !self.window.awaits(request) {
            return None;
        }
        match page {
            Ok(page) => {
                let _all_are_new = self.window.accept(request, page, list_height(area));
                self.feed(area, plan);
                None
            }
            Err(problem) => {
                self.window.forget();
                Some(problem)
            }
        }
    }

    /// Notes that no answers will come to what was asked.
    pub fn forget(&mut self) {
        self.window.forget();
    }

    /// Draws the dialog in the middle of `area`. Returns the cursor's place: the caret.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let place = place(look.marks, area);
        let inner = dialog::open(place, buf, look, say!(look.language, "Copy from"));
        if self.is_itself {
            dialog::foot(place, buf, look, say!(look.language, "that is the same contact"));
        }
        // The blanks tell these words from those of a mail.
        let to = dialog::label(row(inner, 0), buf, look, say!(look.language, "To ").trim_end(), LABELS);
        write(
            to,
            buf,
            clip(&self.to.say(look.language), to.width.into(), look.marks.ellipsis()).into_owned(),
        );
        let from = dialog::label(row(inner, 1), buf, look, say!(look.language, "From ").trim_end(), LABELS);
        let caret = self.field.draw_in_form(from, buf, look, Focus::Here);
        let list = skip_rows(inner, HEAD);
        if self.window.is_empty() {
            let words = say!(look.language, "No contact matches. Type a part of name or email.");
            let lines = crate::tui::widgets::wrapped_text::wrap(words, list.width.into());
            dialog::draw_lines(list, buf, &lines, look.style(Role::Hint));
        }
        let line = self.window.cursor_line();
        if look.marks.is_spoken() {
            let seen = self.window.visible(list.height.into());
            let rows: Vec<String> =
                seen.iter().map(|contact| super::contacts::spoken(contact, &look)).collect();
            // What would be chosen is what is heard while one types.
            return spoken::draw_choices(list, buf, &look, &rows, line).or(caret);
        }
        for (index, contact) in self.window.visible(list.height.into()).iter().enumerate() {
            draw_contact(contact, index == line, row(list, index), buf, &look);
        }
        caret
    }

    fn choose(&mut self) -> ChoiceOutcome {
        let Some(from) = self.window.current() else { return ChoiceOutcome::Stay };
        if self.to.ids == [from.id] {
            self.is_itself = true;
            return ChoiceOutcome::Stay;
        }
        ChoiceOutcome::Chosen(CopyEdit {
            from: from.id,
            name: safe(&from.name).into_owned(),
            to: self.to.clone(),
        })
    }

    fn load(&mut self, at: PageAt, land: Land<ContactId>, area: Rect, plan: &mut Plan) {
        self.ask(at, Fill::Anew(land), area, plan);
    }

    /// Asks for the rows that are missing near those that are seen.
    fn feed(&mut self, area: Rect, plan: &mut Plan) {
        let height = list_height(area);
        self.window.fit(height);
        let (first, last) = (self.window.rows().first(), self.window.rows().last());
        let anchor = |contact: &Contact| Anchor::of(contact, SortColumn::default());
        let (at, fill) = match (self.window.wants(height), first, last) {
            (Some(Want::Before), Some(first), _) => (PageAt::Before(anchor(first)), Fill::Before),
            (Some(Want::After), _, Some(last)) => (PageAt::After(anchor(last)), Fill::After),
            (Some(Want::Before | Want::After) | None, _, _) => return,
        };
        self.ask(at, fill, area, plan);
    }

    fn ask(&mut self, at: PageAt, fill: Fill<ContactId>, area: Rect, plan: &mut Plan) {
        let query = ListQuery { filter: Filter::parse(self.field.text()), ..ListQuery::default() };
        let limit = Window::<Contact>::page_size(list_height(area));
        let request = plan.ask(Question::Choices { query, at, limit });
        self.window.expect(request, fill);
    }
}

fn place(marks: Marks, area: Rect) -> Rect {
    dialog::centred(marks, area, COLUMNS.min(area.width), ROWS)
}

fn list_height(area: Rect) -> usize {
    // Marks change where it stands, not how high it is.
    usize::from(dialog::inside(place(Marks::default(), area)).height).saturating_sub(HEAD)
}

fn draw_contact(contact: &Contact, is_current: bool, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let role = if is_current { Role::Choice } else { Role::Text };
    let cut = look.marks.ellipsis();
    let columns = usize::from(area.width);
    let types = types_words(contact, look);
    let free = columns.saturating_sub(2 + 2 + TYPES);
    let name_columns = if columns >= ROOMY { free * 2 / 5 } else { free };
    let mut text = pad(&safe(&contact.name), name_columns, cut).into_owned();
    if columns >= ROOMY {
        text.push_str("  ");
        text.push_str(&pad(&safe(&contact.email), free.saturating_sub(name_columns + 2), cut));
    }
    text.push_str("  ");
    text.push_str(&types);
    let missing = columns.saturating_sub(2 + width(&text));
    text.push_str(&" ".repeat(missing));
    let mark = if is_current { look.marks.cursor() } else { " " };
    let spans = vec![
        Span::styled(mark, look.style(Role::Title)),
        Span::raw(" "),
        Span::styled(text, look.style(role)),
    ];
    write(area, buf, Line::from(spans));
}
