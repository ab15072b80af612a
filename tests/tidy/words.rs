//! The words for people: every text that is said has its translation, with the same values in it, and none is left over.

use std::collections::{BTreeMap, BTreeSet};

use callsheet::domain::contact::{SortColumn, Status};
use callsheet::domain::contact_form::Field;
use callsheet::domain::delivery::{Kind, State};
use callsheet::domain::language::Language;
use callsheet::domain::routing::{Exclusion, FallbackReason};
use callsheet::domain::say::plain;
use callsheet::domain::verification::VoidReason;
use callsheet::operations::Via;
use callsheet::operations::history;
use callsheet::tui::keymap::{Context, Enter, Footer};
use callsheet::tui::model::Screen;
use callsheet::tui::screens::delivery_detail;
use callsheet::tui::screens::draft_offer;
use callsheet::tui::screens::help;
use callsheet::tui::theme::Theme;
use callsheet::tui::widgets::audience::{exclusion_words, fallback_words, past_fallback_words};

use crate::tidy::source::{Source, text};

/// Texts that stand in tables and are said from there.
fn from_tables() -> Vec<&'static str> {
    let mut texts: Vec<&'static str> = Vec::new();
    for context in Context::ALL {
        texts.push(context.title());
        for entry in context.entries() {
            texts.push(entry.help);
            if let Footer::Shown { word, .. } = entry.footer {
                texts.push(word);
            }
        }
    }
    texts.extend(Enter::ALL.map(Enter::word));
    texts.extend(Screen::ALL.map(Screen::title));
    texts.extend(Theme::BUILT_IN.map(Theme::id));
    texts.push("own");
    texts.extend(help::texts());
    texts.extend(draft_offer::TEXTS);
    texts.extend(Status::ALL.map(Status::words));
    texts.extend(State::ALL.map(State::id));
    texts.extend(Kind::ALL.map(Kind::id));
    texts.extend(Via::ALL.map(Via::id));
    texts.extend(Exclusion::ALL.map(exclusion_words));
    texts.extend(FallbackReason::ALL.map(fallback_words));
    texts.extend(FallbackReason::ALL.map(past_fallback_words));
    texts.extend(delivery_detail::PHASES.map(|(_, words)| words));
    texts.extend(history::FIELDS);
    texts.extend(history::WORDS);
    texts.extend(VoidReason::ALL.map(VoidReason::words));
    texts.extend(SortColumn::ALL.map(SortColumn::id));
    texts.extend(Field::ALL.map(Field::id));
    texts
}

/// The texts of `say!` and `counted!` in a source, with their lines.
fn said(source: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    if source.path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "say.rs")) {
        return found;
    }
    // What tests say is no text of the program.
    let code = source.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    for (name, place) in [("say!(", 1), ("saying!(", 0), ("counted!(", 3)] {
        for (at, _) in code.match_indices(name) {
            let begins_a_word =
                code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
            let before = code[..at].rsplit('\n').next().unwrap_or_default();
            if begins_a_word
                && !before.contains("// ")
                && let Some(text) =
                    arguments(&code[at + name.len()..]).get(place).and_then(|text| literal(text))
            {
                found.push((text, code[..at].matches('\n').count() + 1));
            }
        }
    }
    found
}

/// The arguments up to the closing parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut arguments, mut argument, mut is_text) = (0, Vec::new(), String::new(), false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' if is_text => {
                argument.push(c);
                argument.extend(characters.next());
                continue;
            }
            '"' => is_text = !is_text,
            '(' | '[' | '{' if !is_text => depth += 1,
            ')' if !is_text && depth == 0 => break,
            ')' | ']' | '}' if !is_text => depth -= 1,
            ',' if !is_text && depth == 0 => {
                arguments.push(std::mem::take(&mut argument));
                continue;
            }
            _ => {}
        }
        argument.push(c);
    }
    if !argument.trim().is_empty() {
        arguments.push(argument);
    }
    arguments
}

/// What a string literal holds; none for another expression.
fn literal(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut characters = inner.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', Some('\n')) => while characters.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                characters.next();
                value.push('\n');
            }
            ('\\', Some(_)) => value.extend(characters.next()),
            _ => value.push(c),
        }
    }
    Some(value)
}

/// The names in the braces of a text.
fn names(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
}

pub fn translations() -> BTreeMap<String, String> {
    text(&["assets/locales/zh-CN"])
        .iter()
        .flat_map(|file| {
            toml::from_str::<BTreeMap<String, String>>(&file.text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.path))
        })
        .collect()
}

#[test]
fn every_text_has_a_translation_and_no_translation_is_left_over() {
    let translations = translations();
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for source in crate::tidy::source::rust(&["src"]) {
        for (text, line) in said(&source) {
            if !translations.contains_key(&text) {
                faults.push(format!("{}:{line}: '{text}' has no translation", source.path));
            }
            used.insert(text);
        }
    }
    for text in from_tables() {
        if !translations.contains_key(text) {
            faults.push(format!("a table: '{text}' has no translation"));
        }
        used.insert(text.to_owned());
    }
    for text in translations.keys().filter(|text| !used.contains(*text)) {
        faults.push(format!("assets/locales/zh-CN: nothing says '{text}'"));
    }
    crate::tidy::assert_none(faults);
}

#[test]
fn a_translation_holds_the_same_values_as_its_text() {
    let mut faults = Vec::new();
    for (text, translation) in translations() {
        if names(&text) != names(&translation) {
            faults.push(format!("'{text}' and '{translation}' differ in what is put in"));
        }
        if names(&text).iter().any(|name| !name.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
            faults.push(format!("'{text}' asks for more than a value: format it before"));
        }
        // Blanks at the ends join parts of a line.
        let ends = |text: &str| (text.starts_with(' '), text.ends_with(' '));
        if ends(&text) != ends(&translation) || translation.is_empty() {
            faults.push(format!("'{text}' and '{translation}' begin or end differently"));
        }
    }
    crate::tidy::assert_none(faults);
}

#[test]
fn the_program_says_what_stands_in_the_files() {
    for (text, translation) in translations() {
        assert_eq!(plain(Language::ZhCn, text.leak()), translation);
    }
}

#[test]
fn texts_are_found_in_the_sources() {
    let source = Source::new(
        "src/a.rs",
        "say!(look.language, \"One {a}, (b)\", a = f(1, \"x\"));\n say!(\n l,\n \"Two \\\n     lines\")\n\
         counted!(l, n, \"{n} c\", \"{n} cs\", n); plain(l, words()); // say!(l, \"no\")\n say!(l, words)",
    );
    let found: Vec<String> = said(&source).into_iter().map(|(text, _)| text).collect();
    assert_eq!(found, ["One {a}, (b)", "Two lines", "{n} cs"]);
}
