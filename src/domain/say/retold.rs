//! Sentences of the program that were kept in English, said again in the language of whoever reads them.
//!
//! What is wrong with a mail or its server is found by the sender, and kept in the database, in English: logs, JSON and other
//! versions read it too. Where it is shown, the text is compared with those that the program knows. What somebody else has said,
//! such as a server, is none of them and stays as it is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{SENDING, STORE};
use crate::domain::language::Language;

/// Values that may be sentences themselves.
const SENTENCES: [&str; 4] = ["error", "reason", "report", "why"];

/// What is said and its translation, the most words first: what says more fits better.
static KNOWN: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let files = [SENDING, STORE].into_iter().filter_map(|file| toml::from_str::<HashMap<_, _>>(file).ok());
    let mut known: Vec<(String, String)> = files.flatten().collect();
    known.sort_by(|(one, _), (other, _)| (other.len(), one).cmp(&(one.len(), other)));
    known
});

/// The text in a language if it is one of the program's own; otherwise as it is.
#[must_use]
pub fn retold(language: Language, text: &str) -> Cow<'_, str> {
    match language {
        Language::En => Cow::Borrowed(text),
        Language::ZhCn => translated(text).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

fn translated(text: &str) -> Option<String> {
    KNOWN.iter().find_map(|(known, translation)| values(known, text).map(|values| put(translation, &values)))
}

/// What stands in a text at the names of a known one, if the text is that one.
fn values<'a>(known: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (start, names) = known.split_once('{').map_or((known, None), |(start, names)| (start, Some(names)));
    let mut rest = text.strip_prefix(start)?;
    let mut found = Vec::new();
    let mut names = names.into_iter().flat_map(|names| names.split('{')).peekable();
    while let Some(part) = names.next() {
        let (name, behind) = part.split_once('}')?;
        let end = match (names.peek(), behind) {
            (None, behind) => rest.strip_suffix(behind)?.len(),
            (Some(_), behind) => rest.find(behind)?,
        };
        let (value, others) = rest.split_at(end);
        rest = others.strip_prefix(behind)?;
        // Where a text begins with a value, anything could stand there; a server has a port and no blank, and a report is a
        // sentence of the program itself.
        let fits = match name {
            "server" => value.contains(':') && !value.contains(' '),
            "report" => translated(value).is_some(),
            _ => !value.is_empty(),
        };
        found.push(fits.then_some((name, value))?);
    }
    rest.is_empty().then_some(found)
}

fn put(translation: &str, values: &[(&str, &str)]) -> String {
    let mut parts = translation.split('{');
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, behind) = part.split_once('}').unwrap_or((part, ""));
        let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        let again = if SENTENCES.contains(&name) { translated(value) } else { None };
        said.push_str(again.as_deref().unwrap_or(value));
        said.push_str(behind);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::say::{Said, Say as _, Value, saying};

    fn chinese(text: &str) -> Cow<'_, str> {
        retold(Language::ZhCn, text)
    }

    #[test]
    fn a_sentence_of_the_program_is_said_again() {
        assert_eq!(chinese("[::1]:25 closed the connection"), "[::1]:25 关闭了连接");
        assert_eq!(
            chinese("certificate of mail.example.com is not trusted: it is for a.example, b.example"),
            "mail.example.com 的证书不受信任：颁发给 a.example, b.example"
        );
        assert_eq!(
            chinese("the DKIM key '/etc/my key' cannot be used: the key is damaged"),
            "无法使用 DKIM 密钥“/etc/my key”：密钥已损坏"
        );
        assert_eq!(retold(Language::En, "the notice is gone"), "the notice is gone");
    }

    #[test]
    fn a_report_is_said_again_and_the_words_of_the_server_stay() {
        assert_eq!(chinese("came back"), "已退回");
        assert_eq!(chinese("came back: 550 5.1.1 came back"), "已退回，550 5.1.1 came back");
        assert_eq!(
            chinese("came back from 'ada@elsewhere.example': 550 5.1.1 no: such user"),
            "已从“ada@elsewhere.example”退回，550 5.1.1 no: such user"
        );
        assert_eq!(
            chinese("delayed, the server goes on trying: 451 4.4.1 busy"),
            "已延迟，服务器继续尝试，451 4.4.1 busy"
        );
    }

    #[test]
    fn what_others_say_stays_as_it_is() {
        for words in [
            "550 closed the connection",
            "550 5.1.1 User unknown",
            "we say: the notice is gone",
            "550 came back: no such user",
            "the notice is gone!",
            "/var/lib/callsheet/mail/7.eml",
            "",
        ] {
            assert_eq!(chinese(words), words);
        }
    }

    #[test]
    fn the_longer_sentence_wins() {
        let host = "'mail.example.com' could not be resolved: it has no address";
        assert_eq!(chinese(host), "无法解析“mail.example.com”：没有地址");
        let foreign = "'mail.example.com' could not be resolved: Name or service not known";
        assert_eq!(chinese(foreign), "无法解析“mail.example.com”：Name or service not known");
    }

    #[test]
    fn every_sentence_is_found_again_with_its_values() {
        for (known, _) in KNOWN.iter() {
            let text: &'static str = known.clone().leak();
            let names = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
            let values = names.map(|(name, _)| match name {
                "report" => (name, Value::from(saying!("came back"))),
                _ => (name, Value::from("mail:25")),
            });
            let values = values.collect();
            let said = Said::new(text, values);
            assert_eq!(chinese(&said.to_string()), said.say(Language::ZhCn), "{text}");
        }
    }
}
