//! HTML that somebody gave as safe, simple HTML: what a page says, and of its form only what a few plain elements can show.
//!
//! Nothing of the page is copied but text, escaped, and addresses of links. All tags are constants of this file, each element is
//! closed where it belongs, and none has an attribute but the address of a link: so the result loads nothing, runs nothing, looks
//! like no part of what is around it, and stays inside of the element it is put into.

pub mod link;
pub mod tokens;

use std::borrow::Cow;

use thiserror::Error;

use self::tokens::{LINES, Tag, Token, Tokens, decoded};
use crate::domain::character::Hidden;
use crate::domain::notice::BODY_LIMIT;

/// The result would be longer than the body of a notice may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it has more than {} MiB", BODY_LIMIT / 1024 / 1024)]
pub struct TooLong;

/// The simple form of a page or of a piece of one; empty if it says nothing. Simplifying it again changes nothing.
///
/// # Errors
/// [`TooLong`].
pub fn simple(html: &str) -> Result<String, TooLong> {
    let mut writer = Writer::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => writer.text(&decoded(text)),
            Token::Begin(tag) => writer.begin(&tag),
            Token::End(name) => writer.end(&name),
        }
        if writer.html.len() > BODY_LIMIT {
            return Err(TooLong);
        }
    }
    let html = writer.finish();
    if html.len() > BODY_LIMIT { Err(TooLong) } else { Ok(html) }
}

/// Puts a text in, the characters escaped that mean something in HTML.
pub fn put_escaped(html: &mut String, text: &str) {
    text.chars().for_each(|character| put_character(html, character));
}

/// Puts one character of a text in.
pub fn put_character(html: &mut String, character: char) {
    match character {
        '&' => html.push_str("&amp;"),
        '<' => html.push_str("&lt;"),
        '>' => html.push_str("&gt;"),
        '"' => html.push_str("&quot;"),
        '\'' => html.push_str("&#39;"),
        other => html.push(other),
    }
}

/// Quotations, lists and tables inside of each other; what is deeper is shown as text of the last one.
const DEPTH: usize = 24;

/// Formats inside of each other; further ones are left out.
const FORMAT_DEPTH: usize = 16;

/// How many line breaks follow each other: two show one empty line.
const BREAKS: usize = 2;

/// How much of a word is looked at, in bytes, to see what a link in it looks like.
const WORD: usize = 256;

/// Formats of words. Their own names are written, never those of a page.
const FORMATS: [&str; 6] = ["b", "strong", "i", "em", "u", "code"];

/// An element that stands on lines of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Quotation,
    Bullets,
    Numbers,
    Item,
    Table,
    Head,
    Body,
    Row,
    Cell,
    HeadCell,
    Heading,
    Preformatted,
}

impl Block {
    const fn tag(self) -> &'static str {
        match self {
            Self::Quotation => "blockquote",
            Self::Bullets => "ul",
            Self::Numbers => "ol",
            Self::Item => "li",
            Self::Table => "table",
            Self::Head => "thead",
            Self::Body => "tbody",
            Self::Row => "tr",
            Self::Cell => "td",
            Self::HeadCell => "th",
            Self::Heading => "h3",
            Self::Preformatted => "pre",
        }
    }

    /// The element that a tag opens or closes. The mail has its subject as title, so headings in it are all of one lower level.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "blockquote" => Self::Quotation,
            "ul" => Self::Bullets,
            "ol" => Self::Numbers,
            "li" => Self::Item,
            "table" => Self::Table,
            "thead" => Self::Head,
            "tbody" | "tfoot" => Self::Body,
            "tr" => Self::Row,
            "td" => Self::Cell,
            "th" => Self::HeadCell,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Self::Heading,
            "pre" => Self::Preformatted,
            _ => return None,
        })
    }

    const fn is_list(self) -> bool {
        matches!(self, Self::Bullets | Self::Numbers)
    }

    const fn is_cell(self) -> bool {
        matches!(self, Self::Cell | Self::HeadCell)
    }

    /// What may lie in itself, at any depth. All others stand in one of these, or hold no block.
    const fn nests(self) -> bool {
        matches!(self, Self::Quotation | Self::Bullets | Self::Numbers | Self::Table)
    }

    const fn holds_only_words(self) -> bool {
        matches!(self, Self::Heading | Self::Preformatted)
    }

    /// Whether an end tag of another element may close it too, as what was left open.
    const fn keeps_in(self, ended: Self) -> bool {
        match ended {
            Self::Quotation | Self::Bullets | Self::Numbers => self.is_cell(),
            Self::Item => self.is_list() || self.is_cell(),
            Self::Head | Self::Body | Self::Row | Self::Cell | Self::HeadCell => {
                matches!(self, Self::Table)
            }
            Self::Table | Self::Heading | Self::Preformatted => false,
        }
    }

    fn is_ended_by(self, ended: Self) -> bool {
        self == ended || self.is_list() && ended.is_list() || self.is_cell() && ended.is_cell()
    }
}

/// A format that is wanted; it is written where words follow.
struct Format {
    tag: &'static str,
    /// How many blocks were open where it began: it ends with them.
    depth: usize,
    link: Option<Link>,
}

struct Link {
    address: String,
    /// What comes before its words without a blank.
    before: String,
    /// Its words since it was opened.
    words: String,
    has_words: bool,
}

/// What is written so far, and what is open. Words stand in runs: a paragraph, or what a cell, an item or a heading holds between
/// other blocks.
#[derive(Default)]
struct Writer {
    html: String,
    blocks: Vec<Block>,
    formats: Vec<Format>,
    /// How many of the formats are open in what is written, from the first.
    open: usize,
    /// A `<p>` is open.
    is_paragraph: bool,
    /// The run has words.
    has_words: bool,
    /// A blank comes before the next word of the run.
    is_spaced: bool,
    /// So many line breaks come before it.
    breaks: usize,
    /// The end of the last word.
    word: String,
}

impl Writer {
    fn begin(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        if let Some(block) = Block::named(name) {
            self.begin_block(block);
        } else if let Some(format) = FORMATS.into_iter().find(|format| *format == name) {
            self.begin_format(format, None);
        } else {
            match name {
                "p" | "dl" => self.part(),
                "br" => self.end_line(self.breaks + 1),
                "hr" => self.rule(),
                "a" => self.begin_link(tag.href.as_deref().unwrap_or_default().trim()),
                "img" => {
                    let alt = tag.alt.as_deref().unwrap_or_default().trim();
                    if !alt.is_empty() {
                        self.text(&format!("[{alt}]"));
                    }
                }
                _ if LINES.contains(&name) => self.end_line(1),
                _ => {}
            }
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(block) = Block::named(name) {
            self.end_block(block);
        } else if FORMATS.contains(&name) {
            if let Some(at) = self.formats.iter().rposition(|format| format.tag == name) {
                self.end_format(at);
            }
        } else {
            match name {
                "p" | "dl" => self.part(),
                "a" => self.end_link(),
                _ if LINES.contains(&name) => self.end_line(1),
                _ => {}
            }
        }
    }

    /// Opens a block where it may stand; what lacks its list or table is only a line.
    fn begin_block(&mut self, block: Block) {
        match block {
            Block::Quotation
            | Block::Bullets
            | Block::Numbers
            | Block::Table
            | Block::Heading
            | Block::Preformatted => self.enter(block),
            Block::Item => match self.innermost(Block::is_list, Block::is_cell) {
                Some(list) => self.replace_from(list + 1, block),
                None => self.end_line(1),
            },
            Block::Head | Block::Body => match self.table() {
                Some(table) => self.replace_from(table + 1, block),
                None => self.end_line(1),
            },
            Block::Row => match self.table() {
                Some(table) => self.replace_from(self.rows(table), block),
                None => self.end_line(1),
            },
            Block::Cell | Block::HeadCell => match self.table() {
                Some(table) => {
                    let row = self.rows(table);
                    if self.blocks.get(row) != Some(&Block::Row) {
                        self.replace_from(row, Block::Row);
                    }
                    self.replace_from(row + 1, block);
                }
                None => self.end_line(1),
            },
        }
    }

    fn enter(&mut self, block: Block) {
        self.leave_words();
        if block.nests() && self.blocks.iter().filter(|open| open.nests()).count() >= DEPTH {
            self.end_line(1);
            return;
        }
        // A list directly in a list is indented, without a mark of its own.
        let is_inner_list = block.is_list() && self.blocks.last().is_some_and(|last| last.is_list());
        if !is_inner_list {
            self.make_place();
        }
        self.open_block(block);
    }

    fn end_block(&mut self, block: Block) {
        match self.innermost(|open| open.is_ended_by(block), |open| open.keeps_in(block)) {
            Some(at) => self.close_from(at),
            None => self.end_line(1),
        }
    }

    /// The innermost open block of a kind, if no block of the other kind is inside of it.
    fn innermost(&self, is_it: impl Fn(Block) -> bool, is_border: impl Fn(Block) -> bool) -> Option<usize> {
        let at = self.blocks.iter().rposition(|open| is_it(*open) || is_border(*open))?;
        is_it(self.blocks[at]).then_some(at)
    }

    fn table(&self) -> Option<usize> {
        self.blocks.iter().rposition(|open| *open == Block::Table)
    }

    /// Where the row of a table stands, or would stand: directly in the table, or in its head or body.
    fn rows(&self, table: usize) -> usize {
        let has_part = matches!(self.blocks.get(table + 1), Some(Block::Head | Block::Body));
        table + 1 + usize::from(has_part)
    }

    fn replace_from(&mut self, at: usize, block: Block) {
        self.close_from(at);
        self.open_block(block);
    }

    fn open_block(&mut self, block: Block) {
        self.end_run();
        self.put_tag("<", block.tag());
        // In the others a line break could be seen.
        if block.nests() || matches!(block, Block::Head | Block::Body | Block::Row) {
            self.html.push('\n');
        }
        self.blocks.push(block);
    }

    /// Closes all blocks from this one on, and the formats that began in them.
    fn close_from(&mut self, at: usize) {
        self.end_run();
        while self.blocks.len() > at
            && let Some(block) = self.blocks.pop()
        {
            self.put_tag("</", block.tag());
            self.html.push('\n');
        }
        self.formats.retain(|format| format.depth <= at);
    }

    /// Ends a heading or preformatted text: no block stands in them.
    fn leave_words(&mut self) {
        if self.blocks.last().is_some_and(|last| last.holds_only_words()) {
            self.close_from(self.blocks.len() - 1);
        }
    }

    /// Opens what words or a block need around them: in a list an item, in a table a cell.
    fn make_place(&mut self) {
        match self.blocks.last() {
            Some(Block::Bullets | Block::Numbers) => self.open_block(Block::Item),
            Some(Block::Table | Block::Head | Block::Body) => {
                self.open_block(Block::Row);
                self.open_block(Block::Cell);
            }
            Some(Block::Row) => self.open_block(Block::Cell),
            Some(
                Block::Quotation
                | Block::Item
                | Block::Cell
                | Block::HeadCell
                | Block::Heading
                | Block::Preformatted,
            )
            | None => {}
        }
    }

    fn rule(&mut self) {
        self.leave_words();
        self.make_place();
        self.end_run();
        self.html.push_str("<hr>\n");
    }

    /// Parts paragraphs: where none can stand, by an empty line.
    fn part(&mut self) {
        match self.blocks.last() {
            Some(Block::Quotation) | None => self.end_run(),
            Some(_) => self.end_line(BREAKS),
        }
    }

    /// Lets what follows begin a new line, after at least so many line breaks.
    fn end_line(&mut self, breaks: usize) {
        if self.has_words {
            self.breaks = self.breaks.max(breaks).min(BREAKS);
            self.is_spaced = false;
        }
    }

    fn begin_format(&mut self, tag: &'static str, link: Option<Link>) {
        if self.formats.len() < FORMAT_DEPTH {
            self.formats.push(Format { tag, depth: self.blocks.len(), link });
        }
    }

    fn end_format(&mut self, at: usize) {
        self.close_formats(at);
        self.formats.remove(at);
    }

    fn begin_link(&mut self, address: &str) {
        self.end_link();
        if link::is_address(address) {
            let link = Link {
                address: address.to_owned(),
                before: String::new(),
                words: String::new(),
                has_words: false,
            };
            self.begin_format("a", Some(link));
        }
    }

    /// Ends the link, if there is one; one without words shows its address.
    fn end_link(&mut self) {
        let Some(at) = self.formats.iter().rposition(|format| format.link.is_some()) else { return };
        let wordless = self.formats[at].link.as_ref().filter(|link| !link.has_words);
        if let Some(address) = wordless.map(|link| link.address.clone()) {
            self.put(&address);
        }
        self.end_format(at);
    }

    /// Closes the formats from this one on in what is written. A link whose words look like another address shows its own.
    fn close_formats(&mut self, to: usize) {
        while self.open > to {
            self.open -= 1;
            let format = &mut self.formats[self.open];
            let words = format.link.as_mut().map(|link| std::mem::take(&mut link.words));
            if let (Some(link), Some(words)) = (&format.link, words)
                && !link::is_honest(&link.before, &words, &link.address)
            {
                let shown = format!(" ({})", link.address);
                put_escaped(&mut self.html, &shown);
                self.note(&shown);
            }
            let tag = self.formats[self.open].tag;
            self.put_tag("</", tag);
        }
    }

    fn end_run(&mut self) {
        self.close_formats(0);
        if std::mem::take(&mut self.is_paragraph) {
            self.html.push_str("</p>\n");
        }
        self.has_words = false;
        self.is_spaced = false;
        self.breaks = 0;
        self.word.clear();
    }

    fn text(&mut self, text: &str) {
        let text = visible(text);
        if self.blocks.last() == Some(&Block::Preformatted) {
            let lines = text.replace(['\r', '\u{c}'], "");
            if !lines.is_empty() {
                self.put(&lines);
            }
            return;
        }
        let words = text.split(|character: char| character.is_ascii_whitespace());
        for (word, at) in words.zip(0..) {
            if at > 0 {
                self.is_spaced = self.has_words && self.breaks == 0;
            }
            if !word.is_empty() {
                self.put(word);
            }
        }
    }

    /// Puts a word, or preformatted text.
    fn put(&mut self, text: &str) {
        self.make_place();
        if matches!(self.blocks.last(), Some(Block::Quotation) | None) && !self.is_paragraph {
            self.html.push_str("<p>");
            self.is_paragraph = true;
        }
        for _ in 0..self.breaks {
            self.html.push_str("<br>");
        }
        if std::mem::take(&mut self.is_spaced) {
            self.html.push(' ');
            self.note(" ");
        } else if self.breaks > 0 {
            self.note("\n");
        }
        self.breaks = 0;
        self.has_words = true;
        self.open_formats();
        put_escaped(&mut self.html, text);
        self.note(text);
    }

    fn open_formats(&mut self) {
        for format in &mut self.formats[self.open..] {
            self.html.push('<');
            self.html.push_str(format.tag);
            if let Some(link) = &mut format.link {
                self.html.push_str(" href=\"");
                put_escaped(&mut self.html, &link.address);
                self.html.push('"');
                link.before.clone_from(&self.word);
                link.has_words = true;
            }
            self.html.push('>');
        }
        self.open = self.formats.len();
    }

    /// Remembers what was written last, for the links in it.
    fn note(&mut self, text: &str) {
        if let Some(link) = self.formats[..self.open].iter_mut().find_map(|format| format.link.as_mut()) {
            link.words.push_str(text);
        }
        let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
        if last.len() < text.len() {
            self.word.clear();
        }
        self.word.push_str(last);
        let mut cut = self.word.len().saturating_sub(WORD);
        while !self.word.is_char_boundary(cut) {
            cut += 1;
        }
        self.word.drain(..cut);
    }

    fn put_tag(&mut self, start: &str, tag: &str) {
        self.html.push_str(start);
        self.html.push_str(tag);
        self.html.push('>');
    }

    fn finish(mut self) -> String {
        self.end_link();
        self.close_from(0);
        self.html
    }
}

/// The text without control characters, and without those that turn the direction of what follows: they could turn the address
/// that is shown after a link.
fn visible(text: &str) -> Cow<'_, str> {
    let is_kept = |character: char| {
        character.is_ascii_whitespace()
            || Hidden::of(character) != Some(Hidden::Control)
                && !matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().all(is_kept) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|character| is_kept(*character)).collect())
    }
}

#[cfg(test)]
mod tests;
