//! Verification: the secrets of one proof, what an entered code is, and the limits on sending.
//!
//! Secrets are derived from a key that lies outside the database, never stored: whoever has only the database verifies nobody.
//! It never reads a clock, a file or a random source.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::delivery::DeliveryId;
use super::language::Language;
use super::say::{Say, say};
use super::timestamp::{Timestamp, spoken_in};

/// Wrong codes after which a verification is void.
pub const TRIES: u32 = 5;
/// The shortest time between two verification mails to one address.
pub const COOL_DOWN: Duration = Duration::from_secs(60);
/// Verification mails to one address in 24 hours; the first counts.
pub const PER_ADDRESS: usize = 5;
/// The span over which mails are counted.
pub const DAY: Duration = Duration::from_secs(24 * 3600);
/// What screens show in place of a code or link.
pub const MASKED_CODE: &str = "••••-••••";

/// Crockford's base 32, without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The 32 bytes in `<database>.key`, from which all secrets are derived.
pub struct SecretKey(SecretBox<[u8; 32]>);

impl SecretKey {
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// Names the key without telling it: 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        let digest =
            Sha256::new().chain_update(b"callsheet key id").chain_update(self.0.expose_secret()).finalize();
        digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The code in the mail.
    #[must_use]
    pub fn code(&self, verification: VerificationId, nonce: &[u8]) -> Code {
        let mut bits: u64 = 0;
        for byte in &self.derive("code", verification, nonce)[..5] {
            bits = bits << 8 | u64::from(*byte);
        }
        let digit = |index: u32| ALPHABET[usize::try_from(bits >> (35 - 5 * index) & 31).unwrap_or(0)];
        Code([0, 1, 2, 3, 4, 5, 6, 7].map(digit))
    }

    /// The 32-byte token in the link.
    #[must_use]
    pub fn link_token(&self, verification: VerificationId, nonce: &[u8]) -> [u8; 32] {
        self.derive("link", verification, nonce)
    }

    /// Whether a token is that of the verification's link, in a time that tells nothing.
    #[must_use]
    pub fn is_link_token(&self, verification: VerificationId, nonce: &[u8], token: &[u8]) -> bool {
        self.link_token(verification, nonce).ct_eq(token).into()
    }

    /// The 32-byte token by which a recipient unsubscribes.
    #[must_use]
    pub fn unsubscribe_token(&self, verification: VerificationId, nonce: &[u8]) -> [u8; 32] {
        self.derive("unsubscribe", verification, nonce)
    }

    /// Whether `token` is the one by which the recipient of this verification unsubscribes, in a time that tells nothing.
    #[must_use]
    pub fn is_unsubscribe_token(&self, verification: VerificationId, nonce: &[u8], token: &[u8]) -> bool {
        self.unsubscribe_token(verification, nonce).as_slice().ct_eq(token).into()
    }

    /// What stands for an address where mails are counted: it links nothing to a person without the key.
    #[must_use]
    pub fn address_hash(&self, email_key: &str) -> [u8; 32] {
        self.mac(&[b"address", email_key.as_bytes()])
    }

    /// What an envelope's return path carries beside the delivery's id: 80 bits as 16 small letters and digits.
    #[must_use]
    pub fn return_tag(&self, delivery: DeliveryId) -> String {
        let mut bits: u128 = 0;
        for byte in &self.mac(&[b"return path", &delivery.0.to_be_bytes()])[..10] {
            bits = bits << 8 | u128::from(*byte);
        }
        let digit = |index: u32| ALPHABET[usize::try_from(bits >> (75 - 5 * index) & 31).unwrap_or(0)];
        (0..16).map(|index| char::from(digit(index)).to_ascii_lowercase()).collect()
    }

    fn derive(&self, label: &str, verification: VerificationId, nonce: &[u8]) -> [u8; 32] {
        self.mac(&[label.as_bytes(), &verification.0.to_be_bytes(), nonce])
    }

    /// HMAC-SHA256 over the parts, each after its length, so that no two lists of parts read alike.
    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.expose_secret())
            .expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.id())
    }
}

/// Names one verification: one mail, one code, one link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerificationId(pub i64);

/// Eight Crockford base-32 characters (40 bits), shown `ABCD-EFGH`.
#[derive(Clone, Copy)]
pub struct Code([u8; 8]);

/// An input that cannot be a code; it costs no try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotACode {
    Length(usize),
    Character(char),
}

impl Say for NotACode {
    fn say(&self, language: Language) -> String {
        match self {
            Self::Length(found) => {
                say!(language, "a code has 8 letters and digits, like ABCD-EFGH; this has {found}", found)
            }
            Self::Character(character) => say!(
                language,
                "a code has only letters (no U) and digits, not '{character}'",
                character = character.escape_default()
            ),
        }
    }
}

impl fmt::Display for NotACode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for NotACode {}

impl Code {
    /// Reads what a person typed: case, blanks and hyphens are ignored, O is 0, I and L are 1.
    ///
    /// # Errors
    /// [`NotACode`] if this cannot be a code at all.
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        let mut characters = Vec::with_capacity(8);
        for character in text.chars().filter(|character| !character.is_whitespace() && *character != '-') {
            let folded = match character.to_ascii_uppercase() {
                'O' => b'0',
                'I' | 'L' => b'1',
                other => u8::try_from(other).unwrap_or(b'?'),
            };
            if !ALPHABET.contains(&folded) {
                return Err(NotACode::Character(character));
            }
            characters.push(folded);
        }
        let length = characters.len();
        characters.try_into().map(Self).map_err(|_| NotACode::Length(length))
    }

    /// Whether both are the same, in a time that tells nothing.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// The code as the mail shows it, `ABCD-EFGH`. Call this only where a mail is composed.
    #[must_use]
    pub fn reveal(&self) -> String {
        let text = String::from_utf8_lossy(&self.0);
        format!("{}-{}", &text[..4], &text[4..])
    }
}

/// Says that there is a code, never which.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(••••-••••)")
    }
}

/// Why a verification no longer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoidReason {
    /// Its time is over.
    TimeOver,
    /// Too many wrong codes.
    TooManyTries,
    /// A newer mail was sent.
    Replaced,
    /// The address was changed or the change cancelled.
    AddressChanged,
    /// The key file is missing or another.
    KeyChanged,
}

impl VoidReason {
    pub const ALL: [Self; 5] =
        [Self::TimeOver, Self::TooManyTries, Self::Replaced, Self::AddressChanged, Self::KeyChanged];

    /// As stored.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::TimeOver => "time_over",
            Self::TooManyTries => "too_many_tries",
            Self::Replaced => "replaced",
            Self::AddressChanged => "address_changed",
            Self::KeyChanged => "key_changed",
        }
    }

    /// From what is stored.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.id() == id)
    }

    /// As a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TimeOver => "its time is over",
            Self::TooManyTries => "five wrong codes were entered",
            Self::Replaced => "a newer code was sent",
            Self::AddressChanged => "the address was changed",
            Self::KeyChanged => "the key file of this database was lost or exchanged",
        }
    }
}

/// The verification mails of the last 24 hours, as far as the limits need them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SendHistory {
    /// To this address, oldest first.
    pub to_address: Vec<Timestamp>,
    /// How many in the whole database.
    pub in_database: usize,
    /// The oldest of those that must leave the span before another may go, if the daily limit is reached.
    pub database_frees_at: Option<Timestamp>,
}

/// A verification mail that may not go yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub kind: LimitKind,
    /// From when on it may.
    pub until: Timestamp,
}

/// Which limit holds a verification mail back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    CoolDown,
    PerAddress,
    PerDatabase,
}

impl Limit {
    /// What is said to the administrator, with the time still to wait.
    #[must_use]
    pub fn words(&self, now: Timestamp) -> String {
        self.words_in(Language::En, now)
    }

    /// [`Limit::words`] in a language.
    #[must_use]
    pub fn words_in(&self, language: Language, now: Timestamp) -> String {
        let wait = spoken_in(language, now.until(self.until).max(Duration::from_secs(1)));
        match self.kind {
            LimitKind::CoolDown => say!(
                language,
                "a code was sent to this address just now; the next may be sent in {wait}",
                wait
            ),
            LimitKind::PerAddress => say!(
                language,
                "{count} codes were sent to this address in 24 hours; the next may be sent in {wait}",
                count = PER_ADDRESS,
                wait
            ),
            LimitKind::PerDatabase => say!(
                language,
                "the daily limit of verification mails is reached; the next may be sent in {wait}",
                wait
            ),
        }
    }
}

/// Whether another verification mail may go to an address now.
///
/// # Errors
/// The [`Limit`] that ends last of those that hold.
pub fn may_send(history: &SendHistory, now: Timestamp, daily_limit: usize) -> Result<(), Limit> {
    let mut limits = Vec::new();
    let recent: Vec<Timestamp> =
        history.to_address.iter().copied().filter(|sent| now.since(*sent) < DAY).collect();
    if let Some(last) = recent.last().filter(|last| now.since(**last) < COOL_DOWN) {
        limits.push(Limit { kind: LimitKind::CoolDown, until: last.plus(COOL_DOWN) });
    }
    if recent.len() >= PER_ADDRESS {
        let frees = recent[recent.len() - PER_ADDRESS].plus(DAY);
        limits.push(Limit { kind: LimitKind::PerAddress, until: frees });
    }
    if history.in_database >= daily_limit {
        let frees = history.database_frees_at.unwrap_or(now).plus(DAY);
        limits.push(Limit { kind: LimitKind::PerDatabase, until: frees });
    }
    limits.into_iter().max_by_key(|limit| limit.until).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: VerificationId = VerificationId(7);

    fn key() -> SecretKey {
        SecretKey::new([42; 32])
    }

    #[test]
    fn secrets_differ_by_label_verification_nonce_and_key() {
        let secrets = [
            key().link_token(ID, b"n"),
            key().unsubscribe_token(ID, b"n"),
            key().link_token(VerificationId(8), b"n"),
            key().link_token(ID, b"m"),
            SecretKey::new([43; 32]).link_token(ID, b"n"),
            key().address_hash("n"),
        ];
        for (index, secret) in secrets.iter().enumerate() {
            assert!(!secrets[..index].contains(secret));
        }
        assert_eq!(key().link_token(ID, b"n"), secrets[0]);
    }

    #[test]
    fn a_link_token_is_right_as_a_whole_only() {
        let right = key().link_token(ID, b"n");
        assert!(key().is_link_token(ID, b"n", &right));
        for at in 0..right.len() {
            let mut wrong = right;
            wrong[at] ^= 1;
            assert!(!key().is_link_token(ID, b"n", &wrong), "{at}");
        }
        assert!(!key().is_link_token(ID, b"n", &right[..31]));
        assert!(!key().is_link_token(ID, b"n", &[]));
        assert!(!key().is_link_token(ID, b"n", &key().unsubscribe_token(ID, b"n")));
    }

    #[test]
    fn a_return_tag_is_known_and_differs_by_delivery_and_key() {
        let tag = key().return_tag(DeliveryId(1));
        assert_eq!(tag, "gnsxxe49vrggwr7e");
        assert_ne!(tag, key().return_tag(DeliveryId(2)));
        assert_ne!(tag, SecretKey::new([43; 32]).return_tag(DeliveryId(1)));
    }

    #[test]
    fn only_the_whole_unsubscribe_token_is_one() {
        let token = key().unsubscribe_token(ID, b"n");
        assert!(key().is_unsubscribe_token(ID, b"n", &token));
        let longer = [&token[..], &[0]].concat();
        let link = key().link_token(ID, b"n");
        for other in [&[][..], &token[..31], &longer, &link] {
            assert!(!key().is_unsubscribe_token(ID, b"n", other));
        }
        assert!(!key().is_unsubscribe_token(VerificationId(8), b"n", &token));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = Code::parse("AB01-XYZ9").unwrap();
        for typed in ["ab01xyz9", " AB01 XYZ9 ", "abol-xyz9", "ABOI-XYZ9", "a-b-0-1-x-y-z-9"] {
            assert!(Code::parse(typed).unwrap().equals(&code), "{typed}");
        }
        assert!(!Code::parse("AB01-XYZ8").unwrap().equals(&code));
        assert_eq!(code.reveal(), "AB01-XYZ9");
    }

    #[test]
    fn what_is_no_code_is_told_apart_from_a_wrong_one() {
        assert_eq!(Code::parse("AB01-XYZ").unwrap_err(), NotACode::Length(7));
        assert_eq!(Code::parse("").unwrap_err(), NotACode::Length(0));
        assert_eq!(Code::parse("UB01-XYZ9").unwrap_err(), NotACode::Character('U'));
        assert_eq!(Code::parse("王B01-XYZ9").unwrap_err(), NotACode::Character('王'));
    }

    #[test]
    fn neither_key_nor_code_is_told_by_debug() {
        let code = key().code(ID, b"n");
        assert!(!format!("{code:?}").contains(&code.reveal()));
        assert_eq!(format!("{:?}", key()), format!("SecretKey({})", key().id()));
    }

    #[test]
    fn the_limits_say_when_the_next_mail_may_go() {
        let now = Timestamp::from_millis(1_000_000_000);
        let ago = |seconds| now.minus(Duration::from_secs(seconds));
        let history = |sent: &[u64]| SendHistory {
            to_address: sent.iter().map(|s| ago(*s)).collect(),
            ..Default::default()
        };
        assert_eq!(may_send(&history(&[]), now, 100), Ok(()));
        assert_eq!(may_send(&history(&[60]), now, 100), Ok(()));
        let cooling = may_send(&history(&[59]), now, 100).unwrap_err();
        assert_eq!((cooling.kind, now.until(cooling.until)), (LimitKind::CoolDown, Duration::from_secs(1)));
        let many = may_send(&history(&[80_000, 500, 400, 300, 200]), now, 100).unwrap_err();
        assert_eq!((many.kind, now.until(many.until)), (LimitKind::PerAddress, Duration::from_secs(6_400)));
        assert_eq!(may_send(&history(&[86_400, 500, 400, 300, 200]), now, 100), Ok(()));
        let full =
            SendHistory { in_database: 100, database_frees_at: Some(ago(86_000)), ..Default::default() };
        let limit = may_send(&full, now, 100).unwrap_err();
        assert_eq!((limit.kind, now.until(limit.until)), (LimitKind::PerDatabase, Duration::from_secs(400)));
        assert!(limit.words(now).contains("6 min"));
    }

    proptest! {
        #[test]
        fn every_code_is_read_back_from_what_the_mail_shows(id: i64, nonce: [u8; 16]) {
            let code = key().code(VerificationId(id), &nonce);
            prop_assert!(Code::parse(&code.reveal()).unwrap().equals(&code));
            prop_assert!(Code::parse(&code.reveal().to_lowercase()).unwrap().equals(&code));
        }

        #[test]
        fn no_input_breaks_the_reader(text: String) {
            let _ = Code::parse(&text);
        }
    }
}
