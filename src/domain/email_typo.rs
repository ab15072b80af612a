//! A likely slip in the domain of an address: `gmial.com`, `.con`, or one letter off a domain that verified contacts use.
//!
//! Only a hint: it never corrects, never refuses, never looks anything up. Better no hint than a wrong one: a domain that is
//! known to be real is never hinted at, however near it is to a larger one.

use strsim::damerau_levenshtein;

use super::email_address::EmailAddress;

/// The whole address that was probably meant; `None` if the domain is known, real, or near nothing.
///
/// `known_domains` are the domains of verified contacts, as A-labels. Domains outside ASCII are not compared: a distance
/// between Punycode texts says nothing.
pub fn hint(address: &EmailAddress, known_domains: &[String]) -> Option<String> {
    let domain = address.domain();
    if is_real(domain) || domain.contains("xn--") || known_domains.iter().any(|known| known == domain) {
        return None;
    }
    let known = || known_domains.iter().map(String::as_str);
    let mended = mend_top_level(domain);
    let meant = match &mended {
        Some(mended) if is_real(mended) || known().any(|known| known == mended) => Some(mended.as_str()),
        _ => {
            let own = known().filter(|known| !differ_in_top_level_only(domain, known));
            nearest_domain(domain, own.chain(PROVIDERS)).or(mended.as_deref())
        }
    };
    meant.map(|meant| format!("{}@{meant}", address.local()))
}

/// Mail providers with many mailboxes; hints lead to these. Where two are equally near, the first wins.
const PROVIDERS: [&str; 66] = [
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "qq.com",
    "163.com",
    "126.com",
    "foxmail.com",
    "aliyun.com",
    "sina.com",
    "sina.cn",
    "vip.sina.com",
    "sohu.com",
    "yeah.net",
    "139.com",
    "189.cn",
    "21cn.com",
    "vip.qq.com",
    "vip.163.com",
    "tom.com",
    "live.com",
    "msn.com",
    "googlemail.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "web.de",
    "t-online.de",
    "freenet.de",
    "posteo.de",
    "mailbox.org",
    "fastmail.com",
    "zoho.com",
    "tutanota.com",
    "yandex.com",
    "yandex.ru",
    "mail.ru",
    "rambler.ru",
    "rocketmail.com",
    "hotmail.co.uk",
    "yahoo.co.uk",
    "yahoo.co.jp",
    "yahoo.co.in",
    "yahoo.com.br",
    "btinternet.com",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "bellsouth.net",
    "charter.net",
    "earthlink.net",
    "orange.fr",
    "wanadoo.fr",
    "laposte.net",
    "libero.it",
    "seznam.cz",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "rediffmail.com",
    "docomo.ne.jp",
    "uol.com.br",
];

/// Real domains beside the providers that a hint would take for a slip. Do not correct these.
const REAL: [&str; 61] = [
    "mail.com",
    "email.com",
    "ymail.com",
    "me.com",
    "mac.com",
    "hey.com",
    "pm.me",
    "tuta.com",
    "tuta.io",
    "usa.com",
    "inbox.com",
    "inbox.lv",
    "inbox.ru",
    "bk.ru",
    "list.ru",
    "ya.ru",
    "fastmail.fm",
    "hushmail.com",
    "mail.de",
    "email.de",
    "posteo.net",
    "mailbox.com",
    "zohomail.com",
    "zoho.eu",
    "zoho.in",
    "protonmail.ch",
    "proton.com",
    "icloud.com.cn",
    "att.net",
    "cox.net",
    "free.fr",
    "sfr.fr",
    "wp.pl",
    "o2.pl",
    "op.pl",
    "onet.pl",
    "nate.com",
    "kakao.com",
    "rogers.com",
    "shaw.ca",
    "telus.net",
    "optonline.net",
    "juno.com",
    "ntlworld.com",
    "virgilio.it",
    "alice.it",
    "tiscali.it",
    "bol.com.br",
    "terra.com.br",
    "sina.com.cn",
    "vip.126.com",
    "188.com",
    "263.net",
    "163.net",
    "wo.cn",
    "aliyun.cn",
    "alibaba.com",
    "china.com",
    "chinaren.com",
    "eyou.com",
    "2980.com",
];

/// Providers with a branch in most countries: `hotmail.co.uk`, `aol.de`, `live.cn`.
const NATIONAL_BRANDS: [&str; 8] = ["yahoo", "hotmail", "outlook", "live", "msn", "aol", "gmx", "yandex"];

/// Country domains that are one letter off `.com`. All are real, so they are no slip by themselves; behind the name of a
/// provider they are.
const NEAR_COM: [&str; 3] = ["co", "cm", "om"];

/// Endings that are no top-level domain, and what was meant. `.cm`, `.co`, `.om` and `.cam` are real and not here.
const TOP_LEVEL_SLIPS: [(&str, &str); 31] = [
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("cpm", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("dom", "com"),
    ("comm", "com"),
    ("ccom", "com"),
    ("coom", "com"),
    ("cim", "com"),
    ("clm", "com"),
    ("cok", "com"),
    ("coj", "com"),
    ("comn", "com"),
    ("coml", "com"),
    ("comcom", "com"),
    ("nte", "net"),
    ("ent", "net"),
    ("nett", "net"),
    ("nwt", "net"),
    ("nrt", "net"),
    ("ner", "net"),
    ("ogr", "org"),
    ("rog", "org"),
    ("orgg", "org"),
    ("orh", "org"),
    ("prg", "org"),
    ("con.cn", "com.cn"),
    ("cmo.cn", "com.cn"),
    ("ocm.cn", "com.cn"),
];

/// A domain of fewer letters is near only within one edit.
const SHORT_DOMAIN: usize = 9;

/// In a name of at most so many letters every other letter makes another real name, so a changed letter is no slip.
const SHORT_NAME: usize = 4;

fn is_real(domain: &str) -> bool {
    PROVIDERS.contains(&domain) || REAL.contains(&domain) || is_national_branch(domain)
}

fn is_national_branch(domain: &str) -> bool {
    let (name, ending) = split_name(domain);
    let country = ending.strip_prefix("co.").or_else(|| ending.strip_prefix("com.")).unwrap_or(ending);
    NATIONAL_BRANDS.contains(&name) && country.len() == 2 && !NEAR_COM.contains(&ending)
}

fn mend_top_level(domain: &str) -> Option<String> {
    TOP_LEVEL_SLIPS.iter().find_map(|(slip, meant)| {
        let name = domain.strip_suffix(slip)?.strip_suffix('.')?;
        Some(format!("{name}.{meant}"))
    })
}

/// Two companies share a name under two endings, and one company owns several.
fn differ_in_top_level_only(one: &str, other: &str) -> bool {
    let without_top_level = |domain: &str| domain.rsplit_once('.').map(|(name, _)| name.to_owned());
    without_top_level(one) == without_top_level(other)
}

fn nearest_domain<'a>(domain: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .filter_map(|candidate| Some((edits(domain, candidate)?, candidate)))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// The number of edits from `domain` to `candidate`, if few enough to be a slip.
fn edits(domain: &str, candidate: &str) -> Option<usize> {
    let shorter = domain.len().min(candidate.len());
    let most = if shorter < SHORT_DOMAIN { 1 } else { 2 };
    if domain.len().abs_diff(candidate.len()) > most {
        return None;
    }
    let edits = damerau_levenshtein(domain, candidate);
    // Whoever slips twice still gets the first letter right: `small.com` is not meant as `gmail.com`.
    if edits > most || (edits == 2 && domain.as_bytes().first() != candidate.as_bytes().first()) {
        return None;
    }
    let ((name, _), (candidate_name, _)) = (split_name(domain), split_name(candidate));
    if name.len().min(candidate_name.len()) <= SHORT_NAME && has_changed_letter(name, candidate_name) {
        return None;
    }
    Some(edits)
}

/// The first label, and all others.
fn split_name(domain: &str) -> (&str, &str) {
    domain.split_once('.').unwrap_or((domain, ""))
}

/// True if the names are equally long and hold different letters: neither a lost, doubled nor swapped letter explains that.
fn has_changed_letter(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let mut letters: Vec<u8> = name.bytes().collect();
        letters.sort_unstable();
        letters
    };
    one.len() == other.len() && letters(one) != letters(other)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::email_address::Smtputf8;

    fn hint_for(domain: &str, known: &[&str]) -> Option<String> {
        let address =
            EmailAddress::parse(&format!("ada@{domain}"), Smtputf8::Refused).expect("it is an address");
        let known: Vec<String> = known.iter().map(|known| (*known).to_owned()).collect();
        hint(&address, &known)
    }

    #[test]
    fn slips_in_the_domain_of_a_provider_are_hinted_at() {
        for (typed, meant) in [
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("hotmail.cm", "hotmail.com"),
            ("hotmai.com", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("outllook.com", "outlook.com"),
            ("yaho.com", "yahoo.com"),
            ("yahooo.com", "yahoo.com"),
            ("iclould.com", "icloud.com"),
            ("qqq.com", "qq.com"),
            ("qq.con", "qq.com"),
            ("qq.cm", "qq.com"),
            ("136.com", "163.com"),
            ("1633.com", "163.com"),
            ("162.con", "162.com"),
            ("foxmial.com", "foxmail.com"),
            ("aliyum.com", "aliyun.com"),
            ("aliyn.com", "aliyun.com"),
            ("sian.com", "sina.com"),
            ("protonmial.com", "protonmail.com"),
            ("hotmial.co.uk", "hotmail.co.uk"),
        ] {
            assert_eq!(hint_for(typed, &[]), Some(format!("ada@{meant}")), "{typed}");
        }
    }

    #[test]
    fn endings_that_do_not_exist_are_hinted_at_behind_any_name() {
        for (typed, meant) in [
            ("example.con", "example.com"),
            ("example.cmo", "example.com"),
            ("example.ogr", "example.org"),
            ("mail.example.nett", "mail.example.net"),
            ("example.con.cn", "example.com.cn"),
        ] {
            assert_eq!(hint_for(typed, &[]), Some(format!("ada@{meant}")), "{typed}");
        }
    }

    #[test]
    fn real_domains_are_never_hinted_at() {
        for real in PROVIDERS.into_iter().chain(REAL).chain([
            "hotmail.co.uk",
            "hotmail.fr",
            "aol.de",
            "live.cn",
            "outlook.de",
            "yahoo.com.hk",
            "yahoo.co.id",
            "gmx.at",
            "example.com",
            "example.cm",
            "example.co",
            "example.om",
            "small.com",
            "gaia.com",
            "ge.com",
            "asl.com",
            "love.com",
            "xn--bcher-kva.com",
        ]) {
            assert_eq!(hint_for(real, &[]), None, "{real}");
        }
    }

    #[test]
    fn domains_of_verified_contacts_are_hinted_at_and_believed() {
        let known = ["example-networks.cn", "acme.com", "gmial.com"];
        assert_eq!(hint_for("exmaple-networks.cn", &known).as_deref(), Some("ada@example-networks.cn"));
        assert_eq!(hint_for("acmee.com", &known).as_deref(), Some("ada@acme.com"));
        assert_eq!(hint_for("acme.con", &known).as_deref(), Some("ada@acme.com"));
        for domain in ["gmial.com", "acme.com", "acme.co", "acme.cm", "acne.com", "example-networks.com"] {
            assert_eq!(hint_for(domain, &known), None, "{domain}");
        }
    }

    #[test]
    fn the_nearest_domain_is_proposed() {
        assert_eq!(hint_for("gmaul.com", &["gmauls.com"]).as_deref(), Some("ada@gmauls.com"));
        assert_eq!(hint_for("hotmaill.com", &["hotmaxll.com"]).as_deref(), Some("ada@hotmaxll.com"));
    }

    #[test]
    fn the_local_part_stays_as_typed() {
        let address = EmailAddress::parse("Ada.L+x@gmial.com", Smtputf8::Refused).expect("it is an address");
        assert_eq!(hint(&address, &[]).as_deref(), Some("Ada.L+x@gmail.com"));
    }

    proptest! {
        #[test]
        fn a_hint_is_another_address(name in "[a-z0-9]{1,10}", ending in "com|con|cn|net|org|cm|co\\.uk|cmo") {
            let address = EmailAddress::parse(&format!("ada@{name}.{ending}"), Smtputf8::Refused).expect("it is an address");
            if let Some(hint) = hint(&address, &[]) {
                let meant = EmailAddress::parse(&hint, Smtputf8::Refused);
                prop_assert!(meant.is_ok_and(|meant| meant != address && meant.local() == "ada"));
            }
        }
    }
}
