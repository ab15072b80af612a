//! Keeps the rules that no compiler checks: who may know whom, which words and names may not occur, and which versions
//! of the packages below us are known to be broken. It reads the sources; it never runs the program.
//!
//! Each rule is a function from text to faults and is tested with a bad sample, so that a rule that stopped working is
//! noticed. A fault reads `path:line: what is wrong`.

mod modules;
mod names;
mod packages;
mod rooms;
mod source;
pub mod words;

use source::Source;

/// Fails with one fault a line.
#[track_caller]
fn assert_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} fault(s):\n{}", faults.len(), faults.join("\n"));
}

fn faults_of(sources: &[Source], rule: fn(&Source) -> Vec<String>) -> Vec<String> {
    sources.iter().flat_map(rule).collect()
}

#[test]
fn the_sources_are_found() {
    let paths: Vec<String> = source::rust(&["src", "tests"]).into_iter().map(|source| source.path).collect();
    for expected in ["src/lib.rs", "src/main.rs", "tests/lib.rs", "tests/tidy/source.rs"] {
        assert!(paths.iter().any(|path| path == expected), "'{expected}' is not among {paths:?}");
    }
}

#[test]
fn every_source_file_is_compiled() {
    assert_none(modules::forgotten(&source::rust(&["src", "tests"])));
}

#[test]
fn rooms_know_only_whom_they_may_know() {
    assert_none(faults_of(&source::rust(&["src"]), rooms::acquaintances));
}

#[test]
fn crates_stay_in_their_rooms() {
    assert_none(faults_of(&source::rust(&["src"]), rooms::crates));
}

#[test]
fn pure_rooms_do_not_touch_the_system() {
    assert_none(faults_of(&source::rust(&["src"]), rooms::purity));
}

#[test]
fn output_environment_and_time_have_one_place_each() {
    assert_none(faults_of(&source::rust(&["src"]), rooms::system));
}

#[test]
fn nothing_is_unsafe() {
    assert_none(faults_of(&source::rust(&["src", "tests", "examples"]), rooms::unsafety));
}

#[test]
fn nothing_is_left_undone() {
    assert_none(faults_of(&source::text(&["src", "tests", "examples", "assets", "docs"]), names::words));
}

#[test]
fn files_are_named_after_the_noun_they_define() {
    assert_none(faults_of(&source::text(&["src", "tests", "examples", "assets", "docs"]), names::files));
}

#[test]
fn files_begin_with_their_purpose_and_stay_short() {
    assert_none(faults_of(&source::rust(&["src"]), names::shape));
}

#[test]
fn locked_packages_have_no_known_advisory() {
    assert_none(packages::lock(&source::at_root("Cargo.lock")));
}

#[test]
fn lettre_only_builds_and_signs() {
    assert_none(packages::manifest(&source::at_root("Cargo.toml")));
}

#[test]
fn the_readme_shows_the_keys_as_they_are() {
    let readme = source::at_root("README.md");
    let shown =
        readme.split_once("<!-- keys:begin -->\n").and_then(|(_, rest)| rest.split_once("<!-- keys:end -->"));
    let table = callsheet::tui::keymap::Keymap::built_in().markdown_table();
    assert_eq!(shown.map(|(keys, _)| keys), Some(table.as_str()), "this belongs between the marks:\n{table}");
}
