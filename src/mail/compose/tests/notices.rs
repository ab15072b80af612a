//! Notices: every reason for a mail in every language, headers for activity only, and texts that try to break a mail.

use std::sync::LazyLock;

use super::*;

/// In the text of the notice.
pub const LINK: &str = "https://status.example.com/db1?since=14:03";
/// Where one unsubscribes.
pub const PAGE: &str = "https://callsheet.example.com/u/7.q2-_Zx";
pub const MAIL: &str = "mailto:bounces@example.com?subject=unsubscribe%207.q2-_Zx";

const SUBJECT: &str = "db1: storage is nearly full";

static BODY: LazyLock<NoticeText> = LazyLock::new(|| {
    NoticeText::new(&format!(
        "The storage of db1 is 95 % full.\n\n  used   95 GiB\n  free    5 GiB\n\nDetails: {LINK}\n数据库 db1 的存储空间即将用尽。"
    ))
});

const REASONS: [FallbackReason; 5] = [
    FallbackReason::NoContacts,
    FallbackReason::NobodySubscribed,
    FallbackReason::NoneVerified,
    FallbackReason::NoneReachable,
    FallbackReason::AllFailed,
];

fn by_page() -> Unsubscribe<'static> {
    Unsubscribe {
        token: "7.q2-_Zx",
        public_url: Some("https://callsheet.example.com"),
        mail_to: "bounces@example.com",
    }
}

fn by_mail() -> Unsubscribe<'static> {
    Unsubscribe { public_url: None, ..by_page() }
}

fn notice(fallback: Option<FallbackReason>, unsubscribe: Option<Unsubscribe<'static>>) -> Content<'static> {
    in_language(Language::En, fallback, unsubscribe)
}

fn in_language(
    language: Language,
    fallback: Option<FallbackReason>,
    unsubscribe: Option<Unsubscribe<'static>>,
) -> Content<'static> {
    let (type_title, category_title) = match (language, unsubscribe.is_some()) {
        (Language::En, false) => ("Database failures or maintenance", "Exception Messages"),
        (Language::En, true) => ("New product launches", "Activity Messages"),
        (Language::ZhCn, false) => ("数据库故障或维护", "故障消息"),
        (Language::ZhCn, true) => ("新品发布", "活动消息"),
    };
    Content::Notice { subject: SUBJECT, body: &BODY, type_title, category_title, fallback, unsubscribe }
}

/// To a contact, to the security email for each reason, and of category activity.
pub fn contents_in(language: Language) -> Vec<Content<'static>> {
    let mut contents = vec![in_language(language, None, None)];
    contents.extend(REASONS.map(|reason| in_language(language, Some(reason), None)));
    contents.extend([by_page(), by_mail()].map(|way| in_language(language, None, Some(way))));
    contents
}

pub fn contents() -> Vec<Content<'static>> {
    contents_in(Language::En)
}

fn with<'a>(subject: &'a str, body: &'a NoticeText) -> Content<'a> {
    Content::Notice {
        subject,
        body,
        type_title: "Database failures or maintenance",
        category_title: "Exception Messages",
        fallback: None,
        unsubscribe: None,
    }
}

/// The text of the notice as a recipient's program shows it: between greeting and signature.
fn body_in(bytes: &[u8]) -> String {
    let text = parts(bytes).0.replace("\r\n", "\n");
    let after = text.split_once("您好：\n\n").expect("the greeting is there").1;
    after.rsplit_once("\n\n-- \n").expect("the signature is there").0.to_owned()
}

#[test]
fn only_category_activity_tells_how_to_unsubscribe_in_its_headers() {
    let head = letterhead("Example Ltd");
    let header = |content, name: &str| {
        let bytes = compose(&letter(&head, Language::En, content)).unwrap();
        header_lines(&bytes).into_iter().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            (found == name).then(|| value.to_owned())
        })
    };
    let page = notice(None, Some(by_page()));
    assert_eq!(header(page, "List-Unsubscribe").unwrap(), format!("<{PAGE}>, <{MAIL}>"));
    assert_eq!(header(page, "List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");
    let mail = notice(None, Some(by_mail()));
    assert_eq!(header(mail, "List-Unsubscribe").unwrap(), format!("<{MAIL}>"));
    assert_eq!(header(mail, "List-Unsubscribe-Post"), None);
    // A provider calls no page without TLS (RFC 8058 section 3.1).
    let near = Unsubscribe { public_url: Some("http://127.0.0.1:8025"), ..by_page() };
    let near = notice(None, Some(near));
    assert!(
        header(near, "List-Unsubscribe").unwrap().starts_with("<http://127.0.0.1:8025/u/7.q2-_Zx>, <mailto:")
    );
    assert_eq!(header(near, "List-Unsubscribe-Post"), None);
    for content in plain_contents().into_iter().chain(contents().into_iter().take(6)) {
        assert_eq!(header(content, "List-Unsubscribe"), None);
        assert_eq!(header(content, "List-Unsubscribe-Post"), None);
    }
}

#[test]
fn the_longest_links_leave_in_lines_that_are_short_enough() {
    let head = letterhead("Example Ltd");
    let url = format!("https://{}.example.com/{}", "a".repeat(63), "b/".repeat(200));
    let mail_to = format!("{}@{}.example.com", "é".repeat(32), "a".repeat(63));
    let token = format!("{}.{}", i64::MAX, "x".repeat(43));
    let way = Unsubscribe { token: &token, public_url: Some(&url), mail_to: &mail_to };
    let Content::Notice { subject, body, type_title, category_title, fallback, .. } = notice(None, None)
    else {
        panic!("it is a notice")
    };
    let content =
        Content::Notice { subject, body, type_title, category_title, fallback, unsubscribe: Some(way) };
    let bytes = compose(&letter(&head, Language::En, content)).unwrap();
    assert!(bytes.is_ascii());
    let (plain, _) = parts(&bytes);
    assert!(plain.contains(&format!("{url}/u/{token}")));
}

#[test]
fn html_cannot_be_put_into_a_mail_by_a_notice() {
    let head = letterhead("示例公司");
    let body =
        NoticeText::new("</div></main></body><script>alert(1)</script>\n{{ code }}{% raw %} <b>x</b> &lt;");
    let subject = "</title><script>alert(1)</script>";
    let bytes = compose(&letter(&head, Language::ZhCn, with(subject, &body))).unwrap();
    let (plain, html) = parts(&bytes);
    assert!(plain.contains("</div></main></body><script>alert(1)</script>"));
    assert!(plain.contains("{{ code }}{% raw %} <b>x</b> &lt;"));
    for tag in ["<script", "<b>"] {
        assert!(!html.contains(tag), "{html}");
    }
    for tag in ["</div>", "</main>", "</body>", "</title>"] {
        let opened = html.matches(&format!("<{}", &tag[2..tag.len() - 1])).count();
        assert_eq!(html.matches(tag).count(), opened, "{tag}");
    }
    assert_eq!(MessageParser::default().parse(&bytes).unwrap().subject(), Some(subject));
}

/// Of a mail that was handed in, made simple.
const HTML: &str = "<h1 style='color:red'>db1 is nearly full</h1><p>The storage of <b>db1</b> is 95&nbsp;% full.<p>数据库 db1 的存储空间即将用尽。\
    <table><tr><th>used<td>95 GiB<tr><th>free<td>5 GiB</table><ul><li>See <a href=https://status.example.com/db1>the status</a>\
    <li><a href=https://a.example/>bank.example</a></ul><pre>df  -h</pre><script src=//x></script>";

#[test]
fn html_that_was_handed_in_stands_in_the_frame_of_every_language() {
    let body = NoticeText::new("The storage of db1 is 95 % full.").with_html(HTML);
    let head = letterhead("Example Ltd");
    for language in Language::ALL {
        let Content::Notice { subject, type_title, category_title, fallback, unsubscribe, .. } =
            in_language(language, None, Some(by_page()))
        else {
            panic!("it is a notice")
        };
        let content =
            Content::Notice { subject, body: &body, type_title, category_title, fallback, unsubscribe };
        let (plain, html) = parts(&compose(&letter(&head, language, content)).unwrap());
        assert!(plain.contains("The storage of db1 is 95 % full.") && !plain.contains("df  -h"), "{plain}");
        insta::assert_snapshot!(format!("notice with HTML in {language}"), html.replace("\r\n", "\n"));
    }
}

#[test]
fn html_that_says_nothing_or_too_much_is_replaced_by_the_text() {
    let plain = NoticeText::new("text");
    for html in ["", "<script>x</script>", &"<p>x".repeat(1_000_000)] {
        assert_eq!(plain.clone().with_html(html), plain);
    }
    let hostile = plain.clone().with_html("</div></main></body><script>x</script><p onclick=x>y\u{1b}");
    assert_eq!(hostile.html.as_str(), Some("<p>y</p>\n"));
    assert_eq!(hostile.check(), Ok(()));
}

#[test]
fn what_no_mail_may_hold_is_refused() {
    let head = letterhead("Example Ltd");
    let good = NoticeText::new("good");
    for hostile in ["a\u{1b}[2Jb", "a\0b", "a\u{7f}", "a\u{9b}b", "a\u{85}b"] {
        let body = NoticeText::new(hostile);
        for content in [with("good", &body), with(hostile, &good)] {
            let error = compose(&letter(&head, Language::En, content)).unwrap_err();
            assert!(matches!(error, ComposeError::Control { .. }), "{error}");
            assert_eq!(safe(&error.to_string()), error.to_string());
            let preview = text(&letter(&head, Language::En, content));
            assert_eq!(crate::domain::safe_text::safe_lines(&preview), preview);
        }
    }
    for hostile in ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\u{2028}b", "a\tb"] {
        let error = compose(&letter(&head, Language::En, with(hostile, &good))).unwrap_err();
        assert!(matches!(error, ComposeError::Control { part: Part::Subject, .. }), "{error}");
    }
    let long = "a".repeat(notice::SUBJECT_LIMIT + 1);
    let error = compose(&letter(&head, Language::En, with(&long, &good))).unwrap_err();
    assert!(matches!(error, ComposeError::TooLong { part: Part::Subject, .. }), "{error}");
}

#[test]
fn a_preview_masks_how_to_unsubscribe_and_debug_shows_no_token() {
    let head = letterhead("Example Ltd");
    for way in [by_page(), by_mail()] {
        let masked = notice(None, Some(Unsubscribe { token: MASKED_TOKEN, ..way }));
        assert_eq!(text(&letter(&head, Language::En, masked)).matches(MASKED_TOKEN).count(), 1);
        let debug = format!("{:?}", letter(&head, Language::En, notice(None, Some(way))));
        assert!(!debug.contains("q2-_Zx"), "{debug}");
    }
}

#[test]
fn a_large_notice_leaves_whole() {
    let head = letterhead("示例公司");
    for line in ["x".repeat(5000), "王小明".repeat(1000), " . ".repeat(900)] {
        let text = vec![line; 100].join("\n");
        let body = NoticeText::new(&text);
        let bytes = compose(&letter(&head, Language::ZhCn, with("large", &body))).unwrap();
        assert!(body_in(&bytes) == text, "the text came back as another");
    }
}

fn hostile_texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(".".to_owned()),
        Just("..".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n.\r\n".to_owned()),
        Just("-- \n".to_owned()),
        Just("=".to_owned()),
        Just("=0D=0A".to_owned()),
        Just("--=_".to_owned()),
        Just("From ".to_owned()),
        Just(" ".to_owned()),
        Just("\t".to_owned()),
        Just("👩\u{200d}🚀".to_owned()),
        Just("王小明".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("http://a.example/".to_owned()),
        (1..6000_usize).prop_map(|length| "x".repeat(length)),
        "\\PC{0,20}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_notice_says_every_recipient_reads_exactly_that(
        given in hostile_texts(),
        subject in "([!-~]|=\\?utf-8\\?q\\?x\\?=| |\\PC){1,120}",
    ) {
        prop_assume!(notice::check_subject(&subject).is_ok());
        let body = NoticeText::new(&given);
        prop_assume!(body.check().is_ok());
        let head = letterhead("示例公司");
        let letter = letter(&head, Language::ZhCn, with(&subject, &body));
        let bytes = compose(&letter).unwrap();
        prop_assert_eq!(wire::check(&bytes, wire::Octets::SevenBit), Ok(()));
        prop_assert_eq!(header_names(&bytes), headers(&letter.content));
        let normalised = given.replace("\r\n", "\n").replace('\r', "\n");
        prop_assert_eq!(body_in(&bytes), normalised.trim_matches('\n'));
        let message = MessageParser::default().parse(&bytes).unwrap();
        prop_assert_eq!(message.subject().unwrap_or_default(), subject);
        let html = message.body_html(0).unwrap();
        prop_assert_eq!(html.matches("</main>").count(), 1);
    }
}
