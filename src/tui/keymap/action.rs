//! What keys can do, and where. Every action has a name for the table of keys and words for help and footer in each context in
//! which it exists; an action that does nothing yet is not here.

/// What a key makes the program do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Help,
    Suspend,
    Redraw,
    Contacts,
    MessageTypes,
    Outbox,
    Settings,
    NextTab,
    PreviousTab,
    NewNotice,
    Back,
    Quit,
    Filter,
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Last,
    Pick,
    Add,
    Modify,
    Delete,
    Verification,
    ItsTypes,
    Sort,
    Reverse,
    Open,
    Retry,
    Cancel,
    Edit,
    TestMail,
    Examine,
    Left,
    Right,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    DeleteBack,
    DeleteForward,
    DeleteWord,
    DeleteBefore,
    DeleteAfter,
    NewLine,
    Undo,
    Redo,
    Preview,
    Next,
    Previous,
    Accept,
    Tick,
    Close,
    Yes,
    No,
    EnterCode,
    SendAgain,
    CancelChange,
    TickColumn,
    TickRow,
    CopyFrom,
    Audience,
    TakeBack,
}

/// Where a key has its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    Everywhere,
    Screens,
    Lists,
    Contacts,
    /// The message types, as a matrix.
    Matrix,
    Outbox,
    /// The outbox while a notice is opened in it.
    OpenedNotice,
    Settings,
    /// Any text field.
    Field,
    /// The line in which the filter is typed.
    Filter,
    /// A form whose focus is not in a text field.
    Form,
    /// A form whose focus is in a text field.
    FormField,
    DropDown,
    /// The form for the mail server, its focus not in a field.
    MailForm,
    /// The same, its focus in a field.
    MailField,
    Confirm,
    Verification,
    /// The field for the code in the verification dialog.
    Code,
    /// One delivery, opened from the outbox.
    Delivery,
    /// What one contact wants.
    ContactTypes,
    /// A contact is chosen.
    Choice,
    /// Who would get what.
    Audience,
    /// The dialog in which a notice is written, its focus not in a field.
    Compose,
    /// The same, its focus in a field of one line.
    ComposeField,
    /// The text of a notice.
    Editor,
    /// An open list that is searched by typing.
    Picker,
    /// A notice as its recipients will read it.
    Preview,
    Help,
}

impl Context {
    /// All contexts, in the order of the help.
    pub const ALL: [Self; 28] = [
        Self::Everywhere,
        Self::Screens,
        Self::Lists,
        Self::Contacts,
        Self::Matrix,
        Self::Outbox,
        Self::OpenedNotice,
        Self::Settings,
        Self::Field,
        Self::Filter,
        Self::Form,
        Self::FormField,
        Self::DropDown,
        Self::MailForm,
        Self::MailField,
        Self::Confirm,
        Self::Verification,
        Self::Code,
        Self::Delivery,
        Self::ContactTypes,
        Self::Choice,
        Self::Audience,
        Self::Compose,
        Self::ComposeField,
        Self::Editor,
        Self::Picker,
        Self::Preview,
        Self::Help,
    ];

    /// The contexts that are in force while this one is in front, innermost first.
    #[must_use]
    pub const fn stack(self) -> &'static [Self] {
        match self {
            Self::Everywhere => &[Self::Everywhere],
            Self::Screens => &[Self::Screens, Self::Everywhere],
            Self::Lists => &[Self::Lists, Self::Screens, Self::Everywhere],
            Self::Contacts => &[Self::Contacts, Self::Lists, Self::Screens, Self::Everywhere],
            Self::Matrix => &[Self::Matrix, Self::Lists, Self::Screens, Self::Everywhere],
            Self::Outbox => &[Self::Outbox, Self::Lists, Self::Screens, Self::Everywhere],
            Self::OpenedNotice => {
                &[Self::OpenedNotice, Self::Outbox, Self::Lists, Self::Screens, Self::Everywhere]
            }
            Self::Settings => &[Self::Settings, Self::Screens, Self::Everywhere],
            Self::Field => &[Self::Field, Self::Everywhere],
            Self::Filter => &[Self::Filter, Self::Field, Self::Everywhere],
            Self::Form => &[Self::Form, Self::Everywhere],
            Self::FormField => &[Self::FormField, Self::Form, Self::Field, Self::Everywhere],
            Self::DropDown => &[Self::DropDown, Self::Everywhere],
            Self::MailForm => &[Self::MailForm, Self::Form, Self::Everywhere],
            Self::MailField => &[Self::MailForm, Self::Form, Self::Field, Self::Everywhere],
            Self::Confirm => &[Self::Confirm, Self::Everywhere],
            Self::Verification => &[Self::Verification, Self::Everywhere],
            Self::Code => &[Self::Code, Self::Field, Self::Everywhere],
            Self::Delivery => &[Self::Delivery, Self::Everywhere],
            Self::ContactTypes => &[Self::ContactTypes, Self::Everywhere],
            Self::Choice => &[Self::Choice, Self::Field, Self::Everywhere],
            Self::Audience => &[Self::Audience, Self::Everywhere],
            Self::Compose => &[Self::Compose, Self::Form, Self::Everywhere],
            Self::ComposeField => &[Self::Compose, Self::Form, Self::Field, Self::Everywhere],
            Self::Editor => &[Self::Editor, Self::Compose, Self::Field, Self::Everywhere],
            Self::Picker => &[Self::Picker, Self::Field, Self::Everywhere],
            Self::Preview => &[Self::Preview, Self::Everywhere],
            Self::Help => &[Self::Help, Self::Everywhere],
        }
    }

    /// The name of the context's table; none for a context that only joins others.
    #[must_use]
    pub const fn id(self) -> Option<&'static str> {
        match self {
            Self::Everywhere => Some("everywhere"),
            Self::Screens => Some("screens"),
            Self::Lists => Some("lists"),
            Self::Contacts => Some("contacts"),
            Self::Matrix => Some("matrix"),
            Self::Outbox => Some("outbox"),
            Self::OpenedNotice => Some("opened_notice"),
            Self::Settings => Some("settings"),
            Self::Field => Some("field"),
            Self::Filter => Some("filter"),
            Self::Form => Some("form"),
            Self::FormField | Self::MailField | Self::ComposeField => None,
            Self::DropDown => Some("drop_down"),
            Self::MailForm => Some("mail_form"),
            Self::Confirm => Some("confirm"),
            Self::Verification => Some("verification"),
            Self::Code => Some("code"),
            Self::Delivery => Some("delivery"),
            Self::ContactTypes => Some("contact_types"),
            Self::Choice => Some("choice"),
            Self::Audience => Some("audience"),
            Self::Compose => Some("compose"),
            Self::Editor => Some("editor"),
            Self::Picker => Some("picker"),
            Self::Preview => Some("preview"),
            Self::Help => Some("help"),
        }
    }

    /// What help and README call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Screens => "screens",
            Self::Lists => "lists",
            Self::Contacts => "contacts",
            Self::Matrix => "message types",
            Self::Outbox => "outbox",
            Self::OpenedNotice => "opened notice",
            Self::Settings => "settings",
            Self::Field => "text fields",
            Self::Filter => "filter",
            Self::Form | Self::FormField => "forms",
            Self::DropDown => "drop-down",
            Self::MailForm | Self::MailField => "mail server",
            Self::Confirm => "questions",
            Self::Verification => "verification",
            Self::Code => "code",
            Self::Delivery => "delivery",
            Self::ContactTypes => "types of a contact",
            Self::Choice => "choosing a contact",
            Self::Audience => "who gets it",
            Self::Compose | Self::ComposeField => "new notice",
            Self::Editor => "text of a notice",
            Self::Picker => "message type",
            Self::Preview => "preview",
            Self::Help => "help",
        }
    }

    /// What can be done here, in the order of the footer and the help.
    #[must_use]
    pub const fn entries(self) -> &'static [Entry] {
        match self {
            Self::Everywhere => EVERYWHERE,
            Self::Screens => SCREENS,
            Self::Lists => LISTS,
            Self::Contacts => CONTACTS,
            Self::Matrix => MATRIX,
            Self::Outbox => OUTBOX,
            Self::OpenedNotice => OPENED_NOTICE,
            Self::Settings => SETTINGS,
            Self::Field => FIELD,
            Self::Filter => FILTER,
            Self::Form => FORM,
            Self::FormField | Self::MailField | Self::ComposeField => &[],
            Self::DropDown => DROP_DOWN,
            Self::MailForm => MAIL_FORM,
            Self::Confirm => CONFIRM,
            Self::Verification => VERIFICATION,
            Self::Code => CODE,
            Self::Delivery => DELIVERY,
            Self::ContactTypes => CONTACT_TYPES,
            Self::Choice => CHOICE,
            Self::Audience => AUDIENCE,
            Self::Compose => COMPOSE,
            Self::Editor => EDITOR,
            Self::Picker => PICKER,
            Self::Preview => PREVIEW,
            Self::Help => HELP,
        }
    }
}

/// An action in a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub action: Action,
    /// The name in the table of keys.
    pub id: &'static str,
    /// What it does, for help and README.
    pub help: &'static str,
    pub footer: Footer,
}

/// How an action stands in the footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footer {
    /// Not at all.
    Absent,
    /// With a word, from left to right by place; where the line is too short, the highest rank goes first.
    Shown { word: &'static str, rank: u8, place: u8 },
}

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

const EVERYWHERE: &[Entry] = &[
    at(3, shown(Action::Help, "help", "show the keys", "help", 1)),
    entry(Action::Suspend, "suspend", "suspend; 'fg' in the shell comes back"),
    entry(Action::Redraw, "redraw", "draw the screen anew"),
];

const SCREENS: &[Entry] = &[
    entry(Action::Contacts, "contacts", "contacts"),
    entry(Action::MessageTypes, "message_types", "message types"),
    entry(Action::Outbox, "outbox", "outbox"),
    entry(Action::Settings, "settings", "settings"),
    entry(Action::NextTab, "next_tab", "next tab"),
    entry(Action::PreviousTab, "previous_tab", "previous tab"),
    at(2, shown(Action::NewNotice, "new_notice", "write a new notice", "new notice", 8)),
    entry(Action::Back, "back", "close the open category, clear the filter, then the selection"),
    at(4, shown(Action::Quit, "quit", "quit", "quit", 2)),
];

const LISTS: &[Entry] = &[
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

const CONTACTS: &[Entry] = &[
    shown(Action::Add, "add", "add a contact", "add", 0),
    shown(Action::Modify, "modify", "modify the contact", "modify", 3),
    shown(Action::Delete, "delete", "delete the contact, or all that are selected", "delete", 5),
    shown(Action::Verification, "verification", "verification of the contact's address", "verify", 6),
    shown(Action::ItsTypes, "types", "message types of the contact", "types", 7),
    entry(Action::Pick, "pick", "select, or no longer select, for a common action"),
    at(2, shown(Action::Sort, "sort", "sort by the next column", "sort", 9)),
    entry(Action::Reverse, "reverse", "reverse the order"),
];

const MATRIX: &[Entry] = &[
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
    entry(Action::Left, "left", "left"),
    entry(Action::Right, "right", "right"),
];

const OUTBOX: &[Entry] = &[
    shown(
        Action::Open,
        "open",
        "the mails of the notice; of a mail its text and the server's words",
        "open",
        0,
    ),
    shown(Action::Retry, "retry", "retry now; on a notice all that have failed", "retry", 3),
    shown(Action::Cancel, "cancel", "cancel; on a notice all that wait", "cancel", 5),
];

const OPENED_NOTICE: &[Entry] =
    &[at(1, shown(Action::Back, "back", "back to the whole outbox, first clearing the filter", "back", 1))];

const SETTINGS: &[Entry] = &[
    shown(Action::Edit, "edit", "edit the account, or the mail server", "edit", 0),
    shown(Action::TestMail, "test_mail", "send a test mail to the security email", "test mail", 3),
    shown(Action::Verification, "verification", "verification of the security email", "verify", 4),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
];

const FIELD: &[Entry] = &[
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

const FILTER: &[Entry] = &[
    shown(Action::Accept, "accept", "keep the filter and go to the list", "to the list", 0),
    shown(Action::Close, "close", "clear the filter", "clear", 1),
    entry(Action::Up, "up", "up in the list"),
    entry(Action::Down, "down", "down in the list"),
    entry(Action::PageUp, "page_up", "a page up in the list"),
    entry(Action::PageDown, "page_down", "a page down in the list"),
];

const FORM: &[Entry] = &[
    shown(Action::Accept, "accept", "OK; on a drop-down: open it; on Cancel: cancel", "OK", 0),
    shown(Action::Next, "next", "next field", "next", 3),
    entry(Action::Previous, "previous", "previous field"),
    shown(Action::Tick, "tick", "tick a box, press a button", "tick", 4),
    shown(Action::Close, "close", "cancel, asking if something was changed", "cancel", 1),
];

const DROP_DOWN: &[Entry] = &[
    shown(Action::Accept, "accept", "choose", "choose", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
    shown(Action::Close, "close", "close it, nothing chosen", "close", 1),
];

const MAIL_FORM: &[Entry] = &[
    at(
        1,
        shown(Action::Examine, "examine", "ask the server with what is typed; nothing is sent", "check", 2),
    ),
    entry(Action::PageUp, "page_up", "up in what the server says"),
    entry(Action::PageDown, "page_down", "down in what the server says"),
];

const CONFIRM: &[Entry] = &[
    shown(Action::Yes, "yes", "yes", "yes", 0),
    shown(Action::No, "no", "no", "no", 1),
    entry(Action::Next, "next", "next button"),
    entry(Action::Previous, "previous", "previous button"),
    shown(Action::Accept, "accept", "the button with the focus", "press", 3),
];

const VERIFICATION: &[Entry] = &[
    shown(Action::EnterCode, "enter_code", "enter the code", "enter the code", 0),
    shown(Action::SendAgain, "send_again", "send a new code", "send again", 3),
    shown(Action::CancelChange, "cancel_change", "cancel the change of address", "cancel the change", 4),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    shown(Action::Close, "close", "close", "close", 1),
];

const CODE: &[Entry] = &[
    shown(Action::Accept, "accept", "check the code", "OK", 0),
    shown(Action::Close, "close", "back, nothing entered", "back", 1),
];

const DELIVERY: &[Entry] = &[
    shown(Action::Retry, "retry", "retry now", "retry", 3),
    shown(Action::Cancel, "cancel", "cancel", "cancel", 4),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "close", "close", 0),
];

const CONTACT_TYPES: &[Entry] = &[
    shown(Action::Tick, "tick", "tick the category or type", "tick", 0),
    shown(Action::TickRow, "row", "tick everything", "all", 4),
    shown(Action::TakeBack, "take_back", "undo, until the dialog is closed", "undo", 3),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
    shown(Action::Close, "close", "close", "close", 1),
];

const CHOICE: &[Entry] = &[
    shown(Action::Accept, "accept", "choose", "choose", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    shown(Action::Close, "close", "close, nothing chosen", "close", 1),
];

const AUDIENCE: &[Entry] = &[
    shown(Action::Open, "open", "who would get the type under the cursor", "open", 3),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the first"),
    entry(Action::Last, "last", "to the last"),
    shown(Action::Close, "close", "back, or close", "close", 0),
];

const COMPOSE: &[Entry] = &[at(
    1,
    shown(Action::Preview, "preview", "the mail as it will be read, in each language", "preview", 2),
)];

const EDITOR: &[Entry] = &[
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

const PICKER: &[Entry] = &[
    shown(Action::Accept, "accept", "choose", "choose", 0),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    shown(Action::Close, "close", "close it, nothing chosen", "close", 1),
];

const PREVIEW: &[Entry] = &[
    shown(Action::Next, "next", "the next language", "other language", 2),
    entry(Action::Up, "up", "up"),
    entry(Action::Down, "down", "down"),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "close", "close", 0),
];

const HELP: &[Entry] = &[
    entry(Action::Up, "up", "up"),
    shown(Action::Down, "down", "down", "scroll", 2),
    entry(Action::PageUp, "page_up", "a page up"),
    entry(Action::PageDown, "page_down", "a page down"),
    entry(Action::First, "first", "to the beginning"),
    entry(Action::Last, "last", "to the end"),
    shown(Action::Close, "close", "close", "close", 0),
];
