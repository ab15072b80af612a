//! What was left unfinished when the program ended: whose it is, what it is, and whether it is opened again.
//!
//! ```text
//! ┌ Left unfinished ───────────────────────────────────────┐
//! │ A form was left unfinished on 2026-11-24 14:03         │
//! │ (by ada from 192.0.2.1).                               │
//! │                                                        │
//! │ New contact: 王小明, xiaoming@example.cn                │
//! │                                                        │
//! │ [ Open ]  [ Discard ]  [ Later ]                       │
//! └────────────────────────────────────────────────────────┘
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::config::MailField;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, say};
use crate::tui::draft::{Draft, Form, Offer};
use crate::tui::keymap::{Action, Input};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::dialog::{self, Buttons};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{first_rows, skip_rows};

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftOfferDialog {
    offer: Offer,
    /// The index of the button with the focus.
    focused: usize,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum DraftOfferOutcome {
    Stay,
    Open(Offer),
    Throw(Offer),
    /// Ask again at the next start.
    Later(Offer),
}

/// The widest that it becomes, borders included.
const COLUMNS: u16 = 60;
/// The most rows of what stands in the form.
const CONTENT_ROWS: usize = 3;

impl DraftOfferDialog {
    /// An offer; opening it has the focus, which loses nothing.
    #[must_use]
    pub const fn new(offer: Offer) -> Self {
        Self { offer, focused: 0 }
    }

    /// One key or paste.
    pub fn input(&mut self, input: &Input) -> DraftOfferOutcome {
        let Input::Action(action) = input else { return DraftOfferOutcome::Stay };
        #[expect(clippy::wildcard_enum_match_arm, reason = "an offer has a use for few of all actions")]
        match action {
            Action::Close => DraftOfferOutcome::Later(self.offer.clone()),
            Action::Accept | Action::Tick => match self.focused {
                0 => DraftOfferOutcome::Open(self.offer.clone()),
                1 => DraftOfferOutcome::Throw(self.offer.clone()),
                _ => DraftOfferOutcome::Later(self.offer.clone()),
            },
            _ => {
                let mut buttons = self.buttons(Language::En);
                buttons.step(*action);
                self.focused = buttons.focused();
                DraftOfferOutcome::Stay
            }
        }
    }

    /// Draws it in the middle of `area`. Returns the cursor's place: the button with the focus.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let columns = COLUMNS.min(area.width);
        let words = usize::from(columns).saturating_sub(6);
        let labelled = self.buttons(look.language);
        let buttons = labelled.rows(words, look.marks);
        let head = wrap(&self.head(look), words);
        let mut content = wrap(&content(&self.offer.draft, look), words);
        content.truncate(CONTENT_ROWS);
        let rows = head.len() + content.len() + buttons + 4;
        let place = dialog::centred(look.marks, area, columns, u16::try_from(rows).unwrap_or(u16::MAX));
        let inner = dialog::open(place, buf, look, say!(look.language, "Left unfinished"));
        // Where there is little room, the buttons and the beginning stay.
        let room = usize::from(inner.height).saturating_sub(buttons);
        dialog::draw_lines(first_rows(inner, room), buf, &head, look.style(Role::Text));
        let gap = usize::from(head.len() + content.len() + 2 <= room);
        let above = (head.len() + gap).min(room);
        let below = first_rows(skip_rows(inner, above), room - above);
        dialog::draw_lines(below, buf, &content, look.style(Role::Dim));
        labelled.draw(skip_rows(inner, room), buf, look)
    }

    fn buttons(&self, language: Language) -> Buttons {
        let labels = [say!(language, "Open"), say!(language, "Discard"), say!(language, "Later")];
        Buttons::new(labels.map(str::to_owned).to_vec(), self.focused)
    }

    fn head(&self, look: Look<'_>) -> String {
        let Offer { at, user, origin, .. } = &self.offer;
        let (time, user) = (look.full_time(*at), safe(user));
        match origin.as_deref().map(safe) {
            None => say!(look.language, "A form was left unfinished on {time} (by {user}).", time, user),
            Some(origin) => say!(
                look.language,
                "A form was left unfinished on {time} (by {user} from {origin}).",
                time,
                user,
                origin
            ),
        }
    }
}

/// Which form it is and what stands in it; safe to show.
fn content(draft: &Draft, look: Look<'_>) -> String {
    let form = plain(look.language, form_words(&draft.form));
    let names: &[&str] = match &draft.form {
        Form::NewContact | Form::Contact { .. } => &["name", "email"],
        Form::Introduction | Form::Account => &["name", "security_email"],
        Form::MailServer => &[MailField::Host.key(), MailField::From.key()],
        Form::Notice { .. } => &["subject", "body"],
        Form::Import | Form::Export => &["file"],
    };
    // The beginning of a long text tells enough.
    let begin = |text: &str| text.chars().take(200).collect::<String>();
    let texts = names.iter().map(|name| draft.text(name).trim()).filter(|text| !text.is_empty());
    let texts: Vec<String> = texts.map(|text| safe(&begin(text)).into_owned()).collect();
    if texts.is_empty() {
        return form.to_owned();
    }
    say!(look.language, "{form}: {content}", form, content = texts.join(look.separator()))
}

/// How a form is called, in English.
const fn form_words(form: &Form) -> &'static str {
    match form {
        Form::NewContact => TEXTS[0],
        Form::Contact { .. } => TEXTS[1],
        Form::Introduction | Form::Account => TEXTS[2],
        Form::MailServer => TEXTS[3],
        Form::Notice { .. } => TEXTS[4],
        Form::Import => TEXTS[5],
        Form::Export => TEXTS[6],
    }
}

/// How forms are called in an offer.
pub const TEXTS: [&str; 7] =
    ["New contact", "Changes to a contact", "Account", "Mail server", "New notice", "Import", "Export"];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::timestamp::Timestamp;
    use crate::tui::draft::{DraftId, Texts};
    use crate::tui::widgets::test_look;

    fn offer() -> Offer {
        let now = Texts::of([("name", "王小明"), ("email", "xiaoming@")]);
        let draft = Draft { form: Form::NewContact, before: Texts::default(), now };
        Offer {
            id: DraftId(1),
            at: Timestamp::default(),
            user: "ada".into(),
            origin: None,
            draft: Arc::new(draft),
        }
    }

    #[test]
    fn enter_opens_and_esc_asks_later() {
        let press = |actions: &[Action]| {
            let mut dialog = DraftOfferDialog::new(offer());
            let outcomes = actions.iter().map(|action| dialog.input(&Input::Action(*action)));
            outcomes.last().unwrap()
        };
        assert_eq!(press(&[Action::Accept]), DraftOfferOutcome::Open(offer()));
        assert_eq!(press(&[Action::Close]), DraftOfferOutcome::Later(offer()));
        assert_eq!(press(&[Action::Next, Action::Accept]), DraftOfferOutcome::Throw(offer()));
        assert_eq!(press(&[Action::Previous, Action::Accept]), DraftOfferOutcome::Later(offer()));
        assert_eq!(DraftOfferDialog::new(offer()).input(&Input::Text('y')), DraftOfferOutcome::Stay);
    }

    proptest! {
        #[test]
        fn it_is_drawn_at_any_size(width in 0u16..90, height in 0u16..30) {
            let area = Rect::new(0, 0, width, height);
            let mut buf = Buffer::empty(area);
            if let Some(cursor) = DraftOfferDialog::new(offer()).draw(area, &mut buf, test_look()) {
                prop_assert!(area.contains(cursor));
            }
        }
    }
}
