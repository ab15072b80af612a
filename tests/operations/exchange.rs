//! Import and export: all or nothing, one contact for each address, and the same bytes after a round trip.

use std::fs;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt, symlink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;

use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::contact::{Contact, Status};
use callsheet::domain::email_address::Smtputf8;
use callsheet::domain::filter::Filter;
use callsheet::domain::subscription::Subscriptions;
use callsheet::domain::verification::LimitKind;
use callsheet::operations::contacts::{self, Again, ContactChange, ListQuery, PageAt, Verify};
use callsheet::operations::export::{self, Existing, Exported, Scope};
use callsheet::operations::history::{self, HistoryAt, HistoryQuery};
use callsheet::operations::import::{
    self, BadRows, Failure, Fate, Format, Heard, Imported, Options, Run, Source, Summary,
};
use callsheet::operations::{Session, Via};

use crate::support::office::{Office, add, add_silently, deliveries};

const STRICT: Options =
    Options { format: Format::Csv, bad_rows: BadRows::RefuseAll, verify: Verify::Later, run: Run::Real };
const LENIENT: Options = Options { bad_rows: BadRows::LeaveOut, ..STRICT };

/// What was said of each row: `line fate contact`, with reasons and warnings behind it.
fn line(row: &Imported) -> String {
    let contact = row.contact.map_or("-".to_owned(), |contact| contact.0.to_string());
    let notes: Vec<String> =
        row.reasons.iter().chain(&row.warnings).chain(&row.held).map(|note| format!(" ({note})")).collect();
    format!("{} {} {contact}{}", row.line, row.fate.id(), notes.concat())
}

fn try_import(
    session: &mut Session,
    bytes: &[u8],
    options: Options,
    hear: &mut dyn FnMut(&Heard) -> ControlFlow<()>,
) -> Result<(Summary, Vec<String>), Failure> {
    let mut stream = bytes;
    let opened = import::open(session, Source::Stream(&mut stream)).unwrap();
    let mut lines = Vec::new();
    let summary = import::import(session, opened, options, &mut |heard| {
        let flow = hear(&heard);
        lines.push(match heard {
            Heard::Remark(remark) => remark.to_string(),
            Heard::Row(row) => line(&row),
        });
        flow
    })?;
    Ok((summary, lines))
}

fn import(session: &mut Session, text: &str, options: Options) -> (Summary, Vec<String>) {
    try_import(session, text.as_bytes(), options, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn exported(session: &mut Session, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    export::export(session, &Scope::All, format, &mut bytes, &mut |_| ControlFlow::Continue(())).unwrap();
    bytes
}

fn all(session: &mut Session) -> Vec<Contact> {
    contacts::page(session, &ListQuery::default(), &PageAt::First, 100).unwrap().rows
}

fn names(session: &mut Session) -> Vec<String> {
    all(session).into_iter().map(|contact| contact.name).collect()
}

fn ids(contact: &Contact) -> Vec<&str> {
    contact.subscriptions.ids().collect()
}

fn actions(session: &mut Session) -> Vec<(String, String, Option<i64>)> {
    let page = history::page(session, HistoryQuery::default(), HistoryAt::Oldest, 100).unwrap();
    let mut rows = page.rows;
    rows.reverse();
    rows.into_iter().map(|event| (event.via, event.action, event.contact.map(|id| id.0))).collect()
}

#[test]
fn new_rows_are_contacts_that_nobody_has_verified() {
    let office = Office::new();
    let mut session = office.session();
    let text = "name,email,position,language,subscriptions\n\
                Ada,ada@Example.org,CEO,,security recommended\n\
                王小明,xiaoming@example.cn,财务负责人,zh-CN,\n";
    let (summary, lines) = import(&mut session, text, STRICT);
    assert_eq!(lines, ["2 added 1", "3 added 2"]);
    assert_eq!((summary.added, summary.without_types, summary.is_applied), (2, 1, true));
    let contacts = all(&mut session);
    let [ada, xiaoming] = contacts.as_slice() else { panic!("{contacts:?}") };
    assert_eq!(
        (ada.email.as_str(), ada.status, ada.language.id()),
        ("ada@example.org", Status::Unverified, "en")
    );
    assert_eq!(ids(ada), ["activity", "exception", "product", "security"]);
    assert_eq!(
        (xiaoming.position.map(|known| known.id()), xiaoming.language.id()),
        (Some("finance_director"), "zh-CN")
    );
    assert!(deliveries(&mut session).is_empty());
}

#[test]
fn a_bad_row_keeps_all_others_out() {
    let office = Office::new();
    let mut session = office.session();
    let text = "name,email,position,language,subscriptions\n\
                Ada,ada@example.org,,,\n\
                Ada Lovelace,nobody,king,tlh,Securty\n\
                Bob,bob@example.org,,,\n";
    let (summary, lines) = import(&mut session, text, STRICT);
    assert_eq!(lines[0], "2 added 1");
    assert_eq!(
        lines[1],
        "3 refused - (name: a name has no white space; character 4 of this one is U+0020 (blank); 'AdaLovelace' would be one) \
         (email: an address has one @; this one has none) \
         (position: 'king' is no position; positions are ceo, technical_director, maintenance_director, project_director, \
         finance_director, other) (language: 'tlh' is no language; languages are en and zh-CN) \
         (types: there is no message type 'Securty'; the nearest are security)"
    );
    assert_eq!((summary.added, summary.refused, summary.is_applied), (2, 1, false));
    assert!(all(&mut session).is_empty() && actions(&mut session).is_empty());
}

#[test]
fn bad_rows_can_be_left_out() {
    let office = Office::new();
    let mut session = office.session();
    let text = "name,email\nAda,ada@example.org\n,bob@example.org\nEve,eve@example.org\n";
    let (summary, lines) = import(&mut session, text, LENIENT);
    assert_eq!(lines, ["2 added 1", "3 refused - (name: a name is required)", "4 added 2"]);
    assert_eq!((summary.added, summary.refused, summary.is_applied), (2, 1, true));
    assert_eq!(names(&mut session), ["Ada", "Eve"]);
}

#[test]
fn a_trial_reports_the_same_and_writes_nothing() {
    let office = Office::new();
    let mut session = office.session();
    add_silently(&mut session, "Ada", "ada@example.org");
    let text =
        "name,email\nAda,ada@example.org\nBob,bob@example.org\n,eve@example.org\nBob,BOB@example.org\n";
    for options in [STRICT, LENIENT, Options { verify: Verify::Send, ..LENIENT }] {
        let before = (all(&mut session), actions(&mut session));
        let (trial, tried) = import(&mut session, text, Options { run: Run::Trial, ..options });
        assert!(!trial.is_applied && trial.queued.is_empty());
        assert_eq!((all(&mut session), actions(&mut session)), before);
        let mut other = Office::new().session();
        add_silently(&mut other, "Ada", "ada@example.org");
        let (real, done) = import(&mut other, text, options);
        assert_eq!(tried, done);
        assert_eq!((trial.added, trial.unchanged, trial.refused), (real.added, real.unchanged, real.refused));
    }
    assert!(deliveries(&mut session).is_empty());
}

#[test]
fn others_save_while_a_trial_is_under_way_and_the_import_notices() {
    let mut office = Office::new();
    office.rules.daily_limit = 3;
    let mut session = office.session();
    add(&mut session, "Ada", "ada@example.org");
    let rows = (0..2_000).map(|number| format!("Bob,bob{number}@example.org\n"));
    let text: String = std::iter::once("name,email\n".to_owned()).chain(rows).collect();
    let options = Options { verify: Verify::Send, run: Run::Trial, ..STRICT };
    let mut other = office.session();
    let mut saving = |heard: &Heard| {
        if matches!(heard, Heard::Row(row) if row.line == 1_000) {
            add_silently(&mut other, "Eve", "bob1500@example.org");
        }
        ControlFlow::Continue(())
    };
    let (trial, tried) = try_import(&mut session, text.as_bytes(), options, &mut saving).unwrap();
    assert_eq!((trial.added, trial.codes, trial.held.map(|(held, _)| held)), (2_000, 2, Some(1_998)));
    assert_eq!(
        (tried[0].as_str(), tried[1_500].as_str()),
        (
            "2 added 2",
            "1502 added 1502 (it gets no code now: the daily limit of verification mails is reached; the next may be sent in 1 d)"
        )
    );
    assert_eq!(names(&mut session), ["Ada", "Eve"]);
    let (real, done) = import(&mut session, &text, Options { run: Run::Real, ..options });
    assert_eq!((real.added, real.changed, real.codes), (1_999, 1, 2));
    assert_eq!(done[1_500], "1502 changed 2");
}

#[test]
fn a_known_address_changes_what_the_row_says_and_nothing_else() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let wanted = Subscriptions::from_ids(["security".to_owned()]);
    contacts::subscribe(&mut session, ada.id, &wanted, Again::No, None).unwrap();
    let change = ContactChange {
        position: Some("ceo".into()),
        language: Some("zh-CN".into()),
        ..ContactChange::default()
    };
    let before = contacts::modify(&mut session, ada.id, &change, None).unwrap().contact;

    let (_, lines) = import(&mut session, "email,name\nADA@EXAMPLE.ORG,Countess\n", STRICT);
    assert_eq!(lines, ["2 changed 1"]);
    let after = all(&mut session).remove(0);
    let expected = Contact {
        name: "Countess".into(),
        email: "ADA@example.org".into(),
        version: before.version + 1,
        ..before
    };
    assert_eq!(after, expected);

    let (summary, lines) =
        import(&mut session, "email,position,subscriptions,language\nADA@example.org,,,\n", STRICT);
    assert_eq!((lines, summary.changed), (vec!["2 changed 1".to_owned()], 1));
    let cleared = all(&mut session).remove(0);
    assert_eq!((cleared.position, ids(&cleared), cleared.language), (None, vec![], after.language));
    assert_eq!(cleared.status, Status::Verified);

    let (summary, lines) = import(&mut session, "email,name\nADA@example.org,Countess\n", STRICT);
    assert_eq!((lines, summary.unchanged), (vec!["2 unchanged 1".to_owned()], 1));
    assert_eq!(all(&mut session).remove(0), cleared);
}

#[test]
fn a_pending_address_belongs_to_its_contact() {
    let office = Office::new();
    let mut session = office.session();
    let ada = office.verified(&mut session, "Ada", "ada@example.org");
    let change = ContactChange { email: Some("new@example.org".into()), ..ContactChange::default() };
    contacts::modify(&mut session, ada.id, &change, None).unwrap();
    let (_, lines) = import(&mut session, "email,name\nNEW@example.org,Countess\n", STRICT);
    assert_eq!(lines, ["2 changed 1"]);
    // The address in force does not cancel the change, as it would in the form.
    let (_, lines) = import(&mut session, "email,name\nada@example.org,Countess\n", STRICT);
    assert_eq!(lines, ["2 unchanged 1"]);
    let after = all(&mut session).remove(0);
    assert_eq!(
        (after.email.as_str(), after.pending_email.as_deref()),
        ("ada@example.org", Some("new@example.org"))
    );
    let (_, lines) = import(&mut session, "email,name\nada@example.org,Ada\nnew@example.org,Ada\n", LENIENT);
    assert_eq!(lines, ["2 changed 1", "3 refused 1 (email: line 2 is about the same contact)"]);
}

#[test]
fn the_second_row_with_an_address_is_refused_whatever_its_case() {
    let office = Office::new();
    let mut session = office.session();
    let text =
        "name,email\nAda,ada@example.org\nBob,bob@example.org\nEve,ADA@Example.ORG\n,bob@example.org\n";
    let (_, lines) = import(&mut session, text, LENIENT);
    let same =
        |line, contact, of| format!("{line} refused {contact} (email: line {of} is about the same contact)");
    assert_eq!(lines, ["2 added 1".to_owned(), "3 added 2".to_owned(), same(4, "-", 2), same(5, "-", 3)]);
    assert_eq!(names(&mut session), ["Ada", "Bob"]);
}

#[test]
fn an_unknown_type_is_kept_with_a_warning_and_a_word_of_another_program_is_not() {
    let office = Office::new();
    let mut session = office.session();
    let text = "name,email,types\nAda,ada@example.org,securty newer.type account\n";
    let (_, lines) = import(&mut session, text, STRICT);
    assert_eq!(
        lines,
        ["2 added 1 (there is no message type 'securty' here; it is kept; the nearest is security) \
          (there is no message type 'newer.type' here; it is kept)"]
    );
    assert_eq!(ids(&all(&mut session)[0]), ["account", "newer.type", "securty"]);
    // A row that says nothing of types leaves the strange ones too.
    let (_, lines) = import(&mut session, "name,email\nCountess,ada@example.org\n", STRICT);
    assert_eq!(lines, ["2 changed 1"]);
    assert_eq!(ids(&all(&mut session)[0]), ["account", "newer.type", "securty"]);
    let cards = "BEGIN:VCARD\nFN:Ada\nEMAIL:ada@example.org\nCATEGORIES:friends,product\nEND:VCARD\n\
                 BEGIN:VCARD\nFN:Bob\nEMAIL:bob@example.org\nCATEGORIES:friends\nEND:VCARD\n";
    let (_, lines) = import(&mut session, cards, Options { format: Format::VCard, ..STRICT });
    assert_eq!(lines, ["1 changed 1", "6 added 2"]);
    assert_eq!(all(&mut session).iter().map(ids).collect::<Vec<_>>(), [vec!["product"], vec![]]);
}

#[test]
fn what_a_recipient_has_ended_stays_ended() {
    let office = Office::new();
    let mut session = office.session();
    office.verified(&mut session, "Ada", "ada@example.org");
    let database = rusqlite::Connection::open(office.database()).unwrap();
    database.execute("UPDATE contact SET unsubscribed_at = 1000", []).unwrap();
    let (_, lines) = import(&mut session, "email,types\nada@example.org,activity\n", STRICT);
    assert_eq!(lines, ["2 changed 1 (the recipient has ended activity messages and gets none all the same)"]);
    let ada = all(&mut session).remove(0);
    assert_eq!(ids(&ada), ["activity"]);
    assert_eq!(ada.unsubscribed_at.map(|moment| moment.millis()), Some(1000));
}

#[test]
fn codes_are_sent_to_new_contacts_as_far_as_the_limits_allow() {
    let mut office = Office::new();
    office.rules.daily_limit = 2;
    let mut session = office.session();
    add_silently(&mut session, "Old", "old@example.org");
    let text = "name,email\nOld,old@example.org\nA,a@example.org\nB,b@example.org\nC,c@example.org\nD,d@example.org\n";
    let options = Options { verify: Verify::Send, ..STRICT };
    let (trial, tried) = import(&mut session, text, Options { run: Run::Trial, ..options });
    let (summary, lines) = import(&mut session, text, options);
    assert_eq!((tried, trial.codes, trial.held), (lines.clone(), summary.codes, summary.held));
    assert_eq!(lines[..3], ["2 unchanged 1", "3 added 2", "4 added 3"]);
    assert!(
        lines[3]
            .starts_with("5 added 4 (it gets no code now: the daily limit of verification mails is reached;")
    );
    let to: Vec<String> = deliveries(&mut session).into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["b@example.org", "a@example.org"]);
    assert_eq!(summary.queued.len(), 2);
    let (held, limit) = summary.held.unwrap();
    assert_eq!((held, limit.kind), (2, LimitKind::PerDatabase));
    assert!(all(&mut session).iter().all(|contact| contact.status == Status::Unverified));
}

#[test]
fn a_likely_slip_is_a_warning() {
    let office = Office::new();
    let mut session = office.session();
    let (_, lines) = import(&mut session, "name,email\nA,a@gmial.com\nB,b@gmial.com\n", STRICT);
    assert_eq!(
        lines,
        ["2 added 1 (perhaps 'a@gmail.com' is meant)", "3 added 2 (perhaps 'b@gmail.com' is meant)"]
    );
}

#[test]
fn an_address_outside_ascii_needs_the_setting_only_when_it_is_new() {
    let mut office = Office::new();
    office.rules.smtputf8 = Smtputf8::Allowed;
    let text = "name,email\nA,王@example.cn\n";
    assert_eq!(import(&mut office.session(), text, STRICT).1, ["2 added 1"]);
    office.rules.smtputf8 = Smtputf8::Refused;
    let mut session = office.session();
    let (_, lines) = import(&mut session, "name,email\nB,王@example.cn\nC,李@example.cn\n", LENIENT);
    assert_eq!(lines[0], "2 changed 1");
    assert!(lines[1].contains("needs SMTPUTF8"), "{}", lines[1]);
}

#[test]
fn each_contact_has_its_entry_and_the_import_one_of_its_own() {
    let office = Office::new();
    let mut session = office.session();
    add_silently(&mut session, "Ada", "ada@example.org");
    import(&mut session, "name,email\nCountess,ada@example.org\nBob,bob@example.org\n", STRICT);
    import(&mut session, "name,email\nCountess,ada@example.org\n", STRICT);
    let entry = |via: Via, action: &str, contact| (via.id().to_owned(), action.to_owned(), contact);
    assert_eq!(
        actions(&mut session),
        [
            entry(Via::Command, "contact.add", Some(1)),
            entry(Via::Import, "contact.modify", Some(1)),
            entry(Via::Import, "contact.add", Some(2)),
            entry(Via::Import, "contact.import", None),
        ]
    );
    let whole = history::page(&mut session, HistoryQuery::default(), HistoryAt::Newest, 4).unwrap().rows;
    let told: Vec<String> = whole.iter().map(history::told).collect();
    assert_eq!(told[0], "added: 1; changed: 1; refused: 0; unchanged: 0");
    assert_eq!(told[2], "name: Ada → Countess");
    // Nothing of a deleted person is left.
    contacts::delete(&mut session, &[callsheet::domain::contact::ContactId(2)]).unwrap();
    let database = rusqlite::Connection::open(office.database()).unwrap();
    let left = "SELECT count(*) FROM audit_detail WHERE details LIKE '%bob%'";
    assert_eq!(database.query_row(left, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let verdict = history::verify(&mut session, None).unwrap();
    assert!(matches!(verdict, history::Verdict::Sound { .. }), "{verdict:?}");
}

#[test]
fn a_file_that_cannot_be_read_on_leaves_nothing() {
    let office = Office::new();
    let mut session = office.session();
    let bytes = b"name,email\nAda,ada@example.org\nM\xFCller,m@example.org\n";
    let failure = try_import(&mut session, bytes, LENIENT, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(
        matches!(failure, Failure::Unreadable(_))
            && failure.to_string().starts_with("line 3: it is not UTF-8")
    );
    assert!(all(&mut session).is_empty());
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let office = Office::new();
    let mut session = office.session();
    let text = "name,email\nAda,ada@example.org\nBob,bob@example.org\n";
    let mut after_second = |heard: &Heard| match heard {
        Heard::Row(row) if row.line == 3 => ControlFlow::Break(()),
        Heard::Row(_) | Heard::Remark(_) => ControlFlow::Continue(()),
    };
    let failure = try_import(&mut session, text.as_bytes(), STRICT, &mut after_second).unwrap_err();
    assert_eq!(failure, Failure::Cancelled);
    assert!(all(&mut session).is_empty() && actions(&mut session).is_empty());
}

#[test]
fn an_import_that_dies_on_the_way_leaves_nothing() {
    let office = Office::new();
    let mut session = office.session();
    let text = "name,email\nAda,ada@example.org\nBob,bob@example.org\n";
    let died = catch_unwind(AssertUnwindSafe(|| {
        let mut dying = |heard: &Heard| match heard {
            Heard::Row(row) => panic!("it dies in line {}", row.line),
            Heard::Remark(_) => ControlFlow::Continue(()),
        };
        let _ = try_import(&mut session, text.as_bytes(), STRICT, &mut dying);
    }));
    assert!(died.is_err());
    // Others see nothing, and the same session works on.
    assert!(all(&mut office.session()).is_empty());
    assert_eq!(import(&mut session, text, STRICT).1, ["2 added 1", "3 added 2"]);
}

#[test]
fn two_at_once_do_not_mix() {
    let office = Office::new();
    let mut first = office.session();
    let text = |name: &str| -> String {
        let rows = (0..200).map(|number| format!("{name},user{number}@example.org\n"));
        std::iter::once("name,email\n".to_owned()).chain(rows).collect()
    };
    let start = Barrier::new(2);
    let summaries = std::thread::scope(|scope| {
        let workers = ["Ada", "Bob"].map(|name| {
            let (text, office, start) = (text(name), &office, &start);
            scope.spawn(move || {
                let mut session = office.session();
                start.wait();
                import(&mut session, &text, STRICT).0
            })
        });
        workers.map(|worker| worker.join().unwrap())
    });
    let mut ends = summaries.map(|summary| (summary.added, summary.changed));
    ends.sort_unstable();
    assert_eq!(ends, [(0, 200), (200, 0)]);
    let names = contacts::page(&mut first, &ListQuery::default(), &PageAt::First, 1000).unwrap().rows;
    assert_eq!(names.len(), 200);
    assert!(names.iter().all(|contact| contact.name == names[0].name && contact.version == 2));
}

#[test]
fn a_file_and_a_pipe_are_read_and_a_folder_is_not() {
    let office = Office::new();
    let session = office.session();
    let file = office.folder.path().join("a.csv");
    fs::write(&file, "email,name\na@example.org,A\n").unwrap();
    assert!(import::open(&session, Source::File(&file)).is_ok());
    let folder = import::open(&session, Source::File(office.folder.path()));
    assert_eq!(folder.map(|_| ()).unwrap_err().to_string(), "it is a folder");
    assert!(import::open(&session, Source::File(&office.folder.path().join("none"))).is_err());
    // What does not fit into memory goes to a file that has no name.
    let before = fs::read_dir(office.folder.path()).unwrap().count();
    let mut long = io::repeat(b'x').take(3 << 20);
    let opened = import::open(&session, Source::Stream(&mut long)).unwrap();
    assert_eq!(fs::read_dir(office.folder.path()).unwrap().count(), before);
    drop(opened);
}

fn furnished(session: &mut Session) {
    let text = "name,email,position,language,subscriptions\n\
                Ada,zoe@example.org,ceo,en,security product.release\n\
                '=Ops,'+ops@example.org,,zh-CN,newer.type account\n\
                王小明,xiaoming@example.cn,财务负责人,zh-CN,\n\
                \"O'Neil,\"\"x\"\"\",oneil@example.org,other,en,activity.launch\n";
    let (summary, lines) = import(session, text, STRICT);
    assert_eq!(summary.added, 4, "{lines:?}");
}

#[test]
fn an_export_imported_into_an_empty_database_exports_the_same_bytes() {
    let office = Office::new();
    let mut session = office.session();
    furnished(&mut session);
    for format in Format::ALL {
        let bytes = exported(&mut session, format);
        let other = Office::new();
        let mut empty = other.session();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (summary, _) = import(&mut empty, &text, Options { format, ..STRICT });
        assert_eq!(summary.added, 4, "{text}");
        assert_eq!(exported(&mut empty, format), bytes, "{text}");
        let (summary, _) = import(&mut session, &text, Options { format, ..STRICT });
        assert_eq!((summary.unchanged, summary.changed), (4, 0), "{text}");
    }
}

#[test]
fn an_export_is_sorted_by_email_and_narrowed_by_a_filter() {
    let office = Office::new();
    let mut session = office.session();
    furnished(&mut session);
    let text = String::from_utf8(exported(&mut session, Format::Csv)).unwrap();
    let emails: Vec<&str> = text.lines().skip(1).map(|line| line.rsplit(',').nth(3).unwrap()).collect();
    assert_eq!(emails, ["'+ops@example.org", "oneil@example.org", "xiaoming@example.cn", "zoe@example.org"]);
    let mut bytes = Vec::new();
    let scope = Scope::matching(Filter::parse("type:security"));
    let exported =
        export::export(&mut session, &scope, Format::Csv, &mut bytes, &mut |_| ControlFlow::Continue(()))
            .unwrap();
    assert_eq!(exported, Exported { written: 1, of: 4, replaced: false });
    assert!(String::from_utf8(bytes).unwrap().contains("zoe@"));
}

#[test]
fn an_exported_file_is_private_and_replaces_another_when_it_is_whole() {
    let office = Office::new();
    let mut session = office.session();
    furnished(&mut session);
    let (file, link) = (office.folder.path().join("a.csv"), office.folder.path().join("link.csv"));
    let go_on = &mut |_| ControlFlow::Continue(());
    let mut write = |session: &mut Session, target: &std::path::Path| {
        export::export_to_file(session, &Scope::All, Format::Csv, target, Existing::Replace, go_on).unwrap()
    };
    assert_eq!(write(&mut session, &file), Exported { written: 4, of: 4, replaced: false });
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    fs::write(&file, "old").unwrap();
    symlink(&file, &link).unwrap();
    assert!(write(&mut session, &link).replaced);
    assert_eq!(fs::read(&file).unwrap(), exported(&mut session, Format::Csv));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    // Cancelled on the way: the file stays, and no other is left.
    let before = fs::read_dir(office.folder.path()).unwrap().count();
    let stop = &mut |_| ControlFlow::Break(());
    let stopped =
        export::export_to_file(&mut session, &Scope::All, Format::Json, &file, Existing::Replace, stop);
    assert!(matches!(stopped, Err(export::Failure::Cancelled)));
    assert_eq!(fs::read(&file).unwrap(), exported(&mut session, Format::Csv));
    assert_eq!(fs::read_dir(office.folder.path()).unwrap().count(), before);
}

#[test]
fn an_export_never_takes_the_place_of_the_database() {
    let office = Office::new();
    let mut session = office.session();
    furnished(&mut session);
    for suffix in ["", "-wal", ".key"] {
        let mut own = office.database().into_os_string();
        own.push(suffix);
        let go_on = &mut |_| ControlFlow::Continue(());
        let refused = export::export_to_file(
            &mut session,
            &Scope::All,
            Format::Csv,
            own.as_ref(),
            Existing::Replace,
            go_on,
        );
        assert!(matches!(refused, Err(export::Failure::Problem(_))), "{suffix}");
    }
    assert_eq!(all(&mut session).len(), 4);
}

#[test]
fn an_output_that_fails_ends_the_export() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let office = Office::new();
    let mut session = office.session();
    furnished(&mut session);
    for format in Format::ALL {
        let failed =
            export::export(&mut session, &Scope::All, format, &mut Full, &mut |_| ControlFlow::Continue(()));
        assert!(matches!(failed, Err(export::Failure::Output(_))), "{format:?}");
    }
}

#[test]
fn every_id_of_the_catalogue_is_taken_from_a_tag() {
    let office = Office::new();
    let mut session = office.session();
    let catalogue = Catalogue::built_in();
    let categories: Vec<&str> = catalogue.categories().iter().map(|category| category.id.as_str()).collect();
    let card = format!(
        "BEGIN:VCARD\nFN:Ada\nEMAIL:ada@example.org\nCATEGORIES:{}\nEND:VCARD\n",
        categories.join(",")
    );
    import(&mut session, &card, Options { format: Format::VCard, ..STRICT });
    assert!(all(&mut session)[0].subscriptions.is_everything(&catalogue));
}

#[test]
fn counts_of_a_summary_are_those_of_the_rows() {
    let office = Office::new();
    let mut session = office.session();
    let mut fates = Vec::new();
    let text = "name,email\nA,a@example.org\nA,a@example.org\nB,b@example.org\n";
    let summary = try_import(&mut session, text.as_bytes(), LENIENT, &mut |heard| {
        if let Heard::Row(row) = heard {
            fates.push(row.fate);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(fates, [Fate::Added, Fate::Refused, Fate::Added]);
    let summary = summary.unwrap().0;
    assert_eq!((summary.added, summary.refused), (2, 1));
}
