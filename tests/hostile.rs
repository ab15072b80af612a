//! Text that wants something of the terminal: 256 strings through every screen, dialog and command. The emulator's title,
//! clipboard, modes and cursor stay as they were, and it shows, cell for cell, what was drawn.

mod commands;
mod screens;

/// Makes every text of a database one of `texts`, told from others of its kind by a number.
///
/// No operation lets most of these texts in; a file that was written by somebody else may hold them all the same.
fn spoil(database: &std::path::Path, texts: &[String]) {
    let store = rusqlite::Connection::open(database).unwrap();
    let unlock = "DROP TRIGGER IF EXISTS audit_is_append_only_update; DROP TRIGGER IF EXISTS audit_detail_is_never_changed;
                  CREATE TEMP TABLE hostile (n INTEGER PRIMARY KEY, text TEXT)";
    store.execute_batch(unlock).unwrap();
    for (n, text) in texts.iter().enumerate() {
        store.execute("INSERT INTO hostile VALUES (?1, ?2)", (i64::try_from(n).unwrap(), text)).unwrap();
    }
    for (statement, key) in [
        ("UPDATE account SET name = T, security_words = T", "id"),
        ("UPDATE contact SET name = id || T, name_key = id || T, email = id || T || '@' || T", "id"),
        ("UPDATE contact SET undeliverable_words = T, pending_words = T", "id"),
        ("UPDATE contact SET pending_email = T || '@' || id WHERE pending_email IS NOT NULL", "id"),
        ("UPDATE verification SET email = T", "id"),
        ("UPDATE notice SET title_en = T, title_zh_cn = T, subject = T, idempotency_key = id || T", "id"),
        ("UPDATE notice_text SET body_text = T || char(10) || T, body_html = NULL", "notice_id"),
        (
            "UPDATE delivery SET address = T || '@' || id, name = T, subject = T, server = T, message_id = id || T",
            "id",
        ),
        ("UPDATE audit SET actor = T, origin = T", "id"),
        ("UPDATE audit_detail SET details = json_object('name', json_array(T, T), T, T)", "audit_id"),
        ("INSERT OR IGNORE INTO subscription (contact_id, type) SELECT id, T FROM contact", "id"),
    ] {
        let text = format!("(SELECT text FROM hostile WHERE n = {key} % {})", texts.len());
        let statement = statement.replace(" T ", &format!(" {text} ")).replace(" T,", &format!(" {text},"));
        let statement = statement.replace("(T,", &format!("({text},")).replace(" T)", &format!(" {text})"));
        let statement =
            statement.strip_suffix(" T").map_or(statement.clone(), |rest| format!("{rest} {text}"));
        store.execute(&statement, []).unwrap_or_else(|error| panic!("{error}: {statement} with {texts:?}"));
    }
}

/// 256 strings, none of them alike.
fn strings() -> Vec<String> {
    let mut strings: Vec<String> = Vec::new();
    // What a terminal obeys: sequences of each kind, with ESC and with their C1 characters, whole and cut off.
    let sequences = [
        "]0;gotcha\u{7}",
        "]2;gotcha\u{1b}\\",
        "]52;c;Z290Y2hh\u{7}",
        "]52;c;?\u{7}",
        "]4;1;rgb:ff/00/00\u{7}",
        "]8;;https://evil.example\u{1b}\\x",
        "]10;?\u{7}",
        "]11;#000000\u{7}",
        "]104\u{7}",
        "]777;notify;a;b\u{7}",
        "]1337;File=:AAAA\u{7}",
        "]9;4;1;50\u{7}",
        "[2J",
        "[3J",
        "[H",
        "[1;1H",
        "[999B",
        "[999D",
        "[6n",
        "[c",
        "[>c",
        "[5n",
        "[?25l",
        "[?1049l",
        "[?1049h",
        "[?1000h",
        "[?1006h",
        "[?2004l",
        "[?2026h",
        "[?2026l",
        "[?5h",
        "[?7l",
        "[?6h",
        "[4h",
        "[20h",
        "[1;2r",
        "[2;3r",
        "[31m",
        "[7m",
        "[8m",
        "[0m",
        "[38;5;1m",
        "[38;2;1;2;3m",
        "[s",
        "[u",
        "[10L",
        "[10M",
        "[10P",
        "[10@",
        "[10X",
        "[K",
        "[1K",
        "[2K",
        "[S",
        "[T",
        "[b",
        "[21t",
        "[8;5;5t",
        "[3g",
        "[!p",
        "[0 q",
        "[>1u",
        "[<u",
        "[?u",
        "c",
        "7",
        "8",
        "D",
        "E",
        "M",
        "H",
        "N",
        "O",
        "Z",
        "=",
        ">",
        "(0",
        ")B",
        "#8",
        "%G",
        "P$qm\u{1b}\\",
        "Pq#0;2;0;0;0~\u{1b}\\",
        "P+q544e\u{1b}\\",
        "_Gq=2\u{1b}\\",
        "^pm\u{1b}\\",
        "Xsos\u{1b}\\",
    ];
    strings.extend(sequences.iter().map(|sequence| format!("\u{1b}{sequence}")));
    let c1 = |sequence: &str| {
        let mut characters = sequence.chars();
        let first = match characters.next() {
            Some('[') => '\u{9b}',
            Some(']') => '\u{9d}',
            Some('P') => '\u{90}',
            Some('_') => '\u{9f}',
            Some('^') => '\u{9e}',
            Some(_) | None => '\u{98}',
        };
        format!("{first}{}", characters.as_str())
    };
    strings.extend(
        sequences
            .iter()
            .filter(|sequence| sequence.starts_with(['[', ']', 'P', '_', '^']))
            .map(|sequence| c1(sequence)),
    );
    // Every control character by itself, and what ends lines.
    strings.extend(
        (0..32)
            .chain(127..160)
            .filter_map(char::from_u32)
            .filter(|c| *c != '\0')
            .map(|control| format!("a{control}b")),
    );
    strings.extend(
        ["a\r\nb", "a\n\nb", "\r\u{1b}[2K", "a\u{2028}b", "a\u{2029}b", "a\u{85}b", "a\u{b}\u{c}b"]
            .map(str::to_owned),
    );
    // What turns, hides, widens and piles up.
    strings.extend(
        [
            "\u{202e}moc.elpmaxe",
            "\u{202d}a\u{202c}",
            "\u{2066}a\u{2069}",
            "\u{2067}\u{2068}x",
            "\u{200f}a\u{200e}",
            "\u{61c}a",
            "שלום",
            "مرحبا",
            "a\u{200b}b",
            "a\u{200d}b",
            "\u{feff}a",
            "a\u{ad}b",
            "a\u{2060}b",
            "\u{e0041}\u{e0042}\u{e007f}",
            "\u{e000}\u{f8ff}",
            "\u{10fffd}",
            "\u{fdd0}\u{ffff}",
            "\u{fff9}a\u{fffa}b\u{fffb}",
            "\u{fffc}",
            "\u{3164}\u{115f}\u{ffa0}",
            "\u{34f}a",
            "\u{180e}",
            "\u{2800}",
            "\u{1d173}",
            "👩\u{200d}👩\u{200d}👧\u{200d}👦",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "🇨🇳🇨",
            "👍🏽",
            "☺\u{fe0f}",
            "☺\u{fe0e}",
            "1\u{fe0f}\u{20e3}",
            "한\u{1112}\u{1161}",
            "กำ",
            "क्षि",
            "ᄀᄀᄀ각",
            "ﷺ",
            "𒐫",
            "⸻",
            "ꧾ",
            "Ⅷ①ﬁ",
            "ｶﾞ",
            "\u{3000}a\u{2003}b",
            "…—“”",
            "＋\u{301}",
        ]
        .map(str::to_owned),
    );
    strings.push(format!("Z{}", "\u{301}\u{327}\u{489}".repeat(40)));
    strings.push("\u{301}\u{302}\u{303}".repeat(20));
    strings.push("王".repeat(300));
    strings.push("x".repeat(2_000));
    strings.push(format!("{}\u{1b}[2J", "é".repeat(79)));
    strings.push("{name}%s%n$(reboot)`id`';DROP TABLE contact;--".to_owned());
    strings.push("=cmd|' /C calc'!A1\t+1".to_owned());
    strings.push("<script>alert(1)</script>&amp;\"'".to_owned());
    let mut seen = std::collections::BTreeSet::new();
    strings.retain(|text| seen.insert(text.clone()));
    // The texts that pile up stand at the end; of the C1 sequences some make room for them.
    let surplus = strings.len().saturating_sub(256);
    let first = strings.iter().position(|text| text.starts_with('\u{9b}')).unwrap();
    strings.drain(first + 1..first + 1 + surplus);
    strings
}

#[test]
fn there_are_256_and_no_two_are_alike() {
    let all = strings();
    let different: std::collections::BTreeSet<&String> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (256, 256));
    // None was cut off that stands for a kind of its own.
    for kind in
        ["\u{1b}]52", "\u{9b}2J", "a\u{7f}b", "\u{202e}", "\u{e0041}", "\u{2028}", "\u{489}", "<script>"]
    {
        assert!(all.iter().any(|text| text.contains(kind)), "{kind:?}");
    }
}
