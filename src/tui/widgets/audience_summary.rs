//! An audience in the room there is, beside something else: how many people, as many names as fit, who does not get it and why,
//! and what happens if nobody does. [`super::audience`] has a line for everybody, with the address, for a dialog that scrolls.
//!
//! ```text
//! 12 people get it
//! AdaLovelace
//! 王小明
//! and 10 more
//!
//! 2 contacts do not
//! ops: undeliverable
//! 1 more
//! ```
//!
//! It says what the operation has found, in the room there is, and decides nothing.

use super::audience::{exclusion_words, fallback_words};
use super::scroll_text::ScrollLine;
use super::wrapped_text::wrap;
use crate::domain::columns::{clip, width};
use crate::domain::language::Language;
use crate::domain::routing::Exclusion;
use crate::domain::safe_text::safe;
use crate::domain::say::{counted, listed as joined, plain, say};
use crate::operations::notices::{Audience, Fallback, Person};
use crate::tui::look::Look;
use crate::tui::theme::Role;

/// The fewest rows in which names are worth showing: a name, and how many more there are.
const NAMES_FROM: usize = 2;

/// `1 person`, `12 people`.
#[must_use]
pub fn people(language: Language, count: u64) -> String {
    counted!(language, count, "{count} person", "{count} people", count)
}

/// What happens where no contact gets it, in sentences.
#[must_use]
pub fn fallback_sentence(language: Language, fallback: &Fallback) -> String {
    let reason = capital(plain(language, fallback_words(fallback.reason)));
    match &fallback.email {
        Some(email) => {
            let email = safe(email);
            say!(language, "{reason}. The security email {email} gets it.", reason, email)
        }
        None => say!(language, "{reason}, and there is no security email. Nobody gets it.", reason),
    }
}

/// One line that says as much as fits: `12 people: AdaLovelace, 王小明, …`.
#[must_use]
pub fn summary(audience: &Audience, columns: usize, look: Look<'_>) -> (String, Role) {
    if let Some(fallback) = &audience.fallback {
        let whole = alarm(&fallback_sentence(look.language, fallback), look);
        let short = match &fallback.email {
            Some(_) => say!(look.language, "! nobody; the security email gets it"),
            None => say!(look.language, "! nobody, and no security email"),
        };
        let short = if look.marks.is_spoken() { short.trim_start_matches(['!', ' ']) } else { short };
        let words = if width(&whole) <= columns { whole.as_str() } else { short };
        return (clip(words, columns, look.marks.ellipsis()).into_owned(), role_of(fallback));
    }
    let count = people(look.language, audience.recipients);
    let mut names: Vec<_> = recipients(audience).map(|person| safe(&person.name).into_owned()).collect();
    if names.is_empty() {
        return (clip(&count, columns, look.marks.ellipsis()).into_owned(), Role::Text);
    }
    let is_whole = names.len() == usize_of(audience.recipients);
    if !is_whole {
        names.push(look.marks.ellipsis().to_owned());
    }
    let line = say!(look.language, "{count}: {names}", count, names = joined(look.language, names));
    (clip(&line, columns, look.marks.ellipsis()).into_owned(), Role::Text)
}

/// Everything in at most `rows` lines of `columns`. Where not all names fit, it says how many more there are.
#[must_use]
pub fn lines(audience: &Audience, columns: usize, rows: usize, look: Look<'_>) -> Vec<ScrollLine> {
    let mut head = Vec::new();
    match &audience.fallback {
        Some(fallback) => {
            let words = alarm(&fallback_sentence(look.language, fallback), look);
            head.extend(
                wrap(&words, columns).into_iter().map(|line| ScrollLine::new(line, role_of(fallback))),
            );
        }
        None => {
            let count = audience.recipients;
            let words =
                counted!(look.language, count, "{count} person gets it", "{count} people get it", count);
            head.push(ScrollLine::new(words, Role::Good));
        }
    }
    let room = rows.saturating_sub(head.len());
    let not = excluded(look.language, audience);
    // A blank, the number, and at least one name and the number of the rest.
    let wanted = if audience.excluded == 0 { 0 } else { 2 + not.len().max(1) };
    let for_excluded = wanted.min((room / 2).max(room.saturating_sub(usize_of(audience.recipients))));
    let for_excluded = if for_excluded > 2 { for_excluded } else { 0 };
    let names: Vec<String> = recipients(audience).map(|person| safe(&person.name).into_owned()).collect();
    let and_more = |count: usize| say!(look.language, "and {count} more", count);
    head.extend(listed(&names, audience.recipients, room - for_excluded, and_more, Role::Text));
    if for_excluded > 0 {
        let count = audience.excluded;
        let words =
            counted!(look.language, count, "{count} contact does not", "{count} contacts do not", count);
        head.push(ScrollLine::new("", Role::Text));
        head.push(ScrollLine::new(words, Role::Text));
        let more = |count: usize| say!(look.language, "{count} more", count);
        head.extend(listed(&not, audience.excluded, for_excluded - 2, more, Role::Dim));
    }
    head.truncate(rows);
    for line in &mut head {
        line.text = clip(&line.text, columns, look.marks.ellipsis()).into_owned();
    }
    head
}

fn alarm(words: &str, look: Look<'_>) -> String {
    if look.marks.is_spoken() { words.to_owned() } else { format!("! {words}") }
}

fn recipients(audience: &Audience) -> impl Iterator<Item = &Person> {
    audience.people.iter().filter(|(_, verdict)| verdict.is_ok()).map(|(person, _)| person)
}

/// Who does not get it: those who want it first, for something may be done about them.
fn excluded(language: Language, audience: &Audience) -> Vec<String> {
    let mut excluded: Vec<(&Person, Exclusion)> = audience
        .people
        .iter()
        .filter_map(|(person, verdict)| verdict.err().map(|exclusion| (person, exclusion)))
        .collect();
    excluded.sort_by_key(|(_, exclusion)| *exclusion == Exclusion::NotSubscribed);
    let words = |(person, exclusion): (&Person, Exclusion)| {
        let (name, why) = (safe(&person.name), plain(language, exclusion_words(exclusion)));
        say!(language, "{name}: {why}", name, why)
    };
    excluded.into_iter().map(words).collect()
}

/// As many of `names` as fit into `rows`, and how many of `total` are left out, in the words of `more`.
fn listed(
    names: &[String],
    total: u64,
    rows: usize,
    more: impl Fn(usize) -> String,
    role: Role,
) -> Vec<ScrollLine> {
    let is_whole = usize_of(total) == names.len() && names.len() <= rows;
    if !is_whole && rows < NAMES_FROM {
        return Vec::new();
    }
    let shown = if is_whole { names.len() } else { names.len().min(rows - 1) };
    let mut lines: Vec<ScrollLine> =
        names[..shown].iter().map(|name| ScrollLine::new(name.as_str(), role)).collect();
    if !is_whole && shown > 0 {
        lines.push(ScrollLine::new(more(usize_of(total).saturating_sub(shown)), Role::Dim));
    }
    lines
}

const fn role_of(fallback: &Fallback) -> Role {
    match &fallback.email {
        Some(_) => Role::Warning,
        None => Role::Bad,
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn usize_of(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_look;
    use super::*;
    use crate::domain::contact::ContactId;
    use crate::domain::routing::FallbackReason;

    fn person(id: i64, name: &str) -> Person {
        Person { contact: ContactId(id), name: name.to_owned(), email: format!("p{id}@example.org") }
    }

    fn audience(recipients: &[&str], excluded: &[(&str, Exclusion)]) -> Audience {
        let got = recipients.iter().map(|name| (person(1, name), Ok(())));
        let not = excluded.iter().map(|(name, exclusion)| (person(2, name), Err(*exclusion)));
        Audience {
            message_type: "security.account".to_owned(),
            recipients: u64::try_from(recipients.len()).unwrap(),
            excluded: u64::try_from(excluded.len()).unwrap(),
            people: got.chain(not).collect(),
            fallback: None,
        }
    }

    fn texts(audience: &Audience, columns: usize, rows: usize) -> Vec<String> {
        lines(audience, columns, rows, test_look()).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn everybody_is_named_where_there_is_room() {
        let audience = audience(
            &["Ada", "王小明"],
            &[("Bob", Exclusion::NotSubscribed), ("ops", Exclusion::Undeliverable)],
        );
        assert_eq!(
            texts(&audience, 30, 20),
            [
                "2 people get it",
                "Ada",
                "王小明",
                "",
                "2 contacts do not",
                "ops: undeliverable",
                "Bob: not subscribed"
            ]
        );
    }

    #[test]
    fn where_room_is_scarce_the_numbers_stay() {
        let mut audience = audience(&["Ada", "Grace", "王小明"], &[("Bob", Exclusion::NotVerified)]);
        assert_eq!(texts(&audience, 30, 3), ["3 people get it", "Ada", "and 2 more"]);
        assert_eq!(texts(&audience, 30, 1), ["3 people get it"]);
        assert_eq!(texts(&audience, 30, 0), [""; 0]);
        audience.recipients = 1_000_000;
        assert_eq!(texts(&audience, 12, 5)[..2], ["1000000 peo…", "Ada"]);
        assert_eq!(summary(&audience, 40, test_look()).0, "1000000 people: Ada, Grace, 王小明, …");
        assert_eq!(summary(&audience, 14, test_look()).0, "1000000 peopl…");
    }

    #[test]
    fn nobody_means_the_security_email_or_an_alarm() {
        let mut audience = audience(&[], &[("Bob", Exclusion::NotVerified)]);
        let email = Some("sec@example.com".to_owned());
        audience.fallback = Some(Fallback { email, reason: FallbackReason::NoneVerified });
        let words = "! No subscriber is verified yet. The security email sec@example.com gets it.";
        assert_eq!(texts(&audience, 80, 9)[0], words);
        assert_eq!(texts(&audience, 80, 9)[3], "Bob: not verified");
        assert_eq!(summary(&audience, 80, test_look()), (words.to_owned(), Role::Warning));
        assert_eq!(summary(&audience, 40, test_look()).0, "! nobody; the security email gets it");
        audience.fallback = Some(Fallback { email: None, reason: FallbackReason::NoContacts });
        let line = &lines(&audience, 80, 9, test_look())[0];
        assert_eq!(line.text, "! There are no contacts, and there is no security email. Nobody gets it.");
        assert_eq!(line.role, Role::Bad);
    }

    proptest! {
        #[test]
        fn it_fits_and_every_number_is_right(
            got in 0..40_usize, not in 0..40_usize, unlisted in 0..5_u64, columns in 0..40_usize, rows in 0..60_usize,
        ) {
            let names: Vec<String> = (0..got).map(|index| format!("n{index}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut audience = audience(&names, &vec![("x", Exclusion::NotVerified); not]);
            audience.excluded += unlisted;
            let lines = lines(&audience, columns, rows, test_look());
            prop_assert!(lines.len() <= rows);
            prop_assert!(lines.iter().all(|line| width(&line.text) <= columns));
            let named = lines.iter().filter(|line| line.text.starts_with('n')).count();
            let more = lines.iter().find_map(|line| line.text.strip_prefix("and ")?.strip_suffix(" more")?.parse::<usize>().ok());
            if columns > 20 && named > 0 {
                prop_assert_eq!(named + more.unwrap_or(0), got);
            }
        }
    }
}
