//! A notice: something to be announced to everybody who must hear it. What may be in it, and what became of it.

mod wrong;

use unicode_segmentation::UnicodeSegmentation;

use super::catalogue::Catalogue;
use super::character::{Hidden, Named};
use super::delivery::NoticeId;
use super::nearest::nearest;
use super::printed_text::readable;
use super::routing::FallbackReason;
use super::safe_text::safe;
use super::timestamp::Timestamp;

pub use wrong::{BodyPart, NoticeWrong};

/// The longest subject, in characters as people count them (grapheme clusters).
pub const SUBJECT_LIMIT: usize = 200;

/// The longest subject in code points, for one character may be built from many.
const SUBJECT_CODE_POINTS: usize = 4 * SUBJECT_LIMIT;

/// The longest body, text or HTML, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// The longest key, in characters.
pub const KEY_LIMIT: usize = 200;

/// What somebody wants to announce, not checked yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeForm {
    /// The id of a type, for example `security.account`.
    pub message_type: String,
    pub subject: String,
    pub body: String,
    /// The body as HTML, if the notice came as a mail that has one; else it is made from the text. Safe and simple already: it is
    /// made so when the mail is read, and again when mails are composed.
    pub html: Option<String>,
}

/// A part of a notice that may be wrong, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeField {
    MessageType,
    Subject,
    Body,
}

/// Why a notice cannot be queued as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeProblem {
    pub field: NoticeField,
    pub wrong: NoticeWrong,
    /// What may help, for example the nearest ids.
    pub hint: Option<String>,
}

/// A notice without a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDraft {
    /// The id of a type that the catalogue has.
    pub message_type: String,
    /// One line of visible text, without white space around.
    pub subject: String,
    /// Lines end in `\n`; without control characters but tabs and line feeds.
    pub body: String,
    /// As `body`.
    pub html: Option<String>,
}

/// A notice as the outbox shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub message_type: String,
    pub subject: String,
    pub created_at: Timestamp,
    /// When its last delivery ended; None while one is under way.
    pub ended_at: Option<Timestamp>,
    /// An administrator cancelled it.
    pub cancelled: bool,
    /// Why the security email gets it too, if it does.
    pub fallback: Option<FallbackReason>,
    /// It reached nobody, and there is no security email that could get it.
    pub unreached: bool,
    pub totals: NoticeTotals,
}

/// How many deliveries of a notice stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoticeTotals {
    /// Queued, under way, or waiting for another try.
    pub waiting: u64,
    pub sent: u64,
    /// In files, because no server is configured.
    pub written: u64,
    pub failed: u64,
    pub expired: u64,
    pub cancelled: u64,
}

/// Reads a notice as somebody entered it. The subject loses white space around it; the bodies lose a byte order mark, and their
/// lines end in `\n` afterwards. A body is made [`readable`] first, so that what a program coloured is not refused; after that it
/// may hold everything but control characters: long lines, lone dots and direction overrides are the mail's business and the
/// screen's.
///
/// # Errors
/// Everything that is wrong, in the order of the form: one problem for the type and for the subject, one for each body.
pub fn check(form: &NoticeForm, catalogue: &Catalogue) -> Result<NoticeDraft, Vec<NoticeProblem>> {
    let mut problems = Vec::new();
    let note = |field: NoticeField| move |(wrong, hint)| NoticeProblem { field, wrong, hint };
    problems.extend(check_type(&form.message_type, catalogue).err());
    let subject = form.subject.trim();
    problems.extend(check_subject(subject).err().map(note(NoticeField::Subject)));
    let body = with_line_feeds(&readable(&form.body));
    problems.extend(check_body(&body).err().map(note(NoticeField::Body)));
    let html = form.html.as_deref().map(with_line_feeds).filter(|html| !html.trim().is_empty());
    let in_html = html.as_deref().map_or(Ok(()), |html| check_text(BodyPart::Html, html));
    problems.extend(in_html.err().map(note(NoticeField::Body)));
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(NoticeDraft { message_type: form.message_type.clone(), subject: subject.to_owned(), body, html })
}

/// Whether a notice may be of this type.
///
/// # Errors
/// The id is unknown, and the hint names the nearest; or it is that of a category, and the hint lists its types.
pub fn check_type(id: &str, catalogue: &Catalogue) -> Result<(), NoticeProblem> {
    if catalogue.message_type(id).is_some() {
        return Ok(());
    }
    let (wrong, hint) = if let Some(category) = catalogue.category(id) {
        let types: Vec<&str> = category.types.iter().map(|known| known.id.as_str()).collect();
        let hint = format!("its types are {}", types.join(", "));
        (NoticeWrong::Category { id: id.to_owned() }, Some(hint).filter(|_| !types.is_empty()))
    } else if id.trim().is_empty() {
        (NoticeWrong::NoType, Some("'callsheet types' lists them".to_owned()))
    } else {
        let types = catalogue.ids().filter(|known| known.contains('.'));
        let near = match nearest(id, types).as_slice() {
            [] => "'callsheet types' lists them".to_owned(),
            near => format!("did you mean '{}'?", near.join("' or '")),
        };
        (NoticeWrong::UnknownType { id: id.to_owned() }, Some(near))
    };
    Err(NoticeProblem { field: NoticeField::MessageType, wrong, hint })
}

/// Whether a text may be the key under which a notice is sent once.
///
/// # Errors
/// What is wrong with it, for people.
pub fn check_key(key: &str) -> Result<(), String> {
    let length = key.chars().count();
    let control = key.chars().find(|character| Hidden::of(*character) == Some(Hidden::Control));
    match (length, control) {
        (0, _) => Err("the key is empty".to_owned()),
        (_, Some(character)) => Err(format!("the key holds {}, a control character", Named(character))),
        (1..=KEY_LIMIT, None) => Ok(()),
        (_, None) => Err(format!("a key has at most {KEY_LIMIT} characters; this one has {length}")),
    }
}

/// What is wrong, and what may help.
type Fault = (NoticeWrong, Option<String>);

fn check_subject(subject: &str) -> Result<(), Fault> {
    let wrong = |wrong: NoticeWrong| Err((wrong, None));
    if subject.is_empty() {
        return wrong(NoticeWrong::NoSubject);
    }
    let hidden = subject
        .chars()
        .zip(1..)
        .find_map(|(character, position)| Some((character, position, Hidden::of(character)?)));
    match hidden {
        Some((character @ ('\n' | '\r'), position, _)) => {
            return wrong(NoticeWrong::SubjectLines { position, character });
        }
        Some((character, position, class)) => {
            return wrong(NoticeWrong::SubjectHidden { position, character, class });
        }
        None if safe(subject) != subject => {
            return wrong(NoticeWrong::SubjectMarks { subject: subject.to_owned() });
        }
        None => {}
    }
    let (length, code_points) = (subject.graphemes(true).count(), subject.chars().count());
    if length > SUBJECT_LIMIT {
        return wrong(NoticeWrong::SubjectLength { length });
    }
    if code_points > SUBJECT_CODE_POINTS {
        return wrong(NoticeWrong::SubjectCodePoints { code_points });
    }
    Ok(())
}

/// A subject that came with a mail as one that a notice may have: nobody is there who could write another, and what a mail
/// announces must not be lost to it. What cannot be seen is written as `\u{XXXX}`, and the end of what is too long is left out.
/// The text is one line.
#[must_use]
pub fn subject_of_mail(subject: &str) -> String {
    let plain = readable(subject);
    let visible = safe(&plain);
    if visible.graphemes(true).count() <= SUBJECT_LIMIT && visible.chars().count() <= SUBJECT_CODE_POINTS {
        return visible.into_owned();
    }
    let mut code_points = 1;
    let fitting = visible.graphemes(true).take(SUBJECT_LIMIT - 1).take_while(|cluster| {
        code_points += cluster.chars().count();
        code_points <= SUBJECT_CODE_POINTS
    });
    let mut short: String = fitting.collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

fn check_body(body: &str) -> Result<(), Fault> {
    if body.trim().is_empty() {
        return Err((NoticeWrong::NoBody, None));
    }
    check_text(BodyPart::Text, body)
}

/// No control characters but tab and line feed, and not too long. Lines are counted from 1.
fn check_text(part: BodyPart, text: &str) -> Result<(), Fault> {
    if text.len() > BODY_LIMIT {
        return Err((NoticeWrong::BodySize { part, bytes: text.len() }, None));
    }
    let is_bad =
        |character: char| !matches!(character, '\t' | '\n') && Hidden::of(character) == Some(Hidden::Control);
    let mut found = text.split('\n').zip(1..).flat_map(|(line, number)| {
        line.chars().filter(|character| is_bad(*character)).map(move |character| (character, number))
    });
    let Some((character, line)) = found.next() else { return Ok(()) };
    let wrong = NoticeWrong::BodyControl { part, line, character, more: found.count() };
    let hint = "a body is text; what holds such characters is something else";
    Err((wrong, Some(hint.to_owned())))
}

/// The text without a byte order mark, every line break a line feed.
fn with_line_feeds(text: &str) -> String {
    text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::language::Language;
    use crate::domain::say::Say;

    fn form(message_type: &str, subject: &str, body: &str) -> NoticeForm {
        NoticeForm {
            message_type: message_type.to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
            html: None,
        }
    }

    fn problems(form: &NoticeForm) -> Vec<NoticeProblem> {
        check(form, &Catalogue::built_in()).unwrap_err()
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_in_the_order_of_the_form() {
        let wrong = NoticeForm { html: Some("<p>\0".to_owned()), ..form("securty.account", " \t ", "\n") };
        let found = problems(&wrong);
        let fields: Vec<NoticeField> = found.iter().map(|problem| problem.field).collect();
        assert_eq!(
            fields,
            [NoticeField::MessageType, NoticeField::Subject, NoticeField::Body, NoticeField::Body]
        );
    }

    #[test]
    fn a_type_must_be_known_and_no_category() {
        for (id, message, hint) in [
            (
                "securty.account",
                "there is no message type 'securty.account'",
                "did you mean 'security.account' or 'security.cloud'?",
            ),
            (
                "security",
                "'security' is a category; a notice has one of its types",
                "its types are security.cloud, security.content, security.account",
            ),
            ("", "the notice needs a type", "'callsheet types' lists them"),
            ("\u{1b}[2J.", "there is no message type '\\u{001B}[2J.'", "'callsheet types' lists them"),
            (
                "Security.Account",
                "there is no message type 'Security.Account'",
                "did you mean 'security.account' or 'security.cloud' or 'security.content'?",
            ),
        ] {
            let found = problems(&form(id, "s", "b"));
            assert_eq!(found.len(), 1, "{id}");
            assert_eq!(
                (found[0].wrong.to_string().as_str(), found[0].hint.as_deref()),
                (message, Some(hint)),
                "{id}"
            );
        }
    }

    #[test]
    fn a_subject_is_one_line_of_what_can_be_seen() {
        for (subject, message) in [
            ("", "the subject is empty"),
            ("\u{3000}\n", "the subject is empty"),
            ("a\nBcc: x@example.org", "the subject is one line; character 2 is U+000A (line feed)"),
            ("a\rb", "the subject is one line; character 2 is U+000D (carriage return)"),
            (
                "a\tb",
                "the subject has only characters that can be seen; character 2 is U+0009 (tab), a control character",
            ),
            (
                "a\u{85}b",
                "the subject has only characters that can be seen; character 2 is U+0085, a control character",
            ),
            (
                "fine \u{202E}exe",
                "the subject has only characters that can be seen; character 6 is \
              U+202E (right-to-left override), an invisible format character",
            ),
            (
                "a\u{2028}b",
                "the subject has only characters that can be seen; character 2 is U+2028 (line separator), \
              a line separator",
            ),
            (
                "\u{E000}",
                "the subject has only characters that can be seen; character 1 is U+E000, a private-use character",
            ),
            (
                "\u{378}",
                "the subject has only characters that can be seen; character 1 is U+0378, an unassigned character",
            ),
            ("z\u{300}\u{301}\u{302}", "the subject heaps up combining marks: z\u{300}\u{301}\\u{0302}"),
        ] {
            let found = problems(&form("security.account", subject, "b"));
            assert_eq!(found.len(), 1, "{subject:?}");
            assert_eq!(
                (found[0].field, found[0].wrong.to_string().as_str()),
                (NoticeField::Subject, message)
            );
        }
    }

    #[test]
    fn a_subject_has_at_most_200_characters_as_people_count_them() {
        let catalogue = Catalogue::built_in();
        let of = |subject: String| check(&form("security.account", &subject, "b"), &catalogue);
        assert!(of("é".repeat(200)).is_ok() && of("e\u{301}\u{302}".repeat(200)).is_ok());
        let told = of("王".repeat(201)).unwrap_err();
        assert_eq!(told[0].wrong.to_string(), "a subject has at most 200 characters; this one has 201");
        // One syllable of many old letters.
        let told = of("\u{1100}".repeat(900)).unwrap_err();
        assert!(told[0].wrong.to_string().contains("built from"), "{told:?}");
    }

    #[test]
    fn a_body_is_text() {
        for (body, message) in [
            ("", "the body is empty"),
            (" \r\n\t", "the body is empty"),
            ("\u{FEFF}", "the body is empty"),
            ("one\ntwo\0", "line 2 of the body holds U+0000 (null), a control character"),
            (
                "a\r\nb\rc \0\u{1b}[2J\0\u{7}",
                "line 3 of the body holds U+0000 (null), a control character; 1 more of the kind follow",
            ),
            ("\u{1b}[0m\u{7}", "the body is empty"),
        ] {
            let found = problems(&form("security.account", "s", body));
            assert_eq!(found.len(), 1, "{body:?}");
            assert_eq!((found[0].field, found[0].wrong.to_string().as_str()), (NoticeField::Body, message));
        }
        let html = NoticeForm { html: Some("<p>\n\u{8}".into()), ..form("security.account", "s", "b") };
        assert_eq!(
            problems(&html)[0].wrong.to_string(),
            "line 2 of the HTML body holds U+0008, a control character"
        );
    }

    #[test]
    fn a_body_has_at_most_1_mib_and_so_has_its_html() {
        let catalogue = Catalogue::built_in();
        let full = "x".repeat(BODY_LIMIT);
        let mut whole = NoticeForm { html: Some(full.clone()), ..form("security.account", "s", &full) };
        assert!(check(&whole, &catalogue).is_ok());
        whole.body.push('x');
        let told = check(&whole, &catalogue).unwrap_err();
        assert_eq!(told[0].wrong.to_string(), "the body has 1048577 bytes; at most 1048576 are allowed");
        whole.html = Some(std::mem::take(&mut whole.body));
        assert_eq!(check(&whole, &catalogue).unwrap_err().len(), 2);
    }

    #[test]
    fn what_is_right_is_kept_with_line_feeds() {
        let given = NoticeForm {
            html: Some(" \r\n ".into()),
            ..form(
                "security.account",
                " Login \u{2764}\u{fe0f} ☃ ",
                "\u{FEFF}a\r\nb\rc\n.\n\t\u{202E}d\u{a0}",
            )
        };
        let draft = check(&given, &Catalogue::built_in()).unwrap();
        assert_eq!(draft.subject, "Login \u{2764}\u{fe0f} ☃");
        assert_eq!((draft.body.as_str(), draft.html), ("a\nb\nc\n.\n\t\u{202E}d\u{a0}", None));
    }

    #[test]
    fn a_body_that_was_printed_in_colour_is_taken_without_it() {
        let given = form("security.account", "s", "\u{FEFF}\u{1b}[31mERROR\u{1b}[0m disk\r\nfull\u{7}\u{8}");
        assert_eq!(check(&given, &Catalogue::built_in()).unwrap().body, "ERROR disk\nfull\\u{0008}");
    }

    #[test]
    fn a_subject_of_a_mail_becomes_one_that_a_notice_may_have() {
        let catalogue = Catalogue::built_in();
        let marks = "z\u{300}\u{301}\u{302}";
        for (given, taken) in [
            ("fine", "fine".to_owned()),
            ("\u{1b}[31mred\u{1b}[0m\u{8}", "red\\u{0008}".to_owned()),
            ("a\u{F04A} \u{378}", "a\\u{F04A} \\u{0378}".to_owned()),
            (marks, "z\u{300}\u{301}\\u{0302}".to_owned()),
            (&"王".repeat(200), "王".repeat(200)),
            (&"王".repeat(201), format!("{}…", "王".repeat(199))),
            (&"\u{1100}".repeat(900), "…".to_owned()),
        ] {
            assert_eq!(subject_of_mail(given), taken);
            assert!(check(&form("security.account", &taken, "b"), &catalogue).is_ok(), "{given:?}");
        }
    }

    #[test]
    fn a_key_has_1_to_200_characters_and_none_that_controls() {
        assert_eq!(check_key(&"王".repeat(200)), Ok(()));
        assert_eq!(check_key("deploy 2026-11-24/7"), Ok(()));
        assert_eq!(check_key(""), Err("the key is empty".to_owned()));
        assert_eq!(
            check_key(&"k".repeat(201)),
            Err("a key has at most 200 characters; this one has 201".to_owned())
        );
        assert_eq!(
            check_key("a\nb"),
            Err("the key holds U+000A (line feed), a control character".to_owned())
        );
    }

    proptest! {
        #[test]
        fn whatever_passes_can_be_sent_and_whatever_is_told_can_be_shown(
            subject in r"(?s).{0,12}", body in r"(?s)[\x00-\x20a-b\u{80}-\u{9f}.王]{0,20}", html: Option<String>,
        ) {
            let given = NoticeForm { html, ..form("security.account", &subject, &body) };
            match check(&given, &Catalogue::built_in()) {
                Ok(draft) => {
                    prop_assert_eq!(&safe(&draft.subject), &draft.subject);
                    for text in [Some(&draft.body), draft.html.as_ref()].into_iter().flatten() {
                        prop_assert!(!text.contains(|c: char| c.is_control() && c != '\t' && c != '\n'));
                        prop_assert!(!text.trim().is_empty() && text.len() <= BODY_LIMIT);
                    }
                    let again = NoticeForm { subject: draft.subject.clone(), body: draft.body.clone(), ..given };
                    let again = check(&again, &Catalogue::built_in()).unwrap();
                    prop_assert_eq!((again.subject, again.body), (draft.subject, draft.body));
                }
                Err(problems) => {
                    prop_assert!(!problems.is_empty());
                    for told in problems.iter().flat_map(|told| Language::ALL.map(|language| told.wrong.say(language))) {
                        prop_assert_eq!(&safe(&told), &told);
                    }
                }
            }
        }
    }
}
