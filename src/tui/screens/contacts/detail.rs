//! What the pane beside the list says about the contact under the cursor.

use super::table::{status_role, types_words};
use crate::domain::contact::Contact;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, say};
use crate::domain::subscription::BoxState;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::wrapped_text::wrap;

/// The lines of the pane, none wider than `columns`.
pub(super) fn lines(contact: &Contact, columns: usize, look: &Look<'_>) -> Vec<(String, Role)> {
    let language = look.language;
    let mut lines = Vec::new();
    let mut say =
        |text: &str, role: Role| lines.extend(wrap(text, columns).into_iter().map(|line| (line, role)));
    say(&safe(&contact.name), Role::Title);
    say(&safe(&contact.email), Role::Text);
    if let Some(position) = contact.position {
        say(position.title(look.language), Role::Text);
    }
    say(&say!(language, "Language: {name}", name = contact.language.own_name()), Role::Dim);
    say("", Role::Text);
    say(
        &format!("{} {}", look.marks.status(contact.status), plain(language, contact.status.words())),
        status_role(contact.status),
    );
    if let Some(verified) = contact.verified_at {
        say(&say!(language, "Verified {time}", time = look.full_time(verified)), Role::Dim);
    }
    if let Some(sent) = contact.code_sent_at {
        say(&say!(language, "Code sent {time}", time = look.full_time(sent)), Role::Dim);
    }
    if let Some(pending) = &contact.pending_email {
        let words =
            say!(language, "Changes to {pending} once that address is verified", pending = safe(pending));
        say(&words, Role::Warning);
    }
    if let Some(unsubscribed) = contact.unsubscribed_at {
        let time = look.full_time(unsubscribed);
        say(&say!(language, "Unsubscribed from activity messages {time}", time), Role::Warning);
    }
    say("", Role::Text);
    say(&say!(language, "Types: {types}", types = types_words(contact, look)), Role::Label);
    for category in look.catalogue.categories() {
        let state = contact.subscriptions.state(&category.id);
        say(&format!("{} {}", state.mark(), category.title.get(look.language)), Role::Text);
        if state == BoxState::Some {
            for wanted in category.types.iter().filter(|known| contact.subscriptions.covers(&known.id)) {
                say(&format!("    {}", wanted.title.get(look.language)), Role::Dim);
            }
        }
    }
    lines
}
