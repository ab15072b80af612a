//! What keys can do, and where. Every action has a name for the table of keys and words for help and footer in each context in
//! which it exists; an action that does nothing yet is not here.

use super::entries;

/// What a key makes the program do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    Help,
    Palette,
    Mouse,
    Language,
    Suspend,
    Redraw,
    SelectAll,
    Copy,
    CopyMore,
    Contacts,
    MessageTypes,
    Outbox,
    History,
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
    GoTo,
    GoToShare,
    Pick,
    Add,
    Modify,
    Delete,
    Verification,
    ItsTypes,
    ItsHistory,
    Check,
    Sort,
    Reverse,
    Export,
    Import,
    Problems,
    Open,
    Retry,
    Cancel,
    Edit,
    TestMail,
    Examine,
    OtherPage,
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
    History,
    /// The history while that of one contact is listed.
    OpenedHistory,
    Settings,
    /// Any text field.
    Field,
    /// The line in which the filter is typed.
    Filter,
    /// The line that asks where to go in a list.
    GoTo,
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
    /// One entry, opened from the history.
    HistoryEntry,
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
    /// What became of the rows of a file, or would.
    ImportReport,
    /// Something long is under way.
    Working,
    /// What became of something long.
    Told,
    Help,
    /// All that can be done now, searched by typing.
    Palette,
}

impl Context {
    /// All contexts, in the order of the help.
    pub const ALL: [Self; 36] = [
        Self::Everywhere,
        Self::Screens,
        Self::Lists,
        Self::Contacts,
        Self::Matrix,
        Self::Outbox,
        Self::OpenedNotice,
        Self::History,
        Self::OpenedHistory,
        Self::Settings,
        Self::Field,
        Self::Filter,
        Self::GoTo,
        Self::Form,
        Self::FormField,
        Self::DropDown,
        Self::MailForm,
        Self::MailField,
        Self::Confirm,
        Self::Verification,
        Self::Code,
        Self::Delivery,
        Self::HistoryEntry,
        Self::ContactTypes,
        Self::Choice,
        Self::Audience,
        Self::Compose,
        Self::ComposeField,
        Self::Editor,
        Self::Picker,
        Self::Preview,
        Self::ImportReport,
        Self::Working,
        Self::Told,
        Self::Help,
        Self::Palette,
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
            Self::History => &[Self::History, Self::Lists, Self::Screens, Self::Everywhere],
            Self::OpenedHistory => {
                &[Self::OpenedHistory, Self::History, Self::Lists, Self::Screens, Self::Everywhere]
            }
            Self::Settings => &[Self::Settings, Self::Screens, Self::Everywhere],
            Self::Field => &[Self::Field, Self::Everywhere],
            Self::Filter => &[Self::Filter, Self::Field, Self::Everywhere],
            Self::GoTo => &[Self::GoTo, Self::Field, Self::Everywhere],
            Self::Form => &[Self::Form, Self::Everywhere],
            Self::FormField => &[Self::FormField, Self::Form, Self::Field, Self::Everywhere],
            Self::DropDown => &[Self::DropDown, Self::Everywhere],
            Self::MailForm => &[Self::MailForm, Self::Form, Self::Everywhere],
            Self::MailField => &[Self::MailForm, Self::Form, Self::Field, Self::Everywhere],
            Self::Confirm => &[Self::Confirm, Self::Everywhere],
            Self::Verification => &[Self::Verification, Self::Everywhere],
            Self::Code => &[Self::Code, Self::Field, Self::Everywhere],
            Self::Delivery => &[Self::Delivery, Self::Everywhere],
            Self::HistoryEntry => &[Self::HistoryEntry, Self::Everywhere],
            Self::ContactTypes => &[Self::ContactTypes, Self::Everywhere],
            Self::Choice => &[Self::Choice, Self::Field, Self::Everywhere],
            Self::Audience => &[Self::Audience, Self::Everywhere],
            Self::Compose => &[Self::Compose, Self::Form, Self::Everywhere],
            Self::ComposeField => &[Self::Compose, Self::Form, Self::Field, Self::Everywhere],
            Self::Editor => &[Self::Editor, Self::Compose, Self::Field, Self::Everywhere],
            Self::Picker => &[Self::Picker, Self::Field, Self::Everywhere],
            Self::Preview => &[Self::Preview, Self::Everywhere],
            Self::ImportReport => &[Self::ImportReport, Self::Everywhere],
            Self::Working => &[Self::Working, Self::Everywhere],
            Self::Told => &[Self::Told, Self::Everywhere],
            Self::Help => &[Self::Help, Self::Field, Self::Everywhere],
            Self::Palette => &[Self::Palette, Self::Field, Self::Everywhere],
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
            Self::History => Some("history"),
            Self::OpenedHistory => Some("opened_history"),
            Self::Settings => Some("settings"),
            Self::Field => Some("field"),
            Self::Filter => Some("filter"),
            Self::GoTo => Some("go_to"),
            Self::Form => Some("form"),
            Self::FormField | Self::MailField | Self::ComposeField => None,
            Self::DropDown => Some("drop_down"),
            Self::MailForm => Some("mail_form"),
            Self::Confirm => Some("confirm"),
            Self::Verification => Some("verification"),
            Self::Code => Some("code"),
            Self::Delivery => Some("delivery"),
            Self::HistoryEntry => Some("history_entry"),
            Self::ContactTypes => Some("contact_types"),
            Self::Choice => Some("choice"),
            Self::Audience => Some("audience"),
            Self::Compose => Some("compose"),
            Self::Editor => Some("editor"),
            Self::Picker => Some("picker"),
            Self::Preview => Some("preview"),
            Self::ImportReport => Some("import_report"),
            Self::Working => Some("working"),
            Self::Told => Some("told"),
            Self::Help => Some("help"),
            Self::Palette => Some("palette"),
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
            Self::History => "history",
            Self::OpenedHistory => "history of a contact",
            Self::Settings => "settings",
            Self::Field => "text fields",
            Self::Filter => "filter",
            Self::GoTo => "going somewhere",
            Self::Form | Self::FormField => "forms",
            Self::DropDown => "drop-down",
            Self::MailForm | Self::MailField => "mail server",
            Self::Confirm => "questions",
            Self::Verification => "verification",
            Self::Code => "code",
            Self::Delivery => "delivery",
            Self::HistoryEntry => "entry of the history",
            Self::ContactTypes => "types of a contact",
            Self::Choice => "choosing a contact",
            Self::Audience => "who gets it",
            Self::Compose | Self::ComposeField => "new notice",
            Self::Editor => "text of a notice",
            Self::Picker => "message type",
            Self::Preview => "preview",
            Self::ImportReport => "import",
            Self::Working => "import or export under way",
            Self::Told => "its result",
            Self::Help => "help",
            Self::Palette => "command palette",
        }
    }

    /// Whether a text is typed wherever the context is in force, so that no key that is text can mean anything there.
    #[must_use]
    pub fn is_for_typing(self) -> bool {
        self.stack().contains(&Self::Field) && self.id().is_some()
    }

    /// What can be done here, in the order of the footer and the help.
    #[must_use]
    pub const fn entries(self) -> &'static [Entry] {
        match self {
            Self::Everywhere => entries::EVERYWHERE,
            Self::Screens => entries::SCREENS,
            Self::Lists => entries::LISTS,
            Self::Contacts => entries::CONTACTS,
            Self::Matrix => entries::MATRIX,
            Self::Outbox => entries::OUTBOX,
            Self::OpenedNotice => entries::OPENED_NOTICE,
            Self::History => entries::HISTORY,
            Self::OpenedHistory => entries::OPENED_HISTORY,
            Self::Settings => entries::SETTINGS,
            Self::Field => entries::FIELD,
            Self::Filter => entries::FILTER,
            Self::GoTo => entries::GO_TO,
            Self::Form => entries::FORM,
            Self::FormField | Self::MailField | Self::ComposeField => &[],
            Self::DropDown => entries::DROP_DOWN,
            Self::MailForm => entries::MAIL_FORM,
            Self::Confirm => entries::CONFIRM,
            Self::Verification => entries::VERIFICATION,
            Self::Code => entries::CODE,
            Self::Delivery => entries::DELIVERY,
            Self::ContactTypes => entries::CONTACT_TYPES,
            Self::Choice => entries::CHOICE,
            Self::Audience => entries::AUDIENCE,
            Self::Compose => entries::COMPOSE,
            Self::Editor => entries::EDITOR,
            Self::Picker => entries::PICKER,
            Self::Preview => entries::PREVIEW,
            Self::ImportReport => entries::IMPORT_REPORT,
            Self::Working => entries::WORKING,
            Self::Told => entries::TOLD,
            Self::HistoryEntry => entries::READING,
            Self::Help => entries::HELP,
            Self::Palette => entries::PALETTE,
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
