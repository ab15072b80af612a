//! `explain`: who would get a notice of a type now, why everybody else would not, and whether the security email gets it.

use clap::Args;

use super::context::Context;
use super::json::ExplanationJson;
use super::list::with_nearest;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table::Table;
use crate::domain::catalogue::Catalogue;
use crate::domain::routing::{Exclusion, FallbackReason};
use crate::operations::notices::{self, Explanation, Fallback};

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
It asks the same rules as 'callsheet notify', so both always agree. A contact receives if it is subscribed, verified, and neither \
unsubscribed nor undeliverable. If no contact does, the security email does.")]
pub struct Explain {
    /// A type, as 'callsheet types' shows them; not a category
    #[arg(value_name = "TYPE")]
    message_type: String,
}

/// Explains a type. That nobody would get it is an answer, not a failure.
///
/// # Errors
/// [`Stop`] with exit 2 for a category or an unknown id.
pub fn run(context: &mut Context, output: &mut Output, arguments: &Explain) -> Result<Exit, Stop> {
    let wants_json = context.wants_json();
    let session = context.session(output)?;
    one_type(&arguments.message_type, session.catalogue())?;
    let explanation = notices::explain(session, &arguments.message_type)?;
    print(output, &explanation, wants_json)?;
    Ok(Exit::Done)
}

/// Prints everybody's verdict, those who receive first, and where it goes if no contact receives.
///
/// # Errors
/// As [`Output::line`].
pub fn print(output: &mut Output, explanation: &Explanation, wants_json: bool) -> Result<(), Stop> {
    if wants_json {
        return output.json(&ExplanationJson::of(explanation));
    }
    Table::new(["ID", "NAME", "EMAIL", "VERDICT", "REASON"]).rows(output, rows(explanation))?;
    match &explanation.fallback {
        Some(fallback) => output.line(&fallback_sentence(fallback)),
        None => Ok(()),
    }
}

/// Confirms that the id is that of one type.
///
/// # Errors
/// A [`Report`] with exit 2 that names the types of a category, or the nearest ids.
pub fn one_type(id: &str, catalogue: &Catalogue) -> Result<(), Report> {
    if let Some(category) = catalogue.category(id) {
        let types = category.types.iter().map(|known| known.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(
            Report::usage(format!("'{id}' is a category")).hint(format!("name one of its types: {types}"))
        );
    }
    catalogue
        .require(id)
        .map_err(|unknown| Report::usage(with_nearest(&unknown)).hint("'callsheet types' shows all of them"))
}

/// Why a contact does not receive a type, as a clause.
#[must_use]
pub const fn why(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::NotSubscribed => "the contact is not subscribed to it",
        Exclusion::Unsubscribed => "the recipient has unsubscribed",
        Exclusion::Undeliverable => "the mail server refuses the address for good",
        Exclusion::NotVerified => "the address is not verified",
    }
}

/// Why the security email gets a notice, as a clause.
#[must_use]
pub const fn why_fallback(reason: FallbackReason) -> &'static str {
    match reason {
        FallbackReason::NoContacts => "there is no contact",
        FallbackReason::NobodySubscribed => "no contact is subscribed to it",
        FallbackReason::NoneVerified => "nobody who is subscribed to it is verified",
        FallbackReason::NoneReachable => "nobody who is subscribed to it can be reached",
        FallbackReason::AllFailed => "all other deliveries failed",
    }
}

fn rows(explanation: &Explanation) -> Vec<[String; 5]> {
    let recipients = explanation.recipients.iter().map(|person| (person, Ok(())));
    let excluded = explanation.excluded.iter().map(|(person, exclusion)| (person, Err(*exclusion)));
    recipients
        .chain(excluded)
        .map(|(person, verdict)| {
            let (verdict, reason) = match verdict {
                Ok(()) => ("receives", ""),
                Err(exclusion) => ("does not", why(exclusion)),
            };
            [
                person.contact.0.to_string(),
                person.name.clone(),
                person.email.clone(),
                verdict.to_owned(),
                reason.to_owned(),
            ]
        })
        .collect()
}

fn fallback_sentence(fallback: &Fallback) -> String {
    let because = why_fallback(fallback.reason);
    match &fallback.email {
        Some(email) => format!("It goes to the security email '{email}', because {because}."),
        None => format!("It reaches nobody, because {because} and there is no security email."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contact::ContactId;
    use crate::operations::notices::Person;

    fn person(id: i64, name: &str) -> Person {
        Person { contact: ContactId(id), name: name.to_owned(), email: format!("{name}@example.org") }
    }

    #[test]
    fn those_who_receive_come_first_and_the_others_have_a_reason() {
        let explanation = Explanation {
            message_type: "security.cloud".to_owned(),
            recipients: vec![person(2, "bob")],
            excluded: vec![(person(1, "ada"), Exclusion::NotVerified)],
            fallback: None,
        };
        let rows = rows(&explanation);
        assert_eq!(rows[0], ["2", "bob", "bob@example.org", "receives", ""]);
        assert_eq!(rows[1], ["1", "ada", "ada@example.org", "does not", "the address is not verified"]);
    }

    #[test]
    fn the_fallback_says_where_it_goes_and_why() {
        let fallback = |email: Option<&str>| {
            fallback_sentence(&Fallback {
                email: email.map(str::to_owned),
                reason: FallbackReason::NoContacts,
            })
        };
        assert_eq!(
            fallback(Some("sec@example.org")),
            "It goes to the security email 'sec@example.org', because there is no contact."
        );
        assert_eq!(
            fallback(None),
            "It reaches nobody, because there is no contact and there is no security email."
        );
    }
}
