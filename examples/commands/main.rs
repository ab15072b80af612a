//! Writes `docs/commands.md` as the program named on the command line says it: `cargo run --example commands -- target/debug/callsheet`.

#![allow(clippy::disallowed_methods, reason = "it is run by hand, with a path")]

mod reference;

use std::io;
use std::process::Command;

fn main() -> io::Result<()> {
    let program = std::env::args().nth(1).unwrap_or_else(|| "target/debug/callsheet".to_owned());
    let printed = |arguments: &[&str]| {
        let output = Command::new(&program).args(arguments).env("COLUMNS", "100").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    };
    std::fs::write("docs/commands.md", reference::reference(printed))
}
