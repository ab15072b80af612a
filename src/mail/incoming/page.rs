//! The text of an HTML page, as a mail in plain text would say it: paragraphs, lists, quotations, cells of tables, and after the
//! words of a link its address. What is hidden in scripts, styles and comments is left out. Whatever it is given, it reads it once
//! from front to back.

use crate::domain::character::Hidden;
use crate::mail::markup::link::is_address;
use crate::mail::markup::tokens::{LINES, Tag, Token, Tokens, decoded};

/// The text of a page. Lines end in `\n`; none is empty at the beginning or the end, and never two in succession.
pub fn text(html: &str) -> String {
    let mut page = Page::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => page.put_text(text),
            Token::Begin(tag) => page.begin(&tag),
            Token::End(name) => page.end(&name),
        }
    }
    page.finish()
}

/// Quotations and items inside of each other that are still shown as such.
const DEPTH: usize = 8;

/// Elements with an empty line around them.
const PARAGRAPHS: [&str; 13] =
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"];

/// The text so far, and the elements that are open.
#[derive(Default)]
struct Page {
    text: String,
    line: String,
    open: Vec<Open>,
    link: Option<Link>,
    /// A blank comes before the next word of the line.
    is_spaced: bool,
    /// A cell ends before the next word of the line.
    ends_cell: bool,
    /// An empty line comes before the next one.
    is_parted: bool,
    /// How many `pre` are open.
    kept: usize,
}

/// An element that marks the lines in it.
enum Open {
    Quotation,
    /// With the number of its next item, if it numbers them.
    List(Option<u32>),
    Item {
        mark: String,
        is_new: bool,
    },
}

struct Link {
    address: String,
    words: String,
}

impl Page {
    fn begin(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        self.part_lines(name, false);
        match name {
            "br" if self.line.trim().is_empty() => self.is_parted = true,
            "br" => self.end_line(),
            "hr" => {
                self.end_line();
                self.line.push_str("----------");
                self.end_line();
            }
            "a" => {
                self.end_link();
                let address = tag.href.as_deref().unwrap_or_default().trim();
                self.link =
                    is_address(address).then(|| Link { address: address.to_owned(), words: String::new() });
            }
            "img" => self.put_text_decoded(tag.alt.as_deref().unwrap_or_default()),
            "td" | "th" => self.ends_cell = !self.line.is_empty(),
            "pre" => self.kept += 1,
            "blockquote" => self.enter(Open::Quotation),
            "ul" => self.enter(Open::List(None)),
            "ol" => self.enter(Open::List(Some(1))),
            "li" => self.begin_item(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        self.part_lines(name, true);
        match name {
            "a" => self.end_link(),
            "pre" => self.kept = self.kept.saturating_sub(1),
            "blockquote" => self.leave(|open| matches!(open, Open::Quotation)),
            "ul" | "ol" => self.leave(|open| matches!(open, Open::List(_))),
            "li" => self.leave_item(),
            _ => {}
        }
    }

    fn part_lines(&mut self, name: &str, is_end: bool) {
        let is_paragraph = PARAGRAPHS.contains(&name);
        if is_paragraph || LINES.contains(&name) {
            self.end_line();
        }
        // A list inside of a list goes on with the next line.
        let is_inner_list = matches!(name, "ul" | "ol")
            && self.open.iter().filter(|open| matches!(open, Open::List(_))).count() > usize::from(is_end);
        self.is_parted |= is_paragraph && !is_inner_list;
    }

    fn enter(&mut self, element: Open) {
        if self.open.len() < DEPTH {
            self.open.push(element);
        }
    }

    /// Closes the innermost element of a kind, and what was left open in it.
    fn leave(&mut self, is_it: impl Fn(&Open) -> bool) {
        if let Some(at) = self.open.iter().rposition(is_it) {
            self.open.truncate(at);
        }
    }

    fn begin_item(&mut self) {
        self.leave_item();
        let mark = match self.open.iter_mut().rev().find(|open| matches!(open, Open::List(_))) {
            Some(Open::List(Some(number))) => {
                *number = number.saturating_add(1);
                format!("{}. ", *number - 1)
            }
            Some(Open::List(None) | Open::Item { .. } | Open::Quotation) | None => "- ".to_owned(),
        };
        self.enter(Open::Item { mark, is_new: true });
    }

    /// Closes an item of the innermost list; those of the lists around it stay open.
    fn leave_item(&mut self) {
        let inner = self.open.iter().rposition(|open| matches!(open, Open::List(_))).map_or(0, |at| at + 1);
        if let Some(at) = self.open[inner..].iter().rposition(|open| matches!(open, Open::Item { .. })) {
            self.open.truncate(inner + at);
        }
    }

    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let words = link.words.trim();
        let short = link.address.split_once(':').map_or("", |(_, rest)| rest.trim_matches('/'));
        if words.is_empty() {
            self.put_text_decoded(&link.address);
        } else if words != link.address && words.trim_matches('/') != short {
            self.put_text_decoded(&format!(" ({})", link.address));
        }
    }

    fn put_text(&mut self, text: &str) {
        self.put_text_decoded(&decoded(text));
    }

    fn put_text_decoded(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '\n' if self.kept > 0 => self.end_kept_line(),
                '\r' if self.kept > 0 => {}
                blank if blank.is_ascii_whitespace() && self.kept == 0 => {
                    self.is_spaced = !self.line.is_empty();
                    self.add_to_link(' ');
                }
                // They tell where a line may be broken.
                '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
                '\u{a0}' => self.put(' '),
                other => self.put(other),
            }
        }
    }

    fn put(&mut self, character: char) {
        if std::mem::take(&mut self.ends_cell) && !self.line.is_empty() {
            self.is_spaced = false;
            self.line.push_str(" | ");
        }
        if std::mem::take(&mut self.is_spaced) && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
        self.line.push(character);
        self.add_to_link(character);
    }

    /// Keeps no more of a link's words than can matter.
    fn add_to_link(&mut self, character: char) {
        if let Some(link) = &mut self.link
            && link.words.len() <= link.address.len() + 8
            && !(character == ' ' && link.words.is_empty())
        {
            link.words.push(character);
        }
    }

    /// Ends a line of preformatted text, an empty one too.
    fn end_kept_line(&mut self) {
        if self.line.is_empty() {
            self.is_parted = true;
        }
        self.end_line();
    }

    fn end_line(&mut self) {
        self.is_spaced = false;
        self.ends_cell = false;
        let line = std::mem::take(&mut self.line);
        if line.chars().all(is_invisible) {
            return;
        }
        if std::mem::take(&mut self.is_parted) && !self.text.is_empty() {
            self.text.push('\n');
        }
        for element in &mut self.open {
            match element {
                Open::Quotation => self.text.push_str("> "),
                Open::List(_) => {}
                Open::Item { mark, is_new } => {
                    let is_first = std::mem::take(is_new);
                    self.text.push_str(if is_first {
                        mark
                    } else {
                        "          ".get(..mark.len()).unwrap_or("  ")
                    });
                }
            }
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn finish(mut self) -> String {
        self.end_link();
        self.end_line();
        self.text.truncate(self.text.trim_end_matches('\n').len());
        self.text
    }
}

fn is_invisible(character: char) -> bool {
    // U+034F joins graphemes and is used to fill lines that nobody shall see.
    character.is_whitespace()
        || character == '\u{34f}'
        || Hidden::of(character).is_some_and(|hidden| hidden != Hidden::Control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paragraphs_and_line_breaks_stay() {
        assert_eq!(
            text("<p>One\n two</p><p>three<br>four<br/><br>five</p> six"),
            "One two\n\nthree\nfour\n\nfive\n\nsix"
        );
        assert_eq!(text("<div>a</div><div>b</div>c"), "a\nb\nc");
        assert_eq!(text("<h1> Title </h1>text<hr>more"), "Title\n\ntext\n----------\nmore");
        assert_eq!(text("plain  words"), "plain words");
        assert_eq!(text("<pre>a  b\r\n\n  c</pre>"), "a  b\n\n  c");
    }

    #[test]
    fn a_link_is_followed_by_its_address() {
        for (html, shown) in [
            (
                "See <a href=\"https://a.example/x?b=1&amp;c=2\">the status</a>.",
                "See the status (https://a.example/x?b=1&c=2).",
            ),
            ("<a href='https://a.example/'>https://a.example/</a>", "https://a.example/"),
            ("<a href=https://a.example/>a.example</a>", "a.example"),
            ("<a href=\"mailto:a@b.example\">a@b.example</a>", "a@b.example"),
            ("<A HREF=\"http://a.example\"><img src=x alt=\"Open\"></A>", "Open (http://a.example)"),
            ("<a href=\"http://a.example\"><img src=x></a>", "http://a.example"),
            ("<a href=\"javascript:alert(1)\">click</a><a href=\"#top\">up</a>", "clickup"),
            ("<a href=\"https://a.example\">left open", "left open (https://a.example)"),
            ("<a href=\"https://a.example/\u{1b}[2J\">x</a>", "x"),
        ] {
            assert_eq!(text(html), shown, "{html}");
        }
    }

    #[test]
    fn lists_quotations_and_tables_are_drawn() {
        assert_eq!(
            text("To do:<ul><li>one<li>two<ol><li>a</li><li>b<br>c</ol></li><li>three</ul>end"),
            "To do:\n\n- one\n- two\n  1. a\n  2. b\n     c\n- three\n\nend"
        );
        assert_eq!(text("<blockquote>a<p>b</blockquote>c"), "> a\n\n> b\n\nc");
        assert_eq!(
            text(
                "<table><tr><th>Host</th><th>State</th></tr><tr><td>db1</td> <td></td><td>down</td></tr></table>"
            ),
            "Host | State\ndb1 | down"
        );
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let html = "<head><title>T</title><STYLE>p > a { }</STYLE></head><!-- a > b --><script>if (a < b) { }</script>\
                    <![if mso]>x<![endif]><template>t</template>y<p>&nbsp;&zwnj;&#847;</p>";
        assert_eq!(text(html), "xy");
        assert_eq!(text("a<!-- never closed"), "a");
        assert_eq!(text("a<script>never closed"), "a");
        assert_eq!(text("a<p class=\"never closed"), "a");
    }

    #[test]
    fn references_are_replaced() {
        for (html, shown) in [
            ("&lt;b&gt; &amp;amp; &quot;", "<b> &amp; \""),
            ("caf&eacute; &euro; &#128;&#x20AC; &#150; &#29579;", "café € €€ – 王"),
            (
                "&unknown; & &; &#; &#xyz; &#0; &#1114112;",
                "&unknown; & &; \u{fffd} \u{fffd} \u{fffd} \u{fffd}",
            ),
            ("1 < 2 <3 </ x", "1 < 2 <3 </ x"),
            ("soft&shy;hyphen &#8203;x", "softhyphen x"),
        ] {
            assert_eq!(text(html), shown, "{html}");
        }
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = "<blockquote><ul><li>".repeat(20_000) + "x";
        assert!(text(&deep).len() < 200);
        for open in ["<", "<!--", "<a href='", "<script>", "&", "<p x=", "<a href=http://a.example>"] {
            assert!(text(&open.repeat(20_000)).len() < 20_000 * (open.len() + 2));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in "(<[a-z/!-]{0,3}|<a href=|<li>|</?pre>|&[a-z#0-9]{0,4};?|[>\"'= \n<]|\\PC){0,60}") {
            let text = text(&html);
            prop_assert_eq!(text.trim_matches('\n'), text.as_str());
            prop_assert!(!text.contains("\n\n\n"));
        }
    }
}
