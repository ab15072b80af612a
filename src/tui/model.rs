//! The model: everything the screen shows and everything it is waiting for. Only `update` writes it; `view` reads it.

use std::sync::Arc;
use std::time::Duration;

use chrono::FixedOffset;
use ratatui::layout::{Position, Rect, Size};

use super::clipboard::Clipboard;
use super::coverage_counts::CoverageCounts;
use super::draft::{Draft, Drafts};
use super::edits::{Edit, Edits};
use super::effect::{MouseMode, Request};
use super::keymap::{Action, Context, Enter, Keymap, Meaning, Typing};
use super::layout::Regions;
use super::look::Look;
use super::mail_line::MailLine;
use super::marks::Marks;
use super::places::Places;
use super::plan::Plan;
use super::screens::account_form::AccountFormDialog;
use super::screens::audience::AudienceDialog;
use super::screens::compose::ComposeDialog;
use super::screens::confirm::Confirm;
use super::screens::contact_choice::ContactChoice;
use super::screens::contact_form::{ContactFormDialog, FormSettings};
use super::screens::contact_types::ContactTypesDialog;
use super::screens::contacts::Contacts;
use super::screens::delivery_detail::DeliveryDialog;
use super::screens::draft_offer::DraftOfferDialog;
use super::screens::export::ExportDialog;
use super::screens::go_to::GoTo;
use super::screens::help::Help;
use super::screens::history::History;
use super::screens::history_entry::HistoryEntryDialog;
use super::screens::import::ImportDialog;
use super::screens::mail_form::MailFormDialog;
use super::screens::matrix::{Board, Fallback, Matrix};
use super::screens::outbox::Outbox;
use super::screens::palette::Palette;
use super::screens::settings::{Settings, SettingsFacts};
use super::screens::verification::VerificationDialog;
use super::spoken;
use super::theme::Theme;
use super::update::ahead::TypedAhead;
use crate::domain::account::Account;
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::{ContactId, Totals};
use crate::domain::delivery::{DeliveryId, NoticeId};
use crate::domain::email_address::Smtputf8;
use crate::domain::language::Language;
use crate::domain::say::say;
use crate::domain::timestamp::Timestamp;
use crate::operations::Reach;
use crate::operations::outbox::QueueTotals;

/// After this time it is said that something is still being counted.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long a notice stays.
pub const NOTICE: Duration = Duration::from_secs(5);

/// What the program was started with. Only theme and language can be changed while it runs.
#[derive(Debug, Clone)]
pub struct Fixed {
    pub theme: Theme,
    pub marks: Marks,
    pub keys: Keymap,
    pub catalogue: Arc<Catalogue>,
    /// The language of the screen.
    pub language: Language,
    pub smtputf8: Smtputf8,
    /// The zone in which times are shown.
    pub offset: FixedOffset,
    /// What those before the screen may do outside of it.
    pub reach: Reach,
    /// What typed names of files mean.
    pub places: Places,
    /// Drawn by chance at the start: what this run sends is told by it from what any other has sent.
    pub run: u64,
}

impl Fixed {
    /// What views are given beside the state, at the moment `now`.
    #[must_use]
    pub fn look(&self, now: Timestamp) -> Look<'_> {
        Look {
            theme: self.theme,
            marks: self.marks,
            keys: &self.keys,
            catalogue: &self.catalogue,
            language: self.language,
            now,
            offset: self.offset,
        }
    }
}

/// The whole state of the screen.
#[derive(Debug, Clone)]
pub struct Model {
    pub fixed: Fixed,
    pub size: Size,
    pub now: Timestamp,
    pub screen: Screen,
    /// The list of contacts; the message types show it too.
    pub contacts: Contacts,
    pub matrix: Matrix,
    /// Changes to subscriptions, wherever they are made.
    pub edits: Edits,
    /// Contacts that are being deleted.
    pub deletion: Option<Deletion>,
    pub coverage: CoverageCounts,
    pub outbox: Outbox,
    pub history: History,
    pub settings: Settings,
    /// What stands in front of the screen; the last is in front of all.
    pub overlays: Vec<Overlay>,
    pub account: Option<Account>,
    pub totals: Option<Totals>,
    pub queue: Option<QueueTotals>,
    pub mail: MailLine,
    pub notice: Option<Notice>,
    pub mouse: Mouse,
    pub clipboard: Clipboard,
    /// Themes to which one can change.
    pub themes: Vec<Theme>,
    pub drafts: Drafts,
    pub pending: Pending,
    pub typed_ahead: TypedAhead,
    /// When the worker fell over last.
    pub fell_at: Option<Timestamp>,
    /// The last number that a question got.
    pub last_request: Request,
}

/// Which tab is in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screen {
    #[default]
    Contacts,
    Types,
    Outbox,
    History,
    Settings,
}

impl Screen {
    /// All tabs from left to right.
    pub const ALL: [Self; 5] = [Self::Contacts, Self::Types, Self::Outbox, Self::History, Self::Settings];

    /// The number before the tab's title.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Contacts => 1,
            Self::Types => 2,
            Self::Outbox => 3,
            Self::History => 4,
            Self::Settings => 5,
        }
    }

    /// The tab's title in English.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Contacts => "Contacts",
            Self::Types => "Message types",
            Self::Outbox => "Outbox",
            Self::History => "History",
            Self::Settings => "Settings",
        }
    }

    /// The tab to the right, around the end.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Contacts => Self::Types,
            Self::Types => Self::Outbox,
            Self::Outbox => Self::History,
            Self::History => Self::Settings,
            Self::Settings => Self::Contacts,
        }
    }

    /// The tab to the left, around the beginning.
    #[must_use]
    pub const fn previous(self) -> Self {
        match self {
            Self::Contacts => Self::Settings,
            Self::Types => Self::Contacts,
            Self::Outbox => Self::Types,
            Self::History => Self::Outbox,
            Self::Settings => Self::History,
        }
    }
}

/// Something in front of the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    ContactForm(Box<ContactFormDialog>),
    Confirm { question: Confirm, then: Deed },
    Verification(Box<VerificationDialog>),
    Delivery(Box<DeliveryDialog>),
    HistoryEntry(Box<HistoryEntryDialog>),
    ContactTypes(Box<ContactTypesDialog>),
    Choice(Box<ContactChoice>),
    Audience(Box<AudienceDialog>),
    AccountForm(Box<AccountFormDialog>),
    MailForm(Box<MailFormDialog>),
    Compose(Box<ComposeDialog>),
    Export(Box<ExportDialog>),
    Import(Box<ImportDialog>),
    DraftOffer(Box<DraftOfferDialog>),
    GoTo(GoTo),
    Help(Help),
    Palette(Box<Palette>),
}

/// What is done after a yes.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    DeleteContacts(Vec<ContactId>),
    /// Change what contacts want.
    Edit(Box<Edit>),
    CancelDelivery(DeliveryId),
    CancelNotice(NoticeId),
}

/// Contacts that are being deleted, and how far that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletion {
    pub request: Request,
    pub done: u64,
    pub all: u64,
}

/// A message that was not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Safe to show.
    pub text: String,
    pub tone: Tone,
    pub since: Timestamp,
}

/// The mouse, and where it was pressed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mouse {
    pub mode: MouseMode,
    /// Where and when something was selected; a second press there opens it.
    pub pressed: Option<(Position, Timestamp)>,
}

/// What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done; it fades.
    Done,
    /// Something needs attention; it stays until a key.
    Warning,
    /// Something was not done; it stays until a key.
    Failed,
}

/// The latest question of each kind; answers to older ones are stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pending {
    pub account: Option<Request>,
    pub totals: Option<Request>,
    pub queue: Option<Request>,
    /// Of the dialog in front: checking, hints, saving, sending.
    pub dialog: Option<Request>,
    /// Of the dialog in front: reading what it shows.
    pub dialog_data: Option<Request>,
    /// Who would get the type that is chosen for a notice or shown.
    pub audience: Option<Request>,
    /// The mail server with which its form is to be opened.
    pub mail_form: Option<Request>,
    /// What the server says to the mail doctor.
    pub examination: Option<Request>,
    /// What was asked for without a dialog, such as deleting.
    pub deed: Option<Request>,
    /// The contact whose draft is to be opened.
    pub draft: Option<Request>,
    /// What a change of a column would meet, and since when it is asked; any key calls it off.
    pub column: Option<(Request, Timestamp)>,
}

impl Tone {
    /// This, but nothing better than a warning.
    #[must_use]
    pub const fn or_warning(self) -> Self {
        match self {
            Self::Done => Self::Warning,
            Self::Warning | Self::Failed => self,
        }
    }
}

impl Model {
    /// A model that has loaded nothing yet.
    #[must_use]
    pub fn new(fixed: Fixed, facts: SettingsFacts, size: Size, now: Timestamp) -> Self {
        Self {
            fixed,
            size,
            now,
            screen: Screen::default(),
            contacts: Contacts::default(),
            matrix: Matrix::default(),
            edits: Edits::default(),
            deletion: None,
            coverage: CoverageCounts::default(),
            outbox: Outbox::default(),
            history: History::default(),
            settings: Settings::new(facts),
            overlays: Vec::new(),
            account: None,
            totals: None,
            queue: None,
            mail: MailLine::default(),
            notice: None,
            mouse: Mouse::default(),
            clipboard: Clipboard::default(),
            themes: Vec::new(),
            drafts: Drafts::default(),
            pending: Pending::default(),
            typed_ahead: TypedAhead::default(),
            fell_at: None,
            last_request: Request::default(),
        }
    }

    /// What views are given beside the state.
    #[must_use]
    pub fn look(&self) -> Look<'_> {
        self.fixed.look(self.now)
    }

    /// Where everything stands.
    #[must_use]
    pub fn regions(&self) -> Regions {
        let regions = Regions::of(Rect::new(0, 0, self.size.width, self.size.height));
        if !self.fixed.marks.is_spoken() {
            return regions;
        }
        // A list moves by the rows that are there beside the lines for the one under the cursor.
        let mut regions = regions.spoken();
        regions.body = spoken::listed(regions.body);
        regions
    }

    /// The context whose keys are in force, and whether printable keys are text.
    #[must_use]
    pub fn focus(&self) -> (Context, Typing) {
        match self.overlays.last() {
            Some(overlay) => overlay.focus(),
            None => match self.screen {
                Screen::Contacts => (self.contacts.context(), self.contacts.typing()),
                Screen::Types => match self.contacts.typing() {
                    Typing::On => (self.contacts.context(), Typing::On),
                    Typing::Off => (Context::Matrix, Typing::Off),
                },
                Screen::Outbox => (self.outbox.context(), self.outbox.typing()),
                Screen::History => (self.history.context(), self.history.typing()),
                Screen::Settings => (Context::Settings, Typing::Off),
            },
        }
    }

    /// What an action means at the focus, where the context does not say it.
    #[must_use]
    pub fn means(&self, action: Action) -> Meaning {
        match (self.overlays.last(), action) {
            (Some(overlay), Action::Accept) => overlay.enter_does().map_or(Meaning::Usual, Meaning::Other),
            (Some(Overlay::AccountForm(form)), Action::Close) if form.is_introduction() => {
                Meaning::Other(Enter::Skip)
            }
            // Space presses a button as enter does.
            (Some(Overlay::DraftOffer(_)), Action::Tick) => Meaning::Nothing,
            (Some(Overlay::DraftOffer(_)), Action::Close) => Meaning::Other(Enter::Later),
            (Some(Overlay::ContactForm(form)), Action::Tick) if form.is_in_conflict() => Meaning::Nothing,
            (Some(Overlay::ContactForm(form)), Action::Close) if form.is_in_conflict() => {
                Meaning::Other(Enter::Back)
            }
            (Some(Overlay::Verification(dialog)), _) if !dialog.is_of_use(action) => Meaning::Nothing,
            (Some(Overlay::Delivery(dialog)), _) if !dialog.is_of_use(action) => Meaning::Nothing,
            (Some(Overlay::Audience(dialog)), _) if !dialog.is_of_use(action) => Meaning::Nothing,
            (Some(Overlay::HistoryEntry(dialog)), Action::Down)
                if dialog.is_whole(self.regions().front, self.look()) =>
            {
                Meaning::Nothing
            }
            (None, Action::Open)
                if self.screen == Screen::Types && self.matrix.would_fold(&self.fixed.catalogue) =>
            {
                Meaning::Other(Enter::Fold)
            }
            (None, Action::ItsHistory) if self.focus().0 == Context::OpenedHistory => Meaning::Nothing,
            (None, _) if self.needs_row(action) && self.has_no_row() => Meaning::Nothing,
            (Some(_) | None, _) => Meaning::Usual,
        }
    }

    /// Whether an action is for the row under the cursor, or for the rows that are listed.
    fn needs_row(&self, action: Action) -> bool {
        let actions: &[Action] = match self.screen {
            Screen::Contacts => &[
                Action::Modify,
                Action::Delete,
                Action::Verification,
                Action::ItsTypes,
                Action::ItsHistory,
                Action::Sort,
            ],
            Screen::Types => &[Action::Tick, Action::TickColumn, Action::TickRow, Action::CopyFrom],
            Screen::Outbox => &[Action::Open, Action::Retry, Action::Cancel],
            Screen::History => &[Action::Open, Action::ItsHistory],
            Screen::Settings => &[],
        };
        actions.contains(&action)
    }

    /// Whether nothing is listed.
    fn has_no_row(&self) -> bool {
        match self.screen {
            Screen::Contacts | Screen::Types => self.contacts.is_empty(),
            Screen::Outbox => self.outbox.is_empty(),
            Screen::History => self.history.is_empty(),
            Screen::Settings => false,
        }
    }

    /// What the message types screen shows.
    #[must_use]
    pub fn board(&self) -> Board<'_> {
        let security_email = self.account.as_ref().and_then(|account| account.security_email.as_ref());
        Board {
            matrix: &self.matrix,
            contacts: &self.contacts,
            edits: &self.edits,
            coverage: &self.coverage,
            totals: self.totals.as_ref(),
            is_counting: self.pending.column.is_some_and(|(_, since)| self.now.since(since) >= PATIENCE),
            fallback: match security_email {
                Some(_) => Fallback::SecurityEmail,
                None => Fallback::Nobody,
            },
        }
    }

    /// What a form for a contact needs to know.
    #[must_use]
    pub fn form_settings(&self) -> FormSettings {
        FormSettings {
            account_language: self.account.as_ref().map_or(self.fixed.language, |account| account.language),
            language: self.fixed.language,
            smtputf8: self.fixed.smtputf8,
        }
    }

    /// Shows a message; the one before goes.
    pub fn notify(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), tone, since: self.now });
    }

    /// Whether a message goes by itself after [`NOTICE`]. One that is heard waits until it is answered with a key.
    #[must_use]
    pub const fn fades(&self, notice: &Notice) -> bool {
        matches!(notice.tone, Tone::Done) && !self.fixed.marks.is_spoken()
    }

    /// Says why the program does not end at once.
    pub fn say_that_mail_is_finished(&mut self) {
        let words = say!(self.fixed.language, "The mail in hand is being finished; then callsheet ends.");
        self.notify(Tone::Warning, words);
    }

    /// A plan whose questions have new numbers.
    #[must_use]
    pub const fn plan(&self) -> Plan {
        Plan::after(self.last_request)
    }

    /// When the picture changes by time alone, from now on; None if it does not.
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        let fading = self.notice.as_ref().filter(|notice| self.fades(notice));
        let fading = fading.map(|notice| self.now.until(notice.since.plus(NOTICE)));
        let counting = self.overlays.last().and_then(|overlay| overlay.next_wake(self.now));
        let covering = self.coverage.next_wake(self.now);
        let asking = self.pending.column.map(|(_, since)| self.now.until(since.plus(PATIENCE)));
        let asking = asking.filter(|left| !left.is_zero());
        [fading, counting, covering, asking].into_iter().flatten().min()
    }
}

impl Overlay {
    fn focus(&self) -> (Context, Typing) {
        match self {
            Self::ContactForm(form) => (form.context(), form.typing()),
            Self::Confirm { .. } => (Context::Confirm, Typing::Off),
            Self::Verification(dialog) => (dialog.context(), dialog.typing()),
            Self::Delivery(_) => (Context::Delivery, Typing::Off),
            Self::HistoryEntry(_) => (Context::HistoryEntry, Typing::Off),
            Self::ContactTypes(_) => (Context::ContactTypes, Typing::Off),
            Self::Choice(_) => (Context::Choice, Typing::On),
            Self::Audience(_) => (Context::Audience, Typing::Off),
            Self::AccountForm(form) => (form.context(), form.typing()),
            Self::MailForm(form) => (form.context(), form.typing()),
            Self::Compose(dialog) => (dialog.context(), dialog.typing()),
            Self::Export(dialog) => (dialog.context(), dialog.typing()),
            Self::Import(dialog) => (dialog.context(), dialog.typing()),
            Self::DraftOffer(_) => (Context::Form, Typing::Off),
            Self::GoTo(_) => (Context::GoTo, Typing::On),
            Self::Help(_) => (Context::Help, Typing::On),
            Self::Palette(_) => (Context::Palette, Typing::On),
        }
    }

    /// What accepting does at the focus, where the context does not say it.
    fn enter_does(&self) -> Option<Enter> {
        match self {
            Self::ContactForm(form) => form.enter_does(),
            Self::AccountForm(form) => form.enter_does(),
            Self::Compose(dialog) => dialog.enter_does(),
            Self::MailForm(form) => form.enter_does(),
            Self::Export(dialog) => dialog.enter_does(),
            Self::Import(dialog) => dialog.enter_does(),
            Self::DraftOffer(_) => Some(Enter::Press),
            Self::Confirm { .. }
            | Self::Verification(_)
            | Self::Delivery(_)
            | Self::HistoryEntry(_)
            | Self::ContactTypes(_)
            | Self::Choice(_)
            | Self::Audience(_)
            | Self::GoTo(_)
            | Self::Help(_)
            | Self::Palette(_) => None,
        }
    }

    /// What stands in it and is not saved.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        match self {
            Self::ContactForm(form) => form.draft(),
            Self::AccountForm(form) => form.draft(),
            Self::MailForm(form) => form.draft(),
            Self::Compose(dialog) => dialog.draft(),
            Self::Export(dialog) => dialog.draft(),
            Self::Import(dialog) => dialog.draft(),
            Self::Confirm { .. }
            | Self::Verification(_)
            | Self::Delivery(_)
            | Self::HistoryEntry(_)
            | Self::ContactTypes(_)
            | Self::Choice(_)
            | Self::Audience(_)
            | Self::DraftOffer(_)
            | Self::GoTo(_)
            | Self::Help(_)
            | Self::Palette(_) => None,
        }
    }

    /// When the overlay looks different by time alone.
    fn next_wake(&self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::Verification(dialog) => dialog.next_wake(now),
            Self::ContactForm(_)
            | Self::Confirm { .. }
            | Self::Delivery(_)
            | Self::HistoryEntry(_)
            | Self::ContactTypes(_)
            | Self::Choice(_)
            | Self::Audience(_)
            | Self::AccountForm(_)
            | Self::MailForm(_)
            | Self::Compose(_)
            | Self::Export(_)
            | Self::Import(_)
            | Self::DraftOffer(_)
            | Self::GoTo(_)
            | Self::Help(_)
            | Self::Palette(_) => None,
        }
    }
}
