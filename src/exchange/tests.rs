//! What files of other programs say, and that what is written is read back.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::domain::contact::{ContactId, Status};
use crate::domain::language::Language;
use crate::domain::position::Position;
use crate::domain::say::{Said, saying};
use crate::domain::subscription::Subscriptions;

fn told(format: Format, bytes: &[u8]) -> Result<Vec<Told>, Unreadable> {
    let mut all = Vec::new();
    let mut source = bytes;
    let each = &mut |told| {
        all.push(told);
        ControlFlow::<Infallible>::Continue(())
    };
    read(format, &mut source, each).map(|_| all)
}

fn rows(format: Format, bytes: impl AsRef<[u8]>) -> Vec<Row> {
    let all = told(format, bytes.as_ref()).unwrap();
    all.into_iter()
        .filter_map(|told| match told {
            Told::Row(row) => Some(row),
            Told::Remark(_) => None,
        })
        .collect()
}

fn refusal(format: Format, bytes: impl AsRef<[u8]>) -> String {
    told(format, bytes.as_ref()).unwrap_err().to_string()
}

/// `line name email position language types`, a field that is not said as `·`, with faults and remarks behind it.
fn line(row: &Row) -> String {
    let text = |text: &Option<String>| text.as_deref().unwrap_or("·").to_owned();
    let types = match &row.types {
        None => "·".to_owned(),
        Some(Types::Ids(ids)) => format!("{ids:?}"),
        Some(Types::Tags(tags)) => format!("tags {tags:?}"),
    };
    let said = [&row.name, &row.email, &row.position, &row.language].map(text).join("|");
    let notes: Vec<String> = row.faults.iter().chain(&row.remarks).map(|note| format!(" ({note})")).collect();
    format!("{}: {said}|{types}{}", row.line, notes.concat())
}

fn lines(format: Format, bytes: impl AsRef<[u8]>) -> Vec<String> {
    rows(format, bytes).iter().map(line).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

const XIAOMING: &str = r#"2: 王小明|xiaoming@example.cn|财务负责人|zh-CN|["account", "service"]"#;

#[test]
fn a_table_is_read_as_each_spreadsheet_saves_it() {
    for (program, bytes) in [
        (
            "LibreOffice",
            b"name,email,position,language,subscriptions\n\xE7\x8E\x8B\xE5\xB0\x8F\xE6\x98\x8E,xiaoming@example.cn,\xE8\xB4\xA2\xE5\x8A\xA1\xE8\xB4\x9F\xE8\xB4\xA3\xE4\xBA\xBA,zh-CN,account service\n".to_vec(),
        ),
        (
            "Excel, CSV UTF-8, where the comma is for decimals",
            "\u{feff}姓名;邮箱;职位;语言;订阅\r\n王小明;xiaoming@example.cn;财务负责人;zh-CN;account service\r\n".as_bytes().to_vec(),
        ),
        (
            "Excel, Unicode text",
            utf16("Name\tE-Mail\tTitle\tLanguage\tTypes\r\n王小明\txiaoming@example.cn\t财务负责人\tzh-CN\t\"account,service\"\r\n"),
        ),
        (
            "any order, quotes, no line break at the end",
            "\"TYPES\",\"Email Address\",\"position\",\"NAME\",\"lang\"\r\n\"account;service\",\"xiaoming@example.cn\",\"财务负责人\",\"王小明\",\"zh-CN\"".as_bytes().to_vec(),
        ),
        (
            "old Macintosh",
            "name,email,position,language,subscriptions\r王小明,xiaoming@example.cn,财务负责人,zh-CN,account service\r".as_bytes().to_vec(),
        ),
    ] {
        assert_eq!(lines(Format::Csv, bytes), [XIAOMING], "{program}");
    }
}

#[test]
fn an_announced_separator_and_empty_rows_are_passed_over() {
    let text = "sep=|\r\n\r\nname|email\r\n|\r\nAda|ada@example.org\r\n \r\n\r\nBob|bob@example.org\r\n";
    assert_eq!(lines(Format::Csv, text), ["5: Ada|ada@example.org|·|·|·", "8: Bob|bob@example.org|·|·|·"]);
}

#[test]
fn a_missing_cell_says_nothing_and_an_empty_one_says_none() {
    let text = "email,position,types\nada@example.org\nbob@example.org,,\n";
    assert_eq!(lines(Format::Csv, text), ["2: ·|ada@example.org|·|·|·", "3: ·|bob@example.org||·|[]"]);
}

#[test]
fn a_cell_too_many_refuses_its_row_alone() {
    let text = "name,email\nLovelace, Ada,ada@example.org\nBob,bob@example.org,\n";
    let rows = rows(Format::Csv, text);
    assert_eq!(
        rows[0].faults.iter().map(Said::to_string).collect::<Vec<_>>(),
        ["it has 3 cells and the first row has 2; a cell with a separator in it stands in quotation marks"]
    );
    assert!(rows[1].faults.is_empty());
}

#[test]
fn an_open_quotation_mark_is_told_with_where_it_leads() {
    let text = "name,email\n\"Ada,ada@example.org\nBob,bob@example.org\nEve,eve@example.org\n";
    let rows = rows(Format::Csv, text);
    assert_eq!((rows.len(), rows[0].line), (1, 2));
    assert_eq!(
        rows[0].faults.iter().map(Said::to_string).collect::<Vec<_>>(),
        ["it reaches to line 5; perhaps a quotation mark is not closed"]
    );
    let endless = format!("name,email\n\"{}", "x\n".repeat(source::LONGEST_ROW));
    assert_eq!(
        refusal(Format::Csv, endless),
        "line 2: what begins here takes more than 4 MiB; perhaps a quotation mark is never closed"
    );
}

#[test]
fn lines_are_counted_over_breaks_in_cells() {
    let text = "note,email\r\n\"one\r\ntwo\",ada@example.org\r\nx,bob@example.org\r\n";
    assert_eq!(lines(Format::Csv, text), ["2: ·|ada@example.org|·|·|·", "4: ·|bob@example.org|·|·|·"]);
}

#[test]
fn columns_that_mean_nothing_are_named() {
    let told = told(Format::Csv, b"Phone,Email,,Fax\n1,ada@example.org,,2\n").unwrap();
    assert_eq!(
        told[0],
        Told::Remark(saying!(
            "the columns {names} mean nothing here and were left out",
            names = "'Phone', 'Fax'"
        ))
    );
}

#[test]
fn a_table_that_cannot_be_read_says_why() {
    for (bytes, why) in [
        (&b""[..], "it is empty; its first row must name the columns"),
        (b"\r\n \n", "it is empty; its first row must name the columns"),
        (
            b"Ada,ada@example.org\n",
            "line 1: the first row must name the columns, 'email' among them; the others are name, position, language and \
             subscriptions (or \u{59d3}\u{540d}, \u{90ae}\u{7bb1}, \u{804c}\u{4f4d}, \u{8bed}\u{8a00}, \u{8ba2}\u{9605})",
        ),
        (b"email,mail\n", "line 1: two columns mean the same; the second is 'mail'"),
        (
            // 姓名 in GB 18030, as Excel writes "CSV" on a Chinese system.
            b"\xD0\xD5\xC3\xFB,email\r\n",
            "line 1: it is not UTF-8; save the file as UTF-8 (a spreadsheet calls it 'CSV UTF-8' or 'Unicode (UTF-8)')",
        ),
        (
            b"name,email\r\nAda,ada@example.org\r\n\xCD\xF5,wang@example.cn\r\n",
            "line 3: it is not UTF-8; save the file as UTF-8 (a spreadsheet calls it 'CSV UTF-8' or 'Unicode (UTF-8)')",
        ),
        (
            b"e\0m\0a\0i\0l\0\n\0",
            "line 1: it holds NUL characters, perhaps UTF-16 without a mark; save the file as UTF-8",
        ),
        (b"PK\x03\x04\x14", "it is a spreadsheet; save it as 'CSV UTF-8' first"),
    ] {
        assert_eq!(refusal(Format::Csv, bytes), why);
    }
}

#[test]
fn a_mark_before_a_formula_is_taken_away_only_where_it_was_put() {
    for (cell, text) in [
        ("'=1+1", "=1+1"),
        ("'+49", "+49"),
        ("'-x", "-x"),
        ("'@x", "@x"),
        ("''x", "'x"),
        ("'''=x", "''=x"),
        ("'x", "'x"),
        ("'", "'"),
        ("=x", "=x"),
    ] {
        let row = rows(Format::Csv, format!("email,name\na@example.org,{cell}\n")).remove(0);
        assert_eq!(row.name.as_deref(), Some(text), "{cell}");
    }
}

#[test]
fn an_array_is_read_with_the_line_of_each_contact() {
    let text = r#"
[{"id": 7, "name": "Ada", "email": "ada@example.org", "status": "verified", "subscriptions": ["security"]},

 {"email": "bob@example.org", "position": null, "language": null, "subscriptions": [],
  "more": {"email": "other@example.org"}},
 {"name": null, "email": "eve@example.org", "subscriptions": null}, 5,
 {"email": 5, "name": [], "subscriptions": "account"}, {"subscriptions": [1]}]
"#;
    assert_eq!(
        lines(Format::Json, text),
        [
            r#"2: Ada|ada@example.org|·|·|["security"]"#,
            "4: ·|bob@example.org||·|[]",
            "6: ·|eve@example.org|·|·|·",
            "6: ·|·|·|·|· (it is no object)",
            "7: ·|·|·|·|· (name: it is no text) (email: it is no text) (subscriptions: it is no array)",
            "7: ·|·|·|·|· (subscriptions: one of them is no text)",
        ]
    );
    assert_eq!(lines(Format::Json, utf16("[{\"name\":\"王小明\"}]")), ["1: 王小明|·|·|·|·"]);
    assert_eq!(lines(Format::Json, "\u{feff}[]"), [""; 0]);
}

#[test]
fn an_array_that_cannot_be_read_says_why() {
    let array = "it is no JSON array of contacts: ";
    for (text, why) in [
        ("", "line 1: it ends in the middle of the array".to_owned()),
        ("[{\"email\":\"a@b.cd\"},\n", "line 2: it ends in the middle of the array".to_owned()),
        (
            "{\"email\":\"a@b.cd\"}",
            format!("line 1: {array}invalid type: map, expected an array of contacts"),
        ),
        ("[{}\n{}]", format!("line 2: {array}expected `,` or `]`")),
        ("[]\n\n[]", format!("line 3: {array}trailing characters")),
    ] {
        assert_eq!(refusal(Format::Json, text), why, "{text}");
    }
    assert!(refusal(Format::Json, "[".repeat(100_000)).contains("recursion limit"));
    let endless = format!("[{{\"name\":\"{}\"}}]", "x".repeat(source::LONGEST_ROW));
    assert_eq!(
        refusal(Format::Json, endless),
        "line 1: what begins here takes more than 4 MiB; perhaps a quotation mark is never closed"
    );
}

#[test]
fn cards_are_read_as_each_program_writes_them() {
    for (program, card, expected) in [
        (
            "abook",
            "BEGIN:VCARD\r\nFN:AdaLovelace\r\nN:AdaLovelace;;;;\r\nADR:;;1 Street;London;;;UK\r\nTEL;HOME:+44 1\r\n\
             EMAIL;PREF;INTERNET:ada@example.org\r\nEMAIL;INTERNET:old@example.org\r\nNOTE:x\r\nEND:VCARD\r\n\r\n",
            "1: AdaLovelace|ada@example.org|·|·|tags []",
        ),
        (
            "khard",
            "BEGIN:VCARD\nVERSION:3.0\nCATEGORIES:friends,security\nEMAIL;TYPE=work:old@example.org\n\
             EMAIL;TYPE=home,pref:ada@example.org\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\nORG:Example Ltd;Finance\n\
             REV:20260101T000000Z\nUID:abc\nEND:VCARD\n",
            r#"1: Ada Lovelace|ada@example.org|·|·|tags ["friends", "security"]"#,
        ),
        (
            "iOS",
            "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iPhone OS 18.0//EN\r\nN:王;小明;;;\r\nFN:王小明\r\n\
             ORG:示例;\r\nTITLE:财务负责人\r\nitem1.EMAIL;type=INTERNET;type=pref:xiaoming@example.cn\r\n\
             item1.X-ABLabel:_$!<Other>!$_\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-02-03\r\n\
             PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEAAEBAQEBAQEBAQEBAQEBAQEB\r\n AQEBAQ==\r\nEND:VCARD\r\n",
            "1: 王小明|xiaoming@example.cn|finance_director|·|tags []",
        ),
        (
            "Outlook",
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN;LANGUAGE=de;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BCrgen\r\n\
             FN;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen M=C3=BC=\r\nller\r\nTITLE:Head of sales\r\n\
             EMAIL;PREF;INTERNET:juergen@example.de\r\nX-MS-OL-DEFAULT-POSTAL-ADDRESS:0\r\nEND:VCARD\r\n",
            "1: Jürgen Müller|juergen@example.de|·|·|tags [] (the title 'Head of sales' is no position and was left out)",
        ),
        (
            "4.0 with ranks, folded, in capitals and small letters",
            "begin:vcard\nVERSION:4.0\nFN:Dave\nEMAIL;PREF=2:second@example.org\nEMAIL;PREF=1:dave@exam\n ple.org\n\
             ROLE:finance-director\nLANG;PREF=1:zh-Hans-CN\nend:vcard\n",
            "1: Dave|dave@example.org|finance_director|zh-CN|tags []",
        ),
        (
            "N alone",
            "BEGIN:VCARD\nN:Lovelace;Ada;;;\nEMAIL:ada@example.org\nEND:VCARD\n",
            "1: Ada Lovelace|ada@example.org|·|·|tags []",
        ),
        (
            "N alone, Chinese",
            "BEGIN:VCARD\nN:王;小明\nEMAIL:xiaoming@example.cn\nLANG:de\nEND:VCARD\n",
            "1: 王小明|xiaoming@example.cn|·|·|tags []",
        ),
        (
            "callsheet",
            "BEGIN:VCARD\nVERSION:4.0\nPRODID:-//callsheet//EN\nFN:Ada\nEMAIL:ada@example.org\nLANG:en\n\
             CATEGORIES:newer.type,security\nEND:VCARD\n",
            r#"1: Ada|ada@example.org||en|["newer.type", "security"]"#,
        ),
    ] {
        assert_eq!(lines(Format::VCard, card), [expected], "{program}");
    }
}

#[test]
fn a_card_without_an_end_is_refused_alone() {
    let text = "BEGIN:VCARD\nFN:Ada\nBEGIN:VCARD\nFN:Bob\nEND:VCARD\n\nBEGIN:VCARD\nFN:Eve\n";
    assert_eq!(
        lines(Format::VCard, text),
        [
            "1: ·|·|·|·|· (the card is not complete: END:VCARD is missing)",
            "3: Bob|·|·|·|tags []",
            "7: ·|·|·|·|· (the card is not complete: END:VCARD is missing)",
        ]
    );
}

#[test]
fn cards_that_cannot_be_read_say_why() {
    let outside = "it stands outside of any card; a card begins with BEGIN:VCARD";
    for (bytes, why) in [
        (&b"\n\nFN:Ada\n"[..], format!("line 3: {outside}")),
        (b"BEGIN:VCARD\nEND:VCARD\nTEL:1\n", format!("line 3: {outside}")),
        (
            b"\nBEGIN:VCARD\nFN:M\xFCller\nEND:VCARD\n",
            "line 2: it is not UTF-8; save the file as UTF-8 (a spreadsheet calls it 'CSV UTF-8' or 'Unicode (UTF-8)')"
                .to_owned(),
        ),
    ] {
        assert_eq!(refusal(Format::VCard, bytes), why);
    }
    assert_eq!(lines(Format::VCard, " \r\n"), [""; 0]);
    let endless = format!("BEGIN:VCARD\nPHOTO:{}", "x".repeat(source::LONGEST_ROW));
    assert!(refusal(Format::VCard, endless).starts_with("line 1: what begins here takes more than 4 MiB"));
}

#[test]
fn reading_can_be_ended() {
    let files = [
        (Format::Csv, "email\na@example.org\nb@example.org\n"),
        (Format::Json, r#"[{"email":"a@example.org"},{"email":"b@example.org"}]"#),
        (Format::VCard, "BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\nFN:b\nEND:VCARD\n"),
    ];
    for (format, text) in files {
        let mut count = 0;
        let mut source = text.as_bytes();
        let outcome = read(format, &mut source, &mut |_| {
            count += 1;
            ControlFlow::Break("enough")
        });
        assert_eq!((outcome, count), (Ok(ControlFlow::Break("enough")), 1), "{format:?}");
    }
}

#[test]
fn a_source_that_fails_is_told_in_the_systems_words() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    for format in Format::ALL {
        let begin: &[u8] = match format {
            Format::Csv => b"email\n",
            Format::Json => b"[{}, ",
            Format::VCard | Format::VCard3 => b"BEGIN:VCARD\n",
        };
        let mut source = begin.chain(Failing);
        let outcome = read(format, &mut source, &mut |_| ControlFlow::<Infallible>::Continue(()));
        assert_eq!(outcome, Err(Unreadable::Source(Said::foreign("the disk is gone"))), "{format:?}");
    }
}

fn contact(name: &str, email: &str, position: Option<Position>, types: &[&str]) -> Contact {
    Contact {
        id: ContactId(1),
        name: name.to_owned(),
        email: email.to_owned(),
        position,
        language: if name.is_ascii() { Language::En } else { Language::ZhCn },
        status: Status::Verified,
        verified_at: None,
        code_sent_at: None,
        pending_email: Some("pending@example.org".to_owned()),
        unsubscribed_at: None,
        subscriptions: Subscriptions::from_ids(types.iter().map(|id| (*id).to_owned())),
        version: 1,
    }
}

fn written(format: Format, contacts: &[Contact]) -> String {
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(format, &mut bytes).unwrap();
    contacts.iter().for_each(|contact| writer.write(contact).unwrap());
    writer.end().unwrap();
    String::from_utf8(bytes).unwrap()
}

fn two() -> [Contact; 2] {
    [
        contact("=HYPERLINK(1)", "+ada@example.org", None, &[]),
        contact("王小明", "xiaoming@example.cn", Some(Position::FinanceDirector), &["service", "account"]),
    ]
}

#[test]
fn each_format_is_written_as_promised() {
    assert_eq!(
        written(Format::Csv, &two()),
        "name,email,position,language,subscriptions\n'=HYPERLINK(1),'+ada@example.org,,en,\n\
         王小明,xiaoming@example.cn,finance_director,zh-CN,account service\n"
    );
    assert_eq!(
        written(Format::Json, &two()),
        "[{\"name\":\"=HYPERLINK(1)\",\"email\":\"+ada@example.org\",\"position\":null,\"language\":\"en\",\"subscriptions\":[]},\n\
         {\"name\":\"王小明\",\"email\":\"xiaoming@example.cn\",\"position\":\"finance_director\",\"language\":\"zh-CN\",\
         \"subscriptions\":[\"account\",\"service\"]}]\n"
    );
    assert_eq!(
        written(Format::VCard, &two()[1..]),
        "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:-//callsheet//EN\r\nFN:王小明\r\nN:王小明;;;;\r\nEMAIL:xiaoming@example.cn\r\n\
         TITLE:Finance Director\r\nLANG:zh-CN\r\nCATEGORIES:account,service\r\nEND:VCARD\r\n"
    );
    assert_eq!(
        written(Format::VCard3, &two()[1..]),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//callsheet//EN\r\nFN;CHARSET=UTF-8:王小明\r\nN;CHARSET=UTF-8:王小明;;;;\r\n\
         EMAIL:xiaoming@example.cn\r\nTITLE:Finance Director\r\nLANG:zh-CN\r\nCATEGORIES:account,service\r\nEND:VCARD\r\n"
    );
}

#[test]
fn an_empty_list_is_a_file_too() {
    assert_eq!(written(Format::Csv, &[]), "name,email,position,language,subscriptions\n");
    assert_eq!(written(Format::Json, &[]), "[]\n");
    assert_eq!(written(Format::VCard, &[]), "");
}

#[test]
fn the_ending_of_a_name_tells_the_format() {
    for (ending, format) in [
        ("csv", Some(Format::Csv)),
        ("CSV", Some(Format::Csv)),
        ("json", Some(Format::Json)),
        ("vcf", Some(Format::VCard)),
        ("vcard", Some(Format::VCard)),
        ("xlsx", None),
        ("", None),
    ] {
        assert_eq!(Format::of_ending(ending), format, "{ending}");
    }
}

/// Names and the like as nobody would give them, hot and folded ones among them. A byte order mark may be lost where it stands
/// first.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[=+@'\t\r-]{1,3}[a-z'=,;\"\\\\]{0,10}",
        "[王小明李ß\u{301}👩‍🚀, ;:\"'\\\\\n]{1,40}",
        "(?s)[^\0\u{feff}]{1,100}",
    ]
}

fn any_contact() -> impl Strategy<Value = Contact> {
    let types = proptest::collection::vec("[a-z_]{1,8}(\\.[a-z0-9_]{1,8})?", 0..6);
    let position = proptest::option::of(proptest::sample::select(Position::ALL.to_vec()));
    (text(), text(), position, types).prop_map(|(name, email, position, types)| {
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        contact(&name, &email, position, &types)
    })
}

/// What the row says is what the contact has.
fn says(row: &Row, contact: &Contact) -> Result<(), TestCaseError> {
    prop_assert_eq!(&row.faults, &Vec::<Said>::new());
    prop_assert_eq!(row.name.as_deref(), Some(contact.name.as_str()));
    prop_assert_eq!(row.email.as_deref(), Some(contact.email.as_str()));
    let position = row.position.as_deref().filter(|position| !position.is_empty());
    prop_assert_eq!(position.map(Position::parse).transpose().unwrap(), contact.position);
    prop_assert_eq!(row.language.as_deref(), Some(contact.language.id()));
    let ids = contact.subscriptions.ids().map(str::to_owned).collect();
    prop_assert_eq!(row.types.as_ref(), Some(&Types::Ids(ids)));
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(contacts in proptest::collection::vec(any_contact(), 1..5)) {
        for format in [Format::Csv, Format::Json] {
            let text = written(format, &contacts);
            let read = rows(format, &text);
            prop_assert_eq!(read.len(), contacts.len(), "{}", text);
            for (row, contact) in read.iter().zip(&contacts) {
                // A line break is refused in whatever can have none, and kept all the same.
                let row = Row { faults: Vec::new(), ..row.clone() };
                says(&row, contact)?;
            }
        }
    }

    #[test]
    fn what_is_written_as_cards_is_read_back(
        name in "[^\0\\s\\p{C}]{1,60}",
        local in "[a-z0-9!#$%&'*+/=?^_`{|}~]{1,64}",
        types in proptest::collection::vec("[a-z_]{1,30}(\\.[a-z0-9_]{1,30})?", 0..9),
        position in proptest::option::of(proptest::sample::select(Position::ALL.to_vec())),
    ) {
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        let contact = contact(&name, &format!("{local}@example.org"), position, &types);
        for format in [Format::VCard, Format::VCard3] {
            let text = written(format, std::slice::from_ref(&contact));
            prop_assert!(text.lines().all(|line| line.len() <= 75), "{}", text);
            let read = rows(format, &text);
            prop_assert_eq!(read.len(), 1, "{}", text);
            says(&read[0], &contact)?;
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for format in Format::ALL {
            let _ = told(format, &bytes);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "(?s)(email|name|[,;\t\"'=\r\n]|.){0,80}") {
        for format in Format::ALL {
            let _ = told(format, text.as_bytes());
        }
        let _ = told(Format::Csv, format!("email,name\n{text}").as_bytes());
        let _ = told(Format::Json, format!("[{{\"email\":{text}").as_bytes());
    }

    #[test]
    fn no_card_makes_a_reader_panic(
        lines in proptest::collection::vec(
            "(FN|N|EMAIL|TITLE|LANG|CATEGORIES|BDAY|REV|TZ|GEO|PHOTO|GENDER|KIND|item1\\.ORG)\
             (;(TYPE|PREF|VALUE|ENCODING|CHARSET|JSCOMPS|CREATED)(=(\"?[a-zA-Z0-9,:;-]{0,8}\"?|QUOTED-PRINTABLE|b|utf-8|date-and-time|uri))?){0,3}\
             :(data:[a-z;,=]{0,12}|[-0-9TZ:+]{0,12}|=[0-9A-F=]{0,6}|(?s).{0,20})", 0..8),
    ) {
        let text = format!("BEGIN:VCARD\n{}\nEND:VCARD\n", lines.join("\n"));
        let _ = told(Format::VCard, text.as_bytes());
    }
}
