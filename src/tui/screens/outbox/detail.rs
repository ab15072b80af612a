//! One delivery or notice in lines: for the pane beside the list, and what heads the dialog of a delivery.
//!
//! ```text
//! To          王小明 <xiaoming@example.cn>
//! State       ↻ retry; next try 2026-11-24 14:10
//! Server      452 4.2.2 mailbox full
//! ```

use super::table::{state_role, state_words};
use super::{header, totals};
use crate::domain::delivery::{Delivery, Kind, State};
use crate::domain::notice::Notice;
use crate::domain::routing::FallbackReason;
use crate::domain::safe_text::safe;
use crate::domain::say::{plain, retold, say};
use crate::operations::outbox::OutboxEntry;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::audience::past_fallback_words;
use crate::tui::widgets::dialog;
use crate::tui::widgets::scroll_text::ScrollLine;
use crate::tui::widgets::wrapped_text::wrap;

/// Columns of the names of headers.
const LABELS: usize = 12;

/// What the pane beside the list says of a row, none of it wider than `columns`.
pub(super) fn lines(entry: &OutboxEntry, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
    match entry {
        OutboxEntry::Delivery(delivery) => of_delivery(delivery, columns, look),
        OutboxEntry::Notice(notice) => of_notice(notice, columns, look),
    }
}

fn of_delivery(delivery: &Delivery, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
    let language = look.language;
    let mut lines = headers(delivery, columns, look);
    lines.push(ScrollLine::new("", Role::Text));
    if delivery.attempts == 0 {
        let words = say!(language, "No server was asked to take it yet.");
        lines.extend(wrap(words, columns).into_iter().map(|line| ScrollLine::new(line, Role::Dim)));
    } else {
        lines.extend(fact(
            say!(language, "Tries"),
            &delivery.attempts.to_string(),
            Role::Text,
            columns,
            look,
        ));
    }
    if let Some(words) = delivery.server.as_deref().filter(|words| !words.is_empty()) {
        let label =
            if delivery.state == State::Written { say!(language, "File") } else { say!(language, "Server") };
        lines.extend(fact(label, &safe(&retold(language, words)), state_role(delivery.state), columns, look));
    }
    lines
}

fn of_notice(notice: &Notice, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
    let language = look.language;
    let mut lines = fact(say!(language, "Subject"), &safe(&notice.subject), Role::Text, columns, look);
    let path = look.type_path(&notice.message_type);
    lines.extend(fact(say!(language, "Type"), &path, Role::Text, columns, look));
    lines.extend(fact(
        say!(language, "Queued"),
        &look.full_time(notice.created_at),
        Role::Text,
        columns,
        look,
    ));
    if let Some(ended) = notice.ended_at {
        lines.extend(fact(say!(language, "Ended"), &look.full_time(ended), Role::Text, columns, look));
    }
    lines.push(ScrollLine::new("", Role::Text));
    lines.extend(fact(
        say!(language, "Mails"),
        &totals::mails(notice).to_string(),
        Role::Text,
        columns,
        look,
    ));
    for (words, role) in totals::lines(notice, look) {
        lines.extend(fact("", &words, role, columns, look));
    }
    for (words, role) in header::warnings(notice, language) {
        lines.push(ScrollLine::new("", Role::Text));
        lines.extend(wrap(&words, columns).into_iter().map(|line| ScrollLine::new(line, role)));
    }
    lines
}

/// What is known of a delivery besides what servers said.
pub(in crate::tui::screens) fn headers(
    delivery: &Delivery,
    columns: usize,
    look: Look<'_>,
) -> Vec<ScrollLine> {
    let language = look.language;
    let to = if delivery.name.is_empty() {
        safe(&delivery.to).into_owned()
    } else {
        format!("{} <{}>", safe(&delivery.name), safe(&delivery.to))
    };
    let mut lines = fact(say!(language, "To"), &to, Role::Text, columns, look);
    lines.extend(fact(say!(language, "Subject"), &safe(&delivery.subject), Role::Text, columns, look));
    let kind = plain(language, delivery.kind.id());
    let kind = match (delivery.kind, &delivery.message_type) {
        (Kind::Notice | Kind::Test, Some(id)) => {
            say!(language, "{kind}, {path}", kind, path = look.type_path(id))
        }
        (Kind::Notice | Kind::Test | Kind::Verification | Kind::Change, _) => kind.to_owned(),
    };
    lines.extend(fact(say!(language, "Kind"), &kind, Role::Text, columns, look));
    if let Some(reason) = &delivery.fallback {
        // A newer version may know reasons that this one does not.
        let reason = FallbackReason::parse(reason).map_or_else(
            || safe(&reason.replace('_', " ")).into_owned(),
            |reason| plain(language, past_fallback_words(reason)).to_owned(),
        );
        let words = say!(language, "to the security email, for {reason}", reason);
        lines.extend(fact(say!(language, "Fallback"), &words, Role::Warning, columns, look));
    }
    let state = state_words(delivery, look);
    lines.extend(fact(say!(language, "State"), &state, state_role(delivery.state), columns, look));
    if delivery.maybe_sent {
        let words =
            say!(language, "the connection broke before the server's answer; the mail may arrive twice");
        lines.extend(fact("", words, Role::Warning, columns, look));
    }
    let queued = look.full_time(delivery.created_at);
    lines.extend(fact(say!(language, "Queued"), &queued, Role::Text, columns, look));
    lines.extend(fact("Message-ID", &safe(&delivery.message_id), Role::Dim, columns, look));
    lines
}

fn fact(label: &str, text: &str, role: Role, columns: usize, look: Look<'_>) -> Vec<ScrollLine> {
    let lines = dialog::fact(label, text, LABELS, columns, &look).into_iter();
    lines.map(|line| ScrollLine::new(line, role)).collect()
}
