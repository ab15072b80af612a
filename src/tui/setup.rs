//! Reads, tries and saves the mail server of the configuration: files and network, on a thread that nobody waits for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender as Channel, channel};
use std::thread;

use crate::config::{Config, MailForm, MailServer, Source, Unsaved};
use crate::domain::language::Language;
use crate::domain::reply::Phase;
use crate::domain::say::{Said, retold, say};
use crate::mail::sender::{Interrupt, ProbeEvent, SenderSettings, Stage, examine};
use crate::operations::{Opening, Session};
use crate::paths;

use super::effect::{Answer, MailSaved, MailTask, Request};
use super::msg::Msg;
use super::screens::settings::{MailFacts, SettingsFacts};
use super::worker::last_words;

/// A server that somebody names could be handed the password, and the file is the machine's.
fn restricted() -> Unsaved {
    Unsaved::Failed(Said::each(|language| {
        say!(language, "this screen is restricted: the mail server is set at the machine").to_owned()
    }))
}

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
    /// Does a task. After saving there is something to go on with. An examination tells what happens while it is under way, and
    /// ends when it is interrupted.
    #[must_use]
    pub fn perform(
        &self,
        task: &MailTask,
        interrupt: &Interrupt,
        tell: &mut dyn FnMut(ProbeEvent),
    ) -> (Answer, Option<Prepared>) {
        if self.opening.reach.is_restricted() {
            let refused = restricted();
            match task {
                MailTask::Read => {}
                MailTask::Examine { .. } => return (Answer::Examined(Err(refused)), None),
                MailTask::Save { .. } => return (Answer::MailSaved(Err(refused)), None),
            }
        }
        match task {
            MailTask::Read => (Answer::MailServer(self.source.mail_server().map(Box::new)), None),
            MailTask::Examine { server, form, to } => {
                (Answer::Examined(self.examine(server, form, to.as_deref(), interrupt, tell)), None)
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
        interrupt: &Interrupt,
        tell: &mut dyn FnMut(ProbeEvent),
    ) -> Result<(), Unsaved> {
        let config = self.source.trial(server, form)?;
        let failed =
            |words: &str| Unsaved::Failed(Said::each(|language| retold(language, words).into_owned()));
        let settings = config.smtp_settings().map_err(|error| failed(&error.to_string()))?;
        let nobody = |language| say!(language, "there is no server; mail is written to files").to_owned();
        let settings = settings.ok_or_else(|| Unsaved::Failed(Said::each(nobody)))?;
        let session = Session::open(&self.opening_of(&config)).map_err(|error| failed(&error.to_string()))?;
        let from = session.return_path_of_a_trial();
        drop(session);
        if !interrupt.is_stopped() {
            examine(&settings, &from, to, interrupt, tell);
        }
        Ok(())
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
    /// Ends the examination that was begun last.
    examination: Interrupt,
}

impl Office {
    /// Answers will go to `messages`.
    #[must_use]
    pub fn new(setup: Setup, messages: Channel<Msg>) -> Self {
        Self { setup, messages, prepared: channel(), examination: Interrupt::default() }
    }

    /// Begins a task; what it tells and its answer come as messages. There is one examination at a time: another one ends it.
    pub fn begin(&mut self, request: Request, task: Box<MailTask>) {
        let interrupt = Interrupt::default();
        if let MailTask::Examine { .. } = *task {
            self.stop_examining();
            self.examination = interrupt.clone();
        }
        let (setup, messages, prepared) =
            (self.setup.clone(), self.messages.clone(), self.prepared.0.clone());
        let work = move || {
            let answered = |answer| Msg::Answer { request, answer: Box::new(answer) };
            let mut tell = |event| {
                let _heard = messages.send(answered(Answer::Examining(event)));
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                #[cfg(test)]
                super::runtime::tests::fall("setup");
                setup.perform(&task, &interrupt, &mut tell)
            }));
            let message = match outcome {
                Ok((answer, ready)) => {
                    // Before the answer, which says that it is there. Nobody listens any more when the program ends.
                    if let Some(ready) = ready {
                        let _kept = prepared.send(ready);
                    }
                    answered(answer)
                }
                Err(panic) => Msg::WorkerPanicked(last_words(panic.as_ref())),
            };
            let _heard = messages.send(message);
        };
        if let Err(error) = thread::Builder::new().name("setup".to_owned()).spawn(work) {
            let _heard = self.messages.send(Msg::WorkerPanicked(error.to_string()));
        }
    }

    /// Ends the examination that is under way, if one is. Something that it told before may still come.
    pub fn stop_examining(&self) {
        self.examination.stop();
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

/// A step in words.
#[must_use]
pub fn stage_in(language: Language, stage: Stage) -> &'static str {
    let phase = match stage {
        Stage::Name => return say!(language, "look-up"),
        Stage::Dialogue(phase) => phase,
    };
    match phase {
        Phase::Connect => say!(language, "connect"),
        Phase::Tls => "TLS",
        Phase::Greeting => say!(language, "greeting"),
        Phase::Ehlo => "EHLO",
        Phase::Auth => say!(language, "sign in"),
        Phase::MailFrom => "MAIL FROM",
        Phase::RcptTo => "RCPT TO",
        Phase::Data | Phase::Body => "DATA",
    }
}

/// What may help where a step fails.
#[must_use]
pub fn advice(language: Language, stage: Stage) -> &'static str {
    let phase = match stage {
        Stage::Name => {
            return say!(language, "Is the server's name right, and does this machine reach a name server?");
        }
        Stage::Dialogue(phase) => phase,
    };
    match phase {
        Phase::Connect => say!(language, "Is the port right, and does a firewall let this machine through?"),
        Phase::Tls => {
            say!(language, "Does the port go with the security? An authority of your own needs its CA file.")
        }
        Phase::Greeting => say!(
            language,
            "Does the port go with the security? A port that waits for TLS says nothing without."
        ),
        Phase::Ehlo => say!(
            language,
            "Does the server serve this machine? It gets the domain of the Message-IDs as its name."
        ),
        Phase::Auth => say!(
            language,
            "Are user name and password right? Some providers want a password made for programs."
        ),
        Phase::MailFrom => say!(language, "May this sender use the server? Many want you to sign in first."),
        Phase::RcptTo | Phase::Data | Phase::Body => {
            say!(
                language,
                "The server knows no such mailbox, or passes nothing on for you: signing in may help."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;
    use crate::clock;
    use crate::config::Flags;
    use crate::domain::catalogue::Catalogue;
    use crate::mail::sender::Way;
    use crate::operations::{Actor, Reach, Rules, Via};
    use crate::paths::Environment;

    /// How long an answer may take before the test has failed.
    const DEADLINE: Duration = Duration::from_secs(20);

    fn setup(home: &std::path::Path) -> Setup {
        let environment = Environment::of([("HOME", home)]).with_system_folder(home);
        Setup {
            source: Source::new(Flags::default(), environment),
            opening: Opening {
                database: home.join("callsheet.db"),
                actor: Actor { user: "ada".to_owned(), origin: None },
                via: Via::Screen,
                rules: Rules::default(),
                catalogue: Arc::new(Catalogue::built_in()),
                clock: clock::system(),
                reach: Reach::Everywhere,
            },
            sender_of: |config, opening| SenderSettings {
                database: opening.database.clone(),
                way: Way::Closed { words: config.mail.host.value.clone().unwrap_or_default() },
                letterhead: opening.rules.letterhead(""),
                return_path: opening.rules.return_path.clone(),
                dkim: None,
                public_url: None,
                catalogue: Arc::clone(&opening.catalogue),
                connections: 1,
                rate_per_second: 0,
                keep: *config.keep,
                clock: Arc::clone(&opening.clock),
            },
        }
    }

    #[test]
    fn what_is_saved_is_there_to_go_on_with_when_the_answer_comes() {
        let home = tempfile::tempdir().unwrap();
        let (messages, heard) = channel();
        let mut office = Office::new(setup(home.path()), messages);
        let hear = || {
            let message = heard.recv_timeout(DEADLINE).unwrap();
            let Msg::Answer { answer, .. } = message else { panic!("{message:?}") };
            *answer
        };
        let ask = |office: &mut Office, task| {
            office.begin(Request(1), Box::new(task));
            hear()
        };
        let Answer::MailServer(Ok(server)) = ask(&mut office, MailTask::Read) else { panic!() };
        let host = MailForm { host: "127.0.0.1".to_owned(), port: "1".to_owned(), ..MailForm::default() };
        let form = MailForm { from: "notices@example.com".to_owned(), ..host.clone() };
        let save = |form: &MailForm| MailTask::Save { server: (*server).clone(), form: form.clone() };
        let refused = ask(&mut office, save(&host));
        assert!(matches!(refused, Answer::MailSaved(Err(Unsaved::Invalid(_)))), "{refused:?}");
        assert!(office.take_prepared().is_none());
        let task = MailTask::Examine { server: (*server).clone(), form: form.clone(), to: None };
        let planned = ask(&mut office, task);
        assert!(matches!(planned, Answer::Examining(ProbeEvent::Planned(_))), "{planned:?}");
        let Answer::Examining(ProbeEvent::Ended(step)) = hear() else { panic!() };
        assert!(!step.ok, "nobody listens there: {step:?}");
        assert!(matches!(hear(), Answer::Examined(Ok(()))));
        let Answer::MailSaved(Ok(saved)) = ask(&mut office, save(&form)) else { panic!() };
        assert!(matches!(saved.facts.mail, MailFacts::Server { port: 1, .. }));
        let prepared = office.take_prepared().unwrap();
        assert_eq!(prepared.opening.rules.from_email, "notices@example.com");
        assert!(matches!(prepared.sender.way, Way::Closed { words } if words == "127.0.0.1"));
    }

    #[test]
    fn on_a_restricted_screen_the_mail_server_is_neither_tried_nor_saved() {
        let home = tempfile::tempdir().unwrap();
        let mut setup = setup(home.path());
        let perform = |setup: &Setup, task: &MailTask| {
            setup.perform(task, &Interrupt::default(), &mut |event| panic!("nobody is asked: {event:?}"))
        };
        let (Answer::MailServer(Ok(server)), _) = perform(&setup, &MailTask::Read) else { panic!() };
        setup.opening.reach = Reach::Below(home.path().join("exports"));
        let refused = restricted();
        let (server, form) = (*server, MailForm { host: "127.0.0.1".to_owned(), ..MailForm::default() });
        let examine = MailTask::Examine { server: server.clone(), form: form.clone(), to: None };
        let (answer, _) = perform(&setup, &examine);
        assert!(matches!(&answer, Answer::Examined(Err(why)) if *why == refused), "{answer:?}");
        let (answer, prepared) = perform(&setup, &MailTask::Save { server, form });
        assert!(matches!(&answer, Answer::MailSaved(Err(why)) if *why == refused), "{answer:?}");
        assert!(prepared.is_none());
        assert!(matches!(perform(&setup, &MailTask::Read), (Answer::MailServer(Ok(_)), None)));
    }
}
