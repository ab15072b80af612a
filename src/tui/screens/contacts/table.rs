//! The columns of the contact list: which are shown at a width, how wide each is, and what stands in them. Widths depend on the
//! width of the place only, never on the rows, so nothing shifts while scrolling.

use crate::domain::columns::pad;
use crate::domain::contact::{Contact, Status};
use crate::domain::filter::Filter;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{listed, plain, say};
use crate::domain::subscription::BoxState;
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;

/// Columns before the first: the mark of the cursor and the mark of what is picked.
pub(super) const MARGIN: usize = 2;

/// Columns behind the last, where there is room.
const END: usize = 1;

/// The widest position, `Maintenance Director`.
const POSITION: usize = 20;
/// `首席执行官` and the like.
const CHINESE_POSITION: usize = 12;
/// The mark and `code sent Nov 23`.
const STATUS: usize = 18;
/// The mark and `验证码已发送 11-23`.
const CHINESE_STATUS: usize = 20;
/// The mark and `undeliverable`.
const SHORT_STATUS: usize = 15;
/// `◐ 2 of 6`.
const TYPES: usize = 8;
/// Widths of the inside of the box from which on columns are added.
const WITH_POSITION: usize = 68;
const WITH_STATUS_WORDS: usize = 50;
const WITH_TYPES: usize = 60;
const ROOMY: usize = 96;

/// The widths of the columns; 0 for one that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    gap: usize,
    end: usize,
    name: usize,
    email: usize,
    position: usize,
    status: usize,
    types: usize,
}

/// A piece of a row in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub role: Role,
    /// The filter has found it.
    pub is_found: bool,
}

impl Columns {
    /// The columns for a box that is `width` wide inside.
    pub(super) fn of(width: usize, language: Language) -> Self {
        let (roomy_status, roomy_position) = match language {
            Language::En => (STATUS, POSITION),
            Language::ZhCn => (CHINESE_STATUS, CHINESE_POSITION),
        };
        let gap = if width >= ROOMY { 2 } else { 1 };
        let status = match width {
            ROOMY.. => roomy_status,
            WITH_STATUS_WORDS.. => SHORT_STATUS,
            _ => 1,
        };
        let types = if width >= WITH_TYPES { TYPES } else { 0 };
        let has_position = width >= WITH_POSITION;
        let gaps = gap * (1 + 1 + usize::from(types > 0) + usize::from(has_position));
        let end = if types > 0 { END } else { 0 };
        let free = width.saturating_sub(MARGIN + gaps + status + types + end);
        let position = match width {
            ROOMY.. => roomy_position,
            WITH_POSITION.. => (free * 3 / 10).clamp(10, roomy_position),
            _ => 0,
        };
        let free = free.saturating_sub(position);
        let name = (free * 2 / 5).min(40);
        Self { gap, end, name, email: free - name, position, status, types }
    }

    /// The line of titles.
    pub(super) fn titles(self, look: &Look<'_>) -> String {
        let language = look.language;
        let mark = if self.status == 1 { "" } else { say!(language, "Status") };
        let titles = [
            (say!(language, "Name"), self.name),
            (say!(language, "Email"), self.email),
            (say!(language, "Position"), self.position),
            (mark, self.status),
            (say!(language, "Types"), self.types),
        ];
        let cells = titles.into_iter().filter(|(_, width)| *width > 0);
        let cells: Vec<_> = cells.map(|(title, width)| pad(title, width, look.marks.ellipsis())).collect();
        format!("{}{}{}", " ".repeat(MARGIN), cells.join(&" ".repeat(self.gap)), " ".repeat(self.end))
    }

    /// The cells of a row behind the margin, in pieces of one style each. What the filter has found are pieces of their own.
    pub(super) fn cells(self, contact: &Contact, filter: &Filter, look: &Look<'_>) -> Vec<Piece> {
        let position = contact.position.map_or("", |position| position.title(look.language));
        let nothing = Filter::default();
        let mut line = Line { pieces: Vec::new(), gap: self.gap, filter, look };
        line.cell(&safe(&contact.name), self.name, Role::Text);
        line.cell(&email(contact, look), self.email, Role::Text);
        line.cell(position, self.position, Role::Text);
        line.filter = &nothing;
        line.cell(&self.status_words(contact, look), self.status, status_role(contact.status));
        line.cell(&types_words(contact, look), self.types, types_role(contact));
        line.push(&" ".repeat(self.end), Role::Text, false);
        line.pieces
    }

    fn status_words(self, contact: &Contact, look: &Look<'_>) -> String {
        let mark = look.marks.status(contact.status);
        let word = plain(look.language, contact.status.words());
        match (self.status, contact.code_sent_at) {
            (1, _) => mark.to_owned(),
            (STATUS.., Some(sent)) if contact.status == Status::CodeSent => {
                format!("{mark} {word} {}", look.short_time(sent))
            }
            (_, _) => format!("{mark} {word}"),
        }
    }
}

/// A row while it is written. Neighbours of one style become one piece.
struct Line<'a> {
    pieces: Vec<Piece>,
    gap: usize,
    filter: &'a Filter,
    look: &'a Look<'a>,
}

impl Line<'_> {
    fn cell(&mut self, text: &str, width: usize, role: Role) {
        if width == 0 {
            return;
        }
        let padded = pad(text, width, self.look.marks.ellipsis());
        let gap = if self.pieces.is_empty() { 0 } else { self.gap };
        let written = padded.trim_end_matches(' ');
        let rest = padded.len() - written.len();
        self.push(&" ".repeat(gap), Role::Text, false);
        let mut from = 0;
        for found in self.filter.occurrences(written) {
            self.push(&written[from..found.start], role, false);
            self.push(&written[found.clone()], role, true);
            from = found.end;
        }
        self.push(&written[from..], role, false);
        self.push(&" ".repeat(rest), Role::Text, false);
    }

    fn push(&mut self, text: &str, role: Role, is_found: bool) {
        match self.pieces.last_mut() {
            Some(last) if last.role == role && last.is_found == is_found => last.text.push_str(text),
            Some(_) | None if text.is_empty() => {}
            Some(_) | None => self.pieces.push(Piece { text: text.to_owned(), role, is_found }),
        }
    }
}

/// The address in force, and the one that will replace it.
pub(super) fn email(contact: &Contact, look: &Look<'_>) -> String {
    match &contact.pending_email {
        Some(pending) => format!("{}{}{}", safe(&contact.email), look.becomes(), safe(pending)),
        None => safe(&contact.email).into_owned(),
    }
}

/// How many categories the contact wants: `● all`, `◐ 2 of 6`, `○ none`.
pub fn types_words(contact: &Contact, look: &Look<'_>) -> String {
    let state = types_state(contact, look);
    let mark = look.marks.types(state);
    match state {
        BoxState::All => say!(look.language, "{mark} all", mark).trim_start().to_owned(),
        BoxState::Some => {
            let (wanted, all) =
                (contact.subscriptions.categories_wanted(look.catalogue), look.catalogue.categories().len());
            if look.marks.is_spoken() {
                return say!(look.language, "{wanted} of {all}", wanted, all);
            }
            say!(look.language, "{mark} {wanted} of {all}", mark, wanted, all)
        }
        BoxState::None => say!(look.language, "{mark} none", mark).trim_start().to_owned(),
    }
}

/// The status in words, and since when a code is out.
pub(super) fn spoken_status(contact: &Contact, look: &Look<'_>) -> String {
    let word = plain(look.language, contact.status.words());
    match contact.code_sent_at.filter(|_| contact.status == Status::CodeSent) {
        Some(sent) => format!("{word} {}", look.short_time(sent)),
        None => word.to_owned(),
    }
}

/// How many categories the contact wants, and which: `2 of 6: Account, Security`.
pub(super) fn spoken_types(contact: &Contact, look: &Look<'_>) -> String {
    let count = types_words(contact, look);
    if types_state(contact, look) != BoxState::Some {
        return count;
    }
    let wanted = look.catalogue.categories().iter();
    let wanted = wanted.filter(|category| contact.subscriptions.state(&category.id) != BoxState::None);
    let titles = listed(look.language, wanted.map(|category| look.short_title(category)));
    format!("{count}{}{titles}", spoken::colon(look.language))
}

fn types_state(contact: &Contact, look: &Look<'_>) -> BoxState {
    if contact.subscriptions.is_everything(look.catalogue) {
        BoxState::All
    } else if contact.subscriptions.is_empty() {
        BoxState::None
    } else {
        BoxState::Some
    }
}

fn types_role(contact: &Contact) -> Role {
    if contact.subscriptions.is_empty() { Role::Warning } else { Role::Text }
}

/// How a status looks; what is as it should be and what waits needs no colour of alarm.
pub const fn status_role(status: Status) -> Role {
    match status {
        Status::Verified => Role::Good,
        Status::CodeSent => Role::Text,
        Status::Unverified | Status::Expired => Role::Warning,
        Status::Undeliverable => Role::Bad,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::columns::width;
    use crate::domain::contact::ContactId;
    use crate::domain::position::Position;
    use crate::domain::subscription::Subscriptions;
    use crate::domain::timestamp::Timestamp;
    use crate::tui::widgets::test_look;

    fn contact(name: &str, email: &str) -> Contact {
        Contact {
            id: ContactId(1),
            name: name.to_owned(),
            email: email.to_owned(),
            position: Some(Position::MaintenanceDirector),
            language: Language::En,
            status: Status::CodeSent,
            verified_at: None,
            code_sent_at: Timestamp::parse("2026-11-24T13:58:00Z"),
            pending_email: None,
            unsubscribed_at: None,
            subscriptions: Subscriptions::from_ids(["security".to_owned(), "product.release".to_owned()]),
            version: 1,
        }
    }

    fn line(contact: &Contact, width: usize) -> String {
        Columns::of(width, Language::En)
            .cells(contact, &Filter::parse("a"), &test_look())
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }

    #[test]
    fn a_roomy_row_shows_everything() {
        let row = line(&contact("AdaLovelace", "ada@example.org"), 98);
        let words: Vec<&str> = row.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
        assert_eq!(
            words,
            ["AdaLovelace", "ada@example.org", "Maintenance Director", "… code sent 13:58", "◐ 2 of 6"]
        );
    }

    #[test]
    fn what_the_filter_found_stands_in_pieces_of_its_own() {
        let contact = contact("AdaLovelace", "ada@example.org");
        let pieces =
            Columns::of(98, Language::En).cells(&contact, &Filter::parse("LOVE main sent"), &test_look());
        let found: Vec<&str> =
            pieces.iter().filter(|piece| piece.is_found).map(|piece| piece.text.as_str()).collect();
        assert_eq!(found, ["Love", "Main"]);
    }

    #[test]
    fn a_pending_address_stands_behind_the_one_in_force() {
        let changing =
            Contact { pending_email: Some("a@b.example".into()), ..contact("ada", "ada@example.org") };
        assert!(line(&changing, 118).contains("ada@example.org → a@b.example"));
    }

    proptest! {
        #[test]
        fn no_name_and_no_width_breaks_a_column(name in "[a-z王小é語\u{202e}\u{301}👩‍🚀]{0,24}", columns in 0..200_usize) {
            let titles = width(&Columns::of(columns, Language::En).titles(&test_look()));
            let row = width(&line(&contact(&name, "ada@example.org"), columns));
            prop_assert_eq!(row + MARGIN, titles);
            prop_assert!(columns < 12 || titles == columns, "{} {}", titles, columns);
        }
    }
}
