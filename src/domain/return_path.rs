//! The return path: the address for the envelope of a mail, to which its bounces go.
//!
//! With `mail.return_path` set, each mail has its own (a variable envelope return path): the id of its delivery and a tag that
//! nobody can make without the key file. So a bounce names its delivery, and one that nobody has sent a mail for is worth nothing.
//!
//! ```text
//! bounces@example.com  ─ delivery 12 ─▶  bounces+12-9k3vq0m2ra7dt8xy@example.com
//! ```

use std::fmt::Write as _;

use subtle::ConstantTimeEq as _;

use super::delivery::DeliveryId;
use super::email_address::EmailAddress;
use super::fold::fold_case;
use super::verification::SecretKey;

/// The longest part before the `@` of `mail.return_path`, in octets: with a plus sign, the longest id (19 digits), a hyphen and the
/// tag it makes the 64 octets that RFC 5321 section 4.5.3.1.1 allows.
pub const LOCAL_LIMIT: usize = 27;

/// The longest `mail.return_path`, in octets: what is added to it must leave 254 (RFC 5321 section 4.5.3.1.3).
pub const LIMIT: usize = 254 - (64 - LOCAL_LIMIT);

/// Where bounces go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReturnPath {
    /// To this address, whatever the delivery; a bounce is read by whoever reads it, never by callsheet.
    Plain(String),
    /// To an address of its own for each delivery, made from this one.
    Tagged(EmailAddress),
}

impl ReturnPath {
    /// The address for the envelope of a delivery.
    #[must_use]
    pub fn of(&self, delivery: DeliveryId, key: &SecretKey) -> String {
        match self {
            Self::Plain(address) => address.clone(),
            Self::Tagged(base) => {
                let mut address = format!("{}+{}-", base.local(), delivery.0);
                // Writing to a String does not fail.
                let _ = write!(address, "{}@{}", key.return_tag(delivery), base.domain());
                address
            }
        }
    }

    /// The address itself: where a mail that unsubscribes goes.
    #[must_use]
    pub fn base(&self) -> &str {
        match self {
            Self::Plain(address) => address,
            Self::Tagged(base) => base.as_str(),
        }
    }

    /// The delivery for whose envelope this address was made. Case does not count: some servers change it.
    #[must_use]
    pub fn delivery_of(&self, address: &str, key: &SecretKey) -> Option<DeliveryId> {
        let Self::Tagged(base) = self else { return None };
        let (local, domain) = address.rsplit_once('@')?;
        let (name, mark) = local.rsplit_once('+')?;
        let is_ours =
            domain.eq_ignore_ascii_case(base.domain()) && fold_case(name) == fold_case(base.local());
        let (id, tag) = mark.split_once('-').filter(|_| is_ours)?;
        let id = id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse().ok()).flatten()?;
        let right = key.return_tag(DeliveryId(id));
        let is_right: bool = right.as_bytes().ct_eq(tag.to_ascii_lowercase().as_bytes()).into();
        is_right.then_some(DeliveryId(id))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::email_address::Smtputf8;

    const ID: DeliveryId = DeliveryId(12);

    fn key() -> SecretKey {
        SecretKey::new([42; 32])
    }

    fn tagged(base: &str) -> ReturnPath {
        ReturnPath::Tagged(EmailAddress::parse(base, Smtputf8::Allowed).unwrap())
    }

    #[test]
    fn each_delivery_has_an_address_of_its_own_that_names_it() {
        let path = tagged("bounces@example.com");
        let address = path.of(ID, &key());
        let mark = address.strip_prefix("bounces+12-").and_then(|rest| rest.strip_suffix("@example.com"));
        assert_eq!(mark.map(str::len), Some(16), "{address}");
        assert_eq!(path.delivery_of(&address, &key()), Some(ID));
        assert_eq!(path.delivery_of(&address.to_uppercase(), &key()), Some(ID));
        assert_ne!(path.of(DeliveryId(13), &key()), address);
    }

    #[test]
    fn what_was_not_made_with_this_key_for_this_address_is_nobodys() {
        let path = tagged("bounces@example.com");
        let right = path.of(ID, &key());
        let other = right.replace("+12-", "+13-");
        let cut = right.replacen('@', "0@", 1);
        let elsewhere = right.replace("example.com", "example.org");
        let longer = right.replace("bounces+", "xbounces+");
        for wrong in [
            &other,
            &cut,
            &elsewhere,
            &longer,
            &right.replace("+12-", "+012-").replace('@', "x@"),
            &"bounces@example.com".to_owned(),
            &"bounces+12-@example.com".to_owned(),
            &"bounces+-@example.com".to_owned(),
            &"bounces+12@example.com".to_owned(),
            &"bounces+99999999999999999999-aaaaaaaaaaaaaaaa@example.com".to_owned(),
            &String::new(),
        ] {
            assert_eq!(path.delivery_of(wrong, &key()), None, "{wrong}");
        }
        assert_eq!(path.delivery_of(&right, &SecretKey::new([43; 32])), None);
        assert_eq!(ReturnPath::Plain("bounces@example.com".into()).delivery_of(&right, &key()), None);
    }

    #[test]
    fn without_a_return_path_every_mail_has_the_same_address() {
        assert_eq!(ReturnPath::Plain("a@b.example".into()).of(ID, &key()), "a@b.example");
    }

    #[test]
    fn a_plus_sign_and_letters_outside_ascii_in_the_base_are_kept() {
        for base in ["ops+bounces@example.com", "rückläufer@example.com", "Bounces@example.com"] {
            let path = tagged(base);
            let address = path.of(ID, &key());
            assert!(address.starts_with(&base[..base.find('@').unwrap()]), "{address}");
            assert_eq!(path.delivery_of(&address, &key()), Some(ID), "{address}");
            assert_eq!(path.base(), base);
        }
    }

    proptest! {
        #[test]
        fn the_longest_is_an_address_still(id in 0..=i64::MAX, length in 1..=LOCAL_LIMIT) {
            let path = tagged(&format!("{}@example.com", "b".repeat(length)));
            let address = path.of(DeliveryId(id), &key());
            prop_assert!(EmailAddress::parse(&address, Smtputf8::Refused).is_ok(), "{}", address);
            prop_assert_eq!(path.delivery_of(&address, &key()), Some(DeliveryId(id)));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".*") {
            let path = tagged("bounces@example.com");
            prop_assert_eq!(path.delivery_of(&text, &key()), None);
        }
    }
}
