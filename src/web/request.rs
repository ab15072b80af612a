//! What is read from a request: the link in its path, who asks, in which language, and whether a mail program asks by itself.
//! Everything here was written by strangers.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, HeaderName};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::language::Language;
use crate::domain::verification::VerificationId;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// `<id>.<token>`, the last part of a link. It is never shown, not even by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    pub verification: VerificationId,
    pub token: [u8; 32],
}

impl Link {
    /// Reads it in the one spelling that mails give it: a number without leading zeros, a dot, 43 characters of base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, token) = text.split_once('.')?;
        let is_number = !id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit());
        let id = id.parse().ok().filter(|_| is_number)?;
        let token = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        Some(Self { verification: VerificationId(id), token })
    }
}

/// Whose requests are counted together; None if that cannot be known.
///
/// That is the other end of the connection. A proxy on this machine speaks for others: then it is the last address in
/// `X-Forwarded-For`, the one that the proxy itself has added. From elsewhere the header is not believed.
pub fn client(peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    if !peer.is_loopback() {
        return Some(network(peer));
    }
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let address = last.parse::<IpAddr>().ok();
    let address = address.or_else(|| last.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| network(address.to_canonical()))
}

/// IPv6 hands out whole networks: everything in a /64 is one client.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// The language that a browser asks for (RFC 9110 section 12.5.4), for pages that belong to no contact.
pub fn language(headers: &HeaderMap) -> Language {
    let mut best = (0.0, Language::En);
    for part in
        headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default().split(',')
    {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let quality = match parameters.trim().strip_prefix("q=") {
            Some(quality) => quality.parse::<f32>().unwrap_or(0.0),
            None => 1.0,
        };
        if let Some(language) = Language::from_locale(tag)
            && quality > best.0
        {
            best = (quality, language);
        }
    }
    best.1
}

/// Whether a mail program unsubscribes for its user (RFC 8058 section 3.2): the pair `List-Unsubscribe=One-Click`, as a form
/// or as its parts. It changes what is answered, never what is done.
pub fn is_one_click(body: &[u8]) -> bool {
    let body = String::from_utf8_lossy(body);
    if body.split('&').any(|pair| pair.trim() == "List-Unsubscribe=One-Click") {
        return true;
    }
    // A part: its headers, an empty line, the value.
    let part = |part: &str| {
        let (headers, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
        let is_named =
            headers.contains("name=\"List-Unsubscribe\"") || headers.contains("name=List-Unsubscribe");
        is_named.then(|| value.lines().next().unwrap_or_default().trim() == "One-Click")
    };
    body.split("\n--").any(|text| part(text).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use axum::http::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_link_is_read_in_its_one_spelling() {
        let token = [7; 32];
        let text = URL_SAFE_NO_PAD.encode(token);
        assert_eq!(text.len(), 43);
        let link = Link::parse(&format!("12.{text}")).unwrap();
        assert_eq!((link.verification, link.token), (VerificationId(12), token));
        for wrong in [
            String::new(),
            ".".to_owned(),
            text.clone(),
            format!(".{text}"),
            format!("012.{text}"),
            format!("0.{text}"),
            format!("+12.{text}"),
            format!("-12.{text}"),
            format!("12 .{text}"),
            format!("99999999999999999999.{text}"),
            format!("12.{text}="),
            format!("12.{text}A"),
            format!("12.{}", &text[..42]),
            // The last character holds two bits that must be zero.
            format!("12.{}", text.replacen("Bwc", "B_c", 1).replace(&text[42..], "d")),
            format!("12.{text}.{text}"),
            format!("12.{}", text.replace('B', "+")),
        ] {
            assert!(Link::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let local: IpAddr = "127.0.0.1".parse().unwrap();
        let far: IpAddr = "203.0.113.9".parse().unwrap();
        let from = |peer: IpAddr, values: &[&str]| {
            client(peer, &headers(FORWARDED_FOR, values)).map(|found| found.to_string())
        };
        assert_eq!(from(far, &[]).as_deref(), Some("203.0.113.9"));
        assert_eq!(from(far, &["192.0.2.1"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(from(local, &[]), None);
        assert_eq!(from(local, &["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(from(local, &["6.6.6.6, 192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(from(local, &["6.6.6.6", "192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(from(local, &["192.0.2.1:55000"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(from(local, &["[2001:db8:1:2:3:4:5:6]:55000"]).as_deref(), Some("2001:db8:1:2::"));
        assert_eq!(from(local, &["::ffff:192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(from(local, &["unknown"]), None);
        assert_eq!(from(local, &["192.0.2.1,"]), None);
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(from(mapped, &["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn the_language_is_the_one_most_wanted_of_those_there_are() {
        let of = |value: &str| language(&headers(ACCEPT_LANGUAGE, &[value]));
        assert_eq!(language(&HeaderMap::new()), Language::En);
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8"), Language::ZhCn);
        assert_eq!(of("en-GB, zh;q=0.5"), Language::En);
        assert_eq!(of("en;q=0.1, zh-TW;q=0.5"), Language::ZhCn);
        assert_eq!(of("fr, zh;q=0.2"), Language::ZhCn);
        assert_eq!(of("de-DE,de;q=0.9"), Language::En);
        assert_eq!(of("zh;q=0"), Language::En);
        assert_eq!(of("zh;q=NaN, ;;,,q=1"), Language::En);
    }

    #[test]
    fn one_click_is_known_as_a_form_and_as_parts() {
        assert!(is_one_click(b"List-Unsubscribe=One-Click"));
        assert!(is_one_click(b"a=b&List-Unsubscribe=One-Click\r\n"));
        let parts =
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        assert!(is_one_click(parts.as_bytes()));
        assert!(is_one_click(parts.replace("\r\n", "\n").as_bytes()));
        assert!(is_one_click(parts.replace("--x\r\n", "preamble\r\n--x\r\n").as_bytes()));
        for other in
            ["", "List-Unsubscribe", "List-Unsubscribe=", "x=List-Unsubscribe=One-Click", "One-Click"]
        {
            assert!(!is_one_click(other.as_bytes()), "{other}");
        }
        assert!(!is_one_click(parts.replace("One-Click", "No").as_bytes()));
        assert!(!is_one_click(parts.replace("List-Unsubscribe", "Other").as_bytes()));
    }

    proptest! {
        #[test]
        fn every_link_is_read_back(id in 1..i64::MAX, token: [u8; 32]) {
            let link = Link::parse(&format!("{id}.{}", URL_SAFE_NO_PAD.encode(token))).unwrap();
            prop_assert_eq!((link.verification.0, link.token), (id, token));
        }

        #[test]
        fn no_text_breaks_a_reader(text: String, body: Vec<u8>) {
            let _ = Link::parse(&text);
            let _ = is_one_click(&body);
            if let Ok(value) = HeaderValue::from_str(&text) {
                let mut all = HeaderMap::new();
                all.append(FORWARDED_FOR, value.clone());
                all.append(ACCEPT_LANGUAGE, value);
                let _ = client("127.0.0.1".parse().unwrap(), &all);
                let _ = language(&all);
            }
        }
    }
}
