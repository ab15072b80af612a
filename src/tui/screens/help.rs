//! The help: all keys that are in force where it was called, then those of everywhere. What is typed searches it, and then the
//! keys of all other places too. It is made from the keymap and the words below; it changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use crate::domain::columns::pad;
use crate::domain::contact::Status;
use crate::domain::fold::fold;
use crate::domain::language::Language;
use crate::domain::say::{plain, say};
use crate::tui::keymap::{Action, Context, HelpLine, Input, Section};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::check_box::Focus;
use crate::tui::widgets::scroll_text::{self, Scroll, ScrollLine, Step};
use crate::tui::widgets::text_field::{TextField, Typed};
use crate::tui::widgets::wrapped_text::wrap;
use crate::tui::widgets::{beside, dialog, row, skip_rows, write};

/// The widest that the help becomes, borders included.
const COLUMNS: u16 = 76;
/// Columns for the keys.
const KEYS: usize = 22;
/// The longest search in characters.
const LIMIT: usize = 60;
/// Rows above the keys: the search, and a blank.
const ABOVE: usize = 2;

/// The help while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// Where it was called.
    context: Context,
    search: TextField,
    scroll: Scroll,
}

/// What an input was to the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpOutcome {
    Stay,
    Close,
}

impl Help {
    /// The help for what is in force in `context`.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context, search: TextField::new("", LIMIT), scroll: Scroll::default() }
    }

    /// One key; `screen` is the place in which the help is drawn.
    pub fn input(&mut self, input: &Input, screen: Rect, look: &Look<'_>) -> HelpOutcome {
        #[expect(clippy::wildcard_enum_match_arm, reason = "what does not scroll is for the search")]
        let step = match input {
            Input::Action(Action::Close) if self.search.is_empty() => return HelpOutcome::Close,
            Input::Action(Action::Close) => {
                self.search.set("");
                Step::Start
            }
            Input::Action(Action::Up) => Step::LineUp,
            Input::Action(Action::Down) => Step::LineDown,
            Input::Action(Action::PageUp) => Step::PageUp,
            Input::Action(Action::PageDown) => Step::PageDown,
            Input::Action(Action::First) => Step::Start,
            Input::Action(Action::Last) => Step::End,
            _ => match self.search.edit(input) {
                Typed::Changed => Step::Start,
                Typed::Same | Typed::Unused => return HelpOutcome::Stay,
            },
        };
        let text = skip_rows(dialog::inside(self.place(screen, look)), ABOVE);
        let lines = self.lines(scroll_text::text_columns(text), look);
        self.scroll.step(step, lines.len(), text.height.into());
        HelpOutcome::Stay
    }

    /// Draws the help in the middle of `area`. Returns the caret's place in the search.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let inner = dialog::open(self.place(area, &look), buf, look, say!(look.language, "Help"));
        let field = dialog::search_label(row(inner, 0), buf, look, say!(look.language, "Search"));
        let caret = self.search.draw_in_form(field, buf, look, Focus::Here);
        if self.search.is_empty() && !look.marks.is_spoken() {
            let hint = format!(" {}", say!(look.language, "type to search all keys"));
            write(beside(field, 1), buf, Span::styled(hint, look.style(Role::Hint)));
        }
        let text = skip_rows(inner, ABOVE);
        let lines = self.lines(scroll_text::text_columns(text), &look);
        let at_text = scroll_text::draw(text, buf, look, &lines, self.scroll);
        // What was found is what is heard while one types.
        at_text.filter(|_| look.marks.is_spoken()).or(caret)
    }

    /// As high as all that is in force needs, whatever is searched, so that the frame stays where it is.
    fn place(&self, area: Rect, look: &Look<'_>) -> Rect {
        let columns = COLUMNS.min(area.width);
        let text = dialog::inside(Rect { width: columns, ..area });
        let rows = self.all_lines(scroll_text::text_columns(text), look).len() + ABOVE + 2;
        dialog::centred(look.marks, area, columns, u16::try_from(rows).unwrap_or(u16::MAX))
    }

    fn lines(&self, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
        if self.search.is_empty() { self.all_lines(columns, look) } else { self.found_lines(columns, look) }
    }

    /// What is in force, the marks, and the words.
    fn all_lines(&self, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
        let mut lines = section_lines(look.keys.sections(self.context.stack()), columns, look);
        let marks = marks(look);
        if !marks.is_empty() {
            lines.push(ScrollLine::new(say!(look.language, "Marks"), Role::Title));
            lines.extend(marks.into_iter().flat_map(|(mark, words)| described(&mark, words, columns, look)));
            lines.push(ScrollLine::new("", Role::Text));
        }
        lines.extend(
            wrap(words(look.language), columns).into_iter().map(|line| ScrollLine::new(line, Role::Hint)),
        );
        lines
    }

    /// What every word of the search occurs in, be it in which language it may: first what is in force, then what is elsewhere,
    /// then the marks.
    fn found_lines(&self, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
        let words: Vec<String> =
            self.search.text().split_whitespace().map(|word| fold(word).into_owned()).collect();
        let matches = |title: &'static str, line: &HelpLine| {
            let said = Language::ALL
                .map(|language| format!("{} {}", plain(language, title), plain(language, line.help)));
            let text = format!("{} {}", said.join(" "), line.keys);
            let text = fold(&text);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let stack = self.context.stack();
        let marks = marks(look).into_iter().map(|(keys, help)| HelpLine { keys, help }).collect();
        let mut sections = look.keys.sections(stack);
        sections.extend(look.keys.sections_elsewhere(stack));
        sections.push(Section { title: "marks", lines: marks });
        for section in &mut sections {
            section.lines.retain(|line| matches(section.title, line));
        }
        sections.retain(|section| !section.lines.is_empty());
        if sections.is_empty() {
            return vec![ScrollLine::new(say!(look.language, "No key and no mark matches."), Role::Hint)];
        }
        section_lines(sections, columns, look)
    }
}

/// What is said beside the keys.
fn words(language: Language) -> &'static str {
    say!(
        language,
        "Contacts are for notifications only: they never serve to sign in or to identify anyone. A contact gets nothing until \
         somebody has shown, with the code that was sent there, that the address is read."
    )
}

/// What marks mean that belong to no status of an address; in English, as it stands in the table.
const MEANINGS: [&str; 4] = [
    "all, some or none of a category's types",
    "the recipient has unsubscribed",
    "nobody would receive it; the security email does",
    "some of the category's types reach nobody",
];

/// Texts that are said from here: the title of the marks, and what they mean.
#[must_use]
pub fn texts() -> Vec<&'static str> {
    let mut texts = vec!["marks"];
    texts.extend(MEANINGS);
    texts
}

/// Marks and what they mean; none where the screen is spoken.
fn marks(look: &Look<'_>) -> Vec<(String, &'static str)> {
    if look.marks.is_spoken() {
        return Vec::new();
    }
    let mut marks: Vec<(String, &'static str)> =
        Status::ALL.iter().map(|status| (look.marks.status(*status).to_owned(), status.words())).collect();
    let others = [
        "[x] [-] [ ]".to_owned(),
        look.marks.unsubscribed().to_owned(),
        format!("0 !{}{}", look.marks.to(), say!(look.language, "sec")),
        "3 !".to_owned(),
    ];
    marks.extend(others.into_iter().zip(MEANINGS));
    marks
}

/// Sections below each other, a blank behind each.
fn section_lines(sections: Vec<Section>, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
    let mut lines = Vec::new();
    for section in sections {
        lines.push(ScrollLine::new(capitalised(plain(look.language, section.title)), Role::Title));
        for line in section.lines {
            lines.extend(described(&line.keys, line.help, columns, look));
        }
        lines.push(ScrollLine::new("", Role::Text));
    }
    lines
}

/// Keys at the left, what they do at the right, in as many lines as that needs.
fn described(keys: &str, help: &'static str, columns: usize, look: &Look<'_>) -> Vec<ScrollLine> {
    if look.marks.is_spoken() {
        let lines = dialog::fact(keys, plain(look.language, help), 0, columns, look).into_iter();
        return lines.map(|line| ScrollLine::new(line, Role::Text)).collect();
    }
    let keys_columns = KEYS.min(columns / 3);
    let words = wrap(plain(look.language, help), columns.saturating_sub(keys_columns + 1));
    let line = |(index, words): (usize, &String)| {
        let keys = pad(if index == 0 { keys } else { "" }, keys_columns, look.marks.ellipsis());
        ScrollLine::new(format!("{keys} {words}"), Role::Text).led(keys_columns, Role::Key)
    };
    words.iter().enumerate().map(line).collect()
}

/// The text with a capital letter at its beginning.
pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
