//! Reads, tries and saves the mail server of the configuration: files and network, on a thread that nobody waits for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender as Channel, channel};
use std::thread;

use crate::config::{Config, MailForm, MailServer, Source, Unsaved};
use crate::domain::reply::Phase;
use crate::mail::sender::{SenderSettings, probe};
use crate::operations::{Opening, Session};
use crate::paths;

use super::effect::{Answer, Examined, MailSaved, MailTask, Request};
use super::msg::Msg;
use super::screens::settings::{MailFacts, SettingsFacts};
use super::worker::last_words;

/// How a configuration sends mail.
pub type SenderOf = fn(&Config, &Opening) -> SenderSettings;

/// What is needed for that.
#[derive(Clone)]
pub struct Setup {
    pub source: Source,
    /// As the worker's session was opened.
    pub opening: Opening,
    pub sender_of: SenderOf,
}

/// What worker and sender go on with after saving.
pub struct Prepared {
    pub opening: Opening,
    pub sender: SenderSettings,
}

impl Setup {
    /// Does a task. After saving there is something to go on with.
    #[must_use]
    pub fn perform(&self, task: &MailTask) -> (Answer, Option<Prepared>) {
        match task {
            MailTask::Read => (Answer::MailServer(self.source.mail_server().map(Box::new)), None),
            MailTask::Examine { server, form, to } => {
                (Answer::Examined(self.examine(server, form, to.as_deref())), None)
            }
            MailTask::Save { server, form } => match self.source.save(server, form) {
                Ok(config) => {
                    let opening = self.opening_of(&config);
                    let sender = (self.sender_of)(&config, &opening);
                    let saved = MailSaved { facts: facts(&config), smtputf8: *config.mail.allow_smtputf8 };
                    (Answer::MailSaved(Ok(Box::new(saved))), Some(Prepared { opening, sender }))
                }
                Err(reason) => (Answer::MailSaved(Err(reason)), None),
            },
        }
    }

    fn examine(
        &self,
        server: &MailServer,
        form: &MailForm,
        to: Option<&str>,
    ) -> Result<Vec<Examined>, Unsaved> {
        let config = self.source.trial(server, form)?;
        let failed = |words: String| Unsaved::Failed(words);
        let settings = config.smtp_settings().map_err(|error| failed(error.to_string()))?;
        let settings =
            settings.ok_or_else(|| failed("there is no server; mail is written to files".to_owned()))?;
        let session = Session::open(&self.opening_of(&config)).map_err(|error| failed(error.to_string()))?;
        let from = session.return_path_of_a_trial();
        drop(session);
        let examined = probe(&settings, &from, to).into_iter().map(|step| Examined {
            stage: words(step.phase),
            ok: step.ok,
            words: step.words,
        });
        Ok(examined.collect())
    }

    fn opening_of(&self, config: &Config) -> Opening {
        Opening { rules: config.rules(), ..self.opening.clone() }
    }
}

/// Where tasks are begun, each on a thread of its own: a server that says nothing holds up nobody, not even the end.
pub struct Office {
    setup: Setup,
    messages: Channel<Msg>,
    prepared: (Channel<Prepared>, Receiver<Prepared>),
}

impl Office {
    /// Answers will go to `messages`.
    #[must_use]
    pub fn new(setup: Setup, messages: Channel<Msg>) -> Self {
        Self { setup, messages, prepared: channel() }
    }

    /// Begins a task; the answer comes as a message.
    pub fn begin(&self, request: Request, task: Box<MailTask>) {
        let (setup, messages, prepared) =
            (self.setup.clone(), self.messages.clone(), self.prepared.0.clone());
        let work = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| setup.perform(&task)));
            let message = match outcome {
                Ok((answer, ready)) => {
                    // Before the answer, which says that it is there. Nobody listens any more when the program ends.
                    if let Some(ready) = ready {
                        let _kept = prepared.send(ready);
                    }
                    Msg::Answer { request, answer: Box::new(answer) }
                }
                Err(panic) => Msg::WorkerPanicked(last_words(panic.as_ref())),
            };
            let _heard = messages.send(message);
        };
        if let Err(error) = thread::Builder::new().name("setup".to_owned()).spawn(work) {
            let _heard = self.messages.send(Msg::WorkerPanicked(error.to_string()));
        }
    }

    /// What was saved last and is not in force yet.
    pub fn take_prepared(&mut self) -> Option<Prepared> {
        let last = self.prepared.1.try_iter().last()?;
        self.setup.opening = last.opening.clone();
        Some(last)
    }
}

/// What the settings screen shows beside the account.
#[must_use]
pub fn facts(config: &Config) -> SettingsFacts {
    let mail = match &*config.mail.host {
        None => MailFacts::Files { folder: paths::mail_folder(&config.database).display().to_string() },
        Some(host) => MailFacts::Server {
            host: host.clone(),
            port: *config.mail.port,
            security: config.mail.security.id().to_owned(),
            from: config.mail.from.as_ref().map(|from| from.address.to_string()).unwrap_or_default(),
        },
    };
    let database = config.database.display().to_string();
    SettingsFacts {
        mail,
        key: format!("{database}.key"),
        database,
        configuration: config.file.as_ref().map(|file| file.display().to_string()),
        warnings: config.warnings(),
    }
}

const fn words(phase: Phase) -> &'static str {
    match phase {
        Phase::Connect => "connect",
        Phase::Tls => "TLS",
        Phase::Greeting => "greeting",
        Phase::Ehlo => "EHLO",
        Phase::Auth => "sign in",
        Phase::MailFrom => "MAIL FROM",
        Phase::RcptTo => "RCPT TO",
        Phase::Data | Phase::Body => "DATA",
    }
}
