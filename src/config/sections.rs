//! The sections one by one: every key with what it may be, what it is where nothing is said, and what it needs beside it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::Reader;
use super::value::{self, Bad};
use super::{
    Config, DkimConfig, Flags, LogLevel, MailConfig, Marks, Multiplexer, Origin, PasswordCommand,
    PasswordSources, Security, Setting, Theme, TuiConfig, VerificationConfig,
};
use crate::domain::email_address::Smtputf8;
use crate::domain::language::Language;
use crate::domain::nearest::nearest;
use crate::domain::safe_text::Safe;
use crate::domain::say::{say, saying};
use crate::paths::{self, Environment};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// Everything; `None` only if a mistake was noted.
pub fn read(
    reader: &mut Reader<'_>,
    flags: &Flags,
    environment: &Environment,
    file: Option<&Path>,
) -> Option<Config> {
    let database = database(reader, flags, environment);
    let catalogue = reader.path("catalogue");
    let mail = mail(reader, environment);
    let lifetime = reader.text("verification.lifetime", |text| value::duration(text, 10 * MINUTE..=7 * DAY));
    let daily_limit = reader.number("verification.daily_limit", 1..=1_000_000_u32);
    let public_url = reader.text("verification.public_url", value::public_url);
    let listen = reader.text("serve.listen", value::listen);
    let keep = reader.text("outbox.keep", |text| value::duration(text, DAY..=3650 * DAY));
    let tui = tui(reader, flags, environment, file);
    let level = |text: &str| value::choice(text, &LogLevel::WORDS);
    let log_level = reader.flag("--log", flags.log_level.as_deref(), level);
    let log_level = log_level.or_else(|| reader.text("log.level", level));
    Some(Config {
        database: database?,
        catalogue: optional(catalogue),
        mail,
        verification: VerificationConfig {
            lifetime: or_default(lifetime, 72 * HOUR),
            daily_limit: or_default(daily_limit, 100),
            public_url: optional(public_url),
        },
        listen: or_default(listen, SocketAddr::from((Ipv4Addr::LOCALHOST, 8025))),
        keep: or_default(keep, 90 * DAY),
        tui,
        log_level: or_default(log_level, LogLevel::Info),
        keys_file: keys_file(flags, environment, file),
        log_folder: paths::log_folder(environment),
        file: file.map(Path::to_owned),
    })
}

/// What is there is taken even if it cannot be read: it says something that would be missed.
fn keys_file(flags: &Flags, environment: &Environment, file: Option<&Path>) -> Option<PathBuf> {
    let is_named = flags.config.is_some() || environment.get("CALLSHEET_CONFIG").is_some();
    let files = paths::keys_files(file.filter(|_| is_named), environment);
    files.into_iter().find(|path| path.symlink_metadata().is_ok())
}

fn database(reader: &mut Reader<'_>, flags: &Flags, environment: &Environment) -> Option<Setting<PathBuf>> {
    let in_file = reader.path("database");
    if let Some(path) = &flags.database {
        return Some(Setting { value: path.clone(), origin: Origin::Flag("--db") });
    }
    if let Some(path) = environment.get("CALLSHEET_DB") {
        return Some(Setting { value: PathBuf::from(path), origin: Origin::Environment("CALLSHEET_DB") });
    }
    let found = in_file.or_else(|| paths::default_database(environment).map(Setting::by_default));
    if found.is_none() {
        let message =
            saying!("has no default without a home folder; name the file with --db or CALLSHEET_DB");
        reader.refuse(Origin::Default, "database", Bad::new(message));
    }
    found
}

fn mail(reader: &mut Reader<'_>, environment: &Environment) -> MailConfig {
    let allow_smtputf8 = reader
        .boolean("mail.allow_smtputf8")
        .map(|found| found.map(|is_allowed| if is_allowed { Smtputf8::Allowed } else { Smtputf8::Refused }));
    let allow_smtputf8 = or_default(allow_smtputf8, Smtputf8::Refused);
    let smtputf8 = *allow_smtputf8;
    let from_given = reader.is_given("mail.from");
    let from = optional(reader.text("mail.from", |text| value::mailbox(text, smtputf8)));
    let host = optional(reader.text("mail.host", value::host));
    let given_port = reader.number("mail.port", 1..=u16::MAX);
    let given_security = reader.text("mail.security", |text| value::choice(text, &Security::WORDS));
    let username = optional(reader.text("mail.username", username));
    let password_file = optional(reader.path("mail.password_file"));
    let password_command =
        optional(reader.command("mail.password_command").map(|found| found.map(PasswordCommand)));
    let ca_file = optional(reader.path("mail.ca_file"));
    let connections = or_default(reader.number("mail.connections", 1..=32_u16), 4);
    let rate_per_second = or_default(reader.number("mail.rate_per_second", 0..=10_000_u32), 0);
    let return_path = optional(reader.text("mail.return_path", |text| value::return_path(text, smtputf8)));
    let message_id_domain = optional(reader.text("mail.message_id_domain", value::domain));
    let dkim = dkim(reader);
    let security = given_security.unwrap_or_else(|| {
        Setting::by_default(default_security(host.as_deref(), given_port.as_ref().map(|port| port.value)))
    });
    let port = given_port.unwrap_or_else(|| Setting::by_default(security.port()));
    if host.is_some() && !from_given {
        reader.refuse(
            host.origin.clone(),
            "mail.from",
            Bad::of(|language| say!(language, "is missing; it is required with 'mail.host'").to_owned()),
        );
    }
    if let Some(host) = &*host
        && username.is_some()
        && *security == Security::None
        && !value::is_loopback(host)
    {
        let bad = Bad::of(|language| {
            say!(
                language,
                "is set, but a password is never sent without encryption; set 'mail.security' to tls or starttls"
            )
            .to_owned()
        });
        reader.refuse(username.origin.clone(), "mail.username", bad);
    }
    for (key, given) in [
        ("mail.password_file", password_file.is_some().then_some(&password_file.origin)),
        ("mail.password_command", password_command.is_some().then_some(&password_command.origin)),
    ] {
        if let Some(origin) = given
            && !reader.is_given("mail.username")
        {
            let bad = Bad::of(|language| say!(language, "does nothing without 'mail.username'").to_owned());
            reader.refuse(origin.clone(), key, bad);
        }
    }
    let passwords = PasswordSources {
        credentials_directory: environment.folder("CREDENTIALS_DIRECTORY").map(Path::to_owned),
        file: password_file.value.clone(),
        command: password_command.value.clone(),
        environment: environment.smtp_password().cloned(),
    };
    MailConfig {
        from,
        host,
        port,
        security,
        username,
        password_file,
        password_command,
        ca_file,
        connections,
        rate_per_second,
        return_path,
        message_id_domain,
        allow_smtputf8,
        dkim,
        passwords,
    }
}

/// Design of the defaults: clear text stays on this machine, 465 is TLS from the first byte, everything else is STARTTLS.
fn default_security(host: Option<&str>, port: Option<u16>) -> Security {
    match (port, host) {
        (Some(465), _) => Security::Tls,
        (_, Some(host)) if value::is_loopback(host) => Security::None,
        (_, _) => Security::StartTls,
    }
}

fn dkim(reader: &mut Reader<'_>) -> Option<DkimConfig> {
    let keys = ["mail.dkim.domain", "mail.dkim.selector", "mail.dkim.key_file"];
    let given = keys.map(|key| reader.is_given(key));
    let first = keys.into_iter().find_map(|key| reader.origin(key));
    let domain = reader.text(keys[0], value::domain);
    let selector = reader.text(keys[1], value::selector);
    let key_file = reader.path(keys[2]);
    for (key, is_given) in keys.into_iter().zip(given) {
        if let Some(origin) = first.clone()
            && !is_given
        {
            reader.refuse(
                origin,
                key,
                Bad::new(saying!("is missing; 'mail.dkim' needs domain, selector and key_file")),
            );
        }
    }
    Some(DkimConfig { domain: domain?, selector: selector?, key_file: key_file? })
}

/// A name for AUTH: NUL would end it (RFC 4616).
fn username(text: &str) -> Result<String, Bad> {
    if text.is_empty() || text.len() > 255 || text.contains(char::is_control) {
        return Err(Bad::of(|language| {
            say!(
                language,
                "is '{text}'; a user name has 1 to 255 bytes and no control characters",
                text = Safe(text)
            )
        }));
    }
    Ok(text.to_owned())
}

fn tui(reader: &mut Reader<'_>, flags: &Flags, environment: &Environment, file: Option<&Path>) -> TuiConfig {
    let theme = reader.text("tui.theme", |text| theme(text, file));
    let mouse = reader.boolean("tui.mouse");
    let marks = reader.text("tui.marks", |text| value::choice(text, &Marks::WORDS));
    let accessible = match (flags.accessible, environment.get("ACCESSIBLE")) {
        (true, _) => Setting { value: true, origin: Origin::Flag("--accessible") },
        (false, Some(value)) => Setting { value: value != "0", origin: Origin::Environment("ACCESSIBLE") },
        (false, None) => Setting::by_default(false),
    };
    let color = match environment.get("NO_COLOR") {
        Some(_) => Setting { value: false, origin: Origin::Environment("NO_COLOR") },
        None => Setting::by_default(true),
    };
    TuiConfig {
        theme: or_default(theme, Theme::Dark),
        language: language(reader, flags, environment),
        mouse: or_default(mouse, true),
        marks: or_default(marks, Marks::Unicode),
        accessible,
        color,
        multiplexer: match (environment.get("TMUX"), environment.get("STY")) {
            (Some(_), _) => Multiplexer::Tmux,
            (None, Some(_)) => Multiplexer::Screen,
            (None, None) => Multiplexer::None,
        },
        dumb_terminal: environment.get("TERM").is_none_or(|term| term == "dumb"),
    }
}

/// Flag, `CALLSHEET_LANG`, the file, then the locale: the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set decides.
fn language(reader: &mut Reader<'_>, flags: &Flags, environment: &Environment) -> Setting<Language> {
    let read = |text: &str| {
        Language::parse(text).map_err(|_| {
            let ids = Language::ALL.map(Language::id);
            Bad {
                message: saying!(
                    "is '{text}', which is not one of {known}",
                    text = Safe(text).to_string(),
                    known = ids.join(", ")
                ),
                nearest: Language::from_locale(text).map(|near| near.id().to_owned()),
            }
        })
    };
    let in_file = reader.text("tui.language", read);
    let in_environment = reader.variable("CALLSHEET_LANG", read);
    let by_flag = reader.flag("--lang", flags.language.as_deref(), read);
    by_flag.or(in_environment).or(in_file).unwrap_or_else(|| {
        let locale =
            ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find(|name| environment.get(name).is_some());
        let found = locale.and_then(|name| Some((Language::from_locale(environment.text(name)?)?, name)));
        found.map_or_else(
            || Setting::by_default(Language::En),
            |(value, name)| Setting { value, origin: Origin::Environment(name) },
        )
    })
}

fn theme(text: &str, file: Option<&Path>) -> Result<Theme, Bad> {
    let built_in = [
        ("dark", Theme::Dark),
        ("light", Theme::Light),
        ("mono", Theme::Mono),
        ("contrast", Theme::Contrast),
    ];
    if let Some((_, theme)) = built_in.iter().find(|(name, _)| *name == text) {
        return Ok(theme.clone());
    }
    let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let own = file.filter(|_| is_name && !text.is_empty()).map(|file| paths::theme_file(file, text));
    if let Some(path) = own.filter(|path| path.is_file()) {
        return Ok(Theme::File(path));
    }
    let names = built_in.each_ref().map(|(name, _)| *name);
    Err(Bad {
        message: saying!(
            "is '{text}', which is not one of {known} and no file in 'themes'",
            text = Safe(text).to_string(),
            known = names.join(", ")
        ),
        nearest: nearest(text, names).first().map(|name| (*name).to_owned()),
    })
}

fn or_default<T>(found: Option<Setting<T>>, default: T) -> Setting<T> {
    found.unwrap_or_else(|| Setting::by_default(default))
}

fn optional<T>(found: Option<Setting<T>>) -> Setting<Option<T>> {
    found.map_or_else(|| Setting::by_default(None), |found| found.map(Some))
}
