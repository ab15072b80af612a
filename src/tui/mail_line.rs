//! What the status line says about mail, kept from what the sender tells.

use super::look::Look;
use super::theme::Role;
use crate::domain::delivery::State;
use crate::domain::safe_text::safe;
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

    /// Whether mail does not leave this machine.
    #[must_use]
    pub const fn writes_files(&self) -> bool {
        self.writes_files
    }

    /// The words, the longest first, each shorter one for less room; and how they look. `waiting` counts the deliveries that
    /// wait; if the oldest has waited for too long, `delayed` is since when.
    #[must_use]
    pub fn words(&self, waiting: u64, delayed: Option<Timestamp>, look: &Look<'_>) -> (Vec<String>, Role) {
        let say = |words: &[&str]| words.iter().map(|words| format!("mail: {words}")).collect::<Vec<_>>();
        match &self.now {
            Doing::Stopped(words) => {
                (say(&[&format!("not sent from here: {words}"), "not sent from here"]), Role::Bad)
            }
            Doing::CannotRecord(words) => {
                (say(&[&format!("cannot record: {words}"), "cannot record"]), Role::Bad)
            }
            Doing::BackingOff { words, until } => {
                let time = look.short_time(*until);
                let until = format!("no server until {time}");
                (say(&[&format!("{until}: {words}"), &until]), Role::Bad)
            }
            Doing::Nothing | Doing::Sending(_) | Doing::StandingBy if self.writes_files => {
                let long = "not leaving this machine (written to files)";
                (say(&[long, "not leaving this machine", "files only"]), Role::Warning)
            }
            Doing::Nothing | Doing::StandingBy if let Some(since) = delayed.filter(|_| waiting > 0) => {
                let late = format!("{waiting} waiting, delayed since {}", look.short_time(since));
                (say(&[&late, &format!("{waiting} waiting, delayed"), "delayed"]), Role::Warning)
            }
            Doing::Nothing if waiting > 0 => (say(&[&format!("{waiting} waiting")]), Role::Text),
            Doing::Nothing => (say(&["idle"]), Role::Dim),
            Doing::Sending(to) => (say(&[&format!("sending to {to}"), "sending"]), Role::Text),
            Doing::StandingBy => (say(&["another process is sending", "standing by"]), Role::Dim),
        }
    }
}
