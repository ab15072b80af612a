//! Every template in every language, read back by another program's parser, and what hostile content cannot do.

use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::prelude::*;

use super::*;
use crate::domain::verification::MASKED_CODE;

mod notices;

const CODE: &str = "AB2D-EF9H";
const LINK: &str = "https://callsheet.example.com/v/q2-_Zx";
const ID: &str = "<7f3a.1@example.com>";

fn letterhead(account: &str) -> Letterhead {
    Letterhead {
        from_name: None,
        from_email: "notices@example.com".to_owned(),
        account: account.to_owned(),
        message_id_domain: "example.com".to_owned(),
    }
}

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn letter<'a>(letterhead: &'a Letterhead, language: Language, content: Content<'a>) -> Letter<'a> {
    Letter {
        letterhead,
        to_name: Some("王小明"),
        to_email: "xiaoming@xn--fsqu00a.xn--55qx5d",
        language,
        message_id: ID,
        date: moment("2026-11-24T14:03:09Z"),
        content,
    }
}

fn verification(link: Option<&str>, for_security_email: bool) -> Content<'_> {
    Content::Verification { code: CODE, link, expires_at: moment("2026-11-27T14:03:00Z"), for_security_email }
}

fn all_contents() -> Vec<Content<'static>> {
    [plain_contents(), notices::contents()].concat()
}

/// Everything but notices.
fn plain_contents() -> Vec<Content<'static>> {
    vec![
        verification(None, false),
        verification(Some(LINK), false),
        verification(None, true),
        verification(Some(LINK), true),
        Content::Change { replaced_by_masked: "n•••@example.org" },
        Content::Test { message_type_title: None },
        Content::Test { message_type_title: Some("Account security alerts") },
    ]
}

/// Text and HTML of a message as a recipient's program sees them.
fn parts(bytes: &[u8]) -> (String, String) {
    let message = MessageParser::default().parse(bytes).unwrap();
    (message.body_text(0).unwrap().into_owned(), message.body_html(0).unwrap().into_owned())
}

fn header_lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n").map(str::to_owned).collect()
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    header_lines(bytes).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

/// The headers of a letter, in their order.
fn headers(content: &Content<'_>) -> Vec<&'static str> {
    let mut headers = vec![
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ];
    if let Content::Notice { unsubscribe: Some(way), .. } = content {
        headers.insert(7, "List-Unsubscribe");
        if way.public_url.is_some_and(|url| url.starts_with("https:")) {
            headers.insert(8, "List-Unsubscribe-Post");
        }
    }
    headers
}

#[test]
fn every_kind_in_every_language_has_exact_headers_and_both_parts() {
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        for content in all_contents() {
            let letter = letter(&head, language, content);
            let bytes = compose(&letter).unwrap();
            assert_eq!(header_names(&bytes), headers(&content));
            let message = MessageParser::default().parse(&bytes).unwrap();
            let from = message.from().unwrap().first().unwrap();
            assert_eq!((from.name(), from.address()), (Some("Example Ltd"), Some("notices@example.com")));
            let to = message.to().unwrap().as_list().unwrap();
            assert_eq!(to.len(), 1);
            assert_eq!(
                (to[0].name(), to[0].address()),
                (Some("王小明"), Some("xiaoming@xn--fsqu00a.xn--55qx5d"))
            );
            assert_eq!(message.subject().unwrap(), subject(&content, language, "Example Ltd"));
            assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-24T14:03:09Z");
            assert_eq!(message.message_id(), Some("7f3a.1@example.com"));
            assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
            assert_eq!(message.header_raw("X-Auto-Response-Suppress").unwrap().trim(), "All");
            let kinds: Vec<_> = message
                .parts
                .iter()
                .map(|part| {
                    assert!(!part.is_encoding_problem);
                    let kind = part.content_type().unwrap();
                    format!("{}/{}", kind.ctype(), kind.subtype().unwrap())
                })
                .collect();
            assert_eq!(kinds, ["multipart/alternative", "text/plain", "text/html"]);
        }
    }
}

#[test]
fn lines_are_short_and_blanks_at_their_ends_are_encoded() {
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        for content in all_contents() {
            let bytes = compose(&letter(&head, language, content)).unwrap();
            for line in String::from_utf8(bytes).unwrap().split("\r\n") {
                // A link in a header cannot be folded.
                let has_link = line.starts_with("List-Unsubscribe:") || line.starts_with(" <mailto:");
                assert!((line.len() <= 78 || has_link) && !line.ends_with(' '), "{line:?}");
            }
        }
    }
}

#[test]
fn the_text_part_is_the_preview_and_html_says_the_same() {
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        for content in all_contents() {
            let letter = letter(&head, language, content);
            let (plain, html) = parts(&compose(&letter).unwrap());
            assert_eq!(plain.replace("\r\n", "\n").trim_end(), text(&letter).trim_end());
            let shown = words(&html);
            for line in text(&letter).lines().filter(|line| !line.is_empty() && *line != "-- ") {
                assert!(shown.contains(&words(line)), "{line:?} is not in the HTML part");
            }
        }
    }
}

/// What a reader of HTML sees: without tags, blanks and references.
fn words(html: &str) -> String {
    let body = html.split_once("<main").map_or(html, |(_, body)| body).replace("&nbsp;", " ");
    let mut seen = String::new();
    let mut is_tag = body.len() < html.len();
    for character in body.chars() {
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            other if !is_tag && !other.is_whitespace() => seen.push(other),
            _ => {}
        }
    }
    seen
}

#[test]
fn text_lines_are_short_and_never_split_by_empty_paragraphs() {
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        for content in all_contents() {
            let text = text(&letter(&head, language, content));
            for line in text.lines() {
                assert!(crate::domain::columns::width(line) <= 78, "{line:?}");
            }
            assert!(!text.contains("\n\n\n"), "{text}");
            assert!(!text.starts_with('\n') && text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
        }
    }
}

#[test]
fn every_letter_reads_well_in_every_language() {
    for (language, account) in [(Language::En, "Example Ltd"), (Language::ZhCn, "示例公司")] {
        let head = letterhead(account);
        for (name, contents) in [("letters", plain_contents()), ("notices", notices::contents_in(language))] {
            let letters: Vec<String> = contents
                .into_iter()
                .map(|content| {
                    let subject = subject(&content, language, account);
                    format!("Subject: {subject}\n\n{}", text(&letter(&head, language, content)))
                })
                .collect();
            insta::assert_snapshot!(format!("{name} in {language}"), letters.join("\n=====\n"));
        }
    }
}

#[test]
fn html_names_its_language_and_loads_nothing() {
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        for content in all_contents() {
            let (_, html) = parts(&compose(&letter(&head, language, content)).unwrap());
            assert!(html.contains(&format!("<html lang=\"{}\">", language.id())));
            for remote in ["src=", "url(", "@import", "<link", "<img", "<script", "<table", "<form"] {
                assert!(!html.contains(remote), "{remote}");
            }
            let links = html.matches("href=").count();
            let known = [LINK, notices::LINK, notices::PAGE, notices::MAIL];
            let expected = known.iter().map(|link| html.matches(&format!("href=\"{link}\"")).count());
            assert_eq!(expected.sum::<usize>(), links);
        }
    }
}

#[test]
fn the_code_stands_alone_on_its_line() {
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        let text = text(&letter(&head, language, verification(None, false)));
        assert!(text.lines().any(|line| line == format!("    {CODE}")), "{text}");
    }
}

#[test]
fn a_preview_shows_the_mask_and_debug_shows_no_secret() {
    let head = letterhead("Example Ltd");
    let content = Content::Verification {
        code: MASKED_CODE,
        link: Some(MASKED_CODE),
        expires_at: Timestamp::default(),
        for_security_email: false,
    };
    let preview = text(&letter(&head, Language::En, content));
    assert_eq!(preview.matches(MASKED_CODE).count(), 2);
    let debug = format!("{:?}", letter(&head, Language::En, verification(Some(LINK), false)));
    assert!(!debug.contains(CODE) && !debug.contains(LINK), "{debug}");
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let head = letterhead("Example Ltd");
    let letter = letter(&head, Language::ZhCn, verification(Some(LINK), false));
    assert_eq!(compose(&letter), compose(&letter));
}

#[test]
fn an_account_without_a_name_is_called_by_its_address() {
    let head = letterhead("");
    for language in Language::ALL {
        for content in all_contents() {
            let letter = letter(&head, language, content);
            let bytes = compose(&letter).unwrap();
            let message = MessageParser::default().parse(&bytes).unwrap();
            assert_eq!(message.from().unwrap().first().unwrap().name(), None);
            assert!(text(&letter).contains("notices@example.com"));
        }
    }
}

#[test]
fn the_configured_name_of_from_wins_over_the_account() {
    let head = Letterhead {
        from_name: Some("Ada \"the boss\" O'Brien, PhD".to_owned()),
        ..letterhead("Example Ltd")
    };
    let bytes = compose(&letter(&head, Language::En, all_contents()[0])).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("Ada \"the boss\" O'Brien, PhD"));
}

#[test]
fn markup_in_a_name_is_text_in_html() {
    let head = letterhead("<b>A&B</b>\"'");
    let (plain, html) = parts(&compose(&letter(&head, Language::En, all_contents()[0])).unwrap());
    assert!(plain.contains("<b>A&B</b>\"'"));
    assert!(!html.contains("<b>") && html.contains("&lt;b&gt;A&amp;B"));
}

#[test]
fn template_syntax_in_a_name_is_only_text() {
    let head = letterhead("{{ code }}{% if link %}");
    assert!(text(&letter(&head, Language::En, all_contents()[0])).contains("{{ code }}{% if link %}"));
}

#[test]
fn nothing_hidden_reaches_a_header_or_a_body() {
    let good = letterhead("Example Ltd");
    for hostile in [
        "a\r\nBcc: x@y.example",
        "a\nb",
        "a\rb",
        "a\0b",
        "\u{1b}[31m",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{202e}b",
        "a\tb",
    ] {
        let account = letterhead(hostile);
        let named = Letterhead { from_name: Some(hostile.to_owned()), ..good.clone() };
        let from = Letterhead { from_email: format!("{hostile}@example.com"), ..good.clone() };
        let base = letter(&good, Language::En, all_contents()[0]);
        let email = format!("a@example.com{hostile}");
        let id = format!("<{hostile}@example.com>");
        let letters = [
            Letter { letterhead: &account, ..base },
            Letter { letterhead: &named, ..base },
            Letter { letterhead: &from, ..base },
            Letter { to_name: Some(hostile), ..base },
            Letter { to_email: &email, ..base },
            Letter { message_id: &id, ..base },
            Letter { content: Content::Change { replaced_by_masked: hostile }, ..base },
            Letter { content: Content::Test { message_type_title: Some(hostile) }, ..base },
            Letter { content: verification(Some(hostile), false), ..base },
        ];
        for (number, letter) in letters.iter().enumerate() {
            let error = compose(letter).expect_err(&format!("{hostile:?} in letter {number}")).to_string();
            assert_eq!(safe(&error), error, "an error is safe to show");
            assert_eq!(crate::domain::safe_text::safe_lines(&text(letter)), text(letter));
            let subject = subject(&letter.content, Language::En, &letter.letterhead.account);
            assert_eq!(safe(&subject), subject);
        }
    }
}

#[test]
fn addresses_must_be_in_the_form_that_is_stored() {
    let head = letterhead("Example Ltd");
    let base = letter(&head, Language::En, all_contents()[0]);
    for email in
        ["", "a", "a@b", "a@例子.example", "a@EXAMPLE.com", " a@example.com", "a@example.com, b@example.com"]
    {
        assert!(
            matches!(
                compose(&Letter { to_email: email, ..base }),
                Err(ComposeError::Address(Part::ToEmail, _, _))
            ),
            "{email:?}"
        );
    }
}

#[test]
fn only_an_address_outside_ascii_makes_a_message_outside_ascii() {
    let head = letterhead("示例公司");
    let base = letter(&head, Language::ZhCn, all_contents()[0]);
    assert!(compose(&base).unwrap().is_ascii());
    let bytes = compose(&Letter { to_email: "用户@example.com", ..base }).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("用户@example.com"));
}

#[test]
fn a_message_id_is_one_id_in_angle_brackets() {
    let head = letterhead("Example Ltd");
    let base = letter(&head, Language::En, all_contents()[0]);
    assert_eq!(head.message_id("9f.1"), "<9f.1@example.com>");
    let long = format!("<{}@example.com>", "a".repeat(300));
    for id in ["", "a@b", "<>", "<a>", "<@b>", "<a@>", "<a@b@c>", "<a b@c>", "<a@b> <c@d>", &long] {
        assert_eq!(compose(&Letter { message_id: id, ..base }), Err(ComposeError::MessageId(id.to_owned())));
    }
}

#[test]
fn a_date_outside_the_calendar_of_mail_is_refused() {
    let head = letterhead("Example Ltd");
    let base = letter(&head, Language::En, all_contents()[0]);
    let date = Timestamp::from_millis(-1_000);
    assert_eq!(compose(&Letter { date, ..base }), Err(ComposeError::Date(date)));
}

#[test]
fn a_link_that_is_no_web_address_is_refused_and_not_shown() {
    let head = letterhead("Example Ltd");
    for link in ["javascript:alert(1)", "ftp://example.com", "https://a\"b", "https://a b", "https://a/&amp;"]
    {
        let error = compose(&letter(&head, Language::En, verification(Some(link), false))).unwrap_err();
        assert!(!error.to_string().contains(link));
    }
}

proptest! {
    #[test]
    fn whatever_an_account_is_called_the_message_is_well_formed(
        account in "[\\PC ]{0,60}",
        name in proptest::option::of("[\\PC]{1,20}"),
        number in 0..all_contents().len(),
        is_chinese in any::<bool>(),
    ) {
        prop_assume!(matches!(safe(&account), Cow::Borrowed(_)));
        prop_assume!(name.as_deref().is_none_or(|name| matches!(safe(name), Cow::Borrowed(_))));
        let head = letterhead(&account);
        let language = if is_chinese { Language::ZhCn } else { Language::En };
        let letter = Letter { to_name: name.as_deref(), ..letter(&head, language, all_contents()[number]) };
        let bytes = compose(&letter).unwrap();
        prop_assert!(bytes.is_ascii());
        prop_assert_eq!(wire::check(&bytes, wire::Octets::SevenBit), Ok(()));
        prop_assert_eq!(header_names(&bytes), headers(&letter.content));
        let message = MessageParser::default().parse(&bytes).unwrap();
        prop_assert_eq!(message.parts.len(), 3);
        prop_assert_eq!(message.to().unwrap().as_list().unwrap().len(), 1);
        let plain = parts(&bytes).0.replace("\r\n", "\n");
        let preview = text(&letter);
        prop_assert_eq!(plain.trim_end(), preview.trim_end());
    }
}
