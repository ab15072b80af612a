//! What keeps a notice from being queued, where no field is to blame.

use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{Say, say};
use crate::operations::Problem;

/// Why it could not be found out who gets it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unknown {
    Refused(Box<Problem>),
    /// No answer came.
    Lost,
}

/// Why a notice was not queued.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hindrance {
    /// It would reach nobody.
    Nobody,
    /// Another notice was queued under its key.
    Queued {
        notice: i64,
    },
    Who(Unknown),
    Refused(Box<Problem>),
}

impl Say for Unknown {
    fn say(&self, language: Language) -> String {
        match self {
            Self::Refused(problem) => problem_words(problem, language),
            Self::Lost => say!(language, "it could not be found out").to_owned(),
        }
    }
}

impl Say for Hindrance {
    fn say(&self, language: Language) -> String {
        let why = match self {
            Self::Nobody => {
                return say!(
                    language,
                    "nothing was queued: nobody would get it, and there is no security email; set one in the settings"
                )
                .to_owned();
            }
            Self::Queued { notice } => {
                return say!(
                    language,
                    "notice {notice} was queued before you changed it: the outbox shows it; sending now queues this one too",
                    notice
                );
            }
            Self::Who(unknown) => unknown.say(language),
            Self::Refused(problem) => problem_words(problem, language),
        };
        say!(language, "nothing was queued: {why}", why)
    }
}

/// A problem in words that continue a sentence and are safe to show.
fn problem_words(problem: &Problem, language: Language) -> String {
    safe(&problem.say(language)).into_owned()
}
