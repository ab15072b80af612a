//! Files that other programs have saved; `tests/exchange/README.md` tells how.

use std::ops::ControlFlow;

use callsheet::domain::position::Position;
use callsheet::domain::say::Said;
use callsheet::operations::Session;
use callsheet::operations::contacts::{self, ListQuery, PageAt, Verify};
use callsheet::operations::import::{self, BadRows, Format, Heard, Options, Run, Source, Summary};

use crate::support::office::Office;

const COMMA: &[u8] = include_bytes!("../exchange/libreoffice-comma.csv");
const SEMICOLON: &[u8] = include_bytes!("../exchange/libreoffice-semicolon.csv");
const UTF16: &[u8] = include_bytes!("../exchange/libreoffice-utf16.csv");
const ODS: &[u8] = include_bytes!("../exchange/libreoffice.ods");
const XLSX: &[u8] = include_bytes!("../exchange/libreoffice.xlsx");
const KHARD: &[u8] = include_bytes!("../exchange/khard.vcf");
const ABOOK: &[u8] = include_bytes!("../exchange/abook.vcf");

/// Imports the rows that can be taken; `line email: why` of all others.
fn import(session: &mut Session, mut bytes: &[u8], format: Format) -> (Summary, Vec<String>) {
    let opened = import::open(session, Source::Stream(&mut bytes)).unwrap();
    let options = Options { format, bad_rows: BadRows::LeaveOut, verify: Verify::Later, run: Run::Real };
    let mut notes = Vec::new();
    let summary = import::import(session, opened, options, &mut |heard| {
        match heard {
            Heard::Remark(remark) => notes.push(remark.to_string()),
            Heard::Row(row) => {
                let why: Vec<String> = row.reasons.iter().chain(&row.warnings).map(Said::to_string).collect();
                notes.extend(
                    (!why.is_empty()).then(|| format!("{} {}: {}", row.line, row.email, why.join("; "))),
                );
            }
        }
        ControlFlow::Continue(())
    });
    (summary.unwrap(), notes)
}

/// `name email position language types` of all contacts, by name.
fn all(session: &mut Session) -> Vec<String> {
    let rows = contacts::page(session, &ListQuery::default(), &PageAt::First, 100).unwrap().rows;
    let line = |contact: callsheet::domain::contact::Contact| {
        let position = contact.position.map_or("-", Position::id);
        let types = contact.subscriptions.ids().collect::<Vec<_>>().join(",");
        format!("{} {} {position} {} {types}", contact.name, contact.email, contact.language.id())
    };
    rows.into_iter().map(line).collect()
}

#[test]
fn what_a_spreadsheet_has_opened_and_saved_comes_back() {
    let mut found = Vec::new();
    for bytes in [COMMA, SEMICOLON, UTF16] {
        let office = Office::new();
        let mut session = office.session();
        let (summary, notes) = import(&mut session, bytes, Format::Csv);
        assert_eq!((summary.added, notes), (5, vec![]));
        found.push(all(&mut session));
    }
    assert_eq!(
        found[0],
        [
            "7 agent@example.org technical_director en ",
            "=Ops +ops@example.org ceo en activity.launch,security",
            "O'Neil,\"x\" oneil@example.org - en product.expiration,security",
            "Éléonore eleonore@example.fr other en activity,exception,product",
            "王小明 xiaoming@example.cn finance_director zh-CN account,service",
        ]
    );
    assert!(found.iter().all(|contacts| *contacts == found[0]), "{found:?}");
}

#[test]
fn a_spreadsheet_itself_is_refused_with_what_to_do() {
    let office = Office::new();
    let mut session = office.session();
    for mut bytes in [ODS, XLSX] {
        let opened = import::open(&session, Source::Stream(&mut bytes)).unwrap();
        let (bad_rows, verify, run) = (BadRows::LeaveOut, Verify::Later, Run::Real);
        let options = Options { format: Format::Csv, bad_rows, verify, run };
        let refused = import::import(&mut session, opened, options, &mut |_| ControlFlow::Continue(()));
        assert_eq!(refused.unwrap_err().to_string(), "it is a spreadsheet; save it as 'CSV UTF-8' first");
    }
}

#[test]
fn cards_of_khard_are_read() {
    let office = Office::new();
    let mut session = office.session();
    let (summary, notes) = import(&mut session, KHARD, Format::VCard);
    assert_eq!((summary.added, summary.refused), (2, 1), "{notes:?}");
    assert_eq!(
        notes,
        [
            "23 grace@example.org: name: a name has no white space; character 6 of this one is U+0020 (blank); \
          'GraceHopper' would be one"
        ]
    );
    assert_eq!(
        all(&mut session),
        [
            "Éléonore eleonore@example.fr other en product",
            "李静 lijing@example.cn finance_director en security"
        ]
    );
}

#[test]
fn cards_of_abook_are_read() {
    let office = Office::new();
    let mut session = office.session();
    let (summary, notes) = import(&mut session, ABOOK, Format::VCard);
    assert_eq!((summary.added, summary.refused), (1, 2), "{notes:?}");
    assert_eq!(
        notes,
        [
            "1 ada@example.org: name: a name has no white space; character 4 of this one is U+0020 (blank); \
             'AdaLovelace' would be one",
            "17 : email: an email address is required",
        ]
    );
    assert_eq!(all(&mut session), ["王小明 xiaoming@example.cn - en "]);
}
