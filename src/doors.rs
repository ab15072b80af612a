//! The doors from the command line to the screen and to the page: here the rooms that do not know each other are put together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::cli::screen::{Closed, Left, Visit};
use crate::cli::serve::{self, Service, Unserved};
use crate::clock;
use crate::config::{self, Config, ConfigError, ConfigErrors};
use crate::domain::say::{Said, saying};
use crate::log;
use crate::operations::{Opening, Reach};
use crate::paths;
use crate::tui::clipboard::Clipboard;
use crate::tui::effect::MouseMode;
use crate::tui::keymap::Keymap;
use crate::tui::marks::Marks;
use crate::tui::places::Places;
use crate::tui::setup::{Setup, facts};
use crate::tui::theme::{OwnTheme, Theme};
use crate::tui::{self, Ability, Options};
use crate::web::{self, Limits, Server, Settings};

/// Shows the screen as the configuration has it.
///
/// # Errors
/// [`Closed`] without a terminal, or without a database.
pub fn screen(visit: Visit) -> Result<Left, Closed> {
    let Visit { config, opening, sender, source, sender_of } = visit;
    let (keys, mut mistakes) = keys(&config);
    let (theme, mistaken) = theme(&config);
    mistakes.extend(mistaken);
    if !mistakes.is_empty() {
        return Err(Closed::Mistaken(ConfigErrors(mistakes)));
    }
    let options = Options {
        theme,
        // Without colour there is one theme only.
        themes: if *config.tui.color { themes(theme) } else { Vec::new() },
        keys,
        mouse: if *config.tui.mouse { MouseMode::On } else { MouseMode::Off },
        clipboard: match config.tui.multiplexer {
            config::Multiplexer::None => Clipboard::Direct,
            config::Multiplexer::Tmux => Clipboard::Tmux,
            config::Multiplexer::Screen => Clipboard::Screen,
        },
        marks: match *config.tui.marks {
            _ if *config.tui.accessible => Marks::Spoken,
            config::Marks::Unicode => Marks::Unicode,
            config::Marks::Ascii => Marks::Ascii,
        },
        language: *config.tui.language,
        offset: clock::offset_at(opening.clock.now()),
        places: places(&opening),
        ability: if config.tui.dumb_terminal { Ability::Dumb } else { Ability::Full },
        drafts: drafts(),
        facts: facts(&config),
        sender,
        setup: Setup { source, opening, sender_of },
    };
    let shown = catch_unwind(AssertUnwindSafe(|| tui::run(options))).unwrap_or_else(|panic| {
        // Nobody of the screen is left but the words.
        Err(tui::Error::Fell(tui::last_words(panic.as_ref())))
    });
    match shown {
        Ok(farewell) => Ok(Left { waiting: farewell.waiting }),
        Err(tui::Error::Unfit(unfit)) => Err(Closed::Unfit { words: unfit.to_string() }),
        Err(tui::Error::Store(error)) => Err(Closed::Store(error)),
        Err(tui::Error::Fell(words)) => {
            Err(Closed::Fell { words, log: paths::log_folder(&paths::Environment::of_process()) })
        }
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

/// Where drafts are kept, or why nowhere.
fn drafts() -> Result<PathBuf, Said> {
    let folder = paths::drafts_folder(&paths::Environment::of_process())
        .ok_or_else(|| saying!("there is no home folder"))?;
    match log::trouble(&folder) {
        None => Ok(folder),
        Some(words) => Err(Said::foreign(words)),
    }
}

/// What typed names of files mean.
fn places(opening: &Opening) -> Places {
    if let Reach::Below(folder) = &opening.reach {
        return Places { home: None, working: folder.clone() };
    }
    let environment = paths::Environment::of_process();
    let home = environment.folder("HOME").map(Path::to_owned);
    Places { home, working: paths::working_folder().unwrap_or_default() }
}

/// What is wrong with own keys and an own theme.
#[must_use]
pub fn screen_files(config: &Config) -> Vec<ConfigError> {
    let (mut mistakes, mistaken) = (keys(config).1, theme(config).1);
    mistakes.extend(mistaken);
    mistakes
}

/// The keys, and the mistakes for which the own ones were left out.
fn keys(config: &Config) -> (Keymap, Vec<ConfigError>) {
    let own = match config.own_keys() {
        Ok(None) => return (Keymap::built_in(), Vec::new()),
        Ok(Some(own)) => own,
        Err(error) => return (Keymap::built_in(), vec![error]),
    };
    match Keymap::built_in().with(&own.text) {
        Ok(keys) => (keys, Vec::new()),
        Err(errors) => (
            Keymap::built_in(),
            errors.into_iter().map(|error| own.mistake(error.line, error.words)).collect(),
        ),
    }
}

/// The theme in force, and the mistakes for which the own one was left out.
fn theme(config: &Config) -> (Theme, Vec<ConfigError>) {
    let (theme, mistakes) = chosen_theme(config);
    (if *config.tui.color { theme } else { Theme::Mono }, mistakes)
}

#[expect(
    clippy::disallowed_methods,
    reason = "one theme of fixed size is read once and in use until the program ends"
)]
fn chosen_theme(config: &Config) -> (Theme, Vec<ConfigError>) {
    let theme = match &*config.tui.theme {
        config::Theme::Dark | config::Theme::File(_) => Theme::Dark,
        config::Theme::Light => Theme::Light,
        config::Theme::Mono => Theme::Mono,
        config::Theme::Contrast => Theme::Contrast,
    };
    let own = match config.own_theme() {
        Ok(None) => return (theme, Vec::new()),
        Ok(Some(own)) => own,
        Err(error) => return (theme, vec![error]),
    };
    match OwnTheme::parse(&own.text) {
        Ok(read) => (Theme::Own(Box::leak(Box::new(read))), Vec::new()),
        Err(errors) => {
            (theme, errors.into_iter().map(|error| own.mistake(error.line, error.words)).collect())
        }
    }
}

/// The themes between which one can change: those that are built in, and the own one.
fn themes(theme: Theme) -> Vec<Theme> {
    let is_own = !Theme::BUILT_IN.contains(&theme);
    Theme::BUILT_IN.into_iter().chain(is_own.then_some(theme)).collect()
}
