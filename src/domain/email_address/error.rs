//! Why a text is no address, in words.

use std::fmt;

use super::EmailAddress;
use crate::domain::character::{Hidden, Named};
use crate::domain::language::Language;
use crate::domain::say::{Say, say};

/// A side of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Local,
    Domain,
}

/// Why a text is no address. Positions count characters (code points) from 1, in the trimmed text;
/// those of the local part count it in NFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmailError {
    Missing,
    Hidden { character: char, class: Hidden, position: usize },
    InvisibleMark { character: char, position: usize },
    DisplayName,
    SourceRoute,
    QuotedLocal,
    Comment,
    AddressLiteral,
    NoAt,
    FullWidthAt,
    SeveralAts { found: usize },
    LocalMissing,
    DomainMissing,
    WhiteSpace { part: Part, character: char, position: usize },
    LocalBeginsWithHyphen,
    LeadingDot { part: Part },
    TrailingDot { part: Part },
    DoubleDot { part: Part },
    LocalCharacter { character: char, position: usize },
    LocalNotAscii { character: char, position: usize },
    LocalTooLong { found: usize },
    DomainUnderscore,
    DomainCharacter { character: char, position: usize },
    SingleLabel,
    LabelHyphenAtEdge,
    LabelHyphenThirdAndFourth,
    LabelTooLong { found: usize },
    NumericTopLevel,
    DomainNotValid,
    TooLong { found: usize },
}

impl Say for EmailError {
    fn say(&self, language: Language) -> String {
        let named = |character| Named(character).say(language);
        match *self {
            Self::Missing => say!(language, "an email address is required").to_owned(),
            Self::Hidden { character, class, position } => say!(
                language,
                "an address has only characters that can be seen; character {position} is {character}, {class}",
                character = named(character),
                class = class.say(language),
                position
            ),
            Self::InvisibleMark { character, position } => say!(
                language,
                "an address has only characters that can be seen; character {position} is {character}, which changes nothing that is seen",
                character = named(character),
                position
            ),
            Self::DisplayName => say!(
                language,
                "only the address itself is wanted, without name, '<' and '>'"
            )
            .to_owned(),
            Self::SourceRoute => say!(
                language,
                "a route before the address ('@a,@b:') is not accepted"
            )
            .to_owned(),
            Self::QuotedLocal => say!(language, "a local part in quotation marks is not accepted").to_owned(),
            Self::Comment => say!(language, "a comment in parentheses is not accepted").to_owned(),
            Self::AddressLiteral => say!(
                language,
                "an IP address in brackets is not accepted; a domain such as example.com is needed after the @"
            )
            .to_owned(),
            Self::NoAt => say!(language, "an address has one @; this one has none").to_owned(),
            Self::FullWidthAt => say!(
                language,
                "an address has one @; this one has the full-width '＠' (U+FF20) instead"
            )
            .to_owned(),
            Self::SeveralAts { found } => say!(language, "an address has one @; this one has {found}", found),
            Self::LocalMissing => say!(language, "nothing stands before the @").to_owned(),
            Self::DomainMissing => say!(language, "nothing stands after the @").to_owned(),
            Self::WhiteSpace { part, character, position } => say!(
                language,
                "an address has no white space; character {position}, in the {part}, is {character}",
                part = part.say(language),
                character = named(character),
                position
            ),
            Self::LocalBeginsWithHyphen => say!(
                language,
                "the part before the @ may not begin with '-'"
            )
            .to_owned(),
            Self::LeadingDot { part } => say!(
                language,
                "the {part} may not begin with a dot",
                part = part.say(language)
            ),
            Self::TrailingDot { part } => say!(
                language,
                "the {part} may not end with a dot",
                part = part.say(language)
            ),
            Self::DoubleDot { part } => say!(
                language,
                "the {part} may not have two dots in succession",
                part = part.say(language)
            ),
            Self::LocalCharacter { character, position } => say!(
                language,
                "{character} is not accepted before the @ (character {position})",
                character = named(character),
                position
            ),
            Self::LocalNotAscii { character, position } => say!(
                language,
                "{character} before the @ (character {position}) needs SMTPUTF8; set 'allow_smtputf8 = true' if your mail server supports it",
                character = named(character),
                position
            ),
            Self::LocalTooLong { found } => say!(
                language,
                "the part before the @ has at most {most} octets; this one has {found}",
                most = EmailAddress::MAX_LOCAL,
                found
            ),
            Self::DomainUnderscore => say!(language, "a domain has no underscore").to_owned(),
            Self::DomainCharacter { character, position } => say!(
                language,
                "{character} is not accepted in a domain (character {position})",
                character = named(character),
                position
            ),
            Self::SingleLabel => say!(
                language,
                "a domain has at least two parts, such as example.com; this one has one"
            )
            .to_owned(),
            Self::LabelHyphenAtEdge => say!(
                language,
                "no part of a domain begins or ends with '-'"
            )
            .to_owned(),
            Self::LabelHyphenThirdAndFourth => say!(
                language,
                "no part of a domain has '--' as its third and fourth character"
            )
            .to_owned(),
            Self::LabelTooLong { found } => say!(
                language,
                "a part of a domain has at most {most} octets; this one has a part of {found}",
                most = EmailAddress::MAX_LABEL,
                found
            ),
            Self::NumericTopLevel => say!(
                language,
                "a domain does not end with a number; an IP address is not accepted"
            )
            .to_owned(),
            Self::DomainNotValid => say!(
                language,
                "the international domain is not valid (UTS #46: a character, a joiner, the writing direction or the coding)"
            )
            .to_owned(),
            Self::TooLong { found } => say!(
                language,
                "an address has at most {most} octets; this one has {found}",
                most = EmailAddress::MAX_TOTAL,
                found
            ),
        }
    }
}

impl fmt::Display for EmailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for EmailError {}

impl Say for Part {
    fn say(&self, language: Language) -> String {
        match self {
            Part::Local => say!(language, "part before the @"),
            Part::Domain => say!(language, "domain"),
        }
        .to_owned()
    }
}
