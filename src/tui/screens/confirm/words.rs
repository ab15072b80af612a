//! What the questions say.

use super::{Asked, Words};
use crate::domain::columns::clip;
use crate::domain::language::Language;
use crate::domain::safe_text::safe;
use crate::domain::say::{counted, say};
use crate::operations::notices::Fallback;
use crate::tui::look::Look;
use crate::tui::widgets::audience_summary::fallback_sentence;

/// The columns of a subject in a question, so that what follows it is seen.
const SUBJECT: usize = 40;

impl Asked {
    /// The question as it is said now.
    pub(super) fn words(&self, look: Look<'_>) -> Words {
        let language = look.language;
        match self {
            Self::Own(words) => (**words).clone(),
            Self::Delete { name, email } => Words {
                title: say!(language, "Delete"),
                question: say!(language, "Delete {name} ({email})?", name = safe(name), email = safe(email)),
                detail: say!(
                    language,
                    "It cannot be undone: the contact, its message types and its proof of address are gone for good."
                )
                .to_owned(),
                yes: say!(language, "Delete").to_owned(),
                no: say!(language, "Keep").to_owned(),
            },
            Self::DeleteMany { count } => Words {
                title: say!(language, "Delete"),
                question: if *count == 1 {
                    say!(language, "Delete the selected contact?").to_owned()
                } else {
                    say!(language, "Delete {count} contacts?", count)
                },
                detail: say!(
                    language,
                    "It cannot be undone: the contacts, their message types and their proofs of address are gone for good."
                )
                .to_owned(),
                yes: say!(language, "Delete {count}", count),
                no: say!(language, "Keep").to_owned(),
            },
            Self::Column { id, count, wanted, is_filtered } => {
                column(language, &look.title(id), *count, *wanted, *is_filtered)
            }
            Self::SubscribeAgain { name, since } => Words {
                title: say!(language, "Unsubscribed"),
                question: say!(language, "Subscribe {name} to activity messages again?", name = safe(name)),
                detail: match since {
                    Some(since) => say!(
                        language,
                        "The recipient has unsubscribed ({since}). Do so only if somebody there has asked for it.",
                        since = look.short_time(*since)
                    ),
                    None => say!(
                        language,
                        "The recipient has unsubscribed. Do so only if somebody there has asked for it."
                    )
                    .to_owned(),
                },
                yes: say!(language, "Subscribe again").to_owned(),
                no: say!(language, "Leave it").to_owned(),
            },
            Self::CancelDelivery { subject, to } => Words {
                title: say!(language, "Cancel delivery"),
                question: say!(
                    language,
                    "Cancel '{subject}' to {recipient}?",
                    subject = safe(subject),
                    recipient = safe(to)
                ),
                detail: say!(language, "It cannot be undone: the mail is not sent any more.").to_owned(),
                yes: say!(language, "Cancel it").to_owned(),
                no: say!(language, "Let it go").to_owned(),
            },
            Self::CancelChange { pending, present } => Words {
                title: say!(language, "Cancel change"),
                question: say!(language, "Cancel the change to {pending}?", pending = safe(pending)),
                detail: say!(
                    language,
                    "Its code no longer counts; {present} stays the address in force.",
                    present = safe(present)
                ),
                yes: say!(language, "Cancel it").to_owned(),
                no: say!(language, "Go on waiting").to_owned(),
            },
            Self::Leave => Words {
                title: say!(language, "Leave"),
                question: say!(language, "Leave without saving?").to_owned(),
                detail: say!(language, "What you entered is not saved yet.").to_owned(),
                yes: say!(language, "Leave").to_owned(),
                no: say!(language, "Stay").to_owned(),
            },
            Self::SkipIntroduction => Words {
                title: say!(language, "Skip"),
                question: say!(language, "Skip these questions for good?").to_owned(),
                detail: say!(
                    language,
                    "What you entered is not saved. Both can be set later under Settings."
                )
                .to_owned(),
                yes: say!(language, "Skip").to_owned(),
                no: say!(language, "Stay").to_owned(),
            },
            Self::CancelNotice { subject, waiting } => cancel_notice(language, subject, *waiting),
            Self::LeaveNotice => Words {
                title: say!(language, "Leave"),
                question: say!(language, "Leave without sending?").to_owned(),
                detail: say!(language, "What you have written is lost then.").to_owned(),
                yes: say!(language, "Leave").to_owned(),
                no: say!(language, "Stay").to_owned(),
            },
            Self::SendNotice { subject, message_type, recipients, fallback } => {
                send_notice(language, subject, &look.type_path(message_type), *recipients, fallback.as_ref())
            }
        }
    }
}

fn column(language: Language, title: &str, count: u64, wanted: bool, is_filtered: bool) -> Words {
    let (question, yes) = if wanted {
        (
            say!(language, "Subscribe {count} contacts to '{title}'?", count, title),
            say!(language, "Subscribe {count}", count),
        )
    } else {
        (
            say!(language, "End '{title}' for {count} contacts?", title, count),
            say!(language, "End it for {count}", count),
        )
    };
    let detail = if is_filtered {
        say!(
            language,
            "These are all contacts that match the filter. It can be undone until the screen is left."
        )
    } else {
        say!(language, "These are all contacts. It can be undone until the screen is left.")
    };
    Words {
        title: say!(language, "Whole column"),
        question,
        detail: detail.to_owned(),
        yes,
        no: say!(language, "Leave it").to_owned(),
    }
}

fn cancel_notice(language: Language, subject: &str, waiting: u64) -> Words {
    let subject = safe(subject);
    let subject = clip(&subject, SUBJECT, "...");
    Words {
        title: say!(language, "Cancel notice"),
        question: if waiting == 1 {
            say!(language, "Cancel the mail of '{subject}' that waits?", subject)
        } else {
            say!(language, "Cancel the {waiting} mails of '{subject}' that wait?", waiting, subject)
        },
        detail: say!(
            language,
            "It cannot be undone. What is on its way just now may still arrive, and nothing is tried again."
        )
        .to_owned(),
        yes: if waiting == 1 {
            say!(language, "Cancel it").to_owned()
        } else {
            say!(language, "Cancel {waiting}", waiting)
        },
        no: say!(language, "Let it go").to_owned(),
    }
}

fn send_notice(
    language: Language,
    subject: &str,
    path: &str,
    count: u64,
    fallback: Option<&Fallback>,
) -> Words {
    let subject = safe(subject);
    let subject = clip(&subject, SUBJECT, "...");
    let (question, detail, yes) = match fallback {
        None => (
            counted!(
                language,
                count,
                "Send '{subject}' ({path}) to {count} person?",
                "Send '{subject}' ({path}) to {count} people?",
                subject,
                path,
                count
            ),
            say!(language, "It cannot be called back.").to_owned(),
            counted!(language, count, "Send to {count} person", "Send to {count} people", count),
        ),
        Some(fallback) => (
            say!(language, "Send '{subject}' ({path}) to the security email only?", subject, path),
            fallback_sentence(language, fallback),
            say!(language, "Send it there").to_owned(),
        ),
    };
    Words {
        title: say!(language, "Send"),
        question,
        detail,
        yes,
        no: say!(language, "Do not send").to_owned(),
    }
}
