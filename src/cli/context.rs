//! The context of a command: its configuration, and the session that it opens when it needs the database.

use std::sync::Arc;

use super::Common;
use super::output::Output;
use super::problem::{Report, Stop};
use crate::clock;
use crate::config::{Config, ConfigErrors, Flags};
use crate::log::{self, Place};
use crate::mail::sender::{SenderSettings, Way};
use crate::operations::{Opening, Reach, Session, Via};
use crate::paths::{self, Environment};

/// What a command works with.
pub struct Context {
    pub config: Config,
    opening: Opening,
    log: Place,
    session: Option<Session>,
    json: bool,
}

impl Context {
    /// Reads the configuration. The database is not opened yet.
    ///
    /// # Errors
    /// [`Stop`] with exit 2 and every mistake in the configuration.
    pub fn load(common: &Common, output: &mut Output) -> Result<Self, Stop> {
        Self::load_from(&Environment::of_process(), common, output)
    }

    /// The same for one who gets no shell: nothing of the client's environment counts, nor a configuration of their own.
    ///
    /// # Errors
    /// As [`load`](Self::load), and exit 1 if the environment cannot be shed.
    pub fn load_restricted(common: &Common, output: &mut Output) -> Result<Self, Stop> {
        paths::shed_environment(paths::home_of_user().as_deref())
            .map_err(|error| Report::failed(format!("the environment cannot be shed: {error}")))?;
        Self::load_from(&Environment::of_process().without_user_files(), common, output)
    }

    fn load_from(environment: &Environment, common: &Common, output: &mut Output) -> Result<Self, Stop> {
        let config = config_of(common, environment).map_err(Report::from)?;
        config.warnings().iter().for_each(|warning| output.warning(&warning.to_string()));
        let opening = opening(&config, environment).map_err(Report::from)?;
        let log = Place::of(environment.text("JOURNAL_STREAM"), config.log_folder.clone());
        log::begin(*config.log_level, log.clone(), Arc::clone(&opening.clock));
        Ok(Self { config, opening, log, session: None, json: common.json })
    }

    /// What sessions are opened with.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Whether standard error is read by the journal, which gets the log: what stands in it need not be said beside it.
    #[must_use]
    pub fn is_service(&self) -> bool {
        self.log == Place::Journal
    }

    /// Whether data is wanted as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        self.json
    }

    /// How this command sends mail. Where the server cannot be used as it is configured, mail stays queued and says why.
    #[must_use]
    pub fn sender_settings(&self) -> SenderSettings {
        sender_settings(&self.config, &self.opening)
    }

    /// The session at the database, opened at the first call; what an administrator should know of the database is said then.
    ///
    /// # Errors
    /// [`Stop`] with exit 1 if the database cannot be used.
    pub fn session(&mut self, output: &mut Output) -> Result<&mut Session, Stop> {
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let session = Session::open(&self.opening)?;
                session.warnings().iter().for_each(|warning| output.warning(warning));
                session
            }
        };
        Ok(self.session.insert(session))
    }
}

/// How a configuration sends mail. Where the server cannot be used as it is configured, mail stays queued and says why.
#[must_use]
pub fn sender_settings(config: &Config, opening: &Opening) -> SenderSettings {
    let (way, dkim) = match (config.smtp_settings(), config.dkim_signer()) {
        (Err(error), _) => (Way::Closed { words: error.to_string() }, None),
        (_, Err(error)) => (Way::Closed { words: error.to_string() }, None),
        (Ok(Some(server)), Ok(signer)) => (Way::Server(server), signer),
        (Ok(None), Ok(signer)) => (Way::Files(paths::mail_folder(&config.database)), signer),
    };
    SenderSettings {
        database: config.database.value.clone(),
        way,
        letterhead: config.letterhead(""),
        return_path: config.return_path(),
        dkim: dkim.map(Arc::new),
        public_url: config.verification.public_url.value.clone(),
        catalogue: Arc::clone(&opening.catalogue),
        connections: *config.mail.connections,
        rate_per_second: *config.mail.rate_per_second,
        keep: *config.keep,
        clock: Arc::clone(&opening.clock),
    }
}

/// The configuration that the command line, the environment and the file make together.
///
/// # Errors
/// Every mistake in them.
pub fn config_of(common: &Common, environment: &Environment) -> Result<Config, ConfigErrors> {
    Config::load(&flags_of(common), environment)
}

/// What the command line says about the configuration.
#[must_use]
pub fn flags_of(common: &Common) -> Flags {
    Flags {
        database: common.db.clone(),
        config: common.config.clone(),
        language: common.lang.clone(),
        log_level: common.log.clone(),
        accessible: common.accessible,
    }
}

/// What a session of this command is opened with.
///
/// # Errors
/// What is wrong with the own catalogue.
pub fn opening(config: &Config, environment: &Environment) -> Result<Opening, ConfigErrors> {
    Ok(Opening {
        database: config.database.value.clone(),
        actor: paths::actor(environment),
        via: Via::Command,
        rules: config.rules(),
        catalogue: Arc::new(config.catalogue()?),
        clock: clock::system(),
        reach: Reach::Everywhere,
    })
}

impl From<ConfigErrors> for Report {
    fn from(errors: ConfigErrors) -> Self {
        let hint = "'callsheet config --default' prints a commented configuration";
        let report = Self::usage("the configuration cannot be used").hint(hint);
        errors.0.iter().fold(report, |report, error| report.detail(error.to_string()))
    }
}
