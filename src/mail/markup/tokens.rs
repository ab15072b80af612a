//! Reads HTML as a row of tags and texts, once from front to back: whatever it is given, it neither refuses nor repeats anything.
//! Comments, declarations, and the content of elements that say nothing in a mail are skipped.

use std::borrow::Cow;

use mail_parser::decoders::html::add_html_token;

/// What a page consists of, in its order.
pub enum Token<'a> {
    /// As it stands in the page: [`decoded`] replaces its character references.
    Text(&'a str),
    Begin(Tag),
    /// The name in small letters.
    End(String),
}

/// The tokens of a page.
pub struct Tokens<'a> {
    rest: &'a str,
}

/// Elements on lines of their own.
pub const LINES: [&str; 17] = [
    "div", "li", "tr", "dt", "dd", "address", "article", "aside", "caption", "center", "figure", "footer",
    "form", "header", "main", "nav", "section",
];

/// Elements whose content is not shown, or is no text of the page.
const SILENT: [&str; 9] =
    ["script", "style", "title", "template", "iframe", "noembed", "noframes", "textarea", "select"];

impl<'a> Tokens<'a> {
    pub const fn new(html: &'a str) -> Self {
        Self { rest: html }
    }

    /// Reads what begins with `<`; None if it is skipped.
    fn markup(&mut self) -> Option<Token<'a>> {
        let html = self.rest;
        if let Some(comment) = html.strip_prefix("<!--") {
            self.rest = after(comment, "-->");
            return None;
        }
        if html.starts_with("<!") || html.starts_with("<?") {
            self.rest = after(html, ">");
            return None;
        }
        let (is_end, inside) = match html.strip_prefix("</") {
            Some(inside) => (true, inside),
            None => (false, &html[1..]),
        };
        if !inside.starts_with(|first: char| first.is_ascii_alphabetic()) {
            self.rest = &html[1..];
            return Some(Token::Text("<"));
        }
        let (tag, rest) = read_tag(inside);
        self.rest = rest;
        if is_end {
            return Some(Token::End(tag.name));
        }
        if SILENT.contains(&tag.name.as_str()) {
            self.rest = after_element(rest, &tag.name);
            return None;
        }
        Some(Token::Begin(tag))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            if end > 0 {
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            if let Some(token) = self.markup() {
                return Some(token);
            }
        }
        None
    }
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.find(end).map_or("", |at| &text[at + end.len()..])
}

/// What follows `</name`, or nothing if the element is never closed.
fn after_element<'a>(html: &'a str, name: &str) -> &'a str {
    let ends = html.match_indices("</").map(|(at, _)| at + 2);
    let is_it =
        |at: &usize| html.get(*at..*at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    ends.into_iter().find(is_it).map_or("", |at| after(&html[at..], ">"))
}

/// A start tag with the attributes that matter here, or the name of an end tag.
pub struct Tag {
    /// In small letters.
    pub name: String,
    pub href: Option<String>,
    pub alt: Option<String>,
}

/// Reads a tag from its name on, and returns what follows its `>`.
fn read_tag(html: &str) -> (Tag, &str) {
    let ends_name = |character: char| character.is_ascii_whitespace() || matches!(character, '/' | '>');
    let (name, mut rest) = html.split_at(html.find(ends_name).unwrap_or(html.len()));
    let mut tag = Tag { name: name.to_ascii_lowercase(), href: None, alt: None };
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_ascii_whitespace() || character == '/');
        if rest.is_empty() {
            return (tag, rest);
        }
        if let Some(rest) = rest.strip_prefix('>') {
            return (tag, rest);
        }
        // A name may begin with `=`, and is never empty.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let end = rest[first..].find(|character| ends_name(character) || character == '=');
        let (attribute, after_name) = rest.split_at(end.map_or(rest.len(), |end| end + first));
        let spaceless = after_name.trim_start_matches(|character: char| character.is_ascii_whitespace());
        rest = after_name;
        let Some(given) = spaceless.strip_prefix('=') else { continue };
        let (value, after_value) = read_value(given);
        rest = after_value;
        let place = match attribute.to_ascii_lowercase().as_str() {
            "href" => &mut tag.href,
            "alt" => &mut tag.alt,
            _ => continue,
        };
        place.get_or_insert_with(|| decoded(value).into_owned());
    }
}

/// An attribute's value and what follows it.
fn read_value(html: &str) -> (&str, &str) {
    let html = html.trim_start_matches(|character: char| character.is_ascii_whitespace());
    for quote in ['"', '\''] {
        if let Some(inside) = html.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    html.split_at(
        html.find(|character: char| character.is_ascii_whitespace() || character == '>')
            .unwrap_or(html.len()),
    )
}

/// The text with its character references replaced; what is none stays.
pub fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        rest = &rest[start..];
        // The longest name has 31 letters.
        let end = rest.bytes().take(40).position(|byte| byte == b';');
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
        match end.filter(|end| *end > 1 && is_name(&rest[1..*end])) {
            Some(end) => {
                put_reference(&mut decoded, &rest[..=end]);
                rest = &rest[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Numbers from 128 to 159 mean what they mean in Windows-1252 (HTML, section 13.2.5.80).
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// `reference` is `&name;`, `&#1234;` or `&#xabc;`.
fn put_reference(decoded: &mut String, reference: &str) {
    let Some(number) = reference.strip_prefix("&#") else {
        add_html_token(decoded, reference.as_bytes(), false);
        return;
    };
    let number = number.trim_end_matches(';');
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    let character = match code {
        Ok(code @ 128..=159) => usize::try_from(code - 128).ok().map(|at| WINDOWS[at]),
        Ok(0) | Err(_) => None,
        Ok(code) => char::from_u32(code),
    };
    decoded.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
}
