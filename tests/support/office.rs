//! An office: a database in a folder of its own, a clock that stands still, and administrators who work on it.

use std::path::PathBuf;
use std::sync::Arc;

use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::contact::{Contact, ContactId, Subject};
use callsheet::domain::contact_form::ContactForm;
use callsheet::domain::delivery::{Delivery, State};
use callsheet::domain::return_path::ReturnPath;
use callsheet::mail::sender::{SenderEvent, SenderSettings, Way, deliver_due};
use callsheet::operations::contacts::{self, Mailing, Saved, Verify};
use callsheet::operations::outbox::{self, OutboxAt, OutboxQuery};
use callsheet::operations::{Actor, Opening, Problem, Reach, Rules, Session, Via, account, verification};

use super::clock::ManualClock;

pub struct Office {
    pub folder: tempfile::TempDir,
    pub clock: ManualClock,
    pub rules: Rules,
}

impl Office {
    pub fn new() -> Self {
        let rules = Rules {
            message_id_domain: "example.com".to_owned(),
            from_email: "notices@example.com".to_owned(),
            return_path: ReturnPath::Plain("notices@example.com".to_owned()),
            ..Rules::default()
        };
        Self { folder: tempfile::tempdir().unwrap(), clock: ManualClock::new(), rules }
    }

    /// One in which the first questions are skipped.
    pub fn introduced() -> Self {
        let office = Self::new();
        account::skip_introduction(&mut office.session()).unwrap();
        office
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("callsheet.db")
    }

    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    pub fn opening(&self) -> Opening {
        Opening {
            database: self.database(),
            actor: Actor { user: "ada".to_owned(), origin: None },
            via: Via::Command,
            rules: self.rules.clone(),
            catalogue: Arc::new(Catalogue::built_in()),
            clock: Arc::new(self.clock.clone()),
            reach: Reach::Everywhere,
        }
    }

    /// Another administrator comes in.
    pub fn session(&self) -> Session {
        Session::open(&self.opening()).unwrap()
    }

    pub fn sender_settings(&self, way: Way) -> SenderSettings {
        SenderSettings {
            database: self.database(),
            way,
            letterhead: self.rules.letterhead(""),
            return_path: self.rules.return_path.clone(),
            dkim: None,
            public_url: self.rules.public_url.clone(),
            catalogue: Arc::new(Catalogue::built_in()),
            connections: 4,
            rate_per_second: 0,
            keep: std::time::Duration::from_secs(90 * 86_400),
            clock: Arc::new(self.clock.clone()),
        }
    }

    /// Writes everything that is due into files.
    pub fn deliver_to_files(&self) -> Vec<SenderEvent> {
        self.deliver(Way::Files(self.mail_folder()))
    }

    /// Delivers everything that is due.
    pub fn deliver(&self, way: Way) -> Vec<SenderEvent> {
        let mut events = Vec::new();
        let limit = std::time::Duration::ZERO;
        let never = std::sync::atomic::AtomicBool::new(false);
        let settings = self.sender_settings(way);
        deliver_due(&settings, limit, &never, &mut |event| events.push(event)).unwrap();
        events
    }

    /// The newest mail in the mail folder.
    pub fn newest_mail(&self) -> String {
        let files = std::fs::read_dir(self.mail_folder()).unwrap().map(|entry| entry.unwrap().path());
        let number = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().parse::<i64>().unwrap();
        std::fs::read_to_string(files.max_by_key(number).unwrap()).unwrap()
    }

    /// The code in the newest mail.
    pub fn newest_code(&self) -> String {
        code_in(&self.newest_mail())
    }

    /// Adds a contact and verifies it through a mail in a file.
    pub fn verified(&self, session: &mut Session, name: &str, email: &str) -> Contact {
        let id = add(session, name, email).contact.id;
        self.deliver_to_files();
        verification::confirm(session, Subject::Contact(id), &self.newest_code()).unwrap();
        contacts::get(session, id).unwrap()
    }
}

/// The code of a mail as it stands on a line of its own.
pub fn code_in(mail: &str) -> String {
    let is_code = |line: &&str| {
        line.len() == 9
            && line.as_bytes()[4] == b'-'
            && line.bytes().enumerate().all(|(at, byte)| at == 4 || byte.is_ascii_alphanumeric())
    };
    mail.lines().map(str::trim).find(is_code).unwrap_or_else(|| panic!("no code in:\n{mail}")).to_owned()
}

pub fn form(name: &str, email: &str) -> ContactForm {
    ContactForm { name: name.to_owned(), email: email.to_owned(), ..ContactForm::default() }
}

pub fn add(session: &mut Session, name: &str, email: &str) -> Saved {
    contacts::add(session, &form(name, email), Verify::Send).unwrap()
}

/// Adds a contact whose verification nobody has asked for.
pub fn add_silently(session: &mut Session, name: &str, email: &str) -> ContactId {
    contacts::add(session, &form(name, email), Verify::Later).unwrap().contact.id
}

pub fn queued(mailing: &Mailing) -> callsheet::domain::delivery::DeliveryId {
    match mailing {
        Mailing::Queued(id) => *id,
        other => panic!("nothing was queued: {other:?}"),
    }
}

pub fn deliveries(session: &mut Session) -> Vec<Delivery> {
    outbox::page(session, &OutboxQuery::default(), OutboxAt::Newest, 100).unwrap().rows
}

pub fn states(session: &mut Session) -> Vec<State> {
    deliveries(session).iter().map(|delivery| delivery.state).collect()
}

/// A code that is well formed and wrong.
pub fn wrong(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &code[..code.len() - 1])
}

pub fn refused<T: std::fmt::Debug>(result: Result<T, Problem>) -> Problem {
    result.unwrap_err()
}
