//! The help.

use crate::support::picture::picture;
use crate::support::stage::{Stage, cast};

#[test]
fn the_help_of_the_contacts_screen() {
    for (columns, rows) in [(40, 10), (80, 24), (120, 40)] {
        let mut stage = Stage::new(columns, rows, cast());
        stage.types("?");
        insta::assert_snapshot!(format!("help_{columns}x{rows}"), picture(&stage.model));
    }
}

#[test]
fn the_help_is_scrolled_to_its_end() {
    let mut stage = Stage::new(80, 24, cast());
    stage.types("? <end>");
    insta::assert_snapshot!("help_end_80x24", picture(&stage.model));
}
