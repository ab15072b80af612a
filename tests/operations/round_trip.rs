//! An export is complete: read into an empty database, it is written again as the same bytes.

use std::ops::ControlFlow;

use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::language::Language;
use callsheet::domain::position::Position;
use callsheet::operations::Session;
use callsheet::operations::contacts::Verify;
use callsheet::operations::export::{self, Scope};
use callsheet::operations::import::{self, BadRows, Format, Options, Run, Source};

use crate::support::office::Office;

/// Names that break careless writers; each is followed by a number.
const NAMES: [&str; 8] = ["王小明", "O'Neil\"", "=1+", "a,b;c", "Éléonore", "'@", "諸葛亮\\n", "-x:"];

fn import(session: &mut Session, mut bytes: &[u8], format: Format) -> u64 {
    let opened = import::open(session, Source::Stream(&mut bytes)).unwrap();
    let options = Options { format, bad_rows: BadRows::RefuseAll, verify: Verify::Later, run: Run::Real };
    let mut refused = Vec::new();
    let summary = import::import(session, opened, options, &mut |heard| {
        if let import::Heard::Row(row) = heard
            && !row.reasons.is_empty()
        {
            refused.push(row);
        }
        ControlFlow::Continue(())
    });
    assert!(refused.is_empty(), "{:?}", &refused[..refused.len().min(3)]);
    summary.unwrap().added
}

fn exported(session: &mut Session, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    export::export(session, &Scope::All, format, &mut bytes, &mut |_| ControlFlow::Continue(())).unwrap();
    bytes
}

/// One contact for every position, language and shape of subscriptions: of each category all, some or no types.
fn everything() -> Vec<u8> {
    let catalogue = Catalogue::built_in();
    let positions: Vec<Option<Position>> = std::iter::once(None).chain(Position::ALL.map(Some)).collect();
    let shapes = 3_usize.pow(u32::try_from(catalogue.categories().len()).unwrap());
    let mut table = String::from("[");
    let mut number = 0_usize;
    for shape in 0..shapes {
        for position in &positions {
            for language in Language::ALL {
                let mut types = Vec::new();
                let mut rest = shape;
                for category in catalogue.categories() {
                    let some = category.types.iter().enumerate().filter(|(at, _)| at % 2 == number % 2);
                    match rest % 3 {
                        0 => {}
                        1 => types.push(category.id.clone()),
                        _ => types.extend(some.map(|(_, one)| one.id.clone())),
                    }
                    rest /= 3;
                }
                let row = serde_json::json!({
                    "name": format!("{}{number}", NAMES[number % NAMES.len()]),
                    "email": format!("{}{number}@例子.example", ["p", "+", "o'", "z."][number % 4]),
                    "position": position.map(Position::id),
                    "language": language.id(),
                    "subscriptions": types,
                });
                table.push_str(&format!("{}{row}", if number == 0 { "" } else { ",\n" }));
                number += 1;
            }
        }
    }
    table.push(']');
    table.into_bytes()
}

#[test]
fn ten_thousand_contacts_of_every_shape_come_back_as_the_same_bytes() {
    let office = Office::new();
    let mut session = office.session();
    assert_eq!(import(&mut session, &everything(), Format::Json), 10_206);
    std::thread::scope(|scope| {
        for format in Format::ALL {
            let bytes = exported(&mut session, format);
            scope.spawn(move || {
                let other = Office::new();
                let mut empty = other.session();
                assert_eq!(import(&mut empty, &bytes, format), 10_206);
                assert!(exported(&mut empty, format) == bytes, "{format:?}");
            });
        }
    });
}
