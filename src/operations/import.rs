//! Import: contacts out of a file, all rows in one transaction. A trial only reads, so others go on saving; what they change
//! meanwhile is noticed when the import is made, for that checks every row again.
//!
//! Each row is checked as the contact form checks it, and matched by its address, in force or pending: a new address is a new
//! contact, a known one changes what the row says and nothing else. Nothing is ever imported as verified, and what a recipient
//! has ended stays ended. Each contact that is added or changed has its own entry in the audit log, so that what it tells of a
//! person can be erased with the person.

mod report;
mod seen;
mod source;
mod trial;

use std::ops::ControlFlow;

use serde_json::{Value, json};
use thiserror::Error;

use super::contacts::{self, Mailing, Verify};
use super::session::Desk;
use super::{Problem, Session, verification};
use crate::domain::catalogue::{Catalogue, UNSUBSCRIBABLE, is_id};
use crate::domain::contact::{ContactId, Subject};
use crate::domain::contact_form::{ContactDraft, ContactForm, Field, FieldProblem};
use crate::domain::delivery::DeliveryId;
use crate::domain::email_address::{EmailAddress, Smtputf8};
use crate::domain::language::Language;
use crate::domain::name::Name;
use crate::domain::safe_text::safe;
use crate::domain::say::{Said, Say as _, saying};
use crate::domain::subscription::Subscriptions;
use crate::domain::verification::{Limit, LimitKind};
use crate::exchange::{self, Row, Told, Types};
use crate::store::{ContactRow, Reading, StoreError, Via, Writing};

pub use self::report::{Report, ReportRow};
use self::seen::{Seen, Slips};
pub use self::source::{Gauge, Opened, Source, Stamp, open};
use self::trial::Trial;
pub use crate::exchange::{Format, Unreadable};

/// What an import does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub format: Format,
    pub bad_rows: BadRows,
    /// Whether new contacts are sent a code; those that a limit holds back stay unverified.
    pub verify: Verify,
    pub run: Run,
}

/// What a row that cannot be taken means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRows {
    /// Nothing is applied.
    RefuseAll,
    /// The others are applied.
    LeaveOut,
}

/// Whether something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    Real,
    /// Nothing is; the report is that of a real run.
    Trial,
}

/// What an import tells while it works. What becomes of a row counts only once the import has ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// About the file as a whole; a sentence without a full stop.
    Remark(Said),
    Row(Imported),
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The line of the file on which the row begins, from 1.
    pub line: u64,
    pub fate: Fate,
    /// As the file has it.
    pub email: String,
    /// None for a refused row that is about no contact that there was before.
    pub contact: Option<ContactId>,
    /// Why it is refused; sentences without a full stop. Not escaped.
    pub reasons: Vec<Said>,
    /// What should be looked at, although the row was taken. Not escaped.
    pub warnings: Vec<Said>,
    /// Why the new contact gets no code now, if one was wanted; a sentence without a full stop.
    pub held: Option<Said>,
}

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Added,
    Changed,
    /// The contact is already what the row says.
    Unchanged,
    Refused,
}

impl Fate {
    /// The word for tables and JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// What became of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub refused: u64,
    /// New contacts that want no type of message yet.
    pub without_types: u64,
    /// The verification mails of new contacts; none if nothing was written.
    pub queued: Vec<DeliveryId>,
    /// How many verification mails go, or would go.
    pub codes: u64,
    /// How many new contacts get no code now, and what holds the last of them back.
    pub held: Option<(u64, Limit)>,
    /// False if nothing was written: a trial, or a refused row among rows that are taken together or not at all.
    pub is_applied: bool,
}

/// Why nothing was imported.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Failure {
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    #[error("it was cancelled")]
    Cancelled,
    #[error(transparent)]
    Problem(#[from] Problem),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

/// Imports a file and tells what becomes of each row as it goes. Where `hear` breaks, the import is cancelled.
///
/// # Errors
/// [`Failure`]; nothing was written.
pub fn import(
    session: &mut Session,
    mut opened: Opened,
    options: Options,
    hear: &mut dyn FnMut(Heard) -> ControlFlow<()>,
) -> Result<Summary, Failure> {
    let (store, desk) = session.desk();
    let desk = desk.via(Via::Import);
    let mut work = |reading: &Reading<'_>, ground: Ground<'_>| {
        let mut import = Import::begin(reading, ground, &desk, options)?;
        let read = exchange::read(options.format, &mut opened, &mut |told| import.take(told, hear))?;
        if let ControlFlow::Break(failure) = read {
            return Err(Undo::Failed(failure));
        }
        import.end()
    };
    let outcome = match options.run {
        Run::Real => store.write_much(|writing| work(&writing.reading(), Ground::Real(writing))),
        Run::Trial => store.read(|reading| work(reading, Ground::Trial(Trial::begin(reading)?))),
    };
    match outcome {
        Ok(summary) | Err(Undo::Wanted(summary)) => Ok(summary),
        Err(Undo::Failed(failure)) => Err(failure),
    }
}

/// Why the transaction is undone.
enum Undo {
    /// A trial, or a refused row.
    Wanted(Summary),
    Failed(Failure),
}

impl From<StoreError> for Undo {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Problem> for Undo {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem.into())
    }
}

impl From<Unreadable> for Undo {
    fn from(unreadable: Unreadable) -> Self {
        Self::Failed(unreadable.into())
    }
}

/// What becomes of a row that is taken.
enum Ground<'a> {
    /// It is written.
    Real(&'a Writing<'a>),
    /// It is remembered.
    Trial(Trial),
}

/// An import under way.
struct Import<'a> {
    reading: &'a Reading<'a>,
    ground: Ground<'a>,
    desk: &'a Desk<'a>,
    options: Options,
    /// Of new contacts.
    language: Language,
    seen: Seen,
    slips: Slips,
    /// Holds back every further code.
    full: Option<Limit>,
    summary: Summary,
}

impl<'a> Import<'a> {
    fn begin(
        reading: &'a Reading<'a>,
        ground: Ground<'a>,
        desk: &'a Desk<'a>,
        options: Options,
    ) -> Result<Self, Problem> {
        Ok(Self {
            reading,
            ground,
            desk,
            options,
            language: reading.account(desk.now)?.language,
            seen: Seen::default(),
            slips: Slips::knowing(reading.verified_domains(contacts::KNOWN_DOMAINS)?),
            full: None,
            summary: Summary::default(),
        })
    }

    fn take(&mut self, told: Told, hear: &mut dyn FnMut(Heard) -> ControlFlow<()>) -> ControlFlow<Failure> {
        let heard = match told {
            Told::Remark(remark) => Heard::Remark(remark),
            Told::Row(row) => match self.row(row) {
                Ok(imported) => Heard::Row(imported),
                Err(problem) => return ControlFlow::Break(problem.into()),
            },
        };
        match hear(heard) {
            ControlFlow::Continue(()) => ControlFlow::Continue(()),
            ControlFlow::Break(()) => ControlFlow::Break(Failure::Cancelled),
        }
    }

    fn end(mut self) -> Result<Summary, Undo> {
        let Summary { added, changed, unchanged, refused, .. } = self.summary;
        let is_refused = refused > 0 && self.options.bad_rows == BadRows::RefuseAll;
        let writing = match self.ground {
            Ground::Real(writing) if !is_refused => writing,
            Ground::Real(_) | Ground::Trial(_) => {
                self.summary.queued.clear();
                return Err(Undo::Wanted(self.summary));
            }
        };
        if added + changed > 0 {
            let counts =
                json!({ "added": added, "changed": changed, "unchanged": unchanged, "refused": refused });
            self.desk.log(writing, "contact.import", None, counts)?;
        }
        self.summary.is_applied = true;
        Ok(self.summary)
    }

    /// Does what a row says, or finds why not.
    fn row(&mut self, mut row: Row) -> Result<Imported, Problem> {
        let email = row.email.take().unwrap_or_default();
        let mut imported = Imported {
            line: row.line,
            fate: Fate::Refused,
            email,
            contact: None,
            reasons: std::mem::take(&mut row.faults),
            warnings: std::mem::take(&mut row.remarks),
            held: None,
        };
        if imported.reasons.is_empty() {
            self.apply(row, &mut imported)?;
        }
        match imported.fate {
            Fate::Added => self.summary.added += 1,
            Fate::Changed => self.summary.changed += 1,
            Fate::Unchanged => self.summary.unchanged += 1,
            Fate::Refused => self.summary.refused += 1,
        }
        Ok(imported)
    }

    fn apply(&mut self, row: Row, imported: &mut Imported) -> Result<(), Problem> {
        let key = EmailAddress::parse(&imported.email, Smtputf8::Allowed).ok().map(|email| email.key());
        let holder = self.holder(key.as_deref())?;
        imported.contact = holder.as_ref().map(|holder| holder.contact.id);
        let before = match &self.ground {
            Ground::Trial(trial) if holder.is_none() => {
                key.and_then(|key| trial.line(&key)).map(|line| (line, true))
            }
            Ground::Real(_) | Ground::Trial(_) => imported.contact.and_then(|id| self.seen.line(id)),
        };
        if let Some((line, is_new)) = before {
            imported.contact = imported.contact.filter(|_| !is_new);
            imported.reasons.push(saying!("email: line {line} is about the same contact", line = line));
            return Ok(());
        }
        let (types, unknown) = wanted(row.types.as_ref(), self.desk.catalogue);
        imported.warnings.extend(unknown.iter().map(|id| not_known(id, self.desk.catalogue)));
        let form = form(&row, &imported.email, types.clone().unwrap_or_default(), holder.as_ref());
        let (smtputf8, language) = match &holder {
            // What is already stored stays good.
            Some(holder) => (Smtputf8::Allowed, holder.contact.language),
            None => (self.desk.rules.smtputf8, self.language),
        };
        let checked = form.check(self.desk.catalogue, smtputf8, language);
        let Some(mut draft) = checked.draft.filter(|_| checked.problems.is_empty()) else {
            imported.reasons.extend(checked.problems.iter().map(|problem| reason(problem, &form)));
            return Ok(());
        };
        draft.subscriptions =
            Subscriptions::from_ids(draft.subscriptions.ids().map(str::to_owned).chain(unknown));
        match holder {
            None => self.add(&draft, imported),
            Some(holder) => {
                if types.is_none() {
                    draft.subscriptions = holder.contact.subscriptions.clone();
                }
                self.change(&holder, &draft, imported)
            }
        }
    }

    /// The contact to which the address belongs, in force or pending.
    fn holder(&self, email_key: Option<&str>) -> Result<Option<ContactRow>, Problem> {
        let Some(email_key) = email_key else { return Ok(None) };
        match self.reading.contact_with_address(email_key)? {
            None => Ok(None),
            Some(id) => contacts::row(self.reading, id, self.desk).map(Some),
        }
    }

    fn add(&mut self, draft: &ContactDraft, imported: &mut Imported) -> Result<(), Problem> {
        let id = match &mut self.ground {
            Ground::Real(writing) => {
                let id = writing.insert_contact(draft, self.desk.now)?;
                self.desk.log(writing, "contact.add", Some(id), contacts::described(draft))?;
                self.seen.add_new(id, imported.line);
                id
            }
            Ground::Trial(trial) => trial.add(&draft.email.key(), imported.line),
        };
        self.summary.without_types += u64::from(draft.subscriptions.is_empty());
        imported.warnings.extend(self.slips.warning(&draft.email));
        if self.options.verify == Verify::Send {
            imported.held = self.verify(id, draft)?;
        }
        imported.contact = Some(id);
        imported.fate = Fate::Added;
        Ok(())
    }

    /// Queues a code; if a limit holds it back, a sentence that says so.
    fn verify(&mut self, id: ContactId, draft: &ContactDraft) -> Result<Option<Said>, Problem> {
        let limit = match (self.full, &self.ground) {
            (Some(limit), _) => Some(limit),
            (None, Ground::Real(writing)) => {
                match verification::queue(writing, self.desk, Subject::Contact(id))? {
                    Mailing::Queued(delivery) => {
                        self.summary.queued.push(delivery);
                        None
                    }
                    Mailing::Limited(limit) => Some(limit),
                    Mailing::NotNeeded | Mailing::Later => return Ok(None),
                }
            }
            (None, Ground::Trial(_)) => {
                verification::limit_after(self.reading, self.desk, &draft.email.key(), self.summary.codes)?
            }
        };
        let Some(limit) = limit else {
            self.summary.codes += 1;
            return Ok(None);
        };
        if limit.kind == LimitKind::PerDatabase {
            self.full = Some(limit);
        }
        let held = self.summary.held.map_or(0, |(held, _)| held);
        self.summary.held = Some((held + 1, limit));
        let why = Said::each(|language| limit.words_in(language, self.desk.now));
        Ok(Some(saying!("it gets no code now: {why}", why = why)))
    }

    fn change(
        &mut self,
        holder: &ContactRow,
        draft: &ContactDraft,
        imported: &mut Imported,
    ) -> Result<(), Problem> {
        let id = holder.contact.id;
        self.seen.add_known(id, imported.line);
        let before = &holder.contact;
        if before.unsubscribed_at.is_some()
            && draft.subscriptions.adds_to(UNSUBSCRIBABLE, &before.subscriptions)
        {
            let warning = saying!("the recipient has ended activity messages and gets none all the same");
            imported.warnings.push(warning);
        }
        let differences = differences(holder, draft);
        if differences.is_empty() {
            imported.fate = Fate::Unchanged;
            return Ok(());
        }
        imported.fate = Fate::Changed;
        let Ground::Real(writing) = &self.ground else { return Ok(()) };
        writing.update_contact(id, draft)?;
        if holder.contact.subscriptions != draft.subscriptions {
            writing.set_subscriptions(id, &draft.subscriptions)?;
        }
        if draft.email.key() == holder.email_key {
            writing.respell_email(id, &draft.email)?;
        }
        self.desk.log(writing, "contact.modify", Some(id), Value::Object(differences))?;
        Ok(())
    }
}

/// What of the row counts as the form's types (None if the row says nothing about them), and the well-formed ids that this
/// catalogue does not have: they may come from a newer version or another catalogue, and are kept.
fn wanted(types: Option<&Types>, catalogue: &Catalogue) -> (Option<Vec<String>>, Vec<String>) {
    match types {
        None => (None, Vec::new()),
        Some(Types::Ids(ids)) => {
            let is_strange = |id: &&String| is_id(id) && *id != "recommended" && !catalogue.contains(id);
            let (strange, known): (Vec<&String>, Vec<&String>) = ids.iter().partition(is_strange);
            (Some(known.into_iter().cloned().collect()), strange.into_iter().cloned().collect())
        }
        Some(Types::Tags(tags)) => {
            let known: Vec<String> = tags.iter().filter(|tag| catalogue.contains(tag)).cloned().collect();
            (Some(known).filter(|known| !known.is_empty()), Vec::new())
        }
    }
}

fn not_known(id: &str, catalogue: &Catalogue) -> Said {
    let nearest = catalogue.require(id).map_or_else(|unknown| unknown.nearest, |()| Vec::new());
    match nearest.first() {
        Some(nearest) => {
            saying!(
                "there is no message type '{id}' here; it is kept; the nearest is {nearest}",
                id = id,
                nearest = nearest.as_str()
            )
        }
        None => saying!("there is no message type '{id}' here; it is kept", id = id),
    }
}

/// The form as the row fills it; what it does not say is what the contact has.
fn form(row: &Row, email: &str, types: Vec<String>, holder: Option<&ContactRow>) -> ContactForm {
    let contact = holder.map(|holder| &holder.contact);
    let position = || contact.and_then(|contact| contact.position).map(|position| position.id().to_owned());
    let name = || contact.map(|contact| contact.name.clone());
    ContactForm {
        name: row.name.clone().or_else(name).unwrap_or_default(),
        email: email.to_owned(),
        position: row.position.clone().or_else(position).unwrap_or_default(),
        language: row.language.clone().unwrap_or_default(),
        types,
    }
}

/// What is wrong with a field; with a name, what it could be without white space.
fn reason(problem: &FieldProblem, form: &ContactForm) -> Said {
    let FieldProblem { field, message } = problem;
    let message = Said::each(|language| message.say(language));
    let reason = saying!("{field}: {message}", field = Said::word(field.id()), message = message);
    if *field != Field::Name {
        return reason;
    }
    let squeezed: String = form.name.split_whitespace().collect();
    match Name::parse(&squeezed) {
        Ok(name) if squeezed != form.name => {
            let name = safe(name.as_str()).into_owned();
            saying!("{reason}; '{name}' would be one", reason = reason, name = name)
        }
        Ok(_) | Err(_) => reason,
    }
}

/// What the draft changes, by field: `[old, new]`. The address is the same and may be spelled otherwise.
fn differences(holder: &ContactRow, draft: &ContactDraft) -> serde_json::Map<String, Value> {
    let contact = &holder.contact;
    let mut found = serde_json::Map::new();
    let mut note = |field: &str, differs: bool, old: Value, new: Value| {
        if differs {
            found.insert(field.to_owned(), Value::Array(vec![old, new]));
        }
    };
    let (name, email) = (draft.name.as_str(), draft.email.as_str());
    note("name", contact.name != name, json!(contact.name), json!(name));
    let is_respelled = draft.email.key() == holder.email_key && contact.email != email;
    note("email", is_respelled, json!(contact.email), json!(email));
    let positions =
        [contact.position, draft.position].map(|position| json!(position.map(|known| known.id())));
    let [old, new] = positions;
    note("position", contact.position != draft.position, old, new);
    let languages = [contact.language, draft.language].map(|language| json!(language.id()));
    let [old, new] = languages;
    note("language", contact.language != draft.language, old, new);
    if contact.subscriptions != draft.subscriptions {
        note(
            "subscriptions",
            true,
            contacts::ids(&contact.subscriptions),
            contacts::ids(&draft.subscriptions),
        );
    }
    found
}
