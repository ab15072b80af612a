//! The configuration as the other rooms want it: rules, catalogue, letterhead, mail server, password.

use std::path::Path;
use std::{fmt, fs};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::secret_file::{self, Guard, SecretFileError};
use super::value::Bad;
use super::{Config, ConfigError, ConfigErrors, PasswordError, Security, location};
use crate::domain::catalogue::Catalogue;
use crate::domain::return_path::ReturnPath;
use crate::domain::safe_text::Safe;
use crate::domain::say::{Said, retold, saying};
use crate::mail::compose::Letterhead;
use crate::mail::dkim::{KeyError, Signer};
use crate::mail::transport::smtp::{self, CaError, SmtpSettings, read_certificates};
use crate::operations::Rules;

/// Where mail seems to come from while no sender is set: it is written to files then. No such domain can exist (RFC 2606).
const NOBODY: &str = "callsheet.invalid";

/// Why the mail server cannot be used as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerError {
    Password(PasswordError),
    /// A user name and no place for a password.
    NoPassword,
    CaFile(CaFileError),
}

/// Why the certificates that are to be trusted cannot be had; with the name of their file, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaFileError {
    Unreadable(String, String),
    Unusable(String, CaError),
}

impl fmt::Display for CaFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, why) = match self {
            Self::Unreadable(file, why) => (file, why.clone()),
            Self::Unusable(file, error) => (file, error.to_string()),
        };
        saying!("the certificates in '{file}' cannot be used: {why}", file = file.as_str(), why = why).fmt(f)
    }
}

impl std::error::Error for CaFileError {}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Password(error) => return error.fmt(f),
            Self::CaFile(error) => return error.fmt(f),
            Self::NoPassword => saying!("'mail.username' is set, but there is no password"),
        };
        said.fmt(f)
    }
}

impl std::error::Error for ServerError {}

impl From<CaFileError> for ServerError {
    fn from(error: CaFileError) -> Self {
        Self::CaFile(error)
    }
}

impl From<PasswordError> for ServerError {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

impl ServerError {
    /// What helps, where something simple does.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Password(error) => error.hint(),
            Self::NoPassword => Some(
                "set 'mail.password_file', 'mail.password_command' or CALLSHEET_SMTP_PASSWORD, or give the \
                 credential 'smtp-password'"
                    .to_owned(),
            ),
            Self::CaFile(..) => None,
        }
    }
}

/// Why mail cannot be signed as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DkimError {
    File(SecretFileError),
    /// The file, and what is wrong with what is in it.
    Key(String, KeyError),
}

impl fmt::Display for DkimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::File(why) => saying!("the DKIM key {why}", why = why.to_string()),
            Self::Key(file, why) => saying!(
                "the DKIM key '{file}' cannot be used: {why}",
                file = file.as_str(),
                why = why.to_string()
            ),
        };
        said.fmt(f)
    }
}

impl std::error::Error for DkimError {}

impl From<SecretFileError> for DkimError {
    fn from(error: SecretFileError) -> Self {
        Self::File(error)
    }
}

impl DkimError {
    /// What helps, where something simple does.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(error) => error.hint(),
            Self::Key(_, error) => Some(error.hint().to_owned()),
        }
    }
}

/// No key file is longer, in bytes: a key of 4096 bits has 3300.
const KEY_FILE_LIMIT: u64 = 64 * 1024;

impl Config {
    /// Who signs mail with DKIM; `None` if nobody does. The key is read and tried.
    ///
    /// # Errors
    /// [`DkimError`] if the key cannot be had or used; mail must not leave unsigned then.
    pub fn dkim_signer(&self) -> Result<Option<Signer>, DkimError> {
        let Some(dkim) = &self.mail.dkim else { return Ok(None) };
        let path = &*dkim.key_file;
        let in_credentials =
            self.mail.passwords.credentials_directory.as_ref().is_some_and(|folder| path.starts_with(folder));
        let guard = if in_credentials { Guard::Folder } else { Guard::Mode };
        let pem = Zeroizing::new(secret_file::read(path, guard, KEY_FILE_LIMIT)?);
        let signer = Signer::new(&dkim.domain, &dkim.selector, &pem);
        signer.map(Some).map_err(|error| DkimError::Key(shown(path), error))
    }

    /// What decides what is allowed and how mail is marked.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let from = self.mail.from.as_ref();
        Rules {
            lifetime: *self.verification.lifetime,
            daily_limit: usize::try_from(*self.verification.daily_limit).unwrap_or(usize::MAX),
            smtputf8: *self.mail.allow_smtputf8,
            message_id_domain: self.message_id_domain(),
            from_name: from.and_then(|from| from.name.clone()),
            from_email: self.sender_email(),
            return_path: self.return_path(),
            public_url: self.verification.public_url.value.clone(),
        }
    }

    fn sender_email(&self) -> String {
        let from = self.mail.from.as_ref();
        from.map_or_else(|| format!("callsheet@{NOBODY}"), |from| from.address.as_str().to_owned())
    }

    /// The right side of every Message-ID: what is set, or the domain of `from`.
    #[must_use]
    pub fn message_id_domain(&self) -> String {
        let from = || self.mail.from.as_ref().map(|from| from.address.domain().to_owned());
        self.mail.message_id_domain.value.clone().or_else(from).unwrap_or_else(|| NOBODY.to_owned())
    }

    /// What all mails of the account of this name have in common.
    #[must_use]
    pub fn letterhead(&self, account: &str) -> Letterhead {
        self.rules().letterhead(account)
    }

    /// Where bounces go: for each delivery an address made from `return_path`, or the address of `from`.
    #[must_use]
    pub fn return_path(&self) -> ReturnPath {
        match &*self.mail.return_path {
            Some(base) => ReturnPath::Tagged(base.clone()),
            None => ReturnPath::Plain(self.sender_email()),
        }
    }

    /// The catalogue: what is built in, and the own file if one is named.
    ///
    /// # Errors
    /// The file cannot be read, or an entry of it cannot be used.
    pub fn catalogue(&self) -> Result<Catalogue, ConfigErrors> {
        let built_in = Catalogue::built_in();
        let Some(path) = &*self.catalogue else { return Ok(built_in) };
        let refused = |bad: Bad| {
            let origin = self.catalogue.origin.clone();
            let key = Some("catalogue".to_owned());
            ConfigErrors(vec![ConfigError { origin, key, message: bad.message, nearest: bad.nearest }])
        };
        let name = shown(path);
        let text = location::text(path).map_err(|why| {
            refused(Bad::new(saying!(
                "names '{name}', which cannot be read: {why}",
                name = name.as_str(),
                why = Said::each(|language| retold(language, &why).into_owned())
            )))
        })?;
        built_in.extended(&text).map_err(|error| {
            let why = error.to_string();
            let first = why.lines().next().unwrap_or_default();
            let why = Safe(first).to_string();
            refused(Bad::new(saying!(
                "names '{name}', which cannot be used: {why}",
                name = name.as_str(),
                why = why
            )))
        })
    }

    /// The password for the mail server; see [`PasswordSources::fetch`](super::PasswordSources::fetch).
    ///
    /// # Errors
    /// [`PasswordError`] if the place that is named does not give one.
    pub fn smtp_password(&self) -> Result<Option<SecretString>, PasswordError> {
        self.mail.passwords.fetch()
    }

    /// The certificates that are trusted besides those of the system.
    ///
    /// # Errors
    /// A `CaFileError` if their file cannot be read or used.
    pub fn extra_ca(&self) -> Result<Vec<smtp::Certificate>, CaFileError> {
        let Some(path) = &*self.mail.ca_file else { return Ok(Vec::new()) };
        let pem =
            fs::read(path).map_err(|error| CaFileError::Unreadable(shown(path), location::reason(&error)))?;
        read_certificates(&pem).map_err(|error| CaFileError::Unusable(shown(path), error))
    }

    /// How to talk to the mail server, password included; `None` if mail is written to files.
    ///
    /// # Errors
    /// [`ServerError`] if password or certificates cannot be had.
    pub fn smtp_settings(&self) -> Result<Option<SmtpSettings>, ServerError> {
        let Some(host) = &*self.mail.host else { return Ok(None) };
        let credentials = match &*self.mail.username {
            Some(username) => {
                let password = self.smtp_password()?.ok_or(ServerError::NoPassword)?;
                Some(smtp::Credentials { username: username.clone(), password })
            }
            None => None,
        };
        let extra_ca = self.extra_ca()?;
        Ok(Some(SmtpSettings {
            host: host.clone(),
            port: *self.mail.port,
            security: match *self.mail.security {
                Security::Tls => smtp::Security::Tls,
                Security::StartTls => smtp::Security::StartTls,
                Security::None => smtp::Security::None,
            },
            credentials,
            extra_ca,
            hello_name: self.message_id_domain(),
            timeouts: smtp::Timeouts::default(),
        }))
    }
}

fn shown(path: &Path) -> String {
    Safe(&path.to_string_lossy()).to_string()
}
