//! The pictures in `docs/pictures` are what the program draws now.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[path = "../examples/pictures/scenes.rs"]
mod scenes;

const COMMAND: &str = "run 'cargo run --example pictures', look at them, and commit them";

#[test]
fn the_pictures_are_what_the_program_draws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    let drawn: BTreeMap<String, String> = scenes::all().into_iter().collect();
    let mut differing: Vec<&String> = Vec::new();
    for (name, svg) in &drawn {
        if fs::read_to_string(folder.join(name)).ok().as_ref() != Some(svg) {
            differing.push(name);
        }
    }
    assert!(differing.is_empty(), "{differing:?} in docs/pictures differ; {COMMAND}");
    let kept = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unknown: Vec<String> = kept.filter(|name| !drawn.contains_key(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} in docs/pictures are drawn by nobody; {COMMAND}");
}
