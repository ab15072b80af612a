//! Files that are read and written from the screen: nobody waits for a pipe, and nothing is replaced unasked.

use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use callsheet::operations::export::{self, Existing, Exported, Failure, Format, Scope};
use callsheet::operations::import::{self, Source};
use callsheet::operations::{Session, contacts};

use crate::support::office::{Office, add_silently};

fn write(
    session: &mut Session,
    scope: &Scope,
    target: &Path,
    existing: Existing,
) -> Result<Exported, Failure> {
    let go_on = &mut |_| ControlFlow::Continue(());
    export::export_to_file(session, scope, Format::Csv, target, existing, go_on)
}

#[test]
fn what_is_selected_is_exported_as_far_as_it_is_still_there() {
    let office = Office::new();
    let mut session = office.session();
    let [ada, bob, _] =
        ["ada", "bob", "eve"].map(|name| add_silently(&mut session, name, &format!("{name}@example.org")));
    contacts::delete(&mut session, &[bob]).unwrap();
    let file = office.folder.path().join("a.csv");
    let exported =
        write(&mut session, &Scope::Selected(Arc::new([ada, bob].into())), &file, Existing::Keep).unwrap();
    assert_eq!(exported, Exported { written: 1, of: 2, replaced: false });
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "name,email,position,language,subscriptions\nada,ada@example.org,,en,\n"
    );
}

#[test]
fn what_is_there_stays_unless_it_is_to_be_replaced() {
    let office = Office::new();
    let mut session = office.session();
    let file = office.folder.path().join("a.csv");
    fs::write(&file, "mine").unwrap();
    let before = fs::read_dir(office.folder.path()).unwrap().count();
    assert!(matches!(write(&mut session, &Scope::All, &file, Existing::Keep), Err(Failure::Exists)));
    let device = write(&mut session, &Scope::All, Path::new("/dev/null"), Existing::Keep);
    assert_eq!(device.unwrap_err().to_string(), "it is no regular file");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(fs::read_dir(office.folder.path()).unwrap().count(), before);
}

#[test]
fn a_file_that_appears_while_it_is_written_is_not_replaced_unasked() {
    let office = Office::new();
    let mut session = office.session();
    add_silently(&mut session, "ada", "ada@example.org");
    let file = office.folder.path().join("a.csv");
    let mut appears = |_| {
        fs::write(&file, "theirs").unwrap();
        ControlFlow::Continue(())
    };
    let refused =
        export::export_to_file(&mut session, &Scope::All, Format::Csv, &file, Existing::Keep, &mut appears);
    assert!(matches!(refused, Err(Failure::Exists)), "{refused:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
}

#[test]
fn nobody_waits_for_what_is_no_regular_file() {
    let office = Office::new();
    let session = office.session();
    for (path, why) in
        [(Path::new("/dev/null"), "it is no regular file"), (office.folder.path(), "it is a folder")]
    {
        let refused = import::open(&session, Source::RegularFile(path)).map(|_| ());
        assert_eq!(refused.unwrap_err().to_string(), why);
    }
}

#[test]
fn a_source_tells_how_much_of_it_is_read_and_whether_it_is_still_the_same() {
    let office = Office::new();
    let session = office.session();
    let file = office.folder.path().join("a.csv");
    fs::write(&file, [b'x'; 2_000]).unwrap();
    let open = || import::open(&session, Source::RegularFile(&file)).unwrap();
    let (mut first, gauge) = (open(), open().gauge());
    assert_eq!(gauge.permille(), 0);
    let gauge = first.gauge();
    io::copy(&mut first.by_ref().take(500), &mut io::sink()).unwrap();
    assert_eq!(gauge.permille(), 250);
    io::copy(&mut first, &mut io::sink()).unwrap();
    assert_eq!(gauge.permille(), 1000);
    assert_eq!(first.stamp(), open().stamp());
    fs::write(&file, [b'x'; 2_001]).unwrap();
    assert_ne!(first.stamp(), open().stamp());
    let mut stream = &b"name"[..];
    assert_eq!(import::open(&session, Source::Stream(&mut stream)).unwrap().stamp(), None);
}
