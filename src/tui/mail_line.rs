//! What the status line says about mail, kept from what the sender tells.

use super::look::Look;
use super::theme::Role;
use crate::domain::delivery::State;
use crate::domain::safe_text::safe;
use crate::domain::say::{retold, say};
use crate::domain::timestamp::Timestamp;
use crate::mail::sender::SenderEvent;

/// What the sender does, as far as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailLine {
    now: Doing,
    /// Mail is written to files: it never leaves this machine.
    writes_files: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Doing {
    #[default]
    Nothing,
    Sending(String),
    BackingOff {
        words: String,
        until: Timestamp,
    },
    StandingBy,
    CannotRecord(String),
    Stopped(String),
}

impl MailLine {
    /// Takes over what the sender tells.
    pub fn hear(&mut self, event: &SenderEvent) {
        self.now = match event {
            SenderEvent::Idle => Doing::Nothing,
            SenderEvent::Sending { to, .. } => Doing::Sending(safe(to).into_owned()),
            SenderEvent::Settled { state, .. } => {
                self.writes_files |= *state == State::Written;
                return;
            }
            SenderEvent::BackingOff { words, until } => {
                Doing::BackingOff { words: safe(words).into_owned(), until: *until }
            }
            SenderEvent::StandingBy => Doing::StandingBy,
            SenderEvent::WritingFiles { .. } => {
                self.writes_files = true;
                return;
            }
            // What waits is counted anyway.
            SenderEvent::Delayed { .. } => return,
            SenderEvent::CannotRecord { words } => Doing::CannotRecord(safe(words).into_owned()),
            SenderEvent::Stopped { words } => Doing::Stopped(safe(words).into_owned()),
        };
    }

    /// Whether a mail is in hand.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        matches!(self.now, Doing::Sending(_))
    }

    /// Whether the sender has said that it sends nothing from here.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        matches!(self.now, Doing::Stopped(_))
    }

    /// The words, the longest first, each shorter one for less room; and how they look. `waiting` counts the deliveries that
    /// wait; if the oldest has waited for too long, `delayed` is since when.
    #[must_use]
    pub fn words(&self, waiting: u64, delayed: Option<Timestamp>, look: &Look<'_>) -> (Vec<String>, Role) {
        let language = look.language;
        let fixed = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        match &self.now {
            Doing::Stopped(words) => {
                let words = retold(language, words);
                let long = say!(language, "mail: not sent from here: {words}", words);
                (vec![long, say!(language, "mail: not sent from here").to_owned()], Role::Bad)
            }
            Doing::CannotRecord(words) => {
                let words = retold(language, words);
                let long = say!(language, "mail: cannot record: {words}", words);
                (vec![long, say!(language, "mail: cannot record").to_owned()], Role::Bad)
            }
            Doing::BackingOff { words, until } => {
                let (time, words) = (look.short_time(*until), retold(language, words));
                let long = say!(language, "mail: no server until {time}: {words}", time, words);
                (vec![long, say!(language, "mail: no server until {time}", time)], Role::Bad)
            }
            Doing::Nothing | Doing::Sending(_) | Doing::StandingBy if self.writes_files => {
                let texts = [
                    say!(language, "mail: not leaving this machine (written to files)"),
                    say!(language, "mail: not leaving this machine"),
                    say!(language, "mail: files only"),
                ];
                (fixed(&texts), Role::Warning)
            }
            Doing::Nothing | Doing::StandingBy if let Some(since) = delayed.filter(|_| waiting > 0) => {
                let time = look.short_time(since);
                let texts = vec![
                    say!(language, "mail: {waiting} waiting, delayed since {time}", waiting, time),
                    say!(language, "mail: {waiting} waiting, delayed", waiting),
                    say!(language, "mail: delayed").to_owned(),
                ];
                (texts, Role::Warning)
            }
            Doing::Nothing if waiting > 0 => {
                (vec![say!(language, "mail: {waiting} waiting", waiting)], Role::Text)
            }
            Doing::Nothing => (fixed(&[say!(language, "mail: idle")]), Role::Dim),
            Doing::Sending(to) => {
                let long = say!(language, "mail: sending to {to}", to);
                (vec![long, say!(language, "mail: sending").to_owned()], Role::Text)
            }
            Doing::StandingBy => {
                let texts =
                    [say!(language, "mail: another process is sending"), say!(language, "mail: standing by")];
                (fixed(&texts), Role::Dim)
            }
        }
    }
}
