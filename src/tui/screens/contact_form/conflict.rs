//! Two administrators changed one contact: what the other has saved beside what this form holds, field by field, and the choice.
//!
//! ```text
//! ┌ Changed meanwhile ─────────────────────────────────────────────┐
//! │ Somebody else has saved this contact since you opened it.       │
//! │                                                                 │
//! │           saved by somebody else    in your form                │
//! │ Position  Finance Director          Technical Director          │
//! │ Types     Account                   Account, Security (2 of 3)  │
//! │                                                                 │
//! │ [ Save mine over it ]  [ Take theirs ]  [ Back to the form ]    │
//! └─────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position as Place, Rect};
use ratatui::text::{Line, Span};

use crate::domain::columns::{clip, pad};
use crate::domain::contact::Contact;
use crate::domain::contact_form::ContactForm;
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::safe_text::safe;
use crate::domain::say::say;
use crate::domain::subscription::{BoxState, Subscriptions};
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog::{self, Buttons};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{first_rows, row, skip_rows, write};

/// What somebody else has saved, and the buttons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Conflict {
    theirs: Box<Contact>,
    /// The index of the button with the focus.
    focused: usize,
}

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolved {
    NotYet,
    /// Save what the form holds over what the other has saved.
    KeepMine,
    TakeTheirs,
    Back,
}

const COLUMNS: u16 = 76;
/// Columns of the names of fields.
const LABELS: usize = 10;

impl Conflict {
    /// The safe button, back to the form, has the focus.
    pub(super) fn new(theirs: Contact) -> Self {
        Self { theirs: Box::new(theirs), focused: 2 }
    }

    fn buttons(&self, language: Language) -> Buttons {
        let labels = [
            say!(language, "Save mine over it"),
            say!(language, "Take theirs"),
            say!(language, "Back to the form"),
        ];
        Buttons::new(labels.map(str::to_owned).to_vec(), self.focused)
    }

    pub(super) fn theirs(&self) -> &Contact {
        &self.theirs
    }

    pub(super) fn input(&mut self, input: &Input) -> Resolved {
        let Input::Action(action) = input else { return Resolved::NotYet };
        #[expect(clippy::wildcard_enum_match_arm, reason = "a choice has a use for few of all actions")]
        match action {
            Action::Close => Resolved::Back,
            Action::Accept | Action::Tick => match self.focused {
                0 => Resolved::KeepMine,
                1 => Resolved::TakeTheirs,
                _ => Resolved::Back,
            },
            _ => {
                let mut buttons = self.buttons(Language::En);
                buttons.step(*action);
                self.focused = buttons.focused();
                Resolved::NotYet
            }
        }
    }

    /// Draws it over the form; `mine` is what the form holds. Returns the cursor's place.
    pub(super) fn draw(
        &self,
        mine: &ContactForm,
        area: Rect,
        buf: &mut Buffer,
        look: Look<'_>,
    ) -> Option<Place> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let language = look.language;
        let head = wrap(say!(language, "Somebody else has saved this contact since you opened it."), words);
        let differences = self.differences(mine, look);
        let labelled = self.buttons(language);
        let buttons = labelled.rows(words, look.marks);
        let rows = head.len() + differences.len() + buttons + 5;
        let place = dialog::centred(look.marks, area, columns, u16::try_from(rows).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, say!(language, "Changed meanwhile"));
        let room = usize::from(inner.height).saturating_sub(buttons);
        // Where there is little room, the differences matter more than the sentence.
        let head_rows = if head.len() + differences.len() + 3 <= room { head.len() + 1 } else { 0 };
        if head_rows > 0 {
            dialog::draw_lines(inner, buf, &head, look.style(Role::Text));
        }
        let table = first_rows(skip_rows(inner, head_rows), room - head_rows);
        let cells = (usize::from(table.width).saturating_sub(LABELS + 1)) / 2;
        let line = |label: &str, theirs: &str, mine: &str, role: Role| {
            let cut = look.marks.ellipsis();
            Line::from(vec![
                Span::styled(pad(label, LABELS, cut).into_owned(), look.style(Role::Label)),
                Span::styled(
                    format!("{} {}", pad(theirs, cells, cut), pad(mine, cells, cut)),
                    look.style(role),
                ),
            ])
        };
        let heads = if cells >= 22 {
            [say!(language, "saved by somebody else"), say!(language, "in your form")]
        } else {
            [say!(language, "theirs"), say!(language, "yours")]
        };
        if look.marks.is_spoken() {
            for (index, difference) in differences.iter().enumerate() {
                let words = difference.spoken(heads, look);
                write(
                    row(table, index),
                    buf,
                    clip(&words, table.width.into(), look.marks.ellipsis()).as_ref(),
                );
            }
            return labelled.draw(skip_rows(inner, room), buf, look);
        }
        write(row(table, 0), buf, line("", heads[0], heads[1], Role::Dim));
        let mut above = "";
        for (index, difference) in differences.iter().enumerate() {
            // What several rows are about is said once.
            let label = if difference.label == above { "" } else { difference.label };
            above = difference.label;
            write(row(table, index + 1), buf, line(label, &difference.theirs, &difference.mine, Role::Text));
        }
        labelled.draw(skip_rows(inner, room), buf, look)
    }

    fn differences(&self, mine: &ContactForm, look: Look<'_>) -> Vec<Difference> {
        let theirs = &self.theirs;
        let position = |position: Option<Position>| match position {
            Some(position) => position.title(look.language).to_owned(),
            None => say!(look.language, "none").to_owned(),
        };
        let language =
            |language: Option<Language>| language.map(Language::own_name).unwrap_or_default().to_owned();
        let wanted = Subscriptions::from_ids(mine.types.iter().cloned());
        let all = [
            Difference {
                label: say!(look.language, "Name"),
                theirs: safe(&theirs.name).into_owned(),
                mine: safe(&mine.name).into_owned(),
            },
            Difference {
                label: say!(look.language, "Email"),
                theirs: safe(&theirs.email).into_owned(),
                mine: safe(mine.email.trim()).into_owned(),
            },
            Difference {
                label: say!(look.language, "Position"),
                theirs: position(theirs.position),
                mine: position(Position::parse(&mine.position).ok()),
            },
            Difference {
                label: say!(look.language, "Language"),
                theirs: language(Some(theirs.language)),
                mine: language(Language::parse(&mine.language).ok()),
            },
        ];
        let mut differences: Vec<Difference> = all.into_iter().filter(|one| one.theirs != one.mine).collect();
        for category in look.catalogue.categories() {
            let of = |wanted: &Subscriptions| -> Vec<bool> {
                category.types.iter().map(|known| wanted.covers(&known.id)).collect()
            };
            let (theirs, mine) = (&theirs.subscriptions, &wanted);
            if of(theirs) != of(mine) || theirs.state(&category.id) != mine.state(&category.id) {
                let words = |wanted: &Subscriptions| match wanted.state(&category.id) {
                    BoxState::Some => {
                        let count = of(wanted).iter().filter(|covered| **covered).count();
                        if look.marks.is_spoken() {
                            let some = look.ticked(BoxState::Some, category.title.get(look.language));
                            return format!("{some}{}{count}/{}", look.separator(), category.types.len());
                        }
                        say!(
                            look.language,
                            "{mark} {count} of {all} {category}",
                            mark = BoxState::Some.mark(),
                            count,
                            all = category.types.len(),
                            category = safe(category.title.get(look.language))
                        )
                    }
                    state @ (BoxState::All | BoxState::None) => {
                        look.ticked(state, &safe(category.title.get(look.language)))
                    }
                };
                let label = say!(look.language, "Types");
                differences.push(Difference { label, theirs: words(theirs), mine: words(mine) });
            }
        }
        differences
    }
}

impl Difference {
    /// The field, then both values, each behind whose it is.
    fn spoken(&self, [theirs, mine]: [&str; 2], look: Look<'_>) -> String {
        let (field, saved, entered) = (self.label, &self.theirs, &self.mine);
        say!(
            look.language,
            "{field}, {theirs}: {saved}; {mine}: {entered}",
            field,
            theirs,
            saved,
            mine,
            entered
        )
    }
}

/// A field that differs; safe to show.
struct Difference {
    label: &'static str,
    theirs: String,
    mine: String,
}
