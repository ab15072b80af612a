//! What can be done in each context: an action, its name in the table of keys, what help and README say, its place in the footer.

use super::action::{Action, Entry, Footer};

const fn entry(action: Action, id: &'static str, help: &'static str) -> Entry {
    Entry { action, id, help, footer: Footer::Absent }
}

const fn shown(action: Action, id: &'static str, help: &'static str, word: &'static str, rank: u8) -> Entry {
    Entry { action, id, help, footer: Footer::Shown { word, rank, place: 0 } }
}

/// The same entry further right in the footer.
const fn at(place: u8, entry: Entry) -> Entry {
    match entry.footer {
        Footer::Absent => entry,
        Footer::Shown { word, rank, .. } => Entry { footer: Footer::Shown { word, rank, place }, ..entry },
    }
}

pub(super) const EVERYWHERE: &[Entry] = &[
    at(3, shown(Action::Help, "help", "show the keys, searched by typing", "help", 1)),
    entry(Action::Palette, "palette", "all that can be done now, searched by typing"),
    entry(Action::Mouse, "mouse", "switch the mouse on or off"),
    entry(Action::Language, "language", "switch the language of the screen"),
    entry(Action::Suspend, "suspend", "suspend; 'fg' in the shell comes back"),
    entry(Action::Redraw, "redraw", "draw the screen anew"),
];

pub(super) const SCREENS: &[Entry] = &[
    entry(Action::Contacts, "contacts", "contacts"),
    entry(Action::MessageTypes, "message_types", "message types"),
    entry(Action::Outbox, "outbox", "outbox"),
    entry(Action::History, "history", "history; pressed there: of everything"),
    entry(Action::Settings, "settings", "settings"),
    entry(Action::NextTab, "next_tab", "next tab"),
    entry(Action::PreviousTab, "previous_tab", "previous tab"),
    at(2, shown(Action::NewNotice, "new_notice", "write a new notice", "new notice", 8)),
    entry(Action::Copy, "copy", "send the address, or what the line says, to the terminal's clipboard"),
    entry(Action::CopyMore, "copy_more", "the same with the name; of a mail its Message-ID"),
    entry(Action::Back, "back", "close the open category, clear the filter, then the selection"),
    at(4, shown(Action::Quit, "quit", "quit", "quit", 2)),
];

pub(super) const LISTS: &[Entry] = &[
    at(1, shown(Action::Filter, "filter", "filter", "filter", 4)),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::HalfUp, "half_up", "half a page up"),
    entry(Action::HalfDown, "half_down", "half a page down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
];

pub(super) const CONTACTS: &[Entry] = &[
    shown(Action::Add, "add", "add a contact", "add", 0),
    shown(Action::Modify, "modify", "modify the contact", "modify", 3),
    shown(Action::Delete, "delete", "delete the contact, or all that are selected", "delete", 5),
    shown(Action::Verification, "verification", "verification of the contact's address", "verify", 6),
    shown(Action::ItsTypes, "types", "message types of the contact", "types", 7),
    at(1, shown(Action::ItsHistory, "history", "what was done to the contact", "history", 10)),
    entry(Action::Pick, "pick", "select, or no longer select, for a common action"),
    entry(Action::SelectAll, "select_all", "select all that match the filter"),
    at(2, shown(Action::Sort, "sort", "sort by the next column", "sort", 9)),
    entry(Action::Reverse, "reverse", "reverse the order"),
    entry(Action::GoTo, "go_to", "to the row with these letters, or a percentage"),
    entry(Action::GoToShare, "go_to_share", "to a percentage"),
    entry(Action::Export, "export", "export contacts into a file: all, filtered or selected"),
    entry(Action::Import, "import", "import contacts out of a file, after a look at what would happen"),
];

pub(super) const MATRIX: &[Entry] = &[
    shown(Action::Tick, "tick", "tick for the contact, or for all that are selected", "tick", 0),
    shown(Action::Open, "open", "open or close the category", "open", 3),
    shown(
        Action::TickColumn,
        "column",
        "tick the column for all contacts that match the filter",
        "column",
        3,
    ),
    shown(Action::TickRow, "row", "tick everything for the contact", "row", 3),
    shown(Action::CopyFrom, "copy_from", "copy what another contact gets", "copy", 3),
    shown(Action::Audience, "audience", "who would get it", "who gets it", 3),
    shown(Action::TakeBack, "take_back", "undo, until the screen is left", "undo", 5),
    entry(Action::GoTo, "go_to", "to the row with these letters, or a percentage"),
    entry(Action::GoToShare, "go_to_share", "to a percentage"),
    entry(Action::Left, "left", "left"),
    entry(Action::Right, "right", "right"),
];

pub(super) const OUTBOX: &[Entry] = &[
    shown(
        Action::Open,
        "open",
        "the mails of the notice; of a mail its text and the server's words",
        "view",
        0,
    ),
    shown(Action::Retry, "retry", "retry now; on a notice all that have failed", "retry", 3),
    shown(Action::Cancel, "cancel", "cancel; on a notice all that wait", "cancel", 5),
];

pub(super) const OPENED_NOTICE: &[Entry] =
    &[at(1, shown(Action::Back, "back", "back to the whole outbox, first clearing the filter", "back", 1))];

pub(super) const HISTORY: &[Entry] = &[
    shown(Action::Open, "open", "the entry with every field, old and new", "view", 0),
    shown(Action::ItsHistory, "its_history", "the history of its contact", "its contact", 5),
    shown(Action::Check, "check", "check that nobody has changed the log; esc stops", "check the log", 3),
];

pub(super) const OPENED_HISTORY: &[Entry] = &[at(
    1,
    shown(Action::Back, "back", "back to where it was opened, first clearing the filter", "back", 1),
)];

pub(super) const SETTINGS: &[Entry] = &[
    shown(Action::Edit, "edit", "edit the account, or the mail server", "edit", 0),
    shown(Action::TestMail, "test_mail", "send a test mail to the security email", "test mail", 3),
    shown(Action::Verification, "verification", "verification of the security email", "verify", 4),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
];

pub(super) const FIELD: &[Entry] = &[
    entry(Action::Left, "left", "left"),
    entry(Action::Right, "right", "right"),
    entry(Action::WordLeft, "word_left", "a word to the left"),
    entry(Action::WordRight, "word_right", "a word to the right"),
    entry(Action::LineStart, "line_start", "to the beginning"),
    entry(Action::LineEnd, "line_end", "to the end"),
    entry(Action::DeleteBack, "delete_back", "delete the character before"),
    entry(Action::DeleteForward, "delete_forward", "delete the character at the caret"),
    entry(Action::DeleteWord, "delete_word", "delete the word before"),
    entry(Action::DeleteBefore, "delete_before", "delete everything before"),
    entry(Action::DeleteAfter, "delete_after", "delete everything after"),
];

pub(super) const FILTER: &[Entry] = &[
    shown(Action::Accept, "accept", "keep the filter and go to the list", "to the list", 0),
    shown(Action::Close, "close", "clear the filter", "clear", 1),
    entry(Action::Up, "up", "up in the list"),
    entry(Action::Down, "down", "down in the list"),
    entry(Action::PageUp, "page_up", "a page up in the list"),
    entry(Action::PageDown, "page_down", "a page down in the list"),
];

pub(super) const GO_TO: &[Entry] = &[
    shown(Action::Accept, "accept", "go there", "go there", 0),
    shown(Action::Close, "close", "close, nothing moved", "close", 1),
];

pub(super) const FORM: &[Entry] = &[
    shown(Action::Accept, "accept", "OK; on a drop-down: open it; on Cancel: cancel", "OK", 0),
    shown(Action::Next, "next", "next field", "next", 3),
    entry(Action::Previous, "previous", "previous field"),
    shown(Action::Tick, "tick", "tick a box, press a button", "tick", 4),
    shown(Action::Close, "close", "cancel, asking if something was changed", "cancel", 1),
];

pub(super) const DROP_DOWN: &[Entry] = &[
    shown(Action::Accept, "accept", "choose", "choose", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
    shown(Action::Close, "close", "close it, nothing chosen", "close", 1),
];

pub(super) const MAIL_FORM: &[Entry] = &[
    at(
        1,
        shown(Action::Examine, "examine", "ask the server with what is typed; nothing is sent", "check", 2),
    ),
    at(1, shown(Action::OtherPage, "other_page", "the other page of the form", "turn", 3)),
    entry(Action::PageUp, "page_up", "up in what the server says"),
    entry(Action::PageDown, "page_down", "down in what the server says"),
];

pub(super) const CONFIRM: &[Entry] = &[
    shown(Action::Yes, "yes", "yes", "yes", 0),
    shown(Action::No, "no", "no", "no", 1),
    entry(Action::Next, "next", "next button"),
    entry(Action::Previous, "previous", "previous button"),
    shown(Action::Accept, "accept", "the button with the focus", "press", 3),
];

pub(super) const VERIFICATION: &[Entry] = &[
    shown(Action::EnterCode, "enter_code", "enter the code", "enter the code", 0),
    shown(Action::SendAgain, "send_again", "send a new code", "send again", 3),
    shown(Action::CancelChange, "cancel_change", "cancel the change of address", "cancel the change", 4),
    entry(Action::Copy, "copy", "send the address to the terminal's clipboard"),
    entry(Action::CopyMore, "copy_more", "the same with the name"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    shown(Action::Close, "close", "close", "close", 1),
];

pub(super) const CODE: &[Entry] = &[
    shown(Action::Accept, "accept", "check the code", "OK", 0),
    shown(Action::Close, "close", "back, nothing entered", "back", 1),
];

pub(super) const DELIVERY: &[Entry] = &[
    shown(Action::Retry, "retry", "retry now", "retry", 3),
    shown(Action::Cancel, "cancel", "cancel", "cancel", 4),
    entry(Action::Copy, "copy", "send the address to the terminal's clipboard"),
    entry(Action::CopyMore, "copy_more", "send the Message-ID to the terminal's clipboard"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "close", "close", 0),
];

pub(super) const CONTACT_TYPES: &[Entry] = &[
    shown(Action::Tick, "tick", "tick the category or type", "tick", 0),
    shown(Action::TickRow, "row", "tick everything", "tick all", 4),
    shown(Action::TakeBack, "take_back", "undo, until the dialog is closed", "undo", 3),
    entry(Action::Copy, "copy", "send the address to the terminal's clipboard"),
    entry(Action::CopyMore, "copy_more", "the same with the name"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
    shown(Action::Close, "close", "close", "close", 1),
];

pub(super) const CHOICE: &[Entry] = &[
    shown(Action::Accept, "accept", "choose", "choose", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    shown(Action::Close, "close", "close, nothing chosen", "close", 1),
];

pub(super) const AUDIENCE: &[Entry] = &[
    shown(Action::Open, "open", "who would get the type under the cursor", "view", 3),
    entry(Action::Copy, "copy", "send the addresses of who gets it to the terminal's clipboard"),
    entry(Action::CopyMore, "copy_more", "the same with the names"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
    shown(Action::Close, "close", "back, or close", "close", 0),
];

pub(super) const COMPOSE: &[Entry] = &[at(
    1,
    shown(Action::Preview, "preview", "the mail as it will be read, in each language", "preview", 2),
)];

pub(super) const EDITOR: &[Entry] = &[
    shown(Action::NewLine, "new_line", "begin a new line", "new line", 5),
    shown(Action::Next, "next", "leave the text for the buttons", "to the buttons", 0),
    entry(Action::Previous, "previous", "leave the text for the subject"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning of the text"),
    entry(Action::Last, "last", "to the end of the text"),
    at(1, shown(Action::Undo, "undo", "take the last change back", "undo", 4)),
    entry(Action::Redo, "redo", "make it again"),
    at(2, shown(Action::Close, "close", "cancel, asking if something was written", "cancel", 1)),
];

pub(super) const PICKER: &[Entry] = &[
    shown(Action::Accept, "accept", "choose", "choose", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    shown(Action::Close, "close", "close it, nothing chosen", "close", 1),
];

pub(super) const PREVIEW: &[Entry] = &[
    shown(Action::Next, "next", "the next language", "other language", 2),
    entry(Action::Copy, "copy", "send subject and text to the terminal's clipboard"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "close", "close", 0),
];

pub(super) const IMPORT_REPORT: &[Entry] = &[
    shown(Action::Accept, "accept", "the button with the focus", "press", 0),
    shown(Action::Tick, "tick", "send verification mails now, or later", "mails", 4),
    shown(Action::Problems, "problems", "list only problems, or all rows", "problems only", 3),
    shown(Action::Next, "next", "to the next button", "next", 5),
    entry(Action::Previous, "previous", "to the previous button"),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the first row"),
    entry(Action::Last, "last", "to the last row"),
    shown(Action::Close, "close", "close, nothing imported", "close", 1),
];

pub(super) const WORKING: &[Entry] =
    &[shown(Action::Close, "close", "cancel it; nothing is changed", "cancel", 0)];

pub(super) const TOLD: &[Entry] = &[shown(Action::Close, "close", "close", "close", 0)];

/// Of what is read and nothing else.
pub(super) const READING: &[Entry] = &[
    entry(Action::Up, "up", "up"),
    shown(Action::Down, "down", "down", "scroll", 2),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "close", "close", 0),
];

pub(super) const HELP: &[Entry] = &[
    entry(Action::Up, "up", "up"),
    shown(Action::Down, "down", "down", "scroll", 2),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "end the search, then close", "close", 0),
];

pub(super) const PALETTE: &[Entry] = &[
    shown(Action::Accept, "accept", "do it", "do it", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    shown(Action::Close, "close", "close, nothing done", "close", 1),
];
