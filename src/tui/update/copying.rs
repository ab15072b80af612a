//! Copying: what the focused thing is as a text for the clipboard.

use crate::domain::contact::Contact;
use crate::domain::delivery::Delivery;
use crate::domain::safe_text::{safe, safe_lines};
use crate::domain::say::{counted, say};
use crate::operations::history;
use crate::operations::outbox::OutboxEntry;
use crate::tui::effect::Effect;
use crate::tui::model::{Model, Overlay, Screen, Tone};
use crate::tui::plan::Plan;

/// How much of the focused thing is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Much {
    /// The address, or what the line says.
    Little,
    /// The name too; of a mail its Message-ID.
    More,
}

/// Sends a text to the terminal, and says so.
pub(super) fn copy(model: &mut Model, much: Much, plan: &mut Plan) {
    let language = model.fixed.language;
    let long = long(model, much);
    let focused = long.as_ref().map(|(text, _)| text.clone()).or_else(|| focused(model, much));
    let Some(text) = focused.filter(|text| !text.is_empty()) else {
        return model.notify(Tone::Warning, say!(language, "There is nothing here to copy."));
    };
    // What is pasted somewhere must not act there either.
    let text = if long.is_some() { safe_lines(&text) } else { safe(&text) }.into_owned();
    if model.clipboard.sequence(&text).is_none() {
        return model
            .notify(Tone::Failed, say!(language, "This is too long for the clipboard of a terminal."));
    }
    let words = match long {
        Some((_, what)) => model.clipboard.words_for(&what, language),
        None => model.clipboard.words(&text, language),
    };
    model.notify(Tone::Done, words);
    plan.add(Effect::Copy(text));
}

/// A text that is named rather than shown when it was copied, and its name.
fn long(model: &Model, much: Much) -> Option<(String, String)> {
    let language = model.fixed.language;
    #[expect(clippy::wildcard_enum_match_arm, reason = "few dialogs hold a long text")]
    match model.overlays.last()? {
        Overlay::Compose(dialog) => {
            let text = dialog.previewed_text()?;
            Some((text, say!(language, "subject and text of the mail").to_owned()))
        }
        Overlay::Audience(dialog) => {
            let audience = dialog.audience()?;
            let shown: Vec<String> = audience
                .people
                .iter()
                .filter(|(_, verdict)| verdict.is_ok())
                .map(|(person, _)| address(&person.name, &person.email, much))
                .collect();
            let (count, all) = (shown.len(), audience.recipients);
            let what = if u64::try_from(count) == Ok(all) {
                counted!(
                    language,
                    all,
                    "the address of {all} recipient",
                    "the addresses of {all} recipients",
                    all
                )
            } else {
                say!(language, "the first {count} of {all} addresses", count, all)
            };
            (count > 0).then(|| (shown.join(", "), what))
        }
        _ => None,
    }
}

fn focused(model: &Model, much: Much) -> Option<String> {
    match model.overlays.last() {
        None => on_screen(model, much),
        Some(Overlay::Delivery(dialog)) => dialog.delivery().map(|delivery| of_delivery(delivery, much)),
        Some(Overlay::Audience(dialog)) => match dialog.audience() {
            Some(audience) => audience.fallback.as_ref().and_then(|fallback| fallback.email.clone()),
            None => dialog.current(&model.look()),
        },
        Some(Overlay::ContactTypes(dialog)) => Some(of_contact(dialog.contact(), much)),
        Some(Overlay::Verification(dialog)) => {
            dialog.proofs().map(|proofs| address(&proofs.name, &proofs.open().email, much))
        }
        Some(
            Overlay::ContactForm(_)
            | Overlay::Confirm { .. }
            | Overlay::Choice(_)
            | Overlay::AccountForm(_)
            | Overlay::Compose(_)
            | Overlay::HistoryEntry(_)
            | Overlay::MailForm(_)
            | Overlay::Export(_)
            | Overlay::Import(_)
            | Overlay::DraftOffer(_)
            | Overlay::GoTo(_)
            | Overlay::Help(_)
            | Overlay::Palette(_),
        ) => None,
    }
}

fn on_screen(model: &Model, much: Much) -> Option<String> {
    match model.screen {
        Screen::Contacts | Screen::Types => model.contacts.current().map(|contact| of_contact(contact, much)),
        Screen::Outbox => model.outbox.current().map(|entry| match entry {
            OutboxEntry::Notice(notice) => notice.subject.clone(),
            OutboxEntry::Delivery(delivery) => of_delivery(delivery, much),
        }),
        Screen::History => {
            model.history.current().map(|record| history::headline(record, model.fixed.language))
        }
        Screen::Settings => model.settings.line_text(model.account.as_ref(), model.fixed.language),
    }
}

fn of_contact(contact: &Contact, much: Much) -> String {
    address(&contact.name, &contact.email, much)
}

fn of_delivery(delivery: &Delivery, much: Much) -> String {
    match much {
        Much::Little => delivery.to.clone(),
        Much::More => delivery.message_id.clone(),
    }
}

/// The address, or both as a mail program takes them (RFC 5322 section 3.4).
fn address(name: &str, email: &str, much: Much) -> String {
    match much {
        Much::Little => email.to_owned(),
        Much::More if name.chars().any(|character| "()<>[]:;@\\,.\"".contains(character)) => {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{quoted}\" <{email}>")
        }
        Much::More => format!("{name} <{email}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_signs_is_quoted() {
        assert_eq!(address("王小明", "a@example.org", Much::More), "王小明 <a@example.org>");
        assert_eq!(address("Li, \"W\"", "a@example.org", Much::More), r#""Li, \"W\"" <a@example.org>"#);
        assert_eq!(address("Li", "a@example.org", Much::Little), "a@example.org");
    }
}
