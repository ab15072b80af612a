//! What the benchmarks share with the tests: the screen without a terminal, and the database in a folder of its own.

// No single benchmark uses all of it.
#![allow(dead_code)]

#[path = "../tests/support/clock.rs"]
pub mod clock;
#[path = "../tests/support/keys.rs"]
pub mod keys;
#[path = "../tests/support/office.rs"]
pub mod office;
#[path = "../tests/support/picture.rs"]
pub mod picture;
#[path = "../tests/support/screen.rs"]
pub mod screen;
#[path = "../tests/support/stage.rs"]
pub mod stage;

use std::ops::ControlFlow;

use callsheet::operations::Session;
use callsheet::operations::contacts::Verify;
use callsheet::operations::import::{self, BadRows, Format, Options, Run, Source};

use office::Office;

/// An office with an empty database, and a CSV file of so many rows to import into it.
pub struct Intake {
    office: Office,
    session: Session,
    rows: usize,
}

impl Intake {
    pub fn new(rows: usize) -> Self {
        let office = Office::new();
        let session = office.session();
        let mut table = "Name,Email,Position,Language,Types\n".to_owned();
        for row in 0..rows {
            let name = if row % 2 == 0 { format!("王小明{row}") } else { format!("AdaLovelace{row}") };
            table.push_str(&format!(
                "{name},ada{row}@example.org,technical_director,en,security product.release\n"
            ));
        }
        std::fs::write(office.folder.path().join("rows.csv"), table).unwrap();
        Self { office, session, rows }
    }

    /// Imports the file; the contacts that were added.
    pub fn import(&mut self) -> u64 {
        let file = self.office.folder.path().join("rows.csv");
        let opened = import::open(&self.session, Source::File(&file)).unwrap();
        let options = Options {
            format: Format::Csv,
            bad_rows: BadRows::RefuseAll,
            verify: Verify::Later,
            run: Run::Real,
        };
        let summary =
            import::import(&mut self.session, opened, options, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(summary.added, self.rows as u64, "{summary:?}");
        summary.added
    }
}
