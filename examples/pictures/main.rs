//! Draws the pictures of the README: `cargo run --example pictures` writes `docs/pictures/*.svg`.
//!
//! The program itself draws them: key scripts go through the real update, view and SQL, mail through the real sender, on a clock
//! that stands still. Running it twice writes the same bytes; a test compares them with what is committed.

#![allow(clippy::unwrap_used, reason = "a picture that cannot be drawn is not drawn, and the run says where")]
#![allow(clippy::wildcard_enum_match_arm, reason = "as in the tests, whose support this shares")]

use std::fs;
use std::path::Path;

mod scenes;

/// What the tests share.
#[path = "../../tests/support"]
#[allow(dead_code, reason = "pictures need a part of it")]
mod support {
    pub mod clock;
    pub mod desk;
    pub mod keys;
    pub mod office;
    pub mod picture;
    pub mod sink;
    pub mod stage;
}

#[allow(clippy::print_stdout, reason = "says what was written")]
fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "svg") {
            fs::remove_file(path).unwrap();
        }
    }
    for (name, svg) in scenes::all() {
        fs::write(folder.join(&name), &svg).unwrap();
        println!("docs/pictures/{name}  {} bytes", svg.len());
    }
}
