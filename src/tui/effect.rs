//! Effects: what `update` wants done outside, as plain data, and the answers. They carry no callbacks and no handles.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::draft::DraftOrder;
use super::screens::settings::SettingsFacts;
use crate::config::{MailForm, MailServer, Unsaved};
use crate::domain::account::Account;
use crate::domain::contact::{Contact, ContactId, Proofs, Subject, Totals};
use crate::domain::contact_form::{ContactForm, FieldProblem};
use crate::domain::delivery::{Delivery, DeliveryId, NoticeId};
use crate::domain::email_address::Smtputf8;
use crate::domain::language::Language;
use crate::domain::notice::{Notice, NoticeForm};
use crate::domain::say::Said;
use crate::domain::subscription::Subscriptions;
use crate::mail::sender::ProbeEvent;
use crate::operations::Problem;
use crate::operations::account::AccountChange;
use crate::operations::contacts::{Again, ContactChange, ListQuery, Mailing, PageAt, Saved};
use crate::operations::coverage::Coverage;
use crate::operations::deletion::Deleted;
use crate::operations::export::{Existing, Exported, Scope};
use crate::operations::history::{Anchor, Found, HistoryAt, Record, RecordQuery, Verdict};
use crate::operations::import::{self, Format, Report, Stamp};
use crate::operations::notices::{Audience, Notified};
use crate::operations::outbox::{DeliveryDetail, EntriesAt, OutboxAt, OutboxEntry, OutboxQuery, QueueTotals};
use crate::operations::page::Page;
use crate::operations::subscriptions::{Changed, Restored, Whom};
use crate::operations::verification::Confirmed;

/// Something to be done outside the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// An operation on the worker's session; its [`Answer`] carries the same request.
    Ask {
        request: Request,
        question: Box<Question>,
    },
    /// Something about the mail server of the configuration, done beside everything else; its [`Answer`] carries the same request.
    Configure {
        request: Request,
        task: Box<MailTask>,
    },
    /// Ends the examination of a mail server that is under way.
    StopExamining,
    /// Sender and worker go on with the configuration that was saved last.
    Reconfigure,
    /// Ends what takes long before it is through; its answer still comes.
    StopWork {
        request: Request,
    },
    /// Tells the sender that something was queued.
    WakeSender,
    /// A filter will be typed soon: what makes it fast is made ready.
    ReadyFilter,
    /// Gives the terminal back, stops the process and comes back.
    Suspend,
    /// Draws every cell anew.
    Redraw,
    /// Asks the terminal, with the next frame, to take the text into its clipboard.
    Copy(String),
    /// Has the terminal tell of the mouse from now on, or no longer.
    Mouse(MouseMode),
    /// What becomes of a draft.
    Draft(DraftOrder),
    Quit,
}

/// Whether the terminal tells of the mouse. While it does not, the terminal itself marks text with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MouseMode {
    On,
    #[default]
    Off,
}

/// So many contacts are changed while somebody waits without noticing.
const FEW: usize = 100;

/// Joins a question with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Request(pub u64);

/// What can be done about the mail server of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTask {
    Read,
    /// Ask the server as it is typed, up to the point where it would take a mail to this address.
    Examine {
        server: MailServer,
        form: MailForm,
        to: Option<String>,
    },
    Save {
        server: MailServer,
        form: MailForm,
    },
}

/// What has changed with the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSaved {
    pub facts: SettingsFacts,
    pub smtputf8: Smtputf8,
}

/// An operation that the worker performs.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    Page {
        query: ListQuery,
        at: PageAt,
        limit: usize,
    },
    /// How many contacts the query lists.
    Count {
        query: ListQuery,
    },
    /// All contacts that the query lists.
    Matching {
        query: ListQuery,
    },
    Totals,
    QueueTotals,
    Contact {
        id: ContactId,
    },
    /// How many contacts would receive each category and type.
    Coverage,
    /// Who would get a type now; the first `limit` persons by name.
    Audience {
        message_type: String,
        limit: usize,
    },
    /// A contact whose subscriptions are edited.
    Wishes {
        id: ContactId,
    },
    /// Contacts of which one is chosen.
    Choices {
        query: ListQuery,
        at: PageAt,
        limit: usize,
    },
    /// What a change of a whole column would meet.
    Column {
        id: String,
        whom: Whom,
    },
    OutboxPage {
        query: OutboxQuery,
        at: OutboxAt,
        limit: usize,
    },
    Delivery {
        id: DeliveryId,
    },
    /// The outbox with the deliveries of each notice together.
    OutboxEntries {
        at: EntriesAt,
        limit: usize,
    },
    Notice {
        id: NoticeId,
    },
    HistoryPage {
        query: RecordQuery,
        at: HistoryAt,
        limit: usize,
    },
    /// Where the history ends.
    HistoryHead,
    /// One entry of the history.
    HistoryEntry {
        id: i64,
    },
    /// Whether somebody has changed the history.
    CheckHistory,
    /// The mail of a notice that is not queued yet.
    PreviewNotice {
        form: NoticeForm,
        language: Language,
    },
    Proofs {
        subject: Subject,
    },
    /// What is wrong with a form that is not saved yet.
    Check {
        form: ContactForm,
        editing: Option<ContactId>,
    },
    TypoHint {
        email: String,
    },
    Add {
        form: ContactForm,
    },
    /// Saved only if the contact still has this version.
    Modify {
        id: ContactId,
        change: ContactChange,
        version: i64,
    },
    Delete {
        ids: Vec<ContactId>,
    },
    /// Saved only if the contact still has this version.
    Subscribe {
        id: ContactId,
        subscriptions: Subscriptions,
        again: Again,
        version: i64,
    },
    /// A category or type for several contacts.
    SetColumn {
        id: String,
        whom: Whom,
        wanted: bool,
    },
    CopySubscriptions {
        from: ContactId,
        to: Vec<ContactId>,
    },
    /// Takes changes of subscriptions back.
    TakeBack {
        changed: Changed,
    },
    SendCode {
        subject: Subject,
    },
    Confirm {
        subject: Subject,
        code: TypedCode,
    },
    CancelChange {
        id: ContactId,
    },
    Retry {
        ids: Vec<DeliveryId>,
    },
    Cancel {
        ids: Vec<DeliveryId>,
    },
    Account,
    SetAccount {
        change: AccountChange,
    },
    SkipIntroduction,
    TestMail {
        contact: Option<ContactId>,
    },
    /// Queued once under the key, however often that is asked.
    Notify {
        form: NoticeForm,
        key: String,
    },
    /// All its deliveries that have failed.
    RetryNotice {
        id: NoticeId,
    },
    /// All its deliveries that wait.
    CancelNotice {
        id: NoticeId,
    },
    /// Contacts into a file.
    Export {
        target: PathBuf,
        scope: Scope,
        format: Format,
        existing: Existing,
    },
    /// Contacts out of a file, be it in trial. With a stamp only if the file is still the one that has it.
    Import {
        file: PathBuf,
        options: import::Options,
        stamp: Option<Stamp>,
    },
}

/// What became of a question, variant by variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Page(Result<Page<Contact>, Problem>),
    Count(Result<u64, Problem>),
    Matching(Result<Arc<BTreeSet<ContactId>>, Problem>),
    Totals(Result<Totals, Problem>),
    QueueTotals(Result<QueueTotals, Problem>),
    Contact(Result<Contact, Problem>),
    Coverage(Result<Vec<Coverage>, Problem>),
    Audience(Result<Audience, Problem>),
    Wishes(Result<Contact, Problem>),
    Choices(Result<Page<Contact>, Problem>),
    Column(Result<ColumnFacts, Problem>),
    OutboxPage(Result<Page<Delivery>, Problem>),
    Delivery(Result<DeliveryDetail, Problem>),
    OutboxEntries(Result<Page<OutboxEntry>, Problem>),
    Notice(Result<Notice, Problem>),
    /// None if somebody stopped it.
    HistoryPage(Result<Found, Problem>),
    HistoryHead(Result<Anchor, Problem>),
    /// None if there is none of this number.
    HistoryEntry(Result<Option<Record>, Problem>),
    /// None if somebody stopped it.
    HistoryChecked(Result<Option<Verdict>, Problem>),
    NoticePreviewed {
        language: Language,
        text: Result<String, Problem>,
    },
    Proofs(Result<Proofs, Problem>),
    Check(Result<Vec<FieldProblem>, Problem>),
    TypoHint(Result<Option<String>, Problem>),
    Added(Result<Saved, Problem>),
    Modified(Result<Saved, Problem>),
    Deleted(Result<Deleted, Problem>),
    Subscribed(Result<Contact, Problem>),
    /// After a change of a column, or copying.
    SubscriptionsChanged(Result<Changed, Problem>),
    TakenBack(Result<Restored, Problem>),
    CodeSent(Result<DeliveryId, Problem>),
    Confirmed(Result<Confirmed, Problem>),
    ChangeCancelled(Result<(), Problem>),
    Retried {
        count: usize,
        result: Result<(), Problem>,
    },
    Cancelled {
        count: usize,
        result: Result<(), Problem>,
    },
    Account(Result<Account, Problem>),
    AccountSet(Result<(Account, Mailing), Problem>),
    IntroductionSkipped(Result<(), Problem>),
    TestQueued(Result<DeliveryId, Problem>),
    Notified(Result<Notified, Problem>),
    /// How many deliveries are tried again.
    NoticeRetried(Result<u64, Problem>),
    /// How many deliveries are cancelled.
    NoticeCancelled(Result<u64, Problem>),
    /// The mail server as it is, or why it cannot be read, in words.
    MailServer(Result<Box<MailServer>, Said>),
    /// What happens while the server is asked.
    Examining(ProbeEvent),
    /// The server was asked, or why not.
    Examined(Result<(), Unsaved>),
    MailSaved(Result<Box<MailSaved>, Unsaved>),
    Exported(Result<Exported, Refused>),
    Imported(Result<Box<Report>, Refused>),
}

impl Answer {
    /// Those that match, in order of id.
    #[must_use]
    pub fn matching(ids: Result<Vec<ContactId>, Problem>) -> Self {
        Self::Matching(ids.map(|ids| Arc::new(ids.into_iter().collect())))
    }
}

/// Why a file was not written or read. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A file has the name that is to be written.
    Exists,
    /// The file is no longer the one that was checked.
    FileChanged,
    Cancelled,
    /// Why, as the second part of a sentence without a full stop. Not escaped.
    Because(Said),
}

/// How far something is that takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// Contacts or rows that are done.
    pub done: u64,
    /// In thousandths of the whole, where that is known.
    pub permille: Option<u16>,
}

/// What a change of a whole column would meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnFacts {
    /// Contacts that are meant.
    pub contacts: u64,
    /// All of them are subscribed.
    pub is_full: bool,
}

/// A code as somebody typed it. Debug output never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct TypedCode(pub String);

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedCode(••••-••••)")
    }
}

impl Question {
    /// Whether a later question of the same kind makes the answer to this one worthless, so that it need not be asked.
    #[must_use]
    pub fn is_superseded_by(&self, later: &Self) -> bool {
        // A contact is read for the dialog and for what is being saved: each waits for its own.
        let is_for_one = !matches!(self, Self::Wishes { .. });
        self.only_reads() && is_for_one && std::mem::discriminant(self) == std::mem::discriminant(later)
    }

    /// Whether the question may take as long as there are contacts, or mails of a notice. It is done beside what the screen waits
    /// for.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        #[expect(clippy::wildcard_enum_match_arm, reason = "few of all questions take long")]
        match self {
            Self::Matching { .. }
            | Self::Coverage
            | Self::Audience { .. }
            | Self::Column { .. }
            | Self::CheckHistory => true,
            Self::Notify { .. } | Self::RetryNotice { .. } | Self::CancelNotice { .. } => true,
            Self::Export { .. } | Self::Import { .. } => true,
            Self::SetColumn { whom: Whom::Filtered(_), .. } => true,
            Self::SetColumn { whom: Whom::These(ids), .. } => ids.len() > FEW,
            Self::CopySubscriptions { to, .. } => to.len() > FEW,
            Self::Delete { ids } => ids.len() > FEW,
            Self::TakeBack { changed } => !usize::try_from(changed.count()).is_ok_and(|count| count <= FEW),
            _ => false,
        }
    }

    /// Whether the question lists or counts contacts by a filter, which a text index answers.
    #[must_use]
    pub fn uses_filter(&self) -> bool {
        #[expect(clippy::wildcard_enum_match_arm, reason = "few of all questions have a filter")]
        match self {
            Self::Page { query, .. } | Self::Choices { query, .. } | Self::Count { query } => {
                !query.filter.is_empty()
            }
            _ => false,
        }
    }

    /// Whom the question means by a filter, if it takes long to look for them.
    #[must_use]
    pub fn sought(&self) -> Option<ListQuery> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "few of all questions mean contacts by a filter")]
        let query = match self {
            Self::Matching { query }
            | Self::Column { whom: Whom::Filtered(query), .. }
            | Self::SetColumn { whom: Whom::Filtered(query), .. } => query.clone(),
            Self::Export { scope: Scope::Matching { filter, selected }, .. } => {
                ListQuery { filter: filter.clone(), selected: Arc::clone(selected), ..ListQuery::default() }
            }
            _ => return None,
        };
        (!query.filter.is_empty()).then_some(query)
    }

    /// The question about the contacts that its filter has found, in order of id, or already its answer.
    ///
    /// # Errors
    /// The answer.
    pub fn about(&self, found: Vec<ContactId>) -> Result<Self, Box<Answer>> {
        let mut question = self.clone();
        #[expect(clippy::wildcard_enum_match_arm, reason = "few of all questions mean contacts by a filter")]
        match &mut question {
            Self::Matching { .. } => return Err(Box::new(Answer::matching(Ok(found)))),
            Self::Column { whom, .. } | Self::SetColumn { whom, .. } => *whom = Whom::These(found),
            Self::Export { scope, .. } => *scope = Scope::Selected(Arc::new(found.into_iter().collect())),
            _ => {}
        }
        Ok(question)
    }

    /// Whether it looks at every contact if there is no index.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self, Self::Count { .. } | Self::Page { at: PageAt::Percent(_), .. })
    }

    /// Whether the question changes nothing.
    #[must_use]
    pub const fn only_reads(&self) -> bool {
        match self {
            Self::Page { .. }
            | Self::Count { .. }
            | Self::Matching { .. }
            | Self::Totals
            | Self::QueueTotals
            | Self::Contact { .. }
            | Self::Coverage
            | Self::Audience { .. }
            | Self::Wishes { .. }
            | Self::Choices { .. }
            | Self::Column { .. }
            | Self::OutboxPage { .. }
            | Self::Delivery { .. }
            | Self::OutboxEntries { .. }
            | Self::Notice { .. }
            | Self::HistoryPage { .. }
            | Self::HistoryHead
            | Self::HistoryEntry { .. }
            | Self::CheckHistory
            | Self::PreviewNotice { .. }
            | Self::Proofs { .. }
            | Self::Check { .. }
            | Self::TypoHint { .. }
            | Self::Account => true,
            Self::Add { .. }
            | Self::Modify { .. }
            | Self::Delete { .. }
            | Self::Subscribe { .. }
            | Self::SetColumn { .. }
            | Self::CopySubscriptions { .. }
            | Self::TakeBack { .. }
            | Self::SendCode { .. }
            | Self::Confirm { .. }
            | Self::CancelChange { .. }
            | Self::Retry { .. }
            | Self::Cancel { .. }
            | Self::SetAccount { .. }
            | Self::SkipIntroduction
            | Self::TestMail { .. }
            | Self::Notify { .. }
            | Self::RetryNotice { .. }
            | Self::CancelNotice { .. }
            | Self::Export { .. }
            | Self::Import { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_is_not_told_by_debug() {
        let question =
            Question::Confirm { subject: Subject::SecurityEmail, code: TypedCode("ABCD-EFGH".into()) };
        let effect = Effect::Ask { request: Request(1), question: Box::new(question) };
        assert!(!format!("{effect:?}").contains("ABCD"));
    }

    #[test]
    fn what_grows_with_the_contacts_is_done_beside_the_list() {
        let form = NoticeForm::default();
        assert!(Question::Notify { form, key: "k".to_owned() }.takes_long());
        assert!(Question::RetryNotice { id: NoticeId(1) }.takes_long());
        assert!(Question::CancelNotice { id: NoticeId(1) }.takes_long());
        assert!(!Question::Notice { id: NoticeId(1) }.takes_long());
    }

    #[test]
    fn a_check_of_the_history_takes_long_and_a_search_is_made_in_short_steps() {
        let query = RecordQuery { words: vec!["a".into()], ..RecordQuery::default() };
        assert!(!Question::HistoryPage { query, at: HistoryAt::Newest, limit: 9 }.takes_long());
        assert!(Question::CheckHistory.takes_long() && !Question::HistoryHead.takes_long());
    }

    #[test]
    fn only_reading_is_superseded() {
        let hint = |email: &str| Question::TypoHint { email: email.into() };
        assert!(hint("a@example.org").is_superseded_by(&hint("ab@example.org")));
        assert!(!hint("a@example.org").is_superseded_by(&Question::Totals));
        assert!(!Question::SkipIntroduction.is_superseded_by(&Question::SkipIntroduction));
        let wishes = Question::Wishes { id: ContactId(1) };
        assert!(!wishes.is_superseded_by(&wishes), "a dialog and a change may both wait for it");
    }
}
