//! An audience in words: who would get a notice of a type, who would not and why, and what happens if nobody does.
//!
//! ```text
//! 2 contacts would get it.
//!   AdaLovelace   ada@example.org
//!   王小明         xiaoming@example.cn
//!
//! 2 contacts would not get it.
//!   ops           ops@example.org       ✗ undeliverable
//!   Grace         grace@example.org       not subscribed
//! ```
//!
//! Who wants it and is held back stands before those who never asked for it. It knows nothing of what is around it.

use super::scroll_text::ScrollLine;
use super::wrapped_text::wrap;
use crate::domain::columns::{clip, pad, width};
use crate::domain::language::Language;
use crate::domain::routing::{Exclusion, FallbackReason};
use crate::domain::safe_text::safe;
use crate::domain::say::{counted, plain, say};
use crate::operations::notices::{Audience, Fallback, Person};
use crate::tui::look::Look;
use crate::tui::spoken;
use crate::tui::theme::Role;

/// How many persons are worth reading for a screen; more are told as a number.
pub const PEOPLE: usize = 500;

/// Columns before a person, and between what is said of one.
const GAP: usize = 2;

/// The mark and `not subscribed`.
const REASON: usize = 16;

/// The widest that names and addresses become.
const NAME: usize = 24;
const EMAIL: usize = 34;

/// From this width on a reason has room beside name and address.
const ROOMY: usize = 56;

/// The lines of an audience, none wider than `columns`; all of them are safe to show.
#[must_use]
pub fn lines(audience: &Audience, look: &Look<'_>, columns: usize) -> Vec<ScrollLine> {
    let mut lines = Vec::new();
    if let Some(fallback) = &audience.fallback {
        lines.extend(fallback_lines(look.language, fallback, columns));
    } else {
        let told = counted!(
            look.language,
            audience.recipients,
            "{count} contact would get it.",
            "{count} contacts would get it.",
            count = audience.recipients
        );
        lines.extend(wrapped(&told, Role::Good, columns));
    }
    let got: Vec<&Person> =
        audience.people.iter().filter(|known| known.1.is_ok()).map(|known| &known.0).collect();
    lines.extend(got.iter().map(|person| line(person, None, look, columns)));
    lines.extend(rest(audience.recipients, got.len(), look));
    if audience.excluded > 0 {
        lines.push(ScrollLine::new("", Role::Text));
        let told = counted!(
            look.language,
            audience.excluded,
            "{count} contact would not get it.",
            "{count} contacts would not get it.",
            count = audience.excluded
        );
        lines.extend(wrapped(&told, Role::Label, columns));
        let held_back = held_back(audience);
        lines.extend(held_back.iter().map(|(person, reason)| line(person, Some(*reason), look, columns)));
        lines.extend(rest(audience.excluded, held_back.len(), look));
    }
    lines
}

/// Why a contact does not get it, in words.
#[must_use]
pub const fn exclusion_words(reason: Exclusion) -> &'static str {
    match reason {
        Exclusion::NotSubscribed => "not subscribed",
        Exclusion::Unsubscribed => "unsubscribed",
        Exclusion::Undeliverable => "undeliverable",
        Exclusion::NotVerified => "not verified",
    }
}

/// Why nobody gets it, in words.
#[must_use]
pub const fn fallback_words(reason: FallbackReason) -> &'static str {
    match reason {
        FallbackReason::NoContacts => "there are no contacts",
        FallbackReason::NobodySubscribed => "nobody is subscribed",
        FallbackReason::NoneVerified => "no subscriber is verified yet",
        FallbackReason::NoneReachable => "no subscriber can be reached",
        FallbackReason::AllFailed => "every other mail has failed",
    }
}

/// Why nobody got what was sent before, in words.
#[must_use]
pub const fn past_fallback_words(reason: FallbackReason) -> &'static str {
    match reason {
        FallbackReason::NoContacts => "there were no contacts",
        FallbackReason::NobodySubscribed => "nobody was subscribed",
        FallbackReason::NoneVerified => "no subscriber was verified yet",
        FallbackReason::NoneReachable => "no subscriber could be reached",
        FallbackReason::AllFailed => "every other mail has failed",
    }
}

fn fallback_lines(language: Language, fallback: &Fallback, columns: usize) -> Vec<ScrollLine> {
    let why = plain(language, fallback_words(fallback.reason));
    match &fallback.email {
        Some(email) => {
            let told =
                say!(language, "No contact would get it: {why}. The security email gets it instead:", why);
            let mut lines = wrapped(&told, Role::Warning, columns);
            lines.extend(wrapped(&format!("  {}", safe(email)), Role::Text, columns));
            lines
        }
        None => {
            let told = say!(
                language,
                "Nobody would get it: {why}, and there is no security email. Set one in the settings.",
                why
            );
            wrapped(&told, Role::Bad, columns)
        }
    }
}

/// The excluded that are known, those first who want it.
fn held_back(audience: &Audience) -> Vec<(&Person, Exclusion)> {
    let mut held_back: Vec<(&Person, Exclusion)> = audience
        .people
        .iter()
        .filter_map(|(person, verdict)| verdict.err().map(|reason| (person, reason)))
        .collect();
    held_back.sort_by_key(|(_, reason)| *reason == Exclusion::NotSubscribed);
    held_back
}

fn line(person: &Person, reason: Option<Exclusion>, look: &Look<'_>, columns: usize) -> ScrollLine {
    let cut = look.marks.ellipsis();
    if look.marks.is_spoken() {
        let language = look.language;
        let why = reason.map(|reason| plain(language, exclusion_words(reason))).unwrap_or_default();
        let facts = [
            (say!(language, "Name"), safe(&person.name).into_owned()),
            (say!(language, "Reason"), why.to_owned()),
            (say!(language, "Email"), safe(&person.email).into_owned()),
        ];
        let text = clip(&spoken::line(language, facts), columns, cut).into_owned();
        return ScrollLine::new(text, if reason.is_some() { Role::Dim } else { Role::Text });
    }
    let room = columns.saturating_sub(GAP);
    let (words, role) = match reason {
        Some(reason) => {
            let words = plain(look.language, exclusion_words(reason));
            match reason {
                Exclusion::NotSubscribed => (format!("  {words}"), Role::Dim),
                Exclusion::Unsubscribed | Exclusion::Undeliverable | Exclusion::NotVerified => {
                    (format!("{} {words}", look.marks.exclusion(reason)), Role::Warning)
                }
            }
        }
        None => (String::new(), Role::Text),
    };
    // Where there is little room the address goes: name and reason tell who it is and what can be done.
    let is_roomy = columns >= ROOMY;
    let reason_columns = if is_roomy || reason.is_some() { REASON + GAP } else { 0 };
    let email_columns = if is_roomy || reason.is_none() {
        EMAIL.min(room.saturating_sub(reason_columns + GAP) * 3 / 5)
    } else {
        0
    };
    let email_gap = if email_columns > 0 { GAP } else { 0 };
    let name_columns = NAME.min(room.saturating_sub(reason_columns + email_columns + email_gap));
    let gap = |columns: usize| " ".repeat(columns);
    let mut text = gap(GAP.min(columns));
    text.push_str(&pad(&safe(&person.name), name_columns, cut));
    if email_columns > 0 {
        text.push_str(&gap(email_gap));
        text.push_str(&pad(&safe(&person.email), email_columns, cut));
    }
    if reason.is_some() && width(&text) + GAP + width(&words) <= columns {
        text.push_str(&gap(GAP));
        text.push_str(&words);
    }
    ScrollLine::new(text.trim_end_matches(' '), role)
}

/// How many there are beside those that are shown.
fn rest(all: u64, shown: usize, look: &Look<'_>) -> Option<ScrollLine> {
    let rest = all.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    (rest > 0).then(|| {
        let words = say!(look.language, "{mark} {count} more", mark = look.marks.ellipsis(), count = rest);
        ScrollLine::new(format!("  {words}"), Role::Dim)
    })
}

fn wrapped(text: &str, role: Role, columns: usize) -> Vec<ScrollLine> {
    wrap(text, columns).into_iter().map(|line| ScrollLine::new(line, role)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;
    use crate::domain::contact::ContactId;

    fn person(id: i64, name: &str) -> Person {
        Person { contact: ContactId(id), name: name.to_owned(), email: format!("p{id}@example.org") }
    }

    fn audience(people: Vec<(Person, Result<(), Exclusion>)>) -> Audience {
        let of = |wanted: bool| people.iter().filter(|known| known.1.is_ok() == wanted).count() as u64;
        Audience {
            message_type: "product.release".to_owned(),
            recipients: of(true),
            excluded: of(false),
            people,
            fallback: None,
        }
    }

    fn texts(audience: &Audience, columns: usize) -> Vec<String> {
        lines(audience, &test_look(), columns).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn who_wants_it_and_is_held_back_stands_before_who_never_asked() {
        let audience = audience(vec![
            (person(1, "ada"), Ok(())),
            (person(2, "bob"), Err(Exclusion::NotSubscribed)),
            (person(3, "王小明"), Err(Exclusion::Undeliverable)),
        ]);
        let texts = texts(&audience, 70);
        assert_eq!(texts[0], "1 contact would get it.");
        assert!(texts[1].starts_with("  ada ") && texts[1].ends_with("p1@example.org"), "{texts:?}");
        assert_eq!(texts[3], "2 contacts would not get it.");
        assert!(texts[4].starts_with("  王小明 ") && texts[4].ends_with("✗ undeliverable"), "{texts:?}");
        assert!(texts[5].ends_with("  not subscribed"), "{texts:?}");
    }

    #[test]
    fn a_long_audience_tells_how_many_more_there_are() {
        let mut audience = audience(vec![(person(1, "ada"), Ok(()))]);
        audience.recipients = 1_234;
        audience.excluded = 5;
        let texts = texts(&audience, 70);
        assert_eq!(texts[0], "1234 contacts would get it.");
        assert_eq!(texts[2], "  … 1233 more");
        assert_eq!(texts[5], "  … 5 more");
    }

    #[test]
    fn without_recipients_it_says_who_gets_it_instead_and_why() {
        let mut audience = audience(vec![]);
        let email = Some("security@example.com".to_owned());
        audience.fallback = Some(Fallback { email, reason: FallbackReason::NoneVerified });
        let text = texts(&audience, 40).join(" ");
        assert!(
            text.contains("no subscriber is verified yet") && text.contains("security@example.com"),
            "{text}"
        );
        audience.fallback = Some(Fallback { email: None, reason: FallbackReason::NoContacts });
        let text = texts(&audience, 200).join("\n");
        assert!(text.contains("there is no security email. Set one in the settings."), "{text}");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide(name in "[a-z王小é語\u{202e}\u{301}👩‍🚀]{0,24}", columns in 0..120_usize, more in 0..10_u64) {
            let reasons = [
                Err(Exclusion::NotSubscribed), Err(Exclusion::Unsubscribed), Err(Exclusion::NotVerified), Ok(()),
            ];
            let mut audience = audience(reasons.into_iter().map(|verdict| (person(1, &name), verdict)).collect());
            audience.excluded += more;
            for line in lines(&audience, &test_look(), columns.max(14)) {
                prop_assert!(width(&line.text) <= columns.max(14), "{:?}", line.text);
            }
        }
    }
}
