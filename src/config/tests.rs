//! Whole configurations: what wins, what is refused, and what the other rooms get.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::*;
use crate::domain::return_path::ReturnPath;
use crate::domain::timestamp::Timestamp;
use crate::mail::compose::{Content, Letter, compose};
use crate::mail::transport::smtp;

/// A home folder of its own, with a configuration file in it.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Self { folder };
        fs::create_dir_all(home.file().parent().unwrap()).unwrap();
        fs::write(home.file(), text).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(".config/callsheet/config.toml")
    }

    fn environment(&self, variables: &[(&'static str, &str)]) -> Environment {
        let home = ("HOME", self.folder.path().as_os_str().to_owned());
        let given = variables.iter().map(|(name, value)| (*name, OsString::from(value)));
        Environment::of([home].into_iter().chain(given)).with_system_folder(&self.folder.path().join("etc"))
    }

    fn load(&self) -> Result<Config, ConfigErrors> {
        Config::load(&Flags::default(), &self.environment(&[]))
    }
}

fn loaded(text: &str) -> Config {
    Home::new(text).load().unwrap()
}

/// The mistakes of a text, each without the path of its file.
fn mistakes(text: &str) -> Vec<String> {
    let home = Home::new(text);
    let errors = home.load().unwrap_err();
    let path = home.file().display().to_string();
    errors.0.iter().map(|error| error.to_string().replace(&path, "FILE")).collect()
}

#[test]
fn without_anything_everything_has_its_default() {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::of([("HOME", folder.path())]).with_system_folder(folder.path());
    let config = Config::load(&Flags::default(), &environment).unwrap();
    assert_eq!(config.file, None);
    assert_eq!(*config.database, folder.path().join(".local/share/callsheet/callsheet.db"));
    assert_eq!(*config.mail.host, None);
    assert_eq!((*config.mail.port, *config.mail.security), (587, Security::StartTls));
    assert_eq!((*config.mail.connections, *config.mail.rate_per_second), (4, 0));
    assert_eq!(*config.verification.lifetime, Duration::from_secs(72 * 3600));
    assert_eq!(*config.verification.daily_limit, 100);
    assert_eq!(*config.keep, Duration::from_secs(90 * 86_400));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8025");
    assert_eq!((&*config.tui.theme, *config.tui.language), (&Theme::Dark, Language::En));
    assert!(*config.tui.mouse && *config.tui.color && !*config.tui.accessible && config.tui.dumb_terminal);
    assert_eq!(*config.log_level, LogLevel::Info);
    assert!(config.listing().iter().all(|listed| listed.origin == Origin::Default));
    assert_eq!(config.warnings(), Vec::new());
}

#[test]
fn the_commented_file_says_nothing_and_every_key_in_it_can_be_taken() {
    let file = default_file();
    let silent = loaded(&file);
    assert!(silent.listing().iter().all(|listed| listed.origin == Origin::Default));
    let uncommented: String = file
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') => format!("{key}\n"),
            Some(_) | None => format!("{line}\n"),
        })
        .collect();
    let home = Home::new(&uncommented);
    let config = home.load().unwrap();
    for listed in config.listing() {
        assert!(matches!(listed.origin, Origin::File { .. }), "{} is not read", listed.key);
        assert!(listed.value.is_some(), "{} is not listed", listed.key);
    }
    assert!(file.lines().all(|line| line.chars().count() <= 110));
}

#[test]
fn samples_of_keys_that_have_a_default_are_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::of([("HOME", folder.path())]).with_system_folder(folder.path());
    let config = Config::load(&Flags::default(), &environment).unwrap();
    let home = folder.path().display().to_string();
    for (key, listed) in KEYS.iter().zip(config.listing()) {
        assert_eq!(key.name, listed.key);
        let is_example = ["mail.message_id_domain", "verification.lifetime"].contains(&key.name);
        if let Some(value) = listed.value.filter(|_| !is_example) {
            assert_eq!(key.sample.trim_matches('"').replace('~', &home), value, "{}", key.name);
        }
    }
}

#[test]
fn flag_wins_over_environment_over_file_over_default() {
    let home = Home::new("database = 'file.db'\n[tui]\nlanguage = 'zh-CN'\n[log]\nlevel = 'warn'\n");
    let file = |line| Origin::File { path: home.file(), line };
    let config = home.load().unwrap();
    assert_eq!(*config.database, home.file().with_file_name("file.db"));
    assert_eq!(config.database.origin, file(1));
    assert_eq!(config.tui.language, Setting { value: Language::ZhCn, origin: file(3) });
    assert_eq!(config.log_level, Setting { value: LogLevel::Warn, origin: file(5) });

    let environment =
        home.environment(&[("CALLSHEET_DB", "env.db"), ("CALLSHEET_LANG", "en"), ("LANG", "zh_CN.UTF-8")]);
    let config = Config::load(&Flags::default(), &environment).unwrap();
    assert_eq!(
        config.database,
        Setting { value: PathBuf::from("env.db"), origin: Origin::Environment("CALLSHEET_DB") }
    );
    assert_eq!(config.tui.language.origin, Origin::Environment("CALLSHEET_LANG"));

    let flags = Flags {
        database: Some(PathBuf::from("flag.db")),
        language: Some("zh-CN".into()),
        log_level: Some("trace".into()),
        accessible: true,
        config: None,
    };
    let config = Config::load(&flags, &environment).unwrap();
    assert_eq!(config.database, Setting { value: PathBuf::from("flag.db"), origin: Origin::Flag("--db") });
    assert_eq!(config.tui.language, Setting { value: Language::ZhCn, origin: Origin::Flag("--lang") });
    assert_eq!(config.log_level, Setting { value: LogLevel::Trace, origin: Origin::Flag("--log") });
    assert_eq!(config.tui.accessible.origin, Origin::Flag("--accessible"));
}

#[test]
fn the_language_follows_the_locale_where_nothing_is_said() {
    let home = Home::new("");
    let of = |variables: &[(&'static str, &str)]| {
        Config::load(&Flags::default(), &home.environment(variables)).unwrap().tui.language
    };
    assert_eq!(
        of(&[("LANG", "zh_CN.UTF-8")]),
        Setting { value: Language::ZhCn, origin: Origin::Environment("LANG") }
    );
    assert_eq!(*of(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "en_GB")]), Language::En);
    assert_eq!(*of(&[("LANG", "en_US"), ("LC_MESSAGES", "zh_TW")]), Language::ZhCn);
    assert_eq!(of(&[("LANG", "C")]), Setting::by_default(Language::En));
    assert_eq!(of(&[("LC_ALL", "C"), ("LANG", "zh_CN")]), Setting::by_default(Language::En));
}

#[test]
fn the_terminal_is_described_by_the_environment() {
    let home = Home::new("");
    let of = |variables: &[(&'static str, &str)]| {
        Config::load(&Flags::default(), &home.environment(variables)).unwrap().tui
    };
    assert!(!*of(&[("NO_COLOR", "1")]).color && *of(&[("NO_COLOR", "")]).color);
    assert!(*of(&[("ACCESSIBLE", "1")]).accessible && !*of(&[("ACCESSIBLE", "0")]).accessible);
    assert!(of(&[("TERM", "dumb")]).dumb_terminal && !of(&[("TERM", "xterm")]).dumb_terminal);
}

#[test]
fn every_mistake_is_told_at_once_with_line_key_and_the_nearest() {
    let text = "databse = 'x'
[mail]
host = 'mail.example.com:587'
prot = 587
port = 0
security = 'startls'
connections = 33
allow_smtputf8 = 'yes'
username = 7
[verification]
lifetime = '8d'
public_url = 'http://example.com'
[tui]
theme = 'drak'
language = 'zh'
[outbox]
keep = 90
";
    assert_eq!(
        mistakes(text),
        [
            "FILE:1: 'databse' is not a key; did you mean 'database'?",
            "FILE:3: 'mail.host' is 'mail.example.com:587'; the port has a key of its own, 'mail.port'",
            "FILE:4: 'mail.prot' is not a key; did you mean 'mail.port'?",
            "FILE:5: 'mail.port' is 0; it must be from 1 to 65535",
            "FILE:6: 'mail.security' is 'startls', which is not one of tls, starttls, none; did you mean 'starttls'?",
            "FILE:7: 'mail.connections' is 33; it must be from 1 to 32",
            "FILE:8: 'mail.allow_smtputf8' is a text; it must be true or false",
            "FILE:9: 'mail.username' is a number; it must be a text in quotes",
            "FILE:11: 'verification.lifetime' is '8d'; it must be from 10m to 7d",
            "FILE:12: 'verification.public_url' is 'http://example.com'; links that leave this machine must begin with https://",
            "FILE:14: 'tui.theme' is 'drak', which is not one of dark, light, mono, contrast and no file in 'themes'; did you mean 'dark'?",
            "FILE:15: 'tui.language' is 'zh', which is not one of en, zh-CN; did you mean 'zh-CN'?",
            "FILE:17: 'outbox.keep' is a number; it must be a text in quotes",
        ]
    );
}

#[test]
fn mistakes_of_flags_and_environment_name_them() {
    let home = Home::new("[log]\nlevel = 'loud'");
    let flags = Flags { language: Some("fr".into()), log_level: Some("inf".into()), ..Flags::default() };
    let errors = Config::load(&flags, &home.environment(&[("CALLSHEET_LANG", "de\u{1b}[2J")])).unwrap_err();
    let shown = errors.to_string().replace(&home.file().display().to_string(), "FILE");
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "FILE:2: 'log.level' is 'loud', which is not one of error, warn, info, debug, trace",
            "CALLSHEET_LANG: is 'de\\u{001B}[2J', which is not one of en, zh-CN",
            "--lang: is 'fr', which is not one of en, zh-CN",
            "--log: is 'inf', which is not one of error, warn, info, debug, trace; did you mean 'info'?",
        ]
    );
}

#[test]
fn text_of_the_file_is_escaped_in_messages() {
    let shown = mistakes("\"a\\u001b[2J\" = 1\n[tui]\ntheme = \"\\u202e\"");
    assert!(
        shown.iter().all(|line| !line.contains(char::is_control) && !line.contains('\u{202e}')),
        "{shown:?}"
    );
}

#[test]
fn a_sender_is_required_with_a_server() {
    assert_eq!(
        mistakes("[mail]\nhost = 'mail.example.com'"),
        ["FILE:2: 'mail.from' is missing; it is required with 'mail.host'"]
    );
    // A wrong one is told once, as what it is.
    let wrong = mistakes("[mail]\nhost = 'mail.example.com'\nfrom = 'a@b'");
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].starts_with("FILE:3: 'mail.from' is 'a@b', which is no address: "), "{wrong:?}");
}

#[test]
fn security_and_port_follow_from_host_and_port() {
    let of = |lines: &str| {
        let config = loaded(&format!("[mail]\nfrom = 'a@example.com'\n{lines}"));
        (*config.mail.security, *config.mail.port)
    };
    assert_eq!(of("host = 'mail.example.com'"), (Security::StartTls, 587));
    assert_eq!(of("host = 'mail.example.com'\nport = 465"), (Security::Tls, 465));
    assert_eq!(of("host = 'mail.example.com'\nport = 25"), (Security::StartTls, 25));
    assert_eq!(of("host = 'mail.example.com'\nsecurity = 'tls'"), (Security::Tls, 465));
    assert_eq!(of("host = 'mail.example.com'\nsecurity = 'none'"), (Security::None, 25));
    assert_eq!(of("host = 'localhost'"), (Security::None, 25));
    assert_eq!(of("host = '::1'\nport = 2525"), (Security::None, 2525));
    assert_eq!(of("host = '127.0.0.1'\nport = 465"), (Security::Tls, 465));
    assert_eq!(of("host = 'localhost'\nsecurity = 'starttls'"), (Security::StartTls, 587));
}

#[test]
fn clear_text_off_this_machine_warns_and_never_carries_a_password() {
    let clear = "[mail]\nfrom = 'a@example.com'\nhost = 'mail.example.com'\nsecurity = 'none'\n";
    let warnings = loaded(clear).warnings();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].to_string().contains("'mail.example.com' without encryption"), "{warnings:?}");
    assert_eq!(
        mistakes(&format!("{clear}username = 'notices'\n")),
        [
            "FILE:5: 'mail.username' is set, but a password is never sent without encryption; set 'mail.security' to tls or starttls"
        ]
    );
    let here = "[mail]\nfrom = 'a@example.com'\nhost = 'localhost'\nusername = 'notices'";
    assert_eq!(loaded(here).warnings(), Vec::new());
}

#[test]
fn a_place_for_a_password_needs_a_user() {
    assert_eq!(
        mistakes("[mail]\npassword_file = 'p'\npassword_command = 'pass show hunter2'"),
        [
            "FILE:2: 'mail.password_file' does nothing without 'mail.username'",
            "FILE:3: 'mail.password_command' does nothing without 'mail.username'",
        ]
    );
}

#[test]
fn dkim_is_whole_or_absent() {
    let whole = "[mail.dkim]\ndomain = 'Example.com'\nselector = 's1'\nkey_file = 'dkim.pem'";
    let dkim = loaded(whole).mail.dkim.unwrap();
    assert_eq!((dkim.domain.as_str(), dkim.selector.as_str()), ("example.com", "s1"));
    assert!(dkim.key_file.is_absolute());
    assert_eq!(
        mistakes("[mail.dkim]\nselector = 's1'"),
        [
            "FILE:2: 'mail.dkim.domain' is missing; 'mail.dkim' needs domain, selector and key_file",
            "FILE:2: 'mail.dkim.key_file' is missing; 'mail.dkim' needs domain, selector and key_file",
        ]
    );
}

#[test]
fn paths_start_at_home_or_at_the_file() {
    let home = Home::new("database = '~/a.db'\ncatalogue = 'own.toml'\n[mail]\nca_file = '/ca.pem'\n");
    let config = home.load().unwrap();
    assert_eq!(*config.database, home.folder.path().join("a.db"));
    assert_eq!(config.catalogue.as_deref(), Some(home.file().with_file_name("own.toml").as_path()));
    assert_eq!(config.mail.ca_file.as_deref(), Some(Path::new("/ca.pem")));
    assert_eq!(mistakes("catalogue = ''"), ["FILE:1: 'catalogue' is no path"]);
}

#[test]
fn an_own_theme_lies_beside_the_file() {
    let home = Home::new("[tui]\ntheme = 'sea'");
    assert!(home.load().is_err());
    let themes = home.file().with_file_name("themes");
    fs::create_dir(&themes).unwrap();
    fs::write(themes.join("sea.toml"), "").unwrap();
    assert_eq!(*home.load().unwrap().tui.theme, Theme::File(themes.join("sea.toml")));
    fs::write(home.file(), "[tui]\ntheme = '../config'").unwrap();
    assert!(home.load().is_err(), "a theme never lies elsewhere");
}

#[test]
fn own_keys_lie_beside_the_named_file_or_in_the_first_folder() {
    let home = Home::new("");
    assert_eq!(home.load().unwrap().own_keys(), Ok(None));
    let keys = home.file().with_file_name("keys.toml");
    fs::write(&keys, "[contacts]").unwrap();
    let own = home.load().unwrap().own_keys().unwrap().unwrap();
    assert_eq!((own.path.as_path(), own.text.as_str()), (keys.as_path(), "[contacts]"));
    let mistake = own.mistake(3, "'x' is not a key".to_owned());
    assert_eq!(mistake.to_string(), format!("{}:3: 'x' is not a key", keys.display()));
    let other = home.folder.path().join("other/config.toml");
    fs::create_dir(other.parent().unwrap()).unwrap();
    fs::write(&other, "").unwrap();
    let flags = Flags { config: Some(other.clone()), ..Flags::default() };
    assert_eq!(Config::load(&flags, &home.environment(&[])).unwrap().keys_file, None);
    fs::create_dir(other.with_file_name("keys.toml")).unwrap();
    let unreadable = Config::load(&flags, &home.environment(&[])).unwrap().own_keys().unwrap_err();
    assert!(unreadable.to_string().ends_with("cannot be read: it is no file"), "{unreadable}");
}

#[test]
fn tmux_and_screen_are_known_by_their_variables() {
    let home = Home::new("");
    for (variables, multiplexer) in [
        (&[][..], Multiplexer::None),
        (&[("TMUX", "/tmp/tmux-0/default,1,0")], Multiplexer::Tmux),
        (&[("STY", "1.pts-0")], Multiplexer::Screen),
        (&[("TMUX", "x"), ("STY", "y")], Multiplexer::Tmux),
    ] {
        let config = Config::load(&Flags::default(), &home.environment(variables)).unwrap();
        assert_eq!(config.tui.multiplexer, multiplexer);
    }
}

#[test]
fn the_named_file_must_be_there_and_the_first_of_the_others_is_taken() {
    let home = Home::new("database = 'user.db'");
    let other = home.folder.path().join("other.toml");
    fs::write(&other, "database = 'other.db'").unwrap();
    let missing = home.folder.path().join("missing.toml");
    let in_environment = home.environment(&[("CALLSHEET_CONFIG", other.to_str().unwrap())]);
    assert_eq!(Config::load(&Flags::default(), &in_environment).unwrap().file.as_ref(), Some(&other));
    let flags = Flags { config: Some(missing.clone()), ..Flags::default() };
    let shown = Config::load(&flags, &in_environment).unwrap_err().to_string();
    assert_eq!(
        shown,
        format!("--config: the configuration '{}' cannot be read: there is no such file", missing.display())
    );

    let system = home.folder.path().join("etc/callsheet/config.toml");
    fs::create_dir_all(system.parent().unwrap()).unwrap();
    fs::write(&system, "database = 'system.db'").unwrap();
    assert_eq!(home.load().unwrap().file, Some(home.file()));
    fs::remove_file(home.file()).unwrap();
    assert_eq!(home.load().unwrap().file, Some(system));
}

#[test]
fn what_cannot_be_a_configuration_is_not_passed_over() {
    let home = Home::new("");
    fs::remove_file(home.file()).unwrap();
    fs::create_dir(home.file()).unwrap();
    assert!(home.load().unwrap_err().to_string().ends_with("cannot be read: it is no file"));
    fs::remove_dir(home.file()).unwrap();
    fs::write(home.file(), b"\xff\xfe").unwrap();
    assert!(home.load().unwrap_err().to_string().ends_with("cannot be read: it is not UTF-8"));
    fs::write(home.file(), vec![b'#'; 1024 * 1024 + 1]).unwrap();
    assert!(home.load().unwrap_err().to_string().ends_with("cannot be read: it is larger than 1 MiB"));
}

#[test]
fn without_a_home_the_database_must_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = Environment::of([("TERM", "xterm")]).with_system_folder(folder.path());
    let shown = Config::load(&Flags::default(), &nobody).unwrap_err().to_string();
    assert_eq!(
        shown,
        "'database' has no default without a home folder; name the file with --db or CALLSHEET_DB"
    );
    let flags = Flags { database: Some(PathBuf::from("a.db")), ..Flags::default() };
    assert!(Config::load(&flags, &nobody).is_ok());
}

#[test]
fn no_secret_is_shown() {
    let home = Home::new(
        "[mail]\nfrom = 'a@example.com'\nhost = 'localhost'\nusername = 'u'\npassword_command = ['echo', 'hunter2']",
    );
    let config =
        Config::load(&Flags::default(), &home.environment(&[("CALLSHEET_SMTP_PASSWORD", "hunter3")]))
            .unwrap();
    let shown = format!("{config:?} {:?}", config.listing());
    assert!(!shown.contains("hunter"), "{shown}");
    assert_eq!(config.smtp_password().unwrap().unwrap().expose_secret(), "hunter2");
    let wrong = mistakes("[mail]\nusername = 'u'\npassword_command = \"echo 'hunter2\"").join("\n");
    assert!(!wrong.contains("hunter"), "{wrong}");
}

#[test]
fn the_listing_names_value_and_origin() {
    let config = loaded("[mail]\nfrom = 'Example Ltd <a@example.com>'\n");
    let of = |key: &str| config.listing().into_iter().find(|listed| listed.key == key).unwrap();
    assert_eq!(of("mail.from").value.as_deref(), Some("Example Ltd <a@example.com>"));
    assert!(of("mail.from").origin.to_string().ends_with("config.toml:2"));
    assert_eq!(of("mail.message_id_domain").value.as_deref(), Some("example.com"));
    assert_eq!((of("mail.host").value, of("mail.host").origin.to_string()), (None, "default".to_owned()));
}

#[test]
fn rules_and_letterhead_follow_from_the_configuration() {
    let config = loaded(
        "[mail]\nfrom = 'Notices <n@Example.com>'\nallow_smtputf8 = true\n[verification]\nlifetime = '10m'\ndaily_limit = 7\n",
    );
    let rules = config.rules();
    assert_eq!((rules.lifetime, rules.daily_limit), (Duration::from_secs(600), 7));
    assert_eq!((rules.smtputf8, rules.message_id_domain.as_str()), (Smtputf8::Allowed, "example.com"));
    let head = config.letterhead("Example Ltd");
    assert_eq!((head.from_name.as_deref(), head.from_email.as_str()), (Some("Notices"), "n@example.com"));
    assert_eq!((head.account.as_str(), head.message_id_domain.as_str()), ("Example Ltd", "example.com"));
    assert_eq!(config.return_path(), ReturnPath::Plain("n@example.com".to_owned()));
    let own = EmailAddress::parse("b@example.com", Smtputf8::Refused).unwrap();
    assert_eq!(loaded("[mail]\nreturn_path = 'b@example.com'").return_path(), ReturnPath::Tagged(own));
}

#[test]
fn a_return_path_must_leave_room_for_the_mark_of_each_mail() {
    let of = |local: usize, domain: &str| format!("[mail]\nreturn_path = '{}@{domain}'", "b".repeat(local));
    assert!(matches!(loaded(&of(27, "example.com")).return_path(), ReturnPath::Tagged(_)));
    assert_eq!(
        mistakes(&of(28, "example.com")),
        [
            "FILE:2: 'mail.return_path' has 28 bytes before the @; 27 are allowed, since each mail adds its own mark there"
        ]
    );
    let long = format!("{}.example.com", vec!["d".repeat(50); 4].join("."));
    assert_eq!(
        mistakes(&of(10, &long)),
        ["FILE:2: 'mail.return_path' has 226 bytes; 217 are allowed, since each mail adds its own mark"]
    );
}

#[test]
fn the_key_for_signing_is_read_and_tried() {
    let home = Home::new("[mail.dkim]\ndomain = 'example.com'\nselector = 's1'\nkey_file = 'dkim.pem'");
    let key = home.file().with_file_name("dkim.pem");
    let write = |pem: &[u8], mode: u32| {
        fs::write(&key, pem).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    };
    let refused = || home.load().unwrap().dkim_signer().unwrap_err();
    assert!(loaded("").dkim_signer().unwrap().is_none());
    assert!(refused().to_string().ends_with("cannot be read: there is no such file"));
    write(include_bytes!("../../tests/mail/keys/rsa.pem"), 0o600);
    assert_eq!(home.load().unwrap().dkim_signer().unwrap().unwrap().domain(), "example.com");
    write(include_bytes!("../../tests/mail/keys/rsa.pem"), 0o640);
    assert_eq!(refused().hint(), Some(format!("chmod 600 '{}'", key.display())));
    // What systemd gives to a service alone has modes of its own.
    let folder = key.parent().unwrap().to_str().unwrap().to_owned();
    let of_service = home.environment(&[("CREDENTIALS_DIRECTORY", &folder)]);
    assert!(Config::load(&Flags::default(), &of_service).unwrap().dkim_signer().is_ok());
    write(include_bytes!("../../tests/mail/keys/ed25519.pem"), 0o600);
    assert!(refused().to_string().contains("is not an RSA key") && refused().hint().is_some());
}

#[test]
fn mail_can_be_composed_without_any_configuration() {
    let head = loaded("").letterhead("");
    let letter = Letter {
        letterhead: &head,
        to_name: None,
        to_email: "ada@example.org",
        language: Language::En,
        message_id: &head.message_id("1"),
        date: Timestamp::default(),
        content: Content::Test { message_type_title: None },
    };
    assert!(compose(&letter).is_ok());
}

#[test]
fn an_own_catalogue_is_added_and_a_wrong_one_named() {
    let home = Home::new("\ncatalogue = 'own.toml'");
    let own = home.file().with_file_name("own.toml");
    let error = |text: Option<&str>| {
        if let Some(text) = text {
            fs::write(&own, text).unwrap();
        }
        home.load().unwrap().catalogue().map(|_| ()).unwrap_err().to_string()
    };
    let place =
        format!("{}:2: 'catalogue' names '{}', which cannot be", home.file().display(), own.display());
    assert_eq!(error(None), format!("{place} read: there is no such file"));
    assert!(
        error(Some("[[category]]\nid = 'office'")).starts_with(&format!("{place} used: category 'office'"))
    );
    assert!(error(Some("x")).starts_with(&format!("{place} used: ")));
    fs::write(
        &own,
        "[[category]]\nid='security'\n[[category.type]]\nid='security.badge'\ntitle={en='a',zh-CN='b'}",
    )
    .unwrap();
    assert!(home.load().unwrap().catalogue().unwrap().contains("security.badge"));
}

#[test]
fn the_mail_server_is_known_with_its_password() {
    assert!(loaded("").smtp_settings().unwrap().is_none());
    let text =
        "[mail]\nfrom = 'a@example.com'\nhost = 'mail.example.com'\nport = 465\nusername = 'notices'\n";
    let home = Home::new(text);
    let config =
        Config::load(&Flags::default(), &home.environment(&[("CALLSHEET_SMTP_PASSWORD", "hunter2")]))
            .unwrap();
    let settings = config.smtp_settings().unwrap().unwrap();
    assert_eq!(
        (settings.host.as_str(), settings.port, settings.security),
        ("mail.example.com", 465, smtp::Security::Tls)
    );
    assert_eq!(settings.hello_name, "example.com");
    let credentials = settings.credentials.unwrap();
    assert_eq!((credentials.username.as_str(), credentials.password.expose_secret()), ("notices", "hunter2"));

    let error = loaded(text).smtp_settings().unwrap_err();
    assert_eq!(error, ServerError::NoPassword);
    assert!(error.hint().is_some());
    let error = loaded("[mail]\nfrom = 'a@example.com'\nhost = 'localhost'\nca_file = '/nonexistent'")
        .smtp_settings();
    assert_eq!(
        error.unwrap_err().to_string(),
        "the certificates in '/nonexistent' cannot be used: there is no such file"
    );
}
