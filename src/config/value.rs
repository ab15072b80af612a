//! What the text of a value means: durations, addresses, hosts, web addresses, words of a list, command lines.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::domain::email_address::{EmailAddress, Smtputf8};
use crate::domain::language::Language;
use crate::domain::nearest::nearest;
use crate::domain::return_path;
use crate::domain::safe_text::{Safe, safe};
use crate::domain::say::{Said, Say as _, say, saying};

/// Why a text is no such value: continues a sentence that begins with the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    pub message: Said,
    pub nearest: Option<String>,
}

/// An address with the name that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: EmailAddress,
}

/// The longest name beside an address, in code points.
pub const NAME_LIMIT: usize = 64;

impl Bad {
    pub fn new(message: impl Into<Said>) -> Self {
        Self { message: message.into(), nearest: None }
    }

    /// With what `words` gives in each language.
    pub fn of(words: impl Fn(Language) -> String) -> Self {
        Self::new(Said::each(words))
    }
}

fn safely(text: &str) -> String {
    Safe(text).to_string()
}

/// A whole number and a unit, `s`, `m`, `h` or `d`: `10m`, `72h`, `90d`.
pub fn duration(text: &str, range: RangeInclusive<Duration>) -> Result<Duration, Bad> {
    let parsed = text.char_indices().last().and_then(|(at, unit)| {
        let seconds: u64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return None,
        };
        let number = &text[..at];
        let count =
            number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse::<u64>().ok()).flatten()?;
        count.checked_mul(seconds).map(Duration::from_secs)
    });
    match parsed {
        Some(duration) if range.contains(&duration) => Ok(duration),
        Some(_) => {
            let (least, most) = (short(*range.start()), short(*range.end()));
            Err(Bad::new(saying!(
                "is '{text}'; it must be from {least} to {most}",
                text = safely(text),
                least = least,
                most = most
            )))
        }
        None => {
            let text = safely(text);
            Err(Bad::new(saying!("is '{text}', which is no duration such as 10m, 72h or 90d", text = text)))
        }
    }
}

/// A duration as [`duration`] reads it, in the largest unit that is exact.
pub fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
    let exact = units.into_iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    exact.map_or_else(|| format!("{seconds}s"), |(unit, letter)| format!("{}{letter}", seconds / unit))
}

/// One of the words of a list.
pub fn choice<T: Copy>(text: &str, words: &[(&'static str, T)]) -> Result<T, Bad> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    Err(Bad {
        message: saying!(
            "is '{text}', which is not one of {known}",
            text = safely(text),
            known = known.join(", ")
        ),
        nearest: nearest(text, known).first().map(|word| (*word).to_owned()),
    })
}

/// `notices@example.com` or `Example Ltd <notices@example.com>`, the name in quotes or not.
pub fn mailbox(text: &str, smtputf8: Smtputf8) -> Result<Mailbox, Bad> {
    let (name, email) = match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, email)) => (unquoted(name.trim()), email),
        None => (String::new(), text),
    };
    if safe(&name) != name {
        return Err(Bad::of(|language| {
            say!(
                language,
                "has a name with a character that no header may hold: '{name}'",
                name = Safe(&name)
            )
        }));
    }
    let length = name.chars().count();
    if length > NAME_LIMIT {
        return Err(Bad::of(|language| {
            say!(
                language,
                "has a name of {length} characters; {limit} are allowed",
                length,
                limit = NAME_LIMIT
            )
        }));
    }
    Ok(Mailbox { name: Some(name).filter(|name| !name.is_empty()), address: address(email, smtputf8)? })
}

/// An address alone.
pub fn address(text: &str, smtputf8: Smtputf8) -> Result<EmailAddress, Bad> {
    EmailAddress::parse(text, smtputf8).map_err(|error| {
        Bad::of(|language| {
            say!(
                language,
                "is '{text}', which is no address: {error}",
                text = Safe(text),
                error = error.say(language)
            )
        })
    })
}

/// An address to which the mark of each mail can be added.
pub fn return_path(text: &str, smtputf8: Smtputf8) -> Result<EmailAddress, Bad> {
    let found = address(text, smtputf8)?;
    let (own, whole) = (found.local().len(), found.as_str().len());
    if own > return_path::LOCAL_LIMIT {
        return Err(Bad::of(|language| {
            say!(
                language,
                "has {own} bytes before the @; {limit} are allowed, since each mail adds its own mark there",
                own,
                limit = return_path::LOCAL_LIMIT
            )
        }));
    }
    if whole > return_path::LIMIT {
        return Err(Bad::of(|language| {
            say!(
                language,
                "has {whole} bytes; {limit} are allowed, since each mail adds its own mark",
                whole,
                limit = return_path::LIMIT
            )
        }));
    }
    Ok(found)
}

/// A domain with a dot, as A-label: what may stand behind the `@` of an address.
pub fn domain(text: &str) -> Result<String, Bad> {
    EmailAddress::parse(&format!("postmaster@{text}"), Smtputf8::Refused)
        .map(|address| address.domain().to_owned())
        .map_err(|error| {
            Bad::of(|language| {
                let (text, error) = (Safe(text), error.say(language));
                say!(language, "is '{text}', which is no domain: {error}", text, error)
            })
        })
}

/// The name of a server as A-label, with or without a dot, or an IP address (IPv6 with or without brackets).
pub fn host(text: &str) -> Result<String, Bad> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    if let Some((_, port)) = text.rsplit_once(':')
        && port.parse::<u16>().is_ok()
    {
        return Err(Bad::of(|language| {
            say!(language, "is '{text}'; the port has a key of its own, 'mail.port'", text = Safe(text))
        }));
    }
    let ascii = idna::domain_to_ascii(text).ok().filter(|name| is_dns_name(name));
    ascii.ok_or_else(|| {
        Bad::of(|language| {
            say!(language, "is '{text}', which is no host name and no IP address", text = Safe(text))
        })
    })
}

/// A short label of letters, digits, hyphens and dots, as a DKIM selector is (RFC 6376 section 3.1).
pub fn selector(text: &str) -> Result<String, Bad> {
    if is_dns_name(text) {
        return Ok(text.to_owned());
    }
    let text = safely(text);
    Err(Bad::new(saying!("is '{text}'; a selector is letters, digits, hyphens and dots", text = text)))
}

/// An IP address and a port.
pub fn listen(text: &str) -> Result<SocketAddr, Bad> {
    let parsed = text.parse::<SocketAddr>().ok().filter(|listen| listen.port() > 0);
    parsed.ok_or_else(|| {
        let text = safely(text);
        Bad::new(saying!(
            "is '{text}', which is no IP address with a port, such as 127.0.0.1:8025",
            text = text
        ))
    })
}

/// The beginning of links, without a `/` at its end: `https`, or `http` to this machine; no user, query or fragment.
pub fn public_url(text: &str) -> Result<String, Bad> {
    let bad = |why: Said| Err(Bad::new(saying!("is '{text}'; {why}", text = safely(text), why = why)));
    let (rest, is_secure) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return bad(saying!("it must begin with https://")),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    if !path.bytes().all(fits) {
        return bad(saying!("its path may hold letters, digits and -._~/% only"));
    }
    let (name, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => (address, port),
        Some(_) => return bad(saying!("what stands in brackets is no IPv6 address")),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if !is_dns_name(name) && name.parse::<IpAddr>().is_err() {
        return bad(saying!("it has no valid host name (a name outside ASCII is written as its A-label)"));
    }
    let is_port = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return bad(saying!("a port is 1 to 65535"));
    }
    if !is_secure && !is_loopback(name) {
        return bad(saying!("links that leave this machine must begin with https://"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// Program and arguments of a command line: blanks separate, `'…'` and `"…"` hold together, nothing else means anything.
pub fn command_line(text: &str) -> Result<Vec<String>, Bad> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), inside) => word.get_or_insert_default().push(inside),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, blank) if blank.is_whitespace() => words.extend(word.take()),
            (None, other) => word.get_or_insert_default().push(other),
        }
    }
    if quote.is_some() {
        return Err(Bad::new(saying!("has a quotation mark that is not closed")));
    }
    words.extend(word);
    command(words)
}

/// Program and arguments, already apart.
pub fn command(words: Vec<String>) -> Result<Vec<String>, Bad> {
    if words.first().is_none_or(String::is_empty) {
        return Err(Bad::new(saying!("names no program")));
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err(Bad::new(saying!("holds a NUL")));
    }
    Ok(words)
}

/// Whether a host, as [`host`] gives it, is this machine.
pub fn is_loopback(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback()
                || address.to_ipv4_mapped().is_some_and(|mapped: Ipv4Addr| mapped.is_loopback())
        }
        Err(_) => {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

/// RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
fn is_dns_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A name whose last label is all digits is a broken IP address.
    let is_numeric =
        text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    text.len() <= 253 && text.split('.').all(is_label) && !is_numeric
}

/// A quoted string (RFC 5322 section 3.2.4) without its quotes; other text as it is.
fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn message<T: std::fmt::Debug>(result: Result<T, Bad>) -> String {
        result.unwrap_err().message.to_string()
    }

    #[test]
    fn a_duration_is_a_number_and_a_unit_in_its_range() {
        let read = |text| duration(text, Duration::from_secs(600)..=7 * DAY);
        assert_eq!(read("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(read("72h"), Ok(3 * DAY));
        assert_eq!(read("7d"), Ok(7 * DAY));
        assert_eq!(message(read("599s")), "is '599s'; it must be from 10m to 7d");
        assert_eq!(message(read("8d")), "is '8d'; it must be from 10m to 7d");
        for text in [
            "",
            "h",
            "72",
            "72 h",
            "-1h",
            "+1h",
            "1.5h",
            "1h30m",
            "1w",
            "99999999999999999999d",
            "9999999999999999999d",
            "1时",
        ] {
            assert!(message(read(text)).contains("no duration"), "{text}");
        }
    }

    #[test]
    fn a_duration_is_shown_as_it_is_read() {
        for text in ["1s", "90s", "10m", "5h", "36h", "90d"] {
            let read = duration(text, Duration::ZERO..=Duration::MAX).unwrap();
            assert_eq!(short(read), text);
        }
        assert_eq!(short(Duration::ZERO), "0s");
        assert_eq!(short(3 * DAY), "3d");
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let read = |text| {
            mailbox(text, Smtputf8::Refused).map(|found| (found.name, found.address.as_str().to_owned()))
        };
        let plain = (None, "a@example.com".to_owned());
        assert_eq!(read("a@example.com"), Ok(plain.clone()));
        assert_eq!(read(" <a@example.com> "), Ok(plain));
        let named = |name: &str| Ok((Some(name.to_owned()), "a@example.com".to_owned()));
        assert_eq!(read("Example Ltd <a@example.com>"), named("Example Ltd"));
        assert_eq!(read("\"Ex, \\\"Ample\\\" <Ltd>\" <a@example.com>"), named("Ex, \"Ample\" <Ltd>"));
        assert_eq!(read("示例 <a@EXAMPLE.com>"), named("示例"));
        for text in [
            "",
            "Example",
            "Example <>",
            "Example <a@b>",
            "a@example.com>",
            "a\r\nBcc: x <a@example.com>",
            "a\u{202e} <a@example.com>",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        assert!(read(&format!("{} <a@example.com>", "x".repeat(65))).is_err());
    }

    #[test]
    fn a_host_is_a_name_or_an_ip_address() {
        for (text, expected) in [
            ("mail.example.com", "mail.example.com"),
            ("MAIL.Example.com", "mail.example.com"),
            ("localhost", "localhost"),
            ("relay", "relay"),
            ("例子.公司", "xn--fsqu00a.xn--55qx5d"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::1", "::1"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(expected), "{text}");
        }
        assert!(message(host("mail.example.com:587")).contains("'mail.port'"));
        for text in
            ["", "a b", "-a", "a..b", "smtp://mail.example.com", "1.2.3", "a_b", "a\0b", &"a".repeat(64)]
        {
            assert!(host(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn this_machine_is_recognised() {
        for host in
            ["localhost", "LOCALHOST.", "mail.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "192.0.2.1", "::2", "10.0.0.1"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn links_leave_this_machine_by_https_only() {
        for (text, expected) in [
            ("https://example.com", "https://example.com"),
            ("https://example.com:8443/confirm/", "https://example.com:8443/confirm"),
            ("http://127.0.0.1:8025/", "http://127.0.0.1:8025"),
            ("http://[::1]:8025", "http://[::1]:8025"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(public_url(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "example.com",
            "ftp://example.com",
            "http://example.com",
            "https://",
            "https:///a",
            "https://a b",
            "https://user@example.com",
            "https://user:pw@example.com",
            "https://example.com?a=b",
            "https://example.com/#a",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:+1",
            "https://example.com:",
            "https://[::1",
            "https://[1.2.3.4]",
            "https://例子.公司",
            "https://example.com/\"onclick",
            "https://exam\nple.com",
            "javascript://a",
        ] {
            assert!(public_url(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_command_line_is_split_without_a_shell() {
        let read = |text| command_line(text).unwrap();
        assert_eq!(read("pass show mail/notices"), ["pass", "show", "mail/notices"]);
        assert_eq!(read("  'a b'  \"c 'd\" '' e\"f g\"h "), ["a b", "c 'd", "", "ef gh"]);
        assert_eq!(read("echo $HOME | cat > ~/x"), ["echo", "$HOME", "|", "cat", ">", "~/x"]);
        for text in ["", "  ", "''", "a 'b", "a\0b"] {
            assert!(command_line(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_wrong_word_names_the_nearest() {
        let bad = choice("startls", &[("tls", 1), ("starttls", 2), ("none", 3)]).unwrap_err();
        assert_eq!(bad.message.to_string(), "is 'startls', which is not one of tls, starttls, none");
        assert_eq!(bad.nearest.as_deref(), Some("starttls"));
    }

    #[test]
    fn where_to_listen_has_an_address_and_a_port() {
        assert!(listen("127.0.0.1:8025").is_ok() && listen("[::]:80").is_ok());
        for text in ["8025", ":8025", "localhost:8025", "127.0.0.1", "127.0.0.1:0", "::1:80"] {
            assert!(listen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn domains_and_selectors_are_names() {
        assert_eq!(domain("Example.COM").as_deref(), Ok("example.com"));
        for text in ["", "a", "a b.example", "a@b.example", "x\r\n.example"] {
            assert!(domain(text).is_err(), "{text:?}");
        }
        assert!(selector("s1").is_ok() && selector("2026.mail-a").is_ok());
        assert!(selector("").is_err() && selector("a b").is_err() && selector("a;b").is_err());
    }
}
