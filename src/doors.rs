//! The doors from the command line to the screen and to the page: here the rooms that do not know each other are put together.

use crate::cli::screen::{Closed, Left, Visit};
use crate::cli::serve::{self, Service, Unserved};
use crate::clock;
use crate::config::{self, Config};
use crate::domain::language::Language;
use crate::mail::sender::Sender;
use crate::paths;
use crate::tui::marks::Marks;
use crate::tui::screens::settings::{MailFacts, SettingsFacts};
use crate::tui::theme::Theme;
use crate::tui::{self, Ability, Options};
use crate::web::{self, Limits, Server, Settings};

/// Shows the screen as the configuration has it.
///
/// # Errors
/// [`Closed`] without a terminal, or without a database.
pub fn screen(visit: Visit) -> Result<Left, Closed> {
    let Visit { config, opening, sender } = visit;
    let options = Options {
        theme: theme(&config),
        marks: match *config.tui.marks {
            config::Marks::Unicode => Marks::Unicode,
            config::Marks::Ascii => Marks::Ascii,
        },
        language: Language::En,
        offset: clock::offset_at(opening.clock.now()),
        ability: if config.tui.dumb_terminal { Ability::Dumb } else { Ability::Full },
        facts: facts(&config),
        start_sender: Box::new(move |ear| Sender::start(sender, ear)),
        opening,
    };
    match tui::run(options) {
        Ok(farewell) => Ok(Left { waiting: farewell.waiting }),
        Err(tui::Error::Unfit(unfit)) => Err(Closed::Unfit { words: unfit.to_string() }),
        Err(tui::Error::Store(error)) => Err(Closed::Store(error)),
        Err(error @ (tui::Error::System(_) | tui::Error::InputLost(_))) => {
            Err(Closed::Failed { words: error.to_string() })
        }
    }
}

/// Serves the page, and tells when it listens and what happens there.
///
/// # Errors
/// [`Unserved`] without a database or a port.
pub fn page(service: Service, ear: &mut dyn FnMut(serve::Event)) -> Result<(), Unserved> {
    let Service { opening, listen, stop } = service;
    let server = Server::open(Settings { opening, listen, limits: Limits::default() })?;
    tracing::info!(address = %server.address(), "listening");
    ear(serve::Event::Listening { address: server.address() });
    server.run(stop, &mut |event| {
        log(&event);
        ear(match event {
            web::Event::Confirmed { masked } => serve::Event::Confirmed { masked },
            web::Event::Unsubscribed { masked } => serve::Event::Unsubscribed { masked },
            web::Event::Trouble { words } => serve::Event::Trouble { words },
            web::Event::Recovered => serve::Event::Recovered,
        });
    })?;
    Ok(())
}

fn log(event: &web::Event) {
    match event {
        web::Event::Confirmed { masked } => tracing::info!(%masked, "confirmed by link"),
        web::Event::Unsubscribed { masked } => tracing::info!(%masked, "activity messages stopped"),
        web::Event::Trouble { words } => tracing::error!(words, "requests cannot be answered"),
        web::Event::Recovered => tracing::info!("requests are answered again"),
    }
}

impl From<web::Error> for Unserved {
    fn from(error: web::Error) -> Self {
        match error {
            web::Error::Store(error) => Self::Store(error),
            web::Error::Listen { .. } => Self::Taken { words: error.to_string() },
            web::Error::System(_) => Self::Failed { words: error.to_string() },
        }
    }
}

fn theme(config: &Config) -> Theme {
    match &*config.tui.theme {
        config::Theme::Mono => Theme::Mono,
        config::Theme::Dark | config::Theme::Light | config::Theme::Contrast | config::Theme::File(_) => {
            if *config.tui.color {
                Theme::Dark
            } else {
                Theme::Mono
            }
        }
    }
}

/// What the settings screen shows beside the account.
fn facts(config: &Config) -> SettingsFacts {
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
