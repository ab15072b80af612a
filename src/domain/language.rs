//! The languages of screens and mails.
//!
//! It never reads the environment: whoever does hands the value to [`Language::from_locale`].

use std::fmt;

use super::fold::fold;
use super::safe_text::safe;
use super::say::{Say, say};

/// A language that callsheet speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Language {
    #[default]
    En,
    ZhCn,
}

/// A value that is no language id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageError {
    /// The value as it was given.
    pub wanted: String,
}

impl Language {
    /// All languages, in the order of the drop-down.
    pub const ALL: [Language; 2] = [Language::En, Language::ZhCn];

    /// The id in commands, configuration, JSON and the database: `en` or `zh-CN` (BCP 47).
    pub const fn id(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::ZhCn => "zh-CN",
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::ZhCn => "简体中文",
        }
    }

    /// The language that follows, around the end.
    #[must_use]
    pub fn next(self) -> Language {
        let at = Language::ALL.iter().position(|known| *known == self).unwrap_or_default();
        Language::ALL[(at + 1) % Language::ALL.len()]
    }

    /// Reads an id, whatever its case.
    ///
    /// # Errors
    /// Everything else, locale names such as `zh_CN` included: those are for [`Language::from_locale`].
    pub fn parse(text: &str) -> Result<Language, LanguageError> {
        Language::ALL
            .into_iter()
            .find(|language| language.id().eq_ignore_ascii_case(text))
            .ok_or_else(|| LanguageError { wanted: text.to_owned() })
    }

    /// The language for a locale name as in `LANG`, or a language tag: `zh_CN.UTF-8`, `zh`, `en-US`, `en_GB@euro`.
    ///
    /// Only the language before the first separator counts, so every Chinese and every English locale is understood. `None`
    /// for another language and for `C`, `POSIX` and nothing.
    pub fn from_locale(locale: &str) -> Option<Language> {
        let folded = fold(locale.trim());
        let language = folded.split(['_', '-', '.', '@']).next().unwrap_or_default();
        match language {
            "en" => Some(Language::En),
            "zh" => Some(Language::ZhCn),
            _ => None,
        }
    }
}

impl Say for LanguageError {
    fn say(&self, language: Language) -> String {
        say!(language, "'{wanted}' is no language; languages are en and zh-CN", wanted = safe(&self.wanted))
    }
}

impl fmt::Display for LanguageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for LanguageError {}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_whatever_their_case() {
        for (text, language) in
            [("en", Language::En), ("EN", Language::En), ("zh-CN", Language::ZhCn), ("zh-cn", Language::ZhCn)]
        {
            assert_eq!(Language::parse(text), Ok(language), "{text}");
        }
        for language in Language::ALL {
            assert_eq!(Language::parse(language.id()), Ok(language));
        }
    }

    #[test]
    fn another_value_is_refused_and_the_languages_are_named() {
        for text in ["", "zh", "zh_CN", "de", "en-US", " en"] {
            assert!(Language::parse(text).is_err(), "{text}");
        }
        let refused = Language::parse("de\u{1b}[2J").expect_err("it is no language");
        assert_eq!(refused.to_string(), "'de\\u{001B}[2J' is no language; languages are en and zh-CN");
    }

    #[test]
    fn locales_give_their_language() {
        for (locale, language) in [
            ("en_US.UTF-8", Some(Language::En)),
            ("en-US", Some(Language::En)),
            ("en_GB@euro", Some(Language::En)),
            ("en", Some(Language::En)),
            ("zh_CN", Some(Language::ZhCn)),
            ("zh_CN.UTF-8", Some(Language::ZhCn)),
            ("zh-Hans-CN", Some(Language::ZhCn)),
            ("ZH", Some(Language::ZhCn)),
            ("zh_TW.UTF-8", Some(Language::ZhCn)),
            ("C", None),
            ("C.UTF-8", None),
            ("POSIX", None),
            ("", None),
            ("de_DE.UTF-8", None),
            ("eng", None),
        ] {
            assert_eq!(Language::from_locale(locale), language, "{locale}");
        }
    }
}
