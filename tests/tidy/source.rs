//! The files of the package, and Rust text taken apart far enough for rules: comments and literals blanked, test items
//! blanked, tokens, and the paths that the code names. It is no parser: it knows nothing of types or macros.

use std::fs;
use std::path::Path;

/// A text file of the package.
pub struct Source {
    /// Relative to the package, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    /// Code outside comments, literals and `#[cfg(test)]` items; every character keeps its line. Empty for files that
    /// hold tests only (`tests.rs` and whatever lies in a folder `tests`).
    pub fn code(&self) -> String {
        let parts: Vec<&str> = self.path.split('/').skip(1).collect();
        if parts.iter().any(|part| *part == "tests" || *part == "tests.rs") {
            return String::new();
        }
        without_tests(&without_literals(&self.text))
    }
}

/// A word or a sign of Rust, with its line counted from 1. `::` is one token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

impl Token<'_> {
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
    }
}

/// A path such as `crate::store::contacts`, taken from code or from one branch of a `use`.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub parts: Vec<String>,
    pub line: usize,
}

/// Every text file in the folders, in order of path. Folders that do not exist hold no files; files that are not UTF-8
/// (pictures) are no text.
pub fn text(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in folders {
        collect(root, &root.join(folder), &mut found);
    }
    found.sort_by(|a: &Source, b| a.path.cmp(&b.path));
    found
}

/// As [`text`], Rust files only.
pub fn rust(folders: &[&str]) -> Vec<Source> {
    let mut sources = text(folders);
    sources.retain(|source| source.path.ends_with(".rs"));
    sources
}

/// A file at the top of the package.
pub fn at_root(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read '{}': {error}", path.display()))
}

/// Words and signs of code whose comments and literals are blanked.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        if first == '\n' {
            line += 1;
        } else if !first.is_whitespace() {
            tokens.push(Token { text, line });
        }
        rest = after;
    }
    tokens
}

/// Every path of two parts or more that the code names, and every branch of its `use` items (of one part too).
pub fn named(tokens: &[Token<'_>]) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = match before(tokens, at) {
            // A leading `::` only says that the first part is a crate.
            "::" => at == 1 || !(tokens[at - 2].is_word() || tokens[at - 2].text == ">"),
            sign => sign != ".",
        };
        // `+ use<'a>` in a return type captures lifetimes and names nothing.
        if tokens[at].text == "use" && tokens.get(at + 1).is_none_or(|next| next.text != "<") {
            at = branches(tokens, at + 1, &[], &mut found);
        } else if starts && tokens[at].is_word() {
            let (parts, next) = chain(tokens, at);
            if parts.len() > 1 {
                found.push(Named { parts, line: tokens[at].line });
            }
            at = next;
        } else {
            at += 1;
        }
    }
    found
}

fn before<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    at.checked_sub(1).map_or("", |previous| tokens[previous].text)
}

/// One branch of a `use` tree, or all branches between braces; gives the place behind it.
fn branches(tokens: &[Token<'_>], from: usize, stem: &[String], found: &mut Vec<Named>) -> usize {
    let mut at = from;
    if tokens.get(at).is_some_and(|token| token.text == "::") {
        at += 1;
    }
    let (own, mut at) = chain(tokens, at);
    let parts = [stem, own.as_slice()].concat();
    match tokens.get(at).map(|token| token.text) {
        Some("{") => {
            at += 1;
            while at < tokens.len() && tokens[at].text != "}" {
                at = if tokens[at].text == "," {
                    at + 1
                } else {
                    branches(tokens, at, &parts, found).max(at + 1)
                };
            }
            at + 1
        }
        Some(_) | None => {
            if let Some(line) = tokens.get(from).map(|token| token.line) {
                found.push(Named { parts, line });
            }
            while at < tokens.len() && !matches!(tokens[at].text, "," | "}" | ";") {
                at += 1;
            }
            at
        }
    }
}

/// `a::b::c` from a place on; a `::` at its end (before `<`, `{`, `*`) belongs to it.
fn chain(tokens: &[Token<'_>], from: usize) -> (Vec<String>, usize) {
    let mut parts = Vec::new();
    let mut at = from;
    while tokens.get(at).is_some_and(Token::is_word) {
        parts.push(tokens[at].text.to_owned());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    (parts, at)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("the package's folders can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // Made by running Python, in no commit.
            if name != ".venv" && name != "__pycache__" {
                collect(root, &path, found);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let inside = path.strip_prefix(root).expect("the walk began at the root");
            let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
            found.push(Source { path: parts.join("/"), text });
        }
    }
}

/// Blanks comments and the insides of strings and characters; line breaks stay.
fn without_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            code.push(chars[at]);
            at += 1;
        }
        for c in &chars[at.min(end)..end] {
            code.push(if *c == '\n' { '\n' } else { ' ' });
        }
        at = at.max(end);
    }
    code
}

/// The place behind the comment or literal that begins here; the same place if none does.
fn literal_end(chars: &[char], at: usize) -> usize {
    let is = |offset: usize, wanted: char| chars.get(at + offset) == Some(&wanted);
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if is(1, '/') => until(chars, at, |c| c == '\n'),
        '/' if is(1, '*') => comment_end(chars, at),
        '"' => string_end(chars, at + 1),
        '\'' => character_end(chars, at),
        // Byte and C strings have their own prefix, raw or not; what is no string here is a word.
        'b' | 'c' | 'r' if !in_word => {
            let raw = at + usize::from(chars[at] != 'r');
            if chars.get(raw) == Some(&'r') { raw_string_end(chars, raw).unwrap_or(at) } else { at }
        }
        _ => at,
    }
}

fn until(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| stop(*c)).map_or(chars.len(), |offset| from + offset)
}

fn comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// `r` at this place begins a raw string: the place behind it. `r#word` is none.
fn raw_string_end(chars: &[char], r: usize) -> Option<usize> {
    let quote = until(chars, r + 1, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - r - 1;
    let closes = |at: usize| {
        chars[at] == '"'
            && chars.get(at + 1..at + 1 + hashes).is_some_and(|tail| tail.iter().all(|c| *c == '#'))
    };
    let end = (quote + 1..chars.len()).find(|at| closes(*at));
    Some(end.map_or(chars.len(), |at| at + 1 + hashes))
}

/// `'x'`, `'\n'`, `'\u{e9}'`; a lifetime such as `'a` is no literal.
fn character_end(chars: &[char], from: usize) -> usize {
    match (chars.get(from + 1), chars.get(from + 2)) {
        (Some('\\'), _) => (until(chars, (from + 3).min(chars.len()), |c| c == '\'') + 1).min(chars.len()),
        (Some(_), Some('\'')) => from + 3,
        _ => from,
    }
}

/// Blanks every item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        kept.push_str(&rest[..start]);
        let end = start + item_end(&rest[start..]);
        kept.extend(rest[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    kept + rest
}

/// The length of the item that begins here with its attributes: to its `;`, or to the end of its braces.
fn item_end(code: &str) -> usize {
    let mut braces = 0_usize;
    let mut brackets = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '[' | '(' => brackets += 1,
            ']' | ')' => brackets = brackets.saturating_sub(1),
            ';' if braces == 0 && brackets == 0 => return at + 1,
            '{' => braces += 1,
            '}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

mod tests {
    use super::*;

    fn code(text: &str) -> String {
        Source::new("src/sample.rs", text).code()
    }

    fn paths(text: &str) -> Vec<String> {
        let code = code(text);
        named(&tokens(&code)).into_iter().map(|named| named.parts.join("::")).collect()
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = "a // x\nb /* y /* z */ y */ c \"s \\\" s\" d r#\"q \" q\"# e 'f' '\\'' b\"g\" br\"h\" i";
        let words: Vec<String> = tokens(&code(text)).iter().map(|token| token.text.to_owned()).collect();
        assert_eq!(words, ["a", "b", "c", "d", "e", "b", "i"]);
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        assert_eq!(code("fn f<'a>(r#type: &'a str) {}"), "fn f<'a>(r#type: &'a str) {}");
    }

    #[test]
    fn a_comment_at_the_end_of_the_file_ends_there() {
        assert_eq!(code("a /* b").trim_end(), "a");
        assert_eq!(code("a \"b").trim_end(), "a");
        assert_eq!(code("a r#\"b").trim_end(), "a");
        assert_eq!(code("a '\\").trim_end(), "a");
    }

    #[test]
    fn lines_keep_their_numbers() {
        let code = code("/* one\ntwo */\n\"three\nfour\"\nfive");
        assert_eq!(tokens(&code), [Token { text: "five", line: 5 }]);
    }

    #[test]
    fn test_items_are_left_out_and_the_rest_is_not() {
        let text =
            "use a::b;\n#[cfg(test)]\n#[allow(x)]\nmod tests { use c::d; fn f() { if g { } } }\nuse e::f;";
        assert_eq!(paths(text), ["a::b", "e::f"]);
        assert_eq!(paths("#[cfg(test)]\nmod tests;\nuse a::b;"), ["a::b"]);
        assert_eq!(paths("#[cfg(test)]\nfn f(x: [u8; 2]) { c::d() }\nuse a::b;"), ["a::b"]);
    }

    #[test]
    fn a_file_of_tests_is_left_out() {
        assert_eq!(Source::new("src/store/outbox/tests.rs", "use a::b;").code(), "");
        assert_ne!(Source::new("tests/lib.rs", "use a::b;").code(), "");
    }

    #[test]
    fn every_branch_of_a_use_is_named() {
        assert_eq!(
            paths(
                "use crate::{store::{self, outbox as o}, domain::*, clock};\nuse std::env;\npub use super::x;"
            ),
            [
                "crate::store::self",
                "crate::store::outbox",
                "crate::domain",
                "crate::clock",
                "std::env",
                "super::x"
            ]
        );
    }

    #[test]
    fn paths_in_expressions_and_types_are_named() {
        let text = "fn f(a: crate::domain::Name) -> Vec<u8> { ::std::env::var(x).y(); Vec::<u8>::new() }";
        assert_eq!(paths(text), ["crate::domain::Name", "std::env::var"]);
    }
}
