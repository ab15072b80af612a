//! Parses, runs, and tells the exit code.

use std::process::ExitCode;

use callsheet::cli::{self, Doors};
use callsheet::doors;

fn main() -> ExitCode {
    ExitCode::from(cli::run(Doors {
        screen: doors::screen,
        page: doors::page,
        screen_files: doors::screen_files,
    }))
}
