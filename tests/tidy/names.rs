//! Words that mark unfinished work, names that say nothing, and the shape of a source file.

use crate::tidy::source::Source;

/// A file of Rust in `src` has one noun. From 400 lines on one looks for the second; here it has been overlooked.
const MOST_LINES: usize = 600;

/// What may not occur in any text, and why. Taken apart so that this file does not hold them.
const WORDS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "finish it, or leave it out"),
    (concat!("FIX", "ME"), "finish it, or leave it out"),
    (concat!("to", "do!("), "finish it, or leave it out"),
    (concat!("unimple", "mented!("), "finish it, or leave it out"),
    (concat!("db", "g!"), "left over from a search"),
    (concat!("#[ig", "nore"), "a test runs, or is deleted"),
    (concat!("thread::sl", "eep"), "wait for a state with a deadline"),
    (concat!("time.sl", "eep"), "wait for a state with a deadline"),
    (concat!("unittest.sk", "ip"), "a test runs, or is deleted"),
];

/// A word that one file has a right to, and why.
///
/// SQLite asks its busy handler on the thread that waits for the lock; there is no state to wait for but the lock itself.
const EXCEPTIONS: &[(&str, &str)] = &[(concat!("thread::sl", "eep"), "src/store/busy.rs")];

/// Names of files and folders that say nothing about what is inside.
const VAGUE: &[&str] = &["manager", "helper", "util", "common", "misc", "handler"];

/// Words of unfinished work in a text.
pub fn words(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        for (word, why) in WORDS {
            if contains_word(line, word) && !EXCEPTIONS.contains(&(word, source.path.as_str())) {
                faults.push(format!("{}:{}: '{word}': {why}", source.path, number + 1));
            }
        }
    }
    faults
}

/// Parts of the file's path that are vague, alone or as a word of a longer name.
pub fn files(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    for part in source.path.split('/') {
        let vague = part.split(|c: char| !c.is_alphanumeric()).find(|word| {
            let word = word.to_lowercase();
            VAGUE.iter().any(|vague| word == *vague || word.strip_suffix('s') == Some(vague))
        });
        if let Some(word) = vague {
            faults.push(format!("{}:1: '{word}' says nothing; name the file after its noun", source.path));
        }
    }
    if source.path.ends_with("/mod.rs") {
        faults.push(format!("{}:1: 'foo.rs' beside 'foo/', no 'mod.rs'", source.path));
    }
    faults
}

/// Files that are too long or do not begin with what they are for. A single line needs no explanation.
pub fn shape(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    let mut faults = Vec::new();
    if lines > MOST_LINES {
        faults.push(format!("{}:{lines}: over {MOST_LINES} lines; find the second noun", source.path));
    }
    if lines > 1 && !source.text.starts_with("//! ") {
        faults.push(format!("{}:1: begins with '//!': what it is for, what it never does", source.path));
    }
    faults
}

/// Whether the word occurs and is not part of a longer one.
fn contains_word(line: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let last = word.chars().next_back();
        !(joins(before) || joins(last) && joins(after))
    })
}

mod tests {
    use super::*;

    #[test]
    fn every_word_is_found() {
        for (word, _) in WORDS {
            let text = format!("fine\n    x = {word} y");
            let found = words(&Source::new("docs/a.md", &text));
            assert_eq!(found.len(), 1, "{word}: {found:?}");
            assert!(found[0].starts_with("docs/a.md:2: "), "{found:?}");
        }
    }

    #[test]
    fn a_file_with_a_right_to_a_word_has_it_for_no_other() {
        for (word, path) in EXCEPTIONS {
            assert_eq!(words(&Source::new(path, word)), Vec::<String>::new());
            assert_eq!(words(&Source::new("src/store.rs", word)).len(), 1);
            assert_eq!(words(&Source::new(path, concat!("TO", "DO"))).len(), 1);
        }
    }

    #[test]
    fn longer_words_are_other_words() {
        let text = concat!("MASTO", "DON TO", "DOS _TO", "DO adb", "g!");
        assert_eq!(words(&Source::new("src/a.rs", text)), Vec::<String>::new());
    }

    #[test]
    fn a_bracket_ends_a_word_whatever_follows() {
        assert_eq!(words(&Source::new("src/a.rs", concat!("to", "do!(later)"))).len(), 1);
        assert_eq!(words(&Source::new("src/a.rs", concat!("#[ig", "nore = \"slow\"]"))).len(), 1);
        assert_eq!(words(&Source::new("src/a.rs", concat!("std::thread::sl", "eep(d)"))).len(), 1);
    }

    #[test]
    fn vague_names_are_refused_anywhere_in_the_path() {
        for path in ["src/helpers/a.rs", "src/mail_util.rs", "docs/Misc.md", "src/common.rs"] {
            assert_eq!(files(&Source::new(path, "")).len(), 1, "{path}");
        }
        for path in ["src/tui/msg.rs", "src/store/outbox.rs", "docs/manual.md", "assets/utility-bill.svg"] {
            assert!(files(&Source::new(path, "")).is_empty(), "{path}");
        }
    }

    #[test]
    fn mod_rs_is_refused() {
        assert_eq!(files(&Source::new("src/store/mod.rs", "")).len(), 1);
    }

    #[test]
    fn long_files_are_refused() {
        let text = format!("//! Long.\n{}", "\n".repeat(MOST_LINES - 1));
        assert!(shape(&Source::new("src/a.rs", &text)).is_empty());
        assert_eq!(shape(&Source::new("src/a.rs", &(text + "\n"))).len(), 1);
    }

    #[test]
    fn a_file_says_first_what_it_is_for() {
        assert_eq!(shape(&Source::new("src/a.rs", "use std::fmt;\nuse std::fs;\n")).len(), 1);
        assert!(shape(&Source::new("src/a.rs", "//! Names.\nuse std::fmt;\n")).is_empty());
    }
}
