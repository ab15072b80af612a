//! `explain`: who would get a notice of a type now, why everybody else would not, and whether the security email gets it.

use clap::Args;

use super::context::Context;
use super::json::{ExcludedJson, FallbackJson, RecipientJson};
use super::list::with_nearest;
use super::output::Output;
use super::problem::{Exit, Report, Stop};
use super::table::Table;
use crate::domain::catalogue::Catalogue;
use crate::domain::routing::{Exclusion, FallbackReason};
use crate::operations::Session;
use crate::operations::notices::{self, Fallback, Person};

/// Rows of the table that are written at once.
const PAGE: usize = 500;

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
    print(output, session, &arguments.message_type, wants_json)?;
    Ok(Exit::Done)
}

/// Prints everybody's verdict about a type, those who receive first, and where it goes if no contact receives, which it returns.
///
/// # Errors
/// As [`notices::explain`] and [`Output::line`].
pub fn print(
    output: &mut Output,
    session: &mut Session,
    message_type: &str,
    wants_json: bool,
) -> Result<Option<Fallback>, Stop> {
    if wants_json {
        print_json(output, session, message_type)
    } else {
        print_table(output, session, message_type)
    }
}

fn print_json(
    output: &mut Output,
    session: &mut Session,
    message_type: &str,
) -> Result<Option<Fallback>, Stop> {
    let mut object = output.object();
    object.field("type", &message_type)?;
    object.list("recipients")?;
    let mut receiving = true;
    let fallback = notices::explain(session, message_type, |person, verdict| match verdict {
        Ok(()) => object.push(&RecipientJson::of(person)),
        Err(exclusion) => {
            if std::mem::take(&mut receiving) {
                object.list("excluded")?;
            }
            object.push(&ExcludedJson::of(person, exclusion))
        }
    })?;
    if receiving {
        object.list("excluded")?;
    }
    object.field("fallback", &fallback.as_ref().and_then(FallbackJson::of))?;
    object.end()?;
    Ok(fallback)
}

fn print_table(
    output: &mut Output,
    session: &mut Session,
    message_type: &str,
) -> Result<Option<Fallback>, Stop> {
    let mut table = Table::new(["ID", "NAME", "EMAIL", "VERDICT", "REASON"]);
    let mut rows = Vec::new();
    let fallback = notices::explain(session, message_type, |person, verdict| {
        rows.push(row(person, verdict));
        if rows.len() < PAGE { Ok(()) } else { table.rows(output, std::mem::take(&mut rows)) }
    })?;
    table.rows(output, rows)?;
    if let Some(fallback) = &fallback {
        output.line(&fallback_sentence(fallback))?;
    }
    Ok(fallback)
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

fn row(person: &Person, verdict: Result<(), Exclusion>) -> [String; 5] {
    let (verdict, reason) = match verdict {
        Ok(()) => ("receives", ""),
        Err(exclusion) => ("does not", why(exclusion)),
    };
    let Person { contact, name, email } = person;
    [contact.0.to_string(), name.clone(), email.clone(), verdict.to_owned(), reason.to_owned()]
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

    #[test]
    fn who_does_not_receive_has_a_reason() {
        let ada =
            Person { contact: ContactId(1), name: "ada".to_owned(), email: "ada@example.org".to_owned() };
        assert_eq!(row(&ada, Ok(())), ["1", "ada", "ada@example.org", "receives", ""]);
        let excluded = row(&ada, Err(Exclusion::NotVerified));
        assert_eq!(excluded, ["1", "ada", "ada@example.org", "does not", "the address is not verified"]);
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
