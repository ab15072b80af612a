//! Where the configuration comes from, kept so that the screen can read the mail server again, try it, and write it into the file
//! that is in force.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::mail_form::{MailField, MailForm, TypedPassword};
use super::named_files::wrong_files;
use super::writing::Draft;
use super::{Config, ConfigErrors, Flags, Origin, PasswordError, PasswordSources, location};
use crate::domain::email_address::Smtputf8;
use crate::domain::safe_text::Safe;
use crate::domain::say::{Said, Say as _, say};
use crate::paths::{self, Environment};

/// The password's own file, beside the configuration.
const PASSWORD_FILE: &str = "smtp-password";

/// Flags and environment, as they were when the program began.
#[derive(Debug, Clone)]
pub struct Source {
    flags: Flags,
    environment: Environment,
}

/// The mail server as the configuration has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// What the file says; what it does not say is empty.
    pub form: MailForm,
    pub basis: Basis,
    /// Where the password comes from, in words that are safe to show; None if there is none.
    pub password: Option<Said>,
}

/// What was read: a later writing compares it with what is there then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The file in force, or where one will be.
    pub file: PathBuf,
    /// Of what the file held; None without a file.
    digest: Option<[u8; 32]>,
}

/// Why the mail server is not used as it was typed. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsaved {
    /// What is wrong with which field; each continues a sentence that begins with "it".
    Invalid(Vec<(MailField, Said)>),
    /// Somebody else has changed the file meanwhile; what is there now.
    Changed(Basis),
    /// Something beside the fields, in words that are safe to show.
    Failed(Said),
}

impl From<ConfigErrors> for Unsaved {
    /// Mistakes of the form's own keys belong to its fields; of any other, all are told.
    fn from(errors: ConfigErrors) -> Self {
        let field = |key: &Option<String>| key.as_deref().and_then(MailField::of_key);
        let fields: Option<Vec<(MailField, Said)>> = errors
            .0
            .iter()
            .map(|error| Some((field(&error.key)?, Said::each(|language| error.fault(language)))))
            .collect();
        fields.map_or_else(|| Self::Failed(Said::each(|language| errors.say(language))), Self::Invalid)
    }
}

/// The file as it is now.
struct Found {
    file: PathBuf,
    text: Option<String>,
}

impl Source {
    /// What the program was started with.
    #[must_use]
    pub fn new(flags: Flags, environment: Environment) -> Self {
        Self { flags, environment }
    }

    /// Reads the mail server.
    ///
    /// # Errors
    /// Every mistake in the configuration, or why there is no place for one, in words.
    pub fn mail_server(&self) -> Result<MailServer, Said> {
        let found = self.find()?;
        let config = self
            .config(&found.file, found.text.as_deref())
            .map_err(|errors| Said::each(|language| errors.say(language)))?;
        let mail = &config.mail;
        let is_given = |origin: &Origin| matches!(origin, Origin::File { .. });
        let number = |origin: &Origin, value: u32| is_given(origin).then(|| value.to_string());
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let dkim = mail.dkim.as_ref();
        let form = MailForm {
            from: mail.from.as_ref().map(super::listing::mailbox).unwrap_or_default(),
            host: mail.host.value.clone().unwrap_or_default(),
            port: number(&mail.port.origin, (*mail.port).into()).unwrap_or_default(),
            security: is_given(&mail.security.origin).then_some(*mail.security),
            username: mail.username.value.clone().unwrap_or_default(),
            password: None,
            ca_file: mail.ca_file.as_deref().map(path).unwrap_or_default(),
            connections: number(&mail.connections.origin, (*mail.connections).into()).unwrap_or_default(),
            rate_per_second: number(&mail.rate_per_second.origin, *mail.rate_per_second).unwrap_or_default(),
            return_path: mail.return_path.as_ref().map(ToString::to_string).unwrap_or_default(),
            message_id_domain: mail.message_id_domain.value.clone().unwrap_or_default(),
            smtputf8: *mail.allow_smtputf8 == Smtputf8::Allowed,
            dkim_domain: dkim.map(|dkim| dkim.domain.value.clone()).unwrap_or_default(),
            dkim_selector: dkim.map(|dkim| dkim.selector.value.clone()).unwrap_or_default(),
            dkim_key_file: dkim.map(|dkim| path(&dkim.key_file)).unwrap_or_default(),
        };
        Ok(MailServer { form, password: password_in_words(&mail.passwords), basis: found.basis() })
    }

    /// The configuration as it would be with what is typed; nothing is written. Server and password can be tried with it.
    ///
    /// # Errors
    /// [`Unsaved::Invalid`] with everything that is wrong, or [`Unsaved::Failed`].
    pub fn trial(&self, before: &MailServer, form: &MailForm) -> Result<Config, Unsaved> {
        let found = self.find().map_err(Unsaved::Failed)?;
        self.edited(&found, before, form).map(|edited| edited.config)
    }

    /// Writes what was changed into the file in force, or into a new one where there is none, and a password into its own file.
    /// The configuration as it is now.
    ///
    /// # Errors
    /// [`Unsaved`]; nothing was written then.
    pub fn save(&self, before: &MailServer, form: &MailForm) -> Result<Config, Unsaved> {
        let found = self.find().map_err(Unsaved::Failed)?;
        if found.basis() != before.basis {
            return Err(Unsaved::Changed(found.basis()));
        }
        let edited = self.edited(&found, before, form)?;
        let failed = |path: &Path, error: &std::io::Error| {
            let why = location::reason(error);
            Unsaved::Failed(Said::each(|language| {
                say!(language, "'{path}' cannot be written: {why}", path = shown(path), why)
            }))
        };
        let draft =
            |path: &Path, text: &str| Draft::new(path, text.as_bytes()).map_err(|error| failed(path, &error));
        let password = edited.password.as_ref().map(|(path, password)| {
            use secrecy::ExposeSecret as _;
            Ok::<_, Unsaved>((path, draft(path, password.0.expose_secret())?))
        });
        let password = password.transpose()?;
        let file = draft(&found.file, &edited.text)?;
        let now = self.find().map_err(Unsaved::Failed)?.basis();
        if now != before.basis {
            return Err(Unsaved::Changed(now));
        }
        if let Some((path, draft)) = password {
            draft.settle().map_err(|error| failed(path, &error))?;
        }
        file.settle().map_err(|error| failed(&found.file, &error))?;
        self.config(&found.file, Some(&edited.text)).map_err(Unsaved::from)
    }

    fn edited(&self, found: &Found, before: &MailServer, form: &MailForm) -> Result<Edited, Unsaved> {
        let form = form.trimmed();
        let (text, mut wrong) = (found.text.as_deref().unwrap_or_default(), Vec::new());
        for field in MailField::ALL.into_iter().filter(|field| field.is_number()) {
            let Some(text) = form.text(field).filter(|text| !text.is_empty() && text.parse::<i64>().is_err())
            else {
                continue;
            };
            let words = Said::each(|language| {
                say!(language, "is '{text}', which is no whole number", text = Safe(text))
            });
            wrong.push((field, words));
        }
        let place = form.password.as_ref().map(|_| self.password_place(found));
        let name = place.as_ref().map(|(_, name)| name.as_str());
        let edited = form
            .edit(&before.form, name, text)
            .map_err(|why| Unsaved::Failed(unusable(&found.file, &why)))?;
        let read = self.config(&found.file, Some(&edited));
        let mut config = match read.map_err(Unsaved::from) {
            Ok(config) => Some(config),
            Err(Unsaved::Invalid(more)) => {
                wrong.extend(more);
                None
            }
            Err(error) => return Err(error),
        };
        if let Some(error) = self.wrong_password(config.as_ref(), before, &form) {
            wrong.push((MailField::Password, error));
        }
        if let Some(config) = &config {
            wrong.extend(wrong_files(config, &before.form, &form));
        }
        wrong.sort_by_key(|(field, _)| *field);
        wrong.dedup();
        if let (Some(config), Some(typed)) = (&mut config, &form.password) {
            config.mail.passwords =
                PasswordSources { environment: Some(typed.0.clone()), ..PasswordSources::default() };
        }
        match config {
            Some(config) if wrong.is_empty() => {
                let password = place.zip(form.password).map(|((path, _), password)| (path, password));
                Ok(Edited { text: edited, config, password })
            }
            Some(_) | None => Err(Unsaved::Invalid(wrong)),
        }
    }

    /// What is wrong with the password; `config` without it, if the rest is right.
    fn wrong_password(&self, config: Option<&Config>, before: &MailServer, form: &MailForm) -> Option<Said> {
        let Some(typed) = &form.password else {
            let is_new = !form.username.is_empty() && before.form.username.is_empty();
            let sources = config.map(|config| &config.mail.passwords);
            return sources.filter(|sources| is_new && !sources.is_named()).map(|_| {
                Said::each(|language| {
                    say!(language, "is missing; it is required with a user name").to_owned()
                })
            });
        };
        let credentials_directory = self.environment.folder("CREDENTIALS_DIRECTORY").map(Path::to_owned);
        if (PasswordSources { credentials_directory, ..PasswordSources::default() }).has_credential() {
            return Some(Said::each(|language| {
                say!(language, "would not be used: systemd gives one, which comes first").to_owned()
            }));
        }
        let alone = PasswordSources { environment: Some(typed.0.clone()), ..PasswordSources::default() };
        match alone.fetch() {
            Err(PasswordError::Unusable(_)) => Some(Said::each(|language| {
                say!(language, "is too long or has control characters").to_owned()
            })),
            Ok(_) | Err(_) => None,
        }
    }

    /// Where a new password goes, and what the file calls that: the file that is named already, or one of its own.
    fn password_place(&self, found: &Found) -> (PathBuf, String) {
        let config = self.config(&found.file, found.text.as_deref()).ok();
        match config.and_then(|config| config.mail.password_file.value) {
            Some(path) => (path.clone(), path.to_string_lossy().into_owned()),
            None => (found.file.with_file_name(PASSWORD_FILE), PASSWORD_FILE.to_owned()),
        }
    }

    fn find(&self) -> Result<Found, Said> {
        let found = location::find(&self.flags, &self.environment)
            .map_err(|error| Said::each(|language| error.say(language)))?;
        if let Some((file, text)) = found {
            return Ok(Found { file, text: Some(text) });
        }
        let file = paths::config_files(&self.environment).into_iter().next();
        let nowhere = |language| {
            say!(language, "there is no place for a configuration; name one with --config").to_owned()
        };
        let file = file.ok_or_else(|| Said::each(nowhere))?;
        Ok(Found { file, text: None })
    }

    fn config(&self, file: &Path, text: Option<&str>) -> Result<Config, ConfigErrors> {
        let path = text.map(|_| file);
        Config::of_text(text.unwrap_or_default(), path, &self.flags, &self.environment)
    }
}

/// What will be written.
struct Edited {
    text: String,
    config: Config,
    password: Option<(PathBuf, TypedPassword)>,
}

impl Found {
    fn basis(&self) -> Basis {
        let digest = self.text.as_ref().map(|text| Sha256::digest(text.as_bytes()).into());
        Basis { file: self.file.clone(), digest }
    }
}

fn unusable(file: &Path, why: &str) -> Said {
    Said::each(|language| say!(language, "'{file}' cannot be used: {why}", file = shown(file), why))
}

fn password_in_words(sources: &PasswordSources) -> Option<Said> {
    if sources.has_credential() {
        return Some(Said::each(|language| say!(language, "given by systemd").to_owned()));
    }
    let file = sources
        .file
        .as_ref()
        .map(|path| Said::each(|language| say!(language, "kept in '{file}'", file = shown(path))));
    let given = |by: &str| Said::each(|language| say!(language, "given by '{program}'", program = by));
    let command = || Some(given(&sources.command.as_ref()?.program()));
    let environment = || {
        sources.environment.as_ref().map(|_| {
            Said::each(|language| say!(language, "given by {variable}", variable = "CALLSHEET_SMTP_PASSWORD"))
        })
    };
    file.or_else(command).or_else(environment)
}

fn shown(path: &Path) -> String {
    Safe(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use secrecy::{ExposeSecret as _, SecretString};
    use tempfile::TempDir;

    use super::*;
    use crate::config::Security;
    use crate::domain::language::Language;

    struct Home(TempDir);

    impl Home {
        fn new(text: Option<&str>) -> Self {
            let home = Self(tempfile::tempdir().unwrap());
            if let Some(text) = text {
                fs::create_dir_all(home.file().parent().unwrap()).unwrap();
                fs::write(home.file(), text).unwrap();
            }
            home
        }

        fn file(&self) -> PathBuf {
            self.0.path().join(".config/callsheet/config.toml")
        }

        fn password(&self) -> PathBuf {
            self.file().with_file_name("smtp-password")
        }

        fn source(&self) -> Source {
            self.source_with(&[])
        }

        fn source_with(&self, variables: &[(&'static str, &Path)]) -> Source {
            let home = ("HOME", self.0.path());
            let environment = Environment::of([home].into_iter().chain(variables.iter().copied()));
            Source::new(Flags::default(), environment.with_system_folder(&self.0.path().join("etc")))
        }

        fn text(&self) -> String {
            fs::read_to_string(self.file()).unwrap()
        }
    }

    fn typed(text: &str) -> Option<TypedPassword> {
        Some(TypedPassword(SecretString::from(text)))
    }

    fn filled() -> MailForm {
        MailForm {
            from: "Example Ltd <notices@example.com>".to_owned(),
            host: " mail.example.com ".to_owned(),
            port: "587".to_owned(),
            security: Some(Security::StartTls),
            username: "notices".to_owned(),
            password: typed("open sesame"),
            ..MailForm::default()
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn from_nothing_two_private_files_are_written_and_read_back() {
        let home = Home::new(None);
        let source = home.source();
        let before = source.mail_server().unwrap();
        assert_eq!((&before.form, &before.password), (&MailForm::default(), &None));
        let saved = source.save(&before, &filled()).unwrap();
        assert_eq!(saved.mail.host.as_deref(), Some("mail.example.com"));
        assert_eq!(
            home.text(),
            "[mail]\nfrom = \"Example Ltd <notices@example.com>\"\nhost = \"mail.example.com\"\n\
             port = 587\nusername = \"notices\"\nsecurity = \"starttls\"\npassword_file = \"smtp-password\"\n"
        );
        assert_eq!(fs::read_to_string(home.password()).unwrap(), "open sesame");
        assert_eq!((mode(&home.file()), mode(&home.password())), (0o600, 0o600));
        assert_eq!(saved.smtp_password().unwrap().unwrap().expose_secret(), "open sesame");
        let after = source.mail_server().unwrap();
        let expected = MailForm { host: "mail.example.com".to_owned(), password: None, ..filled() };
        assert_eq!(after.form, expected);
        assert_eq!(after.password.unwrap().to_string(), format!("kept in '{}'", home.password().display()));
    }

    #[test]
    fn a_trial_has_the_password_and_writes_nothing() {
        let home = Home::new(None);
        let before = home.source().mail_server().unwrap();
        let config = home.source().trial(&before, &filled()).unwrap();
        let settings = config.smtp_settings().unwrap().unwrap();
        assert_eq!(settings.credentials.unwrap().password.expose_secret(), "open sesame");
        assert!(!home.file().exists() && !home.password().exists());
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_nothing_written() {
        let home = Home::new(None);
        let before = home.source().mail_server().unwrap();
        let form = MailForm {
            from: "nobody".to_owned(),
            host: "a b".to_owned(),
            port: "many".to_owned(),
            username: "notices".to_owned(),
            password: typed("open\nsesame"),
            return_path: "x".to_owned(),
            connections: "33".to_owned(),
            dkim_domain: "example.com".to_owned(),
            dkim_selector: "a b".to_owned(),
            ..MailForm::default()
        };
        let Err(Unsaved::Invalid(wrong)) = home.source().save(&before, &form) else { panic!() };
        use MailField::{Connections, DkimKeyFile, DkimSelector, From, Host, Password, Port, ReturnPath};
        let fields: Vec<MailField> = wrong.iter().map(|(field, _)| *field).collect();
        let expected = [From, Host, Port, Password, Connections, ReturnPath, DkimSelector, DkimKeyFile];
        assert_eq!(fields, expected, "{wrong:?}");
        assert!(!format!("{wrong:?}").contains("sesame"));
        assert!(!home.file().exists() && !home.password().exists());
    }

    #[test]
    fn what_a_field_needs_beside_it_is_told() {
        let home = Home::new(None);
        let source = home.source();
        let before = source.mail_server().unwrap();
        let wrong = |form: MailForm| match source.save(&before, &form) {
            Err(Unsaved::Invalid(wrong)) => wrong,
            other => panic!("{other:?}"),
        };
        let field = |form: MailForm| wrong(form).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(field(MailForm { from: String::new(), ..filled() }), [MailField::From]);
        assert_eq!(field(MailForm { password: None, ..filled() }), [MailField::Password]);
        assert_eq!(field(MailForm { username: String::new(), ..filled() }), [MailField::Password]);
        assert_eq!(field(MailForm { security: Some(Security::None), ..filled() }), [MailField::Username]);
        assert_eq!(field(MailForm { port: "65536".to_owned(), ..filled() }), [MailField::Port]);
    }

    #[test]
    fn files_that_cannot_be_used_are_told_in_the_language_of_the_screen() {
        let home = Home::new(None);
        let source = home.source();
        let before = source.mail_server().unwrap();
        let file = |name: &str, content: &str, mode| {
            let path = home.0.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path.to_string_lossy().into_owned()
        };
        let missing = home.0.path().join("missing").to_string_lossy().into_owned();
        let (no_ca, open) = (file("ca.pem", "x", 0o644), file("open.pem", "x", 0o644));
        let no_key = file("dkim.pem", "x", 0o600);
        let told = |ca: &str, key: &str| {
            let signs = |text: &str| if key.is_empty() { String::new() } else { text.to_owned() };
            let form = MailForm {
                ca_file: ca.to_owned(),
                dkim_domain: signs("example.com"),
                dkim_selector: signs("s1"),
                dkim_key_file: key.to_owned(),
                ..filled()
            };
            let Err(Unsaved::Invalid(wrong)) = source.save(&before, &form) else { panic!() };
            let trial = source.trial(&before, &form);
            assert!(matches!(trial, Err(Unsaved::Invalid(tried)) if tried == wrong));
            wrong
        };
        let both = told(&missing, &missing);
        assert_eq!([both[0].0, both[1].0], [MailField::CaFile, MailField::DkimKeyFile]);
        assert!(!home.file().exists());
        for (ca, key, english, chinese) in [
            (missing.as_str(), "", "which cannot be read: there is no such file", "无法读取：没有此文件"),
            (&no_ca, "", "which holds no certificate in PEM form", "不含 PEM 格式的证书"),
            ("", &missing, "which cannot be read: there is no such file", "无法读取：没有此文件"),
            ("", &open, "which others can read (mode 0644); 'chmod 600' closes it", "其他用户可以读取"),
            ("", &no_key, "it holds no private key in PEM", "不含 PEM 格式的私钥"),
        ] {
            let wrong = told(ca, key);
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            let words = |language| wrong[0].1.say(language);
            assert!(words(Language::En).contains(english), "{}", words(Language::En));
            assert!(words(Language::ZhCn).contains(chinese), "{}", words(Language::ZhCn));
        }
    }

    #[test]
    fn everything_else_of_the_section_is_written_and_read_back() {
        let home = Home::new(None);
        let source = home.source();
        let before = source.mail_server().unwrap();
        let form = MailForm {
            connections: "8".to_owned(),
            rate_per_second: "20".to_owned(),
            return_path: "bounces@example.com".to_owned(),
            message_id_domain: "mail.example.com".to_owned(),
            smtputf8: true,
            ..filled()
        };
        let saved = source.save(&before, &form).unwrap();
        assert_eq!((*saved.mail.connections, *saved.mail.rate_per_second), (8, 20));
        let after = source.mail_server().unwrap();
        assert_eq!(after.form, MailForm { password: None, ..form.trimmed() });
        let cleared = MailForm { connections: String::new(), ..after.form.clone() };
        assert_eq!(*source.save(&after, &cleared).unwrap().mail.connections, 4);
        assert!(!home.text().contains("connections"));
    }

    #[test]
    fn a_password_that_systemd_would_override_is_not_taken() {
        let home = Home::new(None);
        let credentials = home.0.path().join("credentials");
        fs::create_dir(&credentials).unwrap();
        fs::write(credentials.join("smtp-password"), "theirs").unwrap();
        let source = home.source_with(&[("CREDENTIALS_DIRECTORY", &credentials)]);
        let before = source.mail_server().unwrap();
        assert_eq!(before.password.as_ref().map(ToString::to_string).as_deref(), Some("given by systemd"));
        let Err(Unsaved::Invalid(wrong)) = source.save(&before, &filled()) else { panic!() };
        assert_eq!(wrong.len(), 1);
        let saved = source.save(&before, &MailForm { password: None, ..filled() }).unwrap();
        assert_eq!(saved.smtp_password().unwrap().unwrap().expose_secret(), "theirs");
    }

    #[test]
    fn a_new_password_goes_where_the_old_one_is() {
        let home = Home::new(Some(
            "[mail] # ours\nfrom = 'a@example.com'\nhost = 'localhost'\nusername = 'a'\npassword_file = 'own'\n",
        ));
        let source = home.source();
        let own = home.file().with_file_name("own");
        fs::write(&own, "old").unwrap();
        fs::set_permissions(&own, fs::Permissions::from_mode(0o644)).unwrap();
        let before = source.mail_server().unwrap();
        let form = MailForm { password: typed("new"), ..before.form.clone() };
        source.save(&before, &form).unwrap();
        assert_eq!((fs::read_to_string(&own).unwrap(), mode(&own)), ("new".to_owned(), 0o600));
        assert!(!home.password().exists());
        assert!(home.text().starts_with("[mail] # ours\n"));
        assert_eq!(mode(&home.file()), 0o600);
    }

    #[test]
    fn what_somebody_else_has_changed_is_said_once_and_then_kept() {
        let home = Home::new(Some("[mail]\nfrom = 'a@example.com'\n"));
        let source = home.source();
        let mut before = source.mail_server().unwrap();
        let theirs = "# theirs\n[mail]\nfrom = 'b@example.com'\n";
        fs::write(home.file(), theirs).unwrap();
        let form = MailForm { host: "localhost".to_owned(), ..before.form.clone() };
        let Err(Unsaved::Changed(now)) = source.save(&before, &form) else { panic!() };
        assert_eq!(home.text(), theirs);
        before.basis = now;
        source.save(&before, &form).unwrap();
        assert_eq!(home.text(), format!("{theirs}host = \"localhost\"\n"));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named_and_nothing_is_changed() {
        let home = Home::new(None);
        fs::write(home.0.path().join(".config"), "").unwrap();
        let before = home.source().mail_server();
        let before = before.unwrap_or_else(|_| MailServer {
            form: MailForm::default(),
            basis: Basis { file: home.file(), digest: None },
            password: None,
        });
        let Err(Unsaved::Failed(words)) = home.source().save(&before, &filled()) else { panic!() };
        let words = words.to_string();
        assert!(words.contains("cannot be written") && words.contains("smtp-password"), "{words}");
    }

    #[test]
    fn a_file_with_mistakes_is_told_with_all_of_them() {
        let home = Home::new(Some("prot = 1\n[mail]\nhsot = 'a'\n"));
        let words = home.source().mail_server().unwrap_err().to_string();
        assert!(words.contains(":1: 'prot'") && words.contains("did you mean 'mail.host'"), "{words}");
    }
}
