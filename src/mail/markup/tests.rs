//! Pages as programs write them, pages as attackers write them, and what holds for all of them.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn assert_simple(html: &str, expected: &str) {
    let simple = simple(html).unwrap();
    assert_eq!(simple, expected, "{html}");
    check(&simple);
}

/// Reads the result as strictly as it is written: every tag is one of ours, stands where it may, and is closed where it belongs.
/// Returns how many elements lie inside of each other.
#[track_caller]
fn check(html: &str) -> usize {
    let mut deepest = 0;
    assert_eq!(simple(html).as_deref(), Ok(html), "simplifying it again changes nothing");
    let (mut open, mut rest): (Vec<&str>, _) = (Vec::new(), html);
    while let Some(start) = rest.find(['<', '>']) {
        check_text(&rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = rest[start..end].strip_prefix('<').expect("a tag begins");
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{html}");
            continue;
        }
        let name = match tag.strip_prefix("a href=\"") {
            Some(address) => {
                let address = address.strip_suffix('"').expect("the address is the only attribute");
                assert!(!address.contains(['"', '\'', '<', ' ', '\n', '\t']), "{html}");
                assert!(["http://", "https://", "mailto:"].iter().any(|scheme| {
                    address.get(..scheme.len()).is_some_and(|found| found.eq_ignore_ascii_case(scheme))
                }));
                check_text(address);
                "a"
            }
            None => tag,
        };
        let outer = open.last().copied().unwrap_or_default();
        let holds_words =
            FORMATS.contains(&outer) || ["a", "p", "h3", "pre", "li", "td", "th"].contains(&outer);
        let may_stand = match name {
            "br" => holds_words,
            "a" => holds_words && !open.contains(&"a"),
            "p" => matches!(outer, "" | "blockquote"),
            "hr" | "h3" | "pre" | "blockquote" | "table" => {
                matches!(outer, "" | "blockquote" | "li" | "td" | "th")
            }
            "ul" | "ol" => matches!(outer, "" | "blockquote" | "li" | "td" | "th" | "ul" | "ol"),
            "li" => matches!(outer, "ul" | "ol"),
            "thead" | "tbody" => outer == "table",
            "tr" => matches!(outer, "table" | "thead" | "tbody"),
            "td" | "th" => outer == "tr",
            format => FORMATS.contains(&format) && holds_words,
        };
        assert!(may_stand, "<{name}> in <{outer}>: {html}");
        if !matches!(name, "br" | "hr") {
            open.push(name);
            deepest = deepest.max(open.len());
        }
    }
    check_text(rest);
    assert_eq!(open, [""; 0], "{html}");
    deepest
}

#[track_caller]
fn check_text(text: &str) {
    let is_control = |character: char| Hidden::of(character) == Some(Hidden::Control);
    assert!(
        text.chars().all(|character| matches!(character, '\n' | '\t') || !is_control(character)),
        "{text:?}"
    );
    assert!(!text.contains(['"', '\'']), "{text}");
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
        assert!(known.iter().any(|reference| text[at..].starts_with(reference)), "{text}");
    }
}

#[test]
fn paragraphs_lines_and_formats_stay() {
    for (html, expected) in [
        ("plain  words\n here", "<p>plain words here</p>\n"),
        ("<p>One\n two</p><p>three<br>four", "<p>One two</p>\n<p>three<br>four</p>\n"),
        ("<div>a</div><div>b</div><div><br></div><div>c</div>", "<p>a<br>b<br><br>c</p>\n"),
        ("a<br><br><br><br>b<br>", "<p>a<br><br>b</p>\n"),
        ("<h1 class=x> Title </h1>text<hr>more", "<h3>Title</h3>\n<p>text</p>\n<hr>\n<p>more</p>\n"),
        (
            "a <B>b</B>, <i>c </i><u>d</u> <code>e</code>",
            "<p>a <b>b</b>, <i>c</i> <u>d</u> <code>e</code></p>\n",
        ),
        ("<pre>a  b\r\n\n\tc</pre>", "<pre>a  b\n\n\tc</pre>\n"),
        ("<blockquote>a<p>b</blockquote>c", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>\n<p>c</p>\n"),
        ("caf&eacute; &lt;b&gt; &amp;amp; \"'", "<p>café &lt;b&gt; &amp;amp; &quot;&#39;</p>\n"),
        ("a<img src=x alt=\" a\nchart \">b<img src=y>", "<p>a[a chart]b</p>\n"),
        ("", ""),
        (" <p> <div></div><b></b>\n<img alt=' '>", ""),
    ] {
        assert_simple(html, expected);
    }
}

#[test]
fn lists_and_tables_stay() {
    for (html, expected) in [
        (
            "<ul><li>one<li>two<ol><li>a</li></ol>b</ul>end",
            "<ul>\n<li>one</li>\n<li>two<ol>\n<li>a</li>\n</ol>\nb</li>\n</ul>\n<p>end</p>\n",
        ),
        (
            "<ul>a<ul><li><p>b</p><p>c</ul></ul>",
            "<ul>\n<li>a<ul>\n<li>b<br><br>c</li>\n</ul>\n</li>\n</ul>\n",
        ),
        ("<li>a<li>b", "<p>a<br>b</p>\n"),
        (
            "<table border=1><thead><tr><th colspan=2>Host</thead><tr><td style='x'>db1<td>down</table>",
            "<table>\n<thead>\n<tr>\n<th>Host</th>\n</tr>\n</thead>\n<tr>\n<td>db1</td>\n<td>down</td>\n</tr>\n</table>\n",
        ),
        (
            "<table>a<td>b<table><td>c</table>d</td></tr>e</table>",
            "<table>\n<tr>\n<td>a</td>\n<td>b<table>\n<tr>\n<td>c</td>\n</tr>\n</table>\nd</td>\n</tr>\n\
             <tr>\n<td>e</td>\n</tr>\n</table>\n",
        ),
        ("<tr><td>a</td><td>b</td></tr>", "<p>a<br>b</p>\n"),
    ] {
        assert_simple(html, expected);
    }
}

#[test]
fn what_is_badly_nested_is_nested_well() {
    for (html, expected) in [
        ("<b>a<i>b</b>c</i>d", "<p><b>a<i>b</i></b><i>c</i>d</p>\n"),
        ("<b>a<p>b</b>c", "<p><b>a</b></p>\n<p><b>b</b>c</p>\n"),
        ("<ul><li><b>a<li>b</ul>c", "<ul>\n<li><b>a</b></li>\n<li>b</li>\n</ul>\n<p>c</p>\n"),
        ("</b></p></table></main></body>a", "<p>a</p>\n"),
        ("<h2>a<ul><li>b</h2>c", "<h3>a</h3>\n<ul>\n<li>b<br>c</li>\n</ul>\n"),
        ("<pre>a<table><tr><td>b</pre>c", "<pre>a</pre>\n<table>\n<tr>\n<td>b<br>c</td>\n</tr>\n</table>\n"),
        ("<p>a<table>b</p></table>", "<p>a</p>\n<table>\n<tr>\n<td>b</td>\n</tr>\n</table>\n"),
    ] {
        assert_simple(html, expected);
    }
}

#[test]
fn nothing_hostile_is_left() {
    for (html, expected) in [
        ("<scr<script>ipt>alert(1)</script>x", "<p>ipt&gt;alert(1)x</p>\n"),
        ("<script>alert(1)</script ><script/src=//x>y</script>a", "<p>a</p>\n"),
        ("<style>p > a { }</style><!-- <b>x</b> --><![CDATA[y]]>a<!-->b", "<p>a</p>\n"),
        ("<p style=\"position:fixed\" onclick='x()' id=main class=x>a", "<p>a</p>\n"),
        ("<b/onmouseover=x()>a</b><b\nstyle=x>b", "<p><b>a</b><b>b</b></p>\n"),
        (
            "<form action=//x><form><input value=y><button>go</button><textarea></form>z</textarea>",
            "<p>go</p>\n",
        ),
        ("<svg onload=x()><a xlink:href=javascript:x()>a</svg><math><mi>b", "<p>ab</p>\n"),
        ("<iframe src=//x><p>y</p></iframe><object data=//x><embed src=//x><base href=//x>a", "<p>a</p>\n"),
        ("<meta http-equiv=refresh content='0;url=//x'><link rel=stylesheet href=//x>a", "<p>a</p>\n"),
        ("</div></main></body></html><script>", ""),
        ("a&#27;[2J\u{9b}&#0;\u{202e}b", "<p>a[2J\u{fffd}b</p>\n"),
        ("<p title='>'>a<p title=\"never closed", "<p>a</p>\n"),
        ("<\u{0}script>a</script><b\u{0}>b", "<p>&lt;script&gt;ab</p>\n"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
    ] {
        assert_simple(html, expected);
    }
}

#[test]
fn links_lead_where_they_say() {
    const A: &str = "https://a.example/x?b=1&amp;c=2";
    for (html, expected) in [
        (
            format!("<a href=\"{A}\" target=_blank onclick=x>the status</a>"),
            format!("<a href=\"{A}\">the status</a>"),
        ),
        (format!("<a href='{A}'>b.example</a>"), format!("<a href=\"{A}\">b.example ({A})</a>")),
        (
            format!("<a href='{A}'><b>b.example</b> </a>c"),
            format!("<a href=\"{A}\"><b>b.example</b> ({A})</a> c"),
        ),
        (format!("b.<a href='{A}'>example</a>"), format!("b.<a href=\"{A}\">example ({A})</a>")),
        (format!("<a href='{A}'>b</a><a href='{A}'>.example"), {
            format!("<a href=\"{A}\">b</a><a href=\"{A}\">.example ({A})</a>")
        }),
        (format!("<a href='{A}'><img src=x></a>"), format!("<a href=\"{A}\">{A}</a>")),
        (format!("<a href='{A}'><img src=x alt=Open></a>"), format!("<a href=\"{A}\">[Open]</a>")),
        (format!("<a href='{A}'>a<a href=mailto:a@b.example>b"), {
            format!("<a href=\"{A}\">a</a><a href=\"mailto:a@b.example\">b</a>")
        }),
        (format!("<a href='{A}'>a<br><i>b</a>c</i>"), format!("<a href=\"{A}\">a<br><i>b</i></a><i>c</i>")),
        ("<a href='https://a.example/\"><script>'>x</a>".to_owned(), {
            "<a href=\"https://a.example/&quot;&gt;&lt;script&gt;\">x</a>".to_owned()
        }),
        ("<a href=\"javascript:alert(1)\">a</a><a href=' JaVa\tScript:x'>b</a>".to_owned(), "ab".to_owned()),
        ("<a href=&#106;avascript:x>a</a><a href='data:text/html,x'>b</a>".to_owned(), "ab".to_owned()),
        ("<a href=#top>a</a><a name=x>b</a><a href=//c.example>c".to_owned(), "abc".to_owned()),
    ] {
        assert_simple(&html, &format!("<p>{expected}</p>\n"));
    }
    assert_simple(
        "<a href=https://a.example><div>a</div><table><td>b</table></a>c",
        "<p><a href=\"https://a.example\">a</a></p>\n<table>\n<tr>\n<td><a href=\"https://a.example\">b</a></td>\n</tr>\n\
         </table>\n<p>c</p>\n",
    );
}

#[test]
fn depth_costs_nothing() {
    for open in [
        "<ul><li>",
        "<table><tr><td>",
        "<table>",
        "<blockquote>",
        "<ol>",
        "<b>",
        "<div>",
        "<a href=http://a.example>",
        "<p>",
        "<h1>",
        "<pre>",
        "<",
        "<!--",
        "<a href='",
        "<script>",
        "&",
        "<p x=",
        "</ul>",
        "<b><i></b>",
        "<td><li>",
    ] {
        // So many rows, or addresses of links without words, may be too long; so few are not.
        let many = simple(&(open.repeat(100_000) + "x"));
        let few = simple(&(open.repeat(5_000) + "x")).unwrap();
        // A table may hold a body, a row and a cell.
        for html in many.iter().chain([&few]) {
            assert!(check(html) <= 4 * DEPTH + FORMAT_DEPTH + 1, "{open}");
        }
    }
}

#[test]
fn what_would_be_too_long_is_told_early() {
    let words = "x".repeat(BODY_LIMIT - "<p></p>\n".len());
    assert_eq!(simple(&words).unwrap().len(), BODY_LIMIT);
    assert_eq!(simple(&(words + "x")), Err(TooLong));
    // Each paragraph would hold the address and all formats again.
    let address = "x".repeat(2000);
    let formats = FORMATS.map(|format| format!("<{format}>")).concat();
    let many = format!("<a href=http://a.example/{address}>{formats}") + &"<p>x".repeat(1_000_000);
    assert_eq!(simple(&many), Err(TooLong));
}

fn pages() -> impl Strategy<Value = String> {
    let tags = [
        "p",
        "br",
        "h1",
        "h4",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "hr",
        "div",
        "a",
        "dl",
        "dd",
        "form",
        "script",
        "title",
        "x",
    ];
    let piece = prop_oneof![
        6 => (proptest::sample::select(tags.to_vec()), "/?", "( class=x| href='|/)?")
            .prop_map(|(tag, end, attribute)| format!("<{end}{tag}{attribute}>")),
        2 => proptest::sample::select(vec![
            "<a href=\"https://a.example/x\">", "<a href=http://b.example>", "<a href=mailto:a@b.example>", "a.example", "b.",
            "example", "(https://a.example/x)", "https://a.example/x", "</a>", "<img alt='c.example'>", "<a href=javascript:x>",
        ]).prop_map(str::to_owned),
        2 => "[a-z ]{1,3}",
        1 => proptest::sample::select(vec![
            " ", "\n", "\r\n", "\t", "\u{c}", "\u{a0}", "&nbsp;", "&lt;", "&amp;lt;", "&#60;", "&#x1b;", "<", ">", "\"", "'", "&", "<!--",
            "-->", "\0", "\u{202e}", "\u{feff}", "\u{200b}", "王", "。",
        ]).prop_map(str::to_owned),
        1 => (proptest::sample::select(vec!["<ul><li>", "<blockquote>", "<table>", "<b>", "<td>"]), 1..30_usize)
            .prop_map(|(open, times)| open.repeat(times)),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]
    #[test]
    fn whatever_the_page_is_only_our_tags_are_left_well_nested(page in pages()) {
        check(&simple(&page).unwrap());
    }

    #[test]
    fn any_text_is_read(page in "(<[a-z/!-]{0,3}|<a href=|&[a-z#0-9]{0,4};?|[>\"'= \n<]|\\PC|.){0,60}") {
        check(&simple(&page).unwrap());
    }
}
