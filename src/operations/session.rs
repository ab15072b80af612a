//! A session: one administrator at one open database, with what the operations need to know of the configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::contacts::index::Index;
use super::{Problem, Reach};
use crate::clock::Clock;
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::ContactId;
use crate::domain::delivery::DeliveryId;
use crate::domain::email_address::Smtputf8;
use crate::domain::return_path::ReturnPath;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::SecretKey;
use crate::mail::compose::Letterhead;
use crate::store::{Entry, Identity, Store, StoreError, Via, Writing, load_or_make_key};

/// Who acts, for the audit log. It comes from the system, never from a field that somebody types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The system user, with the user behind sudo: `root (sudo by ada)`.
    pub user: String,
    /// The SSH client's address, if the session came over SSH.
    pub origin: Option<String>,
}

/// The part of the configuration that decides what is allowed and how mail is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// How long a code lives, from queueing.
    pub lifetime: Duration,
    /// Verification mails per database in 24 hours.
    pub daily_limit: usize,
    pub smtputf8: Smtputf8,
    /// The right side of every Message-ID.
    pub message_id_domain: String,
    /// The display name of From; None for the account's name.
    pub from_name: Option<String>,
    /// The address of From.
    pub from_email: String,
    /// Where bounces go, and mails that unsubscribe.
    pub return_path: ReturnPath,
    /// The page that confirms and unsubscribes, if there is one; no slash at the end.
    pub public_url: Option<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(72 * 3600),
            daily_limit: 100,
            smtputf8: Smtputf8::Refused,
            message_id_domain: "callsheet.invalid".to_owned(),
            from_name: None,
            from_email: "callsheet@callsheet.invalid".to_owned(),
            return_path: ReturnPath::Plain("callsheet@callsheet.invalid".to_owned()),
            public_url: None,
        }
    }
}

impl Rules {
    /// What all mails of an account of this name have in common.
    #[must_use]
    pub fn letterhead(&self, account: &str) -> Letterhead {
        Letterhead {
            from_name: self.from_name.clone(),
            from_email: self.from_email.clone(),
            account: account.to_owned(),
            message_id_domain: self.message_id_domain.clone(),
        }
    }
}

/// What a session is opened with.
#[derive(Clone)]
pub struct Opening {
    /// The database file; it and its folder are made if missing.
    pub database: PathBuf,
    pub actor: Actor,
    /// By which way the actor acts.
    pub via: Via,
    pub rules: Rules,
    pub catalogue: Arc<Catalogue>,
    pub clock: Arc<dyn Clock>,
    /// What the actor may do outside of the database.
    pub reach: Reach,
}

/// One administrator at one database. Each thread that works on the database has its own.
pub struct Session {
    store: Store,
    key: Arc<SecretKey>,
    identity: Identity,
    opening: Opening,
    /// The text of all contacts, once somebody has built it for this session.
    index: Option<Box<Index>>,
}

/// What operations need beside the store.
pub(super) struct Desk<'a> {
    pub(super) key: &'a SecretKey,
    pub(super) rules: &'a Rules,
    pub(super) catalogue: &'a Catalogue,
    pub(super) now: Timestamp,
    /// By which way the actor acts, for the audit log.
    via: Via,
    opening: &'a Opening,
}

impl Session {
    /// Opens the database, making or migrating it if needed, and its key. With another key than before, codes under way are
    /// shown as expired.
    ///
    /// # Errors
    /// [`StoreError`] if the file is foreign, newer, damaged, locked or not accessible; it is left untouched then.
    pub fn open(opening: &Opening) -> Result<Self, StoreError> {
        let mut session = Self::open_to_read(opening)?;
        let (key_id, now) = (session.key.id(), session.now());
        let store = &mut session.store;
        let (known, overdue) = store.read(|reading| {
            Ok::<_, StoreError>((reading.key_id()?, reading.has_overdue_verifications(now)?))
        })?;
        if known.as_ref() != Some(&key_id) {
            store.write(|writing| {
                writing.expire_verifications_of_other_keys(&key_id, now)?;
                writing.set_key_id(&key_id)
            })?;
        }
        if overdue {
            store.write(|writing| writing.expire_verifications(now))?;
        }
        Ok(session)
    }

    /// The same, but a database that is there stays as it is: nobody who writes is waited for.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub(crate) fn open_to_read(opening: &Opening) -> Result<Self, StoreError> {
        let store = Store::open(&opening.database)?;
        let key = Arc::new(load_or_make_key(&opening.database)?);
        let identity = Identity::of(&opening.database);
        Ok(Self { store, key, identity, opening: opening.clone(), index: None })
    }

    /// The current moment by this session's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.opening.clock.now()
    }

    #[must_use]
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.opening.catalogue
    }

    /// The address for the envelope of a mail that is no delivery, as a trial of the server needs it.
    #[must_use]
    pub fn return_path_of_a_trial(&self) -> String {
        self.opening.rules.return_path.of(DeliveryId(0), &self.key)
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> &Path {
        self.store.file()
    }

    /// The folder of the database file.
    #[must_use]
    pub fn folder(&self) -> &Path {
        let folder = self.store.file().parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// Whether another connection (of this or another process) has changed the database since the last call. Costs
    /// microseconds; does not see this session's own changes.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub fn changed_elsewhere(&mut self) -> Result<bool, StoreError> {
        self.store.changed_elsewhere()
    }

    /// Whether the actor may have this file, with its whole path, read or written; looked up on the disk.
    #[must_use]
    pub fn allows(&self, file: &Path) -> bool {
        self.opening.reach.allows(file)
    }

    /// Whether another database or key lies under the names of this session's, as after a restore: what is written here now
    /// would be lost, so whoever keeps a session for long opens a new one. Costs two looks into the folder.
    #[must_use]
    pub fn was_replaced(&self) -> bool {
        self.identity != Identity::of(&self.opening.database)
    }

    /// Sentences about the database that an administrator should know, for example that it lies on a network file system.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        self.store.warnings()
    }

    /// Whether the file's structure is sound; costs one pass over it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    pub fn quick_check(&mut self) -> Result<(), StoreError> {
        self.store.quick_check()
    }

    /// From now on filters are answered by this index, as long as it can be kept current.
    pub fn take_index(&mut self, index: Box<Index>) {
        self.index = Some(index);
    }

    /// Whether there is an index. It is given up where too much has changed.
    #[must_use]
    pub const fn has_index(&self) -> bool {
        self.index.is_some()
    }

    /// The store, and beside it what operations need.
    pub(super) fn desk(&mut self) -> (&mut Store, Desk<'_>) {
        let (store, desk, _) = self.desk_with_index();
        (store, desk)
    }

    /// The same with the text index, if there is one.
    pub(super) fn desk_with_index(&mut self) -> (&mut Store, Desk<'_>, &mut Option<Box<Index>>) {
        let desk = Desk {
            key: &self.key,
            rules: &self.opening.rules,
            catalogue: &self.opening.catalogue,
            now: self.opening.clock.now(),
            via: self.opening.via,
            opening: &self.opening,
        };
        (&mut self.store, desk, &mut self.index)
    }
}

impl Desk<'_> {
    /// The same desk, for what is done by another way.
    pub(super) fn via(self, via: Via) -> Self {
        Self { via, ..self }
    }

    /// Writes what was done into the audit log.
    pub(super) fn log(
        &self,
        writing: &Writing<'_>,
        action: &str,
        contact: Option<ContactId>,
        details: Value,
    ) -> Result<(), Problem> {
        self.log_by(&self.opening.actor.user, writing, action, contact, details)
    }

    /// The same for somebody who acts through this session and is known by something else than the system.
    pub(super) fn log_by(
        &self,
        actor: &str,
        writing: &Writing<'_>,
        action: &str,
        contact: Option<ContactId>,
        details: Value,
    ) -> Result<(), Problem> {
        Ok(writing.append_audit(&Entry {
            at: self.now,
            actor,
            origin: self.opening.actor.origin.as_deref().unwrap_or_default(),
            via: self.via,
            action,
            contact,
            details,
        })?)
    }

    /// A Message-ID that no other mail has.
    pub(super) fn message_id(&self, account: &str) -> Result<String, Problem> {
        Ok(self.rules.letterhead(account).message_id(&unique()?))
    }
}

/// A word of 32 hexadecimal digits that no other mail or notice has.
pub(super) fn unique() -> Result<String, Problem> {
    Ok(random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Bytes from the system's random source.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(Problem::NoRandomness(error.to_string())),
    }
}
