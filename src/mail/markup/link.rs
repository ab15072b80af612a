//! Links: which addresses may be followed, and whether the words of a link tell where it leads.

use crate::domain::character::Hidden;
use crate::domain::fold::fold;

/// The longest address that can be followed, in bytes.
const LIMIT: usize = 2048;

/// Whether an address means something outside of the page: http, https or mailto, of characters that can be seen.
pub fn is_address(address: &str) -> bool {
    let is_of = |scheme: &str| {
        let found = address.get(..scheme.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(scheme)) && address.len() > scheme.len()
    };
    let is_plain = |character: char| !character.is_whitespace() && Hidden::of(character).is_none();
    address.len() <= LIMIT
        && ["https://", "http://", "mailto:"].into_iter().any(is_of)
        && address.chars().all(is_plain)
}

/// Whether the words of a link promise no other address than its own. `before` is what they follow without a blank.
pub fn is_honest(before: &str, words: &str, address: &str) -> bool {
    let words = words.trim();
    if words.strip_suffix(')').is_some_and(|shown| shown.ends_with(&format!("({address}")))
        || is_same(words, address)
    {
        return true;
    }
    !looks_like_address(words) && (before.is_empty() || !looks_like_address(&format!("{before}{words}")))
}

/// Whether the words are the address, perhaps without its scheme, or name the host or mailbox it leads to.
fn is_same(words: &str, address: &str) -> bool {
    let words = words.trim_end_matches('/');
    let (scheme, rest) = address.split_once(':').unwrap_or_default();
    let rest = rest.trim_matches('/');
    let is_mailbox = scheme.eq_ignore_ascii_case("mailto");
    let end = rest
        .find(|character| if is_mailbox { character == '?' } else { matches!(character, '/' | '?' | '#') });
    let place = &rest[..end.unwrap_or(rest.len())];
    // `good.example@evil.example` leads to the second.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte) || is_mailbox;
    words == address.trim_end_matches('/')
        || words == rest
        || place.bytes().all(is_plain) && words.eq_ignore_ascii_case(place)
}

/// Whether somebody may take the text for a web or email address: it has a scheme, or a dot inside of a word as names of hosts have.
/// A number such as 2.0 has not.
fn looks_like_address(text: &str) -> bool {
    let text = fold(text);
    let mut numbers = 0;
    let dotted =
        text.chars().zip(text.chars().skip(1)).zip(text.chars().skip(2)).any(|((before, dot), after)| {
            if dot != '.' || !before.is_alphanumeric() {
                return false;
            }
            numbers += usize::from(after.is_numeric());
            after.is_alphabetic() || numbers == 3
        });
    dotted || text.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_out_of_the_page_and_hold_nothing_hidden() {
        for address in
            ["https://a.example", "HTTP://a.example/x", "mailto:a@b.example", "https://例子.example/?a='b'"]
        {
            assert!(is_address(address), "{address}");
        }
        for address in [
            "",
            "#top",
            "/path",
            "//a.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https:a.example",
            "vbscript:x",
            "java\tscript:x",
            "https://a.example/ b",
            "https://a.example/\u{202e}b",
            "https://",
            "mailto:",
            "file:///etc/passwd",
        ] {
            assert!(!is_address(address), "{address}");
        }
        assert!(!is_address(&format!("https://a.example/{}", "x".repeat(LIMIT))));
    }

    #[test]
    fn words_that_look_like_another_address_are_not_honest() {
        const A: &str = "https://a.example/x?b=1";
        for (before, words, address, honest) in [
            ("", "the status", A, true),
            ("", "Version 2.0", A, true),
            ("", "End of the sentence. Next", A, true),
            ("", "", A, true),
            ("", A, A, true),
            ("", "a.example/x?b=1", A, true),
            ("", "A.example", A, true),
            ("see:", "a.example", A, true),
            ("", "bank.example (https://a.example/x?b=1)", A, true),
            ("", "https://a.example/", "https://a.example", true),
            ("", "a@b.example", "mailto:a@b.example?subject=x", true),
            ("", "bank.example", A, false),
            ("", "https://a.example", A, false),
            ("", "https://a.example/x?b=1", "http://a.example/x?b=1", false),
            ("", "a.example.bank.example", A, false),
            ("", "ｂａｎｋ．ｅｘａｍｐｌｅ", A, false),
            ("", "bank\u{200b}.exam\u{ad}ple", A, false),
            ("", "http://localhost", A, false),
            ("", "192.0.2.1", A, false),
            ("", "c@d.example", "mailto:a@b.example", false),
            ("", "bank.example", "https://bank.example@evil.example/", false),
            ("", "bank.example", "https://bank.example\\@evil.example/", false),
            ("bank.", "example", A, false),
        ] {
            assert_eq!(is_honest(before, words, address), honest, "{before}{words} → {address}");
        }
    }
}
