//! Exporting and importing at the screen.

use std::fs;
use std::os::unix::fs::MetadataExt;

use callsheet::domain::delivery::State;
use callsheet::operations::contacts;

use crate::support::desk::Desk;
use crate::support::office::{Office, add_silently, states};

/// An office whose first questions are answered, with three contacts.
fn office() -> Office {
    let office = Office::introduced();
    let mut session = office.session();
    for (name, email) in
        [("ada", "ada@example.org"), ("grace", "grace@example.org"), ("王小明", "x@example.cn")]
    {
        add_silently(&mut session, name, email);
    }
    office
}

fn count(office: &Office) -> u64 {
    contacts::totals(&mut office.session()).unwrap().contacts
}

fn path(office: &Office, name: &str) -> String {
    office.folder.path().join(name).display().to_string()
}

#[test]
fn all_contacts_go_into_a_file_that_nobody_else_reads() {
    let office = office();
    let file = path(&office, "all.csv");
    let mut desk = Desk::open(&office);
    desk.types("x <wait:contacts.csv> <wait:CSV, in /srv/lists> <wait:all (3)> <c-u>");
    desk.types(&format!("<paste:{file}> <enter> <wait:all 3 contacts.>")).sees("can be read by nobody else");
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    desk.types("<enter>").sees_no("nobody else").sees("Contacts");
}

#[test]
fn a_file_that_is_there_is_replaced_only_on_yes() {
    let office = office();
    let file = path(&office, "all.json");
    fs::write(&file, "mine").unwrap();
    let mut desk = Desk::open(&office);
    desk.types(&format!("x <c-u> <paste:{file}> <enter> <wait:Replace '> <enter>"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    desk.types("<enter> <wait:Replace '> y <wait:Exported: all 3 contacts.> <wait:was replaced> <esc>");
    assert!(fs::read_to_string(&file).unwrap().starts_with("[{\"name\":\"ada\""));
}

#[test]
fn what_is_filtered_or_selected_is_proposed_with_its_number() {
    let office = office();
    let file = path(&office, "some.vcf");
    let mut desk = Desk::open(&office);
    desk.types("/ example.org <enter> x <wait:filtered (2)>");
    desk.types(&format!(
        "<c-u> <paste:{file}> <enter> <wait:2 of 3 contacts, what matches the filter> <enter>"
    ));
    assert_eq!(fs::read_to_string(&file).unwrap().matches("END:VCARD").count(), 2);
    desk.types("<esc> <space> x <wait:selected (1)>");
    desk.types(&format!("<c-u> <paste:{file}> <enter> y <wait:1 of 3 contacts, what was selected>"));
    assert_eq!(fs::read_to_string(&file).unwrap().matches("END:VCARD").count(), 1);
}

#[test]
fn a_file_that_cannot_be_written_says_why_and_leaves_the_dialog_open() {
    let office = office();
    let mut desk = Desk::open(&office);
    desk.types("x <c-u> /nowhere/at/all.csv <enter> <wait:Not written: there is no such file>");
    desk.types("<c-u> list.txt <enter> <wait:The name must end with .csv, .json or .vcf.>");
    let folder = office.folder.path().display().to_string();
    fs::create_dir(office.folder.path().join("folder.csv")).unwrap();
    desk.types(&format!("<c-u> <paste:{folder}/folder.csv> <enter> <wait:Not written: it is a folder>"));
}

#[test]
fn an_import_is_looked_at_before_it_is_made() {
    let office = office();
    let file = path(&office, "staff.csv");
    fs::write(
        &file,
        "姓名;邮箱\n李静;lijing@example.cn\ncountess;ADA@example.org\ngrace;grace@example.org\n",
    )
    .unwrap();
    let mut desk = Desk::open(&office);
    desk.types(&format!("i <paste:{file}> <wait:CSV, in> <enter>"));
    desk.sees("3 rows: 1 added, 1 changed, 1 unchanged, 0 refused").sees("lijing@example.cn");
    assert_eq!(count(&office), 3, "nothing is written yet");
    desk.types("<enter> <wait:Import 2 contacts from 'staff.csv'?> <wait:No verification mail goes yet.>");
    desk.types("y <wait:Imported: 1 added, 1 changed, 1 unchanged.> <enter>");
    desk.sees("李静").sees("countess");
    assert_eq!((count(&office), desk.wakes), (4, 0));
}

#[test]
fn refused_rows_are_told_and_the_good_ones_can_be_taken_without_them() {
    let office = office();
    let file = path(&office, "staff.csv");
    let good: String = (0..60).map(|number| format!("p{number},p{number}@example.org\n")).collect();
    fs::write(&file, format!("name,email\n{good}Eve Moneypenny,eve@example.org\n")).unwrap();
    let mut desk = Desk::open(&office);
    desk.types(&format!(
        "i <paste:{file}> <enter> <wait:61 rows: 60 added, 0 changed, 0 unchanged, 1 refused>"
    ));
    desk.sees_no("eve@example.org").types("p <wait:problems only, 1-1 of 1>");
    desk.sees("line 62: name: a name has no white space").sees("'EveMoneypenny' would be one");
    desk.types("p G <wait:eve@example.org> <enter> <wait:The refused row is left out.> y");
    desk.sees("Imported: 60 added").sees("1 refused row was left out.");
    assert_eq!(count(&office), 63);
}

#[test]
fn verification_mails_go_only_when_they_are_wanted_and_within_the_limit() {
    let mut office = office();
    office.rules.daily_limit = 2;
    let file = path(&office, "staff.json");
    let rows: Vec<String> = (0..3)
        .map(|number| format!("{{\"name\":\"p{number}\",\"email\":\"p{number}@example.org\"}}"))
        .collect();
    fs::write(&file, format!("[{}]", rows.join(","))).unwrap();
    let mut desk = Desk::open(&office);
    desk.types(&format!(
        "i <paste:{file}> <enter> <wait:2 of 3 new contacts get a code now; the daily limit>"
    ));
    desk.types("<space> <wait:[x] send verification mails now> <enter>");
    desk.sees("2 verification mails go at once.")
        .types("y <wait:Without a mail server 2 verification mails go to files.>");
    desk.sees("1 new contact gets no code now").sees("3 new contacts have no message type yet");
    assert_eq!((states(&mut office.session()), desk.wakes), (vec![State::Queued; 2], 1));
}

#[test]
fn a_file_that_has_changed_since_it_was_checked_is_not_imported() {
    let office = office();
    let file = path(&office, "staff.csv");
    fs::write(&file, "name,email\neve,eve@example.org\n").unwrap();
    let mut desk = Desk::open(&office);
    desk.types(&format!("i <paste:{file}> <enter> <wait:1 added>"));
    fs::write(&file, "name,email\nmallory,mallory@example.org\nmallet,mallet@example.org\n").unwrap();
    desk.types("<enter> y <wait:It has changed since it was checked>");
    assert_eq!(count(&office), 3);
    desk.types("<enter> <wait:2 added> <enter> y <wait:Imported: 2 added> <esc>").sees("mallory");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let office = office();
    let mut desk = Desk::open(&office);
    for (name, bytes, why) in [
        ("a.csv", &b"name;phone\nada;1\n"[..], "the first row must name the columns"),
        ("b.json", b"{}", "it is no JSON array of contacts"),
        ("c.vcf", b"hello", "it stands outside of any card"),
        ("d.csv", b"PK\x03\x04", "it is a spreadsheet"),
        ("e.csv", b"name,email\n", "There is no contact in"),
        ("f.csv", b"name,email\nM\xFCller,m@example.org\n", "it is not UTF-8"),
    ] {
        let file = path(&office, name);
        fs::write(&file, bytes).unwrap();
        // The words are wrapped: their beginning stands in one line.
        desk.types(&format!("i <paste:{file}> <enter>"));
        let shown: String =
            desk.screen().split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(shown.contains(why), "{name}:\n{shown}");
        desk.types("<esc>");
    }
    desk.types(
        "i /nowhere/a.csv <enter> <wait:there is no such file> <c-u> <enter> <wait:A file must be named.>",
    );
    desk.types("<tab> <tab> <tab> <enter>").sees_no("must be named");
    let folder = office.folder.path().display();
    desk.types(&format!(
        "i <paste:{folder}/> <tab> <enter> <down> <enter> <tab> <enter> <wait:it is a folder>"
    ));
}
