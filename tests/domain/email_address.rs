//! Which addresses are accepted, and for which reason each of the others is refused.

use callsheet::domain::character::Hidden;
use callsheet::domain::email_address::{EmailAddress, EmailError, Part, Smtputf8};

/// As typed, and as it is stored and sent. None of these needs SMTPUTF8.
const ACCEPTED: &[(&str, &str)] = &[
    // Local parts.
    ("ada@example.org", "ada@example.org"),
    ("a@b.cd", "a@b.cd"),
    ("ada.lovelace@example.org", "ada.lovelace@example.org"),
    ("a.b.c.d@example.org", "a.b.c.d@example.org"),
    ("ada+notices@example.org", "ada+notices@example.org"),
    ("ada+@example.org", "ada+@example.org"),
    ("+@example.org", "+@example.org"),
    ("ada-lovelace@example.org", "ada-lovelace@example.org"),
    ("ada-@example.org", "ada-@example.org"),
    ("ada--lovelace@example.org", "ada--lovelace@example.org"),
    ("_ada_@example.org", "_ada_@example.org"),
    ("12345@example.org", "12345@example.org"),
    ("0@example.org", "0@example.org"),
    ("Ada.LOVELACE@example.org", "Ada.LOVELACE@example.org"),
    ("o'brien@example.org", "o'brien@example.org"),
    ("{ada}@example.org", "{ada}@example.org"),
    ("ada=example.com@example.org", "ada=example.com@example.org"),
    ("ada%x@example.org", "ada%x@example.org"),
    ("`id`@example.org", "`id`@example.org"),
    ("|cmd@example.org", "|cmd@example.org"),
    ("!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-@example.org"),
    (
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl@example.org",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl@example.org",
    ),
    // Domains.
    ("ada@EXAMPLE.Org", "ada@example.org"),
    ("ada@mail.example.co.uk", "ada@mail.example.co.uk"),
    ("ada@my-company.example", "ada@my-company.example"),
    ("ada@a-b-c.example", "ada@a-b-c.example"),
    ("ada@123.com", "ada@123.com"),
    ("ada@1.2.3.example", "ada@1.2.3.example"),
    ("ada@163.com", "ada@163.com"),
    ("ada@x.y.z", "ada@x.y.z"),
    ("ada@server.local", "ada@server.local"),
    ("ada@host.internal", "ada@host.internal"),
    ("ada@example.c0m", "ada@example.c0m"),
    ("ada@example.technology", "ada@example.technology"),
    (
        "ada@abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.org",
        "ada@abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.org",
    ),
    // International domains.
    ("ada@例子.公司", "ada@xn--fsqu00a.xn--55qx5d"),
    ("ada@例子。公司", "ada@xn--fsqu00a.xn--55qx5d"),
    ("ada@例子．公司", "ada@xn--fsqu00a.xn--55qx5d"),
    ("ada@例子｡公司", "ada@xn--fsqu00a.xn--55qx5d"),
    ("ada@xn--fsqu00a.xn--55qx5d", "ada@xn--fsqu00a.xn--55qx5d"),
    ("ada@XN--FSQU00A.XN--55QX5D", "ada@xn--fsqu00a.xn--55qx5d"),
    ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
    ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
    ("ada@faß.de", "ada@xn--fa-hia.de"),
    ("ada@βόλος.com", "ada@xn--nxasmm1c.com"),
    ("ada@пример.рф", "ada@xn--e1afmkfd.xn--p1ai"),
    ("ada@مثال.إختبار", "ada@xn--mgbh0fb.xn--kgbechtv"),
    ("ada@उदाहरण.भारत", "ada@xn--p1b6ci4b4b3a.xn--h2brj9c"),
    ("ada@ＥＸＡＭＰＬＥ.com", "ada@example.com"),
    ("ada@☃.net", "ada@xn--n3h.net"),
    // White space around.
    ("  ada@example.org", "ada@example.org"),
    ("ada@example.org\n", "ada@example.org"),
    ("\tada@example.org\r\n", "ada@example.org"),
    ("\u{3000}ada@example.org\u{a0}", "ada@example.org"),
];

/// Accepted only where SMTPUTF8 is allowed.
const INTERNATIONAL: &[(&str, &str)] = &[
    ("王小明@example.org", "王小明@example.org"),
    ("jörg@example.org", "jörg@example.org"),
    ("jo\u{308}rg@example.org", "jörg@example.org"),
    ("Jörg.Müller+x@example.org", "Jörg.Müller+x@example.org"),
    ("用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"),
    ("владимир@example.org", "владимир@example.org"),
    ("محمد@example.org", "محمد@example.org"),
    ("अजय@example.org", "अजय@example.org"),
    ("ＡＤＡ@example.org", "ＡＤＡ@example.org"),
    ("٣@example.org", "٣@example.org"),
    (
        "一二三四五六七八九十一二三四五六七八九十一@example.org",
        "一二三四五六七八九十一二三四五六七八九十一@example.org",
    ),
];

const LOCAL: Part = Part::Local;
const DOMAIN: Part = Part::Domain;

const fn hidden(character: char, class: Hidden, position: usize) -> EmailError {
    EmailError::Hidden { character, class, position }
}

const fn white(part: Part, character: char, position: usize) -> EmailError {
    EmailError::WhiteSpace { part, character, position }
}

const fn local_character(character: char, position: usize) -> EmailError {
    EmailError::LocalCharacter { character, position }
}

const fn domain_character(character: char, position: usize) -> EmailError {
    EmailError::DomainCharacter { character, position }
}

/// Refused whether SMTPUTF8 is allowed or not.
const REFUSED: &[(&str, EmailError)] = &[
    // Nothing.
    ("", EmailError::Missing),
    ("   ", EmailError::Missing),
    ("\r\n", EmailError::Missing),
    // The sign.
    ("ada", EmailError::NoAt),
    ("ada.example.org", EmailError::NoAt),
    ("ada＠example.org", EmailError::FullWidthAt),
    ("ada@@example.org", EmailError::SeveralAts { found: 2 }),
    ("ada@x@example.org", EmailError::SeveralAts { found: 2 }),
    ("a@b.org,c@d.org", EmailError::SeveralAts { found: 2 }),
    ("a@b.org; c@d.org e@f.org", EmailError::SeveralAts { found: 3 }),
    ("@example.org", EmailError::LocalMissing),
    ("ada@", EmailError::DomainMissing),
    ("@", EmailError::LocalMissing),
    // More than an address.
    ("Ada <ada@example.org>", EmailError::DisplayName),
    ("\"Ada L\" <ada@example.org>", EmailError::DisplayName),
    ("<ada@example.org>", EmailError::DisplayName),
    ("Ada <ada@example.org", EmailError::DisplayName),
    ("ada@example.org (Ada)", EmailError::Comment),
    ("ada(work)@example.org", EmailError::Comment),
    ("ada@(work)example.org", EmailError::Comment),
    ("\"ada\"@example.org", EmailError::QuotedLocal),
    ("\"a b\"@example.org", EmailError::QuotedLocal),
    ("\"a@b\"@example.org", EmailError::QuotedLocal),
    ("\"<x>\"@example.org", EmailError::QuotedLocal),
    ("\"\"@example.org", EmailError::QuotedLocal),
    ("a.\"b\".c@example.org", EmailError::QuotedLocal),
    ("@relay.example,@other.example:ada@example.org", EmailError::SourceRoute),
    ("<@relay.example:ada@example.org>", EmailError::SourceRoute),
    ("ada@[192.0.2.1]", EmailError::AddressLiteral),
    ("ada@[IPv6:2001:db8::1]", EmailError::AddressLiteral),
    ("ada@[example.org]", EmailError::AddressLiteral),
    ("mailto:ada@example.org", local_character(':', 7)),
    // The local part.
    ("-ada@example.org", EmailError::LocalBeginsWithHyphen),
    ("-oQ/tmp@example.org", EmailError::LocalBeginsWithHyphen),
    ("-@example.org", EmailError::LocalBeginsWithHyphen),
    (".ada@example.org", EmailError::LeadingDot { part: LOCAL }),
    (".@example.org", EmailError::LeadingDot { part: LOCAL }),
    ("ada.@example.org", EmailError::TrailingDot { part: LOCAL }),
    ("ada..l@example.org", EmailError::DoubleDot { part: LOCAL }),
    ("ada lovelace@example.org", white(LOCAL, ' ', 4)),
    ("ada @example.org", white(LOCAL, ' ', 4)),
    ("ada\t@example.org", white(LOCAL, '\t', 4)),
    ("ada\r\nRCPT:x@example.org", white(LOCAL, '\r', 4)),
    ("ada\u{a0}l@example.org", white(LOCAL, '\u{a0}', 4)),
    ("ada\u{3000}l@example.org", white(LOCAL, '\u{3000}', 4)),
    ("ada\u{2028}l@example.org", white(LOCAL, '\u{2028}', 4)),
    ("ada,l@example.org", local_character(',', 4)),
    ("ada;l@example.org", local_character(';', 4)),
    ("ada:l@example.org", local_character(':', 4)),
    ("ada\\l@example.org", local_character('\\', 4)),
    ("ada[l]@example.org", local_character('[', 4)),
    ("ada\u{37e}l@example.org", local_character(';', 4)),
    ("☃@example.org", local_character('☃', 1)),
    ("ada👩@example.org", local_character('👩', 4)),
    ("ada…@example.org", local_character('…', 4)),
    ("ada½@example.org", local_character('½', 4)),
    (
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm@example.org",
        EmailError::LocalTooLong { found: 65 },
    ),
    // Characters that cannot be seen.
    ("ada\u{0}@example.org", hidden('\u{0}', Hidden::Control, 4)),
    ("ada\u{1b}[2J@example.org", hidden('\u{1b}', Hidden::Control, 4)),
    ("ada\u{7f}@example.org", hidden('\u{7f}', Hidden::Control, 4)),
    ("ada@exam\u{9b}ple.org", hidden('\u{9b}', Hidden::Control, 9)),
    ("ada\u{200b}@example.org", hidden('\u{200b}', Hidden::Format, 4)),
    ("ada@b\u{200b}.com", hidden('\u{200b}', Hidden::Format, 6)),
    ("ada@ex\u{ad}ample.com", hidden('\u{ad}', Hidden::Format, 7)),
    ("ada@example\u{200d}.com", hidden('\u{200d}', Hidden::Format, 12)),
    ("\u{feff}ada@example.org", hidden('\u{feff}', Hidden::Format, 1)),
    ("\u{202e}gro.elpmaxe@ada", hidden('\u{202e}', Hidden::Format, 1)),
    ("ada@\u{2066}example.org", hidden('\u{2066}', Hidden::Format, 5)),
    ("ada\u{e0041}@example.org", hidden('\u{e0041}', Hidden::Format, 4)),
    ("ada\u{e000}@example.org", hidden('\u{e000}', Hidden::PrivateUse, 4)),
    ("ada@\u{f0000}.org", hidden('\u{f0000}', Hidden::PrivateUse, 5)),
    ("ada\u{378}@example.org", hidden('\u{378}', Hidden::Unassigned, 4)),
    ("ada\u{ffff}@example.org", hidden('\u{ffff}', Hidden::Unassigned, 4)),
    ("ada\u{3164}@example.org", hidden('\u{3164}', Hidden::Filler, 4)),
    ("ada\u{fe0f}@example.org", EmailError::InvisibleMark { character: '\u{fe0f}', position: 4 }),
    ("ada@ex\u{34f}ample.org", EmailError::InvisibleMark { character: '\u{34f}', position: 7 }),
    // The domain.
    ("ada@example", EmailError::SingleLabel),
    ("ada@localhost", EmailError::SingleLabel),
    ("ada@公司", EmailError::SingleLabel),
    ("ada@.example.org", EmailError::LeadingDot { part: DOMAIN }),
    ("ada@.", EmailError::LeadingDot { part: DOMAIN }),
    ("ada@example.org.", EmailError::TrailingDot { part: DOMAIN }),
    ("ada@example.org。", EmailError::TrailingDot { part: DOMAIN }),
    ("ada@example..org", EmailError::DoubleDot { part: DOMAIN }),
    ("ada@example.。org", EmailError::DoubleDot { part: DOMAIN }),
    ("ada@exa mple.org", white(DOMAIN, ' ', 8)),
    ("ada@ example.org", white(DOMAIN, ' ', 5)),
    ("ada@example.org\nBcc: x", white(DOMAIN, '\n', 16)),
    ("ada@exam\u{3000}ple.org", white(DOMAIN, '\u{3000}', 9)),
    ("ada@my_company.org", EmailError::DomainUnderscore),
    ("ada@_dmarc.example.org", EmailError::DomainUnderscore),
    ("ada@my＿company.org", EmailError::DomainUnderscore),
    ("ada@exam!ple.org", domain_character('!', 9)),
    ("ada@example.org,", domain_character(',', 16)),
    ("ada@example.org;", domain_character(';', 16)),
    ("ada@example.org/x", domain_character('/', 16)),
    ("ada@example.org:25", domain_character(':', 16)),
    ("ada@example.org?subject=x", domain_character('?', 16)),
    ("ada@ex'ample.org", domain_character('\'', 7)),
    ("ada@-example.org", EmailError::LabelHyphenAtEdge),
    ("ada@example-.org", EmailError::LabelHyphenAtEdge),
    ("ada@example.-org", EmailError::LabelHyphenAtEdge),
    ("ada@例-.org", EmailError::LabelHyphenAtEdge),
    ("ada@ab--cd.org", EmailError::LabelHyphenThirdAndFourth),
    ("ada@例子--x.org", EmailError::LabelHyphenThirdAndFourth),
    (
        "ada@abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.org",
        EmailError::LabelTooLong { found: 64 },
    ),
    ("ada@192.0.2.1", EmailError::NumericTopLevel),
    ("ada@example.123", EmailError::NumericTopLevel),
    ("ada@example.0", EmailError::NumericTopLevel),
    ("ada@example.１２３", EmailError::NumericTopLevel),
    // International domains that are none.
    ("ada@xn--a.com", EmailError::DomainNotValid),
    ("ada@xn--a-ecp.ru", EmailError::DomainNotValid),
    ("ada@xn--.com", EmailError::LabelHyphenAtEdge),
    ("ada@xn--example.com", EmailError::DomainNotValid),
    ("ada@xn--example-.com", EmailError::LabelHyphenAtEdge),
    ("ada@xn--zn7c.com", EmailError::DomainNotValid),
    ("ada@xn--bb0saa.com", EmailError::DomainNotValid),
    ("ada@xn--mgba3gch31f060k.com", EmailError::DomainNotValid),
    ("ada@xn--abc-.com", EmailError::LabelHyphenAtEdge),
    ("ada@\u{301}example.org", EmailError::DomainNotValid),
    ("ada@⒈example.org", EmailError::DomainNotValid),
    ("ada@a…b.org", EmailError::DomainNotValid),
    ("ada@a＠b.org", EmailError::DomainNotValid),
    ("ada@a／b.org", EmailError::DomainNotValid),
    ("ada@℀.org", EmailError::DomainNotValid),
    ("ada@אa.org", EmailError::DomainNotValid),
    ("ada@0א.org", EmailError::DomainNotValid),
    ("ada@\u{fffd}.org", EmailError::DomainNotValid),
];

/// Refused only where SMTPUTF8 is not allowed, with the first character that needs it.
const NEEDS_SMTPUTF8: &[(&str, char, usize)] = &[
    ("jörg@example.org", 'ö', 2),
    ("jo\u{308}rg@example.org", 'ö', 2),
    ("王小明@example.org", '王', 1),
    ("用户@例子.公司", '用', 1),
    ("аda@example.org", 'а', 1),
];

#[test]
fn what_is_an_address_is_accepted_as_it_will_be_sent() {
    for (typed, sent) in ACCEPTED {
        for smtputf8 in [Smtputf8::Allowed, Smtputf8::Refused] {
            let parsed = EmailAddress::parse(typed, smtputf8).map(String::from);
            assert_eq!(parsed.as_deref(), Ok(*sent), "{typed:?}");
        }
    }
    for (typed, sent) in INTERNATIONAL {
        let parsed = EmailAddress::parse(typed, Smtputf8::Allowed).map(String::from);
        assert_eq!(parsed.as_deref(), Ok(*sent), "{typed:?}");
    }
}

#[test]
fn what_is_no_address_is_refused_with_its_reason() {
    for (typed, reason) in REFUSED {
        for smtputf8 in [Smtputf8::Allowed, Smtputf8::Refused] {
            assert_eq!(EmailAddress::parse(typed, smtputf8), Err(*reason), "{typed:?}");
        }
    }
}

#[test]
fn a_local_part_outside_ascii_needs_the_setting() {
    for (typed, character, position) in NEEDS_SMTPUTF8 {
        assert_eq!(
            EmailAddress::parse(typed, Smtputf8::Refused),
            Err(EmailError::LocalNotAscii { character: *character, position: *position }),
            "{typed:?}"
        );
    }
    for (typed, _) in INTERNATIONAL {
        assert!(EmailAddress::parse(typed, Smtputf8::Refused).is_err(), "{typed:?}");
    }
}

#[test]
fn marks_in_a_local_part_have_a_base_and_are_at_most_two() {
    for (typed, refused) in [
        ("\u{301}a@example.org", Some(('\u{301}', 1))),
        ("x\u{300}\u{301}@example.org", None),
        ("x\u{300}\u{301}\u{302}@example.org", Some(('\u{302}', 4))),
    ] {
        let expected =
            refused.map(|(character, position)| EmailError::LocalCharacter { character, position });
        assert_eq!(EmailAddress::parse(typed, Smtputf8::Allowed).err(), expected, "{typed:?}");
    }
}

#[test]
fn lengths_are_octets_and_end_exactly_at_their_limits() {
    let label = "a".repeat(63);
    // 64 + @ + 189 octets, and one more.
    let domain = |last: usize| format!("{label}.{label}.{}.org", "b".repeat(last));
    let longest = format!("{}@{}", "a".repeat(64), domain(189 - 64 - 64 - 4));
    assert_eq!(longest.len(), 254);
    assert_eq!(EmailAddress::parse(&longest, Smtputf8::Refused).map(String::from), Ok(longest));
    let longer = format!("{}@{}", "a".repeat(64), domain(190 - 64 - 64 - 4));
    assert_eq!(EmailAddress::parse(&longer, Smtputf8::Refused), Err(EmailError::TooLong { found: 255 }));

    // A local part is counted in UTF-8.
    let local = |letters: usize| format!("{}@example.org", "王".repeat(letters));
    assert!(EmailAddress::parse(&local(21), Smtputf8::Allowed).is_ok());
    assert_eq!(
        EmailAddress::parse(&local(22), Smtputf8::Allowed),
        Err(EmailError::LocalTooLong { found: 66 })
    );

    // A domain is counted as A-label: 40 different Chinese characters are more than 63 octets there.
    let different: String = ('\u{4e00}'..).step_by(97).take(40).collect();
    let refused = EmailAddress::parse(&format!("a@{different}.org"), Smtputf8::Allowed);
    assert!(matches!(refused, Err(EmailError::LabelTooLong { found: 64.. })), "{refused:?}");
    let international = format!("a@{}公司", "例子例子例子例子例子例子例子例子例子例子.".repeat(12));
    let refused = EmailAddress::parse(&international, Smtputf8::Allowed);
    assert!(matches!(refused, Err(EmailError::TooLong { found: 255.. })), "{refused:?}");
}

#[test]
fn the_words_of_a_refusal_give_the_limit_and_what_was_found() {
    for (typed, words) in [
        ("", "an email address is required"),
        ("ada", "an address has one @; this one has none"),
        ("ada＠example.org", "an address has one @; this one has the full-width '＠' (U+FF20) instead"),
        ("a@b.org,c@d.org", "an address has one @; this one has 2"),
        ("Ada <ada@example.org>", "only the address itself is wanted, without name, '<' and '>'"),
        ("ada.@example.org", "the part before the @ may not end with a dot"),
        ("ada@example..org", "the domain may not have two dots in succession"),
        (
            "ada lovelace@example.org",
            "an address has no white space; character 4, in the part before the @, is U+0020 (blank)",
        ),
        ("ada,l@example.org", "',' (U+002C) is not accepted before the @ (character 4)"),
        (
            "jörg@example.org",
            "'ö' (U+00F6) before the @ (character 2) needs SMTPUTF8; set 'allow_smtputf8 = true' if your mail server supports it",
        ),
        (
            "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm@example.org",
            "the part before the @ has at most 64 octets; this one has 65",
        ),
        (
            "ada@abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.org",
            "a part of a domain has at most 63 octets; this one has a part of 64",
        ),
        ("ada@example", "a domain has at least two parts, such as example.com; this one has one"),
        ("ada@192.0.2.1", "a domain does not end with a number; an IP address is not accepted"),
        (
            "ada\u{202e}@example.org",
            "an address has only characters that can be seen; character 4 is U+202E (right-to-left override), an invisible \
             format character",
        ),
    ] {
        let refused = EmailAddress::parse(typed, Smtputf8::Refused).expect_err("it is no address");
        assert_eq!(refused.to_string(), words, "{typed:?}");
    }
}

#[test]
fn what_is_accepted_can_be_written_into_a_mail_unchanged() {
    for (_, sent) in ACCEPTED.iter().chain(INTERNATIONAL) {
        let address: lettre::Address = sent.parse().expect("the mail builder takes it");
        assert_eq!(AsRef::<str>::as_ref(&address), *sent);
    }
}
