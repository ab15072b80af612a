//! Plain text as HTML: paragraphs, line breaks, blanks that indent or part columns, and web addresses that can be followed.
//!
//! All it writes is its own `<p>`, `<br>` and `<a>`, each closed where it is opened, and escaped text: whatever the text holds,
//! it stays inside of the element it is put into.

use crate::mail::markup::{put_character, put_escaped};

/// Lines end in `\n`. One `<p>` for lines between empty ones.
pub fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8 + 16);
    let mut is_open = false;
    for line in text.split('\n') {
        if line.trim().is_empty() {
            if is_open {
                html.push_str("</p>\n");
            }
            is_open = false;
            continue;
        }
        html.push_str(if is_open { "<br>\n" } else { "<p>" });
        is_open = true;
        put_line(&mut html, line);
    }
    if is_open {
        html.push_str("</p>\n");
    }
    html
}

fn put_line(html: &mut String, line: &str) {
    let mut rest = line;
    let mut at_start = true;
    while let Some((before, address, after)) = first_address(rest) {
        put_text(html, before, at_start);
        html.push_str("<a href=\"");
        put_escaped(html, address);
        html.push_str("\" style=\"color: #0b57d0; word-break: break-all;\">");
        put_escaped(html, address);
        html.push_str("</a>");
        rest = after;
        at_start = false;
    }
    put_text(html, rest, at_start);
}

/// Blanks at the start of a line, and all but the last of several, would be lost in HTML; a tab counts as four.
fn put_text(html: &mut String, text: &str, at_start: bool) {
    let mut characters = text.chars().peekable();
    let mut is_visible_before = !at_start;
    while let Some(character) = characters.next() {
        match character {
            ' ' => {
                let is_last = !matches!(characters.peek(), Some(' ' | '\t'));
                html.push_str(if is_visible_before && is_last { " " } else { "&nbsp;" });
            }
            '\t' => html.push_str("&nbsp;&nbsp;&nbsp;&nbsp;"),
            other => {
                is_visible_before = true;
                put_character(html, other);
            }
        }
    }
}

/// What stands before the first web address of a line, the address, and what follows it.
fn first_address(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(colon) = line[from..].find("://") {
        let colon = from + colon;
        let start = scheme_before(&line[..colon]);
        let after = colon + "://".len();
        from = after;
        let Some(start) = start else { continue };
        let length = address_length(&line[after..]);
        if length > 0 {
            let end = after + length;
            return Some((&line[..start], &line[start..end], &line[end..]));
        }
    }
    None
}

/// Where a scheme `http` or `https` begins that ends here and is a word of its own.
fn scheme_before(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let starts = ["https", "http"].into_iter().filter_map(|scheme| {
        let start = bytes.len().checked_sub(scheme.len())?;
        bytes[start..].eq_ignore_ascii_case(scheme.as_bytes()).then_some(start)
    });
    starts.into_iter().find(|start| *start == 0 || !bytes[start - 1].is_ascii_alphanumeric())
}

/// How much of the text after `://` belongs to the address. What ends a sentence, and a bracket that was opened before the
/// address, do not; nor does anything outside ASCII, for other scripts put no blank after an address.
fn address_length(rest: &str) -> usize {
    // It begins with a name or, in brackets, a number.
    if !rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[') {
        return 0;
    }
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(byte);
    let mut length = rest.bytes().take_while(fits).count();
    let mut open = [0_i32; 2];
    for byte in rest[..length].bytes() {
        match byte {
            b'(' => open[0] += 1,
            b')' => open[0] -= 1,
            b'[' => open[1] += 1,
            b']' => open[1] -= 1,
            _ => {}
        }
    }
    while let Some(last) = rest[..length].bytes().next_back() {
        match last {
            b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'_' | b'~' => {}
            b')' if open[0] < 0 => open[0] += 1,
            b']' if open[1] < 0 => open[1] += 1,
            b'(' | b'[' => {}
            _ => break,
        }
        length -= 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(address: &str) -> String {
        format!("<a href=\"{address}\" style=\"color: #0b57d0; word-break: break-all;\">{address}</a>")
    }

    #[test]
    fn empty_lines_part_paragraphs_and_line_ends_stay() {
        assert_eq!(html("a\nb\n\n \n\nc"), "<p>a<br>\nb</p>\n<p>c</p>\n");
        assert_eq!(html(""), "");
        assert_eq!(html("\n\n"), "");
    }

    #[test]
    fn several_blanks_stay() {
        assert_eq!(html("  a   b c\td "), "<p>&nbsp;&nbsp;a&nbsp;&nbsp; b c&nbsp;&nbsp;&nbsp;&nbsp;d </p>\n");
    }

    #[test]
    fn markup_is_only_text() {
        assert_eq!(
            html("</p></main><script>alert('1')</script> & \"x\" &amp;"),
            "<p>&lt;/p&gt;&lt;/main&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot; &amp;amp;</p>\n"
        );
    }

    #[test]
    fn web_addresses_become_links() {
        for (line, address) in [
            ("see https://example.com/a?b=1#c.", "https://example.com/a?b=1#c"),
            ("(http://example.com/a_(b))", "http://example.com/a_(b)"),
            ("<https://example.com>", "https://example.com"),
            ("详见https://example.com/a。谢谢", "https://example.com/a"),
            ("HTTPS://EXAMPLE.COM, and", "HTTPS://EXAMPLE.COM"),
            ("http://[::1]:8025/v/", "http://[::1]:8025/v/"),
            ("[https://example.com/x]", "https://example.com/x"),
            ("**https://example.com/x**", "https://example.com/x"),
        ] {
            assert!(html(line).contains(&link(address)), "{}", html(line));
            assert_eq!(html(line).matches("<a ").count(), 1, "{line}");
        }
        assert!(html("https://example.com/?a=1&b='").contains("href=\"https://example.com/?a=1&amp;b=\""));
        assert_eq!(html("http://a.example http://b.example").matches("<a ").count(), 2);
    }

    #[test]
    fn what_is_no_web_address_is_left_alone() {
        for line in [
            "javascript://example.com",
            "ftp://example.com",
            "xhttp://example.com",
            "http://",
            "https:// example",
            "http://...",
            "://",
            "https://例子.example",
            "http:/example.com",
        ] {
            assert!(!html(line).contains("<a "), "{}", html(line));
        }
    }

    proptest! {
        #[test]
        fn whatever_the_text_is_tags_are_ours_and_closed(text in "(https?://|[<>&\"'/ \n\t.()]|script|\\PC){0,80}") {
            let html = html(&text);
            let mut rest = html.as_str();
            let (mut paragraphs, mut links) = (0_i32, 0_i32);
            while let Some(start) = rest.find('<') {
                let end = start + rest[start..].find('>').expect("a tag ends");
                match &rest[start..=end] {
                    "<p>" => paragraphs += 1,
                    "</p>" => paragraphs -= 1,
                    "</a>" => links -= 1,
                    "<br>" => prop_assert!(paragraphs == 1 && links == 0),
                    tag => {
                        let address = tag.strip_prefix("<a href=\"").and_then(|rest| rest.split_once('"'));
                        let (address, after) = address.expect("every other tag is a link");
                        prop_assert!(address.to_ascii_lowercase().starts_with("http"));
                        prop_assert_eq!(after, " style=\"color: #0b57d0; word-break: break-all;\">");
                        links += 1;
                    }
                }
                prop_assert!((0..=1).contains(&paragraphs) && (0..=1).contains(&links));
                rest = &rest[end + 1..];
            }
            prop_assert!(paragraphs == 0 && links == 0);
            let unescaped = html
                .replace("<br>\n", "\n").replace("<p>", "").replace("</p>\n", "\n").replace("&nbsp;", " ")
                .replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            let words = |text: &str| text.split_whitespace().collect::<String>();
            if links == 0 && !html.contains("<a ") {
                prop_assert_eq!(words(&unescaped.replace("&amp;", "&")), words(&text));
            }
        }
    }
}
