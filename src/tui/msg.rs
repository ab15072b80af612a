//! Messages: everything that can happen to the screen, as plain data. They carry no callbacks and no handles.

use crossterm::event::{KeyEvent, MouseEvent};

use super::draft::Offer;
use super::effect::{Answer, Pace, Request};
use crate::domain::say::Said;
use crate::domain::timestamp::Timestamp;
use crate::mail::sender::SenderEvent;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(KeyEvent),
    /// What the mouse does, if the terminal tells of it.
    Mouse(MouseEvent),
    /// A bracketed paste, whole.
    Paste(String),
    /// The terminal has another size, in cells.
    Resize {
        columns: u16,
        rows: u16,
    },
    /// The current moment; comes before the messages that happened at it.
    Time(Timestamp),
    /// What became of a question; one whose request nobody waits for is dropped.
    Answer {
        request: Request,
        answer: Box<Answer>,
    },
    /// How far it is what was asked and takes long.
    Progress {
        request: Request,
        pace: Pace,
    },
    Sender(SenderEvent),
    /// Another connection has changed the database.
    StoreChanged,
    /// What programs that have ended left behind.
    DraftsFound(Vec<Offer>),
    /// What is typed cannot be kept, and why, in words that are not safe to show.
    DraftsUnkept(Said),
    /// The worker fell over, with its last words; open questions get no answer.
    WorkerPanicked(String),
    /// The sender, or who looks after it, fell over, with its last words, and was started anew.
    SenderFell(String),
    /// The terminal was stopped from outside and is back; everything must be drawn anew.
    Resumed,
    /// Somebody asked from outside to suspend.
    SuspendAsked,
    /// A thread fell over without which the program cannot go on, with its last words.
    Fell(String),
    /// No more keys can come, in words.
    InputLost(String),
}
