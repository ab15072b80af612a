//! What may be wrong with a part of a notice, in words.

use std::fmt;

use super::{BODY_LIMIT, SUBJECT_CODE_POINTS, SUBJECT_LIMIT};
use crate::domain::character::{Hidden, Named};
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};

/// What is wrong with a part of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeWrong {
    NoType,
    /// It is the id of a category.
    Category {
        id: String,
    },
    UnknownType {
        id: String,
    },
    NoSubject,
    /// A line break in the subject; positions count from 1.
    SubjectLines {
        position: usize,
        character: char,
    },
    SubjectHidden {
        position: usize,
        character: char,
        class: Hidden,
    },
    SubjectMarks {
        subject: String,
    },
    SubjectLength {
        length: usize,
    },
    /// One character may be built from many.
    SubjectCodePoints {
        code_points: usize,
    },
    NoBody,
    BodySize {
        part: BodyPart,
        bytes: usize,
    },
    /// A control character, and how many more there are; lines count from 1.
    BodyControl {
        part: BodyPart,
        line: usize,
        character: char,
        more: usize,
    },
    /// What it was read from is no announcement, in words that are safe to show.
    Unreadable(String),
}

/// A body of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyPart {
    Text,
    Html,
}

impl Say for NoticeWrong {
    fn say(&self, language: Language) -> String {
        match self {
            Self::NoType => say!(language, "the notice needs a type").to_owned(),
            Self::Category { id } => {
                say!(language, "'{id}' is a category; a notice has one of its types", id = safe(id))
            }
            Self::UnknownType { id } => say!(language, "there is no message type '{id}'", id = safe(id)),
            Self::NoSubject => say!(language, "the subject is empty").to_owned(),
            Self::SubjectLines { position, character } => say!(
                language,
                "the subject is one line; character {position} is {name}",
                position,
                name = Named(*character).say(language)
            ),
            Self::SubjectHidden { position, character, class } => say!(
                language,
                "the subject has only characters that can be seen; character {position} is {name}, {class}",
                position,
                name = Named(*character).say(language),
                class = class.say(language)
            ),
            Self::SubjectMarks { subject } => {
                say!(language, "the subject heaps up combining marks: {subject}", subject = safe(subject))
            }
            Self::SubjectLength { length } => say!(
                language,
                "a subject has at most {limit} characters; this one has {length}",
                limit = SUBJECT_LIMIT,
                length
            ),
            Self::SubjectCodePoints { code_points } => say!(
                language,
                "a subject is built from at most {limit} characters; this one from {count}",
                limit = SUBJECT_CODE_POINTS,
                count = code_points
            ),
            Self::NoBody => say!(language, "the body is empty").to_owned(),
            Self::BodySize { part, bytes } => say!(
                language,
                "the {part} has {bytes} bytes; at most {limit} are allowed",
                part = part.say(language),
                bytes,
                limit = BODY_LIMIT
            ),
            Self::BodyControl { part, line, character, more } => {
                let (part, name) = (part.say(language), Named(*character).say(language));
                match more {
                    0 => say!(
                        language,
                        "line {line} of the {part} holds {name}, a control character",
                        line,
                        part,
                        name
                    ),
                    more => say!(
                        language,
                        "line {line} of the {part} holds {name}, a control character; {more} more of the kind follow",
                        line,
                        part,
                        name,
                        more
                    ),
                }
            }
            Self::Unreadable(words) => words.clone(),
        }
    }
}

impl fmt::Display for NoticeWrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl Say for BodyPart {
    fn say(&self, language: Language) -> String {
        match self {
            Self::Text => say!(language, "body"),
            Self::Html => say!(language, "HTML body"),
        }
        .to_owned()
    }
}
